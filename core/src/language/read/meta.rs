//! `metadata`: names, namespaces, labels, owners.

use alloc::format;

use super::fields::{Reader, Slot, quoted};
use crate::language::{Meta, Owner, codes};
use crate::model::names;

/// Fields of `metadata` that do not matter to policy.
const OTHER_FIELDS: &[&str] = &[
    "clusterName",
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "finalizers",
    "generation",
    "managedFields",
    "resourceVersion",
    "selfLink",
    "uid",
];

/// Fields of an entry of `ownerReferences` that do not matter to policy.
const OTHER_OWNER_FIELDS: &[&str] = &["apiVersion", "blockOwnerDeletion", "uid"];

/// What names a kind takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::language) enum NameRule {
    /// A DNS-1123 label.
    Label,
    /// A DNS-1123 subdomain.
    Subdomain,
    /// A DNS-1123 label, or two with a dot between them: a Calico policy, with or without its tier.
    CalicoPolicy,
    /// The same, or the longer name that Calico itself makes of a policy of Kubernetes.
    CalicoNamespacedPolicy,
}

/// Whether objects of a kind lie in namespaces.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::language) enum Scope {
    /// They do.
    Namespaced,
    /// They do not.
    Cluster,
}

/// What `metadata` says.
#[derive(Default)]
pub(in crate::language) struct Metadata {
    pub(in crate::language) meta: Meta,
    pub(in crate::language) owner: Option<Owner>,
    /// Whether the annotation by which namespaces were isolated before 2017 is there.
    pub(in crate::language) has_dead_annotation: bool,
}

/// See [`codes::DEAD_ANNOTATION`].
const DEAD_ANNOTATION: &str = "net.beta.kubernetes.io/network-policy";

/// What to do about a name that is none.
const NAME_HELP: &str = "API servers refuse the object; here it is read all the same";

impl<'a> Reader<'a> {
    /// `metadata` of an object. `ordinal` is the object's place among those of its document, for names that are to be generated.
    pub(in crate::language) fn metadata(&mut self, slot: &Slot<'a, '_>, rule: NameRule, scope: Scope, ordinal: usize) -> Metadata {
        let known = ["name", "generateName", "namespace", "labels", "annotations", "ownerReferences"];
        let Some([name, generate_name, namespace, labels, annotations, owners]) = self.fields(slot, known, OTHER_FIELDS) else {
            if !slot.is_set() {
                self.refuse(slot.required(codes::REQUIRED, "name or generateName is required").help("add `metadata` with a `name`"));
            }
            let mut meta = Meta { name_span: slot.at, labels_span: slot.span(), ..Meta::default() };
            self.name_it(&mut meta, scope, ordinal);
            return Metadata { meta, ..Metadata::default() };
        };
        let mut meta = Meta { name_span: name.at, labels_span: labels.span(), ..Meta::default() };
        let prefix = self.text(&generate_name);
        match self.text(&name) {
            Some(text) if !text.is_empty() => {
                self.check_name(&name, text, rule);
                meta.name = text.into();
            }
            _ => match prefix {
                Some(prefix) if !prefix.is_empty() => {
                    // API servers take a prefix that ends in a dash, since they append to it.
                    self.check_name(&generate_name, prefix.strip_suffix('-').unwrap_or(prefix), rule);
                    meta.name = format!("{prefix}{ordinal}").into();
                    meta.name_span = generate_name.at;
                    meta.generated = true;
                }
                _ if name.is_set() && name.node.is_some_and(|n| n.as_str().is_none()) => self.name_it(&mut meta, scope, ordinal),
                _ => {
                    self.refuse(name.required(codes::REQUIRED, "name or generateName is required").help("give the object a `name`"));
                    self.name_it(&mut meta, scope, ordinal);
                }
            },
        }
        if let Some(text) = self.text(&namespace).filter(|text| !text.is_empty()) {
            match scope {
                Scope::Cluster => self.report(
                    namespace
                        .warning(codes::NAMESPACE_NOT_TAKEN, "this kind of object has no namespace: the field is ignored")
                        .help("leave it out"),
                ),
                Scope::Namespaced => {
                    if let Err(why) = names::dns_label(text) {
                        self.report(namespace.invalid(codes::INVALID_NAME, quoted(text), why).help(NAME_HELP));
                        self.flaws.namespace = Some(namespace.at).filter(|_| !self.lenient);
                    }
                    meta.namespace = Some(text.into());
                }
            }
        }
        // What is no text names no namespace, not even the default one.
        if scope == Scope::Namespaced && !self.lenient && namespace.node.is_some_and(|n| !n.is_null() && n.as_str().is_none()) {
            self.flaws.namespace = Some(namespace.at);
        }
        meta.labels = self.labels(&labels);
        self.annotations(&annotations);
        let has_dead_annotation = annotations.node.and_then(|node| node.get(DEAD_ANNOTATION)).is_some();
        let owner = self.owner(&owners);
        Metadata { meta, owner, has_dead_annotation }
    }

    /// Gives an object of a namespace that has no name one by which it can be asked about.
    fn name_it(&self, meta: &mut Meta, scope: Scope, ordinal: usize) {
        if self.lenient && scope == Scope::Namespaced {
            meta.name = format!("unnamed-{ordinal}").into();
            meta.generated = true;
        }
    }

    fn check_name(&mut self, slot: &Slot<'a, '_>, name: &str, rule: NameRule) {
        let checked = match rule {
            NameRule::Label => names::dns_label(name),
            NameRule::Subdomain => names::dns_subdomain(name),
            NameRule::CalicoNamespacedPolicy if name.starts_with("knp.default.") || name.starts_with("ossg.default.") => {
                names::dns_subdomain(name)
            }
            NameRule::CalicoPolicy | NameRule::CalicoNamespacedPolicy => match name.split_once('.') {
                Some((tier, rest)) => names::dns_label(tier).and_then(|()| names::dns_label(rest)),
                None => names::dns_label(name),
            },
        };
        // What the object means does not hang on its name, so it is not refused here.
        if let Err(why) = checked {
            self.report(slot.invalid(codes::INVALID_NAME, quoted(name), why).help(NAME_HELP));
        }
    }

    /// The owner among `ownerReferences` that is the controller, or the only one. A Node owns the pods it runs from files; they are
    /// pods of their own all the same.
    fn owner(&mut self, slot: &Slot<'a, '_>) -> Option<Owner> {
        let alone = slot.len() == 1;
        let mut found = None;
        for reference in self.items(slot) {
            let Some([kind, name, controller]) = self.fields(&reference, ["kind", "name", "controller"], OTHER_OWNER_FIELDS) else {
                continue;
            };
            let is_controller = self.flag(&controller).unwrap_or(false);
            let kind = self.text(&kind).filter(|kind| !kind.is_empty()).unwrap_or("Pod");
            let name = self.text(&name);
            if let Some(name) = name
                && (is_controller || alone)
                && kind != "Node"
                && found.is_none()
            {
                found = Some(Owner { kind: kind.into(), name: name.into() });
            }
        }
        found
    }
}
