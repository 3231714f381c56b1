//! Azure's texts in all their shapes: what is read of them, what is refused and with which words, and what becomes of what the text leaves open.
//!
//! Expectations are Azure's rules as docs/azure.md has them, not what the program said.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "tests")]

use netpolis_core::compile::End;
use netpolis_core::connections::Traffic;
use netpolis_core::decide::{Answer, Flow, Verdict};
use netpolis_core::diagnostics::Diagnostic;
use netpolis_core::model::Protocol;
use netpolis_core::resources::azure::{Access, RuleDirection, SecurityRule};
use netpolis_core::scene::Scene;
use netpolis_core::settings::Settings;

const ALLOWED: Verdict = Verdict::Allowed;
const DENIED: Verdict = Verdict::Denied;
const UNKNOWN: Verdict = Verdict::CannotTell;

fn scene(text: &str) -> Scene {
    let mut scene = Scene::new(Settings::default());
    scene.set_files(&[("input", text)]);
    scene
}

fn ask(scene: &Scene, from: &str, to: &str, port: u16) -> Answer {
    let end = |text: &str| End::Outside(text.parse().unwrap());
    scene.decide(&Flow { from: end(from), to: end(to), traffic: Traffic::to_port(Protocol::TCP, port) })
}

#[track_caller]
fn verdict(scene: &Scene, from: &str, to: &str, port: u16, expected: Verdict) -> Answer {
    let answer = ask(scene, from, to, port);
    assert_eq!(answer.verdict, expected, "{from} to {to}:{port}: {} {:?}", answer.summary, answer.notes);
    answer
}

fn is_incomplete(answer: &Answer) -> bool {
    answer.notes.iter().any(|note| note.starts_with("The answer is incomplete"))
}

fn rules(scene: &Scene) -> Vec<&SecurityRule> {
    scene.snapshot().cloud.groups.iter().flat_map(|g| g.rules.iter().map(|(rule, _)| rule)).collect()
}

fn names(scene: &Scene) -> Vec<&str> {
    rules(scene).iter().map(|rule| &*rule.name).collect()
}

fn with_code<'a>(scene: &'a Scene, code: &str) -> Vec<&'a Diagnostic> {
    scene.problems().iter().filter(|p| p.code.0 == code).collect()
}

/// Exactly one problem of this code: what is underlined, and a part of the message.
#[track_caller]
fn says<'a>(scene: &'a Scene, code: &str, underlined: &str, message: &str) -> &'a Diagnostic {
    let found = with_code(scene, code);
    let [problem] = found.as_slice() else { panic!("{code}: {:#?}", scene.problems()) };
    assert!(problem.message.contains(message), "{code}: {}", problem.message);
    let slice = scene.sources().slice(problem.place.unwrap());
    assert!(slice.starts_with(underlined), "{code} underlines {slice}");
    problem
}

#[track_caller]
fn silent(scene: &Scene, code: &str) {
    assert!(with_code(scene, code).is_empty(), "{:#?}", with_code(scene, code));
}

// ---- Networks ------------------------------------------------------------------------------------------------------------------------

#[test]
fn a_default_route_makes_everything_the_virtual_network() {
    let text = |to: &str, nsg: &str| {
        format!(
            "azure: {{networks: [{{name: net, addressSpace: 10.0.0.0/16, subnets: [{{name: s, prefix: 10.0.0.0/24, {nsg} routes: [{{prefix: 0.0.0.0/0, to: {to}}}]}}]}}], nsgs: [{{name: g}}]}}"
        )
    };
    let open = scene(&text("VirtualAppliance", "nsg: g,"));
    says(&open, "AZ031", "{name: s", "stands for every address");
    verdict(&open, OUTSIDE, INSIDE, 443, ALLOWED);
    for (to, nsg) in [("Internet", "nsg: g,"), ("None", "nsg: g,")] {
        let closed = scene(&text(to, nsg));
        silent(&closed, "AZ031");
        verdict(&closed, OUTSIDE, INSIDE, 443, DENIED);
    }
    // Without a group no rule asks what the tag is.
    silent(&scene(&text("VirtualAppliance", "")), "AZ031");
}

// ---- Clusters ----------------------------------------------------------------------------------------------------------------------

/// Two clusters in one network: `a` with an overlay on 10.0.0.0/24, `b` flat on 10.0.4.0/22. A machine takes packets of the nodes' subnet of `a` and of
/// the pods of `b` only.
fn two_clusters(nodes: &str, from: &str) -> String {
    format!(
        r#"
azure:
  networks:
  - name: net
    addressSpace: 10.0.0.0/16
    subnets: [{{name: a, prefix: 10.0.0.0/24}}, {{name: b, prefix: 10.0.4.0/22}}, {{name: vm, prefix: 10.0.9.0/24, nsg: g}}]
  nsgs:
  - name: g
    inbound:
    - {{priority: 100, name: known, allow: tcp 443, from: [{from}]}}
    - {{priority: 200, name: closed, deny: '*'}}
  machines: [{{name: db, subnet: vm, address: 10.0.9.4}}]
  clusters:
  - {{name: one, subnet: a, plugin: overlay, policy: none, nodes: 1, podRange: 10.244.0.0/16, serviceRange: 172.16.0.0/16}}
  - {{name: two, subnet: b, plugin: azure, policy: none, nodes: 1, serviceRange: 172.17.0.0/16}}
{nodes}
---
{{apiVersion: v1, kind: Pod, metadata: {{name: overlaid, namespace: d}}, spec: {{nodeName: of-one, containers: [{{name: c}}]}}, status: {{podIP: 10.244.0.9}}}}
---
{{apiVersion: v1, kind: Pod, metadata: {{name: flat, namespace: d}}, spec: {{nodeName: of-two, containers: [{{name: c}}]}}, status: {{podIP: 10.0.4.9}}}}
"#
    )
}

#[test]
fn each_node_has_the_plugin_of_its_own_cluster() {
    let node = |name: &str, address: &str| {
        format!(
            "---\n{{apiVersion: v1, kind: Node, metadata: {{name: {name}}}, status: {{addresses: [{{type: InternalIP, address: {address}}}]}}}}\n"
        )
    };
    let objects = node("of-one", "10.0.0.4") + &node("of-two", "10.0.4.4");
    // Overlay: packets leave with the node's address. Node subnet: with the pod's own, inside the virtual network.
    for (nodes, from, overlaid, flat) in [
        (&objects, "10.0.0.4, 10.0.4.9", ALLOWED, ALLOWED),
        (&objects, "10.244.0.0/16, 10.0.4.9", DENIED, ALLOWED),
        (&objects, "10.0.0.4, 10.0.4.4", ALLOWED, DENIED),
    ] {
        let scene = scene(&two_clusters(nodes, from));
        for (pod, expected) in [("overlaid", overlaid), ("flat", flat)] {
            let (id, _) = scene.snapshot().endpoints().find(|(_, e)| e.name == pod).unwrap();
            let flow =
                Flow { from: End::Pod(id), to: End::Outside("10.0.9.4".parse().unwrap()), traffic: Traffic::to_port(Protocol::TCP, 443) };
            let answer = scene.decide(&flow);
            assert_eq!(answer.verdict, expected, "{pod} with {from}: {}", answer.summary);
        }
    }
    // A node in no subnet that a cluster has: either plugin, and with it either address.
    let elsewhere = node("of-one", "10.0.9.9") + &node("of-two", "10.0.4.4");
    let scene = scene(&two_clusters(&elsewhere, "10.0.9.9, 10.0.4.9"));
    let (id, _) = scene.snapshot().endpoints().find(|(_, e)| e.name == "overlaid").unwrap();
    let flow = Flow { from: End::Pod(id), to: End::Outside("10.0.9.4".parse().unwrap()), traffic: Traffic::to_port(Protocol::TCP, 443) };
    assert_eq!(scene.decide(&flow).verdict, UNKNOWN);
}

#[test]
fn from_outside_nothing_is_addressed_to_a_pod_with_a_range_of_its_own() {
    let text = |plugin: &str| {
        format!(
            "azure: {{networks: [{{name: net, addressSpace: 10.0.0.0/16, subnets: [{{name: s, prefix: 10.0.0.0/22}}]}}], clusters: [{{name: c, subnet: s, plugin: {plugin}, policy: calico, nodes: 1, serviceRange: 172.16.0.0/16}}]}}\n---\n{{apiVersion: v1, kind: Pod, metadata: {{name: web, namespace: d}}, spec: {{containers: [{{name: c}}]}}}}"
        )
    };
    for (plugin, noted) in [("kubenet", true), ("overlay", true), ("azure", false)] {
        let scene = scene(&text(plugin));
        let (id, _) = scene.snapshot().endpoints().find(|(_, e)| e.name == "web").unwrap();
        let ask = |from: End| scene.decide(&Flow { from, to: End::Pod(id), traffic: Traffic::to_port(Protocol::TCP, 80) });
        let has = |answer: &Answer| {
            answer.notes.iter().any(|n| n.contains("no packet is addressed to `d/web` itself") && n.contains("netpolis path"))
        };
        let outside = ask(End::Outside("10.0.3.9".parse().unwrap()));
        assert_eq!((outside.verdict, has(&outside)), (ALLOWED, noted), "{plugin}: {:?}", outside.notes);
        let (node, _) = scene.snapshot().nodes().next().unwrap();
        assert!(!has(&ask(End::Node(node))), "a node knows the way");
    }
}

/// A cluster in 10.0.0.0/22, with fields of its own.
fn cluster(fields: &str) -> Scene {
    scene(&format!(
        "azure: {{region: westeurope, networks: [{{name: net, addressSpace: 10.0.0.0/16, subnets: [{{name: s, prefix: 10.0.0.0/22}}]}}], clusters: [{{name: c, subnet: s, policy: calico, {fields}}}]}}"
    ))
}

#[test]
fn the_address_of_dns() {
    for (fields, message) in [
        ("plugin: kubenet, serviceRange: 10.2.0.0/16, dns: 10.2.0.10", None),
        ("plugin: kubenet, serviceRange: 10.2.0.0/16, dns: 10.2.0.2", None),
        ("plugin: kubenet, serviceRange: 10.2.0.0/16, dns: 10.2.255.255", None),
        (
            "plugin: kubenet, serviceRange: 10.2.0.0/16, dns: 10.2.0.1",
            Some("is the first of the range of Services 10.2.0.0/16, which `kubernetes.default` has"),
        ),
        ("plugin: kubenet, serviceRange: 10.2.0.0/16, dns: 10.2.0.0", Some("is that of the range of Services 10.2.0.0/16 itself")),
        ("plugin: kubenet, serviceRange: 10.2.0.0/16, dns: 10.3.0.10", Some("is not in the range of Services 10.2.0.0/16")),
    ] {
        let scene = cluster(fields);
        match message {
            Some(message) => drop(says(&scene, "AZ027", "{name: c", message)),
            None => silent(&scene, "AZ027"),
        }
    }
    let command = scene(
        "az aks create -g g -n c --network-plugin azure --network-plugin-mode overlay --network-policy calico --service-cidr 10.2.0.0/16 --dns-service-ip 10.2.0.1\n",
    );
    says(&command, "AZ027", "--service-cidr", "is the first of the range of Services");
}

#[test]
fn regions_and_zones() {
    let text = |region: &str, zones: &str| {
        scene(&format!(
            "azure: {{region: {region}, networks: [{{name: net, addressSpace: 10.0.0.0/16, subnets: [{{name: s, prefix: 10.0.0.0/22}}]}}], machines: [{{name: m, subnet: s{zones}}}]}}"
        ))
    };
    for region in ["westeurope", "West Europe", "francesouth", "eastus2"] {
        silent(&text(region, ""), "AZ032");
    }
    let misspelt = text("westeurop", "");
    let problem = says(&misspelt, "AZ032", "{name: net", "no region `westeurop` is known");
    assert!(problem.help.as_deref().is_some_and(|h| h.contains("`westeurope`")));
    says(&text("atlantis", ""), "AZ032", "{name: net", "is not known here");
    silent(&text("westeurope", ", zone: 3"), "AZ030");
    silent(&text("atlantis", ", zone: 1"), "AZ030");
    says(&text("westeurope", ", zone: 4"), "AZ030", "{name: m", "there is no zone `4`");
    says(&text("westus", ", zone: 1"), "AZ030", "{name: m", "West US has no availability zones");
    says(
        &scene("az aks create -g g -n c -l westus --zones 1 2 --network-policy calico --network-plugin kubenet\n"),
        "AZ030",
        "az aks",
        "West US has no",
    );
    silent(&scene("az aks create -g g -n c -l westus3 --zones 1 2 --network-policy calico --network-plugin kubenet\n"), "AZ030");
}

#[test]
fn a_group_is_in_the_region_of_what_it_guards() {
    let text = |region: &str| {
        scene(&format!(
            "az network nsg create -g g -n web -l {region}\naz network vnet create -g g -n n -l westeurope --address-prefixes 10.0.0.0/16 --subnet-name s --subnet-prefixes 10.0.0.0/24 --network-security-group web\n"
        ))
    };
    silent(&text("westeurope"), "AZ033");
    silent(&text("'West Europe'"), "AZ033");
    says(&text("northeurope"), "AZ033", "web", "is in North Europe, and subnet `s` in West Europe");
    silent(&text("$REGION"), "AZ033");
}

#[test]
fn members_of_both_groups_of_a_rule_are_in_one_network() {
    let text = |subnet: &str| {
        scene(&format!(
            "azure: {{networks: [{{name: net, addressSpace: 10.0.0.0/16, peerings: [m], subnets: [{{name: s, prefix: 10.0.0.0/24, nsg: g}}]}}, {{name: m, addressSpace: 10.1.0.0/16, peerings: [net], subnets: [{{name: t, prefix: 10.1.0.0/24}}]}}], nsgs: [{{name: g, inbound: [{{priority: 100, name: r, allow: tcp 443, from: 'asg:web', to: 'asg:db'}}]}}], machines: [{{name: a, subnet: {subnet}, groups: [web]}}, {{name: b, subnet: s, groups: [db]}}]}}"
        ))
    };
    silent(&text("s"), "AZ034");
    says(&text("t"), "AZ034", "{priority: 100", "all members have to be in one virtual network");
}

#[test]
fn windows_nodes_and_other_limits_of_clusters() {
    let pool = |plugin: &str, os: &str| {
        scene(&format!(
            "az aks create -g g -n c --network-plugin {plugin} --network-policy calico\naz aks nodepool add -g g --cluster-name c -n win --os-type {os}\n"
        ))
    };
    says(&pool("kubenet", "Windows"), "AZ043", "az aks nodepool add", "kubenet has no Windows node pools");
    silent(&pool("kubenet", "Linux"), "AZ043");
    silent(&pool("azure", "Windows"), "AZ043");
    silent(&cluster("plugin: kubenet, nodes: 400, serviceRange: 172.16.0.0/16"), "AZ027");
    assert!(
        with_code(&cluster("plugin: kubenet, nodes: 401, serviceRange: 172.16.0.0/16"), "AZ027")
            .iter()
            .any(|p| p.message.contains("400 nodes"))
    );
    let npm = |count: u32| {
        let scene = scene(&format!(
            "az aks create -g g -n c --network-plugin azure --network-plugin-mode overlay --network-policy azure --node-count {count}\n"
        ));
        with_code(&scene, "AZ045").iter().any(|p| p.message.contains("250 nodes at most, and this cluster has"))
    };
    assert!(npm(251) && !npm(250));
    let two = |plugin: &str| {
        scene(&format!(
            "azure: {{networks: [{{name: net, addressSpace: 10.0.0.0/16, subnets: [{{name: s, prefix: 10.0.0.0/22}}]}}], clusters: [{{name: one, subnet: s, policy: none, plugin: {plugin}, serviceRange: 172.16.0.0/16}}, {{name: two, subnet: s, policy: none, plugin: {plugin}, serviceRange: 172.16.0.0/16}}]}}"
        ))
    };
    says(&two("kubenet"), "AZ027", "{name: two", "with kubenet a subnet belongs to one cluster");
    silent(&two("overlay"), "AZ027");
}

// ---- Effective rules ---------------------------------------------------------------------------------------------------------------

/// What `az network nic list-effective-nsg` prints, cut to the fields that count. The peer 10.9.0.0/16 is known from the expansion alone.
const EFFECTIVE: &str = r#"{"value": [
 {"association": {"subnet": {"id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/prod/subnets/back"}},
  "networkSecurityGroup": {"id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/networkSecurityGroups/back-nsg"},
  "tagMap": {"AzureCloud": ["20.0.0.0/8"]},
  "effectiveSecurityRules": [
   {"name": "securityRules/cloud", "access": "Allow", "direction": "Inbound", "priority": 100, "protocol": "Tcp",
    "sourceAddressPrefix": "AzureCloud", "sourceAddressPrefixes": ["AzureCloud"], "expandedSourceAddressPrefix": null,
    "sourcePortRange": "0-65535", "sourcePortRanges": ["0-65535"],
    "destinationAddressPrefix": "0.0.0.0/0", "destinationAddressPrefixes": ["0.0.0.0/0"], "expandedDestinationAddressPrefix": null,
    "destinationPortRange": "443-443", "destinationPortRanges": ["443-443"]},
   {"name": "securityRules/storage", "access": "Allow", "direction": "Inbound", "priority": 110, "protocol": "All",
    "sourceAddressPrefix": "Storage", "sourceAddressPrefixes": ["Storage"], "expandedSourceAddressPrefix": ["13.65.1.0/24"],
    "sourcePortRange": "0-65535", "sourcePortRanges": ["0-65535"],
    "destinationAddressPrefix": "0.0.0.0/0", "destinationAddressPrefixes": ["0.0.0.0/0"], "expandedDestinationAddressPrefix": null,
    "destinationPortRange": "0-65535", "destinationPortRanges": ["0-65535"]},
   {"name": "defaultSecurityRules/AllowVnetInBound", "access": "Allow", "direction": "Inbound", "priority": 65000, "protocol": "All",
    "sourceAddressPrefix": "VirtualNetwork", "sourceAddressPrefixes": ["VirtualNetwork"],
    "expandedSourceAddressPrefix": ["10.7.0.0/16", "10.9.0.0/16", "168.63.129.16/32"],
    "sourcePortRange": "0-65535", "destinationPortRange": "0-65535",
    "destinationAddressPrefix": "VirtualNetwork", "destinationAddressPrefixes": ["VirtualNetwork"],
    "expandedDestinationAddressPrefix": ["10.7.0.0/16", "10.9.0.0/16", "168.63.129.16/32"]}]},
 {"association": {"networkInterface": {"id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/networkInterfaces/back-nic"}},
  "networkSecurityGroup": {"id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/networkSecurityGroups/nic-nsg"},
  "effectiveSecurityRules": [
   {"name": "securityRules/all", "access": "Allow", "direction": "Inbound", "priority": 100, "protocol": "All",
    "sourceAddressPrefix": "0.0.0.0/0", "sourcePortRange": "0-65535", "destinationAddressPrefix": "0.0.0.0/0", "destinationPortRange": "0-65535"}]}
]}"#;

#[test]
fn effective_rules_say_what_tags_are_and_where_they_hold() {
    let scene = scene(EFFECTIVE);
    assert!(scene.problems().iter().all(|p| p.severity != netpolis_core::diagnostics::Severity::Error), "{:#?}", scene.problems());
    let cloud = &scene.snapshot().cloud;
    let [network] = &cloud.networks[..] else { panic!("{:?}", cloud.networks) };
    assert_eq!(network.name, "prod");
    let [subnet] = &cloud.subnets[..] else { panic!() };
    assert_eq!(subnet.name, "back");
    let interface = cloud.interfaces.iter().find(|i| i.name == "back-nic").unwrap();
    let address = interface.addresses[0].to_string();
    assert!(address.starts_with("10.7."), "{address}");
    // A tag of the tag map, one that the rule itself expands, and neither of them elsewhere.
    let answer = verdict(&scene, "20.1.2.3", &address, 443, ALLOWED);
    let groups: Vec<_> = answer.checkpoints.iter().map(|c| c.title.clone()).collect();
    assert_eq!(groups, ["Inbound at subnet back", "Inbound at interface back-nic"]);
    verdict(&scene, "21.1.2.3", &address, 443, DENIED);
    verdict(&scene, "13.65.1.9", &address, 22, ALLOWED);
    verdict(&scene, "13.65.2.9", &address, 22, DENIED);
    // The virtual network reaches to the peer, and not to the rest of 10.0.0.0/8.
    verdict(&scene, "10.9.1.1", &address, 22, ALLOWED);
    verdict(&scene, "10.8.1.1", &address, 22, DENIED);
    assert!(answer.notes.iter().any(|n| n.contains("the first free one, is assumed")), "{:?}", answer.notes);
    silent(&scene, "AZ008");
    silent(&scene, "AZ009");
    silent(&scene, "AZ010");
    // With the network beside it, nothing is assumed.
    let text = format!(
        "[{EFFECTIVE}, {}]",
        r#"{"type": "Microsoft.Network/virtualNetworks", "name": "prod", "addressSpace": {"addressPrefixes": ["10.7.0.0/16"]},
        "subnets": [{"name": "back", "addressPrefix": "10.7.3.0/24"}]}"#
    );
    let scene = self::scene(&text);
    assert_eq!(scene.snapshot().cloud.subnets.len(), 1);
    verdict(&scene, "10.9.1.1", "10.7.3.4", 22, ALLOWED);
    silent(&scene, "AZ026");
}

// ---- Terraform ---------------------------------------------------------------------------------------------------------------------

#[test]
fn languages_that_are_not_read_say_what_to_paste() {
    for (text, message, help) in [
        (
            "# groups\n\nresource \"azurerm_network_security_group\" \"web\" {\n  name = \"web\"\n}\n",
            "this is Terraform",
            "terraform show -json",
        ),
        ("/* a\n b */\nterraform {\n  required_version = \"1\"\n}\n", "this is Terraform", "az network nsg show"),
        (
            "param location string = 'westeurope'\nresource nsg 'Microsoft.Network/networkSecurityGroups@2023-09-01' = {\n}\n",
            "this is Bicep",
            "az bicep build",
        ),
    ] {
        let scene = scene(text);
        let [problem] = scene.problems() else { panic!("{:#?}", scene.problems()) };
        assert_eq!(problem.code.0, "AZ035");
        assert!(problem.message.starts_with(message) && problem.help.as_deref().is_some_and(|h| h.contains(help)), "{problem:?}");
    }
    // Objects of Kubernetes's are none of these, whatever their fields are called.
    for text in ["resource: {a: 1}", "data: {a: b}", "module: 1", "variable: x", "provider: y\n", "locals:\n  a: {}\n"] {
        silent(&scene(text), "AZ035");
    }
}

#[test]
fn what_terraform_shows_is_read() {
    let text = r#"{"format_version": "1.0", "terraform_version": "1.9.0", "values": {"root_module": {"resources": [
      {"type": "azurerm_network_security_group", "name": "web", "values": {"name": "web", "location": "westeurope", "security_rule": [
        {"name": "https", "priority": 100, "direction": "Inbound", "access": "Allow", "protocol": "Tcp", "source_port_range": "*", "source_port_ranges": [],
         "destination_port_range": "", "destination_port_ranges": ["443", "8443"], "source_address_prefix": "Internet", "source_address_prefixes": [],
         "destination_address_prefix": "*", "destination_address_prefixes": [], "source_application_security_group_ids": [],
         "destination_application_security_group_ids": [], "description": ""}]}}],
      "child_modules": [{"resources": [
       {"type": "azurerm_virtual_network", "name": "net", "values": {"name": "net", "address_space": ["10.0.0.0/16"], "subnet": []}},
       {"type": "azurerm_subnet", "name": "s", "values": {"name": "s", "virtual_network_name": "net", "address_prefixes": ["10.0.0.0/24"]}},
       {"type": "azurerm_network_interface", "name": "nic", "values": {"name": "nic", "ip_configuration": [{"private_ip_address": "10.0.0.4", "subnet_id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/net/subnets/s"}]}},
       {"type": "azurerm_network_security_rule", "name": "ssh", "values": {"name": "ssh", "network_security_group_name": "web", "priority": 110, "direction": "Inbound", "access": "Allow", "protocol": "Tcp", "source_port_range": "*", "destination_port_range": "22", "source_address_prefix": "203.0.113.0/24", "destination_address_prefix": "*"}},
       {"type": "azurerm_network_interface_security_group_association", "name": "a", "values": {"network_interface_id": "/x/networkInterfaces/nic", "network_security_group_id": "/x/networkSecurityGroups/web"}},
       {"type": "azurerm_resource_group", "name": "g", "values": {"name": "g"}}]}]}}}"#;
    let scene = scene(text);
    assert!(scene.problems().iter().all(|p| p.severity != netpolis_core::diagnostics::Severity::Error), "{:#?}", scene.problems());
    for (from, port, expected) in
        [("8.8.8.8", 443, ALLOWED), ("8.8.8.8", 22, DENIED), ("203.0.113.7", 22, ALLOWED), ("10.0.0.9", 80, ALLOWED)]
    {
        verdict(&scene, from, INSIDE, port, expected);
    }
    let subnet = text
        .replace("azurerm_network_interface_security_group_association", "azurerm_subnet_network_security_group_association")
        .replace("\"network_interface_id\": \"/x/networkInterfaces/nic\"", "\"subnet_id\": \"/x/virtualNetworks/net/subnets/s\"");
    verdict(&self::scene(&subnet), "8.8.8.8", INSIDE, 22, DENIED);
    verdict(&self::scene(&subnet), "8.8.8.8", INSIDE, 443, ALLOWED);
}

// ---- Templates ---------------------------------------------------------------------------------------------------------------------

/// A template with a network of one subnet 10.0.0.0/24, guarded by the group `web`, of which `properties` are given.
fn template(head: &str, properties: &str) -> String {
    format!(
        r#"{{"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "contentVersion": "1.0.0.0",
{head}
"resources": [
 {{"type": "Microsoft.Network/networkSecurityGroups", "apiVersion": "2023-09-01", "name": "web", "properties": {{{properties}}}}},
 {{"type": "Microsoft.Network/virtualNetworks", "apiVersion": "2023-09-01", "name": "n", "properties": {{
   "addressSpace": {{"addressPrefixes": ["10.0.0.0/16"]}},
   "subnets": [{{"name": "s", "properties": {{"addressPrefix": "10.0.0.0/24",
     "networkSecurityGroup": {{"id": "[resourceId('Microsoft.Network/networkSecurityGroups', 'web')]"}}}}}}]}}}}
]}}"#
    )
}

/// The fields of an inbound rule that allows TCP from anywhere, with some of them given.
fn rule(name: &str, priority: &str, port: &str, others: &str) -> String {
    let default = |field: &str, value: &str| if others.contains(field) { String::new() } else { format!(r#""{field}": {value}, "#) };
    format!(
        r#"{{"name": {name}, "properties": {{{}{}{}{}{}{others}{}"priority": {priority}, "sourcePortRange": "*", "destinationPortRange": {port}}}}}"#,
        default("access", "\"Allow\""),
        default("direction", "\"Inbound\""),
        default("protocol", "\"Tcp\""),
        default("sourceAddressPrefix", "\"*\""),
        default("destinationAddressPrefix", "\"*\""),
        if others.is_empty() { "" } else { ", " },
    )
}

const OUTSIDE: &str = "198.51.100.7";
const INSIDE: &str = "10.0.0.4";

#[test]
fn rules_of_a_copy_loop_are_unrolled() {
    let head = r#""parameters": {"ports": {"type": "array", "defaultValue": [80, 443, 8080]}}, "variables": {"base": 200},"#;
    let looped = |count: &str| {
        let input = rule(
            "\"[concat('allow-', parameters('ports')[copyIndex('securityRules')])]\"",
            "\"[add(variables('base'), copyIndex('securityRules', 1))]\"",
            "\"[string(parameters('ports')[copyIndex('securityRules')])]\"",
            "",
        );
        template(head, &format!(r#""copy": [{{"name": "securityRules", "count": {count}, "input": {input}}}]"#))
    };
    for count in ["3", "\"[length(parameters('ports'))]\""] {
        let scene = scene(&looped(count));
        assert_eq!(names(&scene), ["allow-80", "allow-443", "allow-8080"]);
        assert_eq!(rules(&scene).iter().map(|r| r.priority).collect::<Vec<_>>(), [201, 202, 203]);
        silent(&scene, "AZ011");
        for port in [80, 443, 8080] {
            assert!(!is_incomplete(&verdict(&scene, OUTSIDE, INSIDE, port, ALLOWED)));
        }
        verdict(&scene, OUTSIDE, INSIDE, 22, DENIED);
    }
    // As many as are asked for, and no more.
    let scene = scene(&looped("\"[sub(length(parameters('ports')), 1)]\""));
    assert_eq!(names(&scene), ["allow-80", "allow-443"]);
    verdict(&scene, OUTSIDE, INSIDE, 8080, DENIED);
}

#[test]
fn rules_of_a_copy_loop_over_objects() {
    let head = r#""parameters": {"rules": {"type": "array", "defaultValue": [
        {"name": "https", "port": "443", "from": "Internet", "nested": {"priority": 300}},
        {"name": "ssh", "port": "22", "from": "203.0.113.0/24", "nested": {"priority": 310}}]}},"#;
    let input = rule(
        "\"[parameters('rules')[copyIndex('securityRules')].name]\"",
        "\"[parameters('rules')[copyIndex('securityRules')].nested.priority]\"",
        "\"[parameters('rules')[copyIndex('securityRules')].port]\"",
        r#""sourceAddressPrefix": "[parameters('rules')[copyIndex('securityRules')].from]""#,
    );
    let text =
        template(head, &format!(r#""copy": [{{"name": "securityRules", "count": "[length(parameters('rules'))]", "input": {input}}}]"#));
    let scene = scene(&text);
    assert_eq!(names(&scene), ["https", "ssh"]);
    verdict(&scene, "8.8.8.8", INSIDE, 443, ALLOWED);
    verdict(&scene, "203.0.113.9", INSIDE, 22, ALLOWED);
    verdict(&scene, "8.8.8.8", INSIDE, 22, DENIED);
}

#[test]
fn rules_that_are_whole_items_of_a_parameter_or_variable() {
    let item = rule("\"https\"", "100", "\"443\"", "");
    let parameter = format!(r#""parameters": {{"rules": {{"type": "array", "defaultValue": [{item}]}}}},"#);
    let variable = format!(r#""variables": {{"rules": [{item}]}},"#);
    let copied = r#""variables": {"copy": [{"name": "rules", "count": 2, "input": "#.to_string()
        + &rule(
            "\"[concat('r', copyIndex('rules'))]\"",
            "\"[add(100, copyIndex('rules'))]\"",
            "\"[string(add(443, copyIndex('rules')))]\"",
            "",
        )
        + "}]},";
    for (head, properties) in [
        (&parameter, r#""securityRules": "[parameters('rules')]""#),
        (&variable, r#""securityRules": "[variables('rules')]""#),
        (&variable, r#""securityRules": "[concat(variables('rules'), createArray())]""#),
        (&copied, r#""securityRules": "[variables('rules')]""#),
        (&parameter, r#""copy": [{"name": "securityRules", "count": 1, "input": "[parameters('rules')[copyIndex('securityRules')]]"}]"#),
    ] {
        let scene = scene(&template(head, properties));
        silent(&scene, "AZ011");
        assert!(!is_incomplete(&verdict(&scene, OUTSIDE, INSIDE, 443, ALLOWED)), "{properties}");
        verdict(&scene, OUTSIDE, INSIDE, 22, DENIED);
    }
    assert_eq!(names(&scene(&template(&copied, r#""securityRules": "[variables('rules')]""#))), ["r0", "r1"]);
}

#[test]
fn rules_that_the_text_does_not_give_make_answers_incomplete() {
    let head = r#""parameters": {"rules": {"type": "array"}, "count": {"type": "int"}},"#;
    let known = rule("\"https\"", "100", "\"443\"", "");
    for properties in [
        r#""securityRules": "[parameters('rules')]""#.to_string(),
        format!(r#""securityRules": "[concat(parameters('rules'), createArray())]", "description": {known}"#),
        r#""copy": [{"name": "securityRules", "count": "[length(parameters('rules'))]", "input": {"name": "[parameters('rules')[copyIndex('securityRules')].name]", "properties": "[parameters('rules')[copyIndex('securityRules')].properties]"}}]"#.to_string(),
        format!(r#""copy": [{{"name": "securityRules", "count": "[parameters('count')]", "input": {}}}]"#, rule("\"[concat('r', copyIndex('securityRules'))]\"", "\"[add(100, copyIndex('securityRules'))]\"", "\"443\"", "")),
    ] {
        let scene = scene(&template(head, &properties));
        assert!(!with_code(&scene, "AZ011").is_empty(), "{properties}");
        assert!(is_incomplete(&ask(&scene, OUTSIDE, INSIDE, 443)), "{properties}");
        assert!(with_code(&scene, "AZ002").is_empty() && with_code(&scene, "AZ001").is_empty());
    }
    // What the rules are is plain where only their number is not: there may be one that lets in 443, and none that lets in 22.
    let looped = format!(
        r#""copy": [{{"name": "securityRules", "count": "[parameters('count')]", "input": {}}}]"#,
        rule("\"[concat('r', copyIndex('securityRules'))]\"", "\"[add(100, copyIndex('securityRules'))]\"", "\"443\"", "")
    );
    let scene = scene(&template(head, &looped));
    verdict(&scene, OUTSIDE, INSIDE, 443, UNKNOWN);
    verdict(&scene, OUTSIDE, INSIDE, 22, DENIED);
}

#[test]
fn resources_in_loops_and_with_conditions() {
    let separate = |extra: &str, name: &str, priority: &str, port: &str| {
        let head =
            r#""parameters": {"open": {"type": "bool", "defaultValue": true}, "unknown": {"type": "bool"}, "many": {"type": "int"}},"#;
        let fields = rule(name, priority, port, "");
        let text = template(head, "");
        text.replacen(
            "\"resources\": [",
            &format!(
                r#""resources": [{{"type": "Microsoft.Network/networkSecurityGroups/securityRules", "apiVersion": "2023-09-01", {extra} {},"#,
                fields.trim_start_matches('{')
            ),
            1,
        )
    };
    let looped = r#""copy": {"name": "rules", "count": 2},"#;
    let (name, priority, port) =
        ("\"[concat('web/r', copyIndex())]\"", "\"[add(100, copyIndex())]\"", "\"[string(add(8000, copyIndex('rules')))]\"");
    let scene_of = |extra: &str| scene(&separate(extra, name, priority, port));
    let two = scene_of(looped);
    verdict(&two, OUTSIDE, INSIDE, 8000, ALLOWED);
    verdict(&two, OUTSIDE, INSIDE, 8001, ALLOWED);
    verdict(&two, OUTSIDE, INSIDE, 8002, DENIED);
    let endless = scene_of(r#""copy": {"name": "rules", "count": "[parameters('many')]"},"#);
    assert!(is_incomplete(&verdict(&endless, OUTSIDE, INSIDE, 8001, UNKNOWN)));
    let condition = |condition: &str| scene(&separate(&format!(r#""condition": {condition},"#), "\"web/r\"", "100", "\"8000\""));
    verdict(&condition("false"), OUTSIDE, INSIDE, 8000, DENIED);
    verdict(&condition("\"[not(parameters('open'))]\""), OUTSIDE, INSIDE, 8000, DENIED);
    verdict(&condition("\"[parameters('open')]\""), OUTSIDE, INSIDE, 8000, ALLOWED);
    let open = condition("\"[parameters('unknown')]\"");
    verdict(&open, OUTSIDE, INSIDE, 8000, UNKNOWN);
    verdict(&open, OUTSIDE, INSIDE, 22, DENIED);
}

#[test]
fn machines_in_loops_get_addresses_of_their_own() {
    let text = template(r#""parameters": {"many": {"type": "int", "defaultValue": 3}},"#, "").replacen(
        "\"resources\": [",
        r#""resources": [{"type": "Microsoft.Network/networkInterfaces", "apiVersion": "2023-09-01", "name": "[concat('nic', copyIndex())]",
          "copy": {"name": "nics", "count": "[parameters('many')]"},
          "properties": {"ipConfigurations": [{"name": "c", "properties": {"privateIPAddress": "[concat('10.0.0.', add(10, copyIndex()))]",
            "subnet": {"id": "[resourceId('Microsoft.Network/virtualNetworks/subnets', 'n', 's')]"}}}]}},"#,
        1,
    );
    let scene = scene(&text);
    let found: Vec<String> = scene.snapshot().cloud.interfaces.iter().map(|i| format!("{} {:?}", i.name, i.addresses)).collect();
    assert_eq!(found, ["nic0 [10.0.0.10]", "nic1 [10.0.0.11]", "nic2 [10.0.0.12]"]);
}

#[test]
fn subnets_and_routes_of_a_copy_loop() {
    let text = template("", "").replacen(
        "\"subnets\": [",
        r#""copy": [{"name": "subnets", "count": 2, "input": {"name": "[concat('more', copyIndex('subnets'))]",
            "properties": {"addressPrefix": "[concat('10.0.', copyIndex('subnets', 1), '.0/24')]"}}}], "subnets": ["#,
        1,
    );
    let scene = scene(&text);
    let found: Vec<String> = scene.snapshot().cloud.subnets.iter().map(|s| format!("{} {}", s.name, s.prefixes[0])).collect();
    assert_eq!(found, ["s 10.0.0.0/24", "more0 10.0.1.0/24", "more1 10.0.2.0/24"]);
}

#[test]
fn expressions_are_followed_as_far_as_they_go() {
    let head = r#""parameters": {
        "yes": {"type": "bool", "defaultValue": true}, "kind": {"type": "string", "defaultValue": "Web"}, "none": {"type": "array", "defaultValue": []},
        "port": {"type": "int", "defaultValue": 443}, "unknown": {"type": "string"}},
        "variables": {"ports": {"web": "443", "ssh": "22"}, "list": ["10.1.0.0/16", "10.2.0.0/16"]},"#;
    let allowed = "\"443\"";
    for (field, expression) in [
        ("access", "[if(parameters('yes'), 'Allow', 'Deny')]"),
        ("access", "[if(not(parameters('yes')), 'Deny', 'Allow')]"),
        ("access", "[if(equals(parameters('kind'), 'Web'), 'Allow', 'Deny')]"),
        ("access", "[if(and(parameters('yes'), equals(parameters('port'), 443)), 'Allow', 'Deny')]"),
        ("access", "[if(or(equals(parameters('unknown'), 'a'), true()), 'Allow', 'Deny')]"),
        ("access", "[if(and(equals(parameters('unknown'), 'a'), false()), 'Deny', 'Allow')]"),
        ("access", "[if(empty(parameters('none')), 'Allow', 'Deny')]"),
        ("access", "[if(equals(length(variables('list')), 2), 'Allow', 'Deny')]"),
        ("access", "[if(bool('true'), 'Allow', 'Deny')]"),
        ("access", "[if(greater(int('5'), 4), 'Allow', 'Deny')]"),
        ("direction", "[if(parameters('yes'), 'Inbound', 'Outbound')]"),
        ("protocol", "[if(equals(toLower(parameters('kind')), 'web'), 'Tcp', 'Udp')]"),
        ("sourceAddressPrefix", "[if(empty(''), '*', 'VirtualNetwork')]"),
        ("sourceAddressPrefix", "[coalesce(null(), '*')]"),
    ] {
        let properties = format!(r#""securityRules": [{}]"#, rule("\"r\"", "100", allowed, &format!(r#""{field}": "{expression}""#)));
        let scene = scene(&template(head, &properties));
        silent(&scene, "AZ011");
        verdict(&scene, OUTSIDE, INSIDE, 443, ALLOWED);
        verdict(&scene, OUTSIDE, INSIDE, 22, DENIED);
    }
    for port in [
        "[variables('ports').web]",
        "[variables('ports')[toLower(parameters('kind'))]]",
        "[string(parameters('port'))]",
        "[format('{0}{1}', 4, 43)]",
    ] {
        let scene = scene(&template(head, &format!(r#""securityRules": [{}]"#, rule("\"r\"", "100", &format!("\"{port}\""), ""))));
        silent(&scene, "AZ011");
        verdict(&scene, OUTSIDE, INSIDE, 443, ALLOWED);
        verdict(&scene, OUTSIDE, INSIDE, 22, DENIED);
    }
    // Texts that differ in case only, and values of different kinds: whether they are equal is not taken for granted.
    for doubtful in ["equals(parameters('kind'), 'web')", "equals(parameters('port'), '443')", "equals(parameters('unknown'), 'x')"] {
        let access = format!(r#""access": "[if({doubtful}, 'Allow', 'Deny')]""#);
        let scene = scene(&template(head, &format!(r#""securityRules": [{}]"#, rule("\"r\"", "100", allowed, &access))));
        verdict(&scene, OUTSIDE, INSIDE, 443, UNKNOWN);
    }
}

#[test]
fn what_a_rule_leaves_open_matters_where_it_matters() {
    let head = r#""parameters": {"open": {"type": "string"}, "number": {"type": "int"}, "ports": {"type": "array"}},"#;
    let with = |rules: &[String]| scene(&template(head, &format!(r#""securityRules": [{}]"#, rules.join(", "))));
    let no_errors = |scene: &Scene| {
        let errors: Vec<_> = scene.problems().iter().filter(|p| p.severity == netpolis_core::diagnostics::Severity::Error).collect();
        assert!(errors.is_empty(), "{errors:#?}");
    };
    // Allow or Deny: either.
    let access = with(&[rule("\"r\"", "100", "\"443\"", r#""access": "[if(equals(parameters('open'), 'x'), 'Allow', 'Deny')]""#)]);
    no_errors(&access);
    let answer = verdict(&access, OUTSIDE, INSIDE, 443, UNKNOWN);
    assert!(answer.summary.contains("[if(equals(parameters('open'), 'x'), 'Allow', 'Deny')]"), "{}", answer.summary);
    verdict(&access, OUTSIDE, INSIDE, 22, DENIED);
    verdict(&access, "10.0.0.5", INSIDE, 22, ALLOWED);
    // What the default rule would allow may be denied now.
    verdict(&access, "10.0.0.5", INSIDE, 443, UNKNOWN);
    // Inbound or outbound: in both, possibly.
    let direction = with(&[rule("\"r\"", "100", "\"443\"", r#""direction": "[parameters('open')]", "access": "Deny""#)]);
    no_errors(&direction);
    verdict(&direction, "10.0.0.5", INSIDE, 443, UNKNOWN);
    verdict(&direction, INSIDE, OUTSIDE, 443, UNKNOWN);
    verdict(&direction, INSIDE, OUTSIDE, 80, ALLOWED);
    // A number that is not known: anywhere, which matters only where another rule disagrees.
    let priority = with(&[
        rule("\"open\"", "\"[parameters('number')]\"", "\"400-500\"", ""),
        rule("\"closed\"", "200", "\"443\"", r#""access": "Deny""#),
    ]);
    no_errors(&priority);
    silent(&priority, "LINT020");
    verdict(&priority, OUTSIDE, INSIDE, 443, UNKNOWN);
    verdict(&priority, OUTSIDE, INSIDE, 444, ALLOWED);
    verdict(&priority, OUTSIDE, INSIDE, 22, DENIED);
    // Two such rules that disagree: either may come first.
    let two = with(&[
        rule("\"a\"", "\"[parameters('number')]\"", "\"443\"", ""),
        rule("\"b\"", "\"[add(parameters('number'), 1)]\"", "\"443\"", r#""access": "Deny""#),
    ]);
    no_errors(&two);
    verdict(&two, OUTSIDE, INSIDE, 443, UNKNOWN);
    // A protocol, ports or addresses that are not known.
    let protocol = with(&[rule("\"r\"", "100", "\"443\"", r#""protocol": "[parameters('open')]""#)]);
    no_errors(&protocol);
    verdict(&protocol, OUTSIDE, INSIDE, 443, UNKNOWN);
    verdict(&protocol, OUTSIDE, INSIDE, 22, DENIED);
    let end = |text: &str| End::Outside(text.parse().unwrap());
    let ping = Traffic { protocol: Protocol::ICMP, source: Some(8), destination: Some(0) };
    assert_eq!(protocol.decide(&Flow { from: end(OUTSIDE), to: end(INSIDE), traffic: ping }).verdict, UNKNOWN, "the protocol may be ICMP");
    let ports = with(&[rule("\"r\"", "100", "\"[parameters('open')]\"", r#""sourceAddressPrefix": "198.51.100.0/24""#)]);
    no_errors(&ports);
    verdict(&ports, OUTSIDE, INSIDE, 22, UNKNOWN);
    verdict(&ports, "192.0.2.1", INSIDE, 22, DENIED);
    let groups = with(&[rule("\"r\"", "100", "\"443\"", r#""sourceApplicationSecurityGroups": "[parameters('ports')]""#)]);
    no_errors(&groups);
    verdict(&groups, "10.0.0.5", INSIDE, 443, ALLOWED);
    verdict(&groups, OUTSIDE, INSIDE, 443, UNKNOWN);
}

#[test]
fn nested_deployments_and_symbolic_names() {
    let item = rule("\"https\"", "100", "\"[parameters('port')]\"", "");
    let group =
        format!(r#"{{"type": "Microsoft.Network/networkSecurityGroups", "name": "web", "properties": {{"securityRules": [{item}]}}}}"#);
    let nested = |scope: &str, passed: &str| {
        let head =
            r#""parameters": {"port": {"type": "string", "defaultValue": "443"}, "other": {"type": "string", "defaultValue": "8443"}},"#;
        template(head, "").replacen(
            r#"{"type": "Microsoft.Network/networkSecurityGroups", "apiVersion": "2023-09-01", "name": "web", "properties": {}}"#,
            &format!(
                r#"{{"type": "Microsoft.Resources/deployments", "name": "inner", "properties": {{{scope}{passed}"template": {{"contentVersion": "1.0.0.0",
                "parameters": {{"port": {{"type": "string", "defaultValue": "80"}}}}, "resources": [{group}]}}}}}}"#
            ),
            1,
        )
    };
    let inner = r#""expressionEvaluationOptions": {"scope": "inner"},"#;
    for (scope, passed, port) in
        [("", "", 443), (inner, "", 80), (inner, r#""parameters": {"port": {"value": "[parameters('other')]"}},"#, 8443)]
    {
        let scene = scene(&nested(scope, passed));
        silent(&scene, "AZ011");
        for asked in [80, 443, 8443] {
            verdict(&scene, OUTSIDE, INSIDE, asked, if asked == port { ALLOWED } else { DENIED });
        }
    }
    let plain = template("", &format!(r#""securityRules": [{}]"#, rule("\"https\"", "100", "\"443\"", "")));
    let symbolic = plain.replacen("\"resources\": [", "\"resources\": {\"a\": ", 1).replacen(
        " {\"type\": \"Microsoft.Network/virtualNetworks\"",
        " \"b\": {\"type\": \"Microsoft.Network/virtualNetworks\"",
        1,
    );
    let symbolic = symbolic.trim_end().trim_end_matches("]}").to_string() + "}}";
    for text in [plain, symbolic] {
        let scene = scene(&text);
        verdict(&scene, OUTSIDE, INSIDE, 443, ALLOWED);
        verdict(&scene, OUTSIDE, INSIDE, 22, DENIED);
    }
}

#[test]
fn no_expression_takes_forever() {
    // Each variable is twice the one before, and a loop of a thousand turns uses the last.
    let mut variables = String::from(r#""v0": "xxxxxxxxxxxxxxxx""#);
    for i in 1..22 {
        variables += &format!(r#", "v{i}": "[concat(variables('v{}'), variables('v{}'))]""#, i - 1, i - 1);
    }
    let head = format!(r#""variables": {{{variables}}},"#);
    let input = rule("\"[variables('v21')]\"", "\"[add(100, copyIndex('securityRules'))]\"", "\"443\"", "");
    let text = template(&head, &format!(r#""copy": [{{"name": "securityRules", "count": 1000, "input": {input}}}]"#));
    let started = std::time::Instant::now();
    scene(&text);
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
    let scene = scene(&template("", r#""copy": [{"name": "securityRules", "count": 1000000000, "input": {}}]"#));
    assert!(is_incomplete(&ask(&scene, OUTSIDE, INSIDE, 443)));
}

#[test]
fn variables_of_commands_that_the_text_does_not_set() {
    let text = |rule: &str| {
        format!(
            "az network nsg create -g g -n web\naz network vnet create -g g -n n --address-prefixes 10.0.0.0/16 --subnet-name s --subnet-prefixes 10.0.0.0/24 --network-security-group web\naz network nsg rule create -g g --nsg-name web -n r --priority 100 --destination-port-ranges 443 {rule}\n"
        )
    };
    for open in ["--access $ACCESS", "--direction $DIRECTION", "--protocol $PROTOCOL", "--source-address-prefixes $FROM"] {
        let scene = scene(&text(open));
        verdict(&scene, OUTSIDE, INSIDE, 443, UNKNOWN);
        verdict(&scene, OUTSIDE, INSIDE, 22, DENIED);
    }
    let scene = scene(&text("--access Deny").replace("--priority 100", "--priority $PRIORITY"));
    silent(&scene, "AZ001");
    verdict(&scene, "10.0.0.5", INSIDE, 443, DENIED);
    let [only] = rules(&scene)[..] else { panic!() };
    assert_eq!((only.access, only.direction), (Access::Deny, RuleDirection::Inbound));
}
