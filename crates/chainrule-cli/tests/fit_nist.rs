//! The command on NIST's files for nonlinear regression, from both starts (P-09).

#[path = "../../chainrule-fit/tests/support/nist.rs"]
mod nist;

use nist::{digits, problems};
use std::process::Command;

#[test]
fn the_command_reaches_the_certified_values_of_every_file_from_both_starts() {
    let mut wrong = Vec::new();
    for problem in problems() {
        let file = format!("chainrule-nist-{}-{}.csv", std::process::id(), problem.name);
        let path = std::env::temp_dir().join(file);
        let rows = problem.y.iter().zip(&problem.x).map(|(y, x)| format!("{y},{x}\n"));
        std::fs::write(&path, format!("y,x\n{}", rows.collect::<String>())).expect("written");
        for (number, start) in problem.starts.iter().enumerate() {
            let pairs = problem.parameters.iter().zip(start).map(|(name, x)| format!("{name}={x}"));
            let start = pairs.collect::<Vec<_>>().join(",");
            let output = Command::new(env!("CARGO_BIN_EXE_chainrule"))
                .arg("fit")
                .arg(&path)
                .args(["--model", &problem.model, "--start", &start, "--json"])
                .output()
                .expect("the command starts");
            let case = format!("{} start {}", problem.name, number + 1);
            let text = String::from_utf8_lossy(&output.stdout);
            assert!(output.status.success(), "{case}: {}", String::from_utf8_lossy(&output.stderr));
            let answer: serde_json::Value = serde_json::from_str(&text).expect("JSON");
            let coefficients = answer["coefficients"].as_array().expect("a list");
            for (j, name) in problem.parameters.iter().enumerate() {
                let found = coefficients.iter().find(|c| c["name"] == **name).expect("a parameter");
                let number = |key: &str| found[key].as_f64().unwrap_or(f64::NAN);
                let (b, s) = (
                    digits(number("estimate"), problem.estimates[j]),
                    digits(number("std_error"), problem.errors[j]),
                );
                if b < 6.0 || s < 5.0 {
                    wrong.push(format!("{case}, {name}: {b:.1} and {s:.1} digits"));
                }
            }
        }
        std::fs::remove_file(&path).expect("removed");
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
