//! Value and gradient of a closure in one call, in a graph that is kept for the next.

use super::sweep::{Few, adjoint};
use super::{Graph, Point, Value};
use crate::algebra::Algebra;

impl Graph {
    /// Value and gradient of a closure at `x`: what [`value_and_grad`](crate::value_and_grad) finds, recorded in this
    /// graph. The graph is cleared first, and keeps what the closure recorded until the next call.
    ///
    /// In a loop nothing is allocated, and of the ways to the gradient of a few operations this is the cheapest: the
    /// compiler sees that their records fit into memory and that there is nothing unusual among them.
    ///
    /// ```
    /// let mut graph = chainrule::Graph::new();
    /// let mut point = [3.0, -1.0];
    /// for _ in 0..100 {
    ///     let (_, slope) = graph.value_and_grad(|[x, y]| x.square() + 2.0 * y.square(), point);
    ///     point = std::array::from_fn(|k| point[k] - 0.1 * slope[k]);
    /// }
    /// assert!(point.iter().all(|x| x.abs() < 1e-9));
    /// ```
    ///
    /// # Panics
    ///
    /// If the closure returns a value of another graph.
    #[inline]
    pub fn value_and_grad<const N: usize>(
        &mut self,
        f: impl for<'g> FnOnce([Value<'g>; N]) -> Value<'g>,
        x: [f64; N],
    ) -> (f64, [f64; N]) {
        self.clear();
        match self.in_a_row(f, x) {
            Ok(found) => found,
            Err(root) => {
                let mut adjoints = self.adjoints(root.node);
                (root.value, slopes(&mut adjoints[..=root.node as usize]))
            }
        }
    }

    /// The same in a graph that was cleared; nothing but the result if its walk back is not that of few records.
    ///
    /// A function of its own: here the graph is behind an exclusive reference that goes nowhere else, so the compiler
    /// knows that writing a record does not change the graph's own fields.
    #[inline]
    fn in_a_row<const N: usize>(
        &mut self,
        f: impl for<'g> FnOnce([Value<'g>; N]) -> Value<'g>,
        x: [f64; N],
    ) -> Result<(f64, [f64; N]), Point> {
        self.store.start();
        let y = f(self.values(x));
        let root = y.raw();
        self.check_same(y.algebra(), Point::number(0.0), root);
        match self.store.sweep_few(root.node, N + 1, &mut Few::new()) {
            Some(adjoints) => Ok((root.value, slopes(adjoints))),
            None => Err(root),
        }
    }
}

/// The adjoints of the first nodes.
#[inline(always)]
fn slopes<const N: usize>(adjoints: &mut [f64]) -> [f64; N] {
    let mut slopes = [0.0; N];
    for (node, slope) in (1..).zip(&mut slopes) {
        *slope = adjoint(adjoints, node);
    }
    slopes
}
