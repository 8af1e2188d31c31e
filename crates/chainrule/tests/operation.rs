//! Operations of the user's: one node in every engine, with derivatives that agree with the same
//! mathematics written in the table's operations, and errors where a derivative was not given.

use chainrule::{Error, ErrorKind, Function, Graph, Operation, Value};

/// Polar coordinates of a point, with the Jacobian.
fn polar() -> Operation {
    let value = |x: &[f64], y: &mut [f64]| {
        y[0] = x[0].hypot(x[1]);
        y[1] = x[1].atan2(x[0]);
    };
    let jacobian = |x: &[f64], y: &[f64], j: &mut [f64]| {
        let r = y[0];
        j.copy_from_slice(&[x[0] / r, x[1] / r, -x[1] / (r * r), x[0] / (r * r)]);
    };
    Operation::with_jacobian("polar", &["x", "y"], &["r", "angle"], value, jacobian)
        .expect("distinct names")
}

/// The same with products of weights and Jacobian.
fn polar_by_products() -> Operation {
    let value = |x: &[f64], y: &mut [f64]| {
        y[0] = x[0].hypot(x[1]);
        y[1] = x[1].atan2(x[0]);
    };
    let vjp = |x: &[f64], y: &[f64], w: &[f64], g: &mut [f64]| {
        let r = y[0];
        g[0] = w[0] * x[0] / r - w[1] * x[1] / (r * r);
        g[1] = w[0] * x[1] / r + w[1] * x[0] / (r * r);
    };
    Operation::with_vjp("polar", &["x", "y"], &["r", "angle"], value, vjp).expect("distinct names")
}

/// The same as a recorded function.
fn polar_recorded() -> Operation {
    let f = Function::record_vector(["x", "y"], |[x, y]| {
        [x.hypot(y).label("r"), y.atan2(x).label("angle")]
    });
    Operation::from_function("polar", &f.expect("names")).expect("names")
}

/// Some function of polar coordinates, which are given by `polar`.
fn spiral<'g>(
    polar: impl Fn(Value<'g>, Value<'g>) -> [Value<'g>; 2],
    x: &[Value<'g>],
) -> Vec<Value<'g>> {
    let [r, angle] = polar(x[0] * x[2], x[1] + 0.5);
    vec![r * angle.sin() + x[2], r.exp() * x[0], angle]
}

fn with_operation(polar: Operation) -> Function {
    let names = ["x", "y", "z"];
    Function::record_slices(&names, &[1.0; 3], move |x| {
        let call = |a, b| {
            let [r, angle] = polar.call(&[a, b])[..] else { panic!("two outputs") };
            [r, angle]
        };
        spiral(call, x)
    })
    .expect("three names")
}

fn with_table() -> Function {
    let names = ["x", "y", "z"];
    Function::record_slices(&names, &[1.0; 3], |x| spiral(|a, b| [a.hypot(b), b.atan2(a)], x))
        .expect("three names")
}

const POINTS: [[f64; 3]; 3] = [[0.3, 0.8, 1.2], [-0.7, 0.1, 0.9], [1.1, -1.4, -0.6]];

/// Rounding of a few operations, at numbers of this size.
fn close(a: &[f64], b: &[f64]) {
    assert_eq!(a.len(), b.len());
    for (a, b) in a.iter().zip(b) {
        let size = a.abs().max(b.abs()).max(1.0);
        assert!((a - b).abs() <= 64.0 * f64::EPSILON * size, "{a} and {b}");
    }
}

#[test]
fn every_first_derivative_agrees_with_the_table() {
    let table = with_table();
    for polar in [polar(), polar_by_products(), polar_recorded()] {
        let f = with_operation(polar);
        for x in POINTS {
            let (w, d) = ([0.7, -1.3, 0.4], [1.0, -0.5, 0.25]);
            let ok = "three numbers";
            close(&f.eval(&x).expect(ok), &table.eval(&x).expect(ok));
            close(&f.vjp(&x, &w).expect(ok).1, &table.vjp(&x, &w).expect(ok).1);
            close(&f.jvp(&x, &d).expect(ok).1, &table.jvp(&x, &d).expect(ok).1);
            let (ours, theirs) = (f.jacobian(&x).expect(ok), table.jacobian(&x).expect(ok));
            close(&ours.concat(), &theirs.concat());
            let sparse = f.sparse_jacobian(&x).expect(ok);
            close(&sparse.to_dense().concat(), &theirs.concat());
            assert_eq!(*sparse.pattern(), table.jacobian_sparsity());
            let printed = f.jacobian_function().expect("a derivative").eval(&x).expect(ok);
            close(&printed, &theirs.concat());
        }
    }
}

#[test]
fn the_eager_graph_differentiates_a_call() {
    for polar in [polar(), polar_by_products(), polar_recorded()] {
        let graph = Graph::new();
        let [x, y] = graph.values([3.0, 4.0]);
        let before = x * y;
        let outputs = polar.call(&[before, y]);
        let after = outputs[0] * outputs[1] + before;
        let gradient = after.backward();
        let [a, b] = graph.values([3.0, 4.0]);
        let same = (a * b).hypot(b) * b.atan2(a * b) + a * b;
        assert_eq!(after.value(), same.value());
        let other = same.backward();
        close(&[gradient[x], gradient[y]], &[other[a], other[b]]);
        // An output is a root of its own, and what stands after it is nothing to it.
        close(&[outputs[0].backward()[y]], &[(a * b).hypot(b).backward()[b]]);
        // Constants go in and nothing is recorded for them.
        let count = graph.len();
        let constants = polar.call(&[graph.constant(3.0), graph.constant(4.0)]);
        assert_eq!((constants[0].value(), graph.len()), (5.0, count));
        assert_eq!(outputs[1].op().as_deref(), Some("polar.angle"));
        assert_eq!(outputs[1].inputs().len(), 2);
        assert_eq!(graph.iter().count(), graph.len());
    }
}

#[test]
fn a_cleared_graph_forgets_its_calls() {
    let polar = polar();
    let mut graph = Graph::new();
    for step in 1..4 {
        graph.clear();
        let [x, y] = graph.values([3.0 * f64::from(step), 4.0]);
        let r = polar.call(&[x, y])[0];
        close(&[r.backward()[x]], &[x.value() / r.value()]);
    }
}

#[test]
fn second_derivatives_of_a_recorded_function_agree_with_the_table() {
    let weigh = |f: Function| {
        let operation = Operation::from_function("f", &f).expect("names");
        Function::record_slices(&["x", "y", "z"], &[1.0; 3], move |x| {
            let y = operation.call(x);
            vec![y[0] * y[1] + y[2].square()]
        })
        .expect("names")
    };
    let ours = weigh(with_operation(polar_recorded()));
    let names = ["x", "y", "z"];
    let table = Function::record_slices(&names, &[1.0; 3], |x| {
        let y = spiral(|a, b| [a.hypot(b), b.atan2(a)], x);
        vec![y[0] * y[1] + y[2].square()]
    })
    .expect("names");
    for x in POINTS {
        let ok = "three numbers";
        let theirs = table.hessian(&x).expect(ok).concat();
        close(&ours.hessian(&x).expect(ok).concat(), &theirs);
        close(&ours.sparse_hessian(&x).expect(ok).to_dense().concat(), &theirs);
        close(&ours.hessian_function().expect("twice").eval(&x).expect(ok), &theirs);
        let third = |f: &Function| {
            f.gradient_function()?.jacobian_function()?.jacobian_function()?.eval(&x)
        };
        close(&third(&ours).expect(ok), &third(&table).expect(ok));
    }
}

#[test]
fn branches_inside_of_a_called_function_are_followed_in_every_derivative() {
    let inner = Function::record(["x"], |[x]| if x > 0.0 { x.powi(3) } else { (2.0 * x).exp() })
        .expect("a name");
    let operation = Operation::from_function("kinked", &inner).expect("a name");
    let f = Function::record(["x"], move |[x]| operation.apply([x]) * x).expect("a name");
    for _ in 0..2 {
        for x in [2.0_f64, -0.5, 3.0, -1.5] {
            let (y, dy, ddy) = if x > 0.0 {
                (x.powi(4), 4.0 * x.powi(3), 12.0 * x * x)
            } else {
                let e = (2.0 * x).exp();
                (x * e, (1.0 + 2.0 * x) * e, (4.0 + 4.0 * x) * e)
            };
            close(&[f.value(&[x]).expect("a number")], &[y]);
            close(&f.gradient(&[x]).expect("a number"), &[dy]);
            close(&f.hessian(&[x]).expect("a number")[0], &[ddy]);
        }
    }
}

#[test]
fn a_derivative_that_nobody_gave_is_an_error_that_says_how_to_give_it() {
    let messages = |f: &Function, x: &[f64]| -> [String; 2] {
        let message = |e: Error| {
            assert_eq!(e.kind(), ErrorKind::Derivative);
            e.to_string()
        };
        [
            f.hessian(x).map(|_| ()).map_err(message).expect_err("no second derivative"),
            f.hessian_function().map(|_| ()).map_err(message).expect_err("no second derivative"),
        ]
    };
    for polar in [polar(), polar_by_products()] {
        let f = Function::record(["x", "y"], move |[x, y]| polar.call(&[x, y])[0]).expect("names");
        for message in messages(&f, &[3.0, 4.0]) {
            assert!(message.contains("`polar` has no second derivative"), "{message}");
            assert!(message.contains("Operation::with_derivative"), "{message}");
        }
        assert!(f.gradient(&[3.0, 4.0]).is_ok() && f.sparse_hessian(&[3.0, 4.0]).is_err());
    }
    let bare = Operation::new("bare", &["x"], &["y"], |x, y| y[0] = x[0] + 1.0).expect("names");
    let (a, b) = (bare.clone(), bare.clone());
    let f = Function::record(["x", "p"], move |[x, p]| a.apply([x]) * p).expect("names");
    assert_eq!(f.value(&[1.0, 2.0]), Ok(4.0));
    let error = f.gradient(&[1.0, 2.0]).expect_err("no derivative").to_string();
    assert!(
        error.contains("`bare` has no derivative") && error.contains("with_jacobian"),
        "{error}"
    );
    assert!(f.jvp(&[1.0, 2.0], &[1.0, 0.0]).is_err());
    // What does not need the missing derivative is answered.
    let two = Function::record_vector(["x"], move |[x]| [b.apply([x]), x * x]).expect("a name");
    assert_eq!(two.with_outputs(&[1]).gradient(&[3.0]), Ok(vec![6.0]));
    assert!(two.jacobian(&[3.0]).is_err());
}

#[test]
fn a_derivative_given_as_an_operation_can_be_differentiated() {
    let slope = Function::record(["x", "y"], |[_, y]| 1.0 - y * y).expect("names");
    let slope = Operation::from_function("slope", &slope).expect("names");
    let own = Operation::with_derivative("own", &["x"], &["y"], |x, y| y[0] = x[0].tanh(), slope)
        .expect("a Jacobian that fits");
    let f = Function::record(["x", "y"], move |[x, y]| own.apply([x * y]) * y).expect("names");
    let table = Function::record(["x", "y"], |[x, y]| (x * y).tanh() * y).expect("names");
    for x in [[0.3, 0.7], [-1.1, 0.4]] {
        let (ours, theirs) = (f.hessian(&x).expect("twice"), table.hessian(&x).expect("twice"));
        close(&ours.concat(), &theirs.concat());
    }
    let square = Operation::new("j", &["x"], &["a", "b"], |_, _| {}).expect("names");
    let wrong = Operation::with_derivative("f", &["x"], &["y"], |_, _| {}, square);
    assert_eq!(wrong.expect_err("two entries").kind(), ErrorKind::Length);
}

#[test]
fn a_call_is_written_under_its_name() {
    let polar = polar();
    let f = Function::record(["x", "y"], move |[x, y]| polar.call(&[x, 2.0 * y])[0].square())
        .expect("names");
    assert_eq!(f.to_string(), "y0 = square(polar.r(x, 2*y))");
    let program = f.program();
    let latex = program.latex(program.outputs()[0]);
    assert_eq!(latex, r"{\mathrm{polar.r}\left(x, 2\,y\right)}^{2}");
    assert_eq!(
        f.gradient_function().expect("a derivative").to_string(),
        "t1 = 2*y\nt2 = polar.r(x, t1)\nt3 = polar.angle(x, t1)\nt4 = 2*t2\n\
         dy0/dx = t4*polar_jacobian.dr/dx(x, t1, t2, t3)\n\
         dy0/dy = t4*polar_jacobian.dr/dy(x, t1, t2, t3)*2"
    );
}

#[test]
fn equal_calls_are_made_once_and_idle_ones_not_at_all() {
    let polar = polar();
    let f = Function::record(["x", "y"], move |[x, y]| {
        let _ = polar.call(&[y, x]);
        polar.call(&[x, y])[0] * polar.call(&[x, y])[1]
    })
    .expect("names");
    let program = f.program();
    assert_eq!((program.operations(), program.called().len()), (3, 1));
    let (simpler, what) = f.simplify();
    assert_eq!(what.to_string(), "3 → 2 operations");
    assert_eq!(simpler.eval(&[3.0, 4.0]), f.eval(&[3.0, 4.0]));
    assert_eq!(f.program().difference(&simpler.program()).changes.len(), 2);
}

#[test]
fn check_names_the_operation_whose_derivative_is_wrong() {
    let wrong = Operation::with_jacobian(
        "wobble",
        &["a", "b"],
        &["y"],
        |x, y| y[0] = x[0].sin() * x[1],
        |x, _, j| j.copy_from_slice(&[-x[0].cos() * x[1], x[0].sin()]),
    )
    .expect("names");
    let f =
        Function::record(["x", "y"], move |[x, y]| wrong.apply([x * y, y]).exp()).expect("names");
    let report = chainrule::check::function(&f, &[0.4, 1.3], 1e-6).expect("two numbers");
    assert!(!report.passed());
    let text = report.to_string();
    assert!(text.contains("the rule of `wobble` for its argument a gives -"), "{text}");
    assert_eq!(report.suspects.len(), 1);
    let right = with_operation(polar()).with_outputs(&[0]);
    assert!(chainrule::check::function(&right, &POINTS[0], 1e-6).expect("three numbers").passed());
    assert_eq!(right.trace(&POINTS[0], 0).expect("three numbers").suspects(), []);
}

#[test]
fn an_operation_without_a_value_gives_nan_and_is_named() {
    let log = Operation::unary("my_log", f64::ln, |x, _| 1.0 / x).expect("a name");
    let f = Function::record(["x"], move |[x]| log.apply([x - 4.0]) + 1.0).expect("a name");
    assert!(f.value(&[3.0]).expect("a number").is_nan());
    let diagnosis = f.diagnose(&[3.0]).expect("a number").expect("no logarithm");
    assert_eq!(diagnosis.message, "`my_log(x - 4)` is NaN at x = 3");
    let slope = Operation::unary("my_root", f64::sqrt, |_, y| 0.5 / y).expect("a name");
    let f = Function::record(["x"], move |[x]| slope.apply([x])).expect("a name");
    let diagnosis = f.diagnose(&[0.0]).expect("a number").expect("no slope");
    assert_eq!(diagnosis.message, "value fine, gradient inf at `my_root(x)`, x = 0");
}

#[test]
fn what_cannot_run_a_call_says_which() {
    let polar = polar();
    let f = Function::record(["x", "y"], move |[x, y]| polar.call(&[x, y])[0]).expect("names");
    let batch = chainrule::kernel::Kernel::of(&f, &["x"]).map(|_| ()).expect_err("a call");
    assert!(batch.to_string().contains("calls `polar`"), "{batch}");
    let options = chainrule::emit::Options::default();
    for source in [f.to_rust(&options), f.to_c(&options)] {
        let error = source.expect_err("no source");
        assert!(error.to_string().contains("`polar`"), "{error}");
    }
    let error = Function::from_json(&f.to_json()).expect_err("no operation was supplied");
    assert!(error.to_string().contains("`polar`"), "{error}");
}

#[test]
fn a_trace_takes_the_way_that_the_point_takes() {
    let f = Function::record(["x"], |[x]| if x > 0.0 { x * x } else { (x + 1.0).ln() }).expect("x");
    for (x, formula) in [(3.0, "x*x"), (-0.5, "ln(x + 1)"), (-2.0, "ln(x + 1)")] {
        let trace = f.trace(&[x], 0).expect("a number");
        assert_eq!(trace.formula(trace.nodes.len() - 1, 80), formula);
    }
    let diagnosis = f.diagnose(&[-2.0]).expect("a number").expect("outside of the domain");
    assert_eq!(diagnosis.expression, "ln(x + 1)");
}

#[test]
fn a_saved_function_finds_its_operations_and_their_derivatives() {
    let polar = polar();
    let called = polar.clone();
    let step = Function::record(["x", "k"], |[x, k]| x + 0.1 * (k * x).sin()).expect("names");
    let walk = Operation::scan("walk", &step, 30, 64).expect("a step");
    let point = Function::record(["p"], |[p]| (p * 0.5).cos()).expect("a name");
    let point = Operation::from_function("point", &point).expect("a name");
    let f = Function::record(["x", "y"], move |[x, y]| {
        point.apply([called.call(&[x, y])[0] * walk.apply([x, y])]).exp()
    })
    .expect("names");
    let x = [0.6, 1.7];
    for g in [f.clone(), f.gradient_function().expect("a derivative")] {
        let again =
            Function::from_json_with(&g.to_json(), std::slice::from_ref(&polar)).expect("supplied");
        assert_eq!(again.eval(&x), g.eval(&x));
        assert_eq!(again.to_string(), g.to_string());
        assert_eq!(again.jvp(&x, &[1.0, -2.0]).is_ok(), g.jvp(&x, &[1.0, -2.0]).is_ok());
        assert_eq!(again.to_json(), g.to_json());
    }
    let error = Function::from_json(&f.to_json()).expect_err("not supplied").to_string();
    assert!(error.contains("`polar`, which was not supplied"), "{error}");
    // Without code of the user's nothing needs to be supplied, to any order.
    let step = Function::record(["x", "k"], |[x, k]| x + 0.1 * (k * x).sin()).expect("names");
    let walk = Operation::scan("walk", &step, 30, 64).expect("a step");
    let f = Function::record(["x", "k"], move |[x, k]| walk.apply([x, k])).expect("names");
    let hessian = f.hessian_function().expect("twice");
    let again = Function::from_json(&hessian.to_json()).expect("nothing to supply");
    assert_eq!(again.eval(&x), hessian.eval(&x));
    assert_eq!(again.gradient_function().is_ok(), hessian.gradient_function().is_ok());
    // Damaged in every place: an error or a function.
    let text = f.to_json();
    for i in 0..text.len() {
        for byte in [b'9', b'"', b'['] {
            let mut damaged = text.clone().into_bytes();
            damaged[i] = byte;
            let _ = Function::from_json(&String::from_utf8_lossy(&damaged));
        }
    }
}

#[test]
fn an_explanation_tells_a_call_like_any_step() {
    let polar = polar();
    let graph = Graph::new();
    let [x, y] = graph.values([3.0, 4.0]);
    let (x, y) = (x.label("x"), y.label("y"));
    let r = polar.call(&[x, y])[0].label("r");
    let options = chainrule::explain::Options { limits: true, ..Default::default() };
    let text = chainrule::explain::explain(&(r * y).label("z").trace(), &options);
    assert!(text.contains("r = polar.r(x, y)") && text.contains("polar.r(3, 4)"), "{text}");
    assert!(text.contains("a call of `polar`") && text.contains("∂polar.r/∂x"), "{text}");
    // dz/dx = y·x/r, dz/dy = r + y·y/r
    assert!(text.contains("dz/dx = 2.4") && text.contains("dz/dy = 8.2"), "{text}");
}

#[test]
fn two_operations_of_one_name_are_not_taken_for_each_other_in_a_file() {
    let twice = |k: f64| Operation::unary("scale", move |x| k * x, move |_, _| k).expect("a name");
    let (two, three) = (twice(2.0), twice(3.0));
    let (a, b) = (two.clone(), three.clone());
    let f = Function::record(["x"], move |[x]| a.apply([b.apply([x])])).expect("a name");
    let error = Function::from_json_with(&f.to_json(), &[two, three]).expect_err("two of a name");
    assert!(error.to_string().contains("`scale (another of that name)`"), "{error}");
    let step = |k: f64| {
        let step = Function::record(["x"], move |[x]| k * x).expect("a name");
        Operation::scan("walk", &step, 3, 64).expect("a step")
    };
    let (two, three) = (step(2.0), step(3.0));
    let f = Function::record(["x"], move |[x]| two.apply([three.apply([x])])).expect("a name");
    assert!(Function::from_json(&f.to_json()).is_err());
    // Made twice the same way it is one.
    let (one, other) = (step(2.0), step(2.0));
    let f = Function::record(["x"], move |[x]| one.apply([other.apply([x])])).expect("a name");
    let again = Function::from_json(&f.to_json()).expect("one loop");
    assert_eq!(again.eval(&[1.5]), f.eval(&[1.5]));
}

#[test]
fn a_drawing_shows_the_name_of_what_is_called() {
    let graph = Graph::new();
    let [x, y] = graph.values([3.0, 4.0]);
    let r = polar().call(&[x.label("x"), y.label("y")])[0];
    let diagram = chainrule::draw::Options::default().diagram(&r.trace_with_gradient());
    let text = chainrule::draw::text(&diagram);
    assert!(text.contains("polar.r") && text.contains("grad 0.8"), "{text}");
}
