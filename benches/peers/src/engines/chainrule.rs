//! `chainrule`: a graph that is kept between gradients; with scalar operations alone, and with sums and
//! inner products as one node each.

use crate::engine::{Engine, Program};
use crate::number::Number;
use chainrule::{Graph, Value};
use std::ops::{Add, Div, Mul, Neg, Sub};

#[derive(Default)]
pub struct Chainrule<const FUSED: bool>(Graph);

impl<const FUSED: bool> Engine for Chainrule<FUSED> {
    const NAME: &'static str = if FUSED { "chainrule, its sum and dot" } else { "chainrule" };

    fn array<P: Program, const N: usize>(&mut self, program: &P, x: [f64; N]) -> (f64, [f64; N]) {
        self.0.value_and_grad(|inputs| program.run(wrapped::<FUSED>(&inputs)).0, x)
    }

    fn slice<P: Program>(&mut self, program: &P, x: &[f64], gradient: &mut [f64]) -> f64 {
        self.0.clear();
        let inputs: Vec<_> = x.iter().map(|&v| Node::<FUSED>(self.0.value(v))).collect();
        let y = program.run(&inputs).0;
        y.gradient_into(bare(&inputs), gradient);
        y.value()
    }
}

/// The crate's value, with its reductions or without.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct Node<'g, const FUSED: bool>(Value<'g>);

macro_rules! operators {
    ($($Trait:ident $f:ident)+) => { $(
        impl<const FUSED: bool> $Trait for Node<'_, FUSED> {
            type Output = Self;
            #[inline(always)]
            fn $f(self, right: Self) -> Self {
                Node($Trait::$f(self.0, right.0))
            }
        }
        impl<const FUSED: bool> $Trait<f64> for Node<'_, FUSED> {
            type Output = Self;
            #[inline(always)]
            fn $f(self, right: f64) -> Self {
                Node($Trait::$f(self.0, right))
            }
        }
    )+ };
}
operators!(Add add Sub sub Mul mul Div div);

impl<const FUSED: bool> Neg for Node<'_, FUSED> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Node(-self.0)
    }
}

impl<'g, const FUSED: bool> Number for Node<'g, FUSED> {
    #[inline(always)]
    fn number(self) -> f64 {
        self.0.value()
    }
    #[inline(always)]
    fn powi(self, n: i32) -> Self {
        Node(self.0.powi(n))
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        Node(self.0.sqrt())
    }
    #[inline(always)]
    fn exp(self) -> Self {
        Node(self.0.exp())
    }
    #[inline(always)]
    fn ln(self) -> Self {
        Node(self.0.ln())
    }
    #[inline(always)]
    fn sin(self) -> Self {
        Node(self.0.sin())
    }
    #[inline(always)]
    fn relu(self) -> Self {
        Node(self.0.relu())
    }
    #[inline(always)]
    fn under(self, c: f64) -> Self {
        Node(c / self.0)
    }
    #[inline(always)]
    fn from_above(self, c: f64) -> Self {
        Node(c - self.0)
    }
    #[inline(always)]
    fn sum(terms: &[Self]) -> Self {
        if FUSED {
            return Node(chainrule::sum(bare(terms)));
        }
        terms[1..].iter().fold(terms[0], |total, &x| total + x)
    }
    #[inline(always)]
    fn dot(a: &[Self], b: &[Self]) -> Self {
        if FUSED {
            return Node(chainrule::dot(bare(a), bare(b)));
        }
        let rest = a[1..].iter().zip(&b[1..]);
        rest.fold(a[0] * b[0], |total, (&a, &b)| total + a * b)
    }
    #[inline(always)]
    fn neuron(bias: Self, a: &[Self], b: &[Self]) -> Self {
        if FUSED {
            return Self::dot(a, b) + bias;
        }
        a.iter().zip(b).fold(bias, |total, (&a, &b)| total + a * b)
    }
    #[inline(always)]
    fn logsumexp(x: &[Self]) -> Self {
        if FUSED {
            return Node(chainrule::logsumexp(bare(x)));
        }
        let largest = x.iter().fold(f64::NEG_INFINITY, |m, x| m.max(x.number()));
        let rest = x[1..].iter().fold((x[0] - largest).exp(), |s, &x| s + (x - largest).exp());
        rest.ln() + largest
    }
}

/// The list with the wrapper.
fn wrapped<'l, 'g, const FUSED: bool>(list: &'l [Value<'g>]) -> &'l [Node<'g, FUSED>] {
    // SAFETY: `Node` is a transparent wrapper of `Value`.
    unsafe { std::slice::from_raw_parts(list.as_ptr().cast(), list.len()) }
}

/// The list without the wrapper.
fn bare<'l, 'g, const FUSED: bool>(list: &'l [Node<'g, FUSED>]) -> &'l [Value<'g>] {
    // SAFETY: `Node` is a transparent wrapper of `Value`.
    unsafe { std::slice::from_raw_parts(list.as_ptr().cast(), list.len()) }
}
