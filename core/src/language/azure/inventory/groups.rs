//! Security groups, and what subnets and interfaces are attached to.

use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

use super::slots::Slot;
use super::{Builder, OR, Placed, conflicts, identity, key, managed};
use crate::language::azure::{self, Azure, BARE_RULES, Reach, Reference, SHOWN_RULE};
use crate::model::AddressSet;
use crate::policy::GroupUseId;
use crate::snapshot::cloud::{Cloud, Group, GroupId, GroupUse, NetworkId, NetworkOrigin, SubnetId};
use crate::text::Place;

/// Whether what is not evaluated may change a resource.
fn reaches((document, change, azure): &Placed<'_>, (other, target, _): &Placed<'_>, placed: &[Placed<'_>]) -> bool {
    let Azure::MayChange { reach, .. } = azure else { return false };
    let (own, its) = (&change.meta.scope, &target.meta.scope);
    match reach {
        Reach::Placed => identity::place(its, *other) == identity::place(own, *document),
        Reach::Document => other == document || identity::place(its, *other) == identity::place(own, *document),
        Reach::Anywhere => own.fits(its),
        Reach::Deployment => own.fits(its) && !placed.iter().any(|(given, of, _)| given != document && of.meta.scope.deployment),
    }
}

/// A group that commands make and that is shown, too: it has the rules of both.
fn both(known: &mut Group, other: Group) {
    let has = |rule: &azure::SecurityRule, rules: &[(azure::SecurityRule, Place)]| {
        rules.iter().any(|(known, _)| !known.name.is_empty() && known.name.eq_ignore_ascii_case(&rule.name))
    };
    let rules: Vec<_> = other.rules.into_iter().filter(|(rule, _)| !has(rule, &known.rules)).collect();
    known.rules.extend(rules);
    known.location = known.location.take().or(other.location);
    if known.defaults.is_empty() {
        known.defaults = other.defaults;
    }
    known.missing.extend(other.missing);
    known.unread.extend(other.unread);
    known.expansions.extend(other.expansions);
}

impl Builder {
    pub(super) fn groups(&mut self, placed: &[Placed<'_>]) {
        // Which of the groups commands make.
        let mut made: Vec<bool> = Vec::new();
        for (document, resource, azure) in placed {
            let Azure::Group(group) = azure else { continue };
            // `az vm create --nsg NAME` makes a group only if there is none of this name.
            let is_other = |(_, other, azure): &Placed<'_>| {
                matches!(azure, Azure::Group(_))
                    && other.kind_name != resource.kind_name
                    && (key(&other.meta.name) == key(&resource.meta.name) || &*resource.kind_name == BARE_RULES)
            };
            if &*resource.kind_name == "MadeSecurityGroup" && placed.iter().any(is_other) {
                continue;
            }
            if &*resource.kind_name == BARE_RULES && placed.iter().any(is_other) {
                continue;
            }
            let rules = |rules: &[azure::SecurityRule]| rules.iter().map(|r| (r.clone(), r.span.within(*document))).collect();
            let group = Group {
                name: resource.meta.name.to_string(),
                location: group.location.as_deref().map(ToOwned::to_owned),
                rules: rules(&group.rules),
                defaults: rules(&group.defaults),
                missing: group.missing.iter().map(ToString::to_string).collect(),
                unread: group.unread.iter().map(ToString::to_string).collect(),
                unknown: None,
                condition: resource.meta.condition.as_deref().map(ToOwned::to_owned),
                expansions: group.expansions.iter().map(|(tag, prefixes)| (tag.to_string(), AddressSet::of_cidrs(prefixes))).collect(),
                place: resource.span.within(*document),
                name_place: resource.meta.name_span.within(*document),
            };
            let is_made = resource.meta.scope.deployment;
            let is_same = |(known, made): (&Group, &bool)| {
                key(&known.name) == key(&group.name) && known.condition == group.condition && *made != is_made
            };
            match self.cloud.groups.iter().zip(&made).position(is_same).and_then(|at| self.cloud.groups.get_mut(at)) {
                Some(known) => both(known, group),
                None => {
                    self.cloud.groups.push(group);
                    made.push(is_made);
                }
            }
        }
        let own: Vec<usize> = self.cloud.groups.iter().map(|g| g.rules.len()).collect();
        for (document, resource, azure) in placed {
            let (group, rule, missing) = match azure {
                Azure::Rule { group, rule } => (group, Some(((**rule).clone(), rule.span.within(*document))), None),
                Azure::MissingRules { group, expression, represented } => (group, None, Some((expression.to_string(), *represented))),
                _ => continue,
            };
            if !self.cloud.groups.iter().any(|g| key(&g.name) == key(&group.name)) {
                // A rule alone still says that there is such a group, and nothing of the others that it has.
                let place = (resource.span.within(*document), group.span.within(*document));
                let why = format!("the other rules of network security group `{}`", group.name);
                self.cloud.groups.push(Group { unread: alloc::vec![why], ..Group::plain(&group.name, place.0, place.1) });
            }
            for group in self.cloud.groups.iter_mut().filter(|g| key(&g.name) == key(&group.name)) {
                let is_known = |(rule, _): &(azure::SecurityRule, Place)| {
                    &*resource.kind_name == SHOWN_RULE && group.rules.iter().any(|(known, _)| known.name.eq_ignore_ascii_case(&rule.name))
                };
                if rule.as_ref().is_some_and(is_known) {
                    continue;
                }
                group.rules.extend(rule.clone());
                if let Some((expression, represented)) = &missing {
                    group.missing.push(expression.clone());
                    group.unread.extend((!represented).then(|| expression.clone()));
                }
            }
        }
        self.rules_of_any(placed);
        let own: Vec<usize> = own.into_iter().chain(core::iter::repeat(0)).take(self.cloud.groups.len()).collect();
        self.may_change(placed);
        conflicts::check(&mut self.cloud.groups, &own, &mut self.problems);
        // A group that is there whatever holds comes before what it may be under conditions.
        self.cloud
            .groups
            .sort_by(|a, b| (key(&a.name), a.condition.is_some(), &a.name).cmp(&(key(&b.name), b.condition.is_some(), &b.name)));
        self.cloud.groups.dedup_by(|b, a| key(&a.name) == key(&b.name) && (a.condition.is_none() || a.condition == b.condition));
    }

    /// Rules of which the input does not say whose they are may be of any group.
    fn rules_of_any(&mut self, placed: &[Placed<'_>]) {
        let is_bare = |(_, resource, azure): &Placed<'_>| matches!(azure, Azure::Group(_)) && &*resource.kind_name == BARE_RULES;
        if !placed.iter().any(is_bare) || self.cloud.groups.iter().all(|group| group.name == "rules") {
            return;
        }
        let why = "a list of rules that does not name its group";
        for group in &mut self.cloud.groups {
            group.missing.push(why.into());
            group.unread.push(why.into());
        }
    }

    /// What is not in the input, or not evaluated, may change groups: linked templates those of the resource group that they are deployed to. Upstream:
    /// Azure documentation, "Azure Resource Manager deployment modes".
    fn may_change(&mut self, placed: &[Placed<'_>]) {
        for change in placed {
            let (_, _, Azure::MayChange { why, .. }) = change else { continue };
            for target in placed.iter().filter(|target| matches!(target.2, Azure::Group(_)) && reaches(change, target, placed)) {
                let open = why.to_string();
                for group in self.cloud.groups.iter_mut().filter(|g| key(&g.name) == key(&target.1.meta.name)) {
                    if !group.unread.contains(&open) {
                        group.missing.push(open.clone());
                        group.unread.push(open.clone());
                    }
                }
            }
        }
    }

    /// The same for subnets that have no group, as far as that is known: they may get one.
    fn may_attach(&self, placed: &[Placed<'_>], slots: &mut BTreeMap<SubnetId, Slot>) {
        for change in placed {
            let (document, resource, Azure::MayChange { why, reach: Reach::Anywhere | Reach::Deployment }) = change else { continue };
            for target in placed.iter().filter(|target| reaches(change, target, placed)) {
                let network = match target.2 {
                    Azure::Network(_) => self.network_number(&target.1.meta.name),
                    Azure::Subnet { network, .. } => self.network_number(&network.name),
                    _ => continue,
                };
                for (number, _) in SubnetId::each(&self.cloud.subnets).filter(|(_, s)| Some(s.network) == network) {
                    slots.entry(number).or_default().open_if_empty(why, resource.span.within(*document));
                }
            }
        }
    }

    /// Route tables and security groups of subnets, whichever side says it.
    pub(super) fn attach(&mut self, placed: &[Placed<'_>]) {
        let mut slots: BTreeMap<SubnetId, Slot> = BTreeMap::new();
        for (document, resource, azure) in placed {
            let condition = resource.meta.condition.as_deref();
            let (network, subnets): (Option<NetworkId>, Vec<&azure::Subnet>) = match azure {
                Azure::Network(network) => (self.network_number(&resource.meta.name), network.subnets.iter().collect()),
                Azure::Subnet { network, subnet } => (self.network_number(&network.name), alloc::vec![subnet]),
                Azure::Attach { target, group, to_interface: false } => {
                    match self.subnet_number(target) {
                        Some(number) => slots.entry(number).or_default().attach(group, *document),
                        None => self.missing(target.span.within(*document), format!("there is no subnet `{}`", target.name)),
                    }
                    continue;
                }
                Azure::OpenGroup { target, to_interface: false, expression, choices } => {
                    if let Some(number) = self.subnet_number(target) {
                        slots.entry(number).or_default().choose(choices, expression, target.span.within(*document), *document);
                    }
                    continue;
                }
                Azure::Group(group) => {
                    let own = Reference {
                        name: resource.meta.name.clone(),
                        parent: None,
                        scope: Default::default(),
                        span: resource.meta.name_span,
                    };
                    let numbers: Vec<SubnetId> = group.subnets.iter().filter_map(|s| self.subnet_number(s)).collect();
                    numbers.into_iter().for_each(|number| slots.entry(number).or_default().attach(&own, *document));
                    continue;
                }
                _ => continue,
            };
            for subnet in subnets {
                let Some(number) = network.and_then(|n| {
                    SubnetId::each(&self.cloud.subnets).find(|(_, s)| s.network == n && key(&s.name) == key(&subnet.name)).map(|(i, _)| i)
                }) else {
                    continue;
                };
                let slot = slots.entry(number).or_default();
                slot.written(subnet.group.as_ref(), condition, *document);
                if resource.meta.scope.deployment && condition.is_none() {
                    let inline = matches!(azure, Azure::Network(_));
                    slot.deployed(inline, subnet.group.is_some(), subnet.span.within(*document));
                }
            }
        }
        self.may_attach(placed, &mut slots);
        for (number, place) in &self.named {
            let Some(subnet) = self.cloud.subnet(*number) else { continue };
            slots.entry(*number).or_default().open_if_empty(&format!("subnet `{}` is not in the input", subnet.name), *place);
        }
        if self.cloud.networks.first().is_some_and(|n| n.origin == NetworkOrigin::ForGroups) {
            // Its subnets are those of the groups, in their order.
            for number in 0..self.cloud.groups.len() {
                let used = self.group_use(GroupId::at(number), Vec::new(), SubnetId::at(number));
                if let Some(subnet) = self.cloud.subnets.get_mut(number) {
                    subnet.group = Some(used);
                }
            }
        }
        for (subnet, slot) in slots {
            if let Some(used) = self.slot_use(&slot, subnet)
                && let Some(subnet) = self.cloud.subnets.get_mut(subnet.index())
            {
                subnet.group = Some(used);
            }
        }
    }

    /// The use of a group in a subnet: what `VirtualNetwork` stands for there. Upstream: docs/azure.md 2.4.
    pub(in crate::language) fn group_use(&mut self, group: GroupId, others: Vec<Option<GroupId>>, subnet: SubnetId) -> GroupUseId {
        let said = self.cloud.group(group).and_then(|g| g.expansions.get("virtualnetwork")).cloned();
        let used = match said {
            Some(set) => GroupUse { group, others, virtual_network: set, virtual_network_maybe: AddressSet::default() },
            None => managed::used(&self.cloud, group, others, subnet),
        };
        let known = self.cloud.group_uses().find(|(_, u)| **u == used).map(|(id, _)| id);
        known.unwrap_or_else(|| {
            self.cloud.uses.push(used);
            GroupUseId::last(&self.cloud.uses)
        })
    }

    pub(super) fn application_groups(&mut self) {
        let interfaces = core::mem::take(&mut self.cloud.interfaces);
        for interface in &interfaces {
            for group in &interface.application_groups {
                let own = interface.addresses.iter().fold(AddressSet::default(), |set, a| set.union(&AddressSet::range(*a, *a)));
                let Cloud { application_groups, application_chances, .. } = &mut self.cloud;
                let to = if group.contains(OR) { application_chances } else { application_groups };
                for one in group.split(OR) {
                    let members = to.entry(key(one)).or_default();
                    *members = members.union(&own);
                }
            }
        }
        self.cloud.interfaces = interfaces;
    }
}
