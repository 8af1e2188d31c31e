//! What runs once a call, not for each row.

use crate::program::{Machine, Program, Slots};
use crate::spare::Spare;

/// A program that runs once a call, on numbers that are the same for all rows.
#[derive(Debug)]
pub(super) struct Once {
    machine: Machine,
    spare: Spare<Slots>,
}

impl Once {
    pub(super) fn new(program: &Program) -> Self {
        Once { machine: Machine::new(program), spare: Spare::default() }
    }

    /// How many outputs it has.
    pub(super) fn len(&self) -> usize {
        self.machine.outputs.all().len()
    }

    /// The outputs, of inputs in parts.
    pub(super) fn values(&self, inputs: &[&[f64]]) -> Vec<f64> {
        let mut outputs = vec![0.0; self.len()];
        self.values_into(inputs, &mut outputs);
        outputs
    }

    /// The same into memory of the caller.
    pub(super) fn values_into(&self, inputs: &[&[f64]], outputs: &mut [f64]) {
        self.spare.with(|slots| {
            self.machine.run(inputs, slots);
            self.machine.outputs.each(0, &slots.values, outputs, |slot, y| *slot = y);
        });
    }
}
