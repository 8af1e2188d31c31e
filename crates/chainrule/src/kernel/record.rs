//! From a closure or a function to the program of one row.

use crate::error::{Error, ErrorKind};
use crate::function::{Function, same_length};
use crate::graph::{Graph, Value};
use crate::program::{Program, Recorder};
use std::collections::BTreeSet;

/// The program of one row: its inputs are the parameters, then the columns.
#[derive(Clone, Debug)]
pub(super) struct RowProgram {
    pub(super) program: Program,
    pub(super) parameters: Vec<String>,
    pub(super) columns: Vec<String>,
    pub(super) outputs: Vec<String>,
    /// Whether the last column holds the rows' weights.
    pub(super) is_weighted: bool,
    /// Whether columns of results have the bits of the scalar evaluation.
    pub(super) is_exact: bool,
}

impl RowProgram {
    /// Runs the closure once, with every value 0.
    pub(super) fn record(
        parameters: &[&str],
        columns: &[&str],
        f: impl for<'g> FnOnce(&[Value<'g>], &[Value<'g>]) -> Vec<Value<'g>>,
    ) -> Result<Self, Error> {
        let graph = Graph::new();
        graph.watch_comparisons();
        let names = || parameters.iter().chain(columns);
        distinct(names().copied())?;
        let inputs: Vec<_> = names().map(|name| graph.value(0.0).label(*name)).collect();
        let (free, row) = inputs.split_at(parameters.len());
        let outputs = f(free, row);
        let named: Vec<String> = outputs
            .iter()
            .enumerate()
            .map(|(i, y)| y.name().unwrap_or_else(|| format!("y{i}")))
            .collect();
        if let Some(c) = graph.comparisons().first() {
            let side = |id| Value::new(&graph, id);
            let program = graph.program(&inputs, &[side(c.left), side(c.right)]);
            let [a, b] = [0, 1].map(|i| program.formula(program.outputs()[i]));
            return Err(branches(&format!("{a} {} {b}", c.relation.symbol())));
        }
        let owned = |names: &[&str]| names.iter().map(|&n| n.to_owned()).collect();
        let program = graph.program(&inputs, &outputs);
        without_calls(&program)?;
        Ok(RowProgram {
            program,
            parameters: owned(parameters),
            columns: owned(columns),
            outputs: named,
            is_weighted: false,
            is_exact: false,
        })
    }

    /// The function's program; its inputs that are not columns, and its own parameters, become
    /// parameters in their order.
    pub(super) fn of(function: &Function, columns: &[&str]) -> Result<Self, Error> {
        let path = function.first_path();
        if let Some(guard) = path.guards.first() {
            let [a, b] = [0, 1].map(|i| path.program.outputs()[path.outputs + i]);
            let [a, b] = [a, b].map(|id| path.program.formula(id));
            return Err(branches(&format!("{a} {} {b}", guard.relation.symbol())));
        }
        without_calls(&path.program)?;
        distinct(columns.iter().copied())?;
        let names: Vec<&String> = function.inputs().iter().chain(function.parameters()).collect();
        let is_column = |name: &str| columns.contains(&name);
        if let Some(unknown) = columns.iter().find(|c| !names.iter().any(|n| n == *c)) {
            let known = names.iter().map(|n| n.as_str()).collect::<Vec<_>>().join(", ");
            let error = Error::new(ErrorKind::Name, format!("`{unknown}` is not an input"));
            return Err(error.hint(format!("the inputs are {known}")));
        }
        let parameters: Vec<String> =
            names.iter().filter(|n| !is_column(n)).map(|&n| n.clone()).collect();
        let recorder = Recorder::new();
        let order = parameters.iter().map(String::as_str).chain(columns.iter().copied());
        let mut places = vec![None; names.len()];
        for name in order {
            let at = names.iter().position(|n| *n == name).expect("every name is an input");
            places[at] = Some(recorder.named_input(name).raw());
        }
        let inputs: Vec<_> = places.into_iter().flatten().collect();
        let values = path.program.eval(&recorder, &inputs);
        let outputs: Vec<_> = path.program.outputs()[..path.outputs]
            .iter()
            .map(|y| crate::algebra::Term::new(&recorder, values[y.index()]))
            .collect();
        Ok(RowProgram {
            program: recorder.finish(&outputs).without_dead_code(),
            parameters,
            columns: columns.iter().map(|&c| c.to_owned()).collect(),
            outputs: function.outputs().to_vec(),
            is_weighted: false,
            is_exact: false,
        })
    }

    /// The same with weights in one more column.
    pub(super) fn weighted(&self, column: &str) -> Result<Self, Error> {
        if self.is_weighted {
            let text = format!(
                "the rows have weights already, in column `{}`",
                self.columns.last().map_or("", |c| c)
            );
            return Err(
                Error::new(ErrorKind::Name, text).hint("multiply the two columns of weights")
            );
        }
        let names = self.parameters.iter().chain(&self.columns);
        distinct(names.map(String::as_str).chain([column]))?;
        let mut program = self.program.clone();
        let input = program.push_input();
        program.set_label(input, column);
        let mut columns = self.columns.clone();
        columns.push(column.to_owned());
        Ok(RowProgram { program, columns, is_weighted: true, ..self.clone() })
    }

    /// The number that is the value of each row's only output, or an error that says how many
    /// there are.
    pub(super) fn single(&self) -> Result<(), Error> {
        same_length("output", 1, self.outputs.len())
    }

    /// Position of an input, parameters first.
    pub(super) fn input(&self, name: &str) -> Result<usize, Error> {
        let mut names = self.parameters.iter().chain(&self.columns);
        names.position(|n| n == name).ok_or_else(|| {
            let known: Vec<&str> =
                self.parameters.iter().chain(&self.columns).map(String::as_str).collect();
            Error::new(ErrorKind::Name, format!("`{name}` is neither a parameter nor a column"))
                .hint(format!("the names are {}", known.join(", ")))
        })
    }
}

fn branches(text: &str) -> Error {
    Error::new(ErrorKind::BranchChanged, format!("the row program compares values: `{text}`"))
        .hint("rows may go either way; use `select`, `max` or `clamp`")
}

fn without_calls(program: &Program) -> Result<(), Error> {
    let Some(operation) = program.called().first().map(|o| o.name().to_owned()) else {
        return Ok(());
    };
    let message = format!("the row program calls `{operation}`, which has no loop over rows");
    Err(Error::new(ErrorKind::Option, message)
        .hint("evaluate the rows one by one with `Function`, or write it with the operations"))
}

fn distinct<'n>(names: impl Iterator<Item = &'n str>) -> Result<(), Error> {
    let mut seen = BTreeSet::new();
    for name in names {
        if name.is_empty() {
            return Err(Error::new(ErrorKind::Name, "a parameter or column has an empty name"));
        }
        if !seen.insert(name) {
            return Err(Error::new(ErrorKind::Name, format!("`{name}` stands twice")));
        }
    }
    Ok(())
}
