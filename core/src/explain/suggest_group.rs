//! Rules that would let a denied flow through security groups, in the shape in which each group is written.
//!
//! A group is one of four: the short form, an object of the Azure Resource Manager, the same flattened by `az … -o json`, or commands. The
//! new rule stands before a rule of the group that is there already, and looks like it.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::IpAddr;

use super::{Explainer, suggest};
use crate::compile::{Compiled, Endpoint};
use crate::explain::{Answer, CheckpointTrace, Suggestion};
use crate::language::azure::{RuleDirection, SecurityRule};
use crate::language::lower::is_default_rule;
use crate::model::{Cidr, Protocol};
use crate::policy::{Action, Direction, Matched, RuleRef};
use crate::snapshot::Snapshot;
use crate::snapshot::cloud::tags::SOMEWHERE;
use crate::snapshot::cloud::{Group, GroupId};
use crate::text::{Place, Position, Sources, Span};
use crate::verdict::traversal::{Checkpoint, traversals};
use crate::verdict::{Flow, Reason, TraceRecorder, Verdict, check};

/// Priorities that people may use.
const FIRST: u16 = 100;
const LAST: u16 = 4096;

/// What would open every security group that denies a flow, and with it the policies that do; nothing where that is not enough.
pub(crate) fn open(compiled: &Compiled, snapshot: &Snapshot, sources: &Sources, answer: &Answer) -> Option<Suggestion> {
    let flow = &answer.flow;
    let mut edits: Vec<(Place, String)> = Vec::new();
    let mut opened: Vec<(GroupId, Direction, Flow)> = Vec::new();
    let mut names: Vec<String> = Vec::new();
    for checkpoint in
        traversals(compiled, snapshot, flow.from, flow.to).into_iter().flatten().filter(|c| !matches!(c, Checkpoint::Endpoint(_)))
    {
        let result = check(compiled, snapshot, flow, None, checkpoint);
        if result.verdict() != Verdict::Denied {
            continue;
        }
        let (Checkpoint::Group { used, direction, .. }, Reason::Rule(rule)) = (checkpoint, result.reason()) else {
            return None;
        };
        let number = snapshot.cloud.used(used)?.0.group;
        let seen = (number, direction, checkpoint.seen(flow));
        if opened.contains(&seen) {
            continue;
        }
        // Nobody writes rules into the group that AKS makes.
        let (_, group) = snapshot.cloud.used(used).filter(|(_, group)| !group.is_managed())?;
        let writer = Writer { sources, group, direction };
        // Two rules of a group in one answer have two priorities.
        let before = opened.iter().filter(|(g, d, _)| (*g, *d) == (number, direction)).count();
        let decided = Decided::new(compiled, first_to_deny(compiled, &result.rules).unwrap_or(*rule), group)?;
        let new = NewRule::new(snapshot, &seen.2, direction, writer.priority(&decided, before)?, true)?;
        edits.push(writer.write(&new, &decided)?);
        names.push(format!("`{}`", group.name));
        opened.push(seen);
    }
    if edits.is_empty() {
        return None;
    }
    names.dedup();
    let mut title = format!("add a rule that allows this to {}", names.join(" and "));
    let of_policies: Vec<CheckpointTrace> = answer
        .checkpoints
        .iter()
        .filter(|c| matches!(c.checkpoint, Checkpoint::Endpoint(_)) && c.verdict == Verdict::Denied)
        .cloned()
        .collect();
    if !of_policies.is_empty() {
        let explainer = Explainer::new(compiled, snapshot, flow, None);
        let more = suggest::allow(&explainer, &of_policies)?;
        title = format!("{title}, and {}", more.title);
        edits.extend(more.edits);
    }
    Some(Suggestion { title, edits })
}

/// A rule for a packet as a group sees it, before the rule that decides about it: one that lets it through, or with `allow` false one that stops it.
/// The group's name, and the edit.
pub(crate) fn rule_before(
    (compiled, snapshot, sources): (&Compiled, &Snapshot, &Sources),
    checkpoint: Checkpoint,
    seen: &Flow,
    rule: RuleRef,
    allow: bool,
) -> Option<(String, (Place, String))> {
    let Checkpoint::Group { used, direction, .. } = checkpoint else { return None };
    let (_, group) = snapshot.cloud.used(used).filter(|(_, group)| !group.is_managed())?;
    let writer = Writer { sources, group, direction };
    let decided = Decided::new(compiled, rule, group)?;
    let new = NewRule::new(snapshot, seen, direction, writer.priority(&decided, 0)?, allow)?;
    Some((group.name.clone(), writer.write(&new, &decided)?))
}

/// The first rule that denies the packet or may deny it: one that depends on what the question leaves open can stand before the one that
/// decided.
fn first_to_deny(compiled: &Compiled, rules: &TraceRecorder) -> Option<RuleRef> {
    let denies = |rule: RuleRef| compiled.ruleset().rule(rule).is_some_and(|r| r.action == Action::Deny);
    let mut rules = rules.tiers.iter().flat_map(|tier| &tier.rules);
    rules.find(|(rule, reached, matched)| *reached && *matched != Matched::No && denies(*rule)).map(|(rule, ..)| *rule)
}

/// The rule that denied.
struct Decided {
    /// Its priority; nothing for one of those that every group has.
    priority: Option<u16>,
    place: Place,
}

impl Decided {
    fn new(compiled: &Compiled, rule: RuleRef, group: &Group) -> Option<Self> {
        let found = compiled.ruleset().rule(rule)?;
        let own = group.rules.iter().find(|(_, place)| *place == found.place).map(|(rule, _)| rule.priority);
        let is_default = found.name.as_deref().is_some_and(is_default_rule);
        // What is neither has been made for the picture, and stands in no text.
        (own.is_some() || is_default).then_some(Decided { priority: own, place: found.place })
    }
}

/// A rule that lets one flow through, or stops it.
struct NewRule {
    allow: bool,
    name: String,
    priority: u16,
    direction: Direction,
    /// As Azure spells it.
    protocol: &'static str,
    port: Option<u16>,
    /// Addresses, ranges of them, or `*`.
    from: Vec<String>,
    to: Vec<String>,
}

impl NewRule {
    fn new(snapshot: &Snapshot, flow: &Flow, direction: Direction, priority: u16, allow: bool) -> Option<Self> {
        let protocol = match flow.traffic.protocol {
            Protocol::TCP => "Tcp",
            Protocol::UDP => "Udp",
            Protocol::ICMP => "Icmp",
            Protocol(50) => "Esp",
            Protocol(51) => "Ah",
            _ => return None,
        };
        let port = flow.traffic.destination.filter(|_| flow.traffic.protocol.has_ports());
        let way = if direction == Direction::Ingress { "in" } else { "out" };
        let verb = if allow { "allow" } else { "deny" };
        let name = match port {
            Some(port) => format!("{verb}-{way}-{}-{port}-{priority}", protocol.to_lowercase()),
            None => format!("{verb}-{way}-{}-{priority}", protocol.to_lowercase()),
        };
        let addresses = |end: Endpoint| {
            let list: &[IpAddr] = match end {
                Endpoint::Outside(_) | Endpoint::InNetwork(..) => return Some(where_it_may_be(snapshot, end)),
                Endpoint::Node(id) => &snapshot.node(id)?.addresses,
                Endpoint::Pod(id) => &snapshot.pod(id).filter(|e| e.address_given)?.addresses,
            };
            let one_family = list.iter().all(|a| Some(a.is_ipv4()) == list.first().map(IpAddr::is_ipv4));
            (one_family && !list.is_empty()).then(|| list.iter().map(ToString::to_string).collect())
        };
        Some(NewRule { allow, name, priority, direction, protocol, port, from: addresses(flow.from)?, to: addresses(flow.to)? })
    }

    fn access(&self) -> &'static str {
        if self.allow { "Allow" } else { "Deny" }
    }

    fn port_text(&self) -> String {
        self.port.map_or_else(|| "*".to_string(), |port| port.to_string())
    }

    /// Fields of the short form with their values. `quoted` is for JSON.
    fn short(&self, quoted: bool) -> Vec<(&'static str, String)> {
        let text = |value: &str| if quoted || value.contains([':', '*']) { format!("\"{value}\"") } else { value.to_string() };
        let side = |addresses: &[String]| match addresses {
            [one] => text(one),
            many => format!("[{}]", many.iter().map(|a| text(a)).collect::<Vec<_>>().join(", ")),
        };
        let protocol = self.protocol.to_lowercase();
        let what = self.port.map_or_else(|| protocol.clone(), |port| format!("{protocol} {port}"));
        alloc::vec![
            ("priority", self.priority.to_string()),
            ("name", text(&self.name)),
            (if self.allow { "allow" } else { "deny" }, text(&what)),
            ("from", side(&self.from)),
            ("to", side(&self.to)),
        ]
    }

    /// The short form on one line.
    fn short_line(&self, quoted: bool) -> String {
        let key = |key: &str| if quoted { format!("\"{key}\"") } else { key.to_string() };
        let fields: Vec<String> = self.short(quoted).iter().map(|(name, value)| format!("{}: {value}", key(name))).collect();
        format!("{{{}}}", fields.join(", "))
    }

    /// As an object of Azure's, flattened or not.
    fn object(&self, shape: Shape) -> String {
        let side = |name: &str, addresses: &[String]| match addresses {
            [one] => format!("\"{name}AddressPrefix\": \"{one}\""),
            many => {
                let list: Vec<String> = many.iter().map(|a| format!("\"{a}\"")).collect();
                format!("\"{name}AddressPrefixes\": [{}]", list.join(", "))
            }
        };
        let direction = if self.direction == Direction::Ingress { "Inbound" } else { "Outbound" };
        let fields = format!(
            "\"priority\": {}, \"direction\": \"{direction}\", \"access\": \"{}\", \"protocol\": \"{}\", {}, \"sourcePortRange\": \"*\", {}, \"destinationPortRange\": \"{}\"",
            self.priority,
            self.access(),
            self.protocol,
            side("source", &self.from),
            side("destination", &self.to),
            self.port_text(),
        );
        match shape {
            Shape::Flat => format!("{{\"name\": \"{}\", {fields}}}", self.name),
            _ => format!("{{\"name\": \"{}\", \"properties\": {{{fields}}}}}", self.name),
        }
    }

    /// As a command, for a group whose commands look like `like`.
    fn command(&self, group: &str, like: &str) -> String {
        let resource_group = option(like, &["-g", "--resource-group"]).map_or_else(String::new, |value| format!(" -g {value}"));
        let quoted = |address: &String| if address == "*" { "'*'".to_string() } else { address.clone() };
        let list = |addresses: &[String]| addresses.iter().map(quoted).collect::<Vec<_>>().join(" ");
        let direction = if self.direction == Direction::Ingress { "Inbound" } else { "Outbound" };
        let port = self.port.map_or_else(|| "'*'".to_string(), |port| port.to_string());
        format!(
            "az network nsg rule create{resource_group} --nsg-name {group} -n {} --priority {} --direction {direction} --access {} --protocol {} --source-address-prefixes {} --destination-address-prefixes {} --destination-port-ranges {port}",
            self.name,
            self.priority,
            self.access(),
            self.protocol,
            list(&self.from),
            list(&self.to),
        )
    }
}

/// How a rule names an end that is nothing but an address: by that, or, of a machine that stands for any of its subnet, by the subnet; by everything where it
/// may be anywhere.
fn where_it_may_be(snapshot: &Snapshot, end: Endpoint) -> Vec<String> {
    // One address stands for all of the Internet; a rule for it alone would let in nobody.
    if end == Endpoint::Outside(SOMEWHERE) {
        return alloc::vec!["Internet".to_string()];
    }
    match snapshot.cloud.ranges_of(end).as_slice() {
        [] => alloc::vec!["*".to_string()],
        ranges => ranges.iter().map(Cidr::plain).collect(),
    }
}

/// The value of an option as it stands in a command, quotation marks and all.
fn option<'a>(command: &'a str, names: &[&str]) -> Option<&'a str> {
    let mut words = command.split_whitespace();
    while let Some(word) = words.next() {
        if names.contains(&word) {
            return words.next();
        }
        if let Some((name, value)) = word.split_once('=')
            && names.contains(&name)
        {
            return Some(value);
        }
    }
    None
}

/// How a group is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Shape {
    Short,
    Manager,
    Flat,
    Command,
}

impl Shape {
    fn of_rule(text: &str) -> Self {
        match text {
            text if text.starts_with("az ") => Shape::Command,
            text if has_key(text, "properties") => Shape::Manager,
            text if has_key(text, "access") => Shape::Flat,
            _ => Shape::Short,
        }
    }
}

/// Where a mapping's key ends, if the input has it.
fn after_key(text: &str, key: &str) -> Option<usize> {
    text.match_indices(key).find_map(|(at, _)| {
        let before = text.get(..at)?.chars().next_back();
        let end = at + key.len();
        let rest = text.get(end..)?;
        let closed = rest.trim_start_matches(['"', '\'']).trim_start();
        let is_key = !before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '-' | '_')) && closed.starts_with(':');
        is_key.then(|| end + (rest.len() - closed.len()) + 1)
    })
}

fn has_key(text: &str, key: &str) -> bool {
    after_key(text, key).is_some()
}

/// Puts rules into the text of a group.
struct Writer<'a> {
    sources: &'a Sources,
    group: &'a Group,
    direction: Direction,
}

impl Writer<'_> {
    fn of_direction(&self) -> impl Iterator<Item = &(SecurityRule, Place)> {
        let wanted = if self.direction == Direction::Ingress { RuleDirection::Inbound } else { RuleDirection::Outbound };
        self.group.rules.iter().filter(move |(rule, _)| rule.direction == wanted)
    }

    /// A free priority before the rule that denied, the `nth` of them.
    fn priority(&self, decided: &Decided, nth: usize) -> Option<u16> {
        let taken: Vec<u16> = self.of_direction().map(|(rule, _)| rule.priority).collect();
        let is_free = |p: &u16| !taken.contains(p);
        if decided.priority.is_none() {
            // After all others, with room between.
            let last = taken.iter().copied().filter(|p| *p <= LAST).max();
            let first = last.map_or(FIRST, |last| (last / 10 + 1) * 10);
            if let Some(found) = (first..=LAST).step_by(10).filter(is_free).nth(nth) {
                return Some(found);
            }
        }
        let limit = decided.priority.unwrap_or(LAST + 1).min(LAST + 1);
        (FIRST..limit).rev().filter(is_free).nth(nth)
    }

    fn write(&self, new: &NewRule, decided: &Decided) -> Option<(Place, String)> {
        let text = |place: Place| self.sources.slice(place);
        // Expanded rules are what Azure made of a group, not the group.
        if has_key(text(self.group.place), "effectiveSecurityRules") {
            return None;
        }
        let inside = |place: Place| {
            let own = self.group.place;
            place.document == own.document && own.span.start <= place.span.start && place.span.end <= own.span.end && place != own
        };
        let usable = |place: &Place| inside(*place) || text(*place).starts_with("az ");
        let rules = || self.group.rules.iter().map(|(_, place)| *place).filter(usable);
        let same = self.of_direction().map(|(_, place)| *place).find(usable);
        // In the short form each direction has a list of its own.
        let other = rules().find(|place| Shape::of_rule(text(*place)) != Shape::Short);
        match rules().find(|place| *place == decided.place).or(same).or(other) {
            Some(rule) => self.before(rule, new),
            None => self.in_empty(new),
        }
    }

    /// Before another rule, as that is written.
    fn before(&self, rule: Place, new: &NewRule) -> Option<(Place, String)> {
        let text = self.sources.slice(rule);
        let lead = self.lead(rule)?;
        let shape = Shape::of_rule(text);
        let at = Span::new(rule.span.start, rule.span.start).within(rule.document);
        // Whole lines go before the line of the other rule.
        let line = rule.span.start.saturating_sub(lead.len() as u32);
        let before = Span::new(line, line).within(rule.document);
        if shape == Shape::Command {
            return lead.trim().is_empty().then(|| (before, format!("{lead}{}\n", new.command(&self.group.name, text))));
        }
        let is_flow = text.starts_with('{');
        let one_line = match shape {
            Shape::Short => new.short_line(is_flow && text.contains("\"priority\"")),
            shape => new.object(shape),
        };
        let is_item = lead.trim() == "-";
        let added = match (is_flow, is_item) {
            (_, true) if is_flow || shape != Shape::Short => return Some((before, format!("{lead}{one_line}\n"))),
            (false, true) => {
                let pad = format!("\n{}", " ".repeat(lead.chars().count()));
                let lines: Vec<String> = new.short(false).iter().map(|(name, value)| format!("{name}: {value}")).collect();
                return Some((before, format!("{lead}{}\n", lines.join(&pad))));
            }
            (true, _) if lead.trim().is_empty() => format!("{one_line},\n{lead}"),
            (true, _) => format!("{one_line}, "),
            (false, false) => return None,
        };
        Some((at, added))
    }

    /// Into a group that has no rule to stand before.
    fn in_empty(&self, new: &NewRule) -> Option<(Place, String)> {
        let place = self.group.place;
        let text = self.sources.slice(place);
        let at = |offset: usize| {
            let start = place.span.start + offset as u32;
            Span::new(start, start).within(place.document)
        };
        if text.starts_with("az ") {
            let lead = self.lead(place).filter(|lead| lead.trim().is_empty())?;
            return Some((at(text.trim_end().len()), format!("\n{lead}{}", new.command(&self.group.name, text))));
        }
        // An empty list to fill.
        let fill = |list: usize, rule: String| {
            let open = list + text.get(list..)?.find(|c: char| !c.is_whitespace())?;
            let rest = text.get(open..)?.strip_prefix('[')?;
            rest.trim_start().starts_with(']').then(|| (at(open + 1), rule))
        };
        let after_name = || Span::new(self.group.name_place.span.end, self.group.name_place.span.end).within(place.document);
        let is_object = ["properties", "securityRules", "type", "id", "etag"].into_iter().any(|key| has_key(text, key));
        if is_object {
            let shape = if has_key(text, "properties") { Shape::Manager } else { Shape::Flat };
            let rule = new.object(shape);
            if let Some(list) = after_key(text, "securityRules") {
                return fill(list, rule);
            }
            let list = format!("\"securityRules\": [{rule}]");
            let Some(properties) = after_key(text, "properties") else {
                return text.starts_with('{').then(|| (after_name(), format!(", {list}")));
            };
            let open = properties + text.get(properties..)?.find(|c: char| !c.is_whitespace())?;
            let rest = text.get(open..)?.strip_prefix('{')?;
            let more = if rest.trim_start().starts_with('}') { "" } else { ", " };
            return Some((at(open + 1), format!("{list}{more}")));
        }
        let field = if self.direction == Direction::Ingress { "inbound" } else { "outbound" };
        let quoted = text.contains("\"name\"");
        if let Some(list) = after_key(text, field) {
            return fill(list, new.short_line(quoted));
        }
        let key = if quoted { format!("\"{field}\"") } else { field.to_string() };
        Some(match text.starts_with('{') {
            true => (after_name(), format!(", {key}: [{}]", new.short_line(quoted))),
            false => {
                let pad = " ".repeat(self.lead(place)?.chars().count());
                (after_name(), format!("\n{pad}{key}:\n{pad}- {}", new.short_line(quoted)))
            }
        })
    }

    /// What stands on the line before a place.
    fn lead(&self, place: Place) -> Option<&str> {
        let Position { source, start, .. } = self.sources.position(place)?;
        let before = self.sources.get(source)?.text.get(..start as usize)?;
        Some(before.rsplit('\n').next().unwrap_or(before))
    }
}
