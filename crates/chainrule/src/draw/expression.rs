//! Names for values that the user gave none: `x + 1`, where that is short.

use super::number::constant;
use crate::graph::{Kind, Trace, TraceNode};

/// Longest name made up here, in characters.
const LONGEST: usize = 18;

/// How tightly the parts of an expression hold together; brackets go around looser parts.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Bond {
    Test,
    Sum,
    Product,
    Sign,
    Power,
    Whole,
}

struct Expression {
    text: String,
    bond: Bond,
}

/// For every node its label, its number if it is a constant, or a short expression of such.
pub(super) fn names(trace: &Trace) -> Vec<Option<String>> {
    let mut names: Vec<Option<Expression>> = Vec::with_capacity(trace.nodes.len());
    for node in &trace.nodes {
        let whole = |text| Expression { text, bond: Bond::Whole };
        let name = match (&node.label, node.kind) {
            (Some(label), _) => Some(whole(label.clone())),
            (None, Kind::Constant) => {
                let bond = if node.value < 0.0 { Bond::Sign } else { Bond::Whole };
                Some(Expression { text: constant(node.value), bond })
            }
            (None, Kind::Input) => None,
            (None, Kind::Operation(_)) => expression(node, &names),
        };
        names.push(name);
    }
    names.into_iter().map(|name| name.map(|expression| expression.text)).collect()
}

fn expression(node: &TraceNode, names: &[Option<Expression>]) -> Option<Expression> {
    let Kind::Operation(op) = node.kind else { return None };
    if node.inputs.len() > LONGEST {
        return None;
    }
    let parts: Vec<&Expression> =
        node.inputs.iter().map(|&input| names.get(input)?.as_ref()).collect::<Option<_>>()?;
    let within = |part: &Expression, least: Bond| {
        if part.bond < least { format!("({})", part.text) } else { part.text.clone() }
    };
    let infix = |left: Bond, sign: &str, right: Bond| {
        format!("{}{sign}{}", within(parts[0], left), within(parts[1], right))
    };
    let (text, bond) = match (op.info().symbol, parts.len()) {
        ("-", 1) => (format!("-{}", within(parts[0], Bond::Power)), Bond::Sign),
        ("1/", 1) => (format!("1/{}", within(parts[0], Bond::Sign)), Bond::Product),
        ("+", 2) => (infix(Bond::Sum, " + ", Bond::Product), Bond::Sum),
        ("-", 2) => (infix(Bond::Sum, " - ", Bond::Product), Bond::Sum),
        (sign @ ("*" | "/" | "%"), 2) => (infix(Bond::Product, sign, Bond::Sign), Bond::Product),
        ("**", 2) => (infix(Bond::Whole, "**", Bond::Sign), Bond::Power),
        (sign @ ("<" | "<=" | ">" | ">=" | "==" | "!="), 2) => {
            (infix(Bond::Sum, &format!(" {sign} "), Bond::Sum), Bond::Test)
        }
        (symbol, _) => {
            let parts: Vec<_> = parts.iter().map(|part| part.text.as_str()).collect();
            (format!("{symbol}({})", parts.join(", ")), Bond::Whole)
        }
    };
    (text.chars().count() <= LONGEST).then_some(Expression { text, bond })
}
