//! A mixture of 25 Gaussians in 10 dimensions: weight, means, logarithms of inverse widths.

#[cfg(target_arch = "x86_64")]
use super::vectors::{V, splat};
use super::{ROWS, Random, Value, Workload, logsumexp, packed};
const K: usize = 25;
const D: usize = 10;
const SIZE: usize = 1 + 2 * D;

fn row<'g>(p: &[Value<'g>], row: &[Value<'g>]) -> Value<'g> {
    let part = |c: usize| {
        let p = &p[SIZE * c..];
        let scaled = |j: usize| (row[j] - p[1 + j]) * p[1 + D + j].exp();
        let distance: Value<'_> = (0..D).map(|j| scaled(j).square()).sum();
        (0..D).fold(p[0], |s, j| s + p[1 + D + j]) - 0.5 * distance
    };
    logsumexp(&(0..K).map(part).collect::<Vec<_>>())
}

fn plain(p: &[f64], columns: &[&[f64]], out: &mut [f64]) {
    out.fill(0.0);
    let scales: Vec<f64> = (0..K * D).map(|i| p[SIZE * (i / D) + 1 + D + i % D].exp()).collect();
    let heads: Vec<f64> =
        (0..K).map(|c| p[SIZE * c] + p[SIZE * c + 1 + D..][..D].iter().sum::<f64>()).collect();
    for i in 0..columns[0].len() {
        let (mut u, mut z) = ([0.0; K * D], [0.0; K]);
        for c in 0..K {
            let mut distance = 0.0;
            for j in 0..D {
                let v = (columns[j][i] - p[SIZE * c + 1 + j]) * scales[c * D + j];
                distance += v * v;
                u[c * D + j] = v;
            }
            z[c] = heads[c] - 0.5 * distance;
        }
        let m = z.iter().fold(f64::NEG_INFINITY, |m, &z| m.max(z));
        let mut sum = 0.0;
        for z in &mut z {
            *z = (*z - m).exp();
            sum += *z;
        }
        out[0] += m + sum.ln();
        for c in 0..K {
            let w = z[c] / sum;
            let g = &mut out[1 + SIZE * c..][..SIZE];
            g[0] += w;
            for j in 0..D {
                let v = u[c * D + j];
                g[1 + j] += w * v * scales[c * D + j];
                g[1 + D + j] += w * (1.0 - v * v);
            }
        }
    }
}

/// Two tiles at a time.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,avx2,fma")]
fn packed(p: &[f64], tiles: &[f64], out: &mut [f64]) {
    const WIDE: usize = 2;
    let zero = splat(0.0);
    let scales: Vec<f64> = (0..K * D).map(|i| p[SIZE * (i / D) + 1 + D + i % D].exp()).collect();
    let heads: Vec<f64> =
        (0..K).map(|c| p[SIZE * c] + p[SIZE * c + 1 + D..][..D].iter().sum::<f64>()).collect();
    let (mut share, mut first, mut second) = ([zero; K], [zero; K * D], [zero; K * D]);
    let mut loss = zero;
    for tile in tiles.chunks_exact(WIDE * D * 8) {
        let (mut u, mut z) = ([[zero; WIDE]; K * D], [[zero; WIDE]; K]);
        let mut m = [splat(f64::NEG_INFINITY); WIDE];
        for c in 0..K {
            let mut distance = [zero; WIDE];
            for j in 0..D {
                let (mean, scale) = (splat(p[SIZE * c + 1 + j]), splat(scales[c * D + j]));
                for k in 0..WIDE {
                    let v = V::load(tile, (k * D + j) * 8).sub(mean).mul(scale);
                    distance[k] = v.fma(v, distance[k]);
                    u[c * D + j][k] = v;
                }
            }
            for k in 0..WIDE {
                z[c][k] = distance[k].fnma(splat(0.5), splat(heads[c]));
                m[k] = m[k].max(z[c][k]);
            }
        }
        let (mut sum, mut inverse) = ([zero; WIDE], [zero; WIDE]);
        for z in &mut z {
            for k in 0..WIDE {
                z[k] = z[k].sub(m[k]).exp();
                sum[k] = sum[k].add(z[k]);
            }
        }
        for k in 0..WIDE {
            loss = loss.add(sum[k].ln().add(m[k]));
            inverse[k] = splat(1.0).div(sum[k]);
        }
        for c in 0..K {
            let mut w = [zero; WIDE];
            for k in 0..WIDE {
                w[k] = z[c][k].mul(inverse[k]);
                share[c] = share[c].add(w[k]);
            }
            for i in c * D..(c + 1) * D {
                for k in 0..WIDE {
                    let v = w[k].mul(u[i][k]);
                    first[i] = first[i].add(v);
                    second[i] = v.fma(u[i][k], second[i]);
                }
            }
        }
    }
    out[0] = loss.sum();
    for c in 0..K {
        let share = share[c].sum();
        let g = &mut out[1 + SIZE * c..][..SIZE];
        g[0] = share;
        for j in 0..D {
            g[1 + j] = first[c * D + j].sum() * scales[c * D + j];
            g[1 + D + j] = share - second[c * D + j].sum();
        }
    }
}

pub(crate) fn workload() -> Workload {
    let mut random = Random(3);
    Workload {
        name: "gmm",
        row,
        parameters: random.column(K * SIZE, -0.5, 0.5),
        columns: (0..D).map(|_| random.column(ROWS, -2.0, 2.0)).collect(),
        plain,
        packed: packed!(packed),
        by_row: false,
        after: None,
    }
}
