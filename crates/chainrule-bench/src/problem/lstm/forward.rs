//! The derivative of the loss by hand, forward: since the weight matrices are diagonal, a cell depends on
//! 17 weights below the output, and their derivatives are carried along.

use super::backward::{predict, sigmoid};
use super::{B, Data, L, LAYER};

/// Weights that a cell of the last layer depends on: the input's scale, then eight a layer.
const OWN: usize = 1 + 8 * L;

/// The derivatives of a number in a cell's own weights.
type Slopes = [f64; OWN];

/// `f(w·x + b)` from its value and slope: `x` has derivatives, `w` and `b` are the weights `at` and `at + 4`.
fn gate(slope: f64, w: f64, x: f64, dx: &Slopes, at: usize) -> Slopes {
    let mut d = dx.map(|d| slope * w * d);
    d[at] += slope * x;
    d[at + 4] += slope;
    d
}

pub(super) fn by_hand(w: &[f64], data: &Data, out: &mut [f64]) {
    let (layers, extra) = w.split_at(L * LAYER);
    let steps = data.sequence.len() - 1;
    let factor = -1.0 / (steps * B) as f64;
    let mut state = data.state.clone();
    let mut moving = [[[[0.0; OWN]; B]; 2]; L];
    let mut sums = [[0.0; OWN]; B];
    out.fill(0.0);
    let mut loss = 0.0;
    for t in 0..steps {
        let (mut hidden, mut slopes) = ([0.0; B], [0.0; B]);
        for i in 0..B {
            let mut x = extra[i] * data.sequence[t][i];
            let mut dx = [0.0; OWN];
            dx[0] = data.sequence[t][i];
            for (l, w) in layers.chunks_exact(LAYER).enumerate() {
                let [h, c] = state[l].map(|s| s[i]);
                let [dh, dc] = moving[l].map(|s| s[i]);
                let z = |k: usize, x: f64| w[k * B + i] * x + w[(4 + k) * B + i];
                let (forget, ingate) = (sigmoid(z(0, x)), sigmoid(z(1, h)));
                let (outgate, change) = (sigmoid(z(2, x)), z(3, h).tanh());
                let at = 1 + 8 * l;
                let dforget = gate(forget * (1.0 - forget), w[i], x, &dx, at);
                let dingate = gate(ingate * (1.0 - ingate), w[B + i], h, &dh, at + 1);
                let doutgate = gate(outgate * (1.0 - outgate), w[2 * B + i], x, &dx, at + 2);
                let dchange = gate(1.0 - change * change, w[3 * B + i], h, &dh, at + 3);
                let cell = c * forget + ingate * change;
                let squashed = cell.tanh();
                let (mut dcell, mut dhidden) = ([0.0; OWN], [0.0; OWN]);
                for k in 0..OWN {
                    dcell[k] =
                        dc[k] * forget + c * dforget[k] + dingate[k] * change + ingate * dchange[k];
                    dhidden[k] =
                        doutgate[k] * squashed + outgate * (1.0 - squashed * squashed) * dcell[k];
                }
                x = outgate * squashed;
                dx = dhidden;
                (state[l][0][i], state[l][1][i]) = (x, cell);
                (moving[l][0][i], moving[l][1][i]) = (dhidden, dcell);
            }
            hidden[i] = x;
        }
        loss += predict(extra, &hidden, &data.sequence[t + 1], factor, &mut slopes);
        for i in 0..B {
            let d = slopes[i] * extra[B + i];
            for (sum, dh) in sums[i].iter_mut().zip(&moving[L - 1][0][i]) {
                *sum += d * dh;
            }
            out[1 + L * LAYER + B + i] += slopes[i] * hidden[i];
            out[1 + L * LAYER + 2 * B + i] += slopes[i];
        }
    }
    out[0] = factor * loss;
    for (i, sums) in sums.iter().enumerate() {
        out[1 + L * LAYER + i] = sums[0];
        for (k, sum) in sums[1..].iter().enumerate() {
            out[1 + k / 8 * LAYER + k % 8 * B + i] = *sum;
        }
    }
}
