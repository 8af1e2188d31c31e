//! One step of microgpt with the derivative written by hand: the loss of a name, and backpropagation through the
//! network of `examples/microgpt.rs` in plain numbers. Shared by tests and benches.

const TOKENS: usize = 27;
const WIDTH: usize = 16;
const CONTEXT: usize = 16;
const HEADS: usize = 4;
const HEAD: usize = WIDTH / HEADS;
const HIDDEN: usize = 64;

/// Token, position and logits matrices, query, key, value, output, up, down.
const ROWS: [(usize, usize); 9] = [
    (TOKENS, WIDTH),
    (CONTEXT, WIDTH),
    (TOKENS, WIDTH),
    (WIDTH, WIDTH),
    (WIDTH, WIDTH),
    (WIDTH, WIDTH),
    (WIDTH, WIDTH),
    (HIDDEN, WIDTH),
    (WIDTH, HIDDEN),
];

/// What a position computed on its way forward.
struct Position {
    token: usize,
    target: usize,
    embedded: [f64; WIDTH],
    x: [f64; WIDTH],
    input: [f64; WIDTH],
    query: [f64; WIDTH],
    key: [f64; WIDTH],
    value: [f64; WIDTH],
    shares: [[f64; CONTEXT]; HEADS],
    seen: [f64; WIDTH],
    attended: [f64; WIDTH],
    normed: [f64; WIDTH],
    hidden: [f64; HIDDEN],
    last: [f64; WIDTH],
    expected: [f64; TOKENS],
}

/// The mean surprise at the next token, and its derivative with respect to every weight.
pub(crate) fn microgpt_by_hand(weights: &[f64], tokens: &[usize], gradient: &mut [f64]) -> f64 {
    let mut rest = weights;
    let [token, place, logits, query, key, value, output, up, down] =
        ROWS.map(|(rows, width)| rest.split_off(..rows * width).expect("as many weights"));
    gradient.fill(0.0);
    let mut rest = gradient;
    let [d_token, d_place, d_logits, d_query, d_key, d_value, d_output, d_up, d_down] =
        ROWS.map(|(rows, width)| rest.split_off_mut(..rows * width).expect("as many weights"));

    let mut all: Vec<Position> = Vec::with_capacity(CONTEXT);
    let mut surprise = 0.0;
    for (p, pair) in tokens.windows(2).take(CONTEXT).enumerate() {
        let embedded = plus(row(token, pair[0]), row(place, p));
        let x = normed(&embedded);
        let input = normed(&x);
        let mut now = Position {
            token: pair[0],
            target: pair[1],
            embedded,
            x,
            input,
            query: times(query, &input),
            key: times(key, &input),
            value: times(value, &input),
            shares: [[0.0; CONTEXT]; HEADS],
            seen: [0.0; WIDTH],
            attended: x,
            normed: x,
            hidden: [0.0; HIDDEN],
            last: x,
            expected: [0.0; TOKENS],
        };
        let (own_key, own_value) = (now.key, now.value);
        for (h, shares) in now.shares.iter_mut().enumerate() {
            let part = h * HEAD..(h + 1) * HEAD;
            let keys = all.iter().map(|before| &before.key).chain([&own_key]);
            for (share, key) in shares.iter_mut().zip(keys) {
                *share = 0.5 * inner(&now.query[part.clone()], &key[part.clone()]);
            }
            softmax(&mut shares[..=p]);
            let values = all.iter().map(|before| &before.value).chain([&own_value]);
            for (share, value) in shares.iter().zip(values) {
                for j in part.clone() {
                    now.seen[j] += share * value[j];
                }
            }
        }
        now.attended = plus(&now.x, &times::<WIDTH, WIDTH>(output, &now.seen));
        now.normed = normed(&now.attended);
        now.hidden = times(up, &now.normed).map(|h: f64| h.max(0.0));
        now.last = plus(&now.attended, &times::<WIDTH, HIDDEN>(down, &now.hidden));
        now.expected = times(logits, &now.last);
        let own = now.expected[now.target];
        surprise += softmax(&mut now.expected) - own;
        all.push(now);
    }

    let mean = 1.0 / all.len() as f64;
    let (mut d_keys, mut d_values) = ([[0.0; WIDTH]; CONTEXT], [[0.0; WIDTH]; CONTEXT]);
    for (p, now) in all.iter().enumerate().rev() {
        let mut d_expected = now.expected.map(|share| mean * share);
        d_expected[now.target] -= mean;
        let mut d_x = [0.0; WIDTH];
        through(logits, &now.last, &d_expected, d_logits, &mut d_x);

        let mut d_hidden = [0.0; HIDDEN];
        through(down, &now.hidden, &d_x, d_down, &mut d_hidden);
        for (d, h) in d_hidden.iter_mut().zip(now.hidden) {
            *d *= f64::from(u8::from(h > 0.0));
        }
        let mut d_normed = [0.0; WIDTH];
        through(up, &now.normed, &d_hidden, d_up, &mut d_normed);
        through_normed(&now.attended, &d_normed, &mut d_x);

        let mut d_seen = [0.0; WIDTH];
        through(output, &now.seen, &d_x, d_output, &mut d_seen);
        let mut d_own_query = [0.0; WIDTH];
        for (h, shares) in now.shares.iter().enumerate() {
            let part = h * HEAD..(h + 1) * HEAD;
            let d_part = &d_seen[part.clone()];
            // Σ dᵢ·shareᵢ is what every share takes from the others.
            let mean = inner(d_part, &now.seen[part.clone()]);
            for (t, share) in shares[..=p].iter().enumerate() {
                let d_share = inner(d_part, &all[t].value[part.clone()]);
                let d_score = 0.5 * share * (d_share - mean);
                for j in part.clone() {
                    d_values[t][j] += share * d_seen[j];
                    d_own_query[j] += d_score * all[t].key[j];
                    d_keys[t][j] += d_score * now.query[j];
                }
            }
        }
        let mut d_input = [0.0; WIDTH];
        through(query, &now.input, &d_own_query, d_query, &mut d_input);
        through(key, &now.input, &d_keys[p], d_key, &mut d_input);
        through(value, &now.input, &d_values[p], d_value, &mut d_input);
        through_normed(&now.x, &d_input, &mut d_x);

        let mut d_embedded = [0.0; WIDTH];
        through_normed(&now.embedded, &d_x, &mut d_embedded);
        for (j, d) in d_embedded.into_iter().enumerate() {
            d_token[now.token * WIDTH + j] += d;
            d_place[p * WIDTH + j] += d;
        }
    }
    mean * surprise
}

fn row(table: &[f64], i: usize) -> &[f64; WIDTH] {
    &table.as_chunks().0[i]
}

fn plus(a: &[f64; WIDTH], b: &[f64; WIDTH]) -> [f64; WIDTH] {
    std::array::from_fn(|i| a[i] + b[i])
}

fn inner(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// `W·x`.
fn times<const ROWS: usize, const N: usize>(matrix: &[f64], x: &[f64; N]) -> [f64; ROWS] {
    let rows = matrix.as_chunks::<N>().0;
    std::array::from_fn(|i| inner(&rows[i], x))
}

/// Adds what `W·x` owes to `W` and to `x`.
fn through<const ROWS: usize, const N: usize>(
    matrix: &[f64],
    x: &[f64; N],
    d: &[f64; ROWS],
    d_matrix: &mut [f64],
    d_x: &mut [f64; N],
) {
    let rows = matrix.as_chunks::<N>().0.iter().zip(d_matrix.as_chunks_mut::<N>().0);
    for ((row, d_row), d) in rows.zip(d) {
        for j in 0..N {
            d_row[j] += d * x[j];
            d_x[j] += d * row[j];
        }
    }
}

fn scale(x: &[f64; WIDTH]) -> f64 {
    1.0 / (inner(x, x) / WIDTH as f64 + 1e-5).sqrt()
}

/// `s·x` with `s = 1/√(mean(x²) + 10⁻⁵)`.
fn normed(x: &[f64; WIDTH]) -> [f64; WIDTH] {
    let s = scale(x);
    x.map(|v| s * v)
}

/// Adds what that owes to `x`: `s·d − s³·(d·x)/n·x`.
fn through_normed(x: &[f64; WIDTH], d: &[f64; WIDTH], d_x: &mut [f64; WIDTH]) {
    let s = scale(x);
    let back = s * s * s * inner(d, x) / WIDTH as f64;
    for j in 0..WIDTH {
        d_x[j] += s * d[j] - back * x[j];
    }
}

/// Turns scores into shares, in proportion to `exp`, and returns `ln Σ exp`.
fn softmax(scores: &mut [f64]) -> f64 {
    let largest = scores.iter().fold(f64::NEG_INFINITY, |m, &s| m.max(s));
    let mut total = 0.0;
    for score in &mut *scores {
        *score = (*score - largest).exp();
        total += *score;
    }
    for share in &mut *scores {
        *share /= total;
    }
    largest + total.ln()
}
