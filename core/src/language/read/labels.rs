//! Labels, annotations and label selectors.

use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;

use super::fields::{Reader, Slot, quoted};
use crate::diagnostics::nearest;
use crate::document::{Entry, NodeRef};
use crate::language::codes;
use crate::model::{LabelSelector, Labels, Operator, Requirement, names};
use crate::text::Span;

/// The operators of `matchExpressions`.
const OPERATORS: [&str; 4] = ["In", "NotIn", "Exists", "DoesNotExist"];

/// Where people mean labels to go.
const HINTS: &[(&str, &str)] = &[("", "labels go under `matchLabels`")];

impl<'a> Reader<'a> {
    /// One value of a mapping from text to text. Go reads `null` there as the empty text.
    fn label_text(&mut self, slot: &Slot<'a, '_>, node: NodeRef<'a>, entry: &'a Entry) -> Option<&'a str> {
        let path = slot.path.field(&entry.key);
        let at = if node.span().start == node.span().end { entry.key_span } else { node.span() };
        let value = Slot { path, node: Some(node), at, key: entry.key_span };
        if value.is_null() {
            let what = format!("no value: it is read as the empty string {}", quoted(""));
            self.report(value.warning(codes::EMPTY_LABEL, what).help("write \"\" if the label is meant to be empty"));
            return Some("");
        }
        self.text(&value)
    }

    /// The entries of a mapping of labels, with the syntax of keys and values checked.
    pub(in crate::language) fn label_entries(&mut self, slot: &Slot<'a, '_>) -> Vec<(&'a Entry, &'a str)> {
        let Some(node) = slot.value() else { return Vec::new() };
        let Some(entries) = node.as_mapping() else {
            self.expected(slot, "a mapping");
            return Vec::new();
        };
        let mut read = Vec::with_capacity(entries.len());
        for entry in entries {
            let value_node = node.value_of(entry);
            let here = |at: Span| Slot { path: slot.path, node: Some(value_node), at, key: entry.key_span };
            if let Err(why) = names::label_key(&entry.key) {
                self.refuse(here(entry.key_span).invalid(codes::INVALID_LABEL, quoted(&entry.key), why));
            }
            if let Some(text) = self.label_text(slot, value_node, entry) {
                if let Err(why) = names::label_value(text) {
                    self.refuse(here(value_node.span()).invalid(codes::INVALID_LABEL, quoted(text), why));
                }
                read.push((entry, text));
            }
        }
        read
    }

    /// `labels`.
    pub(in crate::language) fn labels(&mut self, slot: &Slot<'a, '_>) -> Labels {
        let mut entries = self.label_entries(slot);
        // In ascending order each insertion is at the end: long mappings stay cheap.
        entries.sort_unstable_by(|a, b| a.0.key.cmp(&b.0.key));
        entries.iter().map(|(entry, value)| (&entry.key, value)).collect()
    }

    /// `annotations`, of which only the types are checked.
    pub(in crate::language) fn annotations(&mut self, slot: &Slot<'a, '_>) {
        let Some(node) = slot.value() else { return };
        let Some(entries) = node.as_mapping() else {
            self.expected(slot, "a mapping");
            return;
        };
        for entry in entries {
            let value = node.value_of(entry);
            if value.as_str().is_none() && !value.is_null() {
                self.label_text(slot, value, entry);
            }
        }
    }

    /// A label selector; nothing if it is left out or `null`.
    pub(in crate::language) fn selector(&mut self, slot: &Slot<'a, '_>) -> Option<LabelSelector> {
        let span = slot.value()?.span();
        let mut requirements = Vec::new();
        if let Some([match_labels, match_expressions]) = self.fields_with_hints(slot, ["matchLabels", "matchExpressions"], &[], HINTS) {
            for (entry, value) in self.label_entries(&match_labels) {
                let span = match match_labels.node {
                    Some(node) => entry.key_span.to(node.value_of(entry).span()),
                    None => entry.key_span,
                };
                requirements.push(Requirement { span, key: entry.key.clone(), operator: Operator::In(alloc::vec![value.into()]) });
            }
            for expression in self.items(&match_expressions) {
                requirements.extend(self.expression(&expression));
            }
        }
        Some(LabelSelector { span, requirements })
    }

    /// A label selector where the field is a plain one upstream, so that leaving it out selects everything.
    pub(in crate::language) fn selector_or_everything(&mut self, slot: &Slot<'a, '_>) -> LabelSelector {
        self.selector(slot).unwrap_or_else(|| LabelSelector { span: slot.span(), requirements: Vec::new() })
    }

    /// One entry of `matchExpressions`. Upstream: `ValidateLabelSelectorRequirement`.
    fn expression(&mut self, slot: &Slot<'a, '_>) -> Option<Requirement> {
        let Some([key, operator, values]) = self.fields(slot, ["key", "operator", "values"], &[]) else {
            if !slot.is_set() {
                self.refuse(slot.required(codes::INVALID_SELECTOR, "an expression needs `key` and `operator`"));
            }
            return None;
        };
        let key_text = self.text(&key);
        match key_text {
            Some(text) => {
                if let Err(why) = names::label_key(text) {
                    self.refuse(key.invalid(codes::INVALID_LABEL, quoted(text), why));
                }
            }
            None if !key.is_set() => self.refuse(key.required(codes::INVALID_SELECTOR, "")),
            None => {}
        }
        let mut list: Vec<Box<str>> = Vec::with_capacity(values.len());
        for value in self.items(&values) {
            // Go reads a `null` item of a list of text as the empty text.
            let Some(text) = (if value.is_null() { Some("") } else { self.text(&value) }) else { continue };
            if let Err(why) = names::label_value(text) {
                self.refuse(value.invalid(codes::INVALID_LABEL, quoted(text), why));
            }
            list.push(text.into());
        }
        let operator = match self.text(&operator) {
            Some(word @ ("In" | "NotIn")) => {
                if values.len() == 0 {
                    let detail = "must be specified when `operator` is 'In' or 'NotIn'";
                    self.refuse(values.required(codes::INVALID_SELECTOR, detail));
                }
                if word == "In" { Operator::In(list) } else { Operator::NotIn(list) }
            }
            Some(word @ ("Exists" | "DoesNotExist")) => {
                if values.len() > 0 {
                    let detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
                    self.refuse(values.forbidden(codes::INVALID_SELECTOR, detail));
                }
                if word == "Exists" { Operator::Exists } else { Operator::DoesNotExist }
            }
            Some(word) => {
                let diagnostic = operator.invalid(codes::INVALID_SELECTOR, quoted(word), "not a valid selector operator");
                let diagnostic = diagnostic.help("the operators are In, NotIn, Exists and DoesNotExist");
                let diagnostic = self.rewrite(diagnostic, operator.at, nearest(word, OPERATORS));
                self.refuse(diagnostic);
                return None;
            }
            None => {
                if !operator.is_set() {
                    self.refuse(operator.required(codes::INVALID_SELECTOR, "In, NotIn, Exists or DoesNotExist"));
                }
                return None;
            }
        };
        Some(Requirement { span: slot.span(), key: key_text?.into(), operator })
    }
}
