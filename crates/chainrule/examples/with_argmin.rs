//! A recorded function in a solver of argmin: nothing to implement.
//!
//! `cargo run --example with_argmin --features argmin`

use argmin::core::{Executor, State};
use argmin::solver::trustregion::{Steihaug, TrustRegion};
use chainrule::Function;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let f = Function::record(["x", "y"], |[x, y]| (1.0 - x).powi(2) + 100.0 * (y - x * x).powi(2))?;
    let solver = TrustRegion::new(Steihaug::new().with_max_iters(20));
    let run = Executor::new(f.problem(), solver)
        .configure(|state| state.param(vec![-1.2, 1.0]).max_iters(100).target_cost(1e-20))
        .run()?;
    let best = run.state.get_best_param().ok_or("no point")?;
    println!("{best:?} after {} steps", run.state.get_iter());
    assert!(best.iter().all(|x| (x - 1.0).abs() < 1e-6));
    Ok(())
}
