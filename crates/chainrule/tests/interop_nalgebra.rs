//! Derivatives through nalgebra, against the formulas of matrix calculus.
#![cfg(feature = "nalgebra")]

use chainrule::Function;
use chainrule::interop::nalgebra::{value_and_gradient, values_and_jacobian};
use chainrule::scalar::Scalar;
use nalgebra::{Matrix3, RealField, SMatrix, SVector, UnitQuaternion, Vector3, Vector4};

const A: [f64; 9] = [4.0, 1.0, -0.5, 0.3, 3.0, 0.7, -0.2, 0.9, 5.0];

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-13 * (1.0 + b.abs())
}

#[test]
fn the_derivative_of_a_determinant_is_its_cofactors() {
    let x = SVector::<f64, 9>::from_column_slice(&A);
    let matrix = Matrix3::from_column_slice(&A);
    let (value, gradient) =
        value_and_gradient(|x| Matrix3::from_column_slice(x.as_slice()).determinant(), &x);
    // Jacobi: ∂det A/∂A = det(A)·A⁻ᵀ.
    let inverse = matrix.try_inverse().expect("regular");
    let expected = inverse.transpose() * matrix.determinant();
    assert!(close(value, matrix.determinant()));
    assert!(gradient.iter().zip(expected.iter()).all(|(a, b)| close(*a, *b)));
}

#[test]
fn a_solution_moves_with_the_right_side_by_the_inverse() {
    let matrix = Matrix3::from_column_slice(&A);
    let b = Vector3::new(1.0, -2.0, 0.5);
    let solve = |b: SVector<Scalar, 3>| matrix.map(Scalar::from).lu().solve(&b).expect("regular");
    let (x, jacobian) = values_and_jacobian(solve, &b);
    let inverse = matrix.try_inverse().expect("regular");
    assert!(((matrix * x) - b).norm() < 1e-14);
    assert!((jacobian - inverse).norm() < 1e-14);
}

#[test]
fn cholesky_gives_the_derivative_of_a_log_determinant() {
    let base = Matrix3::new(4.0, 1.0, 0.5, 1.0, 3.0, 0.2, 0.5, 0.2, 5.0);
    let log_det = |t: SVector<Scalar, 1>| {
        let moved = base.map(Scalar::from) + Matrix3::identity() * t[0];
        let factor = moved.cholesky().expect("positive definite");
        factor.l().diagonal().iter().map(|d| d.ln() * 2.0).sum()
    };
    let (value, slope) = value_and_gradient(log_det, &SVector::from([0.3]));
    let moved = base + Matrix3::identity() * 0.3;
    let inverse = moved.try_inverse().expect("regular");
    assert!(close(value, moved.determinant().ln()));
    assert!(close(slope[0], inverse.trace()));
}

#[test]
fn a_rotation_turns_with_its_angle() {
    let axis = Vector3::<Scalar>::z_axis();
    let turn = |t: SVector<Scalar, 1>| {
        let rotation = UnitQuaternion::from_axis_angle(&axis, t[0]);
        rotation * Vector3::new(1.0, 0.0, 2.0).map(Scalar::from)
    };
    let (place, speed) = values_and_jacobian(turn, &SVector::from([0.7]));
    let (sin, cos) = 0.7_f64.sin_cos();
    assert!((place - Vector3::new(cos, sin, 2.0)).norm() < 1e-15);
    assert!((speed - Vector3::new(-sin, cos, 0.0)).norm() < 1e-15);
}

#[test]
fn code_that_is_generic_over_a_real_field_is_recorded_once_for_every_derivative() {
    fn energy<T: RealField + Copy>(x: &Vector4<T>) -> T {
        let half: T = nalgebra::convert(0.5);
        x.norm_squared() * half + (x[0] * x[1]).sin() + x[2].powi(3)
    }
    let f = Function::record_scalars(&["a", "b", "c", "d"], &[0.1; 4], |x| {
        vec![energy(&Vector4::from_column_slice(x))]
    })
    .expect("names differ");
    let x: [f64; 4] = [0.3, -0.8, 1.2, 2.0];
    let (sin, cos) = (x[0] * x[1]).sin_cos();
    let hessian = f.hessian(&x).expect("fits");
    let expected = SMatrix::<f64, 4, 4>::from_row_slice(&[
        1.0 - x[1] * x[1] * sin,
        cos - x[0] * x[1] * sin,
        0.0,
        0.0,
        cos - x[0] * x[1] * sin,
        1.0 - x[0] * x[0] * sin,
        0.0,
        0.0,
        0.0,
        0.0,
        1.0 + 6.0 * x[2],
        0.0,
        0.0,
        0.0,
        0.0,
        1.0,
    ]);
    for i in 0..4 {
        assert!((0..4).all(|j| close(hessian[i][j], expected[(i, j)])), "row {i}: {hessian:?}");
    }
    assert_eq!(f.value(&x).expect("fits"), energy(&Vector4::from(x)));
}
