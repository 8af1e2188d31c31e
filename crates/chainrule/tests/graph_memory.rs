//! Bytes that an operation of the eager graph takes, by an allocator that keeps the sum.

#![allow(unsafe_code, reason = "a counting allocator is the only way to see memory in use")]

use chainrule::Graph;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    static IN_USE: Cell<isize> = const { Cell::new(0) };
}

struct Counting;

fn add(bytes: usize, sign: isize) {
    let _ = IN_USE.try_with(|sum| sum.set(sum.get() + sign * bytes.cast_signed()));
}

// SAFETY: every call is passed on unchanged to the system's allocator; the sum is a plain cell of
// the thread, without a destructor and without an allocation of its own.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        add(layout.size(), 1);
        // SAFETY: the caller's promise about `layout` is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        add(layout.size(), -1);
        // SAFETY: the pointer came from `alloc` above with this layout.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The list of records doubles when it is full, so it is measured when it is: a power of two of records, the
/// constants' and one input among them.
const OPERATIONS: usize = (1 << 20) - 2;

#[test]
fn an_operation_takes_32_bytes_with_its_adjoint() {
    let before = IN_USE.get();
    let graph = Graph::new();
    let x = graph.value(1.0);
    let y = (0..OPERATIONS / 2).fold(x, |y, _| (y * 0.999) + x);
    let gradient = y.backward();
    let bytes = (IN_USE.get() - before) as f64 / OPERATIONS as f64;
    assert!((31.9..=32.01).contains(&bytes), "{bytes} bytes an operation");
    // Σ 0.999ᵏ from 0 to n.
    let sum = (1.0 - 0.999_f64.powf(OPERATIONS as f64 / 2.0 + 1.0)) / 0.001;
    assert!((gradient[x] / sum - 1.0).abs() < 1e-9);
    drop(gradient);
    assert!(y.gradient([x])[0] > 0.0);
}

#[test]
fn a_loop_over_a_cleared_graph_keeps_its_memory() {
    let mut graph = Graph::new();
    let mut after_two = 0;
    for step in 0..100 {
        graph.clear();
        let x = graph.values([1.0, 2.0]);
        let y = (0..1000).fold(x[0], |y, _| (y * 0.5) + x[1]);
        let mut slopes = [0.0; 2];
        y.gradient_into(&x, &mut slopes);
        assert_eq!(y.backward()[x[1]], slopes[1]);
        if step == 1 {
            after_two = IN_USE.get();
        }
    }
    assert_eq!(IN_USE.get(), after_two);
}
