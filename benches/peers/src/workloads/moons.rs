//! moons: a 2-16-16-1 network with ReLU on a hundred rows, hinge loss plus 10⁻⁴ times the squared weights.

use super::numbers;
use crate::engine::Program;
use crate::number::Number;

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
        let (first, rest) = p.split_at(3 * WIDTH);
        let (second, last) = rest.split_at((WIDTH + 1) * WIDTH);
        let scale = 1.0 / self.rows.len() as f64;
        let mut value = 0.0;
        for (g, w) in gradient.iter_mut().zip(p) {
            *g = 2e-4 * w;
            value += 1e-4 * w * w;
        }
        let (d_first, d_rest) = gradient.split_at_mut(3 * WIDTH);
        let (d_second, d_last) = d_rest.split_at_mut((WIDTH + 1) * WIDTH);
        for &[x1, x2, y] in &self.rows {
            let h1: [f64; WIDTH] = std::array::from_fn(|j| {
                let w = &first[3 * j..3 * j + 3];
                (w[0] * x1 + w[1] * x2 + w[2]).max(0.0)
            });
            let h2: [f64; WIDTH] = std::array::from_fn(|j| {
                let w = &second[(WIDTH + 1) * j..(WIDTH + 1) * (j + 1)];
                (w.iter().zip(&h1).map(|(w, h)| w * h).sum::<f64>() + w[WIDTH]).max(0.0)
            });
            let score = last.iter().zip(&h2).map(|(w, h)| w * h).sum::<f64>() + last[WIDTH];
            let margin = 1.0 - y * score;
            if margin <= 0.0 {
                continue;
            }
            value += scale * margin;
            let d_score = -y * scale;
            let mut d_h1 = [0.0; WIDTH];
            for j in 0..WIDTH {
                d_last[j] += d_score * h2[j];
                if h2[j] > 0.0 {
                    let d = d_score * last[j];
                    let w = &second[(WIDTH + 1) * j..(WIDTH + 1) * (j + 1)];
                    let d_w = &mut d_second[(WIDTH + 1) * j..(WIDTH + 1) * (j + 1)];
                    for i in 0..WIDTH {
                        d_w[i] += d * h1[i];
                        d_h1[i] += d * w[i];
                    }
                    d_w[WIDTH] += d;
                }
            }
            d_last[WIDTH] += d_score;
            for j in (0..WIDTH).filter(|&j| h1[j] > 0.0) {
                d_first[3 * j] += d_h1[j] * x1;
                d_first[3 * j + 1] += d_h1[j] * x2;
                d_first[3 * j + 2] += d_h1[j];
            }
        }
        value
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
