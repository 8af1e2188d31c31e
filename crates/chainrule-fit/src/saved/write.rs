//! A model as a JSON document.

use super::{SCHEMA, SavedKind, SavedModel};
use crate::fit::{Coefficient, Link};
use crate::network::Network;
use chainrule::nn::Activation;
use serde_json::{Map, Value, json};

pub(super) fn document(model: &SavedModel) -> String {
    let fit = &model.fit;
    let mut document = Map::new();
    let mut set = |key: &str, value: Value| document.insert(key.to_owned(), value);
    set("schema", SCHEMA.into());
    let kind = match &model.kind {
        SavedKind::Linear => "linear",
        SavedKind::Nonlinear(_) => "nonlinear",
        SavedKind::Network(_) => "network",
    };
    set("kind", kind.into());
    set("response", model.response.clone().into());
    set("model", fit.model.clone().into());
    set("method", fit.method.clone().into());
    set("rows_used", fit.rows_used.into());
    set("rows_dropped", fit.rows_dropped.into());
    match &model.kind {
        SavedKind::Linear => {
            set("link", link_word(fit.link).into());
            set("classes", fit.classes.clone().into());
        }
        SavedKind::Nonlinear(formula) => {
            set("formula", formula.clone().into());
        }
        SavedKind::Network(network) => {
            set("network", network_object(network));
        }
    }
    if let Some(plan) = &model.plan {
        let columns = serde_json::from_str(&plan.to_json());
        set("columns", columns.expect("a plan writes JSON"));
    }
    if !model.scales.is_empty() {
        set("scales", pairs(&model.scales));
    }
    set("coefficients", fit.coefficients.iter().map(coefficient).collect());
    if !fit.covariance.is_empty() {
        set("covariance", json!(fit.covariance));
    }
    set("residual_df", json!(fit.residual_df));
    set("residual_sd", json!(fit.residual_sd));
    set("level", json!(fit.level));
    let mut text = format!("{:#}", Value::from(document));
    text.push('\n');
    text
}

/// A number that is not finite is `null`.
fn coefficient(c: &Coefficient) -> Value {
    json!({ "name": c.name, "estimate": c.estimate, "std_error": c.std_error })
}

fn pairs(scales: &[(f64, f64)]) -> Value {
    scales.iter().map(|(center, size)| json!([center, size])).collect()
}

fn network_object(network: &Network) -> Value {
    let (mean, sd) = network.response_scale;
    json!({
        "hidden": network.hidden,
        "activation": activation_word(network.activation),
        "scales": pairs(&network.scales),
        "response_scale": [mean, sd],
        "classes": network.classes,
        "weights": network.weights,
    })
}

/// Links and their words, for writing and reading.
pub(super) const LINKS: [(Link, &str); 4] = [
    (Link::Identity, "identity"),
    (Link::Logit, "logit"),
    (Link::Log, "log"),
    (Link::Softmax, "softmax"),
];

/// Activations and their words.
pub(super) const ACTIVATIONS: [(Activation, &str); 4] = [
    (Activation::Linear, "linear"),
    (Activation::Relu, "relu"),
    (Activation::Tanh, "tanh"),
    (Activation::Sigmoid, "sigmoid"),
];

fn link_word(link: Link) -> &'static str {
    LINKS.iter().find(|(known, _)| *known == link).map_or("identity", |(_, word)| word)
}

fn activation_word(activation: Activation) -> &'static str {
    ACTIVATIONS.iter().find(|(known, _)| *known == activation).map_or("linear", |(_, word)| word)
}
