//! What derivatives take is told before they are run, and a limit of memory is kept.

use chainrule::function::{Derivative, size};
use chainrule::{Error, ErrorKind, Function, Workspace};

fn chain(n: usize) -> Function {
    let names: Vec<String> = (0..n).map(|i| format!("x{i}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    Function::record_slices(&names, &vec![0.5; n], |x| {
        vec![
            x.windows(2).map(|p| 100.0 * (p[1] - p[0] * p[0]).powi(2) + (1.0 - p[0]).powi(2)).sum(),
        ]
    })
    .expect("names differ")
}

#[test]
fn costs_count_operations_sweeps_and_colours() {
    let f = chain(20);
    let cost = |d| f.cost(d).expect("one output");
    // 19 windows of 7 operations, and the sum.
    assert_eq!(cost(Derivative::Value).operations, 19 * 7 + 1);
    let hessian = cost(Derivative::Hessian);
    assert_eq!((hessian.sweeps, hessian.colours), (1 + 3, None));
    let sparse = cost(Derivative::SparseHessian);
    assert_eq!((sparse.sweeps, sparse.colours), (1 + 1, Some(3)));
    assert!(sparse.operations < hessian.operations && sparse.bytes < hessian.bytes);
    let all = f.costs();
    assert_eq!(all.len(), Derivative::ALL.len());
    assert!(all.iter().all(|c| c.bytes > 0 && c.operations > 0));
}

#[test]
fn a_gradient_is_not_offered_for_several_outputs() {
    let f = Function::record_vector(["x"], |[x]| [x.sin(), x.cos(), x * x]).expect("a name");
    assert!(f.cost(Derivative::Gradient).is_err());
    let names: Vec<String> = f.costs().iter().map(|c| c.derivative.to_string()).collect();
    assert_eq!(
        names,
        ["value", "Jacobian·vector", "vector·Jacobian", "Jacobian", "sparse Jacobian"]
    );
}

fn refusal<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    let error = result.expect_err("it is above the limit");
    assert_eq!(error.kind(), ErrorKind::Limit);
    format!("{error}; {}", error.remedy().expect("advice"))
}

#[test]
fn a_limit_refuses_with_advice_and_lets_the_rest_through() {
    let n = 2000;
    let free = chain(n);
    let x = vec![0.5; n];
    let bytes = |d| free.cost(d).expect("one output").bytes;
    let limit = bytes(Derivative::SparseHessian).max(bytes(Derivative::Hvp));
    let f = free.with_memory_limit(limit);
    assert_eq!(f.memory_limit(), Some(limit));
    // 2000² numbers are 32 MB, far above what the chain needs by its pattern.
    assert!(refusal(f.hessian(&x)).contains("sparse_hessian"));
    let dense = &mut vec![0.0; n * n];
    let work = &mut Workspace::new();
    let gradient = &mut vec![0.0; n];
    assert!(refusal(f.value_gradient_and_hessian_into(&x, gradient, dense, work)).contains("hvp"));
    assert_eq!(f.sparse_hessian(&x).expect("below"), free.sparse_hessian(&x).expect("no limit"));
    assert_eq!(f.gradient(&x).expect("below"), free.gradient(&x).expect("no limit"));
    assert_eq!(f.hvp(&x, &x).expect("below"), free.hvp(&x, &x).expect("no limit"));
    // A hundred directions are too many at once.
    assert!(f.hvp_many(&x, &vec![x.clone(); 100]).is_err());

    let tiny = free.with_memory_limit(1000);
    assert!(refusal(tiny.eval(&x)).starts_with("the value takes"));
    assert!(refusal(tiny.gradient(&x)).contains("gradient"));
    assert!(refusal(tiny.jacobian(&x)).contains("sparse_jacobian"));
    assert!(refusal(tiny.sparse_hessian(&x)).contains("above the limit of 1 kB"));
    let plan = tiny.prepare_sparse_hessian().expect("found before it is run");
    assert!(refusal(plan.evaluate(&x)).contains("sparse Hessian"));
}

#[test]
fn a_dense_matrix_beyond_any_memory_is_refused_before_anything_is_made() {
    let n = 300_000;
    let f = chain(n).with_memory_limit(1 << 30);
    let start = std::time::Instant::now();
    assert!(refusal(f.hessian(&vec![0.0; n])).contains("720 GB"));
    assert!(start.elapsed().as_secs() < 1);
}

#[test]
fn sizes_read_well() {
    for (bytes, text) in [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1 kB"),
        (1_234_567, "1.23 MB"),
        (999_600_000, "1 GB"),
        (usize::MAX, "18.4 EB"),
    ] {
        assert_eq!(size(bytes), text);
    }
}
