//! Micrograd's demo through the batch engine.

use chainrule::kernel::Kernel;
use chainrule::nn::{Activation, MersenneTwister, Mlp};

fn columns(text: &str) -> [Vec<f64>; 3] {
    let mut columns = [const { Vec::new() }; 3];
    for line in text.lines().skip(1) {
        for (column, number) in columns.iter_mut().zip(line.split(',')) {
            column.push(number.parse().expect("the file holds numbers"));
        }
    }
    columns
}

// M-10, P-04: `moons_losses_100.csv` is the output of tools/reference/make_moons_losses.py.
#[test]
fn moons_are_learnt_as_in_the_demo() {
    let points = columns(include_str!("data/fixtures/moons_1337.csv"));
    let points: Vec<&[f64]> = points.iter().map(Vec::as_slice).collect();
    let [_, losses, _] = columns(include_str!("data/moons_losses_100.csv"));
    let model = Mlp::new(2, &[16, 16, 1], Activation::Relu, &mut MersenneTwister::new(1337));
    let names: Vec<String> = (0..model.parameters().len()).map(|i| format!("p{i}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let hinge = Kernel::sum_over(&names, &["x1", "x2", "y"], |p, row| {
        let score = model.call(p, &row[..2]).expect("two inputs and all parameters")[0];
        (1.0 - row[2] * score).relu()
    })
    .expect("distinct names");
    let mut p = model.parameters().to_vec();
    assert_eq!((p.len(), losses.len()), (337, 100));
    let mut gradient = vec![0.0; p.len()];
    for (k, &expected) in losses.iter().enumerate() {
        let sum = hinge.value_and_gradient_into(&p, &points, &mut gradient).expect("shapes fit");
        let loss = sum / 100.0 + 1e-4 * p.iter().map(|p| p * p).sum::<f64>();
        assert!((loss / expected - 1.0).abs() < 1e-9, "step {k}: {loss:?}, not {expected:?}");
        let rate = 1.0 - 0.9 * k as f64 / 100.0;
        for (p, g) in p.iter_mut().zip(&gradient) {
            *p -= rate * (g / 100.0 + 2e-4 * *p);
        }
    }
}
