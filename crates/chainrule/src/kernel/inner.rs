//! What the instructions that add products to sums compute themselves.

use super::fuse::{Id, Kind, Rows};
use crate::algebra::Op;

/// Nodes that are computed inside of the instruction that adds products with them to sums.
pub(super) struct Inner {
    /// Differences of a column and a number.
    pub(super) is_difference: Vec<bool>,
    /// Products that are the common factor.
    pub(super) is_factor: Vec<bool>,
}

impl Inner {
    pub(super) fn new(rows: &Rows, products: &[bool], results: &[Vec<u32>]) -> Self {
        let n = rows.nodes.len();
        let is_product = |i: usize| {
            let number = |&a: &Id| rows.uniform(a).is_some();
            rows.nodes[i].kind == Kind::Operation(Op::Mul) && !rows.nodes[i].args.iter().any(number)
        };
        let (mut as_difference, mut as_factor) = (vec![0; n], vec![0; n]);
        for i in (0..n).filter(|&i| products[i] && is_product(i)) {
            let &[a, b] = &rows.nodes[i].args[..] else { continue };
            for (factor, other) in [(a, b), (b, a)] {
                if factor != other && rows.difference(other).is_none() {
                    as_difference[factor as usize] += 1;
                }
                if factor != other && !is_product(other as usize) {
                    as_factor[factor as usize] += 1;
                }
            }
        }
        let is_difference = (0..n)
            .map(|i| rows.difference(i as Id).is_some() && as_difference[i] == rows.uses[i])
            .collect();
        let is_factor = (0..n)
            .map(|i| {
                let own = results[i].len() as u32;
                let inside = !products[i] && is_product(i) && as_factor[i] > 0 && own <= 1;
                inside && as_factor[i] + own == rows.uses[i]
            })
            .collect();
        Inner { is_difference, is_factor }
    }
}
