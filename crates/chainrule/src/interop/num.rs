//! [`Scalar`] as a number of `num-traits`. Operations are those of the table; a question (`is_zero`,
//! `is_positive`) is a comparison that a recorded function remembers. What asks for the bits of a
//! number (`is_nan`, `classify`, `to_i64`) looks at the number alone.

use crate::scalar::Scalar;
use num_traits::{Bounded, Float, FromPrimitive, Num, NumCast, One, Signed, ToPrimitive, Zero};
use std::num::FpCategory;

impl Zero for Scalar {
    fn zero() -> Self {
        0.0.into()
    }

    fn is_zero(&self) -> bool {
        *self == 0.0
    }
}

impl One for Scalar {
    fn one() -> Self {
        1.0.into()
    }
}

impl Num for Scalar {
    type FromStrRadixErr = <f64 as Num>::FromStrRadixErr;

    fn from_str_radix(text: &str, radix: u32) -> Result<Self, Self::FromStrRadixErr> {
        f64::from_str_radix(text, radix).map(Into::into)
    }
}

impl Bounded for Scalar {
    fn min_value() -> Self {
        f64::MIN.into()
    }

    fn max_value() -> Self {
        f64::MAX.into()
    }
}

impl ToPrimitive for Scalar {
    fn to_i64(&self) -> Option<i64> {
        self.value().to_i64()
    }

    fn to_u64(&self) -> Option<u64> {
        self.value().to_u64()
    }

    fn to_f64(&self) -> Option<f64> {
        Some(self.value())
    }
}

impl FromPrimitive for Scalar {
    fn from_i64(n: i64) -> Option<Self> {
        f64::from_i64(n).map(Into::into)
    }

    fn from_u64(n: u64) -> Option<Self> {
        f64::from_u64(n).map(Into::into)
    }

    fn from_f64(x: f64) -> Option<Self> {
        Some(x.into())
    }
}

impl NumCast for Scalar {
    fn from<T: ToPrimitive>(n: T) -> Option<Self> {
        n.to_f64().map(Into::into)
    }
}

impl Signed for Scalar {
    fn abs(&self) -> Self {
        (*self).abs()
    }

    fn abs_sub(&self, other: &Self) -> Self {
        (*self - *other).max(0.0)
    }

    fn signum(&self) -> Self {
        Float::signum(*self)
    }

    fn is_positive(&self) -> bool {
        *self > 0.0
    }

    fn is_negative(&self) -> bool {
        *self < 0.0
    }
}

/// `x^n`; a plain number as exponent stays constant, so that negative bases keep their power rule.
pub(super) fn power(x: Scalar, n: Scalar) -> Scalar {
    n.plain().map_or_else(|| x.pow(n), |n| x.powf(n))
}

/// Methods of one argument that are operations of the table under the same name.
macro_rules! of_the_table {
    ($($name:ident)+) => { $(
        fn $name(self) -> Self {
            Scalar::$name(self)
        }
    )+ };
}

/// Constants, and questions about the number alone.
macro_rules! of_the_number {
    (constants $($name:ident = $value:expr;)+) => { $(
        fn $name() -> Self {
            $value.into()
        }
    )+ };
    (questions $($name:ident)+) => { $(
        fn $name(self) -> bool {
            self.value().$name()
        }
    )+ };
}

impl Float for Scalar {
    of_the_number! { constants
        nan = f64::NAN;
        infinity = f64::INFINITY;
        neg_infinity = f64::NEG_INFINITY;
        neg_zero = -0.0;
        min_value = f64::MIN;
        min_positive_value = f64::MIN_POSITIVE;
        max_value = f64::MAX;
        epsilon = f64::EPSILON;
    }
    of_the_number! { questions is_nan is_infinite is_finite is_normal }
    of_the_table! {
        floor ceil round trunc abs recip sqrt cbrt exp exp2 exp_m1 ln log2 log10 ln_1p
        sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh
    }

    fn classify(self) -> FpCategory {
        self.value().classify()
    }

    fn integer_decode(self) -> (u64, i16, i8) {
        Float::integer_decode(self.value())
    }

    fn is_sign_positive(self) -> bool {
        self >= 0.0
    }

    fn is_sign_negative(self) -> bool {
        self < 0.0
    }

    fn fract(self) -> Self {
        self - Scalar::trunc(self)
    }

    /// 1 or −1, as of plain numbers: 1 at 0.
    fn signum(self) -> Self {
        Scalar::one().copysign(self)
    }

    fn mul_add(self, a: Self, b: Self) -> Self {
        Scalar::mul_add(self, a, b)
    }

    fn powi(self, n: i32) -> Self {
        Scalar::powi(self, n)
    }

    fn powf(self, n: Self) -> Self {
        power(self, n)
    }

    fn log(self, base: Self) -> Self {
        Scalar::ln(self) / Scalar::ln(base)
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

    fn abs_sub(self, other: Self) -> Self {
        (self - other).max(0.0)
    }

    fn hypot(self, other: Self) -> Self {
        Scalar::hypot(self, other)
    }

    fn atan2(self, other: Self) -> Self {
        Scalar::atan2(self, other)
    }

    fn sin_cos(self) -> (Self, Self) {
        (Scalar::sin(self), Scalar::cos(self))
    }

    fn copysign(self, sign: Self) -> Self {
        Scalar::copysign(self, sign)
    }

    fn to_degrees(self) -> Self {
        self * (180.0 / std::f64::consts::PI)
    }

    fn to_radians(self) -> Self {
        self * (std::f64::consts::PI / 180.0)
    }
}
