//! Derivatives through code that is generic over num-traits and through ndarray.
#![cfg(feature = "ndarray")]

use chainrule::interop::ndarray::value_and_gradient;
use chainrule::scalar::{Scalar, constant, grad};
use ndarray::{Array1, Array2, Axis, array};
use num_traits::{Float, FromPrimitive, NumCast, Signed};

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-14 * (1.0 + b.abs())
}

/// Every method of `Float` with a derivative, at one point.
fn everything<T: Float>(x: T) -> Vec<T> {
    let half = T::from(0.5).expect("a number");
    vec![
        x.sqrt(),
        x.exp(),
        x.exp2(),
        x.exp_m1(),
        x.ln(),
        x.log2(),
        x.log10(),
        x.ln_1p(),
        x.cbrt(),
        x.sin(),
        x.cos(),
        x.tan(),
        x.asin(),
        x.acos(),
        x.atan(),
        x.sinh(),
        x.cosh(),
        x.tanh(),
        x.asinh(),
        (x + T::one()).acosh(),
        x.atanh(),
        x.recip(),
        x.abs(),
        x.powi(3),
        x.powf(half),
        x.hypot(half),
        x.atan2(half),
        x.mul_add(x, half),
        x.max(half),
        x.min(half),
        x.log(half),
        x.clamp(T::zero(), T::one()),
        x.copysign(-half),
        x.fract(),
        x.to_degrees(),
        x.to_radians(),
        x.sin_cos().0,
        x.sin_cos().1,
        half.powf(x),
        x % half,
        x.signum(),
        x.floor(),
        x.round(),
    ]
}

#[test]
fn every_function_of_a_float_has_its_value_and_slope() {
    let x = 0.6;
    let count = everything(x).len();
    let h = 1e-6;
    for k in 0..count {
        let slope = grad(|v| everything(v[0])[k], &[x])[0];
        let value = everything(constant(x))[k].value();
        assert!(close(value, everything(x)[k]), "{k}: {value} {}", everything(x)[k]);
        let quotient = (everything(x + h)[k] - everything(x - h)[k]) / (2.0 * h);
        assert!(
            (slope - quotient).abs() < 1e-7 * (1.0 + quotient.abs()),
            "{k}: {slope} {quotient}"
        );
    }
}

#[test]
fn questions_and_conversions_look_at_the_number() {
    let x = constant(-2.5);
    assert!(Signed::is_negative(&x) && !x.is_nan() && x.is_finite() && x.is_sign_negative());
    assert_eq!(<i32 as NumCast>::from(x), Some(-2));
    assert_eq!(Scalar::from_u8(3).expect("a number").value(), 3.0);
    assert_eq!(x.integer_decode(), Float::integer_decode(-2.5));
    assert_eq!(grad(|x| x[0].powf(2.0), &[-3.0]), [-6.0]);
}

#[test]
fn a_loss_over_arrays_has_the_gradient_of_least_squares() {
    let x: Array2<f64> = array![[1.0, 2.0], [3.0, -1.0], [0.5, 4.0]];
    let y = array![1.0, 2.0, -1.0];
    let w = array![0.3, -0.2];
    let loss = |w: Array1<Scalar>| {
        let residual = x.mapv(constant).dot(&w) - y.mapv(constant);
        (&residual * &residual).sum() * 0.5
    };
    let (value, gradient) = value_and_gradient(loss, &w);
    let residual = x.dot(&w) - &y;
    assert!(close(value, 0.5 * residual.dot(&residual)));
    let expected = x.t().dot(&residual);
    assert!(gradient.iter().zip(&expected).all(|(a, b)| close(*a, *b)));
}

#[test]
fn the_gradient_has_the_shape_of_the_array() {
    let x = array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]];
    let columns = |x: Array2<Scalar>| {
        let factor = constant(2.0);
        (x.sum_axis(Axis(0)) * factor).mapv(|v| v * v).sum()
    };
    // Σⱼ (2·Σᵢ xᵢⱼ)²: the slope is 8 times the sum of the column.
    let (_, gradient) = value_and_gradient(columns, &x);
    assert_eq!(gradient, array![[40.0, 56.0, 72.0], [40.0, 56.0, 72.0]]);
}
