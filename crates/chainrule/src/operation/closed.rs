//! Operations with derivatives of every order, from three things: the value, the product of weights
//! and Jacobian at a point, and forward mode as an operation of the same kind.
//!
//! Let `V(x, w) = F'(x)ᵀ w` be the reverse mode of `F`, and `G(x, t) = (F(x), F'(x) t)` its forward
//! mode. Then both derivatives of `V` are again forward and reverse modes:
//!
//! - along `(t, s)`, `V` changes by the `x`-part of the reverse mode of `G` at `(x, t)` with the
//!   weights `(s, w)`;
//! - `vᵀ V(x, w)` has the derivative `F'(x) v` with respect to `w`, and with respect to `x` the
//!   `x`-part of the reverse mode of `G` at `(x, v)` with the weights `(0, w)`.
//!
//! Both follow from differentiating `wᵀ F'(x) v`, whose second derivatives commute. Source:
//! Griewank and Walther, *Evaluating Derivatives*, 2nd ed., section 5.2 (second order adjoints).

use crate::algebra::{Algebra, Term};
use crate::error::Error;
use crate::program::{Callee, Calls, NodeId, Operation, Program, Recorder};
use std::sync::{Arc, OnceLock};

/// What an operation of this kind is made of. Lists have the lengths of inputs and outputs.
pub(super) trait Body: Send + Sync {
    fn inputs(&self) -> &[String];

    fn outputs(&self) -> &[String];

    fn eval(&self, x: &[f64], y: &mut [f64]) -> Result<(), Error>;

    /// The derivative of `Σ w·y` with respect to every input, where `y` are the outputs at `x`.
    fn reverse(&self, x: &[f64], y: &[f64], w: &[f64], slopes: &mut [f64]) -> Result<(), Error>;

    /// The same with a direction: inputs `x, t`, outputs `y, F'(x) t`.
    fn forward(&self) -> Result<Box<dyn Body>, Error>;

    /// Whether the output may change with the input.
    fn depends(&self, output: usize, input: usize) -> bool;

    fn operations(&self) -> usize;

    /// What makes it again, if that can be written down.
    fn saved(&self) -> Option<serde_json::Value> {
        None
    }
}

/// An operation and its reverse mode, an operation of inputs, outputs and weights.
struct Pair {
    value: Operation,
    reverse: Operation,
}

/// The pair of the forward mode, made when it is asked for.
type Next = Arc<OnceLock<Result<Pair, Error>>>;

/// The operation of a body.
pub(super) fn operation(name: &str, body: impl Body + 'static) -> Operation {
    let body: Arc<dyn Body> = Arc::new(body);
    pair(name.to_owned(), Arc::clone(&body), Arc::new((name.to_owned(), body))).value
}

fn pair(name: String, body: Arc<dyn Body>, origin: Arc<(String, Arc<dyn Body>)>) -> Pair {
    let next = Next::default();
    let shared = Shared { name, body, next, origin };
    let reverse = Operation::of(Reverse::new(shared.clone()));
    let value = Operation::of(Value { shared, reverse: reverse.clone() });
    Pair { value, reverse }
}

/// What an operation and its reverse mode have in common.
#[derive(Clone)]
struct Shared {
    name: String,
    body: Arc<dyn Body>,
    next: Next,
    /// What this is a forward mode of, of whatever order.
    origin: Arc<(String, Arc<dyn Body>)>,
}

impl Shared {
    /// Numbers of inputs and outputs.
    fn shape(&self) -> (usize, usize) {
        (self.body.inputs().len(), self.body.outputs().len())
    }

    fn forward(&self) -> Result<&Pair, Error> {
        let make = || {
            let name = format!("{}_jvp", self.name);
            Ok(pair(name, self.body.forward()?.into(), Arc::clone(&self.origin)))
        };
        self.next.get_or_init(make).as_ref().map_err(Clone::clone)
    }

    fn origin(&self) -> Option<(&str, serde_json::Value)> {
        let (name, body) = &*self.origin;
        Some((name, body.saved()?))
    }
}

struct Value {
    shared: Shared,
    reverse: Operation,
}

impl Callee for Value {
    fn name(&self) -> &str {
        &self.shared.name
    }

    fn inputs(&self) -> &[String] {
        self.shared.body.inputs()
    }

    fn outputs(&self) -> &[String] {
        self.shared.body.outputs()
    }

    fn eval(&self, x: &[f64], y: &mut [f64]) -> Result<(), Error> {
        self.shared.body.eval(x, y)
    }

    fn vjp(&self, weighted: &[bool]) -> Result<Program, Error> {
        let (n, m) = self.shared.shape();
        let writer = Writer::default();
        let mut args = writer.inputs(n + m);
        args.extend(writer.some_inputs(weighted));
        let slopes = writer.call(&self.reverse, &args);
        let touched = |k: usize| (0..m).any(|i| weighted[i] && self.shared.body.depends(i, k));
        let slope = |k: usize| if touched(k) { slopes[k] } else { writer.zero() };
        Ok(writer.finish((0..n).map(slope)))
    }

    fn jvp(&self, moving: &[bool]) -> Result<Program, Error> {
        let (n, m) = self.shared.shape();
        let writer = Writer::default();
        let mut args = writer.inputs(n);
        writer.inputs(m);
        args.extend(writer.some_inputs(moving));
        let both = writer.call(&self.shared.forward()?.value, &args);
        Ok(writer.finish(both[m..].iter().copied()))
    }

    fn depends(&self, output: usize, input: usize) -> bool {
        self.shared.body.depends(output, input)
    }

    fn derivative(&self, name: &str) -> Option<Operation> {
        let forward = || self.shared.forward().ok()?.value.find(name);
        self.reverse.find(name).or_else(forward)
    }

    fn origin(&self) -> Option<(&str, serde_json::Value)> {
        self.shared.origin()
    }

    fn operations(&self) -> usize {
        self.shared.body.operations()
    }
}

struct Reverse {
    shared: Shared,
    name: String,
    inputs: Vec<String>,
    outputs: Vec<String>,
}

impl Reverse {
    fn new(shared: Shared) -> Self {
        let (x, y) = (shared.body.inputs(), shared.body.outputs());
        let weights = y.iter().map(|y| format!("w_{y}"));
        Reverse {
            name: format!("{}_vjp", shared.name),
            inputs: x.iter().chain(y).cloned().chain(weights).collect(),
            outputs: x.iter().map(|x| format!("d{x}")).collect(),
            shared,
        }
    }

    /// The `x`-part of the reverse mode of `G` at `(x, t)`, and the outputs of `G` there.
    fn second(
        &self,
        writer: &Writer,
        x: &[NodeId],
        t: &[NodeId],
        weights: impl Iterator<Item = NodeId>,
    ) -> Result<(Vec<NodeId>, Vec<NodeId>), Error> {
        let forward = self.shared.forward()?;
        let mut args: Vec<NodeId> = x.iter().chain(t).copied().collect();
        let outputs = writer.call(&forward.value, &args);
        args.extend(&outputs);
        args.extend(weights);
        let mut slopes = writer.call(&forward.reverse, &args);
        slopes.truncate(x.len());
        Ok((slopes, outputs))
    }
}

impl Callee for Reverse {
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
        let (n, m) = self.shared.shape();
        let (x, rest) = x.split_at(n);
        let (values, weights) = rest.split_at(m);
        self.shared.body.reverse(x, values, weights, y)
    }

    fn origin(&self) -> Option<(&str, serde_json::Value)> {
        self.shared.origin()
    }

    fn vjp(&self, weighted: &[bool]) -> Result<Program, Error> {
        let (n, m) = self.shared.shape();
        let writer = Writer::default();
        let (x, _) = (writer.inputs(n), writer.inputs(m));
        let w = writer.inputs(m);
        writer.inputs(n);
        let v = writer.some_inputs(weighted);
        let weights = (0..m).map(|_| writer.zero()).chain(w);
        let (slopes, outputs) = self.second(&writer, &x, &v, weights)?;
        let of_outputs = (0..m).map(|_| writer.zero());
        Ok(writer.finish(slopes.into_iter().chain(of_outputs).chain(outputs[m..].to_vec())))
    }

    /// The outputs are those at the inputs, so that what they change by is known without asking.
    fn jvp(&self, moving: &[bool]) -> Result<Program, Error> {
        let (n, m) = self.shared.shape();
        let writer = Writer::default();
        let (x, y) = (writer.inputs(n), writer.inputs(m));
        let w = writer.inputs(m);
        writer.inputs(n);
        let t = writer.some_inputs(&moving[..n]);
        writer.some_inputs(&moving[n..n + m]);
        let s = writer.some_inputs(&moving[n + m..]);
        if !moving[..n].contains(&true) {
            // Linear in the weights.
            let args: Vec<_> = x.into_iter().chain(y).chain(s).collect();
            let again = Operation::of(Reverse::new(self.shared.clone()));
            return Ok(writer.finish(writer.call(&again, &args).into_iter()));
        }
        let (slopes, _) = self.second(&writer, &x, &t, s.into_iter().chain(w))?;
        Ok(writer.finish(slopes.into_iter()))
    }
}

/// Writes a derivative program.
#[derive(Default)]
struct Writer(Recorder);

impl Writer {
    fn zero(&self) -> NodeId {
        self.0.constant(0.0)
    }

    fn inputs(&self, count: usize) -> Vec<NodeId> {
        (0..count).map(|_| self.0.input().raw()).collect()
    }

    /// An input for each that is marked, and 0 for the others.
    fn some_inputs(&self, marks: &[bool]) -> Vec<NodeId> {
        marks.iter().map(|&mark| if mark { self.0.input().raw() } else { self.zero() }).collect()
    }

    fn call(&self, operation: &Operation, args: &[NodeId]) -> Vec<NodeId> {
        self.0.call(operation, args)
    }

    fn finish(&self, outputs: impl Iterator<Item = NodeId>) -> Program {
        let terms: Vec<_> = outputs.map(|id| Term::new(&self.0, id)).collect();
        self.0.finish(&terms)
    }
}
