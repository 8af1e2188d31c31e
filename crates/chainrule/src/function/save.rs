//! Saved functions: a documented, versioned JSON text that keeps every bit. `docs/format.md`
//! describes it for other readers.

use super::path::{Guard, Path};
use super::record::check_names;
use super::{Function, Names};
use crate::algebra::{Op, Relation};
use crate::error::{Error, ErrorKind};
use crate::operation::saved;
use crate::program::{NodeId, Operation, Program, Step};
use serde_json::{Map, Value, json};

/// The first word of every file, with the version of the format.
const SCHEMA: &str = "chainrule-function/1";

impl Function {
    /// The function as text, one node a line. What was recorded is kept, with its comparisons; the
    /// closure is not.
    ///
    /// ```
    /// use chainrule::Function;
    /// let f = Function::record(["x"], |[x]| x.sin() + 0.1)?;
    /// let again = Function::from_json(&f.to_json())?;
    /// assert_eq!(f.value(&[0.3])?.to_bits(), again.value(&[0.3])?.to_bits());
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[must_use]
    pub fn to_json(&self) -> String {
        let path = self.first_path();
        let program = &path.program;
        let (operations, called) = called(program);
        let node = |(_, step): (NodeId, Step<'_>)| match step {
            Step::Input(i) => json!(["input", i]),
            Step::Constant(c) => json!(["constant", number(c)]),
            Step::Operation(op, args) => {
                let mut list = vec![Value::from(op.info().name)];
                list.extend(args.iter().map(|a| Value::from(a.0)));
                list.into()
            }
            Step::Call(operation, args, 0) => {
                let args: Vec<Value> = args.iter().map(|a| Value::from(a.0)).collect();
                let name = called.iter().find(|(o, _)| *o == operation).map(|(_, name)| name);
                json!(["call", name, args])
            }
            Step::Call(_, _, output) => json!(["output", output]),
        };
        let guard = |g: &Guard| json!([g.relation.symbol(), g.held]);
        let labels: Map<String, Value> = program
            .steps()
            .filter_map(|(id, _)| Some((id.0.to_string(), program.label(id)?.into())))
            .collect();
        let head = [
            ("schema", SCHEMA.into()),
            ("inputs", json!(self.names.inputs)),
            ("parameters", json!(self.names.parameters)),
            ("parameter_values", self.parameters.iter().map(|&p| number(p)).collect()),
            ("outputs", json!(self.names.outputs)),
            ("guards", path.guards.iter().map(guard).collect()),
            ("labels", labels.into()),
            ("results", program.outputs().iter().map(|y| Value::from(y.0)).collect()),
        ];
        let mut text = String::from("{\n");
        let operations = Some(("operations", Value::from(operations)))
            .filter(|(_, value)| value.as_object().is_some_and(|o| !o.is_empty()));
        for (key, value) in head.into_iter().chain(operations) {
            text += &format!("  \"{key}\": {value},\n");
        }
        let nodes: Vec<String> = program.steps().map(|s| format!("    {}", node(s))).collect();
        text += &format!("  \"nodes\": [\n{}\n  ]\n}}\n", nodes.join(",\n"));
        text
    }

    /// Reads what [`to_json`](Function::to_json) wrote.
    ///
    /// # Errors
    ///
    /// If the text is not such a file: the line and column of a syntax error, or the number of the
    /// node that makes no sense. If it calls operations:
    /// [`from_json_with`](Function::from_json_with).
    pub fn from_json(text: &str) -> Result<Self, Error> {
        Self::from_json_with(text, &[])
    }

    /// Reads a function that calls operations, which are supplied here and found by their names.
    ///
    /// ```
    /// use chainrule::{Function, Operation};
    /// let triple = Operation::unary("triple", |x| 3.0 * x, |_, _| 3.0)?;
    /// let called = triple.clone();
    /// let f = Function::record(["x"], move |[x]| called.apply([x]) + 1.0)?;
    /// let again = Function::from_json_with(&f.to_json(), &[triple])?;
    /// assert_eq!(again.gradient(&[2.0])?, [3.0]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`from_json`](Function::from_json), and if an operation is not among them or has
    /// another number of inputs or outputs.
    pub fn from_json_with(text: &str, operations: &[Operation]) -> Result<Self, Error> {
        let document: Value = serde_json::from_str(text).map_err(|e| wrong(e.to_string()))?;
        Self::from_value(&document, operations)
    }

    /// What [`to_json`](Function::to_json) writes, as a value.
    pub(crate) fn to_value(&self) -> Value {
        serde_json::from_str(&self.to_json()).expect("what is written can be read")
    }

    pub(crate) fn from_value(document: &Value, operations: &[Operation]) -> Result<Self, Error> {
        let mut known = operations.to_vec();
        for (name, made) in
            document.get("operations").and_then(Value::as_object).into_iter().flatten()
        {
            // What the caller supplies comes first.
            if !known.iter().any(|o| o.name() == name) {
                known.push(saved::read(name, made, operations)?);
            }
        }
        match document.get("schema").and_then(Value::as_str) {
            Some(SCHEMA) => {}
            Some(other) => {
                return Err(wrong(format!("the format is `{other}`"))
                    .hint(format!("this version reads `{SCHEMA}`")));
            }
            None => return Err(wrong(format!("no `\"schema\": \"{SCHEMA}\"`"))),
        }
        let names = Names {
            inputs: strings(document, "inputs")?,
            parameters: strings(document, "parameters")?,
            outputs: strings(document, "outputs")?,
        };
        check_names(names.inputs.iter().chain(&names.parameters))
            .map_err(|e| wrong(e.message()))?;
        let mut program = Program::default();
        for (i, node) in list(document, "nodes")?.iter().enumerate() {
            read_node(&mut program, i, node, &known)
                .map_err(|what| wrong(format!("node {i}: {what}")))?;
        }
        if program.len() != list(document, "nodes")?.len() {
            return Err(wrong("the outputs of the last call are not all there"));
        }
        let results = list(document, "results")?.iter().map(index);
        let results: Option<Vec<NodeId>> = results.collect();
        program.set_outputs(results.ok_or_else(|| wrong("`results` holds no node numbers"))?);
        for (key, label) in document.get("labels").and_then(Value::as_object).into_iter().flatten()
        {
            let (Ok(id), Some(label)) = (key.parse(), label.as_str()) else {
                return Err(wrong(format!("label `{key}` is not a node number with a name")));
            };
            program.set_label(NodeId(id), label);
        }
        program.check()?;
        let guards = list(document, "guards")?.iter().map(read_guard);
        let guards: Option<Vec<Guard>> = guards.collect();
        let guards = guards.ok_or_else(|| wrong("`guards` holds something else"))?;
        let parameters: Option<Vec<f64>> =
            list(document, "parameter_values")?.iter().map(read_number).collect();
        let parameters =
            parameters.ok_or_else(|| wrong("`parameter_values` holds something else"))?;
        let fits = program.inputs().len() == names.inputs.len() + names.parameters.len()
            && program.outputs().len() == names.outputs.len() + 2 * guards.len()
            && parameters.len() == names.parameters.len();
        if !fits {
            return Err(wrong("names, results and nodes do not fit in number"));
        }
        let path = Path::new(program, guards, names.inputs.len());
        Ok(Self::from_path(names, None, path, parameters.into()))
    }
}

/// What makes the operations of a program again, by name, and what each is written as. A name that
/// stands for two different operations is no name to find the second one by.
fn called(program: &Program) -> (Map<String, Value>, Vec<(&Operation, String)>) {
    let mut operations = Map::new();
    let mut called: Vec<(&Operation, String)> = Vec::new();
    for operation in program.called() {
        let is_another = match operation.callee().origin() {
            Some((root, made)) => {
                *operations.entry(root.to_owned()).or_insert_with(|| made.clone()) != made
            }
            None => called.iter().any(|(_, name)| name == operation.name()),
        };
        let name = operation.name();
        let again = if is_another { " (another of that name)" } else { "" };
        called.push((operation, format!("{name}{again}")));
    }
    (operations, called)
}

fn wrong(what: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::Format, format!("not a saved function: {what}"))
}

/// A number as JSON; what JSON has no number for, as text.
pub(crate) fn number(c: f64) -> Value {
    if c.is_finite() { json!(c) } else { Value::from(c.to_string()) }
}

pub(crate) fn read_number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(n) => n.as_f64(),
        Value::String(s) if ["NaN", "inf", "-inf"].contains(&s.as_str()) => s.parse().ok(),
        _ => None,
    }
}

fn index(value: &Value) -> Option<NodeId> {
    value.as_u64().and_then(|i| u32::try_from(i).ok()).map(NodeId)
}

fn list<'v>(document: &'v Value, key: &str) -> Result<&'v Vec<Value>, Error> {
    document.get(key).and_then(Value::as_array).ok_or_else(|| wrong(format!("no list `{key}`")))
}

fn strings(document: &Value, key: &str) -> Result<Vec<String>, Error> {
    let name = |v: &Value| v.as_str().map(str::to_owned);
    let names: Option<Vec<String>> = list(document, key)?.iter().map(name).collect();
    names.ok_or_else(|| wrong(format!("`{key}` holds something that is no name")))
}

fn read_node(
    program: &mut Program,
    i: usize,
    node: &Value,
    operations: &[Operation],
) -> Result<(), String> {
    let parts = node.as_array().ok_or("not a list")?;
    let (Some(name), rest) = (parts.first().and_then(Value::as_str), parts.get(1..)) else {
        return Err("no operation".into());
    };
    let rest = rest.unwrap_or_default();
    if name != "output" && program.len() != i {
        return Err("the outputs of the call before it are not all there".into());
    }
    match (name, rest) {
        ("input", [number]) => {
            if number.as_u64() != Some(program.inputs().len() as u64) {
                return Err(format!("input {number} is not the next one"));
            }
            program.push_input();
        }
        ("constant", [c]) => {
            let c = read_number(c).ok_or_else(|| format!("{c} is not a number"))?;
            program.push_constant(c);
        }
        ("call", [operation, args]) => {
            let operation = operation.as_str().ok_or("a call without a name")?;
            let known = operations.iter().find_map(|o| o.find(operation)).ok_or_else(|| {
                format!(
                    "it calls the operation `{operation}`, which was not supplied to \
                     `Function::from_json_with`"
                )
            })?;
            let args: Option<Vec<NodeId>> =
                args.as_array().into_iter().flatten().map(index).collect();
            let args = args.ok_or("arguments must be node numbers")?;
            program.push_call(&known, args);
        }
        ("output", [number]) => {
            let at = u32::try_from(i).map_err(|_| "too many nodes")?;
            let found = (i < program.len()).then(|| program.step(NodeId(at)));
            let is_next = |k: usize| number.as_u64() == Some(k as u64);
            if !matches!(found, Some(Step::Call(_, _, k)) if is_next(k)) {
                return Err(format!("output {number} is not the next one of a call"));
            }
            return Ok(());
        }
        _ => {
            let op = Op::from_name(name).ok_or_else(|| format!("no operation `{name}`"))?;
            let args: Option<Vec<NodeId>> = rest.iter().map(index).collect();
            program.push_operation(op, args.ok_or("arguments must be node numbers")?);
        }
    }
    Ok(())
}

fn read_guard(value: &Value) -> Option<Guard> {
    let [symbol, held] = value.as_array()?.as_slice() else { return None };
    Some(Guard { relation: Relation::from_symbol(symbol.as_str()?)?, held: held.as_bool()? })
}
