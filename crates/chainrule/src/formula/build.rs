//! A formula as an eager graph, with the labels of its definitions.

use super::Formula;
use crate::algebra::{Algebra, Term};
use crate::graph::{Graph, Value};
use crate::program::{NodeId, Step};

/// The values of a formula in a graph.
#[derive(Clone, Debug)]
pub struct Built<'g> {
    /// The variables, in order.
    pub inputs: Vec<Value<'g>>,
    /// The last definition.
    pub result: Value<'g>,
    /// The named definitions, as they are written.
    pub definitions: Vec<(String, Value<'g>)>,
    /// The value of every node of the program. An operation of numbers alone is a constant and no
    /// node of the graph.
    pub values: Vec<Value<'g>>,
}

impl Formula {
    /// Writes the formula into `graph` at the point `x`, with labels on variables and definitions.
    /// A definition that is a number becomes an input of that name.
    ///
    /// ```
    /// use chainrule::{Graph, formula::Formula};
    /// let formula = Formula::parse("e = a*b; L = e + 1")?;
    /// let graph = Graph::new();
    /// let built = formula.build(&graph, &[2.0, -3.0]);
    /// assert_eq!(built.result.to_string(), "Value(L: -5.0)");
    /// assert_eq!(built.result.backward()[built.inputs[0]], -3.0);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    ///
    /// # Panics
    ///
    /// If `x` is shorter than the variables.
    pub fn build<'g>(&self, graph: &'g Graph, x: &[f64]) -> Built<'g> {
        let mut values: Vec<Value<'g>> = Vec::with_capacity(self.program.len());
        let mut arguments = Vec::new();
        let mut outputs = Vec::new();
        for (id, step) in self.program.steps() {
            let value = match step {
                Step::Input(i) => graph.value(x[i]),
                Step::Constant(c) => graph.constant(c),
                Step::Operation(op, nodes) => {
                    arguments.clear();
                    arguments.extend(nodes.iter().map(|n| values[n.index()].raw()));
                    Term::new(graph, graph.apply(op, &arguments))
                }
                Step::Call(operation, nodes, 0) => {
                    let args: Vec<_> = nodes.iter().map(|n| values[n.index()]).collect();
                    outputs = operation.call(&args);
                    outputs[0]
                }
                Step::Call(_, _, output) => outputs[output],
            };
            values.push(match self.program.label(id) {
                Some(label) => value.label(label),
                None => value,
            });
        }
        let inputs = self.program.inputs().iter().map(|n| values[n.index()]).collect();
        let definition = |(name, n): &(String, NodeId)| (name.clone(), values[n.index()]);
        let definitions = self.definitions.iter().map(definition).collect();
        Built { inputs, result: values[self.result().index()], definitions, values }
    }
}
