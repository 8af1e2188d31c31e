//! C11 source.

use super::body::{self, Body, Expression};
use super::names::{MATH, Names};
use super::template::strength::{CLOSED, SIGN};
use super::template::{Template, Token, tokens};
use super::{Arguments, Language, Options, derivative_name, description, joined, support};
use crate::algebra::Op;
use crate::error::{Error, ErrorKind};
use crate::function::Function;
use std::collections::BTreeSet;

/// Methods of Rust's `f64` whose function in C has another name; the others have the same.
const METHODS: [(&str, &str); 11] = [
    ("abs", "fabs"),
    ("cbrt", "cube_root"),
    ("exp_m1", "expm1"),
    ("is_nan", "isnan"),
    ("ln", "log"),
    ("ln_1p", "log1p"),
    ("max", "fmax"),
    ("min", "fmin"),
    ("mul_add", "fma"),
    ("powf", "pow"),
    ("signum", "sign_or_nan"),
];

/// Names that need no definition.
const KNOWN: [&str; 2] = ["NAN", "INFINITY"];

struct C {
    support: BTreeSet<String>,
}

impl C {
    /// A row's text in C, for arguments that are names.
    fn row(&self, op: Op) -> Result<String, Error> {
        let info = op.info();
        let text = translated(info.value);
        let known = |t: &Token<'_>| {
            !t.is_word()
                || info.arguments.contains(&t.text)
                || KNOWN.contains(&t.text)
                || MATH.split_whitespace().any(|m| m == t.text)
                || self.support.contains(t.text)
        };
        match text.as_deref().map(|t| tokens(t).iter().find(|t| !known(t)).map(|t| t.text)) {
            Some(None) => Ok(text.expect("it was looked at")),
            Some(Some(word)) => Err(missing(op, &format!("`{word}` has none"))),
            None => Err(missing(op, &format!("`{}` cannot be translated", info.value))),
        }
    }
}

fn missing(op: Op, why: &str) -> Error {
    let name = op.info().name;
    Error::new(ErrorKind::Option, format!("there is no C for the operation `{name}`: {why}"))
        .hint("emit Rust instead, or write the function with other operations")
}

/// Rust expressions of the kinds that rows are made of, in C: calls of methods on names, a remainder
/// or a choice as a whole, paths. `None` for other uses of these.
fn translated(rust: &str) -> Option<String> {
    let tokens = tokens(rust);
    let mut out: Vec<String> = Vec::new();
    let at = |i: usize| tokens.get(i).map_or("", |t: &Token<'_>| t.text);
    let mut i = 0;
    while i < tokens.len() {
        let skip = match (at(i), at(i + 1)) {
            ("special", "::") => {
                out.push(format!(" special_{}", at(i + 2)));
                3
            }
            ("libm" | "f64", "::") => {
                out.push(format!(" {}", at(i + 2)));
                3
            }
            (".", method) => {
                let receiver = out.pop().filter(|_| tokens[i - 1].is_word() && at(i + 2) == "(")?;
                let name = METHODS.iter().find(|m| m.0 == method).map_or(method, |m| m.1);
                let comma = if at(i + 3) == ")" { "" } else { ", " };
                out.push(format!(" {name}({}{comma}", receiver.trim_start()));
                3
            }
            // Only where it is the whole row, so that nothing binds more tightly.
            ("%", divisor) if tokens.len() == 3 => {
                let left = out.pop()?;
                out.push(format!(" fmod({}, {divisor})", left.trim_start()));
                2
            }
            ("{", _) => {
                out.push(" ?".into());
                1
            }
            ("}", "else") if at(i + 2) == "{" => {
                out.push(" :".into());
                3
            }
            ("}", "else") => {
                out.push(" :".into());
                2
            }
            ("if", _) if i == 0 || matches!(at(i - 1), "{" | "else") => 1,
            ("}", "}" | "") => 1,
            ("%" | "if" | "}", _) => return None,
            (text, _) => {
                let space = if tokens[i].spaced { " " } else { "" };
                out.push(format!("{space}{text}"));
                1
            }
        };
        i += skip;
    }
    Some(out.concat().replace("( ", "(").trim_start().into())
}

impl Language for C {
    fn template(&self, op: Op) -> Result<Template, Error> {
        Ok(Template::new(&self.row(op)?, op.info().arguments))
    }

    fn many(&self, op: Op, parts: &[Expression]) -> Result<Expression, Error> {
        if let Some(chain) = body::written_out(op, parts) {
            return Ok(chain);
        }
        let (name, list) = (op.info().name, body::list(parts));
        if !self.support.contains(name) {
            return Err(missing(op, "it takes any number of arguments"));
        }
        let call = format!("{name}({}, (const double[]){{{list}}})", parts.len());
        Ok(Expression::new(call, CLOSED))
    }

    fn number(&self, c: f64) -> Expression {
        let text = match c {
            f64::INFINITY => "INFINITY".into(),
            f64::NEG_INFINITY => "-INFINITY".into(),
            _ if c.is_nan() => "NAN".into(),
            _ => format!("{c:?}"),
        };
        let binds = if text.starts_with('-') { SIGN } else { CLOSED };
        Expression::new(text, binds)
    }
}

/// The whole file.
pub(super) fn source(functions: &[(&Function, &Options)]) -> Result<String, Error> {
    let language = C { support: support::c_items().iter().map(|item| item.name.clone()).collect() };
    let mut code = String::new();
    for &(f, options) in functions {
        for derivative in [false, true] {
            // An array without elements is not C.
            if !derivative || options.gradient && !f.inputs().is_empty() {
                code += &function(&language, f, options, derivative)?;
            }
        }
    }
    let helpers = helpers(&language, &code)?;
    let support = support::c(&(code.clone() + &helpers));
    let text = format!("{support}{helpers}{code}");
    let words: BTreeSet<&str> = tokens(&text).iter().map(|t| t.text).collect();
    let headers = [
        ("math.h", "math"),
        ("stddef.h", "size_t"),
        ("stdint.h", "uint64_t"),
        ("string.h", "memcpy"),
    ];
    let included = headers.iter().filter(|(_, word)| *word == "math" || words.contains(word));
    let included = joined(included.map(|(header, _)| format!("#include <{header}>\n")));
    Ok(format!(
        "/* Written by chainrule (`Function::to_c`) from recorded programs; do not edit.\n   \
            Where a comparison goes another way than when the program was recorded, results are NaN.\n   \
            C11 with <math.h>. Not for -ffast-math; with GCC use -std=c11 or -ffp-contract=off. */\n\n\
         {included}\n\
         #if defined(__clang__) || !defined(__GNUC__)\n#pragma STDC FP_CONTRACT OFF\n#endif\n\
         {text}"
    ))
}

/// Rows that are called by name, as functions.
fn helpers(language: &C, code: &str) -> Result<String, Error> {
    let code = support::without_comments(code);
    let words: BTreeSet<&str> = tokens(&code).iter().map(|t| t.text).collect();
    let mut text = String::new();
    for op in Op::ALL {
        let info = op.info();
        let is_called = words.contains(info.name) && code.contains(&format!("{}(", info.name));
        let is_other = MATH.split_whitespace().any(|m| m == info.name);
        if !is_called || is_other || language.support.contains(info.name) {
            continue;
        }
        let list: Vec<String> = info.arguments.iter().map(|a| format!("double {a}")).collect();
        let doc = info.doc.first().map_or("", |d| d.trim());
        text += &format!(
            "\n/* {} */\nstatic double {}({})\n{{\n    return {};\n}}\n",
            super::names::comment(doc),
            info.name,
            list.join(", "),
            language.row(*op)?
        );
    }
    Ok(text)
}

fn function(
    language: &C,
    f: &Function,
    options: &Options,
    derivative: bool,
) -> Result<String, Error> {
    let (n, m) = (f.inputs().len(), f.outputs().len());
    let program = body::program(f, derivative)?;
    let mut names = Names::new(support::names());
    let arguments = Arguments::new(f, &mut names);
    let count = if derivative { m * (n + 1) } else { m };
    let body = body::write(language, f, &program, &arguments.names, &mut names, count)?;
    let mut targets: Vec<(String, String)> = Vec::new();
    let mut list = passed(&arguments);
    if m > 1 {
        list.push(format!("double outputs[{m}]"));
        targets.extend((0..m).map(|i| (format!("outputs[{i}]"), f.outputs()[i].clone())));
    }
    let mut name = options.name.clone();
    if derivative {
        name = derivative_name(f, options);
        let entry = |i: usize, k: usize| format!("d {} / d {}", f.outputs()[i], f.inputs()[k]);
        if m == 1 {
            list.push(format!("double gradient[{n}]"));
            targets.extend((0..n).map(|k| (format!("gradient[{k}]"), entry(0, k))));
        } else {
            list.push(format!("double jacobian[{m}][{n}]"));
            let pairs = (0..m).flat_map(|i| (0..n).map(move |k| (i, k)));
            targets.extend(pairs.map(|(i, k)| (format!("jacobian[{i}][{k}]"), entry(i, k))));
        }
    }
    let mut text = unpacked(&arguments, &body);
    for (name, expression) in &body.definitions {
        text += &format!("    const double {name} = {expression};\n");
    }
    let values = if m == 1 { &body.results[1..] } else { &body.results[..] };
    text += &guards(&body, m, n, derivative);
    for ((target, what), value) in targets.iter().zip(values) {
        text += &format!("    {target} = {value}; /* {} */\n", super::names::comment(what));
    }
    if m == 1 {
        text += &format!("    return {};\n", body.results[0]);
    }
    let kind = if m == 1 { "double" } else { "void" };
    let list = if list.is_empty() { "void".into() } else { list.join(", ") };
    Ok(format!("\n/* {}. */\n{kind} {name}({list})\n{{\n{text}}}\n", description(f, derivative)))
}

fn guards(body: &Body, m: usize, n: usize, derivative: bool) -> String {
    let fill = |array: &str, count: usize| {
        format!(
            "        for (int i = 0; i < {count}; i++) {{\n            {array}[i] = NAN;\n        }}\n"
        )
    };
    let mut nan = String::new();
    if m > 1 {
        nan += &fill("outputs", m);
    }
    if derivative && m == 1 {
        nan += &fill("gradient", n);
    } else if derivative {
        nan += &format!(
            "        for (int i = 0; i < {m}; i++) {{\n            for (int k = 0; k < {n}; k++) {{\n                \
             jacobian[i][k] = NAN;\n            }}\n        }}\n"
        );
    }
    nan += if m == 1 { "        return NAN;\n" } else { "        return;\n" };
    let guard = |guards: &[body::Guard]| {
        let conditions = body::guard_lines(guards, |formula| format!(" /* {formula} */"));
        format!("    /* Not the way recorded. */\n    if ({conditions}\n    ) {{\n{nan}    }}\n")
    };
    body.guards.chunks(body::GUARDS).map(guard).collect()
}

fn passed(arguments: &Arguments) -> Vec<String> {
    let Some(arrays) = &arguments.arrays else {
        return arguments.names.iter().map(|n| format!("double {n}")).collect();
    };
    let counts = [arguments.inputs, arguments.names.len() - arguments.inputs];
    let with_elements = arrays.iter().zip(counts).filter(|(_, count)| *count > 0);
    with_elements.map(|(name, count)| format!("const double {name}[{count}]")).collect()
}

/// Lines that take arrays apart, and that name what is not used.
fn unpacked(arguments: &Arguments, body: &Body) -> String {
    let used = |k: &usize| body.uses_input[*k];
    let Some(arrays) = &arguments.arrays else {
        let unused = (0..arguments.names.len()).filter(|k| !used(k));
        return joined(unused.map(|k| format!("    (void){};\n", arguments.names[k])));
    };
    let parts = [0..arguments.inputs, arguments.inputs..arguments.names.len()];
    let mut text = String::new();
    for (array, range) in arrays.iter().zip(parts).filter(|(_, range)| !range.is_empty()) {
        let first = range.start;
        if !range.clone().any(|k| used(&k)) {
            text += &format!("    (void){array};\n");
        }
        for k in range.filter(used) {
            text += &format!("    const double {} = {array}[{}];\n", arguments.names[k], k - first);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_translated_token_by_token() {
        let cases = [
            ("x.exp()", "exp(x)"),
            ("a.mul_add(b, c)", "fma(a, b, c)"),
            ("if a == 0.0 { 0.0 } else { a * b }", "a == 0.0 ? 0.0 : a * b"),
            (
                "if x <= lo { lo } else if x >= hi { hi } else { x }",
                "x <= lo ? lo : x >= hi ? hi : x",
            ),
            ("if a.is_nan() { f64::NAN } else { a.min(b) }", "isnan(a) ? NAN : fmin(a, b)"),
            ("special::hypot(a, b)", "special_hypot(a, b)"),
            ("a % b", "fmod(a, b)"),
        ];
        for (rust, c) in cases {
            assert_eq!(translated(rust).as_deref(), Some(c));
        }
        for rust in ["(a + b).exp()", "a * b % c", "1.0 + if a > b { a } else { b }"] {
            assert_eq!(translated(rust), None);
        }
    }

    // A row without C is an error of the one who asks for C, not of the library.
    #[test]
    fn an_operation_without_c_is_named() {
        let language = C { support: BTreeSet::new() };
        let error = language.row(Op::Tanh).expect_err("nothing is known");
        assert_eq!(
            error.message(),
            "there is no C for the operation `tanh`: `special_tanh` has none"
        );
    }
}
