//! Simplification keeps every bit and removes what is written twice.

use chainrule::algebra::Num;
use chainrule::program::{Program, Recorder, Step};
use chainrule::{Function, Value};

/// Determinant by minors along the first row, as the schoolbook has it.
fn determinant<'g>(rows: &[Vec<Value<'g>>]) -> Value<'g> {
    if rows.len() == 1 {
        return rows[0][0];
    }
    let minor = |k: usize| {
        let without = |row: &Vec<Value<'g>>| {
            row.iter().enumerate().filter(|(j, _)| *j != k).map(|(_, &v)| v).collect()
        };
        determinant(&rows[1..].iter().map(without).collect::<Vec<_>>())
    };
    let term = |k: usize| rows[0][k] * minor(k);
    (1..rows.len()).fold(term(0), |s, k| if k % 2 == 0 { s + term(k) } else { s - term(k) })
}

fn det(n: usize) -> Function {
    let names: Vec<String> = (0..n * n).map(|i| format!("a{i}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    Function::record_slices(&names, &vec![0.5; n * n], move |x| {
        vec![determinant(&x.chunks(n).map(<[Value<'_>]>::to_vec).collect::<Vec<_>>())]
    })
    .expect("names differ")
}

#[test]
fn minors_of_a_determinant_are_shared() {
    let f = det(8);
    let (g, what) = f.simplify();
    assert!(what.before > 100_000 && what.after < 2_500, "{what}");
    // A fixed well-conditioned matrix: ones beside a growing diagonal.
    let x: Vec<f64> = (0..64).map(|i| if i % 9 == 0 { 2.0 + f64::from(i) } else { 1.0 }).collect();
    // det(diag(d) + 1·1ᵀ) = Π dᵢ · (1 + Σ 1/dᵢ), the matrix determinant lemma.
    let d: Vec<f64> = (0..8).map(|i| 1.0 + f64::from(9 * i)).collect();
    let want = d.iter().product::<f64>() * (1.0 + d.iter().map(|v| 1.0 / v).sum::<f64>());
    let value = g.value(&x).expect("64 numbers");
    assert!((value / want - 1.0).abs() < 1e-13, "{value} {want}");
    assert_eq!(f.value(&x).expect("64 numbers").to_bits(), value.to_bits());
}

fn program(f: impl FnOnce(&Recorder) -> chainrule::algebra::Term<'_, Recorder>) -> Program {
    let recorder = Recorder::new();
    let y = f(&recorder);
    let y = chainrule::algebra::Term::new(&recorder, y.raw());
    recorder.finish(&[y])
}

fn names(program: &Program) -> Vec<&'static str> {
    program
        .steps()
        .filter_map(|(_, step)| match step {
            Step::Operation(op, _) => Some(op.info().name),
            _ => None,
        })
        .collect()
}

#[test]
fn allowed_rewrites_happen_and_keep_every_bit() {
    let special =
        [0.0, -0.0, 1.0, -1.5, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 5e-324, 1e308, -3e-310];
    let cases: [(Program, &[&str]); 8] = [
        (program(|r| r.input() * 1.0), &[]),
        (program(|r| r.input() - 0.0), &[]),
        (program(|r| -(-r.input())), &[]),
        (program(|r| r.input() / 8.0), &["mul"]),
        (
            program(|r| {
                let x = r.input();
                x * x
            }),
            &["square"],
        ),
        (program(|r| r.input().powi(2)), &["square"]),
        (
            program(|r| {
                let x = r.input();
                x + 1.0 + x + 2.0
            }),
            &["sum"],
        ),
        (program(|r| r.input() + 2.0_f64.sqrt() * r.input().constant(3.0).sin()), &["add"]),
    ];
    for (before, want) in cases {
        let after = before.simplify();
        assert_eq!(names(&after), want);
        for x in special {
            let inputs = vec![x; before.inputs().len()];
            let value = |p: &Program| p.eval(&Num, &inputs)[p.outputs()[0].0 as usize];
            let (a, b) = (value(&before), value(&after));
            assert!(a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan()), "{x}: {a} {b}");
        }
    }
}

#[test]
fn rewrites_that_would_change_a_bit_do_not_happen() {
    let keeps: [(Program, &[&str]); 5] = [
        (program(|r| r.input() * 0.0), &["mul"]),
        (program(|r| r.input() + 0.0), &["add"]),
        (program(|r| r.input() / 3.0), &["div"]),
        (program(|r| r.input() / 0.0), &["div"]),
        (
            program(|r| {
                let x = r.input();
                x - x
            }),
            &["sub"],
        ),
    ];
    for (before, want) in keeps {
        assert_eq!(names(&before.simplify()), want);
    }
}

#[test]
fn a_sum_that_is_used_elsewhere_stays() {
    let shared = program(|r| {
        let x = r.input();
        let s = x + 1.0;
        let t = s + 2.0;
        t * s
    });
    assert_eq!(names(&shared.simplify()), ["add", "add", "mul"]);
}

#[test]
fn a_label_that_folds_into_an_input_does_not_rename_it() {
    let f = Function::record(["x"], |[x]| (x * 1.0).label("y") + 2.0).expect("a name");
    assert_eq!(f.simplify().0.to_string(), "y0 = x + 2");
}
