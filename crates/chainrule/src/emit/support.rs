//! What emitted code needs beside itself: helpers made from rows, and the special functions.

use super::joined;
use super::template::{Token, tokens};
use crate::algebra::Op;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// The table's source, for the plain functions that rows call.
const TABLE: &str = include_str!("../algebra/ops.rs");

macro_rules! special {
    ($($name:ident)+) => {
        /// The sources of the special functions, by module.
        const SPECIAL: &[(&str, &str)] =
            &[$((stringify!($name), include_str!(concat!("../algebra/special/", stringify!($name), ".rs")))),+];
    };
}
special! {
    circle digamma double erfcx_table exponential gamma gamma_tables hyperbolic logistic norm normal straight
}

/// Which module a special function is in.
const EXPORTS: &str = include_str!("../algebra/special/mod.rs");

/// What stands in for the crate `libm`.
const LIBM: &str = include_str!("support/libm.rs");

/// Special functions in C; each file may use those before it.
const C: [&str; 4] = [
    include_str!("support/double.c"),
    include_str!("support/elementary.c"),
    include_str!("support/hyperbolic.c"),
    include_str!("support/distributions.c"),
];

/// Tables that the C code shares with the Rust code: module and name.
const TABLES: [(&str, &str); 9] = [
    ("straight", "EXP_TAIL"),
    ("exponential", "INVERSE_FACTORIALS"),
    ("erfcx_table", "PIECES"),
    ("gamma_tables", "DIGAMMA"),
    ("gamma_tables", "LN_GAMMA"),
    ("gamma", "STIRLING"),
    ("libm", "LN_GAMMA_AT_TWO"),
    ("digamma", "BERNOULLI"),
    ("digamma", "DIGAMMA_SERIES"),
];

/// Every name that local variables must leave alone.
pub(super) fn names() -> BTreeSet<String> {
    let rows = Op::ALL.iter().map(|op| op.info().name.to_owned());
    let word =
        |text: &str| text.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
    let plain = TABLE.split("\nfn ").skip(1).map(word);
    rows.chain(plain).chain(c_items().iter().map(|item| item.name.clone())).collect()
}

/// A row's text as it stands in an emitted file.
pub(super) fn qualified(text: &str) -> String {
    text.replace("libm::", "special::libm::")
}

/// Lines of code without their comments.
pub(super) fn without_comments(code: &str) -> String {
    let mut text = String::new();
    let mut rest = code;
    while let Some((before, after)) = rest.split_once("/*") {
        text += before;
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    text += rest;
    let lines = text.lines().map(|line| line.split("//").next().unwrap_or(""));
    lines.collect::<Vec<_>>().join("\n")
}

/// The words of `code` that are called as plain functions.
fn called(code: &str) -> BTreeSet<String> {
    let code = without_comments(code);
    let tokens = tokens(&code);
    let is_call = |w: &[Token<'_>]| {
        w[1].is_word() && w[2].text == "(" && !matches!(w[0].text, "." | "::" | "fn")
    };
    tokens.windows(3).filter(|w| is_call(w)).map(|w| w[1].text.to_owned()).collect()
}

/// The helpers and special functions that `code` calls.
pub(super) fn rust(code: &str) -> String {
    let mut helpers = String::new();
    let in_code = called(code);
    for op in Op::ALL {
        let info = op.info();
        if !in_code.contains(info.name) {
            continue;
        }
        let kind = if info.any { "&[f64]" } else { "f64" };
        let list: Vec<String> = info.arguments.iter().map(|a| format!("{a}: {kind}")).collect();
        let value = qualified(info.value);
        let doc = info.doc.first().map_or("", |d| d.trim());
        helpers += &format!(
            "\n/// {doc}\nfn {}({}) -> f64 {{\n    {value}\n}}\n",
            info.name,
            list.join(", ")
        );
    }
    for name in called(&(code.to_owned() + &helpers)) {
        if let Some(text) = plain_function(&name) {
            helpers += &format!("\n{text}");
        }
    }
    let special = special(&(code.to_owned() + &helpers));
    helpers + &special
}

/// The function of that name in the table's source, with its comment.
fn plain_function(name: &str) -> Option<&'static str> {
    let found = TABLE.find(&format!("\nfn {name}("))? + 1;
    let before = TABLE[..found].rsplit_once("\n\n").map_or(0, |(head, _)| head.len() + 2);
    let end = found + TABLE[found..].find("\n}\n")? + 3;
    Some(&TABLE[before..end])
}

/// The source of a module of special functions.
fn source(module: &str) -> &'static str {
    SPECIAL.iter().find(|s| s.0 == module).map_or(LIBM, |s| s.1)
}

/// The module of special functions, with the files that `code` needs.
fn special(code: &str) -> String {
    let mut wanted: BTreeSet<&str> = BTreeSet::new();
    let mut todo: Vec<&str> = Vec::new();
    let is_called = |name: &str| code.contains(&format!("special::{name}("));
    let mut exports = String::new();
    for line in EXPORTS.lines().filter_map(|l| l.strip_prefix("pub(crate) use ")) {
        let (module, list) = line.split_once("::").expect("an export names its module");
        let names = list.trim_end_matches(';').trim_matches(['{', '}']).split(", ");
        let used: Vec<&str> = names.filter(|name| is_called(name)).collect();
        if !used.is_empty() {
            exports += &format!("    pub(crate) use {module}::{{{}}};\n", used.join(", "));
            todo.push(module);
        }
    }
    if code.contains("special::libm::") {
        todo.push("libm");
    }
    while let Some(module) = todo.pop() {
        if !wanted.insert(module) {
            continue;
        }
        let text = source(module);
        let modules = SPECIAL.iter().map(|s| s.0);
        todo.extend(modules.filter(|m| text.contains(&format!("super::{m}::"))));
        if text.contains("libm::") && module != "libm" {
            todo.push("libm");
        }
    }
    if wanted.is_empty() {
        return String::new();
    }
    let mut text = String::from(
        "\n/// Special functions within two units in the last place, as in chainrule.\n\
         #[allow(dead_code, unused_imports, clippy::all)]\nmod special {\n",
    );
    for module in wanted {
        text += &format!("    mod {module} {{\n");
        let source = source(module);
        let source = source.split("\n#[cfg(test)]").next().unwrap_or(source);
        for line in source.lines() {
            let line = if module == "libm" {
                line.into()
            } else {
                line.replace("libm::", "super::libm::")
            };
            let space = if line.is_empty() { "" } else { "        " };
            text += &format!("{space}{line}\n");
        }
        text += "    }\n";
    }
    let libm = if code.contains("special::libm::") {
        text.replace("    mod libm {", "    pub(crate) mod libm {")
    } else {
        text
    };
    format!("{libm}{exports}}}\n")
}

/// A definition of the C support code.
pub(super) struct Item {
    pub(super) name: String,
    pub(super) text: String,
}

/// The C support code, definition by definition, in an order that C accepts.
pub(super) fn c_items() -> &'static [Item] {
    static ITEMS: LazyLock<Vec<Item>> = LazyLock::new(read_c_items);
    &ITEMS
}

fn read_c_items() -> Vec<Item> {
    let mut items = Vec::new();
    for (k, file) in C.iter().enumerate() {
        for text in file.split("\n\n").map(str::trim).filter(|t| !t.is_empty()) {
            let code = without_comments(text);
            let words = tokens(&code);
            let end = if words.first().is_some_and(|t| t.text == "typedef") {
                words.len() - 1
            } else {
                words.iter().position(|t| matches!(t.text, "(" | "[" | "=")).unwrap_or(words.len())
            };
            let name = words[..end].last().map_or("", |t| t.text);
            items.push(Item { name: name.into(), text: text.into() });
        }
        if k == 0 {
            items.extend(TABLES.iter().map(|(module, name)| c_table(module, name)));
        }
    }
    items
}

/// A table of the Rust code as one of C.
fn c_table(module: &str, name: &str) -> Item {
    let source = source(module);
    let start = source.find(&format!("const {name}: ")).unwrap_or(0);
    let text = &source[start..];
    let text = &text[..text.find("\n];").unwrap_or(0)];
    let (kind, values) = text.split_once(" = [").unwrap_or(("", ""));
    let sizes: Vec<&str> =
        kind.split(';').skip(1).map(|s| s.trim().trim_end_matches(']')).collect();
    let element = if kind.contains("Double") { "Double" } else { "double" };
    let sizes = joined(sizes.iter().rev().map(|s| format!("[{s}]")));
    let values = values
        .replace('[', "{")
        .replace(']', "}")
        .replace("Double {", "{")
        .replace("hi: ", "")
        .replace("lo: ", "");
    Item {
        name: name.into(),
        text: format!("static const {element} {name}{sizes} = {{{values}}};"),
    }
}

/// The definitions of C support code that `code` needs, directly or not.
pub(super) fn c(code: &str) -> String {
    let items = c_items();
    let place: BTreeMap<&str, usize> =
        items.iter().enumerate().map(|(i, item)| (item.name.as_str(), i)).collect();
    let mut wanted = BTreeSet::new();
    let uses = |text: &str| -> Vec<usize> {
        let code = without_comments(text);
        tokens(&code).iter().filter_map(|t| place.get(t.text).copied()).collect()
    };
    let mut todo = uses(code);
    while let Some(i) = todo.pop() {
        if wanted.insert(i) {
            todo.extend(uses(&items[i].text));
        }
    }
    joined(wanted.into_iter().map(|i| format!("\n{}\n", items[i].text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_module_of_special_functions_is_known() {
        let modules: Vec<&str> = EXPORTS
            .lines()
            .filter_map(|l| l.strip_prefix("mod ").and_then(|l| l.strip_suffix(';')))
            .collect();
        let known: Vec<&str> = SPECIAL.iter().map(|s| s.0).collect();
        assert_eq!(modules, known);
    }

    #[test]
    fn every_definition_in_c_has_a_name_of_its_own() {
        let mut seen = BTreeSet::new();
        for item in c_items() {
            assert!(!item.name.is_empty() && item.text.len() > 20, "{}", item.text);
            assert!(seen.insert(item.name.clone()), "`{}` twice", item.name);
        }
    }
}
