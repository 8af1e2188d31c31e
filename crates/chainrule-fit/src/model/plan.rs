//! A formula for the columns of some data: what its terms become, and what they are called.

use super::coding::{Coding, Product, code};
use super::expand::expand;
use super::expression::{Expression, wrong_at};
use super::scan::{PlanOptions, Scan};
use super::terms::{Factor, FactorKind, Terms};
use crate::table::{Table, listed, printed, wrong};
use chainrule::error::{Error, closest};
use std::collections::{HashMap, HashSet};
use std::ops::Range;

/// A formula with everything that makes the same columns of any rows: levels of categories, means for gaps.
///
/// It is saved with a model as JSON, and applied to new rows, a table or block by block.
///
/// ```
/// use chainrule_fit::{Column, Plan, PlanOptions, Table, Terms};
/// let old = Table::new(vec![
///     Column::numbers("y", vec![1.0, 2.0, 4.0]),
///     Column::text("city", ["Oslo", "Rome", "Oslo"]),
/// ])?;
/// let plan = Plan::new(&Terms::parse("y ~ C(city)")?, &old, &PlanOptions::default())?;
/// let plan = Plan::from_json(&plan.to_json())?;
/// let new = Table::new(vec![Column::text("city", ["Rome", "Bonn"])])?;
/// let error = plan.predictors(&new).unwrap_err();
/// assert_eq!(error.to_string(), "row 2, column `city`: 'Bonn' is not a level of the model; known are Oslo, Rome");
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Plan {
    pub(super) resolved: Resolved,
    pub(super) schema: Schema,
    pub(super) products: Vec<Product>,
    names: Vec<String>,
}

/// What a plan knows from the rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Schema {
    pub(super) options: PlanOptions,
    pub(super) categories: Vec<Category>,
    pub(super) means: Vec<(String, f64)>,
    pub(super) classes: Vec<String>,
}

/// The levels of a column.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Category {
    pub(super) column: String,
    pub(super) levels: Vec<String>,
    /// Whether the levels are numbers, so that `1` and `1.0` are one.
    pub(super) is_numeric: bool,
    pub(super) reference: usize,
}

/// A category before its levels are known.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub(super) column: String,
    pub(super) reference: Option<(String, Range<usize>)>,
    pub(super) span: Range<usize>,
}

/// What a factor is.
#[derive(Clone, Debug)]
pub(super) enum Meaning {
    Number(Expression),
    /// The position of a category.
    Category(usize),
}

/// A formula whose names found their columns.
#[derive(Clone, Debug)]
pub(super) struct Resolved {
    pub(super) terms: Terms,
    pub(super) response: Expression,
    pub(super) meanings: Vec<Meaning>,
    /// The factors of each term.
    pub(super) expanded: Vec<Vec<usize>>,
    pub(super) offsets: Vec<Expression>,
    pub(super) weights: Option<String>,
    pub(super) categories: Vec<Wanted>,
    /// Columns that describe and are used as numbers.
    pub(super) numbers: Vec<String>,
    /// All columns that are used, in the order of the data.
    pub(super) columns: Vec<String>,
    /// The columns that `.` stands for.
    pub(super) others: Vec<String>,
}

impl Resolved {
    /// Finds the columns among `names`; `others`, if given, are those of `.`.
    pub(super) fn new(
        terms: &Terms,
        names: &[String],
        others: Option<&[String]>,
        options: &PlanOptions,
    ) -> Result<Self, Error> {
        for name in options.categorical.iter().chain(&options.drop).chain(&options.weights) {
            crate::table::position(names, name)?;
        }
        let known: HashSet<&str> = names.iter().map(String::as_str).collect();
        let compile = |written: &super::expression::Written| {
            let expression = written.compile(&terms.masked, |name| known.contains(name))?;
            for (column, span) in expression.columns.iter().zip(&expression.spans) {
                find(names, &known, column, span)?;
            }
            Ok::<_, Error>(expression)
        };
        let response = compile(&terms.response)?;
        let offsets = terms.offsets.iter().map(compile).collect::<Result<Vec<_>, _>>()?;
        let categorical: HashSet<&str> = options.categorical.iter().map(String::as_str).collect();
        let mut table = Factors { categorical, ..Factors::default() };
        let mut numbers_of = Vec::with_capacity(terms.factors.len());
        for factor in &terms.factors {
            let (meaning, columns) = match &factor.kind {
                FactorKind::Column(column) => {
                    find(names, &known, column, &factor.span)?;
                    (table.column(column, &factor.span), std::slice::from_ref(column))
                }
                FactorKind::Category { column, reference } => {
                    find(names, &known, column, &factor.span)?;
                    (
                        table.category(column, reference.as_ref(), &factor.span)?,
                        std::slice::from_ref(column),
                    )
                }
                FactorKind::Expression(written) => {
                    let expression = compile(written)?;
                    (table.expression(expression), &[][..])
                }
            };
            refuse_response(&response, columns, factor)?;
            if let Meaning::Number(expression) = &table.meanings[meaning] {
                refuse_response(&response, &expression.columns, factor)?;
            }
            numbers_of.push(meaning);
        }
        let others: Vec<String> = match others {
            Some(others) => others.to_vec(),
            None if terms.has_others() => {
                let taken: HashSet<&str> = response
                    .columns
                    .iter()
                    .chain(offsets.iter().flat_map(|o| &o.columns))
                    .chain(&options.weights)
                    .chain(&options.drop)
                    .map(String::as_str)
                    .collect();
                names.iter().filter(|name| !taken.contains(name.as_str())).cloned().collect()
            }
            None => Vec::new(),
        };
        let of_others: Vec<usize> =
            others.iter().map(|name| table.column(name, &terms.response.span())).collect();
        let expanded = expand(&terms.root, &|i| numbers_of[i], &of_others)?;
        if expanded.is_empty() {
            return Err(wrong_at("the model has no terms", 0..terms.source.len())
                .hint("`y ~ 1` is the mean alone"));
        }
        let mut numbers: Vec<String> = Vec::new();
        let mut seen = HashSet::new();
        let described = table.meanings.iter().filter_map(|meaning| match meaning {
            Meaning::Number(expression) => Some(expression),
            Meaning::Category(_) => None,
        });
        for column in described.chain(&offsets).flat_map(|e| &e.columns) {
            if seen.insert(column.clone()) {
                numbers.push(column.clone());
            }
        }
        let mut used: HashSet<&str> = seen.iter().map(String::as_str).collect();
        used.extend(response.columns.iter().chain(&options.weights).map(String::as_str));
        used.extend(table.categories.iter().map(|c| c.column.as_str()));
        let columns = names.iter().filter(|name| used.contains(name.as_str())).cloned().collect();
        let (meanings, categories) = (table.meanings, table.categories);
        let weights = options.weights.clone();
        Ok(Resolved {
            terms: terms.clone(),
            response,
            meanings,
            expanded,
            offsets,
            weights,
            categories,
            numbers,
            columns,
            others,
        })
    }
}

/// Factors by what they mean: what means the same is one factor.
#[derive(Default)]
struct Factors<'o> {
    categorical: HashSet<&'o str>,
    meanings: Vec<Meaning>,
    categories: Vec<Wanted>,
    /// Factors of numbers by their names.
    numbers: HashMap<String, usize>,
}

impl Factors<'_> {
    fn column(&mut self, name: &str, span: &Range<usize>) -> usize {
        if self.categorical.contains(name) {
            return self.category(name, None, span).expect("no reference that could differ");
        }
        self.expression(Expression::column(name, span.clone()))
    }

    fn expression(&mut self, expression: Expression) -> usize {
        if let Some(&i) = self.numbers.get(&expression.name) {
            return i;
        }
        self.numbers.insert(expression.name.clone(), self.meanings.len());
        self.meanings.push(Meaning::Number(expression));
        self.meanings.len() - 1
    }

    fn category(
        &mut self,
        column: &str,
        reference: Option<&(String, Range<usize>)>,
        span: &Range<usize>,
    ) -> Result<usize, Error> {
        let place = self.meanings.iter().position(|meaning| match meaning {
            Meaning::Category(c) => self.categories[*c].column == column,
            Meaning::Number(_) => false,
        });
        let Some(place) = place else {
            let wanted =
                Wanted { column: column.into(), reference: reference.cloned(), span: span.clone() };
            self.categories.push(wanted);
            self.meanings.push(Meaning::Category(self.categories.len() - 1));
            return Ok(self.meanings.len() - 1);
        };
        let Meaning::Category(c) = self.meanings[place] else {
            unreachable!("it was found as one")
        };
        match (&self.categories[c].reference, reference) {
            (Some((one, _)), Some((other, span))) if one != other => Err(wrong_at(
                format!("`{column}` has another reference already: {one}"),
                span.clone(),
            )),
            (None, Some(reference)) => {
                self.categories[c].reference = Some(reference.clone());
                Ok(place)
            }
            _ => Ok(place),
        }
    }
}

/// Refuses a column that is not there, pointing at its place.
fn find(
    names: &[String],
    known: &HashSet<&str>,
    column: &str,
    span: &Range<usize>,
) -> Result<(), Error> {
    if known.contains(column) {
        return Ok(());
    }
    crate::table::position(names, column).map(drop).map_err(|error| error.at(span.clone()))
}

fn refuse_response(
    response: &Expression,
    columns: &[String],
    factor: &Factor,
) -> Result<(), Error> {
    match columns.iter().find(|column| response.columns.contains(column)) {
        Some(column) => {
            let message = format!("`{column}` is the response and describes itself here");
            Err(wrong_at(message, factor.span.clone()).hint("take it out of the right side"))
        }
        None => Ok(()),
    }
}

/// The position of a level.
pub(super) fn level(levels: &[String], name: &str, column: &str) -> Result<usize, Error> {
    levels.iter().position(|level| level == name).ok_or_else(|| {
        let message =
            format!("`{column}` has no level '{}'; there are {}", printed(name), listed(levels));
        match closest(name, levels.iter().map(String::as_str)) {
            Some(near) => wrong(message).hint(format!("did you mean '{near}'?")),
            None => wrong(message),
        }
    })
}

impl Plan {
    /// The plan of a formula for the rows of a table.
    ///
    /// # Errors
    ///
    /// If the formula does not go with the columns, there are gaps and nothing was said about them, or text stands
    /// where a number is wanted.
    pub fn new(terms: &Terms, table: &Table, options: &PlanOptions) -> Result<Self, Error> {
        let names: Vec<String> = table.columns().iter().map(|c| c.name.clone()).collect();
        let mut scan = Scan::new(terms, &names, options)?;
        scan.add(table)?;
        scan.plan()
    }

    pub(super) fn build(resolved: Resolved, schema: Schema) -> Result<Self, Error> {
        let is_category = |i: usize| matches!(resolved.meanings[i], Meaning::Category(_));
        let products = code(&resolved.expanded, is_category)?;
        let mut plan = Plan { resolved, schema, products, names: Vec::new() };
        plan.check_width()?;
        plan.names = plan.products.iter().flat_map(|product| plan.product_names(product)).collect();
        Ok(plan)
    }

    /// Refuses categories that make more columns than can be meant.
    fn check_width(&self) -> Result<(), Error> {
        const MOST_COLUMNS: usize = 100_000;
        let width = |product: &Product| {
            let widths = product.iter().map(|&(i, coding)| self.width(i, coding));
            widths.fold(1, usize::saturating_mul)
        };
        let total = self.products.iter().map(width).fold(0, usize::saturating_add);
        if total <= MOST_COLUMNS {
            return Ok(());
        }
        let widest = self.schema.categories.iter().max_by_key(|c| c.levels.len());
        let largest = widest.map_or(String::new(), |c| {
            format!("; `{}` alone has {} levels", c.column, c.levels.len())
        });
        Err(wrong(format!("the model has {total} columns, more than {MOST_COLUMNS}{largest}")))
    }

    /// Number of columns of a factor.
    pub(super) fn width(&self, factor: usize, coding: Coding) -> usize {
        match &self.resolved.meanings[factor] {
            Meaning::Number(_) => 1,
            Meaning::Category(c) => {
                self.schema.categories[*c].levels.len() - usize::from(coding == Coding::Reduced)
            }
        }
    }

    fn product_names(&self, product: &Product) -> Vec<String> {
        if product.is_empty() {
            return vec!["intercept".into()];
        }
        let mut names = vec![String::new()];
        for &(factor, coding) in product {
            let parts: Vec<String> = match &self.resolved.meanings[factor] {
                Meaning::Number(expression) => vec![expression.name.clone()],
                Meaning::Category(c) => {
                    let Category { column, levels, reference, .. } = &self.schema.categories[*c];
                    let shown = |i: &usize| coding == Coding::Full || i != reference;
                    let shown = (0..levels.len()).filter(shown);
                    shown.map(|i| format!("{column}[{}]", levels[i])).collect()
                }
            };
            let join = |name: &String, part: &String| {
                if name.is_empty() { part.clone() } else { format!("{name}:{part}") }
            };
            names = names
                .iter()
                .flat_map(|name| parts.iter().map(move |part| join(name, part)))
                .collect();
        }
        names
    }

    /// Names of the columns of the design, one a coefficient.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Whether the first column is the intercept.
    #[must_use]
    pub fn has_intercept(&self) -> bool {
        self.products.first().is_some_and(Vec::is_empty)
    }

    /// Name of the response: a column or an expression.
    #[must_use]
    pub fn response(&self) -> &str {
        &self.resolved.response.name
    }

    /// The classes of the response, sorted; empty where it is a number.
    #[must_use]
    pub fn classes(&self) -> &[String] {
        &self.schema.classes
    }

    /// Whether an offset is added to the linear predictor.
    #[must_use]
    pub fn has_offset(&self) -> bool {
        !self.resolved.offsets.is_empty()
    }

    /// The columns of the data that the right side needs, in the order of the data.
    #[must_use]
    pub fn columns(&self) -> Vec<&str> {
        let is_needed = |name: &&str| {
            self.resolved.numbers.iter().any(|n| n == name)
                || self.schema.categories.iter().any(|c| c.column == *name)
        };
        self.resolved.columns.iter().map(String::as_str).filter(is_needed).collect()
    }

    /// The columns that are categories of text: to be read as text from new data too.
    #[must_use]
    pub fn text_columns(&self) -> Vec<&str> {
        let categories = self.schema.categories.iter().filter(|c| !c.is_numeric);
        categories.map(|c| c.column.as_str()).collect()
    }

    /// The reference level of each category.
    pub fn references(&self) -> impl Iterator<Item = (&str, &str)> {
        self.schema.categories.iter().map(|c| (c.column.as_str(), c.levels[c.reference].as_str()))
    }

    /// The formula for people: `TOTEMP ~ GNPDEFL + GNP`, with the columns that `.` stands for.
    #[must_use]
    pub fn description(&self) -> String {
        let factor = |&i: &usize| match &self.resolved.meanings[i] {
            Meaning::Number(expression) => expression.name.as_str(),
            Meaning::Category(c) => self.schema.categories[*c].column.as_str(),
        };
        let mut parts: Vec<String> = Vec::new();
        for term in self.resolved.expanded.iter().filter(|term| !term.is_empty()) {
            parts.push(term.iter().map(factor).collect::<Vec<_>>().join(":"));
        }
        let offsets = self.resolved.offsets.iter();
        parts.extend(offsets.map(|offset| format!("offset({})", offset.name)));
        let has_intercept = self.resolved.expanded.iter().any(Vec::is_empty);
        match (has_intercept, parts.is_empty()) {
            (true, true) => parts.push("1".into()),
            (false, _) => parts.push("0".into()),
            (true, false) => {}
        }
        format!("{} ~ {}", self.response(), parts.join(" + "))
    }
}
