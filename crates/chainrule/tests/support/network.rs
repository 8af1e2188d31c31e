//! A dense network as a chain of scalar operations, shared by tests and benches.

use chainrule::Value;

/// The only output of a network whose layers have `sizes` neurons, the last of them linear. A neuron has its
/// weights, then its bias, and adds up from the bias on: [`chainrule::nn`] has an inner product there.
pub(crate) fn network<'g>(
    sizes: &[usize],
    p: &[Value<'g>],
    input: &[Value<'g>],
    activation: impl Fn(Value<'g>) -> Value<'g>,
) -> Value<'g> {
    let (mut layer, mut at) = (input.to_vec(), 0);
    for (k, &size) in sizes.iter().enumerate() {
        let n = layer.len();
        layer = (0..size)
            .map(|j| {
                let w = &p[at + j * (n + 1)..];
                let z = (0..n).fold(w[n], |z, i| z + w[i] * layer[i]);
                if k + 1 < sizes.len() { activation(z) } else { z }
            })
            .collect();
        at += size * (n + 1);
    }
    layer[0]
}
