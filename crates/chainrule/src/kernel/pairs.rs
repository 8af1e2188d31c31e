//! Pairs of instructions that read the same places, in one: a matrix of sums, two rows at a time.

use super::access::writes;
use super::code::{Code, Instruction, NOTHING};
use std::collections::HashMap;

/// Joins instructions that add products of different factors with the same places to sums. The first
/// of two is put off to the second: no other instruction adds to its sums.
pub(super) fn in_pairs(code: &[Instruction], lists: &mut Vec<u32>) -> Vec<Instruction> {
    let mut alone: HashMap<Vec<u32>, usize> = HashMap::new();
    let mut joined: Vec<Option<Instruction>> = Vec::with_capacity(code.len());
    for (at, &second) in code.iter().enumerate() {
        joined.push(Some(second));
        let Some(places) = places(&second, lists) else { continue };
        let Some(before) = alone.insert(places.clone(), at) else { continue };
        let first = code[before];
        let is_read = |p: &u32| *p == first.a || places.contains(p);
        if code[before..at].iter().any(|i| writes(i, lists).iter().any(is_read)) {
            continue;
        }
        alone.remove(&places);
        let sums = |i: &Instruction| {
            let triples = &lists[i.b as usize..][..3 * i.c as usize];
            triples.iter().step_by(3).copied().collect::<Vec<u32>>()
        };
        let (x, y, b) = (sums(&first), sums(&second), lists.len() as u32);
        lists.extend([second.a, second.dst]);
        for ((i, j), place) in x.into_iter().zip(y).zip(places) {
            lists.extend([i, j, place]);
        }
        joined[before] = None;
        joined[at] = Some(Instruction { code: Code::AccumulateTwo, b, ..first });
    }
    joined.into_iter().flatten().collect()
}

/// The places that an instruction multiplies with its factor, if it does nothing else with them.
fn places(i: &Instruction, lists: &[u32]) -> Option<Vec<u32>> {
    if i.code != Code::AccumulateProducts {
        return None;
    }
    let triples = lists[i.b as usize..][..3 * i.c as usize].chunks_exact(3);
    triples.map(|t| (t[2] == NOTHING).then_some(t[1])).collect()
}
