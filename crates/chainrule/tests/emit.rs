//! Emitted source compiles without warnings and computes what the library computes.

use chainrule::algebra::{Algebra, Domain, Op, Term};
use chainrule::emit::{self, Options};
use chainrule::{ErrorKind, Function, Graph, Value};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Points that each function is tried at.
const POINTS: usize = 30;

/// A function under test, and numbers to build its points from.
struct Case {
    name: String,
    f: Function,
    domains: Vec<Domain>,
}

/// Numbers between 0 and 1, the same in every run (Steele, Lea, Flood, splittable generators, 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// Numbers at which something special happens somewhere.
const SPECIAL: [f64; 14] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    2.0,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
    5e-324,
    1e-300,
    -1e300,
    710.0,
    -745.5,
    -2.5,
];

impl Case {
    fn new(name: &str, f: Function) -> Case {
        let real = Op::Add.info().domains[0];
        let domains = vec![real; f.inputs().len() + f.parameters().len()];
        Case { name: name.into(), f, domains }
    }

    /// Random points of the domain, then special numbers in all places in turn.
    fn points(&self) -> Vec<Vec<f64>> {
        let mut random = Random(7);
        let mut inside = |d: &Domain| {
            let (lower, upper) = (d.lower.max(-6.0), d.upper.min(6.0));
            lower + (upper - lower) * random.next()
        };
        let mut points: Vec<Vec<f64>> =
            (0..POINTS).map(|_| self.domains.iter().map(&mut inside).collect()).collect();
        for (k, &number) in SPECIAL.iter().enumerate() {
            for i in 0..self.domains.len() {
                let mut point = points[k].clone();
                point[i] = number;
                points.push(point);
            }
            points.push(vec![number; self.domains.len()]);
        }
        points
    }

    /// What the library gives at each point: outputs, then the Jacobian; NaN where a branch goes
    /// another way.
    fn expected(&self) -> impl Fn(&[f64]) -> Vec<f64> {
        // Read back from text it has no closure to record again.
        let value = Function::from_json(&self.f.to_json()).expect("just written");
        let jacobian = value.jacobian_function().expect("every function has one");
        let (n, m) = (value.inputs().len(), value.outputs().len());
        move |point| {
            let (x, parameters) = point.split_at(n);
            let at = |f: &Function| f.with_parameters(parameters)?.eval(x);
            match at(&value).and_then(|y| Ok([y, at(&jacobian)?].concat())) {
                Ok(numbers) => numbers,
                Err(error) => {
                    assert_eq!(error.kind(), ErrorKind::BranchChanged, "{error}");
                    vec![f64::NAN; m * (n + 1)]
                }
            }
        }
    }
}

/// The operation as a function of its free arguments; a constant one is `constant`.
fn row(op: Op, count: usize, constant: f64) -> Case {
    let info = op.info();
    let domains: Vec<Domain> =
        if info.any { vec![info.domains[0]; count] } else { info.domains.to_vec() };
    let free: Vec<Domain> = domains.iter().filter(|d| !d.constant).copied().collect();
    let names: Vec<String> = (0..free.len()).map(|i| format!("x{i}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let at: Vec<f64> = free.iter().map(|d| d.lower.max(-1.0) + 0.25).collect();
    let f = Function::record_slices(&names, &at, move |x: &[Value<'_>]| {
        let graph: &Graph = x[0].algebra();
        let mut rest = x.iter();
        let argument = |d: &Domain| {
            if d.constant { graph.constant(constant) } else { *rest.next().expect("as many") }
        };
        let raw: Vec<_> = domains.iter().map(argument).map(Term::raw).collect();
        vec![Term::new(graph, graph.apply(op, &raw))]
    });
    let name = format!("row_{}_{count}", info.name);
    Case { name, f: f.expect("names differ"), domains: free }
}

fn rosenbrock() -> Function {
    Function::record(["x", "y"], |[x, y]| (1.0 - x).powi(2) + 100.0 * (y - x * x).powi(2))
        .expect("two names")
}

/// The chapter's `L = (ab + c)d` with its labels.
fn chapter() -> Function {
    Function::record(["a", "b", "c", "d"], |[a, b, c, d]| {
        let e = (a * b).label("e");
        let f = (e + c).label("f");
        (f * d).label("L")
    })
    .expect("four names")
}

fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for &op in Op::ALL {
        cases.push(row(op, 4, 3.0));
        if op.info().any {
            cases.push(row(op, 1, 0.0));
            cases.push(row(op, 11, 0.0));
        }
        if op.info().domains.iter().any(|d| d.constant) {
            cases.push(row(op, 5, 2.0));
        }
    }
    cases.push(Case::new("rosenbrock", rosenbrock()));
    cases.push(Case::new("chapter", chapter()));
    let add = |cases: &mut Vec<Case>, name: &str, f: Result<Function, chainrule::Error>| {
        cases.push(Case::new(name, f.expect("names differ")));
    };
    let softmax = Function::record_vector(["p", "q", "r"], |x| {
        let total = chainrule::logsumexp(&x);
        x.map(|v| (v - total).exp())
    });
    add(&mut cases, "softmax", softmax);
    let branch = Function::record_vector(["x", "y"], |[x, y]| {
        let a = if x + y > 1.0 { x.exp() } else { y * x };
        [a, if x < 2.0 { a * a } else { a - y }]
    });
    add(&mut cases, "branch", branch);
    add(&mut cases, "one_branch", Function::record(["x"], |[x]| if x <= 0.5 { x * x } else { x }));
    add(
        &mut cases,
        "choice",
        Function::record(["x"], |[x]| x.gt(0.0).select(x.sqrt() * -3.0, -(-x - 2.0) / x)),
    );
    add(
        &mut cases,
        "brackets",
        Function::record(["x", "y"], |[x, y]| {
            let a = (x - (y - 2.0)) / (x / (y * -1.5));
            let b = -(a - x).powi(2) - (-(x + y)).exp() % (y + 3.0);
            ((a + b).lt(x * y) * 2.0 - -x) * (2.0_f64 * (b - 1.0)).tanh()
                + (x + 1.0).constant(2.5).pow(y - x)
        }),
    );
    add(
        &mut cases,
        "names",
        Function::record_with_parameters(
            &["fn", "α₁", "double", "sin", "x y", "square", "t1"],
            &["special", "unused"],
            |x, k| {
                let s = (x[0].sin() * x[1]).label("*/ let");
                let t = (s + x[2].square() / x[3]).label("S");
                let u = (x[4] - 1.0).square() * x[5] + t * t * k[0];
                vec![(u + x[6]).label("L"), t, u * f64::INFINITY - 1e-310, u.max(f64::NAN)]
            },
        ),
    );
    add(
        &mut cases,
        "constant",
        Function::record_vector(["x", "y"], |[x, _]| [x.constant(-0.1), x]),
    );
    cases.push(Case::new("mlp", mlp()));
    cases
}

/// Two inputs, a layer of three, one output; the weights are inputs, the data parameters.
fn mlp() -> Function {
    let names: Vec<String> = (0..13).map(|i| format!("w{i}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    Function::record_with_parameters(&names, &["x0", "x1", "target"], |w, x| {
        let neuron = |k: usize| (w[3 * k] * x[0] + w[3 * k + 1] * x[1] + w[3 * k + 2]).tanh();
        let hidden: Vec<_> = (0..3).map(neuron).collect();
        let y = chainrule::dot(&hidden, &w[9..12]) + w[12];
        vec![((y - x[2]).square() + 0.01 * chainrule::norm2(w).square()).label("loss")]
    })
    .expect("names differ")
}

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
    let cases = cases();
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
