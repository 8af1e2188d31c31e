//! A value of an algebra with operators: what user code and derivative rules are written in.

use super::ops::row;
use super::{Algebra, Numeric, Relation, Row};
use std::cmp::Ordering;
use std::{fmt, iter, ops};

/// A value of the algebra `A`, with operators, methods and comparison by value.
///
/// `Copy`, so that it is used like a number. Constants stand on either side: `2.0 * x`, `x + 1`.
pub struct Term<'a, A: Algebra> {
    algebra: &'a A,
    value: A::Value,
}

impl<A: Algebra> Clone for Term<'_, A> {
    #[inline]
    fn clone(&self) -> Self {
        *self
    }
}

impl<A: Algebra> Copy for Term<'_, A> {}

impl<'a, A: Algebra> Term<'a, A> {
    /// The term of `value` in `algebra`.
    #[inline]
    pub fn new(algebra: &'a A, value: A::Value) -> Self {
        Term { algebra, value }
    }

    /// The algebra that this term belongs to.
    #[inline]
    #[must_use]
    pub fn algebra(self) -> &'a A {
        self.algebra
    }

    /// The bare value in the algebra.
    #[inline]
    #[must_use]
    pub fn raw(self) -> A::Value {
        self.value
    }

    /// A constant of the same algebra.
    #[inline]
    #[must_use]
    pub fn constant(self, c: f64) -> Self {
        Term::new(self.algebra, self.algebra.constant(c))
    }

    /// The power `self^n` with a constant integer exponent; `x.powi(0)` is 1 with derivative 0.
    #[inline]
    #[must_use]
    pub fn powi(self, n: i32) -> Self {
        self.powc(f64::from(n))
    }

    /// The power `self^c` with a constant exponent; an integer-valued one follows the power rule
    /// for negative bases too.
    #[inline]
    #[must_use]
    pub fn powf(self, c: f64) -> Self {
        self.powc(c)
    }

    /// The operation of row `R` on `N` terms of this algebra.
    #[inline(always)]
    pub(crate) fn call<R: Row, const N: usize>(args: [Self; N]) -> Self {
        let first = args[0];
        for other in &args[1..] {
            first.algebra.check_same(other.algebra, first.value, other.value);
        }
        Term::new(first.algebra, first.algebra.apply_row::<R>(&args.map(|t| t.value)))
    }

    /// The operation of row `R`, which takes any number of arguments.
    ///
    /// # Panics
    ///
    /// If there is no argument: without one there is no algebra to answer in.
    pub(crate) fn call_any<R: Row>(args: impl IntoIterator<Item = Self>) -> Self {
        let mut args = args.into_iter();
        let Some(first) = args.next() else {
            panic!("`{}` of no terms has no value; pass at least one", R::OP.info().name)
        };
        let rest = args.map(|other| {
            first.algebra.check_same(other.algebra, first.value, other.value);
            other.value
        });
        let all = iter::once(first.value).chain(rest);
        Term::new(first.algebra, first.algebra.apply_all::<R>(all))
    }
}

impl<A: Numeric> Term<'_, A> {
    /// The number behind this term. What is computed from it further on is not recorded.
    #[inline]
    #[must_use]
    pub fn value(self) -> f64 {
        self.algebra.number(self.value)
    }
}

/// What may stand as a further argument of an operation: a term, or a number that becomes a
/// constant of the same algebra.
pub trait Operand<'a, A: Algebra> {
    /// The term of the algebra of `like`.
    fn operand(self, like: Term<'a, A>) -> Term<'a, A>;
}

impl<'a, A: Algebra> Operand<'a, A> for Term<'a, A> {
    #[inline]
    fn operand(self, _: Term<'a, A>) -> Term<'a, A> {
        self
    }
}

impl<'a, A: Algebra> Operand<'a, A> for &Term<'a, A> {
    #[inline]
    fn operand(self, _: Term<'a, A>) -> Term<'a, A> {
        *self
    }
}

impl<'a, A: Algebra> Operand<'a, A> for f64 {
    #[inline]
    fn operand(self, like: Term<'a, A>) -> Term<'a, A> {
        like.constant(self)
    }
}

impl<'a, A: Algebra> Operand<'a, A> for i32 {
    #[inline]
    fn operand(self, like: Term<'a, A>) -> Term<'a, A> {
        like.constant(f64::from(self))
    }
}

macro_rules! operators {
    ($($Trait:ident $f:ident $TraitAssign:ident $f_assign:ident)+) => { $(
        impl<'a, A: Algebra, R: Operand<'a, A>> ops::$Trait<R> for Term<'a, A> {
            type Output = Term<'a, A>;
            #[inline(always)]
            fn $f(self, right: R) -> Term<'a, A> {
                Term::call::<row::$Trait, 2>([self, right.operand(self)])
            }
        }
        impl<'a, A: Algebra, R: Operand<'a, A>> ops::$Trait<R> for &Term<'a, A> {
            type Output = Term<'a, A>;
            #[inline(always)]
            fn $f(self, right: R) -> Term<'a, A> {
                ops::$Trait::$f(*self, right)
            }
        }
        operators!(@number $Trait $f f64);
        operators!(@number $Trait $f i32);
        impl<'a, A: Algebra, R: Operand<'a, A>> ops::$TraitAssign<R> for Term<'a, A> {
            #[inline]
            fn $f_assign(&mut self, right: R) {
                *self = ops::$Trait::$f(*self, right);
            }
        }
    )+ };
    (@number $Trait:ident $f:ident $number:ty) => {
        impl<'a, A: Algebra> ops::$Trait<Term<'a, A>> for $number {
            type Output = Term<'a, A>;
            #[inline]
            fn $f(self, right: Term<'a, A>) -> Term<'a, A> {
                ops::$Trait::$f(self.operand(right), right)
            }
        }
        impl<'a, A: Algebra> ops::$Trait<&Term<'a, A>> for $number {
            type Output = Term<'a, A>;
            #[inline]
            fn $f(self, right: &Term<'a, A>) -> Term<'a, A> {
                ops::$Trait::$f(self, *right)
            }
        }
    };
}
operators! {
    Add add AddAssign add_assign
    Sub sub SubAssign sub_assign
    Mul mul MulAssign mul_assign
    Div div DivAssign div_assign
    Rem rem RemAssign rem_assign
}

impl<A: Algebra> ops::Neg for Term<'_, A> {
    type Output = Self;
    #[inline]
    fn neg(self) -> Self {
        Term::call::<row::Neg, 1>([self])
    }
}

impl<'a, A: Algebra> ops::Neg for &Term<'a, A> {
    type Output = Term<'a, A>;
    #[inline]
    fn neg(self) -> Term<'a, A> {
        -*self
    }
}

/// The sum of the terms as one node, added from left to right.
///
/// # Panics
///
/// If the iterator is empty: no term says which graph the sum belongs to.
impl<A: Algebra> iter::Sum for Term<'_, A> {
    fn sum<I: Iterator<Item = Self>>(terms: I) -> Self {
        Term::call_any::<row::Sum>(terms)
    }
}

impl<'s, 'a: 's, A: Algebra> iter::Sum<&'s Term<'a, A>> for Term<'a, A> {
    fn sum<I: Iterator<Item = &'s Self>>(terms: I) -> Self {
        terms.copied().sum()
    }
}

/// The product of the terms as one node, multiplied from left to right.
///
/// # Panics
///
/// If the iterator is empty.
impl<A: Algebra> iter::Product for Term<'_, A> {
    fn product<I: Iterator<Item = Self>>(terms: I) -> Self {
        Term::call_any::<row::Product>(terms)
    }
}

impl<'s, 'a: 's, A: Algebra> iter::Product<&'s Term<'a, A>> for Term<'a, A> {
    fn product<I: Iterator<Item = &'s Self>>(terms: I) -> Self {
        terms.copied().product()
    }
}

/// Equal *values*. Whether two handles are the same node is a question for
/// [`Value::id`](crate::Value::id).
impl<A: Numeric> PartialEq for Term<'_, A> {
    fn eq(&self, other: &Self) -> bool {
        self.ask(Relation::Equal, other.value)
    }
}

/// By value; while a [`Function`](crate::Function) is recorded, every answer is remembered.
impl<A: Numeric> PartialOrd for Term<'_, A> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.order(other.value)
    }
    fn lt(&self, other: &Self) -> bool {
        self.ask(Relation::Less, other.value)
    }
    fn le(&self, other: &Self) -> bool {
        self.ask(Relation::LessOrEqual, other.value)
    }
    fn gt(&self, other: &Self) -> bool {
        self.ask(Relation::Greater, other.value)
    }
    fn ge(&self, other: &Self) -> bool {
        self.ask(Relation::GreaterOrEqual, other.value)
    }
}

impl<A: Numeric> Term<'_, A> {
    #[inline]
    fn ask(&self, relation: Relation, other: A::Value) -> bool {
        let held = relation.holds(self.value(), self.algebra.number(other));
        self.algebra.compared(self.value, relation, other, held);
        held
    }

    fn order(&self, other: A::Value) -> Option<Ordering> {
        if self.ask(Relation::Less, other) {
            Some(Ordering::Less)
        } else if self.ask(Relation::Equal, other) {
            Some(Ordering::Equal)
        } else if self.ask(Relation::Greater, other) {
            Some(Ordering::Greater)
        } else {
            None
        }
    }
}

macro_rules! compare_with_numbers {
    ($($number:ty)+) => { $(
        impl<A: Numeric> PartialEq<$number> for Term<'_, A> {
            fn eq(&self, other: &$number) -> bool {
                *self == self.constant(f64::from(*other))
            }
        }
        impl<A: Numeric> PartialOrd<$number> for Term<'_, A> {
            fn partial_cmp(&self, other: &$number) -> Option<Ordering> {
                self.partial_cmp(&self.constant(f64::from(*other)))
            }
            fn lt(&self, other: &$number) -> bool {
                *self < self.constant(f64::from(*other))
            }
            fn le(&self, other: &$number) -> bool {
                *self <= self.constant(f64::from(*other))
            }
            fn gt(&self, other: &$number) -> bool {
                *self > self.constant(f64::from(*other))
            }
            fn ge(&self, other: &$number) -> bool {
                *self >= self.constant(f64::from(*other))
            }
        }
        impl<A: Numeric> PartialEq<Term<'_, A>> for $number {
            fn eq(&self, other: &Term<'_, A>) -> bool {
                other == self
            }
        }
        impl<A: Numeric> PartialOrd<Term<'_, A>> for $number {
            fn partial_cmp(&self, other: &Term<'_, A>) -> Option<Ordering> {
                other.constant(f64::from(*self)).partial_cmp(other)
            }
            fn lt(&self, other: &Term<'_, A>) -> bool {
                other > self
            }
            fn le(&self, other: &Term<'_, A>) -> bool {
                other >= self
            }
            fn gt(&self, other: &Term<'_, A>) -> bool {
                other < self
            }
            fn ge(&self, other: &Term<'_, A>) -> bool {
                other <= self
            }
        }
    )+ };
}
compare_with_numbers!(f64 i32);

/// Leaves the graph: what is computed from the number is not recorded.
impl<A: Numeric> From<Term<'_, A>> for f64 {
    fn from(term: Term<'_, A>) -> f64 {
        term.value()
    }
}

impl<A: Algebra> fmt::Debug for Term<'_, A>
where
    A::Value: fmt::Debug,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Term").field(&self.value).finish()
    }
}
