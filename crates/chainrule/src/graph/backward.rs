//! The backward walk: from a result to everything it was computed from, newest node first.

use super::record::Index;
use super::sweep::{Few, adjoint};
use super::{Graph, Value};
use crate::algebra::Algebra;
use std::cell::{Cell, RefMut};
use std::fmt;
use std::ops::{Add, AddAssign, Index as At};

/// Derivatives of one backward call with respect to every node: `gradient[x]`.
///
/// It belongs to the call that made it: a second [`Value::backward`] starts from zero, and
/// gradients of several losses are added with `+`.
#[derive(Clone)]
pub struct Gradient {
    /// Memory that was used before; its first `count` numbers are adjoints.
    memory: Box<[f64]>,
    count: usize,
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
        let count = self.raw().node as usize + 1;
        let mut memory = SPARE.take();
        graph.sweep(1.0, zero(&mut memory, count));
        Gradient { memory, count, graph: graph.identity() }
    }

    /// The derivatives of this value with respect to some others, in their order: what
    /// [`backward`](Value::backward) finds, without a [`Gradient`] to keep. In a loop over small graphs this is
    /// the cheaper way.
    ///
    /// ```
    /// let graph = chainrule::Graph::new();
    /// let [x, y] = graph.values([2.0, 3.0]);
    /// assert_eq!((x * y + x).gradient([x, y]), [4.0, 2.0]);
    /// ```
    ///
    /// # Panics
    ///
    /// If an input belongs to another graph.
    #[inline(always)]
    #[must_use]
    pub fn gradient<const N: usize>(self, inputs: [Value<'_>; N]) -> [f64; N] {
        let mut slopes = [0.0; N];
        self.gradient_into(&inputs, &mut slopes);
        slopes
    }

    /// [`gradient`](Value::gradient) for any number of inputs, into memory of the caller: a loop that clears its
    /// graph and asks like this allocates nothing.
    ///
    /// ```
    /// let mut graph = chainrule::Graph::new();
    /// let (mut point, mut slope) = ([3.0, -1.0], [0.0; 2]);
    /// for _ in 0..100 {
    ///     graph.clear();
    ///     let x = graph.values(point);
    ///     (x[0].square() + 2.0 * x[1].square()).gradient_into(&x, &mut slope);
    ///     point = std::array::from_fn(|k| point[k] - 0.1 * slope[k]);
    /// }
    /// assert!(point.iter().all(|x| x.abs() < 1e-9));
    /// ```
    ///
    /// # Panics
    ///
    /// If an input belongs to another graph, or there are not as many `slopes` as inputs.
    #[inline(always)]
    pub fn gradient_into(self, inputs: &[Value<'_>], slopes: &mut [f64]) {
        assert_eq!(inputs.len(), slopes.len(), "one slope for each input");
        let graph = self.algebra();
        for input in inputs {
            graph.check_same(input.algebra(), self.raw(), input.raw());
        }
        let root = self.raw().node;
        let mut read = |adjoints: &mut [f64]| {
            for (slope, input) in slopes.iter_mut().zip(inputs) {
                *slope = adjoint(adjoints, input.raw().node);
            }
        };
        match graph.store.sweep_few(root, graph.store.first_not_input(), &mut Few::new()) {
            Some(adjoints) => read(adjoints),
            None => read(&mut graph.adjoints(root)[..=root as usize]),
        }
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
        let count = last as usize + 1;
        let mut memory = SPARE.take();
        let adjoints = zero(&mut memory, count);
        for (output, weight) in outputs {
            self.check_owns(*output);
            adjoints[output.raw().node as usize] += weight;
        }
        self.sweep(adjoints[count - 1], adjoints);
        Gradient { memory, count, graph: self.identity() }
    }

    /// The adjoints of one output, in memory of the graph; what lies behind the output's is left from before.
    #[inline(never)]
    pub(super) fn adjoints(&self, root: Index) -> RefMut<'_, Box<[f64]>> {
        let mut memory = self.spare.borrow_mut();
        self.sweep(1.0, zero(&mut memory, root as usize + 1));
        memory
    }

    #[inline]
    fn identity(&self) -> (usize, u64) {
        (std::ptr::from_ref(self) as usize, self.epoch.get())
    }
}

thread_local! {
    /// Memory of the last gradient that was dropped, for the next one: in a loop of steps nothing
    /// is allocated. Address and length travel in registers; the three words of a vector are copied in pairs, and
    /// a processor waits where a pair is read that was written otherwise (11 ns).
    static SPARE: Cell<Box<[f64]>> = Cell::default();
}

/// Up to so many numbers are set to zero all at once: a fixed number needs no call.
const SMALL: usize = 16;

/// Sets the first `count` numbers to zero, of as many as there are or more.
#[inline(always)]
fn zero(memory: &mut Box<[f64]>, count: usize) -> &mut [f64] {
    if memory.len() < count {
        grow(memory, count);
    }
    match memory.first_chunk_mut::<SMALL>() {
        Some(start) if count <= SMALL => *start = [0.0; SMALL],
        _ => fill(&mut memory[..count]),
    }
    &mut memory[..count]
}

#[cold]
fn grow(memory: &mut Box<[f64]>, count: usize) {
    let count = count.max(2 * memory.len()).max(SMALL);
    drop(std::mem::take(memory));
    *memory = vec![0.0; count].into_boxed_slice();
}

#[inline(never)]
fn fill(numbers: &mut [f64]) {
    numbers.fill(0.0);
}

/// More numbers than this are given back to the system.
const MOST_SPARE: usize = 1 << 23;

impl Drop for Gradient {
    #[inline]
    fn drop(&mut self) {
        if self.memory.len() <= MOST_SPARE {
            // A thread that is ending has no use for it.
            let _ = SPARE.try_with(|spare| spare.set(std::mem::take(&mut self.memory)));
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

    #[inline(always)]
    fn adjoints(&self) -> &[f64] {
        &self.memory[..self.count]
    }

    #[inline(always)]
    fn check(&self, x: Value<'_>) {
        if self.graph != x.algebra().identity() {
            not_of_this_graph(x);
        }
    }

    pub(super) fn at(&self, node: Index) -> f64 {
        self.adjoints().get(node as usize).copied().unwrap_or(0.0)
    }
}

#[cold]
#[inline(never)]
fn not_of_this_graph(x: Value<'_>) -> ! {
    panic!(
        "`{}` is not a value of the graph that this gradient was taken in",
        x.algebra().name_of(x.raw())
    )
}

impl At<Value<'_>> for Gradient {
    type Output = f64;

    #[inline(always)]
    fn index(&self, x: Value<'_>) -> &f64 {
        self.check(x);
        self.adjoints().get(x.raw().node as usize).unwrap_or(&0.0)
    }
}

impl PartialEq for Gradient {
    fn eq(&self, other: &Self) -> bool {
        self.graph == other.graph && self.adjoints() == other.adjoints()
    }
}

impl fmt::Debug for Gradient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Gradient").field(&self.adjoints()).finish()
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
        if self.count < other.count {
            let mut memory = self.adjoints().to_vec();
            memory.resize(other.count, 0.0);
            (self.memory, self.count) = (memory.into_boxed_slice(), other.count);
        }
        for (a, b) in self.memory.iter_mut().zip(other.adjoints()) {
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
