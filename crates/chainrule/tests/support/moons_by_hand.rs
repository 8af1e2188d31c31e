//! The 2-16-16-1 network on the hundred moons with the derivative written by hand, shared by tests and benches.

const WIDTH: usize = 16;

/// Hinge loss and 10⁻⁴ times the squared weights, and the derivative with respect to every weight. Rows are two
/// coordinates and a label; each neuron has its weights and then its bias, layer by layer.
pub(crate) fn moons_by_hand(p: &[f64], rows: &[[f64; 3]], gradient: &mut [f64]) -> f64 {
    let (first, rest) = p.split_at(3 * WIDTH);
    let (second, last) = rest.split_at((WIDTH + 1) * WIDTH);
    let scale = 1.0 / rows.len() as f64;
    let mut value = 0.0;
    for (g, w) in gradient.iter_mut().zip(p) {
        *g = 2e-4 * w;
        value += 1e-4 * w * w;
    }
    let (d_first, d_rest) = gradient.split_at_mut(3 * WIDTH);
    let (d_second, d_last) = d_rest.split_at_mut((WIDTH + 1) * WIDTH);
    for &[x1, x2, y] in rows {
        let h1: [f64; WIDTH] = std::array::from_fn(|j| {
            let w = &first[3 * j..3 * j + 3];
            (w[0] * x1 + w[1] * x2 + w[2]).max(0.0)
        });
        let h2: [f64; WIDTH] = std::array::from_fn(|j| {
            let w = &second[(WIDTH + 1) * j..(WIDTH + 1) * (j + 1)];
            (w.iter().zip(&h1).map(|(w, h)| w * h).sum::<f64>() + w[WIDTH]).max(0.0)
        });
        let score = last.iter().zip(&h2).map(|(w, h)| w * h).sum::<f64>() + last[WIDTH];
        let margin = 1.0 - y * score;
        if margin <= 0.0 {
            continue;
        }
        value += scale * margin;
        let d_score = -y * scale;
        let mut d_h1 = [0.0; WIDTH];
        for j in 0..WIDTH {
            d_last[j] += d_score * h2[j];
            if h2[j] > 0.0 {
                let d = d_score * last[j];
                let w = &second[(WIDTH + 1) * j..(WIDTH + 1) * (j + 1)];
                let d_w = &mut d_second[(WIDTH + 1) * j..(WIDTH + 1) * (j + 1)];
                for i in 0..WIDTH {
                    d_w[i] += d * h1[i];
                    d_h1[i] += d * w[i];
                }
                d_w[WIDTH] += d;
            }
        }
        d_last[WIDTH] += d_score;
        for j in (0..WIDTH).filter(|&j| h1[j] > 0.0) {
            d_first[3 * j] += d_h1[j] * x1;
            d_first[3 * j + 1] += d_h1[j] * x2;
            d_first[3 * j + 2] += d_h1[j];
        }
    }
    value
}
