//! The workloads, each once for every kind of number and, where it is feasible, with its derivative by hand.

pub mod microgpt;
pub mod moons;
pub mod small;
pub mod sums;

/// A pseudo-random number in (−1, 1), the same on every machine.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    }
}

/// The numbers in a text file of numbers; words are passed over.
fn numbers(text: &str) -> Vec<f64> {
    text.split(|c: char| c == ',' || c.is_whitespace()).filter_map(|s| s.parse().ok()).collect()
}
