//! A part of a scene: some of its ends, and of what passes between them some ports, or what is certain or open.

use netpolis_core::language::calico::selector::parse;
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
    /// Only flows that are allowed, or only those that cannot be told.
    pub shown: Option<Status>,
}

/// What a filter leaves of a scene.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilterView {
    /// The ends that stay, as indices into [`SceneView::ends`]; ascending.
    pub ends: Vec<u32>,
    /// In place of [`SceneView::sets`]: what is filtered out reads as denied.
    pub sets: Vec<SetView>,
}

/// Protocols with ports.
const PROTOCOLS: [&str; 3] = ["TCP", "UDP", "SCTP"];

impl FilterQuestion {
    /// Whether it leaves everything.
    pub fn is_empty(&self) -> bool {
        *self == FilterQuestion::default()
    }

    /// What it leaves, in words.
    pub fn words(&self) -> String {
        let text = |before: &str, text: &str| (!text.is_empty()).then(|| format!("{before}{text}"));
        let shown = self.shown.map(|shown| if shown == Status::Allowed { "only allowed" } else { "only what cannot be told" });
        let words = [
            text("namespace ", &self.namespace),
            text("labels ", &self.selector),
            self.port.map(|port| format!("port {port}")),
            shown.map(str::to_owned),
        ];
        words.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

/// What a filter leaves.
///
/// # Errors
/// When the selector cannot be read, with what is wrong.
pub(super) fn filter_view(scene: &SceneView, asked: &FilterQuestion) -> Result<FilterView, Sentence> {
    let selector = parse(&asked.selector).map_err(|error| error.to_string())?;
    let selects = |end: &EndView| {
        let namespace = end.namespace.and_then(|n| scene.namespaces.get(n as usize)).map(|n| n.name.as_str());
        if end.kind == EndKind::Workload && !asked.namespace.is_empty() && namespace != Some(asked.namespace.as_str()) {
            return false;
        }
        let label = |key: &str| {
            let own = || end.labels.iter().find_map(|label| label.split_once('=').filter(|(name, _)| *name == key).map(|(_, value)| value));
            if key == "projectcalico.org/namespace" { namespace } else { own() }
        };
        selector.matches(&label)
    };
    let ends = (0..).zip(&scene.ends).filter(|(_, end)| selects(end)).map(|(index, _)| index).collect();
    Ok(FilterView { ends, sets: scene.sets.iter().map(|set| filtered(set, asked)).collect() })
}

fn filtered(set: &SetView, asked: &FilterQuestion) -> SetView {
    let at_port = |port: u16| {
        let all = set.ports.is_empty();
        all || PROTOCOLS.iter().any(|protocol| set.ports.iter().any(|ports| ports.has(protocol, port)))
    };
    let is_shown = match set.status {
        Status::Denied => true,
        Status::CannotTell => asked.shown != Some(Status::Allowed) && asked.port.is_none_or(at_port),
        Status::Allowed | Status::Partly => asked.shown != Some(Status::CannotTell) && asked.port.is_none_or(at_port),
    };
    if is_shown {
        set.clone()
    } else {
        SetView { status: Status::Denied, short: "–".into(), long: "not what is shown".into(), ports: Vec::new() }
    }
}

impl SceneView {
    /// What a filter leaves of it, to be drawn: what is not drawn is not in it.
    #[must_use]
    pub fn filtered(&self, filter: &FilterView) -> SceneView {
        let kept = || filter.ends.iter().map(|&end| end as usize);
        SceneView {
            ends: kept().filter_map(|end| self.ends.get(end)).cloned().collect(),
            namespaces: self.namespaces.clone(),
            sets: filter.sets.clone(),
            classes: self.classes,
            cells: self.cells.clone(),
            within: kept().map(|end| self.within.get(end).copied().flatten()).collect(),
            enforced: self.enforced,
            ..SceneView::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use netpolis_core::analysis::Analysis;

    use super::*;
    use crate::scene_view;

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
        let asked = FilterQuestion { port: Some(80), shown: Some(Status::Allowed), ..selector("has(app)") };
        assert_eq!(asked.words(), "labels has(app), port 80, only allowed");
    }

    #[test]
    fn ports_and_verdicts_leave_some_flows() {
        let scene = scene();
        let status = |asked: &FilterQuestion, from: &str, to: &str| {
            let left = scene.filtered(&filter_view(&scene, asked).unwrap());
            left.between(left.find(from).unwrap(), left.find(to).unwrap()).status
        };
        let (web, db, job) = ("shop/web[Pod]", "shop/db[Pod]", "batch/job[Pod]");
        let port = |port: u16| FilterQuestion { port: Some(port), ..FilterQuestion::default() };
        assert_eq!(status(&port(5432), web, db), Status::Partly);
        assert_eq!(status(&port(80), web, db), Status::Denied);
        assert_eq!(status(&port(80), web, job), Status::Allowed, "all ports");
        let open = FilterQuestion { shown: Some(Status::CannotTell), ..FilterQuestion::default() };
        assert_eq!((status(&open, web, db), status(&open, job, db)), (Status::Denied, Status::Denied));
    }
}
