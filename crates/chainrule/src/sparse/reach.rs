//! The pattern: which inputs each row can be reached from along the edges.

use super::{Linear, SparsityPattern};
use std::collections::HashMap;
use std::rc::Rc;

/// Sets up to this size are written out, and equal ones are one; larger ones refer to their parts.
/// So neither a sum of a million terms nor a thousand layers of a small state cost their product.
const WRITTEN_OUT: usize = 256;

impl Linear {
    /// Rows and columns that depend on each other, by structure.
    pub(crate) fn pattern(&self) -> SparsityPattern {
        let mut sets = Sets::new(self.columns.len());
        let mut of_slot: Vec<SetId> = vec![EMPTY; self.slots()];
        for (j, slot) in self.columns.iter().enumerate() {
            if let Some(slot) = slot {
                of_slot[*slot as usize] = sets.written_out(vec![j as u32]);
            }
        }
        for slot in 0..self.slots() {
            let sources = self.sources(slot);
            if !sources.is_empty() {
                of_slot[slot] = sets.union(sources.iter().map(|&s| of_slot[s as usize]));
            }
        }
        let set_of_row = |slot: &Option<u32>| slot.map_or(EMPTY, |s| of_slot[s as usize]);
        let rows = self.rows.iter().map(|slot| sets.members(set_of_row(slot)));
        SparsityPattern::from_rows(self.columns.len(), rows)
    }
}

type SetId = u32;
const EMPTY: SetId = 0;

/// A set of column numbers.
enum Set {
    Members(Rc<[u32]>),
    Union(Vec<SetId>),
}

/// All sets that were met so far.
struct Sets {
    all: Vec<Set>,
    known: HashMap<Rc<[u32]>, SetId>,
    columns: Stamps,
    visited: Stamps,
}

impl Sets {
    fn new(columns: usize) -> Self {
        let mut sets = Sets {
            all: Vec::new(),
            known: HashMap::new(),
            columns: Stamps::default(),
            visited: Stamps::default(),
        };
        sets.columns.marks.resize(columns, 0);
        let empty = sets.written_out(Vec::new());
        debug_assert_eq!(empty, EMPTY);
        sets
    }

    /// The set of `members`, in ascending order.
    fn written_out(&mut self, members: Vec<u32>) -> SetId {
        let members: Rc<[u32]> = members.into();
        let next = self.all.len() as SetId;
        *self.known.entry(members).or_insert_with_key(|members| {
            self.all.push(Set::Members(Rc::clone(members)));
            next
        })
    }

    fn union(&mut self, parts: impl Iterator<Item = SetId>) -> SetId {
        let mut parts: Vec<SetId> = parts.collect();
        parts.sort_unstable();
        parts.dedup();
        if let [only] = parts[..] {
            return only;
        }
        if let Some(members) = self.merged(&parts) {
            return self.written_out(members);
        }
        self.all.push(Set::Union(parts));
        self.all.len() as SetId - 1
    }

    /// The members of all parts, if they are few and the parts are written out.
    fn merged(&mut self, parts: &[SetId]) -> Option<Vec<u32>> {
        self.columns.fresh();
        let mut members = Vec::new();
        for &part in parts {
            let Set::Members(part) = &self.all[part as usize] else { return None };
            members.extend(part.iter().filter(|&&j| self.columns.first(j as usize)));
            if members.len() > WRITTEN_OUT {
                return None;
            }
        }
        members.sort_unstable();
        Some(members)
    }

    /// The members of a set, ascending.
    fn members(&mut self, set: SetId) -> Rc<[u32]> {
        if let Set::Members(members) = &self.all[set as usize] {
            return Rc::clone(members);
        }
        self.columns.fresh();
        self.visited.fresh();
        self.visited.marks.resize(self.all.len(), 0);
        let mut members = Vec::new();
        let mut open = vec![set];
        while let Some(set) = open.pop() {
            if !self.visited.first(set as usize) {
                continue;
            }
            match &self.all[set as usize] {
                Set::Members(list) => {
                    members.extend(list.iter().filter(|&&j| self.columns.first(j as usize)));
                }
                Set::Union(parts) => open.extend(parts),
            }
        }
        members.sort_unstable();
        let members: Rc<[u32]> = members.into();
        // Another row with the same set finds it written out.
        self.all[set as usize] = Set::Members(Rc::clone(&members));
        members
    }
}

/// Marks that are all taken back at once.
#[derive(Default)]
struct Stamps {
    now: u32,
    marks: Vec<u32>,
}

impl Stamps {
    fn fresh(&mut self) {
        self.now = self.now.wrapping_add(1);
        if self.now == 0 {
            self.marks.fill(0);
            self.now = 1;
        }
    }

    /// Whether `i` was not marked since the last [`fresh`](Stamps::fresh); it is now.
    fn first(&mut self, i: usize) -> bool {
        std::mem::replace(&mut self.marks[i], self.now) != self.now
    }
}
