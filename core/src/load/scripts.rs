//! The documents of a file whose manifests and commands stand within something else.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ops::Range;

use super::reuse::{Known, Loose};
use super::{Beside, Deletes, Loaded, Loader, Makes, ParsedDocument, read};
use crate::diagnostics::{Diagnostic, Severity};
use crate::document::{self, Variables, Wrapped};
use crate::language::script::{self, Does, FileSpace, Order, Script, Turn};
use crate::language::{self, Kind, Resource};
use crate::text::Span;

impl Loader {
    /// The documents of a file with a script. Its commands are one document, as they share their variables.
    pub(super) fn unwrapped(&self, text: &str, wrapped: &Wrapped, loose: &Loose) -> Vec<Known> {
        let slice = |range: &Range<usize>| text.get(range.clone()).unwrap_or_default();
        let mut script = script::follow(text, wrapped, &self.names);
        let mut parts: Vec<(Order, Known)> = Vec::new();
        let mut variables = Variables::new();
        let mut commands = wrapped.commands.iter().peekable();
        for range in &wrapped.manifests {
            // What the script set before.
            while let Some(before) = commands.next_if(|command| command.start < range.start) {
                document::assignments(slice(before), &mut variables);
            }
            let handed = wrapped.handed.iter().position(|h| h.body.start <= range.start && range.end <= h.body.end);
            let expands = handed.and_then(|at| wrapped.handed.get(at)).is_none_or(|handed| handed.expands) || text.contains("envsubst");
            let turns = handed.and_then(|at| script.turns.get(at));
            let plain = [Turn { order: script.order_of(range.start), ..Turn::default() }];
            let turns = turns.map_or(&plain[..], Vec::as_slice);
            let whole = slice(range);
            for part in document::split(whole).into_iter().flat_map(|part| document::split_at_marks(whole, part)) {
                let range = range.start + part.start..range.start + part.end;
                let known = parts.len();
                for turn in turns.iter().filter(|turn| turn.does != Does::Nothing) {
                    let mut found = self.part(slice(&range), Some(&variables).filter(|_| expands), turn, loose);
                    let same = |(_, known): &(Order, Known)| known.parsed.diagnostics == found.diagnostics;
                    if parts.get(known..).unwrap_or_default().iter().any(same) {
                        Arc::make_mut(&mut found).diagnostics.clear();
                    }
                    let is_alone = turn.is_plain(slice(&range)) && !slice(&range).contains('$') && wrapped.plain.is_none();
                    parts.push((turn.order, Known { range: range.clone(), parsed: found, is_alone }));
                }
            }
        }
        for deletion in core::mem::take(&mut script.deletions) {
            let mut object = deletion.object;
            let span = Span::new(0, deletion.at.len() as u32);
            (object.span, object.kind_span, object.meta.name_span) = (span, span, span);
            let deletes = Some(if deletion.in_doubt { Deletes::Perhaps } else { Deletes::Certainly });
            let parsed = ParsedDocument { resources: alloc::vec![Arc::new(object)], deletes, ..ParsedDocument::default() };
            parts.push((deletion.order, Known { range: deletion.at, parsed: Arc::new(parsed), is_alone: false }));
        }
        for script::Labelled { at, order, namespace, overwrites } in core::mem::take(&mut script.labelled) {
            let resources = alloc::vec![Arc::new(namespace)];
            let parsed = ParsedDocument { resources, makes: Makes::Labels { overwrites }, ..ParsedDocument::default() };
            parts.push((order, Known { range: at, parsed: Arc::new(parsed), is_alone: false }));
        }
        // As the commands run: what stands in functions and loops is elsewhere in the text.
        parts.sort_by_key(|(order, part)| (*order, part.range.start));
        let parts = parts.into_iter().map(|(_, part)| part);
        let commands = (!wrapped.commands.is_empty()).then(|| {
            let parsed = Arc::new(self.commands(text, &wrapped.commands, script));
            Known { range: 0..text.len(), parsed, is_alone: false }
        });
        commands.into_iter().chain(parts).collect()
    }

    /// What the commands of a text make themselves.
    fn commands(&self, text: &str, live: &[Range<usize>], script: Script) -> ParsedDocument {
        let read = self.languages.read_commands(text, live);
        let mut diagnostics = read.diagnostics;
        diagnostics.extend(script.read.diagnostics);
        diagnostics.iter_mut().for_each(|diagnostic| diagnostic.on_character_borders(text));
        let resources = read.resources.into_iter().chain(script.read.resources).map(Arc::new).collect();
        ParsedDocument { resources, diagnostics, spaces: script.spaces, ..ParsedDocument::default() }
    }

    /// A document as a command is handed it.
    fn part(&self, text: &str, around: Option<&Variables>, turn: &Turn, loose: &Loose) -> Arc<ParsedDocument> {
        let mut variables = Variables::new();
        if let Some(around) = around.filter(|_| text.contains('$')) {
            variables.extend(around.clone());
            variables.extend(turn.variables.clone());
        }
        let variables = Some(&variables).filter(|variables| !variables.is_empty());
        let found = if variables.is_none() && turn.is_plain(text) { loose.find(text) } else { None };
        let mut parsed = found.unwrap_or_else(|| Arc::new(read(&document::without_tabs(text), &Beside { variables, ..self.beside("") })));
        if !turn.is_plain(text) {
            settle(Arc::make_mut(&mut parsed), turn);
        }
        parsed
    }
}

impl Turn {
    /// Whether it changes nothing of what the manifest says.
    fn is_plain(&self, text: &str) -> bool {
        let is_refused = self.needs_name && text.contains("generateName");
        !self.in_doubt && self.does == Does::Create && matches!(self.namespace, Ok(None)) && !is_refused
    }
}

/// What the command makes of the objects of its manifest.
fn settle(parsed: &mut ParsedDocument, turn: &Turn) {
    let space = turn.namespace.as_ref().ok().cloned().flatten();
    refuse(parsed, turn, space.as_deref());
    if turn.does == Does::Delete {
        let named = |resource: &&Arc<Resource>| !resource.meta.name.is_empty();
        parsed.resources = parsed.resources.iter().filter(named).map(|r| Arc::new(script::deleted(r, space.clone()))).collect();
        // Of an object that is deleted only the name counts.
        parsed.diagnostics.retain(|finding| document::codes::NOT_YAML.contains(&finding.code));
        let perhaps = turn.in_doubt || turn.namespace.is_err();
        parsed.deletes = Some(if perhaps { Deletes::Perhaps } else { Deletes::Certainly });
        return;
    }
    parsed.makes = match turn.does {
        Does::New => Makes::New,
        Does::Replace => Makes::Replacement,
        _ => Makes::Either,
    };
    let mut open = false;
    for resource in &mut parsed.resources {
        let resource = Arc::make_mut(resource);
        if resource.meta.namespace.is_none() && resource.kind.is_namespaced() {
            resource.meta.namespace.clone_from(&space);
            open |= turn.namespace.is_err();
        }
        if turn.in_doubt && resource.kind.is_policy() && !matches!(resource.kind, Kind::Unread(_) | Kind::Check(_)) {
            resource.refused = true;
            resource.flaws.in_doubt = true;
        }
    }
    if let Err(doubt) = turn.namespace.as_ref().map_err(|doubt| (**doubt).clone())
        && open
    {
        let at = parsed.resources.first().map_or(Span::default(), |resource| resource.kind_span);
        parsed.resources.push(Arc::new(Resource { span: at, kind_span: at, ..doubt }));
    }
}

/// Takes away objects that the command refuses. Upstream: k8s.io/cli-runtime, pkg/resource/visitor.go, `RequireNamespace`; kubectl, pkg/cmd/apply/apply.go
/// ("cannot use generate name with apply").
fn refuse(parsed: &mut ParsedDocument, turn: &Turn, space: Option<&str>) {
    let why = |resource: &Resource| {
        let own = resource.meta.namespace.as_deref().filter(|own| turn.is_own && !own.contains(['$', '{', '<']));
        match own.zip(space) {
            Some((own, space)) if own != space => {
                Some(format!("the command names namespace `{space}`, and the object namespace `{own}`: `kubectl` refuses it"))
            }
            _ if turn.needs_name && resource.meta.generated && !matches!(resource.kind, Kind::Check(_)) => {
                Some(String::from("`kubectl apply` refuses objects with `generateName`; `kubectl create` takes them"))
            }
            _ => None,
        }
    };
    let refused: Vec<(Span, String)> =
        parsed.resources.iter().filter_map(|resource| Some((resource.meta.name_span, why(resource)?))).collect();
    if refused.is_empty() {
        return;
    }
    parsed.resources.retain(|resource| why(resource).is_none());
    for (at, message) in refused {
        let warning = Diagnostic::new(language::codes::COMMAND_NOT_FOLLOWED, Severity::Warning, at, message);
        parsed.diagnostics.push(warning.help("the object is left out"));
    }
}

/// Puts objects of files that name no namespace where the commands of scripts create them. Where commands name several, or one that is not known, it is not known
/// where they are.
pub(super) fn place(loaded: &mut Loaded) {
    let spaces: Vec<FileSpace> = loaded.documents.iter().flat_map(|document| document.parsed.spaces.iter().cloned()).collect();
    if spaces.is_empty() {
        return;
    }
    for document in &mut loaded.documents {
        let source = loaded.sources.source_of(document.id).and_then(|source| loaded.sources.get(source));
        let Some(name) = source.map(|source| source.name.as_str()).filter(|_| document.parsed.spaces.is_empty()) else { continue };
        let mut own: Vec<Option<&str>> = spaces.iter().filter(|space| space.is_of(name)).map(|space| space.namespace.as_deref()).collect();
        own.sort_unstable();
        own.dedup();
        let (Some(first), is_open) = (own.first().copied(), own.len() > 1 || own == [None]) else { continue };
        let is_meant = |resource: &Resource| resource.meta.namespace.is_none() && resource.kind.is_namespaced();
        if !document.parsed.resources.iter().any(|resource| is_meant(resource)) {
            continue;
        }
        let parsed = Arc::make_mut(&mut document.parsed);
        for resource in parsed.resources.iter_mut().filter(|resource| is_meant(resource)) {
            let resource = Arc::make_mut(resource);
            if is_open {
                resource.flaws.namespace = Some(resource.meta.name_span);
            } else {
                resource.meta.namespace = first.map(Box::from);
            }
        }
    }
}
