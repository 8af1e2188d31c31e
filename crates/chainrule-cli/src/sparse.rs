//! A sparse matrix of derivatives: where its entries stand, how few sweeps give them, their values.

use crate::output::{Output, Result};
use chainrule::SparsePlan;
use serde_json::{Map, Value, json};

/// Larger patterns are told in numbers, without a picture.
const DRAWN: usize = 40;
/// So many names of one colour are listed.
const LISTED: usize = 12;

/// A matrix with names, ready to be shown.
pub(crate) struct Named<'a> {
    /// `Hessian` or `Jacobian`.
    pub(crate) title: &'a str,
    pub(crate) rows: &'a [String],
    pub(crate) columns: &'a [String],
    pub(crate) plan: &'a SparsePlan,
    /// An entry's value for each place of the plan's pattern, row by row.
    pub(crate) values: &'a [f64],
    /// Whether the entries of that row and column are shown.
    pub(crate) shown: &'a dyn Fn(usize, usize) -> bool,
}

impl Named<'_> {
    /// Gives pattern, colours and entries.
    pub(crate) fn show(&self, output: &mut Output) -> Result<()> {
        let (m, n) = (self.rows.len(), self.columns.len());
        let pattern = self.plan.pattern();
        output.line("")?;
        output.line(format!(
            "{}  {m} × {n}: {} of {}, {}, {}",
            self.title,
            count(pattern.len(), "entry", "entries"),
            m * n,
            count(self.plan.colours(), "colour", "colours"),
            count(self.plan.sweeps(), "sweep", "sweeps"),
        ))?;
        if m <= DRAWN && n <= DRAWN {
            self.draw(output)?;
        }
        self.colours(output)?;
        self.entries(output)?;
        let key = self.title.to_lowercase();
        let document = self.document(output);
        output.set(&key, document);
        output.set("sparsity", self.sparsity());
        Ok(())
    }

    fn draw(&self, output: &mut Output) -> Result<()> {
        let width = self.rows.iter().map(|name| name.chars().count()).max().unwrap_or(0);
        for (i, name) in self.rows.iter().enumerate() {
            let mark = |j| if self.plan.pattern().contains(i, j) { " ×" } else { " ·" };
            let marks: String = (0..self.columns.len()).map(mark).collect();
            output.line(format!("{name:width$} {marks}"))?;
        }
        Ok(())
    }

    /// The columns, or the rows, that share a direction.
    fn colours(&self, output: &mut Output) -> Result<()> {
        let names = if self.plan.is_forward() { self.columns } else { self.rows };
        let mut groups: Vec<Vec<&str>> = vec![Vec::new(); self.plan.colours()];
        for (name, &colour) in names.iter().zip(self.plan.colouring()) {
            if let Some(group) = groups.get_mut(colour as usize) {
                group.push(name);
            }
        }
        let what = if self.plan.is_forward() { "columns" } else { "rows" };
        for (colour, group) in groups.iter().enumerate().take(DRAWN) {
            let more = if group.len() > LISTED { ", …" } else { "" };
            let list = group.iter().take(LISTED).copied().collect::<Vec<_>>().join(", ");
            output.line(format!("colour {}: {what} {list}{more}", colour + 1))?;
        }
        Ok(())
    }

    fn entries(&self, output: &mut Output) -> Result<()> {
        let width = |names: &[String]| names.iter().map(|n| n.chars().count()).max().unwrap_or(0);
        let (left, right) = (width(self.rows), width(self.columns));
        for ((i, j), &x) in self.plan.pattern().entries().zip(self.values) {
            if (self.shown)(i, j) {
                // No entry is -0 for people.
                let number = output.number(x + 0.0);
                let sign = if number.starts_with('-') { "" } else { " " };
                let (row, column) = (&self.rows[i], &self.columns[j]);
                output.line(format!("{row:left$}  {column:right$}  {sign}{number}"))?;
            }
        }
        Ok(())
    }

    fn document(&self, output: &mut Output) -> Value {
        let mut rows = Map::new();
        for ((i, j), &x) in self.plan.pattern().entries().zip(self.values) {
            if (self.shown)(i, j) {
                let (row, column) = (&self.rows[i], &self.columns[j]);
                let x = output.json_number(&format!("{} {row} {column}", self.title), x);
                let entries = rows.entry(row.clone()).or_insert_with(|| json!({}));
                entries[column] = x;
            }
        }
        rows.into()
    }

    fn sparsity(&self) -> Value {
        let names = if self.plan.is_forward() { self.columns } else { self.rows };
        let colours: Map<String, Value> =
            names.iter().cloned().zip(self.plan.colouring().iter().map(|&c| c.into())).collect();
        json!({
            "rows": self.rows.len(), "columns": self.columns.len(),
            "entries": self.plan.pattern().len(), "colours": self.plan.colours(),
            "sweeps": self.plan.sweeps(),
            "direction": if self.plan.is_forward() { "forward" } else { "reverse" },
            "colour_of": colours,
        })
    }
}

fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}
