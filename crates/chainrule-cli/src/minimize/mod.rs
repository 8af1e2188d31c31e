//! `chainrule minimize`: where a formula is lowest.

mod numeric;
mod plot;
mod report;

use crate::diagnosis;
use crate::interrupt;
use crate::output::{BAD_ANSWER, INTERRUPTED, Output, Result, check_free, failure};
use crate::problem::{Problem, ProblemArgs};
use chainrule::expression::number;
use chainrule::optimize::{Method, Outcome, Step, Stop};
pub(crate) use plot::Target;
use report::Reporter;
use std::ops::ControlFlow;
use std::path::PathBuf;

/// Find where a formula is lowest
#[derive(clap::Args)]
#[command(before_help = "\
Examples:
  chainrule minimize 'a^2 - 10a + 28' --from a=6
  chainrule minimize 'a^2 - 10a + 28' --from a=6 --lr 0.1 --steps 20
  chainrule minimize '(1-x)^2 + 100(y-x^2)^2' --from x=-1.2,y=1 --plot path.svg
  chainrule minimize '-log(x) + c*x' --from x=0.5 --at c=3 --bounds x=0:1 --json")]
pub(crate) struct Args {
    #[command(flatten)]
    problem: ProblemArgs,
    /// How to look for it; gd if --lr is given, otherwise auto
    #[arg(long, value_name = "METHOD", value_parser = method)]
    method: Option<Method>,
    /// One JSON object for each step
    #[arg(long, conflicts_with = "json")]
    jsonl: bool,
    /// Write every step to a CSV file: f(before) and the variables (after)
    #[arg(long, value_name = "FILE.csv")]
    trace: Option<PathBuf>,
    /// Draw the run, as SVG or PNG: one variable, the curve with the path on it; two, contours; more, the values
    #[arg(long, value_name = "FILE")]
    plot: Option<PathBuf>,
    /// Write the best point when the run ends or is interrupted; `--from "$(cat FILE)"` goes on from there
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,
    /// Replace files that exist
    #[arg(long)]
    force: bool,
}

pub(crate) fn method(text: &str) -> std::result::Result<Method, String> {
    text.parse().map_err(|e: chainrule::Error| e.to_string())
}

pub(crate) fn run(args: &Args, output: &mut Output) -> Result<()> {
    let problem = Problem::read(&args.problem)?;
    let default = if args.problem.lr.is_some() { Method::Gd } else { Method::Auto };
    let method = args.method.unwrap_or(default);
    let plot = args.plot.as_deref().map(Target::new).transpose()?;
    for path in args.trace.iter().chain(&args.plot).chain(&args.checkpoint) {
        check_free(path, args.force)?;
    }
    if let Some(start) = problem.moved_start() {
        let start = report::point(&problem, &start, output);
        output.note(&format!("--from lies outside --bounds: the run begins at {start}"));
    }
    let mut options = problem.options.clone();
    options.trace = args.trace.is_some() || plot.is_some();
    interrupt::listen();

    let counted = args.problem.steps.is_some() && method.default_rate().is_some();
    let mut reporter = Reporter::new(&problem, args.jsonl, counted && !output.is_json());
    let mut broken = None;
    let outcome = problem.minimize(method, options, |step: &Step<'_>| {
        if let Err(failure) = reporter.step(step, output) {
            broken = Some(failure);
        }
        if broken.is_some() || interrupt::asked() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    output.end_progress();
    if let Some(failure) = broken {
        return Err(failure);
    }
    let outcome = outcome?;

    if let (Some(path), Some(rows)) = (&args.trace, &outcome.trace) {
        output.file(path, report::csv(&problem, rows).as_bytes(), args.force)?;
    }
    if let Some(path) = &args.checkpoint {
        let point = problem.named(&outcome.x);
        let words: Vec<String> =
            point.iter().map(|(name, x)| format!("{name}={}", number(*x))).collect();
        output.file(path, format!("{}\n", words.join(",")).as_bytes(), args.force)?;
    }
    let drawn = match (&plot, &outcome.trace) {
        (Some(target), Some(rows)) => target.draw(&problem, &outcome, rows, args.force, output),
        _ => Ok(()),
    };
    let silent = args.jsonl || reporter.has_printed();
    let unnamed = args.method.is_none() && method == Method::Auto;
    // A picture that fails does not take the answer with it.
    conclude(&problem, &outcome, unnamed, silent, output).and(drawn)
}

/// Gives the answer and says how the run ended; `silent` if the steps were the answer.
fn conclude(
    problem: &Problem,
    outcome: &Outcome,
    name_method: bool,
    silent: bool,
    output: &mut Output,
) -> Result<()> {
    // Rates and methods that lead nowhere have no answer to show; what was seen stays in the trace.
    let answers = !matches!(outcome.stop, Stop::Diverged { .. } | Stop::NotFinite { .. });
    if answers && !silent {
        output.line(report::best(problem, outcome, output))?;
    }
    document(problem, outcome, output);
    let by = if name_method { format!(", {}", outcome.method.title()) } else { String::new() };
    let steps = report::steps(outcome.steps);
    match &outcome.stop {
        Stop::Converged { by: criterion } => {
            let how = report::criterion(*criterion, output);
            output.note(&format!("converged in {steps} ({how}){by}"));
            numeric::warn(problem, outcome, output);
            Ok(())
        }
        Stop::Steps => {
            let norm = output.number(outcome.gradient_norm);
            let message = format!("{steps}{by}: |gradient| = {norm}");
            match (problem.options.tolerance, problem.options.steps) {
                (None, Some(_)) => {
                    output.note(&message);
                    numeric::warn(problem, outcome, output);
                    Ok(())
                }
                (tolerance, _) => {
                    let goal = output.number(tolerance.unwrap_or(1e-8));
                    let message = format!(
                        "not converged after {message}, the goal was {goal}\n  give more --steps, or another --method"
                    );
                    output.finish_with(BAD_ANSWER, message)
                }
            }
        }
        Stop::Interrupted { step } => {
            output.note(&format!("interrupted at step {step}"));
            output.finish()?;
            Err(failure(INTERRUPTED, ""))
        }
        Stop::NotFinite { x, step, .. } => {
            let more = if *step == 0 && *x == problem.start {
                "\n  start where f is finite".to_owned()
            } else {
                let place = report::point(problem, x, output);
                format!("\n  step {} led to {place}: try a smaller --lr, or --bounds", step + 1)
            };
            let otherwise = outcome.stop.describe("lr");
            diagnosis::fail(&problem.formula, &problem.full(x), &otherwise, &more, output)
        }
        stop => output.finish_with(BAD_ANSWER, explain(stop)),
    }
}

/// Why a run did not converge, and what to try, in the words of the command line.
pub(crate) fn explain(stop: &Stop) -> String {
    let description = stop.describe("lr");
    match stop.advice("--lr") {
        Some(advice) => format!("{description}\n  {advice}"),
        None => description,
    }
}

/// The word for how a run ended, as JSON has it.
pub(crate) fn status(stop: &Stop) -> &'static str {
    match stop {
        // A run that meets a NaN cannot go on; `issues` says where it arose.
        Stop::NotFinite { .. } => "stalled",
        stop => stop.status(),
    }
}

fn document(problem: &Problem, outcome: &Outcome, output: &mut Output) {
    output.set("status", status(&outcome.stop));
    output.set("method", outcome.method.name());
    output.set("steps", outcome.steps);
    output.set_numbers("params", "parameter", &problem.named(&outcome.x));
    output.set_number("value", outcome.value);
    output.set_number("gradient_norm", outcome.gradient_norm);
    output.set("evaluations", outcome.evaluations);
}
