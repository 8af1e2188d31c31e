//! Derivatives of closures at a point given as a slice, for lengths known only at run time.
//!
//! ```
//! use chainrule::slices::grad;
//! let x = vec![1.0, 2.0, 3.0];
//! let gradient = grad(|x| x.iter().map(|v| v.powi(2)).sum(), &x);
//! assert_eq!(gradient, [2.0, 4.0, 6.0]);
//! ```

use crate::algebra::{Dual, DualValue, Num};
use crate::graph::{Graph, Value};
use crate::program::Program;

/// The gradient.
pub fn grad(f: impl for<'g> FnOnce(&[Value<'g>]) -> Value<'g>, x: &[f64]) -> Vec<f64> {
    value_and_grad(f, x).1
}

/// The value and the gradient, from one run.
pub fn value_and_grad(
    f: impl for<'g> FnOnce(&[Value<'g>]) -> Value<'g>,
    x: &[f64],
) -> (f64, Vec<f64>) {
    let graph = Graph::new();
    let inputs: Vec<_> = x.iter().map(|&v| graph.value(v)).collect();
    let y = f(&inputs);
    let gradient = y.backward();
    (y.value(), inputs.iter().map(|&v| gradient[v]).collect())
}

/// The Jacobian: row `i` holds the derivatives of output `i`. Cost: a backward pass a row.
pub fn jacobian(
    f: impl for<'g> FnOnce(&[Value<'g>]) -> Vec<Value<'g>>,
    x: &[f64],
) -> Vec<Vec<f64>> {
    let graph = Graph::new();
    let inputs: Vec<_> = x.iter().map(|&v| graph.value(v)).collect();
    let row = |y: Value<'_>| {
        let gradient = y.backward();
        inputs.iter().map(|&v| gradient[v]).collect()
    };
    f(&inputs).into_iter().map(row).collect()
}

/// The Hessian by forward over reverse. Cost: as many times a gradient as there are variables.
pub fn hessian(f: impl for<'g> FnOnce(&[Value<'g>]) -> Value<'g>, x: &[f64]) -> Vec<Vec<f64>> {
    let tape = Tape::record(|v| vec![f(v)], x);
    let mut direction = vec![0.0; x.len()];
    let mut rows = Vec::with_capacity(x.len());
    for i in 0..x.len() {
        direction[i] = 1.0;
        rows.push(second(&tape, x, &direction));
        direction[i] = 0.0;
    }
    rows
}

/// Values and directional derivatives of all outputs, by forward mode.
///
/// # Panics
///
/// If `direction` is not as long as `x`.
pub fn jvp(
    f: impl for<'g> FnOnce(&[Value<'g>]) -> Vec<Value<'g>>,
    x: &[f64],
    direction: &[f64],
) -> (Vec<f64>, Vec<f64>) {
    forward(&Tape::record(f, x), x, direction)
}

/// Values of all outputs, and `weights` times the Jacobian, by one backward pass.
///
/// # Panics
///
/// If there are not as many `weights` as outputs.
pub fn vjp(
    f: impl for<'g> FnOnce(&[Value<'g>]) -> Vec<Value<'g>>,
    x: &[f64],
    weights: &[f64],
) -> (Vec<f64>, Vec<f64>) {
    let graph = Graph::new();
    let inputs: Vec<_> = x.iter().map(|&v| graph.value(v)).collect();
    let outputs = f(&inputs);
    assert_eq!(outputs.len(), weights.len(), "one weight for each output");
    let seeds: Vec<_> = outputs.iter().copied().zip(weights.iter().copied()).collect();
    let gradient = graph.backward_from(&seeds);
    (outputs.iter().map(|y| y.value()).collect(), inputs.iter().map(|&v| gradient[v]).collect())
}

/// The Hessian times `direction`, by forward over reverse, at the cost of about two gradients.
///
/// # Panics
///
/// If `direction` is not as long as `x`.
pub fn hvp(
    f: impl for<'g> FnOnce(&[Value<'g>]) -> Value<'g>,
    x: &[f64],
    direction: &[f64],
) -> Vec<f64> {
    second(&Tape::record(|v| vec![f(v)], x), x, direction)
}

/// A closure's run, kept as a program.
pub(super) struct Tape(Program);

impl Tape {
    pub(super) fn record(
        f: impl for<'g> FnOnce(&[Value<'g>]) -> Vec<Value<'g>>,
        x: &[f64],
    ) -> Self {
        let graph = Graph::new();
        let inputs: Vec<_> = x.iter().map(|&v| graph.value(v)).collect();
        let outputs = f(&inputs);
        Tape(graph.program(&inputs, &outputs))
    }
}

fn dual_inputs(x: &[f64], direction: &[f64]) -> Vec<DualValue<f64>> {
    assert_eq!(x.len(), direction.len(), "the direction must be as long as the point");
    let moves = |t: f64| (t != 0.0).then_some(t);
    x.iter().zip(direction).map(|(&primal, &t)| DualValue { primal, tangent: moves(t) }).collect()
}

/// Values and tangents of the outputs.
pub(super) fn forward(tape: &Tape, x: &[f64], direction: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let values = tape.0.eval(&Dual(&Num), &dual_inputs(x, direction));
    let outputs = tape.0.outputs().iter().map(|y| values[y.index()]);
    outputs.map(|y| (y.primal, y.tangent.unwrap_or(0.0))).unzip()
}

/// The Hessian of the first output times `direction`.
pub(super) fn second(tape: &Tape, x: &[f64], direction: &[f64]) -> Vec<f64> {
    let dual = Dual(&Num);
    let values = tape.0.eval(&dual, &dual_inputs(x, direction));
    let one = DualValue { primal: 1.0, tangent: None };
    let adjoints = tape.0.adjoints(&dual, &values, &[(tape.0.outputs()[0], one)]);
    let tangent = |a: Option<DualValue<f64>>| a.and_then(|a| a.tangent).unwrap_or(0.0);
    tape.0.inputs().iter().map(|i| tangent(adjoints[i.index()])).collect()
}
