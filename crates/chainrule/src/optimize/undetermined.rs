//! Words for a direction in which an objective does not change: which variables cannot be told apart, and
//! what of them is known.

/// Exponents and factors up to this size are recognised as whole numbers.
const LARGEST: f64 = 8.0;
/// How close to a whole number.
const WHOLE: f64 = 1e-3;

/// Says which variables the `direction`, in which the objective is level at `x`, mixes up: `the data
/// determine only b1*b2, not b1 and b2 by themselves; fix one of them`.
///
/// A product, quotient, sum or difference is named only if `is_same` confirms it at a point far from `x`,
/// where the objective has to be what it is at `x`.
///
/// ```
/// use chainrule::optimize::undetermined;
/// let names = ["a".to_owned(), "b".to_owned()];
/// let text = undetermined(&names, &[2.0, 3.0], &[2.0, -3.0], &mut |x| (x[0] * x[1] - 6.0).abs() < 1e-9);
/// assert_eq!(text, "the data determine only a*b, not a and b by themselves; fix one of them");
/// ```
pub fn undetermined(
    names: &[String],
    x: &[f64],
    direction: &[f64],
    is_same: &mut dyn FnMut(&[f64]) -> bool,
) -> String {
    let mixed: Vec<usize> = (0..x.len()).filter(|&j| direction[j] != 0.0).collect();
    if let [one] = mixed[..] {
        return format!("{} has no influence here: the data do not determine it", names[one]);
    }
    let listed: Vec<&str> = mixed.iter().map(|&j| names[j].as_str()).collect();
    let listed = and(&listed);
    let known = product(names, x, direction, &mixed, is_same)
        .or_else(|| sum(names, x, direction, &mixed, is_same));
    if let Some(known) = known {
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let known = and(&known);
        return format!(
            "the data determine only {known}, not {listed} by themselves; fix one of them"
        );
    }
    let largest = mixed.iter().fold(0.0_f64, |m, &j| m.max(direction[j].abs()));
    let shares: Vec<String> =
        mixed.iter().map(|&j| format!("{:.3}", direction[j] / largest)).collect();
    format!(
        "the data do not determine {listed} by themselves: moving them in the proportion {} changes nothing; \
         fix one of them",
        shares.join(" : ")
    )
}

/// Monomials that stay the same when the variables grow by powers of one factor.
fn product(
    names: &[String],
    x: &[f64],
    direction: &[f64],
    mixed: &[usize],
    is_same: &mut dyn FnMut(&[f64]) -> bool,
) -> Option<Vec<String>> {
    if mixed.iter().any(|&j| x[j] == 0.0) {
        return None;
    }
    let powers = whole(&mixed.iter().map(|&j| direction[j] / x[j]).collect::<Vec<_>>())?;
    for factor in [1.5_f64, 0.7] {
        let mut moved = x.to_vec();
        for (&j, &power) in mixed.iter().zip(&powers) {
            moved[j] *= factor.powi(power);
        }
        if !is_same(&moved) {
            return None;
        }
    }
    let first = (mixed[0], powers[0]);
    let pair = |(&j, &power): (&usize, &i32)| {
        // The exponents that cancel the factor: first^power · other^(−first's power).
        let (a, b) = lowest(power, -first.1);
        monomial(&names[first.0], a, &names[j], b)
    };
    Some(mixed[1..].iter().zip(&powers[1..]).map(pair).collect())
}

/// Sums with whole factors that stay the same when the variables move along the direction.
fn sum(
    names: &[String],
    x: &[f64],
    direction: &[f64],
    mixed: &[usize],
    is_same: &mut dyn FnMut(&[f64]) -> bool,
) -> Option<Vec<String>> {
    let shares = whole(&mixed.iter().map(|&j| direction[j]).collect::<Vec<_>>())?;
    let size = mixed.iter().fold(0.0_f64, |m, &j| m.max(x[j].abs())).max(1e-3);
    for distance in [0.5 * size, -0.3 * size] {
        let mut moved = x.to_vec();
        for (&j, &share) in mixed.iter().zip(&shares) {
            moved[j] += distance * f64::from(share);
        }
        if !is_same(&moved) {
            return None;
        }
    }
    let first = (mixed[0], shares[0]);
    let pair = |(&j, &share): (&usize, &i32)| {
        let (a, b) = lowest(share, -first.1);
        let term = |factor: i32, name: &str| match factor {
            1 => name.to_owned(),
            _ => format!("{factor}*{name}"),
        };
        let sign = if b < 0 { "-" } else { "+" };
        format!("{} {sign} {}", term(a, &names[first.0]), term(b.abs(), &names[j]))
    };
    Some(mixed[1..].iter().zip(&shares[1..]).map(pair).collect())
}

/// The numbers as multiples of one, if these are small whole numbers.
fn whole(numbers: &[f64]) -> Option<Vec<i32>> {
    let unit = numbers.iter().fold(f64::INFINITY, |m, x| m.min(x.abs()));
    (1..=4).map(f64::from).find_map(|parts| {
        let multiples: Vec<f64> = numbers.iter().map(|x| x / unit * parts).collect();
        let fits =
            |m: &f64| (m - m.round()).abs() <= WHOLE && m.abs() <= LARGEST && m.round() != 0.0;
        multiples.iter().all(fits).then(|| multiples.iter().map(|m| m.round() as i32).collect())
    })
}

/// Both divided by their greatest common divisor, the first positive.
fn lowest(a: i32, b: i32) -> (i32, i32) {
    let (mut x, mut y) = (a.abs(), b.abs());
    while y != 0 {
        (x, y) = (y, x % y);
    }
    let by = if a < 0 { -x } else { x };
    (a / by, b / by)
}

fn monomial(first: &str, a: i32, second: &str, b: i32) -> String {
    let power = |name: &str, n: i32| if n == 1 { name.to_owned() } else { format!("{name}^{n}") };
    let sign = if b < 0 { "/" } else { "*" };
    format!("{}{sign}{}", power(first, a), power(second, b.abs()))
}

/// `a`, `a and b`, `a, b and c`.
fn and(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}
