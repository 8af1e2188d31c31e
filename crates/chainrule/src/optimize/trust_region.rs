//! The step of a trust-region method: minimise gᵀp + ½pᵀAp over |p| ≤ Δ, for any symmetric A.
//!
//! Source: Moré and Sorensen, "Computing a trust region step", *SIAM J. Sci. Stat. Comput.* 4 (1983), in the
//! form of Conn, Gould, Toint, *Trust-Region Methods* (2000), algorithm 7.3.4. The step satisfies
//! (A + λI)p = −g with A + λI positive semidefinite, λ ≥ 0 and λ(Δ − |p|) = 0; λ is found by Newton's
//! method on 1/|p(λ)| − 1/Δ within a bracket. In the hard case, where g has no part along the direction
//! of lowest curvature, that direction, from an inverse iteration, fills the step up to the radius.
//! Cost: a Cholesky factorisation, n³/6, for each of a few values of λ.

use super::dense::{cholesky, solve_lower, solve_upper};
use super::run::{dot, norm, scale_by};

/// How exactly the radius has to be met, and how many values of λ are tried for that.
const RADIUS_MET: f64 = 0.1;
const TRIALS: usize = 60;

/// Minimises the quadratic model with gradient `g` and Hessian `a` (n×n) over |p| ≤ `radius`.
pub(super) fn solve(a: &[f64], g: &[f64], radius: f64) -> Vec<f64> {
    let n = g.len();
    let slope = norm(g);
    // Gershgorin: no eigenvalue lies outside.
    let (mut least, mut most) = (f64::INFINITY, f64::NEG_INFINITY);
    for i in 0..n {
        let row = &a[i * n..(i + 1) * n];
        let beside: f64 = row.iter().map(|x| x.abs()).sum::<f64>() - row[i].abs();
        least = least.min(row[i] - beside);
        most = most.max(row[i] + beside);
    }
    let size = least.abs().max(most.abs());
    let diagonal = (0..n).map(|i| a[i * n + i]).fold(f64::INFINITY, f64::min);
    let mut low = (-diagonal).max(slope / radius - most).max(0.0);
    let mut high = (slope / radius - least).max(low);
    let mut lambda =
        if low > 0.0 { (low * high).sqrt().max(low + 0.01 * (high - low)) } else { 0.0 };

    let mut factor = vec![0.0; n * n];
    let mut best: Option<Vec<f64>> = None;
    for _ in 0..TRIALS {
        factor.copy_from_slice(a);
        (0..n).for_each(|i| factor[i * n + i] += lambda);
        if cholesky(&mut factor, n) {
            let mut p: Vec<f64> = g.iter().map(|g| -g).collect();
            solve_lower(&factor, &mut p);
            solve_upper(&factor, &mut p);
            let length = norm(&p);
            let met = (length - radius).abs() <= RADIUS_MET * radius;
            if met || (length < radius && lambda == 0.0) {
                return p;
            }
            let mut w = p.clone();
            solve_lower(&factor, &mut w);
            let newton = lambda + (length / norm(&w)).powi(2) * (length - radius) / radius;
            if length < radius {
                high = lambda;
                // The bracket has closed on −λ₁ and the step still falls short: the hard case.
                if high - low <= 1e-10 * size.max(high) {
                    return lengthen(&factor, &p, g, radius);
                }
                best = Some(p);
            } else {
                low = lambda;
                if !(newton.is_finite()) {
                    break;
                }
            }
            lambda = if newton > low && newton < high { newton } else { between(low, high) };
        } else {
            low = low.max(lambda);
            lambda = between(low, high);
        }
    }
    // Rounding closed the bracket: the last step inside is as good as any.
    best.unwrap_or_else(|| g.iter().map(|g| -g * (radius / slope)).collect())
}

fn between(low: f64, high: f64) -> f64 {
    // Not `clamp`: where a number overflowed the bracket may be empty.
    (low * high).sqrt().max(low + 0.01 * (high - low)).min(high)
}

/// Goes on from `p` along the direction of lowest curvature to the radius, on the side that is lower.
fn lengthen(factor: &[f64], p: &[f64], g: &[f64], radius: f64) -> Vec<f64> {
    let n = p.len();
    let mut z: Vec<f64> = (0..n).map(|i| if i % 2 == 0 { 1.0 } else { -0.7 }).collect();
    for _ in 0..3 {
        solve_lower(factor, &mut z);
        solve_upper(factor, &mut z);
        let length = norm(&z);
        scale_by(&mut z, 1.0 / length);
    }
    if dot(&z, g) > 0.0 {
        scale_by(&mut z, -1.0);
    }
    let along = dot(p, &z);
    let room = radius * radius - dot(p, p);
    let t = -along + (along * along + room).max(0.0).sqrt();
    p.iter().zip(&z).map(|(p, z)| p + t * z).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(a: &[f64], g: &[f64], p: &[f64]) -> f64 {
        let n = g.len();
        dot(g, p) + 0.5 * (0..n).map(|i| p[i] * dot(&a[i * n..(i + 1) * n], p)).sum::<f64>()
    }

    #[test]
    fn the_step_is_the_lowest_point_of_the_disc() {
        // Inside; on the rim; indefinite; the hard case (g without a part along the lowest curvature); zero.
        let cases: [([f64; 4], [f64; 2], f64); 6] = [
            ([4.0, 1.0, 1.0, 3.0], [1.0, 2.0], 10.0),
            ([4.0, 1.0, 1.0, 3.0], [1.0, 2.0], 0.1),
            ([1.0, 0.0, 0.0, -2.0], [1.0, 0.5], 1.0),
            ([1.0, 0.0, 0.0, -2.0], [1.0, 0.0], 2.0),
            ([-1.0, 0.0, 0.0, -2.0], [1e-9, 1e-9], 3.0),
            ([0.0, 0.0, 0.0, 0.0], [3.0, 4.0], 2.0),
        ];
        for (a, g, radius) in cases {
            let p = solve(&a, &g, radius);
            assert!(norm(&p) <= radius * (1.0 + RADIUS_MET + 1e-9), "{a:?}: {p:?}");
            if norm(&p) < (1.0 - RADIUS_MET) * radius {
                for i in 0..2 {
                    assert!(
                        (dot(&a[2 * i..2 * i + 2], &p) + g[i]).abs() < 1e-12,
                        "{a:?}: not stationary inside"
                    );
                }
            }
            // By brute force, over the disc that the step used.
            let rim = norm(&p).max(1e-3);
            let lowest = (0..3600)
                .flat_map(|k| {
                    (0..=20)
                        .map(move |r| (f64::from(k) * std::f64::consts::TAU / 3600.0, f64::from(r)))
                })
                .map(|(angle, r)| [angle.cos() * r / 20.0 * rim, angle.sin() * r / 20.0 * rim])
                .map(|q| model(&a, &g, &q))
                .fold(f64::INFINITY, f64::min);
            assert!(
                model(&a, &g, &p) <= 0.75 * lowest,
                "{a:?}: {} above {lowest}",
                model(&a, &g, &p)
            );
        }
    }
}
