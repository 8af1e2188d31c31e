//! Recorded functions: every derivative, branches, parameters, derivatives as functions.

use chainrule::{ErrorKind, Function, Graph, Workspace};

fn rosenbrock() -> Function {
    Function::record(["x", "y"], |[x, y]| (1.0 - x).powi(2) + 100.0 * (y - x * x).powi(2))
        .expect("two names")
}

/// Value, gradient and Hessian by hand.
fn by_hand(x: f64, y: f64) -> (f64, [f64; 2], [[f64; 2]; 2]) {
    let r = y - x * x;
    (
        (1.0 - x).powi(2) + 100.0 * r * r,
        [-2.0 * (1.0 - x) - 400.0 * x * r, 200.0 * r],
        [[2.0 - 400.0 * r + 800.0 * x * x, -400.0 * x], [-400.0 * x, 200.0]],
    )
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-12 * (1.0 + b.abs())
}

#[test]
fn every_derivative_agrees_with_the_one_by_hand() {
    let f = rosenbrock();
    for point in [[-1.2, 1.0], [1.0, 1.0], [0.3, -2.0]] {
        let (value, gradient, hessian) = by_hand(point[0], point[1]);
        let (v, g, h) = f.value_gradient_and_hessian(&point).expect("two numbers");
        assert!(close(v, value));
        for i in 0..2 {
            assert!(close(g[i], gradient[i]));
            for j in 0..2 {
                assert!(close(h[i][j], hessian[i][j]), "{h:?} {hessian:?}");
            }
        }
        let direction = [0.7, -1.1];
        let product = f.hvp(&point, &direction).expect("two numbers");
        let (_, slope) = f.jvp(&point, &direction).expect("two numbers");
        let (_, back) = f.vjp(&point, &[3.0]).expect("one weight");
        assert!(close(slope[0], gradient[0] * 0.7 - gradient[1] * 1.1));
        for i in 0..2 {
            assert!(close(product[i], hessian[i][0] * 0.7 - hessian[i][1] * 1.1));
            assert!(close(back[i], 3.0 * gradient[i]));
        }
    }
}

#[test]
fn derivatives_are_functions_that_differentiate_again() {
    let f = rosenbrock();
    let gradient = f.gradient_function().expect("one output");
    assert_eq!(gradient.outputs(), ["dy0/dx", "dy0/dy"]);
    let hessian = f.hessian_function().expect("one output");
    let dy = f.partial("y").expect("an input");
    let (_, g, h) = by_hand(-1.2, 1.0);
    let flat = hessian.eval(&[-1.2, 1.0]).expect("two numbers");
    assert!(flat.iter().zip(h.as_flattened()).all(|(a, b)| close(*a, *b)), "{flat:?} {h:?}");
    assert!(close(dy.value(&[-1.2, 1.0]).expect("two numbers"), g[1]));
    assert_eq!(f.partial("z").expect_err("no such input").kind(), ErrorKind::Name);
}

#[test]
fn jacobians_agree_in_both_directions() {
    let wide = Function::record_vector(["a", "b", "c"], |[a, b, c]| [a * b + c.sin(), a / c]);
    let tall = Function::record_vector(["a"], |[a]| [a.exp(), a * a, a.ln()]);
    let rows = wide.expect("names").jacobian(&[2.0, 3.0, 0.5]).expect("three numbers");
    let want = [[3.0, 2.0, 0.5_f64.cos()], [2.0, 0.0, -8.0]];
    assert!(rows.iter().flatten().zip(want.as_flattened()).all(|(a, b)| close(*a, *b)));
    let rows = tall.expect("names").jacobian(&[2.0]).expect("one number");
    let want = [2.0_f64.exp(), 4.0, 0.5];
    assert!(rows.iter().flatten().zip(want).all(|(a, b)| close(*a, b)));
}

#[test]
fn a_branch_is_recorded_again_where_it_goes_another_way() {
    let f = Function::record(["x"], |[x]| if x > 1.0 { x * x } else { 3.0 * x }).expect("a name");
    let mut work = Workspace::new();
    for x in [0.0, 2.0, 0.5, 7.0, 1.0] {
        let mut gradient = [0.0];
        let value = f.value_and_gradient_into(&[x], &mut gradient, &mut work).expect("a number");
        let want = if x > 1.0 { (x * x, 2.0 * x) } else { (3.0 * x, 3.0) };
        assert_eq!((value, gradient[0]), want);
    }
}

#[test]
fn a_flipped_branch_is_recorded_again_or_without_a_closure_an_error() {
    let f = Function::record(["x"], |[x]| if x > 1.0 { x * x } else { 3.0 * x }).expect("a name");
    let gradient = f.gradient_function().expect("one output");
    assert_eq!([0.5, 2.0].map(|x| gradient.value(&[x]).expect("a number")), [3.0, 4.0]);
    let loaded = Function::from_json(&f.to_json()).expect("just written");
    let gradient = loaded.gradient_function().expect("one output");
    assert_eq!(gradient.value(&[0.5]).expect("the way recorded"), 3.0);
    let error = gradient.value(&[2.0]).expect_err("the other way");
    assert_eq!(error.kind(), ErrorKind::BranchChanged);
    assert!(error.message().contains("`x > 1` was false"), "{error}");
}

#[test]
fn an_untaken_branch_of_select_poisons_no_derivative() {
    let f = Function::record(["x"], |[x]| x.gt(0.0).select(x.sqrt(), x * x)).expect("a name");
    for (x, slope, second) in [(-3.0, -6.0, 2.0), (4.0, 0.25, -1.0 / 32.0), (0.0, 0.0, 2.0)] {
        assert_eq!(f.gradient(&[x]).expect("a number"), [slope]);
        assert_eq!(f.hessian(&[x]).expect("a number"), [[second]]);
    }
}

#[test]
fn a_graph_becomes_a_function() {
    let graph = Graph::new();
    let x = graph.value(2.0).label("x");
    let y = (x.sin() * x).label("y");
    let f = Function::from_graph(&graph, &[x], &[y]).expect("one name");
    assert_eq!((f.inputs(), f.outputs()), (&["x".to_owned()][..], &["y".to_owned()][..]));
    assert_eq!(f.value(&[3.0]).expect("a number"), 3.0_f64.sin() * 3.0);
}

#[test]
fn wrong_lengths_and_names_are_errors() {
    let f = rosenbrock();
    assert_eq!(f.value(&[1.0]).expect_err("too short").to_string(), "expected 2 inputs, got 1");
    assert!(Function::record(["x", "x"], |[x, y]| x + y).is_err());
}

#[test]
fn functions_are_shared_between_threads() {
    let f = rosenbrock();
    let want = f.gradient(&[0.5, 0.5]).expect("two numbers");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert_eq!(f.gradient(&[0.5, 0.5]).expect("two numbers"), want));
        }
    });
}

#[test]
fn saved_functions_keep_every_bit() {
    let f = Function::record_with_parameters(&["x", "y"], &["k"], |x, k| {
        let y = if x[0] > 0.5 { x[0] / 3.0 } else { x[1].exp() };
        vec![(y * k[0] * 1e-310).label("p"), y.powi(3) - f64::INFINITY, y + -0.0]
    })
    .expect("three names")
    .with_parameters(&[0.1])
    .expect("one parameter");
    let again = Function::from_json(&f.to_json()).expect("just written");
    assert_eq!(again.to_json(), f.to_json());
    let bits = |f: &Function| -> Vec<u64> {
        let values = f.eval(&[0.25, 1.7]).expect("two numbers");
        values.into_iter().map(f64::to_bits).collect()
    };
    assert_eq!(bits(&f), bits(&again));
    assert_eq!(again.eval(&[0.75, 1.0]).expect_err("no closure").kind(), ErrorKind::BranchChanged);
}

#[test]
fn damaged_files_give_errors_with_a_place() {
    let text = rosenbrock().to_json();
    let error = |text: &str| Function::from_json(text).expect_err("damaged").to_string();
    assert!(error(&text[..text.len() / 2]).contains("line"), "syntax");
    assert!(
        error(&text.replace("\"square\"", "\"sqare\"").replace("\"powc\"", "\"powx\""))
            .contains("node ")
    );
    assert!(error(&text.replace("function/1", "function/9")).contains("reads"));
    assert!(error("[]").contains("schema"));
    // Every byte changed or removed in turn: an error or a function, never a panic.
    for i in 0..text.len() {
        for byte in [b'0', b'9', b'"', b'[', b'-'] {
            let mut damaged = text.clone().into_bytes();
            damaged[i] = byte;
            if let Ok(f) = Function::from_json(&String::from_utf8_lossy(&damaged)) {
                let _ = f.value_and_gradient(&[0.5, 0.5]);
            }
        }
    }
}

#[test]
fn the_example_of_the_format_page_is_read() {
    let page = include_str!("../../../docs/format.md");
    let (_, rest) = page.split_once("```json\n").expect("the page shows a file");
    let (json, _) = rest.split_once("```").expect("the block ends");
    let f = Function::from_json(json).expect("the example is a saved function");
    assert_eq!(f.value(&[2.0, 0.5]).expect("two numbers"), 2.0 * 0.5_f64.sin());
}
