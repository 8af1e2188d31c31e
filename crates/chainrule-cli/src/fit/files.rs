//! The files of a fit: model, report, residuals, plot, trace.

use super::arguments::FileArgs;
use super::fitted::Fitted;
use crate::minimize::Target;
use crate::output::{Output, Result, USAGE, check_free, failure, library_failure};
use chainrule::expression::number;
use chainrule_draw::{Picture, plot};
use chainrule_fit::{Report, SavedModel};

/// Refuses, before a long run, what cannot be written after it.
pub(super) fn check(args: &FileArgs) -> Result<()> {
    args.plot.as_deref().map(Target::new).transpose()?;
    let files = [&args.save, &args.report, &args.residuals, &args.plot, &args.trace];
    let mut seen = Vec::new();
    for path in files.into_iter().flatten() {
        check_free(path, args.force)?;
        if seen.contains(&path) {
            let message = format!("{} is named for two files", path.display());
            return Err(failure(USAGE, message));
        }
        seen.push(path);
    }
    Ok(())
}

/// Writes what was asked for.
pub(super) fn write(
    fitted: &Fitted,
    args: &FileArgs,
    title: &str,
    output: &mut Output,
) -> Result<()> {
    if let Some(path) = &args.trace {
        match &fitted.trace {
            Some(trace) => output.file(path, trace.as_bytes(), args.force)?,
            None => output.warn("no --trace: this model is solved directly, without steps"),
        }
    }
    // A fit that diverged has nothing more to write.
    if fitted.trouble.is_some() && fitted.fit.fitted.is_empty() {
        return Ok(());
    }
    if let Some(path) = &args.save {
        let model = SavedModel {
            response: fitted.rows.response.clone(),
            kind: fitted.kind.clone(),
            fit: fitted.fit.clone(),
            plan: fitted.plan.clone(),
            scales: fitted.scales.clone(),
        };
        output.file(path, model.to_json().as_bytes(), args.force)?;
    }
    if let Some(path) = &args.residuals {
        output.file(path, residuals(fitted).as_bytes(), args.force)?;
    }
    if let Some(path) = &args.report {
        output.file(path, report(fitted, title).as_bytes(), args.force)?;
    }
    if let Some(path) = &args.plot {
        let picture = picture(fitted).map_err(|e| library_failure(&e, ""))?;
        Target::new(path)?.write(&picture, args.force, output)?;
    }
    Ok(())
}

fn report(fitted: &Fitted, title: &str) -> String {
    let rows = &fitted.rows;
    let report = Report {
        response: &rows.response,
        actual: &rows.actual,
        is_class: rows.is_class,
        rows: &rows.numbers,
        weights: rows.weights.as_deref(),
        spreads: rows.spreads.clone(),
        facts: fitted.facts.clone(),
        losses: fitted.losses.clone(),
        plots: fitted.plots.clone(),
        graph: fitted.graph.clone(),
        ..Report::new(title, &fitted.fit)
    };
    report.html()
}

/// What says most about this fit: its own plot, its losses, or its predictions.
fn picture(fitted: &Fitted) -> std::result::Result<Picture, chainrule::Error> {
    let fit = &fitted.fit;
    if let Some((_, picture, _)) = fitted.plots.first() {
        return Ok(picture.clone());
    }
    if !fitted.losses.is_empty() {
        let runs: Vec<(&str, &[f64])> =
            fitted.losses.iter().map(|(name, losses)| (name.as_str(), losses.as_slice())).collect();
        return plot::loss_curve(&runs, &fit.method);
    }
    let rows = &fitted.rows;
    plot::predicted_actual(&fit.fitted, &rows.actual, &rows.response, &fit.model)
}

/// Number of the row in the data, response, fitted value, residual, and the leverage if there is one.
fn residuals(fitted: &Fitted) -> String {
    let (fit, rows) = (&fitted.fit, &fitted.rows);
    let has_leverage = fit.leverage.len() == fit.fitted.len() && !fit.leverage.is_empty();
    let mut text = format!("row,{},fitted,residual", quoted(&rows.response));
    text += if has_leverage { ",leverage\n" } else { "\n" };
    for (i, fitted) in fit.fitted.iter().enumerate() {
        let row = rows.numbers.get(i).copied().unwrap_or(i) + 1;
        let (actual, residual) = (number(rows.actual[i]), number(fit.residuals[i]));
        text += &format!("{row},{actual},{},{residual}", number(*fitted));
        if has_leverage {
            text += &format!(",{}", number(fit.leverage[i]));
        }
        text.push('\n');
    }
    text
}

/// A name as a cell of a CSV file.
pub(crate) fn quoted(name: &str) -> String {
    if name.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", name.replace('"', "\"\""))
    } else {
        name.to_owned()
    }
}
