//! The order of items that run together: such that the arguments of neighbours are neighbours too.

use super::lanes::LANES;
use super::{Code, Machine, Run};
use crate::algebra::Op;
use std::collections::HashMap;

/// Elements next to each other that are worth a run of their own.
const LEAST: usize = 6;

/// Appends items of one kind, of which none uses another; `arguments` holds those of each item, one
/// after another, as slots. `place` is told where the result of each item stands.
pub(super) fn append(
    machine: &mut Machine,
    code: Code,
    arity: usize,
    arguments: &[u32],
    mut place: impl FnMut(u32, u32),
) {
    let mut push = |dense, items: &[u32]| {
        let of = |i: u32| &arguments[i as usize * arity..][..arity];
        let given = if dense { &items[..1] } else { items };
        let from = machine.arguments.len();
        for &i in given {
            machine.arguments.extend(of(i));
        }
        for (slot, &i) in (machine.slots as u32..).zip(items) {
            place(i, slot);
        }
        let whole = items.len().next_multiple_of(LANES);
        let fits = |&a: &u32| a as usize + whole <= machine.slots;
        let is_padded = dense && is_vector(code) && of(items[0]).iter().all(fits);
        let room = if is_padded { whole } else { items.len() };
        let numbers = [machine.slots, from, items.len(), room, arity];
        machine.slots += room;
        machine.runs.push(Run::new(machine.width, code, dense, numbers));
        if !dense && has_lanes(code) {
            machine.widest = machine.widest.max(items.len());
        }
    };
    let (order, stretches) = stretches(arity, arguments);
    let mut from = 0;
    for n in stretches {
        push(true, &order[from..from + n]);
        from += n;
    }
    if from < order.len() {
        push(false, &order[from..]);
    }
}

/// An order that begins with stretches of items whose arguments stand next to each other, and the
/// lengths of these.
fn stretches(arity: usize, arguments: &[u32]) -> (Vec<u32>, Vec<usize>) {
    let all = 0..(arguments.len() / arity) as u32;
    if all.len() < LEAST {
        return (all.collect(), Vec::new());
    }
    let of = |i: u32| &arguments[i as usize * arity..][..arity];
    let mut by_first: HashMap<&[u32], u32> = HashMap::with_capacity(all.len());
    for i in all.clone() {
        by_first.insert(of(i), i);
    }
    let mut taken = vec![false; all.len()];
    let (mut order, mut lengths) = (Vec::with_capacity(all.len()), Vec::new());
    let mut next = Vec::with_capacity(arity);
    for start in all.clone() {
        let before: Option<Vec<u32>> = of(start).iter().map(|a| a.checked_sub(1)).collect();
        if before.is_some_and(|b| by_first.contains_key(&b[..])) {
            continue;
        }
        let (begin, mut at) = (order.len(), Some(start));
        while let Some(i) = at.filter(|&i| !taken[i as usize]) {
            order.push(i);
            next.clear();
            next.extend(of(i).iter().map(|a| a + 1));
            at = by_first.get(&next[..]).copied();
        }
        if order.len() - begin < LEAST {
            order.truncate(begin);
        } else {
            order[begin..].iter().for_each(|&i| taken[i as usize] = true);
            lengths.push(order.len() - begin);
        }
    }
    let begin = order.len();
    order.extend(all.filter(|&i| !taken[i as usize]));
    // Whatever order the program has: what uses these one by one may stand in stretches then.
    order[begin..].sort_by_key(|&i| of(i));
    (order, lengths)
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
