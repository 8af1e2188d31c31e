//! Random rows in the batch engine against the scalar evaluation: values, derivatives of rows, sums with their
//! gradients, Hessians and the matrices of Gauss and Newton. Roundings differ, so what is looked for is a term, a
//! sign or a place that is wrong; the exact kernel has every bit.

#[path = "support/random.rs"]
mod random;

use chainrule::kernel::{Instructions, Kernel, Options};
use chainrule::{Function, Value, dot, logsumexp};
use random::Random;

const PARAMETERS: [&str; 2] = ["p", "q"];
const COLUMNS: [&str; 3] = ["x", "y", "z"];
const NAMES: [&str; 5] = ["p", "q", "x", "y", "z"];
const ROWS: usize = 27;

/// `size` operations, mostly on what came last, so that many results have one user. Divisors, roots and
/// logarithms stay away from 0.
fn nodes<'g>(inputs: &[Value<'g>], size: usize, seed: u64) -> Vec<Value<'g>> {
    let mut random = Random(seed);
    let mut all = inputs.to_vec();
    for _ in 0..size {
        let reach = if random.next() < 0.7 { all.len().min(5) } else { all.len() };
        let mut any = || all[all.len() - 1 - random.below(reach)];
        let (a, b, c) = (any(), any(), any());
        let number = [0.5, 2.0, -0.5, 0.25, 3.0, -1.0][random.below(6)];
        let positive = 0.5 + b * b;
        all.push(match random.below(28) {
            0..3 => a * b,
            3..5 => a * b * c,
            5 => a * b + c,
            6 => a * b - c,
            7 => c - a * b,
            8 => a + b,
            9 => a - b,
            10 => -a,
            11 => -(a * b),
            12 | 13 => number * a,
            14 => number * a * b,
            15 => a + number,
            16 => a / positive,
            17 => c * (a / positive).tanh(),
            18 => positive.ln() * a,
            19 => a * positive.sqrt(),
            20 => c * a.normal_cdf(),
            21 => a.relu() * b,
            22 => (0.25 * a).tanh().exp(),
            23 => c * a.softplus(),
            24 => logsumexp(&[a, b, c]),
            25 => (a - b).square(),
            26 => dot(&[a, b, c], &[c, a, b]),
            _ => 1.0 / positive,
        });
    }
    all
}

fn output<'g>(all: &[Value<'g>]) -> Value<'g> {
    let [.., a, b, c] = all else { unreachable!("there are more than three") };
    *a + *b * *c
}

#[test]
fn random_rows_equal_the_scalar_function() {
    let mut compared = 0;
    for seed in 0..400_u64 {
        let size = [4, 9, 20, 45][seed as usize % 4];
        let mut random = Random(7000 + seed);
        let p = random.column(2, -1.2, 1.2);
        let data: Vec<Vec<f64>> = (0..3).map(|_| random.column(ROWS, -1.2, 1.2)).collect();
        let columns: Vec<&[f64]> = data.iter().map(Vec::as_slice).collect();
        let points: Vec<[f64; 5]> =
            (0..ROWS).map(|i| [p[0], p[1], data[0][i], data[1][i], data[2][i]]).collect();
        let row = Function::record_slices(&NAMES, &points[0], move |x| {
            vec![output(&nodes(x, size, seed))]
        });
        let all = Function::record_slices(&NAMES, &points[0], move |x| nodes(x, size, seed));
        let (row, all) = (row.expect("distinct names"), all.expect("distinct names"));
        let kernel = Kernel::of(&row, &COLUMNS).expect("the columns are inputs");
        assert_eq!(kernel.parameters(), PARAMETERS);

        let (mut largest, mut total) = (1.0_f64, [0.0; 5]);
        let mut rows = Vec::new();
        for x in &points {
            let (v, g) = row.value_and_gradient(x).expect("five inputs");
            let h = row.hvp(x, &[1.0, -0.7, 0.0, 0.0, 0.0]).expect("five inputs");
            let inner = all.eval(x).expect("five inputs");
            let sizes = inner.iter().chain(&g).chain(&h).map(|x| x.abs());
            largest = sizes.fold(largest, |m, x| if m.is_nan() || x < m { m } else { x });
            for (sum, x) in total.iter_mut().zip([v, g[0], g[1], h[0], h[1]]) {
                *sum += x;
            }
            rows.push((v, g));
        }
        // Beside huge numbers a sum of few digits is lost.
        if largest.is_nan() || largest > 1e3 {
            continue;
        }
        compared += 1;
        let near = |a: f64, b: f64| (a - b).abs() <= 1e-13 * largest * largest;

        let instructions = [Instructions::best(), Instructions::Portable][seed as usize / 4 % 2];
        let block = [None, Some(8), Some(16)][seed as usize % 3];
        let kernel = kernel.with_options(Options { threads: Some(1), block, instructions });
        let batch = kernel.gradient_batch(&p, &columns, &NAMES).expect("shapes fit");
        let values = kernel.eval_batch(&p, &columns).expect("shapes fit");
        for (i, (v, g)) in rows.iter().enumerate() {
            assert!(near(batch.values[i], *v) && near(values[0][i], *v), "seed {seed}: {v}");
            for ((slopes, g), name) in batch.gradients.iter().zip(g).zip(NAMES) {
                assert!(near(slopes[i], *g), "seed {seed}, by {name}: {} and {g}", slopes[i]);
            }
        }
        let exact = kernel.exact().gradient_batch(&p, &columns, &NAMES).expect("shapes fit");
        for (i, (v, g)) in rows.iter().enumerate() {
            let found = exact.gradients.iter().map(|slopes| slopes[i]).chain([exact.values[i]]);
            let bits = found.map(f64::to_bits);
            assert!(bits.eq(g.iter().chain([v]).map(|x| x.to_bits())), "seed {seed}: {v}, {g:?}");
        }
        let (value, gradient) = kernel.value_and_gradient(&p, &columns).expect("shapes fit");
        let (again, product) =
            kernel.gradient_and_hvp(&p, &columns, &[1.0, -0.7]).expect("shapes fit");
        let found = [value, gradient[0], gradient[1], product[0], product[1]];
        let all_near = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| near(*a, *b));
        assert!(all_near(&found, &total), "seed {seed}: {found:?} and {total:?}");
        assert!(all_near(&again, &total[1..3]), "seed {seed}: {again:?} and {total:?}");
        let hessian = kernel.value_gradient_and_hessian(&p, &columns).expect("shapes fit").2;
        let product: Vec<f64> = hessian.iter().map(|row| row[0] - 0.7 * row[1]).collect();
        assert!(all_near(&product, &total[3..]), "seed {seed}: {product:?} and {total:?}");
        let normal = kernel.gauss_newton(&p, &columns).expect("shapes fit").matrix.concat();
        let mut expected = [0.0; 4];
        for (_, g) in &rows {
            let products = [g[0] * g[0], g[0] * g[1], g[1] * g[0], g[1] * g[1]];
            expected.iter_mut().zip(products).for_each(|(sum, x)| *sum += x);
        }
        assert!(all_near(&normal, &expected), "seed {seed}: {normal:?} and {expected:?}");
    }
    assert!(compared > 300, "{compared} rows had numbers that are not huge");
}
