//! `GradBench`'s problems in this library, each against its derivative by hand.
//!
//! `cargo run --release -p chainrule-bench --example gradbench [name…]`; without `--full` each runs once,
//! to see that the results agree.

use chainrule_bench::{Effort, all};

fn main() -> Result<(), chainrule::Error> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let effort = if words.iter().any(|w| w == "--full") { Effort::FULL } else { Effort::SMOKE };
    let wanted: Vec<&String> = words.iter().filter(|w| *w != "--full").collect();
    for (name, problem) in all() {
        if !wanted.is_empty() && !wanted.iter().any(|w| *w == name) {
            continue;
        }
        let result = problem().race(effort)?;
        println!("{name:12} {:>14.1} ns   difference {:.0e}", result.ours, result.difference);
        for hand in &result.hands {
            println!("{:12} {:>14.1} ns   ratio {:.3}   {}", "", hand.time, hand.ratio, hand.name);
        }
    }
    Ok(())
}
