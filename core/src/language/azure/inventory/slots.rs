//! Which security group a subnet or an interface has, as far as it is known.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::diagnostics::{Diagnostic, Severity};
use crate::language::azure::Reference;
use crate::language::azure::inventory::{Builder, OR, key};
use crate::language::codes;
use crate::policy::GroupUseId;
use crate::snapshot::cloud::{Group, GroupId, SubnetId};
use crate::text::{DocumentId, Place};

/// What may be attached at one place.
#[derive(Clone, Debug, Default)]
pub(super) struct Slot {
    /// The groups that it may be, each with the place where it is named; nothing for no group.
    options: Vec<Option<(Reference, Place)>>,
    /// Whether what is there hangs on conditions: each of them adds a possibility.
    conditional: bool,
    /// The expression that would say which group it is, why that is not known, and its place, where that may be any.
    open: Option<(String, String, Place)>,
    /// Whether a network that is deployed gives the subnet a group.
    inline: bool,
    /// Where the same subnet is deployed by itself without one.
    bare: Option<Place>,
}

impl Slot {
    /// Takes note of a definition that is deployed: in its network, or by itself.
    pub(super) fn deployed(&mut self, inline: bool, has_group: bool, place: Place) {
        self.inline |= inline && has_group;
        if !inline && !has_group {
            self.bare = Some(place);
        }
    }

    /// A group that is attached whatever else is written.
    pub(super) fn attach(&mut self, group: &Reference, document: DocumentId) {
        self.options = alloc::vec![Some((group.clone(), group.span.within(document)))];
        (self.conditional, self.open) = (false, None);
    }

    /// What the subnet or interface itself says, in one of the versions of it that are given.
    pub(super) fn written(&mut self, group: Option<&Reference>, condition: Option<&str>, document: DocumentId) {
        let option = group.map(|g| (g.clone(), g.span.within(document)));
        match (condition, &option) {
            (Some(_), _) if self.conditional || self.options.is_empty() => {
                self.options.push(option);
                self.conditional = true;
            }
            (None, Some((group, _))) => self.attach(group, document),
            _ => {}
        }
    }

    /// Any, or none, where nothing is said of it.
    pub(super) fn open_if_empty(&mut self, why: &str, place: Place) {
        if self.options.iter().all(Option::is_none) {
            let why = format!("it is not known which network security group there is: {why}");
            self.open.get_or_insert((String::from("<not known>"), why, place));
        }
    }

    /// One of several, or any.
    pub(super) fn choose(&mut self, choices: &[Option<Reference>], expression: &str, place: Place, document: DocumentId) {
        if self.conditional {
            // That a version of it names no group is because it names one of these.
            self.options.retain(Option::is_some);
        }
        if choices.is_empty() {
            let why = match expression.starts_with('`') {
                true => format!("{expression}: it is not known what passes there"),
                false => format!("`{expression}` has no value in the input, so it is not known which network security group it is"),
            };
            self.open = Some((expression.to_owned(), why, place));
        }
        self.options.extend(choices.iter().map(|choice| choice.as_ref().map(|g| (g.clone(), g.span.within(document)))));
    }
}

impl Builder {
    /// The use of what is attached at a place of a subnet.
    pub(super) fn slot_use(&mut self, slot: &Slot, subnet: SubnetId) -> Option<GroupUseId> {
        let mut found: Vec<Option<GroupId>> = Vec::new();
        if let Some(place) = slot.bare.filter(|_| slot.inline) {
            // Upstream: Azure documentation, "Azure Resource Manager deployment modes": what a definition does not say is taken away.
            let message =
                "the subnet is defined twice, and only its network gives it a network security group: this definition takes it away";
            let warning = Diagnostic::at(codes::AZ_AMBIGUOUS, Severity::Warning, Some(place), message);
            self.problems.push(
                warning.help("write the group in both; until then it depends on which is deployed last, so the answer is \"cannot tell\""),
            );
            found.push(None);
        }
        for option in &slot.options {
            let Some((reference, place)) = option else {
                found.push(None);
                continue;
            };
            let versions: Vec<GroupId> = self.versions_of(&reference.name);
            let only = match versions.as_slice() {
                [only] => self.cloud.group(*only),
                _ => None,
            };
            if versions.is_empty() {
                found.push(Some(self.not_given(&reference.name, *place)));
            } else if let Some(condition) = only.and_then(|g| g.condition.clone().filter(|_| g.unknown.is_none())) {
                // Where the condition does not hold there is another one of this name, or none.
                let why = format!("the condition `{condition}` decides whether network security group `{}` is deployed", reference.name);
                found.push(Some(self.unknown_group(&reference.name, &why, *place)));
            }
            found.extend(versions.into_iter().map(Some));
        }
        if let Some((expression, why, place)) = &slot.open {
            found.push(Some(self.unknown_group(expression, why, *place)));
        }
        let mut distinct: Vec<Option<GroupId>> = Vec::new();
        for one in found {
            if !distinct.contains(&one) {
                distinct.push(one);
            }
        }
        // What is known of them is shown of one that is given, if there is one.
        let is_given = |one: &Option<GroupId>| one.and_then(|n| self.cloud.group(n)).is_some_and(|g| g.unknown.is_none());
        let first = distinct.iter().copied().find(is_given).or_else(|| distinct.iter().copied().find(Option::is_some))?;
        let others = distinct.into_iter().filter(|one| *one != first).collect();
        Some(self.group_use(first?, others, subnet))
    }

    /// The groups of a name: more than one where it hangs on conditions which of them there is.
    fn versions_of(&self, name: &str) -> Vec<GroupId> {
        let wanted: Vec<String> = name.split(OR).map(key).collect();
        let given = |g: &Group| wanted.contains(&key(&g.name)) && g.unknown.is_none();
        GroupId::each(&self.cloud.groups).filter(|(_, g)| given(g)).map(|(number, _)| number).collect()
    }

    /// A group that is named and not given.
    fn not_given(&mut self, name: &str, place: Place) -> GroupId {
        if name.contains(['[', '$', '<']) {
            let why = format!("`{name}` has no value in the input, so it is not known which network security group it is");
            let known = self.cloud.groups.len();
            let number = self.unknown_group(name, &why, place);
            if number.index() >= known {
                let warning = Diagnostic::at(codes::AZ_UNRESOLVED, Severity::Warning, Some(place), why);
                self.problems.push(warning.help(
                    "verdicts of flows that pass it are \"cannot tell\"; give the parameter a default value or a parameter file, \
                     or paste what was deployed",
                ));
            }
            return number;
        }
        let why = format!("network security group `{name}` is not in the input");
        let known = self.cloud.groups.len();
        let number = self.unknown_group(name, &why, place);
        if number.index() >= known {
            let message =
                format!("network security group `{name}` is not in the input: verdicts of flows that pass it are \"cannot tell\"");
            let warning = Diagnostic::at(codes::AZ_MISSING, Severity::Warning, Some(place), message);
            self.problems.push(warning.help(format!("add it: `az network nsg show --resource-group GROUP --name {name} -o json`")));
        }
        number
    }

    fn unknown_group(&mut self, name: &str, why: &str, place: Place) -> GroupId {
        let known = GroupId::each(&self.cloud.groups).find(|(_, g)| key(&g.name) == key(name) && g.unknown.is_some());
        if let Some((number, _)) = known {
            return number;
        }
        self.cloud.groups.push(Group { unknown: Some(why.to_string()), ..Group::plain(name, place, place) });
        GroupId::last(&self.cloud.groups)
    }
}
