//! The words of the formula language beside the operations' own names.

use crate::algebra::Op;
use crate::error::closest;
use std::f64::consts::{E, PI, TAU};

/// What a call of that word means.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Function {
    One(Op),
    /// The first of two arguments, the second of any other number.
    PairOrMany(Op, Op),
}

/// Other words for operations, as other languages and books have them.
const ALIASES: &[(&str, Op)] = &[
    ("log", Op::Ln),
    ("log1p", Op::Ln1p),
    ("ln1p", Op::Ln1p),
    ("expm1", Op::ExpM1),
    ("if", Op::Select),
    ("where", Op::Select),
    ("sign", Op::Signum),
    ("sgn", Op::Signum),
    ("fabs", Op::Abs),
    ("ceiling", Op::Ceil),
    ("fmod", Op::Rem),
    ("fma", Op::MulAdd),
    ("arcsin", Op::Asin),
    ("arccos", Op::Acos),
    ("arctan", Op::Atan),
    ("arctan2", Op::Atan2),
    ("arcsinh", Op::Asinh),
    ("arccosh", Op::Acosh),
    ("arctanh", Op::Atanh),
    ("logistic", Op::Sigmoid),
    ("expit", Op::Sigmoid),
    ("prod", Op::Product),
    ("average", Op::Mean),
    ("norm", Op::Norm2),
];

/// Names of numbers, where they are not a variable or a definition.
const CONSTANTS: &[(&str, f64)] =
    &[("pi", PI), ("π", PI), ("tau", TAU), ("e", E), ("inf", f64::INFINITY), ("NaN", f64::NAN)];

/// The function of that name.
pub(super) fn function(name: &str) -> Option<Function> {
    let alias = || ALIASES.iter().find(|(word, _)| *word == name).map(|&(_, op)| op);
    match name {
        "max" => Some(Function::PairOrMany(Op::Max, Op::MaxOf)),
        "min" => Some(Function::PairOrMany(Op::Min, Op::MinOf)),
        _ => Op::from_name(name).or_else(alias).map(Function::One),
    }
}

/// The number of that name.
pub(super) fn constant(name: &str) -> Option<f64> {
    CONSTANTS.iter().find(|(word, _)| *word == name).map(|&(_, value)| value)
}

/// The function whose name is nearest to a misspelt one.
pub(super) fn closest_function(name: &str) -> Option<&'static str> {
    // A single letter is a variable, not a misspelt function.
    name.chars().nth(1)?;
    let own = Op::ALL.iter().map(|op| op.info().name);
    closest(name, own).or_else(|| closest(name, ALIASES.iter().map(|&(word, _)| word)))
}

/// Why `count` arguments are not right for the call `name(…)`, and how it is written.
pub(super) fn wrong_count(name: &str, op: Op, count: usize) -> Option<(String, String)> {
    let info = op.info();
    if let Some(wanted) = info.arity() {
        let plural = if wanted == 1 { "" } else { "s" };
        let message = format!("`{name}` takes {wanted} argument{plural}, got {count}");
        let written = format!("write `{name}({})`", info.arguments.join(", "));
        return (wanted != count).then_some((message, written));
    }
    // The rule of `dot` pairs its arguments.
    (op == Op::Dot && count % 2 == 1).then(|| {
        let message = format!("`{name}` takes pairs of arguments, got {count}");
        (message, format!("write `{name}(a, b, c, d)` for a*b + c*d"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alias_is_not_the_name_of_another_operation() {
        for (word, op) in ALIASES {
            assert_eq!(Op::from_name(word), None, "{word} is already {op:?}");
        }
    }

    #[test]
    fn every_alias_stands_in_the_description() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/format.md");
        let text = std::fs::read_to_string(path).expect("the description is in the repository");
        for (word, op) in ALIASES {
            let row = format!("| `{word}` | `{}` |", op.info().name);
            assert!(text.contains(&row), "{path} lacks {row}");
        }
        for (word, _) in CONSTANTS {
            assert!(text.contains(&format!("`{word}`")), "{path} lacks the number {word}");
        }
    }

    #[test]
    fn every_operation_is_called_by_its_name() {
        for op in Op::ALL.iter().copied().filter(|op| !matches!(op, Op::Max | Op::Min)) {
            assert_eq!(function(op.info().name), Some(Function::One(op)));
        }
    }
}
