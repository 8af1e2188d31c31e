//! Training: Adam on shuffled mini-batches, until the loss of the held-out rows stands still.

use super::{
    Epoch, MOST_PARAMETERS, Network, NetworkOptions, Training, borrowed, kernel_options, names,
    names_of_weights, parameter_count, row_loss, shape, standardized,
};
use crate::design::Design;
use crate::fit::Status;
use crate::validate::shuffle;
use chainrule::error::{Error, ErrorKind};
use chainrule::kernel::Kernel;
use chainrule::nn::{Activation, MersenneTwister};
use chainrule::optimize::{Adam, Rule};
use std::ops::ControlFlow;

/// Fewer held-out rows than this tell nothing.
const FEWEST_HELD_OUT: usize = 5;

/// Columns for the kernel, rows in the order of the design: inputs, response, weight.
struct Rows {
    columns: Vec<Vec<f64>>,
    /// Whether the last column holds weights.
    weighted: bool,
}

pub(super) fn train(
    design: &Design,
    options: &NetworkOptions,
    mut watch: impl FnMut(&Epoch) -> ControlFlow<()>,
) -> Result<Training, Error> {
    check(design, options)?;
    let mut random = MersenneTwister::new(options.seed);
    let (mut used, held) = split(design.len(), options.held_out, &mut random);
    let inputs = Network::inputs(design);
    let classes = design.response_levels.len();
    let scales: Vec<(f64, f64)> = inputs.iter().map(|column| scale(column, &used)).collect();
    let response_scale = if classes == 0 { scale(&design.response, &used) } else { (0.0, 1.0) };
    let shape = shape(inputs.len(), &options.hidden, options.activation, classes);
    let rows = rows(design, &inputs, &scales, response_scale);
    let kernel =
        kernel(&shape, &rows, inputs.len(), classes)?.with_options(kernel_options(options.threads));
    let mean_loss = |weights: &[f64], rows: &Rows, of: &[usize]| -> Result<f64, Error> {
        let columns = rows.of(of);
        let columns: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
        Ok(kernel.value(weights, &columns)? / rows.weight(of))
    };

    let mut weights =
        start(inputs.len(), &options.hidden, options.activation, classes, &mut random);
    let judges = if held.is_empty() { used.clone() } else { held.clone() };
    let mut best = (mean_loss(&weights, &rows, &judges)?, 0, weights.clone());
    let mut adam = Adam::new(weights.len(), (0.9, 0.999), 1e-8);
    let (mut rate, mut slowed) = (options.rate, 0);
    let mut gradient = vec![0.0; weights.len()];
    let mut history = Vec::new();
    let mut status = Status::Steps;
    for number in 1..=options.epochs {
        shuffle(&mut used, &mut random);
        let mut sum = 0.0;
        for batch in used.chunks(options.batch) {
            let columns = rows.of(batch);
            let columns: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
            sum += kernel.value_and_gradient_into(&weights, &columns, &mut gradient)?;
            let weight = rows.weight(batch);
            for slope in &mut gradient {
                *slope /= weight;
            }
            adam.step(&mut weights, &gradient, rate);
        }
        let loss = sum / rows.weight(&used);
        let judged = mean_loss(&weights, &rows, &judges)?;
        let epoch = Epoch { number, loss, held_out: (!held.is_empty()).then_some(judged) };
        history.push(epoch);
        if judged < best.0 {
            best = (judged, number, weights.clone());
            slowed = number;
        }
        if !judged.is_finite() || !loss.is_finite() {
            status = Status::Diverged;
            break;
        }
        if watch(&epoch).is_break() {
            status = Status::Interrupted;
            break;
        }
        if number - best.1 >= options.patience {
            status = Status::Converged;
            break;
        }
        // A smaller rate finds its way on where a larger one jumps over it.
        if number - slowed >= (options.patience / 4).max(1) {
            rate *= 0.5;
            slowed = number;
        }
    }
    let network = Network {
        hidden: options.hidden.clone(),
        activation: options.activation,
        scales,
        response_scale,
        classes: design.response_levels.clone(),
        weights: best.2,
    };
    Ok(Training { network, history, best: best.1, held_out: held, status })
}

fn check(design: &Design, options: &NetworkOptions) -> Result<(), Error> {
    let inputs = Network::inputs(design).len();
    let wrong = |message: String| Err(Error::new(ErrorKind::Option, message));
    if inputs == 0 || design.is_empty() {
        let message = "a network needs at least one column and one row";
        return Err(Error::new(ErrorKind::Data, message));
    }
    if design.response_levels.len() == 1 {
        let message = format!("the response has one class, `{}`", design.response_levels[0]);
        return Err(Error::new(ErrorKind::Data, message).hint("a network tells two or more apart"));
    }
    if design.offset.is_some() {
        return wrong("a network takes no offset".to_owned());
    }
    if options.hidden.contains(&0) {
        return wrong("a hidden layer has no neuron; give each at least one".to_owned());
    }
    if options.batch == 0 || options.patience == 0 {
        return wrong("batch and patience are at least 1".to_owned());
    }
    if !(0.0..1.0).contains(&options.held_out) {
        return wrong(format!("the held-out part is {}; it is 0 to below 1", options.held_out));
    }
    if !(options.rate > 0.0 && options.rate.is_finite()) {
        return wrong(format!("the learning rate is {}; it is above 0", options.rate));
    }
    let count = parameter_count(inputs, &options.hidden, design.response_levels.len());
    if count > MOST_PARAMETERS {
        let message = format!("the network would have {count} parameters, over {MOST_PARAMETERS}");
        return Err(Error::new(ErrorKind::Limit, message).hint("use fewer or narrower layers"));
    }
    Ok(())
}

/// Rows to train on, and rows held out.
fn split(rows: usize, part: f64, random: &mut MersenneTwister) -> (Vec<usize>, Vec<usize>) {
    let mut order: Vec<usize> = (0..rows).collect();
    #[expect(clippy::cast_sign_loss, reason = "a part of a count")]
    let held = (rows as f64 * part).round() as usize;
    if held < FEWEST_HELD_OUT || held >= rows {
        return (order, Vec::new());
    }
    shuffle(&mut order, random);
    let used = order.split_off(held);
    order.sort_unstable();
    (used, order)
}

/// Mean and standard deviation over some rows; a constant column is left at its size.
fn scale(column: &[f64], rows: &[usize]) -> (f64, f64) {
    let count = rows.len() as f64;
    let mean = rows.iter().map(|&i| column[i]).sum::<f64>() / count;
    let square = rows.iter().map(|&i| (column[i] - mean).powi(2)).sum::<f64>() / count;
    let sd = square.sqrt();
    (mean, if sd > 0.0 && sd.is_finite() { sd } else { 1.0 })
}

fn rows(design: &Design, inputs: &[&[f64]], scales: &[(f64, f64)], response: (f64, f64)) -> Rows {
    let mut columns = standardized(inputs, scales);
    let classes = design.response_levels.len();
    if classes > 2 {
        for class in 0..classes {
            let indicator = |y: &f64| f64::from(*y == class as f64);
            columns.push(design.response.iter().map(indicator).collect());
        }
    } else {
        columns.extend(standardized(&[&design.response], &[response]));
    }
    columns.extend(design.weights.clone());
    Rows { columns, weighted: design.weights.is_some() }
}

impl Rows {
    /// Every column of these rows.
    fn of(&self, rows: &[usize]) -> Vec<Vec<f64>> {
        self.columns.iter().map(|column| rows.iter().map(|&i| column[i]).collect()).collect()
    }

    /// What the sum of these rows' losses is divided by.
    fn weight(&self, rows: &[usize]) -> f64 {
        match self.columns.last() {
            Some(weights) if self.weighted => {
                rows.iter().map(|&i| weights[i]).sum::<f64>().max(f64::MIN_POSITIVE)
            }
            _ => rows.len() as f64,
        }
    }
}

fn kernel(
    shape: &chainrule::nn::Mlp,
    rows: &Rows,
    inputs: usize,
    classes: usize,
) -> Result<Kernel, Error> {
    let columns = names("x", rows.columns.len());
    let parameters = names_of_weights(shape);
    Kernel::sum_over(&borrowed(&parameters), &borrowed(&columns), |p, row| {
        let scores = shape.call(p, &row[..inputs]).expect("the shape has these inputs and weights");
        let targets = if classes > 2 { classes } else { 1 };
        let loss = row_loss(&scores, &row[inputs..inputs + targets], classes);
        if rows.weighted { loss * row[inputs + targets] } else { loss }
    })
}

/// Starting weights, uniform so that signals keep their size from layer to layer; biases are 0.
fn start(
    inputs: usize,
    hidden: &[usize],
    activation: Activation,
    classes: usize,
    random: &mut MersenneTwister,
) -> Vec<f64> {
    let outputs = if classes > 2 { classes } else { 1 };
    let mut weights = Vec::new();
    let mut before = inputs;
    for &neurons in hidden.iter().chain([&outputs]) {
        let fan = if activation == Activation::Relu { before } else { before + neurons };
        let limit = (6.0 / fan as f64).sqrt();
        for _ in 0..neurons {
            weights.extend((0..before).map(|_| random.uniform(-limit, limit)));
            weights.push(0.0);
        }
        before = neurons;
    }
    weights
}
