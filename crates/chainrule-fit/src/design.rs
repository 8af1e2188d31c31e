//! The matrix of a model: the response, a column for each coefficient, weights and offset.

use crate::linear::triangle::threads;

/// What a linear predictor is fitted to: `response ~ Σ coefficient · column + offset`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Design {
    /// Name of the response.
    pub response_name: String,
    /// The response of each row used; where it is a class, the position of its level.
    pub response: Vec<f64>,
    /// The classes of the response, sorted; empty where it is a number.
    pub response_levels: Vec<String>,
    /// Names of the columns, one a coefficient; `intercept` first where there is one.
    pub names: Vec<String>,
    /// The columns.
    pub columns: Vec<Vec<f64>>,
    /// Whether the first column is the intercept, all ones.
    pub has_intercept: bool,
    /// A weight for each row used.
    pub weights: Option<Vec<f64>>,
    /// Added to the linear predictor of each row used.
    pub offset: Option<Vec<f64>>,
    /// Number of each row used in the data, from 0.
    pub rows: Vec<usize>,
    /// Rows left out, and why.
    pub dropped: Dropped,
}

/// Rows that a model does not use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dropped {
    /// How many.
    pub rows: usize,
    /// Gaps by column, in the order of the columns in the data.
    pub gaps: Vec<(String, usize)>,
}

impl Dropped {
    /// Adds the rows that another block of the same data leaves out.
    pub fn merge(&mut self, other: &Dropped) {
        self.rows += other.rows;
        for (name, count) in &other.gaps {
            match self.gaps.iter_mut().find(|(n, _)| n == name) {
                Some((_, sum)) => *sum += count,
                None => self.gaps.push((name.clone(), *count)),
            }
        }
    }

    /// In words, for data of so many rows.
    ///
    /// ```
    /// use chainrule_fit::Dropped;
    /// let dropped = Dropped { rows: 12, gaps: vec![("age".into(), 9), ("hp".into(), 3)] };
    /// assert_eq!(dropped.describe(500), "12 of 500 rows have gaps (age 9, hp 3)");
    /// ```
    #[must_use]
    pub fn describe(&self, rows: usize) -> String {
        let gaps: Vec<String> = self.gaps.iter().map(|(name, n)| format!("{name} {n}")).collect();
        let (verb, gaps) =
            (if self.rows == 1 { "has" } else { "have" }, crate::table::listed(&gaps));
        format!("{} of {rows} rows {verb} gaps ({gaps})", self.rows)
    }
}

impl Design {
    /// Number of rows used.
    #[must_use]
    pub fn len(&self) -> usize {
        self.response.len()
    }

    /// Whether no row is used.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.response.is_empty()
    }

    /// The same model of some of its rows, given by their place, in that order.
    #[must_use]
    pub fn select(&self, places: &[usize]) -> Design {
        let of = |column: &Vec<f64>| places.iter().map(|&i| column[i]).collect::<Vec<f64>>();
        Design {
            response: if self.response.is_empty() { Vec::new() } else { of(&self.response) },
            columns: self.columns.iter().map(of).collect(),
            weights: self.weights.as_ref().map(of),
            offset: self.offset.as_ref().map(of),
            rows: places.iter().map(|&i| self.rows.get(i).copied().unwrap_or(i)).collect(),
            response_name: self.response_name.clone(),
            response_levels: self.response_levels.clone(),
            names: self.names.clone(),
            dropped: self.dropped.clone(),
            ..*self
        }
    }

    /// Gives every column but the intercept the mean 0, if there is an intercept, and the standard
    /// deviation 1; a constant column keeps its size. Returns what was taken away and divided by, for
    /// [`scale`](Design::scale).
    pub fn standardize(&mut self) -> Vec<(f64, f64)> {
        let has_intercept = self.has_intercept;
        let of = |(i, column): (usize, &Vec<f64>)| {
            if i == 0 && has_intercept {
                return (0.0, 1.0);
            }
            let count = column.len() as f64;
            let mean = column.iter().sum::<f64>() / count;
            let square = column.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (count - 1.0);
            let sd = if square > 0.0 { square.sqrt() } else { 1.0 };
            (if has_intercept { mean } else { 0.0 }, sd)
        };
        let scales: Vec<(f64, f64)> = self.columns.iter().enumerate().map(of).collect();
        self.scale(&scales);
        scales
    }

    /// Takes a number away from each column and divides by another.
    ///
    /// # Panics
    ///
    /// If there are not as many pairs as columns.
    pub fn scale(&mut self, scales: &[(f64, f64)]) {
        assert_eq!(scales.len(), self.columns.len(), "a pair for each column");
        for (column, (center, size)) in self.columns.iter_mut().zip(scales) {
            for x in column {
                *x = (*x - center) / size;
            }
        }
    }

    /// The model in words: `TOTEMP ~ GNPDEFL + GNP`.
    #[must_use]
    pub fn model(&self) -> String {
        let columns = &self.names[usize::from(self.has_intercept).min(self.names.len())..];
        let mut terms = columns.join(" + ");
        if !self.has_intercept {
            terms += " - 1";
        } else if columns.is_empty() {
            terms.push('1');
        }
        format!("{} ~ {terms}", self.response_name)
    }

    /// Σ coefficient · column + offset in each row.
    #[must_use]
    pub fn predictor(&self, coefficients: &[f64]) -> Vec<f64> {
        let rows = self.columns.first().map_or(self.len(), Vec::len);
        let mut sums = self.offset.clone().unwrap_or_else(|| vec![0.0; rows]);
        self.add_combination(coefficients, &mut sums);
        sums
    }

    /// Adds Σ coefficient · column to each row's sum.
    pub(crate) fn add_combination(&self, coefficients: &[f64], sums: &mut [f64]) {
        /// Rows whose sums stay in the first-level cache.
        const BLOCK: usize = 1024;
        /// Rows that are worth a second thread.
        const MANY: usize = 1 << 16;
        let threads = if sums.len() < MANY { 1 } else { threads(None) };
        let part = sums.len().div_ceil(threads).max(1);
        let add = |first: usize, sums: &mut [f64]| {
            for (k, block) in sums.chunks_mut(BLOCK).enumerate() {
                let start = first + k * BLOCK;
                for (column, coefficient) in self.columns.iter().zip(coefficients) {
                    let numbers = &column[start..start + block.len()];
                    block.iter_mut().zip(numbers).for_each(|(sum, x)| *sum += coefficient * x);
                }
            }
        };
        if threads == 1 {
            return add(0, sums);
        }
        std::thread::scope(|scope| {
            for (k, part_sums) in sums.chunks_mut(part).enumerate() {
                scope.spawn(move || add(k * part, part_sums));
            }
        });
    }
}
