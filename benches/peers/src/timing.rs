//! Interleaved timing and the checks before it.

/// Relative error beyond which a gradient counts as wrong.
const TOLERANCE: f64 = 1e-9;
const ROUNDS: usize = 61;
/// Seconds of a crate's share of a round.
const SLICE: f64 = 0.003;

/// Most seconds of all its rounds together, once it had [`FEWEST`].
const SHARE: f64 = 1.5;
const FEWEST: usize = 5;

/// A value and its gradient.
pub struct Answer {
    pub value: f64,
    pub gradient: Vec<f64>,
}

/// Seconds of processor time that so many gradients take.
pub type Clock<'a> = Box<dyn FnMut(u32) -> f64 + 'a>;

/// A tool on a workload.
pub struct Entry<'a> {
    pub name: String,
    /// Not a Rust crate.
    is_foreign: bool,
    answer: Answer,
    clock: Clock<'a>,
}

impl<'a> Entry<'a> {
    pub fn new(name: &str, value: f64, gradient: Vec<f64>, run: impl FnMut() + 'a) -> Self {
        let answer = Answer { value, gradient };
        Entry { name: name.to_owned(), is_foreign: false, answer, clock: in_turn(run) }
    }

    pub fn foreign(name: String, answer: Answer, clock: Clock<'a>) -> Self {
        Entry { name, is_foreign: true, answer, clock }
    }
}

/// Times runs in this thread.
pub fn in_turn<'a>(mut run: impl FnMut() + 'a) -> Clock<'a> {
    Box::new(move |count| {
        let start = processor_time();
        for _ in 0..count {
            run();
        }
        processor_time() - start
    })
}

/// A workload with everyone who takes part.
pub struct Timed<'a> {
    pub name: &'static str,
    pub value: f64,
    pub gradient: Vec<f64>,
    pub entries: Vec<Entry<'a>>,
}

/// Seconds a gradient in each round; none for one that is wrong.
pub struct Times {
    pub name: String,
    pub is_foreign: bool,
    pub rounds: Option<Vec<f64>>,
}

impl Timed<'_> {
    /// Times those whose value and gradient are right, in turns.
    pub fn run(self) -> Vec<Times> {
        let scale = self.gradient.iter().fold(0.0_f64, |m, g| m.max(g.abs()));
        let close = |a: f64, b: f64, scale: f64| (a - b).abs() <= TOLERANCE * scale;
        let is_right = |a: &Answer| {
            close(a.value, self.value, self.value.abs())
                && a.gradient.len() == self.gradient.len()
                && a.gradient.iter().zip(&self.gradient).all(|(&a, &b)| close(a, b, scale))
        };
        let mut times = Vec::new();
        let mut clocks = Vec::new();
        for Entry { name, is_foreign, answer, mut clock } in self.entries {
            let is_right = is_right(&answer);
            let count = if is_right { repeats(&mut clock) } else { 0 };
            times.push(Times { name, is_foreign, rounds: is_right.then(Vec::new) });
            clocks.push((clock, count));
        }
        for _ in 0..ROUNDS {
            for (times, (clock, count)) in times.iter_mut().zip(&mut clocks) {
                let Some(rounds) = &mut times.rounds else { continue };
                let spent = rounds.iter().sum::<f64>() * f64::from(*count);
                if rounds.len() < FEWEST || spent < SHARE {
                    rounds.push(clock(*count) / f64::from(*count));
                }
            }
        }
        times
    }
}

/// How many runs fill a tool's share of a round.
fn repeats(clock: &mut Clock<'_>) -> u32 {
    let mut count = 1;
    loop {
        let taken = clock(count);
        if taken >= SLICE / 4.0 {
            return ((f64::from(count) * SLICE / taken) as u32).max(1);
        }
        count *= 4;
    }
}

/// Seconds that this thread has had a processor: what other programs take does not count.
fn processor_time() -> f64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is a place for the answer.
    let status = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    assert_eq!(status, 0, "this system has a clock for threads");
    time.tv_sec as f64 + 1e-9 * time.tv_nsec as f64
}

/// Compares the slope along one direction with a central difference of plain numbers.
///
/// # Panics
///
/// If they differ by more than the difference's own error.
pub fn check_by_difference(f: impl Fn(&[f64]) -> f64, x: &[f64], gradient: &[f64]) {
    let mut random = crate::workloads::Random(3);
    let direction: Vec<f64> = x.iter().map(|_| random.next()).collect();
    let length = direction.iter().map(|d| d * d).sum::<f64>().sqrt();
    let step = 1e-5 / length;
    let at = |h: f64| f(&x.iter().zip(&direction).map(|(x, d)| x + h * d).collect::<Vec<_>>());
    let difference = (at(step) - at(-step)) / (2.0 * step);
    let slope: f64 = gradient.iter().zip(&direction).map(|(g, d)| g * d).sum();
    let scale = gradient.iter().map(|g| g * g).sum::<f64>().sqrt() * length;
    assert!((slope - difference).abs() <= 1e-5 * scale, "slope {slope}, difference {difference}");
}
