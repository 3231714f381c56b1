//! Rules of network security groups: every field as written, what it means, and what Azure would refuse. Upstream: docs/azure.md 2.1.

mod fields;

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::IpAddr;

use self::fields::{DESTINATION, RuleReader, SOURCE};
pub(super) use self::fields::{LONGEST_DESCRIPTION, name_problem};
use super::value::{Scalar, field};
use super::{AzureReader, terraform};
use crate::diagnostics::{Diagnostic, Severity};
use crate::document::{NodeId, NodeRef, Value};
use crate::language::azure::{
    Access, Choice, PortMatch, Reference, RuleDirection, RulePart, Scope, SecurityRule, Unresolved, WrittenField, WrittenValue,
};
use crate::language::codes;
use crate::model::{Cidr, Protocol};

/// The priorities that people may use.
pub(crate) const PRIORITIES: core::ops::RangeInclusive<i64> = 100..=4096;
/// Rules of a group, at most.
const MOST_RULES: usize = 1000;
/// Addresses and ranges on each side of all rules of a group together, at most.
const MOST_PREFIXES: usize = 4000;
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
            let found = if self.reads_terraform { field(node, &terraform::name_of(name)) } else { rule_field(node, name) }?;
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
