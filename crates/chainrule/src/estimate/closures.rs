//! Closures as objectives: run anew for every point, so that they may branch and borrow.

use super::on_graph;
use crate::algebra::{Dual, DualValue, Num};
use crate::derive::slices;
use crate::graph::Value;
use crate::optimize::{Objective, Residuals, Triangle};
use crate::program::Program;

/// A closure that returns residuals.
pub(super) struct ResidualClosure<'f, F> {
    f: &'f F,
    dimension: usize,
    count: usize,
}

impl<'f, F: for<'g> Fn(&[Value<'g>]) -> Vec<Value<'g>>> ResidualClosure<'f, F> {
    pub(super) fn new(f: &'f F, start: &[f64]) -> Self {
        let count = on_graph(start, |_, inputs| f(inputs).len());
        ResidualClosure { f, dimension: start.len(), count }
    }

    fn record(&self, x: &[f64]) -> Program {
        on_graph(x, |graph, inputs| graph.program(inputs, &(self.f)(inputs)))
    }
}

impl<F: for<'g> Fn(&[Value<'g>]) -> Vec<Value<'g>>> Residuals for ResidualClosure<'_, F> {
    fn dimension(&self) -> usize {
        self.dimension
    }

    fn count(&self) -> usize {
        self.count
    }

    fn sum_of_squares(&mut self, x: &[f64]) -> f64 {
        on_graph(x, |_, inputs| (self.f)(inputs).iter().map(|r| r.value().powi(2)).sum())
    }

    /// One forward pass a parameter: there are more residuals than these.
    fn triangle(&mut self, x: &[f64]) -> Triangle {
        let program = self.record(x);
        let mut block = Vec::new();
        let mut residuals = Vec::new();
        for j in 0..x.len() {
            let moves = |(i, &primal): (usize, &f64)| DualValue {
                primal,
                tangent: (i == j).then_some(1.0),
            };
            let inputs: Vec<_> = x.iter().enumerate().map(moves).collect();
            let values = program.eval(&Dual(&Num), &inputs);
            let outputs = program.outputs().iter().map(|y| values[y.index()]);
            (residuals, block) = outputs.fold((Vec::new(), block), |(mut r, mut block), y| {
                r.push(y.primal);
                block.push(y.tangent.unwrap_or(0.0));
                (r, block)
            });
        }
        block.extend(residuals);
        let mut triangle = Triangle::new(x.len());
        triangle.absorb(&mut block);
        triangle
    }

    /// Second derivatives along `v` by dual numbers of dual numbers, then one backward pass.
    fn bend(&mut self, x: &[f64], v: &[f64], out: &mut [f64]) -> bool {
        let program = self.record(x);
        let still = |primal| DualValue { primal, tangent: None };
        let inputs: Vec<_> = x
            .iter()
            .zip(v)
            .map(|(&primal, &v)| DualValue {
                primal: DualValue { primal, tangent: Some(v) },
                tangent: Some(still(v)),
            })
            .collect();
        let twice = program.eval(&Dual(&Dual(&Num)), &inputs);
        let values = program.eval(&Num, x);
        let seeds: Vec<_> = program
            .outputs()
            .iter()
            .filter_map(|&y| Some((y, twice[y.index()].tangent?.tangent?)))
            .collect();
        let adjoints = program.adjoints(&Num, &values, &seeds);
        for (slot, id) in out.iter_mut().zip(program.inputs()) {
            *slot = adjoints[id.index()].unwrap_or(0.0);
        }
        true
    }
}

/// The negative of a closure that returns a log-likelihood.
pub(super) struct LogLikelihood<'f, F> {
    f: &'f F,
    dimension: usize,
}

impl<'f, F: for<'g> Fn(&[Value<'g>]) -> Value<'g>> LogLikelihood<'f, F> {
    pub(super) fn new(f: &'f F, dimension: usize) -> Self {
        LogLikelihood { f, dimension }
    }
}

impl<F: for<'g> Fn(&[Value<'g>]) -> Value<'g>> Objective for LogLikelihood<'_, F> {
    fn dimension(&self) -> usize {
        self.dimension
    }

    fn value(&mut self, x: &[f64]) -> f64 {
        on_graph(x, |_, inputs| -(self.f)(inputs).value())
    }

    fn value_and_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> f64 {
        let (value, slope) = slices::value_and_grad(self.f, x);
        gradient.iter_mut().zip(slope).for_each(|(g, s)| *g = -s);
        -value
    }

    fn hessian(&mut self, x: &[f64], hessian: &mut [f64]) -> bool {
        let rows = slices::hessian(self.f, x);
        hessian.iter_mut().zip(rows.iter().flatten()).for_each(|(h, s)| *h = -s);
        true
    }
}
