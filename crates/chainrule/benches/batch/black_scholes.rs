//! Price of a European call and its five derivatives, row by row.

#[cfg(target_arch = "x86_64")]
use super::vectors::{V, splat};
use super::{ROWS, Random, Value, Workload, packed};

fn row<'g>(_: &[Value<'g>], row: &[Value<'g>]) -> Value<'g> {
    let &[s, k, t, r, v] = row else { unreachable!("five columns") };
    let spread = v * t.sqrt();
    let d1 = ((s / k).ln() + (r + 0.5 * v * v) * t) / spread;
    s * d1.normal_cdf() - k * (-r * t).exp() * (d1 - spread).normal_cdf()
}

fn plain(_: &[f64], columns: &[&[f64]], out: &mut [f64]) {
    let cdf = |x: f64| 0.5 * libm::erfc(-x * std::f64::consts::FRAC_1_SQRT_2);
    let n = columns[0].len();
    for i in 0..n {
        let [s, k, t, r, v] = [0, 1, 2, 3, 4].map(|c| columns[c][i]);
        let root = t.sqrt();
        let d1 = ((s / k).ln() + (r + 0.5 * v * v) * t) / (v * root);
        let d2 = d1 - v * root;
        let (n1, n2, discount) = (cdf(d1), cdf(d2), (-r * t).exp());
        let density = s * 0.3989422804014327 * (-0.5 * d1 * d1).exp();
        let strike = k * discount * n2;
        let greeks = [
            s * n1 - strike,
            n1,
            -discount * n2,
            r * strike + 0.5 * density * v / root,
            t * strike,
            density * root,
        ];
        for (c, g) in greeks.into_iter().enumerate() {
            out[c * n + i] = g;
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,avx2,fma")]
fn packed(_: &[f64], tiles: &[f64], out: &mut [f64]) {
    let n = tiles.len() / 5;
    let half = splat(0.5);
    for (t, tile) in tiles.chunks_exact(40).enumerate() {
        let [s, k, t_, r, v] = [0, 1, 2, 3, 4].map(|c| V::load(tile, 8 * c));
        let root = t_.sqrt();
        let spread = v.mul(root);
        let drift = half.mul(v).fma(v, r);
        let d1 = drift.fma(t_, s.div(k).ln()).div(spread);
        let (n1, density) = d1.normal();
        let (n2, _) = d1.sub(spread).normal();
        let discount = r.mul(t_).neg().exp();
        let strike = k.mul(discount).mul(n2);
        let density = s.mul(density);
        let greeks = [
            s.mul(n1).sub(strike),
            n1,
            discount.mul(n2).neg(),
            r.fma(strike, half.mul(density).mul(v).div(root)),
            t_.mul(strike),
            density.mul(root),
        ];
        for (c, g) in greeks.into_iter().enumerate() {
            g.store(out, c * n + 8 * t);
        }
    }
}

pub(crate) fn workload() -> Workload {
    let mut random = Random(4);
    let ranges = [(80.0, 120.0), (80.0, 120.0), (0.2, 1.2), (0.01, 0.05), (0.1, 0.4)];
    Workload {
        name: "black-scholes",
        row,
        parameters: Vec::new(),
        columns: ranges.map(|(low, high)| random.column(ROWS, low, high)).to_vec(),
        plain,
        packed: packed!(packed),
        by_row: true,
        after: None,
    }
}
