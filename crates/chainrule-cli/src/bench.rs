//! `chainrule bench`: this machine's times, each beside the derivative written by hand.

use crate::interrupt;
use crate::output::{BAD_ANSWER, INTERRUPTED, Output, Result, USAGE, failure};
use crate::table::Table;
use chainrule::error::closest;
use chainrule_bench::{Effort, all};
use serde_json::json;

/// Time chainrule against derivatives written by hand
#[derive(clap::Args)]
#[command(before_help = "\
Examples:
  chainrule bench
  chainrule bench gmm det8
  chainrule bench --json")]
#[command(after_help = "\
Both compute the value and all derivatives, and must agree before a time is taken. They take turns; the
times and the ratio are medians. A ratio below 1 means that chainrule is faster. Both run on one thread; the
derivatives by hand are plain Rust with the standard library's functions.")]
pub(crate) struct Args {
    /// Which problems: tiny, readme, …; all of them if not given
    #[arg(value_name = "PROBLEM")]
    problems: Vec<String>,
    /// Run each once, to see that the results agree
    #[arg(long)]
    smoke: bool,
}

pub(crate) fn run(args: &Args, output: &mut Output) -> Result<()> {
    let problems = all();
    for word in &args.problems {
        let known: Vec<&str> = problems.iter().map(|p| p.0).collect();
        if !known.contains(&word.as_str()) {
            let mut message = format!("there is no problem `{word}`");
            if let Some(close) = closest(word, known.iter().copied()) {
                message += &format!("; did you mean `{close}`?");
            }
            return Err(failure(
                USAGE,
                format!("{message}\n  hint: there are {}", known.join(", ")),
            ));
        }
    }
    let wanted = |name: &str| args.problems.is_empty() || args.problems.iter().any(|p| p == name);
    let effort = if args.smoke { Effort::SMOKE } else { Effort::FULL };
    interrupt::listen();
    let mut table = Table::new(["problem", "chainrule", "by hand", "ratio", ""]);
    table.left(4);
    for (name, problem) in problems.into_iter().filter(|(name, _)| wanted(name)) {
        if interrupt::asked() {
            break;
        }
        output.progress(|| format!("{name} …"));
        let mut problem = problem();
        let about = problem.about;
        let result = match problem.race(effort) {
            Ok(result) => result,
            Err(error) => return output.finish_with(BAD_ANSWER, error.to_string()),
        };
        for (i, hand) in result.hands.iter().enumerate() {
            let (name, ours) =
                if i == 0 { (name.to_owned(), time(result.ours)) } else { Default::default() };
            let ratio = format!("{:.2}", hand.ratio);
            let word = if i == 0 { about.to_owned() } else { format!("  {} by hand", hand.name) };
            table.row([name, ours, time(hand.time), ratio, word]);
        }
        let first = &result.hands[0];
        output.set(
            name,
            json!({ "ours_ns": result.ours, "hand_ns": first.time, "ratio": first.ratio }),
        );
    }
    output.end_progress();
    output.text(&table.to_string())?;
    if interrupt::asked() {
        output.finish()?;
        return Err(failure(INTERRUPTED, ""));
    }
    Ok(())
}

/// A time in the unit that suits it.
fn time(nanoseconds: f64) -> String {
    match nanoseconds {
        t if t < 1e3 => format!("{t:.1} ns"),
        t if t < 1e6 => format!("{:.1} µs", t / 1e3),
        t => format!("{:.2} ms", t / 1e6),
    }
}
