//! Functions that `show --save` writes and `--load` reads, and formulas with several results.

mod support;

use support::{folder, run, run_with_input, text};

const CHAPTER: &str = "e = a*b; f = e + c; L = f*d";
const AT: &str = "a=2,b=-3,c=10,d=-2";

#[test]
fn a_loaded_function_answers_like_its_formula() {
    let file = folder("loaded").join("chapter.json");
    run(["show", CHAPTER, "--save", text(&file), "-q"]).exits(0);
    for words in [
        &["eval", "--json"][..],
        &["grad", "--hessian"],
        &["grad", "--hessian", "--sparse", "--json"],
        &["grad", "--check"],
        &["explain", "--limits"],
        &["draw", "--style", "chapter"],
        &["draw", "--gradient", "a"],
        &["check", "--sweep"],
    ] {
        let from_formula = run([words[0], CHAPTER, "--at", AT].iter().chain(&words[1..])).exits(0);
        let loaded = run([words[0], "--load", text(&file), "--at", AT].iter().chain(&words[1..]));
        assert_eq!(loaded.exits(0).stdout, from_formula.stdout, "{words:?}");
    }
    for words in [&["--ir"][..], &["--rust"], &["--c", "--gradient"]] {
        let from_formula = run(["show", CHAPTER].iter().chain(words)).exits(0);
        let loaded = run(["show", "--load", text(&file)].iter().chain(words)).exits(0);
        assert_eq!(loaded.stdout, from_formula.stdout, "{words:?}");
    }
    let from = "a=2,b=1,c=1,d=1";
    let words = ["--from", from, "--method", "gd", "--steps", "5"];
    let loaded = run(["minimize", "--load", text(&file)].iter().chain(&words)).exits(0);
    let from_formula = run(["minimize", CHAPTER].iter().chain(&words)).exits(0);
    assert_eq!(loaded.stdout, from_formula.stdout);
}

#[test]
fn a_saved_gradient_is_a_function_of_its_own() {
    let file = folder("slope").join("slope.json");
    run(["show", "x^3*y", "--gradient", "--save", text(&file)]).exits(0);
    let values = run(["eval", "--load", text(&file), "--at", "x=2,y=5", "--json"]).exits(0).json();
    assert_eq!(values["values"]["df/dx"], 60.0);
    assert_eq!(values["values"]["df/dy"], 8.0);
    let second = run(["grad", "--load", text(&file), "--at", "x=2,y=5", "--of", "df/dx", "--json"]);
    assert_eq!(second.exits(0).json()["gradient"]["x"], 60.0);
    run(["draw", "--load", text(&file), "--at", "x=2,y=5"])
        .exits(2)
        .says(&["several results: df/dx, df/dy", "--of"]);
}

#[test]
fn saving_keeps_what_is_there_unless_forced() {
    let file = folder("kept").join("f.json");
    std::fs::write(&file, "mine").expect("written");
    run(["show", "x", "--save", text(&file)]).exits(5).says(&["exists", "--force"]);
    assert_eq!(std::fs::read_to_string(&file).expect("there"), "mine");
    run(["show", "x", "--save", text(&file), "--force"]).exits(0);
    run(["eval", "--load", text(&file), "--at", "x=4"]).exits(0);
    run(["eval", "x", "--load", text(&file), "--at", "x=4"]).exits(2);
}

#[test]
fn a_damaged_file_is_refused_with_the_place() {
    let file = folder("damaged").join("f.json");
    let saved = run(["show", "sin(x) + y", "--save", "-"]).exits(0).stdout;
    let at = ["--at", "x=1,y=2"];
    let run_on = |damaged: &str| {
        std::fs::write(&file, damaged).expect("written");
        run(["eval", "--load", text(&file)].iter().chain(&at))
    };
    run_on(&saved).exits(0);
    run_on(&saved[..saved.len() / 2]).exits(3).says(&["f.json", "line", "column"]);
    run_on(&saved.replace("[\"sin\",0]", "[\"sin\",7]")).exits(3).says(&["node 2", "node 7"]);
    run_on(&saved.replace("sin", "sen")).exits(3).says(&["node 2", "no operation `sen`"]);
    run_on(&saved.replace("[\"x\",\"y\"]", "[\"x\",\"x\"]")).exits(3).says(&["named `x`"]);
    run_on("").exits(3);
    // Any byte changed to any of these: an answer, or a refusal that is not a crash.
    for place in (0..saved.len()).step_by(7) {
        for byte in [b'"', b'9', b'[', b'-', b'z'] {
            let mut bytes = saved.clone().into_bytes();
            bytes[place] = byte;
            let code = run_on(&String::from_utf8(bytes).expect("ASCII")).code;
            assert!(matches!(code, Some(0 | 2 | 3)), "byte {place} as {}: {code:?}", byte as char);
        }
    }
    // Row 26: a file that is missing, or a folder.
    let missing = file.with_file_name("g.json");
    run(["eval", "--load", text(&missing)]).exits(3).says(&["g.json", "did you mean", "f.json"]);
    run(["eval", "--load", text(file.parent().expect("a folder"))]).exits(3);
}

#[test]
fn a_recorded_branch_is_never_followed_where_it_does_not_hold() {
    let absolute = chainrule::Function::record(["x"], |[x]| if x < 1.0 { -x } else { x * x });
    let json = absolute.expect("one name").to_json();
    let here = ["eval", "--load", "-", "--at", "x=-3"];
    assert_eq!(run_with_input(&here, &json).exits(0).stdout, "3\n");
    let there = ["grad", "--load", "-", "--at", "x=3"];
    run_with_input(&there, &json).exits(4).says(&["x < 1", "was true"]);
    let moving = ["minimize", "--load", "-", "--from", "x=-3"];
    run_with_input(&moving, &json).exits(2).says(&["compares values", "select"]);
}

#[test]
fn several_results_are_chosen_by_name() {
    let formula = "u = x*y; v = sin(z); w = u + v";
    let at = ["--at", "x=2,y=3,z=0"];
    let values = run(["eval", formula, "--of", "u,w"].iter().chain(&at)).exits(0);
    assert_eq!(values.stdout, "u   6\nw   6\n");
    let rows = run(["grad", formula, "--of", "u,v", "--json"].iter().chain(&at)).exits(0).json();
    assert_eq!(rows["jacobian"]["u"], serde_json::json!({ "x": 3.0, "y": 2.0, "z": 0.0 }));
    assert_eq!(rows["jacobian"]["v"], serde_json::json!({ "x": 0.0, "y": 0.0, "z": 1.0 }));
    run(["eval", formula, "--of", "uu"].iter().chain(&at)).exits(2).says(&["did you mean `u`"]);
    run(["grad", formula, "--of", "u,v", "--hessian"].iter().chain(&at)).exits(2);
}

#[test]
fn a_sparse_matrix_shows_pattern_colours_and_entries() {
    let shown = run(["grad", "x*y + y*z^2", "--at", "x=1,y=2,z=3", "--hessian", "--sparse"]);
    let hessian = "\
Hessian  3 × 3: 5 entries of 9, 2 colours, 1 sweep
x  · × ·
y  × · ×
z  · × ×
colour 1: columns x, y
colour 2: columns z
x  y   1
y  x   1
y  z   6
z  y   6
z  z   4
";
    assert!(shown.stdout.ends_with(hessian), "{}", shown.stdout);
    let words = ["grad", "u = x*y; v = z", "--of", "u,v", "--at", "x=1,y=2,z=3", "--sparse"];
    let document = run(words.iter().chain(&["--json", "--wrt", "x,z"])).exits(0).json();
    assert_eq!(document["jacobian"], serde_json::json!({ "u": { "x": 2.0 }, "v": { "z": 1.0 } }));
    assert_eq!(document["sparsity"]["entries"], 3);
    assert_eq!(document["sparsity"]["colours"], 1);
    assert_eq!(document["sparsity"]["direction"], "reverse");
}
