//! Functions as source of Rust and C: readable, without dependencies.
//!
//! How an operation reads comes from its row in the table of operations; special functions are
//! shipped with the code that needs them.
//!
//! ```
//! use chainrule::Function;
//! use chainrule::emit::{self, Options};
//! let wave = Function::record(["x"], |[x]| x.sin() * x)?;
//! let length = Function::record(["x", "y"], |[x, y]| x.hypot(y))?;
//! let name = |name: &str| Options { name: name.into(), ..Options::default() };
//! let header = "double wave_gradient(double x, double gradient[1])";
//! let source = emit::c(&[(&wave, &name("wave")), (&length, &name("length"))])?;
//! assert!(source.contains(header) && source.contains("return special_hypot(x, y);"));
//! # Ok::<(), chainrule::Error>(())
//! ```

mod body;
mod c;
mod names;
mod rust;
mod support;
mod template;

use crate::algebra::Op;
use crate::error::{Error, ErrorKind};
use crate::function::Function;
use body::Expression;
use template::Template;

/// What is emitted of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Name of the emitted function; that of the derivative is this with `_gradient`, or with
    /// `_jacobian` where there are several outputs.
    pub name: String,
    /// Whether the function of value and derivative is emitted too.
    pub gradient: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options { name: "f".into(), gradient: true }
    }
}

/// What a target language is, for the part of the work that is common to all.
trait Language {
    /// How an operation of a fixed number of arguments reads.
    fn template(&self, op: Op) -> Result<Template, Error>;

    /// How an operation of any number of arguments reads.
    fn many(&self, op: Op, parts: &[Expression]) -> Result<Expression, Error>;

    /// A number that reads back to the same bits.
    fn number(&self, c: f64) -> Expression;

    /// The same as the receiver of a method.
    fn receiver(&self, c: f64) -> String {
        self.number(c).at_least(template::strength::CLOSED)
    }
}

impl Function {
    /// The function as Rust source (edition 2021 or later, no dependencies): `f(x, y) -> f64` and
    /// `f_gradient(x, y) -> (f64, [f64; 2])`, parameters after inputs.
    ///
    /// Several outputs become an array, and `f_jacobian` gives a row for each. Six arguments or
    /// fewer are separate, more are arrays by reference: one of the inputs, one of the parameters.
    /// What is labelled or used more than once is a variable, the rest is written in place.
    ///
    /// On the same platform results equal those of this function to the last bit, or within 2 ulp
    /// of an operation where it calls the crate `libm` (`log10`, `erf`, `lgamma`). Where a comparison goes another way
    /// than when the function was recorded, every result is NaN; only the way recorded first is
    /// emitted, so prefer [`select`](crate::Value::select).
    ///
    /// ```
    /// use chainrule::Function;
    /// use chainrule::emit::Options;
    /// let f = Function::record(["x", "y"], |[x, y]| (x * y).sin() + y)?;
    /// let source = f.to_rust(&Options { name: "wave".into(), gradient: false })?;
    /// assert!(source.contains("pub fn wave(x: f64, y: f64) -> f64 {\n    (x * y).sin() + y\n}"));
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the name is no identifier, or the function has no output.
    pub fn to_rust(&self, options: &Options) -> Result<String, Error> {
        rust(&[(self, options)])
    }

    /// The function as C11 source, without warnings and with nothing but `<math.h>`:
    /// `double f(double x, double y)` and
    /// `double f_gradient(double x, double y, double gradient[2])`, parameters after inputs.
    ///
    /// Several outputs are written to `double outputs[m]`, and `f_jacobian` also writes
    /// `double jacobian[m][n]`. Arrays replace more than six arguments, as in
    /// [`to_rust`](Function::to_rust), and branches are treated as there.
    ///
    /// Every operation is within 2 ulp of this function's, if the C library's `exp`, `log`, `sin`
    /// and so on are those of Rust's standard library.
    ///
    /// ```
    /// use chainrule::Function;
    /// use chainrule::emit::Options;
    /// let f = Function::record(["x", "y"], |[x, y]| (x * y).sin() + y)?;
    /// let source = f.to_c(&Options::default())?;
    /// assert!(source.contains("double f(double x, double y)\n{\n    return sin(x * y) + y;\n}"));
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the name is no identifier, the function has no output, or it uses an operation for which
    /// there is no C.
    pub fn to_c(&self, options: &Options) -> Result<String, Error> {
        c(&[(self, options)])
    }
}

/// Several functions in one Rust source, with what they need once.
///
/// # Errors
///
/// As for [`Function::to_rust`], and if two functions have the same name.
pub fn rust(functions: &[(&Function, &Options)]) -> Result<String, Error> {
    check(functions)?;
    rust::source(functions)
}

/// Several functions in one C source, with what they need once.
///
/// # Errors
///
/// As for [`Function::to_c`], and if two functions have the same name.
pub fn c(functions: &[(&Function, &Options)]) -> Result<String, Error> {
    check(functions)?;
    c::source(functions)
}

fn check(functions: &[(&Function, &Options)]) -> Result<(), Error> {
    let mut seen = support::names();
    for (f, options) in functions {
        let name = &options.name;
        let wrong = |kind, what: &str| Err(Error::new(kind, format!("`{name}` {what}")));
        if !names::is_identifier(name) {
            return wrong(ErrorKind::Name, "is no name of a function in Rust and C");
        }
        for taken in [name.clone(), derivative_name(f, options)] {
            if !seen.insert(taken.clone()) {
                let what = format!("`{taken}` is the name of another function");
                return Err(Error::new(ErrorKind::Name, what).hint("set `Options::name`"));
            }
        }
        if f.outputs().is_empty() {
            return wrong(ErrorKind::Length, "has no output, so there is nothing to emit");
        }
    }
    Ok(())
}

fn derivative_name(f: &Function, options: &Options) -> String {
    let what = if f.outputs().len() == 1 { "gradient" } else { "jacobian" };
    format!("{}_{what}", options.name)
}

/// Largest number of arguments that are not put into arrays.
const SEPARATE: usize = 6;

/// The arguments of an emitted function: their names and how they are passed.
struct Arguments {
    /// Inputs, then parameters.
    names: Vec<String>,
    /// Number of inputs.
    inputs: usize,
    /// Names of the arrays of inputs and of parameters, if they are passed so.
    arrays: Option<[String; 2]>,
}

impl Arguments {
    fn new(f: &Function, names: &mut names::Names) -> Self {
        let all = || f.inputs().iter().chain(f.parameters());
        let found: Vec<String> = all().map(|name| names.add(name)).collect();
        let arrays =
            (found.len() > SEPARATE).then(|| ["inputs", "parameters"].map(|n| names.add(n)));
        Arguments { names: found, inputs: f.inputs().len(), arrays }
    }
}

/// The texts one after another.
fn joined(texts: impl Iterator<Item = String>) -> String {
    texts.collect::<Vec<_>>().concat()
}

/// What a function is, in a sentence.
fn description(f: &Function, derivative: bool) -> String {
    let list = |names: &[String]| {
        let shown: Vec<String> =
            names.iter().take(8).map(|n| format!("`{}`", names::comment(n))).collect();
        let more =
            if names.len() > 8 { format!(" and {} more", names.len() - 8) } else { String::new() };
        shown.join(", ") + &more
    };
    let mut text = list(f.outputs());
    if derivative {
        text += if f.outputs().len() == 1 { " and its gradient" } else { " and their Jacobian" };
    }
    text += &format!(" as a function of {}", list(f.inputs()));
    if !f.parameters().is_empty() {
        text += &format!(" and the parameters {}", list(f.parameters()));
    }
    text
}
