//! What is said of an operation: the only words about single operations outside their table.

use crate::algebra::Op;
use crate::manual::rule::{Rule, is_flat};

/// Names of operations, what they are, and what happens to the gradient where one, two, or more
/// of the arguments are nodes; an empty sentence is the one before it.
type Words = (&'static [&'static str], &'static str, [&'static str; 3]);

const WORDS: &[Words] = &[
    (
        &["add", "sum"],
        "a sum",
        [
            "the gradient is copied to the term",
            "the gradient is copied to both terms",
            "the gradient is copied to every term",
        ],
    ),
    (
        &["sub"],
        "a difference",
        ["the first term gets the gradient, the second the gradient with its sign changed", "", ""],
    ),
    (&["neg"], "a negation", ["the gradient changes its sign", "", ""]),
    (
        &["mul", "product", "strong_mul"],
        "a product",
        [
            "the factor gets the gradient times the constant",
            "each factor gets the gradient times the other factor",
            "each factor gets the gradient times all the others",
        ],
    ),
    (
        &["mul_add"],
        "a product and a sum",
        ["each factor gets the gradient times the other factor, the term a copy", "", ""],
    ),
    (&["dot"], "a sum of products", ["each factor gets the gradient times its partner", "", ""]),
    (&["mean"], "a mean", ["every term gets an equal share of the gradient", "", ""]),
    (
        &["div", "recip"],
        "a quotient",
        [
            "the gradient times the slope of a quotient",
            "the numerator gets the gradient over the denominator, the denominator minus that times the quotient",
            "",
        ],
    ),
    (
        &["powc", "square"],
        "a power",
        ["the gradient times the exponent times the base to one less", "", ""],
    ),
    (
        &["pow"],
        "a power",
        [
            "the gradient times the slope of a power",
            "the base as with a constant exponent, the exponent the gradient times the power times ln of the base",
            "",
        ],
    ),
    (
        &["min", "minimum", "min_of"],
        "a minimum",
        ["the smallest gets the gradient, the others nothing; at a tie in equal shares", "", ""],
    ),
    (
        &["max", "maximum", "max_of"],
        "a maximum",
        ["the largest gets the gradient, the others nothing; at a tie in equal shares", "", ""],
    ),
    (&["select"], "a choice", ["the branch taken gets the gradient, the other nothing", "", ""]),
    (&["abs"], "an absolute value", ["the gradient times the sign of the argument", "", ""]),
    (
        &["relu"],
        "a rectifier",
        ["the gradient passes where the argument is positive, nowhere else", "", ""],
    ),
    (
        &["clamp"],
        "a clamp",
        ["between the bounds the argument gets the gradient, at a bound the bound does", "", ""],
    ),
];

/// The noun for `op`, and the sentence on its gradient with `nodes` arguments that are nodes.
pub(super) fn describe(op: Op, nodes: usize, rule: &Rule) -> (String, String) {
    let name = op.info().name;
    if let Some((_, noun, sentences)) = WORDS.iter().find(|w| w.0.contains(&name)) {
        let wanted = &sentences[..nodes.clamp(1, sentences.len())];
        let said = wanted.iter().rev().find(|s| !s.is_empty()).copied().unwrap_or_default();
        return ((*noun).to_owned(), said.to_owned());
    }
    let sentence = if is_flat(op) {
        "flat between its jumps, no gradient passes".to_owned()
    } else if let (1, Some(slope)) = (op.info().arguments.len(), rule.factor(0)) {
        format!("the gradient times {slope}")
    } else {
        "each argument gets the gradient times its own slope".to_owned()
    };
    (format!("`{name}`"), sentence)
}

/// `twice`, `three times`, `12 times`.
pub(super) fn times(count: usize) -> String {
    let words = ["three", "four", "five", "six", "seven", "eight", "nine", "ten"];
    match count {
        2 => "twice".into(),
        3..=10 => format!("{} times", words[count - 3]),
        _ => format!("{count} times"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_about_operations_that_exist_and_only_once() {
        let mut names: Vec<&str> = WORDS.iter().flat_map(|w| w.0).copied().collect();
        for name in &names {
            assert!(Op::from_name(name).is_some(), "no operation `{name}`");
        }
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
