//! From tokens to definitions in postfix order: arguments before the operation that uses them.
//!
//! Dijkstra's two-stack method: pending operators wait on a stack of their own until a looser one
//! comes, so that the depth of brackets is bounded by memory only.

use super::lexer::{Sign, Spanned, Token, tokens};
use super::names::{self, Function};
use super::{at, printed};
use crate::algebra::Op;
use crate::error::Error;
use std::collections::HashMap;
use std::ops::Range;

/// What was read: definitions in source order, and the postfix items of all of them.
pub(super) struct Parsed<'s> {
    pub(super) names: Vec<&'s str>,
    pub(super) items: Vec<Item>,
    pub(super) statements: Vec<Statement>,
}

/// A definition, or the unnamed expression at the end.
pub(super) struct Statement {
    /// Number of the name, and where it stands.
    pub(super) name: Option<(usize, Range<usize>)>,
    pub(super) items: Range<usize>,
    pub(super) span: Range<usize>,
}

/// One step of the postfix order.
pub(super) struct Item {
    pub(super) kind: ItemKind,
    pub(super) span: Range<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum ItemKind {
    Number(f64),
    Name(usize),
    Apply(Op, usize),
}

const COMPARISON: u8 = 1;
const SUM: u8 = 2;
const PRODUCT: u8 = 3;
const MINUS: u8 = 4;
const POWER: u8 = 5;

/// The operation of a sign between two values, and how tightly it binds.
const INFIX: &[(Sign, Op, u8)] = &[
    (Sign::Plus, Op::Add, SUM),
    (Sign::Minus, Op::Sub, SUM),
    (Sign::Times, Op::Mul, PRODUCT),
    (Sign::Over, Op::Div, PRODUCT),
    (Sign::Remainder, Op::Rem, PRODUCT),
    (Sign::Power, Op::Pow, POWER),
    (Sign::Less, Op::Lt, COMPARISON),
    (Sign::LessEqual, Op::Le, COMPARISON),
    (Sign::Greater, Op::Gt, COMPARISON),
    (Sign::GreaterEqual, Op::Ge, COMPARISON),
    (Sign::Equal, Op::Eq, COMPARISON),
    (Sign::NotEqual, Op::Ne, COMPARISON),
];

/// An operator or a bracket whose right side is still to come.
enum Pending {
    Operator { op: Op, binds: u8, span: Range<usize> },
    Bracket { open: Range<usize>, call: Option<Call> },
}

/// A call whose closing bracket is still to come.
struct Call {
    function: Function,
    name: Range<usize>,
    /// Arguments that a comma has ended.
    count: usize,
}

struct Parser<'s> {
    source: &'s str,
    tokens: Vec<Spanned<'s>>,
    position: usize,
    pending: Vec<Pending>,
    numbers: HashMap<&'s str, usize>,
    parsed: Parsed<'s>,
}

/// Reads the definitions of `source`.
pub(super) fn parse(source: &str) -> Result<Parsed<'_>, Error> {
    let mut parser = Parser {
        source,
        tokens: tokens(source)?,
        position: 0,
        pending: Vec::new(),
        numbers: HashMap::new(),
        parsed: Parsed { names: Vec::new(), items: Vec::new(), statements: Vec::new() },
    };
    loop {
        match parser.token() {
            Token::End => break,
            Token::Newline | Token::Semicolon => parser.position += 1,
            _ => parser.statement()?,
        }
    }
    let statements = &parser.parsed.statements;
    let unnamed = |s: &&Statement| s.name.is_none();
    if let Some(lost) = statements.iter().rev().skip(1).find(unnamed) {
        let text = printed(&source[lost.span.clone()]);
        return Err(at(format!("`{text}` has no name, so nothing can use it"), lost.span.clone())
            .hint("only the last value may be without a name: write `t = …`; a line that goes on ends with its operator, or stands in brackets"));
    }
    Ok(parser.parsed)
}

impl<'s> Parser<'s> {
    fn token(&self) -> Token<'s> {
        self.tokens[self.position].0
    }

    /// The token `offset` places on; past the end it is the end.
    fn ahead(&self, offset: usize) -> Token<'s> {
        self.tokens.get(self.position + offset).map_or(Token::End, |t| t.0)
    }

    fn span(&self) -> Range<usize> {
        self.tokens[self.position].1.clone()
    }

    fn name(&mut self, name: &'s str) -> usize {
        let names = &mut self.parsed.names;
        *self.numbers.entry(name).or_insert_with(|| {
            names.push(name);
            names.len() - 1
        })
    }

    fn emit(&mut self, kind: ItemKind, span: Range<usize>) {
        self.parsed.items.push(Item { kind, span });
    }

    /// A definition, up to the token that ends it.
    fn statement(&mut self) -> Result<(), Error> {
        let first = self.span().start;
        let name = match (self.token(), self.ahead(1)) {
            (Token::Name(name), Token::Define) => {
                let name = (self.name(name), self.span());
                self.position += 2;
                Some(name)
            }
            _ => None,
        };
        let start = self.parsed.items.len();
        loop {
            self.operand()?;
            if !self.operator()? {
                break;
            }
        }
        let items = start..self.parsed.items.len();
        let last = self.tokens[self.position - 1].1.end;
        self.parsed.statements.push(Statement { name, items, span: first..last });
        Ok(())
    }

    /// Signs, brackets and calls up to and including one number or name.
    fn operand(&mut self) -> Result<(), Error> {
        loop {
            let (token, span) = (self.token(), self.span());
            self.position += 1;
            match token {
                Token::Newline | Token::Sign(Sign::Plus) => {}
                Token::Number(x) => {
                    self.emit(ItemKind::Number(x), span);
                    return Ok(());
                }
                Token::Name(name) if self.token() == Token::Open => self.call(name, span)?,
                Token::Name(name) => {
                    let name = self.name(name);
                    self.emit(ItemKind::Name(name), span);
                    return Ok(());
                }
                Token::Open => self.pending.push(Pending::Bracket { open: span, call: None }),
                Token::Sign(Sign::Minus) => {
                    let powered =
                        matches!(self.ahead(1), Token::Sign(Sign::Power) | Token::Superscript(_));
                    match self.token() {
                        Token::Number(x) if !powered => {
                            let span = span.start..self.span().end;
                            self.position += 1;
                            self.emit(ItemKind::Number(-x), span);
                            return Ok(());
                        }
                        _ => {
                            let minus = Pending::Operator { op: Op::Neg, binds: MINUS, span };
                            self.pending.push(minus);
                        }
                    }
                }
                _ => return Err(self.no_value(token, span)),
            }
        }
    }

    /// What is wrong where a value should stand.
    fn no_value(&self, token: Token, span: Range<usize>) -> Error {
        match (token, self.innermost()) {
            (Token::End | Token::Semicolon, Some(open)) => never_closed(open),
            (Token::Define, _) => at("expected a name before `=`", span),
            (Token::End, _) => at("expected a value at the end", span),
            _ => at("expected a value", span),
        }
    }

    /// The last bracket that is still open.
    fn innermost(&self) -> Option<Range<usize>> {
        self.pending.iter().rev().find_map(|p| match p {
            Pending::Bracket { open, .. } => Some(open.clone()),
            Pending::Operator { .. } => None,
        })
    }

    fn call(&mut self, name: &'s str, span: Range<usize>) -> Result<(), Error> {
        let Some(function) = names::function(name) else {
            let error = at(format!("`{name}` is not a function"), span);
            return Err(match names::closest_function(name) {
                Some(near) => {
                    error.hint(format!("did you mean `{near}`? For a product write `{name}*(…)`"))
                }
                None => error.hint(format!("for a product write `{name}*(…)`")),
            });
        };
        let open = self.span();
        self.position += 1;
        let call = Call { function, name: span.clone(), count: 0 };
        if self.token() == Token::Close {
            let span = span.start..self.span().end;
            self.operation(&call, span, 0)?;
            return Err(at(format!("`{name}` of nothing has no value"), open));
        }
        self.pending.push(Pending::Bracket { open, call: Some(call) });
        Ok(())
    }

    /// What follows a value, up to the next operator; false at the end of the definition.
    fn operator(&mut self) -> Result<bool, Error> {
        loop {
            let (token, span) = (self.token(), self.span());
            match token {
                Token::Sign(sign) => {
                    self.position += 1;
                    self.infix(sign, span)?;
                    return Ok(true);
                }
                Token::Superscript(power) => {
                    self.position += 1;
                    self.emit(ItemKind::Number(power), span.clone());
                    self.emit(ItemKind::Apply(Op::Pow, 2), span);
                }
                Token::Close => {
                    self.position += 1;
                    self.close(span)?;
                }
                Token::Comma => {
                    self.position += 1;
                    self.comma(span)?;
                    return Ok(true);
                }
                Token::Number(_) | Token::Name(_) | Token::Open => {
                    self.beside(span)?;
                    return Ok(true);
                }
                Token::Define => {
                    return Err(at("expected an operator", span)
                        .hint("a definition is `name = …`, a comparison is written `==`"));
                }
                Token::Newline if self.innermost().is_some() => self.position += 1,
                Token::Newline | Token::Semicolon | Token::End => {
                    self.reduce(0, false);
                    return match self.innermost() {
                        Some(open) => Err(never_closed(open)),
                        None => Ok(false),
                    };
                }
            }
        }
    }

    /// Writes down the pending operators that bind at least as tightly as `binds` (more tightly,
    /// where equals group from the right), back to the last bracket.
    fn reduce(&mut self, binds: u8, from_right: bool) {
        while let Some(Pending::Operator { op, binds: waiting, span }) = self.pending.last() {
            if *waiting < binds || (from_right && *waiting == binds) {
                break;
            }
            let (kind, span) = (ItemKind::Apply(*op, op.info().arguments.len()), span.clone());
            self.pending.pop();
            self.emit(kind, span);
        }
    }

    fn infix(&mut self, sign: Sign, span: Range<usize>) -> Result<(), Error> {
        let &(_, op, binds) =
            INFIX.iter().find(|row| row.0 == sign).expect("every sign has a row in `INFIX`");
        // Whatever binds tighter first, so that a comparison before this one is on top.
        self.reduce(if binds == COMPARISON { SUM } else { binds }, binds == POWER);
        if let (COMPARISON, Some(Pending::Operator { .. })) = (binds, self.pending.last()) {
            return Err(at("comparisons do not chain", span).hint("write `and(a < b, b < c)`"));
        }
        self.pending.push(Pending::Operator { op, binds, span });
        Ok(())
    }

    /// A value right after another one: a product, where it can be read in one way only.
    fn beside(&mut self, span: Range<usize>) -> Result<(), Error> {
        let (before, place) = self.tokens[self.position - 1].clone();
        let (left, right) = (self.text(&place), self.text(&span));
        let separate = matches!(
            (before, self.token()),
            (Token::Name(_), _) | (Token::Number(_) | Token::Superscript(_), Token::Number(_))
        );
        if separate {
            let error = at(format!("expected an operator between `{left}` and `{right}`"), span);
            return Err(if names::function(left).is_some() {
                error.hint(format!("write `{left}({right})`"))
            } else {
                error.hint(format!("for a product write `{left}*{right}`"))
            });
        }
        self.reduce(PRODUCT, true);
        if let Some(Pending::Operator { op: Op::Div | Op::Rem, .. }) = self.pending.last() {
            return Err(at("a product without `*` after a division can be read in two ways", span)
                .hint("write `a/b*c` or `a/(b*c)`"));
        }
        self.reduce(PRODUCT, false);
        let span = place.start..span.end;
        self.pending.push(Pending::Operator { op: Op::Mul, binds: PRODUCT, span });
        Ok(())
    }

    fn text(&self, span: &Range<usize>) -> &'s str {
        &self.source[span.clone()]
    }

    fn close(&mut self, span: Range<usize>) -> Result<(), Error> {
        self.reduce(0, false);
        match self.pending.pop() {
            Some(Pending::Bracket { call: Some(call), .. }) => {
                let count = call.count + 1;
                let span = call.name.start..span.end;
                self.operation(&call, span, count)
            }
            Some(_) => Ok(()),
            None => Err(at("this `)` closes nothing", span)),
        }
    }

    fn comma(&mut self, span: Range<usize>) -> Result<(), Error> {
        self.reduce(0, false);
        match self.pending.last_mut() {
            Some(Pending::Bracket { call: Some(call), .. }) => {
                call.count += 1;
                Ok(())
            }
            _ => Err(at("a comma only stands between the arguments of a function", span)
                .hint("a decimal number is written with a point: `2.5`")),
        }
    }

    fn operation(&mut self, call: &Call, span: Range<usize>, count: usize) -> Result<(), Error> {
        let op = match call.function {
            Function::PairOrMany(pair, _) if count == 2 => pair,
            Function::PairOrMany(_, op) | Function::One(op) => op,
        };
        if let Some((message, written)) = names::wrong_count(self.text(&call.name), op, count) {
            return Err(at(message, span).hint(written));
        }
        self.emit(ItemKind::Apply(op, count), span);
        Ok(())
    }
}

fn never_closed(open: Range<usize>) -> Error {
    at("this `(` is never closed", open)
}
