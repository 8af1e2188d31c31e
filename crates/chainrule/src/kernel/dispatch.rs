//! Which instruction set runs the blocks. All of them give the same bits.

use super::block::{self, Frame, Results};
use super::plan::Plan;
use std::ops::Range;

/// An instruction set for which the interpreter is compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Instructions {
    /// AVX-512: eight numbers at once.
    Avx512,
    /// AVX2 with fused products: four numbers at once.
    Avx2,
    /// NEON, which every 64-bit ARM has: two numbers at once.
    Neon,
    /// What the target always has. Without a fused product in hardware it is slow, as it keeps the
    /// same bits.
    Portable,
}

impl Instructions {
    /// All of them, fastest first.
    pub const ALL: [Instructions; 4] =
        [Instructions::Avx512, Instructions::Avx2, Instructions::Neon, Instructions::Portable];

    /// Whether this machine has it.
    #[must_use]
    pub fn is_available(self) -> bool {
        match self {
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx512 => {
                is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512dq")
                    && is_x86_feature_detected!("avx512vl")
                    && is_x86_feature_detected!("avx512bw")
                    && Instructions::Avx2.is_available()
            }
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx2 => {
                is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")
            }
            #[cfg(not(target_arch = "x86_64"))]
            Instructions::Avx512 | Instructions::Avx2 => false,
            Instructions::Neon => cfg!(target_arch = "aarch64"),
            Instructions::Portable => true,
        }
    }

    /// The fastest that this machine has.
    #[must_use]
    pub fn best() -> Self {
        let found = Instructions::ALL.into_iter().find(|i| i.is_available());
        found.unwrap_or(Instructions::Portable)
    }
}

/// [`block::run`] with the instructions asked for, or the portable ones where the machine has not
/// got them.
#[cfg_attr(target_arch = "x86_64", expect(unsafe_code, reason = "calls after a look for them"))]
pub(super) fn run(
    instructions: Instructions,
    plan: &Plan,
    frame: &mut Frame,
    columns: &[&[f64]],
    rows: Range<usize>,
    uniforms: &[f64],
    results: &mut Results<'_, '_>,
) {
    match instructions {
        #[cfg(target_arch = "x86_64")]
        Instructions::Avx512 if instructions.is_available() => {
            // SAFETY: the machine has the features that the function enables.
            unsafe { x86::avx512(plan, frame, columns, rows, uniforms, results) }
        }
        #[cfg(target_arch = "x86_64")]
        Instructions::Avx2 if instructions.is_available() => {
            // SAFETY: the machine has the features that the function enables.
            unsafe { x86::avx2(plan, frame, columns, rows, uniforms, results) }
        }
        // No feature to enable: the target has it throughout.
        #[cfg(target_arch = "aarch64")]
        Instructions::Neon => {
            block::run::<super::lanes::Neon>(plan, frame, columns, rows, uniforms, results);
        }
        _ => block::run::<[f64; 8]>(plan, frame, columns, rows, uniforms, results),
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{Frame, Plan, Range, Results, block};
    use crate::kernel::lanes::{Avx2, Avx512};

    #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,avx2,fma")]
    pub(super) fn avx512(
        plan: &Plan,
        frame: &mut Frame,
        columns: &[&[f64]],
        rows: Range<usize>,
        uniforms: &[f64],
        results: &mut Results<'_, '_>,
    ) {
        block::run::<Avx512>(plan, frame, columns, rows, uniforms, results);
    }

    #[target_feature(enable = "avx2,fma")]
    pub(super) fn avx2(
        plan: &Plan,
        frame: &mut Frame,
        columns: &[&[f64]],
        rows: Range<usize>,
        uniforms: &[f64],
        results: &mut Results<'_, '_>,
    ) {
        block::run::<Avx2>(plan, frame, columns, rows, uniforms, results);
    }
}
