//! Random files: the same cells as the `csv` crate reads, and never a panic.

use chainrule_fit::{Data, ReadOptions, Reader, Table};
use std::io::Cursor;

/// Steele & Vigna's generator of random bits.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e3779b97f4a7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58476d1ce4e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d049bb133111eb);
        ((z ^ (z >> 31)) % n as u64) as usize
    }
}

/// The cells of a table of text, `None` for a gap.
fn cells(table: &Table) -> Vec<Vec<Option<&str>>> {
    let row = |i| table.columns().iter().map(|c| text(&c.data, i)).collect();
    (0..table.rows()).map(row).collect()
}

fn text(data: &Data, row: usize) -> Option<&str> {
    match data {
        Data::Text { levels, codes } => levels.get(codes[row] as usize).map(String::as_str),
        Data::Numbers(_) => panic!("all columns are read as text"),
    }
}

#[test]
fn quoted_files_have_the_cells_that_the_csv_crate_reads() {
    const PIECES: [&str; 12] =
        ["a", "\"", "\"\"", ",", "\n", "\r\n", " ", "é", "1", "x\"y", "\"q\"", "\"a,\nb\""];
    let (mut compared, mut refused) = (0, 0);
    for seed in 0..20_000 {
        let mut random = Random(seed);
        let width = 1 + random.below(2);
        let mut text = (0..width).map(|i| format!("c{i}")).collect::<Vec<_>>().join(",") + "\n";
        for _ in 0..random.below(30) {
            text += PIECES[random.below(PIECES.len())];
        }
        let names: Vec<String> = (0..width).map(|i| format!("c{i}")).collect();
        let options = ReadOptions {
            delimiter: Some(b','),
            has_header: Some(true),
            categorical: names,
            block_bytes: 1 + random.below(60),
            threads: Some(1 + random.below(3)),
            ..ReadOptions::default()
        };
        let table = Table::from_reader(Cursor::new(text.clone()), &options);
        let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
        let records: Result<Vec<csv::StringRecord>, _> = reader.records().collect();
        let (Ok(table), Ok(records)) = (table.as_ref(), records.as_ref()) else {
            // Rows of different lengths; we also refuse a quote that is never closed, and no rows at all.
            let allowed = records.is_err()
                || table.as_ref().is_err_and(|e| {
                    e.message().contains("never closed") || e.message() == "no data rows"
                });
            assert!(allowed, "seed {seed}: {text:?}: {table:?}");
            refused += 1;
            continue;
        };
        let expected: Vec<Vec<Option<String>>> = records
            .iter()
            .map(|r| {
                r.iter()
                    .map(|c| Some(c.trim_ascii().to_owned()).filter(|c| !c.is_empty()))
                    .collect()
            })
            .collect();
        let read: Vec<Vec<Option<String>>> = cells(table)
            .into_iter()
            .map(|r| r.into_iter().map(|c| c.map(str::to_owned)).collect())
            .collect();
        assert_eq!(read, expected, "seed {seed}: {text:?}");
        compared += 1;
    }
    assert!(compared > 2000 && refused > 2000, "{compared} compared, {refused} refused");
}

#[test]
fn what_the_csv_crate_writes_is_read_back() {
    const LETTERS: [char; 10] = ['a', 'B', ',', ';', '"', '\n', '\r', '\t', 'ß', ' '];
    for seed in 0..2000 {
        let mut random = Random(seed);
        let rows: Vec<[String; 2]> = (0..=random.below(20))
            .map(|_| {
                [0, 1].map(|_| {
                    let inner: String =
                        (0..random.below(8)).map(|_| LETTERS[random.below(10)]).collect();
                    format!("x{inner}x")
                })
            })
            .collect();
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["first", "second"]).expect("memory takes bytes");
        for row in &rows {
            writer.write_record(row).expect("memory takes bytes");
        }
        let bytes = writer.into_inner().expect("memory takes bytes");
        let options = ReadOptions {
            delimiter: Some(b','),
            block_bytes: 1 + random.below(100),
            categorical: vec!["first".into(), "second".into()],
            ..ReadOptions::default()
        };
        let table = Table::from_reader(Cursor::new(bytes), &options).expect("it is a good file");
        let read: Vec<Vec<Option<&str>>> = cells(&table);
        let expected: Vec<Vec<Option<&str>>> =
            rows.iter().map(|r| r.iter().map(|c| Some(c.as_str())).collect()).collect();
        assert_eq!(read, expected, "seed {seed}");
    }
}

#[test]
fn random_bytes_do_not_panic() {
    const BYTES: &[u8] = b"0123456789.,;\t|eE+-\"\n\r \xff\xc3\xa9naNinf";
    let mut read = 0;
    for seed in 0..20_000 {
        let mut random = Random(seed);
        let length = random.below(200);
        let bytes: Vec<u8> = (0..length)
            .map(|_| match random.below(20) {
                0 => random.below(256) as u8,
                _ => BYTES[random.below(BYTES.len())],
            })
            .collect();
        let options = ReadOptions {
            has_header: [None, Some(true), Some(false)][random.below(3)],
            block_bytes: 1 + random.below(300),
            ..ReadOptions::default()
        };
        if let Ok(table) = Table::from_reader(Cursor::new(bytes.clone()), &options) {
            read += 1;
            for column in table.columns() {
                if let Ok(numbers) = table.numbers(&column.name) {
                    assert!(!numbers.iter().any(|x| x.is_infinite()));
                }
            }
        }
        if let Ok(reader) = Reader::new(Cursor::new(bytes), &options) {
            for block in reader.blocks() {
                let _ = block;
            }
        }
    }
    assert!(read > 100, "{read} were tables");
}

#[test]
fn ten_thousand_columns_and_huge_numbers_are_read() {
    let width = 10_000;
    let names: Vec<String> = (0..width).map(|i| format!("x{i}")).collect();
    let row: Vec<String> = (0..width).map(|i| format!("{i}e305")).collect();
    let text = format!("{}\n{1}\n{1}\n", names.join(","), row.join(","));
    let error =
        Table::from_reader(Cursor::new(text), &ReadOptions::default()).expect_err("too large");
    assert!(error.message().starts_with("row 1, column `x"), "{error}");
    let row: Vec<String> = (0..width).map(|i| format!("{i}{}.5e-40", "0".repeat(40))).collect();
    let text = format!("{}\n{1}\n{1}\n", names.join(","), row.join(","));
    let table = Table::from_reader(Cursor::new(text), &ReadOptions::default()).expect("finite");
    assert_eq!((table.rows(), table.columns().len()), (2, width));
    assert_eq!(table.numbers("x9999"), Ok([9999.0, 9999.0].as_slice()));
}
