//! What Terraform makes in a cluster: policies, and what may bring them along. It is not evaluated, and puts in doubt what it may do.
//!
//! Upstream: hashicorp/terraform-provider-kubernetes, `docs/resources/network_policy_v1.md` and others; terraform-provider-helm, `docs/resources/release.md`.

use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;

use super::AzureReader;
use super::value::{Scalar, field};
use crate::diagnostics::{Diagnostic, Severity};
use crate::document::NodeRef;
use crate::language::codes;
use crate::language::read::{made_elsewhere, policies_within};
use crate::language::unread::{Effect, Namespaces, Whom};
use crate::model::{LabelSelector, Operator, Requirement};

/// Resources that bring along what is elsewhere, or change labels of what the input holds.
const CARRIERS: [&str; 8] = [
    "argocd_application",
    "argocd_application_set",
    "azurerm_kubernetes_flux_configuration",
    "flux_bootstrap_git",
    "helm_release",
    "kubernetes_labels",
    "kustomization_resource",
    "rancher2_app_v2",
];
/// Resources that have objects of any kind.
const OBJECTS: [&str; 3] = ["kubectl_manifest", "kubernetes_manifest", "kubernetes_manifest_v1"];

impl<'a> AzureReader<'a, '_> {
    /// Reads a resource of Terraform's that makes something in a cluster; false if it is none.
    pub(super) fn terraform_in_cluster(&mut self, kind: &str, values: NodeRef<'a>, name: &Scalar) -> bool {
        let effects = match kind {
            "kubernetes_network_policy" | "kubernetes_network_policy_v1" => alloc::vec![self.terraform_policy(values)],
            _ if OBJECTS.contains(&kind) => policies_within(values),
            _ if CARRIERS.contains(&kind) => alloc::vec![Effect::default()],
            _ => return false,
        };
        if effects.is_empty() {
            return true;
        }
        let of_metadata = self.terraform_metadata(values).and_then(|metadata| self.text(metadata, "name"));
        let own = of_metadata.filter(|own| !own.unknown).map_or_else(|| name.text.clone(), |own| own.text);
        self.resources.push(made_elsewhere(kind, &own, values.span(), effects));
        let message = format!("`{kind}` is not evaluated: what it may allow or deny is \"cannot tell\"");
        let warning = Diagnostic::new(codes::AZ_COMMAND_NOT_USED, Severity::Warning, values.span(), message);
        self.report(warning.help("add what `kubectl get -o yaml` or `helm get manifest` prints of it"));
        true
    }

    fn terraform_metadata(&self, values: NodeRef<'a>) -> Option<NodeRef<'a>> {
        self.template.items(field(values, "metadata")?).into_iter().next()
    }

    /// What a policy may do to whom it selects, as far as that is known.
    fn terraform_policy(&self, values: NodeRef<'a>) -> Effect {
        let block = |node: Option<NodeRef<'a>>, name: &str| self.template.items(field(node?, name)?).into_iter().next();
        let spec = block(Some(values), "spec");
        let selector = block(spec, "pod_selector");
        let pods = spec.and_then(|_| self.terraform_selector(selector)).unwrap_or_default();
        let namespaces = match self.terraform_metadata(values).map(|metadata| self.text(metadata, "namespace")) {
            Some(Some(said)) if !said.unknown => Namespaces::named(alloc::vec![said.text.as_str().into()], said.span),
            Some(None) => Namespaces::named(alloc::vec!["default".into()], values.span()),
            _ => Namespaces::All,
        };
        let types = spec.and_then(|spec| field(spec, "policy_types")).map_or_else(Vec::new, |list| self.template.scalars(list));
        let acts = |direction: &str| types.is_empty() || types.iter().any(|t| t.unknown || t.text.eq_ignore_ascii_case(direction));
        let (ingress, egress) = (acts("Ingress"), acts("Egress"));
        Effect { span: values.span(), ingress, egress, subject: Whom { namespaces, pods, ..Whom::default() }, ..Effect::default() }
    }

    /// A selector; nothing if not all of it is known. One that is not there selects everything.
    fn terraform_selector(&self, selector: Option<NodeRef<'a>>) -> Option<LabelSelector> {
        let Some(node) = selector else { return Some(LabelSelector::default()) };
        let span = node.span();
        let mut requirements = Vec::new();
        let labels = field(node, "match_labels").filter(|labels| !labels.is_null());
        for entry in labels.map_or(Some(&[][..]), NodeRef::as_mapping)? {
            let value = self.template.scalar(labels?.value_of(entry)).filter(|value| !value.unknown)?;
            let operator = Operator::In(alloc::vec![value.text.as_str().into()]);
            requirements.push(Requirement { span: entry.key_span, key: entry.key.as_ref().into(), operator });
        }
        let expressions = field(node, "match_expressions").filter(|list| !list.is_null());
        for item in expressions.map_or_else(Vec::new, |list| self.template.items(list)) {
            let known = |name: &str| self.text(item, name).filter(|said| !said.unknown);
            let values = field(item, "values").map_or_else(Vec::new, |list| self.template.scalars(list));
            let values: Option<Vec<Box<str>>> = values.iter().map(|v| (!v.unknown).then(|| v.text.as_str().into())).collect();
            let operator = match &*known("operator")?.text {
                "In" => Operator::In(values?),
                "NotIn" => Operator::NotIn(values?),
                "Exists" => Operator::Exists,
                "DoesNotExist" => Operator::DoesNotExist,
                _ => return None,
            };
            requirements.push(Requirement { span: item.span(), key: known("key")?.text.as_str().into(), operator });
        }
        Some(LabelSelector { span, requirements })
    }
}
