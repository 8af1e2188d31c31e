//! SVG and PNG of diagrams: well-formed, escaped, the same bytes every time, within limits.
//!
//! `UPDATE_GOLDEN=1 cargo test` writes the golden files again; look at the difference.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use chainrule::draw::{Diagram, Direction, Options, Style};
use chainrule::error::ErrorKind;
use chainrule::{Graph, Value};
use chainrule_draw::{Picture, PngOptions, SvgOptions, plot, png, svg};
use roxmltree::Document;

fn chapter(graph: &Graph) -> Value<'_> {
    let [a, b, c, d] = [("a", 2.0), ("b", -3.0), ("c", 10.0), ("d", -2.0)]
        .map(|(name, value)| graph.value(value).label(name));
    let e = (a * b).label("e");
    let f = (e + c).label("f");
    (f * d).label("L")
}

fn texts(svg: &str) -> Vec<String> {
    let document = Document::parse(svg).expect("well-formed XML");
    let text = document.descendants().filter(|node| node.has_tag_name("text"));
    text.filter_map(|node| node.text().map(str::to_owned)).collect()
}

/// Width and height of a PNG file, from its header.
fn size(png: &[u8]) -> (u32, u32) {
    assert!(png.starts_with(b"\x89PNG\r\n\x1a\n"));
    let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().expect("four bytes"));
    (number(16), number(20))
}

// B-06, S-29
#[test]
fn the_chapters_graph_looks_as_before_in_every_style_b06_s29() {
    let graph = Graph::new();
    let trace = chapter(&graph).trace_with_gradient();
    for style in ["modern", "chapter", "lecture", "micrograd"] {
        for direction in [Direction::LeftToRight, Direction::TopToBottom] {
            let parsed: Style = style.parse().expect("a known style");
            let options = Options { style: parsed, direction, ..Options::default() };
            let written = svg(&options.diagram(&trace), &SvgOptions::default());
            assert!(texts(&written).len() >= 10);
            let name = format!("{style}-{}.svg", direction.name());
            let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(&name);
            if std::env::var_os("UPDATE_GOLDEN").is_some() {
                fs::write(&path, &written).expect("the golden directory can be written");
            }
            let expected = fs::read_to_string(&path).unwrap_or_default();
            assert!(written == expected, "{name} differs: UPDATE_GOLDEN=1 writes it again");
        }
    }
}

// S-29
#[test]
fn every_box_shows_value_and_gradient_s29() {
    let graph = Graph::new();
    let diagram = Options::default().diagram(&chapter(&graph).trace_with_gradient());
    let texts = texts(&svg(&diagram, &SvgOptions::default()));
    for text in ["a", "2", "grad 6", "L", "-8", "grad 1", "*", "+"] {
        assert!(texts.iter().any(|t| t == text), "{text}");
    }
    assert_eq!(texts.iter().filter(|t| t.starts_with("grad ")).count(), 7);
}

#[test]
fn hostile_labels_are_drawn_literally_row_25() {
    let hostile = "<b>{x|y}</b> & \"q\"";
    let graph = Graph::new();
    let x = graph.value(1.0).label(hostile);
    let root = (x * 2.0).label("a\u{0}b\nc");
    let diagram = Options::default().diagram(&root.trace());
    let title = Some("</title><script>alert(1)</script>".to_owned());
    let written = svg(&diagram, &SvgOptions { title, opaque: true });
    assert!(texts(&written).iter().any(|text| text == hostile));
    assert!(texts(&written).iter().any(|text| text == "a\u{fffd}b c"));
    assert!(!written.contains("<b>") && !written.contains("<script"));
    assert!(png(&diagram, &PngOptions::default()).is_ok());
}

// S-22
#[test]
fn png_has_the_size_of_the_svg_times_the_scale_s22() {
    let graph = Graph::new();
    let diagram = Options::default().diagram(&chapter(&graph).trace());
    let (width, height) = Picture::from(&diagram).size();
    for scale in [0.5, 1.0, 2.0, 3.3] {
        let options = PngOptions { scale, ..PngOptions::default() };
        let bytes = png(&diagram, &options).expect("a small picture");
        let (x, y) = size(&bytes);
        assert_eq!((f64::from(x), f64::from(y)), ((width * scale).ceil(), (height * scale).ceil()));
        assert_eq!(bytes, png(&diagram, &options).expect("a small picture"));
    }
    for scale in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let options = PngOptions { scale, ..PngOptions::default() };
        assert_eq!(png(&diagram, &options).expect_err("no scale").kind(), ErrorKind::Option);
    }
}

#[test]
fn a_picture_above_the_pixel_limit_is_refused_with_a_remedy_row_23() {
    let graph = Graph::new();
    let one = graph.value(1.0).label("one");
    let mut x = graph.value(0.5).label("x");
    for _ in 0..50_000 {
        x = (x + one).tanh();
    }
    let trace = x.trace();
    let whole = Options { max_nodes: usize::MAX, ..Options::default() }.diagram(&trace);
    let started = Instant::now();
    let error = png(&whole, &PngOptions::default()).expect_err("too large");
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
    assert_eq!(error.kind(), ErrorKind::Limit);
    assert!(error.to_string().contains("is above the limit of 50000000 pixels"), "{error}");
    assert!(error.to_string().contains("`--depth`"), "{error}");
    let collapsed = Options::default().diagram(&trace);
    let written = svg(&collapsed, &SvgOptions::default());
    assert!(texts(&written).iter().any(|text| text.contains("100,002 nodes; showing 60")));
    assert!(png(&collapsed, &PngOptions::default()).is_ok());
}

// S-19
#[test]
fn pictures_made_by_hand_are_drawn_even_with_a_circle_s19() {
    let mut diagram = Diagram::new(Direction::TopToBottom);
    let [a, b, c, d] = ["A", "B", "C", "D"].map(|name| diagram.named(name));
    for (from, to) in [(a, b), (c, b), (b, d), (d, a)] {
        diagram.edge(from, to).expect("both ends are there");
    }
    let written = svg(&diagram, &SvgOptions::default());
    assert_eq!(texts(&written), ["A", "B", "C", "D"]);
    // A line and an arrowhead for each edge.
    assert_eq!(written.matches("<path ").count(), 8);
    let empty = Diagram::default();
    assert!(Document::parse(&svg(&empty, &SvgOptions::default())).is_ok());
    assert!(png(&empty, &PngOptions::default()).is_ok());
}

#[test]
fn no_two_texts_of_a_plot_overlap_and_all_are_within_it() {
    let losses: Vec<f64> = (0..80).map(|i| 0.9_f64.powi(i) * 3.0).collect();
    let bowl = |x: f64, y: f64| x * x + 3.0 * y * y;
    let path = [(2.0, 1.0), (1.0, 0.3), (0.2, 0.1)];
    let points = [(-1.0, 0.2), (1.3, 0.7)];
    let waves: Vec<f64> = (0..60).map(|i| (f64::from(i) * 0.7).sin() * 3e5).collect();
    let leverages: Vec<f64> = (0..60).map(|i| f64::from(i) / 80.0).collect();
    let unit: Vec<f64> = waves.iter().map(|w| w / 1e5).collect();
    let rows: Vec<usize> = (0..60).collect();
    let entries = [("GNP", 2e-3, (1e-3, 3e-3)), ("UNEMP", -5e-4, (-1e-3, 1e-4))];
    let penalties = [1e-3, 1e-2, 0.1, 1.0, 10.0];
    let curves = [("a", vec![3.0, 2.0, 1.0, 0.0, 0.0]), ("b", vec![-1.0, -0.9, -0.4, -0.1, 0.0])];
    let scores = penalties.map(|penalty| plot::PenaltyScore {
        penalty,
        mean: 2.0 + penalty,
        std_error: 0.4,
    });
    for picture in [
        plot::predicted_actual(&waves, &waves, "TOTEMP", "predicted and actual"),
        plot::residuals_fitted(&waves, &waves, "residuals"),
        plot::normal_quantiles(&waves, "quantiles"),
        plot::leverage(&leverages, &unit, &rows, 7, "leverage"),
        plot::coefficients(&entries, "change per standard deviation", "coefficients"),
        plot::regularization_path(&penalties, &curves, Some(0.1), "path"),
        plot::cross_validation(&scores, Some(0.01), "mean squared error", "cross-validation"),
        plot::fitted_curve((&unit, &waves), &[(0.0, 1.0)], &[], ("x", "y"), "curve"),
        plot::loss_curve(&[("a", &losses), ("b", &losses[..9])], "loss"),
        plot::descent_path_1d(|x| x.powi(4) * 1e-7, &[-40.0, 3.0], "x", "path"),
        plot::contour_path_2d(bowl, &path, ("x", "y"), "bowl"),
        plot::decision_boundary(bowl, &points, &[1.0, -1.0], None, "regions"),
    ] {
        let picture = picture.expect("finite data");
        let (width, height) = picture.size();
        let written = picture.svg(&SvgOptions::default());
        let document = Document::parse(&written).expect("well-formed XML");
        let mut boxes: Vec<[f64; 4]> = Vec::new();
        for text in document.descendants().filter(|node| node.has_tag_name("text")) {
            let number = |name: &str| -> f64 {
                text.attribute(name).and_then(|value| value.parse().ok()).expect("a number")
            };
            let (x, y, size, long) =
                (number("x"), number("y"), number("font-size"), number("textLength"));
            let before = match text.attribute("text-anchor") {
                Some("middle") => long / 2.0,
                Some("end") => long,
                _ => 0.0,
            };
            let frame = if text.has_attribute("transform") {
                [x - 0.8 * size, y - long + before, x + 0.2 * size, y + before]
            } else {
                [x - before, y - 0.8 * size, x - before + long, y + 0.2 * size]
            };
            let [left, top, right, bottom] = frame;
            assert!(left >= 0.0 && top >= 0.0 && right <= width && bottom <= height, "{frame:?}");
            for other in &boxes {
                let apart =
                    right <= other[0] || other[2] <= left || bottom <= other[1] || other[3] <= top;
                assert!(apart, "{frame:?} and {other:?} overlap");
            }
            boxes.push(frame);
        }
        assert!(boxes.len() > 8);
    }
}
