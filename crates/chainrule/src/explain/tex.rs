//! The walk as a LaTeX fragment: `align*` environments of `amsmath`.

use super::limits::{Limit, quotients};
use super::walk::{Flow, Step, Walk};
use super::words::times;
use super::{Options, argument_list};
use crate::expression::significant;
use crate::latex;
use std::collections::HashSet;

/// Past this many bytes a formula is cut short.
const FORMULA: usize = 200;
/// Contributions written out before an ellipsis.
const SHOWN: usize = 6;

pub(super) fn write(walk: &Walk<'_>, options: &Options) -> String {
    let page = Page { walk, options };
    let omission = format!("\\text{{{} steps left out}}", walk.left_out);
    let vdots = format!("  &\\;\\;\\vdots \\quad{omission}");
    let mut text =
        String::from("% needs \\usepackage{amsmath}\n\\begingroup\\allowdisplaybreaks\n");
    text += "\\paragraph{Forward}\n";
    text += &environment(&page.told(false, &vdots, |step| vec![page.forward(step)]));
    text += "\\paragraph{Backward}\n";
    text += &environment(&[format!("  {} &= 1", page.derivative(walk.result()))]);
    let mut said = HashSet::new();
    let skipped = format!("\\noindent $\\dots$ {omission}\n\n");
    text += &page.told(true, &skipped, |step| vec![page.backward(step, &mut said)]).concat();
    if !walk.inputs.is_empty() {
        text += "\\paragraph{Gradient}\n";
        text += &environment(&page.gradient());
    }
    if options.limits {
        text += "\\paragraph{Limits}\n";
        let lines = |step: &Step| step.flows.iter().flat_map(|f| page.limit_of(step, f)).collect();
        text += &environment(&page.told(true, &vdots, lines));
    }
    text + "\\endgroup\n"
}

fn environment(lines: &[String]) -> String {
    if lines.is_empty() {
        return String::new();
    }
    format!("\\begin{{align*}}\n{}\n\\end{{align*}}\n", lines.join(" \\\\\n"))
}

struct Page<'w> {
    walk: &'w Walk<'w>,
    options: &'w Options,
}

impl Page<'_> {
    fn forward(&self, step: &Step) -> String {
        let name = self.name(step.node);
        format!("  {name} &= {} = {}", self.formula(step.node), self.value_of(step.node))
    }

    fn backward(&self, step: &Step, said: &mut HashSet<String>) -> String {
        let equation = format!("{} = {}", self.name(step.node), self.formula(step.node));
        let mut lines = Vec::new();
        if step.adjoint != 0.0 {
            lines.extend(step.flows.iter().map(|flow| self.flow(step, flow)));
            if step.more_flows > 0 {
                lines.push(format!("  &\\;\\;\\vdots \\quad\\text{{{} more}}", step.more_flows));
            }
        }
        lines.extend(step.sums.iter().map(|(node, parts)| self.sum_of(*node, parts)));
        format!(
            "\\noindent ${equation}$ --- {}\n{}\n",
            words(&step.told(said)),
            environment(&lines)
        )
    }

    fn flow(&self, step: &Step, flow: &Flow) -> String {
        let sign = if flow.shared { "&\\mathrel{+}= " } else { "&= " };
        let product = format!("{} \\cdot {}", self.derivative(step.node), flow.latex);
        let numbers = if flow.is_number {
            String::new()
        } else {
            let slope = self.number(flow.number);
            let slope =
                if slope.starts_with('-') { format!("\\left({slope}\\right)") } else { slope };
            format!(" = {} \\cdot {slope}", self.number(step.adjoint))
        };
        format!(
            "  {} {sign}{product}{numbers} = {}",
            self.derivative(flow.to),
            self.number(flow.part)
        )
    }

    fn gradient(&self) -> Vec<String> {
        let inputs = &self.walk.inputs;
        let shown = self.options.steps.max(1).min(inputs.len());
        let half = shown.div_ceil(2);
        let line = |&(node, slope): &(usize, f64)| {
            format!("  {} &= {}", self.derivative(node), self.number(slope))
        };
        let (first, last) = (&inputs[..half], &inputs[inputs.len() - (shown - half)..]);
        let mut lines: Vec<String> = first.iter().map(line).collect();
        if shown < inputs.len() {
            lines.push("  &\\;\\;\\vdots".into());
        }
        lines.extend(last.iter().map(line));
        lines
    }

    fn limit_of(&self, step: &Step, flow: &Flow) -> Vec<String> {
        let left =
            format!("  {}", fraction(&self.name(step.node), &self.name(flow.to), "\\partial "));
        let slope = self.number(flow.number);
        let names = argument_list(self.walk, step);
        let args: Vec<_> = names.iter().map(|(name, number)| (name.as_deref(), *number)).collect();
        let value = if flow.is_number { String::new() } else { format!(" = {slope}") };
        let derived = step.op.and_then(|op| Limit::derive(op, flow.argument, &args));
        let Some(limit) = derived else {
            let numbers: Vec<f64> = args.iter().map(|a| a.1).collect();
            let along = |args: &[f64]| self.walk.value(step, args);
            let quotients = quotients(along, flow.argument, &numbers).map(|(h, quotient)| {
                format!("{} \\;(h = 10^{{{}}})", self.number(quotient), h.log10().round())
            });
            return vec![
                format!("{left} &= {}{value} \\quad\\text{{the known derivative}}", flow.latex),
                format!("  &\\approx {}", quotients.join(",\\; ")),
            ];
        };
        let (h, lines) = (latex::name(limit.h), limit.latex());
        let last = lines.len() - 1;
        let line = |(k, line): (usize, &String)| {
            let left = if k == 0 { left.as_str() } else { "  " };
            if k < last {
                format!("{left} &= \\lim_{{{h} \\to 0}} {line}")
            } else {
                format!("{left} &= {line}{value}")
            }
        };
        lines.iter().enumerate().map(line).collect()
    }

    /// The texts of the steps that are told, with a word on those that are not in their place.
    fn told(
        &self,
        newest_first: bool,
        omission: &str,
        mut texts: impl FnMut(&Step) -> Vec<String>,
    ) -> Vec<String> {
        let steps = &self.walk.steps;
        let mut order: Vec<usize> = (0..steps.len()).collect();
        if newest_first {
            order.reverse();
        }
        let mut all = Vec::new();
        for k in order {
            let is_gap = self.walk.left_out > 0 && k + 1 == self.walk.gap;
            if is_gap && newest_first {
                all.push(omission.to_owned());
            }
            all.extend(texts(&steps[k]));
            if is_gap && !newest_first {
                all.push(omission.to_owned());
            }
        }
        all
    }

    fn sum_of(&self, node: usize, parts: &[f64]) -> String {
        let term = |(k, &x): (usize, &f64)| {
            let text = self.number(x);
            if k > 0 && text.starts_with('-') { format!("\\left({text}\\right)") } else { text }
        };
        let mut terms: Vec<String> = parts.iter().enumerate().take(SHOWN).map(term).collect();
        if let (true, Some(last)) = (parts.len() > SHOWN, parts.last()) {
            terms.truncate(SHOWN - 2);
            terms.extend(["\\dots".into(), term((1, last))]);
        }
        let total = self.number(parts.iter().sum());
        let used = format!("used {}, contributions add", times(parts.len()));
        format!(
            "  {} &= {} = {total} \\quad\\text{{{used}}}",
            self.derivative(node),
            terms.join(" + ")
        )
    }

    fn name(&self, node: usize) -> String {
        latex::name(&self.walk.names.of(node))
    }

    fn derivative(&self, node: usize) -> String {
        fraction(&self.name(self.walk.result()), &self.name(node), "\\mathrm{d}")
    }

    fn formula(&self, node: usize) -> String {
        latex::formula(&self.walk.names, node, FORMULA)
    }

    fn number(&self, x: f64) -> String {
        latex::number(&significant(x, self.options.digits))
    }

    fn value_of(&self, node: usize) -> String {
        self.number(self.walk.names.trace.nodes[node].value)
    }
}

/// A sentence inside `\\text`; what stands in backticks as code.
fn words(sentence: &str) -> String {
    let piece = |(k, piece): (usize, &str)| {
        let safe = latex::prose(piece);
        if k % 2 == 1 { format!("\\texttt{{{safe}}}") } else { safe }
    };
    sentence.split('`').enumerate().map(piece).collect()
}

fn fraction(of: &str, by: &str, d: &str) -> String {
    format!("\\frac{{{d}{of}}}{{{d}{by}}}")
}
