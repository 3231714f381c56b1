//! **What was edited between two inputs**, object by object; and inputs between the two: the older one with some of the edits.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;

use hashbrown::HashMap;

use super::{Loaded, LoadedDocument, duplicates};
use crate::language::{Kind, Resource};
use crate::text::{DocumentId, Place, SourceId, Span};

/// One object that is another in the newer input, or is only in one of the two.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct ObjectEdit {
    /// Kind, namespace and name: `NetworkPolicy shop/db`.
    pub object: String,
    /// The first line that differs, in the older input; nothing if the object is new.
    pub before: Option<Place>,
    /// The same in the newer input; nothing if the object is gone.
    pub after: Option<Place>,
}

/// An object by the numbers of its document and in it.
type At = (usize, usize);

/// What makes two objects the same one: group, kind, namespace, name, condition, and for Azure's where they are.
type Key = [Box<str>; 7];

/// Two inputs and what was edited between them.
#[derive(Clone, Debug)]
pub(crate) struct Edits {
    /// The documents of the older input, then those of the newer one, of which no object counts.
    base: Loaded,
    /// How many are of the older input.
    older: usize,
    edits: Vec<(ObjectEdit, Option<At>, Option<At>)>,
}

impl Edits {
    /// Compares two inputs. Checks are left out, as no verdict depends on them. Objects that name no namespace are told as in this one.
    pub(crate) fn new(older: &Loaded, newer: &Loaded, default_namespace: &str) -> Self {
        let mut pairs: HashMap<Key, [Vec<Object<'_>>; 2]> = HashMap::new();
        for (side, loaded) in [older, newer].into_iter().enumerate() {
            for object in objects(loaded) {
                if let Some(list) = pairs.entry(key(object.resource)).or_default().get_mut(side) {
                    list.push(object);
                }
            }
        }
        let mut edits: Vec<_> = pairs.into_values().flat_map(|[olds, news]| unlike(older, newer, olds, news, default_namespace)).collect();
        // In the order of the newer text, then what is gone.
        edits.sort_by_key(|(_, old, new)| (new.is_none(), *new, *old));
        Edits { base: joined(older, newer), older: older.documents.len(), edits }
    }

    /// What was edited, in the order of the newer text, then what is gone.
    pub(crate) fn list(&self) -> impl ExactSizeIterator<Item = &ObjectEdit> {
        self.edits.iter().map(|(edit, ..)| edit)
    }

    /// The older input with those of the edits for whose numbers `taken` says so.
    pub(crate) fn with(&self, taken: impl Fn(usize) -> bool) -> Loaded {
        let mut loaded = self.base.clone();
        let mut set = |document: usize, resource: usize, counts: bool| {
            let mark = loaded.documents.get_mut(document).and_then(|document| document.superseded.get_mut(resource));
            if let Some(mark) = mark {
                *mark = !counts;
            }
        };
        for (_, (_, old, new)) in self.edits.iter().enumerate().filter(|(number, _)| taken(*number)) {
            if let Some((document, resource)) = old {
                set(*document, *resource, false);
            }
            if let Some((document, resource)) = new {
                set(self.older + document, *resource, true);
            }
        }
        loaded
    }
}

/// Whether an object is written the same in two inputs; where it stands does not matter.
pub(crate) fn is_same(
    loaded: &Loaded,
    (document, resource): (DocumentId, &Resource),
    other: &Loaded,
    (there, same): (DocumentId, &Resource),
) -> bool {
    if resource == same {
        return true;
    }
    // What Azure's objects say depends on more than the text of one: on parameters, variables and later commands.
    if matches!(resource.kind, Kind::Azure(_)) {
        return false;
    }
    let lines = |loaded: &Loaded, document, resource: &Resource| -> Option<Vec<String>> {
        let text = loaded.sources.slice(resource.span.within(document));
        let indent =
            text.lines().skip(1).filter(|line| !line.trim().is_empty()).map(|line| line.len() - line.trim_start().len()).min().unwrap_or(0);
        let is_plain = !text.contains('$');
        is_plain.then(|| {
            text.lines().enumerate().map(|(i, line)| line.get(if i == 0 { 0 } else { indent }..).unwrap_or_default().into()).collect()
        })
    };
    duplicates::identity(resource) == duplicates::identity(same)
        && key(resource) == key(same)
        && lines(loaded, document, resource).is_some_and(|own| lines(other, there, same) == Some(own))
}

#[derive(Clone, Copy)]
struct Object<'a> {
    at: At,
    document: DocumentId,
    resource: &'a Arc<Resource>,
}

impl Object<'_> {
    fn place(&self) -> Place {
        self.resource.span.within(self.document)
    }
}

/// The objects that count.
fn objects(loaded: &Loaded) -> impl Iterator<Item = Object<'_>> {
    loaded.documents.iter().enumerate().flat_map(|(d, document)| {
        let resources = document.counting().filter(|(_, resource)| !matches!(resource.kind, Kind::Check(_)));
        resources.map(move |(r, resource)| Object { at: (d, r), document: document.id, resource })
    })
}

fn key(resource: &Resource) -> Key {
    let (group, kind, namespace, name, condition) = duplicates::identity(resource);
    let scope = &resource.meta.scope;
    let of_azure = |part: &Option<Box<str>>| part.as_deref().unwrap_or_default().to_lowercase();
    [group, kind, namespace, &name, condition, &of_azure(&scope.subscription), &of_azure(&scope.group)].map(Box::from)
}

/// Of objects with one key: those that are not the same, in order.
fn unlike(
    older: &Loaded,
    newer: &Loaded,
    olds: Vec<Object<'_>>,
    mut news: Vec<Object<'_>>,
    default_namespace: &str,
) -> Vec<(ObjectEdit, Option<At>, Option<At>)> {
    let mut left = Vec::new();
    for old in olds {
        let same = |new: &Object<'_>| is_same(older, (old.document, old.resource), newer, (new.document, new.resource));
        match news.iter().position(same) {
            Some(found) => drop(news.remove(found)),
            None => left.push(old),
        }
    }
    let (mut olds, mut news) = (left.into_iter(), news.into_iter());
    let mut edits = Vec::new();
    loop {
        let (old, new) = (olds.next(), news.next());
        let Some(resource) = new.or(old).map(|object| object.resource) else { return edits };
        let object = title(resource, default_namespace);
        let (before, after) = match (&old, &new) {
            (Some(old), Some(new)) => first_lines(older, old, newer, new),
            (old, new) => {
                (old.as_ref().map(|old| first_line(older, old.place(), 0)), new.as_ref().map(|new| first_line(newer, new.place(), 0)))
            }
        };
        edits.push((ObjectEdit { object, before, after }, old.map(|old| old.at), new.map(|new| new.at)));
    }
}

fn title(resource: &Resource, default_namespace: &str) -> String {
    let kind = if resource.kind_name.is_empty() { "object" } else { &resource.kind_name };
    if resource.meta.name.is_empty() { kind.into() } else { format!("{kind} {}", resource.full_name(default_namespace)) }
}

/// The first lines that differ.
fn first_lines(older: &Loaded, old: &Object<'_>, newer: &Loaded, new: &Object<'_>) -> (Option<Place>, Option<Place>) {
    let (before, after) = (older.sources.slice(old.place()), newer.sources.slice(new.place()));
    let same = before.lines().zip(after.lines()).take_while(|(before, after)| before == after).count();
    (Some(first_line(older, old.place(), same)), Some(first_line(newer, new.place(), same)))
}

/// The line of a place with this number, without what it is indented by; the last one if there are not so many.
fn first_line(loaded: &Loaded, place: Place, number: usize) -> Place {
    let text = loaded.sources.slice(place);
    let mut start = 0;
    let mut found = (0, text.lines().next().unwrap_or_default());
    for line in text.split_inclusive('\n').take(number + 1) {
        if !line.trim().is_empty() {
            found = (start, line);
        }
        start += line.len();
    }
    let (start, line) = found;
    let indent = line.len() - line.trim_start().len();
    let start = place.span.start + (start + indent) as u32;
    Span { start, end: start + line.trim().len() as u32 }.within(place.document)
}

/// The documents of both inputs, of which only the objects of the older one count.
fn joined(older: &Loaded, newer: &Loaded) -> Loaded {
    let mut base = Loaded::default();
    for (loaded, counts) in [(older, true), (newer, false)] {
        let sources: Vec<_> = loaded.sources.iter().map(|(_, source)| base.sources.add_indexed(source.clone())).collect();
        for document in &loaded.documents {
            let position = loaded.sources.position(Span::default().within(document.id));
            let source = position.as_ref().and_then(|position| sources.get(position.source.0 as usize)).copied().unwrap_or(SourceId(0));
            let id = base.sources.add_document(source, position.map_or(0, |position| position.start));
            let mut superseded = vec![!counts; document.parsed.resources.len()];
            if counts {
                superseded.iter_mut().zip(&document.superseded).for_each(|(mark, own)| *mark = *own);
            }
            base.documents.push(LoadedDocument { id, parsed: document.parsed.clone(), superseded });
        }
    }
    base
}
