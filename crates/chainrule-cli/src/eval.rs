//! `chainrule eval`: the value of a formula at a point.

use crate::arguments::PointArgs;
use crate::diagnosis;
use crate::output::{Output, Result};
use crate::point::Point;

/// The value of a formula at a point
#[derive(clap::Args)]
#[command(before_help = "\
Examples:
  chainrule eval 'a^2 - 10a + 28' --at a=5
  chainrule eval 'e = a*b; f = e + c; L = f*d' --at a=2,b=-3,c=10,d=-2 --json")]
pub(crate) struct Args {
    #[command(flatten)]
    point: PointArgs,
}

pub(crate) fn run(args: &Args, output: &mut Output) -> Result<()> {
    let point = Point::read(&args.point)?;
    let formula = &point.formula;
    let numbers = formula.values(&point.values);
    let value = numbers[formula.result().0 as usize];
    let definitions = formula.definitions().iter();
    let nodes: Vec<(String, f64)> =
        definitions.map(|(name, id)| (name.clone(), numbers[id.0 as usize])).collect();
    output.set_number("value", value);
    output.set_numbers("nodes", "node", &nodes);
    diagnosis::value(&point, value, output)?;
    output.line(output.number(value))
}
