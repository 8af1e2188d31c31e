//! The chapter's first section: the minimum of `a² − 10a + 28` by a formula, by steps with the
//! derivative written by hand, and by steps with a difference quotient.
//!
//! Run it with `cargo run --example ch1_minimum`.

fn f(a: f64) -> f64 {
    a * a - 10.0 * a + 28.0
}

/// The derivative, worked out on paper.
fn exact(a: f64) -> f64 {
    2.0 * a - 10.0
}

/// The derivative from two values of `f`.
fn difference(a: f64) -> f64 {
    let h = 0.0001;
    (f(a + h) - f(a)) / h
}

/// Twenty steps downhill from 6, as the chapter prints them.
fn descend(slope: fn(f64) -> f64) -> String {
    let (mut a, eta) = (6.0, 0.1);
    let mut printed = String::new();
    for _ in 0..20 {
        a -= eta * slope(a);
        printed += &format!("a = {a:.6}, f(a) = {:.6}\n", f(a));
    }
    printed
}

fn main() {
    println!("The slope 2a - 10 is zero at a = 5, where f(a) = {}.", f(5.0));
    assert_eq!((f(5.0), exact(5.0)), (3.0, 0.0));

    println!("\nThree steps by hand:");
    let mut a = 6.0;
    for _ in 0..3 {
        println!("slope {:.2} at {a:.3}, so a becomes {:.3}", exact(a), a - 0.1 * exact(a));
        a -= 0.1 * exact(a);
    }

    let by_hand = descend(exact);
    print!("\nTwenty steps with the derivative:\n{by_hand}");
    let by_difference = descend(difference);
    print!("\nTwenty steps with a difference quotient:\n{by_difference}");

    // The chapter's own lines, from its Python code.
    let fixture = include_str!("../tests/data/fixtures/gd_analytic_a6_eta0.1_20.txt");
    assert_eq!(by_hand, fixture);
    let fixture = include_str!("../tests/data/fixtures/gd_numeric_h1e-4_a6_eta0.1_20.txt");
    assert_eq!(by_difference, fixture);
}
