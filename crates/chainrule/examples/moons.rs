//! micrograd's demo: a network of 337 parameters learns to tell two moons apart.
//!
//! Run it with `cargo run --release --example moons`.

use chainrule::nn::{Activation, MersenneTwister, Mlp};
use chainrule::{Error, Graph, Value};
use std::time::Instant;

/// The points and, as 1 or −1, the moon that each belongs to.
fn points() -> Vec<([f64; 2], f64)> {
    let row = |line: &str| {
        let mut numbers = line.split(',').map(|n| n.parse().expect("the file holds numbers"));
        let mut next = || numbers.next().expect("three columns");
        ([next(), next()], next())
    };
    include_str!("../tests/data/fixtures/moons_1337.csv").lines().skip(1).map(row).collect()
}

fn main() -> Result<(), Error> {
    let points = points();
    let count = points.len() as f64;
    let mut model = Mlp::new(2, &[16, 16, 1], Activation::Relu, &mut MersenneTwister::new(1337));
    println!("{model}\nnumber of parameters {}", model.parameters().len());

    let start = Instant::now();
    let mut graph = Graph::new();
    let (mut loss_now, mut accuracy) = (f64::NAN, 0.0);
    for k in 0..100 {
        graph.clear();
        let weights = model.place(&graph);
        let mut losses = Vec::new();
        let mut right = 0;
        for &(x, y) in &points {
            let score = model.call(&weights, &x.map(|v| graph.constant(v)))?[0];
            losses.push((1 - y * score).relu());
            right += u8::from((y > 0.0) == (score > 0.0));
        }
        let squares: Value<'_> = weights.iter().map(|w| w.square()).sum();
        let loss = losses.iter().sum::<Value<'_>>() / count + 1e-4 * squares;

        let gradient = loss.backward();
        let rate = 1.0 - 0.9 * f64::from(k) / 100.0;
        for (parameter, &weight) in model.parameters_mut().iter_mut().zip(&weights) {
            *parameter -= rate * gradient[weight];
        }
        (loss_now, accuracy) = (loss.value(), 100.0 * f64::from(right) / count);
        println!("step {k} loss {loss_now}, accuracy {accuracy}%");
    }
    println!("100 steps in {:.1?}", start.elapsed());

    // The last line that micrograd prints, up to the rounding of a different order of sums.
    assert!((loss_now / 0.010978370135492717 - 1.0).abs() < 1e-9);
    assert_eq!(accuracy, 100.0);
    Ok(())
}
