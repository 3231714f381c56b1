//! What differs from the baseline: flows that opened, closed or changed, and the edits that caused it.

use std::collections::{BTreeMap, HashMap};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use netpolis_core::analysis::{Analysis, Cause, MOST_EXPLAINED};
use netpolis_core::answers::diff::{Change, Difference, DifferenceEnd, Relation, Version, compare};
use netpolis_core::connections::ConnectionSet;
use netpolis_core::endpoints::{Flows, INGRESS_CONTROLLER};
use netpolis_core::load::ObjectEdit;
use netpolis_core::model::{AddressSet, Cidr, Protocol};
use netpolis_core::text::count;

use super::list::{ListGroup, ListRow, ListView, Outlook, RowLink};
use super::{ComparisonMarks, ComparisonView, FlowChange};
use crate::checks::flow_question;
use crate::differences::{flows_in_words, sentences};
use crate::scene::ranges_text;
use crate::{EndKind, SceneView, SourceLocation, SourceLocations};

/// So many edits times objects are tried at the most, as this is done with every key.
const MOST_WORK: usize = 20_000;
/// So many pairs of the picture are marked.
const MOST_MARKS: usize = 5_000;
/// So many pairs with nodes are compared, for the same reason.
const MOST_NODE_PAIRS: usize = 20_000;
/// So many edits of one difference are named.
const MOST_EDITS: usize = 3;

/// An address that is kept for examples.
const EXAMPLE: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 10));

fn version(analysis: &Analysis) -> Version<'_> {
    Version { snapshot: analysis.snapshot(), connectivity: analysis.connectivity() }
}

fn change_of(difference: &Difference) -> FlowChange {
    match (difference.change, &difference.before, &difference.after) {
        (_, before, after) if before.sometimes == after.sometimes && before.always == after.always => FlowChange::CannotTell,
        (Change::Added, ..) => FlowChange::Opened,
        (Change::Removed, ..) => FlowChange::Closed,
        (Change::Changed, ..) => FlowChange::Changed,
    }
}

fn differences(baseline: &Analysis, analysis: &Analysis) -> (Vec<(FlowChange, Difference)>, Relation) {
    let (found, relation) = compare(version(baseline), version(analysis));
    (listed(found), relation)
}

/// Differences in the order of the list: by what happened; all addresses of IPv4 and of IPv6 are one where the same happened to them.
fn listed(found: Vec<Difference>) -> Vec<(FlowChange, Difference)> {
    let is_twin = |difference: &Difference| {
        let like = |end: &DifferenceEnd, other: &DifferenceEnd| {
            if is_all(end, IpAddr::is_ipv6) { is_all(other, IpAddr::is_ipv4) } else { end == other }
        };
        [&difference.from, &difference.to].into_iter().any(|end| is_all(end, IpAddr::is_ipv6))
            && found.iter().any(|other| {
                like(&difference.from, &other.from)
                    && like(&difference.to, &other.to)
                    && (&difference.before, &difference.after) == (&other.before, &other.after)
            })
    };
    let kept = found.iter().filter(|difference| !is_twin(difference)).cloned().map(|mut difference| {
        for end in [&mut difference.from, &mut difference.to] {
            if let Some(other) = asked_by(end) {
                *end = Arc::new(other);
            }
        }
        (change_of(&difference), difference)
    });
    let mut kept: Vec<(FlowChange, Difference)> = kept.collect();
    kept.sort_by_key(|(change, _)| FlowChange::ALL.iter().position(|other| other == change));
    kept
}

/// The same end with an address that is kept for examples, where it holds it: `0.0.0.0` is nobody's.
fn asked_by(end: &DifferenceEnd) -> Option<DifferenceEnd> {
    let (first, last) = end.outside?;
    AddressSet::range(first, last).contains(EXAMPLE).then(|| {
        let mut end = end.clone();
        end.address = Some(EXAMPLE);
        end
    })
}

/// Whether an end is all addresses of a family.
fn is_all(end: &DifferenceEnd, family: fn(&IpAddr) -> bool) -> bool {
    let is_last = |address: IpAddr| match address {
        IpAddr::V4(address) => address.is_broadcast(),
        IpAddr::V6(address) => address.to_bits() == u128::MAX,
    };
    end.outside.is_some_and(|(first, last)| family(&first) && first.is_unspecified() && is_last(last))
}

/// An end without its kind; addresses as blocks.
fn name(end: &DifferenceEnd) -> String {
    match end.outside {
        Some(_) if is_all(end, |_| true) => "any address outside".into(),
        Some((first, last)) => ranges_text(&AddressSet::range(first, last), 1).concat(),
        None => end.title.split('[').next().unwrap_or_default().into(),
    }
}

/// `2 flows opened, 1 closed`; empty if nothing differs.
fn counts(changes: impl Iterator<Item = FlowChange>) -> String {
    let mut numbers = [0; 4];
    for change in changes {
        if let Some(number) = FlowChange::ALL.iter().position(|other| *other == change).and_then(|at| numbers.get_mut(at)) {
            *number += 1;
        }
    }
    let mut parts: Vec<String> = Vec::new();
    for (change, number) in FlowChange::ALL.into_iter().zip(numbers).filter(|(_, number)| *number > 0) {
        let noun = if parts.is_empty() { count(number, "flow") } else { number.to_string() };
        parts.push(match change {
            FlowChange::CannotTell => format!("{noun} that cannot be told as before"),
            _ => format!("{noun} {}", change.word()),
        });
    }
    match parts.as_slice() {
        [rest @ .., last] if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => parts.concat(),
    }
}

/// Which pairs of the scene differ.
pub(super) fn marks(baseline: &Analysis, analysis: &Analysis, scene: &SceneView) -> ComparisonMarks {
    let (found, _) = differences(baseline, analysis);
    let ends = SceneEnds::new(scene);
    let mut pairs: BTreeMap<(usize, usize), FlowChange> = BTreeMap::new();
    for (change, difference) in &found {
        for from in ends.of(&difference.from) {
            for to in ends.of(&difference.to) {
                pairs.entry((from, to)).and_modify(|known| *known = known.with(*change)).or_insert(*change);
            }
        }
    }
    let pairs = pairs.into_iter().take(MOST_MARKS).map(|((from, to), change)| (scene.key(from), scene.key(to), change)).collect();
    ComparisonMarks { flows: found.len() as u32, summary: counts(found.iter().map(|(change, _)| *change)), pairs }
}

/// The ends of a scene by what differences call them.
struct SceneEnds<'a> {
    by_key: HashMap<&'a str, usize>,
    /// With the address that stands for each, and its addresses.
    outside: Vec<(usize, Option<IpAddr>, AddressSet)>,
}

impl<'a> SceneEnds<'a> {
    fn new(scene: &'a SceneView) -> Self {
        let numbered = || scene.ends.iter().enumerate();
        let outside = numbered().filter(|(_, end)| end.kind == EndKind::Outside).map(|(number, end)| {
            let sets = end.addresses.iter().filter_map(|text| addresses(text));
            (number, end.key.parse().ok(), sets.fold(AddressSet::default(), |all, set| all.union(&set)))
        });
        SceneEnds { by_key: numbered().map(|(number, end)| (end.key.as_str(), number)).collect(), outside: outside.collect() }
    }

    fn of(&self, end: &DifferenceEnd) -> Vec<usize> {
        let Some(address) = end.address else {
            let machine = end.title.strip_suffix("[VM]").map(|name| format!("vm/{name}"));
            let key = machine.as_deref().unwrap_or(if end.title == INGRESS_CONTROLLER { crate::INGRESS_CONTROLLER } else { &end.title });
            return self.by_key.get(key).copied().into_iter().collect();
        };
        let range = end.outside.map(|(first, last)| AddressSet::range(first, last)).unwrap_or_default();
        let is_meant = |key: &Option<IpAddr>, own: &AddressSet| own.contains(address) || key.is_some_and(|key| range.contains(key));
        self.outside.iter().filter(|(_, key, own)| is_meant(key, own)).map(|(number, ..)| *number).collect()
    }
}

/// The addresses that an end shows in a text: a block, a range or one alone.
fn addresses(text: &str) -> Option<AddressSet> {
    match text.split_once('–') {
        Some((first, last)) => Some(AddressSet::range(first.parse().ok()?, last.parse().ok()?)),
        None => Some(AddressSet::of_cidrs(&[Cidr::parse(text).ok().or_else(|| text.parse().ok().map(Cidr::of))?])),
    }
}

/// Which flows differ, with the edits that caused it.
pub(super) fn comparison(baseline: &Analysis, analysis: &Analysis) -> ComparisonView {
    let (found, relation) = differences(baseline, analysis);
    let nodes = Nodes::new(baseline, analysis);
    let untried = baseline.edited(analysis);
    let list: Vec<Difference> = found.iter().take(MOST_EXPLAINED).map(|(_, difference)| difference.clone()).collect();
    let objects = analysis.loaded().resources().count();
    let is_known = untried.edits.len() == 1 && baseline.settings() == analysis.settings();
    let is_little = is_known || untried.edits.len() * objects <= MOST_WORK;
    let causes = if is_little { baseline.causes(analysis, &list) } else { untried };
    let writer = Writer {
        baseline,
        analysis,
        edits: &causes.edits,
        causes: causes.of.as_deref(),
        locations: [baseline, analysis].map(|analysis| SourceLocations::new(analysis.sources())),
    };
    let mut groups: Vec<(FlowChange, Vec<ListRow>)> = FlowChange::ALL.map(|change| (change, Vec::new())).to_vec();
    for (number, (change, difference)) in found.iter().enumerate() {
        if let Some((_, rows)) = groups.iter_mut().find(|(own, _)| own == change) {
            rows.push(writer.row(number, *change, difference));
        }
    }
    let title = |change| match change {
        FlowChange::Opened => "Opened",
        FlowChange::Closed => "Closed",
        FlowChange::Changed => "Changed",
        FlowChange::CannotTell => "Cannot tell as before",
    };
    let mut groups: Vec<ListGroup> = groups.into_iter().map(|(change, rows)| ListGroup::new(title(change), rows)).collect();
    let of_nodes = nodes.found.iter().enumerate().map(|(i, (change, difference))| writer.row(found.len() + i, *change, difference));
    groups.push(ListGroup::new("Nodes", of_nodes.collect()));
    groups.push(writer.edited());
    let groups = ListGroup::with_rows(groups);
    let summary = writer.summary(&found, &nodes, relation);
    // As the command writes it, in the order of the list.
    let all: Vec<Difference> = found.iter().chain(&nodes.found).map(|(_, difference)| difference.clone()).collect();
    let markdown = if all.is_empty() { String::new() } else { format!("{summary}\n\n{}", baseline.review(analysis, &all, &causes).text) };
    ComparisonView { list: ListView { summary, groups, ..ListView::default() }, markdown }
}

/// Whether it cannot be told of some connections with ports. Policies rarely speak of other protocols.
fn is_open(flows: &Flows) -> bool {
    let unknown = flows.unknown();
    let has = |protocol| !unknown.intersection(&ConnectionSet::protocol(protocol)).is_empty();
    [Protocol::TCP, Protocol::UDP, Protocol::SCTP].into_iter().any(has)
}

/// What flows, before and after: "TCP 80, 443, before TCP 80"; of ports that are exchanged, which opens and which closes. With what cannot be told if
/// that is the difference, or is about ports.
fn words(change: FlowChange, difference: &Difference) -> String {
    let Difference { before, after, .. } = difference;
    if change == FlowChange::CannotTell || is_open(before) || is_open(after) {
        return format!("{}, before {}", flows_in_words(after), flows_in_words(before));
    }
    let (before, after) = (&before.sometimes, &after.sometimes);
    let (opens, closes, kept) = (after.difference(before), before.difference(after), before.intersection(after));
    match (opens.is_empty() || closes.is_empty(), kept.is_empty()) {
        (false, true) => format!("opens {opens}, closes {closes}"),
        (false, false) => format!("opens {opens}, closes {closes}; as before {kept}"),
        _ => format!("{after}, before {before}"),
    }
}

/// Connections of nodes that differ.
struct Nodes {
    found: Vec<(FlowChange, Difference)>,
    /// Nothing if there are too many to compare.
    relation: Option<Relation>,
}

impl Nodes {
    fn new(baseline: &Analysis, analysis: &Analysis) -> Self {
        match baseline.node_differences(analysis, MOST_NODE_PAIRS) {
            Ok((found, relation)) => Nodes { found: listed(found), relation: Some(relation) },
            Err(_) => Nodes { found: Vec::new(), relation: None },
        }
    }

    /// A sentence about them, to stand after another; empty if there is nothing to say.
    fn words(&self) -> String {
        match (self.relation, self.found.len()) {
            (None, _) => " Connections of nodes are not compared: there are too many.".into(),
            (_, 0) => String::new(),
            (_, 1) => " 1 connection of a node differs.".into(),
            (_, number) => format!(" {number} connections of nodes differ."),
        }
    }
}

struct Writer<'a> {
    baseline: &'a Analysis,
    analysis: &'a Analysis,
    edits: &'a [ObjectEdit],
    /// Of the first differences; nothing if there are too many edits.
    causes: Option<&'a [Cause]>,
    /// Places of the baseline, and of the files.
    locations: [SourceLocations<'a>; 2],
}

impl Writer<'_> {
    fn summary(&self, found: &[(FlowChange, Difference)], nodes: &Nodes, relation: Relation) -> String {
        let relation = nodes.relation.map_or(relation, |of_nodes| relation.joined(of_nodes));
        let edits = count(self.edits.len(), "edit");
        let assumed = self.baseline.settings() != self.analysis.settings();
        let what = counts(found.iter().map(|(change, _)| *change));
        let by = match (self.edits.len(), assumed) {
            (0, true) => "other assumptions".to_owned(),
            (_, true) => format!("{edits} and other assumptions"),
            _ => edits,
        };
        match (what.is_empty(), self.edits.len(), assumed) {
            (true, 0, false) => "Nothing differs from the baseline yet. Each flow that an edit opens or closes will be listed here.".into(),
            (true, ..) if nodes.found.is_empty() => format!("Every flow is as in the baseline, after {by}.{}", nodes.words()),
            (true, ..) => format!("Every flow between workloads and addresses is as in the baseline, after {by}.{}", nodes.words()),
            _ => {
                let rest = match relation {
                    Relation::Wider => ". Everything that was allowed still is.",
                    Relation::Narrower => ". Nothing new is allowed.",
                    _ => ".",
                };
                format!("{what}, by {by}{rest}{}", nodes.words())
            }
        }
    }

    fn row(&self, number: usize, change: FlowChange, difference: &Difference) -> ListRow {
        let example = if number < MOST_EXPLAINED { self.baseline.example_of(self.analysis, difference) } else { None };
        let end = |end: &DifferenceEnd| end.address.map_or_else(|| end.title.clone(), |address| address.to_string());
        let is_there = [&difference.from, &difference.to].into_iter().all(|end| end.only != Some(Change::Removed));
        let link = example.as_ref().filter(|_| is_there);
        let link = link.map(|example| RowLink::Flow(flow_question(&end(&difference.from), &end(&difference.to), example.traffic)));
        let mut lines = Vec::new();
        let only = [&difference.from, &difference.to].into_iter().filter_map(|end| Some((name(end), end.only?)));
        lines.extend(only.map(|(name, only)| format!("`{name}` is {}", if only == Change::Added { "new" } else { "gone" })));
        let mut spots = Vec::new();
        if let Some(cause) = self.causes.and_then(|causes| causes.get(number)) {
            let [alone, together] = [&cause.alone, &cause.together].map(|edits| self.edits_in_words(edits));
            lines.extend(alone.map(|words| format!("by {words}")));
            lines.extend(together.map(|words| format!("only together by {words}")));
            let all = cause.alone.iter().chain(&cause.together);
            spots = all.filter_map(|edit| self.spot(self.edits.get(*edit)?)).take(MOST_EDITS).collect();
        }
        lines.extend(sentences(example)[1].take());
        ListRow {
            outlook: outlook(change),
            title: format!("`{}` → `{}`", name(&difference.from), name(&difference.to)),
            word: words(change, difference),
            lines,
            spots,
            link,
            ..ListRow::default()
        }
    }

    /// Where an edit is in the files.
    fn spot(&self, edit: &ObjectEdit) -> Option<SourceLocation> {
        let [_, own] = &self.locations;
        own.at(edit.after?)
    }

    fn edits_in_words(&self, numbers: &[usize]) -> Option<String> {
        let mut words: Vec<String> =
            numbers.iter().filter_map(|number| self.edits.get(*number)).take(MOST_EDITS).map(|edit| self.edit(edit)).collect();
        if let Some(more) = numbers.len().checked_sub(MOST_EDITS).filter(|more| *more > 0) {
            words.push(format!("{more} more"));
        }
        (!words.is_empty()).then(|| words.join(", "))
    }

    fn edit(&self, edit: &ObjectEdit) -> String {
        let word = match (edit.before, edit.after) {
            (None, _) => "new".to_owned(),
            (Some(before), None) => {
                let [old, _] = &self.locations;
                old.at(before).map_or_else(|| "gone".into(), |at| format!("gone, {}:{} of the baseline", at.file, at.line))
            }
            _ => "changed".to_owned(),
        };
        format!("`{}` ({word})", edit.object)
    }

    /// All edits, with how many differences each caused.
    fn edited(&self) -> ListGroup {
        let rows = self.edits.iter().enumerate().map(|(number, edit)| {
            let caused =
                |causes: &[Cause]| causes.iter().filter(|cause| cause.alone.contains(&number) || cause.together.contains(&number)).count();
            let line = self.causes.map(|causes| match caused(causes) {
                0 => "changes no flow".to_owned(),
                number => format!("changes {}", count(number, "flow")),
            });
            ListRow {
                title: self.edit(edit),
                lines: line.into_iter().collect(),
                spots: self.spot(edit).into_iter().collect(),
                ..ListRow::default()
            }
        });
        let about = match self.causes {
            None if !self.edits.is_empty() => "Which of so many edits caused which difference is not looked for.",
            _ => "",
        };
        let group = ListGroup { about: about.into(), ..ListGroup::new("Edits", rows.collect()) };
        group.folded()
    }
}

const fn outlook(change: FlowChange) -> Outlook {
    match change {
        FlowChange::Opened => Outlook::Added,
        FlowChange::Closed => Outlook::Removed,
        FlowChange::Changed => Outlook::Changed,
        FlowChange::CannotTell => Outlook::Unsure,
    }
}
