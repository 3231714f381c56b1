//! All pairs as a table: rows send, columns receive. Large scenes are shown by namespace, one of which can be opened.

use std::collections::BTreeMap;

use super::{EndKind, SceneView, Status};

mod alike;

/// Most rows and columns that are drawn by workload; larger scenes are drawn by namespace, and one namespace at a time.
const MOST: usize = 60;

/// The table, without its cells: there are as many as squares of lines, and whoever draws them takes them row by row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MatrixView {
    /// Rows, and columns in the same order.
    pub lines: Vec<MatrixLine>,
    /// How many endpoints there are, where they are shown by namespace.
    pub by_namespace: Option<usize>,
}

/// A row or column: one end, or all of a namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatrixLine {
    /// In full, for the row.
    pub title: String,
    /// In few letters, for the column.
    pub short: String,
    /// The key of the end, or `namespace/NAME`: the same in every table.
    key: String,
    ends: Vec<usize>,
    /// One end of each class, and how many there are: those of one class are alike.
    classes: Vec<(usize, usize)>,
}

/// What passes from a row to a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MatrixCell {
    /// One pod and itself, two ranges outside, or what a filter leaves out: there is nothing to say. With a sentence for screen readers.
    Itself(String),
    /// A pair of ends, or all pairs of two namespaces.
    Pairs {
        /// How much passes.
        status: Status,
        /// In few characters.
        text: String,
        /// In a sentence.
        label: String,
        /// Sender and receiver, as indices into [`SceneView::ends`], where it is one pair.
        ends: Option<(usize, usize)>,
        /// Of how many of a hundred pairs something passes, where it is more than one pair.
        share: Option<u8>,
    },
}

/// The table of a scene; `opened` is the namespace whose workloads are shown one by one.
pub fn matrix_view(scene: &SceneView, opened: Option<u32>) -> MatrixView {
    let count = scene.ends.iter().filter(|e| e.kind != EndKind::Node).count();
    let large = count > MOST;
    MatrixView { lines: lines(scene, large, opened), by_namespace: large.then_some(count) }
}

impl MatrixView {
    /// Some of the cells of a row.
    pub fn cells(&self, scene: &SceneView, index: usize, columns: core::ops::Range<usize>) -> Vec<MatrixCell> {
        let columns = self.lines.get(columns).unwrap_or_default();
        self.lines.get(index).map_or_else(Vec::new, |from| columns.iter().map(|to| cell(scene, from, to)).collect())
    }

    /// The cells of a row of this table of the scene.
    pub fn row(&self, scene: &SceneView, index: usize) -> Vec<MatrixCell> {
        self.cells(scene, index, 0..self.lines.len())
    }
}

impl MatrixLine {
    fn new(scene: &SceneView, key: String, title: String, short: String, ends: Vec<usize>) -> Self {
        let mut classes: BTreeMap<u32, (usize, usize)> = BTreeMap::new();
        for &end in &ends {
            classes.entry(scene.ends.get(end).map_or(0, |e| e.class)).or_insert((end, 0)).1 += 1;
        }
        MatrixLine { title, short, key, ends, classes: classes.into_values().collect() }
    }
}

fn lines(scene: &SceneView, large: bool, opened: Option<u32>) -> Vec<MatrixLine> {
    let mut names: BTreeMap<&str, usize> = BTreeMap::new();
    for end in &scene.ends {
        *names.entry(end.title.as_str()).or_default() += 1;
    }
    // A name that several ends have says nothing without the namespace; where that is the same too, the kind tells them apart.
    let single = |index: usize| {
        let (title, end) = (scene.title(index), scene.ends.get(index));
        let own = end.map_or("", |e| e.title.as_str());
        let repeats = names.get(own).is_some_and(|count| *count > 1);
        let twins = || (0..scene.ends.len()).filter(|&other| scene.title(other) == title).count();
        let title = match end.filter(|_| repeats && twins() > 1).and_then(|e| e.key.rsplit_once('[')) {
            Some((_, kind)) => format!("{title} [{kind}"),
            None => title,
        };
        let short = if repeats { title.clone() } else { own.to_owned() };
        MatrixLine::new(scene, scene.key(index), title, short, vec![index])
    };
    let shown = |index: &usize| scene.ends.get(*index).is_some_and(|e| e.kind != EndKind::Node || e.governed_ingress);
    let mut lines: Vec<MatrixLine> = Vec::new();
    let outside = (0..scene.ends.len()).filter(shown).filter(|&i| !scene.is_a(i, EndKind::Workload));
    let inside = (0..scene.ends.len()).filter(|&i| scene.is_a(i, EndKind::Workload));
    if !large {
        lines.extend(inside.map(single));
        lines.extend(outside.map(single));
        return lines;
    }
    for (number, namespace) in (0..).zip(&scene.namespaces) {
        let members: Vec<usize> =
            (0..scene.ends.len()).filter(|&i| scene.ends.get(i).is_some_and(|e| e.namespace == Some(number))).collect();
        if opened == Some(number) {
            lines.extend(members.iter().take(2 * MOST).map(|&i| single(i)));
        } else if !members.is_empty() {
            let title = format!("{}/* ({})", namespace.name, members.len());
            let key = format!("namespace/{}", namespace.name);
            lines.push(MatrixLine::new(scene, key, title, namespace.name.clone(), members));
        }
    }
    lines.extend(outside.take(MOST).map(single));
    lines
}

fn cell(scene: &SceneView, from: &MatrixLine, to: &MatrixLine) -> MatrixCell {
    let (status, text, long, ends, share) = match (from.ends.as_slice(), to.ends.as_slice()) {
        (&[a], &[b]) => {
            if scene.between_index(a, b).is_none() || (scene.is_a(a, EndKind::Outside) && scene.is_a(b, EndKind::Outside)) {
                return MatrixCell::Itself(format!("{} to itself", from.title));
            }
            let set = scene.between(a, b);
            if set.status == Status::LeftOut {
                return MatrixCell::Itself(format!("{} to {}: {}", from.title, to.title, set.long));
            }
            (set.status, set.short.clone(), set.long.clone(), Some((a, b)), None)
        }
        _ => {
            let Some((status, text, long, share)) = many(scene, from, to) else { return left_out(from, to) };
            (status, text, long, None, Some(share))
        }
    };
    let word = match status {
        Status::Allowed => "allowed",
        Status::Partly => "partly",
        Status::Denied => "denied",
        Status::CannotTell => "cannot tell",
        Status::LeftOut => "left out",
    };
    MatrixCell::Pairs { status, text, label: format!("{} to {}: {word}, {long}", from.title, to.title), ends, share }
}

fn left_out(from: &MatrixLine, to: &MatrixLine) -> MatrixCell {
    MatrixCell::Itself(format!("{} to {}: left out by the filter", from.title, to.title))
}

/// What passes between two groups: how much, in a word, in a sentence, and of a hundred pairs. Nothing where a filter leaves all of it out.
fn many(scene: &SceneView, from: &MatrixLine, to: &MatrixLine) -> Option<(Status, String, String, u8)> {
    let Counts { total, full, some, unsure } = Counts::new(scene, from, to);
    let passing = full + some;
    let long = format!("{passing} of {total} pairs have allowed connections");
    let said = match (passing, unsure) {
        _ if total == 0 => return None,
        (0, 0) => (Status::Denied, "✕".into(), long, 0),
        (0, _) => (Status::CannotTell, "?".into(), long, 0),
        _ if full == total => (Status::Allowed, "all".into(), long, 100),
        _ => {
            let share = (passing * 100 / total.max(1)).max(1);
            (Status::Partly, format!("{share}%"), long, share as u8)
        }
    };
    Some(said)
}

/// How many pairs two groups have, and how they fare. What a filter leaves out is none of them.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Counts {
    total: usize,
    full: usize,
    some: usize,
    unsure: usize,
}

impl Counts {
    fn new(scene: &SceneView, from: &MatrixLine, to: &MatrixLine) -> Self {
        let mut counts = Counts::default();
        for (a, m) in &from.classes {
            for (b, n) in &to.classes {
                let pairs = m * n;
                let status = scene.between(*a, *b).status;
                counts.total += if status == Status::LeftOut { 0 } else { pairs };
                match status {
                    Status::Allowed => counts.full += pairs,
                    Status::Partly => counts.some += pairs,
                    Status::CannotTell => counts.unsure += pairs,
                    Status::Denied | Status::LeftOut => (),
                }
            }
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{EndView, NamespaceView, SetView};

    fn end(key: &str, title: &str, namespace: Option<u32>, class: u32) -> EndView {
        let kind = if namespace.is_some() { EndKind::Workload } else { EndKind::Outside };
        EndView { key: key.into(), title: title.into(), kind, namespace, class, replicas: 1, ..EndView::default() }
    }

    fn set(status: Status, short: &str) -> SetView {
        SetView { status, short: short.into(), long: format!("ports {short}"), ports: Vec::new() }
    }

    fn scene(ends: Vec<EndView>, namespaces: &[&str]) -> SceneView {
        let classes = ends.iter().map(|e| e.class + 1).max().unwrap_or(0);
        let within = ends.iter().map(|_| None).collect();
        SceneView {
            namespaces: namespaces.iter().map(|n| NamespaceView { name: (*n).into(), labels: Vec::new(), spot: None }).collect(),
            sets: vec![set(Status::Denied, "✕"), set(Status::Partly, "80")],
            // Everything goes to class 0, and nothing to the others.
            cells: (0..classes).flat_map(|_| (0..classes).map(|to| u16::from(to == 0))).collect::<Vec<_>>().into(),
            classes,
            within,
            ends,
            ..SceneView::default()
        }
    }

    #[test]
    fn small_scenes_have_a_line_for_each_end() {
        let scene = scene(
            vec![
                end("a/web[Deployment]", "web", Some(0), 0),
                end("b/web[Deployment]", "web", Some(1), 1),
                end("b/web[Job]", "web", Some(1), 2),
                end("1.1.1.1", "Internet", None, 3),
            ],
            &["a", "b"],
        );
        let view = matrix_view(&scene, None);
        let titles: Vec<&str> = view.lines.iter().map(|l| l.title.as_str()).collect();
        assert_eq!(titles, ["a/web", "b/web [Deployment]", "b/web [Job]", "Internet"]);
        assert_eq!(view.lines[3].short, "Internet", "a name that only one has stands alone");
        assert_eq!((view.by_namespace, view.row(&scene, 3).len()), (None, 4));
        assert_eq!(view.row(&scene, 0)[0], MatrixCell::Itself("a/web to itself".into()));
        assert!(matches!(view.row(&scene, 3)[3], MatrixCell::Itself(_)), "what passes outside is not ours to say");
        let MatrixCell::Pairs { status, text, label, ends, .. } = &view.row(&scene, 1)[0] else { panic!() };
        assert_eq!((*status, text.as_str(), *ends), (Status::Partly, "80", Some((1, 0))));
        assert_eq!(label, "b/web [Deployment] to a/web: partly, ports 80");
    }

    #[test]
    fn large_scenes_are_counted_by_namespace_until_one_is_opened() {
        let ends = (0..64).map(|i| end(&format!("{i}"), &format!("w{i}"), Some(i / 32), i / 32)).collect();
        let scene = scene(ends, &["a", "b"]);
        let view = matrix_view(&scene, None);
        assert_eq!((view.by_namespace, view.lines.len()), (Some(64), 2));
        assert_eq!((view.lines[0].title.as_str(), view.lines[0].short.as_str()), ("a/* (32)", "a"));
        let MatrixCell::Pairs { status, label, ends, share, .. } = &view.row(&scene, 1)[0] else { panic!() };
        assert_eq!((*status, *ends, *share), (Status::Partly, None, Some(100)));
        assert_eq!(view.cells(&scene, 1, 0..1), view.row(&scene, 1)[..1]);
        assert_eq!(view.cells(&scene, 1, 1..9), [], "no such columns");
        assert!(label.ends_with("1024 of 1024 pairs have allowed connections"), "{label}");
        // What a filter leaves out is not counted, and is not denied.
        let mut filtered = scene.clone();
        filtered.sets[0].status = Status::LeftOut;
        assert_eq!(view.row(&filtered, 0)[1], MatrixCell::Itself("a/* (32) to b/* (32): left out by the filter".into()));
        assert!(matches!(view.row(&filtered, 1)[0], MatrixCell::Pairs { .. }));
        let opened = matrix_view(&scene, Some(1));
        assert_eq!((opened.lines.len(), opened.lines[1].title.as_str()), (33, "b/w32"));
    }
}
