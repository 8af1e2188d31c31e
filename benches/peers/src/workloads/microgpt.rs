//! microgpt: one training step of a small GPT on scalar values, after Karpathy: the loss of the first name.

#[path = "../../../../crates/chainrule/tests/support/microgpt_by_hand.rs"]
mod microgpt_by_hand;

use super::numbers;
use crate::engine::Program;
use crate::number::Number;
use microgpt_by_hand::microgpt_by_hand;

const WIDTH: usize = 16;
const CONTEXT: usize = 16;
const HEAD: usize = 4;
const HIDDEN: usize = 64;
const EDGE: usize = 26;
const TOKENS: usize = 27;

pub struct Microgpt {
    tokens: Vec<usize>,
}

impl Microgpt {
    pub fn new() -> Self {
        let names = include_str!("../../../../crates/chainrule/tests/data/fixtures/names.txt");
        let first = names.lines().next().expect("there is a name");
        let letters = first.bytes().map(|b| usize::from(b - b'a'));
        Microgpt { tokens: [EDGE].into_iter().chain(letters).chain([EDGE]).collect() }
    }

    pub fn by_hand(&self, p: &[f64], gradient: &mut [f64]) -> f64 {
        microgpt_by_hand(p, &self.tokens, gradient)
    }

    /// Token, position and logits matrices, query, key, value, output, up, down.
    pub fn start() -> Vec<f64> {
        numbers(include_str!("../../../../crates/chainrule/tests/data/fixtures/microgpt_w0.txt"))
    }
}

#[inline(always)]
fn times<T: Number>(matrix: &[T], x: &[T]) -> Vec<T> {
    matrix.chunks(x.len()).map(|row| T::dot(row, x)).collect()
}

#[inline(always)]
fn plus<T: Number>(a: &[T], b: &[T]) -> Vec<T> {
    a.iter().zip(b).map(|(&a, &b)| a + b).collect()
}

/// `x / √(mean(x²) + 10⁻⁵)`.
#[inline(always)]
fn normed<T: Number>(x: &[T]) -> Vec<T> {
    let scale = (T::dot(x, x) / x.len() as f64 + 1e-5).sqrt().under(1.0);
    x.iter().map(|&v| scale * v).collect()
}

/// Numbers in proportion to `exp(x)` that sum to one.
#[inline(always)]
fn softmax<T: Number>(x: &[T]) -> Vec<T> {
    let largest = x.iter().fold(f64::NEG_INFINITY, |m, x| m.max(x.number()));
    let powers: Vec<T> = x.iter().map(|&x| (x - largest).exp()).collect();
    let scale = T::sum(&powers).under(1.0);
    powers.iter().map(|&p| scale * p).collect()
}

impl Program for Microgpt {
    #[inline(always)]
    fn run<T: Number>(&self, p: &[T]) -> T {
        let mut rest = p;
        let mut take = |count: usize| {
            let (head, tail) = rest.split_at(count);
            rest = tail;
            head
        };
        let (token, place) = (take(TOKENS * WIDTH), take(CONTEXT * WIDTH));
        let to_logits = take(TOKENS * WIDTH);
        let [to_query, to_key, to_value, output] = std::array::from_fn(|_| take(WIDTH * WIDTH));
        let (up, down) = (take(HIDDEN * WIDTH), take(WIDTH * HIDDEN));

        let (mut keys, mut values): (Vec<Vec<T>>, Vec<Vec<T>>) = (Vec::new(), Vec::new());
        let mut surprises = Vec::new();
        for (position, pair) in self.tokens.windows(2).take(CONTEXT).enumerate() {
            let row = |table: &'_ [T], i: usize| table[i * WIDTH..(i + 1) * WIDTH].to_vec();
            let mut x = normed(&plus(&row(token, pair[0]), &row(place, position)));

            let input = normed(&x);
            let query = times(to_query, &input);
            keys.push(times(to_key, &input));
            values.push(times(to_value, &input));
            let mut seen = Vec::with_capacity(WIDTH);
            for head in (0..WIDTH).step_by(HEAD) {
                let part = head..head + HEAD;
                let score = |k: &Vec<T>| T::dot(&query[part.clone()], &k[part.clone()]) * 0.5;
                let shares = softmax(&keys.iter().map(score).collect::<Vec<_>>());
                for j in part.clone() {
                    let column: Vec<T> = values.iter().map(|v| v[j]).collect();
                    seen.push(T::dot(&shares, &column));
                }
            }
            x = plus(&x, &times(output, &seen));

            let hidden: Vec<T> = times(up, &normed(&x)).iter().map(|h| h.relu()).collect();
            x = plus(&x, &times(down, &hidden));
            let logits = times(to_logits, &x);
            surprises.push(T::logsumexp(&logits) - logits[pair[1]]);
        }
        T::sum(&surprises) / surprises.len() as f64
    }

    fn data(&self) -> Vec<f64> {
        self.tokens.iter().map(|&t| t as f64).collect()
    }
}
