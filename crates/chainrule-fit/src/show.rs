//! A fit as a table for people.

use crate::Fit;
use chainrule::expression;
use std::fmt;

/// Condition numbers from here on are worth a warning: half of the digits of a number.
const ILL_CONDITIONED: f64 = 1e8;

impl Fit {
    /// `condition number 4.9e9: estimates lose about 9 digits`, where that is much.
    pub(crate) fn lost_digits(&self) -> Option<String> {
        let condition = self.condition.filter(|c| *c >= ILL_CONDITIONED)?;
        let digits = condition.log10().floor();
        Some(format!("condition number {condition:.1e}: estimates lose about {digits} digits"))
    }

    /// Degrees of freedom of the residuals; a penalty makes them a broken number.
    pub(crate) fn freedom(&self) -> String {
        let df = self.residual_df;
        if df.fract() == 0.0 { format!("{df}") } else { format!("{df:.2}") }
    }

    /// What stands below the coefficients, part by part.
    fn summary(&self) -> Vec<String> {
        let mut parts = Vec::new();
        if let Some(r_squared) = self.r_squared {
            parts.push(format!("R² {r_squared:.4}"));
        }
        if let Some(sd) = self.residual_sd {
            parts.push(format!("residual s.d. {} on {} d.o.f.", four(sd), self.freedom()));
        }
        if let Some(deviance) = self.deviance {
            parts.push(format!("deviance {} on {} d.o.f.", four(deviance), self.freedom()));
            if let Some(null) = self.null_deviance {
                parts.push(format!("null deviance {}", four(null)));
            }
        }
        if self.rss.is_none() {
            if let Some(likelihood) = self.log_likelihood {
                parts.push(format!("log-likelihood {}", four(likelihood)));
            }
            if let Some(aic) = self.aic {
                parts.push(format!("AIC {}", four(aic)));
            }
        }
        if let Some(condition) = self.condition {
            let plain = || format!("condition number {}", two(condition));
            parts.push(self.lost_digits().unwrap_or_else(plain));
        }
        parts
    }
}

impl Fit {
    /// What [`Display`](fmt::Display) writes, with so many significant digits of estimates and errors
    /// where a number is given.
    #[must_use]
    pub fn text(&self, digits: Option<usize>) -> String {
        match digits {
            Some(digits) => self.printed(|x| expression::significant(x, digits)),
            None => self.printed(seven),
        }
    }

    fn printed(&self, number: impl Fn(f64) -> String) -> String {
        let mut text = format!("{}     {}\n\n", self.model, self.method);
        if !self.coefficients.is_empty() {
            text += &self.table(number);
        }
        text + &self.summary().join("   ")
    }

    /// A line for each coefficient, under a heading.
    fn table(&self, number: impl Fn(f64) -> String) -> String {
        let has_errors = self.coefficients.iter().any(|c| !c.std_error.is_nan());
        let statistic = if self.rss.is_none() { "z" } else { "t" };
        let header = ["", "estimate", "std. error", statistic, "p"].map(str::to_owned);
        let lines = self.coefficients.iter().map(|c| {
            // A parameter that the data do not determine has no error.
            let known = |x: f64, shown: String| if x.is_nan() { "–".to_owned() } else { shown };
            let statistic = known(c.statistic, format!("{:.3}", c.statistic));
            let (estimate, error) = (number(c.estimate), known(c.std_error, number(c.std_error)));
            [c.name.clone(), estimate, error, statistic, probability(c.p_value)]
        });
        let lines: Vec<[String; 5]> = lines.collect();
        let shown = if has_errors { 5 } else { 2 };
        let widths: Vec<usize> = (0..shown)
            .map(|k| {
                let lengths = lines.iter().map(|line| line[k].chars().count());
                lengths.chain([header[k].len()]).max().unwrap_or(0)
            })
            .collect();
        // Long headings begin where their numbers do; a letter stands over the middle of its column.
        let heading = widths.iter().zip(&header).map(|(&width, name)| match name.len() {
            1 => format!("{:<width$}", format!("{}{name}", " ".repeat(width / 2))),
            _ => format!("{name:<width$}"),
        });
        let mut text = joined(heading) + "\n";
        for line in &lines {
            let cells = line.iter().zip(&widths).enumerate();
            text += &joined(cells.map(|(k, (cell, &width))| match k {
                0 => format!("{cell:<width$}"),
                _ => format!("{cell:>width$}"),
            }));
            text.push('\n');
        }
        text
    }
}

impl fmt::Display for Fit {
    /// The model, a line for each coefficient, how well it describes the data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(None))
    }
}

/// The cells of a line, the standard error a little apart from its estimate.
fn joined(cells: impl Iterator<Item = String>) -> String {
    let mut line = String::new();
    for (k, cell) in cells.enumerate() {
        line += match k {
            0 => "",
            2 => "    ",
            _ => "   ",
        };
        line += &cell;
    }
    line.trim_end().to_owned()
}

/// Three decimals, or seven digits where that shows more.
fn seven(x: f64) -> String {
    let size = x.abs();
    if x == 0.0 || (1000.0..1e12).contains(&size) {
        return if x == 0.0 { "0".to_owned() } else { format!("{x:.3}") };
    }
    if (1e-4..1000.0).contains(&size) {
        return significant(x, 7);
    }
    format!("{x:.6e}")
}

/// A condition number: a power of ten only where it is large.
fn two(condition: f64) -> String {
    if condition < 1e4 { format!("{condition:.0}") } else { format!("{condition:.1e}") }
}

/// Four significant digits.
fn four(x: f64) -> String {
    let size = x.abs();
    if x == 0.0 || !(1e-4..1e7).contains(&size) {
        return format!("{x:.3e}");
    }
    significant(x, 4)
}

/// So many significant digits, without an exponent.
fn significant(x: f64, digits: i32) -> String {
    let decimals = digits - 1 - x.abs().log10().floor() as i32;
    let decimals = usize::try_from(decimals).unwrap_or(0);
    format!("{x:.decimals$}")
}

fn probability(p: f64) -> String {
    match p {
        p if p.is_nan() => "–".to_owned(),
        p if p < 1e-4 => "<0.0001".to_owned(),
        p => format!("{p:.4}"),
    }
}
