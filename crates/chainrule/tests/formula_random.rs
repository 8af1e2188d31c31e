//! The formula language against an independent parser, against any text, and at extreme sizes.

mod survives;

use chainrule::formula::Formula;
use std::time::{Duration, Instant};

const POINT: [(&str, f64); 4] = [("a", 1.5), ("b", -0.75), ("c", 2.25), ("x", 0.5)];

fn value(formula: &Formula) -> f64 {
    let at = |v: &String| POINT.iter().find(|(name, _)| name == v).expect("one of four").1;
    formula.value(&formula.variables().iter().map(at).collect::<Vec<_>>())
}

/// Values by Python's own parser, from `tools/reference/make_formulas.py`.
fn reference() -> impl Iterator<Item = (&'static str, f64)> {
    include_str!("data/formulas.tsv").lines().map(|line| {
        let (formula, value) = line.split_once('\t').expect("a row is formula, tab, value");
        (formula, value.parse().expect("the value is a number"))
    })
}

/// Room for another library's last digits in `sin` or `exp`, magnified by differences: the values
/// are below 10⁶, and a wrong precedence is off by far more.
const TOLERANCE: f64 = 1e-9;

#[test]
fn precedence_is_that_of_an_independent_parser() {
    let mut rows = 0;
    for (source, expected) in reference() {
        let formula = Formula::parse(source).unwrap_or_else(|e| panic!("{}", e.render(source)));
        let found = value(&formula);
        let close = (found - expected).abs() <= TOLERANCE * expected.abs().max(1.0);
        assert!(close, "{source} is {found}, not {expected}");
        rows += 1;
    }
    assert_eq!(rows, 1200);
}

#[test]
fn a_printed_formula_reads_back_with_the_same_value() {
    for (source, _) in reference() {
        let formula = Formula::parse(source).expect("it is read in the test above");
        let printed = formula.to_string();
        let again = Formula::parse(&printed).unwrap_or_else(|e| panic!("{}", e.render(&printed)));
        assert_eq!(value(&again).to_bits(), value(&formula).to_bits(), "{source} as {printed}");
    }
}

/// Marsaglia's xorshift: the same texts in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n as u64) as usize
    }
}

const PIECES: &[&str] = &[
    "a", "b", "x", "e", "pi", "ab", "sin", "log", "max", "sum", "dot", "if", "pow", "powc", "inf",
    "NaN", "norm2", "min_of", "sqrt", "select", "and", "1", "2", ".5", "1e3", "1e308", "0", "007",
    "1e", "+", "-", "*", "/", "%", "^", "**", "<", "<=", "==", "!=", "=", "(", ")", "(", ")", ",",
    ";", "\n", "#", " ", "²", "⁻¹", "−", "×", "π", "é", "\u{feff}", "\r\n", "\t", "[", "!", ".",
    "_", "a = ", "b = ", "sin(", "max(", "exp(",
];

#[test]
fn any_row_of_tokens_is_read_or_refused() {
    let seed = 0x5eed_f0c5;
    let mut random = Random(seed);
    for _ in 0..60_000 {
        let length = 1 + random.below(14);
        let text: String = (0..length).map(|_| PIECES[random.below(PIECES.len())]).collect();
        survives::any_text(&text);
    }
}

#[test]
fn any_damage_to_a_formula_is_read_or_refused() {
    let mut random = Random(0xda3a6e);
    for (source, _) in reference() {
        for _ in 0..12 {
            let mut bytes = source.as_bytes().to_vec();
            for _ in 0..=random.below(3) {
                let place = random.below(bytes.len());
                match random.below(3) {
                    0 => bytes[place] = random.below(256) as u8,
                    1 => bytes.insert(place, random.below(128) as u8),
                    _ if bytes.len() > 1 => drop(bytes.remove(place)),
                    _ => {}
                }
            }
            survives::any_text(&String::from_utf8_lossy(&bytes));
        }
    }
}

/// Generous: it is meant to catch what grows with the square of the length.
const LIMIT: Duration = Duration::from_secs(20);

fn timely<T>(what: &str, f: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = f();
    let time = start.elapsed();
    println!("{what}: {time:?}");
    assert!(time < LIMIT, "{what} took {time:?}");
    result
}

// row 21
#[test]
fn a_hundred_thousand_brackets_are_ordinary() {
    const N: usize = 100_000;
    let brackets = format!("{}x{}", "(".repeat(N), ")".repeat(N));
    assert_eq!(timely("brackets", || value(&Formula::parse(&brackets).expect("balanced"))), 0.5);
    let open = "(".repeat(N);
    let error = timely("open brackets", || Formula::parse(&open).expect_err("never closed"));
    assert_eq!(error.span(), Some(N - 1..N));
    let calls = format!("{}x{}", "sin(".repeat(N), ")".repeat(N));
    let formula = timely("calls", || Formula::parse(&calls).expect("balanced"));
    let mut gradient = [0.0];
    assert!(formula.value_and_gradient(&[0.5], &mut gradient) > 0.0);
    timely("print", || assert_eq!(formula.to_string(), calls));
    let powers = format!("{}1", "1^".repeat(N));
    assert_eq!(timely("powers", || value(&Formula::parse(&powers).expect("a power"))), 1.0);
    let signs = format!("{}x", "-".repeat(N));
    assert_eq!(timely("signs", || value(&Formula::parse(&signs).expect("even"))), 0.5);
}

// row 22: a graph a million deep
#[test]
fn a_million_terms_are_ordinary() {
    const N: usize = 1_000_000;
    let sum = vec!["x"; N].join("+");
    let formula = timely("sum", || Formula::parse(&sum).expect("a sum"));
    let mut gradient = [0.0];
    timely("gradient", || {
        assert_eq!(formula.value_and_gradient(&[0.5], &mut gradient), 500_000.0);
    });
    assert_eq!(gradient, [1e6]);
    timely("print", || assert_eq!(formula.to_string().len(), 4 * N - 3));
    assert!(timely("diagnose", || formula.diagnose(&[1e306])).is_some());
    let call = format!("sum({})", vec!["x"; N].join(","));
    let formula = timely("call", || Formula::parse(&call).expect("a call"));
    assert_eq!(formula.value(&[0.5]), 500_000.0);
    assert!(timely("diagnose a call", || formula.diagnose(&[1e306])).is_some());
}

#[test]
fn a_chain_of_definitions_is_ordinary_in_either_direction() {
    const N: usize = 100_000;
    let forward: Vec<String> = (1..=N).map(|i| format!("v{i} = v{} + 1", i - 1)).collect();
    let backward: Vec<String> = forward.iter().rev().cloned().collect();
    let source = format!("{}; v{N}", forward.join("\n"));
    let formula = timely("forward", || Formula::parse(&source).expect("a chain"));
    assert_eq!(formula.value(&[0.5]), 0.5 + N as f64);
    let source = format!("{}\nv{N}", backward.join("\n"));
    let formula = timely("backward", || Formula::parse(&source).expect("a chain"));
    assert_eq!(formula.value(&[0.5]), 0.5 + N as f64);
    let circle = format!("v0 = v{N}; {}", forward.join(";"));
    let error = timely("circle", || Formula::parse(&circle).expect_err("a circle"));
    assert!(error.message().starts_with("circular: v0 → v100000 → v99999 →"), "{error}");
    assert!(error.message().len() < 300);
    let wide: Vec<String> = (0..N).map(|i| format!("v{i}")).collect();
    let formula = timely("wide", || Formula::parse(&wide.join("+")).expect("a sum"));
    let given: Vec<(String, f64)> = wide.into_iter().rev().map(|v| (v, 1.0)).collect();
    timely("bind", || assert_eq!(formula.bind(&given).expect("all given").len(), N));
}

/// Texts at which a run of the fuzz target or of the tests above failed once.
#[test]
fn what_failed_once_holds() {
    for text in ["a= f*db; f = m; L = f*d\n", "pipi+-pi"] {
        survives::any_text(text);
    }
}
