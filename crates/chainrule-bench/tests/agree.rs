//! Every problem: chainrule agrees with each derivative written by hand, and a wrong one is refused.

use chainrule_bench::{Effort, Problem, all};

#[test]
fn chainrule_agrees_with_the_derivatives_by_hand() {
    for (name, problem) in all() {
        let result = problem().race(Effort::SMOKE).expect("results that agree");
        assert_eq!(result.name, name);
        assert!(result.ours > 0.0 && result.hands.iter().all(|h| h.ratio > 0.0), "{name}");
    }
}

#[test]
fn a_wrong_contender_is_named() {
    let fill = |x: f64| -> chainrule_bench::Contender { Box::new(move |out| out.fill(x)) };
    let mut problem = Problem {
        name: "constant",
        about: "",
        length: 2,
        tolerance: 1e-12,
        ours: fill(1.0),
        hands: vec![("by hand", fill(1.0)), ("badly", fill(f64::NAN))],
    };
    let error = problem.race(Effort::SMOKE).expect_err("a NaN is wrong");
    assert!(error.message().contains("badly is wrong"), "{error}");
}
