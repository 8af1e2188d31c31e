//! `GradBench`'s lstm: two layers of 14 cells whose weight matrices are diagonal, over a sequence.
//!
//! A layer has four gates, each `σ` or `tanh` of `w·x + b` element by element: forget and output gates see
//! the layer's input, input and change gates its last output. `cell ← cell·forget + ingate·change`, output
//! `outgate·tanh(cell)`. The prediction is `hidden·u + v` of the last layer, the loss
//! `−Σ_t Σ_i next_i (y_i − ln(Σ_j e^{y_j} + 2))` divided by the number of terms. It is differentiated
//! with respect to the `8·l·b + 3·b` weights; the state begins at given numbers.

mod backward;
mod forward;

use super::numbers;
use crate::race::Problem;
use chainrule::Graph;
use chainrule::algebra::{Algebra, Term};
use std::hint::black_box;

/// Cells of a layer.
const B: usize = 14;
/// Layers.
const L: usize = 2;
/// Weights of a layer: four gates, then their four biases.
const LAYER: usize = 8 * B;
/// All weights: the layers, then the input's scale and the output's scale and shift.
const WEIGHTS: usize = L * LAYER + 3 * B;

/// What is not differentiated.
#[derive(Clone)]
struct Data {
    /// Hidden values and cells of each layer.
    state: Vec<[[f64; B]; 2]>,
    sequence: Vec<[f64; B]>,
}

/// A sequence of `c` steps, with the derivatives in all weights.
#[must_use]
pub fn lstm(c: usize) -> Problem {
    let rows = |seed, n: usize| -> Vec<[f64; B]> {
        let all = numbers(seed, n * B, -1.0, 1.0);
        all.chunks_exact(B).map(|r| std::array::from_fn(|i| r[i])).collect()
    };
    let state = rows(60, 2 * L).chunks_exact(2).map(|r| [r[0], r[1]]).collect();
    let bits = |row: &[f64; B]| row.map(|x| f64::from(u8::from(x > 0.0)));
    let sequence = rows(61, c).iter().map(bits).collect();
    let data = Data { state, sequence };
    let weights = numbers(62, WEIGHTS, -1.0, 1.0);
    let mut graph = Graph::new();
    let (at, seen) = (weights.clone(), data.clone());
    let (forward_at, forward_data) = (weights.clone(), data.clone());
    Problem {
        name: "lstm",
        about: "a recurrent network over a sequence, GradBench's lstm, recorded anew each time",
        length: WEIGHTS + 1,
        tolerance: 1e-11,
        ours: Box::new(move |out| {
            graph.clear();
            let w: Vec<_> = black_box(&at).iter().map(|&w| graph.value(w)).collect();
            let constant = |c: f64| graph.constant(c);
            let loss = loss(&w, &seen, constant);
            let gradient = loss.backward();
            out[0] = loss.value();
            for (out, w) in out[1..].iter_mut().zip(&w) {
                *out = gradient[*w];
            }
        }),
        hands: vec![
            (
                "forward, as GradBench's manual",
                Box::new(move |out| forward::by_hand(black_box(&forward_at), &forward_data, out)),
            ),
            ("backward", Box::new(move |out| backward::by_hand(black_box(&weights), &data, out))),
        ],
    }
}

/// The loss over terms of any algebra.
fn loss<'a, A: Algebra>(
    w: &[Term<'a, A>],
    data: &Data,
    constant: impl Fn(f64) -> Term<'a, A>,
) -> Term<'a, A> {
    let (layers, extra) = w.split_at(L * LAYER);
    let mut state: Vec<[[Term<'a, A>; B]; 2]> =
        data.state.iter().map(|s| s.map(|row| row.map(&constant))).collect();
    let mut terms = Vec::with_capacity(B * data.sequence.len());
    for (now, next) in data.sequence.iter().zip(&data.sequence[1..]) {
        let mut x: [Term<'a, A>; B] = std::array::from_fn(|i| extra[i] * now[i]);
        for ([hidden, cell], w) in state.iter_mut().zip(layers.chunks_exact(LAYER)) {
            for i in 0..B {
                let gate = |g: usize, x: Term<'a, A>| w[g * B + i] * x + w[(4 + g) * B + i];
                let forget = gate(0, x[i]).sigmoid();
                let ingate = gate(1, hidden[i]).sigmoid();
                let outgate = gate(2, x[i]).sigmoid();
                let change = gate(3, hidden[i]).tanh();
                cell[i] = cell[i] * forget + ingate * change;
                hidden[i] = outgate * cell[i].tanh();
            }
            x = *hidden;
        }
        let y: [Term<'a, A>; B] = std::array::from_fn(|i| x[i] * extra[B + i] + extra[2 * B + i]);
        let total = y.iter().map(|y| y.exp()).sum::<Term<'a, A>>() + 2.0;
        let ones = y.iter().zip(next).filter(|(_, next)| **next == 1.0).map(|(y, _)| *y);
        let norm = ones.clone().count() as f64 * total.ln();
        terms.push(ones.fold(-norm, |sum, y| sum + y));
    }
    let n = (data.sequence.len() - 1) * B;
    terms.into_iter().sum::<Term<'a, A>>() * (-1.0 / n as f64)
}
