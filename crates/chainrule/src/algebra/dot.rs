//! The inner product of two lists, as one node.

use super::{Algebra, Term, ops};

/// The inner product `Σ aᵢ·bᵢ` as one node.
///
/// ```
/// let graph = chainrule::Graph::new();
/// let w = graph.values([1.0, 2.0]);
/// let x = graph.values([10.0, 100.0]);
/// let y = chainrule::dot(&w, &x);
/// assert_eq!((y.value(), y.backward()[w[1]]), (210.0, 100.0));
/// ```
///
/// # Panics
///
/// If the lists are empty or differ in length.
#[must_use]
pub fn dot<'a, A: Algebra>(a: &[Term<'a, A>], b: &[Term<'a, A>]) -> Term<'a, A> {
    assert_eq!(a.len(), b.len(), "an inner product of lists of different lengths");
    let Some(first) = a.first() else { return ops::dot(&[]) };
    Term::new(first.algebra(), first.algebra().inner(a, b))
}
