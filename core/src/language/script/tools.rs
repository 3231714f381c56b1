//! Programs besides `kubectl` and Helm that change what a cluster holds, and scripts that the input does not hold.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::super::azure::read::shell::Command;
use super::Follower;
use super::kubectl::{call, program};
use crate::model::ClusterEngine;

/// Programs whose purpose is to create objects, each with the words that do so; none for any.
const DEPLOYERS: [(&str, &[&str]); 17] = [
    ("ansible-playbook", &[]),
    ("argocd", &["app sync", "app create", "app delete", "app set", "app rollback"]),
    (
        "az",
        &["k8s-configuration create", "k8s-configuration flux create", "k8s-configuration flux update", "k8s-configuration flux delete"],
    ),
    ("azd", &["up", "provision", "deploy", "down"]),
    ("cilium", &["upgrade", "uninstall"]),
    ("flux", &["bootstrap", "create", "delete", "install", "reconcile", "resume"]),
    ("helmfile", &["apply", "sync", "destroy", "delete"]),
    ("istioctl", &["install", "upgrade", "uninstall", "manifest apply"]),
    ("kapp", &["deploy", "delete", "app-group deploy"]),
    ("kpt", &["live apply", "live destroy"]),
    ("pulumi", &["up", "update", "destroy"]),
    ("skaffold", &["run", "dev", "apply", "deploy", "delete", "debug"]),
    ("terraform", &["apply", "destroy"]),
    ("terragrunt", &["apply", "destroy", "run-all"]),
    ("tk", &["apply", "delete"]),
    ("tofu", &["apply", "destroy"]),
    ("werf", &["converge", "apply", "dismiss"]),
];
/// Programs that run targets of a file of the project's.
const RUNNERS: [&str; 2] = ["just", "make"];
/// Words in names of targets that are there to change a cluster.
const TARGETS: [&str; 12] =
    ["apply", "cluster", "delete", "deploy", "destroy", "down", "install", "policies", "policy", "provision", "uninstall", "up"];
/// Parts of addresses of scripts that install programs on the own machine, or a cluster without any object of the user's. Upstream: the projects' pages on how
/// to install them.
const INSTALLERS: [&str; 17] = [
    "InstallAzureCLI",
    "Homebrew/install",
    "downloadIstio",
    "fluxcd.io/install",
    "get-helm",
    "get.docker.com",
    "get.k3s.io",
    "get.rke2.io",
    "install_kustomize",
    "k3d-io/k3d",
    "kubescape/master/install",
    "linkerd.io/install",
    "nodesource.com",
    "nvm-sh/nvm",
    "rustup.rs",
    "sdk.cloud.google.com",
    "tfutils/tfenv",
];
/// Files that shells read for their own sake.
const HARMLESS: [&str; 7] = ["activate", ".env", ".bashrc", ".profile", ".bash_profile", ".zshrc", "nvm.sh"];

/// The script that a command runs: `./clean.sh`, `source lib.sh`, `bash clean.sh`.
fn script(command: &Command) -> Option<&str> {
    let text = |at: usize| command.words.get(at).map(|word| word.text.as_str());
    let first = text(0)?;
    if call(command).is_some() {
        return None;
    }
    let file = match first {
        "source" | "." => text(1)?,
        "bash" | "sh" | "zsh" | "dash" | "ksh" | "pwsh" => {
            command.words.iter().skip(1).map(|word| word.text.as_str()).find(|word| !word.starts_with('-'))?
        }
        _ if first.starts_with("./") || first.ends_with(".sh") => first,
        _ => return None,
    };
    let base = file.rsplit('/').next().unwrap_or(file);
    let is_harmless = HARMLESS.iter().any(|known| base.ends_with(known)) || file.starts_with("/etc/") || file.contains(['<', '(']);
    (!is_harmless && !file.is_empty()).then_some(file)
}

/// The command whose output a shell runs: `curl … | bash`.
fn piped(command: &Command) -> Option<&str> {
    let is_shell = matches!(program(command), "bash" | "sh" | "zsh" | "dash" | "ksh" | "eval");
    command.words.get(1).filter(|word| is_shell && word.unknown).map(|word| word.text.as_str()).filter(|text| text.starts_with("$("))
}

/// Whether a command runs what is not a part of its text, and may create anything: a script, a target of a project, a playbook. What is read for its
/// variables alone does not.
pub(in crate::language) fn runs_another(command: &Command) -> bool {
    let is_read = |file: &str| ["conf", "env", "param", "setting", "var"].iter().any(|part| file.to_ascii_lowercase().contains(part));
    let reads = matches!(program(command), "source" | ".");
    script(command).is_some_and(|file| !reads || !is_read(file))
        || piped(command).is_some_and(|printer| !INSTALLERS.iter().any(|known| printer.contains(known)))
        || program(command) == "ansible-playbook"
        || runs_target(command)
}

/// Whether it runs a target of a project's file whose name says that it changes something.
fn runs_target(command: &Command) -> bool {
    let is_target = |word: &str| word.split(|c: char| !c.is_ascii_alphanumeric()).any(|part| TARGETS.contains(&part));
    RUNNERS.contains(&program(command)) && command.words.iter().skip(1).any(|word| is_target(&word.text))
}

impl Follower<'_> {
    /// A command of another program than `kubectl`; false if it is none that is known here.
    pub(super) fn tool(&mut self, command: &Command) -> bool {
        if let Some(file) = script(command) {
            if !self.has_file(file) {
                let why = format!("`{file}` is not in the input, and what it does is not known");
                self.doubt_all(command, &why);
            }
            return true;
        }
        if let Some(printer) = piped(command) {
            let file = printer.strip_prefix("$(cat ").map(|file| file.trim_end_matches(')').trim());
            let is_read = file.is_some_and(|file| self.has_file(file));
            if !is_read && !INSTALLERS.iter().any(|known| printer.contains(known)) {
                self.doubt_all(command, "what it runs is what another command prints, which is not in the input");
            }
            return true;
        }
        if let Some(engine) = installs(command) {
            self.install(command, engine);
            return true;
        }
        let rest = command.words.iter().skip(1).map(|word| word.text.as_str());
        let rest = rest.filter(|word| !word.starts_with('-')).fold(String::new(), |all, word| all + word + " ");
        let deploys = |(known, verbs): &&(&str, &[&str])| {
            *known == program(command) && (verbs.is_empty() || verbs.iter().any(|verb| rest.contains(&format!("{verb} "))))
        };
        if runs_target(command) || DEPLOYERS.iter().any(|entry| deploys(&entry)) {
            self.doubt_all(command, "which objects it creates or deletes is not known");
            return true;
        }
        false
    }
}

/// Which policy engine a command installs, or leaves out, where that is plain. Upstream: Cilium documentation, "Cilium Quick Installation"; Google Kubernetes
/// Engine documentation, "GKE Dataplane V2"; K3s documentation, `k3s server`.
fn installs(command: &Command) -> Option<ClusterEngine> {
    let texts: Vec<&str> =
        command.words.iter().flat_map(|word| [Some(word), word.value.as_deref()]).flatten().map(|word| word.text.as_str()).collect();
    let has = |wanted: &str| texts.iter().any(|word| word.contains(wanted));
    let is = |verbs: &[&str]| texts.iter().skip(1).take(verbs.len()).eq(verbs.iter());
    match program(command) {
        "cilium" if is(&["install"]) => Some(ClusterEngine::Cilium),
        "gcloud" if is(&["container", "clusters", "create"]) && has("--enable-dataplane-v2") => Some(ClusterEngine::Cilium),
        "gcloud" if is(&["container", "clusters", "create-auto"]) => Some(ClusterEngine::Cilium),
        "k3d" | "k3s" if has("--disable-network-policy") => Some(ClusterEngine::None),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::azure::read::shell::commands;

    #[test]
    fn the_shell_takes_note_of_every_program_that_is_known_here() {
        for (name, verbs) in DEPLOYERS.into_iter().chain(RUNNERS.map(|name| (name, &TARGETS[..]))) {
            let text = format!("{name} {} x\n", verbs.first().unwrap_or(&"site.yaml"));
            let (commands, _) = commands(&text, core::slice::from_ref(&(0..text.len())), &[]);
            assert!(commands.iter().any(|command| program(command) == name), "{text}");
        }
    }
}
