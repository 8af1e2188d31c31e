//! `chainrule fit`: a model for a data file.

mod answer;
mod arguments;
pub(crate) mod data;
mod descent;
mod files;
mod fitted;
mod formula;
mod graph;
mod network;
mod penalty;
mod rows;
mod score;
mod solve;

use crate::interrupt;
use crate::output::{BAD_ANSWER, INTERRUPTED, Output, Result, failure};
pub(crate) use arguments::Args;
use arguments::FileArgs;
use chainrule_fit::Status;
use fitted::Fitted;

pub(crate) use arguments::level as confidence;
pub(crate) use files::quoted;
pub(crate) use solve::probabilities;

pub(crate) fn run(args: &Args, output: &mut Output) -> Result<()> {
    files::check(&args.files)?;
    interrupt::listen();
    let fitted = match (&args.model.model, &args.model.loss) {
        (Some(model), _) => formula::least_squares(model, args, output)?,
        (None, Some(loss)) => formula::likelihood(loss, args, output)?,
        (None, None) => solve::fit(args, output)?,
    };
    output.end_progress();
    conclude(&fitted, &args.files, &args.data.name(), output)
}

/// Gives the answer, writes the files, says how it ended.
fn conclude(fitted: &Fitted, files: &FileArgs, title: &str, output: &mut Output) -> Result<()> {
    answer::give(fitted, output)?;
    // A file that fails does not take the answer with it.
    let written = files::write(fitted, files, title, output);
    if fitted.fit.status == Status::Interrupted {
        output.note(&format!("interrupted at step {}", fitted.fit.steps));
        output.finish()?;
        return Err(written.err().unwrap_or_else(|| failure(INTERRUPTED, "")));
    }
    match &fitted.trouble {
        Some(trouble) => written.and(output.finish_with(BAD_ANSWER, trouble.clone())),
        None => written,
    }
}
