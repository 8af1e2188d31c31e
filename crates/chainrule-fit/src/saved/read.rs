//! A model from a JSON document.

use super::json::Node;
use super::write::{ACTIVATIONS, LINKS};
use super::{SCHEMA, SavedKind, SavedModel};
use crate::fit::{Coefficient, Fit};
use crate::model::Plan;
use crate::network::Network;
use chainrule::error::Error;
use serde_json::Value;

pub(super) fn model(document: &Value) -> Result<SavedModel, Error> {
    let root = Node::root(document);
    let schema = root.key("schema")?;
    if schema.text()? != SCHEMA {
        return Err(schema.error(format!("is not `{SCHEMA}`: another program or version wrote it")));
    }
    let mut fit = Fit {
        model: root.key("model")?.text()?.to_owned(),
        method: root.key("method")?.text()?.to_owned(),
        rows_used: root.key("rows_used")?.count()?,
        rows_dropped: root.key("rows_dropped")?.count()?,
        coefficients: coefficients(&root)?,
        residual_df: root.number_of("residual_df")?,
        residual_sd: Some(root.number_of("residual_sd")?).filter(|sd| !sd.is_nan()),
        level: root.number_of("level")?,
        ..Fit::default()
    };
    fit.covariance = covariance(&root, fit.coefficients.len())?;
    let kind_node = root.key("kind")?;
    let kind = match kind_node.text()? {
        "linear" => {
            let link = root.key("link")?;
            fit.link = choice(&link, &LINKS)?;
            fit.classes = root.key("classes")?.texts()?;
            SavedKind::Linear
        }
        "nonlinear" => SavedKind::Nonlinear(root.key("formula")?.text()?.to_owned()),
        "network" => SavedKind::Network(network(&root.key("network")?)?),
        other => return Err(kind_node.error(format!("is `{other}`, no kind of model"))),
    };
    let plan = match kind {
        SavedKind::Nonlinear(_) => None,
        _ => Some(plan(&root.key("columns")?)?),
    };
    if let (Some(plan), SavedKind::Linear) = (&plan, &kind) {
        check_names(&root, plan, &fit)?;
    }
    let scales = root.maybe("scales").map_or(Ok(Vec::new()), |node| pairs(&node))?;
    let columns = plan.as_ref().map_or(0, |plan| plan.names().len());
    if !scales.is_empty() && scales.len() != columns {
        let message = format!("are {} for {columns} columns", scales.len());
        return Err(root.key("scales")?.error(message));
    }
    let response = root.key("response")?.text()?.to_owned();
    Ok(SavedModel { response, kind, fit, plan, scales })
}

fn plan(node: &Node<'_>) -> Result<Plan, Error> {
    Plan::from_json(&node.text_of_value()).map_err(|e| node.error(format!("are damaged: {e}")))
}

/// The coefficients have to be those of the columns; of several classes each has its own.
fn check_names(root: &Node<'_>, plan: &Plan, fit: &Fit) -> Result<(), Error> {
    let (columns, coefficients) = (plan.names().len(), fit.coefficients.len());
    let sets = fit.classes.len().saturating_sub(1).max(1);
    if coefficients == columns * sets {
        return Ok(());
    }
    let message = format!("are {coefficients}, and the columns make {}", columns * sets);
    Err(root.key("coefficients")?.error(message))
}

fn coefficients(root: &Node<'_>) -> Result<Vec<Coefficient>, Error> {
    let read = |node: &Node<'_>| {
        let estimate = node.key("estimate")?.number()?;
        if !estimate.is_finite() {
            return Err(node.key("estimate")?.error("is not a finite number"));
        }
        Ok(Coefficient {
            name: node.key("name")?.text()?.to_owned(),
            estimate,
            std_error: node.number_of("std_error")?,
            statistic: f64::NAN,
            p_value: f64::NAN,
            interval: (f64::NAN, f64::NAN),
        })
    };
    root.key("coefficients")?.list()?.iter().map(read).collect()
}

fn covariance(root: &Node<'_>, count: usize) -> Result<Vec<Vec<f64>>, Error> {
    let Some(node) = root.maybe("covariance") else { return Ok(Vec::new()) };
    let rows = node.list()?;
    let read = |row: &Node<'_>| {
        let numbers = row.numbers()?;
        if numbers.len() == count {
            Ok(numbers)
        } else {
            Err(row.error(format!("has {} numbers for {count} coefficients", numbers.len())))
        }
    };
    if rows.len() != count {
        return Err(node.error(format!("has {} rows for {count} coefficients", rows.len())));
    }
    rows.iter().map(read).collect()
}

/// Centers and sizes.
fn pairs(node: &Node<'_>) -> Result<Vec<(f64, f64)>, Error> {
    node.list()?.iter().map(pair).collect()
}

fn pair(node: &Node<'_>) -> Result<(f64, f64), Error> {
    match node.numbers()?[..] {
        [center, size] if center.is_finite() && size > 0.0 => Ok((center, size)),
        _ => Err(node.error("is not a mean and a standard deviation")),
    }
}

fn network(node: &Node<'_>) -> Result<Network, Error> {
    let counts = node.key("hidden")?.list()?;
    let network = Network {
        hidden: counts.iter().map(Node::count).collect::<Result<_, _>>()?,
        activation: choice(&node.key("activation")?, &ACTIVATIONS)?,
        scales: pairs(&node.key("scales")?)?,
        response_scale: pair(&node.key("response_scale")?)?,
        classes: node.key("classes")?.texts()?,
        weights: node.key("weights")?.numbers()?,
    };
    if let Err(e) = network.shape() {
        return Err(node.key("weights")?.error(format!("do not fit the layers: {}", e.message())));
    }
    Ok(network)
}

/// The value that a word stands for.
fn choice<T: Copy>(node: &Node<'_>, choices: &[(T, &str)]) -> Result<T, Error> {
    let word = node.text()?;
    choices.iter().find(|(_, known)| *known == word).map(|(value, _)| *value).ok_or_else(|| {
        let known: Vec<&str> = choices.iter().map(|(_, known)| *known).collect();
        node.error(format!("is `{word}`; there are {}", known.join(", ")))
    })
}
