//! `chainrule predict`: what a saved model says of new rows, in one pass.

mod predictor;
mod sink;

use crate::fit::confidence;
use crate::fit::data::DataArgs;
use crate::interrupt;
use crate::output::{DATA, INTERRUPTED, Output, Result, check_free, failure, library_failure};
use chainrule::Error;
use chainrule::expression::grouped;
use chainrule_fit::Dropped;
use predictor::Predictor;
use sink::Sink;
use std::path::PathBuf;

/// Predict new rows with a saved model
#[derive(clap::Args)]
#[command(before_help = "\
Examples:
  chainrule predict model.json new.csv
  chainrule predict model.json new.csv --interval -o predictions.csv
  cat new.csv | chainrule predict model.json -")]
pub(crate) struct Args {
    /// A model that `chainrule fit --save` wrote
    #[arg(value_name = "MODEL.json")]
    model: PathBuf,
    #[command(flatten)]
    data: DataArgs,
    /// Where a new response lies, or the expected one
    #[arg(long, value_name = "KIND", num_args = 0..=1, default_missing_value = "prediction", require_equals = true)]
    interval: Option<Interval>,
    /// Confidence of the interval
    #[arg(long, value_name = "LEVEL", default_value_t = 0.95, value_parser = confidence)]
    level: f64,
    /// Write to a file
    #[arg(short, long, value_name = "FILE.csv")]
    output: Option<PathBuf>,
    /// Replace a file that exists
    #[arg(long)]
    force: bool,
    /// Threads; the result does not depend on them
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    threads: Option<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Interval {
    Prediction,
    Confidence,
}

pub(crate) fn run(args: &Args, output: &mut Output) -> Result<()> {
    if let Some(path) = &args.output {
        check_free(path, args.force)?;
    }
    let predictor = Predictor::load(args)?;
    interrupt::listen();
    let threads = args.threads.map(|n| n as usize);
    let mut data = args.data.options(threads);
    data.categorical.extend(predictor.text_columns());
    let mut reader = args.data.open(&data, output)?;
    let fail = |e: Error| library_failure(&e, "");
    let needed = predictor.columns().map_err(fail)?;
    let known: Vec<String> = needed.into_iter().filter(|n| reader.names().contains(n)).collect();
    reader.select(&known).map_err(fail)?;
    let mut sink = Sink::new(args, predictor.header(), output)?;
    let (mut rows, mut dropped) = (0, Dropped::default());
    for block in reader.blocks() {
        let block = block.map_err(fail)?;
        let answer = predictor.predict(&block).map_err(fail)?;
        rows += block.rows();
        dropped.merge(&answer.dropped);
        sink.add(&answer, output)?;
        if interrupt::asked() {
            output.note(&format!("interrupted after row {rows}"));
            return Err(failure(INTERRUPTED, ""));
        }
    }
    if rows == 0 {
        return Err(failure(DATA, format!("{}: no data rows", args.data.name())));
    }
    sink.finish(output)?;
    let predicted = grouped(rows - dropped.rows);
    match dropped.rows {
        0 => output.note(&format!("{predicted} rows predicted")),
        _ => output.note(&format!("{predicted} rows predicted; {}", dropped.describe(rows))),
    }
    Ok(())
}
