//! Effective rules (`az network nic list-effective-nsg`): groups, what their tags really stand for, and where they were asked for.

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::AzureReader;
use super::rules::{own_tag, prefix};
use super::value::{Scalar, field};
use crate::document::{Entry, NodeRef, Value};
use crate::language::azure::{Azure, Reference, SecurityGroup};
use crate::model::Cidr;

impl<'a> AzureReader<'a, '_> {
    /// The groups of one interface: its own, and that of its subnet.
    pub(super) fn effective(&mut self, items: &[NodeRef<'a>]) {
        let mut places: [Option<Reference>; 2] = [None, None];
        let mut virtual_network: Vec<Cidr> = Vec::new();
        for item in items {
            let association = field(*item, "association");
            let one = |reader: &Self, what: &str| {
                association.and_then(|a| field(a, what)).filter(|r| !r.is_null()).and_then(|r| reader.reference(r))
            };
            let found = [one(self, "subnet"), one(self, "networkInterface")];
            let group = self.effective_group(*item, &found);
            let own = group.expansions.iter().find(|(tag, _)| &**tag == "virtualnetwork");
            if let Some((_, prefixes)) = own.filter(|_| virtual_network.is_empty()) {
                virtual_network.clone_from(prefixes);
            }
            let given = field(*item, "networkSecurityGroup").and_then(|g| self.reference(g));
            let span = given.as_ref().map_or(item.span(), |g| g.span);
            let name = given.map_or_else(|| String::from("effective"), |g| g.name.to_string());
            self.emit("NetworkSecurityGroup", &Scalar { text: name, unknown: false, span }, item.span(), Azure::Group(group));
            for (place, found) in places.iter_mut().zip(found) {
                *place = place.take().or(found);
            }
        }
        let [subnet, interface] = places;
        if let Some(first) = items.first().filter(|_| subnet.is_some() || interface.is_some()) {
            let name = interface.as_ref().or(subnet.as_ref()).map_or_else(String::new, |r| r.name.to_string());
            let name = Scalar { text: name, unknown: false, span: first.span() };
            self.emit("EffectiveRules", &name, first.span(), Azure::Effective { subnet, interface, virtual_network });
        }
    }

    fn effective_group(&mut self, node: NodeRef<'a>, [subnet, interface]: &[Option<Reference>; 2]) -> SecurityGroup {
        let items = field(node, "effectiveSecurityRules").map_or_else(Vec::new, |list| self.template.items(list));
        let is_default = |item: &&NodeRef<'a>| {
            let name = field(**item, "name").and_then(NodeRef::as_str).unwrap_or_default();
            name.starts_with("defaultSecurityRules/") || matches!(field(**item, "priority").map(NodeRef::value), Some(Value::Int(65000..)))
        };
        let (defaults, own): (Vec<NodeRef<'a>>, Vec<NodeRef<'a>>) = items.iter().copied().partition(|item| is_default(&item));
        self.reads_effective = true;
        let mut rules = self.rules(&own);
        self.check_group("", &mut rules);
        let defaults = self.default_rules(&defaults);
        self.reads_effective = false;
        let mut expansions = self.tag_map(node);
        for rule in rules.iter().chain(&defaults) {
            for side in [&rule.source, &rule.destination] {
                if let ([tag], true) = (side.tags.as_slice(), side.expanded)
                    && !expansions.iter().any(|(known, _)| known.eq_ignore_ascii_case(tag))
                {
                    expansions.push((tag.to_lowercase().into(), side.prefixes.clone()));
                }
            }
        }
        let list = |place: &Option<Reference>| place.clone().into_iter().collect();
        SecurityGroup { rules, defaults, expansions, subnets: list(subnet), interfaces: list(interface), ..SecurityGroup::default() }
    }

    /// `tagMap`: the addresses of tags by their names.
    fn tag_map(&self, node: NodeRef<'a>) -> Vec<(Box<str>, Vec<Cidr>)> {
        let Some(map) = field(node, "tagMap").filter(|map| map.as_mapping().is_some()) else { return Vec::new() };
        let entry = |entry: &Entry| {
            let found = self.template.scalars(map.value_of(entry));
            let prefixes: Vec<Cidr> = found.iter().filter_map(|s| prefix(&s.text)).collect();
            let name = own_tag(&entry.key).unwrap_or(&entry.key).to_lowercase();
            (!prefixes.is_empty()).then(|| (name.into(), prefixes))
        };
        map.as_mapping().unwrap_or_default().iter().filter_map(entry).collect()
    }
}
