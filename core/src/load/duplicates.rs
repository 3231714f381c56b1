//! Objects that are defined more than once.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use hashbrown::HashMap;
use hashbrown::hash_map::Entry;

use super::Loaded;
use crate::diagnostics::{Diagnostic, Severity};
use crate::document::codes;
use crate::resources::{Kind, Resource};

/// What makes two objects the same one for an API server: group, kind, namespace and name.
type Identity<'a> = (&'a str, &'a str, &'a str, &'a str);

fn identity(resource: &Resource) -> Identity<'_> {
    let group = match resource.api_version.rsplit_once('/').map_or("", |(group, _)| group) {
        // What this group had once is served by others today, as the same objects.
        "extensions" if matches!(resource.kind, Kind::Workload(_)) => "apps",
        "extensions" => "networking.k8s.io",
        group => group,
    };
    let namespace = match resource.kind {
        Kind::Namespace | Kind::Node(_) | Kind::ClusterPolicy(_) | Kind::Azure(_) => "",
        _ => resource.meta.namespace.as_deref().unwrap_or("default"),
    };
    (group, &resource.kind_name, namespace, &resource.meta.name)
}

/// Marks objects that a later document defines again, as `kubectl apply` would update them, and says so.
///
/// Objects that an API server refuses take no part: they neither replace another one nor need to be replaced. Neither do objects with
/// `generateName`, each of which is a new one.
pub(super) fn find(loaded: &mut Loaded) {
    let mut found: Vec<((usize, usize), (usize, usize))> = Vec::new();
    {
        let mut last: HashMap<Identity<'_>, (usize, usize)> = HashMap::with_capacity(loaded.documents.len());
        for (d, document) in loaded.documents.iter().enumerate() {
            for (r, resource) in document.parsed.resources.iter().enumerate() {
                if resource.refused || resource.meta.generated || resource.meta.name.is_empty() {
                    continue;
                }
                match last.entry(identity(resource)) {
                    Entry::Occupied(mut earlier) => found.push((earlier.insert((d, r)), (d, r))),
                    Entry::Vacant(place) => {
                        place.insert((d, r));
                    }
                }
            }
        }
    }
    for (earlier, later) in found {
        let Some(warning) = warning(loaded, earlier, later) else { continue };
        loaded.diagnostics.push(warning);
        if let Some(document) = loaded.documents.get_mut(earlier.0) {
            if document.superseded.is_empty() {
                document.superseded = vec![false; document.parsed.resources.len()];
            }
            if let Some(mark) = document.superseded.get_mut(earlier.1) {
                *mark = true;
            }
        }
    }
}

fn warning(loaded: &Loaded, earlier: (usize, usize), later: (usize, usize)) -> Option<Diagnostic> {
    let place = |(d, r): (usize, usize)| {
        let document = loaded.documents.get(d)?;
        let resource = document.parsed.resources.get(r)?;
        Some((resource, resource.meta.name_span.within(document.id)))
    };
    let (_, earlier) = place(earlier)?;
    let (resource, later) = place(later)?;
    let (_, kind, namespace, name) = identity(resource);
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
