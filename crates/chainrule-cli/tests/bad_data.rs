//! Bad data, row by row of the contract's table, through `chainrule fit`. The number in a test's name is the row's.

mod support;

use std::fmt::Write;
use std::path::PathBuf;
use support::{Run, folder, run, run_with_input, text};

/// A file of that content in a folder of its own.
fn file(name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let path = folder(&format!("bad-data-{name}")).join("data.csv");
    std::fs::write(&path, content).expect("the target folder can be written");
    path
}

fn fit(name: &str, content: impl AsRef<[u8]>, flags: &[&str]) -> Run {
    let path = file(name, content);
    run(["fit", text(&path)].iter().chain(flags))
}

/// `y = 1 + 2 x` with a little on top.
fn rows(count: usize) -> String {
    let mut content = "x,y\n".to_owned();
    for i in 0..count {
        let x = i as f64 / 4.0;
        let _ = writeln!(content, "{x},{}", 1.0 + 2.0 * x + (x * 12.9).sin() / 8.0);
    }
    content
}

#[test]
fn row_26_a_file_that_cannot_be_read() {
    let path = file("near", rows(9));
    let near = path.with_file_name("dta.csv");
    run(["fit", text(&near), "--target", "y"]).exits(3).says(&["dta.csv", "data.csv"]);
    let directory = path.parent().expect("a folder");
    run(["fit", text(directory), "--target", "y"]).exits(3).says(&[text(directory)]);
    run(["fit", "/no/such/folder/a.csv", "--target", "y"])
        .exits(3)
        .says(&["/no/such/folder/a.csv"]);
}

#[test]
fn row_27_no_data_rows() {
    fit("empty", "", &["--target", "y"]).exits(3).says(&["no data rows"]);
    fit("header", "x,y\n", &["--target", "y"]).exits(3).says(&["no data rows"]);
    run_with_input(&["fit", "-", "--target", "y"], "").exits(3).says(&["no data rows"]);
}

#[test]
fn row_28_text_where_a_number_is_wanted() {
    let mut content = "city,x,y\n".to_owned();
    for i in 0..20 {
        let city = if i == 6 { "Oslo".to_owned() } else { i.to_string() };
        let _ = writeln!(content, "{city},{},{}", i * i, 3 * i);
    }
    let run = fit("text", &content, &["--target", "y"]).exits(3);
    run.says(&[
        "row 7, column `city`: 'Oslo' is not a number",
        "--drop city",
        "--categorical city",
    ]);
    fit("text-dropped", &content, &["--target", "y", "--drop", "city"]).exits(0);
}

#[test]
fn row_29_gaps() {
    let mut content = "age,hp,y\n".to_owned();
    for i in 0..50 {
        let age = if i % 10 == 3 { String::new() } else { (20 + i).to_string() };
        let hp = if i % 25 == 7 { "NA".to_owned() } else { (i * i % 17).to_string() };
        let _ = writeln!(content, "{age},{hp},{}", i + i * i % 5);
    }
    let run = fit("gaps", &content, &["--target", "y"]).exits(3);
    run.says(&["7 of 50 rows have gaps (age 5, hp 2)", "--missing drop", "mean"]);
    let run =
        fit("gaps-drop", &content, &["--target", "y", "--missing", "drop", "--json"]).exits(0);
    assert_eq!(
        (run.json()["rows_used"].as_u64(), run.json()["rows_dropped"].as_u64()),
        (Some(43), Some(7))
    );
    let run = run.says(&["43", "7", "age 5", "hp 2"]);
    drop(run);
    let run =
        fit("gaps-mean", &content, &["--target", "y", "--missing", "mean", "--json"]).exits(0);
    assert_eq!(run.json()["rows_used"].as_u64(), Some(50));
}

#[test]
fn row_30_a_ragged_row() {
    let mut content = "a,b,c,d,e\n".to_owned();
    for i in 1..30 {
        content += if i == 18 { "1,2,3,4\n" } else { "1,2,3,4,5\n" };
    }
    fit("ragged", content, &["--target", "a"])
        .exits(3)
        .says(&["row 18 has 4 fields, header has 5"]);
}

#[test]
fn row_31_other_conventions_are_detected_and_said() {
    let mut content = "\u{feff}x;\"y\"\r\n".to_owned();
    for i in 0..12 {
        let _ = write!(content, "{},5;\"{},25\"\r\n", i, 2 * i + i % 3);
    }
    let run = fit("german", &content, &["--target", "y", "--json"]).exits(0).says(&[
        "delimiter `;`",
        "decimal comma",
        "byte order mark",
        "CRLF",
    ]);
    assert_eq!(run.json()["rows_used"].as_u64(), Some(12));
    let flags = ["--target", "y", "--delimiter", ";", "--decimal", ","];
    fit("german-told", &content, &flags).exits(0);
    run_with_input(&["fit", "x.csv", "--target", "y", "--delimiter", "ab"], "").exits(2);
}

#[test]
fn row_32_a_header_that_looks_like_data() {
    let content = "1,2\n2,4.1\n3,5.9\n4,8\n5,10.1\n";
    fit("headless", content, &["--target", "y"]).exits(3).says(&["--no-header"]);
    let run = fit("no-header", content, &["--no-header", "--target", "x2", "--json"]).exits(0);
    assert_eq!(run.json()["rows_used"].as_u64(), Some(5));
}

#[test]
fn row_33_columns_twice_or_not_there() {
    fit("twice", "x,x,y\n1,2,3\n", &["--target", "y"]).exits(3).says(&["`x`", "x, x, y"]);
    let run = fit("absent", rows(9), &["--target", "yy"]).exits(3);
    run.says(&["no column `yy`", "x, y", "did you mean `y`?"]);
    fit("absent-drop", rows(9), &["--target", "y", "--drop", "z"])
        .exits(3)
        .says(&["no column `z`"]);
    fit("absent-weights", rows(9), &["--target", "y", "--weights", "w"]).exits(3).says(&["`w`"]);
    fit("no-target", rows(9), &[]).exits(2).says(&["--target", "x, y"]);
}

#[test]
fn row_34_bytes_that_are_not_utf8() {
    let mut content = b"city,y\n".to_vec();
    for i in 0..9 {
        content.extend(if i == 4 { b"K\xf8ln".to_vec() } else { b"Oslo".to_vec() });
        content.extend(format!(",{i}\n").bytes());
    }
    let run = fit("latin1", &content, &["--target", "y"]).exits(3);
    run.says(&["byte", "row 5", "--encoding latin1"]);
    let flags = ["--formula", "y ~ C(city)", "--encoding", "latin1"];
    let run = fit("latin1-told", &content, &flags).exits(0);
    assert!(run.stdout.contains("Oslo"), "{}", run.stdout);
}

#[test]
fn row_35_numbers_that_are_not_finite() {
    for (name, cell) in [("inf", "inf"), ("nan", "NaN"), ("huge", "1e999")] {
        let content = rows(9).replacen("\n0.5,", &format!("\n{cell},"), 1);
        let run = fit(name, content, &["--target", "y"]).exits(3);
        run.says(&["row 3", "`x`", cell]);
    }
}

#[test]
fn row_36_columns_that_determine_each_other() {
    let mut content = "wt,wt_kg,x,y\n".to_owned();
    for i in 0..30 {
        let wt = 100.0 + (f64::from(i) * 1.7).sin() * 30.0;
        let x = f64::from(i * i % 13);
        let _ = writeln!(content, "{wt},{},{x},{}", 0.4536 * wt, wt + x);
    }
    let run = fit("collinear", &content, &["--target", "y"]).exits(1);
    run.says(&["wt_kg = 0.4536 × wt", "--ridge", "--drop"]);
    fit("collinear-ridge", &content, &["--target", "y", "--ridge", "1"]).exits(0);
    fit("collinear-drop", &content, &["--target", "y", "--drop", "wt_kg"]).exits(0);
    let constant =
        content.replace(',', ",7,").replacen("wt,7,wt_kg,7,x,7,y", "wt,k1,wt_kg,k2,x,k3,y", 1);
    fit("constant", constant, &["--formula", "y ~ wt + k1"]).exits(1).says(&["k1"]);
}

#[test]
fn row_37_more_parameters_than_rows() {
    let content = "a,b,c,d,y\n1,2,3,4,5\n2,1,4,3,6\n5,3,1,2,7\n";
    let run = fit("few", content, &["--target", "y"]).exits(3);
    run.says(&["3 rows cannot determine 5 parameters", "--ridge"]);
    fit("few-ridge", content, &["--target", "y", "--ridge", "1"]).exits(0);
}

#[test]
fn row_38_gradient_descent_diverges_and_the_trace_is_kept() {
    let path = file("diverges", rows(30));
    let trace = path.with_file_name("trace.csv");
    let flags = ["--target", "y", "--method", "gd", "--lr", "10", "--trace", text(&trace)];
    let run = run(["fit", text(&path)].iter().chain(&flags)).exits(1);
    run.says(&["diverges", "--lr below"]);
    assert!(std::fs::read_to_string(&trace).expect("the trace is kept").lines().count() > 2);
}

#[test]
fn row_39_steps_that_do_not_suffice() {
    let flags = ["--target", "y", "--method", "gd", "--lr", "0.001", "--steps", "3", "--json"];
    let run = fit("steps", rows(30), &flags).exits(0);
    assert_eq!(run.json()["status"], "steps");
    assert_eq!(run.json()["steps"].as_u64(), Some(3));
}

#[test]
fn row_42_files_are_written_whole_or_not_at_all() {
    let path = file("full", rows(30));
    let save = path.with_file_name("model.json");
    std::fs::write(&save, "old").expect("the target folder can be written");
    let arguments = ["fit", text(&path), "--target", "y", "--save", text(&save)];
    run(arguments).exits(5).says(&["exists; give --force"]);
    assert_eq!(std::fs::read_to_string(&save).expect("the file is there"), "old");
    run(arguments.iter().chain(&["--force"])).exits(0);
    let left: Vec<_> = std::fs::read_dir(path.parent().expect("a folder"))
        .expect("a folder")
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    assert_eq!(left.len(), 2, "{left:?}");
    run(["fit", text(&path), "--target", "y", "--report", "/dev/full"])
        .exits(5)
        .says(&["/dev/full"]);
    run(["fit", text(&path), "--target", "y", "--save", "/no/folder/m.json"]).exits(5);
}

#[test]
fn nasty_files_are_errors_and_never_panics() {
    let mut state = 12345_u64;
    let mut random = || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        state >> 33
    };
    let noise: Vec<u8> = (0..5000).map(|_| random() as u8).collect();
    let ascii: String =
        (0..4000).map(|_| char::from(b" ,;.\n\"0123e-+ab"[random() as usize % 15])).collect();
    let names: Vec<String> = (0..10_000).map(|i| format!("c{i}")).collect();
    let wide = format!("{}\n{}\n", names.join(","), vec!["1"; 10_000].join(","));
    let huge = "x,y\n1e308,1e308\n-1e308,1e307\n1e300,-1e308\n1e308,1\n";
    let quote = "x,y\n\"1,2\n3,4\n";
    let files: [(&str, Vec<u8>); 8] = [
        ("noise", noise),
        ("ascii", ascii.into_bytes()),
        ("wide", wide.into_bytes()),
        ("huge", huge.as_bytes().to_vec()),
        ("quote", quote.as_bytes().to_vec()),
        ("one", b"x,y\n1,2\n".to_vec()),
        ("nul", b"x,y\n\0,1\n2,3\n".to_vec()),
        ("newlines", b"\n\n\n\n".to_vec()),
    ];
    for (name, content) in files {
        let path = file(&format!("nasty-{name}"), content);
        for flags in [
            &["--target", "y"][..],
            &["--target", "c0"],
            &["--formula", "y ~ x + C(x) + log(x)"],
            &["--model", "y = a*exp(b*x)", "--start", "a=1,b=1"],
            &["--target", "y", "--family", "poisson"],
            &["--target", "y", "--family", "logistic"],
            &["--target", "y", "--ridge", "1"],
            &["--target", "y", "--nn", "3", "--steps", "2"],
        ] {
            let run = run(["fit", text(&path)].iter().chain(flags));
            let code = run.code.expect("no signal ended it");
            assert!((0..=5).contains(&code), "{name} {flags:?}: {code}\n{}", run.stderr);
            assert!(!run.stderr.contains("panicked"), "{name} {flags:?}: {}", run.stderr);
        }
    }
}
