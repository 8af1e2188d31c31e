//! `chainrule eval`: the value of a formula at a point.

use crate::arguments::PointArgs;
use crate::diagnosis;
use crate::grad::named_numbers;
use crate::output::{Output, Result};
use crate::point::Point;

/// The value of a formula at a point
#[derive(clap::Args)]
#[command(before_help = "\
Examples:
  chainrule eval 'a^2 - 10a + 28' --at a=5
  chainrule eval 'e = a*b; f = e + c; L = f*d' --at a=2,b=-3,c=10,d=-2 --json
  chainrule eval 'u = x*y; v = x + y' --at x=2,y=3 --of u,v
  chainrule eval --load f.json --at x=2")]
pub(crate) struct Args {
    #[command(flatten)]
    point: PointArgs,
}

pub(crate) fn run(args: &Args, output: &mut Output) -> Result<()> {
    let point = Point::read_many(&args.point)?;
    let formula = &point.formula;
    let numbers = formula.values(&point.values);
    let definitions = formula.definitions().iter();
    let nodes: Vec<(String, f64)> =
        definitions.map(|(name, id)| (name.clone(), numbers[id.0 as usize])).collect();
    if let [only] = formula.results() {
        let value = numbers[only.0 as usize];
        output.set_number("value", value);
        output.set_numbers("nodes", "node", &nodes);
        diagnosis::value(&point, value, output)?;
        return output.line(output.number(value));
    }
    let results = formula.results().iter().map(|id| numbers[id.0 as usize]);
    let values: Vec<(String, f64)> =
        formula.function().outputs().iter().cloned().zip(results).collect();
    output.set_numbers("values", "value", &values);
    output.set_numbers("nodes", "node", &nodes);
    named_numbers(&values, output)?;
    diagnosis::results(&point, output)
}
