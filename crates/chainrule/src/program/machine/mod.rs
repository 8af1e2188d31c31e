//! A program prepared for evaluation at one point after another, with the bits of
//! [`Program::eval`] in plain numbers.
//!
//! Operations that are ready at the same time and of the same kind run in one loop, so that few
//! steps have to be told apart; products go into the sums that alone use them; results stand in the
//! order in which they are computed. The order is chosen inside windows of the program, so that what
//! belongs together stays together in the cache.

mod build;
mod schedule;

use super::Program;
use crate::algebra::ops::row;
use crate::algebra::{Op, Row};
use build::Builder;

/// What the elements of a run do. `Strong` products are 0 where their first factor is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Code {
    /// An operation with a fixed number of arguments.
    Each(Op),
    /// An operation of all arguments of the run.
    All(Op),
    /// `a·b + c`, rounded twice.
    MulAdd,
    /// `c + a·b` with a strong product.
    StrongAdd,
    /// `a·b + c·d`, rounded three times.
    MulMulAdd,
    /// `c − a·b`.
    MulSub,
    /// `c + Σ a·b`, each product and each sum rounded.
    Chain,
    /// The same with strong products.
    StrongChain,
}

/// So many elements of one kind: results, or arguments where there is one result.
#[derive(Clone, Copy, Debug)]
struct Run {
    code: Code,
    count: u32,
}

/// A program prepared for evaluation at one point after another.
#[derive(Debug, Default)]
pub(crate) struct Machine {
    inputs: usize,
    constants: Vec<f64>,
    runs: Vec<Run>,
    arguments: Vec<u32>,
    slots: usize,
    /// Where the program's outputs stand among the values.
    pub(crate) outputs: Vec<u32>,
    /// Most arguments of an operation of any number.
    widest: usize,
    /// A program that calls, and is run node by node instead.
    whole: Option<Box<Program>>,
}

impl Machine {
    pub(crate) fn new(program: &Program) -> Self {
        if program.calls.is_empty() {
            return Builder::new(program).build();
        }
        let outputs = program.outputs().iter().map(|y| y.0).collect();
        Machine { outputs, whole: Some(Box::new(program.clone())), ..Machine::default() }
    }

    /// The values at `inputs`, in the machine's order; `scratch` is for operations of many
    /// arguments. No allocation once both were used with this machine.
    ///
    /// # Panics
    ///
    /// If there are fewer `inputs` than the program has.
    pub(crate) fn run(&self, inputs: &[f64], values: &mut Vec<f64>, scratch: &mut Vec<f64>) {
        if let Some(program) = &self.whole {
            return program.eval_numbers(inputs, values, scratch);
        }
        values.resize(self.slots, 0.0);
        scratch.resize(self.widest, 0.0);
        values[..self.inputs].copy_from_slice(&inputs[..self.inputs]);
        let mut at = self.inputs + self.constants.len();
        values[self.inputs..at].copy_from_slice(&self.constants);
        let mut rest = &self.arguments[..];
        for run in &self.runs {
            let (before, after) = values.split_at_mut(at);
            let (arguments, results);
            let count = run.count as usize;
            (arguments, results) = match run.code {
                Code::Each(op) => each(op, count, before, after, rest),
                Code::All(op) => {
                    let arguments = &rest[..count];
                    for (x, &i) in scratch.iter_mut().zip(arguments) {
                        *x = before[i as usize];
                    }
                    after[0] = op.value(&scratch[..count]);
                    (count, 1)
                }
                Code::MulAdd => loop3(count, before, after, rest, |a, b, c| a * b + c),
                Code::StrongAdd => loop3(count, before, after, rest, |a, b, c| strong(a, b) + c),
                Code::MulSub => loop3(count, before, after, rest, |a, b, c| c - a * b),
                Code::MulMulAdd => {
                    let (arguments, _) = rest[..4 * count].as_chunks::<4>();
                    for (y, &[a, b, c, d]) in after.iter_mut().zip(arguments) {
                        let [a, b, c, d] = [a, b, c, d].map(|i| before[i as usize]);
                        *y = a * b + c * d;
                    }
                    (4 * count, count)
                }
                Code::Chain => chain(count, before, after, rest, |a, b| a * b),
                Code::StrongChain => chain(count, before, after, rest, strong),
            };
            rest = &rest[arguments..];
            at += results;
        }
    }

    /// Every argument of a run is computed before it.
    fn check(&self) {
        let mut at = self.inputs + self.constants.len();
        let mut from = 0;
        for run in &self.runs {
            let count = run.count as usize;
            let (arguments, results) = match run.code {
                Code::Each(op) => (op.info().arguments.len() * count, count),
                Code::All(_) => (count, 1),
                Code::MulAdd | Code::StrongAdd | Code::MulSub => (3 * count, count),
                Code::MulMulAdd => (4 * count, count),
                Code::Chain | Code::StrongChain => (1 + 2 * count, 1),
            };
            let fits = self.arguments[from..][..arguments].iter().all(|&a| (a as usize) < at);
            assert!(fits, "{run:?} uses what is not computed yet");
            (from, at) = (from + arguments, at + results);
        }
        assert!(from == self.arguments.len() && at == self.slots);
        assert!(self.outputs.iter().all(|&y| (y as usize) < self.slots));
    }
}

#[inline(always)]
fn strong(a: f64, b: f64) -> f64 {
    row::StrongMul::value(&[a, b])
}

#[inline(always)]
fn loop1(
    n: usize,
    x: &[f64],
    out: &mut [f64],
    args: &[u32],
    f: impl Fn(f64) -> f64,
) -> (usize, usize) {
    for (y, &a) in out.iter_mut().zip(&args[..n]) {
        *y = f(x[a as usize]);
    }
    (n, n)
}

#[inline(always)]
fn loop2(
    n: usize,
    x: &[f64],
    out: &mut [f64],
    args: &[u32],
    f: impl Fn(f64, f64) -> f64,
) -> (usize, usize) {
    for (y, &[a, b]) in out.iter_mut().zip(args[..2 * n].as_chunks::<2>().0) {
        *y = f(x[a as usize], x[b as usize]);
    }
    (2 * n, n)
}

#[inline(always)]
fn loop3(
    n: usize,
    x: &[f64],
    out: &mut [f64],
    args: &[u32],
    f: impl Fn(f64, f64, f64) -> f64,
) -> (usize, usize) {
    for (y, &[a, b, c]) in out.iter_mut().zip(args[..3 * n].as_chunks::<3>().0) {
        *y = f(x[a as usize], x[b as usize], x[c as usize]);
    }
    (3 * n, n)
}

/// `count` pairs behind what the sum begins with.
#[inline(always)]
fn chain(
    count: usize,
    x: &[f64],
    out: &mut [f64],
    args: &[u32],
    f: impl Fn(f64, f64) -> f64,
) -> (usize, usize) {
    let mut sum = x[args[0] as usize];
    for &[a, b] in args[1..][..2 * count].as_chunks::<2>().0 {
        sum += f(x[a as usize], x[b as usize]);
    }
    out[0] = sum;
    (1 + 2 * count, 1)
}

/// A run of an operation with a fixed number of arguments: arguments read, results written.
fn each(op: Op, n: usize, x: &[f64], out: &mut [f64], args: &[u32]) -> (usize, usize) {
    macro_rules! loops {
        ($($one:ident)+; $($two:ident)+; $($three:ident)+) => {
            match op {
                $(Op::$one => loop1(n, x, out, args, |a| row::$one::value(&[a])),)+
                $(Op::$two => loop2(n, x, out, args, |a, b| row::$two::value(&[a, b])),)+
                $(Op::$three => loop3(n, x, out, args, |a, b, c| row::$three::value(&[a, b, c])),)+
                _ => match op.info().arguments.len() {
                    1 => loop1(n, x, out, args, |a| op.value(&[a])),
                    2 => loop2(n, x, out, args, |a, b| op.value(&[a, b])),
                    _ => loop3(n, x, out, args, |a, b, c| op.value(&[a, b, c])),
                },
            }
        };
    }
    loops! {
        Neg Recip Square Sqrt Exp Ln Sin Cos Tanh Sech Abs Relu Signum;
        Add Sub Mul Div StrongMul Min Max Lt Le Gt Ge Eq Ne And Powc;
        Select Clamp MulAdd
    }
}
