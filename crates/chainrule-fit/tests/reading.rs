//! Files of rows: what their columns become, whole and block by block.

use chainrule_fit::{Column, Data, ReadOptions, Reader, Table};
use std::io::Cursor;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data");

fn read(text: &str) -> Table {
    Table::from_reader(Cursor::new(text.to_owned()), &ReadOptions::default())
        .expect("it can be read")
}

#[test]
fn the_reference_files_are_read() {
    for (name, rows, summary) in [
        ("longley", 16, "16 rows, 7 numeric columns, no missing values"),
        ("stackloss", 21, "21 rows, 3 numeric columns, no missing values"),
        ("randhie", 20190, "20,190 rows, 9 numeric columns, no missing values"),
        ("engel", 235, "235 rows, 1 numeric column, no missing values"),
        ("grunfeld", 220, "220 rows, 3 numeric columns, 1 text column, no missing values"),
    ] {
        let table =
            Table::read(format!("{FOLDER}/{name}.csv"), &ReadOptions::default()).expect(name);
        let response = match name {
            "longley" => "TOTEMP",
            "stackloss" => "STACKLOSS",
            "randhie" => "mdvis",
            "engel" => "foodexp",
            _ => "invest",
        };
        assert_eq!(table.rows(), rows, "{name}");
        assert_eq!(table.summary(Some(response)), summary, "{name}");
    }
    let longley =
        Table::read(format!("{FOLDER}/longley.csv"), &ReadOptions::default()).expect("it is there");
    assert_eq!(longley.numbers("GNPDEFL").expect("numbers")[..3], [83.0, 88.5, 88.2]);
    assert_eq!(longley.numbers("TOTEMP").expect("numbers")[15], 70551.0);
}

#[test]
fn columns_are_numbers_or_text() {
    let table = read(
        "n, empty,flag,date ,mixed,code\n\
         1,,true,2020-01-02,1,007\n\
         -2.5e-3,,FALSE,2020-01-03,a,010\n\
         NA,,,N/A,,\n",
    );
    let names: Vec<&str> = table.columns().iter().map(|c| c.name.as_str()).collect();
    assert_eq!(names, ["n", "empty", "flag", "date", "mixed", "code"]);
    let numbers = |name: &str| table.numbers(name).expect(name).to_vec();
    assert_eq!(numbers("n")[..2], [1.0, -0.0025]);
    assert!(numbers("n")[2].is_nan() && numbers("empty").iter().all(|x| x.is_nan()));
    assert_eq!(numbers("flag")[..2], [1.0, 0.0]);
    assert_eq!(numbers("code")[..2], [7.0, 10.0]);
    let Data::Text { levels, codes } = &table.column("date").expect("it is there").data else {
        panic!("dates are text");
    };
    assert_eq!(levels, &["2020-01-02", "2020-01-03"]);
    assert_eq!(codes, &[0, 1, Data::MISSING]);
    let gaps: Vec<usize> = table.columns().iter().map(|c| c.data.gaps()).collect();
    assert_eq!(gaps, [1, 3, 1, 1, 1, 1]);
}

#[test]
fn decimal_commas_between_commas_stand_in_quotes() {
    let table = read("a,b,c\n\"1,5\",2,3\n\"2,25\",4,5\n");
    assert_eq!(table.numbers("a"), Ok([1.5, 2.25].as_slice()));
    assert_eq!(table.numbers("b"), Ok([2.0, 4.0].as_slice()));
    assert_eq!(table.numbers("c"), Ok([3.0, 5.0].as_slice()));
}

#[test]
fn a_category_keeps_its_zeros() {
    let options = ReadOptions { categorical: vec!["zip".into()], ..ReadOptions::default() };
    let table =
        Table::from_reader("zip,x\n0151,1\n151,2\n".as_bytes(), &options).expect("it can be read");
    assert_eq!(table.column("zip"), Ok(&Column::text("zip", ["0151", "151"])));
}

#[test]
fn columns_without_name_get_one() {
    let reader =
        Reader::new("\"\",x\na,1\n".as_bytes(), &ReadOptions::default()).expect("it can be read");
    assert_eq!(reader.names(), ["column1", "x"]);
    assert_eq!(reader.notes(), ["column 1 has no name; it is called column1"]);
}

#[test]
fn old_line_ends_and_missing_last_ones_are_line_ends() {
    for text in
        ["x,y\n1,2\n3,4\n", "x,y\r1,2\r3,4", "x,y\r\n1,2\r\n\r\n3,4", "x,y\n\n1,2\n\n\n3,4\n\n"]
    {
        let table = read(text);
        assert_eq!(table.numbers("y"), Ok([2.0, 4.0].as_slice()), "{text:?}");
    }
}

/// A file with every kind of cell, quotes over line ends, and levels that appear late.
fn mixed(rows: usize) -> String {
    let mut text = String::from("id,\"name\",x,flag\r\n");
    for i in 0..rows {
        let name = match i % 5 {
            0 => format!("\"line {}\nbreak, \"\"{}\"\"\"", i % 7, i % 3),
            1 => String::new(),
            _ => format!("n{}", i / 100),
        };
        text += &format!("{i},{name},{}.{:03},{}\r\n", i % 50, i % 1000, i % 2 == 0);
    }
    text
}

#[test]
fn blocks_and_threads_change_no_cell() {
    let text = mixed(3000);
    let whole = read(&text);
    assert_eq!(whole.rows(), 3000);
    for (block_bytes, threads) in [(16, 3), (100, 1), (1000, 4), (5000, 2), (1 << 20, 2)] {
        // Types come from the first block: give it the texts to see.
        let options = ReadOptions {
            block_bytes,
            threads: Some(threads),
            categorical: vec!["name".into()],
            ..ReadOptions::default()
        };
        let table =
            Table::from_reader(Cursor::new(text.clone()), &options).expect("it can be read");
        assert_eq!(table, whole, "{block_bytes} bytes, {threads} threads");
    }
}

#[test]
fn texts_keep_their_codes_from_block_to_block() {
    let text = mixed(3000);
    let whole = read(&text);
    let options = ReadOptions {
        block_bytes: 700,
        categorical: vec!["name".into()],
        ..ReadOptions::default()
    };
    let reader = Reader::new(Cursor::new(text), &options).expect("it can be read");
    let (mut codes, mut x, mut last) = (Vec::new(), Vec::new(), Vec::new());
    for block in reader.blocks() {
        let block = block.expect("it can be read");
        assert_eq!(block.first_row(), x.len());
        x.extend_from_slice(block.numbers("x").expect("numbers"));
        let Data::Text { levels, codes: of_block } =
            &block.column("name").expect("it is there").data
        else {
            panic!("names are text");
        };
        codes.extend_from_slice(of_block);
        last.clone_from(levels);
    }
    assert_eq!(whole.numbers("x"), Ok(x.as_slice()));
    assert_eq!(whole.column("name").expect("it is there").data, Data::Text { levels: last, codes });
}

#[test]
fn a_block_names_the_row_of_the_file() {
    let text = format!("x\n{}oops\n", "1\n".repeat(5000));
    let options = ReadOptions { block_bytes: 500, ..ReadOptions::default() };
    let reader = Reader::new(Cursor::new(text), &options).expect("it can be read");
    let error = reader.blocks().find_map(Result::err).expect("the last cell is no number");
    assert_eq!(error.message(), "row 5001, column `x`: 'oops' is not a number");
}

#[test]
fn progress_reaches_the_size_of_the_file() {
    use std::sync::{Arc, Mutex};
    let path = format!("{FOLDER}/randhie.csv");
    let size = std::fs::metadata(&path).expect("it is there").len();
    let options = ReadOptions { block_bytes: 50_000, ..ReadOptions::default() };
    let mut reader = Reader::open(&path, &options).expect("it can be read");
    let estimate = reader.estimate().expect("a file has a size");
    assert!((19_000..21_500).contains(&estimate.rows), "{estimate}");
    assert_eq!(estimate.bytes, estimate.rows * 80);
    let seen = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&seen);
    reader.on_progress(move |p| sink.lock().expect("no panic").push(p));
    let table = reader.table().expect("it can be read");
    let seen = seen.lock().expect("no panic");
    assert!(seen.len() > 5 && seen.is_sorted_by_key(|p| p.bytes));
    let last = seen.last().expect("there is one");
    assert_eq!((last.rows, last.bytes, last.of), (table.rows(), size, Some(size)));
}
