//! A curve through measurements: the rate of an enzyme's reaction by the concentration of its substrate, with
//! the Michaelis–Menten law. Data: treated cells of Treloar (1974), in Bates and Watts, *Nonlinear Regression
//! Analysis and Its Applications* (1988), whose estimates are 212.7 ± 6.947 and 0.06412 ± 0.00828.

use chainrule::estimate::{Goodness, least_squares, least_squares_with};
use chainrule::optimize::{Bounds, LeastSquares};

const CONCENTRATION: [f64; 12] =
    [0.02, 0.02, 0.06, 0.06, 0.11, 0.11, 0.22, 0.22, 0.56, 0.56, 1.10, 1.10];
const RATE: [f64; 12] =
    [76.0, 47.0, 97.0, 107.0, 123.0, 139.0, 159.0, 152.0, 191.0, 201.0, 207.0, 200.0];

fn main() -> Result<(), chainrule::Error> {
    let names = ["V", "K"];
    let fit = least_squares(&names, &[200.0, 0.1], |p| {
        CONCENTRATION.iter().zip(RATE).map(|(&c, rate)| p[0] * c / (p[1] + c) - rate).collect()
    })?;
    println!("{fit}");
    assert!((fit.values[0] - 212.7).abs() < 0.05 && (fit.std_error(0) - 6.947).abs() < 5e-4);
    assert!((fit.values[1] - 0.06412).abs() < 5e-6 && (fit.std_error(1) - 0.00828).abs() < 5e-6);
    let Goodness::LeastSquares { degrees_of_freedom, .. } = fit.goodness else { unreachable!() };
    assert_eq!(degrees_of_freedom, 10);

    println!("\nthe curve, two standard errors on either side");
    for c in [0.02, 0.1, 0.5, 2.0] {
        let (rate, error) = fit.propagate(|p| p[0] * c / (p[1] + c));
        println!("{c:5.2}  {:7.2}  {:7.2}  {:7.2}", rate - 2.0 * error, rate, rate + 2.0 * error);
        assert!(error > 0.0 && error < 10.0);
    }

    // The same with K kept below what the data say: it ends at its limit.
    let solver = LeastSquares {
        bounds: Some(Bounds::new([(0.0, 500.0), (0.0, 0.05)])?),
        ..LeastSquares::default()
    };
    let kept = least_squares_with(&solver, &names, &[200.0, 0.04], |p| {
        CONCENTRATION.iter().zip(RATE).map(|(&c, rate)| p[0] * c / (p[1] + c) - rate).collect()
    })?;
    println!("\nwith K ≤ 0.05: V = {:.2}", kept.values[0]);
    assert_eq!(kept.values[1], 0.05);

    // What the data cannot tell is said.
    let vague = least_squares(&["V", "F", "K"], &[10.0, 20.0, 0.1], |p| {
        CONCENTRATION
            .iter()
            .zip(RATE)
            .map(|(&c, rate)| p[0] * p[1] * c / (p[2] + c) - rate)
            .collect()
    })?;
    println!("\n{}", vague.issues.join("\n"));
    assert_eq!(
        vague.issues,
        ["the data determine only V*F, not V and F by themselves; fix one of them"]
    );
    assert!((vague.std_error(2) - fit.std_error(1)).abs() < 1e-4);
    Ok(())
}
