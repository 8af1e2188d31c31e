//! A function of your own as an operation: a measured table, with its slope, in graphs and in
//! recorded functions; its derivative checked; a second derivative given and missing.
//!
//! `cargo run --release --example custom_operation`

use chainrule::check;
use chainrule::{Error, Function, Graph, Operation};

/// Density of water in kg/m³ at 0, 10, … 60 °C (CRC Handbook), linear between.
const DENSITY: [f64; 7] = [999.84, 999.70, 998.21, 995.65, 992.22, 988.04, 983.20];

/// The piece of the table around `t`, and where it begins.
fn piece(t: f64) -> Option<(f64, f64, f64)> {
    let i = (0..6).find(|&i| (10.0 * i as f64..=10.0 * (i + 1) as f64).contains(&t))?;
    Some((10.0 * i as f64, DENSITY[i], DENSITY[i + 1]))
}

fn main() -> Result<(), Error> {
    // NaN says that there is no value: nothing is known outside of the table.
    let density = Operation::unary(
        "density",
        |t| piece(t).map_or(f64::NAN, |(start, a, b)| a + (b - a) * (t - start) / 10.0),
        |t, _| piece(t).map_or(f64::NAN, |(_, a, b)| (b - a) / 10.0),
    )?;

    // In a graph it is a node like any other.
    let graph = Graph::new();
    let t = graph.value(25.0).label("t");
    let mass = (density.apply([t]) * 0.002).label("mass");
    println!("{mass}, d mass/dt = {}", mass.backward()[t]);
    assert!((mass.backward()[t] + 0.002 * 0.256).abs() < 1e-15);

    // In a recorded function it prints under its name, and its derivative is checked with the rest.
    let called = density.clone();
    let flow = Function::record(["t", "v"], move |[t, v]| called.apply([t]) * v.square() / 2.0)?;
    println!("{flow}");
    assert_eq!(flow.to_string(), "y0 = density(t)*square(v)/2");
    let report = check::function(&flow, &[25.0, 1.5], check::LIMIT)?;
    assert!(report.passed());

    // A wrong slope is found, and the operation is named.
    let wrong = Operation::unary("density", |t| 1000.0 - 0.3 * t, |_, _| 0.3)?;
    let slip = Function::record(["t"], move |[t]| wrong.apply([t]).ln())?;
    let report = check::function(&slip, &[25.0], check::LIMIT)?;
    print!("{report}");
    assert!(report.suspects[0].to_string().contains("`density`"));

    // So is the operation that has no value.
    let diagnosis = flow.diagnose(&[70.0, 1.0])?.expect("no density at 70 °C");
    println!("{diagnosis}");
    assert_eq!(diagnosis.message, "`density(t)` is NaN at t = 70");

    // Second derivatives need the derivative of the slope; without it they are an error.
    println!("{}", flow.hessian(&[25.0, 1.5]).unwrap_err());
    let slope = Function::record(["x", "y"], |[_, y]| 1.0 - y.square())?;
    let slope = Operation::from_function("slope", &slope)?;
    let own = Operation::with_derivative("own", &["x"], &["y"], |x, y| y[0] = x[0].tanh(), slope)?;
    let f = Function::record(["x"], move |[x]| own.apply([x]))?;
    let y = 0.4_f64.tanh();
    assert!((f.hessian(&[0.4])?[0][0] + 2.0 * y * (1.0 - y * y)).abs() < 1e-15);
    Ok(())
}
