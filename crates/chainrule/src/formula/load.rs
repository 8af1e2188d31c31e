//! A formula with other results than its last definition, and a recorded function as a formula.

use super::{Formula, wrong_name};
use crate::error::{Error, ErrorKind, closest};
use crate::function::Function;
use crate::program::{NodeId, Program, Step};

impl Formula {
    /// The nodes of the results: the last definition, or those chosen by
    /// [`with_results`](Formula::with_results).
    #[must_use]
    pub fn results(&self) -> &[NodeId] {
        self.program.outputs()
    }

    /// The same formula with these definitions or variables as its results, in that order; the
    /// first is the [`result`](Formula::result).
    ///
    /// ```
    /// use chainrule::formula::Formula;
    /// let formula = Formula::parse("u = x*y; v = sin(u)")?.with_results(&["v", "u"])?;
    /// assert_eq!(formula.function().outputs(), ["v", "u"]);
    /// assert_eq!(formula.function().eval(&[0.0, 2.0])?, [0.0, 0.0]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If `names` is empty, or one of them is neither defined nor a variable.
    pub fn with_results<N: AsRef<str>>(&self, names: &[N]) -> Result<Self, Error> {
        if names.is_empty() {
            return Err(wrong_name("no result is chosen"));
        }
        let outputs: Result<Vec<NodeId>, Error> =
            names.iter().map(|name| self.node_of(name.as_ref())).collect();
        let mut formula = self.clone();
        formula.program.set_outputs(outputs?);
        formula.chosen = names.iter().map(|name| name.as_ref().to_owned()).collect();
        Ok(formula)
    }

    fn node_of(&self, name: &str) -> Result<NodeId, Error> {
        let outputs = self.chosen.iter().zip(self.program.outputs());
        let defined = self.definitions.iter().map(|(n, id)| (n, id)).chain(outputs);
        let mut all = defined.chain(self.variables.iter().zip(self.program.inputs()));
        if let Some((_, id)) = all.clone().find(|(n, _)| *n == name) {
            return Ok(*id);
        }
        let error = wrong_name(format!("`{name}` is not defined"));
        Err(match closest(name, all.clone().map(|(n, _)| n.as_str())) {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None => match all.next() {
                Some(_) => error.hint(format!("there are {}", list(all))),
                None => error,
            },
        })
    }

    /// A recorded function as a formula: its named nodes are the definitions, its outputs the
    /// results, and its parameters numbers. There is no source, so no node has a place in it.
    ///
    /// Comparisons that decided which way was recorded are not part of a formula. Where the
    /// function [has any](Function::comparisons), its value at a point is the formula's only if
    /// [`eval`](Function::eval) succeeds there.
    ///
    /// ```
    /// use chainrule::{Function, formula::Formula};
    /// let f = Function::record(["x"], |[x]| x.sin() * x)?;
    /// assert_eq!(Formula::from_function(&f)?.value(&[2.0]), f.value(&[2.0])?);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the function has no output.
    pub fn from_function(function: &Function) -> Result<Self, Error> {
        if function.outputs().is_empty() {
            return Err(Error::new(ErrorKind::Length, "the function has no output"));
        }
        let program = without_parameters(&function.program(), function);
        let computed = program.steps().filter(|(_, step)| !matches!(step, Step::Input(_)));
        let definitions: Vec<_> =
            computed.filter_map(|(id, _)| Some((program.label(id)?.to_owned(), id))).collect();
        let named_result = definitions.last().is_some_and(|(_, id)| *id == program.outputs()[0]);
        Ok(Formula {
            variables: function.inputs().to_vec(),
            chosen: function.outputs().to_vec(),
            definitions,
            named_result,
            program,
            ..Formula::default()
        })
    }
}

fn list<'n>(names: impl Iterator<Item = (&'n String, &'n NodeId)>) -> String {
    const LISTED: usize = 12;
    names.take(LISTED).map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ")
}

/// The function's program with numbers in place of its parameters, and without the operands of its
/// comparisons.
fn without_parameters(recorded: &Program, function: &Function) -> Program {
    let inputs = function.inputs().len();
    let mut program = Program::default();
    let mut place = vec![NodeId(0); recorded.len()];
    // Inputs stand first, as in a formula that was read.
    for &id in &recorded.inputs()[..inputs] {
        place[id.index()] = program.push_input();
    }
    for (id, step) in recorded.steps() {
        place[id.index()] = match step {
            Step::Input(k) if k < inputs => place[id.index()],
            Step::Input(k) => program.push_constant(function.parameter_values()[k - inputs]),
            Step::Constant(c) => program.push_constant(c),
            Step::Operation(op, args) => {
                program.push_operation(op, args.iter().map(|a| place[a.index()]))
            }
            Step::Call(operation, args, 0) => {
                program.push_call(operation, args.iter().map(|a| place[a.index()]))
            }
            Step::Call(..) => program.next_output(place[id.index() - 1]),
        };
        if let Some(label) = recorded.label(id) {
            program.set_label(place[id.index()], label);
        }
    }
    let outputs = &recorded.outputs()[..function.outputs().len()];
    program.set_outputs(outputs.iter().map(|y| place[y.index()]).collect());
    program.without_dead_code()
}
