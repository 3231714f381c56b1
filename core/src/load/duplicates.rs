//! Objects that are defined more than once.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;

use hashbrown::hash_map::Entry;
use hashbrown::{HashMap, HashSet};

use super::{Deletes, Loaded, ParsedDocument};
use crate::diagnostics::{Diagnostic, Severity};
use crate::document::codes;
use crate::language::script::is_kind;
use crate::language::unread::Cause;
use crate::language::{Kind, Resource};

/// What makes two objects the same one for an API server: group, kind, namespace and name. Of resources of one name under different conditions one is
/// deployed, and nobody knows which.
pub(super) type Identity<'a> = (&'a str, &'a str, &'a str, &'a str, &'a str);

pub(super) fn identity(resource: &Resource) -> Identity<'_> {
    let group = match resource.api_version.rsplit_once('/').map_or("", |(group, _)| group) {
        // What this group had once is served by others today, as the same objects.
        "extensions" if resource.kind.template().is_some() => "apps",
        "extensions" => "networking.k8s.io",
        group => group,
    };
    let namespace = if resource.kind.is_namespaced() { resource.meta.namespace.as_deref().unwrap_or("default") } else { "" };
    (group, &resource.kind_name, namespace, &resource.meta.name, resource.meta.condition.as_deref().unwrap_or_default())
}

/// An object by the numbers of its document and in it.
type At = (usize, usize);

/// What was found the last time, and in which documents.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    documents: Vec<Arc<ParsedDocument>>,
    found: Found,
}

#[derive(Clone, Debug, Default)]
struct Found {
    /// Pairs of the earlier and the later definition.
    again: Vec<(At, At)>,
    /// Refused objects of which the input has another version that is taken.
    idle: Vec<At>,
}

impl Known {
    /// Takes other documents; returns whether they define the same objects as those of before.
    fn take(&mut self, loaded: &Loaded) -> bool {
        let is_same = self.documents.len() == loaded.documents.len()
            && self.documents.iter().zip(&loaded.documents).all(|(known, now)| defines_the_same(known, &now.parsed));
        if !is_same {
            self.documents = loaded.documents.iter().map(|document| document.parsed.clone()).collect();
            return false;
        }
        for (known, now) in self.documents.iter_mut().zip(&loaded.documents) {
            if !Arc::ptr_eq(known, &now.parsed) {
                *known = now.parsed.clone();
            }
        }
        true
    }
}

fn defines_the_same(a: &Arc<ParsedDocument>, b: &Arc<ParsedDocument>) -> bool {
    let same = |a: &Resource, b: &Resource| {
        identity(a) == identity(b)
            && a.meta.scope == b.meta.scope
            && (a.refused, a.is_refused(), a.is_unreadable(), a.meta.generated, is_check(a))
                == (b.refused, b.is_refused(), b.is_unreadable(), b.meta.generated, is_check(b))
    };
    Arc::ptr_eq(a, b)
        || a.deletes == b.deletes && a.resources.len() == b.resources.len() && a.resources.iter().zip(&b.resources).all(|(a, b)| same(a, b))
}

fn is_check(resource: &Resource) -> bool {
    matches!(resource.kind, Kind::Check(_))
}

/// Marks objects that a later document defines again, as `kubectl apply` would update them, and says so.
///
/// Objects that an API server refuses replace none that it takes: that one is what the cluster has, and the refused one is marked. Objects with `generateName` are new ones each.
pub(super) fn find(loaded: &mut Loaded, known: &mut Known) {
    if !known.take(loaded) {
        known.found = Found { again: defined_again(loaded), idle: idle(loaded) };
    }
    known.found.idle.iter().for_each(|at| mark(loaded, *at));
    for (earlier, later) in &known.found.again {
        let Some(warning) = warning(loaded, *earlier, *later) else { continue };
        loaded.diagnostics.push(warning);
        mark(loaded, *earlier);
    }
    delete(loaded);
}

/// Takes away what a command deletes that documents before it in its file create. Where other files create it, nobody knows what comes first.
fn delete(loaded: &mut Loaded) {
    let mut gone: Vec<At> = Vec::new();
    for (d, document) in loaded.documents.iter().enumerate() {
        let Some(deletes) = document.parsed.deletes else { continue };
        for (r, deleted) in document.parsed.resources.iter().enumerate() {
            let mut open = false;
            for ((other, at), _) in each(loaded).filter(|(_, resource)| is_deleted(deleted, resource)) {
                let is_same_file =
                    loaded.sources.source_of(document.id) == loaded.documents.get(other).and_then(|o| loaded.sources.source_of(o.id));
                match (is_same_file, deletes) {
                    (true, _) if other >= d || loaded.documents.get(other).is_none_or(|o| o.parsed.deletes.is_some()) => {}
                    (true, Deletes::Certainly) => gone.push((other, at)),
                    _ => open = true,
                }
            }
            if !open {
                gone.push((d, r));
            }
        }
    }
    gone.into_iter().for_each(|at| mark(loaded, at));
}

/// Whether a command that deletes one object deletes another: it is that one, or stands in that namespace.
fn is_deleted(deleted: &Resource, resource: &Resource) -> bool {
    if matches!(&resource.kind, Kind::Unread(unread) if unread.cause == Cause::Deleted) {
        return false;
    }
    let namespace = |resource: &Resource| resource.meta.namespace.clone().unwrap_or_else(|| "default".into());
    let group =
        |resource: &Resource| resource.api_version.rsplit_once('/').map_or("", |(group, _)| group).trim_start_matches("crd.").to_string();
    // Without a group `kubectl` means Kubernetes's own kind.
    let is_meant = |group: &str| group != "projectcalico.org" || &*resource.kind_name != "NetworkPolicy";
    let same_group = deleted.api_version.is_empty() && is_meant(&group(resource)) || group(deleted) == group(resource);
    let named = same_group && deleted.meta.name == resource.meta.name && is_kind(&deleted.kind_name, &resource.kind_name);
    let is_itself = named && (!resource.kind.is_namespaced() || namespace(resource) == namespace(deleted));
    let is_within = resource.kind.is_namespaced() && is_kind(&deleted.kind_name, "Namespace") && namespace(resource) == deleted.meta.name;
    is_itself || is_within
}

fn defined_again(loaded: &Loaded) -> Vec<(At, At)> {
    let mut found = Vec::new();
    let places = places(loaded);
    let taken = taken(loaded);
    let mut last: HashMap<(Identity<'_>, There), At> = HashMap::with_capacity(loaded.documents.len());
    for ((d, r), resource) in each(loaded) {
        if resource.refused
            || resource.is_refused() && taken.contains(&identity(resource))
            || resource.is_unreadable()
            || resource.meta.generated
            // All checks are made, whatever their names.
            || is_check(resource)
            || resource.meta.name.is_empty()
        {
            continue;
        }
        match last.entry((identity(resource), there(resource, d, &places))) {
            Entry::Occupied(mut earlier) => found.push((earlier.insert((d, r)), (d, r))),
            Entry::Vacant(place) => {
                place.insert((d, r));
            }
        }
    }
    found
}

/// Where a resource of Azure's is: subscription, resource group, or the document of a template or script that says no more.
type There = (Option<Box<str>>, Option<Box<str>>, Option<usize>);

/// What two templates or scripts make without saying where is not the same. What says nothing at all is the only one of its name.
fn there(resource: &Resource, document: usize, places: &HashMap<(Box<str>, Box<str>), Vec<There>>) -> There {
    let scope = &resource.meta.scope;
    let own = (scope.deployment && scope.group.is_none()).then_some(document);
    if !places.is_empty() && scope.group.is_none() && own.is_none() {
        let name = (resource.kind_name.clone(), resource.meta.name.to_lowercase().into());
        if let Some([only]) = places.get(&name).map(Vec::as_slice) {
            return only.clone();
        }
    }
    (scope.subscription.clone(), scope.group.clone(), own)
}

/// The places of resources that say where they are, by kind and name.
fn places(loaded: &Loaded) -> HashMap<(Box<str>, Box<str>), Vec<There>> {
    let mut places: HashMap<(Box<str>, Box<str>), Vec<There>> = HashMap::new();
    for (d, document) in loaded.documents.iter().enumerate() {
        for resource in document.parsed.resources.iter().filter(|r| r.meta.scope.group.is_some() || r.meta.scope.deployment) {
            let scope = &resource.meta.scope;
            let own = (scope.deployment && scope.group.is_none()).then_some(d);
            let place = (scope.subscription.clone(), scope.group.clone(), own);
            let known = places.entry((resource.kind_name.clone(), resource.meta.name.to_lowercase().into())).or_default();
            if !known.contains(&place) {
                known.push(place);
            }
        }
    }
    places
}

fn mark(loaded: &mut Loaded, (d, r): At) {
    let Some(document) = loaded.documents.get_mut(d) else { return };
    if document.superseded.is_empty() {
        document.superseded = vec![false; document.parsed.resources.len()];
    }
    if let Some(mark) = document.superseded.get_mut(r) {
        *mark = true;
    }
}

fn each(loaded: &Loaded) -> impl Iterator<Item = (At, &Resource)> {
    let documents = loaded.documents.iter().enumerate();
    documents.flat_map(|(d, document)| document.parsed.resources.iter().enumerate().map(move |(r, resource)| ((d, r), &**resource)))
}

/// The objects that an API server takes; nothing if it refuses none.
fn taken(loaded: &Loaded) -> HashSet<Identity<'_>> {
    if !each(loaded).any(|(_, resource)| resource.is_refused()) {
        return HashSet::new();
    }
    each(loaded).filter(|(_, r)| !r.is_refused() && !r.is_unreadable()).map(|(_, r)| identity(r)).collect()
}

/// Refused objects of which the input has another version that is taken.
fn idle(loaded: &Loaded) -> Vec<At> {
    let taken = taken(loaded);
    if taken.is_empty() {
        return Vec::new();
    }
    let named = |resource: &Resource| !resource.meta.generated && !resource.meta.name.is_empty();
    each(loaded).filter(|(_, r)| r.is_refused() && named(r) && taken.contains(&identity(r))).map(|(at, _)| at).collect()
}

fn warning(loaded: &Loaded, earlier: At, later: At) -> Option<Diagnostic> {
    let place = |(d, r): At| {
        let document = loaded.documents.get(d)?;
        let resource = document.parsed.resources.get(r)?;
        Some((resource, resource.meta.name_span.within(document.id)))
    };
    let (_, earlier) = place(earlier)?;
    let (resource, later) = place(later)?;
    let (_, kind, namespace, name, _) = identity(resource);
    let inside = if namespace.is_empty() { String::new() } else { format!(" in namespace `{namespace}`") };
    let warning = Diagnostic::at(
        codes::DUPLICATE_OBJECT,
        Severity::Warning,
        Some(later),
        format!("{kind} `{name}`{inside} is defined more than once"),
    )
    .related_place(earlier, "this one does not count, the last one does")
    .help("remove one of them, or give it another name or namespace");
    Some(warning)
}
