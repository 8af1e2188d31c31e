//! Least squares over rows that come chunk by chunk, in bounded memory.

use super::check::check;
use super::least_squares::{Errors, LeastSquares, Totals};
use super::triangle::{segment, threads};
use crate::{Design, Fit};
use chainrule::error::{Error, ErrorKind};

/// A fit to rows that come chunk by chunk: a file of any size in bounded memory.
///
/// The result has the same bits for any division of the rows into chunks, and equals that of
/// [`LeastSquares::fit`] on all of them, without fitted values, residuals and leverage.
///
/// ```
/// use chainrule_fit::{Design, LeastSquares};
/// let chunk = |x: [f64; 3]| Design {
///     response_name: "y".to_owned(),
///     response: x.map(|x| 1.0 + 2.0 * x).to_vec(),
///     names: vec!["intercept".to_owned(), "x".to_owned()],
///     columns: vec![vec![1.0; 3], x.to_vec()],
///     has_intercept: true,
///     ..Design::default()
/// };
/// let mut stream = LeastSquares::default().stream();
/// stream.push(chunk([0.0, 1.0, 2.0]))?;
/// stream.push(chunk([3.0, 4.0, 5.0]))?;
/// let fit = stream.finish()?;
/// assert_eq!(fit.rows_used, 6);
/// assert!((fit.coefficients[1].estimate - 2.0).abs() < 1e-14);
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct StreamedLeastSquares {
    settings: LeastSquares,
    /// Rows that do not fill a segment yet; from the first chunk on.
    waiting: Option<Design>,
    totals: Totals,
    dropped: usize,
}

impl StreamedLeastSquares {
    pub(crate) fn new(settings: LeastSquares) -> Self {
        StreamedLeastSquares { settings, waiting: None, totals: Totals::new(0), dropped: 0 }
    }

    /// Takes the next rows.
    ///
    /// # Errors
    ///
    /// If the columns are not those of the first chunk, or a row is wrong as for [`LeastSquares::fit`].
    pub fn push(&mut self, chunk: Design) -> Result<(), Error> {
        check(&chunk)?;
        self.dropped += chunk.dropped.rows;
        match &mut self.waiting {
            None => {
                self.totals = Totals::new(chunk.columns.len());
                self.waiting = Some(chunk);
            }
            Some(waiting) => append(waiting, chunk)?,
        }
        let Some(waiting) = &mut self.waiting else { return Ok(()) };
        let length = segment(waiting.columns.len() + 1, 1);
        let whole = waiting.len() / length * length;
        if whole > 0 {
            let rest = split_off(waiting, whole);
            self.totals.fold(waiting, threads(self.settings.threads));
            *waiting = rest;
        }
        Ok(())
    }

    /// Ends the rows.
    ///
    /// # Errors
    ///
    /// As for [`LeastSquares::fit`], and if robust errors are wanted, which need the rows again.
    pub fn finish(mut self) -> Result<Fit, Error> {
        if self.settings.errors != Errors::Classical {
            return Err(Error::new(ErrorKind::Option, "robust errors need all rows in memory"));
        }
        let Some(waiting) = self.waiting else {
            return Err(Error::new(ErrorKind::Data, "no data rows"));
        };
        self.totals.fold(&waiting, threads(self.settings.threads));
        let (mut fit, _) = self.settings.summary(&waiting, &self.totals)?;
        fit.rows_dropped = self.dropped;
        Ok(fit)
    }
}

/// Adds the rows of `chunk` behind those of `design`.
fn append(design: &mut Design, chunk: Design) -> Result<(), Error> {
    if chunk.names != design.names
        || chunk.weights.is_some() != design.weights.is_some()
        || chunk.offset.is_some() != design.offset.is_some()
    {
        return Err(Error::new(ErrorKind::Data, "a chunk has other columns than the first"));
    }
    design.response.extend(chunk.response);
    design.columns.iter_mut().zip(chunk.columns).for_each(|(all, more)| all.extend(more));
    for (all, more) in [(&mut design.weights, chunk.weights), (&mut design.offset, chunk.offset)] {
        if let (Some(all), Some(more)) = (all, more) {
            all.extend(more);
        }
    }
    design.rows.extend(chunk.rows);
    Ok(())
}

/// Takes the rows from `row` on out of the design.
fn split_off(design: &mut Design, row: usize) -> Design {
    let split = |numbers: &mut Vec<f64>| numbers.split_off(row.min(numbers.len()));
    Design {
        response: split(&mut design.response),
        columns: design.columns.iter_mut().map(split).collect(),
        weights: design.weights.as_mut().map(split),
        offset: design.offset.as_mut().map(split),
        rows: design.rows.split_off(row.min(design.rows.len())),
        response_name: design.response_name.clone(),
        response_levels: design.response_levels.clone(),
        names: design.names.clone(),
        has_intercept: design.has_intercept,
        dropped: crate::Dropped::default(),
    }
}
