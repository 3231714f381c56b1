//! Labels that commands give to namespaces. Upstream: Kubernetes documentation, "kubectl label".

use alloc::vec::Vec;
use core::ops::Range;

use super::kubectl::Call;
use super::{Follower, Order};
use crate::language::azure::read::shell::Command;
use crate::language::{Flaws, Kind, Meta, Resource};
use crate::text::Span;

/// A namespace that a command labels.
#[derive(Clone, Debug)]
pub(crate) struct Labelled {
    pub(crate) at: Range<usize>,
    pub(crate) order: Order,
    /// The namespace, with these labels alone.
    pub(crate) namespace: Resource,
    /// Whether labels that it has already get other values; else the command fails.
    pub(crate) overwrites: bool,
}

impl Follower<'_> {
    /// `kubectl label namespace NAME KEY=VALUE …`; false where that is not all that it says.
    pub(super) fn label(&mut self, command: &Command, call: &Call<'_>) -> bool {
        let is_open = call.selects || !call.files.is_empty() || command.doubt.is_some() || call.arguments.iter().any(|word| word.unknown);
        let texts: Vec<&str> = call.arguments.iter().map(|word| &*word.text).collect();
        let (names, labels) = texts.split_at(texts.iter().position(|text| text.contains('=')).unwrap_or(texts.len()));
        let names: Vec<&str> = match names.split_first() {
            Some((first, rest)) if !first.contains('/') => rest.to_vec(),
            _ => names.iter().filter_map(|name| Some(name.split_once('/')?.1)).collect(),
        };
        let labels: Option<Vec<(&str, &str)>> = labels.iter().map(|label| label.split_once('=')).collect();
        let Some(labels) = labels.filter(|labels| !is_open && !labels.is_empty() && !names.is_empty()) else { return false };
        let overwrites =
            command.words.iter().any(|word| word.text == "--overwrite" && word.value.as_ref().is_none_or(|v| v.text != "false"));
        let at = command.span.start as usize..command.span.end as usize;
        let span = Span::new(0, command.span.end - command.span.start);
        for name in names {
            let mut meta = Meta { name: name.into(), name_span: span, labels_span: span, ..Meta::default() };
            labels.iter().for_each(|(key, value)| meta.labels.set(key, value));
            let namespace = Resource {
                api_version: "v1".into(),
                kind_name: "Namespace".into(),
                kind_span: span,
                meta,
                span,
                refused: false,
                flaws: Flaws::default(),
                kind: Kind::Namespace,
            };
            self.script.labelled.push(Labelled { at: at.clone(), order: Order(self.now, true), namespace, overwrites });
        }
        true
    }
}
