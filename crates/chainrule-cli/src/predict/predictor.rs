//! From a saved model and a block of rows to predictions.

use super::{Args, Interval};
use crate::fit::probabilities;
use crate::output::{DATA, Result, USAGE, failure, library_failure};
use chainrule::{Error, ErrorKind};
use chainrule_fit::{
    Column, Design, Dropped, Network, NonlinearModel, Plan, SavedKind, SavedModel, Table,
};

/// A model with the way in which its predictions are asked for.
pub(super) struct Predictor {
    model: SavedModel,
    interval: Option<Interval>,
    level: f64,
}

/// Predictions of a block: cells for each name of the header.
pub(super) struct Answer {
    /// Number of each row in the data, from 0.
    pub(super) rows: Vec<usize>,
    pub(super) columns: Vec<Cells>,
    pub(super) dropped: Dropped,
}

/// The cells of a column.
pub(super) enum Cells {
    Numbers(Vec<f64>),
    Names(Vec<String>),
}

type Outcome<T> = std::result::Result<T, Error>;

impl Predictor {
    pub(super) fn load(args: &Args) -> Result<Self> {
        let path = args.model.display();
        let text = std::fs::read_to_string(&args.model)
            .map_err(|e| failure(DATA, format!("cannot read {path}: {e}")))?;
        let mut model = SavedModel::from_json(&text).map_err(|e| {
            let error = Error::new(ErrorKind::Format, format!("{path}: {}", e.message()));
            let hint = e.remedy().unwrap_or("write it again with `chainrule fit … --save`");
            library_failure(&error.hint(hint), "")
        })?;
        let has_intervals = !model.fit.covariance.is_empty() && model.fit.classes.is_empty();
        if args.interval.is_some() && !has_intervals {
            let message = format!(
                "{path} holds a {} without intervals\n  hint: leave out --interval",
                model.fit.method
            );
            return Err(failure(USAGE, message));
        }
        if let (Some(missing), Some(plan)) = (args.data.missing, &mut model.plan) {
            plan.set_missing(missing).map_err(|e| library_failure(&e, ""))?;
        }
        Ok(Predictor { model, interval: args.interval, level: args.level })
    }

    /// Columns that have to be read.
    pub(super) fn columns(&self) -> Outcome<Vec<String>> {
        match (&self.model.plan, &self.model.kind) {
            (Some(plan), _) => Ok(plan.columns().into_iter().map(str::to_owned).collect()),
            (None, SavedKind::Nonlinear(formula)) => {
                let parameter =
                    |name: &String| self.model.fit.coefficients.iter().any(|c| c.name == *name);
                let formula = chainrule::formula::Formula::parse(formula)?;
                Ok(formula.variables().iter().filter(|name| !parameter(name)).cloned().collect())
            }
            (None, _) => Ok(Vec::new()),
        }
    }

    /// Columns that are text whatever they look like.
    pub(super) fn text_columns(&self) -> Vec<String> {
        let plan = self.model.plan.as_ref();
        plan.map_or_else(Vec::new, |p| p.text_columns().into_iter().map(str::to_owned).collect())
    }

    /// Names of the columns of an answer.
    pub(super) fn header(&self) -> Vec<String> {
        let mut header = vec!["predicted".to_owned()];
        if self.interval.is_some() {
            header.extend(["low", "high"].map(str::to_owned));
        }
        header.extend(self.classes().iter().map(|class| format!("p({class})")));
        header
    }

    fn classes(&self) -> &[String] {
        match &self.model.kind {
            SavedKind::Network(network) => &network.classes,
            _ => &self.model.fit.classes,
        }
    }

    pub(super) fn predict(&self, table: &Table) -> Outcome<Answer> {
        match (&self.model.kind, &self.model.plan) {
            (SavedKind::Nonlinear(formula), _) => self.nonlinear(formula, table),
            (kind, Some(plan)) => self.design(kind, plan, table),
            (_, None) => Err(Error::new(ErrorKind::Format, "the model has no columns")),
        }
    }

    fn design(&self, kind: &SavedKind, plan: &Plan, table: &Table) -> Outcome<Answer> {
        let mut design = plan.predictors(table)?;
        if !self.model.scales.is_empty() {
            design.scale(&self.model.scales);
        }
        let columns = match kind {
            SavedKind::Network(network) => {
                self.of_classes(network.predict(&Network::inputs(&design))?)
            }
            _ if self.interval.is_some() => self.intervals(&design)?,
            _ => self.of_classes(probabilities(&self.model.fit, &design)?),
        };
        let first = table.first_row();
        let rows = design.rows.iter().map(|row| row + first).collect();
        Ok(Answer { rows, columns, dropped: design.dropped })
    }

    /// The likeliest class before the probabilities; a single column as it is.
    fn of_classes(&self, predicted: Vec<Vec<f64>>) -> Vec<Cells> {
        let classes = self.classes();
        if classes.is_empty() {
            return predicted.into_iter().map(Cells::Numbers).collect();
        }
        let likeliest = |row: usize| {
            let best = (0..predicted.len())
                .max_by(|&a, &b| predicted[a][row].total_cmp(&predicted[b][row]));
            best.map_or_else(String::new, |class| classes[class].clone())
        };
        let count = predicted.first().map_or(0, Vec::len);
        let mut columns = vec![Cells::Names((0..count).map(likeliest).collect())];
        columns.extend(predicted.into_iter().map(Cells::Numbers));
        columns
    }

    fn intervals(&self, design: &Design) -> Outcome<Vec<Cells>> {
        let predictions = self.model.fit.predict_intervals(design, self.level)?;
        let ends = predictions.iter().map(|p| self.ends(p.confidence, p.prediction));
        let (low, high): (Vec<f64>, Vec<f64>) = ends.unzip();
        let values = predictions.iter().map(|p| p.value).collect();
        Ok(vec![Cells::Numbers(values), Cells::Numbers(low), Cells::Numbers(high)])
    }

    fn ends(&self, confidence: (f64, f64), prediction: (f64, f64)) -> (f64, f64) {
        if self.interval == Some(Interval::Confidence) { confidence } else { prediction }
    }

    fn nonlinear(&self, formula: &str, table: &Table) -> Outcome<Answer> {
        for name in self.columns()? {
            table.numbers(&name)?;
        }
        // The model is of a column that new rows need not have.
        let response = &self.model.response;
        let mut columns: Vec<Column> =
            table.columns().iter().filter(|c| c.name != *response).cloned().collect();
        columns.push(Column::numbers(response.clone(), vec![0.0; table.rows()]));
        let table = Table::new(columns)?;
        let model = NonlinearModel::parse(formula, &table)?;
        let bands = model.predict(&self.model.fit, &table, self.level)?;
        let mut columns = vec![Cells::Numbers(bands.iter().map(|b| b.value).collect())];
        if self.interval.is_some() {
            let ends = bands.iter().map(|b| self.ends(b.confidence, b.prediction));
            let (low, high) = ends.unzip();
            columns.extend([Cells::Numbers(low), Cells::Numbers(high)]);
        }
        let rows = (0..table.rows()).map(|row| row + table.first_row()).collect();
        Ok(Answer { rows, columns, dropped: Dropped::default() })
    }
}
