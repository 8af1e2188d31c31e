//! Derivatives of closures at a point given as an array: the shortest way to a gradient.
//!
//! The closure sees [`Value`]s and is run once. For points whose length is known only at run time
//! the same functions stand in [`slices`](super::slices).

use super::slices::{self, Tape};
use crate::graph::{Graph, Value};

/// The derivative of a function of one variable.
///
/// ```
/// let slope = chainrule::derivative(|a| a.powi(2) - 10.0 * a + 28.0, 6.0);
/// assert_eq!(slope, 2.0);
/// ```
pub fn derivative(f: impl for<'g> FnOnce(Value<'g>) -> Value<'g>, x: f64) -> f64 {
    grad(|[x]| f(x), [x])[0]
}

/// The gradient of a function of several variables.
///
/// ```
/// let gradient = chainrule::grad(|[a, b, c, d]| (a * b + c) * d, [2.0, -3.0, 10.0, -2.0]);
/// assert_eq!(gradient, [6.0, -4.0, -2.0, 4.0]);
/// ```
pub fn grad<const N: usize>(
    f: impl for<'g> FnOnce([Value<'g>; N]) -> Value<'g>,
    x: [f64; N],
) -> [f64; N] {
    value_and_grad(f, x).1
}

/// The value and the gradient, from one run.
///
/// ```
/// let (value, gradient) = chainrule::value_and_grad(|[x, y]| x * y.sin(), [2.0, 0.0]);
/// assert_eq!((value, gradient), (0.0, [0.0, 2.0]));
/// ```
pub fn value_and_grad<const N: usize>(
    f: impl for<'g> FnOnce([Value<'g>; N]) -> Value<'g>,
    x: [f64; N],
) -> (f64, [f64; N]) {
    Graph::new().value_and_grad(f, x)
}

/// The Jacobian: row `i` holds the derivatives of output `i`. Cost: `M` backward passes.
///
/// ```
/// let rows = chainrule::jacobian(|[x, y]| [x * y, x + y, y], [2.0, 3.0]);
/// assert_eq!(rows, [[3.0, 2.0], [1.0, 1.0], [0.0, 1.0]]);
/// ```
pub fn jacobian<const N: usize, const M: usize>(
    f: impl for<'g> FnOnce([Value<'g>; N]) -> [Value<'g>; M],
    x: [f64; N],
) -> [[f64; N]; M] {
    let graph = Graph::new();
    let inputs = graph.values(x);
    f(inputs).map(|y| {
        let gradient = y.backward();
        inputs.map(|v| gradient[v])
    })
}

/// The Hessian, symmetric: the second derivatives, by forward over reverse. Cost: `N` times a
/// gradient.
///
/// ```
/// let rows = chainrule::hessian(|[a, b]| a * a * b, [3.0, 5.0]);
/// assert_eq!(rows, [[10.0, 6.0], [6.0, 0.0]]);
/// ```
pub fn hessian<const N: usize>(
    f: impl for<'g> FnOnce([Value<'g>; N]) -> Value<'g>,
    x: [f64; N],
) -> [[f64; N]; N] {
    let tape = record(|v| vec![f(v)], &x);
    std::array::from_fn(|i| fixed(&slices::second(&tape, &x, &unit::<N>(i))))
}

/// Value and directional derivative of every output: the Jacobian times `direction`, by forward
/// mode.
///
/// ```
/// let (y, dy) = chainrule::jvp(|[x, y]| [x * y], [2.0, 3.0], [1.0, 10.0]);
/// assert_eq!((y, dy), ([6.0], [23.0]));
/// ```
pub fn jvp<const N: usize, const M: usize>(
    f: impl for<'g> FnOnce([Value<'g>; N]) -> [Value<'g>; M],
    x: [f64; N],
    direction: [f64; N],
) -> ([f64; M], [f64; M]) {
    let tape = record(|v| f(v).to_vec(), &x);
    let (values, tangents) = slices::forward(&tape, &x, &direction);
    (fixed(&values), fixed(&tangents))
}

/// Value of every output, and `weights` times the Jacobian, by one backward pass.
///
/// ```
/// let (y, gradient) = chainrule::vjp(|[x, y]| [x * y, x], [2.0, 3.0], [1.0, 10.0]);
/// assert_eq!((y, gradient), ([6.0, 2.0], [13.0, 2.0]));
/// ```
pub fn vjp<const N: usize, const M: usize>(
    f: impl for<'g> FnOnce([Value<'g>; N]) -> [Value<'g>; M],
    x: [f64; N],
    weights: [f64; M],
) -> ([f64; M], [f64; N]) {
    let graph = Graph::new();
    let inputs = graph.values(x);
    let outputs = f(inputs);
    let seeds: Vec<_> = outputs.into_iter().zip(weights).collect();
    let gradient = graph.backward_from(&seeds);
    (outputs.map(Value::value), inputs.map(|v| gradient[v]))
}

/// The Hessian times `direction`, by forward over reverse, at the cost of about two gradients.
///
/// ```
/// let product = chainrule::hvp(|[a, b]| a * a * b, [3.0, 5.0], [1.0, 0.0]);
/// assert_eq!(product, [10.0, 6.0]);
/// ```
pub fn hvp<const N: usize>(
    f: impl for<'g> FnOnce([Value<'g>; N]) -> Value<'g>,
    x: [f64; N],
    direction: [f64; N],
) -> [f64; N] {
    let tape = record(|v| vec![f(v)], &x);
    fixed(&slices::second(&tape, &x, &direction))
}

fn record<const N: usize>(
    f: impl for<'g> FnOnce([Value<'g>; N]) -> Vec<Value<'g>>,
    x: &[f64; N],
) -> Tape {
    Tape::record(|v| f(std::array::from_fn(|i| v[i])), x)
}

fn unit<const N: usize>(i: usize) -> [f64; N] {
    std::array::from_fn(|j| if i == j { 1.0 } else { 0.0 })
}

fn fixed<const N: usize>(list: &[f64]) -> [f64; N] {
    std::array::from_fn(|i| list[i])
}
