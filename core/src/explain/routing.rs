//! Ways that do not lead on, in words.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};

use super::{Explainer, end_name};
use crate::snapshot::cloud::UserRoute;
use crate::text::Place;
use crate::verdict::traversal::Routing;

impl Explainer<'_> {
    fn user_route(&self, table: u32, route: u32) -> Option<(&str, &UserRoute)> {
        let table = self.snapshot.cloud.tables.get(table as usize)?;
        Some((&table.name, table.routes.get(route as usize)?))
    }

    /// The line that decides about a way, if one does.
    pub(super) fn route_place(&self, routing: Routing) -> Option<Place> {
        let subnet = |number: u32| self.snapshot.cloud.subnets.get(number as usize).map(|s| s.place);
        match routing {
            Routing::Dropped(table, route) | Routing::Appliance(table, route) | Routing::Gateway(table, route) => {
                self.user_route(table, route).map(|(_, route)| route.place)
            }
            Routing::UnknownTable(number) | Routing::NoOutbound(number) | Routing::Balancer(number) => subnet(number),
            _ => None,
        }
    }

    /// "route `out` of table `cut` (10.0.0.0/8 to None)".
    fn route_name(&self, table: u32, route: u32) -> String {
        let Some((table, route)) = self.user_route(table, route) else { return String::new() };
        let own = if route.name.is_empty() { String::new() } else { format!(" `{}`", route.name) };
        format!("the route{own} of `{table}` for {}", route.prefix)
    }

    /// Why a packet does not get on, or may not.
    pub(crate) fn routing(&self, routing: Routing) -> String {
        let cloud = &self.snapshot.cloud;
        let subnet = |number: u32| cloud.subnets.get(number as usize).map_or("", |s| s.name.as_str());
        let network = |number: u32| cloud.networks.get(number as usize).map_or("", |n| n.name.as_str());
        let to = end_name(self.flow.to, self.snapshot);
        match routing {
            Routing::Dropped(table, route) => format!("{} drops what goes to `{to}`", self.route_name(table, route)),
            Routing::Appliance(table, route) => {
                let address = self.user_route(table, route).and_then(|(_, r)| r.appliance);
                let appliance = address.map_or_else(|| "a virtual appliance".to_owned(), |a| format!("the virtual appliance {a}"));
                format!("{} sends it to {appliance}, and what that lets through is not evaluated", self.route_name(table, route))
            }
            Routing::Gateway(table, route) => {
                format!("{} sends it to a gateway, and the text does not say what is behind that", self.route_name(table, route))
            }
            Routing::UnknownTable(number) => {
                format!("the route table of subnet `{}` is not given, and it may send packets anywhere or drop them", subnet(number))
            }
            Routing::NoPublicAddress(_) => {
                format!("`{to}` has no public address, and no security group lets anything from the Internet in: nothing leads to it")
            }
            Routing::PrivateNode(node) => {
                let name = self.snapshot.node(node).map_or("", |n| n.name.as_str());
                format!("`{name}` has a private address and no public one: from the Internet nothing leads to it")
            }
            Routing::PrivatePod => {
                format!(
                    "`{to}` is a pod with a private address, to which no packet from the Internet leads; what comes through a Service \
                     `netpolis path --to svc/…` tells"
                )
            }
            Routing::PodRange(plugin) => format!(
                "with {} pods have addresses of a range of their own, to which the virtual network knows no way; what comes through a Service \
                 `netpolis path --to svc/…` tells",
                plugin.title()
            ),
            Routing::Private(number) => {
                format!("`{to}` is a private address, to which the virtual network `{}` knows no way", network(number))
            }
            Routing::UnknownGateway(number) => format!(
                "`{to}` may be behind the gateway of `{}`, and the text does not say which addresses are (`onPremises`)",
                network(number)
            ),
            Routing::NoOutbound(number) => format!(
                "`{}` is a private subnet (`defaultOutboundAccess: false`) without a NAT gateway, and `{}` has no public address: there is no way \
                 out to the Internet",
                subnet(number),
                end_name(self.flow.from, self.snapshot)
            ),
            Routing::Balancer(number) => format!(
                "`{}` is a private subnet, and the text does not say whether the load balancer before `{}` has an outbound rule",
                subnet(number),
                end_name(self.flow.from, self.snapshot)
            ),
            Routing::UnknownNode => format!(
                "the text gives no nodes, so it is not known with which address packets of `{}` come to the security group there",
                end_name(self.flow.from, self.snapshot)
            ),
            Routing::NoEgress => "the cluster has no way out (`--outbound-type none`)".to_string(),
            Routing::OwnRoutes => {
                "the cluster's way out are routes of its subnet (`userDefinedRouting`), to a firewall as a rule, and the text does not \
                                   give them"
                    .to_string()
            }
        }
    }
}
