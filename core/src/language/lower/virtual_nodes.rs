//! Pods on AKS virtual nodes, where no policy engine runs: what policies deny them may be allowed. Upstream: AKS documentation, "Use virtual nodes", Limitations
//! (network policies; DaemonSets do not deploy pods to the virtual node).

use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use alloc::format;

use super::unread;
use crate::language::unread::{Effect, Namespaces, Whom};
use crate::language::{Kind, PodTemplate, Resource};
use crate::model::{LabelSelector, Labels, Operator, Requirement};
use crate::policy::{Doubt, Ruleset};
use crate::settings::Assumed;
use crate::text::DocumentId;

/// What nodes of the virtual kubelet are labelled with, and pods for them ask for.
const LABEL: (&str, &str) = ("type", "virtual-kubelet");

/// Puts in doubt what policies deny to and from pods on virtual nodes.
pub(super) fn doubt(resources: &[(DocumentId, &Resource)], settings: &Assumed, ruleset: &mut Ruleset) {
    if ruleset.tiers.is_empty() {
        return;
    }
    let is_virtual = |labels: &Labels| labels.get(LABEL.0) == Some(LABEL.1);
    let nodes = resources.iter().filter(|(_, resource)| matches!(resource.kind, Kind::Node(_)) && is_virtual(&resource.meta.labels));
    let nodes: BTreeSet<&str> = nodes.map(|(_, resource)| &*resource.meta.name).collect();
    for &(document, resource) in resources {
        let is_there = |template: &&PodTemplate| {
            template.wanted.get(LABEL.0) == Some(LABEL.1) || template.node.as_deref().is_some_and(|node| nodes.contains(node))
        };
        let Some(template) = resource.kind.template().filter(is_there) else { continue };
        let requirement = |(key, value): (&str, &str)| Requirement {
            span: resource.kind_span,
            key: key.into(),
            operator: Operator::In(alloc::vec![value.into()]),
        };
        let pods = LabelSelector { span: resource.kind_span, requirements: template.labels.iter().map(requirement).collect() };
        let subject = Whom { namespaces: Namespaces::Own, pods, ..Whom::default() };
        let effect = Effect { denies: false, subject, ..Effect::default() };
        let name = resource.full_name(&settings.default_namespace);
        let text = format!("`{name}` runs on a virtual node, where no policy engine runs: policies may not be enforced there");
        unread::add_first(&effect, (document, resource), settings, ruleset, |policy| {
            policy.doubt = Some(Box::new(Doubt { text, places: alloc::vec![resource.kind_span.within(document)] }));
        });
    }
}
