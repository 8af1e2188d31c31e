//! Sparse matrices as those of `nalgebra-sparse` and `sprs`.

use crate::sparse::SparseMatrix;

#[cfg(feature = "nalgebra-sparse")]
mod nalgebra_sparse {
    use super::SparseMatrix;
    use nalgebra_sparse::{CooMatrix, CscMatrix, CsrMatrix};

    /// The states that the conversions below cannot be in.
    const FITS: &str = "a pattern's rows are ascending and end where its entries do";

    impl From<&SparseMatrix> for CsrMatrix<f64> {
        fn from(matrix: &SparseMatrix) -> Self {
            let (starts, columns) = (matrix.indptr().to_vec(), matrix.indices().to_vec());
            let values = matrix.values().to_vec();
            CsrMatrix::try_from_csr_data(matrix.rows(), matrix.columns(), starts, columns, values)
                .expect(FITS)
        }
    }

    impl From<&SparseMatrix> for CscMatrix<f64> {
        fn from(matrix: &SparseMatrix) -> Self {
            let (starts, rows, values) = matrix.to_csc();
            CscMatrix::try_from_csc_data(matrix.rows(), matrix.columns(), starts, rows, values)
                .expect(FITS)
        }
    }

    impl From<&SparseMatrix> for CooMatrix<f64> {
        fn from(matrix: &SparseMatrix) -> Self {
            let mut coo = CooMatrix::new(matrix.rows(), matrix.columns());
            for (i, j, value) in matrix.triplets() {
                coo.push(i, j, value);
            }
            coo
        }
    }
}

#[cfg(feature = "sprs")]
impl From<&SparseMatrix> for sprs::CsMat<f64> {
    /// By rows; `to_csc()` of the result has it by columns.
    fn from(matrix: &SparseMatrix) -> Self {
        let (starts, columns) = (matrix.indptr().to_vec(), matrix.indices().to_vec());
        let shape = (matrix.rows(), matrix.columns());
        sprs::CsMat::new(shape, starts, columns, matrix.values().to_vec())
    }
}

#[cfg(feature = "sprs")]
impl From<&SparseMatrix> for sprs::TriMat<f64> {
    fn from(matrix: &SparseMatrix) -> Self {
        let mut triplets = sprs::TriMat::new((matrix.rows(), matrix.columns()));
        for (i, j, value) in matrix.triplets() {
            triplets.add_triplet(i, j, value);
        }
        triplets
    }
}
