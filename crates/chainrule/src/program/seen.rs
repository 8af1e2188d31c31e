//! Nodes by what they are: a hash table of node numbers beside the program that holds the nodes.
//!
//! It stores eight bytes a node and looks into the program only where hashes are equal, so that
//! sharing costs little more for a million nodes than for a thousand.

use super::NodeId;

/// A hash table of node numbers: open addressing, at most half full.
#[derive(Debug, Default)]
pub(super) struct Seen {
    slots: Vec<Slot>,
    used: usize,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    hash: u32,
    node: u32,
}

const EMPTY: Slot = Slot { hash: 0, node: u32::MAX };

impl Seen {
    /// The node with that hash for which `is_it` holds.
    pub(super) fn find(&self, hash: u32, is_it: impl Fn(NodeId) -> bool) -> Option<NodeId> {
        if self.slots.is_empty() {
            return None;
        }
        let mut place = self.first(hash);
        loop {
            let slot = self.slots[place];
            if slot.node == EMPTY.node {
                return None;
            }
            if slot.hash == hash && is_it(NodeId(slot.node)) {
                return Some(NodeId(slot.node));
            }
            place = (place + 1) & (self.slots.len() - 1);
        }
    }

    /// Remembers a node that was not found.
    pub(super) fn insert(&mut self, hash: u32, node: NodeId) {
        if 2 * (self.used + 1) > self.slots.len() {
            let larger = (2 * self.slots.len()).max(64);
            let old = std::mem::replace(&mut self.slots, vec![EMPTY; larger]);
            for slot in old.into_iter().filter(|slot| slot.node != EMPTY.node) {
                self.put(slot);
            }
        }
        self.used += 1;
        self.put(Slot { hash, node: node.0 });
    }

    fn put(&mut self, slot: Slot) {
        let mut place = self.first(slot.hash);
        while self.slots[place].node != EMPTY.node {
            place = (place + 1) & (self.slots.len() - 1);
        }
        self.slots[place] = slot;
    }

    /// Where the search for a hash begins: its leading bits.
    fn first(&self, hash: u32) -> usize {
        ((u64::from(hash) * self.slots.len() as u64) >> 32) as usize
    }
}

/// A hash of a few small numbers: multiply by an odd number with mixed bits (2⁶⁴/φ) and fold the
/// halves, number after number.
pub(super) fn hash(numbers: impl IntoIterator<Item = u64>) -> u32 {
    let mut state = 0x5bd1_e995_u64;
    for n in numbers {
        let product = u128::from(state ^ n) * 0x9e37_79b9_7f4a_7c15;
        state = (product as u64) ^ (product >> 64) as u64;
    }
    (state >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_are_found_by_hash_and_by_what_they_are() {
        let mut seen = Seen::default();
        // Every hash stands for three nodes.
        let of = |i: u32| hash([u64::from(i / 3)]);
        for i in 0..3000 {
            assert_eq!(seen.find(of(i), |id| id.0 == i), None);
            seen.insert(of(i), NodeId(i));
        }
        for i in 0..3000 {
            assert_eq!(seen.find(of(i), |id| id.0 == i), Some(NodeId(i)));
        }
    }
}
