//! The batch engine's own functions: their stated errors, their special values and the neighbours of
//! these, and the same bits from every instruction set and on every machine.

#[path = "support/random.rs"]
mod random;

use chainrule::algebra::{Algebra, Op, Term};
use chainrule::kernel::{Instructions, Kernel, Options};
use chainrule::{Graph, Value};
use random::Random;
use std::collections::BTreeMap;
use std::f64::consts::{FRAC_PI_2, FRAC_PI_4, LN_2, PI, SQRT_2};
use std::fmt::Write as _;

/// `operation,arguments,value,rest`, by `tools/reference/make_vector_reference.py`.
const REFERENCE: &str = include_str!("data/vector_reference.csv");

/// An own function: the stated bound of its error in ulps, where its method or its result changes,
/// and a range of ordinary arguments that no table is asked about.
struct Own {
    op: Op,
    bound: f64,
    special: &'static [f64],
    ordinary: (f64, f64),
}

const fn own(op: Op, special: &'static [f64], ordinary: (f64, f64)) -> Own {
    let bound = if matches!(op, Op::Exp | Op::Ln) { 1.0 } else { 2.5 };
    Own { op, bound, special, ordinary }
}

/// `ln ¾` and `ln 1½`, between which `e^x` is not reduced, and half of them.
const LN_3_4: f64 = -0.2876820724517809;
const LN_3_2: f64 = 0.4054651081081644;
const LN_ENDS: [f64; 6] = [SQRT_2, 0.5 * SQRT_2, 2.0, 0.5, 4.0 * SQRT_2, 1e300];

const FUNCTIONS: [Own; 30] = [
    own(
        Op::Exp,
        &[LN_3_4, LN_3_2, LN_2, -LN_2, 709.782712893384, -745.1332191019411, -708.3964185322641],
        (-700.0, 700.0),
    ),
    own(Op::Exp2, &[0.5, -0.5, 0.585, -0.415, 1024.0, 1023.0, -1022.0, -1075.0], (-1000.0, 1000.0)),
    own(Op::ExpM1, &[LN_3_4, LN_3_2, 709.0, 709.782712893384, -37.4, -50.0, 1e-17], (-50.0, 700.0)),
    own(Op::Ln, &LN_ENDS, (1e-3, 10.0)),
    own(Op::Log2, &LN_ENDS, (1e-3, 10.0)),
    own(Op::Log10, &[SQRT_2, 0.5 * SQRT_2, 10.0, 100.0, 1e15, 1e300], (1e-3, 10.0)),
    own(Op::Ln1p, &[SQRT_2 - 1.0, 0.5 * SQRT_2 - 1.0, -0.5, 2.0, 1e300, 1e16], (-0.999, 10.0)),
    own(Op::Sin, &[FRAC_PI_4, FRAC_PI_2, PI, 1.5 * PI, 2.0 * PI, 1e6, 355.0], (-1e5, 1e5)),
    own(Op::Cos, &[FRAC_PI_4, FRAC_PI_2, PI, 1.5 * PI, 2.0 * PI, 1e6, 355.0], (-1e5, 1e5)),
    own(Op::Tan, &[FRAC_PI_4, FRAC_PI_2, PI, 1.5 * PI, 2.0 * PI, 1e6, 355.0], (-1e5, 1e5)),
    own(Op::Atan, &[SQRT_2 - 1.0, SQRT_2 + 1.0, 1e16], (-100.0, 100.0)),
    own(Op::Sinh, &[-LN_3_4, LN_3_2, 1e-8, 22.0, 709.0, 710.4758600739439], (-700.0, 700.0)),
    own(Op::Cosh, &[-LN_3_4, LN_3_2, 1e-8, 22.0, 709.0, 710.4758600739439], (-700.0, 700.0)),
    own(Op::Tanh, &[-0.5 * LN_3_4, 0.5 * LN_3_2, 0.3, 19.06, 22.0, 353.875], (-30.0, 30.0)),
    own(Op::Sech, &[LN_3_2, -LN_3_4, 19.0, 708.4, 745.8266, 746.0], (-700.0, 700.0)),
    own(Op::Sigmoid, &[LN_3_4, LN_3_2, 37.0, -37.0, -708.4, -745.1332191019411], (-700.0, 40.0)),
    own(Op::Silu, &[LN_3_4, LN_3_2, 37.0, -37.0, -700.0, -708.4, -745.13], (-690.0, 40.0)),
    own(
        Op::Softplus,
        &[0.8813735870195429, 37.0, -37.0, -708.4, -745.1332191019411],
        (-700.0, 40.0),
    ),
    own(
        Op::LogSigmoid,
        &[0.8813735870195429, 37.0, -37.0, 708.4, 745.1332191019411],
        (-40.0, 700.0),
    ),
    own(Op::Erf, &[0.5, 5.92, 27.5], (-6.0, 6.0)),
    own(Op::Erfc, &[1.0, 5.92, -5.92, 26.543, 27.226, 27.5], (-6.0, 26.0)),
    own(Op::NormalCdf, &[1.0, 8.3, -8.3, -37.5, -38.4856, -38.75], (-37.0, 9.0)),
    own(Op::NormalPdf, &[1.0, 37.6, 38.58, 38.75], (-37.0, 37.0)),
    own(Op::Gauss, &[1.0, 26.615, 27.297, 28.0], (-26.0, 26.0)),
    own(Op::Asin, &[0.5, 1e-8], (-1.0, 1.0)),
    own(Op::Acos, &[0.5, 1e-16], (-1.0, 1.0)),
    // Where the exponent's third changes, in numbers between √½ and √2 times a power of two.
    own(
        Op::Cbrt,
        &[0.5 * SQRT_2, SQRT_2, 2.0 * SQRT_2, 4.0 * SQRT_2, 8.0, 27.0, 1e300],
        (-100.0, 100.0),
    ),
    // Where `e^y` is 2, 4 and 2⁵⁰, and the end of the squares.
    own(Op::Asinh, &[0.75, 1.875, 562949953421312.0, 1e-8, 1e8, 1e150], (-100.0, 100.0)),
    own(Op::Acosh, &[1.25, 2.125, 562949953421312.0, 2.0, 1e8, 1e150], (1.0, 100.0)),
    // Where `e^(2y)` is 2, 4 and 8, and where the table is asked.
    own(Op::Atanh, &[1.0 / 3.0, 0.6, 7.0 / 9.0, 1.0 - 4.0 * f64::EPSILON, 0.5, 1e-8], (-1.0, 1.0)),
];

/// Special for every function: the ends of the doubles and of the normal ones, 0 and 1.
const ENDS: [f64; 6] = [0.0, f64::MIN_POSITIVE, 1.0, f64::MAX, f64::INFINITY, 1e-300];

/// Doubles looked at on each side of a special value.
const NEIGHBOURS: u64 = 2000;

/// Bound of the table's own error, in ulps; `tests/reference.rs` and decision 002.
const TABLE: f64 = 2.0;

fn available() -> impl Iterator<Item = Instructions> {
    Instructions::ALL.into_iter().filter(|i| i.is_available())
}

fn apply<'g>(op: Op, args: &[Value<'g>]) -> Value<'g> {
    let graph: &'g Graph = args[0].algebra();
    let raw: Vec<_> = args.iter().map(|a| a.raw()).collect();
    Term::new(graph, graph.apply(op, &raw))
}

fn kernel(op: Op, arguments: usize) -> Kernel {
    let names = &["x", "y"][..arguments];
    Kernel::sum_over(&[], names, |_, row| apply(op, row)).expect("distinct names")
}

fn run(kernel: &Kernel, instructions: Instructions, columns: &[&[f64]]) -> Vec<f64> {
    let kernel = kernel.with_options(Options { instructions, ..Options::default() });
    kernel.eval_batch(&[], columns).expect("shapes fit").remove(0)
}

/// Distance from `exact + rest` in units in the last place of `exact`.
fn ulps(found: f64, exact: f64, rest: f64) -> f64 {
    if found.is_nan() && exact.is_nan() || found == exact && !found.is_finite() {
        return 0.0;
    }
    if !found.is_finite() || !exact.is_finite() {
        return f64::INFINITY;
    }
    let size = exact.abs();
    let unit =
        if size.next_up().is_finite() { size.next_up() - size } else { size - size.next_down() };
    ((found - exact) - rest).abs() / unit
}

/// A special value of each sign with its neighbours.
fn around(special: f64) -> impl Iterator<Item = f64> {
    let bits = special.abs().to_bits();
    let last = f64::INFINITY.to_bits();
    let range = bits.saturating_sub(NEIGHBOURS)..=(bits + NEIGHBOURS).min(last);
    range.map(f64::from_bits).flat_map(|x| [x, -x])
}

/// Arguments, the nearest double of the value, and what the value has beyond it.
type Case = (Vec<f64>, f64, f64);

#[test]
fn errors_stay_below_the_stated_bounds() {
    let mut cases: BTreeMap<&str, Vec<Case>> = BTreeMap::new();
    for line in REFERENCE.lines().skip(1) {
        let number = |x: &str| x.parse::<f64>().expect("the file holds numbers");
        let fields: Vec<&str> = line.split(',').collect();
        let arguments = fields[1].split(' ').map(number).collect();
        let case = (arguments, number(fields[2]), number(fields[3]));
        cases.entry(fields[0]).or_default().push(case);
    }
    for own in &FUNCTIONS {
        assert!(cases.contains_key(own.op.info().name), "no reference for {}", own.op.info().name);
    }
    for (name, rows) in cases {
        let op = Op::from_name(name).expect("a name of the table");
        let bound = FUNCTIONS.iter().find(|own| own.op == op).map_or(2.5, |own| own.bound);
        let arguments = rows[0].0.len();
        let columns: Vec<Vec<f64>> =
            (0..arguments).map(|k| rows.iter().map(|r| r.0[k]).collect()).collect();
        let columns: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
        let found = run(&kernel(op, arguments), Instructions::best(), &columns);
        let mut worst: f64 = 0.0;
        for (y, (arguments, exact, rest)) in found.iter().zip(&rows) {
            let error = ulps(*y, *exact, *rest);
            assert!(error <= bound, "{name}{arguments:?} = {y:e}: {error:.2} ulp");
            worst = worst.max(error);
        }
        println!("{name}: {worst:.2} ulp");
    }
}

#[test]
fn neighbours_of_special_values_agree_with_the_table() {
    let mut failures = String::new();
    for own in &FUNCTIONS {
        let name = own.op.info().name;
        let mut x: Vec<f64> = own.special.iter().chain(&ENDS).flat_map(|&s| around(s)).collect();
        x.push(f64::NAN);
        let kernel = kernel(own.op, 1);
        let found = run(&kernel, Instructions::best(), &[&x]);
        for (&x, &y) in x.iter().zip(&found) {
            let table = own.op.value(&[x]);
            let same_sign = y.is_nan() || table.is_sign_negative() == y.is_sign_negative();
            let error = ulps(y, table, 0.0);
            if error > own.bound + TABLE || !same_sign {
                let _ = writeln!(failures, "{name}({x:e}) = {y:e}, by the table {table:e}");
            }
        }
        for other in available() {
            assert_same_bits(name, &found, &run(&kernel, other, &[&x]), other);
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
}

fn assert_same_bits(name: &str, first: &[f64], other: &[f64], instructions: Instructions) {
    for (i, (a, b)) in first.iter().zip(other).enumerate() {
        let same = a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan();
        assert!(same, "{name}, row {i}: {a:e} and, with {instructions:?}, {b:e}");
    }
}

/// Arguments of functions of two numbers: special values in all pairs, with their neighbours.
fn pairs(special: &[f64]) -> [Vec<f64>; 2] {
    let near = |x: f64| {
        let bits = x.abs().to_bits();
        let below = (0..12).map(move |i| bits.saturating_sub(i));
        let above = (1..12).map(move |i| bits + i);
        below.chain(above).map(f64::from_bits).flat_map(|x| [x, -x])
    };
    let all: Vec<f64> = special.iter().flat_map(|&x| near(x)).chain([f64::NAN]).collect();
    let x = all.iter().flat_map(|&x| std::iter::repeat_n(x, all.len()));
    let y = all.iter().cycle().take(all.len() * all.len()).copied();
    [x.collect(), y.collect()]
}

#[test]
fn pairs_of_special_values_agree_with_the_table() {
    let ends = [0.0, f64::MIN_POSITIVE, 0.5, 1.0, f64::MAX, f64::INFINITY];
    let with = |more: &[f64]| -> Vec<f64> { ends.iter().chain(more).copied().collect() };
    let cases = [
        (Op::Pow, with(&[2.0, 3.0, SQRT_2, 0.5 * SQRT_2, 1e15, 1074.0, 33.0])),
        (Op::Powc, with(&[2.0, 3.0, SQRT_2, 1e15, 1023.0])),
        (Op::Hypot, with(&[1e150, 1e-140, 3.0, 4.0])),
        (Op::Atan2, with(&[SQRT_2 - 1.0, SQRT_2 + 1.0, 1e140, 1e-140])),
        (Op::Logaddexp, with(&[LN_2, 0.8813735870195429, 37.0, 745.1, 1e-15, 1.4])),
    ];
    for (op, special) in cases {
        let name = op.info().name;
        let [x, y] = pairs(&special);
        // A constant exponent is a column here, as its own special cases are no kernel's business.
        let kernel = kernel(op, 2);
        let found = run(&kernel, Instructions::best(), &[&x, &y]);
        for i in 0..x.len() {
            let table = op.value(&[x[i], y[i]]);
            let error = ulps(found[i], table, 0.0);
            let same_zero = found[i] != 0.0
                || table != 0.0
                || found[i].is_sign_negative() == table.is_sign_negative();
            let (a, b, y) = (x[i], y[i], found[i]);
            let text = format!("{name}({a:e}, {b:e}) = {y:e}, by the table {table:e}");
            assert!(error <= 2.5 + TABLE && same_zero, "{text}: {error:.1} ulp");
        }
        for other in available() {
            assert_same_bits(name, &found, &run(&kernel, other, &[&x, &y]), other);
        }
    }
}

#[test]
fn derivatives_that_come_with_a_function_agree_with_the_rule() {
    // The rule's error is within 4 ulp (decision 002), that of the pair's within what is said here.
    for (op, bound, size) in [(Op::Tanh, 4.0, 354.0), (Op::NormalCdf, 2.5, 38.0)] {
        let kernel = kernel(op, 1);
        let mut x = Random(3).column(20_000, -size, size);
        x.extend(Random(4).column(20_000, -3.0, 3.0));
        x.extend([0.0, -0.0, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, 5e-324]);
        let batch = kernel.gradient_batch(&[], &[&x], &["x"]).expect("shapes fit");
        let slopes = &batch.gradients[0];
        for (&x, &slope) in x.iter().zip(slopes) {
            let rule = match op {
                Op::Tanh => Op::Square.value(&[Op::Sech.value(&[x])]),
                _ => Op::NormalPdf.value(&[x]),
            };
            // Partials may become 0 below 1.4e-306 (decision 002).
            let error = if rule < 1.4e-306 { rule - slope } else { ulps(slope, rule, 0.0) };
            assert!(error <= 4.0 + bound, "{op:?}'({x:e}) = {slope:e}, by the rule {rule:e}");
        }
    }
}

/// What the functions give must not depend on the machine. The number was written by x86-64; a
/// change of a method changes it on purpose.
#[test]
fn bits_are_the_same_on_every_machine() {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for own in &FUNCTIONS {
        let x = Random(own.op as u64).column(5000, own.ordinary.0, own.ordinary.1);
        for y in run(&kernel(own.op, 1), Instructions::best(), &[&x]) {
            // Fowler, Noll and Vo's, by words.
            hash = (hash ^ y.to_bits()).wrapping_mul(0x0100_0000_01b3);
        }
    }
    for op in [Op::Pow, Op::Hypot, Op::Logaddexp, Op::Atan2] {
        let (x, y) = (Random(1).column(5000, 0.0, 9.0), Random(2).column(5000, -80.0, 80.0));
        for z in run(&kernel(op, 2), Instructions::best(), &[&x, &y]) {
            hash = (hash ^ z.to_bits()).wrapping_mul(0x0100_0000_01b3);
        }
    }
    assert_eq!(hash, 0xcd35_0b72_1f54_ac74, "found {hash:#x}");
}
