//! A program as a linear map at a point: slots, and edges weighted with partial derivatives.
//!
//! The weights are computed by a program of their own, once a point, whatever the number of
//! directions; a sweep is then nothing but multiplications and additions, for several directions
//! side by side. Source: Griewank and Walther, *Evaluating Derivatives*, 2nd ed., chapter 9
//! (the extended Jacobian as a linear system).

use crate::algebra::{Algebra, Term};
use crate::program::{self, NodeId, Operation, Program, Recorder, Step};
use std::ops::Range;
use std::sync::OnceLock;

/// What depends on what in a program, between its inputs and some of its outputs.
#[derive(Debug)]
pub(crate) struct Linear {
    /// Outputs: those of the linearised program before its guards, a weight for each edge, the
    /// operands of the guards.
    pub(crate) program: Program,
    /// Number of the outputs before the weights.
    pub(crate) kept: usize,
    /// The slot of each input, if an output depends on it.
    pub(crate) columns: Vec<Option<u32>>,
    /// The slot of each output of interest, if it depends on an input.
    pub(crate) rows: Vec<Option<u32>>,
    /// Where the edges into each slot start; one more at the end.
    starts: Vec<u32>,
    /// The slot from which each edge comes; lower than the one to which it goes.
    from: Vec<u32>,
    places: OnceLock<Places>,
}

/// Where the tangent of each slot, and that at the source of each edge, stands in a sweep.
#[derive(Debug)]
pub(crate) struct Places {
    pub(crate) of: Vec<u32>,
    from: Vec<u32>,
    pub(crate) count: usize,
}

/// An edge while it is built: from a node to one that is computed from it.
struct Edge {
    from: NodeId,
    to: NodeId,
    weight: NodeId,
}

impl Linear {
    /// `program`, whose first `inputs` inputs are variables, seen from the outputs `rows`; the
    /// outputs from `kept` on are operands of guards.
    pub(crate) fn new(program: &Program, inputs: usize, rows: Range<usize>, kept: usize) -> Self {
        let recorder = Recorder::sharing();
        let primals: Vec<_> = program.inputs().iter().map(|_| recorder.input().raw()).collect();
        let values = program.eval(&recorder, &primals);
        let free = &program.inputs()[..inputs];
        let rows = &program.outputs()[rows];
        let edges = edges(program, &recorder, &values, free);

        let mut useful = vec![false; program.len()];
        for y in rows {
            useful[y.index()] = true;
        }
        for edge in edges.iter().rev() {
            useful[edge.from.index()] |= useful[edge.to.index()];
        }
        let mut slots: Vec<Option<u32>> = vec![None; program.len()];
        let mut starts = vec![0_u32];
        let (mut from, mut weights) = (Vec::new(), Vec::new());
        for id in free.iter().filter(|id| useful[id.index()]) {
            slots[id.index()] = Some(starts.len() as u32 - 1);
            starts.push(0);
        }
        for group in edges.chunk_by(|a, b| a.to == b.to) {
            let to = group[0].to.index();
            if !useful[to] {
                continue;
            }
            let slot = |id: NodeId, slots: &[Option<u32>]| {
                slots[id.index()].expect("what an edge comes from has a slot by then")
            };
            if let [only] = group
                && recorder.known(only.weight) == Some(1.0)
            {
                slots[to] = Some(slot(only.from, &slots));
                continue;
            }
            for edge in group {
                from.push(slot(edge.from, &slots));
                weights.push(edge.weight);
            }
            slots[to] = Some(starts.len() as u32 - 1);
            starts.push(u32::try_from(from.len()).expect("fewer than 2^32 arguments"));
        }
        let place = |id: &NodeId| slots[id.index()];
        let (columns, rows) = (free.iter().map(place).collect(), rows.iter().map(place).collect());
        let value = |y: &NodeId| values[y.index()];
        let (results, guards) = program.outputs().split_at(kept);
        let outputs = results.iter().map(value).chain(weights).chain(guards.iter().map(value));
        let outputs: Vec<_> = outputs.map(|id| Term::new(&recorder, id)).collect();
        let program = recorder.finish(&outputs).without_dead_code();
        Linear { program, kept, columns, rows, starts, from, places: OnceLock::new() }
    }

    /// Number of slots.
    pub(crate) fn slots(&self) -> usize {
        self.starts.len() - 1
    }

    /// Number of edges.
    pub(crate) fn edges(&self) -> usize {
        self.from.len()
    }

    /// The slots that a slot is computed from; none for an input.
    pub(crate) fn sources(&self, slot: usize) -> &[u32] {
        &self.from[self.range(slot)]
    }

    /// Where tangents stand in a forward sweep, found on first use.
    pub(crate) fn places(&self) -> &Places {
        self.places.get_or_init(|| self.find_places())
    }

    /// Places for the tangents of a forward sweep. Those of inputs and rows stay to its end; the
    /// others are free again after their last use, so that a long program runs in little memory.
    fn find_places(&self) -> Places {
        let mut last: Vec<usize> = (0..self.slots()).collect();
        for slot in 0..self.slots() {
            for &source in self.sources(slot) {
                last[source as usize] = slot;
            }
        }
        for slot in self.columns.iter().chain(&self.rows).flatten() {
            last[*slot as usize] = usize::MAX;
        }
        let (mut of, mut free, mut count) = (vec![0; self.slots()], Vec::new(), 0);
        for slot in 0..self.slots() {
            for &source in self.sources(slot) {
                if last[source as usize] == slot {
                    free.push(of[source as usize]);
                    // The same source may stand here twice.
                    last[source as usize] = usize::MAX;
                }
            }
            of[slot] = free.pop().unwrap_or_else(|| {
                count += 1;
                count - 1
            });
        }
        let from = self.from.iter().map(|&slot| of[slot as usize]).collect();
        Places { of, from, count: count as usize }
    }

    /// Tangents of all slots, at their places, from those of the inputs, for `L` directions;
    /// `values` are those of all nodes of [`program`](Linear::program).
    pub(crate) fn forward<const L: usize>(&self, values: &[f64], lanes: &mut [[f64; L]]) {
        let (weights, places) = (self.weights(), self.places());
        for slot in 0..self.slots() {
            let range = self.range(slot);
            if range.is_empty() {
                continue;
            }
            let mut sum = [0.0; L];
            let edges = weights[range.clone()].iter().zip(&places.from[range]);
            for (weight, &from) in edges {
                add(&mut sum, values[weight.index()], &lanes[from as usize]);
            }
            lanes[places.of[slot] as usize] = sum;
        }
    }

    /// Adjoints of all slots from those of the rows, added to what the slots hold.
    pub(crate) fn reverse<const L: usize>(&self, values: &[f64], lanes: &mut [[f64; L]]) {
        let weights = self.weights();
        for slot in (0..self.slots()).rev() {
            let adjoint = lanes[slot];
            for edge in self.range(slot) {
                let sum = &mut lanes[self.from[edge] as usize];
                add(sum, values[weights[edge].index()], &adjoint);
            }
        }
    }

    fn weights(&self) -> &[NodeId] {
        &self.program.outputs()[self.kept..][..self.from.len()]
    }

    fn range(&self, slot: usize) -> Range<usize> {
        self.starts[slot] as usize..self.starts[slot + 1] as usize
    }
}

/// `sum + weight·x`, where a factor that is exactly zero wins over an infinity or NaN.
#[inline]
fn add<const L: usize>(sum: &mut [f64; L], weight: f64, x: &[f64; L]) {
    if weight == 0.0 {
        return;
    }
    for (s, &x) in sum.iter_mut().zip(x) {
        *s += if x == 0.0 { 0.0 } else { weight * x };
    }
}

/// Every dependency on something that depends on a variable, in the order of the nodes: what the
/// rules give a partial for that is not zero whatever the point.
fn edges(program: &Program, recorder: &Recorder, values: &[NodeId], free: &[NodeId]) -> Vec<Edge> {
    let mut varies = vec![false; program.len()];
    for id in free {
        varies[id.index()] = true;
    }
    let mut edges = Vec::new();
    let mut args = Vec::new();
    for (to, step) in program.steps() {
        if !step.arguments().iter().any(|n| varies[n.index()]) {
            continue;
        }
        let (op, nodes) = match step {
            Step::Operation(op, nodes) => (op, nodes),
            Step::Call(operation, nodes, 0) => {
                let call = Called { operation, nodes, first: to };
                call.edges(recorder, values, &mut varies, &mut edges);
                continue;
            }
            Step::Call(..) | Step::Input(_) | Step::Constant(_) => continue,
        };
        args.clear();
        args.extend(nodes.iter().map(|n| Term::new(recorder, values[n.index()])));
        op.partials(&args, Term::new(recorder, values[to.index()]), |i, partial| {
            let from = nodes[i];
            if varies[from.index()] && !recorder.is_zero(partial.raw()) {
                varies[to.index()] = true;
                edges.push(Edge { from, to, weight: partial.raw() });
            }
        });
    }
    edges
}

/// A call while its edges are looked for.
struct Called<'p> {
    operation: &'p Operation,
    nodes: &'p [NodeId],
    first: NodeId,
}

impl Called<'_> {
    fn edges(
        &self,
        recorder: &Recorder,
        values: &[NodeId],
        varies: &mut [bool],
        edges: &mut Vec<Edge>,
    ) {
        for (i, row) in self.partials(recorder, values, varies).into_iter().enumerate() {
            let to = NodeId(self.first.0 + i as u32);
            for (&from, weight) in self.nodes.iter().zip(row) {
                if let (Some(weight), true) = (weight, varies[from.index()]) {
                    varies[to.index()] = true;
                    edges.push(Edge { from, to, weight });
                }
            }
        }
    }

    /// The Jacobian, a row for each output, by the mode that needs fewer sweeps.
    fn partials(
        &self,
        recorder: &Recorder,
        values: &[NodeId],
        varies: &[bool],
    ) -> Vec<Vec<Option<NodeId>>> {
        let (n, m) = (self.nodes.len(), self.operation.outputs().len());
        let args: Vec<NodeId> = self.nodes.iter().map(|a| values[a.index()]).collect();
        let outputs = &values[self.first.index()..self.first.index() + m];
        let one = recorder.constant(1.0);
        let unit = |count: usize, k: usize| (0..count).map(move |i| (i == k).then_some(one));
        let depends = |i: usize, k: usize| self.operation.callee().depends(i, k);
        let mut rows = vec![vec![None; n]; m];
        if n < m {
            for k in (0..n).filter(|&k| varies[self.nodes[k].index()]) {
                let tangents: Vec<_> = unit(n, k).collect();
                let column = program::tangents(recorder, self.operation, &args, outputs, &tangents);
                for (i, slope) in column.into_iter().enumerate().filter(|&(i, _)| depends(i, k)) {
                    rows[i][k] = slope.filter(|&s| !recorder.is_zero(s));
                }
            }
        } else {
            for (i, row) in rows.iter_mut().enumerate() {
                let weights: Vec<_> = unit(m, i).collect();
                let slopes = program::adjoints(recorder, self.operation, &args, outputs, &weights);
                for (k, slope) in slopes.into_iter().enumerate().filter(|&(k, _)| depends(i, k)) {
                    row[k] = slope;
                }
            }
        }
        rows
    }
}
