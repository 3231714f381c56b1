//! Policies as YAML that can be applied, each with a comment that says what it is for.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::blocks::Block;
use super::classes::{Classes, LabelClass};
use super::rules::{Draft, Peer, Purpose, Rule, workload_names};
use super::world::World;
use super::{Form, PolicyName, calico, in_words, kubernetes};
use crate::answers::fix::value::{V, entry};
use crate::policy::Direction;

/// So many names are written out in a comment.
const NAMED: usize = 4;
/// The longest name of a policy.
const LONGEST: usize = 63;

/// A policy as it is written.
pub(super) struct Written {
    pub(super) name: PolicyName,
    pub(super) text: String,
}

/// What differs between the forms.
pub(super) struct Spec {
    pub(super) api_version: &'static str,
    /// The first fields of `spec`.
    pub(super) subject: Vec<(String, V)>,
    /// Rules, each of those of the draft as one or several of the language.
    pub(super) ingress: Vec<(Option<String>, Vec<V>)>,
    pub(super) egress: Vec<(Option<String>, Vec<V>)>,
}

/// Writes policies, each a document.
pub(super) fn write(world: &World<'_>, classes: &Classes, drafts: &[Draft], form: Form) -> Vec<Written> {
    let mut used: BTreeMap<(String, String), u32> = BTreeMap::new();
    drafts
        .iter()
        .map(|draft| {
            let namespace = world.snapshot.namespace_name(draft.namespace).to_string();
            let base = name(world, classes, draft);
            let count = used.entry((namespace.clone(), base.clone())).or_default();
            *count += 1;
            let name = if *count == 1 { base } else { format!("{base}-{count}") };
            document(world, classes, draft, form, PolicyName { namespace, name })
        })
        .collect()
}

/// All of them as one text.
pub(super) fn joined(written: &[Written]) -> String {
    written.iter().map(|one| one.text.as_str()).collect::<Vec<_>>().join("---\n")
}

fn name(world: &World<'_>, classes: &Classes, draft: &Draft) -> String {
    let name = match draft.purpose {
        Purpose::DefaultDeny => "default-deny".into(),
        Purpose::Dns => "allow-dns".into(),
        Purpose::Pods => match workload_names(world, classes, &draft.classes).as_slice() {
            [] => "allow".into(),
            [one] => one.clone(),
            [first, second] => format!("{first}-and-{second}"),
            [first, rest @ ..] => format!("{first}-and-{}-others", rest.len()),
        },
    };
    // Names of workloads are of letters, digits, dots and hyphens, as names of policies are.
    let short: String = name.chars().take(LONGEST).collect();
    short.trim_end_matches(['-', '.']).into()
}

fn document(world: &World<'_>, classes: &Classes, draft: &Draft, form: Form, name: PolicyName) -> Written {
    let spec = match form {
        Form::Kubernetes => kubernetes::spec(world, draft),
        Form::Calico => calico::spec(world, draft),
    };
    let mut lines: Vec<String> = comment(world, classes, draft).into_iter().map(|line| format!("# {line}")).collect();
    lines.push(format!("apiVersion: {}", spec.api_version));
    lines.push("kind: NetworkPolicy".into());
    let metadata =
        V::Map([("name", &name.name), ("namespace", &name.namespace)].map(|(key, value)| (key.into(), V::Text(value.clone()))).to_vec());
    lines.push(entry("metadata", &metadata, "", 0));
    lines.push("spec:".into());
    for (key, value) in &spec.subject {
        lines.push(format!("  {}", entry(key, value, "  ", 0)));
    }
    let types = [(Direction::Ingress, "Ingress"), (Direction::Egress, "Egress")];
    let types: Vec<&str> = types.iter().filter(|(direction, _)| draft.rules(*direction).is_some()).map(|(_, word)| *word).collect();
    let key = if form == Form::Kubernetes { "policyTypes" } else { "types" };
    lines.push(format!("  {key}: [{}]", types.join(", ")));
    for (key, rules) in [("ingress", &spec.ingress), ("egress", &spec.egress)] {
        if rules.is_empty() {
            continue;
        }
        lines.push(format!("  {key}:"));
        for (comment, values) in rules {
            lines.extend(comment.iter().map(|comment| format!("  # {comment}")));
            lines.extend(values.iter().map(|value| format!("  - {}", value.block("    ", 0))));
        }
    }
    Written { name, text: lines.join("\n") + "\n" }
}

/// What a policy is for.
fn comment(world: &World<'_>, classes: &Classes, draft: &Draft) -> Vec<String> {
    let own = world.snapshot.namespace_name(draft.namespace);
    match draft.purpose {
        Purpose::DefaultDeny => {
            let verb = match (draft.ingress.is_some(), draft.egress.is_some()) {
                (true, true) => "receives and sends nothing",
                (true, false) => "receives nothing",
                (false, _) => "sends nothing",
            };
            alloc::vec![format!("{own}: what no policy below allows is denied, so a pod that none selects {verb}.")]
        }
        Purpose::Dns => alloc::vec![format!("{own}: names are looked up at the cluster's DNS.")],
        Purpose::Pods => {
            let mut lines = alloc::vec![listed(&workload_names(world, classes, &draft.classes))];
            for direction in [Direction::Ingress, Direction::Egress] {
                for rule in draft.rules(direction).into_iter().flatten() {
                    lines.push(format!(
                        "  {} {}: {}",
                        direction.preposition(),
                        peers_in_words(world, classes, draft, rule),
                        in_words(&rule.connections)
                    ));
                }
            }
            lines
        }
    }
}

fn peers_in_words(world: &World<'_>, classes: &Classes, draft: &Draft, rule: &Rule) -> String {
    let Some(peers) = &rule.peers else { return "everybody".into() };
    if rule.is_dns {
        return "the cluster's DNS".into();
    }
    let mut names: Vec<String> = Vec::new();
    for peer in peers {
        match peer {
            Peer::Pods { namespaces, selector, classes: members } if selector.is_empty() && members.len() > namespaces.len() => {
                let own: Vec<&str> = namespaces.iter().map(|id| world.snapshot.namespace_name(*id)).collect();
                names.push(format!("every pod of {}", own.join(", ")));
            }
            Peer::Pods { classes: members, .. } => {
                for class in members {
                    let namespace = classes.namespace(*class).filter(|namespace| *namespace != draft.namespace);
                    let prefix = namespace.map_or_else(String::new, |namespace| format!("{}/", world.snapshot.namespace_name(namespace)));
                    let own: BTreeSet<LabelClass> = BTreeSet::from([*class]);
                    names.extend(workload_names(world, classes, &own).iter().map(|name| format!("{prefix}{name}")));
                }
            }
            Peer::Block(block) => names.push(block_in_words(world, block)),
        }
    }
    names.dedup();
    listed(&names)
}

/// A block of addresses by the name that people have for it.
fn block_in_words(world: &World<'_>, block: &Block) -> String {
    let address = block.cidr.first();
    let is_one = address == block.cidr.last();
    let node = world.snapshot.nodes().find(|(_, node)| is_one && node.addresses.contains(&address));
    let machines = &mut world.snapshot.cloud.interfaces.iter();
    let machine = machines.find(|machine| is_one && machine.node.is_none() && machine.addresses.contains(&address));
    match (node, block.except.is_empty()) {
        (Some((_, node)), _) => format!("node {}", node.name),
        _ if machine.is_some() => machine.map_or_else(String::new, |machine| format!("vm/{}", machine.title())),
        _ if is_one => address.to_string(),
        (None, true) => block.cidr.to_string(),
        (None, false) if block.cidr.length() == 0 && block.except.len() > 1 => "the Internet".into(),
        (None, false) => format!("{} but for {}", block.cidr, block.except.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")),
    }
}

fn listed(names: &[String]) -> String {
    let shown = names.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    if names.len() > NAMED { format!("{shown} and {} more", names.len() - NAMED) } else { shown }
}
