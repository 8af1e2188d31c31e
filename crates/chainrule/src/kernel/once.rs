//! What runs once a call, not for each row.

use crate::program::{Machine, Program, Slots, Step};
use crate::spare::Spare;

/// A program that runs once a call, on numbers that are the same for all rows.
#[derive(Debug)]
pub(super) enum Once {
    /// Outputs that are inputs or numbers: nothing has to run.
    Copies(Vec<Copied>),
    Runs {
        machine: Box<Machine>,
        spare: Spare<Slots>,
    },
}

/// An output for which nothing is computed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Copied {
    Input(usize),
    Number(f64),
}

impl Once {
    pub(super) fn new(program: &Program) -> Self {
        let copied = |output| match program.step(output) {
            Step::Input(i) => Some(Copied::Input(i)),
            Step::Constant(c) => Some(Copied::Number(c)),
            _ => None,
        };
        match program.outputs().iter().map(|&output| copied(output)).collect() {
            Some(copies) => Once::Copies(copies),
            None => {
                Once::Runs { machine: Box::new(Machine::new(program)), spare: Spare::default() }
            }
        }
    }

    /// How many outputs it has.
    pub(super) fn len(&self) -> usize {
        match self {
            Once::Copies(copies) => copies.len(),
            Once::Runs { machine, .. } => machine.outputs.all().len(),
        }
    }

    /// The outputs, of inputs in parts.
    pub(super) fn values(&self, inputs: &[&[f64]]) -> Vec<f64> {
        let mut outputs = vec![0.0; self.len()];
        self.values_into(inputs, &mut outputs);
        outputs
    }

    /// The same into memory of the caller.
    pub(super) fn values_into(&self, inputs: &[&[f64]], outputs: &mut [f64]) {
        match self {
            Once::Copies(copies) => {
                for (output, copied) in outputs.iter_mut().zip(copies) {
                    *output = match *copied {
                        Copied::Input(i) => input(inputs, i),
                        Copied::Number(c) => c,
                    };
                }
            }
            Once::Runs { machine, spare } => spare.with(|slots| {
                machine.run(inputs, slots);
                machine.outputs.each(0, &slots.values, outputs, |slot, y| *slot = y);
            }),
        }
    }
}

/// Input `i` of inputs in parts.
#[inline(always)]
fn input(parts: &[&[f64]], mut i: usize) -> f64 {
    for part in parts {
        match part.get(i) {
            Some(&x) => return x,
            None => i -= part.len(),
        }
    }
    unreachable!("a program has the inputs that it reads")
}
