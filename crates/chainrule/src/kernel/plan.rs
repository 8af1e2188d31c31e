//! From a lowered program to a plan: what is computed once, what for each row, and how the sums
//! give the results.

use super::access;
use super::block::Frame;
use super::code::{Code, Instruction};
use super::derive::uniform_nodes;
use super::dispatch::{self, Instructions, Steps};
use super::emit::{Wanted, emit};
use super::fuse::Rows;
use super::once::Once;
use super::step::step_of;
use crate::algebra::Op;
use crate::program::{NodeId, Program, Step};
use crate::spare::Spare;
use std::collections::HashSet;

/// Reads of a column that are worth a copy, where each crosses from one cache line to the next.
pub(super) const WORTH_A_COPY: usize = 5;

/// A program prepared for many rows.
#[derive(Debug)]
pub(super) struct Plan {
    /// From the uniform inputs to the uniform numbers that rows and results use, once per call.
    prologue: Once,
    /// Numbers in place of the columns, which are inputs of that program too and used by nothing there.
    no_columns: Vec<f64>,
    pub(super) spare: Spare<Frame>,
    pub(super) code: Vec<Instruction>,
    /// What the instructions do.
    steps: Steps,
    pub(super) lists: Vec<u32>,
    pub(super) columns: usize,
    /// How often each column is read.
    pub(super) reads: Vec<usize>,
    /// Columns that are read too seldom for a copy.
    pub(super) in_place: usize,
    /// About how many operations a row takes.
    pub(super) work: usize,
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
        let emitted = emit(&rows, columns, &roots, wanted, is_weak);
        let count = roots.len();
        let mut reads = vec![0; columns + count + emitted.slots];
        for instruction in &emitted.code {
            for place in access::reads(instruction, &emitted.lists) {
                reads[place as usize] += 1;
            }
        }
        reads.truncate(columns);
        let plan = Plan {
            prologue: Once::new(&prologue.without_dead_code()),
            no_columns: vec![0.0; columns],
            spare: Spare::default(),
            work: work(&emitted.code, &emitted.lists),
            code: emitted.code,
            steps: Steps::default(),
            lists: emitted.lists,
            columns,
            in_place: reads.iter().filter(|&&reads| reads < WORTH_A_COPY).count(),
            reads,
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

    /// What a block of a single group takes, in operations.
    pub(super) fn short_block(&self) -> usize {
        self.work + 16
    }

    /// The functions of the instructions.
    pub(super) fn steps(&self, instructions: Instructions) -> &[dispatch::Step] {
        self.steps
            .get(instructions, || self.code.iter().map(|i| step_of(i.code, instructions)).collect())
    }

    /// How many numbers are the same for all rows.
    pub(super) fn uniform_count(&self) -> usize {
        self.prologue.len()
    }

    /// The numbers that are the same for all rows.
    pub(super) fn uniforms(&self, inputs: &[f64]) -> Vec<f64> {
        self.prologue.values(&[inputs, &self.no_columns])
    }

    /// The results, from the sums over `rows` rows.
    pub(super) fn totals(
        &self,
        sums: &[f64],
        uniforms: &[f64],
        rows: usize,
    ) -> impl Iterator<Item = f64> {
        self.results.iter().map(move |t| {
            let sum = match t.source {
                Source::Sum(i) => sums[i as usize],
                Source::Count => rows as f64,
            };
            let product = t.factors.iter().fold(sum, |p, &u| p * uniforms[u as usize]);
            if t.negated { -product } else { product }
        })
    }

    /// Stops where an instruction is not what the interpreter relies on: every place exists,
    /// only output columns, by one instruction each, and slots are written, and no instruction
    /// writes what it reads.
    fn check(&self) {
        let first_slot = (self.columns + self.stores) as u32;
        let places = first_slot + self.slots as u32;
        let uniforms = self.uniform_count() as u32;
        let (mut added, mut stored) = (HashSet::new(), HashSet::new());
        for i in &self.code {
            let (reads, writes) = (access::reads(i, &self.lists), access::writes(i, &self.lists));
            assert!(reads.iter().all(|&p| p < places), "{i:?} reads a place that is not there");
            for &write in &writes {
                assert!((self.columns as u32..places).contains(&write), "{i:?} writes no slot");
                let is_first = write >= first_slot || stored.insert(write);
                assert!(is_first, "{i:?} writes an output column that another does");
            }
            assert!(writes.iter().all(|w| !reads.contains(w)), "{i:?} writes what it reads");
            let distinct: HashSet<_> = writes.iter().collect();
            assert!(distinct.len() == writes.len(), "{i:?} writes one place twice");
            for sum in access::sums(i, &self.lists) {
                assert!((sum as usize) < self.sums, "{i:?} adds to no sum");
                assert!(added.insert(sum), "{i:?} adds to a sum that another does");
            }
        }
        assert!(stored.len() == self.stores, "an output column is not written");
        assert!(self.filled.iter().all(|f| (f.0 as usize) < self.slots && f.1 < uniforms));
    }
}

/// About how many operations a row takes.
fn work(code: &[Instruction], lists: &[u32]) -> usize {
    let functions = |i: &&Instruction| matches!(i.code, Code::Unary(_) | Code::WithSlope(_));
    code.len() + lists.len() / 2 + 8 * code.iter().filter(functions).count()
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
