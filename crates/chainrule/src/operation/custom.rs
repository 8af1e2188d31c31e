//! Operations from the user's own code: a closure for the value, and what is known of the
//! derivative.

use super::named;
use crate::algebra::{Algebra, Op, Term};
use crate::error::{Error, ErrorKind};
use crate::program::{Callee, Calls, NodeId, Operation, Program, Recorder};

/// Value at the first list into the second.
type Value = dyn Fn(&[f64], &mut [f64]) + Send + Sync;

/// An operation whose value is a closure.
struct Custom {
    name: String,
    inputs: Vec<String>,
    outputs: Vec<String>,
    value: Box<Value>,
    derivative: Derivative,
}

/// What is known of the derivative.
enum Derivative {
    /// Nothing: what is missing, and how to supply it.
    Missing { what: String, hint: &'static str },
    /// The entries row by row, of the inputs, or of inputs and outputs.
    Jacobian(Operation),
    /// From inputs, outputs and weights to the derivative with respect to the inputs.
    Vjp(Operation),
}

const NO_FIRST: &str =
    "make it with `Operation::with_jacobian`, `with_vjp` or `with_derivative` instead of `new`";
const NO_SECOND: &str = "give the Jacobian as an operation that has a derivative itself: \
    `Operation::with_derivative`";

impl Operation {
    /// A function of one number with its derivative: `derivative(x, y)`, where `y` is the value at
    /// `x`.
    ///
    /// The value NaN says that there is none. For second derivatives,
    /// [`with_derivative`](Operation::with_derivative).
    ///
    /// # Errors
    ///
    /// If the name is empty.
    pub fn unary(
        name: &str,
        value: impl Fn(f64) -> f64 + Send + Sync + 'static,
        derivative: impl Fn(f64, f64) -> f64 + Send + Sync + 'static,
    ) -> Result<Self, Error> {
        Self::with_jacobian(
            name,
            &["x"],
            &["y"],
            move |x, y| y[0] = value(x[0]),
            move |x, y, slope| slope[0] = derivative(x[0], y[0]),
        )
    }

    /// A function of several numbers to several, `value(x, y)`, with its Jacobian,
    /// `jacobian(x, y, j)`: `j[i*n + k]` is the derivative of output `i` with respect to input `k`
    /// of `n`; both lists hold zeros before.
    ///
    /// ```
    /// use chainrule::{Graph, Operation};
    /// let polar = Operation::with_jacobian(
    ///     "polar",
    ///     &["x", "y"],
    ///     &["r", "angle"],
    ///     |x, y| {
    ///         y[0] = x[0].hypot(x[1]);
    ///         y[1] = x[1].atan2(x[0]);
    ///     },
    ///     |x, y, j| {
    ///         let r = y[0];
    ///         j.copy_from_slice(&[x[0] / r, x[1] / r, -x[1] / (r * r), x[0] / (r * r)]);
    ///     },
    /// )?;
    /// let graph = Graph::new();
    /// let point = graph.values([3.0, 4.0]);
    /// let outputs = polar.call(&point);
    /// assert_eq!(outputs[0].value(), 5.0);
    /// assert_eq!(outputs[0].backward()[point[1]], 0.8);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If there is no input or no output, or a name is empty or stands twice.
    pub fn with_jacobian(
        name: &str,
        inputs: &[&str],
        outputs: &[&str],
        value: impl Fn(&[f64], &mut [f64]) + Send + Sync + 'static,
        jacobian: impl Fn(&[f64], &[f64], &mut [f64]) + Send + Sync + 'static,
    ) -> Result<Self, Error> {
        let custom = Custom::new(name, inputs, outputs, value)?;
        let n = inputs.len();
        let entries = pairs(outputs, inputs);
        let both = custom.inputs.iter().chain(&custom.outputs).cloned().collect();
        let value = move |xy: &[f64], j: &mut [f64]| jacobian(&xy[..n], &xy[n..], j);
        let entries = custom.helper("jacobian", both, entries, value);
        Ok(Self::of(Custom { derivative: Derivative::Jacobian(entries), ..custom }))
    }

    /// The same with a product instead of the Jacobian: `vjp(x, y, w, g)` sets `g[k]` to
    /// `Σᵢ w[i]·∂yᵢ/∂xₖ`. For many inputs and outputs, where the Jacobian itself is large.
    ///
    /// # Errors
    ///
    /// As for [`with_jacobian`](Operation::with_jacobian).
    pub fn with_vjp(
        name: &str,
        inputs: &[&str],
        outputs: &[&str],
        value: impl Fn(&[f64], &mut [f64]) + Send + Sync + 'static,
        vjp: impl Fn(&[f64], &[f64], &[f64], &mut [f64]) + Send + Sync + 'static,
    ) -> Result<Self, Error> {
        let custom = Custom::new(name, inputs, outputs, value)?;
        let (n, m) = (inputs.len(), outputs.len());
        let weights = custom.outputs.iter().map(|y| format!("w_{y}"));
        let all = custom.inputs.iter().chain(&custom.outputs).cloned().chain(weights).collect();
        let slopes = custom.inputs.iter().map(|x| format!("d{x}")).collect();
        let value =
            move |all: &[f64], g: &mut [f64]| vjp(&all[..n], &all[n..n + m], &all[n + m..], g);
        let product = custom.helper("vjp", all, slopes, value);
        Ok(Self::of(Custom { derivative: Derivative::Vjp(product), ..custom }))
    }

    /// A function with its Jacobian as another operation, of the same inputs, or of inputs and then
    /// outputs, to the entries row by row. Where that operation has a derivative, this one has a
    /// second.
    ///
    /// ```
    /// use chainrule::{Function, Operation};
    /// let slope = Function::record(["x", "y"], |[_, y]| 1.0 - y * y)?;
    /// let slope = Operation::from_function("slope", &slope)?;
    /// let tanh = Operation::with_derivative("my_tanh", &["x"], &["y"], |x, y| y[0] = x[0].tanh(), slope)?;
    /// let f = Function::record(["x"], move |[x]| tanh.apply([x]))?;
    /// let y = 0.5_f64.tanh();
    /// assert!((f.hessian(&[0.5])?[0][0] + 2.0 * y * (1.0 - y * y)).abs() < 1e-15);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`with_jacobian`](Operation::with_jacobian), and if the numbers of inputs and outputs
    /// of `jacobian` do not fit.
    pub fn with_derivative(
        name: &str,
        inputs: &[&str],
        outputs: &[&str],
        value: impl Fn(&[f64], &mut [f64]) + Send + Sync + 'static,
        jacobian: Operation,
    ) -> Result<Self, Error> {
        let custom = Custom::new(name, inputs, outputs, value)?;
        let (n, m) = (inputs.len(), outputs.len());
        let (from, to) = (jacobian.inputs().len(), jacobian.outputs().len());
        if !(from == n || from == n + m) || to != n * m {
            let message = format!(
                "the Jacobian of `{name}` is a function of {from} numbers to {to}, \
                 not of {n} or {} to {}",
                n + m,
                n * m
            );
            let hint = "it takes the inputs, or inputs and outputs, and gives the rows in order";
            return Err(Error::new(ErrorKind::Length, message).hint(hint));
        }
        Ok(Self::of(Custom { derivative: Derivative::Jacobian(jacobian), ..custom }))
    }

    /// A function whose derivative is not known: asking for one is an error that names it.
    ///
    /// # Errors
    ///
    /// As for [`with_jacobian`](Operation::with_jacobian).
    pub fn new(
        name: &str,
        inputs: &[&str],
        outputs: &[&str],
        value: impl Fn(&[f64], &mut [f64]) + Send + Sync + 'static,
    ) -> Result<Self, Error> {
        Ok(Self::of(Custom::new(name, inputs, outputs, value)?))
    }
}

fn pairs(outputs: &[&str], inputs: &[&str]) -> Vec<String> {
    outputs.iter().flat_map(|y| inputs.iter().map(move |x| format!("d{y}/d{x}"))).collect()
}

impl Custom {
    fn new(
        name: &str,
        inputs: &[&str],
        outputs: &[&str],
        value: impl Fn(&[f64], &mut [f64]) + Send + Sync + 'static,
    ) -> Result<Self, Error> {
        let what = format!("the operation `{name}` has no derivative");
        Ok(Custom {
            inputs: named(name, "input", inputs)?,
            outputs: named(name, "output", outputs)?,
            name: name.to_owned(),
            value: Box::new(value),
            derivative: Derivative::Missing { what, hint: NO_FIRST },
        })
    }

    /// An operation that computes this one's derivative, and has none itself.
    fn helper(
        &self,
        what: &str,
        inputs: Vec<String>,
        outputs: Vec<String>,
        value: impl Fn(&[f64], &mut [f64]) + Send + Sync + 'static,
    ) -> Operation {
        let missing = format!("the operation `{}` has no second derivative", self.name);
        Operation::of(Custom {
            name: format!("{}_{what}", self.name),
            inputs,
            outputs,
            value: Box::new(value),
            derivative: Derivative::Missing { what: missing, hint: NO_SECOND },
        })
    }
}

impl Callee for Custom {
    fn name(&self) -> &str {
        &self.name
    }

    fn inputs(&self) -> &[String] {
        &self.inputs
    }

    fn outputs(&self) -> &[String] {
        &self.outputs
    }

    fn eval(&self, x: &[f64], y: &mut [f64]) -> Result<(), Error> {
        y.fill(0.0);
        (self.value)(x, y);
        Ok(())
    }

    fn vjp(&self, weighted: &[bool]) -> Result<Program, Error> {
        let writer = Writer::new(self);
        let weights: Vec<Option<NodeId>> =
            weighted.iter().map(|&w| w.then(|| writer.input())).collect();
        let slopes = match &self.derivative {
            Derivative::Missing { what, hint } => return missing(what, hint),
            Derivative::Vjp(product) => writer.product(product, &weights),
            Derivative::Jacobian(jacobian) => {
                let entries = writer.entries(jacobian);
                let column = |k: usize| {
                    let rows = weights.iter().enumerate();
                    rows.filter_map(move |(i, w)| Some((w.as_ref().copied()?, i, k)))
                };
                let n = self.inputs.len();
                let part = |(w, i, k): (NodeId, usize, usize)| (w, entries[i * n + k]);
                (0..n).map(|k| writer.sum(column(k).map(part))).collect()
            }
        };
        Ok(writer.finish(slopes))
    }

    fn derivative(&self, name: &str) -> Option<Operation> {
        match &self.derivative {
            Derivative::Missing { .. } => None,
            Derivative::Jacobian(part) | Derivative::Vjp(part) => part.find(name),
        }
    }

    fn jvp(&self, moving: &[bool]) -> Result<Program, Error> {
        let writer = Writer::new(self);
        let tangents: Vec<Option<NodeId>> =
            moving.iter().map(|&m| m.then(|| writer.input())).collect();
        let (n, m) = (self.inputs.len(), self.outputs.len());
        let rows: Vec<Vec<NodeId>> = match &self.derivative {
            Derivative::Missing { what, hint } => return missing(what, hint),
            Derivative::Jacobian(jacobian) => {
                writer.entries(jacobian).chunks(n).map(<[NodeId]>::to_vec).collect()
            }
            Derivative::Vjp(product) => {
                let one = writer.recorder.constant(1.0);
                let unit = |i: usize| (0..m).map(|k| (k == i).then_some(one)).collect::<Vec<_>>();
                (0..m).map(|i| writer.product(product, &unit(i))).collect()
            }
        };
        let along = |row: Vec<NodeId>| {
            writer.sum(row.into_iter().zip(&tangents).filter_map(|(s, t)| Some((s, (*t)?))))
        };
        let results = rows.into_iter().map(along).collect();
        Ok(writer.finish(results))
    }
}

fn missing(what: &str, hint: &str) -> Result<Program, Error> {
    Err(Error::new(ErrorKind::Derivative, what).hint(hint))
}

/// Writes a derivative program, the inputs of which begin with the operation's inputs and outputs.
struct Writer {
    recorder: Recorder,
    inputs: Vec<NodeId>,
    outputs: Vec<NodeId>,
}

impl Writer {
    fn new(custom: &Custom) -> Self {
        let recorder = Recorder::sharing();
        let inputs = custom.inputs.iter().map(|_| recorder.input().raw()).collect();
        let outputs = custom.outputs.iter().map(|_| recorder.input().raw()).collect();
        Writer { recorder, inputs, outputs }
    }

    fn input(&self) -> NodeId {
        self.recorder.input().raw()
    }

    /// The Jacobian's entries, row by row.
    fn entries(&self, jacobian: &Operation) -> Vec<NodeId> {
        let all: Vec<NodeId> = self.inputs.iter().chain(&self.outputs).copied().collect();
        self.recorder.call(jacobian, &all[..jacobian.inputs().len()])
    }

    /// The weights times the Jacobian; a weight that is not there is 0.
    fn product(&self, product: &Operation, weights: &[Option<NodeId>]) -> Vec<NodeId> {
        let zero = || self.recorder.constant(0.0);
        let weights = weights.iter().map(|w| w.unwrap_or_else(zero));
        let all: Vec<NodeId> =
            self.inputs.iter().chain(&self.outputs).copied().chain(weights).collect();
        self.recorder.call(product, &all)
    }

    /// `Σ a·b`, where a factor `a` that is zero wins.
    fn sum(&self, pairs: impl Iterator<Item = (NodeId, NodeId)>) -> NodeId {
        let parts = pairs.map(|(a, b)| self.recorder.chain(a, b));
        let sum = parts.reduce(|sum, part| self.recorder.apply(Op::Add, &[sum, part]));
        sum.unwrap_or_else(|| self.recorder.constant(0.0))
    }

    fn finish(&self, results: Vec<NodeId>) -> Program {
        let terms: Vec<_> = results.into_iter().map(|id| Term::new(&self.recorder, id)).collect();
        self.recorder.finish(&terms)
    }
}
