//! Unevaluated sums of two doubles, for about 104 bits where a result must survive cancellation.
//!
//! Source: Dekker, "A floating-point technique for extending the available precision" (1971), and
//! Joldes, Muller, Popescu, "Tight and rigorous error bounds for basic building blocks of
//! double-word arithmetic" (2017): algorithms 4, 6, 9, 12, 15 and 17.

/// `hi + lo`, with `hi` the sum rounded to a double.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Double {
    pub(crate) hi: f64,
    pub(crate) lo: f64,
}

pub(crate) const ONE: Double = Double { hi: 1.0, lo: 0.0 };
pub(crate) const LN_2: Double = Double { hi: std::f64::consts::LN_2, lo: 2.3190468138462996e-17 };
pub(crate) const PI: Double = Double { hi: std::f64::consts::PI, lo: 1.2246467991473532e-16 };

/// The exact sum of two doubles.
pub(crate) fn sum(a: f64, b: f64) -> Double {
    let hi = a + b;
    let v = hi - a;
    Double { hi, lo: (a - (hi - v)) + (b - v) }
}

/// The exact sum of two doubles, the first being the larger.
#[inline(always)]
pub(super) fn ordered_sum(a: f64, b: f64) -> Double {
    let hi = a + b;
    Double { hi, lo: b - (hi - a) }
}

/// The exact product of two doubles, unless its low half underflows.
pub(crate) fn product(a: f64, b: f64) -> Double {
    let hi = a * b;
    Double { hi, lo: a.mul_add(b, -hi) }
}

/// The quotient of two doubles.
pub(crate) fn quotient(a: f64, b: f64) -> Double {
    let hi = a / b;
    Double { hi, lo: hi.mul_add(-b, a) / b }
}

impl Double {
    pub(crate) const fn new(hi: f64) -> Self {
        Double { hi, lo: 0.0 }
    }

    /// The sum rounded to a double.
    pub(crate) fn round(self) -> f64 {
        self.hi + self.lo
    }

    pub(crate) fn neg(self) -> Self {
        Double { hi: -self.hi, lo: -self.lo }
    }

    pub(crate) fn abs(self) -> Self {
        if self.hi < 0.0 { self.neg() } else { self }
    }

    pub(crate) fn add(self, b: Self) -> Self {
        let s = sum(self.hi, b.hi);
        let t = sum(self.lo, b.lo);
        let v = ordered_sum(s.hi, s.lo + t.hi);
        ordered_sum(v.hi, t.lo + v.lo)
    }

    pub(crate) fn sub(self, b: Self) -> Self {
        self.add(b.neg())
    }

    /// The sum with a single double.
    pub(crate) fn plus(self, b: f64) -> Self {
        let s = sum(self.hi, b);
        ordered_sum(s.hi, self.lo + s.lo)
    }

    pub(crate) fn mul(self, b: Self) -> Self {
        let p = product(self.hi, b.hi);
        let t = self.lo.mul_add(b.hi, self.hi.mul_add(b.lo, self.lo * b.lo));
        ordered_sum(p.hi, p.lo + t)
    }

    /// The product with a single double.
    pub(crate) fn times(self, b: f64) -> Self {
        let p = product(self.hi, b);
        ordered_sum(p.hi, self.lo.mul_add(b, p.lo))
    }

    pub(crate) fn div(self, b: Self) -> Self {
        let q = self.hi / b.hi;
        let r = self.sub(b.times(q));
        let q2 = r.hi / b.hi;
        let q3 = r.sub(b.times(q2)).hi / b.hi;
        ordered_sum(q, q2).plus(q3)
    }

    pub(crate) fn recip(self) -> Self {
        ONE.div(self)
    }

    pub(crate) fn sqrt(self) -> Self {
        let hi = self.hi.sqrt();
        if hi == 0.0 {
            return Double::new(hi);
        }
        let lo = (hi.mul_add(-hi, self.hi) + self.lo) / (2.0 * hi);
        ordered_sum(hi, lo)
    }

    /// Multiplies by a power of two; exact unless a half leaves the range of doubles.
    pub(crate) fn scale(self, power: f64) -> Self {
        Double { hi: self.hi * power, lo: self.lo * power }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_keeps_what_the_double_loses() {
        let s = sum(1.0, 1e-30);
        assert_eq!((s.hi, s.lo), (1.0, 1e-30));
    }

    #[test]
    fn a_third_times_three_is_one_to_a_hundred_bits() {
        let third = ONE.div(Double::new(3.0));
        let error = third.times(3.0).sub(ONE);
        assert!(error.hi.abs() < 2f64.powi(-102), "{error:?}");
    }

    #[test]
    fn the_square_of_a_square_root_gives_its_argument_back() {
        let root = Double::new(2.0).sqrt();
        let error = root.mul(root).plus(-2.0);
        assert!(error.hi.abs() < 2f64.powi(-100), "{error:?}");
    }
}
