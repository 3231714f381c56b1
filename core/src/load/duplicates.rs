//! Objects that are defined more than once.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use hashbrown::hash_map::Entry;
use hashbrown::{HashMap, HashSet};

use super::Loaded;
use crate::diagnostics::{Diagnostic, Severity};
use crate::document::codes;
use crate::language::{Kind, Resource};

/// What makes two objects the same one for an API server: group, kind, namespace and name. Of resources of one name under different conditions one is
/// deployed, and nobody knows which.
type Identity<'a> = (&'a str, &'a str, &'a str, &'a str, &'a str);

fn identity(resource: &Resource) -> Identity<'_> {
    let group = match resource.api_version.rsplit_once('/').map_or("", |(group, _)| group) {
        // What this group had once is served by others today, as the same objects.
        "extensions" if resource.kind.template().is_some() => "apps",
        "extensions" => "networking.k8s.io",
        group => group,
    };
    let namespace = if resource.kind.is_namespaced() { resource.meta.namespace.as_deref().unwrap_or("default") } else { "" };
    (group, &resource.kind_name, namespace, &resource.meta.name, resource.meta.condition.as_deref().unwrap_or_default())
}

/// Marks objects that a later document defines again, as `kubectl apply` would update them, and says so.
///
/// Objects that an API server refuses replace none that it takes: that one is what the cluster has, and the refused one is marked. Objects with `generateName` are new ones each.
pub(super) fn find(loaded: &mut Loaded) {
    let mut found: Vec<((usize, usize), (usize, usize))> = Vec::new();
    {
        let places = places(loaded);
        let taken = taken(loaded);
        let mut last: HashMap<(Identity<'_>, There), (usize, usize)> = HashMap::with_capacity(loaded.documents.len());
        for (d, document) in loaded.documents.iter().enumerate() {
            for (r, resource) in document.parsed.resources.iter().enumerate() {
                if resource.refused
                    || resource.is_refused() && taken.contains(&identity(resource))
                    || resource.is_unreadable()
                    || resource.meta.generated
                    // All checks are made, whatever their names.
                    || matches!(resource.kind, Kind::Check(_))
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
        }
    }
    mark_refused(loaded);
    for (earlier, later) in found {
        let Some(warning) = warning(loaded, earlier, later) else { continue };
        loaded.diagnostics.push(warning);
        mark(loaded, earlier);
    }
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

fn mark(loaded: &mut Loaded, (d, r): (usize, usize)) {
    let Some(document) = loaded.documents.get_mut(d) else { return };
    if document.superseded.is_empty() {
        document.superseded = vec![false; document.parsed.resources.len()];
    }
    if let Some(mark) = document.superseded.get_mut(r) {
        *mark = true;
    }
}

fn each(loaded: &Loaded) -> impl Iterator<Item = ((usize, usize), &Resource)> {
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

/// Marks refused objects of which the input has another version that is taken.
fn mark_refused(loaded: &mut Loaded) {
    let taken = taken(loaded);
    if taken.is_empty() {
        return;
    }
    let named = |resource: &Resource| !resource.meta.generated && !resource.meta.name.is_empty();
    let idle: Vec<(usize, usize)> =
        each(loaded).filter(|(_, r)| r.is_refused() && named(r) && taken.contains(&identity(r))).map(|(place, _)| place).collect();
    drop(taken);
    idle.into_iter().for_each(|place| mark(loaded, place));
}

fn warning(loaded: &Loaded, earlier: (usize, usize), later: (usize, usize)) -> Option<Diagnostic> {
    let place = |(d, r): (usize, usize)| {
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
