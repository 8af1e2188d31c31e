//! A handful of operations on an eager graph, and a chain of a hundred unknowns recorded once.

use super::{borrowed, names, numbers};
use crate::race::Problem;
use chainrule::{Function, Graph, Workspace};
use std::hint::black_box;

/// `(a·b + c)·d` at (2, −3, 10, −2) on a graph that is used again, with its four derivatives.
#[must_use]
pub fn tiny() -> Problem {
    const POINT: [f64; 4] = [2.0, -3.0, 10.0, -2.0];
    let mut graph = Graph::new();
    Problem {
        name: "tiny",
        about: "(a·b + c)·d, recorded anew each time",
        length: 5,
        tolerance: 0.0,
        ours: Box::new(move |out| {
            graph.clear();
            let [a, b, c, d] = graph.values(black_box(POINT));
            let l = (a * b + c) * d;
            let gradient = l.backward();
            out.copy_from_slice(&[l.value(), gradient[a], gradient[b], gradient[c], gradient[d]]);
        }),
        hands: vec![(
            "by hand",
            Box::new(|out| {
                let [a, b, c, d] = black_box(POINT);
                let f = a * b + c;
                out.copy_from_slice(&[f * d, d * b, d * a, d, f]);
            }),
        )],
    }
}

/// micrograd's README expression of two variables on a graph that is used again.
#[must_use]
pub fn readme() -> Problem {
    const POINT: [f64; 2] = [-4.0, 2.0];
    let mut graph = Graph::new();
    Problem {
        name: "readme",
        about: "micrograd's README expression, recorded anew each time",
        length: 3,
        tolerance: 1e-13,
        ours: Box::new(move |out| {
            graph.clear();
            let [a, b] = graph.values(black_box(POINT));
            let mut c = a + b;
            let mut d = a * b + b.powi(3);
            c = c + (c + 1.0);
            c = c + (1.0 + c + (-a));
            d += d * 2.0 + (b + a).relu();
            d += 3.0 * d + (b - a).relu();
            let e = c - d;
            let f = e.powi(2);
            let mut g = f / 2.0;
            g += 10.0 / f;
            let gradient = g.backward();
            out.copy_from_slice(&[g.value(), gradient[a], gradient[b]]);
        }),
        hands: vec![(
            "by hand",
            Box::new(|out| {
                let [a, b] = black_box(POINT);
                let (plus, minus) = ((b + a).max(0.0), (b - a).max(0.0));
                let c = 4.0 * (a + b) + 3.0 - a;
                let d = 4.0 * (3.0 * (a * b + b * b * b) + plus) + minus;
                let e = c - d;
                let f = e * e;
                let (up, down) = (f64::from(plus > 0.0), f64::from(minus > 0.0));
                let slope = (0.5 - 10.0 / (f * f)) * 2.0 * e;
                let da = 3.0 - (4.0 * (3.0 * b + up) - down);
                let db = 4.0 - (4.0 * (3.0 * (a + 3.0 * b * b) + up) + down);
                out.copy_from_slice(&[f / 2.0 + 10.0 / f, slope * da, slope * db]);
            }),
        )],
    }
}

/// Chained Rosenbrock of `n` unknowns, `Σ 100(x_{i+1} − x_i²)² + (1 − x_i)²`, recorded once.
#[must_use]
pub fn rosenbrock(n: usize) -> Problem {
    let point = numbers(5, n, -2.0, 2.0);
    let names = names("x", n);
    let f = Function::record_slices(&borrowed(&names), &point, |x| {
        vec![
            x.windows(2).map(|p| 100.0 * (p[1] - p[0] * p[0]).powi(2) + (1.0 - p[0]).powi(2)).sum(),
        ]
    });
    let f = f.expect("distinct names").simplify().0;
    let (mut work, at) = (Workspace::new(), point.clone());
    Problem {
        name: "rosenbrock",
        about: "chained Rosenbrock, recorded once, one point at a time",
        length: n + 1,
        tolerance: 1e-13,
        ours: Box::new(move |out| {
            let (value, gradient) = out.split_first_mut().expect("a value");
            let done = f.value_and_gradient_into(black_box(&at), gradient, &mut work);
            *value = done.expect("no branches");
        }),
        hands: vec![(
            "by hand",
            Box::new(move |out| {
                let x = black_box(&point);
                out.fill(0.0);
                for i in 0..x.len() - 1 {
                    let (r, s) = (x[i + 1] - x[i] * x[i], 1.0 - x[i]);
                    out[0] += 100.0 * r * r + s * s;
                    out[i + 1] += -400.0 * r * x[i] - 2.0 * s;
                    out[i + 2] += 200.0 * r;
                }
            }),
        )],
    }
}
