//! moons: a 2-16-16-1 network with ReLU on a hundred rows, hinge loss plus 10⁻⁴ times the squared weights.

#[path = "../../../../crates/chainrule/tests/support/moons_by_hand.rs"]
mod moons_by_hand;

use super::numbers;
use crate::engine::Program;
use crate::number::Number;
use moons_by_hand::moons_by_hand;

const WIDTH: usize = 16;

pub struct Moons {
    rows: Vec<[f64; 3]>,
}

impl Moons {
    pub fn new() -> Self {
        let file = include_str!("../../../../crates/chainrule/tests/data/fixtures/moons_1337.csv");
        Moons { rows: numbers(file).chunks_exact(3).map(|r| [r[0], r[1], r[2]]).collect() }
    }

    /// Each neuron's weights and then its bias, layer by layer.
    pub fn start() -> Vec<f64> {
        numbers(include_str!("../../../../crates/chainrule/tests/data/fixtures/moons_mlp_w0.txt"))
    }

    pub fn by_hand(&self, p: &[f64], gradient: &mut [f64]) -> f64 {
        moons_by_hand(p, &self.rows, gradient)
    }
}

impl Program for Moons {
    #[inline(always)]
    fn run<T: Number>(&self, p: &[T]) -> T {
        let (first, rest) = p.split_at(3 * WIDTH);
        let (second, last) = rest.split_at((WIDTH + 1) * WIDTH);
        let mut total = None;
        for &[x1, x2, y] in &self.rows {
            let h1: [T; WIDTH] = std::array::from_fn(|j| {
                let w = &first[3 * j..3 * j + 3];
                (w[2] + w[0] * x1 + w[1] * x2).relu()
            });
            let h2: [T; WIDTH] = std::array::from_fn(|j| {
                let w = &second[(WIDTH + 1) * j..(WIDTH + 1) * (j + 1)];
                T::neuron(w[WIDTH], &w[..WIDTH], &h1).relu()
            });
            let score = T::neuron(last[WIDTH], &last[..WIDTH], &h2);
            let loss = (score * y).from_above(1.0).relu();
            total = Some(total.map_or(loss, |t: T| t + loss));
        }
        let data = total.expect("there are rows") / self.rows.len() as f64;
        data + T::dot(p, p) * 1e-4
    }

    fn data(&self) -> Vec<f64> {
        self.rows.concat()
    }
}
