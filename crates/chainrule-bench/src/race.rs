//! Contenders that take turns, so that a busy machine slows both.

use chainrule::error::{Error, ErrorKind};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Fills a list with the value and its derivatives, or with the derivatives alone.
pub type Contender = Box<dyn FnMut(&mut [f64])>;

/// A function and its derivatives at a fixed point, computed by chainrule and by hand.
pub struct Problem {
    /// Name, as in `docs/benchmarks.md`.
    pub name: &'static str,
    /// What it is, in a line.
    pub about: &'static str,
    /// How many numbers a contender fills in.
    pub length: usize,
    /// Largest difference from the first derivative by hand, relative to the largest number, that
    /// passes as rounding.
    pub tolerance: f64,
    /// By chainrule.
    pub ours: Contender,
    /// By hand, with a word on the way it is done. The first one sets the ratio.
    pub hands: Vec<(&'static str, Contender)>,
}

/// How long a race lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effort {
    /// Rounds; an odd number, for the median.
    pub rounds: usize,
    /// A contender's least time in a round.
    pub turn: Duration,
}

impl Effort {
    /// A second or so for each problem.
    pub const FULL: Effort = Effort { rounds: 21, turn: Duration::from_millis(15) };
    /// Each contender once, to see that it runs.
    pub const SMOKE: Effort = Effort { rounds: 1, turn: Duration::ZERO };
}

/// Medians of a race.
#[derive(Clone, Debug, PartialEq)]
pub struct Result {
    /// Name of the problem.
    pub name: &'static str,
    /// Nanoseconds that chainrule takes.
    pub ours: f64,
    /// Each derivative by hand.
    pub hands: Vec<Hand>,
    /// Largest difference between chainrule and the first derivative by hand, relative to the largest
    /// number.
    pub difference: f64,
}

/// The times of a derivative written by hand.
#[derive(Clone, Debug, PartialEq)]
pub struct Hand {
    /// The way it is done.
    pub name: &'static str,
    /// Nanoseconds it takes.
    pub time: f64,
    /// chainrule's time divided by this one, the median over the rounds.
    pub ratio: f64,
}

impl Problem {
    /// Compares the results, then lets the contenders take turns.
    ///
    /// # Errors
    ///
    /// If a result differs from the first derivative by hand by more than the tolerance: then a time
    /// means nothing.
    pub fn race(&mut self, effort: Effort) -> std::result::Result<Result, Error> {
        let difference = self.agree()?;
        let mut contenders: Vec<&mut Contender> =
            [&mut self.ours].into_iter().chain(self.hands.iter_mut().map(|h| &mut h.1)).collect();
        let mut out = vec![0.0; self.length];
        let repeats: Vec<u32> =
            contenders.iter_mut().map(|c| repeats(c, &mut out, effort.turn)).collect();
        let mut times = vec![Vec::new(); contenders.len()];
        for _ in 0..effort.rounds {
            for ((contender, times), &n) in contenders.iter_mut().zip(&mut times).zip(&repeats) {
                times.push(turn(contender, &mut out, n) / f64::from(n));
            }
        }
        let hands = self.hands.iter().zip(&times[1..]).map(|((name, _), hand)| {
            let ratios = times[0].iter().zip(hand).map(|(ours, hand)| ours / hand);
            Hand { name, time: median(hand.iter().copied()), ratio: median(ratios) }
        });
        Ok(Result {
            name: self.name,
            hands: hands.collect(),
            ours: median(times[0].iter().copied()),
            difference,
        })
    }

    /// Largest difference of chainrule from the first hand, if all are within the tolerance.
    fn agree(&mut self) -> std::result::Result<f64, Error> {
        let run = |contender: &mut Contender| {
            let mut out = vec![f64::NAN; self.length];
            contender(&mut out);
            out
        };
        let ours = run(&mut self.ours);
        let hands: Vec<Vec<f64>> = self.hands.iter_mut().map(|(_, hand)| run(hand)).collect();
        let reference = &hands[0];
        let size = reference.iter().fold(0.0_f64, |m, x| m.max(x.abs()));
        let names = ["chainrule"].into_iter().chain(self.hands.iter().map(|h| h.0));
        let mut ours_differs = 0.0;
        for (i, (name, result)) in names.zip([&ours].into_iter().chain(&hands)).enumerate() {
            let gaps = result.iter().zip(reference).map(|(a, b)| (a - b).abs() / size);
            // A NaN is a difference, which `max` would swallow.
            let worst = gaps.fold(0.0, |m, gap| if gap <= m { m } else { gap });
            if worst.is_nan() || worst > self.tolerance {
                let message = format!("{}: {name} is wrong by {worst:.1e}", self.name);
                return Err(Error::new(ErrorKind::Value, message));
            }
            if i == 0 {
                ours_differs = worst;
            }
        }
        Ok(ours_differs)
    }
}

/// How many calls fill a turn.
fn repeats(contender: &mut Contender, out: &mut [f64], least: Duration) -> u32 {
    let mut n = 1;
    while turn(contender, out, n) < least.as_nanos() as f64 && n < 1 << 30 {
        n *= 2;
    }
    n
}

/// Nanoseconds of `n` calls.
fn turn(contender: &mut Contender, out: &mut [f64], n: u32) -> f64 {
    let start = Instant::now();
    for _ in 0..n {
        contender(black_box(&mut *out));
        black_box(&mut *out);
    }
    start.elapsed().as_nanos() as f64
}

fn median(numbers: impl Iterator<Item = f64>) -> f64 {
    let mut numbers: Vec<f64> = numbers.collect();
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}
