//! Memory of earlier calls, kept for the next one: a call over few rows takes less time than to
//! allocate what it needs.

use crate::program::{Machine, Program, Slots};
use std::sync::{Mutex, PoisonError};

/// What waits for the next call.
#[derive(Debug, Default)]
pub(super) struct Spare<T>(Mutex<Vec<T>>);

impl<T: Default> Spare<T> {
    /// What an earlier call left, or a new one.
    pub(super) fn take(&self) -> T {
        let spare = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        spare.unwrap_or_default()
    }

    pub(super) fn put_back(&self, used: T) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(used);
    }
}

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
        let mut slots = self.spare.take();
        self.machine.run(inputs, &mut slots);
        self.machine.outputs.each(0, &slots.values, outputs, |slot, y| *slot = y);
        self.spare.put_back(slots);
    }
}
