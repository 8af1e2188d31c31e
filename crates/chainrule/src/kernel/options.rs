//! How a kernel runs. No option changes a bit of any result.

use super::dispatch::Instructions;
use super::plan::Plan;

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
    /// Rows of a block, 16 or 64; `None`, the default, takes 64 unless that makes the slots too
    /// large for the cache.
    pub block: Option<usize>,
    /// Instruction set. Default: the best that the machine has.
    pub instructions: Instructions,
}

impl Default for Options {
    fn default() -> Self {
        Options { threads: None, block: None, instructions: Instructions::best() }
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
