//! Loops: a step repeated many times as one node, differentiated backward with few of its states.

use super::closed::{self, Body};
use super::function::{Lent, Recorded};
use super::rows::Rows;
use super::schedule::{Action, Schedule};
use crate::error::{Error, ErrorKind};
use crate::function::Function;
use crate::program::Operation;
use std::iter::Peekable;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

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
    /// Once reverse mode was used, a value keeps these states too, for the gradient that follows.
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
        let rows = Rows::none(step.inputs().len());
        scan(name, step, steps, rows, bytes)
    }

    /// A loop over rows of data: as [`scan`](Operation::scan), with a step for each row, whose
    /// numbers are the step's last inputs. They are no inputs of the loop, and nothing is
    /// differentiated with respect to them.
    ///
    /// ```
    /// use chainrule::{Function, Operation};
    /// // A moving average of measurements, and the squares by which it misses the next one.
    /// let names = ["mean", "loss", "a", "seen"];
    /// let step = Function::record_vector(names, |[mean, loss, a, seen]| {
    ///     [mean + a * (seen - mean), loss + (seen - mean).square()]
    /// })?;
    /// let smooth = Operation::scan_rows("smooth", &step, &[[1.0], [2.0], [4.0]], 1 << 20)?;
    /// let f = Function::record(["a"], move |[a]| {
    ///     smooth.call(&[a.constant(0.0), a.constant(0.0), a])[1]
    /// })?;
    /// // 1 + (2 − a)² + (4 − 3a + a²)²
    /// let (value, gradient) = f.value_and_gradient(&[1.0])?;
    /// assert_eq!((value, gradient), (6.0, vec![-6.0]));
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As for `scan`, and if there is no row, or the rows are not equally long, or longer than what the step's inputs
    /// have behind the state.
    pub fn scan_rows(
        name: &str,
        step: &Function,
        rows: &[impl AsRef<[f64]>],
        bytes: usize,
    ) -> Result<Self, Error> {
        let Some(width) = rows.first().map(|row| row.as_ref().len()) else {
            let message =
                format!("`{name}` has no row, so how many numbers a step sees is unknown");
            return Err(Error::new(ErrorKind::Length, message));
        };
        if let Some(i) = rows.iter().position(|row| row.as_ref().len() != width) {
            let found = rows[i].as_ref().len();
            let message = format!("row {i} of `{name}` has {found} numbers, row 0 has {width}");
            return Err(Error::new(ErrorKind::Length, message));
        }
        let numbers = rows.iter().flat_map(AsRef::as_ref).copied().collect();
        let inputs = step.inputs().len();
        scan(name, step, rows.len(), Rows { numbers, width, inputs }, bytes)
    }
}

fn scan(
    name: &str,
    step: &Function,
    steps: usize,
    rows: Rows,
    bytes: usize,
) -> Result<Operation, Error> {
    let (inputs, outputs, width) = (rows.inputs, step.outputs().len(), rows.width);
    if name.is_empty() || outputs == 0 || outputs + width > inputs {
        let mut message = format!("the step of `{name}` has {outputs} outputs for {inputs} inputs");
        if width > 0 {
            message += &format!(", of which {width} are a row's");
        }
        let hint = "its outputs are the new state, its leading inputs the old one";
        return Err(Error::new(ErrorKind::Length, message).hint(hint));
    }
    let step = Arc::new(Recorded::new(step.clone()));
    let feeds = std::iter::once(0..outputs).collect();
    Ok(closed::operation(name, Scan::new(step, feeds, steps, rows, bytes)))
}

/// A loop.
struct Scan {
    step: Arc<Recorded>,
    /// The inputs that the outputs of a step are in the next one, in order.
    feeds: Vec<Range<usize>>,
    steps: usize,
    rows: Rows,
    bytes: usize,
    /// The loop's inputs.
    inputs: Vec<String>,
    reach: OnceLock<Option<Vec<Vec<bool>>>>,
    /// Whether reverse mode was asked for: then a value is likely to be followed by it.
    is_reversed: AtomicBool,
    last: Mutex<Option<Ahead>>,
}

/// What reverse mode begins with: states that were kept on the way forward.
struct Ahead {
    /// Inputs of the first step.
    from: Vec<f64>,
    kept: Vec<f64>,
    actions: Peekable<Schedule>,
}

impl Scan {
    fn new(
        step: Arc<Recorded>,
        feeds: Vec<Range<usize>>,
        steps: usize,
        rows: Rows,
        bytes: usize,
    ) -> Self {
        let names = step.inputs().iter().enumerate();
        let inputs = names.filter(|(i, _)| rows.is_input(*i)).map(|(_, name)| name.clone());
        Scan {
            inputs: inputs.collect(),
            step,
            feeds,
            steps,
            rows,
            bytes,
            reach: OnceLock::new(),
            is_reversed: AtomicBool::new(false),
            last: Mutex::new(None),
        }
    }

    /// Runs steps; the state stands in `x`, `y` is scratch.
    fn advance(
        &self,
        step: &mut Lent,
        x: &mut [f64],
        y: &mut [f64],
        range: Range<usize>,
    ) -> Result<(), Error> {
        for i in range {
            self.rows.set(i, x);
            step.eval(x, y)?;
            self.set_state(x, y);
        }
        Ok(())
    }

    /// The inputs that are the state.
    fn state(&self) -> impl Iterator<Item = usize> {
        self.feeds.iter().cloned().flatten()
    }

    /// Inputs that are the state, next to each other, and where they stand in it.
    fn parts(&self) -> impl Iterator<Item = (Range<usize>, Range<usize>)> {
        let mut at = 0;
        self.feeds.iter().map(move |inputs| {
            let from = at;
            at += inputs.len();
            (inputs.clone(), from..at)
        })
    }

    fn set_state(&self, x: &mut [f64], state: &[f64]) {
        for (inputs, part) in self.parts() {
            x[inputs].copy_from_slice(&state[part]);
        }
    }

    fn keep(&self, x: &[f64], kept: &mut Vec<f64>) {
        for feed in &self.feeds {
            kept.extend_from_slice(&x[feed.clone()]);
        }
    }

    /// How many states fit.
    fn room(&self) -> usize {
        self.bytes / (self.outputs().len() * size_of::<f64>()).max(1)
    }

    /// Runs forward until the first step that is reversed, keeping states; how many steps those are.
    fn ahead(
        &self,
        step: &mut Lent,
        x: &mut [f64],
        y: &mut [f64],
    ) -> Result<(Ahead, usize), Error> {
        let from = x.to_vec();
        // No more than the bound: a list that grew as it goes might take twice that.
        let room = self.room().clamp(1, self.steps.max(1));
        let mut kept = Vec::with_capacity(room * self.outputs().len());
        self.keep(x, &mut kept);
        let mut actions = Schedule::new(self.steps, self.room()).peekable();
        let mut at = 0;
        while let Some(&Action::Keep { from, to }) = actions.peek() {
            self.advance(step, x, y, from..to)?;
            self.keep(x, &mut kept);
            actions.next();
            at = to;
        }
        Ok((Ahead { from, kept, actions }, at))
    }

    /// The derivative of the last state, weighted, in the inputs of a step.
    fn backward(
        &self,
        step: &mut Lent,
        x: &mut [f64],
        mut weights: Vec<f64>,
    ) -> Result<Vec<f64>, Error> {
        // A state's slope is not summed, it is the next step's weight. −0 + x is x, whatever x.
        let (m, mut sums) = (weights.len(), vec![0.0; x.len()]);
        let mut y = vec![0.0; m];
        self.state().for_each(|input| sums[input] = -0.0);
        let Ahead { mut kept, actions, .. } = match self.take(x) {
            Some(found) => found,
            None => self.ahead(step, x, &mut y)?.0,
        };
        for action in actions {
            match action {
                Action::Keep { from, to } => {
                    self.set_state(x, &kept[kept.len() - m..]);
                    self.advance(step, x, &mut y, from..to)?;
                    self.keep(x, &mut kept);
                }
                Action::Reverse { from, at } => {
                    self.set_state(x, &kept[kept.len() - m..]);
                    self.advance(step, x, &mut y, from..at)?;
                    self.rows.set(at, x);
                    step.add_reverse(x, &weights, &mut sums)?;
                    for (inputs, part) in self.parts() {
                        weights[part].copy_from_slice(&sums[inputs.clone()]);
                        sums[inputs].fill(-0.0);
                    }
                }
                Action::Forget => kept.truncate(kept.len() - m),
            }
        }
        for (input, &weight) in self.state().zip(&weights) {
            sums[input] += weight;
        }
        Ok(sums)
    }

    /// What the last value left, if it was that of the same inputs.
    fn take(&self, x: &[f64]) -> Option<Ahead> {
        let found = self.last.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        let same = found.from.iter().zip(x).all(|(a, b)| a.to_bits() == b.to_bits());
        same.then_some(found)
    }

    /// What may come from where after any number of steps, both as inputs and outputs of a step;
    /// none if that is too much to say.
    fn reach(&self) -> Option<Vec<Vec<bool>>> {
        let feeds: Vec<usize> = self.state().collect();
        let (n, m) = (self.step.inputs().len(), feeds.len());
        if n * m > MOST_PAIRS {
            return None;
        }
        let step: Vec<Vec<bool>> =
            (0..m).map(|i| (0..n).map(|k| self.step.depends(i, k)).collect()).collect();
        let mut all = step.clone();
        for (i, row) in all.iter_mut().enumerate() {
            row[feeds[i]] |= self.steps == 0;
        }
        let mut grows = true;
        while grows {
            grows = false;
            for i in 0..m {
                for between in (0..m).filter(|&b| step[i][feeds[b]]) {
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
        &self.inputs
    }

    fn outputs(&self) -> &[String] {
        self.step.outputs()
    }

    fn eval(&self, x: &[f64], y: &mut [f64]) -> Result<(), Error> {
        let mut x = self.rows.spread(x, self.step.inputs().len());
        self.step.lend(|step| {
            let mut at = 0;
            if self.is_reversed.load(Ordering::Relaxed) {
                let ahead;
                (ahead, at) = self.ahead(step, &mut x, y)?;
                *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(ahead);
            }
            self.advance(step, &mut x, y, at..self.steps)
        })?;
        for (slot, input) in y.iter_mut().zip(self.state()) {
            *slot = x[input];
        }
        Ok(())
    }

    fn reverse(&self, x: &[f64], _: &[f64], w: &[f64], slopes: &mut [f64]) -> Result<(), Error> {
        self.is_reversed.store(true, Ordering::Relaxed);
        let mut x = self.rows.spread(x, self.step.inputs().len());
        let sums = self.step.lend(|step| self.backward(step, &mut x, w.to_vec()))?;
        for (i, slope) in slopes.iter_mut().enumerate() {
            *slope = sums[self.rows.place(i)];
        }
        Ok(())
    }

    /// A loop of the step's forward mode: what was fed back is, and so is its tangent.
    fn forward(&self) -> Result<Box<dyn Body>, Error> {
        let n = self.step.inputs().len();
        let tangents = self.feeds.iter().map(|feed| feed.start + n..feed.end + n);
        let feeds = self.feeds.iter().cloned().chain(tangents).collect();
        let step = Arc::new(self.step.with_direction()?);
        Ok(Box::new(Scan::new(step, feeds, self.steps, self.rows.clone(), self.bytes)))
    }

    fn depends(&self, output: usize, input: usize) -> bool {
        let reach = self.reach.get_or_init(|| self.reach());
        reach.as_ref().is_none_or(|rows| rows[output][self.rows.place(input)])
    }

    fn saved(&self) -> Option<serde_json::Value> {
        Some(super::saved::scan(&self.step.saved()?, self.steps, &self.rows, self.bytes))
    }

    fn operations(&self) -> usize {
        self.steps.saturating_mul(self.step.operations())
    }
}
