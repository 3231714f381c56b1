//! The registry: which languages there are, and what each of them answers for.
//!
//! A language is a folder with one implementation of [`Language`]. Reading, the inventory and lowering ask the languages one after the other; nothing
//! else knows which there are.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;

use super::azure::AzureLanguage;
use super::calico::CalicoLanguage;
use super::inventory::{Inventory, NodeRange};
use super::kubernetes::KubernetesLanguage;
use super::lower::{Lowered, PolicyEngine, Translator};
use super::netpolis::NetpolisLanguage;
use super::read::fields::Reader;
use super::read::kinds::KnownKind;
use super::read::unread::unread_policies;
use super::{ParameterFile, Resource};
use crate::diagnostics::Diagnostic;
use crate::document::NodeRef;
use crate::policy::Ruleset;
use crate::settings::Engine;
use crate::snapshot::Snapshot;
use crate::snapshot::cloud::Cloud;
use crate::text::Span;

/// A policy language: its kinds, how they are read, what they add to the inventory, and how they are lowered to the one policy language.
///
/// Every method but the first two has a default that does nothing.
pub(in crate::language) trait Language: Sync {
    /// Its name, as in "an engine that does not know Calico's policies".
    fn name(&self) -> &'static str;

    /// The kinds that it reads, each with the function that reads it.
    fn kinds(&self) -> &'static [KnownKind];

    /// Whether an API group is its own. A kind of its in such a group is meant, even in a version that does not exist.
    fn has_group(&self, _group: &str) -> bool {
        false
    }

    /// Whether a document is its own although it has no `kind`.
    fn claims(&self, _root: NodeRef<'_>) -> bool {
        false
    }

    /// Reads a document that it [claims](Self::claims).
    fn read_document<'a>(&self, _document: RawDocument<'a>, _reader: &mut Reader<'a>, _resources: &mut Vec<Resource>) {}

    /// Reads the command lines that stand in the parts `live` of a text.
    fn read_commands(&self, _text: &str, _live: &[Range<usize>], _reader: &mut Reader<'_>, _resources: &mut Vec<Resource>) {}

    /// For a text that says the same in a form that is not read: the error that says what to paste instead.
    fn foreign(&self, _text: &str) -> Option<Diagnostic> {
        None
    }

    /// For a text that is not read at all and speaks of what this language is about: what it may change.
    fn lost(&self, _text: &str, _at: Span) -> Option<Resource> {
        None
    }

    /// Adds pods, nodes and networks to the inventory.
    fn add_workloads(&self, _inventory: &mut Inventory<'_>) {}

    /// Adds what refers to pods and nodes, which all are there by now: Services, sets, host endpoints.
    fn add_endpoints(&self, _inventory: &mut Inventory<'_>) {}

    /// Ranges from which pods without an address get theirs, each with its node if it has one; the settings' where no language says any.
    fn pod_ranges(&self, _snapshot: &Snapshot) -> Vec<NodeRange> {
        Vec::new()
    }

    /// Adds what depends on addresses, which all are handed out by now.
    fn complete(&self, _snapshot: &mut Snapshot) {}

    /// One of its policies in the one policy language, and where it stands among the others; nothing for every other object.
    fn lower(&self, _object: &Translator<'_>) -> Option<Lowered> {
        None
    }

    /// The engine that puts policies of all languages in order, if this language comes with the one that is installed.
    fn engine(&self, _installed: Engine) -> Option<&'static dyn PolicyEngine> {
        None
    }

    /// Adds tiers that hold whatever engine the cluster has: those of the network around it.
    fn add_tiers(&self, _cloud: &Cloud, _ruleset: &mut Ruleset) {}
}

impl fmt::Debug for dyn Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A document without `kind`.
#[derive(Clone, Copy)]
pub(in crate::language) struct RawDocument<'a> {
    /// Its tree.
    pub(in crate::language) root: NodeRef<'a>,
    /// The name of its file.
    pub(in crate::language) file: &'a str,
    /// Values that other files give for its parameters.
    pub(in crate::language) given: &'a [ParameterFile],
}

/// The languages that an analysis knows, in the order in which they are asked.
#[derive(Clone, Copy)]
pub struct Languages(&'static [&'static dyn Language]);

impl Languages {
    /// Kubernetes, Calico, Azure, and Netpolis's own checks.
    pub const BUILT_IN: Languages = Languages(&[&KubernetesLanguage, &CalicoLanguage, &AzureLanguage, &NetpolisLanguage]);

    #[cfg(test)]
    pub(in crate::language) const fn new(languages: &'static [&'static dyn Language]) -> Languages {
        Languages(languages)
    }

    /// What a cluster has to be asked for, as `kubectl` names resources: the kinds that are read in the versions that are served, and the policies that are known and
    /// not read. Of what is only written in files, such as checks, no cluster knows.
    pub fn resources(self) -> Vec<String> {
        let known = self
            .iter()
            .flat_map(|language| language.kinds())
            .flat_map(|kind| kind.current.iter().map(move |version| (*version, kind.name)));
        let known = known.map(|(version, kind)| (version.rsplit_once('/').map_or("", |(group, _)| group), kind));
        let all = known.chain(unread_policies()).filter(|(group, _)| *group != OWN_GROUP);
        let mut names: Vec<String> = all.map(|(group, kind)| resource_name(group, kind)).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    pub(in crate::language) fn iter(self) -> impl DoubleEndedIterator<Item = &'static dyn Language> {
        self.0.iter().copied()
    }
}

impl Default for Languages {
    fn default() -> Self {
        Languages::BUILT_IN
    }
}

impl fmt::Debug for Languages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(Language::name)).finish()
    }
}

/// The group of Netpolis's own kinds.
const OWN_GROUP: &str = "netpolis.dev";

/// `networkpolicies.networking.k8s.io`, `pods`: small letters, the plural of English, and the group.
fn resource_name(group: &str, kind: &str) -> String {
    let kind = kind.to_lowercase();
    let plural = match kind.strip_suffix('y').filter(|stem| !stem.ends_with(['a', 'e', 'o'])) {
        Some(stem) => alloc::format!("{stem}ies"),
        None if kind == "endpoints" => kind,
        None if kind.ends_with("ss") => alloc::format!("{kind}es"),
        None if kind.ends_with('s') => kind,
        None => alloc::format!("{kind}s"),
    };
    if group.is_empty() { plural } else { alloc::format!("{plural}.{group}") }
}
