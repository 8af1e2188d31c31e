//! Softmax regression in ndarray: the loss is written with arrays, its gradient comes in the shape
//! of the weights.
//!
//! `cargo run --example with_ndarray --features ndarray`

use chainrule::interop::ndarray::value_and_gradient;
use chainrule::scalar::Scalar;
use ndarray::{Array2, Axis, array};

fn main() {
    let x = array![[1.0, 0.2, 0.1], [1.0, 0.9, 0.3], [1.0, 0.4, 0.8], [1.0, 0.8, 0.9]];
    let labels = [0, 1, 2, 1];
    let loss = |w: Array2<Scalar>| {
        let logits = x.mapv(Scalar::from).dot(&w);
        let rows = logits.axis_iter(Axis(0)).zip(labels);
        let losses: Vec<Scalar> =
            rows.map(|(row, label)| chainrule::logsumexp(&row.to_vec()) - row[label]).collect();
        chainrule::mean(&losses)
    };
    let mut w = Array2::zeros((3, 3));
    let (first, _) = value_and_gradient(loss, &w);
    for _ in 0..500 {
        let (_, gradient) = value_and_gradient(loss, &w);
        w -= &(gradient * 2.0);
    }
    let (last, _) = value_and_gradient(loss, &w);
    println!("loss {first:.4} before, {last:.4} after");
    println!("weights\n{w:.2}");
    assert!((first - 3.0_f64.ln()).abs() < 1e-12 && last < 0.3);
}
