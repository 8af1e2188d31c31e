//! Columns for categories, so that no term says again what another one says already.
//!
//! A category of k levels has k indicator columns, or k - 1 where the others already span a constant: the reference
//! level then has none. A term of several categories is the sum of the spaces of all subsets of them; those that
//! earlier terms of the same numbers cover are left out, and what is left is put together into as few products as
//! possible. This is the rule of the Python package patsy (its manual, "Redundancy and categorical factors").

use chainrule::error::{Error, ErrorKind};
use std::collections::{HashMap, HashSet};

/// How a factor goes into a product of columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    /// A number, as it is.
    Number,
    /// An indicator for each level but the reference.
    Reduced,
    /// An indicator for each level.
    Full,
}

/// Factors whose columns are multiplied, each with each.
pub(super) type Product = Vec<(usize, Coding)>;

/// A term joins so many categories at most.
const MOST_CATEGORIES: usize = 10;

/// The products of all terms, in order. The empty term gives the empty product: the intercept.
pub(super) fn code(
    terms: &[Vec<usize>],
    is_category: impl Fn(usize) -> bool,
) -> Result<Vec<Product>, Error> {
    // Subsets of categories that are covered, by the numbers that they multiply.
    let mut covered: HashMap<Vec<usize>, HashSet<Vec<usize>>> = HashMap::new();
    let mut products = Vec::with_capacity(terms.len());
    for term in terms {
        let categories: Vec<usize> = term.iter().copied().filter(|&i| is_category(i)).collect();
        if categories.len() > MOST_CATEGORIES {
            let message = format!("an interaction of more than {MOST_CATEGORIES} categories");
            return Err(Error::new(ErrorKind::Limit, message));
        }
        let mut numbers: Vec<usize> = term.iter().copied().filter(|&i| !is_category(i)).collect();
        numbers.sort_unstable();
        let covered = covered.entry(numbers).or_default();
        let new = subsets(&categories).into_iter().filter(|subset| {
            let mut key = subset.clone();
            key.sort_unstable();
            covered.insert(key)
        });
        for coded in joined(new.collect()) {
            let coding = |&i: &usize| match coded.iter().find(|(c, _)| *c == i) {
                Some(&(_, coding)) => Some((i, coding)),
                None => (!is_category(i)).then_some((i, Coding::Number)),
            };
            products.push(term.iter().filter_map(coding).collect());
        }
    }
    Ok(products)
}

/// All subsets, smaller ones first.
fn subsets(all: &[usize]) -> Vec<Vec<usize>> {
    let subset = |mask: usize| {
        let chosen = all.iter().enumerate().filter(|(bit, _)| mask >> bit & 1 == 1);
        chosen.map(|(_, &i)| i).collect::<Vec<_>>()
    };
    let mut subsets: Vec<_> = (0..1 << all.len()).map(subset).collect();
    subsets.sort_by_key(Vec::len);
    subsets
}

/// The same space in fewer products: one and the same times the indicators without reference are together the same
/// times all indicators.
fn joined(subsets: Vec<Vec<usize>>) -> Vec<Product> {
    let reduced = |subset: Vec<usize>| subset.into_iter().map(|i| (i, Coding::Reduced)).collect();
    let mut products: Vec<Product> = subsets.into_iter().map(reduced).collect();
    'search: loop {
        for short in 0..products.len() {
            for long in short + 1..products.len() {
                if let Some(i) = absorbed(&products[short], &products[long]) {
                    products[long][i].1 = Coding::Full;
                    products.remove(short);
                    continue 'search;
                }
            }
        }
        return products;
    }
}

/// Which factor of `long` becomes full if it takes `short` in; `None` if it cannot.
fn absorbed(short: &Product, long: &Product) -> Option<usize> {
    if long.len() != short.len() + 1 || !short.iter().all(|factor| long.contains(factor)) {
        return None;
    }
    long.iter().position(|factor| factor.1 == Coding::Reduced && !short.contains(factor))
}
