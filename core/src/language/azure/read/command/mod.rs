//! `az` command lines as text: what they would make. Upstream: docs/azure.md 2.6, 3.2 and 3.6.
//!
//! ```text
//! text ── shell::commands ──> words, with variables put in ──> options of one command ──> the same resources as other shapes
//! ```

mod aks;
mod aks_check;
mod aks_update;
mod change;
mod machine;
mod network;
mod network_change;
mod object;
mod options;
mod properties;
pub(in crate::language) mod shell;
mod target;
mod written;

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::ops::Range;

use self::options::Options;
use self::shell::Command;
use super::AzureReader;
use super::value::Scalar;
use crate::diagnostics::{Code, Diagnostic, Severity, distance, nearest};
use crate::language::azure::{Azure, Reach, Reference, Scope};
use crate::language::read::fields::Reader;
use crate::language::script::runs_another;
use crate::language::{Kind, Resource, codes};
use crate::model::Cidr;
use crate::text::Span;

/// Reads the commands of a text.
pub(in crate::language) fn read_commands(text: &str, live: &[Range<usize>], reader: &mut Reader<'_>, resources: &mut Vec<Resource>) {
    let (commands, problems) = shell::commands(text, live, &[]);
    let before = resources.len();
    let mut azure = AzureReader::new(reader, resources);
    azure.reads_commands = true;
    for (span, message) in problems {
        azure.report(Diagnostic::new(codes::AZ_COMMAND, Severity::Error, span, message));
    }
    for command in &commands {
        match command.words.first().map(|w| w.text.as_str()) {
            // What stands in a folder that is not in the input.
            Some(program) if deploys(program, command) => {}
            Some(program) if program.starts_with("az") => {
                azure.doubt = command.doubt.as_deref().map(Box::from);
                azure.command(command);
                azure.doubt = None;
            }
            Some(cmdlet) if cmdlet.to_ascii_lowercase().contains("-az") => azure.cmdlet(cmdlet, command.span),
            _ => {}
        }
    }
    if azure.resources.len() > before {
        let deploys = |command: &&Command| command.words.first().is_some_and(|program| deploys(&program.text, command));
        for command in commands.iter().filter(deploys) {
            let what: Vec<&str> = command.words.iter().take(2).map(|word| word.text.as_str()).collect();
            azure.may_change_by(command.span, &what.join(" "), "creates what is not in the input", Reach::Deployment);
        }
    }
    azure.say_unused();
    azure.finish();
    let made = resources.get_mut(before..).unwrap_or_default();
    in_one_group(made);
    // Load balancers are not read: packets from the Internet may come by one.
    if commands.iter().any(|command| command.words.iter().any(|w| matches!(w.text.as_str(), "lb" | "inbound-nat-rule"))) {
        made.iter_mut().for_each(may_be_balanced);
    }
}

/// Programs that create resources of Azure's from files of their own, and the words that do so.
const DEPLOYERS: [(&str, &[&str]); 5] = [
    ("azd", &["up", "provision", "down"]),
    ("pulumi", &["up", "update", "destroy"]),
    ("terraform", &["apply", "destroy"]),
    ("terragrunt", &["apply", "destroy", "run-all"]),
    ("tofu", &["apply", "destroy"]),
];

fn deploys(program: &str, command: &Command) -> bool {
    let has = |words: &[&str]| command.words.iter().skip(1).any(|word| words.contains(&word.text.as_str()));
    DEPLOYERS.iter().any(|(known, words)| *known == program && has(words)) || runs_another(command)
}

/// What the input says of a machine without a public address does not keep out what a load balancer sends to it.
fn may_be_balanced(resource: &mut Resource) {
    if let Kind::Azure(azure) = &mut resource.kind
        && let Azure::Interface(interface) = &mut **azure
    {
        interface.configurations.iter_mut().for_each(|configuration| configuration.private = false);
    }
}

/// In a script that names one resource group, commands that name none mean it too: it is set by `az configure`, or left out for shortness.
fn in_one_group(made: &mut [Resource]) {
    let mut groups = made.iter().filter_map(|r| r.meta.scope.group.clone());
    let Some(first) = groups.next() else { return };
    if groups.any(|group| group != first) {
        return;
    }
    for resource in made.iter_mut().filter(|r| r.meta.scope.deployment && r.meta.scope.group.is_none()) {
        resource.meta.scope.group = Some(first.clone());
    }
}

/// The commands that are read.
const COMMANDS: [&str; 56] = [
    "aks approuting disable",
    "aks approuting enable",
    "aks create",
    "aks delete",
    "aks disable-addons",
    "aks enable-addons",
    "aks nodepool add",
    "aks nodepool delete",
    "aks nodepool scale",
    "aks nodepool update",
    "aks nodepool upgrade",
    "aks scale",
    "aks update",
    "network application-gateway create",
    "network lb create",
    "network lb frontend-ip create",
    "network application-gateway delete",
    "network asg create",
    "network asg delete",
    "network nat gateway create",
    "network nat gateway update",
    "network nic create",
    "network nic delete",
    "network nic ip-config address-pool add",
    "network nic ip-config create",
    "network nic ip-config update",
    "network nic update",
    "network nsg create",
    "network nsg delete",
    "network nsg rule create",
    "network nsg rule delete",
    "network nsg rule update",
    "network nsg update",
    "network private-endpoint create",
    "network private-endpoint delete",
    "network public-ip create",
    "network public-ip delete",
    "network public-ip update",
    "network route-table create",
    "network route-table delete",
    "network route-table route create",
    "network route-table route delete",
    "network route-table route update",
    "network route-table update",
    "network vnet create",
    "network vnet delete",
    "network vnet peering create",
    "network vnet peering delete",
    "network vnet peering update",
    "network vnet subnet create",
    "network vnet subnet delete",
    "network vnet subnet update",
    "network vnet update",
    "vm create",
    "vm delete",
    "vm open-port",
];

/// Groups of commands that nobody needs to hear about.
const SILENT: [&str; 25] = [
    "account",
    "ad",
    "aks get-credentials",
    "aks install-cli",
    "bicep",
    "cloud",
    "config",
    "configure",
    "extension",
    "feature",
    "group create",
    "group exists",
    "group list",
    "group show",
    "group update",
    "group wait",
    "identity",
    "init",
    "interactive",
    "login",
    "logout",
    "provider",
    "role",
    "upgrade",
    "version",
];

/// The command that is probably meant by a misspelt one: it has as many words, and each is right or nearly so. Commands that there are and that play
/// no part here differ from these by whole words.
fn meant(what: &str) -> Option<&'static str> {
    let wrong = |command: &&'static str| {
        let (given, wanted) = (what.split(' '), command.split(' '));
        if given.clone().count() != wanted.clone().count() {
            return None;
        }
        given.zip(wanted).try_fold(0, |sum, (a, b)| match a == b {
            true => Some(sum),
            false => nearest(a, [b]).map(|_| sum + distance(a, b)),
        })
    };
    COMMANDS.iter().filter_map(|command| Some((wrong(command)?, *command))).min().map(|(_, command)| command)
}

impl AzureReader<'_, '_> {
    fn command(&mut self, command: &Command) {
        let words = &command.words;
        let Some(first_option) = words.iter().position(|w| w.text.starts_with('-')).or(Some(words.len())) else { return };
        let what = words.iter().take(first_option).skip(1).map(|w| w.text.as_str()).collect::<Vec<_>>().join(" ");
        match what.as_str() {
            "account set" => self.account_set(command),
            "configure" => self.defaults_set(command),
            what if what.starts_with("config set") => self.defaults_set(command),
            _ => {}
        }
        if !COMMANDS.contains(&what.as_str()) {
            self.scope = Scope { deployment: true, ..Scope::default() };
            if !self.works_beside(&what, command) {
                self.not_used(&what, command.span);
            }
            return;
        }
        let Some(options) = self.options(what, command, first_option) else { return };
        self.set_scope(&options);
        let around = self.doubt.clone();
        // A rule is made or not as the version of `az` knows the option or refuses it.
        if let Some(strange) = options.strange.as_ref().filter(|_| options.what.starts_with("network nsg rule ")) {
            self.doubt.get_or_insert_with(|| format!("whether `az` has {strange}").into());
        }
        for options in self.objects(options) {
            self.set_scope(&options);
            self.run_on_target(&options);
        }
        self.doubt = around;
    }

    /// What commands make without saying more is in one resource group.
    fn set_scope(&mut self, options: &Options) {
        let said = |name: &str| options.value(name).filter(|v| !v.unknown && !v.text.is_empty()).map(|v| v.text.to_lowercase().into());
        let group = said("resource-group").or_else(|| self.default_group.clone().filter(|_| !options.has("resource-group")));
        self.scope = Scope { subscription: said("subscription"), group, deployment: true };
    }

    fn run(&mut self, options: &Options) {
        match options.what.as_str() {
            "aks create" => self.aks_create(options),
            "aks nodepool add" => self.node_pool_add(options),
            "network vnet create" => self.vnet_create(options),
            "network vnet subnet create" => self.subnet_create(options),
            "network vnet subnet update" => self.subnet_update(options),
            "network vnet peering create" => self.peering_create(options),
            "network nsg create" => self.nsg_create(options),
            "network nsg rule create" => self.rule_create(options),
            "network asg create" => self.asg_create(options),
            "network private-endpoint create" => self.private_endpoint_create(options),
            "network public-ip create" => self.public_address_create(options),
            "network public-ip update" => self.public_address_update(options),
            "network application-gateway create" => self.gateway_create(options),
            "network route-table create" => self.route_table_create(options),
            "network route-table route create" => self.route_create(options),
            "network route-table route update" => self.route_update(options),
            "network nat gateway create" | "network nat gateway update" => self.nat_gateway_command(options),
            "network lb create" | "network lb frontend-ip create" => self.balancer_create(options),
            "network nic create" => self.interface_create(options),
            "network nic update" => self.nic_update(options),
            "network nic ip-config address-pool add" => self.address_pool(options),
            "network nic ip-config create" | "network nic ip-config update" => self.ip_configuration(options),
            "network nsg rule update" => self.rule_update(options),
            "network nsg rule delete" => self.rule_delete(options),
            "network vnet update" => self.vnet_update(options),
            "network vnet peering update" => self.peering_update(options),
            "vm create" => self.machine_create(options),
            "vm open-port" => self.open_port(options),
            "aks update" => self.aks_update(options),
            "aks scale" | "aks nodepool scale" | "aks nodepool update" | "aks nodepool upgrade" => self.pool_update(options),
            "aks nodepool delete" => self.pool_delete(options),
            "aks enable-addons" | "aks disable-addons" | "aks approuting enable" | "aks approuting disable" => self.add_ons_update(options),
            what if what.ends_with(" delete") => self.delete(options),
            // What `network nsg update` and the like change is nothing that counts here.
            _ => {}
        }
    }

    /// A command that is not read: a misspelt one gets an offer, others are said once.
    fn not_used(&mut self, what: &str, span: Span) {
        if SILENT.iter().any(|group| what == *group || what.strip_prefix(group).is_some_and(|rest| rest.starts_with(' '))) {
            return;
        }
        if let Some(meant) = meant(what) {
            let message = format!("`az {what}` plays no part here, and is not used");
            let warning = Diagnostic::new(codes::AZ_COMMAND_NOT_USED, Severity::Warning, span, message);
            self.report(warning.help(format!("did you mean `az {meant}`?")));
            return;
        }
        self.count_unused(what, span);
    }

    /// A command of which nothing more is read.
    fn count_unused(&mut self, what: &str, span: Span) {
        let unused = self.unused.get_or_insert_with(|| (what.to_string(), span, 0));
        unused.2 += 1;
    }

    /// Says which commands were not used.
    fn say_unused(&mut self) {
        let Some((what, span, count)) = self.unused.take() else { return };
        let message = match count {
            1 => format!("`az {what}` plays no part here, and is not used"),
            _ => format!("`az {what}` and {} play no part here, and are not used", crate::text::count(count - 1, "more command")),
        };
        self.report(Diagnostic::new(codes::AZ_COMMAND_NOT_USED, Severity::Note, span, message));
    }

    fn wrong(&mut self, code: Code, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(code, Severity::Error, span, message)
    }

    /// One of a few words, as the command line checks it.
    fn choice(&mut self, options: &Options, name: &str, words: &[&'static str]) -> Option<&'static str> {
        let value = options.value(name).filter(|v| !v.unknown)?;
        let found = words.iter().find(|w| w.eq_ignore_ascii_case(&value.text)).copied();
        if found.is_none() {
            let list = words.iter().map(|w| format!("'{w}'")).collect::<Vec<_>>().join(", ");
            let error =
                self.wrong(codes::AZ_OPTION_VALUE, value.span, format!("--{name}: invalid choice: '{}' (choose from {list})", value.text));
            let error = self.reader.rewrite(error, value.span, nearest(&value.text, words.iter().copied()));
            self.report(error);
        }
        found
    }

    /// A whole number in a range.
    fn count(&mut self, options: &Options, name: &str, least: u32, most: u32) -> Option<u32> {
        let value = options.value(name).filter(|v| !v.unknown)?;
        let found = value.text.parse::<u32>().ok().filter(|n| (least..=most).contains(n));
        if found.is_none() {
            let message = format!("--{name} is a whole number from {least} to {most}, not `{}`", value.text);
            let error = self.wrong(codes::AZ_OPTION_VALUE, value.span, message);
            self.report(error);
        }
        found
    }

    fn ranges(&mut self, options: &Options, name: &str) -> Vec<(Cidr, Span)> {
        let values = options.list(name);
        values.iter().filter_map(|value| Some((self.cidr(value)?, value.span))).collect()
    }

    /// A reference that an option makes: an identifier or a name.
    fn refer(&self, options: &Options, name: &str) -> Option<Reference> {
        options.value(name).filter(|v| !v.text.is_empty()).map(|value| super::reference_of(&value))
    }

    /// A subnet, by identifier, or by name with the network's.
    fn refer_subnet(&self, options: &Options, subnet: &str) -> Option<Reference> {
        let found = self.refer(options, subnet)?;
        let network = options.value("vnet-name").map(|v| Box::from(v.text.as_str()));
        Some(Reference { parent: found.parent.clone().or(network), ..found })
    }
}
