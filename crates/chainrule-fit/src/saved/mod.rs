//! Fitted models as JSON documents: written, read and used on new rows.

mod json;
mod read;
mod write;

use crate::fit::Fit;
use crate::model::Plan;
use crate::network::Network;
use chainrule::error::Error;

/// The first entry of every document; another number means another layout.
pub(crate) const SCHEMA: &str = "chainrule-model/1";

/// A fitted model with all that new rows need. `docs/format.md` describes its document.
///
/// ```
/// use chainrule_fit::{Coefficient, Fit, SavedKind, SavedModel};
/// let rate = Coefficient { name: "k".into(), estimate: 0.1, ..Coefficient::default() };
/// let fit = Fit { coefficients: vec![rate], ..Fit::default() };
/// let kind = SavedKind::Nonlinear("y = exp(-k*x)".into());
/// let model = SavedModel { response: "y".into(), kind, fit, plan: None, scales: Vec::new() };
/// let again = SavedModel::from_json(&model.to_json())?;
/// assert_eq!(again.fit.coefficients[0].estimate, 0.1);
/// assert!(SavedModel::from_json("{\"schema\": 7}").is_err());
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct SavedModel {
    /// Name of the response.
    pub response: String,
    /// What computes a prediction.
    pub kind: SavedKind,
    /// Estimates and their covariance; fitted values and residuals are not kept.
    pub fit: Fit,
    /// How the columns of the design are made from a table.
    pub plan: Option<Plan>,
    /// What [`Design::scale`](crate::Design::scale) does to these columns before the coefficients
    /// multiply them; empty for nothing.
    pub scales: Vec<(f64, f64)>,
}

/// What computes a prediction from a row.
#[derive(Clone, Debug, PartialEq)]
pub enum SavedKind {
    /// The linear predictor of the fit, through its link.
    Linear,
    /// A formula of columns and of the fit's coefficients, `y = b1*(1 - exp(-b2*x))`.
    Nonlinear(String),
    /// A network on the columns of the design.
    Network(Network),
}

impl SavedModel {
    /// The document, with every number as short as reads back the same.
    #[must_use]
    pub fn to_json(&self) -> String {
        write::document(self)
    }

    /// Reads a document.
    ///
    /// # Errors
    ///
    /// If it is not JSON (line and column are given), has another schema, or an entry is missing or of
    /// another kind (its path is given, such as `coefficients[2].estimate`).
    pub fn from_json(text: &str) -> Result<Self, Error> {
        read::model(&json::parse(text)?)
    }
}
