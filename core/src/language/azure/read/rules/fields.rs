//! The fields of one rule: each as it is written, or as a choice of values has it.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::{PRIORITIES, application_groups, own_tag, port_range, prefix, rule_field};
use crate::diagnostics::{Code, Diagnostic, Severity, nearest};
use crate::document::{NodeId, NodeRef};
use crate::language::azure::read::service_tags::{is_tag, meant_tag, no_address};
use crate::language::azure::read::value::{Scalar, field};
use crate::language::azure::read::{AzureReader, terraform};
use crate::language::azure::{PortMatch, RulePart, RuleSide, Unresolved};
use crate::language::codes;
use crate::model::{Cidr, Protocol};
use crate::text::Span;

/// Application security groups on a side of a rule, at most.
const MOST_GROUPS: usize = 10;
/// Characters of a rule's description, at most.
pub(in crate::language::azure::read) const LONGEST_DESCRIPTION: usize = 140;

/// The fields of one end of a rule.
pub(super) struct SideFields {
    singular: &'static str,
    plural: &'static str,
    groups: &'static str,
    port: &'static str,
    ports: &'static str,
    expanded: &'static str,
}

pub(super) const SOURCE: SideFields = SideFields {
    singular: "sourceAddressPrefix",
    plural: "sourceAddressPrefixes",
    groups: "sourceApplicationSecurityGroups",
    port: "sourcePortRange",
    ports: "sourcePortRanges",
    expanded: "expandedSourceAddressPrefix",
};
pub(super) const DESTINATION: SideFields = SideFields {
    singular: "destinationAddressPrefix",
    plural: "destinationAddressPrefixes",
    groups: "destinationApplicationSecurityGroups",
    port: "destinationPortRange",
    ports: "destinationPortRanges",
    expanded: "expandedDestinationAddressPrefix",
};

/// What is wrong with the name of a rule. Upstream: azure-rest-api-specs, networkSecurityGroup.json; "Naming rules and restrictions for Azure resources".
pub(in crate::language::azure::read) fn name_problem(name: &str) -> Option<&'static str> {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if name.chars().count() > 80 {
        Some("a name has 80 characters at most")
    } else if !name.starts_with(word) {
        Some("a name begins with a letter, a digit or an underscore")
    } else if !name.ends_with(word) {
        Some("a name ends with a letter, a digit or an underscore")
    } else if !name.chars().all(|c| word(c) || c == '.' || c == '-') {
        Some("a name holds letters, digits, dots, dashes and underscores only")
    } else {
        None
    }
}

/// One rule while it is read.
pub(super) struct RuleReader<'a, 'x, 'y> {
    pub(super) azure: &'x mut AzureReader<'a, 'y>,
    pub(super) node: NodeRef<'a>,
    pub(super) label: String,
    pub(super) refused: bool,
    pub(super) unresolved: Vec<Unresolved>,
    /// Values in place of those of some fields.
    pub(super) instead: Vec<(NodeId, NodeRef<'a>)>,
}

impl<'a> RuleReader<'a, '_, '_> {
    fn field(&self, name: &str) -> Option<NodeRef<'a>> {
        if self.azure.reads_terraform {
            return field(self.node, &terraform::name_of(name)).filter(|n| !n.is_null());
        }
        let found = rule_field(self.node, name)?;
        let instead = self.instead.iter().find(|(id, _)| *id == found.id()).map(|(_, value)| *value);
        Some(instead.unwrap_or(found)).filter(|n| !n.is_null())
    }

    fn scalar(&self, name: &str) -> Option<Scalar> {
        self.azure.template.scalar(self.field(name)?).filter(|s| !s.text.is_empty())
    }

    fn at(&self, span: Span, code: Code, message: impl core::fmt::Display) -> Diagnostic {
        Diagnostic::new(code, Severity::Error, span, format!("{}: {message}", self.label))
    }

    fn refuse(&mut self, diagnostic: Diagnostic) {
        self.refused = true;
        self.azure.report(match diagnostic.help {
            Some(_) => diagnostic,
            None => diagnostic.help("Azure refuses the rule; it is left out here, so answers are incomplete"),
        });
    }

    /// Takes note that a part of the rule is not to be told.
    fn open(&mut self, part: RulePart, scalar: &Scalar) {
        self.azure.unresolved(scalar);
        self.unresolved.push(Unresolved { part, expression: scalar.text.as_str().into() });
    }

    fn missing(&mut self, name: &str) {
        let diagnostic = self.at(self.node.span(), codes::AZ_REQUIRED, format_args!("`{name}` is missing"));
        self.refuse(diagnostic);
    }

    pub(super) fn check_name(&mut self, name: &Scalar, short: &str) {
        if name.text.is_empty() {
            let diagnostic = self.at(self.node.span(), codes::AZ_REQUIRED, "`name` is missing");
            self.azure.report(diagnostic.help("Azure wants a name for every rule"));
            return;
        }
        if name.unknown {
            return;
        }
        let Some(problem) = name_problem(short) else { return };
        let diagnostic = self.at(name.span, codes::AZ_RULE_NAME, problem);
        // What the rule does is plain all the same.
        self.azure.report(diagnostic.help("Azure refuses the name; the rule is still evaluated here"));
    }

    pub(super) fn check_description(&mut self) {
        if let Some(text) = self.scalar("description").filter(|t| !t.unknown && t.text.chars().count() > LONGEST_DESCRIPTION) {
            let message = format!("a description has {LONGEST_DESCRIPTION} characters at most, and this one {}", text.text.chars().count());
            let diagnostic = self.at(text.span, codes::AZ_DESCRIPTION, message);
            self.azure.report(diagnostic);
        }
    }

    /// One of a few words.
    pub(super) fn word(&mut self, name: &'static str, part: RulePart, words: &[&'static str]) -> Option<&'static str> {
        let Some(scalar) = self.scalar(name) else {
            self.missing(name);
            return None;
        };
        if scalar.unknown {
            self.open(part, &scalar);
            return None;
        }
        let found = words.iter().find(|w| w.eq_ignore_ascii_case(&scalar.text)).copied();
        if found.is_none() {
            let list = words.join("` or `");
            let diagnostic = self.at(scalar.span, codes::AZ_WORD, format_args!("`{name}` is `{list}`, not `{}`", scalar.text));
            let meant = nearest(&scalar.text, words.iter().copied());
            let diagnostic = self.azure.reader.rewrite(diagnostic, scalar.span, meant);
            self.refuse(diagnostic);
        }
        found
    }

    pub(super) fn protocol(&mut self) -> Option<Protocol> {
        let Some(scalar) = self.scalar("protocol") else {
            self.missing("protocol");
            return None;
        };
        if scalar.unknown {
            self.open(RulePart::Protocol, &scalar);
            return None;
        }
        let known = [
            ("*", None),
            ("All", None),
            ("Any", None),
            ("Tcp", Some(6)),
            ("Udp", Some(17)),
            ("Icmp", Some(1)),
            ("Esp", Some(50)),
            ("Ah", Some(51)),
        ];
        match known.iter().find(|(name, _)| name.eq_ignore_ascii_case(&scalar.text)) {
            Some((_, number)) => number.map(Protocol),
            None => {
                let message = format!("`protocol` is `Tcp`, `Udp`, `Icmp`, `Esp`, `Ah` or `*`, not `{}`", scalar.text);
                let diagnostic = self.at(scalar.span, codes::AZ_WORD, message);
                let meant = nearest(&scalar.text, ["Tcp", "Udp", "Icmp", "Esp", "Ah"]);
                let diagnostic = self.azure.reader.rewrite(diagnostic, scalar.span, meant);
                self.refuse(diagnostic);
                None
            }
        }
    }

    pub(super) fn priority(&mut self) -> u16 {
        let Some(scalar) = self.scalar("priority") else {
            self.missing("priority");
            return 0;
        };
        if scalar.unknown {
            self.open(RulePart::Priority, &scalar);
            return 0;
        }
        let Ok(number) = scalar.text.parse::<i64>() else {
            let message = format!("`priority` is a whole number from 100 to 4096, not `{}`", scalar.text);
            let diagnostic = self.at(scalar.span, codes::AZ_PRIORITY, message);
            self.refuse(diagnostic);
            return 0;
        };
        if !PRIORITIES.contains(&number) && !self.azure.reads_defaults {
            let diagnostic = self.at(scalar.span, codes::AZ_PRIORITY, format_args!("priority {number} is not from 100 to 4096"));
            let why = if number > 4096 { "numbers from 65000 on are for the default rules" } else { "the lowest number is 100" };
            // Where it stands among the others is plain, so it is evaluated there.
            let evaluated = (0..65000).contains(&number);
            let diagnostic = diagnostic.help(if evaluated {
                format!("Azure refuses the rule ({why}); it is evaluated here at its number")
            } else {
                format!("Azure refuses the rule ({why}); it is left out here, so answers are incomplete")
            });
            if evaluated { self.azure.report(diagnostic) } else { self.refuse(diagnostic) }
        }
        u16::try_from(number).unwrap_or(u16::MAX)
    }

    /// Whether the rule is one that PowerShell shows: it writes the names of fields with capitals, and lists where others have single values.
    fn is_of_powershell(&self) -> bool {
        ["Priority", "Direction", "Access"].iter().all(|name| self.node.get(name).is_some())
    }

    /// The items of a singular field and its plural; Azure takes only one of the two.
    fn singular_and_plural(&mut self, singular: &str, plural: &str) -> (Option<Scalar>, Vec<Scalar>) {
        let list = self.field(singular).filter(|n| n.as_sequence().is_some());
        let mut many: Vec<Scalar> = list.map_or_else(Vec::new, |n| self.azure.template.scalars(n));
        let mut one = self.scalar(singular);
        if self.is_of_powershell() {
            // Where `ConvertTo-Json` goes no deeper, it writes the items of a list into one text.
            if let Some(text) = one.take_if(|one| one.text.contains(' ')) {
                many.extend(text.text.split_whitespace().map(|word| Scalar { text: String::from(word), ..text.clone() }));
            }
            return (one, many.into_iter().filter(|s| !s.text.is_empty()).collect());
        }
        if let Some(list) = list {
            let message = format_args!("`{singular}` takes one value; a list goes into `{plural}`").to_string();
            let diagnostic = self.at(list.span(), codes::AZ_SINGULAR_AND_PLURAL, message);
            self.azure.report(diagnostic.help("Azure refuses it; it is read here as intended"));
        }
        many.extend(self.field(plural).map_or_else(Vec::new, |n| self.azure.template.scalars(n)));
        let many: Vec<Scalar> = many.into_iter().filter(|s| !s.text.is_empty()).collect();
        if let (Some(one), false) = (&one, many.is_empty() || self.azure.reads_effective) {
            let diagnostic = self.at(
                one.span,
                codes::AZ_SINGULAR_AND_PLURAL,
                format_args!("both `{singular}` and `{plural}` are given; Azure accepts only one of them"),
            );
            self.azure.report(diagnostic.help("put everything into the list; both are read here"));
        }
        (one, many)
    }

    pub(super) fn side(&mut self, fields: &SideFields) -> RuleSide {
        let (one, many) = self.singular_and_plural(fields.singular, fields.plural);
        let groups: Vec<Scalar> = self.field(fields.groups).map_or_else(Vec::new, |n| self.groups(n));
        let open_groups = self.field(fields.groups).and_then(|n| Some((self.azure.template.list(n).missing?, n.span())));
        let expanded: Vec<Scalar> = self.field(fields.expanded).map_or_else(Vec::new, |n| self.azure.template.scalars(n));
        let span = [&groups, &many].into_iter().flatten().next().or(one.as_ref()).map(|s| s.span);
        let mut side = RuleSide { span, ..RuleSide::default() };
        if let Some((text, span)) = open_groups {
            side.unresolved = true;
            self.open(RulePart::Ends, &Scalar { text, unknown: true, span });
            side.groups = application_groups(&groups);
            return side;
        }
        if !groups.is_empty() {
            if let Some(other) = one.as_ref().or(many.first()) {
                let diagnostic =
                    self.at(other.span, codes::AZ_GROUP_AND_PREFIX, format_args!("`{}` cannot be combined with addresses", fields.groups));
                self.azure.report(diagnostic.help("the application security group is used here"));
            }
            if let Some(beyond) = groups.get(MOST_GROUPS) {
                let message = format!("the source or destination of a rule takes at most {MOST_GROUPS} application security groups");
                let diagnostic = self.at(beyond.span, codes::AZ_TOO_MANY, message);
                self.azure.report(diagnostic);
            } else if let Some(second) = groups.get(1) {
                let message = format!(
                    "{}: several application security groups in one field, which not every API version \
                 accepts",
                    self.label
                );
                self.azure.report(Diagnostic::new(codes::AZ_SEVERAL_GROUPS, Severity::Warning, second.span, message));
            }
            side.groups = application_groups(&groups);
            return side;
        }
        if !expanded.is_empty() {
            side.prefixes = expanded.iter().filter_map(|s| prefix(&s.text)).collect();
            let mut tags: Vec<Box<str>> = Vec::new();
            for item in many.iter().chain(&one).filter(|s| prefix(&s.text).is_none() && s.text != "*") {
                let tag = own_tag(&item.text).unwrap_or(&item.text);
                if !tags.iter().any(|known| known.eq_ignore_ascii_case(tag)) {
                    tags.push(tag.into());
                }
            }
            side.expanded = !tags.is_empty();
            side.tags = tags;
            return side;
        }
        // Azure itself writes tags into the lists of effective rules.
        let listed = !many.is_empty() && !self.azure.reads_effective && !self.is_of_powershell();
        for item in &many {
            self.address(item, listed, &mut side);
        }
        if let Some(item) = &one {
            self.address(item, false, &mut side);
        }
        if one.is_none() && many.is_empty() {
            let at = self.field(fields.plural).or_else(|| self.field(fields.singular)).map_or(self.node.span(), NodeRef::span);
            let diagnostic =
                self.at(at, codes::AZ_REQUIRED, format_args!("neither `{}` nor `{}` has a value", fields.singular, fields.plural));
            self.refuse(diagnostic.help("write `*` for any address; Azure refuses the rule, and it is left out here"));
        }
        side
    }

    fn groups(&self, node: NodeRef<'a>) -> Vec<Scalar> {
        let template = &self.azure.template;
        let items = template.items(node);
        items.into_iter().filter_map(|item| template.scalar(field(item, "id").unwrap_or(item))).collect()
    }

    fn address(&mut self, item: &Scalar, listed: bool, side: &mut RuleSide) {
        if item.unknown {
            side.unresolved = true;
            self.open(RulePart::Ends, item);
            return;
        }
        let text = item.text.trim();
        if text == "*" || own_tag(text) == Some("*") {
            side.any = true;
            if listed {
                self.not_in_list(item);
            }
            return;
        }
        if let Some(found) = prefix(text) {
            if Cidr::has_host_bits(text) {
                let message = format!("`{text}` has bits set beyond its length");
                let diagnostic = self.at(item.span, codes::AZ_HOST_BITS, message);
                let diagnostic = self.azure.reader.rewrite(diagnostic, item.span, Some(&found.to_string()));
                self.azure.report(diagnostic);
            }
            side.prefixes.push(found);
            return;
        }
        let looks_like_address = text.contains('/') || text.contains(':') || text.starts_with(|c: char| c.is_ascii_digit());
        if looks_like_address {
            let diagnostic = self.at(item.span, codes::AZ_PREFIX, format_args!("`{text}` is not an address, prefix or service tag"));
            self.refuse(diagnostic);
            return;
        }
        if !is_tag(text) {
            let meant = meant_tag(text);
            let diagnostic = no_address(text, item.span, &format!("{}: ", self.label));
            let comma = text.contains(',');
            let diagnostic = match meant.filter(|_| !comma) {
                Some(meant) => self.azure.reader.rewrite(diagnostic, item.span, Some(&meant)),
                None => diagnostic,
            };
            self.refuse(if comma { diagnostic.help("write a list in the plural field, one address per entry") } else { diagnostic });
            return;
        }
        if listed {
            self.not_in_list(item);
        }
        let tag = own_tag(text).unwrap_or(text);
        if !side.tags.iter().any(|known| known.eq_ignore_ascii_case(tag)) {
            side.tags.push(tag.into());
        }
    }

    /// A tag or `*` in a list: Azure refuses it, and what is meant is plain.
    fn not_in_list(&mut self, item: &Scalar) {
        let message = format!("a list of prefixes cannot contain `{}`; tags and `*` go into the singular field", item.text);
        let diagnostic = self.at(item.span, codes::AZ_TAG_IN_LIST, message);
        self.azure.report(diagnostic.help("Azure refuses the rule; it is evaluated here as intended"));
    }

    pub(super) fn ports(&mut self, fields: &SideFields) -> PortMatch {
        let (one, many) = self.singular_and_plural(fields.port, fields.ports);
        let span = many.first().or(one.as_ref()).map(|s| s.span);
        let mut ranges = Vec::new();
        let mut ports = PortMatch { span, ..PortMatch::default() };
        let mut all = false;
        for item in many.iter().chain(&one) {
            if item.unknown {
                ports.unresolved = true;
                self.open(RulePart::Ends, item);
                continue;
            }
            match port_range(item.text.trim()) {
                Ok(None) => all = true,
                Ok(Some((0, u16::MAX))) => all = true,
                Ok(Some(range)) => ranges.push(range),
                Err(problem) => {
                    let message = format!("`{}` {problem}", item.text);
                    let diagnostic = self.at(item.span, codes::AZ_PORT, message);
                    self.refuse(diagnostic);
                }
            }
        }
        if one.is_none() && many.is_empty() {
            let diagnostic =
                self.at(self.node.span(), codes::AZ_REQUIRED, format_args!("neither `{}` nor `{}` has a value", fields.port, fields.ports));
            self.refuse(diagnostic.help("write `*` for any port; Azure refuses the rule, and it is left out here"));
        }
        ports.ranges = (!all).then_some(ranges);
        ports
    }
}
