//! Parquet and Arrow files: the cells that the same rows have as CSV.
//!
//! The feature takes minutes to build, so `.ci/run` leaves it out: `cargo test -p chainrule-fit --features parquet`.
#![cfg(feature = "parquet")]

use chainrule_fit::{Data, ReadOptions, Reader, Table};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data");
const FILES: [&str; 3] = ["mixed.parquet", "mixed-zstd.parquet", "mixed.arrow"];

/// The cells of a table as text, so that gaps compare as equal.
fn cells(table: &Table) -> Vec<(String, Vec<String>)> {
    let column = |c: &chainrule_fit::Column| {
        let cells = match &c.data {
            Data::Numbers(numbers) => numbers.iter().map(|x| format!("{x:?}")).collect(),
            Data::Text { levels, codes } => {
                codes.iter().map(|&c| format!("{:?}", levels.get(c as usize))).collect()
            }
        };
        (c.name.clone(), cells)
    };
    table.columns().iter().map(column).collect()
}

#[test]
fn typed_files_have_the_cells_of_the_text_file() {
    for options in [
        ReadOptions::default(),
        ReadOptions {
            categorical: vec!["small".into()],
            drop: vec!["day".into()],
            ..ReadOptions::default()
        },
    ] {
        let text = Table::read(format!("{FOLDER}/mixed.csv"), &options).expect("it is there");
        for name in FILES {
            let table = Table::read(format!("{FOLDER}/{name}"), &options).expect(name);
            assert_eq!(cells(&table), cells(&text), "{name}");
        }
    }
}

#[test]
fn blocks_are_the_whole_file() {
    for name in FILES {
        let mut reader =
            Reader::open(format!("{FOLDER}/{name}"), &ReadOptions::default()).expect(name);
        reader.select(&["city", "y"]).expect("both are there");
        let (mut rows, mut sum) = (0, 0.0);
        for block in reader.blocks() {
            let block = block.expect(name);
            assert_eq!((block.first_row(), block.columns().len()), (rows, 2), "{name}");
            rows += block.rows();
            sum += block.numbers("y").expect("numbers").iter().filter(|y| !y.is_nan()).sum::<f64>();
        }
        let expected: f64 = (0..300).filter(|i| i % 17 > 0).map(|i| f64::from(i) / 8.0 - 3.0).sum();
        assert_eq!((rows, sum), (300, expected), "{name}");
    }
}

#[test]
fn damaged_files_are_errors() {
    for name in FILES {
        let whole = std::fs::read(format!("{FOLDER}/{name}")).expect("it is there");
        let path =
            std::env::temp_dir().join(format!("chainrule-damaged-{}-{name}", std::process::id()));
        for cut in (10..whole.len()).step_by(whole.len() / 20) {
            std::fs::write(&path, &whole[..cut]).expect("the temporary folder takes files");
            let read = Table::read(&path, &ReadOptions::default());
            assert!(read.is_err(), "{name} cut at {cut}");
        }
        std::fs::remove_file(&path).expect("it is there");
    }
}
