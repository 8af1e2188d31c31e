//! `chainrule show`: a formula, or its derivative, as definitions, LaTeX, Rust or C.

use crate::arguments::FormulaArgs;
use crate::output::{Output, Result};
use crate::point::{error_in, read_formula};
use chainrule::Function;
use chainrule::emit::Options;

/// Show a formula or its gradient as definitions, LaTeX, Rust or C
#[derive(clap::Args)]
#[command(before_help = "\
Examples:
  chainrule show '(a*b + c)*d'
  chainrule show 'x*exp(-x^2)' --gradient --latex
  chainrule show '(1-x)^2 + 100(y-x^2)^2' --c --name rosenbrock > rosenbrock.c")]
pub(crate) struct Args {
    #[command(flatten)]
    formula: FormulaArgs,
    /// The derivatives in place of the value
    #[arg(long)]
    gradient: bool,
    #[command(flatten)]
    form: Form,
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
}

pub(crate) fn run(args: &Args, output: &mut Output) -> Result<()> {
    let formula = read_formula(&args.formula, &[])?;
    let fail = |e| error_in(&formula, &e);
    let recorded = formula.function();
    let shown = if args.gradient { recorded.gradient_function().map_err(fail)? } else { recorded };
    let (shown, simplified) = shown.simplify();
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
