//! Logistic regression over many rows.

use super::{alone, borrowed, names, numbers};
use crate::race::Problem;
use chainrule::kernel::Kernel;
use std::hint::black_box;

/// The negative log-likelihood of `d` columns and an intercept over `rows` rows, with its gradient.
#[must_use]
pub fn logistic(d: usize, rows: usize) -> Problem {
    let columns: Vec<Vec<f64>> = (0..d as u64).map(|j| numbers(10 + j, rows, -2.0, 2.0)).collect();
    let labels: Vec<f64> =
        numbers(9, rows, 0.0, 1.0).iter().map(|u| f64::from(u8::from(*u < 0.5))).collect();
    let point = numbers(8, d + 1, -0.5, 0.5);
    let (p, x) = (names("p", d + 1), names("x", d + 1));
    let kernel = Kernel::sum_over(&borrowed(&p), &borrowed(&x), |p, row| {
        let d = row.len() - 1;
        let z = (0..d).fold(p[d], |z, j| z + p[j] * row[j]);
        (1.0 + z.exp()).ln() - row[d] * z
    });
    let kernel = alone(&kernel.expect("distinct names"));
    let columns: Vec<Vec<f64>> = columns.into_iter().chain([labels]).collect();
    let (ours_at, ours_columns) = (point.clone(), columns.clone());
    Problem {
        name: if d == 10 { "logistic10" } else { "logistic50" },
        about: "logistic regression over rows, recorded for one row",
        length: d + 2,
        tolerance: 1e-12,
        ours: Box::new(move |out| {
            let columns: Vec<&[f64]> = ours_columns.iter().map(Vec::as_slice).collect();
            let (value, gradient) = out.split_first_mut().expect("a value");
            let at = black_box(&ours_at);
            let done = kernel.value_and_gradient_into(at, &columns, gradient);
            *value = done.expect("columns of one length");
        }),
        hands: vec![("by hand", Box::new(move |out| by_hand(black_box(&point), &columns, out)))],
    }
}

fn by_hand(p: &[f64], columns: &[Vec<f64>], out: &mut [f64]) {
    let d = columns.len() - 1;
    out.fill(0.0);
    for i in 0..columns[0].len() {
        let z = (0..d).fold(p[d], |z, j| z + p[j] * columns[j][i]);
        let (e, y) = (z.exp(), columns[d][i]);
        out[0] += (1.0 + e).ln() - y * z;
        let r = e / (1.0 + e) - y;
        for j in 0..d {
            out[1 + j] += r * columns[j][i];
        }
        out[1 + d] += r;
    }
}
