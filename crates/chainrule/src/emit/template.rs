//! A row's own text as a pattern: where its arguments stand and how tightly they must be bound.

/// How tightly an expression binds, from loose to tight.
pub(super) mod strength {
    pub(in crate::emit) const LOOSE: u8 = 0;
    pub(in crate::emit) const LOGIC: u8 = 1;
    pub(in crate::emit) const COMPARISON: u8 = 2;
    pub(in crate::emit) const SUM: u8 = 3;
    pub(in crate::emit) const PRODUCT: u8 = 4;
    pub(in crate::emit) const SIGN: u8 = 5;
    pub(in crate::emit) const CLOSED: u8 = 6;
}
use strength::{CLOSED, COMPARISON, LOGIC, LOOSE, PRODUCT, SIGN, SUM};

/// A word, a number or a sign of a source text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Token<'t> {
    pub(super) text: &'t str,
    /// Whether white space stands before it.
    pub(super) spaced: bool,
}

impl Token<'_> {
    /// Whether it is an identifier or a keyword.
    pub(super) fn is_word(self) -> bool {
        self.text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
    }

    /// Whether an expression can end with it.
    fn ends_operand(self) -> bool {
        self.text.starts_with(|c: char| c.is_ascii_alphanumeric() || "_)]".contains(c))
    }

    fn strength(self) -> Option<u8> {
        Some(match self.text {
            "&&" | "||" => LOGIC,
            "<" | "<=" | ">" | ">=" | "==" | "!=" => COMPARISON,
            "+" | "-" => SUM,
            "*" | "/" | "%" => PRODUCT,
            _ => return None,
        })
    }
}

/// The tokens of a text of Rust or C without comments and literals of text.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    const PAIRS: [&str; 8] = ["::", "==", "!=", "<=", ">=", "&&", "||", "->"];
    let mut found = Vec::new();
    let mut rest = text;
    loop {
        let trimmed = rest.trim_start();
        let spaced = trimmed.len() < rest.len();
        let Some(first) = trimmed.chars().next() else { return found };
        let is_number = first.is_ascii_digit();
        let in_word = |c: char| c.is_ascii_alphanumeric() || c == '_' || is_number && c == '.';
        let length = if in_word(first) {
            trimmed.find(|c| !in_word(c)).unwrap_or(trimmed.len())
        } else if PAIRS.iter().any(|p| trimmed.starts_with(p)) {
            2
        } else {
            first.len_utf8()
        };
        let (token, after) = trimmed.split_at(length);
        found.push(Token { text: token, spaced });
        rest = after;
    }
}

/// A text with places for arguments.
#[derive(Debug)]
pub(super) struct Template {
    pieces: Vec<Piece>,
    /// How tightly the whole binds.
    pub(super) binds: u8,
}

#[derive(Debug)]
enum Piece {
    Text(String),
    Argument(Place),
}

/// Where an argument stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) argument: usize,
    /// Below this strength the argument needs brackets.
    pub(super) least: u8,
    /// Whether a method of it is called, so that a literal needs its type.
    pub(super) is_receiver: bool,
}

impl Template {
    /// The pattern of an expression whose free names are `arguments`.
    pub(super) fn new(text: &str, arguments: &[&str]) -> Template {
        let tokens = tokens(text);
        let at = |i: usize| tokens.get(i).map_or("", |t| t.text);
        let is_binary = |i: usize| i > 0 && tokens[i - 1].ends_operand();
        let infix = |i: usize| tokens.get(i).filter(|_| is_binary(i)).and_then(|t| t.strength());
        let mut pieces = Vec::new();
        let (mut depth, mut binds) = (0, CLOSED);
        for (i, token) in tokens.iter().enumerate() {
            let before = if i == 0 { None } else { Some(i - 1) };
            if token.spaced && i > 0 {
                pieces.push(Piece::Text(" ".into()));
            }
            let is_free = before.is_none_or(|b| !matches!(at(b), "." | "::"))
                && !matches!(at(i + 1), "(" | "::");
            let argument = arguments.iter().position(|a| *a == token.text).filter(|_| is_free);
            if let Some(argument) = argument {
                let is_receiver = at(i + 1) == ".";
                let mut least = if is_receiver { CLOSED } else { LOOSE };
                if let Some(s) = infix(i + 1) {
                    least = least.max(if s == COMPARISON { s + 1 } else { s });
                }
                if let Some(b) = before {
                    if let Some(s) = infix(b) {
                        least = least.max(s + 1);
                    } else if at(b) == "-" {
                        least = least.max(SIGN + 1);
                    }
                }
                pieces.push(Piece::Argument(Place { argument, least, is_receiver }));
                continue;
            }
            match token.text {
                "(" | "[" | "{" => depth += 1,
                ")" | "]" | "}" => depth -= 1,
                _ if depth > 0 => {}
                "-" if !is_binary(i) => binds = binds.min(SIGN),
                "if" | "?" => binds = LOOSE,
                _ => binds = binds.min(infix(i).unwrap_or(CLOSED)),
            }
            pieces.push(Piece::Text(token.text.into()));
        }
        Template { pieces, binds }
    }

    /// Whether some argument stands in more than one place, or in a branch.
    pub(super) fn wants_names(&self) -> bool {
        let mut seen = Vec::new();
        let repeats = self.pieces.iter().any(|piece| match piece {
            Piece::Argument(place) => {
                let again = seen.contains(&place.argument);
                seen.push(place.argument);
                again
            }
            Piece::Text(_) => false,
        });
        repeats || self.has_branch()
    }

    /// Whether it is a choice, which reads badly inside of another expression.
    pub(super) fn has_branch(&self) -> bool {
        self.pieces.iter().any(|p| matches!(p, Piece::Text(t) if t == "if" || t == "?" || t == "|"))
    }

    /// The text with every argument written by `write`.
    pub(super) fn fill(&self, mut write: impl FnMut(Place) -> String) -> String {
        let mut text = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(t) => text += t,
                Piece::Argument(place) => text += &write(*place),
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(text: &str, arguments: &[&str], with: &[&str]) -> String {
        Template::new(text, arguments).fill(|p| {
            let text = with[p.argument];
            if p.least > LOOSE { format!("<{}:{text}>", p.least) } else { text.to_owned() }
        })
    }

    #[test]
    fn arguments_stand_in_their_places() {
        assert_eq!(filled("a.powf(b)", &["a", "b"], &["x", "y"]), "<6:x>.powf(y)");
        assert_eq!(filled("a - b", &["a", "b"], &["x", "y"]), "<3:x> - <4:y>");
        assert_eq!(filled("-x", &["x"], &["p"]), "-<6:p>");
        assert_eq!(filled("special::x(x, 1.5)", &["x"], &["p"]), "special::x(p, 1.5)");
    }

    #[test]
    fn the_loosest_sign_outside_of_brackets_binds() {
        let binds = |text| Template::new(text, &["a", "b"]).binds;
        assert_eq!([binds("a + b * a"), binds("f(a + b)"), binds("-a")], [SUM, CLOSED, SIGN]);
        assert_eq!([binds("1.0 / a"), binds("a < b")], [PRODUCT, COMPARISON]);
    }
}
