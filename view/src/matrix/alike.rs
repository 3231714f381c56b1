//! The table in another order: rows that say the same stand together, and beside those that differ least from them.

use super::{Counts, MatrixLine, MatrixView};
use crate::{EndKind, SceneView};

/// In larger tables only equal rows come together: who differs least is looked for among all pairs.
const MOST: usize = 250;

/// What a cell says, to be compared.
type Cell = (usize, usize, usize, usize);

impl MatrixView {
    /// The keys of its lines in an order in which those stand together that send and receive the same. What is outside stays at the end.
    pub fn alike(&self, scene: &SceneView) -> Vec<String> {
        let inside = self.lines.iter().take_while(|line| line.ends.first().is_some_and(|&end| scene.is_a(end, EndKind::Workload))).count();
        let cell = |from: &MatrixLine, to: &MatrixLine| -> Cell {
            match (from.ends.as_slice(), to.ends.as_slice()) {
                (&[a], &[b]) => (usize::MAX, scene.between_index(a, b).unwrap_or(usize::MAX), 0, 0),
                _ => {
                    let counts = Counts::new(scene, from, to);
                    // As shares: namespaces of different sizes may be alike.
                    let share = |part: usize| part * 1000 / counts.total.max(1);
                    (usize::from(counts.total > 0), share(counts.full), share(counts.some), share(counts.unsure))
                }
            }
        };
        let rows: Vec<Vec<Cell>> = self.lines.iter().map(|from| self.lines.iter().map(|to| cell(from, to)).collect()).collect();
        let order = Alike { rows: &rows }.order(inside);
        order.into_iter().chain(inside..self.lines.len()).filter_map(|line| self.lines.get(line)).map(|line| line.key.clone()).collect()
    }

    /// This table with its lines in an order; a line that is not in it stands behind the one that it stood behind.
    #[must_use]
    pub fn in_order(mut self, order: &[String]) -> MatrixView {
        let mut last = 0;
        let place = |line: &MatrixLine| {
            last = order.iter().position(|key| *key == line.key).unwrap_or(last);
            last
        };
        let places: Vec<usize> = self.lines.iter().map(place).collect();
        let mut lines: Vec<(usize, MatrixLine)> = places.into_iter().zip(self.lines).collect();
        lines.sort_by_key(|(place, _)| *place);
        self.lines = lines.into_iter().map(|(_, line)| line).collect();
        self
    }
}

/// What all cells say, row by row.
struct Alike<'a> {
    rows: &'a [Vec<Cell>],
}

impl Alike<'_> {
    fn cell(&self, row: usize, column: usize) -> Option<&Cell> {
        self.rows.get(row)?.get(column)
    }

    /// In how many cells two lines differ, as senders and as receivers. The cells of each with itself say nothing, and between them they change places.
    fn distance(&self, a: usize, b: usize) -> usize {
        let others = (0..self.rows.len()).filter(|&x| x != a && x != b);
        let differ = others.map(|x| usize::from(self.cell(a, x) != self.cell(b, x)) + usize::from(self.cell(x, a) != self.cell(x, b)));
        differ.sum::<usize>() + usize::from(self.cell(a, b) != self.cell(b, a))
    }

    /// The first lines, beginning with the first of all: after each group of equal ones that which differs least from it.
    fn order(&self, lines: usize) -> Vec<usize> {
        let mut groups: Vec<(usize, Vec<usize>)> = Vec::new();
        for line in 0..lines {
            match groups.iter_mut().find(|(first, _)| self.distance(*first, line) == 0) {
                Some((_, members)) => members.push(line),
                None => groups.push((line, vec![line])),
            }
        }
        if lines <= MOST {
            for next in 1..groups.len() {
                let last = groups.get(next - 1).map_or(0, |(first, _)| *first);
                let rest = groups.iter().enumerate().skip(next);
                let Some(nearest) = rest.min_by_key(|(_, (first, _))| self.distance(last, *first)).map(|(at, _)| at) else { break };
                if let Some(rest) = groups.get_mut(next..=nearest) {
                    rest.rotate_right(1);
                }
            }
        }
        groups.into_iter().flat_map(|(_, members)| members).collect()
    }
}

#[cfg(test)]
mod tests {
    use netpolis_core::analysis::Analysis;

    use super::*;
    use crate::{matrix_view, scene_view};

    /// Pods in one namespace: those of `open` receive from all, the others from nobody.
    fn scene(pods: &[&str], open: &[&str]) -> SceneView {
        let pod = |name: &&str| {
            let labels = format!("{{app: {name}, open: \"{}\"}}", open.contains(name));
            format!("{{apiVersion: v1, kind: Pod, metadata: {{name: {name}, namespace: shop, labels: {labels}}}}}\n---\n")
        };
        let mut text: String = pods.iter().map(pod).collect();
        text += "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: closed, namespace: shop}, spec: {podSelector: {matchLabels: {open: \"false\"}}, policyTypes: [Ingress]}}";
        let mut analysis = Analysis::default();
        analysis.set_files(&[("x.yaml", &text)]);
        scene_view(&analysis)
    }

    fn titles(view: &MatrixView) -> Vec<&str> {
        view.lines.iter().map(|line| line.title.trim_start_matches("shop/")).collect()
    }

    #[test]
    fn lines_that_say_the_same_stand_together_and_outside_stays_at_the_end() {
        let scene = scene(&["a", "b", "c", "d"], &["a", "c"]);
        let view = matrix_view(&scene, None);
        assert_eq!(titles(&view), ["a", "b", "c", "d", "Internet"]);
        let order = view.alike(&scene);
        let ordered = view.clone().in_order(&order);
        assert_eq!(titles(&ordered), ["a", "c", "b", "d", "Internet"]);
        // Cells go along with their lines.
        let rows = |view: &MatrixView| view.row(&scene, view.lines.iter().position(|line| line.title == "shop/b").unwrap());
        assert_eq!(rows(&ordered)[1], rows(&view)[2]);
    }

    #[test]
    fn an_order_stays_when_what_passes_changes_or_lines_come_and_go() {
        let before = scene(&["a", "b", "c", "d"], &["a", "c"]);
        let order = matrix_view(&before, None).alike(&before);
        let after = scene(&["a", "b", "c", "d"], &["a", "b", "c", "d"]);
        assert_eq!(titles(&matrix_view(&after, None).in_order(&order)), ["a", "c", "b", "d", "Internet"]);
        let more = scene(&["a", "b", "bb", "d"], &["a"]);
        assert_eq!(titles(&matrix_view(&more, None).in_order(&order)), ["a", "b", "bb", "d", "Internet"]);
    }

    #[test]
    fn what_differs_least_comes_next() {
        // Lines 0 and 2 differ in one cell, 1 from both in all.
        let cell = |n: usize| (n, 0, 0, 0);
        let rows: Vec<Vec<Cell>> = [[9, 1, 1, 1, 1], [5, 9, 6, 7, 8], [1, 1, 9, 1, 2], [0, 0, 0, 9, 0], [0, 0, 0, 0, 9]]
            .iter()
            .map(|row| row.iter().map(|n| cell(*n)).collect())
            .collect();
        let alike = Alike { rows: &rows };
        assert!(alike.distance(0, 2) < alike.distance(0, 1));
        assert_eq!(alike.order(3), [0, 2, 1]);
    }
}
