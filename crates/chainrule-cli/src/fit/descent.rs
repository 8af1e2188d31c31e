//! `--method`: the model found step by step, traced and drawn.

use super::arguments::{Args, Response};
use super::fitted::{Fitted, Rows};
use super::graph;
use crate::interrupt;
use crate::minimize::explain;
use crate::output::{Output, Result, USAGE, failure, library_failure};
use chainrule::expression::number;
use chainrule::optimize::Method;
use chainrule_fit::{ByDescent, Descended, Design, Family, SavedKind, Status};
use std::ops::ControlFlow;

/// Fits by steps, if that is what the flags ask for.
pub(super) fn fit(design: &Design, args: &Args, output: &mut Output) -> Result<Option<Fitted>> {
    let iteration = &args.iteration;
    let method = match (iteration.method, iteration.lr.or(iteration.batch.map(f64::from))) {
        (Some(method), _) => method,
        (None, Some(_)) => Method::Gd,
        (None, None) => return Ok(None),
    };
    if args.model.robust.is_some() || super::penalty::is_given(args) {
        let message = "--method has neither --robust nor penalties; leave one of them out";
        return Err(failure(USAGE, message));
    }
    let model = ByDescent {
        family: match args.model.family {
            Some(Response::Logistic) => Family::Logistic,
            Some(Response::Poisson) => Family::Poisson,
            Some(Response::Gaussian) | None => Family::Gaussian,
        },
        rate: iteration.lr.map(Into::into),
        steps: iteration.steps,
        batch: iteration.batch.map(|rows| rows as usize),
        seed: iteration.seed,
        trace: true,
        level: args.model.level,
        ..ByDescent::new(method)
    };
    let mut line = output.progress_line();
    let run = model.fit_with(design, |step| {
        line.show(|| format!("step {}  loss {}", step.number, step.value));
        if interrupt::asked() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    line.end();
    let run = run.map_err(|e| library_failure(&e, ""))?;
    Ok(Some(fitted(run, design)))
}

fn fitted(run: Descended, design: &Design) -> Fitted {
    let Descended { mut fit, stop, trace } = run;
    let is_good = matches!(fit.status, Status::Converged | Status::Steps | Status::Interrupted);
    let trouble = (!is_good).then(|| explain(&stop));
    // The trouble is told as the error that it is.
    fit.issues.retain(|issue| is_good || *issue != stop.to_string());
    let mut fitted = Fitted::new(fit, SavedKind::Linear, Rows::of(design));
    fitted.trouble = trouble;
    if is_good {
        fitted.graph = graph::row_loss(&fitted.fit, design);
    }
    fitted.losses = vec![("loss".to_owned(), trace.iter().map(|step| step.loss).collect())];
    let mut text = format!("step,loss(before),{}\n", names(design));
    for (i, step) in trace.iter().enumerate() {
        text += &format!("{},{}", i + 1, number(step.loss));
        for &x in &step.coefficients {
            text += &format!(",{}", number(x));
        }
        text.push('\n');
    }
    fitted.trace = Some(text);
    fitted
}

/// The standardised coefficients, as cells of a header.
fn names(design: &Design) -> String {
    let names: Vec<String> = design.names.iter().map(|name| super::files::quoted(name)).collect();
    names.join(",")
}
