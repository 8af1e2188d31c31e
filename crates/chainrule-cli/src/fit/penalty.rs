//! `--ridge`, `--lasso`, `--elastic-net`: a penalty that is given, or chosen by cross-validation.

use super::arguments::{Args, Response, Strength};
use super::fitted::{Fitted, Rows};
use super::graph;
use crate::output::{Output, Result, USAGE, failure, library_failure};
use chainrule::Error;
use chainrule_draw::plot::{self, PenaltyScore};
use chainrule_fit::{Choice, Design, Penalised, Penalty, PenaltyPath, SavedKind};

/// Folds of a choice when nobody says how many.
const FOLDS: u32 = 5;

/// The penalty of the flags, and whether its strength is to be chosen.
fn penalty(args: &Args) -> Option<(Penalty, bool)> {
    let model = &args.model;
    let of = |strength: Strength, make: &dyn Fn(f64) -> Penalty| match strength {
        Strength::Is(strength) => (make(strength), false),
        Strength::Chosen => (make(1.0), true),
    };
    if let Some(strength) = model.ridge {
        return Some(of(strength, &Penalty::Ridge));
    }
    if let Some(strength) = model.lasso {
        return Some(of(strength, &Penalty::Lasso));
    }
    let (strength, ratio) = model.elastic_net?;
    Some(of(strength, &|penalty| Penalty::ElasticNet { penalty, ratio }))
}

/// Whether there is a penalty.
pub(super) fn is_given(args: &Args) -> bool {
    penalty(args).is_some()
}

/// Whether cross-validation chooses it, and so has done its work.
pub(super) fn is_chosen(args: &Args) -> bool {
    penalty(args).is_some_and(|(_, is_chosen)| is_chosen)
}

/// The ridge of a model fitted by maximum likelihood.
pub(super) fn ridge(args: &Args) -> f64 {
    match penalty(args) {
        Some((Penalty::Ridge(strength), false)) => strength,
        _ => 0.0,
    }
}

/// Fits penalised least squares, if that is what the flags ask for.
pub(super) fn fit(design: &Design, args: &Args, output: &mut Output) -> Result<Option<Fitted>> {
    let Some((penalty, is_chosen)) = penalty(args) else { return Ok(None) };
    if matches!(args.model.family, Some(Response::Logistic | Response::Poisson)) {
        if matches!(penalty, Penalty::Ridge(_)) && !is_chosen {
            return Ok(None);
        }
        let message = "for this --family there is --ridge PENALTY; --lasso and --elastic-net are for gaussian";
        return Err(failure(USAGE, message));
    }
    if args.model.robust.is_some() {
        let message = "penalised estimates have no standard errors; leave out --robust";
        return Err(failure(USAGE, message));
    }
    let fail = |e: Error| library_failure(&e, "");
    let threads = args.iteration.threads.map(|n| n as usize);
    let model = Penalised { threads, ..Penalised::new(penalty) };
    let (fit, path) = if is_chosen {
        let folds = args.check.cv.unwrap_or(FOLDS) as usize;
        output.progress(|| format!("choosing the penalty in {folds} folds"));
        model.cross_validate(design, folds, args.iteration.seed, Choice::Smallest).map_err(fail)?
    } else {
        (model.fit(design).map_err(fail)?, model.path(design).map_err(fail)?)
    };
    let chosen = match path.best {
        Some(best) => path.penalties[best],
        None => penalty.strength(),
    };
    let mut fitted = Fitted::new(fit, SavedKind::Linear, Rows::of(design));
    fitted.graph = graph::row_loss(&fitted.fit, design);
    if let (Some(best), Some(simplest)) = (path.best, path.simplest) {
        let number = |x: f64| output.number_in(x, 4);
        let simplest = path.penalties[simplest];
        let text = format!(
            "penalty {}, mean squared error {} ± {}; within one standard error up to {}",
            number(chosen),
            number(path.errors[best]),
            number(path.error_spread[best]),
            number(simplest)
        );
        fitted.facts.push(("cross-validation".to_owned(), text));
        let json = serde_json::json!({
            "penalty": chosen, "mean_squared_error": path.errors[best],
            "std_error": path.error_spread[best], "largest_within_one_std_error": simplest,
        });
        fitted.extra.push(("cross_validation", json));
    }
    plots(&path, chosen, design, &mut fitted);
    Ok(Some(fitted))
}

/// The path of the coefficients, and the errors of cross-validation.
fn plots(path: &PenaltyPath, chosen: f64, design: &Design, fitted: &mut Fitted) {
    let first = usize::from(design.has_intercept);
    let spreads = &fitted.rows.spreads;
    // By standard deviations, so that coefficients of different units share an axis.
    let curve = |j: usize| path.coefficients.iter().map(|c| c[j] * spreads[j]).collect();
    let curves: Vec<(&str, Vec<f64>)> =
        (first..path.names.len()).map(|j| (path.names[j].as_str(), curve(j))).collect();
    let drawn =
        plot::regularization_path(&path.penalties, &curves, Some(chosen), &fitted.fit.method);
    if let Ok(picture) = drawn {
        let text = "Effects of one standard deviation of each column as the penalty grows; the dashed \
                    line is the penalty that was taken.";
        fitted.plots.push(("Coefficients and penalty".to_owned(), picture, text.to_owned()));
    }
    let score = |(i, &penalty): (usize, &f64)| PenaltyScore {
        penalty,
        mean: path.errors[i],
        std_error: path.error_spread[i],
    };
    if !path.errors.is_empty() {
        let scores: Vec<PenaltyScore> = path.penalties.iter().enumerate().map(score).collect();
        let drawn = plot::cross_validation(&scores, Some(chosen), "mean squared error", "");
        if let Ok(picture) = drawn {
            let text = "Errors on rows that were held out, with one standard error to each side.";
            fitted.plots.push(("Cross-validation".to_owned(), picture, text.to_owned()));
        }
    }
}
