//! A fixed amount of work of each kind, to be counted in instructions rather than in time.
//!
//! `tools/count-instructions` runs it under callgrind and compares the counts with those that are stored. Without an
//! argument it runs everything once.

#[path = "../tests/support/readme.rs"]
mod expression;

use chainrule::kernel::{Instructions, Kernel, Options};
use chainrule::{Function, Graph, Value, dot};
use std::hint::black_box;

/// Runs `work` a few times uncounted, to fill caches and grow buffers, and then counted.
fn count(mut work: impl FnMut()) {
    for _ in 0..3 {
        work();
    }
    counted(&mut work);
}

/// What callgrind is told to look at, by this name.
#[inline(never)]
fn counted(work: &mut dyn FnMut()) {
    for _ in 0..10 {
        work();
    }
}

fn tiny() {
    let mut graph = Graph::new();
    count(|| {
        graph.clear();
        let inputs @ [a, b, c, d] = graph.values(black_box([2.0, -3.0, 10.0, -2.0]));
        black_box(((a * b + c) * d).gradient(inputs));
    });
}

fn closure() {
    let mut graph = Graph::new();
    count(|| {
        let at = black_box([2.0, -3.0, 10.0, -2.0]);
        black_box(graph.value_and_grad(|[a, b, c, d]| (a * b + c) * d, at));
    });
}

fn readme() {
    let mut graph = Graph::new();
    count(|| {
        graph.clear();
        let [a, b] = graph.values(black_box([-4.0, 2.0]));
        black_box(expression::readme(a, b).backward()[a]);
    });
}

/// One step on a 2-16-1 network of fifty points, `neuron` by `neuron`.
fn network(neuron: impl for<'g> Fn(&[Value<'g>], &[Value<'g>]) -> Value<'g>) {
    let mut graph = Graph::new();
    let weights: Vec<f64> = (0..64).map(|k| 0.3 * f64::from(k * 7 % 11 - 5)).collect();
    let mut slopes = vec![0.0; weights.len()];
    count(|| {
        graph.clear();
        let p: Vec<_> = black_box(&weights).iter().map(|&w| graph.value(w)).collect();
        let mut total = graph.constant(0.0);
        for k in 0..50 {
            let (x, y) = (f64::from(k % 10) - 4.5, f64::from(k % 7) - 3.0);
            let hidden: Vec<_> =
                p[..48].chunks(3).map(|w| (w[0] * x + w[1] * y + w[2]).relu()).collect();
            total += neuron(&p[48..], &hidden).tanh();
        }
        total.gradient_into(&p, &mut slopes);
        black_box(&slopes);
    });
}

fn scalar_network() {
    network(|w, x| w.iter().zip(x).skip(1).fold(w[0] * x[0], |s, (w, x)| s + *w * x));
}

fn network_of_dots() {
    network(dot);
}

/// 4096 rows of logistic regression. Counts depend on the instruction set: this one valgrind knows, and a machine
/// without it counts nothing.
fn kernel() {
    let instructions = Instructions::Avx2;
    if !instructions.is_available() {
        return;
    }
    let options = Options { threads: Some(1), instructions, ..Options::default() };
    let loss = Kernel::sum_over(&["w0", "w1", "b"], &["x0", "x1", "y"], |p, x| {
        let z = p[0] * x[0] + p[1] * x[1] + p[2];
        z.softplus() - x[2] * z
    })
    .expect("distinct names")
    .with_options(options);
    let column = |k: usize| -> Vec<f64> {
        (0..4096).map(|i| ((i * (2 * k + 7)) % 101) as f64 / 50.0 - 1.0).collect()
    };
    let columns = [column(0), column(1), column(2)];
    let columns: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
    let mut gradient = [0.0; 3];
    count(|| {
        let at = black_box([0.3, -0.2, 0.1]);
        loss.value_and_gradient_into(&at, &columns, &mut gradient).expect("columns of one length");
        black_box(&gradient);
    });
}

/// Value and gradient of a recorded function at one point.
fn point() {
    let function = Function::record(["x", "y"], |[x, y]| {
        (0..50).fold(x * y, |s, k| (s * 0.9 + x * f64::from(k)).sin() + y)
    })
    .expect("distinct names");
    let mut work = chainrule::Workspace::new();
    let mut gradient = [0.0; 2];
    count(|| {
        let at = black_box([0.3, -0.2]);
        let value = function.value_and_gradient_into(&at, &mut gradient, &mut work);
        black_box((value.expect("two numbers"), &gradient));
    });
}

fn main() {
    let works: [(&str, fn()); 7] = [
        ("tiny", tiny),
        ("closure", closure),
        ("readme", readme),
        ("scalar-network", scalar_network),
        ("network-of-dots", network_of_dots),
        ("kernel", kernel),
        ("point", point),
    ];
    let wanted = std::env::args().nth(1).unwrap_or_default();
    for (name, work) in works {
        if wanted.starts_with('-') || wanted.is_empty() || wanted == name {
            work();
        }
    }
}
