//! `draw`: formats, styles, sizes.

mod support;

use support::{command, folder, run, text};

const CHAPTER: &str = "e = a*b; f = e + c; L = f*d";
const POINT: &str = "a=2,b=-3,c=10,d=-2";

/// What `draw` writes to stdout with more flags.
fn draw(more: &[&str]) -> String {
    run(["draw", CHAPTER, "--at", POINT].iter().chain(more)).exits(0).stdout
}

// S-22
#[test]
fn pictures_need_no_graphviz_s22() {
    let folder = folder("formats");
    let (svg, png) = (folder.join("graph.svg"), folder.join("graph.png"));
    for path in [&svg, &png] {
        let mut command = command();
        // Nothing is found without a search path.
        let run = command.args(["draw", CHAPTER, "--at", POINT, "-o", text(path)]).env("PATH", "");
        assert!(run.status().expect("it runs").success());
    }
    assert!(std::fs::read(&png).expect("written").starts_with(b"\x89PNG\r\n\x1a\n"));
    let svg = std::fs::read_to_string(&svg).expect("written");
    assert!(svg.starts_with("<svg ") && svg.trim_end().ends_with("</svg>"));
    for label in ["a", "b", "c", "d", "e", "f", "L", "grad 6"] {
        assert!(svg.contains(&format!(">{label}<")), "no {label}");
    }
}

#[test]
fn the_format_follows_from_the_name_of_the_file() {
    let folder = folder("names");
    let starts = [
        ("g.dot", "digraph"),
        ("g.mmd", "flowchart"),
        ("g.txt", "L = -8"),
        ("g.json", "{\"schema\":\"chainrule/1\""),
    ];
    for (name, start) in starts {
        let path = folder.join(name);
        run(["draw", CHAPTER, "--at", POINT, "-o", text(&path)]).exits(0);
        let written = std::fs::read_to_string(&path).expect("written");
        assert!(written.contains(start), "{name}: {written}");
    }
    assert!(draw(&["-o", "-", "--format", "dot"]).starts_with("digraph"));
    run(["draw", CHAPTER, "--at", POINT, "-o", "graph.gif"]).exits(2).says(&["svg", "mermaid"]);
}

#[test]
fn a_picture_and_json_do_not_mix_on_stdout() {
    run(["draw", CHAPTER, "--at", POINT, "--format", "svg", "--json"]).exits(2).says(&["-o FILE"]);
    let path = folder("json").join("graph.svg");
    let document =
        run(["draw", CHAPTER, "--at", POINT, "-o", text(&path), "--json"]).exits(0).json();
    assert_eq!((&document["nodes"], &document["edges"]), (&10.into(), &9.into()));
}

// S-23, B-30
#[test]
fn edges_run_left_to_right_or_top_to_bottom_s23_b30() {
    assert!(draw(&["--format", "dot"]).contains("rankdir=LR"));
    assert!(draw(&["--format", "dot", "--rankdir", "TB"]).contains("rankdir=TB"));
    run(["draw", CHAPTER, "--at", POINT, "--rankdir", "XX"]).exits(2).says(&["LR, TB"]);
}

// S-21
#[test]
fn the_number_of_nodes_and_edges_is_the_chapters_s21() {
    let document = run(["draw", CHAPTER, "--at", POINT, "--json"]).exits(0).json();
    let nodes = document["nodes"].as_array().expect("a list");
    let operations = nodes.iter().filter(|n| n["kind"] == "operation").count();
    assert_eq!((nodes.len() - operations, operations), (7, 3));
    assert_eq!(document["edges"].as_array().map(Vec::len), Some(9));
}

#[test]
fn styles_use_the_labels_of_their_sources() {
    // The notebook's `{ %s | data %.4f | grad %.4f }` (K-07), micrograd's without the label (M-09).
    assert!(
        draw(&["--style", "lecture", "--format", "dot"])
            .contains("{ L | data -8.0000 | grad 1.0000 }")
    );
    assert!(
        draw(&["--style", "micrograd", "--format", "dot"])
            .contains("{ data -8.0000 | grad 1.0000 }")
    );
    // The chapter's `{ label: %.1f }` (S-21).
    assert!(draw(&["--style", "chapter", "--no-grad", "--format", "dot"]).contains("{ L: -8.0 }"));
    run(["draw", CHAPTER, "--at", POINT, "--style", "plain"]).exits(2).says(&[
        "modern",
        "chapter",
        "lecture",
        "micrograd",
    ]);
}

// S-11
#[test]
fn derivatives_may_be_left_out_s11() {
    assert!(draw(&[]).contains("grad"));
    assert!(!draw(&["--no-grad"]).contains("grad"));
}

// B-09
#[test]
fn numbers_have_four_digits_or_as_many_as_asked_for_b09() {
    let draw = |more: &[&str]| {
        run(["draw", "y = x/3", "--at", "x=0.04"].iter().chain(more)).exits(0).stdout
    };
    assert!(draw(&[]).starts_with("y = 0.01333 "), "{}", draw(&[]));
    assert!(draw(&["--precision", "2"]).starts_with("y = 0.013 "));
}

// B-06
#[test]
fn the_same_picture_has_the_same_bytes_b06() {
    assert_eq!(draw(&["--format", "svg"]), draw(&["--format", "svg"]));
}

// B-05
#[test]
fn a_value_used_twice_has_two_edges_b05() {
    let document = run(["draw", "a*a", "--at", "a=3", "--json"]).exits(0).json();
    assert_eq!(document["edges"].as_array().map(Vec::len), Some(3));
}

#[test]
fn a_picture_too_large_says_what_to_do() {
    let run = run(["draw", CHAPTER, "--at", POINT, "--format", "png", "--scale", "1000"]);
    run.exits(2).says(&["pixels", "scale"]);
}

#[test]
fn a_derivative_is_drawn_as_a_graph_of_its_own() {
    let drawn = run(["draw", "x*x*x", "--at", "x=2", "--gradient", "x"]).exits(0);
    assert!(drawn.stdout.starts_with("df/dx = 12"), "{}", drawn.stdout);
    run(["draw", "x*x", "--at", "x=2", "--gradient", "y"]).exits(2).says(&["`y` is not an input"]);
}
