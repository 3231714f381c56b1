//! What a command is about: objects that `--ids` names, and commands that may change any.
//!
//! Upstream: azure-cli, `az … --help`: "One or more resource IDs".

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::AzureReader;
use super::options::Options;
use super::shell::Command;
use crate::diagnostics::{Diagnostic, Severity};
use crate::language::azure::read::value::Scalar;
use crate::language::azure::{Azure, Reach, Reference, Scope};
use crate::language::{Kind, Resource, codes};
use crate::text::Span;

/// The option that names what an object is part of, and what stands before it in an identifier.
const PARENTS: [(&str, &str); 4] = [
    ("nsg-name", "networkSecurityGroups"),
    ("vnet-name", "virtualNetworks"),
    ("route-table-name", "routeTables"),
    ("nic-name", "networkInterfaces"),
];

impl Options {
    /// The same command for each of the objects that `--ids` names; nothing where it is not known which they are.
    fn objects(&self) -> Option<Vec<Options>> {
        let object = |id: &Scalar| {
            let segments: Vec<&str> = id.text.trim().trim_end_matches('/').split('/').collect();
            let (name, before) = segments.split_last()?;
            let mut one = self.clone();
            one.give("name", &Scalar { text: name.to_string(), ..id.clone() });
            for (option, word) in PARENTS.iter().filter(|(option, _)| self.knows(option)) {
                let at = before.iter().position(|s| s.eq_ignore_ascii_case(word));
                one.give(option, &Scalar { text: before.get(at? + 1)?.to_string(), ..id.clone() });
            }
            let scope = Scope::of_id(&id.text);
            for (option, value) in [("resource-group", scope.group), ("subscription", scope.subscription)] {
                if let Some(value) = value {
                    one.give(option, &Scalar { text: value.to_string(), ..id.clone() });
                }
            }
            (!id.unknown).then_some(one)
        };
        self.values("ids").iter().map(object).collect()
    }
}

/// Commands that connect networks otherwise than by a peering.
const LINKS: [&str; 3] = ["network vhub connection create", "network manager connect-config create", "network vpn-connection create"];

impl AzureReader<'_, '_> {
    /// The command for each of its objects, with what it changes by the paths of properties.
    pub(super) fn objects(&mut self, options: Options) -> Vec<Options> {
        let mut all = match options.has("ids").then(|| options.objects()) {
            None => alloc::vec![options],
            Some(Some(all)) => all,
            Some(None) => {
                let written = options.values("ids").into_iter().next().map(|id| id.text).unwrap_or_default();
                let what = format!("az {} --ids {written}", options.what);
                self.may_change(options.span_of("ids"), &what, "names an object that is not known");
                Vec::new()
            }
        };
        for one in &mut all {
            self.set_scope(one);
            self.properties(one);
        }
        all
    }

    /// Something that may change groups, or which of them a subnet has.
    pub(in crate::language::azure::read) fn may_change(&mut self, span: Span, what: &str, because: &str) {
        self.may_change_by(span, what, because, Reach::Anywhere);
    }

    /// The same, with how far it goes.
    pub(super) fn may_change_by(&mut self, span: Span, what: &str, because: &str, reach: Reach) {
        let name = Scalar { text: format!("{what} at {}", span.start), unknown: false, span };
        let why = format!("`{what}` {because}").as_str().into();
        self.emit("Change", &name, span, Azure::MayChange { why, reach });
        self.not_followed(span, what, true);
    }

    /// A command of PowerShell's own.
    pub(super) fn cmdlet(&mut self, name: &str, span: Span) {
        self.scope = Scope::default();
        let noun = name.split_once('-').map_or("", |(_, noun)| noun).to_ascii_lowercase();
        let relevant = ["aznetwork", "azvirtualnetwork", "azvm", "azdeployment", "azresource", "azrest"];
        if relevant.iter().any(|word| noun.starts_with(word)) && self.reported.insert(noun) {
            self.may_change(span, name, "may change security groups");
        }
    }

    /// Says that it cannot be told whether a command runs, once for each condition. Returns the condition.
    pub(super) fn in_question(&mut self, options: &Options) -> Option<Box<str>> {
        let condition = self.doubt.clone()?;
        if self.reported.insert(format!("if {condition}")) {
            let message = format!("it is not known whether `az {}` runs: that depends on `{condition}`", options.what);
            let warning = Diagnostic::new(codes::AZ_UNRESOLVED, Severity::Warning, options.span, message);
            self.report(warning.help("where it may decide, the answer is \"cannot tell\"; leave out what does not run"));
        }
        Some(condition)
    }

    /// A group that a subnet or interface gets only if a command runs.
    pub(super) fn may_get(&mut self, options: &Options, target: Reference, to_interface: bool, choices: Vec<Option<Reference>>) {
        let Some(condition) = self.in_question(options) else { return };
        let name = Scalar { text: format!("{} at {}", target.name, options.span.start), unknown: false, span: options.span };
        self.emit("Change", &name, options.span, Azure::OpenGroup { target, to_interface, expression: condition, choices });
    }

    /// Commands that may change anything: requests, resources by type, deployments, security admin rules. False for any other.
    pub(super) fn works_beside(&mut self, what: &str, command: &Command) -> bool {
        let words: Vec<String> =
            command.words.iter().flat_map(|w| [Some(w), w.value.as_deref()]).flatten().map(|w| w.text.to_lowercase()).collect();
        let is_about = |word: &str| words.iter().any(|w| w.contains(word));
        // A provider that is named tells what it is about.
        let may_be_network = !is_about("microsoft.") || is_about("microsoft.network");
        let last = what.rsplit(' ').next().unwrap_or_default();
        let changes = ["create", "update", "delete", "patch", "invoke-action"].contains(&last);
        let method = words.iter().position(|w| matches!(w.as_str(), "--method" | "-m")).and_then(|at| words.get(at + 1));
        let is_request = what == "rest" && method.is_some_and(|method| method != "get");
        if is_request || what.starts_with("resource ") && changes {
            let may_be_cluster = !is_about("microsoft.") || is_about("microsoft.containerservice") && !is_about("agentpools");
            let is_cluster = may_be_cluster && self.changed_clusters(&words, &format!("az {what}"), command.span);
            if !may_be_network {
                return is_cluster;
            }
        } else if what.starts_with("network manager security-admin-config") && changes {
            self.may_change(command.span, &format!("az {what}"), "is about rules that come before those of security groups");
            return true;
        } else if last == "create" && LINKS.contains(&what) {
            if what != "network vpn-connection create" || is_about("--vnet-gateway2") {
                self.link(&format!("`az {what}`"), command.span);
                return true;
            }
            return false;
        } else if last == "create" && (what.starts_with("deployment ") || what.starts_with("stack ") || what == "group deployment create") {
            self.may_change_by(command.span, &format!("az {what}"), "deploys a template that is not in the input", Reach::Deployment);
            return true;
        } else if what == "group delete" {
            let message = "`az group delete` deletes what is in the resource group: answers are about the time before it";
            self.report(Diagnostic::new(codes::AZ_COMMAND_NOT_USED, Severity::Warning, command.span, message));
            return true;
        } else {
            return false;
        }
        self.may_change(command.span, &format!("az {what}"), "may change security groups");
        true
    }

    /// A request that changes clusters which commands before it made: which engine they have afterwards is not known. False if there is none.
    fn changed_clusters(&mut self, words: &[String], what: &str, span: Span) -> bool {
        let is_named = |name: &str| words.iter().any(|w| w.split('/').any(|part| part.eq_ignore_ascii_case(name)));
        let is_cluster = |r: &Resource| matches!(&r.kind, Kind::Azure(azure) if matches!(**azure, Azure::Cluster(_)));
        let names_one = self.resources.iter().any(|r| is_cluster(r) && is_named(&r.meta.name));
        let mut found = false;
        for resource in self.resources.iter_mut().filter(|r| !names_one || is_named(&r.meta.name)) {
            if let Kind::Azure(azure) = &mut resource.kind
                && let Azure::Cluster(cluster) = &mut **azure
            {
                cluster.engine = None;
                found = true;
            }
        }
        if found {
            let warning = Diagnostic::new(codes::AZ_COMMAND_NOT_USED, Severity::Warning, span, format!("`{what}` is not evaluated"));
            self.report(warning.help(
                "which policy engine the cluster has afterwards is not known: where it decides, the answer is \"cannot tell\"; \
                 write `az aks update --network-policy`, or paste what `az aks show -o json` prints",
            ));
        }
        found
    }
}
