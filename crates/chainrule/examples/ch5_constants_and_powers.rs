//! The chapter's fifth section: constants on both sides, differences and powers. Its listings lose their
//! indentation in print (B-32); these programs run as they stand, in CI too.
//!
//! Run it with `cargo run --example ch5_constants_and_powers`.

use chainrule::{Graph, Value};

fn main() {
    let graph = Graph::new();
    let a = graph.value(3.0).label("a");
    let b = graph.value(42.0).label("b");

    println!("{}", a + 10);
    println!("{}", -13 + a);
    println!("{}", a - b);
    println!("{}", (a + b).powi(3));
    let results = [a + 10, -13 + a, a - b, (a + b).powi(3)].map(Value::value);
    assert_eq!(results, [13.0, -10.0, -39.0, 91125.0]);

    let cube = (a + b).powi(3);
    let gradient = cube.backward();
    println!(
        "operation {}, gradient {:?}",
        cube.op().unwrap_or_default(),
        [a, b].map(|x| gradient[x])
    );
    assert_eq!([a, b].map(|x| gradient[x]), [6075.0, 6075.0]);

    // A difference, a negation and a quotient are operations of their own.
    let y = 10 - a;
    println!("10 - a = {}, slope {}", y.value(), y.backward()[a]);
    assert_eq!((y.value(), y.backward()[a]), (7.0, -1.0));
    let y = a / b;
    println!("a / b = {}, slopes {:?}", y.value(), [a, b].map(|x| y.backward()[x]));
    assert_eq!(y.value(), 3.0 / 42.0);

    // A power of two variables.
    let y = b.pow(a);
    println!("b ** a = {}, slopes {:?}", y.value(), [a, b].map(|x| y.backward()[x]));
    assert_eq!((y.value(), y.backward()[b]), (74088.0, 5292.0));
}
