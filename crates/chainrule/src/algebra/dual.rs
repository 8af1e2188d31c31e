//! Dual numbers over another algebra: forward mode. They nest for higher orders, and over reverse
//! mode they give Hessian-vector products.

use super::{Algebra, Numeric, Op, Term};

/// Dual numbers `v + ε·t` with `ε² = 0`, whose parts are values of the algebra `A`.
///
/// ```
/// use chainrule::algebra::{Algebra, Dual, DualValue, Num, Term};
/// let dual = Dual(&Num);
/// let x = Term::new(&dual, DualValue { primal: 3.0, tangent: Some(1.0) });
/// assert_eq!((x * x).raw().tangent, Some(6.0));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Dual<'a, A>(pub &'a A);

/// A value and its tangent; `None` is a tangent that is zero by structure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DualValue<V> {
    /// The value itself.
    pub primal: V,
    /// Its directional derivative.
    pub tangent: Option<V>,
}

impl<A: Algebra> Algebra for Dual<'_, A> {
    type Value = DualValue<A::Value>;

    fn constant(&self, c: f64) -> Self::Value {
        DualValue { primal: self.0.constant(c), tangent: None }
    }

    /// A partial that is exactly zero contributes zero, whatever it meets: the mirror image of
    /// reverse mode, which does not propagate an adjoint that is exactly zero.
    fn apply(&self, op: Op, args: &[Self::Value]) -> Self::Value {
        let terms: Vec<Term<A>> = args.iter().map(|a| Term::new(self.0, a.primal)).collect();
        let primals: Vec<A::Value> = args.iter().map(|a| a.primal).collect();
        let y = Term::new(self.0, self.0.apply(op, &primals));
        let mut sum: Option<Term<A>> = None;
        if args.iter().any(|a| a.tangent.is_some()) {
            op.partials(&terms, y, |i, partial| {
                let Some(tangent) = args[i].tangent else { return };
                let part = if self.0.is_zero(partial.raw()) {
                    self.0.constant(0.0)
                } else {
                    self.0.chain(partial.raw(), tangent)
                };
                let part = Term::new(self.0, part);
                sum = Some(sum.map_or(part, |s| s + part));
            });
        }
        DualValue { primal: y.raw(), tangent: sum.map(Term::raw) }
    }

    fn is_zero(&self, value: Self::Value) -> bool {
        self.0.is_zero(value.primal) && value.tangent.is_none_or(|t| self.0.is_zero(t))
    }
}

impl<A: Numeric> Numeric for Dual<'_, A> {
    fn number(&self, value: Self::Value) -> f64 {
        self.0.number(value.primal)
    }
}
