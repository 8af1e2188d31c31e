//! The plots of a report, as far as a fit has what they need.

use super::Report;
use crate::fit::Link;
use chainrule::Error;
use chainrule_draw::{Picture, plot};

/// Coefficients drawn at most, those that are surest to differ from nothing first.
const COEFFICIENTS: usize = 40;
/// Groups of rows for which predicted and actual shares of a class are compared.
const GROUPS: usize = 20;

/// A plot with its heading and how to read it.
pub(super) struct Section {
    pub(super) heading: String,
    pub(super) picture: Picture,
    pub(super) text: String,
}

/// Every plot that can be drawn. One that has no finite number is left out.
pub(super) fn sections(report: &Report<'_>) -> Vec<Section> {
    let fit = report.fit;
    let mut sections = Vec::new();
    let mut add = |heading: &str, picture: Result<Picture, Error>, text: &str| {
        if let Ok(picture) = picture {
            let (heading, text) = (heading.to_owned(), text.to_owned());
            sections.push(Section { heading, picture, text });
        }
    };
    if let Some((picture, text)) = coefficients(report) {
        add("Coefficients", Ok(picture), &text);
    }
    if !report.actual.is_empty() && fit.fitted.len() == report.actual.len() {
        let (predicted, actual, text) = if report.is_class {
            let (predicted, actual) = groups(&fit.fitted, report.actual);
            let text = "Each point is a group of rows with similar predictions: its mean prediction and \
                        the share of the class in it. On the line, probabilities are as frequent as they say.";
            (predicted, actual, text)
        } else {
            let text = "Each point is a row. On the dashed line the prediction is exact.";
            (fit.fitted.clone(), report.actual.to_vec(), text)
        };
        let picture = plot::predicted_actual(&predicted, &actual, report.response, "");
        add("Predicted and actual", picture, text);
    }
    if !report.is_class && !fit.residuals.is_empty() {
        let picture = plot::residuals_fitted(&fit.fitted, &fit.residuals, "");
        let text = "A band of even width around zero is what the model assumes. A bend asks for another \
                    term, a funnel for a transformed response or robust errors.";
        add("Residuals", picture, text);
        let picture = plot::normal_quantiles(&fit.residuals, "");
        let text = "Points on the line mean normal residuals; ends that leave it are heavy tails.";
        add("Normal Q–Q", picture, text);
    }
    if let Some(standardized) = standardized(report) {
        let parameters = fit.coefficients.len();
        let picture = plot::leverage(&fit.leverage, &standardized, report.rows, parameters, "");
        let text = "Rows beyond a curve change the estimates by themselves; look at them first. \
                    Rows are numbered from the first data row.";
        add("Leverage", picture, text);
    }
    if !report.losses.is_empty() {
        let runs: Vec<(&str, &[f64])> =
            report.losses.iter().map(|(name, run)| (name.as_str(), run.as_slice())).collect();
        let text = "The loss after every step. It has to be flat at the end.";
        add("Loss", plot::loss_curve(&runs, ""), text);
    }
    for (heading, picture, text) in &report.plots {
        add(heading, Ok(picture.clone()), text);
    }
    if let Some(diagram) = &report.graph {
        let text = "The loss of the first row, from its inputs to the result, with the value of every \
                    step and its gradient.";
        add("The loss of one row", Ok(Picture::from(diagram)), text);
    }
    sections
}

/// Coefficients with intervals; by standard deviations of their columns where these are known.
fn coefficients(report: &Report<'_>) -> Option<(Picture, String)> {
    let fit = report.fit;
    let has_spreads = report.spreads.len() == fit.coefficients.len();
    let scale = |i: usize| if has_spreads { report.spreads[i] } else { 1.0 };
    let is_shown = |i: &usize| {
        scale(*i).is_finite() && (fit.coefficients.len() == 1 || !is_intercept(report, *i))
    };
    let mut shown: Vec<usize> = (0..fit.coefficients.len()).filter(is_shown).collect();
    let count = shown.len();
    if count > COEFFICIENTS {
        let strength = |i: &usize| fit.coefficients[*i].statistic.abs();
        shown.sort_by(|a, b| strength(b).total_cmp(&strength(a)));
        shown.truncate(COEFFICIENTS);
        shown.sort_unstable();
    }
    let entries: Vec<(&str, f64, (f64, f64))> = shown
        .iter()
        .map(|&i| {
            let c = &fit.coefficients[i];
            let (a, b) = (c.interval.0 * scale(i), c.interval.1 * scale(i));
            (c.name.as_str(), c.estimate * scale(i), (a.min(b), a.max(b)))
        })
        .collect();
    let (label, mut text) = if has_spreads {
        let text = format!(
            "What {} changes by when a column grows by one of its standard deviations and the others \
             stay, with its interval. An interval across the dashed line is compatible with no effect.",
            if fit.link == Link::Identity { report.response } else { "the linear predictor" }
        );
        ("effect of one standard deviation", text)
    } else {
        ("estimate", "Estimates with their intervals.".to_owned())
    };
    if count > COEFFICIENTS {
        text += &format!(" Shown are the {COEFFICIENTS} of {count} with the largest statistic.");
    }
    let picture = plot::coefficients(&entries, label, "").ok()?;
    Some((picture, text))
}

fn is_intercept(report: &Report<'_>, i: usize) -> bool {
    report.fit.coefficients[i].name == "intercept"
}

/// Residuals in units of what their leverage lets them vary by.
fn standardized(report: &Report<'_>) -> Option<Vec<f64>> {
    let fit = report.fit;
    let sd = fit.residual_sd.filter(|sd| *sd > 0.0)?;
    if fit.leverage.is_empty() || fit.leverage.len() != fit.residuals.len() {
        return None;
    }
    let weight = |i: usize| report.weights.map_or(1.0, |weights| weights[i]);
    let rows = fit.residuals.iter().zip(&fit.leverage).enumerate();
    Some(rows.map(|(i, (r, h))| r * weight(i).sqrt() / (sd * (1.0 - h).sqrt())).collect())
}

/// Means of predicted and actual values over groups of rows in the order of the prediction.
fn groups(predicted: &[f64], actual: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let mut order: Vec<usize> = (0..predicted.len()).collect();
    order.sort_by(|&a, &b| predicted[a].total_cmp(&predicted[b]));
    let size = order.len().div_ceil(GROUPS).max(1);
    let mean = |numbers: &[f64], rows: &[usize]| {
        rows.iter().map(|&row| numbers[row]).sum::<f64>() / rows.len() as f64
    };
    order.chunks(size).map(|rows| (mean(predicted, rows), mean(actual, rows))).unzip()
}
