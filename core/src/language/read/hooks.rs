//! Hooks of Helm and Argo CD: objects of a chart that are there for a while only, or not before something is deleted.
//!
//! Upstream: Helm documentation, "Chart Hooks"; Argo CD documentation, "Resource Hooks".

use crate::document::NodeRef;
use crate::text::Span;

/// Hooks of Helm after which their objects stay, unless they are deleted once they succeeded.
const STAYING: [&str; 4] = ["pre-install", "post-install", "pre-upgrade", "post-upgrade"];
/// The same of Argo CD.
const STAYING_IN_ARGO: [&str; 3] = ["PreSync", "Sync", "PostSync"];

/// The annotation by which an object is not there for good; nothing if it is, or if it is one of a cluster's.
pub(super) fn passing_hook(object: NodeRef<'_>) -> Option<Span> {
    let metadata = object.get("metadata").filter(|metadata| metadata.get("uid").is_none() && metadata.get("resourceVersion").is_none())?;
    let annotations = metadata.get("annotations")?;
    let text = |name: &str| annotations.get(name).and_then(NodeRef::as_str).unwrap_or_default();
    let has = |list: &str, known: &[&str]| list.split(',').any(|word| known.contains(&word.trim()));
    let one = |hook: &str, stays: &[&str], delete: &str, succeeded: &str| {
        let entry = annotations.entry(hook)?;
        let stays = has(text(hook), stays) && !has(text(delete), &[succeeded]);
        (!stays).then_some(entry.key_span)
    };
    one("helm.sh/hook", &STAYING, "helm.sh/hook-delete-policy", "hook-succeeded")
        .or_else(|| one("argocd.argoproj.io/hook", &STAYING_IN_ARGO, "argocd.argoproj.io/hook-delete-policy", "HookSucceeded"))
}
