//! Which states of a loop are kept while it is run backward: binomial checkpoints.
//!
//! With room for `s` states, `β(s, t) = (s+t)!/(s!·t!)` steps can be reversed when no step is run
//! forward more than `t` times before it is reversed, and no other choice of states allows more.
//! Source: Griewank and Walther, "Algorithm 799: revolve", *ACM Transactions on Mathematical
//! Software* 26 (2000), 19–45.

/// What is done next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// Go on from the state kept last, at step `from`, to `to`, and keep the state there.
    Keep { from: usize, to: usize },
    /// Go on from the state kept last, at step `from`, to step `at`, and reverse that step.
    Reverse { from: usize, at: usize },
    /// Forget the state kept last.
    Forget,
}

/// The actions that reverse a loop, the last step first. The state before step 0 is kept from the
/// start and counted.
pub(super) struct Schedule {
    kept: Vec<usize>,
    room: usize,
    /// Steps from here on are reversed.
    end: usize,
}

impl Schedule {
    /// For `steps` steps with room for `room` states, at least one.
    pub(super) fn new(steps: usize, room: usize) -> Self {
        Schedule { kept: vec![0], room: room.max(1), end: steps }
    }
}

impl Iterator for Schedule {
    type Item = Action;

    fn next(&mut self) -> Option<Action> {
        let from = *self.kept.last()?;
        if from >= self.end {
            // Nothing is left to be reached from this state.
            self.kept.pop();
            return (!self.kept.is_empty()).then_some(Action::Forget);
        }
        let (steps, room) = (self.end - from, self.room - self.kept.len() + 1);
        if steps == 1 || room == 1 {
            self.end -= 1;
            return Some(Action::Reverse { from, at: self.end });
        }
        let to = from + ahead(steps, room);
        self.kept.push(to);
        Some(Action::Keep { from, to })
    }
}

/// How far ahead the next state is kept, for `steps` steps, at least two, and room for `room`
/// states, at least two, the present one included.
fn ahead(steps: usize, room: usize) -> usize {
    let mut repeats = 1;
    while reach(room, repeats) < steps {
        repeats += 1;
    }
    // The part behind may need `repeats` runs of a step with one state less, the part before one
    // run less with all of them.
    let least = steps.saturating_sub(reach(room - 1, repeats));
    let enough = if repeats >= 2 { reach(room, repeats - 2) } else { 0 };
    least.max(enough).max(1)
}

/// `(room + repeats)! / (room!·repeats!)`, or the largest number.
fn reach(room: usize, repeats: usize) -> usize {
    let small = room.min(repeats);
    let mut product: usize = 1;
    for k in 1..=small {
        // The product of k consecutive numbers is divisible by k!.
        let Some(next) = product.checked_mul(room + repeats - small + k) else {
            return usize::MAX;
        };
        product = next / k;
    }
    product
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reverses with a list of kept states; the number of forward steps, of states at a time, and
    /// of runs of one step.
    fn run(steps: usize, room: usize) -> (usize, usize, usize) {
        let (mut kept, mut end) = (vec![0], steps);
        let (mut forward, mut most) = (0, 1);
        let mut runs = vec![0; steps];
        for action in Schedule::new(steps, room) {
            match action {
                Action::Keep { from, to } => {
                    assert_eq!(kept.last(), Some(&from));
                    (from..to).for_each(|i| runs[i] += 1);
                    forward += to - from;
                    kept.push(to);
                }
                Action::Reverse { from, at } => {
                    assert_eq!(kept.last(), Some(&from));
                    assert_eq!(at + 1, end);
                    (from..at).for_each(|i| runs[i] += 1);
                    forward += at - from;
                    end = at;
                }
                Action::Forget => {
                    kept.pop();
                }
            }
            most = most.max(kept.len());
        }
        assert_eq!(end, 0);
        (forward, most, runs.into_iter().max().unwrap_or(0))
    }

    #[test]
    fn the_schedule_is_as_short_as_the_theorem_says() {
        // Griewank and Walther, theorem 6.1 of the book: reversing l steps with s states takes
        // t·l − β(s+1, t−1) forward steps, the advance to the last step counted and the reversal
        // of each step not, where t is the least with β(s, t) ≥ l.
        for steps in 1..200_usize {
            for room in 1..12_usize {
                let (forward, most, runs) = run(steps, room);
                let mut t = 0;
                while reach(room, t) < steps {
                    t += 1;
                }
                let expected = if t == 0 { 0 } else { t * steps - reach(room + 1, t - 1) };
                assert_eq!(forward, expected, "{steps} steps, room for {room}");
                assert!(most <= room && runs <= t, "{steps} steps, room for {room}");
            }
        }
    }

    #[test]
    fn binomial_numbers_do_not_overflow() {
        assert_eq!((reach(3, 2), reach(1, 9), reach(5, 0)), (10, 10, 1));
        assert_eq!(reach(1000, 1000), usize::MAX);
        assert_eq!(run(1000, 1 << 40).0, 999);
    }
}
