//! What is minimised: a value and a gradient at a point, and a Hessian where there is one.

/// A function to be minimised.
///
/// The methods take `&mut self`, so that an implementation may keep scratch memory, count its calls or
/// read its next batch of rows. Slices have length [`dimension`](Objective::dimension).
///
/// A value or derivative that cannot be computed is a NaN or an infinity, never a panic: line searches
/// back off from it, the other methods stop with [`Stop::NotFinite`](super::Stop::NotFinite).
pub trait Objective {
    /// The number of variables.
    fn dimension(&self) -> usize;

    /// The value at `x`.
    fn value(&mut self, x: &[f64]) -> f64;

    /// Writes the gradient at `x` into `gradient` and returns the value there.
    fn value_and_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> f64;

    /// Writes the Hessian at `x`, row by row (n·n numbers), and returns true; or returns false and
    /// leaves `hessian` as it was, which is the default.
    fn hessian(&mut self, x: &[f64], hessian: &mut [f64]) -> bool {
        let _ = (x, hessian);
        false
    }
}

/// An objective of `dimension` variables from a pair of closures: its value, and a function that writes
/// its gradient.
///
/// ```
/// use chainrule::optimize::{Method, Minimizer, from_fn};
///
/// let mut bowl = from_fn(2, |x| x[0] * x[0] + 3.0 * x[1] * x[1], |x, gradient| {
///     gradient[0] = 2.0 * x[0];
///     gradient[1] = 6.0 * x[1];
/// });
/// let outcome = Minimizer::new(Method::Bfgs).minimize(&mut bowl, &[4.0, -1.0])?;
/// assert!(outcome.x.iter().all(|x| x.abs() < 1e-8));
/// # Ok::<(), chainrule::Error>(())
/// ```
pub fn from_fn(
    dimension: usize,
    value: impl FnMut(&[f64]) -> f64,
    gradient: impl FnMut(&[f64], &mut [f64]),
) -> impl Objective {
    Pair { dimension, value, gradient }
}

struct Pair<V, G> {
    dimension: usize,
    value: V,
    gradient: G,
}

impl<V: FnMut(&[f64]) -> f64, G: FnMut(&[f64], &mut [f64])> Objective for Pair<V, G> {
    fn dimension(&self) -> usize {
        self.dimension
    }

    fn value(&mut self, x: &[f64]) -> f64 {
        (self.value)(x)
    }

    fn value_and_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> f64 {
        (self.gradient)(x, gradient);
        (self.value)(x)
    }
}

/// An objective whose gradient is the forward difference (f(x + h·eᵢ) − f(x)) / h.
///
/// The difference is off by about h/2 times the second derivative, and the minimum that is found by as
/// much: a² − 10a + 28 with h = 0.0001 leads to 4.99995, not 5. Cost: n + 1 values a gradient.
#[derive(Clone, Debug)]
pub struct ForwardDifference<F> {
    function: F,
    h: f64,
    point: Vec<f64>,
}

/// The step of the difference quotient when none is chosen.
pub const DEFAULT_DIFFERENCE: f64 = 0.0001;

impl<F: FnMut(&[f64]) -> f64> ForwardDifference<F> {
    /// The objective `function` of `dimension` variables, with h = 0.0001.
    pub fn new(dimension: usize, function: F) -> Self {
        Self { function, h: DEFAULT_DIFFERENCE, point: vec![0.0; dimension] }
    }

    /// The same with another `h`.
    #[must_use]
    pub fn step(self, h: f64) -> Self {
        Self { h, ..self }
    }
}

impl<F: FnMut(&[f64]) -> f64> Objective for ForwardDifference<F> {
    fn dimension(&self) -> usize {
        self.point.len()
    }

    fn value(&mut self, x: &[f64]) -> f64 {
        (self.function)(x)
    }

    fn value_and_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> f64 {
        let value = (self.function)(x);
        self.point.copy_from_slice(x);
        for i in 0..x.len() {
            self.point[i] = x[i] + self.h;
            gradient[i] = ((self.function)(&self.point) - value) / self.h;
            self.point[i] = x[i];
        }
        value
    }
}
