//! Interleaved timing and the checks before it.

/// Relative error beyond which a gradient counts as wrong.
const TOLERANCE: f64 = 1e-9;
const ROUNDS: usize = 61;
/// Seconds of a crate's share of a round.
const SLICE: f64 = 0.003;

/// A crate on a workload.
pub struct Entry<'a> {
    pub name: &'static str,
    value: f64,
    gradient: Vec<f64>,
    run: Box<dyn FnMut() + 'a>,
}

impl<'a> Entry<'a> {
    pub fn new(name: &'static str, value: f64, gradient: Vec<f64>, run: impl FnMut() + 'a) -> Self {
        Entry { name, value, gradient, run: Box::new(run) }
    }
}

/// A workload with everyone who takes part.
pub struct Timed<'a> {
    pub name: &'static str,
    pub at: Vec<f64>,
    pub value: f64,
    pub gradient: Vec<f64>,
    pub entries: Vec<Entry<'a>>,
}

/// Seconds a gradient in each round; none for one that is wrong.
pub struct Times {
    pub name: &'static str,
    pub rounds: Option<Vec<f64>>,
}

impl Timed<'_> {
    /// Times those whose value and gradient are right, in turns.
    pub fn run(&mut self) -> Vec<Times> {
        let scale = self.gradient.iter().fold(0.0_f64, |m, g| m.max(g.abs()));
        let close = |a: f64, b: f64, scale: f64| (a - b).abs() <= TOLERANCE * scale;
        let right: Vec<bool> = self
            .entries
            .iter()
            .map(|e| {
                close(e.value, self.value, self.value.abs())
                    && e.gradient.len() == self.gradient.len()
                    && e.gradient.iter().zip(&self.gradient).all(|(&a, &b)| close(a, b, scale))
            })
            .collect();
        let repeats: Vec<u32> = self.entries.iter_mut().map(|e| repeats(&mut e.run)).collect();
        let mut rounds = vec![Vec::with_capacity(ROUNDS); self.entries.len()];
        for _ in 0..ROUNDS {
            for (i, entry) in self.entries.iter_mut().enumerate().filter(|(i, _)| right[*i]) {
                let start = processor_time();
                for _ in 0..repeats[i] {
                    (entry.run)();
                }
                rounds[i].push((processor_time() - start) / f64::from(repeats[i]));
            }
        }
        let times = self.entries.iter().zip(rounds).zip(right);
        times.map(|((e, r), right)| Times { name: e.name, rounds: right.then_some(r) }).collect()
    }
}

/// How many runs fill a crate's share of a round.
fn repeats(run: &mut dyn FnMut()) -> u32 {
    let mut count = 1;
    loop {
        let start = processor_time();
        for _ in 0..count {
            run();
        }
        let taken = processor_time() - start;
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
