//! Values for the variables: `a=2,b=-3`, in the order of the formula.

use super::{Formula, at, lexer, names, wrong_name};
use crate::error::{Error, closest};
use std::collections::{HashMap, HashSet};

/// At most so many names are listed in a message.
const LISTED: usize = 12;

impl Formula {
    /// The given values in the order of [`variables`](Formula::variables).
    ///
    /// ```
    /// use chainrule::formula::{Formula, parse_assignments};
    /// let formula = Formula::parse("(a*b + c)*d")?;
    /// let x = formula.bind(&parse_assignments("d=-2, a=2, c=10, b=-3")?)?;
    /// assert_eq!((x.as_slice(), formula.value(&x)), ([2.0, -3.0, 10.0, -2.0].as_slice(), -8.0));
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If a variable has no value or two, or a value is given for a name that is computed or does
    /// not stand in the formula. The message names it, and what was probably meant.
    pub fn bind(&self, given: &[(String, f64)]) -> Result<Vec<f64>, Error> {
        let mut known: HashMap<&str, f64> = HashMap::with_capacity(given.len());
        let defined: HashSet<&str> =
            self.definitions.iter().map(|(name, _)| name.as_str()).collect();
        for (name, value) in given {
            if let Some(earlier) = known.insert(name, *value) {
                return Err(twice(name, earlier, *value));
            }
            if defined.contains(name.as_str()) {
                return Err(wrong_name(format!("{name} is computed")).hint("remove it from --at"));
            }
        }
        let mut x = Vec::with_capacity(self.variables.len());
        for (variable, node) in self.variables.iter().zip(self.program.inputs()) {
            let Some(&value) = known.get(variable.as_str()) else {
                let error = self.missing(variable, given);
                return Err(match self.span(*node) {
                    Some(span) => error.at(span),
                    None => error,
                });
            };
            x.push(value);
        }
        for name in &self.variables {
            known.remove(name.as_str());
        }
        match given.iter().find(|(name, _)| known.contains_key(name.as_str())) {
            Some((name, _)) => Err(self.unused(name)),
            None => Ok(x),
        }
    }

    fn missing(&self, variable: &str, given: &[(String, f64)]) -> Error {
        let known = || given.iter().map(|(name, _)| name.as_str());
        let defined = self.definitions.iter().map(|(name, _)| name.as_str());
        let parts: Vec<&str> = known().chain(defined).collect();
        if let Some(product) = product(variable, &parts) {
            return wrong_name(format!("`{variable}` is one name"))
                .hint(format!("did you mean `{product}`?"));
        }
        let has: HashSet<&str> = known().collect();
        let mut lacking: Vec<String> = self
            .variables
            .iter()
            .filter(|v| !has.contains(v.as_str()))
            .take(LISTED + 1)
            .map(|v| format!("{v}=…"))
            .collect();
        if lacking.len() > LISTED {
            lacking[LISTED] = "…".into();
        }
        let give = format!("give `--at {}`", lacking.join(","));
        let mut list: Vec<&str> = known().take(LISTED + 1).collect();
        if list.len() > LISTED {
            list[LISTED] = "…";
        }
        let message = if list.is_empty() {
            format!("`{variable}` has no value")
        } else {
            format!("`{variable}` has no value. Known: {}", list.join(", "))
        };
        let spare = known().filter(|name| !self.variables.iter().any(|v| v == name));
        let error = wrong_name(message);
        if names::function(variable).is_some() {
            return error
                .hint(format!("`{variable}` is a function: write `{variable}(…)`; or {give}"));
        }
        match closest(variable, spare.chain(parts.iter().copied().filter(|p| p.len() > 1))) {
            Some(near) => error.hint(format!("did you mean `{near}`? Otherwise {give}")),
            None => error.hint(give),
        }
    }

    fn unused(&self, name: &str) -> Error {
        if self.constants.iter().any(|c| c == name) {
            return wrong_name(format!("`{name}` stands for a number in this formula"))
                .hint("use another name for the variable");
        }
        let error = wrong_name(format!("`{name}` is not in the formula"));
        match closest(name, self.variables.iter().map(String::as_str)) {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None if self.variables.is_empty() => error.hint("it has no variables"),
            None => {
                let shown = &self.variables[..self.variables.len().min(LISTED)];
                error.hint(format!("its variables are {}", shown.join(", ")))
            }
        }
    }
}

/// `name` as a product of known names, if it is one: `a*b` for `ab`.
fn product(name: &str, known: &[&str]) -> Option<String> {
    // `ways[i]` is a known name that ends at byte `i`, where the rest before it is a product too.
    let mut ways: Vec<Option<&str>> = vec![None; name.len() + 1];
    for end in 1..=name.len() {
        ways[end] = known.iter().copied().find(|k| {
            let start = end.wrapping_sub(k.len());
            !k.is_empty()
                && name.get(start..end) == Some(*k)
                && (start == 0 || ways[start].is_some())
        });
    }
    let mut parts = Vec::new();
    let mut end = name.len();
    while end > 0 {
        let part = ways[end]?;
        parts.push(part);
        end -= part.len();
    }
    parts.reverse();
    (parts.len() > 1).then(|| parts.join("*"))
}

fn twice(name: &str, first: f64, second: f64) -> Error {
    wrong_name(format!("`{name}` is given twice: {first} and {second}")).hint("keep one of them")
}

/// Reads `a=2,b=-3`. A value is a number or a formula without variables: `x=pi/2`.
///
/// ```
/// use chainrule::formula::parse_assignments;
/// let values = parse_assignments("a=2, b=-3, c=1/4")?;
/// assert_eq!(values, [("a".into(), 2.0), ("b".into(), -3.0), ("c".into(), 0.25)]);
/// # Ok::<(), chainrule::Error>(())
/// ```
///
/// # Errors
///
/// If a name is given twice, or a value is not a number. The error points into `text`.
pub fn parse_assignments(text: &str) -> Result<Vec<(String, f64)>, Error> {
    let mut values: Vec<(String, f64)> = Vec::new();
    let mut seen: HashMap<&str, f64> = HashMap::new();
    let mut start = 0;
    for piece in text.split(',') {
        let span = trimmed(piece, start);
        start += piece.len() + 1;
        if span.is_empty() && text.trim().is_empty() {
            break;
        }
        let shown = &text[span.clone()];
        let Some((name, value)) = shown.split_once('=') else {
            let error = at(format!("expected `name=value`, found `{shown}`"), span);
            return Err(error.hint("write for example `a=2,b=-3`; a decimal point is `.`"));
        };
        let (name, value) = (name.trim(), value.trim());
        if !lexer::is_one_name(name) {
            return Err(
                at(format!("`{name}` is not a name"), span).hint("write for example `a=2,b=-3`")
            );
        }
        let Some(number) = number(value) else {
            return Err(at(format!("`{value}` is not a number, given for `{name}`"), span)
                .hint(format!("write for example `{name}=2`")));
        };
        if let Some(first) = seen.insert(name, number) {
            return Err(twice(name, first, number).at(span));
        }
        values.push((name.into(), number));
    }
    Ok(values)
}

/// Where `piece`, which begins at `start`, has something other than space.
fn trimmed(piece: &str, start: usize) -> std::ops::Range<usize> {
    let begin = start + piece.len() - piece.trim_start().len();
    begin..begin + piece.trim().len()
}

fn number(text: &str) -> Option<f64> {
    let formula = Formula::parse(text).ok()?;
    let alone = formula.variables.is_empty() && formula.definitions.is_empty();
    alone.then(|| formula.value(&[])).filter(|x| !x.is_nan())
}
