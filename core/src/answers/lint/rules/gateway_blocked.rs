//! LINT161: a security group that stops what an application gateway needs.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::answers::lint::needs::{Need, internet, stop};
use crate::answers::lint::packets::Packets;
use crate::answers::lint::{Lint, LintInput};
use crate::connections::ConnectionSet;
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::model::{AddressSet, Protocol};
use crate::policy::{Direction, GroupUseId};
use crate::snapshot::cloud::tags;

const CODE: Code = Code("LINT161");
/// Ports at which Azure manages an application gateway of the first version.
const FIRST_MANAGEMENT: (u16, u16) = (65503, 65534);
/// Ports at which Azure manages later ones.
const MANAGEMENT: (u16, u16) = (65200, 65535);

pub(in crate::answers::lint) const LINT: Lint = Lint {
    code: CODE,
    severities: &[Severity::Warning],
    title: "a security group stops what an application gateway needs: `GatewayManager`, health probes, the way out",
    advice: "allow it above the rule",
    explanation: r#"Azure manages a gateway through TCP 65200-65535 (65503-65534 for the first version) from the tag `GatewayManager`, and refuses a gateway whose subnet
does not let that in. Upstream: "Application Gateway infrastructure configuration"."#,
    bad: r#"azure:
  networks: [{name: net, addressSpace: 10.0.0.0/16, subnets: [{name: s, prefix: 10.0.0.0/24, nsg: g}]}]
  gateways: [{name: entry, subnet: s}]
  nsgs:
  - name: g
    inbound:
    - {priority: 100, name: manage, allow: tcp 65200-65535, from: GatewayManager}
    - {priority: 110, name: halt, deny: '*'} # here
"#,
    good: r#"azure:
  networks: [{name: net, addressSpace: 10.0.0.0/16, subnets: [{name: s, prefix: 10.0.0.0/24, nsg: g}]}]
  gateways: [{name: entry, subnet: s}]
  nsgs:
  - name: g
    inbound:
    - {priority: 100, name: manage, allow: tcp 65200-65535, from: GatewayManager}
    - {priority: 110, name: probes, allow: '*', from: AzureLoadBalancer}
    - {priority: 120, name: halt, deny: '*'}
"#,
    check,
};

pub(in crate::answers::lint) fn check(input: &LintInput<'_>, found: &mut Vec<Diagnostic>) {
    let cloud = &input.snapshot.cloud;
    if cloud.uses.is_empty() {
        return;
    }
    for gateway in &cloud.gateways {
        let Some(subnet) = gateway.subnet.and_then(|n| cloud.subnet(n)) else { continue };
        let Some(used) = subnet.group else { continue };
        let own = AddressSet::of_cidrs(&subnet.prefixes);
        for (need, what, help) in needs(used, &own, if gateway.first_version { FIRST_MANAGEMENT } else { MANAGEMENT }) {
            let Some(stop) = stop(input, &need) else { continue };
            let message = format!("rule `{}` of `{}` keeps application gateway `{}` from {what}", stop.rule, stop.group, gateway.name);
            let problem = Diagnostic::at(CODE, Severity::Warning, Some(stop.place), message);
            found.push(problem.related_place(gateway.place, "the gateway").help(help));
        }
    }
}

/// What a gateway needs, each with whom it is kept from and what to do.
fn needs(used: GroupUseId, own: &AddressSet, (first, last): (u16, u16)) -> [(Need<'static>, String, String); 3] {
    let inbound = |source, connections, tags| {
        let packets = Packets { source, destination: own.clone(), connections };
        Need { used, direction: Direction::Ingress, packets, tags }
    };
    let out = Packets { source: own.clone(), destination: internet(), connections: ConnectionSet::ports(Protocol::TCP, 443, 443) };
    let platform = AddressSet::range(tags::PLATFORM, tags::PLATFORM);
    [
        (
            inbound(internet(), ConnectionSet::ports(Protocol::TCP, first, last), &["GatewayManager", "AzureCloud"][..]),
            format!("`GatewayManager`, which manages it at TCP {first}-{last}"),
            format!("above it, allow TCP {first}-{last} from the tag `GatewayManager`; without that Azure refuses the gateway"),
        ),
        (
            inbound(platform, ConnectionSet::protocol(Protocol::TCP), &[][..]),
            "`AzureLoadBalancer`, which probes it".into(),
            "above it, allow everything from the tag `AzureLoadBalancer`".into(),
        ),
        (
            Need { used, direction: Direction::Egress, packets: out, tags: &["AzureCloud"] },
            "the Internet, which it needs for outbound traffic".into(),
            "allow outbound traffic to the Internet".into(),
        ),
    ]
}
