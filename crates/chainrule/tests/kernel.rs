//! The batch engine: sums and columns over many rows, the same bits however they are run.

#[path = "support/network.rs"]
mod network;
#[path = "support/random.rs"]
mod random;
#[path = "support/ways.rs"]
mod ways;

use chainrule::kernel::{Kernel, Options};
use chainrule::{ErrorKind, Function, Value};
use random::Random;
use ways::{bits, every_way, slices};

const SIZES: [usize; 10] = [0, 1, 7, 63, 64, 65, 4095, 4096, 4097, 100_003];

/// A row's function.
type Row = for<'g> fn(&[Value<'g>], &[Value<'g>]) -> Value<'g>;

fn logistic<'g>(p: &[Value<'g>], row: &[Value<'g>]) -> Value<'g> {
    let d = row.len() - 1;
    let z = (0..d).fold(p[d], |z, j| z + p[j] * row[j]);
    (1.0 + z.exp()).ln() - row[d] * z
}

fn names(letter: &str, n: usize) -> Vec<String> {
    (0..n).map(|i| format!("{letter}{i}")).collect()
}

fn strs(names: &[String]) -> Vec<&str> {
    names.iter().map(String::as_str).collect()
}

fn logistic_kernel(d: usize) -> Kernel {
    let (p, x) = (names("w", d + 1), names("x", d + 1));
    Kernel::sum_over(&strs(&p), &strs(&x), logistic).expect("distinct names")
}

fn logistic_data(d: usize, rows: usize) -> (Vec<f64>, Vec<Vec<f64>>) {
    let mut random = Random(7);
    let p = random.column(d + 1, -1.0, 1.0);
    let mut columns: Vec<_> = (0..d).map(|_| random.column(rows, -2.0, 2.0)).collect();
    columns.push(
        random.column(rows, 0.0, 1.0).iter().map(|u| f64::from(u8::from(*u < 0.5))).collect(),
    );
    (p, columns)
}

/// The derivative by hand, with plain loops and the standard library.
fn logistic_by_hand(p: &[f64], columns: &[Vec<f64>]) -> (f64, Vec<f64>) {
    let d = columns.len() - 1;
    let (mut value, mut gradient) = (0.0, vec![0.0; d + 1]);
    for (i, &y) in columns[d].iter().enumerate() {
        let z = (0..d).fold(p[d], |z, j| z + p[j] * columns[j][i]);
        value += (1.0 + z.exp()).ln() - y * z;
        let r = 1.0 / (1.0 + (-z).exp()) - y;
        (0..d).for_each(|j| gradient[j] += r * columns[j][i]);
        gradient[d] += r;
    }
    (value, gradient)
}

/// `rows` roundings of terms of size 3, and of each term some more.
fn close(a: f64, b: f64, rows: usize) -> bool {
    (a - b).abs() <= 3.0 * f64::EPSILON * (rows as f64 + 20.0) * (1.0 + (rows as f64).sqrt())
}

#[test]
fn a_sum_and_its_gradient_equal_the_derivative_by_hand_for_any_number_of_rows() {
    let kernel = logistic_kernel(10);
    for rows in SIZES {
        let (p, columns) = logistic_data(10, rows);
        let (value, gradient) =
            kernel.value_and_gradient(&p, &slices(&columns)).expect("shapes fit");
        let (by_hand, gradient_by_hand) = logistic_by_hand(&p, &columns);
        assert!(close(value, by_hand, rows), "{rows} rows: {value} and {by_hand}");
        for (g, h) in gradient.iter().zip(&gradient_by_hand) {
            assert!(close(*g, *h, rows), "{rows} rows: {g} and {h}");
        }
        let alone = kernel.value(&p, &slices(&columns)).expect("shapes fit");
        assert!(close(alone, by_hand, rows));
    }
}

/// A row with a division, a choice, transcendental functions, and inner derivatives of parameters.
fn mixed<'g>(p: &[Value<'g>], row: &[Value<'g>]) -> Value<'g> {
    let (a, b) = (p[0].exp(), p[1].sin());
    let z = a * row[0] + b * row[1];
    let kinked = z.gt(0.2).select(z.tanh() * row[1], (row[0] - b).abs().sqrt());
    kinked + (z * z + 1.0).ln() / (1.5 + row[1].cos()) - a * b * z.max(row[0])
}

fn mixed_kernel() -> Kernel {
    Kernel::sum_over(&["p", "q"], &["x", "y"], mixed).expect("distinct names")
}

#[test]
fn threads_blocks_and_instruction_sets_change_no_bit() {
    let mut random = Random(3);
    for (kernel, d) in [(logistic_kernel(4), 5), (mixed_kernel(), 2)] {
        let p = random.column(kernel.parameters().len(), -1.0, 1.0);
        for rows in SIZES {
            let columns: Vec<_> = (0..d).map(|_| random.column(rows, -2.0, 2.0)).collect();
            let columns = slices(&columns);
            let run = |options: Options| {
                let kernel = kernel.with_options(options);
                let (value, mut all) = kernel.value_and_gradient(&p, &columns).expect("shapes fit");
                all.push(value);
                let v: Vec<f64> = p.iter().map(|x| 1.0 - x).collect();
                let (g, hv) = kernel.gradient_and_hvp(&p, &columns, &v).expect("shapes fit");
                all.extend(g.into_iter().chain(hv));
                let batch = kernel.gradient_batch(&p, &columns, &strs(kernel.columns()));
                let batch = batch.expect("the names are columns");
                all.extend(batch.values);
                all.extend(batch.gradients.into_iter().flatten());
                bits(&all)
            };
            let first = run(every_way()[0]);
            for way in every_way() {
                assert!(run(way) == first, "{way:?} differs for {rows} rows");
            }
        }
    }
}

#[test]
fn a_row_gives_the_same_bits_wherever_it_stands() {
    let kernel = mixed_kernel();
    let mut random = Random(5);
    let p = [0.3, -0.7];
    let columns: Vec<_> = (0..2).map(|_| random.column(200, -2.0, 2.0)).collect();
    let names = ["x", "y", "p"];
    let all = kernel.gradient_batch(&p, &slices(&columns), &names).expect("shapes fit");
    for i in 0..200 {
        let row: Vec<&[f64]> = columns.iter().map(|c| &c[i..=i]).collect();
        let alone = kernel.gradient_batch(&p, &row, &names).expect("shapes fit");
        assert_eq!(alone.values[0].to_bits(), all.values[i].to_bits());
        for (a, b) in alone.gradients.iter().zip(&all.gradients) {
            assert_eq!(a[0].to_bits(), b[i].to_bits());
        }
    }
}

/// The function of all inputs that a kernel's row is.
fn function_of(
    names: &[&str],
    parameters: usize,
    f: impl for<'g> Fn(&[Value<'g>], &[Value<'g>]) -> Value<'g> + Send + Sync + 'static,
) -> Function {
    let at = vec![0.5; names.len()];
    Function::record_slices(names, &at, move |x| vec![f(&x[..parameters], &x[parameters..])])
        .expect("distinct names")
}

#[test]
fn rows_and_sums_equal_the_scalar_function() {
    let f = function_of(&["p", "q", "x", "y"], 2, mixed);
    let kernel = Kernel::of(&f, &["x", "y"]).expect("the columns are inputs");
    assert_eq!(kernel.parameters(), ["p", "q"]);
    let mut random = Random(11);
    let p = [0.4, 0.9];
    let columns: Vec<_> = (0..2).map(|_| random.column(300, -2.0, 2.0)).collect();
    let names = ["p", "q", "x", "y"];
    let batch = kernel.gradient_batch(&p, &slices(&columns), &names).expect("shapes fit");
    let direction = [1.0, -2.0, 0.0, 0.0];
    let (mut value, mut sums, mut products) = (0.0, vec![0.0; 4], vec![0.0; 4]);
    let near = |a: f64, b: f64, n: f64| (a - b).abs() <= 64.0 * n * f64::EPSILON * (1.0 + b.abs());
    for i in 0..300 {
        let at = [p[0], p[1], columns[0][i], columns[1][i]];
        let (v, g) = f.value_and_gradient(&at).expect("four inputs");
        assert!(near(batch.values[i], v, 1.0), "{at:?}: {} and {v}", batch.values[i]);
        for (mine, theirs) in batch.gradients.iter().zip(&g) {
            assert!(near(mine[i], *theirs, 1.0), "{at:?}: {} and {theirs}", mine[i]);
        }
        value += v;
        let h = f.hvp(&at, &direction).expect("four inputs");
        for k in 0..4 {
            sums[k] += g[k];
            products[k] += h[k];
        }
    }
    let (total, gradient) = kernel.value_and_gradient(&p, &slices(&columns)).expect("shapes fit");
    let (again, product) =
        kernel.gradient_and_hvp(&p, &slices(&columns), &direction[..2]).expect("shapes fit");
    assert!(near(total, value, 300.0));
    for k in 0..2 {
        assert!(near(gradient[k], sums[k], 300.0), "{} and {}", gradient[k], sums[k]);
        assert!(near(again[k], sums[k], 300.0));
        assert!(near(product[k], products[k], 300.0), "{} and {}", product[k], products[k]);
    }
}

/// A network, a mixture and a price: sums with inner layers, `logsumexp`, the normal distribution.
mod workloads {
    use super::{Kernel, Random, Value, bits, every_way, function_of, names, slices, strs};
    use chainrule::logsumexp;

    fn network<'g>(p: &[Value<'g>], row: &[Value<'g>]) -> Value<'g> {
        (super::network::network(&[5, 4, 1], p, &row[..2], Value::tanh) - row[2]).square()
    }

    fn mixture<'g>(p: &[Value<'g>], row: &[Value<'g>]) -> Value<'g> {
        let part = |c: usize| {
            let p = &p[7 * c..];
            let distance: Value<'_> =
                (0..3).map(|j| ((row[j] - p[1 + j]) * p[4 + j].exp()).square()).sum();
            p[0] + p[4] + p[5] + p[6] - 0.5 * distance
        };
        logsumexp(&(0..4).map(part).collect::<Vec<_>>())
    }

    fn price<'g>(_: &[Value<'g>], row: &[Value<'g>]) -> Value<'g> {
        let [s, k, t, r, v] = [0, 1, 2, 3, 4].map(|i| 1.0 + 0.2 * row[i]);
        let spread = v * t.sqrt();
        let d1 = ((s / k).ln() + (r + 0.5 * v * v) * t) / spread;
        s * d1.normal_cdf() - k * (-r * t).exp() * (d1 - spread).normal_cdf()
    }

    fn check(
        p: usize,
        c: usize,
        f: impl for<'g> Fn(&[Value<'g>], &[Value<'g>]) -> Value<'g> + Send + Sync + Copy + 'static,
    ) {
        let (parameters, columns) = (names("p", p), names("c", c));
        let all: Vec<&str> = strs(&parameters).into_iter().chain(strs(&columns)).collect();
        let function = function_of(&all, p, f);
        let kernel =
            Kernel::sum_over(&strs(&parameters), &strs(&columns), f).expect("distinct names");
        let mut random = Random(17);
        let at = random.column(p, -0.8, 0.8);
        let data: Vec<_> = (0..c).map(|_| random.column(131, -1.5, 1.5)).collect();
        let (value, gradient) = kernel.value_and_gradient(&at, &slices(&data)).expect("shapes fit");
        let batch = kernel.gradient_batch(&at, &slices(&data), &all).expect("shapes fit");
        let (mut sum, mut sums) = (0.0, vec![0.0; p + c]);
        // The scalar program rounds each product and each sum; some hundred operations meet.
        let near = |a: f64, b: f64| (a - b).abs() <= 1e-11 * (1.0 + b.abs());
        for i in 0..131 {
            let point: Vec<f64> = at.iter().copied().chain(data.iter().map(|c| c[i])).collect();
            let (v, g) = function.value_and_gradient(&point).expect("as many inputs");
            assert!(near(batch.values[i], v));
            sum += v;
            for (k, g) in g.iter().enumerate() {
                assert!(near(batch.gradients[k][i], *g), "{k}: {} and {g}", batch.gradients[k][i]);
                sums[k] += g;
            }
        }
        assert!(near(value, sum));
        assert!(gradient.iter().zip(&sums).all(|(a, b)| near(*a, *b)), "{gradient:?}\n{sums:?}");
    }

    /// Columns that are read often are copied where they begin within a cache line.
    #[test]
    fn columns_that_begin_anywhere_give_the_same_bits_in_every_way() {
        let kernel = |p, f: super::Row| {
            let (parameters, columns) = (names("p", p), names("c", 3));
            Kernel::sum_over(&strs(&parameters), &strs(&columns), f).expect("distinct names")
        };
        for (p, kernel) in [(44, kernel(44, network)), (28, kernel(28, mixture))] {
            let mut random = Random(23);
            let at = random.column(p, -0.8, 0.8);
            let data: Vec<_> = (0..3).map(|_| random.column(203, -1.5, 1.5)).collect();
            let run = |options, columns: &[&[f64]]| {
                let found = kernel.with_options(options).value_and_gradient(&at, columns);
                let (value, mut all) = found.expect("shapes fit");
                all.push(value);
                bits(&all)
            };
            let first = run(every_way()[0], &slices(&data));
            for way in every_way() {
                for offset in 0..8 {
                    let moved: Vec<Vec<f64>> =
                        data.iter().map(|c| [&vec![0.0; offset], &c[..]].concat()).collect();
                    let columns: Vec<&[f64]> = moved.iter().map(|c| &c[offset..]).collect();
                    assert!(run(way, &columns) == first, "{way:?} at {offset}");
                }
            }
        }
    }

    #[test]
    fn a_network_equals_the_scalar_function() {
        check(44, 3, network);
    }

    #[test]
    fn a_mixture_equals_the_scalar_function() {
        check(28, 3, mixture);
    }

    #[test]
    fn a_price_equals_the_scalar_function() {
        check(0, 5, price);
    }
}

#[test]
fn an_adjoint_of_zero_wins_over_an_infinite_partial_in_sums_and_rows() {
    // √x is masked where x is 0, and where x is missing.
    let kernel = Kernel::sum_over(&["w"], &["x", "known"], |p, row| {
        row[1].select((p[0] * row[0]).sqrt(), 0.0)
    })
    .expect("distinct names");
    let columns = [vec![4.0, 0.0, f64::NAN, 9.0], vec![1.0, 0.0, 0.0, 1.0]];
    let (value, gradient) = kernel.value_and_gradient(&[1.0], &slices(&columns)).expect("fits");
    assert_eq!((value, gradient[0]), (5.0, 2.5));
    let batch = kernel.gradient_batch(&[1.0], &slices(&columns), &["w", "x"]).expect("fits");
    assert_eq!(batch.gradients[0], [1.0, 0.0, 0.0, 1.5]);
    assert_eq!(batch.gradients[1][..2], [0.25, 0.0]);
}

#[test]
fn outputs_may_be_columns_numbers_and_each_other() {
    // The same value twice, one that another is made of, a value and its slope, two products of a
    // matrix, and what is there before any row.
    let outputs = |p: &[f64; 3], x: f64, y: f64| {
        let (bend, product) = (x.tanh(), x * y);
        let slope = 1.0 - bend * bend;
        let matrix = [p[0] * x + p[1] * y, p[1] * x + p[2] * y];
        let made = (product + bend).sqrt();
        let all = [bend, slope, product, product, product + bend, made, x, p[0], 3.0, x];
        [&all[..], &matrix].concat()
    };
    let kernel = Kernel::over_rows(&["a", "b", "c"], &["x", "y"], |p, row| {
        let (x, y) = (row[0], row[1]);
        let (bend, product) = (x.tanh(), x * y);
        let slope = x.sech().square();
        let matrix = [p[0] * x + p[1] * y, p[1] * x + p[2] * y];
        let made = (product + bend).sqrt();
        let three = 0.0 * p[0] + 3.0;
        let all = [bend, slope, product, product, product + bend, made, x, p[0], three, x];
        [&all[..], &matrix].concat()
    })
    .expect("distinct names");
    let (mut random, p) = (Random(17), [0.3, -0.7, 1.1]);
    for rows in SIZES {
        let columns: Vec<_> = (0..2).map(|_| random.column(rows, -2.0, 2.0)).collect();
        for way in every_way() {
            let kernel = kernel.with_options(way);
            let found = kernel.eval_batch(&p, &slices(&columns)).expect("shapes fit");
            for i in 0..rows {
                let expected = outputs(&p, columns[0][i], columns[1][i]);
                for (k, (column, y)) in found.iter().zip(expected).enumerate() {
                    let same = close(column[i], y, 1) || column[i].is_nan() && y.is_nan();
                    assert!(same, "{way:?}, output {k}, row {i}: {} and {y}", column[i]);
                }
            }
        }
    }
}

#[test]
fn results_that_depend_on_no_row_count_the_rows() {
    let kernel = Kernel::sum_over(&["a", "b"], &["x"], |p, _| p[0] * p[1]).expect("distinct");
    let x = vec![0.0; 5000];
    let found = kernel.value_and_gradient(&[3.0, 2.0], &[&x]).expect("shapes fit");
    assert_eq!(found, (30_000.0, vec![10_000.0, 15_000.0]));
    let column = Kernel::sum_over(&["a"], &["x"], |_, row| row[0]).expect("distinct");
    let found = column.value_and_gradient(&[3.0], &[&[1.0, 2.5]]).expect("shapes fit");
    assert_eq!(found, (3.5, vec![0.0]));
}

#[test]
fn wrong_input_is_an_error_that_says_what() {
    let kernel = logistic_kernel(2);
    let text = |e: chainrule::Error| e.to_string();
    let x = [1.0, 2.0];
    let error = kernel.value(&[0.0; 2], &[&x, &x, &x]).unwrap_err();
    assert_eq!(text(error), "expected 3 parameters, got 2");
    let error = kernel.value(&[0.0; 3], &[&x, &x]).unwrap_err();
    assert_eq!(text(error), "expected 3 columns, got 2");
    let error = kernel.value(&[0.0; 3], &[&x, &x[..1], &x]).unwrap_err();
    assert_eq!(text(error), "column `x1` has 1 rows, the first has 2");
    let error = Kernel::sum_over(&["a"], &["a"], |p, _| p[0]).unwrap_err();
    assert_eq!(text(error), "`a` stands twice");
    let branch = Kernel::sum_over(&["w"], &["x"], |p, r| if r[0] > p[0] { p[0] } else { r[0] });
    let error = branch.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BranchChanged);
    assert_eq!(error.message(), "the row program compares values: `x > w`");
    let f = Function::record(["a"], |[a]| a).expect("one name");
    assert!(text(Kernel::of(&f, &["b"]).unwrap_err()).contains("the inputs are a"));
    let two = Kernel::over_rows(&["a"], &["x"], |p, r| vec![p[0], r[0]]).expect("distinct");
    assert_eq!(text(two.value(&[0.0], &[&x]).unwrap_err()), "expected 1 output, got 2");
    assert_eq!(two.eval_batch(&[7.0], &[&x]).expect("fits"), [[7.0, 7.0], [1.0, 2.0]]);
}
