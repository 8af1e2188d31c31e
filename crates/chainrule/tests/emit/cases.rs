//! The functions whose emitted source is compiled and run, and the points that they are tried at.

use chainrule::algebra::{Algebra, Domain, Op, Term};
use chainrule::{ErrorKind, Function, Graph, Value};

/// Points that each function is tried at.
const POINTS: usize = 30;

/// A function under test, and numbers to build its points from.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) f: Function,
    pub(crate) domains: Vec<Domain>,
}

/// Numbers between 0 and 1, the same in every run (Steele, Lea, Flood, splittable generators, 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> f64 {
        (self.next_bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    fn next_bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
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
    pub(crate) fn points(&self) -> Vec<Vec<f64>> {
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
    pub(crate) fn expected(&self) -> impl Fn(&[f64]) -> Vec<f64> {
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

pub(crate) fn rosenbrock() -> Function {
    Function::record(["x", "y"], |[x, y]| (1.0 - x).powi(2) + 100.0 * (y - x * x).powi(2))
        .expect("two names")
}

/// The chapter's `L = (ab + c)d` with its labels.
pub(crate) fn chapter() -> Function {
    Function::record(["a", "b", "c", "d"], |[a, b, c, d]| {
        let e = (a * b).label("e");
        let f = (e + c).label("f");
        (f * d).label("L")
    })
    .expect("four names")
}

pub(crate) fn cases() -> Vec<Case> {
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
    cases.extend((0..30).map(|seed| random(seed, 25)));
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

/// Operations whose C, or stand-in for the crate `libm`, may differ in the last bits.
const ROUNDED_OTHERWISE: [&str; 6] = ["log10", "erf", "lgamma", "gamma", "digamma", "polygamma"];

/// A function of `size` operations, each drawn from the table with arguments from before it, that
/// has no NaN where it is recorded.
fn random(seed: u64, size: usize) -> Case {
    const AT: [f64; 3] = [0.7, -1.3, 2.1];
    let f = Function::record_slices(&["x", "y", "z"], &AT, move |x| {
        let graph: &Graph = x[0].algebra();
        let mut random = Random(seed);
        let mut below = |n: usize| random.next_bits() as usize % n;
        let mut nodes = x.to_vec();
        while nodes.len() < size {
            let op = Op::ALL[below(Op::ALL.len())];
            let info = op.info();
            let count = info.arity().unwrap_or(1 + below(10));
            let args: Vec<Value<'_>> = (0..count)
                .map(|i| match below(6) {
                    _ if info.is_constant(i) => graph.constant(3.0),
                    0 => graph.constant([2.0, -1.5, 0.1, 1e-7][below(4)]),
                    1 => nodes[below(nodes.len())],
                    _ => nodes[nodes.len() - 1 - below(3)],
                })
                .collect();
            let numbers: Vec<f64> = args.iter().map(|v| v.value()).collect();
            let fits = op.value(&numbers).abs() < 1e3 && !ROUNDED_OTHERWISE.contains(&info.name);
            if fits {
                let raw: Vec<_> = args.into_iter().map(Term::raw).collect();
                nodes.push(Term::new(graph, graph.apply(op, &raw)));
            }
        }
        vec![nodes[size - 1], nodes[size / 2]]
    });
    let real = Op::Add.info().domains[0];
    let near = |x: f64| Domain { lower: x - 0.1, upper: x + 0.1, ..real };
    let f = f.expect("names differ");
    Case { name: format!("random_{seed}"), f, domains: AT.map(near).to_vec() }
}
