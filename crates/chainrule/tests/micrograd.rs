//! micrograd's examples and its demo, in Rust. Expected numbers were printed by micrograd itself
//! (commit c911406) unless a test says otherwise.

use chainrule::algebra::{Algebra, Dual, DualValue, Num, Term};
use chainrule::nn::{Activation, Layer, MersenneTwister, Mlp, Neuron};
use chainrule::{ErrorKind, Graph, Value};
use std::f64::consts::LN_2;

// M-01
#[test]
fn operators_take_numbers_on_both_sides() {
    let graph = Graph::new();
    let a = graph.value(3.0);
    let slope = |y: Value<'_>| (y.value(), y.backward()[a]);
    assert_eq!(slope(a + 1), (4.0, 1.0));
    assert_eq!(slope(1 + a), (4.0, 1.0));
    assert_eq!(slope(a - 1.0), (2.0, 1.0));
    assert_eq!(slope(1.0 - a), (-2.0, -1.0));
    assert_eq!(slope(2 * a), (6.0, 2.0));
    assert_eq!(slope(a * 2), (6.0, 2.0));
    assert_eq!(slope(a / 2), (1.5, 0.5));
    assert_eq!(slope(6 / a), (2.0, -2.0 / 3.0));
    assert_eq!(slope(-a), (-3.0, -1.0));
    assert_eq!(slope(a.powi(-2)), (1.0 / 9.0, -2.0 / 27.0));
    assert_eq!(slope((a + 1).powf(0.5)), (2.0, 0.25));
    let mut b = a;
    b += a;
    b *= 2;
    assert_eq!(slope(b), (12.0, 4.0));
}

// M-02
#[test]
#[expect(clippy::misrefactored_assign_op, reason = "as in the README")]
fn readme_example() {
    let graph = Graph::new();
    let [a, b] = graph.values([-4.0, 2.0]);
    let mut c = a + b;
    let mut d = a * b + b.powi(3);
    c += c + 1;
    c += 1 + c + (-a);
    d += d * 2 + (b + a).relu();
    d += 3 * d + (b - a).relu();
    let e = c - d;
    let f = e.powi(2);
    let mut g = f / 2.0;
    g += 10.0 / f;
    let gradient = g.backward();
    assert_eq!(
        (g.value(), gradient[a], gradient[b]),
        (24.70408163265306, 138.83381924198252, 645.5772594752186)
    );
    assert_eq!(format!("{g:.4?}", g = g.value()), "24.7041");
}

// M-03
#[test]
fn sanity_check() {
    let graph = Graph::new();
    let x = graph.value(-4.0);
    let z = 2 * x + 2 + x;
    let q = z.relu() + z * x;
    let h = (z * z).relu();
    let y = h + q + q * x;
    assert_eq!((y.value(), y.backward()[x]), (-20.0, 46.0));
}

// M-04
#[test]
fn relu_is_flat_at_zero_and_does_not_hide_nan() {
    let graph = Graph::new();
    let [zero, one, nan] = graph.values([0.0, 1.0, f64::NAN]);
    assert_eq!((zero.relu().value(), zero.relu().backward()[zero]), (0.0, 0.0));
    let y = (one * 2 + 1).relu();
    assert_eq!((y.value(), y.backward()[one]), (3.0, 2.0));
    let y = nan.relu();
    assert!(y.value().is_nan() && y.backward()[nan].is_nan());
}

// M-06
#[test]
fn networks_print_their_shape_and_count_their_parameters() {
    let random = &mut MersenneTwister::new(0);
    let model = Mlp::new(3, &[4, 4, 1], Activation::Relu, random);
    assert_eq!(model.parameters().len(), 41);
    assert_eq!(Mlp::new(2, &[16, 16, 1], Activation::Relu, random).parameters().len(), 337);
    let hidden = |n| format!("Layer of [{}]", vec![format!("ReLUNeuron({n})"); 4].join(", "));
    let want = format!("MLP of [{}, {}, Layer of [LinearNeuron(4)]]", hidden(3), hidden(4));
    assert_eq!(model.to_string(), want);
    assert_eq!(Neuron::new(2, Activation::Tanh).to_string(), "TanhNeuron(2)");
    assert_eq!(Layer::new(2, 1, Activation::Sigmoid).to_string(), "Layer of [SigmoidNeuron(2)]");
}

// M-07
#[test]
fn a_wrong_number_of_inputs_is_an_error() {
    let model = Mlp::new(2, &[16, 16, 1], Activation::Relu, &mut MersenneTwister::new(1337));
    let graph = Graph::new();
    let weights = model.place(&graph);
    let x = graph.values([1.0, 2.0, 3.0]);
    for (x, message) in
        [(&x[..1], "expected 2 inputs, got 1"), (&x[..], "expected 2 inputs, got 3")]
    {
        let error = model.call(&weights, x).expect_err("the network has two inputs");
        assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::Length, message));
    }
    let error = model.call(&weights[1..], &x[..2]).expect_err("a parameter is missing");
    assert_eq!(error.to_string(), "expected 337 parameters, got 336");
    let neuron = Neuron::new(1, Activation::Linear);
    let error = neuron.call(&weights[..2], &x[..2]).expect_err("the neuron has one input");
    assert_eq!(error.to_string(), "expected 1 input, got 2");
}

// M-08; further seeds printed by CPython 3.11: first, second and thousandth `random.random()`.
#[test]
fn random_numbers_are_those_of_python() {
    let mut generator = MersenneTwister::new(1337);
    let uniform: Vec<f64> = (0..4).map(|_| generator.uniform(-1.0, 1.0)).collect();
    let want = [0.23550571390294128, 0.06653114721000164, -0.26830328150124894, 0.1715747078045431];
    assert_eq!(uniform, want);
    for (seed, first, second, thousandth) in [
        (0, 0.8444218515250481, 0.7579544029403025, 0.4804125346981437),
        (1, 0.13436424411240122, 0.8474337369372327, 0.7062615472551386),
        (42, 0.6394267984578837, 0.025010755222666936, 0.8554501933059546),
        (u64::from(u32::MAX), 0.6353574441341173, 0.20319993954407756, 0.3214643568909129),
        (1 << 32, 0.11299430095636409, 0.41782886486292836, 0.04156870367167198),
        ((1 << 63) + 12345, 0.30477471939133105, 0.21243216957860434, 0.5120764612619378),
    ] {
        let mut generator = MersenneTwister::new(seed);
        let numbers: Vec<f64> = (0..1000).map(|_| generator.random()).collect();
        assert_eq!((numbers[0], numbers[1], numbers[999]), (first, second, thousandth), "{seed}");
    }
}

// M-08
#[test]
fn a_seeded_network_starts_like_micrograds() {
    let model = Mlp::new(2, &[16, 16, 1], Activation::Relu, &mut MersenneTwister::new(1337));
    let want: Vec<f64> = include_str!("data/fixtures/moons_mlp_w0.txt")
        .lines()
        .map(|line| line.parse().expect("a number a line"))
        .collect();
    assert_eq!(model.parameters(), want);
}

// M-09, without the drawing
#[test]
fn neuron_of_the_trace_notebook() {
    let neuron = Neuron::new(2, Activation::Relu);
    let graph = Graph::new();
    let start = neuron.start(&mut MersenneTwister::new(1337));
    let weights: Vec<_> = start.iter().map(|&w| graph.value(w)).collect();
    let x = graph.values([1.0, -2.0]);
    let y = neuron.call(&weights, &x).expect("two inputs");
    let gradient = y.backward();
    let shown = |v: f64| format!("{v:.4}");
    assert_eq!(shown(y.value()), "0.1024");
    assert_eq!([weights[0], weights[1], weights[2]].map(|w| gradient[w]), [1.0, -2.0, 1.0]);
    assert_eq!(x.map(|x| shown(gradient[x])), ["0.2355", "0.0665"]);
}

// The same call in numbers, in dual numbers and in a graph.
#[test]
fn a_network_runs_in_any_algebra() {
    let model = Mlp::new(2, &[3, 1], Activation::Sigmoid, &mut MersenneTwister::new(7));
    let x = [0.5, -1.5];
    let graph = Graph::new();
    let weights = model.place(&graph);
    let y = model.call(&weights, &x.map(|v| graph.constant(v))).expect("two inputs")[0];
    let gradient = y.backward();
    let parameters = model.parameters();
    let plain: Vec<_> = parameters.iter().map(|&p| Term::new(&Num, p)).collect();
    let found = model.call(&plain, &x.map(|v| Term::new(&Num, v))).expect("two inputs")[0];
    assert_eq!(found.value(), y.value());
    let dual = Dual(&Num);
    for (i, &weight) in weights.iter().enumerate() {
        let part = |(j, &primal)| DualValue { primal, tangent: (i == j).then_some(1.0) };
        let moving: Vec<_> =
            parameters.iter().enumerate().map(|p| Term::new(&dual, part(p))).collect();
        let fixed = x.map(|v| Term::new(&dual, dual.constant(v)));
        let slope = model.call(&moving, &fixed).expect("two inputs")[0].raw().tangent;
        let want = gradient[weight];
        assert!((slope.unwrap_or(0.0) - want).abs() <= 8.0 * f64::EPSILON * want.abs(), "{i}");
    }
}

/// One step of the demo: loss, accuracy, and the derivative by every parameter.
fn moons_step(model: &Mlp, graph: &Graph, rows: &[[f64; 3]]) -> (f64, f64, Vec<f64>) {
    let weights = model.place(graph);
    let mut losses = Vec::new();
    let mut right = 0;
    for &[x1, x2, y] in rows {
        let x = [graph.constant(x1), graph.constant(x2)];
        let score = model.call(&weights, &x).expect("two inputs")[0];
        losses.push((1 - y * score).relu());
        right += usize::from((y > 0.0) == (score > 0.0));
    }
    let data = losses.iter().sum::<Value<'_>>() / rows.len() as f64;
    let squares: Value<'_> = weights.iter().map(|w| w.square()).sum();
    let loss = data + 1e-4 * squares;
    let gradient = loss.backward();
    let slopes = weights.iter().map(|&w| gradient[w]).collect();
    (loss.value(), right as f64 / rows.len() as f64, slopes)
}

/// Lines of a CSV file after its header.
fn rows<const N: usize>(text: &str) -> Vec<[f64; N]> {
    let row = |line: &str| {
        let mut numbers = line.split(',').map(|n| n.parse().expect("a number"));
        std::array::from_fn(|_| numbers.next().expect("enough columns"))
    };
    text.lines().skip(1).map(row).collect()
}

// M-10, P-04. `moons_losses_100.csv` is the output of tools/reference/make_moons_losses.py: plain
// Python floats, derivatives written out by hand; the named steps were measured with micrograd.
#[test]
fn moons_are_learnt_as_in_the_demo() {
    const DRIFT: f64 = 1e-9;
    let points = rows::<3>(include_str!("data/fixtures/moons_1337.csv"));
    let want = rows::<3>(include_str!("data/moons_losses_100.csv"));
    assert_eq!((points.len(), want.len()), (100, 100));
    let mut model = Mlp::new(2, &[16, 16, 1], Activation::Relu, &mut MersenneTwister::new(1337));
    let mut graph = Graph::new();
    let mut found = Vec::new();
    for (k, &[_, loss_wanted, accuracy_wanted]) in want.iter().enumerate() {
        graph.clear();
        let (loss, accuracy, slopes) = moons_step(&model, &graph, &points);
        let error = (loss - loss_wanted).abs() / loss_wanted;
        assert!(error < DRIFT, "step {k}: {loss:?}, not {loss_wanted:?}");
        assert_eq!(accuracy, accuracy_wanted, "step {k}");
        found.push((loss, accuracy));
        let rate = 1.0 - 0.9 * k as f64 / 100.0;
        for (parameter, slope) in model.parameters_mut().iter_mut().zip(&slopes) {
            *parameter -= rate * slope;
        }
    }
    for (k, loss, accuracy) in [
        (0, 0.8958441028683222, Some(0.5)),
        (10, 0.24507024, Some(0.91)),
        (50, 0.09875115, Some(0.96)),
        (99, 0.010978370135492717, Some(1.0)),
        (1, 1.72359053, None),
        (2, 0.74290063, None),
    ] {
        // Steps between the first and the last are known to eight decimals.
        let tolerance = if k == 0 || k == 99 { DRIFT * loss } else { 0.5e-8 };
        assert!((found[k].0 - loss).abs() <= tolerance, "step {k}: {:?}", found[k]);
        assert!(accuracy.is_none_or(|a| a == found[k].1), "step {k}: {:?}", found[k]);
    }
}

// M-12
#[test]
fn a_second_backward_call_gives_the_same_numbers() {
    let graph = Graph::new();
    let a = graph.value(2.0);
    let m = 3 * a;
    let l = m * m;
    assert_eq!([(); 3].map(|()| l.backward()[a]), [36.0; 3]);
}

// M-13
#[test]
fn division_by_zero_is_infinite_or_nan() {
    let graph = Graph::new();
    let [zero, one] = graph.values([0.0, 1.0]);
    assert!((zero / 0).value().is_nan());
    assert_eq!((one / 0).value(), f64::INFINITY);
    assert_eq!((-one / zero).value(), f64::NEG_INFINITY);
}

// M-14
#[test]
fn exp_ln_and_tanh_are_stable() {
    let graph = Graph::new();
    for (x, y) in [(1000.0, 1.0), (-1000.0, -1.0)] {
        let x = graph.value(x);
        let t = x.tanh();
        assert_eq!((t.value(), t.backward()[x]), (y, 0.0));
    }
    let x = graph.value(0.5);
    let close = |y: Value<'_>, value: f64, slope: f64| {
        assert!((y.value() - value).abs() < 1e-14 * value.abs(), "{y}");
        assert!((y.backward()[x] - slope).abs() < 1e-14 * slope.abs(), "{y}");
    };
    close(x.exp(), 1.6487212707001282, 1.6487212707001282);
    close(x.ln(), -LN_2, 2.0);
    close(x.tanh(), 0.46211715726000976, 0.7864477329659274);
}

// M-05
#[test]
fn values_print_as_micrograd_prints_them() {
    let graph = Graph::new();
    let x = graph.value(3.0);
    let y = x * 2.5;
    let gradient = y.backward();
    assert_eq!(gradient.micrograd(y), "Value(data=7.5, grad=1)");
    assert_eq!(gradient.micrograd(x), "Value(data=3.0, grad=2.5)");
}
