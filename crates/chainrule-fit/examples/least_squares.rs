//! Longley's data: least squares where the columns are nearly collinear.
//!
//! `cargo run -p chainrule-fit --example least_squares`

use chainrule_fit::{Design, Errors, LeastSquares};

/// Employment, then price index, product, unemployed, army, population, year: Longley (1967).
const ROWS: [[f64; 7]; 16] = [
    [60323.0, 83.0, 234289.0, 2356.0, 1590.0, 107608.0, 1947.0],
    [61122.0, 88.5, 259426.0, 2325.0, 1456.0, 108632.0, 1948.0],
    [60171.0, 88.2, 258054.0, 3682.0, 1616.0, 109773.0, 1949.0],
    [61187.0, 89.5, 284599.0, 3351.0, 1650.0, 110929.0, 1950.0],
    [63221.0, 96.2, 328975.0, 2099.0, 3099.0, 112075.0, 1951.0],
    [63639.0, 98.1, 346999.0, 1932.0, 3594.0, 113270.0, 1952.0],
    [64989.0, 99.0, 365385.0, 1870.0, 3547.0, 115094.0, 1953.0],
    [63761.0, 100.0, 363112.0, 3578.0, 3350.0, 116219.0, 1954.0],
    [66019.0, 101.2, 397469.0, 2904.0, 3048.0, 117388.0, 1955.0],
    [67857.0, 104.6, 419180.0, 2822.0, 2857.0, 118734.0, 1956.0],
    [68169.0, 108.4, 442769.0, 2936.0, 2798.0, 120445.0, 1957.0],
    [66513.0, 110.8, 444546.0, 4681.0, 2637.0, 121950.0, 1958.0],
    [68655.0, 112.6, 482704.0, 3813.0, 2552.0, 123366.0, 1959.0],
    [69564.0, 114.2, 502601.0, 3931.0, 2514.0, 125368.0, 1960.0],
    [69331.0, 115.7, 518173.0, 4806.0, 2572.0, 127852.0, 1961.0],
    [70551.0, 116.9, 554894.0, 4007.0, 2827.0, 130081.0, 1962.0],
];

fn main() -> Result<(), chainrule::Error> {
    let column = |j: usize| ROWS.iter().map(|row| row[j]).collect::<Vec<f64>>();
    let names = ["intercept", "GNPDEFL", "GNP", "UNEMP", "ARMED", "POP", "YEAR"];
    let design = Design {
        response_name: "TOTEMP".to_owned(),
        response: column(0),
        names: names.map(str::to_owned).to_vec(),
        columns: [vec![1.0; 16]].into_iter().chain((1..7).map(column)).collect(),
        has_intercept: true,
        ..Design::default()
    };

    let fit = LeastSquares::default().fit(&design)?;
    println!("{fit}");
    let year = &fit.coefficients[6];
    assert!((year.estimate / 1829.15146461355 - 1.0).abs() < 1e-9);
    assert!((year.std_error / 455.478499142212 - 1.0).abs() < 1e-9);
    assert!(fit.condition.is_some_and(|condition| condition > 4.8e9));

    // Errors that do not assume one variance: MacKinnon and White's HC3.
    let robust = LeastSquares { errors: Errors::Hc3, ..LeastSquares::default() }.fit(&design)?;
    assert!(robust.coefficients[6].std_error > year.std_error);

    // The first year again, as if it had not been seen: the mean is known better than one value.
    let first = fit.predict_intervals(&design, 0.95)?[0];
    println!("\n1947: {:.0}, 95 % of values within {:.0?}", first.value, first.prediction);
    assert!(first.prediction.0 < first.confidence.0 && first.confidence.1 < first.prediction.1);

    // A column that another one contains is named, not dropped.
    let mut twice = design.clone();
    twice.names.push("thousands".to_owned());
    twice.columns.push(column(5).iter().map(|x| x / 1000.0).collect());
    let error = LeastSquares::default().fit(&twice).unwrap_err();
    println!("\n{error}");
    assert!(error.message().contains("thousands = 0.001 × POP"));
    Ok(())
}
