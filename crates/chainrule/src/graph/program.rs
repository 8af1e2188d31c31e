//! From a graph to a program: the operations without the numbers.

use super::record::{Code, Index};
use super::{Graph, Value};
use crate::program::{NodeId, Program};
use std::collections::HashMap;

impl Graph {
    /// What was recorded from `inputs` to `outputs`, as a program. Other values of the graph
    /// become constants; labels are kept.
    ///
    /// # Panics
    ///
    /// If an input or output belongs to another graph.
    #[must_use]
    pub fn program(&self, inputs: &[Value<'_>], outputs: &[Value<'_>]) -> Program {
        for value in inputs.iter().chain(outputs) {
            self.check_owns(*value);
        }
        let last = inputs.iter().chain(outputs).map(|v| v.raw().node).max().unwrap_or(0);
        let store = &self.store;
        let labels = self.labels.borrow();
        let mut program = Program::default();
        let mut place: Vec<Option<NodeId>> = vec![None; last as usize + 1];
        for input in inputs {
            let id = program.push_input();
            place[input.raw().node as usize] = Some(id);
        }
        let mut wanted = vec![false; last as usize + 1];
        for y in outputs {
            wanted[y.raw().node as usize] = true;
        }
        let all = store.nodes(last);
        for &i in all.iter().rev().filter(|&&i| place[i as usize].is_none()) {
            match store.record(i).code() {
                _ if !wanted[i as usize] => {}
                Code::Operation(op) => {
                    store.arguments(op, i).for_each(|a| wanted[a.node as usize] = true);
                }
                Code::Output { site, output } => {
                    // The first output stands for the call.
                    wanted[(i - output) as usize] = true;
                    let (_, args) = self.called(site);
                    for arg in args {
                        wanted[arg.node as usize] = true;
                    }
                }
                Code::Input => {}
            }
        }
        let mut args = Vec::new();
        let mut calls: HashMap<Index, NodeId> = HashMap::new();
        for i in all.into_iter().filter(|&i| wanted[i as usize]) {
            if place[i as usize].is_none() {
                place[i as usize] = match store.record(i).code() {
                    Code::Operation(op) => {
                        args.clear();
                        for argument in store.arguments(op, i) {
                            args.push(match place[argument.node as usize] {
                                Some(id) if argument.node != 0 => id,
                                _ => program.push_constant(argument.number),
                            });
                        }
                        Some(program.push_operation(op, args.iter().copied()))
                    }
                    Code::Output { site, output } => {
                        let first = *calls.entry(site).or_insert_with(|| {
                            let (operation, points) = self.called(site);
                            args.clear();
                            for point in points {
                                args.push(match place[point.node as usize] {
                                    Some(id) if point.node != 0 => id,
                                    _ => program.push_constant(point.value),
                                });
                            }
                            program.push_call(&operation, args.iter().copied())
                        });
                        Some(NodeId(first.0 + output))
                    }
                    Code::Input => Some(program.push_constant(store.record(i).numbers[0])),
                };
            }
            label(&mut program, place[i as usize], labels.get(&(i as Index)));
        }
        for input in inputs {
            let node = input.raw().node;
            label(&mut program, place[node as usize], labels.get(&node));
        }
        let output = |y: &Value<'_>| match place[y.raw().node as usize] {
            Some(id) if y.raw().node != 0 => id,
            _ => program.push_constant(y.value()),
        };
        let outputs = outputs.iter().map(output).collect();
        program.set_outputs(outputs);
        program
    }
}

fn label(program: &mut Program, id: Option<NodeId>, name: Option<&String>) {
    if let (Some(id), Some(name)) = (id, name) {
        program.set_label(id, name.clone());
    }
}
