//! `--model` and `--loss`: formulas over the columns, with parameters to be found.

use super::arguments::Args;
use super::data;
use super::fitted::{Fitted, Rows};
use super::graph;
use crate::interrupt;
use crate::output::{Output, Result, USAGE, failure, library_failure};
use crate::point::assignments;
use crate::problem::limits;
use crate::progress::Progress;
use chainrule::Error;
use chainrule::expression::number;
use chainrule::formula::Formula;
use chainrule_draw::{Picture, plot};
use chainrule_fit::{
    Column, Data, Fit, FitStep, LikelihoodModel, NonlinearModel, NonlinearOptions, SavedKind, Table,
};
use std::ops::ControlFlow;

/// Points of a fitted curve.
const CURVE: u32 = 200;

/// Least squares for a model of one column.
pub(super) fn least_squares(text: &str, args: &Args, output: &mut Output) -> Result<Fitted> {
    let fail = |e: Error| library_failure(&e, text);
    let table = read(text, args, output)?;
    let model = NonlinearModel::parse(text, &table).map_err(fail)?;
    let options = options(args, model.parameters())?;
    let mut steps = Steps::new(args, model.parameters(), output);
    let fit = model.fit_with(&table, &options, |step| steps.see(step)).map_err(fail)?;
    let rows = rows(&model, &table, args, &fit);
    let mut fitted = Fitted::new(fit, SavedKind::Nonlinear(text.to_owned()), rows);
    say_dropped(&fitted.fit, output);
    steps.finish(&mut fitted);
    if let [x] = model.columns()
        && let Ok(picture) = curve(&model, &fitted, &table, x, args.model.level)
    {
        let text = "The rows, the fitted curve, and the band in which a new row lies.";
        fitted.plots.push(("The fitted curve".to_owned(), picture, text.to_owned()));
    }
    fitted.graph = graph::model_loss(text, &fitted, &table);
    Ok(fitted)
}

/// Maximum likelihood for the loss of a row.
pub(super) fn likelihood(text: &str, args: &Args, output: &mut Output) -> Result<Fitted> {
    let fail = |e: Error| library_failure(&e, text);
    if args.files.save.is_some() {
        let message = "a --loss does not say what is predicted: there is no model to --save";
        return Err(failure(USAGE, message));
    }
    let table = read(text, args, output)?;
    let model = LikelihoodModel::parse(text, &table).map_err(fail)?;
    let options = options(args, model.parameters())?;
    let mut steps = Steps::new(args, model.parameters(), output);
    let fit = model.fit_with(&table, &options, |step| steps.see(step)).map_err(fail)?;
    let mut fitted = Fitted::new(fit, SavedKind::Nonlinear(text.to_owned()), Rows::default());
    say_dropped(&fitted.fit, output);
    steps.finish(&mut fitted);
    Ok(fitted)
}

/// The columns that the formula names, and the weights.
fn read(text: &str, args: &Args, output: &mut Output) -> Result<Table> {
    let threads = args.iteration.threads.map(|n| n as usize);
    let mut reader = args.data.open(&args.data.options(threads), output)?;
    let formula = Formula::parse(text).map_err(|e| library_failure(&e, text))?;
    let result = formula.result_name().map(str::to_owned);
    let names: Vec<String> = formula
        .variables()
        .iter()
        .cloned()
        .chain(result)
        .chain(args.model.weights.clone())
        .filter(|name| reader.names().contains(name) || Some(name) == args.model.weights.as_ref())
        .collect();
    if names.is_empty() {
        let message =
            format!("the formula names no column\n  columns: {}", reader.names().join(", "));
        return Err(failure(USAGE, message));
    }
    reader.select(&names).map_err(|e| library_failure(&e, ""))?;
    data::announce(&reader, output);
    let table = reader.table().map_err(|e| library_failure(&e, ""))?;
    output.note(&format!("{}: {}", args.data.name(), table.summary(formula.result_name())));
    Ok(table)
}

fn options(args: &Args, parameters: &[String]) -> Result<NonlinearOptions> {
    let default = NonlinearOptions::default();
    let bounds = limits(&args.model.bounds, parameters)?;
    let bounds = parameters.iter().zip(bounds);
    Ok(NonlinearOptions {
        start: assignments(&args.model.start)?,
        bounds: bounds.filter_map(|(name, pair)| Some((name.clone(), pair?.0, pair?.1))).collect(),
        weights: args.model.weights.clone(),
        starts: args.model.starts.map_or(default.starts, |n| n as usize),
        seed: args.iteration.seed,
        steps: args.iteration.steps.unwrap_or(default.steps),
        level: args.model.level,
        missing: args.data.missing.unwrap_or_default(),
        threads: args.iteration.threads.map(|n| n as usize),
    })
}

/// Steps as they come: progress, losses, the trace.
struct Steps {
    line: Progress,
    losses: Vec<f64>,
    trace: Option<String>,
}

impl Steps {
    fn new(args: &Args, names: &[String], output: &Output) -> Self {
        let header = format!("start,step,{},loss\n", names.join(","));
        let trace = args.files.trace.as_ref().map(|_| header);
        Steps { line: output.progress_line(), losses: Vec::new(), trace }
    }

    fn see(&mut self, step: &FitStep<'_>) -> ControlFlow<()> {
        self.line.show(|| format!("step {}  loss {}", step.number, step.value));
        self.losses.push(step.value);
        if let Some(trace) = &mut self.trace {
            *trace += &format!("{},{}", step.start + 1, step.number);
            for &x in step.parameters.iter().chain([&step.value]) {
                *trace += &format!(",{}", number(x));
            }
            trace.push('\n');
        }
        if interrupt::asked() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn finish(mut self, fitted: &mut Fitted) {
        self.line.end();
        fitted.trace = self.trace;
        fitted.losses = vec![("loss".to_owned(), self.losses)];
    }
}

fn say_dropped(fit: &Fit, output: &mut Output) {
    if fit.rows_dropped > 0 {
        let (used, dropped) = (fit.rows_used, fit.rows_dropped);
        output.note(&format!("{dropped} rows have gaps: left out; {used} rows are used"));
    }
}

/// The rows that were used, as far as the table tells them from the others.
fn rows(model: &NonlinearModel, table: &Table, args: &Args, fit: &Fit) -> Rows {
    let mut names: Vec<&String> = model.columns().iter().collect();
    let response = model.response().to_owned();
    names.push(&response);
    names.extend(&args.model.weights);
    let is_gap =
        |name: &&String, row: usize| table.column(name).is_ok_and(|column| column.data.is_gap(row));
    let mut numbers: Vec<usize> = (0..table.rows()).collect();
    if fit.fitted.len() < table.rows() {
        numbers.retain(|&row| !names.iter().any(|name| is_gap(name, row)));
    }
    let cells = |name: &str| match table.column(name).map(|column| &column.data) {
        Ok(Data::Numbers(cells)) => numbers.iter().map(|&row| cells[row]).collect(),
        _ => Vec::new(),
    };
    let actual = cells(&response);
    let weights = args.model.weights.as_deref().map(cells);
    Rows { response, actual, numbers, weights, ..Rows::default() }
}

/// The data with the fitted curve and its band, for a model of one column.
fn curve(
    model: &NonlinearModel,
    fitted: &Fitted,
    table: &Table,
    x: &str,
    level: f64,
) -> std::result::Result<Picture, Error> {
    let all = table.numbers(x)?;
    let used: Vec<f64> = fitted.rows.numbers.iter().map(|&row| all[row]).collect();
    let low = used.iter().copied().fold(f64::INFINITY, f64::min);
    let high = used.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let grid = (0..=CURVE).map(|i| low + (high - low) * f64::from(i) / f64::from(CURVE));
    let grid = Table::new(vec![Column::numbers(x, grid.collect())])?;
    let predicted = model.predict(&fitted.fit, &grid, level)?;
    let at = || grid.numbers(x).unwrap_or_default().iter().copied().zip(&predicted);
    let curve: Vec<(f64, f64)> = at().map(|(x, p)| (x, p.value)).collect();
    let band: Vec<(f64, f64, f64)> =
        at().map(|(x, p)| (x, p.prediction.0, p.prediction.1)).collect();
    let title = &fitted.fit.model;
    plot::fitted_curve((&used, &fitted.rows.actual), &curve, &band, (x, model.response()), title)
}
