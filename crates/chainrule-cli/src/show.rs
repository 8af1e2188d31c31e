//! `chainrule show`: a formula, or its derivative, as definitions, LaTeX, Rust or C.

use crate::arguments::FormulaArgs;
use crate::output::{Output, Result, check_free};
use crate::point::error_in;
use crate::source::Source;
use crate::table::Table;
use chainrule::Function;
use chainrule::emit::Options;
use chainrule::expression::grouped;
use chainrule::function::size;
use serde_json::json;
use std::path::{Path, PathBuf};

/// Show a formula or its gradient as definitions, LaTeX, Rust or C, or what it costs
#[derive(clap::Args)]
#[command(before_help = "\
Examples:
  chainrule show '(a*b + c)*d'
  chainrule show 'x*exp(-x^2)' --gradient --latex
  chainrule show '(1-x)^2 + 100(y-x^2)^2' --cost
  chainrule show '(1-x)^2 + 100(y-x^2)^2' --c --name rosenbrock > rosenbrock.c
  chainrule show 'x*exp(-x^2)' --gradient --save slope.json")]
pub(crate) struct Args {
    #[command(flatten)]
    formula: FormulaArgs,
    /// The derivatives in place of the value
    #[arg(long)]
    gradient: bool,
    #[command(flatten)]
    form: Form,
    /// Write it as a function that `--load` reads, with every number to the last bit
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
    /// Replace the file if it exists
    #[arg(long)]
    force: bool,
    /// Name of the function in the source
    #[arg(long, value_name = "NAME", default_value = "f")]
    name: String,
}

/// The form to show it in
#[derive(clap::Args)]
#[group(multiple = false)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
struct Form {
    /// Definitions, one a line: what is used more than once has a name (the default)
    #[arg(long)]
    ir: bool,
    /// LaTeX
    #[arg(long)]
    latex: bool,
    /// Rust source of value and gradient, without dependencies
    #[arg(long)]
    rust: bool,
    /// C source of value and gradient, without dependencies
    #[arg(long)]
    c: bool,
    /// What each derivative takes: operations, sweeps, colours, memory
    #[arg(long)]
    cost: bool,
}

pub(crate) fn run(args: &Args, output: &mut Output) -> Result<()> {
    if let Some(path) = &args.save {
        check_free(path, args.force)?;
    }
    let source = Source::read(&args.formula, &[])?;
    let fail = |e| error_in(&source.formula, &e);
    let function = source.branching.clone().unwrap_or_else(|| source.formula.function());
    let derived =
        if args.gradient { function.jacobian_function().map_err(fail)? } else { function };
    let (shown, simplified) = derived.simplify();
    if let Some(path) = &args.save {
        // A formula is kept as it is written, so that it draws and explains the same.
        let saved = if args.gradient { &shown } else { &derived };
        output.file(path, saved.to_json().as_bytes(), args.force)?;
        output.set("file", path.to_string_lossy());
        if path == Path::new("-") {
            return Ok(());
        }
    }
    if args.form.cost {
        return cost(&derived, output);
    }
    let options = Options { name: args.name.clone(), gradient: !args.gradient };
    let (form, text) = match args.form {
        Form { latex: true, .. } => ("latex", latex(&shown)),
        Form { rust: true, .. } => ("rust", shown.to_rust(&options).map_err(fail)?),
        Form { c: true, .. } => ("c", shown.to_c(&options).map_err(fail)?),
        _ => ("ir", shown.to_string()),
    };
    output.set("form", form);
    output.set("operations", shown.operations());
    output.set("text", text.trim_end());
    output.note(&simplified.to_string());
    output.text(&format!("{}\n", text.trim_end()))
}

/// What each derivative takes, before it is run.
fn cost(function: &Function, output: &mut Output) -> Result<()> {
    let mut table = Table::new(["", "operations", "sweeps", "colours", "memory"]);
    let mut entries = Vec::new();
    for cost in function.costs() {
        table.row([
            cost.derivative.to_string(),
            grouped(cost.operations),
            grouped(cost.sweeps),
            cost.colours.map_or_else(|| "–".into(), grouped),
            size(cost.bytes),
        ]);
        entries.push(json!({
            "derivative": cost.derivative.to_string(), "operations": cost.operations,
            "sweeps": cost.sweeps, "colours": cost.colours, "bytes": cost.bytes,
        }));
    }
    output.set("costs", entries);
    output.text(&table.to_string())
}

/// One equation a line, the outputs in terms of the inputs and the formula's own names.
fn latex(function: &Function) -> String {
    let program = function.program();
    let line =
        |(name, &id): (&String, _)| format!("{} = {}", name_in_latex(name), program.latex(id));
    let lines: Vec<String> = function.outputs().iter().zip(program.outputs()).map(line).collect();
    lines.join(" \\\\\n")
}

/// `dy/dx` as a fraction, other names upright as they are.
fn name_in_latex(name: &str) -> String {
    match name.split_once('/') {
        Some((above, below)) => format!(
            r"\frac{{\partial {}}}{{\partial {}}}",
            above.trim_start_matches('d'),
            below.trim_start_matches('d')
        ),
        None => name.to_owned(),
    }
}
