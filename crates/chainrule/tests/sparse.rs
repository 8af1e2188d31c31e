//! Sparse Jacobians and Hessians: patterns by hand, values by hand and against the dense engines,
//! colours against known optima.

mod problems;

use chainrule::{Function, SparseMatrix, SparsityPattern, Value, Workspace};
use problems::{Bundle, CAMERA};

type Row<'a> = &'a [usize];

fn rows(pattern: &SparsityPattern) -> Vec<Row<'_>> {
    (0..pattern.rows()).map(|i| pattern.row(i)).collect()
}

fn names(n: usize) -> Vec<String> {
    (0..n).map(|i| format!("x{i}")).collect()
}

fn record(
    n: usize,
    f: impl for<'g> Fn(&[Value<'g>]) -> Vec<Value<'g>> + Send + Sync + 'static,
) -> Function {
    let names = names(n);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    Function::record_slices(&names, &vec![0.5; n], f).expect("distinct names")
}

fn rosenbrock(n: usize) -> Function {
    record(n, |x| vec![problems::rosenbrock(x)])
}

fn bundle_adjustment(bundle: &Bundle, at: &[f64]) -> Function {
    let names = names(at.len());
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let bundle = bundle.clone();
    Function::record_slices(&names, at, move |x| bundle.residuals(x)).expect("distinct names")
}

/// The Hessian of chained Rosenbrock by hand: diagonal and superdiagonal.
fn rosenbrock_by_hand(x: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let n = x.len();
    let mut diagonal = vec![0.0; n];
    for i in 0..n - 1 {
        diagonal[i] += 1200.0 * x[i] * x[i] - 400.0 * x[i + 1] + 2.0;
        diagonal[i + 1] += 200.0;
    }
    (diagonal, (0..n - 1).map(|i| -400.0 * x[i]).collect())
}

fn wave(n: usize) -> Vec<f64> {
    (0..n).map(|i| 0.4 + 0.9 * (0.7 * i as f64).sin()).collect()
}

fn assert_close(a: f64, b: f64, what: &str) {
    assert!((a - b).abs() <= 1e-12 * (1.0 + b.abs()), "{what}: {a} and {b}");
}

fn assert_same(sparse: &SparseMatrix, dense: &[Vec<f64>]) {
    for (i, (a, b)) in sparse.to_dense().iter().zip(dense).enumerate() {
        for (j, (a, b)) in a.iter().zip(b).enumerate() {
            assert_close(*a, *b, &format!("entry ({i}, {j})"));
        }
    }
}

fn tridiagonal(n: usize) -> Vec<Vec<usize>> {
    (0..n).map(|i| (i.saturating_sub(1)..(i + 2).min(n)).collect()).collect()
}

#[test]
fn the_hessian_of_chained_rosenbrock_is_tridiagonal_and_right() {
    let n = 10_000;
    let f = rosenbrock(n);
    assert_eq!(rows(&f.hessian_sparsity().expect("one output")), tridiagonal(n));
    let plan = f.prepare_sparse_hessian().expect("one output");
    assert!(plan.colours() <= 3, "{plan:?}");
    let x = wave(n);
    let (diagonal, beside) = rosenbrock_by_hand(&x);
    for (i, j, v) in plan.evaluate(&x).expect("as many numbers").triplets() {
        let want = if i == j { diagonal[i] } else { beside[i.min(j)] };
        assert_close(v, want, &format!("entry ({i}, {j})"));
    }
}

#[test]
fn the_jacobian_of_bundle_adjustment_has_fifteen_entries_a_row() {
    let bundle = Bundle::of_size(1000);
    let x = bundle.start(0.0);
    let f = bundle_adjustment(&bundle, &x);
    let pattern = f.jacobian_sparsity();
    for k in 0..1000 {
        let columns = bundle.columns(k);
        assert_eq!(columns.len(), 15);
        let cameras = CAMERA * bundle.cameras;
        let without = |i| move |&j: &usize| j >= cameras || j % CAMERA != i;
        // The horizontal residual knows nothing of v₀, the vertical one nothing of u₀.
        let across: Vec<usize> = columns.iter().copied().filter(without(8)).collect();
        let down: Vec<usize> = columns.iter().copied().filter(without(7)).collect();
        assert_eq!(pattern.row(2 * k), across);
        assert_eq!(pattern.row(2 * k + 1), down);
        assert_eq!(pattern.row(2000 + k), [columns[14]]);
    }
    let plan = f.prepare_sparse_jacobian();
    assert!(plan.colours() <= 15, "{plan:?}");
    // Values: the residual's own difference quotient in every direction of the pattern.
    let jacobian = plan.evaluate(&x).expect("as many numbers");
    let (mut plus, mut minus) = (x.clone(), x.clone());
    for j in (0..x.len()).step_by(37) {
        let h = 1e-5;
        (plus[j], minus[j]) = (x[j] + h, x[j] - h);
        let (up, down) = (f.eval(&plus).expect("numbers"), f.eval(&minus).expect("numbers"));
        (plus[j], minus[j]) = (x[j], x[j]);
        for i in 0..up.len() {
            let slope = (up[i] - down[i]) / (2.0 * h);
            let found = jacobian.get(i, j);
            assert!(
                (found - slope).abs() <= 1e-8 * (1.0 + slope.abs()),
                "({i}, {j}): {found} {slope}"
            );
        }
    }
}

#[test]
fn a_small_bundle_equals_its_dense_jacobian_on_both_sides_of_its_branch() {
    let bundle = Bundle::of_size(12);
    let x = bundle.start(0.0);
    let f = bundle_adjustment(&bundle, &x);
    let mut unrotated = x.clone();
    unrotated[..3].fill(0.0);
    for x in [x, bundle.start(0.15), unrotated] {
        let dense = f.jacobian(&x).expect("as many numbers");
        assert_same(&f.sparse_jacobian(&x).expect("as many numbers"), &dense);
    }
}

#[test]
fn small_sparse_matrices_equal_dense_ones() {
    let f = rosenbrock(9);
    let x = wave(9);
    let dense = f.hessian(&x).expect("nine numbers");
    assert_same(&f.sparse_hessian(&x).expect("nine numbers"), &dense);
    let g = f.gradient_function().expect("one output");
    assert_same(&g.sparse_jacobian(&x).expect("nine numbers"), &dense);
}

#[test]
fn patterns_are_exact() {
    // Per row: a product, an operation without derivative, a power that is linear, a constant, a
    // choice that both branches feed but not the condition.
    let f = record(4, |x| {
        vec![
            x[0] * x[2],
            x[1].floor() + x[3],
            x[1].powi(1) + x[0].powi(0),
            x[0] * 0.0 + 7.0,
            x[0].gt(0.0).select(x[1], x[2]),
            x[3],
        ]
    });
    let want: [Row; 6] = [&[0, 2], &[3], &[1], &[], &[1, 2], &[3]];
    assert_eq!(rows(&f.jacobian_sparsity()), want);
    let dense = f.jacobian(&[2.0, 3.0, 5.0, 7.0]).expect("four numbers");
    assert_same(&f.sparse_jacobian(&[2.0, 3.0, 5.0, 7.0]).expect("four numbers"), &dense);

    // Sums, kinks and constant factors bring no second derivative; a product has none with itself.
    let f = record(6, |x| {
        let kinks = x[0].abs() + x[1].max(x[2]) + x[0].relu();
        vec![kinks + 3.0 * x[3] - x[4] / 2.0 + x[3] * x[5] + (x[4] + x[5]).exp() + x[1].powi(2)]
    });
    let want: [Row; 6] = [&[], &[1], &[], &[5], &[4, 5], &[3, 4, 5]];
    assert_eq!(rows(&f.hessian_sparsity().expect("one output")), want);
    let x = [0.3, -0.2, 0.9, 1.5, 0.1, 0.2];
    let dense = f.hessian(&x).expect("six numbers");
    assert_same(&f.sparse_hessian(&x).expect("six numbers"), &dense);

    // One factor of a quotient is linear, the other is not.
    let f = record(2, |x| vec![x[0] / x[1]]);
    let want: [Row; 2] = [&[1], &[0, 1]];
    assert_eq!(rows(&f.hessian_sparsity().expect("one output")), want);
}

#[test]
fn a_linear_function_has_an_empty_hessian() {
    let f = record(3, |x| vec![2.0 * x[0] - x[1] + x[2]]);
    let plan = f.prepare_sparse_hessian().expect("one output");
    assert!(plan.pattern().is_empty() && plan.colours() == 0);
    assert_eq!(plan.evaluate(&[1.0, 2.0, 3.0]).expect("three numbers").to_dense(), [[0.0; 3]; 3]);
}

#[test]
fn deep_and_wide_programs_keep_their_patterns() {
    // A running sum is a chain of unions; every prefix is an output of its own in the second.
    let n = 1000;
    let f = record(n, |x| {
        let mut sum = x[0] * 1.5;
        for &v in &x[1..] {
            sum = (sum + v.sin()) * 0.5;
        }
        vec![sum, x[3] * x[1]]
    });
    let all: Vec<usize> = (0..n).collect();
    assert_eq!(rows(&f.jacobian_sparsity()), [&all[..], &[1, 3]]);
    let f = record(600, |x| {
        x.iter()
            .scan(0.0 * x[0], |sum, &v| {
                *sum += v * v;
                Some(*sum)
            })
            .collect()
    });
    let pattern = f.jacobian_sparsity();
    for i in 0..600 {
        assert_eq!(pattern.row(i), &all[..=i]);
    }
}

/// A quadratic form whose Hessian has ones where `meet` says so, with a full diagonal.
fn quadratic(n: usize, meet: impl Fn(usize, usize) -> bool + Send + Sync + 'static) -> Function {
    record(n, move |x| {
        let mut terms: Vec<_> = x.iter().map(|&v| v.powi(3)).collect();
        for i in 0..n {
            terms.extend((0..i).filter(|&j| meet(i, j)).map(|j| (x[i] - 2.0 * x[j]).powi(4)));
        }
        vec![terms.iter().sum()]
    })
}

/// The fewest colours of a star colouring, by trying all: neighbours differ, and every path of
/// four vertices has three colours.
fn fewest_star_colours(pattern: &SparsityPattern) -> usize {
    let n = pattern.rows();
    let meet = |i: usize, j: usize| i != j && pattern.contains(i, j);
    let bad = |c: &[usize]| {
        let v = c.len() - 1;
        let path = |p: [usize; 4]| {
            p.windows(2).all(|e| meet(e[0], e[1]))
                && c[p[0]] == c[p[2]]
                && c[p[1]] == c[p[3]]
                && p[0] != p[2]
                && p[1] != p[3]
        };
        (0..v).any(|w| meet(v, w) && c[v] == c[w])
            || (0..=v).any(|a| {
                (0..=v).any(|b| {
                    (0..v).any(|d| path([v, a, b, d]) || path([a, v, b, d]) || path([a, b, v, d]))
                })
            })
    };
    (1..=n).find(|&most| search(&mut Vec::new(), n, most, &bad)).expect("n colours are enough")
}

/// Colours the vertices after those in `c` with at most so many colours, if it can be done.
fn search(c: &mut Vec<usize>, n: usize, most: usize, bad: &dyn Fn(&[usize]) -> bool) -> bool {
    if c.len() == n {
        return true;
    }
    let used = c.iter().max().map_or(0, |m| m + 1);
    for colour in 0..(used + 1).min(most) {
        c.push(colour);
        if !bad(c) && search(c, n, most, bad) {
            return true;
        }
        c.pop();
    }
    false
}

#[test]
fn symmetric_colours_are_within_one_of_the_fewest() {
    type Meet = fn(usize, usize) -> bool;
    let shapes: [(&str, usize, Meet); 6] = [
        ("diagonal", 8, |_, _| false),
        ("tridiagonal", 9, |i, j| i.abs_diff(j) <= 1),
        ("five bands", 10, |i, j| i.abs_diff(j) <= 2),
        ("arrow", 9, |i, j| i == 0 || j == 0),
        ("arrow with its tip at the end", 9, |i, j| i == 8 || j == 8),
        ("grid of 3 by 3", 9, |i, j| (i / 3 == j / 3 && i.abs_diff(j) == 1) || i.abs_diff(j) == 3),
    ];
    for (name, n, meet) in shapes {
        let f = quadratic(n, meet);
        let plan = f.prepare_sparse_hessian().expect("one output");
        let fewest = fewest_star_colours(plan.pattern());
        assert!(plan.colours() <= fewest + 1, "{name}: {} colours, {fewest}", plan.colours());
        let x = wave(n);
        let hessian = plan.evaluate(&x).expect("n numbers");
        assert_same(&hessian, &f.hessian(&x).expect("n numbers"));
        assert_eq!(hessian, hessian.transposed(), "{name} to the last bit");
    }
}

#[test]
fn an_arrow_of_any_size_takes_two_colours_and_a_band_its_width() {
    // Every leaf of the arrow touches the tip alone: a star.
    let n = 2000;
    let arrow = record(n, |x| {
        let terms: Vec<_> = x.iter().map(|&v| (v * x[0]).sin()).collect();
        vec![terms.iter().sum()]
    });
    assert_eq!(arrow.prepare_sparse_hessian().expect("one output").colours(), 2);
    for half in 1..5 {
        let f = record(200, move |x| {
            x.windows(2 * half + 1).map(|w| w.iter().map(|v| v.sin()).product()).collect()
        });
        assert_eq!(f.prepare_sparse_jacobian().colours(), 2 * half + 1);
    }
}

#[test]
fn jacobians_run_the_way_that_has_fewer_colours() {
    // Each output has one input of its own and all share the last: rows conflict, columns do not.
    let tall = record(50, |x| x[..49].iter().map(|&v| v * x[49].exp()).collect());
    let plan = tall.prepare_sparse_jacobian();
    assert_eq!((plan.colours(), plan.is_forward()), (2, true));
    let x = wave(50);
    assert_same(&plan.evaluate(&x).expect("50"), &tall.jacobian(&x).expect("50"));
    // One dense row and a diagonal below: one row and all others.
    let wide = record(50, |x| {
        let total = x.iter().map(|v| v.cos()).sum();
        std::iter::once(total).chain(x.iter().map(|v| v.exp() * 3.0)).collect()
    });
    let plan = wide.prepare_sparse_jacobian();
    assert_eq!((plan.colours(), plan.is_forward()), (2, false));
    assert_same(&plan.evaluate(&x).expect("50"), &wide.jacobian(&x).expect("50"));
}

#[test]
fn outputs_come_with_the_matrix() {
    let f = rosenbrock(6);
    let x = wave(6);
    let plan = f.prepare_sparse_hessian().expect("one output");
    let (value, gradient) = f.value_and_gradient(&x).expect("six numbers");
    let mut outputs = vec![0.0; plan.outputs()];
    let mut values = vec![0.0; plan.pattern().len()];
    plan.evaluate_with_outputs_into(&x, &mut outputs, &mut values, &mut Workspace::new())
        .expect("lengths fit");
    assert_close(outputs[0], value, "value");
    outputs[1..].iter().zip(&gradient).for_each(|(a, b)| assert_close(*a, *b, "gradient"));
    assert!(plan.evaluate_into(&x, &mut values[1..], &mut Workspace::new()).is_err());
    assert!(plan.evaluate(&x[1..]).is_err());
}

#[test]
fn the_three_forms_hold_the_same_entries() {
    let f = record(3, |x| vec![x[0] * x[2], x[1] * x[1], x[0] + x[1]]);
    let matrix = f.sparse_jacobian(&[2.0, 3.0, 5.0]).expect("three numbers");
    let triplets: Vec<_> = matrix.triplets().collect();
    let want = [(0, 0, 5.0), (0, 2, 2.0), (1, 1, 6.0), (2, 0, 1.0), (2, 1, 1.0)];
    assert_eq!(triplets, want);
    assert_eq!((matrix.indptr(), matrix.indices()), (&[0, 2, 3, 5][..], &[0, 2, 1, 0, 1][..]));
    let (starts, indices, values) = matrix.to_csc();
    assert_eq!((starts, indices), (vec![0, 2, 4, 5], vec![0, 2, 1, 2, 0]));
    assert_eq!(values, [5.0, 1.0, 6.0, 1.0, 2.0]);
    assert_eq!((matrix.get(1, 1), matrix.get(1, 2)), (6.0, 0.0));
}

#[test]
fn another_branch_has_its_own_pattern() {
    let f = Function::record(["x", "y"], |[x, y]| if x > 1.0 { x * y } else { y.exp() + x })
        .expect("names");
    let low = f.prepare_sparse_hessian().expect("one output");
    assert_eq!(rows(low.pattern()), [&[][..], &[1]]);
    assert_eq!(f.sparse_hessian(&[3.0, 2.0]).expect("two").to_dense(), [[0.0, 1.0], [1.0, 0.0]]);
    let error = low.evaluate(&[3.0, 2.0]).expect_err("the other way");
    assert_eq!(error.kind(), chainrule::ErrorKind::BranchChanged);
    let high = f.prepare_sparse_hessian_at(&[3.0, 2.0]).expect("two numbers");
    assert_eq!(high.evaluate(&[4.0, 2.0]).expect("two").to_dense(), [[0.0, 1.0], [1.0, 0.0]]);
    assert_eq!(f.sparse_jacobian(&[0.0, 0.0]).expect("two").to_dense(), [[1.0, 1.0]]);
}

#[test]
fn plans_are_shared_between_threads() {
    let f = rosenbrock(50);
    let plan = f.prepare_sparse_hessian().expect("one output");
    let want = plan.evaluate(&wave(50)).expect("fifty numbers");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert_eq!(plan.evaluate(&wave(50)).expect("fifty numbers"), want));
        }
    });
}

#[test]
fn parameters_may_change_and_are_no_columns() {
    let f = Function::record_with_parameters(&["x", "y"], &["k"], |x, k| {
        vec![k[0] * x[0] * x[0] * x[1], k[0] * x[1]]
    })
    .expect("names");
    let f = f.with_parameters(&[5.0]).expect("one parameter");
    let jacobian = f.sparse_jacobian(&[2.0, 3.0]).expect("two numbers");
    assert_eq!(jacobian.to_dense(), [[60.0, 20.0], [0.0, 5.0]]);
}

#[test]
fn zeros_win_over_infinite_slopes_of_other_directions() {
    // d√x/dx is infinite at 0; the entries beside it are finite.
    let f = record(3, |x| vec![x[0].sqrt() + x[1], x[1] * x[2]]);
    let jacobian = f.sparse_jacobian(&[0.0, 2.0, 3.0]).expect("three numbers");
    assert_eq!(jacobian.to_dense(), [[f64::INFINITY, 1.0, 0.0], [0.0, 3.0, 2.0]]);
}
