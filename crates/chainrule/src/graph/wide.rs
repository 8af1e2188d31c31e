//! Recording an operation of three arguments or of any number, in memory that the graph keeps for it.

use super::record::Argument;
use super::{Graph, Point};
use crate::algebra::{Num, Op, Row, Term};
use std::cell::RefCell;
use std::marker::PhantomData;

/// Memory for the arguments of operations that are being recorded: several, as the terms of a sum may be sums that are
/// recorded while they are asked for.
#[derive(Default)]
pub(super) struct Spare(RefCell<Vec<Lists>>);

#[derive(Default)]
struct Lists {
    args: Vec<Point>,
    numbers: Vec<f64>,
    terms: Vec<Term<'static, Num>>,
}

/// How a row of the table computes its value, and its partial derivatives one by one where they exist.
pub(super) trait Rule {
    fn value(&self, args: &[f64]) -> f64;
    fn partials(&self, args: &[Term<'_, Num>], y: f64, each: impl FnMut(usize, f64));
}

/// A row that is known at run time only.
pub(super) struct ByName(pub(super) Op);

impl Rule for ByName {
    fn value(&self, args: &[f64]) -> f64 {
        self.0.value(args)
    }
    fn partials(&self, args: &[Term<'_, Num>], y: f64, mut each: impl FnMut(usize, f64)) {
        self.0.partials(args, Term::new(&Num, y), |i, p| each(i, p.raw()));
    }
}

/// A row that is known when compiling.
pub(super) struct ByRow<R>(pub(super) PhantomData<R>);

impl<R: Row> Rule for ByRow<R> {
    #[inline]
    fn value(&self, args: &[f64]) -> f64 {
        R::value(args)
    }
    #[inline]
    fn partials(&self, args: &[Term<'_, Num>], y: f64, mut each: impl FnMut(usize, f64)) {
        R::partials(args, Term::new(&Num, y), |i, p| each(i, p.raw()));
    }
}

impl Graph {
    #[inline]
    pub(super) fn record_wide(
        &self,
        op: Op,
        rule: &impl Rule,
        args: impl Iterator<Item = Point>,
    ) -> Point {
        let mut lists = self.wide.0.borrow_mut().pop().unwrap_or_default();
        lists.args.clear();
        lists.args.extend(args);
        let point = self.record_listed(op, rule, &mut lists);
        self.wide.0.borrow_mut().push(lists);
        point
    }

    fn record_listed(&self, op: Op, rule: &impl Rule, lists: &mut Lists) -> Point {
        let Lists { args, numbers, terms } = lists;
        numbers.clear();
        numbers.extend(args.iter().map(|a| a.value));
        let value = rule.value(numbers);
        if args.iter().all(|a| a.node == 0) {
            return Point { value, node: 0 };
        }
        terms.clear();
        terms.extend(numbers.iter().map(|&v| Term::new(&Num, v)));
        // A constant keeps its number, any other argument gets its partial.
        for (number, _) in numbers.iter_mut().zip(&*args).filter(|(_, arg)| arg.node != 0) {
            *number = 0.0;
        }
        rule.partials(terms, value, |i, p| {
            if args[i].node != 0 {
                numbers[i] = p;
            }
        });
        let argument = |i: usize| match args.get(i) {
            Some(arg) => Argument { node: arg.node, number: numbers[i] },
            None => Argument { node: 0, number: 0.0 },
        };
        let pairs = (0..args.len().div_ceil(2)).map(|k| [argument(2 * k), argument(2 * k + 1)]);
        Point { value, node: self.store.wide(op, args.len(), pairs) }
    }
}
