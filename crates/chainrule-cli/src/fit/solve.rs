//! Models with a linear predictor, and networks: from the columns of a design to estimates.

use super::arguments::{Args, Response};
use super::fitted::{Fitted, Rows};
use super::score::Score;
use super::{descent, graph, network, penalty, rows};
use crate::output::{Output, Result, USAGE, failure, library_failure};
use chainrule::Error;
use chainrule_fit::{
    Design, Errors, Family, Fit, Glm, LeastSquares, Network, SavedKind, folds, split,
};
use std::borrow::Cow;

/// Fits what the flags say to the rows of the file.
pub(super) fn fit(args: &Args, output: &mut Output) -> Result<Fitted> {
    flags_fit_together(args, output)?;
    let input = rows::Input::open(args, output)?;
    if needs_sums_only(args) && input.can_stream(args) {
        return streamed(input, args, output);
    }
    let (design, plan) = input.design(args, output)?;
    let (used, held) = match args.check.test {
        Some(part) => {
            let halves = split(design.len(), part, args.iteration.seed);
            let (used, held) = halves.map_err(|e| library_failure(&e, ""))?;
            (design.select(&used), Some(design.select(&held)))
        }
        None => (design, None),
    };
    let mut fitted = one(&used, args, output)?;
    fitted.fit.model = plan.description();
    fitted.plan = Some(plan);
    if let Some(held) = &held
        && fitted.trouble.is_none()
    {
        let score = score(&fitted, held)?;
        let name = format!("test, {} rows", held.len());
        fitted.facts.push((name, score.text(output)));
        fitted.extra.push(("test", score.json(held.len())));
    }
    if let Some(parts) = args.check.cv
        && !penalty::is_chosen(args)
    {
        cross_validate(&used, parts as usize, args, &mut fitted, output)?;
    }
    Ok(fitted)
}

/// Refuses a flag that the model could not obey, and says which one changes nothing.
fn flags_fit_together(args: &Args, output: &mut Output) -> Result<()> {
    let model = &args.model;
    let is_likelihood = matches!(model.family, Some(Response::Logistic | Response::Poisson));
    if model.robust.is_some() && (is_likelihood || !model.nn.is_empty()) {
        let message = "--robust is for least squares; leave it out, or leave out --family and --nn";
        return Err(failure(USAGE, message));
    }
    if model.standardize && (!model.nn.is_empty() || penalty::is_given(args)) {
        output.note(
            "--standardize changes nothing: penalties and networks standardise their columns",
        );
    }
    Ok(())
}

/// Whether the answer needs no row a second time.
fn needs_sums_only(args: &Args) -> bool {
    let (model, files) = (&args.model, &args.files);
    let is_plain = model.nn.is_empty()
        && args.iteration.method.is_none()
        && args.iteration.lr.is_none()
        && args.iteration.batch.is_none()
        && model.robust.is_none()
        && !penalty::is_given(args)
        && !model.standardize
        && matches!(model.family, None | Some(Response::Gaussian));
    let looks_back = [&files.report, &files.residuals, &files.plot, &files.trace];
    is_plain
        && args.check.test.is_none()
        && args.check.cv.is_none()
        && looks_back.iter().all(|file| file.is_none())
}

/// Least squares in one pass over the file.
fn streamed(input: rows::Input, args: &Args, output: &mut Output) -> Result<Fitted> {
    let mut stream = least_squares(args).stream();
    let plan = input.stream(args, output, |design| stream.push(design))?;
    let mut fit = stream.finish().map_err(|e| library_failure(&e, ""))?;
    fit.model = plan.description();
    let mut fitted = Fitted::new(fit, SavedKind::Linear, Rows::default());
    plan.response().clone_into(&mut fitted.rows.response);
    fitted.plan = Some(plan);
    Ok(fitted)
}

fn least_squares(args: &Args) -> LeastSquares {
    LeastSquares {
        level: args.model.level,
        errors: args.model.robust.unwrap_or(Errors::Classical),
        threads: args.iteration.threads.map(|n| n as usize),
    }
}

fn likelihood(family: Family, args: &Args) -> Glm {
    let default = Glm::new(family);
    Glm {
        level: args.model.level,
        ridge: penalty::ridge(args),
        steps: args.iteration.steps.unwrap_or(default.steps),
        threads: args.iteration.threads.map(|n| n as usize),
        ..default
    }
}

/// The model fitted to these rows.
fn one(design: &Design, args: &Args, output: &mut Output) -> Result<Fitted> {
    if !args.model.nn.is_empty() {
        return network::fit(design, args, output);
    }
    if let Some(fitted) = descent::fit(design, args, output)? {
        return Ok(fitted);
    }
    if let Some(fitted) = penalty::fit(design, args, output)? {
        return Ok(fitted);
    }
    let mut design = Cow::Borrowed(design);
    let scales = if args.model.standardize { design.to_mut().standardize() } else { Vec::new() };
    let fit = match args.model.family {
        Some(Response::Logistic) => likelihood(Family::Logistic, args).fit(&design),
        Some(Response::Poisson) => likelihood(Family::Poisson, args).fit(&design),
        Some(Response::Gaussian) | None => least_squares(args).fit(&design),
    };
    let fit = fit.map_err(|e| library_failure(&e, ""))?;
    let mut fitted = Fitted::new(fit, SavedKind::Linear, Rows::of(&design));
    fitted.graph = graph::row_loss(&fitted.fit, &design);
    fitted.scales = scales;
    Ok(fitted)
}

/// How well the model predicts rows that it was not fitted to.
fn score(fitted: &Fitted, design: &Design) -> Result<Score> {
    let mut design = Cow::Borrowed(design);
    if !fitted.scales.is_empty() {
        design.to_mut().scale(&fitted.scales);
    }
    let design = design.as_ref();
    let predicted = match &fitted.kind {
        SavedKind::Network(network) => network.predict(&Network::inputs(design)),
        _ => probabilities(&fitted.fit, design),
    };
    let predicted = predicted.map_err(|e| library_failure(&e, ""))?;
    Ok(Score::of(&predicted, &design.response, design.weights.as_deref()))
}

/// The expected response as a column, or a column of probabilities for each class.
pub(crate) fn probabilities(
    fit: &Fit,
    design: &Design,
) -> std::result::Result<Vec<Vec<f64>>, Error> {
    if fit.classes.is_empty() {
        return Ok(vec![fit.predict(design)?]);
    }
    let rows = fit.predict_classes(design)?;
    let column = |class: usize| rows.iter().map(|row| row[class]).collect();
    Ok((0..fit.classes.len()).map(column).collect())
}

/// Fits the model to all parts but one and predicts that one, for each part.
fn cross_validate(
    design: &Design,
    parts: usize,
    args: &Args,
    fitted: &mut Fitted,
    output: &mut Output,
) -> Result<()> {
    let mut losses = Vec::new();
    let mut name = "";
    let shares = folds(design.len(), parts, args.iteration.seed);
    for (i, held) in shares.map_err(|e| library_failure(&e, ""))?.iter().enumerate() {
        output.progress(|| format!("cross-validation: part {} of {parts}", i + 1));
        let used: Vec<usize> =
            (0..design.len()).filter(|row| held.binary_search(row).is_err()).collect();
        let score = score(&one(&design.select(&used), args, output)?, &design.select(held))?;
        losses.push(score.loss());
        name = score.loss_name();
    }
    let count = losses.len() as f64;
    let mean = losses.iter().sum::<f64>() / count;
    let spread = losses.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (count - 1.0);
    let error = (spread / count).sqrt();
    let (mean_text, error_text) = (output.number_in(mean, 4), output.number_in(error, 2));
    let title = format!("{parts}-fold cross-validation");
    fitted.facts.push((title, format!("{name} {mean_text} ± {error_text}")));
    let key = name.to_lowercase().replace(' ', "_");
    let parts = serde_json::json!({ "parts": parts, key: mean, "std_error": error });
    fitted.extra.push(("cross_validation", parts));
    Ok(())
}
