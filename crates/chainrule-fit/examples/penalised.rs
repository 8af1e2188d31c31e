//! Ridge, lasso and elastic net on Brownlee's stack loss, and a penalty chosen by cross-validation.
//!
//! `cargo run -p chainrule-fit --example penalised`

use chainrule_fit::{
    Choice, LeastSquares, Model, Penalised, Penalty, ReadOptions, Table, cross_validate,
};
use std::io::Cursor;

/// Ammonia lost in a plant against air flow, water temperature and acid concentration (Brownlee 1965).
const STACK: &str = "loss,air,water,acid
42,80,27,89\n37,80,27,88\n37,75,25,90\n28,62,24,87\n18,62,22,87\n18,62,23,87\n19,62,24,93
20,62,24,93\n15,58,23,87\n14,58,18,80\n14,58,18,89\n13,58,17,88\n11,58,18,82\n12,58,19,93
8,50,18,89\n7,50,18,86\n8,50,19,72\n8,50,19,79\n9,50,20,80\n15,56,20,82\n15,70,20,91\n";

fn main() -> Result<(), chainrule::Error> {
    let table = Table::from_reader(Cursor::new(STACK), &ReadOptions::default())?;
    let plain = LeastSquares::default().fit_formula("loss ~ air + water + acid", &table)?;
    println!("{plain}\n");

    // The lasso leaves the acid out, exactly; the ridge only shrinks it.
    let lasso = Penalised::new(Penalty::Lasso(0.5)).fit_formula("loss ~ .", &table)?;
    println!("{lasso}\n");
    assert_eq!(lasso.coefficients[3].estimate, 0.0);
    let ridge = Penalised::new(Penalty::Ridge(1.0)).fit_formula("loss ~ .", &table)?;
    assert!(ridge.coefficients[3].estimate.abs() < plain.coefficients[3].estimate.abs());
    assert_ne!(ridge.coefficients[3].estimate, 0.0);

    // As the penalty grows, one column after the other goes.
    let design = chainrule_fit::design("loss ~ .", &table)?;
    let model = Penalised::new(Penalty::Lasso(0.0));
    let (fit, path) = model.cross_validate(&design, 7, 1, Choice::OneStandardError)?;
    for k in (0..100).step_by(11) {
        let shown: Vec<String> = path.coefficients[k].iter().map(|b| format!("{b:>9.4}")).collect();
        println!("{:>9.4}  {}  error {:.2}", path.penalties[k], shown.join(" "), path.errors[k]);
    }
    println!("\n{fit}");
    let kept = fit.coefficients.iter().filter(|c| c.estimate != 0.0).count();
    assert!(kept <= 3 && path.simplest <= path.best);

    // Any model can be tried on rows that it has not seen.
    let result = cross_validate(&LeastSquares::default(), &design, 7, 1)?;
    println!(
        "\nleast squares, unseen rows: mean squared error {:.1} ± {:.1}",
        result.mean, result.spread
    );
    assert!(result.mean > plain.rss.unwrap_or_default() / 21.0, "unseen rows are harder");
    Ok(())
}
