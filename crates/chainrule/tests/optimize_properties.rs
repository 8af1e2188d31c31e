//! Random problems: what must hold for all of them. A failure prints the seed of its problem.

use chainrule::optimize::{Bounds, Method, Minimizer, Objective, Stop, from_fn};

/// Numbers from a seed: `SplitMix64` (Steele, Lea, Flood, "Fast splittable pseudorandom number generators",
/// 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * ((self.next() >> 11) as f64 / (1_u64 << 53) as f64)
    }

    fn vector(&mut self, n: usize) -> Vec<f64> {
        (0..n).map(|_| self.between(-3.0, 3.0)).collect()
    }
}

/// ½(x − c)ᵀQ·diag(λ)·Qᵀ(x − c) + offset, with Q a product of reflections.
#[derive(Clone, Debug)]
struct Quadratic {
    matrix: Vec<f64>,
    centre: Vec<f64>,
    offset: f64,
    largest: f64,
}

impl Quadratic {
    fn random(random: &mut Random, n: usize) -> Self {
        let curvatures: Vec<f64> = (0..n).map(|_| 10_f64.powf(random.between(-1.0, 1.0))).collect();
        let mut matrix = vec![0.0; n * n];
        (0..n).for_each(|i| matrix[i * n + i] = curvatures[i]);
        for _ in 0..n.min(3) {
            let v = random.vector(n);
            let square: f64 = v.iter().map(|v| v * v).sum();
            let reflection: Vec<f64> = (0..n * n)
                .map(|k| f64::from(u8::from(k / n == k % n)) - 2.0 * v[k / n] * v[k % n] / square)
                .collect();
            matrix = times(&times(&reflection, &matrix, n), &reflection, n);
        }
        for i in 0..n {
            for j in 0..i {
                matrix[i * n + j] = matrix[j * n + i];
            }
        }
        let largest = curvatures.iter().fold(0.0_f64, |m, c| m.max(*c));
        Self { matrix, centre: random.vector(n), offset: random.between(-5.0, 5.0), largest }
    }
}

fn times(a: &[f64], b: &[f64], n: usize) -> Vec<f64> {
    (0..n * n).map(|k| (0..n).map(|l| a[k / n * n + l] * b[l * n + k % n]).sum()).collect()
}

impl Objective for Quadratic {
    fn dimension(&self) -> usize {
        self.centre.len()
    }

    fn value(&mut self, x: &[f64]) -> f64 {
        let mut gradient = vec![0.0; x.len()];
        self.value_and_gradient(x, &mut gradient)
    }

    fn value_and_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> f64 {
        let n = x.len();
        let away: Vec<f64> = x.iter().zip(&self.centre).map(|(x, c)| x - c).collect();
        for (i, g) in gradient.iter_mut().enumerate() {
            *g = self.matrix[i * n..(i + 1) * n].iter().zip(&away).map(|(m, d)| m * d).sum();
        }
        self.offset + 0.5 * gradient.iter().zip(&away).map(|(g, d)| g * d).sum::<f64>()
    }
}

fn quadratics() -> impl Iterator<Item = (u64, Quadratic, Vec<f64>)> {
    (0..200).map(|seed| {
        let mut random = Random(seed);
        let n = 1 + seed as usize % 12;
        let quadratic = Quadratic::random(&mut random, n);
        let start = random.vector(n);
        (seed, quadratic, start)
    })
}

/// The largest stable rate on a quadratic function: for momentum β = 0.9.
fn limit(method: Method, largest: f64) -> f64 {
    match method {
        Method::Momentum => 2.0 * 1.9 / largest,
        Method::Nesterov => 2.0 * 1.9 / (2.8 * largest),
        _ => 2.0 / largest,
    }
}

#[test]
fn every_method_finds_the_centre_of_a_quadratic() {
    for (seed, mut quadratic, start) in quadratics() {
        for method in Method::ALL {
            let minimizer = match method {
                Method::Adam => Minimizer::new(method).learning_rate(0.05).tolerance(1e-6),
                _ => Minimizer::new(method).learning_rate(0.9 * limit(method, quadratic.largest)),
            };
            let outcome = minimizer.minimize(&mut quadratic, &start).expect("valid");
            assert!(outcome.stop.is_converged(), "seed {seed}, {method}: {}", outcome.stop);
            let near = outcome.x.iter().zip(&quadratic.centre).all(|(x, c)| (x - c).abs() < 1e-4);
            assert!(near, "seed {seed}, {method}: {outcome:?} {quadratic:?}");
        }
    }
}

#[test]
fn rates_below_the_limit_raise_no_alarm() {
    for (seed, mut quadratic, start) in quadratics() {
        for method in [Method::Gd, Method::Momentum, Method::Nesterov] {
            for share in [0.05, 0.5, 0.9, 0.99, 0.9999] {
                let rate = share * limit(method, quadratic.largest);
                let minimizer = Minimizer::new(method).learning_rate(rate).steps(3000);
                let outcome = minimizer.minimize(&mut quadratic, &start).expect("valid");
                assert_eq!(
                    outcome.stop,
                    Stop::Steps,
                    "seed {seed}, {method} at {share} of the limit"
                );
            }
        }
    }
}

#[test]
fn rates_above_the_limit_diverge_and_the_limit_is_named() {
    for (seed, mut quadratic, start) in quadratics() {
        for method in [Method::Gd, Method::Momentum, Method::Nesterov] {
            for share in [1.001, 1.1, 3.0, 50.0] {
                let rate = share * limit(method, quadratic.largest);
                let outcome = Minimizer::new(method)
                    .learning_rate(rate)
                    .minimize(&mut quadratic, &start)
                    .expect("valid");
                let Stop::Diverged { factor, limit: Some(found), .. } = outcome.stop else {
                    panic!("seed {seed}, {method} at {share} of the limit: {}", outcome.stop)
                };
                assert!(factor > 1.0 && found.exact, "seed {seed}, {method}: {found:?}");
                let expected = limit(method, quadratic.largest);
                assert!(
                    (found.largest / expected - 1.0).abs() < 1e-4,
                    "seed {seed}, {method}: {found:?}, not {expected}"
                );
                if method == Method::Gd {
                    assert!(
                        (factor - (2.0 * share - 1.0)).abs() < 1e-3 * share,
                        "seed {seed}: {factor} at {share}"
                    );
                }
            }
        }
    }
}

#[test]
fn at_the_limit_gradient_descent_oscillates() {
    // A power of two for the curvature, so that the rate is the limit exactly.
    for seed in 0..50 {
        let mut random = Random(seed);
        let (centre, start) = (random.between(-9.0, 9.0), random.between(-9.0, 9.0));
        let curvature = 2_f64.powi((random.next() % 9) as i32 - 4);
        let mut f = from_fn(
            1,
            move |x| 0.5 * curvature * (x[0] - centre).powi(2),
            move |x, g| g[0] = curvature * (x[0] - centre),
        );
        let outcome = Minimizer::new(Method::Gd)
            .learning_rate(2.0 / curvature)
            .minimize(&mut f, &[start])
            .expect("valid");
        assert!(
            outcome.stop.describe("lr").contains("is exactly at the limit"),
            "seed {seed}: {}",
            outcome.stop
        );
    }
}

/// Smooth convex functions that are not quadratic, with a rate at which gradient descent converges.
fn logistic(random: &mut Random, n: usize, rows: usize) -> (impl Objective + use<>, f64) {
    let features: Vec<Vec<f64>> = (0..rows).map(|_| random.vector(n)).collect();
    let signs: Vec<f64> =
        (0..rows).map(|_| if random.next().is_multiple_of(2) { 1.0 } else { -1.0 }).collect();
    let square: f64 = features.iter().flatten().map(|x| x * x).sum();
    let ridge = 0.01;
    // λ ≤ ¼·|X|² / rows + ridge.
    let rate = 1.9 / (0.25 * square / rows as f64 + ridge);
    let data = (features, signs);
    let copy = data.clone();
    let margin = |row: &[f64], sign: f64, w: &[f64]| {
        sign * row.iter().zip(w).map(|(x, w)| x * w).sum::<f64>()
    };
    let value = move |w: &[f64]| {
        let loss: f64 =
            data.0.iter().zip(&data.1).map(|(row, s)| (-margin(row, *s, w)).exp().ln_1p()).sum();
        loss / rows as f64 + 0.5 * ridge * w.iter().map(|w| w * w).sum::<f64>()
    };
    let gradient = move |w: &[f64], g: &mut [f64]| {
        g.iter_mut().zip(w).for_each(|(g, w)| *g = ridge * w);
        for (row, sign) in copy.0.iter().zip(&copy.1) {
            let pull = -sign / (1.0 + margin(row, *sign, w).exp()) / rows as f64;
            g.iter_mut().zip(row).for_each(|(g, x)| *g += pull * x);
        }
    };
    (from_fn(n, value, gradient), rate)
}

#[test]
fn logistic_losses_raise_no_alarm_and_all_methods_agree() {
    for seed in 0..30 {
        let mut random = Random(seed);
        let n = 1 + seed as usize % 5;
        let (mut f, rate) = logistic(&mut random, n, 20);
        let start = random.vector(n);
        let newton = Minimizer::new(Method::Newton).minimize(&mut f, &start).expect("valid");
        assert!(newton.stop.is_converged(), "seed {seed}: {}", newton.stop);
        for method in [Method::Gd, Method::Momentum, Method::Nesterov, Method::Bfgs, Method::Lbfgs]
        {
            let share = if method == Method::Gd { 1.0 } else { 0.3 };
            let outcome = Minimizer::new(method)
                .learning_rate(share * rate)
                .minimize(&mut f, &start)
                .expect("valid");
            assert!(outcome.stop.is_converged(), "seed {seed}, {method}: {}", outcome.stop);
            let same = outcome.x.iter().zip(&newton.x).all(|(a, b)| (a - b).abs() < 1e-5);
            assert!(same, "seed {seed}, {method}: {outcome:?} {newton:?}");
        }
    }
}

#[test]
fn in_a_box_the_conditions_of_optimality_hold() {
    for (seed, mut quadratic, start) in quadratics() {
        let mut random = Random(seed + 1000);
        let pairs: Vec<(f64, f64)> = start
            .iter()
            .map(|_| {
                let (a, b) = (random.between(-2.0, 2.0), random.between(-2.0, 2.0));
                (a.min(b), if random.next().is_multiple_of(3) { f64::INFINITY } else { a.max(b) })
            })
            .collect();
        let bounds = Bounds::new(pairs.clone()).expect("in order");
        for method in [Method::Gd, Method::Bfgs, Method::Lbfgs, Method::Newton] {
            let rate = 0.9 * limit(method, quadratic.largest);
            let minimizer = Minimizer::new(method).bounds(bounds.clone()).learning_rate(rate);
            let outcome = minimizer.minimize(&mut quadratic, &start).expect("valid");
            assert!(outcome.stop.is_converged(), "seed {seed}, {method}: {}", outcome.stop);
            let mut gradient = vec![0.0; start.len()];
            quadratic.value_and_gradient(&outcome.x, &mut gradient);
            for ((x, g), (low, high)) in outcome.x.iter().zip(&gradient).zip(&pairs) {
                assert!(low <= x && x <= high, "seed {seed}, {method}: {x} is outside");
                let held = (*x - low < 1e-7 && *g > 0.0) || (high - *x < 1e-7 && *g < 0.0);
                assert!(
                    g.abs() < 1e-6 || held,
                    "seed {seed}, {method}: slope {g} at {x} in {low}..{high}"
                );
            }
        }
    }
}

#[test]
fn a_run_repeats_bit_for_bit() {
    for (seed, mut quadratic, start) in quadratics().take(20) {
        for method in Method::ALL {
            let minimizer = Minimizer::new(method).learning_rate(0.01).trace(true);
            let first = minimizer.minimize(&mut quadratic, &start).expect("valid");
            let second = minimizer.minimize(&mut quadratic, &start).expect("valid");
            assert_eq!(first, second, "seed {seed}, {method}");
        }
    }
}

#[test]
fn functions_with_curved_valleys_raise_no_alarm() {
    // Rosenbrock's function at rates below its limit: 2/1001.6 at the minimum, but 2/1506 at the start.
    let mut f = from_fn(
        2,
        |x| (1.0 - x[0]).powi(2) + 100.0 * (x[1] - x[0] * x[0]).powi(2),
        |x, g| {
            g[0] = -2.0 * (1.0 - x[0]) - 400.0 * x[0] * (x[1] - x[0] * x[0]);
            g[1] = 200.0 * (x[1] - x[0] * x[0]);
        },
    );
    for seed in 0..40 {
        let mut random = Random(seed);
        let start = [random.between(-1.5, 1.5), random.between(-0.5, 1.5)];
        for (method, rate) in [
            (Method::Gd, 1e-3),
            (Method::Momentum, 1e-3),
            (Method::Nesterov, 4e-4),
            (Method::Adam, 1e-2),
        ] {
            let outcome = Minimizer::new(method)
                .learning_rate(rate)
                .steps(20_000)
                .minimize(&mut f, &start)
                .expect("valid");
            assert_eq!(outcome.stop, Stop::Steps, "seed {seed}, {method}: {}", outcome.stop);
            assert!(outcome.value < 1e-3, "seed {seed}, {method}: {}", outcome.value);
        }
    }
}

#[test]
fn rounding_in_the_value_does_not_stop_a_line_search() {
    // Multiplied out, ½xᵀAx − bᵀx loses in its last digits what the gradient Ax − b still shows.
    let (mut reached, mut runs) = (0, 0);
    for (seed, quadratic, start) in quadratics() {
        let n = start.len();
        let centre: Vec<f64> = quadratic.centre.iter().map(|c| 100.0 * c).collect();
        let pull: Vec<f64> = quadratic
            .matrix
            .chunks_exact(n)
            .map(|row| row.iter().zip(&centre).map(|(m, c)| m * c).sum())
            .collect();
        let matrix = quadratic.matrix.clone();
        let image = move |x: &[f64], i: usize| {
            matrix[i * n..(i + 1) * n].iter().zip(x).map(|(m, x)| m * x).sum::<f64>()
        };
        let (copy, sides) = (image.clone(), pull.clone());
        let mut f = from_fn(
            n,
            move |x| {
                (0..n).map(|i| 0.5 * x[i] * image(x, i)).sum::<f64>()
                    - (0..n).map(|i| x[i] * pull[i]).sum::<f64>()
            },
            move |x, g| (0..n).for_each(|i| g[i] = copy(x, i) - sides[i]),
        );
        for method in [Method::Bfgs, Method::Lbfgs] {
            let outcome = Minimizer::new(method).minimize(&mut f, &start).expect("valid");
            assert!(outcome.stop.is_converged(), "seed {seed}, {method}: {}", outcome.stop);
            runs += 1;
            reached += usize::from(outcome.gradient_norm < 1e-8);
        }
    }
    assert_eq!(reached, runs, "gradients below 1e-8");
}
