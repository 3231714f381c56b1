//! Objects that are defined more than once.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;

use hashbrown::{HashMap, HashSet};

use super::{Deletes, Loaded, Makes, ParsedDocument};
use crate::diagnostics::{Diagnostic, Severity};
use crate::document::codes;
use crate::language::codes::COMMAND_NOT_FOLLOWED;
use crate::language::script::is_kind;
use crate::language::unread::Cause;
use crate::language::{Kind, Resource};

/// What makes two objects the same one for an API server: group, kind, namespace and name. Of resources of one name under different conditions one is
/// deployed, and nobody knows which. Names of Azure's resources are the same in any case.
///
/// Upstream: Microsoft Learn, "Naming rules and restrictions for Azure resources".
pub(super) type Identity<'a> = (&'a str, &'a str, &'a str, Cow<'a, str>, &'a str);

pub(super) fn identity(resource: &Resource) -> Identity<'_> {
    let group = match resource.api_version.rsplit_once('/').map_or("", |(group, _)| group) {
        // What this group had once is served by others today, as the same objects.
        "extensions" if resource.kind.template().is_some() => "apps",
        "extensions" => "networking.k8s.io",
        group => group,
    };
    let namespace = if resource.kind.is_namespaced() { resource.meta.namespace.as_deref().unwrap_or("default") } else { "" };
    let is_folded = matches!(resource.kind, Kind::Azure(_)) && resource.meta.name.contains(|c: char| c.is_ascii_uppercase());
    let name = if is_folded { Cow::Owned(resource.meta.name.to_ascii_lowercase()) } else { Cow::Borrowed(&*resource.meta.name) };
    (group, &resource.kind_name, namespace, name, resource.meta.condition.as_deref().unwrap_or_default())
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
    /// Pairs of an object that is there, and one that a command would make as a new one, which fails.
    kept: Vec<(At, At)>,
    /// Objects that a command would put in place of others, of which none is there.
    missing: Vec<At>,
    /// Objects of which it is not known whether they are made: it hangs on what is there before.
    doubtful: Vec<At>,
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
            && (a.refused, a.is_refused(), a.is_unreadable(), a.meta.generated, is_check(a), a.flaws.in_doubt)
                == (b.refused, b.is_refused(), b.is_unreadable(), b.meta.generated, is_check(b), b.flaws.in_doubt)
    };
    Arc::ptr_eq(a, b)
        || (a.deletes, a.makes) == (b.deletes, b.makes)
            && a.resources.len() == b.resources.len()
            && a.resources.iter().zip(&b.resources).all(|(a, b)| same(a, b))
}

fn is_check(resource: &Resource) -> bool {
    matches!(resource.kind, Kind::Check(_))
}

/// Marks objects that a later document defines again, as `kubectl apply` would update them, and says so.
///
/// Objects that an API server refuses replace none that it takes: that one is what the cluster has, and the refused one is marked. Objects with `generateName` are new ones each.
pub(super) fn find(loaded: &mut Loaded, known: &mut Known) {
    if !known.take(loaded) {
        known.found = Found { idle: idle(loaded), ..defined_again(loaded) };
    }
    known.found.idle.iter().for_each(|at| mark(loaded, *at));
    for (earlier, later) in &known.found.again {
        let Some(warning) = warning(loaded, *earlier, *later) else { continue };
        loaded.diagnostics.push(warning);
        mark(loaded, *earlier);
    }
    for (there, new) in &known.found.kept {
        let Some(warning) = warning(loaded, *there, *new) else { continue };
        let message = warning.message.replace("is defined more than once", "is there already: `create` fails, and changes nothing");
        let related = warning.related.into_iter().map(|related| related.place);
        let place = warning.place;
        let finding = Diagnostic::at(COMMAND_NOT_FOLLOWED, Severity::Warning, place, message);
        let finding = related.fold(finding, |finding, place| finding.related_place(place, "this one counts"));
        loaded.diagnostics.push(finding.help("use `kubectl apply`, which changes what is there"));
        mark(loaded, *new);
    }
    for at in &known.found.missing {
        let found = loaded.documents.get(at.0).and_then(|document| Some((document.parsed.resources.get(at.1)?, document.id)));
        let Some((resource, id)) = found else { continue };
        let message = format!(
            "nothing in the input makes {} `{}` before: `replace` fails where it is not there",
            resource.kind_name, resource.meta.name
        );
        let place = Some(resource.meta.name_span.within(id));
        loaded.diagnostics.push(
            Diagnostic::at(COMMAND_NOT_FOLLOWED, Severity::Warning, place, message)
                .help("use `kubectl apply`, or add what was there before to the input"),
        );
    }
    known.found.missing.iter().chain(&known.found.doubtful).for_each(|at| doubt(loaded, *at));
    label(loaded);
    delete(loaded);
}

/// Adds labels of commands to the namespaces that the input has; to one that it does not have, those of all commands are added. That is there all the same,
/// or the command fails.
fn label(loaded: &mut Loaded) {
    let labels = |loaded: &Loaded, d: usize| match loaded.documents.get(d).map(|document| document.parsed.makes) {
        Some(Makes::Labels { overwrites }) => Some(overwrites),
        _ => None,
    };
    let counts = |loaded: &Loaded, (d, r): At| {
        loaded.documents.get(d).is_some_and(|document| document.superseded.get(r).is_none_or(|superseded| !superseded))
    };
    for d in 0..loaded.documents.len() {
        let Some(overwrites) = labels(loaded, d) else { continue };
        let Some(own) = loaded.documents.get(d).and_then(|document| document.parsed.resources.first().cloned()) else { continue };
        let others = each(loaded).filter(|(at, other)| at.0 != d && identity(other) == identity(&own) && counts(loaded, *at));
        // The object itself, or what an earlier command made of it.
        let target = others
            .map(|(at, _)| at)
            .filter(|at| labels(loaded, at.0).is_none() || at.0 < d)
            .min_by_key(|at| labels(loaded, at.0).is_some());
        let Some((at, r)) = target else { continue };
        mark(loaded, (d, 0));
        let Some(resource) = loaded.documents.get_mut(at).and_then(|other| Arc::make_mut(&mut other.parsed).resources.get_mut(r)) else {
            continue;
        };
        let there = &resource.meta.labels;
        let fails = own.meta.labels.iter().any(|(key, value)| there.get(key).is_some_and(|known| known != value));
        if !fails || overwrites {
            let resource = Arc::make_mut(resource);
            own.meta.labels.iter().for_each(|(key, value)| resource.meta.labels.set(key, value));
        }
    }
}

/// Puts a policy in doubt.
fn doubt(loaded: &mut Loaded, (d, r): At) {
    let Some(resource) = loaded.documents.get_mut(d).and_then(|document| Arc::make_mut(&mut document.parsed).resources.get_mut(r)) else {
        return;
    };
    if resource.kind.is_policy() && !matches!(resource.kind, Kind::Unread(_) | Kind::Check(_)) {
        let resource = Arc::make_mut(resource);
        resource.refused = true;
        resource.flaws.in_doubt = true;
    }
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

/// An object that is there, and whether that is certain.
type Present = (At, bool);

fn defined_again(loaded: &Loaded) -> Found {
    let mut found = Found::default();
    let places = places(loaded);
    let taken = taken(loaded);
    let mut last: HashMap<(Identity<'_>, There), Present> = HashMap::with_capacity(loaded.documents.len());
    let source = |d: usize| loaded.documents.get(d).and_then(|document| loaded.sources.source_of(document.id));
    for ((d, r), resource) in each(loaded) {
        let Some(document) = loaded.documents.get(d) else { continue };
        if matches!(document.parsed.makes, Makes::Labels { .. }) {
            continue;
        }
        if let Some(deletes) = document.parsed.deletes {
            let object = |(d, r): At| loaded.documents.get(d).and_then(|document| document.parsed.resources.get(r));
            let is_gone = |at: At| source(at.0) == source(d) && object(at).is_some_and(|object| is_deleted(resource, object));
            match deletes {
                Deletes::Certainly => last.retain(|_, (at, _)| !is_gone(*at)),
                Deletes::Perhaps => last.values_mut().filter(|(at, _)| is_gone(*at)).for_each(|(_, sure)| *sure = false),
            }
        }
        if resource.refused && !resource.flaws.in_doubt
            || resource.is_refused() && !resource.flaws.in_doubt && taken.contains(&identity(resource))
            || resource.is_unreadable()
            || resource.meta.generated
            // All checks are made, whatever their names.
            || is_check(resource)
            || resource.meta.name.is_empty()
        {
            continue;
        }
        let key = (identity(resource), there(resource, d, &places));
        let own = (d, r);
        if resource.flaws.in_doubt {
            // It takes nothing's place for certain.
            last.entry(key).or_insert((own, false));
            continue;
        }
        match (document.parsed.makes, last.get(&key).copied()) {
            (Makes::New, Some((at, true))) if source(at.0) == source(d) => found.kept.push((at, own)),
            (Makes::New, Some((at, _))) => {
                found.doubtful.extend([at, own]);
                last.insert(key, (own, false));
            }
            (Makes::Replacement, None) => {
                found.missing.push(own);
                last.insert(key, (own, false));
            }
            (Makes::Replacement, Some((at, false))) => {
                found.doubtful.extend([at, own]);
                last.insert(key, (own, false));
            }
            (_, earlier) => {
                // What is in doubt is no other definition.
                let is_doubtful =
                    |at: At| loaded.documents.get(at.0).and_then(|d| d.parsed.resources.get(at.1)).is_some_and(|r| r.flaws.in_doubt);
                found.again.extend(earlier.filter(|(at, _)| !is_doubtful(*at)).map(|(at, _)| (at, own)));
                last.insert(key, (own, true));
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
