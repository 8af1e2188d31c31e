//! Sparse derivatives in the types of other crates.
#![cfg(all(feature = "nalgebra-sparse", feature = "sprs"))]

use chainrule::{Function, SparseMatrix};
use nalgebra_sparse::{CooMatrix, CscMatrix, CsrMatrix};

/// 4 × 5, with an empty row and an empty column.
fn matrix() -> SparseMatrix {
    let f = Function::record_vector(["a", "b", "c", "d", "e"], |[a, b, _, d, e]| {
        [a * e, a.constant(7.0), d.sin() + b, b * d * e]
    });
    f.expect("names differ").sparse_jacobian(&[0.5, 1.5, 2.5, -0.5, 3.0]).expect("five numbers")
}

#[test]
fn every_form_holds_the_same_entries() {
    let matrix = matrix();
    let dense = matrix.to_dense();
    assert_eq!(matrix.values().len(), 7);
    let csr = CsrMatrix::from(&matrix);
    let csc = CscMatrix::from(&matrix);
    let coo = CsrMatrix::from(&CooMatrix::from(&matrix));
    let rows: sprs::CsMat<f64> = (&matrix).into();
    let triplets: sprs::TriMat<f64> = (&matrix).into();
    let columns: sprs::CsMat<f64> = triplets.to_csc();
    assert_eq!((csr.nrows(), csr.ncols(), csr.nnz()), (4, 5, 7));
    assert!(rows.is_csr() && columns.is_csc());
    for (i, row) in dense.iter().enumerate() {
        for (j, &x) in row.iter().enumerate() {
            let entry = |e: Option<nalgebra_sparse::SparseEntry<'_, f64>>| {
                e.expect("within the matrix").into_value()
            };
            assert_eq!(entry(csr.get_entry(i, j)), x);
            assert_eq!(entry(csc.get_entry(i, j)), x);
            assert_eq!(entry(coo.get_entry(i, j)), x);
            assert_eq!(rows.get(i, j).copied().unwrap_or(0.0), x);
            assert_eq!(columns.get(i, j).copied().unwrap_or(0.0), x);
        }
    }
}

#[test]
fn a_newton_step_is_solved_with_another_crate() {
    let names: Vec<String> = (0..30).map(|i| format!("x{i}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let f = Function::record_slices(&names, &[0.0; 30], |x| {
        let bonds = x.windows(2).map(|p| (p[1] - p[0] - 1.0).powi(2)).sum::<chainrule::Value<'_>>();
        vec![bonds + x[0].powi(2)]
    })
    .expect("names differ");
    let hessian = CscMatrix::from(&f.sparse_hessian(&[0.0; 30]).expect("fits"));
    let gradient = nalgebra_sparse::na::DVector::from(f.gradient(&[0.0; 30]).expect("fits"));
    let factor = nalgebra_sparse::factorization::CscCholesky::factor(&hessian);
    let step = factor.expect("positive definite").solve(&gradient);
    // One step solves a quadratic: the chain lies at 0, 1, 2, …
    for (i, s) in step.iter().enumerate() {
        assert!((-s - i as f64).abs() < 1e-11, "{i}: {s}");
    }
}
