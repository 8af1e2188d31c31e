//! How a kernel runs. No option changes a bit of any result.

use super::dispatch::Instructions;
use super::plan::Plan;

/// How a kernel runs. No option changes a bit of any result.
///
/// ```
/// use chainrule::kernel::Options;
/// let one = Options { threads: 1, ..Options::default() };
/// assert!(Options::default().threads >= one.threads);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Most threads that one call uses; few rows are done by one. Default: as many as the machine
    /// offers.
    pub threads: usize,
    /// Rows of a block, 16 or 64; `None`, the default, takes 64 unless that makes the slots too
    /// large for the cache.
    pub block: Option<usize>,
    /// Instruction set. Default: the best that the machine has.
    pub instructions: Instructions,
}

impl Default for Options {
    fn default() -> Self {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        Options { threads, block: None, instructions: Instructions::best() }
    }
}

/// Bytes that the slots of a block may take: half of a common second-level cache.
const CACHE: usize = 512 * 1024;

impl Options {
    pub(super) fn block_for(&self, plan: &Plan) -> usize {
        let large = plan.slots * 64 * size_of::<f64>() > CACHE;
        self.block.unwrap_or(if large { 16 } else { 64 })
    }
}
