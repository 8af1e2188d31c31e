//! Matrices, vectors and rotations of `nalgebra` with [`Scalar`]s in them.
//!
//! [`Scalar`] is a `RealField`, so that everything of `nalgebra` that is generic over one can be
//! differentiated: products, norms, decompositions, solves, quaternions. Where an algorithm compares
//! values (pivots, convergence) the derivative is that of the way it took.

use super::num::power;
use crate::scalar::{self, Scalar};
use approx::{AbsDiffEq, RelativeEq, UlpsEq};
use nalgebra::{ComplexField, Field, RealField, SMatrix, SVector, SimdValue};
use num_traits::{One, Zero};
use simba::scalar::SubsetOf;
use std::f64::consts;

/// The value of a function of a vector, and its gradient.
///
/// ```
/// use chainrule::interop::nalgebra::value_and_gradient;
/// use nalgebra::{Matrix2, Vector2, vector};
/// let a = Matrix2::new(2.0, 1.0, 1.0, 3.0);
/// let (value, gradient) =
///     value_and_gradient(|x| x.dot(&(a.map(Into::into) * x)), &vector![1.0, 2.0]);
/// assert_eq!((value, gradient), (18.0, Vector2::new(8.0, 14.0))); // 2Ax
/// ```
///
/// # Panics
///
/// If the result belongs to another recording.
pub fn value_and_gradient<const N: usize>(
    f: impl FnOnce(SVector<Scalar, N>) -> Scalar,
    x: &SVector<f64, N>,
) -> (f64, SVector<f64, N>) {
    let (value, gradient) =
        scalar::value_and_grad(|x| f(SVector::from_column_slice(x)), x.as_slice());
    (value, SVector::from_column_slice(&gradient))
}

/// The values of a function from vectors to vectors, and its Jacobian. Cost: a backward pass a row.
///
/// # Panics
///
/// If a result belongs to another recording.
pub fn values_and_jacobian<const N: usize, const M: usize>(
    f: impl FnOnce(SVector<Scalar, N>) -> SVector<Scalar, M>,
    x: &SVector<f64, N>,
) -> (SVector<f64, M>, SMatrix<f64, M, N>) {
    let run = |x: &[Scalar]| f(SVector::from_column_slice(x)).as_slice().to_vec();
    let (values, rows) = scalar::values_and_jacobian(run, x.as_slice());
    (SVector::from_column_slice(&values), SMatrix::from_row_slice(&rows.concat()))
}

impl AbsDiffEq for Scalar {
    type Epsilon = Scalar;

    fn default_epsilon() -> Scalar {
        f64::EPSILON.into()
    }

    fn abs_diff_eq(&self, other: &Scalar, epsilon: Scalar) -> bool {
        self.value().abs_diff_eq(&other.value(), epsilon.value())
    }
}

impl RelativeEq for Scalar {
    fn default_max_relative() -> Scalar {
        f64::EPSILON.into()
    }

    fn relative_eq(&self, other: &Scalar, epsilon: Scalar, most: Scalar) -> bool {
        self.value().relative_eq(&other.value(), epsilon.value(), most.value())
    }
}

impl UlpsEq for Scalar {
    fn default_max_ulps() -> u32 {
        f64::default_max_ulps()
    }

    fn ulps_eq(&self, other: &Scalar, epsilon: Scalar, most: u32) -> bool {
        self.value().ulps_eq(&other.value(), epsilon.value(), most)
    }
}

impl SubsetOf<Scalar> for Scalar {
    fn to_superset(&self) -> Scalar {
        *self
    }

    fn from_superset_unchecked(element: &Scalar) -> Self {
        *element
    }

    fn is_in_subset(_: &Scalar) -> bool {
        true
    }
}

/// A number is a scalar; the way back gives the number alone.
macro_rules! numbers_are_scalars {
    ($($number:ty)+) => { $(
        impl SubsetOf<Scalar> for $number {
            fn to_superset(&self) -> Scalar {
                f64::from(*self).into()
            }

            #[allow(clippy::cast_possible_truncation, reason = "asked for by the caller")]
            fn from_superset_unchecked(element: &Scalar) -> Self {
                element.value() as $number
            }

            fn is_in_subset(_: &Scalar) -> bool {
                true
            }
        }
    )+ };
}
numbers_are_scalars! { f32 f64 }

/// One lane: the scalar itself.
impl SimdValue for Scalar {
    const LANES: usize = 1;
    type Element = Scalar;
    type SimdBool = bool;

    fn splat(value: Scalar) -> Self {
        value
    }

    fn extract(&self, _: usize) -> Scalar {
        *self
    }

    #[allow(unsafe_code, reason = "the trait asks for this signature; nothing unsafe is done")]
    unsafe fn extract_unchecked(&self, _: usize) -> Scalar {
        *self
    }

    fn replace(&mut self, _: usize, value: Scalar) {
        *self = value;
    }

    #[allow(unsafe_code, reason = "the trait asks for this signature; nothing unsafe is done")]
    unsafe fn replace_unchecked(&mut self, _: usize, value: Scalar) {
        *self = value;
    }

    fn select(self, condition: bool, other: Scalar) -> Self {
        if condition { self } else { other }
    }
}

impl Field for Scalar {}

/// Methods of one argument that are operations of the table under the same name.
macro_rules! of_the_table {
    ($($name:ident)+) => { $(
        fn $name(self) -> Self {
            Scalar::$name(self)
        }
    )+ };
}

impl ComplexField for Scalar {
    type RealField = Scalar;

    of_the_table! {
        floor ceil round trunc abs recip sqrt cbrt exp exp2 exp_m1 ln log2 log10 ln_1p
        sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh
    }

    fn from_real(re: Scalar) -> Self {
        re
    }

    fn real(self) -> Scalar {
        self
    }

    fn imaginary(self) -> Scalar {
        Scalar::zero()
    }

    fn modulus(self) -> Scalar {
        Scalar::abs(self)
    }

    fn modulus_squared(self) -> Scalar {
        Scalar::square(self)
    }

    fn argument(self) -> Scalar {
        if self >= 0.0 { Scalar::zero() } else { consts::PI.into() }
    }

    fn norm1(self) -> Scalar {
        Scalar::abs(self)
    }

    fn scale(self, factor: Scalar) -> Self {
        self * factor
    }

    fn unscale(self, factor: Scalar) -> Self {
        self / factor
    }

    fn to_exp(self) -> (Scalar, Self) {
        if self >= 0.0 { (self, Scalar::one()) } else { (-self, -Scalar::one()) }
    }

    /// 1 or −1, as of plain numbers: 1 at 0.
    fn signum(self) -> Self {
        Scalar::one().copysign(self)
    }

    fn fract(self) -> Self {
        self - Scalar::trunc(self)
    }

    fn mul_add(self, a: Self, b: Self) -> Self {
        Scalar::mul_add(self, a, b)
    }

    fn hypot(self, other: Self) -> Scalar {
        Scalar::hypot(self, other)
    }

    fn conjugate(self) -> Self {
        self
    }

    fn sin_cos(self) -> (Self, Self) {
        (Scalar::sin(self), Scalar::cos(self))
    }

    fn log(self, base: Scalar) -> Self {
        Scalar::ln(self) / Scalar::ln(base)
    }

    fn powi(self, n: i32) -> Self {
        Scalar::powi(self, n)
    }

    fn powf(self, n: Scalar) -> Self {
        power(self, n)
    }

    fn powc(self, n: Self) -> Self {
        power(self, n)
    }

    fn is_finite(&self) -> bool {
        self.value().is_finite()
    }

    fn try_sqrt(self) -> Option<Self> {
        (self >= 0.0).then(|| Scalar::sqrt(self))
    }
}

macro_rules! constants {
    ($($name:ident = $value:expr;)+) => { $(
        fn $name() -> Self {
            $value.into()
        }
    )+ };
}

impl RealField for Scalar {
    constants! {
        pi = consts::PI;
        two_pi = consts::TAU;
        frac_pi_2 = consts::FRAC_PI_2;
        frac_pi_3 = consts::FRAC_PI_3;
        frac_pi_4 = consts::FRAC_PI_4;
        frac_pi_6 = consts::FRAC_PI_6;
        frac_pi_8 = consts::FRAC_PI_8;
        frac_1_pi = consts::FRAC_1_PI;
        frac_2_pi = consts::FRAC_2_PI;
        frac_2_sqrt_pi = consts::FRAC_2_SQRT_PI;
        e = consts::E;
        log2_e = consts::LOG2_E;
        log10_e = consts::LOG10_E;
        ln_2 = consts::LN_2;
        ln_10 = consts::LN_10;
    }

    fn is_sign_positive(&self) -> bool {
        *self >= 0.0
    }

    fn is_sign_negative(&self) -> bool {
        *self < 0.0
    }

    fn copysign(self, sign: Self) -> Self {
        Scalar::copysign(self, sign)
    }

    fn max(self, other: Self) -> Self {
        Scalar::max(self, other)
    }

    fn min(self, other: Self) -> Self {
        Scalar::min(self, other)
    }

    fn clamp(self, low: Self, high: Self) -> Self {
        Scalar::clamp(self, low, high)
    }

    fn atan2(self, other: Self) -> Self {
        Scalar::atan2(self, other)
    }

    fn min_value() -> Option<Self> {
        Some(f64::MIN.into())
    }

    fn max_value() -> Option<Self> {
        Some(f64::MAX.into())
    }
}
