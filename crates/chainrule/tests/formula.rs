//! The formula language: what it means, what it refuses, and in which words.

use chainrule::formula::{Formula, parse_assignments};
use chainrule::program::{NodeId, Step};
use chainrule::{Error, ErrorKind, Graph};

fn parse(source: &str) -> Formula {
    Formula::parse(source).unwrap_or_else(|e| panic!("{}", e.render(source)))
}

fn refuse(source: &str) -> Error {
    match Formula::parse(source) {
        Ok(formula) => panic!("`{source}` was read as {formula}"),
        Err(error) => error,
    }
}

fn given(text: &str) -> Vec<(String, f64)> {
    parse_assignments(text).unwrap_or_else(|e| panic!("{}", e.render(text)))
}

fn at(source: &str, values: &str) -> f64 {
    let formula = parse(source);
    formula.value(&formula.bind(&given(values)).unwrap_or_else(|e| panic!("{source}: {e}")))
}

/// Formula, how it reads with all brackets written, value at a = 6, b = 2, c = 3, x = 0.5; the
/// values by hand.
const GRAMMAR: &[(&str, &str, f64)] = &[
    ("a^2 - 10a + 28", "a^2 - 10*a + 28", 4.0),
    ("-13 + a", "-13 + a", -7.0),
    ("a - b - c", "a - b - c", 1.0),
    ("a - (b - c)", "a - (b - c)", 7.0),
    ("a / b / c", "a/b/c", 1.0),
    ("a/b*c", "a/b*c", 9.0),
    ("b^c^b", "b^c^b", 512.0),
    ("(b^c)^b", "(b^c)^b", 64.0),
    ("-a^2", "-a^2", -36.0),
    ("-2^2", "-2^2", -4.0),
    ("(-2)^2", "(-2)^2", 4.0),
    ("2^-2", "2^(-2)", 0.25),
    ("2**-b", "2^(-b)", 0.25),
    ("-a*b", "-a*b", -12.0),
    ("a*-b", "a*-b", -12.0),
    ("a--b", "a - -b", 8.0),
    ("--a", "--a", 6.0),
    ("+a", "a", 6.0),
    ("a - +b", "a - b", 4.0),
    ("2(x + 1)", "2*(x + 1)", 3.0),
    ("(a+b)(c-x)", "(a + b)*(c - x)", 20.0),
    ("(a+b) 2", "(a + b)*2", 16.0),
    ("(a+b)c", "(a + b)*c", 24.0),
    ("3a^2", "3*a^2", 108.0),
    ("3b^2c", "3*b^2*c", 36.0),
    ("2 sin(0)", "2*sin(0)", 0.0),
    ("2e3x", "2000*x", 1000.0),
    (".5a", "0.5*a", 3.0),
    ("5.", "5", 5.0),
    ("1e-3", "0.001", 0.001),
    ("a % 4", "a % 4", 2.0),
    ("a < b", "a < b", 0.0),
    ("a >= b + c", "a >= b + c", 1.0),
    ("(a != b) + (b == 2)", "(a != b) + (b == 2)", 2.0),
    ("if(a < b, a, b)", "if(a < b, a, b)", 2.0),
    ("where(a > b, a, b)", "where(a > b, a, b)", 6.0),
    ("max(a, b)", "max(a, b)", 6.0),
    ("min(a, b, c)", "min(a, b, c)", 2.0),
    ("sum(a, b, c)", "sum(a, b, c)", 11.0),
    ("mean(a, b)", "mean(a, b)", 4.0),
    ("dot(a, b, c, x)", "dot(a, b, c, x)", 13.5),
    ("log(1)", "log(1)", 0.0),
    ("cos(2pi)", "cos(2*6.283185307179586/2)", 1.0),
    ("ln(e)", "ln(2.718281828459045)", 1.0),
    ("a² − 10·a + 2×14", "a^2 - 10*a + 2*14", 4.0),
    ("a⁻¹ ÷ 2", "a^(-1)/2", 1.0 / 12.0),
    ("a ≤ b", "a <= b", 0.0),
    ("a # a comment\n", "a", 6.0),
    ("a +\n b", "a + b", 8.0),
    ("(a\n+ b)", "a + b", 8.0),
    ("pow(a, b)", "a^b", 36.0),
    ("powc(a, 2)", "a^2", 36.0),
    ("α_1 = 2a; α_1 + 1", "α_1 = 2*a; α_1 + 1", 13.0),
];

#[test]
fn the_grammar_means_what_the_table_says() {
    let point = given("a=6,b=2,c=3,x=0.5");
    for &(source, printed, value) in GRAMMAR {
        let formula = parse(source);
        let x: Vec<f64> = formula
            .variables()
            .iter()
            .map(|v| point.iter().find(|(name, _)| name == v).expect("a, b, c or x").1)
            .collect();
        let found = formula.value(&x);
        assert!((found - value).abs() <= 1e-15 * value.abs(), "{source}: {found}, not {value}");
        let same = parse(printed);
        assert_eq!(same.value(&x), found, "{printed} beside {source}");
        if !source.contains("pi") {
            assert_eq!(formula.to_string(), printed, "{source}");
        }
    }
}

#[test]
fn a_program_is_written_as_the_source_is() {
    let steps = |source: &str| {
        let formula = parse(source);
        let text = |(_, step): (NodeId, Step<'_>)| match step {
            Step::Input(i) => formula.variables()[i].clone(),
            Step::Constant(c) => c.to_string(),
            Step::Call(..) => unreachable!("formulas have no calls"),
            Step::Operation(op, args) => {
                let args: Vec<String> = args.iter().map(|a| a.0.to_string()).collect();
                format!("{} {}", op.info().name, args.join(" "))
            }
        };
        formula.program().steps().map(text).collect::<Vec<_>>().join(", ")
    };
    assert_eq!(steps("a+a"), "a, add 0 0");
    assert_eq!(steps("10a"), "a, 10, mul 1 0");
    assert_eq!(steps("-13+a"), "a, -13, add 1 0");
    assert_eq!(steps("a^2"), "a, 2, powc 0 1");
    assert_eq!(steps("a^-2"), "a, -2, powc 0 1");
    assert_eq!(steps("a^(-2)"), "a, -2, powc 0 1");
    assert_eq!(steps("a^b"), "a, b, pow 0 1");
    assert_eq!(steps("a^(1/2)"), "a, 1, 2, div 1 2, pow 0 3");
    assert_eq!(steps("n = 2; a^n"), "a, 2, pow 0 1");
    assert_eq!(steps("-2^2"), "2, 2, powc 0 1, neg 2");
    assert_eq!(steps("-(a)"), "a, neg 0");
    assert_eq!(steps("2*3"), "2, 3, mul 0 1");
    assert_eq!(steps("max(a,b) + max(a,b,c)"), "a, b, c, max 0 1, max_of 0 1 2, add 3 4");
}

// S-09: the chapter's function as a formula
#[test]
fn definitions_are_named_nodes() {
    let formula = parse("e = a*b; f = e + c\nL = f*d  # the loss");
    assert_eq!(formula.variables(), ["a", "b", "c", "d"]);
    let names: Vec<&str> = formula.definitions().iter().map(|(n, _)| n.as_str()).collect();
    assert_eq!(names, ["e", "f", "L"]);
    assert_eq!(formula.result_name(), Some("L"));
    assert_eq!(formula.to_string(), "e = a*b; f = e + c; L = f*d");
    let x = formula.bind(&given("a=2,b=-3,c=10,d=-2")).expect("all four are given");
    let mut gradient = [0.0; 4];
    assert_eq!(formula.value_and_gradient(&x, &mut gradient), -8.0);
    assert_eq!(gradient, [6.0, -4.0, -2.0, 4.0]);
    // By hand: L = (ab + c)d has mixed second derivatives only.
    let hessian = formula.hessian(&x);
    let expected = [
        [0.0, -2.0, 0.0, -3.0],
        [-2.0, 0.0, 0.0, 2.0],
        [0.0, 0.0, 0.0, 1.0],
        [-3.0, 2.0, 1.0, 0.0],
    ];
    assert_eq!(hessian, expected);
    assert_eq!(formula.function().value(&x).ok(), Some(-8.0));
}

#[test]
fn a_definition_may_be_used_before_it_stands() {
    let formula = parse("L = f*d; f = a + 1; L + 0");
    assert_eq!(formula.variables(), ["d", "a"]);
    assert_eq!(formula.value(&[3.0, 4.0]), 15.0);
    assert_eq!(at("f = 2g; g = 3x; h = f + g; h", "x=1"), 9.0);
    assert_eq!(parse("b = a; b").definitions()[0].1, parse("a").result());
    assert_eq!(parse("unused = y; x").variables(), ["y", "x"]);
}

#[test]
fn a_name_of_a_number_may_be_a_variable_or_a_definition() {
    assert!((at("2e", "") - 2.0 * std::f64::consts::E).abs() < 1e-15);
    assert_eq!(at("e = 3; 2e", ""), 6.0);
    let formula = Formula::parse_with("2e", &["e"]).expect("it is a product");
    assert_eq!(formula.variables(), ["e"]);
    let error = parse("x*e").bind(&given("x=1,e=2")).expect_err("e is 2.718…");
    assert_eq!(error.message(), "`e` stands for a number in this formula");
}

#[test]
fn every_node_knows_its_place_in_the_source() {
    let source = "y = 1/(x-3)\nlog( y ) + 2x";
    let formula = parse(source);
    let places: Vec<&str> = formula
        .program()
        .steps()
        .map(|(id, _)| &source[formula.span(id).expect("every node has a place")])
        .collect();
    assert_eq!(places, ["x", "1", "3", "-", "/", "log( y )", "2", "2x", "+"]);
}

#[test]
fn a_graph_carries_labels_and_the_same_value() {
    let formula = parse("e = a*b; n = 2; L = (e + 1)^n");
    let graph = Graph::new();
    let built = formula.build(&graph, &[2.0, -3.0]);
    let labels = |values: &[chainrule::Value<'_>]| -> Vec<String> {
        values.iter().filter_map(|v| v.name()).collect()
    };
    assert_eq!(labels(&built.inputs), ["a", "b"]);
    assert_eq!(labels(&built.values), ["a", "b", "e", "n", "L"]);
    assert_eq!(built.result.to_string(), "Value(L: 25.0)");
    // By hand: 2(ab + 1)·b.
    assert_eq!(built.result.backward()[built.inputs[0]], 30.0);
    assert_eq!(
        built.definitions[0].1.id(),
        built.values[formula.definitions()[0].1.0 as usize].id()
    );
}

#[test]
fn every_operation_can_be_called_and_printed() {
    for op in chainrule::algebra::Op::ALL {
        let info = op.info();
        let count = info.arity().unwrap_or(4);
        let args: Vec<String> = (0..count)
            .map(|i| if info.is_constant(i) { "3".into() } else { format!("v{i}") })
            .collect();
        let source = format!("{}({})", info.name, args.join(", "));
        let formula = parse(&source);
        let x: Vec<f64> = (0..formula.variables().len()).map(|i| 0.25 + 0.5 * i as f64).collect();
        let again = parse(&formula.to_string());
        assert_eq!(formula.value(&x).to_bits(), again.value(&x).to_bits(), "{source}");
        if info.any {
            parse(&format!("{}(a, b)", info.name));
        }
    }
}

/// Text, message, the text under the caret, and a part of the hint.
const REFUSED: &[(&str, &str, &str, &str)] = &[
    // row 12
    ("2 + sen(x)", "`sen` is not a function", "sen", "did you mean `sin`?"),
    ("x(y + 1)", "`x` is not a function", "x", "for a product write `x*(…)`"),
    // row 13
    ("((a+b", "this `(` is never closed", "(", ""),
    ("2 + (a*b; c", "this `(` is never closed", "(", ""),
    ("sin(a", "this `(` is never closed", "(", ""),
    // row 14
    ("a + * b", "expected a value", "*", ""),
    ("a + ", "expected a value at the end", "", ""),
    ("a; b +; c", "expected a value", ";", ""),
    ("()", "expected a value", ")", ""),
    ("sin()", "`sin` takes 1 argument, got 0", "sin()", ""),
    ("sum()", "`sum` of nothing has no value", "(", ""),
    ("max(a,)", "expected a value", ")", ""),
    // row 15
    ("", "the formula is empty", "", "a^2 - 10a + 28"),
    (" \n# nothing\n;", "the formula is empty", "", "a^2 - 10a + 28"),
    // row 16
    ("a = a + 1", "circular: a → a", "a", "itself"),
    ("e = f + 1; f = 2e; e", "circular: e → f → e", "e", "itself"),
    ("y = e; e = f + 1; f = g; g = 2e", "circular: e → f → g → e", "e", ""),
    // row 17
    ("a = 1; b = 2; a = 3", "`a` is defined twice: at column 1 and at column 15", "a", ""),
    ("a = 1\na = 3", "`a` is defined twice: at line 1, column 1 and at line 2, column 1", "a", ""),
    // row 20
    ("sin(a,b)", "`sin` takes 1 argument, got 2", "sin(a,b)", "write `sin(x)`"),
    ("if(a, b)", "`if` takes 3 arguments, got 2", "if(a, b)", "write `if(c, a, b)`"),
    ("dot(a, b, c)", "`dot` takes pairs of arguments, got 3", "dot(a, b, c)", "a*b + c*d"),
    ("powc(a, b)", "argument `n` of `powc` must be a number", "b", "x^n"),
    ("a b", "expected an operator between `a` and `b`", "b", "a*b"),
    ("2 3", "expected an operator between `2` and `3`", "3", ""),
    ("sin x", "expected an operator between `sin` and `x`", "x", "write `sin(x)`"),
    ("a)", "this `)` closes nothing", ")", ""),
    ("a, b", "a comma only stands between the arguments of a function", ",", "2.5"),
    ("1.2.3", "expected an operator between `1.2` and `.3`", ".3", ""),
    (".", "`.` is not a number", ".", ""),
    ("1e999", "`1e999` is too large; the largest number is 1.8e308", "1e999", ""),
    ("a $ b", "`$` has no meaning in a formula", "$", ""),
    ("a[1]", "`[` has no meaning in a formula", "[", "round brackets"),
    ("a\u{7}", "U+0007 has no meaning in a formula", "\u{7}", ""),
    ("a/2x", "a product without `*` after a division can be read in two ways", "x", "a/(b*c)"),
    ("a < b < c", "comparisons do not chain", "<", "and(a < b, b < c)"),
    ("if(a = b, 1, 2)", "expected an operator", "=", "`==`"),
    ("a = b = c", "expected an operator", "=", "`==`"),
    ("2 = a", "expected an operator", "=", ""),
    ("= a", "expected a name before `=`", "=", ""),
    ("a*b; c", "`a*b` has no name, so nothing can use it", "a*b", "t = …"),
];

#[test]
fn what_cannot_be_read_is_pointed_at() {
    for &(source, message, place, hint) in REFUSED {
        let error = refuse(source);
        assert_eq!(error.message(), message, "{source}");
        let span = error.span().unwrap_or(0..0);
        assert_eq!(&source[span], place, "{source}");
        assert!(error.remedy().unwrap_or("").contains(hint), "{source}: {error}");
    }
}

// row 13, row 14: carets
#[test]
fn carets_stand_under_the_place() {
    let shown = |source: &str| refuse(source).render(source);
    assert_eq!(shown("((a+b"), "this `(` is never closed\n  ((a+b\n   ^");
    assert_eq!(shown("a + * b"), "expected a value\n  a + * b\n      ^");
    assert_eq!(
        shown("x = 2\ny = x +"),
        "expected a value at the end\n  line 2, column 8\n  y = x +\n         ^"
    );
}

// rows 10, 11, 18, 19
#[test]
fn values_are_bound_by_name_or_refused_with_a_remedy() {
    let refuse = |source: &str, values: &str| {
        let error = parse(source).bind(&given(values)).expect_err(source);
        assert_eq!(error.kind(), ErrorKind::Name);
        error.to_string()
    };
    // row 10
    assert_eq!(refuse("a*x + y", "x=1,a=2"), "`y` has no value. Known: x, a; give `--at y=…`");
    assert_eq!(refuse("x + y", ""), "`x` has no value; give `--at x=…,y=…`");
    assert!(refuse("wieght*2", "weight=1").contains("did you mean `weight`?"));
    assert_eq!(
        refuse("weight", "weight=1,hight=2"),
        "`hight` is not in the formula; its variables are weight"
    );
    assert_eq!(
        refuse("length", "length=1,lenght=2"),
        "`lenght` is not in the formula; did you mean `length`?"
    );
    assert!(refuse("sin + 1", "x=1").contains("`sin` is a function"));
    // row 11
    assert_eq!(refuse("ab + 1", "a=1,b=2"), "`ab` is one name; did you mean `a*b`?");
    assert_eq!(refuse("xe", "x=2,e=1"), "`xe` is one name; did you mean `x*e`?");
    assert_eq!(refuse("k = 2a; ka", "a=1"), "`ka` is one name; did you mean `k*a`?");
    // row 19
    assert_eq!(refuse("e = a*b; e + 1", "a=1,b=2,e=3"), "e is computed; remove it from --at");
}

// row 18
#[test]
fn assignments_are_read_or_refused() {
    assert_eq!(
        given(" a = 2 , b=-3e-1,c=−4"),
        [("a".into(), 2.0), ("b".into(), -0.3), ("c".into(), -4.0)]
    );
    assert_eq!(given("x=pi/2"), [("x".into(), std::f64::consts::FRAC_PI_2)]);
    assert_eq!(given("x=-inf"), [("x".into(), f64::NEG_INFINITY)]);
    assert_eq!(given(""), []);
    let refused = [
        ("a=2,a=3", "`a` is given twice: 2 and 3", "a=3"),
        ("a=two", "`two` is not a number, given for `a`", "a=two"),
        ("a=", "`` is not a number, given for `a`", "a="),
        ("a=NaN", "`NaN` is not a number, given for `a`", "a=NaN"),
        ("a=1,b", "expected `name=value`, found `b`", "b"),
        ("a=1,,b=2", "expected `name=value`, found ``", ""),
        ("2=3", "`2` is not a name", "2=3"),
        ("a=2,5", "expected `name=value`, found `5`", "5"),
    ];
    for (text, message, place) in refused {
        let error = parse_assignments(text).expect_err(text);
        assert_eq!(error.message(), message);
        assert_eq!(&text[error.span().expect("it points into the text")], place, "{text}");
    }
}

#[test]
fn the_description_tells_the_truth() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/format.md");
    let text = std::fs::read_to_string(path).expect("the description is in the repository");
    let table = text.split("| written | read as |\n|---|---|\n").nth(1).expect("its table");
    let rows: Vec<&str> = table.lines().take_while(|line| line.starts_with('|')).collect();
    assert!(rows.len() > 10);
    for row in rows {
        let cells: Vec<&str> = row.split('`').collect();
        let (written, read) = (parse(cells[1]), parse(cells[3]));
        // Spans differ; the programs must not.
        assert_eq!(written.program(), read.program(), "{row}");
    }
}
