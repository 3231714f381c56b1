//! Policies that are begun: one that selects pods and isolates them for ingress, without rules yet.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::super::fix::labels::selecting;
use super::super::fix::value::{V, list, map, text};
use super::super::fix::{Scene, TextEdit, edited, new_document, object, with_texts};
use super::{Form, NotChanged, subject};
use crate::policy::PolicyId;
use crate::snapshot::PodId;
use crate::text::Place;

/// A policy that is to be begun.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WantedPolicy<'a> {
    /// Its namespace.
    pub namespace: &'a str,
    /// Its name, which no policy of the namespace has.
    pub name: &'a str,
    /// The pods that it selects: those with the labels by which this one is told from other workloads; nothing for all of the namespace.
    pub pod: Option<PodId>,
    /// Whether it is one of Calico, not of Kubernetes.
    pub calico: bool,
}

/// A policy that was begun.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct BegunPolicy {
    /// What the change does, as a command.
    pub title: String,
    /// The policy, as a document of YAML.
    pub document: String,
    /// The change that writes it into a file behind what is there; nothing where no file can take it, so that it needs one of its own.
    pub edits: Option<Vec<TextEdit>>,
}

/// Begins a policy.
///
/// # Errors
/// If the pod is gone, or has no labels by which it could be selected.
pub fn begin_policy<S: Scene>(scene: &S, wanted: &WantedPolicy<'_>) -> Result<BegunPolicy, NotChanged> {
    let value = value(scene, wanted)?;
    let edits = places(scene, wanted).into_iter().find_map(|place| {
        let edits = new_document(scene.sources(), place, &value).ok()?;
        is_so(scene, wanted, &edits).then_some(edits)
    });
    let title = format!("add {}NetworkPolicy `{}/{}`", if wanted.calico { "Calico " } else { "" }, wanted.namespace, wanted.name);
    Ok(BegunPolicy { title, document: format!("{}\n", value.block("", 2)), edits })
}

fn value<S: Scene>(scene: &S, wanted: &WantedPolicy<'_>) -> Result<V, NotChanged> {
    let labels = match wanted.pod {
        Some(id) => {
            scene.snapshot().pod(id).ok_or(NotChanged::Gone)?;
            Some(selecting(scene.snapshot(), id).ok_or(NotChanged::NoLabels)?)
        }
        None => None,
    };
    let (form, version) = if wanted.calico { (Form::Calico, "projectcalico.org/v3") } else { (Form::Kubernetes, "networking.k8s.io/v1") };
    let (key, selector) = subject(form, labels.as_ref());
    let spec = map([(key, Some(selector)), (form.types(), Some(list([text("Ingress")])))]);
    Ok(object(version, "NetworkPolicy", wanted.name, Some(wanted.namespace), spec))
}

/// Documents in whose files it could stand, the best first: the last policy of its namespace, the last of all, the pods.
fn places<S: Scene>(scene: &S, wanted: &WantedPolicy<'_>) -> Vec<Place> {
    let policies = &scene.compiled().ruleset().policies;
    let written = || policies.iter().rev().filter(|policy| Form::of(policy).is_some());
    let own = written().find(|policy| policy.namespace.as_deref() == Some(wanted.namespace));
    let snapshot = scene.snapshot();
    let workloads = || snapshot.workloads().filter(|(_, workload)| snapshot.namespace_name(workload.namespace) == wanted.namespace);
    let pods = workloads().last().map(|(_, workload)| workload.place);
    own.or_else(|| written().next()).map(|policy| policy.place).into_iter().chain(pods).collect()
}

/// Reads the changed text: there is one more policy, it has this name, selects the pod, and isolates for ingress alone.
fn is_so<S: Scene>(scene: &S, wanted: &WantedPolicy<'_>, edits: &[TextEdit]) -> bool {
    let copy = with_texts(scene, |id| Some(edited(&scene.sources().get(id)?.text, id, edits)));
    let policies = &copy.compiled().ruleset().policies;
    let form = if wanted.calico { Form::Calico } else { Form::Kubernetes };
    let title = format!("{}/{}", wanted.namespace, wanted.name);
    let selects = |id: PolicyId| wanted.pod.is_none_or(|pod| copy.compiled().surely_selects(id, pod));
    policies.len() == scene.compiled().ruleset().policies.len() + 1
        && policies.iter().any(|policy| {
            let acts = policy.acts_on_ingress && !policy.acts_on_egress;
            policy.title() == title && Form::of(policy) == Some(form) && policy.doubt.is_none() && acts && selects(policy.id)
        })
}
