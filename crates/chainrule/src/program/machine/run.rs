//! What the runs of a machine do. Each kind of run is a function of its own, so that its loop has the
//! registers to itself; a run knows its function, so that one jump leads there.

use super::dense::Dense;
use super::lanes::Straight;
use super::scattered::{Scattered, Single};
use super::{Code, Run};
use crate::algebra::{Row, ops::row, special};
use crate::program::{Operation, eval_or_nan};
use std::marker::PhantomData;

/// What a run may need beside values and arguments.
pub(super) struct Aside<'m> {
    /// For operations of many arguments.
    pub(super) scratch: &'m mut [f64],
    /// What is called from here on.
    pub(super) calls: std::slice::Iter<'m, Operation>,
}

/// Loops over the elements of a run.
pub(super) trait Loops: Sized {
    fn map<const N: usize>(self, f: impl Fn([f64; N]) -> f64);
    /// Sums of `f` of pairs, behind what each sum begins with.
    fn chains(self, arity: usize, f: impl Fn(f64, f64) -> f64);
    /// A function in straight-line code.
    fn many<S: Straight<R>, const R: usize>(self, scratch: &mut [f64]);
}

/// What elements compute.
pub(super) trait Kind {
    /// Whether elements whose arguments stand anywhere are put next to each other first.
    const HAS_LANES: bool = false;

    /// Results of an element: those of all elements, then the next ones of all.
    const RESULTS: usize = 1;

    fn run(loops: impl Loops, run: &Run, scratch: &mut [f64]);
}

/// A row of the table.
pub(super) struct Each<R, const N: usize>(PhantomData<R>);

impl<R: Row, const N: usize> Kind for Each<R, N> {
    #[inline(always)]
    fn run(loops: impl Loops, _: &Run, _: &mut [f64]) {
        loops.map(|x: [f64; N]| R::value(&x));
    }
}

/// An operation that is looked up element by element.
pub(super) struct Other<const N: usize>;

impl<const N: usize> Kind for Other<N> {
    #[inline(always)]
    fn run(loops: impl Loops, run: &Run, _: &mut [f64]) {
        let Code::Each(op) = run.code else { unreachable!("an operation of the table") };
        loops.map(|x: [f64; N]| op.value(&x));
    }
}

/// A function in straight-line code with `R` results.
pub(super) struct Lanes<S, const R: usize>(PhantomData<S>);

impl<S: Straight<R>, const R: usize> Kind for Lanes<S, R> {
    const HAS_LANES: bool = true;
    const RESULTS: usize = R;

    #[inline(always)]
    fn run(loops: impl Loops, _: &Run, scratch: &mut [f64]) {
        loops.many::<S, R>(scratch);
    }
}

macro_rules! kinds {
    ($($Name:ident($loops:ident, $run:ident, $scratch:ident) $body:expr;)+) => {
        $(pub(super) struct $Name;
        impl Kind for $Name {
            #[inline(always)]
            fn run($loops: impl Loops, $run: &Run, $scratch: &mut [f64]) { $body }
        })+
    };
}

kinds! {
    MulAdd(loops, _run, _scratch) loops.map(|[a, b, c]| a * b + c);
    StrongAdd(loops, _run, _scratch) loops.map(|[a, b, c]| strong(a, b) + c);
    MulSub(loops, _run, _scratch) loops.map(|[a, b, c]| c - a * b);
    MulMulAdd(loops, _run, _scratch) loops.map(|[a, b, c, d]| a * b + c * d);
    Chain(loops, run, _scratch) loops.chains(run.arity as usize, |a, b| a * b);
    StrongChain(loops, run, _scratch) loops.chains(run.arity as usize, strong);
}

macro_rules! straight {
    ($($Name:ident($x:ident) -> $results:literal $common:expr $(, if $is_rare:expr => $rare:expr)?;)+) => {
        $(pub(super) struct $Name;
        impl Straight<$results> for $Name {
            #[inline(always)]
            fn common($x: f64) -> [f64; $results] { $common }
            $(#[inline(always)]
            fn is_rare($x: f64) -> bool { $is_rare }
            #[inline(always)]
            fn rare($x: f64) -> [f64; $results] { $rare })?
        })+
    };
}

straight! {
    Tanh(x) -> 1 [special::tanh(x)];
    Sech(x) -> 1 [special::common_sech(x)], if special::sech_is_rare(x) => [special::sech(x)];
    Sigmoid(x) -> 1 [special::common_sigmoids(x)[0]],
        if special::sigmoid_is_rare(x) => [special::sigmoid(x)];
    Sigmoids(x) -> 2 special::common_sigmoids(x),
        if special::sigmoid_is_rare(-x.abs()) => [special::sigmoid(x), special::sigmoid(-x)];
}

#[inline(always)]
fn strong(a: f64, b: f64) -> f64 {
    row::StrongMul::value(&[a, b])
}

/// One element.
#[inline(always)]
pub(super) fn single<K: Kind>(
    values: &mut [f64],
    arguments: &[u32],
    run: &Run,
    aside: &mut Aside<'_>,
) {
    let (x, out) = values.split_at_mut(run.at as usize);
    let arguments = &arguments[run.from as usize..];
    K::run(Single { x, out: &mut out[..K::RESULTS], arguments }, run, aside.scratch);
}

/// Elements whose arguments stand anywhere.
#[inline(always)]
pub(super) fn scattered<K: Kind>(
    values: &mut [f64],
    arguments: &[u32],
    run: &Run,
    aside: &mut Aside<'_>,
) {
    let (x, out) = values.split_at_mut(run.at as usize);
    let out = &mut out[..run.count as usize * K::RESULTS];
    let arguments = &arguments[run.from as usize..];
    K::run(Scattered { x, out, arguments }, run, aside.scratch);
}

/// Elements whose arguments stand next to each other or equally far apart.
#[inline(always)]
pub(super) fn dense<K: Kind, const STANDING: u8>(
    values: &mut [f64],
    arguments: &[u32],
    run: &Run,
    aside: &mut Aside<'_>,
) {
    let (x, out) = values.split_at_mut(run.at as usize);
    let out = &mut out[..run.room as usize * K::RESULTS];
    let (arguments, _) = arguments[run.from as usize..].as_chunks();
    let count = run.count as usize;
    K::run(Dense::<STANDING> { x, out, arguments, count }, run, aside.scratch);
}

/// An operation of any number of arguments, or one beside the table.
pub(super) fn alone(values: &mut [f64], arguments: &[u32], run: &Run, aside: &mut Aside<'_>) {
    let (x, out) = values.split_at_mut(run.at as usize);
    let arity = run.arity as usize;
    for (slot, &i) in aside.scratch.iter_mut().zip(&arguments[run.from as usize..][..arity]) {
        *slot = x[i as usize];
    }
    let arguments = &aside.scratch[..arity];
    if let Code::All(op) = run.code {
        out[0] = op.value(arguments);
    } else {
        let operation = aside.calls.next().expect("an operation for every call");
        eval_or_nan(operation, arguments, &mut out[..run.count as usize]);
    }
}
