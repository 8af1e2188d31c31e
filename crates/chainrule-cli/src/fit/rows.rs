//! The rows of a design, read from the file: all at once, or block by block.

use super::arguments::{Args, Response};
use super::data;
use crate::output::{Output, Result, USAGE, failure, library_failure};
use chainrule::expression::grouped;
use chainrule_fit::{
    Data, Design, Dropped, Missing, Plan, PlanOptions, Reader, Scan, Table, Terms,
};

/// Tables above this are read twice rather than held in memory.
const LARGE: u64 = 500_000_000;

/// Sums over more columns than this are larger than the rows of many files.
const NARROW: usize = 1000;

/// A file with the formula that its rows are read for.
pub(super) struct Input {
    reader: Reader,
    terms: Terms,
    options: PlanOptions,
    scan: Scan,
}

impl Input {
    /// Opens the file and finds the columns of the formula in it.
    pub(super) fn open(args: &Args, output: &mut Output) -> Result<Self> {
        let model = &args.model;
        let threads = args.iteration.threads.map(|n| n as usize);
        let mut reader = args.data.open(&args.data.options(threads), output)?;
        let offset = model.offset.as_ref().map(|name| format!(" + offset(`{name}`)"));
        let with_offset = |terms: &str| format!("{terms}{}", offset.as_deref().unwrap_or(""));
        let parse = |text: &str| Terms::parse(text).map_err(|e| library_failure(&e, text));
        let terms = match (&model.formula, &model.target) {
            (Some(formula), _) => parse(&with_offset(formula))?,
            (None, Some(target)) => {
                if !reader.names().contains(target) {
                    reader.select(&[target]).map_err(|e| library_failure(&e, ""))?;
                }
                let terms = Terms::target(target).map_err(|e| library_failure(&e, ""))?;
                parse(&with_offset(terms.source()))?
            }
            (None, None) => {
                let names = reader.names().join(", ");
                let message = format!(
                    "say what is to be explained: --target COL, --formula or --model\n  columns: {names}"
                );
                return Err(failure(USAGE, message));
            }
        };
        let options = PlanOptions {
            missing: args.data.missing.unwrap_or_default(),
            categorical: args.data.categorical.clone(),
            weights: model.weights.clone(),
            drop: args.data.drop.iter().chain(&model.offset).cloned().collect(),
            classes: model.family == Some(Response::Logistic),
        };
        let scan = Scan::new(&terms, reader.names(), &options);
        let scan = scan.map_err(|e| library_failure(&e, terms.source()))?;
        reader.select(scan.columns()).map_err(|e| library_failure(&e, ""))?;
        Ok(Input { reader, terms, options, scan })
    }

    /// Whether one pass over the rows is enough for a model that needs only their sums, or two
    /// passes are worth it.
    pub(super) fn can_stream(&self, args: &Args) -> bool {
        let is_large = self.reader.estimate().is_some_and(|e| e.bytes > LARGE);
        let is_once = !self.scan.needs_rows();
        let is_narrow = self.scan.columns().len() <= NARROW;
        is_narrow && (is_once || (is_large && args.data.file.as_os_str() != "-"))
    }

    /// Hands the rows over block by block, never all of them in memory.
    pub(super) fn stream(
        mut self,
        args: &Args,
        output: &mut Output,
        mut each: impl FnMut(Design) -> std::result::Result<(), chainrule::Error>,
    ) -> Result<Plan> {
        let source = self.terms.source().to_owned();
        let fail = |e: chainrule::Error| library_failure(&e, &source);
        if self.scan.needs_rows() {
            let again = Input::open(args, output)?;
            for block in std::mem::replace(&mut self.reader, again.reader).blocks() {
                self.scan.add(&block.map_err(fail)?).map_err(fail)?;
            }
        }
        let plan = self.scan.plan().map_err(fail)?;
        let (mut rows, mut dropped) = (0, Dropped::default());
        let mut summary = String::new();
        for block in self.reader.blocks() {
            let block = block.map_err(fail)?;
            if rows == 0 {
                summary = block.summary(Some(plan.response()));
            }
            rows += block.rows();
            let design = plan.design_block(&block);
            let design =
                design.map_err(|e| library_failure(&for_classes(e, &block, args), &source))?;
            dropped.merge(&design.dropped);
            each(design).map_err(fail)?;
        }
        plan.check_gaps(&dropped, rows).map_err(fail)?;
        say_rows(&args.data.name(), rows, &summary, &dropped, output);
        say_gaps(&dropped, rows, args.data.missing.unwrap_or_default(), output);
        Ok(plan)
    }

    /// The design of all rows, in memory.
    pub(super) fn design(self, args: &Args, output: &mut Output) -> Result<(Design, Plan)> {
        data::announce(&self.reader, output);
        let source = self.terms.source().to_owned();
        let fail = |e: chainrule::Error| library_failure(&e, &source);
        let table = self.reader.table().map_err(fail)?;
        // What is dropped was not read.
        let is_there = |name: &String| table.column(name).is_ok();
        let drop = self.options.drop.iter().filter(|name| is_there(name)).cloned().collect();
        let options = PlanOptions { drop, ..self.options };
        let plan = Plan::new(&self.terms, &table, &options);
        let plan = plan.map_err(|e| library_failure(&for_classes(e, &table, args), &source))?;
        output.note(&format!("{}: {}", args.data.name(), table.summary(Some(plan.response()))));
        let rows = table.rows();
        let design = plan.into_design(table).map_err(fail)?;
        say_gaps(&design.dropped, rows, args.data.missing.unwrap_or_default(), output);
        Ok((design, plan))
    }
}

/// The summary of the first block, with the rows of all blocks.
fn say_rows(name: &str, rows: usize, summary: &str, dropped: &Dropped, output: &mut Output) {
    let mut parts: Vec<&str> = summary.split(", ").collect();
    let count = format!("{} row{}", grouped(rows), if rows == 1 { "" } else { "s" });
    parts[0] = &count;
    if dropped.rows > 0 {
        parts.pop();
    }
    output.note(&format!("{name}: {}", parts.join(", ")));
}

/// Says which rows are left out, and why.
fn say_gaps(dropped: &Dropped, rows: usize, missing: Missing, output: &mut Output) {
    if dropped.rows > 0 {
        let used = grouped(rows - dropped.rows);
        output.note(&format!("{}: left out; {used} rows are used", dropped.describe(rows)));
    }
    if missing == Missing::Mean {
        output.note("other gaps are filled with the mean of their column");
    }
}

/// A response of text asks for classes: the hint says so.
fn for_classes(error: chainrule::Error, table: &Table, args: &Args) -> chainrule::Error {
    let Some(target) = &args.model.target else { return error };
    let is_text = table.column(target).is_ok_and(|c| matches!(c.data, Data::Text { .. }));
    if !is_text || args.model.family.is_some() {
        return error;
    }
    let hint = "for a response of two or more classes choose --family logistic";
    chainrule::Error::new(error.kind(), error.message()).hint(hint)
}
