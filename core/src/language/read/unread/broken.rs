//! What a text that cannot be read might have said: as much of its kind, namespace and selector as can be had.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::super::kinds::{KnownKind, Role};
use super::{Class, SENTINEL, classify, meta, unread, ways};
use crate::document::{Node, NodeId, NodeRef, Tree, Value, is_custom_table};
use crate::language::registry::Languages;
use crate::language::unread::{Cause, Effect, Enforcer, Namespaces, Unread, Whom};
use crate::language::{Flaws, Kind, Meta, Resource};
use crate::text::Span;

/// Words that only policies have.
const TELLING_WORDS: [&str; 5] = ["podSelector", "policyTypes", "endpointSelector", "namespaceSelector", "ipBlock"];
/// Words by which other texts speak of them: Terraform, tables and descriptions that `kubectl` prints.
const OTHER_WORDS: [&str; 9] = [
    // What `-o name` and `kubectl apply` print.
    "networkpolicy.",
    "networkpolicy/",
    "NetworkPolicy",
    "kubernetes_network_policy",
    "networkpolicies",
    "POD-SELECTOR",
    "PodSelector:",
    "Policy Types:",
    "AuthorizationPolicy",
];

/// What may stand in a text that is none of an object: anything, if it speaks of policies.
pub(crate) fn no_object(text: &str, is_mapping: bool, at: Span) -> Vec<Resource> {
    let others = OTHER_WORDS.iter().filter(|_| !is_mapping);
    let speaks = TELLING_WORDS.iter().chain(others).any(|word| text.contains(word)) || is_custom_table(text);
    if speaks { alloc::vec![anything(at, Cause::Broken)] } else { Vec::new() }
}

/// The objects of a text of which `tree` is what could be read: its beginning, or all of it without the actions of a template. Where not even a kind
/// is there, words of the text have to do.
pub(crate) fn broken(languages: Languages, tree: &Tree, text: &str, from: usize, at: Span, cause: Cause) -> Vec<Resource> {
    if let Some(root) = tree.root().filter(|root| root.get("kind").is_some()) {
        let mut found = objects(languages, root, cause, 0);
        let items = root.get("items").and_then(NodeRef::as_sequence).filter(|_| cause == Cause::Broken);
        if let Some(end) = items.into_iter().flatten().map(|item| item.span().end as usize).max() {
            // Of the list only the beginning is there.
            found.extend(by_words(languages, text, end, at, cause));
        }
        return found;
    }
    by_words(languages, text, from, at, cause)
}

/// What another program makes in a cluster, and is not evaluated.
pub(in crate::language) fn made_elsewhere(kind: &str, name: &str, at: Span, effects: Vec<Effect>) -> Resource {
    let meta = Meta { name: name.into(), ..Meta::default() };
    resource(kind, at, meta, at, Unread::new(Cause::Kind, effects))
}

/// Something of which nothing is known but that it is there.
pub(crate) fn anything(at: Span, cause: Cause) -> Resource {
    resource("", at, Meta::default(), at, Unread::new(cause, alloc::vec![Effect::default()]))
}

fn resource(kind: &str, kind_span: Span, meta: Meta, span: Span, unread: Unread) -> Resource {
    Resource {
        api_version: Box::default(),
        kind_name: kind.into(),
        kind_span,
        meta,
        span,
        refused: false,
        flaws: Flaws::default(),
        kind: Kind::Unread(Box::new(unread)),
    }
}

fn objects(languages: Languages, node: NodeRef<'_>, cause: Cause, depth: usize) -> Vec<Resource> {
    let kind_node = node.get("kind");
    let Some(kind) = kind_node.and_then(NodeRef::as_str) else { return Vec::new() };
    if let Some(items) = node.get("items").and_then(NodeRef::as_sequence).filter(|_| depth == 0) {
        return items.flat_map(|item| objects(languages, item, cause, depth + 1)).collect();
    }
    let kind_span = kind_node.map_or(node.span(), NodeRef::span);
    let api_version = node.get("apiVersion").and_then(NodeRef::as_str).unwrap_or_default();
    let Some(mut found) = what(languages, node, kind, api_version, cause) else { return Vec::new() };
    super::in_any_namespace(node, &mut found);
    let meta = meta(node);
    // What follows an error may say more of it: only what something stands behind is complete.
    let has_more = || {
        let metadata = node.get("metadata").is_some_and(|metadata| metadata.as_mapping().is_some());
        metadata && node.as_mapping().and_then(<[_]>::last).is_some_and(|last| &*last.key != "metadata")
    };
    let complete = cause == Cause::Template || has_more();
    let in_namespace = meta.namespace.is_some() || cause == Cause::Broken && complete;
    for effect in &mut found.effects {
        if effect.subject.namespaces == Namespaces::Own && !in_namespace {
            effect.subject.namespaces = Namespaces::All;
        }
        if cause == Cause::Broken {
            (effect.ingress, effect.egress, effect.denies) = (true, true, true);
            effect.allows = found.enforcer != Enforcer::Beside;
        }
    }
    found.effects.dedup();
    for way in &mut found.ways {
        way.namespace = meta.namespace.clone().or_else(|| in_namespace.then(Box::default));
        way.name = Some(meta.name.clone()).filter(|name| !name.is_empty());
    }
    alloc::vec![resource(kind, kind_span, meta, node.span(), found)]
}

/// What an object of a kind might do; nothing if it concerns no connections and makes no pods.
fn what(languages: Languages, node: NodeRef<'_>, kind: &str, api_version: &str, cause: Cause) -> Option<Unread> {
    let mut found = match languages.known(kind, api_version) {
        Some(known) => of_known(node, known, cause)?,
        None => match classify(kind, api_version) {
            Class::Policy(family, _) => unread(node, family, kind, cause),
            Class::MakesPods => Unread::pods(),
            Class::Irrelevant | Class::Traffic | Class::OfEngine(_) | Class::Unknown => return None,
        },
    };
    if found.effects.is_empty() && found.ways.is_empty() && found.cause != Cause::MakesPods {
        let subject = Whom { namespaces: Namespaces::Own, ..Default::default() };
        found.effects.push(Effect { subject, ..Effect::default() });
    }
    Some(found)
}

fn of_known(node: NodeRef<'_>, known: &KnownKind, cause: Cause) -> Option<Unread> {
    let (family, enforcer) = match known.role {
        Role::Policy(family, enforcer) => (family, enforcer),
        Role::MakesPods | Role::MakesPodsByTemplate => return Some(Unread::pods()),
        // What of packets' ways it makes is told by its name, if that can be read.
        Role::Other if matches!(known.name, "Service" | "Ingress") => {
            return Some(Unread { ways: alloc::vec![ways::unnamed(known.name)], ..Unread::new(cause, Vec::new()) });
        }
        Role::Other => return None,
    };
    Some(Unread { enforcer, ..unread(node, family, known.name, cause) })
}

/// What the words `kind` and `namespace` of a text tell, from an offset on.
fn by_words(languages: Languages, text: &str, from: usize, at: Span, cause: Cause) -> Vec<Resource> {
    let rest = text.get(from..).unwrap_or_default();
    let kinds: Vec<(usize, &str)> = values_of(rest, "kind").collect();
    let versions = values_of(rest, "apiVersion").count();
    if kinds.is_empty() {
        let is_policy = versions > 0 || TELLING_WORDS.iter().chain(&OTHER_WORDS).any(|word| rest.contains(word));
        return if is_policy { alloc::vec![anything(at, cause)] } else { Vec::new() };
    }
    // In a document of one object, further kinds are those of what it refers to.
    let top = kinds.iter().find(|(offset, _)| *offset == 0 || rest.as_bytes().get(*offset - 1) == Some(&b'\n'));
    let single: Vec<(usize, &str)> = top.filter(|(_, kind)| !kind.ends_with("List")).copied().into_iter().collect();
    let kinds = if single.is_empty() { kinds } else { single };
    let mut namespaces: Vec<&str> = values_of(rest, "namespace").map(|(_, value)| value).collect();
    namespaces.sort_unstable();
    namespaces.dedup();
    let namespace = match namespaces.as_slice() {
        [one] if cause == Cause::Broken && !super::is_placeholder(one) => Some(*one),
        _ => None,
    };
    let mut found: Vec<Resource> = Vec::new();
    for (offset, kind) in kinds {
        let Some(mut object) = nameless(languages, kind, cause) else { continue };
        let start = (from + offset) as u32;
        let span = Span::new(start, start + "kind".len() as u32);
        for effect in &mut object.effects {
            let own = effect.subject.namespaces == Namespaces::Own && namespace.is_some();
            *effect = Effect { allows: effect.allows, ports: effect.ports.clone(), ..Effect::default() };
            effect.subject.namespaces = if own { Namespaces::Own } else { Namespaces::All };
        }
        let meta = Meta { namespace: namespace.map(Box::from), ..Meta::default() };
        if !found.iter().any(|other| *other.kind_name == *kind) {
            found.push(resource(kind, span, meta, span, object));
        }
    }
    found
}

/// What may stand in the rest of a list of which a part is there. `kinds` are its own and that of its items, if all are of one; of pods alone the
/// `namespace` tells whose they are.
pub(in crate::language) fn rest_of_list(
    languages: Languages,
    (own, of_items): (&str, Option<&str>),
    api_version: &str,
    at: Span,
    namespace: Option<Box<str>>,
) -> Option<Resource> {
    let mut object = match of_items {
        Some(kind) => of_kind(languages, kind, api_version, Cause::RestOfList)?,
        None => Unread::new(Cause::RestOfList, alloc::vec![Effect::default()]),
    };
    for effect in &mut object.effects {
        effect.subject.namespaces = Namespaces::All;
    }
    let namespace = namespace.filter(|_| object.cause == Cause::MakesPods);
    Some(resource(own, at, Meta { namespace, ..Meta::default() }, at, object))
}

/// What an object might do of which the kind alone is known.
fn nameless(languages: Languages, kind: &str, cause: Cause) -> Option<Unread> {
    of_kind(languages, kind, "", cause)
}

fn of_kind(languages: Languages, kind: &str, api_version: &str, cause: Cause) -> Option<Unread> {
    let null = Node { span: Span::default(), value: Value::Null };
    let empty = Tree { nodes: alloc::vec![null], root: Some(NodeId(0)), ..Tree::default() };
    what(languages, empty.root()?, kind, api_version, cause)
}

/// Where a key stands in a text that is no YAML, and its value as far as it is a word.
fn values_of<'t>(text: &'t str, key: &'static str) -> impl Iterator<Item = (usize, &'t str)> {
    text.match_indices(key).filter_map(move |(at, _)| {
        let before = text.get(..at)?.bytes().next_back();
        if before.is_some_and(|b| !matches!(b, b' ' | b'\n' | b'\t' | b'"' | b'\'' | b'{' | b',' | b'-')) {
            return None;
        }
        let after = text.get(at + key.len()..)?.trim_start_matches(['"', '\'']).trim_start_matches(' ');
        let value = after.strip_prefix(':')?.trim_start_matches([' ', '"', '\'']);
        let end = value.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '/' | '_'))).unwrap_or(value.len());
        value.get(..end).filter(|word| !word.is_empty() && !word.contains(SENTINEL)).map(|word| (at, word))
    })
}
