//! The chapter's last section: gradient descent with derivatives that nobody wrote down.
//!
//! Each line shows the loss before the step and the parameter after it, as the chapter's does.
//! Run it with `cargo run --example ch6_descent_with_autograd`.

use chainrule::Graph;

fn main() {
    let mut graph = Graph::new();
    let mut parameter = 0.0;
    let mut printed = String::new();
    for _ in 0..50 {
        graph.clear();
        let a = graph.value(parameter).label("a");
        let l = a.powi(2) - 10 * a + 28;
        parameter -= 0.1 * l.backward()[a];
        printed += &format!("{:?} {parameter:?}\n", l.value());
    }
    print!("{printed}");
    let fixture = include_str!("../tests/data/fixtures/gd_autograd_a0_eta0.1_50.txt");
    assert_eq!(printed, fixture);
}
