//! What a row of the operations table holds, and the macro that turns rows into everything that
//! reads them: the [`Op`](super::Op) enum, its data, and the methods of [`Term`].

use super::{Algebra, Op, Term};

/// Where an argument of an operation may lie: an interval, and the words for it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Domain {
    /// Greatest lower bound.
    pub lower: f64,
    /// Least upper bound.
    pub upper: f64,
    /// Whether the bounds themselves belong to it.
    pub closed: bool,
    /// Conditions in words, with `_` for the argument; empty for all real numbers.
    pub text: &'static str,
    /// Whether the argument is held constant: it has no derivative and is no node in drawings.
    pub constant: bool,
}

impl Domain {
    pub(super) const fn new(lower: f64, upper: f64, closed: bool, text: &'static str) -> Self {
        Domain { lower, upper, closed, text, constant: false }
    }

    /// Whether the operation has a value at `x`, as far as the interval says.
    #[must_use]
    pub fn contains(&self, x: f64) -> bool {
        if self.closed {
            self.lower <= x && x <= self.upper
        } else {
            self.lower < x && x < self.upper
        }
    }
}

/// What is known of an operation without running it.
#[derive(Debug)]
pub struct Info {
    /// Name in the formula language, in saved programs, and as a method.
    pub name: &'static str,
    /// Text of the operation's node in drawings; a name, or an infix sign.
    pub symbol: &'static str,
    /// Names of the arguments; the only one of an operation of any number of arguments.
    pub arguments: &'static [&'static str],
    /// Domain of each argument.
    pub domains: &'static [Domain],
    /// Whether it takes any number of arguments.
    pub any: bool,
    /// The value of plain numbers, as the row writes it in Rust.
    pub value: &'static str,
    /// The manual: one sentence, then conventions at kinks and edges.
    pub doc: &'static [&'static str],
}

impl Info {
    /// Number of arguments, if it is fixed.
    #[must_use]
    pub fn arity(&self) -> Option<usize> {
        (!self.any).then_some(self.arguments.len())
    }

    /// Whether `i`-th argument is held constant, such as the exponent of `powc`.
    #[must_use]
    pub fn is_constant(&self, i: usize) -> bool {
        self.domains.get(i).is_some_and(|d| d.constant)
    }
}

/// An operation as a type, for code that knows it when compiling.
pub trait Row {
    /// The operation.
    const OP: Op;

    /// Whether it takes more than two arguments, or any number.
    const WIDE: bool = Self::OP.info().any || Self::OP.info().arguments.len() > 2;

    /// The value at `args`; NaN outside the domain.
    fn value(args: &[f64]) -> f64;

    /// Calls `each(i, ∂y/∂argᵢ)` for every argument that has a derivative by structure.
    fn partials<'a, A: Algebra>(
        args: &[Term<'a, A>],
        y: Term<'a, A>,
        each: impl FnMut(usize, Term<'a, A>),
    );
}

/// Marks an argument that the value does not depend on smoothly anywhere: no derivative.
pub(super) struct Flat;

/// Lets a rule be a number, a term, or [`Flat`].
pub(super) trait Partial<'a, A: Algebra> {
    fn partial(self, like: Term<'a, A>) -> Option<Term<'a, A>>;
}

impl<'a, A: Algebra> Partial<'a, A> for f64 {
    #[inline]
    fn partial(self, like: Term<'a, A>) -> Option<Term<'a, A>> {
        Some(like.constant(self))
    }
}

impl<'a, A: Algebra> Partial<'a, A> for Term<'a, A> {
    #[inline]
    fn partial(self, _: Term<'a, A>) -> Option<Term<'a, A>> {
        Some(self)
    }
}

impl<'a, A: Algebra> Partial<'a, A> for Flat {
    #[inline]
    fn partial(self, _: Term<'a, A>) -> Option<Term<'a, A>> {
        None
    }
}

/// Turns the rows into code. `fixed` rows name their arguments; `any` rows see a slice.
macro_rules! ops {
    (
        fixed { $($(#[doc = $doc:literal])+ $Op:ident $name:ident $sym:literal ($($x:ident in $dom:expr),+) $y:ident = $value:expr; d = [$($d:expr),+];)+ }
        any { $($(#[doc = $ndoc:literal])+ $Nop:ident $nname:ident $nsym:literal ($nx:ident in $ndom:expr) $ny:ident = $nvalue:expr; d = $nd:expr;)+ }
    ) => {
        /// An elementary operation: a row of the table.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Op { $($(#[doc = $doc])+ $Op,)+ $($(#[doc = $ndoc])+ $Nop,)+ }

        impl Op {
            /// Every operation, in table order.
            pub const ALL: &[Op] = &[$(Op::$Op,)+ $(Op::$Nop,)+];

            /// The row's data.
            #[must_use]
            pub const fn info(self) -> &'static Info {
                match self {
                    $(Op::$Op => &Info { name: stringify!($name), symbol: $sym, arguments: &[$(stringify!($x)),+], domains: &[$($dom),+], any: false, value: stringify!($value), doc: &[$($doc),+] },)+
                    $(Op::$Nop => &Info { name: stringify!($nname), symbol: $nsym, arguments: &[stringify!($nx)], domains: &[$ndom], any: true, value: stringify!($nvalue), doc: &[$($ndoc),+] },)+
                }
            }

            /// The value at `args`; NaN outside the domain.
            ///
            /// # Panics
            ///
            /// If the number of arguments is not the operation's.
            #[must_use]
            pub fn value(self, args: &[f64]) -> f64 {
                match self { $(Op::$Op => row::$Op::value(args),)+ $(Op::$Nop => row::$Nop::value(args),)+ }
            }

            /// Calls `each(i, ∂y/∂argᵢ)` for every argument that has a derivative by structure, in
            /// any algebra; `y` is the operation's value at `args`.
            ///
            /// # Panics
            ///
            /// If the number of arguments is not the operation's.
            pub fn partials<'a, A: Algebra>(self, args: &[Term<'a, A>], y: Term<'a, A>, each: impl FnMut(usize, Term<'a, A>)) {
                match self { $(Op::$Op => row::$Op::partials(args, y, each),)+ $(Op::$Nop => row::$Nop::partials(args, y, each),)+ }
            }
        }

        /// The rows as types.
        #[allow(unused_variables, unused_assignments, unused_mut, reason = "a rule need not use all of its arguments")]
        #[allow(clippy::wildcard_imports, reason = "a rule sees all that the table sees")]
        pub(crate) mod row {
            use super::*;
            $(pub(crate) struct $Op;
            impl Row for $Op {
                const OP: Op = Op::$Op;
                #[inline]
                fn value(args: &[f64]) -> f64 { let &[$($x),+] = args else { arity(Op::$Op, args.len()) }; $value }
                #[inline]
                fn partials<'a, A: Algebra>(args: &[Term<'a, A>], $y: Term<'a, A>, mut each: impl FnMut(usize, Term<'a, A>)) {
                    let &[$($x),+] = args else { arity(Op::$Op, args.len()) };
                    let mut i = 0;
                    $(if let Some(p) = Partial::<'a, A>::partial($d, $y) { each(i, p); } i += 1;)+
                }
            })+
            $(pub(crate) struct $Nop;
            impl Row for $Nop {
                const OP: Op = Op::$Nop;
                #[inline]
                fn value($nx: &[f64]) -> f64 { $nvalue }
                #[inline]
                fn partials<'a, A: Algebra>($nx: &[Term<'a, A>], $ny: Term<'a, A>, mut each: impl FnMut(usize, Term<'a, A>)) {
                    for (i, d) in $nd.into_iter().enumerate() { if let Some(p) = Partial::<'a, A>::partial(d, $ny) { each(i, p); } }
                }
            })+
        }

        #[allow(clippy::should_implement_trait, reason = "the operators call these")]
        impl<'a, A: Algebra> Term<'a, A> { $(ops!(@method $($doc)+, $Op $name $($x)+);)+ }
        $($(#[doc = $ndoc])+
        ///
        /// One node, whatever the number of terms.
        ///
        /// # Panics
        ///
        /// If there is no term.
        #[must_use]
        pub fn $nname<'a, A: Algebra>(terms: &[Term<'a, A>]) -> Term<'a, A> { Term::call_any::<row::$Nop>(terms.iter().copied()) })+
    };
    (@method $($doc:literal)+, $Op:ident $name:ident $x:ident $($z:ident)*) => {
        $(#[doc = $doc])+ #[inline] #[must_use]
        pub fn $name(self $(, $z: impl Operand<'a, A>)*) -> Self { Term::call::<row::$Op, { 1 $(+ ops!(@one $z))* }>([self $(, $z.operand(self))*]) }
    };
    (@one $z:ident) => { 1 };
}
pub(super) use ops;

/// A call with a wrong number of arguments is a bug of the caller.
#[cold]
pub(super) fn arity(op: Op, found: usize) -> ! {
    let info = op.info();
    panic!("`{}` takes {} arguments, got {found}", info.name, info.arguments.len())
}
