//! Sparse patterns and matrices, and the three forms in which other crates take them.

use std::sync::Arc;

/// Which entries of a matrix may differ from zero: compressed rows, columns ascending in each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SparsityPattern {
    columns: usize,
    starts: Vec<usize>,
    indices: Vec<usize>,
}

impl SparsityPattern {
    /// The pattern with these rows, each a list of column numbers in ascending order.
    pub(crate) fn from_rows<R: AsRef<[u32]>>(
        columns: usize,
        rows: impl Iterator<Item = R>,
    ) -> Self {
        let (mut starts, mut indices) = (vec![0], Vec::new());
        for row in rows {
            indices.extend(row.as_ref().iter().map(|&j| j as usize));
            starts.push(indices.len());
        }
        SparsityPattern { columns, starts, indices }
    }

    /// Number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.starts.len() - 1
    }

    /// Number of columns.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Number of entries that may differ from zero.
    #[must_use]
    pub fn len(&self) -> usize {
        self.indices.len()
    }

    /// Whether every entry is zero by structure.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.indices.is_empty()
    }

    /// Where each row starts in [`indices`](SparsityPattern::indices), and where the last ends.
    #[must_use]
    pub fn indptr(&self) -> &[usize] {
        &self.starts
    }

    /// The columns of all entries, row by row.
    #[must_use]
    pub fn indices(&self) -> &[usize] {
        &self.indices
    }

    /// The columns of row `i`, ascending.
    ///
    /// # Panics
    ///
    /// If there is no such row.
    #[must_use]
    pub fn row(&self, i: usize) -> &[usize] {
        &self.indices[self.starts[i]..self.starts[i + 1]]
    }

    /// Whether entry `(i, j)` may differ from zero.
    ///
    /// # Panics
    ///
    /// If there is no row `i`.
    #[must_use]
    pub fn contains(&self, i: usize, j: usize) -> bool {
        self.entry(i, j).is_some()
    }

    /// The number of entry `(i, j)`, counted row by row.
    pub(crate) fn entry(&self, i: usize, j: usize) -> Option<usize> {
        self.row(i).binary_search(&j).ok().map(|k| self.starts[i] + k)
    }

    /// Row and column of every entry, row by row.
    pub fn entries(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        (0..self.rows()).flat_map(|i| self.row(i).iter().map(move |&j| (i, j)))
    }

    /// The pattern of the transposed matrix, and the entry of this pattern behind each of its.
    pub(crate) fn transposed(&self) -> (SparsityPattern, Vec<usize>) {
        let mut starts = vec![0; self.columns + 1];
        for &j in &self.indices {
            starts[j + 1] += 1;
        }
        for j in 0..self.columns {
            starts[j + 1] += starts[j];
        }
        let mut next = starts.clone();
        let (mut indices, mut origin) = (vec![0; self.len()], vec![0; self.len()]);
        for (k, (i, j)) in self.entries().enumerate() {
            indices[next[j]] = i;
            origin[next[j]] = k;
            next[j] += 1;
        }
        (SparsityPattern { columns: self.rows(), starts, indices }, origin)
    }

    /// The entries of this pattern and of its mirror image: rules may see a dependency from one
    /// side only.
    pub(crate) fn symmetric(&self) -> SparsityPattern {
        let (mirror, _) = self.transposed();
        if mirror == *self {
            return mirror;
        }
        let rows = (0..self.rows()).map(|i| {
            let both = self.row(i).iter().chain(mirror.row(i));
            let mut row: Vec<u32> = both.map(|&j| j as u32).collect();
            row.sort_unstable();
            row.dedup();
            row
        });
        SparsityPattern::from_rows(self.columns, rows)
    }
}

/// A matrix that stores only the entries of its pattern, in compressed rows (CSR).
///
/// The slices have the layout that `sprs`, `nalgebra-sparse`, `faer` and `scipy.sparse` take.
///
/// ```
/// use chainrule::Function;
/// let f = Function::record_vector(["a", "b", "c"], |[a, b, c]| [a * a, b * c])?;
/// let jacobian = f.sparse_jacobian(&[2.0, 3.0, 5.0])?;
/// assert_eq!(jacobian.indptr(), [0, 1, 3]);
/// assert_eq!(jacobian.indices(), [0, 1, 2]);
/// assert_eq!(jacobian.values(), [4.0, 5.0, 3.0]);
/// assert_eq!(jacobian.to_dense(), [[4.0, 0.0, 0.0], [0.0, 5.0, 3.0]]);
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct SparseMatrix {
    pattern: Arc<SparsityPattern>,
    values: Vec<f64>,
}

impl SparseMatrix {
    pub(crate) fn new(pattern: Arc<SparsityPattern>, values: Vec<f64>) -> Self {
        debug_assert_eq!(pattern.len(), values.len());
        SparseMatrix { pattern, values }
    }

    /// Where the entries stand.
    #[must_use]
    pub fn pattern(&self) -> &SparsityPattern {
        &self.pattern
    }

    /// Number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.pattern.rows()
    }

    /// Number of columns.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.pattern.columns()
    }

    /// Where each row starts in [`indices`](SparseMatrix::indices), and where the last ends.
    #[must_use]
    pub fn indptr(&self) -> &[usize] {
        self.pattern.indptr()
    }

    /// The columns of the stored entries, row by row, ascending in each.
    #[must_use]
    pub fn indices(&self) -> &[usize] {
        self.pattern.indices()
    }

    /// The stored entries, row by row.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The entry `(i, j)`; 0 where none is stored.
    ///
    /// # Panics
    ///
    /// If there is no row `i`.
    #[must_use]
    pub fn get(&self, i: usize, j: usize) -> f64 {
        self.pattern.entry(i, j).map_or(0.0, |k| self.values[k])
    }

    /// Row, column and value of every stored entry, row by row (COO).
    pub fn triplets(&self) -> impl Iterator<Item = (usize, usize, f64)> + '_ {
        self.pattern.entries().zip(&self.values).map(|((i, j), &v)| (i, j, v))
    }

    /// The transposed matrix. Its compressed rows are the compressed columns (CSC) of this one.
    #[must_use]
    pub fn transposed(&self) -> SparseMatrix {
        let (pattern, origin) = self.pattern.transposed();
        let values = origin.iter().map(|&k| self.values[k]).collect();
        SparseMatrix::new(Arc::new(pattern), values)
    }

    /// Compressed columns (CSC): where each column starts, the rows of the entries, their values.
    #[must_use]
    pub fn to_csc(&self) -> (Vec<usize>, Vec<usize>, Vec<f64>) {
        let SparseMatrix { pattern, values } = self.transposed();
        let SparsityPattern { starts, indices, .. } = Arc::unwrap_or_clone(pattern);
        (starts, indices, values)
    }

    /// All entries, row by row, zeros too.
    #[must_use]
    pub fn to_dense(&self) -> Vec<Vec<f64>> {
        let mut dense = vec![vec![0.0; self.columns()]; self.rows()];
        for (i, j, v) in self.triplets() {
            dense[i][j] = v;
        }
        dense
    }
}
