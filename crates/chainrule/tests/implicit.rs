//! Implicit functions: derivatives without looking into the solver, against closed forms, and where
//! there is none.

use chainrule::{Error, Function, Operation};

/// Kepler's equation `E − e·sin E = M`, solved by bisection, of which nothing is differentiated.
fn kepler() -> Operation {
    let g = Function::record(["E", "M", "e"], |[ecc, m, e]| ecc - e * ecc.sin() - m);
    let solve = |p: &[f64], x: &mut [f64]| {
        let (mut low, mut high) = (p[0] - 1.0, p[0] + 1.0);
        for _ in 0..200 {
            let middle = 0.5 * (low + high);
            if middle - p[1] * middle.sin() < p[0] { low = middle } else { high = middle }
        }
        x[0] = 0.5 * (low + high);
    };
    Operation::root("kepler", &g.expect("names"), solve).expect("one equation")
}

fn close(a: &[f64], b: &[f64], tolerance: f64) {
    assert_eq!(a.len(), b.len());
    for (a, b) in a.iter().zip(b) {
        assert!((a - b).abs() <= tolerance * a.abs().max(b.abs()).max(1.0), "{a} and {b}");
    }
}

#[test]
fn keplers_equation_is_differentiated_twice() {
    let kepler = kepler();
    let f = Function::record(["M", "e"], move |[m, e]| kepler.apply([m, e])).expect("names");
    for [m, e] in [[0.8, 0.3], [2.5, 0.7], [-1.0, 0.1]] {
        let ecc = f.value(&[m, e]).expect("two numbers");
        let (sin, cos) = ecc.sin_cos();
        let d = 1.0 - e * cos;
        let (by_m, by_e) = (1.0 / d, sin / d);
        close(&f.gradient(&[m, e]).expect("two numbers"), &[by_m, by_e], 1e-14);
        close(&f.jvp(&[m, e], &[2.0, -1.0]).expect("two").1, &[2.0 * by_m - by_e], 1e-14);
        // From (1 − e·cos E)·E′ = 1 and = sin E, differentiated again.
        let by_m_e = -(e * sin * by_e - cos) / (d * d);
        let by_e_e = (cos * by_e * d - sin * (e * sin * by_e - cos)) / (d * d);
        let hessian = [-e * sin / d.powi(3), by_m_e, by_m_e, by_e_e];
        close(&f.hessian(&[m, e]).expect("two numbers").concat(), &hessian, 1e-13);
        let written = f.hessian_function().expect("twice").eval(&[m, e]).expect("two numbers");
        close(&written, &hessian, 1e-13);
    }
}

#[test]
fn a_linear_system_agrees_with_cramers_rule_to_the_third_derivative() {
    let solve = Operation::linear_solve(2).expect("two unknowns");
    let names = ["a", "b", "c", "d", "u", "v"];
    let ours = Function::record_slices(&names, &[1.0; 6], move |z| {
        let x = solve.call(z);
        vec![x[0] * x[1].sin()]
    })
    .expect("names");
    let plain = Function::record_slices(&names, &[1.0; 6], |z| {
        let [a, b, c, d, u, v] = z[..] else { panic!("six") };
        let det = a * d - b * c;
        let (x, y) = ((u * d - b * v) / det, (a * v - c * u) / det);
        vec![x * y.sin()]
    })
    .expect("names");
    for z in [[2.0, 0.5, -1.0, 1.5, 0.3, 0.7], [0.0, 1.0, 1.2, 0.1, -0.4, 0.9]] {
        let ok = "six numbers";
        close(&ours.eval(&z).expect(ok), &plain.eval(&z).expect(ok), 1e-14);
        close(&ours.gradient(&z).expect(ok), &plain.gradient(&z).expect(ok), 1e-13);
        let (h, k) = (ours.hessian(&z).expect(ok), plain.hessian(&z).expect(ok));
        close(&h.concat(), &k.concat(), 1e-12);
        let third = |f: &Function| -> Result<Vec<f64>, Error> {
            f.partial("a")?.partial("d")?.jacobian_function()?.eval(&z)
        };
        close(&third(&ours).expect(ok), &third(&plain).expect(ok), 1e-11);
    }
}

#[test]
fn a_fixed_point_has_the_derivative_of_the_root() {
    // Two coupled states, iterated; the same by differences.
    let h = Function::record_slices(&["x", "y", "p", "q"], &[0.1; 4], |z| {
        let [x, y, p, q] = z[..] else { panic!("four") };
        vec![0.5 * (p * y).cos(), 0.3 * (x + q).sin() + 0.1 * y * p]
    })
    .expect("names");
    let point = Operation::fixed_point("point", &h, |p, z| {
        for _ in 0..300 {
            let [x, y] = [z[0], z[1]];
            z[0] = 0.5 * (p[0] * y).cos();
            z[1] = 0.3 * (x + p[1]).sin() + 0.1 * y * p[0];
        }
    })
    .expect("two states");
    let f = Function::record(["p", "q"], move |[p, q]| {
        let z = point.call(&[p, q]);
        z[0] * z[1].exp() + q * z[1]
    })
    .expect("names");
    let x = [0.9, 0.4];
    let gradient = f.gradient(&x).expect("two numbers");
    let quotients = chainrule::check::central_gradient(|x| f.value(x).expect("two"), &x);
    for (slope, quotient) in gradient.iter().zip(quotients) {
        assert!((slope - quotient.value).abs() < 1e-9, "{slope} and {}", quotient.value);
    }
    let hessian = f.hessian(&x).expect("two numbers");
    let at = |h: f64, d: [f64; 2]| f.gradient(&[x[0] + h * d[0], x[1] + h * d[1]]).expect("two");
    for (d, row) in [[1.0, 0.0], [0.0, 1.0]].into_iter().zip(hessian) {
        for ((up, down), entry) in at(1e-5, d).iter().zip(at(-1e-5, d)).zip(row) {
            assert!(((up - down) / 2e-5 - entry).abs() < 1e-8, "{entry}");
        }
    }
}

#[test]
fn without_a_derivative_it_is_nan_and_diagnosed() {
    let g = Function::record(["x", "p"], |[x, p]| x * x - p).expect("names");
    let root = Operation::root("root", &g, |p, x| x[0] = p[0].sqrt()).expect("one equation");
    let f = Function::record(["p"], move |[p]| root.apply([p])).expect("a name");
    assert_eq!(f.gradient(&[4.0]), Ok(vec![0.25]));
    assert!(f.gradient(&[0.0]).expect("a number")[0].is_nan());
    let told =
        |f: &Function, x: f64| f.diagnose(&[x]).expect("a number").expect("a diagnosis").message;
    let message = told(&f, 0.0);
    assert!(message.contains("the equations of `root` are singular in x"), "{message}");
    let message = told(&f, -1.0);
    assert!(message.contains("the solver of `root` found no root"), "{message}");

    let sloppy = Operation::root("sloppy", &g, |p, x| x[0] = 0.9 * p[0].sqrt()).expect("one");
    let f = Function::record(["p"], move |[p]| sloppy.apply([p])).expect("a name");
    assert!(f.gradient(&[4.0]).expect("a number")[0].is_nan());
    let message = told(&f, 4.0);
    assert!(message.contains("stopped 0.211 away from a root"), "{message}");

    let solve = Operation::linear_solve(2).expect("two unknowns");
    let f =
        Function::record(["t"], move |[t]| solve.call(&[t, t * 2.0, t * 2.0, t * 4.0, t, t])[0])
            .expect("a name");
    assert!(f.value(&[1.0]).expect("a number").is_nan());
    assert!(Operation::root("none", &g.with_outputs(&[]), |_, _| {}).is_err());
}
