//! What an instruction reads, writes and adds to.

use super::code::{Code, Instruction, NOTHING, UNIFORM};
use crate::algebra::Op;

/// What an instruction that adds products to sums multiplies with its place `a`.
struct Scaled<'l> {
    /// The sum of the factor itself, or `NOTHING`.
    own: u32,
    /// What place `a` is multiplied with to become the factor, if anything.
    head: Option<u32>,
    triples: &'l [u32],
}

/// The factors of an instruction that adds products to sums.
fn scaled<'l>(i: &Instruction, lists: &'l [u32]) -> impl Iterator<Item = Scaled<'l>> {
    let (is_scaled, own, count) = (i.code == Code::AccumulateScaled, i.dst, i.c as usize);
    let mut rest = &lists[i.b as usize..];
    (0..if is_scaled { count } else { 1 }).map(move |_| {
        let (own, head, count) = if is_scaled {
            let (own, head, count) = (rest[0], rest[1], rest[2] as usize);
            rest = &rest[3..];
            (own, Some(head), count)
        } else {
            (own, None, count)
        };
        let (triples, behind) = rest.split_at(3 * count);
        rest = behind;
        Scaled { own, head, triples }
    })
}

/// What the list of a pair of instructions begins with, and its threes.
fn pair(lists: &[u32], from: u32, count: u32) -> ([u32; 2], &[[u32; 3]]) {
    let list = &lists[from as usize..][..2 + 3 * count as usize];
    ([list[0], list[1]], list[2..].as_chunks().0)
}

/// The places that an instruction reads.
pub(super) fn reads(i: &Instruction, lists: &[u32]) -> Vec<u32> {
    let pairs = |from: u32, count: u32| lists[from as usize..][..2 * count as usize].to_vec();
    let start = |c: u32| (c != NOTHING && c & UNIFORM == 0).then_some(c);
    match i.code {
        Code::WithSlope(Op::Div) => vec![i.a, i.c],
        Code::ShiftScaleVUU
        | Code::AddVU
        | Code::SubVU
        | Code::MulVU
        | Code::DivVU
        | Code::Unary(_)
        | Code::WithSlope(_)
        | Code::Accumulate
        | Code::Copy => vec![i.a],
        Code::SubUV | Code::DivUV | Code::FmaUVU | Code::FnmaUVU | Code::FmsUVU => vec![i.b],
        Code::AddVV
        | Code::SubVV
        | Code::MulVV
        | Code::DivVV
        | Code::Binary(_)
        | Code::FmaVVU
        | Code::FnmaVVU
        | Code::FmsVVU => vec![i.a, i.b],
        Code::FmaUVV | Code::FnmaUVV | Code::FmsUVV => vec![i.b, i.c],
        Code::FmaVVV | Code::FnmaVVV | Code::FmsVVV | Code::Ternary(_) => vec![i.a, i.b, i.c],
        Code::Any(_) | Code::Formula(_) | Code::Watch => {
            lists[i.a as usize..][..i.b as usize].to_vec()
        }
        Code::DotUV => pairs(i.a, i.b).chunks(2).map(|p| p[1]).chain(start(i.c)).collect(),
        Code::TwoDotsUV => {
            let ([_, second], threes) = pair(lists, i.a, i.b);
            let places = threes.iter().map(|three| three[2]);
            places.chain(start(i.c)).chain(start(second)).collect()
        }
        Code::DotVV => pairs(i.a, i.b).into_iter().chain(start(i.c)).collect(),
        Code::ScaledSquares => {
            let fours = lists[i.a as usize..].chunks_exact(4).take(i.b as usize);
            fours.map(|four| four[1]).chain(start(i.c)).collect()
        }
        Code::AccumulateTwo => {
            let ([second, _], threes) = pair(lists, i.b, i.c);
            threes.iter().map(|three| three[2]).chain([i.a, second]).collect()
        }
        Code::AccumulateProducts | Code::AccumulateScaled => {
            let factors = scaled(i, lists).flat_map(|s| {
                let places = s.triples.chunks_exact(3).map(|t| t[1]);
                places.chain(s.head).collect::<Vec<_>>()
            });
            factors.chain([i.a]).collect()
        }
    }
}

/// The places that an instruction writes.
pub(super) fn writes(i: &Instruction, lists: &[u32]) -> Vec<u32> {
    match i.code {
        Code::Accumulate
        | Code::AccumulateProducts
        | Code::AccumulateTwo
        | Code::AccumulateScaled
        | Code::Watch => vec![],
        Code::WithSlope(_) => vec![i.dst, i.b],
        Code::TwoDotsUV => vec![i.dst, pair(lists, i.a, i.b).0[0]],
        Code::ScaledSquares => {
            let fours = lists[i.a as usize..].chunks_exact(4).take(i.b as usize);
            fours.map(|four| four[0]).chain([i.dst]).collect()
        }
        _ => vec![i.dst],
    }
}

/// The sums that an instruction adds to.
pub(super) fn sums(i: &Instruction, lists: &[u32]) -> Vec<u32> {
    let mut sums = match i.code {
        Code::Accumulate => vec![i.dst],
        Code::AccumulateTwo => {
            let ([_, second], threes) = pair(lists, i.b, i.c);
            threes.iter().flat_map(|three| [three[0], three[1]]).chain([i.dst, second]).collect()
        }
        Code::AccumulateProducts | Code::AccumulateScaled => {
            let factors = scaled(i, lists).flat_map(|s| {
                s.triples.chunks_exact(3).map(|t| t[0]).chain([s.own]).collect::<Vec<_>>()
            });
            factors.collect()
        }
        _ => vec![],
    };
    sums.retain(|&sum| sum != NOTHING);
    sums
}
