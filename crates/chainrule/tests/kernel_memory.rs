//! The kernel's unsafe modules, in calls that are small enough for Miri (`tools/miri`): every access
//! of the portable path, and work that is lent to another thread. Blocks are given, as asking for
//! the size of the cache opens files, which Miri refuses.

#[path = "support/network.rs"]
mod network;

use chainrule::kernel::{Instructions, Kernel, Options};
use chainrule::{Function, Value, logsumexp};
use network::network;

const PARAMETERS: [&str; 5] = ["a", "b", "c", "d", "e"];
const COLUMNS: [&str; 3] = ["x", "y", "z"];

/// Chains of products, scaled squares, functions with their slopes, operations of many values.
fn row<'g>(p: &[Value<'g>], row: &[Value<'g>]) -> Value<'g> {
    let scaled = |m: Value<'g>, j: usize| ((row[j] - m) * p[4].exp()).square();
    let near = p[0] - 0.5 * (scaled(p[1], 0) + scaled(p[2], 1));
    let far = p[3] - 0.5 * (scaled(p[2], 0) + scaled(p[1], 2));
    let inner = p[0] * row[0] + p[1] * row[1] + p[2] * row[2] + p[3];
    let crossed = row[0] * row[1] + row[1] * row[2] + row[2] / row[1];
    let rest = inner.relu() + crossed * inner.normal_cdf() + (p[4] * row[2]).lgamma();
    logsumexp(&[near, far]) + inner.tanh() + rest
}

fn columns(rows: usize) -> Vec<Vec<f64>> {
    let number = |i: usize, c: usize| 0.25 + ((7 * i + 3 * c) % 11) as f64 / 8.0;
    (0..3).map(|c| (0..rows).map(|i| number(i, c)).collect()).collect()
}

fn near(found: f64, expected: f64) -> bool {
    (found - expected).abs() <= 1e-12 * (1.0 + expected.abs())
}

#[test]
fn sums_and_columns_of_short_blocks_equal_the_scalar_function() {
    let names: Vec<&str> = PARAMETERS.iter().chain(&COLUMNS).copied().collect();
    let scalar = Function::record_slices(&names, &[0.5; 8], |x| vec![row(&x[..5], &x[5..])]);
    let scalar = scalar.expect("distinct names");
    let kernel = Kernel::sum_over(&PARAMETERS, &COLUMNS, row).expect("distinct names");
    let (p, data) = ([0.3, -0.2, 0.7, 0.1, 0.4], columns(21));
    for (from, block) in [(0, 8), (1, 16), (2, 8)] {
        let options =
            Options { threads: Some(1), block: Some(block), instructions: Instructions::Portable };
        let kernel = kernel.with_options(options);
        let columns: Vec<&[f64]> = data.iter().map(|c| &c[from..]).collect();
        let (value, gradient) = kernel.value_and_gradient(&p, &columns).expect("shapes fit");
        let batch = kernel.gradient_batch(&p, &columns, &names).expect("the names are known");
        let (mut sum, mut sums) = (0.0, [0.0; 5]);
        for i in 0..21 - from {
            let point: Vec<f64> = p.iter().copied().chain(columns.iter().map(|c| c[i])).collect();
            let (y, slopes) = scalar.value_and_gradient(&point).expect("eight inputs");
            assert!(near(batch.values[i], y), "row {i}: {} and {y}", batch.values[i]);
            for (column, slope) in batch.gradients.iter().zip(&slopes) {
                assert!(near(column[i], *slope), "row {i}: {} and {slope}", column[i]);
            }
            sum += y;
            sums.iter_mut().zip(&slopes).for_each(|(s, g)| *s += g);
        }
        assert!(near(value, sum), "{value} and {sum}");
        assert!(gradient.iter().zip(&sums).all(|(a, b)| near(*a, *b)), "{gradient:?}, {sums:?}");
    }
}

/// Pairs of sums over the same places, and pairs of factors of the same places.
#[test]
fn a_network_of_short_blocks_equals_the_scalar_function() {
    let names: Vec<String> =
        (0..20).map(|i| format!("w{i}")).chain(["x".into(), "y".into()]).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let scalar = Function::record_slices(&names, &[0.5; 22], |x| {
        vec![network(&[3, 2, 1], &x[..20], &x[20..], Value::tanh).square()]
    });
    let scalar = scalar.expect("distinct names");
    let kernel = Kernel::of(&scalar, &["x", "y"]).expect("two inputs");
    let p: Vec<f64> = (0..20).map(|i| 0.1 * f64::from(i % 7) - 0.3).collect();
    let (data, rows) = (columns(21), 21);
    for block in [8, 16] {
        let options =
            Options { threads: Some(1), block: Some(block), instructions: Instructions::Portable };
        let columns: Vec<&[f64]> = data[..2].iter().map(Vec::as_slice).collect();
        let kernel = kernel.with_options(options);
        let (value, gradient) = kernel.value_and_gradient(&p, &columns).expect("shapes fit");
        let (mut sum, mut sums) = (0.0, [0.0; 20]);
        for i in 0..rows {
            let point: Vec<f64> = p.iter().copied().chain(columns.iter().map(|c| c[i])).collect();
            let (y, slopes) = scalar.value_and_gradient(&point).expect("as many inputs");
            sum += y;
            sums.iter_mut().zip(&slopes).for_each(|(s, g)| *s += g);
        }
        assert!(near(value, sum), "{value} and {sum}");
        assert!(gradient.iter().zip(&sums).all(|(a, b)| near(*a, *b)), "{gradient:?}, {sums:?}");
    }
}

#[test]
fn threads_share_rows_and_memory_of_earlier_calls() {
    let kernel = Kernel::sum_over(&["w"], &["x"], |p, row| p[0] * row[0]).expect("distinct names");
    let options =
        Options { threads: Some(2), block: Some(64), instructions: Instructions::Portable };
    let kernel = kernel.with_options(options);
    let x: Vec<f64> = (0..4100).map(|i| f64::from(i % 5)).collect();
    for w in [2.0, 3.0] {
        let found = kernel.value_and_gradient(&[w], &[&x]).expect("shapes fit");
        assert_eq!(found, (8200.0 * w, vec![8200.0]));
    }
}

/// Columns that begin at the same place within a cache line, and end with the memory that they stand in.
#[test]
fn many_rows_are_split_where_their_columns_begin_a_cache_line() {
    let names: Vec<String> = (0..30).map(|i| format!("x{i}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let kernel =
        Kernel::sum_over(&["w"], &names, |p, row| p[0] * row.iter().copied().sum::<Value<'_>>());
    let options =
        Options { threads: Some(1), block: Some(64), instructions: Instructions::Portable };
    let kernel = kernel.expect("distinct names").with_options(options);
    let rows = 1001;
    let memory: Vec<f64> = (0..rows + 7).map(|i| (i % 5) as f64).collect();
    for place in [3, 7] {
        let from = (memory.as_ptr().align_offset(64) + place) % 8;
        let column = &memory[from..][..rows];
        let sum = 30.0 * column.iter().sum::<f64>();
        let found = kernel.value_and_gradient(&[2.0], &[column; 30]).expect("shapes fit");
        assert_eq!(found, (2.0 * sum, vec![sum]));
        let outputs = kernel.eval_batch(&[2.0], &[column; 30]).expect("shapes fit").remove(0);
        assert!(outputs.iter().zip(column).all(|(y, x)| *y == 60.0 * x));
    }
}
