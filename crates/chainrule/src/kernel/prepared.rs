//! A row's program with its plans, and how results come from them.

use super::derive::Job;
use super::emit::Wanted;
use super::lower;
use super::options::Options;
use super::plan::Plan;
use super::reduce::Run;
use super::tally::Tally;
use std::sync::OnceLock;

/// A job with its plans.
#[derive(Debug)]
pub(super) struct Prepared {
    job: Job,
    wanted: Wanted,
    pub(super) fast: Plan,
    /// For rows where a product of zero and infinity spoilt a result.
    strict: OnceLock<Plan>,
}

/// The numbers that are the same for all rows of a call.
#[derive(Debug)]
pub(super) struct Call {
    inputs: Vec<f64>,
    /// Those of the fast plan.
    pub(super) fast: Vec<f64>,
    strict: OnceLock<Vec<f64>>,
}

impl Prepared {
    pub(super) fn new(job: Job, wanted: Wanted) -> Self {
        let fast = if job.is_exact {
            Plan::exact(&job.program, job.uniforms, wanted)
        } else {
            let lowered = lower::lower(&job.program, false);
            Plan::new(&lowered.program, job.uniforms, wanted, lowered.is_weak)
        };
        Prepared { job, wanted, fast, strict: OnceLock::new() }
    }

    /// A call with these uniform inputs.
    pub(super) fn call(&self, inputs: Vec<f64>) -> Call {
        let fast = self.fast.uniforms(&inputs);
        Call { inputs, fast, strict: OnceLock::new() }
    }

    /// The plan that keeps strong products, and its uniform numbers.
    pub(super) fn strict<'c>(&'c self, call: &'c Call) -> (&'c Plan, &'c [f64]) {
        let plan = self.strict.get_or_init(|| {
            let lowered = lower::lower(&self.job.program, true);
            Plan::new(&lowered.program, self.job.uniforms, self.wanted, false)
        });
        (plan, call.strict.get_or_init(|| plan.uniforms(&call.inputs)))
    }

    /// The results, from the sums of all chunks.
    pub(super) fn results(&self, call: &Call, tally: &Tally) -> Vec<f64> {
        let mut results = if tally.fast_rows == 0 {
            vec![0.0; self.job.program.outputs().len()]
        } else {
            self.fast.totals(&tally.fast.total(), &call.fast, tally.fast_rows).collect()
        };
        results.iter_mut().zip(&*tally.strict.total()).for_each(|(y, more)| *y += more);
        results
    }

    /// A column for each output.
    pub(super) fn columns(
        &self,
        call: &Call,
        columns: &[&[f64]],
        outputs: &mut [&mut [f64]],
        options: Options,
    ) {
        let rows = columns[0].len();
        let run = Run { prepared: self, call, columns, rows, options };
        if !(run.columns(&self.fast, &call.fast, outputs) && self.fast.is_weak) {
            return;
        }
        let spoilt: Vec<usize> =
            (0..rows).filter(|&i| outputs.iter().any(|output| output[i].is_nan())).collect();
        let gathered: Vec<Vec<f64>> =
            columns.iter().map(|c| spoilt.iter().map(|&i| c[i]).collect()).collect();
        let gathered: Vec<&[f64]> = gathered.iter().map(Vec::as_slice).collect();
        let mut again = vec![vec![0.0; spoilt.len()]; outputs.len()];
        let mut slices: Vec<&mut [f64]> = again.iter_mut().map(Vec::as_mut_slice).collect();
        let (plan, uniforms) = self.strict(call);
        let run = Run { prepared: self, call, columns: &gathered, rows: spoilt.len(), options };
        run.columns(plan, uniforms, &mut slices);
        for (output, again) in outputs.iter_mut().zip(again) {
            for (&i, y) in spoilt.iter().zip(again) {
                output[i] = y;
            }
        }
    }
}
