//! Recording: from a closure, a formula or an eager graph to a [`Function`].

use super::path::{Guard, Path};
use super::{Function, Names, Workspace, same_length};
use crate::error::{Error, ErrorKind};
use crate::graph::{Graph, Value};
use crate::program::Program;
use std::sync::{Arc, RwLock};

/// The user's function over inputs and parameters, kept so that another way through it can be
/// recorded.
type Closure = dyn for<'g> Fn(&[Value<'g>], &[Value<'g>]) -> Vec<Value<'g>> + Send + Sync;

/// Where further ways through a function come from.
pub(super) enum Source {
    /// The user's closure, run again.
    Closure(Arc<Closure>),
    /// The ways of another function, of the same parameters, at the leading inputs.
    Derived { from: Function, make: Box<Derive> },
}

/// What makes a derivative's program of a function's, way by way.
pub(super) type Derive = dyn Fn(&Path) -> Path + Send + Sync;

impl Function {
    /// Records a function of `N` named inputs with one output.
    ///
    /// It is run once at the origin. Where it compares values, the way taken there is remembered
    /// as a guard; at a point that goes another way it is recorded again.
    ///
    /// # Errors
    ///
    /// If a name is empty or stands twice.
    pub fn record<const N: usize>(
        names: [&str; N],
        f: impl for<'g> Fn([Value<'g>; N]) -> Value<'g> + Send + Sync + 'static,
    ) -> Result<Self, Error> {
        let closure = at_inputs(move |x| vec![f(std::array::from_fn(|i| x[i]))]);
        Self::build(&names, &[], &[0.0; N], closure)
    }

    /// The same with several outputs.
    ///
    /// # Errors
    ///
    /// If a name is empty or stands twice.
    pub fn record_vector<const N: usize, const M: usize>(
        names: [&str; N],
        f: impl for<'g> Fn([Value<'g>; N]) -> [Value<'g>; M] + Send + Sync + 'static,
    ) -> Result<Self, Error> {
        let closure = at_inputs(move |x| f(std::array::from_fn(|i| x[i])).to_vec());
        Self::build(&names, &[], &[0.0; N], closure)
    }

    /// Records a function of any number of inputs and outputs, at the point `at`.
    ///
    /// ```
    /// use chainrule::Function;
    /// let f = Function::record_slices(&["a", "b", "c"], &[1.0; 3], |x| vec![x.iter().sum()])?;
    /// assert_eq!(f.eval(&[1.0, 2.0, 3.0])?, [6.0]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If a name is empty or stands twice, or `at` is not as long as `names`.
    pub fn record_slices(
        names: &[&str],
        at: &[f64],
        f: impl for<'g> Fn(&[Value<'g>]) -> Vec<Value<'g>> + Send + Sync + 'static,
    ) -> Result<Self, Error> {
        Self::build(names, &[], at, at_inputs(f))
    }

    /// Records a function of inputs and of parameters, which are not differentiated and can change
    /// between calls: [`with_parameters`](Function::with_parameters).
    ///
    /// ```
    /// use chainrule::Function;
    /// let f = Function::record_with_parameters(&["x"], &["k"], |x, k| vec![k[0] * x[0] * x[0]])?;
    /// assert_eq!(f.with_parameters(&[5.0])?.gradient(&[3.0])?, [30.0]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If a name is empty or stands twice.
    pub fn record_with_parameters(
        inputs: &[&str],
        parameters: &[&str],
        f: impl for<'g> Fn(&[Value<'g>], &[Value<'g>]) -> Vec<Value<'g>> + Send + Sync + 'static,
    ) -> Result<Self, Error> {
        Self::build(inputs, parameters, &vec![0.0; inputs.len()], Arc::new(f))
    }

    /// What an eager graph recorded from `inputs` to `outputs`. It has no closure: where a
    /// comparison would go another way, evaluation gives an error. Unnamed values get names
    /// `x0, x1, …` and `y0, y1, …`.
    ///
    /// # Errors
    ///
    /// If two inputs have the same name.
    ///
    /// # Panics
    ///
    /// If an input or output belongs to another graph than `graph`.
    pub fn from_graph(
        graph: &Graph,
        inputs: &[Value<'_>],
        outputs: &[Value<'_>],
    ) -> Result<Self, Error> {
        let name = |(i, v): (usize, &Value<'_>), letter| v.name().unwrap_or(format!("{letter}{i}"));
        let names = Names {
            inputs: inputs.iter().enumerate().map(|v| name(v, 'x')).collect(),
            parameters: Vec::new(),
            outputs: outputs.iter().enumerate().map(|v| name(v, 'y')).collect(),
        };
        Self::from_program(graph.program(inputs, outputs), names)
    }

    /// The function of a program without comparisons.
    pub(crate) fn from_program(mut program: Program, names: Names) -> Result<Self, Error> {
        check_names(names.inputs.iter().chain(&names.parameters))?;
        name_nodes(&mut program, &names);
        let path = Path::new(program, Vec::new(), names.inputs.len());
        let parameters = vec![0.0; names.parameters.len()].into();
        Ok(Self::from_path(names, None, path, parameters))
    }

    /// The same function with its program replaced by what `change` makes of it. Another way
    /// through it is still recorded from the closure, unchanged.
    pub(crate) fn map_program(&self, change: impl Fn(&Program) -> Program) -> Self {
        let first = self.first_path();
        let path = Path::new(change(&first.program), first.guards.clone(), first.inputs);
        let names = (*self.names).clone();
        Self::from_path(names, self.source.clone(), path, Arc::clone(&self.parameters))
    }

    pub(super) fn from_path(
        names: Names,
        source: Option<Arc<Source>>,
        path: Path,
        parameters: Arc<[f64]>,
    ) -> Self {
        let paths = Arc::new(RwLock::new(vec![Arc::new(path)]));
        Function { names: Arc::new(names), source, paths, parameters, limit: None }
    }

    fn build(
        inputs: &[&str],
        parameters: &[&str],
        at: &[f64],
        closure: Arc<Closure>,
    ) -> Result<Self, Error> {
        same_length("value", inputs.len(), at.len())?;
        let list = |names: &[&str]| names.iter().map(|&n| n.to_owned()).collect::<Vec<_>>();
        let mut names =
            Names { inputs: list(inputs), parameters: list(parameters), outputs: Vec::new() };
        check_names(names.inputs.iter().chain(&names.parameters))?;
        let values: Arc<[f64]> = vec![0.0; parameters.len()].into();
        let path = record_path(&mut names, at, &values, &*closure);
        Ok(Self::from_path(names, Some(Arc::new(Source::Closure(closure))), path, values))
    }

    /// Records the way that the function takes at `x`, if it, or what it was derived from, owns its
    /// closure.
    pub(super) fn record_again(&self, x: &[f64]) -> Option<Path> {
        let path = match self.source.as_deref()? {
            Source::Closure(closure) => {
                let mut names = (*self.names).clone();
                record_path(&mut names, x, &self.parameters, &**closure)
            }
            Source::Derived { from, make } => {
                let from = Function { parameters: Arc::clone(&self.parameters), ..from.clone() };
                let x = x.get(..from.names.inputs.len())?;
                make(&*from.path_at(x, &mut Workspace::new()).ok()?)
            }
        };
        (path.outputs == self.names.outputs.len()).then_some(path)
    }

    /// The function whose way at a point is made from this one's at the leading inputs.
    pub(super) fn derive(
        &self,
        inputs: Vec<String>,
        outputs: Vec<String>,
        make: impl Fn(&Path) -> Path + Send + Sync + 'static,
    ) -> Result<Self, Error> {
        let names = Names { inputs, outputs, parameters: self.names.parameters.clone() };
        let own = names.clone();
        let make = move |path: &Path| {
            let mut made = make(path);
            name_nodes(&mut made.program, &own);
            made
        };
        let path = make(&self.first_path());
        path.program.complete()?;
        let source = Source::Derived { from: self.clone(), make: Box::new(make) };
        Ok(Self::from_path(names, Some(source.into()), path, Arc::clone(&self.parameters)))
    }
}

fn at_inputs(
    f: impl for<'g> Fn(&[Value<'g>]) -> Vec<Value<'g>> + Send + Sync + 'static,
) -> Arc<Closure> {
    fn typed<F>(f: F) -> F
    where
        F: for<'g> Fn(&[Value<'g>], &[Value<'g>]) -> Vec<Value<'g>>,
    {
        f
    }
    Arc::new(typed(move |x, _| f(x)))
}

/// Runs the closure on a graph and keeps what it did, with its comparisons as further outputs.
fn record_path(names: &mut Names, x: &[f64], parameters: &[f64], closure: &Closure) -> Path {
    let graph = Graph::new();
    graph.watch_comparisons();
    let inputs: Vec<_> = x.iter().chain(parameters).map(|&v| graph.value(v)).collect();
    let (free, held) = inputs.split_at(x.len());
    let mut outputs = closure(free, held);
    let name = |(i, y): (usize, &Value<'_>)| y.name().unwrap_or_else(|| format!("y{i}"));
    names.outputs = outputs.iter().enumerate().map(name).collect();
    let comparisons = graph.comparisons();
    let mut guards = Vec::with_capacity(comparisons.len());
    for c in &comparisons {
        outputs.extend([Value::new(&graph, c.left), Value::new(&graph, c.right)]);
        guards.push(Guard { relation: c.relation, held: c.held });
    }
    let mut program = graph.program(&inputs, &outputs);
    name_nodes(&mut program, names);
    Path::new(program, guards, x.len())
}

fn name_nodes(program: &mut Program, names: &Names) {
    let inputs: Vec<_> = program.inputs().to_vec();
    for (id, name) in inputs.into_iter().zip(names.inputs.iter().chain(&names.parameters)) {
        program.set_label(id, name.clone());
    }
}

/// The names, and one for the direction of each: `dx` for `x`, with as many `d` as it takes to
/// tell it from the others.
pub(super) fn with_directions(names: &[String], taken: &[String]) -> Vec<String> {
    let mut all = names.to_vec();
    for name in names {
        let mut direction = format!("d{name}");
        while all.contains(&direction) || taken.contains(&direction) {
            direction.insert(0, 'd');
        }
        all.push(direction);
    }
    all
}

pub(super) fn check_names<'n>(names: impl Iterator<Item = &'n String>) -> Result<(), Error> {
    let mut seen = std::collections::BTreeSet::new();
    for name in names {
        if name.is_empty() {
            return Err(Error::new(ErrorKind::Name, "an input has an empty name"));
        }
        if !seen.insert(name) {
            return Err(Error::new(ErrorKind::Name, format!("two inputs are named `{name}`")));
        }
    }
    Ok(())
}
