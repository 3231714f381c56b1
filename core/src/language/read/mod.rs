//! From a document's tree to typed objects, with upstream's defaults and validation.
//!
//! ```text
//! tree ── lists flattened ──> one object ── kind, apiVersion ──> metadata, spec ──> Resource
//!                                   └── kinds that are not read ──> one note a kind
//! ```
//!
//! Messages are worded as API servers word them (`spec.ingress[0].from[1].ipBlock.cidr: Invalid value: "x": …`), since that is what
//! people know and search for; the place is always the offending field itself.

mod api_calls;
pub(in crate::language) mod doubts;
pub(in crate::language) mod fields;
mod hooks;
pub(in crate::language) mod kinds;
pub(in crate::language) mod labels;
mod lists;
pub(in crate::language) mod meta;
pub(in crate::language) mod path;
#[cfg(test)]
mod tests;
pub(in crate::language) mod unread;
pub(in crate::language) mod values;

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;
use hashbrown::HashMap;

pub(crate) use self::doubts::add_errors;
use self::fields::{Reader, Slot, quoted};
use self::kinds::{Body, KnownKind, ReadKind, Role};
use self::lists::{DEEPEST_LIST, ListOf};
use self::meta::Metadata;
use self::unread::{Class, Family};
pub(crate) use self::unread::{anything, broken, no_object};
pub(in crate::language) use self::unread::{made_elsewhere, policies_within};
use super::kubernetes::read::kube_proxy::kube_proxy;
use super::registry::{Languages, RawDocument};
use super::unread::{Cause, Installs, Unread};
use super::{Flaws, Kind, Meta, ParameterFile, Resource, codes};
use crate::diagnostics::{Code, Diagnostic, Severity, nearest};
use crate::document::{NodeRef, Tree};
use crate::text::Span;

/// What a document says.
#[derive(Clone, Debug, Default)]
pub struct Read {
    /// Its objects, in the order written; lists are taken apart.
    pub resources: Vec<Resource>,
    /// What is wrong with them, or worth knowing.
    pub diagnostics: Vec<Diagnostic>,
}

/// Where fields belong that people write at the top of an object.
const OBJECT_HINTS: &[(&str, &str)] = &[
    ("name", "it belongs under `metadata`"),
    ("namespace", "it belongs under `metadata`"),
    ("labels", "it belongs under `metadata`"),
    ("annotations", "it belongs under `metadata`"),
    ("", "it may belong under `spec`"),
];

/// Reads all objects of a document in the languages that are built in. `text` is the text of the document, which the spans of `tree` index.
///
/// Never fails: what cannot be read is reported, and an object that an API server would refuse is returned with
/// [`refused`](Resource::refused) set.
pub fn read(tree: &Tree, text: &str) -> Read {
    Languages::BUILT_IN.read_file(tree, text, "", &[])
}

impl Languages {
    /// Reads all objects of a document of a file, with values that other files give for the parameters of templates.
    pub fn read_file(self, tree: &Tree, text: &str, file: &str, given: &[ParameterFile]) -> Read {
        let mut objects = Objects {
            languages: self,
            reader: Reader::new(text),
            resources: Vec::new(),
            unread: Vec::new(),
            unread_index: HashMap::new(),
            misplaced: None,
        };
        if let Some(root) = tree.root().filter(|root| !root.is_null()) {
            match self.iter().find(|language| language.claims(root)) {
                Some(language) => {
                    language.read_document(RawDocument { root, file, given }, &mut objects.reader, &mut objects.resources);
                }
                None => objects.read(root, None, 0),
            }
        }
        objects.finish()
    }

    /// For a text in a language that is not read at all, such as Terraform's, the error that says what to paste instead.
    pub fn foreign(self, text: &str) -> Option<Diagnostic> {
        self.iter().find_map(|language| language.foreign(text))
    }

    /// What a text that is not read at all may change, of whichever language it speaks.
    pub(crate) fn lost(self, text: &str, at: Span) -> Vec<Resource> {
        self.iter().filter_map(|language| language.lost(text, at)).collect()
    }

    /// Whether a document is of a kind whose JSON may have comments: a template of Azure's, or a file of parameters for one.
    /// Upstream: Azure documentation, "Understand the structure and syntax of ARM templates".
    pub fn takes_comments(self, tree: &Tree) -> bool {
        self.claims(tree)
    }

    /// Whether a document is one language's own, whatever it says of its kind.
    pub(crate) fn claims(self, tree: &Tree) -> bool {
        tree.root().is_some_and(|root| self.iter().any(|language| language.claims(root)))
    }

    /// Reads the command lines that stand in the parts `live` of a text (see [`unwrap`](crate::document::unwrap)).
    pub fn read_commands(self, text: &str, live: &[Range<usize>]) -> Read {
        let mut reader = Reader::new(text);
        let mut resources = Vec::new();
        self.iter().for_each(|language| language.read_commands(text, live, &mut reader, &mut resources));
        Read { resources, diagnostics: reader.findings }
    }
}

struct Objects<'a> {
    languages: Languages,
    reader: Reader<'a>,
    resources: Vec<Resource>,
    unread: Vec<UnreadKind<'a>>,
    unread_index: HashMap<(&'a str, &'a str), usize>,
    /// Why what is being read is no item of its list: where that stands.
    misplaced: Option<Span>,
}

/// Objects of one kind that is not read.
struct UnreadKind<'a> {
    kind: &'a str,
    api_version: &'a str,
    class: Class,
    /// The first of them.
    span: Span,
    count: usize,
}

impl<'a> Objects<'a> {
    fn finish(self) -> Read {
        let Objects { mut reader, resources, unread, .. } = self;
        for found in unread {
            reader.report(not_read(&found));
        }
        Read { resources, diagnostics: reader.findings }
    }

    /// Reads an object or the objects of a list.
    fn read(&mut self, node: NodeRef<'a>, list: Option<ListOf<'a>>, depth: usize) {
        let object = self.reader.root(node);
        if let Some(items) = node.as_sequence().filter(|_| depth == 0) {
            // No API server takes this, but what is meant is plain.
            let diagnostic = object.error(codes::NOT_AN_OBJECT, "expected a Kubernetes object, found a list of them");
            self.reader.report(diagnostic.help("put `---` between the objects, or write `kind: List` with `items`"));
            for item in items {
                self.read(item, list, depth + 1);
            }
            return;
        }
        if !object.is_mapping() {
            let found = node.value().describe();
            let diagnostic = object.error(codes::NOT_AN_OBJECT, format!("expected a Kubernetes object, found {found}"));
            self.reader.report(diagnostic.help("an object is a mapping with apiVersion, kind and metadata"));
            return;
        }
        if !is_set(node, "kind") && !is_set(node, "apiVersion") && list.is_none() && unread::kustomize::is_nameless(node) {
            self.kustomization(node, "Kustomization", first_key(node));
            return;
        }
        let Some((kind, kind_span)) = self.kind(&object, list) else {
            self.without_kind(node);
            return;
        };
        let Some((api_version, version_span)) = self.api_version(&object, list, kind, kind_span) else { return };

        if kind == "Table" && kinds::group(api_version) == "meta.k8s.io" && depth < DEEPEST_LIST {
            self.table(&object, kind_span, depth);
            return;
        }
        // What an admission webhook is asked about. Upstream: `k8s.io/api/admission/v1`, AdmissionRequest: of a deletion there is no `object`.
        if kind == "AdmissionReview"
            && depth < DEEPEST_LIST
            && let Some(asked) = node.get("request").and_then(|request| request.get("object")).filter(|object| is_set(*object, "kind"))
        {
            self.read(asked, None, depth + 1);
            return;
        }
        if kinds::group(api_version) == unread::kustomize::GROUP {
            self.kustomization(node, kind, kind_span);
            return;
        }
        // Where a workload of another project has no template, its pods are not told here.
        let has_template = || node.get("spec").is_some_and(|spec| spec.get("template").is_some());
        let known = self.languages.known(kind, api_version).filter(|known| known.role != Role::MakesPodsByTemplate || has_template());
        if let Some(known) = known
            && (api_version.is_empty() || known.serves(api_version) || self.languages.owns(api_version))
        {
            self.object(&object, known, (kind, kind_span), (api_version, version_span));
        } else if let Some(list) = self.as_list(node, kind, api_version).filter(|_| known.is_none()) {
            self.list(&object, kind, list, depth);
        } else {
            self.unread(&object, kind, api_version, kind_span, version_span);
        }
    }

    /// A Kustomization: it is said once that it has to be built, and kept what it may change.
    fn kustomization(&mut self, node: NodeRef<'a>, kind: &'a str, at: Span) {
        self.reader.report(unread::kustomize::diagnostic(at));
        self.keep(node, kind, at, unread::kustomize::unread(node));
    }

    /// An object of which the kind is missing: where it looks like a policy, it may be one.
    fn without_kind(&mut self, node: NodeRef<'a>) {
        let api_version = node.get("apiVersion").and_then(NodeRef::as_str).unwrap_or_default();
        if unread::is_like_policy(node, api_version) {
            self.keep(node, "", first_key(node), unread::unread(node, Family::NamespacedPolicy, "", Cause::NoSuchKind));
        } else if let Some(carried) = unread::carried_anywhere(node) {
            // A playbook of Ansible's, values of a chart.
            self.keep(node, "", first_key(node), carried);
        }
    }

    /// Keeps an object that is not evaluated.
    fn keep(&mut self, node: NodeRef<'a>, kind: &'a str, kind_span: Span, mut kept: Unread) {
        unread::in_any_namespace(node, &mut kept);
        self.resources.push(Resource {
            api_version: node.get("apiVersion").and_then(NodeRef::as_str).unwrap_or_default().into(),
            kind_name: kind.into(),
            kind_span,
            meta: unread::meta(node),
            span: node.span(),
            refused: false,
            flaws: Flaws::default(),
            kind: Kind::Unread(Box::new(kept)),
        });
    }

    /// `kind`, and where it stands.
    fn kind(&mut self, object: &Slot<'a, '_>, list: Option<ListOf<'a>>) -> Option<(&'a str, Span)> {
        let node = object.node?;
        let path = object.path;
        let entry = node.entry("kind");
        let slot = entry.map(|entry| {
            let value = node.value_of(entry);
            let at = if value.span().start == value.span().end { entry.key_span } else { value.span() };
            Slot { path: path.field("kind"), node: Some(value), at, key: entry.key_span }
        });
        if let Some(slot) = slot.filter(Slot::is_set) {
            let kind = self.reader.text(&slot)?;
            if !kind.is_empty() {
                return Some((kind, slot.at));
            }
        }
        if let Some(kind) = list.and_then(|list| list.kind) {
            return Some((kind, first_key(node)));
        }
        let misspelt = object.entries().iter().find(|e| &*e.key != "apiVersion" && nearest(&e.key, ["kind"]).is_some());
        let at = misspelt.or(entry).map_or_else(|| first_key(node), |entry| entry.key_span);
        let diagnostic = Diagnostic::new(codes::MISSING_KIND, Severity::Error, at, "kind: Required value: the object has no kind")
            .help("write `kind`, for instance `kind: NetworkPolicy`");
        let meant = misspelt.filter(|_| entry.is_none()).map(|_| "kind");
        let diagnostic = self.reader.rewrite(diagnostic, at, meant);
        self.reader.report(diagnostic);
        None
    }

    /// `apiVersion`, and where it stands; an empty one where it is missing although the kind is known.
    fn api_version(&mut self, object: &Slot<'a, '_>, list: Option<ListOf<'a>>, kind: &'a str, kind_span: Span) -> Option<(&'a str, Span)> {
        let node = object.node?;
        let path = object.path;
        let slot = node.entry("apiVersion").map(|entry| {
            let value = node.value_of(entry);
            let at = if value.span().start == value.span().end { entry.key_span } else { value.span() };
            Slot { path: path.field("apiVersion"), node: Some(value), at, key: entry.key_span }
        });
        if let Some(slot) = slot.filter(Slot::is_set) {
            let version = self.reader.text(&slot)?;
            if !version.is_empty() {
                return Some((version, slot.at));
            }
        }
        if let Some(list) = list {
            return Some((list.api_version, kind_span));
        }
        if kind == "List" {
            return Some(("v1", kind_span));
        }
        Some(("", slot.map_or(kind_span, |slot| slot.at)))
    }

    /// Reads an object of a known kind.
    fn object(&mut self, object: &Slot<'a, '_>, known: &'static KnownKind, kind: (&'a str, Span), version: (&'a str, Span)) {
        self.reader.refused = false;
        self.reader.flaws = Flaws::default();
        self.reader.lenient = !known.is_policy();
        self.read_known(object, known, kind, version);
        self.reader.lenient = false;
    }

    fn read_known(&mut self, object: &Slot<'a, '_>, known: &'static KnownKind, kind: (&'a str, Span), version: (&'a str, Span)) {
        let ((kind, kind_span), (api_version, version_span)) = (kind, version);
        if kind == known.name {
            self.check_version(known, api_version, version_span);
        } else {
            self.misspelt(known, kind, kind_span, api_version);
        }
        let ordinal = self.resources.len();
        let read = match known.read {
            ReadKind::Whole(read) => read(&mut self.reader, object, known, ordinal),
            ReadKind::Spec(read) => self.with_spec(object, known, api_version, ordinal, read),
        };
        if let Some((meta, read)) = read {
            self.keep_read(object, (kind, kind_span), api_version, meta, read);
        }
    }

    /// Reads an object with `spec` and `status`.
    fn with_spec(
        &mut self,
        object: &Slot<'a, '_>,
        known: &'static KnownKind,
        api_version: &'a str,
        ordinal: usize,
        read: for<'p> fn(&mut Reader<'a>, &Body<'a, 'p>) -> Kind,
    ) -> Option<(Meta, Kind)> {
        let names = ["apiVersion", "kind", "metadata", "spec", "status"];
        // Whatever a kind has besides these is known upstream and of no use here.
        let [_, _, metadata, spec, status] = self.reader.fields_with_hints(object, names, &[], OBJECT_HINTS)?;
        let Metadata { meta, owner, has_dead_annotation } = self.reader.metadata(&metadata, known.names, known.scope, ordinal);
        let is_old = known.old.contains(&api_version);
        let body = Body { metadata, spec, status, meta, owner, has_dead_annotation, api_version, is_old };
        let kind = read(&mut self.reader, &body);
        let mut meta = body.meta;
        for (key, value) in core::mem::take(&mut self.reader.stored_labels).iter() {
            if meta.labels.get(key).is_none() {
                meta.labels.set(key, value);
            }
        }
        Some((meta, kind))
    }

    /// Keeps an object that has been read, with what the reader found of it.
    fn keep_read(&mut self, object: &Slot<'a, '_>, (name, kind_span): (&str, Span), api_version: &str, meta: Meta, kind: Kind) {
        let mut resource = Resource {
            api_version: api_version.into(),
            kind_name: name.into(),
            kind_span,
            meta,
            span: object.span(),
            refused: self.reader.refused,
            flaws: core::mem::take(&mut self.reader.flaws),
            kind,
        };
        if let Some(at) = self.misplaced {
            resource.flaws.refusals.push(at);
            resource.refused |= !resource.kind.is_kept_refused();
        }
        if let Some(node) = object.node {
            doubts::refuse_unknown_fields(&mut resource);
            doubts::note(&mut resource, node, &[]);
            resource.flaws.hook = hooks::passing_hook(node).filter(|_| resource.kind.is_rules());
            if resource.flaws.hook.is_some() {
                (resource.refused, resource.flaws.in_doubt) = (true, true);
            }
        }
        self.resources.push(resource);
    }

    /// Reports a version under which the kind is not served. What pods, Services and the like mean is beyond doubt all the same; a policy of a version
    /// that does not exist might mean something else.
    fn check_version(&mut self, known: &KnownKind, api_version: &str, at: Span) {
        let right = known.current.first().copied().unwrap_or("v1");
        if known.current.contains(&api_version) {
            return;
        }
        let reader = &mut self.reader;
        if known.old.contains(&api_version) {
            let message = format!("apiVersion: `{api_version}` of `{}` is no longer served; it is read as `{right}`", known.name);
            let diagnostic = Diagnostic::new(codes::OLD_API_VERSION, Severity::Warning, at, message);
            let diagnostic = if known.has_old_form {
                diagnostic.help(format!("write it in the form of `{right}`"))
            } else {
                reader.rewrite(diagnostic, at, Some(right))
            };
            reader.report(diagnostic);
        } else if api_version.is_empty() {
            let message = format!("apiVersion: Required value: `{}` needs its API version", known.name);
            let diagnostic = Diagnostic::new(codes::MISSING_API_VERSION, Severity::Error, at, message);
            reader.report(diagnostic.help(format!("write `apiVersion: {right}`")));
        } else {
            let message = format!("no matches for kind {} in version {}", quoted(known.name), quoted(api_version));
            let diagnostic = Diagnostic::new(codes::WRONG_API_VERSION, Severity::Error, at, message);
            let diagnostic = reader.rewrite(diagnostic, at, Some(right));
            if known.is_policy() { reader.refuse(diagnostic) } else { reader.report(diagnostic) }
        }
    }

    /// Reports a kind that there is not, and that is nearly one that there is. Where it decides about traffic, what holds is not known.
    fn misspelt(&mut self, known: &KnownKind, kind: &str, span: Span, api_version: &str) {
        let message = format!("no matches for kind {} in version {}", quoted(kind), quoted(api_version));
        let diagnostic = Diagnostic::new(codes::MISSPELT_KIND, Severity::Error, span, message);
        let diagnostic = self.reader.rewrite(diagnostic, span, Some(known.name));
        if known.is_policy() { self.reader.refuse(diagnostic) } else { self.reader.report(diagnostic) }
    }

    /// Keeps an object of a kind that is not read, as far as it might concern connections or makes pods, and its kind for a word about it.
    fn unread(&mut self, object: &Slot<'a, '_>, kind: &'a str, api_version: &'a str, span: Span, version_span: Span) {
        let class = unread::classify(kind, api_version);
        if class == Class::Unknown
            && let Some(known) = self.languages.meant(kind, api_version)
        {
            self.object(object, known, (kind, span), (api_version, version_span));
            return;
        }
        let calls = object.node.map(|node| api_calls::api_calls(node, kind, api_version)).unwrap_or_default();
        let of_calls = (!calls.is_empty()).then_some(Kind::ApiCalls(calls));
        let used = of_calls.or_else(|| kube_proxy(object.node?, kind).map(Kind::KubeProxy));
        if let (Some(used), Some(node)) = (used, object.node) {
            self.resources.push(Resource {
                api_version: api_version.into(),
                kind_name: kind.into(),
                kind_span: span,
                meta: unread::meta(node),
                span: node.span(),
                refused: false,
                flaws: Flaws::default(),
                kind: used,
            });
            return;
        }
        // Of ConfigMaps only two are about connections.
        let of_map = |node: NodeRef<'_>| match (unread::istio_map(node), unread::cilium_map(node)) {
            (Some(_), _) => Some(Family::MeshWide),
            (None, Some(_)) => Some(Family::CiliumConfiguration),
            (None, None) => None,
        };
        let map = object.node.filter(|_| kind == "ConfigMap").and_then(of_map);
        let class = map.map_or(class, |family| Class::Policy(family, Cause::Kind));
        let kept = match (class, object.node) {
            (Class::Policy(family, cause), Some(node)) => Some(unread::unread(node, family, kind, cause)),
            // A step of a workflow may apply a policy.
            (Class::MakesPods, node) => Some(node.and_then(unread::carried).unwrap_or_else(Unread::pods)),
            (Class::OfEngine(engine), _) => Some(Unread { installs: Some(Installs::This(engine)), ..Unread::new(Cause::Kind, Vec::new()) }),
            (Class::Traffic, Some(node)) => unread::redirects(node, kind, api_version),
            // Entries of an audit log say what was asked for, not what is there now.
            (Class::Irrelevant, Some(node)) if kind == "Application" || kinds::group(api_version) == "audit.k8s.io" => {
                unread::carried(node)
            }
            (Class::Unknown, Some(node)) => unread::redirects(node, kind, api_version).or_else(|| unread::carried(node)),
            _ => None,
        };
        let labels = object.node.map(|node| unread::added_labels(node, kind, api_version)).unwrap_or_default();
        let kept = match labels.is_empty() {
            true => kept,
            false => Some(Unread { adds_labels: labels, ..kept.unwrap_or_else(|| Unread::new(Cause::Kind, Vec::new())) }),
        };
        // What carries no policies has no part in them.
        let (class, kept) = match kept {
            Some(kept)
                if matches!(class, Class::Policy(family, _) if family.may_be_nothing())
                    && kept.effects.is_empty()
                    && kept.adds_labels.is_empty() =>
            {
                (Class::Irrelevant, None)
            }
            // Policies are written in it, or labels.
            Some(kept)
                if matches!(class, Class::Unknown | Class::Irrelevant) && kept.ways.is_empty()
                    || class == Class::MakesPods && !kept.effects.is_empty() =>
            {
                (Class::Policy(Family::Carrier, Cause::Kind), Some(kept))
            }
            kept => (class, kept),
        };
        if let (Some(kept), Some(node)) = (kept, object.node) {
            self.keep(node, kind, span, kept);
        }
        let index = *self.unread_index.entry((kind, api_version)).or_insert_with(|| {
            self.unread.push(UnreadKind { kind, api_version, class, span, count: 0 });
            self.unread.len() - 1
        });
        if let Some(found) = self.unread.get_mut(index) {
            found.count += 1;
        }
    }
}

/// Whether a field is written with a value.
fn is_set(node: NodeRef<'_>, field: &str) -> bool {
    node.get(field).is_some_and(|value| !value.is_null())
}

/// The first key of a mapping, to point at where something is missing.
fn first_key(node: NodeRef<'_>) -> Span {
    node.as_mapping().and_then(<[_]>::first).map_or(node.span(), |entry| entry.key_span)
}

/// What to say about a kind that is not read.
fn not_read(found: &UnreadKind<'_>) -> Diagnostic {
    let mut name = format!("`{}`", clipped(found.kind));
    if !found.api_version.is_empty() {
        name.push_str(&format!(" of `{}`", clipped(found.api_version)));
    }
    if found.count > 1 {
        name.push_str(&format!(" ({} objects)", found.count));
    }
    let (code, severity, message, help): (Code, Severity, &str, Option<&str>) = match found.class {
        Class::Irrelevant => (codes::KIND_NOT_USED, Severity::Note, "plays no part in network policy, and is not used", None),
        Class::OfEngine(_) => {
            (codes::KIND_NOT_USED, Severity::Note, "shows which policy engine is installed, and is not used otherwise", None)
        }
        Class::Unknown => (codes::KIND_NOT_USED, Severity::Note, "is an unknown kind, and is not used", None),
        Class::MakesPods => (
            codes::KIND_NOT_READ,
            Severity::Warning,
            "creates pods, but is not read: answers leave out its pods",
            Some("paste the pods (`kubectl get pods -o yaml`), or the workloads that it creates"),
        ),
        Class::Policy(_, Cause::NoSuchKind) => (
            codes::KIND_NOT_READ,
            Severity::Error,
            "does not exist: flows that it might affect are \"cannot tell\"",
            Some("correct the name or the version"),
        ),
        Class::Policy(..) => (
            codes::KIND_NOT_READ,
            Severity::Warning,
            "is not evaluated, but could change verdicts: where it might, they are \"cannot tell\"",
            None,
        ),
        Class::Traffic => (codes::KIND_NOT_READ, Severity::Warning, "routes traffic to pods, but is not read: answers leave it out", None),
    };
    let diagnostic = Diagnostic::new(code, severity, found.span, format!("{name} {message}"));
    match help {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

fn clipped(text: &str) -> String {
    text.chars().take(80).map(|c| if c.is_control() { ' ' } else { c }).collect()
}
