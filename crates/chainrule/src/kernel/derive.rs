//! Which program has to be run for each row: outputs, gradients, Hessian-vector products.

use super::record::RowProgram;
use crate::algebra::{Dual, DualValue, Num, Term};
use crate::program::{NodeId, Program, Recorder, Step};

/// A program over uniform inputs, which are the same for all rows, then columns.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) program: Program,
    pub(super) uniforms: usize,
}

/// A sum over rows whose gradient is asked for: what depends on parameters only stays outside of
/// the rows, both on the way to the value and on the way back.
#[derive(Debug)]
pub(super) struct Outer {
    /// From the parameters to what the rows use of them.
    program: Program,
    parameters: usize,
}

impl Outer {
    /// What the rows use of the parameters, and all values for the way back.
    pub(super) fn forward(&self, parameters: &[f64], values: &mut Vec<f64>) -> Vec<f64> {
        let mut inputs = parameters.to_vec();
        inputs.resize(self.program.inputs().len(), 0.0);
        self.program.eval_numbers(&inputs, values, &mut Vec::new());
        self.program.outputs().iter().map(|id| values[id.index()]).collect()
    }

    /// The gradient with respect to the parameters, given the sums' adjoints of what `forward`
    /// returned.
    pub(super) fn backward(&self, values: &[f64], sums: &[f64], gradient: &mut [f64]) {
        let seeds: Vec<_> =
            self.program.outputs().iter().copied().zip(sums.iter().copied()).collect();
        let adjoints = self.program.adjoints(&Num, values, &seeds);
        for (slot, id) in gradient.iter_mut().zip(self.program.inputs()) {
            *slot = adjoints[id.index()].unwrap_or(0.0);
        }
        debug_assert_eq!(gradient.len(), self.parameters);
    }
}

impl RowProgram {
    /// The outputs.
    pub(super) fn values(&self) -> Job {
        Job { program: self.program.without_dead_code(), uniforms: self.parameters.len() }
    }

    /// The outputs, then the derivatives of the only output with respect to inputs `wrt`.
    pub(super) fn gradients(&self, wrt: &[usize]) -> Job {
        let program = gradient(&self.program, wrt);
        Job { program, uniforms: self.parameters.len() }
    }

    /// Value and gradient, split at what the rows use of the parameters.
    pub(super) fn split_gradient(&self) -> (Outer, Job) {
        let is_uniform = uniform_nodes(&self.program, self.parameters.len());
        let output = self.program.outputs()[0];
        let mut border: Vec<NodeId> = Vec::new();
        let mut wanted = vec![false; self.program.len()];
        let mut want = |id: NodeId, border: &mut Vec<NodeId>| {
            let is_number = matches!(self.program.step(id), Step::Constant(_));
            if is_uniform[id.index()] && !is_number && !wanted[id.index()] {
                wanted[id.index()] = true;
                border.push(id);
            }
        };
        want(output, &mut border);
        for (id, step) in self.program.steps() {
            if let (false, Step::Operation(_, args)) = (is_uniform[id.index()], step) {
                for &arg in args {
                    want(arg, &mut border);
                }
            }
        }
        let mut outer = self.program.clone();
        outer.set_outputs(border.clone());
        let outer = Outer { program: outer.without_dead_code(), parameters: self.parameters.len() };
        let inner = self.inner(&border, &is_uniform);
        let wrt: Vec<usize> = (0..border.len()).collect();
        (outer, Job { program: gradient(&inner, &wrt), uniforms: border.len() })
    }

    /// The program from `border` and the columns to the outputs.
    fn inner(&self, border: &[NodeId], is_uniform: &[bool]) -> Program {
        let mut program = Program::default();
        let mut place = vec![None; self.program.len()];
        for id in border {
            place[id.index()] = Some(program.push_input());
        }
        for id in &self.program.inputs()[self.parameters.len()..] {
            place[id.index()] = Some(program.push_input());
        }
        for (id, step) in self.program.steps() {
            if place[id.index()].is_some() {
                continue;
            }
            place[id.index()] = match step {
                Step::Constant(c) => Some(program.push_constant(c)),
                Step::Operation(op, args) if !is_uniform[id.index()] => {
                    let args = args.iter().map(|a| place[a.index()].expect("stands in the border"));
                    Some(program.push_operation(op, args.collect::<Vec<_>>()))
                }
                _ => None,
            };
        }
        let output = |y: &NodeId| place[y.index()].expect("stands in the border or behind it");
        program.set_outputs(self.program.outputs().iter().map(output).collect());
        program.without_dead_code()
    }

    /// Value, gradient with respect to the parameters, and the Hessian times a direction, which
    /// is as many further uniform inputs.
    pub(super) fn hessian_vector(&self) -> Job {
        let n = self.parameters.len();
        let gradient = gradient(&self.program, &(0..n).collect::<Vec<_>>());
        let recorder = Recorder::sharing();
        let parameters: Vec<_> = (0..n).map(|_| recorder.input().raw()).collect();
        let direction: Vec<_> = (0..n).map(|_| recorder.input().raw()).collect();
        let moving = parameters.iter().zip(direction);
        let mut inputs: Vec<DualValue<NodeId>> =
            moving.map(|(&primal, t)| DualValue { primal, tangent: Some(t) }).collect();
        inputs.extend(
            self.columns
                .iter()
                .map(|_| DualValue { primal: recorder.input().raw(), tangent: None }),
        );
        let values = gradient.eval(&Dual(&recorder), &inputs);
        let results: Vec<_> = gradient.outputs().iter().map(|y| values[y.index()]).collect();
        let mut outputs: Vec<_> = results.iter().map(|y| y.primal).collect();
        let zero = || crate::algebra::Algebra::constant(&recorder, 0.0);
        outputs.extend(results[1..].iter().map(|y| y.tangent.unwrap_or_else(zero)));
        Job { program: finish(&recorder, outputs), uniforms: 2 * n }
    }
}

/// Outputs of `program`, then the derivatives of the first with respect to inputs `wrt`.
fn gradient(program: &Program, wrt: &[usize]) -> Program {
    let recorder = Recorder::sharing();
    let inputs: Vec<_> = program.inputs().iter().map(|_| recorder.input().raw()).collect();
    let values = program.eval(&recorder, &inputs);
    let constant = |c| crate::algebra::Algebra::constant(&recorder, c);
    let seed = (program.outputs()[0], constant(1.0));
    let adjoints = program.adjoints(&recorder, &values, &[seed]);
    let mut outputs: Vec<_> = program.outputs().iter().map(|y| values[y.index()]).collect();
    for &i in wrt {
        let adjoint = adjoints[program.inputs()[i].index()];
        outputs.push(adjoint.unwrap_or_else(|| constant(0.0)));
    }
    finish(&recorder, outputs)
}

fn finish(recorder: &Recorder, outputs: Vec<NodeId>) -> Program {
    let terms: Vec<_> = outputs.into_iter().map(|id| Term::new(recorder, id)).collect();
    recorder.finish(&terms).without_dead_code()
}

/// For each node whether it is the same for all rows, that is, depends on no input from number
/// `uniforms` on.
pub(super) fn uniform_nodes(program: &Program, uniforms: usize) -> Vec<bool> {
    let mut uniform = vec![true; program.len()];
    for (id, step) in program.steps() {
        uniform[id.index()] = match step {
            Step::Input(i) => i < uniforms,
            Step::Constant(_) => true,
            Step::Operation(_, args) => args.iter().all(|a| uniform[a.index()]),
        };
    }
    uniform
}
