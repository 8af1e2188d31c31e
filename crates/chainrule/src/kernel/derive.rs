//! Which program has to be run for each row: outputs, gradients, Hessian-vector products.

use super::once::Once;
use super::record::RowProgram;
use crate::algebra::{Algebra, Dual, DualValue, Op, Term};
use crate::program::{NodeId, Program, Recorder, Step};

/// A program over uniform inputs, which are the same for all rows, then columns.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) program: Program,
    pub(super) uniforms: usize,
    /// Whether every operation gives the bits of the scalar evaluation.
    pub(super) is_exact: bool,
}

/// A sum over rows whose gradient is asked for: what depends on parameters only stays outside of
/// the rows, both on the way to the value and on the way back.
#[derive(Debug)]
pub(super) struct Outer {
    /// From the parameters to what the rows use of them.
    forward: Once,
    /// From the parameters and the sums' adjoints of that to the gradient.
    backward: Once,
}

impl Outer {
    /// Of a program whose outputs are what the rows use of the parameters.
    fn new(program: &Program) -> Self {
        let recorder = Recorder::sharing();
        let inputs: Vec<_> = program.inputs().iter().map(|_| recorder.input().raw()).collect();
        let sums = program.outputs().iter().map(|&y| (y, recorder.input().raw()));
        let sums: Vec<_> = sums.collect();
        let values = program.eval(&recorder, &inputs);
        let adjoints = program.adjoints(&recorder, &values, &sums);
        let zero = recorder.constant(0.0);
        let gradient = program.inputs().iter().map(|x| adjoints[x.index()].unwrap_or(zero));
        let backward = finish(&recorder, gradient.collect());
        Outer { forward: Once::new(program), backward: Once::new(&backward) }
    }

    /// What the rows use of the parameters.
    pub(super) fn forward(&self, parameters: &[f64]) -> Vec<f64> {
        self.forward.values(&[parameters])
    }

    /// The gradient with respect to the parameters, given the sums' adjoints of what `forward`
    /// returned.
    pub(super) fn backward(&self, parameters: &[f64], sums: &[f64], gradient: &mut [f64]) {
        self.backward.values_into(&[parameters, sums], gradient);
    }
}

impl RowProgram {
    /// The outputs.
    pub(super) fn values(&self) -> Job {
        Job {
            program: self.program.without_dead_code(),
            uniforms: self.parameters.len(),
            is_exact: self.is_exact,
        }
    }

    /// The outputs; then, output by output, the derivatives with respect to inputs `wrt`.
    pub(super) fn jacobians(&self, wrt: &[usize]) -> Job {
        let outputs = self.program.outputs().len();
        Job {
            program: jacobian(&self.program, outputs, wrt),
            uniforms: self.parameters.len(),
            is_exact: self.is_exact,
        }
    }

    /// The only output times the row's weight.
    pub(super) fn summed(&self) -> Program {
        if !self.is_weighted {
            return self.program.without_dead_code();
        }
        let recorder = Recorder::sharing();
        let inputs: Vec<_> = self.program.inputs().iter().map(|_| recorder.input().raw()).collect();
        let values = self.program.eval(&recorder, &inputs);
        let outputs = self
            .program
            .outputs()
            .iter()
            .map(|y| self.weigh(&recorder, &inputs, values[y.index()]));
        let outputs: Vec<_> = outputs.collect();
        finish(&recorder, outputs)
    }

    /// `x` times the row's weight; 0 where that is 0.
    fn weigh(&self, recorder: &Recorder, inputs: &[NodeId], x: NodeId) -> NodeId {
        match inputs.last() {
            Some(&weight) if self.is_weighted => recorder.apply(Op::StrongMul, &[weight, x]),
            _ => x,
        }
    }

    /// Value and gradient, split at what the rows use of the parameters.
    pub(super) fn split_gradient(&self) -> (Outer, Job) {
        let program = self.summed();
        let is_uniform = uniform_nodes(&program, self.parameters.len());
        let output = program.outputs()[0];
        let mut border: Vec<NodeId> = Vec::new();
        let mut wanted = vec![false; program.len()];
        let mut want = |id: NodeId, border: &mut Vec<NodeId>| {
            let is_number = matches!(program.step(id), Step::Constant(_));
            if is_uniform[id.index()] && !is_number && !wanted[id.index()] {
                wanted[id.index()] = true;
                border.push(id);
            }
        };
        want(output, &mut border);
        for (id, step) in program.steps() {
            if let (false, Step::Operation(_, args)) = (is_uniform[id.index()], step) {
                for &arg in args {
                    want(arg, &mut border);
                }
            }
        }
        let mut outer = Program::default();
        let mut place = vec![None; program.len()];
        for &id in &program.inputs()[..self.parameters.len()] {
            place[id.index()] = Some(outer.push_input());
        }
        for (id, step) in program.steps().filter(|(id, _)| is_uniform[id.index()]) {
            place[id.index()] = match step {
                Step::Input(_) => place[id.index()],
                Step::Constant(c) => Some(outer.push_constant(c)),
                Step::Operation(op, args) => {
                    let args = args.iter().map(|a| place[a.index()].expect("is uniform too"));
                    Some(outer.push_operation(op, args.collect::<Vec<_>>()))
                }
                Step::Call(..) => unreachable!("`RowProgram` refuses calls"),
            };
        }
        outer.set_outputs(border.iter().filter_map(|id| place[id.index()]).collect());
        let outer = Outer::new(&outer.without_dead_code());
        let inner = inner(&program, self.parameters.len(), &border, &is_uniform);
        let wrt: Vec<usize> = (0..border.len()).collect();
        (outer, Job { program: gradient(&inner, &wrt), uniforms: border.len(), is_exact: false })
    }

    /// Value, gradient with respect to the parameters, and the Hessian times a direction, which
    /// is as many further uniform inputs.
    pub(super) fn hessian_vector(&self) -> Job {
        let n = self.parameters.len();
        let gradient = gradient(&self.summed(), &(0..n).collect::<Vec<_>>());
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
        let zero = || recorder.constant(0.0);
        outputs.extend(results[1..].iter().map(|y| y.tangent.unwrap_or_else(zero)));
        Job { program: finish(&recorder, outputs), uniforms: 2 * n, is_exact: false }
    }

    /// Value, gradient and the lower triangle of the Hessian, row by row: forward mode over the
    /// gradient, a parameter at a time.
    pub(super) fn hessian(&self) -> Job {
        let n = self.parameters.len();
        let gradient = gradient(&self.summed(), &(0..n).collect::<Vec<_>>());
        let recorder = Recorder::sharing();
        let inputs: Vec<_> = gradient.inputs().iter().map(|_| recorder.input().raw()).collect();
        let (zero, one) = (recorder.constant(0.0), recorder.constant(1.0));
        let values = gradient.eval(&recorder, &inputs);
        let mut outputs: Vec<_> = gradient.outputs().iter().map(|y| values[y.index()]).collect();
        let forward = Dual(&recorder);
        for i in 0..n {
            let moving = inputs.iter().enumerate();
            let moving: Vec<_> = moving
                .map(|(k, &primal)| DualValue { primal, tangent: (k == i).then_some(one) })
                .collect();
            let moved = gradient.eval(&forward, &moving);
            let row = gradient.outputs()[1..].iter().take(i + 1);
            outputs.extend(row.map(|y| moved[y.index()].tangent.unwrap_or(zero)));
        }
        Job { program: finish(&recorder, outputs), uniforms: n, is_exact: false }
    }

    /// `½ w·r²`, `w·Jᵀr` and the lower triangle of `w·JᵀJ`, row by row, over the outputs `r`.
    pub(super) fn gauss_newton(&self) -> Job {
        let n = self.parameters.len();
        let recorder = Recorder::sharing();
        let program = &self.program;
        let (count, wrt) = (program.outputs().len(), (0..n).collect::<Vec<_>>());
        let (values, jacobian) = adjoints(program, &recorder, count, &wrt);
        let inputs: Vec<_> = program.inputs().iter().map(|id| values[id.index()]).collect();
        let residuals: Vec<_> = program.outputs().iter().map(|y| values[y.index()]).collect();
        let weigh = |x: NodeId| self.weigh(&recorder, &inputs, x);
        let weighted: Vec<Vec<_>> =
            jacobian.iter().map(|row| row.iter().map(|&x| weigh(x)).collect()).collect();
        // A weight of 0 stays 0 in a strong product.
        let op = if self.is_weighted { Op::StrongMul } else { Op::Mul };
        let sum = |pairs: &mut dyn Iterator<Item = (NodeId, NodeId)>| {
            let products = pairs.map(|(a, b)| recorder.apply(op, &[a, b]));
            products.reduce(|a, b| recorder.apply(Op::Add, &[a, b]))
        };
        let zero = recorder.constant(0.0);
        let squares = sum(&mut residuals.iter().map(|&r| (weigh(r), r))).unwrap_or(zero);
        let mut outputs = vec![recorder.apply(Op::Mul, &[recorder.constant(0.5), squares])];
        for i in 0..n {
            let column = weighted.iter().map(|row| row[i]);
            outputs.push(sum(&mut column.zip(residuals.iter().copied())).unwrap_or(zero));
        }
        for i in 0..n {
            for j in 0..=i {
                let pairs = weighted.iter().zip(&jacobian).map(|(w, row)| (w[i], row[j]));
                outputs.push(sum(&mut pairs.into_iter()).unwrap_or(zero));
            }
        }
        Job { program: finish(&recorder, outputs), uniforms: n, is_exact: false }
    }
}

/// The program from `border` and the columns to the outputs.
fn inner(from: &Program, parameters: usize, border: &[NodeId], is_uniform: &[bool]) -> Program {
    let mut program = Program::default();
    let mut place = vec![None; from.len()];
    for id in border {
        place[id.index()] = Some(program.push_input());
    }
    for id in &from.inputs()[parameters..] {
        place[id.index()] = Some(program.push_input());
    }
    for (id, step) in from.steps() {
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
    program.set_outputs(from.outputs().iter().map(output).collect());
    program.without_dead_code()
}

/// Outputs of `program`, then the derivatives of the first with respect to inputs `wrt`.
fn gradient(program: &Program, wrt: &[usize]) -> Program {
    jacobian(program, 1, wrt)
}

/// Outputs of `program`; then, for each of the first `outputs`, the derivatives with respect to
/// inputs `wrt`.
fn jacobian(program: &Program, outputs: usize, wrt: &[usize]) -> Program {
    let recorder = Recorder::sharing();
    let (values, rows) = adjoints(program, &recorder, outputs, wrt);
    let results = program.outputs().iter().map(|y| values[y.index()]);
    let results: Vec<_> = results.chain(rows.into_iter().flatten()).collect();
    finish(&recorder, results)
}

/// All values of `program` in `recorder`, and the rows of the Jacobian.
fn adjoints(
    program: &Program,
    recorder: &Recorder,
    outputs: usize,
    wrt: &[usize],
) -> (Vec<NodeId>, Vec<Vec<NodeId>>) {
    let inputs: Vec<_> = program.inputs().iter().map(|_| recorder.input().raw()).collect();
    let values = program.eval(recorder, &inputs);
    let (zero, one) = (recorder.constant(0.0), recorder.constant(1.0));
    let row = |&y: &NodeId| {
        let adjoints = program.adjoints(recorder, &values, &[(y, one)]);
        wrt.iter().map(|&i| adjoints[program.inputs()[i].index()].unwrap_or(zero)).collect()
    };
    let rows = program.outputs()[..outputs].iter().map(row).collect();
    (values, rows)
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
            Step::Operation(..) | Step::Call(..) => {
                step.arguments().iter().all(|a| uniform[a.index()])
            }
        };
    }
    uniform
}
