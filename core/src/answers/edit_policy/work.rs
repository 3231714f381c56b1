//! A policy whose text is changed step by step: each step on the text that the one before left.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::super::fix::draft::{Draft, TextEdit};
use super::super::fix::object::{Edited, Object};
use super::super::fix::value::{V, list, text};
use super::{Form, NotChanged};
use crate::document::NodeRef;
use crate::policy::{Direction, Policy};
use crate::text::{SourceId, Sources};

/// The words of the field with directions.
const WORDS: [&str; 2] = ["Ingress", "Egress"];

pub(super) struct Work<'a> {
    sources: &'a Sources,
    form: Form,
    object: Object,
    draft: Draft,
    /// By direction (ingress, egress): the item of the text's list at which each of its rules stands.
    items: [Vec<Option<usize>>; 2],
}

impl<'a> Work<'a> {
    pub(super) fn new(sources: &'a Sources, policy: &Policy, form: Form) -> Result<Self, NotChanged> {
        let object = Object::at(sources, policy.place)?;
        let items = [Direction::Ingress, Direction::Egress].map(|direction| {
            let written: Vec<NodeRef<'_>> =
                object.get(&["spec", direction.as_str()]).and_then(|list| list.as_sequence()).map(Iterator::collect).unwrap_or_default();
            let item = |place| {
                let node = object.node_at(sources, place)?.id();
                written.iter().position(|item| item.id() == node)
            };
            policy.rules(direction).iter().map(|rule| item(rule.place)).collect()
        });
        Ok(Work { sources, form, object, draft: Draft::default(), items })
    }

    /// Makes one step.
    pub(super) fn step(&mut self, edits: Edited) -> Result<(), NotChanged> {
        let edits = edits?;
        self.draft = self.draft.with(self.sources, &edits);
        self.object = self.object.after(&edits)?;
        Ok(())
    }

    /// All steps, on the text as it was.
    pub(super) fn edits(&self) -> Vec<TextEdit> {
        self.draft.edits(self.sources)
    }

    /// A file with all steps; nothing for one without any.
    pub(super) fn text(&self, source: SourceId) -> Option<String> {
        self.draft.text(self.sources, source)
    }

    pub(super) fn object(&self) -> &Object {
        &self.object
    }

    fn spec(&self) -> Result<NodeRef<'_>, NotChanged> {
        self.object.get(&["spec"]).filter(|spec| spec.as_mapping().is_some()).ok_or(NotChanged::Otherwise)
    }

    /// The item of the text at which a rule stands.
    fn item(&self, direction: Direction, rule: usize) -> Result<usize, NotChanged> {
        let [ingress, egress] = &self.items;
        let items = if direction == Direction::Ingress { ingress } else { egress };
        items.get(rule).ok_or(NotChanged::Gone)?.ok_or(NotChanged::Otherwise)
    }

    /// The mapping of a rule, as the text is now.
    pub(super) fn rule(&self, direction: Direction, rule: usize) -> Result<NodeRef<'_>, NotChanged> {
        let item = self.item(direction, rule)?;
        let rules = self.object.get(&["spec", direction.as_str()]).and_then(|list| list.as_sequence());
        rules.and_then(|mut rules| rules.nth(item)).filter(|rule| rule.as_mapping().is_some()).ok_or(NotChanged::Otherwise)
    }

    /// A rule goes before another one, or behind all.
    pub(super) fn push_rule(&mut self, direction: Direction, at: Option<usize>, value: &V) -> Result<(), NotChanged> {
        let edits = self.object.push(self.spec()?, direction.as_str(), at, value);
        self.step(edits)
    }

    /// Another value for a field of `spec`.
    pub(super) fn set_in_spec(&mut self, key: &str, value: &V) -> Result<(), NotChanged> {
        let spec = self.spec()?;
        let edits = if spec.get(key).is_some() { self.object.swap(spec, key, key, value) } else { self.object.add(spec, key, value) };
        self.step(edits)
    }

    pub(super) fn remove_rule(&mut self, direction: Direction, rule: usize) -> Result<(), NotChanged> {
        let item = self.item(direction, rule)?;
        let edits = self.object.remove(self.spec()?, direction.as_str(), item);
        self.step(edits)
    }

    pub(super) fn remove_peer(&mut self, direction: Direction, rule: usize, peer: usize) -> Result<(), NotChanged> {
        let node = self.rule(direction, rule)?;
        let key = direction.preposition();
        let count = node.get(key).and_then(|peers| peers.as_sequence()).map_or(0, Iterator::count);
        // Without any, the rule would be about everybody.
        if count < 2 || peer >= count {
            return Err(NotChanged::Gone);
        }
        let edits = self.object.remove(node, key, peer);
        self.step(edits)
    }

    /// Has the policy act on these directions (ingress, egress), and no others.
    pub(super) fn act(&mut self, wanted: [bool; 2]) -> Result<(), NotChanged> {
        if wanted == [false, false] {
            return Err(NotChanged::NoDirection);
        }
        let key = self.form.types();
        let written: Vec<String> = self.types();
        if written.is_empty() {
            if self.implied() == wanted {
                return Ok(());
            }
            let words = WORDS.iter().zip(wanted).filter(|(_, on)| *on).map(|(word, _)| text(word));
            let value = list(words);
            let spec = self.spec()?;
            let edits = match (spec.get(key), &value) {
                (None, _) => self.object.add(spec, key, &value),
                (Some(_), V::List(items)) => {
                    for item in items.clone() {
                        let edits = self.object.push(self.spec()?, key, None, &item);
                        self.step(edits)?;
                    }
                    return Ok(());
                }
                (Some(_), _) => return Err(NotChanged::Otherwise),
            };
            return self.step(edits);
        }
        // First what comes, so that the list is never empty.
        for (word, _) in WORDS.iter().zip(wanted).filter(|(_, on)| *on) {
            if !self.types().iter().any(|written| written == word) {
                let edits = self.object.push(self.spec()?, key, None, &text(word));
                self.step(edits)?;
            }
        }
        for (word, _) in WORDS.iter().zip(wanted).filter(|(_, on)| !*on) {
            if let Some(at) = self.types().iter().position(|written| written == word) {
                let edits = self.object.remove(self.spec()?, key, at);
                self.step(edits)?;
            }
        }
        Ok(())
    }

    fn types(&self) -> Vec<String> {
        let list = self.object.get(&["spec", self.form.types()]).and_then(|list| list.as_sequence());
        list.map(|items| items.filter_map(|item| item.as_str()).map(ToString::to_string).collect()).unwrap_or_default()
    }

    /// What a policy acts on that does not say so. Upstream: docs/semantics.md.
    fn implied(&self) -> [bool; 2] {
        let has =
            |key: &str| self.object.get(&["spec", key]).and_then(|list| list.as_sequence()).is_some_and(|mut items| items.next().is_some());
        let (ingress, egress) = (has("ingress"), has("egress"));
        match self.form {
            Form::Kubernetes => [true, egress],
            Form::Calico => [ingress || !egress, egress],
        }
    }
}
