//! A name for every node of a trace: its label, or a short name that no label has.

use crate::expression::{Nodes, Part};
use crate::graph::{Kind, Trace};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// Names for a result without a label, in order of preference.
const RESULT: [&str; 5] = ["f", "L", "y", "z", "result"];

/// The trace with a name for each of its inputs and operations.
pub(crate) struct Names<'t> {
    pub(crate) trace: &'t Trace,
    /// Of an unlabelled node its number among its kind; of a labelled one 0, or from 2 on which
    /// of several nodes with that label it is.
    numbers: Vec<u32>,
    result: String,
}

impl<'t> Names<'t> {
    pub(crate) fn new(trace: &'t Trace) -> Self {
        let taken: HashSet<&str> = trace.nodes.iter().filter_map(|n| n.label.as_deref()).collect();
        let mut seen: HashMap<&str, u32> = HashMap::new();
        let (mut inputs, mut steps) = (0, 0);
        let mut numbers = Vec::with_capacity(trace.nodes.len());
        for (i, node) in trace.nodes.iter().enumerate() {
            let is_result = i + 1 == trace.nodes.len();
            numbers.push(match (&node.label, node.kind) {
                (Some(label), _) => {
                    let count = seen.entry(label).or_default();
                    *count += 1;
                    if *count == 1 { 0 } else { *count }
                }
                (None, Kind::Constant) => 0,
                (None, Kind::Input) => next_free(&mut inputs, 'x', &taken),
                (None, Kind::Operation(_) | Kind::Call) if is_result => 0,
                (None, Kind::Operation(_) | Kind::Call) => next_free(&mut steps, 't', &taken),
            });
        }
        let free = RESULT.iter().find(|name| !taken.contains(*name));
        let result = free.map_or_else(
            || format!("t{}", next_free(&mut steps, 't', &taken)),
            |name| (*name).to_owned(),
        );
        Names { trace, numbers, result }
    }

    pub(crate) fn of(&self, i: usize) -> Cow<'_, str> {
        let node = &self.trace.nodes[i];
        match (&node.label, node.kind, self.numbers[i]) {
            (Some(label), _, 0) if !label.contains(char::is_control) => label.into(),
            (Some(label), _, 0) => label.replace(char::is_control, " ").into(),
            (Some(label), _, k) => format!("{}#{k}", label.replace(char::is_control, " ")).into(),
            (None, Kind::Input, k) => format!("x{k}").into(),
            (None, Kind::Constant, _) => crate::expression::number(node.value).into(),
            (None, Kind::Operation(_) | Kind::Call, 0) => self.result.as_str().into(),
            (None, Kind::Operation(_) | Kind::Call, k) => format!("t{k}").into(),
        }
    }
}

/// The next number that makes with `letter` a name nobody has.
fn next_free(count: &mut u32, letter: char, taken: &HashSet<&str>) -> u32 {
    loop {
        *count += 1;
        // Without labels there is nothing to collide with, and no text to make.
        if taken.is_empty() || !taken.contains(format!("{letter}{count}").as_str()) {
            return *count;
        }
    }
}

impl Nodes for Names<'_> {
    fn name(&self, i: usize) -> Option<Cow<'_, str>> {
        (self.trace.nodes[i].kind != Kind::Constant).then(|| self.of(i))
    }

    fn part(&self, i: usize) -> Part<impl Iterator<Item = usize>> {
        self.trace.part(i)
    }
}
