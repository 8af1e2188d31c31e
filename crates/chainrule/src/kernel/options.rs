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
    /// Rows of a block when there are `rows`. The more, the less the time between instructions counts: 256 where all places
    /// fit into the first cache, else as many, up to 128, as half of the second one holds.
    pub(super) fn block_for(&self, plan: &Plan, rows: usize) -> usize {
        let block = self.block.unwrap_or_else(|| {
            let row = (plan.columns + plan.slots) * size_of::<f64>();
            let Caches { first, second } = caches();
            let sizes = [(256, first), (128, second / 2), (64, second / 2), (32, second / 2)];
            sizes.into_iter().find(|(size, cache)| size * row <= *cache).map_or(16, |s| s.0)
        });
        let block = block.clamp(1, CHUNK).next_multiple_of(LANES);
        // Not a second one that is hardly filled.
        if rows <= 2 * block { rows.next_multiple_of(LANES) } else { block }
    }
}
