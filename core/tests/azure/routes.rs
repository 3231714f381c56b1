//! Routes that people write, and the ways to the Internet.

use super::*;

/// `why`, all pairs and the whole way say the same.
#[track_caller]
fn same(scene: &Analysis, from: &str, to: &str, expected: Verdict) -> Answer {
    let end = |name: &str| find(scene.snapshot(), name).unwrap_or_else(|error| panic!("{error}")).end;
    let flow = Flow { from: end(from), to: end(to), traffic: Traffic::to_port(Protocol::TCP, 443) };
    let answer = scene.decide(&flow);
    assert_eq!(answer.verdict, expected, "{from} to {to}: {}", answer.summary);
    let pair = scene.connectivity().between(answer.flow.from, answer.flow.to);
    let passes = |set: &netpolis_core::connections::ConnectionSet| set.contains(Protocol::TCP, 40_000, 443);
    let all = match (passes(pair.allowed), passes(pair.possible)) {
        (true, _) => ALLOWED,
        (false, true) => UNKNOWN,
        (false, false) => DENIED,
    };
    assert_eq!(all, expected, "all pairs, {from} to {to}");
    let path = scene.path(&Asked { from, to, port: Some(443), protocol: Protocol::TCP, entry: None, node: None }).unwrap();
    assert_eq!(path.verdict.as_str(), expected.as_str(), "the way from {from} to {to}: {}", path.summary);
    answer
}

fn network(subnet: &str, more: &str) -> Analysis {
    scene(&format!(
        "
azure:
  networks:
  - name: net
    addressSpace: 10.5.0.0/16
    onPremises: 192.168.0.0/16
    peerings: [hub]
    subnets:
    - {{name: web, prefix: 10.5.1.0/24{subnet}}}
    - {{name: stock, prefix: 10.5.2.0/24}}
    - {{name: walls, prefix: 10.5.9.0/24}}
  - {{name: hub, addressSpace: 10.6.0.0/16, peerings: [net], subnets: [{{name: tools, prefix: 10.6.1.0/24}}]}}
  - {{name: far, addressSpace: 10.7.0.0/16, subnets: [{{name: away, prefix: 10.7.1.0/24}}]}}
  machines:
  - {{name: web, subnet: web, address: 10.5.1.4{more}}}
  - {{name: stock, subnet: stock, address: 10.5.2.4}}
  - {{name: wall, subnet: walls, address: 10.5.9.4}}
  - {{name: tool, subnet: tools, address: 10.6.1.4}}
  - {{name: there, subnet: away, address: 10.7.1.4}}
"
    ))
}

#[test]
fn the_longest_prefix_decides_and_none_drops() {
    let route = |prefix: &str, to: &str| network(&format!(", routes: [{{name: own, prefix: {prefix}, to: {to}}}]"), "");
    for (prefix, to, stock, tool, outside, on_premises, there) in [
        // More special than the network's own route, or just as special.
        ("10.5.2.0/24", "None", DENIED, ALLOWED, ALLOWED, ALLOWED, DENIED),
        ("10.5.0.0/16", "None", DENIED, ALLOWED, ALLOWED, ALLOWED, DENIED),
        ("10.0.0.0/8", "None", ALLOWED, ALLOWED, ALLOWED, ALLOWED, DENIED),
        ("10.6.0.0/16", "none", ALLOWED, DENIED, ALLOWED, ALLOWED, DENIED),
        ("0.0.0.0/0", "None", ALLOWED, ALLOWED, DENIED, ALLOWED, DENIED),
        ("0.0.0.0/0", "Internet", ALLOWED, ALLOWED, ALLOWED, ALLOWED, DENIED),
        ("10.5.0.0/16", "VnetLocal", ALLOWED, ALLOWED, ALLOWED, ALLOWED, DENIED),
        ("0.0.0.0/0", "VirtualAppliance", ALLOWED, ALLOWED, UNKNOWN, ALLOWED, UNKNOWN),
        ("0.0.0.0/0", "10.5.9.4", ALLOWED, ALLOWED, UNKNOWN, ALLOWED, UNKNOWN),
        ("10.5.0.0/16", "10.5.9.4", UNKNOWN, ALLOWED, ALLOWED, ALLOWED, DENIED),
        ("192.168.0.0/16", "None", ALLOWED, ALLOWED, ALLOWED, DENIED, DENIED),
        ("10.7.0.0/16", "VirtualNetworkGateway", ALLOWED, ALLOWED, ALLOWED, ALLOWED, UNKNOWN),
    ] {
        let scene = route(prefix, to);
        same(&scene, "vm/web", "vm/stock", stock);
        same(&scene, "vm/web", "vm/tool", tool);
        same(&scene, "vm/web", "198.51.100.9", outside);
        same(&scene, "vm/web", "192.168.7.7", on_premises);
        same(&scene, "vm/web", "vm/there", there);
        // Other subnets do not have the table, but replies to them do; and the appliance itself is reached.
        same(&scene, "vm/stock", "vm/web", stock);
        if to == "10.5.9.4" {
            same(&scene, "vm/web", "vm/wall", ALLOWED);
        }
    }
    let dropped = same(&route("10.5.2.0/24", "None"), "vm/web", "vm/stock", DENIED);
    assert!(dropped.summary.contains("the route `own` of `routes of net/web` for 10.5.2.0/24 drops"), "{}", dropped.summary);
    let mut wrong = with_code(&route("10.5.2.0/24", "Nowhere"), "AZ005").len();
    wrong += with_code(&route("10.5.2.0/24", "Internet"), "AZ005").len();
    assert_eq!(wrong, 1);
}

#[test]
fn what_a_group_stops_is_stopped_before_an_appliance() {
    let text = "
azure:
  networks: [{name: n, addressSpace: 10.5.0.0/16, subnets: [{name: a, prefix: 10.5.1.0/24, nsg: g, routes: [{prefix: 0.0.0.0/0, to: 10.5.9.4}]}]}]
  nsgs: [{name: g, outbound: [{priority: 100, name: no, deny: tcp 443, to: 198.51.100.0/24}]}]
  machines: [{name: one, subnet: a}]
";
    same(&scene(text), "vm/one", "198.51.100.9", DENIED);
    same(&scene(text), "vm/one", "203.0.113.9", UNKNOWN);
}

#[test]
fn private_subnets_have_no_way_out_of_their_own() {
    for (subnet, machine, expected) in [
        ("", "", ALLOWED),
        (", defaultOutbound: true", "", ALLOWED),
        (", defaultOutbound: false", "", DENIED),
        (", defaultOutbound: false, natGateway: true", "", ALLOWED),
        (", defaultOutbound: false", ", public: standard", ALLOWED),
        (", defaultOutbound: false", ", loadBalancer: 10.5.1.200", UNKNOWN),
    ] {
        let scene = network(subnet, machine);
        same(&scene, "vm/web", "198.51.100.9", expected);
        same(&scene, "vm/web", "vm/stock", ALLOWED);
    }
    let closed = same(&network(", defaultOutbound: false", ""), "vm/web", "198.51.100.9", DENIED);
    assert!(closed.summary.contains("`defaultOutboundAccess: false`"), "{}", closed.summary);
}

/// Commands, templates and Terraform say the same.
#[test]
fn routes_are_read_in_every_shape() {
    let commands = "
az network vnet create -g r -n net --address-prefixes 10.5.0.0/16 --subnet-name a --subnet-prefixes 10.5.1.0/24
az network vnet subnet create -g r --vnet-name net -n b --address-prefixes 10.5.2.0/24 --route-table cut
az network route-table create -g r -n cut
az network route-table route create -g r --route-table-name cut -n out --address-prefix 10.5.1.0/24 --next-hop-type None
az network nic create -g r -n one --vnet-name net --subnet a
az network nic create -g r -n two --vnet-name net --subnet b
az network vnet subnet update -g r --vnet-name net -n a --default-outbound false
";
    let template = r#"{"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "contentVersion": "1.0.0.0", "resources": [
      {"type": "Microsoft.Network/routeTables", "name": "cut", "properties": {}},
      {"type": "Microsoft.Network/routeTables/routes", "name": "cut/out", "properties": {"addressPrefix": "10.5.1.0/24", "nextHopType": "None"}},
      {"type": "Microsoft.Network/virtualNetworks", "name": "net", "properties": {"addressSpace": {"addressPrefixes": ["10.5.0.0/16"]}, "subnets": [
        {"name": "a", "properties": {"addressPrefix": "10.5.1.0/24", "defaultOutboundAccess": false}},
        {"name": "b", "properties": {"addressPrefix": "10.5.2.0/24", "routeTable": {"id": "[resourceId('Microsoft.Network/routeTables', 'cut')]"}}}]}},
      {"type": "Microsoft.Network/networkInterfaces", "name": "one", "properties": {"ipConfigurations": [{"name": "x", "properties": {"subnet": {"id": "[resourceId('Microsoft.Network/virtualNetworks/subnets', 'net', 'a')]"}}}]}},
      {"type": "Microsoft.Network/networkInterfaces", "name": "two", "properties": {"ipConfigurations": [{"name": "x", "properties": {"subnet": {"id": "[resourceId('Microsoft.Network/virtualNetworks/subnets', 'net', 'b')]"}}}]}}
    ]}"#;
    let id = "/subscriptions/s/resourceGroups/r/providers/Microsoft.Network";
    let terraform = format!(
        r#"{{"values": {{"root_module": {{"resources": [
      {{"type": "azurerm_route_table", "name": "x", "values": {{"name": "cut", "route": [{{"name": "out", "address_prefix": "10.5.1.0/24", "next_hop_type": "None"}}]}}}},
      {{"type": "azurerm_virtual_network", "name": "x", "values": {{"name": "net", "address_space": ["10.5.0.0/16"]}}}},
      {{"type": "azurerm_subnet", "name": "x", "values": {{"name": "a", "virtual_network_name": "net", "address_prefixes": ["10.5.1.0/24"], "default_outbound_access_enabled": false}}}},
      {{"type": "azurerm_subnet", "name": "y", "values": {{"name": "b", "virtual_network_name": "net", "address_prefixes": ["10.5.2.0/24"]}}}},
      {{"type": "azurerm_subnet_route_table_association", "name": "x", "values": {{"subnet_id": "{id}/virtualNetworks/net/subnets/b", "route_table_id": "{id}/routeTables/cut"}}}},
      {{"type": "azurerm_network_interface", "name": "x", "values": {{"name": "one", "ip_configuration": [{{"name": "x", "subnet_id": "{id}/virtualNetworks/net/subnets/a"}}]}}}},
      {{"type": "azurerm_network_interface", "name": "y", "values": {{"name": "two", "ip_configuration": [{{"name": "x", "subnet_id": "{id}/virtualNetworks/net/subnets/b"}}]}}}}
    ]}}}}}}"#
    );
    for text in [commands, template, &terraform] {
        let scene = scene(text);
        same(&scene, "vm/two", "vm/one", DENIED);
        // The same route drops what would come back.
        same(&scene, "vm/one", "vm/two", DENIED);
        same(&scene, "vm/one", "198.51.100.9", DENIED);
        same(&scene, "vm/two", "198.51.100.9", ALLOWED);
    }
}

/// A table that is not given may send packets anywhere.
#[test]
fn a_route_table_that_is_not_given_leaves_everything_open() {
    let text = "
az network vnet create -g r -n net --address-prefixes 10.5.0.0/16 --subnet-name a --subnet-prefixes 10.5.1.0/24
az network vnet subnet update -g r --vnet-name net -n a --route-table elsewhere
az network nic create -g r -n one --vnet-name net --subnet a
az network nic create -g r -n two --vnet-name net --subnet a
az network vnet subnet create -g r --vnet-name net -n b --address-prefixes 10.5.2.0/24
az network nic create -g r -n three --vnet-name net --subnet b
";
    let scene = scene(text);
    same(&scene, "vm/one", "198.51.100.9", UNKNOWN);
    same(&scene, "vm/one", "vm/two", UNKNOWN);
    // It may lead replies anywhere, too; probes of load balancers are not routed by it.
    let answer = same(&scene, "vm/three", "vm/one", UNKNOWN);
    assert!(answer.summary.contains("the route table of subnet `a` is not in the input"), "{}", answer.summary);
    same(&scene, "168.63.129.16", "vm/one", ALLOWED);
    assert_eq!(with_code(&scene, "AZ021").len(), 1);
}

#[test]
fn from_the_internet_nothing_leads_to_what_has_no_public_address() {
    let text = |machine: &str| {
        scene(&format!(
            "azure: {{networks: [{{name: n, addressSpace: 10.5.0.0/16, subnets: [{{name: a, prefix: 10.5.1.0/24}}]}}], nsgs: [{{name: open, inbound: [{{priority: 100, name: all, allow: '*'}}]}}], machines: [{{name: one, subnet: a{machine}}}]}}"
        ))
    };
    let hidden = same(&text(""), "internet", "vm/one", DENIED);
    assert!(hidden.summary.contains("has no public address"), "{}", hidden.summary);
    let closed = same(&text(", public: standard"), "internet", "vm/one", DENIED);
    assert!(closed.summary.contains("Standard public address"), "{}", closed.summary);
    same(&text(", public: standard, nsg: open"), "internet", "vm/one", ALLOWED);
    same(&text(", public: basic"), "internet", "vm/one", ALLOWED);
    // A group that lets it in: through a load balancer, of which the input says nothing.
    let guarded = same(&text(", nsg: open"), "internet", "vm/one", ALLOWED);
    assert!(guarded.notes.iter().any(|n| n.contains("only through a load balancer")), "{:?}", guarded.notes);
}

/// The group that AKS makes for nodes stands in every answer: a host port is not open to the Internet by itself.
#[test]
fn the_group_of_aks_is_asked_in_every_answer() {
    let text = "
azure:
  networks: [{name: n, addressSpace: 10.5.0.0/16, subnets: [{name: a, prefix: 10.5.1.0/24}]}]
  clusters: [{name: k, subnet: a, plugin: overlay, policy: calico, nodes: 1, publicNodes: true, serviceRange: 172.29.0.0/16}]
---
{apiVersion: v1, kind: Pod, metadata: {name: server, namespace: game}, spec: {nodeName: aks-nodepool1-0, hostNetwork: true, containers: [{name: main, image: i, ports: [{containerPort: 443, hostPort: 443}]}]}}
";
    let scene = scene(text);
    same(&scene, "internet", "node/aks-nodepool1-0", DENIED);
    same(&scene, "internet", "game/server", DENIED);
    assert!(scene.problems().iter().all(|p| !p.message.contains("aks-agentpool-nsg")), "{:#?}", scene.problems());
}

/// A load balancer may have a rule for the way out of the machines behind it, wherever it is written which they are.
#[test]
fn machines_behind_a_load_balancer_that_names_them() {
    let network = r#"{"type": "Microsoft.Network/virtualNetworks", "apiVersion": "2023-11-01", "name": "net", "properties": {"addressSpace": {"addressPrefixes": ["10.5.0.0/16"]}, "subnets": [{"name": "a", "properties": {"addressPrefix": "10.5.1.0/24", "defaultOutboundAccess": false}}]}}"#;
    let card = |name: &str| {
        format!(
            r#"{{"type": "Microsoft.Network/networkInterfaces", "apiVersion": "2023-11-01", "name": "{name}", "properties": {{"ipConfigurations": [{{"name": "c", "properties": {{"subnet": {{"id": "[resourceId('Microsoft.Network/virtualNetworks/subnets', 'net', 'a')]"}}}}}}]}}}}"#
        )
    };
    let id = r#"{"id": "[resourceId('Microsoft.Network/networkInterfaces/ipConfigurations', 'one', 'c')]"}"#;
    for pools in [
        format!(r#""backendAddressPools": [{{"name": "p", "properties": {{"backendIPConfigurations": [{id}]}}}}]"#),
        format!(r#""inboundNatRules": [{{"name": "p", "properties": {{"backendIPConfiguration": {id}}}}}]"#),
    ] {
        let balancer = format!(
            r#"{{"type": "Microsoft.Network/loadBalancers", "apiVersion": "2023-11-01", "name": "lb", "properties": {{{pools}}}}}"#
        );
        for resources in [[balancer.clone(), card("one"), card("two")], [card("one"), card("two"), balancer]] {
            let text = format!(
                r#"{{"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "contentVersion": "1.0.0.0", "resources": [{network}, {}]}}"#,
                resources.join(", ")
            );
            same(&scene(&text), "vm/one", "198.51.100.9", UNKNOWN);
            same(&scene(&text), "vm/two", "198.51.100.9", DENIED);
        }
    }
    let commands = "
az network vnet create -g r -n net --address-prefixes 10.5.0.0/16 --subnet-name a --subnet-prefixes 10.5.1.0/24
az network vnet subnet update -g r --vnet-name net -n a --default-outbound false
az network nic create -g r -n one --vnet-name net --subnet a
az network nic create -g r -n two --vnet-name net --subnet a
az network nic create -g r -n three --vnet-name net --subnet a --lb-name lb --lb-address-pools p
az network nic ip-config address-pool add -g r --nic-name one -n ipconfig1 --lb-name lb --address-pool p
";
    for (name, expected) in [("vm/one", UNKNOWN), ("vm/two", DENIED), ("vm/three", UNKNOWN)] {
        same(&scene(commands), name, "198.51.100.9", expected);
    }
}

/// An address of a load balancer in a network is no machine's: what its rules do is not evaluated. Upstream: Microsoft.Network/loadBalancers,
/// `frontendIPConfigurations`; Azure documentation, "What is Azure Load Balancer?".
#[test]
fn front_ends_of_load_balancers_are_no_machines() {
    let commands = "
az network vnet create -g r -n net --address-prefixes 10.5.0.0/16 --subnet-name a --subnet-prefixes 10.5.1.0/24
az network vnet subnet create -g r --vnet-name net -n b --address-prefixes 10.5.2.0/24
az network lb create -g r -n lb --vnet-name net --subnet b --private-ip-address 10.5.2.100
az network lb frontend-ip create -g r --lb-name lb -n second --vnet-name net --subnet b --private-ip-address 10.5.2.101
az network nic create -g r -n one --vnet-name net --subnet a
";
    let template = r#"{"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "contentVersion": "1.0.0.0", "resources": [
      {"type": "Microsoft.Network/virtualNetworks", "apiVersion": "2023-11-01", "name": "net", "properties": {"addressSpace": {"addressPrefixes": ["10.5.0.0/16"]}, "subnets": [{"name": "a", "properties": {"addressPrefix": "10.5.1.0/24"}}, {"name": "b", "properties": {"addressPrefix": "10.5.2.0/24"}}]}},
      {"type": "Microsoft.Network/loadBalancers", "apiVersion": "2023-11-01", "name": "lb", "properties": {"frontendIPConfigurations": [
        {"name": "f", "properties": {"privateIPAddress": "10.5.2.100", "subnet": {"id": "[resourceId('Microsoft.Network/virtualNetworks/subnets', 'net', 'b')]"}}},
        {"name": "g", "properties": {"privateIPAddress": "10.5.2.101", "subnet": {"id": "[resourceId('Microsoft.Network/virtualNetworks/subnets', 'net', 'b')]"}}}]}},
      {"type": "Microsoft.Network/networkInterfaces", "apiVersion": "2023-11-01", "name": "one", "properties": {"ipConfigurations": [{"name": "c", "properties": {"subnet": {"id": "[resourceId('Microsoft.Network/virtualNetworks/subnets', 'net', 'a')]"}}}]}}
    ]}"#;
    let terraform = r#"{"format_version": "1.0", "terraform_version": "1.9.0", "values": {"root_module": {"resources": [
      {"type": "azurerm_virtual_network", "values": {"name": "net", "address_space": ["10.5.0.0/16"], "resource_group_name": "r"}},
      {"type": "azurerm_subnet", "values": {"name": "a", "virtual_network_name": "net", "address_prefixes": ["10.5.1.0/24"], "resource_group_name": "r"}},
      {"type": "azurerm_subnet", "values": {"name": "b", "virtual_network_name": "net", "address_prefixes": ["10.5.2.0/24"], "resource_group_name": "r"}},
      {"type": "azurerm_lb", "values": {"name": "lb", "resource_group_name": "r", "frontend_ip_configuration": [
        {"name": "f", "private_ip_address": "10.5.2.100", "subnet_id": "/subscriptions/s/resourceGroups/r/providers/Microsoft.Network/virtualNetworks/net/subnets/b"},
        {"name": "g", "private_ip_address": "10.5.2.101", "subnet_id": "/subscriptions/s/resourceGroups/r/providers/Microsoft.Network/virtualNetworks/net/subnets/b"}]}},
      {"type": "azurerm_network_interface", "values": {"name": "one", "resource_group_name": "r", "ip_configuration": [{"name": "c", "subnet_id": "/subscriptions/s/resourceGroups/r/providers/Microsoft.Network/virtualNetworks/net/subnets/a"}]}}
    ]}}}"#;
    for text in [commands, template, terraform] {
        let scene = scene(text);
        for (to, expected) in [("10.5.2.100", UNKNOWN), ("10.5.2.101", UNKNOWN), ("10.5.2.102", ALLOWED), ("vm/vm in b", ALLOWED)] {
            same(&scene, "vm/one", to, expected);
        }
        same(&scene, "203.0.113.9", "10.5.2.100", DENIED);
        let answer = same(&scene, "vm/one", "10.5.2.100", UNKNOWN);
        assert!(answer.summary.contains("is a load balancer"), "{}", answer.summary);
    }
}

/// `--subnets` makes subnets as commands of their own do, in JSON and in the short form. Upstream: azure-cli, `az network vnet create --help` and
/// `doc/shorthand_syntax.md`.
#[test]
fn subnets_that_come_with_their_network() {
    let json = r#"'[{"name": "a", "address-prefix": "10.5.1.0/24"}, {"name": "b", "address-prefixes": ["10.5.2.0/24"], "network-security-group": {"id": "/subscriptions/s/resourceGroups/r/providers/Microsoft.Network/networkSecurityGroups/shut"}}]'"#;
    let short = "'[{name:a,address-prefix:10.5.1.0/24},{name:b,address-prefixes:[10.5.2.0/24],network-security-group:{id:/subscriptions/s/resourceGroups/r/providers/Microsoft.Network/networkSecurityGroups/shut}}]'";
    for (subnets, [there, back]) in [(json, [DENIED, ALLOWED]), (short, [DENIED, ALLOWED]), ("@subnets.json", [UNKNOWN, UNKNOWN])] {
        let scene = scene(&format!(
            "
az network nsg create -g r -n shut
az network nsg rule create -g r --nsg-name shut -n no --priority 100 --source-address-prefixes VirtualNetwork --destination-port-ranges '*' --access Deny
az network vnet create -g r -n net --address-prefixes 10.5.0.0/16 --subnets {subnets}
"
        ));
        if there == UNKNOWN {
            let problems = scene.problems().iter().any(|problem| problem.message.contains("--subnets"));
            assert!(problems, "what is not read is said");
            continue;
        }
        same(&scene, "10.5.1.4", "10.5.2.4", there);
        same(&scene, "10.5.2.4", "10.5.1.4", back);
    }
}

/// `why`, all pairs and the whole way say the same of one protocol.
#[track_caller]
fn of_protocol(scene: &Analysis, from: &str, to: &str, (protocol, port): (Protocol, Option<u16>), expected: Verdict) -> Answer {
    let end = |name: &str| find(scene.snapshot(), name).unwrap_or_else(|error| panic!("{error}")).end;
    let traffic = Traffic { protocol, source: None, destination: port };
    let answer = scene.decide(&Flow { from: end(from), to: end(to), traffic });
    assert_eq!(answer.verdict, expected, "{from} to {to}, {protocol}: {}", answer.summary);
    let pair = scene.connectivity().between(answer.flow.from, answer.flow.to);
    // Of ICMP these are type and code: an echo request.
    let (source, number) = (if protocol == Protocol::ICMP { 8 } else { 40_000 }, port.unwrap_or(0));
    let all = match (pair.allowed.contains(protocol, source, number), pair.possible.contains(protocol, source, number)) {
        (true, _) => ALLOWED,
        (false, true) => UNKNOWN,
        (false, false) => DENIED,
    };
    assert_eq!(all, expected, "all pairs, {from} to {to}, {protocol}");
    let path = scene.path(&Asked { from, to, port, protocol, entry: None, node: None }).unwrap();
    assert_eq!(path.verdict.as_str(), expected.as_str(), "the way from {from} to {to}, {protocol}: {}", path.summary);
    answer
}

/// Upstream: "What is Azure NAT Gateway?": "NAT gateway supports TCP and UDP protocols only. ICMP isn't supported". With which address others leave from
/// a machine that has a public address too, no text says.
#[test]
fn nat_gateways_carry_tcp_and_udp_only() {
    let (tcp, udp, icmp, sctp) =
        ((Protocol::TCP, Some(443)), (Protocol::UDP, Some(123)), (Protocol::ICMP, None), (Protocol::SCTP, Some(443)));
    for (subnet, machine, others) in [
        (", natGateway: true", "", DENIED),
        (", defaultOutbound: false, natGateway: true", "", DENIED),
        (", natGateway: true", ", public: standard", UNKNOWN),
        (", natGateway: true", ", loadBalancer: 198.51.100.77", UNKNOWN),
        ("", "", ALLOWED),
    ] {
        let scene = network(subnet, machine);
        for (protocol, expected) in [(tcp, ALLOWED), (udp, ALLOWED), (icmp, others), (sctp, others)] {
            of_protocol(&scene, "vm/web", "198.51.100.9", protocol, expected);
            of_protocol(&scene, "vm/web", "vm/stock", protocol, ALLOWED);
        }
    }
    let of_cluster = |outbound: &str| {
        scene(&format!(
            "
azure:
  networks: [{{name: net, addressSpace: 10.5.0.0/16, subnets: [{{name: a, prefix: 10.5.1.0/24}}]}}]
  clusters: [{{name: shop, subnet: a, plugin: overlay, nodes: 1, outbound: {outbound}}}]
---
apiVersion: v1
kind: Pod
metadata: {{name: web, namespace: shop}}
spec: {{containers: [{{name: c, image: i}}]}}
"
        ))
    };
    for (outbound, others) in [("managedNATGateway", DENIED), ("loadBalancer", ALLOWED)] {
        for (protocol, expected) in [(tcp, ALLOWED), (icmp, others)] {
            of_protocol(&of_cluster(outbound), "shop/web", "198.51.100.9", protocol, expected);
        }
    }
}

/// Upstream: "Virtual network FAQ", "What protocols can I use in virtual networks?".
#[test]
fn networks_carry_no_gre_no_ip_in_ip_no_broadcast_and_no_multicast() {
    for (group, machine) in [("", ""), (", nsg: open", ", nsg: open")] {
        let text = format!(
            "
azure:
  networks:
  - {{name: net, addressSpace: 10.0.0.0/16, peerings: [hub], subnets: [{{name: a, prefix: 10.0.0.0/24{group}, routes: [{{prefix: 0.0.0.0/0, to: VirtualAppliance}}]}}, {{name: b, prefix: 10.0.1.0/24{group}}}]}}
  - {{name: hub, addressSpace: 10.1.0.0/16, peerings: [net], subnets: [{{name: c, prefix: 10.1.0.0/24}}]}}
  nsgs: [{{name: open, inbound: [{{priority: 100, name: in, allow: '*'}}], outbound: [{{priority: 100, name: out, allow: '*'}}]}}]
  machines: [{{name: m1, subnet: a, address: 10.0.0.4{machine}}}, {{name: m2, subnet: b, address: 10.0.1.4}}, {{name: m3, subnet: c, address: 10.1.0.4}}]
"
        );
        let scene = scene(&text);
        let (udp, icmp) = ((Protocol::UDP, Some(137)), (Protocol::ICMP, None));
        for (protocol, expected) in [
            ((Protocol(47), None), DENIED),
            ((Protocol(4), None), DENIED),
            ((Protocol(50), None), ALLOWED),
            (udp, ALLOWED),
            (icmp, ALLOWED),
        ] {
            of_protocol(&scene, "vm/m1", "vm/m2", protocol, expected);
            of_protocol(&scene, "vm/m2", "vm/m3", protocol, expected);
        }
        // The appliance that the route for everything names gets none of it.
        for to in ["10.0.1.255", "10.1.0.255", "224.0.0.251", "255.255.255.255"] {
            let answer = of_protocol(&scene, "vm/m1", to, udp, DENIED);
            assert!(answer.summary.contains("virtual networks do not carry"), "{}", answer.summary);
        }
        of_protocol(&scene, "vm/m1", "10.0.1.254", udp, ALLOWED);
    }
}

/// Upstream: "Virtual network traffic routing": Azure's own routes for private addresses that no network has lead nowhere.
#[test]
fn private_addresses_outside_all_networks_reach_nobody() {
    for group in ["", ", nsg: open"] {
        let of = |network: &str, subnet: &str| {
            scene(&format!(
                "
azure:
  networks:
  - {{name: net, addressSpace: 10.0.0.0/16{network}, subnets: [{{name: a, prefix: 10.0.0.0/24{group}}}, {{name: {subnet}, prefix: 10.0.9.0/24}}]}}
  nsgs: [{{name: open, inbound: [{{priority: 100, name: in, allow: '*'}}], outbound: [{{priority: 100, name: out, allow: '*'}}]}}]
  machines: [{{name: m1, subnet: a, address: 10.0.0.4}}]
"
            ))
        };
        let (closed, open) = (of("", "b"), of("", "GatewaySubnet"));
        for source in ["192.168.1.1", "172.16.4.4", "10.200.0.1", "100.64.0.9"] {
            let answer = same(&closed, source, "vm/m1", DENIED);
            assert!(answer.summary.contains("is a private address outside the virtual network `net`"), "{}", answer.summary);
            same(&closed, "vm/m1", source, DENIED);
            // What is behind a gateway, the input does not say.
            same(&open, source, "vm/m1", UNKNOWN);
            same(&open, "vm/m1", source, UNKNOWN);
        }
        let known = of(", onPremises: 192.168.0.0/16", "b");
        same(&known, "192.168.1.1", "vm/m1", ALLOWED);
        same(&known, "vm/m1", "192.168.1.1", ALLOWED);
    }
}

/// Routes are asked about every packet, those of replies included: only security groups keep track of connections.
#[test]
fn routes_of_replies_count() {
    let text = "
azure:
  networks:
  - name: net
    addressSpace: 10.0.0.0/16
    subnets:
    - {name: a, prefix: 10.0.0.0/24, nsg: g, routes: [{name: all, prefix: 0.0.0.0/0, to: None}, {name: drop, prefix: 10.0.1.0/24, to: None}, {prefix: 10.0.2.0/24, to: 10.0.9.4}, {prefix: 8.8.8.0/24, to: Internet}]}
    - {name: b, prefix: 10.0.1.0/24}
    - {name: c, prefix: 10.0.2.0/24}
    - {name: d, prefix: 10.0.3.0/24}
  nsgs: [{name: g, inbound: [{priority: 100, name: in, allow: '*'}]}]
  machines:
  - {name: m1, subnet: a, address: 10.0.0.4, public: standard}
  - {name: m2, subnet: b, address: 10.0.1.4}
  - {name: m3, subnet: c, address: 10.0.2.4}
  - {name: m4, subnet: d, address: 10.0.3.4}
";
    let scene = scene(text);
    let dropped = same(&scene, "vm/m2", "vm/m1", DENIED);
    assert!(dropped.summary.contains("the route `drop` of `routes of net/a` for 10.0.1.0/24 drops replies to `m2"), "{}", dropped.summary);
    assert!(scene.sources().slice(dropped.deciding_places()[0]).contains("drop"));
    same(&scene, "vm/m3", "vm/m1", UNKNOWN);
    same(&scene, "vm/m4", "vm/m1", ALLOWED);
    same(&scene, "8.8.8.8", "vm/m1", ALLOWED);
    same(&scene, "1.1.1.1", "vm/m1", DENIED);
    // A datagram needs no reply to arrive.
    let sent = of_protocol(&scene, "vm/m2", "vm/m1", (Protocol::UDP, Some(514)), ALLOWED);
    assert!(sent.checkpoints.iter().any(|c| c.sentence.contains("drops replies to `m2")), "{:?}", sent.checkpoints);
}

/// Azure documentation, "Virtual network traffic routing", "Service Tags for user-defined routes".
#[test]
fn a_route_may_be_for_a_service_tag() {
    let script = |routes: &[&str]| {
        let route = |(number, words): (usize, &&str)| {
            format!("az network route-table route create -g rg --route-table-name rt -n r{number} --address-prefix {words}\n")
        };
        let routes: String = routes.iter().enumerate().map(route).collect();
        scene(&format!(
            "az network route-table create -g rg -n rt
{routes}az network vnet create -g rg -n net --address-prefixes 10.0.0.0/16 --subnet-name s --subnet-prefixes 10.0.1.0/24
az network vnet subnet update -g rg --vnet-name net -n s --route-table rt
az network nic create -g rg -n n --vnet-name net --subnet s
"
        ))
    };
    let storage = "Storage --next-hop-type None";
    let answer = same(&script(&[storage]), "vm/n", "20.60.1.1", UNKNOWN);
    assert!(answer.summary.contains("`Storage` may be for `20.60.1.1`"), "{}", answer.summary);
    same(&script(&["AzureCloud.WestEurope --next-hop-type VirtualAppliance --next-hop-ip-address 10.0.1.9"]), "vm/n", "20.60.1.1", UNKNOWN);
    same(&script(&["Storage --next-hop-type Internet"]), "vm/n", "20.60.1.1", ALLOWED);
    // Within the network it is for nobody, and a route for the address itself wins.
    same(&script(&[storage]), "vm/n", "10.0.1.77", ALLOWED);
    same(&script(&[storage, "20.60.1.1/32 --next-hop-type Internet"]), "vm/n", "20.60.1.1", ALLOWED);
    // Both drop, or one of them does not.
    same(&script(&[storage, "0.0.0.0/0 --next-hop-type None"]), "vm/n", "20.60.1.1", DENIED);
    same(&script(&["Storage --next-hop-type Internet", "0.0.0.0/0 --next-hop-type None"]), "vm/n", "20.60.1.1", UNKNOWN);
    // Of a tag whose addresses are given it is known.
    let given = |address: &str, expected: Verdict| {
        let text = "
azure:
  networks: [{name: net, addressSpace: 10.0.0.0/16, subnets: [{name: s, prefix: 10.0.1.0/24, routes: [{prefix: Storage, to: None}]}]}]
  machines: [{name: n, subnet: s, address: 10.0.1.4}]
  tags: {Storage: [20.60.0.0/16]}
";
        same(&scene(text), "vm/n", address, expected);
    };
    given("20.60.1.1", DENIED);
    given("20.61.1.1", ALLOWED);
    // Templates say the same, and of a range that is not given nothing is certain.
    let template = |prefix: &str| {
        scene(&format!(
            r#"[{{"type": "Microsoft.Network/routeTables", "name": "rt", "properties": {{"routes": [{{"name": "d", "properties": {{"addressPrefix": "{prefix}", "nextHopType": "None"}}}}]}}}},
            {{"type": "Microsoft.Network/virtualNetworks", "name": "net", "properties": {{"addressSpace": {{"addressPrefixes": ["10.0.0.0/16"]}}, "subnets": [{{"name": "s", "properties": {{"addressPrefix": "10.0.1.0/24", "routeTable": {{"id": "/subscriptions/s/resourceGroups/r/providers/Microsoft.Network/routeTables/rt"}}}}}}]}}}}]"#
        ))
    };
    same(&template("Storage"), "10.0.1.4", "20.60.1.1", UNKNOWN);
    same(&template("[parameters('range')]"), "10.0.1.4", "20.60.1.1", UNKNOWN);
    same(&template("192.0.2.0/24"), "10.0.1.4", "20.60.1.1", ALLOWED);
}

/// What `az network route-table show` prints names the subnets that use it. Upstream: azure-rest-api-specs, routeTable.json, `subnets`.
#[test]
fn a_table_that_is_shown_says_which_subnets_use_it() {
    let place = "/subscriptions/s/resourceGroups/r/providers/Microsoft.Network";
    let shown = |table: &str| {
        let network = format!(
            r#"{{"type": "Microsoft.Network/virtualNetworks", "name": "net", "id": "{place}/virtualNetworks/net", "addressSpace": {{"addressPrefixes": ["10.0.0.0/16"]}}, "subnets": [{{"name": "a", "addressPrefix": "10.0.1.0/24"}}, {{"name": "b", "addressPrefix": "10.0.2.0/24"}}]}}"#
        );
        scene(&format!("[{network}, {table}]"))
    };
    let table = |subnets: &str| {
        format!(
            r#"{{"type": "Microsoft.Network/routeTables", "name": "rt", "id": "{place}/routeTables/rt", "routes": [{{"name": "d", "addressPrefix": "10.0.2.0/24", "nextHopType": "None"}}], "subnets": [{subnets}]}}"#
        )
    };
    let of = |name: &str| format!(r#"{{"id": "{place}/virtualNetworks/net/subnets/{name}"}}"#);
    same(&shown(&table(&of("a"))), "10.0.1.4", "10.0.2.4", DENIED);
    same(&shown(&table("")), "10.0.1.4", "10.0.2.4", ALLOWED);
    // One that is not given is nothing to complain about.
    silent(&shown(&table(&of("elsewhere"))), "AZ021");
}
