//! Chains of fused products, which become one instruction each.

use super::formula::Formula;
use super::fuse::{Id, Kind, Rows};
use std::collections::HashMap;

/// A fused chain `c + Σ a·b`.
pub(super) struct Dot {
    pub(super) terms: Vec<(Id, Id)>,
    pub(super) start: Option<Id>,
    /// The nodes before the last that are part of it.
    pub(super) inside: Vec<Id>,
    /// Whether all terms are squares of scaled differences that are computed with it.
    pub(super) is_of_scaled: bool,
    /// A later chain over the same places that is computed with it.
    pub(super) partner: Option<usize>,
}

impl Dot {
    /// The numbers and what they are multiplied with, if all terms are such, and the chain begins
    /// with a number or with its first term.
    pub(super) fn of_numbers(&self, rows: &Rows) -> Option<Vec<(u32, Id)>> {
        let is_number = |id: Id| rows.uniform(id).is_some();
        if self.is_of_scaled || !self.start.is_none_or(is_number) {
            return None;
        }
        self.terms.iter().map(|&term| rows.with_number(term)).collect()
    }

    /// The formula that it is, and what that takes, if it is a short sum of products, not of numbers
    /// alone, with which nothing else is computed.
    pub(super) fn formula(&self, rows: &Rows) -> Option<(Formula, Vec<Id>)> {
        let formula = Formula::dot(self.terms.len(), self.start.is_some())?;
        let is_alone = !self.is_of_scaled && self.partner.is_none();
        let factors = self.terms.iter().flat_map(|&(a, b)| [a, b]);
        (is_alone && self.of_numbers(rows).is_none())
            .then(|| (formula, factors.chain(self.start).collect()))
    }
}

/// The chains of fused products, by their last node; and for each node the one at whose turn it is
/// computed.
pub(super) fn dots(rows: &Rows) -> (Vec<Option<Dot>>, Vec<usize>) {
    let n = rows.nodes.len();
    let mut turn: Vec<usize> = (0..n).collect();
    let mut dots: Vec<Option<Dot>> = (0..n).map(|_| None).collect();
    for i in (0..n).rev() {
        if rows.nodes[i].kind != Kind::Fma || turn[i] != i {
            continue;
        }
        let (mut terms, mut inside, mut at) = (Vec::new(), Vec::new(), i);
        let start = loop {
            let args = &rows.nodes[at].args;
            terms.push((args[0], args[1]));
            let rest = args[2];
            if let Some(factors) = rows.factors(rest) {
                terms.push(factors);
                inside.push(rest);
                break None;
            }
            if rows.nodes[rest as usize].kind != Kind::Fma || !rows.is_private(rest) {
                break Some(rest);
            }
            inside.push(rest);
            at = rest as usize;
        };
        if terms.len() < 2 {
            continue;
        }
        for &id in &inside {
            turn[id as usize] = i;
        }
        terms.reverse();
        dots[i] = Some(Dot { terms, start, inside, is_of_scaled: false, partner: None });
    }
    scale_inside(rows, &mut dots, &mut turn);
    pair(rows, &mut dots, &mut turn);
    (dots, turn)
}

/// Lets two products of a matrix's rows with the same vector be computed at once.
fn pair(rows: &Rows, dots: &mut [Option<Dot>], turn: &mut [usize]) {
    let mut alone: HashMap<(bool, Vec<Id>), usize> = HashMap::new();
    for i in 0..dots.len() {
        let Some(dot) = &dots[i] else { continue };
        let Some(terms) = dot.of_numbers(rows) else { continue };
        let key = (dot.start.is_some(), terms.iter().map(|t| t.1).collect());
        match alone.remove(&key) {
            Some(first) => {
                turn[i] = first;
                if let Some(dot) = &mut dots[first] {
                    dot.partner = Some(i);
                }
            }
            None => {
                alone.insert(key, i);
            }
        }
    }
}

/// Lets sums of squares of scaled differences compute these themselves, if nothing needs one before.
fn scale_inside(rows: &Rows, dots: &mut [Option<Dot>], turn: &mut [usize]) {
    let mut first_use = vec![usize::MAX; turn.len()];
    for (node, &turn) in rows.nodes.iter().zip(turn.iter()) {
        for &arg in &node.args {
            first_use[arg as usize] = first_use[arg as usize].min(turn);
        }
    }
    let mut is_taken = vec![false; turn.len()];
    for (i, dot) in dots.iter_mut().enumerate() {
        let Some(dot) = dot else { continue };
        dot.is_of_scaled = dot.terms.iter().enumerate().all(|(k, &(a, b))| {
            let is_scaled = rows.nodes[a as usize].kind == Kind::ShiftScale;
            let is_first = first_use[a as usize] == i && !is_taken[a as usize];
            let is_once = dot.terms[..k].iter().all(|term| term.0 != a);
            a == b && is_scaled && is_first && is_once && !rows.is_root[a as usize]
        });
        if dot.is_of_scaled {
            for &(a, _) in &dot.terms {
                (turn[a as usize], is_taken[a as usize]) = (i, true);
            }
        }
    }
}
