//! `chainrule grad`: the value, the gradient and the Hessian of a formula at a point.

use crate::arguments::PointArgs;
use crate::check;
use crate::diagnosis;
use crate::output::{Output, Result, USAGE, failure};
use crate::point::{Point, error_in};
use crate::source::single;
use crate::sparse::Named;
use serde_json::{Map, Value};

/// The gradient of a formula at a point; the Jacobian if there are several results
#[derive(clap::Args)]
#[command(before_help = "\
Examples:
  chainrule grad '(a*b + c)*d' --at a=2,b=-3,c=10,d=-2
  chainrule grad '(a*b + c)*d' --at a=2,b=-3,c=10,d=-2 --check
  chainrule grad 'x^2*y' --at x=1,y=2 --hessian --wrt x --json
  chainrule grad 'x*y + y*z' --at x=1,y=2,z=3 --hessian --sparse
  chainrule grad 'u = x*y; v = sin(z)' --at x=1,y=2,z=3 --of u,v --sparse")]
pub(crate) struct Args {
    #[command(flatten)]
    point: PointArgs,
    /// Only the derivatives in these variables
    #[arg(long, value_name = "NAME,…", value_delimiter = ',')]
    wrt: Vec<String>,
    /// The second derivatives too
    #[arg(long)]
    hessian: bool,
    /// The Hessian, or without --hessian the Jacobian, by its pattern: colours and entries
    #[arg(long)]
    sparse: bool,
    /// Compare with difference quotients
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(args: &Args, output: &mut Output) -> Result<()> {
    let point = Point::read_many(&args.point)?;
    let chosen = chosen(&point, &args.wrt)?;
    if args.hessian || args.check {
        single(&point.formula)?;
    }
    if point.formula.results().len() > 1 || args.sparse && !args.hessian {
        return jacobian(args, &point, &chosen, output);
    }
    let (value, gradient) = point.value_and_gradient();
    let gradient = pick(&point, &chosen, &gradient);
    output.set_number("value", value);
    output.set_numbers("gradient", "derivative", &gradient);
    output.line(format!("value  {}", output.number(value)))?;
    if !args.check {
        named_numbers(&gradient, output)?;
    }
    if args.hessian {
        if args.sparse {
            sparse_hessian(&point, &chosen, output)?;
        } else {
            let all = point.formula.hessian(&point.values);
            let row =
                |&i: &usize| (point.formula.variables()[i].clone(), pick(&point, &chosen, &all[i]));
            let rows: Vec<_> = chosen.iter().map(row).collect();
            matrix("Hessian", "second derivative", &rows, output)?;
        }
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

fn pick(point: &Point, chosen: &[usize], row: &[f64]) -> Vec<(String, f64)> {
    chosen.iter().map(|&i| (point.formula.variables()[i].clone(), row[i])).collect()
}

/// The derivatives of all results.
fn jacobian(args: &Args, point: &Point, chosen: &[usize], output: &mut Output) -> Result<()> {
    let function = point.function();
    let names = function.outputs();
    let fail = |e| error_in(&point.formula, &e);
    let values = function.eval(&point.values).map_err(fail)?;
    let values: Vec<(String, f64)> = names.iter().cloned().zip(values).collect();
    output.set_numbers("values", "value", &values);
    named_numbers(&values, output)?;
    if args.sparse {
        let plan = function.prepare_sparse_jacobian_at(&point.values).map_err(fail)?;
        let entries = plan.evaluate(&point.values).map_err(fail)?;
        let shown = Named {
            title: "Jacobian",
            rows: names,
            columns: function.inputs(),
            plan: &plan,
            values: entries.values(),
            shown: &|_, j| chosen.contains(&j),
        };
        shown.show(output)?;
    } else {
        let all = function.jacobian(&point.values).map_err(fail)?;
        let row = |(name, row): (&String, &Vec<f64>)| (name.clone(), pick(point, chosen, row));
        let rows: Vec<_> = names.iter().zip(&all).map(row).collect();
        matrix("Jacobian", "derivative of", &rows, output)?;
    }
    diagnosis::results(point, output)
}

fn sparse_hessian(point: &Point, chosen: &[usize], output: &mut Output) -> Result<()> {
    let function = point.function();
    let fail = |e| error_in(&point.formula, &e);
    let plan = function.prepare_sparse_hessian_at(&point.values).map_err(fail)?;
    let entries = plan.evaluate(&point.values).map_err(fail)?;
    let shown = Named {
        title: "Hessian",
        rows: function.inputs(),
        columns: function.inputs(),
        plan: &plan,
        values: entries.values(),
        shown: &|i, j| chosen.contains(&i) && chosen.contains(&j),
    };
    shown.show(output)
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
pub(crate) fn named_numbers(entries: &[(String, f64)], output: &mut Output) -> Result<()> {
    let width = entries.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    for (name, x) in entries {
        let number = output.number(*x);
        let sign = if number.starts_with('-') { "" } else { " " };
        output.line(format!("{name:width$}  {sign}{number}"))?;
    }
    Ok(())
}

/// A matrix with names above its columns and beside its rows.
fn matrix(
    title: &str,
    what: &str,
    rows: &[(String, Vec<(String, f64)>)],
    output: &mut Output,
) -> Result<()> {
    let mut document = Map::new();
    let mut lines = vec![vec![title.to_owned()]];
    let columns = rows.first().map_or(&[][..], |(_, entries)| entries);
    lines[0].extend(columns.iter().map(|(name, _)| name.clone()));
    for (name, entries) in rows {
        document.insert(name.clone(), output.json_numbers(&format!("{what} {name}"), entries));
        let mut line = vec![name.clone()];
        line.extend(entries.iter().map(|(_, x)| output.number(*x + 0.0)));
        lines.push(line);
    }
    output.set(&title.to_lowercase(), Value::from(document));
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
