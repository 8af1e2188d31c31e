//! The flags of `chainrule fit`, in the order in which help shows them.

use super::data::DataArgs;
use chainrule::nn::Activation;
use chainrule::optimize::Method;
use chainrule_fit::Errors;
use clap::Args as ClapArgs;
use std::path::PathBuf;

/// Fit a model to a data file
#[derive(ClapArgs)]
#[command(before_help = "\
Examples:
  chainrule fit longley.csv --target TOTEMP --drop Obs --report report.html
  chainrule fit data.csv --formula 'y ~ x1 + x2 + C(region) + x1:x2 + log(x3)' --robust hc3
  chainrule fit data.csv --target y --lasso 0.5
  chainrule fit data.csv --target y --ridge --cv 5 --plot path.svg
  chainrule fit data.csv --target bought --family logistic --report report.html
  chainrule fit data.csv --target y --method gd --lr 0.1 --steps 300 --plot loss.svg
  chainrule fit data.csv --target y --nn 16,16 --test 0.2 --save model.json")]
pub(crate) struct Args {
    #[command(flatten)]
    pub(super) data: DataArgs,
    #[command(flatten)]
    pub(super) model: ModelArgs,
    #[command(flatten)]
    pub(super) iteration: IterationArgs,
    #[command(flatten)]
    pub(super) check: CheckArgs,
    #[command(flatten)]
    pub(super) files: FileArgs,
}

/// Flags of models with a linear predictor, which formulas with parameters have not.
const LINEAR: [&str; 13] = [
    "target",
    "formula",
    "family",
    "ridge",
    "lasso",
    "elastic_net",
    "nn",
    "standardize",
    "offset",
    "robust",
    "method",
    "test",
    "cv",
];

/// What is fitted
#[derive(ClapArgs)]
#[command(next_help_heading = "Model")]
pub(super) struct ModelArgs {
    /// The column to explain; all others explain it
    #[arg(long, value_name = "COL", conflicts_with = "formula")]
    pub(super) target: Option<String>,
    /// What explains what: `y ~ x1 + C(region) + x1:x2 + log(x3)`
    #[arg(long, value_name = "FORMULA")]
    pub(super) formula: Option<String>,
    /// A nonlinear model; names that are not columns are parameters: `y = b1*(1 - exp(-b2*x))`
    #[arg(long, value_name = "FORMULA", conflicts_with_all = LINEAR)]
    pub(super) model: Option<String>,
    /// The loss of a row, summed over all and minimised: `mu = exp(a + b*x); mu - y*log(mu)`
    #[arg(long, value_name = "FORMULA", conflicts_with_all = LINEAR, conflicts_with = "model")]
    pub(super) loss: Option<String>,
    /// Where the parameters of --model or --loss begin
    #[arg(long, value_name = "NAME=VALUE,…", allow_hyphen_values = true)]
    pub(super) start: Vec<String>,
    /// Limits of the parameters of --model or --loss: `b1=0:,b2=0:1`
    #[arg(long, value_name = "NAME=LOW:HIGH,…", allow_hyphen_values = true)]
    pub(super) bounds: Vec<String>,
    /// Points from which --model or --loss is tried; the best end counts
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) starts: Option<u32>,
    /// gaussian, logistic for a response of two or more classes, or poisson for counts
    #[arg(long, value_name = "FAMILY")]
    pub(super) family: Option<Response>,
    /// RSS + PENALTY·Σw², w the coefficients of standardised columns; --cv chooses it if none is given
    #[arg(long, value_name = "PENALTY", num_args = 0..=1, default_missing_value = "cv", conflicts_with_all = ["lasso", "elastic_net"])]
    pub(super) ridge: Option<Strength>,
    /// RSS/2n + PENALTY·Σ|w|, which makes some of them zero
    #[arg(long, value_name = "PENALTY", num_args = 0..=1, default_missing_value = "cv", conflicts_with = "elastic_net")]
    pub(super) lasso: Option<Strength>,
    /// RSS/2n + PENALTY·(RATIO·Σ|w| + (1 − RATIO)/2·Σw²); --cv chooses the penalty if only the ratio is given: `cv,0.5`
    #[arg(long, value_name = "PENALTY,RATIO", value_parser = elastic_net)]
    pub(super) elastic_net: Option<(Strength, f64)>,
    /// A small neural network with these hidden layers: `16,16`
    #[arg(long, value_name = "WIDTHS", value_delimiter = ',')]
    pub(super) nn: Vec<usize>,
    /// relu, tanh, sigmoid or linear
    #[arg(long, value_name = "NAME", value_parser = activation, requires = "nn")]
    pub(super) activation: Option<Activation>,
    /// Give columns mean 0 and standard deviation 1 first; coefficients are then per standard deviation
    #[arg(long)]
    pub(super) standardize: bool,
    /// A column of weights
    #[arg(long, value_name = "COL")]
    pub(super) weights: Option<String>,
    /// A column added to the linear predictor
    #[arg(long, value_name = "COL")]
    pub(super) offset: Option<String>,
    /// Standard errors that hold when variances differ from row to row
    #[arg(long, value_name = "hc1|hc3", value_parser = robust)]
    pub(super) robust: Option<Errors>,
    /// Confidence of the intervals
    #[arg(long, value_name = "LEVEL", default_value_t = 0.95, value_parser = level)]
    pub(super) level: f64,
}

/// How it is found
#[derive(ClapArgs)]
#[command(next_help_heading = "Iteration")]
pub(super) struct IterationArgs {
    /// Go step by step instead of solving: gd, momentum, nesterov, adam, bfgs, lbfgs or newton; gd if --lr is given
    #[arg(long, value_name = "METHOD", value_parser = crate::minimize::method)]
    pub(super) method: Option<Method>,
    /// Learning rate
    #[arg(long, value_name = "RATE", value_parser = positive)]
    pub(super) lr: Option<f64>,
    /// Steps at most; passes over the rows for --nn
    #[arg(long, value_name = "N")]
    pub(super) steps: Option<usize>,
    /// Rows of a step, for --method and --nn; all if not given, 32 for --nn
    #[arg(long, value_name = "ROWS", value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) batch: Option<u32>,
    /// Seed of everything random
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(super) seed: u64,
    /// Threads; the result does not depend on them
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) threads: Option<u32>,
}

/// How well it predicts
#[derive(ClapArgs)]
#[command(next_help_heading = "Check")]
pub(super) struct CheckArgs {
    /// Hold out this part of the rows and say how well they are predicted
    #[arg(long, value_name = "PART", value_parser = part)]
    pub(super) test: Option<f64>,
    /// Cross-validation in so many parts; chooses the penalty of --ridge, --lasso
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u32).range(2..))]
    pub(super) cv: Option<u32>,
}

/// What is written
#[derive(ClapArgs)]
#[command(next_help_heading = "Files")]
pub(super) struct FileArgs {
    /// Write the model, for `chainrule predict`
    #[arg(long, value_name = "FILE.json")]
    pub(super) save: Option<PathBuf>,
    /// Write a page with tables and plots
    #[arg(long, value_name = "FILE.html")]
    pub(super) report: Option<PathBuf>,
    /// Write fitted value and residual of every row
    #[arg(long, value_name = "FILE.csv")]
    pub(super) residuals: Option<PathBuf>,
    /// Draw the loss of an iteration, the path of a penalty, or predicted against actual values
    #[arg(long, value_name = "FILE.svg")]
    pub(super) plot: Option<PathBuf>,
    /// Write every step of an iteration
    #[arg(long, value_name = "FILE.csv")]
    pub(super) trace: Option<PathBuf>,
    /// Replace files that exist
    #[arg(long)]
    pub(super) force: bool,
}

/// What the response is drawn from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Response {
    Gaussian,
    Logistic,
    Poisson,
}

/// A penalty, or the wish to have it chosen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Strength {
    Is(f64),
    Chosen,
}

impl std::str::FromStr for Strength {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "cv" { Ok(Strength::Chosen) } else { non_negative(text).map(Strength::Is) }
    }
}

fn elastic_net(text: &str) -> Result<(Strength, f64), String> {
    let (penalty, ratio) = text.split_once(',').ok_or("give two numbers, such as 0.5,0.25")?;
    let ratio = non_negative(ratio.trim())?;
    if ratio > 1.0 {
        return Err("the ratio, the lasso's share, is from 0 to 1".into());
    }
    Ok((penalty.trim().parse()?, ratio))
}

fn activation(text: &str) -> Result<Activation, String> {
    match text {
        "relu" => Ok(Activation::Relu),
        "tanh" => Ok(Activation::Tanh),
        "sigmoid" | "logistic" => Ok(Activation::Sigmoid),
        "linear" | "none" => Ok(Activation::Linear),
        _ => Err("there are relu, tanh, sigmoid and linear".into()),
    }
}

fn robust(text: &str) -> Result<Errors, String> {
    match text.to_ascii_lowercase().as_str() {
        "hc1" => Ok(Errors::Hc1),
        "hc3" => Ok(Errors::Hc3),
        _ => Err("there are hc1 and hc3".into()),
    }
}

fn number(text: &str) -> Result<f64, String> {
    text.parse::<f64>().ok().filter(|x| x.is_finite()).ok_or_else(|| "give a number".into())
}

fn non_negative(text: &str) -> Result<f64, String> {
    number(text)
        .ok()
        .filter(|x| *x >= 0.0)
        .ok_or_else(|| "give a number that is not below 0".into())
}

fn positive(text: &str) -> Result<f64, String> {
    number(text).ok().filter(|x| *x > 0.0).ok_or_else(|| "give a number above 0".into())
}

pub(crate) fn level(text: &str) -> Result<f64, String> {
    let inside = |x: &f64| *x > 0.0 && *x < 1.0;
    number(text).ok().filter(inside).ok_or_else(|| "give a number between 0 and 1".into())
}

fn part(text: &str) -> Result<f64, String> {
    level(text).map_err(|_| "give a part between 0 and 1, such as 0.2".into())
}
