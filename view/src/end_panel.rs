//! What there is to know about one end: who can reach it, whom it reaches, which policies select it, what leads to it.

use super::{EndKind, PolicyView, SceneView, Status, TargetView};

/// Most ends that a list names.
const MOST: usize = 40;
/// Most addresses that are shown.
const MOST_ADDRESSES: usize = 8;

/// Everything about one end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndPanelView<'a> {
    /// `namespace/name`, or the name alone.
    pub title: String,
    /// Its first addresses.
    pub addresses: &'a [String],
    /// Which directions policies isolate it for, in a sentence.
    pub isolation: Option<&'static str>,
    /// Services and Ingresses that lead to it, or that it can come by.
    pub routes: Option<RoutesView<'a>>,
    /// Who can reach it, then whom it can reach.
    pub reach: [ReachView<'a>; 2],
    /// Policies that select it with their numbers, for a workload, and how many there are.
    pub policies: Option<(Vec<(usize, &'a PolicyView)>, usize)>,
}

/// Services and Ingresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoutesView<'a> {
    /// What they are to the end.
    pub title: &'static str,
    /// They.
    pub targets: Vec<&'a TargetView>,
    /// The client whose route is asked for; likely ones, if nothing.
    pub from: Option<&'a str>,
}

/// Ends that can reach an end, or that it can reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReachView<'a> {
    /// Which of the two.
    pub title: &'static str,
    /// How many of how many.
    pub count: String,
    /// They; those first of which a rule says so.
    pub ends: Vec<ReachedView<'a>>,
    /// How many further ones there are.
    pub more: usize,
    /// How many cannot, where it is worth saying.
    pub cannot: Option<usize>,
}

/// One of them, with the flow that is between it and the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReachedView<'a> {
    /// Its name.
    pub title: String,
    /// The sender's key.
    pub from: &'a str,
    /// The receiver's.
    pub to: &'a str,
    /// How much passes.
    pub status: Status,
    /// In few characters.
    pub short: &'a str,
    /// In full.
    pub long: &'a str,
}

impl SceneView {
    /// Everything about an end; nothing if there is none of that number.
    pub fn end_panel(&self, index: usize) -> Option<EndPanelView<'_>> {
        let end = self.ends.get(index)?;
        let workload = end.kind == EndKind::Workload;
        let numbered = |number: &u32| Some((*number as usize, self.policies.get(*number as usize)?));
        let policies = || end.policies.iter().filter_map(numbered).take(MOST).collect();
        Some(EndPanelView {
            title: self.title(index),
            addresses: end.addresses.get(..MOST_ADDRESSES).unwrap_or(&end.addresses),
            isolation: match (end.isolated_ingress, end.isolated_egress) {
                (true, true) => Some("Isolated for ingress and egress: only what a rule allows gets through."),
                (true, false) => Some("Isolated for ingress: only what a rule allows comes in. All egress is allowed."),
                (false, true) => Some("Isolated for egress: only what a rule allows goes out. All ingress is allowed."),
                (false, false) => workload.then_some("Not isolated: no policy selects it."),
            },
            routes: self.routes(index),
            reach: [self.reach(index, true), self.reach(index, false)],
            policies: workload.then(|| (policies(), end.policies.len())),
        })
    }

    /// Services and Ingresses that lead to a workload; for a client, those that lead from where it is.
    fn routes(&self, index: usize) -> Option<RoutesView<'_>> {
        let end = self.ends.get(index)?;
        let workload = end.kind == EndKind::Workload;
        let fits = |target: &&TargetView| if workload { target.ends.contains(&(index as u32)) } else { target.outside };
        let targets: Vec<&TargetView> = self.targets.iter().filter(fits).take(MOST).collect();
        let title = if workload { "Reached by" } else { "Show the path to" };
        (!targets.is_empty()).then_some(RoutesView { title, targets, from: (!workload).then_some(end.key.as_str()) })
    }

    fn reach(&self, index: usize, inwards: bool) -> ReachView<'_> {
        let pair = |other: usize| if inwards { (other, index) } else { (index, other) };
        let outside = |end: usize| self.is_a(end, EndKind::Outside);
        let others: Vec<usize> = (0..self.ends.len()).filter(|&o| o != index && !(outside(o) && outside(index))).collect();
        let status = |other: usize| {
            let (from, to) = pair(other);
            self.between(from, to).status
        };
        let (mut reached, denied): (Vec<usize>, Vec<usize>) = others.iter().partition(|&&other| status(other) != Status::Denied);
        // What a rule allows is more telling than what nobody forbids.
        reached.sort_by_key(|&other| status(other) == Status::Allowed);
        let key = |end: usize| self.ends.get(end).map_or("", |e| e.key.as_str());
        let view = |&other: &usize| {
            let (from, to) = pair(other);
            let set = self.between(from, to);
            ReachedView { title: self.title(other), from: key(from), to: key(to), status: set.status, short: &set.short, long: &set.long }
        };
        ReachView {
            title: if inwards { "Can reach it" } else { "It can reach" },
            count: format!("{} of {}", reached.len(), others.len()),
            ends: reached.iter().take(MOST).map(view).collect(),
            more: reached.len().saturating_sub(MOST),
            cannot: Some(denied.len()).filter(|denied| *denied > 0 && !reached.is_empty()),
        }
    }
}

#[cfg(test)]
mod tests {
    use netpolis_core::analysis::Analysis;
    use netpolis_core::settings::Settings;

    use super::*;
    use crate::scene_view;

    const TEXT: &str = "
{apiVersion: v1, kind: Pod, metadata: {name: web, labels: {app: web}}}
---
{apiVersion: v1, kind: Pod, metadata: {name: db, labels: {app: db}}}
---
{apiVersion: v1, kind: Pod, metadata: {name: other}}
---
{apiVersion: v1, kind: Service, metadata: {name: db}, spec: {selector: {app: db}, ports: [{port: 5432}]}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db}
spec:
  podSelector: {matchLabels: {app: db}}
  policyTypes: [Ingress]
  ingress: [{from: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 5432}]}]
";

    #[test]
    fn a_workload_says_who_reaches_it_and_by_what() {
        let mut core = Analysis::new(Settings::default());
        core.set_files(&[("x.yaml", TEXT)]);
        let scene = scene_view(&core);
        let db = scene.find("default/db[Pod]").unwrap();
        let panel = scene.end_panel(db).unwrap();
        assert_eq!(panel.title, "default/db");
        assert_eq!(panel.isolation, Some("Isolated for ingress: only what a rule allows comes in. All egress is allowed."));
        let routes = panel.routes.as_ref().unwrap();
        assert_eq!((routes.title, routes.targets.len(), routes.from), ("Reached by", 1, None));
        let [inwards, outwards] = &panel.reach;
        assert_eq!((inwards.title, inwards.count.as_str(), inwards.cannot), ("Can reach it", "1 of 3", Some(2)));
        let web = &inwards.ends[0];
        assert_eq!((web.title.as_str(), web.from, web.to, web.short), ("default/web", "default/web[Pod]", "default/db[Pod]", "5432"));
        assert_eq!((outwards.count.as_str(), outwards.cannot), ("3 of 3", None));
        let (policies, count) = panel.policies.as_ref().unwrap();
        assert_eq!((policies[0].1.title.as_str(), *count), ("default/db", 1));
        // Outside there is nothing to isolate, and no policy selects it.
        let outside = (0..scene.ends.len()).find(|&i| scene.is_a(i, EndKind::Outside)).unwrap();
        let panel = scene.end_panel(outside).unwrap();
        assert_eq!((panel.isolation, panel.policies), (None, None));
        assert_eq!(scene.end_panel(99), None);
    }
}
