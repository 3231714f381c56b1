//! A part of a scene: some of its ends, and of what passes between them some ports, one direction, or one verdict. What a filter leaves out is
//! [`Status::LeftOut`], and never reads as denied.

use std::rc::Rc;

use netpolis_core::language::calico::selector::parse;
use netpolis_core::model::well_known;
use serde::{Deserialize, Serialize};

use super::{EndKind, EndView, SceneView, Sentence, SetView, Status};

/// What is left of a scene. Empty texts ask for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilterQuestion {
    /// Workloads of this namespace; what is in none stays.
    pub namespace: String,
    /// Ends whose labels this selector of Calico's language selects; `projectcalico.org/namespace` is a label of workloads.
    pub selector: String,
    /// Flows at this port, by TCP, UDP or SCTP.
    pub port: Option<u16>,
    /// Only flows with this verdict: allowed at some port at least, denied at all, or open at some.
    pub shown: Option<Status>,
    /// Only flows in this direction, with whatever is at their other side.
    pub facing: Option<Facing>,
    /// Whose direction that is: the key of an end, or of a namespace as `namespace/NAME`; empty for all that namespace and selector leave.
    pub of: String,
}

/// A direction of flows, as the ends see it that a filter is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Facing {
    /// What comes in.
    Ingress,
    /// What goes out.
    Egress,
    /// Both.
    Both,
}

/// What a filter leaves of a scene.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilterView {
    /// The ends that stay, as indices into [`SceneView::ends`]; ascending.
    pub ends: Vec<u32>,
    /// In place of [`SceneView::sets`], with one more at their end: that of what is left out.
    pub sets: Vec<SetView>,
    /// Where one direction is shown: which, and of each end that stays whether it is the end's own.
    pub facing: Option<(Facing, Vec<bool>)>,
    /// How many ordered pairs of two namespaces have flows that are shown.
    pub namespace_flows: u32,
}

/// Protocols with ports.
const PROTOCOLS: [&str; 3] = ["TCP", "UDP", "SCTP"];

impl Facing {
    /// All of them.
    pub const ALL: [Facing; 3] = [Facing::Ingress, Facing::Egress, Facing::Both];

    /// In words, of something.
    pub const fn words(self) -> &'static str {
        match self {
            Facing::Ingress => "ingress of",
            Facing::Egress => "egress of",
            Facing::Both => "ingress and egress of",
        }
    }

    /// Whether a flow is shown whose ends are the filter's own or not.
    const fn shows(self, from: bool, to: bool) -> bool {
        match self {
            Facing::Ingress => to,
            Facing::Egress => from,
            Facing::Both => from || to,
        }
    }
}

/// The verdicts that can be chosen, in words.
pub const VERDICTS: [(Status, &str); 3] =
    [(Status::Allowed, "only allowed"), (Status::Denied, "only denied"), (Status::CannotTell, "only what cannot be told")];

impl FilterQuestion {
    /// Whether it leaves everything.
    pub fn is_empty(&self) -> bool {
        *self == FilterQuestion::default()
    }

    /// Whose direction is shown, in words.
    pub fn of_words(&self) -> &str {
        let name = self.of.strip_prefix("namespace/").unwrap_or(&self.of);
        if name.is_empty() { "what is found" } else { name.split('[').next().unwrap_or(name) }
    }
}

/// What a filter leaves.
///
/// # Errors
/// When the selector cannot be read, or the ends are gone that it is about, with what is wrong.
pub(super) fn filter_view(scene: &SceneView, asked: &FilterQuestion) -> Result<FilterView, Sentence> {
    let selector = parse(&asked.selector).map_err(|error| error.to_string())?;
    let namespace_of = |end: &EndView| end.namespace.and_then(|n| scene.namespaces.get(n as usize)).map(|n| n.name.as_str());
    let found = |end: &EndView| {
        let namespace = namespace_of(end);
        if end.kind == EndKind::Workload && !asked.namespace.is_empty() && namespace != Some(asked.namespace.as_str()) {
            return false;
        }
        let label = |key: &str| {
            let own = || end.labels.iter().find_map(|label| label.split_once('=').filter(|(name, _)| *name == key).map(|(_, value)| value));
            if key == well_known::CALICO_NAMESPACE { namespace } else { own() }
        };
        selector.matches(&label)
    };
    let sets: Vec<SetView> = scene.sets.iter().map(|set| filtered(set, asked)).chain([left_out()]).collect();
    let number = |kept: &dyn Fn(&EndView) -> bool| -> Vec<u32> {
        (0..).zip(&scene.ends).filter(|(_, end)| kept(end)).map(|(index, _)| index).collect()
    };
    let mut view = FilterView { sets, ..FilterView::default() };
    match asked.facing {
        None => view.ends = number(&found),
        Some(facing) => {
            let namespace = asked.of.strip_prefix("namespace/");
            let named = |end: &EndView| end.key == asked.of || (namespace.is_some() && namespace_of(end) == namespace);
            let own = |end: &EndView| if asked.of.is_empty() { found(end) } else { named(end) };
            if !scene.ends.iter().any(own) {
                return Err(format!("nothing to show: there is no {}", asked.of_words()));
            }
            // The other side is whatever there is, or what namespace and selector leave of it.
            view.ends = number(&|end| own(end) || asked.of.is_empty() || found(end));
            view.keep_facing(scene, facing, &own);
        }
    }
    view.namespace_flows = scene.filtered(&view).count_namespace_flows(asked.shown == Some(Status::Denied));
    Ok(view)
}

/// What is filtered out.
fn left_out() -> SetView {
    SetView { status: Status::LeftOut, short: String::new(), long: "left out by the filter".into(), ports: Vec::new() }
}

/// What a set is at the port that is asked about, if its verdict is asked for.
fn filtered(set: &SetView, asked: &FilterQuestion) -> SetView {
    let set = asked.port.map_or_else(|| set.clone(), |port| at_port(set, port));
    let is_shown = match asked.shown {
        None | Some(Status::LeftOut) => true,
        Some(Status::Allowed | Status::Partly) => matches!(set.status, Status::Allowed | Status::Partly),
        Some(Status::Denied) => set.status == Status::Denied,
        Some(Status::CannotTell) => set.status == Status::CannotTell || set.is_open_in_part(),
    };
    if is_shown { set } else { left_out() }
}

/// A set as far as it is about a port. One that is listed stays as it is.
fn at_port(set: &SetView, port: u16) -> SetView {
    let is_listed = || PROTOCOLS.iter().any(|protocol| set.ports.iter().any(|ports| ports.has(protocol, port)));
    let word = |status, short: &str, long: String| SetView { status, short: short.into(), long, ports: Vec::new() };
    match set.status {
        Status::Partly | Status::CannotTell if set.ports.is_empty() || is_listed() => set.clone(),
        Status::Partly | Status::CannotTell if set.lists_all_ports() && !set.is_open_in_part() => {
            word(Status::Denied, "✕", format!("nothing at port {port}"))
        }
        Status::Partly | Status::CannotTell => word(Status::CannotTell, "?", format!("cannot tell for port {port}")),
        Status::Allowed | Status::Denied | Status::LeftOut => set.clone(),
    }
}

impl FilterView {
    /// Leaves those ends that a flow in this direction can have.
    fn keep_facing(&mut self, scene: &SceneView, facing: Facing, own: &dyn Fn(&EndView) -> bool) {
        let is_own: Vec<bool> = scene.ends.iter().map(own).collect();
        let class_of = |end: &u32| scene.ends.get(*end as usize).map(|end| end.class);
        let is = |end: &u32| is_own.get(*end as usize) == Some(&true);
        let mut classes: Vec<u32> = self.ends.iter().filter(|end| is(end)).filter_map(class_of).collect();
        classes.sort_unstable();
        classes.dedup();
        let is_shown = |from: u32, to: u32| {
            let set = scene.cells.get((from * scene.classes + to) as usize).and_then(|&set| self.sets.get(usize::from(set)));
            set.is_some_and(|set| set.status != Status::LeftOut)
        };
        let (into, out) = (facing.shows(false, true), facing.shows(true, false));
        let mut known: Vec<Option<bool>> = vec![None; scene.classes as usize];
        let mut has_flows = |class: u32| {
            let flows = || classes.iter().any(|&own| (into && is_shown(class, own)) || (out && is_shown(own, class)));
            known.get_mut(class as usize).is_some_and(|known| *known.get_or_insert_with(flows))
        };
        let ends: Vec<u32> = self.ends.iter().copied().filter(|end| is(end) || class_of(end).is_some_and(&mut has_flows)).collect();
        self.facing = Some((facing, ends.iter().map(is).collect()));
        self.ends = ends;
    }
}

impl SceneView {
    /// What a filter leaves of it, to be drawn: what is not drawn is not in it.
    #[must_use]
    pub fn filtered(&self, filter: &FilterView) -> SceneView {
        let kept = || filter.ends.iter().map(|&end| end as usize);
        let scene = SceneView {
            ends: kept().filter_map(|end| self.ends.get(end)).cloned().collect(),
            namespaces: self.namespaces.clone(),
            sets: filter.sets.clone(),
            within: kept().map(|end| self.within.get(end).copied().flatten()).collect(),
            namespace_flows: filter.namespace_flows,
            enforced: self.enforced,
            ..SceneView::default()
        };
        match &filter.facing {
            None => SceneView { classes: self.classes, cells: self.cells.clone(), ..scene },
            Some((facing, own)) => scene.facing(self, *facing, own),
        }
    }

    /// The same with one direction alone: classes are parted into those ends that it is about and the others.
    fn facing(mut self, whole: &SceneView, facing: Facing, own: &[bool]) -> SceneView {
        let hidden = self.sets.len().saturating_sub(1) as u16;
        let mut numbers: Vec<Option<u32>> = vec![None; 2 * whole.classes as usize];
        let mut known: Vec<(u32, bool)> = Vec::new();
        for ((end, within), own) in self.ends.iter_mut().zip(&mut self.within).zip(own) {
            let Some(number) = numbers.get_mut(2 * end.class as usize + usize::from(*own)) else { continue };
            if number.is_none() {
                *number = Some(known.len() as u32);
                known.push((end.class, *own));
            }
            end.class = number.unwrap_or_default();
            *within = within.map(|set| if *own { set } else { hidden });
        }
        let cell = |from: &(u32, bool), to: &(u32, bool)| {
            let set = || whole.cells.get((from.0 * whole.classes + to.0) as usize).copied();
            Some(hidden).filter(|_| !facing.shows(from.1, to.1)).or_else(set).unwrap_or(hidden)
        };
        self.cells = Rc::new(known.iter().flat_map(|from| known.iter().map(move |to| cell(from, to))).collect());
        self.classes = known.len() as u32;
        self
    }
}

#[cfg(test)]
mod tests {
    use netpolis_core::analysis::Analysis;

    use super::*;
    use crate::{PortsView, scene_view};

    const TEXT: &str = "
{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web, tier: front}}}
---
{apiVersion: v1, kind: Pod, metadata: {name: db, namespace: shop, labels: {app: db}}}
---
{apiVersion: v1, kind: Pod, metadata: {name: job, namespace: batch, labels: {app: job}}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec:
  podSelector: {matchLabels: {app: db}}
  ingress: [{from: [{podSelector: {}}], ports: [{port: 5432}]}]
";

    fn scene() -> SceneView {
        let mut analysis = Analysis::default();
        analysis.set_files(&[("x.yaml", TEXT)]);
        scene_view(&analysis)
    }

    fn left(asked: &FilterQuestion) -> Vec<String> {
        let scene = scene();
        scene
            .filtered(&filter_view(&scene, asked).unwrap())
            .ends
            .iter()
            .filter(|e| e.kind == EndKind::Workload)
            .map(|e| e.title.clone())
            .collect()
    }

    #[test]
    fn namespaces_and_selectors_leave_some_ends() {
        let none = FilterQuestion::default();
        let selector = |selector: &str| FilterQuestion { selector: selector.into(), ..none.clone() };
        assert!(none.is_empty());
        assert_eq!(left(&none), ["job", "db", "web"]);
        assert_eq!(left(&FilterQuestion { namespace: "shop".into(), ..none.clone() }), ["db", "web"]);
        assert_eq!(left(&selector("app in {'web', 'job'} && !has(tier)")), ["job"]);
        assert_eq!(left(&selector("projectcalico.org/namespace == 'shop'")), ["db", "web"]);
        let error = filter_view(&scene(), &selector("app = web")).unwrap_err();
        assert!(error.contains("=="), "{error}");
    }

    fn status(asked: &FilterQuestion, from: &str, to: &str) -> Option<Status> {
        let scene = scene();
        let left = scene.filtered(&filter_view(&scene, asked).unwrap());
        Some(left.between(left.find(from)?, left.find(to)?).status)
    }

    const WEB: &str = "shop/web[Pod]";
    const DB: &str = "shop/db[Pod]";
    const JOB: &str = "batch/job[Pod]";

    #[test]
    fn ports_leave_what_they_are_about_and_others_are_denied_there() {
        let port = |port: u16| FilterQuestion { port: Some(port), ..FilterQuestion::default() };
        assert_eq!(status(&port(5432), WEB, DB), Some(Status::Partly));
        assert_eq!(status(&port(80), WEB, DB), Some(Status::Denied), "only 5432 is open");
        assert_eq!(status(&port(80), WEB, JOB), Some(Status::Allowed), "all ports");
    }

    #[test]
    fn what_a_verdict_leaves_out_is_not_denied() {
        let only = |shown: Status| FilterQuestion { shown: Some(shown), ..FilterQuestion::default() };
        let open = only(Status::CannotTell);
        assert_eq!((status(&open, WEB, DB), status(&open, JOB, DB)), (Some(Status::LeftOut), Some(Status::LeftOut)));
        let denied = only(Status::Denied);
        assert_eq!((status(&denied, WEB, DB), status(&denied, JOB, DB)), (Some(Status::LeftOut), Some(Status::Denied)));
        let allowed = only(Status::Allowed);
        assert_eq!((status(&allowed, WEB, DB), status(&allowed, JOB, DB)), (Some(Status::Partly), Some(Status::LeftOut)));
        // At a port of which the set says nothing, it is denied for certain.
        let there = FilterQuestion { port: Some(80), ..denied };
        assert_eq!((status(&there, WEB, DB), status(&there, WEB, JOB)), (Some(Status::Denied), Some(Status::LeftOut)));
    }

    #[test]
    fn sets_that_are_open_at_a_port_are_not_denied_there() {
        let ports = vec![PortsView { protocol: "TCP".into(), first: 80, last: 80 }];
        let set =
            |status, short: &str, ports: &[PortsView]| SetView { status, short: short.into(), long: String::new(), ports: ports.to_vec() };
        let at = |set: &SetView, port| at_port(set, port).status;
        let partly = set(Status::Partly, "80, ?", &ports);
        assert_eq!((at(&partly, 80), at(&partly, 81)), (Status::Partly, Status::CannotTell));
        let open = set(Status::CannotTell, "?", &ports);
        assert_eq!((at(&open, 80), at(&open, 81)), (Status::CannotTell, Status::Denied));
        assert_eq!(at(&set(Status::CannotTell, "?", &[]), 81), Status::CannotTell, "open at every port");
        // Of so many ports not all are listed.
        let many: Vec<PortsView> = (0..24).map(|n| PortsView { protocol: "TCP".into(), first: n * 2, last: n * 2 }).collect();
        assert_eq!(at(&set(Status::Partly, "0, 2, 4 +30", &many), 81), Status::CannotTell);
        let asked = FilterQuestion { shown: Some(Status::CannotTell), ..FilterQuestion::default() };
        assert_eq!(filtered(&partly, &asked).status, Status::Partly, "some of it cannot be told");
    }

    #[test]
    fn a_direction_leaves_the_flows_of_an_end_and_whom_it_has_them_with() {
        let facing = |facing, of: &str, shown| FilterQuestion { facing: Some(facing), of: of.into(), shown, ..FilterQuestion::default() };
        let ingress = facing(Facing::Ingress, DB, None);
        assert_eq!((status(&ingress, WEB, DB), status(&ingress, JOB, DB)), (Some(Status::Partly), Some(Status::Denied)));
        assert_eq!((status(&ingress, DB, WEB), status(&ingress, WEB, JOB)), (Some(Status::LeftOut), Some(Status::LeftOut)));
        assert_eq!(left(&facing(Facing::Ingress, DB, Some(Status::Allowed))), ["db", "web"], "the job may not");
        assert_eq!(left(&facing(Facing::Ingress, DB, Some(Status::Denied))), ["job", "db"]);
        let egress = facing(Facing::Egress, DB, None);
        assert_eq!((status(&egress, DB, WEB), status(&egress, WEB, DB)), (Some(Status::Allowed), Some(Status::LeftOut)));
        let both = facing(Facing::Both, "namespace/shop", None);
        assert_eq!(
            (status(&both, DB, WEB), status(&both, JOB, WEB), status(&both, JOB, JOB)),
            (Some(Status::Allowed), Some(Status::Allowed), Some(Status::Denied))
        );
        // Of what the other fields find.
        let found = FilterQuestion { selector: "app == 'db'".into(), ..facing(Facing::Ingress, "", Some(Status::Allowed)) };
        assert_eq!(left(&found), ["db", "web"]);
        let gone = filter_view(&scene(), &facing(Facing::Both, "shop/cache[Pod]", None)).unwrap_err();
        assert_eq!(gone, "nothing to show: there is no shop/cache");
    }

    #[test]
    fn flows_between_namespaces_are_counted_as_they_are_left() {
        let flows = |asked: &FilterQuestion| filter_view(&scene(), asked).unwrap().namespace_flows;
        let only = |shown| FilterQuestion { shown, ..FilterQuestion::default() };
        assert_eq!((flows(&only(None)), flows(&only(Some(Status::CannotTell)))), (2, 0));
        assert_eq!(flows(&only(Some(Status::Denied))), 1, "to the database");
    }
}
