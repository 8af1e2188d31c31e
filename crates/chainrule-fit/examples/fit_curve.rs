//! Fits a formula to a file and prints estimates, standard errors and the seconds of the fit, in one line: for
//! `tools/reference/curve_fit_speed.py`.
//!
//! `cargo run --release -p chainrule-fit --example fit_curve data.csv 'y = a*exp(-k*x)' a=1,k=1`

use chainrule::formula::{Formula, parse_assignments};
use chainrule_fit::{NonlinearModel, NonlinearOptions, ReadOptions, Reader};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file, text, start] = arguments.as_slice() else {
        // Without arguments there is nothing to show: an example also runs in tests.
        println!("usage: fit_curve FILE FORMULA START");
        return Ok(());
    };
    let start = parse_assignments(start)?;
    let formula = Formula::parse(text)?;
    let mut reader = Reader::open(file, &ReadOptions::default())?;
    // Only the columns that the formula names are read.
    let names = formula.variables().iter().map(String::as_str).chain(formula.result_name());
    let known: Vec<String> = reader.names().to_vec();
    let used: Vec<&str> = names.filter(|name| known.iter().any(|k| k == name)).collect();
    reader.select(&used)?;
    let table = reader.table()?;
    let began = std::time::Instant::now();
    let model = NonlinearModel::parse(text, &table)?;
    let fit = model.fit(&table, &NonlinearOptions { start, ..NonlinearOptions::default() })?;
    let seconds = began.elapsed().as_secs_f64();
    let estimates = fit.coefficients.iter().map(|c| c.estimate);
    let numbers = estimates.chain(fit.coefficients.iter().map(|c| c.std_error)).chain([seconds]);
    println!("{}", numbers.map(|x| x.to_string()).collect::<Vec<_>>().join(" "));
    Ok(())
}
