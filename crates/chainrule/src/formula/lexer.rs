//! From text to tokens: numbers, names, signs, and the ends of definitions.

use super::at;
use crate::error::{Error, ErrorKind};
use std::ops::Range;

/// The smallest piece of a formula.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Token<'s> {
    Number(f64),
    Name(&'s str),
    Sign(Sign),
    /// Superscript digits: a power written above the line.
    Superscript(f64),
    Open,
    Close,
    Comma,
    /// A single `=`.
    Define,
    Semicolon,
    Newline,
    End,
}

/// An operator between or before values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    Plus,
    Minus,
    Times,
    Over,
    Remainder,
    Power,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Equal,
    NotEqual,
}

/// A token and its bytes in the source.
pub(super) type Spanned<'s> = (Token<'s>, Range<usize>);

/// Every spelling of a sign, longer ones first; the typographic ones come from copied text.
const SIGNS: &[(&str, Token)] = &[
    ("**", Token::Sign(Sign::Power)),
    ("<=", Token::Sign(Sign::LessEqual)),
    (">=", Token::Sign(Sign::GreaterEqual)),
    ("==", Token::Sign(Sign::Equal)),
    ("!=", Token::Sign(Sign::NotEqual)),
    ("+", Token::Sign(Sign::Plus)),
    ("-", Token::Sign(Sign::Minus)),
    ("*", Token::Sign(Sign::Times)),
    ("/", Token::Sign(Sign::Over)),
    ("%", Token::Sign(Sign::Remainder)),
    ("^", Token::Sign(Sign::Power)),
    ("<", Token::Sign(Sign::Less)),
    (">", Token::Sign(Sign::Greater)),
    ("=", Token::Define),
    ("(", Token::Open),
    (")", Token::Close),
    (",", Token::Comma),
    (";", Token::Semicolon),
    ("\n", Token::Newline),
    ("−", Token::Sign(Sign::Minus)),
    ("–", Token::Sign(Sign::Minus)),
    ("×", Token::Sign(Sign::Times)),
    ("·", Token::Sign(Sign::Times)),
    ("⋅", Token::Sign(Sign::Times)),
    ("÷", Token::Sign(Sign::Over)),
    ("≤", Token::Sign(Sign::LessEqual)),
    ("≥", Token::Sign(Sign::GreaterEqual)),
    ("≠", Token::Sign(Sign::NotEqual)),
];

const SUPERSCRIPTS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];

/// The tokens of `source`; the last one is [`Token::End`].
pub(super) fn tokens(source: &str) -> Result<Vec<Spanned<'_>>, Error> {
    let mut tokens = Vec::new();
    let mut start = 0;
    while let Some(first) = source[start..].chars().next() {
        let rest = &source[start..];
        let (token, length) = if first == '#' {
            start += rest.find('\n').unwrap_or(rest.len());
            continue;
        } else if let Some(&(text, token)) = sign(first, rest) {
            (token, text.len())
        } else if first.is_whitespace() || first == '\u{feff}' {
            start += first.len_utf8();
            continue;
        } else if first.is_ascii_digit() || first == '.' {
            number(rest, start)?
        } else if is_name(first) && !first.is_numeric() {
            let length = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
            (Token::Name(&rest[..length]), length)
        } else if SUPERSCRIPTS.contains(&first) || first == '⁻' {
            superscript(rest, start)?
        } else {
            return Err(unknown(first, start));
        };
        tokens.push((token, start..start + length));
        start += length;
    }
    tokens.push((Token::End, source.len()..source.len()));
    Ok(tokens)
}

fn sign(first: char, rest: &str) -> Option<&'static (&'static str, Token<'static>)> {
    // Letters and digits are most of a formula and never a sign.
    if first.is_ascii_alphanumeric() {
        return None;
    }
    SIGNS.iter().find(|(text, _)| rest.starts_with(text))
}

/// Whether `c` may stand in a name; a name does not begin with a digit.
fn is_name(c: char) -> bool {
    c == '_' || c.is_alphanumeric() && !SUPERSCRIPTS.contains(&c)
}

/// Whether `text` is one name.
pub(super) fn is_one_name(text: &str) -> bool {
    text.chars().next().is_some_and(|c| !c.is_numeric()) && text.chars().all(is_name)
}

fn number<'s>(rest: &'s str, start: usize) -> Result<(Token<'s>, usize), Error> {
    let bytes = rest.as_bytes();
    let digits = |from: usize| bytes[from..].iter().take_while(|b| b.is_ascii_digit()).count();
    let mut length = digits(0);
    if bytes.get(length) == Some(&b'.') {
        length += 1 + digits(length + 1);
    }
    if let Some(b'e' | b'E') = bytes.get(length) {
        let signed = usize::from(matches!(bytes.get(length + 1), Some(b'+' | b'-')));
        let exponent = digits((length + 1 + signed).min(bytes.len()));
        // Without digits it is the name `e`, as in `2e - x`.
        if exponent > 0 {
            length += 1 + signed + exponent;
        }
    }
    let text = &rest[..length];
    let error = |message: String| Err(at(message, start..start + length));
    match text.parse::<f64>() {
        Ok(x) if x.is_finite() => Ok((Token::Number(x), length)),
        Ok(_) => error(format!("`{text}` is too large; the largest number is 1.8e308")),
        Err(_) => error(format!("`{text}` is not a number")),
    }
}

fn superscript<'s>(rest: &'s str, start: usize) -> Result<(Token<'s>, usize), Error> {
    let mut text = String::new();
    let mut length = 0;
    for c in rest.chars() {
        match SUPERSCRIPTS.iter().position(|&s| s == c) {
            Some(digit) => text += &digit.to_string(),
            None if c == '⁻' && text.is_empty() => text.push('-'),
            None => break,
        }
        length += c.len_utf8();
    }
    match text.parse::<f64>() {
        Ok(power) if power.is_finite() => Ok((Token::Superscript(power), length)),
        _ => Err(at("expected digits in the superscript", start..start + length)),
    }
}

fn unknown(c: char, start: usize) -> Error {
    let shown = if c.is_control() { format!("U+{:04X}", u32::from(c)) } else { format!("`{c}`") };
    let error = Error::new(ErrorKind::Formula, format!("{shown} has no meaning in a formula"))
        .at(start..start + c.len_utf8());
    match c {
        '[' | ']' | '{' | '}' => error.hint("use round brackets"),
        '!' => error.hint("write `!=` for a comparison"),
        '&' | '|' => error.hint("write `and(a < b, c < d)` to join conditions"),
        _ => error,
    }
}
