//! `chainrule completions`: completion scripts for shells.

use crate::output::{Output, Result};
use clap::CommandFactory;

/// Write a completion script for a shell
#[derive(clap::Args)]
#[command(before_help = "\
Examples:
  chainrule completions bash > ~/.local/share/bash-completion/completions/chainrule
  chainrule completions fish > ~/.config/fish/completions/chainrule.fish")]
pub(crate) struct Args {
    /// The shell
    #[arg(value_enum)]
    shell: clap_complete::Shell,
}

pub(crate) fn run(args: &Args, output: &mut Output) -> Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut crate::Cli::command(), "chainrule", &mut script);
    output.raw(&script)
}
