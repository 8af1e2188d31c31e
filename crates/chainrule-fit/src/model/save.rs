//! A plan as JSON: the formula, and what it knows from the rows. Everything else is computed again.

use super::plan::{Category, Plan, Resolved, Schema};
use super::scan::{Missing, PlanOptions};
use super::terms::Terms;
use chainrule::error::{Error, ErrorKind};
use serde_json::{Map, Value, json};

/// The words for what is done about gaps.
const MISSING: [(Missing, &str); 3] =
    [(Missing::Error, "error"), (Missing::Drop, "drop"), (Missing::Mean, "mean")];

impl Plan {
    /// Does something else about gaps in new rows than in the rows that the plan was made for.
    ///
    /// # Errors
    ///
    /// If gaps are to be filled with means that the plan does not have.
    pub fn set_missing(&mut self, missing: Missing) -> Result<(), Error> {
        if missing == Missing::Mean && self.schema.options.missing != Missing::Mean {
            let error = Error::new(ErrorKind::Option, "the model has no means to fill gaps with");
            return Err(error.hint("fit it with `--missing mean`, or choose `drop`"));
        }
        self.schema.options.missing = missing;
        Ok(())
    }

    /// The plan as JSON, described in `docs/format.md`.
    #[must_use]
    pub fn to_json(&self) -> String {
        let Schema { options, categories, means, classes } = &self.schema;
        let category = |c: &Category| {
            let Category { column, levels, is_numeric, reference } = c;
            json!({
                "column": column,
                "levels": levels,
                "reference": levels[*reference],
                "numbers": is_numeric,
            })
        };
        let missing =
            MISSING.iter().find(|(m, _)| *m == options.missing).map_or("error", |(_, word)| word);
        let means: Map<String, Value> =
            means.iter().map(|(name, x)| (name.clone(), json!(x))).collect();
        json!({
            "formula": self.resolved.terms.source(),
            "columns": self.resolved.columns,
            "others": self.resolved.others,
            "categories": categories.iter().map(category).collect::<Vec<_>>(),
            "categorical": options.categorical,
            "weights": options.weights,
            "missing": missing,
            "means": means,
            "classes": options.classes.then_some(classes),
        })
        .to_string()
    }

    /// Reads a plan that [`to_json`](Plan::to_json) wrote.
    ///
    /// # Errors
    ///
    /// If it is none.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        let value: Value = serde_json::from_str(text).map_err(|error| bad(&error.to_string()))?;
        let terms = Terms::parse(string(&value, "formula")?)?;
        let missing = string(&value, "missing")?;
        let weights = match &value["weights"] {
            Value::Null => None,
            _ => Some(string(&value, "weights")?.to_owned()),
        };
        let classes =
            if value["classes"].is_null() { None } else { Some(strings(&value, "classes")?) };
        let columns = strings(&value, "columns")?;
        let categorical = strings(&value, "categorical")?.into_iter();
        let options = PlanOptions {
            missing: missing.parse()?,
            categorical: categorical.filter(|name| columns.contains(name)).collect(),
            weights,
            drop: Vec::new(),
            classes: classes.is_some(),
        };
        let resolved =
            Resolved::new(&terms, &columns, Some(&strings(&value, "others")?), &options)?;
        let saved = value["categories"].as_array().ok_or_else(|| bad("`categories` is no list"))?;
        let mut categories = Vec::with_capacity(saved.len());
        for wanted in &resolved.categories {
            let find = |c: &&Value| c["column"] == wanted.column.as_str();
            let lacks = || bad(&format!("the levels of `{}` are missing", wanted.column));
            categories.push(category(saved.iter().find(find).ok_or_else(lacks)?)?);
        }
        let means = value["means"].as_object().ok_or_else(|| bad("`means` is no object"))?;
        let mean = |(name, x): (&String, &Value)| match x.as_f64() {
            Some(x) => Ok((name.clone(), x)),
            None => Err(bad(&format!("the mean of `{name}` is no number"))),
        };
        let means = means.iter().map(mean).collect::<Result<_, _>>()?;
        Plan::build(
            resolved,
            Schema { options, categories, means, classes: classes.unwrap_or_default() },
        )
    }
}

fn category(value: &Value) -> Result<Category, Error> {
    let levels = strings(value, "levels")?;
    let reference = string(value, "reference")?;
    let reference = levels.iter().position(|level| level == reference);
    let Some(reference) = reference.filter(|_| levels.len() > 1) else {
        return Err(bad("a reference is none of the levels"));
    };
    let is_numeric =
        value["numbers"].as_bool().ok_or_else(|| bad("`numbers` is neither true nor false"))?;
    Ok(Category { column: string(value, "column")?.into(), levels, is_numeric, reference })
}

fn string<'v>(value: &'v Value, key: &str) -> Result<&'v str, Error> {
    value[key].as_str().ok_or_else(|| bad(&format!("`{key}` is no text")))
}

fn strings(value: &Value, key: &str) -> Result<Vec<String>, Error> {
    let list = value[key].as_array().ok_or_else(|| bad(&format!("`{key}` is no list")))?;
    let text = |v: &Value| {
        v.as_str().map(str::to_owned).ok_or_else(|| bad(&format!("`{key}` holds other than text")))
    };
    list.iter().map(text).collect()
}

fn bad(what: &str) -> Error {
    Error::new(ErrorKind::Format, format!("not a saved plan: {what}"))
}
