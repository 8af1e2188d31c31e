//! The order of items that run together: such that the arguments of neighbours are neighbours too, or
//! the same, or equally far apart.

use super::lanes::LANES;
use super::{Code, Machine, Run, Shape};
use crate::algebra::Op;
use std::cmp::Reverse;
use std::collections::HashMap;

/// Elements next to each other that are worth a run of their own: a register.
const LEAST: usize = LANES;

/// The same where most of the others of their kind stand anywhere.
const LONG: usize = 16;

/// Arguments farther apart are taken to be anywhere.
const FARTHEST: u32 = 1 << 16;

/// Ways from the arguments of an item to those of its neighbour that are looked for.
const MOST_WAYS: usize = 6;

/// Appends items of one kind, of which none uses another; `arguments` holds those of each item, one
/// after another, as slots. `place` is told where the result of each item stands, and where a second one would.
pub(super) fn append(
    machine: &mut Machine,
    code: Code,
    arity: usize,
    arguments: &[u32],
    mut place: impl FnMut(u32, [u32; 2]),
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
        let whole = items.len().next_multiple_of(LANES);
        let last = |(&a, &step): (&u32, &u32)| a as usize + (whole - 1) * step as usize;
        let is_padded = way.is_some_and(|way| {
            is_vector(code) && of(items[0]).iter().zip(way).all(|a| last(a) < machine.slots)
        });
        let room = if is_padded { whole } else { items.len() };
        let numbers = [machine.slots, from, items.len(), room, arity];
        for (slot, &i) in (machine.slots as u32..).zip(items) {
            place(i, [slot, slot + room as u32]);
        }
        machine.slots += room * code.lists();
        let shape = match way {
            Some(way) if way.iter().all(|&step| step == 1) => Shape::Dense,
            Some(way) if way.iter().all(|&step| step < 2) => Shape::Mixed,
            Some(_) => Shape::Apart,
            None if items.len() == 1 => Shape::Single,
            None => Shape::Scattered,
        };
        machine.runs.push(Run::new(machine.width, code, shape, numbers));
        if way.is_none() && has_lanes(code) {
            machine.widest = machine.widest.max(items.len());
        }
    };
    let (order, stretches) = stretches(code, arity, arguments);
    let mut from = 0;
    for (n, way) in stretches {
        push(Some(&way), &order[from..from + n]);
        from += n;
    }
    if from < order.len() {
        push(None, &order[from..]);
    }
}

/// An order that begins with stretches of items each of whose arguments moves on by the same from one
/// to the next, by 0 or more; of each stretch its length and these steps.
fn stretches(code: Code, arity: usize, arguments: &[u32]) -> (Vec<u32>, Vec<(usize, Vec<u32>)>) {
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
    for way in ways(code, arity, arguments) {
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

/// How the arguments move on from an item to its neighbour: all to the next place, and what is common
/// among items that are neighbours in the program or in the order of their arguments.
fn ways(code: Code, arity: usize, arguments: &[u32]) -> Vec<Vec<u32>> {
    let mut counts = HashMap::from([(vec![1; arity], 0)]);
    let mut count = |list: &[&[u32]], farthest: u32| {
        for pair in list.windows(2).filter(|pair| pair[0] != pair[1]) {
            // A sweep backward meets them in the other order.
            for (from, to) in [(pair[0], pair[1]), (pair[1], pair[0])] {
                let steps = to.iter().zip(from).map(|(b, a)| b.wrapping_sub(*a));
                if steps.clone().all(|step| step <= farthest) {
                    *counts.entry(steps.collect()).or_insert(0) += 1;
                }
            }
        }
    };
    let mut list: Vec<&[u32]> = arguments.chunks_exact(arity).collect();
    // A product of matrix and vector is worth picking numbers; for others that costs what it saves.
    let is_chain = matches!(code, Code::Chain | Code::StrongChain);
    count(&list, if is_chain { FARTHEST } else { 1 });
    list.sort_unstable();
    count(&list, 1);
    list.sort_by(|a, b| a.iter().rev().cmp(b.iter().rev()));
    count(&list, 1);
    // Slices before what has to be gathered; then the most common.
    let mut ways: Vec<(bool, Reverse<usize>, Reverse<Vec<u32>>)> = counts
        .into_iter()
        .map(|(way, n)| (way.iter().any(|&step| step > 1), Reverse(n), Reverse(way)))
        .filter(|(is_gathered, n, _)| !is_gathered || n.0 + 1 >= LEAST)
        .collect();
    ways.sort_unstable();
    ways.truncate(MOST_WAYS);
    ways.into_iter().map(|(.., way)| way.0).collect()
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
        Code::Each(_) | Code::Sigmoids => has_lanes(code),
        Code::All(_) | Code::Call => false,
        _ => true,
    }
}

fn has_lanes(code: Code) -> bool {
    matches!(code, Code::Each(Op::Tanh | Op::Sech | Op::Sigmoid) | Code::Sigmoids)
}
