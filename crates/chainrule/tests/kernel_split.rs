//! Columns that begin anywhere in a cache line: how rows are split into blocks changes no bit.

#[path = "support/random.rs"]
mod random;
#[path = "support/ways.rs"]
mod ways;

use chainrule::Value;
use chainrule::kernel::{Instructions, Kernel, Options, Rows, Sums};
use random::Random;
use ways::bits;

/// Columns that are read often enough for a split at the front of some thousand rows.
const WIDTH: usize = 12;

/// Around the limits of blocks, of chunks, and of what is worth a split.
const SIZES: [usize; 14] = [1, 7, 8, 9, 100, 511, 1029, 2000, 4090, 4095, 4096, 4097, 4110, 8200];

/// Where columns begin, one after the other and then from the front again: at the same place of a cache line, and not.
const PLACES: [&[usize]; 11] =
    [&[0], &[1], &[2], &[3], &[4], &[5], &[6], &[7], &[2, 2, 2, 5], &[0, 3], &[6, 1, 4, 7, 0]];

fn names(letter: &str) -> Vec<String> {
    (0..WIDTH).map(|i| format!("{letter}{i}")).collect()
}

fn kernel(f: impl for<'g> FnOnce(&[Value<'g>], &[Value<'g>]) -> Value<'g>) -> Kernel {
    let [parameters, columns] = [names("p"), names("x")];
    let [parameters, columns] =
        [&parameters, &columns].map(|all| all.iter().map(String::as_str).collect::<Vec<_>>());
    Kernel::sum_over(&parameters, &columns, f).expect("distinct names")
}

fn linear<'g>(p: &[Value<'g>], row: &[Value<'g>]) -> Value<'g> {
    p.iter().zip(row).fold(p[0] * 0.5, |z, (p, x)| z + *p * *x)
}

/// The same columns, each in memory that begins at a cache line, moved as far as its place says. Between them stand
/// numbers that would spoil every sum.
struct Moved {
    memory: Vec<f64>,
    starts: Vec<usize>,
    rows: usize,
}

impl Moved {
    fn new(columns: &[Vec<f64>], rows: usize, places: &[usize]) -> Self {
        let stride = rows.next_multiple_of(8) + 24;
        let mut memory = vec![f64::NAN; stride * columns.len() + 8];
        let line = memory.as_ptr().align_offset(64);
        let place = |i: usize| line + i * stride + 8 + places[i % places.len()];
        let starts: Vec<usize> = (0..columns.len()).map(place).collect();
        for (column, &start) in columns.iter().zip(&starts) {
            memory[start..start + rows].copy_from_slice(&column[..rows]);
        }
        Moved { memory, starts, rows }
    }

    fn columns(&self) -> Vec<&[f64]> {
        self.starts.iter().map(|&start| &self.memory[start..start + self.rows]).collect()
    }
}

/// Every instruction set, with blocks as the machine likes them and small ones, on one thread and several.
fn ways() -> Vec<Options> {
    let available = Instructions::ALL.into_iter().filter(|i| i.is_available());
    available
        .flat_map(|instructions| {
            let options = Options { instructions, ..Options::default() };
            [
                Options { threads: Some(1), ..options },
                Options { threads: Some(3), block: Some(24), ..options },
            ]
        })
        .collect()
}

/// That `run` gives the same bits in every way and wherever the columns begin.
fn check(
    kernel: &Kernel,
    columns: &[Vec<f64>],
    sizes: &[usize],
    run: impl Fn(&Kernel, &[&[f64]], usize) -> Vec<f64>,
) {
    for &rows in sizes {
        let all: Vec<&[f64]> = columns.iter().map(|c| &c[..rows]).collect();
        let aligned = Rows::new(&all).expect("columns of one length");
        let once = Options { threads: Some(1), block: Some(8), ..Options::default() };
        let first = bits(&run(&kernel.with_options(once), &aligned.columns(), 0));
        for places in PLACES {
            let moved = Moved::new(columns, rows, places);
            for way in ways() {
                let found = run(&kernel.with_options(way), &moved.columns(), places[0]);
                assert!(bits(&found) == first, "{rows} rows at {places:?}, {way:?}");
            }
        }
    }
}

fn data(width: usize) -> (Vec<f64>, Vec<Vec<f64>>) {
    let mut random = Random(41);
    let p = random.column(WIDTH, -0.5, 0.5);
    (p, (0..width).map(|_| random.column(SIZES[13], -2.0, 2.0)).collect())
}

#[test]
fn sums_of_every_kind_keep_their_bits_wherever_columns_begin() {
    let kernel = kernel(|p, row| linear(p, row).softplus() - row[3] * p[1]);
    let weighted = kernel.weighted("w").expect("a new name");
    let (p, columns) = data(WIDTH + 1);
    for (kernel, width) in [(kernel, WIDTH), (weighted, WIDTH + 1)] {
        for what in [Sums::Value, Sums::Gradient, Sums::Hessian, Sums::GaussNewton] {
            let sizes = if what == Sums::Hessian { &SIZES[6..] } else { &SIZES[..] };
            check(&kernel, &columns[..width], sizes, |kernel, columns, _| {
                let totals = kernel.sums(what, &p, columns).expect("shapes fit");
                let value = [totals.value].into_iter();
                value.chain(totals.gradient).chain(totals.matrix.into_iter().flatten()).collect()
            });
        }
    }
}

#[test]
fn columns_of_outputs_keep_their_bits_wherever_they_and_the_rows_begin() {
    let kernel = kernel(|p, row| linear(p, row).tanh() * row[0]);
    let (p, columns) = data(WIDTH);
    for kernel in [kernel.clone(), kernel.exact()] {
        check(&kernel, &columns, &SIZES[3..], |kernel, columns, place| {
            let rows = columns[0].len();
            let mut memory = vec![0.0; 3 * (rows + 16)];
            let mut outputs: Vec<&mut [f64]> =
                memory.chunks_exact_mut(rows + 16).map(|c| &mut c[place..place + rows]).collect();
            let wrt = ["x0", "x7"];
            kernel.gradient_batch_into(&p, columns, &wrt, &mut outputs).expect("shapes fit");
            outputs.concat()
        });
    }
}

/// The tree that is promised, from outputs row by row: lanes, chunks of 4096 rows, then neighbours.
#[test]
fn a_row_of_a_chunk_belongs_to_lane_row_mod_eight_wherever_columns_begin() {
    let kernel = kernel(|p, row| linear(p, row).exp());
    let (p, columns) = data(WIDTH);
    check(&kernel, &columns, &SIZES, |kernel, columns, _| {
        let found = kernel.value(&p, columns).expect("shapes fit");
        let outputs = kernel.eval_batch(&p, columns).expect("shapes fit").remove(0);
        let sum_of_chunk = |chunk: &[f64]| {
            let mut s = [0.0; 8];
            chunk.iter().enumerate().for_each(|(i, y)| s[i % 8] += y);
            ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]))
        };
        let mut sums: Vec<f64> = outputs.chunks(4096).map(sum_of_chunk).collect();
        while sums.len() > 1 {
            sums = sums.chunks(2).map(|pair| pair.iter().sum()).collect();
        }
        assert_eq!(found.to_bits(), sums[0].to_bits(), "{found} and {sums:?}");
        vec![found]
    });
}

/// Rows whose slope is infinite under a mask stand where chunks and blocks begin and end: their chunk is summed by the
/// strict plan, and no other is.
#[test]
fn rows_that_need_the_strict_plan_spoil_no_neighbour_wherever_columns_begin() {
    let kernel = kernel(|p, row| {
        let root = row[1].select((p[0] * row[0]).sqrt(), 0.0);
        linear(p, row).softplus() + root
    });
    let (p, mut columns) = data(WIDTH);
    let p: Vec<f64> = p.iter().map(|p| p.abs()).collect();
    columns[0].iter_mut().for_each(|x| *x = x.abs());
    for row in [0, 2, 4095, 4101, 8192, 8199] {
        (columns[0][row], columns[1][row]) = (0.0, 0.0);
    }
    check(&kernel, &columns, &SIZES[8..], |kernel, columns, _| {
        let (value, mut all) = kernel.value_and_gradient(&p, columns).expect("shapes fit");
        assert!(all.iter().all(|g| g.is_finite()), "{all:?}");
        all.push(value);
        let batch = kernel.gradient_batch(&p, columns, &["p0"]).expect("a parameter's name");
        all.extend(batch.values);
        all.extend(batch.gradients.concat());
        all
    });
}
