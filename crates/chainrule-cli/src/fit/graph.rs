//! The computational graph of the loss of one row, for models that fit on a page.

use super::fitted::Fitted;
use chainrule::draw::{Diagram, Options};
use chainrule::formula::Formula;
use chainrule::{Graph, Value};
use chainrule_fit::{Design, Fit, Link, Table};

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

/// Nodes above which a graph says less than its formula.
const NODES: usize = 60;

/// The squared error of the first row of a model that is a formula.
pub(super) fn model_loss(text: &str, fitted: &Fitted, table: &Table) -> Option<Diagram> {
    let formula = Formula::parse(text).ok()?;
    let row = *fitted.rows.numbers.first()?;
    let value = |name: &String| {
        let parameter = fitted.fit.coefficients.iter().find(|c| c.name == *name);
        parameter.map(|c| c.estimate).or_else(|| Some(*table.numbers(name).ok()?.get(row)?))
    };
    let values: Vec<f64> = formula.variables().iter().map(value).collect::<Option<_>>()?;
    let graph = Graph::new();
    let model = formula.build(&graph, &values).result;
    let actual = graph.constant(*fitted.rows.actual.first()?).label("actual");
    let trace = (model - actual).square().label("loss").trace_with_gradient();
    let diagram = Options::default().diagram(&trace);
    (diagram.nodes().len() <= NODES).then_some(diagram)
}
