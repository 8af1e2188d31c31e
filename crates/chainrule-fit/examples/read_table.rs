//! Reads a file and says what is in it: `read_table FILE`, or `read_table --blocks FILE` in bounded memory.

use chainrule_fit::{ReadOptions, Reader, Table};
use std::time::Instant;

fn main() -> Result<(), chainrule::Error> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let in_blocks = arguments.first().is_some_and(|a| a == "--blocks");
    let own = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/longley.csv");
    let path = arguments.get(usize::from(in_blocks)).map_or(own, String::as_str);

    let start = Instant::now();
    let reader = Reader::open(path, &ReadOptions::default())?;
    for note in reader.notes() {
        eprintln!("{note}");
    }
    if in_blocks {
        let (mut rows, mut sum) = (0, 0.0);
        for block in reader.blocks() {
            let block: Table = block?;
            rows += block.rows();
            for column in block.columns() {
                sum += block.numbers(&column.name).map_or(0.0, |x| x.iter().sum());
            }
        }
        println!("{path}: {rows} rows, sum of all numbers {sum:.6}");
    } else {
        let table = reader.table()?;
        println!("{path}: {}", table.summary(None));
    }
    eprintln!("{:.3} s", start.elapsed().as_secs_f64());
    Ok(())
}
