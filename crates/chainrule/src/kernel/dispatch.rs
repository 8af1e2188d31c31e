//! Which instruction set runs the blocks. All of them give the same bits.

#![expect(unsafe_code, reason = "calls what was compiled for features that were looked for")]

use super::block::{Block, Results};
use super::code::Instruction;
use super::lanes::Lanes;
use std::sync::OnceLock;

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

/// What an instruction does to a block of rows, written once for all instruction sets.
pub(super) trait Body {
    fn run<L: Lanes>(block: Block<'_>, i: Instruction, results: &mut Results<'_, '_>);
}

/// A [`Body`] compiled for an instruction set. One function with all of them would be so large that
/// its loops lack registers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step(unsafe fn(&Block<'_>, &Instruction, &mut Results<'_, '_>));

impl Step {
    /// For the instruction set asked for, or the portable one where the machine has not got it.
    pub(super) fn of<B: Body>(instructions: Instructions) -> Step {
        match instructions {
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx512 if instructions.is_available() => Step(x86::avx512::<B>),
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx2 if instructions.is_available() => Step(x86::avx2::<B>),
            // No feature to enable: the target has it throughout.
            #[cfg(target_arch = "aarch64")]
            Instructions::Neon => Step(compiled::<B, super::lanes::Neon>),
            _ => Step(compiled::<B, [f64; 8]>),
        }
    }

    #[inline(always)]
    pub(super) fn call(self, block: &Block<'_>, i: &Instruction, results: &mut Results<'_, '_>) {
        // SAFETY: `of` looked for the features that the function enables.
        unsafe { (self.0)(block, i, results) }
    }
}

fn compiled<B: Body, L: Lanes>(block: &Block<'_>, i: &Instruction, results: &mut Results<'_, '_>) {
    B::run::<L>(*block, *i, results);
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{Block, Body, Instruction, Results};
    use crate::kernel::lanes::{Avx2, Avx512};

    #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,avx2,fma")]
    pub(super) fn avx512<B: Body>(
        block: &Block<'_>,
        i: &Instruction,
        results: &mut Results<'_, '_>,
    ) {
        B::run::<Avx512>(*block, *i, results);
    }

    #[target_feature(enable = "avx2,fma")]
    pub(super) fn avx2<B: Body>(block: &Block<'_>, i: &Instruction, results: &mut Results<'_, '_>) {
        B::run::<Avx2>(*block, *i, results);
    }
}

/// The functions of a plan's instructions, found once for each instruction set.
#[derive(Debug, Default)]
pub(super) struct Steps([OnceLock<Vec<Step>>; Instructions::ALL.len()]);

impl Steps {
    pub(super) fn get(&self, instructions: Instructions, find: impl Fn() -> Vec<Step>) -> &[Step] {
        self.0[instructions as usize].get_or_init(find)
    }
}
