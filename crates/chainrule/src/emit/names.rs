//! Identifiers from what users call things: valid in both languages, no keyword, no collision.

use std::collections::BTreeSet;

/// Words that mean something else in Rust (up to the 2024 edition) or in C11, and names that the
/// emitted code uses itself.
const RESERVED: &str = "\
    abstract as async await become box break const continue crate do dyn else enum extern false \
    final fn for gen if impl in let loop macro match mod move mut override priv pub ref return \
    self Self static struct super trait true try type typeof union unsafe unsized use virtual \
    where while yield std core f64 special libm \
    auto case char default double float goto inline int long register restrict short signed \
    sizeof switch unsigned void volatile size_t asm fortran bool \
    NAN INFINITY HUGE_VAL DOUBLE errno assert main outputs gradient jacobian";

/// The functions of C's `<math.h>` for doubles, which a local name would hide.
pub(super) const MATH: &str = "\
    acos asin atan atan2 cos sin tan acosh asinh atanh cosh sinh tanh exp exp2 expm1 frexp ilogb \
    ldexp log log10 log1p log2 logb modf scalbn scalbln cbrt fabs hypot pow sqrt erf erfc lgamma \
    tgamma ceil floor nearbyint rint lrint llrint round lround llround trunc fmod remainder \
    remquo copysign nan nextafter nexttoward fdim fmax fmin fma isnan isinf isfinite isnormal \
    signbit fpclassify y0 y1 yn j0 j1 jn gamma signgam";

/// Greek letters from α on, as people type them.
const GREEK: [&str; 25] = [
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa",
    "lambda", "mu", "nu", "xi", "omicron", "pi", "rho", "sigma", "sigma", "tau", "upsilon", "phi",
    "chi", "psi", "omega",
];

/// Whether `word` cannot be a name.
pub(super) fn is_reserved(word: &str) -> bool {
    RESERVED.split_whitespace().any(|r| r == word)
}

/// Whether `name` can stand as it is.
pub(super) fn is_identifier(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !is_reserved(name)
}

/// `name` in letters, digits and `_`, beginning with a letter.
fn spelled(name: &str) -> String {
    let mut text = String::new();
    for c in name.chars() {
        let number = u32::from(c);
        match c {
            _ if c.is_ascii_alphanumeric() => text.push(c),
            'α'..='ω' => text += GREEK[(number - u32::from('α')) as usize],
            '₀'..='₉' => text.extend(char::from_digit(number - u32::from('₀'), 10)),
            _ => text.push('_'),
        }
    }
    let text = text.trim_matches('_');
    match text.chars().next() {
        None => "v".into(),
        Some(c) if c.is_ascii_digit() => format!("v{text}"),
        Some(_) => text.into(),
    }
}

/// The names in use in one function.
#[derive(Clone, Debug)]
pub(super) struct Names {
    taken: BTreeSet<String>,
    last: usize,
}

impl Names {
    /// No name in use but `words`.
    pub(super) fn new(words: impl IntoIterator<Item = String>) -> Self {
        let math = MATH.split_whitespace().map(str::to_owned);
        Names { taken: words.into_iter().chain(math).collect(), last: 0 }
    }

    /// An identifier like `wanted` that nothing else has.
    pub(super) fn add(&mut self, wanted: &str) -> String {
        let spelled = spelled(wanted);
        let mut name = spelled.clone();
        let mut next = 2;
        while is_reserved(&name) || !self.taken.insert(name.clone()) {
            name = format!("{spelled}_{next}");
            next += 1;
        }
        name
    }

    /// The next of `t1`, `t2`, ….
    pub(super) fn temporary(&mut self) -> String {
        loop {
            self.last += 1;
            let name = format!("t{}", self.last);
            if self.taken.insert(name.clone()) {
                return name;
            }
        }
    }
}

/// `text` fit for one line of a comment in either language.
pub(super) fn comment(text: &str) -> String {
    let plain = |c: char| {
        c.is_ascii_graphic() && c != '\\' || c == ' ' || c.is_alphanumeric() || "·²…".contains(c)
    };
    let mut line = String::new();
    for c in text.chars().map(|c| if plain(c) { c } else { '?' }) {
        // `*/`, `/*` and trigraphs must not come about.
        let joins = matches!(
            (line.chars().last(), c),
            (Some('*'), '/') | (Some('/'), '*') | (Some('?'), '?')
        );
        if joins {
            line.push(' ');
        }
        line.push(c);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_name_becomes_an_identifier_of_its_own() {
        let mut names = Names::new(["square".to_owned()]);
        let found: Vec<String> =
            ["x", "x", "dL/dα₁", "2nd", "", "'", "fn", "double", "square", "sin", "x_2"]
                .iter()
                .map(|n| names.add(n))
                .collect();
        let want = [
            "x",
            "x_2",
            "dL_dalpha1",
            "v2nd",
            "v",
            "v_2",
            "fn_2",
            "double_2",
            "square_2",
            "sin_2",
            "x_2_2",
        ];
        assert_eq!(found, want);
        assert!(found.iter().all(|n| is_identifier(n)));
    }

    #[test]
    fn a_comment_cannot_be_left() {
        assert_eq!(comment("a */ b\n//*\u{202e} ??/"), "a * / b?// *? ? ?/");
    }
}
