//! The command `chainrule`: one file a subcommand; this one reads the words and hands them on.

mod arguments;
mod bench;
mod check;
mod compare;
mod completions;
mod diagnosis;
mod draw;
mod eval;
mod explain;
mod fit;
mod grad;
mod interrupt;
mod minimize;
mod ops;
mod output;
mod point;
mod predict;
mod problem;
mod progress;
mod show;
mod source;
mod sparse;
mod table;
mod whole;

use clap::{ColorChoice, CommandFactory, FromArgMatches, Parser, Subcommand};
use output::{Failure, Output};
use std::process::ExitCode;

/// What help begins with.
const EXAMPLES: &str = "\
Examples:
  chainrule eval '(a*b + c)*d' --at a=2,b=-3,c=10,d=-2        the value
  chainrule grad '(a*b + c)*d' --at a=2,b=-3,c=10,d=-2        the gradient
  chainrule explain 'e = a*b; L = e + a' --at a=2,b=-3        the chain rule in words
  chainrule draw 'tanh(w*x + b)' --at w=1,x=2,b=0 -o g.svg    the computational graph
  chainrule minimize 'a^2 - 10a + 28' --from a=6              where it is lowest
  chainrule fit data.csv --target y --report report.html      a model of a data file";

/// What follows for someone who typed just the name: ten lines in all.
const MORE: &str = "
Commands: eval grad check explain draw minimize compare fit predict show ops bench completions
Each shows its examples first: chainrule CMD --help";

#[derive(Parser)]
#[command(
    name = "chainrule",
    version,
    about = "Write a function, see its graph, trust its derivative, find its minimum",
    propagate_version = true,
    before_help = EXAMPLES
)]
struct Cli {
    #[command(flatten)]
    output: arguments::OutputArgs,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    Eval(eval::Args),
    Grad(grad::Args),
    Check(check::Args),
    Explain(explain::Args),
    Draw(draw::Args),
    Minimize(minimize::Args),
    Compare(compare::Args),
    Fit(Box<fit::Args>),
    Predict(Box<predict::Args>),
    Show(show::Args),
    Ops(ops::Args),
    Bench(bench::Args),
    Completions(completions::Args),
}

fn main() -> ExitCode {
    let words: Vec<String> =
        std::env::args_os().map(|word| word.to_string_lossy().into_owned()).collect();
    let command = Cli::command().color(color(&words));
    if let Some(error) = arguments::unknown_flag(&command, &words) {
        error.exit();
    }
    let matches = command.get_matches();
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|e| e.exit());
    let mut output = Output::new(&cli.output);
    let done = match cli.command {
        None => output.raw(format!("{EXAMPLES}\n{MORE}\n").as_bytes()),
        Some(Command::Eval(args)) => eval::run(&args, &mut output),
        Some(Command::Grad(args)) => grad::run(&args, &mut output),
        Some(Command::Check(args)) => check::run(&args, &mut output),
        Some(Command::Explain(args)) => explain::run(&args, &mut output),
        Some(Command::Draw(args)) => draw::run(&args, &mut output),
        Some(Command::Minimize(args)) => minimize::run(&args, &mut output),
        Some(Command::Compare(args)) => compare::run(&args, &mut output),
        Some(Command::Fit(args)) => fit::run(&args, &mut output),
        Some(Command::Predict(args)) => predict::run(&args, &mut output),
        Some(Command::Show(args)) => show::run(&args, &mut output),
        Some(Command::Ops(args)) => ops::run(&args, &mut output),
        Some(Command::Bench(args)) => bench::run(&args, &mut output),
        Some(Command::Completions(args)) => completions::run(&args, &mut output),
    };
    match done.and_then(|()| output.finish()) {
        Ok(()) | Err(Failure::ClosedPipe) => ExitCode::SUCCESS,
        Err(Failure::Reported { code, message }) => {
            output.error(&message);
            ExitCode::from(code)
        }
    }
}

/// The colour of messages about the command line itself, which come before it is read.
fn color(words: &[String]) -> ColorChoice {
    let after = words.iter().zip(words.iter().skip(1)).find(|(flag, _)| *flag == "--color");
    let joined = words.iter().find_map(|w| w.strip_prefix("--color="));
    match joined.or(after.map(|(_, when)| when.as_str())) {
        Some("always") => ColorChoice::Always,
        Some("never") => ColorChoice::Never,
        _ => ColorChoice::Auto,
    }
}
