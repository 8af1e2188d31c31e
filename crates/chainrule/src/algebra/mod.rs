//! What a formula may be evaluated in: numbers, dual numbers, graph nodes, programs.
//!
//! A row of the [table](ops) says what an operation *is*; an [`Algebra`] says what to *do* with
//! it. Formulas and derivative rules are written once, over [`Term`], and run in any algebra.

mod dot;
mod dual;
mod num;
pub mod ops;
pub(crate) mod special;
mod table;
mod term;

pub use dot::dot;
pub use dual::{Dual, DualValue};
pub use num::Num;
pub use ops::Op;
pub use table::{Domain, Info, Row};
pub use term::{Operand, Term};

/// An interpretation of the operations.
///
/// ```
/// use chainrule::algebra::{Algebra, Num, Op};
/// assert_eq!(Num.apply(Op::Mul, &[2.0, -3.0]), -6.0);
/// ```
pub trait Algebra: Sized {
    /// What a formula evaluates to.
    type Value: Copy;

    /// The constant `c`.
    fn constant(&self, c: f64) -> Self::Value;

    /// `op` of `args`, which are as many as its arity asks for.
    fn apply(&self, op: Op, args: &[Self::Value]) -> Self::Value;

    /// The operation of one row, known when compiling, so that no `match` remains at run time.
    #[inline]
    fn apply_row<R: Row>(&self, args: &[Self::Value]) -> Self::Value {
        self.apply(R::OP, args)
    }

    /// The same for an operation of any number of arguments, which come one by one.
    fn apply_all<R: Row>(&self, args: impl Iterator<Item = Self::Value>) -> Self::Value {
        self.apply_row::<R>(&args.collect::<Vec<_>>())
    }

    /// Whether `value` is known to be exactly zero, so that the chain rule carries nothing on.
    fn is_zero(&self, value: Self::Value) -> bool;

    /// One link of the chain rule: `adjoint · partial`, where an adjoint that is exactly zero
    /// wins. [`is_zero`](Algebra::is_zero) was asked before.
    #[inline]
    fn chain(&self, adjoint: Self::Value, partial: Self::Value) -> Self::Value {
        self.apply_row::<ops::row::Mul>(&[partial, adjoint])
    }

    /// The inner product of two lists of equal length: the row `dot` of their elements in turn,
    /// which an algebra may record without a detour.
    fn inner(&self, a: &[Term<'_, Self>], b: &[Term<'_, Self>]) -> Self::Value {
        let pairs: Vec<_> = a.iter().zip(b).flat_map(|(a, b)| [a.raw(), b.raw()]).collect();
        self.apply_row::<ops::row::Dot>(&pairs)
    }

    /// Called before an operation joins values of `self` and `other`.
    ///
    /// # Panics
    ///
    /// Where values of two different instances do not mix, as with two graphs.
    #[inline]
    fn check_same(&self, other: &Self, mine: Self::Value, theirs: Self::Value) {
        let _ = (other, mine, theirs);
    }
}

/// An algebra whose values have a number to look at: to print, to compare, to branch on.
pub trait Numeric: Algebra {
    /// The number behind `value`.
    fn number(&self, value: Self::Value) -> f64;

    /// Called when a program compared two values, and so may go one way or another.
    #[inline]
    fn compared(&self, left: Self::Value, relation: Relation, right: Self::Value, held: bool) {
        let _ = (left, relation, right, held);
    }
}

/// A question that a comparison asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the symbols say it")]
pub enum Relation {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
}

impl Relation {
    /// The answer for two numbers.
    #[must_use]
    pub fn holds(self, left: f64, right: f64) -> bool {
        match self {
            Relation::Less => left < right,
            Relation::LessOrEqual => left <= right,
            Relation::Greater => left > right,
            Relation::GreaterOrEqual => left >= right,
            Relation::Equal => left == right,
        }
    }

    /// The relation with that sign.
    #[must_use]
    pub fn from_symbol(symbol: &str) -> Option<Relation> {
        use Relation::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual};
        let all = [Less, LessOrEqual, Greater, GreaterOrEqual, Equal];
        all.into_iter().find(|r| r.symbol() == symbol)
    }

    /// The sign between the two.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        match self {
            Relation::Less => "<",
            Relation::LessOrEqual => "<=",
            Relation::Greater => ">",
            Relation::GreaterOrEqual => ">=",
            Relation::Equal => "==",
        }
    }
}
