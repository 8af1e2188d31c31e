//! Through a solver: the diameter of a pipe that carries a given flow, where the friction factor is
//! the root of an equation (Colebrook's) that only an iteration solves.
//!
//! `cargo run --release --example implicit`

use chainrule::{Error, Function, Operation, check};

/// Solves Colebrook's equation for `x = 1/√f` by the usual fixed-point iteration.
fn colebrook(p: &[f64], x: &mut [f64]) {
    let [reynolds, roughness] = [p[0], p[1]];
    x[0] = 7.0;
    for _ in 0..60 {
        x[0] = -2.0 * (roughness / 3.7 + 2.51 * x[0] / reynolds).log10();
    }
}

fn main() -> Result<(), Error> {
    // The equation, once, for the derivative: the solver is never looked into.
    let equation = Function::record(["x", "reynolds", "roughness"], |[x, reynolds, roughness]| {
        -2.0 * (roughness / 3.7 + 2.51 * x / reynolds).log10()
    })?;
    let inverse_root = Operation::fixed_point("colebrook", &equation, colebrook)?;

    // Loss of pressure over 100 m of pipe of diameter d, for a flow q of water.
    let loss = Function::record(["d", "q"], move |[d, q]| {
        let speed = q / (0.25 * std::f64::consts::PI * d.square());
        let x = inverse_root.apply([speed * d / 1.0e-6, 4.5e-5 / d]);
        100.0 / d * 1000.0 * speed.square() / 2.0 / x.square()
    })?;
    println!("{loss}");
    let at = [0.2, 0.05];
    println!("loss {:.0} Pa, gradient {:?}", loss.value(&at)?, loss.gradient(&at)?);
    assert!(check::function(&loss, &at, check::LIMIT)?.passed());

    // The diameter with a loss of 10 kPa, by Newton's method through the solver.
    let mut d = 0.2;
    for _ in 0..20 {
        let (value, gradient) = loss.value_and_gradient(&[d, 0.05])?;
        d -= (value - 10_000.0) / gradient[0];
    }
    println!("diameter {d:.4} m");
    assert!((loss.value(&[d, 0.05])? - 10_000.0).abs() < 1e-6);

    // Second derivatives too: against differences of the gradient.
    let hessian = loss.hessian(&at)?;
    let h = 1e-6;
    let moved = |h: f64| loss.gradient(&[at[0], at[1] + h]);
    for (k, (up, down)) in moved(h)?.into_iter().zip(moved(-h)?).enumerate() {
        let quotient = (up - down) / (2.0 * h);
        assert!((hessian[1][k] / quotient - 1.0).abs() < 1e-6, "{hessian:?}");
    }

    // Where the equations are singular there is no derivative, and it says so.
    let g = Function::record(["x", "p"], |[x, p]| x.square() - p)?;
    let root = Operation::root("root", &g, |p, x| x[0] = p[0].sqrt())?;
    let f = Function::record(["p"], move |[p]| root.apply([p]))?;
    assert_eq!(f.gradient(&[9.0])?, [1.0 / 6.0]);
    println!("{}", f.diagnose(&[0.0])?.expect("two roots meet at 0"));
    Ok(())
}
