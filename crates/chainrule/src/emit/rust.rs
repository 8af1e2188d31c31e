//! Rust source.

use super::body::{self, Body, Expression};
use super::names::Names;
use super::template::Template;
use super::template::strength::{CLOSED, SIGN};
use super::{Arguments, Language, Options, derivative_name, description, joined, support};
use crate::algebra::Op;
use crate::error::Error;
use crate::function::Function;
use std::f64::consts;

struct Rust;

/// Numbers that have a name in the standard library, and that rules and users write.
const NAMED: [(&str, f64); 12] = [
    ("PI", consts::PI),
    ("TAU", consts::TAU),
    ("E", consts::E),
    ("LN_2", consts::LN_2),
    ("LN_10", consts::LN_10),
    ("LOG2_E", consts::LOG2_E),
    ("LOG10_E", consts::LOG10_E),
    ("SQRT_2", consts::SQRT_2),
    ("FRAC_1_SQRT_2", consts::FRAC_1_SQRT_2),
    ("FRAC_2_SQRT_PI", consts::FRAC_2_SQRT_PI),
    ("FRAC_PI_2", consts::FRAC_PI_2),
    ("FRAC_1_PI", consts::FRAC_1_PI),
];

impl Language for Rust {
    fn template(&self, op: Op) -> Result<Template, Error> {
        let info = op.info();
        Ok(Template::new(&support::qualified(info.value), info.arguments))
    }

    fn many(&self, op: Op, parts: &[Expression]) -> Result<Expression, Error> {
        if let Some(chain) = body::written_out(op, parts) {
            return Ok(chain);
        }
        let (info, list) = (op.info(), body::list(parts));
        let argument = info.arguments[0];
        let is_call =
            info.value.starts_with("special::") && info.value.ends_with(&format!("({argument})"));
        let name =
            if is_call { &info.value[..info.value.len() - argument.len() - 2] } else { info.name };
        Ok(Expression::new(format!("{name}(&[{list}])"), CLOSED))
    }

    fn number(&self, c: f64) -> Expression {
        if let Some((name, _)) = NAMED.iter().find(|n| n.1 == c.abs()) {
            let sign = if c < 0.0 { "-" } else { "" };
            return Expression::new(
                format!("{sign}std::f64::consts::{name}"),
                if c < 0.0 { SIGN } else { CLOSED },
            );
        }
        let text = match c {
            f64::INFINITY => "f64::INFINITY".into(),
            f64::NEG_INFINITY => "f64::NEG_INFINITY".into(),
            _ if c.to_bits() == f64::NAN.to_bits() => "f64::NAN".into(),
            _ if (-c).to_bits() == f64::NAN.to_bits() => "-f64::NAN".into(),
            _ if c.is_nan() => format!("f64::from_bits({:#x})", c.to_bits()),
            _ => format!("{c:?}"),
        };
        let binds = if text.starts_with('-') { SIGN } else { CLOSED };
        Expression::new(text, binds)
    }

    fn receiver(&self, c: f64) -> String {
        let number = self.number(c);
        let is_literal =
            number.text.ends_with(|c: char| c.is_ascii_digit()) && !number.text.contains("::");
        Expression { text: number.text + if is_literal { "_f64" } else { "" }, ..number }
            .at_least(CLOSED)
    }
}

/// The whole file.
pub(super) fn source(functions: &[(&Function, &Options)]) -> Result<String, Error> {
    let mut code = String::new();
    for &(f, options) in functions {
        for derivative in [false, true] {
            if !derivative || options.gradient {
                code += &function(f, options, derivative)?;
            }
        }
    }
    let support = support::rust(&code);
    Ok(format!(
        "// Written by chainrule (`Function::to_rust`) from recorded programs; do not edit.\n\
         // Where a comparison goes another way than when the program was recorded, results are NaN.\n\
         {code}{support}"
    ))
}

fn function(f: &Function, options: &Options, derivative: bool) -> Result<String, Error> {
    let (n, m) = (f.inputs().len(), f.outputs().len());
    let program = body::program(f, derivative)?;
    let mut names = Names::new(support::names());
    let arguments = Arguments::new(f, &mut names);
    let count = if derivative { m * (n + 1) } else { m };
    let body = body::write(&Rust, f, &program, &arguments.names, &mut names, count)?;
    let value = if m == 1 { "f64".into() } else { format!("[f64; {m}]") };
    let slopes = if m == 1 { format!("[f64; {n}]") } else { format!("[[f64; {n}]; {m}]") };
    let (name, result) = if derivative {
        (derivative_name(f, options), format!("({value}, {slopes})"))
    } else {
        (options.name.clone(), value)
    };
    let mut text = String::new();
    for (name, expression) in &body.definitions {
        text += &format!("    let {name} = {expression};\n");
    }
    for guards in body.guards.chunks(body::GUARDS) {
        let conditions = body::guard_lines(guards, |formula| format!(" // {formula}"));
        let nan = nan(n, m, derivative);
        text += &format!(
            "    // Not the way recorded.\n    if {conditions}\n    {{\n        return {nan};\n    }}\n"
        );
    }
    text += &results(f, &body.results, n, m, derivative);
    let allowed = allowed(&text, &arguments.names);
    let parameters = passed(&arguments);
    let unpacked = unpacked(&arguments, &body);
    Ok(format!(
        "\n/// {}.\n{allowed}pub fn {name}({parameters}) -> {result} {{\n{unpacked}{text}}}\n",
        description(f, derivative)
    ))
}

/// Lints that the user's names and numbers may trip.
fn allowed(text: &str, arguments: &[String]) -> String {
    let words = super::template::tokens(text);
    let mut lints = Vec::new();
    let local = |w: &str| w.contains(|c: char| c.is_ascii_uppercase());
    let after_let = words.windows(2).any(|w| w[0].text == "let" && local(w[1].text));
    if after_let || arguments.iter().any(|a| local(a)) {
        lints.push("non_snake_case");
    }
    if text.contains("f64::NAN)") || text.contains("f64::NAN ") {
        lints.push("invalid_nan_comparisons");
    }
    if text.contains("truth(") {
        // `x == x` asks for a NaN.
        lints.push("clippy::eq_op");
    }
    if lints.is_empty() { String::new() } else { format!("#[allow({})]\n", lints.join(", ")) }
}

fn passed(arguments: &Arguments) -> String {
    let Some(arrays) = &arguments.arrays else {
        let list: Vec<String> = arguments.names.iter().map(|n| format!("{n}: f64")).collect();
        return list.join(", ");
    };
    let counts = [arguments.inputs, arguments.names.len() - arguments.inputs];
    let list: Vec<String> = arrays
        .iter()
        .zip(counts)
        .filter(|(_, count)| *count > 0)
        .map(|(name, count)| format!("{name}: &[f64; {count}]"))
        .collect();
    list.join(", ")
}

/// Lines that take arrays apart, and that name what is not used.
fn unpacked(arguments: &Arguments, body: &Body) -> String {
    let used = |k: usize| body.uses_input[k];
    let Some(arrays) = &arguments.arrays else {
        let unused = (0..arguments.names.len()).filter(|&k| !used(k));
        return joined(unused.map(|k| format!("    let _ = {};\n", arguments.names[k])));
    };
    let parts = [0..arguments.inputs, arguments.inputs..arguments.names.len()];
    let mut text = String::new();
    for (array, range) in arrays.iter().zip(parts).filter(|(_, range)| !range.is_empty()) {
        let name = |k| if used(k) { arguments.names[k].as_str() } else { "_" };
        let names: Vec<&str> = range.map(name).collect();
        text += &format!("    let [{}] = *{array};\n", names.join(", "));
    }
    text
}

fn nan(n: usize, m: usize, derivative: bool) -> String {
    let value = if m == 1 { "f64::NAN".into() } else { format!("[f64::NAN; {m}]") };
    let slopes =
        if m == 1 { format!("[f64::NAN; {n}]") } else { format!("[[f64::NAN; {n}]; {m}]") };
    if derivative { format!("({value}, {slopes})") } else { value }
}

/// The last expression of the function.
fn results(f: &Function, results: &[String], n: usize, m: usize, derivative: bool) -> String {
    let (values, slopes) = results.split_at(m);
    let list = |texts: &[String], indent: usize, what: &dyn Fn(usize) -> String| -> String {
        let space = " ".repeat(indent);
        let line = |(k, t): (usize, &String)| format!("{space}    {t}, // {}\n", what(k));
        let lines: String = texts.iter().enumerate().map(line).collect();
        format!("[\n{lines}{space}]")
    };
    let output = |i: usize| super::names::comment(&f.outputs()[i]);
    let input = |k: usize| super::names::comment(&f.inputs()[k]);
    let value = |indent| if m == 1 { values[0].clone() } else { list(values, indent, &output) };
    if !derivative {
        return format!("    {}\n", value(4));
    }
    let row = |i: usize, indent| {
        if n == 0 {
            return "[]".to_owned();
        }
        list(&slopes[i * n..(i + 1) * n], indent, &|k| format!("d {} / d {}", output(i), input(k)))
    };
    let slopes = if m == 1 {
        row(0, 8)
    } else {
        let rows = joined((0..m).map(|i| format!("            {},\n", row(i, 12))));
        format!("[\n{rows}        ]")
    };
    format!("    (\n        {},\n        {slopes},\n    )\n", value(8))
}
