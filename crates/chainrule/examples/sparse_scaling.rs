//! How sparse derivatives grow with the problem: a table of times. Where the system tells it, they
//! are times of the processor, which other work on the machine does not stretch.
//!
//! `cargo run --release --example sparse_scaling [most unknowns] [most observations]`

#[path = "../tests/problems/mod.rs"]
mod problems;

use chainrule::{Function, SparsePlan, Value, Workspace};
use problems::Bundle;
use std::hint::black_box;
use std::time::Instant;

fn main() {
    let mut limits = std::env::args().skip(1).map(|a| a.parse().expect("a whole number"));
    let unknowns = limits.next().unwrap_or(100_000_usize);
    let observations = limits.next().unwrap_or(31_843_usize);
    println!(
        "problem              n   entries colours  record  pattern  colour  evaluate  ns/entry"
    );
    println!("                                            ms       ms      ms        ms");
    for n in [1_000, 3_162, 10_000, 31_623, 100_000] {
        if n <= unknowns {
            let x: Vec<f64> = (0..n).map(|i| 0.4 + 0.9 * (0.7 * i as f64).sin()).collect();
            let f = timed(|| record(&x, |x| vec![problems::rosenbrock(x)]));
            let pattern = timed(|| f.0.hessian_sparsity().expect("one output"));
            let plan = timed(|| f.0.prepare_sparse_hessian().expect("one output"));
            row("rosenbrock H", n, &x, [f.1, pattern.1, plan.1], &plan.0);
        }
    }
    for n in [1_000, 3_162, 10_000, 31_843, 100_000] {
        if n <= observations {
            let bundle = Bundle::of_size(n);
            let x = bundle.start(0.0);
            let f = timed(|| record(&x, move |x| bundle.residuals(x)));
            let pattern = timed(|| f.0.jacobian_sparsity());
            let plan = timed(|| f.0.prepare_sparse_jacobian());
            row("ba J", n, &x, [f.1, pattern.1, plan.1], &plan.0);
        }
    }
}

fn record(
    x: &[f64],
    f: impl for<'g> Fn(&[Value<'g>]) -> Vec<Value<'g>> + Send + Sync + 'static,
) -> Function {
    let names: Vec<String> = (0..x.len()).map(|i| format!("x{i}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    Function::record_slices(&names, x, f).expect("distinct names")
}

fn timed<T>(f: impl FnOnce() -> T) -> (T, f64) {
    let (start, busy) = (Instant::now(), processor_time());
    let result = f();
    let wall = start.elapsed().as_secs_f64();
    let busy = busy.and_then(|before| Some(processor_time()? - before));
    (result, busy.unwrap_or(wall))
}

/// Seconds for which this process ran so far, on Linux.
fn processor_time() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/self/schedstat").ok()?;
    let nanoseconds: f64 = text.split_whitespace().next()?.parse().ok()?;
    Some(nanoseconds * 1e-9)
}

/// Prints a row; the evaluation time is the mean of many.
fn row(name: &str, n: usize, x: &[f64], seconds: [f64; 3], plan: &SparsePlan) {
    let mut work = Workspace::new();
    let mut values = vec![0.0; plan.pattern().len()];
    let mut evaluate = |times: usize| {
        for _ in 0..times {
            let result = plan.evaluate_into(black_box(x), &mut values, &mut work);
            result.expect("the way that was recorded");
            black_box(&values);
        }
    };
    evaluate(1);
    let ((), once) = timed(|| evaluate(20));
    let times = if once < 0.02 { 2000 } else { 20 };
    let best = timed(|| evaluate(times)).1 / times as f64;
    let [record, pattern, colour] = seconds.map(|s| s * 1e3);
    println!(
        "{name:13} {n:8} {:9} {:7} {record:7.1} {pattern:8.1} {colour:7.1} {:9.3} {:9.2}",
        plan.pattern().len(),
        plan.colours(),
        best * 1e3,
        best * 1e9 / plan.pattern().len() as f64,
    );
    eprintln!("  {} nodes, {} edges, {} sweeps", plan.program().len(), plan.edges(), plan.sweeps());
}
