//! The picture as data, with numbers in full precision.

use std::fmt::Write;

use super::diagram::{Diagram, Shape};

/// The picture as one JSON document, `"schema":"chainrule/1"`.
///
/// `nodes` are in the picture's order and carry their number as `id`; `edges` are pairs of them,
/// input first. A number that is not finite is `null` and has an entry in `issues`.
#[must_use]
pub fn json(diagram: &Diagram) -> String {
    let mut issues = Vec::new();
    let nodes: Vec<_> = diagram
        .nodes()
        .iter()
        .enumerate()
        .map(|(id, shape)| match shape {
            Shape::Record(record) => {
                let mut node = format!("{{\"id\":{id},\"kind\":{}", quoted(record.role.name()));
                let mut add = |key: &str, text: &str| {
                    write!(node, ",\"{key}\":{text}").expect("writing to a String cannot fail");
                };
                add("label", &record.label.as_deref().map_or("null".to_owned(), quoted));
                for (key, number) in [("value", record.value), ("gradient", record.gradient)] {
                    if let Some(x) = number.filter(|x| !x.is_finite()) {
                        issues.push(quoted(&format!("{key} of node {id} is {x}")));
                    }
                    add(key, &number.and_then(finite).unwrap_or("null".to_owned()));
                }
                let text: Vec<_> = record.cells.iter().map(|cell| quoted(&cell.line())).collect();
                add("text", &format!("[{}]", text.join(",")));
                node + "}"
            }
            Shape::Operation(symbol) => {
                format!("{{\"id\":{id},\"kind\":\"operation\",\"symbol\":{}}}", quoted(symbol))
            }
            Shape::Collapsed(hidden) => {
                format!("{{\"id\":{id},\"kind\":\"collapsed\",\"nodes\":{hidden}}}")
            }
        })
        .collect();
    let edges: Vec<_> = diagram.edges().iter().map(|(from, to)| format!("[{from},{to}]")).collect();
    let notes: Vec<_> = diagram.notes().iter().map(|note| quoted(note)).collect();
    format!(
        "{{\"schema\":\"chainrule/1\",\"direction\":\"{}\",\n\"nodes\":[\n{}\n],\n\"edges\":[{}],\n\
         \"notes\":[{}],\n\"issues\":[{}]}}\n",
        diagram.direction().name(),
        nodes.join(",\n"),
        edges.join(","),
        notes.join(","),
        issues.join(",")
    )
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn finite(x: f64) -> Option<String> {
    serde_json::Number::from_f64(x).map(|number| number.to_string())
}
