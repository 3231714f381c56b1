//! Rules of network security groups: every field as written, what it means, and what Azure would refuse. Upstream: docs/azure.md 2.1.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::IpAddr;

use super::AzureReader;
use super::service_tags::{is_tag, meant_tag, no_address};
use super::value::{Scalar, field};
use crate::diagnostics::{Code, Diagnostic, Severity, nearest};
use crate::document::{NodeId, NodeRef, Value};
use crate::language::azure::{
    Access, Choice, PortMatch, Reference, RuleDirection, RulePart, RuleSide, Scope, SecurityRule, Unresolved, WrittenField, WrittenValue,
};
use crate::language::codes;
use crate::model::{Cidr, Protocol};
use crate::text::Span;

/// The priorities that people may use.
pub(crate) const PRIORITIES: core::ops::RangeInclusive<i64> = 100..=4096;
/// Rules of a group, at most.
const MOST_RULES: usize = 1000;
/// Addresses and ranges on each side of all rules of a group together, at most.
const MOST_PREFIXES: usize = 4000;
/// Application security groups on a side of a rule, at most.
const MOST_GROUPS: usize = 10;
const LONGEST_DESCRIPTION: usize = 140;

/// Fields of a rule, in the order in which to print them.
const FIELDS: [&str; 17] = [
    "name",
    "id",
    "description",
    "protocol",
    "sourcePortRange",
    "sourcePortRanges",
    "destinationPortRange",
    "destinationPortRanges",
    "sourceAddressPrefix",
    "sourceAddressPrefixes",
    "destinationAddressPrefix",
    "destinationAddressPrefixes",
    "sourceApplicationSecurityGroups",
    "destinationApplicationSecurityGroups",
    "access",
    "priority",
    "direction",
];

/// So many ways to choose the values of a rule's fields are followed.
const MOST_VARIANTS: usize = 8;

/// Tags whose meaning the network itself gives, in all their spellings. Upstream: docs/azure.md 2.4.
const OWN_TAGS: [(&str, &str); 6] = [
    ("VirtualNetwork", "VirtualNetwork"),
    ("VIRTUAL_NETWORK", "VirtualNetwork"),
    ("Internet", "Internet"),
    ("AzureLoadBalancer", "AzureLoadBalancer"),
    ("AZURE_LOADBALANCER", "AzureLoadBalancer"),
    ("Any", "*"),
];

/// The usual spelling of a tag that the network gives a meaning to.
pub(crate) fn own_tag(name: &str) -> Option<&'static str> {
    OWN_TAGS.iter().find(|(spelling, _)| spelling.eq_ignore_ascii_case(name)).map(|(_, tag)| *tag)
}

/// The fields of one end of a rule.
struct SideFields {
    singular: &'static str,
    plural: &'static str,
    groups: &'static str,
    port: &'static str,
    ports: &'static str,
    expanded: &'static str,
}

const SOURCE: SideFields = SideFields {
    singular: "sourceAddressPrefix",
    plural: "sourceAddressPrefixes",
    groups: "sourceApplicationSecurityGroups",
    port: "sourcePortRange",
    ports: "sourcePortRanges",
    expanded: "expandedSourceAddressPrefix",
};
const DESTINATION: SideFields = SideFields {
    singular: "destinationAddressPrefix",
    plural: "destinationAddressPrefixes",
    groups: "destinationApplicationSecurityGroups",
    port: "destinationPortRange",
    ports: "destinationPortRanges",
    expanded: "expandedDestinationAddressPrefix",
};

/// One rule while it is read.
struct RuleReader<'a, 'x, 'y> {
    azure: &'x mut AzureReader<'a, 'y>,
    node: NodeRef<'a>,
    label: String,
    refused: bool,
    unresolved: Vec<Unresolved>,
    /// Values in place of those of some fields.
    instead: Vec<(NodeId, NodeRef<'a>)>,
}

impl<'a> AzureReader<'a, '_> {
    /// Rules of a list, with what is wrong among them.
    pub(super) fn rules(&mut self, nodes: &[NodeRef<'a>]) -> Vec<SecurityRule> {
        nodes.iter().filter(|node| node.as_mapping().is_some()).map(|node| self.rule(*node)).collect()
    }

    /// A rule of a group; if all of it is an expression that is not to be told, that.
    pub(super) fn group_rule(&mut self, node: NodeRef<'a>) -> Result<SecurityRule, String> {
        if let Some(properties) = field(node, "properties")
            && let Some(text) = self.template.unknown(properties)
        {
            self.unresolved(&Scalar { text: text.to_string(), unknown: true, span: properties.span() });
            return Err(text.to_string());
        }
        Ok(self.rule(node))
    }

    /// One rule.
    fn rule(&mut self, node: NodeRef<'a>) -> SecurityRule {
        let mut rule = self.rule_with(node, Vec::new());
        rule.variants = self.variants(node, &rule);
        rule
    }

    /// One rule, with other values in place of some of its fields.
    fn rule_with(&mut self, node: NodeRef<'a>, instead: Vec<(NodeId, NodeRef<'a>)>) -> SecurityRule {
        let name = self.name(node);
        let text = name.text.as_str();
        // Effective rules carry where they come from in their names.
        let short = text.rsplit('/').next().unwrap_or(text);
        let label = if short.is_empty() { String::from("rule") } else { format!("rule `{short}`") };
        let written = self.written(node);
        let doubts = self.doubts().into_iter().map(|expression| Unresolved { part: RulePart::Presence, expression }).collect();
        let mut rule = RuleReader { azure: self, node, label, refused: false, unresolved: doubts, instead };
        rule.check_name(&name, short);
        let direction = match rule.word("direction", RulePart::Direction, &["Inbound", "Outbound"]) {
            Some("Outbound") => RuleDirection::Outbound,
            _ => RuleDirection::Inbound,
        };
        let access = match rule.word("access", RulePart::Access, &["Allow", "Deny"]) {
            Some("Deny") => Access::Deny,
            _ => Access::Allow,
        };
        let protocol = rule.protocol();
        let priority = rule.priority();
        let (source, destination) = (rule.side(&SOURCE), rule.side(&DESTINATION));
        let (source_ports, destination_ports) = (rule.ports(&SOURCE), rule.ports(&DESTINATION));
        rule.check_description();
        let without_ports = protocol.is_some_and(|p| !p.has_ports());
        if without_ports && let Some(span) = destination_ports.span.filter(|_| destination_ports.ranges.is_some()) {
            let message = format!("{}: {} has no ports, and the ones given are ignored", rule.label, rule_protocol(protocol));
            let warning = Diagnostic::new(codes::AZ_PORTS_IGNORED, Severity::Warning, span, message);
            rule.azure.report(warning.help("write `*`"));
        }
        let all = |ports: PortMatch| if without_ports { PortMatch { ranges: None, unresolved: false, ..ports } } else { ports };
        let (refused, unresolved) = (rule.refused, rule.unresolved);
        SecurityRule {
            name: short.into(),
            span: node.span(),
            written,
            priority,
            direction,
            access,
            protocol,
            source,
            destination,
            source_ports: all(source_ports),
            destination_ports: all(destination_ports),
            refused,
            unresolved,
            variants: Vec::new(),
        }
    }

    /// The rule for every choice of what its fields may be; nothing if one of them may be anything, or if there are too many.
    fn variants(&mut self, node: NodeRef<'a>, rule: &SecurityRule) -> Vec<(Choice, SecurityRule)> {
        let mut open: Vec<(NodeRef<'a>, Box<str>, Vec<NodeRef<'a>>)> = Vec::new();
        for found in FIELDS.into_iter().filter_map(|name| rule_field(node, name)) {
            if let Some(expression) = self.template.unknown(found) {
                open.push((found, expression.into(), self.template.choices(found)));
            }
        }
        let is_open = |u: &Unresolved| open.iter().any(|(_, expression, choices)| *expression == u.expression && !choices.is_empty());
        if rule.unresolved.is_empty() || !rule.unresolved.iter().all(is_open) {
            return Vec::new();
        }
        // One expression has one value, wherever it stands.
        let mut choices: Vec<Choice> = alloc::vec![Vec::new()];
        for (_, expression, values) in &open {
            if choices.iter().any(|choice| choice.iter().any(|(known, _)| known == expression)) {
                continue;
            }
            let with = |choice: &Choice, number| choice.iter().cloned().chain([(expression.clone(), number)]).collect();
            choices = choices.iter().flat_map(|choice| (0..values.len()).map(move |number| with(choice, number))).collect();
            if choices.is_empty() || choices.len() > MOST_VARIANTS {
                return Vec::new();
            }
        }
        let said = self.reader.findings.len();
        let mut variants = Vec::new();
        for choice in choices {
            let value = |(field, expression, values): &(NodeRef<'a>, Box<str>, Vec<NodeRef<'a>>)| {
                let number = choice.iter().find(|(known, _)| known == expression)?.1;
                Some((field.id(), *values.get(number)?))
            };
            let instead = open.iter().filter_map(value).collect();
            let read = self.rule_with(node, instead);
            variants.push((choice, read));
        }
        // What is wrong with a value is said of none of them, as it may not be chosen.
        self.reader.findings.truncate(said);
        if variants.iter().any(|(_, read)| !read.unresolved.is_empty()) { Vec::new() } else { variants }
    }

    /// Every field of a rule as written.
    fn written(&self, node: NodeRef<'a>) -> Vec<WrittenField> {
        let value = |name: &'static str| {
            let found = if self.reads_terraform { field(node, &super::terraform::name_of(name)) } else { rule_field(node, name) }?;
            // What a loop makes is a rule of its own in each turn; any other is written as it is in the input.
            if let Some(written) = self.template.written(found) {
                return Some(WrittenField { name, value: WrittenValue::Text(written.into()) });
            }
            let text = |n: NodeRef<'_>| match n.value() {
                Value::String(text) => text.clone(),
                Value::Int(number) => number.to_string().into(),
                Value::Bool(flag) => flag.to_string().into(),
                Value::Float(number) => number.to_string().into(),
                _ => Box::from(""),
            };
            let value = match found.value() {
                Value::Null => WrittenValue::Null,
                Value::Int(number) => WrittenValue::Number(*number),
                Value::Sequence(_) if name.ends_with("Groups") => {
                    let id = |n: NodeRef<'a>| field(n, "id").map_or_else(|| text(n), text);
                    WrittenValue::Ids(found.as_sequence().into_iter().flatten().map(id).collect())
                }
                Value::Sequence(_) => WrittenValue::List(found.as_sequence().into_iter().flatten().map(text).collect()),
                _ => WrittenValue::Text(text(found)),
            };
            Some(WrittenField { name, value })
        };
        FIELDS.into_iter().filter_map(value).collect()
    }

    /// What is wrong among the rules of one group: numbers and names used twice, and too many of them.
    pub(super) fn check_group(&mut self, name: &str, rules: &mut [SecurityRule]) {
        for i in 0..rules.len() {
            let (before, rest) = rules.split_at_mut(i);
            let Some(rule) = rest.first_mut() else { break };
            let open = |r: &SecurityRule| {
                r.refused || [RulePart::Priority, RulePart::Direction, RulePart::Presence].iter().any(|part| r.unresolved(*part).is_some())
            };
            if open(rule) {
                continue;
            }
            let same = |other: &&SecurityRule| !open(other) && other.direction == rule.direction && other.priority == rule.priority;
            let twin = before.iter().find(|other| !open(other) && other.name.eq_ignore_ascii_case(&rule.name) && !rule.name.is_empty());
            let (code, message, first) = if let Some(first) = before.iter().find(same) {
                let way = rule.direction.as_str();
                let message = format!(
                    "rule `{}`: priority {} is that of `{}` already, in the same direction ({way})",
                    rule.name, rule.priority, first.name
                );
                (codes::AZ_DUPLICATE_PRIORITY, message, first.span)
            } else if let Some(first) = twin {
                (codes::AZ_DUPLICATE_NAME, format!("rule `{}`: the group has a rule of this name already", rule.name), first.span)
            } else {
                continue;
            };
            let diagnostic = Diagnostic::new(code, Severity::Error, rule.span, message).related(first, "the first of them");
            rule.refused = true;
            self.report(diagnostic.help("Azure refuses the second; it is left out here"));
        }
        if let Some(first) = rules.get(MOST_RULES) {
            let message = format!("group `{name}` has {} rules, and a group takes {MOST_RULES} at most", rules.len());
            self.report(Diagnostic::new(codes::AZ_TOO_MANY, Severity::Error, first.span, message));
        }
        for (side, word) in [(0, "source"), (1, "destination")] {
            let count: usize = rules.iter().map(|r| if side == 0 { r.source.prefixes.len() } else { r.destination.prefixes.len() }).sum();
            if count > MOST_PREFIXES
                && let Some(first) = rules.first()
            {
                let message =
                    format!("group `{name}` has {count} addresses and ranges as {word}, and a group takes {MOST_PREFIXES} at most");
                self.report(Diagnostic::new(codes::AZ_TOO_MANY, Severity::Error, first.span, message));
            }
        }
    }
}

fn rule_protocol(protocol: Option<Protocol>) -> String {
    match protocol {
        Some(Protocol::ICMP) => String::from("ICMP"),
        Some(Protocol(50)) => String::from("ESP"),
        Some(Protocol(51)) => String::from("AH"),
        Some(other) => other.to_string(),
        None => String::from("any protocol"),
    }
}

/// A field of a rule: under `properties`, or in the rule itself.
fn rule_field<'a>(node: NodeRef<'a>, name: &str) -> Option<NodeRef<'a>> {
    field(node, "properties").and_then(|p| field(p, name)).or_else(|| field(node, name))
}

impl<'a> RuleReader<'a, '_, '_> {
    fn field(&self, name: &str) -> Option<NodeRef<'a>> {
        if self.azure.reads_terraform {
            return field(self.node, &super::terraform::name_of(name)).filter(|n| !n.is_null());
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

    fn check_name(&mut self, name: &Scalar, short: &str) {
        if name.text.is_empty() {
            let diagnostic = self.at(self.node.span(), codes::AZ_REQUIRED, "`name` is missing");
            self.azure.report(diagnostic.help("Azure wants a name for every rule"));
            return;
        }
        if name.unknown {
            return;
        }
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let problem = if short.chars().count() > 80 {
            "a name has 80 characters at most"
        } else if !short.starts_with(word) {
            "a name begins with a letter, a digit or an underscore"
        } else if !short.ends_with(word) {
            "a name ends with a letter, a digit or an underscore"
        } else if !short.chars().all(|c| word(c) || c == '.' || c == '-') {
            "a name holds letters, digits, dots, dashes and underscores only"
        } else {
            return;
        };
        let diagnostic = self.at(name.span, codes::AZ_RULE_NAME, problem);
        // What the rule does is plain all the same.
        self.azure.report(diagnostic.help("Azure refuses the name; the rule is still evaluated here"));
    }

    fn check_description(&mut self) {
        if let Some(text) = self.scalar("description").filter(|t| !t.unknown && t.text.chars().count() > LONGEST_DESCRIPTION) {
            let message = format!("a description has {LONGEST_DESCRIPTION} characters at most, and this one {}", text.text.chars().count());
            let diagnostic = self.at(text.span, codes::AZ_DESCRIPTION, message);
            self.azure.report(diagnostic);
        }
    }

    /// One of a few words.
    fn word(&mut self, name: &'static str, part: RulePart, words: &[&'static str]) -> Option<&'static str> {
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

    fn protocol(&mut self) -> Option<Protocol> {
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

    fn priority(&mut self) -> u16 {
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

    fn side(&mut self, fields: &SideFields) -> RuleSide {
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

    fn ports(&mut self, fields: &SideFields) -> PortMatch {
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

/// `*`, `n` or `a-b`.
pub(super) fn port_range(text: &str) -> Result<Option<(u16, u16)>, &'static str> {
    const RANGE: &str = "is not a port: ports are whole numbers from 0 to 65535, ranges are `first-last`";
    if text == "*" {
        return Ok(None);
    }
    if text.contains(',') {
        return Err("is a list in one string; write the ports as a list in the plural field");
    }
    let number = |text: &str| match text.parse::<u64>() {
        Ok(number) => u16::try_from(number).map_err(|_| "is beyond 65535"),
        Err(_) => Err(RANGE),
    };
    match text.split_once('-') {
        None => number(text).map(|n| Some((n, n))),
        Some((first, last)) => match (number(first)?, number(last)?) {
            (first, last) if first <= last => Ok(Some((first, last))),
            _ => Err("ends before it begins"),
        },
    }
}

/// An address or a prefix.
pub(super) fn prefix(text: &str) -> Option<Cidr> {
    let text = text.trim();
    text.parse::<IpAddr>().ok().map(Cidr::of).or_else(|| Cidr::parse(text).ok())
}

/// Application security groups by their names or identifiers.
pub(super) fn application_groups(ids: &[Scalar]) -> Vec<Reference> {
    let reference =
        |id: &Scalar| Reference { name: last_segment(&id.text).into(), parent: None, scope: Scope::of_id(&id.text), span: id.span };
    ids.iter().map(reference).collect()
}

/// The name at the end of an identifier.
pub(super) fn last_segment(id: &str) -> &str {
    id.trim_end_matches('/').rsplit('/').next().unwrap_or(id)
}
