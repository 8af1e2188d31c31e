//! The chapter's second section: `L = (ab + c)d` in small steps, and its derivatives from back to
//! front by hand, each beside its limit.
//!
//! Run it with `cargo run --example ch2_computational_graph`.

use chainrule::Graph;

/// The function, written with plain numbers.
fn l([a, b, c, d]: [f64; 4]) -> f64 {
    (a * b + c) * d
}

fn main() {
    let x @ [a, b, c, d] = [2.0, -3.0, 10.0, -2.0];
    let e = a * b;
    let f = e + c;
    println!("e = ab = {e}, f = e + c = {f}, L = fd = {}", f * d);

    // The chain rule, from L to the inputs.
    let dl_dd = f;
    let dl_df = d;
    let dl_dc = dl_df * 1.0;
    let dl_de = dl_df * 1.0;
    let dl_da = dl_de * b;
    let dl_db = dl_de * a;
    println!("dL/df = d = {dl_df}, dL/de = dL/df = {dl_de}");
    let by_hand = [dl_da, dl_db, dl_dc, dl_dd];

    let h = 1e-6;
    for (i, (name, derivative)) in ["a", "b", "c", "d"].into_iter().zip(by_hand).enumerate() {
        let mut nudged = x;
        nudged[i] += h;
        let quotient = (l(nudged) - l(x)) / h;
        println!("dL/d{name} = {derivative:2}, and by a small step {quotient:.6}");
        assert!((quotient - derivative).abs() < 1e-6);
    }

    // The same walk, done by the library.
    let graph = Graph::new();
    let inputs = graph.values(x);
    let [a, b, c, d] = inputs;
    let gradient = ((a * b + c) * d).backward();
    assert_eq!(inputs.map(|x| gradient[x]), by_hand);
}
