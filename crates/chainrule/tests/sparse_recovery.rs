//! Hessians by star colouring and by acyclic colouring: the colours are valid and few, the entries
//! are those of the dense matrix.

#[path = "support/random.rs"]
mod random;

use chainrule::{Function, Recovery, SparsePlan, Workspace};
use random::Random;

type Edges = Vec<(usize, usize)>;

/// `Σ sin(xᵢ·xⱼ) + Σ xᵢ³`: its Hessian has the graph's edges and a full diagonal.
fn of_graph(n: usize, edges: &Edges) -> Function {
    let names: Vec<String> = (0..n).map(|i| format!("x{i}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let edges = edges.clone();
    Function::record_slices(&names, &vec![0.5; n], move |x| {
        let cubes: Vec<_> = x.iter().map(|v| v.powi(3)).collect();
        let pairs: Vec<_> = edges.iter().map(|&(i, j)| (x[i] * x[j]).sin()).collect();
        let all: Vec<_> = cubes.into_iter().chain(pairs).collect();
        vec![chainrule::sum(&all)]
    })
    .expect("names differ")
}

fn band(n: usize, half: usize) -> Edges {
    (0..n).flat_map(|i| (i + 1..n.min(i + half + 1)).map(move |j| (i, j))).collect()
}

/// The last vertex is joined to all others.
fn arrow(n: usize) -> Edges {
    (0..n - 1).map(|i| (i, n - 1)).collect()
}

fn random_graph(random: &mut Random, n: usize, edges: usize) -> Edges {
    let pairs = (0..edges).map(|_| (random.below(n), random.below(n)));
    distinct(pairs.filter(|(i, j)| i != j).map(|(i, j)| (i.min(j), i.max(j))).collect())
}

fn distinct(mut edges: Edges) -> Edges {
    edges.sort_unstable();
    edges.dedup();
    edges
}

/// Whether neighbours differ in colour and the edges between any two colours form no cycle.
fn is_acyclic(n: usize, edges: &Edges, colours: &[u32]) -> bool {
    let mut pairs: Vec<_> = edges.iter().map(|&(i, j)| (colours[i], colours[j])).collect();
    for pair in &mut pairs {
        *pair = (pair.0.min(pair.1), pair.0.max(pair.1));
    }
    let mut kinds = pairs.clone();
    kinds.sort_unstable();
    kinds.dedup();
    kinds.iter().all(|kind| {
        let mut group: Vec<usize> = (0..n).collect();
        kind.0 != kind.1
            && (0..edges.len()).filter(|&e| pairs[e] == *kind).all(|e| {
                let (a, b) = (group[edges[e].0], group[edges[e].1]);
                for g in group.iter_mut().filter(|g| **g == a) {
                    *g = b;
                }
                a != b
            })
    })
}

/// Whether neighbours differ in colour and no path of four vertices has only two colours.
fn is_star(n: usize, edges: &Edges, colours: &[u32]) -> bool {
    let is_edge = |i: usize, j: usize| edges.contains(&(i.min(j), i.max(j)));
    edges.iter().all(|&(i, j)| colours[i] != colours[j])
        && edges.iter().flat_map(|&(i, j)| [(i, j), (j, i)]).all(|(b, c)| {
            let ends = |of: usize, not: usize, like: u32| {
                (0..n).filter(move |&v| v != not && is_edge(v, of) && colours[v] == like)
            };
            ends(b, c, colours[c]).all(|a| ends(c, b, colours[b]).all(|d| d == a))
        })
}

/// The fewest colours for which `valid` holds, by trying all colourings up to renaming.
fn optimum(n: usize, valid: &dyn Fn(&[u32]) -> bool) -> u32 {
    fn any(colours: &mut Vec<u32>, n: usize, most: u32, valid: &dyn Fn(&[u32]) -> bool) -> bool {
        if colours.len() == n {
            return valid(colours);
        }
        let next = colours.iter().max().map_or(0, |c| c + 1);
        (0..=next.min(most - 1)).any(|colour| {
            colours.push(colour);
            let found = any(colours, n, most, valid);
            colours.pop();
            found
        })
    }
    (1..=n as u32).find(|&most| any(&mut Vec::new(), n, most, valid)).expect("n colours are enough")
}

fn plans(f: &Function) -> [SparsePlan; 2] {
    [Recovery::Direct, Recovery::Substitution]
        .map(|by| f.prepare_sparse_hessian_by(by).expect("one output"))
}

#[test]
fn bands_and_arrows_take_at_most_one_colour_more_than_the_optimum() {
    let cases = [
        (8, band(8, 1)),
        (8, band(8, 2)),
        (7, band(7, 3)),
        (8, arrow(8)),
        // An arrow on a band.
        (7, distinct([band(7, 1), arrow(7)].concat())),
    ];
    for (n, edges) in cases {
        let [direct, substituting] = plans(&of_graph(n, &edges));
        let star = optimum(n, &|colours| is_star(n, &edges, colours)) as usize;
        let acyclic = optimum(n, &|colours| is_acyclic(n, &edges, colours)) as usize;
        assert!(direct.colours() <= star + 1, "{edges:?}: {} of {star}", direct.colours());
        assert!(
            substituting.colours() <= acyclic + 1,
            "{edges:?}: {} of {acyclic}",
            substituting.colours()
        );
    }
    for half in 1..6 {
        let [direct, substituting] = plans(&of_graph(60, &band(60, half)));
        assert_eq!((direct.colours(), substituting.colours()), (2 * half + 1, half + 1));
    }
    let [direct, substituting] = plans(&of_graph(500, &arrow(500)));
    assert_eq!((direct.colours(), substituting.colours()), (2, 2));
}

#[test]
fn entries_by_substitution_are_those_of_the_dense_matrix() {
    let mut random = Random(31);
    for case in 0..60 {
        let n = 2 + random.below(30);
        let count = random.below(4 * n);
        let edges = random_graph(&mut random, n, count);
        let f = of_graph(n, &edges);
        let x = random.column(n, -1.5, 1.5);
        let dense = f.hessian(&x).expect("n numbers");
        let [_, plan] = plans(&f);
        assert!(plan.substitutes());
        assert!(is_acyclic(n, &edges, plan.colouring()), "case {case}: {edges:?}");
        let sparse = plan.evaluate(&x).expect("n numbers").to_dense();
        let largest = dense.iter().flatten().fold(1.0_f64, |m, h| m.max(h.abs()));
        // Each entry adds up the errors of at most so many products.
        let bound = 4.0 * f64::EPSILON * largest * (1 + edges.len()) as f64;
        for (i, (a, b)) in sparse.iter().zip(&dense).enumerate() {
            for (j, (a, b)) in a.iter().zip(b).enumerate() {
                assert!((a - b).abs() <= bound, "case {case}, entry {i} {j}: {a} and {b}");
            }
            assert!((0..n).all(|j| sparse[i][j].to_bits() == sparse[j][i].to_bits()));
        }
    }
}

#[test]
fn a_long_chain_by_substitution_keeps_its_digits_and_allocates_nothing_new() {
    let n = 10_000;
    let f = of_graph(n, &band(n, 1));
    let x: Vec<f64> = (0..n).map(|i| 0.4 + 0.9 * (0.7 * i as f64).sin()).collect();
    let [direct, substituting] = plans(&f);
    assert_eq!((direct.colours(), substituting.colours()), (3, 2));
    let mut work = Workspace::new();
    let entries = direct.pattern().len();
    let (mut a, mut b) = (vec![0.0; entries], vec![0.0; entries]);
    direct.evaluate_into(&x, &mut a, &mut work).expect("n numbers");
    substituting.evaluate_into(&x, &mut b, &mut work).expect("n numbers");
    let worst = a.iter().zip(&b).fold(0.0_f64, |m, (a, b)| m.max((a - b).abs()));
    // The chain is eaten from both ends: at most n/2 products add up, each good to a few ulp of 10.
    assert!(worst <= 0.5 * n as f64 * 10.0 * f64::EPSILON, "{worst:e}");
}

#[test]
fn the_fewest_sweeps_win_and_a_tie_is_direct() {
    let by = |edges: &Edges, n: usize| {
        let plan = of_graph(n, edges).prepare_sparse_hessian_by(Recovery::Fewest);
        plan.expect("one output").substitutes()
    };
    assert!(!by(&band(60, 1), 60), "three colours and two are one sweep each");
    assert!(by(&band(60, 5), 60), "eleven colours are two sweeps, six are one");
}
