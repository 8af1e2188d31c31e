//! From a program to lines of source: what is shared, labelled or long becomes a variable, the rest
//! is written in place.

use super::Language;
use super::names::{Names, comment};
use super::template::Template;
use super::template::strength::{CLOSED, LOOSE, SUM};
use crate::algebra::Op;
use crate::error::{Error, ErrorKind};
use crate::expression;
use crate::function::Function;
use crate::program::{NodeId, Program, Recorder, Step};

/// Longest expression that is written inside of another, in bytes.
const IN_PLACE: usize = 60;

/// Longest formula in a comment, in bytes.
const SHOWN: usize = 60;

/// An expression of the target language.
#[derive(Clone, Debug)]
pub(super) struct Expression {
    pub(super) text: String,
    pub(super) binds: u8,
}

impl Expression {
    pub(super) fn new(text: impl Into<String>, binds: u8) -> Self {
        Expression { text: text.into(), binds }
    }

    /// The text, in brackets if it binds less tightly than `least`.
    pub(super) fn at_least(&self, least: u8) -> String {
        if self.binds < least { format!("({})", self.text) } else { self.text.clone() }
    }
}

/// A comparison that must come out as it did when the function was recorded.
pub(super) struct Guard {
    /// The comparison in the target language.
    pub(super) condition: String,
    pub(super) held: bool,
    /// What the user wrote.
    pub(super) formula: String,
}

/// Largest number of guards that are asked in one condition.
pub(super) const GUARDS: usize = 64;

/// The condition under which one of `guards` fails, a line for each, with its formula in a comment.
pub(super) fn guard_lines(guards: &[Guard], comment: impl Fn(&str) -> String) -> String {
    let line = |g: &Guard| {
        let note = comment(&format!("`{}` was {}", g.formula, g.held));
        let not = if g.held { format!("!({})", g.condition) } else { g.condition.clone() };
        not + &note
    };
    guards.iter().map(line).collect::<Vec<_>>().join("\n        || ")
}

/// The inside of a function.
pub(super) struct Body {
    /// Name and expression of each variable, in order.
    pub(super) definitions: Vec<(String, String)>,
    pub(super) guards: Vec<Guard>,
    pub(super) results: Vec<String>,
    /// Whether each input stands anywhere.
    pub(super) uses_input: Vec<bool>,
}

/// The outputs of `f`, then its derivatives if wanted, then the operands of its guards.
pub(super) fn program(f: &Function, with_derivatives: bool) -> Result<Program, Error> {
    let path = f.first_path();
    let (m, n) = (path.outputs, path.inputs);
    let recorder = Recorder::sharing();
    let inputs: Vec<NodeId> =
        path.program.inputs().iter().map(|_| recorder.input().raw()).collect();
    let values = path.program.eval(&recorder, &inputs);
    let (results, guards) = path.program.outputs().split_at(m);
    let mut outputs: Vec<NodeId> = results.iter().map(|y| values[y.index()]).collect();
    if with_derivatives {
        let derived = f.jacobian_function()?.first_path();
        let nodes = derived.program.eval(&recorder, &inputs);
        outputs.extend(derived.program.outputs()[..n * m].iter().map(|y| nodes[y.index()]));
    }
    outputs.extend(guards.iter().map(|y| values[y.index()]));
    let terms: Vec<_> =
        outputs.iter().map(|&id| crate::algebra::Term::new(&recorder, id)).collect();
    let mut joint = recorder.finish(&terms);
    for (id, step) in path.program.steps() {
        let place = values[id.index()];
        let is_free = joint.label(place).is_none()
            && matches!(step, Step::Operation(..))
            && matches!(joint.step(place), Step::Operation(..));
        if let (true, Some(label)) = (is_free, path.program.label(id)) {
            let label = label.to_owned();
            joint.set_label(place, label);
        }
    }
    Ok(joint.simplify())
}

/// Writes `program`, the first outputs of which are the `count` results and the others the operands
/// of the guards of `f`.
pub(super) fn write(
    language: &impl Language,
    f: &Function,
    program: &Program,
    inputs: &[String],
    names: &mut Names,
    count: usize,
) -> Result<Body, Error> {
    let mut uses = vec![0_usize; program.len()];
    for (_, step) in program.steps() {
        if let Step::Operation(_, args) = step {
            for arg in args {
                uses[arg.index()] += 1;
            }
        }
    }
    let mut is_result = vec![false; program.len()];
    for output in program.outputs() {
        uses[output.index()] += 1;
        is_result[output.index()] = true;
    }
    let mut body = Body {
        definitions: Vec::new(),
        guards: Vec::new(),
        results: Vec::new(),
        uses_input: vec![false; inputs.len()],
    };
    let mut written: Vec<Option<Expression>> = vec![None; program.len()];
    for (id, step) in program.steps() {
        let i = id.index();
        let expression = match step {
            Step::Input(k) => {
                body.uses_input[k] = uses[i] > 0;
                Expression::new(inputs[k].clone(), CLOSED)
            }
            Step::Constant(c) => language.number(c),
            Step::Call(operation, ..) => {
                let message = format!("there is no source of the operation `{}`", operation.name());
                return Err(Error::new(ErrorKind::Option, message)
                    .hint("write it with the operations of the table, or call it from your code"));
            }
            Step::Operation(op, args) => {
                let parts: Vec<_> = args.iter().map(|a| take(program, &mut written, *a)).collect();
                let expression = operation(language, op, &parts, program, args)?;
                let is_last = uses[i] == 1 && is_result[i];
                let name = match program.label(id) {
                    Some(label) if !(is_last && count == 1) => Some(names.add(label)),
                    _ if is_last => None,
                    _ if uses[i] > 1 || expression.text.len() > IN_PLACE => Some(names.temporary()),
                    _ => None,
                };
                match name {
                    Some(name) => {
                        body.definitions.push((name.clone(), expression.text));
                        Expression::new(name, CLOSED)
                    }
                    None => expression,
                }
            }
        };
        written[i] = Some(expression);
    }
    let mut output = |id: &NodeId| take(program, &mut written, *id);
    let (results, operands) = program.outputs().split_at(count);
    body.results = results.iter().map(|y| output(y).text).collect();
    let path = f.first_path();
    let recorded = &path.program.outputs()[path.outputs..];
    for ((guard, pair), original) in
        path.guards.iter().zip(operands.chunks_exact(2)).zip(recorded.chunks_exact(2))
    {
        let sign = guard.relation.symbol();
        let side = |id: &NodeId| expression::formula(&path.program, id.index(), SHOWN);
        let formula = format!("{} {sign} {}", side(&original[0]), side(&original[1]));
        let [left, right] = [output(&pair[0]), output(&pair[1])].map(|e| e.at_least(SUM));
        let condition = format!("{left} {sign} {right}");
        if !body.guards.iter().any(|g| g.condition == condition) {
            body.guards.push(Guard { condition, held: guard.held, formula: comment(&formula) });
        }
    }
    Ok(body)
}

/// The expression of a node: moved out where it is written in place, because that is its only use.
fn take(program: &Program, written: &mut [Option<Expression>], id: NodeId) -> Expression {
    let slot = &mut written[id.index()];
    let is_operation = matches!(program.step(id), Step::Operation(..));
    let is_name = slot.as_ref().is_some_and(|e| e.binds == CLOSED && e.text.len() < IN_PLACE);
    let found = if is_operation && !is_name { slot.take() } else { slot.clone() };
    found.expect("arguments come before their uses, and what is used twice has a name")
}

fn operation(
    language: &impl Language,
    op: Op,
    parts: &[Expression],
    program: &Program,
    args: &[NodeId],
) -> Result<Expression, Error> {
    let info = op.info();
    if info.any {
        return language.many(op, parts);
    }
    let number = |k: usize| match program.step(args[k]) {
        Step::Constant(c) => Some(c),
        _ => None,
    };
    let mut template = language.template(op)?;
    let is_name = |e: &Expression| e.text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if template.has_branch()
        || template.wants_names() && !(0..parts.len()).all(|k| is_name(&parts[k]))
    {
        template = call(info.name, info.arguments);
    }
    let text = template.fill(|place| match number(place.argument) {
        Some(c) if place.is_receiver => language.receiver(c),
        _ => parts[place.argument].at_least(place.least),
    });
    Ok(Expression::new(text, template.binds))
}

/// The call of a function of that name.
fn call(name: &str, arguments: &[&str]) -> Template {
    Template::new(&format!("{name}({})", arguments.join(", ")), arguments)
}

/// Sums and products of few terms, which are written out: the row's text, the sign, its strength.
const WRITTEN_OUT: [(&str, &str, u8); 2] = [
    ("x.iter().sum::<f64>()", " + ", SUM),
    ("x.iter().product::<f64>()", " * ", super::template::strength::PRODUCT),
];

/// Largest number of terms that are written out.
const TERMS: usize = 8;

/// A chain of infix signs, if the row is one; both add from left to right.
pub(super) fn written_out(op: Op, parts: &[Expression]) -> Option<Expression> {
    let (_, sign, binds) = WRITTEN_OUT.iter().find(|w| w.0 == op.info().value)?;
    if parts.len() > TERMS {
        return None;
    }
    if let [only] = parts {
        return Some(only.clone());
    }
    let term = |(k, e): (usize, &Expression)| e.at_least(if k == 0 { *binds } else { binds + 1 });
    let terms: Vec<String> = parts.iter().enumerate().map(term).collect();
    Some(Expression::new(terms.join(sign), *binds))
}

/// The terms of a list, none in brackets.
pub(super) fn list(parts: &[Expression]) -> String {
    let terms: Vec<String> = parts.iter().map(|e| e.at_least(LOOSE)).collect();
    terms.join(", ")
}
