//! How a kernel runs. No option changes a bit of any result.

use super::block::LANES;
use super::cache::{Caches, caches};
use super::dispatch::Instructions;
use super::plan::Plan;
use super::reduce::CHUNK;

/// How a kernel runs. No option changes a bit of any result.
///
/// ```
/// use chainrule::kernel::Options;
/// let two_threads = Options { threads: Some(2), ..Options::default() };
/// assert!(two_threads.instructions.is_available());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Threads that share the rows, no more than there are chunks of 4096; `None`, the default,
    /// takes as many as the machine offers if there is work enough for them.
    pub threads: Option<usize>,
    /// Rows of a block, a multiple of 8; `None`, the default, takes 16 to 256, by the sizes of the
    /// machine's caches.
    pub block: Option<usize>,
    /// Instruction set. Default: the best that the machine has.
    pub instructions: Instructions,
}

impl Default for Options {
    fn default() -> Self {
        Options { threads: None, block: None, instructions: Instructions::best() }
    }
}

impl Options {
    /// Rows of a block when there are `rows`: as many as keep what the instructions touch in the first cache, up to 256,
    /// so that the time between instructions counts for little; where that are fewer than 64, half
    /// of the second cache has to do.
    pub(super) fn block_for(&self, plan: &Plan, rows: usize) -> usize {
        let block = self.block.unwrap_or_else(|| {
            let row = (plan.columns + plan.slots) * size_of::<f64>();
            let Caches { first, second } = caches();
            let fits = |sizes: &[usize], cache| sizes.iter().copied().find(|b| b * row <= cache);
            fits(&[256, 128, 64], first).or_else(|| fits(&[128, 64, 32], second / 2)).unwrap_or(16)
        });
        let block = block.clamp(1, CHUNK).next_multiple_of(LANES);
        // Not a second one that is hardly filled.
        if rows <= 2 * block { rows.next_multiple_of(LANES) } else { block }
    }
}
