//! Documents that cannot be read: what they might have said, so that they are not taken to be absent.

use alloc::vec::Vec;

use super::{Limits, ParsedDocument};
use crate::diagnostics::{Code, Diagnostic};
use crate::document::{self, Parsed, codes};
use crate::language::unread::Cause;
use crate::language::{self, Languages, Resource};
use crate::text::Span;

/// The first error for which a document, or the rest of it, was left out.
fn fatal(diagnostics: &[Diagnostic]) -> Option<&Diagnostic> {
    const LIMITS: [Code; 4] = [codes::TOO_LARGE, codes::TOO_DEEP, codes::TOO_MANY_VALUES, codes::ALIAS_EXPANSION];
    let leaves_out = |d: &&Diagnostic| codes::NOT_YAML.contains(&d.code) || d.code == codes::ALIAS || LIMITS.contains(&d.code);
    diagnostics.iter().find(leaves_out)
}

/// What might stand in the part of a document that could not be read; nothing if all of it could.
pub(super) fn unread(languages: Languages, text: &str, parsed: &Parsed, limits: &Limits) -> Vec<Resource> {
    let root = parsed.tree.root();
    let error = fatal(&parsed.diagnostics);
    let at = error.or_else(|| parsed.diagnostics.first().filter(|_| root.is_none())).and_then(|error| error.place).map(|place| place.span);
    let at = at.or_else(|| root.map(|root| root.span())).unwrap_or_default();
    // Operators in a cluster make resources of Azure's, too.
    let version = root.and_then(|root| root.get("apiVersion")).and_then(|version| version.as_str()).unwrap_or_default();
    let is_other = !languages.claims(&parsed.tree) && (root.is_none_or(|root| root.get("kind").is_none()) || version.contains("azure"));
    let lost = if error.is_some() || is_other { languages.lost(text, at) } else { Vec::new() };
    policies(languages, text, parsed, limits).into_iter().chain(lost).collect()
}

/// The same of policies within a cluster.
fn policies(languages: Languages, text: &str, parsed: &Parsed, limits: &Limits) -> Vec<Resource> {
    let Some(error) = fatal(&parsed.diagnostics) else {
        // Text of another language that happens to be YAML, what commands print for people, a mapping that does not say what it is.
        let root = parsed.tree.root();
        let is_object =
            root.is_some_and(|root| root.get("kind").or_else(|| root.get("apiVersion")).is_some() || root.as_sequence().is_some());
        if is_object || root.is_none() && parsed.diagnostics.is_empty() {
            return Vec::new();
        }
        let at = root.map(|root| root.span()).or_else(|| Some(parsed.diagnostics.first()?.place?.span)).unwrap_or_default();
        return language::no_object(text, root.is_some_and(|root| root.as_mapping().is_some()), at);
    };
    let at = error.place.map_or(Span::default(), |place| place.span);
    if error.code == codes::BINARY {
        return alloc::vec![language::anything(at, Cause::Broken)];
    }
    if error.code == codes::TEMPLATE {
        let plain = document::without_actions(text);
        let tree = document::parse(&plain, limits).tree;
        return language::broken(languages, &tree, &plain, 0, at, Cause::Template);
    }
    if let Some(root) = parsed.tree.root() {
        // The complete objects of a list were kept.
        let ends = root.get("items").and_then(|items| items.as_sequence()).into_iter().flatten().map(|item| item.span().end as usize);
        return language::broken(languages, &document::Tree::default(), text, ends.max().unwrap_or(0), at, Cause::Broken);
    }
    // Up to the line of the error, the text may be whole.
    let before = text.get(..at.start as usize).and_then(|head| head.rfind('\n')).map_or(0, |end| end + 1);
    let head = text.get(..before).unwrap_or_default();
    let tree = if error.code == codes::TOO_LARGE { document::Tree::default() } else { document::parse(head, limits).tree };
    language::broken(languages, &tree, text, 0, at, Cause::Broken)
}

/// A document for a text that is not looked at at all.
pub(super) fn left_out(error: Diagnostic) -> ParsedDocument {
    let anything = language::anything(Span::default(), Cause::Broken);
    ParsedDocument { resources: alloc::vec![alloc::sync::Arc::new(anything)], diagnostics: alloc::vec![error], ..ParsedDocument::default() }
}
