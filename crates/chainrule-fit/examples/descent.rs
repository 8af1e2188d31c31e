//! The chapter's way: a line by gradient descent, watched, too fast, and by Adam with mini-batches.
//!
//! `cargo run -p chainrule-fit --example descent`

use chainrule::optimize::Method;
use chainrule_fit::{ByDescent, Design, LeastSquares};

fn main() -> Result<(), chainrule::Error> {
    // Height of a child against the mean of its parents, in inches: a line with scatter.
    let parents: Vec<f64> = (0..60).map(|i| 64.0 + f64::from(i * 37 % 60) / 6.0).collect();
    let children =
        parents.iter().enumerate().map(|(i, x)| 24.0 + 0.65 * x + (i as f64 * 2.3).sin());
    let design = Design {
        response_name: "child".to_owned(),
        response: children.collect(),
        names: vec!["intercept".to_owned(), "parents".to_owned()],
        columns: vec![vec![1.0; 60], parents],
        has_intercept: true,
        ..Design::default()
    };
    let exact = LeastSquares::default().fit(&design)?;

    let descent = ByDescent { rate: Some(0.1.into()), trace: true, ..ByDescent::new(Method::Gd) };
    let run = descent.fit(&design)?;
    for (k, step) in run.trace.iter().enumerate().step_by(10).take(6) {
        let [b, w] = step.coefficients[..] else { unreachable!("two coefficients") };
        println!("step {:>3}: loss {:>12.6}, b = {b:.6}, w = {w:.6}", k + 1, step.loss);
    }
    println!("{}\n{}\n", run.stop, run.fit);
    for (found, exact) in run.fit.coefficients.iter().zip(&exact.coefficients) {
        assert!((found.estimate / exact.estimate - 1.0).abs() < 1e-6);
    }
    // At the end nothing but rounding moves.
    let rounding = 1.0 + 1e-12;
    assert!(run.trace.windows(2).all(|steps| steps[1].loss <= steps[0].loss * rounding));

    // Too fast a rate: the run ends as soon as it is sure, and says which rates converge.
    let too_fast = ByDescent { rate: Some(1.1.into()), ..descent.clone() }.fit(&design)?;
    println!("{}\n", too_fast.stop);
    assert!(too_fast.stop.to_string().contains("any learning rate below 1 converges"));

    // Adam on eight rows at a time.
    let adam = ByDescent { rate: None, batch: Some(8), ..ByDescent::new(Method::Adam) };
    let run = adam.fit(&design)?;
    println!("{}\n{}", run.stop, run.fit);
    assert!((run.fit.coefficients[1].estimate / exact.coefficients[1].estimate - 1.0).abs() < 1e-6);
    Ok(())
}
