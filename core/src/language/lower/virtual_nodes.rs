//! Pods on AKS virtual nodes, where no policy engine runs: what policies deny them may be allowed. Upstream: AKS documentation, "Use virtual nodes", Limitations
//! (network policies; DaemonSets do not deploy pods to the virtual node).

use alloc::boxed::Box;
use alloc::format;

use super::unread;
use crate::language::unread::{Effect, Namespaces, Whom};
use crate::language::{Kind, PodTemplate, Resource};
use crate::model::{LabelSelector, Operator, Requirement};
use crate::policy::{Doubt, Ruleset};
use crate::settings::Assumed;
use crate::text::DocumentId;

/// What nodes of the virtual kubelet are labelled with, and pods for them ask for.
const LABEL: (&str, &str) = ("type", "virtual-kubelet");

/// Puts in doubt what policies deny to and from pods on virtual nodes.
pub(super) fn doubt(resources: &[(DocumentId, &Resource)], settings: &Assumed, ruleset: &mut Ruleset) {
    for &(document, resource) in resources {
        let template = match &resource.kind {
            Kind::Pod(pod) => &pod.template,
            Kind::Workload(workload) => &workload.template,
            _ => continue,
        };
        if !is_on_virtual_node(template, resources) || ruleset.tiers.is_empty() {
            continue;
        }
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

fn is_on_virtual_node(template: &PodTemplate, resources: &[(DocumentId, &Resource)]) -> bool {
    let is_virtual = |resource: &Resource| {
        matches!(resource.kind, Kind::Node(_))
            && template.node.as_deref() == Some(&*resource.meta.name)
            && resource.meta.labels.get(LABEL.0) == Some(LABEL.1)
    };
    template.wanted.get(LABEL.0) == Some(LABEL.1) || template.node.is_some() && resources.iter().any(|(_, resource)| is_virtual(resource))
}
