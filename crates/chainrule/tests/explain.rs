//! The walks in words and numbers: the chapter's block byte for byte, and every operation.

use chainrule::algebra::{Algebra, Num, Op, Term};
use chainrule::explain::{Options, explain};
use chainrule::{Graph, Value, sum};
use std::path::Path;

fn chapter(graph: &Graph) -> Value<'_> {
    let a = graph.value(2.0).label("a");
    let b = graph.value(-3.0).label("b");
    let c = graph.value(10.0).label("c");
    let d = graph.value(-2.0).label("d");
    let e = (a * b).label("e");
    let f = (e + c).label("f");
    (f * d).label("L")
}

fn told(y: Value<'_>) -> String {
    explain(&y.trace_with_gradient(), &Options::default())
}

/// Compares with a file that people have read; `UPDATE_GOLDEN=1` rewrites it.
fn golden(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/explain").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let want = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}; run with UPDATE_GOLDEN=1", path.display()));
    assert_eq!(text, want, "{name} differs; review, then run with UPDATE_GOLDEN=1");
}

// S-12, S-13, P-10: typed from the contract in cli.md, not generated.
#[test]
fn the_chapters_walk_is_told_byte_for_byte() {
    let want = "\
Forward
  1  e = a*b   =  2 × -3   =  -6
  2  f = e + c =  -6 + 10  =   4
  3  L = f*d   =  4 × -2   =  -8

Backward: from L back to the inputs, newest step first
     start      dL/dL = 1
  3  L = f*d    a product: each factor gets the gradient times the other factor
                dL/df = dL/dL · d = 1 × -2  = -2
                dL/dd = dL/dL · f = 1 × 4   =  4
  2  f = e + c  a sum: the gradient is copied to both terms
                dL/de = dL/df · 1 = -2
                dL/dc = dL/df · 1 = -2
  1  e = a*b    a product
                dL/da = dL/de · b = -2 × -3 =  6
                dL/db = dL/de · a = -2 × 2  = -4

Gradient  dL/da = 6   dL/db = -4   dL/dc = -2   dL/dd = 4
";
    assert_eq!(told(chapter(&Graph::new())), want);
}

// S-12
#[test]
fn limits_are_derived_as_in_the_chapter() {
    let options = Options { limits: true, ..Options::default() };
    let text = explain(&chapter(&Graph::new()).trace(), &options);
    for line in [
        "∂L/∂d = lim (f*(d + h) - f*d)/h",
        "= lim (f*d + f*h - f*d)/h",
        "= lim f*h/h",
        "= f = 4",
        "∂f/∂c = lim (e + c + h - (e + c))/h",
        "= lim h/h",
        "∂e/∂a = lim ((a + h)*b - a*b)/h",
        "= b = -3",
    ] {
        assert!(text.contains(line), "`{line}` is missing in\n{text}");
    }
    golden("chapter_limits.txt", &text);
}

// K-05, S-12
#[test]
fn a_neuron_with_its_limits() {
    let graph = Graph::new();
    let x = graph.value(2.0).label("x1");
    let w = graph.value(-3.0).label("w1");
    let b = graph.value(6.881373587019543).label("b");
    let n = (x * w + b).label("n");
    let o = n.tanh().label("o");
    let options = Options { limits: true, ..Options::default() };
    let text = explain(&o.trace(), &options);
    assert!(text.contains("`tanh`: the gradient times sech(n)^2"), "{text}");
    golden("neuron.txt", &text);
}

// S-13, S-27, B-31
#[test]
fn contributions_of_a_value_used_twice_add() {
    let graph = Graph::new();
    let a = graph.value(3.0).label("a");
    let text = told((a + a).label("b"));
    assert!(text.contains("a is used twice: 1 + 1 = 2, contributions add"), "{text}");
    assert!(text.ends_with("Gradient  db/da = 2\n"), "{text}");
    let many = told(sum(&[a; 9]).label("b"));
    assert!(many.contains("a is used nine times: 1 + 1 + 1 + 1 + … + 1 = 9"), "{many}");
    let lower = text.to_lowercase();
    for word in ["parent", "child", "successor", "predecessor"] {
        assert!(!lower.contains(word), "`{word}` says a direction of its own");
    }
}

#[test]
fn a_longer_expression_of_many_kinds() {
    let graph = Graph::new();
    let x = graph.value(0.5).label("x");
    let t1 = graph.value(2.0).label("t1");
    let z = x.gt(0.0).select(x * t1, x / t1);
    let y = (z.powi(3) - 10 * x / t1 + x.max(t1) + (-x).exp().floor() + z.abs()).ln_1p().abs();
    let text = told(y);
    assert!(text.contains("t2 = "), "`t1` is a label, so steps begin at t2:\n{text}");
    golden("kinds.txt", &text);
}

// Design 5.1: the convention is told where it decides.
#[test]
fn a_kink_is_told_with_both_slopes() {
    let graph = Graph::new();
    let x = graph.value(0.0).label("x");
    let text = told(x.abs().label("y"));
    assert!(
        text.contains("a kink at x = 0: slope -1 to the left, 1 to the right, 0 is taken"),
        "{text}"
    );
    let smooth = told(x.sin().label("y"));
    assert!(!smooth.contains("kink"), "{smooth}");
}

#[test]
fn an_input_or_a_constant_alone_is_no_problem() {
    let graph = Graph::new();
    assert!(told(graph.value(3.0).label("a")).ends_with("Gradient  da/da = 1\n"));
    assert!(told(graph.constant(3.0)).contains("there is no input"));
}

#[test]
fn odd_labels_stay_readable() {
    let graph = Graph::new();
    let a = graph.value(1.0).label("two words");
    let b = graph.value(2.0).label("f");
    let c = graph.value(2.0).label("f");
    let text = told(a * b * c);
    assert!(text.contains("dL/d(two words)"), "{text}");
    assert!(text.contains("f#2"), "{text}");
}

/// Arguments at which an operation is smooth, from its domains.
fn arguments(op: Op) -> Vec<f64> {
    let info = op.info();
    let inside = |i: usize| {
        if info.is_constant(i) {
            return 3.0;
        }
        let domain = info.domains[i.min(info.domains.len() - 1)];
        let candidates = [0.3 + 0.2 * i as f64, 1.5 + i as f64];
        candidates.into_iter().find(|&x| domain.contains(x)).unwrap()
    };
    (0..info.arity().unwrap_or(4)).map(inside).collect()
}

// P-10: every operation of the table has words, and the walk's gradient is the graph's own.
#[test]
fn every_operation_is_told_in_text_and_latex() {
    for &op in Op::ALL {
        let graph = Graph::new();
        let args: Vec<_> = arguments(op)
            .iter()
            .enumerate()
            .map(|(i, &v)| {
                let held = op.info().is_constant(i);
                if held { graph.constant(v) } else { graph.value(v).label(format!("u{i}")) }
            })
            .collect();
        let raw: Vec<_> = args.iter().map(|a| a.raw()).collect();
        let y = Term::new(&graph, graph.apply(op, &raw)).label("y");
        let options = Options { limits: true, digits: 17, ..Options::default() };
        let trace = y.trace_with_gradient();
        let text = explain(&trace, &options);
        let numbers: Vec<f64> = args.iter().map(|a| a.value()).collect();
        assert_eq!(y.value(), Num.apply(op, &numbers));
        for node in trace.nodes.iter().filter(|n| n.inputs.is_empty()) {
            let (Some(label), Some(slope)) = (&node.label, node.gradient) else { continue };
            let number = chainrule::expression::significant(slope, 17);
            assert!(text.contains(&format!("dy/d{label} = {number}")), "{op:?} {slope}\n{text}");
        }
        assert!(!text.contains("kink"), "{op:?}\n{text}");
        let latex = explain(&trace, &Options { latex: true, ..options });
        balanced(&latex);
    }
}

/// Braces, `\left` and `\right`, and environments close in order.
fn balanced(latex: &str) {
    let mut open: Vec<String> = Vec::new();
    let mut rest = latex;
    while let Some(c) = rest.chars().next() {
        let mut step = c.len_utf8();
        if let Some(word) = rest.strip_prefix('\\') {
            let command: String = word.chars().take_while(char::is_ascii_alphabetic).collect();
            step = if command.is_empty() {
                1 + word.chars().next().map_or(0, char::len_utf8)
            } else {
                1 + command.len()
            };
            let environment = || word[command.len()..].split(['{', '}']).nth(1).unwrap().to_owned();
            match command.as_str() {
                "left" => open.push("left".into()),
                "right" => assert_eq!(open.pop().as_deref(), Some("left"), "{latex}"),
                "begin" => open.push(environment()),
                "end" => assert_eq!(open.pop(), Some(environment()), "{latex}"),
                _ => {}
            }
        } else if c == '{' {
            open.push("{".into());
        } else if c == '}' {
            assert_eq!(open.pop().as_deref(), Some("{"), "{latex}");
        }
        rest = &rest[step..];
    }
    assert!(open.is_empty(), "{open:?} left open in {latex}");
}

#[test]
fn the_walk_in_latex() {
    let graph = Graph::new();
    let options = Options { latex: true, limits: true, ..Options::default() };
    let text = explain(&chapter(&graph).trace(), &options);
    balanced(&text);
    golden("chapter.tex", &text);
    let odd = [r"50% & {x}_\$", "größe", "β", "日本", "a^b~c#1", "x_12", "θ3", "<b>|"];
    let values: Vec<_> = odd.iter().map(|label| graph.value(1.5).label(*label)).collect();
    let y = sum(&values) * values[0].sqrt() + values[1].gt(0.0).select(values[2].powi(-2), 1e-9);
    let text = explain(&y.trace(), &options);
    balanced(&text);
    golden("odd_labels.tex", &text);
}

#[test]
fn formulas_in_latex_keep_their_brackets() {
    let graph = Graph::new();
    let [x, y, z] = ["x", "y", "z"].map(|name| graph.value(2.0).label(name));
    for (value, want) in [
        (x * (y + z), r"x\,\left(y + z\right)"),
        (x - (y - z), r"x - \left(y - z\right)"),
        ((x / y).powi(2), r"{\left(\frac{x}{y}\right)}^{2}"),
        (x.pow(y).pow(z), r"{\left({x}^{y}\right)}^{z}"),
        (-(x + y), r"-\left(x + y\right)"),
        (x * -y, r"x\,\left(-y\right)"),
        (x * 2, r"x \cdot 2"),
        (2 * x, r"2\,x"),
        (x + (-3.0), r"x + \left(-3\right)"),
        (x.ln() * y, r"\ln\left(x\right)\,y"),
        (x.sqrt().exp(), r"e^{\sqrt{x}}"),
        (x.gt(y) * z, r"\left[x > y\right]\,z"),
        (sum(&[x, y, z]) * x, r"\left(x + y + z\right)\,x"),
        (sum(&[x; 9]), r"\sum\left\{x,\, x,\, x,\, x,\, \dots,\, x\right\}"),
        (
            x.lt(y).select(y, -x),
            r"\begin{cases} y & \text{if } x < y \\ -x & \text{otherwise} \end{cases}",
        ),
        (x * 1.5e-7, r"x\,\left(1.5 \cdot 10^{-7}\right)"),
    ] {
        let trace = value.trace();
        let latex = trace.latex(trace.nodes.len() - 1, 1000);
        assert_eq!(latex, want);
        balanced(&latex);
    }
}

// Design 5.7, M-06
#[test]
fn a_million_steps_are_told_by_their_first_and_last() {
    let graph = Graph::new();
    let x = graph.value(0.5).label("x");
    let mut y = x;
    for _ in 0..1_000_000 {
        y = y * 0.999999 + x;
    }
    let text = told(y);
    assert!(text.contains("1999850 steps left out"), "{}", &text[..2000]);
    assert!(text.lines().count() < 1500);
    assert!(text.contains("x is used 1000001 times"), "contributions of steps left out count");
    let gradient = y.backward()[x];
    let number = chainrule::expression::significant(gradient, 6);
    assert!(text.ends_with(&format!("Gradient  df/dx = {number}\n")));
    let latex = y.trace().latex(2_000_000, 200);
    balanced(&latex);
}

#[test]
fn the_step_of_a_limit_has_a_name_of_its_own() {
    let graph = Graph::new();
    let h = graph.value(2.0).label("h");
    let options = Options { limits: true, ..Options::default() };
    let trace = (h * 3).label("y").trace();
    let text = explain(&trace, &options);
    assert!(text.contains("∂y/∂h = lim δ → 0: ((h + δ)*3 - h*3)/δ"), "{text}");
    let latex = explain(&trace, &Options { latex: true, ..options });
    assert!(latex.contains(r"\lim_{\delta \to 0}"), "{latex}");
}

// Design 5.3: a derivative of zero meets an infinite slope, and nothing comes of it.
#[test]
fn a_branch_that_is_not_taken_passes_nothing_on() {
    let graph = Graph::new();
    let x = graph.value(0.0).label("x");
    let y = x.gt(0.0).select(x.sqrt(), 2 * x).label("y");
    let text = told(y);
    assert!(text.contains("`sqrt`: the gradient is 0, nothing is passed on"), "{text}");
    assert!(text.ends_with("Gradient  dy/dx = 2\n"), "{text}");
}
