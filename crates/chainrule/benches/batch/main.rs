//! Sums and gradients over many rows, with the derivative written by hand beside each.
//!
//! `cargo bench -p chainrule --bench batch [name]`. Contenders take turns, one round after another,
//! and what counts is the median of the ratios within a round: a busy machine slows both. In brackets
//! stand the fastest rounds, which other work disturbed least. The number behind an instruction set
//! is that of threads; *aligned* runs on columns copied by `Rows`. *plain* is
//! a loop over the rows with the standard library's functions; *packed* is written in AVX-512
//! intrinsics over rows that were packed by eights before the clock runs.

#![expect(
    clippy::needless_range_loop,
    reason = "rows and components by their indices, as in a formula"
)]
#![expect(clippy::large_stack_arrays, reason = "accumulators of code written for one size")]

#[path = "../../tests/support/network.rs"]
mod network;
#[path = "../../tests/support/random.rs"]
mod random;

mod black_scholes;
mod gmm;
mod logistic;
mod mlp;
mod moons;
#[cfg(target_arch = "x86_64")]
mod vectors;

use chainrule::function::Derivative;
use chainrule::kernel::{Instructions, Kernel, Options, Rows};
use chainrule::{Function, Value, logsumexp};
use random::Random;
use std::hint::black_box;
use std::time::{Duration, Instant};

const ROWS: usize = 16_384;
const ROUNDS: usize = 25;

/// What a contender runs before its time counts.
const WARM_UP: Duration = Duration::from_millis(10);

/// A derivative by hand: parameters, columns, and where value and gradient go.
type Hand = fn(&[f64], &[&[f64]], &mut [f64]);

/// The same in AVX-512 over packed rows.
type Packed = fn(&[f64], &[f64], &mut [f64]);

/// Parameters, and value and gradient to be changed.
type After = fn(&[f64], &mut [f64]);

/// The function for AVX-512 behind a look for it.
macro_rules! packed {
    ($f:expr) => {{
        #[cfg(target_arch = "x86_64")]
        {
            super::Instructions::Avx512.is_available().then_some({
                #[expect(unsafe_code, reason = "a function compiled for AVX-512")]
                // SAFETY: the machine has the features.
                |p, tiles, out| unsafe { ($f)(p, tiles, out) }
            })
        }
        #[cfg(not(target_arch = "x86_64"))]
        None
    }};
}
use packed;

/// A name, and what fills a list with value and gradient.
type Contender<'w> = (String, Box<dyn Fn(&mut [f64]) + 'w>);

/// The function of a row: parameters and columns.
type Row = for<'g> fn(&[Value<'g>], &[Value<'g>]) -> Value<'g>;

struct Workload {
    name: &'static str,
    row: Row,
    parameters: Vec<f64>,
    columns: Vec<Vec<f64>>,
    plain: Hand,
    packed: Option<Packed>,
    /// Per row outputs instead of sums: derivatives with respect to all columns.
    by_row: bool,
    /// What is done to value and gradient once the rows are summed.
    after: Option<After>,
}

fn median(mut x: Vec<f64>) -> f64 {
    x.sort_by(f64::total_cmp);
    x[x.len() / 2]
}

fn fastest(x: &[f64]) -> f64 {
    x.iter().copied().fold(f64::INFINITY, f64::min)
}

/// Names made of a letter and a number.
struct Names(Vec<String>);

impl Names {
    fn new(letter: &str, n: usize) -> Self {
        Names((0..n).map(|i| format!("{letter}{i}")).collect())
    }

    fn strs(&self) -> Vec<&str> {
        self.0.iter().map(String::as_str).collect()
    }
}

impl Workload {
    fn names(&self) -> [Names; 2] {
        [Names::new("p", self.parameters.len()), Names::new("x", self.columns.len())]
    }

    fn kernel(&self) -> Kernel {
        let [parameters, columns] = self.names();
        Kernel::sum_over(&parameters.strs(), &columns.strs(), self.row).expect("distinct names")
    }

    /// Value and derivatives: the sums, or those of each row with respect to all columns.
    fn ours(&self, kernel: &Kernel, columns: &[&[f64]], out: &mut [f64]) {
        let p = black_box(&self.parameters);
        if self.by_row {
            let names = self.names();
            let mut outputs: Vec<&mut [f64]> = out.chunks_mut(columns[0].len()).collect();
            let all = kernel.gradient_batch_into(p, columns, &names[1].strs(), &mut outputs);
            all.expect("shapes fit");
        } else {
            let (value, gradient) = out.split_at_mut(1);
            let found = kernel.value_and_gradient_into(p, columns, gradient);
            value[0] = found.expect("shapes fit");
        }
        if let Some(after) = self.after {
            after(p, out);
        }
    }

    /// Numbers that come out.
    fn size(&self, rows: usize) -> usize {
        if self.by_row { 6 * rows } else { 1 + self.parameters.len() }
    }

    /// Operations of a row's value and derivatives.
    fn operations(&self) -> usize {
        let ([parameters, columns], row) = (self.names(), self.row);
        let function = if self.by_row {
            Function::record_with_parameters(&columns.strs(), &[], move |x, p| vec![row(p, x)])
        } else {
            let [parameters, columns] = [parameters.strs(), columns.strs()];
            Function::record_with_parameters(&parameters, &columns, move |p, x| vec![row(p, x)])
        };
        let cost = function.expect("distinct names").cost(Derivative::Gradient);
        cost.expect("one output").operations
    }

    /// Microseconds from the closure to the first result, less those of a further call.
    fn preparation(&self, rounds: usize) -> f64 {
        let one: Vec<&[f64]> = self.columns.iter().map(|c| &c[..1]).collect();
        let mut out = vec![0.0; self.size(1)];
        let round = |_| {
            let start = Instant::now();
            let kernel = self.kernel();
            self.ours(&kernel, &one, &mut out);
            let first = start.elapsed();
            let start = Instant::now();
            self.ours(&kernel, &one, &mut out);
            first.saturating_sub(start.elapsed()).as_secs_f64() * 1e6
        };
        median((0..rounds).map(round).collect())
    }

    fn run(&self, rounds: usize) {
        let columns: Vec<&[f64]> = self.columns.iter().map(Vec::as_slice).collect();
        let rows = columns[0].len();
        let size = self.size(rows);
        let ours = |kernel: &Kernel, columns: &[&[f64]], out: &mut [f64]| {
            self.ours(kernel, columns, out);
        };
        let (prepared, operations) = (self.preparation(rounds), self.operations() as f64);
        let prepared_kernel = self.kernel();
        let aligned = Rows::new(&columns).expect("columns of one length");
        let aligned = aligned.columns();
        #[cfg(target_arch = "x86_64")]
        let tiles = vectors::pack(&self.columns);
        let mut contenders: Vec<Contender<'_>> = Vec::new();
        let run = |out: &mut [f64]| (self.plain)(black_box(&self.parameters), &columns, out);
        contenders.push(("plain".to_owned(), Box::new(run)));
        #[cfg(target_arch = "x86_64")]
        if let Some(packed) = self.packed {
            let tiles = &tiles;
            let run = move |out: &mut [f64]| packed(black_box(&self.parameters), tiles, out);
            contenders.push(("packed".to_owned(), Box::new(run)));
        }
        let hands = contenders.len();
        for instructions in Instructions::ALL.into_iter().filter(|i| i.is_available()) {
            for threads in if instructions == Instructions::best() { 1..=2 } else { 1..=1 } {
                let options =
                    Options { threads: Some(threads), instructions, ..Options::default() };
                let kernel = prepared_kernel.with_options(options);
                let (ours, columns, aligned) = (&ours, &columns, &aligned);
                if instructions == Instructions::best() {
                    let kernel = kernel.clone();
                    let run = move |out: &mut [f64]| ours(&kernel, aligned, out);
                    let name = format!("{instructions:?}, {threads}, aligned");
                    contenders.push((name, Box::new(run)));
                }
                let run = move |out: &mut [f64]| ours(&kernel, columns, out);
                contenders.push((format!("{instructions:?}, {threads}"), Box::new(run)));
            }
        }
        let mut out = vec![0.0; size];
        let mut expected = vec![0.0; size];
        contenders[0].1(&mut expected);
        for (name, run) in &contenders {
            run(&mut out);
            for (a, b) in out.iter().zip(&expected) {
                assert!((a - b).abs() <= 1e-9 * (1.0 + b.abs()), "{name}: {a} and {b}");
            }
        }
        let mut times = vec![Vec::new(); contenders.len()];
        let repeats = (4 * ROWS / rows).max(1);
        for _ in 0..rounds {
            for (times, (_, run)) in times.iter_mut().zip(&contenders) {
                // Caches fill, and threads that slept find a processor, as in a loop of many steps.
                let start = Instant::now();
                while start.elapsed() < WARM_UP {
                    run(&mut out);
                }
                let start = Instant::now();
                for _ in 0..repeats {
                    run(&mut out);
                    black_box(&out);
                }
                times.push(start.elapsed().as_secs_f64() * 1e9 / (repeats * rows) as f64);
            }
        }
        let each = prepared / operations;
        println!(
            "{}: {operations} operations prepared in {prepared:.0} µs, {each:.2} each",
            self.name
        );
        for ((name, _), t) in contenders.iter().zip(&times) {
            let beside: Vec<String> = (0..hands)
                .map(|h| {
                    let ratios = t.iter().zip(&times[h]).map(|(t, b)| t / b).collect();
                    let fastest = fastest(t) / fastest(&times[h]);
                    format!("{:.2} ({fastest:.2}) × {}", median(ratios), contenders[h].0)
                })
                .collect();
            let (middle, least) = (median(t.clone()), fastest(t));
            println!("  {name:22} {middle:8.2} ({least:.2}) ns/row   {}", beside.join("   "));
        }
    }
}

fn main() {
    let wanted = std::env::args().nth(1).filter(|a| !a.starts_with('-')).unwrap_or_default();
    let once = std::env::args().any(|a| a == "--test");
    let rounds = if once { 1 } else { ROUNDS };
    let all = [
        logistic::workload("logistic10", 10),
        logistic::workload("logistic50", 50),
        logistic::stable("softplus10", 10),
        logistic::stable("softplus50", 50),
        mlp::workload(),
        gmm::workload(),
        black_scholes::workload(),
        moons::workload(),
    ];
    for workload in all.iter().filter(|w| w.name.contains(&wanted)) {
        workload.run(rounds);
    }
}
