//! From fused rows to instructions: sums of products as one instruction each, and slots that are
//! used again as soon as their value is no longer needed.
//!
//! A node gets its slot before its arguments give theirs back, so that no instruction writes what
//! it reads.

mod gather;

use super::chains::{Dot, dots};
use super::code::{Code, Instruction, NOTHING, UNIFORM};
use super::formula::Formula;
use super::fuse::{Id, Kind, Rows};
use super::inner::Inner;
use super::nested::nested;
use super::pairs::in_pairs;
use crate::algebra::Op;
use gather::Group;
use std::collections::HashMap;

/// The instructions, and the memory that they work in.
pub(super) struct Emitted {
    pub(super) code: Vec<Instruction>,
    pub(super) lists: Vec<u32>,
    pub(super) slots: usize,
    pub(super) filled: Vec<(u32, u32)>,
}

struct Emitter<'r> {
    rows: &'r Rows,
    inner: Inner,
    /// The sum to which a common factor is added itself.
    own: Vec<u32>,
    wanted: Wanted,
    /// Sums or output columns that a node's value goes to. The first column is its place.
    results: Vec<Vec<u32>>,
    /// Output columns in which NaN has to be looked for.
    watched: Vec<u32>,
    /// Places before the slots.
    fixed: u32,
    code: Vec<Instruction>,
    lists: Vec<u32>,
    slots: u32,
    free: Vec<u32>,
    /// Slots that hold one number in all their rows, by the number.
    filled: HashMap<u32, u32>,
    place: Vec<u32>,
    /// The node at whose turn the value is there.
    defined: Vec<usize>,
    groups: Vec<Group>,
    group_of: HashMap<Id, usize>,
}

/// What is wanted of the outputs of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Their sums over all rows.
    Sums,
    /// A column for each.
    Columns,
}

/// With `watched`, NaN is looked for in output columns.
pub(super) fn emit(
    rows: &Rows,
    columns: usize,
    roots: &[Id],
    wanted: Wanted,
    watched: bool,
) -> Emitted {
    let n = rows.nodes.len();
    let (sums, fixed) = match wanted {
        Wanted::Sums => (true, columns),
        Wanted::Columns => (false, columns + roots.len()),
    };
    let mut results: Vec<Vec<u32>> = vec![Vec::new(); n];
    for (number, &root) in roots.iter().enumerate() {
        let first = if sums { 0 } else { columns };
        results[root as usize].push((first + number) as u32);
    }
    let (dots, mut turn) = dots(rows);
    let products: Vec<bool> = (0..n)
        .map(|i| {
            let product = matches!(rows.nodes[i].kind, Kind::Operation(Op::Mul | Op::Square));
            let numbers = rows.nodes[i].args.iter().any(|&a| rows.uniform(a).is_some());
            sums && product && !numbers && results[i].len() == 1 && rows.uses[i] == 1
        })
        .collect();
    let inner = Inner::new(rows, &products, &results);
    let nested = nested(rows, &products, &inner, &dots, &mut turn);
    let mut last: Vec<usize> = (0..n).collect();
    for (node, &turn) in rows.nodes.iter().zip(&turn) {
        for &arg in &node.args {
            last[arg as usize] = last[arg as usize].max(turn);
        }
    }
    // A factor that is computed where it is used needs its own factors until then.
    for i in (0..n).filter(|&i| inner.is_factor[i]) {
        for &arg in &rows.nodes[i].args {
            last[arg as usize] = last[arg as usize].max(last[i]);
        }
    }
    let mut dying: Vec<Vec<Id>> = vec![Vec::new(); n];
    for (i, &at) in last.iter().enumerate() {
        dying[at].push(i as Id);
    }
    let slope: HashMap<Id, Id> = (0..n)
        .filter(|&i| rows.nodes[i].kind == Kind::SlopeOf)
        .map(|i| (rows.nodes[i].args[0], i as Id))
        .collect();
    let mut e = Emitter {
        rows,
        inner,
        own: vec![NOTHING; n],
        wanted,
        results,
        watched: Vec::new(),
        fixed: fixed as u32,
        code: Vec::new(),
        lists: Vec::new(),
        slots: 0,
        free: Vec::new(),
        filled: HashMap::new(),
        place: vec![NOTHING; n],
        defined: (0..n).collect(),
        groups: Vec::new(),
        group_of: HashMap::new(),
    };
    for i in 0..n {
        let node = &rows.nodes[i];
        match node.kind {
            Kind::Column(c) => e.place[i] = c,
            Kind::Uniform(_) if e.results[i].is_empty() => continue,
            Kind::Uniform(u) => e.place[i] = e.fill(u),
            Kind::Gone | Kind::SlopeOf => {}
            _ if turn[i] != i => {}
            Kind::WithSlope(op) => {
                let other = slope[&(i as Id)] as usize;
                let (dst, b) = (e.allocate_for(i), e.allocate_for(other));
                let a = e.place(node.args[0]);
                let c = node.args.get(1).map_or(0, |&divisor| e.place(divisor));
                e.code.push(Instruction { code: Code::WithSlope(op), dst, a, b, c });
                (e.place[i], e.place[other], e.defined[other]) = (dst, b, i);
            }
            _ if e.inner.is_difference[i] => {}
            _ if e.inner.is_factor[i] => {
                e.own[i] = e.results[i].first().copied().unwrap_or(NOTHING);
            }
            _ if products[i] => e.accumulate_product(i, e.results[i][0]),
            _ => match &dots[i] {
                Some(dot) => match dot.partner.and_then(|k| Some((k, dots[k].as_ref()?))) {
                    Some(other) => e.two_dots((i, dot), other),
                    None => e.dot(i, dot),
                },
                None => match &nested[i] {
                    Some((formula, args)) => e.formula(i, *formula, args),
                    None => e.operation(i),
                },
            },
        }
        if !products[i] && !e.inner.is_factor[i] {
            e.hand_on(i, watched);
        }
        for &id in &dying[i] {
            e.release(id);
        }
    }
    e.finish()
}

impl Emitter<'_> {
    fn allocate(&mut self) -> u32 {
        self.free.pop().unwrap_or_else(|| {
            self.slots += 1;
            self.fixed + self.slots - 1
        })
    }

    /// Where the value of node `i` goes.
    fn allocate_for(&mut self, i: usize) -> u32 {
        match (self.wanted, self.results[i].first()) {
            (Wanted::Columns, Some(&output)) => output,
            _ => self.allocate(),
        }
    }

    /// Adds the value of node `i` to its sums, or copies it to the output columns in which it does
    /// not stand yet.
    fn hand_on(&mut self, i: usize, watched: bool) {
        let (a, results) = (self.place[i], std::mem::take(&mut self.results[i]));
        let step = |code, dst| Instruction { code, dst, a, b: 0, c: 0 };
        if self.wanted == Wanted::Sums {
            self.code.extend(results.into_iter().map(|sum| step(Code::Accumulate, sum)));
            return;
        }
        let copies = results.iter().filter(|&&output| output != a);
        self.code.extend(copies.map(|&output| step(Code::Copy, output)));
        if watched {
            self.watched.extend(results.first());
        }
    }

    /// Looks for NaN in the output columns.
    fn watch(&mut self) {
        if !self.watched.is_empty() {
            let (a, b) = self.listed(&self.watched.clone());
            self.code.push(Instruction { code: Code::Watch, dst: 0, a, b, c: 0 });
        }
    }

    /// Where a list of places begins, and how many they are.
    fn listed(&mut self, places: &[u32]) -> (u32, u32) {
        let start = self.lists.len() as u32;
        self.lists.extend(places);
        (start, places.len() as u32)
    }

    /// A formula of nodes.
    fn formula(&mut self, i: usize, formula: Formula, args: &[Id]) {
        let places: Vec<u32> = args.iter().map(|&id| self.place(id)).collect();
        let (a, b) = self.listed(&places);
        self.push(i, Code::Formula(formula), a, b, 0);
    }

    fn release(&mut self, id: Id) {
        let place = self.place[id as usize];
        let is_number = self.rows.uniform(id).is_some();
        if place != NOTHING && place >= self.fixed && !is_number {
            self.free.push(place);
        }
    }

    /// The slot that holds uniform number `u` in all rows, for as long as the plan runs.
    fn fill(&mut self, u: u32) -> u32 {
        if let Some(&place) = self.filled.get(&u) {
            return place;
        }
        // Never one that was used before: it is filled before the first block.
        self.slots += 1;
        let place = self.fixed + self.slots - 1;
        self.filled.insert(u, place);
        place
    }

    fn place(&mut self, id: Id) -> u32 {
        match self.rows.uniform(id) {
            Some(u) => self.fill(u),
            None => self.place[id as usize],
        }
    }

    fn push(&mut self, i: usize, code: Code, a: u32, b: u32, c: u32) {
        let dst = self.allocate_for(i);
        self.code.push(Instruction { code, dst, a, b, c });
        self.place[i] = dst;
    }

    fn operation(&mut self, i: usize) {
        let node = &self.rows.nodes[i];
        let number = |k: usize| node.args.get(k).and_then(|&a| self.rows.uniform(a));
        let (u, w, z) = (number(0), number(1), number(2));
        let args = &node.args;
        match node.kind {
            Kind::Operation(op) => match (op, u, w) {
                (Op::Add, None, Some(w)) => {
                    let a = self.place(args[0]);
                    self.push(i, Code::AddVU, a, w, 0);
                }
                (Op::Add, Some(u), None) => {
                    let b = self.place(args[1]);
                    self.push(i, Code::AddVU, b, u, 0);
                }
                (Op::Mul, None, Some(w)) => {
                    let a = self.place(args[0]);
                    self.push(i, Code::MulVU, a, w, 0);
                }
                (Op::Mul, Some(u), None) => {
                    let b = self.place(args[1]);
                    self.push(i, Code::MulVU, b, u, 0);
                }
                (Op::Sub | Op::Div, None, Some(w)) => {
                    let a = self.place(args[0]);
                    let code = if op == Op::Sub { Code::SubVU } else { Code::DivVU };
                    self.push(i, code, a, w, 0);
                }
                (Op::Sub | Op::Div, Some(u), None) => {
                    let b = self.place(args[1]);
                    let code = if op == Op::Sub { Code::SubUV } else { Code::DivUV };
                    self.push(i, code, u, b, 0);
                }
                _ => self.by_places(i, op),
            },
            Kind::ShiftScale => {
                let a = self.place(args[0]);
                let [b, c] = [w, z].map(|u| u.expect("shift and scale are numbers"));
                self.push(i, Code::ShiftScaleVUU, a, b, c);
            }
            Kind::Fma | Kind::Fnma | Kind::Fms => {
                let codes = match node.kind {
                    Kind::Fma => [Code::FmaVVV, Code::FmaUVV, Code::FmaVVU, Code::FmaUVU],
                    Kind::Fnma => [Code::FnmaVVV, Code::FnmaUVV, Code::FnmaVVU, Code::FnmaUVU],
                    _ => [Code::FmsVVV, Code::FmsUVV, Code::FmsVVU, Code::FmsUVU],
                };
                let (u, other) = match (u, w) {
                    (Some(u), _) => (Some(u), args[1]),
                    (None, Some(w)) => (Some(w), args[0]),
                    (None, None) => (None, args[1]),
                };
                let a = u.unwrap_or_else(|| self.place(args[0]));
                let b = self.place(other);
                let c = z.unwrap_or_else(|| self.place(args[2]));
                let code = codes[usize::from(u.is_some()) + 2 * usize::from(z.is_some())];
                self.push(i, code, a, b, c);
            }
            other => unreachable!("{other:?} is no operation"),
        }
    }

    /// An operation whose operands are all places.
    fn by_places(&mut self, i: usize, op: Op) {
        let node = &self.rows.nodes[i];
        let places: Vec<u32> = node.args.iter().map(|&a| self.place(a)).collect();
        match (op, &places[..]) {
            (Op::Add, &[a, b]) => self.push(i, Code::AddVV, a, b, 0),
            (Op::Sub, &[a, b]) => self.push(i, Code::SubVV, a, b, 0),
            (Op::Mul, &[a, b]) => self.push(i, Code::MulVV, a, b, 0),
            (Op::Div, &[a, b]) => self.push(i, Code::DivVV, a, b, 0),
            _ if op.info().any || self.rows.is_exact => {
                let (a, b) = self.listed(&places);
                self.push(i, Code::Any(op), a, b, 0);
            }
            (_, &[a]) => self.push(i, Code::Unary(op), a, 0, 0),
            (_, &[a, b]) => self.push(i, Code::Binary(op), a, b, 0),
            (_, &[a, b, c]) => self.push(i, Code::Ternary(op), a, b, c),
            _ => unreachable!("the table's fixed operations take one to three arguments"),
        }
    }

    /// What a chain begins with.
    fn start(&self, dot: &Dot) -> u32 {
        match dot.start.map(|id| (id, self.rows.uniform(id))) {
            None => NOTHING,
            Some((_, Some(u))) => u | UNIFORM,
            Some((id, None)) => self.place[id as usize],
        }
    }

    /// One instruction for the terms with a uniform factor, one for the others; one for both if they
    /// are few.
    fn dot(&mut self, i: usize, dot: &Dot) {
        let mut start = self.start(dot);
        if dot.is_of_scaled {
            return self.scaled_squares(i, dot, start);
        }
        if let Some((formula, args)) = dot.formula(self.rows) {
            return self.formula(i, formula, &args);
        }
        let (mut scaled, mut plain) = (Vec::new(), Vec::new());
        for &(a, b) in &dot.terms {
            match self.rows.with_number((a, b)) {
                Some((u, x)) => scaled.extend([u, self.place(x)]),
                None => plain.extend([self.place(a), self.place(b)]),
            }
        }
        let mut between = None;
        let parts = [(Code::DotUV, scaled), (Code::DotVV, plain)];
        let last = usize::from(!parts[1].1.is_empty());
        for (k, (code, pairs)) in parts.into_iter().enumerate() {
            if pairs.is_empty() {
                continue;
            }
            let (a, b) = (self.lists.len() as u32, pairs.len() as u32 / 2);
            self.lists.extend(&pairs);
            if k == last {
                self.push(i, code, a, b, start);
            } else {
                let dst = self.allocate();
                self.code.push(Instruction { code, dst, a, b, c: start });
                (between, start) = (Some(dst), dst);
            }
        }
        self.free.extend(between);
    }

    /// Two sums over the same places.
    fn two_dots(&mut self, (i, first): (usize, &Dot), (k, second): (usize, &Dot)) {
        let (c, other) = (self.start(first), self.start(second));
        let (dst, to) = (self.allocate_for(i), self.allocate_for(k));
        let a = self.lists.len() as u32;
        self.lists.extend([to, other]);
        let terms = |dot: &Dot| dot.of_numbers(self.rows).expect("products with numbers");
        let (x, y) = (terms(first), terms(second));
        for (&(u, place), (w, _)) in x.iter().zip(&y) {
            self.lists.extend([u, *w, self.place[place as usize]]);
        }
        self.code.push(Instruction { code: Code::TwoDotsUV, dst, a, b: x.len() as u32, c });
        (self.place[i], self.place[k], self.defined[k]) = (dst, to, i);
    }

    /// Scaled differences and the sum of their squares.
    fn scaled_squares(&mut self, i: usize, dot: &Dot, start: u32) {
        let mut list = Vec::new();
        for &(v, _) in &dot.terms {
            let &[x, u, w] = &self.rows.nodes[v as usize].args[..] else {
                unreachable!("a scaled difference has three parts")
            };
            let [u, w] = [u, w].map(|u| self.rows.uniform(u).expect("shift and scale are numbers"));
            let slot = self.allocate();
            (self.place[v as usize], self.defined[v as usize]) = (slot, i);
            list.extend([slot, self.place(x), u, w]);
        }
        let at = self.lists.len() as u32;
        self.lists.extend(&list);
        self.push(i, Code::ScaledSquares, at, dot.terms.len() as u32, start);
    }

    fn finish(mut self) -> Emitted {
        self.watch();
        let gathered = self.gathered();
        self.code = in_pairs(&gathered, &mut self.lists);
        let mut filled: Vec<(u32, u32)> =
            self.filled.iter().map(|(&u, &place)| (place - self.fixed, u)).collect();
        filled.sort_unstable();
        Emitted { code: self.code, lists: self.lists, slots: self.slots as usize, filled }
    }
}
