//! Data without a best fit: a direction along which the likelihood rises for ever.
//!
//! After Albert and Anderson, *On the existence of maximum likelihood estimates in logistic regression
//! models* (1984).

use super::family::{Family, class};
use super::newton::Problem;
use crate::linear::solution::short;
use chainrule::error::{Error, ErrorKind};

/// What is below this share of the largest is rounding, or the part of the step that still settles.
const ROUNDING: f64 = 1e-6;

/// Whether no row's loss rises along `direction`, and some fall.
pub(super) fn recedes(problem: &Problem<'_>, direction: &[f64]) -> bool {
    let design = problem.design;
    let moves: Vec<Vec<f64>> = direction
        .chunks(design.columns.len())
        .map(|d| {
            let mut sums = vec![0.0; design.len()];
            design.add_combination(d, &mut sums);
            sums
        })
        .collect();
    let largest = moves.iter().flatten().fold(0.0_f64, |a, b| a.max(b.abs()));
    let limit = ROUNDING * largest;
    let informative = |i: &usize| design.weights.as_ref().is_none_or(|w| w[*i] > 0.0);
    largest > 0.0
        && (0..design.len()).filter(informative).all(|i| match problem.likelihood.family {
            Family::Gaussian => false,
            Family::Poisson => {
                moves[0][i] <= limit && (design.response[i] == 0.0 || moves[0][i] >= -limit)
            }
            Family::Logistic => {
                let of = |class: usize| if class == 0 { 0.0 } else { moves[class - 1][i] };
                let observed = class(design.response[i]);
                (0..=moves.len()).all(|class| of(observed) >= of(class) - limit)
            }
        })
}

/// The error that names what separates the rows along `direction`.
pub(super) fn error(problem: &Problem<'_>, classes: &[String], direction: &[f64]) -> Error {
    let design = problem.design;
    let name = &design.response_name;
    let single = (classes.len() == 2).then(|| single_column(problem, classes)).flatten();
    let (columns, message) = single.unwrap_or_else(|| {
        let columns = involved(problem, direction);
        let list = columns.iter().map(|c| format!("`{c}`")).collect::<Vec<_>>().join(", ");
        let subject = if columns.len() == 1 { list } else { format!("a combination of {list}") };
        let what = match problem.likelihood.family {
            Family::Poisson => {
                format!("{subject} separates rows where `{name}` is 0 from all others")
            }
            _ => format!("{subject} separates the classes of `{name}`"),
        };
        (columns, what)
    });
    let message = format!("{message}: the likelihood has no maximum");
    let hint = format!("leave `{}` out, or keep the coefficients small with --ridge 1", columns[0]);
    Error::new(ErrorKind::Undetermined, message).hint(hint)
}

/// A column of which one value parts the two classes.
fn single_column(problem: &Problem<'_>, classes: &[String]) -> Option<(Vec<String>, String)> {
    let design = problem.design;
    let range = |column: &[f64], class: f64| {
        let of_class = column.iter().zip(&design.response).filter(|(_, y)| **y == class);
        of_class.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), (&x, _)| {
            (low.min(x), high.max(x))
        })
    };
    for (column, name) in design.columns.iter().zip(&design.names) {
        let (zero, one) = (range(column, 0.0), range(column, 1.0));
        if zero.0 == one.0 && zero.1 == one.1 {
            continue;
        }
        let (low, high, below, above) = match () {
            () if zero.1 <= one.0 => (zero.1, one.0, &classes[0], &classes[1]),
            () if one.1 <= zero.0 => (one.1, zero.0, &classes[1], &classes[0]),
            () => continue,
        };
        let response = &design.response_name;
        let (low, high) = (short(low), short(high));
        let text = format!(
            "`{name}` separates the classes of `{response}`: {below} only where {name} ≤ {low}, \
             {above} only where {name} ≥ {high}"
        );
        return Some((vec![name.clone()], text));
    }
    None
}

/// The columns that move the predictors along `direction`, the strongest first.
fn involved(problem: &Problem<'_>, direction: &[f64]) -> Vec<String> {
    /// Of the strongest column's part.
    const NOTABLE: f64 = 0.05;
    const SHOWN: usize = 4;
    let design = problem.design;
    let p = design.columns.len();
    let strength = |j: usize| {
        let column = &design.columns[j];
        let (low, high) = column
            .iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), &x| (l.min(x), h.max(x)));
        let largest = direction.iter().skip(j).step_by(p).fold(0.0_f64, |a, d| a.max(d.abs()));
        largest * (high - low)
    };
    let mut strengths: Vec<(usize, f64)> = (0..p).map(|j| (j, strength(j))).collect();
    strengths.sort_by(|a, b| b.1.total_cmp(&a.1));
    let first = strengths[0].1;
    let notable = strengths.iter().filter(|(_, s)| *s >= NOTABLE * first).take(SHOWN);
    notable.map(|(j, _)| design.names[*j].clone()).collect()
}
