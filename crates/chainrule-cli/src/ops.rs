//! `chainrule ops`: the operations of the formula language, as their table has them.

use crate::output::{Output, Result, USAGE, failure};
use crate::table::Table;
use chainrule::algebra::Op;
use chainrule::error::closest;
use chainrule::formula::Formula;
use chainrule::manual::{Row, rows};
use chainrule::program::Step;
use serde_json::{Map, Value, json};

/// List the operations: domain, derivative, what holds at kinks and edges
#[derive(clap::Args)]
#[command(before_help = "\
Examples:
  chainrule ops
  chainrule ops relu
  chainrule ops --json")]
pub(crate) struct Args {
    /// Only this operation
    #[arg(value_name = "NAME", allow_hyphen_values = true)]
    name: Option<String>,
}

pub(crate) fn run(args: &Args, output: &mut Output) -> Result<()> {
    let mut rows = rows();
    if let Some(name) = &args.name {
        let op = find(name)?;
        rows.retain(|row| row.op == op);
        output.text(&page(&rows[0]))?;
    } else {
        output.text(&table(&rows))?;
    }
    output.set("operations", rows.iter().map(document).collect::<Vec<_>>());
    Ok(())
}

/// One line for each operation.
fn table(rows: &[Row]) -> String {
    let mut table = Table::new([
        "name",
        "written",
        "domain",
        "derivatives, with y the value",
        "at kinks and edges",
    ]);
    (0..5).for_each(|column| table.left(column));
    for row in rows {
        let written = row.formula.as_ref().unwrap_or(&row.signature);
        table.row([
            row.name.to_owned(),
            written.clone(),
            row.domain.clone(),
            derivatives(row),
            row.conventions.clone(),
        ]);
    }
    table.to_string()
}

/// Derivatives for a column of the table.
fn derivatives(row: &Row) -> String {
    const COLUMN: usize = 48;
    let texts: Vec<&str> = row.derivatives.iter().map(|(_, text)| text.as_str()).collect();
    let text = texts.join("; ");
    if text.chars().count() <= COLUMN { text } else { format!("see `chainrule ops {}`", row.name) }
}

/// All about one operation.
fn page(row: &Row) -> String {
    let mut text = format!("{}\n  {}\n", row.signature, row.summary);
    let mut entry = |name: &str, what: &str| {
        if !what.is_empty() {
            text += &format!("  {name:<12}{what}\n");
        }
    };
    entry("written", row.formula.as_deref().unwrap_or_default());
    entry("domain", if row.domain.is_empty() { "all numbers" } else { &row.domain });
    for (argument, slope) in &row.derivatives {
        entry(&format!("∂y/∂{argument}"), slope);
    }
    entry("conventions", &row.conventions);
    text
}

/// The operation of that name, or of that sign or other word of the formula language.
fn find(name: &str) -> Result<Op> {
    let by_name =
        Op::from_name(name).or_else(|| Op::ALL.iter().copied().find(|op| op.info().symbol == name));
    if let Some(op) = by_name {
        return Ok(op);
    }
    let calls = ["(a)", "(a, b)", "(a, b, c)"].iter().map(|arguments| format!("{name}{arguments}"));
    let called = calls.filter_map(|call| Formula::parse(&call).ok()).find_map(|formula| {
        match formula.program().step(formula.result()) {
            Step::Operation(op, _) => Some(op),
            _ => None,
        }
    });
    called.ok_or_else(|| {
        let hint = closest(name, Op::ALL.iter().map(|op| op.info().name));
        let hint = hint.map_or("`chainrule ops` lists all".to_owned(), |near| {
            format!("did you mean `{near}`?")
        });
        failure(USAGE, format!("there is no operation `{name}`\n  hint: {hint}"))
    })
}

fn document(row: &Row) -> Value {
    let info = row.op.info();
    let derivatives: Map<String, Value> =
        row.derivatives.iter().map(|(name, slope)| (name.clone(), slope.clone().into())).collect();
    json!({
        "name": row.name, "signature": row.signature, "written": row.formula, "symbol": info.symbol,
        "arguments": info.arguments, "any_number": info.any, "summary": row.summary,
        "domain": row.domain, "derivatives": derivatives, "conventions": row.conventions,
    })
}
