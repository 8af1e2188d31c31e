//! `chainrule check`: derivatives beside difference quotients.

use crate::arguments::PointArgs;
use crate::diagnosis;
use crate::grad::chosen;
use crate::output::{BAD_ANSWER, Output, Result};
use crate::point::{Point, error_in};
use chainrule::check::{self, LIMIT, Report, Sweep, Verdict};
use chainrule::diagnose::NEAR;
use serde_json::{Value, json};

/// Check the gradient of a formula against difference quotients
#[derive(clap::Args)]
#[command(before_help = "\
Examples:
  chainrule check '(a*b + c)*d' --at a=2,b=-3,c=10,d=-2
  chainrule check 'a^2 - 10a + 28' --at a=6 --sweep
  chainrule check '(1 - cos(x))/x^2' --at x=1e-7 --diagnose")]
pub(crate) struct Args {
    #[command(flatten)]
    point: PointArgs,
    /// Show how the error of the quotients depends on their step
    #[arg(long)]
    sweep: bool,
    /// Tell which operations lose digits, how many are left, and which kinks are near
    #[arg(long, conflicts_with = "sweep")]
    diagnose: bool,
    /// With --diagnose: how near a kink is told, relative to its argument
    #[arg(long, value_name = "T", default_value_t = NEAR, requires = "diagnose")]
    near: f64,
    /// Only these variables
    #[arg(long, value_name = "NAME,…", value_delimiter = ',')]
    wrt: Vec<String>,
}

pub(crate) fn run(args: &Args, output: &mut Output) -> Result<()> {
    let point = Point::read(&args.point)?;
    let chosen = chosen(&point, &args.wrt)?;
    let (value, gradient) = point.value_and_gradient();
    if !value.is_finite() || gradient.iter().any(|g| !g.is_finite()) {
        output.set_number("value", value);
        output.set_numbers("gradient", "derivative", &point.named(&gradient));
        return diagnosis::gradient(&point, false, output);
    }
    if args.diagnose {
        return diagnose(&point, args.near, output);
    }
    if args.sweep {
        return sweep(&point, &gradient, &chosen, output);
    }
    let mut report = report(&point)?;
    report.rows = chosen.iter().map(|&i| report.rows[i].clone()).collect();
    output.set_number("value", value);
    output.line(format!("value  {}", output.number(value)))?;
    show(&report, output)
}

/// Derivatives of all variables beside difference quotients.
pub(crate) fn report(point: &Point) -> Result<Report> {
    let report = check::function(&point.function(), &point.values, LIMIT);
    report.map_err(|e| error_in(&point.formula, &e))
}

/// Gives the report; a failed check is a bad answer.
pub(crate) fn show(report: &Report, output: &mut Output) -> Result<()> {
    output.text(&report.to_string())?;
    let check = document(report, output);
    output.set("check", check);
    if report.passed() {
        return Ok(());
    }
    let failed: Vec<&str> = (report.rows.iter())
        .filter(|row| row.verdict == Verdict::Failed)
        .map(|row| row.name.as_str())
        .collect();
    output.finish_with(BAD_ANSWER, format!("the check failed for {}", failed.join(", ")))
}

fn document(report: &Report, output: &mut Output) -> Value {
    let mut rows = Vec::new();
    for row in &report.rows {
        let name = &row.name;
        let backward = output.json_number(&format!("{name}: backward"), row.backward);
        let central = output.json_number(&format!("{name}: central difference"), row.central.value);
        let error = output.json_number(&format!("{name}: relative error"), row.relative_error);
        let mut entry = json!({
            "name": name, "backward": backward, "central": central, "relative_error": error,
            "verdict": match row.verdict {
                Verdict::Passed => "passed",
                Verdict::Failed => "failed",
                Verdict::Kink { .. } => "kink",
                Verdict::Unsettled => "unsettled",
            },
        });
        if let Verdict::Kink { left, right } = row.verdict {
            entry["left"] = json!(left);
            entry["right"] = json!(right);
        }
        rows.push(entry);
    }
    let suspects: Vec<String> = report.suspects.iter().map(ToString::to_string).collect();
    json!({
        "passed": report.passed(), "worst": report.worst(), "limit": report.limit, "rows": rows,
        "suspects": suspects,
    })
}

/// Gives what is to be known of the value: digits, the operations that lose them, kinks.
fn diagnose(point: &Point, near: f64, output: &mut Output) -> Result<()> {
    let found = point.formula.inspect(&point.values, near);
    let value = point.formula.value(&point.values);
    output.set_number("value", value);
    output.line(format!("value  {}", output.number(value)))?;
    output.text(&found.to_string())?;
    if let Some(rounding) = &found.rounding {
        let losses = rounding.losses.iter().map(
            |loss| json!({ "node": loss.expression, "before": loss.before, "after": loss.after }),
        );
        let sources = rounding.sources.iter();
        let sources = sources.map(|s| json!({ "node": s.expression, "share": s.share }));
        output.set("digits", rounding.digits);
        output.set("rounding_error", rounding.error);
        output.set("losses", losses.collect::<Vec<_>>());
        output.set("sources", sources.collect::<Vec<_>>());
    }
    let kinks = found.kinks.iter().map(|kink| {
        let slopes = |side: &[(String, f64)]| -> Value {
            side.iter().map(|(name, slope)| (name.clone(), json!(slope))).collect()
        };
        json!({
            "node": kink.expression, "argument": kink.argument, "at": kink.at, "jump": kink.jump,
            "below": slopes(&kink.below), "above": slopes(&kink.above),
        })
    });
    output.set("kinks", kinks.collect::<Vec<_>>());
    Ok(())
}

fn sweep(point: &Point, gradient: &[f64], chosen: &[usize], output: &mut Output) -> Result<()> {
    let variables = point.formula.variables();
    let mut sweeps = Vec::new();
    for (k, &i) in chosen.iter().enumerate() {
        let value = |x: &[f64]| point.formula.value(x);
        let sweep = check::sweep(value, &point.values, i, gradient[i]);
        if chosen.len() > 1 {
            let gap = if k == 0 { "" } else { "\n" };
            output.line(format!("{gap}derivative in {}", variables[i]))?;
        }
        output.text(&sweep.to_string())?;
        sweeps.push(sweep_document(&variables[i], &sweep, output));
    }
    output.set("sweep", sweeps);
    Ok(())
}

fn sweep_document(name: &str, sweep: &Sweep, output: &mut Output) -> Value {
    let mut rows = Vec::new();
    for row in &sweep.rows {
        let what = format!("{name}: error at h = {:e}", row.h);
        let [forward, central] = [row.forward, row.central].map(|x| output.json_number(&what, x));
        rows.push(json!({ "h": row.h, "forward": forward, "central": central }));
    }
    let error = output.json_number(&format!("{name}: backward error"), sweep.backward_error());
    json!({ "name": name, "backward": sweep.backward, "backward_error": error, "rows": rows })
}
