//! Every way in which a kernel can be run.

#![allow(dead_code, reason = "each test uses its own part")]

use chainrule::kernel::{Instructions, Options};

/// Instruction sets that this machine has, small and large blocks, 1, 2, 3 and 8 threads.
pub(crate) fn every_way() -> Vec<Options> {
    let mut ways = Vec::new();
    for instructions in Instructions::ALL {
        if !instructions.is_available() {
            println!("skipped: this machine has no {instructions:?}");
            continue;
        }
        for block in [8, 24, 64, 256] {
            for threads in [1, 2, 3, 8] {
                ways.push(Options { threads: Some(threads), block: Some(block), instructions });
            }
        }
    }
    ways
}

pub(crate) fn bits(x: &[f64]) -> Vec<u64> {
    x.iter().map(|v| v.to_bits()).collect()
}

pub(crate) fn slices(columns: &[Vec<f64>]) -> Vec<&[f64]> {
    columns.iter().map(Vec::as_slice).collect()
}
