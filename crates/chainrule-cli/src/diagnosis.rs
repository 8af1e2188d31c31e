//! What to say when a value or a derivative is not a number: the first culprit, with its place.

use crate::output::{Output, Result, VALUE, failure};
use crate::point::{Point, error_in};
use chainrule::Error;
use chainrule::diagnose::Trouble;
use chainrule::formula::Formula;

/// Fails with what first made the value or the gradient at `x` not a number; in the words of
/// `otherwise` if the formula itself is not to blame.
pub(crate) fn fail(
    formula: &Formula,
    x: &[f64],
    otherwise: &str,
    more: &str,
    output: &mut Output,
) -> Result<()> {
    match formula.diagnose(x) {
        Some(diagnosis) => output.finish_with_error(&diagnosis.into(), formula.source(), more),
        None => output.finish_with(VALUE, format!("{otherwise}{more}")),
    }
}

/// Fails if the value is not a number. Overflow has an answer, infinity, which is given first; a
/// slope that is not a number is worth a warning.
pub(crate) fn value(point: &Point, value: f64, output: &mut Output) -> Result<()> {
    let formula = &point.formula;
    match formula.diagnose_value(&point.values) {
        Some(diagnosis) if diagnosis.kind == Trouble::Overflow => {
            output.line(output.number(value))?;
            output.warn_at(&Error::from(diagnosis), formula.source());
            output.finish()?;
            Err(failure(VALUE, ""))
        }
        Some(diagnosis) => output.finish_with_error(&diagnosis.into(), formula.source(), ""),
        None => {
            if let Some(diagnosis) = formula.diagnose_gradient(&point.values) {
                output.warn_at(&Error::from(diagnosis), formula.source());
            }
            Ok(())
        }
    }
}

/// Fails if one of several results is not a number; all were given already.
pub(crate) fn results(point: &Point, output: &mut Output) -> Result<()> {
    let names = point.formula.function().outputs().to_vec();
    for name in &names {
        let choose = |e| error_in(&point.formula, &e);
        let one = point.formula.with_results(&[name]).map_err(choose)?;
        if let Some(found) = one.diagnose_value(&point.values) {
            return output.finish_with_error(&found.into(), one.source(), "");
        }
    }
    Ok(())
}

/// Fails if the value or a derivative is not a number; both were given already.
pub(crate) fn gradient(point: &Point, is_finite: bool, output: &mut Output) -> Result<()> {
    if is_finite {
        return Ok(());
    }
    let otherwise = "the value or a derivative is not a number";
    fail(&point.formula, &point.values, otherwise, "", output)
}
