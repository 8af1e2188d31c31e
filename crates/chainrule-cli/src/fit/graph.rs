//! The computational graph of the loss of one row, for models that fit on a page.

use chainrule::draw::{Diagram, Options};
use chainrule::{Graph, Value};
use chainrule_fit::{Design, Fit, Link};

/// Coefficients above which the graph would be too wide to read.
const COEFFICIENTS: usize = 8;

/// The loss of the first row of a model with a linear predictor: the square of the error, or the
/// negative log-likelihood without its constant.
pub(super) fn row_loss(fit: &Fit, design: &Design) -> Option<Diagram> {
    let count = fit.coefficients.len();
    if count == 0 || count > COEFFICIENTS || count != design.columns.len() || design.is_empty() {
        return None;
    }
    let graph = Graph::new();
    let term = |(i, column): (usize, &Vec<f64>)| {
        let name = &design.names[i];
        if i == 0 && design.has_intercept {
            return graph.value(fit.coefficients[i].estimate).label(name);
        }
        let coefficient = graph.value(fit.coefficients[i].estimate).label(format!("b({name})"));
        coefficient * graph.constant(column[0]).label(name)
    };
    let terms: Vec<Value<'_>> = design.columns.iter().enumerate().map(term).collect();
    let predictor = terms.into_iter().reduce(|sum, term| sum + term)?.label("predictor");
    let y = graph.constant(design.response[0]).label(&design.response_name);
    let loss = match fit.link {
        Link::Identity => (predictor - y).square(),
        Link::Logit => predictor.softplus() - y * predictor,
        Link::Log => predictor.exp() - y * predictor,
        Link::Softmax => return None,
    };
    Some(Options::default().diagram(&loss.label("loss").trace_with_gradient()))
}
