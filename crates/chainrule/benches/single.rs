//! Value and gradient at one point, with the derivative written by hand beside it.
//!
//! `cargo bench -p chainrule --bench single [name]`. Contenders take turns, one round after another,
//! and what counts is the median of the ratios within a round. An operation is one of the program
//! of value and gradient. The random programs have no derivative by hand.

#![expect(clippy::cast_sign_loss, reason = "random positions are not negative")]

#[path = "../tests/support/network.rs"]
mod network;
#[path = "../tests/support/random.rs"]
mod random;

use chainrule::{Function, Value, Workspace};
use random::Random;
use std::hint::black_box;
use std::time::Instant;

/// A derivative by hand: the value is returned.
type Hand = fn(&[f64], &mut [f64]) -> f64;

struct Workload {
    name: &'static str,
    function: Function,
    point: Vec<f64>,
    hand: Option<Hand>,
}

fn record(
    point: &[f64],
    f: impl for<'g> Fn(&[Value<'g>]) -> Value<'g> + Send + Sync + 'static,
) -> Function {
    let names: Vec<String> = (0..point.len()).map(|i| format!("x{i}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    Function::record_slices(&names, point, move |x| vec![f(x)]).expect("distinct names")
}

fn workload(
    name: &'static str,
    point: Vec<f64>,
    f: impl for<'g> Fn(&[Value<'g>]) -> Value<'g> + Send + Sync + 'static,
    hand: Option<Hand>,
) -> Workload {
    Workload { name, function: record(&point, f), point, hand }
}

fn tiny() -> Workload {
    let hand: Hand = |x, g| {
        let t = x[0] * x[1] + x[2];
        g.copy_from_slice(&[x[3] * x[1], x[3] * x[0], x[3], t]);
        t * x[3]
    };
    workload("tiny", vec![2.0, -3.0, 10.0, -2.0], |x| (x[0] * x[1] + x[2]) * x[3], Some(hand))
}

/// The expression of micrograd's README.
fn readme() -> Workload {
    let hand: Hand = |x, gradient| {
        let (a, b) = (x[0], x[1]);
        let (c0, d0) = (a + b, a * b + b * b * b);
        let c = c0 + (c0 + 1.0) + (1.0 + (c0 + c0 + 1.0) - a);
        let s = (b + a).max(0.0);
        let d1 = d0 + d0 * 2.0 + s;
        let u = (b - a).max(0.0);
        let d = d1 + 3.0 * d1 + u;
        let e = c - d;
        let f = e * e;
        let g = f / 2.0 + 10.0 / f;
        let df = 0.5 - 10.0 / (f * f);
        let de = 2.0 * e * df;
        let (step_s, step_u) = (f64::from(u8::from(s > 0.0)), f64::from(u8::from(u > 0.0)));
        // c = 4·(a + b) + 3 − a, d = 4·(3·d0 + s) + u.
        gradient[0] = de * (3.0 - (12.0 * b + 4.0 * step_s - step_u));
        gradient[1] = de * (4.0 - (12.0 * (a + 3.0 * b * b) + 4.0 * step_s + step_u));
        g
    };
    workload(
        "readme",
        vec![-4.0, 2.0],
        |x| {
            let (a, b) = (x[0], x[1]);
            let (mut c, mut d) = (a + b, a * b + b.powi(3));
            c = c + c + 1.0;
            c = c + 1.0 + c - a;
            d = d + d * 2.0 + (b + a).relu();
            d = d + 3.0 * d + (b - a).relu();
            let f = (c - d).powi(2);
            f / 2.0 + 10.0 / f
        },
        Some(hand),
    )
}

fn rosenbrock(name: &'static str, n: usize) -> Workload {
    let hand: Hand = |x, g| {
        let mut value = 0.0;
        g.fill(0.0);
        for i in 0..x.len() - 1 {
            let (t, u) = (x[i + 1] - x[i] * x[i], 1.0 - x[i]);
            value += 100.0 * t * t + u * u;
            g[i] += -400.0 * x[i] * t - 2.0 * u;
            g[i + 1] += 200.0 * t;
        }
        value
    };
    workload(name, Random(5).column(n, -2.0, 2.0), rosenbrock_sum, Some(hand))
}

fn rosenbrock_sum<'g>(x: &[Value<'g>]) -> Value<'g> {
    let pair = |i: usize| 100.0 * (x[i + 1] - x[i].square()).square() + (1.0 - x[i]).square();
    (0..x.len() - 1).map(pair).sum()
}

/// One row of logistic regression with 50 features and a bias.
fn logistic() -> Workload {
    fn features() -> Vec<f64> {
        Random(6).column(50, -2.0, 2.0)
    }
    let hand: Hand = |w, g| {
        thread_local!(static X: Vec<f64> = features());
        X.with(|x| {
            let z = x.iter().zip(w).fold(w[50], |z, (x, w)| z + x * w);
            let e = z.exp();
            let r = e / (1.0 + e) - 1.0;
            g.iter_mut().zip(x).for_each(|(g, x)| *g = r * x);
            g[50] = r;
            (1.0 + e).ln() - z
        })
    };
    let x = features();
    workload(
        "logistic50",
        Random(7).column(51, -0.3, 0.3),
        move |w| {
            let z = x.iter().zip(w).fold(w[50], |z, (&x, &w)| z + x * w);
            (1.0 + z.exp()).ln() - z
        },
        Some(hand),
    )
}

fn network<'g>(p: &[Value<'g>]) -> Value<'g> {
    let row = [p[0].constant(0.7), p[0].constant(-0.4)];
    (network::network(&[16, 16, 1], p, &row, Value::tanh) - 0.3).square()
}

/// The 2-16-16-1 network at one row.
fn mlp() -> Workload {
    let hand: Hand = |p, g| {
        let (x0, x1, y) = (0.7, -0.4, 0.3);
        let (first, second, last) = (&p[..48], &p[48..320], &p[320..]);
        let (mut h1, mut h2, mut d1) = ([0.0; 16], [0.0; 16], [0.0; 16]);
        for (j, h) in h1.iter_mut().enumerate() {
            *h = (first[3 * j] * x0 + first[3 * j + 1] * x1 + first[3 * j + 2]).tanh();
        }
        let mut o = last[16];
        for j in 0..16 {
            let w = &second[17 * j..][..17];
            h2[j] = (0..16).fold(w[16], |z, k| z + w[k] * h1[k]).tanh();
            o += last[j] * h2[j];
        }
        let e = o - y;
        let d = 2.0 * e;
        g[336] = d;
        for j in 0..16 {
            g[320 + j] = d * h2[j];
            let dz = last[j] * d * (1.0 - h2[j] * h2[j]);
            let (w, g) = (&second[17 * j..][..17], &mut g[48 + 17 * j..][..17]);
            for k in 0..16 {
                g[k] = dz * h1[k];
                d1[k] += w[k] * dz;
            }
            g[16] = dz;
        }
        for j in 0..16 {
            let dz = d1[j] * (1.0 - h1[j] * h1[j]);
            g[3 * j..3 * j + 3].copy_from_slice(&[dz * x0, dz * x1, dz]);
        }
        e * e
    };
    workload("mlp", Random(8).column(337, -0.5, 0.5), network, Some(hand))
}

/// `n` operations of random earlier values: what an irregular formula looks like.
fn random(name: &'static str, n: usize, reach: usize) -> Workload {
    let inputs = 10;
    workload(
        name,
        Random(9).column(inputs, 0.5, 1.5),
        move |x| {
            let mut random = Random(n as u64);
            let mut all = x.to_vec();
            for _ in 0..n {
                let mut pick = || {
                    let back = (random.next() * all.len().min(reach) as f64).floor();
                    all[all.len() - 1 - back as usize]
                };
                let (a, b) = (pick(), pick());
                let kind = (random.next() * 8.0).floor();
                all.push(match kind as u8 {
                    0 | 1 => 0.5 * (a + b),
                    2 => a - 0.5 * b,
                    3 | 4 => a * b * 0.9,
                    5 => a / (1.0 + b * b),
                    6 => (a * a + 1.0).sqrt(),
                    _ => a.max(b),
                });
            }
            chainrule::sum(&all[all.len() - reach.min(all.len())..])
        },
        None,
    )
}

fn median(mut x: Vec<f64>) -> f64 {
    x.sort_by(f64::total_cmp);
    x[x.len() / 2]
}

impl Workload {
    fn run(&self, rounds: usize) {
        let n = self.point.len();
        let mut work = Workspace::new();
        let (mut ours, mut hand) = (vec![0.0; n], vec![0.0; n]);
        let start = Instant::now();
        let value = self.function.value_and_gradient_into(&self.point, &mut ours, &mut work);
        let first = start.elapsed().as_secs_f64() * 1e6;
        // The value's last operation may not be among those of the gradient.
        let operations = self.function.gradient_function().map_or(0, |g| g.operations());
        if let Some(f) = self.hand {
            let by_hand = f(&self.point, &mut hand);
            let value = value.expect("evaluates");
            let near = |a: f64, b: f64| (a - b).abs() <= 1e-9 * (1.0 + b.abs());
            assert!(near(value, by_hand), "{}: {value} and {by_hand}", self.name);
            for (a, b) in ours.iter().zip(&hand) {
                assert!(near(*a, *b), "{}: {a} and {b}", self.name);
            }
        }
        let repeats = (200_000 / operations.max(1)).max(1);
        let timed = |f: &mut dyn FnMut()| {
            let start = Instant::now();
            (0..repeats).for_each(|_| f());
            start.elapsed().as_secs_f64() * 1e9 / repeats as f64
        };
        let (mut t_ours, mut t_hand, mut t_value) = (Vec::new(), Vec::new(), Vec::new());
        let mut out = [0.0];
        for _ in 0..rounds {
            t_ours.push(timed(&mut || {
                let x = black_box(&self.point);
                let f = self.function.value_and_gradient_into(x, &mut ours, &mut work);
                black_box((f.is_ok(), &ours));
            }));
            t_value.push(timed(&mut || {
                let f = self.function.eval_into(black_box(&self.point), &mut out, &mut work);
                black_box((f.is_ok(), &out));
            }));
            if let Some(f) = self.hand {
                t_hand.push(timed(&mut || {
                    black_box(f(black_box(&self.point), &mut hand));
                    black_box(&hand);
                }));
            }
        }
        let ratio = t_ours.iter().zip(&t_hand).map(|(a, b)| a / b).collect::<Vec<_>>();
        let beside = if ratio.is_empty() {
            String::new()
        } else {
            format!("   {:.1} ns by hand, {:.2} ×", median(t_hand), median(ratio))
        };
        let (t, v) = (median(t_ours), median(t_value));
        println!(
            "{:12} {operations:7} operations {t:11.1} ns, {:.2} ns an operation; value alone {v:.1} ns, {:.2}; first call {first:.0} µs{beside}",
            self.name,
            t / operations as f64,
            v / self.function.operations() as f64,
        );
    }
}

fn main() {
    let wanted = std::env::args().nth(1).filter(|a| !a.starts_with('-')).unwrap_or_default();
    let rounds = if std::env::args().any(|a| a == "--test") { 1 } else { 31 };
    let all = [
        tiny(),
        readme(),
        rosenbrock("rosenbrock10", 10),
        rosenbrock("rosenbrock100", 100),
        logistic(),
        mlp(),
        random("random100", 30, 20),
        random("random1500", 400, 100),
        random("random100k", 30_000, 1000),
    ];
    all.iter().filter(|w| w.name.contains(&wanted)).for_each(|w| w.run(rounds));
}
