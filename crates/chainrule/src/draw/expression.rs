//! Names for values that the user gave none: `x + 1`, where that is short.

use super::number::constant;
use crate::expression::{Nodes, Part, short_formula};
use crate::graph::{Kind, Trace};
use std::borrow::Cow;

/// Longest name made up here, in characters.
const LONGEST: usize = 18;

/// The node's label, or a short expression of labels and numbers.
pub(super) fn name(trace: &Trace, i: usize) -> Option<String> {
    let label = trace.nodes[i].label.clone();
    label.or_else(|| short(short_formula(&Labels(trace), i, 4 * LONGEST)?))
}

/// The text, unless it is long or holds a value without a name, which is written `?`.
fn short(text: String) -> Option<String> {
    (text.chars().count() <= LONGEST && !text.contains('?')).then_some(text)
}

/// A trace in which only what the user labelled has a name.
struct Labels<'t>(&'t Trace);

impl Nodes for Labels<'_> {
    fn name(&self, i: usize) -> Option<Cow<'_, str>> {
        let node = &self.0.nodes[i];
        let number = || (node.kind == Kind::Constant && node.value >= 0.0).then_some(node.value);
        node.label.as_deref().map(Cow::from).or_else(|| Some(constant(number()?).into()))
    }

    fn part(&self, i: usize) -> Part<impl Iterator<Item = usize>> {
        self.0.part(i)
    }
}
