//! Colouring of columns: columns of one colour share no row, so one sweep gives them all.
//!
//! Source: Gebremedhin, Manne and Pothen, *What color is your Jacobian?*, SIAM Review 47 (2005),
//! sections 3.2 and 6: a partial distance-2 colouring of the bipartite graph, greedily, in a
//! chosen order.

use super::SparsityPattern;

/// A colour for each column (or each row), and how many there are.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Colouring {
    pub(super) colours: Vec<u32>,
    pub(super) count: u32,
}

impl Colouring {
    pub(super) fn new(colours: Vec<u32>) -> Self {
        let count = colours.iter().max().map_or(0, |&c| c + 1);
        Colouring { colours, count }
    }

    /// The one with fewer colours; the first at a tie.
    pub(super) fn better(self, other: Self) -> Self {
        if other.count < self.count { other } else { self }
    }
}

/// Colours of the columns of `pattern`, whose transposed is `by_column`: the better of the natural
/// order, which is optimal for bands, and of the columns with most neighbours first.
pub(super) fn colour_columns(pattern: &SparsityPattern, by_column: &SparsityPattern) -> Colouring {
    let columns: Vec<usize> = (0..pattern.columns()).collect();
    let natural = greedy(pattern, by_column, &columns);
    let bound = (0..pattern.rows()).map(|i| pattern.row(i).len()).max().unwrap_or(0);
    if natural.count as usize <= bound {
        return natural;
    }
    let mut order = columns;
    let neighbours = |j: usize| by_column.row(j).iter().map(|&i| pattern.row(i).len()).sum();
    order.sort_by_cached_key(|&j| std::cmp::Reverse::<usize>(neighbours(j)));
    natural.better(greedy(pattern, by_column, &order))
}

/// Gives each column in turn the lowest colour that none of its rows has seen. Each row keeps its
/// colours as bits, so that a dense row costs a 64th of its length for each column, not its length.
fn greedy(pattern: &SparsityPattern, by_column: &SparsityPattern, order: &[usize]) -> Colouring {
    let mut seen: Vec<Vec<u64>> = vec![Vec::new(); pattern.rows()];
    let mut colours = vec![0; order.len()];
    for &j in order {
        let rows = by_column.row(j);
        let mut word = 0;
        let free = loop {
            let taken = rows.iter().fold(0, |t, &i| t | seen[i].get(word).copied().unwrap_or(0));
            if taken != u64::MAX {
                break taken.trailing_ones();
            }
            word += 1;
        };
        for &i in rows {
            if seen[i].len() <= word {
                seen[i].resize(word + 1, 0);
            }
            seen[i][word] |= 1 << free;
        }
        colours[j] = word as u32 * 64 + free;
    }
    Colouring::new(colours)
}
