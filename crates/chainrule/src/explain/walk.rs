//! The forward and the backward walk as data: what the texts are written from.

use super::Options;
use super::names::Names;
use super::words::describe;
use crate::algebra::{Num, Op, Term};
use crate::check::Slopes;
use crate::graph::{Kind, Trace};
use crate::manual::rule::{Argument, Rule};
use crate::program::Operation;
use std::collections::{HashMap, HashSet};

/// Both walks over a trace.
pub(super) struct Walk<'t> {
    pub(super) names: Names<'t>,
    /// The steps that are told, first computed first.
    pub(super) steps: Vec<Step>,
    /// So many steps are left out, after so many that are told.
    pub(super) left_out: usize,
    pub(super) gap: usize,
    /// The inputs and their derivatives.
    pub(super) inputs: Vec<(usize, f64)>,
}

/// One operation.
pub(super) struct Step {
    /// Counted from 1 over all steps.
    pub(super) number: usize,
    pub(super) node: usize,
    /// The operation; none for a call.
    pub(super) op: Option<Op>,
    /// Derivative of the result with respect to this node.
    pub(super) adjoint: f64,
    pub(super) noun: String,
    pub(super) sentence: String,
    /// What is passed on to each argument that is a node.
    pub(super) flows: Vec<Flow>,
    /// Arguments beyond those told.
    pub(super) more_flows: usize,
    /// Arguments used several times whose last contribution came here: all of them.
    pub(super) sums: Vec<(usize, Vec<f64>)>,
}

impl Step {
    /// What is said of the step: the whole sentence once, then only the noun.
    pub(super) fn told(&self, said: &mut HashSet<String>) -> String {
        let noun = &self.noun;
        if self.adjoint == 0.0 && !self.flows.is_empty() {
            format!("{noun}: the gradient is 0, nothing is passed on")
        } else if said.insert(noun.clone()) {
            format!("{noun}: {}", self.sentence)
        } else {
            noun.clone()
        }
    }
}

/// One contribution to a gradient.
pub(super) struct Flow {
    pub(super) to: usize,
    /// Which argument of the operation.
    pub(super) argument: usize,
    /// The local slope as a formula, and in LaTeX.
    pub(super) slope: String,
    pub(super) latex: String,
    /// Whether the formula is only a number.
    pub(super) is_number: bool,
    /// The local slope, and what it makes of the gradient.
    pub(super) number: f64,
    pub(super) part: f64,
    /// Whether others contribute to the same node.
    pub(super) shared: bool,
    /// Slopes to the left and right, where they differ.
    pub(super) kink: Option<(f64, f64)>,
}

/// Arguments of one operation that are told one by one.
const FLOWS: usize = 8;

/// The derivative of the last node at every node, and who passes it on.
struct Sweep {
    adjoints: Vec<f64>,
    /// How many contributions a node gets, and the step that makes the last of them.
    uses: Vec<u32>,
    last: Vec<u32>,
}

fn sweep(trace: &Trace) -> Sweep {
    let n = trace.nodes.len();
    let mut sweep = Sweep { adjoints: vec![0.0; n], uses: vec![0; n], last: vec![0; n] };
    if let Some(result) = sweep.adjoints.last_mut() {
        *result = 1.0;
    }
    for i in (0..n).rev() {
        let adjoint = sweep.adjoints[i];
        each_slope(trace, i, |_, to, slope| {
            sweep.uses[to] += 1;
            sweep.last[to] = i as u32;
            sweep.adjoints[to] += contribution(slope, adjoint);
        });
    }
    sweep
}

/// An adjoint that is exactly zero passes nothing on, not even to an infinite slope.
fn contribution(slope: f64, adjoint: f64) -> f64 {
    if adjoint == 0.0 { 0.0 } else { slope * adjoint }
}

/// Calls `each(argument, node, slope)` for the arguments of step `i` that are nodes and have a
/// slope.
fn each_slope(trace: &Trace, i: usize, mut each: impl FnMut(usize, usize, f64)) {
    let node = &trace.nodes[i];
    let mut pass = |k: usize, slope: f64| {
        let to = node.inputs[k];
        if trace.nodes[to].kind != Kind::Constant {
            each(k, to, slope);
        }
    };
    if let Some((operation, output)) = &node.call {
        let args: Vec<f64> = node.inputs.iter().map(|&j| trace.nodes[j].value).collect();
        let slopes = operation.slopes(&args, *output);
        // Without a derivative no number is right.
        let slopes = slopes.unwrap_or_else(|_| vec![f64::NAN; args.len()]);
        return slopes.into_iter().enumerate().for_each(|(k, slope)| pass(k, slope));
    }
    let Kind::Operation(op) = node.kind else { return };
    let term = |value| Term::new(&Num, value);
    let args: Vec<_> = node.inputs.iter().map(|&j| term(trace.nodes[j].value)).collect();
    op.partials(&args, term(node.value), |k, slope| pass(k, slope.raw()));
}

impl<'t> Walk<'t> {
    pub(super) fn new(trace: &'t Trace, options: &Options) -> Self {
        let names = Names::new(trace);
        let sweep = sweep(trace);
        let is_step = |i: &usize| matches!(trace.nodes[*i].kind, Kind::Operation(_) | Kind::Call);
        let all: Vec<usize> = (0..trace.nodes.len()).filter(is_step).collect();
        let gap = if all.len() > options.steps { options.steps.div_ceil(2) } else { all.len() };
        let left_out = all.len().saturating_sub(options.steps);
        let told = (0..gap).chain(gap + left_out..all.len());
        let mut steps: Vec<Step> =
            told.filter_map(|k| step(&names, &sweep, k + 1, all[k])).collect();
        collect_sums(trace, &sweep, &mut steps);
        let is_input = |i: &usize| trace.nodes[*i].kind == Kind::Input;
        let inputs = (0..trace.nodes.len()).filter(is_input).map(|i| (i, sweep.adjoints[i]));
        let inputs = inputs.collect();
        Walk { names, steps, left_out, gap, inputs }
    }

    /// What a step computes of other arguments.
    pub(super) fn value(&self, step: &Step, args: &[f64]) -> f64 {
        match (&self.names.trace.nodes[step.node].call, step.op) {
            (Some((operation, output)), _) => operation.eval(args).map_or(f64::NAN, |y| y[*output]),
            (None, Some(op)) => op.value(args),
            (None, None) => f64::NAN,
        }
    }

    /// What a call is written as.
    pub(super) fn word(&self, step: &Step) -> String {
        let call = &self.names.trace.nodes[step.node].call;
        call.as_ref().map(|(operation, output)| operation.word(*output)).unwrap_or_default()
    }

    pub(super) fn result(&self) -> usize {
        self.names.trace.nodes.len() - 1
    }
}

fn step(names: &Names<'_>, sweep: &Sweep, number: usize, node: usize) -> Option<Step> {
    let trace = names.trace;
    if let Some(call) = &trace.nodes[node].call {
        return Some(call_step(names, sweep, number, node, call));
    }
    let Kind::Operation(op) = trace.nodes[node].kind else { return None };
    let inputs = &trace.nodes[node].inputs;
    let texts: Vec<_> = inputs.iter().map(|&j| names.of(j)).collect();
    let args: Vec<Argument<'_>> = inputs
        .iter()
        .zip(&texts)
        .map(|(&j, text)| match trace.nodes[j].kind {
            Kind::Constant => Argument::Number(trace.nodes[j].value),
            _ => Argument::Named(text, trace.nodes[j].value),
        })
        .collect();
    let name = names.of(node);
    let rule = Rule::at(op, &args, (&name, trace.nodes[node].value));
    let adjoint = sweep.adjoints[node];
    let mut flows = Vec::new();
    let mut more_flows = 0;
    each_slope(trace, node, |argument, to, slope| {
        if flows.len() == FLOWS {
            more_flows += 1;
            return;
        }
        flows.push(Flow {
            to,
            argument,
            slope: shortened(rule.factor(argument).unwrap_or_default()),
            latex: rule.latex_factor(argument).unwrap_or_default(),
            is_number: rule.constant(argument).is_some(),
            number: slope,
            part: contribution(slope, adjoint),
            shared: sweep.uses[to] > 1,
            kink: kink(op, &args, argument),
        });
    });
    let (noun, sentence) = describe(op, flows.len() + more_flows, &rule);
    let sums = Vec::new();
    let op = Some(op);
    Some(Step { number, node, op, adjoint, noun, sentence, flows, more_flows, sums })
}

/// A call, whose slopes are known as numbers.
fn call_step(
    names: &Names<'_>,
    sweep: &Sweep,
    number: usize,
    node: usize,
    (operation, output): &(Operation, usize),
) -> Step {
    let (adjoint, word) = (sweep.adjoints[node], operation.word(*output));
    let (mut flows, mut more_flows) = (Vec::new(), 0);
    each_slope(names.trace, node, |argument, to, slope| {
        if flows.len() == FLOWS {
            more_flows += 1;
            return;
        }
        let of = &operation.inputs()[argument];
        flows.push(Flow {
            to,
            argument,
            slope: shortened(format!("∂{word}/∂{of}")),
            latex: format!(
                "\\frac{{\\partial {}}}{{\\partial {}}}",
                crate::latex::name(&word),
                crate::latex::name(of)
            ),
            is_number: false,
            number: slope,
            part: contribution(slope, adjoint),
            shared: sweep.uses[to] > 1,
            kink: None,
        });
    });
    let noun = format!("a call of `{}`", operation.name());
    let sentence =
        "each argument gets the gradient times its slope, which the operation gives".into();
    Step { number, node, op: None, adjoint, noun, sentence, flows, more_flows, sums: Vec::new() }
}

/// Longest formula of a slope, in characters.
const SLOPE: usize = 60;

fn shortened(text: String) -> String {
    match text.char_indices().nth(SLOPE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// Operations of more arguments than this are not searched for kinks.
const SEARCHED: usize = 64;

fn kink(op: Op, args: &[Argument<'_>], i: usize) -> Option<(f64, f64)> {
    if args.len() > SEARCHED {
        return None;
    }
    let mut numbers = crate::manual::rule::numbers(args);
    let x = numbers[i];
    let along = |v: f64| {
        numbers[i] = v;
        op.value(&numbers)
    };
    Slopes::at(along, x).kink()
}

/// All contributions to the nodes whose last one comes in a step that is told.
fn collect_sums(trace: &Trace, sweep: &Sweep, steps: &mut [Step]) {
    let mut parts: HashMap<usize, Vec<f64>> = HashMap::new();
    for step in &*steps {
        for flow in &step.flows {
            if flow.shared && sweep.last[flow.to] as usize == step.node {
                parts.entry(flow.to).or_default();
            }
        }
    }
    if parts.is_empty() {
        return;
    }
    for i in (0..trace.nodes.len()).rev() {
        if trace.nodes[i].inputs.iter().any(|j| parts.contains_key(j)) {
            each_slope(trace, i, |_, to, slope| {
                if let Some(list) = parts.get_mut(&to) {
                    list.push(contribution(slope, sweep.adjoints[i]));
                }
            });
        }
    }
    for step in steps {
        for flow in &step.flows {
            if sweep.last[flow.to] as usize == step.node {
                step.sums.extend(parts.remove_entry(&flow.to));
            }
        }
    }
}
