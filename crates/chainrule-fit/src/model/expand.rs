//! From the tree of a formula to a list of terms, each a set of factors.

use super::terms::Node;
use chainrule::error::{Error, ErrorKind};
use std::collections::HashSet;

/// More terms are refused.
const MOST_TERMS: usize = 100_000;

/// Terms in the order in which they first appear; the empty one is the intercept.
#[derive(Clone, Debug, Default)]
struct List {
    terms: Vec<Vec<usize>>,
    known: HashSet<Vec<usize>>,
}

impl List {
    fn add(&mut self, term: Vec<usize>) -> Result<(), Error> {
        let mut key = term.clone();
        key.sort_unstable();
        if self.known.insert(key) {
            self.terms.push(term);
        }
        if self.terms.len() > MOST_TERMS {
            let message = format!("the formula has more than {MOST_TERMS} terms");
            return Err(Error::new(ErrorKind::Limit, message));
        }
        Ok(())
    }

    fn union(&mut self, more: List) -> Result<(), Error> {
        more.terms.into_iter().try_for_each(|term| self.add(term))
    }

    fn remove(&mut self, term: &[usize]) {
        let sorted = |t: &[usize]| {
            let mut t = t.to_vec();
            t.sort_unstable();
            t
        };
        let key = sorted(term);
        if self.known.remove(&key) {
            self.terms.retain(|t| sorted(t) != key);
        }
    }
}

/// The terms of a formula, lower interactions first; the intercept, an empty term, is there unless it is taken away.
/// `factor` gives the number under which a factor goes on, `others` the factors of `.`.
pub(super) fn expand(
    root: &Node,
    factor: &impl Fn(usize) -> usize,
    others: &[usize],
) -> Result<Vec<Vec<usize>>, Error> {
    let mut list = List::default();
    list.add(Vec::new())?;
    let expansion = Expansion { factor, others };
    match root {
        Node::Sum(parts) => expansion.sum(parts, &mut list)?,
        node => list.union(expansion.terms(node)?)?,
    }
    list.terms.sort_by_key(Vec::len);
    Ok(list.terms)
}

struct Expansion<'e, F> {
    factor: &'e F,
    others: &'e [usize],
}

impl<F: Fn(usize) -> usize> Expansion<'_, F> {
    fn sum(&self, parts: &[(bool, Node)], list: &mut List) -> Result<(), Error> {
        for (is_minus, part) in parts {
            match part {
                Node::Intercept(is_one) if is_one == is_minus => list.remove(&[]),
                Node::Intercept(_) => list.add(Vec::new())?,
                _ => {
                    let terms = self.terms(part)?;
                    if *is_minus {
                        terms.terms.iter().for_each(|term| list.remove(term));
                    } else {
                        list.union(terms)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn terms(&self, node: &Node) -> Result<List, Error> {
        let mut list = List::default();
        match node {
            Node::Nothing => {}
            Node::Intercept(is_one) => {
                if *is_one {
                    list.add(Vec::new())?;
                }
            }
            Node::Others => self.others.iter().try_for_each(|&i| list.add(vec![i]))?,
            Node::Factor(i) => list.add(vec![(self.factor)(*i)])?,
            Node::Sum(parts) => self.sum(parts, &mut list)?,
            Node::Cross(a, b) => {
                let (a, b) = (self.terms(a)?, self.terms(b)?);
                let both = interactions(&a, &b)?;
                list.union(a)?;
                list.union(b)?;
                list.union(both)?;
            }
            Node::Interaction(a, b) => list = interactions(&self.terms(a)?, &self.terms(b)?)?,
            Node::Power(a, n) => {
                let base = self.terms(a)?;
                list = base.clone();
                for _ in 1..*n {
                    let before = list.terms.len();
                    let more = interactions(&list, &base)?;
                    list.union(more)?;
                    if list.terms.len() == before {
                        break;
                    }
                }
            }
        }
        Ok(list)
    }
}

/// Every term of the one with every term of the other.
fn interactions(a: &List, b: &List) -> Result<List, Error> {
    let mut list = List::default();
    for left in &a.terms {
        for right in &b.terms {
            let mut term = left.clone();
            term.extend(right.iter().filter(|i| !left.contains(i)));
            list.add(term)?;
        }
    }
    Ok(list)
}
