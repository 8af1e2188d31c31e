//! Flags that several subcommands share.

use chainrule::error::closest;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// How the answer is written.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Output")]
pub(crate) struct OutputArgs {
    /// One JSON document with every number in full precision
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Significant digits for people, 1 to 17 [default: 6]
    #[arg(long, global = true, value_name = "N", value_parser = digits)]
    pub(crate) digits: Option<usize>,
    /// Numbers in the shortest form that reads back the same
    #[arg(long, global = true, conflicts_with = "digits")]
    pub(crate) exact: bool,
    /// Only errors on stderr
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// Colour in messages
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub(crate) color: Color,
}

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

fn digits(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(n @ 1..=17) => Ok(n),
        _ => Err("give a whole number from 1 to 17".into()),
    }
}

/// The formula of a subcommand, or a saved function in its place.
#[derive(Args, Clone, Debug)]
pub(crate) struct FormulaArgs {
    /// `(a*b + c)*d`, or definitions `e = a*b; L = e + c`; `-` reads it from stdin
    #[arg(
        value_name = "FORMULA",
        allow_hyphen_values = true,
        required_unless_present = "load",
        conflicts_with = "load"
    )]
    pub(crate) formula: Option<String>,
    /// A function that `show --save` wrote, in place of a formula; `-` reads it from stdin
    #[arg(long, value_name = "FILE")]
    pub(crate) load: Option<PathBuf>,
    /// The results: names of definitions, in place of the last one
    #[arg(long, value_name = "NAME,…", value_delimiter = ',')]
    pub(crate) of: Vec<String>,
}

/// A formula and the values of its variables.
#[derive(Args, Clone, Debug)]
pub(crate) struct PointArgs {
    #[command(flatten)]
    pub(crate) formula: FormulaArgs,
    /// Values of the variables: `a=2,b=-3`; may be repeated
    #[arg(long, value_name = "NAME=VALUE,…", allow_hyphen_values = true)]
    pub(crate) at: Vec<String>,
}

/// A flag that no subcommand knows. Formulas may begin with a minus sign, so that clap by itself
/// would take a misspelt flag for one.
pub(crate) fn unknown_flag(command: &clap::Command, words: &[String]) -> Option<clap::Error> {
    let subcommand = words.iter().skip(1).find_map(|word| command.find_subcommand(word))?;
    let own = subcommand.get_arguments().chain(command.get_arguments());
    let known: Vec<&str> = own.filter_map(clap::Arg::get_long).chain(["help", "version"]).collect();
    let flag = (words.iter().take_while(|word| *word != "--"))
        .filter_map(|word| word.strip_prefix("--")?.split('=').next())
        .find(|flag| flag.starts_with(char::is_alphabetic) && !known.contains(flag))?;
    let mut error = clap::Error::new(ErrorKind::UnknownArgument).with_cmd(command);
    error.insert(ContextKind::InvalidArg, ContextValue::String(format!("--{flag}")));
    if let Some(near) = closest(flag, known) {
        error.insert(ContextKind::SuggestedArg, ContextValue::String(format!("--{near}")));
    }
    Some(error)
}
