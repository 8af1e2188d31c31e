//! Small neural networks: layers of neurons on standardised columns, for numbers and for classes.

mod train;

use crate::design::Design;
use crate::fit::Status;
use chainrule::algebra::{Algebra, Op, Term, dot};
use chainrule::error::{Error, ErrorKind};
use chainrule::kernel::{Kernel, Options};
use chainrule::nn::{Activation, MersenneTwister, Mlp};

/// Networks of more parameters than this are for other tools.
const MOST_PARAMETERS: usize = 200_000;

/// How a network is built and trained.
///
/// ```
/// use chainrule_fit::NetworkOptions;
/// let options = NetworkOptions { hidden: vec![8], ..NetworkOptions::default() };
/// assert_eq!((options.batch, options.held_out), (32, 0.2));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct NetworkOptions {
    /// Neurons of each hidden layer.
    pub hidden: Vec<usize>,
    /// What a hidden neuron does with its weighted sum.
    pub activation: Activation,
    /// Adam's learning rate at the start; it is halved where the loss stands still.
    pub rate: f64,
    /// Passes over the rows at most.
    pub epochs: usize,
    /// Rows of a step.
    pub batch: usize,
    /// Epochs without a lower loss after which training ends.
    pub patience: usize,
    /// The part of the rows that is held out to tell when to stop, 0 to below 1. With fewer than
    /// five rows in it none is held out and the loss of training decides.
    pub held_out: f64,
    /// Seed of the starting weights, the held-out rows and the order of the others.
    pub seed: u64,
    /// Threads; the result does not depend on them.
    pub threads: Option<usize>,
}

impl Default for NetworkOptions {
    fn default() -> Self {
        NetworkOptions {
            hidden: vec![16, 16],
            activation: Activation::Relu,
            rate: 0.01,
            epochs: 1000,
            batch: 32,
            patience: 60,
            held_out: 0.2,
            seed: 0,
            threads: None,
        }
    }
}

/// A trained network: it predicts from columns of the design it was trained on.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    /// Neurons of each hidden layer.
    pub hidden: Vec<usize>,
    /// What a hidden neuron does with its weighted sum.
    pub activation: Activation,
    /// Mean and standard deviation of each column, by which it is standardised.
    pub scales: Vec<(f64, f64)>,
    /// Mean and standard deviation of the response; (0, 1) for classes.
    pub response_scale: (f64, f64),
    /// Names of the classes; empty where the response is a number.
    pub classes: Vec<String>,
    /// Layer by layer and neuron by neuron the weights, then the bias.
    pub weights: Vec<f64>,
}

/// One pass over the rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Epoch {
    /// Its number, from 1.
    pub number: usize,
    /// Mean loss of the steps: half the squared error in standard deviations of the response, or
    /// the negative log-likelihood of the class.
    pub loss: f64,
    /// Mean loss of the held-out rows after it.
    pub held_out: Option<f64>,
}

/// A network and how it was trained.
#[derive(Clone, Debug, PartialEq)]
pub struct Training {
    /// With the weights of the best epoch.
    pub network: Network,
    /// Every epoch.
    pub history: Vec<Epoch>,
    /// The epoch whose weights were kept; 0 if none was better than the start.
    pub best: usize,
    /// Rows that were held out, by their place in the design.
    pub held_out: Vec<usize>,
    /// How it ended: `Converged` when the loss stood still for long enough.
    pub status: Status,
}

impl Network {
    /// Trains a network on the rows of a design; its intercept is left out, neurons have their own.
    /// `watch` sees every epoch and may end the training.
    ///
    /// The loss of a row is half the squared error of a number, both in standard deviations, and the
    /// negative log-likelihood of a class; its weight multiplies it. Steps are Adam's (Kingma and Ba
    /// 2015) on shuffled mini-batches; starting weights are uniform within ±√(6 / inputs) (He et al.
    /// 2015) for relu and ±√(6 / (inputs + outputs)) (Glorot and Bengio 2010) otherwise.
    ///
    /// ```
    /// use chainrule_fit::{Design, Network, NetworkOptions};
    /// use std::ops::ControlFlow;
    /// let x: Vec<f64> = (0..100).map(|i| f64::from(i) / 50.0 - 1.0).collect();
    /// let design = Design {
    ///     response: x.iter().map(|x| x.abs()).collect(),
    ///     names: vec!["x".into()],
    ///     columns: vec![x],
    ///     ..Design::default()
    /// };
    /// let training =
    ///     Network::train(&design, &NetworkOptions::default(), |_| ControlFlow::Continue(()))?;
    /// let predicted = training.network.predict(&[&[-0.5, 0.25]])?;
    /// assert!((predicted[0][0] - 0.5).abs() < 0.05 && (predicted[0][1] - 0.25).abs() < 0.05);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If there is no column or no row, a layer without neurons, an option outside its range, an
    /// offset, or more than 200,000 parameters.
    pub fn train(
        design: &Design,
        options: &NetworkOptions,
        watch: impl FnMut(&Epoch) -> std::ops::ControlFlow<()>,
    ) -> Result<Training, Error> {
        train::train(design, options, watch)
    }

    /// The columns of a design that a network sees: all but the intercept.
    #[must_use]
    pub fn inputs(design: &Design) -> Vec<&[f64]> {
        let skipped = usize::from(design.has_intercept);
        design.columns.iter().skip(skipped).map(Vec::as_slice).collect()
    }

    /// What the network says of each row: a column of numbers, or a column of probabilities for
    /// each class.
    ///
    /// # Errors
    ///
    /// If there are not as many columns as it was trained on, or their lengths differ, or the
    /// weights are not as many as its shape has.
    pub fn predict(&self, columns: &[&[f64]]) -> Result<Vec<Vec<f64>>, Error> {
        let shape = self.shape()?;
        let standard = standardized(columns, &self.scales);
        let names = names("x", columns.len());
        let parameters = names_of_weights(&shape);
        let kernel = Kernel::over_rows(&borrowed(&parameters), &borrowed(&names), |p, x| {
            shape.call(p, x).unwrap_or_default()
        })?;
        let borrowed: Vec<&[f64]> = standard.iter().map(Vec::as_slice).collect();
        let mut outputs = kernel.eval_batch(&self.weights, &borrowed)?;
        match self.classes.len() {
            0 => {
                let (mean, scale) = self.response_scale;
                outputs[0] = outputs[0].iter().map(|y| mean + scale * y).collect();
            }
            2 => {
                let second: Vec<f64> =
                    outputs[0].iter().map(|s| 1.0 / (1.0 + (-s).exp())).collect();
                outputs = vec![second.iter().map(|p| 1.0 - p).collect(), second];
            }
            _ => softmax(&mut outputs),
        }
        Ok(outputs)
    }

    /// The network's layers as the formula of one row, to call or to draw.
    ///
    /// # Errors
    ///
    /// If the weights are not as many as the shape has.
    pub fn shape(&self) -> Result<Mlp, Error> {
        let shape = shape(self.scales.len(), &self.hidden, self.activation, self.classes.len());
        if shape.parameters().len() != self.weights.len() {
            let message = format!(
                "a network of this shape has {} weights, not {}",
                shape.parameters().len(),
                self.weights.len()
            );
            return Err(Error::new(ErrorKind::Length, message));
        }
        Ok(shape)
    }
}

/// Hidden layers and an output for a number or two classes, or one for each class.
fn shape(inputs: usize, hidden: &[usize], activation: Activation, classes: usize) -> Mlp {
    let outputs = if classes > 2 { classes } else { 1 };
    let layers: Vec<usize> = hidden.iter().copied().chain([outputs]).collect();
    Mlp::new(inputs, &layers, activation, &mut MersenneTwister::new(0))
}

/// Parameters of the shape, counted without building it: it may be far too large.
fn parameter_count(inputs: usize, hidden: &[usize], classes: usize) -> usize {
    let outputs = if classes > 2 { classes } else { 1 };
    let mut before = inputs;
    let layers = hidden.iter().chain([&outputs]);
    layers.fold(0, |sum: usize, &n| {
        let own = n.saturating_mul(before.saturating_add(1));
        before = n;
        sum.saturating_add(own)
    })
}

/// The loss of one row: `y` holds the number, the class of two, or one indicator a class.
fn row_loss<'a, A: Algebra>(
    scores: &[Term<'a, A>],
    y: &[Term<'a, A>],
    classes: usize,
) -> Term<'a, A> {
    match classes {
        0 => 0.5 * (scores[0] - y[0]).square(),
        2 => scores[0].softplus() - y[0] * scores[0],
        _ => {
            let algebra = scores[0].algebra();
            let raw: Vec<A::Value> = scores.iter().map(|score| score.raw()).collect();
            Term::new(algebra, algebra.apply(Op::Logsumexp, &raw)) - dot(y, scores)
        }
    }
}

fn standardized(columns: &[&[f64]], scales: &[(f64, f64)]) -> Vec<Vec<f64>> {
    let pairs = columns.iter().zip(scales);
    pairs.map(|(column, (mean, sd))| column.iter().map(|x| (x - mean) / sd).collect()).collect()
}

fn softmax(scores: &mut [Vec<f64>]) {
    let rows = scores.first().map_or(0, Vec::len);
    for row in 0..rows {
        let most = scores.iter().map(|s| s[row]).fold(f64::NEG_INFINITY, f64::max);
        let mut sum = 0.0;
        for score in scores.iter_mut() {
            score[row] = (score[row] - most).exp();
            sum += score[row];
        }
        for score in scores.iter_mut() {
            score[row] /= sum;
        }
    }
}

fn names(prefix: &str, count: usize) -> Vec<String> {
    (0..count).map(|i| format!("{prefix}{i}")).collect()
}

fn names_of_weights(shape: &Mlp) -> Vec<String> {
    names("w", shape.parameters().len())
}

fn borrowed(names: &[String]) -> Vec<&str> {
    names.iter().map(String::as_str).collect()
}

fn kernel_options(threads: Option<usize>) -> Options {
    Options { threads, ..Options::default() }
}
