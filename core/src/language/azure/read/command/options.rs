//! The options of a command, as the argument parser of `az` takes them apart: `--flag value …`, `--flag=value`, `-n value`, `-nvalue`, and the beginning
//! of a flag where no other flag begins so.
//!
//! Upstream: Python documentation, "argparse": Argument abbreviations; the options themselves are in options.txt.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::shell::{Command, Word};
use super::{AzureReader, Scalar};
use crate::diagnostics::{Diagnostic, Severity, nearest};
use crate::language::codes;
use crate::text::Span;

/// Options of all commands, one command a line.
const OPTIONS: &str = include_str!("options.txt");

/// The version that these options are of.
const VERSION: &str = "azure-cli 2.91.0";

/// What follows from a refusal.
const DOES_NOTHING: &str = "`az` refuses the command, so it does nothing here";

/// Options that every command takes.
const COMMON: &str =
    "help,h? verbose? debug? only-show-errors? output,o query subscription resource-group,g change-reference acquire-policy-token?";

/// Options that commands had in other versions, or have with the extension aks-preview, and what they are called here.
const OTHERS: [(&str, &str); 6] = [
    ("vm create", "asgs,application-security-groups+"),
    ("vmss create", "asgs,application-security-groups+"),
    ("aks create", "pod-ip-allocation-mode enable-pod-security-policy? enable-pod-identity? uptime-sla? no-uptime-sla? node-init-taints"),
    ("aks nodepool add", "pod-ip-allocation-mode node-init-taints"),
    ("network vnet subnet create", "private-link-service-network-policies private-endpoint-network-policies"),
    ("network public-ip create", "zone,zones,z+"),
];

/// Choices that the version has not, and others have.
const OTHER_CHOICES: [(&str, &str); 2] = [("outbound-type", "block"), ("outbound-type", "managedNATGatewayV2")];

/// Options that decide about connections and may stand in a variable that is not known: `az aks create … $OPTIONS`.
const OPEN: [(&str, &str); 8] = [
    ("aks create", "network-policy"),
    ("aks update", "network-policy"),
    ("network nsg rule create", RULE),
    ("network nsg rule update", RULE),
    ("network vnet subnet create", "network-security-group route-table"),
    ("network vnet subnet update", "network-security-group route-table"),
    ("network nic create", "network-security-group"),
    ("vm create", "nsg"),
];
const RULE: &str =
    "access direction protocol source-address-prefixes source-port-ranges destination-address-prefixes destination-port-ranges";

/// An option.
#[derive(Clone, Debug)]
struct Known {
    /// All its names, the first of which it is kept under.
    names: Vec<&'static str>,
    required: bool,
    /// Whether it takes several values.
    many: bool,
    /// Whether it may stand without one.
    flag: bool,
    choices: Vec<&'static str>,
}

impl Known {
    fn parse(entry: &'static str) -> Known {
        let (entry, choices) = entry.split_once('=').unwrap_or((entry, ""));
        let required = entry.starts_with('!');
        let many = entry.ends_with('+');
        let flag = entry.ends_with('?');
        let names = entry.trim_start_matches('!').trim_end_matches(['+', '?']).split(',').collect();
        Known { names, required, many, flag, choices: choices.split('|').filter(|c| !c.is_empty()).collect() }
    }

    fn first(&self) -> &'static str {
        self.names.first().copied().unwrap_or_default()
    }

    fn longs(&self) -> impl Iterator<Item = &'static str> {
        self.names.iter().copied().filter(|name| name.len() > 1)
    }
}

/// The options of a command.
fn known(what: &str) -> Vec<Known> {
    let line = OPTIONS.lines().find_map(|line| line.strip_prefix(what)?.strip_prefix(": "));
    let others = OTHERS.iter().filter(|(command, _)| *command == what).flat_map(|(_, entries)| entries.split(' '));
    let mut all: Vec<Known> = line.unwrap_or_default().split(' ').map(Known::parse).collect();
    // What stands in both is taken from where more of it stands.
    for entry in others.chain(COMMON.split(' ')).map(Known::parse) {
        match all.iter_mut().find(|known| known.names.iter().any(|name| entry.names.contains(name))) {
            Some(known) => {
                known.many |= entry.many;
                known.names.extend(entry.names.into_iter().filter(|name| name.len() > 1));
            }
            None => all.push(entry),
        }
    }
    all
}

/// Options whose value matters: if it is to be filled in, that is said.
const MATTERS: [&str; 34] = [
    "name",
    "nsg-name",
    "vnet-name",
    "remote-vnet",
    "subnet",
    "subnets",
    "subnet-name",
    "subnet-prefixes",
    "address-prefixes",
    "address-prefix",
    "nsg",
    "network-security-group",
    "route-table",
    "route-table-name",
    "next-hop-type",
    "next-hop-ip-address",
    "private-ip-address",
    "public-ip-address",
    "asgs",
    "nics",
    "nic-name",
    "cluster-name",
    "network-plugin",
    "network-plugin-mode",
    "network-policy",
    "network-dataplane",
    "pod-cidr",
    "service-cidr",
    "dns-service-ip",
    "vnet-subnet-id",
    "pod-subnet-id",
    "node-count",
    "max-pods",
    "api-server-authorized-ip-ranges",
];

/// A command with its options.
#[derive(Clone)]
pub(super) struct Options {
    /// `aks create`.
    pub(super) what: String,
    /// The whole command.
    pub(super) span: Span,
    known: Vec<Known>,
    /// A flag that the command does not have, as far as is known here.
    pub(super) strange: Option<String>,
    /// By first name without dashes: where the option stands, and its values.
    given: BTreeMap<&'static str, (Span, Vec<Word>)>,
}

impl Options {
    /// A command without any option, which others are given to.
    pub(super) fn of(what: &str, span: Span) -> Self {
        Options { what: what.to_string(), span, known: known(what), strange: None, given: BTreeMap::new() }
    }

    fn get(&self, name: &str) -> Option<&(Span, Vec<Word>)> {
        self.given.get(name).or_else(|| {
            let known = self.known.iter().find(|known| known.names.contains(&name))?;
            self.given.get(known.first())
        })
    }

    /// Whether the command has an option.
    pub(super) fn knows(&self, name: &str) -> bool {
        self.known.iter().any(|known| known.names.contains(&name))
    }

    /// Gives an option a value, in place of those that it has.
    pub(super) fn give(&mut self, name: &str, value: &Scalar) {
        let Some(first) = self.known.iter().find(|known| known.names.contains(&name)).map(Known::first) else { return };
        let word = Word { text: value.text.clone(), span: value.span, unknown: value.unknown, quoted: true, spreads: false, value: None };
        self.given.insert(first, (value.span, alloc::vec![word]));
    }

    /// Gives the options that decide here, and that must be there, the value of a word that may stand for any of them.
    fn open(&mut self, word: &Word) {
        let decide = OPEN.iter().filter(|(what, _)| *what == self.what).flat_map(|(_, names)| names.split(' '));
        let decide: Vec<&'static str> = decide.filter(|name| !self.has(name) && self.knows(name)).collect();
        let required = self.known.iter().filter(|known| known.required).map(Known::first);
        for name in required.filter(|name| !self.has(name)).chain(decide).collect::<Vec<_>>() {
            self.give(name, &Scalar { text: word.text.clone(), unknown: true, span: word.span });
        }
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// All values of an option. A list may be one word in brackets.
    pub(super) fn values(&self, name: &str) -> Vec<Scalar> {
        let Some((_, words)) = self.get(name) else { return Vec::new() };
        let split = |word: &Word| {
            let whole = word.scalar();
            match whole.text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
                Some(inner) => {
                    let part = |p: &str| Scalar { text: p.trim().trim_matches(['\'', '"']).to_string(), ..whole.clone() };
                    inner.split(',').map(part).filter(|s| !s.text.is_empty()).collect()
                }
                None => alloc::vec![whole],
            }
        };
        words.iter().flat_map(split).collect()
    }

    /// Values of an option that may be one word with commas.
    pub(super) fn list(&self, name: &str) -> Vec<Scalar> {
        let split = |s: Scalar| {
            let parts: Vec<Scalar> =
                s.text.split(',').filter(|p| !p.trim().is_empty()).map(|p| Scalar { text: p.trim().to_string(), ..s.clone() }).collect();
            parts
        };
        self.values(name).into_iter().flat_map(split).collect()
    }

    pub(super) fn value(&self, name: &str) -> Option<Scalar> {
        self.values(name).into_iter().next()
    }

    /// The words of an option as one text; nothing if one of them is not known.
    pub(super) fn whole(&self, name: &str) -> Option<String> {
        let (_, words) = self.get(name)?;
        let texts: Option<Vec<String>> = words.iter().map(|word| Some(word.scalar()).filter(|s| !s.unknown).map(|s| s.text)).collect();
        Some(texts?.join(" "))
    }

    /// A value that the input gives, in lower case.
    pub(super) fn word(&self, name: &str) -> Option<String> {
        self.value(name).filter(|s| !s.unknown).map(|s| s.text.to_lowercase())
    }

    /// The name of what the command makes.
    pub(super) fn name(&self) -> Scalar {
        self.value("name").unwrap_or_else(|| Scalar { text: String::new(), unknown: false, span: self.span })
    }

    pub(super) fn span_of(&self, name: &str) -> Span {
        self.get(name).map_or(self.span, |(span, words)| words.iter().fold(*span, |all, w| Span::new(all.start, all.end.max(w.span.end))))
    }

    pub(super) fn flag(&self, name: &str) -> bool {
        self.has(name) && self.word(name).is_none_or(|word| !matches!(word.as_str(), "false" | "f" | "no" | "n" | "0"))
    }
}

/// What a flag in a command is.
enum Found {
    /// The option with this number, and what of the word is its value.
    Option(usize, Option<String>),
    /// It may be any of these.
    Several(Vec<&'static str>),
    Unknown,
}

fn find(known: &[Known], word: &str) -> Found {
    let Some(long) = word.strip_prefix("--") else {
        let short = word.trim_start_matches('-');
        let is_short = |known: &&(usize, &Known)| known.1.names.iter().any(|name| name.len() == 1 && short.starts_with(name));
        return match known.iter().enumerate().collect::<Vec<_>>().iter().find(is_short) {
            Some((number, _)) if short.len() == 1 => Found::Option(*number, None),
            // `-gshop` gives a value; `-name` is `--name` with a dash too few.
            Some((number, found)) if !found.longs().any(|long| long.starts_with(short)) => {
                Found::Option(*number, short.get(1..).map(|value| value.trim_start_matches('=').to_string()))
            }
            _ => Found::Unknown,
        };
    };
    if let Some(number) = known.iter().position(|known| known.names.contains(&long) && long.len() > 1) {
        return Found::Option(number, None);
    }
    let longer: Vec<(usize, &'static str)> =
        known.iter().enumerate().flat_map(|(i, k)| k.longs().filter(|name| name.starts_with(long)).map(move |name| (i, name))).collect();
    match longer.first() {
        Some((number, _)) if !long.is_empty() && longer.iter().all(|(other, _)| other == number) => Found::Option(*number, None),
        Some(_) if !long.is_empty() => Found::Several(longer.into_iter().map(|(_, name)| name).collect()),
        _ => Found::Unknown,
    }
}

impl AzureReader<'_, '_> {
    /// Takes options apart. Nothing for a command that `az` refuses, which is said.
    pub(super) fn options(&mut self, what: String, command: &Command, first: usize) -> Option<Options> {
        let known = known(&what);
        let mut options = Options { what, span: command.span, known, strange: None, given: BTreeMap::new() };
        let mut current: Option<usize> = None;
        let mut refused = false;
        let mut open: Option<Word> = None;
        for word in command.words.iter().skip(first) {
            let is_option = word.text.len() > 1
                && word.text.starts_with('-')
                && !word.text.contains(' ')
                && !word.text.as_bytes().get(1).is_some_and(u8::is_ascii_digit);
            if is_option {
                current = self.flag(word, &mut options, &mut refused);
                continue;
            }
            let known = current.and_then(|number| options.known.get(number));
            let has_value = |known: &Known| options.given.get(known.first()).is_some_and(|(_, values)| !values.is_empty());
            if word.spreads && known.is_none_or(|known| known.many || known.flag || has_value(known)) {
                open = Some(word.clone());
            }
            let Some(known) = known else { continue };
            let (name, takes) = (known.first(), known.many);
            if let Some((_, values)) = options.given.get_mut(name) {
                if !takes && !values.is_empty() && !word.unknown {
                    let message = format!("`az {}`: unrecognized arguments: {}", options.what, word.text);
                    let error = self.wrong(codes::AZ_OPTION_VALUE, word.span, message);
                    self.report(
                        error.help(format!("`--{name}` takes one value; put a value with blanks into quotation marks. {DOES_NOTHING}")),
                    );
                    refused = true;
                } else {
                    values.push(word.clone());
                }
            }
        }
        if let Some(word) = open {
            options.open(&word);
        }
        refused |= !self.check(&options);
        // With `--help` a command only prints how it is used.
        if refused || options.has("help") {
            return None;
        }
        for name in MATTERS {
            for value in options.get(name).map_or(&[][..], |(_, words)| words.as_slice()) {
                if value.unknown {
                    self.fill_in(&value.scalar());
                }
            }
        }
        Some(options)
    }

    /// A flag: the number of its option.
    fn flag(&mut self, word: &Word, options: &mut Options, refused: &mut bool) -> Option<usize> {
        let what = &options.what;
        match find(&options.known, &word.text) {
            Found::Option(number, attached) => {
                let known = options.known.get(number)?;
                // Lists of commands made of Azure's descriptions are added up.
                let adds = known.many && what.starts_with("network ");
                let values: Vec<Word> = word.value.iter().map(|v| (**v).clone()).collect();
                let place = options.given.entry(known.first()).or_insert_with(|| (word.span, Vec::new()));
                if !adds {
                    *place = (word.span, Vec::new());
                }
                place.1.extend(values);
                place.1.extend(attached.map(|text| Word { text, ..word.clone() }));
                Some(number)
            }
            Found::Several(names) => {
                let list = names.iter().take(8).map(|name| format!("--{name}")).collect::<Vec<_>>().join(", ");
                let message = format!("ambiguous option: {} could match {list}", word.text);
                let error = self.wrong(codes::AZ_OPTION, word.span, message);
                self.report(error.help(format!("write the option in full. {DOES_NOTHING}")));
                *refused = true;
                None
            }
            Found::Unknown => {
                options.strange.get_or_insert_with(|| word.text.clone());
                let what = &options.what;
                let name = word.text.trim_start_matches('-');
                let message = format!("`az {what}` has no option `{}` ({VERSION}); it is not used", word.text);
                let warning = Diagnostic::new(codes::AZ_OPTION, Severity::Warning, word.span, message);
                let meant = nearest(name, options.known.iter().flat_map(Known::longs)).map(|full| format!("--{full}"));
                let warning = self.reader.rewrite(warning, word.span, meant.as_deref());
                self.report(warning);
                None
            }
        }
    }

    /// Whether the command line takes the options: what must be given, values that are missing, choices.
    fn check(&mut self, options: &Options) -> bool {
        let mut fine = true;
        // The resource group may be set elsewhere: `az configure --defaults group=…`.
        for known in options.known.iter().filter(|k| k.required && k.first() != "resource-group" && !k.names.contains(&"g")) {
            let name = known.longs().find(|name| *name == "name").unwrap_or(known.first());
            if !options.has(known.first()) {
                let error = self.wrong(codes::AZ_REQUIRED, options.span, format!("the following arguments are required: --{name}"));
                self.report(error.help(DOES_NOTHING));
                fine = false;
            }
        }
        for known in &options.known {
            let Some((span, words)) = options.given.get(known.first()) else { continue };
            if words.is_empty() && !known.flag {
                let error = self.wrong(codes::AZ_OPTION_VALUE, *span, format!("argument --{}: expected one argument", known.first()));
                self.report(error.help(DOES_NOTHING));
                fine = false;
            }
            for word in words.iter().filter(|w| !w.unknown && !known.choices.is_empty()) {
                let others = OTHER_CHOICES.iter().filter(|(name, _)| known.names.contains(name)).map(|(_, choice)| *choice);
                if known.choices.iter().copied().chain(others).any(|choice| choice.eq_ignore_ascii_case(&word.text)) {
                    continue;
                }
                let list = known.choices.iter().map(|w| format!("'{w}'")).collect::<Vec<_>>().join(", ");
                let message = format!("--{}: invalid choice: '{}' (choose from {list})", known.first(), word.text);
                let error = self.wrong(codes::AZ_OPTION_VALUE, word.span, message);
                let mut error = self.reader.rewrite(error, word.span, nearest(&word.text, known.choices.iter().copied()));
                error.help = Some(error.help.map_or_else(|| DOES_NOTHING.to_string(), |help| format!("{help}. {DOES_NOTHING}")));
                self.report(error);
                fine = false;
            }
        }
        fine
    }

    /// Says that a value is to be filled in, once.
    pub(in crate::language::azure::read) fn fill_in(&mut self, scalar: &Scalar) {
        if !self.reported.insert(scalar.text.clone()) {
            return;
        }
        let text = &scalar.text;
        let message = format!("`{text}` has no value in this text");
        let help = match text.strip_prefix('$').filter(|_| !text.contains('(')) {
            Some(name) => format!("fill it in: set `{name}` in a line above, or write the value in its place"),
            None if text.contains('(') => String::from("fill it in: write what the command prints in its place"),
            None => String::from("fill it in: write your own value in its place"),
        };
        self.report(Diagnostic::new(codes::FILL_IN, Severity::Warning, scalar.span, message).help(help));
    }
}
