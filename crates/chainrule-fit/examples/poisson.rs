//! Deaths by horse kick: counts with a mean that may differ between years.
//!
//! `cargo run -p chainrule-fit --example poisson`

use chainrule_fit::distribution::ChiSquared;
use chainrule_fit::{Design, Family, Glm};

/// Deaths in 14 corps of the Prussian army, 1875 to 1894 (von Bortkiewicz 1898).
const DEATHS: [f64; 20] = [
    3.0, 5.0, 7.0, 9.0, 10.0, 18.0, 6.0, 14.0, 11.0, 9.0, 5.0, 11.0, 15.0, 6.0, 11.0, 17.0, 12.0,
    15.0, 8.0, 4.0,
];

fn main() -> Result<(), chainrule::Error> {
    let design = Design {
        response_name: "deaths".to_owned(),
        response: DEATHS.to_vec(),
        names: vec!["intercept".to_owned(), "year".to_owned()],
        columns: vec![vec![1.0; 20], (0..20).map(f64::from).collect()],
        has_intercept: true,
        // Deaths a corps: the exposure goes in as an offset.
        offset: Some(vec![14.0_f64.ln(); 20]),
        ..Design::default()
    };
    let fit = Glm::new(Family::Poisson).fit(&design)?;
    println!("{fit}");

    // 196 deaths in 280 corps and years: the famous mean of 0.70.
    let mean = fit.fitted.iter().sum::<f64>() / 280.0;
    println!("\na corps and year: {mean:.2} deaths");
    assert!((mean - 0.7).abs() < 1e-12);

    // Did the rate change with the years? The deviance that the slope takes away is χ² with 1 d.o.f.
    let explained = fit.null_deviance.unwrap_or_default() - fit.deviance.unwrap_or_default();
    let p = ChiSquared { df: 1.0 }.upper(explained);
    println!("trend: deviance {explained:.2}, p {p:.2}");
    assert!(p > 0.05, "no trend that these data show");
    Ok(())
}
