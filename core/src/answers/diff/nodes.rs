//! **Which connections of nodes differ between two versions?** Lists of flows have no nodes as ends, and policies may be about nothing else: host endpoints,
//! nodes as peers, what pods may send to their own node. Those that both versions have are compared with all that both have.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use core::net::IpAddr;

use super::{Both, Comparison, Difference, Relation, Version, both_lines, both_workloads, grouped, joined};
use crate::compile::OutsideRange;
use crate::endpoints::{Line, TitledLine};

/// So many pairs of endpoints, one of them a node, are compared where there is no other limit.
pub const MOST_NODE_PAIRS: usize = 200_000;

/// There are more pairs than are compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TooManyNodePairs(pub usize);

/// The differences of connections that start or end at a node, and how these connections relate.
///
/// # Errors
/// When there are more than `most` pairs.
pub fn compare_nodes(old: Version<'_>, new: Version<'_>, most: usize) -> Result<(Vec<Difference>, Relation), TooManyNodePairs> {
    let is_in_both = |both: &Both| both.old.is_some() && both.new.is_some();
    let mut nodes = both_lines(old, new, |snapshot| snapshot.nodes().map(|(id, _)| Line::Node(id)).collect());
    nodes.retain(is_in_both);
    let mut others = both_workloads(old, new);
    others.retain(is_in_both);
    let ranges = if nodes.is_empty() { Vec::new() } else { stretches(old, new) };
    let ends = |line: &Option<TitledLine>| line.as_ref().map_or(0, |line| line.as_ref().len());
    let others_count: usize = others.iter().map(|both| ends(&both.old).max(ends(&both.new))).sum();
    let pairs = nodes.len().saturating_mul(2 * (others_count + ranges.len()) + nodes.len().saturating_sub(1));
    if pairs > most {
        return Err(TooManyNodePairs(pairs));
    }
    let has_cloud = [old, new].iter().any(|side| !side.snapshot.cloud.networks.is_empty());
    let (ranges, groups) = if has_cloud { (Vec::new(), grouped(old, new, ranges)) } else { (ranges, Vec::new()) };
    let mut comparison = Comparison::new(old, new);
    let mut found = Vec::new();
    for (number, node) in nodes.iter().enumerate() {
        for other in others.iter().chain(&groups) {
            found.extend(comparison.compare(other, node));
            found.extend(comparison.compare(node, other));
        }
        let other_nodes = nodes.iter().enumerate().filter(|(other, _)| *other != number);
        found.extend(other_nodes.filter_map(|(_, other)| comparison.compare(node, other)));
        joined(&ranges, &mut found, |range| comparison.compare(range, node), |d| &mut d.from);
        joined(&ranges, &mut found, |range| comparison.compare(node, range), |d| &mut d.to);
    }
    found.sort_by(|a, b| (a.change, &a.from, &a.to).cmp(&(b.change, &b.from, &b.to)));
    let relation = Relation::of(&found, comparison.shares);
    Ok((found, relation))
}

/// Addresses outside, cut wherever any rule of either side tells them apart: what guards a node asks rules of both directions.
fn stretches(old: Version<'_>, new: Version<'_>) -> Vec<(OutsideRange, Both)> {
    let starts: BTreeSet<IpAddr> = [old, new].iter().flat_map(|side| side.connectivity.stretches()).collect();
    let part = |first: IpAddr| {
        let [old, new] = [old, new].map(|side| side.connectivity.compiled().stretch_of(first));
        old.intersection(&new).ranges().next()
    };
    let cut = starts.into_iter().filter_map(part).map(|(first, last)| OutsideRange { first, last });
    cut.map(|range| (range, Both::range(old, range))).collect()
}
