//! A curve fitted to a file: NIST's Misra1a, the volume of a gas adsorbed by its pressure. Prints the estimates beside
//! those that NIST certifies, bands, and what a model that asks too much of the data is told.
//!
//! `cargo run -p chainrule-fit --example nonlinear`

use chainrule_fit::{NonlinearModel, NonlinearOptions, ReadOptions, Table};

const MISRA: &str = "\
y,x
10.07,77.6
14.73,114.9
17.94,141.1
23.93,190.8
29.61,239.9
35.18,289.0
40.02,332.8
44.82,378.4
50.76,434.8
55.05,477.3
61.01,536.8
66.40,593.1
75.47,689.1
81.78,760.0
";

fn main() -> Result<(), chainrule::Error> {
    let table = Table::from_reader(MISRA.as_bytes(), &ReadOptions::default())?;
    let model = NonlinearModel::parse("y = b1*(1 - exp(-b2*x))", &table)?;
    let start = vec![("b1".to_owned(), 500.0), ("b2".to_owned(), 1e-4)];
    let options = NonlinearOptions { start, ..NonlinearOptions::default() };
    let fit = model.fit(&table, &options)?;
    println!("{fit}\n");

    let certified = [(2.3894212918e2, 2.7070075241), (5.5015643181e-4, 7.2668688436e-6)];
    for (c, (estimate, error)) in fit.coefficients.iter().zip(certified) {
        println!("{}: {:.10e} certified {estimate:.10e}", c.name, c.estimate);
        assert!((c.estimate / estimate - 1.0).abs() < 1e-9);
        assert!((c.std_error / error - 1.0).abs() < 1e-9);
    }

    let pressures = Table::from_reader("x\n50\n400\n1500\n".as_bytes(), &ReadOptions::default())?;
    println!("\n pressure  volume      95 % of curves       of observations");
    for (x, band) in [50, 400, 1500].iter().zip(model.predict(&fit, &pressures, 0.95)?) {
        let ((a, b), (c, d)) = (band.confidence, band.prediction);
        println!("{x:9} {:7.2}   {a:8.2} {b:8.2}   {c:8.2} {d:8.2}", band.value);
        assert!(c < a && a < band.value && band.value < b && b < d);
    }

    let twice = NonlinearModel::parse("y = a*b*(1 - exp(-k*x))", &table)?;
    let start = [("a", 20.0), ("b", 10.0), ("k", 1e-4)];
    let start = start.map(|(name, x)| (name.to_owned(), x)).to_vec();
    let vague = twice.fit(&table, &NonlinearOptions { start, ..NonlinearOptions::default() })?;
    println!("\n{}: {}", vague.model, vague.issues.join("; "));
    assert_eq!(vague.coefficients[0].name, "a");
    assert!(vague.coefficients[0].std_error.is_nan() && vague.coefficients[2].std_error > 0.0);
    Ok(())
}
