//! The methods by name.

use std::fmt;
use std::str::FromStr;

use crate::{Error, ErrorKind};

/// A way to look for a minimum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Method {
    /// Gradient descent with a fixed rate ([`Descent`](super::Descent)).
    Gd,
    /// Gradient descent with momentum ([`Momentum`](super::Momentum)).
    Momentum,
    /// Nesterov's accelerated gradient ([`Nesterov`](super::Nesterov)).
    Nesterov,
    /// Adam ([`Adam`](super::Adam)).
    Adam,
    /// The Broyden–Fletcher–Goldfarb–Shanno method: a dense n×n model of the inverse Hessian.
    Bfgs,
    /// The same with a limited memory: the last ten steps in place of the matrix.
    Lbfgs,
    /// Newton's method in a trust region; the Hessian is differenced when the objective has none.
    Newton,
    /// Newton for up to 200 variables with a Hessian, BFGS for up to 50 without, else L-BFGS.
    Auto,
}

/// Name, name in a sentence, default learning rate.
const TABLE: [(Method, &str, &str, Option<f64>); 8] = [
    (Method::Gd, "gd", "gradient descent", Some(0.1)),
    (Method::Momentum, "momentum", "gradient descent with momentum", Some(0.01)),
    (Method::Nesterov, "nesterov", "Nesterov's accelerated gradient", Some(0.01)),
    (Method::Adam, "adam", "Adam", Some(0.001)),
    (Method::Bfgs, "bfgs", "BFGS", None),
    (Method::Lbfgs, "lbfgs", "L-BFGS", None),
    (Method::Newton, "newton", "Newton's method", None),
    (Method::Auto, "auto", "auto", None),
];

impl Method {
    /// Every method, in the order of the documentation.
    pub const ALL: [Method; 8] = {
        let mut all = [Method::Gd; 8];
        let mut i = 0;
        while i < all.len() {
            all[i] = TABLE[i].0;
            i += 1;
        }
        all
    };

    fn row(self) -> &'static (Method, &'static str, &'static str, Option<f64>) {
        &TABLE[self as usize]
    }

    /// The short name: `gd`, `lbfgs`, …
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().1
    }

    /// The name in a sentence: `gradient descent`, `L-BFGS`, …
    #[must_use]
    pub fn title(self) -> &'static str {
        self.row().2
    }

    /// The learning rate when none is chosen; `None` for methods that find their own step length.
    #[must_use]
    pub fn default_rate(self) -> Option<f64> {
        self.row().3
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Method {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        TABLE.iter().find(|row| row.1 == text).map(|row| row.0).ok_or_else(|| {
            let names: Vec<_> = TABLE.iter().map(|row| row.1).collect();
            Error::new(ErrorKind::Option, format!("unknown method `{text}`"))
                .hint(format!("choose one of {}", names.join(", ")))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_enum() {
        for (i, method) in Method::ALL.into_iter().enumerate() {
            assert_eq!(method as usize, i);
            assert_eq!(method.name().parse::<Method>().expect("a name of the table"), method);
        }
        assert!("bgfs".parse::<Method>().unwrap_err().to_string().contains("bfgs, lbfgs"));
    }
}
