//! The gradient of a loop of a million steps in bounded memory: a pendulum with friction, and how
//! the sum of its squared angles depends on where it starts, its friction and its length.
//!
//! `cargo run --release --example scan -- [steps]`

use chainrule::{Error, Function, Operation, Value};
use std::time::Instant;

/// One step of the symplectic Euler method; the sum is a state of its own.
fn swing<'g>(z: &[Value<'g>]) -> Vec<Value<'g>> {
    let [angle, speed, sum, friction, length] = z[..] else { panic!("five inputs") };
    let dt = 1e-4;
    let faster = speed - dt * (9.81 / length * angle.sin() + friction * speed);
    vec![angle + dt * faster, faster, sum + dt * angle.square()]
}

/// The most memory that this process had so far, in kB.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|l| l.starts_with("VmHWM"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

fn main() -> Result<(), Error> {
    let steps = std::env::args().nth(1).and_then(|s| s.parse().ok()).unwrap_or(20_000);
    let names = ["angle", "speed", "sum", "friction", "length"];
    let step = Function::record_slices(&names, &[0.1; 5], swing)?;
    let x = [1.0, 0.1, 2.0];
    let direction = [0.3, -1.0, 0.5];
    let mut last: Option<Vec<f64>> = None;
    for bytes in [1 << 10, 16 << 10, 1 << 20, 64 << 20] {
        let pendulum = Operation::scan("pendulum", &step, steps, bytes)?;
        let f = Function::record_slices(&["angle", "friction", "length"], &x, move |x| {
            let zero = x[0].constant(0.0);
            vec![pendulum.call(&[x[0], zero, zero, x[1], x[2]])[2]]
        })?;
        // The loop is one node, whatever the number of steps.
        assert_eq!(f.to_string(), "y0 = pendulum.y2(angle, 0, 0, friction, length)");

        let time = |run: &dyn Fn() -> Result<(), Error>| {
            let start = Instant::now();
            run().map(|()| start.elapsed().as_secs_f64())
        };
        let value = time(&|| f.value(&x).map(|_| ()))?;
        let before = peak();
        let gradient_time = time(&|| f.gradient(&x).map(|_| ()))?;
        let after = peak();
        let product = time(&|| f.hvp(&x, &direction).map(|_| ()))?;
        println!(
            "{steps} steps, {:>5} kB: value {value:.3} s, gradient {gradient_time:.3} s, \
             Hessian·vector {product:.3} s, peak {} → {} kB",
            bytes >> 10,
            before.unwrap_or(0),
            after.unwrap_or(0)
        );

        // The same bits whatever is kept; and the slope along a direction by forward mode, which
        // keeps nothing.
        let gradient = f.gradient(&x)?;
        assert!(last.replace(gradient.clone()).is_none_or(|g| g == gradient));
        let along: f64 = gradient.iter().zip(&direction).map(|(g, d)| g * d).sum();
        let forward = f.jvp(&x, &direction)?.1[0];
        assert!((along - forward).abs() < 1e-9 * forward.abs().max(1.0), "{along} and {forward}");
    }
    Ok(())
}
