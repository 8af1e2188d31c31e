//! P-07: descent on standardised columns comes to the exact coefficients.

mod common;

use chainrule::optimize::{Method, Stop};
use chainrule_fit::{ByDescent, Design, Family, Fit, Glm, LeastSquares, Status};
use common::{close, design, uniform, weights, with_intercept};
use std::ops::ControlFlow;

fn estimates(fit: &Fit) -> Vec<f64> {
    fit.coefficients.iter().map(|c| c.estimate).collect()
}

fn errors(fit: &Fit) -> Vec<f64> {
    fit.coefficients.iter().map(|c| c.std_error).collect()
}

/// P-07.
#[test]
fn gradient_descent_comes_to_least_squares() {
    for (file, response) in
        [("stackloss.csv", "STACKLOSS"), ("engel.csv", "foodexp"), ("randhie.csv", "mdvis")]
    {
        let mut design = design(file, response, &[]);
        for weighted in [false, true] {
            design.weights = weighted.then(|| weights(design.len()));
            let exact = LeastSquares::default().fit(&design).unwrap();
            let run = ByDescent::new(Method::Gd).fit(&design).unwrap();
            assert!(run.stop.is_converged(), "{file}: {}", run.stop);
            close(file, &estimates(&run.fit), &estimates(&exact), 1e-6);
            close(file, &errors(&run.fit), &errors(&exact), 1e-6);
            assert_eq!(run.fit.status, Status::Converged);
        }
    }
}

/// P-07 for the other ways down, and for likelihoods.
#[test]
fn other_methods_and_families_come_to_the_exact_answer() {
    let stackloss = design("stackloss.csv", "STACKLOSS", &[]);
    let exact = LeastSquares::default().fit(&stackloss).unwrap();
    for method in [Method::Momentum, Method::Nesterov, Method::Adam, Method::Lbfgs] {
        let run = ByDescent::new(method).fit(&stackloss).unwrap();
        assert!(run.stop.is_converged(), "{method:?}: {}", run.stop);
        close(&format!("{method:?}"), &estimates(&run.fit), &estimates(&exact), 1e-6);
    }
    let visits = design("randhie.csv", "mdvis", &[]);
    let mut any = visits.clone();
    any.response.iter_mut().for_each(|y| *y = f64::from(u8::from(*y > 0.0)));
    let mut three = visits.clone();
    three.response.iter_mut().for_each(|y| *y = y.min(2.0));
    three.response_levels = ["none", "one", "more"].map(str::to_owned).to_vec();
    for (family, design) in
        [(Family::Poisson, &visits), (Family::Logistic, &any), (Family::Logistic, &three)]
    {
        let exact = Glm::new(family).fit(design).unwrap();
        let descent = ByDescent { family, ..ByDescent::new(Method::Lbfgs) };
        let run = descent.fit(design).unwrap();
        assert!(run.stop.is_converged(), "{family:?}: {}", run.stop);
        close("estimates", &estimates(&run.fit), &estimates(&exact), 1e-6);
        close("errors", &errors(&run.fit), &errors(&exact), 1e-6);
        close("deviance", &[run.fit.deviance.unwrap()], &[exact.deviance.unwrap()], 1e-9);
    }
}

/// P-07 with mini-batches: they grow until they hold all rows.
#[test]
fn adam_with_mini_batches_comes_to_the_exact_answer() {
    let engel = design("engel.csv", "foodexp", &[]);
    let exact = LeastSquares::default().fit(&engel).unwrap();
    let descent = ByDescent { batch: Some(16), seed: 3, ..ByDescent::new(Method::Adam) };
    let run = descent.fit(&engel).unwrap();
    assert!(run.stop.is_converged(), "{}", run.stop);
    close("estimates", &estimates(&run.fit), &estimates(&exact), 1e-6);
    assert_eq!(run.fit, descent.fit(&engel).unwrap().fit);
    assert!(run.fit.method.contains("Adam, batches of 16"), "{}", run.fit.method);
}

#[test]
fn exactly_so_many_steps_are_traced() {
    let engel = design("engel.csv", "foodexp", &[]);
    for (batch, method) in [(None, Method::Gd), (Some(32), Method::Adam), (Some(32), Method::Gd)] {
        let descent = ByDescent {
            steps: Some(25),
            rate: Some(0.05.into()),
            batch,
            trace: true,
            ..ByDescent::new(method)
        };
        let run = descent.fit(&engel).unwrap();
        assert_eq!((run.trace.len(), run.fit.steps), (25, 25));
        assert_eq!((run.stop.clone(), run.fit.status), (Stop::Steps, Status::Steps));
        assert!(run.fit.aic.is_none(), "not at the minimum");
    }
    // The first step of the chapter's loop by hand: mean squared error at 0, then rate times slope.
    let run = ByDescent {
        steps: Some(1),
        rate: Some(0.1.into()),
        trace: true,
        ..ByDescent::new(Method::Gd)
    };
    let run = run.fit(&engel).unwrap();
    let n = engel.len() as f64;
    let mean = engel.response.iter().sum::<f64>() / n;
    let square = engel.response.iter().map(|y| y * y).sum::<f64>() / n;
    close("loss", &[run.trace[0].loss], &[square], 1e-12);
    close("intercept", &[run.trace[0].coefficients[0]], &[0.2 * mean], 1e-12);
}

#[test]
fn divergence_says_the_largest_rate() {
    let engel = design("engel.csv", "foodexp", &[]);
    let run =
        ByDescent { rate: Some(1.2.into()), ..ByDescent::new(Method::Gd) }.fit(&engel).unwrap();
    assert_eq!(run.fit.status, Status::Diverged);
    // Standardised, the Hessian of the mean squared error is twice the identity.
    let said = run.stop.to_string();
    assert!(said.contains("any learning rate below 1 converges here"), "{said}");
    assert_eq!(run.fit.issues.last(), Some(&said));
    // Where columns lean on each other the limit is 2 over the largest eigenvalue.
    let mut random = uniform(8);
    let x: Vec<f64> = (0..100).map(|_| random()).collect();
    let z: Vec<f64> = x.iter().map(|x| x + 0.1 * random()).collect();
    let y = x.iter().map(|x| 3.0 * x + random()).collect();
    let design = with_intercept(y, vec![("x", x), ("z", z)]);
    let limit = match (ByDescent { rate: Some(0.9.into()), ..ByDescent::new(Method::Gd) })
        .fit(&design)
        .unwrap()
        .stop
    {
        Stop::Diverged { limit: Some(limit), .. } => limit.largest,
        other => panic!("{other}"),
    };
    for (factor, converges) in [(0.98, true), (1.05, false)] {
        let rate = Some((factor * limit).into());
        let run = ByDescent { rate, ..ByDescent::new(Method::Gd) }.fit(&design).unwrap();
        assert_eq!(run.stop.is_converged(), converges, "{factor}: {}", run.stop);
    }
}

#[test]
fn a_descent_can_be_ended_and_refused() {
    let engel = design("engel.csv", "foodexp", &[]);
    let mut steps = 0;
    let slow = ByDescent { rate: Some(0.001.into()), ..ByDescent::new(Method::Momentum) };
    let run = slow.fit_with(&engel, |_| {
        steps += 1;
        if steps == 7 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert_eq!(run.unwrap().fit.status, Status::Interrupted);
    let mut constant = engel.clone();
    constant.names.push("c".to_owned());
    constant.columns.push(vec![3.0; engel.len()]);
    let error = ByDescent::new(Method::Gd).fit(&constant).unwrap_err();
    assert_eq!(error.message(), "`c` is constant and cannot be standardised");
    assert!(ByDescent { batch: Some(0), ..ByDescent::new(Method::Adam) }.fit(&engel).is_err());
    let none = Design {
        has_intercept: false,
        names: vec!["income".to_owned()],
        columns: vec![engel.columns[1].clone()],
        ..engel
    };
    let run = ByDescent::new(Method::Gd).fit(&none).unwrap();
    close(
        "slope",
        &estimates(&run.fit),
        &estimates(&LeastSquares::default().fit(&none).unwrap()),
        1e-6,
    );
}
