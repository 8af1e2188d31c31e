//! Fits a file of numbers whose response is named `y`: what `tools/fit_peers.py` measures.
//!
//! `cargo run --release -p chainrule-fit --example fit_file -- gaussian data.csv`; without arguments on a
//! small file of its own.

use chainrule_fit::{
    Design, Family, Fit, Glm, LeastSquares, Plan, PlanOptions, ReadOptions, Reader, Table, Terms,
};

fn main() -> Result<(), chainrule::Error> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [family, file] = &arguments[..] else { return small() };
    let fit = match family.as_str() {
        "gaussian" => streamed(file)?,
        "logistic" => Glm::new(Family::Logistic).fit(&design(file)?)?,
        "poisson" => Glm::new(Family::Poisson).fit(&design(file)?)?,
        other => panic!("gaussian, logistic or poisson, not {other}"),
    };
    let estimates: Vec<String> =
        fit.coefficients.iter().map(|c| format!("{:?}", c.estimate)).collect();
    println!("[{}]", estimates.join(", "));
    Ok(())
}

fn design(file: &str) -> Result<Design, chainrule::Error> {
    let table = Table::read(file, &ReadOptions::default())?;
    let plan = Plan::new(&Terms::parse("y ~ .")?, &table, &PlanOptions::default())?;
    plan.into_design(table)
}

/// Least squares block by block: the file is never in memory as a whole.
fn streamed(file: &str) -> Result<Fit, chainrule::Error> {
    let mut blocks = Reader::open(file, &ReadOptions::default())?.blocks();
    let mut plan = None;
    let mut stream = LeastSquares::default().stream();
    for block in &mut blocks {
        let block = block?;
        if plan.is_none() {
            plan = Some(Plan::new(&Terms::parse("y ~ .")?, &block, &PlanOptions::default())?);
        }
        if let Some(plan) = &plan {
            stream.push(plan.design_block(&block)?)?;
        }
    }
    stream.finish()
}

fn small() -> Result<(), chainrule::Error> {
    let path = std::env::temp_dir().join(format!("fit_file_{}.csv", std::process::id()));
    let rows: Vec<String> = (0..100).map(|i| format!("{},{i}", 2 * i + i % 2)).collect();
    std::fs::write(&path, format!("y,x\n{}\n", rows.join("\n")))
        .expect("a folder for temporary files");
    let text = path.to_string_lossy().into_owned();
    let (whole, streamed) = (LeastSquares::default().fit(&design(&text)?)?, streamed(&text)?);
    assert_eq!(whole.coefficients, streamed.coefficients);
    println!("{streamed}");
    std::fs::remove_file(path).expect("the file that was written");
    Ok(())
}
