//! The command line, the table and the JSON.

use crate::timing::{Timed, Times};
use serde_json::{Map, Value, json};

pub const HAND: &str = "derivative by hand";

/// What the command line asks for.
#[derive(Default)]
pub struct Arguments {
    json: Option<String>,
    pub libraries: Vec<String>,
    pub python: Option<String>,
    workloads: Vec<String>,
}

impl Arguments {
    pub fn read(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut found = Arguments::default();
        while let Some(word) = words.next() {
            let mut file = || words.next().ok_or(format!("{word} needs a file"));
            match word.as_str() {
                "--json" => found.json = Some(file()?),
                "--library" => found.libraries.push(file()?),
                "--python" => found.python = Some(file()?),
                _ if word.starts_with('-') => return Err(format!("no option {word}")),
                _ => found.workloads.push(word),
            }
        }
        Ok(found)
    }

    pub fn wants(&self, name: &str) -> bool {
        self.workloads.is_empty() || self.workloads.iter().any(|w| w == name)
    }
}

/// Everything measured.
#[derive(Default)]
pub struct Report {
    figures: Map<String, Value>,
}

/// Another crate that records anew at every point; with one node for each scalar operation, or any.
fn is_rival(times: &Times, scalar: bool) -> bool {
    let name = &times.name;
    let ours = name == HAND || name.starts_with("chainrule");
    !times.is_foreign
        && !ours
        && !name.contains("replayed")
        && !(scalar && name.contains("its sum"))
}

/// The rounds of the fastest of those.
fn fastest(times: &[Times], scalar: bool) -> Vec<f64> {
    let rivals = times.iter().filter(|t| is_rival(t, scalar)).filter_map(|t| t.rounds.clone());
    let faster = |a: &Vec<f64>, b: &Vec<f64>| median(a.clone()).total_cmp(&median(b.clone()));
    rivals.min_by(faster).expect("some crate is right")
}

impl Report {
    /// Times a workload and prints its table.
    pub fn add(&mut self, timed: Timed<'_>) {
        let workload = timed.name;
        let times = timed.run();
        let [scalar, any] = [true, false].map(|scalar| fastest(&times, scalar));
        println!("\n{workload:34} {:>15}       scalar        any", "a gradient");
        let mut figures = Map::new();
        for Times { name, rounds, .. } in &times {
            let Some(rounds) = rounds else {
                println!("  {name:32} wrong");
                figures.insert(name.clone(), json!("wrong"));
                continue;
            };
            let seconds = median(rounds.clone());
            let to = |best: &[f64]| median(rounds.iter().zip(best).map(|(a, b)| a / b).collect());
            let (scalar, any) = (to(&scalar), to(&any));
            println!("  {name:32} {:>12.1} ns   {scalar:10.3} {any:10.3}", seconds * 1e9);
            let figure = json!({ "ns": seconds * 1e9, "ratio_scalar": scalar, "ratio_any": any });
            figures.insert(name.clone(), figure);
        }
        self.figures.insert(workload.into(), figures.into());
    }

    /// Writes the file that was asked for.
    pub fn write(self, arguments: &Arguments) -> Result<(), Box<dyn std::error::Error>> {
        println!(
            "\nratios: to the fastest other crate that records anew, with scalar operations only and with \
             any; medians over rounds of processor time"
        );
        if let Some(file) = &arguments.json {
            std::fs::write(file, serde_json::to_string_pretty(&self.figures)?)?;
        }
        Ok(())
    }
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}
