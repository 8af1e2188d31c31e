//! From a lowered program to a plan: what is computed once, what for each row, and how the sums
//! give the results.

use super::block::Spare;
use super::code::{Code, Instruction, NOTHING, UNIFORM};
use super::derive::uniform_nodes;
use super::emit::emit;
use super::fuse::Rows;
use crate::algebra::Op;
use crate::program::{Machine, NodeId, Program, Slots, Step};
use std::collections::HashSet;

/// Reads of a column that are worth a copy, as half of them cross from one cache line to the next.
const WORTH_A_COPY: usize = 5;

/// A program prepared for many rows.
#[derive(Debug)]
pub(super) struct Plan {
    /// From the uniform inputs to the uniform numbers that rows and results use, once per call.
    prologue: Machine,
    /// Memory of earlier calls.
    pub(super) spare: Spare,
    pub(super) code: Vec<Instruction>,
    pub(super) lists: Vec<u32>,
    pub(super) columns: usize,
    /// Columns that are read so often that a copy which begins at a cache line pays.
    pub(super) copied: Vec<bool>,
    pub(super) slots: usize,
    /// Slots that hold a uniform number in all their rows, and its number.
    pub(super) filled: Vec<(u32, u32)>,
    pub(super) sums: usize,
    pub(super) stores: usize,
    results: Vec<Total>,
    /// Whether a NaN in a result asks for the strict plan.
    pub(super) is_weak: bool,
}

/// How a result comes from a sum over the rows.
#[derive(Debug)]
struct Total {
    source: Source,
    /// Uniform numbers that stood as factors in every row.
    factors: Vec<u32>,
    negated: bool,
}

#[derive(Debug)]
enum Source {
    /// The sum of that number.
    Sum(u32),
    /// The number of rows.
    Count,
}

/// What is wanted of the outputs of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Their sums over all rows.
    Sums,
    /// A column for each.
    Columns,
}

impl Plan {
    /// The plan of a program whose first inputs are `uniforms` numbers that are the same for all
    /// rows. A `strict` one takes no factor out of a sum.
    pub(super) fn new(program: &Program, uniforms: usize, wanted: Wanted, is_weak: bool) -> Self {
        Self::make(program, uniforms, wanted, is_weak, false)
    }

    /// A plan that runs every operation as the scalar evaluation does.
    pub(super) fn exact(program: &Program, uniforms: usize, wanted: Wanted) -> Self {
        Self::make(program, uniforms, wanted, false, true)
    }

    fn make(
        program: &Program,
        uniforms: usize,
        wanted: Wanted,
        is_weak: bool,
        is_exact: bool,
    ) -> Self {
        let columns = program.inputs().len() - uniforms;
        let uniform = uniform_nodes(program, uniforms);
        let mut roots: Vec<NodeId> = Vec::new();
        let mut totals = Vec::new();
        let mut factors = Vec::new();
        for &output in program.outputs() {
            if wanted == Wanted::Columns {
                roots.push(output);
                continue;
            }
            let (root, nodes, negated) = peel(program, &uniform, output);
            let source = root.map_or(Source::Count, |root| {
                let at = roots.iter().position(|&r| r == root).unwrap_or_else(|| {
                    roots.push(root);
                    roots.len() - 1
                });
                Source::Sum(at as u32)
            });
            factors.push(nodes);
            totals.push(Total { source, factors: Vec::new(), negated });
        }
        let rows = Rows::new(program, uniforms, &roots, is_exact);
        let mut numbers = rows.uniforms.clone();
        for (total, nodes) in totals.iter_mut().zip(factors) {
            for node in nodes {
                let at = numbers.iter().position(|&n| n == node).unwrap_or_else(|| {
                    numbers.push(node);
                    numbers.len() - 1
                });
                total.factors.push(at as u32);
            }
        }
        let mut prologue = program.clone();
        prologue.set_outputs(numbers);
        let roots: Vec<_> = roots.iter().map(|&r| rows.id(r)).collect();
        let emitted = emit(&rows, columns, &roots, wanted == Wanted::Sums);
        let count = roots.len();
        let mut reads = vec![0; columns + emitted.slots];
        for instruction in &emitted.code {
            for place in self::reads(instruction, &emitted.lists) {
                reads[place as usize] += 1;
            }
        }
        let plan = Plan {
            prologue: Machine::new(&prologue.without_dead_code()),
            spare: Spare::default(),
            code: emitted.code,
            lists: emitted.lists,
            columns,
            copied: reads[..columns].iter().map(|&reads| reads >= WORTH_A_COPY).collect(),
            slots: emitted.slots,
            filled: emitted.filled,
            sums: if wanted == Wanted::Sums { count } else { 0 },
            stores: if wanted == Wanted::Columns { count } else { 0 },
            results: totals,
            is_weak,
        };
        plan.check();
        plan
    }

    /// About how many operations a row takes.
    pub(super) fn work(&self) -> usize {
        let functions = |i: &&Instruction| matches!(i.code, Code::Unary(_) | Code::WithSlope(_));
        self.code.len() + self.lists.len() / 2 + 8 * self.code.iter().filter(functions).count()
    }

    /// How many numbers are the same for all rows.
    pub(super) fn uniform_count(&self) -> usize {
        self.prologue.outputs.all().len()
    }

    /// The numbers that are the same for all rows.
    pub(super) fn uniforms(&self, inputs: &[f64]) -> Vec<f64> {
        // The columns are inputs of the program too; what is computed here needs none of them.
        let columns = vec![0.0; self.columns];
        let mut slots = Slots::default();
        self.prologue.run(&[inputs, &columns], &mut slots);
        self.prologue.outputs.all().iter().map(|&at| slots.values[at as usize]).collect()
    }

    /// The results, from the sums over `rows` rows.
    pub(super) fn totals(&self, sums: &[f64], uniforms: &[f64], rows: usize) -> Vec<f64> {
        let total = |t: &Total| {
            let sum = match t.source {
                Source::Sum(i) => sums[i as usize],
                Source::Count => rows as f64,
            };
            let product = t.factors.iter().fold(sum, |p, &u| p * uniforms[u as usize]);
            if t.negated { -product } else { product }
        };
        self.results.iter().map(total).collect()
    }

    /// Stops where an instruction is not what the interpreter relies on: every place exists,
    /// only slots are written, and no instruction writes what it reads.
    fn check(&self) {
        let places = (self.columns + self.slots) as u32;
        let uniforms = self.uniform_count() as u32;
        for i in &self.code {
            let reads = reads(i, &self.lists);
            assert!(reads.iter().all(|&p| p < places), "{i:?} reads a place that is not there");
            let mut writes = vec![i.dst];
            match i.code {
                Code::Accumulate => {
                    assert!((i.dst as usize) < self.sums, "{i:?} adds to no sum");
                    continue;
                }
                Code::AccumulateProducts | Code::AccumulateScaled => {
                    let fits = scaled(i, &self.lists).all(|Scaled { own, triples, .. }| {
                        let mut triples = triples.chunks_exact(3);
                        (own == NOTHING || (own as usize) < self.sums)
                            && triples.all(|t| {
                                let is_number = t[2] == NOTHING || t[2] < uniforms;
                                (t[0] as usize) < self.sums && is_number
                            })
                    });
                    assert!(fits, "{i:?} adds to no sum");
                    continue;
                }
                Code::Store => {
                    assert!((i.dst as usize) < self.stores, "{i:?} stores nowhere");
                    continue;
                }
                Code::WithSlope(_) => {
                    assert!(i.b != i.dst, "{i:?} writes one place twice");
                    writes.push(i.b);
                }
                Code::TwoDotsUV => {
                    let other = self.lists[i.a as usize];
                    assert!(other != i.dst, "{i:?} writes one place twice");
                    writes.push(other);
                }
                Code::ScaledSquares => {
                    let fours = self.lists[i.a as usize..].chunks_exact(4).take(i.b as usize);
                    writes.extend(fours.map(|four| four[0]));
                    let distinct: HashSet<_> = writes.iter().collect();
                    assert!(distinct.len() == writes.len(), "{i:?} writes one place twice");
                }
                _ => {}
            }
            let is_slot = |p: &u32| (self.columns as u32..places).contains(p);
            assert!(writes.iter().all(is_slot), "{i:?} writes no slot");
            assert!(writes.iter().all(|w| !reads.contains(w)), "{i:?} writes what it reads");
        }
        assert!(self.filled.iter().all(|f| (f.0 as usize) < self.slots && f.1 < uniforms));
    }
}

/// What an instruction that adds products to sums multiplies with its place `a`.
pub(super) struct Scaled<'l> {
    /// The sum of the factor itself, or `NOTHING`.
    pub(super) own: u32,
    /// What place `a` is multiplied with to become the factor, if anything.
    pub(super) head: Option<u32>,
    pub(super) triples: &'l [u32],
}

/// The factors of an instruction that adds products to sums.
pub(super) fn scaled<'l>(i: &Instruction, lists: &'l [u32]) -> impl Iterator<Item = Scaled<'l>> {
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

/// The places that an instruction reads.
fn reads(i: &Instruction, lists: &[u32]) -> Vec<u32> {
    let pairs = |from: u32, count: u32| lists[from as usize..][..2 * count as usize].to_vec();
    let start = |c: u32| (c != NOTHING && c & UNIFORM == 0).then_some(c);
    match i.code {
        Code::ShiftScaleVUU
        | Code::AddVU
        | Code::SubVU
        | Code::MulVU
        | Code::DivVU
        | Code::Unary(_)
        | Code::WithSlope(_)
        | Code::Accumulate
        | Code::Store => vec![i.a],
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
        Code::Any(_) => lists[i.a as usize..][..i.b as usize].to_vec(),
        Code::DotUV => pairs(i.a, i.b).chunks(2).map(|p| p[1]).chain(start(i.c)).collect(),
        Code::TwoDotsUV => {
            let &[_, second, ref rest @ ..] = &lists[i.a as usize..] else {
                unreachable!("two were listed")
            };
            let threes = rest.chunks_exact(3).take(i.b as usize).map(|three| three[2]);
            threes.chain(start(i.c)).chain(start(second)).collect()
        }
        Code::DotVV => pairs(i.a, i.b).into_iter().chain(start(i.c)).collect(),
        Code::ScaledSquares => {
            let fours = lists[i.a as usize..].chunks_exact(4).take(i.b as usize);
            fours.map(|four| four[1]).chain(start(i.c)).collect()
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

/// Takes uniform factors and signs off a result: what is left to sum over the rows (nothing if all
/// of it is uniform), the factors, and whether the sign changes.
fn peel(
    program: &Program,
    uniform: &[bool],
    output: NodeId,
) -> (Option<NodeId>, Vec<NodeId>, bool) {
    let (mut root, mut factors, mut negated) = (output, Vec::new(), false);
    loop {
        if uniform[root.index()] {
            factors.push(root);
            return (None, factors, negated);
        }
        match program.step(root) {
            Step::Operation(Op::Neg, &[x]) => {
                negated = !negated;
                root = x;
            }
            Step::Operation(Op::Mul, &[a, b]) if uniform[a.index()] || uniform[b.index()] => {
                let (u, v) = if uniform[a.index()] { (a, b) } else { (b, a) };
                factors.push(u);
                root = v;
            }
            _ => return (Some(root), factors, negated),
        }
    }
}
