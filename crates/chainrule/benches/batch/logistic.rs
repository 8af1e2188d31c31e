//! Logistic regression: loss and gradient.

#[cfg(target_arch = "x86_64")]
use super::vectors::{V, splat};
use super::{ROWS, Random, Row, Value, Workload, packed};

fn row<'g>(p: &[Value<'g>], row: &[Value<'g>]) -> Value<'g> {
    let d = row.len() - 1;
    let z = (0..d).fold(p[d], |z, j| z + p[j] * row[j]);
    (1.0 + z.exp()).ln() - row[d] * z
}

/// The same, written so that it does not overflow.
fn stable_row<'g>(p: &[Value<'g>], row: &[Value<'g>]) -> Value<'g> {
    let d = row.len() - 1;
    let z = (0..d).fold(p[d], |z, j| z + p[j] * row[j]);
    z.softplus() - row[d] * z
}

fn plain(p: &[f64], columns: &[&[f64]], out: &mut [f64]) {
    let d = columns.len() - 1;
    out.fill(0.0);
    for i in 0..columns[0].len() {
        let mut z = p[d];
        for j in 0..d {
            z += p[j] * columns[j][i];
        }
        let (e, y) = (z.exp(), columns[d][i]);
        out[0] += (1.0 + e).ln() - y * z;
        let r = e / (1.0 + e) - y;
        for j in 0..d {
            out[1 + j] += r * columns[j][i];
        }
        out[1 + d] += r;
    }
}

/// Two tiles at a time, sums in registers where they fit.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,avx2,fma")]
fn packed<const D: usize, const WIDE: usize>(p: &[f64], tiles: &[f64], out: &mut [f64]) {
    let (one, mut sums) = (splat(1.0), [splat(0.0); D]);
    let (mut loss, mut bias) = (splat(0.0), splat(0.0));
    for tile in tiles.chunks_exact(WIDE * (D + 1) * 8) {
        let load = |j: usize, k: usize| V::load(tile, (k * (D + 1) + j) * 8);
        let mut z = [splat(p[D]); WIDE];
        for j in 0..D {
            let w = splat(p[j]);
            for k in 0..WIDE {
                z[k] = w.fma(load(j, k), z[k]);
            }
        }
        for k in 0..WIDE {
            let (y, e) = (load(D, k), z[k].exp());
            let s = one.add(e);
            loss = loss.add(y.fnma(z[k], s.ln()));
            z[k] = e.div(s).sub(y);
            bias = bias.add(z[k]);
        }
        for j in 0..D {
            for k in 0..WIDE {
                sums[j] = z[k].fma(load(j, k), sums[j]);
            }
        }
    }
    out[0] = loss.sum();
    for j in 0..D {
        out[1 + j] = sums[j].sum();
    }
    out[1 + D] = bias.sum();
}

/// In the words of the textbook.
pub(crate) fn workload(name: &'static str, d: usize) -> Workload {
    make(name, d, row)
}

/// By `softplus`.
pub(crate) fn stable(name: &'static str, d: usize) -> Workload {
    make(name, d, stable_row)
}

fn make(name: &'static str, d: usize, row: Row) -> Workload {
    let mut random = Random(1);
    let mut columns: Vec<_> = (0..d).map(|_| random.column(ROWS, -2.0, 2.0)).collect();
    let labels = random.column(ROWS, 0.0, 1.0);
    columns.push(labels.iter().map(|u| f64::from(u8::from(*u < 0.5))).collect());
    Workload {
        name,
        row,
        parameters: random.column(d + 1, -0.5, 0.5),
        columns,
        plain,
        packed: if d == 10 { packed!(packed::<10, 4>) } else { packed!(packed::<50, 4>) },
        by_row: false,
        after: None,
    }
}
