//! Plain numbers: the reference that every other engine must equal.

use super::{Algebra, Numeric, Op, Row};

/// The algebra of `f64`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Num;

impl Algebra for Num {
    type Value = f64;

    #[inline]
    fn constant(&self, c: f64) -> f64 {
        c
    }

    fn apply(&self, op: Op, args: &[f64]) -> f64 {
        op.value(args)
    }

    #[inline]
    fn apply_row<R: Row>(&self, args: &[f64]) -> f64 {
        R::value(args)
    }

    #[inline]
    fn is_zero(&self, value: f64) -> bool {
        value == 0.0
    }
}

impl Numeric for Num {
    #[inline]
    fn number(&self, value: f64) -> f64 {
        value
    }
}
