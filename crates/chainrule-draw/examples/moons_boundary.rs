//! Trains micrograd's network on the two moons and draws where it decides for which (M-11).
//!
//! `cargo run --release -p chainrule-draw --example moons_boundary [FILE.svg]`; without a file the
//! picture is made and thrown away.

use chainrule::algebra::{Num, Term};
use chainrule::nn::{Activation, MersenneTwister, Mlp};
use chainrule::{Error, Graph, Value};
use chainrule_draw::{SvgOptions, plot};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let text = include_str!("../../chainrule/tests/data/fixtures/moons_1337.csv");
    let numbers: Vec<f64> = text.split([',', '\n']).filter_map(|n| n.parse().ok()).collect();
    let points: Vec<(f64, f64)> = numbers.chunks_exact(3).map(|row| (row[0], row[1])).collect();
    let labels: Vec<f64> = numbers.chunks_exact(3).map(|row| row[2]).collect();

    let mut model = Mlp::new(2, &[16, 16, 1], Activation::Relu, &mut MersenneTwister::new(1337));
    let mut graph = Graph::new();
    for k in 0..100 {
        graph.clear();
        let weights = model.place(&graph);
        let hinge = |(&(x1, x2), &y): (&(f64, f64), &f64)| -> Result<Value<'_>, Error> {
            let score = model.call(&weights, &[graph.constant(x1), graph.constant(x2)])?[0];
            Ok((1 - y * score).relu())
        };
        let losses: Vec<_> = points.iter().zip(&labels).map(hinge).collect::<Result<_, _>>()?;
        let squares: Value<'_> = weights.iter().map(|w| w.square()).sum();
        let gradient = (chainrule::mean(&losses) + 1e-4 * squares).backward();
        let rate = 1.0 - 0.9 * f64::from(k) / 100.0;
        for (parameter, &weight) in model.parameters_mut().iter_mut().zip(&weights) {
            *parameter -= rate * gradient[weight];
        }
    }

    let number = |x: f64| Term::new(&Num, x);
    let weights: Vec<_> = model.parameters().iter().map(|&w| number(w)).collect();
    let score = |x1: f64, x2: f64| {
        model.call(&weights, &[number(x1), number(x2)]).map_or(f64::NAN, |s| s[0].value())
    };
    let right = points.iter().zip(&labels).filter(|&(&(x1, x2), &y)| score(x1, x2) * y > 0.0);
    assert_eq!(right.count(), 100, "every point on its own side");
    let picture =
        plot::decision_boundary(score, &points, &labels, None, "two moons after 100 steps")?;
    let svg = picture.svg(&SvgOptions::default());
    if let Some(file) = std::env::args().nth(1) {
        std::fs::write(file, svg)?;
    }
    Ok(())
}
