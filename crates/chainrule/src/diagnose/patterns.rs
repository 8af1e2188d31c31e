//! Formulas that fail where an operation made for the purpose does not.

use super::view::View;
use crate::algebra::Op;
use crate::expression::{Nodes, Part};

/// At most so many terms are looked at, and written into a hint.
const TERMS: usize = 8;

/// What to write for the formula around an `exp` that overflows at `node`: `softplus(x)` for
/// `log(1 + exp(x))`.
pub(super) fn instead_of_exp<N: Nodes>(view: &View<'_, N>, node: usize) -> Option<String> {
    let (Op::Exp, _) = view.operation(node)? else { return None };
    let mut inner = node;
    for user in node + 1..=view.root {
        let Some((op, arguments)) = view.operation(user) else { continue };
        if !arguments.contains(&inner) {
            continue;
        }
        match op {
            Op::Add | Op::Sum => inner = user,
            Op::Ln => return logarithm(view, &exponents(view, arguments[0])?),
            Op::Ln1p => {
                let mut terms = exponents(view, arguments[0])?;
                terms.insert(0, None);
                return logarithm(view, &terms);
            }
            Op::Div => return share(view, arguments[0], &exponents(view, arguments[1])?),
            _ => return None,
        }
    }
    None
}

/// The terms of a sum of exponentials: the exponent of each, or none for the number 1.
fn exponents<N: Nodes>(view: &View<'_, N>, sum: usize) -> Option<Vec<Option<usize>>> {
    let mut terms = Vec::new();
    for term in terms_of(view, sum)? {
        terms.push(match (view.nodes.part(term), view.operation(term)) {
            (_, Some((Op::Exp, arguments))) => Some(arguments[0]),
            (Part::Number(1.0), _) => None,
            _ => return None,
        });
    }
    Some(terms)
}

/// The terms of a tree of additions, from left to right.
fn terms_of<N: Nodes>(view: &View<'_, N>, sum: usize) -> Option<Vec<usize>> {
    let mut terms = Vec::new();
    let mut stack = vec![sum];
    while let Some(node) = stack.pop() {
        match view.operation(node) {
            Some((Op::Add | Op::Sum, arguments)) => stack.extend(arguments.iter().rev()),
            _ => terms.push(node),
        }
        if terms.len() + stack.len() > TERMS {
            return None;
        }
    }
    Some(terms)
}

fn logarithm<N: Nodes>(view: &View<'_, N>, terms: &[Option<usize>]) -> Option<String> {
    match *terms {
        [None, Some(x)] | [Some(x), None] => Some(format!("softplus({})", view.text(x))),
        [Some(x)] => Some(view.text(x)),
        [] | [None] => None,
        _ => Some(log_sum_exp(view, terms)),
    }
}

fn log_sum_exp<N: Nodes>(view: &View<'_, N>, terms: &[Option<usize>]) -> String {
    let text = |term: &Option<usize>| term.map_or("0".into(), |x| view.text(x));
    format!("logsumexp({})", terms.iter().map(text).collect::<Vec<_>>().join(", "))
}

/// `exp(x)` divided by a sum of exponentials.
fn share<N: Nodes>(
    view: &View<'_, N>,
    numerator: usize,
    terms: &[Option<usize>],
) -> Option<String> {
    let (Op::Exp, arguments) = view.operation(numerator)? else { return None };
    let x = view.text(arguments[0]);
    match *terms {
        [None, Some(other)] | [Some(other), None] if view.text(other) == x => {
            Some(format!("sigmoid({x})"))
        }
        _ => Some(format!("exp({x} - {})", log_sum_exp(view, terms))),
    }
}

/// The length of a vector that node `node` computes as the root of a sum of squares: `hypot(x, y)`
/// for `sqrt(x^2 + y^2)`.
pub(super) fn length<N: Nodes>(view: &View<'_, N>, node: usize) -> Option<String> {
    let (op, arguments) = view.operation(node)?;
    let is_root = match op {
        Op::Sqrt => true,
        Op::Pow | Op::Powc => view.values[arguments[1]] == 0.5,
        _ => false,
    };
    if !is_root {
        return None;
    }
    let mut parts = Vec::new();
    for term in terms_of(view, arguments[0])? {
        let (op, factors) = view.operation(term)?;
        let square = match op {
            Op::Square => true,
            Op::Mul => factors[0] == factors[1],
            Op::Pow | Op::Powc => view.values[factors[1]] == 2.0,
            _ => false,
        };
        if !square {
            return None;
        }
        parts.push(view.text(factors[0]));
    }
    let function = match parts.len() {
        1 => "abs",
        2 => "hypot",
        _ => "norm2",
    };
    Some(format!("{function}({})", parts.join(", ")))
}
