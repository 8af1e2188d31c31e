//! Numbers that differ from step to step of a loop, and are no inputs of it.

use std::sync::Arc;

/// A row for each step: the last inputs of the step, which has `inputs` of them. In forward mode
/// the step has as many again for the tangents, of which the rows' are 0, and so on.
#[derive(Clone)]
pub(super) struct Rows {
    pub(super) numbers: Arc<[f64]>,
    pub(super) width: usize,
    pub(super) inputs: usize,
}

impl Rows {
    /// For a step that sees none.
    pub(super) fn none(inputs: usize) -> Self {
        Rows { numbers: [].into(), width: 0, inputs }
    }

    /// Which of the step's inputs the loop's input is.
    pub(super) fn place(&self, input: usize) -> usize {
        let own = self.inputs - self.width;
        input / own * self.inputs + input % own
    }

    /// Whether the step's input is one of the loop's.
    pub(super) fn is_input(&self, place: usize) -> bool {
        place % self.inputs < self.inputs - self.width
    }

    /// The inputs of a step that has `len`, from the loop's; those of a row are 0.
    pub(super) fn spread(&self, inputs: &[f64], len: usize) -> Vec<f64> {
        let mut all = vec![0.0; len];
        for (i, &x) in inputs.iter().enumerate() {
            all[self.place(i)] = x;
        }
        all
    }

    /// Writes the row of that step among the step's inputs.
    pub(super) fn set(&self, step: usize, inputs: &mut [f64]) {
        let row = &self.numbers[step * self.width..][..self.width];
        inputs[self.inputs - self.width..self.inputs].copy_from_slice(row);
    }
}
