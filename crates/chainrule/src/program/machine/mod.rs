//! A program prepared for evaluation at one point after another, with the bits of
//! [`Program::eval`] in plain numbers.
//!
//! Operations that are ready at the same time and of the same kind run in one loop, so that few
//! steps have to be told apart; products go into the sums that alone use them; results stand in the
//! order in which they are computed. The order is chosen inside windows of the program, so that what
//! belongs together stays together in the cache. Where the arguments of neighbours are neighbours
//! too or the same, as they are in layers of a network, the loop is over slices and becomes vector
//! code.

mod build;
mod dense;
mod lanes;
mod order;
mod places;
mod run;
mod scattered;
mod schedule;
mod width;

use super::{Operation, Program};
use crate::algebra::Op;
use build::Builder;
pub(crate) use places::Places;
use run::Aside;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use width::{Step, Width};

/// What the elements of a run do. `Strong` products are 0 where their first factor is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Code {
    /// An operation with a fixed number of arguments.
    Each(Op),
    /// One operation of any number of arguments.
    All(Op),
    /// `a·b + c`, rounded twice.
    MulAdd,
    /// `c + a·b` with a strong product.
    StrongAdd,
    /// `a·b + c·d`, rounded three times.
    MulMulAdd,
    /// `c − a·b`.
    MulSub,
    /// `c + Σ a·b`, each product and each sum rounded.
    Chain,
    /// The same with strong products.
    StrongChain,
    /// `σ(x)` and `σ(−x)`, from one exponential.
    Sigmoids,
    /// An operation beside the table.
    Call,
}

impl Code {
    /// Whether a run holds one item only, whose results may be several.
    fn is_alone(self) -> bool {
        matches!(self, Code::All(_) | Code::Call)
    }

    /// Lists of results: the second one stands behind the room of the first.
    fn lists(self) -> usize {
        if self == Code::Sigmoids { 2 } else { 1 }
    }
}

/// How the arguments of the elements of a run stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// Those of the only element.
    Single,
    /// Anywhere.
    Scattered,
    /// Next to those of the neighbour. Given is where those of the first element stand, and 1 with each.
    Dense,
    /// The same, but for some that are the same for all elements: they are given with 0.
    Mixed,
    /// Equally far from those of the neighbour, which is given with each.
    Apart,
}

/// So many elements of one kind.
#[derive(Clone, Copy, Debug)]
struct Run {
    /// What does it.
    step: Step,
    /// Where the results begin among the values.
    at: u32,
    /// Where its arguments begin.
    from: u32,
    code: Code,
    shape: Shape,
    /// Results.
    count: u32,
    /// Slots that a list of results takes: more than them where a loop that fills whole registers does what
    /// is left over too. What stands there is made from neighbours and used by nothing.
    room: u32,
    /// Arguments of an element.
    arity: u32,
}

impl Run {
    fn new(width: Width, code: Code, shape: Shape, numbers: [usize; 5]) -> Self {
        let [at, from, count, room, arity] = numbers.map(|n| n as u32);
        Run { step: Step::new(width, code, shape), at, from, code, shape, count, room, arity }
    }

    fn is_dense(self) -> bool {
        matches!(self.shape, Shape::Dense | Shape::Mixed | Shape::Apart)
    }

    /// How many arguments are given.
    #[inline(always)]
    fn arguments(self) -> usize {
        let times = match self.code {
            _ if self.is_dense() => 2,
            code if code.is_alone() => 1,
            _ => self.count,
        };
        (self.arity * times) as usize
    }
}

/// Memory of evaluations, used again and again.
#[derive(Debug, Default)]
pub(crate) struct Slots {
    /// Where a program that no machine runs wants its inputs in one list.
    pub(crate) inputs: Vec<f64>,
    pub(crate) values: Vec<f64>,
    /// For operations of many arguments.
    pub(crate) scratch: Vec<f64>,
    /// The number of the machine whose constants stand among the values; 0 for none.
    owner: u64,
}

/// A program prepared for evaluation at one point after another.
#[derive(Debug, Default)]
pub(crate) struct Machine {
    /// A number of its own.
    id: u64,
    inputs: usize,
    constants: Vec<f64>,
    runs: Vec<Run>,
    arguments: Vec<u32>,
    /// What the runs call, in their order.
    calls: Vec<Operation>,
    slots: usize,
    pub(crate) outputs: Places,
    /// Numbers that a run puts aside, at most.
    widest: usize,
    width: Width,
}

impl Machine {
    pub(crate) fn new(program: &Program) -> Self {
        static MADE: AtomicU64 = AtomicU64::new(1);
        Machine { id: MADE.fetch_add(1, Relaxed), ..Builder::new(program).build() }
    }

    /// The values at `inputs`, given in parts, in the machine's order. No allocation once `slots` was
    /// used with this machine.
    ///
    /// # Panics
    ///
    /// If there are fewer `inputs` than the program has.
    #[inline(always)]
    pub(crate) fn run(&self, inputs: &[&[f64]], slots: &mut Slots) {
        if slots.owner != self.id {
            self.enter(slots);
        }
        let Slots { values, scratch, .. } = slots;
        let mut rest = &mut values[..self.inputs];
        for part in inputs.iter().filter(|part| !part.is_empty()) {
            let (places, others) = rest.split_at_mut(part.len().min(rest.len()));
            copy(&part[..places.len()], places);
            rest = others;
        }
        assert!(rest.is_empty(), "too few inputs");
        let mut aside = Aside { scratch, calls: self.calls.iter() };
        for run in &self.runs {
            run.step.call(values, &self.arguments, run, &mut aside);
        }
    }

    /// Makes room, and puts the constants where no run writes.
    #[cold]
    fn enter(&self, slots: &mut Slots) {
        let grow = |list: &mut Vec<f64>, len: usize| list.resize(list.len().max(len), 0.0);
        grow(&mut slots.values, self.slots);
        grow(&mut slots.scratch, self.widest);
        slots.values[self.inputs..][..self.constants.len()].copy_from_slice(&self.constants);
        slots.owner = self.id;
    }

    #[cfg(test)]
    fn set_width(&mut self, width: Width) {
        for run in &mut self.runs {
            let numbers = [run.at, run.from, run.count, run.room, run.arity].map(|n| n as usize);
            *run = Run::new(width, run.code, run.shape, numbers);
        }
    }

    /// Every number that a run reads is computed before it, those of the room behind its arguments
    /// too.
    fn check(&self) {
        let mut at = self.inputs + self.constants.len();
        let mut from = 0;
        for run in &self.runs {
            let given = &self.arguments[from..][..run.arguments()];
            let fits = if run.is_dense() {
                given.as_chunks().0.iter().all(|&[a, step]| {
                    let last = a as usize + step as usize * (run.room as usize - 1);
                    let stands = match run.shape {
                        Shape::Dense => step == 1,
                        Shape::Mixed => step < 2,
                        _ => true,
                    };
                    last < at && stands
                })
            } else {
                given.iter().all(|&a| (a as usize) < at)
            };
            assert!(fits, "{run:?} uses what is not computed yet");
            assert!(run.at as usize == at && run.from as usize == from);
            assert!(run.count == run.room || run.is_dense() && run.count < run.room);
            (from, at) = (from + given.len(), at + run.room as usize * run.code.lists());
        }
        assert!(from == self.arguments.len() && at == self.slots);
        assert!(self.outputs.all().iter().all(|&y| (y as usize) < self.slots));
    }
}

/// `from` into `to`, which is as long; few numbers without a call.
#[inline(always)]
fn copy(from: &[f64], to: &mut [f64]) {
    if from.len() >= 16 {
        return to.copy_from_slice(from);
    }
    let (from, to) = piece::<8>(from, to);
    let (from, to) = piece::<4>(from, to);
    let (from, to) = piece::<2>(from, to);
    piece::<1>(from, to);
}

/// What is left to copy after `N` numbers, if the length has that bit.
#[inline(always)]
fn piece<'a, const N: usize>(from: &'a [f64], to: &'a mut [f64]) -> (&'a [f64], &'a mut [f64]) {
    match (from.split_first_chunk::<N>(), from.len() & N) {
        (Some((numbers, from)), 1..) => {
            let (slots, to) = to.split_first_chunk_mut::<N>().expect("as long");
            *slots = *numbers;
            (from, to)
        }
        _ => (from, to),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::algebra::{Num, Term};
    use crate::program::Recorder;

    type Node<'r> = Term<'r, Recorder>;

    /// Layers of 1 to 40 elements, whose arguments are neighbours, are scattered, or are the same.
    fn layers() -> Program {
        let recorder = Recorder::new();
        let mut all: Vec<Node> = (0..41).map(|_| recorder.input()).collect();
        let x = all.clone();
        let kinds: [for<'r> fn([Node<'r>; 4]) -> Node<'r>; 18] = [
            |[a, ..]| 3.0 * a,
            |[a, ..]| a.tanh(),
            |[a, b, ..]| (a + b).sigmoid(),
            |[a, _, c, _]| (a - c).sech(),
            |[a, ..]| a.sigmoid() * (-a).sigmoid(),
            |[_, b, ..]| (-b).sigmoid() - b.sigmoid(),
            |[a, b, c, _]| a * b + c,
            |[_, _, c, _]| c * c + c,
            |[_, _, c, d]| c * d + c,
            |[a, b, c, d]| a * b + c * d,
            |[a, _, c, d]| d - a * c,
            |[a, b, c, d]| a + b * b + c * d,
            |[_, _, c, _]| c + c * c + c * c,
            |[_, _, c, d]| d + c * d + c * c,
            |[_, _, c, _]| c + c.strong_mul(c) + c.strong_mul(c),
            |[_, _, c, d]| c + c.strong_mul(d) + d.strong_mul(c),
            |[a, b, ..]| a.max(b),
            |[a, b, ..]| a.strong_mul(b).exp(),
        ];
        for width in 1..=40 {
            let from = all.len() - 41;
            for kind in kinds {
                for i in 0..width {
                    let scattered = all[from + (7 * i + 3) % 41];
                    all.push(kind([all[from + i], scattered, x[i], x[width % 41]]));
                }
            }
        }
        recorder.finish(&all)
    }

    /// Products of a matrix, row by row, and a vector: `rows` of three.
    fn products(rows: usize) -> Program {
        let recorder = Recorder::new();
        let x: Vec<Node> = (0..41).map(|_| recorder.input()).collect();
        let rows = x.chunks_exact(3).take(rows);
        let mut all: Vec<Node> = rows.clone().map(|w| w[0] + w[1] * x[39] + w[2] * x[40]).collect();
        all.extend(rows.map(|w| w[0] + w[1].strong_mul(x[39]) + x[40].strong_mul(w[2])));
        recorder.finish(&all)
    }

    #[test]
    fn every_width_of_registers_gives_the_bits_of_the_table() {
        let program = layers();
        let mut machine = Machine::new(&program);
        for shape in [Shape::Dense, Shape::Mixed] {
            assert!(machine.runs.iter().any(|run| run.shape == shape && run.count > 30));
            for code in [Code::MulAdd, Code::Chain, Code::StrongChain] {
                let mut found = machine.runs.iter();
                assert!(
                    found.any(|run| (run.shape, run.code) == (shape, code)),
                    "{shape:?} {code:?}"
                );
            }
        }
        assert!(machine.runs.iter().any(|run| run.room > run.count));
        for shape in [Shape::Dense, Shape::Scattered, Shape::Single] {
            let is_pair = |run: &Run| (run.code, run.shape) == (Code::Sigmoids, shape);
            assert!(machine.runs.iter().any(is_pair), "{shape:?}");
        }
        has_the_bits_of_the_table(&mut machine, &program);
        for rows in 8..13 {
            let program = products(rows);
            let mut machine = Machine::new(&program);
            let shapes: Vec<_> = machine.runs.iter().map(|run| (run.code, run.shape)).collect();
            let codes = [Code::Chain, Code::StrongChain];
            assert_eq!(shapes, codes.map(|code| (code, Shape::Apart)), "{rows} rows");
            has_the_bits_of_the_table(&mut machine, &program);
        }
    }

    fn has_the_bits_of_the_table(machine: &mut Machine, program: &Program) {
        let rare = [f64::NAN, f64::INFINITY, -800.0, 750.0, 5e-324, -0.0, 1e300];
        for seed in 0..20_u8 {
            let common = (0..41_u32).map(|i| f64::from(i * 7 % 41 + u32::from(seed)).sin() * 3.0);
            let mut inputs: Vec<f64> = common.collect();
            if let Some(x) = rare.get(usize::from(seed)) {
                inputs[5 * usize::from(seed)] = *x;
            }
            has_its_bits_at(&inputs, machine, program);
        }
    }

    fn has_its_bits_at(inputs: &[f64], machine: &mut Machine, program: &Program) {
        let expected = program.eval(&Num, inputs);
        for width in Width::all() {
            machine.set_width(width);
            let mut slots = Slots::default();
            machine.run(&[inputs], &mut slots);
            for (&y, &at) in program.outputs().iter().zip(machine.outputs.all()) {
                let (want, found) = (expected[y.index()], slots.values[at as usize]);
                let same = want.to_bits() == found.to_bits() || want.is_nan() && found.is_nan();
                assert!(same, "{width:?}: {} = {want:e}, not {found:e}", program.formula(y));
            }
        }
    }

    #[test]
    fn an_exponential_serves_the_logistic_function_at_a_number_and_its_negative() {
        let codes = |f: for<'r> fn(Node<'r>) -> Vec<Node<'r>>| {
            let recorder = Recorder::new();
            let program = recorder.finish(&f(recorder.input()));
            let mut machine = Machine::new(&program);
            for x in [0.0, 0.3, -2.0, 720.0, -720.0, f64::INFINITY, f64::NAN] {
                has_its_bits_at(&[x], &mut machine, &program);
            }
            machine.runs.iter().map(|run| run.code).collect::<Vec<_>>()
        };
        let [neg, sigmoid] = [Op::Neg, Op::Sigmoid].map(Code::Each);
        assert_eq!(codes(|x| vec![x.sigmoid(), (-x).sigmoid()]), [Code::Sigmoids]);
        assert_eq!(codes(|x| vec![(-x).sigmoid(), x.sigmoid()]), [Code::Sigmoids]);
        assert_eq!(codes(|x| vec![x.sigmoid(), (-x).sigmoid(), -x]), [Code::Sigmoids, neg]);
        let chain = codes(|x| {
            let all = [x, -x, -(-x), x + 1.0];
            all.map(Node::sigmoid).to_vec()
        });
        assert_eq!(chain.iter().filter(|&&code| code == Code::Sigmoids).count(), 1, "{chain:?}");
        assert!(chain.contains(&sigmoid), "{chain:?}");
    }

    #[test]
    #[should_panic(expected = "uses what is not computed yet")]
    fn a_room_of_numbers_that_are_not_computed_is_noticed() {
        let mut machine = Machine::new(&layers());
        let padded = machine.runs.iter_mut().rfind(|run| run.room > run.count);
        let padded = padded.expect("layers of every width");
        padded.room += machine.slots as u32;
        machine.slots *= 2;
        machine.check();
    }

    /// Behind the arguments of a layer stand numbers for which its function takes another way.
    #[test]
    fn rare_numbers_behind_the_arguments_change_nothing() {
        let kinds: [for<'r> fn(Node<'r>) -> Node<'r>; 4] =
            [|x| x.sech(), |x| x.sigmoid(), |x| x.tanh(), |x| x.sigmoid() - (-x).sigmoid()];
        for kind in kinds {
            let recorder = Recorder::new();
            let x: Vec<Node> = (0..24).map(|_| recorder.input()).collect();
            let y: Vec<Node> = x[..10].iter().map(|&x| kind(x)).collect();
            let program = recorder.finish(&y);
            let machine = Machine::new(&program);
            assert_eq!((machine.runs[0].count, machine.runs[0].room), (10, 16));
            for rare in [f64::NAN, f64::NEG_INFINITY, 1e300, 5e-324] {
                let inputs: Vec<f64> =
                    (0..24_u32).map(|i| if i < 10 { f64::from(i) - 4.5 } else { rare }).collect();
                let mut slots = Slots::default();
                machine.run(&[&inputs], &mut slots);
                let expected = program.eval(&Num, &inputs);
                for (&y, &at) in program.outputs().iter().zip(machine.outputs.all()) {
                    assert_eq!(slots.values[at as usize].to_bits(), expected[y.index()].to_bits());
                }
            }
        }
    }
}
