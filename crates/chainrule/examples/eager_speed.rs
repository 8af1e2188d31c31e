//! How long the eager graph takes: nanoseconds for a gradient and for an operation.
//!
//! Run it with `cargo run --release --example eager_speed`. Each figure is the median of several
//! rounds; a gradient is recording, walking backward and clearing.

use chainrule::nn::{Activation, MersenneTwister, Mlp};
use chainrule::{Graph, Value};
use std::hint::black_box;
use std::time::Instant;

/// The median time of one call of `f`, in nanoseconds.
fn time(calls: u32, mut f: impl FnMut()) -> f64 {
    let mut round = || {
        let start = Instant::now();
        (0..calls).for_each(|_| f());
        start.elapsed().as_secs_f64() * 1e9 / f64::from(calls)
    };
    let mut rounds: Vec<f64> = (0..21).map(|_| round()).collect();
    rounds.sort_by(f64::total_cmp);
    rounds[rounds.len() / 2]
}

fn tiny<'g>([a, b, c, d]: [Value<'g>; 4]) -> Value<'g> {
    (a * b + c) * d
}

fn readme<'g>([a, b]: [Value<'g>; 2]) -> Value<'g> {
    let mut c = a + b;
    let mut d = a * b + b.powi(3);
    c = c + c + 1;
    c = c + (1 + c + (-a));
    d += d * 2 + (b + a).relu();
    d += 3 * d + (b - a).relu();
    let f = (c - d).powi(2);
    f / 2.0 + 10.0 / f
}

/// One line of the report: whole gradient, its parts, and the whole for each record.
fn report<const N: usize>(
    name: &str,
    point: [f64; N],
    calls: u32,
    f: impl for<'g> Fn([Value<'g>; N]) -> Value<'g>,
) {
    let mut graph = Graph::new();
    let whole = time(calls, || {
        graph.clear();
        let inputs = graph.values(black_box(point));
        let gradient = f(inputs).backward();
        black_box(inputs.map(|x| gradient[x]));
    });
    let forward = time(calls, || {
        graph.clear();
        black_box(f(graph.values(black_box(point))).value());
    });
    graph.clear();
    let y = f(graph.values(point));
    let backward = time(calls, || _ = black_box(y.backward()));
    let nodes = graph.len() as f64;
    println!(
        "{name:8} {nodes:8} nodes: {whole:10.1} ns a gradient ({:.2} a node), recording {forward:.1}, backward {backward:.1}",
        whole / nodes
    );
}

/// The demo's loss; `call` answers one row.
fn moons<'g>(
    graph: &'g Graph,
    weights: &[Value<'g>],
    rows: &[[f64; 3]],
    call: impl Fn(&[Value<'g>], [Value<'g>; 2]) -> Value<'g>,
) -> Value<'g> {
    let loss = |&[x1, x2, y]: &[f64; 3]| {
        (1 - y * call(weights, [graph.constant(x1), graph.constant(x2)])).relu()
    };
    let losses: Value<'_> = rows.iter().map(loss).sum();
    let squares: Value<'_> = weights.iter().map(|w| w.square()).sum();
    losses / rows.len() as f64 + 1e-4 * squares
}

/// The network in products and sums of two, as micrograd records it.
fn unrolled<'g>(weights: &[Value<'g>], x: [Value<'g>; 2]) -> Value<'g> {
    let mut rest = weights;
    let mut signal = x.to_vec();
    for outputs in [16, 16, 1] {
        let mut next = Vec::with_capacity(outputs);
        for _ in 0..outputs {
            let (own, others) = rest.split_at(signal.len() + 1);
            let sum = own.iter().zip(&signal).fold(own[signal.len()], |sum, (&w, &s)| sum + w * s);
            next.push(if outputs == 1 { sum } else { sum.relu() });
            rest = others;
        }
        signal = next;
    }
    signal[0]
}

fn main() {
    report("tiny", [2.0, -3.0, 10.0, -2.0], 100_000, tiny);
    report("readme", [-4.0, 2.0], 20_000, readme);
    report("parabola", [6.0], 100_000, |[a]| a.powi(2) - 10 * a + 28);

    let text = include_str!("../tests/data/fixtures/moons_1337.csv");
    let rows: Vec<[f64; 3]> = text
        .lines()
        .skip(1)
        .map(|line| {
            let numbers: Vec<f64> = line.split(',').map(|n| n.parse().expect("a number")).collect();
            [numbers[0], numbers[1], numbers[2]]
        })
        .collect();
    let model = Mlp::new(2, &[16, 16, 1], Activation::Relu, &mut MersenneTwister::new(1337));
    // Products, sums and activations of one row's network, for each row.
    let operations = 100.0 * (2.0 * (2.0 * 16.0 + 16.0 * 16.0 + 16.0) + 32.0 + 3.0);
    for name in ["products and sums of two", "dot products"] {
        let mut graph = Graph::new();
        let mut run = |backward: bool| {
            graph.clear();
            let weights = model.place(&graph);
            let loss = if name == "dot products" {
                moons(&graph, &weights, &rows, |w, x| model.call(w, &x).expect("two inputs")[0])
            } else {
                moons(&graph, &weights, &rows, unrolled)
            };
            if backward {
                let gradient = loss.backward();
                black_box(weights.iter().map(|&w| gradient[w]).sum::<f64>());
            }
            black_box(loss.value());
        };
        let whole = time(20, || run(true)) / 1000.0;
        let forward = time(20, || run(false)) / 1000.0;
        println!(
            "moons, {name}: {whole:.1} µs a gradient ({:.2} ns for each of {operations} scalar operations), recording {forward:.1} µs",
            1000.0 * whole / operations
        );
    }
}
