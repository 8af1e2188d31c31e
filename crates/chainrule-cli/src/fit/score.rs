//! How well predictions meet rows: for numbers the error, for classes the share that is right.

use crate::output::Output;
use serde_json::{Value, json};

/// Predictions measured against what was observed.
pub(super) enum Score {
    /// Root mean square of the errors, and the part of the variance that is explained.
    Number { rmse: f64, r_squared: f64 },
    /// Share of rows whose likeliest class is the right one, and the mean of −ln(probability of the
    /// right class).
    Class { accuracy: f64, log_loss: f64 },
}

impl Score {
    /// Of one column of numbers, or of a column of probabilities for each class; `actual` holds the
    /// number or the position of the class.
    pub(super) fn of(predicted: &[Vec<f64>], actual: &[f64], weights: Option<&[f64]>) -> Self {
        let weight = |row: usize| weights.map_or(1.0, |weights| weights[row]);
        let total: f64 = (0..actual.len()).map(weight).sum();
        let mean = |of: &dyn Fn(usize) -> f64| {
            (0..actual.len()).map(|row| weight(row) * of(row)).sum::<f64>() / total
        };
        if let [predicted] = predicted {
            let square = mean(&|row| (predicted[row] - actual[row]).powi(2));
            let center = mean(&|row| actual[row]);
            let spread = mean(&|row| (actual[row] - center).powi(2));
            return Score::Number { rmse: square.sqrt(), r_squared: 1.0 - square / spread };
        }
        let right = |row: usize| {
            let best = (0..predicted.len())
                .max_by(|&a, &b| predicted[a][row].total_cmp(&predicted[b][row]));
            f64::from(u8::from(best.is_some_and(|class| class as f64 == actual[row])))
        };
        let surprise = |row: usize| {
            let of_class = predicted.iter().enumerate().find(|(i, _)| *i as f64 == actual[row]);
            // A class that was held to be impossible is counted as one in 10^15.
            -of_class.map_or(f64::NAN, |(_, p)| p[row]).max(1e-15).ln()
        };
        Score::Class { accuracy: mean(&right), log_loss: mean(&surprise) }
    }

    /// What is compared between models: smaller is better.
    pub(super) fn loss(&self) -> f64 {
        match self {
            Score::Number { rmse, .. } => *rmse,
            Score::Class { log_loss, .. } => *log_loss,
        }
    }

    /// The name of [`Score::loss`].
    pub(super) fn loss_name(&self) -> &'static str {
        match self {
            Score::Number { .. } => "RMSE",
            Score::Class { .. } => "log loss",
        }
    }

    pub(super) fn text(&self, output: &Output) -> String {
        let number = |x: f64| output.number_in(x, 4);
        match self {
            Score::Number { rmse, r_squared } => {
                format!("RMSE {}, R² {}", number(*rmse), number(*r_squared))
            }
            Score::Class { accuracy, log_loss } => {
                format!("accuracy {}, log loss {}", number(*accuracy), number(*log_loss))
            }
        }
    }

    pub(super) fn json(&self, rows: usize) -> Value {
        match self {
            Score::Number { rmse, r_squared } => {
                json!({ "rows": rows, "rmse": rmse, "r_squared": r_squared })
            }
            Score::Class { accuracy, log_loss } => {
                json!({ "rows": rows, "accuracy": accuracy, "log_loss": log_loss })
            }
        }
    }
}
