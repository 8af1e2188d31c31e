//! Operations in saved functions: those that are made of a recorded function are written with it.

use super::rows::Rows;
use crate::error::{Error, ErrorKind};
use crate::function::{Function, number, read_number};
use crate::program::Operation;
use serde_json::{Value, json};

/// A recorded function as one node.
pub(super) fn function(f: &Function) -> Value {
    json!({ "kind": "function", "function": f.to_value() })
}

/// A loop of a step that is [`function`].
pub(super) fn scan(step: &Value, steps: usize, rows: &Rows, bytes: usize) -> Value {
    if rows.width == 0 {
        return json!({ "kind": "scan", "steps": steps, "bytes": bytes, "step": step });
    }
    let row = |row: &[f64]| row.iter().map(|&x| number(x)).collect::<Value>();
    let rows = rows.numbers.chunks_exact(rows.width).map(row).collect::<Value>();
    json!({ "kind": "scan", "rows": rows, "bytes": bytes, "step": step })
}

/// The operation that was written so under that name; `known` are those that it may call.
///
/// # Errors
///
/// If it makes no sense.
pub(crate) fn read(name: &str, value: &Value, known: &[Operation]) -> Result<Operation, Error> {
    let wrong = |what: &str| Error::new(ErrorKind::Format, format!("operation `{name}`: {what}"));
    let recorded = |value: &Value| -> Result<Function, Error> {
        let text = value.get("function").ok_or_else(|| wrong("no `function`"))?;
        Function::from_value(text, known)
    };
    let whole = |key: &str| {
        let found = value.get(key).and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok());
        found.ok_or_else(|| wrong(&format!("no number `{key}`")))
    };
    let numbers = |rows: &Value| -> Result<Vec<Vec<f64>>, Error> {
        let row = |row: &Value| row.as_array()?.iter().map(read_number).collect();
        let all: Option<_> = rows.as_array().and_then(|rows| rows.iter().map(row).collect());
        all.ok_or_else(|| wrong("`rows` is no list of lists of numbers"))
    };
    match value.get("kind").and_then(Value::as_str) {
        Some("function") => Operation::from_function(name, &recorded(value)?),
        Some("scan") => {
            let step = value.get("step").ok_or_else(|| wrong("no `step`"))?;
            let (step, bytes) = (recorded(step)?, whole("bytes")?);
            match value.get("rows") {
                Some(rows) => Operation::scan_rows(name, &step, &numbers(rows)?, bytes),
                None => Operation::scan(name, &step, whole("steps")?, bytes),
            }
        }
        _ => Err(wrong("it is neither a `function` nor a `scan`")),
    }
}
