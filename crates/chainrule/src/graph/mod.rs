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
mod program;
mod store;
mod trace;

use crate::algebra::{Algebra, Num, Numeric, Op, Relation, Row, Term};
pub use backward::Gradient;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fmt;
pub(crate) use store::Index;
use store::{Argument, Code, Store};
pub use trace::{Kind, Trace, TraceNode};

/// A computational graph: an append-only list of nodes in topological order.
///
/// Values are made with [`value`](Graph::value), combined with operators and methods, and asked
/// for their gradient with [`Value::backward`]. A graph of a million nodes in a row is ordinary:
/// nothing here recurses.
#[derive(Default)]
pub struct Graph {
    store: RefCell<Store>,
    labels: RefCell<HashMap<Index, String>>,
    /// Comparisons that the program asked for, while someone wants to know.
    guards: RefCell<Option<Vec<Comparison>>>,
    /// How often the graph was cleared: tells an old [`Gradient`] from a current one.
    epoch: Cell<u64>,
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
    pub fn value(&self, value: f64) -> Value<'_> {
        let node = self.store.borrow_mut().input(value);
        Term::new(self, Point { value, node })
    }

    /// Inputs, one for each number.
    pub fn values<const N: usize>(&self, values: [f64; N]) -> [Value<'_>; N] {
        values.map(|v| self.value(v))
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
        self.store.borrow().len() == 1
    }

    /// Forgets every node and label and keeps the memory, for the next step of a loop.
    pub fn clear(&mut self) {
        self.store.get_mut().clear();
        self.labels.get_mut().clear();
        self.epoch.set(self.epoch.get() + 1);
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
        let numbers = self.numbers(self.store.borrow().len());
        let store = self.store.borrow();
        (1..numbers.len())
            .filter(|&i| !matches!(store.record(i as Index).code(), Code::Arguments))
            .map(|i| Point { value: numbers[i], node: i as Index })
            .collect()
    }

    /// The numbers of the first `count` records: computed again, since a record keeps partials.
    fn numbers(&self, count: usize) -> Vec<f64> {
        let store = self.store.borrow();
        let mut numbers = vec![0.0; count];
        let mut args = Vec::new();
        for i in 1..count {
            let node = i as Index;
            numbers[i] = match store.record(node).code() {
                Code::Input => store.record(node).numbers[0],
                Code::Arguments => continue,
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

    #[cold]
    #[inline(never)]
    fn different_graphs(&self, other: &Graph, mine: Point, theirs: Point) -> ! {
        panic!(
            "`{}` and `{}` belong to two different graphs; make both values with the same graph",
            self.name_of(mine),
            other.name_of(theirs)
        )
    }

    /// Records an operation; `each` gives the partials that exist.
    #[inline]
    fn record(
        &self,
        op: Op,
        args: &[Point],
        value: f64,
        partials: impl FnOnce(&[Term<'_, Num>], Term<'_, Num>, &mut [Argument]),
    ) -> Point {
        if args.iter().all(|a| a.node == 0) {
            return Point { value, node: 0 };
        }
        let mut terms = [Term::new(&Num, 0.0); SHORT];
        let mut arguments = [Argument { node: 0, number: 0.0 }; SHORT];
        let node = if args.len() <= SHORT {
            let (terms, arguments) = (&mut terms[..args.len()], &mut arguments[..args.len()]);
            fill(args, terms, arguments, value, partials);
            self.store.borrow_mut().operation(op, arguments)
        } else {
            let mut terms = vec![terms[0]; args.len()];
            let mut arguments = vec![arguments[0]; args.len()];
            fill(args, &mut terms, &mut arguments, value, partials);
            self.store.borrow_mut().operation(op, &arguments)
        };
        Point { value, node }
    }
}

/// Up to so many arguments are recorded without a trip to the heap.
const SHORT: usize = 3;

/// The arguments as they are recorded: a node with its partial, or a constant with its number.
#[inline]
fn fill(
    args: &[Point],
    terms: &mut [Term<'static, Num>],
    arguments: &mut [Argument],
    value: f64,
    partials: impl FnOnce(&[Term<'_, Num>], Term<'_, Num>, &mut [Argument]),
) {
    for ((arg, term), slot) in args.iter().zip(terms.iter_mut()).zip(arguments.iter_mut()) {
        *term = Term::new(&Num, arg.value);
        slot.node = arg.node;
    }
    partials(terms, Term::new(&Num, value), arguments);
    for (arg, slot) in args.iter().zip(arguments) {
        if arg.node == 0 {
            slot.number = arg.value;
        }
    }
}

impl Algebra for Graph {
    type Value = Point;

    #[inline]
    fn constant(&self, c: f64) -> Point {
        Point { value: c, node: 0 }
    }

    fn apply(&self, op: Op, args: &[Point]) -> Point {
        let numbers: Vec<f64> = args.iter().map(|a| a.value).collect();
        self.record(op, args, op.value(&numbers), |terms, y, slots| {
            op.partials(terms, y, |i, p| slots[i].number = p.raw());
        })
    }

    #[inline]
    fn apply_row<R: Row>(&self, args: &[Point]) -> Point {
        let mut short = [0.0; SHORT];
        let value = if args.len() <= SHORT {
            for (number, arg) in short.iter_mut().zip(args) {
                *number = arg.value;
            }
            R::value(&short[..args.len()])
        } else {
            R::value(&args.iter().map(|a| a.value).collect::<Vec<_>>())
        };
        self.record(R::OP, args, value, |terms, y, slots| {
            R::partials(terms, y, |i, p| slots[i].number = p.raw());
        })
    }

    fn is_zero(&self, value: Point) -> bool {
        value.node == 0 && value.value == 0.0
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
        let Some((op, args)) = self.recorded() else { return Vec::new() };
        let nodes = (0..args.len()).filter(|&i| !op.info().is_constant(i)).map(|i| args[i]);
        nodes.map(|point| Term::new(self.algebra(), point)).collect()
    }

    /// The operation and its arguments, constants included.
    fn recorded(self) -> Option<(Op, Vec<Point>)> {
        let graph = self.algebra();
        let node = self.raw().node;
        let store = graph.store.borrow();
        let Code::Operation(op) = store.record(node).code() else { return None };
        let args: Vec<Argument> = store.arguments(op, node).collect();
        drop(store);
        let numbers = graph.numbers(node as usize);
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
        write!(f, "Graph({} records)", self.store.borrow().len() - 1)
    }
}
