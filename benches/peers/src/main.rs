//! chainrule beside other automatic differentiation crates, on the same inputs.
//!
//! `cargo run --release --ignore-rust-version [-- [--json FILE] [--library FILE]… [--python PROGRAM] [WORKLOAD…]]`;
//! `all` builds what the options name. Every gradient is compared with a reference to 1e-9 before anything is
//! timed. A round runs every peer once, so that they share the machine's moods; figures are medians over rounds,
//! ratios are medians of the rounds' ratios.

mod engine;
mod engines;
mod native;
mod number;
mod others;
mod python;
mod report;
mod timing;
mod workloads;

use engine::{Engine, Program};
use engines::chainrule::Chainrule;
use others::Others;
use report::Report;
use std::error::Error;
use std::hint::black_box;
use timing::{Entry, Timed};
use workloads::{microgpt, moons, small, sums};

/// The value at a point; the gradient goes into the slice.
type ByHand<'a> = dyn Fn(&[f64], &mut [f64]) -> f64 + 'a;

/// Runs `$work` for each crate as the type `$E`.
macro_rules! each_engine {
    ($E:ident => $work:expr) => {{
        let mut entries = Vec::new();
        macro_rules! one {
            ($type:ty) => {{
                type $E = $type;
                entries.push($work);
            }};
        }
        one!(Chainrule<false>);
        one!(Chainrule<true>);
        one!(engines::reverse::Reverse);
        one!(engines::aad::Aad);
        one!(engines::easy_ml::EasyMl);
        one!(engines::echidna::Eager);
        one!(engines::echidna::Replay);
        one!(engines::xad::Xad<false>);
        one!(engines::xad::Xad<true>);
        entries
    }};
}

/// A workload with few inputs, held in an array.
fn small<'a, P: Program, const N: usize>(
    name: &'static str,
    program: &'a P,
    at: &'a [f64; N],
    by_hand: impl Fn([f64; N]) -> (f64, [f64; N]) + 'a,
    others: &Others,
) -> Result<Timed<'a>, Box<dyn Error>> {
    let (value, gradient) = by_hand(*at);
    let mut entries = each_engine!(E => {
        let mut engine = E::default();
        let (found, slopes) = engine.array(program, *at);
        let run = move || {
            black_box(engine.array(program, black_box(*at)));
        };
        Entry::new(E::NAME, found, slopes.to_vec(), run)
    });
    let hand = move || {
        black_box(by_hand(black_box(*at)));
    };
    entries.push(Entry::new(report::HAND, value, gradient.to_vec(), hand));
    entries.extend(others.entries(name, &program.data(), at)?);
    Ok(Timed { name, value, gradient: gradient.to_vec(), entries })
}

/// A workload with many inputs; its derivative by hand is the reference, once a difference quotient along one
/// direction agrees with it.
fn large<'a, P: Program>(
    name: &'static str,
    program: &'a P,
    at: &'a [f64],
    by_hand: &'a ByHand<'a>,
    others: &Others,
) -> Result<Timed<'a>, Box<dyn Error>> {
    let mut gradient = vec![0.0; at.len()];
    let value = by_hand(at, &mut gradient);
    timing::check_by_difference(|x| program.run(x), at, &gradient);
    let mut entries = each_engine!(E => {
        let mut engine = E::default();
        let mut slopes = vec![0.0; at.len()];
        let found = engine.slice(program, at, &mut slopes);
        let first = slopes.clone();
        let run = move || {
            black_box(engine.slice(program, black_box(at), &mut slopes));
            black_box(&mut slopes);
        };
        Entry::new(E::NAME, found, first, run)
    });
    let mut slopes = vec![0.0; at.len()];
    let hand = move || {
        black_box(by_hand(black_box(at), &mut slopes));
        black_box(&mut slopes);
    };
    entries.push(Entry::new(report::HAND, value, gradient.clone(), hand));
    entries.extend(others.entries(name, &program.data(), at)?);
    Ok(Timed { name, value, gradient, entries })
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = report::Arguments::read(std::env::args().skip(1))?;
    let others = Others::new(&arguments.libraries, arguments.python.as_deref())?;
    let (linreg, chain) = (sums::Linreg::new(10_000), sums::Chain(1_000_000));
    let (network, gpt) = (moons::Moons::new(), microgpt::Microgpt::new());
    let (weights, letters) = (moons::Moons::start(), microgpt::Microgpt::start());
    let (line, valley) = (sums::Linreg::start(), sums::Rosenbrock::start(1000));
    let one_step = |x: &[f64], slope: &mut [f64]| {
        let (value, first) = chain.by_hand(x[0]);
        slope[0] = first;
        value
    };
    let line_by_hand = |p: &[f64], g: &mut [f64]| linreg.by_hand(p, g);
    let network_by_hand = |p: &[f64], g: &mut [f64]| network.by_hand(p, g);
    let gpt_by_hand = |p: &[f64], g: &mut [f64]| gpt.by_hand(p, g);

    let mut report = Report::default();
    let wanted = |name: &str| arguments.wants(name);
    if wanted("tiny") {
        let (program, at) = (&small::Tiny, &small::Tiny::AT);
        report.add(small("tiny", program, at, small::Tiny::by_hand, &others)?);
    }
    if wanted("readme") {
        let (program, at) = (&small::Readme, &small::Readme::AT);
        report.add(small("readme", program, at, small::Readme::by_hand, &others)?);
    }
    if wanted("moons") {
        report.add(large("moons", &network, &weights, &network_by_hand, &others)?);
    }
    if wanted("microgpt") {
        report.add(large("microgpt", &gpt, &letters, &gpt_by_hand, &others)?);
    }
    if wanted("linreg") {
        report.add(large("linreg", &linreg, &line, &line_by_hand, &others)?);
    }
    if wanted("rosenbrock") {
        let by_hand: &ByHand<'_> = &sums::Rosenbrock::by_hand;
        report.add(large("rosenbrock", &sums::Rosenbrock, &valley, by_hand, &others)?);
    }
    if wanted("chain") {
        report.add(large("chain", &chain, &[1.0], &one_step, &others)?);
    }
    report.write(&arguments)
}
