//! First-order methods allocate nothing per step.
#![expect(unsafe_code, reason = "a counting allocator is the only way to see allocations")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use chainrule::optimize::{Method, Minimizer, from_fn};

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: every call is passed on unchanged to the system's allocator; the counter is a plain cell of the
// thread, without a destructor and without an allocation of its own.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
        // SAFETY: the caller's promise about `layout` is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the pointer came from `alloc` above with this layout.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn allocations(method: Method, steps: usize) -> usize {
    let mut f = from_fn(
        3,
        |x| x.iter().map(|x| x * x).sum(),
        |x, g| g.iter_mut().zip(x).for_each(|(g, x)| *g = 2.0 * x),
    );
    let before = ALLOCATIONS.get();
    let minimizer = Minimizer::new(method).learning_rate(1e-3).steps(steps);
    let outcome = minimizer.minimize(&mut f, &[1.0, 2.0, 3.0]).expect("valid");
    assert_eq!(outcome.steps, steps);
    ALLOCATIONS.get() - before
}

#[test]
fn a_thousand_steps_allocate_as_much_as_ten() {
    for method in [Method::Gd, Method::Momentum, Method::Nesterov, Method::Adam] {
        let (few, many) = (allocations(method, 10), allocations(method, 1000));
        assert!(few > 0, "the counter counts");
        assert_eq!(few, many, "{method}");
    }
}
