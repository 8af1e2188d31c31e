//! A box around the variables, and the projection onto it.

use crate::{Error, ErrorKind};

/// Lower and upper limits of every variable; −∞ and +∞ where there is none.
#[derive(Clone, Debug, PartialEq)]
pub struct Bounds {
    lower: Vec<f64>,
    upper: Vec<f64>,
}

impl Bounds {
    /// Limits, one pair `(lower, upper)` a variable.
    ///
    /// # Errors
    /// A limit is NaN, a lower limit is above its upper one, or no finite number lies between them.
    pub fn new(pairs: impl IntoIterator<Item = (f64, f64)>) -> Result<Self, Error> {
        let (lower, upper): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
        for (i, (l, u)) in lower.iter().zip(&upper).enumerate() {
            let empty = l.is_nan() || u.is_nan() || l > u;
            if empty || *l == f64::INFINITY || *u == f64::NEG_INFINITY {
                return Err(Error::new(
                    ErrorKind::Option,
                    format!("bounds of variable {i}: no number lies between {l} and {u}"),
                )
                .hint("give the lower limit first"));
            }
        }
        Ok(Self { lower, upper })
    }

    /// The number of variables.
    #[must_use]
    pub fn dimension(&self) -> usize {
        self.lower.len()
    }

    /// The lower limits.
    #[must_use]
    pub fn lower(&self) -> &[f64] {
        &self.lower
    }

    /// The upper limits.
    #[must_use]
    pub fn upper(&self) -> &[f64] {
        &self.upper
    }

    /// Moves every variable that is outside to its nearest limit. A NaN stays.
    pub fn project(&self, x: &mut [f64]) {
        for ((x, &l), &u) in x.iter_mut().zip(&self.lower).zip(&self.upper) {
            if *x < l {
                *x = l;
            } else if *x > u {
                *x = u;
            }
        }
    }

    /// Whether variable `i` sits at a limit and the negative gradient points outside.
    pub(super) fn is_active(&self, i: usize, x: f64, slope: f64) -> bool {
        (x <= self.lower[i] && slope > 0.0) || (x >= self.upper[i] && slope < 0.0)
    }

    /// Component `i` of x − P(x − gradient): what a projected unit step would move.
    pub(super) fn projected(&self, i: usize, x: f64, slope: f64) -> f64 {
        if slope > 0.0 {
            slope.min(x - self.lower[i])
        } else if slope < 0.0 {
            slope.max(x - self.upper[i])
        } else {
            slope
        }
    }

    /// The largest t for which x + t·direction stays inside.
    pub(super) fn room(&self, x: &[f64], direction: &[f64]) -> f64 {
        let mut room = f64::INFINITY;
        for i in 0..x.len() {
            let d = direction[i];
            if d < 0.0 {
                room = room.min((self.lower[i] - x[i]) / d);
            } else if d > 0.0 {
                room = room.min((self.upper[i] - x[i]) / d);
            }
        }
        room.max(0.0)
    }
}
