//! `az` command lines as text: what they would make. Upstream: docs/azure.md 2.6, 3.2 and 3.6.
//!
//! ```text
//! text ── shell::commands ──> words, with variables put in ──> options of one command ──> the same resources as other shapes
//! ```

mod aks;
mod aks_check;
mod network;
mod shell;

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

pub use self::shell::is_command_text;

use self::shell::{Command, Word};
use super::AzureReader;
use super::value::Scalar;
use crate::diagnostics::{Code, Diagnostic, Severity, distance, nearest};
use crate::model::Cidr;
use crate::resources::azure::Reference;
use crate::resources::read::fields::Reader;
use crate::resources::{Resource, codes};
use crate::text::Span;

/// Reads the commands of a text.
pub(in crate::resources::read) fn read_commands(text: &str, reader: &mut Reader<'_>, resources: &mut Vec<Resource>) {
    let (commands, problems) = shell::commands(text);
    let mut azure = AzureReader::new(reader, resources);
    for (span, message) in problems {
        azure.report(Diagnostic::new(codes::AZ_COMMAND, Severity::Error, span, message));
    }
    for command in &commands {
        azure.command(command);
    }
    azure.finish();
}

/// A command with its options.
pub(super) struct Options<'w> {
    /// `aks create`.
    what: String,
    /// The whole command.
    span: Span,
    /// By full name without dashes: where the option stands, and its values.
    given: BTreeMap<&'static str, (Span, Vec<&'w Word>)>,
}

impl Options<'_> {
    fn has(&self, name: &str) -> bool {
        self.given.contains_key(name)
    }

    /// All values of an option.
    fn values(&self, name: &str) -> Vec<Scalar> {
        self.given.get(name).map_or_else(Vec::new, |(_, words)| words.iter().map(|w| w.scalar()).collect())
    }

    /// Values of an option that may be one word with commas.
    fn list(&self, name: &str) -> Vec<Scalar> {
        let split = |s: Scalar| {
            let parts: Vec<Scalar> =
                s.text.split(',').filter(|p| !p.trim().is_empty()).map(|p| Scalar { text: p.trim().to_string(), ..s.clone() }).collect();
            parts
        };
        self.values(name).into_iter().flat_map(split).collect()
    }

    fn value(&self, name: &str) -> Option<Scalar> {
        self.values(name).into_iter().next()
    }

    /// A value that the text gives, in lower case.
    fn word(&self, name: &str) -> Option<String> {
        self.value(name).filter(|s| !s.unknown).map(|s| s.text.to_lowercase())
    }

    /// The name of what the command makes.
    fn name(&self) -> Scalar {
        self.value("name").unwrap_or_else(|| Scalar { text: String::new(), unknown: false, span: self.span })
    }

    fn span_of(&self, name: &str) -> Span {
        self.given
            .get(name)
            .map_or(self.span, |(span, words)| words.iter().fold(*span, |all, w| Span::new(all.start, all.end.max(w.span.end))))
    }

    fn flag(&self, name: &str) -> bool {
        self.has(name) && self.word(name).is_none_or(|word| word != "false")
    }
}

/// Options of a command: full names, and in brackets after a blank the short one.
type Table = &'static [&'static str];

/// Options that every command takes.
const COMMON: Table = &[
    "debug",
    "help h",
    "no-wait",
    "only-show-errors",
    "output o",
    "query",
    "resource-group g",
    "subscription",
    "tags",
    "verbose",
    "yes y",
];

/// The commands that are read.
const COMMANDS: [&str; 14] = [
    "aks create",
    "aks nodepool add",
    "network application-gateway create",
    "network asg create",
    "network nic create",
    "network nsg create",
    "network nsg rule create",
    "network nsg rule update",
    "network public-ip create",
    "network vnet create",
    "network vnet peering create",
    "network vnet subnet create",
    "network vnet subnet update",
    "vm create",
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
        let table: Table = match what.as_str() {
            "aks create" => aks::CREATE,
            "aks nodepool add" => aks::NODE_POOL,
            "network vnet create" => network::VNET,
            "network vnet subnet create" | "network vnet subnet update" => network::SUBNET,
            "network vnet peering create" => network::PEERING,
            "network nsg create" => network::NSG,
            "network nsg rule create" | "network nsg rule update" => network::RULE,
            "network asg create" => network::ASG,
            "network public-ip create" => network::PUBLIC_ADDRESS,
            "network application-gateway create" => network::GATEWAY,
            "network nic create" => network::NIC,
            "vm create" => network::MACHINE,
            "group create" | "login" | "account set" | "aks get-credentials" | "aks install-cli" => return,
            _ => {
                let message = format!("`az {what}` plays no part here, and is not used");
                self.report(match meant(&what) {
                    Some(meant) => Diagnostic::new(codes::AZ_COMMAND_NOT_USED, Severity::Warning, command.span, message)
                        .help(format!("did you mean `az {meant}`?")),
                    None => Diagnostic::new(codes::AZ_COMMAND_NOT_USED, Severity::Note, command.span, message),
                });
                return;
            }
        };
        let Some(options) = self.options(what, command, first_option, table) else { return };
        match options.what.as_str() {
            "aks create" => self.aks_create(&options),
            "aks nodepool add" => self.node_pool_add(&options),
            "network vnet create" => self.vnet_create(&options),
            "network vnet subnet create" => self.subnet_create(&options),
            "network vnet subnet update" => self.subnet_update(&options),
            "network vnet peering create" => self.peering_create(&options),
            "network nsg create" => self.nsg_create(&options),
            "network nsg rule create" => self.rule_create(&options),
            "network asg create" => self.asg_create(&options),
            "network public-ip create" => self.public_address_create(&options),
            "network application-gateway create" => self.gateway_create(&options),
            "network nic create" | "vm create" => self.interface_create(&options),
            _ => {
                let message = format!("`az {}` changes what is there; paste the result of `az … show` instead", options.what);
                self.report(Diagnostic::new(codes::AZ_COMMAND_NOT_USED, Severity::Warning, command.span, message));
            }
        }
    }

    /// Takes options apart: `--flag value …`, `--flag=value`, `-n value`, and prefixes of flags that only one flag has.
    fn options<'w>(&mut self, what: String, command: &'w Command, first: usize, table: Table) -> Option<Options<'w>> {
        let mut options = Options { what, span: command.span, given: BTreeMap::new() };
        let mut current: Option<&'static str> = None;
        for word in command.words.iter().skip(first) {
            let is_option = word.text.len() > 1
                && word.text.starts_with('-')
                && !word.quoted
                && !word.text.as_bytes().get(1).is_some_and(u8::is_ascii_digit);
            if !is_option {
                if let Some(name) = current
                    && let Some((_, values)) = options.given.get_mut(name)
                {
                    values.push(word);
                }
                continue;
            }
            let name = word.text.trim_start_matches('-');
            current = self.option(name, word, table, &options.what);
            if let Some(name) = current {
                options.given.insert(name, (word.span, word.value.iter().map(|v| &**v).collect()));
            }
        }
        Some(options)
    }

    fn option(&mut self, name: &str, word: &Word, table: Table, what: &str) -> Option<&'static str> {
        let all = || table.iter().chain(COMMON).map(|entry| entry.split_once(' ').unwrap_or((entry, "")));
        if let Some((full, _)) =
            all().find(|(full, short)| *full == name || (!short.is_empty() && *short == name && !word.text.starts_with("--")))
        {
            return Some(full);
        }
        // A beginning that only one option has; a singular and its plural count as one.
        let longer = || all().map(|(full, _)| full).filter(|full| full.starts_with(name) && name.len() > 2);
        if let Some(longest) = longer().max_by_key(|full| full.len()).filter(|longest| longer().all(|full| longest.starts_with(full))) {
            return Some(longest);
        }
        let message = format!("`az {what}` has no option `{}` that is known here; it is not used", word.text);
        let warning = Diagnostic::new(codes::AZ_OPTION, Severity::Warning, word.span, message);
        let meant = nearest(name, all().map(|(full, _)| full)).map(|full| format!("--{full}"));
        let warning = self.reader.rewrite(warning, word.span, meant.as_deref());
        self.report(warning);
        None
    }

    fn wrong(&mut self, code: Code, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(code, Severity::Error, span, message)
    }

    /// Reports options that must be given and are not.
    fn require(&mut self, options: &Options<'_>, names: &[&str]) {
        for name in names.iter().filter(|name| !options.has(name)) {
            let error = self.wrong(codes::AZ_REQUIRED, options.span, format!("the following arguments are required: --{name}"));
            self.report(error);
        }
    }

    /// One of a few words, as the command line checks it.
    fn choice(&mut self, options: &Options<'_>, name: &str, words: &[&'static str]) -> Option<&'static str> {
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
    fn count(&mut self, options: &Options<'_>, name: &str, least: u32, most: u32) -> Option<u32> {
        let value = options.value(name).filter(|v| !v.unknown)?;
        let found = value.text.parse::<u32>().ok().filter(|n| (least..=most).contains(n));
        if found.is_none() {
            let message = format!("--{name} is a whole number from {least} to {most}, not `{}`", value.text);
            let error = self.wrong(codes::AZ_OPTION_VALUE, value.span, message);
            self.report(error);
        }
        found
    }

    fn ranges(&mut self, options: &Options<'_>, name: &str) -> Vec<(Cidr, Span)> {
        let values = options.list(name);
        values.iter().filter_map(|value| Some((self.cidr(value)?, value.span))).collect()
    }

    /// A reference that an option makes: an identifier or a name.
    fn refer(&self, options: &Options<'_>, name: &str) -> Option<Reference> {
        options.value(name).filter(|v| !v.text.is_empty()).map(|value| super::reference_of(&value))
    }

    /// A subnet, by identifier, or by name with the network's.
    fn refer_subnet(&self, options: &Options<'_>, subnet: &str) -> Option<Reference> {
        let found = self.refer(options, subnet)?;
        let network = options.value("vnet-name").map(|v| Box::from(v.text.as_str()));
        Some(Reference { parent: found.parent.clone().or(network), ..found })
    }
}
