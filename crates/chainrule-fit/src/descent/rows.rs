//! The mean loss over standardised rows, or over mini-batches of them.

use crate::glm::{responses, row_loss};
use crate::linear::scale::moments;
use crate::{Design, Family};
use chainrule::error::{Error, ErrorKind};
use chainrule::kernel::{Kernel, Sums};
use chainrule::nn::MersenneTwister;
use chainrule::optimize::Objective;

/// The rows of a design with standardised columns, as an objective.
pub(super) struct Rows {
    kernel: Kernel,
    /// Columns but the intercept, responses, offset if any, weights if any.
    columns: Vec<Vec<f64>>,
    /// Mean and standard deviation of each column but the intercept.
    moments: Vec<(f64, f64)>,
    has_intercept: bool,
    predictors: usize,
    /// Sum of the weights.
    total: f64,
    is_weighted: bool,
    /// 2 for squares, which the engine halves.
    factor: f64,
    response_scale: f64,
    start: f64,
    random: MersenneTwister,
    batches: Option<Batches>,
}

/// The rows in the order in which they come, a batch at a time.
struct Batches {
    size: usize,
    order: Vec<usize>,
    next: usize,
}

impl Rows {
    pub(super) fn new(design: &Design, family: Family, seed: u64) -> Result<Self, Error> {
        let (classes, responses) = responses(design, family)?;
        let predictors = responses.len();
        let first = usize::from(design.has_intercept);
        let weights = design.weights.as_deref();
        let mut all_moments = Vec::new();
        let mut columns = Vec::new();
        for (name, column) in design.names.iter().zip(&design.columns).skip(first) {
            let (mean, deviation) = moments(column, weights);
            let mean = if design.has_intercept { mean } else { 0.0 };
            if deviation <= 1e-13 * column.iter().fold(0.0_f64, |a, x| a.max(x.abs())) {
                let message = format!("`{name}` is constant and cannot be standardised");
                return Err(Error::new(ErrorKind::Undetermined, message)
                    .hint(format!("leave it out (--drop {name})")));
            }
            columns.push(column.iter().map(|x| (x - mean) / deviation).collect());
            all_moments.push((mean, deviation));
        }
        let slopes = columns.len();
        let (mean, deviation) = moments(&design.response, weights);
        let start = match family {
            Family::Poisson => mean.ln(),
            _ => 0.0,
        };
        columns.extend(responses);
        columns.extend(design.offset.clone());
        columns.extend(design.weights.clone());
        let kernel = kernel(family, predictors, slopes, first, design.offset.is_some())?;
        let kernel = match weights {
            Some(_) => kernel.weighted("weight")?,
            None => kernel,
        };
        Ok(Rows {
            kernel,
            columns,
            moments: all_moments,
            has_intercept: design.has_intercept,
            predictors,
            total: weights.map_or(design.len() as f64, |w| w.iter().sum()),
            is_weighted: weights.is_some(),
            factor: if family == Family::Gaussian { 2.0 } else { 1.0 },
            response_scale: if classes.is_empty() && family == Family::Gaussian && deviation > 0.0 {
                deviation
            } else {
                1.0
            },
            start,
            random: MersenneTwister::new(seed),
            batches: None,
        })
    }

    pub(super) fn len(&self) -> usize {
        self.columns.last().map_or(0, Vec::len)
    }

    pub(super) fn response_scale(&self) -> f64 {
        self.response_scale
    }

    /// Zero, or for counts the logarithm of their mean as intercept.
    pub(super) fn start(&self) -> Vec<f64> {
        let mut start = vec![0.0; self.dimension()];
        if self.has_intercept {
            start[0] = self.start;
        }
        start
    }

    /// From now on gradients are those of batches of so many rows, or of all rows.
    pub(super) fn take_batches(&mut self, size: Option<usize>) {
        let order = (0..self.len()).collect();
        self.batches = size.map(|size| Batches { size, order, next: usize::MAX });
    }

    /// Coefficients of the columns as they are.
    pub(super) fn per_unit(&self, standardised: &[f64]) -> Vec<f64> {
        let first = usize::from(self.has_intercept);
        let each = standardised.chunks(self.moments.len() + first).flat_map(|w| {
            let slopes: Vec<f64> =
                w[first..].iter().zip(&self.moments).map(|(w, (_, s))| w / s).collect();
            let shift: f64 = slopes.iter().zip(&self.moments).map(|(b, (mean, _))| b * mean).sum();
            w[..first].iter().map(move |w| w - shift).chain(slopes).collect::<Vec<f64>>()
        });
        each.collect()
    }

    /// The numbers of the rows of the next batch.
    fn next_batch(&mut self) -> Option<Vec<usize>> {
        let batches = self.batches.as_mut()?;
        if batches.next >= batches.order.len() {
            crate::validate::shuffle(&mut batches.order, &mut self.random);
            batches.next = 0;
        }
        let end = (batches.next + batches.size).min(batches.order.len());
        let batch = batches.order[batches.next..end].to_vec();
        batches.next = end;
        Some(batch)
    }

    fn sums(&mut self, what: Sums, x: &[f64], gradient: &mut [f64], matrix: &mut [f64]) -> f64 {
        let batch = if what == Sums::Gradient { self.next_batch() } else { None };
        let columns: Vec<&[f64]> = self.columns.iter().map(Vec::as_slice).collect();
        let mut total = self.total;
        let sums = match &batch {
            None => self.kernel.sums_into(what, x, &columns, gradient, matrix),
            Some(batch) => {
                total = batch.len() as f64;
                if let (true, Some(weights)) = (self.is_weighted, self.columns.last()) {
                    total = batch.iter().map(|&i| weights[i]).sum();
                }
                self.kernel.stream(what, x).and_then(|mut stream| {
                    stream.push_rows(&columns, batch)?;
                    let totals = stream.totals();
                    gradient.copy_from_slice(&totals.gradient);
                    Ok(totals.value)
                })
            }
        };
        let scale = self.factor / total;
        gradient.iter_mut().chain(matrix).for_each(|x| *x *= scale);
        // Lengths are right by construction; an objective has no other way to say that they are not.
        sums.map_or(f64::NAN, |sum| sum * scale)
    }
}

impl Objective for Rows {
    fn dimension(&self) -> usize {
        (self.moments.len() + usize::from(self.has_intercept)) * self.predictors
    }

    fn value(&mut self, x: &[f64]) -> f64 {
        self.sums(Sums::Value, x, &mut [], &mut [])
    }

    fn value_and_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> f64 {
        self.sums(Sums::Gradient, x, gradient, &mut [])
    }

    fn hessian(&mut self, x: &[f64], hessian: &mut [f64]) -> bool {
        let mut gradient = vec![0.0; x.len()];
        !self.sums(Sums::Hessian, x, &mut gradient, hessian).is_nan()
    }
}

/// The loss of a row: parameters predictor by predictor, the intercept first if there is one.
fn kernel(
    family: Family,
    predictors: usize,
    slopes: usize,
    first: usize,
    has_offset: bool,
) -> Result<Kernel, Error> {
    let names = |letter: char, count: usize| (0..count).map(move |k| format!("{letter}{k}"));
    let parameters: Vec<String> = names('w', predictors * (slopes + first)).collect();
    let offset = has_offset.then(|| "offset".to_owned());
    let columns: Vec<String> =
        names('x', slopes).chain(names('y', predictors)).chain(offset).collect();
    let parameters: Vec<&str> = parameters.iter().map(String::as_str).collect();
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    Kernel::sum_over(&parameters, &columns, |w, row| {
        let (x, rest) = row.split_at(slopes);
        let each = w.chunks(slopes + first).map(|w| {
            let mut eta = if slopes > 0 { chainrule::dot(&w[first..], x) } else { w[0] };
            if first > 0 && slopes > 0 {
                eta += w[0];
            }
            if has_offset { eta + rest[predictors] } else { eta }
        });
        let etas: Vec<_> = each.collect();
        row_loss(family, &etas, &rest[..predictors])
    })
}
