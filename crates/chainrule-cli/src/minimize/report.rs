//! What a run shows of its steps: lines, JSON lines, a CSV file, the best point.

use crate::output::{Output, Result};
use crate::problem::Problem;
use chainrule::expression;
use chainrule::optimize::{Criterion, Outcome, Step, TraceRow};
use serde_json::{Map, Value, json};

/// Shows steps as they come.
pub(super) struct Reporter<'p> {
    problem: &'p Problem,
    jsonl: bool,
    lines: bool,
    printed: bool,
    call: String,
}

/// More variables than this do not fit into a line.
const IN_A_LINE: usize = 6;

impl<'p> Reporter<'p> {
    /// A reporter that writes JSON lines, or lines for people, or only progress.
    pub(super) fn new(problem: &'p Problem, jsonl: bool, lines: bool) -> Self {
        let call = match problem.names.len() {
            0..=IN_A_LINE => format!("f({})", problem.names.join(", ")),
            _ => "f".to_owned(),
        };
        Reporter { problem, jsonl, lines, printed: false, call }
    }

    /// Whether lines for people were written.
    pub(super) fn has_printed(&self) -> bool {
        self.printed
    }

    pub(super) fn step(&mut self, step: &Step<'_>, output: &mut Output) -> Result<()> {
        if self.jsonl {
            output.json_line(self.object(step))
        } else if self.lines {
            self.printed = true;
            output.line(self.text(step, output))
        } else {
            output.progress(|| format!("step {}  f = {}", step.number, step.value_after));
            Ok(())
        }
    }

    /// The point and the value after the step.
    fn text(&self, step: &Step<'_>, output: &Output) -> String {
        let number = |x: f64| {
            if x.abs() < 1e15 { output.fixed(x, 6) } else { output.number(x) }
        };
        let value = format!("{} = {}", self.call, number(step.value_after));
        if self.problem.names.len() > IN_A_LINE {
            return format!("step {}: {value}", step.number);
        }
        let names = self.problem.names.iter().zip(step.x_after);
        let point: Vec<String> =
            names.map(|(name, &x)| format!("{name} = {}", number(x))).collect();
        format!("{}, {value}", point.join(", "))
    }

    fn object(&self, step: &Step<'_>) -> Map<String, Value> {
        let named = |x: &[f64]| -> Value {
            self.problem
                .names
                .iter()
                .cloned()
                .zip(x.iter().map(|&x| json!(x)))
                .collect::<Map<_, _>>()
                .into()
        };
        let before = json!({
            "params": named(step.x), "value": step.value, "gradient": named(step.gradient),
        });
        let after = json!({ "params": named(step.x_after), "value": step.value_after });
        let mut object = Map::new();
        object.insert("step".into(), step.number.into());
        object.insert("rate".into(), step.rate.into());
        object.insert("before".into(), before);
        object.insert("after".into(), after);
        object
    }
}

/// Digits of a minimum: the tolerance is 1e-8, so the tenth decimal of a number near 1 still tells
/// something.
const MINIMUM_DIGITS: usize = 11;

/// The best point and its value.
pub(super) fn best(problem: &Problem, outcome: &Outcome, output: &Output) -> String {
    let value = output.number_in(outcome.value, MINIMUM_DIGITS);
    format!("{}f = {value}", named(problem, &outcome.x, |x| output.number_in(x, MINIMUM_DIGITS)))
}

/// Name and number of each variable, with room after each: in a line, or one a line.
fn named(problem: &Problem, x: &[f64], number: impl Fn(f64) -> String) -> String {
    let room = if x.len() > IN_A_LINE { "\n" } else { "   " };
    let mut text = String::new();
    for (name, &x) in problem.names.iter().zip(x) {
        text += &format!("{name} = {}{room}", number(x));
    }
    text
}

/// A point in a sentence.
pub(crate) fn point(problem: &Problem, x: &[f64], output: &Output) -> String {
    let shown = problem.names.iter().zip(x).take(IN_A_LINE);
    let mut text: Vec<String> =
        shown.map(|(name, &x)| format!("{name} = {}", output.number(x))).collect();
    if x.len() > IN_A_LINE {
        text.push("…".to_owned());
    }
    text.join(", ")
}

/// `86 steps`.
pub(super) fn steps(count: usize) -> String {
    format!("{count} step{}", if count == 1 { "" } else { "s" })
}

/// The test that a run met, in short.
pub(super) fn criterion(by: Criterion, output: &Output) -> String {
    match by {
        Criterion::Gradient { tolerance } => format!("|gradient| < {}", output.number(tolerance)),
        Criterion::Progress { tolerance } => {
            format!("f changes by less than {}", output.number(tolerance))
        }
        _ => "f cannot get lower in floating-point numbers".to_owned(),
    }
}

/// Every step as CSV. The chapter's loop prints the loss *before* and the parameter *after* a step;
/// here each column says which it is.
pub(super) fn csv(problem: &Problem, rows: &[TraceRow]) -> String {
    let names = &problem.names;
    let mut header = vec!["step".to_owned()];
    header.extend(names.iter().map(|n| format!("{n}(before)")));
    header.push("f(before)".to_owned());
    header.extend(names.iter().map(|n| format!("df/d{n}(before)")));
    header.extend(names.iter().map(|n| format!("{n}(after)")));
    header.push("f(after)".to_owned());
    let mut text = header.join(",") + "\n";
    for row in rows {
        let numbers = row.x.iter().chain([&row.value]).chain(&row.gradient).chain(&row.x_after);
        text += &row.number.to_string();
        for &x in numbers.chain([&row.value_after]) {
            text.push(',');
            text += &expression::number(x);
        }
        text.push('\n');
    }
    text
}
