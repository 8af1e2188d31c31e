//! An estimate as a table for people.

use super::{Estimate, Goodness};
use std::fmt;

/// More parameters than this, and correlations are left out.
const SHOWN: usize = 12;

/// Estimates with standard errors, how good they are, correlations, what there is to know.
impl fmt::Display for Estimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.names.iter().map(|n| n.chars().count()).max().unwrap_or(0).max(4);
        writeln!(f, "{:width$}  {:>14}  {:>12}", "", "estimate", "std. error")?;
        for (j, (name, value)) in self.names.iter().zip(&self.values).enumerate() {
            let error = short(self.std_error(j));
            writeln!(f, "{name:width$}  {:>14}  {error:>12}", short(*value))?;
        }
        match self.goodness {
            Goodness::LeastSquares { sum_of_squares, degrees_of_freedom } => {
                let sd = (sum_of_squares / degrees_of_freedom as f64).sqrt();
                let sd = short(if degrees_of_freedom == 0 { f64::NAN } else { sd });
                write!(f, "residual s.d. {sd} on {degrees_of_freedom} d.o.f.")?;
            }
            Goodness::Likelihood { log_likelihood } => {
                write!(f, "log-likelihood {}", short(log_likelihood))?;
            }
        }
        let steps = if self.steps == 1 { "step" } else { "steps" };
        write!(f, "   {} {steps}", self.steps)?;
        let n = self.names.len();
        if (2..=SHOWN).contains(&n) {
            write!(f, "\ncorrelations")?;
            for i in 1..n {
                write!(f, "\n{:width$}", self.names[i])?;
                for j in 0..i {
                    write!(f, "  {:>6.3}", self.correlation(i, j))?;
                }
            }
        }
        self.issues.iter().try_for_each(|issue| write!(f, "\nnote: {issue}"))
    }
}

/// Seven significant digits.
fn short(x: f64) -> String {
    let size = x.abs();
    if size != 0.0 && !(1e-4..1e7).contains(&size) && x.is_finite() {
        return format!("{x:.6e}");
    }
    let before = if size >= 1.0 { size.log10().floor() as i32 + 1 } else { 1 };
    let decimals = usize::try_from(7 - before).unwrap_or(0);
    format!("{x:.decimals$}")
}
