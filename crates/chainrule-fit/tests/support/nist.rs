//! Reads the files of NIST's Statistical Reference Datasets for nonlinear regression: model, both starts,
//! certified values and data.

#![allow(dead_code, unreachable_pub, reason = "each user takes what it needs")]

use std::path::{Path, PathBuf};

/// One file.
#[derive(Clone, Debug)]
pub struct Problem {
    pub name: String,
    /// In chainrule's formula language.
    pub model: String,
    pub parameters: Vec<String>,
    /// Start 1 and start 2.
    pub starts: [Vec<f64>; 2],
    pub estimates: Vec<f64>,
    pub errors: Vec<f64>,
    pub residual_sum: f64,
    pub residual_sd: f64,
    pub y: Vec<f64>,
    pub x: Vec<f64>,
}

/// Every file, by name.
pub fn problems() -> Vec<Problem> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../chainrule-fit/tests/data/nist");
    let entries = std::fs::read_dir(folder).expect("the folder is there");
    let mut paths: Vec<PathBuf> = entries.map(|e| e.expect("readable").path()).collect();
    paths.sort();
    paths.iter().map(|path| read(path)).collect()
}

fn read(path: &Path) -> Problem {
    let text = std::fs::read_to_string(path).expect("a readable file");
    let lines: Vec<&str> = text.lines().collect();
    let number = |s: &str| s.parse::<f64>().unwrap_or_else(|_| panic!("{}: `{s}`", path.display()));
    let data_line = lines.iter().rposition(|l| l.starts_with("Data:")).expect("data");
    let mut problem = Problem {
        name: path.file_stem().and_then(|s| s.to_str()).expect("a name").to_owned(),
        model: model(&lines),
        parameters: Vec::new(),
        starts: [Vec::new(), Vec::new()],
        estimates: Vec::new(),
        errors: Vec::new(),
        residual_sum: f64::NAN,
        residual_sd: f64::NAN,
        y: Vec::new(),
        x: Vec::new(),
    };
    for line in &lines[..data_line] {
        let words: Vec<&str> = line.split_whitespace().collect();
        if let [name, "=", first, second, estimate, error] = words[..] {
            problem.parameters.push(name.to_owned());
            problem.starts[0].push(number(first));
            problem.starts[1].push(number(second));
            problem.estimates.push(number(estimate));
            problem.errors.push(number(error));
        }
        if let Some(value) = line.strip_prefix("Residual Sum of Squares:") {
            problem.residual_sum = number(value.trim());
        }
        if let Some(value) = line.strip_prefix("Residual Standard Deviation:") {
            problem.residual_sd = number(value.trim());
        }
    }
    for line in &lines[data_line + 1..] {
        let words: Vec<f64> = line.split_whitespace().map(number).collect();
        if let [y, x] = words[..] {
            problem.y.push(y);
            problem.x.push(x);
        }
    }
    problem
}

/// The lines from `y =` to `+ e`; NIST writes `exp[…]`.
fn model(lines: &[&str]) -> String {
    let is_model = |line: &&str| line.trim_start().starts_with("y ") && line.contains('=');
    let first = lines.iter().position(is_model).expect("a model");
    let rest = lines[first..].iter().take_while(|l| !l.trim().is_empty());
    let text =
        rest.map(|l| l.trim()).collect::<Vec<_>>().join(" ").replace('[', "(").replace(']', ")");
    let (curve, error) = text.rsplit_once('+').expect("an error term");
    assert_eq!(error.trim(), "e");
    curve.trim().to_owned()
}

/// Digits in which `x` agrees with `certified`, at most the 11 that are certified.
pub fn digits(x: f64, certified: f64) -> f64 {
    let relative = ((x - certified) / certified).abs();
    if relative.is_nan() { 0.0 } else { (-relative.log10()).clamp(0.0, 11.0) }
}

/// The fewest digits of two lists.
pub fn fewest(x: &[f64], certified: &[f64]) -> f64 {
    x.iter().zip(certified).map(|(x, c)| digits(*x, *c)).fold(11.0, f64::min)
}
