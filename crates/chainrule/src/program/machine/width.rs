//! How wide the registers are that the loops of a machine are compiled for. All of them do the same
//! roundings, so they give the same bits.

use super::{Machine, run};

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

/// [`run::run`] with registers of that width.
#[cfg_attr(target_arch = "x86_64", expect(unsafe_code, reason = "calls after a look for them"))]
pub(super) fn run(width: Width, machine: &Machine, values: &mut [f64], scratch: &mut [f64]) {
    match width.0 {
        #[cfg(target_arch = "x86_64")]
        Found::Eight => {
            // SAFETY: a `Width` holds only what `Width::all` found the processor to have.
            unsafe { x86::eight(machine, values, scratch) }
        }
        #[cfg(target_arch = "x86_64")]
        Found::Four => {
            // SAFETY: as above.
            unsafe { x86::four(machine, values, scratch) }
        }
        Found::Any => run::run(machine, values, scratch),
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{Machine, run};

    #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,avx2")]
    pub(super) fn eight(machine: &Machine, values: &mut [f64], scratch: &mut [f64]) {
        run::run(machine, values, scratch);
    }

    #[target_feature(enable = "avx2")]
    pub(super) fn four(machine: &Machine, values: &mut [f64], scratch: &mut [f64]) {
        run::run(machine, values, scratch);
    }
}
