//! How wide the registers are that the loops of a machine are compiled for. All of them do the same
//! roundings, so they give the same bits.

use super::dense::{APART, NEXT, SAME};
use super::run::{self, Aside, Each, Kind, Lanes, Other};
use super::{Code, Run, Shape};
use crate::algebra::{Op, ops::row};

/// A width that this processor has: made by [`Width::default`] alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Width(Found);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    /// AVX-512: eight numbers.
    #[cfg(target_arch = "x86_64")]
    Eight,
    /// AVX2: four numbers.
    #[cfg(target_arch = "x86_64")]
    Four,
    /// What the target always has.
    Any,
}

impl Default for Width {
    /// The widest that this processor has.
    fn default() -> Self {
        Width::all().next().expect("the last one is always there")
    }
}

impl Width {
    /// All that this processor has, widest first.
    pub(super) fn all() -> impl Iterator<Item = Width> {
        #[cfg(target_arch = "x86_64")]
        let wide = {
            let four = is_x86_feature_detected!("avx2");
            let eight = four
                && is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("avx512vl")
                && is_x86_feature_detected!("avx512bw");
            [eight.then_some(Found::Eight), four.then_some(Found::Four)]
        };
        #[cfg(not(target_arch = "x86_64"))]
        let wide = [None];
        wide.into_iter().flatten().chain([Found::Any]).map(Width)
    }
}

/// The function of a run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step(unsafe fn(&mut [f64], &[u32], &Run, &mut Aside<'_>));

impl Step {
    /// For runs of that code, with registers of that width where it matters.
    pub(super) fn new(width: Width, code: Code, shape: Shape) -> Step {
        match code {
            Code::Each(op) => each(width, op, shape),
            Code::MulAdd => of::<run::MulAdd>(width, shape),
            Code::StrongAdd => of::<run::StrongAdd>(width, shape),
            Code::MulSub => of::<run::MulSub>(width, shape),
            Code::MulMulAdd => of::<run::MulMulAdd>(width, shape),
            Code::Chain => chain::<run::Chain>(width, shape),
            Code::StrongChain => chain::<run::StrongChain>(width, shape),
            Code::Sigmoids => of::<Lanes<run::Sigmoids, 2>>(width, shape),
            Code::All(_) | Code::Call => Step(run::alone),
        }
    }

    #[inline(always)]
    #[expect(unsafe_code, reason = "calls what was compiled for this processor")]
    pub(super) fn call(
        self,
        values: &mut [f64],
        arguments: &[u32],
        run: &Run,
        aside: &mut Aside<'_>,
    ) {
        // SAFETY: a function that is unsafe to call is compiled for a `Width`, which holds only what
        // `Width::all` found the processor to have.
        unsafe { (self.0)(values, arguments, run, aside) }
    }
}

fn each(width: Width, op: Op, shape: Shape) -> Step {
    macro_rules! each {
        ($($one:ident)+; $($two:ident)+; $($three:ident)+; $($many:ident)+) => {
            match op {
                $(Op::$one => of::<Each<row::$one, 1>>(width, shape),)+
                $(Op::$two => of::<Each<row::$two, 2>>(width, shape),)+
                $(Op::$three => of::<Each<row::$three, 3>>(width, shape),)+
                $(Op::$many => of::<Lanes<run::$many, 1>>(width, shape),)+
                _ => match op.info().arguments.len() {
                    1 => of::<Other<1>>(width, shape),
                    2 => of::<Other<2>>(width, shape),
                    _ => of::<Other<3>>(width, shape),
                },
            }
        };
    }
    each! {
        Neg Recip Square Sqrt Exp Ln Sin Cos Abs Relu Signum;
        Add Sub Mul Div StrongMul Min Max Lt Le Gt Ge Eq Ne And Powc;
        Select Clamp MulAdd;
        Tanh Sech Sigmoid
    }
}

fn of<K: Kind>(width: Width, shape: Shape) -> Step {
    match (shape, width.0) {
        (Shape::Single, _) => Step(run::single::<K>),
        #[cfg(target_arch = "x86_64")]
        (Shape::Dense, Found::Eight) => Step(x86::eight_dense::<K>),
        #[cfg(target_arch = "x86_64")]
        (Shape::Dense, Found::Four) => Step(x86::four_dense::<K>),
        (Shape::Dense, Found::Any) => Step(run::dense::<K, NEXT>),
        #[cfg(target_arch = "x86_64")]
        (Shape::Mixed, Found::Eight) => Step(x86::eight_mixed::<K>),
        #[cfg(target_arch = "x86_64")]
        (Shape::Mixed, Found::Four) => Step(x86::four_mixed::<K>),
        (Shape::Mixed, Found::Any) => Step(run::dense::<K, SAME>),
        #[cfg(target_arch = "x86_64")]
        (Shape::Scattered, Found::Eight) if K::HAS_LANES => Step(x86::eight_scattered::<K>),
        #[cfg(target_arch = "x86_64")]
        (Shape::Scattered, Found::Four) if K::HAS_LANES => Step(x86::four_scattered::<K>),
        (Shape::Scattered, _) => Step(run::scattered::<K>),
        (Shape::Apart, _) => unreachable!("for chains alone"),
    }
}

fn chain<K: Kind>(width: Width, shape: Shape) -> Step {
    match (shape, width.0) {
        #[cfg(target_arch = "x86_64")]
        (Shape::Apart, Found::Eight) => Step(x86::eight_apart::<K>),
        #[cfg(target_arch = "x86_64")]
        (Shape::Apart, Found::Four) => Step(x86::four_apart::<K>),
        (Shape::Apart, Found::Any) => Step(run::dense::<K, APART>),
        _ => of::<K>(width, shape),
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::run::{self, Aside, Kind};
    use super::{APART, NEXT, Run, SAME};

    macro_rules! compiled {
        ($($name:ident $features:literal $of:expr;)+) => {
            $(#[target_feature(enable = $features)]
            pub(super) fn $name<K: Kind>(
                values: &mut [f64],
                arguments: &[u32],
                run: &Run,
                aside: &mut Aside<'_>,
            ) {
                $of(values, arguments, run, aside);
            })+
        };
    }
    compiled! {
        eight_dense "avx512f,avx512dq,avx512vl,avx512bw,avx2" run::dense::<K, NEXT>;
        four_dense "avx2" run::dense::<K, NEXT>;
        eight_mixed "avx512f,avx512dq,avx512vl,avx512bw,avx2" run::dense::<K, SAME>;
        four_mixed "avx2" run::dense::<K, SAME>;
        eight_apart "avx512f,avx512dq,avx512vl,avx512bw,avx2" run::dense::<K, APART>;
        four_apart "avx2" run::dense::<K, APART>;
        eight_scattered "avx512f,avx512dq,avx512vl,avx512bw,avx2" run::scattered::<K>;
        four_scattered "avx2" run::scattered::<K>;
    }
}
