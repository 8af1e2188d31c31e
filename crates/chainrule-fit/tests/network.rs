//! Small networks: known answers, early stopping, the same bits for any number of threads.

use chainrule::error::ErrorKind;
use chainrule::nn::{Activation, MersenneTwister};
use chainrule_fit::{Design, Network, NetworkOptions, Status, Training};
use std::ops::ControlFlow;

fn train(design: &Design, options: &NetworkOptions) -> Training {
    Network::train(design, options, |_| ControlFlow::Continue(())).expect("a good design")
}

/// Rows of `count` uniform points of the square from −1 to 1, and what `f` makes of them.
fn square(count: usize, seed: u64, f: impl Fn(f64, f64) -> f64) -> Design {
    let mut random = MersenneTwister::new(seed);
    let mut column = || -> Vec<f64> { (0..count).map(|_| random.uniform(-1.0, 1.0)).collect() };
    let (x1, x2) = (column(), column());
    Design {
        response_name: "y".into(),
        response: x1.iter().zip(&x2).map(|(&a, &b)| f(a, b)).collect(),
        names: vec!["intercept".into(), "x1".into(), "x2".into()],
        columns: vec![vec![1.0; count], x1, x2],
        has_intercept: true,
        ..Design::default()
    }
}

/// The part of the rows whose likeliest class is the right one.
fn accuracy(network: &Network, design: &Design, rows: &[usize]) -> f64 {
    let inputs = Network::inputs(design);
    let probabilities = network.predict(&inputs).expect("the columns of the design");
    let right = |&&row: &&usize| {
        let best = (0..probabilities.len())
            .max_by(|&a, &b| probabilities[a][row].total_cmp(&probabilities[b][row]));
        best.map(|class| class as f64) == Some(design.response[row])
    };
    rows.iter().filter(right).count() as f64 / rows.len() as f64
}

fn moons() -> Design {
    let path =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../chainrule/tests/data/fixtures/moons_1337.csv");
    let text = std::fs::read_to_string(path).expect("the fixture is there");
    let rows: Vec<Vec<f64>> = (text.lines().skip(1))
        .map(|line| line.split(',').map(|cell| cell.parse().expect("a number")).collect())
        .collect();
    let column = |i: usize| rows.iter().map(|row| row[i]).collect::<Vec<f64>>();
    Design {
        response_name: "y".into(),
        response: column(2).iter().map(|y| f64::from(*y > 0.0)).collect(),
        response_levels: vec!["-1".into(), "1".into()],
        names: vec!["x1".into(), "x2".into()],
        columns: vec![column(0), column(1)],
        ..Design::default()
    }
}

#[test]
fn the_two_moons_are_told_apart() {
    let design = moons();
    for activation in [Activation::Relu, Activation::Tanh] {
        let options = NetworkOptions { activation, seed: 1, ..NetworkOptions::default() };
        let training = train(&design, &options);
        assert_eq!(training.held_out.len(), 20);
        let used: Vec<usize> = (0..100).filter(|i| !training.held_out.contains(i)).collect();
        assert_eq!(accuracy(&training.network, &design, &used), 1.0, "{activation}");
        assert!(accuracy(&training.network, &design, &training.held_out) >= 0.95, "{activation}");
    }
}

#[test]
fn a_smooth_function_is_learnt_where_there_were_no_rows() {
    let f = |a: f64, b: f64| 1000.0 + 50.0 * ((2.0 * a).sin() + b * b);
    let options = NetworkOptions {
        activation: Activation::Tanh,
        hidden: vec![16],
        ..NetworkOptions::default()
    };
    let training = train(&square(600, 3, f), &options);
    let fresh = square(500, 4, f);
    let predicted = training.network.predict(&Network::inputs(&fresh)).expect("two columns");
    let errors = predicted[0].iter().zip(&fresh.response).map(|(p, y)| (p - y).powi(2));
    let rmse = (errors.sum::<f64>() / 500.0).sqrt();
    // The response spreads by about 40: this is 1 % of it.
    assert!(rmse < 0.4, "{rmse}");
}

#[test]
fn three_classes_are_told_apart_and_probabilities_add_to_one() {
    let class = |a: f64, b: f64| if a * a + b * b < 0.3 { 0.0 } else { 1.0 + f64::from(a > b) };
    let names: Vec<String> = ["in", "above", "below"].map(str::to_owned).to_vec();
    let design = Design { response_levels: names.clone(), ..square(800, 5, class) };
    let training = train(&design, &NetworkOptions::default());
    let fresh = Design { response_levels: names, ..square(1000, 6, class) };
    let rows: Vec<usize> = (0..1000).collect();
    assert!(accuracy(&training.network, &fresh, &rows) > 0.95);
    let probabilities = training.network.predict(&Network::inputs(&fresh)).expect("two columns");
    assert_eq!(probabilities.len(), 3);
    for row in rows {
        let sum: f64 = probabilities.iter().map(|p| p[row]).sum();
        // Three roundings of numbers below one.
        assert!((sum - 1.0).abs() <= 3.0 * f64::EPSILON, "{sum}");
    }
}

#[test]
fn training_stops_early_and_keeps_the_best_weights() {
    let mut random = MersenneTwister::new(9);
    let noise: Vec<f64> = (0..60).map(|_| random.uniform(-1.0, 1.0)).collect();
    let mut design = square(60, 8, |_, _| 0.0);
    design.response = noise;
    let options = NetworkOptions { seed: 2, patience: 25, ..NetworkOptions::default() };
    let training = train(&design, &options);
    assert_eq!(training.status, Status::Converged);
    let last = training.history.last().expect("an epoch");
    assert_eq!(last.number, training.best + 25);
    // Noise is learnt by heart: the training loss falls while the held-out rows get worse.
    let best = training.history[training.best - 1].held_out.expect("rows were held out");
    assert!(training.history.iter().all(|e| e.held_out >= Some(best)));
    let predicted = training.network.predict(&Network::inputs(&design)).expect("two columns");
    let sd = training.network.response_scale.1;
    let squares =
        training.held_out.iter().map(|&i| ((predicted[0][i] - design.response[i]) / sd).powi(2));
    let loss = 0.5 * squares.sum::<f64>() / training.held_out.len() as f64;
    assert!((loss - best).abs() < 1e-12, "{loss} {best}");
}

#[test]
fn threads_do_not_change_a_bit_and_seeds_do() {
    let design = square(12_000, 10, |a, b| a * b);
    let with = |threads, seed| {
        let options = NetworkOptions {
            hidden: vec![4],
            epochs: 3,
            batch: 9000,
            threads: Some(threads),
            seed,
            ..NetworkOptions::default()
        };
        train(&design, &options)
    };
    let one = with(1, 0);
    assert_eq!(one, with(2, 0));
    assert_eq!(one, with(5, 0));
    assert_ne!(one.network.weights, with(1, 1).network.weights);
}

#[test]
fn weights_say_which_rows_count() {
    // Two answers for each point; only the rows with the first one count.
    let mut design = square(400, 11, |a, _| a);
    for i in 0..200 {
        design.response[i] = 5.0;
    }
    design.weights = Some((0..400).map(|i| f64::from(u8::from(i >= 200))).collect());
    let options = NetworkOptions { hidden: vec![8], ..NetworkOptions::default() };
    let training = train(&design, &options);
    let predicted = training.network.predict(&[&[0.5], &[0.0]]).expect("two columns");
    assert!((predicted[0][0] - 0.5).abs() < 0.1, "{predicted:?}");
}

#[test]
fn what_cannot_be_trained_is_an_error() {
    let design = square(30, 12, |a, _| a);
    let error = |design: &Design, options: NetworkOptions| {
        Network::train(design, &options, |_| ControlFlow::Continue(())).expect_err("an error")
    };
    let base = NetworkOptions::default;
    assert_eq!(error(&Design::default(), base()).kind(), ErrorKind::Data);
    let huge = NetworkOptions { hidden: vec![usize::MAX, 7], ..base() };
    assert_eq!(error(&design, huge).kind(), ErrorKind::Limit);
    for options in [
        NetworkOptions { hidden: vec![4, 0], ..base() },
        NetworkOptions { batch: 0, ..base() },
        NetworkOptions { rate: f64::NAN, ..base() },
        NetworkOptions { held_out: 1.0, ..base() },
    ] {
        assert_eq!(error(&design, options).kind(), ErrorKind::Option);
    }
    let one = Design { response_levels: vec!["a".into()], ..design.clone() };
    assert!(error(&one, base()).to_string().contains("one class, `a`"));
    let offset = Design { offset: Some(vec![0.0; 30]), ..design };
    assert!(error(&offset, base()).to_string().contains("offset"));
}

#[test]
fn one_row_and_constant_columns_train_without_a_panic() {
    let design = Design {
        response: vec![3.0],
        names: vec!["x".into()],
        columns: vec![vec![7.0]],
        ..Design::default()
    };
    let training = train(&design, &NetworkOptions { epochs: 5, ..NetworkOptions::default() });
    let predicted = training.network.predict(&[&[7.0]]).expect("a column");
    assert_eq!(predicted[0], [3.0]);
}
