//! The walk as text in columns.

use super::limits::{Limit, quotients};
use super::walk::{Flow, Step, Walk};
use super::words::times;
use super::{Options, argument_list};
use crate::algebra::Op;
use crate::expression::{self, infix, significant};
use crate::manual::conventions;
use std::collections::HashSet;

/// Longest formula, in bytes, and the widest column that others are padded to, in characters.
const FORMULA: usize = 60;
const COLUMN: usize = 36;
/// Contributions and arguments written out before an ellipsis.
const SHOWN: usize = 6;

/// The text as it grows, with the widths of its columns.
struct Page<'w> {
    walk: &'w Walk<'w>,
    options: &'w Options,
    text: String,
    /// Of a step's number, `12`, and of its formula, `e = a*b`.
    number: usize,
    equation: usize,
    /// Of the numbers and the value: forward, `2 × -3` and `-6`, and backward.
    forward: [usize; 2],
    backward: [usize; 2],
}

/// Width of the widest text that still fits a column.
fn width(texts: impl IntoIterator<Item = String>) -> usize {
    texts.into_iter().map(|t| t.chars().count()).filter(|&w| w <= COLUMN).max().unwrap_or(0)
}

pub(super) fn write(walk: &Walk<'_>, options: &Options) -> String {
    let text = String::new();
    let mut page =
        Page { walk, options, text, number: 1, equation: 0, forward: [0; 2], backward: [0; 2] };
    let steps = &walk.steps;
    let of_steps = |each: &dyn Fn(&Step) -> String| width(steps.iter().map(each));
    let of_flows = |each: &dyn Fn(&Step, &Flow) -> String| {
        let told = steps.iter().flat_map(|s| s.flows.iter().map(move |f| (s, f)));
        width(told.filter(|(_, f)| !f.is_number).map(|(s, f)| each(s, f)))
    };
    page.number = of_steps(&|s| s.number.to_string()).max(1);
    page.equation = of_steps(&|s| page.equation_of(s)).max("start".len());
    page.forward = [of_steps(&|s| page.computation_of(s)), of_steps(&|s| page.value_of(s.node))];
    page.backward =
        [of_flows(&|s, f| page.multiplication_of(s, f)), of_flows(&|_, f| page.number_of(f.part))];
    page.forward();
    page.backward();
    page.gradient();
    if options.limits {
        page.limits();
    }
    page.text
}

impl Page<'_> {
    fn forward(&mut self) {
        self.text += "Forward\n";
        for (k, step) in self.walk.steps.iter().enumerate() {
            let (equation, computation) = (self.equation_of(step), self.computation_of(step));
            let value = self.value_of(step.node);
            let (number, e, [n, v]) = (self.number, self.equation, self.forward);
            self.text += &format!(
                "  {:>number$}  {equation:e$} =  {computation:n$}  =  {value:>v$}\n",
                step.number
            );
            if k + 1 == self.walk.gap {
                self.omission();
            }
        }
        if self.walk.steps.is_empty() {
            self.text += "  nothing is computed\n";
        }
    }

    fn backward(&mut self) {
        let result = self.name(self.walk.result());
        self.text += &format!(
            "\nBackward: from {result} back to the inputs, newest step first\n  {:number$}  {:e$}  {} = 1\n",
            "",
            "start",
            self.derivative(self.walk.result()),
            number = self.number,
            e = self.equation
        );
        let mut said = HashSet::new();
        for (k, step) in self.walk.steps.iter().enumerate().rev() {
            if k + 1 == self.walk.gap {
                self.omission();
            }
            let equation = self.equation_of(step);
            let sentence = step.told(&mut said);
            let (number, e) = (self.number, self.equation);
            self.text += &format!("  {:>number$}  {equation:e$}  {sentence}\n", step.number);
            if step.adjoint != 0.0 {
                self.flows(step);
            }
            for (node, parts) in &step.sums {
                self.indented(&self.sum_of(*node, parts));
            }
        }
    }

    fn flows(&mut self, step: &Step) {
        let from = self.derivative(step.node);
        let left = |flow: &Flow| self.derivative(flow.to);
        let l = width(step.flows.iter().map(left));
        let signs = if step.flows.iter().any(|f| f.shared) { 2 } else { 1 };
        let equals = |flow: &Flow| if flow.shared { "+=" } else { "=" };
        let right = |flow: &Flow| format!("{from} · {}", flow.slope);
        let mut lines = Vec::new();
        let told = || step.flows.iter().filter(|f| !f.is_number);
        let r = width(told().map(right));
        let [n, v] = self.backward;
        for flow in &step.flows {
            let part = self.number_of(flow.part);
            let left = format!("{:l$} {:>signs$}", left(flow), equals(flow));
            let right = right(flow);
            lines.push(if flow.is_number {
                format!("{left} {right} = {part}")
            } else {
                let numbers = self.multiplication_of(step, flow);
                format!("{left} {right:r$} = {numbers:n$} = {part:>v$}")
            });
            if let Some((below, above)) = flow.kink {
                lines.push(self.kink_at(step, flow, below, above));
            }
        }
        if step.more_flows > 0 {
            lines.push(format!("… {} more arguments in the same way", step.more_flows));
        }
        for line in lines {
            self.indented(&line);
        }
    }

    fn kink_at(&self, step: &Step, flow: &Flow, below: f64, above: f64) -> String {
        let convention = step.op.map(conventions).unwrap_or_default();
        let convention = if convention.is_empty() {
            String::new()
        } else {
            format!("; the table says: {convention}")
        };
        format!(
            "a kink at {} = {}: slope {} to the left, {} to the right, {} is taken{convention}",
            self.name(flow.to),
            self.value_of(flow.to),
            self.number_of(below),
            self.number_of(above),
            self.number_of(flow.number)
        )
    }

    fn gradient(&mut self) {
        let inputs = &self.walk.inputs;
        if inputs.is_empty() {
            self.text += "\nGradient  none: there is no input\n";
            return;
        }
        let shown = self.options.steps.max(1);
        let one = |&(node, slope): &(usize, f64)| {
            format!("{} = {}", self.derivative(node), self.number_of(slope))
        };
        let mut parts: Vec<String> = Vec::new();
        if inputs.len() > shown {
            let half = shown.div_ceil(2);
            let rest = inputs.len() - (shown - half);
            parts.extend(inputs[..half].iter().map(one));
            parts.push(format!("… {} more …", rest - half));
            parts.extend(inputs[rest..].iter().map(one));
        } else {
            parts.extend(inputs.iter().map(one));
        }
        self.text += &format!("\nGradient  {}\n", parts.join("   "));
    }

    fn limits(&mut self) {
        self.text += "\nLimits: each local slope as the limit of a difference quotient, h → 0\n";
        for (k, step) in self.walk.steps.iter().enumerate().rev() {
            if k + 1 == self.walk.gap {
                self.omission();
            }
            let (number, e) = (self.number, self.equation);
            let equation = self.equation_of(step);
            self.text += format!("  {:>number$}  {equation:e$}", step.number).trim_end();
            self.text.push('\n');
            for flow in &step.flows {
                for line in self.limit_of(step, flow) {
                    self.indented(&line);
                }
            }
        }
    }

    fn limit_of(&self, step: &Step, flow: &Flow) -> Vec<String> {
        let left =
            format!("∂{}/∂{} =", bracketed(&self.name(step.node)), bracketed(&self.name(flow.to)));
        let slope = self.number_of(flow.number);
        let names = argument_list(self.walk, step);
        let args: Vec<_> = names.iter().map(|(name, number)| (name.as_deref(), *number)).collect();
        let derived = step.op.and_then(|op| Limit::derive(op, flow.argument, &args));
        let Some(limit) = derived else {
            let numbers: Vec<f64> = args.iter().map(|a| a.1).collect();
            let value = |args: &[f64]| self.walk.value(step, args);
            let quotients = quotients(value, flow.argument, &numbers)
                .map(|(h, quotient)| format!("h = {h:e}: {}", self.number_of(quotient)));
            let value = if flow.is_number { String::new() } else { format!(" = {slope}") };
            return vec![
                format!("{left} {}{value}, the known derivative", flow.slope),
                format!("quotients  {}", quotients.join("   ")),
            ];
        };
        let texts = limit.texts();
        let lim = if limit.h == "h" { "lim".into() } else { format!("lim {} → 0:", limit.h) };
        let indent = " ".repeat(left.chars().count() - 1);
        let last = texts.len() - 1;
        let line = |(k, text): (usize, &String)| {
            let left = if k == 0 { left.clone() } else { format!("{indent}=") };
            match k {
                _ if k < last => format!("{left} {lim} {text}"),
                _ if flow.is_number => format!("{left} {text}"),
                _ => format!("{left} {text} = {slope}"),
            }
        };
        texts.iter().enumerate().map(line).collect()
    }

    fn omission(&mut self) {
        if self.walk.left_out > 0 {
            let number = self.number;
            self.text += &format!("  {:>number$}  {} steps left out\n", "…", self.walk.left_out);
        }
    }

    /// A line under the sentences.
    fn indented(&mut self, line: &str) {
        self.text += &" ".repeat(2 + self.number + 2 + self.equation + 2);
        self.text += line;
        self.text.push('\n');
    }

    fn name(&self, node: usize) -> String {
        self.walk.names.of(node).into_owned()
    }

    /// `dL/da`.
    fn derivative(&self, node: usize) -> String {
        let name = self.name(self.walk.result());
        format!("d{}/d{}", bracketed(&name), bracketed(&self.name(node)))
    }

    fn number_of(&self, x: f64) -> String {
        significant(x, self.options.digits)
    }

    fn value_of(&self, node: usize) -> String {
        self.number_of(self.walk.names.trace.nodes[node].value)
    }

    /// `e = a*b`.
    fn equation_of(&self, step: &Step) -> String {
        let formula = expression::formula(&self.walk.names, step.node, FORMULA);
        format!("{} = {formula}", self.name(step.node))
    }

    /// `2 × -3`: the formula in numbers.
    fn computation_of(&self, step: &Step) -> String {
        let trace = self.walk.names.trace;
        let inputs = &trace.nodes[step.node].inputs;
        let numbers: Vec<String> = inputs.iter().map(|&j| self.value_of(j)).collect();
        match step.op {
            Some(op) => computation(op, &numbers),
            None => applied(&self.walk.word(step), &numbers),
        }
    }

    /// `1 × -2`: gradient times slope.
    fn multiplication_of(&self, step: &Step, flow: &Flow) -> String {
        format!("{} × {}", self.number_of(step.adjoint), self.number_of(flow.number))
    }

    /// `a is used twice: 1 + 1 = 2, contributions add`.
    fn sum_of(&self, node: usize, parts: &[f64]) -> String {
        let term = |(k, &x): (usize, &f64)| {
            let text = self.number_of(x);
            if k > 0 && text.starts_with('-') { format!("({text})") } else { text }
        };
        let mut terms: Vec<String> = parts.iter().enumerate().take(SHOWN).map(term).collect();
        if let (true, Some(last)) = (parts.len() > SHOWN, parts.last()) {
            terms.truncate(SHOWN - 2);
            terms.extend(["…".into(), term((1, last))]);
        }
        let total: f64 = parts.iter().sum();
        format!(
            "{} is used {}: {} = {}, contributions add",
            self.name(node),
            times(parts.len()),
            terms.join(" + "),
            self.number_of(total)
        )
    }
}

/// The operation with numbers in place of its arguments.
fn computation(op: Op, numbers: &[String]) -> String {
    let negative = |text: &String| text.starts_with('-');
    let round = |text: &String, needed: bool| {
        if needed { format!("({text})") } else { text.clone() }
    };
    match (infix(op), numbers) {
        (Some((_, "*")), [a, b]) => format!("{a} × {b}"),
        (Some((_, "^")), [a, b]) => format!("{}^{}", round(a, negative(a)), round(b, negative(b))),
        (Some((_, sign)), [a, b]) => format!("{a} {} {}", sign.trim(), round(b, negative(b))),
        (None, [a]) if op.info().symbol == "-" => format!("-{}", round(a, negative(a))),
        _ => applied(op.info().symbol, numbers),
    }
}

/// `f(1, 2, …, 9)`.
fn applied(word: &str, numbers: &[String]) -> String {
    let mut shown: Vec<&str> = numbers.iter().take(SHOWN).map(String::as_str).collect();
    if let (true, Some(last)) = (numbers.len() > SHOWN, numbers.last()) {
        shown.truncate(SHOWN - 2);
        shown.extend(["…", last]);
    }
    format!("{word}({})", shown.join(", "))
}

/// A name that is not one word stands in brackets beside a `d`.
fn bracketed(name: &str) -> String {
    let word = |c: char| c.is_alphanumeric() || "_'#".contains(c);
    if name.chars().all(word) { name.to_owned() } else { format!("({name})") }
}
