//! The forward and the backward walk in words and numbers: the derivation by hand, for any graph.
//!
//! ```
//! use chainrule::explain::{Options, explain};
//! let graph = chainrule::Graph::new();
//! let a = graph.value(3.0).label("a");
//! let b = (a + a).label("b");
//! let text = explain(&b.trace(), &Options::default());
//! assert!(text.contains("a is used twice: 1 + 1 = 2, contributions add"));
//! assert!(text.ends_with("Gradient  db/da = 2\n"));
//! ```

mod limits;
mod names;
mod tex;
mod text;
mod walk;
mod words;

use crate::graph::{Kind, Trace};
use walk::{Step, Walk};

/// How to explain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Significant digits of numbers.
    pub digits: usize,
    /// Steps that are told; of a longer graph the first and the last ones are.
    pub steps: usize,
    /// Whether to derive the local slopes as limits of difference quotients too.
    pub limits: bool,
    /// Whether to write a LaTeX fragment, which needs `amsmath`, in place of text.
    pub latex: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options { digits: 6, steps: 150, limits: false, latex: false }
    }
}

/// Explains how the last value of `trace` was computed, and how its derivative gets back to every
/// input, step by step.
///
/// The derivatives are computed here: the trace need not hold any. Nodes without a label get short
/// names, `x1` for an input and `t1` for a step. Time and memory grow with the length of the
/// trace, the text with [`Options::steps`].
///
/// # Panics
///
/// If the trace has no node.
#[must_use]
pub fn explain(trace: &Trace, options: &Options) -> String {
    assert!(!trace.nodes.is_empty(), "a trace holds at least its root");
    let walk = Walk::new(trace, options);
    if options.latex { tex::write(&walk, options) } else { text::write(&walk, options) }
}

/// The arguments of a step as a derivation takes them: name, unless it is a constant, and number.
fn argument_list(walk: &Walk<'_>, step: &Step) -> Vec<(Option<String>, f64)> {
    let nodes = &walk.names.trace.nodes;
    let argument = |&j: &usize| {
        let name = (nodes[j].kind != Kind::Constant).then(|| walk.names.of(j).into_owned());
        (name, nodes[j].value)
    };
    nodes[step.node].inputs.iter().map(argument).collect()
}
