//! Imports point one way: a module uses only what stands before it.

use std::fs;
use std::path::{Path, PathBuf};

/// Modules from the ground up; those on one line do not use each other.
const LAYERS: &[&[&str]] = &[
    &["error", "spare"],
    &["algebra"],
    &["expression"],
    &["program", "optimize"],
    &["graph"],
    &["derive", "latex"],
    &["function", "sparse"],
    &["simplify", "operation"],
    &["kernel"],
    &["formula", "diagnose", "check", "manual", "estimate"],
    &["explain", "draw", "nn", "emit", "scalar"],
    &["interop"],
];

/// Pairs on one line, or against the direction, that are meant: `function` and `sparse` are one
/// type in two folders, a saved function may hold loops, `program` is given its backward loop by `derive`.
const MEANT: &[(&str, &str)] = &[
    ("function", "sparse"),
    ("sparse", "function"),
    ("diagnose", "formula"),
    ("function", "operation"),
];

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|names| names.contains(&module))
}

fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the sources are there") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|e| e == "rs") {
            into.push(path);
        }
    }
}

#[test]
fn modules_use_only_what_stands_before_them() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let mut wrong = Vec::new();
    for file in files {
        let inside = file.strip_prefix(&root).expect("below the root");
        let first = inside.iter().next().and_then(|p| p.to_str()).expect("a name");
        let module = first.trim_end_matches(".rs");
        if module == "lib" {
            continue;
        }
        let Some(own) = layer(module) else {
            wrong.push(format!("`{module}` has no place in LAYERS"));
            continue;
        };
        let text = fs::read_to_string(&file).expect("a readable source");
        let code = text.lines().filter(|l| !l.trim_start().starts_with("//"));
        for used in code.flat_map(|l| l.split("crate::").skip(1)) {
            let name: String =
                used.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
            let Some(theirs) = layer(&name) else { continue };
            let fine = name == module || theirs < own || MEANT.contains(&(module, &name));
            if !fine {
                wrong.push(format!("{} uses `{name}`", inside.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
