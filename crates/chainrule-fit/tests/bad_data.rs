//! The rows of the bad-input table that are about files, each with its words.

use chainrule::ErrorKind;
use chainrule_fit::{Encoding, ReadOptions, Reader, Table};
use std::io::Cursor;

fn options() -> ReadOptions {
    ReadOptions::default()
}

fn read(bytes: impl AsRef<[u8]>, options: &ReadOptions) -> Result<Table, chainrule::Error> {
    Table::from_reader(Cursor::new(bytes.as_ref().to_vec()), options)
}

/// The message and the remedy of the error that reading gives.
fn says(bytes: impl AsRef<[u8]>, options: &ReadOptions) -> String {
    let error = read(bytes, options).expect_err("the file is bad");
    assert_eq!(error.kind(), ErrorKind::Data, "{error}");
    error.to_string()
}

/// A folder of its own for a test.
fn folder(name: &str) -> std::path::PathBuf {
    let path = std::env::temp_dir().join(format!("chainrule-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&path).expect("the temporary folder takes folders");
    path
}

#[test]
fn row_26_missing_file_or_directory() {
    let folder = folder("row26");
    let data = folder.join("data.csv");
    std::fs::write(&data, "x\n1\n").expect("the folder takes files");
    let says = |path: &std::path::Path| {
        Reader::open(path, &options()).err().expect("it cannot be read").to_string()
    };
    let missing = folder.join("dta.csv");
    let expected = format!("no file {}; did you mean {}?", missing.display(), data.display());
    assert_eq!(says(&missing), expected);
    let expected = format!(
        "{0} is a directory; give a file in it, such as {1}",
        folder.display(),
        data.display()
    );
    assert_eq!(says(&folder), expected);
    let nowhere = folder.join("no/x.csv");
    let expected = format!(
        "no file {}; there is no folder {}",
        nowhere.display(),
        folder.join("no").display()
    );
    assert_eq!(says(&nowhere), expected);
    std::fs::remove_dir_all(&folder).expect("the folder is there");
}

#[cfg(unix)]
#[test]
fn row_26_no_permission() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder("row26-permission");
    let path = folder.join("data.csv");
    std::fs::write(&path, "x\n1\n").expect("the folder takes files");
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o000)).expect("the file is ours");
    if std::fs::File::open(&path).is_ok() {
        println!("skipped: this user may read everything");
    } else {
        let error = Reader::open(&path, &options()).err().expect("it cannot be read");
        assert_eq!(error.message(), format!("no permission to read {}", path.display()));
    }
    std::fs::remove_dir_all(&folder).expect("the folder is there");
}

#[test]
fn row_27_no_data_rows() {
    for text in ["", "\n\r\n\n", "a,b\n", "a,b", "\u{feff}a,b\r\n", "\u{feff}"] {
        assert!(says(text, &options()).starts_with("no data rows"), "{text:?}");
    }
    let unnamed = ReadOptions { has_header: Some(false), ..options() };
    assert!(says("", &unnamed).starts_with("no data rows"));
    assert_eq!(read("1", &unnamed).map(|t| t.rows()), Ok(1));
}

#[test]
fn row_28_text_used_as_number() {
    let mut text = String::from("x,city\n");
    for row in 1..=8 {
        text += &format!("{row},{}\n", if row >= 7 { "Oslo".into() } else { row.to_string() });
    }
    let table = read(&text, &options()).expect("a text column is no fault of the file");
    let error = table.numbers("city").expect_err("Oslo is no number");
    assert_eq!(error.message(), "row 7, column `city`: 'Oslo' is not a number");
    assert_eq!(error.remedy(), Some("`--drop city` or `--categorical city`"));
    let table = read("a,b\n1,\"1,234.5\"\n2,7\n", &options()).expect("it can be read");
    let error = table.numbers("b").expect_err("thousands are not read");
    assert_eq!(error.remedy(), Some("write numbers without signs between thousands"));
    let table = read("a;b\n1.5;2\n2;3,5\n", &options()).expect("it can be read");
    let error = table.numbers("b").expect_err("the point is the decimal sign");
    assert_eq!(error.remedy(), Some("`--decimal ,` reads it as one"));
}

#[test]
fn row_28_text_that_comes_late() {
    let text = format!("x,y\n{}abc,0\n", "1.50,2\n".repeat(5000));
    let small = ReadOptions { block_bytes: 1000, ..options() };
    // From what can be read once it is an error, from a file a column of text as it was written.
    assert_eq!(
        says(&text, &small),
        "row 5001, column `x`: 'abc' is not a number; `--drop x` or `--categorical x`"
    );
    let folder = folder("row28");
    let path = folder.join("late.csv");
    std::fs::write(&path, &text).expect("the folder takes files");
    let table = Table::read(&path, &small).expect("text is no fault of the file");
    assert_eq!(
        table.numbers("x").expect_err("text").message(),
        "row 5001, column `x`: 'abc' is not a number"
    );
    let Ok(chainrule_fit::Column { data: chainrule_fit::Data::Text { levels, .. }, .. }) =
        table.column("x")
    else {
        panic!("a column of text");
    };
    assert_eq!(levels, &["1.50", "abc"]);
    // Who does not need the column does not hear of it.
    let mut reader = Reader::new(Cursor::new(text), &small).expect("it can be read");
    reader.select(&["y"]).expect("there is a column y");
    assert_eq!(reader.table().expect("numbers only").rows(), 5001);
    std::fs::remove_dir_all(&folder).expect("the folder is there");
}

#[test]
fn row_30_ragged_row() {
    let mut text = String::from("a,b,c,d,e\n");
    for row in 1..=20 {
        text += if row == 18 { "1,2,3,4\n" } else { "1,2,3,4,5\n" };
    }
    assert!(says(&text, &options()).starts_with("row 18 has 4 fields, header has 5"));
    let text = text.replace("1,2,3,4\n", "1,2,3,4,5,6,7\n");
    assert!(says(&text, &options()).starts_with("row 18 has 7 fields, header has 5"));
    assert!(says("a,b\n1,2,\n", &options()).starts_with("row 1 has 3 fields, header has 2"));
    assert!(says("a,b\n1\n2,3\n", &options()).starts_with("row 1 has 1 field, header has 2"));
    let unnamed = ReadOptions { has_header: Some(false), ..options() };
    assert!(says("1,2\n3\n", &unnamed).starts_with("row 2 has 1 field, the first row has 2"));
}

#[test]
fn row_30_a_quote_that_is_never_closed() {
    assert!(
        says("a,b\n1,2\n3,\"4\n5,6\n", &options())
            .starts_with("the quote that opens in row 2 is never closed")
    );
}

#[test]
fn row_31_signs_are_detected_and_said() {
    let text = "\u{feff}t;\"place; far\"\r\n0,5;\"a \"\"b\"\"\r\nc\"\r\n1,5;d\r\n";
    let reader = Reader::new(text.as_bytes(), &options()).expect("it can be read");
    let expected = "read with delimiter `;`, decimal comma, byte order mark, CRLF line ends";
    assert_eq!(reader.notes(), [expected]);
    let table = reader.table().expect("it can be read");
    assert_eq!(table.numbers("t"), Ok([0.5, 1.5].as_slice()));
    let column = table.column("place; far").expect("it is there");
    assert_eq!(column, &chainrule_fit::Column::text("place; far", ["a \"b\"\r\nc", "d"]));
    let given = ReadOptions { delimiter: Some(b';'), decimal: Some(b'.'), ..options() };
    assert_eq!(
        read("a;b\n1.5;2\n", &given).expect("it can be read").numbers("a"),
        Ok([1.5].as_slice())
    );
}

#[test]
fn row_32_a_first_row_that_looks_like_data() {
    assert!(
        says("1,2.5\n3,4\n", &options()).starts_with("first row looks like data; `--no-header`")
    );
    let unnamed = ReadOptions { has_header: Some(false), ..options() };
    let table = read("1,2.5\n3,4\n", &unnamed).expect("the first row is data");
    assert_eq!(table.numbers("x2"), Ok([2.5, 4.0].as_slice()));
    let named = ReadOptions { has_header: Some(true), ..options() };
    assert_eq!(
        read("1990,1991\n3,4\n", &named).expect("names").numbers("1991"),
        Ok([4.0].as_slice())
    );
    let reader = Reader::new("x,1990\n3,4\n".as_bytes(), &options()).expect("a name is a name");
    let expected = "1 of 2 column names look like numbers; if the first row is data: `--no-header`";
    assert_eq!(reader.notes(), [expected]);
}

#[test]
fn row_33_duplicate_names_and_a_missing_target() {
    let expected = "two columns are named `x`: 1 and 3; rename one; the columns are x, y, x";
    assert_eq!(says("x,y,x\n1,2,3\n", &options()), expected);
    let table = read("price,size\n1,2\n", &options()).expect("it can be read");
    let error = table.numbers("prize").expect_err("there is none");
    assert_eq!(
        error.to_string(),
        "no column `prize`; there are price, size; did you mean `price`?"
    );
    let dropped = ReadOptions { drop: vec!["Obs".into()], ..options() };
    assert_eq!(
        says("obs,x\n1,2\n", &dropped),
        "no column `Obs`; there are obs, x; did you mean `obs`?"
    );
}

#[test]
fn row_34_not_utf_8() {
    let bytes = b"city,x\nOslo,1\nK\xf8benhavn,2\n";
    assert_eq!(says(bytes, &options()), "byte 15 in row 2 is not UTF-8; `--encoding latin1`");
    assert_eq!(
        says(b"ci\xe9,x\nOslo,1\n", &options()),
        "byte 2 in the header is not UTF-8; `--encoding latin1`"
    );
    let small = ReadOptions { block_bytes: 32, ..options() };
    let long = [b"city,x\n".as_slice(), &b"Oslo,1\n".repeat(100), b"K\xf8ln,2\n"].concat();
    assert_eq!(says(long, &small), "byte 708 in row 101 is not UTF-8; `--encoding latin1`");
    let latin1 = ReadOptions { encoding: Encoding::Latin1, ..options() };
    let table = read(b"city,x\nK\xf8benhavn,2\n\x80,3\n", &latin1).expect("every byte is a letter");
    let column = table.column("city").expect("it is there");
    assert_eq!(column, &chainrule_fit::Column::text("city", ["København", "€"]));
}

#[test]
fn row_34_files_that_are_no_text() {
    for (bytes, words) in [
        (b"\xff\xfea\0,\0".as_slice(), "UTF-16"),
        (b"PK\x03\x04", "a zip archive or a spreadsheet"),
        (b"\x1f\x8b\x08", "compressed with gzip"),
    ] {
        assert!(says(bytes, &options()).starts_with(&format!("the file is {words}")));
    }
}

#[test]
fn row_35_numbers_that_are_not_finite() {
    for word in ["inf", "-Inf", "NaN", "nan", "1e999", "\"infinity\""] {
        let text = format!("a,b\n1,2\n3,4\n5,{word}\n");
        let bare = word.trim_matches('"');
        let expected = format!("row 3, column `b`: '{bare}' is not a finite number");
        assert!(says(&text, &options()).starts_with(&expected), "{word}");
    }
    let marked = ReadOptions { missing_markers: vec!["nan".into(), "-999".into()], ..options() };
    let table = read("a\n1\nnan\n-999\n", &marked).expect("both are gaps");
    assert_eq!(table.column("a").expect("it is there").data.gaps(), 2);
}
