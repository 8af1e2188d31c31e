//! Formulas, logarithms and divisions that the batch engine computes together with something else: the
//! bits of what each is made of, wherever a row stands and whatever its numbers are.

use chainrule::kernel::{Instructions, Kernel, Options};
use chainrule::{Function, Value};

type Row = for<'g> fn(&[Value<'g>]) -> Value<'g>;

/// A formula, and its value with the roundings that it promises.
type Case = (&'static str, Row, fn(&[f64]) -> f64);

const NAMES: [&str; 7] = ["a", "b", "c", "d", "e", "f", "g"];

/// In a formula of letters, each is a column.
const CASES: [Case; 12] = [
    ("-(ab)", |x| -(x[0] * x[1]), |x| -(x[0] * x[1])),
    ("abc", |x| x[0] * x[1] * x[2], |x| x[0] * x[1] * x[2]),
    ("abc + d", |x| x[0] * x[1] * x[2] + x[3], |x| (x[0] * x[1]).mul_add(x[2], x[3])),
    ("d - abc", |x| x[3] - x[0] * x[1] * x[2], |x| (-(x[0] * x[1])).mul_add(x[2], x[3])),
    ("abc - d", |x| x[0] * x[1] * x[2] - x[3], |x| (x[0] * x[1]).mul_add(x[2], -x[3])),
    ("ab - cd", |x| x[0] * x[1] - x[2] * x[3], |x| (-x[2]).mul_add(x[3], x[0] * x[1])),
    (
        "cd - ab",
        |x| {
            let first = x[0] * x[1];
            x[2] * x[3] - first
        },
        |x| x[2].mul_add(x[3], -(x[0] * x[1])),
    ),
    ("ab + cd", |x| x[0] * x[1] + x[2] * x[3], |x| x[2].mul_add(x[3], x[0] * x[1])),
    ("-(ab + cd)", |x| -(x[0] * x[1] + x[2] * x[3]), |x| -x[2].mul_add(x[3], x[0] * x[1])),
    (
        "ab + cd + ef",
        |x| x[0] * x[1] + x[2] * x[3] + x[4] * x[5],
        |x| x[4].mul_add(x[5], x[2].mul_add(x[3], x[0] * x[1])),
    ),
    (
        "e + ab + cd",
        |x| x[4] + x[0] * x[1] + x[2] * x[3],
        |x| x[2].mul_add(x[3], x[0].mul_add(x[1], x[4])),
    ),
    (
        "g + ab + cd + ef",
        |x| x[6] + x[0] * x[1] + x[2] * x[3] + x[4] * x[5],
        |x| x[4].mul_add(x[5], x[2].mul_add(x[3], x[0].mul_add(x[1], x[6]))),
    ),
];

/// The kernel on each instruction set that the machine has, with short blocks and long ones.
fn variants(kernel: &Kernel) -> impl Iterator<Item = Kernel> {
    let available = Instructions::ALL.into_iter().filter(|i| i.is_available());
    available.flat_map(|instructions| [8, 104].map(|block| (instructions, block))).map(
        |(instructions, block)| {
            let options = Options { threads: Some(1), block: Some(block), instructions };
            kernel.with_options(options)
        },
    )
}

/// Numbers with many digits, of both signs, zeros among them.
fn column(rows: usize, c: usize) -> Vec<f64> {
    (0..rows).map(|i| ((i * 37 + c * 11) % 23) as f64 / 7.0 - 11.0 / 7.0).collect()
}

fn slices(columns: &[Vec<f64>]) -> Vec<&[f64]> {
    columns.iter().map(Vec::as_slice).collect()
}

#[test]
fn formulas_round_where_they_say() {
    let data: Vec<Vec<f64>> = (0..NAMES.len()).map(|c| column(131, c)).collect();
    for (name, row, exact) in CASES {
        let kernel = Kernel::sum_over(&[], &NAMES, |_, x| row(x)).expect("distinct names");
        for kernel in variants(&kernel) {
            let found = &kernel.eval_batch(&[], &slices(&data)).expect("shapes fit")[0];
            for (i, y) in found.iter().enumerate() {
                let x: Vec<f64> = data.iter().map(|c| c[i]).collect();
                let expected = exact(&x);
                assert_eq!(y.to_bits(), expected.to_bits(), "{name} at {x:?}: {y} and {expected}");
            }
        }
    }
}

/// Numbers at which a method might fail: at the ends of what it covers, at the ends of doubles.
fn special() -> Vec<f64> {
    let sizes = [
        0.0,
        5e-324,
        f64::MIN_POSITIVE.next_down(),
        f64::MIN_POSITIVE,
        0.5_f64.powi(511).next_down(),
        0.5_f64.powi(255),
        1.0_f64.next_down(),
        1.0,
        1.0 / 3.0,
        2.0_f64.next_down(),
        2.0_f64.powi(257).next_down(),
        2.0_f64.powi(513),
        f64::MAX,
        f64::INFINITY,
    ];
    sizes.iter().flat_map(|&x| [x, -x]).chain([f64::NAN]).collect()
}

#[test]
fn the_logarithm_and_its_slope_are_those_of_the_table_for_every_number() {
    let f = Function::record(["x"], |[x]| x.ln()).expect("a name");
    let kernel = Kernel::of(&f, &["x"]).expect("a column");
    let mut x = special();
    x.extend(column(60, 1));
    for kernel in variants(&kernel) {
        let batch = kernel.gradient_batch(&[], &[&x], &["x"]).expect("shapes fit");
        for (i, &x) in x.iter().enumerate() {
            let (y, slope) = f.value_and_gradient(&[x]).expect("an input");
            let (found, found_slope) = (batch.values[i], batch.gradients[0][i]);
            let is_near = found == y || (found - y).abs() <= 2.3e-16 * y.abs();
            assert!(is_near || found.is_nan() && y.is_nan(), "ln {x:e}: {found} and {y}");
            let is_same = found_slope.to_bits() == slope[0].to_bits();
            let are_nan = found_slope.is_nan() && slope[0].is_nan();
            assert!(is_same || are_nan, "its slope at {x:e}: {found_slope} and {}", slope[0]);
        }
    }
}

#[test]
fn a_division_with_its_slope_rounds_like_any_other() {
    let kernel = Kernel::sum_over(&[], &["x", "c"], |_, row| row[0] / row[1]).expect("names");
    let special = special();
    let with_all = |&x| special.iter().map(move |&c| (x, c));
    let mut pairs: Vec<(f64, f64)> = special.iter().flat_map(with_all).collect();
    // A block of ordinary numbers beside those of special ones.
    pairs.extend((0..400).map(|i| (1.0 + f64::from(i) / 3.0, 7.0 - f64::from(i) / 9.0)));
    let (x, c): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
    for kernel in variants(&kernel) {
        let batch = kernel.gradient_batch(&[], &[&x, &c], &["x", "c"]).expect("shapes fit");
        for (i, (x, c)) in x.iter().zip(&c).enumerate() {
            for (found, exact) in [(batch.values[i], x / c), (batch.gradients[0][i], 1.0 / c)] {
                let is_same = found.to_bits() == exact.to_bits();
                assert!(is_same || found.is_nan() && exact.is_nan(), "{x:e} / {c:e}: {found:e}");
            }
        }
    }
}

#[test]
fn powers_of_two_find_their_place_in_products() {
    for (c, k) in [(0.5, 2.0), (2.0, 0.5), (4.0, 0.5), (-0.5, 2.0), (0.25, 0.25), (3.0, 0.5)] {
        let f = Function::record(["x", "y"], move |[x, y]| {
            let (half, twice) = (x * c, y * k);
            half * x * y + (x * y) * c + twice * c * half + (c * (k * x)) * y * k
        });
        let f = f.expect("distinct names");
        let kernel = Kernel::of(&f, &["x", "y"]).expect("columns");
        let data = [column(40, 0), column(40, 1)];
        for kernel in variants(&kernel) {
            let batch =
                kernel.gradient_batch(&[], &slices(&data), &["x", "y"]).expect("shapes fit");
            for (i, (&x, &y)) in data[0].iter().zip(&data[1]).enumerate() {
                let (y, slopes) = f.value_and_gradient(&[x, y]).expect("inputs");
                let found = [batch.values[i], batch.gradients[0][i], batch.gradients[1][i]];
                for (found, exact) in found.into_iter().zip([y, slopes[0], slopes[1]]) {
                    assert!((found - exact).abs() < 1e-13, "{c}, {k}: {found} and {exact}");
                }
            }
        }
    }
}
