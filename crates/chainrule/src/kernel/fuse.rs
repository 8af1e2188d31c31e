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
    /// `(a − u)·w` with uniform numbers `u` and `w`, rounded twice.
    ShiftScale,
    /// An operation that gives its derivative by its first argument too.
    WithSlope(Op),
    /// The derivative that node `a` gives.
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
    /// Whether every operation is the scalar evaluation's, rounded as there.
    pub(super) is_exact: bool,
    /// The node here of each of the program's that is wanted.
    place: Vec<Id>,
}

impl Rows {
    /// The nodes that `roots` need. A node whose value is uniform has no arguments here.
    pub(super) fn new(
        program: &Program,
        uniforms: usize,
        roots: &[NodeId],
        is_exact: bool,
    ) -> Self {
        let uniform = uniform_nodes(program, uniforms);
        let wanted = program.needed(roots, |id| !uniform[id.index()]);
        let mut rows = Rows { place: vec![Id::MAX; program.len()], ..Rows::default() };
        for (id, step) in program.steps().filter(|(id, _)| wanted[id.index()]) {
            let node = match step {
                _ if uniform[id.index()] => {
                    rows.uniforms.push(id);
                    Node { kind: Kind::Uniform(rows.uniforms.len() as u32 - 1), args: vec![] }
                }
                Step::Operation(op, args) => {
                    let args: Vec<Id> = args.iter().map(|a| rows.place[a.index()]).collect();
                    Node { kind: Kind::Operation(op), args }
                }
                Step::Input(i) => Node { kind: Kind::Column((i - uniforms) as u32), args: vec![] },
                Step::Constant(_) => unreachable!("a constant is uniform"),
                Step::Call(..) => unreachable!("`RowProgram` refuses calls"),
            };
            rows.place[id.index()] = rows.nodes.len() as Id;
            rows.nodes.push(node);
        }
        rows.uses = vec![0; rows.nodes.len()];
        rows.is_root = vec![false; rows.nodes.len()];
        for node in &rows.nodes {
            for &arg in &node.args {
                rows.uses[arg as usize] += 1;
            }
        }
        for root in roots {
            let id = rows.place[root.index()] as usize;
            rows.uses[id] += 1;
            rows.is_root[id] = true;
        }
        rows.is_exact = is_exact;
        if !is_exact {
            rows.pair_with_slopes(program);
            rows.fuse();
            rows.scale_differences();
        }
        rows
    }

    pub(super) fn id(&self, node: NodeId) -> Id {
        self.place[node.index()]
    }

    pub(super) fn uniform(&self, id: Id) -> Option<u32> {
        match self.nodes[id as usize].kind {
            Kind::Uniform(u) => Some(u),
            _ => None,
        }
    }

    /// A product of a number and something else: the number first.
    pub(super) fn with_number(&self, (a, b): (Id, Id)) -> Option<(u32, Id)> {
        match (self.uniform(a), self.uniform(b)) {
            (Some(u), _) => Some((u, b)),
            (None, Some(u)) => Some((u, a)),
            (None, None) => None,
        }
    }

    /// Whether only one other node uses `id`, and no result.
    pub(super) fn is_private(&self, id: Id) -> bool {
        self.uses[id as usize] == 1 && !self.is_root[id as usize]
    }

    /// Where an operation and its derivative are both wanted, one instruction gives both: `tanh`
    /// and `sech²`, the normal distribution function and its density, `softplus` and the logistic
    /// function, the logarithm and the reciprocal where it has one, the rectifier and its step; and a
    /// division with the reciprocal of its divisor.
    fn pair_with_slopes(&mut self, program: &Program) {
        let mut firsts: HashMap<(Op, Id), usize> = HashMap::new();
        for i in 0..self.nodes.len() {
            let Kind::Operation(op) = self.nodes[i].kind else { continue };
            let arg = self.nodes[i].args[0];
            let (first, x, inside) = match op {
                Op::Div => {
                    let divisor = self.nodes[i].args[1];
                    if self.uniform(arg).is_none() && self.uniform(divisor).is_none() {
                        firsts.entry((op, divisor)).or_insert(i);
                    }
                    continue;
                }
                Op::Recip => (Op::Div, arg, vec![]),
                Op::Tanh | Op::NormalCdf | Op::Softplus | Op::Ln | Op::Relu => {
                    firsts.insert((op, arg), i);
                    continue;
                }
                Op::NormalPdf => (Op::NormalCdf, arg, vec![]),
                Op::Sigmoid => (Op::Softplus, arg, vec![]),
                Op::Square if self.is_private(arg) => match &self.nodes[arg as usize] {
                    Node { kind: Kind::Operation(Op::Sech), args } => {
                        (Op::Tanh, args[0], vec![arg])
                    }
                    _ => continue,
                },
                Op::Select => {
                    if let Some((x, inside)) = self.step_of(i, program) {
                        (Op::Relu, x, inside)
                    } else if let Some((x, inside)) = self.guarded_reciprocal(i, program) {
                        (Op::Ln, x, inside)
                    } else {
                        continue;
                    }
                }
                _ => continue,
            };
            let Some(&pair) = firsts.get(&(first, x)) else { continue };
            if self.nodes[pair].kind != Kind::Operation(first) {
                continue;
            }
            // What stood inside of the derivative used its argument, as the derivative did.
            self.release(i);
            for id in inside {
                self.release(id as usize);
                self.nodes[id as usize] = Node { kind: Kind::Gone, args: vec![] };
            }
            self.uses[pair] += 1;
            self.nodes[pair].kind = Kind::WithSlope(first);
            self.nodes[i] = Node { kind: Kind::SlopeOf, args: vec![pair as Id] };
        }
    }

    /// Takes back that node `i` uses its arguments.
    fn release(&mut self, i: usize) {
        for k in 0..self.nodes[i].args.len() {
            self.uses[self.nodes[i].args[k] as usize] -= 1;
        }
    }

    /// For the derivative of the rectifier, `x > 0` unless `x` is NaN: `x`, and the nodes that only
    /// it uses.
    fn step_of(&self, i: usize, program: &Program) -> Option<(Id, Vec<Id>)> {
        let &[is_number, is_above, otherwise] = &self.nodes[i].args[..] else { return None };
        let &[x, same] = self.inside(is_number, Op::Eq)? else { return None };
        let &[y, zero] = self.inside(is_above, Op::Gt)? else { return None };
        let fits = x == same && x == y && self.are_zero_and_nan(zero, otherwise, program);
        fits.then(|| (x, vec![is_number, is_above]))
    }

    /// For the derivative of the logarithm, `1/x` unless `x < 0`: as above.
    fn guarded_reciprocal(&self, i: usize, program: &Program) -> Option<(Id, Vec<Id>)> {
        let &[is_inside, reciprocal, otherwise] = &self.nodes[i].args[..] else { return None };
        let &[x, zero] = self.inside(is_inside, Op::Ge)? else { return None };
        let &[y] = self.inside(reciprocal, Op::Recip)? else { return None };
        let fits = x == y && self.are_zero_and_nan(zero, otherwise, program);
        fits.then(|| (x, vec![is_inside, reciprocal]))
    }

    /// The arguments of node `id`, if it is such an operation that only one other uses.
    fn inside(&self, id: Id, op: Op) -> Option<&[Id]> {
        let node = &self.nodes[id as usize];
        (node.kind == Kind::Operation(op) && self.is_private(id)).then_some(&node.args[..])
    }

    /// Whether these are the constants of a guard: the bound and what is beyond.
    fn are_zero_and_nan(&self, bound: Id, beyond: Id, program: &Program) -> bool {
        let constant = |id: Id| match program.step(self.uniforms[self.uniform(id)? as usize]) {
            Step::Constant(c) => Some(c),
            _ => None,
        };
        constant(bound) == Some(0.0) && constant(beyond).is_some_and(f64::is_nan)
    }

    /// The factors of a product that nothing else uses.
    pub(super) fn factors(&self, id: Id) -> Option<(Id, Id)> {
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

    /// A uniform number taken from a column: cheap enough to be computed wherever it is used.
    pub(super) fn difference(&self, id: Id) -> Option<(u32, u32)> {
        let node = &self.nodes[id as usize];
        let (Kind::Operation(Op::Sub), &[x, u]) = (node.kind, &node.args[..]) else { return None };
        match (self.nodes[x as usize].kind, self.uniform(u)) {
            (Kind::Column(x), Some(u)) if !self.is_root[id as usize] => Some((x, u)),
            _ => None,
        }
    }

    /// Differences that are scaled, in one step with it.
    fn scale_differences(&mut self) {
        for i in 0..self.nodes.len() {
            let (Kind::Operation(Op::Mul), &[a, b]) = (self.nodes[i].kind, &self.nodes[i].args[..])
            else {
                continue;
            };
            let (d, w) = if self.uniform(b).is_some() { (a, b) } else { (b, a) };
            let node = &self.nodes[d as usize];
            let (Kind::Operation(Op::Sub), &[x, u]) = (node.kind, &node.args[..]) else { continue };
            let is_uniform = |id| self.uniform(id).is_some();
            let is_cheap = self.is_private(d) || self.difference(d).is_some();
            if is_uniform(w) && is_uniform(u) && !is_uniform(x) && is_cheap {
                self.uses[d as usize] -= 1;
                if self.uses[d as usize] == 0 {
                    self.nodes[d as usize] = Node { kind: Kind::Gone, args: vec![] };
                } else {
                    self.uses[x as usize] += 1;
                    self.uses[u as usize] += 1;
                }
                self.nodes[i] = Node { kind: Kind::ShiftScale, args: vec![x, u, w] };
            }
        }
    }
}
