//! The order of items that run together: such that the arguments of neighbours are neighbours too.

use super::lanes::LANES;
use super::{Code, Machine, Run};
use crate::algebra::Op;

/// Elements next to each other that are worth a run of their own.
const LEAST: usize = 6;

/// Operands by which an order is tried.
const MOST_KEYS: usize = 4;

/// Appends items of one kind, of which none uses another; `arguments` holds those of each item, one
/// after another, as slots. What comes back is the order in which their results stand.
pub(super) fn append(
    machine: &mut Machine,
    code: Code,
    arity: usize,
    arguments: &[u32],
) -> Vec<u32> {
    let count = arguments.len() / arity;
    let of = |i: u32| &arguments[i as usize * arity..][..arity];
    let plain = || (0..count as u32).collect::<Vec<u32>>();
    let (mut order, mut stretches) = (plain(), Vec::new());
    if count >= LEAST {
        let mut most = 0;
        for key in 0..arity.min(MOST_KEYS) {
            let mut tried = plain();
            tried.sort_by_key(|&i| of(i)[key]);
            let found = dense(&tried, of);
            let covered = found.iter().map(|&(_, n)| n).sum();
            if covered > most {
                (most, order, stretches) = (covered, tried, found);
            }
        }
    }
    let mut push = |dense, items: &[u32]| {
        let given = if dense { &items[..1] } else { items };
        machine.arguments.extend(given.iter().flat_map(|&i| of(i)));
        let count = items.len() as u32;
        machine.runs.push(Run { code, dense, count, arity: arity as u32 });
        if has_lanes(code) {
            machine.widest = machine.widest.max(items.len().next_multiple_of(LANES));
        }
    };
    let (mut done, mut others, mut from) = (Vec::with_capacity(count), Vec::new(), 0);
    for (start, n) in stretches {
        others.extend(&order[from..start]);
        push(true, &order[start..start + n]);
        done.extend(&order[start..start + n]);
        from = start + n;
    }
    others.extend(&order[from..]);
    if !others.is_empty() {
        push(false, &others);
    }
    done.extend(others);
    done
}

/// The stretches of elements whose arguments stand next to each other: first and length.
fn dense<'a>(order: &[u32], of: impl Fn(u32) -> &'a [u32]) -> Vec<(usize, usize)> {
    let follows = |i: usize| {
        let (a, b) = (of(order[i - 1]), of(order[i]));
        a.iter().zip(b).all(|(a, b)| a + 1 == *b)
    };
    let (mut found, mut start) = (Vec::new(), 0);
    for i in 1..=order.len() {
        if i == order.len() || !follows(i) {
            if i - start >= LEAST {
                found.push((start, i - start));
            }
            start = i;
        }
    }
    found
}

fn has_lanes(code: Code) -> bool {
    matches!(code, Code::Each(Op::Tanh | Op::Sech | Op::Sigmoid))
}
