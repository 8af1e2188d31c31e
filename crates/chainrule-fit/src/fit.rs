//! What a fit returns, whatever the model: estimates, their errors, how well it describes the data.

/// Estimates with their errors and diagnostics.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fit {
    /// The model in words: `TOTEMP ~ GNPDEFL + GNP`.
    pub model: String,
    /// How it was fitted: `least squares, exact (QR)`.
    pub method: String,
    /// Rows that were used.
    pub rows_used: usize,
    /// Rows that were left out.
    pub rows_dropped: usize,
    /// One for each parameter.
    pub coefficients: Vec<Coefficient>,
    /// Covariance of the estimates, row by row; empty where the model has none.
    pub covariance: Vec<Vec<f64>>,
    /// Degrees of freedom of the residuals.
    pub residual_df: f64,
    /// Confidence of the intervals, such as 0.95.
    pub level: f64,
    /// How the linear predictor becomes the response.
    pub link: Link,
    /// The classes of the response where it has any, the reference first.
    pub classes: Vec<String>,
    /// Residual sum of squares, weighted if the rows are.
    pub rss: Option<f64>,
    /// Residual standard deviation.
    pub residual_sd: Option<f64>,
    /// R².
    pub r_squared: Option<f64>,
    /// Adjusted R².
    pub adjusted_r_squared: Option<f64>,
    /// F statistic of all coefficients but the intercept, its degrees of freedom, its p-value.
    pub f_statistic: Option<(f64, f64, f64)>,
    /// Log-likelihood.
    pub log_likelihood: Option<f64>,
    /// Deviance, for families other than the normal.
    pub deviance: Option<f64>,
    /// Deviance of the intercept alone.
    pub null_deviance: Option<f64>,
    /// Akaike's information criterion: 2 (number of coefficients) − 2 (log-likelihood). A residual
    /// variance is not counted.
    pub aic: Option<f64>,
    /// The Bayesian information criterion: ln(rows) for each coefficient instead of 2.
    pub bic: Option<f64>,
    /// Condition number of the matrix that was solved, of its columns as they are.
    pub condition: Option<f64>,
    /// The same with every column divided by its length: what the choice of units cannot mend.
    pub scaled_condition: Option<f64>,
    /// The model's value in each row used.
    pub fitted: Vec<f64>,
    /// Response minus fitted value in each row used.
    pub residuals: Vec<f64>,
    /// Leverage of each row used, where the model has one.
    pub leverage: Vec<f64>,
    /// How the iteration ended.
    pub status: Status,
    /// Iterations; 0 for a direct method.
    pub steps: usize,
    /// What a reader has to know: ill-conditioning, separation, parameters without information.
    pub issues: Vec<String>,
}

/// How the linear predictor η = Σ coefficient · column + offset becomes the expected response.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Link {
    /// The response is η.
    #[default]
    Identity,
    /// The probability of the second class is 1 / (1 + e^−η).
    Logit,
    /// The response is e^η.
    Log,
    /// Each class but the first has an η; probabilities are proportional to 1 and e^η.
    Softmax,
}

/// A parameter's estimate.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Coefficient {
    /// Its name.
    pub name: String,
    /// Its value.
    pub estimate: f64,
    /// Its standard error; NaN where the model has none.
    pub std_error: f64,
    /// Estimate divided by standard error, t or z.
    pub statistic: f64,
    /// Two-sided p-value.
    pub p_value: f64,
    /// Confidence interval.
    pub interval: (f64, f64),
}

/// How a fit ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Status {
    /// Solved directly, or iterated until nothing changed.
    #[default]
    Converged,
    /// Took as many steps as were allowed.
    Steps,
    /// Moved away from any minimum.
    Diverged,
    /// Stopped moving short of a minimum.
    Stalled,
    /// Ended by the user; the best point is kept.
    Interrupted,
}

impl Status {
    /// The word that documents use.
    ///
    /// ```
    /// assert_eq!(chainrule_fit::Status::Steps.word(), "steps");
    /// ```
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Status::Converged => "converged",
            Status::Steps => "steps",
            Status::Diverged => "diverged",
            Status::Stalled => "stalled",
            Status::Interrupted => "interrupted",
        }
    }
}
