//! Is the gradient right? Derivatives against difference quotients.
//!
//! ```
//! use chainrule::check;
//! let report = check::closure(|x| (x[0] * x[1] + x[2]) * x[3], &[2.0, -3.0, 10.0, -2.0]);
//! assert!(report.passed());
//! assert!(report.rows.iter().all(|row| row.relative_error < 1e-10));
//! ```

mod difference;
mod suspect;
mod sweep;

use crate::error::{Error, ErrorKind};
use crate::expression::significant;
use crate::function::{Function, Workspace};
use crate::graph::{Graph, Value};
pub use difference::{
    Estimate, STEP, Slopes, central, central_gradient, derivative, forward, forward_gradient,
};
use std::fmt;
pub use suspect::Suspect;
pub use sweep::{Sweep, SweepRow, sweep};

/// Relative errors up to this pass.
pub const LIMIT: f64 = 1e-6;

/// A gradient beside difference quotients, parameter by parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// One row a parameter, in their order.
    pub rows: Vec<Row>,
    /// Largest relative error that passes.
    pub limit: f64,
    /// Operations whose local rule is suspect; looked for only if a row failed.
    pub suspects: Vec<Suspect>,
}

/// One parameter of a [`Report`].
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Name of the parameter.
    pub name: String,
    /// Its value.
    pub at: f64,
    /// The derivative that is checked.
    pub backward: f64,
    /// Central differences, extrapolated.
    pub central: Estimate,
    /// Distance over the larger of the two numbers; where the differences are themselves too
    /// rough for the limit, over what they can tell.
    pub relative_error: f64,
    /// What follows from it.
    pub verdict: Verdict,
}

/// What the differences say of a derivative.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Verdict {
    /// They agree.
    Passed,
    /// They disagree.
    Failed,
    /// The slopes to the left and right differ, and the derivative lies between them.
    Kink {
        /// Slope from below.
        left: f64,
        /// Slope from above.
        right: f64,
    },
    /// The quotients do not settle: an edge of the domain, a pole or noise.
    Unsettled,
}

/// Checks `gradient` against difference quotients of `value` at `x`.
///
/// Cost: 25 evaluations a parameter where `value` is smooth, up to 100 where it is not.
///
/// # Errors
///
/// If `gradient` or `names` are not as many as `x`.
pub fn compare(
    mut value: impl FnMut(&[f64]) -> f64,
    gradient: &[f64],
    x: &[f64],
    names: &[String],
    limit: f64,
) -> Result<Report, Error> {
    for (what, count) in [("derivatives", gradient.len()), ("names", names.len())] {
        if count != x.len() {
            let message = format!("{count} {what} for {} parameters", x.len());
            return Err(Error::new(ErrorKind::Length, message).hint("pass one for each parameter"));
        }
    }
    let mut point = x.to_vec();
    let mut row = |i: usize| {
        let slopes = Slopes::at(|v| difference::along(&mut value, &mut point, i, v), x[i]);
        point[i] = x[i];
        judge(names[i].clone(), x[i], gradient[i], &slopes, limit)
    };
    let rows = (0..x.len()).map(&mut row).collect();
    Ok(Report { rows, limit, suspects: Vec::new() })
}

/// A slope good to this is believed against the derivative.
const BELIEVED: f64 = 1e-5;

fn judge(name: String, at: f64, backward: f64, slopes: &Slopes, limit: f64) -> Row {
    let central = slopes.central;
    let apart = (backward - central.value).abs();
    let size = backward.abs().max(central.value.abs());
    let relative_error =
        if apart == 0.0 { 0.0 } else { apart / size.max(central.error / limit.max(f64::EPSILON)) };
    let verdict = if let Some((left, right)) = slopes.kink() {
        let margin = BELIEVED * left.abs().max(right.abs());
        let between = left.min(right) - margin..=left.max(right) + margin;
        if between.contains(&backward) { Verdict::Kink { left, right } } else { Verdict::Failed }
    } else if !central.is_within(BELIEVED.max(limit)) {
        Verdict::Unsettled
    } else if relative_error <= limit {
        Verdict::Passed
    } else {
        Verdict::Failed
    };
    Row { name, at, backward, central, relative_error, verdict }
}

/// Checks the gradient of a closure of graph values at `x`; parameters are named `x0`, `x1`, ….
///
/// If a derivative fails, the operations of one run are searched for the one to blame.
pub fn closure(f: impl for<'g> Fn(&[Value<'g>]) -> Value<'g>, x: &[f64]) -> Report {
    let names: Vec<String> = (0..x.len()).map(|i| format!("x{i}")).collect();
    let gradient = crate::slices::grad(&f, x);
    let mut graph = Graph::new();
    let value = |x: &[f64]| {
        graph.clear();
        let inputs: Vec<_> = x.iter().map(|&v| graph.value(v)).collect();
        f(&inputs).value()
    };
    let mut report = compare(value, &gradient, x, &names, LIMIT)
        .expect("the gradient has one derivative and one name for each parameter");
    if !report.passed() {
        let graph = Graph::new();
        let inputs: Vec<_> =
            x.iter().zip(&names).map(|(&v, name)| graph.value(v).label(name)).collect();
        report.suspects = f(&inputs).trace().suspects();
    }
    report
}

/// Checks the gradient of a function with one output at `x`, under the names of its inputs.
///
/// If a derivative fails, its operations are searched for the one to blame.
///
/// # Errors
///
/// As for [`Function::value_and_gradient`].
pub fn function(f: &Function, x: &[f64], limit: f64) -> Result<Report, Error> {
    let gradient = f.gradient(x)?;
    let mut work = Workspace::new();
    let value = |x: &[f64]| {
        let mut out = [f64::NAN];
        // A point whose comparisons were never recorded has no value to compare with.
        f.eval_into(x, &mut out, &mut work).map_or(f64::NAN, |()| out[0])
    };
    let mut report = compare(value, &gradient, x, f.inputs(), limit)?;
    if !report.passed() {
        report.suspects = f.trace(x, 0)?.suspects();
    }
    Ok(report)
}

impl Report {
    /// Whether no derivative failed. Kinks and quotients that do not settle are no failures.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.rows.iter().all(|row| row.verdict != Verdict::Failed)
    }

    /// The largest relative error among the parameters with a settled slope; 0 without any.
    #[must_use]
    pub fn worst(&self) -> f64 {
        let settled = |row: &&Row| matches!(row.verdict, Verdict::Passed | Verdict::Failed);
        let error = |row: &Row| row.relative_error;
        // A failure against NaN has no number; `max` would lose it.
        self.rows
            .iter()
            .filter(settled)
            .map(error)
            .fold(0.0, |worst, e| if e.is_nan() { f64::INFINITY } else { worst.max(e) })
    }
}

/// The table, notes on kinks, and the verdict as the last line.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.rows.iter().map(|row| row.name.chars().count() + 1).max().unwrap_or(0);
        let width = names.max(8);
        writeln!(f, "{:width$}backward    central difference   rel. error", "")?;
        for row in &self.rows {
            let backward = signed(significant(row.backward, 6));
            let central = signed(fixed(row.central.value));
            let error = signed(short(row.relative_error));
            writeln!(f, "{:width$}{backward:<12}{central:<21}{error}", row.name)?;
        }
        for row in &self.rows {
            let (name, at) = (&row.name, significant(row.at, 6));
            let backward = significant(row.backward, 6);
            match row.verdict {
                Verdict::Passed => {}
                Verdict::Failed => writeln!(
                    f,
                    "{name}: backward {}, central difference {}, relative error {}",
                    row.backward,
                    row.central.value,
                    short(row.relative_error)
                )?,
                Verdict::Kink { left, right } => writeln!(
                    f,
                    "kink at {name} = {at}: left slope {}, right slope {}; backward takes {backward}",
                    significant(left, 6),
                    significant(right, 6)
                )?,
                Verdict::Unsettled => writeln!(
                    f,
                    "no difference quotient at {name} = {at}: it does not settle as h shrinks"
                )?,
            }
        }
        for suspect in &self.suspects {
            writeln!(f, "{suspect}")?;
        }
        let verdict = if self.passed() { "passed" } else { "failed" };
        let (worst, limit) = (short(self.worst()), short(self.limit));
        writeln!(f, "check {verdict}: worst relative error {worst}, limit {limit}")
    }
}

/// Room for the sign, so that digits stand under digits.
fn signed(number: String) -> String {
    if number.starts_with('-') { number } else { format!(" {number}") }
}

/// Ten places after the point, or eleven digits where the point is far away.
fn fixed(x: f64) -> String {
    let plain = x == 0.0 || !x.is_finite() || (1e-3..1e5).contains(&x.abs());
    if plain { format!("{x:.10}") } else { format!("{x:.10e}") }
}

/// One digit: an error is an order of magnitude.
fn short(x: f64) -> String {
    if x == 0.0 { "0".into() } else { format!("{x:.0e}") }
}
