//! Calls: nodes that are computed by a function beside the table, with a derivative that is again
//! a program.

use super::{NodeId, Program, Recorder};
use crate::algebra::{Algebra, Dual, DualValue, Num, Term};
use crate::error::Error;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// What stands behind an [`Operation`].
///
/// The derivatives are programs, so that they run in every algebra and can be differentiated
/// again; they may hold calls of their own.
pub(crate) trait Callee: Send + Sync {
    fn name(&self) -> &str;

    fn inputs(&self) -> &[String];

    fn outputs(&self) -> &[String];

    /// The outputs at `x` into `y`; what is left there after an error is not looked at.
    fn eval(&self, x: &[f64], y: &mut [f64]) -> Result<(), Error>;

    /// From the inputs, the outputs, and a weight for each output that is `weighted`, to the
    /// weighted sum's derivative with respect to every input.
    fn vjp(&self, weighted: &[bool]) -> Result<Program, Error>;

    /// From the inputs, the outputs, and a tangent for each input that is `moving`, to the tangents
    /// of the outputs.
    fn jvp(&self, moving: &[bool]) -> Result<Program, Error>;

    /// Whether the output may change with the input.
    fn depends(&self, _output: usize, _input: usize) -> bool {
        true
    }

    /// Operations of one evaluation, as far as they can be counted.
    fn operations(&self) -> usize {
        1
    }

    /// The operation of that name among this one's derivatives.
    fn derivative(&self, _name: &str) -> Option<Operation> {
        None
    }

    /// The operation that this one is, or is a derivative of, by its name, and what makes it again,
    /// if that can be written down.
    fn origin(&self) -> Option<(&str, serde_json::Value)> {
        None
    }

    /// Why there is nothing to call, if the call stands for a derivative that nobody gave.
    fn missing(&self) -> Option<&Error> {
        None
    }
}

/// An operation that is not of the table: a function of the user's, a solver, a loop. One node (or
/// one for each output) in a graph or a program, whatever it does inside.
///
/// The constructors stand in [`operation`](crate::operation). A handle: cloning is cheap, and calls
/// of the same operation are recognised as such.
#[derive(Clone)]
pub struct Operation(Arc<Inner>);

struct Inner {
    callee: Box<dyn Callee>,
    vjps: Cache,
    jvps: Cache,
}

/// Programs by the mask that they were made for.
type Cache = Mutex<Vec<(Vec<bool>, Arc<Program>)>>;

/// So many programs are kept for each direction.
const MOST_KEPT: usize = 8;

impl Operation {
    pub(crate) fn of(callee: impl Callee + 'static) -> Self {
        let callee = Box::new(callee);
        Operation(Arc::new(Inner { callee, vjps: Cache::default(), jvps: Cache::default() }))
    }

    pub(crate) fn callee(&self) -> &dyn Callee {
        &*self.0.callee
    }

    /// Its name in formulas, drawings and messages.
    #[must_use]
    pub fn name(&self) -> &str {
        self.callee().name()
    }

    /// The operation of that name among this one and its derivatives.
    pub(crate) fn find(&self, name: &str) -> Option<Operation> {
        if self.name() == name {
            return Some(self.clone());
        }
        // A derivative's name begins with that of what it is a derivative of.
        let is_related = name.strip_prefix(self.name()).is_some_and(|rest| rest.starts_with('_'));
        if is_related { self.callee().derivative(name) } else { None }
    }

    /// Names of the inputs.
    #[must_use]
    pub fn inputs(&self) -> &[String] {
        self.callee().inputs()
    }

    /// Names of the outputs.
    #[must_use]
    pub fn outputs(&self) -> &[String] {
        self.callee().outputs()
    }

    /// What output `output` is called where it is written as a call: the operation's name, with the
    /// output's behind a point if there are several.
    #[must_use]
    pub fn word(&self, output: usize) -> String {
        match self.outputs() {
            [_] => self.name().to_owned(),
            outputs => format!("{}.{}", self.name(), outputs[output]),
        }
    }

    /// The outputs at `x`.
    ///
    /// In graphs and programs an operation that fails gives NaN; here it says why.
    ///
    /// # Errors
    ///
    /// If `x` has the wrong length, or the operation has no value there.
    pub fn eval(&self, x: &[f64]) -> Result<Vec<f64>, Error> {
        self.fits(x.len())?;
        let mut y = vec![f64::NAN; self.outputs().len()];
        self.callee().eval(x, &mut y)?;
        Ok(y)
    }

    /// The outputs for values of a graph, a recorder, dual numbers or any other algebra of the
    /// crate.
    ///
    /// # Panics
    ///
    /// If there are not as many `args` as inputs, or they belong to different graphs.
    pub fn call<'a, A: Calls>(&self, args: &[Term<'a, A>]) -> Vec<Term<'a, A>> {
        if let Err(error) = self.fits(args.len()) {
            panic!("{error}");
        }
        let first = args.first().expect("an operation has an input");
        for other in &args[1..] {
            first.algebra().check_same(other.algebra(), first.raw(), other.raw());
        }
        let values: Vec<A::Value> = args.iter().map(|t| t.raw()).collect();
        let outputs = first.algebra().call(self, &values);
        outputs.into_iter().map(|y| Term::new(first.algebra(), y)).collect()
    }

    /// The only output for values of an algebra: [`call`](Operation::call) where there is one.
    ///
    /// # Panics
    ///
    /// As for `call`, and if there are several outputs.
    pub fn apply<'a, A: Calls, const N: usize>(&self, args: [Term<'a, A>; N]) -> Term<'a, A> {
        let outputs = self.call(&args);
        let [only] = outputs[..] else {
            panic!("`{}` has {} outputs; ask with `call`", self.name(), outputs.len())
        };
        only
    }

    fn fits(&self, count: usize) -> Result<(), Error> {
        let want = self.inputs().len();
        if want == count {
            return Ok(());
        }
        let s = if want == 1 { "" } else { "s" };
        let message = format!("`{}` takes {want} input{s}, got {count}", self.name());
        Err(Error::new(crate::ErrorKind::Length, message))
    }

    pub(crate) fn vjp(&self, weighted: &[bool]) -> Result<Arc<Program>, Error> {
        cached(&self.0.vjps, weighted, || self.callee().vjp(weighted))
    }

    pub(crate) fn jvp(&self, moving: &[bool]) -> Result<Arc<Program>, Error> {
        cached(&self.0.jvps, moving, || self.callee().jvp(moving))
    }
}

fn cached(
    cache: &Cache,
    mask: &[bool],
    make: impl FnOnce() -> Result<Program, Error>,
) -> Result<Arc<Program>, Error> {
    let lock = || cache.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, program)) = lock().iter().find(|(known, _)| known == mask) {
        return Ok(Arc::clone(program));
    }
    let program = Arc::new(make()?.checked());
    let mut kept = lock();
    if kept.len() < MOST_KEPT {
        kept.push((mask.to_vec(), Arc::clone(&program)));
    }
    Ok(program)
}

/// The same operation, not one that does the same.
impl PartialEq for Operation {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Operation({}: {:?} -> {:?})", self.name(), self.inputs(), self.outputs())
    }
}

impl Operation {
    /// A number that tells it from other operations that exist at the same time.
    pub(super) fn identity(&self) -> u64 {
        Arc::as_ptr(&self.0).cast::<()>() as usize as u64
    }
}

/// An algebra in which operations beside the table can be called.
pub trait Calls: Algebra {
    /// The outputs of `operation`, which has as many inputs as there are `args`.
    fn call(&self, operation: &Operation, args: &[Self::Value]) -> Vec<Self::Value>;
}

impl Calls for Num {
    /// NaN where the operation fails.
    fn call(&self, operation: &Operation, args: &[f64]) -> Vec<f64> {
        let mut y = vec![f64::NAN; operation.outputs().len()];
        eval_or_nan(operation, args, &mut y);
        y
    }
}

/// The outputs at `x`, NaN where the operation fails.
pub(crate) fn eval_or_nan(operation: &Operation, x: &[f64], y: &mut [f64]) {
    if operation.callee().eval(x, y).is_err() {
        y.fill(f64::NAN);
    }
}

impl<A: Calls> Calls for Dual<'_, A> {
    fn call(&self, operation: &Operation, args: &[Self::Value]) -> Vec<Self::Value> {
        let primals: Vec<A::Value> = args.iter().map(|a| a.primal).collect();
        let along: Vec<Option<A::Value>> = args.iter().map(|a| a.tangent).collect();
        let values = self.0.call(operation, &primals);
        let tangents = tangents(self.0, operation, &primals, &values, &along);
        let pairs = values.into_iter().zip(tangents);
        pairs.map(|(primal, tangent)| DualValue { primal, tangent }).collect()
    }
}

/// The directional derivatives of the outputs of a call; none if nothing moves.
pub(crate) fn tangents<A: Calls>(
    algebra: &A,
    operation: &Operation,
    args: &[A::Value],
    values: &[A::Value],
    along: &[Option<A::Value>],
) -> Vec<Option<A::Value>> {
    let moving: Vec<bool> = along.iter().map(Option::is_some).collect();
    if !moving.contains(&true) {
        return vec![None; values.len()];
    }
    let found = match operation.jvp(&moving) {
        Ok(program) => {
            let moved = along.iter().filter_map(|t| *t);
            let inputs: Vec<_> = args.iter().chain(values).copied().chain(moved).collect();
            run(algebra, &program, &inputs)
        }
        Err(error) => missing(algebra, error, values.len(), args),
    };
    found.into_iter().map(Some).collect()
}

fn run<A: Calls>(algebra: &A, program: &Program, inputs: &[A::Value]) -> Vec<A::Value> {
    let values = program.eval(algebra, inputs);
    program.outputs().iter().map(|y| values[y.index()]).collect()
}

/// The derivative of `Σ weight·output` of a call with respect to its arguments; none where it is
/// zero by structure.
pub(crate) fn adjoints<A: Calls>(
    algebra: &A,
    operation: &Operation,
    args: &[A::Value],
    values: &[A::Value],
    weights: &[Option<A::Value>],
) -> Vec<Option<A::Value>> {
    let weighted: Vec<bool> =
        weights.iter().map(|w| w.is_some_and(|w| !algebra.is_zero(w))).collect();
    if !weighted.contains(&true) {
        return vec![None; args.len()];
    }
    let used = weights.iter().zip(&weighted).filter(|(_, used)| **used).filter_map(|(w, _)| *w);
    let found: Vec<A::Value> = match operation.vjp(&weighted) {
        Ok(program) => {
            let inputs: Vec<_> = args.iter().chain(values).copied().chain(used).collect();
            run(algebra, &program, &inputs)
        }
        Err(error) => missing(algebra, error, args.len(), args),
    };
    found.into_iter().map(|v| (!algebra.is_zero(v)).then_some(v)).collect()
}

/// NaN as the values of a derivative that nobody gave; a program remembers the reason.
fn missing<A: Calls>(algebra: &A, error: Error, count: usize, args: &[A::Value]) -> Vec<A::Value> {
    let names = |letter: char, n: usize| (0..n).map(|i| format!("{letter}{i}")).collect();
    let (inputs, outputs) = (names('x', args.len()), names('y', count));
    algebra.call(&Operation::of(Missing { error, inputs, outputs }), args)
}

/// A derivative that nobody gave.
struct Missing {
    error: Error,
    inputs: Vec<String>,
    outputs: Vec<String>,
}

impl Callee for Missing {
    fn name(&self) -> &'static str {
        "missing"
    }

    fn inputs(&self) -> &[String] {
        &self.inputs
    }

    fn outputs(&self) -> &[String] {
        &self.outputs
    }

    fn eval(&self, _: &[f64], _: &mut [f64]) -> Result<(), Error> {
        Err(self.error.clone())
    }

    fn vjp(&self, _: &[bool]) -> Result<Program, Error> {
        Err(self.error.clone())
    }

    fn jvp(&self, _: &[bool]) -> Result<Program, Error> {
        Err(self.error.clone())
    }

    fn missing(&self) -> Option<&Error> {
        Some(&self.error)
    }
}

impl Program {
    /// Whether it calls operations beside the table.
    pub(crate) fn has_calls(&self) -> bool {
        !self.calls.is_empty()
    }

    /// An error if the program needs a derivative that nobody gave.
    pub(crate) fn complete(&self) -> Result<(), Error> {
        match self.calls.iter().find_map(|site| site.operation.callee().missing()) {
            Some(error) => Err(error.clone()),
            None => Ok(()),
        }
    }

    /// The operations that are called, each once, in the order of their first call.
    #[must_use]
    pub fn called(&self) -> Vec<&Operation> {
        let mut found: Vec<&Operation> = Vec::new();
        for site in &self.calls {
            if !found.contains(&&site.operation) {
                found.push(&site.operation);
            }
        }
        found
    }

    /// Operations of one evaluation, those inside of calls included as far as they are known.
    pub(crate) fn work(&self) -> usize {
        let inside = |site: &super::Site| site.operation.callee().operations();
        self.table_operations() + self.calls.iter().map(inside).sum::<usize>()
    }
}

impl Program {
    /// Why the first call that failed at these values of the nodes did.
    fn failure(&self, values: &[f64]) -> Result<(), Error> {
        for site in &self.calls {
            let args = self.slice(&site.args).iter().map(|a| values[a.index()]);
            site.operation.eval(&args.collect::<Vec<_>>())?;
        }
        Ok(())
    }
}

impl Calls for Recorder {
    fn call(&self, operation: &Operation, args: &[NodeId]) -> Vec<NodeId> {
        let first = self.call_once(operation, args);
        (0..operation.outputs().len() as u32).map(|k| NodeId(first.0 + k)).collect()
    }
}

impl Operation {
    /// The derivative of one output with respect to every input, at `x`.
    pub(crate) fn slopes(&self, x: &[f64], output: usize) -> Result<Vec<f64>, Error> {
        let y = self.eval(x)?;
        let mask: Vec<bool> = (0..y.len()).map(|i| i == output).collect();
        let program = self.vjp(&mask)?;
        let inputs: Vec<f64> = x.iter().chain(&y).copied().chain([1.0]).collect();
        let values = program.eval(&Num, &inputs);
        let slopes: Vec<f64> = program.outputs().iter().map(|id| values[id.index()]).collect();
        if slopes.iter().any(|s| s.is_nan()) {
            program.failure(&values)?;
        }
        Ok(slopes)
    }
}
