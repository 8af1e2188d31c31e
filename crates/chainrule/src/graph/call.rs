//! Calls in an eager graph: a record for each output, and beside the records a list of what was
//! called with what.

use super::record::Index;
use super::{Graph, Point};
use crate::algebra::Num;
use crate::program::{self, Calls, Operation, eval_or_nan};
use std::ops::Range;

/// A call, its arguments, and where its outputs stand.
pub(super) struct Recorded {
    pub(super) operation: Operation,
    pub(super) args: Vec<Point>,
    first: Index,
}

impl Recorded {
    fn outputs(&self) -> Range<usize> {
        self.first as usize..self.first as usize + self.operation.outputs().len()
    }
}

impl Calls for Graph {
    /// NaN where the operation fails.
    fn call(&self, operation: &Operation, args: &[Point]) -> Vec<Point> {
        let numbers: Vec<f64> = args.iter().map(|a| a.value).collect();
        let mut values = vec![f64::NAN; operation.outputs().len()];
        eval_or_nan(operation, &numbers, &mut values);
        if args.iter().all(|a| a.node == 0) {
            return values.into_iter().map(|value| Point { value, node: 0 }).collect();
        }
        let mut calls = self.calls.borrow_mut();
        let site = Index::try_from(calls.len()).expect("fewer calls than records");
        let points: Vec<Point> = (0..)
            .zip(values)
            .map(|(output, value)| Point { value, node: self.store.output(site, output, value) })
            .collect();
        if let Some(first) = points.first() {
            let (operation, args) = (operation.clone(), args.to_vec());
            calls.push(Recorded { operation, args, first: first.node });
        }
        points
    }
}

impl Graph {
    /// Operation and arguments of call `site`.
    pub(super) fn called(&self, site: Index) -> (Operation, Vec<Point>) {
        let call = &self.calls.borrow()[site as usize];
        (call.operation.clone(), call.args.clone())
    }

    /// Carries adjoints, `seed` for the last and those given for the others, through the records from the last
    /// one down; the constants' becomes 0.
    #[inline(always)]
    pub(super) fn sweep(&self, seed: f64, adjoints: &mut [f64]) {
        if self.calls.borrow().is_empty() {
            self.store.sweep(0, seed, adjoints);
        } else {
            self.sweep_stretches(seed, adjoints);
        }
        if let Some(constants) = adjoints.first_mut() {
            *constants = 0.0;
        }
    }

    /// The same in stretches between the calls.
    #[cold]
    #[inline(never)]
    fn sweep_stretches(&self, seed: f64, adjoints: &mut [f64]) {
        let mut end = adjoints.len();
        adjoints[end - 1] = seed;
        for call in self.calls.borrow().iter().rev() {
            let outputs = call.outputs();
            if outputs.start >= end {
                continue;
            }
            self.store.sweep(outputs.start - 1, adjoints[end - 1], &mut adjoints[..end]);
            self.through(call, adjoints);
            end = outputs.start;
        }
        self.store.sweep(0, adjoints[end - 1], &mut adjoints[..end]);
    }

    /// # Panics
    ///
    /// If the operation has no derivative.
    fn through(&self, call: &Recorded, adjoints: &mut [f64]) {
        let outputs = call.outputs();
        let weight = |i: usize| adjoints.get(i).copied();
        let weights: Vec<Option<f64>> = outputs.clone().map(weight).collect();
        let inputs: Vec<f64> = call.args.iter().map(|a| a.value).collect();
        let values: Vec<f64> = outputs.map(|i| self.store.record(i as Index).numbers[0]).collect();
        let parts = program::adjoints(&Num, &call.operation, &inputs, &values, &weights);
        for (arg, part) in call.args.iter().zip(parts) {
            adjoints[arg.node as usize] += part.unwrap_or(0.0);
        }
    }
}
