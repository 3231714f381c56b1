//! A language that does not exist, for tests: it shows what a new language consists of, and that nothing beside the registry has to know of it.
//!
//! A Fence stands around pods of its namespace. Its rules are looked at in order; what none of them is about goes on to all other policies.
//!
//! ```yaml
//! apiVersion: fences.example/v1
//! kind: Fence
//! metadata: {name: db, namespace: shop}
//! spec:
//!   around: {matchLabels: {app: db}}
//!   rules:
//!   - {action: Let, from: {matchLabels: {app: web}}, port: 5432}
//!   - {action: Stop}
//! ```

use alloc::boxed::Box;
use alloc::string::ToString;
use alloc::vec::Vec;
use core::any::Any;

use super::azure::AzureLanguage;
use super::calico::CalicoLanguage;
use super::kubernetes::KubernetesLanguage;
use super::lower::{Lowered, OwnTier, Standing, Translator};
use super::object::Object;
use super::read::fields::{Reader, Slot};
use super::read::kinds::{KnownKind, ReadKind, Role};
use super::read::unread::Family;
use super::registry::{Language, Languages};
use super::unread::Enforcer;
use super::{Kind, codes};
use crate::model::{LabelSelector, Protocol};
use crate::policy::{
    Action, NamespaceMatch, PeerMatch, PeerTerm, PeerTermKind, Policy, Rule, Subject, SubjectMatch, TierEnd, TrafficMatch, TrafficTerm,
    TrafficTermKind,
};
use crate::text::Span;

/// The registry with it: all that has to be said about a language outside of its folder.
pub(crate) const LANGUAGES: Languages = Languages::new(&[&KubernetesLanguage, &CalicoLanguage, &AzureLanguage, &FenceLanguage]);

/// Fences.
struct FenceLanguage;

const KINDS: &[KnownKind] = &[KnownKind::namespaced(
    "Fence",
    Role::Policy(Family::NamespacedPolicy, Enforcer::Any),
    &["fences.example/v1"],
    ReadKind::Spec(|reader, body| Kind::Other(Box::new(reader.fence(&body.spec)))),
)];

const TIER: OwnTier = OwnTier { name: "fences", noun: "Fences", end: TierEnd::Pass };

impl Language for FenceLanguage {
    fn name(&self) -> &'static str {
        "Fences"
    }

    fn kinds(&self) -> &'static [KnownKind] {
        KINDS
    }

    fn has_group(&self, group: &str) -> bool {
        group == "fences.example"
    }

    fn lower(&self, object: &Translator<'_>) -> Option<Lowered> {
        let Kind::Other(fence) = &object.resource.kind else { return None };
        let policy = fence.as_any().downcast_ref::<Fence>()?.lowered(object);
        Some(Lowered { policy: object.if_accepted(policy, &[Action::Allow, Action::Deny]), standing: Standing::OwnTier(TIER) })
    }
}

#[derive(Clone, PartialEq, Debug)]
struct Fence {
    around: LabelSelector,
    rules: Vec<FenceRule>,
}

#[derive(Clone, PartialEq, Debug)]
struct FenceRule {
    span: Span,
    lets: bool,
    from: Option<LabelSelector>,
    port: Option<u16>,
}

impl Object for Fence {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn copy(&self) -> Box<dyn Object> {
        Box::new(self.clone())
    }

    fn is_same(&self, other: &dyn Object) -> bool {
        other.as_any().downcast_ref() == Some(self)
    }

    fn asks_for_label(&self, wanted: &dyn Fn(&str) -> bool) -> bool {
        let selectors = self.rules.iter().filter_map(|rule| rule.from.as_ref()).chain([&self.around]);
        selectors.flat_map(|selector| &selector.requirements).any(|requirement| wanted(&requirement.key))
    }
}

impl<'a> Reader<'a> {
    fn fence(&mut self, spec: &Slot<'a, '_>) -> Fence {
        let Some([around, rules]) = self.fields(spec, ["around", "rules"], &[]) else {
            self.refuse(spec.required(codes::REQUIRED, "a Fence stands around something"));
            return Fence { around: LabelSelector::default(), rules: Vec::new() };
        };
        Fence {
            around: self.selector_or_everything(&around),
            rules: self.items(&rules).filter_map(|rule| self.fence_rule(&rule)).collect(),
        }
    }

    fn fence_rule(&mut self, rule: &Slot<'a, '_>) -> Option<FenceRule> {
        let [action, from, port] = self.fields(rule, ["action", "from", "port"], &[])?;
        let lets = match self.text(&action) {
            Some("Let") => true,
            Some("Stop") => false,
            word => {
                self.unsupported(&action, codes::UNSUPPORTED_VALUE, word.unwrap_or_default(), &["Let", "Stop"]);
                return None;
            }
        };
        let port = if port.is_set() { self.port_number(&port) } else { None };
        Some(FenceRule { span: rule.span(), lets, from: self.selector(&from), port })
    }
}

impl Fence {
    fn lowered(&self, object: &Translator<'_>) -> Policy {
        let namespace = object.resource.meta.namespace.as_deref().unwrap_or(&object.settings.default_namespace).to_string();
        let pods = |pods: &LabelSelector| Subject { namespaces: NamespaceMatch::Named(namespace.clone()), pods: pods.clone() };
        let rule = |rule: &FenceRule| {
            let place = rule.span.within(object.document);
            let peer = |from: &LabelSelector| PeerTerm { place, kind: PeerTermKind::Pods(pods(from)) };
            let term = |port| TrafficTerm { place, kind: TrafficTermKind::Ports(Protocol::TCP, port, port) };
            Rule {
                place,
                name: None,
                action: if rule.lets { Action::Allow } else { Action::Deny },
                peers: rule.from.as_ref().map_or(PeerMatch::Any, |from| PeerMatch::Of(alloc::vec![peer(from)])),
                traffic: rule.port.map_or(TrafficMatch::Any, |port| TrafficMatch::Of(alloc::vec![term(port)])),
                http: None,
                own: None,
                doubt: None,
            }
        };
        Policy {
            acts_on_egress: false,
            ingress: self.rules.iter().map(rule).collect(),
            ..object.policy("Fence", Some(namespace.clone()), SubjectMatch::Pods(pods(&self.around)), self.around.span)
        }
    }
}
