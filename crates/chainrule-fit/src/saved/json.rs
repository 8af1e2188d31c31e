//! Reading JSON whose every error says where in the document it is.

use chainrule::error::{Error, ErrorKind};
use serde_json::Value;

/// A value of a document and the path to it, such as `coefficients[2].estimate`.
pub(super) struct Node<'v> {
    value: &'v Value,
    path: String,
}

impl<'v> Node<'v> {
    pub(super) fn root(value: &'v Value) -> Self {
        Node { value, path: String::new() }
    }

    /// An error about this value.
    pub(super) fn error(&self, what: impl std::fmt::Display) -> Error {
        let place = if self.path.is_empty() { "the document" } else { &self.path };
        Error::new(ErrorKind::Format, format!("{place} {what}"))
            .hint("write the model again with `chainrule fit … --save`")
    }

    fn child(&self, key: &str, value: &'v Value) -> Node<'v> {
        let dot = if self.path.is_empty() || key.starts_with('[') { "" } else { "." };
        Node { value, path: format!("{}{dot}{key}", self.path) }
    }

    /// The value of a key, if it is there and not null.
    pub(super) fn maybe(&self, key: &str) -> Option<Node<'v>> {
        let value = self.value.get(key).filter(|value| !value.is_null())?;
        Some(self.child(key, value))
    }

    /// The value of a key.
    pub(super) fn key(&self, key: &str) -> Result<Node<'v>, Error> {
        if !self.value.is_object() {
            return Err(self.error("is not an object"));
        }
        self.maybe(key).ok_or_else(|| self.child(key, &Value::Null).error("is missing"))
    }

    pub(super) fn text(&self) -> Result<&'v str, Error> {
        self.value.as_str().ok_or_else(|| self.error("is not a text"))
    }

    /// A number; `null` stands for one that is not finite.
    pub(super) fn number(&self) -> Result<f64, Error> {
        if self.value.is_null() {
            return Ok(f64::NAN);
        }
        self.value.as_f64().ok_or_else(|| self.error("is not a number"))
    }

    /// The number of a key, NaN where there is none.
    pub(super) fn number_of(&self, key: &str) -> Result<f64, Error> {
        self.maybe(key).map_or(Ok(f64::NAN), |node| node.number())
    }

    pub(super) fn count(&self) -> Result<usize, Error> {
        let count = self.value.as_u64().and_then(|n| usize::try_from(n).ok());
        count.ok_or_else(|| self.error("is not a whole number"))
    }

    pub(super) fn list(&self) -> Result<Vec<Node<'v>>, Error> {
        let list = self.value.as_array().ok_or_else(|| self.error("is not a list"))?;
        Ok(list.iter().enumerate().map(|(i, v)| self.child(&format!("[{i}]"), v)).collect())
    }

    /// The value as JSON.
    pub(super) fn text_of_value(&self) -> String {
        self.value.to_string()
    }

    pub(super) fn numbers(&self) -> Result<Vec<f64>, Error> {
        self.list()?.iter().map(Node::number).collect()
    }

    pub(super) fn texts(&self) -> Result<Vec<String>, Error> {
        self.list()?.iter().map(|node| node.text().map(str::to_owned)).collect()
    }
}

/// The document, or an error with its line and column.
pub(super) fn parse(text: &str) -> Result<Value, Error> {
    serde_json::from_str(text).map_err(|e| {
        let message = format!("line {}, column {}: no JSON ({})", e.line(), e.column(), reason(&e));
        Error::new(ErrorKind::Format, message).hint("was the file cut off or edited?")
    })
}

/// The parser's reason, without its own copy of the place.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line").map_or(text.clone(), |(reason, _)| reason.to_owned())
}
