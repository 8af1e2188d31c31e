//! First-order methods allocate nothing per step.

#[path = "support/allocations.rs"]
mod support;

use chainrule::optimize::{Method, Minimizer, from_fn};

fn allocations(method: Method, steps: usize) -> usize {
    let mut f = from_fn(
        3,
        |x| x.iter().map(|x| x * x).sum(),
        |x, g| g.iter_mut().zip(x).for_each(|(g, x)| *g = 2.0 * x),
    );
    support::allocations(|| {
        let minimizer = Minimizer::new(method).learning_rate(1e-3).steps(steps);
        let outcome = minimizer.minimize(&mut f, &[1.0, 2.0, 3.0]).expect("valid");
        assert_eq!(outcome.steps, steps);
    })
}

#[test]
fn a_thousand_steps_allocate_as_much_as_ten() {
    for method in [Method::Gd, Method::Momentum, Method::Nesterov, Method::Adam] {
        let (few, many) = (allocations(method, 10), allocations(method, 1000));
        assert!(few > 0, "the counter counts");
        assert_eq!(few, many, "{method}");
    }
}
