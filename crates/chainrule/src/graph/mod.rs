//! The eager computational graph: it computes at once and remembers how.
//!
//! ```
//! use chainrule::Graph;
//! let graph = Graph::new();
//! let a = graph.value(2.0).label("a");
//! let b = graph.value(-3.0).label("b");
//! let e = (a * b).label("e");
//! assert_eq!(e.to_string(), "Value(e: -6.0)");
//! assert_eq!(e.backward()[a], -3.0);
//! ```

mod backward;
mod call;
mod closure;
mod inner;
mod program;
mod record;
mod store;
mod sweep;
mod trace;
mod wide;

use crate::algebra::{Algebra, Num, Numeric, Op, Relation, Row, Term};
use crate::program::Operation;
pub use backward::Gradient;
pub(crate) use record::Index;
use record::{Argument, Code, is_wide};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fmt;
use std::marker::PhantomData;
use store::Store;
pub use trace::{Kind, Trace, TraceNode};
use wide::{ByName, ByRow};

/// A computational graph: an append-only list of nodes in topological order.
///
/// Values are made with [`value`](Graph::value), combined with operators and methods, and asked
/// for their gradient with [`Value::backward`]. A graph of a million nodes in a row is ordinary:
/// nothing here recurses.
#[derive(Default)]
pub struct Graph {
    store: Store,
    labels: RefCell<HashMap<Index, String>>,
    /// Comparisons that the program asked for, while someone wants to know.
    guards: RefCell<Option<Vec<Comparison>>>,
    /// What was called beside the operations of the table.
    calls: RefCell<Vec<call::Recorded>>,
    /// How often the graph was cleared: tells an old [`Gradient`] from a current one.
    epoch: Cell<u64>,
    /// Memory for adjoints that nobody keeps.
    spare: RefCell<Box<[f64]>>,
    wide: wide::Spare,
}

/// A handle to a node of a [`Graph`]: `Copy`, and it cannot outlive its graph.
///
/// ```compile_fail
/// # use chainrule::Graph;
/// let dangling = {
///     let graph = Graph::new();
///     graph.value(1.0)
/// };
/// println!("{dangling}");
/// ```
///
/// Nor does it survive [`Graph::clear`]:
///
/// ```compile_fail
/// # use chainrule::Graph;
/// let mut graph = Graph::new();
/// let a = graph.value(1.0);
/// graph.clear();
/// println!("{a}");
/// ```
pub type Value<'g> = Term<'g, Graph>;

/// A number and the node that computed it.
#[derive(Clone, Copy, Debug)]
pub struct Point {
    value: f64,
    node: Index,
}

impl Point {
    /// A number that is no node.
    pub(crate) fn number(value: f64) -> Self {
        Point { value, node: 0 }
    }

    /// The number.
    pub(crate) fn value(self) -> f64 {
        self.value
    }
}

/// A comparison of two values that a program made while it was recorded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Comparison {
    pub(crate) left: Point,
    pub(crate) relation: Relation,
    pub(crate) right: Point,
    pub(crate) held: bool,
}

/// Identity of a node within its graph: later nodes have larger ones, constants share the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id(Index);

impl Graph {
    /// An empty graph.
    #[must_use]
    pub fn new() -> Self {
        Graph::default()
    }

    /// An input: a value to differentiate with respect to.
    #[inline(always)]
    pub fn value(&self, value: f64) -> Value<'_> {
        self.values([value])[0]
    }

    /// Inputs, one for each number.
    #[inline(always)]
    pub fn values<const N: usize>(&self, values: [f64; N]) -> [Value<'_>; N] {
        let nodes = self.store.inputs(values);
        let mut inputs = [Term::new(self, Point::number(0.0)); N];
        for (input, (value, node)) in inputs.iter_mut().zip(values.into_iter().zip(nodes)) {
            *input = Term::new(self, Point { value, node });
        }
        inputs
    }

    /// A number that stays as it is: no gradient is kept for it. Numbers that stand beside a value
    /// (`2.0 * x`) become constants by themselves.
    pub fn constant(&self, c: f64) -> Value<'_> {
        Term::new(self, Point { value: c, node: 0 })
    }

    /// Number of nodes recorded, inputs and operations; constants are kept with their operation.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values_in_order().len()
    }

    /// Whether nothing was recorded.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.store.len() == 1
    }

    /// Forgets every node and label and keeps the memory, for the next step of a loop.
    #[inline]
    pub fn clear(&mut self) {
        if !self.store.is_plain() {
            self.forget();
        }
        self.epoch.set(self.epoch.get() + 1);
        // Last, so that the compiler knows the numbers of the nodes that come next.
        self.store.clear();
    }

    #[cold]
    #[inline(never)]
    fn forget(&mut self) {
        self.labels.get_mut().clear();
        self.calls.get_mut().clear();
        self.store.forget();
    }

    /// From now on remembers the comparisons of its values.
    pub(crate) fn watch_comparisons(&self) {
        *self.guards.borrow_mut() = Some(Vec::new());
    }

    /// The comparisons remembered, those of two constants left out.
    pub(crate) fn comparisons(&self) -> Vec<Comparison> {
        let guards = self.guards.borrow_mut().take().unwrap_or_default();
        guards.into_iter().filter(|g| g.left.node != 0 || g.right.node != 0).collect()
    }

    /// Every recorded value in topological order: inputs before results.
    pub fn iter(&self) -> impl Iterator<Item = Value<'_>> {
        self.values_in_order().into_iter().map(|point| Term::new(self, point))
    }

    /// Numbers of all nodes, by replaying the records.
    fn values_in_order(&self) -> Vec<Point> {
        let last = self.store.len() as Index - 1;
        let numbers = self.numbers(last);
        let point = |node: Index| Point { value: numbers[node as usize], node };
        self.store.nodes(last).into_iter().map(point).collect()
    }

    /// The numbers of the nodes up to `last`, each at its place: computed again, since a record keeps partials.
    fn numbers(&self, last: Index) -> Vec<f64> {
        let store = &self.store;
        let mut numbers = vec![0.0; last as usize + 1];
        let mut args = Vec::new();
        for node in store.nodes(last) {
            numbers[node as usize] = match store.record(node).code() {
                Code::Input | Code::Output { .. } => store.record(node).numbers[0],
                Code::Operation(op) => {
                    args.clear();
                    args.extend(store.arguments(op, node).map(|a| match a.node {
                        0 => a.number,
                        n => numbers[n as usize],
                    }));
                    op.value(&args)
                }
            };
        }
        numbers
    }

    fn label_of(&self, node: Index) -> Option<String> {
        self.labels.borrow().get(&node).cloned()
    }

    /// `label`, or what stands for a node without one.
    fn name_of(&self, point: Point) -> String {
        self.label_of(point.node).unwrap_or_else(|| format!("{:?}", point.value))
    }

    /// Stops a caller that passes a value of another graph.
    fn check_owns(&self, value: Value<'_>) {
        assert!(
            std::ptr::eq(self, value.algebra()),
            "`{}` belongs to a different graph",
            value.algebra().name_of(value.raw())
        );
    }

    #[cold]
    #[inline(never)]
    fn different_graphs(&self, other: &Graph, mine: Point, theirs: Point) -> ! {
        panic!(
            "`{}` and `{}` belong to two different graphs; make both values with the same graph",
            self.name_of(mine),
            other.name_of(theirs)
        )
    }

    /// Records an operation of one or two arguments, unless all are constants.
    #[inline(always)]
    fn record_narrow(
        &self,
        op: Op,
        args: &[Point],
        value: f64,
        partials: impl FnOnce(&[Term<'_, Num>], &mut [Option<f64>; 2]),
    ) -> Point {
        let mut slopes = [None; 2];
        let node = match *args {
            [a] if a.node != 0 => {
                partials(&[Term::new(&Num, a.value)], &mut slopes);
                let [slope, _] = slopes;
                self.store.narrow(op, slope.is_some(), [a.node, 0], [slope.unwrap_or(0.0), 0.0])
            }
            [a, b] if a.node | b.node != 0 => {
                partials(&[Term::new(&Num, a.value), Term::new(&Num, b.value)], &mut slopes);
                let number = |of: Point, slope: Option<f64>| {
                    if of.node == 0 { of.value } else { slope.unwrap_or(0.0) }
                };
                let carries = |of: Point, slope: Option<f64>| of.node == 0 || slope.is_some();
                let numbers = [number(a, slopes[0]), number(b, slopes[1])];
                let carries = carries(a, slopes[0]) & carries(b, slopes[1]);
                self.store.narrow(op, carries, [a.node, b.node], numbers)
            }
            _ => 0,
        };
        Point { value, node }
    }
}

impl Algebra for Graph {
    type Value = Point;

    #[inline]
    fn constant(&self, c: f64) -> Point {
        Point { value: c, node: 0 }
    }

    fn apply(&self, op: Op, args: &[Point]) -> Point {
        if is_wide(op) {
            return self.record_wide(op, &ByName(op), args.iter().copied());
        }
        let value = match *args {
            [a] => op.value(&[a.value]),
            [a, b] => op.value(&[a.value, b.value]),
            _ => op.value(&[]),
        };
        let partials = |terms: &[Term<'_, Num>], slopes: &mut [Option<f64>; 2]| {
            op.partials(terms, Term::new(&Num, value), |i, p| slopes[i] = Some(p.raw()));
        };
        self.record_narrow(op, args, value, partials)
    }

    /// One or two arguments, the ordinary case, are recorded in straight-line code.
    #[inline(always)]
    fn apply_row<R: Row>(&self, args: &[Point]) -> Point {
        if R::WIDE {
            return self.apply_all::<R>(args.iter().copied());
        }
        let value = match *args {
            [a] => R::value(&[a.value]),
            [a, b] => R::value(&[a.value, b.value]),
            _ => R::value(&[]),
        };
        let partials = |terms: &[Term<'_, Num>], slopes: &mut [Option<f64>; 2]| {
            R::partials(terms, Term::new(&Num, value), |i, p| slopes[i] = Some(p.raw()));
        };
        self.record_narrow(R::OP, args, value, partials)
    }

    fn apply_all<R: Row>(&self, args: impl Iterator<Item = Point>) -> Point {
        self.record_wide(R::OP, &ByRow::<R>(PhantomData), args)
    }

    fn is_zero(&self, value: Point) -> bool {
        value.node == 0 && value.value == 0.0
    }

    fn inner(&self, a: &[Value<'_>], b: &[Value<'_>]) -> Point {
        self.inner_product(a, b)
    }

    #[inline]
    fn check_same(&self, other: &Self, mine: Point, theirs: Point) {
        if !std::ptr::eq(self, other) {
            self.different_graphs(other, mine, theirs);
        }
    }
}

impl Numeric for Graph {
    #[inline]
    fn number(&self, value: Point) -> f64 {
        value.value
    }

    #[inline]
    fn compared(&self, left: Point, relation: Relation, right: Point, held: bool) {
        if let Some(guards) = &mut *self.guards.borrow_mut() {
            guards.push(Comparison { left, relation, right, held });
        }
    }
}

impl<'g> Value<'g> {
    /// Names the node, for drawings and messages. A constant with a name becomes an input.
    #[must_use = "the labelled value is returned; a constant gets a node of its own"]
    pub fn label(self, name: impl Into<String>) -> Self {
        let graph = self.algebra();
        let value = if self.raw().node == 0 { graph.value(self.value()) } else { self };
        graph.store.not_plain();
        graph.labels.borrow_mut().insert(value.raw().node, name.into());
        value
    }

    /// The name given with [`label`](Value::label).
    #[must_use]
    pub fn name(self) -> Option<String> {
        self.algebra().label_of(self.raw().node)
    }

    /// The node's identity: equal only for handles to the same node.
    #[must_use]
    pub fn id(self) -> Id {
        Id(self.raw().node)
    }

    /// The operation that made this value, as it is drawn: `*`, `+`, `**3`; none for inputs and
    /// constants.
    #[must_use]
    pub fn op(self) -> Option<String> {
        if let Some((operation, _, output)) = self.recorded_call() {
            return Some(operation.word(output));
        }
        let (op, args) = self.recorded()?;
        let constant = |i| op.info().is_constant(i);
        let held: String =
            (0..args.len()).filter(|&i| constant(i)).map(|i| args[i].value.to_string()).collect();
        Some(format!("{}{held}", op.info().symbol))
    }

    /// The values that this one was computed from, in the order of the operation's arguments.
    /// Numbers that are part of the operation, such as a constant exponent, are left out.
    #[must_use]
    pub fn inputs(self) -> Vec<Self> {
        if let Some((_, args, _)) = self.recorded_call() {
            return args.into_iter().map(|point| Term::new(self.algebra(), point)).collect();
        }
        let Some((op, args)) = self.recorded() else { return Vec::new() };
        let nodes = (0..args.len()).filter(|&i| !op.info().is_constant(i)).map(|i| args[i]);
        nodes.map(|point| Term::new(self.algebra(), point)).collect()
    }

    /// The operation called, its arguments, and the number of the output that this value is.
    fn recorded_call(self) -> Option<(Operation, Vec<Point>, usize)> {
        let graph = self.algebra();
        match graph.store.record(self.raw().node).code() {
            Code::Output { site, output } => {
                let (operation, args) = graph.called(site);
                Some((operation, args, output as usize))
            }
            _ => None,
        }
    }

    /// The operation and its arguments, constants included.
    fn recorded(self) -> Option<(Op, Vec<Point>)> {
        let graph = self.algebra();
        let node = self.raw().node;
        let store = &graph.store;
        let Code::Operation(op) = store.record(node).code() else { return None };
        let args: Vec<Argument> = store.arguments(op, node).collect();
        let numbers = graph.numbers(node);
        let point = |a: &Argument| match a.node {
            0 => Point { value: a.number, node: 0 },
            n => Point { value: numbers[n as usize], node: n },
        };
        Some((op, args.iter().map(point).collect()))
    }
}

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(f, "Value({name}: {:?})", self.value()),
            None => write!(f, "Value({:?})", self.value()),
        }
    }
}

impl fmt::Debug for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Graph({} records)", self.store.len() - 1)
    }
}
