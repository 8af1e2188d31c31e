//! The 2-16-16-1 network with `tanh`.

use super::network::network;
#[cfg(target_arch = "x86_64")]
use super::vectors::{V, splat};
use super::{ROWS, Random, Value, Workload, packed};

fn row<'g>(p: &[Value<'g>], row: &[Value<'g>]) -> Value<'g> {
    (network(&[16, 16, 1], p, &row[..2], Value::tanh) - row[2]).square()
}

fn plain(p: &[f64], columns: &[&[f64]], out: &mut [f64]) {
    out.fill(0.0);
    let (first, second, last) = (&p[..48], &p[48..320], &p[320..]);
    for i in 0..columns[0].len() {
        let (x0, x1) = (columns[0][i], columns[1][i]);
        let (mut h1, mut h2, mut d1) = ([0.0; 16], [0.0; 16], [0.0; 16]);
        for j in 0..16 {
            h1[j] = (first[3 * j] * x0 + first[3 * j + 1] * x1 + first[3 * j + 2]).tanh();
        }
        let mut o = last[16];
        for j in 0..16 {
            let w = &second[17 * j..][..17];
            h2[j] = (0..16).fold(w[16], |z, k| z + w[k] * h1[k]).tanh();
            o += last[j] * h2[j];
        }
        let e = o - columns[2][i];
        out[0] += e * e;
        let d = 2.0 * e;
        out[337] += d;
        for j in 0..16 {
            out[321 + j] += d * h2[j];
            let dz = last[j] * d * (1.0 - h2[j] * h2[j]);
            let (w, g) = (&second[17 * j..][..17], &mut out[49 + 17 * j..][..17]);
            for k in 0..16 {
                g[k] += dz * h1[k];
                d1[k] += w[k] * dz;
            }
            g[16] += dz;
        }
        for j in 0..16 {
            let dz = d1[j] * (1.0 - h1[j] * h1[j]);
            out[1 + 3 * j] += dz * x0;
            out[2 + 3 * j] += dz * x1;
            out[3 + 3 * j] += dz;
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,avx2,fma")]
fn packed(p: &[f64], tiles: &[f64], out: &mut [f64]) {
    const WIDE: usize = 4;
    const H: usize = 16;
    let (first, second, last) = (&p[..48], &p[48..320], &p[320..337]);
    let (zero, one) = (splat(0.0), splat(1.0));
    let (mut sums, mut loss) = ([zero; 337], zero);
    for tile in tiles.chunks_exact(WIDE * 24) {
        let mut x = [[zero; WIDE]; 3];
        for (c, x) in x.iter_mut().enumerate() {
            for k in 0..WIDE {
                x[k] = V::load(tile, (3 * k + c) * 8);
            }
        }
        let (mut h1, mut h2, mut d1) = ([[zero; WIDE]; H], [[zero; WIDE]; H], [[zero; WIDE]; H]);
        for j in 0..H {
            for k in 0..WIDE {
                let z = splat(first[3 * j]).fma(x[0][k], splat(first[3 * j + 2]));
                h1[j][k] = splat(first[3 * j + 1]).fma(x[1][k], z).tanh();
            }
        }
        for j in 0..H {
            let mut z = [splat(second[17 * j + 16]); WIDE];
            for i in 0..H {
                for k in 0..WIDE {
                    z[k] = splat(second[17 * j + i]).fma(h1[i][k], z[k]);
                }
            }
            for k in 0..WIDE {
                h2[j][k] = z[k].tanh();
            }
        }
        let mut o = [splat(last[16]); WIDE];
        for j in 0..H {
            for k in 0..WIDE {
                o[k] = splat(last[j]).fma(h2[j][k], o[k]);
            }
        }
        let mut d = [zero; WIDE];
        for k in 0..WIDE {
            let e = o[k].sub(x[2][k]);
            loss = e.fma(e, loss);
            d[k] = e.add(e);
            sums[336] = sums[336].add(d[k]);
        }
        for j in 0..H {
            let mut dz = [zero; WIDE];
            for k in 0..WIDE {
                sums[320 + j] = d[k].fma(h2[j][k], sums[320 + j]);
                dz[k] = splat(last[j]).mul(d[k]).mul(h2[j][k].fnma(h2[j][k], one));
                sums[48 + 17 * j + 16] = sums[48 + 17 * j + 16].add(dz[k]);
            }
            for i in 0..H {
                let (w, mut s) = (splat(second[17 * j + i]), sums[48 + 17 * j + i]);
                for k in 0..WIDE {
                    s = dz[k].fma(h1[i][k], s);
                    d1[i][k] = w.fma(dz[k], d1[i][k]);
                }
                sums[48 + 17 * j + i] = s;
            }
        }
        for i in 0..H {
            for k in 0..WIDE {
                let dz = d1[i][k].mul(h1[i][k].fnma(h1[i][k], one));
                sums[3 * i] = dz.fma(x[0][k], sums[3 * i]);
                sums[3 * i + 1] = dz.fma(x[1][k], sums[3 * i + 1]);
                sums[3 * i + 2] = sums[3 * i + 2].add(dz);
            }
        }
    }
    out[0] = loss.sum();
    for (y, s) in out[1..].iter_mut().zip(sums) {
        *y = s.sum();
    }
}

pub(crate) fn workload() -> Workload {
    let mut random = Random(2);
    Workload {
        name: "mlp",
        row,
        parameters: random.column(337, -0.5, 0.5),
        columns: (0..3).map(|_| random.column(ROWS, -2.0, 2.0)).collect(),
        plain,
        packed: packed!(packed),
        by_row: false,
        after: None,
    }
}
