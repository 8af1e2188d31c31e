//! Micrograd's moons: the hinge losses of 100 points under a 2-16-16-1 network of rectified units.
//!
//! The penalty `1e-4·Σ p²` is a loop over the parameters, in all contenders.

use super::network::network;
#[cfg(target_arch = "x86_64")]
use super::vectors::{V, splat};
use super::{Value, Workload, packed};

const POINTS: f64 = 100.0;

fn numbers(text: &str) -> Vec<f64> {
    text.split([',', '\n'])
        .filter(|t| !t.is_empty())
        .map(|t| t.parse().expect("a number"))
        .collect()
}

/// `max(0, 1 − y·f(x))`; each neuron has its weights, then its bias.
fn row<'g>(p: &[Value<'g>], row: &[Value<'g>]) -> Value<'g> {
    (1.0 - row[2] * network(&[16, 16, 1], p, &row[..2], Value::relu)).relu()
}

/// From sums over the points to the loss that is minimised.
pub(crate) fn penalise(p: &[f64], out: &mut [f64]) {
    let squares: f64 = p.iter().map(|p| p * p).sum();
    out[0] = out[0] / POINTS + 1e-4 * squares;
    for (g, p) in out[1..].iter_mut().zip(p) {
        *g = *g / POINTS + 2e-4 * p;
    }
}

fn plain(p: &[f64], columns: &[&[f64]], out: &mut [f64]) {
    out.fill(0.0);
    let (first, second, last) = (&p[..48], &p[48..320], &p[320..]);
    for i in 0..columns[0].len() {
        let (x0, x1, y) = (columns[0][i], columns[1][i], columns[2][i]);
        let (mut h1, mut h2, mut d1) = ([0.0_f64; 16], [0.0_f64; 16], [0.0; 16]);
        for j in 0..16 {
            h1[j] = (first[3 * j] * x0 + first[3 * j + 1] * x1 + first[3 * j + 2]).max(0.0);
        }
        let mut o = last[16];
        for j in 0..16 {
            let w = &second[17 * j..][..17];
            h2[j] = (0..16).fold(w[16], |z, k| z + w[k] * h1[k]).max(0.0);
            o += last[j] * h2[j];
        }
        let margin = 1.0 - y * o;
        if margin <= 0.0 {
            continue;
        }
        out[0] += margin;
        out[337] -= y;
        for j in 0..16 {
            out[321 + j] -= y * h2[j];
            let dz = if h2[j] > 0.0 { -y * last[j] } else { 0.0 };
            let (w, g) = (&second[17 * j..][..17], &mut out[49 + 17 * j..][..17]);
            for k in 0..16 {
                g[k] += dz * h1[k];
                d1[k] += w[k] * dz;
            }
            g[16] += dz;
        }
        for j in 0..16 {
            let dz = if h1[j] > 0.0 { d1[j] } else { 0.0 };
            out[1 + 3 * j] += dz * x0;
            out[2 + 3 * j] += dz * x1;
            out[3 + 3 * j] += dz;
        }
    }
    penalise(p, out);
}

/// Eight points at a time; points that only fill the last tile have `y = 0`, a loss of 1 and no slope.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,avx2,fma")]
fn packed(p: &[f64], tiles: &[f64], out: &mut [f64]) {
    const H: usize = 16;
    let (first, second, last) = (&p[..48], &p[48..320], &p[320..337]);
    let (zero, one) = (splat(0.0), splat(1.0));
    let (mut sums, mut loss) = ([zero; 337], zero);
    for tile in tiles.chunks_exact(24) {
        let (x0, x1, y) = (V::load(tile, 0), V::load(tile, 8), V::load(tile, 16));
        let (mut h1, mut h2, mut d1) = ([zero; H], [zero; H], [zero; H]);
        for j in 0..H {
            let z = splat(first[3 * j]).fma(x0, splat(first[3 * j + 2]));
            h1[j] = splat(first[3 * j + 1]).fma(x1, z).max(zero);
        }
        for j in 0..H {
            let (mut even, mut odd) = (splat(second[17 * j + 16]), zero);
            for i in (0..H).step_by(2) {
                even = splat(second[17 * j + i]).fma(h1[i], even);
                odd = splat(second[17 * j + i + 1]).fma(h1[i + 1], odd);
            }
            h2[j] = even.add(odd).max(zero);
        }
        let mut o = splat(last[16]);
        for j in 0..H {
            o = splat(last[j]).fma(h2[j], o);
        }
        let margin = y.fnma(o, one).max(zero);
        loss = loss.add(margin);
        let d = y.neg().where_positive(margin);
        sums[336] = sums[336].add(d);
        for j in 0..H {
            sums[320 + j] = d.fma(h2[j], sums[320 + j]);
            let dz = splat(last[j]).mul(d).where_positive(h2[j]);
            sums[48 + 17 * j + 16] = sums[48 + 17 * j + 16].add(dz);
            for i in 0..H {
                sums[48 + 17 * j + i] = dz.fma(h1[i], sums[48 + 17 * j + i]);
                d1[i] = splat(second[17 * j + i]).fma(dz, d1[i]);
            }
        }
        for i in 0..H {
            let dz = d1[i].where_positive(h1[i]);
            sums[3 * i] = dz.fma(x0, sums[3 * i]);
            sums[3 * i + 1] = dz.fma(x1, sums[3 * i + 1]);
            sums[3 * i + 2] = sums[3 * i + 2].add(dz);
        }
    }
    out[0] = loss.sum() - (tiles.len() / 3) as f64 + POINTS;
    for (y, s) in out[1..].iter_mut().zip(sums) {
        *y = s.sum();
    }
    penalise(p, out);
}

pub(crate) fn workload() -> Workload {
    let data = include_str!("../../tests/data/fixtures/moons_1337.csv");
    let data = numbers(data.split_once('\n').expect("a line of names").1);
    let column = |c: usize| data.iter().skip(c).step_by(3).copied().collect();
    Workload {
        name: "moons",
        row,
        parameters: numbers(include_str!("../../tests/data/fixtures/moons_mlp_w0.txt")),
        columns: (0..3).map(column).collect(),
        plain,
        packed: packed!(packed),
        by_row: false,
        after: Some(penalise),
    }
}
