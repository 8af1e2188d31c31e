//! Products, and sums of two, that only one operation uses, computed with it.

use super::chains::Dot;
use super::formula::Formula;
use super::fuse::{Id, Kind, Node, Rows};
use super::inner::Inner;
use crate::algebra::Op;

/// An operation with a product inside: the formula of both, and what it takes.
pub(super) type Nested = Option<(Formula, Vec<Id>)>;

/// For each node the formula by which it is computed, if a product is computed with it, or a sum of two.
/// Their turn is then its own.
pub(super) fn nested(
    rows: &Rows,
    products: &[bool],
    inner: &Inner,
    dots: &[Option<Dot>],
    turn: &mut [usize],
) -> Vec<Nested> {
    let is_taken = |i: usize| products[i] || inner.is_factor[i] || dots[i].is_some();
    let mut all: Vec<Nested> = Vec::with_capacity(rows.nodes.len());
    for (i, node) in rows.nodes.iter().enumerate() {
        if turn[i] != i || is_taken(i) {
            all.push(None);
            continue;
        }
        let is_free = |id: Id| turn[id as usize] == id as usize;
        let product = |id: Id| {
            let is_alone = is_free(id) && !is_taken(id as usize) && all[id as usize].is_none();
            rows.factors(id).filter(|_| is_alone)
        };
        let negated_dot = || {
            let (Kind::Operation(Op::Neg), &[x]) = (node.kind, &node.args[..]) else { return None };
            match dots[x as usize].as_ref()?.formula(rows)? {
                (Formula::Dot2, args) if is_free(x) && rows.is_private(x) => {
                    Some((Formula::NegDot2, x, args))
                }
                _ => None,
            }
        };
        // A number would need a slot that is filled with it, and a load for each row.
        let found = outside(node, product)
            .filter(|(_, _, args)| args.iter().all(|&id| rows.uniform(id).is_none()))
            .or_else(negated_dot);
        all.push(found.map(|(formula, inside, args)| {
            let parts = dots[inside as usize].iter().flat_map(|dot| &dot.inside);
            for &id in parts.chain([&inside]) {
                turn[id as usize] = i;
            }
            (formula, args)
        }));
    }
    all
}

/// What a node is with one of its arguments written as a product: the formula, that argument, and
/// what the formula takes.
fn outside(
    node: &Node,
    factors: impl Fn(Id) -> Option<(Id, Id)>,
) -> Option<(Formula, Id, Vec<Id>)> {
    let inside = |formula, product: Id, rest: &[Id]| {
        let (a, b) = factors(product)?;
        Some((formula, product, [&[a, b], rest].concat()))
    };
    let outer = match node.kind {
        Kind::Operation(Op::Neg) => Formula::Neg,
        Kind::Operation(Op::Mul) => Formula::Mul,
        Kind::Fma => Formula::Fma,
        Kind::Fnma => Formula::Fnma,
        Kind::Fms => Formula::Fms,
        _ => return None,
    };
    match (outer, &node.args[..]) {
        (Formula::Neg, &[x]) => inside(outer, x, &[]),
        (Formula::Mul, &[x, y]) => inside(outer, x, &[y]).or_else(|| inside(outer, y, &[x])),
        (_, &[x, y, z]) => {
            let third = match outer {
                Formula::Fnma => inside(Formula::ProductLess, z, &[x, y]),
                Formula::Fms => inside(Formula::LessProduct, z, &[x, y]),
                // That is a chain of products.
                _ => None,
            };
            let second = || inside(outer, x, &[y, z]).or_else(|| inside(outer, y, &[x, z]));
            third.or_else(second)
        }
        _ => None,
    }
}
