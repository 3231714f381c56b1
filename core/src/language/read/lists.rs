//! Lists of objects: `kind: List`, and those of one kind, such as `PodList`. What stands in one beside `items`, and what it says itself that it does not
//! hold, is not taken for absent.
//!
//! Upstream: apimachinery `pkg/apis/meta/v1`, `ListMeta` (`continue`, `remainingItemCount`); "Kubernetes API Concepts", Retrieving large results sets in chunks.

use alloc::format;

use super::fields::Slot;
use super::unread::{Class, anything, classify, rest_of_list};
use super::{Objects, codes};
use crate::diagnostics::{Diagnostic, Severity, nearest};
use crate::document::codes::PRINTED;
use crate::document::{NodeRef, Value};
use crate::language::unread::Cause;
use crate::text::{Span, count};

/// Lists in lists are followed so deep.
pub(super) const DEEPEST_LIST: usize = 8;

/// The fields of a list.
const FIELDS: [&str; 4] = ["items", "metadata", "apiVersion", "kind"];

/// What a list says about its items: its API version and, for a `PodList`, the kind `Pod`.
#[derive(Clone, Copy)]
pub(super) struct ListOf<'a> {
    pub(super) api_version: &'a str,
    pub(super) kind: Option<&'a str>,
}

impl<'a> Objects<'a> {
    /// What an object says of its items, if its kind is one of lists.
    pub(super) fn as_list(&self, node: NodeRef<'a>, kind: &'a str, api_version: &'a str) -> Option<ListOf<'a>> {
        let item = kind.strip_suffix("List")?;
        let concerns_connections = || matches!(classify(item, api_version), Class::Policy(..) | Class::MakesPods | Class::Traffic);
        let is_list = node.get("items").is_some() || item.is_empty() || self.languages.has_kind(item) || concerns_connections();
        is_list.then_some(ListOf { api_version, kind: Some(item).filter(|item| !item.is_empty()) })
    }

    pub(super) fn list(&mut self, object: &Slot<'a, '_>, kind: &'a str, list: ListOf<'a>, depth: usize) {
        if depth >= DEEPEST_LIST {
            let diagnostic = object.error(codes::LISTS_TOO_DEEP, format!("nested lists are read at most {DEEPEST_LIST} deep"));
            self.reader.report(diagnostic.help("put the objects into one list"));
            return;
        }
        // `kind: List` says nothing of its items; its own API version is not theirs.
        let inherited = list.kind.map(|_| list);
        let Some([items, metadata, ..]) = self.reader.fields(object, FIELDS, &[]) else { return };
        for item in self.reader.items(&items) {
            let Some(node) = item.value() else {
                let diagnostic = item.warning(codes::NOT_AN_OBJECT, "an empty list item is not an object");
                self.reader.report(diagnostic.help("delete the dash"));
                continue;
            };
            self.read(node, inherited, depth + 1);
        }
        if items.is_mapping()
            && let Some(item) = items.value()
        {
            self.read_refused(item, inherited, items.key, depth);
        }
        for entry in object.entries().iter().filter(|entry| !FIELDS.contains(&&*entry.key)) {
            let Some(value) = object.node.map(|node| node.value_of(entry)) else { continue };
            let is_meant = nearest(&entry.key, ["items"]).is_some();
            let is_object = |node: NodeRef<'_>| node.get("kind").is_some() || is_meant && node.as_mapping().is_some();
            let nodes = value.as_sequence().into_iter().flatten().chain(Some(value));
            for node in nodes.filter(|node| is_object(*node)) {
                self.read_refused(node, inherited, entry.key_span, depth);
            }
        }
        self.note_rest(&metadata, kind, list);
    }

    /// Reads the rows of a table as an API server answers with it: those that have whole objects (`includeObject=Object`). What others leave out may be
    /// anything, unless the columns are those of pods, Services and the like. Upstream: apimachinery `pkg/apis/meta/v1`, `Table`.
    pub(super) fn table(&mut self, object: &Slot<'a, '_>, kind_span: Span, depth: usize) {
        let items_of = |name: &str| object.node.and_then(|node| node.get(name)).and_then(NodeRef::as_sequence).into_iter().flatten();
        let is_whole = |node: &NodeRef<'_>| node.get("kind").and_then(NodeRef::as_str).is_some_and(|kind| kind != "PartialObjectMetadata");
        let (mut rows, mut whole) = (0, 0);
        for row in items_of("rows") {
            rows += 1;
            if let Some(node) = row.get("object").filter(is_whole) {
                whole += 1;
                self.read(node, None, depth + 1);
            }
        }
        if rows == whole {
            return;
        }
        let is_aside = |column: NodeRef<'_>| {
            let name = column.get("name").and_then(NodeRef::as_str);
            name.is_some_and(|name| ["Ready", "Status", "Cluster-IP", "Version"].contains(&name))
        };
        let is_aside = items_of("columnDefinitions").any(is_aside);
        let severity = if is_aside { Severity::Warning } else { Severity::Error };
        let message = "this is the table that an API server answers with, without what the objects say";
        let diagnostic = Diagnostic::new(PRINTED, severity, kind_span, message);
        self.reader.report(diagnostic.help("ask without `as=Table`, or paste what `kubectl get … -o yaml` prints"));
        self.resources.extend((!is_aside).then(|| anything(kind_span, Cause::Broken)));
    }

    /// Reads an object that an API server takes for none of a list's, because of what stands at `at`.
    fn read_refused(&mut self, node: NodeRef<'a>, list: Option<ListOf<'a>>, at: Span, depth: usize) {
        let before = self.misplaced.replace(at);
        self.read(node, list, depth + 1);
        self.misplaced = before;
    }

    /// Notes that a list has items which are not in the input.
    fn note_rest(&mut self, metadata: &Slot<'a, '_>, kind: &'a str, list: ListOf<'a>) {
        let Some(metadata) = metadata.value() else { return };
        let count_of = |node: NodeRef<'_>| match node.value() {
            Value::Int(number) => usize::try_from(*number).ok().filter(|number| *number > 0),
            _ => None,
        };
        let left = metadata.get("remainingItemCount").and_then(count_of);
        let token = metadata.get("continue").and_then(NodeRef::as_str).filter(|token| !token.is_empty());
        let field = match (left, token) {
            (Some(_), _) => "remainingItemCount",
            (None, Some(_)) => "continue",
            (None, None) => return,
        };
        let at = metadata.entry(field).map_or(metadata.span(), |entry| entry.key_span);
        let what = left.map_or_else(|| "further items".into(), |left| count(left, "further item"));
        let verb = if left == Some(1) { "is" } else { "are" };
        let message = format!("metadata.{field}: this is a part of a list: {what} {verb} not in the input");
        let warning = Diagnostic::new(codes::PART_OF_A_LIST, Severity::Warning, at, message);
        self.reader.report(warning.help("read all of it: `kubectl get` does, or `limit` is to be left out"));
        let namespace = self.resources.last().and_then(|resource| resource.meta.namespace.clone());
        self.resources.extend(rest_of_list(self.languages, (kind, list.kind), list.api_version, at, namespace));
    }
}
