//! The eager graph on the named workloads, each with the derivative written by hand beside it.
//!
//! `cargo bench -p chainrule --bench eager`; the figures stand in `docs/benchmarks.md`.

#![expect(clippy::needless_range_loop, reason = "rows by their numbers, as in a formula")]

#[path = "../tests/support/readme.rs"]
mod expression;
#[path = "../examples/microgpt.rs"]
#[expect(dead_code, reason = "the example's training and its invention of names")]
mod gpt;
#[path = "../tests/support/microgpt_by_hand.rs"]
mod microgpt_by_hand;
#[path = "../tests/support/moons_by_hand.rs"]
mod moons_by_hand;

use chainrule::{Graph, Value};
use divan::{Bencher, black_box};

fn main() {
    divan::main();
}

/// `(a·b + c)·d`: three operations.
mod tiny {
    use super::{Bencher, Graph, black_box};
    const AT: [f64; 4] = [2.0, -3.0, 10.0, -2.0];

    #[divan::bench]
    fn graph(bencher: Bencher) {
        let mut graph = Graph::new();
        bencher.bench_local(|| {
            graph.clear();
            let inputs @ [a, b, c, d] = graph.values(black_box(AT));
            let l = (a * b + c) * d;
            let gradient = l.backward();
            (l.value(), inputs.map(|x| gradient[x]))
        });
    }

    #[divan::bench]
    fn closure(bencher: Bencher) {
        let mut graph = Graph::new();
        bencher.bench_local(|| graph.value_and_grad(|[a, b, c, d]| (a * b + c) * d, black_box(AT)));
    }

    #[divan::bench]
    fn hand(bencher: Bencher) {
        bencher.bench_local(|| {
            let [a, b, c, d] = black_box(AT);
            let f = a * b + c;
            (f * d, [d * b, d * a, d, f])
        });
    }
}

/// micrograd's README expression of two variables.
mod readme {
    use super::expression::readme;
    use super::{Bencher, Graph, black_box};

    #[divan::bench]
    fn graph(bencher: Bencher) {
        let mut graph = Graph::new();
        bencher.bench_local(|| {
            graph.clear();
            let [a, b] = graph.values(black_box([-4.0, 2.0]));
            let g = readme(a, b);
            let gradient = g.backward();
            (g.value(), gradient[a], gradient[b])
        });
    }

    #[divan::bench]
    fn hand(bencher: Bencher) {
        bencher.bench_local(|| {
            let [a, b] = black_box([-4.0_f64, 2.0]);
            let step = |x: f64| if x > 0.0 { 1.0 } else { 0.0 };
            // c = 4(a+b) + 3 − a and d = 12(ab + b³) + 4·relu(a+b) + relu(b−a), collected.
            let c = 4.0 * (a + b) + 3.0 - a;
            let d = 12.0 * (a * b + b * b * b) + 4.0 * (a + b).max(0.0) + (b - a).max(0.0);
            let e = c - d;
            let f = e * e;
            let df = 0.5 - 10.0 / (f * f);
            let de = 2.0 * e * df;
            let (up, down) = (4.0 * step(a + b), step(b - a));
            let ga = de * (3.0 - 12.0 * b - up + down);
            let gb = de * (4.0 - 12.0 * (a + 3.0 * b * b) - up - down);
            (f / 2.0 + 10.0 / f, ga, gb)
        });
    }
}

/// One million times `x ← sin(x)·1e-7 + x`.
mod chain {
    use super::{Bencher, Graph, black_box};

    #[divan::bench(sample_count = 10)]
    fn graph(bencher: Bencher) {
        let mut graph = Graph::new();
        bencher.bench_local(|| {
            graph.clear();
            let x = graph.value(black_box(1.0));
            let y = (0..1_000_000).fold(x, |y, _| y.sin() * 1e-7 + y);
            y.backward()[x]
        });
    }

    #[divan::bench(sample_count = 10)]
    fn hand(bencher: Bencher) {
        bencher.bench_local(|| {
            (0..1_000_000).fold((black_box(1.0_f64), 1.0), |(x, slope), _| {
                let (sin, cos) = x.sin_cos();
                (sin * 1e-7 + x, slope * (cos * 1e-7 + 1.0))
            })
        });
    }
}

/// `Σ 100(xᵢ₊₁ − xᵢ²)² + (1 − xᵢ)²` of 1,000 variables.
mod rosenbrock {
    use super::{Bencher, Graph, black_box};

    fn start() -> Vec<f64> {
        (0..1000).map(|i| 1.0 + 0.1 * f64::from(i % 7 - 3)).collect()
    }

    #[divan::bench]
    fn graph(bencher: Bencher) {
        let (mut graph, start) = (Graph::new(), start());
        let mut slopes = vec![0.0; start.len()];
        bencher.bench_local(|| {
            graph.clear();
            let x: Vec<_> = black_box(&start).iter().map(|&v| graph.value(v)).collect();
            let terms = x
                .windows(2)
                .map(|p| 100.0 * (p[1] - p[0].square()).square() + (1.0 - p[0]).square());
            terms.reduce(|sum, t| sum + t).expect("some").gradient_into(&x, &mut slopes);
            black_box(&slopes);
        });
    }

    #[divan::bench]
    fn hand(bencher: Bencher) {
        let start = start();
        let mut slopes = vec![0.0; start.len()];
        bencher.bench_local(|| {
            let x = black_box(&start);
            slopes.fill(0.0);
            let mut value = 0.0;
            for i in 0..x.len() - 1 {
                let (step, rest) = (x[i + 1] - x[i] * x[i], 1.0 - x[i]);
                value += 100.0 * step * step + rest * rest;
                slopes[i] += -400.0 * x[i] * step - 2.0 * rest;
                slopes[i + 1] += 200.0 * step;
            }
            black_box(&slopes);
            value
        });
    }
}

/// Mean squared error of `w·x + b` over rows of ten columns plus `0.1·‖w‖²`: every row in one graph, the row as a
/// kernel, and by hand.
mod linreg {
    use super::{Bencher, Graph, Value, black_box};
    use chainrule::kernel::{Kernel, Options};

    const ROWS: [usize; 2] = [10_000, 1_000_000];
    const NAMES: [&str; 11] = ["x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "y"];

    fn columns(rows: usize) -> Vec<Vec<f64>> {
        let number = |i: usize, j: usize| ((i * (2 * j + 3) + j) % 201) as f64 / 100.0 - 1.0;
        (0..11).map(|j| (0..rows).map(|i| number(i, j)).collect()).collect()
    }

    fn start() -> [f64; 11] {
        std::array::from_fn(|j| 0.1 * j as f64 - 0.4)
    }

    fn row<'g>(p: &[Value<'g>], x: &[Value<'g>]) -> Value<'g> {
        let score = (0..10).fold(p[10], |s, j| s + p[j] * x[j]);
        (score - x[10]).square()
    }

    /// From the sum of the rows to the mean with its penalty, and their derivatives.
    fn finish(p: &[f64; 11], rows: usize, value: f64, slopes: &mut [f64; 11]) -> f64 {
        let scale = 1.0 / rows as f64;
        let mut value = value * scale;
        for slope in &mut *slopes {
            *slope *= scale;
        }
        for (slope, w) in slopes.iter_mut().zip(&p[..10]) {
            value += 0.1 * w * w;
            *slope += 0.2 * w;
        }
        value
    }

    #[divan::bench(args = ROWS)]
    fn rows_in_one_graph(bencher: Bencher, rows: usize) {
        let (mut graph, columns) = (Graph::new(), columns(rows));
        let mut slopes = [0.0; 11];
        bencher.bench_local(|| {
            graph.clear();
            let p = graph.values(black_box(start()));
            let mut total = graph.constant(0.0);
            for i in 0..rows {
                let x: [Value<'_>; 11] = std::array::from_fn(|j| graph.constant(columns[j][i]));
                total += row(&p, &x);
            }
            let mean = total / rows as f64 + 0.1 * chainrule::dot(&p[..10], &p[..10]);
            mean.gradient_into(&p, &mut slopes);
            (mean.value(), slopes)
        });
    }

    #[divan::bench(args = ROWS)]
    fn rows_in_a_kernel(bencher: Bencher, rows: usize) {
        let columns = columns(rows);
        let columns: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
        let names: Vec<String> = (0..11).map(|j| format!("w{j}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let one_thread = Options { threads: Some(1), ..Options::default() };
        let kernel = Kernel::sum_over(&names, &NAMES, row).expect("distinct names");
        let kernel = kernel.with_options(one_thread);
        let mut slopes = [0.0; 11];
        bencher.bench_local(|| {
            let p = black_box(start());
            let value = kernel.value_and_gradient_into(&p, &columns, &mut slopes);
            let value = value.expect("columns of one length");
            (finish(&p, rows, value, &mut slopes), slopes)
        });
    }

    #[divan::bench(args = ROWS)]
    fn hand(bencher: Bencher, rows: usize) {
        let columns = columns(rows);
        bencher.bench_local(|| {
            let p = black_box(start());
            let (mut value, mut slopes) = (0.0, [0.0; 11]);
            for i in 0..rows {
                let score = (0..10).fold(p[10], |s, j| s + p[j] * columns[j][i]);
                let error = score - columns[10][i];
                value += error * error;
                let r = 2.0 * error;
                for j in 0..10 {
                    slopes[j] += r * columns[j][i];
                }
                slopes[10] += r;
            }
            (finish(&p, rows, value, &mut slopes), slopes)
        });
    }
}

/// S-06, B-27: one gradient-descent step of the chapter's `a² − 10a + 28`.
mod step {
    use super::{Bencher, Graph, black_box};

    #[divan::bench]
    fn graph(bencher: Bencher) {
        let mut graph = Graph::new();
        let mut now = 6.0;
        bencher.bench_local(|| {
            graph.clear();
            let a = graph.value(black_box(now));
            let l = a.powi(2) - 10.0 * a + 28.0;
            now -= 0.1 * l.backward()[a];
            now
        });
    }

    #[divan::bench]
    fn forward_difference(bencher: Bencher) {
        let f = |a: f64| a * a - 10.0 * a + 28.0;
        let mut now = 6.0;
        bencher.bench_local(|| {
            let (a, h) = (black_box(now), 1e-4);
            now -= 0.1 * ((f(a + h) - f(a)) / h);
            now
        });
    }

    #[divan::bench]
    fn hand(bencher: Bencher) {
        let mut now = 6.0;
        bencher.bench_local(|| {
            now -= 0.1 * (2.0 * black_box(now) - 10.0);
            now
        });
    }
}

/// The 2-16-16-1 network on the hundred moons: hinge loss and 10⁻⁴ times the squared weights.
mod moons {
    use super::moons_by_hand::moons_by_hand;
    use super::{Bencher, Graph, Value, black_box};

    const SIZES: [usize; 4] = [2, 16, 16, 1];

    fn data() -> (Vec<f64>, Vec<[f64; 3]>) {
        let numbers = |text: &str| -> Vec<f64> {
            text.split([',', '\n']).filter_map(|s| s.trim().parse().ok()).collect()
        };
        let weights = numbers(include_str!("../tests/data/fixtures/moons_mlp_w0.txt"));
        let rows = numbers(include_str!("../tests/data/fixtures/moons_1337.csv"));
        (weights, rows.chunks_exact(3).map(|r| [r[0], r[1], r[2]]).collect())
    }

    fn loss<'g>(
        graph: &'g Graph,
        p: &[Value<'g>],
        rows: &[[f64; 3]],
        neuron: impl Fn(&[Value<'g>], &[Value<'g>], Value<'g>) -> Value<'g>,
    ) -> Value<'g> {
        let mut total = graph.constant(0.0);
        for &[x1, x2, y] in rows {
            let mut layer = vec![graph.constant(x1), graph.constant(x2)];
            let mut at = 0;
            for (k, &size) in SIZES[1..].iter().enumerate() {
                let n = layer.len();
                layer = (0..size)
                    .map(|j| {
                        let w = &p[at + j * (n + 1)..at + (j + 1) * (n + 1)];
                        let s = neuron(&w[..n], &layer, w[n]);
                        if k < 2 { s.relu() } else { s }
                    })
                    .collect();
                at += size * (n + 1);
            }
            total += (1.0 - y * layer[0]).relu();
        }
        total / rows.len() as f64 + 1e-4 * p.iter().map(|v| v.square()).sum::<Value<'_>>()
    }

    fn run(
        bencher: Bencher,
        neuron: impl for<'g> Fn(&[Value<'g>], &[Value<'g>], Value<'g>) -> Value<'g>,
    ) {
        let (weights, rows) = data();
        assert_eq!((weights.len(), rows.len()), (337, 100));
        let mut graph = Graph::new();
        bencher.bench_local(|| {
            graph.clear();
            let p: Vec<_> = black_box(&weights).iter().map(|&w| graph.value(w)).collect();
            let l = loss(&graph, &p, &rows, &neuron);
            let gradient = l.backward();
            (l.value(), p.iter().map(|&w| gradient[w]).sum::<f64>())
        });
    }

    #[divan::bench]
    fn scalar_operations(bencher: Bencher) {
        run(bencher, |w, x, bias| w.iter().zip(x).fold(bias, |s, (w, x)| s + *w * x));
    }

    #[divan::bench]
    fn dot_as_one_node(bencher: Bencher) {
        run(bencher, |w, x, bias| chainrule::dot(w, x) + bias);
    }

    #[divan::bench]
    fn hand(bencher: Bencher) {
        let (weights, rows) = data();
        let mut slopes = vec![0.0; weights.len()];
        bencher.bench_local(|| {
            let value = moons_by_hand(black_box(&weights), &rows, &mut slopes);
            black_box(&slopes);
            value
        });
    }
}

/// Loss and gradient of the example `microgpt` on the first name: its graph, and backpropagation by hand, which
/// `tests/by_hand.rs` compares. Adam and the reading of data are not in it.
mod microgpt {
    use super::gpt::{loss, tokens};
    use super::microgpt_by_hand::microgpt_by_hand;
    use super::{Bencher, Graph, black_box};

    fn data() -> (Vec<f64>, &'static str) {
        let weights = include_str!("../tests/data/fixtures/microgpt_w0.txt");
        let name = include_str!("../tests/data/fixtures/names.txt").lines().next();
        let weights = weights.split_whitespace().filter_map(|word| word.parse().ok());
        (weights.collect(), name.expect("a name"))
    }

    #[divan::bench]
    fn graph(bencher: Bencher) {
        let ((weights, name), mut graph) = (data(), Graph::new());
        let mut slopes = vec![0.0; weights.len()];
        bencher.bench_local(|| {
            graph.clear();
            let terms: Vec<_> = black_box(&weights).iter().map(|&w| graph.value(w)).collect();
            let loss = loss(&terms, black_box(name));
            loss.gradient_into(&terms, &mut slopes);
            black_box(&slopes);
            loss.value()
        });
    }

    #[divan::bench]
    fn hand(bencher: Bencher) {
        let (weights, name) = data();
        let mut slopes = vec![0.0; weights.len()];
        bencher.bench_local(|| {
            let tokens = tokens(black_box(name));
            let value = microgpt_by_hand(black_box(&weights), &tokens, &mut slopes);
            black_box(&slopes);
            value
        });
    }
}
