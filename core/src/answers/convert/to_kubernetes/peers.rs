//! The other end of a Calico rule as peers of a NetworkPolicy, and what one leaves of another.

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use super::super::labels::mapping;
use super::Cannot;
use super::conditions::{Conjunction, NAME_KEY, Side, alternatives, product};
use super::inexpressible::Inexpressible;
use crate::answers::fix::value::{V, list, map, text};
use crate::language::calico::{CalicoRule, Entity, WrittenSelector};
use crate::model::{Cidr, Operator};
use crate::text::Span;

/// A block of addresses with holes in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Block {
    cidr: Cidr,
    except: Vec<Cidr>,
}

/// The other end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Peers {
    /// Any.
    Any,
    /// Pods of these alternatives.
    Pods(Vec<Conjunction>),
    /// Addresses.
    Addresses(Vec<Block>),
}

impl Peers {
    /// Whether no end is meant.
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Peers::Any => false,
            Peers::Pods(pods) => pods.is_empty(),
            Peers::Addresses(blocks) => blocks.is_empty(),
        }
    }

    /// What of it is not in another.
    ///
    /// # Errors
    /// Why that cannot be said.
    pub(super) fn without(&self, other: &Peers) -> Result<Peers, Inexpressible> {
        match (self, other) {
            (Peers::Pods(_), _) if self == other || *other == Peers::Any => Ok(Peers::Pods(Vec::new())),
            (_, Peers::Any) => Ok(Peers::Addresses(Vec::new())),
            (_, _) if other.is_empty() => Ok(self.clone()),
            (Peers::Pods(own), Peers::Pods(others)) => {
                let mut left = own.clone();
                for other in others {
                    left = product(&left, &other.negated())?;
                }
                Ok(Peers::Pods(left))
            }
            (Peers::Any, Peers::Addresses(holes)) => Ok(Peers::Addresses(without_blocks(&all_blocks(), holes))),
            (Peers::Addresses(own), Peers::Addresses(holes)) => Ok(Peers::Addresses(without_blocks(own, holes))),
            (Peers::Any, Peers::Pods(_)) => Err(Inexpressible::AllButPods),
            (Peers::Addresses(_), Peers::Pods(_)) | (Peers::Pods(_), Peers::Addresses(_)) => Err(Inexpressible::LabelsAndAddresses),
        }
    }

    /// As `from` or `to`; nothing for any end. `own` is the policy's namespace.
    pub(super) fn values(&self, own: &str) -> Option<Vec<V>> {
        match self {
            Peers::Any => None,
            Peers::Pods(pods) => Some(pods.iter().map(|one| pods_value(one, own)).collect()),
            Peers::Addresses(blocks) => Some(blocks.iter().map(block_value).collect()),
        }
    }
}

fn pods_value(one: &Conjunction, own: &str) -> V {
    let is_own = matches!(one.namespace.as_slice(), [(key, Operator::In(names))]
        if **key == *NAME_KEY && matches!(names.as_slice(), [name] if **name == *own));
    map([
        ("namespaceSelector", (!is_own).then(|| mapping(&one.namespace))),
        ("podSelector", (is_own || !one.pod.is_empty()).then(|| mapping(&one.pod))),
    ])
}

fn block_value(block: &Block) -> V {
    let except = (!block.except.is_empty()).then(|| list(block.except.iter().map(text)));
    map([("ipBlock", Some(map([("cidr", Some(text(block.cidr))), ("except", except)])))])
}

fn all_blocks() -> Vec<Block> {
    ["0.0.0.0/0", "::/0"].iter().filter_map(|all| Cidr::parse(all).ok()).map(|cidr| Block { cidr, except: Vec::new() }).collect()
}

/// Blocks without holes; of two prefixes one covers the other, or they are disjoint.
fn without_blocks(own: &[Block], holes: &[Block]) -> Vec<Block> {
    holes.iter().fold(own.to_vec(), |left, hole| left.iter().flat_map(|block| without_block(block, hole)).collect())
}

fn without_block(block: &Block, hole: &Block) -> Vec<Block> {
    let mut left = Vec::new();
    if !hole.cidr.covers(&block.cidr) {
        left.extend(holed(block, &hole.cidr));
    }
    // What the hole spares.
    for spared in &hole.except {
        if spared.covers(&block.cidr) {
            left.push(block.clone());
        } else if block.cidr.covers(spared) {
            left.extend(block.except.iter().try_fold(Block { cidr: *spared, except: Vec::new() }, |part, except| holed(&part, except)));
        }
    }
    left
}

/// A block with one hole more; nothing if nothing is left.
fn holed(block: &Block, hole: &Cidr) -> Option<Block> {
    if hole.covers(&block.cidr) {
        return None;
    }
    let mut block = block.clone();
    if block.cidr.covers(hole) && !block.except.iter().any(|known| known.covers(hole)) {
        block.except.retain(|known| !hole.covers(known));
        block.except.push(*hole);
    }
    Some(block)
}

/// One side of a rule as peers. `namespace` is that of the policy; nothing for a global one. `field` names the side.
pub(super) fn of_entity(rule: &CalicoRule, entity: &Entity, namespace: Option<&str>, field: &str) -> Result<Peers, Cannot> {
    let at = |span: Span, part: &str, text: String| Cannot { span, field: alloc::format!("{field}.{part}"), text };
    if let Some(accounts) = &entity.service_accounts
        && (!accounts.names.is_empty() || accounts.selector.is_some())
    {
        return Err(at(accounts.span, "serviceAccounts", "NetworkPolicy does not know service accounts".to_string()));
    }
    if let Some(services) = &entity.services {
        return Err(at(
            services.span,
            "services",
            "NetworkPolicy does not know Services: name their pods by labels, and the target port".to_string(),
        ));
    }
    let selects = entity.selector.is_some() || entity.not_selector.is_some() || entity.namespace_selector.is_some();
    let by_address = !entity.nets.is_empty() || !entity.not_nets.is_empty();
    if selects && by_address {
        let text = "a selector together with networks: NetworkPolicy has no peer that is both";
        return Err(at(entity.nets_span, "nets", text.to_string()));
    }
    if !selects {
        return Ok(addresses(rule, entity));
    }
    if let Some(version) = rule.ip_version {
        let text =
            alloc::format!("`ipVersion: {version}` together with a selector: NetworkPolicy does not tell the addresses of a pod apart");
        return Err(Cannot {
            span: rule.span,
            field: field.rsplit_once('.').map_or(field, |(rule, _)| rule).to_string() + ".ipVersion",
            text,
        });
    }
    let read = |selector: &Option<WrittenSelector>, side, negated, part: &str| match selector {
        Some(written) => alternatives(&written.selector, side, negated).map_err(|why| at(written.span, part, why.to_string())),
        None => Ok(vec![Conjunction::default()]),
    };
    let own = read(&entity.selector, Side::Endpoint, false, "selector")?;
    let not = read(&entity.not_selector, Side::Endpoint, true, "notSelector")?;
    let mut namespaces = read(&entity.namespace_selector, Side::Namespace, false, "namespaceSelector")?;
    if let (None, Some(name)) = (&entity.namespace_selector, namespace) {
        namespaces = vec![Conjunction { pod: Vec::new(), namespace: vec![(NAME_KEY.into(), Operator::In(vec![Box::from(name)]))] }];
    }
    if let (None, None, None, Some(written)) = (&entity.selector, &entity.namespace_selector, namespace, &entity.not_selector) {
        let text = "in a policy without a namespace it matches every address but those of some endpoints: NetworkPolicy can only list ends";
        return Err(at(written.span, "notSelector", text.to_string()));
    }
    let joined = product(&own, &not).and_then(|both| product(&both, &namespaces));
    let pods = joined.map_err(|why| at(entity.span, "selector", why.to_string()))?;
    Ok(Peers::Pods(pods))
}

/// A side without selectors. A rule matches a family only if each of its lists of networks has some of it (upstream: docs/semantics.md, Calico); API
/// servers refuse rules with networks of both.
fn addresses(rule: &CalicoRule, entity: &Entity) -> Peers {
    let lists = entity.nets.iter().chain(&entity.not_nets);
    let is_v4 = lists.map(Cidr::is_ipv4).next().or(rule.ip_version.map(|version| version == 4));
    let Some(is_v4) = is_v4 else { return Peers::Any };
    let fits = |cidr: &&Cidr| cidr.is_ipv4() == is_v4;
    let own: Vec<Block> = if entity.nets.is_empty() {
        all_blocks().into_iter().filter(|block| block.cidr.is_ipv4() == is_v4).collect()
    } else {
        entity.nets.iter().filter(fits).map(|cidr| Block { cidr: *cidr, except: Vec::new() }).collect()
    };
    let holes: Vec<Block> = entity.not_nets.iter().filter(fits).map(|cidr| Block { cidr: *cidr, except: Vec::new() }).collect();
    Peers::Addresses(without_blocks(&own, &holes))
}
