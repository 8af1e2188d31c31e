//! Values without a lifetime, for libraries that ask their numbers to be `'static`: matrices of
//! `nalgebra`, arrays of `ndarray`, code that is generic over `num_traits::Float`.
//!
//! [`Scalar`] is one more term over the same table. Its algebra records into a graph that belongs
//! to the thread while [`record`](crate::Function::record_scalars), [`grad`] or another function of
//! this module runs.
//!
//! ```
//! use chainrule::scalar::{Scalar, grad};
//! fn length<T: Copy + std::ops::Mul<Output = T> + std::ops::Add<Output = T>>(x: &[T]) -> T {
//!     x[0] * x[0] + x[1] * x[1]
//! }
//! assert_eq!(grad(|x| length(x), &[3.0, 4.0]), [6.0, 8.0]);
//! let half = Scalar::from(0.5); // a number belongs to no recording
//! assert_eq!(grad(|x| (x[0] * half).sin(), &[0.0]), [0.5]);
//! ```
//!
//! Where a lifetime is no obstacle, [`Value`] is faster: here each operation looks up the thread's
//! graph first.

mod tape;

use crate::algebra::{Algebra, Num, Numeric, Op, Relation, Row, Term};
use crate::error::Error;
use crate::function::Function;
use crate::graph::{Graph, Point, Value};
use std::fmt;
use tape::{Tape, finish, with};

/// A value that carries no lifetime: `Copy + Send + Sync + 'static`, with all operators and methods
/// of [`Term`].
///
/// It belongs to the recording in which it was made. Used after its end, or on another
/// thread, it panics, unless it is a plain number.
pub type Scalar = Term<'static, OnThread>;

/// The algebra of [`Scalar`]: records into the graph of the thread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OnThread;

static ON_THREAD: OnThread = OnThread;

/// A number, and the node of a recording that computed it.
#[derive(Clone, Copy, Debug)]
pub struct Handle {
    point: Point,
    /// The recording; 0 for a number that belongs to none.
    tape: u32,
}

impl Handle {
    fn number(value: f64) -> Self {
        Handle { point: Point::number(value), tape: 0 }
    }
}

/// A plain number as a scalar. `Scalar::from` is the same, where no other `from` is in scope.
#[must_use]
pub fn constant(c: f64) -> Scalar {
    Term::new(&ON_THREAD, Handle::number(c))
}

impl From<f64> for Scalar {
    fn from(value: f64) -> Self {
        constant(value)
    }
}

impl Scalar {
    /// The number, if this belongs to no recording.
    #[cfg(feature = "num-traits")]
    pub(crate) fn plain(self) -> Option<f64> {
        (self.raw().tape == 0).then(|| self.value())
    }
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.value(), f)
    }
}

impl Algebra for OnThread {
    type Value = Handle;

    #[inline]
    fn constant(&self, c: f64) -> Handle {
        Handle::number(c)
    }

    fn apply(&self, op: Op, args: &[Handle]) -> Handle {
        recorded(args, |graph, points| graph.apply(op, points), |numbers| op.value(numbers))
    }

    #[inline]
    fn apply_row<R: Row>(&self, args: &[Handle]) -> Handle {
        recorded(args, Graph::apply_row::<R>, R::value)
    }

    fn is_zero(&self, value: Handle) -> bool {
        value.tape == 0 && Num.is_zero(value.point.value())
    }
}

impl Numeric for OnThread {
    #[inline]
    fn number(&self, value: Handle) -> f64 {
        value.point.value()
    }

    fn compared(&self, left: Handle, relation: Relation, right: Handle, held: bool) {
        let tape = left.tape.max(right.tape);
        if tape != 0 {
            with(tape, |graph| graph.compared(left.point, relation, right.point, held));
        }
    }
}

/// An operation in the recording of its arguments, or of numbers alone.
#[inline]
fn recorded(
    args: &[Handle],
    record: impl FnOnce(&Graph, &[Point]) -> Point,
    compute: impl FnOnce(&[f64]) -> f64,
) -> Handle {
    let tape = args.iter().map(|a| a.tape).max().unwrap_or(0);
    for argument in args {
        assert!(argument.tape == tape || argument.tape == 0, "two values of different recordings");
    }
    match *args {
        [a] if tape != 0 => Handle { point: with(tape, |graph| record(graph, &[a.point])), tape },
        [a, b] if tape != 0 => {
            Handle { point: with(tape, |graph| record(graph, &[a.point, b.point])), tape }
        }
        _ if tape != 0 => {
            let points: Vec<Point> = args.iter().map(|a| a.point).collect();
            Handle { point: with(tape, |graph| record(graph, &points)), tape }
        }
        _ => {
            let numbers: Vec<f64> = args.iter().map(|a| a.point.value()).collect();
            Handle::number(compute(&numbers))
        }
    }
}

/// The value and the gradient, from one run.
pub fn value_and_grad(f: impl FnOnce(&[Scalar]) -> Scalar, x: &[f64]) -> (f64, Vec<f64>) {
    let run = Run::new(x, |x| vec![f(x)]);
    let y = run.outputs()[0];
    let gradient = y.backward();
    (y.value(), run.inputs().iter().map(|&v| gradient[v]).collect())
}

/// The gradient.
pub fn grad(f: impl FnOnce(&[Scalar]) -> Scalar, x: &[f64]) -> Vec<f64> {
    value_and_grad(f, x).1
}

/// The outputs, and the Jacobian: row `i` holds the derivatives of output `i`. Cost: a backward pass
/// a row.
pub fn values_and_jacobian(
    f: impl FnOnce(&[Scalar]) -> Vec<Scalar>,
    x: &[f64],
) -> (Vec<f64>, Vec<Vec<f64>>) {
    let run = Run::new(x, f);
    let row = |y: &Value<'_>| {
        let gradient = y.backward();
        run.inputs().iter().map(|&v| gradient[v]).collect()
    };
    let outputs = run.outputs();
    (outputs.iter().map(|y| y.value()).collect(), outputs.iter().map(row).collect())
}

impl Function {
    /// Records a function that computes with [`Scalar`]s, at the point `at`; where it compares
    /// values it is recorded again, as any function of a closure.
    ///
    /// ```
    /// use chainrule::Function;
    /// let f = Function::record_scalars(&["x"], &[1.0], |x| vec![if x[0] > 0.0 { x[0].ln() } else { -x[0] }])?;
    /// assert_eq!(f.gradient(&[2.0])?, [0.5]);
    /// assert_eq!(f.gradient(&[-2.0])?, [-1.0]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If a name is empty or stands twice, or `at` is not as long as `names`.
    pub fn record_scalars(
        names: &[&str],
        at: &[f64],
        f: impl Fn(&[Scalar]) -> Vec<Scalar> + Send + Sync + 'static,
    ) -> Result<Self, Error> {
        Function::record_slices(names, at, move |x| replay(x, &f))
    }
}

/// Runs `f` on a recording of its own, then writes the operations and comparisons where `x` is.
fn replay<'g>(x: &[Value<'g>], f: &dyn Fn(&[Scalar]) -> Vec<Scalar>) -> Vec<Value<'g>> {
    let numbers: Vec<f64> = x.iter().map(|v| v.value()).collect();
    let run = Run::new(&numbers, f);
    let Some(graph) = x.first().map(|v| v.algebra()) else {
        // Without inputs there is no graph to write to.
        return Vec::new();
    };
    let mut outputs = run.outputs();
    let count = outputs.len();
    let comparisons = run.graph.comparisons();
    for c in &comparisons {
        outputs.extend([c.left, c.right].map(|point| Term::new(&run.graph, point)));
    }
    let program = run.graph.program(&run.inputs(), &outputs);
    let inputs: Vec<Point> = x.iter().map(|v| v.raw()).collect();
    let values = program.eval(graph, &inputs);
    let value = |i: usize| values[program.outputs()[i].0 as usize];
    for (k, c) in comparisons.iter().enumerate() {
        let at = count + 2 * k;
        graph.compared(value(at), c.relation, value(at + 1), c.held);
    }
    (0..count).map(|i| Term::new(graph, value(i))).collect()
}

/// What a closure recorded.
struct Run {
    graph: Graph,
    inputs: Vec<Point>,
    outputs: Vec<Point>,
}

impl Run {
    fn new(x: &[f64], f: impl FnOnce(&[Scalar]) -> Vec<Scalar>) -> Self {
        let tape = Tape::open();
        let scalar = |point: Point| Term::new(&ON_THREAD, Handle { point, tape: tape.id() });
        let inputs: Vec<Point> = with(tape.id(), |graph| {
            graph.watch_comparisons();
            x.iter().map(|&v| graph.value(v).raw()).collect()
        });
        let outputs = f(&inputs.iter().copied().map(scalar).collect::<Vec<_>>());
        let mine = |y: Scalar| {
            let Handle { point, tape: of } = y.raw();
            assert!(of == tape.id() || of == 0, "a result belongs to another recording");
            point
        };
        let outputs = outputs.into_iter().map(mine).collect();
        Run { graph: finish(&tape), inputs, outputs }
    }

    fn inputs(&self) -> Vec<Value<'_>> {
        self.inputs.iter().map(|&point| Term::new(&self.graph, point)).collect()
    }

    fn outputs(&self) -> Vec<Value<'_>> {
        self.outputs.iter().map(|&point| Term::new(&self.graph, point)).collect()
    }
}
