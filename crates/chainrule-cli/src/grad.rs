//! `chainrule grad`: the value, the gradient and the Hessian of a formula at a point.

use crate::arguments::PointArgs;
use crate::check;
use crate::diagnosis;
use crate::output::{Output, Result, USAGE, failure};
use crate::point::Point;
use serde_json::{Map, Value};

/// The gradient of a formula at a point
#[derive(clap::Args)]
#[command(before_help = "\
Examples:
  chainrule grad '(a*b + c)*d' --at a=2,b=-3,c=10,d=-2
  chainrule grad '(a*b + c)*d' --at a=2,b=-3,c=10,d=-2 --check
  chainrule grad 'x^2*y' --at x=1,y=2 --hessian --wrt x --json")]
pub(crate) struct Args {
    #[command(flatten)]
    point: PointArgs,
    /// Only the derivatives in these variables
    #[arg(long, value_name = "NAME,…", value_delimiter = ',')]
    wrt: Vec<String>,
    /// The second derivatives too
    #[arg(long)]
    hessian: bool,
    /// Compare with difference quotients
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(args: &Args, output: &mut Output) -> Result<()> {
    let point = Point::read(&args.point)?;
    let chosen = chosen(&point, &args.wrt)?;
    let (value, gradient) = point.value_and_gradient();
    let variables = point.formula.variables();
    let pick = |row: &[f64]| -> Vec<(String, f64)> {
        chosen.iter().map(|&i| (variables[i].clone(), row[i])).collect()
    };
    let gradient = pick(&gradient);
    output.set_number("value", value);
    output.set_numbers("gradient", "derivative", &gradient);
    output.line(format!("value  {}", output.number(value)))?;
    if !args.check {
        named_numbers(&gradient, output)?;
    }
    if args.hessian {
        let all = point.formula.hessian(&point.values);
        let rows: Vec<_> = chosen.iter().map(|&i| (variables[i].clone(), pick(&all[i]))).collect();
        hessian(&rows, output)?;
        if args.check {
            output.line("")?;
        }
    }
    let finite = value.is_finite() && gradient.iter().all(|(_, g)| g.is_finite());
    if finite && args.check {
        let mut report = check::report(&point)?;
        report.rows = chosen.iter().map(|&i| report.rows[i].clone()).collect();
        return check::show(&report, output);
    }
    diagnosis::gradient(&point, finite, output)
}

/// Positions of the variables that were asked for; all of them if none was.
pub(crate) fn chosen(point: &Point, names: &[String]) -> Result<Vec<usize>> {
    let variables = point.formula.variables();
    if names.is_empty() {
        return Ok((0..variables.len()).collect());
    }
    let position = |name: &String| {
        variables.iter().position(|v| v == name.trim()).ok_or_else(|| {
            let known = variables.join(", ");
            failure(USAGE, format!("--wrt: the formula has no variable `{name}`; it has {known}"))
        })
    };
    names.iter().map(position).collect()
}

/// Names with numbers below each other, digits under digits.
fn named_numbers(entries: &[(String, f64)], output: &mut Output) -> Result<()> {
    let width = entries.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    for (name, x) in entries {
        let number = output.number(*x);
        let sign = if number.starts_with('-') { "" } else { " " };
        output.line(format!("{name:width$}  {sign}{number}"))?;
    }
    Ok(())
}

fn hessian(rows: &[(String, Vec<(String, f64)>)], output: &mut Output) -> Result<()> {
    let mut document = Map::new();
    let mut lines = vec![vec!["Hessian".to_owned()]];
    lines[0].extend(rows.iter().map(|(name, _)| name.clone()));
    for (name, entries) in rows {
        let what = format!("second derivative {name}");
        document.insert(name.clone(), output.json_numbers(&what, entries));
        let mut line = vec![name.clone()];
        line.extend(entries.iter().map(|(_, x)| output.number(*x + 0.0)));
        lines.push(line);
    }
    output.set("hessian", Value::from(document));
    let width = |column: usize| lines.iter().map(|l| l[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..lines[0].len()).map(width).collect();
    output.line("")?;
    for line in &lines {
        let mut text = format!("{:<1$}", line[0], widths[0]);
        for (cell, width) in line.iter().zip(&widths).skip(1) {
            text += &format!("  {cell:>width$}");
        }
        output.line(text)?;
    }
    Ok(())
}
