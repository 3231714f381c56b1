//! The words of one command of `kubectl`, `oc`, `calicoctl` or Helm. Upstream: Kubernetes documentation, "kubectl reference"; Helm documentation, "Helm
//! commands".

use alloc::vec::Vec;

use super::super::azure::read::shell::{Command, Word};

/// Options whose value is the next word.
const WITH_VALUE: [&str; 33] = [
    "-c",
    "-f",
    "-k",
    "-l",
    "-n",
    "-o",
    "-p",
    "-s",
    "--as",
    "--cascade",
    "--cluster",
    "--containers",
    "--context",
    "--kube-context",
    "--field-manager",
    "--field-selector",
    "--filename",
    "--for",
    "--grace-period",
    "--image",
    "--kubeconfig",
    "--kustomize",
    "--labels",
    "--name",
    "--namespace",
    "--output",
    "--patch",
    "--port",
    "--replicas",
    "--selector",
    "--timeout",
    "--type",
    "--user",
];
/// Programs of which `kubectl` may be a word that is not run.
const SPEAKING: [&str; 14] = ["az", "echo", "printf", "cat", "grep", "sed", "which", "type", "alias", "rm", "cp", "mv", "brew", "chmod"];

/// What a command says.
#[derive(Clone, Debug, Default)]
pub(super) struct Call<'c> {
    pub(super) helm: bool,
    pub(super) verb: &'c str,
    /// The words after it that are no options.
    pub(super) arguments: Vec<&'c Word>,
    /// What `-f` names.
    pub(super) files: Vec<&'c Word>,
    /// What `-k` names.
    pub(super) kustomize: Option<&'c Word>,
    pub(super) namespace: Option<&'c Word>,
    /// The cluster that it names.
    pub(super) context: Option<&'c Word>,
    pub(super) all_namespaces: bool,
    /// Whether it only says what it would do.
    pub(super) tries: bool,
    /// Whether objects are meant by something else than their names.
    pub(super) selects: bool,
    pub(super) prunes: bool,
    /// Whether it speaks to the API server by itself: `--raw`.
    pub(super) raw: bool,
    /// Whether it is about the context in use: `--current`.
    pub(super) is_current: bool,
    /// Whether `replace` makes objects that are not there.
    pub(super) forces: bool,
}

fn base(word: &Word) -> &str {
    word.text.rsplit(['/', '\\']).next().unwrap_or_default()
}

/// The program of a command.
pub(super) fn program(command: &Command) -> &str {
    command.words.first().map(base).unwrap_or_default()
}

/// The call that a command is, if it is one.
pub(super) fn call(command: &Command) -> Option<Call<'_>> {
    if SPEAKING.contains(&program(command)) {
        return None;
    }
    let at = command.words.iter().position(|word| ["kubectl", "oc", "calicoctl", "k", "helm"].contains(&base(word)))?;
    let mut words = command.words.iter().skip(at);
    let mut call = Call { helm: words.next().is_some_and(|word| base(word) == "helm"), ..Call::default() };
    while let Some(word) = words.next() {
        let text = &*word.text;
        if !text.starts_with('-') || text == "-" {
            if call.verb.is_empty() {
                call.verb = text;
            } else {
                call.arguments.push(word);
            }
            continue;
        }
        let value = match &word.value {
            Some(value) => Some(&**value),
            None if WITH_VALUE.contains(&text) => words.next(),
            None => None,
        };
        match text {
            // Without a value it is what a command prints: `-f <(…)`.
            "-f" | "--filename" if !call.helm => call.files.push(value.unwrap_or(word)),
            "-k" | "--kustomize" => call.kustomize = value,
            "-n" | "--namespace" => call.namespace = value,
            "--context" | "--kube-context" | "--kubeconfig" => call.context = value,
            "-A" | "--all-namespaces" => call.all_namespaces = true,
            "--dry-run" => call.tries = value.is_none_or(|value| !["none", "false"].contains(&&*value.text)),
            "-l" | "--selector" | "--field-selector" | "--all" => call.selects = true,
            "--force" => call.forces = value.is_none_or(|value| value.text != "false"),
            "--prune" => call.prunes = true,
            "--raw" => call.raw = true,
            "--current" => call.is_current = true,
            _ => call.glued(word),
        }
    }
    Some(call)
}

impl<'c> Call<'c> {
    /// `-nshop` and `-f-`, as short options may be written. Where the value stands is not needed.
    fn glued(&mut self, word: &'c Word) {
        if word.text.starts_with("-n") {
            self.namespace = Some(word);
        } else if word.text.starts_with("-f") && !self.helm {
            self.files.push(word);
        }
    }

    /// The namespace that it names; `Err` where that is not known.
    pub(super) fn own_namespace(&self) -> Result<Option<&'c str>, ()> {
        match self.namespace {
            Some(word) if word.unknown => Err(()),
            Some(word) => Ok(Some(bare(word, "-n")).filter(|name| !name.is_empty())),
            None => Ok(None),
        }
    }
}

/// The value of a word, without the option that it may begin with.
pub(super) fn bare<'c>(word: &'c Word, option: &str) -> &'c str {
    word.text.strip_prefix(option).unwrap_or(&word.text).trim_start_matches('=')
}

/// What objects of a kind may decide.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Role {
    /// Nothing about connections.
    Nothing,
    /// They are policies of a namespace.
    NamespacedPolicy,
    /// Anything.
    Anything,
}

/// Kinds that decide nothing about connections between what the input holds.
const IRRELEVANT: [&str; 24] = [
    "configmap",
    "cm",
    "secret",
    "role",
    "rolebinding",
    "clusterrole",
    "clusterrolebinding",
    "persistentvolume",
    "pv",
    "persistentvolumeclaim",
    "pvc",
    "storageclass",
    "sc",
    "customresourcedefinition",
    "crd",
    "event",
    "resourcequota",
    "quota",
    "limitrange",
    "poddisruptionbudget",
    "pdb",
    "horizontalpodautoscaler",
    "hpa",
    "lease",
];

/// What objects of a kind may decide, by the word for it: `netpol`, `networkpolicies.networking.k8s.io`.
pub(super) fn role(word: &str) -> Role {
    if IRRELEVANT.iter().any(|kind| is_kind(word, kind)) {
        Role::Nothing
    } else if is_kind(word, "NetworkPolicy") {
        Role::NamespacedPolicy
    } else {
        Role::Anything
    }
}

/// Short words for kinds.
const SHORT: [(&str, &str); 16] = [
    ("cnp", "ciliumnetworkpolicy"),
    ("deploy", "deployment"),
    ("ds", "daemonset"),
    ("ep", "endpoints"),
    ("gnp", "globalnetworkpolicy"),
    ("anp", "adminnetworkpolicy"),
    ("banp", "baselineadminnetworkpolicy"),
    ("ing", "ingress"),
    ("netpol", "networkpolicy"),
    ("np", "networkpolicy"),
    ("no", "node"),
    ("ns", "namespace"),
    ("po", "pod"),
    ("rs", "replicaset"),
    ("sa", "serviceaccount"),
    ("svc", "service"),
];

/// Whether a word of a command means a kind: its name in any case, in the plural, with its group, or a short word.
pub(crate) fn is_kind(word: &str, kind: &str) -> bool {
    let word = word.split('.').next().unwrap_or_default();
    let word = SHORT.iter().find(|(short, _)| word.eq_ignore_ascii_case(short)).map_or(word, |(_, long)| long);
    let plural = |stem: &str, end: &str| {
        let split = word.len().checked_sub(end.len()).filter(|at| word.is_char_boundary(*at));
        split.map(|at| word.split_at(at)).is_some_and(|(head, tail)| head.eq_ignore_ascii_case(stem) && tail.eq_ignore_ascii_case(end))
    };
    word.eq_ignore_ascii_case(kind)
        || plural(kind, "s")
        || plural(kind, "es")
        || kind.strip_suffix('y').is_some_and(|stem| plural(stem, "ies"))
}
