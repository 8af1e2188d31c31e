//! From the text of a model formula to terms: `~ + - * : ^`, brackets, `C(…)`, `I(…)`, `poly(…)`, `offset(…)`.

use super::expression::{Written, wrong_at};
use super::lexer::{Masked, name_length, number_length};
use super::terms::{Factor, FactorKind, Node, Terms};
use chainrule::Error;
use std::ops::Range;

/// Brackets around terms nest so deep at most: reading them recurses.
const DEEPEST: usize = 100;

/// Reads a formula.
pub(super) fn parse(source: &str) -> Result<Terms, Error> {
    let masked = Masked::new(source)?;
    let Some(tilde) = masked.text.find('~') else {
        let error =
            wrong_at("expected `~` between the response and its terms", source.len()..source.len());
        return Err(error.hint("write for example `y ~ x1 + x2`"));
    };
    let left = &masked.text[..tilde];
    let start = left.len() - left.trim_start().len();
    let response = start..left.trim_end().len().max(start);
    if response.is_empty() {
        return Err(wrong_at("expected a response before `~`", tilde..tilde + 1));
    }
    let mut parser = Parser {
        text: &masked.text,
        source,
        masked: &masked,
        at: response.start,
        depth: 0,
        factors: Vec::new(),
        offsets: Vec::new(),
    };
    // `I(…)` around the whole response says what is so anyway.
    let mut response = response;
    if masked.text[response.start..].starts_with("I(") {
        parser.at += 1;
        let inner = parser.brackets()?;
        if parser.at == response.end {
            response = inner;
        }
    }
    let response = Written::new(&masked.text, response)?;
    parser.at = tilde + 1;
    let root = parser.sum()?;
    if let Some(c) = parser.peek() {
        return Err(parser.stray(c));
    }
    let (factors, offsets) = (parser.factors, parser.offsets);
    Ok(Terms { source: source.into(), response, root, factors, offsets, masked })
}

struct Parser<'t> {
    text: &'t str,
    source: &'t str,
    masked: &'t Masked,
    at: usize,
    depth: usize,
    factors: Vec<Factor>,
    offsets: Vec<Written>,
}

impl Parser<'_> {
    /// The next sign or letter, spaces skipped.
    fn peek(&mut self) -> Option<char> {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
        self.text[self.at..].chars().next()
    }

    /// Takes one of these signs, if it comes next.
    fn take(&mut self, signs: &[&str]) -> bool {
        self.peek();
        match signs.iter().find(|sign| self.text[self.at..].starts_with(**sign)) {
            Some(sign) => {
                self.at += sign.len();
                true
            }
            None => false,
        }
    }

    /// The error of a letter or sign that stands where a sign between terms is wanted.
    fn stray(&self, c: char) -> Error {
        let span = self.at..self.at + c.len_utf8();
        match c {
            ')' => wrong_at("this `)` closes nothing", span),
            '~' => wrong_at("a second `~`", span),
            '/' | '%' | '<' | '>' | '=' | '!' => {
                wrong_at(format!("`{c}` has no meaning between terms"), span)
                    .hint("write `I(…)` around arithmetic")
            }
            _ => wrong_at("expected `+` or another sign between terms", span),
        }
    }

    fn sum(&mut self) -> Result<Node, Error> {
        let mut is_minus = self.take(&["-", "−"]);
        if !is_minus {
            self.take(&["+"]);
        }
        let mut parts = Vec::new();
        loop {
            let start = self.at;
            let part = self.product()?;
            if is_minus && part == Node::Nothing {
                return Err(wrong_at("an offset cannot be taken away", start..self.at));
            }
            parts.push((is_minus, part));
            is_minus = self.take(&["-", "−"]);
            if !is_minus && !self.take(&["+"]) {
                return Ok(Node::Sum(parts));
            }
        }
    }

    fn product(&mut self) -> Result<Node, Error> {
        let mut node = self.interaction()?;
        while self.peek() == Some('*') && !self.text[self.at..].starts_with("**") {
            let sign = self.at;
            self.at += 1;
            let right = self.interaction()?;
            node = Node::Cross(side(node, sign)?, side(right, sign)?);
        }
        Ok(node)
    }

    fn interaction(&mut self) -> Result<Node, Error> {
        let mut node = self.power()?;
        while self.take(&[":"]) {
            let sign = self.at - 1;
            let right = self.power()?;
            node = Node::Interaction(side(node, sign)?, side(right, sign)?);
        }
        Ok(node)
    }

    fn power(&mut self) -> Result<Node, Error> {
        self.peek();
        let start = self.at;
        let is_bracket = self.text[start..].starts_with('(');
        let node = self.atom()?;
        let end = self.at;
        let sign = {
            self.peek();
            self.at
        };
        if !self.take(&["**", "^"]) {
            return Ok(node);
        }
        self.peek();
        let digits = number_length(&self.text[self.at..]);
        let next = self.text[self.at..].chars().next().map_or(0, char::len_utf8);
        let span = self.at..self.at + digits.max(next);
        let written = &self.text[self.at..self.at + digits];
        if digits == 0 {
            return Err(wrong_at("expected a number as the power", span)
                .hint("write `I(…)` around arithmetic"));
        }
        self.at += digits;
        match node {
            Node::Factor(i) if !is_bracket => {
                if let FactorKind::Category { .. } = self.factors[i].kind {
                    return Err(wrong_at("a category has no powers", sign..sign + 1));
                }
                let span = start..self.at;
                let written = Written::new(self.text, span.clone())?;
                self.factors[i] = Factor { kind: FactorKind::Expression(written), span };
                Ok(node)
            }
            Node::Nothing => Err(wrong_at("an offset stands by itself, between `+`", start..end)),
            _ => match written.parse() {
                Ok(n @ 1..=20) => Ok(Node::Power(Box::new(node), n)),
                _ => Err(wrong_at("terms are crossed up to a whole number from 1 to 20", span)),
            },
        }
    }

    fn atom(&mut self) -> Result<Node, Error> {
        let first = self.peek();
        let start = self.at;
        match first {
            Some('(') => {
                self.depth += 1;
                if self.depth > DEEPEST {
                    let message = format!("brackets around terms nest deeper than {DEEPEST}");
                    return Err(wrong_at(message, start..start + 1));
                }
                self.at += 1;
                let node = self.sum()?;
                if !self.take(&[")"]) {
                    return Err(match self.peek() {
                        Some(c) => self.stray(c),
                        None => wrong_at("this `(` is never closed", start..start + 1),
                    });
                }
                self.depth -= 1;
                Ok(node)
            }
            Some(c)
                if c.is_ascii_digit()
                    || c == '.'
                        && self.text[start + 1..].starts_with(|c: char| c.is_ascii_digit()) =>
            {
                self.at += number_length(&self.text[start..]);
                match &self.text[start..self.at] {
                    "0" => Ok(Node::Intercept(false)),
                    "1" => Ok(Node::Intercept(true)),
                    _ => Err(wrong_at(
                        "a number between terms is 1 or 0, the intercept",
                        start..self.at,
                    )
                    .hint("write `I(…)` around arithmetic")),
                }
            }
            Some('.') => {
                self.at += 1;
                Ok(Node::Others)
            }
            Some(c) if c == '_' || c.is_alphabetic() => self.name(),
            Some(c) => Err(wrong_at("expected a term", start..start + c.len_utf8())),
            None => Err(wrong_at("expected a term at the end", start..start)),
        }
    }

    /// A column, or a call.
    fn name(&mut self) -> Result<Node, Error> {
        let start = self.at;
        self.at += name_length(&self.text[start..]);
        let name = start..self.at;
        // A masked name is a column, whatever follows.
        let is_call = self.source[start..].starts_with(&self.text[name.clone()])
            && self.text[self.at..].trim_start().starts_with('(');
        if !is_call {
            let column = self.masked.column(&self.text[name.clone()]).to_owned();
            return Ok(self.factor(FactorKind::Column(column), name));
        }
        let inner = self.brackets()?;
        let call = start..self.at;
        match &self.text[name] {
            "C" => self.category(inner, call),
            "poly" => self.polynomial(&inner, &call),
            "I" => {
                let inner = Written::new(self.text, inner)?;
                Ok(self.factor(FactorKind::Expression(inner), call))
            }
            "offset" => {
                self.offsets.push(Written::new(self.text, inner)?);
                Ok(Node::Nothing)
            }
            _ => {
                let written = Written::new(self.text, call.clone())?;
                Ok(self.factor(FactorKind::Expression(written), call))
            }
        }
    }

    fn factor(&mut self, kind: FactorKind, span: Range<usize>) -> Node {
        self.factors.push(Factor { kind, span });
        Node::Factor(self.factors.len() - 1)
    }

    /// What stands in the brackets that come next, without spaces around it.
    fn brackets(&mut self) -> Result<Range<usize>, Error> {
        self.peek();
        let open = self.at;
        let (mut depth, mut quote) = (0, None);
        for (i, c) in self.text[open..].char_indices() {
            match (c, quote) {
                ('"' | '\'', None) => quote = Some(c),
                (_, Some(q)) if c == q => quote = None,
                ('(', None) => depth += 1,
                (')', None) => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                self.at = open + i + 1;
                return self.trimmed(open + 1..open + i);
            }
        }
        Err(wrong_at("this `(` is never closed", open..open + 1))
    }

    fn trimmed(&self, span: Range<usize>) -> Result<Range<usize>, Error> {
        let text = &self.text[span.clone()];
        let start = span.start + text.len() - text.trim_start().len();
        if text.trim().is_empty() {
            return Err(wrong_at("nothing stands in these brackets", span.start - 1..span.end + 1));
        }
        Ok(start..start + text.trim().len())
    }

    /// `C(column)` or `C(column, ref=level)`.
    fn category(&mut self, inner: Range<usize>, call: Range<usize>) -> Result<Node, Error> {
        let text = &self.text[inner.clone()];
        let (column, option) = match text.split_once(',') {
            Some((column, option)) => (column.trim_end(), Some(option)),
            None => (text, None),
        };
        if name_length(column) != column.len() || column.is_empty() {
            return Err(wrong_at(
                "categories are made of one column",
                inner.start..inner.start + column.len().max(1),
            )
            .hint("write `C(column)`, a column with other letters in backquotes"));
        }
        let reference = match option {
            None => None,
            Some(option) => Some(self.reference(option, inner.end - option.len())?),
        };
        let column = self.masked.column(column).to_owned();
        Ok(self.factor(FactorKind::Category { column, reference }, call))
    }

    fn reference(&self, option: &str, start: usize) -> Result<(String, Range<usize>), Error> {
        let wrong = |span| {
            Err(wrong_at("expected `ref=level` behind the column", span)
                .hint("write for example `C(region, ref=north)`"))
        };
        let whole = start..start + option.len();
        let Some((key, _)) = option.split_once('=') else { return wrong(whole) };
        let first = start + key.len() + 1;
        // A level is taken as it is written: a dotted name was masked.
        let written = &self.source[first..whole.end];
        let span =
            first + written.len() - written.trim_start().len()..first + written.trim_end().len();
        let written = written.trim();
        if !matches!(key.trim(), "ref" | "reference") || written.is_empty() {
            return wrong(whole);
        }
        let bare =
            ['"', '\'', '`'].into_iter().find_map(|q| written.strip_prefix(q)?.strip_suffix(q));
        Ok((bare.unwrap_or(written).to_owned(), span))
    }

    /// `poly(x, n)`: x, x^2, …, x^n.
    fn polynomial(&mut self, inner: &Range<usize>, call: &Range<usize>) -> Result<Node, Error> {
        let text = &self.text[inner.clone()];
        let parts = text
            .rsplit_once(',')
            .map(|(base, degree)| (base.trim_end(), degree.trim().parse::<u32>()));
        let Some((base, Ok(degree @ 1..=20))) = parts else {
            return Err(wrong_at("`poly` takes a column and a degree from 1 to 20", call.clone())
                .hint("write for example `poly(x, 3)`"));
        };
        let base = Written::new(self.text, inner.start..inner.start + base.len())?;
        let powers = (1..=degree).map(|n| {
            let kind = FactorKind::Expression(base.power(n));
            (false, self.factor(kind, call.clone()))
        });
        Ok(Node::Sum(powers.collect()))
    }
}

/// One side of the sign at `sign`, which joins terms.
fn side(node: Node, sign: usize) -> Result<Box<Node>, Error> {
    let sign = sign..sign + 1;
    match node {
        Node::Nothing => Err(wrong_at("an offset stands by itself, between `+`", sign)),
        Node::Intercept(_) => {
            Err(wrong_at("a number between terms is 1 or 0, the intercept", sign)
                .hint("write `I(…)` around arithmetic"))
        }
        node => Ok(Box::new(node)),
    }
}
