//! A prepared sparse derivative allocates nothing once its workspace is warm.

#![allow(unsafe_code, reason = "a global allocator that counts")]

mod problems;

use chainrule::{Function, Workspace};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local!(static COUNT: Cell<usize> = const { Cell::new(0) });

struct Counting;

// SAFETY: every call goes to the system allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.with(|c| c.set(c.get() + 1));
        // SAFETY: the caller's layout.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's pointer came from `alloc` above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn evaluation_allocates_nothing_after_the_first_call() {
    let names: Vec<String> = (0..50).map(|i| format!("x{i}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let hessian = Function::record_slices(&names, &[0.5; 50], |x| vec![problems::rosenbrock(x)]);
    let jacobian = Function::record_slices(&names, &[0.5; 50], |x| {
        x.windows(6).map(|w| w.iter().map(|v| v.sin()).product()).collect()
    });
    let plans = [
        hessian.expect("distinct names").prepare_sparse_hessian().expect("one output"),
        jacobian.expect("distinct names").prepare_sparse_jacobian(),
    ];
    for plan in plans {
        let mut work = Workspace::new();
        let mut values = vec![0.0; plan.pattern().len()];
        plan.evaluate_into(&[0.3; 50], &mut values, &mut work).expect("fifty numbers");
        let before = COUNT.with(Cell::get);
        plan.evaluate_into(&[0.7; 50], &mut values, &mut work).expect("fifty numbers");
        assert_eq!(COUNT.with(Cell::get), before);
    }
}
