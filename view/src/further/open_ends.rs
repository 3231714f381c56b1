//! Open ends: what could reach workloads, or be reached by them, that the input does not hold.

use netpolis_core::analysis::Analysis;
use netpolis_core::text::count;

use super::list::{ListGroup, ListRow, ListView, Outlook, RowLink, ports};
use crate::{
    ExposedSideView, ExposedToPodsView, ExposedToView, ExposedWorkloadView, ExposureView, ProtectionView, SetView, Status, exposure_view,
};

/// What every reader must know.
const NOTE: &str = "What the workload's own policies let through: those of a pod that does not exist yet may forbid more.";
/// Most workloads of the input that a row names.
const NAMED: usize = 3;

/// Rows by how wide they open a workload.
#[derive(Default)]
struct Rows {
    unprotected: Vec<ListRow>,
    internet: Vec<ListRow>,
    addresses: Vec<ListRow>,
    cluster: Vec<ListRow>,
    nobody: Vec<ListRow>,
    somebody: Vec<ListRow>,
    open: Vec<ListRow>,
}

/// All open ends, the widest first.
pub(super) fn list(analysis: &Analysis) -> ListView {
    let exposure = exposure_view(analysis);
    if exposure.workloads.is_empty() {
        return ListView { summary: "There are no workloads in these files.".into(), ..ListView::default() };
    }
    let mut rows = Rows::default();
    for workload in &exposure.workloads {
        let title = title(&exposure, workload);
        let sides = [(&workload.ingress, "from", "ingress"), (&workload.egress, "to", "egress")];
        for (side, preposition, _) in sides {
            rows.add(&Writer { workload, title: &title, preposition }, side);
        }
        let open = sides.iter().filter(|(side, ..)| side.protection == ProtectionView::None).map(|(.., direction)| *direction);
        let open: Vec<&str> = open.collect();
        if !open.is_empty() {
            let link = Some(RowLink::End(workload.workload.clone()));
            let (lines, outlook) = (vec![open.join(" and ")], Outlook::Unsure);
            rows.unprotected.push(ListRow { outlook, title, lines, link, ..ListRow::default() });
        }
    }
    let summary = summary(&rows, exposure.workloads.len());
    let about = |about: &str, group: ListGroup| ListGroup { about: about.into(), ..group };
    let groups = [
        about("No policy selects these for the direction, so everything passes.", ListGroup::new("Not protected", rows.unprotected)),
        ListGroup::new("Open to the Internet", rows.internet),
        ListGroup::new("Open to other addresses", rows.addresses),
        about(NOTE, ListGroup::new("Open to the whole cluster", rows.cluster)),
        about(
            "No pod of the input has these labels. A pod that is created with them gets the connection.",
            ListGroup::new("Open to labels that nobody has", rows.nobody),
        ),
        about(NOTE, ListGroup::new("Open to labels that pods have", rows.somebody)).folded(),
        ListGroup::new("Left open by the input", rows.open),
    ];
    ListView { summary, groups: ListGroup::with_rows(groups), ..ListView::default() }
}

fn summary(rows: &Rows, workloads: usize) -> String {
    let named = |rows: &[ListRow], what: &str| {
        let mut ends: Vec<&Option<RowLink>> = Vec::new();
        for row in rows {
            if !ends.contains(&&row.link) {
                ends.push(&row.link);
            }
        }
        (!ends.is_empty()).then(|| format!("{} of {} {what}", ends.len(), count(workloads, "workload")))
    };
    let words = [
        named(&rows.unprotected, "not protected"),
        named(&rows.internet, "open to the Internet"),
        named(&rows.nobody, "open to labels that nobody has"),
    ];
    let words: Vec<String> = words.into_iter().flatten().collect();
    if words.is_empty() {
        "Every workload is protected, and none is open to the Internet or to labels that nobody has.".into()
    } else {
        words.join(", ")
    }
}

/// The workload, and where its pods differ, the pod.
fn title(exposure: &ExposureView, workload: &ExposedWorkloadView) -> String {
    let alone = exposure.workloads.iter().filter(|other| other.workload == workload.workload).count() == 1;
    let name = workload.workload.split('[').next().unwrap_or_default();
    match workload.pods.first().filter(|_| !alone) {
        Some(pod) => format!("`{name}`, pod `{pod}`"),
        None => format!("`{name}`"),
    }
}

/// Writes rows about one direction of a workload.
struct Writer<'a> {
    workload: &'a ExposedWorkloadView,
    title: &'a str,
    preposition: &'static str,
}

impl Writer<'_> {
    fn row(&self, whom: &str, what: String) -> ListRow {
        ListRow {
            title: format!("{}: {} {whom}", self.title, self.preposition),
            lines: vec![what],
            link: Some(RowLink::End(self.workload.workload.clone())),
            ..ListRow::default()
        }
    }
}

impl Rows {
    fn add(&mut self, writer: &Writer<'_>, side: &ExposedSideView) {
        let unprotected = side.protection == ProtectionView::None;
        for outside in &side.outside {
            let rows = if outside.internet { &mut self.internet } else { &mut self.addresses };
            // It goes without saying where nothing is protected.
            if !unprotected {
                rows.extend(connections(&outside.connections).map(|what| writer.row(&outside.words, what)));
            }
        }
        let general = to(&side.cluster);
        if !unprotected {
            self.cluster.extend(general.map(|what| writer.row("any pod", what)));
        }
        for peer in &side.pods {
            let rows = if peer.pods_in_input == 0 { &mut self.nobody } else { &mut self.somebody };
            rows.extend(to(&peer.to).map(|what| labelled(writer, peer, what)));
        }
        self.open.extend(side.left_open.iter().map(|words| ListRow { outlook: Outlook::Unsure, ..writer.row("some pods", words.clone()) }));
    }
}

fn labelled(writer: &Writer<'_>, peer: &ExposedToPodsView, what: String) -> ListRow {
    let mut row = writer.row(&peer.words, what);
    let named = &peer.workloads_in_input;
    if !named.is_empty() {
        let more = named.len().saturating_sub(NAMED);
        let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
        let names: Vec<&str> = named.iter().take(NAMED).map(|name| name.split('[').next().unwrap_or_default()).collect();
        row.lines.push(format!("now `{}`{rest}", names.join("`, `")));
    }
    row
}

/// What passes, in words; nothing if nothing does.
fn to(to: &ExposedToView) -> Option<String> {
    let all: Vec<String> = connections(&to.connections).into_iter().chain(to.port_names.iter().cloned()).collect();
    (!all.is_empty()).then(|| all.join(", "))
}

fn connections(set: &SetView) -> Option<String> {
    (set.status != Status::Denied).then(|| ports(set))
}
