//! The first node that made a value NaN or infinite.

use super::view::{View, shown};
use super::{Diagnosis, Trouble, patterns};
use crate::algebra::{Domain, Op};
use crate::expression::{Nodes, significant};
use crate::program::Operation;

/// Up to so many arguments each is tried for whether it is to blame.
const TRIED: usize = 8;

impl<N: Nodes> View<'_, N> {
    pub(super) fn of_value(&self) -> Option<Diagnosis> {
        if self.values[self.root].is_finite() {
            return None;
        }
        let node = self.culprit(self.root);
        if let Some((operation, _)) = (self.called)(node) {
            return Some(self.failed(node, operation));
        }
        let Some((op, arguments)) = self.operation(node) else { return Some(self.given(node)) };
        let numbers = self.numbers(&arguments);
        Some(if let Some(i) = numbers.iter().position(|x| x.is_infinite()) {
            self.meeting(node, arguments[i])
        } else if let Some(i) = out_of_domain(op, &numbers, self.values[node]) {
            self.domain(node, op, &arguments, i)
        } else if let Some(power) = self.power(node, op, &arguments) {
            power
        } else if self.values[node].is_infinite() {
            self.overflow(node)
        } else {
            let message = format!("`{}` is NaN{}", self.expression(node), self.at(node));
            self.diagnosis(Trouble::Undefined, node, message, None)
        })
    }

    /// The first node on the way to the bad value of `root` whose arguments do not explain it.
    fn culprit(&self, root: usize) -> usize {
        let mut suspect = vec![false; root + 1];
        suspect[root] = true;
        let mut first = root;
        for i in (0..=root).rev().filter(|&i| !self.values[i].is_finite()) {
            if !suspect[i] {
                continue;
            }
            let blamed = self.blamed(i);
            if blamed.is_empty() {
                first = i;
            }
            for argument in blamed {
                suspect[argument] = true;
            }
        }
        first
    }

    /// The arguments of node `i` that are as bad as its value, those first that it depends on.
    fn blamed(&self, i: usize) -> Vec<usize> {
        let y = self.values[i];
        if (self.called)(i).is_some() {
            let is_bad = |&a: &usize| !self.values[a].is_finite();
            return self.arguments(i).into_iter().filter(is_bad).collect();
        }
        let Some((op, arguments)) = self.operation(i) else { return Vec::new() };
        let as_bad = |x: f64| if y.is_nan() { x.is_nan() } else { x.is_infinite() };
        let bad: Vec<usize> =
            (0..arguments.len()).filter(|&k| as_bad(self.values[arguments[k]])).collect();
        let numbers = self.numbers(&arguments);
        // A branch that was not taken is bad without consequence: another number in its place
        // changes nothing.
        let matters = |&k: &usize| {
            let mut others = numbers.clone();
            others[k] = 1.0;
            op.value(&others).to_bits() != y.to_bits()
        };
        let decisive: Vec<usize> = if arguments.len() <= TRIED {
            bad.iter().copied().filter(matters).collect()
        } else {
            Vec::new()
        };
        let chosen = if decisive.is_empty() { bad } else { decisive };
        chosen.into_iter().map(|k| arguments[k]).collect()
    }

    fn given(&self, node: usize) -> Diagnosis {
        let value = shown(self.values[node]);
        let (message, hint) = if self.is_input(node) {
            let text = self.equation(node).unwrap_or(value);
            (format!("an input is not finite: {text}"), Some("give a finite number".into()))
        } else {
            (format!("the constant {value} is not finite"), None)
        };
        self.diagnosis(Trouble::Input, node, message, hint)
    }

    /// A call without a value, and what the operation says of it.
    fn failed(&self, node: usize, operation: &Operation) -> Diagnosis {
        let (value, at) = (shown(self.values[node]), self.at(node));
        let message = format!("`{}` is {value}{at}", self.expression(node));
        match operation.eval(&self.numbers(&self.arguments(node))) {
            Err(why) => {
                let message = format!("{message}: {}", why.message());
                self.diagnosis(Trouble::Call, node, message, why.remedy().map(str::to_owned))
            }
            Ok(_) => self.diagnosis(Trouble::Call, node, message, None),
        }
    }

    /// NaN or infinity of an infinite argument that some earlier node made.
    fn meeting(&self, node: usize, argument: usize) -> Diagnosis {
        let origin = self.culprit(argument);
        let since = if self.is_input(origin) {
            format!("{} was given", self.equation(origin).unwrap_or_else(|| self.text(origin)))
        } else {
            let at = self.beneath(origin).map(|list| format!(" ({list})")).unwrap_or_default();
            format!("its inputs were finite up to node {origin} `{}`{at}", self.expression(origin))
        };
        let message = format!(
            "first {}: node {node} `{}` = `{}`; {since}",
            significant(self.values[node], 3),
            self.applied(node),
            self.expression(node),
        );
        let hint = patterns::instead_of_exp(self, origin)
            .map(|use_this| format!("`{use_this}` is the same without overflow"));
        self.diagnosis(Trouble::Undefined, node, message, hint)
    }

    fn domain(&self, node: usize, op: Op, arguments: &[usize], i: usize) -> Diagnosis {
        let argument = arguments[i];
        let domain = &op.info().domains[i];
        if excludes_zero(domain) {
            let hint = Some(format!("keep `{}` away from 0", self.text(argument)));
            return self.division(node, argument, hint);
        }
        let word = self.nodes.word(node, op);
        let of = shown(self.values[argument]);
        let of = if arguments.len() == 1 {
            format!("of {of}")
        } else {
            format!("with {} = {of}", op.info().arguments[i])
        };
        let at = if self.is_input(argument) { String::new() } else { self.at(argument) };
        let message = format!("{word} {of} (node `{}`{at})", self.expression(node));
        let hint = self.bounds(op, domain, argument);
        self.diagnosis(Trouble::Domain, node, message, hint)
    }

    fn division(&self, node: usize, divisor: usize, hint: Option<String>) -> Diagnosis {
        let why = self.equation(divisor).map(|e| format!(": {e}{}", self.at(divisor)));
        let message =
            format!("`{}` divides by zero{}", self.expression(node), why.unwrap_or_default());
        self.diagnosis(Trouble::DivisionByZero, node, message, hint)
    }

    /// ` at x = 3`, if node `i` is computed from named values.
    fn at(&self, i: usize) -> String {
        self.beneath(i).map(|list| format!(" at {list}")).unwrap_or_default()
    }

    /// What an interval cannot say of powers.
    fn power(&self, node: usize, op: Op, arguments: &[usize]) -> Option<Diagnosis> {
        let (&[base, exponent], Op::Pow | Op::Powc) = (arguments, op) else { return None };
        let (a, b) = (self.values[base], self.values[exponent]);
        if a == 0.0 && b < 0.0 {
            let hint = format!("keep `{}` away from 0", self.text(base));
            return Some(self.division(node, base, Some(hint)));
        }
        if a >= 0.0 || b.fract() == 0.0 {
            return None;
        }
        let message = format!(
            "`{}` is NaN: a negative number has no real power of {}{}",
            self.expression(node),
            shown(b),
            self.at(node)
        );
        let base = self.text(base);
        let hint = if b == 1.0 / 3.0 {
            format!("use cbrt({base})")
        } else if (b * 3.0 - (b * 3.0).round()).abs() < 1e-12 {
            format!("use cbrt({base})^{}", significant((b * 3.0).round(), 6))
        } else {
            format!("keep `{base}` ≥ 0, or use a whole exponent")
        };
        Some(self.diagnosis(Trouble::Undefined, node, message, Some(hint)))
    }

    fn overflow(&self, node: usize) -> Diagnosis {
        let (applied, expression) = (self.applied(node), self.expression(node));
        let message = if applied == expression {
            format!("overflow at {applied}")
        } else {
            format!("overflow at {applied} (node `{expression}`)")
        };
        let hint = match patterns::instead_of_exp(self, node) {
            Some(use_this) => format!("`{use_this}` is the same without overflow"),
            None => "the largest number is 1.8e308; a logarithm or another unit keeps it in range"
                .into(),
        };
        self.diagnosis(Trouble::Overflow, node, message, Some(hint))
    }

    /// How to keep an argument within its domain.
    fn bounds(&self, op: Op, domain: &Domain, argument: usize) -> Option<String> {
        let text = self.text(argument);
        let (lower, upper) = (domain.lower, domain.upper);
        // A bound itself is excluded where the value there is infinite.
        let open = |bound: f64| {
            let alone = op.info().arity() == Some(1);
            bound.is_finite() && (!domain.closed || (alone && !op.value(&[bound]).is_finite()))
        };
        let strict = open(lower) || open(upper);
        let condition = match (lower.is_finite(), upper.is_finite()) {
            (true, false) => format!("{text} {} {}", if strict { ">" } else { "≥" }, shown(lower)),
            (false, true) => format!("{text} {} {}", if strict { "<" } else { "≤" }, shown(upper)),
            (true, true) => {
                let sign = if strict { "<" } else { "≤" };
                format!("{} {sign} {text} {sign} {}", shown(lower), shown(upper))
            }
            (false, false) => return None,
        };
        if !self.is_input(argument) || self.equation(argument).is_none() {
            return Some(format!("keep {condition}"));
        }
        let change = TRANSFORMS.iter().find(|row| (row.0, row.1) == (lower, upper));
        let change = change.map(|&(_, _, f)| format!("`{text} = {f}`"));
        let finite = |x: f64| if x.is_finite() { significant(x, 6) } else { String::new() };
        let option =
            self.command.then(|| format!("`--bounds {text}={}:{}`", finite(lower), finite(upper)));
        let ways: Vec<String> = option.into_iter().chain(change).collect();
        Some(if ways.is_empty() {
            format!("keep {condition}")
        } else {
            format!("keep {condition} with {}", ways.join(" or "))
        })
    }
}

/// Functions that map all numbers into an interval: lower bound, upper bound, function of `t`.
const TRANSFORMS: &[(f64, f64, &str)] = &[
    (0.0, f64::INFINITY, "exp(t)"),
    (1.0, f64::INFINITY, "1 + exp(t)"),
    (-1.0, f64::INFINITY, "exp(t) - 1"),
    (0.0, 1.0, "sigmoid(t)"),
    (-1.0, 1.0, "tanh(t)"),
];

fn excludes_zero(domain: &Domain) -> bool {
    // The interval of all numbers but 0 is said in words.
    domain.text.ends_with("≠ 0")
}

/// The first argument that lies outside its domain, or on an edge where the value is infinite.
fn out_of_domain(op: Op, numbers: &[f64], y: f64) -> Option<usize> {
    let domains = op.info().domains;
    (0..numbers.len()).find(|&i| {
        let domain = &domains[i.min(domains.len() - 1)];
        let x = numbers[i];
        let edge = y.is_infinite() && (x == domain.lower || x == domain.upper);
        !domain.contains(x) || edge || (x == 0.0 && excludes_zero(domain))
    })
}
