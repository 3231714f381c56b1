//! Copy loops of templates, turn by turn, and lists that such loops make. Upstream: docs/azure.md 2.6.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::value::{Items, Scalar, Turn, Val, field};
use super::{AzureReader, prop};
use crate::diagnostics::{Diagnostic, Severity};
use crate::document::NodeRef;
use crate::resources::codes;
use crate::text::Span;

impl<'a> AzureReader<'a, '_> {
    /// Reads a resource once for each turn of the loop that makes it; once, if none does. Where it is not to be told how many turns there are, it is
    /// read as one of an unknown number.
    pub(super) fn each_turn(&mut self, node: NodeRef<'a>, mut read: impl FnMut(&mut Self)) {
        let copy = field(node, "copy").filter(|copy| copy.as_mapping().is_some() && self.template.is_template);
        let Some(copy) = copy else { return read(self) };
        let name: Box<str> =
            field(copy, "name").and_then(|n| self.template.scalar(n)).map_or_else(|| "copy".into(), |n| n.text.as_str().into());
        let turn = |index| Turn { name: name.clone(), index, of_resource: true };
        match self.template.count(copy) {
            Ok(count) => (0..count).for_each(|i| self.in_turns(&[turn(Ok(i))], |reader| read(reader))),
            Err(text) => {
                self.endless(&text, copy.span());
                self.in_turns(&[turn(Err(text.as_str().into()))], |reader| read(reader));
            }
        }
    }

    fn in_turns<T>(&mut self, turns: &[Turn], read: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.template.turns.len();
        self.template.turns.extend_from_slice(turns);
        let result = read(self);
        self.template.turns.truncate(before);
        result
    }

    fn endless(&mut self, text: &str, span: Span) {
        let message = format!("how many turns this copy loop takes is not to be told from this text: `{text}`");
        let warning = Diagnostic::new(codes::AZ_UNRESOLVED, Severity::Warning, span, message);
        self.report(warning.help("give the parameter a default value, or paste what was deployed (`az network nsg show -o json`)"));
    }

    /// Visits the items of a list, and those that copy loops beside it make for it. Returns what was made of them, and the expressions for items
    /// that are not to be told.
    pub(super) fn each<T>(
        &mut self,
        node: NodeRef<'a>,
        name: &str,
        mut visit: impl FnMut(&mut Self, NodeRef<'a>) -> T,
    ) -> (Vec<T>, Vec<Box<str>>) {
        let mut items = Items::default();
        let mut missing: Vec<Box<str>> = Vec::new();
        if let Some(list) = prop(node, name) {
            items = self.template.list(list);
            if let Some(text) = items.missing.take() {
                self.unresolved(&Scalar { text: text.clone(), unknown: true, span: list.span() });
                missing.push(text.into());
            }
        }
        let loops = prop(node, "copy").filter(|_| self.template.is_template).and_then(NodeRef::as_sequence);
        for copy in loops.into_iter().flatten() {
            let (of, made) = self.template.turns(copy);
            if !of.eq_ignore_ascii_case(name) {
                continue;
            }
            match (made, field(copy, "input")) {
                (Ok(values), _) => {
                    self.template.add_items(values, &mut items);
                    if let Some(text) = items.missing.take() {
                        self.unresolved(&Scalar { text: text.clone(), unknown: true, span: copy.span() });
                        missing.push(text.into());
                    }
                }
                (Err(text), input) => {
                    self.endless(&text, copy.span());
                    // One of an unknown number: what of it does not hang on the turn is plain all the same.
                    let turn = Turn { name: of, index: Err(text.as_str().into()), of_resource: false };
                    self.template.add_items(input.map(|n| Val::Turned(n, alloc::vec![turn])).into_iter().collect(), &mut items);
                    items.missing = None;
                    missing.push(text.into());
                }
            }
        }
        let mut results = Vec::with_capacity(items.found.len());
        for (item, turns) in items.found {
            if item.as_mapping().is_some() {
                results.push(self.in_turns(&turns, |reader| visit(reader, item)));
            }
        }
        (results, missing)
    }

    /// What it hangs on whether the resources being read are there: conditions, and loops of which the number of turns is not to be told.
    pub(super) fn doubts(&self) -> Vec<Box<str>> {
        let loops = self.template.turns.iter().filter_map(|turn| turn.index.clone().err());
        self.conditions.iter().map(|c: &String| c.as_str().into()).chain(loops).collect()
    }
}
