//! Sums over rows that come in pieces, in memory that does not grow with them.

use super::prepared::Call;
use super::reduce::{CHUNK, Run};
use super::sums::{Derived, Sums, Totals};
use super::tally::Tally;
use super::{Kernel, rows_of};
use crate::error::{Error, ErrorKind};
use std::sync::Arc;

/// Sums over rows that come in pieces of any size. The totals have the same bits as those over all
/// rows at once; of the rows, at most 4096 are kept.
///
/// ```
/// use chainrule::kernel::{Kernel, Sums};
/// let loss = Kernel::sum_over(&["w"], &["x", "y"], |p, row| (p[0] * row[0] - row[1]).square())?;
/// let mut stream = loss.stream(Sums::Gradient, &[2.0])?;
/// stream.push(&[&[1.0, 2.0], &[2.0, 5.0]])?;
/// stream.push(&[&[3.0], &[7.0]])?;
/// let totals = stream.totals();
/// assert_eq!((totals.rows, totals.value, totals.gradient), (3, 2.0, vec![-10.0]));
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Debug)]
pub struct Stream {
    kernel: Kernel,
    what: Sums,
    derived: Arc<Derived>,
    parameters: Vec<f64>,
    call: Call,
    tally: Tally,
    rows: usize,
    /// Rows that do not fill a chunk yet.
    waiting: Vec<Vec<f64>>,
}

impl Kernel {
    /// Begins sums over rows that come in pieces.
    ///
    /// # Errors
    ///
    /// If there are not as many parameters as the kernel has, or several outputs where `what` is
    /// not [`Sums::GaussNewton`].
    pub fn stream(&self, what: Sums, parameters: &[f64]) -> Result<Stream, Error> {
        let derived = self.derived(what, parameters)?;
        let call = derived.call(parameters);
        let waiting = vec![Vec::new(); self.columns().len()];
        Ok(Stream {
            kernel: self.clone(),
            what,
            derived: Arc::clone(derived),
            parameters: parameters.to_vec(),
            call,
            tally: Tally::default(),
            rows: 0,
            waiting,
        })
    }
}

impl Stream {
    /// Adds rows: a slice for each column.
    ///
    /// # Errors
    ///
    /// If there are not as many columns as the kernel has, or columns of different lengths.
    pub fn push(&mut self, columns: &[&[f64]]) -> Result<(), Error> {
        let rows = rows_of(self.kernel.columns(), columns)?;
        let mut at = 0;
        if !self.waiting[0].is_empty() {
            at = rows.min(CHUNK - self.waiting[0].len());
            self.wait(|c, waiting| waiting.extend_from_slice(&columns[c][..at]));
        }
        let whole = at + (rows - at) / CHUNK * CHUNK;
        self.run(&columns.iter().map(|c| &c[at..whole]).collect::<Vec<_>>());
        self.wait(|c, waiting| waiting.extend_from_slice(&columns[c][whole..]));
        self.rows += rows;
        Ok(())
    }

    /// Adds the rows of those numbers, in that order: a mini-batch, or a sample with repetitions.
    ///
    /// ```
    /// use chainrule::kernel::{Kernel, Sums};
    /// let loss = Kernel::sum_over(&["w"], &["x"], |p, row| p[0] * row[0])?;
    /// let mut stream = loss.stream(Sums::Gradient, &[2.0])?;
    /// stream.push_rows(&[&[1.0, 10.0, 100.0]], &[2, 0, 0])?;
    /// assert_eq!(stream.totals().gradient, [102.0]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`push`](Stream::push), and if there is no row of such a number; then nothing is
    /// added.
    pub fn push_rows(&mut self, columns: &[&[f64]], numbers: &[usize]) -> Result<(), Error> {
        let rows = rows_of(self.kernel.columns(), columns)?;
        if let Some(number) = numbers.iter().find(|&&i| i >= rows) {
            let text = format!("there is no row {number}: the columns have {rows} rows");
            return Err(Error::new(ErrorKind::Length, text).hint("rows are numbered from 0"));
        }
        let mut rest = numbers;
        while !rest.is_empty() {
            let (now, later) = rest.split_at(rest.len().min(CHUNK - self.waiting[0].len()));
            self.wait(|c, waiting| waiting.extend(now.iter().map(|&i| columns[c][i])));
            rest = later;
        }
        self.rows += numbers.len();
        Ok(())
    }

    /// The sums so far. More rows may follow.
    #[must_use]
    pub fn totals(&self) -> Totals {
        let mut tally = self.tally.clone();
        let waiting: Vec<&[f64]> = self.waiting.iter().map(Vec::as_slice).collect();
        self.add(&waiting, &mut tally);
        self.derived.totals(self.what, &self.parameters, self.rows, &self.call, &tally)
    }

    /// Lets `fill` add to the rows that wait, and runs them if they are a chunk.
    fn wait(&mut self, fill: impl Fn(usize, &mut Vec<f64>)) {
        self.waiting.iter_mut().enumerate().for_each(|(c, waiting)| fill(c, waiting));
        if self.waiting[0].len() == CHUNK {
            let full = std::mem::take(&mut self.waiting);
            self.run(&full.iter().map(Vec::as_slice).collect::<Vec<_>>());
            self.waiting = full;
            self.waiting.iter_mut().for_each(Vec::clear);
        }
    }

    /// Whole chunks.
    fn run(&mut self, columns: &[&[f64]]) {
        let mut tally = std::mem::take(&mut self.tally);
        self.add(columns, &mut tally);
        self.tally = tally;
    }

    fn add(&self, columns: &[&[f64]], tally: &mut Tally) {
        let (prepared, call, rows) = (&self.derived.prepared, &self.call, columns[0].len());
        Run { prepared, call, columns, rows, options: self.kernel.options }.sums(tally);
    }
}
