//! Rules of network security groups, and names of the cloud's resources.
//!
//! Upstream: docs/azure.md 1 and 2; field names are those of the Azure Resource Manager.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use crate::model::{Cidr, Protocol};
use crate::text::Span;

/// The name of another resource, with the name of what it is part of where an identifier says it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reference {
    /// Its name.
    pub name: Box<str>,
    /// The network of a subnet.
    pub parent: Option<Box<str>>,
    /// The resource group and subscription, where an identifier says them.
    pub scope: Scope,
    /// Where it is written.
    pub span: Span,
}

/// Where a resource is, in lower case and as far as it is said: names are unique in a resource group only. Upstream: Azure documentation, "Naming
/// rules and restrictions for Azure resources".
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Scope {
    /// The subscription.
    pub subscription: Option<Box<str>>,
    /// The resource group.
    pub group: Option<Box<str>>,
    /// Whether it is of a template or a script: what these make without saying more is in one resource group.
    pub deployment: bool,
}

impl Scope {
    /// What an identifier says: `/subscriptions/…/resourceGroups/…/…`.
    pub fn of_id(id: &str) -> Scope {
        let mut segments = id.trim().split('/');
        let mut scope = Scope::default();
        while let Some(segment) = segments.next() {
            let known =
                |next: Option<&str>| next.filter(|n| !n.is_empty() && !n.contains(['[', '$', '<'])).map(|n| n.to_lowercase().into());
            if segment.eq_ignore_ascii_case("subscriptions") {
                scope.subscription = known(segments.next());
            } else if segment.eq_ignore_ascii_case("resourceGroups") {
                scope.group = known(segments.next());
            }
        }
        scope
    }

    /// Whether two may be the same place.
    pub fn fits(&self, other: &Scope) -> bool {
        let fits = |a: &Option<Box<str>>, b: &Option<Box<str>>| a.is_none() || b.is_none() || a == b;
        fits(&self.subscription, &other.subscription) && fits(&self.group, &other.group)
    }
}

/// Whether a rule lets through or stops.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Access {
    /// Let through.
    Allow,
    /// Stopped.
    Deny,
}

/// Which packets a rule is about, seen from the subnet or interface.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum RuleDirection {
    /// Those that come in.
    Inbound,
    /// Those that go out.
    Outbound,
}

impl RuleDirection {
    /// `inbound` or `outbound`.
    pub const fn as_str(self) -> &'static str {
        match self {
            RuleDirection::Inbound => "inbound",
            RuleDirection::Outbound => "outbound",
        }
    }
}

/// A rule of a network security group.
#[derive(Clone, PartialEq, Debug)]
pub struct SecurityRule {
    /// Its name.
    pub name: Box<str>,
    /// The whole rule.
    pub span: Span,
    /// Every field of it as written, so that the rule can be printed again without loss.
    pub written: Vec<WrittenField>,
    /// Lower numbers come first.
    pub priority: u16,
    /// Which packets it is about.
    pub direction: RuleDirection,
    /// What it does.
    pub access: Access,
    /// Its protocol; nothing for all.
    pub protocol: Option<Protocol>,
    /// Where packets come from.
    pub source: RuleSide,
    /// Where packets go.
    pub destination: RuleSide,
    /// Ports that packets come from.
    pub source_ports: PortMatch,
    /// Ports that packets go to.
    pub destination_ports: PortMatch,
    /// Set where Azure would refuse the rule and its meaning is in doubt: it takes part in nothing.
    pub refused: bool,
    /// Fields that are expressions which nothing in the input resolves.
    pub unresolved: Vec<Unresolved>,
    /// Where all of these have a few values to choose from: the rule for each choice, and which that is.
    pub variants: Vec<(Choice, SecurityRule)>,
}

/// Values that are chosen for expressions: each by its number.
pub type Choice = Vec<(Box<str>, usize)>;

/// A field of a rule that is not known from the input.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unresolved {
    /// Which.
    pub part: RulePart,
    /// The expression that it hangs on.
    pub expression: Box<str>,
}

/// A part of a rule that may be unresolved.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum RulePart {
    /// Whether there is such a rule at all: it has a condition, or a loop makes it.
    Presence,
    /// Its number: it may stand anywhere among the others.
    Priority,
    /// What it does: either.
    Access,
    /// Which packets it is about: either.
    Direction,
    /// Its protocol.
    Protocol,
    /// An address or a port.
    Ends,
}

impl SecurityRule {
    /// The expression that a part of the rule hangs on, if it is not known from the input.
    pub fn unresolved(&self, part: RulePart) -> Option<&str> {
        self.unresolved.iter().find(|u| u.part == part).map(|u| &*u.expression)
    }
}

/// A field of a rule as written, under its name in the Azure Resource Manager.
#[derive(Clone, PartialEq, Debug)]
pub struct WrittenField {
    /// Its name.
    pub name: &'static str,
    /// Its value.
    pub value: WrittenValue,
}

/// The value of a [`WrittenField`].
#[derive(Clone, PartialEq, Debug)]
pub enum WrittenValue {
    /// `null`.
    Null,
    /// Text.
    Text(Box<str>),
    /// A number.
    Number(i64),
    /// A list of texts.
    List(Vec<Box<str>>),
    /// A list of references by identifier: `[{"id": …}]`.
    Ids(Vec<Box<str>>),
}

/// One end of packets, as a rule describes it: the union of all parts.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct RuleSide {
    /// Where it is written; nothing if it is not.
    pub span: Option<Span>,
    /// Any address.
    pub any: bool,
    /// Addresses and prefixes.
    pub prefixes: Vec<Cidr>,
    /// Service tags as written.
    pub tags: Vec<Box<str>>,
    /// Whether `prefixes` is what the tags stand for, as effective rules say it.
    pub expanded: bool,
    /// Application security groups. Where there are any, they are all there is.
    pub groups: Vec<Reference>,
    /// Whether a part of it is an expression that nothing in the input resolves.
    pub unresolved: bool,
}

/// As a person would write it: `*`, or prefixes, tags and groups with commas between them.
impl fmt::Display for RuleSide {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.any {
            return f.write_str("*");
        }
        let plain = |cidr: &Cidr| if cidr.first() == cidr.last() { cidr.first().to_string() } else { cidr.to_string() };
        let prefixes = self.prefixes.iter().filter(|_| !self.expanded).map(plain);
        let groups = self.groups.iter().map(|group| format!("asg:{}", group.name));
        let unresolved = self.unresolved.then(|| String::from("(an expression)"));
        let parts: Vec<String> = prefixes.chain(self.tags.iter().map(ToString::to_string)).chain(groups).chain(unresolved).collect();
        f.write_str(&parts.join(", "))
    }
}

/// Ports of a rule.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PortMatch {
    /// Where they are written; nothing if they are not.
    pub span: Option<Span>,
    /// First and last port of each range; nothing for all ports.
    pub ranges: Option<Vec<(u16, u16)>>,
    /// Whether a part is an expression that nothing in the input resolves.
    pub unresolved: bool,
}

/// As Azure writes it: `*`, or ports and ranges with commas between them.
impl fmt::Display for PortMatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.ranges {
            _ if self.unresolved => f.write_str("(an expression)"),
            None => f.write_str("*"),
            Some(ranges) => {
                let one = |(first, last): &(u16, u16)| if first == last { first.to_string() } else { format!("{first}-{last}") };
                f.write_str(&ranges.iter().map(one).collect::<Vec<_>>().join(", "))
            }
        }
    }
}
