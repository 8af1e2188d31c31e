//! A prepared sparse derivative allocates nothing once its workspace is warm.

mod problems;
#[path = "support/allocations.rs"]
mod support;

use chainrule::{Function, Workspace};
use support::allocations;

#[test]
fn evaluation_allocates_nothing_after_the_first_call() {
    let names: Vec<String> = (0..50).map(|i| format!("x{i}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let hessian = Function::record_slices(&names, &[0.5; 50], |x| vec![problems::rosenbrock(x)]);
    let jacobian = Function::record_slices(&names, &[0.5; 50], |x| {
        x.windows(6).map(|w| w.iter().map(|v| v.sin()).product()).collect()
    });
    let plans = [
        hessian.expect("distinct names").prepare_sparse_hessian().expect("one output"),
        jacobian.expect("distinct names").prepare_sparse_jacobian(),
    ];
    for plan in plans {
        let mut work = Workspace::new();
        let mut values = vec![0.0; plan.pattern().len()];
        plan.evaluate_into(&[0.3; 50], &mut values, &mut work).expect("fifty numbers");
        let again = || plan.evaluate_into(&[0.7; 50], &mut values, &mut work).expect("numbers");
        assert_eq!(allocations(again), 0);
    }
}
