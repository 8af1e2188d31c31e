//! A function as text and as a picture's data, and what its derivatives cost.

use super::Function;
use crate::error::Error;
use crate::expression::{self, Nodes, Part};
use crate::graph::{Kind as NodeKind, Trace, TraceNode};
use crate::program::{NodeId, Program, Step};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

/// The function in the formula language, one definition a line: what is used more than once gets a
/// name of its own, the outputs come last.
///
/// ```
/// use chainrule::Function;
/// let f = Function::record(["x"], |[x]| { let s = x.sin(); s * s + x })?;
/// assert_eq!(f.to_string(), "t1 = sin(x)\ny0 = t1*t1 + x");
/// assert_eq!(f.gradient_function()?.to_string(), "t1 = sin(x)\ndy0/dx = 1 + (t1 + t1)*cos(x)");
/// # Ok::<(), chainrule::Error>(())
/// ```
impl fmt::Display for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.first_path();
        let outputs = &path.program.outputs()[..path.outputs];
        let listing = Listing::new(&path.program, outputs, &self.names.outputs);
        let mut lines = listing.definitions();
        for (name, &id) in self.names.outputs.iter().zip(outputs) {
            let is_defined =
                path.program.label(id) == Some(name) && path.program.step(id).is_computed();
            if !is_defined {
                let text = expression::formula(&listing, id.index(), usize::MAX);
                lines.push(format!("{name} = {text}"));
            }
        }
        f.write_str(&lines.join("\n"))
    }
}

/// A program whose shared nodes have names.
struct Listing<'p> {
    program: &'p Program,
    names: Vec<Option<String>>,
}

impl<'p> Listing<'p> {
    fn new(program: &'p Program, outputs: &[NodeId], taken: &[String]) -> Self {
        let mut uses = vec![0_usize; program.len()];
        for (id, step) in program.steps().rev() {
            // An output of a call that nobody needs is not written either.
            let idle = uses[id.index()] == 0 && !outputs.contains(&id);
            if idle && matches!(step, Step::Call(..)) {
                continue;
            }
            for arg in step.arguments() {
                uses[arg.index()] += 1;
            }
        }
        let labels = program.steps().filter_map(|(id, _)| program.label(id));
        let mut taken: BTreeSet<String> =
            labels.map(str::to_owned).chain(taken.iter().cloned()).collect();
        let mut names = vec![None; program.len()];
        let mut next = 1;
        for (id, step) in program.steps() {
            let is_operation = step.is_computed();
            names[id.index()] = if let Some(label) = program.label(id) {
                Some(label.to_owned())
            } else if is_operation && uses[id.index()] > 1 && !outputs.contains(&id) {
                while !taken.insert(format!("t{next}")) {
                    next += 1;
                }
                Some(format!("t{next}"))
            } else {
                None
            };
        }
        Listing { program, names }
    }

    fn definitions(&self) -> Vec<String> {
        let named = self.program.steps().filter(|(_, step)| step.is_computed());
        named
            .filter_map(|(id, _)| {
                let name = self.names[id.index()].as_ref()?;
                Some(format!("{name} = {}", expression::formula(self, id.index(), usize::MAX)))
            })
            .collect()
    }
}

impl Nodes for Listing<'_> {
    fn name(&self, i: usize) -> Option<Cow<'_, str>> {
        self.names[i].as_deref().map(Cow::from).or_else(|| match self.program.part(i) {
            Part::Unknown => self.program.name(i),
            _ => None,
        })
    }

    fn part(&self, i: usize) -> Part<impl Iterator<Item = usize>> {
        self.program.part(i)
    }
}

impl Function {
    /// The program's nodes with their numbers at `x`, to be drawn or explained: those that lead to
    /// output `output`, on the way that the function takes there. One evaluation.
    ///
    /// # Errors
    ///
    /// As for [`eval`](Function::eval), and if there is no such output.
    pub fn trace(&self, x: &[f64], output: usize) -> Result<Trace, Error> {
        super::same_length("input", self.names.inputs.len(), x.len())?;
        if output >= self.names.outputs.len() {
            let count = self.names.outputs.len();
            return Err(Error::new(
                crate::ErrorKind::Length,
                format!("there is no output {output}: the function has {count}"),
            ));
        }
        let (path, values) = self.values_at(x)?;
        let (root, name) = (path.program.outputs()[output], &self.names.outputs[output]);
        Ok(trace_of(&path.program, &values, root, name))
    }
}

/// The nodes below `root` with their numbers; a constant gets a node for each use.
fn trace_of(program: &Program, values: &[f64], root: NodeId, name: &str) -> Trace {
    let wanted = program.needed(&[root], |_| true);
    let mut nodes: Vec<TraceNode> = Vec::new();
    let mut place = vec![0; program.len()];
    for (id, step) in program.steps().filter(|(id, _)| wanted[id.index()]) {
        let node = |kind, inputs, label| {
            let (value, id) = (values[id.index()], id.0 + 1);
            TraceNode { kind, inputs, label, value, gradient: None, id, call: None }
        };
        let label = if id == root { Some(name) } else { program.label(id) }.map(str::to_owned);
        let next = match step {
            Step::Constant(_) if id != root => continue,
            Step::Constant(_) => node(NodeKind::Constant, vec![], label),
            Step::Input(_) => node(NodeKind::Input, vec![], label),
            Step::Operation(..) | Step::Call(..) => {
                let mut inputs = Vec::with_capacity(step.arguments().len());
                for &arg in step.arguments() {
                    if let Step::Constant(value) = program.step(arg) {
                        let (kind, inputs_of) = (NodeKind::Constant, vec![]);
                        let (label, gradient, call) = (None, None, None);
                        let id = 0;
                        let inputs = inputs_of;
                        nodes.push(TraceNode { kind, inputs, label, value, gradient, id, call });
                        place[arg.index()] = nodes.len() - 1;
                    }
                    inputs.push(place[arg.index()]);
                }
                match step {
                    Step::Call(operation, _, output) => {
                        let call = Some((operation.clone(), output));
                        TraceNode { call, ..node(NodeKind::Call, inputs, label) }
                    }
                    Step::Operation(op, _) => node(NodeKind::Operation(op), inputs, label),
                    Step::Input(_) | Step::Constant(_) => continue,
                }
            }
        };
        place[id.index()] = nodes.len();
        nodes.push(next);
    }
    Trace { nodes }
}
