//! `chainrule compare`: several methods on one problem.

use crate::interrupt;
use crate::minimize::{method, status};
use crate::output::{BAD_ANSWER, INTERRUPTED, Output, Result, failure};
use crate::problem::{Problem, ProblemArgs};
use crate::table::Table;
use chainrule::optimize::{Method, Outcome};
use serde_json::{Value, json};
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

/// Run several methods on one problem
#[derive(clap::Args)]
#[command(before_help = "\
Examples:
  chainrule compare 'a^2 - 10a + 28' --from a=6
  chainrule compare '(1-x)^2 + 100(y-x^2)^2' --from x=-1.2,y=1 --methods gd,adam,bfgs --lr 0.001")]
pub(crate) struct Args {
    #[command(flatten)]
    problem: ProblemArgs,
    /// Which methods to run; all of them if not given
    #[arg(long, value_name = "METHOD,…", value_delimiter = ',', value_parser = method)]
    methods: Vec<Method>,
}

/// One method's run and how long it took.
struct Entry {
    outcome: Outcome,
    time: Duration,
}

pub(crate) fn run(args: &Args, output: &mut Output) -> Result<()> {
    let problem = Problem::read(&args.problem)?;
    let mut methods = args.methods.clone();
    if methods.is_empty() {
        methods.extend(Method::ALL.into_iter().filter(|m| *m != Method::Auto));
    }
    interrupt::listen();
    let mut entries = Vec::new();
    for method in methods {
        let start = Instant::now();
        let mut options = problem.options.clone();
        if method.default_rate().is_none() {
            options.rate = None;
        }
        let outcome = problem.minimize(method, options, |step| {
            output.progress(|| format!("{method}: step {}  f = {}", step.number, step.value_after));
            if interrupt::asked() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        entries.push(Entry { outcome, time: start.elapsed() });
        if interrupt::asked() {
            break;
        }
    }
    output.end_progress();
    report(&problem, &entries, output)?;
    if interrupt::asked() {
        let at = entries.last().map_or(0, |e| e.outcome.steps);
        output.note(&format!("interrupted at step {at}"));
        output.finish()?;
        return Err(failure(INTERRUPTED, ""));
    }
    let good = |e: &Entry| match status(&e.outcome.stop) {
        "steps" => problem.options.steps.is_some() && problem.options.tolerance.is_none(),
        word => word == "converged",
    };
    if entries.iter().any(good) {
        Ok(())
    } else {
        output.finish_with(BAD_ANSWER, "no method found a minimum")
    }
}

fn report(problem: &Problem, entries: &[Entry], output: &mut Output) -> Result<()> {
    let mut table = Table::new(["method", "", "steps", "evaluations", "f", "|gradient|"]);
    table.left(1);
    let mut runs: Vec<Value> = Vec::new();
    for Entry { outcome, .. } in entries {
        let name = outcome.method.name();
        table.row([
            name.to_owned(),
            status(&outcome.stop).to_owned(),
            outcome.steps.to_string(),
            outcome.evaluations.to_string(),
            output.number(outcome.value),
            output.number_in(outcome.gradient_norm, 2),
        ]);
        let params = output.json_numbers(&format!("{name}: parameter"), &problem.named(&outcome.x));
        let value = output.json_number(&format!("{name}: value"), outcome.value);
        let norm = output.json_number(&format!("{name}: gradient_norm"), outcome.gradient_norm);
        runs.push(json!({
            "method": name, "status": status(&outcome.stop), "steps": outcome.steps, "params": params,
            "value": value, "gradient_norm": norm, "evaluations": outcome.evaluations,
        }));
    }
    output.set("runs", runs);
    output.text(&table.to_string())?;
    let time = |e: &Entry| format!("{} {}", e.outcome.method.name(), duration(e.time));
    output.note(&entries.iter().map(time).collect::<Vec<_>>().join(", "));
    for Entry { outcome, .. } in entries.iter().filter(|e| !e.outcome.stop.is_converged()) {
        let text = outcome.stop.describe("lr");
        let advice =
            outcome.stop.advice("--lr").map_or_else(String::new, |advice| format!("; {advice}"));
        output.note(&format!("{}: {text}{advice}", outcome.method.name()));
    }
    Ok(())
}

fn duration(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    match seconds {
        s if s < 1e-3 => format!("{:.0} µs", s * 1e6),
        s if s < 1.0 => format!("{:.1} ms", s * 1e3),
        s => format!("{s:.1} s"),
    }
}
