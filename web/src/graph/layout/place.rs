//! Where nodes stand along their lines: as near to those they are joined with as their order and their widths allow.

use super::order::Lines;

/// Room beside a place that is kept free for an edge.
const BESIDE_EDGE: f64 = 20.0;
/// Between two such places.
const BETWEEN_EDGES: f64 = 11.0;
/// How often lines are moved, by turns towards the line before and the one behind.
const ROUNDS: usize = 10;

/// Middles of all nodes along their lines.
pub(super) fn middles(lines: &Lines, widths: &[f64], gap: f64) -> Vec<f64> {
    let count = widths.len();
    let apart = |a: usize, b: usize| match (a < count, b < count) {
        (true, true) => (widths[a] + widths[b]) / 2.0 + gap,
        (false, false) => BETWEEN_EDGES,
        (true, false) => widths[a] / 2.0 + BESIDE_EDGE,
        (false, true) => widths[b] / 2.0 + BESIDE_EDGE,
    };
    let mut middles = vec![0.0; lines.up.len()];
    for line in &lines.lines {
        let mut at = 0.0;
        for (i, &node) in line.iter().enumerate() {
            at += if i > 0 { apart(line[i - 1], node) } else { 0.0 };
            middles[node] = at;
        }
        line.iter().for_each(|&node| middles[node] -= at / 2.0);
    }
    for round in 0..ROUNDS {
        let last = round + 2 >= ROUNDS;
        for step in 0..lines.lines.len() {
            let down = round % 2 == 0;
            let line = &lines.lines[if down { step } else { lines.lines.len() - 1 - step }];
            let wishes: Vec<(f64, f64)> = line
                .iter()
                .map(|&node| {
                    let (mut sum, mut weight) = (0.0, 0.0);
                    let sides = [(down || last).then_some(&lines.up[node]), (!down || last).then_some(&lines.down[node])];
                    for (other, theirs, own) in sides.into_iter().flatten().flatten() {
                        // Long edges are straight before all.
                        let w = if node >= count && *other >= count { 6.0 } else { 1.0 };
                        sum += w * (middles[*other] + theirs - own);
                        weight += w;
                    }
                    if weight > 0.0 { (sum / weight, weight) } else { (middles[node], 0.3) }
                })
                .collect();
            let gaps: Vec<f64> = line.windows(2).map(|w| apart(w[0], w[1])).collect();
            for (&node, at) in line.iter().zip(apart_in_order(&wishes, &gaps)) {
                middles[node] = at;
            }
        }
    }
    middles
}

/// Places in this order and at least so far apart, as near to the wished ones as can be: the least sum of weighted squares, by pooling
/// neighbours that are in each other's way.
fn apart_in_order(wishes: &[(f64, f64)], gaps: &[f64]) -> Vec<f64> {
    // Wished place, weight, how many, for pools whose members stand at their least distances.
    let mut pools: Vec<(f64, f64, usize)> = Vec::new();
    let mut shift = 0.0;
    let mut shifts = Vec::new();
    for (i, &(at, weight)) in wishes.iter().enumerate() {
        shift += if i > 0 { gaps[i - 1] } else { 0.0 };
        shifts.push(shift);
        let mut pool = (at - shift, weight, 1);
        while let Some(before) = pools.pop_if(|before| before.0 > pool.0) {
            let sum = before.1 + pool.1;
            pool = ((before.0 * before.1 + pool.0 * pool.1) / sum, sum, before.2 + pool.2);
        }
        pools.push(pool);
    }
    let bases = pools.iter().flat_map(|&(at, _, many)| std::iter::repeat_n(at, many));
    bases.zip(shifts).map(|(base, shift)| base + shift).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_room_stands_where_it_wishes_and_the_rest_gives_way_on_both_sides() {
        assert_eq!(apart_in_order(&[(0.0, 1.0), (50.0, 1.0), (50.0, 1.0)], &[10.0, 10.0]), [0.0, 45.0, 55.0]);
        assert_eq!(apart_in_order(&[(30.0, 1.0), (0.0, 2.0)], &[10.0]), [10.0 / 3.0, 40.0 / 3.0]);
    }
}
