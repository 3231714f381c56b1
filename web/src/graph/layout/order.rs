//! In which order nodes stand in their lines, so that few edges cross. Edges past a line have a place in it, too.

use super::rank::Edge;
use crate::graph::order;

/// Nodes in lines, and what they are joined with in the lines beside theirs. Numbers from the count of nodes on are places that are kept free
/// for edges.
#[derive(Clone, Debug)]
pub(super) struct Lines {
    pub(super) lines: Vec<Vec<usize>>,
    /// By node: what it is joined with in the line before, and by how far from the middle of the other and of itself.
    pub(super) up: Vec<Vec<(usize, f64, f64)>>,
    /// In the line behind.
    pub(super) down: Vec<Vec<(usize, f64, f64)>>,
}

impl Lines {
    pub(super) fn new(count: usize, mut lines: Vec<Vec<usize>>, edges: &[Edge]) -> Self {
        let mut line_of = vec![0; count];
        for (number, line) in lines.iter().enumerate() {
            line.iter().for_each(|&node| line_of[node] = number);
        }
        let (mut up, mut down) = (vec![Vec::new(); count], vec![Vec::new(); count]);
        for edge in edges {
            let (mut from, mut to, mut at, mut end) = (edge.from, edge.to, edge.offsets.0, edge.offsets.1);
            if line_of[from] > line_of[to] {
                (from, to, at, end) = (to, from, end, at);
            }
            let (first, last) = (line_of[from], line_of[to]);
            for (line, places) in lines.iter_mut().enumerate().take(last).skip(first + 1) {
                let place = up.len();
                debug_assert!(line > first);
                places.push(place);
                up.push(vec![(from, at, 0.0)]);
                down.push(Vec::new());
                down[from].push((place, 0.0, at));
                (from, at) = (place, 0.0);
            }
            if first < last {
                down[from].push((to, end, at));
                up[to].push((from, at, end));
            }
        }
        Lines { lines, up, down }
    }

    /// Where each stands in its line, counted from its begin.
    fn positions(&self) -> Vec<usize> {
        let mut positions = vec![0; self.up.len()];
        for line in &self.lines {
            line.iter().enumerate().for_each(|(at, &node)| positions[node] = at);
        }
        positions
    }

    /// How many nodes edges within a line have to go around.
    pub(super) fn passed(&self, edges: &[Edge]) -> usize {
        let positions = self.positions();
        let mut line_of = vec![0; positions.len()];
        for (number, line) in self.lines.iter().enumerate() {
            line.iter().for_each(|&node| line_of[node] = number + 1);
        }
        let level = edges.iter().filter(|e| line_of[e.from] == line_of[e.to] && line_of[e.from] > 0);
        level.map(|e| positions[e.from].abs_diff(positions[e.to]).saturating_sub(1)).sum()
    }

    /// How many edges cross.
    pub(super) fn crossings(&self) -> usize {
        let positions = self.positions();
        let mut found = 0;
        for line in &self.lines {
            // Ends of edges so far, in order: each edge crosses those that end farther on.
            let mut ends: Vec<usize> = Vec::new();
            for &node in line {
                let mut own: Vec<usize> = self.down[node].iter().map(|n| positions[n.0]).collect();
                own.sort_unstable();
                for end in own {
                    let at = ends.partition_point(|e| *e <= end);
                    found += ends.len() - at;
                    ends.insert(at, end);
                }
            }
        }
        found
    }

    /// Puts all in order: each near the middle of those it is joined with, by turns those before and those behind, then neighbours exchanged
    /// as long as that helps. The best order that was met stays.
    pub(super) fn sort(&mut self, rounds: usize) -> usize {
        let mut best = (self.crossings(), self.lines.clone());
        for round in 0..rounds {
            let down = round % 2 == 0;
            let count = self.lines.len();
            let mut positions = self.positions();
            let mut middles = vec![0.0; positions.len()];
            for step in 0..count {
                let number = if down { step } else { count - 1 - step };
                let near = if down { &self.up } else { &self.down };
                let middle = |node: usize| {
                    let of = &near[node];
                    if of.is_empty() {
                        positions[node] as f64
                    } else {
                        of.iter().map(|n| positions[n.0] as f64 + n.1 * 1e-4).sum::<f64>() / of.len() as f64
                    }
                };
                let mut line = self.lines[number].clone();
                line.iter().for_each(|&n| middles[n] = middle(n));
                // Equal ones change places in every other pair of rounds.
                if round % 4 > 1 {
                    line.reverse();
                }
                order(&mut line, &|a, b| middles[a].total_cmp(&middles[b]));
                line.iter().enumerate().for_each(|(at, n)| positions[*n] = at);
                self.lines[number] = line;
            }
            self.exchange();
            let crossings = self.crossings();
            if crossings < best.0 {
                best = (crossings, self.lines.clone());
            }
            if best.0 == 0 {
                break;
            }
        }
        self.lines = best.1;
        best.0
    }

    /// Exchanges neighbours wherever that saves crossings.
    fn exchange(&mut self) {
        let mut positions = self.positions();
        for _ in 0..4 {
            let mut better = false;
            for line in &mut self.lines {
                for at in 1..line.len() {
                    let (a, b) = (line[at - 1], line[at]);
                    let crossed = |a: usize, b: usize| {
                        let between = |a: &[(usize, f64, f64)], b: &[(usize, f64, f64)]| {
                            a.iter().map(|x| b.iter().filter(|y| positions[y.0] < positions[x.0]).count()).sum::<usize>()
                        };
                        between(&self.up[a], &self.up[b]) + between(&self.down[a], &self.down[b])
                    };
                    if crossed(b, a) < crossed(a, b) {
                        line.swap(at - 1, at);
                        (positions[a], positions[b]) = (at, at - 1);
                        better = true;
                    }
                }
            }
            if !better {
                break;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edge(from: usize, to: usize) -> Edge {
        Edge { from, to, offsets: (0.0, 0.0) }
    }

    #[test]
    fn what_need_not_cross_does_not() {
        let edges = [edge(0, 5), edge(1, 4), edge(2, 3), edge(0, 3)];
        let mut lines = Lines::new(6, vec![vec![0, 1, 2], vec![3, 4, 5]], &edges);
        assert_eq!(lines.crossings(), 3);
        assert_eq!(lines.sort(8), 0);
    }

    #[test]
    fn an_edge_past_a_line_has_a_place_there() {
        let lines = Lines::new(3, vec![vec![0], vec![1], vec![2]], &[edge(0, 1), edge(1, 2), edge(2, 0)]);
        assert_eq!(lines.lines, [vec![0], vec![1, 3], vec![2]]);
        assert_eq!(lines.down[0].iter().map(|n| n.0).collect::<Vec<_>>(), [1, 3]);
        assert_eq!(lines.up[2].iter().map(|n| n.0).collect::<Vec<_>>(), [1, 3]);
    }
}
