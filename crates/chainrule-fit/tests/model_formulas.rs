//! Model formulas: the columns that they make, what they say of wrong input, plans on new rows.

use chainrule::ErrorKind;
use chainrule_fit::{
    Column, Data, Missing, Plan, PlanOptions, ReadOptions, Reader, Scan, Table, Terms,
};
use serde_json::Value;
use std::io::Cursor;

fn options() -> PlanOptions {
    PlanOptions::default()
}

fn read(text: &str) -> Table {
    Table::from_reader(Cursor::new(text.to_owned()), &ReadOptions::default())
        .expect("it can be read")
}

fn plan(formula: &str, table: &Table) -> Plan {
    let terms = Terms::parse(formula).unwrap_or_else(|e| panic!("{}", e.render(formula)));
    Plan::new(&terms, table, &options()).unwrap_or_else(|e| panic!("{}", e.render(formula)))
}

/// The rendered error of a formula for a table.
fn says(formula: &str, table: &Table) -> String {
    let error = match Terms::parse(formula) {
        Err(error) => error,
        Ok(terms) => match Plan::new(&terms, table, &options()) {
            Err(error) => error,
            Ok(plan) => plan.design(table).expect_err("the formula is wrong for the table"),
        },
    };
    error.render(formula)
}

fn mtcars() -> Table {
    read(
        "mpg,hp,wt,cyl,region,flag\n21,110,2.62,6,north,true\n22.8,93,2.32,4,south,false\n\
         21.4,110,3.215,6,east,true\n18.7,175,3.44,8,north,false\n18.1,105,3.46,6,south,true\n\
         14.3,245,3.57,8,east,true\n24.4,62,3.19,4,north,false\n",
    )
}

#[test]
fn designs_have_the_columns_that_patsy_makes() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/designs.json");
    let text = std::fs::read_to_string(path).expect("it is there");
    let value: Value = serde_json::from_str(&text).expect("JSON");
    let columns = value["data"].as_object().expect("columns").iter().map(|(name, cells)| {
        let cells = cells.as_array().expect("cells");
        if cells[0].is_number() {
            Column::numbers(name, cells.iter().map(|x| x.as_f64().expect("a number")).collect())
        } else {
            Column::text(name, cells.iter().map(|x| x.as_str().expect("a text")))
        }
    });
    let table = Table::new(columns.collect()).expect("columns of one length");
    for design in value["designs"].as_array().expect("designs") {
        let formula = design["formula"].as_str().expect("a formula");
        let mut expected: Vec<Vec<f64>> =
            serde_json::from_value(design["columns"].clone()).expect("numbers");
        let plan = plan(&format!("y ~ {formula}"), &table);
        let made = plan.design(&table).expect(formula);
        assert_eq!(made.names.len(), expected.len(), "{formula}: {:?}", made.names);
        for (name, column) in made.names.iter().zip(&made.columns) {
            // Our functions are within 2.5 units in the last place, NumPy's within 1.
            let near = |a: f64, b: f64| (a - b).abs() <= 4.0 * f64::EPSILON * b.abs();
            let found =
                expected.iter().position(|e| e.iter().zip(column).all(|(&e, &c)| near(c, e)));
            let found = found.unwrap_or_else(|| panic!("{formula}: patsy has no column {name}"));
            expected.remove(found);
        }
        assert_eq!(made.has_intercept, made.columns[0].iter().all(|&x| x == 1.0), "{formula}");
    }
}

#[test]
fn columns_are_named_after_what_they_are() {
    let table = mtcars();
    for (formula, names) in [
        ("mpg ~ hp + wt", &["intercept", "hp", "wt"][..]),
        ("mpg ~ 0 + hp", &["hp"]),
        ("mpg ~ C(region)", &["intercept", "region[north]", "region[south]"]),
        ("mpg ~ C(region, ref=north)", &["intercept", "region[east]", "region[south]"]),
        ("mpg ~ C(cyl, ref = 8)", &["intercept", "cyl[4]", "cyl[6]"]),
        ("mpg ~ hp:C(flag)", &["intercept", "hp:flag[0]", "hp:flag[1]"]),
        ("mpg ~ I(hp / wt) + hp^2 + log( wt )", &["intercept", "hp/wt", "hp^2", "log(wt)"]),
        ("mpg ~ poly(wt,2) + I(wt^2) + wt", &["intercept", "wt", "wt^2"]),
        ("mpg ~ wt*hp", &["intercept", "wt", "hp", "wt:hp"]),
        ("mpg ~ (hp > 100)", &["intercept", "hp > 100"]),
        ("mpg ~ . - region - flag", &["intercept", "hp", "wt", "cyl"]),
        (
            "log(mpg) ~ .^2 - region:. - region - cyl - cyl:. - flag - flag:.",
            &["intercept", "hp", "wt", "hp:wt"],
        ),
        ("mpg ~ 1", &["intercept"]),
        ("mpg ~ 1 + 1 - 0", &["intercept"]),
    ] {
        if formula.contains("(hp > 100)") {
            assert!(
                says(formula, &table).contains("`>` has no meaning between terms"),
                "{formula}"
            );
            continue;
        }
        assert_eq!(plan(formula, &table).names(), names, "{formula}");
    }
    assert_eq!(plan("mpg ~ I(hp > 100)", &table).names(), ["intercept", "hp > 100"]);
    assert_eq!(
        plan("mpg ~ if(hp > 100, 1, 0)", &table).design(&table).expect("numbers").columns[1][1],
        0.0
    );
}

#[test]
fn every_column_is_named_by_itself_or_in_backquotes() {
    let table = read("y,Sepal.Length,Petal Width,e,größe\n1,2,3,4,5\n2,3,5,7,9\n");
    let plan = plan("y ~ Sepal.Length + log(`Petal Width`*Sepal.Length) + e^2 + größe", &table);
    assert_eq!(
        plan.names()[1..],
        ["Sepal.Length", "log(`Petal Width`*Sepal.Length)", "e^2", "größe"]
    );
}

#[test]
fn every_operation_of_the_table_can_stand_in_a_formula() {
    use chainrule::algebra::Op;
    let table = Table::new(vec![
        Column::numbers("y", vec![1.0, 2.0]),
        Column::numbers("u", vec![0.25, 0.5]),
        Column::numbers("v", vec![0.75, 0.125]),
        Column::numbers("w", vec![0.5, 0.375]),
    ])
    .expect("columns of one length");
    let mut count = 0;
    for op in Op::ALL.iter().copied() {
        let info = op.info();
        let columns = ["u", "v", "w", "u"];
        let arity = info.arity().unwrap_or(2);
        let argument = |i: usize| if info.is_constant(i) { "2" } else { columns[i] };
        let arguments: Vec<&str> = (0..arity).map(argument).collect();
        let expression = format!("{}({})", info.name, arguments.join(", "));
        let formula = format!("y ~ I({expression})");
        let reference =
            chainrule::formula::Formula::parse(&expression).expect("the formula language knows it");
        let at = |row: usize| -> Vec<f64> {
            let cell = |v: &String| table.numbers(v).expect("numbers")[row];
            reference.variables().iter().map(cell).collect()
        };
        let expected = [0, 1].map(|row| reference.value(&at(row)));
        if !expected.iter().all(|x| x.is_finite()) {
            println!("skipped: {expression} is {expected:?}");
            continue;
        }
        let made = plan(&formula, &table).design(&table).expect(&expression);
        for (made, expected) in made.columns.last().expect("a column").iter().zip(expected) {
            let error = (made - expected).abs();
            assert!(
                error <= 16.0 * f64::EPSILON * expected.abs().max(1.0),
                "{expression}: {made} {expected}"
            );
        }
        count += 1;
    }
    assert!(count > 60, "{count} operations");
}

#[test]
fn responses_weights_and_offsets_are_taken_from_their_columns() {
    let table = mtcars();
    let terms = Terms::parse("log(mpg) ~ wt + offset(log(hp)) + offset(wt)").expect("a formula");
    let options = PlanOptions { weights: Some("cyl".into()), ..options() };
    let plan = Plan::new(&terms, &table, &options).expect("a plan");
    let design = plan.design(&table).expect("a design");
    assert_eq!(design.response_name, "log(mpg)");
    let near = |a: f64, b: f64| (a - b).abs() < 1e-14;
    assert!(near(design.response[0], 21_f64.ln()));
    assert!(near(design.offset.expect("an offset")[0], 110_f64.ln() + 2.62));
    assert_eq!(design.weights.expect("weights")[..3], [6.0, 4.0, 6.0]);
    assert_eq!(plan.description(), "log(mpg) ~ wt + offset(log(hp)) + offset(wt)");
    assert_eq!(plan.columns(), ["hp", "wt"]);
    let new = read("hp,wt\n110,2.62\n");
    let right = plan.predictors(&new).expect("a right side");
    assert!(right.response.is_empty() && right.weights.is_none() && right.columns[1] == [2.62]);
}

#[test]
fn a_target_stands_against_all_other_columns() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/longley.csv");
    let table =
        Table::read(path, &ReadOptions { drop: vec!["Obs".into()], ..ReadOptions::default() })
            .expect("it is there");
    let plan =
        Plan::new(&Terms::target("TOTEMP").expect("a name"), &table, &options()).expect("a plan");
    assert_eq!(plan.description(), "TOTEMP ~ GNPDEFL + GNP + UNEMP + ARMED + POP + YEAR");
    let design = plan.design(&table).expect("a design");
    assert_eq!((design.len(), design.columns.len(), design.columns[6][0]), (16, 7, 1947.0));
}

#[test]
fn row_28_text_in_a_formula() {
    let table = mtcars();
    let expected = "row 1, column `region`: 'north' is not a number\n  hint: `--drop region` or `--categorical region`";
    assert_eq!(says("mpg ~ .", &table), expected);
    let options = PlanOptions { categorical: vec!["region".into()], ..options() };
    let plan =
        Plan::new(&Terms::parse("mpg ~ .").expect("a formula"), &table, &options).expect("a plan");
    let names = ["intercept", "hp", "wt", "cyl", "region[north]", "region[south]", "flag"];
    assert_eq!(plan.names(), names);
    assert_eq!(plan.references().collect::<Vec<_>>(), [("region", "east")]);
}

#[test]
fn row_29_gaps() {
    let mut text = String::from("y,age,hp,other\n");
    for row in 0..500 {
        let age = if row % 50 < 1 && row < 450 { "NA".into() } else { format!("{}", row % 40) };
        let hp =
            if [7, 8, 9].contains(&row) { String::new() } else { format!("{}", row * row % 31) };
        text += &format!("{row},{age},{hp},NA\n");
    }
    let table = read(&text);
    let expected =
        "12 of 500 rows have gaps (age 9, hp 3)\n  hint: choose `--missing drop` or `mean`";
    assert_eq!(says("y ~ age + hp", &table), expected);
    let terms = Terms::parse("y ~ age + hp").expect("a formula");
    let with =
        |missing| Plan::new(&terms, &table, &PlanOptions { missing, ..options() }).expect("a plan");
    let design = with(Missing::Drop).design(&table).expect("a design");
    assert_eq!((design.len(), design.dropped.rows), (488, 12));
    assert_eq!(design.dropped.describe(500), "12 of 500 rows have gaps (age 9, hp 3)");
    assert_eq!(design.rows[..10], [1, 2, 3, 4, 5, 6, 10, 11, 12, 13]);
    assert_eq!(design.response[6], 10.0);
    let design = with(Missing::Mean).design(&table).expect("a design");
    assert_eq!((design.len(), design.dropped.rows), (500, 0));
    let present = |name: &str| -> Vec<f64> {
        table.numbers(name).expect("numbers").iter().copied().filter(|x| !x.is_nan()).collect()
    };
    let ages = present("age");
    assert_eq!(design.columns[1][0], ages.iter().sum::<f64>() / ages.len() as f64);
    // A response is never made up.
    let table = read("y,x\n1,2\n,3\n4,NA\n");
    let terms = Terms::parse("y ~ x").expect("a formula");
    let options = PlanOptions { missing: Missing::Mean, ..options() };
    let design =
        Plan::new(&terms, &table, &options).and_then(|p| p.design(&table)).expect("a design");
    assert_eq!((design.rows.clone(), design.columns[1].clone()), (vec![0, 2], vec![2.0, 2.5]));
    assert_eq!(design.dropped.gaps, [("y".to_owned(), 1)]);
}

#[test]
fn row_29_no_row_without_gaps() {
    let table = read("y,x\n1,NA\nNA,2\n");
    let terms = Terms::parse("y ~ x").expect("a formula");
    let options = PlanOptions { missing: Missing::Drop, ..options() };
    let error = Plan::new(&terms, &table, &options).expect_err("nothing is left");
    assert_eq!(error.message(), "no row is left: 2 of 2 rows have gaps (y 1, x 1)");
    assert_eq!(error.kind(), ErrorKind::Data);
}

#[test]
fn wrong_formulas_are_pointed_at() {
    let table = mtcars();
    for (formula, expected) in [
        (
            "mpg hp",
            "expected `~` between the response and its terms\n  mpg hp\n        ^\n  hint: write for example `y ~ x1 + x2`",
        ),
        (" ~ hp", "expected a response before `~`\n   ~ hp\n   ^"),
        (
            "mpg ~ hpp",
            "no column `hpp`; there are mpg, hp, wt, cyl, region, flag\n  mpg ~ hpp\n        ^^^\n  hint: did you mean `hp`?",
        ),
        (
            "mpgg ~ hp",
            "no column `mpgg`; there are mpg, hp, wt, cyl, region, flag\n  mpgg ~ hp\n  ^^^^\n  hint: did you mean `mpg`?",
        ),
        (
            "mpg ~ log(2*wtt)",
            "no column `wtt`; there are mpg, hp, wt, cyl, region, flag\n  mpg ~ log(2*wtt)\n              ^^^\n  hint: did you mean `wt`?",
        ),
        (
            "mpg ~ hp + mpg",
            "`mpg` is the response and describes itself here\n  mpg ~ hp + mpg\n             ^^^\n  hint: take it out of the right side",
        ),
        (
            "mpg ~ lgo(hp)",
            "`lgo` is not a function\n  mpg ~ lgo(hp)\n        ^^^\n  hint: did you mean `log`? For a product write `lgo*(…)`",
        ),
        (
            "mpg ~ hp / wt",
            "`/` has no meaning between terms\n  mpg ~ hp / wt\n           ^\n  hint: write `I(…)` around arithmetic",
        ),
        ("mpg ~ (hp + wt", "this `(` is never closed\n  mpg ~ (hp + wt\n        ^"),
        ("mpg ~ log(hp + wt", "this `(` is never closed\n  mpg ~ log(hp + wt\n           ^"),
        ("mpg ~ hp)", "this `)` closes nothing\n  mpg ~ hp)\n          ^"),
        ("mpg ~ hp +", "expected a term at the end\n  mpg ~ hp +\n            ^"),
        (
            "mpg ~ C(region, ref=west)",
            "`region` has no level 'west'; there are east, north, south\n  mpg ~ C(region, ref=west)\n                      ^^^^",
        ),
        (
            "mpg ~ C(hp + wt)",
            "categories are made of one column\n  mpg ~ C(hp + wt)\n          ^^^^^^^\n  hint: write `C(column)`, a column with other letters in backquotes",
        ),
        (
            "mpg ~ hp:offset(wt)",
            "an offset stands by itself, between `+`\n  mpg ~ hp:offset(wt)\n          ^",
        ),
        (
            "mpg ~ 0",
            "the model has no terms\n  mpg ~ 0\n  ^^^^^^^\n  hint: `y ~ 1` is the mean alone",
        ),
        ("mpg ~ I(pi)", "no column stands in this expression\n  mpg ~ I(pi)\n          ^^"),
        ("mpg ~ hp ~ wt", "a second `~`\n  mpg ~ hp ~ wt\n           ^"),
    ] {
        assert_eq!(says(formula, &table), expected, "{formula}");
    }
}

#[test]
fn a_value_that_is_no_number_names_its_row() {
    let table = read("y,x\n1,2\n2,0\n3,-1\n");
    let terms = Terms::parse("y ~ log(x)").expect("a formula");
    let plan = Plan::new(&terms, &table, &options()).expect("a plan");
    let error = plan.design(&table).expect_err("log of 0");
    assert_eq!(error.kind(), ErrorKind::Value);
    assert_eq!(error.message(), "row 2: `log(x)` is -inf at x = 0");
    let table = read("y,x,w\n1,2,1\n2,3,-0.5\n");
    let options = PlanOptions { weights: Some("w".into()), ..options() };
    let plan =
        Plan::new(&Terms::parse("y ~ x").expect("a formula"), &table, &options).expect("a plan");
    let error = plan.design(&table).expect_err("a negative weight");
    assert_eq!(error.message(), "row 2, column `w`: the weight -0.5 is negative");
}

#[test]
fn classes_are_the_levels_of_the_response() {
    let table = mtcars();
    let options = PlanOptions { classes: true, ..options() };
    for (formula, classes, first) in [
        ("region ~ hp", &["east", "north", "south"][..], 1.0),
        ("cyl ~ hp", &["4", "6", "8"], 1.0),
        ("mpg > 20 ~ hp", &["0", "1"], 1.0),
    ] {
        let plan =
            Plan::new(&Terms::parse(formula).expect(formula), &table, &options).expect(formula);
        let design = plan.design(&table).expect(formula);
        assert_eq!(plan.classes(), classes, "{formula}");
        assert_eq!(design.response_levels, classes, "{formula}");
        assert_eq!(design.response[0], first, "{formula}");
    }
}

#[test]
fn plans_make_the_same_columns_of_new_rows_after_they_were_saved() {
    let old = mtcars();
    let new = read("cyl,region,hp,wt,note\n8.0,south,100,3,a\n4,east,120,2,b\n");
    for formula in [
        "mpg ~ hp*C(region) + log(wt)",
        "mpg ~ C(cyl, ref=6):hp + poly(wt, 2)",
        "mpg ~ . - region - flag",
        "log(mpg) ~ C(region):C(cyl) - 1 + offset(log(hp))",
    ] {
        let plan = plan(formula, &old);
        let saved =
            Plan::from_json(&plan.to_json()).unwrap_or_else(|e| panic!("{e}: {}", plan.to_json()));
        assert_eq!(saved.names(), plan.names(), "{formula}");
        assert_eq!(saved.description(), plan.description(), "{formula}");
        assert_eq!(saved.predictors(&new), plan.predictors(&new), "{formula}");
        assert_eq!(saved.design(&old), plan.design(&old), "{formula}");
        assert_eq!(saved.to_json(), plan.to_json(), "{formula}");
    }
    let good = plan("mpg ~ C(region)", &old).to_json();
    let broken = good.replace("\"reference\":\"east\"", "\"reference\":\"west\"");
    for broken in
        ["", "{}", "[]", "{\"formula\":\"y ~ x\"}", &broken, &good.replace("[\"mpg\"", "[\"npg\"")]
    {
        let error = Plan::from_json(broken).expect_err(broken);
        assert!(matches!(error.kind(), ErrorKind::Format | ErrorKind::Data), "{error}");
    }
}

#[test]
fn new_rows_with_unknown_levels_or_without_columns_are_refused() {
    let old = mtcars();
    let plan = plan("mpg ~ hp + C(region) + C(cyl)", &old);
    let error =
        plan.predictors(&read("hp,region,cyl\n1,north,4\n2,north,5\n")).expect_err("5 is unknown");
    assert_eq!(
        error.to_string(),
        "row 2, column `cyl`: '5' is not a level of the model; known are 4, 6, 8"
    );
    let error = plan.predictors(&read("hp,cyl2\n1,2\n")).expect_err("columns are missing");
    let expected = "the data lack the columns `cyl`, `region` of the model mpg ~ hp + region + cyl; they have hp, cyl2";
    assert_eq!(error.to_string(), expected);
    assert_eq!(error.kind(), ErrorKind::Data);
    let error = plan.predictors(&read("hp,region,cyl\nx,north,4\n")).expect_err("x is no number");
    assert_eq!(error.message(), "row 1, column `hp`: 'x' is not a number");
    let error = plan.predictors(&read("hp,region,cyl\n1,north,4\n2,,4\n")).expect_err("a gap");
    assert_eq!(error.message(), "1 of 2 rows has gaps (region 1)");
}

fn whole_names(table: &Table) -> Vec<String> {
    table.columns().iter().map(|c| c.name.clone()).collect()
}

#[test]
fn blocks_have_the_rows_of_the_whole_table() {
    let mut text = String::from("y,x,region\n");
    for i in 0..5000 {
        let x = if i % 97 == 0 { "NA".into() } else { format!("{}.5", i % 13) };
        text += &format!("{i},{x},r{}\n", i / 1000);
    }
    let terms = Terms::parse("y ~ x*C(region, ref=r2)").expect("a formula");
    let with = PlanOptions { missing: Missing::Drop, ..options() };
    let whole = read(&text);
    let expected = Plan::new(&terms, &whole, &with).expect("a plan");
    let design = expected.design(&whole).expect("a design");
    let open = || {
        let options = ReadOptions { block_bytes: 900, ..ReadOptions::default() };
        Reader::new(Cursor::new(text.clone()), &options).expect("it can be read")
    };
    let mut scan = Scan::new(&terms, open().names(), &with).expect("a formula for these columns");
    assert_eq!(scan.columns(), ["y", "x", "region"]);
    assert!(scan.needs_rows());
    for block in open().blocks() {
        scan.add(&block.expect("a block")).expect("the columns are there");
    }
    let plan = scan.plan().expect("a plan");
    assert_eq!(plan.to_json(), expected.to_json());
    let mut all = plan.design_block(&read("y,x,region\n0,NA,r0\n")).expect("an empty design");
    (all.dropped.rows, all.dropped.gaps) = (0, Vec::new());
    for block in open().blocks() {
        let more = plan.design_block(&block.expect("a block")).expect("a design");
        all.response.extend(more.response);
        all.columns.iter_mut().zip(more.columns).for_each(|(all, more)| all.extend(more));
        all.rows.extend(more.rows);
        all.dropped.merge(&more.dropped);
    }
    assert_eq!(all, design);
    // A formula of numbers alone needs no pass before.
    let scan = Scan::new(
        &Terms::parse("y ~ x").expect("a formula"),
        whole_names(&whole).as_slice(),
        &with,
    );
    let scan = scan.expect("a formula for these columns");
    assert!(!scan.needs_rows());
    assert_eq!(scan.plan().expect("a plan").names(), ["intercept", "x"]);
    assert!(plan.check_gaps(&all.dropped, 5000).is_ok());
}

#[test]
fn a_table_that_is_not_needed_any_more_becomes_the_same_design() {
    for text in ["y,x,z,k\n1,2,3,1\n4,5,6,2\n", "y,x,z,k\n1,2,3,1\n4,5,NA,2\n7,8,9,2\n"] {
        let table = read(text);
        for formula in [
            "y ~ x + z + log(z) + x:z",
            "log(y) ~ C(k)*x + z",
            "y ~ z",
            "I(x) ~ z + offset(z)",
            "y ~ 1 + x^2",
        ] {
            for missing in [Missing::Error, Missing::Drop, Missing::Mean] {
                let options = PlanOptions { missing, weights: Some("k".into()), ..options() };
                let Ok(plan) = Plan::new(&Terms::parse(formula).expect(formula), &table, &options)
                else {
                    continue;
                };
                assert_eq!(plan.into_design(table.clone()), plan.design(&table), "{formula}");
            }
        }
    }
}

#[test]
fn random_formulas_do_not_panic() {
    const PIECES: [&str; 26] = [
        "mpg", "hp", "wt", "region", "C(", "I(", "log(", "poly(", "offset(", ")", "(", "+", "-",
        "*", ":", "^", "2", "1", "0", ".", ",", "~", "`", "\"", "ref=", "é",
    ];
    let table = mtcars();
    let mut state = 1_u64;
    let mut made = 0;
    for _ in 0..50_000 {
        let mut next = |n: usize| {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 33) as usize % n
        };
        let mut formula = String::from("mpg ~ ");
        for _ in 0..=next(9) {
            formula += PIECES[next(PIECES.len())];
            formula += ["", " "][next(2)];
        }
        match Terms::parse(&formula) {
            Ok(terms) => {
                let plan = Plan::new(&terms, &table, &options());
                made += usize::from(plan.is_ok_and(|p| p.design(&table).is_ok()));
            }
            Err(error) => {
                let span = error.span().unwrap_or(0..0);
                assert!(span.end <= formula.len() && span.start <= span.end, "{formula}: {span:?}");
            }
        }
    }
    assert!(made > 500, "{made} were formulas");
    assert!(Terms::parse(&format!("y ~ {}x", "(".repeat(100_000))).is_err());
    assert!(
        Terms::parse(&format!("y ~ I({}x{})", "(".repeat(100_000), ")".repeat(100_000))).is_ok()
    );
}

#[test]
fn a_category_of_numbers_knows_its_levels_however_they_are_written() {
    let table = read("y,k\n1,10\n2,9\n3,1e1\n");
    let plan = plan("y ~ C(k)", &table);
    assert_eq!(plan.names(), ["intercept", "k[10]"]);
    let new = Table::new(vec![Column::text("k", ["10.0", "9", "1e1"])]).expect("a column");
    assert_eq!(plan.predictors(&new).expect("known levels").columns[1], [1.0, 0.0, 1.0]);
    let text = ReadOptions { categorical: vec!["k".into()], ..ReadOptions::default() };
    let table =
        Table::from_reader("y,k\n1,010\n2,9\n3,10\n".as_bytes(), &text).expect("it can be read");
    assert!(matches!(table.column("k").expect("it is there").data, Data::Text { .. }));
    let plan = Plan::new(&Terms::parse("y ~ C(k)").expect("a formula"), &table, &options())
        .expect("a plan");
    assert_eq!(
        (plan.names(), plan.text_columns()),
        (["intercept", "k[010]", "k[10]"].map(String::from).as_slice(), vec!["k"])
    );
}
