//! Evaluates a row of the operations table at doubles from standard input, for
//! `tools/reference/measure.py`.
//!
//! `evaluate exp` writes the values; `evaluate mul 1` writes the partial derivatives in the second
//! argument. Input and output are raw little-endian doubles, argument lists one after another. The
//! nanoseconds of one evaluation go to standard error.

use chainrule::algebra::{Num, Op, Term};
use std::error::Error;
use std::io::{Read, Write, stderr, stdin, stdout};
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let mut words = std::env::args().skip(1);
    let Some(name) = words.next() else {
        println!("usage: evaluate OPERATION [ARGUMENT] < NUMBERS, little-endian doubles");
        return Ok(());
    };
    let op = Op::from_name(&name).ok_or_else(|| format!("no operation `{name}`"))?;
    let direction: Option<usize> = words.next().map(|word| word.parse()).transpose()?;
    let mut bytes = Vec::new();
    stdin().read_to_end(&mut bytes)?;
    let numbers: Vec<f64> =
        bytes.as_chunks().0.iter().map(|&word| f64::from_le_bytes(word)).collect();
    // An operation of any number of arguments is given two.
    let points = numbers.chunks_exact(op.info().arity().unwrap_or(2));
    let start = Instant::now();
    let results: Vec<f64> = match direction {
        None => points.map(|x| op.value(x)).collect(),
        Some(direction) => points.map(|x| partial(op, x, direction)).collect(),
    };
    let each = start.elapsed().as_nanos() / results.len().max(1) as u128;
    writeln!(stderr(), "{each}")?;
    for y in results {
        stdout().write_all(&y.to_le_bytes())?;
    }
    Ok(())
}

fn partial(op: Op, x: &[f64], direction: usize) -> f64 {
    let terms: Vec<Term<Num>> = x.iter().map(|&x| Term::new(&Num, x)).collect();
    let y = Term::new(&Num, op.value(x));
    let mut found = 0.0;
    op.partials(&terms, y, |i, partial| {
        if i == direction {
            found = partial.raw();
        }
    });
    found
}
