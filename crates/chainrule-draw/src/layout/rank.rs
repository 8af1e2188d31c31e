//! Ranks: every result right of its inputs, every input as near to its first use as it can be.

/// Marks edges that close a circle, so that the others have none.
pub(super) fn back_edges(nodes: usize, edges: &[(usize, usize)]) -> Vec<bool> {
    let mut back = vec![false; edges.len()];
    let mut outgoing = vec![Vec::new(); nodes];
    for (i, &(from, _)) in edges.iter().enumerate() {
        outgoing[from].push(i);
    }
    let mut state = vec![State::New; nodes];
    for start in 0..nodes {
        let mut path = vec![(start, 0)];
        while let Some((node, next)) = path.pop() {
            if next == 0 {
                if state[node] != State::New {
                    continue;
                }
                state[node] = State::Open;
            }
            let Some(&edge) = outgoing[node].get(next) else {
                state[node] = State::Done;
                continue;
            };
            path.push((node, next + 1));
            let to = edges[edge].1;
            match state[to] {
                State::New => path.push((to, 0)),
                State::Open => back[edge] = true,
                State::Done => {}
            }
        }
    }
    back
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    New,
    Open,
    Done,
}

/// The rank of every node of a graph without circles: the longest way to a result decides.
pub(super) fn ranks(nodes: usize, edges: &[(usize, usize)]) -> Vec<usize> {
    let mut inputs = vec![Vec::new(); nodes];
    let mut waiting = vec![0; nodes];
    for &(from, to) in edges {
        inputs[to].push(from);
        waiting[from] += 1;
    }
    let mut height = vec![0; nodes];
    let mut ready: Vec<usize> = (0..nodes).filter(|&node| waiting[node] == 0).collect();
    while let Some(node) = ready.pop() {
        for &input in &inputs[node] {
            height[input] = height[input].max(height[node] + 1);
            waiting[input] -= 1;
            if waiting[input] == 0 {
                ready.push(input);
            }
        }
    }
    let highest = height.iter().copied().max().unwrap_or(0);
    height.into_iter().map(|h| highest - h).collect()
}
