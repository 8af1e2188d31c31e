//! Rewrites a row's program for speed: operations of many arguments become chains, and an adjoint
//! times a partial a plain product.
//!
//! Unlike in `simplify`, results may change in their last bits. A plain product may be NaN where
//! the adjoint is 0 and the partial infinite. It is used only where such a NaN would reach a
//! result: then the rows are run again by a program that kept the strong products.

use crate::algebra::{Algebra, Op, Term};
use crate::program::{NodeId, Program, Recorder, Step};
use std::collections::{HashMap, HashSet};

/// A lowered program.
pub(super) struct Lowered {
    pub(super) program: Program,
    /// Whether a result that is NaN may be another number in the strict program.
    pub(super) is_weak: bool,
}

/// Rewrites `program`; a `strict` one keeps the strong products.
pub(super) fn lower(program: &Program, strict: bool) -> Lowered {
    let recorder = Recorder::sharing();
    let mut lowering = Lowering::new(&recorder, program.len());
    let reaches = nan_reaches_a_result(program);
    let mut is_weak = false;
    let inputs: Vec<NodeId> = program.inputs().iter().map(|_| recorder.input().raw()).collect();
    let mut place: Vec<NodeId> = Vec::with_capacity(program.len());
    for (id, step) in program.steps() {
        let node = match step {
            Step::Input(i) => inputs[i],
            Step::Constant(c) => lowering.constant(c),
            Step::Operation(op, args) => {
                let args: Vec<NodeId> = args.iter().map(|a| place[a.index()]).collect();
                let weakens = op == Op::StrongMul && !strict && reaches[id.index()];
                is_weak |= weakens;
                lowering.operation(if weakens { Op::Mul } else { op }, &args)
            }
            Step::Call(..) => unreachable!("`RowProgram` refuses calls"),
        };
        place.push(node);
    }
    let outputs: Vec<_> =
        program.outputs().iter().map(|y| Term::new(&recorder, place[y.index()])).collect();
    let program = recorder.finish(&outputs).without_dead_code();
    Lowered { program, is_weak }
}

/// For each node whether a NaN there makes some output NaN.
fn nan_reaches_a_result(program: &Program) -> Vec<bool> {
    let mut reaches = vec![false; program.len()];
    for y in program.outputs() {
        reaches[y.index()] = true;
    }
    for (id, step) in program.steps().rev() {
        let Step::Operation(op, args) = step else { continue };
        let passes = matches!(
            op,
            Op::Neg
                | Op::Add
                | Op::Sub
                | Op::Mul
                | Op::Div
                | Op::MulAdd
                | Op::StrongMul
                | Op::Recip
                | Op::Square
                | Op::Exp
                | Op::Ln
                | Op::Sum
                | Op::Dot
                | Op::Mean
        );
        if reaches[id.index()] && passes {
            for arg in args {
                reaches[arg.index()] = true;
            }
        }
    }
    reaches
}

/// A `logsumexp` that was written out, so that its derivatives need no further `exp`.
struct SumOfExp {
    /// Each argument and its `exp(x − m)`.
    terms: Vec<(NodeId, NodeId)>,
    /// `1 / Σ exp(x − m)`.
    reciprocal: NodeId,
}

struct Lowering<'r> {
    recorder: &'r Recorder,
    made: HashMap<NodeId, (Op, Vec<NodeId>)>,
    /// Nodes that are at least 0, or NaN.
    nonnegative: HashSet<NodeId>,
    sums: HashMap<NodeId, SumOfExp>,
}

impl<'r> Lowering<'r> {
    /// For a program of so many nodes.
    fn new(recorder: &'r Recorder, size: usize) -> Self {
        Lowering {
            recorder,
            made: HashMap::with_capacity(size),
            nonnegative: HashSet::new(),
            sums: HashMap::new(),
        }
    }

    fn constant(&mut self, c: f64) -> NodeId {
        let id = self.recorder.constant(c);
        if c >= 0.0 {
            self.nonnegative.insert(id);
        }
        id
    }

    fn known(&self, id: NodeId) -> Option<f64> {
        self.recorder.known(id)
    }

    /// The arguments of node `id` if it is an `op`.
    fn is(&self, id: NodeId, op: Op) -> Option<&[NodeId]> {
        self.made.get(&id).filter(|made| made.0 == op).map(|made| &made.1[..])
    }

    fn negated(&self, id: NodeId) -> Option<NodeId> {
        self.is(id, Op::Neg).map(|args| args[0])
    }

    /// Writes `op` as it is.
    fn write(&mut self, op: Op, args: &[NodeId]) -> NodeId {
        let id = self.recorder.apply(op, args);
        // The recorder gives back an argument of an argument for `−(−x)`: that is not made from what it makes.
        if self.known(id).is_none() && args.iter().all(|arg| arg.index() < id.index()) {
            self.made.entry(id).or_insert_with(|| (op, args.to_vec()));
            let all = args.iter().all(|a| self.nonnegative.contains(a));
            let is_nonnegative = match op {
                Op::Exp | Op::Square | Op::Abs | Op::Sqrt | Op::Sech | Op::Sigmoid => true,
                Op::Add | Op::Mul | Op::Div | Op::Recip | Op::MulAdd => all,
                _ => false,
            };
            if is_nonnegative {
                self.nonnegative.insert(id);
            }
        }
        id
    }

    fn chain(&mut self, op: Op, args: &[NodeId]) -> NodeId {
        let first = args[0];
        args[1..].iter().fold(first, |sum, &x| self.operation(op, &[sum, x]))
    }

    /// Writes what stands for `op` of `args`.
    fn operation(&mut self, op: Op, args: &[NodeId]) -> NodeId {
        match (op, args) {
            (Op::Sum, _) => self.chain(Op::Add, args),
            (Op::Product, _) => self.chain(Op::Mul, args),
            (Op::MaxOf, _) => self.chain(Op::Max, args),
            (Op::MinOf, _) => self.chain(Op::Min, args),
            (Op::Mean, _) => {
                let sum = self.chain(Op::Add, args);
                let count = self.constant(args.len() as f64);
                self.operation(Op::Div, &[sum, count])
            }
            (Op::Dot, _) if args.len() >= 2 => {
                let products: Vec<_> =
                    args.chunks_exact(2).map(|p| self.operation(Op::Mul, p)).collect();
                self.chain(Op::Add, &products)
            }
            (Op::Logsumexp, _) => self.logsumexp(args),
            (Op::Exp, &[x]) => match self.share_of_sum(x) {
                Some((e, reciprocal)) => self.operation(Op::Mul, &[e, reciprocal]),
                None => self.write(op, args),
            },
            (Op::Add, &[a, b]) if a == b => self.scaled(2.0, a),
            (Op::Add, &[a, b]) => match (self.negated(a), self.negated(b)) {
                (Some(x), Some(y)) => {
                    let sum = self.operation(Op::Add, &[x, y]);
                    self.write(Op::Neg, &[sum])
                }
                (None, Some(y)) => self.operation(Op::Sub, &[a, y]),
                (Some(x), None) => self.operation(Op::Sub, &[b, x]),
                _ => self.write(op, args),
            },
            (Op::Sub, &[a, b]) => match self.negated(b) {
                Some(y) => self.operation(Op::Add, &[a, y]),
                None => self.write(op, args),
            },
            (Op::Mul, &[a, b]) => self.product(a, b),
            (Op::Div, &[x, c]) => match self.known(c).and_then(exact_reciprocal) {
                Some(r) => {
                    let r = self.constant(r);
                    self.operation(Op::Mul, &[x, r])
                }
                // The way back of a division begins with the reciprocal of its divisor.
                None => match self.recorder.find(Op::Recip, &[c]) {
                    Some(r) => self.product(x, r),
                    None => self.write(op, args),
                },
            },
            (Op::Powc, &[x, n]) => self.power(x, n),
            (Op::Select, &[c, y, otherwise]) if self.is_idle(c, y, otherwise) => y,
            _ => self.write(op, args),
        }
    }

    fn product(&mut self, a: NodeId, b: NodeId) -> NodeId {
        for (x, y) in [(a, b), (b, a)] {
            if self.known(x) == Some(-1.0) {
                return self.write(Op::Neg, &[y]);
            }
            if let Some(x) = self.negated(x) {
                let product = self.product(x, y);
                return self.write(Op::Neg, &[product]);
            }
        }
        // (½·w)·(2·v) is w·v: powers of two round nothing wherever they stand.
        if let (Some((c, x)), Some((k, y))) = (self.power_times(a), self.power_times(b))
            && (c * k).abs() == 1.0
        {
            let product = self.product(x, y);
            return if c * k < 0.0 { self.write(Op::Neg, &[product]) } else { product };
        }
        if let Some((scaled, other)) = self.scaled_before(a, b) {
            return self.product(scaled, other);
        }
        if a == b { self.write(Op::Square, &[a]) } else { self.write(Op::Mul, &[a, b]) }
    }

    /// For `c·(x·y)` with a power of two `c`: `c·x`, if that is there already, and `y`. Two constants would
    /// change places for ever.
    fn scaled_before(&self, a: NodeId, b: NodeId) -> Option<(NodeId, NodeId)> {
        let of = |power: NodeId, product: NodeId| {
            self.known(power).filter(|&c| is_power_of_two(c))?;
            let &[x, y] = self.is(product, Op::Mul)? else { return None };
            let is_constant = self.known(x).or(self.known(y)).is_some();
            let scaled = |x: NodeId| self.recorder.find(Op::Mul, &[power, x]);
            let found = scaled(x).map(|x| (x, y)).or_else(|| scaled(y).map(|y| (y, x)));
            found.filter(|_| !is_constant)
        };
        of(a, b).or_else(|| of(b, a))
    }

    /// The parts of a product of a power of two and something else.
    fn power_times(&self, id: NodeId) -> Option<(f64, NodeId)> {
        let &[a, b] = self.is(id, Op::Mul)? else { return None };
        let power = |x: NodeId| self.known(x).filter(|&c| is_power_of_two(c));
        power(a).map(|c| (c, b)).or_else(|| power(b).map(|c| (c, a)))
    }

    /// `c·x` for a power of two `c`, which rounds nothing wherever in a product it stands: it joins
    /// such a factor of `x`, or goes to the first factor, an adjoint that others share.
    fn scaled(&mut self, c: f64, x: NodeId) -> NodeId {
        if let Some(x) = self.negated(x) {
            let scaled = self.scaled(c, x);
            return self.write(Op::Neg, &[scaled]);
        }
        if let Some(&[a, b]) = self.is(x, Op::Mul) {
            for (factor, other) in [(a, b), (b, a)] {
                if let Some(k) = self.known(factor).filter(|&k| is_power_of_two(c * k)) {
                    let k = self.constant(c * k);
                    return self.write(Op::Mul, &[k, other]);
                }
                if let Some((_, y)) = self.power_times(factor).filter(|(k, _)| c * k == 1.0) {
                    return self.product(y, other);
                }
            }
            let a = self.scaled(c, a);
            return self.product(a, b);
        }
        let c = self.constant(c);
        self.write(Op::Mul, &[c, x])
    }

    /// Small whole powers as products.
    fn power(&mut self, x: NodeId, n: NodeId) -> NodeId {
        match self.known(n) {
            Some(-1.0) => self.write(Op::Recip, &[x]),
            Some(2.0) => self.write(Op::Square, &[x]),
            Some(3.0) => {
                let square = self.write(Op::Square, &[x]);
                self.product(square, x)
            }
            Some(4.0) => {
                let square = self.write(Op::Square, &[x]);
                self.write(Op::Square, &[square])
            }
            _ => self.write(Op::Powc, &[x, n]),
        }
    }

    /// Whether the condition only guards a domain that `x` cannot leave: `x ≥ 0` around `1/x`. Beside `ln x` it
    /// stays, as that is computed with the guarded reciprocal.
    fn is_idle(&self, condition: NodeId, y: NodeId, otherwise: NodeId) -> bool {
        let Some(&[x, bound]) = self.is(condition, Op::Ge) else { return false };
        let follows = self.is(y, Op::Recip).is_some_and(|args| args == [x])
            || self
                .is(y, Op::Div)
                .is_some_and(|args| args[1] == x && self.known(args[0]).is_some());
        follows
            && self.known(bound) == Some(0.0)
            && self.nonnegative.contains(&x)
            && self.recorder.find(Op::Ln, &[x]).is_none()
            && self.known(otherwise).is_some_and(f64::is_nan)
    }

    /// `m + ln Σ exp(x − m)` with the largest argument `m`, or 0 if that is infinite.
    fn logsumexp(&mut self, args: &[NodeId]) -> NodeId {
        if args.len() == 1 {
            return args[0];
        }
        let largest = self.chain(Op::Max, args);
        let size = self.write(Op::Abs, &[largest]);
        let infinity = self.constant(f64::INFINITY);
        let is_finite = self.write(Op::Lt, &[size, infinity]);
        let zero = self.constant(0.0);
        let m = self.write(Op::Select, &[is_finite, largest, zero]);
        let terms: Vec<_> = args
            .iter()
            .map(|&x| {
                let less = self.write(Op::Sub, &[x, m]);
                (x, self.write(Op::Exp, &[less]))
            })
            .collect();
        let exps: Vec<_> = terms.iter().map(|t| t.1).collect();
        let sum = self.chain(Op::Add, &exps);
        let ln = self.write(Op::Ln, &[sum]);
        let y = self.write(Op::Add, &[m, ln]);
        let reciprocal = self.write(Op::Recip, &[sum]);
        self.sums.insert(y, SumOfExp { terms, reciprocal });
        y
    }

    /// For `x = v − logsumexp(…, v, …)`: `exp(v − m)` and the reciprocal of the sum.
    fn share_of_sum(&self, x: NodeId) -> Option<(NodeId, NodeId)> {
        let &[v, y] = self.is(x, Op::Sub)? else { return None };
        let sum = self.sums.get(&y)?;
        let term = sum.terms.iter().find(|t| t.0 == v)?;
        Some((term.1, sum.reciprocal))
    }
}

/// `1/c` where multiplying by it rounds exactly like dividing by `c`.
fn exact_reciprocal(c: f64) -> Option<f64> {
    let r = 1.0 / c;
    (is_power_of_two(c) && r.is_normal()).then_some(r)
}

fn is_power_of_two(c: f64) -> bool {
    c.is_normal() && c.to_bits().trailing_zeros() >= 52
}
