//! From a program to the items of a machine: products and sums go into the sum that alone uses
//! them.

use super::schedule::schedule;
use super::{Code, Machine};
use crate::algebra::Op;
use crate::program::{NodeId, Program, Step};
use std::collections::HashMap;

/// An operation with what it takes over from others.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    pub(super) code: Code,
    pub(super) node: u32,
    /// How many nodes it computes; they stand next to each other.
    pub(super) results: u32,
    /// A node that it computes too, wherever that stands.
    pub(super) second: Option<u32>,
    /// Its arguments, as nodes.
    pub(super) from: u32,
    pub(super) len: u32,
}

pub(super) struct Builder<'p> {
    program: &'p Program,
    /// How often each node is used, as an argument or an output.
    uses: Vec<u32>,
    /// Nodes that another item computes.
    inside: Vec<bool>,
    items: Vec<Item>,
    arguments: Vec<u32>,
    /// A node that stands for the number 1; the next one stands for −0.
    one: u32,
}

impl<'p> Builder<'p> {
    pub(super) fn new(program: &'p Program) -> Self {
        let n = program.len();
        let mut uses = vec![0_u32; n];
        for (_, step) in program.steps() {
            for a in step.arguments() {
                uses[a.index()] += 1;
            }
        }
        for y in program.outputs() {
            uses[y.index()] += 2;
        }
        let one = u32::try_from(n).expect("a program has fewer than 2^32 nodes");
        let (items, arguments) = (Vec::with_capacity(n), Vec::with_capacity(2 * n));
        Builder { program, uses, inside: vec![false; n], items, arguments, one }
    }

    /// The arguments of `id` if it is an `op` that has one user and is no output.
    fn private(&self, id: NodeId, op: Op) -> Option<[NodeId; 2]> {
        match self.program.step(id) {
            Step::Operation(found, &[a, b]) if found == op && self.uses[id.index()] == 1 => {
                Some([a, b])
            }
            _ => None,
        }
    }

    pub(super) fn build(mut self) -> Machine {
        // From the last node, so that a sum sees what it takes over before that is written.
        let program = self.program;
        let pairs = self.pairs();
        for (id, step) in program.steps().rev() {
            match step {
                Step::Operation(..) if self.inside[id.index()] => {}
                Step::Operation(Op::Sigmoid, _) if pairs.contains_key(&id) => {
                    let [at, at_negative] = pairs[&id];
                    self.push(at, Code::Sigmoids, program.step(at).arguments());
                    self.items.last_mut().expect("just written").second = Some(at_negative.0);
                }
                Step::Operation(op, args) => self.item(id, op, args),
                Step::Call(operation, args, 0) => {
                    self.push(id, Code::Call, args);
                    let call = self.items.last_mut().expect("just written");
                    call.results = operation.outputs().len() as u32;
                }
                _ => {}
            }
        }
        self.items.reverse();
        schedule(program, &self.items, &self.arguments)
    }

    /// Pairs of `σ(x)` and `σ(−x)`, each under the first of the two.
    fn pairs(&mut self) -> HashMap<NodeId, [NodeId; 2]> {
        let sigmoids = self.program.steps().filter_map(|(id, step)| match step {
            Step::Operation(Op::Sigmoid, &[x]) => Some((x, id)),
            _ => None,
        });
        let sigmoids: Vec<(NodeId, NodeId)> = sigmoids.collect();
        let of: HashMap<NodeId, NodeId> = sigmoids.iter().copied().collect();
        let mut pairs = HashMap::new();
        for (x, at_negative) in sigmoids {
            let Step::Operation(Op::Neg, &[y]) = self.program.step(x) else { continue };
            let Some(&at) = of.get(&y) else { continue };
            let pair = [at, at_negative];
            if pair.iter().any(|id| self.inside[id.index()] || pairs.contains_key(id)) {
                continue;
            }
            pairs.insert(at.min(at_negative), pair);
            self.inside[at.max(at_negative).index()] = true;
            self.uses[x.index()] -= 1;
            self.inside[x.index()] |= self.uses[x.index()] == 0;
        }
        pairs
    }

    fn push(&mut self, id: NodeId, code: Code, arguments: &[NodeId]) {
        let from = self.arguments.len() as u32;
        self.arguments.extend(arguments.iter().map(|a| a.0));
        let len = arguments.len() as u32;
        self.items.push(Item { code, node: id.0, results: 1, second: None, from, len });
    }

    fn item(&mut self, id: NodeId, op: Op, args: &[NodeId]) {
        match (op, args) {
            (Op::Add, &[a, b]) => self.sum(id, a, b),
            (Op::Sub, &[c, p]) => match self.private(p, Op::Mul) {
                Some([a, b]) if c != p => {
                    self.inside[p.index()] = true;
                    self.push(id, Code::MulSub, &[a, b, c]);
                }
                _ => self.push(id, Code::Each(op), args),
            },
            (Op::Sum, terms) if terms.len() > 1 => self.list(id, terms),
            (Op::Dot, pairs) if pairs.len() > 1 => {
                let list = [NodeId(self.one + 1)]
                    .into_iter()
                    .chain(pairs[..pairs.len() / 2 * 2].iter().copied());
                self.push(id, Code::Chain, &list.collect::<Vec<_>>());
            }
            _ if op.info().any => self.push(id, Code::All(op), args),
            _ => self.push(id, Code::Each(op), args),
        }
    }

    /// A sum with the sums and products that it alone uses. Terms are added from left to right.
    fn sum(&mut self, id: NodeId, a: NodeId, b: NodeId) {
        let (mut terms, mut left, mut right) = (Vec::new(), a, b);
        let first = loop {
            // a + b is b + a: what is a sum itself comes first.
            if self.private(left, Op::Add).is_none() && self.private(right, Op::Add).is_some() {
                (left, right) = (right, left);
            }
            terms.push(right);
            match self.private(left, Op::Add) {
                Some([l, r]) => {
                    self.inside[left.index()] = true;
                    (left, right) = (l, r);
                }
                None => break left,
            }
        };
        terms.push(first);
        terms.reverse();
        self.list(id, &terms);
    }

    /// The sum of the terms from left to right.
    fn list(&mut self, id: NodeId, terms: &[NodeId]) {
        if let &[first, second] = terms {
            return self.pair(id, first, second);
        }
        // 1·x is x; so a list of strong products takes plain products as terms like any other.
        let has_strong = terms.iter().any(|&t| self.private(t, Op::StrongMul).is_some());
        let op = if has_strong { Op::StrongMul } else { Op::Mul };
        let mut list = Vec::with_capacity(1 + 2 * terms.len());
        for &term in terms {
            let pair = self.private(term, op);
            self.inside[term.index()] |= pair.is_some();
            match pair {
                None if list.is_empty() => list.push(term),
                _ => {
                    // −0 + x is x.
                    let start = list.is_empty().then_some(NodeId(self.one + 1));
                    list.extend(start.into_iter().chain(pair.unwrap_or([NodeId(self.one), term])));
                }
            }
        }
        self.push(id, if has_strong { Code::StrongChain } else { Code::Chain }, &list);
    }

    /// A sum of two.
    fn pair(&mut self, id: NodeId, first: NodeId, second: NodeId) {
        if first == second {
            return self.push(id, Code::Each(Op::Add), &[first, second]);
        }
        if let (Some([a, b]), Some([c, d])) =
            (self.private(first, Op::Mul), self.private(second, Op::Mul))
        {
            self.inside[first.index()] = true;
            self.inside[second.index()] = true;
            return self.push(id, Code::MulMulAdd, &[a, b, c, d]);
        }
        for (product, other) in [(first, second), (second, first)] {
            for (op, code) in [(Op::Mul, Code::MulAdd), (Op::StrongMul, Code::StrongAdd)] {
                if let Some([a, b]) = self.private(product, op) {
                    self.inside[product.index()] = true;
                    return self.push(id, code, &[a, b, other]);
                }
            }
        }
        self.push(id, Code::Each(Op::Add), &[first, second]);
    }
}
