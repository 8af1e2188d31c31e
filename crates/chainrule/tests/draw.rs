//! Drawings: structure, text of every style, escaping, collapse; golden files for the chapter's graph.
//!
//! `UPDATE_GOLDEN=1 cargo test` writes the golden files again; look at the difference.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use chainrule::draw::{
    Diagram, Direction, Options, Record, Role, Shape, Structure, Style, dot, json, mermaid, text,
};
use chainrule::{Graph, Value};

fn chapter(graph: &Graph) -> Value<'_> {
    let a = graph.value(2.0).label("a");
    let b = graph.value(-3.0).label("b");
    let c = graph.value(10.0).label("c");
    let d = graph.value(-2.0).label("d");
    let e = (a * b).label("e");
    let f = (e + c).label("f");
    (f * d).label("L")
}

fn styled(style: &str) -> Options {
    Options { style: style.parse().expect("a known style"), ..Options::default() }
}

fn records(diagram: &Diagram) -> Vec<&Record> {
    diagram
        .nodes()
        .iter()
        .filter_map(|shape| if let Shape::Record(record) = shape { Some(record) } else { None })
        .collect()
}

fn symbols(diagram: &Diagram) -> Vec<&str> {
    diagram
        .nodes()
        .iter()
        .filter_map(
            |shape| if let Shape::Operation(text) = shape { Some(text.as_str()) } else { None },
        )
        .collect()
}

fn lines(diagram: &Diagram) -> Vec<String> {
    let line = |record: &Record| {
        record.cells.iter().map(chainrule::draw::Cell::line).collect::<Vec<_>>().join(" | ")
    };
    records(diagram).into_iter().map(line).collect()
}

fn check_golden(name: &str, text: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, text).expect("the golden directory can be written");
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(text, expected, "{name}: UPDATE_GOLDEN=1 writes it again");
}

// S-21, B-08: written by the library itself, so there is nothing to import
#[test]
fn the_chapters_graph_has_seven_values_three_operations_nine_edges_s21() {
    let graph = Graph::new();
    let diagram = Options::default().diagram(&chapter(&graph).trace());
    assert_eq!(records(&diagram).len(), 7);
    assert_eq!(symbols(&diagram), ["*", "+", "*"]);
    assert_eq!(diagram.edges().len(), 9);
}

#[test]
fn text_is_laid_out_as_promised() {
    let graph = Graph::new();
    let diagram = Options::default().diagram(&chapter(&graph).trace_with_gradient());
    let expected = "\
L = -8   grad 1    *
├─ f = 4    grad -2   +
│  ├─ e = -6   grad -2   *
│  │  ├─ a = 2    grad 6
│  │  └─ b = -3   grad -4
│  └─ c = 10   grad -2
└─ d = -2   grad 4
";
    assert_eq!(text(&diagram), expected);
}

// B-12, S-11
#[test]
fn gradients_are_a_dash_until_backward_ran_b12_s11() {
    let graph = Graph::new();
    let trace = chapter(&graph).trace();
    assert_eq!(lines(&Options::default().diagram(&trace))[0], "a | 2 | grad —");
    assert_eq!(lines(&styled("lecture").diagram(&trace))[0], "a | data 2.0000 | grad —");
    assert_eq!(lines(&styled("chapter").diagram(&trace))[0], "a: 2.0");
    let without = Options { gradients: false, ..Options::default() };
    assert_eq!(lines(&without.diagram(&trace))[0], "a | 2");
}

// S-21, S-29, K-07, M-09
#[test]
fn styles_use_the_formats_of_their_sources_s21_s29_k07_m09() {
    let graph = Graph::new();
    let trace = chapter(&graph).trace_with_gradient();
    let of = |style| lines(&styled(style).diagram(&trace)).join("; ");
    assert_eq!(
        of("modern"),
        "a | 2 | grad 6; b | -3 | grad -4; c | 10 | grad -2; d | -2 | grad 4; \
         e | -6 | grad -2; f | 4 | grad -2; L | -8 | grad 1"
    );
    assert_eq!(
        of("chapter"),
        "a: 2.0 | grad: 6.0; b: -3.0 | grad: -4.0; c: 10.0 | grad: -2.0; d: -2.0 | grad: 4.0; \
         e: -6.0 | grad: -2.0; f: 4.0 | grad: -2.0; L: -8.0 | grad: 1.0"
    );
    assert!(of("lecture").ends_with("L | data -8.0000 | grad 1.0000"));
    assert!(of("micrograd").ends_with("; data -8.0000 | grad 1.0000"));
    assert!(
        dot(&styled("chapter").diagram(&chapter(&graph).trace())).contains("label=\"{ L: -8.0 }\"")
    );
}

// M-09
#[test]
fn micrograds_neuron_shows_its_numbers_m09() {
    let graph = Graph::new();
    let weights = [0.23550571390294128, 0.06653114721000164];
    let [x0, x1, w0, w1, bias] = graph.values([1.0, -2.0, weights[0], weights[1], 0.0]);
    let out = (w0 * x0 + w1 * x1 + bias).relu();
    let lines = lines(&styled("micrograd").diagram(&out.trace_with_gradient()));
    assert_eq!(lines.last().map(String::as_str), Some("data 0.1024 | grad 1.0000"));
    for line in ["data 0.2355 | grad 1.0000", "data 0.0665 | grad -2.0000"] {
        assert!(lines.iter().any(|l| l == line), "{line}");
    }
    for line in ["data 1.0000 | grad 0.2355", "data -2.0000 | grad 0.0665"] {
        assert!(lines.iter().any(|l| l == line), "{line}");
    }
}

// B-25
#[test]
fn a_difference_is_one_node_natively_and_three_in_the_book_b25() {
    let graph = Graph::new();
    let a = graph.value(6.0).label("a");
    let l = a.powi(2) - 10.0 * a + 28.0;
    let count = |style| {
        let diagram = styled(style).diagram(&l.trace_with_gradient());
        (records(&diagram).len(), symbols(&diagram).len(), diagram.edges().len())
    };
    assert_eq!(count("seed"), (9, 5, 14));
    assert_eq!(count("modern"), (7, 4, 11));
    let native = Options { structure: Some(Structure::Native), ..styled("chapter") };
    assert_eq!(symbols(&native.diagram(&l.trace())), ["**2", "*", "-", "+"]);
    assert_eq!(symbols(&styled("seed").diagram(&l.trace())), ["**2", "*", "*", "+", "+"]);
}

// B-25
#[test]
fn the_books_extra_nodes_have_its_gradients_b25() {
    let graph = Graph::new();
    let [a, b] = graph.values([8.0, 5.0]);
    let (minus_one, minus_b) = (graph.value(-1.0), graph.value(-1.0));
    // The same computations spelled out, differentiated by the engine.
    let difference = a + b * minus_one;
    let quotient = a * b.powi(-1);
    let expected = (difference.backward()[minus_one], quotient.backward()[b]);
    assert_eq!(minus_b.value(), -1.0);

    let lines = lines(&styled("lecture").diagram(&(a - b).trace_with_gradient()));
    let minus_one = format!(" | data -1.0000 | grad {:.4}", expected.0);
    assert!(lines.contains(&minus_one), "{lines:?}");
    let trace = (a / b).trace_with_gradient();
    let diagram = styled("micrograd").diagram(&trace);
    assert_eq!(symbols(&diagram), ["**-1", "*"]);
    let reciprocal = self::lines(&diagram)[2].clone();
    assert_eq!(reciprocal, "data 0.2000 | grad 8.0000");
    assert_eq!(format!("{:.4}", expected.1), "-0.3200");
    assert_eq!(self::lines(&diagram)[1], "data 5.0000 | grad -0.3200");
}

// B-05
#[test]
fn a_value_used_twice_has_two_edges_and_operands_keep_their_order_b05() {
    let graph = Graph::new();
    let a = graph.value(3.0).label("a");
    let b = graph.value(4.0).label("b");
    assert_eq!(Options::default().diagram(&(a + a).trace()).edges(), [(0, 1), (0, 1), (1, 2)]);
    let diagram = Options::default().diagram(&(b - a).trace());
    let named = |i: usize| match &diagram.nodes()[i] {
        Shape::Record(record) => record.label.clone().unwrap_or_default(),
        _ => String::new(),
    };
    let operands: Vec<_> = diagram.inputs()[2].iter().map(|&i| named(i)).collect();
    assert_eq!(operands, ["b", "a"]);
}

#[test]
fn a_value_used_twice_is_written_once_and_then_referred_to() {
    let graph = Graph::new();
    let a = graph.value(3.0).label("a");
    let s = (a * a).label("s");
    let diagram = Options { gradients: false, ..Options::default() }.diagram(&(s + s).trace());
    assert_eq!(
        text(&diagram),
        "s + s = 18   +\n├─ s = 9    *\n│  ├─ a = 3\n│  └─ a (above)\n└─ s (above)\n"
    );
}

// B-11, S-31
#[test]
fn constants_are_bare_b11_s31() {
    let graph = Graph::new();
    let a = graph.value(3.0).label("a");
    for style in ["modern", "chapter"] {
        let diagram = styled(style).diagram(&(-13.0 + a).trace());
        assert_eq!((records(&diagram).len(), symbols(&diagram).len()), (3, 1));
        assert!(lines(&diagram).contains(&"-13".to_owned()), "{:?}", lines(&diagram));
    }
}

// B-24
#[test]
fn values_without_a_label_show_their_expression_b24() {
    let graph = Graph::new();
    let x = graph.value(2.0).label("x");
    let y = graph.value(3.0).label("y");
    let name = |value: Value| {
        records(&Options::default().diagram(&value.trace())).last().and_then(|r| r.label.clone())
    };
    for (value, expected) in [
        (x + 1.0, "x + 1"),
        (x - (y - 1.0), "x - (y - 1)"),
        ((x + y) * x, "(x + y)*x"),
        (x / (y * x), "x/(y*x)"),
        (-(x + y), "-(x + y)"),
        ((-x).powi(2), "(-x)^2"),
        (-x.powi(2), "-x^2"),
        ((x * y).sin(), "sin(x*y)"),
        (x * -1.0, "x*(-1)"),
        (x.max(y), "max(x, y)"),
    ] {
        assert_eq!(name(value).as_deref(), Some(expected));
    }
    assert_eq!(name((x * y + x * x) * (y * y + x * y)), None);
    assert_eq!(name((x + 1.0).label("z")).as_deref(), Some("z"));
}

// B-06
#[test]
fn the_chapters_graph_is_drawn_as_before_in_every_format_and_style_b06() {
    let graph = Graph::new();
    let l = chapter(&graph);
    for style in ["modern", "chapter", "lecture", "micrograd"] {
        let diagram = styled(style).diagram(&l.trace_with_gradient());
        check_golden(&format!("{style}.dot"), &dot(&diagram));
        check_golden(&format!("{style}.mmd"), &mermaid(&diagram));
        check_golden(&format!("{style}.txt"), &text(&diagram));
        check_golden(&format!("{style}.json"), &json(&diagram));
    }
    let top_down = Options { direction: Direction::TopToBottom, ..styled("chapter") };
    check_golden("top-down.dot", &dot(&top_down.diagram(&l.trace())));
}

// B-10
#[test]
fn hostile_labels_are_text_in_every_format_b10() {
    let hostile = "<b>{x|y}</b> & \"q\"";
    let graph = Graph::new();
    let x = graph.value(1.0).label(hostile);
    let diagram = Options::default().diagram(&(x * 2.0).label("y\\n\u{7}").trace());
    let dot = dot(&diagram);
    assert!(dot.contains(r#"{ \<b\>\{x\|y\}\</b\> &amp; \"q\" | 1"#), "{dot}");
    assert!(dot.contains("y\\\\n\u{fffd}"), "{dot}");
    let mermaid = mermaid(&diagram);
    assert!(mermaid.contains("#60;b#62;#123;x#124;y#125;#60;/b#62; #38; #34;q#34;"), "{mermaid}");
    let document: serde_json::Value = serde_json::from_str(&json(&diagram)).expect("valid JSON");
    assert_eq!(document["nodes"][0]["label"], hostile);
    assert!(text(&diagram).contains(hostile));
}

#[test]
fn json_keeps_full_precision_and_lists_what_is_not_finite() {
    let graph = Graph::new();
    let x = graph.value(0.0).label("x");
    let third = (x + 1.0) / 3.0;
    let root = x.sqrt() * third;
    let diagram = Options::default().diagram(&root.trace_with_gradient());
    let written = json(&diagram);
    assert!(written.starts_with("{\"schema\":\"chainrule/1\","));
    let document: serde_json::Value = serde_json::from_str(&written).expect("valid JSON");
    let nodes = document["nodes"].as_array().expect("a list");
    assert!(nodes.iter().any(|node| node["value"].as_f64() == Some(1.0 / 3.0)));
    assert_eq!(nodes[0]["gradient"], serde_json::Value::Null);
    assert_eq!(document["issues"][0], "gradient of node 0 is inf");
}

// B-04
#[test]
fn a_million_nodes_are_drawn_at_once_b04_row_22() {
    let graph = Graph::new();
    let mut x = graph.value(0.5).label("x");
    let one = graph.value(1.0).label("one");
    for _ in 0..1_000_001 {
        x += one;
    }
    let trace = x.trace();
    let started = Instant::now();
    let diagram = Options::default().diagram(&trace);
    let [dot, text] = [dot(&diagram), text(&diagram)];
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
    assert_eq!(diagram.notes(), ["1,000,003 nodes; showing 60; `--depth` shows more"]);
    assert!(dot.contains("… 999,943 nodes"));
    assert!(text.contains("1,000,003 nodes; showing 60"));
    let deeper = Options { depth: Some(3), ..Options::default() }.diagram(&trace);
    assert_eq!(records(&deeper).len(), 5);
    // All of it: long, but without recursion.
    let whole = Options { depth: Some(usize::MAX - 1), ..Options::default() }.diagram(&trace);
    assert_eq!(records(&whole).len(), 1_000_003);
    assert!(self::text(&whole).contains("deeper than 200 levels"));
}

#[test]
fn collapsed_parts_count_every_hidden_node_once() {
    let graph = Graph::new();
    let inputs: Vec<_> =
        (0..40).map(|i| graph.value(f64::from(i)).label(format!("x{i}"))).collect();
    let shared = inputs[0] * inputs[1];
    let mut sums = Vec::new();
    for pair in inputs.windows(2) {
        sums.push((pair[0] * pair[1] + shared).tanh());
    }
    let total = sums.iter().skip(1).fold(sums[0], |sum, &term| sum + term * inputs[3]);
    let trace = total.trace();
    for max_nodes in [1, 2, 10, 59, 60, 100, trace.nodes.len() - 1, trace.nodes.len()] {
        let diagram = Options { max_nodes, ..Options::default() }.diagram(&trace);
        let hidden: usize = diagram
            .nodes()
            .iter()
            .map(|shape| if let Shape::Collapsed(hidden) = shape { *hidden } else { 0 })
            .sum();
        assert_eq!(records(&diagram).len() + hidden, trace.nodes.len(), "{max_nodes}");
        assert!(is_acyclic(&diagram), "{max_nodes}");
        assert_eq!(diagram.notes().is_empty(), hidden == 0);
    }
}

fn is_acyclic(diagram: &Diagram) -> bool {
    let mut waiting = vec![0; diagram.nodes().len()];
    diagram.edges().iter().for_each(|&(_, to)| waiting[to] += 1);
    let mut ready: Vec<_> = (0..waiting.len()).filter(|&i| waiting[i] == 0).collect();
    let mut done = 0;
    while let Some(node) = ready.pop() {
        done += 1;
        for &(from, to) in diagram.edges() {
            if from == node {
                waiting[to] -= 1;
                if waiting[to] == 0 {
                    ready.push(to);
                }
            }
        }
    }
    done == waiting.len()
}

// S-19
#[test]
fn pictures_can_be_made_by_hand_s19() {
    let mut diagram = Diagram::new(Direction::TopToBottom);
    let [a, b, c, d] = ["A", "B", "C", "D"].map(|name| diagram.named(name));
    for (from, to) in [(a, b), (c, b), (b, d)] {
        diagram.edge(from, to).expect("both ends are there");
    }
    check_golden("by-hand.dot", &dot(&diagram));
    assert_eq!(text(&diagram), "D\n└─ B\n   ├─ A\n   └─ C\n");
    let error = diagram.edge(0, 4).expect_err("there is no node 4");
    assert_eq!(
        error.to_string(),
        "edge 0 -> 4: the picture has no node 4; its 4 nodes are numbered from 0"
    );
    assert!(diagram.edge(1, 1).is_err());
    diagram.edge(d, a).expect("circles are allowed");
    assert!(
        text(&diagram).starts_with("D\n└─ B\n   ├─ A\n   │  └─ D (above)\n"),
        "{}",
        text(&diagram)
    );
}

// S-23
#[test]
fn wrong_options_list_the_choices_s23_row_24() {
    let error = "XX".parse::<Direction>().expect_err("not a direction");
    assert_eq!(error.to_string(), "unknown direction `XX`; choose one of LR, TB");
    let error = "pretty".parse::<Style>().expect_err("not a style");
    let choices = "choose one of modern, chapter, lecture, micrograd, seed";
    assert_eq!(error.to_string(), format!("unknown style `pretty`; {choices}"));
}

#[test]
fn roles_tell_inputs_constants_results_and_the_root_apart() {
    let graph = Graph::new();
    let x = graph.value(1.0).label("x");
    let diagram = Options::default().diagram(&((x * 2.0).sin()).trace());
    let roles: Vec<_> = records(&diagram).iter().map(|r| r.role).collect();
    assert_eq!(roles, [Role::Input, Role::Constant, Role::Result, Role::Root]);
    assert_eq!(records(&Options::default().diagram(&x.trace())).len(), 1);
}

// S-19
#[test]
fn graphviz_reads_every_dot_file_where_it_is_installed_s19() {
    use std::io::Write;
    use std::process::{Command, Stdio};

    let graph = Graph::new();
    let x = graph.value(1.0).label(" <b>{x|y}</b>  & \\N \"q\" ");
    let mut pictures = vec![dot(&Options::default().diagram(&(x * 2.0).trace()))];
    let mut long = graph.value(1.0);
    for _ in 0..200 {
        long = long.tanh() + x;
    }
    for style in ["modern", "chapter", "lecture", "micrograd"] {
        pictures.push(dot(&styled(style).diagram(&chapter(&graph).trace_with_gradient())));
        pictures.push(dot(&styled(style).diagram(&long.trace())));
    }
    for picture in pictures {
        let started = Command::new("dot")
            .arg("-Tsvg")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        let Ok(mut process) = started else {
            println!("skipped: Graphviz is not installed");
            return;
        };
        let mut input = process.stdin.take().expect("stdin is piped");
        input.write_all(picture.as_bytes()).expect("dot reads its input");
        drop(input);
        let output = process.wait_with_output().expect("dot ends");
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && !complaint.contains("rror"), "{complaint}\n{picture}");
    }
}
