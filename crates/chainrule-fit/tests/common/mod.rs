//! Data files and their reference results.

#![allow(dead_code, reason = "each test uses its part")]

use chainrule_fit::Design;
use serde_json::Value;
use std::path::PathBuf;

/// The text of a file in `tests/data`.
pub(crate) fn text(file: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(file);
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// The columns of a file of plain numbers, with their names.
pub(crate) fn columns(file: &str) -> Vec<(String, Vec<f64>)> {
    let text = text(file);
    let mut lines = text.lines();
    let names = lines.next().expect("a header").split(',');
    let mut columns: Vec<(String, Vec<f64>)> =
        names.map(|n| (n.trim_matches('"').to_owned(), Vec::new())).collect();
    for line in lines {
        for (column, cell) in columns.iter_mut().zip(line.split(',')) {
            column.1.push(cell.parse().expect("a number"));
        }
    }
    columns
}

/// `response` on an intercept and all other columns but `drop`.
pub(crate) fn design(file: &str, response: &str, drop: &[&str]) -> Design {
    let mut columns = columns(file);
    columns.retain(|(name, _)| !drop.contains(&name.as_str()));
    let place = columns.iter().position(|(name, _)| name == response).expect("the response");
    let (response_name, response) = columns.remove(place);
    let of = columns.iter().map(|(name, column)| (name.as_str(), column.clone())).collect();
    Design { response_name, ..with_intercept(response, of) }
}

/// A response `y` on an intercept and columns.
pub(crate) fn with_intercept(response: Vec<f64>, columns: Vec<(&str, Vec<f64>)>) -> Design {
    let intercept = ("intercept", vec![1.0; response.len()]);
    let all: Vec<(&str, Vec<f64>)> = [intercept].into_iter().chain(columns).collect();
    Design {
        response_name: "y".to_owned(),
        rows: (0..response.len()).collect(),
        response,
        names: all.iter().map(|(name, _)| (*name).to_owned()).collect(),
        columns: all.into_iter().map(|(_, column)| column).collect(),
        has_intercept: true,
        ..Design::default()
    }
}

/// The weights 1, 2, 3, 1, 2, 3, … of the reference.
pub(crate) fn weights(rows: usize) -> Vec<f64> {
    (0..rows).map(|i| 1.0 + (i % 3) as f64).collect()
}

/// The numbers of a JSON list.
pub(crate) fn numbers(value: &Value) -> Vec<f64> {
    let list = value.as_array().unwrap_or_else(|| panic!("a list, not {value}"));
    list.iter().map(|x| x.as_f64().expect("a number")).collect()
}

/// Numbers in (0, 1), the same on every machine.
pub(crate) fn uniform(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed.wrapping_mul(2).wrapping_add(1);
    move || {
        // Steele, Lea, Flood: splitmix64.
        state = state.wrapping_add(0x9E3779B97F4A7C15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58476D1CE4E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D049BB133111EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// Fails unless each number is within `tolerance` of what is wanted, relatively.
#[track_caller]
pub(crate) fn close(what: &str, got: &[f64], want: &[f64], tolerance: f64) {
    assert_eq!(got.len(), want.len(), "{what}");
    for (i, (got, want)) in got.iter().zip(want).enumerate() {
        let error = if want == got { 0.0 } else { ((got - want) / want).abs() };
        assert!(error <= tolerance, "{what} [{i}]: {got:e}, wanted {want:e}: off by {error:.1e}");
    }
}
