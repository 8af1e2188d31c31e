//! NIST's Statistical Reference Datasets for nonlinear regression, every file from both starts (P-09).

#[path = "support/nist.rs"]
mod nist;

use chainrule_fit::{Column, Fit, NonlinearModel, NonlinearOptions, Status, Table};
use nist::{Problem, fewest, problems};

fn fit(problem: &Problem, start: usize) -> Fit {
    let columns =
        vec![Column::numbers("y", problem.y.clone()), Column::numbers("x", problem.x.clone())];
    let table = Table::new(columns).expect("two columns");
    let model = NonlinearModel::parse(&problem.model, &table).expect("NIST's own model");
    let start = problem.parameters.iter().cloned().zip(problem.starts[start].clone()).collect();
    let options = NonlinearOptions { start, ..NonlinearOptions::default() };
    model.fit(&table, &options).expect("a start at which the model is finite")
}

#[test]
fn every_file_from_both_starts_reaches_the_certified_values() {
    let mut digits = Vec::new();
    let mut wrong = Vec::new();
    let mut table = String::new();
    for problem in problems() {
        for start in 0..2 {
            let fit = fit(&problem, start);
            let of = |name: &String| {
                fit.coefficients.iter().find(|c| c.name == *name).expect("a parameter")
            };
            let estimates: Vec<f64> = problem.parameters.iter().map(|n| of(n).estimate).collect();
            let errors: Vec<f64> = problem.parameters.iter().map(|n| of(n).std_error).collect();
            let (b, s) = (fewest(&estimates, &problem.estimates), fewest(&errors, &problem.errors));
            let sum = nist::digits(fit.rss.unwrap_or(f64::NAN), problem.residual_sum);
            table += &format!(
                "| {} | {} | {b:.1} | {s:.1} | {sum:.1} | {} |\n",
                problem.name,
                start + 1,
                fit.steps
            );
            digits.push(b);
            let is_right = fit.status == Status::Converged && b >= 6.0 && s >= 5.0;
            if !is_right || !fit.issues.is_empty() {
                wrong.push(format!(
                    "{} start {}: {b:.1} digits, errors {s:.1}, {:?} {:?}",
                    problem.name,
                    start + 1,
                    fit.status,
                    fit.issues
                ));
            }
        }
    }
    println!("{table}");
    assert!(wrong.is_empty(), "{wrong:#?}");
    digits.sort_by(f64::total_cmp);
    assert!(digits[digits.len() / 2] >= 9.0, "median of {digits:?}");
}
