//! Formulas of nodes in LaTeX: `\frac{a}{b}`, `\sqrt{x}`, `\sum`, cases. Needs `amsmath`.
//!
//! ```
//! let graph = chainrule::Graph::new();
//! let x = graph.value(3.0).label("x");
//! let trace = (1 / (x + 1).sqrt()).trace();
//! assert_eq!(trace.latex(trace.nodes.len() - 1, 80), r"\frac{1}{\sqrt{x + 1}}");
//! ```

use crate::algebra::Op;
use crate::expression::{self, Nodes, Part};
use crate::graph::Trace;
use crate::program::{NodeId, Program};

impl Program {
    /// The node's formula in LaTeX, in the names of the program.
    #[must_use]
    pub fn latex(&self, id: NodeId) -> String {
        formula(self, id.index(), usize::MAX)
    }
}

impl Trace {
    /// The formula of node `i` in LaTeX; past `limit` bytes, arguments are written as `\dots`.
    #[must_use]
    pub fn latex(&self, i: usize, limit: usize) -> String {
        formula(self, i, limit)
    }
}

/// How tightly an operation binds, from loose to tight, as in `expression`.
const COMPARISON: u8 = 1;
const SUM: u8 = 2;
const PRODUCT: u8 = 3;
const POWER: u8 = 5;
const CLOSED: u8 = 6;

/// How operations are written, by name: how tightly the result binds, and a pattern in which `#`,
/// the argument's number and a letter stand for an argument. The letter says what goes without
/// brackets: anything (`l`), a sum (`s`), more than a sum (`t`), a product (`p`), more than a
/// product (`q`), only what is closed (`c`), or a condition (`?`). `~` is a multiplication.
const PATTERNS: &[(&str, u8, &str)] = &[
    ("neg", SUM, "-#0p"),
    ("add", SUM, "#0s + #1t"),
    ("sub", SUM, "#0s - #1t"),
    ("mul", PRODUCT, "#0p~#1q"),
    ("div", POWER, r"\frac{#0l}{#1l}"),
    ("mul_add", SUM, "#0p~#1q + #2t"),
    ("rem", PRODUCT, r"#0p \bmod #1q"),
    ("pow", POWER, "{#0c}^{#1l}"),
    ("powc", POWER, "{#0c}^{#1l}"),
    ("recip", POWER, r"\frac{1}{#0l}"),
    ("square", POWER, "{#0c}^{2}"),
    ("sqrt", CLOSED, r"\sqrt{#0l}"),
    ("cbrt", CLOSED, r"\sqrt[3]{#0l}"),
    ("exp", POWER, "e^{#0l}"),
    ("exp2", POWER, "2^{#0l}"),
    ("exp_m1", SUM, "e^{#0l} - 1"),
    ("ln_1p", CLOSED, r"\ln\left(1 + #0t\right)"),
    ("log2", CLOSED, r"\log_{2}\left(#0l\right)"),
    ("log10", CLOSED, r"\log_{10}\left(#0l\right)"),
    ("abs", CLOSED, r"\left|#0l\right|"),
    ("floor", CLOSED, r"\left\lfloor #0l\right\rfloor"),
    ("ceil", CLOSED, r"\left\lceil #0l\right\rceil"),
    ("hypot", CLOSED, r"\sqrt{{#0c}^{2} + {#1c}^{2}}"),
    ("select", SUM, r"\begin{cases} #1l & \text{if } #0? \\ #2l & \text{otherwise} \end{cases}"),
    ("lt", COMPARISON, "#0s < #1s"),
    ("le", COMPARISON, r"#0s \le #1s"),
    ("gt", COMPARISON, "#0s > #1s"),
    ("ge", COMPARISON, r"#0s \ge #1s"),
    ("eq", COMPARISON, "#0s = #1s"),
    ("ne", COMPARISON, r"#0s \ne #1s"),
    ("and", COMPARISON, r"#0? \land #1?"),
    ("xlogy", PRODUCT, r"#0p~\ln\left(#1l\right)"),
];

/// Operations of any number of arguments: binding, before, one argument, between, after. A
/// second text between takes turns with the first.
type Series = (&'static str, u8, &'static str, &'static str, &'static [&'static str], &'static str);
const SERIES: &[Series] = &[
    ("sum", SUM, "", "#0t", &[" + "], ""),
    ("product", PRODUCT, "", "#0q", &["~"], ""),
    ("dot", SUM, "", "#0q", &["~", " + "], ""),
    ("mean", PRODUCT, r"\frac{1}{#n}\left(", "#0t", &[" + "], r"\right)"),
    ("norm2", CLOSED, r"\sqrt{", "{#0c}^{2}", &[" + "], "}"),
    ("logsumexp", CLOSED, r"\ln\left(", "e^{#0l}", &[" + "], r"\right)"),
    ("max_of", CLOSED, r"\max\left(", "#0l", &[r",\, "], r"\right)"),
    ("min_of", CLOSED, r"\min\left(", "#0l", &[r",\, "], r"\right)"),
];

/// Long series are written by their sign and a few terms in braces.
const SIGNS: &[(&str, &str)] = &[("sum", r"\sum"), ("product", r"\prod")];

/// Functions whose command is not `\operatorname` of their name.
const COMMANDS: &[(&str, &str)] = &[
    ("ln", r"\ln"),
    ("sin", r"\sin"),
    ("cos", r"\cos"),
    ("tan", r"\tan"),
    ("sinh", r"\sinh"),
    ("cosh", r"\cosh"),
    ("tanh", r"\tanh"),
    ("asin", r"\arcsin"),
    ("acos", r"\arccos"),
    ("atan", r"\arctan"),
    ("min", r"\min"),
    ("max", r"\max"),
    ("minimum", r"\min"),
    ("maximum", r"\max"),
    ("sigmoid", r"\sigma"),
    ("signum", r"\operatorname{sgn}"),
    ("gamma", r"\Gamma"),
    ("lgamma", r"\ln\Gamma"),
];

/// Terms of a series that are written out.
const TERMS: usize = 6;

/// Something still to be written.
enum Todo {
    Text(String),
    /// A node, in brackets if it binds less tightly than this.
    Node(usize, u8),
    /// A node as a condition: a comparison as it is, a number as `≠ 0`.
    Condition(usize),
}

/// The formula of node `root`; named nodes other than `root` stand by their names.
pub(crate) fn formula(nodes: &impl Nodes, root: usize, limit: usize) -> String {
    let mut text = String::new();
    let mut todo = vec![Todo::Node(root, 0)];
    let mut first = true;
    while let Some(next) = todo.pop() {
        let (i, mut least) = match next {
            Todo::Text(t) => {
                text += &t;
                continue;
            }
            Todo::Node(i, least) => (i, least),
            Todo::Condition(i) => {
                if !is_condition(nodes, i) {
                    todo.push(Todo::Text(r" \ne 0".into()));
                }
                (i, if is_condition(nodes, i) { 0 } else { SUM })
            }
        };
        let part = nodes.part(i);
        let is_leaf = matches!(part, Part::Unknown | Part::Number(_));
        if let (Some(name), true) = (nodes.name(i), !first || is_leaf) {
            text += &self::name(&name);
            first = false;
            continue;
        }
        first = false;
        match part {
            Part::Unknown => text.push('?'),
            Part::Number(c) => text += &bracketed(c, least),
            Part::Apply(..) | Part::Call(..) if text.len() > limit => text += r"\dots ",
            Part::Call(word, arguments) => {
                let start = todo.len();
                todo.push(Todo::Text(self::name(&word) + r"\left("));
                for (k, argument) in arguments.enumerate() {
                    todo.extend((k > 0).then(|| Todo::Text(", ".into())));
                    todo.push(Todo::Node(argument, 0));
                }
                todo.push(Todo::Text(r"\right)".into()));
                todo[start..].reverse();
            }
            Part::Apply(op, arguments) => {
                let arguments: Vec<usize> = arguments.collect();
                let start = todo.len();
                let binds = pattern(op).map_or(CLOSED, |(binds, _)| binds);
                let binds = series(op)
                    .map_or(binds, |s| if arguments.len() > TERMS { CLOSED } else { s.1 });
                // A comparison as a number is 1 or 0: Iverson's brackets.
                let truth = binds == COMPARISON && least > COMPARISON;
                let (on, off) =
                    if truth { (r"\left[", r"\right]") } else { (r"\left(", r"\right)") };
                if binds >= least {
                    least = 0;
                }
                if least > 0 {
                    todo.push(Todo::Text(on.into()));
                }
                write_operation(op, &arguments, &mut todo);
                if least > 0 {
                    todo.push(Todo::Text(off.into()));
                }
                todo[start..].reverse();
            }
        }
    }
    multiplied(&text)
}

/// Writes each multiplication: a thin space, or a dot before a number, where a space would not do.
fn multiplied(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('~') {
        let number = after.trim_start_matches('{').starts_with(|c: char| c.is_ascii_digit());
        result = result + before + if number { r" \cdot " } else { r"\," };
        rest = after;
    }
    result + rest
}

fn is_condition(nodes: &impl Nodes, i: usize) -> bool {
    let compares = |op| pattern(op).is_some_and(|(binds, _)| binds == COMPARISON);
    nodes.name(i).is_none() && matches!(nodes.part(i), Part::Apply(op, _) if compares(op))
}

fn pattern(op: Op) -> Option<(u8, &'static str)> {
    let name = op.info().name;
    PATTERNS.iter().find(|p| p.0 == name).map(|p| (p.1, p.2))
}

fn series(op: Op) -> Option<&'static Series> {
    let name = op.info().name;
    SERIES.iter().find(|s| s.0 == name)
}

/// Pushes the operation's pieces in reading order.
fn write_operation(op: Op, arguments: &[usize], todo: &mut Vec<Todo>) {
    let name = op.info().name;
    if let Some((_, pattern)) = pattern(op) {
        return fill(pattern, arguments, todo);
    }
    let long = arguments.len() > TERMS;
    match series(op) {
        Some(&(_, _, before, one, between, after)) if !long => {
            let count = arguments.len().to_string();
            todo.push(Todo::Text(before.replace("#n", &count)));
            for (k, &argument) in arguments.iter().enumerate() {
                if k > 0 {
                    todo.push(Todo::Text(between[(k - 1) % between.len()].into()));
                }
                fill(one, &[argument], todo);
            }
            todo.push(Todo::Text(after.into()));
        }
        _ => {
            let sign = SIGNS.iter().find(|s| s.0 == name);
            let command = sign.or_else(|| COMMANDS.iter().find(|c| c.0 == name));
            let operator = || format!(r"\operatorname{{{}}}", escape(name));
            todo.push(Todo::Text(command.map_or_else(operator, |c| c.1.into())));
            let (on, off) = match sign {
                Some(_) => (r"\left\{", r"\right\}"),
                None => (r"\left(", r"\right)"),
            };
            todo.push(Todo::Text(on.into()));
            for (k, &argument) in arguments.iter().enumerate() {
                if long && (TERMS - 2..arguments.len() - 1).contains(&k) {
                    if k == TERMS - 2 {
                        todo.push(Todo::Text(r",\, \dots".into()));
                    }
                    continue;
                }
                if k > 0 {
                    todo.push(Todo::Text(r",\, ".into()));
                }
                todo.push(Todo::Node(argument, 0));
            }
            todo.push(Todo::Text(off.into()));
        }
    }
}

fn fill(pattern: &str, arguments: &[usize], todo: &mut Vec<Todo>) {
    let mut pieces = pattern.split('#');
    todo.extend(pieces.next().map(|text| Todo::Text(text.into())));
    for piece in pieces {
        let mut letters = piece.chars();
        let number = letters.next().and_then(|d| d.to_digit(10));
        let argument = arguments[number.expect("a pattern numbers its arguments") as usize];
        todo.push(match letters.next() {
            Some('?') => Todo::Condition(argument),
            Some('s') => Todo::Node(argument, SUM),
            Some('t') => Todo::Node(argument, SUM + 1),
            Some('p') => Todo::Node(argument, PRODUCT),
            Some('q') => Todo::Node(argument, PRODUCT + 1),
            Some('c') => Todo::Node(argument, CLOSED),
            _ => Todo::Node(argument, 0),
        });
        todo.push(Todo::Text(letters.as_str().into()));
    }
}

fn bracketed(x: f64, least: u8) -> String {
    let text = number(&expression::number(x));
    let binds = if text.starts_with('-') {
        SUM
    } else if text.contains("10^") {
        PRODUCT
    } else {
        CLOSED
    };
    if binds < least { format!(r"\left({text}\right)") } else { text }
}

/// A number as `expression` writes it, in LaTeX: `1.5e-7` becomes `1.5 \cdot 10^{-7}`.
pub(crate) fn number(text: &str) -> String {
    match text.split_once('e') {
        Some(("1", exponent)) => format!("10^{{{exponent}}}"),
        Some((mantissa, exponent)) => format!(r"{mantissa} \cdot 10^{{{exponent}}}"),
        None => text.replace("inf", r"\infty ").replace("NaN", r"\mathrm{NaN}"),
    }
}

/// A name in LaTeX: a letter as it is, `x1` and `x_1` with an index, Greek letters by their
/// commands, words upright in one piece.
pub(crate) fn name(text: &str) -> String {
    let is_word = text.chars().all(|c| c.is_alphanumeric() || c == '_');
    let stem_end = if is_word {
        text.trim_end_matches(|c: char| c.is_ascii_digit()).len()
    } else {
        text.len()
    };
    let (stem, digits) = text.split_at(stem_end);
    let stem =
        stem.strip_suffix('_').filter(|s| !s.is_empty() && !digits.is_empty()).unwrap_or(stem);
    let mut letters = stem.chars();
    let stem = match (letters.next(), letters.next()) {
        (Some(c), None) if c.is_ascii_alphabetic() => stem.to_owned(),
        _ => greek(stem).unwrap_or_else(|| format!(r"\mathrm{{{}}}", escape(text_or(stem, text)))),
    };
    // An empty stem: the name is all digits, and stands whole.
    if digits.is_empty() || text.len() == digits.len() {
        stem
    } else {
        format!("{stem}_{{{digits}}}")
    }
}

fn text_or<'a>(stem: &'a str, text: &'a str) -> &'a str {
    if stem.is_empty() { text } else { stem }
}

/// Greek letters: letter, name. Without a command of their own are those that look Latin.
const GREEK: &[(char, &str)] = &[
    ('α', "alpha"),
    ('β', "beta"),
    ('γ', "gamma"),
    ('δ', "delta"),
    ('ε', "epsilon"),
    ('ζ', "zeta"),
    ('η', "eta"),
    ('θ', "theta"),
    ('ι', "iota"),
    ('κ', "kappa"),
    ('λ', "lambda"),
    ('μ', "mu"),
    ('ν', "nu"),
    ('ξ', "xi"),
    ('π', "pi"),
    ('ρ', "rho"),
    ('σ', "sigma"),
    ('τ', "tau"),
    ('υ', "upsilon"),
    ('φ', "phi"),
    ('χ', "chi"),
    ('ψ', "psi"),
    ('ω', "omega"),
    ('Γ', "Gamma"),
    ('Δ', "Delta"),
    ('Θ', "Theta"),
    ('Λ', "Lambda"),
    ('Ξ', "Xi"),
    ('Π', "Pi"),
    ('Σ', "Sigma"),
    ('Φ', "Phi"),
    ('Ψ', "Psi"),
    ('Ω', "Omega"),
];

fn greek(stem: &str) -> Option<String> {
    let found = GREEK.iter().find(|(c, name)| stem == *name || stem.chars().eq([*c]))?;
    Some(format!(r"\{}", found.1))
}

/// A name inside `\mathrm` that LaTeX prints as it is.
fn escape(text: &str) -> String {
    text.chars().map(|c| escaped(c, true)).collect()
}

/// Running text that LaTeX prints as it is.
pub(crate) fn prose(text: &str) -> String {
    text.chars().map(|c| escaped(c, false)).collect()
}

/// A character in math or in running text. Letters beyond Western European ones would need a font
/// that the document may not have, and are written by their numbers.
fn escaped(c: char, in_math: bool) -> String {
    let sign = |command: String| if in_math { command + "{}" } else { format!("${command}$") };
    match c {
        '#' | '$' | '%' | '&' | '_' | '{' | '}' => format!("\\{c}"),
        '\\' => sign(r"\backslash".into()),
        '~' => sign(r"\sim".into()),
        '^' => sign(r"\wedge".into()),
        '<' | '>' | '|' if !in_math => format!("${c}$"),
        '—' | '–' | '−' => "-".into(),
        '·' => sign(r"\cdot".into()),
        ' ' if in_math => r"\ ".into(),
        _ if c.is_control() => r"\ ".into(),
        _ if c.is_ascii() => c.into(),
        _ => match greek(c.encode_utf8(&mut [0; 4])) {
            Some(letter) => sign(letter),
            None if ('À'..='ÿ').contains(&c) && c != '×' && c != '÷' => {
                format!(r"\text{{{c}}}")
            }
            None => format!("U{{+}}{:04X}", u32::from(c)),
        },
    }
}
