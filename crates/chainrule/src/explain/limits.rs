//! Local slopes as limits of difference quotients, each step of the derivation as a formula.

use crate::algebra::{Algebra, Op, Term};
use crate::program::{NodeId, Program, Recorder};

type Formula<'r> = Term<'r, Recorder>;

/// What stands under the limit, line by line: all are the same quotient, and the last one, free
/// of `h`, is what is left for `h → 0`.
type Derivation = for<'r> fn(usize, &[Formula<'r>], &[f64], Formula<'r>) -> Vec<Formula<'r>>;

/// Derivations by name of the operation. Each gets the argument that moves, the arguments, their
/// numbers, and `h`; no lines mean that it has nothing to say.
#[expect(clippy::eq_op, reason = "h/h is the point of the derivation")]
const DERIVATIONS: &[(&[&str], Derivation)] = &[
    (&["add"], |_, a, _, h| {
        let (a, b) = (a[0], a[1]);
        vec![((a + b + h) - (a + b)) / h, (a + b + h - a - b) / h, h / h, h.constant(1.0)]
    }),
    (&["sub"], |i, a, _, h| match (i, a[0], a[1]) {
        (0, a, b) => {
            let first = ((a + h - b) - (a - b)) / h;
            vec![first, (a + h - b - a + b) / h, h / h, h.constant(1.0)]
        }
        (_, a, b) => {
            let first = ((a - (b + h)) - (a - b)) / h;
            vec![first, (a - b - h - a + b) / h, -h / h, h.constant(-1.0)]
        }
    }),
    (&["neg"], |_, a, _, h| {
        vec![(-(a[0] + h) + a[0]) / h, (-a[0] - h + a[0]) / h, -h / h, h.constant(-1.0)]
    }),
    (&["mul"], |i, a, _, h| match (i, a[0], a[1]) {
        (0, a, b) => {
            vec![((a + h) * b - a * b) / h, (a * b + h * b - a * b) / h, h * b / h, b]
        }
        (_, a, b) => {
            vec![(a * (b + h) - a * b) / h, (a * b + a * h - a * b) / h, a * h / h, a]
        }
    }),
    (&["div"], |i, a, _, h| match (i, a[0], a[1]) {
        (0, a, b) => {
            let first = ((a + h) / b - a / b) / h;
            vec![first, (a / b + h / b - a / b) / h, h / b / h, 1.0 / b]
        }
        (_, a, b) => denominator(a, b, h),
    }),
    (&["recip"], |_, a, _, h| denominator(h.constant(1.0), a[0], h)),
    (&["square"], |_, a, _, h| power(a[0], 2, h)),
    (&["powc"], |_, a, numbers, h| {
        let n = numbers[1];
        if n.fract() == 0.0 && (2.0..=5.0).contains(&n) { power(a[0], n as i32, h) } else { vec![] }
    }),
    (&["sum"], |_, a, _, h| {
        let all = crate::algebra::ops::sum(a);
        vec![(all + h - all) / h, h / h, h.constant(1.0)]
    }),
];

/// How `a/b` changes with `b`.
fn denominator<'r>(a: Formula<'r>, b: Formula<'r>, h: Formula<'r>) -> Vec<Formula<'r>> {
    let common = b * (b + h);
    vec![
        (a / (b + h) - a / b) / h,
        (a * b - a * (b + h)) / common / h,
        -(a * h) / common / h,
        -a / common,
        -a / b.powi(2),
    ]
}

/// How `x^n` changes with `x`, by the binomial theorem.
fn power<'r>(x: Formula<'r>, n: i32, h: Formula<'r>) -> Vec<Formula<'r>> {
    let raised = |t: Formula<'r>, k: i32| if k == 1 { t } else { t.powi(k) };
    // The terms of the power without the first, x^n, each with one `h` fewer if divided by it.
    let expanded = |divided: i32| {
        let mut choices = 1;
        let mut terms = Vec::new();
        for k in 1..=n {
            choices = choices * (n - k + 1) / k;
            let number = (choices > 1).then(|| x.constant(f64::from(choices)));
            let base = (k < n).then(|| raised(x, n - k));
            let step = (k > divided).then(|| raised(h, k - divided));
            terms.extend([number, base, step].into_iter().flatten().reduce(|a, b| a * b));
        }
        terms
    };
    let whole = expanded(0).into_iter().fold(raised(x, n), |sum, term| sum + term);
    let divided = expanded(1).into_iter().reduce(|sum, term| sum + term);
    let last = f64::from(n) * raised(x, n - 1);
    let first = [((x + h).powi(n) - raised(x, n)) / h, (whole - raised(x, n)) / h];
    first.into_iter().chain(divided).chain([last]).collect()
}

/// The lines of a derivation.
pub(super) struct Limit {
    program: Program,
    lines: Vec<NodeId>,
    /// The name of the step: `h`, unless that is an argument.
    pub(super) h: &'static str,
}

impl Limit {
    /// The derivation of the slope of `op` in argument `i`; none if the operation's derivative is
    /// quoted, not derived. Arguments without a name are numbers.
    pub(super) fn derive(op: Op, i: usize, args: &[(Option<&str>, f64)]) -> Option<Limit> {
        let derivation = DERIVATIONS.iter().find(|d| d.0.contains(&op.info().name))?.1;
        let recorder = Recorder::new();
        let terms: Vec<_> = args
            .iter()
            .map(|(name, number)| match name {
                Some(name) => recorder.named_input(name),
                None => Term::new(&recorder, recorder.constant(*number)),
            })
            .collect();
        let taken = |name: &str| args.iter().any(|(n, _)| *n == Some(name));
        let step = ["h", "δ", "ε"].into_iter().find(|name| !taken(name))?;
        let h = recorder.named_input(step);
        let numbers: Vec<f64> = args.iter().map(|a| a.1).collect();
        let lines: Vec<_> = derivation(i, &terms, &numbers, h).iter().map(|t| t.raw()).collect();
        (!lines.is_empty()).then(|| Limit { program: recorder.finish(&[]), lines, h: step })
    }

    /// The lines as text.
    pub(super) fn texts(&self) -> Vec<String> {
        self.lines.iter().map(|&line| self.program.formula(line)).collect()
    }

    /// The lines in LaTeX.
    pub(super) fn latex(&self) -> Vec<String> {
        self.lines.iter().map(|&line| self.program.latex(line)).collect()
    }
}

/// Steps of the numeric quotients beside a derivative that is quoted.
const STEPS: [f64; 3] = [1e-1, 1e-3, 1e-5];

/// Difference quotients of `op` in its argument `i` for shrinking steps: `(h, quotient)`.
pub(super) fn quotients(value: impl Fn(&[f64]) -> f64, i: usize, args: &[f64]) -> [(f64, f64); 3] {
    let mut moved = args.to_vec();
    let along = &mut |v: f64| {
        moved[i] = v;
        value(&moved)
    };
    STEPS.map(|h| (h, crate::check::forward(&mut *along, args[i], h)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::algebra::Num;

    // S-12: the lines are one quotient, and its limit is the derivative.
    #[test]
    fn every_line_of_a_derivation_is_the_same_number() {
        for (op, numbers) in [
            (Op::Add, vec![3.0, 5.0]),
            (Op::Sub, vec![3.0, 5.0]),
            (Op::Neg, vec![3.0]),
            (Op::Mul, vec![3.0, 5.0]),
            (Op::Div, vec![3.0, 5.0]),
            (Op::Recip, vec![3.0]),
            (Op::Square, vec![3.0]),
            (Op::Powc, vec![3.0, 2.0]),
            (Op::Powc, vec![3.0, 3.0]),
            (Op::Powc, vec![3.0, 5.0]),
            (Op::Sum, vec![3.0, 5.0, 7.0]),
        ] {
            let held = |i| op.info().is_constant(i);
            let names = ["a", "b", "c"];
            let args: Vec<_> = numbers
                .iter()
                .enumerate()
                .map(|(i, &v)| ((!held(i)).then_some(names[i]), v))
                .collect();
            for i in (0..numbers.len()).filter(|&i| !held(i)) {
                let limit = Limit::derive(op, i, &args).expect("listed above");
                let h = 0.125;
                let mut inputs: Vec<f64> =
                    args.iter().filter(|a| a.0.is_some()).map(|a| a.1).collect();
                inputs.push(h);
                let values = limit.program.eval(&Num, &inputs);
                let lines: Vec<f64> = limit.lines.iter().map(|l| values[l.index()]).collect();
                let (last, quotients) = lines.split_last().expect("at least the quotient");
                let mut moved = numbers.clone();
                moved[i] += h;
                let quotient = (op.value(&moved) - op.value(&numbers)) / h;
                for line in quotients {
                    assert!((line - quotient).abs() < 1e-11 * quotient.abs(), "{op:?} {lines:?}");
                }
                let mut at = numbers.clone();
                let along = |v: f64| {
                    at[i] = v;
                    op.value(&at)
                };
                let slope = crate::check::derivative(along, numbers[i]).value;
                assert!((last - slope).abs() < 1e-9 * slope.abs(), "{op:?} {last} {slope}");
            }
        }
    }
}
