//! The derivative of the loss by hand, backward through the sequence.

use super::{B, Data, L, LAYER};

/// What a layer computed in a step, cell by cell.
#[derive(Clone, Copy, Default)]
struct Unit {
    input: f64,
    hidden: f64,
    cell: f64,
    forget: f64,
    ingate: f64,
    outgate: f64,
    change: f64,
    squashed: f64,
}

pub(super) fn by_hand(w: &[f64], data: &Data, out: &mut [f64]) {
    let (layers, extra) = w.split_at(L * LAYER);
    let steps = data.sequence.len() - 1;
    let factor = -1.0 / (steps * B) as f64;
    let mut units = vec![[[Unit::default(); B]; L]; steps];
    let mut slopes = vec![[0.0; B]; steps];
    let mut outputs = vec![[0.0; B]; steps];
    let mut state = data.state.clone();
    let mut loss = 0.0;
    for t in 0..steps {
        for i in 0..B {
            let mut x = extra[i] * data.sequence[t][i];
            for (l, w) in layers.chunks_exact(LAYER).enumerate() {
                let [hidden, cell] = state[l].map(|s| s[i]);
                let unit = step(w, i, x, hidden, cell);
                units[t][l][i] = unit;
                let new = cell * unit.forget + unit.ingate * unit.change;
                x = unit.outgate * unit.squashed;
                (state[l][0][i], state[l][1][i]) = (x, new);
            }
            outputs[t][i] = x;
        }
        loss += predict(extra, &outputs[t], &data.sequence[t + 1], factor, &mut slopes[t]);
    }
    out.fill(0.0);
    out[0] = factor * loss;
    let (value_layers, value_extra) = out[1..].split_at_mut(L * LAYER);
    for i in 0..B {
        // Adjoints of the hidden values and cells that the next step reads.
        let (mut from_hidden, mut from_cell) = ([0.0; L], [0.0; L]);
        for t in (0..steps).rev() {
            let slope = slopes[t][i];
            value_extra[B + i] += slope * outputs[t][i];
            value_extra[2 * B + i] += slope;
            let mut above = slope * extra[B + i];
            for l in (0..L).rev() {
                let u = &units[t][l][i];
                let w = &layers[l * LAYER..][..LAYER];
                let g = &mut value_layers[l * LAYER..][..LAYER];
                let hidden = above + from_hidden[l];
                let cell = from_cell[l] + hidden * u.outgate * (1.0 - u.squashed * u.squashed);
                let forget = cell * u.cell * u.forget * (1.0 - u.forget);
                let ingate = cell * u.change * u.ingate * (1.0 - u.ingate);
                let outgate = hidden * u.squashed * u.outgate * (1.0 - u.outgate);
                let change = cell * u.ingate * (1.0 - u.change * u.change);
                let seen = [u.input, u.hidden, u.input, u.hidden];
                for (k, d) in [forget, ingate, outgate, change].into_iter().enumerate() {
                    g[k * B + i] += d * seen[k];
                    g[(4 + k) * B + i] += d;
                }
                from_cell[l] = cell * u.forget;
                from_hidden[l] = ingate * w[B + i] + change * w[3 * B + i];
                above = forget * w[i] + outgate * w[2 * B + i];
            }
            value_extra[i] += above * data.sequence[t][i];
        }
    }
}

fn step(w: &[f64], i: usize, input: f64, hidden: f64, cell: f64) -> Unit {
    let gate = |k: usize, x: f64| w[k * B + i] * x + w[(4 + k) * B + i];
    let forget = sigmoid(gate(0, input));
    let ingate = sigmoid(gate(1, hidden));
    let outgate = sigmoid(gate(2, input));
    let change = gate(3, hidden).tanh();
    let squashed = (cell * forget + ingate * change).tanh();
    Unit { input, hidden, cell, forget, ingate, outgate, change, squashed }
}

pub(super) fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// A step's part of the loss, not yet multiplied by `factor`, and its derivatives in `y`, which are.
pub(super) fn predict(
    extra: &[f64],
    hidden: &[f64; B],
    next: &[f64; B],
    factor: f64,
    slopes: &mut [f64; B],
) -> f64 {
    let (mut total, mut loss, mut ones) = (2.0, 0.0, 0.0);
    for i in 0..B {
        let y = hidden[i] * extra[B + i] + extra[2 * B + i];
        slopes[i] = y.exp();
        total += slopes[i];
        loss += next[i] * y;
        ones += next[i];
    }
    for (slope, next) in slopes.iter_mut().zip(next) {
        *slope = factor * (next - ones * *slope / total);
    }
    loss - ones * total.ln()
}
