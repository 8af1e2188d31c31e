//! Formulas of nodes, written as people write them: `(a*b + c)*d`, `exp(-x^2)`.

use crate::algebra::Op;
use std::borrow::Cow;

/// Nodes that can be written as a formula.
pub(crate) trait Nodes {
    /// The name that stands for node `i`, if it has one.
    fn name(&self, i: usize) -> Option<Cow<'_, str>>;

    /// What node `i` is made of.
    fn part(&self, i: usize) -> Part<impl Iterator<Item = usize>>;

    /// How operation `op` of node `i` is called where it is written as a call.
    fn word(&self, _: usize, op: Op) -> Cow<'_, str> {
        op.info().symbol.into()
    }
}

/// What a node is made of.
pub(crate) enum Part<I> {
    Unknown,
    Number(f64),
    Apply(Op, I),
    /// An operation beside the table, by what it is called.
    Call(String, I),
}

/// How tightly an operation binds its arguments, from loose to tight.
const COMPARISON: u8 = 1;
const SUM: u8 = 2;
const PRODUCT: u8 = 3;
const SIGN: u8 = 4;
const POWER: u8 = 5;
const CLOSED: u8 = 6;

/// Something still to be written.
enum Todo<'n> {
    Text(Cow<'n, str>),
    /// A node, in brackets if it binds less tightly than this.
    Node(usize, u8),
}

/// The formula of node `root`; named nodes other than `root` stand by their names. Past `limit`
/// bytes it breaks off with `…`.
pub(crate) fn formula(nodes: &impl Nodes, root: usize, limit: usize) -> String {
    match write(nodes, root, limit, usize::MAX) {
        Ok(text) => text,
        Err(text) => text + "…",
    }
}

/// The formula of node `root` if it is at most `limit` bytes long; the cost is bounded by that too.
pub(crate) fn short_formula(nodes: &impl Nodes, root: usize, limit: usize) -> Option<String> {
    write(nodes, root, limit, limit).ok()
}

/// The formula, or what there was of it when it had more than `limit` bytes, or more than
/// `pending` pieces were still to be written, each of a byte at least.
fn write(nodes: &impl Nodes, root: usize, limit: usize, pending: usize) -> Result<String, String> {
    let mut text = String::new();
    let mut todo = vec![Todo::Node(root, 0)];
    let mut first = true;
    while let Some(next) = todo.pop() {
        if text.len() > limit || todo.len() > pending {
            return Err(text);
        }
        let (i, least) = match next {
            Todo::Text(t) => {
                text += &t;
                continue;
            }
            Todo::Node(i, least) => (i, least),
        };
        let name = nodes.name(i);
        let is_leaf = matches!(nodes.part(i), Part::Unknown | Part::Number(_));
        if let (Some(name), true) = (name, !first || is_leaf) {
            text += &name;
            first = false;
            continue;
        }
        first = false;
        match nodes.part(i) {
            Part::Unknown => text.push('?'),
            Part::Number(c) => {
                let number = number(c);
                let bracket = number.starts_with('-') && least > SUM;
                text += &if bracket { format!("({number})") } else { number };
            }
            Part::Apply(op, arguments) => {
                let word = nodes.word(i, op);
                write_operation(op, word, &arguments.collect::<Vec<_>>(), least, &mut todo);
            }
            Part::Call(word, arguments) => {
                let start = todo.len();
                write_call(word.into(), arguments, &mut todo);
                todo[start..].reverse();
            }
        }
    }
    Ok(text)
}

/// Binding strength and the text between the arguments of an infix operation.
pub(crate) fn infix(op: Op) -> Option<(u8, &'static str)> {
    Some(match op.info().symbol {
        "+" => (SUM, " + "),
        "-" if op.info().arguments.len() == 2 => (SUM, " - "),
        "*" => (PRODUCT, "*"),
        "/" => (PRODUCT, "/"),
        "%" => (PRODUCT, " % "),
        "**" => (POWER, "^"),
        "<" => (COMPARISON, " < "),
        "<=" => (COMPARISON, " <= "),
        ">" => (COMPARISON, " > "),
        ">=" => (COMPARISON, " >= "),
        "==" => (COMPARISON, " == "),
        "!=" => (COMPARISON, " != "),
        _ => return None,
    })
}

fn write_operation<'n>(
    op: Op,
    word: Cow<'n, str>,
    arguments: &[usize],
    least: u8,
    todo: &mut Vec<Todo<'n>>,
) {
    let start = todo.len();
    let bracket = |binds: u8, todo: &mut Vec<Todo<'n>>, on: &'static str| {
        if binds < least {
            todo.push(Todo::Text(on.into()));
        }
    };
    match (infix(op), arguments) {
        (Some((binds, sign)), &[a, b]) => {
            // A power groups from the right, the others from the left; comparisons do not chain.
            let (left, right) = match binds {
                POWER => (CLOSED, POWER),
                COMPARISON => (SUM, SUM),
                _ => (binds, binds + 1),
            };
            bracket(binds, todo, "(");
            todo.extend([Todo::Node(a, left), Todo::Text(sign.into()), Todo::Node(b, right)]);
            bracket(binds, todo, ")");
        }
        (None, &[a]) if op.info().symbol == "-" => {
            bracket(SIGN, todo, "(");
            todo.extend([Todo::Text("-".into()), Todo::Node(a, SIGN)]);
            bracket(SIGN, todo, ")");
        }
        _ => write_call(word, arguments.iter().copied(), todo),
    }
    todo[start..].reverse();
}

fn write_call<'n>(
    word: Cow<'n, str>,
    arguments: impl Iterator<Item = usize>,
    todo: &mut Vec<Todo<'n>>,
) {
    todo.push(Todo::Text(word));
    for (k, argument) in arguments.enumerate() {
        todo.push(Todo::Text(if k == 0 { "(" } else { ", " }.into()));
        todo.push(Todo::Node(argument, 0));
    }
    todo.push(Todo::Text(")".into()));
}

/// A number as it is written in a formula: the shortest text that reads back as the same number.
#[must_use]
pub fn number(x: f64) -> String {
    let size = x.abs();
    if x != 0.0 && x.is_finite() && !(1e-5..1e16).contains(&size) {
        format!("{x:e}")
    } else {
        format!("{x}")
    }
}

/// `x` with at most `digits` significant digits, without trailing zeros; an exponent where the
/// number is below 10⁻⁵ or does not fit.
///
/// ```
/// use chainrule::expression::significant;
/// assert_eq!(significant(-8.0, 6), "-8");
/// assert_eq!(significant(0.1 + 0.2, 6), "0.3");
/// assert_eq!(significant(1234567.0, 4), "1.235e6");
/// ```
#[must_use]
pub fn significant(x: f64, digits: usize) -> String {
    if x == 0.0 {
        return "0".into();
    }
    if !x.is_finite() {
        return if x.is_nan() {
            "NaN"
        } else if x > 0.0 {
            "inf"
        } else {
            "-inf"
        }
        .into();
    }
    let digits = digits.max(1);
    let scientific = format!("{x:.*e}", digits - 1);
    let (mantissa, exponent) = scientific.split_once('e').expect("`{:e}` writes an exponent");
    let exponent: i32 = exponent.parse().expect("`{:e}` writes a whole exponent");
    let trim = |s: &str| {
        let s = if s.contains('.') { s.trim_end_matches('0').trim_end_matches('.') } else { s };
        s.to_owned()
    };
    if exponent < -5 || exponent >= i32::try_from(digits).unwrap_or(i32::MAX).max(6) {
        return format!("{}e{exponent}", trim(mantissa));
    }
    let places = usize::try_from(i32::try_from(digits).unwrap_or(400) - 1 - exponent).unwrap_or(0);
    let rounded: f64 = scientific.parse().expect("it was written from a number");
    trim(&format!("{rounded:.places$}"))
}

/// A count with commas between thousands.
///
/// ```
/// assert_eq!(chainrule::expression::grouped(1000003), "1,000,003");
/// assert_eq!(chainrule::expression::grouped(412), "412");
/// ```
#[must_use]
pub fn grouped(count: usize) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
