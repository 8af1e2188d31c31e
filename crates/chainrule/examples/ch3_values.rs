//! The chapter's third section: values that remember what they were computed from.
//!
//! Run it with `cargo run --example ch3_values`.

use chainrule::Graph;

fn main() {
    let graph = Graph::new();
    let a = graph.value(2.0);
    let b = graph.value(-3.0);
    println!("{a}");
    assert_eq!(a.to_string(), "Value(2.0)");

    let e = a + b;
    let g = e * b;
    println!("e = {e}, g = {g}");
    assert_eq!((e.value(), g.value()), (-1.0, 3.0));

    let a = a.label("a");
    let b = b.label("b");
    let c = graph.value(10.0).label("c");
    let d = graph.value(-2.0).label("d");
    let e = (a * b).label("e");
    let f = (e + c).label("f");
    let l = (f * d).label("L");
    println!("{l}");
    assert_eq!(l.to_string(), "Value(L: -8.0)");

    let inputs: Vec<String> = l.inputs().iter().map(ToString::to_string).collect();
    println!("L is a `{}` of {}", l.op().unwrap_or_default(), inputs.join(" and "));
    assert_eq!(inputs, ["Value(f: 4.0)", "Value(d: -2.0)"]);

    // Everything that led to L, inputs before results.
    let trace = l.trace();
    for (i, node) in trace.nodes.iter().enumerate() {
        let name = node.label.as_deref().unwrap_or("");
        let formula = if node.inputs.is_empty() { "given".into() } else { trace.formula(i, 40) };
        println!("{name}: {formula}, {}", node.value);
    }
    assert_eq!((trace.nodes.len(), trace.edges().len()), (7, 6));
}
