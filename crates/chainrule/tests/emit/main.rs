//! Emitted source compiles without warnings and computes what the library computes.

mod cases;

use cases::{Case, cases, chapter, rosenbrock};
use chainrule::emit::{self, Options};
use chainrule::{ErrorKind, Function};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The points of all cases as lines of hexadecimal bits.
fn input(cases: &[Case]) -> String {
    let mut text = String::new();
    for x in cases.iter().flat_map(Case::points).flatten() {
        writeln!(text, "{:016x}", x.to_bits()).expect("text grows");
    }
    text
}

/// Numbers that two doubles are apart.
fn ulps(a: f64, b: f64) -> u64 {
    let order = |x: f64| {
        let bits = x.to_bits().cast_signed();
        if bits < 0 { i64::MIN - bits } else { bits }
    };
    if a.is_nan() || b.is_nan() {
        return if a.is_nan() && b.is_nan() { 0 } else { u64::MAX };
    }
    order(a).abs_diff(order(b))
}

/// Runs a program on the points and calls `judge(case, point, what, expected, found)` for each
/// number that it prints.
fn compare(program: &Path, cases: &[Case], mut judge: impl FnMut(&Case, &[f64], usize, f64, f64)) {
    let points = program.with_extension("points");
    std::fs::write(&points, input(cases)).expect("a writable folder");
    let stdin = std::fs::File::open(&points).expect("just written");
    let output = Command::new(program).stdin(stdin).output().expect("it was compiled");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("numbers");
    let mut words = text.split_whitespace();
    let mut next = || {
        let bits = u64::from_str_radix(words.next().expect("as many numbers as results"), 16);
        f64::from_bits(bits.expect("a hexadecimal number"))
    };
    for case in cases {
        let m = case.f.outputs().len();
        let expected_at = case.expected();
        for point in case.points() {
            let expected = expected_at(&point);
            // The function of values, then the one of values and derivatives.
            let want = expected[..m].iter().chain(&expected);
            for (k, &want) in want.enumerate() {
                judge(case, &point, k, want, next());
            }
        }
    }
    assert_eq!(words.next(), None);
}

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

fn compile(command: &mut Command) {
    let output = command.output().expect("a compiler");
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}", &message[..message.len().min(6000)]);
}

fn emitted(
    cases: &[Case],
    emit: impl Fn(&[(&Function, &Options)]) -> Result<String, chainrule::Error>,
) -> String {
    let options: Vec<Options> =
        cases.iter().map(|c| Options { name: c.name.clone(), gradient: true }).collect();
    let list: Vec<_> = cases.iter().map(|c| &c.f).zip(&options).collect();
    emit(&list).expect("every operation has a translation")
}

/// The arguments of a call, given how element `k` of a list reads and how a list reads.
fn call(case: &Case, element: &str, list: impl Fn(String) -> String) -> String {
    let (n, all) = (case.f.inputs().len(), case.domains.len());
    let elements = |range: std::ops::Range<usize>| {
        let texts: Vec<String> = range.map(|k| element.replace('#', &k.to_string())).collect();
        texts.join(", ")
    };
    if all <= 6 {
        return elements(0..all);
    }
    let lists = [0..n, n..all].into_iter().filter(|r| !r.is_empty());
    lists.map(|r| list(elements(r))).collect::<Vec<_>>().join(", ")
}

// Issue 3, "It must show" 4: Rust.
#[test]
fn emitted_rust_compiles_without_warnings_and_agrees_to_the_bit() {
    let cases = cases();
    let mut source = emitted(&cases, emit::rust);
    source += "
fn show(x: f64) {
    println!(\"{:016x}\", x.to_bits());
}

fn main() {
    let text = std::io::read_to_string(std::io::stdin()).expect(\"text\");
    let mut numbers = text.lines().map(|l| f64::from_bits(u64::from_str_radix(l, 16).expect(\"hex\")));
    let mut next = || numbers.next().expect(\"enough\");
";
    for case in &cases {
        let (name, m) = (&case.name, case.f.outputs().len());
        let arguments = call(case, "x[#]", |list| format!("&[{list}]"));
        let what = if m == 1 { "gradient" } else { "jacobian" };
        let (values, slopes) = if m == 1 {
            ("[y]", "slopes.into_iter()")
        } else {
            ("y", "slopes.into_iter().flatten()")
        };
        writeln!(
            source,
            "    for _ in 0..{} {{
        let x: [f64; {}] = std::array::from_fn(|_| next());
        let y = {name}({arguments});
        {values}.into_iter().for_each(show);
        let (y, slopes) = {name}_{what}({arguments});
        {values}.into_iter().chain({slopes}).for_each(show);
    }}",
            case.points().len(),
            case.domains.len(),
        )
        .expect("text grows");
    }
    source += "}\n";
    let (path, program) = (file("emitted.rs"), file("emitted_rust"));
    std::fs::write(&path, source).expect("a writable folder");
    compile(
        Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
            .args(["--edition", "2021", "-D", "warnings", "-o"])
            .args([&program, &path]),
    );
    // The crate `libm` is not to be had without a dependency; these rows, and those whose rules call
    // them, are rounded from higher precision instead.
    let stands_in = ["row_log10", "row_erf_", "row_lgamma"];
    compare(&program, &cases, |case, point, k, want, found| {
        let allowed = if stands_in.iter().any(|s| case.name.starts_with(s)) { 2 } else { 0 };
        let apart = ulps(want, found);
        assert!(apart <= allowed, "{} {point:?}, number {k}: {want:e}, {found:e}", case.name);
    });
}

// Issue 3, "It must show" 4: C.
#[test]
fn emitted_c_compiles_without_warnings_and_agrees_within_two_ulp() {
    let compiler = std::env::var("CC").unwrap_or_else(|_| "cc".into());
    if Command::new(&compiler).arg("--version").output().is_err() {
        println!("skipped: there is no C compiler `{compiler}`");
        return;
    }
    // A new row of the table may use what there is no C for; then the error says so.
    let (cases, without): (Vec<Case>, Vec<Case>) =
        cases().into_iter().partition(|case| case.f.to_c(&Options::default()).is_ok());
    for case in &without {
        let error = case.f.to_c(&Options::default()).expect_err("it was one");
        assert!(error.message().starts_with("there is no C for the operation `"), "{error}");
        println!("skipped: {}: {error}", case.name);
    }
    assert!(20 * without.len() <= cases.len(), "{} functions without C", without.len());
    let mut source = emitted(&cases, emit::c);
    source += "
#include <inttypes.h>
#include <stdio.h>

static double next(void)
{
    uint64_t bits = 0;
    double x;
    if (scanf(\"%\" SCNx64, &bits) != 1) {
        printf(\"end\\n\");
    }
    memcpy(&x, &bits, sizeof x);
    return x;
}

static void show(const double *x, int count)
{
    for (int i = 0; i < count; i++) {
        uint64_t bits;
        memcpy(&bits, x + i, sizeof bits);
        printf(\"%016\" PRIx64 \"\\n\", bits);
    }
}

int main(void)
{
    double x[32];
    double y[32];
    double slopes[32];
";
    for case in &cases {
        let (name, m, n) = (&case.name, case.f.outputs().len(), case.f.inputs().len());
        let arguments = call(case, "x[#]", |list| format!("(const double[]){{{list}}}"));
        let calls = if m == 1 {
            format!(
                "y[0] = {name}({arguments});\n        show(y, 1);\n        \
                 y[0] = {name}_gradient({arguments}, slopes);"
            )
        } else {
            format!(
                "{name}({arguments}, y);\n        show(y, {m});\n        \
                 {name}_jacobian({arguments}, y, (double (*)[{n}])slopes);"
            )
        };
        writeln!(
            source,
            "    for (int i = 0; i < {}; i++) {{
        for (int k = 0; k < {}; k++) {{
            x[k] = next();
        }}
        {calls}
        show(y, {m});
        show(slopes, {});
    }}",
            case.points().len(),
            case.domains.len(),
            m * n,
        )
        .expect("text grows");
    }
    source += "    return 0;\n}\n";
    let (path, program) = (file("emitted.c"), file("emitted_c"));
    std::fs::write(&path, source).expect("a writable folder");
    compile(
        Command::new(&compiler)
            .args(["-std=c11", "-O2", "-Wall", "-Wextra", "-Werror", "-pedantic", "-o"])
            .args([&program, &path])
            .arg("-lm"),
    );
    let mut most = std::collections::BTreeMap::new();
    compare(&program, &cases, |case, point, k, want, found| {
        let apart = if want == found { 0 } else { ulps(want, found) };
        let seen = most.entry(case.name.clone()).or_insert((0, String::new()));
        if apart > seen.0 {
            *seen = (apart, format!("{point:?}, number {k}: {want:e}, {found:e}"));
        }
    });
    most.retain(|_, (apart, _)| *apart > 0);
    for (name, (apart, place)) in &most {
        println!("{name}: {apart} ulp at {place}");
    }
    let worst = most.values().map(|m| m.0).max().unwrap_or(0);
    assert!(worst <= 2, "{worst} ulp");
}

#[track_caller]
fn golden(name: &str, found: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a writable folder");
        std::fs::write(&path, found).expect("a writable folder");
    }
    let want = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == want,
        "{} differs; UPDATE_GOLDEN=1 rewrites it. Found:\n{found}",
        path.display()
    );
}

#[test]
fn emitted_source_reads_as_in_the_golden_files() {
    for (name, f) in [("chapter", chapter()), ("rosenbrock", rosenbrock())] {
        let options = Options { name: name.into(), gradient: true };
        golden(&format!("emit_{name}.rs.txt"), &f.to_rust(&options).expect("Rust"));
        golden(&format!("emit_{name}.c.txt"), &f.to_c(&options).expect("C"));
    }
}

#[test]
fn names_that_cannot_stand_are_errors() {
    let f = rosenbrock();
    for name in ["", "2f", "while", "a b", "tanh", "special_tanh"] {
        let options = Options { name: name.into(), gradient: true };
        assert_eq!(f.to_rust(&options).expect_err("no name").kind(), ErrorKind::Name, "{name}");
    }
    let options = Options::default();
    assert!(emit::c(&[(&f, &options), (&f, &options)]).is_err());
}

#[test]
fn a_long_chain_is_cut_into_variables() {
    let f = Function::record(["x"], |[x]| (0..100_000).fold(x, |y, _| y.sin() + 1.0));
    let source = f.expect("a name").to_rust(&Options { gradient: false, ..Options::default() });
    let longest = source.expect("Rust").lines().map(str::len).max();
    assert!(longest.is_some_and(|n| n < 200), "{longest:?}");
}
