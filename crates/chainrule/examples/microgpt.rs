//! A small GPT on scalar values, after Karpathy's microgpt: it reads names and invents new ones.
//!
//! One decoder layer of width 16 with four heads and a context of 16, everything a `Value`. Run it with
//! `cargo run --release --example microgpt [STEPS]`; without a number it takes 100 steps, 1000 is the whole
//! training.

use chainrule::algebra::{Algebra, Num, Term};
use chainrule::nn::MersenneTwister;
use chainrule::optimize::{Adam, Rule};
use chainrule::{Graph, dot, logsumexp};
use std::time::Instant;

const LETTERS: usize = 26;
/// Token that begins and ends a name.
const EDGE: usize = LETTERS;
const TOKENS: usize = 27;
const WIDTH: usize = 16;
const CONTEXT: usize = 16;
const HEAD: usize = 4;
const HIDDEN: usize = 64;

type Vector<'a, A> = Vec<Term<'a, A>>;

/// The weights of the network as rows of matrices.
struct Weights<'w, 'a, A: Algebra> {
    token: &'w [Term<'a, A>],
    position: &'w [Term<'a, A>],
    logits: &'w [Term<'a, A>],
    /// Query, key, value, output.
    attention: [&'w [Term<'a, A>]; 4],
    up: &'w [Term<'a, A>],
    down: &'w [Term<'a, A>],
}

impl<'w, 'a, A: Algebra> Weights<'w, 'a, A> {
    fn new(all: &'w [Term<'a, A>]) -> Self {
        let mut rest = all;
        let mut take = |count: usize| {
            let (head, tail) = rest.split_at(count);
            rest = tail;
            head
        };
        Weights {
            token: take(TOKENS * WIDTH),
            position: take(CONTEXT * WIDTH),
            logits: take(TOKENS * WIDTH),
            attention: std::array::from_fn(|_| take(WIDTH * WIDTH)),
            up: take(HIDDEN * WIDTH),
            down: take(WIDTH * HIDDEN),
        }
    }
}

/// Keys and values of the positions read so far.
struct Memory<'a, A: Algebra> {
    keys: Vec<Vector<'a, A>>,
    values: Vec<Vector<'a, A>>,
}

fn times<'a, A: Algebra>(matrix: &[Term<'a, A>], x: &[Term<'a, A>]) -> Vector<'a, A> {
    matrix.chunks(x.len()).map(|row| dot(row, x)).collect()
}

fn plus<'a, A: Algebra>(a: &[Term<'a, A>], b: &[Term<'a, A>]) -> Vector<'a, A> {
    a.iter().zip(b).map(|(a, b)| *a + b).collect()
}

/// `x / √(mean(x²) + 10⁻⁵)`.
fn normed<'a, A: Algebra>(x: &[Term<'a, A>]) -> Vector<'a, A> {
    let scale = 1.0 / (dot(x, x) / x.len() as f64 + 1e-5).sqrt();
    x.iter().map(|v| scale * v).collect()
}

/// What the network expects after `token` at `position`, as unnormalised log-probabilities.
fn predict<'a, A: Algebra>(
    weights: &Weights<'_, 'a, A>,
    memory: &mut Memory<'a, A>,
    token: usize,
    position: usize,
) -> Vector<'a, A> {
    let row = |table: &[Term<'a, A>], i: usize| table[i * WIDTH..(i + 1) * WIDTH].to_vec();
    let mut x = normed(&plus(&row(weights.token, token), &row(weights.position, position)));

    let input = normed(&x);
    let [query, key, value, output] = weights.attention;
    let query = times(query, &input);
    memory.keys.push(times(key, &input));
    memory.values.push(times(value, &input));
    let mut seen = Vec::with_capacity(WIDTH);
    for head in (0..WIDTH).step_by(HEAD) {
        let part = head..head + HEAD;
        let scores: Vector<'a, A> =
            memory.keys.iter().map(|k| 0.5 * dot(&query[part.clone()], &k[part.clone()])).collect();
        let total = logsumexp(&scores);
        let shares: Vector<'a, A> = scores.iter().map(|s| (*s - total).exp()).collect();
        for j in part {
            let column: Vector<'a, A> = memory.values.iter().map(|v| v[j]).collect();
            seen.push(dot(&shares, &column));
        }
    }
    x = plus(&x, &times(output, &seen));

    let hidden: Vector<'a, A> = times(weights.up, &normed(&x)).iter().map(|h| h.relu()).collect();
    x = plus(&x, &times(weights.down, &hidden));
    times(weights.logits, &x)
}

/// The letters of a name between two edges.
pub(crate) fn tokens(name: &str) -> Vec<usize> {
    let letters = name.bytes().map(|b| usize::from(b - b'a'));
    [EDGE].into_iter().chain(letters).chain([EDGE]).collect()
}

/// The mean surprise at the next letter, over the positions of one name.
pub(crate) fn loss<'a, A: Algebra>(weights: &[Term<'a, A>], name: &str) -> Term<'a, A> {
    let weights = Weights::new(weights);
    let mut memory = Memory { keys: Vec::new(), values: Vec::new() };
    let surprise = |(position, pair): (usize, &[usize])| {
        let logits = predict(&weights, &mut memory, pair[0], position);
        logsumexp(&logits) - logits[pair[1]]
    };
    let surprises: Vector<'a, A> =
        tokens(name).windows(2).take(CONTEXT).enumerate().map(surprise).collect();
    chainrule::mean(&surprises)
}

/// A new name, letter by letter, at temperature ½.
fn invent(weights: &[f64], random: &mut MersenneTwister) -> String {
    let terms: Vec<_> = weights.iter().map(|&w| Term::new(&Num, w)).collect();
    let weights = Weights::new(&terms);
    let mut memory = Memory { keys: Vec::new(), values: Vec::new() };
    let (mut token, mut name) = (EDGE, String::new());
    for position in 0..CONTEXT {
        let logits = predict(&weights, &mut memory, token, position);
        let sharp: Vec<_> = logits.iter().map(|l| *l / 0.5).collect();
        let total = logsumexp(&sharp);
        let mut left = random.random();
        token = (0..TOKENS)
            .find(|&t| {
                left -= (sharp[t] - total).exp().value();
                left < 0.0
            })
            .unwrap_or(EDGE);
        if token == EDGE {
            break;
        }
        name.push(char::from(b'a' + u8::try_from(token).expect("a letter")));
    }
    name
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let steps: usize = std::env::args().nth(1).map_or(Ok(100), |word| word.parse())?;
    let numbers = |text: &str| -> Vec<f64> {
        text.split_whitespace().filter_map(|word| word.parse().ok()).collect()
    };
    let mut parameters = numbers(include_str!("../tests/data/fixtures/microgpt_w0.txt"));
    // Lines of a step's number and its loss, computed by another program (CPython).
    let expected = numbers(include_str!("../tests/data/fixtures/microgpt_losses_100.txt"));
    let names: Vec<&str> = include_str!("../tests/data/fixtures/names.txt").lines().collect();

    let start = Instant::now();
    let mut graph = Graph::new();
    let mut adam = Adam::new(parameters.len(), (0.85, 0.99), 1e-8);
    let mut gradient = vec![0.0; parameters.len()];
    let mut last = f64::NAN;
    for step in 0..steps {
        graph.clear();
        let weights: Vec<_> = parameters.iter().map(|&w| graph.value(w)).collect();
        let loss = loss(&weights, names[step % names.len()]);
        let derivatives = loss.backward();
        for (slot, &weight) in gradient.iter_mut().zip(&weights) {
            *slot = derivatives[weight];
        }
        let rate = 0.01 * (1.0 - step as f64 / 1000.0);
        adam.step(&mut parameters, &gradient, rate);
        last = loss.value();
        if let Some(want) = expected.get(2 * step + 1) {
            // G-01: the losses of the first hundred steps. G-02 is step 1000.
            assert!((last / want - 1.0).abs() < 1e-9, "step {}: {last} {want}", step + 1);
        }
        if step == 0 || (step + 1) % 100 == 0 {
            println!("step {:4}  loss {last:.4}", step + 1);
        }
    }
    // G-04, beside other crates in benches/peers.
    let time = start.elapsed();
    println!(
        "{steps} steps in {time:.1?}, {:.0?} a step, last loss {last:.6}",
        time / steps.max(1) as u32
    );

    // G-03
    let mut random = MersenneTwister::new(42);
    let names: Vec<String> = (0..20).map(|_| invent(&parameters, &mut random)).collect();
    println!("{}", names.join(" "));
    Ok(())
}
