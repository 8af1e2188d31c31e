//! O-rings of the shuttle: the odds of damage against temperature, and what separation is.
//!
//! `cargo run -p chainrule-fit --example logistic`

use chainrule_fit::{Design, Family, Glm};

/// Launches before Challenger: degrees Fahrenheit, and whether an O-ring was damaged (Dalal, Fowlkes,
/// Hoadley 1989).
const LAUNCHES: [(f64, bool); 23] = [
    (53.0, true),
    (57.0, true),
    (58.0, true),
    (63.0, true),
    (66.0, false),
    (67.0, false),
    (67.0, false),
    (67.0, false),
    (68.0, false),
    (69.0, false),
    (70.0, true),
    (70.0, false),
    (70.0, true),
    (70.0, false),
    (72.0, false),
    (73.0, false),
    (75.0, false),
    (75.0, true),
    (76.0, false),
    (76.0, false),
    (78.0, false),
    (79.0, false),
    (81.0, false),
];

fn main() -> Result<(), chainrule::Error> {
    let design = Design {
        response_name: "damage".to_owned(),
        response: LAUNCHES.iter().map(|(_, damaged)| f64::from(u8::from(*damaged))).collect(),
        names: vec!["intercept".to_owned(), "temperature".to_owned()],
        columns: vec![vec![1.0; 23], LAUNCHES.iter().map(|(t, _)| *t).collect()],
        has_intercept: true,
        ..Design::default()
    };
    let fit = Glm::new(Family::Logistic).fit(&design)?;
    println!("{fit}");
    // The published estimates: 15.0429 and -0.2322.
    assert!((fit.coefficients[0].estimate - 15.0429).abs() < 5e-5);
    assert!((fit.coefficients[1].estimate + 0.2322).abs() < 5e-5);

    // The morning of the last launch: 31 degrees, far outside of the data.
    let morning =
        Design { columns: vec![vec![1.0], vec![31.0]], response: vec![0.0], ..design.clone() };
    let damage = fit.predict_intervals(&morning, 0.95)?[0];
    println!(
        "\nat 31 °F: {:.4}, between {:.2} and {:.4}",
        damage.value, damage.confidence.0, damage.confidence.1
    );
    assert!(damage.value > 0.99);

    // Without the warm launches with damage, temperature tells the classes apart without error.
    let keep: Vec<usize> = (0..23).filter(|&i| LAUNCHES[i].0 < 70.0 || !LAUNCHES[i].1).collect();
    let of = |numbers: &[f64]| keep.iter().map(|&i| numbers[i]).collect::<Vec<f64>>();
    let separated = Design {
        response: of(&design.response),
        columns: design.columns.iter().map(|c| of(c)).collect(),
        ..design
    };
    let error = Glm::new(Family::Logistic).fit(&separated).unwrap_err();
    println!("\n{error}");
    assert!(error.message().starts_with("`temperature` separates the classes"));
    Ok(())
}
