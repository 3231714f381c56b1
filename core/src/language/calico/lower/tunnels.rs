//! What carries packets between nodes: Felix lets it through before policies of host endpoints are asked, so that these cannot cut nodes off from each
//! other. Upstream: `felix/rules/static.go`, `filterInputChain` and `filterOutputChain`.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::hosts::vxlan_port;
use crate::language::calico::configurations::{Configurations, Setting};
use crate::language::{Resource, calico::Calico};
use crate::model::{AddressSet, Cidr, LabelSelector, Protocol};
use crate::policy::{Action, Doubt, IPIP, PeerMatch, PeerTerm, PeerTermKind, Rule, TrafficMatch, TrafficTerm, TrafficTermKind};
use crate::snapshot::{Encapsulation, IpPool};
use crate::text::{DocumentId, Place};

/// Any address of a family, the port of WireGuard there where nothing sets it, and the settings.
const WIREGUARD: [(IpAddr, u16, [&str; 2]); 2] = [
    (IpAddr::V4(Ipv4Addr::UNSPECIFIED), 51820, ["wireguardEnabled", "wireguardListeningPort"]),
    (IpAddr::V6(Ipv6Addr::UNSPECIFIED), 51821, ["wireguardEnabledV6", "wireguardListeningPortV6"]),
];

/// What tunnels of a node let through, in both directions alike.
#[derive(PartialEq, Default)]
pub(super) struct Tunnels(Vec<Rule>);

/// Pools whose packets may travel in others, each with where it is written.
pub(super) fn tunnelled_pools<'a>(resources: &[(DocumentId, &'a Resource)]) -> Vec<(&'a IpPool, Place)> {
    let pools = resources.iter().flat_map(|(document, resource)| {
        let pools: &[IpPool] = match resource.kind.calico() {
            Some(Calico::IpPool(pool)) => pool.as_slice(),
            Some(Calico::Release(release)) => &release.pools,
            _ => &[],
        };
        pools.iter().map(move |pool| (pool, resource.span.within(*document)))
    });
    pools.filter(|(pool, _)| pool.encapsulation != Encapsulation::Never).collect()
}

impl Tunnels {
    pub(super) fn of(pools: &[(&IpPool, Place)], configurations: &Configurations<'_>, node: Option<&str>) -> Self {
        let mut rules: Vec<Rule> =
            WIREGUARD.iter().enumerate().filter_map(|(family, of)| wireguard(configurations, node, family, of)).collect();
        let vxlan = vxlan_port(configurations, node);
        for (pool, place) in pools {
            let kind = if pool.vxlan { TrafficTermKind::Ports(Protocol::UDP, vxlan, vxlan) } else { TrafficTermKind::Protocol(IPIP) };
            if !rules.iter().any(|rule| matches!(&rule.traffic, TrafficMatch::Of(terms) if terms.iter().any(|term| term.kind == kind))) {
                // From nodes and to nodes only.
                rules.push(rule(*place, PeerTermKind::Nodes(LabelSelector::default()), kind, None));
            }
        }
        Tunnels(rules)
    }

    /// What they let through, if there are any.
    pub(super) fn rules(&self) -> Option<Vec<Rule>> {
        (!self.0.is_empty()).then(|| self.0.clone())
    }
}

/// WireGuard of a family, where it is switched on or may be. Peers are not limited to nodes: WireGuard itself has a list of them.
fn wireguard(
    configurations: &Configurations<'_>,
    node: Option<&str>,
    family: usize,
    (any, default, [on, port]): &(IpAddr, u16, [&str; 2]),
) -> Option<Rule> {
    let (place, doubt) = match configurations.setting(node, on, |felix| felix.wireguard.get(family).copied().flatten()) {
        Setting::Is(true, place) => (place, None),
        Setting::OneOf(values, doubt) => (values.iter().flatten().find(|(on, _)| *on)?.1, Some(doubt)),
        Setting::Unread(doubt) => (*doubt.places.first()?, Some(doubt)),
        Setting::Is(false, _) | Setting::Unset => return None,
    };
    let (range, unknown) = match configurations.setting(node, port, |felix| felix.wireguard_port.get(family).copied().flatten()) {
        Setting::Is(port, _) => ((port, port), None),
        Setting::Unset => ((*default, *default), None),
        Setting::OneOf(_, doubt) | Setting::Unread(doubt) => ((0, u16::MAX), Some(doubt)),
    };
    let set = AddressSet::of_cidrs([&Cidr::supernet(*any, 0)]);
    let peers = PeerTermKind::Addresses { set, inside_too: true, block: None };
    Some(rule(place, peers, TrafficTermKind::Ports(Protocol::UDP, range.0, range.1), doubt.or(unknown)))
}

fn rule(place: Place, peer: PeerTermKind, traffic: TrafficTermKind, doubt: Option<Doubt>) -> Rule {
    Rule {
        place,
        name: None,
        action: Action::Allow,
        peers: PeerMatch::Of(alloc::vec![PeerTerm { place, kind: peer }]),
        traffic: TrafficMatch::Of(alloc::vec![TrafficTerm { place, kind: traffic }]),
        http: None,
        own: None,
        doubt: doubt.map(Box::new),
    }
}
