//! The expressions of scenarios: read, and evaluated in any algebra.

use chainrule::algebra::{Algebra, Numeric, Op, Term};
use std::collections::BTreeMap;

/// An expression, read.
#[derive(Clone, Debug, PartialEq)]
pub enum Expression {
    Number(f64),
    Name(String),
    Negative(Box<Expression>),
    /// One of `+ - * / ^ < >`, where `^` stands for `**`.
    Binary(char, Box<Expression>, Box<Expression>),
    Call(String, Vec<Expression>),
}

/// A value: plain as long as nothing but numbers went into it.
pub enum Number<'a, A: Algebra> {
    Plain(f64),
    Term(Term<'a, A>),
}

impl<A: Algebra> Clone for Number<'_, A> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<A: Algebra> Copy for Number<'_, A> {}

impl<'a, A: Algebra> Number<'a, A> {
    /// As a term of the algebra of `like`.
    pub fn term(self, like: Term<'a, A>) -> Term<'a, A> {
        match self {
            Number::Plain(c) => like.constant(c),
            Number::Term(t) => t,
        }
    }
}

impl Expression {
    /// Whether it contains `where`.
    pub fn branches(&self) -> bool {
        match self {
            Expression::Number(_) | Expression::Name(_) => false,
            Expression::Negative(e) => e.branches(),
            Expression::Binary(_, a, b) => a.branches() || b.branches(),
            Expression::Call(f, args) => f == "where" || args.iter().any(Expression::branches),
        }
    }

    /// The value where `names` are known.
    pub fn value<'a, A: Numeric>(&self, names: &BTreeMap<&str, Number<'a, A>>) -> Number<'a, A> {
        match self {
            Expression::Number(c) => Number::Plain(*c),
            Expression::Name(name) if name == "pi" => Number::Plain(std::f64::consts::PI),
            Expression::Name(name) => names[name.as_str()],
            Expression::Negative(e) => apply(Op::Neg, &[e.value(names)]),
            Expression::Binary(sign, a, b) => {
                let args = [a.value(names), b.value(names)];
                let op = match sign {
                    '+' => Op::Add,
                    '-' => Op::Sub,
                    '*' => Op::Mul,
                    '/' => Op::Div,
                    '^' if matches!(args[1], Number::Plain(_)) => Op::Powc,
                    '^' => Op::Pow,
                    other => panic!("`{other}` stands only in `where`"),
                };
                apply(op, &args)
            }
            Expression::Call(f, args) if f == "where" => {
                let [Expression::Binary(sign, a, b), yes, no] = &args[..] else {
                    panic!("`where` takes a comparison and two expressions")
                };
                let holds = match (sign, a.value(names), b.value(names)) {
                    ('<', Number::Term(a), Number::Term(b)) => a < b,
                    ('<', Number::Term(a), Number::Plain(b)) => a < b,
                    ('>', Number::Term(a), Number::Term(b)) => a > b,
                    ('>', Number::Term(a), Number::Plain(b)) => a > b,
                    _ => panic!("`where` compares a variable by < or >"),
                };
                if holds { yes.value(names) } else { no.value(names) }
            }
            Expression::Call(f, args) => {
                let op = Op::from_name(f).unwrap_or_else(|| panic!("unknown function `{f}`"));
                apply(op, &args.iter().map(|a| a.value(names)).collect::<Vec<_>>())
            }
        }
    }
}

fn apply<'a, A: Algebra>(op: Op, args: &[Number<'a, A>]) -> Number<'a, A> {
    let term = args.iter().find_map(|a| match a {
        Number::Term(t) => Some(*t),
        Number::Plain(_) => None,
    });
    if let Some(like) = term {
        let values: Vec<_> = args.iter().map(|a| a.term(like).raw()).collect();
        return Number::Term(Term::new(like.algebra(), like.algebra().apply(op, &values)));
    }
    let numbers: Vec<f64> = args
        .iter()
        .map(|a| match a {
            Number::Plain(c) => *c,
            Number::Term(_) => unreachable!("no argument is a term"),
        })
        .collect();
    Number::Plain(op.value(&numbers))
}

/// The expression that `text` writes.
///
/// # Panics
///
/// If it is not one.
pub fn parse(text: &str) -> Expression {
    let mut reader = Reader { rest: text.trim() };
    let expression = reader.comparison();
    assert!(reader.rest.is_empty(), "`{}` is left over in `{text}`", reader.rest);
    expression
}

struct Reader<'t> {
    rest: &'t str,
}

impl Reader<'_> {
    fn take(&mut self, sign: &str) -> bool {
        let found = self.rest.strip_prefix(sign);
        self.rest = found.unwrap_or(self.rest).trim_start();
        found.is_some()
    }

    fn comparison(&mut self) -> Expression {
        let left = self.sum();
        for sign in ['<', '>'] {
            if self.take(&sign.to_string()) {
                return Expression::Binary(sign, left.into(), self.sum().into());
            }
        }
        left
    }

    fn sum(&mut self) -> Expression {
        let mut left = self.product();
        while let Some(sign) = ['+', '-'].into_iter().find(|s| self.take(&s.to_string())) {
            left = Expression::Binary(sign, left.into(), self.product().into());
        }
        left
    }

    fn product(&mut self) -> Expression {
        let mut left = self.signed();
        while let Some(sign) = ['*', '/'].into_iter().find(|s| self.take(&s.to_string())) {
            left = Expression::Binary(sign, left.into(), self.signed().into());
        }
        left
    }

    fn signed(&mut self) -> Expression {
        if self.take("-") {
            return Expression::Negative(self.signed().into());
        }
        let base = self.atom();
        if self.take("**") {
            return Expression::Binary('^', base.into(), self.signed().into());
        }
        base
    }

    fn atom(&mut self) -> Expression {
        if self.take("(") {
            let inner = self.comparison();
            assert!(self.take(")"), "missing `)` before `{}`", self.rest);
            return inner;
        }
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
        let mut end = self.rest.find(|c| !word(c)).unwrap_or(self.rest.len());
        if self.rest.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
            if self.rest[..end].ends_with('e') {
                let digits = &self.rest[end + 1..];
                end += 1 + digits.find(|c| !word(c)).unwrap_or(digits.len());
            }
            let number = self.rest[..end].parse().expect("a number");
            self.rest = self.rest[end..].trim_start();
            return Expression::Number(number);
        }
        let name = self.rest[..end].to_owned();
        assert!(!name.is_empty(), "expected a value before `{}`", self.rest);
        self.rest = self.rest[end..].trim_start();
        if !self.take("(") {
            return Expression::Name(name);
        }
        let mut args = vec![self.comparison()];
        while self.take(",") {
            args.push(self.comparison());
        }
        assert!(self.take(")"), "missing `)` before `{}`", self.rest);
        Expression::Call(name, args)
    }
}
