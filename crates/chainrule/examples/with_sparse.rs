//! A chain of springs: the Hessian by its pattern, factorised by nalgebra-sparse.
//!
//! `cargo run --example with_sparse --features nalgebra-sparse`

use chainrule::{Function, Value, Workspace};
use nalgebra_sparse::factorization::CscCholesky;
use nalgebra_sparse::{CscMatrix, na};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let n = 1000;
    let names: Vec<String> = (0..n).map(|i| format!("x{i}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let energy = Function::record_slices(&names, &vec![0.1; n], |x| {
        let springs: Value<'_> = x.windows(2).map(|p| (p[1] - p[0]).cosh()).sum();
        let wells: Value<'_> = x.iter().map(|v| (v - 1.0).powi(2)).sum();
        vec![springs + wells + 5.0 * x[0].powi(2)]
    })?;
    let plan = energy.prepare_sparse_hessian()?;
    println!("{} entries in {} colours", plan.pattern().len(), plan.colours());
    let mut x = vec![0.1; n];
    let (mut gradient, mut work) = (vec![0.0; n], Workspace::new());
    for step in 0..20 {
        let value = energy.value_and_gradient_into(&x, &mut gradient, &mut work)?;
        let slope = na::DVector::from_column_slice(&gradient);
        println!("step {step}: energy {value:.9}, |gradient| {:.1e}", slope.norm());
        if slope.norm() < 1e-10 {
            return Ok(());
        }
        let hessian = CscMatrix::from(&plan.evaluate(&x)?);
        let factor = CscCholesky::factor(&hessian).map_err(|e| e.to_string())?;
        let newton = factor.solve(&slope);
        x.iter_mut().zip(newton.iter()).for_each(|(x, s)| *x -= s);
    }
    Err("Newton's method did not converge".into())
}
