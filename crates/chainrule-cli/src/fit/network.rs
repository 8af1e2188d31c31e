//! `--nn`: a small neural network on the columns of a design.

use super::arguments::Args;
use super::fitted::{Fitted, Rows};
use super::score::Score;
use crate::interrupt;
use crate::output::{Output, Result, library_failure};
use chainrule::expression::number;
use chainrule_fit::{Design, Fit, Network, NetworkOptions, SavedKind, Status, Training};
use std::ops::ControlFlow;

/// Trains a network on the rows.
pub(super) fn fit(design: &Design, args: &Args, output: &mut Output) -> Result<Fitted> {
    let options = options(args);
    let mut line = output.progress_line();
    let training = Network::train(design, &options, |epoch| {
        line.show(|| format!("epoch {}  loss {:.6}", epoch.number, epoch.loss));
        if interrupt::asked() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    line.end();
    let training = training.map_err(|e| library_failure(&e, ""))?;
    let predicted = training.network.predict(&Network::inputs(design));
    let predicted = predicted.map_err(|e| library_failure(&e, ""))?;
    let weights = design.weights.as_deref();
    let score = Score::of(&predicted, &design.response, weights);
    let fit = summary(design, &options, &training, &predicted, &score);
    let mut fitted =
        Fitted::new(fit, SavedKind::Network(training.network.clone()), Rows::of(design));
    fitted.rows.spreads.clear();
    fitted.facts.push(("all rows".to_owned(), score.text(output)));
    if !training.held_out.is_empty() {
        let held = |column: &Vec<f64>| training.held_out.iter().map(|&row| column[row]).collect();
        let predicted: Vec<Vec<f64>> = predicted.iter().map(held).collect();
        let weights = design.weights.as_ref().map(held);
        let score = Score::of(&predicted, &held(&design.response), weights.as_deref());
        let name = format!("{} held-out rows", training.held_out.len());
        fitted.facts.push((name, score.text(output)));
        fitted.extra.push(("held_out", score.json(training.held_out.len())));
    }
    if matches!(score, Score::Class { .. }) {
        fitted.extra.push(("score", score.json(design.len())));
    }
    let epochs = &training.history;
    fitted.losses.push(("training".to_owned(), epochs.iter().map(|e| e.loss).collect()));
    let held_out: Vec<f64> = epochs.iter().filter_map(|e| e.held_out).collect();
    if !held_out.is_empty() {
        fitted.losses.push(("held out".to_owned(), held_out));
    }
    fitted.trace = Some(trace(&training));
    if training.status == Status::Diverged {
        let rate = options.rate;
        fitted.trouble = Some(format!(
            "training diverges with --lr {rate}\n  try a smaller --lr, such as {}",
            rate / 10.0
        ));
    }
    Ok(fitted)
}

fn options(args: &Args) -> NetworkOptions {
    let default = NetworkOptions::default();
    NetworkOptions {
        hidden: args.model.nn.clone(),
        activation: args.model.activation.unwrap_or(default.activation),
        rate: args.iteration.lr.unwrap_or(default.rate),
        epochs: args.iteration.steps.unwrap_or(default.epochs),
        batch: args.iteration.batch.map_or(default.batch, |rows| rows as usize),
        seed: args.iteration.seed,
        threads: args.iteration.threads.map(|n| n as usize),
        ..default
    }
}

fn summary(
    design: &Design,
    options: &NetworkOptions,
    training: &Training,
    predicted: &[Vec<f64>],
    score: &Score,
) -> Fit {
    let widths: Vec<String> = options.hidden.iter().map(ToString::to_string).collect();
    let activation = options.activation.to_string().to_lowercase();
    let mut fit = Fit {
        model: design.model(),
        method: format!("neural network {}, {activation}, Adam", widths.join("-")),
        rows_used: design.len(),
        rows_dropped: design.dropped.rows,
        classes: design.response_levels.clone(),
        status: training.status,
        steps: training.history.len(),
        ..Fit::default()
    };
    // Of several classes no single number is the fitted value.
    if let [.., column] = predicted
        && predicted.len() <= 2
    {
        fit.fitted.clone_from(column);
        fit.residuals = design.response.iter().zip(column).map(|(y, f)| y - f).collect();
    }
    if let Score::Number { r_squared, .. } = score {
        fit.r_squared = Some(*r_squared);
        let weight = |i: usize| design.weights.as_ref().map_or(1.0, |weights| weights[i]);
        let squares = fit.residuals.iter().enumerate().map(|(i, r)| weight(i) * r * r);
        fit.rss = Some(squares.sum());
    }
    match training.best {
        0 => fit.issues.push("no epoch was better than the start: try another --lr".to_owned()),
        best if training.status == Status::Steps => fit.issues.push(format!(
            "training ended after {} epochs, the best was {best}: more --steps may be better",
            training.history.len()
        )),
        _ => {}
    }
    fit
}

fn trace(training: &Training) -> String {
    let mut text = "epoch,loss,held_out_loss\n".to_owned();
    for epoch in &training.history {
        let held_out = epoch.held_out.map_or_else(String::new, number);
        text += &format!("{},{},{held_out}\n", epoch.number, number(epoch.loss));
    }
    text
}
