//! Products that are added to sums, those with a common factor by one instruction.

use super::Emitter;
use crate::kernel::code::{Code, Instruction, NOTHING};
use crate::kernel::fuse::Id;

/// Products with a common factor that are added to sums by one instruction.
pub(super) struct Group {
    at: usize,
    defined: usize,
    /// What the list begins with: the factor's second factor, if it is a product itself.
    head: Option<u32>,
    triples: Vec<u32>,
}

impl Emitter<'_> {
    /// Adds `a·b` to a sum, with others of the same factor if both were there by then.
    pub(super) fn accumulate_product(&mut self, i: usize, sum: u32) {
        let args = &self.rows.nodes[i].args;
        let (a, b) = (args[0], *args.last().expect("a product has factors"));
        let is_inner = |id: Id| self.inner.is_difference[id as usize];
        let is_factor = |id: Id| self.inner.is_factor[id as usize];
        for (factor, x) in [(a, b), (b, a)] {
            // What is computed only where it is the factor has no place.
            let Some(&group) = self.group_of.get(&factor).filter(|_| !is_factor(x)) else {
                continue;
            };
            if is_inner(x) || self.defined[x as usize] < self.groups[group].defined {
                let triple = self.triple(sum, x);
                self.groups[group].triples.extend(triple);
                return;
            }
        }
        // The later one, as what it is multiplied by was there before it; but none that is
        // computed in the instruction only as what is multiplied.
        let late = self.defined[b as usize] > self.defined[a as usize];
        let second = is_factor(b) || is_inner(a) || late && !is_factor(a) && !is_inner(b);
        let (factor, x) = if second { (b, a) } else { (a, b) };
        self.group_of.insert(factor, self.groups.len());
        let mut dst = NOTHING;
        let (code, a, head) = if self.inner.is_factor[factor as usize] {
            let parts = &self.rows.nodes[factor as usize].args;
            dst = std::mem::replace(&mut self.own[factor as usize], NOTHING);
            (Code::AccumulateScaled, self.place(parts[0]), Some(self.place(parts[1])))
        } else {
            (Code::AccumulateProducts, self.place(factor), None)
        };
        // If the factor itself was just added to a sum, the same instruction does that.
        if head.is_none()
            && let Some(last) = self.code.last()
            && last.code == Code::Accumulate
            && last.a == a
        {
            dst = last.dst;
            self.code.pop();
        }
        let at = self.code.len();
        let triples = self.triple(sum, x).to_vec();
        self.groups.push(Group { at, defined: i, head, triples });
        self.code.push(Instruction { code, dst, a, b: 0, c: 0 });
    }

    fn triple(&mut self, sum: u32, x: Id) -> [u32; 3] {
        if self.inner.is_difference[x as usize] {
            let (column, u) = self.rows.difference(x).expect("was found to be one");
            return [sum, column, u];
        }
        [sum, self.place(x), NOTHING]
    }

    /// The instructions with the lists of the groups, which were not complete before.
    pub(super) fn gathered(&mut self) -> Vec<Instruction> {
        let mut joined: Vec<Instruction> = Vec::with_capacity(self.code.len());
        let mut groups = self.groups.iter().peekable();
        for (at, &instruction) in self.code.iter().enumerate() {
            let Some(group) = groups.next_if(|group| group.at == at) else {
                joined.push(instruction);
                continue;
            };
            let (list, count) = (self.lists.len() as u32, group.triples.len() as u32 / 3);
            match (group.head, joined.last_mut()) {
                (None, _) => joined.push(Instruction { b: list, c: count, ..instruction }),
                // Its list ends where this one begins: nothing else was listed between.
                (Some(_), Some(last))
                    if last.code == Code::AccumulateScaled && last.a == instruction.a =>
                {
                    last.c += 1;
                }
                (Some(_), _) => {
                    joined.push(Instruction { dst: NOTHING, b: list, c: 1, ..instruction });
                }
            }
            if let Some(head) = group.head {
                self.lists.extend([instruction.dst, head, count]);
            }
            self.lists.extend(&group.triples);
        }
        joined
    }
}
