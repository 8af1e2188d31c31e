//! `GradBench`'s det: a determinant by minors along the first row.

use super::{borrowed, names, numbers};
use crate::race::Problem;
use chainrule::{Function, Value, Workspace};
use std::hint::black_box;

/// The determinant of an `n`×`n` matrix, with its `n²` derivatives.
#[must_use]
pub fn det(n: usize) -> Problem {
    let mut point = numbers(30, n * n, -1.0, 1.0);
    for i in 0..n {
        point[i * n + i] += 2.0;
    }
    let names = names("a", n * n);
    let f = Function::record_slices(&borrowed(&names), &point, move |x| {
        vec![determinant(&x.chunks(n).map(<[Value<'_>]>::to_vec).collect::<Vec<_>>())]
    });
    let f = f.expect("distinct names").simplify().0;
    let (mut work, at) = (Workspace::new(), point.clone());
    Problem {
        name: "det8",
        about: "a determinant by minors, recorded once and simplified",
        length: n * n + 1,
        tolerance: 1e-12,
        ours: Box::new(move |out| {
            let (value, gradient) = out.split_first_mut().expect("a value");
            let done = f.value_and_gradient_into(black_box(&at), gradient, &mut work);
            *value = done.expect("no branches");
        }),
        hands: vec![("by hand", Box::new(move |out| by_hand(black_box(&point), n, out)))],
    }
}

fn determinant<'g>(rows: &[Vec<Value<'g>>]) -> Value<'g> {
    if let [row] = rows {
        return row[0];
    }
    let minor = |j: usize| {
        let without = |row: &Vec<Value<'g>>| {
            row.iter().enumerate().filter(|(k, _)| *k != j).map(|(_, &v)| v).collect()
        };
        determinant(&rows[1..].iter().map(without).collect::<Vec<_>>())
    };
    let term = |j: usize| {
        let product = rows[0][j] * minor(j);
        if j.is_multiple_of(2) { product } else { -product }
    };
    (1..rows.len()).fold(term(0), |sum, j| sum + term(j))
}

/// Each derivative is a cofactor, each a determinant by minors again.
fn by_hand(a: &[f64], n: usize, out: &mut [f64]) {
    let minor = |i: usize, j: usize| {
        let left: Vec<f64> =
            (0..n * n).filter(|k| k / n != i && k % n != j).map(|k| a[k]).collect();
        by_minors(&left, n - 1)
    };
    for i in 0..n {
        for j in 0..n {
            let sign = if (i + j).is_multiple_of(2) { 1.0 } else { -1.0 };
            out[1 + i * n + j] = sign * minor(i, j);
        }
    }
    out[0] = (0..n).map(|j| a[j] * out[1 + j]).sum();
}

fn by_minors(a: &[f64], n: usize) -> f64 {
    if n == 1 {
        return a[0];
    }
    let mut left = [0.0; 64];
    let mut sum = 0.0;
    for j in 0..n {
        let kept = (n..n * n).filter(|k| k % n != j);
        for (place, k) in left.iter_mut().zip(kept) {
            *place = a[k];
        }
        let term = a[j] * by_minors(&left[..(n - 1) * (n - 1)], n - 1);
        sum += if j.is_multiple_of(2) { term } else { -term };
    }
    sum
}
