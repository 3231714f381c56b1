//! Decoding mappings: which fields a kind has, which were written, and what is wrong with the rest.
//!
//! A kind names its fields once, where it takes them apart:
//!
//! ```ignore
//! let [selector, types] = reader.fields(&spec, ["podSelector", "policyTypes"], &[/* known, but of no use here */])?;
//! ```
//!
//! Everything else that is written there is reported, as API servers do under strict field validation. `null` counts as left out, as in the
//! Go types upstream; custom resources, where it does not, ask [`Slot::is_null`].

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Display, Write};

use super::path::Path;
use crate::diagnostics::{Code, Diagnostic, Severity, nearest};
use crate::document::{Entry, NodeRef, Value};
use crate::language::{Flaws, codes};
use crate::model::Labels;
use crate::text::{Span, count};

/// Fields of `metadata` that people write beside it.
const OF_METADATA: [&str; 4] = ["annotations", "labels", "name", "namespace"];

/// So many unknown fields of one mapping are reported one by one.
const UNKNOWN_FIELDS_SHOWN: usize = 20;

/// A place in an object, and the value written there, if any.
#[derive(Clone, Copy, Debug)]
pub(in crate::language) struct Slot<'a, 'p> {
    /// Where in the object, for messages.
    pub(in crate::language) path: Path<'p>,
    /// What is written there; nothing if the field is left out.
    pub(in crate::language) node: Option<NodeRef<'a>>,
    /// Where to point at: the value, its key if there is nothing after it, or what it is missing from.
    pub(in crate::language) at: Span,
    /// The field's key; for a list item the item itself.
    pub(in crate::language) key: Span,
}

impl<'a> Slot<'a, '_> {
    /// The value, unless it is left out or `null`.
    pub(in crate::language) fn value(&self) -> Option<NodeRef<'a>> {
        self.node.filter(|node| !node.is_null())
    }

    /// Whether a value other than `null` is written.
    pub(in crate::language) fn is_set(&self) -> bool {
        self.value().is_some()
    }

    /// Whether the field is written, but with nothing (or `null`) as its value.
    pub(in crate::language) fn is_null(&self) -> bool {
        self.node.is_some_and(|node| node.is_null())
    }

    /// Whether it is left out altogether.
    pub(in crate::language) fn is_missing(&self) -> bool {
        self.node.is_none()
    }

    /// Whether it is a list without items.
    pub(in crate::language) fn is_empty_list(&self) -> bool {
        self.node.and_then(NodeRef::as_sequence).is_some_and(|items| items.len() == 0)
    }

    /// Whether it is a mapping.
    pub(in crate::language) fn is_mapping(&self) -> bool {
        self.node.and_then(NodeRef::as_mapping).is_some()
    }

    /// How many items or entries it has.
    pub(in crate::language) fn len(&self) -> usize {
        match self.node.map(NodeRef::value) {
            Some(Value::Sequence(items)) => items.len(),
            Some(Value::Mapping(entries)) => entries.len(),
            _ => 0,
        }
    }

    /// The entries of a mapping; none for anything else.
    pub(in crate::language) fn entries(&self) -> &'a [Entry] {
        self.node.and_then(NodeRef::as_mapping).unwrap_or_default()
    }

    /// The range of the value, or an empty range where it was left out.
    pub(in crate::language) fn span(&self) -> Span {
        match self.node {
            Some(node) => node.span(),
            None => Span::new(self.at.start, self.at.start),
        }
    }

    /// `<path>: Invalid value: <value>: <detail>`.
    pub(in crate::language) fn invalid(&self, code: Code, value: impl Display, detail: impl Display) -> Diagnostic {
        self.error(code, format!("Invalid value: {value}: {detail}"))
    }

    /// `<path>: Required value: <detail>`.
    pub(in crate::language) fn required(&self, code: Code, detail: &str) -> Diagnostic {
        let separator = if detail.is_empty() { "" } else { ": " };
        self.error(code, format!("Required value{separator}{detail}"))
    }

    /// `<path>: Forbidden: <detail>`.
    pub(in crate::language) fn forbidden(&self, code: Code, detail: &str) -> Diagnostic {
        self.error(code, format!("Forbidden: {detail}"))
    }

    /// `<path>: Duplicate value: <value>`.
    pub(in crate::language) fn duplicate(&self, value: impl Display) -> Diagnostic {
        self.error(codes::DUPLICATE_VALUE, format!("Duplicate value: {value}"))
    }

    /// `<path>: Too many: <count>: must have at most <most> items`.
    pub(in crate::language) fn too_many(&self, most: usize) -> Diagnostic {
        self.error(codes::TOO_MANY, format!("Too many: {}: must have at most {most} items", self.len()))
    }

    /// An error about this place.
    pub(in crate::language) fn error(&self, code: Code, message: impl Display) -> Diagnostic {
        Diagnostic::new(code, Severity::Error, self.at, self.headed(message))
    }

    /// A warning about this place.
    pub(in crate::language) fn warning(&self, code: Code, message: impl Display) -> Diagnostic {
        Diagnostic::new(code, Severity::Warning, self.at, self.headed(message))
    }

    fn headed(&self, message: impl Display) -> String {
        let mut text = format!("{}", self.path);
        if !text.is_empty() {
            text.push_str(": ");
        }
        text.push_str(&format!("{message}"));
        text
    }
}

/// A person's text in a message, in quotation marks and cut short where it is long.
pub(in crate::language) fn quoted(text: &str) -> Quoted<'_> {
    Quoted(text)
}

/// See [`quoted`].
pub(in crate::language) struct Quoted<'t>(&'t str);

/// The longest quotation, in characters.
const LONGEST_QUOTE: usize = 80;

impl Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"")?;
        for c in self.0.chars().take(LONGEST_QUOTE) {
            // A message is one line, whatever was quoted.
            f.write_char(if c.is_control() { ' ' } else { c })?;
        }
        f.write_str(if self.0.chars().nth(LONGEST_QUOTE).is_some() { "…\"" } else { "\"" })
    }
}

/// Reads one object and collects what is wrong with it.
pub(in crate::language) struct Reader<'a> {
    /// The text of the document.
    text: &'a str,
    /// What was found so far.
    pub(in crate::language) findings: Vec<Diagnostic>,
    /// Whether an API server would refuse the object.
    pub(in crate::language) refused: bool,
    /// Where, and which fields of its `spec` it does not have.
    pub(in crate::language) flaws: Flaws,
    /// Whether the object is kept although an API server refuses it, as it is no policy: a value of the wrong type is then read as what it plainly means.
    pub(in crate::language) lenient: bool,
    /// Labels that the object has beside those of its `metadata`.
    pub(in crate::language) stored_labels: Labels,
}

impl<'a> Reader<'a> {
    /// The text of the document.
    pub(in crate::language) fn text_of_document(&self) -> &'a str {
        self.text
    }

    /// A reader of one document.
    pub(in crate::language) fn new(text: &'a str) -> Self {
        Reader { text, findings: Vec::new(), refused: false, flaws: Flaws::default(), lenient: false, stored_labels: Labels::default() }
    }

    /// The text of a range of the document.
    pub(in crate::language) fn slice(&self, span: Span) -> &'a str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    /// Reports an error for which an API server refuses the object.
    pub(in crate::language) fn refuse(&mut self, diagnostic: Diagnostic) {
        self.refused = !self.lenient;
        self.flaws.refusals.extend(diagnostic.place.map(|place| place.span));
        self.findings.push(diagnostic);
    }

    /// Reports something for which no API server refuses the object.
    pub(in crate::language) fn report(&mut self, diagnostic: Diagnostic) {
        self.findings.push(diagnostic);
    }

    /// The place of the root of an object.
    pub(in crate::language) fn root(&self, node: NodeRef<'a>) -> Slot<'a, 'static> {
        Slot { path: Path::ROOT, node: Some(node), at: node.span(), key: node.span() }
    }

    /// Takes a mapping apart into the fields `known`; nothing if there is no mapping.
    ///
    /// `others` are the fields that exist but are of no use here, in ascending order; every further one is reported as unknown.
    pub(in crate::language) fn fields<'p, const N: usize>(
        &mut self,
        slot: &'p Slot<'a, '_>,
        known: [&'static str; N],
        others: &'static [&'static str],
    ) -> Option<[Slot<'a, 'p>; N]> {
        self.fields_with_hints(slot, known, others, &[])
    }

    /// Like [`Reader::fields`], and says of fields that people write in the wrong place where they belong. A hint for `""` is for all.
    pub(in crate::language) fn fields_with_hints<'p, const N: usize>(
        &mut self,
        slot: &'p Slot<'a, '_>,
        known: [&'static str; N],
        others: &'static [&'static str],
        hints: &'static [(&'static str, &'static str)],
    ) -> Option<[Slot<'a, 'p>; N]> {
        let node = slot.value()?;
        let Some(entries) = node.as_mapping() else {
            self.expected(slot, "a mapping");
            return None;
        };
        let missing_at = match slot.key {
            key if key != node.span() => key,
            _ => entries.first().map_or(node.span(), |entry| entry.key_span),
        };
        let mut slots = known.map(|name| Slot { path: slot.path.field(name), node: None, at: missing_at, key: missing_at });
        let mut unknown = 0;
        for entry in entries {
            match known.iter().position(|name| **name == *entry.key) {
                Some(i) => {
                    if let Some(field) = slots.get_mut(i) {
                        let value = node.value_of(entry);
                        field.node = Some(value);
                        field.key = entry.key_span;
                        field.at = if value.span().start == value.span().end { entry.key_span } else { value.span() };
                    }
                }
                None if others.binary_search(&&*entry.key).is_ok() => {}
                None => {
                    unknown += 1;
                    if unknown <= UNKNOWN_FIELDS_SHOWN {
                        self.unknown_field(slot, entry, entries, known.iter().chain(others).copied(), hints);
                    }
                }
            }
        }
        if unknown > UNKNOWN_FIELDS_SHOWN {
            let more = unknown - UNKNOWN_FIELDS_SHOWN;
            self.report(slot.error(codes::UNKNOWN_FIELD, count(more, "more unknown field")).help(UNKNOWN_FIELD_HELP));
        }
        Some(slots)
    }

    /// Refuses `<path>: Unsupported value: <value>: supported values: …`, with the nearest of them as a fix.
    pub(in crate::language) fn unsupported(&mut self, slot: &Slot<'a, '_>, code: Code, value: &str, supported: &[&str]) {
        let mut list = String::new();
        for (i, word) in supported.iter().enumerate() {
            list.push_str(if i == 0 { "\"" } else { ", \"" });
            list.push_str(word);
            list.push('"');
        }
        let diagnostic = slot.error(code, format!("Unsupported value: {}: supported values: {list}", quoted(value)));
        let diagnostic = self.rewrite(diagnostic, slot.at, nearest(value, supported.iter().copied()));
        self.refuse(diagnostic);
    }

    /// Offers to write another word in place of `span`, in the same quotation marks.
    pub(in crate::language) fn rewrite(&self, diagnostic: Diagnostic, span: Span, word: Option<&str>) -> Diagnostic {
        let Some(word) = word else { return diagnostic };
        let help = match &diagnostic.help {
            Some(help) => format!("did you mean `{word}`? {help}"),
            None => format!("write `{word}`"),
        };
        let text = match self.slice(span).chars().next().filter(|c| matches!(c, '"' | '\'')) {
            Some(quote) => format!("{quote}{word}{quote}"),
            None => String::from(word),
        };
        diagnostic.help(help).fix(format!("write `{word}`"), span, text)
    }

    /// Reports a field that the kind does not have. The object is not refused here: other clients than `kubectl apply` drop the field.
    fn unknown_field(
        &mut self,
        slot: &Slot<'a, '_>,
        entry: &Entry,
        entries: &[Entry],
        known: impl Iterator<Item = &'static str>,
        hints: &[(&str, &str)],
    ) {
        let name = slot.path.field(&entry.key);
        // Beside `spec` stands what was meant to be within it, unless it belongs to `metadata`.
        let is_of_metadata = |field: &str| OF_METADATA.iter().any(|own| own.eq_ignore_ascii_case(field));
        let is_name = self.lenient && slot.path.is_root() && is_of_metadata(&entry.key);
        if !slot.path.is_within("metadata") && !slot.path.is_within("status") && !is_name {
            self.flaws.unknown_fields.push((entry.key_span, entry.key.clone()));
        }
        let message = format!("unknown field {}", quoted(&format!("{name}")));
        let diagnostic = Diagnostic::new(codes::UNKNOWN_FIELD, Severity::Error, entry.key_span, message);
        // A field that is written already is not what was meant.
        let meant = nearest(&entry.key, known).filter(|name| !entries.iter().any(|e| &*e.key == *name));
        if meant == Some("namespace") && !self.lenient && slot.path.is_within("metadata") {
            self.flaws.namespace = Some(entry.key_span);
        }
        let hint = hints.iter().find(|(name, _)| name.is_empty() || entry.key.eq_ignore_ascii_case(name)).filter(|_| meant.is_none());
        let help = match hint {
            Some((_, hint)) => format!("{hint}; {UNKNOWN_FIELD_HELP}"),
            None => String::from(UNKNOWN_FIELD_HELP),
        };
        let diagnostic = self.rewrite(diagnostic.help(help), entry.key_span, meant);
        self.report(diagnostic);
    }

    /// The items of a list; none if it is left out, `null`, empty, or no list at all.
    pub(in crate::language) fn items<'p>(&mut self, slot: &'p Slot<'a, '_>) -> impl Iterator<Item = Slot<'a, 'p>> + use<'a, 'p> {
        let text = self.text;
        let items = slot.value().and_then(|node| {
            let items = node.as_sequence();
            if items.is_none() {
                self.expected(slot, "a list");
            }
            items
        });
        items.into_iter().flatten().enumerate().map(move |(index, node)| {
            let at = if node.span().start == node.span().end { dash_before(text, node.span()) } else { node.span() };
            Slot { path: slot.path.item(index), node: Some(node), at, key: at }
        })
    }

    /// The items of a list of a custom resource: there `null` is no value, and an item that says nothing would leave the list wider than it is written.
    pub(in crate::language) fn custom_items<'p>(&mut self, slot: &'p Slot<'a, '_>) -> Vec<Slot<'a, 'p>> {
        let items: Vec<Slot<'a, 'p>> = self.items(slot).collect();
        for item in items.iter().filter(|item| item.is_null()) {
            let diagnostic = item.error(codes::WRONG_TYPE, "Invalid value: null: an empty list item says nothing");
            self.refuse(diagnostic.help("write a value after the dash, or delete the dash"));
        }
        items.into_iter().filter(|item| !item.is_null()).collect()
    }

    /// Text; nothing if it is left out or `null`, or if it is something else.
    pub(in crate::language) fn text(&mut self, slot: &Slot<'a, '_>) -> Option<&'a str> {
        let node = slot.value()?;
        let text = node.as_str();
        if text.is_some() {
            return text;
        }
        // `version: 1` means "1".
        let plain = matches!(node.value(), Value::Bool(_) | Value::Int(_) | Value::Float(_)).then(|| self.slice(node.span()));
        let meant = plain.filter(|word| !word.is_empty() && !word.contains(|c: char| c.is_whitespace() || "\"'{}[],&*!#".contains(c)));
        self.mistaken(slot, "text", meant.is_some());
        meant.filter(|_| self.lenient)
    }

    /// A whole number; nothing if it is left out or `null`, or if it is something else.
    pub(in crate::language) fn integer(&mut self, slot: &Slot<'a, '_>) -> Option<i64> {
        let meant = match slot.value()?.value() {
            Value::Int(number) => return Some(*number),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        self.mistaken(slot, "a whole number", meant.is_some());
        meant.filter(|_| self.lenient)
    }

    /// A boolean; nothing if it is left out or `null`, or if it is something else.
    pub(in crate::language) fn flag(&mut self, slot: &Slot<'a, '_>) -> Option<bool> {
        let meant = match slot.value()?.value() {
            Value::Bool(flag) => return Some(*flag),
            Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
            Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        };
        self.mistaken(slot, "true or false", meant.is_some());
        meant.filter(|_| self.lenient)
    }

    /// Reports an error of form: of an object that is kept the meaning is plain all the same, a policy is in doubt because of it.
    pub(in crate::language) fn slip(&mut self, diagnostic: Diagnostic) {
        if self.lenient {
            self.flaws.slips.extend(diagnostic.place.map(|place| place.span));
            self.report(diagnostic);
        } else {
            self.refuse(diagnostic);
        }
    }

    /// Reports a value of the wrong type. Where it is plain what is meant, only a policy is in doubt because of it.
    fn mistaken(&mut self, slot: &Slot<'a, '_>, due: &str, is_plain: bool) {
        match self.wrong_type(slot, due) {
            Some(diagnostic) if is_plain => self.slip(diagnostic),
            Some(diagnostic) => self.refuse(diagnostic),
            None => {}
        }
    }

    /// Refuses a value of the wrong type: API servers cannot decode such an object.
    pub(in crate::language) fn expected(&mut self, slot: &Slot<'a, '_>, due: &str) {
        if let Some(diagnostic) = self.wrong_type(slot, due) {
            self.refuse(diagnostic);
        }
    }

    /// What to say of a value of the wrong type.
    pub(in crate::language) fn wrong_type(&self, slot: &Slot<'a, '_>, due: &str) -> Option<Diagnostic> {
        let node = slot.node?;
        let written = self.slice(node.span());
        let found = match node.value() {
            Value::Bool(flag) => format!("the boolean {flag}"),
            Value::Int(_) | Value::Float(_) if !written.is_empty() => format!("the number `{}`", clipped(written)),
            value => String::from(value.describe()),
        };
        let mut diagnostic = slot.error(codes::WRONG_TYPE, format!("expected {due}, found {found}"));
        // Only a scalar that stands there as one plain word can be put in quotation marks, or out of them.
        let plain =
            !written.is_empty() && written.len() <= 64 && !written.contains(|c: char| c.is_whitespace() || "\"'{}[],&*!#".contains(c));
        match node.value() {
            Value::Bool(_) | Value::Int(_) | Value::Float(_) if due == "text" && plain => {
                let why = match node.value() {
                    Value::Bool(flag) if written != "true" && written != "false" => {
                        format!("unquoted `{written}` is the boolean {flag} in Kubernetes; quote it")
                    }
                    _ => format!("quote it: \"{written}\""),
                };
                diagnostic = diagnostic.help(why).fix(format!("write \"{written}\""), node.span(), format!("\"{written}\""));
            }
            Value::Float(number) if due == "a whole number" && plain => {
                let digits = format!("{number}");
                if digits.len() < 16 && digits.bytes().all(|b| b.is_ascii_digit() || b == b'-') {
                    diagnostic = diagnostic.help(format!("write `{digits}`")).fix(format!("write `{digits}`"), node.span(), digits);
                }
            }
            Value::String(text) if due != "text" => {
                let unquoted = match due {
                    "a whole number" => text.len() < 16 && text.parse::<i64>().is_ok(),
                    "true or false" => matches!(&**text, "true" | "false"),
                    _ => false,
                };
                if unquoted {
                    diagnostic = diagnostic.help("leave out the quotation marks").fix(
                        format!("write `{text}` without quotation marks"),
                        node.span(),
                        &**text,
                    );
                } else if due == "a list" {
                    diagnostic = diagnostic.help("write each entry on a line of its own, after a dash");
                }
            }
            Value::Mapping(_) if due == "a list" => diagnostic = diagnostic.help("put a dash before each entry"),
            _ => {}
        }
        Some(diagnostic)
    }
}

pub(in crate::language) const UNKNOWN_FIELD_HELP: &str =
    "kubectl apply refuses the object; other clients drop the field, and it is not used here";

fn clipped(text: &str) -> &str {
    match text.char_indices().nth(40) {
        Some((end, _)) => text.get(..end).unwrap_or(text),
        None => text,
    }
}

/// For an empty list item: the dash before it.
fn dash_before(text: &str, span: Span) -> Span {
    let head = text.get(..span.start as usize).unwrap_or("").trim_end();
    match head.strip_suffix('-') {
        Some(before) => Span::new(before.len() as u32, before.len() as u32 + 1),
        None => span,
    }
}
