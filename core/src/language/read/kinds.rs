//! What is known of a kind that is read, and which kind an object is of.

use super::fields::{Reader, Slot};
use super::meta::{NameRule, Scope};
use super::unread::Family;
use crate::diagnostics::nearest;
use crate::language::registry::{Language, Languages};
use crate::language::unread::Enforcer;
use crate::language::{Kind, Meta, Owner};

/// A kind that is read.
pub(in crate::language) struct KnownKind {
    pub(in crate::language) name: &'static str,
    /// The API versions under which it is served; the first is the one to recommend.
    pub(in crate::language) current: &'static [&'static str],
    /// API versions under which it was served once.
    pub(in crate::language) old: &'static [&'static str],
    /// Whether the old versions have another form, so that more than the version is to be changed.
    pub(in crate::language) has_old_form: bool,
    pub(in crate::language) scope: Scope,
    pub(in crate::language) names: NameRule,
    pub(in crate::language) role: Role,
    pub(in crate::language) read: ReadKind,
}

/// What an object of a kind does: what is missing where it cannot be read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::language) enum Role {
    /// It decides about traffic, so that under another version or name it might mean something else; as what, and for whom, if it cannot be read.
    Policy(Family, Enforcer),
    /// It makes pods.
    MakesPods,
    /// It makes pods, and is read for its template alone: an object without one is none of ours.
    MakesPodsByTemplate,
    /// Anything else.
    Other,
}

/// Reads an object of a kind, whose place in the document is the number, with all of its fields.
pub(in crate::language) type ReadWhole = for<'a, 'p> fn(&mut Reader<'a>, &Slot<'a, 'p>, &'static KnownKind, usize) -> Option<(Meta, Kind)>;

/// How an object of a kind is read.
#[derive(Clone, Copy)]
pub(in crate::language) enum ReadKind {
    /// From its `spec` and `status`.
    Spec(for<'a, 'p> fn(&mut Reader<'a>, &Body<'a, 'p>) -> Kind),
    /// From fields of its own beside `metadata`. Its place in the document makes a name where one is generated.
    Whole(ReadWhole),
}

/// An object with `spec` and `status`.
pub(in crate::language) struct Body<'a, 'p> {
    pub(in crate::language) metadata: Slot<'a, 'p>,
    pub(in crate::language) spec: Slot<'a, 'p>,
    pub(in crate::language) status: Slot<'a, 'p>,
    pub(in crate::language) meta: Meta,
    /// Who made it.
    pub(in crate::language) owner: Option<Owner>,
    /// Whether the annotation by which namespaces were isolated before 2017 is there.
    pub(in crate::language) has_dead_annotation: bool,
    /// `apiVersion`.
    pub(in crate::language) api_version: &'a str,
    /// Whether it is written under a version under which the kind was served once.
    pub(in crate::language) is_old: bool,
}

impl KnownKind {
    /// A kind whose objects are in namespaces.
    pub(in crate::language) const fn namespaced(name: &'static str, role: Role, current: &'static [&'static str], read: ReadKind) -> Self {
        KnownKind { name, current, old: &[], has_old_form: false, scope: Scope::Namespaced, names: NameRule::Subdomain, role, read }
    }

    /// A kind whose objects are in no namespace.
    pub(in crate::language) const fn cluster(name: &'static str, role: Role, current: &'static [&'static str], read: ReadKind) -> Self {
        KnownKind { scope: Scope::Cluster, ..Self::namespaced(name, role, current, read) }
    }

    pub(in crate::language) fn serves(&self, api_version: &str) -> bool {
        self.current.contains(&api_version) || self.old.contains(&api_version)
    }

    /// Whether it decides about traffic, so that under another version or name it might mean something else.
    pub(in crate::language) fn is_policy(&self) -> bool {
        matches!(self.role, Role::Policy(..))
    }
}

/// The group of an API version: nothing for `v1`.
pub(in crate::language) fn group(api_version: &str) -> &str {
    api_version.split_once('/').map_or("", |(group, _)| group)
}

impl Languages {
    /// The language that an API version belongs to, so that a kind of its in it is its kind in the wrong version.
    fn owner(self, api_version: &str) -> Option<&'static dyn Language> {
        self.iter().find(|language| language.has_group(group(api_version)))
    }

    /// Whether an API version belongs to a language.
    pub(in crate::language) fn owns(self, api_version: &str) -> bool {
        self.owner(api_version).is_some()
    }

    /// The kind with this name, in the group or (as a mistake, see [`KnownKind::serves`]) in a group of a language that does not have it.
    pub(in crate::language) fn known(self, kind: &str, api_version: &str) -> Option<&'static KnownKind> {
        let find = |language: &'static dyn Language| language.kinds().iter().find(|known| known.name == kind);
        self.owner(api_version).and_then(find).or_else(|| self.iter().find_map(find))
    }

    /// The kind that was meant by a name that no kind has.
    pub(in crate::language) fn meant(self, kind: &str, api_version: &str) -> Option<&'static KnownKind> {
        let kinds = self.owner(api_version)?.kinds();
        let name = nearest(kind, kinds.iter().map(|known| known.name))?;
        kinds.iter().find(|known| known.name == name)
    }

    /// Whether some language has a kind of this name.
    pub(in crate::language) fn has_kind(self, kind: &str) -> bool {
        self.iter().any(|language| language.kinds().iter().any(|known| known.name == kind))
    }
}
