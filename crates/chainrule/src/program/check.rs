//! Whether a program is well formed: what every transformation must keep, and what a loaded file
//! must show before it is run.

use super::{Node, NodeId, Program};
use crate::error::{Error, ErrorKind};
use std::ops::Range;

impl Program {
    /// Checks that arguments come before their uses, that every operation has as many as it takes,
    /// and that inputs and outputs name nodes of their kind.
    ///
    /// # Errors
    ///
    /// The first thing found wrong, with the number of the node.
    pub fn check(&self) -> Result<(), Error> {
        let wrong = |what: String| Err(Error::new(ErrorKind::Format, what));
        for (i, node) in self.nodes.iter().enumerate() {
            match node {
                Node::Constant(_) => {}
                Node::Input(number) => {
                    if self.inputs.get(*number as usize).is_none_or(|id| id.index() != i) {
                        return wrong(format!("node {i} is input {number}, which is another node"));
                    }
                }
                Node::Operation(op, range) => {
                    let name = op.info().name;
                    let count = self.check_arguments(i, name, range)?;
                    let fits = op.info().arity().map_or(count > 0, |n| n == count);
                    if !fits {
                        return wrong(format!(
                            "node {i}: `{name}` does not take {count} arguments"
                        ));
                    }
                }
                Node::Call { site, output } => {
                    let Some(call) = self.calls.get(*site as usize) else {
                        return wrong(format!(
                            "node {i} is an output of a call that does not exist"
                        ));
                    };
                    let (name, count) = (call.operation.name(), call.operation.outputs().len());
                    if self.check_arguments(i, name, &call.args)? != call.operation.inputs().len() {
                        return wrong(format!("node {i}: `{name}` has another number of inputs"));
                    }
                    let is_output = |k: usize, at: Option<&Node>| {
                        let Some(Node::Call { site: other, output }) = at else { return false };
                        other == site && *output as usize == k
                    };
                    let k = *output as usize;
                    let follows = k == 0 || is_output(k - 1, self.nodes.get(i - 1));
                    let goes_on = k + 1 == count || is_output(k + 1, self.nodes.get(i + 1));
                    if !follows || !goes_on {
                        return wrong(format!("node {i}: the outputs of `{name}` stand apart"));
                    }
                }
            }
        }
        for (number, input) in self.inputs.iter().enumerate() {
            if !matches!(self.nodes.get(input.index()), Some(Node::Input(n)) if *n as usize == number)
            {
                return wrong(format!("input {number} is not an input node"));
            }
        }
        let missing = |id: &&NodeId| id.index() >= self.nodes.len();
        if let Some(id) = self.outputs.iter().chain(self.labels.keys()).find(missing) {
            return wrong(format!("node {} is named but does not exist", id.0));
        }
        Ok(())
    }

    /// The number of a node's arguments, which must exist and stand before it.
    fn check_arguments(&self, i: usize, name: &str, range: &Range<u32>) -> Result<usize, Error> {
        let wrong = |what: String| Err(Error::new(ErrorKind::Format, what));
        let (start, end) = (range.start as usize, range.end as usize);
        let Some(args) = self.arguments.get(start..end) else {
            return wrong(format!("node {i} (`{name}`) has arguments that do not exist"));
        };
        if let Some(late) = args.iter().find(|a| a.index() >= i) {
            let late = late.0;
            return wrong(format!("node {i} (`{name}`) uses node {late}, which is not before it"));
        }
        Ok(args.len())
    }

    /// In debug builds, stops where a transformation broke the program.
    pub(crate) fn checked(self) -> Self {
        debug_assert_eq!(self.check(), Ok(()));
        self
    }
}
