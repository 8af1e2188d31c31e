//! Loops as one node: every derivative agrees with the loop written out, and with differences.

use chainrule::check::central_gradient;
use chainrule::{Function, Operation, Value};

/// A step of a driven pendulum with damping `c` and length `l`; the loss is summed in a state.
fn pendulum<'g>(z: &[Value<'g>]) -> Vec<Value<'g>> {
    let [angle, speed, loss, c, l] = z[..] else { panic!("five inputs") };
    let dt = 0.05;
    let faster = speed - dt * (angle.sin() / l + c * speed);
    vec![angle + dt * faster, faster, loss + dt * (angle * angle + 0.1 * speed.square())]
}

const NAMES: [&str; 5] = ["angle", "speed", "loss", "c", "l"];

fn step() -> Function {
    Function::record_slices(&NAMES, &[1.0; 5], pendulum).expect("five names")
}

/// The loss of a swing, by the loop as one node, with room for so many states.
fn looped(steps: usize, room: usize) -> Function {
    let swing = Operation::scan("swing", &step(), steps, room * 3 * 8).expect("a step");
    Function::record_slices(&["a", "c", "l"], &[1.0; 3], move |x| {
        let zero = x[0].constant(0.0);
        let last = swing.call(&[x[0], 0.1 * x[1], zero, x[1], x[2]]);
        vec![last[2] + last[0] * last[1]]
    })
    .expect("three names")
}

/// The same, step by step.
fn written_out(steps: usize) -> Function {
    Function::record_slices(&["a", "c", "l"], &[1.0; 3], move |x| {
        let zero = x[0].constant(0.0);
        let mut z = vec![x[0], 0.1 * x[1], zero, x[1], x[2]];
        for _ in 0..steps {
            let new = pendulum(&z);
            z[..3].copy_from_slice(&new);
        }
        vec![z[2] + z[0] * z[1]]
    })
    .expect("three names")
}

const X: [f64; 3] = [0.9, 0.3, 1.4];

/// Rounding of a hundred steps.
fn close(a: &[f64], b: &[f64]) {
    assert_eq!(a.len(), b.len());
    for (a, b) in a.iter().zip(b) {
        let size = a.abs().max(b.abs()).max(1.0);
        assert!((a - b).abs() <= 1e-13 * size, "{a} and {b}");
    }
}

#[test]
fn every_derivative_agrees_with_the_loop_written_out() {
    for steps in [0, 1, 2, 3, 7, 40] {
        let plain = written_out(steps);
        for room in [1, 2, 3, 5, 64] {
            let f = looped(steps, room);
            let (ok, d) = ("three numbers", [0.3, -1.0, 0.7]);
            assert_eq!(f.value(&X), plain.value(&X));
            close(&f.gradient(&X).expect(ok), &plain.gradient(&X).expect(ok));
            close(&f.jvp(&X, &d).expect(ok).1, &plain.jvp(&X, &d).expect(ok).1);
            close(&f.hvp(&X, &d).expect(ok), &plain.hvp(&X, &d).expect(ok));
            let (ours, theirs) = (f.hessian(&X).expect(ok), plain.hessian(&X).expect(ok));
            close(&ours.concat(), &theirs.concat());
        }
    }
    let third = |f: &Function| {
        let f = f.gradient_function()?.jacobian_function()?.jacobian_function()?;
        f.eval(&X)
    };
    let ok = "three times";
    close(&third(&looped(9, 3)).expect(ok), &third(&written_out(9)).expect(ok));
}

#[test]
fn gradient_and_product_agree_with_differences() {
    let f = looped(500, 6);
    let gradient = f.gradient(&X).expect("three numbers");
    let slopes = central_gradient(|x| f.value(x).expect("three numbers"), &X);
    for (slope, quotient) in gradient.iter().zip(&slopes) {
        assert!((slope - quotient.value).abs() < 1e-8 * slope.abs().max(1.0), "{slope}");
    }
    let d = [0.3, -1.0, 0.7];
    let product = f.hvp(&X, &d).expect("three numbers");
    let h = 1e-5;
    let at = |h: f64| {
        let x: Vec<f64> = X.iter().zip(&d).map(|(x, d)| x + h * d).collect();
        f.gradient(&x).expect("three numbers")
    };
    for ((up, down), p) in at(h).iter().zip(at(-h)).zip(&product) {
        assert!(((up - down) / (2.0 * h) - p).abs() < 1e-6 * p.abs().max(1.0), "{p}");
    }
}

#[test]
fn the_number_of_kept_states_changes_no_bit() {
    let bits = |room: usize| -> Vec<u64> {
        let gradient = looped(300, room).gradient(&X).expect("three numbers");
        gradient.into_iter().map(f64::to_bits).collect()
    };
    let all = bits(1000);
    for room in [1, 2, 4, 17] {
        assert_eq!(bits(room), all);
    }
}

/// A ball that bounces: height and speed, and how much of the speed is left.
fn ball<'g>(z: &[Value<'g>]) -> Vec<Value<'g>> {
    let (height, speed, k) = (z[0] + 0.01 * z[1], z[1] - 0.1, z[2]);
    if height < 0.0 { vec![-height * k, -speed * k] } else { vec![height, speed] }
}

#[test]
fn a_step_may_branch() {
    let step = Function::record_slices(&["h", "v", "k"], &[1.0; 3], ball).expect("names");
    let fall = Operation::scan("fall", &step, 400, 1 << 10).expect("a step");
    let f = Function::record_slices(&["h", "k"], &[1.0; 2], move |x| {
        let zero = x[0].constant(0.0);
        vec![fall.call(&[x[0], zero, x[1]])[0]]
    })
    .expect("names");
    for x in [[1.0, 0.9], [2.5, 0.7]] {
        let graph = chainrule::Graph::new();
        let [h, k] = graph.values(x);
        let mut z = vec![h, graph.constant(0.0), k];
        for _ in 0..400 {
            let new = ball(&z);
            z[..2].copy_from_slice(&new);
        }
        let gradient = z[0].backward();
        close(&[f.value(&x).expect("two numbers")], &[z[0].value()]);
        close(&f.gradient(&x).expect("two numbers"), &[gradient[h], gradient[k]]);
        let d = [0.5, 1.0];
        let h = 1e-6;
        let at = |h: f64| f.gradient(&[x[0] + h * d[0], x[1] + h * d[1]]).expect("two numbers");
        for ((up, down), p) in at(h).iter().zip(at(-h)).zip(f.hvp(&x, &d).expect("two numbers")) {
            let quotient = (up - down) / (2.0 * h);
            assert!((quotient - p).abs() < 1e-4 * p.abs().max(1.0), "{quotient} and {p}");
        }
    }
}

#[test]
fn a_loop_stays_one_node_and_knows_what_depends_on_what() {
    let step = Function::record_slices(&["a", "b", "c", "k"], &[0.0; 4], |z| {
        vec![z[0] * z[3], z[1] + z[0].sin(), z[2].square()]
    })
    .expect("names");
    let walk = Operation::scan("walk", &step, 10, 1 << 10).expect("a step");
    let f = Function::record_slices(&["a", "b", "c", "k"], &[0.0; 4], move |x| walk.call(x))
        .expect("names");
    assert_eq!(f.operations(), 1);
    let entries: Vec<_> = f.jacobian_sparsity().entries().collect();
    assert_eq!(entries, [(0, 0), (0, 3), (1, 0), (1, 1), (1, 3), (2, 2)]);
    let x = [0.4, -0.2, 0.9, 1.1];
    let dense = f.jacobian(&x).expect("four numbers");
    assert_eq!(f.sparse_jacobian(&x).expect("four numbers").to_dense(), dense);
    let cost = f.cost(chainrule::function::Derivative::Value).expect("a value");
    assert_eq!(cost.operations, 40);
    assert_eq!(f.with_outputs(&[2]).to_string(), "y2 = walk.y2(a, b, c, k)");
    assert!(Operation::scan("none", &step.with_outputs(&[]), 3, 0).is_err());
}

#[test]
fn a_loop_of_a_loop_is_differentiated() {
    let inner = Function::record(["x", "k"], |[x, k]| x + 0.1 * (k * x).sin()).expect("names");
    let inner = Operation::scan("inner", &inner, 5, 16).expect("a step");
    let copy = inner.clone();
    let outer =
        Function::record(["x", "k"], move |[x, k]| copy.apply([x, k]) * 0.9).expect("names");
    let outer = Operation::scan("outer", &outer, 4, 16).expect("a step");
    let f = Function::record(["x", "k"], move |[x, k]| outer.apply([x, k])).expect("names");
    let plain = Function::record(["x", "k"], |[x, k]| {
        (0..4).fold(x, |x, _| (0..5).fold(x, |x, _| x + 0.1 * (k * x).sin()) * 0.9)
    })
    .expect("names");
    let x = [0.7, 1.3];
    close(&f.gradient(&x).expect("two"), &plain.gradient(&x).expect("two"));
    close(&f.hessian(&x).expect("two").concat(), &plain.hessian(&x).expect("two").concat());
}

/// A filter of measurements: level, trend and the squares by which it misses, with two gains.
fn filter<'g>(z: &[Value<'g>]) -> Vec<Value<'g>> {
    let [level, trend, loss, a, b, seen, weight] = z[..] else { panic!("seven inputs") };
    let missed = seen - level - trend;
    let new = level + trend + a * missed;
    vec![new, trend + b * missed.tanh(), loss + weight * missed.square()]
}

fn filtered(rows: &[[f64; 2]], room: usize) -> Function {
    let names = ["level", "trend", "loss", "a", "b", "seen", "weight"];
    let step = Function::record_slices(&names, &[1.0; 7], filter).expect("names");
    let smooth = Operation::scan_rows("smooth", &step, rows, room * 3 * 8).expect("rows");
    assert_eq!(smooth.inputs(), ["level", "trend", "loss", "a", "b"]);
    Function::record_slices(&["level", "a", "b"], &[0.5; 3], move |x| {
        let zero = x[0].constant(0.0);
        vec![smooth.call(&[x[0], zero, zero, x[1], x[2]])[2]]
    })
    .expect("names")
}

fn measured(count: u32) -> Vec<[f64; 2]> {
    let row = |i: u32| [f64::from(i * i % 17) / 5.0, 1.0 + f64::from(i % 3)];
    (0..count).map(row).collect()
}

#[test]
fn a_loop_over_rows_agrees_with_the_loop_written_out() {
    for count in [1, 2, 9, 40] {
        let rows = measured(count);
        let data = rows.clone();
        let plain = Function::record_slices(&["level", "a", "b"], &[0.5; 3], move |x| {
            let zero = x[0].constant(0.0);
            let mut state = vec![x[0], zero, zero];
            for row in &data {
                let row = row.map(|v| x[0].constant(v));
                state = filter(&[&state[..], &x[1..], &row].concat());
            }
            vec![state[2]]
        })
        .expect("names");
        for room in [1, 3, 100] {
            let f = filtered(&rows, room);
            let (x, d, ok) = ([0.4, 0.3, 0.2], [1.0, -0.5, 2.0], "three numbers");
            assert_eq!(f.value(&x), plain.value(&x));
            close(&f.gradient(&x).expect(ok), &plain.gradient(&x).expect(ok));
            close(&f.jvp(&x, &d).expect(ok).1, &plain.jvp(&x, &d).expect(ok).1);
            close(&f.hvp(&x, &d).expect(ok), &plain.hvp(&x, &d).expect(ok));
            let (ours, theirs) = (f.hessian(&x).expect(ok), plain.hessian(&x).expect(ok));
            close(&ours.concat(), &theirs.concat());
        }
    }
}

#[test]
fn states_kept_by_a_value_serve_the_gradient_of_the_same_point_alone() {
    let f = filtered(&measured(50), 10);
    let ok = "three numbers";
    let points = [[0.4, 0.3, 0.2], [0.4, 0.3, 0.2], [0.5, 0.3, 0.2], [0.4, 0.31, 0.2]];
    let fresh = points.map(|x| filtered(&measured(50), 10).gradient(&x).expect(ok));
    for (x, gradient) in points.iter().zip(&fresh) {
        assert_eq!(&f.gradient(x).expect(ok), gradient);
        // Leaves states of another point behind.
        f.value(&[0.1, 0.2, 0.3]).expect(ok);
    }
}

#[test]
fn a_loop_over_rows_is_saved_with_them() {
    let mut rows = measured(5);
    let f = filtered(&rows, 3);
    let again = Function::from_json(&f.to_json()).expect("a saved function");
    let x = [0.4, 0.3, 0.2];
    assert_eq!(again.gradient(&x), f.gradient(&x));
    rows[3][0] = f64::NAN;
    let again = Function::from_json(&filtered(&rows, 3).to_json()).expect("a saved function");
    assert!(again.value(&x).expect("three numbers").is_nan());
}

#[test]
fn rows_that_do_not_fit_are_refused() {
    let step = Function::record(["x", "k"], |[x, k]| x * k).expect("names");
    let message = |rows: &[Vec<f64>]| {
        Operation::scan_rows("walk", &step, rows, 64).expect_err("rows do not fit").to_string()
    };
    let uneven = message(&[vec![1.0], vec![1.0, 2.0]]);
    assert!(uneven.contains("row 1 of `walk` has 2 numbers, row 0 has 1"), "{uneven}");
    assert!(message(&[]).contains("`walk` has no row"));
    let wide = message(&[vec![1.0, 2.0]]);
    assert!(wide.contains("1 outputs for 2 inputs, of which 2 are a row's"), "{wide}");
}
