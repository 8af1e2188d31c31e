//! The manual of operations, written from the table and from the rules themselves.
//!
//! ```
//! let rows = chainrule::manual::rows();
//! let tanh = rows.iter().find(|row| row.name == "tanh").expect("it is in the table");
//! assert_eq!(tanh.signature, "tanh(x)");
//! assert_eq!(tanh.derivatives[0], ("x".to_owned(), "sech(x)^2".to_owned()));
//! ```

pub(crate) mod rule;

use crate::algebra::{Domain, Op};
use crate::expression::infix;
use crate::program::Recorder;
use rule::{Argument, Rule};

/// What the manual says of one operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The operation.
    pub op: Op,
    /// Its name in formulas and saved programs.
    pub name: &'static str,
    /// Name and arguments: `ln(x)`.
    pub signature: String,
    /// How it is written with a sign, if it has one: `a + b`.
    pub formula: Option<String>,
    /// Conditions on the arguments; empty where all numbers are allowed.
    pub domain: String,
    /// What it is, in one sentence.
    pub summary: String,
    /// Argument, and the derivative with respect to it; `y` is the value.
    pub derivatives: Vec<(String, String)>,
    /// Conventions at kinks and edges, in words; often empty.
    pub conventions: String,
}

/// Every operation, in the order of the table.
#[must_use]
pub fn rows() -> Vec<Row> {
    Op::ALL.iter().map(|&op| row(op)).collect()
}

/// Arguments by which an operation of any number of them is shown.
const SHOWN: usize = 4;

/// A rule longer than this is mostly about special cases, which the conventions tell in words.
const LONG: usize = 60;

/// The rule at a point where no special case applies.
fn ordinary(op: Op, names: &[&str]) -> Rule {
    let numbers: Vec<f64> = (0..names.len()).map(|i| 1.3 + i as f64).collect();
    let args: Vec<_> =
        names.iter().zip(&numbers).map(|(name, &x)| Argument::Named(name, x)).collect();
    Rule::at(op, &args, ("y", op.value(&numbers)))
}

fn row(op: Op) -> Row {
    let info = op.info();
    let arguments: Vec<String> = match info.arity() {
        Some(_) => info.arguments.iter().map(|&name| name.to_owned()).collect(),
        None => (1..=SHOWN).map(|i| format!("{}{i}", info.arguments[0])).collect(),
    };
    let names: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let rule = Rule::in_general(op, &names, "y");
    let ordinary = ordinary(op, &names);
    // Arguments of such an operation are all alike: the first one stands for them.
    let told = if info.any { 1 } else { names.len() };
    let derivatives = (0..told)
        .filter(|&i| !info.is_constant(i))
        .map(|i| {
            let text = rule.text(i).filter(|text| text.len() <= LONG).or_else(|| ordinary.text(i));
            (arguments[i].clone(), text.unwrap_or_else(|| "none".into()))
        })
        .collect();
    let listed =
        if info.any { format!("{}, {}, …", names[0], names[1]) } else { names.join(", ") };
    Row {
        op,
        name: info.name,
        signature: format!("{}({listed})", info.name),
        formula: written(op, &names),
        domain: domain(info.arguments, info.domains),
        summary: summary(op),
        derivatives,
        conventions: conventions(op),
    }
}

/// The operation with its sign, if it has one.
fn written(op: Op, names: &[&str]) -> Option<String> {
    let is_sign = infix(op).is_some() || !op.info().symbol.starts_with(char::is_alphabetic);
    is_sign.then(|| {
        use crate::algebra::Algebra;
        let recorder = Recorder::new();
        let args: Vec<_> = names.iter().map(|name| recorder.named_input(name).raw()).collect();
        let result = recorder.apply(op, &args);
        recorder.finish(&[]).formula(result)
    })
}

fn domain(names: &[&str], domains: &[Domain]) -> String {
    let conditions = names.iter().zip(domains).filter(|(_, domain)| !domain.text.is_empty());
    let one = |(name, domain): (&&str, &Domain)| {
        if domain.text.contains('_') {
            domain.text.replace('_', name)
        } else {
            format!("{name} {}", domain.text)
        }
    };
    conditions.map(one).collect::<Vec<_>>().join(", ")
}

/// What the manual says of `op` beyond its first sentence: conventions at kinks and edges.
pub(crate) fn conventions(op: Op) -> String {
    let doc = op.info().doc.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ");
    split_sentence(&doc).1.to_owned()
}

/// The first sentence of the manual on `op`, without its full stop.
fn summary(op: Op) -> String {
    let doc = op.info().doc.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ");
    split_sentence(&doc).0.trim_end_matches('.').to_owned()
}

/// The first sentence and the rest; a full stop inside code ends nothing.
fn split_sentence(text: &str) -> (&str, &str) {
    let ends = |&(i, _): &(usize, &str)| text[..i].matches('`').count().is_multiple_of(2);
    match text.match_indices(". ").find(ends) {
        Some((i, _)) => (&text[..=i], text[i + 1..].trim()),
        None => (text, ""),
    }
}

const HEAD: &str = "\
# Operations

Generated from the table in `crates/chainrule/src/algebra/ops.rs`; do not edit.
`UPDATE_GOLDEN=1 cargo test -p chainrule --test manual` writes it anew.

A derivative is the rule of the table itself, with `y` for the value; *none* means that nothing
flows to the argument. Outside its domain an operation and its derivatives are NaN. Operations of
any number of arguments are shown with a few, and the derivative in the first. Of a rule longer
than 60 characters the case is shown that is not an exception.

";

/// The manual as Markdown: `docs/ops.md`.
#[must_use]
pub fn markdown() -> String {
    let mut text = HEAD.to_owned();
    text += "| operation | written | what it is | domain | derivatives | at kinks and edges |\n";
    text += "|---|---|---|---|---|---|\n";
    for row in rows() {
        let op = row.name;
        let derivatives: Vec<String> = row
            .derivatives
            .iter()
            .map(|(name, slope)| match slope.as_str() {
                "none" => format!("∂{name}: none"),
                _ => format!("∂{name}: `{slope}`"),
            })
            .collect();
        let written = row.formula.as_deref().unwrap_or(&row.signature);
        let cells = [
            format!("`{op}`"),
            format!("`{written}`"),
            row.summary,
            row.domain,
            derivatives.join("; "),
            row.conventions,
        ];
        let padded = |cell: &String| match cell.as_str() {
            "" => " ".to_owned(),
            text => format!(" {} ", text.replace('|', "\\|")),
        };
        let cells: Vec<String> = cells.iter().map(padded).collect();
        text += &format!("|{}|\n", cells.join("|"));
    }
    text
}
