//! One way through a function's program: what was recorded, the comparisons that it relied on, and
//! the derivative programs made from it.

use crate::algebra::{Algebra, Dual, DualValue, Op, Relation, Term};
use crate::program::{Machine, NodeId, Program, Recorder};
use crate::sparse::{Compression, Linear, SparsityPattern, Symmetry};
use std::sync::{Arc, OnceLock};

/// A recorded program. Its outputs are the function's, then the two operands of each guard.
#[derive(Debug)]
pub(crate) struct Path {
    pub(crate) program: Program,
    pub(crate) guards: Vec<Guard>,
    /// Number of the function's inputs; the program's further inputs are parameters.
    pub(crate) inputs: usize,
    pub(crate) outputs: usize,
    derived: [OnceLock<Program>; Kind::COUNT],
    machines: [OnceLock<Machine>; Kind::COUNT],
    sparse: [OnceLock<Sparse>; 2],
}

/// What belongs to a sparse derivative of a path.
#[derive(Debug)]
pub(crate) struct Sparse {
    pub(crate) linear: Linear,
    pub(crate) pattern: Arc<SparsityPattern>,
    compression: OnceLock<Compression>,
    substituting: OnceLock<Compression>,
    symmetry: Symmetry,
}

impl Sparse {
    /// The colours, found on first use.
    pub(crate) fn compression(&self) -> &Compression {
        self.compression
            .get_or_init(|| Compression::new(&self.linear, &self.pattern, self.symmetry))
    }

    /// Acyclic colours and the order of substitution, found on first use; of a symmetric matrix.
    pub(crate) fn substituting(&self) -> &Compression {
        self.substituting.get_or_init(|| Compression::substituting(&self.linear, &self.pattern))
    }
}

/// A comparison whose answer decided which way was recorded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Guard {
    pub(crate) relation: Relation,
    pub(crate) held: bool,
}

/// The programs that belong to a path. Each begins with the inputs and parameters of the function
/// and ends its outputs with the guards' operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Outputs.
    Value,
    /// Outputs; then, with one weight more an output as inputs, the weighted sum's gradient.
    Vjp,
    /// Outputs; then, with a direction as further inputs, their tangents.
    Jvp,
    /// Value and gradient of the first output.
    Gradient,
    /// Value and gradient of the first output, then the Hessian times a direction.
    Hvp,
    /// Outputs, then the weights of the edges between inputs and outputs.
    Edges,
    /// Value and gradient of the first output, then the weights of the edges between inputs and
    /// gradient.
    GradientEdges,
}

impl Kind {
    pub(crate) const COUNT: usize = 7;

    /// Whether the values of all nodes are wanted, in the program's order.
    pub(crate) fn is_open(self) -> bool {
        matches!(self, Kind::Edges | Kind::GradientEdges)
    }
}

impl Path {
    pub(crate) fn new(program: Program, guards: Vec<Guard>, inputs: usize) -> Self {
        let outputs = program.outputs().len() - 2 * guards.len();
        Path {
            program,
            guards,
            inputs,
            outputs,
            derived: Default::default(),
            machines: Default::default(),
            sparse: Default::default(),
        }
    }

    /// The way of the function with those outputs of `program`, which has this way's inputs and
    /// ends with its guards.
    pub(crate) fn part(&self, program: &Program, keep: impl IntoIterator<Item = usize>) -> Path {
        let all = program.outputs();
        let mut outputs: Vec<_> = keep.into_iter().map(|i| all[i]).collect();
        outputs.extend(&all[all.len() - 2 * self.guards.len()..]);
        let mut program = program.clone();
        program.set_outputs(outputs);
        Path::new(program.without_dead_code(), self.guards.clone(), self.inputs)
    }

    /// Outputs and tangents, of the point and a direction; parameters come last.
    pub(crate) fn forward(&self) -> Path {
        let program = self.derived(Kind::Jvp);
        let (n, all) = (self.inputs, program.inputs().len());
        let recorder = Recorder::sharing();
        // The direction stands behind the parameters there.
        let order = (0..n).chain(all - n..all).chain(n..all - n);
        let mut inputs = vec![NodeId(0); all];
        for place in order {
            let input = recorder.input();
            if let Some(name) = program.label(program.inputs()[place]) {
                recorder.label(input, name);
            }
            inputs[place] = input.raw();
        }
        let values = program.eval(&recorder, &inputs);
        let outputs = program.outputs().iter().map(|y| values[y.index()]).collect();
        Path::new(finish(&recorder, outputs), self.guards.clone(), 2 * n)
    }

    /// The outputs minus the leading inputs.
    pub(crate) fn minus_inputs(&self) -> Path {
        let recorder = Recorder::new();
        let values = replay(&self.program, &recorder);
        let (results, guards) = self.program.outputs().split_at(self.outputs);
        let value = |id: &NodeId| values[id.index()];
        let pairs = results.iter().zip(self.program.inputs());
        let differences = pairs.map(|(y, x)| recorder.apply(Op::Sub, &[value(y), value(x)]));
        let outputs = differences.chain(guards.iter().map(value)).collect();
        Path::new(finish(&recorder, outputs), self.guards.clone(), self.inputs)
    }

    /// The program of that kind, made on first use.
    pub(crate) fn derived(&self, kind: Kind) -> &Program {
        let made = |make: &dyn Fn() -> Program| self.derived[kind as usize].get_or_init(make);
        match kind {
            Kind::Value => &self.program,
            Kind::Gradient => made(&|| self.gradient(&[1.0])),
            Kind::Vjp => made(&|| self.vjp()),
            Kind::Jvp => made(&|| tangents(&self.program, self.inputs, 0..self.outputs)),
            Kind::Hvp => made(&|| {
                let gradient = self.derived(Kind::Gradient);
                tangents(gradient, self.inputs, 1..1 + self.inputs)
            }),
            Kind::Edges => &self.sparse(Symmetry::None).linear.program,
            Kind::GradientEdges => &self.sparse(Symmetry::Symmetric).linear.program,
        }
    }

    /// That program as it is evaluated, unless it [is open](Kind::is_open).
    pub(crate) fn machine(&self, kind: Kind) -> &Machine {
        self.machines[kind as usize].get_or_init(|| Machine::new(self.derived(kind)))
    }

    /// Where the operands of that guard stand among the values of an evaluation.
    #[inline]
    pub(crate) fn operands(&self, kind: Kind, guard: usize) -> [usize; 2] {
        if kind.is_open() {
            self.operands_among(self.derived(kind).outputs(), guard).map(NodeId::index)
        } else {
            self.operands_among(self.machine(kind).outputs.all(), guard).map(|at| at as usize)
        }
    }

    /// The operands of that guard: the last outputs of every program of a path are those.
    #[inline]
    pub(crate) fn operands_among<T: Copy>(&self, outputs: &[T], guard: usize) -> [T; 2] {
        let first = outputs.len() - 2 * (self.guards.len() - guard);
        [outputs[first], outputs[first + 1]]
    }

    /// The Jacobian of the outputs, or the symmetric one of the gradient, as a sparse matrix.
    pub(crate) fn sparse(&self, symmetry: Symmetry) -> &Sparse {
        self.sparse[symmetry as usize].get_or_init(|| {
            let linear = match symmetry {
                Symmetry::None => self.linear(&self.shared(), 0..self.outputs),
                Symmetry::Symmetric => {
                    self.linear(self.derived(Kind::Gradient), 1..1 + self.inputs)
                }
            };
            let pattern = match symmetry {
                Symmetry::None => linear.pattern(),
                Symmetry::Symmetric => linear.pattern().symmetric(),
            };
            Sparse {
                linear,
                pattern: pattern.into(),
                compression: OnceLock::new(),
                substituting: OnceLock::new(),
                symmetry,
            }
        })
    }

    /// The recorded program with equal operations written once.
    fn shared(&self) -> Program {
        let recorder = Recorder::sharing();
        let values = replay(&self.program, &recorder);
        let outputs = self.program.outputs().iter().map(|y| values[y.index()]).collect();
        finish(&recorder, outputs)
    }

    fn linear(&self, program: &Program, rows: std::ops::Range<usize>) -> Linear {
        Linear::new(program, self.inputs, rows.clone(), rows.end)
    }

    /// Outputs, then the gradient of `Σ weight·output` with constant weights.
    fn gradient(&self, weights: &[f64]) -> Program {
        let recorder = Recorder::sharing();
        let values = replay(&self.program, &recorder);
        let seeds: Vec<_> = weights
            .iter()
            .zip(self.program.outputs())
            .map(|(&w, &y)| (y, recorder.constant(w)))
            .collect();
        self.finish(&recorder, &values, &seeds, weights.len())
    }

    fn vjp(&self) -> Program {
        let recorder = Recorder::sharing();
        let values = replay(&self.program, &recorder);
        let outputs = &self.program.outputs()[..self.outputs];
        let seeds: Vec<_> = outputs.iter().map(|&y| (y, recorder.input().raw())).collect();
        self.finish(&recorder, &values, &seeds, self.outputs)
    }

    /// The Jacobian, output by output, as the outputs of one program.
    pub(crate) fn jacobian(&self) -> Program {
        let recorder = Recorder::sharing();
        let values = replay(&self.program, &recorder);
        let (results, guards) = self.program.outputs().split_at(self.outputs);
        let one = recorder.constant(1.0);
        let mut outputs = Vec::with_capacity(self.outputs * self.inputs);
        for &y in results {
            let adjoints = self.program.adjoints(&recorder, &values, &[(y, one)]);
            for id in &self.program.inputs()[..self.inputs] {
                outputs.push(adjoints[id.index()].unwrap_or_else(|| recorder.constant(0.0)));
            }
        }
        outputs.extend(guards.iter().map(|y| values[y.index()]));
        finish(&recorder, outputs)
    }

    /// Reverse accumulation from `seeds`; the outputs are the first `kept` ones, the adjoints of
    /// the inputs, and the guards' operands.
    fn finish(
        &self,
        recorder: &Recorder,
        values: &[NodeId],
        seeds: &[(NodeId, NodeId)],
        kept: usize,
    ) -> Program {
        let adjoints = self.program.adjoints(recorder, values, seeds);
        let (results, guards) = self.program.outputs().split_at(self.outputs);
        let mut outputs: Vec<NodeId> = results[..kept].iter().map(|y| values[y.index()]).collect();
        for id in &self.program.inputs()[..self.inputs] {
            outputs.push(adjoints[id.index()].unwrap_or_else(|| recorder.constant(0.0)));
        }
        outputs.extend(guards.iter().map(|y| values[y.index()]));
        finish(recorder, outputs)
    }
}

/// Inputs of the recorder with the names of the program's.
fn inputs_like(program: &Program, recorder: &Recorder) -> Vec<NodeId> {
    let input = |&id: &NodeId| {
        let input = recorder.input();
        if let Some(name) = program.label(id) {
            recorder.label(input, name);
        }
        input.raw()
    };
    program.inputs().iter().map(input).collect()
}

/// The program's nodes in the recorder.
fn replay(program: &Program, recorder: &Recorder) -> Vec<NodeId> {
    program.eval(recorder, &inputs_like(program, recorder))
}

fn finish(recorder: &Recorder, outputs: Vec<NodeId>) -> Program {
    let terms: Vec<_> = outputs.into_iter().map(|id| Term::new(recorder, id)).collect();
    recorder.finish(&terms).without_dead_code()
}

/// `program` with a direction for its first `inputs` as further inputs: its outputs, then the
/// tangents of those in `moved`, then its remaining outputs stay last.
fn tangents(program: &Program, inputs: usize, moved: std::ops::Range<usize>) -> Program {
    let recorder = Recorder::sharing();
    let primals = inputs_like(program, &recorder);
    let points: Vec<DualValue<NodeId>> = primals
        .iter()
        .enumerate()
        .map(|(i, &primal)| {
            let tangent = (i < inputs).then(|| recorder.input().raw());
            DualValue { primal, tangent }
        })
        .collect();
    let values = program.eval(&Dual(&recorder), &points);
    let all = program.outputs();
    let mut outputs: Vec<NodeId> =
        all[..moved.end].iter().map(|y| values[y.index()].primal).collect();
    for y in &all[moved.clone()] {
        let tangent = values[y.index()].tangent;
        outputs.push(tangent.unwrap_or_else(|| recorder.constant(0.0)));
    }
    outputs.extend(all[moved.end..].iter().map(|y| values[y.index()].primal));
    finish(&recorder, outputs)
}
