//! A diff of two programs shows what differs in structure, and nothing else.

use chainrule::algebra::Term;
use chainrule::program::{Change, Program, Recorder};

type T<'r> = Term<'r, Recorder>;

fn program(f: impl for<'r> Fn(&'r Recorder, T<'r>, T<'r>) -> Vec<T<'r>>) -> Program {
    let recorder = Recorder::new();
    let (x, y) = (recorder.named_input("x"), recorder.named_input("y"));
    recorder.finish(&f(&recorder, x, y))
}

fn lines(a: &Program, b: &Program) -> Vec<String> {
    a.difference(b).changes.iter().map(Change::to_string).collect()
}

#[test]
fn the_order_of_nodes_is_no_difference() {
    let a = program(|_, x, y| {
        let (s, t) = (x.sin(), y.exp());
        vec![s * t]
    });
    let b = program(|_, x, y| {
        let (t, s) = (y.exp(), x.sin());
        vec![s * t]
    });
    assert_ne!(a, b);
    assert!(a.difference(&b).is_empty());
    assert_eq!(a.difference(&b).to_string(), "no difference in structure, 3 → 3 operations");
}

#[test]
fn only_the_part_that_differs_is_shown() {
    let a = program(|_, x, y| vec![((x * 2.0).sin() + y).exp()]);
    let b = program(|_, x, y| vec![((x * 3.0).sin() + y).exp()]);
    assert_eq!(lines(&a, &b), ["~ x*2  →  x*3"]);
    let c = program(|_, x, y| vec![((x * 2.0).cos() + y).exp()]);
    assert_eq!(lines(&a, &c), ["~ sin(x*2)  →  cos(x*2)"]);
}

#[test]
fn an_expression_that_is_shared_is_counted() {
    let a = program(|_, x, y| vec![(x + y).sin() * (x + y).cos()]);
    let b = program(|_, x, y| {
        let s = x + y;
        vec![s.sin() * s.cos()]
    });
    assert_eq!(lines(&a, &b), ["× x + y: written 2×  →  1×"]);
    assert_eq!(lines(&b, &a), ["× x + y: written 1×  →  2×"]);
}

#[test]
fn results_and_dead_operations_come_and_go() {
    let a = program(|_, x, y| vec![x * y]);
    let b = program(|_, x, y| {
        let _ = (x - y).tanh();
        vec![x * y, x / y]
    });
    assert_eq!(lines(&a, &b), ["+ output x/y", "+ tanh(x - y)"]);
    assert_eq!(lines(&b, &a), ["- output x/y", "- tanh(x - y)"]);
}

#[test]
fn another_name_is_said_to_be_that() {
    let name = |name: &'static str| {
        program(move |r, x, y| {
            let s = x + y;
            r.label(s, name);
            vec![s.exp()]
        })
    };
    assert_eq!(lines(&name("s"), &name("total")), ["= s  →  total (name only)"]);
}

// One change below ten thousand operations that all differ because of it.
#[test]
fn a_change_far_below_the_results_is_one_line() {
    let chain = |c: f64| program(move |_, x, y| vec![(0..10_000).fold(x * c, |v, _| v.sin() + y)]);
    assert_eq!(lines(&chain(2.0), &chain(4.0)), ["~ x*2  →  x*4"]);
}
