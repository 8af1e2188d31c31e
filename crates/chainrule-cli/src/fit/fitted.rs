//! A fit with what is known of its rows and of how it was reached.

use chainrule::draw::Diagram;
use chainrule_draw::Picture;
use chainrule_fit::{Design, Fit, Plan, SavedKind};

/// What every kind of model leaves behind, for the answer and the files.
pub(super) struct Fitted {
    pub(super) fit: Fit,
    pub(super) kind: SavedKind,
    pub(super) plan: Option<Plan>,
    /// How columns were standardised, if they were.
    pub(super) scales: Vec<(f64, f64)>,
    pub(super) rows: Rows,
    /// What was done beside the fit, by name: for the report, and a line each after the table.
    pub(super) facts: Vec<(String, String)>,
    /// The same for programs.
    pub(super) extra: Vec<(&'static str, serde_json::Value)>,
    /// Losses of an iteration: a curve for each name.
    pub(super) losses: Vec<(String, Vec<f64>)>,
    /// Plots of the model itself, with how to read them; the first is what `--plot` draws.
    pub(super) plots: Vec<(String, Picture, String)>,
    /// Every step of an iteration as CSV.
    pub(super) trace: Option<String>,
    /// The graph of the loss of one row.
    pub(super) graph: Option<Diagram>,
    /// Why the answer is bad, if it is.
    pub(super) trouble: Option<String>,
}

/// The rows that a fit used.
#[derive(Default)]
pub(super) struct Rows {
    /// Name of the response.
    pub(super) response: String,
    /// Its values.
    pub(super) actual: Vec<f64>,
    pub(super) is_class: bool,
    /// Number of each row in the data, from 0.
    pub(super) numbers: Vec<usize>,
    pub(super) weights: Option<Vec<f64>>,
    /// Standard deviation of each coefficient's column; NaN for the intercept.
    pub(super) spreads: Vec<f64>,
}

impl Rows {
    /// The rows of a design.
    pub(super) fn of(design: &Design) -> Self {
        let is_intercept = |i: usize| i == 0 && design.has_intercept;
        let spread = |(i, column): (usize, &Vec<f64>)| {
            if is_intercept(i) { f64::NAN } else { standard_deviation(column) }
        };
        Rows {
            response: design.response_name.clone(),
            actual: design.response.clone(),
            is_class: !design.response_levels.is_empty(),
            numbers: design.rows.clone(),
            weights: design.weights.clone(),
            spreads: design.columns.iter().enumerate().map(spread).collect(),
        }
    }
}

fn standard_deviation(column: &[f64]) -> f64 {
    let count = column.len() as f64;
    let mean = column.iter().sum::<f64>() / count;
    (column.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (count - 1.0)).sqrt()
}

impl Fitted {
    pub(super) fn new(fit: Fit, kind: SavedKind, rows: Rows) -> Self {
        Fitted {
            fit,
            kind,
            plan: None,
            scales: Vec::new(),
            rows,
            facts: Vec::new(),
            extra: Vec::new(),
            losses: Vec::new(),
            plots: Vec::new(),
            trace: None,
            graph: None,
            trouble: None,
        }
    }
}
