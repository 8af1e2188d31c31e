//! What became of one program in another: a diff by structure, so that numbering does not matter.

use super::{NodeId, Operation, Program, Step};
use crate::algebra::Op;
use crate::expression;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

/// Longest formula that is shown whole, in bytes.
const SHOWN: usize = 72;

/// How one program differs from another: [`Program::difference`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Operations of the first program.
    pub before: usize,
    /// Operations of the second.
    pub after: usize,
    /// What differs, from the results down.
    pub changes: Vec<Change>,
}

/// One difference. Formulas are in the names of their own program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// An expression stands in the place of another.
    Changed {
        /// The formula in the first program.
        from: String,
        /// The formula in the second.
        to: String,
    },
    /// An expression of the first program that the second has not.
    Removed(String),
    /// An expression of the second program that the first has not.
    Added(String),
    /// The same expression, written another number of times.
    Repeated {
        /// The formula.
        formula: String,
        /// Number of nodes in the first program.
        before: usize,
        /// Number of nodes in the second.
        after: usize,
    },
    /// The same expression under another name.
    Renamed {
        /// The name in the first program, or its formula if it has none.
        from: String,
        /// The name in the second, or its formula.
        to: String,
    },
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Change::Changed { from, to } => write!(f, "~ {from}  →  {to}"),
            Change::Removed(formula) => write!(f, "- {formula}"),
            Change::Added(formula) => write!(f, "+ {formula}"),
            Change::Repeated { formula, before, after } => {
                write!(f, "× {formula}: written {before}×  →  {after}×")
            }
            Change::Renamed { from, to } => write!(f, "= {from}  →  {to} (name only)"),
        }
    }
}

/// A line for each change, then the numbers of operations.
impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for change in &self.changes {
            writeln!(f, "{change}")?;
        }
        if self.changes.is_empty() {
            f.write_str("no difference in structure, ")?;
        }
        write!(f, "{} → {} operations", self.before, self.after)
    }
}

impl Difference {
    /// Whether the programs are the same but for the order of their nodes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}

impl Program {
    /// What is different in `other`: expressions that stand in the place of others, that are gone
    /// or new, that are written once instead of often, and names.
    ///
    /// Nodes are compared by what they compute from inputs and constants, not by their numbers.
    /// The comparison goes down from the results of both; of an expression in which only a part
    /// differs, the part is shown. Linear in the size of both programs, beside the formulas.
    ///
    /// ```
    /// use chainrule::Function;
    /// let f = Function::record(["x"], |[x]| (x * x).sin() * (x * x).sin())?;
    /// let before = f.program();
    /// let after = before.simplify();
    /// assert_eq!(
    ///     before.difference(&after).to_string(),
    ///     "\
    /// ~ sin(x*x)*sin(x*x)  →  square(sin(square(x)))
    /// 5 → 3 operations"
    /// );
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[must_use]
    pub fn difference(&self, other: &Program) -> Difference {
        let mut seen = HashMap::new();
        let [old, new] = [self, other].map(|p| Side::new(p, &mut seen));
        let mut walk = Walk { old, new, changes: Vec::new(), done: BTreeSet::new() };
        walk.outputs();
        walk.rest();
        walk.repeated();
        walk.renamed();
        Difference { before: self.operations(), after: other.operations(), changes: walk.changes }
    }
}

/// What a node computes: equal for equal expressions of both programs.
type Class = usize;

#[derive(PartialEq, Eq, Hash)]
enum Key {
    /// The operation's identity and the output.
    Call(u64, usize, Vec<Class>),
    Input(usize),
    Constant(u64),
    Operation(Op, Vec<Class>),
}

/// What a node applies to its arguments.
#[derive(PartialEq)]
enum Applied<'p> {
    Op(Op),
    Call(&'p Operation, usize),
}

/// A program with the classes of its nodes.
struct Side<'p> {
    program: &'p Program,
    classes: Vec<Class>,
    /// The first node of each class, and their number.
    nodes: BTreeMap<Class, (NodeId, usize)>,
    /// Classes that a change has shown.
    shown: BTreeSet<Class>,
}

impl<'p> Side<'p> {
    fn new(program: &'p Program, seen: &mut HashMap<Key, Class>) -> Self {
        let mut classes: Vec<Class> = Vec::with_capacity(program.len());
        let mut nodes = BTreeMap::new();
        for (id, step) in program.steps() {
            let of = |args: &[NodeId]| args.iter().map(|a| classes[a.index()]).collect();
            let key = match step {
                Step::Input(i) => Key::Input(i),
                Step::Constant(c) => Key::Constant(c.to_bits()),
                Step::Operation(op, args) => Key::Operation(op, of(args)),
                Step::Call(operation, args, output) => {
                    Key::Call(operation.identity(), output, of(args))
                }
            };
            let next = seen.len();
            let class = *seen.entry(key).or_insert(next);
            classes.push(class);
            nodes.entry(class).or_insert((id, 0)).1 += 1;
        }
        Side { program, classes, nodes, shown: BTreeSet::new() }
    }

    fn class(&self, id: NodeId) -> Class {
        self.classes[id.index()]
    }

    fn operation(&self, id: NodeId) -> Option<(Applied<'p>, &'p [NodeId])> {
        match self.program.step(id) {
            Step::Operation(op, args) => Some((Applied::Op(op), args)),
            Step::Call(operation, args, output) => Some((Applied::Call(operation, output), args)),
            Step::Input(_) | Step::Constant(_) => None,
        }
    }

    fn formula(&self, id: NodeId) -> String {
        expression::formula(self.program, id.index(), SHOWN)
    }

    /// Marks what a formula of `id` shows, as far as `other` has it not.
    fn show(&mut self, id: NodeId, other: &Side<'_>) {
        let mut todo = vec![id];
        while let Some(id) = todo.pop() {
            let class = self.class(id);
            if !other.nodes.contains_key(&class) && self.shown.insert(class) {
                todo.extend(self.operation(id).map_or(&[][..], |(_, args)| args));
            }
        }
    }
}

struct Walk<'p> {
    old: Side<'p>,
    new: Side<'p>,
    changes: Vec<Change>,
    /// Pairs of classes that were compared.
    done: BTreeSet<(Class, Class)>,
}

impl Walk<'_> {
    fn outputs(&mut self) {
        let (old, new) = (self.old.program.outputs(), self.new.program.outputs());
        for (&a, &b) in old.iter().zip(new) {
            self.pair(a, b);
        }
        for &a in old.iter().skip(new.len()) {
            self.changes.push(Change::Removed(format!("output {}", self.old.formula(a))));
            self.old.show(a, &self.new);
        }
        for &b in new.iter().skip(old.len()) {
            self.changes.push(Change::Added(format!("output {}", self.new.formula(b))));
            self.new.show(b, &self.old);
        }
    }

    /// Compares what stands in the same place of both, going down as long as the operation is the
    /// same.
    fn pair(&mut self, a: NodeId, b: NodeId) {
        let mut todo = vec![(a, b)];
        while let Some((a, b)) = todo.pop() {
            let classes = (self.old.class(a), self.new.class(b));
            if classes.0 == classes.1 || !self.done.insert(classes) {
                continue;
            }
            if let Some(parts) = self.parts(a, b) {
                self.old.shown.insert(classes.0);
                self.new.shown.insert(classes.1);
                todo.extend(parts.into_iter().rev());
                continue;
            }
            let (from, to) = (self.old.formula(a), self.new.formula(b));
            self.changes.push(Change::Changed { from, to });
            self.old.show(a, &self.new);
            self.new.show(b, &self.old);
        }
    }

    /// The arguments in pairs, if both are the same operation and each that differs is an
    /// operation in both.
    fn parts(&self, a: NodeId, b: NodeId) -> Option<Vec<(NodeId, NodeId)>> {
        let ((op, left), (other, right)) = (self.old.operation(a)?, self.new.operation(b)?);
        if op != other || left.len() != right.len() {
            return None;
        }
        let pairs: Vec<_> = left.iter().copied().zip(right.iter().copied()).collect();
        let fits = |&(l, r): &(NodeId, NodeId)| {
            self.old.class(l) == self.new.class(r)
                || self.old.operation(l).is_some() && self.new.operation(r).is_some()
        };
        pairs.iter().all(fits).then_some(pairs)
    }

    /// Operations of one program alone that no change has shown: those that nothing else of the
    /// same kind uses, the last first.
    fn rest(&mut self) {
        let removed = unseen(&mut self.old, &self.new);
        self.changes.extend(removed.into_iter().map(Change::Removed));
        let added = unseen(&mut self.new, &self.old);
        self.changes.extend(added.into_iter().map(Change::Added));
    }

    fn repeated(&mut self) {
        for (class, &(id, before)) in &self.old.nodes {
            let Some(&(_, after)) = self.new.nodes.get(class) else { continue };
            if before != after && self.old.operation(id).is_some() {
                let formula = self.old.formula(id);
                self.changes.push(Change::Repeated { formula, before, after });
            }
        }
    }

    fn renamed(&mut self) {
        for (class, &(id, _)) in &self.old.nodes {
            let Some(&(other, _)) = self.new.nodes.get(class) else { continue };
            let names = [self.old.program.label(id), self.new.program.label(other)];
            if names[0] != names[1] {
                let [from, to] = [(&self.old, id, names[0]), (&self.new, other, names[1])]
                    .map(|(side, id, name)| name.map_or_else(|| side.formula(id), str::to_owned));
                self.changes.push(Change::Renamed { from, to });
            }
        }
    }
}

/// Formulas of the operations that only `side` has and that no change has shown.
fn unseen(side: &mut Side<'_>, other: &Side<'_>) -> Vec<String> {
    let mut formulas = Vec::new();
    for i in (0..side.program.len()).rev() {
        let class = side.classes[i];
        let id = side.nodes[&class].0;
        let is_alone = !other.nodes.contains_key(&class) && !side.shown.contains(&class);
        if is_alone && side.operation(id).is_some() {
            formulas.push(side.formula(id));
            side.show(id, other);
        }
    }
    formulas
}
