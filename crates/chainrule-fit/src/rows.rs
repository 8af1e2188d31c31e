//! The rows of some columns in which nothing that a formula needs is missing.

use std::borrow::Cow;

use chainrule::error::{Error, ErrorKind};

use crate::design::Dropped;
use crate::model::check_gaps;
use crate::{Missing, Table};

/// Columns of numbers, without the rows that have a gap or with gaps filled.
pub(crate) struct Rows<'t> {
    columns: Vec<Cow<'t, [f64]>>,
    count: usize,
    dropped: usize,
    /// Numbers of the rows that are left, if some are not.
    numbers: Option<Vec<usize>>,
}

impl<'t> Rows<'t> {
    /// The columns `described`, then `required`, in whose gaps nothing may be filled in.
    ///
    /// # Errors
    ///
    /// If a name is not a column of numbers, or there are no rows, or gaps that `missing` says to be errors.
    pub(crate) fn complete(
        table: &'t Table,
        described: &[&str],
        required: &[&str],
        missing: Missing,
    ) -> Result<Self, Error> {
        let numbers = |name: &&str| Ok((name.to_string(), table.numbers(name)?));
        let columns: Vec<(String, &[f64])> =
            described.iter().chain(required).map(numbers).collect::<Result<_, Error>>()?;
        let first_needed = if missing == Missing::Mean { described.len() } else { 0 };
        let total = table.rows();
        let is_whole = |i: usize| columns[first_needed..].iter().all(|(_, c)| !c[i].is_nan());
        let count = (0..total).filter(|&i| is_whole(i)).count();
        let mut dropped = Dropped { rows: total - count, gaps: Vec::new() };
        for (name, column) in &columns[first_needed..] {
            let gaps = column.iter().filter(|x| x.is_nan()).count();
            if gaps > 0 && dropped.gaps.iter().all(|(other, _)| other != name) {
                dropped.gaps.push((name.clone(), gaps));
            }
        }
        check_gaps(missing, &dropped, total)?;
        let numbers: Option<Vec<usize>> =
            (count < total).then(|| (0..total).filter(|&i| is_whole(i)).collect());
        let kept = |column: &'t [f64]| match &numbers {
            None => Cow::Borrowed(column),
            Some(numbers) => Cow::Owned(numbers.iter().map(|&i| column[i]).collect()),
        };
        let mut columns: Vec<Cow<'t, [f64]>> = columns.iter().map(|(_, c)| kept(c)).collect();
        for (column, name) in columns[..first_needed].iter_mut().zip(described) {
            fill(column, name)?;
        }
        Ok(Rows { columns, count, dropped: dropped.rows, numbers })
    }

    pub(crate) fn len(&self) -> usize {
        self.count
    }

    pub(crate) fn dropped(&self) -> usize {
        self.dropped
    }

    /// The columns that `complete` was asked for.
    pub(crate) fn columns(&self) -> Vec<&[f64]> {
        self.columns.iter().map(|c| &**c).collect()
    }

    /// The number in the table, from 0, of row `i` of those that are left.
    pub(crate) fn number(&self, i: usize) -> usize {
        self.numbers.as_ref().map_or(i, |numbers| numbers[i])
    }
}

/// Puts the mean of the others into gaps.
fn fill(column: &mut Cow<'_, [f64]>, name: &str) -> Result<(), Error> {
    let known = column.iter().filter(|x| !x.is_nan());
    let (sum, count) = known.fold((0.0, 0.0), |(sum, count), x| (sum + x, count + 1.0));
    if count == 0.0 {
        let message = format!("column `{name}` has no values, and so no mean");
        return Err(Error::new(ErrorKind::Data, message));
    }
    if count < column.len() as f64 {
        let mean = sum / count;
        column.to_mut().iter_mut().filter(|x| x.is_nan()).for_each(|x| *x = mean);
    }
    Ok(())
}
