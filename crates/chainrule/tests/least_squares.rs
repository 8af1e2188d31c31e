//! The Levenberg–Marquardt method: published problems, endings, and what must hold for all problems.

#[path = "support/random.rs"]
mod random;
#[path = "problems/squares.rs"]
mod squares;

use chainrule::Error;
use chainrule::kernel::{Kernel, Options};
use chainrule::optimize::{
    Bounds, Criterion, LeastSquares, LeastSquaresOutcome, Residuals, Stop, Triangle,
    residuals_from_fn, undetermined,
};
use random::Random;
use squares::{Problem, problems};
use std::ops::ControlFlow;

/// A problem of Moré, Garbow and Hillstrom.
fn objective(problem: &Problem) -> impl Residuals {
    let f = problem.residuals;
    let count = f(&problem.start).0.len();
    residuals_from_fn(
        problem.start.len(),
        count,
        move |x, r| r.copy_from_slice(&f(x).0),
        move |x, jacobian| jacobian.copy_from_slice(&f(x).1),
    )
}

#[test]
fn published_problems_end_at_their_published_minima() {
    for problem in problems() {
        let outcome = LeastSquares::new().solve(&mut objective(&problem), &problem.start);
        let outcome = outcome.expect("the input of a test is valid");
        let what = format!("{}: {} after {}", problem.name, outcome.stop, outcome.steps);
        println!("{what}, {} evaluations", outcome.evaluations);
        assert!(outcome.stop.is_converged(), "{what}");
        let off = (outcome.sum_of_squares - problem.value).abs();
        assert!(off < 2e-6 * problem.value.max(1e-4), "{what}: {}", outcome.sum_of_squares);
        for (found, expected) in outcome.x.iter().zip(problem.minimum.iter().flatten()) {
            let size = if *expected == 0.0 { 1.0 } else { expected.abs() };
            assert!((found - expected).abs() <= 1e-3 * size, "{what}: {:?}", outcome.x);
        }
    }
}

/// Kowalik and Osborne, Meyer and Osborne 1 of the same paper: y, x, row function, start, minimum of the sum.
#[test]
fn curves_of_the_collection_reach_their_published_sums() -> Result<(), Error> {
    let kowalik = Kernel::sum_over(&["a", "b", "c", "d"], &["u", "y"], |p, row| {
        let (u, y) = (row[0], row[1]);
        y - p[0] * (u.square() + u * p[1]) / (u.square() + u * p[2] + p[3])
    })?;
    let u = [4.0, 2.0, 1.0, 0.5, 0.25, 0.167, 0.125, 0.1, 0.0833, 0.0714, 0.0625];
    let y =
        [0.1957, 0.1947, 0.1735, 0.1600, 0.0844, 0.0627, 0.0456, 0.0342, 0.0323, 0.0235, 0.0246];
    let start = [0.25, 0.39, 0.415, 0.39];
    let outcome = LeastSquares::new().solve(&mut kowalik.residuals(&[&u, &y])?, &start)?;
    assert!((outcome.sum_of_squares / 3.07505e-4 - 1.0).abs() < 1e-5, "{outcome:?}");

    let meyer = Kernel::sum_over(&["a", "b", "c"], &["t", "y"], |p, row| {
        p[0] * (p[1] / (row[0] + p[2])).exp() - row[1]
    })?;
    let t: Vec<f64> = (1..=16).map(|i| 45.0 + 5.0 * f64::from(i)).collect();
    let y = [
        34780.0, 28610.0, 23650.0, 19630.0, 16370.0, 13720.0, 11540.0, 9744.0, 8261.0, 7030.0,
        6005.0, 5147.0, 4427.0, 3820.0, 3307.0, 2872.0,
    ];
    let start = [0.02, 4000.0, 250.0];
    let outcome = LeastSquares::new().solve(&mut meyer.residuals(&[&t, &y])?, &start)?;
    assert!((outcome.sum_of_squares / 87.9458 - 1.0).abs() < 1e-6, "{outcome:?}");

    let osborne = Kernel::sum_over(&["a", "b", "c", "d", "e"], &["t", "y"], |p, row| {
        let t = row[0];
        row[1] - (p[0] + p[1] * (-t * p[3]).exp() + p[2] * (-t * p[4]).exp())
    })?;
    let t: Vec<f64> = (0..33).map(|i| 10.0 * f64::from(i)).collect();
    let y = [
        0.844, 0.908, 0.932, 0.936, 0.925, 0.908, 0.881, 0.850, 0.818, 0.784, 0.751, 0.718, 0.685,
        0.658, 0.628, 0.603, 0.580, 0.558, 0.538, 0.522, 0.506, 0.490, 0.478, 0.467, 0.457, 0.448,
        0.438, 0.431, 0.424, 0.420, 0.414, 0.411, 0.406,
    ];
    let start = [0.5, 1.5, -1.0, 0.01, 0.02];
    let outcome = LeastSquares::new().solve(&mut osborne.residuals(&[&t, &y])?, &start)?;
    assert!((outcome.sum_of_squares / 5.46489e-5 - 1.0).abs() < 1e-5, "{outcome:?}");
    Ok(())
}

/// a·exp(−k·t) + c with noise, and its kernel.
struct Decay {
    kernel: Kernel,
    t: Vec<f64>,
    y: Vec<f64>,
}

impl Decay {
    fn new(rows: usize, seed: u64) -> Result<Self, Error> {
        let mut random = Random(seed);
        let (a, k, c) = (1.0 + 3.0 * random.next(), 0.3 + random.next(), random.next() - 0.5);
        let t = random.column(rows, 0.0, 6.0);
        let y = t.iter().map(|t| a * (-k * t).exp() + c + 0.05 * (random.next() - 0.5)).collect();
        let kernel = Kernel::sum_over(&["a", "k", "c"], &["t", "y"], |p, row| {
            p[0] * (-p[1] * row[0]).exp() + p[2] - row[1]
        })?;
        Ok(Decay { kernel, t, y })
    }

    fn solve(&self, solver: &LeastSquares, start: &[f64]) -> Result<LeastSquaresOutcome, Error> {
        solver.solve(&mut self.kernel.residuals(&[&self.t, &self.y])?, start)
    }
}

#[test]
fn the_end_is_stationary_and_no_neighbour_is_lower() -> Result<(), Error> {
    for seed in 0..40 {
        let decay = Decay::new(30, seed)?;
        let outcome = decay.solve(&LeastSquares::new(), &[1.0, 1.0, 0.0])?;
        assert!(outcome.stop.is_converged(), "seed {seed}: {} {outcome:?}", outcome.stop);
        let mut residuals = decay.kernel.residuals(&[&decay.t, &decay.y])?;
        for j in 0..3 {
            for h in [-1e-4, 1e-4] {
                let mut x = outcome.x.clone();
                x[j] += h;
                let beside = residuals.sum_of_squares(&x);
                assert!(beside > outcome.sum_of_squares, "seed {seed}, variable {j}");
            }
        }
    }
    Ok(())
}

#[test]
fn units_of_variables_and_residuals_change_nothing() -> Result<(), Error> {
    // Powers of two are exact: the runs are the same to the last bit.
    let units = [2_f64.powi(20), 2_f64.powi(-30), 2_f64.powi(7)];
    let size = 2_f64.powi(-12);
    for seed in 0..10 {
        let decay = Decay::new(25, seed)?;
        let solver = LeastSquares { bend: false, ..LeastSquares::default() };
        let plain = decay.solve(&solver, &[1.0, 1.0, 0.25])?;
        let scaled = Kernel::sum_over(&["a", "k", "c"], &["t", "y"], |p, row| {
            let [a, k, c] = [0, 1, 2].map(|j| p[j] / units[j]);
            size * (a * (-k * row[0]).exp() + c - row[1])
        })?;
        let start: Vec<f64> = [1.0, 1.0, 0.25].iter().zip(units).map(|(x, u)| x * u).collect();
        let other = solver.solve(&mut scaled.residuals(&[&decay.t, &decay.y])?, &start)?;
        assert_eq!(plain.steps, other.steps, "seed {seed}");
        for ((other, unit), plain) in other.x.iter().zip(units).zip(&plain.x) {
            assert!((other / unit / plain - 1.0).abs() < 1e-9, "seed {seed}: {other} {plain}");
        }
    }
    Ok(())
}

#[test]
fn bounds_hold_at_every_step_and_the_end_is_the_best_point_inside() -> Result<(), Error> {
    for seed in 0..40 {
        let decay = Decay::new(30, seed)?;
        let mut random = Random(seed + 1000);
        let pairs: Vec<(f64, f64)> = (0..3)
            .map(|_| {
                let low = 3.0 * random.next() - 0.5;
                (low, low + 1.5 * random.next())
            })
            .collect();
        let bounds = Bounds::new(pairs.clone())?;
        let inside =
            |x: &[f64]| x.iter().zip(&pairs).all(|(x, (low, high))| (*low..=*high).contains(x));
        let solver = LeastSquares { bounds: Some(bounds.clone()), ..LeastSquares::default() };
        let mut residuals = decay.kernel.residuals(&[&decay.t, &decay.y])?;
        let outcome = solver.solve_with(&mut residuals, &[1.0, 1.0, 0.0], |step| {
            assert!(inside(step.x), "seed {seed}: {:?} outside {pairs:?}", step.x);
            ControlFlow::Continue(())
        })?;
        assert!(outcome.stop.is_converged(), "seed {seed}: {} {outcome:?}", outcome.stop);
        // Points around it and all over the box are not lower.
        for k in 0..300 {
            let size = if k % 2 == 0 { 1.0 } else { 1e-3 };
            let mut x: Vec<f64> = outcome
                .x
                .iter()
                .zip(&pairs)
                .map(|(x, (low, high))| x + size * (high - low) * (2.0 * random.next() - 1.0))
                .collect();
            bounds.project(&mut x);
            let there = residuals.sum_of_squares(&x);
            let limit = outcome.sum_of_squares * (1.0 - 1e-9);
            assert!(
                there >= limit,
                "seed {seed}: {there} below {} at {x:?}",
                outcome.sum_of_squares
            );
        }
    }
    Ok(())
}

#[test]
fn threads_and_instructions_change_no_bit() -> Result<(), Error> {
    let decay = Decay::new(20_000, 3)?;
    let mut outcomes = Vec::new();
    for threads in [1, 2, 5] {
        let kernel =
            decay.kernel.with_options(Options { threads: Some(threads), ..Options::default() });
        let mut residuals = kernel.residuals(&[&decay.t, &decay.y])?;
        outcomes.push(LeastSquares::new().solve(&mut residuals, &[1.0, 1.0, 0.0])?);
    }
    assert!(outcomes[0].stop.is_converged());
    assert!(outcomes.iter().all(|o| *o == outcomes[0]));
    Ok(())
}

#[test]
fn a_weight_is_as_good_as_so_many_rows() -> Result<(), Error> {
    let decay = Decay::new(12, 5)?;
    let weights: Vec<f64> = (0..12).map(|i| f64::from(i % 4)).collect();
    let weighted = decay.kernel.weighted("w")?;
    let solver = LeastSquares::new();
    let start = [1.0, 1.0, 0.0];
    let mut residuals = weighted.residuals(&[&decay.t, &decay.y, &weights])?;
    let one = solver.solve(&mut residuals, &start)?;
    let repeat = |column: &[f64]| -> Vec<f64> {
        column
            .iter()
            .zip(&weights)
            .flat_map(|(x, w)| vec![*x; (0..4).filter(|&n| f64::from(n) < *w).count()])
            .collect()
    };
    let (t, y) = (repeat(&decay.t), repeat(&decay.y));
    let many = solver.solve(&mut decay.kernel.residuals(&[&t, &y])?, &start)?;
    for (a, b) in one.x.iter().zip(&many.x) {
        assert!((a / b - 1.0).abs() < 1e-9, "{one:?} {many:?}");
    }
    Ok(())
}

#[test]
fn a_start_outside_the_domain_is_told_and_a_step_outside_is_not_taken() -> Result<(), Error> {
    let logarithm = Kernel::sum_over(&["a"], &["x", "y"], |p, row| (p[0] * row[0]).ln() - row[1])?;
    let (x, y) = ([1.0, 2.0, 3.0], [0.1, 0.8, 1.1]);
    let mut residuals = logarithm.residuals(&[&x, &y])?;
    let outside = LeastSquares::new().solve(&mut residuals, &[-1.0])?;
    assert!(matches!(outside.stop, Stop::NotFinite { step: 0, .. }), "{}", outside.stop);
    // From 100 a full Gauss–Newton step in `a` leads below zero.
    let inside = LeastSquares::new().solve(&mut residuals, &[100.0])?;
    // ln a is the mean of y − ln x.
    let mean = x.iter().zip(y).map(|(x, y)| y - f64::ln(*x)).sum::<f64>() / 3.0;
    assert!(inside.stop.is_converged() && (inside.x[0] - mean.exp()).abs() < 1e-9);
    Ok(())
}

#[test]
fn a_kink_and_a_perfect_fit_end_the_run() -> Result<(), Error> {
    let mut perfect = residuals_from_fn(
        1,
        2,
        |x, r| r.copy_from_slice(&[x[0] - 3.0, 2.0 * (x[0] - 3.0)]),
        |_, j| j.copy_from_slice(&[1.0, 2.0]),
    );
    let outcome = LeastSquares::new().solve(&mut perfect, &[100.0])?;
    assert!(outcome.stop.is_converged() && outcome.x == [3.0], "{outcome:?}");
    // A Jacobian with the wrong sign.
    let mut wrong = residuals_from_fn(1, 1, |x, r| r[0] = x[0] + 1.0, |_, j| j[0] = -1.0);
    let outcome = LeastSquares::new().solve(&mut wrong, &[5.0])?;
    assert_eq!(outcome.stop.status(), "stalled");
    Ok(())
}

#[test]
fn a_callback_ends_the_run_and_keeps_the_best_point() -> Result<(), Error> {
    let problem = &problems()[0];
    let mut values = Vec::new();
    let outcome =
        LeastSquares::new().solve_with(&mut objective(problem), &problem.start, |step| {
            values.push(step.sum_of_squares);
            if step.number == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
    assert_eq!(outcome.stop, Stop::Interrupted { step: 3 });
    assert_eq!(outcome.sum_of_squares, values[2]);
    assert!(values.windows(2).all(|pair| pair[1] < pair[0]));
    let two = LeastSquares { steps: 2, ..LeastSquares::default() };
    let outcome = two.solve(&mut objective(problem), &problem.start)?;
    assert_eq!((outcome.stop, outcome.steps), (Stop::Steps, 2));
    Ok(())
}

#[test]
fn several_starts_find_the_lowest_of_many_minima() -> Result<(), Error> {
    // sin(w·t) with w = 5: from w = 1 a single run ends in another valley.
    let wave = Kernel::sum_over(&["w"], &["t", "y"], |p, row| (p[0] * row[0]).sin() - row[1])?;
    let t: Vec<f64> = (0..60).map(|i| 0.1 * f64::from(i)).collect();
    let y: Vec<f64> = t.iter().map(|t| (5.0 * t).sin()).collect();
    let one = LeastSquares::new().solve(&mut wave.residuals(&[&t, &y])?, &[1.0])?;
    assert!((one.x[0] - 5.0).abs() > 0.1, "{one:?}");
    let bounds = Some(Bounds::new([(0.0, 10.0)])?);
    let many = LeastSquares { starts: 40, seed: 1, bounds, ..LeastSquares::default() };
    let best = many.solve(&mut wave.residuals(&[&t, &y])?, &[1.0])?;
    assert!(best.stop.is_converged() && (best.x[0] - 5.0).abs() < 1e-9, "{best:?}");
    assert_eq!(best, many.solve(&mut wave.residuals(&[&t, &y])?, &[1.0])?);
    Ok(())
}

#[test]
fn wrong_settings_are_told() {
    let mut f = residuals_from_fn(1, 1, |x, r| r[0] = x[0], |_, j| j[0] = 1.0);
    let message = |solver: LeastSquares, f: &mut dyn Residuals, start: &[f64]| {
        solver.solve(f, start).expect_err("wrong input").to_string()
    };
    let plain = LeastSquares::default;
    assert!(message(plain(), &mut f, &[1.0, 2.0]).contains("2 numbers for 1 variables"));
    assert!(message(plain(), &mut f, &[f64::NAN]).contains("variable 0 is NaN"));
    let bounds = Bounds::new([(0.0, 1.0), (0.0, 1.0)]).ok();
    assert!(message(LeastSquares { bounds, ..plain() }, &mut f, &[1.0]).contains("2 pairs"));
    let tolerance = LeastSquares { tolerance: -1.0, ..plain() };
    assert!(message(tolerance, &mut f, &[1.0]).contains("tolerance -1"));
}

#[test]
fn triangles_of_blocks_agree_with_that_of_all_rows() {
    let mut random = Random(11);
    let (m, n) = (60, 4);
    let rows = random.column(m * n, -1.0, 1.0);
    let r = random.column(m, -1.0, 1.0);
    let whole = Triangle::of_rows(&rows, &r);
    let mut parts = Triangle::of_rows(&rows[..25 * n], &r[..25]);
    parts.merge(&Triangle::of_rows(&rows[25 * n..], &r[25..]));
    for i in 0..n {
        for j in i..n {
            // RᵀR = JᵀJ, whatever the signs of the rows of R.
            let product =
                |t: &Triangle| (0..=i).map(|k| t.entry(k, i) * t.entry(k, j)).sum::<f64>();
            let direct: f64 = (0..m).map(|k| rows[k * n + i] * rows[k * n + j]).sum();
            assert!((product(&whole) - direct).abs() < 1e-13);
            assert!((product(&parts) - direct).abs() < 1e-13);
        }
        let direct: f64 = (0..m).map(|k| rows[k * n + i] * r[k]).sum();
        assert!((parts.gradient()[i] - direct).abs() < 1e-13);
    }
    let length = r.iter().map(|r| r * r).sum::<f64>().sqrt();
    assert!((parts.residual_norm() - length).abs() < 1e-14 * length);
}

#[test]
fn variances_agree_with_the_closed_form_of_a_line() {
    // For a + b·x: Var b = 1/Sxx, Var a = 1/n + x̄²/Sxx, Cov = −x̄/Sxx.
    let x = [1.0, 2.0, 4.0, 7.0, 11.0];
    let rows: Vec<f64> = x.iter().flat_map(|x| [1.0, *x]).collect();
    let information = Triangle::of_rows(&rows, &[0.0; 5]).information();
    let mean = 5.0;
    let spread: f64 = x.iter().map(|x| (x - mean) * (x - mean)).sum();
    let expected = [[0.2 + mean * mean / spread, -mean / spread], [-mean / spread, 1.0 / spread]];
    for (found, expected) in information.inverse.iter().flatten().zip(expected.iter().flatten()) {
        assert!((found / expected - 1.0).abs() < 1e-14);
    }
    assert!(information.blind.is_empty() && information.rank() == 2);
}

/// Residuals y − f with the parameters' columns, and what is said of each blind direction.
fn blind(
    names: &[&str],
    at: &[f64],
    f: impl for<'g> Fn(&[chainrule::Value<'g>], chainrule::Value<'g>) -> chainrule::Value<'g>,
) -> Result<Vec<String>, Error> {
    let x: Vec<f64> = (1..=9).map(|i| 0.2 * f64::from(i)).collect();
    let kernel = Kernel::sum_over(names, &["x"], |p, row| f(p, row[0]))?;
    let y = kernel.eval_batch(at, &[&x])?[0].clone();
    let kernel = Kernel::sum_over(names, &["x", "y"], |p, row| f(p, row[0]) - row[1])?;
    let mut residuals = kernel.residuals(&[&x, &y])?;
    let information = residuals.triangle(at).information();
    let names: Vec<String> = names.iter().map(|&n| n.to_owned()).collect();
    let mut same = |x: &[f64]| residuals.sum_of_squares(x) < 1e-18;
    Ok(information.blind.iter().map(|d| undetermined(&names, at, d, &mut same)).collect())
}

#[test]
fn parameters_that_data_do_not_determine_are_named() -> Result<(), Error> {
    let by_themselves = "by themselves; fix one of them";
    assert_eq!(
        blind(&["a", "b", "k"], &[2.0, 3.0, 0.5], |p, x| p[0] * p[1] * (-p[2] * x).exp())?,
        [format!("the data determine only a*b, not a and b {by_themselves}")]
    );
    assert_eq!(
        blind(&["a", "b"], &[2.0, 3.0], |p, x| p[0] / p[1].square() * x)?,
        [format!("the data determine only a/b^2, not a and b {by_themselves}")]
    );
    assert_eq!(
        blind(&["a", "b", "c"], &[2.0, 3.0, 1.5], |p, x| (p[0] + p[1]) * x.exp() + p[2])?,
        [format!("the data determine only a + b, not a and b {by_themselves}")]
    );
    assert_eq!(
        blind(&["a", "b"], &[2.0, 3.0], |p, x| p[0] + 0.0 * p[1] + x)?,
        ["b has no influence here: the data do not determine it"]
    );
    // exp(a + k·x) · b: a shift of a is a factor of b.
    let mixed = blind(&["a", "b", "k"], &[0.5, 2.0, -0.3], |p, x| p[1] * (p[0] + p[2] * x).exp())?;
    assert_eq!(mixed.len(), 1);
    assert!(mixed[0].starts_with("the data do not determine a and b by themselves"), "{mixed:?}");
    // Two at once.
    let two = blind(&["a", "b", "c", "d"], &[2.0, 3.0, 5.0, 7.0], |p, x| {
        p[0] * p[1] + (p[2] - p[3]) * x
    })?;
    assert_eq!(two.len(), 2, "{two:?}");
    assert!(two.contains(&format!("the data determine only a*b, not a and b {by_themselves}")));
    assert!(two.contains(&format!("the data determine only c - d, not c and d {by_themselves}")));
    Ok(())
}

#[test]
fn the_reason_for_an_end_is_said() {
    let stop = Stop::Converged { by: Criterion::Angle { tolerance: 1e-10 } };
    let text = "converged: the residuals are orthogonal to the model's derivatives to 1e-10";
    assert_eq!(stop.to_string(), text);
}
