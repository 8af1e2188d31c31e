//! The backward walk: from a result to everything it was computed from, newest node first.

use super::store::{Index, is_wide};
use super::{Graph, Value};
use crate::algebra::{Num, Op, Term};
use std::cell::Cell;
use std::ops::{Add, AddAssign, Index as At, Range};
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
        let graph = self.algebra();
        let root = self.raw().node as usize;
        let mut adjoints = zeros(root + 1);
        adjoints[root] = 1.0;
        graph.finish(adjoints)
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
        let mut adjoints = zeros(last as usize + 1);
        for (output, weight) in outputs {
            self.check_owns(*output);
            adjoints[output.raw().node as usize] += weight;
        }
        self.finish(adjoints)
    }

    /// Carries the adjoints of the outputs down to everything below them.
    fn finish(&self, mut adjoints: Vec<f64>) -> Gradient {
        self.sweep(&mut adjoints);
        adjoints[0] = 0.0;
        Gradient { adjoints, graph: self.identity() }
    }

    /// Carries adjoints through those records, last first; none is an output of a call.
    pub(super) fn sweep_records(&self, adjoints: &mut [f64], range: Range<usize>) {
        let flows = &*FLOWS;
        self.store.with_records(range.end, |records| {
            for i in range.rev() {
                let adjoint = adjoints[i];
                if adjoint == 0.0 {
                    continue;
                }
                let record = records[i];
                let [a, b] = record.nodes().map(|node| node as usize);
                match flows[usize::from(record.byte())] {
                    Flow::Nothing => {}
                    Flow::First => adjoints[a] += record.numbers[0] * adjoint,
                    Flow::Second => adjoints[b] += record.numbers[1] * adjoint,
                    Flow::Both => {
                        adjoints[a] += record.numbers[0] * adjoint;
                        adjoints[b] += record.numbers[1] * adjoint;
                    }
                    Flow::Any => {
                        for pair in &records[i - a.div_ceil(2)..i] {
                            let [a, b] = pair.nodes().map(|node| node as usize);
                            adjoints[a] += pair.numbers[0] * adjoint;
                            adjoints[b] += pair.numbers[1] * adjoint;
                        }
                    }
                    Flow::Three(carries) => {
                        for k in (0..3).filter(|&k| carries[k]) {
                            let pair = records[i - 2 + k / 2];
                            let node = pair.nodes()[k % 2] as usize;
                            adjoints[node] += pair.numbers[k % 2] * adjoint;
                        }
                    }
                }
            }
        });
    }

    #[inline]
    fn identity(&self) -> (usize, u64) {
        (std::ptr::from_ref(self) as usize, self.epoch.get())
    }
}

thread_local! {
    /// Memory of the last gradient that was dropped, for the next one: in a loop of steps nothing
    /// is allocated.
    static SPARE: Cell<Vec<f64>> = const { Cell::new(Vec::new()) };
}

/// So many zeros, in memory that was used before where there is some.
fn zeros(count: usize) -> Vec<f64> {
    let mut numbers = SPARE.take();
    numbers.clear();
    numbers.resize(count, 0.0);
    numbers
}

/// More numbers than this are given back to the system.
const MOST_SPARE: usize = 1 << 23;

impl Drop for Gradient {
    fn drop(&mut self) {
        if self.adjoints.capacity() <= MOST_SPARE {
            // A thread that is ending has no use for it.
            let _ = SPARE.try_with(|spare| spare.set(std::mem::take(&mut self.adjoints)));
        }
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

    /// The value and its derivative as micrograd prints them.
    ///
    /// ```
    /// let graph = chainrule::Graph::new();
    /// let x = graph.value(3.0);
    /// assert_eq!(x.backward().micrograd(x), "Value(data=3.0, grad=1)");
    /// ```
    ///
    /// # Panics
    ///
    /// As for [`of`](Gradient::of).
    #[must_use]
    pub fn micrograd(&self, x: Value<'_>) -> String {
        format!("Value(data={:?}, grad={})", x.value(), self[x])
    }

    #[inline]
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

    #[inline]
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

/// Which arguments of a record a derivative flows to.
#[derive(Clone, Copy, Debug)]
enum Flow {
    Nothing,
    First,
    Second,
    Both,
    /// To those of three that are marked.
    Three([bool; 3]),
    /// To all of any number.
    Any,
}

/// By the byte of a record; asked of the rules themselves, once.
static FLOWS: LazyLock<[Flow; 256]> = LazyLock::new(|| {
    let mut flows = [Flow::Nothing; 256];
    for &op in Op::ALL {
        let mut carries = [false; 3];
        let args = [Term::new(&Num, 0.5); 4];
        let count = op.info().arity().unwrap_or(args.len());
        op.partials(&args[..count], args[0], |i, _| {
            if let Some(carries) = carries.get_mut(i) {
                *carries = true;
            }
        });
        flows[op as usize] = match carries {
            _ if op.info().any => Flow::Any,
            _ if is_wide(op) => Flow::Three(carries),
            [true, true, _] => Flow::Both,
            [true, false, _] => Flow::First,
            [false, true, _] => Flow::Second,
            [false, false, _] => Flow::Nothing,
        };
    }
    flows
});
