//! The HTML report: every section, hostile texts, opened in a browser where there is one.

use chainrule::Graph;
use chainrule::draw::Options;
use chainrule_fit::{Coefficient, Fit, Report};
use roxmltree::{Document, ParsingOptions};
use std::path::Path;
use std::process::Command;

const HOSTILE: &str = "<b>{x|y}</b> & \"q\"";

/// A straight line through 30 rows by the textbook's sums, with leverages `1/n + (x − x̄)²/Sxx`.
fn line() -> (Fit, Vec<f64>) {
    let x: Vec<f64> = (0..30).map(f64::from).collect();
    let y: Vec<f64> = x.iter().map(|x| 3.0 + 0.5 * x + (x * 12.9).sin()).collect();
    let n = 30.0;
    let (mx, my) = (x.iter().sum::<f64>() / n, y.iter().sum::<f64>() / n);
    let sxx: f64 = x.iter().map(|x| (x - mx).powi(2)).sum();
    let slope = x.iter().zip(&y).map(|(x, y)| (x - mx) * (y - my)).sum::<f64>() / sxx;
    let fitted: Vec<f64> = x.iter().map(|x| my + slope * (x - mx)).collect();
    let residuals: Vec<f64> = y.iter().zip(&fitted).map(|(y, f)| y - f).collect();
    let rss: f64 = residuals.iter().map(|r| r * r).sum();
    let sd = (rss / (n - 2.0)).sqrt();
    let coefficient = |name: &str, estimate: f64, error: f64| Coefficient {
        name: name.into(),
        estimate,
        std_error: error,
        statistic: estimate / error,
        p_value: 0.001,
        interval: (estimate - 2.05 * error, estimate + 2.05 * error),
    };
    let at_zero = sd * (1.0 / n + mx * mx / sxx).sqrt();
    let fit = Fit {
        model: format!("y ~ {HOSTILE}"),
        method: "least squares, exact (QR)".into(),
        rows_used: 30,
        coefficients: vec![
            coefficient("intercept", my - slope * mx, at_zero),
            coefficient(HOSTILE, slope, sd / sxx.sqrt()),
        ],
        residual_df: 28.0,
        rss: Some(rss),
        residual_sd: Some(sd),
        leverage: x.iter().map(|x| 1.0 / n + (x - mx).powi(2) / sxx).collect(),
        fitted,
        residuals,
        issues: vec!["</ul><script>document.title = 'owned'</script>".into()],
        steps: 12,
        ..Fit::default()
    };
    (fit, y)
}

fn page() -> String {
    let (fit, actual) = line();
    let rows: Vec<usize> = (0..30).collect();
    let graph = Graph::new();
    let [w, x, b, y] = [("w", 0.5), ("x", 1.0), ("b", 3.0), ("y", 4.0)]
        .map(|(name, value)| graph.value(value).label(name));
    let loss = (w * x + b - y).powi(2).label(HOSTILE);
    let report = Report {
        response: HOSTILE,
        actual: &actual,
        rows: &rows,
        spreads: vec![f64::NAN, 8.8],
        facts: vec![("File".into(), "<img src=x onerror=alert(1)>.csv".into())],
        losses: vec![("gd".into(), vec![9.0, 3.0, 1.0, 0.5])],
        graph: Some(Options::default().diagram(&loss.trace_with_gradient())),
        ..Report::new("</title><script>alert(1)</script>", &fit)
    };
    report.html()
}

/// Parsed strictly: tags are closed, attributes quoted, texts escaped.
fn parsed(html: &str) -> Document<'_> {
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    Document::parse_with_options(html, options).expect("well-formed")
}

#[test]
fn every_section_is_there_and_the_page_is_well_formed() {
    let html = page();
    let document = parsed(&html);
    let headings: Vec<&str> = document
        .descendants()
        .filter(|n| n.has_tag_name(("http://www.w3.org/1999/xhtml", "h2")))
        .filter_map(|n| n.text())
        .collect();
    assert_eq!(
        headings,
        [
            "To know first",
            "Summary",
            "Estimates",
            "Coefficients",
            "Predicted and actual",
            "Residuals",
            "Normal Q–Q",
            "Leverage",
            "Loss",
            "The loss of one row"
        ]
    );
    let pictures = document.descendants().filter(|n| n.tag_name().name() == "svg").count();
    assert_eq!(pictures, 7);
}

// Bad input, row 25
#[test]
fn hostile_texts_are_shown_and_nothing_is_loaded_or_run_row_25() {
    let html = page();
    let document = parsed(&html);
    for element in document.descendants().filter(roxmltree::Node::is_element) {
        let name = element.tag_name().name();
        assert!(!matches!(name, "script" | "b" | "img" | "link" | "iframe"), "{name}");
        for attribute in element.attributes() {
            assert!(!matches!(attribute.name(), "href" | "src" | "onerror"), "{attribute:?}");
        }
    }
    let shown = |text: &str| document.descendants().any(|n| n.is_text() && n.text() == Some(text));
    assert!(shown(HOSTILE) && shown("<img src=x onerror=alert(1)>.csv"));
    assert!(html.contains("Content-Security-Policy"));
}

#[test]
fn a_fit_of_nothing_is_a_page_too() {
    let html = Report::new("empty", &Fit::default()).html();
    parsed(&html);
    let odd = Fit {
        coefficients: vec![Coefficient { estimate: f64::NAN, ..Coefficient::default() }],
        fitted: vec![f64::NAN],
        residuals: vec![f64::INFINITY],
        leverage: vec![1.0],
        residual_sd: Some(0.0),
        ..Fit::default()
    };
    let html = Report { actual: &[1.0], ..Report::new("odd", &odd) }.html();
    parsed(&html);
}

#[test]
fn a_class_is_compared_by_groups_of_rows() {
    let fitted: Vec<f64> = (0..1000).map(|i| f64::from(i) / 1000.0).collect();
    let actual: Vec<f64> = (0..1000).map(|i| f64::from(i % 2)).collect();
    let fit = Fit { fitted, ..Fit::default() };
    let html = Report { actual: &actual, is_class: true, ..Report::new("class", &fit) }.html();
    // Groups of 50 rows with half of each class: 20 points, all at ½.
    assert_eq!(html.matches("<circle").count(), 20);
}

#[test]
fn a_browser_shows_the_page_without_running_anything() {
    let Some(browser) =
        ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]
            .into_iter()
            .find(|path| Path::new(path).exists())
    else {
        println!("skipped: no Chromium on this machine; other tests parse the page");
        return;
    };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("browser");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("the target folder can be written");
    let file = folder.join("report.html");
    std::fs::write(&file, page()).expect("the target folder can be written");
    let output = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .arg(format!("--user-data-dir={}", folder.join("profile").display()))
        .arg("--dump-dom")
        .arg(format!("file://{}", file.display()))
        .output()
        .expect("the browser starts");
    let dom = String::from_utf8_lossy(&output.stdout);
    assert!(dom.contains("The loss of one row"), "{dom}");
    assert_eq!(dom.matches("<svg").count(), 7);
    assert!(!dom.contains("<title>owned") && !dom.contains("<script"), "a script was run");
    assert!(dom.contains("&lt;b&gt;{x|y}&lt;/b&gt;"));
}
