//! A model of one's own: lifetimes with a Weibull distribution, some of them censored. The negative log-likelihood of a
//! row is a formula; gradient and Hessian come from the engine.
//!
//! `cargo run -p chainrule-fit --example maximum_likelihood`

use chainrule_fit::{Column, LikelihoodModel, NonlinearOptions, Table};

fn main() -> Result<(), chainrule::Error> {
    // Weeks until remission ended for leukaemia patients on 6-MP, from Freireich and others, Blood 21 (1963); 0 marks those
    // still in remission when the study ended.
    let weeks = [
        6.0, 6.0, 6.0, 6.0, 7.0, 9.0, 10.0, 10.0, 11.0, 13.0, 16.0, 17.0, 19.0, 20.0, 22.0, 23.0,
        25.0, 32.0, 32.0, 34.0, 35.0,
    ];
    let ended = [
        1.0, 1.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0,
        0.0, 0.0, 0.0,
    ];
    let table = Table::new(vec![
        Column::numbers("weeks", weeks.to_vec()),
        Column::numbers("ended", ended.to_vec()),
    ])?;
    let start = |names: &[&str]| NonlinearOptions {
        start: names.iter().map(|name| ((*name).to_owned(), 0.0)).collect(),
        ..NonlinearOptions::default()
    };

    // The hazard is constant: the rate is the number of ends by the weeks of all, 9/359.
    let constant = LikelihoodModel::parse("rate = exp(a); rate*weeks - ended*log(rate)", &table)?;
    let fit = constant.fit(&table, &start(&["a"]))?;
    println!("{fit}\n");
    assert!((fit.coefficients[0].estimate - (9.0_f64 / 359.0).ln()).abs() < 1e-9);
    assert!((fit.coefficients[0].std_error - 1.0 / 3.0).abs() < 1e-9);

    // The hazard grows or falls with time: k·t^(k − 1)/s^k.
    let weibull = "k = exp(shape); s = exp(scale); u = weeks/s;
                   u^k - ended*(log(k/s) + (k - 1)*log(u)); ";
    let weibull = LikelihoodModel::parse(weibull.trim_end_matches("; "), &table)?;
    let grown = weibull.fit(&table, &start(&["shape", "scale"]))?;
    println!("{grown}\n");
    let of =
        |name| grown.coefficients.iter().find(|c| c.name == name).map_or(f64::NAN, |c| c.estimate);
    // Published: shape 1.354, scale 33.77.
    println!("shape {:.3}, scale {:.2}", of("shape").exp(), of("scale").exp());
    assert!((of("shape").exp() - 1.354).abs() < 5e-4);
    assert!((of("scale").exp() - 33.77).abs() < 5e-3);

    // Twice the gain in likelihood is χ² with one degree of freedom: no sign of a changing hazard.
    let gain =
        2.0 * (grown.log_likelihood.unwrap_or(f64::NAN) - fit.log_likelihood.unwrap_or(f64::NAN));
    println!("twice the gain in log-likelihood: {gain:.3}");
    assert!(gain > 0.0 && gain < 3.84);
    Ok(())
}
