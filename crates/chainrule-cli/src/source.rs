//! What a subcommand works on: a formula, or a saved function in its place.

use crate::arguments::FormulaArgs;
use crate::output::{DATA, Result, USAGE, failure, library_failure};
use crate::point::error_in;
use chainrule::error::closest;
use chainrule::formula::Formula;
use chainrule::{Error, Function};
use std::io::Read;
use std::path::Path;

/// What a subcommand works on: a formula, or a saved function as one.
pub(crate) struct Source {
    pub(crate) formula: Formula,
    /// The saved function itself, if it has comparisons, which a formula has not.
    pub(crate) branching: Option<Function>,
}

impl Source {
    /// Reads the formula or the file; `-` stands for stdin. Names with a value are variables, also
    /// `e` and `pi`.
    pub(crate) fn read(args: &FormulaArgs, known: &[(String, f64)]) -> Result<Self> {
        let read = match &args.load {
            Some(path) => Source::load(path)?,
            None => Source::parse(args.formula.as_deref().unwrap_or_default(), known)?,
        };
        if args.of.is_empty() {
            return Ok(read);
        }
        let names: Vec<&str> = args.of.iter().map(|name| name.trim()).collect();
        let choose = |e| error_in(&read.formula, &e);
        let formula = read.formula.with_results(&names).map_err(choose)?;
        let branching = match read.branching {
            Some(function) => Some(choose_outputs(&function, &names)?),
            None => None,
        };
        Ok(Source { formula, branching })
    }

    /// A formula alone: what is moved away from a point cannot have comparisons.
    pub(crate) fn read_formula(args: &FormulaArgs, known: &[(String, f64)]) -> Result<Formula> {
        let Source { formula, branching } = Source::read(args, known)?;
        single(&formula)?;
        if branching.is_some() {
            let message = "the saved function compares values, and only the way that it took when \
                           it was recorded is known\n  hint: record it with `select`, which keeps both ways";
            return Err(failure(USAGE, message));
        }
        Ok(formula)
    }

    fn parse(word: &str, known: &[(String, f64)]) -> Result<Self> {
        let mut source = word.to_owned();
        if source == "-" {
            source = stdin("the formula")?;
        }
        let variables: Vec<&str> = known.iter().map(|(name, _)| name.as_str()).collect();
        let formula =
            Formula::parse_with(&source, &variables).map_err(|e| library_failure(&e, &source))?;
        Ok(Source { formula, branching: None })
    }

    fn load(path: &Path) -> Result<Self> {
        let text = if path == Path::new("-") { stdin("the function")? } else { file(path)? };
        let wrong = |e: Error| failure(DATA, format!("{}: {}", path.display(), e.render("")));
        let function = Function::from_json(&text).map_err(wrong)?;
        let formula = Formula::from_function(&function).map_err(wrong)?;
        let branching = (function.comparisons() > 0).then_some(function);
        Ok(Source { formula, branching })
    }
}

fn stdin(what: &str) -> Result<String> {
    let mut text = String::new();
    let read = std::io::stdin().read_to_string(&mut text);
    read.map_err(|e| failure(DATA, format!("cannot read {what} from stdin: {e}")))?;
    Ok(text)
}

/// The text of a file; if there is none of that name, the nearest one beside it is named.
fn file(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(|e| {
        let mut message = format!("cannot read {}: {e}", path.display());
        if e.kind() == std::io::ErrorKind::NotFound {
            let folder = path.parent().filter(|p| *p != Path::new("")).unwrap_or(Path::new("."));
            let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
            let names: Vec<String> =
                entries.map(|e| e.file_name().to_string_lossy().into_owned()).collect();
            let wanted = path.file_name().unwrap_or_default().to_string_lossy();
            if let Some(near) = closest(&wanted, names.iter().map(String::as_str)) {
                message +=
                    &format!("\n  hint: did you mean {}?", path.with_file_name(near).display());
            }
        }
        failure(DATA, message)
    })
}

/// A function with comparisons has only its outputs to choose from.
fn choose_outputs(function: &Function, names: &[&str]) -> Result<Function> {
    let outputs = function.outputs();
    let position = |name: &&str| {
        outputs.iter().position(|o| o == name).ok_or_else(|| {
            let message = format!("--of: `{name}` is no output of the saved function");
            failure(USAGE, format!("{message}\n  hint: there are {}", outputs.join(", ")))
        })
    };
    let chosen: Result<Vec<usize>> = names.iter().map(position).collect();
    Ok(function.with_outputs(&chosen?))
}

/// Most subcommands ask for one number.
pub(crate) fn single(formula: &Formula) -> Result<()> {
    if formula.results().len() == 1 {
        return Ok(());
    }
    let names = formula.function().outputs().join(", ");
    Err(failure(USAGE, format!("there are several results: {names}\n  hint: choose one with --of")))
}
