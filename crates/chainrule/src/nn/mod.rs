//! Neural networks as micrograd has them: neurons, layers, and layers in a row.
//!
//! A network owns its weights as plain numbers. Each step of training places them in a graph,
//! calls, asks for the gradient and moves the numbers, so that no value outlives its graph.
//!
//! ```
//! use chainrule::Graph;
//! use chainrule::nn::{Activation, MersenneTwister, Mlp};
//!
//! let mut model = Mlp::new(2, &[4, 1], Activation::Tanh, &mut MersenneTwister::new(1));
//! let mut graph = Graph::new();
//! let mut losses = Vec::new();
//! for _ in 0..20 {
//!     graph.clear();
//!     let weights = model.place(&graph);
//!     let score = model.call(&weights, &[graph.constant(0.5), graph.constant(-1.0)])?[0];
//!     let loss = (score - 1.0).powi(2);
//!     let gradient = loss.backward();
//!     losses.push(loss.value());
//!     for (parameter, &weight) in model.parameters_mut().iter_mut().zip(&weights) {
//!         *parameter -= 0.05 * gradient[weight];
//!     }
//! }
//! assert!(losses[19] < 0.01 * losses[0]);
//! # Ok::<(), chainrule::Error>(())
//! ```

mod random;

use crate::algebra::{Algebra, Term, dot};
use crate::error::{Error, ErrorKind};
use crate::graph::{Graph, Value};
pub use random::MersenneTwister;
use std::fmt;

/// What a neuron does with the weighted sum of its inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Activation {
    /// Nothing.
    Linear,
    /// `max(x, 0)`; slope 0 at 0.
    Relu,
    /// Hyperbolic tangent.
    Tanh,
    /// Logistic function `1 / (1 + exp(−x))`.
    Sigmoid,
}

impl Activation {
    /// The activation of `x`.
    #[must_use]
    pub fn apply<A: Algebra>(self, x: Term<'_, A>) -> Term<'_, A> {
        match self {
            Activation::Linear => x,
            Activation::Relu => x.relu(),
            Activation::Tanh => x.tanh(),
            Activation::Sigmoid => x.sigmoid(),
        }
    }
}

/// The shape of a neuron: `activation(bias + Σ weightᵢ·xᵢ)`.
///
/// Its parameters are the weights in the order of the inputs, then the bias.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Neuron {
    inputs: usize,
    activation: Activation,
}

impl Neuron {
    /// A neuron of so many inputs.
    #[must_use]
    pub fn new(inputs: usize, activation: Activation) -> Self {
        Neuron { inputs, activation }
    }

    /// Number of parameters.
    #[must_use]
    pub fn parameter_count(&self) -> usize {
        self.inputs + 1
    }

    /// Weights drawn from −1 to 1 as micrograd draws them, and the bias 0.
    pub fn start(&self, random: &mut MersenneTwister) -> Vec<f64> {
        let mut parameters: Vec<f64> =
            (0..self.inputs).map(|_| random.uniform(-1.0, 1.0)).collect();
        parameters.push(0.0);
        parameters
    }

    /// The neuron's answer to `x`. The weighted sum is one node.
    ///
    /// ```
    /// use chainrule::Graph;
    /// use chainrule::nn::{Activation, Neuron};
    /// let graph = Graph::new();
    /// let parameters = graph.values([-3.0, 1.0, 6.8813735870195432]);
    /// let x = graph.values([2.0, 0.0]);
    /// let y = Neuron::new(2, Activation::Tanh).call(&parameters, &x)?;
    /// assert!((y.value() - 0.5_f64.sqrt()).abs() < 1e-15);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the number of inputs or parameters is not the neuron's.
    pub fn call<'a, A: Algebra>(
        &self,
        parameters: &[Term<'a, A>],
        x: &[Term<'a, A>],
    ) -> Result<Term<'a, A>, Error> {
        expect(x.len(), self.inputs, "input")?;
        expect(parameters.len(), self.parameter_count(), "parameter")?;
        let (weights, bias) = (&parameters[..self.inputs], parameters[self.inputs]);
        let sum = if weights.is_empty() { bias } else { dot(weights, x) + bias };
        Ok(self.activation.apply(sum))
    }
}

/// The shape of a layer: neurons that are alike and see the same inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Layer {
    neuron: Neuron,
    outputs: usize,
}

impl Layer {
    /// A layer of `outputs` neurons.
    #[must_use]
    pub fn new(inputs: usize, outputs: usize, activation: Activation) -> Self {
        Layer { neuron: Neuron::new(inputs, activation), outputs }
    }

    /// Number of parameters.
    #[must_use]
    pub fn parameter_count(&self) -> usize {
        self.outputs * self.neuron.parameter_count()
    }

    /// Parameters of every neuron in turn, drawn as [`Neuron::start`] does.
    pub fn start(&self, random: &mut MersenneTwister) -> Vec<f64> {
        (0..self.outputs).flat_map(|_| self.neuron.start(random)).collect()
    }

    /// The answer of every neuron to `x`.
    ///
    /// # Errors
    ///
    /// If the number of inputs or parameters is not the layer's.
    pub fn call<'a, A: Algebra>(
        &self,
        parameters: &[Term<'a, A>],
        x: &[Term<'a, A>],
    ) -> Result<Vec<Term<'a, A>>, Error> {
        expect(x.len(), self.neuron.inputs, "input")?;
        expect(parameters.len(), self.parameter_count(), "parameter")?;
        parameters
            .chunks_exact(self.neuron.parameter_count())
            .map(|own| self.neuron.call(own, x))
            .collect()
    }
}

/// A multi-layer perceptron: layers in a row, with their parameters.
///
/// ```
/// use chainrule::nn::{Activation, MersenneTwister, Mlp};
/// let model = Mlp::new(3, &[2, 1], Activation::Relu, &mut MersenneTwister::new(1337));
/// assert_eq!(
///     model.to_string(),
///     "MLP of [Layer of [ReLUNeuron(3), ReLUNeuron(3)], Layer of [LinearNeuron(2)]]"
/// );
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Mlp {
    inputs: usize,
    layers: Vec<Layer>,
    parameters: Vec<f64>,
}

impl Mlp {
    /// A network with `outputs[i]` neurons in layer `i`, all of `activation` but the last, which
    /// is linear: micrograd's `MLP`.
    #[must_use]
    pub fn new(
        inputs: usize,
        outputs: &[usize],
        activation: Activation,
        random: &mut MersenneTwister,
    ) -> Self {
        let last = outputs.len().saturating_sub(1);
        let layers: Vec<_> = outputs
            .iter()
            .enumerate()
            .map(|(i, &n)| (n, if i == last { Activation::Linear } else { activation }))
            .collect();
        Mlp::with_layers(inputs, &layers, random)
    }

    /// A network whose layers are given by their number of neurons and their activation.
    #[must_use]
    pub fn with_layers(
        inputs: usize,
        layers: &[(usize, Activation)],
        random: &mut MersenneTwister,
    ) -> Self {
        let mut from = inputs;
        let chain = |&(to, activation): &(usize, Activation)| {
            let layer = Layer::new(from, to, activation);
            from = to;
            layer
        };
        let layers: Vec<Layer> = layers.iter().map(chain).collect();
        let parameters = layers.iter().flat_map(|layer| layer.start(random)).collect();
        Mlp { inputs, layers, parameters }
    }

    /// The parameters: layer by layer and neuron by neuron its weights, then its bias.
    #[must_use]
    pub fn parameters(&self) -> &[f64] {
        &self.parameters
    }

    /// The parameters, to be moved by a step of training.
    pub fn parameters_mut(&mut self) -> &mut [f64] {
        &mut self.parameters
    }

    /// The parameters as values of `graph`, to call with and to ask for the gradient.
    #[must_use]
    pub fn place<'g>(&self, graph: &'g Graph) -> Vec<Value<'g>> {
        self.parameters.iter().map(|&p| graph.value(p)).collect()
    }

    /// The network's answer to `x` with these parameters, in the algebra that they belong to.
    ///
    /// # Errors
    ///
    /// If the number of inputs or parameters is not the network's.
    pub fn call<'a, A: Algebra>(
        &self,
        parameters: &[Term<'a, A>],
        x: &[Term<'a, A>],
    ) -> Result<Vec<Term<'a, A>>, Error> {
        expect(x.len(), self.inputs, "input")?;
        expect(parameters.len(), self.parameters.len(), "parameter")?;
        let mut rest = parameters;
        let mut signal = x.to_vec();
        for layer in &self.layers {
            let (own, others) = rest.split_at(layer.parameter_count());
            signal = layer.call(own, &signal)?;
            rest = others;
        }
        Ok(signal)
    }
}

/// An error where `got` is not the `expected` number of things.
fn expect(got: usize, expected: usize, thing: &str) -> Result<(), Error> {
    if got == expected {
        return Ok(());
    }
    let plural = if expected == 1 { "" } else { "s" };
    Err(Error::new(ErrorKind::Length, format!("expected {expected} {thing}{plural}, got {got}")))
}

/// The name that micrograd prints before `Neuron`.
impl fmt::Display for Activation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Activation::Linear => "Linear",
            Activation::Relu => "ReLU",
            Activation::Tanh => "Tanh",
            Activation::Sigmoid => "Sigmoid",
        })
    }
}

impl fmt::Display for Neuron {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}Neuron({})", self.activation, self.inputs)
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        list(f, "Layer", (0..self.outputs).map(|_| self.neuron))
    }
}

impl fmt::Display for Mlp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        list(f, "MLP", self.layers.iter())
    }
}

fn list<T: fmt::Display>(
    f: &mut fmt::Formatter<'_>,
    what: &str,
    parts: impl Iterator<Item = T>,
) -> fmt::Result {
    write!(f, "{what} of [")?;
    for (i, part) in parts.enumerate() {
        write!(f, "{}{part}", if i == 0 { "" } else { ", " })?;
    }
    f.write_str("]")
}
