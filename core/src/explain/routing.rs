//! Sentences for routes that drop, or whose next hop is unknown.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};

use super::{Explainer, end_name};
use crate::compile::Endpoint;
use crate::snapshot::cloud::{InterfaceId, NetworkId, RouteId, RouteTableId, SubnetId, UserRoute};
use crate::text::Place;
use crate::verdict::traversal::Routing;

impl Explainer<'_> {
    fn user_route(&self, table: RouteTableId, route: RouteId) -> Option<(&str, &UserRoute)> {
        let table = self.snapshot.cloud.table(table)?;
        Some((&table.name, table.routes.get(route.index())?))
    }

    /// The line that decides about a way, if one does.
    pub(super) fn route_place(&self, routing: Routing) -> Option<Place> {
        let subnet = |number: SubnetId| self.snapshot.cloud.subnet(number).map(|s| s.place);
        match routing {
            Routing::Dropped(table, route)
            | Routing::Appliance(table, route)
            | Routing::Gateway(table, route)
            | Routing::SomeOfSubnet(table, route)
            | Routing::SomeOfTag(table, route) => self.user_route(table, route).map(|(_, route)| route.place),
            Routing::UnknownTable(number) | Routing::NoOutbound(number) | Routing::Balancer(number) => subnet(number),
            Routing::Nat(number) | Routing::NatOrOwn(number) => number.and_then(subnet),
            Routing::UnknownInterface(id) | Routing::FrontEnd(id) => self.snapshot.cloud.interface(id).map(|interface| interface.place),
            _ => None,
        }
    }

    /// "route `out` of table `cut` (10.0.0.0/8 to None)".
    fn route_name(&self, table: RouteTableId, route: RouteId) -> String {
        let Some((table, route)) = self.user_route(table, route) else { return String::new() };
        let own = if route.name.is_empty() { String::new() } else { format!(" `{}`", route.name) };
        match &route.tag {
            Some(tag) => format!("the route{own} of `{table}` for service tag `{tag}`"),
            None => format!("the route{own} of `{table}` for {}", route.prefix),
        }
    }

    /// Why it is not known what happens to a packet that a route sends to an appliance.
    fn to_appliance(&self, table: RouteTableId, route: RouteId) -> String {
        let address = self.user_route(table, route).and_then(|(_, r)| r.appliance);
        let appliance = address.map_or_else(|| "a virtual appliance".to_owned(), |a| format!("the virtual appliance {a}"));
        format!("{} sends the packet to {appliance}, whose rules are not evaluated", self.route_name(table, route))
    }

    /// Why it is not known where packets of a subnet go.
    fn unknown_table(&self, id: SubnetId) -> String {
        let cloud = &self.snapshot.cloud;
        let name = cloud.subnet_name(id);
        match cloud.subnet(id).and_then(|subnet| subnet.open_routes.as_ref()) {
            Some(why) => format!("{why}: the routes of subnet `{name}` may send packets anywhere or drop them"),
            None => format!("the route table of subnet `{name}` is not in the input, and may send packets anywhere or drop them"),
        }
    }

    /// Why it is not known what an interface has.
    fn unknown_interface(&self, id: InterfaceId) -> String {
        let cloud = &self.snapshot.cloud;
        let why = cloud.interface(id).and_then(|interface| interface.open.as_deref()).unwrap_or_default();
        format!("{why}: the subnet, the addresses and the application security groups of `{}` may be others", cloud.interface_title(id))
    }

    /// Why the Internet does not reach a machine.
    fn no_public_address(&self, to: &str) -> String {
        if self.is_said_private() {
            return format!("`{to}` has no public address: it is not reachable from the Internet");
        }
        format!(
            "`{to}` has no public address, and no security group allows traffic from the Internet: it is not reachable from \
             there"
        )
    }

    /// Why it is not known whether a route is for a machine that stands for any of its subnet.
    fn some_of_subnet(&self, table: RouteTableId, route: RouteId, machine: &str) -> String {
        let route = self.route_name(table, route);
        format!("{route} is for some addresses of a subnet, and `{machine}` stands for any machine there: ask about one by its address")
    }

    /// Why it is not known whether packets pass between two networks.
    fn unknown_peering(&self, one: NetworkId, other: NetworkId) -> String {
        let network = |id: NetworkId| self.snapshot.cloud.network_name(id);
        let is_given = |id: NetworkId| self.snapshot.cloud.network(id).is_some_and(|network| !network.is_assumed());
        let (first, second) = (network(one), network(other));
        if self.snapshot.cloud.network(one).is_some_and(|own| own.is_peered_with(other)) {
            return format!("some subnets of `{first}` and `{second}` are peered, and the input does not specify which");
        }
        match is_given(one) && is_given(other) {
            true => format!(
                "`{first}` and `{second}` are not peered, but a hub, a gateway or a network manager of the input may connect them, which is not evaluated"
            ),
            false => format!("the input does not give both `{first}` and `{second}`, so it is not known whether these networks are peered"),
        }
    }

    /// Whether the input says that the machine asked about has no public address.
    fn is_said_private(&self) -> bool {
        self.snapshot.cloud.interface_of(self.flow.to).is_some_and(|interface| interface.private)
    }

    /// The end that is outside all networks.
    fn outer(&self) -> String {
        match self.flow.from {
            Endpoint::Outside(address) if self.snapshot.cloud.networks_with(address).is_empty() => end_name(self.flow.from, self.snapshot),
            _ => end_name(self.flow.to, self.snapshot),
        }
    }

    /// Why replies do not get back, or may not.
    pub(super) fn reply_routing(&self, routing: Routing) -> String {
        let from = end_name(self.flow.from, self.snapshot);
        match routing {
            Routing::Dropped(table, route) => format!("{} drops replies to `{from}`", self.route_name(table, route)),
            Routing::Appliance(table, route) | Routing::Gateway(table, route) => {
                format!("{} sends replies to `{from}` another way, where they may be dropped", self.route_name(table, route))
            }
            Routing::SomeOfSubnet(table, route) => format!("replies may go another way: {}", self.some_of_subnet(table, route, &from)),
            _ => Explainer { flow: &self.flow.reply(), ..*self }.routing(routing),
        }
    }

    /// Why a packet does not get on, or may not.
    pub(crate) fn routing(&self, routing: Routing) -> String {
        let subnet = |id: SubnetId| self.snapshot.cloud.subnet_name(id);
        let network = |id: NetworkId| self.snapshot.cloud.network_name(id);
        let to = end_name(self.flow.to, self.snapshot);
        match routing {
            Routing::Dropped(table, route) => format!("{} drops packets to `{to}`", self.route_name(table, route)),
            Routing::Appliance(table, route) => self.to_appliance(table, route),
            Routing::Gateway(table, route) => {
                format!("{} sends the packet to a gateway, and the input does not specify what is behind it", self.route_name(table, route))
            }
            Routing::SomeOfSubnet(table, route) => self.some_of_subnet(table, route, &to),
            Routing::SomeOfTag(table, route) => {
                format!("{} may be for `{to}`: the addresses of the tag are not in the input", self.route_name(table, route))
            }
            Routing::UnknownTable(number) => self.unknown_table(number),
            Routing::UnknownInterface(id) => self.unknown_interface(id),
            Routing::NoPublicAddress(_) => self.no_public_address(&to),
            Routing::PrivateNode(node) => {
                let name = self.snapshot.node_name(node);
                format!("`{name}` has only a private address, so it is not reachable from the Internet")
            }
            Routing::PrivatePod => {
                format!(
                    "`{to}` is a pod with a private address, so it is not reachable from the Internet; for traffic through a \
                     Service, ask `netpolis path --to svc/…`"
                )
            }
            Routing::PodRange(plugin) => format!(
                "with {} pods have addresses from a separate range, to which the virtual network has no route; for traffic \
                 through a Service, ask `netpolis path --to svc/…`",
                plugin.title()
            ),
            Routing::Private(number) => {
                format!("`{to}` is a private address, to which the virtual network `{}` has no route", network(number))
            }
            Routing::PrivateSource(number) => format!(
                "`{}` is a private address outside the virtual network `{}`, which has no route from there or back (`onPremises`)",
                end_name(self.flow.from, self.snapshot),
                network(number)
            ),
            Routing::Multicast => format!("`{to}` is a multicast address, and virtual networks do not carry multicast"),
            Routing::Broadcast => format!("`{to}` is a broadcast address, and virtual networks do not carry broadcasts"),
            Routing::UnknownGateway(number) => format!(
                "`{}` may be behind the gateway of `{}`, and the input does not specify which addresses are (`onPremises`)",
                self.outer(),
                network(number)
            ),
            Routing::UnknownPeer(number) => {
                format!("`{}` may be in a network that `{}` is peered with and that is not in the input", self.outer(), network(number))
            }
            Routing::UnknownSpace(number) => {
                format!("`{}` may be in `{}`, of whose address space the input does not give all", self.outer(), network(number))
            }
            Routing::UnknownPeering(one, other) => self.unknown_peering(one, other),
            Routing::NoOutbound(number) => format!(
                "`{}` is a private subnet (`defaultOutboundAccess: false`) without a NAT gateway, and `{}` has no public \
                 address, so it cannot reach the Internet",
                subnet(number),
                end_name(self.flow.from, self.snapshot)
            ),
            Routing::Balancer(number) => format!(
                "`{}` is a private subnet, and the input does not specify whether the load balancer of `{}` has an outbound rule",
                subnet(number),
                end_name(self.flow.from, self.snapshot)
            ),
            Routing::UnknownNode => format!(
                "no nodes are given, so the address of packets from `{}` at the security group is unknown",
                end_name(self.flow.from, self.snapshot)
            ),
            Routing::FrontEnd(id) => {
                let name = self.snapshot.cloud.interface_title(id);
                format!("`{name}` is a load balancer, and where its rules send packets is not evaluated: ask about the machines behind it")
            }
            Routing::Nat(_) => format!(
                "packets from `{}` to the Internet pass a NAT gateway, which carries TCP and UDP only",
                end_name(self.flow.from, self.snapshot)
            ),
            Routing::NatOrOwn(_) => format!(
                "packets from `{}` to the Internet pass a NAT gateway, which carries TCP and UDP only; whether others leave by its own public address \
                 or a load balancer is not known",
                end_name(self.flow.from, self.snapshot)
            ),
            Routing::NoEgress => "the cluster has no outbound connectivity (`--outbound-type block`)".to_string(),
            Routing::OwnRoutes => {
                "outbound traffic follows the routes of the cluster's subnet (`userDefinedRouting`), usually to a firewall, and \
                 they are not in the input"
                    .to_string()
            }
        }
    }
}
