//! Streams, exit codes, files, JSON, suggestions: what holds for every subcommand.

mod support;

use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use support::{command, folder, run, run_with_input, text};

const POINT: &str = "a=2,b=-3,c=10,d=-2";

fn keys(document: &Value) -> Vec<&str> {
    document.as_object().expect("a document").keys().map(String::as_str).collect()
}

#[test]
fn alone_it_prints_ten_lines_led_by_examples() {
    let run = run([""; 0]).exits(0);
    assert_eq!(run.stdout.lines().count(), 10);
    assert_eq!(run.stdout.lines().filter(|l| l.starts_with("  chainrule ")).count(), 6);
}

#[test]
fn help_of_a_command_begins_with_examples() {
    for name in [
        "eval",
        "grad",
        "check",
        "explain",
        "draw",
        "minimize",
        "compare",
        "fit",
        "predict",
        "ops",
        "bench",
        "completions",
    ] {
        let run = run([name, "--help"]).exits(0);
        assert!(run.stdout.starts_with("Example"), "{name}: {}", run.stdout);
        assert!(run.stdout.contains(&format!("  chainrule {name} ")), "{name}: {}", run.stdout);
    }
}

#[test]
fn a_misspelt_command_or_flag_gets_a_suggestion() {
    run(["minimise", "x^2"]).exits(2).says(&["'minimize'"]);
    run(["eval", "x^2", "--att", "x=1"]).exits(2).says(&["'--at'"]);
    run(["eval", "--att", "x=1", "x^2"]).exits(2).says(&["'--at'"]);
    run(["minimize", "x^2", "--form", "x=1"]).exits(2).says(&["'--from'"]);
    run(["minimize", "x^2", "--from", "x=1", "--method", "bgfs"]).exits(2).says(&["bfgs"]);
}

// S-01
#[test]
fn a_value_is_the_only_thing_on_stdout_s01() {
    let run = run(["eval", "a^2 - 10a + 28", "--at", "a=5"]).exits(0);
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("3\n", ""));
}

#[test]
fn digits_and_exact_choose_the_precision() {
    let value = |flags: &[&str]| run(["eval", "1/3"].iter().chain(flags)).exits(0).stdout;
    assert_eq!(value(&[]), "0.333333\n");
    assert_eq!(value(&["--digits", "3"]), "0.333\n");
    assert_eq!(value(&["--exact"]), "0.3333333333333333\n");
    run(["eval", "1/3", "--digits", "0"]).exits(2).says(&["1 to 17"]);
    run(["eval", "1/3", "--digits", "3", "--exact"]).exits(2);
}

#[test]
fn formulas_and_values_may_be_negative() {
    assert_eq!(run(["eval", "-x^2", "--at", "x=-1.5"]).exits(0).stdout, "-2.25\n");
    assert_eq!(run(["eval", "--at", "x=-1.5", "-x^2"]).exits(0).stdout, "-2.25\n");
    assert_eq!(run(["eval", "-q", "-x", "--at=x=-1.5"]).exits(0).stdout, "1.5\n");
    assert_eq!(run(["eval", "x+y", "--at", "x=1", "--at", "y=2"]).exits(0).stdout, "3\n");
}

#[test]
fn the_formula_may_come_from_stdin() {
    let run = run_with_input(&["eval", "-", "--at", "a=2"], "# doubled\nb = 2a\nb + 1\n").exits(0);
    assert_eq!(run.stdout, "5\n");
}

// S-10
#[test]
fn eval_as_json_s10() {
    let run = run(["eval", "e = a*b; f = e + c; L = f*d", "--at", POINT, "--json"]).exits(0);
    let document = run.json();
    assert_eq!(keys(&document), ["schema", "value", "nodes", "issues"]);
    assert_eq!(document["schema"], "chainrule/1");
    assert_eq!(document["value"], -8.0);
    assert_eq!(document["nodes"], serde_json::json!({ "e": -6.0, "f": 4.0, "L": -8.0 }));
    assert_eq!(document["issues"], serde_json::json!([]));
}

// S-08, S-09
#[test]
fn grad_as_json_s08_s09_p_second_order() {
    let arguments = ["grad", "(a*b + c)*d", "--at", POINT, "--hessian", "--check", "--json"];
    let document = run(arguments).exits(0).json();
    assert_eq!(keys(&document), ["schema", "value", "gradient", "hessian", "check", "issues"]);
    assert_eq!(
        document["gradient"],
        serde_json::json!({ "a": 6.0, "b": -4.0, "c": -2.0, "d": 4.0 })
    );
    assert_eq!(keys(&document["gradient"]), ["a", "b", "c", "d"]);
    // Acceptance, "Second order": all other entries are 0.
    for (row, column, entry) in
        [("a", "b", -2.0), ("a", "d", -3.0), ("b", "d", 2.0), ("c", "d", 1.0)]
    {
        assert_eq!(document["hessian"][row][column], entry);
        assert_eq!(document["hessian"][column][row], entry);
    }
    for (row, column) in [("a", "a"), ("a", "c"), ("b", "b"), ("b", "c"), ("c", "c"), ("d", "d")] {
        assert_eq!(
            document["hessian"][row][column].as_f64().map(f64::abs),
            Some(0.0),
            "{row}{column}"
        );
    }
}

#[test]
fn grad_with_respect_to_some() {
    let document =
        run(["grad", "(a*b + c)*d", "--at", POINT, "--wrt", "d,a", "--json"]).exits(0).json();
    assert_eq!(keys(&document["gradient"]), ["d", "a"]);
    run(["grad", "a*b", "--at", "a=1,b=2", "--wrt", "z"]).exits(2).says(&["z", "a, b"]);
}

#[test]
fn numbers_in_json_are_in_full_precision() {
    let document = run(["eval", "x/3", "--at", "x=1", "--json", "--digits", "2"]).exits(0).json();
    assert_eq!(document["value"], 1.0 / 3.0);
}

#[test]
fn a_number_that_is_not_finite_is_null_with_an_issue() {
    let document = run(["eval", "1/(x-3)", "--at", "x=3", "--json"]).exits(4).json();
    assert_eq!(document["value"], Value::Null);
    let issues = document["issues"].as_array().expect("a list");
    assert_eq!(issues[0]["message"], "value is inf");
    assert_eq!(issues[1]["message"], "`1/(x - 3)` divides by zero: x - 3 = 0 at x = 3");
    assert_eq!(issues[1]["span"], serde_json::json!([1, 2]));
    let document = run(["grad", "sqrt(x)", "--at", "x=0", "--json"]).exits(4).json();
    assert_eq!(document["value"], 0.0);
    assert_eq!(document["gradient"]["x"], Value::Null);
    assert!(!document["issues"].as_array().expect("a list").is_empty());
}

#[test]
fn minimize_as_json() {
    let keys_wanted = [
        "schema",
        "status",
        "method",
        "steps",
        "params",
        "value",
        "gradient_norm",
        "evaluations",
        "issues",
    ];
    let minimize = |more: &[&str], code| {
        let arguments = ["minimize", "a^2 - 10a + 28", "--from", "a=6", "--json"];
        let document = run(arguments.iter().chain(more)).exits(code).json();
        assert_eq!(keys(&document), keys_wanted);
        document
    };
    let found = minimize(&["--lr", "0.1"], 0);
    assert_eq!(
        (&found["status"], &found["method"], &found["steps"]),
        (&"converged".into(), &"gd".into(), &86.into())
    );
    assert!((found["params"]["a"].as_f64().expect("a number") - 5.0).abs() < 1e-8);
    assert_eq!(minimize(&["--lr", "0.1", "--steps", "20"], 0)["status"], "steps");
    assert_eq!(minimize(&["--lr", "1.1"], 1)["status"], "diverged");
    assert_eq!(minimize(&["--lr", "1"], 1)["status"], "oscillating");
    let unbounded = run(["minimize", "-x^2", "--from", "x=1", "--json"]).exits(1).json();
    assert_eq!(unbounded["status"], "unbounded");
    let stalled = run(["minimize", "cos(x)", "--from", "x=0", "--json"]).exits(1).json();
    assert_eq!(stalled["status"], "stalled");
    assert_eq!(stalled["issues"].as_array().map(Vec::len), Some(1));
}

#[test]
fn minimize_as_lines_of_json_has_an_object_for_each_step() {
    let run = run([
        "minimize",
        "a^2 - 10a + 28",
        "--from",
        "a=6",
        "--lr",
        "0.1",
        "--steps",
        "3",
        "--jsonl",
    ])
    .exits(0);
    let lines: Vec<Value> =
        run.stdout.lines().map(|l| serde_json::from_str(l).expect("JSON")).collect();
    assert_eq!(lines.len(), 3);
    // Chapter, S-02: 5.8, 5.64, 5.512 with slopes 2, 1.6, 1.28.
    for (line, (a, slope)) in lines.iter().zip([(5.8, 2.0), (5.64, 1.6), (5.512, 1.28)]) {
        assert_eq!(keys(line)[0], "schema");
        assert!((line["after"]["params"]["a"].as_f64().expect("a number") - a).abs() < 1e-12);
        assert!(
            (line["before"]["gradient"]["a"].as_f64().expect("a number") - slope).abs() < 1e-12
        );
    }
    self::run(["minimize", "x^2", "--from", "x=1", "--json", "--jsonl"]).exits(2);
}

#[test]
fn quiet_leaves_only_errors() {
    let quiet = run(["minimize", "a^2 - 10a + 28", "--from", "a=6", "--lr", "0.1", "-q"]).exits(0);
    assert_eq!(quiet.stderr, "");
    run(["eval", "1/x", "--at", "x=0", "-q"]).exits(4).says(&["divides by zero"]);
}

#[test]
fn colour_is_for_terminals_or_on_demand() {
    let stderr = |arguments: &[&str]| {
        run(["eval", "1/x", "--at", "x=0"].iter().chain(arguments)).exits(4).stderr
    };
    assert!(!stderr(&[]).contains('\u{1b}'));
    assert!(stderr(&["--color", "always"]).contains('\u{1b}'));
    assert!(!stderr(&["--color", "never"]).contains('\u{1b}'));
    let plain =
        command().args(["eval", "--nonsense"]).env("NO_COLOR", "1").output().expect("it runs");
    assert!(!plain.stderr.contains(&0x1b));
    // Usage errors are coloured by the same flag.
    let usage = run(["minimise", "x", "--color", "always"]).exits(2);
    assert!(usage.stderr.contains('\u{1b}'));
}

#[test]
fn a_file_is_not_replaced_without_force() {
    let out = folder("force").join("graph.svg");
    std::fs::write(&out, "mine").expect("the folder is there");
    let draw = ["draw", "x^2", "--at", "x=1", "-o", text(&out)];
    run(draw).exits(5).says(&["exists", "--force"]);
    assert_eq!(std::fs::read_to_string(&out).expect("it is there"), "mine");
    run(draw.iter().chain(&["--force"])).exits(0);
    assert!(std::fs::read_to_string(&out).expect("it is there").contains("<svg"));
    let left = std::fs::read_dir(out.parent().expect("a folder")).expect("it is there").count();
    assert_eq!(left, 1, "a temporary file was left");
}

#[test]
fn a_file_that_cannot_be_written_exits_5_and_leaves_nothing() {
    let missing = folder("missing").join("no/such/folder/graph.svg");
    run(["draw", "x^2", "--at", "x=1", "-o", text(&missing)])
        .exits(5)
        .says(&["cannot write", "graph.svg"]);
    run(["minimize", "x^2", "--from", "x=1", "--trace", text(&missing)]).exits(5);
    let folder = folder("a_folder");
    let draw = ["draw", "x^2", "--at", "x=1", "--format", "svg", "--force", "-o", text(&folder)];
    run(draw).exits(5).says(&["it is a folder"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_device_is_written_to_and_a_link_is_followed() {
    run(["draw", "x^2", "--at", "x=1", "--format", "svg", "-o", "/dev/null"]).exits(0);
    let folder = folder("special");
    let (file, link) = (folder.join("file.svg"), folder.join("link.svg"));
    std::fs::write(&file, "old").expect("the folder is there");
    std::os::unix::fs::symlink(&file, &link).expect("links exist on Linux");
    run(["draw", "x^2", "--at", "x=1", "-o", text(&link), "--force"]).exits(0);
    assert!(link.symlink_metadata().expect("it is there").is_symlink());
    assert!(std::fs::read_to_string(&file).expect("it is there").contains("<svg"));
    run(["draw", "x^2", "--at", "x=1", "--format", "svg", "-o", "/dev/full"])
        .exits(5)
        .says(&["cannot write"]);
}

#[cfg(target_os = "linux")]
#[test]
fn row_42_a_full_disk_exits_5() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("Linux has it");
    let output = command().args(["eval", "1+1"]).stdout(full).output().expect("it runs");
    assert_eq!(output.status.code(), Some(5));
    assert!(String::from_utf8_lossy(&output.stderr).contains("cannot write"));
}

#[test]
fn row_42_a_closed_pipe_is_quiet() {
    let arguments =
        ["minimize", "a^2 - 10a + 28", "--from", "a=6", "--lr", "1e-6", "--steps", "200000"];
    let mut command = command();
    command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    let mut first = String::new();
    {
        let mut stdout = BufReader::new(child.stdout.take().expect("stdout is piped"));
        stdout.read_line(&mut first).expect("a line comes");
    }
    let mut stderr = String::new();
    child.stderr.take().expect("stderr is piped").read_to_string(&mut stderr).expect("UTF-8");
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
    assert_eq!((first.as_str(), stderr.as_str()), ("a = 5.999998, f(a) = 3.999996\n", ""));
}

#[cfg(unix)]
#[test]
fn row_42_ctrl_c_prints_the_best_so_far() {
    // The valley takes gradient descent far more steps than it gets.
    let arguments = [
        "minimize",
        "(1-x)^2 + 100(y-x^2)^2",
        "--from",
        "x=-1.2,y=1",
        "--method",
        "adam",
        "--lr",
        "1e-9",
        "--steps",
        "2000000000",
        "--json",
        "--checkpoint",
    ];
    let file = folder("interrupted").join("point.txt");
    let mut command = command();
    command.args(arguments).arg(&file).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().expect("it starts");
    std::thread::sleep(std::time::Duration::from_millis(700));
    let interrupt = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(interrupt.expect("kill runs").success());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(130));
    let document: Value =
        serde_json::from_slice(&output.stdout).expect("the best so far is printed");
    assert_eq!(document["status"], "interrupted");
    assert!(document["value"].as_f64().expect("a number") < 24.2);
    let point = std::fs::read_to_string(&file).expect("the checkpoint is written");
    assert_eq!(point, format!("x={},y={}\n", document["params"]["x"], document["params"]["y"]));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains(&format!("interrupted at step {}", document["steps"])), "{said}");
}

#[cfg(unix)]
#[test]
fn row_42_a_second_ctrl_c_ends_at_once() {
    // Nobody reads its lines, so that it waits in the middle of a step and cannot hear the first.
    let arguments = ["minimize", "a^2", "--from", "a=6", "--lr", "1e-6", "--steps", "1000000"];
    let mut command = command();
    let mut child = command.args(arguments).stdout(Stdio::piped()).spawn().expect("it starts");
    let interrupt = || {
        std::thread::sleep(std::time::Duration::from_millis(400));
        Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill runs")
    };
    assert!(interrupt().success() && interrupt().success());
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
}

#[test]
fn completions_know_the_commands() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let run = run(["completions", shell]).exits(0);
        assert!(run.stdout.contains("minimize"), "{shell}");
    }
}

#[test]
fn operations_are_listed_with_domain_and_derivative() {
    let list = run(["ops"]).exits(0).stdout;
    let sin = list.lines().find(|l| l.starts_with("sin ")).expect("sin is there");
    assert!(sin.contains("cos(x)"), "{sin}");
    let sqrt = list.lines().find(|l| l.starts_with("sqrt ")).expect("sqrt is there");
    assert!(sqrt.contains("x ≥ 0") && sqrt.contains("At 0: slope +∞."), "{sqrt}");
    let one = run(["ops", "relu"]).exits(0).stdout;
    assert!(one.contains("At 0: 0"), "{one}");
    assert!(run(["ops", "log"]).exits(0).stdout.starts_with("ln(x)\n"));
    let document = run(["ops", "--json"]).exits(0).json();
    assert_eq!(keys(&document), ["schema", "operations", "issues"]);
    assert_eq!(document["operations"][0]["name"], "neg");
    assert_eq!(document["issues"], serde_json::json!([]));
    run(["ops", "sen"]).exits(2).says(&["sin"]);
}

#[test]
fn bench_gives_a_ratio_for_each_problem() {
    let run = run(["bench", "tiny", "det8", "--smoke", "--json"]).exits(0);
    let document: Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(keys(&document), ["schema", "tiny", "det8", "issues"]);
    for name in ["tiny", "det8"] {
        assert_eq!(keys(&document[name]), ["ours_ns", "hand_ns", "ratio"]);
        assert!(document[name]["ratio"].as_f64().expect("a number") > 0.0);
    }
    crate::run(["bench", "tiney"]).exits(2).says(&["did you mean `tiny`?", "gmm"]);
}
