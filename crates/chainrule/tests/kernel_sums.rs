//! Sums of second order over many rows, weights, mini-batches, and rows that come in pieces.

#![expect(
    clippy::needless_range_loop,
    reason = "rows and parameters by their indices, as in a formula"
)]
#![expect(clippy::cast_sign_loss, reason = "random row numbers and whole weights are not negative")]

#[path = "support/random.rs"]
mod random;
#[path = "support/ways.rs"]
mod ways;

use chainrule::kernel::{Kernel, Sums, Totals};
use chainrule::{Function, Value};
use random::Random;
use ways::{bits, every_way, slices};

const ALL: [Sums; 4] = [Sums::Value, Sums::Gradient, Sums::Hessian, Sums::GaussNewton];

/// `y·ln(1 + e^−z) + (1 − y)·ln(1 + e^z)` with `z = a·x₀ + b·x₁ + c`.
fn logistic<'g>(p: &[Value<'g>], row: &[Value<'g>]) -> Value<'g> {
    let z = p[0] * row[0] + p[1] * row[1] + p[2];
    z.softplus() - row[2] * z
}

fn logistic_kernel() -> Kernel {
    Kernel::sum_over(&["a", "b", "c"], &["x0", "x1", "y"], logistic).expect("distinct names")
}

fn logistic_columns(rows: usize) -> Vec<Vec<f64>> {
    let mut random = Random(23);
    let mut columns: Vec<_> = (0..2).map(|_| random.column(rows, -2.0, 2.0)).collect();
    columns.push(
        random.column(rows, 0.0, 1.0).iter().map(|u| f64::from(u8::from(*u < 0.4))).collect(),
    );
    columns
}

/// A decay and its delay: two residuals a row, of three parameters.
fn decay<'g>(p: &[Value<'g>], row: &[Value<'g>]) -> Vec<Value<'g>> {
    vec![p[0] * (-p[1] * row[0]).exp() - row[1], p[2] * row[0] - row[1].sin()]
}

fn decay_kernel() -> Kernel {
    Kernel::over_rows(&["a", "k", "s"], &["t", "y"], decay).expect("distinct names")
}

fn flat(totals: Totals) -> Vec<f64> {
    let Totals { rows, value, gradient, matrix } = totals;
    [rows as f64, value].into_iter().chain(gradient).chain(matrix.into_iter().flatten()).collect()
}

fn assert_near(found: &[f64], expected: &[f64], rows: usize) {
    assert_eq!(found.len(), expected.len());
    for (a, b) in found.iter().zip(expected) {
        let roundings = 8.0 * f64::EPSILON * (rows as f64 + 20.0);
        assert!((a - b).abs() <= roundings * (4.0 + b.abs()), "{found:?}\n{expected:?}");
    }
}

#[test]
fn a_hessian_equals_the_one_of_logistic_regression_by_hand() {
    let (kernel, p) = (logistic_kernel(), [0.3, -1.1, 0.2]);
    for rows in [0, 1, 63, 64, 4095, 4097, 20_001] {
        let columns = logistic_columns(rows);
        let found = kernel.sums(Sums::Hessian, &p, &slices(&columns)).expect("shapes fit");
        let mut expected = vec![0.0; 14];
        expected[0] = rows as f64;
        for i in 0..rows {
            let x = [columns[0][i], columns[1][i], 1.0];
            let z: f64 = (0..3).map(|j| p[j] * x[j]).sum();
            let mu = 1.0 / (1.0 + (-z).exp());
            expected[1] += z.exp().ln_1p() - columns[2][i] * z;
            for j in 0..3 {
                expected[2 + j] += (mu - columns[2][i]) * x[j];
                // McCullagh and Nelder, Generalized Linear Models, 2nd ed., section 4.4: XᵀWX.
                (0..3).for_each(|k| expected[5 + 3 * j + k] += mu * (1.0 - mu) * x[j] * x[k]);
            }
        }
        if rows == 0 {
            assert_eq!(flat(found), [0.0; 14].map(|x: f64| x));
        } else {
            assert_near(&flat(found), &expected, rows);
        }
    }
}

#[test]
fn sums_of_gauss_and_newton_equal_those_by_hand() {
    let (kernel, p) = (decay_kernel(), [1.5, 0.7, 0.2]);
    let mut random = Random(29);
    for rows in [1, 100, 5000] {
        let columns = [random.column(rows, 0.0, 3.0), random.column(rows, -1.0, 2.0)];
        let found = kernel.gauss_newton(&p, &slices(&columns)).expect("shapes fit");
        let mut expected = vec![0.0; 14];
        expected[0] = rows as f64;
        for (&t, &y) in columns[0].iter().zip(&columns[1]) {
            let e = (-p[1] * t).exp();
            let residuals =
                [(p[0] * e - y, [e, -p[0] * t * e, 0.0]), (p[2] * t - y.sin(), [0.0, 0.0, t])];
            for (r, j) in residuals {
                expected[1] += 0.5 * r * r;
                for a in 0..3 {
                    expected[2 + a] += j[a] * r;
                    (0..3).for_each(|b| expected[5 + 3 * a + b] += j[a] * j[b]);
                }
            }
        }
        assert_near(&flat(found), &expected, rows);
    }
}

/// Parameters inside and outside of functions, products of them, a choice.
fn mixed<'g>(p: &[Value<'g>], row: &[Value<'g>]) -> Value<'g> {
    let z = p[0].exp() * row[0] + p[1] * p[2] * row[1];
    let kinked = z.gt(0.2).select(z.tanh() * p[2], (row[0] - p[1]).square());
    kinked + (z * z + 1.0).ln() * p[1].sin()
}

#[test]
fn a_hessian_equals_the_sum_of_the_scalar_functions_hessians() {
    let f = Function::record_slices(&["p", "q", "r", "x", "y"], &[0.5; 5], |x| {
        vec![mixed(&x[..3], &x[3..])]
    })
    .expect("distinct names");
    let kernel = Kernel::of(&f, &["x", "y"]).expect("the columns are inputs");
    let (p, rows) = ([0.3, -0.4, 0.8], 300);
    let mut random = Random(31);
    let columns: Vec<_> = (0..2).map(|_| random.column(rows, -2.0, 2.0)).collect();
    let (value, gradient, hessian) =
        kernel.value_gradient_and_hessian(&p, &slices(&columns)).expect("shapes fit");
    let (mut v, mut g, mut h) = (0.0, vec![0.0; 3], vec![0.0; 9]);
    for i in 0..rows {
        let at = [p[0], p[1], p[2], columns[0][i], columns[1][i]];
        let (value, gradient, hessian) = f.value_gradient_and_hessian(&at).expect("five inputs");
        v += value;
        for j in 0..3 {
            g[j] += gradient[j];
            (0..3).for_each(|k| h[3 * j + k] += hessian[j][k]);
        }
    }
    assert_near(&[value], &[v], rows);
    assert_near(&gradient, &g, rows);
    assert_near(&hessian.concat(), &h, rows);
}

#[test]
fn second_order_sums_keep_their_bits_on_any_threads_blocks_and_instructions() {
    let p = [0.3, -0.4, 0.8];
    let mixed = Kernel::sum_over(&["p", "q", "r"], &["x", "y"], mixed).expect("distinct names");
    let weighted = mixed.weighted("w").expect("a new name");
    for (kernel, columns) in
        [(mixed, 2), (weighted, 3), (logistic_kernel(), 3), (decay_kernel(), 2)]
    {
        for rows in [1, 65, 4097, 30_000] {
            let mut random = Random(37);
            let columns: Vec<_> = (0..columns).map(|_| random.column(rows, -2.0, 2.0)).collect();
            let sums: &[Sums] = if kernel.outputs().len() == 1 { &ALL } else { &ALL[3..] };
            for &what in sums {
                let run = |options| {
                    let kernel = kernel.with_options(options);
                    let totals = kernel.sums(what, &p, &slices(&columns)).expect("shapes fit");
                    bits(&flat(totals))
                };
                let first = run(every_way()[0]);
                for way in every_way() {
                    assert!(run(way) == first, "{way:?} differs for {rows} rows of {what:?}");
                }
            }
        }
    }
}

#[test]
fn rows_in_pieces_of_any_size_give_the_bits_of_all_at_once() {
    let (kernel, p) = (logistic_kernel(), [0.3, -1.1, 0.2]);
    let rows = 20_011;
    let columns = logistic_columns(rows);
    for what in ALL {
        let whole = kernel.sums(what, &p, &slices(&columns)).expect("shapes fit");
        for size in [1, 7, 1000, 4096, 5000, 12_345, rows] {
            let mut stream = kernel.stream(what, &p).expect("three parameters");
            for from in (0..rows).step_by(size) {
                let piece = from..rows.min(from + size);
                let piece: Vec<&[f64]> = columns.iter().map(|c| &c[piece.clone()]).collect();
                stream.push(&piece).expect("three columns");
            }
            assert!(bits(&flat(stream.totals())) == bits(&flat(whole.clone())), "{what:?}, {size}");
        }
    }
    // A look at the sums between two pieces changes nothing.
    let mut stream = kernel.stream(Sums::Gradient, &p).expect("three parameters");
    let half: Vec<&[f64]> = columns.iter().map(|c| &c[..10_000]).collect();
    let rest: Vec<&[f64]> = columns.iter().map(|c| &c[10_000..]).collect();
    stream.push(&half).expect("three columns");
    assert_eq!(stream.totals(), kernel.sums(Sums::Gradient, &p, &half).expect("shapes fit"));
    stream.push(&rest).expect("three columns");
    let whole = kernel.sums(Sums::Gradient, &p, &slices(&columns)).expect("shapes fit");
    assert_eq!(stream.totals(), whole);
}

#[test]
fn a_mini_batch_is_the_sum_over_its_rows() {
    let (kernel, p) = (logistic_kernel(), [0.3, -1.1, 0.2]);
    let columns = logistic_columns(9000);
    let mut random = Random(41);
    let numbers: Vec<usize> =
        random.column(6000, 0.0, 9000.0).iter().map(|&x| x as usize).collect();
    let mut stream = kernel.stream(Sums::Hessian, &p).expect("three parameters");
    for some in numbers.chunks(700) {
        stream.push_rows(&slices(&columns), some).expect("rows that are there");
    }
    let gathered: Vec<Vec<f64>> =
        columns.iter().map(|c| numbers.iter().map(|&i| c[i]).collect()).collect();
    let expected = kernel.sums(Sums::Hessian, &p, &slices(&gathered)).expect("shapes fit");
    assert_eq!(stream.totals(), expected);
    let error = stream.push_rows(&slices(&columns), &[3, 9000]).unwrap_err();
    assert!(error.to_string().contains("there is no row 9000: the columns have 9000 rows"));
    assert_eq!(stream.totals(), expected);
}

#[test]
fn a_weight_of_two_counts_a_row_twice_and_of_zero_not_at_all() {
    let rows = 700;
    let columns = logistic_columns(rows);
    let mut random = Random(43);
    let weights: Vec<f64> = random.column(rows, 0.0, 3.0).iter().map(|w| w.floor()).collect();
    let mut spoilt = columns.clone();
    for i in (0..rows).filter(|&i| weights[i] == 0.0) {
        spoilt[0][i] = f64::NAN;
        spoilt[1][i] = f64::INFINITY;
    }
    spoilt.push(weights.clone());
    let times = |c: &Vec<f64>| -> Vec<f64> {
        let copies = c.iter().zip(&weights);
        copies.flat_map(|(&x, &w)| std::iter::repeat_n(x, w as usize)).collect()
    };
    let repeated: Vec<Vec<f64>> = columns.iter().map(times).collect();
    let (kernel, p) = (logistic_kernel(), [0.3, -1.1, 0.2]);
    let weighted = kernel.weighted("w").expect("a new name");
    assert_eq!(weighted.columns(), ["x0", "x1", "y", "w"]);
    for what in ALL {
        let found = weighted.sums(what, &p, &slices(&spoilt)).expect("shapes fit");
        let expected = kernel.sums(what, &p, &slices(&repeated)).expect("shapes fit");
        assert_eq!(found.rows, rows);
        assert_near(&flat(found)[1..], &flat(expected)[1..], rows);
    }
    assert!(weighted.weighted("v").is_err() && kernel.weighted("x0").is_err());
}

/// `√x` is masked where `x` is 0: its slope there is infinite and must not reach the sums, in
/// whichever chunk such rows stand.
#[test]
fn chunks_with_an_infinite_slope_under_a_mask_are_summed_strictly_alone() {
    let kernel = Kernel::sum_over(&["w"], &["x", "known"], |p, row| {
        row[1].select((p[0] * row[0]).sqrt(), 0.0)
    })
    .expect("distinct names");
    let rows = 5 * 4096 + 17;
    let mut x = vec![4.0; rows];
    let mut known = vec![1.0; rows];
    for i in [5, 3 * 4096, rows - 1] {
        (x[i], known[i]) = (0.0, 0.0);
    }
    for what in ALL {
        let found = kernel.sums(what, &[1.0], &[&x, &known]).expect("shapes fit");
        let n = (rows - 3) as f64;
        let expected = match what {
            Sums::Value => vec![2.0 * n],
            Sums::Gradient => vec![2.0 * n, n],
            Sums::Hessian => vec![2.0 * n, n, -0.5 * n],
            _ => vec![2.0 * n, 2.0 * n, n],
        };
        assert_eq!(flat(found.clone())[1..], expected, "{what:?}");
        let mut stream = kernel.stream(what, &[1.0]).expect("a parameter");
        for (x, known) in x.chunks(999).zip(known.chunks(999)) {
            stream.push(&[x, known]).expect("two columns");
        }
        assert_eq!(stream.totals(), found);
    }
}

#[test]
fn results_into_memory_of_the_caller_are_the_same_and_wrong_lengths_are_errors() {
    let (kernel, p, columns) = (logistic_kernel(), [0.3, -1.1, 0.2], logistic_columns(100));
    let columns = slices(&columns);
    let totals = kernel.sums(Sums::Hessian, &p, &columns).expect("shapes fit");
    let (mut gradient, mut matrix) = ([0.0; 3], [0.0; 9]);
    let value = kernel.sums_into(Sums::Hessian, &p, &columns, &mut gradient, &mut matrix);
    assert_eq!(value.expect("shapes fit"), totals.value);
    assert_eq!((&gradient[..], matrix.to_vec()), (&totals.gradient[..], totals.matrix.concat()));
    let text = |e: chainrule::Error| e.to_string();
    let error = kernel.sums_into(Sums::Hessian, &p, &columns, &mut gradient, &mut matrix[1..]);
    assert_eq!(text(error.unwrap_err()), "expected 9 matrix entries, got 8");
    let error = kernel.sums_into(Sums::Gradient, &p, &columns, &mut gradient, &mut matrix);
    assert_eq!(text(error.unwrap_err()), "expected 0 matrix entries, got 9");
    let error = decay_kernel().sums(Sums::Hessian, &p, &columns[..2]).unwrap_err();
    assert_eq!(text(error), "expected 1 output, got 2");
    let mut stream = kernel.stream(Sums::Value, &p).expect("three parameters");
    assert_eq!(text(stream.push(&columns[..2]).unwrap_err()), "expected 3 columns, got 2");
    assert_eq!(
        text(kernel.stream(Sums::Value, &p[..2]).unwrap_err()),
        "expected 3 parameters, got 2"
    );
}

#[test]
fn jacobian_columns_equal_the_scalar_functions_jacobian() {
    let kernel = decay_kernel();
    let f =
        Function::record_slices(&["a", "k", "s", "t", "y"], &[0.5; 5], |x| decay(&x[..3], &x[3..]))
            .expect("distinct names");
    let p = [1.5, 0.7, 0.2];
    let mut random = Random(47);
    let columns = [random.column(130, 0.0, 3.0), random.column(130, -1.0, 2.0)];
    let found = kernel
        .jacobian_batch(&p, &slices(&columns), &["t", "a", "s"])
        .expect("names that are there");
    assert_eq!(found.len(), 8);
    for i in 0..130 {
        let at = [p[0], p[1], p[2], columns[0][i], columns[1][i]];
        let (values, jacobian) =
            (f.eval(&at).expect("five inputs"), f.jacobian(&at).expect("five inputs"));
        let mut expected = values;
        for row in jacobian {
            expected.extend([row[3], row[0], row[2]]);
        }
        let found: Vec<f64> = found.iter().map(|c| c[i]).collect();
        assert_near(&found, &expected, 1);
    }
}
