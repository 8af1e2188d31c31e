//! A fit as one HTML file: tables and plots in it, nothing loaded, nothing run.

mod page;
mod plots;

use crate::fit::Fit;
use chainrule::draw::Diagram;
use chainrule_draw::Picture;

/// What a report shows of a fit. What is empty is left out.
///
/// ```
/// use chainrule_fit::{Coefficient, Fit, Report};
/// let slope = Coefficient { name: "x < 1".into(), estimate: 2.0, ..Coefficient::default() };
/// let fit = Fit { model: "y ~ x".into(), coefficients: vec![slope], ..Fit::default() };
/// let report = Report { response: "y", ..Report::new("data.csv", &fit) };
/// let html = report.html();
/// assert!(html.starts_with("<!DOCTYPE html>") && html.contains("x &lt; 1"));
/// ```
#[derive(Clone, Debug)]
pub struct Report<'a> {
    /// Heading of the page.
    pub title: &'a str,
    /// The fit.
    pub fit: &'a Fit,
    /// Name of the response.
    pub response: &'a str,
    /// The response of each row used; the plots of rows need it.
    pub actual: &'a [f64],
    /// Whether the response is 0 or 1, so that groups of rows say more than single ones.
    pub is_class: bool,
    /// Number of each row used in the data, from 0.
    pub rows: &'a [usize],
    /// A weight for each row used.
    pub weights: Option<&'a [f64]>,
    /// Standard deviation of each coefficient's column; NaN where that has no meaning, as for the
    /// intercept. With it coefficients of different units are compared.
    pub spreads: Vec<f64>,
    /// Name and text of what was done: the file, the rows used and dropped, the penalty.
    pub facts: Vec<(String, String)>,
    /// Losses of an iterative fit: one curve for each name.
    pub losses: Vec<(String, Vec<f64>)>,
    /// Further plots, each with a heading and a sentence on how to read it.
    pub plots: Vec<(String, Picture, String)>,
    /// The computational graph of the loss of one row.
    pub graph: Option<Diagram>,
}

impl<'a> Report<'a> {
    /// A report of the numbers of a fit; its other fields are filled by whoever has the rows.
    #[must_use]
    pub fn new(title: &'a str, fit: &'a Fit) -> Self {
        Report {
            title,
            fit,
            response: "",
            actual: &[],
            is_class: false,
            rows: &[],
            weights: None,
            spreads: Vec::new(),
            facts: Vec::new(),
            losses: Vec::new(),
            plots: Vec::new(),
            graph: None,
        }
    }

    /// The page: well-formed as HTML and as XML, readable without scripts, with every text escaped.
    #[must_use]
    pub fn html(&self) -> String {
        page::html(self)
    }
}
