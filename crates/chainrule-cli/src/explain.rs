//! `chainrule explain`: the forward and the backward walk in words.

use crate::arguments::PointArgs;
use crate::diagnosis;
use crate::output::{Output, Result};
use crate::point::Point;
use chainrule::Graph;
use chainrule::explain::{Options, explain};

/// Explain the gradient of a formula step by step
#[derive(clap::Args)]
#[command(before_help = "\
Examples:
  chainrule explain 'e = a*b; f = e + c; L = f*d' --at a=2,b=-3,c=10,d=-2
  chainrule explain 'tanh(w*x + b)' --at w=-3,x=2,b=6 --limits
  chainrule explain 'log(1 + x^2)' --at x=0.5 --latex > walk.tex")]
pub(crate) struct Args {
    #[command(flatten)]
    point: PointArgs,
    /// Derive each local slope as the limit of a difference quotient too
    #[arg(long)]
    limits: bool,
    /// Write LaTeX (needs amsmath)
    #[arg(long)]
    latex: bool,
    /// Tell at most so many steps
    #[arg(long, value_name = "N", default_value_t = 150)]
    steps: usize,
}

pub(crate) fn run(args: &Args, output: &mut Output) -> Result<()> {
    let point = Point::read(&args.point)?;
    let graph = Graph::new();
    let trace = point.formula.build(&graph, &point.values).result.trace();
    let options = Options {
        digits: output.digits(),
        steps: args.steps,
        limits: args.limits,
        latex: args.latex,
    };
    let text = explain(&trace, &options);
    let (value, gradient) = point.value_and_gradient();
    output.set_number("value", value);
    output.set_numbers("gradient", "derivative", &point.named(&gradient));
    output.set("text", text.as_str());
    output.text(&text)?;
    let is_finite = value.is_finite() && gradient.iter().all(|g| g.is_finite());
    diagnosis::gradient(&point, is_finite, output)
}
