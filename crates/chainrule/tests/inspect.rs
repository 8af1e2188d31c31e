//! Rounding errors against results of higher precision, and kinks against slopes by hand.

#![expect(clippy::excessive_precision, reason = "the digits of the source")]

#[path = "support/random.rs"]
mod random;

use chainrule::Function;
use chainrule::diagnose::{Inspection, NEAR, Rounding};
use chainrule::formula::{Formula, parse_assignments};
use random::Random;

fn inspect(source: &str, at: &str) -> (f64, Inspection) {
    let formula = Formula::parse(source).unwrap_or_else(|e| panic!("{}", e.render(source)));
    let x = formula.bind(&parse_assignments(at).expect("assignments")).expect("all of them");
    (formula.value(&x), formula.inspect(&x, NEAR))
}

fn rounding(source: &str, at: &str) -> (f64, Rounding) {
    let (value, found) = inspect(source, at);
    (value, found.rounding.unwrap_or_else(|| panic!("{source} at {at} is a number")))
}

/// Formula, point, the exact value at those doubles (mpmath, 60 digits), the operation that loses
/// the digits.
type Row = (&'static str, &'static str, f64, Option<&'static str>);

const CASES: &[Row] = &[
    ("(1 - cos(x))/x^2", "x=1e-7", 0.4999999999999995833333333, Some("1 - cos(x)")),
    ("x - sin(x)", "x=1e-9", 1.666666666666666977991291e-28, Some("x - sin(x)")),
    ("(exp(x) - 1)/x", "x=1e-10", 1.000000000050000000001667, Some("exp(x) - 1")),
    ("sqrt(b*b - 1) - b", "b=1e8", -5.000000000000000125e-9, Some("sqrt(b*b - 1) - b")),
    (
        "sqrt(x + 1) - sqrt(x)",
        "x=1e15",
        1.581138830084189270714739e-8,
        Some("sqrt(x + 1) - sqrt(x)"),
    ),
    ("(x + 1e8)^2 - (x - 1e8)^2", "x=0.1", 40000000.00000000222044605, Some("^2 - (x")),
    (
        "333.75b^6 + a^2*(11a^2*b^2 - b^6 - 121b^4 - 2) + 5.5b^8 + a/(2b)",
        "a=77617,b=33096",
        -0.8273960599468213681411651,
        Some("+"),
    ),
    (
        "x^7 - 7x^6 + 21x^5 - 35x^4 + 35x^3 - 21x^2 + 7x - 1",
        "x=1.00001",
        1.000000000045858428166858e-35,
        Some("- 1"),
    ),
    ("log(1 + x)/x", "x=3e-9", 0.999999998500000003, None),
    ("sum(x, y, -x, 0.5)", "x=1e16,y=1", 1.5, None),
    (
        "a*b - c*c",
        "a=1.0000001,b=0.9999999,c=1",
        -9.888977698112597633208643e-15,
        Some("a*b - c*c"),
    ),
    ("sin(x)*exp(x) + x^2", "x=0.3", 0.4889105537784898227931733, None),
];

#[test]
fn the_error_of_a_result_is_bounded_and_the_operation_that_loses_digits_is_named() {
    for &(source, at, exact, culprit) in CASES {
        let (value, found) = rounding(source, at);
        let off = (value - exact).abs();
        // First order, and the reference is itself rounded.
        let bound = found.error * 1.001 + f64::EPSILON * exact.abs();
        assert!(off <= bound, "{source}: off by {off:e}, bound {:e}", found.error);
        let right = (-(off / value.abs()).log10()).clamp(0.0, 15.95);
        let right = if off == 0.0 { 15.95 } else { right };
        assert!(found.digits <= right + 0.5, "{source}: {} of {right} digits", found.digits);
        match culprit {
            Some(part) => {
                let worst = &found.losses.first().unwrap_or_else(|| panic!("{source}: {found}"));
                assert!(worst.expression.contains(part), "{source}: {found}");
                assert!(worst.before - worst.after >= 3.0, "{source}: {found}");
            }
            None => assert!(found.losses.iter().all(|l| l.after > 5.0), "{source}: {found}"),
        }
    }
}

#[test]
fn accurate_forms_keep_their_digits() {
    for (source, at) in [
        ("2*sin(x/2)^2/x^2", "x=1e-7"),
        ("expm1(x)/x", "x=1e-10"),
        ("log1p(x)/x", "x=3e-9"),
        ("-1/(sqrt(b*b - 1) + b)", "b=1e8"),
        ("sin(x)*exp(x) + x^2", "x=0.3"),
        ("x*y + 3", "x=2,y=5"),
    ] {
        let (_, found) = rounding(source, at);
        assert!(found.digits > 14.5 && found.losses.is_empty(), "{source}: {found}");
    }
}

#[test]
fn exact_operations_are_known_to_be_exact() {
    // Small whole numbers, differences of near numbers (Sterbenz), choices, comparisons.
    let source = "max(a, b) - min(a, b) + abs(-a) + if(a > b, 2a, b) + floor(b) - relu(a)";
    let (_, found) = rounding(source, "a=3,b=2.5");
    assert_eq!((found.error, found.digits), (0.0, 15.95));
    let (_, found) = rounding("1.25x - x", "x=1.0000000000000002");
    assert_eq!(found.nodes.last().expect("the difference").own, 0.0);
}

/// A sum or product of two earlier numbers, exactly: `mantissa·2^(20·power)` has no rounding.
#[derive(Clone, Copy)]
struct Exact {
    mantissa: i128,
    /// How many factors of 2⁻²⁰ it has.
    power: u32,
}

fn exact(op: usize, a: Exact, b: Exact) -> Option<Exact> {
    if op == 2 {
        let mantissa = a.mantissa.checked_mul(b.mantissa)?;
        return Some(Exact { mantissa, power: a.power + b.power });
    }
    let power = a.power.max(b.power);
    let raise = |x: Exact| x.mantissa.checked_mul(1_i128.checked_shl(20 * (power - x.power))?);
    let (a, b) = (raise(a)?, raise(b)?);
    let mantissa = if op == 0 { a.checked_add(b)? } else { a.checked_sub(b)? };
    (mantissa.unsigned_abs() < 1 << 120).then_some(Exact { mantissa, power })
}

#[test]
fn random_programs_are_within_their_bound() {
    let mut random = Random(77);
    let mut rounded = 0;
    for case in 0..400 {
        let mut below = |n: usize| (0..n - 1).find(|_| random.next() < 0.3).unwrap_or(n - 1);
        let steps: Vec<[usize; 3]> =
            (0..8).map(|k| [below(3), k + 3 - 1 - below(k + 3), below(k + 3)]).collect();
        let x = random.column(3, -900.0, 900.0).map_to_grid();
        let mut numbers: Vec<Option<Exact>> = x
            .iter()
            .map(|&v| Some(Exact { mantissa: (v * f64::from(1 << 20)) as i128, power: 1 }))
            .collect();
        for &[op, a, b] in &steps {
            let next = numbers[a].zip(numbers[b]).and_then(|(a, b)| exact(op, a, b));
            numbers.push(next);
        }
        // The last number that 128 bits can hold.
        let Some(last) = (3..numbers.len()).rev().find(|&i| numbers[i].is_some()) else { continue };
        let taken = steps[..last - 2].to_vec();
        let f = Function::record_slices(&["a", "b", "c"], &[1.0; 3], move |x| {
            let mut values = x.to_vec();
            for &[op, a, b] in &taken {
                let (a, b) = (values[a], values[b]);
                values.push(match op {
                    0 => a + b,
                    1 => a - b,
                    _ => a * b,
                });
            }
            vec![values[values.len() - 1]]
        })
        .expect("three names");
        let value = f.value(&x).expect("three numbers");
        let found = f.inspect(&x, 0, NEAR).expect("three numbers").rounding.expect("finite");
        let Exact { mantissa, power } = numbers[last].expect("chosen so");
        // The exact value less the computed one, both as multiples of the same power of two.
        let scale = 2_f64.powi(20 * i32::try_from(power).expect("a small power"));
        let computed = value * scale;
        if computed.abs() >= 2_f64.powi(126) {
            continue;
        }
        let off = (mantissa - computed as i128).unsigned_abs() as f64 / scale;
        rounded += usize::from(off > 0.0);
        let bound = found.error * 1.0001;
        assert!(off <= bound, "case {case}: off by {off:e}, bound {bound:e}\n{f}\n{x:?}");
    }
    assert!(rounded > 50, "only {rounded} cases had an error at all");
}

trait Grid {
    fn map_to_grid(self) -> Self;
}

impl Grid for Vec<f64> {
    /// Multiples of 2⁻²⁰.
    fn map_to_grid(self) -> Self {
        self.into_iter().map(|x| (x * f64::from(1 << 20)).round() / f64::from(1 << 20)).collect()
    }
}

/// Formula, point, operation, slopes of the result below and above, jump.
type Bend = (&'static str, &'static str, &'static str, [f64; 2], f64);

const BENDS: &[Bend] = &[
    ("abs(x - 1) + x", "x=1", "abs(x - 1)", [0.0, 2.0], 0.0),
    ("3*relu(x)", "x=0", "relu(x)", [0.0, 3.0], 0.0),
    ("relu(x)", "x=-2e-7", "relu(x)", [0.0, 1.0], 0.0),
    ("max(x, 2x - 5)^2", "x=5", "max(x, 2x - 5)", [20.0, 10.0], 0.0),
    ("min(x, 4)*2", "x=4.0000001", "min(x, 4)", [2.0, 0.0], 0.0),
    ("clamp(x, 0, 1)", "x=1", "clamp(x, 0, 1)", [1.0, 0.0], 0.0),
    ("if(x < 2, x^2, 5x - 6)", "x=2", "x < 2", [4.0, 5.0], 0.0),
    ("if(x < 2, x^2, 5x)", "x=2", "x < 2", [4.0, 5.0], 6.0),
    ("10*floor(x)", "x=3", "floor(x)", [0.0, 0.0], 10.0),
    ("sign(x)*x + 1", "x=0", "sign(x)", [-1.0, 1.0], 0.0),
];

#[test]
fn kinks_and_jumps_near_the_point_have_a_slope_on_each_side() {
    for &(source, at, operation, [below, above], jump) in BENDS {
        let (_, found) = inspect(source, at);
        let kink = found.kinks.first().unwrap_or_else(|| panic!("nothing found in {source}"));
        assert!(kink.expression.contains(operation) || source.contains("2x"), "{source}: {kink}");
        let near = |a: f64, b: f64| (a - b).abs() <= 1e-4 * (1.0 + b.abs());
        // Which side is which depends on the argument that is moved.
        let sides = (kink.below[0].1, kink.above[0].1);
        let same = near(sides.0, below) && near(sides.1, above);
        let mirrored = near(sides.0, above) && near(sides.1, below);
        assert!(same || mirrored, "{source}: {kink}");
        assert!(near(kink.jump.abs(), jump), "{source}: {kink}");
    }
}

#[test]
fn smooth_places_and_branches_that_join_smoothly_have_no_kink() {
    for (source, at) in [
        ("abs(x - 1) + x", "x=1.01"),
        ("sin(x)/x + exp(x^2)", "x=1e-3"),
        ("sqrt(x) + x^3 + 1/x + log(x)", "x=0.5"),
        ("if(x < 2, x^2, 4x - 4)", "x=2"),
        ("0*abs(x) + x", "x=0"),
        ("x^2*abs(x)", "x=0"),
        ("tanh(1000x)", "x=0"),
        ("erf(x)*gelu(x)", "x=0"),
        ("max(x, x + 1)", "x=0"),
    ] {
        let (_, found) = inspect(source, at);
        assert!(found.kinks.is_empty(), "{source}: {found}");
    }
}

#[test]
fn a_report_reads_as_sentences() {
    let (_, found) = inspect("(1 - cos(x))/x^2 + abs(y)", "x=1e-7,y=0");
    let text = found.to_string();
    assert!(
        text.starts_with("kink of `abs(y)` near y = 0; slope in y -1 below, 1 above\n"),
        "{text}"
    );
    assert!(text.contains("of 16 digits are right: rounding moves the value by up to"), "{text}");
    assert!(text.contains("`1 - cos(x)` = `1 - 0.999999999999995` loses"), "{text}");
    assert!(text.contains("% of the error is the rounding of `cos(x)`"), "{text}");
    let (_, bad) = inspect("log(x)", "x=-1");
    assert!(bad.rounding.is_none() && bad.trouble.is_some());
}
