//! The row part of a program as nodes of few kinds, with products fused into sums.

use super::derive::uniform_nodes;
use crate::algebra::Op;
use crate::program::{NodeId, Program, Step};
use std::collections::HashMap;

/// Position of a node in a [`Rows`].
pub(super) type Id = u32;

/// What a node of the row part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A number that is the same for all rows.
    Uniform(u32),
    Column(u32),
    Operation(Op),
    /// `a·b + c`.
    Fma,
    /// `c − a·b`.
    Fnma,
    /// `a·b − c`.
    Fms,
    /// `tanh a`, when `b` is the node of its derivative.
    TanhAndSlope,
    /// The derivative that `TanhAndSlope` node `a` computes.
    SlopeOf,
    /// Written into another node.
    Gone,
}

/// A node: its kind, its arguments.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) kind: Kind,
    pub(super) args: Vec<Id>,
}

/// The part of a program that has to be run for each row.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub(super) nodes: Vec<Node>,
    /// How often each node is used, as an argument or a root.
    pub(super) uses: Vec<u32>,
    /// Whether a node is a result.
    pub(super) is_root: Vec<bool>,
    /// The uniform numbers, as nodes of the program.
    pub(super) uniforms: Vec<NodeId>,
    place: HashMap<NodeId, Id>,
    /// For a node of columns and uniforms only, the number of operations to compute it.
    ease: Vec<Option<u32>>,
    /// The latest copy of a node.
    copies: HashMap<Id, Id>,
}

/// Most operations that are done a second time.
const EASY: u32 = 2;

/// So many nodes back is long ago: their slots fill the first-level cache.
const FAR: usize = 64;

impl Rows {
    /// The nodes that `roots` need. A node whose value is uniform has no arguments here.
    pub(super) fn new(program: &Program, uniforms: usize, roots: &[NodeId]) -> Self {
        let uniform = uniform_nodes(program, uniforms);
        let mut wanted = vec![false; program.len()];
        for root in roots {
            wanted[root.index()] = true;
        }
        for (id, step) in program.steps().rev() {
            if let (true, false, Step::Operation(_, args)) =
                (wanted[id.index()], uniform[id.index()], step)
            {
                args.iter().for_each(|a| wanted[a.index()] = true);
            }
        }
        let mut rows = Rows::default();
        for (id, step) in program.steps().filter(|(id, _)| wanted[id.index()]) {
            let node = match step {
                _ if uniform[id.index()] => {
                    rows.uniforms.push(id);
                    Node { kind: Kind::Uniform(rows.uniforms.len() as u32 - 1), args: vec![] }
                }
                Step::Operation(op, args) => {
                    let args: Vec<Id> = args.iter().map(|&a| rows.nearby(a)).collect();
                    Node { kind: Kind::Operation(op), args }
                }
                Step::Input(i) => {
                    Node { kind: Kind::Column((i - uniforms) as u32), args: vec![] }
                }
                Step::Constant(_) => unreachable!("a constant is uniform"),
            };
            let new = rows.push(node);
            rows.place.insert(id, new);
        }
        rows.uses = vec![0; rows.nodes.len()];
        rows.is_root = vec![false; rows.nodes.len()];
        for node in &rows.nodes {
            for &arg in &node.args {
                rows.uses[arg as usize] += 1;
            }
        }
        for root in roots {
            let id = rows.place[root] as usize;
            rows.uses[id] += 1;
            rows.is_root[id] = true;
        }
        rows.pair_tanh();
        rows.fuse();
        rows
    }

    fn push(&mut self, node: Node) -> Id {
        let ease = match node.kind {
            Kind::Uniform(_) | Kind::Column(_) => Some(0),
            Kind::Operation(Op::Add | Op::Sub | Op::Mul | Op::Square | Op::Neg) => {
                let args = node.args.iter().map(|&a| self.ease[a as usize]);
                args.collect::<Option<Vec<u32>>>().map(|args| 1 + args.iter().sum::<u32>())
            }
            _ => None,
        };
        self.ease.push(ease.filter(|&e| e <= EASY));
        self.nodes.push(node);
        self.nodes.len() as Id - 1
    }

    /// The node, or a copy of one that was computed long ago and is easy to compute again: a slot
    /// held for so long costs more than an operation or two.
    fn nearby(&mut self, node: NodeId) -> Id {
        let copy = self.again(self.place[&node]);
        self.place.insert(node, copy);
        copy
    }

    fn again(&mut self, id: Id) -> Id {
        let far = self.nodes.len() - id as usize > FAR;
        match self.ease[id as usize] {
            Some(1..) if far => {}
            _ => return id,
        }
        if let Some(&copy) = self.copies.get(&id) {
            return self.again(copy);
        }
        let mut node = self.nodes[id as usize].clone();
        for arg in &mut node.args {
            *arg = self.again(*arg);
        }
        let copy = self.push(node);
        self.copies.insert(id, copy);
        copy
    }

    pub(super) fn id(&self, node: NodeId) -> Id {
        self.place[&node]
    }

    pub(super) fn uniform(&self, id: Id) -> Option<u32> {
        match self.nodes[id as usize].kind {
            Kind::Uniform(u) => Some(u),
            _ => None,
        }
    }

    /// Whether only one other node uses `id`, and no result.
    pub(super) fn is_private(&self, id: Id) -> bool {
        self.uses[id as usize] == 1 && !self.is_root[id as usize]
    }

    /// Where `tanh x` and `sech² x` are both wanted, one instruction gives both.
    fn pair_tanh(&mut self) {
        let mut tanh: HashMap<Id, usize> = HashMap::new();
        for i in 0..self.nodes.len() {
            let node = &self.nodes[i];
            if node.kind == Kind::Operation(Op::Tanh) {
                tanh.insert(node.args[0], i);
            }
            let Kind::Operation(Op::Square) = node.kind else { continue };
            let sech = node.args[0];
            let inner = &self.nodes[sech as usize];
            if inner.kind != Kind::Operation(Op::Sech) || !self.is_private(sech) {
                continue;
            }
            let x = inner.args[0];
            let Some(&pair) = tanh.get(&x) else { continue };
            self.nodes[sech as usize] = Node { kind: Kind::Gone, args: vec![] };
            self.uses[x as usize] -= 1;
            self.nodes[pair] = Node { kind: Kind::TanhAndSlope, args: vec![x] };
            self.nodes[i] = Node { kind: Kind::SlopeOf, args: vec![pair as Id] };
            self.uses[pair] += 1;
        }
    }

    /// The factors of a product that nothing else uses.
    fn factors(&self, id: Id) -> Option<(Id, Id)> {
        let node = &self.nodes[id as usize];
        if !self.is_private(id) {
            return None;
        }
        match (node.kind, &node.args[..]) {
            (Kind::Operation(Op::Mul), &[a, b]) => Some((a, b)),
            (Kind::Operation(Op::Square), &[a]) => Some((a, a)),
            _ => None,
        }
    }

    /// Sums of products become fused ones, which round once.
    fn fuse(&mut self) {
        for i in 0..self.nodes.len() {
            let (op, x, y) = match (self.nodes[i].kind, &self.nodes[i].args[..]) {
                (Kind::Operation(op @ (Op::Add | Op::Sub)), &[x, y]) if x != y => (op, x, y),
                (Kind::Operation(Op::MulAdd), _) => {
                    self.nodes[i].kind = Kind::Fma;
                    continue;
                }
                _ => continue,
            };
            // The later one: a chain of sums keeps what it has so far as the third operand.
            let late_first = if x > y { [(x, y), (y, x)] } else { [(y, x), (x, y)] };
            for (product, other) in late_first {
                let Some((a, b)) = self.factors(product) else { continue };
                let kind = match op {
                    Op::Add => Kind::Fma,
                    _ if product == y => Kind::Fnma,
                    _ => Kind::Fms,
                };
                self.nodes[i] = Node { kind, args: vec![a, b, other] };
                self.nodes[product as usize] = Node { kind: Kind::Gone, args: vec![] };
                if a == b && self.uses[a as usize] == 1 {
                    self.uses[a as usize] = 2;
                }
                break;
            }
        }
    }
}
