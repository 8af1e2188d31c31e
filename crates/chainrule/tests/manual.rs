//! `docs/ops.md` is what the table says.

use chainrule::algebra::{Num, Op, Term};
use chainrule::manual::{markdown, rows};
use std::path::Path;

#[test]
fn the_committed_manual_is_the_generated_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/ops.md");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, markdown()).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap();
    assert_eq!(committed, markdown(), "docs/ops.md is old: run with UPDATE_GOLDEN=1");
}

#[test]
fn every_operation_has_a_row_with_a_derivative_for_each_variable() {
    let rows = rows();
    assert_eq!(rows.len(), Op::ALL.len());
    for row in rows {
        let info = row.op.info();
        let variables = (0..info.arguments.len()).filter(|&i| !info.is_constant(i)).count();
        assert_eq!(row.derivatives.len(), variables, "{}", row.name);
        assert!(!row.summary.is_empty() && !row.summary.ends_with('.'), "{}", row.name);
        let args = [Term::new(&Num, 0.5); 4];
        let count = info.arity().unwrap_or(4);
        let mut carries = vec![false; count];
        row.op.partials(&args[..count], args[0], |i, _| carries[i] = true);
        for (name, slope) in &row.derivatives {
            let i = info.arguments.iter().position(|a| a == name).unwrap_or(0);
            assert_eq!(slope != "none", carries[i], "{} {name}: {slope}", row.name);
        }
    }
}

#[test]
fn signatures_and_domains_are_read_from_the_table() {
    let rows = rows();
    let row = |name: &str| rows.iter().find(|r| r.name == name).unwrap().clone();
    assert_eq!(row("mul").formula.as_deref(), Some("a*b"));
    assert_eq!(row("neg").formula.as_deref(), Some("-x"));
    assert_eq!(row("div").domain, "b ≠ 0");
    assert_eq!(row("powc").derivatives, [("x".into(), "n*x^(n - 1)".into())]);
    assert_eq!(row("abs").conventions, "At 0: 0.");
    assert!(row("sum").signature.starts_with("sum(x1, x2, …"));
}
