//! A robot's arm in nalgebra: where its hand is, how it moves with the joints, and the angles that
//! put it somewhere else, by Newton's method on the exact Jacobian.
//!
//! `cargo run --example with_nalgebra --features nalgebra`

use chainrule::interop::nalgebra::values_and_jacobian;
use nalgebra::{RealField, Rotation2, Vector2};

/// The hand of an arm of two links, 1 and 0.8 long, for any kind of real number.
fn hand<T: RealField + Copy>(angles: Vector2<T>) -> Vector2<T> {
    let link = |length: f64| Vector2::new(nalgebra::convert(length), T::zero());
    let upper = Rotation2::new(angles[0]) * link(1.0);
    upper + Rotation2::new(angles[0] + angles[1]) * link(0.8)
}

fn main() {
    let target = Vector2::new(0.5, 1.2);
    let mut angles = Vector2::new(0.3, 0.8);
    for step in 0..8 {
        let (place, jacobian) = values_and_jacobian(hand, &angles);
        let miss = target - place;
        println!("step {step}: angles {:.6} {:.6}, miss {:.2e}", angles[0], angles[1], miss.norm());
        if miss.norm() < 1e-12 {
            break;
        }
        angles += jacobian.lu().solve(&miss).expect("the arm is not stretched out");
    }
    assert!((hand(angles) - target).norm() < 1e-12);
}
