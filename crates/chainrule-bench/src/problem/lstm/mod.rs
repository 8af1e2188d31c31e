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
use chainrule::{Error, Function, Operation, Value, Workspace};
use std::hint::black_box;

/// Cells of a layer.
const B: usize = 14;
/// Layers.
const L: usize = 2;
/// Weights of a layer: four gates, then their four biases.
const LAYER: usize = 8 * B;
/// Numbers that a step hands to the next one: the loss, then hidden values and cells of each layer.
const STATE: usize = 1 + L * 2 * B;
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
    let f = loss(&data).expect("names are distinct, and rows equally long");
    let mut work = Workspace::new();
    let at = weights.clone();
    let (forward_at, forward_data) = (weights.clone(), data.clone());
    Problem {
        name: "lstm",
        about: "a recurrent network over a sequence, GradBench's lstm, as a loop of a recorded step",
        length: WEIGHTS + 1,
        tolerance: 1e-11,
        ours: Box::new(move |out| {
            let (value, gradient) = out.split_first_mut().expect("the value comes first");
            *value = f
                .value_and_gradient_into(black_box(&at), gradient, &mut work)
                .expect("a number for every weight");
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

/// The loss as a function of the weights: a loop over the sequence, whose step sees the element
/// that is there and the one to be predicted.
fn loss(data: &Data) -> Result<Function, Error> {
    let step = record(STATE + WEIGHTS + 2 * B, step)?;
    let pairs = data.sequence.iter().zip(&data.sequence[1..]);
    let rows: Vec<_> = pairs.map(|(now, next)| [*now, *next].concat()).collect();
    let lstm = Operation::scan_rows("lstm", &step, &rows, 1 << 20)?;
    let factor = -1.0 / (rows.len() * B) as f64;
    let start: Vec<f64> = data.state.iter().flatten().flatten().copied().collect();
    record(WEIGHTS, move |w| {
        let zero = w[0].constant(0.0);
        let state = start.iter().map(|&x| w[0].constant(x));
        let inputs: Vec<_> = [zero].into_iter().chain(state).chain(w.iter().copied()).collect();
        vec![factor * lstm.call(&inputs)[0]]
    })
}

fn record(
    inputs: usize,
    f: impl for<'g> Fn(&[Value<'g>]) -> Vec<Value<'g>> + Send + Sync + 'static,
) -> Result<Function, Error> {
    let names: Vec<String> = (0..inputs).map(|i| format!("x{i}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    Function::record_slices(&names, &vec![0.5; inputs], f)
}

/// From state, weights, an element of the sequence and the next one, to the new state.
fn step<'g>(inputs: &[Value<'g>]) -> Vec<Value<'g>> {
    let (state, inputs) = inputs.split_at(STATE);
    let (w, row) = inputs.split_at(WEIGHTS);
    let (now, next) = row.split_at(B);
    let (layers, extra) = w.split_at(L * LAYER);
    let (scale, out) = extra.split_at(B);
    let mut new = vec![state[0]];
    let mut x: Vec<Value> = scale.iter().zip(now).map(|(&s, &x)| s * x).collect();
    for (state, w) in state[1..].chunks_exact(2 * B).zip(layers.chunks_exact(LAYER)) {
        let (hidden, cell) = state.split_at(B);
        let gate = |g: usize, i: usize, x: Value<'g>| w[g * B + i] * x + w[(4 + g) * B + i];
        let cells: Vec<Value> = (0..B)
            .map(|i| {
                let forget = gate(0, i, x[i]).sigmoid();
                let ingate = gate(1, i, hidden[i]).sigmoid();
                let change = gate(3, i, hidden[i]).tanh();
                cell[i] * forget + ingate * change
            })
            .collect();
        x = (0..B).map(|i| gate(2, i, x[i]).sigmoid() * cells[i].tanh()).collect();
        new.extend(x.iter().chain(&cells));
    }
    let y: Vec<Value> = (0..B).map(|i| x[i] * out[i] + out[B + i]).collect();
    let total = y.iter().map(|y| y.exp()).sum::<Value>() + 2.0;
    let ones = next.iter().copied().sum::<Value>();
    new[0] += chainrule::algebra::dot(&y, next) - ones * total.ln();
    new
}
