//! What a fit says: the table for people, the document for programs.

use super::fitted::Fitted;
use crate::output::{Output, Result};
use chainrule_fit::{Coefficient, Fit, Status};
use serde_json::{Value, json};

/// The answer, as text or into the JSON document; what a reader has to know goes to stderr.
pub(super) fn give(fitted: &Fitted, output: &mut Output) -> Result<()> {
    let fit = &fitted.fit;
    document(fit, output);
    for (key, value) in &fitted.extra {
        output.set(key, value.clone());
    }
    // A fit that diverged has no estimates to show.
    if fit.status != Status::Diverged {
        let text = fit.text(output.chosen_digits());
        output.text(&text)?;
        for (name, text) in &fitted.facts {
            output.line(format!("{name}: {text}"))?;
        }
    }
    let text = if output.is_json() { String::new() } else { fit.text(None) };
    for issue in &fit.issues {
        // What stands in the last line of the table needs no second mention.
        if text.contains(issue) {
            output.record(issue);
        } else {
            output.warn(issue);
        }
    }
    Ok(())
}

fn document(fit: &Fit, output: &mut Output) {
    if !output.is_json() {
        return;
    }
    output.set("model", fit.model.clone());
    output.set("method", fit.method.clone());
    output.set("rows_used", fit.rows_used);
    output.set("rows_dropped", fit.rows_dropped);
    let coefficients: Vec<Value> =
        fit.coefficients.iter().map(|c| coefficient(c, output)).collect();
    output.set("coefficients", coefficients);
    for (key, value) in [
        ("rss", fit.rss),
        ("residual_sd", fit.residual_sd),
        ("r_squared", fit.r_squared),
        ("log_likelihood", fit.log_likelihood),
    ] {
        if let Some(value) = value {
            output.set_number(key, value);
        }
    }
    output.set("status", fit.status.word());
    output.set("steps", fit.steps);
}

fn coefficient(c: &Coefficient, output: &mut Output) -> Value {
    let mut number = |key: &str, x: f64| output.json_number(&format!("{key} of {}", c.name), x);
    let estimate = number("estimate", c.estimate);
    // A model without standard errors has nothing behind them either: one issue says so.
    let std_error = number("std_error", c.std_error);
    let mut rest = |key: &str, x: f64| {
        if c.std_error.is_finite() { number(key, x) } else { Value::Null }
    };
    let (statistic, p_value) = (rest("statistic", c.statistic), rest("p_value", c.p_value));
    let interval = [rest("interval", c.interval.0), rest("interval", c.interval.1)];
    json!({
        "name": c.name, "estimate": estimate, "std_error": std_error, "statistic": statistic,
        "p_value": p_value, "interval": interval,
    })
}
