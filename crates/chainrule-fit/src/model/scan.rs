//! What a plan has to know of all rows: levels of categories, means, gaps. One pass over a table or its blocks.

use super::plan::{Category, Plan, Resolved, Schema};
use super::terms::Terms;
use crate::design::Dropped;
use crate::table::{Data, Table, printed, wrong};
use chainrule::error::{Error, ErrorKind};
use std::borrow::Cow;
use std::collections::HashSet;
use std::str::FromStr;

/// What is done about rows with gaps in columns of the model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Missing {
    /// They are an error.
    #[default]
    Error,
    /// They are left out.
    Drop,
    /// A gap in a number that describes takes the column's mean; rows without response or weight are left out.
    Mean,
}

impl FromStr for Missing {
    type Err = Error;

    /// Reads `error`, `drop` or `mean`.
    fn from_str(text: &str) -> Result<Self, Error> {
        match text {
            "error" => Ok(Missing::Error),
            "drop" => Ok(Missing::Drop),
            "mean" => Ok(Missing::Mean),
            _ => {
                let message = format!("nothing called `{text}` can be done about gaps");
                Err(Error::new(ErrorKind::Option, message).hint("choose error, drop or mean"))
            }
        }
    }
}

/// How a formula becomes a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlanOptions {
    /// What is done about gaps (`--missing`).
    pub missing: Missing,
    /// Columns that are categories wherever they stand (`--categorical`); others are with `C(…)`.
    pub categorical: Vec<String>,
    /// Column with the weights of rows (`--weights`).
    pub weights: Option<String>,
    /// Columns that `.` leaves out (`--drop`).
    pub drop: Vec<String>,
    /// Whether the response is a class: text or a few numbers; the design holds the position of its level.
    pub classes: bool,
}

/// A pass over rows that ends in a [`Plan`].
///
/// ```
/// use chainrule_fit::{PlanOptions, ReadOptions, Reader, Scan, Terms};
/// # let path = std::env::temp_dir().join("chainrule-scan.csv");
/// # std::fs::write(&path, "y,region\n1,north\n2,south\n3,east\n").expect("the temporary folder takes files");
/// // A file that is too large for the memory is read twice: for the levels, then for the rows.
/// let open = || Reader::open(&path, &ReadOptions::default());
/// let mut scan = Scan::new(&Terms::parse("y ~ C(region)")?, open()?.names(), &PlanOptions::default())?;
/// for block in open()?.blocks() {
///     scan.add(&block?)?;
/// }
/// let plan = scan.plan()?;
/// assert_eq!(plan.names(), ["intercept", "region[north]", "region[south]"]);
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Scan {
    resolved: Resolved,
    options: PlanOptions,
    levels: Vec<Levels>,
    /// Sum and number of the cells that are there, by column of [`Resolved::numbers`].
    sums: Vec<(f64, usize)>,
    classes: Levels,
    dropped: Dropped,
    rows: usize,
}

#[derive(Clone, Debug, Default)]
struct Levels {
    texts: HashSet<String>,
    numbers: HashSet<u64>,
}

impl Scan {
    /// Prepares to read rows that have columns `names`.
    ///
    /// # Errors
    ///
    /// If the formula or an option names a column that there is not; the error points into the formula.
    pub fn new(terms: &Terms, names: &[String], options: &PlanOptions) -> Result<Self, Error> {
        let resolved = Resolved::new(terms, names, None, options)?;
        let levels = vec![Levels::default(); resolved.categories.len()];
        let sums = vec![(0.0, 0); resolved.numbers.len()];
        let (options, classes) = (options.clone(), Levels::default());
        Ok(Scan { resolved, options, levels, sums, classes, dropped: Dropped::default(), rows: 0 })
    }

    /// The columns that have to be read.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.resolved.columns
    }

    /// Whether the rows hold something that the plan needs before the first row can be used: levels or means.
    #[must_use]
    pub fn needs_rows(&self) -> bool {
        !self.levels.is_empty() || self.options.classes || self.options.missing == Missing::Mean
    }

    /// Looks at more rows.
    ///
    /// # Errors
    ///
    /// If a column is not there, or text stands where a number is wanted.
    pub fn add(&mut self, table: &Table) -> Result<(), Error> {
        let used = self.resolved.usable(table, self.options.missing)?;
        self.rows += table.rows();
        self.dropped.merge(&used.dropped);
        for (category, levels) in self.resolved.categories.iter().zip(&mut self.levels) {
            levels.add(&table.column(&category.column)?.data, &used.rows);
        }
        if self.options.missing == Missing::Mean {
            for (name, (sum, count)) in self.resolved.numbers.iter().zip(&mut self.sums) {
                for x in table.numbers(name)?.iter().filter(|x| !x.is_nan()) {
                    *sum += x;
                    *count += 1;
                }
            }
        }
        if self.options.classes {
            let classes = self.resolved.class_column(table, &used)?;
            let all: Vec<usize> = (0..classes.len()).collect();
            self.classes.add(&classes, &all);
        }
        Ok(())
    }

    /// The plan for these rows. It may be had before the first row unless [`needs_rows`](Scan::needs_rows).
    ///
    /// # Errors
    ///
    /// If rows have gaps and nothing was said about them, none is left, a category has one level or a reference that
    /// is none of them.
    pub fn plan(self) -> Result<Plan, Error> {
        if self.rows > 0 || self.needs_rows() {
            check_gaps(self.options.missing, &self.dropped, self.rows)?;
        }
        let mut categories = Vec::with_capacity(self.levels.len());
        for (wanted, levels) in self.resolved.categories.iter().zip(self.levels) {
            let (levels, is_numeric) = levels.sorted();
            if let [only] = &levels[..] {
                let message =
                    format!("`{}` has one level only, '{}'", wanted.column, printed(only));
                return Err(wrong(message)
                    .at(wanted.span.clone())
                    .hint("leave it out of the formula"));
            }
            let reference = match &wanted.reference {
                None => 0,
                Some((name, span)) => super::plan::level(&levels, name, &wanted.column)
                    .map_err(|error| error.at(span.clone()))?,
            };
            categories.push(Category {
                column: wanted.column.clone(),
                levels,
                is_numeric,
                reference,
            });
        }
        let mut means = Vec::new();
        if self.options.missing == Missing::Mean {
            for (name, (sum, count)) in self.resolved.numbers.iter().zip(self.sums) {
                if count == 0 {
                    return Err(wrong(format!("column `{name}` has no values, and so no mean"))
                        .hint(format!("`--drop {name}`")));
                }
                means.push((name.clone(), sum / count as f64));
            }
        }
        let classes = self.classes.sorted().0;
        let schema = Schema { options: self.options, categories, means, classes };
        Plan::build(self.resolved, schema)
    }
}

/// The error of gaps about which nothing was said.
pub(crate) fn check_gaps(missing: Missing, dropped: &Dropped, rows: usize) -> Result<(), Error> {
    if missing == Missing::Error && dropped.rows > 0 {
        let error = wrong(dropped.describe(rows));
        return Err(error.hint("choose `--missing drop` or `mean`"));
    }
    if dropped.rows == rows {
        let gaps = dropped.describe(rows);
        return Err(wrong(if rows == 0 {
            "no data rows".into()
        } else {
            format!("no row is left: {gaps}")
        }));
    }
    Ok(())
}

impl Levels {
    fn add(&mut self, data: &Data, rows: &[usize]) {
        match data {
            Data::Numbers(numbers) => {
                // The two zeros are one level.
                let cells = rows.iter().map(|&row| numbers[row] + 0.0).filter(|x| !x.is_nan());
                self.numbers.extend(cells.map(f64::to_bits));
            }
            Data::Text { levels, codes } => {
                let mut seen = vec![false; levels.len()];
                for &row in rows.iter().filter(|&&row| codes[row] != Data::MISSING) {
                    seen[codes[row] as usize] = true;
                }
                let new = levels
                    .iter()
                    .zip(seen)
                    .filter(|(text, seen)| *seen && !self.texts.contains(*text));
                self.texts.extend(new.map(|(text, _)| text.clone()).collect::<Vec<_>>());
            }
        }
    }

    /// The levels in order, numbers by value and before texts; whether all are numbers.
    fn sorted(self) -> (Vec<String>, bool) {
        let is_numeric = self.texts.is_empty();
        let numbers =
            self.numbers.into_iter().map(|bits| level_name(f64::from_bits(bits)).into_owned());
        let mut levels: Vec<String> = numbers.chain(self.texts).collect();
        let value = |text: &String| text.parse::<f64>().ok().filter(|x| !x.is_nan());
        levels.sort_by(|a, b| match (value(a), value(b)) {
            (Some(x), Some(y)) => x.total_cmp(&y).then_with(|| a.cmp(b)),
            (Some(_), None) => std::cmp::Ordering::Less,
            (None, Some(_)) => std::cmp::Ordering::Greater,
            (None, None) => a.cmp(b),
        });
        levels.dedup();
        (levels, is_numeric)
    }
}

/// The level that a number is.
pub(super) fn level_name(x: f64) -> Cow<'static, str> {
    Cow::Owned(chainrule::expression::number(x + 0.0))
}
