//! A formula to be minimised: which variables are free, where they start, where they may go.

use crate::arguments::FormulaArgs;
use crate::output::{Result, USAGE, failure, library_failure};
use crate::point::assignments;
use crate::source::Source;
use chainrule::Error;
use chainrule::formula::Formula;
use chainrule::optimize::{
    Bounds, ForwardDifference, Method, Minimizer, Objective, Options, Outcome, Step,
};
use std::ops::ControlFlow;

/// What is minimised, and from where
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct ProblemArgs {
    #[command(flatten)]
    formula: FormulaArgs,
    /// Where the variables start: `x=-1.2,y=1`; may be repeated
    #[arg(long, required = true, value_name = "NAME=VALUE,…", allow_hyphen_values = true)]
    from: Vec<String>,
    /// Values of variables that are held fixed
    #[arg(long, value_name = "NAME=VALUE,…", allow_hyphen_values = true)]
    at: Vec<String>,
    /// Limits of variables: `x=0:1,y=:5`; either side may be left out
    #[arg(long, value_name = "NAME=LOW:HIGH,…", allow_hyphen_values = true)]
    bounds: Vec<String>,
    /// Steps to take; with a first-order method exactly so many
    #[arg(long, value_name = "N")]
    pub(crate) steps: Option<usize>,
    /// Converged when |gradient| is below this [default: 1e-8, or the gradient's size at the start times 1e-8]
    #[arg(long, value_name = "T", allow_negative_numbers = true)]
    pub(crate) tol: Option<f64>,
    /// Learning rate of gd, momentum, nesterov and adam
    #[arg(long, value_name = "RATE", allow_negative_numbers = true)]
    pub(crate) lr: Option<f64>,
    /// Gradients by forward differences with this step, as in the chapter [default without a number: 0.0001]
    #[arg(long, value_name = "H", num_args = 0..=1, default_missing_value = "0.0001", allow_negative_numbers = true)]
    pub(crate) numeric: Option<f64>,
}

/// A formula whose minimum is looked for.
pub(crate) struct Problem {
    pub(crate) formula: Formula,
    /// A value for each variable of the formula: the start, and what is held fixed.
    point: Vec<f64>,
    /// Which of them move.
    free: Vec<usize>,
    pub(crate) names: Vec<String>,
    pub(crate) start: Vec<f64>,
    pub(crate) options: Options,
    pub(crate) numeric: Option<f64>,
}

impl Problem {
    pub(crate) fn read(args: &ProblemArgs) -> Result<Self> {
        let mut known = assignments(&args.from)?;
        let moving: Vec<String> = known.iter().map(|(name, _)| name.clone()).collect();
        let fixed = assignments(&args.at)?;
        if let Some((name, _)) = fixed.iter().find(|(name, _)| moving.contains(name)) {
            let message = format!("`{name}` is given by --from and by --at; --at holds it fixed");
            return Err(failure(USAGE, message));
        }
        known.extend(fixed);
        let formula = Source::read_formula(&args.formula, &known)?;
        let point =
            formula.bind(&known).map_err(|e| library_failure(&to_move(&e), formula.source()))?;
        let variables = formula.variables();
        let free: Vec<usize> =
            (0..variables.len()).filter(|&i| moving.contains(&variables[i])).collect();
        if free.is_empty() {
            let message = "no variable moves\n  hint: give a start, as in --from x=1";
            return Err(failure(USAGE, message));
        }
        let names: Vec<String> = free.iter().map(|&i| variables[i].clone()).collect();
        let start = free.iter().map(|&i| point[i]).collect();
        if let Some(h) = args.numeric.filter(|h| !(*h > 0.0 && h.is_finite())) {
            return Err(failure(USAGE, format!("--numeric {h}: give a positive number")));
        }
        let options = Options {
            rate: args.lr.map(Into::into),
            steps: args.steps,
            tolerance: args.tol,
            bounds: bounds(&args.bounds, &names)?,
            ..Options::default()
        };
        Ok(Problem { formula, point, free, names, start, options, numeric: args.numeric })
    }

    /// Where the run begins if the start lies outside the bounds.
    pub(crate) fn moved_start(&self) -> Option<Vec<f64>> {
        let mut start = self.start.clone();
        self.options.bounds.as_ref()?.project(&mut start);
        (start != self.start).then_some(start)
    }

    /// Values of the free variables, by name.
    pub(crate) fn named(&self, x: &[f64]) -> Vec<(String, f64)> {
        self.names.iter().cloned().zip(x.iter().copied()).collect()
    }

    /// A value for each variable of the formula, with the free ones at `x`.
    pub(crate) fn full(&self, x: &[f64]) -> Vec<f64> {
        let mut point = self.point.clone();
        self.place(x, &mut point);
        point
    }

    /// The formula's value with the free variables at `x`.
    pub(crate) fn value(&self, x: &[f64]) -> f64 {
        self.formula.value(&self.full(x))
    }

    fn place(&self, x: &[f64], point: &mut [f64]) {
        for (&i, &x) in self.free.iter().zip(x) {
            point[i] = x;
        }
    }

    /// Runs `method` from the start and shows each step to `each`, which may end the run.
    pub(crate) fn minimize(
        &self,
        method: Method,
        options: Options,
        each: impl FnMut(&Step<'_>) -> ControlFlow<()>,
    ) -> Result<Outcome> {
        if options.rate.is_some() && method.default_rate().is_none() {
            let message = format!("{method} finds its own step length; remove --lr");
            return Err(failure(USAGE, message));
        }
        self.run(&Minimizer::new(method).options(options), &self.start, self.numeric, each)
            .map_err(|e| library_failure(&e, ""))
    }

    /// Runs a minimiser with exact gradients, or with forward differences of step `numeric`.
    pub(crate) fn run(
        &self,
        minimizer: &Minimizer,
        start: &[f64],
        numeric: Option<f64>,
        each: impl FnMut(&Step<'_>) -> ControlFlow<()>,
    ) -> std::result::Result<Outcome, Error> {
        if let Some(h) = numeric {
            let mut objective = ForwardDifference::new(self.free.len(), |x| self.value(x)).step(h);
            let mut outcome = minimizer.minimize_with(&mut objective, start, each)?;
            if outcome.stop.is_converged() {
                // The best point was passed on the way: differences lead on to where they vanish,
                // and that is what this way of looking finds.
                outcome.x.clone_from(&outcome.last);
                outcome.value = objective.value_and_gradient(&outcome.x, &mut outcome.gradient);
                outcome.gradient_norm = outcome.gradient.iter().map(|g| g * g).sum::<f64>().sqrt();
            }
            Ok(outcome)
        } else {
            let all = vec![0.0; self.point.len()];
            let mut objective = Exact { problem: self, point: self.point.clone(), all };
            minimizer.minimize_with(&mut objective, start, each)
        }
    }
}

/// The formula with its own derivatives.
struct Exact<'p> {
    problem: &'p Problem,
    point: Vec<f64>,
    /// The derivatives in all variables, the fixed ones too.
    all: Vec<f64>,
}

impl Objective for Exact<'_> {
    fn dimension(&self) -> usize {
        self.problem.free.len()
    }

    fn value(&mut self, x: &[f64]) -> f64 {
        self.problem.place(x, &mut self.point);
        self.problem.formula.value(&self.point)
    }

    fn value_and_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> f64 {
        self.problem.place(x, &mut self.point);
        let value = self.problem.formula.value_and_gradient(&self.point, &mut self.all);
        for (g, &i) in gradient.iter_mut().zip(&self.problem.free) {
            *g = self.all[i];
        }
        value
    }

    fn hessian(&mut self, x: &[f64], hessian: &mut [f64]) -> bool {
        self.problem.place(x, &mut self.point);
        let all = self.problem.formula.hessian(&self.point);
        let free = &self.problem.free;
        for (row, &i) in hessian.chunks_exact_mut(free.len()).zip(free) {
            for (entry, &j) in row.iter_mut().zip(free) {
                *entry = all[i][j];
            }
        }
        true
    }
}

/// The same error in the words of a command whose variables move.
fn to_move(error: &Error) -> Error {
    let mut same = Error::new(error.kind(), error.message());
    if let Some(span) = error.span() {
        same = same.at(span);
    }
    match error.remedy() {
        Some(hint) => same.hint(hint.replace("`--at ", "`--from ")),
        None => same,
    }
}

/// A box from words like `x=0:1,y=:5`.
fn bounds(words: &[String], names: &[String]) -> Result<Option<Bounds>> {
    if words.is_empty() {
        return Ok(None);
    }
    let free = (f64::NEG_INFINITY, f64::INFINITY);
    let pairs = limits(words, names)?.into_iter().map(|pair| pair.unwrap_or(free));
    Bounds::new(pairs).map(Some).map_err(|e| failure(USAGE, format!("--bounds: {e}")))
}

/// The limits of each name that has any, from words like `x=0:1,y=:5`.
pub(crate) fn limits(words: &[String], names: &[String]) -> Result<Vec<Option<(f64, f64)>>> {
    let wrong = |message: String| failure(USAGE, format!("--bounds: {message}"));
    let mut pairs = vec![None; names.len()];
    for word in words.iter().flat_map(|w| w.split(',')).map(str::trim).filter(|w| !w.is_empty()) {
        let example = || wrong(format!("`{word}`: write name=low:high, as in x=0:1 or x=0:"));
        let (name, range) = word.split_once('=').ok_or_else(example)?;
        let (low, high) = range.split_once(':').ok_or_else(example)?;
        let limit = |text: &str, none: f64| match text.trim() {
            "" => Ok(none),
            text => text
                .parse::<f64>()
                .map_err(|_| wrong(format!("`{word}`: `{text}` is not a number"))),
        };
        let pair = (limit(low, f64::NEG_INFINITY)?, limit(high, f64::INFINITY)?);
        let name = name.trim();
        let i = names.iter().position(|n| n == name).ok_or_else(|| {
            wrong(format!("no variable `{name}` is being moved; there are {}", names.join(", ")))
        })?;
        if pair.0.is_nan() || pair.1.is_nan() || pair.0 > pair.1 {
            return Err(wrong(format!("`{word}`: give the lower limit first")));
        }
        if pairs[i].replace(pair).is_some() {
            return Err(wrong(format!("`{name}` is given twice")));
        }
    }
    Ok(pairs)
}
