//! Which objects of the text a command is about, where its words do not say so for certain: a name that the input does not give may be any name, and another
//! subscription may be the one that commands before it meant.
//!
//! Upstream: azure-cli reference, "Global Parameters": `--subscription`; `az account set`.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::options::Options;
use super::shell::Command;
use super::{AzureReader, Scalar};
use crate::diagnostics::{Diagnostic, Severity};
use crate::language::azure::{Azure, Reference};
use crate::language::{Kind, codes};

/// Commands that change what others make, with the option that names it and its kind.
const CHANGES: [(&str, &str, &str); 7] = [
    ("aks update", "name", "ManagedCluster"),
    ("network nic update", "name", "NetworkInterface"),
    ("network nsg rule create", "nsg-name", "NetworkSecurityGroup"),
    ("network nsg rule delete", "nsg-name", "NetworkSecurityGroup"),
    ("network nsg rule update", "nsg-name", "NetworkSecurityGroup"),
    ("network nsg delete", "name", "NetworkSecurityGroup"),
    ("network vnet subnet update", "vnet-name", "VirtualNetwork"),
];

/// Whether the name of something that the text makes holds what the input does not give.
fn is_open(name: &str) -> bool {
    name.contains(['$', '<', '%'])
}

impl AzureReader<'_, '_> {
    /// Runs a command on what it is about: on each object that may be meant, in doubt, if its name does not tell.
    pub(super) fn run_on_target(&mut self, options: &Options) {
        let own = self.subscription_of(options);
        self.homes.insert(options.span.start, own.clone());
        let mut all = self.may_mean(options);
        if all.is_empty() || all.iter().all(|(_, name)| name.as_ref().is_some_and(|name| !name.unknown)) {
            // It may be about something else altogether.
            all.insert(0, (options.clone(), None));
        }
        for (options, name) in all {
            let before = self.doubt.clone();
            self.doubt = match name {
                _ if before.is_some() => before.clone(),
                None => self.elsewhere(&options, own.as_deref()),
                Some(name) => {
                    self.unresolved(&name);
                    self.reported.insert(format!("if {}", name.text));
                    Some(name.text.as_str().into())
                }
            };
            self.run(&options);
            self.doubt = before;
        }
    }

    /// `az account set`: the subscription of the commands after it.
    pub(super) fn account_set(&mut self, command: &Command) {
        let mut words = command.words.iter();
        let flag = words.find(|word| ["--subscription", "-s", "--name", "-n"].contains(&word.text.as_str()));
        let value = flag.and_then(|flag| flag.value.as_deref().or_else(|| words.next()));
        if let Some(value) = value {
            self.subscription = Some(value.text.to_lowercase().into());
        }
    }

    /// `az configure --defaults group=NAME`, `az config set defaults.group=NAME`: the resource group of the commands after it that name none.
    pub(super) fn defaults_set(&mut self, command: &Command) {
        let words = command.words.iter().flat_map(|word| core::iter::once(word).chain(word.value.as_deref()));
        for word in words {
            let group = word.text.strip_prefix("group=").or_else(|| word.text.strip_prefix("defaults.group="));
            if let Some(group) = group {
                let name = group.trim_matches(['"', '\'']);
                self.default_group = (!name.is_empty() && !word.unknown).then(|| name.to_lowercase().into());
            }
        }
    }

    fn subscription_of(&self, options: &Options) -> Option<Box<str>> {
        options.value("subscription").map(|v| v.text.to_lowercase().into()).or_else(|| self.subscription.clone())
    }

    /// Why a command may be about an object of another subscription than the one of this name that the text makes.
    fn elsewhere(&mut self, options: &Options, own: Option<&str>) -> Option<Box<str>> {
        // An identifier says all of where an object is.
        if options.has("ids") {
            return None;
        }
        let (_, option, kind) = CHANGES.iter().find(|(what, ..)| *what == options.what)?;
        let name = options.value(option)?;
        let made = self.made(kind, &name.text).and_then(|at| self.resources.get(at))?;
        let home = self.homes.get(&made.span.start)?;
        if home.as_deref() == own {
            return None;
        }
        let called = |name: Option<&str>| name.map_or_else(|| String::from("the default one"), |name| format!("`{name}`"));
        let (own, home) = (called(own), called(home.as_deref()));
        let doubt = format!("whether subscription {own} is {home}");
        let message = format!(
            "`az {}` is for subscription {own}, and `{}` was made in {home}: it is not known whether these are the same",
            options.what, name.text
        );
        if self.reported.insert(format!("if {doubt}")) {
            let warning = Diagnostic::new(codes::AZ_UNRESOLVED, Severity::Warning, options.span, message);
            self.report(warning.help("name the same subscription in both commands, or leave out what is for another"));
        }
        Some(doubt.into())
    }

    /// The same command for each object of the text that it may be about, each with what its name hangs on.
    fn may_mean(&mut self, options: &Options) -> Vec<(Options, Option<Scalar>)> {
        match options.what.as_str() {
            "network vnet subnet update" => self.may_mean_subnets(options),
            "aks update" => self.may_mean_named(options, "ManagedCluster"),
            "network nic update" => self.may_mean_named(options, "NetworkInterface"),
            _ => Vec::new(),
        }
    }

    fn may_mean_named(&self, options: &Options, kind: &str) -> Vec<(Options, Option<Scalar>)> {
        let name = options.name();
        if self.made(kind, &name.text).is_some() {
            return Vec::new();
        }
        let made = self.resources.iter().filter(|resource| &*resource.kind_name == kind && resource.meta.scope.fits(&self.scope));
        let meant = made.filter(|resource| name.unknown || is_open(&resource.meta.name));
        let one = |own: &str| {
            let mut one = options.clone();
            one.give("name", &Scalar { text: own.to_string(), unknown: false, span: name.span });
            let hangs_on = if name.unknown { name.clone() } else { Scalar { text: own.to_string(), ..name.clone() } };
            (one, Some(hangs_on))
        };
        meant.map(|resource| one(&resource.meta.name)).collect()
    }

    fn may_mean_subnets(&mut self, options: &Options) -> Vec<(Options, Option<Scalar>)> {
        let Some(network) = options.value("vnet-name") else { return Vec::new() };
        let name = options.name();
        if self.subnet_mut(Some(&network.text), &name.text).is_some() {
            return Vec::new();
        }
        let fits = |wanted: &Scalar, own: &str| wanted.unknown || is_open(own) || wanted.text.eq_ignore_ascii_case(own);
        let mut all = Vec::new();
        for (of, own) in self.made_subnets().into_iter().filter(|(of, own)| fits(&network, of) && fits(&name, own)) {
            let mut one = options.clone();
            one.give("vnet-name", &Scalar { text: of.clone(), unknown: false, span: network.span });
            one.give("name", &Scalar { text: own.clone(), unknown: false, span: name.span });
            let unknown = [&name, &network].into_iter().find(|scalar| scalar.unknown).cloned();
            let open = if is_open(&own) { own } else { of };
            all.push((one, Some(unknown.unwrap_or(Scalar { text: open, ..name.clone() }))));
        }
        all
    }

    /// The subnets that the text makes, each after its network.
    pub(super) fn made_subnets(&self) -> Vec<(String, String)> {
        let mut all = Vec::new();
        for resource in self.resources.iter().filter(|resource| resource.meta.scope.fits(&self.scope)) {
            let Kind::Azure(azure) = &resource.kind else { continue };
            match &**azure {
                Azure::Network(network) => {
                    all.extend(network.subnets.iter().map(|subnet| (resource.meta.name.to_string(), subnet.name.to_string())));
                }
                Azure::Subnet { network, subnet } => all.push((network.name.to_string(), subnet.name.to_string())),
                _ => {}
            }
        }
        all
    }

    /// Rules for a group that the text does not make may be of one that it makes by a name that the input does not give.
    pub(super) fn may_be_unnamed(&mut self, options: &Options) {
        let Some(name) = options.value("nsg-name").filter(|name| !name.unknown) else { return };
        if self.made("NetworkSecurityGroup", &name.text).is_some() {
            return;
        }
        let is_group = |kind: &Kind| matches!(kind, Kind::Azure(azure) if matches!(**azure, Azure::Group(_)));
        let here = self.resources.iter().filter(|resource| is_group(&resource.kind) && resource.meta.scope.fits(&self.scope));
        let open: Vec<Box<str>> = here.filter(|resource| is_open(&resource.meta.name)).map(|resource| resource.meta.name.clone()).collect();
        for group in open {
            let expression = format!("`az {}` for `{}`, which may be its name", options.what, name.text).as_str().into();
            let full = Scalar { text: format!("{group} at {}", options.span.start), ..name.clone() };
            let group = Reference { name: group, parent: None, scope: Default::default(), span: name.span };
            self.emit("SecurityRules", &full, options.span, Azure::MissingRules { group, expression, represented: false });
        }
    }
}
