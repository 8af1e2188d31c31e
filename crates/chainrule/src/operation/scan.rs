//! Loops: a step repeated many times as one node, differentiated backward with few of its states.

use super::closed::{self, Body};
use super::function::Recorded;
use super::schedule::{Action, Schedule};
use crate::error::{Error, ErrorKind};
use crate::function::Function;
use crate::program::Operation;
use std::sync::{Arc, OnceLock};

impl Operation {
    /// A loop: `step` repeated `steps` times, from the first state to the last, as one node.
    ///
    /// The step's outputs are the new state; its leading inputs, as many, are the old one, and its
    /// further inputs are the same in every step. So are the loop's inputs and outputs: the first
    /// state and what stays the same, to the last state. A loss along the way is summed in a state
    /// of its own.
    ///
    /// Forward mode is a loop of a state twice as long, in constant memory. Reverse mode keeps as
    /// many states as fit into `bytes`, at least one, and runs the others again from there, by the
    /// binomial schedule of Griewank and Walther: with room for `s` states, `n` steps are run
    /// forward at most `t` times each, where `t` is the least number with `(s+t)!/(s!·t!) ≥ n`. For
    /// a million steps that is 5 times with room for 64 states, 3 with 1000, 2 with 1500.
    /// Second derivatives are loops too: the memory bound holds for each. Branches of the step are
    /// followed step by step.
    ///
    /// ```
    /// use chainrule::{Function, Operation};
    /// // x' = −k·x by a thousand small steps: x₀·exp(−k), almost.
    /// let step = Function::record(["x", "k"], |[x, k]| x - 0.001 * k * x)?;
    /// let decay = Operation::scan("decay", &step, 1000, 1 << 20)?;
    /// let f = Function::record(["k"], move |[k]| decay.apply([k.constant(2.0), k]))?;
    /// assert_eq!(f.to_string(), "y0 = decay(2, k)");
    /// let slope = f.gradient(&[1.0])?[0];
    /// assert!((slope + 2.0 * 0.999_f64.powi(999)).abs() < 1e-12);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the name is empty, or the step has no output or more outputs than inputs.
    pub fn scan(name: &str, step: &Function, steps: usize, bytes: usize) -> Result<Self, Error> {
        let (inputs, outputs) = (step.inputs().len(), step.outputs().len());
        if name.is_empty() || outputs == 0 || outputs > inputs {
            let message = format!("the step of `{name}` has {outputs} outputs for {inputs} inputs");
            let hint = "its outputs are the new state, its leading inputs the old one";
            return Err(Error::new(ErrorKind::Length, message).hint(hint));
        }
        let step = Arc::new(Recorded::new(step.clone()));
        let feeds = (0..outputs).collect();
        Ok(closed::operation(name, Scan::new(step, feeds, steps, bytes)))
    }
}

/// A loop.
struct Scan {
    step: Arc<dyn Body>,
    /// The input that each output of a step is in the next one.
    feeds: Vec<usize>,
    steps: usize,
    bytes: usize,
    reach: OnceLock<Option<Vec<Vec<bool>>>>,
}

impl Scan {
    fn new(step: Arc<dyn Body>, feeds: Vec<usize>, steps: usize, bytes: usize) -> Self {
        Scan { step, feeds, steps, bytes, reach: OnceLock::new() }
    }

    /// Runs `count` steps; the state stands in `x`, `y` is scratch.
    fn advance(&self, x: &mut [f64], y: &mut [f64], count: usize) -> Result<(), Error> {
        for _ in 0..count {
            self.step.eval(x, y)?;
            self.set_state(x, y);
        }
        Ok(())
    }

    fn set_state(&self, x: &mut [f64], state: &[f64]) {
        for (&input, &value) in self.feeds.iter().zip(state) {
            x[input] = value;
        }
    }

    fn keep(&self, x: &[f64], kept: &mut Vec<f64>) {
        kept.extend(self.feeds.iter().map(|&input| x[input]));
    }

    /// How many states fit.
    fn room(&self) -> usize {
        self.bytes / (self.feeds.len() * size_of::<f64>()).max(1)
    }

    /// What may come from where after any number of steps; none if that is too much to say.
    fn reach(&self) -> Option<Vec<Vec<bool>>> {
        let (n, m) = (self.inputs().len(), self.feeds.len());
        if n * m > MOST_PAIRS {
            return None;
        }
        let step: Vec<Vec<bool>> =
            (0..m).map(|i| (0..n).map(|k| self.step.depends(i, k)).collect()).collect();
        let mut all = step.clone();
        for (i, row) in all.iter_mut().enumerate() {
            row[self.feeds[i]] |= self.steps == 0;
        }
        let mut grows = true;
        while grows {
            grows = false;
            for i in 0..m {
                for between in (0..m).filter(|&b| step[i][self.feeds[b]]) {
                    let through = all[between].clone();
                    for (known, new) in all[i].iter_mut().zip(through) {
                        grows |= new && !*known;
                        *known |= new;
                    }
                }
            }
        }
        Some(all)
    }
}

/// Patterns of more pairs of input and output are taken to be full.
const MOST_PAIRS: usize = 1 << 14;

impl Body for Scan {
    fn inputs(&self) -> &[String] {
        self.step.inputs()
    }

    fn outputs(&self) -> &[String] {
        self.step.outputs()
    }

    fn eval(&self, x: &[f64], y: &mut [f64]) -> Result<(), Error> {
        let mut x = x.to_vec();
        self.advance(&mut x, y, self.steps)?;
        for (slot, &input) in y.iter_mut().zip(&self.feeds) {
            *slot = x[input];
        }
        Ok(())
    }

    fn reverse(&self, x: &[f64], _: &[f64], w: &[f64], slopes: &mut [f64]) -> Result<(), Error> {
        let (n, m) = (x.len(), self.feeds.len());
        let (mut x, mut y, mut part) = (x.to_vec(), vec![0.0; m], vec![0.0; n]);
        let mut weights = w.to_vec();
        // No more than the bound: a list that grew as it goes might take twice that.
        let mut kept = Vec::with_capacity(self.room().clamp(1, self.steps.max(1)) * m);
        self.keep(&x, &mut kept);
        slopes.fill(0.0);
        for action in Schedule::new(self.steps, self.room()) {
            match action {
                Action::Keep { from, to } => {
                    self.set_state(&mut x, &kept[kept.len() - m..]);
                    self.advance(&mut x, &mut y, to - from)?;
                    self.keep(&x, &mut kept);
                }
                Action::Reverse { from, at } => {
                    self.set_state(&mut x, &kept[kept.len() - m..]);
                    self.advance(&mut x, &mut y, at - from)?;
                    self.step.reverse(&x, &y, &weights, &mut part)?;
                    for (weight, &input) in weights.iter_mut().zip(&self.feeds) {
                        *weight = std::mem::take(&mut part[input]);
                    }
                    slopes.iter_mut().zip(&part).for_each(|(slope, part)| *slope += part);
                }
                Action::Forget => kept.truncate(kept.len() - m),
            }
        }
        for (&input, &weight) in self.feeds.iter().zip(&weights) {
            slopes[input] += weight;
        }
        Ok(())
    }

    /// A loop of the step's forward mode: what was fed back is, and so is its tangent.
    fn forward(&self) -> Result<Box<dyn Body>, Error> {
        let n = self.inputs().len();
        let tangents = self.feeds.iter().map(|input| input + n);
        let feeds = self.feeds.iter().copied().chain(tangents).collect();
        let step = Arc::from(self.step.forward()?);
        Ok(Box::new(Scan::new(step, feeds, self.steps, self.bytes)))
    }

    fn depends(&self, output: usize, input: usize) -> bool {
        let reach = self.reach.get_or_init(|| self.reach());
        reach.as_ref().is_none_or(|rows| rows[output][input])
    }

    fn saved(&self) -> Option<serde_json::Value> {
        Some(super::saved::scan(&self.step.saved()?, self.steps, self.bytes))
    }

    fn operations(&self) -> usize {
        self.steps.saturating_mul(self.step.operations())
    }
}
