//! What it costs to run directions side by side: dense Jacobians and Hessians one direction at a
//! time and eight to a sweep, sparse Hessians by both recoveries, and a gradient by the handle
//! without a lifetime. Minima, taken in turns.
//!
//! `cargo run --release --example directions [rounds]`

use chainrule::{Function, Graph, Recovery, SparsePlan, Value, Workspace, scalar};
use std::hint::black_box;
use std::time::Instant;

fn main() {
    let rounds = std::env::args().nth(1).map_or(3, |a| a.parse().expect("a whole number"));
    println!("what                                    one by one     together   ratio");
    for n in [4, 16, 64, 256] {
        dense(n, rounds);
    }
    recoveries(20_000, rounds);
    handles(rounds);
}

fn record(
    n: usize,
    f: impl for<'g> Fn(&[Value<'g>]) -> Vec<Value<'g>> + Send + Sync + 'static,
) -> Function {
    let names: Vec<String> = (0..n).map(|i| format!("x{i}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    Function::record_slices(&names, &vec![0.5; n], f).expect("distinct names")
}

/// A function in which everything depends on everything.
fn coupled<'g>(x: &[Value<'g>]) -> Value<'g> {
    let products = x.iter().zip(x.iter().cycle().skip(1)).map(|(a, b)| (*a * *b).sin());
    chainrule::norm2(x) * chainrule::logsumexp(&products.collect::<Vec<_>>())
}

fn dense(n: usize, rounds: usize) {
    let f = record(n, |x| vec![coupled(x)]);
    let x: Vec<f64> = (0..n).map(|i| 0.4 + 0.3 * (0.7 * i as f64).sin()).collect();
    let (mut one, mut all) = (Workspace::new(), Workspace::new());
    let (mut gradient, mut product) = (vec![0.0; n], vec![0.0; n]);
    let mut hessian = vec![0.0; n * n];
    let mut direction = vec![0.0; n];
    let mut single = || {
        for k in 0..n {
            direction[k] = 1.0;
            f.gradient_and_hvp_into(
                black_box(&x),
                &direction,
                &mut gradient,
                &mut product,
                &mut one,
            )
            .expect("fits");
            direction[k] = 0.0;
            black_box(&product);
        }
    };
    let mut slope = vec![0.0; n];
    let mut together = || {
        f.value_gradient_and_hessian_into(black_box(&x), &mut slope, &mut hessian, &mut all)
            .expect("fits");
        black_box(&hessian);
    };
    let [a, b] = minima(rounds, &mut [&mut single, &mut together]);
    row(&format!("dense Hessian, n = {n}"), a, b);

    let f = record(n, |x| {
        let total = coupled(x);
        x.iter().map(|v| *v * total).collect()
    });
    let (mut values, mut tangent, mut jacobian) = (vec![0.0; n], vec![0.0; n], vec![0.0; n * n]);
    let (mut one, mut all) = (Workspace::new(), Workspace::new());
    let mut direction = vec![0.0; n];
    let mut single = || {
        for k in 0..n {
            direction[k] = 1.0;
            f.vjp_into(black_box(&x), &direction, &mut values, &mut tangent, &mut one)
                .expect("fits");
            direction[k] = 0.0;
            black_box(&tangent);
        }
    };
    let mut together = || {
        f.jacobian_into(black_box(&x), &mut jacobian, &mut all).expect("fits");
        black_box(&jacobian);
    };
    let [a, b] = minima(rounds, &mut [&mut single, &mut together]);
    row(&format!("dense Jacobian, n = m = {n}"), a, b);
}

fn recoveries(n: usize, rounds: usize) {
    let half = 6;
    let f = record(n, move |x| {
        vec![x.windows(half + 1).map(|w| w.iter().map(|v| v.sin()).product::<Value<'_>>()).sum()]
    });
    let x: Vec<f64> = (0..n).map(|i| 0.4 + 0.3 * (0.7 * i as f64).sin()).collect();
    let [direct, substituting] = [Recovery::Direct, Recovery::Substitution]
        .map(|by| f.prepare_sparse_hessian_by(by).expect("one output"));
    let (mut one, mut two) = (Workspace::new(), Workspace::new());
    let (mut a, mut b) = (vec![0.0; direct.pattern().len()], vec![0.0; direct.pattern().len()]);
    let mut directly = || direct.evaluate_into(black_box(&x), &mut a, &mut one).expect("fits");
    let mut solved = || substituting.evaluate_into(black_box(&x), &mut b, &mut two).expect("fits");
    let times = minima(rounds, &mut [&mut directly, &mut solved]);
    let colours = [&direct, &substituting].map(SparsePlan::colours);
    row(&format!("band of {half}, {} and {} colours", colours[0], colours[1]), times[0], times[1]);
}

/// The lifetime's graph beside the thread's.
fn handles(rounds: usize) {
    let x: Vec<f64> = (0..100).map(|i| 0.5 + 0.001 * f64::from(i)).collect();
    let mut graph = Graph::new();
    let mut with_lifetime = || {
        graph.clear();
        let values: Vec<_> = black_box(&x).iter().map(|&v| graph.value(v)).collect();
        let mut sum = values[0];
        for &v in &values {
            sum = sum * v + v.sin() * 0.5 - v / 3.0;
        }
        let gradient = sum.backward();
        black_box(values.iter().map(|&v| gradient[v]).sum::<f64>());
    };
    let mut on_thread = || {
        let gradient = scalar::grad(
            |values| {
                let mut sum = values[0];
                for &v in values {
                    sum = sum * v + v.sin() * 0.5 - v / 3.0;
                }
                sum
            },
            black_box(&x),
        );
        black_box(gradient);
    };
    let [a, b] = minima(rounds, &mut [&mut with_lifetime, &mut on_thread]);
    row("gradient of 600 operations, thread's graph", a, b);
}

/// The shortest time of each, in turns; as many calls as fill a hundredth of a second.
fn minima<const N: usize>(rounds: usize, jobs: &mut [&mut dyn FnMut(); N]) -> [f64; N] {
    let mut calls = [1_u32; N];
    let mut best = [f64::INFINITY; N];
    for round in 0..=rounds {
        for ((job, calls), best) in jobs.iter_mut().zip(&mut calls).zip(&mut best) {
            let start = Instant::now();
            for _ in 0..*calls {
                job();
            }
            let each = start.elapsed().as_secs_f64() / f64::from(*calls);
            if round == 0 {
                *calls = (1..100_000).find(|n| each * f64::from(*n) >= 0.01).unwrap_or(100_000);
            } else {
                *best = best.min(each);
            }
        }
    }
    best
}

fn row(what: &str, one: f64, together: f64) {
    let (one, together) = (one * 1e6, together * 1e6);
    println!("{what:<38}{one:9.2} µs {together:9.2} µs {:7.2}", one / together);
}
