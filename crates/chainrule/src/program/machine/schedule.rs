//! The order of a machine: what is ready and of one kind runs together.

use super::build::Item;
use super::order::append;
use super::places::Places;
use super::{Code, Machine, Run, Shape};
use crate::program::{NodeId, Program, Step};
use std::cmp::Reverse;
use std::collections::HashMap;

/// Items among which the order is chosen.
const WINDOW: usize = 2048;

/// Puts the items in order, window by window.
pub(super) fn schedule(program: &Program, items: &[Item], arguments: &[u32]) -> Machine {
    let mut machine = Machine { inputs: program.inputs().len(), ..Machine::default() };
    let mut place = vec![u32::MAX; program.len() + 2];
    // Equal ones stand at one place: neighbours may then have an argument in common.
    let mut places: HashMap<u64, u32> = HashMap::new();
    let mut constant = |c: f64| {
        *places.entry(c.to_bits()).or_insert_with(|| {
            machine.constants.push(c);
            (machine.inputs + machine.constants.len() - 1) as u32
        })
    };
    for (id, step) in program.steps() {
        match step {
            Step::Input(i) => place[id.index()] = i as u32,
            Step::Constant(c) => place[id.index()] = constant(c),
            Step::Operation(..) | Step::Call(..) => {}
        }
    }
    place[program.len()] = constant(1.0);
    place[program.len() + 1] = constant(-0.0);
    machine.slots = machine.inputs + machine.constants.len();
    machine.arguments.reserve(arguments.len());
    let mut item_of = vec![u32::MAX; program.len() + 2];
    for window in items.chunks(WINDOW) {
        Window::new(window, program, arguments, &mut item_of).run(&mut machine, &mut place);
    }
    machine.outputs = Places::new(program.outputs().iter().map(|y| place[y.index()]).collect());
    machine.check();
    machine
}

/// The items of a window, and which of them are ready.
struct Window<'w> {
    program: &'w Program,
    items: &'w [Item],
    arguments: &'w [u32],
    /// Arguments of each item that are not computed yet.
    missing: Vec<u32>,
    /// Users of each item inside the window: where their list begins, and the lists.
    starts: Vec<u32>,
    users: Vec<u32>,
}

impl<'w> Window<'w> {
    /// `item_of` is scratch: the item that computes a node, where it is one of this window.
    fn new(
        items: &'w [Item],
        program: &'w Program,
        arguments: &'w [u32],
        item_of: &mut [u32],
    ) -> Self {
        for (i, item) in items.iter().enumerate() {
            item.nodes().for_each(|node| item_of[node] = i as u32);
        }
        let of = |item: &Item| &arguments[item.from as usize..][..item.len as usize];
        let mut missing = vec![0; items.len()];
        let mut starts = vec![0_u32; items.len() + 1];
        for (i, item) in items.iter().enumerate() {
            for &a in of(item) {
                let maker = item_of[a as usize];
                if maker != u32::MAX {
                    missing[i] += 1;
                    starts[maker as usize + 1] += 1;
                }
            }
        }
        for i in 0..items.len() {
            starts[i + 1] += starts[i];
        }
        let mut next = starts.clone();
        let mut users = vec![0; starts[items.len()] as usize];
        for (i, item) in items.iter().enumerate() {
            for &a in of(item) {
                let maker = item_of[a as usize];
                if maker != u32::MAX {
                    users[next[maker as usize] as usize] = i as u32;
                    next[maker as usize] += 1;
                }
            }
        }
        for item in items {
            item.nodes().for_each(|node| item_of[node] = u32::MAX);
        }
        Window { program, items, arguments, missing, starts, users }
    }

    fn run(mut self, machine: &mut Machine, place: &mut [u32]) {
        let mut ready: Vec<(Kind, Vec<u32>)> = Vec::new();
        for i in 0..self.items.len() {
            if self.missing[i] == 0 {
                add(&mut ready, self.items[i].kind(), i as u32);
            }
        }
        while let Some(most) = (0..ready.len()).max_by_key(|&k| (ready[k].1.len(), Reverse(k)))
            && !ready[most].1.is_empty()
        {
            let (kind, list) = (ready[most].0, std::mem::take(&mut ready[most].1));
            self.write(machine, place, kind, &list);
            for i in list {
                for &user in &self.users
                    [self.starts[i as usize] as usize..self.starts[i as usize + 1] as usize]
                {
                    self.missing[user as usize] -= 1;
                    if self.missing[user as usize] == 0 {
                        add(&mut ready, self.items[user as usize].kind(), user);
                    }
                }
            }
        }
    }

    /// Appends ready items of one kind, and notes where their results stand.
    fn write(&self, machine: &mut Machine, place: &mut [u32], kind: Kind, list: &[u32]) {
        let (code, arity) = kind;
        let slots = |item: &Item| {
            let nodes = &self.arguments[item.from as usize..][..item.len as usize];
            nodes.iter().map(|&a| place[a as usize]).collect::<Vec<u32>>()
        };
        let arguments: Vec<u32> =
            list.iter().flat_map(|&i| slots(&self.items[i as usize])).collect();
        if !code.is_alone() {
            append(machine, code, arity as usize, &arguments, |i, [slot, behind]| {
                let item = &self.items[list[i as usize] as usize];
                place[item.node as usize] = slot;
                if let Some(second) = item.second {
                    place[second as usize] = behind;
                }
            });
            return;
        }
        let mut from = machine.arguments.len();
        machine.arguments.extend(&arguments);
        machine.widest = machine.widest.max(arity as usize);
        for &i in list {
            let item = &self.items[i as usize];
            let (at, results) = (machine.slots, item.results as usize);
            for node in item.nodes() {
                place[node] = machine.slots as u32;
                machine.slots += 1;
            }
            let numbers = [at, from, results, results, arity as usize];
            machine.runs.push(Run::new(machine.width, code, Shape::Single, numbers));
            from += arity as usize;
            if let Step::Call(operation, ..) = self.program.step(NodeId(item.node)) {
                machine.calls.push(operation.clone());
            }
        }
    }
}

/// What items that run together have in common: what they do, and of how many arguments.
type Kind = (Code, u32);

impl Item {
    fn kind(&self) -> Kind {
        (self.code, self.len)
    }

    fn nodes(&self) -> impl Iterator<Item = usize> {
        (self.node..self.node + self.results).chain(self.second).map(|node| node as usize)
    }
}

fn add(ready: &mut Vec<(Kind, Vec<u32>)>, kind: Kind, item: u32) {
    match ready.iter_mut().find(|r| r.0 == kind) {
        Some(list) => list.1.push(item),
        None => ready.push((kind, vec![item])),
    }
}
