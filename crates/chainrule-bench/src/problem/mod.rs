//! The problems, one a file: what is differentiated, by chainrule and by hand.

mod ba;
mod det;
mod gmm;
mod llsq;
mod logistic;
mod lstm;
mod small;

use crate::race::Problem;
pub use ba::ba;
use chainrule::kernel::{Kernel, Options};
use chainrule::nn::MersenneTwister;
pub use det::det;
pub use gmm::gmm;
pub use llsq::llsq;
pub use logistic::logistic;
pub use lstm::lstm;
pub use small::{readme, rosenbrock, tiny};

/// A name, and what makes the problem at its full size.
pub type Listed = (&'static str, fn() -> Problem);

/// Every problem.
#[must_use]
pub fn all() -> Vec<Listed> {
    vec![
        ("tiny", tiny),
        ("readme", readme),
        ("rosenbrock", || rosenbrock(100)),
        ("logistic10", || logistic(10, 10_000)),
        ("logistic50", || logistic(50, 10_000)),
        ("gmm", || gmm(10, 25, 1000)),
        ("ba", || ba(31_843)),
        ("lstm", || lstm(1024)),
        ("llsq", || llsq(4096, 128)),
        ("det8", || det(8)),
    ]
}

/// `n` numbers between `low` and `high`, the same on every call with this `seed`.
fn numbers(seed: u64, n: usize, low: f64, high: f64) -> Vec<f64> {
    let mut random = MersenneTwister::new(seed);
    (0..n).map(|_| random.uniform(low, high)).collect()
}

/// `p0, p1, …`
fn names(letter: &str, n: usize) -> Vec<String> {
    (0..n).map(|i| format!("{letter}{i}")).collect()
}

/// The kernel on one thread, as the derivative by hand is.
fn alone(kernel: &Kernel) -> Kernel {
    kernel.with_options(Options { threads: Some(1), ..Options::default() })
}

fn borrowed(names: &[String]) -> Vec<&str> {
    names.iter().map(String::as_str).collect()
}
