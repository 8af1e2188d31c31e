//! A rule of the operations table, written down: its partials run with names in place of numbers.

use crate::algebra::{Algebra, Num, Op, Term};
use crate::expression::infix;
use crate::program::{NodeId, Program, Recorder, Step};

/// An argument of the rule: a name with the number it stands for, or only a number.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Argument<'n> {
    Named(&'n str, f64),
    Number(f64),
}

impl Argument<'_> {
    fn number(self) -> f64 {
        match self {
            Argument::Named(_, number) | Argument::Number(number) => number,
        }
    }
}

/// The partials of an operation as formulas.
pub(crate) struct Rule {
    program: Program,
    slopes: Vec<Option<NodeId>>,
}

impl Rule {
    /// The rule as it stands in the table, for all arguments in the domain.
    pub(crate) fn in_general(op: Op, names: &[&str], y: &str) -> Rule {
        let args: Vec<_> = names.iter().map(|name| Argument::Named(name, f64::NAN)).collect();
        Rule::write(op, &args, (y, f64::NAN), false)
    }

    /// The rule at these arguments: choices are made, and what is locally constant is a number.
    pub(crate) fn at(op: Op, args: &[Argument<'_>], y: (&str, f64)) -> Rule {
        Rule::write(op, args, y, true)
    }

    fn write(op: Op, args: &[Argument<'_>], y: (&str, f64), at_point: bool) -> Rule {
        let script = Script { recorder: Recorder::folding(), at_point };
        let named = |name: &str, number| {
            let node = script.recorder.named_input(name).raw();
            Term::new(&script, Noted { node, number })
        };
        let terms: Vec<_> = args
            .iter()
            .map(|&arg| match arg {
                Argument::Named(name, number) => named(name, number),
                Argument::Number(number) => Term::new(&script, script.constant(number)),
            })
            .collect();
        let y = named(y.0, y.1);
        let mut slopes = vec![None; args.len()];
        op.partials(&terms, y, |i, slope| slopes[i] = Some(slope.raw().node));
        Rule { program: script.recorder.finish(&[]), slopes }
    }

    /// The partial in argument `i` as a formula.
    pub(crate) fn text(&self, i: usize) -> Option<String> {
        Some(self.program.formula(self.slopes[i]?))
    }

    /// The same as a factor that stands to the right of a product.
    pub(crate) fn factor(&self, i: usize) -> Option<String> {
        let text = self.text(i)?;
        Some(if self.is_loose(i) { format!("({text})") } else { text })
    }

    /// The same in LaTeX.
    pub(crate) fn latex_factor(&self, i: usize) -> Option<String> {
        let text = self.program.latex(self.slopes[i]?);
        Some(if self.is_loose(i) { format!(r"\left({text}\right)") } else { text })
    }

    /// The number that the partial is, whatever the arguments near this point.
    pub(crate) fn constant(&self, i: usize) -> Option<f64> {
        match self.program.step(self.slopes[i]?) {
            Step::Constant(c) => Some(c),
            _ => None,
        }
    }

    /// Whether the formula needs brackets beside a multiplication sign.
    fn is_loose(&self, i: usize) -> bool {
        let Some(id) = self.slopes[i] else { return false };
        let binds = |op| infix(op).map(|(binds, _)| binds);
        match self.program.step(id) {
            Step::Operation(op, _) if binds(op).is_some_and(|b| Some(b) < binds(Op::Mul)) => true,
            _ => self.program.formula(id).starts_with('-'),
        }
    }
}

/// Whether no argument of `op` has a derivative: a step function, constant between its jumps.
pub(crate) fn is_flat(op: Op) -> bool {
    let args = [Term::new(&Num, 0.5); 4];
    let mut flat = true;
    let count = op.info().arity().unwrap_or(args.len());
    op.partials(&args[..count], args[0], |_, _| flat = false);
    flat
}

/// A recorder that also knows the numbers, and writes in the notation of people.
struct Script {
    recorder: Recorder,
    at_point: bool,
}

#[derive(Clone, Copy, Debug)]
struct Noted {
    node: NodeId,
    number: f64,
}

impl Script {
    fn is_nan(&self, value: Noted) -> bool {
        let literal = Term::new(&self.recorder, value.node);
        self.recorder.formula(literal) == "NaN"
    }
}

impl Algebra for Script {
    type Value = Noted;

    fn constant(&self, c: f64) -> Noted {
        Noted { node: self.recorder.constant(c), number: c }
    }

    fn apply(&self, op: Op, args: &[Noted]) -> Noted {
        let numbers: Vec<f64> = args.iter().map(|a| a.number).collect();
        let number = op.value(&numbers);
        if self.at_point && is_flat(op) {
            return self.constant(number);
        }
        if let (Op::Select, &[condition, yes, no]) = (op, args) {
            if self.at_point && !condition.number.is_nan() {
                return if condition.number == 0.0 { no } else { yes };
            }
            // NaN outside the domain goes without saying.
            if self.is_nan(no) {
                return yes;
            }
        }
        let record = |op, nodes: &[NodeId]| Noted { node: self.recorder.apply(op, nodes), number };
        let node = args.first().map(|a| a.node);
        match (op, node) {
            (Op::Recip, Some(x)) => record(Op::Div, &[self.recorder.constant(1.0), x]),
            (Op::Square, Some(x)) => record(Op::Powc, &[x, self.recorder.constant(2.0)]),
            _ => record(op, &args.iter().map(|a| a.node).collect::<Vec<_>>()),
        }
    }

    fn is_zero(&self, value: Noted) -> bool {
        self.recorder.is_zero(value.node)
    }
}

/// The numbers of an operation's arguments as its rule takes them.
pub(crate) fn numbers(args: &[Argument<'_>]) -> Vec<f64> {
    args.iter().map(|a| a.number()).collect()
}
