//! Short formulas of products as one instruction: what stands inside stays in a register.

use super::block::{Block, Results};
use super::code::Instruction;
use super::dispatch::{Body, Instructions, Step};
use super::lanes::Lanes;
use super::step::step;

/// A formula of places in the order of their letters. What stands in brackets is rounded before the
/// rest, which is rounded once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Formula {
    /// `−(a·b)`.
    Neg,
    /// `(a·b)·c`.
    Mul,
    /// `(a·b)·c + d`.
    Fma,
    /// `d − (a·b)·c`.
    Fnma,
    /// `(a·b)·c − d`.
    Fms,
    /// `(a·b) − c·d`.
    ProductLess,
    /// `c·d − (a·b)`.
    LessProduct,
    /// `(a·b) + c·d`, a sum of two products.
    Dot2,
    Dot3,
    /// `−((a·b) + c·d)`.
    NegDot2,
    /// `(e + a·b) + c·d`: one of two products that begins with something else.
    Plus2,
    Plus3,
}

impl Formula {
    /// A sum of so many products, if that is short.
    pub(super) fn dot(products: usize, begins_with_another: bool) -> Option<Self> {
        match (products, begins_with_another) {
            (2, false) => Some(Formula::Dot2),
            (3, false) => Some(Formula::Dot3),
            (2, true) => Some(Formula::Plus2),
            (3, true) => Some(Formula::Plus3),
            _ => None,
        }
    }

    /// The function of its instruction.
    pub(super) fn step(self, set: Instructions) -> Step {
        macro_rules! formula {
            (|$($place:ident)+| $value:expr) => {
                step!(set, |block, i| {
                    let (out, [$($place),+]) = (block.set(i.dst), block.all(i.a));
                    let rows = out.as_chunks_mut().0.iter_mut().zip(groups!($($place)+));
                    for (y, nested!($($place)+)) in rows {
                        $(let $place = L::load($place);)+
                        $value.store(y);
                    }
                })
            };
        }
        macro_rules! groups {
            ($place:ident) => { $place.as_chunks().0 };
            ($place:ident $($more:ident)+) => { groups!($place).iter().zip(groups!($($more)+)) };
        }
        macro_rules! nested {
            ($place:ident) => { $place };
            ($place:ident $($more:ident)+) => { ($place, nested!($($more)+)) };
        }
        match self {
            Formula::Neg => formula!(|a b| a.mul(b).neg()),
            Formula::Mul => formula!(|a b c| a.mul(b).mul(c)),
            Formula::Fma => formula!(|a b c d| a.mul(b).mul_add(c, d)),
            Formula::Fnma => formula!(|a b c d| a.mul(b).neg().mul_add(c, d)),
            Formula::Fms => formula!(|a b c d| a.mul(b).mul_add(c, d.neg())),
            Formula::ProductLess => formula!(|a b c d| c.neg().mul_add(d, a.mul(b))),
            Formula::LessProduct => formula!(|a b c d| c.mul_add(d, a.mul(b).neg())),
            Formula::Dot2 => formula!(|a b c d| c.mul_add(d, a.mul(b))),
            Formula::Dot3 => formula!(|a b c d e f| e.mul_add(f, c.mul_add(d, a.mul(b)))),
            Formula::NegDot2 => formula!(|a b c d| c.mul_add(d, a.mul(b)).neg()),
            Formula::Plus2 => formula!(|a b c d e| c.mul_add(d, a.mul_add(b, e))),
            Formula::Plus3 => {
                formula!(|a b c d e f g| e.mul_add(f, c.mul_add(d, a.mul_add(b, g))))
            }
        }
    }
}
