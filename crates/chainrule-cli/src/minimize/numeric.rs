//! What forward differences do to the minimum: f(x + h) − f(x) vanishes h/2 before it.

use super::report;
use crate::interrupt;
use crate::output::Output;
use crate::problem::Problem;
use chainrule::optimize::{Method, Minimizer, Outcome, Step};
use std::ops::ControlFlow;

/// Says how far off the minimum that forward differences lead to is, where they were used.
pub(super) fn warn(problem: &Problem, outcome: &Outcome, output: &mut Output) {
    let Some(h) = problem.numeric else { return };
    let step = output.number(h);
    let message = match ends(problem, outcome) {
        Some((found, exact)) => {
            let off = found.iter().zip(&exact).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            let off = if (off / (h / 2.0) - 1.0).abs() < 1e-2 {
                "h/2".to_owned()
            } else {
                output.number(off)
            };
            let [found, exact] = [&found, &exact].map(|x| report::point(problem, x, output));
            format!(
                "with h = {step} the minimum found is {found}, not {exact}: a forward difference is off by {off} here"
            )
        }
        None => format!(
            "a forward difference with h = {step} is off by about h/2 times the second derivative"
        ),
    };
    output.warn(&message);
}

/// Where this descent would end, and where one with exact gradients does; none if either does not
/// converge.
fn ends(problem: &Problem, outcome: &Outcome) -> Option<(Vec<f64>, Vec<f64>)> {
    let end = |method, numeric: Option<f64>| {
        let mut options = problem.options.clone();
        options.steps = None;
        options.tolerance = None;
        options.verify = false;
        if numeric.is_none() {
            options.rate = None;
        }
        let minimizer = Minimizer::new(method).options(options);
        let run = problem.run(&minimizer, &outcome.last, numeric, |_: &Step<'_>| {
            if interrupt::asked() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        let end = run.ok()?;
        end.stop.is_converged().then_some(end.x)
    };
    let found = if outcome.stop.is_converged() {
        outcome.x.clone()
    } else {
        end(outcome.method, problem.numeric)?
    };
    Some((found, end(Method::Auto, None)?))
}
