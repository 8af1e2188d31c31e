//! Whether a program is well formed: what every transformation must keep, and what a loaded file
//! must show before it is run.

use super::{Node, NodeId, Program};
use crate::error::{Error, ErrorKind};

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
                    let (start, end) = (range.start as usize, range.end as usize);
                    let Some(args) = self.arguments.get(start..end) else {
                        return wrong(format!(
                            "node {i} (`{name}`) has arguments that do not exist"
                        ));
                    };
                    if let Some(late) = args.iter().find(|a| a.index() >= i) {
                        let late = late.0;
                        return wrong(format!(
                            "node {i} (`{name}`) uses node {late}, which is not before it"
                        ));
                    }
                    let fits = op.info().arity().map_or(!args.is_empty(), |n| n == args.len());
                    if !fits {
                        return wrong(format!(
                            "node {i}: `{name}` does not take {} arguments",
                            args.len()
                        ));
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

    /// In debug builds, stops where a transformation broke the program.
    pub(crate) fn checked(self) -> Self {
        debug_assert_eq!(self.check(), Ok(()));
        self
    }
}
