//! The context of each command: which cluster it is for, and the namespace of what names none.
//!
//! Upstream: Kubernetes documentation, "kubectl reference" (`config use-context`, `config set-context`); ahmetb/kubectx, README; azure-cli reference, `az aks
//! get-credentials` ("Merged … as current context"); kind documentation, "Interacting With Your Cluster".

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::super::azure::read::shell::{Command, Word};
use super::Space;
use super::kubectl::{Call, call, program};

/// Where a command works.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Context {
    /// The namespace of objects that name none; `Err` where it is not known.
    pub(super) space: Space,
    /// The context or the cluster, as far as commands name one.
    pub(super) cluster: Option<String>,
}

/// The context of each command.
pub(super) fn contexts(commands: &[Command]) -> Vec<Context> {
    let mut now = Contexts { current: Context { space: Ok(None), cluster: None }, spaces: BTreeMap::new(), has_run: false };
    let step = |command: &Command| {
        let before = now.current.clone();
        let own = call(command).and_then(|call| call.context.map(|word| word.text.clone())).or_else(|| command.kubeconfig.clone());
        now.follow(command);
        Context { cluster: own.or(before.cluster), ..before }
    };
    commands.iter().map(step).collect()
}

struct Contexts {
    current: Context,
    /// The namespaces that commands give to contexts by their names.
    spaces: BTreeMap<String, Space>,
    /// Whether a command has worked in the context that the script begins with.
    has_run: bool,
}

/// The value of an option of a command.
fn value_of<'c>(command: &'c Command, names: &[&str]) -> Option<&'c Word> {
    let at = command.words.iter().position(|word| names.contains(&word.text.as_str()))?;
    command.words.get(at).and_then(|word| word.value.as_deref()).or_else(|| command.words.get(at + 1))
}

/// The namespace that a word names.
fn named(word: &Word) -> Space {
    if word.unknown || word.text.starts_with('-') { Err(()) } else { Ok(Some(word.text.as_str().into())) }
}

impl Contexts {
    fn follow(&mut self, command: &Command) {
        let before = self.current.clone();
        let texts: Vec<&str> = command.words.iter().map(|word| word.text.as_str()).collect();
        let argument = |at: usize| command.words.get(at).filter(|word| !word.text.starts_with('-'));
        match (program(command), texts.get(1..).unwrap_or_default()) {
            ("kubens", [_, ..]) => self.current.space = argument(1).map_or(Err(()), named),
            ("kubectx", [_, ..]) => self.change(argument(1)),
            ("kubie", ["ctx", _, ..]) => self.change(argument(2)),
            ("kubie", ["ns", _, ..]) => self.current.space = argument(2).map_or(Err(()), named),
            ("az", ["aks", "get-credentials", ..]) => {
                let name = value_of(command, &["--context"]).or_else(|| value_of(command, &["--name", "-n"]));
                self.make(name.map_or_else(|| "aks".to_owned(), |name| name.text.clone()));
            }
            ("kind", ["create", "cluster", ..]) => {
                self.make(format!("kind-{}", value_of(command, &["--name", "-n"]).map_or("kind", |name| &name.text)));
            }
            ("k3d", ["cluster", "create", ..]) => self.make(format!("k3d-{}", argument(3).map_or("k3s-default", |name| &name.text))),
            ("minikube", ["start", ..]) => {
                self.make(value_of(command, &["--profile", "-p"]).map_or("minikube", |name| &name.text).to_string());
            }
            ("gcloud", ["container", "clusters", "create" | "create-auto" | "get-credentials", ..]) => {
                self.make(argument(4).map_or("gke", |name| &name.text).to_string());
            }
            ("eksctl", ["create", "cluster", ..]) | ("aws", ["eks", "update-kubeconfig", ..]) => {
                self.make(value_of(command, &["--name", "-n"]).map_or("eks", |name| &name.text).to_string());
            }
            _ => {
                let Some(call) = call(command) else { return };
                self.follow_call(&call);
            }
        }
        if command.doubt.is_some() && self.current != before {
            // It is in the one from before, or in this.
            self.current.space = Err(());
        }
    }

    /// `kubectl config …`, `kubectl ns`, `oc project`.
    fn follow_call(&mut self, call: &Call<'_>) {
        match (call.verb, call.arguments.as_slice()) {
            ("ns", [name, ..]) | ("project" | "new-project", [name, ..]) => self.current.space = named(name),
            ("ctx", [name, ..]) => self.change(Some(name)),
            ("config", [what, name, ..]) if what.text == "use-context" => self.change(Some(name)),
            ("config", [what, rest @ ..]) if what.text == "set-context" && call.namespace.is_some() => {
                let space = call.own_namespace().map(|name| name.map(Box::from));
                match rest.first() {
                    Some(name) if !call.is_current => self.set(&name.text, space),
                    _ => self.current.space = space,
                }
            }
            ("config", [what, path, value, ..]) if what.text == "set" => {
                if let Some(context) = path.text.strip_prefix("contexts.").and_then(|path| path.strip_suffix(".namespace")) {
                    self.set(context, named(value));
                }
            }
            ("config", _) => {}
            (verb, _) => self.has_run |= super::changes(verb),
        }
    }

    /// A context gets a namespace.
    fn set(&mut self, context: &str, space: Space) {
        let is_current = context.contains("current-context") || self.current.cluster.as_deref() == Some(context);
        if is_current {
            self.current.space = space;
        } else {
            if self.current.cluster.is_none() && self.current.space != space {
                // It may be the one that is in use.
                self.current.space = Err(());
            }
            self.spaces.insert(context.to_owned(), space);
        }
    }

    /// Another context is used from now on.
    fn change(&mut self, name: Option<&Word>) {
        let name = name.map_or_else(|| String::from("-"), |word| word.text.clone());
        if self.current.cluster.as_deref() == Some(&*name) {
            return;
        }
        // The one that a script begins with has the namespace that everything has that names none; so has the one that it chooses at its beginning.
        let plain = if self.has_run { Err(()) } else { Ok(None) };
        self.current.space = self.spaces.get(&name).cloned().unwrap_or(plain);
        self.current.cluster = Some(name);
    }

    /// A context that is made, and has no namespace of its own.
    fn make(&mut self, name: String) {
        if self.current.cluster.as_ref() != Some(&name) {
            self.current = Context { space: Ok(None), cluster: Some(name) };
        }
    }
}
