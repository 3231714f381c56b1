//! What the commands of a script do to the objects of a cluster: `kubectl`, `oc`, `calicoctl`, Helm.
//!
//! ```text
//! kubectl apply -n shop -f - <<EOF      the manifest is read once for each time that the command runs (see `Turn`)
//! kubectl delete netpol p               what was created before is deleted (see `Deletion`)
//! kubectl apply -f other.yaml           what is not followed, or not in the input, is said, and is a doubt where it may decide
//! ```
//!
//! Upstream: Kubernetes documentation, "kubectl reference"; GNU Bash manual, "Looping Constructs", "Here Documents".

mod contexts;
mod files;
mod kubectl;
mod labels;
mod sources;
mod tools;

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use self::contexts::{Context, contexts};
use self::files::Writing;
use self::kubectl::{Call, Role, bare, call, program, role};
use super::azure::read::shell::{self, Command};
use super::unread::{Cause, Effect, Installs, Namespaces, Unread, Way, Whom};
use super::{Flaws, Kind, Meta, Read, Resource, codes};
use crate::diagnostics::{Diagnostic, Severity};
use crate::document::{Handed, Variables, Wrapped};
use crate::model::ClusterEngine;
use crate::text::Span;

pub(crate) use self::kubectl::is_kind;
pub(crate) use self::labels::Labelled;
pub(in crate::language) use self::tools::runs_another;

/// What a script does.
#[derive(Debug, Default)]
pub(crate) struct Script {
    /// What is not followed: findings, and what it may do. Places are those of the whole text.
    pub(crate) read: Read,
    /// For each manifest that commands have themselves ([`Wrapped::handed`]), each time that it is handed on.
    pub(crate) turns: Vec<Vec<Turn>>,
    /// Objects that are deleted by their names, in the order of the text.
    pub(crate) deletions: Vec<Deletion>,
    /// Namespaces that get labels, in the order of the text.
    pub(crate) labelled: Vec<Labelled>,
    /// Files that commands create objects from, in a namespace of their own.
    pub(crate) spaces: Vec<FileSpace>,
    /// Where each command stands, as they run.
    starts: Vec<u32>,
}

/// When something is done: by which command, or before which one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub(crate) struct Order(usize, bool);

impl Script {
    /// When it is the turn of what no command has, but the text itself: before the first command behind it.
    pub(crate) fn order_of(&self, at: usize) -> Order {
        Order(self.starts.iter().position(|start| *start as usize >= at).unwrap_or(self.starts.len()), false)
    }
}

/// The namespace that a command gives to objects of a file which name none.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct FileSpace {
    /// A file, or a folder, as the command names it.
    pub(crate) file: Box<str>,
    /// The namespace; nothing where it is not known.
    pub(crate) namespace: Option<Box<str>>,
}

impl FileSpace {
    /// Whether the command means a file of this name.
    pub(crate) fn is_of(&self, name: &str) -> bool {
        sources::is_named(&self.file, name)
    }
}

/// A manifest is handed to a command.
#[derive(Clone, Debug)]
pub(crate) struct Turn {
    /// Variables that the shell puts into it.
    pub(crate) variables: Variables,
    /// The namespace of objects that name none; `Err` with what is to be doubted where that is not known.
    pub(crate) namespace: Result<Option<Box<str>>, Box<Resource>>,
    /// Whether the command itself names the namespace: it refuses objects that name another.
    pub(crate) is_own: bool,
    /// Whether the command refuses objects of which an API server makes the names.
    pub(crate) needs_name: bool,
    pub(crate) does: Does,
    pub(crate) order: Order,
    /// Whether it is not known if the command runs.
    pub(crate) in_doubt: bool,
}

/// What a command does with the objects of a manifest.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Does {
    /// Makes objects, or others in place of those that are there.
    Create,
    /// Makes objects that are not there yet.
    New,
    /// Makes others in place of those that are there.
    Replace,
    Delete,
    Nothing,
}

/// An object that a command deletes by name.
#[derive(Clone, Debug)]
pub(crate) struct Deletion {
    pub(crate) at: Range<usize>,
    pub(crate) order: Order,
    /// Kind (as the command says it), namespace and name, and what is in doubt where it is not known whether it was there before.
    pub(crate) object: Resource,
    /// Whether it is not known if the command runs.
    pub(crate) in_doubt: bool,
}

/// Follows the commands of a text. `files` are the names of all files of the input.
pub(crate) fn follow(text: &str, wrapped: &Wrapped, files: &[Box<str>]) -> Script {
    let mut lines: Vec<Range<usize>> = wrapped.handed.iter().map(|handed| handed.line.clone()).collect();
    lines.dedup();
    let (commands, _) = shell::commands(text, &wrapped.commands, &lines);
    let mut follower = Follower {
        text,
        wrapped,
        files,
        script: Script { starts: commands.iter().map(|command| command.span.start).collect(), ..Script::default() },
        now: 0,
        said: Vec::new(),
        known: Vec::new(),
        blocks: Vec::new(),
        cluster: None,
    };
    let contexts = contexts(&commands);
    let spaces: Vec<Space> = contexts.iter().map(|context| context.space.clone()).collect();
    let turns = wrapped.handed.iter().map(|handed| follower.turns(handed, &commands, &spaces)).collect();
    follower.script.turns = turns;
    for (now, (command, context)) in commands.iter().zip(&contexts).enumerate() {
        follower.now = now;
        follower.command(command, context);
    }
    follower.say();
    follower.script
}

impl Default for Turn {
    fn default() -> Self {
        Turn {
            variables: Variables::new(),
            namespace: Ok(None),
            is_own: false,
            needs_name: false,
            does: Does::Create,
            order: Order::default(),
            in_doubt: false,
        }
    }
}

/// The namespace of commands that name none; `Err` where it is not known.
type Space = Result<Option<Box<str>>, ()>;

const AFTERWARDS: &str = "paste what `kubectl get … -o yaml` prints afterwards";
/// Programs that hand on what they are given.
const PASSING: [&str; 9] = ["cat", "echo", "printf", "tee", "envsubst", "sleep", "cd", "mkdir", "type"];

struct Follower<'a> {
    text: &'a str,
    wrapped: &'a Wrapped,
    files: &'a [Box<str>],
    script: Script,
    /// The command that is looked at.
    now: usize,
    /// Commands that change objects and nothing that is decided here.
    said: Vec<(String, Span)>,
    /// Commands of which the input is a manifest of the text.
    known: Vec<u32>,
    /// The cluster that the first command changes: nothing before that command, nothing within where it names none.
    cluster: Option<Option<String>>,
    /// Files that blocks of the text are taken for.
    blocks: Vec<String>,
}

/// A command as a person recognizes it.
fn shown(command: &Command) -> String {
    let mut shown = String::new();
    for word in &command.words {
        let value = word.value.as_ref().map(|value| format!("={}", value.text)).unwrap_or_default();
        if shown.len() + word.text.len() + value.len() > 60 {
            return shown + " …";
        }
        if !shown.is_empty() {
            shown.push(' ');
        }
        shown.push_str(&word.text);
        shown.push_str(&value);
    }
    shown
}

fn resource(kind: &str, meta: Meta, span: Span, effect: Effect, cause: Cause) -> Resource {
    Resource {
        api_version: Box::default(),
        kind_name: kind.into(),
        kind_span: span,
        meta,
        span,
        refused: false,
        flaws: Flaws::default(),
        kind: Kind::Unread(Box::new(Unread::new(cause, alloc::vec![effect]))),
    }
}

/// An effect on what objects of a role decide.
fn effect(role: Role, space: Space, span: Span) -> Effect {
    let namespaces = match (role, space) {
        (Role::NamespacedPolicy, Ok(name)) => Namespaces::named(alloc::vec![name.unwrap_or_else(|| "default".into())], span),
        _ => Namespaces::All,
    };
    Effect { subject: Whom { namespaces, ..Whom::default() }, ..Effect::default() }
}

/// Whether commands with a verb change what a cluster holds.
fn changes(verb: &str) -> bool {
    const VERBS: [&str; 18] = [
        "annotate",
        "apply",
        "autoscale",
        "create",
        "delete",
        "edit",
        "expose",
        "install",
        "label",
        "patch",
        "replace",
        "rollback",
        "run",
        "scale",
        "set",
        "uninstall",
        "upgrade",
        "kustomize",
    ];
    VERBS.contains(&verb)
}

/// The namespace of a command.
fn space_of(call: &Call<'_>, around: &Space) -> Space {
    match call.own_namespace()? {
        Some(name) => Ok(Some(name.into())),
        None => around.clone(),
    }
}

impl Follower<'_> {
    /// Each time that a manifest is handed on.
    fn turns(&mut self, handed: &Handed, commands: &[Command], spaces: &[Space]) -> Vec<Turn> {
        let start = |command: &Command| command.span.start as usize;
        let on_line: Vec<(usize, &Command)> = commands.iter().enumerate().filter(|(_, c)| handed.line.contains(&start(c))).collect();
        let head = self.text.get(handed.line.start..handed.body.start).unwrap_or_default();
        let file = sources::written(head);
        let text = self.text;
        let takes = |call: &Call<'_>| {
            call.files.iter().any(|word| sources::is_input(word) || file.is_some_and(|file| files::means(text, word, file)))
        };
        let mut turns = Vec::new();
        for turn in on_line.chunk_by(|(_, a), (_, b)| start(a) < start(b)) {
            let holder = turn.iter().rposition(|(_, command)| start(command) < handed.at).unwrap_or(0);
            let rest = turn.get(holder..).unwrap_or_default();
            let taking = |(_, command): &(usize, &Command)| call(command).is_some_and(|call| takes(&call));
            // `kubectl apply -f <(cat <<EOF`
            let around =
                |(_, command): &(usize, &Command)| call(command).is_some_and(|call| call.files.iter().any(|w| bare(w, "-f").is_empty()));
            let rest =
                if rest.iter().any(taking) { rest } else { turn.iter().position(around).and_then(|at| turn.get(at..)).unwrap_or(rest) };
            // What one command only prints, such as with `--dry-run`, the next may be given.
            let really = |entry: &(usize, &Command)| taking(entry) && call(entry.1).is_some_and(|call| !call.tries);
            match rest.iter().position(really).or_else(|| rest.iter().position(taking)) {
                Some(at) => {
                    let Some(&(index, command)) = rest.get(at) else { continue };
                    let changer =
                        rest.get(..at).unwrap_or_default().iter().find(|(_, c)| call(c).is_none() && !PASSING.contains(&program(c)));
                    if let Some((_, changer)) = changer {
                        let why = format!("`{}` may change what is applied", program(changer));
                        self.doubt(command, Effect::default(), &why);
                    }
                    turns.extend(self.turn(index, command, spaces.get(index)));
                }
                None => {
                    let written = file.and_then(|file| Some(Writing { handed, file, by: turn.get(holder)?.0, to: turn.last()?.0 }));
                    match written {
                        Some(writing) => self.uses(&writing, commands, spaces, &mut turns),
                        None => {
                            let order = turn.get(holder).map_or(Order::default(), |(at, _)| Order(*at, true));
                            turns.push(self.printed(handed, rest, Turn { order, ..Turn::default() }, commands));
                        }
                    }
                }
            }
        }
        if turns.is_empty() {
            // Nothing in the text runs the line: it stands in a function that is not called, or in a branch that is not taken.
            let tail = self.text.get(handed.body.end..handed.line.end).unwrap_or_default();
            let in_doubt = head.contains("kubectl") || tail.contains("kubectl");
            if in_doubt {
                let at = Span::new(handed.line.start as u32, (handed.line.start + head.trim_end().len()) as u32);
                let message = "nothing in the input runs the command that this manifest is for: its policies are in doubt";
                self.report(Diagnostic::new(codes::COMMAND_NOT_FOLLOWED, Severity::Warning, at, message).help(AFTERWARDS));
            }
            turns.push(Turn { in_doubt, order: self.script.order_of(handed.body.start), ..Turn::default() });
        }
        turns
    }

    /// What becomes of a manifest that no command of its line creates anything from. `: <<E` is how lines are commented out, and what is only checked is not
    /// created. What is printed may be for a person, if commands create other objects.
    fn printed(&mut self, handed: &Handed, rest: &[(usize, &Command)], plain: Turn, commands: &[Command]) -> Turn {
        const CHECKING: [&str; 7] = ["kubeconform", "kubeval", "kube-linter", "kube-score", "conftest", "datree", "pluto"];
        const SHOWING: [&str; 8] = ["cat", "echo", "printf", "less", "more", "head", "bat", "tee"];
        let head = self.text.get(handed.line.start..handed.body.start).unwrap_or_default();
        // A function that only prints: `usage() { cat <<E`.
        let within = head.rsplit_once("() {").map_or(head, |(_, rest)| rest);
        let programs: Vec<&str> = rest.iter().map(|(_, command)| program(command)).collect();
        let is_nothing = programs.first() == Some(&":") || programs.iter().any(|program| CHECKING.contains(program));
        let is_shown =
            !programs.is_empty() && programs.iter().all(|program| SHOWING.contains(program)) && !within.contains(['$', '`', '(', '>']);
        let creates = |command: &Command| call(command).is_some_and(|call| matches!(call.verb, "apply" | "create" | "replace"));
        let at = Span::new(handed.line.start as u32, (handed.line.start + head.trim_end().len()) as u32);
        if is_nothing {
            let message = "nothing creates the objects of this manifest: they are left out";
            self.report(Diagnostic::new(codes::COMMAND_NOT_FOLLOWED, Severity::Note, at, message));
            return Turn { does: Does::Nothing, ..plain };
        }
        if is_shown && commands.iter().any(creates) {
            let message = "this manifest is printed, and no command of its line creates it: its policies are in doubt";
            self.report(Diagnostic::new(codes::COMMAND_NOT_FOLLOWED, Severity::Warning, at, message).help(AFTERWARDS));
            return Turn { in_doubt: true, ..plain };
        }
        plain
    }

    fn turn(&mut self, index: usize, command: &Command, around: Option<&Space>) -> Option<Turn> {
        let call = call(command)?;
        self.known.push(command.span.start);
        let does = match call.verb {
            "diff" | "get" | "describe" | "wait" | "rollout" | "explain" | "annotate" => Does::Nothing,
            _ if call.tries => Does::Nothing,
            "delete" => Does::Delete,
            "create" => Does::New,
            "replace" if !call.forces => Does::Replace,
            _ => Does::Create,
        };
        if does == Does::Nothing {
            let message = format!("`{}` creates nothing: its objects are left out", shown(command));
            self.report(Diagnostic::new(codes::COMMAND_NOT_FOLLOWED, Severity::Note, command.span, message));
        }
        if command.doubt.is_some() && does != Does::Nothing {
            let message = format!("it is not known whether `{}` runs: policies in its manifest are in doubt", shown(command));
            self.report(Diagnostic::new(codes::COMMAND_NOT_FOLLOWED, Severity::Warning, command.span, message).help(AFTERWARDS));
        }
        let space = space_of(&call, around.unwrap_or(&Ok(None)));
        let namespace = space.map_err(|()| Box::new(self.anything(command, Effect::default())));
        Some(Turn {
            variables: command.variables.clone(),
            namespace,
            is_own: call.namespace.is_some() && program(command) != "calicoctl",
            needs_name: call.verb == "apply",
            does,
            order: Order(index, true),
            in_doubt: command.doubt.is_some(),
        })
    }

    fn anything(&self, command: &Command, effect: Effect) -> Resource {
        resource(&format!("`{}`", shown(command)), Meta::default(), command.span, effect, Cause::Command)
    }

    fn report(&mut self, finding: Diagnostic) {
        // A loop comes to it more than once.
        if !self.script.read.diagnostics.iter().any(|known| known.place == finding.place && known.message == finding.message) {
            self.script.read.diagnostics.push(finding);
        }
    }

    /// A command that may do anything, such as install what enforces policies.
    fn doubt_all(&mut self, command: &Command, why: &str) {
        let known = self.script.read.resources.len();
        self.doubt(command, Effect::default(), why);
        for resource in self.script.read.resources.iter_mut().skip(known) {
            if let Kind::Unread(unread) = &mut resource.kind {
                unread.installs = Some(Installs::Any);
            }
        }
    }

    /// A command that says which engine enforces policies.
    fn install(&mut self, command: &Command, engine: ClusterEngine) {
        self.beside(command, |unread| unread.installs = Some(Installs::This(engine)));
    }

    /// A command that does nothing to connections itself.
    fn beside(&mut self, command: &Command, does: impl FnOnce(&mut Unread)) {
        let mut made = self.anything(command, Effect::default());
        if let Kind::Unread(unread) = &mut made.kind {
            unread.effects.clear();
            does(unread);
        }
        self.script.read.resources.push(made);
    }

    /// A command that may decide, and is not followed.
    fn doubt(&mut self, command: &Command, effect: Effect, why: &str) {
        let colon = if why.is_empty() { "" } else { ": " };
        let message = format!("`{}` is not evaluated{colon}{why}", shown(command));
        let help = "where it matters, the answer is \"cannot tell\"; paste what `kubectl get … -o yaml` prints afterwards";
        let known = self.script.read.diagnostics.len();
        self.report(Diagnostic::new(codes::COMMAND_NOT_FOLLOWED, Severity::Warning, command.span, message).help(help));
        if self.script.read.diagnostics.len() > known {
            let doubt = self.anything(command, effect);
            self.script.read.resources.push(doubt);
        }
    }

    fn command(&mut self, command: &Command, context: &Context) {
        if self.tool(command) {
            return;
        }
        let Some(call) = call(command).filter(|call| !call.tries) else { return };
        if changes(call.verb) && *self.cluster.get_or_insert_with(|| context.cluster.clone()) != context.cluster {
            self.doubt(command, Effect::default(), "it is for another cluster than the commands before");
        }
        if call.raw && changes(call.verb) {
            return self.doubt(command, Effect::default(), "what it asks the API server to do is not followed");
        }
        let around = &context.space;
        let space = || space_of(&call, around);
        let first = call.arguments.first().map(|word| &*word.text).unwrap_or_default();
        if call.helm {
            if ["install", "upgrade", "uninstall", "delete", "rollback"].contains(&call.verb) {
                self.doubt_all(command, "what its chart holds is not in the input");
            }
            return;
        }
        let kind = first.split('/').next().unwrap_or_default();
        let said = |follower: &mut Self| follower.said.push((shown(command), command.span));
        match call.verb {
            "apply" | "create" | "replace" if !call.files.is_empty() || call.kustomize.is_some() => self.files(command, &call, space()),
            "create" if ["deployment", "deploy", "job", "cronjob", "service", "svc", "ingress"].contains(&first) => said(self),
            "delete" if !call.files.is_empty() || call.kustomize.is_some() => self.files(command, &call, space()),
            "delete" => self.delete(command, &call, space()),
            // The labels of what makes pods are not those of its pods.
            "label"
                if ["deployment", "daemonset", "statefulset", "replicaset", "job", "cronjob", "service", "networkpolicy"]
                    .iter()
                    .any(|own| is_kind(kind, own)) => {}
            "label" if is_kind(kind, "namespace") && self.label(command, &call) => {}
            "label" | "patch" | "edit" if !first.is_empty() => match role(kind) {
                Role::Nothing => {}
                role => self.doubt(command, effect(role, space(), command.span), ""),
            },
            // Projects that are isolated, joined or open to all, where the cluster's network knows that. Upstream: OpenShift documentation, "Configuring
            // network isolation".
            "adm" if first == "pod-network" => self.doubt(command, Effect::default(), ""),
            "set" if first == "selector" => self.doubt(command, Effect::default(), ""),
            "annotate" if is_kind(kind, "service") => self.reroute(command, &call, "Service", space()),
            "annotate" if is_kind(kind, "ingress") => self.reroute(command, &call, "Ingress", space()),
            "scale" | "autoscale" => {
                said(self);
                // Which Services have pods left is not followed.
                self.way(
                    command,
                    Way { kind: "Service", namespace: space().ok().map(|name| name.unwrap_or_default()), name: None, changes: true },
                );
            }
            "run" | "expose" | "annotate" => said(self),
            _ => {}
        }
    }

    /// `kubectl annotate service NAME …`: controllers of load balancers and proxies read it.
    fn reroute(&mut self, command: &Command, call: &Call<'_>, kind: &'static str, space: Space) {
        let message = format!("`{}` is not evaluated: paths that lead there are in doubt", shown(command));
        self.report(Diagnostic::new(codes::COMMAND_NOT_FOLLOWED, Severity::Warning, command.span, message).help(AFTERWARDS));
        let namespace = if call.all_namespaces { None } else { space.ok().map(|name| name.unwrap_or_default()) };
        let names: Vec<&str> = match call.arguments.split_first() {
            Some((first, _)) if first.text.contains('/') => {
                call.arguments.iter().filter_map(|word| Some(word.text.split_once('/')?.1)).collect()
            }
            Some((_, rest)) => rest.iter().map(|word| &*word.text).filter(|word| !word.contains('=') && !word.ends_with('-')).collect(),
            None => Vec::new(),
        };
        let is_open = call.selects || names.is_empty() || call.arguments.iter().any(|word| word.unknown && !word.text.contains('='));
        let names: Vec<Option<Box<str>>> =
            if is_open { alloc::vec![None] } else { names.into_iter().map(|name| Some(name.into())).collect() };
        for name in names {
            self.way(command, Way { kind, namespace: namespace.clone(), name, changes: true });
        }
    }

    fn way(&mut self, command: &Command, way: Way) {
        self.beside(command, |unread| unread.ways.push(way));
    }

    /// `kubectl delete KIND NAME`.
    fn delete(&mut self, command: &Command, call: &Call<'_>, space: Space) {
        let (kind, names) = match call.arguments.split_first() {
            Some((first, rest)) if !first.text.contains('/') => (Some(*first), rest),
            Some(_) => (None, call.arguments.as_slice()),
            // Whatever is put behind it.
            None if program(command) == "xargs" => {
                return self.doubt(command, Effect::default(), "which objects it deletes is not known");
            }
            None => return,
        };
        let role_of = |word: &str| if word.contains(',') || word == "all" { Role::Anything } else { role(word) };
        let is_open = call.selects || call.all_namespaces || names.is_empty() || call.arguments.iter().any(|word| word.unknown);
        if let Some(kind) = kind.filter(|kind| is_open || space.is_err() || kind.text.contains(',')) {
            let space = if call.all_namespaces { Err(()) } else { space };
            if role_of(&kind.text) != Role::Nothing {
                self.doubt(command, effect(role_of(&kind.text), space, command.span), "which objects it deletes is not known");
            }
            return;
        }
        for name in names {
            let (kind, name) = name.text.split_once('/').unwrap_or((kind.map_or("", |kind| &*kind.text), &name.text));
            if role_of(kind) == Role::Nothing {
                continue;
            }
            let namespace = space.clone().ok().flatten();
            let meta = Meta { name: name.into(), name_span: command.span, namespace, ..Meta::default() };
            let object = resource(kind, meta, command.span, effect(role_of(kind), space.clone(), command.span), Cause::Deleted);
            // The group, if it is said.
            let group =
                if program(command) == "calicoctl" { "projectcalico.org" } else { kind.split_once('.').map_or("", |(_, group)| group) };
            let api_version = if group.is_empty() { Box::default() } else { format!("{group}/").into() };
            let object = Resource { api_version, ..object };
            let at = command.span.start as usize..command.span.end as usize;
            self.script.deletions.push(Deletion { at, order: Order(self.now, true), object, in_doubt: command.doubt.is_some() });
        }
    }

    /// Says which commands are not carried out, of those that change nothing that is decided here.
    fn say(&mut self) {
        self.said.dedup();
        let Some((first, span)) = self.said.first().cloned() else { return };
        let others = match self.said.len() {
            1 => String::new(),
            count => format!(" and {} that change objects", crate::text::count(count - 1, "more command")),
        };
        let (is, what) = if self.said.len() == 1 { ("is", "it does") } else { ("are", "they do") };
        let message = format!("`{first}`{others} {is} not evaluated here: answers leave out what {what}");
        let warning = Diagnostic::new(codes::COMMAND_NOT_FOLLOWED, Severity::Warning, span, message);
        self.report(warning.help(AFTERWARDS));
    }
}

/// A deletion as it is said of an object of a manifest that is deleted as a whole.
pub(crate) fn deleted(object: &Resource, in_namespace: Option<Box<str>>) -> Resource {
    let namespace = object.meta.namespace.clone().or(in_namespace);
    let role = role(&object.kind_name);
    let effect = effect(role, Ok(namespace.clone()), object.kind_span);
    let meta = Meta { namespace, ..object.meta.clone() };
    Resource { api_version: object.api_version.clone(), ..resource(&object.kind_name, meta, object.kind_span, effect, Cause::Deleted) }
}
