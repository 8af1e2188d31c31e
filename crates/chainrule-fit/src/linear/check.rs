//! What a design must be before a model is fitted to it.

use super::solution::Dependence;
use crate::Design;
use chainrule::error::{Error, ErrorKind};

/// Refuses columns of unequal length, numbers that are not finite, weights below zero.
pub(crate) fn check(design: &Design) -> Result<(), Error> {
    let rows = design.len();
    if design.names.len() != design.columns.len() {
        let (names, columns) = (design.names.len(), design.columns.len());
        let message = format!("{names} names for {columns} columns");
        return Err(Error::new(ErrorKind::Length, message));
    }
    if design.has_intercept && design.columns.is_empty() {
        return Err(Error::new(
            ErrorKind::Length,
            "the first column is the intercept, but there is none",
        ));
    }
    let weights = design.weights.iter().map(|w| ("the weights", w.as_slice()));
    let offset = design.offset.iter().map(|o| ("the offset", o.as_slice()));
    let columns = design.names.iter().map(String::as_str);
    let columns = columns.zip(design.columns.iter().map(Vec::as_slice));
    let response = [(design.response_name.as_str(), design.response.as_slice())];
    for (name, numbers) in response.into_iter().chain(columns).chain(weights).chain(offset) {
        if numbers.len() != rows {
            let message =
                format!("column `{name}` has {} rows, the response has {rows}", numbers.len());
            return Err(Error::new(ErrorKind::Length, message));
        }
        if let Some(i) = numbers.iter().position(|x| !x.is_finite()) {
            let message = format!(
                "row {}, column `{name}`: {} is not a finite number",
                row(design, i),
                numbers[i]
            );
            return Err(Error::new(ErrorKind::Data, message));
        }
    }
    if let Some((i, w)) = design.weights.iter().flatten().enumerate().find(|(_, w)| **w < 0.0) {
        let message = format!("row {} has the weight {w}; weights are 0 or more", row(design, i));
        return Err(Error::new(ErrorKind::Data, message));
    }
    Ok(())
}

/// The number of row `i` of the design in its data, counted from 1.
pub(crate) fn row(design: &Design, i: usize) -> usize {
    design.rows.get(i).map_or(i, |&row| row) + 1
}

/// Rows with a weight above zero: the others carry no information.
pub(crate) fn informative(design: &Design) -> usize {
    match &design.weights {
        Some(weights) => weights.iter().filter(|w| **w > 0.0).count(),
        None => design.len(),
    }
}

/// Refuses fewer rows than parameters.
pub(crate) fn enough(rows: usize, parameters: usize) -> Result<(), Error> {
    if parameters == 0 {
        return Err(Error::new(ErrorKind::Data, "no columns to fit"));
    }
    if rows == 0 {
        return Err(Error::new(ErrorKind::Data, "no data rows"));
    }
    if rows < parameters {
        let (row, determine) =
            if rows == 1 { ("row", "cannot determine") } else { ("rows", "cannot determine") };
        let message = format!("{rows} {row} {determine} {parameters} parameters");
        return Err(Error::new(ErrorKind::Data, message).hint("use --ridge, or fewer columns"));
    }
    Ok(())
}

/// The error that names the columns which others already contain.
pub(crate) fn collinear(design: &Design, dependent: &[Dependence]) -> Error {
    const SHOWN: usize = 5;
    let names = &design.names;
    let mut sets: Vec<String> = dependent.iter().take(SHOWN).map(|d| d.text(names)).collect();
    if dependent.len() > SHOWN {
        sets.push(format!("and {} more", dependent.len() - SHOWN));
    }
    let is_constant =
        |d: &Dependence| design.has_intercept && matches!(d.terms.as_slice(), [] | [(0, _)]);
    let first = &names[dependent[0].column];
    let what = if dependent.iter().all(is_constant) {
        "constant beside the intercept"
    } else {
        "collinear columns"
    };
    let message = format!("{what}: {}", sets.join("; "));
    let hint = format!("leave one of each set out (--drop {first}), or use --ridge");
    Error::new(ErrorKind::Undetermined, message).hint(hint)
}
