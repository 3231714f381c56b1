//! In which line each node stands: after all that send to it, in lines that do not get too long.

use crate::graph::order;

/// An edge: from which node to which, and how far from the middle of each it is, along the line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Edge {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) offsets: (f64, f64),
}

/// Edges without those that go both ways and those that close a circle: what is left has a direction.
fn forward(count: usize, edges: &[Edge]) -> Vec<Vec<usize>> {
    let mut after: Vec<Vec<usize>> = vec![Vec::new(); count];
    for edge in edges {
        after[edge.from].push(edge.to);
    }
    let mutual = |a: usize, b: usize| after[b].contains(&a);
    let one_way: Vec<Vec<usize>> = (0..count).map(|a| after[a].iter().copied().filter(|&b| a != b && !mutual(a, b)).collect()).collect();
    // Depth first, with a list of its own instead of recursion; from those first to whom nobody sends.
    let mut sent_to = vec![false; count];
    one_way.iter().flatten().for_each(|&b| sent_to[b] = true);
    let mut roots: Vec<usize> = (0..count).collect();
    order(&mut roots, &|a, b| sent_to[a].cmp(&sent_to[b]));
    let mut found: Vec<Vec<usize>> = vec![Vec::new(); count];
    let mut state = vec![0u8; count];
    for root in roots {
        let mut stack = vec![(root, 0usize)];
        while let Some((node, next)) = stack.pop() {
            if next == 0 && std::mem::replace(&mut state[node], 1) != 0 {
                continue;
            }
            let Some(&child) = one_way[node].get(next) else {
                state[node] = 2;
                continue;
            };
            stack.push((node, next + 1));
            if state[child] == 1 {
                continue;
            }
            found[node].push(child);
            if state[child] == 0 {
                stack.push((child, 0));
            }
        }
    }
    found
}

/// Nodes in lines none of which is longer than `limit`, where a node takes its width and `gap`: first those with the longest way behind
/// them, and nobody before one that sends to it. With `folded` one line may hold both, so that a long row of senders takes few lines.
pub(super) fn lines(widths: &[f64], edges: &[Edge], gap: f64, limit: f64, folded: bool) -> Vec<Vec<usize>> {
    let count = widths.len();
    let after = forward(count, edges);
    let mut before = vec![0usize; count];
    after.iter().flatten().for_each(|&b| before[b] += 1);
    let height = heights(&after, &before);
    let mut left: Vec<usize> = (0..count).collect();
    order(&mut left, &|a, b| height[b].cmp(&height[a]).then(after[b].len().cmp(&after[a].len())).then(a.cmp(&b)));
    let mut lines: Vec<Vec<usize>> = Vec::new();
    let mut line_of = vec![usize::MAX; count];
    while !left.is_empty() {
        let mut room = limit;
        let mut line = Vec::new();
        left.retain(|&node| {
            let fits = before[node] == 0 && (line.is_empty() || widths[node] <= room);
            if fits {
                room -= widths[node] + gap;
                line_of[node] = lines.len();
                line.push(node);
                if folded {
                    after[node].iter().for_each(|&b| before[b] -= 1);
                }
            }
            !fits
        });
        if line.is_empty() {
            break;
        }
        if !folded {
            line.iter().flat_map(|&n| &after[n]).for_each(|&b| before[b] -= 1);
        }
        lines.push(line);
    }
    if folded {
        return lines;
    }
    // Those to whom nobody sends come near those to whom they send.
    let mut sent_to = vec![false; count];
    after.iter().flatten().for_each(|&b| sent_to[b] = true);
    for node in (0..count).filter(|&n| !sent_to[n]) {
        let Some(first) = after[node].iter().map(|&b| line_of[b]).min() else { continue };
        let own = line_of[node];
        let taken = |line: usize| lines[line].iter().map(|&n| widths[n] + gap).sum::<f64>();
        if let Some(better) = (own + 1..first).rev().find(|&line| taken(line) + widths[node] <= limit) {
            lines[own].retain(|&n| n != node);
            lines[better].push(node);
            line_of[node] = better;
        }
    }
    lines.retain(|line| !line.is_empty());
    lines
}

/// How long the longest way is from each node; by one node after the other that has nothing left before it.
fn heights(after: &[Vec<usize>], before: &[usize]) -> Vec<usize> {
    let mut left = before.to_vec();
    let mut sorted: Vec<usize> = (0..after.len()).filter(|&n| left[n] == 0).collect();
    let mut next = 0;
    while let Some(&node) = sorted.get(next) {
        next += 1;
        for &b in &after[node] {
            left[b] -= 1;
            if left[b] == 0 {
                sorted.push(b);
            }
        }
    }
    let mut height = vec![0; after.len()];
    for &node in sorted.iter().rev() {
        height[node] = after[node].iter().map(|&b| height[b] + 1).max().unwrap_or(0);
    }
    height
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edges(list: &[(usize, usize)]) -> Vec<Edge> {
        list.iter().map(|&(from, to)| Edge { from, to, offsets: (0.0, 0.0) }).collect()
    }

    #[test]
    fn senders_stand_before_receivers_and_lines_are_no_longer_than_allowed() {
        let edges = edges(&[(0, 1), (0, 2), (0, 3), (0, 4), (1, 5)]);
        assert_eq!(lines(&[10.0; 6], &edges, 2.0, 1000.0, false), [vec![0], vec![1, 2, 3, 4], vec![5]]);
        assert_eq!(lines(&[10.0; 4], &self::edges(&[(0, 1), (1, 2), (2, 3)]), 2.0, 24.0, true), [vec![0, 1], vec![2, 3]]);
        assert_eq!(lines(&[10.0; 6], &edges, 2.0, 24.0, false), [vec![0], vec![1, 2], vec![3, 4], vec![5]]);
    }

    #[test]
    fn circles_have_a_beginning_all_the_same() {
        let found = lines(&[10.0; 4], &edges(&[(3, 0), (0, 1), (1, 2), (2, 0)]), 2.0, 1000.0, false);
        assert_eq!(found.concat().len(), 4);
        assert_eq!(found[0], [3]);
    }

    #[test]
    fn a_lone_sender_stands_near_its_receiver() {
        assert_eq!(lines(&[10.0; 4], &edges(&[(0, 1), (1, 2), (3, 2)]), 2.0, 1000.0, false), [vec![0], vec![1, 3], vec![2]]);
    }
}
