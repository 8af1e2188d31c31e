//! What is asked of a crate: the gradient of a program at a point, in the cheapest way it documents.

use crate::number::Number;

/// A function of a point, written for every kind of number.
pub trait Program {
    fn run<T: Number>(&self, x: &[T]) -> T;

    /// What peers in other languages need beside the point.
    fn data(&self) -> Vec<f64> {
        Vec::new()
    }
}

/// A crate with whatever it keeps between two gradients.
pub trait Engine: Default {
    const NAME: &'static str;

    /// Value and gradient at a point whose length is known when compiling.
    fn array<P: Program, const N: usize>(&mut self, program: &P, x: [f64; N]) -> (f64, [f64; N]);

    /// Value and, into `gradient`, the gradient at a point of any length.
    fn slice<P: Program>(&mut self, program: &P, x: &[f64], gradient: &mut [f64]) -> f64;
}
