//! Sums and gradients over many rows, with the derivative written by hand beside each.
//!
//! `cargo bench -p chainrule --bench batch [name]`. Contenders take turns, one round after another,
//! and what counts is the median of the ratios within a round: a busy machine slows both. *plain* is
//! a loop over the rows with the standard library's functions; *AVX-512 by hand* is written in
//! intrinsics.

#![expect(
    clippy::needless_range_loop,
    reason = "rows and components by their indices, as in a formula"
)]

#[path = "../tests/support/random.rs"]
mod random;

use chainrule::kernel::{Instructions, Kernel, Options};
use chainrule::{Value, logsumexp};
use random::Random;
use std::hint::black_box;
use std::time::Instant;

const ROWS: usize = 16_384;
const ROUNDS: usize = 25;

/// A derivative by hand: parameters, columns, and where value and gradient go.
type Hand = fn(&[f64], &[&[f64]], &mut [f64]);

/// A name, and what fills a list with value and gradient.
type Contender<'w> = (String, Box<dyn Fn(&mut [f64]) + 'w>);

struct Workload {
    name: &'static str,
    kernel: Kernel,
    parameters: Vec<f64>,
    columns: Vec<Vec<f64>>,
    hands: Vec<(&'static str, Hand)>,
    /// Per row outputs instead of sums: derivatives with respect to all columns.
    by_row: bool,
}

fn names(letter: &str, n: usize) -> Vec<String> {
    (0..n).map(|i| format!("{letter}{i}")).collect()
}

fn kernel(
    parameters: usize,
    columns: usize,
    f: impl for<'g> FnOnce(&[Value<'g>], &[Value<'g>]) -> Value<'g>,
) -> Kernel {
    let (p, c) = (names("p", parameters), names("x", columns));
    let strs =
        |names: &[String]| names.iter().map(|n| n.clone().leak() as &str).collect::<Vec<_>>();
    Kernel::sum_over(&strs(&p), &strs(&c), f).expect("distinct names")
}

mod logistic {
    use super::{ROWS, Random, Value, Workload, kernel};

    fn row<'g>(p: &[Value<'g>], row: &[Value<'g>]) -> Value<'g> {
        let d = row.len() - 1;
        let z = (0..d).fold(p[d], |z, j| z + p[j] * row[j]);
        (1.0 + z.exp()).ln() - row[d] * z
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

    #[cfg(target_arch = "x86_64")]
    #[expect(unsafe_code, reason = "a function compiled for AVX-512")]
    fn vectors(p: &[f64], columns: &[&[f64]], out: &mut [f64]) {
        assert!(is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512dq"));
        // SAFETY: the machine has the features.
        unsafe { vectors_512(p, columns, out) }
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,avx2,fma")]
    #[expect(unsafe_code, reason = "vector loads")]
    fn vectors_512(p: &[f64], columns: &[&[f64]], out: &mut [f64]) {
        use std::arch::x86_64::{
            __m512d, _mm512_add_pd, _mm512_div_pd, _mm512_fmadd_pd, _mm512_fnmadd_pd,
            _mm512_loadu_pd, _mm512_reduce_add_pd, _mm512_set1_pd, _mm512_setzero_pd,
            _mm512_sub_pd,
        };
        /// Vectors side by side, so that their latencies overlap.
        const WIDE: usize = 4;
        let d = columns.len() - 1;
        let load = |c: usize, i: usize| {
            // SAFETY: the slice holds the eight numbers.
            unsafe { _mm512_loadu_pd(columns[c][i..i + 8].as_ptr()) }
        };
        let one = _mm512_set1_pd(1.0);
        let mut sums: Vec<__m512d> = vec![_mm512_setzero_pd(); d + 2];
        for at in (0..columns[0].len()).step_by(8 * WIDE) {
            let mut z = [_mm512_set1_pd(p[d]); WIDE];
            for (j, &w) in p[..d].iter().enumerate() {
                for (k, z) in z.iter_mut().enumerate() {
                    *z = _mm512_fmadd_pd(_mm512_set1_pd(w), load(j, at + 8 * k), *z);
                }
            }
            for (k, z) in z.iter_mut().enumerate() {
                let (y, e) = (load(d, at + 8 * k), exp_512(*z));
                let s = _mm512_add_pd(one, e);
                let l = _mm512_fnmadd_pd(y, *z, ln_512(s));
                sums[d + 1] = _mm512_add_pd(sums[d + 1], l);
                *z = _mm512_sub_pd(_mm512_div_pd(e, s), y);
                sums[d] = _mm512_add_pd(sums[d], *z);
            }
            for (j, sum) in sums[..d].iter_mut().enumerate() {
                let mut s = *sum;
                for (k, r) in z.iter().enumerate() {
                    s = _mm512_fmadd_pd(*r, load(j, at + 8 * k), s);
                }
                *sum = s;
            }
        }
        for (j, sum) in sums.iter().enumerate() {
            out[(j + 1) % (d + 2)] = _mm512_reduce_add_pd(*sum);
        }
    }

    /// `e^x` for moderate `x`, by Taylor's series of degree 11.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,avx2,fma")]
    fn exp_512(x: std::arch::x86_64::__m512d) -> std::arch::x86_64::__m512d {
        use std::arch::x86_64::{
            _mm512_fmadd_pd, _mm512_fnmadd_pd, _mm512_mul_pd, _mm512_roundscale_pd,
            _mm512_scalef_pd, _mm512_set1_pd,
        };
        let log2_e = _mm512_set1_pd(std::f64::consts::LOG2_E);
        let k = _mm512_roundscale_pd::<0>(_mm512_mul_pd(x, log2_e));
        let r = _mm512_fnmadd_pd(k, _mm512_set1_pd(std::f64::consts::LN_2), x);
        let r = _mm512_fnmadd_pd(k, _mm512_set1_pd(2.3190468138462996e-17), r);
        let mut factorial = 39916800.0;
        let mut p = _mm512_set1_pd(1.0 / factorial);
        for n in (1..=11).rev() {
            factorial /= f64::from(n);
            p = _mm512_fmadd_pd(p, r, _mm512_set1_pd(1.0 / factorial));
        }
        _mm512_scalef_pd(p, k)
    }

    /// `ln x` for `x` from 1 on, by the series of `atanh`.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,avx2,fma")]
    fn ln_512(x: std::arch::x86_64::__m512d) -> std::arch::x86_64::__m512d {
        use std::arch::x86_64::{
            _mm512_add_pd, _mm512_div_pd, _mm512_fmadd_pd, _mm512_getexp_pd, _mm512_mul_pd,
            _mm512_scalef_pd, _mm512_set1_pd, _mm512_sub_pd,
        };
        let k = _mm512_getexp_pd(_mm512_mul_pd(x, _mm512_set1_pd(4.0 / 3.0)));
        let m = _mm512_scalef_pd(x, _mm512_mul_pd(k, _mm512_set1_pd(-1.0)));
        let one = _mm512_set1_pd(1.0);
        let s = _mm512_div_pd(_mm512_sub_pd(m, one), _mm512_add_pd(m, one));
        let z = _mm512_mul_pd(s, s);
        let mut p = _mm512_set1_pd(2.0 / 21.0);
        for n in (0..10).rev() {
            p = _mm512_fmadd_pd(p, z, _mm512_set1_pd(2.0 / f64::from(2 * n + 1)));
        }
        _mm512_fmadd_pd(k, _mm512_set1_pd(std::f64::consts::LN_2), _mm512_mul_pd(s, p))
    }

    pub(crate) fn workload(name: &'static str, d: usize) -> Workload {
        let mut random = Random(1);
        let mut columns: Vec<_> = (0..d).map(|_| random.column(ROWS, -2.0, 2.0)).collect();
        let labels = random.column(ROWS, 0.0, 1.0);
        columns.push(labels.iter().map(|u| f64::from(u8::from(*u < 0.5))).collect());
        let mut hands: Vec<(&'static str, super::Hand)> = vec![("plain", plain)];
        #[cfg(target_arch = "x86_64")]
        if super::Instructions::Avx512.is_available() {
            hands.push(("AVX-512 by hand", vectors));
        }
        Workload {
            name,
            kernel: kernel(d + 1, d + 1, row),
            parameters: random.column(d + 1, -0.5, 0.5),
            columns,
            hands,
            by_row: false,
        }
    }
}

/// The 2-16-16-1 network with `tanh`.
mod mlp {
    use super::{ROWS, Random, Value, Workload, kernel};
    const LAYERS: [(usize, usize); 3] = [(2, 16), (16, 16), (16, 1)];

    fn row<'g>(p: &[Value<'g>], row: &[Value<'g>]) -> Value<'g> {
        let (mut layer, mut at) = (row[..2].to_vec(), 0);
        for (k, (n, size)) in LAYERS.into_iter().enumerate() {
            layer = (0..size)
                .map(|j| {
                    let w = &p[at + j * (n + 1)..];
                    let z = (0..n).fold(w[n], |z, i| z + w[i] * layer[i]);
                    if k < 2 { z.tanh() } else { z }
                })
                .collect();
            at += size * (n + 1);
        }
        (layer[0] - row[2]).square()
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

    pub(crate) fn workload() -> Workload {
        let mut random = Random(2);
        Workload {
            name: "mlp",
            kernel: kernel(337, 3, row),
            parameters: random.column(337, -0.5, 0.5),
            columns: (0..3).map(|_| random.column(ROWS, -2.0, 2.0)).collect(),
            hands: vec![("plain", plain)],
            by_row: false,
        }
    }
}

/// A mixture of 25 Gaussians in 10 dimensions: weight, means, logarithms of inverse widths.
mod gmm {
    use super::{ROWS, Random, Value, Workload, kernel, logsumexp};
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
        let scales: Vec<f64> =
            (0..K * D).map(|i| p[SIZE * (i / D) + 1 + D + i % D].exp()).collect();
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

    pub(crate) fn workload() -> Workload {
        let mut random = Random(3);
        Workload {
            name: "gmm",
            kernel: kernel(K * SIZE, D, row),
            parameters: random.column(K * SIZE, -0.5, 0.5),
            columns: (0..D).map(|_| random.column(ROWS, -2.0, 2.0)).collect(),
            hands: vec![("plain", plain)],
            by_row: false,
        }
    }
}

/// Price of a European call and its five derivatives, row by row.
mod black_scholes {
    use super::{ROWS, Random, Value, Workload, kernel};

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

    pub(crate) fn workload() -> Workload {
        let mut random = Random(4);
        let ranges = [(80.0, 120.0), (80.0, 120.0), (0.2, 1.2), (0.01, 0.05), (0.1, 0.4)];
        Workload {
            name: "black-scholes",
            kernel: kernel(0, 5, row),
            parameters: Vec::new(),
            columns: ranges.map(|(low, high)| random.column(ROWS, low, high)).to_vec(),
            hands: vec![("plain", plain)],
            by_row: true,
        }
    }
}

fn median(mut x: Vec<f64>) -> f64 {
    x.sort_by(f64::total_cmp);
    x[x.len() / 2]
}

impl Workload {
    fn run(&self, rounds: usize) {
        let columns: Vec<&[f64]> = self.columns.iter().map(Vec::as_slice).collect();
        let size = if self.by_row { 6 * ROWS } else { 1 + self.parameters.len() };
        let wrt: Vec<&str> = self.kernel.columns().iter().map(String::as_str).collect();
        let ours = |kernel: &Kernel, out: &mut [f64]| {
            let p = black_box(&self.parameters);
            if self.by_row {
                let mut outputs: Vec<&mut [f64]> = out.chunks_mut(ROWS).collect();
                kernel.gradient_batch_into(p, &columns, &wrt, &mut outputs).expect("shapes fit");
            } else {
                let (value, gradient) = out.split_at_mut(1);
                let found = kernel.value_and_gradient_into(p, &columns, gradient);
                value[0] = found.expect("shapes fit");
            }
        };
        let mut contenders: Vec<Contender<'_>> = Vec::new();
        for &(name, hand) in &self.hands {
            let columns = &columns;
            let run = move |out: &mut [f64]| hand(black_box(&self.parameters), columns, out);
            contenders.push((name.to_owned(), Box::new(run)));
        }
        for instructions in Instructions::ALL.into_iter().filter(|i| i.is_available()) {
            for threads in if instructions == Instructions::best() { 1..=2 } else { 1..=1 } {
                let options =
                    Options { threads: Some(threads), instructions, ..Options::default() };
                let kernel = self.kernel.with_options(options);
                let ours = &ours;
                let run = move |out: &mut [f64]| ours(&kernel, out);
                contenders.push((format!("{instructions:?}, {threads} thread(s)"), Box::new(run)));
            }
        }
        let mut out = vec![0.0; size];
        let one: Vec<&[f64]> = columns.iter().map(|c| &c[..1]).collect();
        let gradient = || self.kernel.value_and_gradient(&self.parameters, &one);
        let start = Instant::now();
        gradient().expect("shapes fit");
        let first = start.elapsed();
        let start = Instant::now();
        gradient().expect("shapes fit");
        let prepared = first.saturating_sub(start.elapsed()).as_secs_f64() * 1e6;
        let mut expected = vec![0.0; size];
        contenders[0].1(&mut expected);
        for (name, run) in &contenders {
            run(&mut out);
            for (a, b) in out.iter().zip(&expected) {
                assert!((a - b).abs() <= 1e-9 * (1.0 + b.abs()), "{name}: {a} and {b}");
            }
        }
        let mut times = vec![Vec::new(); contenders.len()];
        for _ in 0..rounds {
            for (times, (_, run)) in times.iter_mut().zip(&contenders) {
                let start = Instant::now();
                run(&mut out);
                black_box(&out);
                times.push(start.elapsed().as_secs_f64() * 1e9 / ROWS as f64);
            }
        }
        println!("{}: prepared in {prepared:.0} µs", self.name);
        for ((name, _), t) in contenders.iter().zip(&times) {
            let ratios = |base: &[f64]| median(t.iter().zip(base).map(|(t, b)| t / b).collect());
            let beside: Vec<String> = (0..self.hands.len())
                .map(|h| format!("{:.2} × {}", ratios(&times[h]), contenders[h].0))
                .collect();
            println!("  {name:24} {:8.2} ns/row   {}", median(t.clone()), beside.join("   "));
        }
    }
}

fn main() {
    let wanted = std::env::args().nth(1).filter(|a| !a.starts_with('-')).unwrap_or_default();
    let once = std::env::args().any(|a| a == "--test");
    let rounds = if once { 1 } else { ROUNDS };
    let all = [
        logistic::workload("logistic10", 10),
        logistic::workload("logistic50", 50),
        mlp::workload(),
        gmm::workload(),
        black_scholes::workload(),
    ];
    for workload in all.iter().filter(|w| w.name.contains(&wanted)) {
        workload.run(rounds);
    }
}
