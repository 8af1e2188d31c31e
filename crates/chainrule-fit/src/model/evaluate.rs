//! The numbers of a plan for the rows of a table.

use super::coding::{Coding, Product};
use super::expression::Expression;
use super::plan::{Category, Meaning, Plan, Resolved};
use super::scan::{Missing, check_gaps, level_name};
use crate::design::{Design, Dropped};
use crate::table::{Column, Data, Table, listed, printed, wrong};
use chainrule::Error;
use std::borrow::Cow;
use std::collections::HashMap;

/// The rows of a table that a model can use.
pub(super) struct Usable {
    pub(super) rows: Vec<usize>,
    pub(super) dropped: Dropped,
}

impl Resolved {
    /// The rows without gaps in any column that is used, or with gaps that take a mean.
    pub(super) fn usable(&self, table: &Table, missing: Missing) -> Result<Usable, Error> {
        let columns: Result<Vec<&Column>, _> =
            self.columns.iter().map(|name| table.column(name)).collect();
        let has_mean = |name: &str| {
            missing == Missing::Mean
                && !self.response.columns.iter().chain(&self.weights).any(|c| c == name)
        };
        if let Some(wanted) = self.categories.iter().find(|c| {
            has_mean(&c.column) && table.column(&c.column).is_ok_and(|c| c.data.gaps() > 0)
        }) {
            let name = &wanted.column;
            return Err(wrong(format!("column `{name}` has gaps and, being a category, no mean"))
                .hint("choose `--missing drop`"));
        }
        Ok(usable(table.rows(), columns?.into_iter().filter(|c| !has_mean(&c.name))))
    }

    /// The response of the rows that are used as cells with levels.
    pub(super) fn class_column(&self, table: &Table, used: &Usable) -> Result<Data, Error> {
        if let [only] = &self.response.columns[..]
            && only == &self.response.name
            && let Data::Text { levels, codes } = &table.column(only)?.data
        {
            let codes = used.rows.iter().map(|&row| codes[row]).collect();
            return Ok(Data::Text { levels: levels.clone(), codes });
        }
        let numbers = evaluate(&self.response, table, &used.rows, &[])?;
        Ok(Data::Numbers(numbers.into_owned()))
    }
}

fn usable<'c>(rows: usize, columns: impl Iterator<Item = &'c Column>) -> Usable {
    let mut has_gap = vec![false; rows];
    let mut gaps = Vec::new();
    for column in columns {
        let count = column.data.gaps();
        if count > 0 {
            gaps.push((column.name.clone(), count));
            for (row, has_gap) in has_gap.iter_mut().enumerate() {
                *has_gap |= column.data.is_gap(row);
            }
        }
    }
    let used: Vec<usize> = (0..rows).filter(|&row| !has_gap[row]).collect();
    Usable { dropped: Dropped { rows: rows - used.len(), gaps }, rows: used }
}

/// An expression in the rows that are used; gaps that are left take the mean of their column.
fn evaluate<'t>(
    expression: &Expression,
    table: &'t Table,
    rows: &[usize],
    means: &[(String, f64)],
) -> Result<Cow<'t, [f64]>, Error> {
    let mut columns = Vec::with_capacity(expression.columns.len());
    for name in &expression.columns {
        let numbers = table.numbers(name)?;
        let mut cells = if rows.len() == numbers.len() {
            Cow::Borrowed(numbers)
        } else {
            Cow::Owned(rows.iter().map(|&row| numbers[row]).collect())
        };
        if let Some((_, mean)) = means.iter().find(|(n, _)| n == name)
            && cells.iter().any(|x| x.is_nan())
        {
            cells.to_mut().iter_mut().filter(|x| x.is_nan()).for_each(|x| *x = *mean);
        }
        columns.push(cells);
    }
    expression.evaluate(&columns, |i| table.first_row() + rows[i])
}

impl Plan {
    /// The design of all rows of a table.
    ///
    /// # Errors
    ///
    /// If a column is missing or holds text, a level is not known, rows have gaps and the plan says nothing about
    /// them, no row is left, an expression is NaN or infinite, or a weight is negative.
    pub fn design(&self, table: &Table) -> Result<Design, Error> {
        let design = self.design_block(table)?;
        check_gaps(self.schema.options.missing, &design.dropped, table.rows())?;
        Ok(design)
    }

    /// The design of all rows of a table that is not needed any more: where no row is left out, columns that are
    /// used as they are move, so that the numbers stand in memory once.
    ///
    /// # Errors
    ///
    /// As for [`design`](Plan::design).
    pub fn into_design(&self, table: Table) -> Result<Design, Error> {
        let mut moved = Vec::new();
        let mut design = self.make(&table, Some(&mut moved))?;
        check_gaps(self.schema.options.missing, &design.dropped, table.rows())?;
        let mut columns: HashMap<String, Data> =
            table.into_columns().map(|c| (c.name, c.data)).collect();
        for (place, name) in moved {
            let Some(Data::Numbers(numbers)) = columns.remove(&name) else {
                unreachable!("a column of numbers is moved to one place")
            };
            match place {
                Place::Response => design.response = numbers,
                Place::Column(i) => design.columns[i] = numbers,
            }
        }
        Ok(design)
    }

    /// The design of a block of rows, those with gaps left out and counted. [`check_gaps`](Plan::check_gaps) tells
    /// at the end whether that is allowed.
    ///
    /// # Errors
    ///
    /// As for [`design`](Plan::design), but for gaps.
    pub fn design_block(&self, table: &Table) -> Result<Design, Error> {
        self.make(table, None)
    }

    /// The design, with columns that may be moved left empty and named in `moved`.
    fn make(
        &self,
        table: &Table,
        mut moved: Option<&mut Vec<(Place, String)>>,
    ) -> Result<Design, Error> {
        self.require(table, self.resolved.columns.iter().map(String::as_str))?;
        let used = self.resolved.usable(table, self.schema.options.missing)?;
        let response = if self.schema.options.classes {
            self.classes_of(&self.resolved.class_column(table, &used)?, table, &used.rows)?
        } else {
            let cells = evaluate(&self.resolved.response, table, &used.rows, &[])?;
            take(cells, Place::Response, &self.resolved.response, moved.as_deref_mut())
        };
        let weights = match &self.resolved.weights {
            None => None,
            Some(name) => Some(weights(name, table, &used.rows)?),
        };
        let right = self.right_side(table, used, moved)?;
        Ok(Design { response, weights, response_levels: self.schema.classes.clone(), ..right })
    }

    /// The right side alone for new rows: a design without response and weights.
    ///
    /// # Errors
    ///
    /// As for [`design`](Plan::design).
    pub fn predictors(&self, table: &Table) -> Result<Design, Error> {
        let names = self.columns();
        self.require(table, names.iter().copied())?;
        let missing = self.schema.options.missing;
        let mut columns = Vec::with_capacity(names.len());
        for name in names {
            columns.push(table.column(name)?);
        }
        if missing == Missing::Mean {
            columns.retain(|c| self.schema.means.iter().all(|(name, _)| *name != c.name));
        }
        let used = usable(table.rows(), columns.into_iter());
        if missing == Missing::Error {
            check_gaps(missing, &used.dropped, table.rows())?;
        }
        self.right_side(table, used, None)
    }

    /// Whether rows that were left out, `dropped` of `rows`, may be.
    ///
    /// # Errors
    ///
    /// If the plan says nothing about gaps and there are some, or if no row is left.
    pub fn check_gaps(&self, dropped: &Dropped, rows: usize) -> Result<(), Error> {
        check_gaps(self.schema.options.missing, dropped, rows)
    }

    /// Refuses a table that lacks columns, naming all of them.
    fn require<'n>(
        &self,
        table: &Table,
        names: impl Iterator<Item = &'n str>,
    ) -> Result<(), Error> {
        let there: Vec<&str> = table.columns().iter().map(|c| c.name.as_str()).collect();
        let missing: Vec<String> =
            names.filter(|name| !there.contains(name)).map(|name| format!("`{name}`")).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let noun = if missing.len() == 1 { "column" } else { "columns" };
        let model = self.description();
        Err(wrong(format!("the data lack the {noun} {} of the model {model}", listed(&missing)))
            .hint(format!("they have {}", listed(&there))))
    }

    fn right_side(
        &self,
        table: &Table,
        used: Usable,
        mut moved: Option<&mut Vec<(Place, String)>>,
    ) -> Result<Design, Error> {
        let rows = &used.rows;
        let means = &self.schema.means;
        let mut factors: Vec<Cells> = Vec::with_capacity(self.resolved.meanings.len());
        for meaning in &self.resolved.meanings {
            factors.push(match meaning {
                Meaning::Number(expression) => {
                    Cells::Numbers(evaluate(expression, table, rows, means)?)
                }
                Meaning::Category(c) => {
                    Cells::Levels(levels_of(&self.schema.categories[*c], table, rows)?)
                }
            });
        }
        let mut columns = Vec::with_capacity(self.names().len());
        for product in &self.products {
            if let [(factor, Coding::Number)] = product[..]
                && let (Meaning::Number(expression), Cells::Numbers(x)) =
                    (&self.resolved.meanings[factor], &factors[factor])
            {
                let place = Place::Column(columns.len());
                columns.push(take(x.clone(), place, expression, moved.as_deref_mut()));
                continue;
            }
            self.multiply(product, &factors, rows.len(), &mut columns);
        }
        let mut offset: Option<Vec<f64>> = None;
        for expression in &self.resolved.offsets {
            let values = evaluate(expression, table, rows, means)?;
            match &mut offset {
                None => offset = Some(values.into_owned()),
                Some(sum) => sum.iter_mut().zip(values.iter()).for_each(|(sum, x)| *sum += x),
            }
        }
        Ok(Design {
            response_name: self.response().into(),
            names: self.names().to_vec(),
            columns,
            has_intercept: self.has_intercept(),
            offset,
            rows: used.rows.into_iter().map(|row| table.first_row() + row).collect(),
            dropped: used.dropped,
            ..Design::default()
        })
    }

    /// The columns of a product: the numbers times the indicator of each combination of levels.
    fn multiply(
        &self,
        product: &Product,
        factors: &[Cells],
        rows: usize,
        columns: &mut Vec<Vec<f64>>,
    ) {
        let mut numbers: Option<Vec<f64>> = None;
        // The combination of levels in each row; `NONE` where a reference level has no indicator.
        let mut cells: Option<Vec<u32>> = None;
        let mut width = 1;
        for &(factor, coding) in product {
            match &factors[factor] {
                Cells::Numbers(x) => match &mut numbers {
                    None => numbers = Some(x.to_vec()),
                    Some(all) => all.iter_mut().zip(x.iter()).for_each(|(all, x)| *all *= x),
                },
                Cells::Levels(levels) => {
                    let Meaning::Category(c) = self.resolved.meanings[factor] else {
                        unreachable!("only categories have levels")
                    };
                    let reference = self.schema.categories[c].reference as u32;
                    let place = |level: u32| match coding {
                        Coding::Reduced if level == reference => NONE,
                        Coding::Reduced if level > reference => level - 1,
                        _ => level,
                    };
                    let count = self.width(factor, coding);
                    let all = cells.get_or_insert_with(|| vec![0; rows]);
                    for (cell, &level) in all.iter_mut().zip(levels) {
                        let place = place(level);
                        *cell = if *cell == NONE || place == NONE {
                            NONE
                        } else {
                            *cell * count as u32 + place
                        };
                    }
                    width *= count;
                }
            }
        }
        let Some(cells) = cells else {
            columns.push(numbers.unwrap_or_else(|| vec![1.0; rows]));
            return;
        };
        let first = columns.len();
        columns.extend((0..width).map(|_| vec![0.0; rows]));
        for (row, &cell) in cells.iter().enumerate().filter(|(_, cell)| **cell != NONE) {
            columns[first + cell as usize][row] = numbers.as_ref().map_or(1.0, |x| x[row]);
        }
    }

    /// The position of the class of each row.
    fn classes_of(&self, data: &Data, table: &Table, rows: &[usize]) -> Result<Vec<f64>, Error> {
        let is_numeric = matches!(data, Data::Numbers(_));
        let levels = self.schema.classes.clone();
        let category =
            Category { column: self.response().into(), levels, is_numeric, reference: 0 };
        let places = places(&category, data, |i| table.first_row() + rows[i])?;
        Ok(places.into_iter().map(f64::from).collect())
    }
}

const NONE: u32 = u32::MAX;

/// Where a column of a table goes in a design.
#[derive(Clone, Copy)]
enum Place {
    Response,
    Column(usize),
}

/// The cells of a column of the design. Where they are a column of the table as it stands, and that is to be moved,
/// they are left empty and noted.
fn take(
    cells: Cow<[f64]>,
    place: Place,
    expression: &Expression,
    moved: Option<&mut Vec<(Place, String)>>,
) -> Vec<f64> {
    match (cells, moved) {
        (Cow::Borrowed(_), Some(moved)) => {
            moved.push((place, expression.name.clone()));
            Vec::new()
        }
        (cells, _) => cells.into_owned(),
    }
}

/// A factor in the rows that are used.
enum Cells<'t> {
    Numbers(Cow<'t, [f64]>),
    Levels(Vec<u32>),
}

fn levels_of(category: &Category, table: &Table, rows: &[usize]) -> Result<Vec<u32>, Error> {
    let data = match &table.column(&category.column)?.data {
        Data::Numbers(numbers) => Data::Numbers(rows.iter().map(|&row| numbers[row]).collect()),
        Data::Text { levels, codes } => Data::Text {
            levels: levels.clone(),
            codes: rows.iter().map(|&row| codes[row]).collect(),
        },
    };
    places(category, &data, |i| table.first_row() + rows[i])
}

/// The position of each cell's level; `row` gives the number of a cell's row in the data.
fn places(
    category: &Category,
    data: &Data,
    row: impl Fn(usize) -> usize,
) -> Result<Vec<u32>, Error> {
    let levels = category.levels.iter().zip(0_u32..);
    let known: HashMap<&str, u32> = levels.map(|(level, i)| (level.as_str(), i)).collect();
    let unknown = |i: usize, text: &str| {
        let (row, column) = (row(i) + 1, &category.column);
        wrong(format!(
            "row {row}, column `{column}`: '{}' is not a level of the model",
            printed(text)
        ))
        .hint(format!("known are {}", listed(&category.levels)))
    };
    match data {
        Data::Numbers(numbers) => {
            let mut seen: HashMap<u64, u32> = HashMap::new();
            let mut places = Vec::with_capacity(numbers.len());
            for (i, &x) in numbers.iter().enumerate() {
                let place = if let Some(&place) = seen.get(&x.to_bits()) {
                    place
                } else {
                    let name = level_name(x);
                    *known.get(name.as_ref()).ok_or_else(|| unknown(i, &name))?
                };
                seen.insert(x.to_bits(), place);
                places.push(place);
            }
            Ok(places)
        }
        Data::Text { levels, codes } => {
            let place = |text: &String| {
                let number = || text.parse::<f64>().ok().filter(|_| category.is_numeric);
                known
                    .get(text.as_str())
                    .copied()
                    .or_else(|| known.get(level_name(number()?).as_ref()).copied())
            };
            let of_level: Vec<Option<u32>> = levels.iter().map(place).collect();
            let place = |(i, &code): (usize, &u32)| {
                of_level[code as usize].ok_or_else(|| unknown(i, &levels[code as usize]))
            };
            codes.iter().enumerate().map(place).collect()
        }
    }
}

fn weights(name: &str, table: &Table, rows: &[usize]) -> Result<Vec<f64>, Error> {
    let numbers = table.numbers(name)?;
    if let Some(&row) = rows.iter().find(|&&row| numbers[row] < 0.0) {
        let shown = chainrule::expression::significant(numbers[row], 6);
        let message = format!(
            "row {}, column `{name}`: the weight {shown} is negative",
            table.first_row() + row + 1
        );
        return Err(wrong(message).hint("leave such rows out of the data"));
    }
    Ok(rows.iter().map(|&row| numbers[row]).collect())
}
