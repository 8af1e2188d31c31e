//! The loops of a machine, compiled for each width of registers.

use super::dense::Dense;
use super::scattered::Scattered;
use super::{Code, Machine};
use crate::algebra::{Op, Row, ops::row, special};
use crate::program::eval_or_nan;

/// Computes what stands behind inputs and constants.
#[inline(always)]
pub(super) fn run(machine: &Machine, values: &mut [f64], scratch: &mut [f64]) {
    let mut at = machine.inputs + machine.constants.len();
    let mut rest = &machine.arguments[..];
    let mut calls = machine.calls.iter();
    for run in &machine.runs {
        let (x, out) = values.split_at_mut(at);
        let count = run.count as usize;
        let taken = if run.dense {
            perform(
                run.code,
                run.arity as usize,
                Dense { x, out: &mut out[..run.room as usize], starts: rest, count },
                scratch,
            )
        } else if run.code.is_alone() {
            for (slot, &i) in scratch.iter_mut().zip(&rest[..run.arity as usize]) {
                *slot = x[i as usize];
            }
            let arguments = &scratch[..run.arity as usize];
            if let Code::All(op) = run.code {
                out[0] = op.value(arguments);
            } else {
                let operation = calls.next().expect("an operation for every call");
                eval_or_nan(operation, arguments, &mut out[..count]);
            }
            arguments.len()
        } else {
            perform(
                run.code,
                run.arity as usize,
                Scattered { x, out, arguments: rest, count },
                scratch,
            )
        };
        rest = &rest[taken..];
        at += run.room as usize;
    }
}

/// Loops over the elements of a run; each returns how many arguments were given.
pub(super) trait Loops: Sized {
    fn map<const N: usize>(self, f: impl Fn([f64; N]) -> f64) -> usize;
    /// Sums of `f` of pairs, behind what each sum begins with.
    fn chains(self, arity: usize, f: impl Fn(f64, f64) -> f64) -> usize;
    /// A function in straight-line code, `whole` where an argument is rare for it.
    fn many(
        self,
        scratch: &mut [f64],
        common: impl Fn(f64) -> f64 + Copy,
        is_rare: impl Fn(f64) -> bool,
        whole: impl Fn(f64) -> f64,
    ) -> usize;
}

#[inline(always)]
fn strong(a: f64, b: f64) -> f64 {
    row::StrongMul::value(&[a, b])
}

#[inline(always)]
fn perform(code: Code, arity: usize, loops: impl Loops, scratch: &mut [f64]) -> usize {
    match code {
        Code::Each(op) => each(op, loops, scratch),
        Code::MulAdd => loops.map(|[a, b, c]| a * b + c),
        Code::StrongAdd => loops.map(|[a, b, c]| strong(a, b) + c),
        Code::MulSub => loops.map(|[a, b, c]| c - a * b),
        Code::MulMulAdd => loops.map(|[a, b, c, d]| a * b + c * d),
        Code::Chain => loops.chains(arity, |a, b| a * b),
        Code::StrongChain => loops.chains(arity, strong),
        Code::All(_) | Code::Call => unreachable!("a run of one item is no loop"),
    }
}

/// An operation with a fixed number of arguments.
#[inline(always)]
fn each(op: Op, loops: impl Loops, scratch: &mut [f64]) -> usize {
    macro_rules! each {
        ($($one:ident)+; $($two:ident)+; $($three:ident)+; $($many:ident $common:ident $is_rare:expr),+) => {
            match op {
                $(Op::$one => loops.map(|[a]| row::$one::value(&[a])),)+
                $(Op::$two => loops.map(|[a, b]| row::$two::value(&[a, b])),)+
                $(Op::$three => loops.map(|[a, b, c]| row::$three::value(&[a, b, c])),)+
                $(Op::$many => loops.many(scratch, special::$common, $is_rare, |x| op.value(&[x])),)+
                _ => match op.info().arguments.len() {
                    1 => loops.map(|[a]| op.value(&[a])),
                    2 => loops.map(|[a, b]| op.value(&[a, b])),
                    _ => loops.map(|[a, b, c]| op.value(&[a, b, c])),
                },
            }
        };
    }
    each! {
        Neg Recip Square Sqrt Exp Ln Sin Cos Abs Relu Signum;
        Add Sub Mul Div StrongMul Min Max Lt Le Gt Ge Eq Ne And Powc;
        Select Clamp MulAdd;
        Tanh tanh |_| false, Sech common_sech special::sech_is_rare, Sigmoid common_sigmoid special::sigmoid_is_rare
    }
}
