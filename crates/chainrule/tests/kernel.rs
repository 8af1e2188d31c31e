//! The batch engine: sums and columns over many rows, the same bits however they are run.

use chainrule::algebra::{Algebra, Num, Op};
use chainrule::kernel::{Instructions, Kernel, Options};
use chainrule::{ErrorKind, Function, Value};

/// Numbers between 0 and 1, the same in every run (Steele, Lea, Flood, splittable generators, 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    fn column(&mut self, rows: usize, low: f64, high: f64) -> Vec<f64> {
        (0..rows).map(|_| low + (high - low) * self.next()).collect()
    }
}

fn slices(columns: &[Vec<f64>]) -> Vec<&[f64]> {
    columns.iter().map(Vec::as_slice).collect()
}

const SIZES: [usize; 10] = [0, 1, 7, 63, 64, 65, 4095, 4096, 4097, 100_003];

fn logistic<'g>(p: &[Value<'g>], row: &[Value<'g>]) -> Value<'g> {
    let d = row.len() - 1;
    let z = (0..d).fold(p[d], |z, j| z + p[j] * row[j]);
    (1.0 + z.exp()).ln() - row[d] * z
}

fn names(letter: &str, n: usize) -> Vec<String> {
    (0..n).map(|i| format!("{letter}{i}")).collect()
}

fn strs(names: &[String]) -> Vec<&str> {
    names.iter().map(String::as_str).collect()
}

fn logistic_kernel(d: usize) -> Kernel {
    let (p, x) = (names("w", d + 1), names("x", d + 1));
    Kernel::sum_over(&strs(&p), &strs(&x), logistic).expect("distinct names")
}

fn logistic_data(d: usize, rows: usize) -> (Vec<f64>, Vec<Vec<f64>>) {
    let mut random = Random(7);
    let p = random.column(d + 1, -1.0, 1.0);
    let mut columns: Vec<_> = (0..d).map(|_| random.column(rows, -2.0, 2.0)).collect();
    columns.push(random.column(rows, 0.0, 1.0).iter().map(|u| f64::from(u8::from(*u < 0.5))).collect());
    (p, columns)
}

/// The derivative by hand, with plain loops and the standard library.
fn logistic_by_hand(p: &[f64], columns: &[Vec<f64>]) -> (f64, Vec<f64>) {
    let d = columns.len() - 1;
    let (mut value, mut gradient) = (0.0, vec![0.0; d + 1]);
    for i in 0..columns[0].len() {
        let z = (0..d).fold(p[d], |z, j| z + p[j] * columns[j][i]);
        let y = columns[d][i];
        value += (1.0 + z.exp()).ln() - y * z;
        let r = 1.0 / (1.0 + (-z).exp()) - y;
        (0..d).for_each(|j| gradient[j] += r * columns[j][i]);
        gradient[d] += r;
    }
    (value, gradient)
}

/// `rows` roundings of terms of size 3, and of each term some more.
fn close(a: f64, b: f64, rows: usize) -> bool {
    (a - b).abs() <= 3.0 * f64::EPSILON * (rows as f64 + 20.0) * (1.0 + (rows as f64).sqrt())
}

#[test]
fn a_sum_and_its_gradient_equal_the_derivative_by_hand_for_any_number_of_rows() {
    let kernel = logistic_kernel(10);
    for rows in SIZES {
        let (p, columns) = logistic_data(10, rows);
        let (value, gradient) = kernel.value_and_gradient(&p, &slices(&columns)).expect("shapes fit");
        let (by_hand, gradient_by_hand) = logistic_by_hand(&p, &columns);
        assert!(close(value, by_hand, rows), "{rows} rows: {value} and {by_hand}");
        for (g, h) in gradient.iter().zip(&gradient_by_hand) {
            assert!(close(*g, *h, rows), "{rows} rows: {g} and {h}");
        }
        let alone = kernel.value(&p, &slices(&columns)).expect("shapes fit");
        assert!(close(alone, by_hand, rows));
    }
}
