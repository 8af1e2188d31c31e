//! A formula of a row: which of its names are columns, which are parameters, and its row programs.

use chainrule::Value;
use chainrule::algebra::Term;
use chainrule::error::{Error, ErrorKind, closest};
use chainrule::formula::Formula;
use chainrule::kernel::Kernel;
use chainrule::optimize::Bounds;
use chainrule::program::{NodeId, Step};

use crate::Table;

/// A formula over the columns of a table; its other names are parameters.
#[derive(Clone, Debug)]
pub(crate) struct RowFormula {
    pub(crate) formula: Formula,
    /// Columns that the formula uses.
    pub(crate) columns: Vec<String>,
    /// Its other names, in order of appearance.
    pub(crate) parameters: Vec<String>,
    /// All columns of the table, for suggestions.
    known: Vec<String>,
}

impl RowFormula {
    /// Reads `text`. A name that is a column of `table` is one, even if it is `e` or `pi`.
    pub(crate) fn parse(text: &str, table: &Table) -> Result<Self, Error> {
        let names: Vec<&str> = table.columns().iter().map(|c| c.name.as_str()).collect();
        let formula = Formula::parse_with(text, &names)?;
        let (columns, parameters): (Vec<String>, Vec<String>) =
            formula.variables().iter().cloned().partition(|name| names.contains(&name.as_str()));
        for column in &columns {
            table.numbers(column)?;
        }
        if parameters.is_empty() {
            let message = "the formula has no parameter: all its names are columns";
            return Err(Error::new(ErrorKind::Formula, message)
                .hint("use a name that is not a column where a number is to be found"));
        }
        let known = names.iter().map(|&n| n.to_owned()).collect();
        Ok(RowFormula { formula, columns, parameters, known })
    }

    /// The values of `given` in the order of the parameters.
    pub(crate) fn start(&self, given: &[(String, f64)]) -> Result<Vec<f64>, Error> {
        for (i, (name, value)) in given.iter().enumerate() {
            self.known(name, "start")?;
            if given[..i].iter().any(|(other, _)| other == name) {
                return Err(
                    wrong(format!("start: `{name}` is given twice")).hint("keep one of them")
                );
            }
            if !value.is_finite() {
                let error = Error::new(ErrorKind::Value, format!("start: `{name}` is {value}"));
                return Err(error.hint("give a finite number"));
            }
        }
        let value = |name: &String| given.iter().find(|(other, _)| other == name).map(|g| g.1);
        let missing: Vec<&String> = self.parameters.iter().filter(|p| value(p).is_none()).collect();
        if let Some(first) = missing.first() {
            return Err(self.no_start(first, &missing));
        }
        Ok(self.parameters.iter().filter_map(value).collect())
    }

    fn no_start(&self, first: &str, missing: &[&String]) -> Error {
        let names: Vec<String> = missing.iter().map(|name| format!("`{name}`")).collect();
        let give: Vec<String> = missing.iter().map(|name| format!("{name}=…")).collect();
        let message = match names.as_slice() {
            [one] => format!("{one} is not a column and has no start value"),
            _ => format!("{} are not columns and have no start value", names.join(", ")),
        };
        let give = give.join(",");
        let error = Error::new(ErrorKind::Name, message);
        match closest(first, self.known.iter().map(String::as_str)) {
            Some(column) if missing.len() == 1 => {
                error.hint(format!("give `--start {give}`, or did you mean the column `{column}`?"))
            }
            _ => error.hint(format!("give `--start {give}`")),
        }
    }

    /// Limits for the parameters; those that are not named have none.
    pub(crate) fn bounds(&self, given: &[(String, f64, f64)]) -> Result<Option<Bounds>, Error> {
        if given.is_empty() {
            return Ok(None);
        }
        let mut pairs = vec![(f64::NEG_INFINITY, f64::INFINITY); self.parameters.len()];
        for (name, low, high) in given {
            let at = self.known(name, "bounds")?;
            if low.is_nan() || high.is_nan() || low > high {
                let message =
                    format!("bounds: no number lies between {low} and {high} for `{name}`");
                return Err(
                    Error::new(ErrorKind::Option, message).hint("give the lower limit first")
                );
            }
            pairs[at] = (*low, *high);
        }
        Bounds::new(pairs).map(Some)
    }

    /// Position of a parameter that a setting names.
    fn known(&self, name: &str, setting: &str) -> Result<usize, Error> {
        if let Some(at) = self.parameters.iter().position(|p| p == name) {
            return Ok(at);
        }
        if self.known.iter().any(|c| c == name) {
            let message = format!("{setting}: `{name}` is a column of the data, not a parameter");
            return Err(wrong(message).hint("give the parameter another name in the formula"));
        }
        let message = format!("{setting}: `{name}` is not in the formula");
        let error = wrong(message);
        Err(match closest(name, self.parameters.iter().map(String::as_str)) {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None if self.parameters.is_empty() => error.hint("it has no parameters"),
            None => error.hint(format!("its parameters are {}", self.parameters.join(", "))),
        })
    }

    /// The same with only the columns that a node depends on.
    pub(crate) fn part(&self, node: NodeId) -> Self {
        let program = self.formula.program();
        let mut used = vec![false; program.len()];
        used[node.0 as usize] = true;
        for (id, step) in program.steps().rev() {
            if let (true, Step::Operation(_, args)) = (used[id.0 as usize], step) {
                for a in args {
                    used[a.0 as usize] = true;
                }
            }
        }
        let names = self.formula.variables().iter().zip(program.inputs());
        let is_used = |column: &&String| {
            names.clone().any(|(name, id)| name == *column && used[id.0 as usize])
        };
        let columns = self.columns.iter().filter(is_used).cloned().collect();
        RowFormula { columns, ..self.clone() }
    }

    /// A kernel of a node over the formula's columns and one column more, which is not used.
    pub(crate) fn value_of(&self, node: NodeId) -> Result<Kernel, Error> {
        self.kernel(node, "a column without meaning", |value, _| value)
    }

    /// A kernel over the formula's columns and one column more, of what `f` makes of a node and that column.
    pub(crate) fn kernel(
        &self,
        node: NodeId,
        further: &str,
        f: impl for<'g> FnOnce(Value<'g>, Value<'g>) -> Value<'g>,
    ) -> Result<Kernel, Error> {
        let parameters: Vec<&str> = self.parameters.iter().map(String::as_str).collect();
        let mut columns: Vec<&str> = self.columns.iter().map(String::as_str).collect();
        columns.push(further);
        Kernel::sum_over(&parameters, &columns, |p, row| {
            let (further, own) = row.split_last().expect("there is one column at least");
            let graph = further.algebra();
            let place = |name: &String| {
                let of = |names: &[String], values: &[Value<'_>]| {
                    names.iter().position(|n| n == name).map(|i| values[i].raw())
                };
                of(&self.parameters, p).or_else(|| of(&self.columns, own))
            };
            // A column that no used node depends on may be left out.
            let none = further.constant(0.0).raw();
            let variables = self.formula.variables().iter();
            let inputs: Vec<_> = variables.map(|name| place(name).unwrap_or(none)).collect();
            let values = self.formula.program().eval(graph, &inputs);
            f(Term::new(graph, values[node.0 as usize]), *further)
        })
    }

    /// The first row in which a kernel of [`value_of`](RowFormula::value_of) is not finite, in words.
    pub(crate) fn not_finite(
        &self,
        value: &Kernel,
        columns: &[&[f64]],
        x: &[f64],
        number: &dyn Fn(usize) -> usize,
    ) -> Error {
        let at: Vec<String> =
            self.parameters.iter().zip(x).map(|(name, x)| format!("{name} = {x}")).collect();
        let at = at.join(", ");
        let values = value.eval_batch(x, columns).unwrap_or_default().pop().unwrap_or_default();
        let bad = values.iter().position(|f| !f.is_finite());
        let message = match bad {
            Some(row) => {
                let pairs = self.columns.iter().zip(columns);
                let inputs: Vec<String> =
                    pairs.map(|(name, column)| format!("{name} = {}", column[row])).collect();
                let inputs = inputs.join(", ");
                format!(
                    "row {}: `{}` is {} for {inputs} at {at}",
                    number(row) + 1,
                    self.formula,
                    values[row]
                )
            }
            None => format!("the derivatives of `{}` are not finite at {at}", self.formula),
        };
        Error::new(ErrorKind::Value, message)
            .hint("start elsewhere, or keep parameters in their domain with bounds")
    }
}

fn wrong(message: String) -> Error {
    Error::new(ErrorKind::Name, message)
}
