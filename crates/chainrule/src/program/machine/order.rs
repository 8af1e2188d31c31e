//! The order of items that run together: such that the arguments of neighbours are neighbours too, or
//! the same.

use super::lanes::LANES;
use super::{Code, Machine, Run, Shape};
use crate::algebra::Op;
use std::cmp::Reverse;
use std::collections::HashMap;

/// Elements next to each other that are worth a run of their own: a register.
const LEAST: usize = LANES;

/// The same where most of the others of their kind stand anywhere.
const LONG: usize = 16;

/// Ways from the arguments of an item to those of its neighbour that are looked for.
const MOST_WAYS: usize = 6;

/// Appends items of one kind, of which none uses another; `arguments` holds those of each item, one
/// after another, as slots. `place` is told where the result of each item stands.
pub(super) fn append(
    machine: &mut Machine,
    code: Code,
    arity: usize,
    arguments: &[u32],
    mut place: impl FnMut(u32, u32),
) {
    let mut push = |way: Option<&[u32]>, items: &[u32]| {
        let of = |i: u32| &arguments[i as usize * arity..][..arity];
        let from = machine.arguments.len();
        if let Some(way) = way {
            machine
                .arguments
                .extend(of(items[0]).iter().zip(way).flat_map(|(&a, &step)| [a, step]));
        } else {
            machine.arguments.extend(items.iter().flat_map(|&i| of(i)));
        }
        for (slot, &i) in (machine.slots as u32..).zip(items) {
            place(i, slot);
        }
        let whole = items.len().next_multiple_of(LANES);
        let fits = |(&a, &step): (&u32, &u32)| step == 0 || a as usize + whole <= machine.slots;
        let is_padded =
            way.is_some_and(|way| is_vector(code) && of(items[0]).iter().zip(way).all(fits));
        let room = if is_padded { whole } else { items.len() };
        let numbers = [machine.slots, from, items.len(), room, arity];
        machine.slots += room;
        let shape = match way {
            Some(way) if way.contains(&0) => Shape::Mixed,
            Some(_) => Shape::Dense,
            None if items.len() == 1 => Shape::Single,
            None => Shape::Scattered,
        };
        machine.runs.push(Run::new(machine.width, code, shape, numbers));
        if way.is_none() && has_lanes(code) {
            machine.widest = machine.widest.max(items.len());
        }
    };
    let (order, stretches) = stretches(arity, arguments);
    let mut from = 0;
    for (n, way) in stretches {
        push(Some(&way), &order[from..from + n]);
        from += n;
    }
    if from < order.len() {
        push(None, &order[from..]);
    }
}

/// An order that begins with stretches of items whose arguments stand next to each other or are the
/// same; of each its length, and of each argument whether it moves on, 1 or 0.
fn stretches(arity: usize, arguments: &[u32]) -> (Vec<u32>, Vec<(usize, Vec<u32>)>) {
    let all = 0..(arguments.len() / arity) as u32;
    if all.len() < LEAST {
        return (all.collect(), Vec::new());
    }
    let of = |i: u32| &arguments[i as usize * arity..][..arity];
    let mut found: HashMap<&[u32], u32> = HashMap::with_capacity(all.len());
    for i in all.clone() {
        found.insert(of(i), i);
    }
    let mut taken = vec![false; all.len()];
    let (mut order, mut stretches) = (Vec::with_capacity(all.len()), Vec::new());
    let mut next = Vec::with_capacity(arity);
    for way in ways(arity, arguments) {
        let before = order.len();
        if all.len() - before < LEAST {
            break;
        }
        let mut lengths = Vec::new();
        for start in all.clone() {
            next.clear();
            next.extend(of(start).iter().zip(&way).map(|(a, step)| a.wrapping_sub(*step)));
            if found.get(&next[..]).is_some_and(|&i| !taken[i as usize]) {
                continue;
            }
            let (begin, mut at) = (order.len(), Some(start));
            while let Some(i) = at.filter(|&i| !taken[i as usize]) {
                order.push(i);
                next.clear();
                next.extend(of(i).iter().zip(&way).map(|(a, step)| a + step));
                at = found.get(&next[..]).copied();
            }
            if order.len() - begin < LEAST {
                order.truncate(begin);
            } else {
                order[begin..].iter().for_each(|&i| taken[i as usize] = true);
                lengths.push(order.len() - begin);
            }
        }
        // Short ones here and there tear apart what one loop does as well.
        if 2 * (order.len() - before) < all.len() - before && lengths.iter().all(|&n| n < LONG) {
            order.drain(before..).for_each(|i| taken[i as usize] = false);
        } else {
            stretches.extend(lengths.into_iter().map(|n| (n, way.clone())));
        }
    }
    let begin = order.len();
    order.extend(all.filter(|&i| !taken[i as usize]));
    // Whatever order the program has: what uses these one by one may stand in stretches then.
    order[begin..].sort_by_key(|&i| of(i));
    (order, stretches)
}

/// Which arguments move on from an item to its neighbour: all of them, and what is common among items
/// that are neighbours in the program or in the order of their arguments, most common first.
fn ways(arity: usize, arguments: &[u32]) -> Vec<Vec<u32>> {
    let mut counts = HashMap::from([(vec![1; arity], 0)]);
    let mut count = |list: &[&[u32]]| {
        for pair in list.windows(2).filter(|pair| pair[0] != pair[1]) {
            // A sweep backward meets them in the other order.
            for (from, to) in [(pair[0], pair[1]), (pair[1], pair[0])] {
                let steps = to.iter().zip(from).map(|(b, a)| b.wrapping_sub(*a));
                if steps.clone().all(|step| step < 2) {
                    *counts.entry(steps.collect()).or_insert(0) += 1;
                }
            }
        }
    };
    let mut list: Vec<&[u32]> = arguments.chunks_exact(arity).collect();
    count(&list);
    list.sort_unstable();
    count(&list);
    list.sort_by(|a, b| a.iter().rev().cmp(b.iter().rev()));
    count(&list);
    let mut ways: Vec<(Vec<u32>, usize)> = counts.into_iter().collect();
    ways.sort_by(|a, b| (Reverse(a.1), &b.0).cmp(&(Reverse(b.1), &a.0)));
    ways.truncate(MOST_WAYS);
    ways.into_iter().map(|(way, _)| way).collect()
}

/// Whether the loop over elements next to each other becomes vector code: then those left over cost
/// as much as a whole register of them.
fn is_vector(code: Code) -> bool {
    use Op::{
        Abs, Add, And, Clamp, Div, Eq, Ge, Gt, Le, Lt, Max, Min, Mul, MulAdd, Ne, Neg, Recip,
    };
    use Op::{Relu, Select, Signum, Sqrt, Square, StrongMul, Sub};
    match code {
        Code::Each(
            Neg | Recip | Square | Sqrt | Abs | Relu | Signum | Add | Sub | Mul | Div | StrongMul
            | Min | Max | Lt | Le | Gt | Ge | Eq | Ne | And | Select | Clamp | MulAdd,
        ) => true,
        Code::Each(_) => has_lanes(code),
        Code::All(_) | Code::Call => false,
        _ => true,
    }
}

fn has_lanes(code: Code) -> bool {
    matches!(code, Code::Each(Op::Tanh | Op::Sech | Op::Sigmoid))
}
