//! Memory of a long loop, in a process of its own so that no other test disturbs the figure.
#![cfg(target_os = "linux")]

use chainrule::Graph;

/// Resident memory in bytes. Pages are of 4 KiB, or the figure comes out smaller.
fn resident() -> i64 {
    let statm = std::fs::read_to_string("/proc/self/statm").expect("Linux has this file");
    let pages: i64 = statm.split(' ').nth(1).and_then(|n| n.parse().ok()).expect("a number");
    4096 * pages
}

// B-26
#[test]
fn memory_is_flat_over_a_million_steps() {
    const STEPS: usize = 1_000_000;
    let mut graph = Graph::new();
    let mut a_now = 0.0;
    let mut before = 0;
    for step in 0..STEPS + 1000 {
        if step == 1000 {
            before = resident();
        }
        graph.clear();
        let a = graph.value(a_now).label("a");
        let l = a.powi(2) - 10 * a + 28;
        a_now -= 0.1 * l.backward()[a];
    }
    let grown = resident() - before;
    assert!((a_now - 5.0).abs() < 1e-8, "{a_now}");
    assert!(grown.abs() <= 1 << 20, "{grown} bytes");
}
