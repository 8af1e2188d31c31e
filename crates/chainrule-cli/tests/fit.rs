//! `chainrule fit` and `chainrule predict`: the contract's examples, documents, files, models that are saved.

mod support;

use serde_json::Value;
use std::path::PathBuf;
use support::{command, folder, run, run_with_input, text};

/// A data file that is shipped with the library.
fn data(name: &str) -> String {
    format!("{}/../chainrule-fit/tests/data/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn longley(flags: &[&str]) -> support::Run {
    let file = data("longley.csv");
    run(["fit", &file, "--target", "TOTEMP", "--drop", "Obs"].iter().chain(flags))
}

/// Lines made from numbers.
fn lines(numbers: std::ops::Range<usize>, line: impl Fn(usize) -> String) -> String {
    numbers.fold(String::new(), |text, i| text + &line(i))
}

fn numbers(csv: &str, column: usize) -> Vec<f64> {
    let cells = csv.lines().skip(1).map(|line| line.split(',').nth(column).expect("a cell"));
    cells.map(|cell| cell.parse().expect("a number")).collect()
}

#[test]
fn least_squares_prints_the_contracts_table() {
    let run = longley(&[]).exits(0);
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert_eq!(
        lines[0],
        "TOTEMP ~ GNPDEFL + GNP + UNEMP + ARMED + POP + YEAR     least squares, exact (QR)"
    );
    assert_eq!(lines[1], "");
    assert_eq!(lines[2], "            estimate        std. error      t        p");
    assert_eq!(lines[3], "intercept   -3482258.635    890420.384   -3.911   0.0036");
    assert_eq!(
        lines[10],
        "R² 0.9955   residual s.d. 304.9 on 9 d.o.f.   condition number 4.9e9: estimates lose about 9 digits"
    );
    assert_eq!(lines.len(), 11);
    assert_eq!(run.stderr, "longley.csv: 16 rows, 6 numeric columns, no missing values\n");
}

// Reference results, longley (statsmodels)
#[test]
fn the_document_has_the_contracts_keys_and_every_digit() {
    let document = longley(&["--json"]).exits(0).json();
    let keys: Vec<&str> =
        document.as_object().expect("a document").keys().map(String::as_str).collect();
    assert_eq!(
        keys,
        [
            "schema",
            "model",
            "method",
            "rows_used",
            "rows_dropped",
            "coefficients",
            "rss",
            "residual_sd",
            "r_squared",
            "log_likelihood",
            "status",
            "steps",
            "issues"
        ]
    );
    assert_eq!(document["status"], "converged");
    let close = |value: &Value, expected: f64, tolerance: f64| {
        let value = value.as_f64().expect("a number");
        assert!((value / expected - 1.0).abs() < tolerance, "{value} {expected}");
    };
    close(&document["residual_sd"], 304.8540735619772, 1e-8);
    let coefficients = document["coefficients"].as_array().expect("a list");
    for (i, name, estimate, error) in [
        (0, "intercept", -3482258.634597972, 890420.3836073803),
        (2, "GNP", -0.03581917929264877, 0.033491007772243744),
        (6, "YEAR", 1829.1514646146534, 455.478499142219),
    ] {
        assert_eq!(coefficients[i]["name"], name);
        close(&coefficients[i]["estimate"], estimate, 1e-8);
        close(&coefficients[i]["std_error"], error, 1e-6);
        let keys: Vec<&str> =
            coefficients[i].as_object().expect("an object").keys().map(String::as_str).collect();
        assert_eq!(keys, ["name", "estimate", "std_error", "statistic", "p_value", "interval"]);
    }
    assert!(document["issues"][0]["message"].as_str().expect("a text").contains("4.9e9"));
}

#[test]
fn a_model_of_a_formula_is_saved_and_predicts_the_rows_it_was_fitted_to() {
    let folder = folder("fit-save");
    let (model, residuals) = (folder.join("model.json"), folder.join("residuals.csv"));
    let file = data("grunfeld.csv");
    let formula = "log(invest) ~ log(value) + C(firm) + capital:year";
    let files = ["--save", text(&model), "--residuals", text(&residuals)];
    run(["fit", &file, "--formula", formula].iter().chain(&files)).exits(0);
    let fitted = numbers(&std::fs::read_to_string(&residuals).expect("it was written"), 2);
    let predicted = run(["predict", text(&model), &file]).exits(0);
    assert_eq!(predicted.stdout.lines().next(), Some("row,predicted"));
    let predicted_numbers = numbers(&predicted.stdout, 1);
    assert_eq!(predicted_numbers.len(), fitted.len());
    for (p, f) in predicted_numbers.iter().zip(&fitted) {
        // The same sums, in the same order or not.
        assert!((p - f).abs() < 1e-9 * f.abs().max(1.0), "{p} {f}");
    }
    assert!(predicted.stderr.contains("rows predicted"), "{}", predicted.stderr);
}

#[test]
fn new_rows_that_do_not_go_with_the_model_are_errors_with_the_place() {
    let folder = folder("fit-levels");
    let (old, new, model) =
        (folder.join("old.csv"), folder.join("new.csv"), folder.join("model.json"));
    let rows = lines(0..12, |i| format!("{i},{},{}\n", ["a", "b"][i % 2], i * i));
    std::fs::write(&old, format!("x,c,y\n{rows}")).expect("the folder can be written");
    let flags = ["--formula", "y ~ x + C(c)", "--save", text(&model)];
    run(["fit", text(&old)].iter().chain(&flags)).exits(0);
    std::fs::write(&new, "x,c\n1,a\n2,z\n").expect("the folder can be written");
    run(["predict", text(&model), text(&new)]).exits(3).says(&["row 2", "`c`", "'z'", "a, b"]);
    std::fs::write(&new, "c\na\n").expect("the folder can be written");
    run(["predict", text(&model), text(&new)]).exits(3).says(&["`x`"]);
    std::fs::write(&new, "x,c\n1,a\n,b\n3,b\n").expect("the folder can be written");
    run(["predict", text(&model), text(&new)]).exits(3).says(&[
        "1 of 3 rows",
        "x 1",
        "--missing drop",
    ]);
    let run = run(["predict", text(&model), text(&new), "--missing", "drop"]).exits(0);
    assert_eq!(numbers(&run.stdout, 0), [1.0, 3.0]);
}

// R: predict(lm(TOTEMP ~ ., longley), longley[1,], interval = …) by the formulas of the textbook
#[test]
fn intervals_of_predictions_have_the_width_of_the_textbook() {
    let folder = folder("fit-interval");
    let (model, residuals) = (folder.join("model.json"), folder.join("residuals.csv"));
    longley(&["--save", text(&model), "--residuals", text(&residuals)]).exits(0);
    let file = data("longley.csv");
    let leverage = numbers(&std::fs::read_to_string(&residuals).expect("it was written"), 4);
    let widths = |kind: &str| -> Vec<f64> {
        let run = run(["predict", text(&model), &file, kind]).exits(0);
        assert_eq!(run.stdout.lines().next(), Some("row,predicted,low,high"));
        let (low, high) = (numbers(&run.stdout, 2), numbers(&run.stdout, 3));
        low.iter().zip(high).map(|(low, high)| (high - low) / 2.0).collect()
    };
    // The 97.5 % point of Student's t with 9 degrees of freedom, and the residual s.d.
    let (t, s) = (2.262_157_162_740_992, 304.854_073_561_977_2);
    for (h, width) in leverage.iter().zip(widths("--interval")) {
        assert!((width / (t * s * (1.0 + h).sqrt()) - 1.0).abs() < 1e-6, "{width}");
    }
    for (h, width) in leverage.iter().zip(widths("--interval=confidence")) {
        assert!((width / (t * s * h.sqrt()) - 1.0).abs() < 1e-6, "{width}");
    }
}

#[test]
fn a_network_tells_classes_apart_from_the_command() {
    let folder = folder("fit-network");
    let (model, trace) = (folder.join("model.json"), folder.join("trace.csv"));
    let moons =
        format!("{}/../chainrule/tests/data/fixtures/moons_1337.csv", env!("CARGO_MANIFEST_DIR"));
    let flags = ["--target", "y", "--family", "logistic", "--nn", "16,16", "--seed", "1"];
    let files = ["--save", text(&model), "--trace", text(&trace)];
    let with = |threads: &str| {
        let more = ["--threads", threads, "--force", "--json"];
        run(["fit", &moons].iter().chain(&flags).chain(&files).chain(&more)).exits(0)
    };
    let run_of_one = with("1");
    assert_eq!(run_of_one.stdout, with("2").stdout);
    let accuracy = run_of_one.json()["score"]["accuracy"].as_f64().expect("a number");
    assert!(accuracy > 0.98, "{accuracy}");
    let losses = std::fs::read_to_string(&trace).expect("it was written");
    assert!(losses.starts_with("epoch,loss,held_out_loss\n") && losses.lines().count() > 20);
    let predicted = run(["predict", text(&model), &moons]).exits(0);
    assert_eq!(predicted.stdout.lines().next(), Some("row,predicted,p(-1),p(1)"));
    let actual = numbers(&std::fs::read_to_string(&moons).expect("the fixture"), 2);
    let right = numbers(&predicted.stdout, 1).iter().zip(&actual).filter(|(p, y)| p == y).count();
    assert!((right as f64 / 100.0 - accuracy).abs() < 1e-12);
}

// Reference results, randhie (statsmodels, Poisson)
#[test]
fn counts_and_classes_have_families() {
    let folder = folder("fit-families");
    let (file, model) = (data("randhie.csv"), folder.join("model.json"));
    let flags = ["--target", "mdvis", "--family", "poisson", "--save", text(&model), "--json"];
    let document = run(["fit", &file].iter().chain(&flags)).exits(0).json();
    assert!(
        document["log_likelihood"].is_number()
            && document["coefficients"][0]["p_value"].is_number()
    );
    let predicted = numbers(&run(["predict", text(&model), &file]).exits(0).stdout, 1);
    let mean = |numbers: &[f64]| numbers.iter().sum::<f64>() / numbers.len() as f64;
    let visits = numbers(&std::fs::read_to_string(&file).expect("it is shipped"), 0);
    // With the canonical link fitted and observed counts have the same sum.
    assert!((mean(&predicted) / mean(&visits) - 1.0).abs() < 1e-9);

    let (rows, classes) = (folder.join("rows.csv"), folder.join("classes.json"));
    let class = |i: usize| ["red", "green", "blue"][(i * i / 3 + i % 2) % 3];
    let content = lines(0..90, |i| format!("{},{},{}\n", i, i * 37 % 11, class(i)));
    std::fs::write(&rows, format!("x,z,colour\n{content}")).expect("the folder can be written");
    let flags = ["--target", "colour", "--family", "logistic", "--save", text(&classes)];
    run(["fit", text(&rows)].iter().chain(&flags)).exits(0);
    let predicted = run(["predict", text(&classes), text(&rows)]).exits(0).stdout;
    assert_eq!(predicted.lines().next(), Some("row,predicted,p(blue),p(green),p(red)"));
    let sum: f64 = (2..5).map(|column| numbers(&predicted, column)[7]).sum();
    assert!((sum - 1.0).abs() < 1e-12);
    let run = run(["fit", text(&rows), "--target", "colour"]).exits(3);
    run.says(&["`colour`", "--family logistic"]);
}

// Reference results, stackloss (scikit-learn)
#[test]
fn penalties_shrink_coefficients_and_zeros_are_exact() {
    let file = data("stackloss.csv");
    let estimates = |flags: &[&str]| -> Vec<f64> {
        let fixed = ["fit", &file, "--target", "STACKLOSS", "--json"];
        let document = run(fixed.iter().chain(flags)).exits(0).json();
        let coefficients = document["coefficients"].as_array().expect("a list").iter();
        coefficients.map(|c| c["estimate"].as_f64().expect("a number")).collect()
    };
    for (flags, expected) in [
        (
            ["--ridge", "1"],
            [-41.07320227282291, 0.6651054182908406, 1.318558377267017, -0.10905236711428475],
        ),
        (["--lasso", "0.5"], [-46.54462988622219, 0.6397923050372989, 1.2043810214860806, 0.0]),
        (
            ["--elastic-net", "0.5,0.5"],
            [-40.369202514783716, 0.5286746953299919, 1.2299437120467231, 0.0],
        ),
    ] {
        for (got, want) in estimates(&flags).iter().zip(expected) {
            assert!((got - want).abs() <= 1e-9 * want.abs(), "{flags:?}: {got} {want}");
        }
    }
    let plot = folder("fit-penalty").join("path.svg");
    let flags = ["--lasso", "--cv", "4", "--seed", "3", "--plot", text(&plot)];
    let run = run(["fit", &file, "--target", "STACKLOSS"].iter().chain(&flags)).exits(0);
    assert!(run.stdout.contains("cross-validation: penalty "), "{}", run.stdout);
    assert!(std::fs::read_to_string(&plot).expect("it was drawn").contains(">AIRFLOW<"));
}

// NIST, Misra1a: certified values, from the first start
#[test]
fn a_nonlinear_model_is_fitted_saved_and_predicts() {
    let folder = folder("fit-nonlinear");
    let (rows, model, plot) =
        (folder.join("misra.csv"), folder.join("model.json"), folder.join("curve.svg"));
    let dat = std::fs::read_to_string(data("nist/Misra1a.dat")).expect("it is shipped");
    let table = dat.lines().skip_while(|line| !line.starts_with("Data:   y")).skip(1);
    let cells = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(",");
    let table: Vec<String> = table.filter(|line| !line.trim().is_empty()).map(cells).collect();
    assert_eq!(table.len(), 14);
    std::fs::write(&rows, format!("y,x\n{}\n", table.join("\n"))).expect("a folder");
    let flags = ["--model", "y = b1*(1 - exp(-b2*x))", "--start", "b1=500,b2=1e-4"];
    let files = ["--save", text(&model), "--plot", text(&plot), "--json"];
    let document = run(["fit", text(&rows)].iter().chain(&flags).chain(&files)).exits(0).json();
    let coefficients = &document["coefficients"];
    for (i, estimate, error) in
        [(0, 2.3894212918e2, 2.7070075241), (1, 5.5015643181e-4, 7.2668688436e-6)]
    {
        let close = |key: &str, want: f64, tolerance: f64| {
            let got = coefficients[i][key].as_f64().expect("a number");
            assert!((got / want - 1.0).abs() < tolerance, "{key} {got} {want}");
        };
        close("estimate", estimate, 1e-8);
        close("std_error", error, 1e-5);
    }
    assert!(std::fs::read_to_string(&plot).expect("it was drawn").contains("<circle"));
    let predicted = run(["predict", text(&model), text(&rows), "--interval"]).exits(0).stdout;
    let (values, low, high) =
        (numbers(&predicted, 1), numbers(&predicted, 2), numbers(&predicted, 3));
    assert_eq!(values.len(), 14);
    assert!((0..14).all(|i| low[i] < values[i] && values[i] < high[i]));
    let first = 238.94212918 * (1.0 - (-5.5015643181e-4_f64 * 77.6).exp());
    assert!((values[0] / first - 1.0).abs() < 1e-8, "{}", values[0]);
    let no_start = run(["fit", text(&rows), "--model", "y = b1*(1 - exp(-b2*x))"]);
    no_start.exits(2).says(&["--start"]);
}

// The same model as a family of its own: the estimates of Poisson regression
#[test]
fn a_loss_of_a_row_is_a_model_too() {
    let file = data("randhie.csv");
    let loss = "mu = exp(a + b*disea); mu - mdvis*log(mu)";
    let own = run(["fit", &file, "--loss", loss, "--start", "a=0,b=0", "--json"]).exits(0).json();
    let formula = ["fit", &file, "--formula", "mdvis ~ disea", "--family", "poisson", "--json"];
    let family = run(formula).exits(0).json();
    for i in 0..2 {
        for key in ["estimate", "std_error"] {
            let [a, b] =
                [&own, &family].map(|d| d["coefficients"][i][key].as_f64().expect("a number"));
            assert!((a / b - 1.0).abs() < 1e-6, "{key} {a} {b}");
        }
    }
}

#[test]
fn tests_and_cross_validation_use_the_seed_and_say_what_they_find() {
    let file = data("randhie.csv");
    let with = |seed: &str| {
        let flags = ["--test", "0.2", "--cv", "5", "--seed", seed, "--json"];
        run(["fit", &file, "--target", "mdvis"].iter().chain(&flags)).exits(0).json()
    };
    let (first, second) = (with("1"), with("2"));
    assert_eq!(first, with("1"));
    assert_ne!(first["test"], second["test"]);
    assert_eq!(first["test"]["rows"].as_u64(), Some(4038));
    assert_eq!(first["rows_used"].as_u64(), Some(16152));
    let rmse = first["cross_validation"]["rmse"].as_f64().expect("a number");
    // About the residual s.d. of the fit to all rows.
    let sd = first["residual_sd"].as_f64().expect("a number");
    assert!((rmse / sd - 1.0).abs() < 0.05, "{rmse} {sd}");
}

#[test]
fn a_report_is_one_file_with_every_section() {
    let report = folder("fit-report").join("report.html");
    longley(&["--report", text(&report)]).exits(0);
    let html = std::fs::read_to_string(&report).expect("it was written");
    for heading in [
        "Summary",
        "Estimates",
        "Coefficients",
        "Predicted and actual",
        "Residuals",
        "Normal Q–Q",
        "Leverage",
        "The loss of one row",
    ] {
        assert!(html.contains(&format!("<h2>{heading}</h2>")), "{heading}");
    }
    assert!(html.contains("estimates lose about 9 digits") && !html.contains("<script"));
}

// Bad input, row 25
#[test]
fn hostile_names_of_columns_are_shown_literally_row_25() {
    let folder = folder("fit-hostile");
    let (file, report) = (folder.join("data.csv"), folder.join("report.html"));
    let rows = lines(0..9, |i| format!("{i},{}\n", i * i));
    std::fs::write(&file, format!("\"<b>{{x|y}}</b> & \"\"q\"\"\",y\n{rows}")).expect("a folder");
    let run = run(["fit", text(&file), "--target", "y", "--report", text(&report)]).exits(0);
    assert!(run.stdout.contains("<b>{x|y}</b> & \"q\""), "{}", run.stdout);
    let html = std::fs::read_to_string(&report).expect("it was written");
    assert!(html.contains("&lt;b&gt;{x|y}&lt;/b&gt; &amp; &quot;q&quot;") && !html.contains("<b>"));
}

#[test]
fn standardised_columns_change_coefficients_and_no_prediction() {
    let folder = folder("fit-standardize");
    let file = data("stackloss.csv");
    let predictions = |name: &str, flags: &[&str]| {
        let model = folder.join(name);
        let fixed = ["fit", &file, "--target", "STACKLOSS", "--save", text(&model), "--json"];
        let document = run(fixed.iter().chain(flags)).exits(0).json();
        (document, numbers(&run(["predict", text(&model), &file]).exits(0).stdout, 1))
    };
    let (plain, expected) = predictions("plain.json", &[]);
    let (standard, predicted) = predictions("standard.json", &["--standardize"]);
    for (p, e) in predicted.iter().zip(&expected) {
        assert!((p - e).abs() < 1e-10 * e.abs().max(1.0), "{p} {e}");
    }
    let slope =
        |document: &Value| document["coefficients"][1]["estimate"].as_f64().expect("a number");
    // The standard deviation of AIRFLOW: R gives sd(stackloss$Air.Flow) = 9.168268.
    assert!((slope(&standard) / slope(&plain) - 9.168268).abs() < 1e-6);
}

#[test]
fn digits_and_quiet_hold_for_fits() {
    let run = longley(&["--digits", "3", "-q"]).exits(0);
    assert_eq!(run.stderr, "");
    assert!(
        run.stdout.contains("\nYEAR            1830           455    4.016   0.0030\n"),
        "{}",
        run.stdout
    );
}

#[test]
fn rows_may_come_from_stdin_and_the_pipe_may_close() {
    let rows = lines(0..40_000, |i| format!("{i},{}\n", 2 * i + i % 7));
    let content = format!("x,y\n{rows}");
    run_with_input(&["fit", "-", "--target", "y"], &content).exits(0).says(&["40,000 rows"]);
    let folder = folder("fit-pipe");
    let (file, model) = (folder.join("data.csv"), folder.join("model.json"));
    std::fs::write(&file, &content).expect("the folder can be written");
    run(["fit", text(&file), "--target", "y", "--save", text(&model)]).exits(0);
    let mut child = command()
        .args(["predict", text(&model), text(&file)])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("the command starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("the command ends");
    assert!(output.status.success());
    assert!(!String::from_utf8_lossy(&output.stderr).contains("error"));
}

#[test]
fn a_damaged_model_is_an_error_with_its_place() {
    let folder = folder("fit-damaged");
    let model: PathBuf = folder.join("model.json");
    longley(&["--save", text(&model)]).exits(0);
    let good = std::fs::read_to_string(&model).expect("it was written");
    let file = data("longley.csv");
    for (from, to, place) in [
        ("chainrule-model/1", "chainrule-model/9", "schema"),
        ("\"linear\"", "\"linnear\"", "kind"),
        ("\"identity\"", "\"id\"", "link"),
        ("\"residual_df\": 9.0", "\"residual_df\": \"nine\"", "residual_df"),
        ("\"name\": \"GNP\"", "\"name\": 7", "coefficients[2].name"),
        ("\"formula\": \"TOTEMP ~ .\"", "\"formula\": \"TOTEMP ~\"", "columns"),
    ] {
        assert!(good.contains(from), "{from}");
        std::fs::write(&model, good.replacen(from, to, 1)).expect("the folder can be written");
        run(["predict", text(&model), &file]).exits(3).says(&["model.json", place]);
    }
    for length in [0, 1, good.len() / 2, good.len() - 3] {
        std::fs::write(&model, &good[..length]).expect("the folder can be written");
        run(["predict", text(&model), &file]).exits(3).says(&["model.json: line", "column"]);
    }
    run(["predict", "no.json", &file]).exits(3).says(&["no.json"]);
}

#[test]
fn robust_errors_are_refused_where_there_are_none() {
    let file = data("stackloss.csv");
    for flags in [&["--family", "poisson"][..], &["--nn", "2"]] {
        let words = ["fit", &file, "--target", "STACKLOSS", "--robust", "hc3"];
        run(words.iter().chain(flags)).exits(2).says(&["--robust is for least squares"]);
    }
}
