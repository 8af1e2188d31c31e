//! The backward walk: from a result to everything it was computed from, newest node first.

use super::store::{Code, Index, is_wide};
use super::{Graph, Value};
use crate::algebra::{Num, Op, Term};
use std::ops::{Add, AddAssign, Index as At};
use std::sync::LazyLock;

/// Derivatives of one backward call with respect to every node: `gradient[x]`.
///
/// It belongs to the call that made it: a second [`Value::backward`] starts from zero, and
/// gradients of several losses are added with `+`.
#[derive(Clone, Debug, PartialEq)]
pub struct Gradient {
    adjoints: Vec<f64>,
    /// Address and epoch of the graph, to tell a value of another one.
    graph: (usize, u64),
}

impl<'g> Value<'g> {
    /// The derivative of this value with respect to every node it was computed from.
    ///
    /// Each node is visited once, newest first; contributions of a node that is used several
    /// times add up. A node whose derivative is exactly zero passes nothing on. Cost: one pass
    /// over the nodes up to this one, 8 bytes each.
    #[must_use]
    pub fn backward(self) -> Gradient {
        self.algebra().backward_from(&[(self, 1.0)])
    }
}

impl Graph {
    /// The derivative of `Σ weightᵢ·outputᵢ` with respect to every node: a vector-Jacobian product.
    ///
    /// ```
    /// let graph = chainrule::Graph::new();
    /// let [x, y] = graph.values([2.0, 3.0]);
    /// let gradient = graph.backward_from(&[(x * y, 1.0), (x + y, 10.0)]);
    /// assert_eq!((gradient[x], gradient[y]), (13.0, 12.0));
    /// ```
    ///
    /// # Panics
    ///
    /// If an output belongs to another graph.
    #[must_use]
    pub fn backward_from(&self, outputs: &[(Value<'_>, f64)]) -> Gradient {
        let last = outputs.iter().map(|(v, _)| v.raw().node).max().unwrap_or(0);
        let mut adjoints = vec![0.0; last as usize + 1];
        for (output, weight) in outputs {
            assert!(
                std::ptr::eq(self, output.algebra()),
                "`{}` belongs to a different graph",
                output.algebra().name_of(output.raw())
            );
            adjoints[output.raw().node as usize] += weight;
        }
        self.sweep(&mut adjoints);
        adjoints[0] = 0.0;
        Gradient { adjoints, graph: self.identity() }
    }

    fn sweep(&self, adjoints: &mut [f64]) {
        let store = self.store.borrow();
        let flows = &*FLOWS;
        for i in (1..adjoints.len()).rev() {
            let adjoint = adjoints[i];
            if adjoint == 0.0 {
                continue;
            }
            let record = store.record(i as Index);
            let Code::Operation(op) = record.code() else { continue };
            let flow = flows[op as usize];
            if !flow.wide {
                let [a, b] = record.nodes();
                if flow.carries[0] {
                    adjoints[a as usize] += record.numbers[0] * adjoint;
                }
                if flow.carries[1] {
                    adjoints[b as usize] += record.numbers[1] * adjoint;
                }
                continue;
            }
            for (k, argument) in store.arguments(op, i as Index).enumerate() {
                if flow.carries_to(k) {
                    adjoints[argument.node as usize] += argument.number * adjoint;
                }
            }
        }
    }

    fn identity(&self) -> (usize, u64) {
        (std::ptr::from_ref(self) as usize, self.epoch.get())
    }
}

impl Gradient {
    /// The derivative with respect to `x`; 0 if the result does not depend on it.
    ///
    /// # Panics
    ///
    /// If `x` belongs to another graph, or the graph was cleared since.
    #[must_use]
    pub fn of(&self, x: Value<'_>) -> f64 {
        self[x]
    }

    fn check(&self, x: Value<'_>) {
        assert!(
            self.graph == x.algebra().identity(),
            "`{}` is not a value of the graph that this gradient was taken in",
            x.algebra().name_of(x.raw())
        );
    }

    pub(super) fn at(&self, node: Index) -> f64 {
        self.adjoints.get(node as usize).copied().unwrap_or(0.0)
    }
}

impl At<Value<'_>> for Gradient {
    type Output = f64;

    fn index(&self, x: Value<'_>) -> &f64 {
        self.check(x);
        self.adjoints.get(x.raw().node as usize).unwrap_or(&0.0)
    }
}

/// Adds gradients of two losses over the same graph.
///
/// # Panics
///
/// If they were taken in different graphs.
impl AddAssign<&Gradient> for Gradient {
    fn add_assign(&mut self, other: &Gradient) {
        assert!(self.graph == other.graph, "gradients of two different graphs do not add");
        let longer = self.adjoints.len().max(other.adjoints.len());
        self.adjoints.resize(longer, 0.0);
        for (a, b) in self.adjoints.iter_mut().zip(&other.adjoints) {
            *a += b;
        }
    }
}

impl Add for Gradient {
    type Output = Gradient;

    fn add(mut self, other: Gradient) -> Gradient {
        self += &other;
        self
    }
}

/// Which arguments of an operation a derivative flows to.
#[derive(Clone, Copy, Debug)]
struct Flow {
    carries: [bool; 3],
    wide: bool,
}

impl Flow {
    /// Arguments of an operation of any number of them are all alike.
    fn carries_to(self, i: usize) -> bool {
        self.carries.get(i).is_none_or(|&carries| carries)
    }
}

/// Asked of the rules themselves, once.
static FLOWS: LazyLock<Vec<Flow>> = LazyLock::new(|| {
    let flow = |&op: &Op| {
        let mut carries = [false; 3];
        let count = op.info().arity().unwrap_or(3);
        let args = [Term::new(&Num, 0.5); 4];
        let count = if op.info().any { count + 1 } else { count };
        op.partials(&args[..count], args[0], |i, _| {
            if let Some(carries) = carries.get_mut(i) {
                *carries = true;
            }
        });
        Flow { carries, wide: is_wide(op) }
    };
    Op::ALL.iter().map(flow).collect()
});
