//! The chapter's fourth section: the gradient by one walk backward.
//!
//! Run it with `cargo run --example ch4_gradients`.

use chainrule::{Graph, grad};

fn main() {
    let graph = Graph::new();
    let a = graph.value(2.0).label("a");
    let b = graph.value(-3.0).label("b");
    let c = graph.value(10.0).label("c");
    let d = graph.value(-2.0).label("d");
    let e = (a * b).label("e");
    let f = (e + c).label("f");
    let l = (f * d).label("L");

    let gradient = l.backward();
    println!("{:?}", [a, b, c, d].map(|x| gradient[x]));
    assert_eq!([a, b, c, d].map(|x| gradient[x]), [6.0, -4.0, -2.0, 4.0]);
    for x in [l, f, e, d, c, b, a] {
        println!("dL/d{} = {}", x.name().unwrap_or_default(), gradient[x]);
    }
    assert_eq!([e, f, l].map(|x| gradient[x]), [-2.0, -2.0, 1.0]);

    // A value that is used twice: its contributions add, and a second call starts from zero.
    let b = a + a;
    println!("b = a + a, db/da = {}", b.backward()[a]);
    assert_eq!((b.backward()[a], b.backward()[a]), (2.0, 2.0));

    // The same without naming a graph.
    let gradient = grad(|[a, b, c, d]| (a * b + c) * d, [2.0, -3.0, 10.0, -2.0]);
    assert_eq!(gradient, [6.0, -4.0, -2.0, 4.0]);
}
