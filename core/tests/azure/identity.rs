//! What is one thing and what are two: machines of networks with the same addresses.

use super::*;
use netpolis_core::endpoints::{FlowTable, TitledLine, find, lines};
use netpolis_core::path::{Asked, PathAnswer};
use netpolis_core::policy::Direction;
use netpolis_core::verdict::UnknownFact;

/// Two networks with the same addresses that are not peered, and a third that is peered with the first.
const TWINS: &str = "
azure:
  networks:
  - {name: dev, addressSpace: 10.9.0.0/16, subnets: [{name: dev-web, prefix: 10.9.1.0/24, nsg: opened}], peerings: [hub]}
  - {name: live, addressSpace: 10.9.0.0/16, subnets: [{name: live-web, prefix: 10.9.1.0/24, nsg: closed}]}
  - {name: hub, addressSpace: 10.8.0.0/16, subnets: [{name: tools, prefix: 10.8.1.0/24}], peerings: [dev]}
  nsgs:
  - {name: opened, inbound: [{priority: 200, name: shell, allow: tcp 22, from: Internet}]}
  - {name: closed, inbound: [{priority: 200, name: none, deny: '*'}]}
  machines:
  - {name: web-dev, subnet: dev-web, public: standard}
  - {name: web-live, subnet: live-web, public: standard}
  - {name: other, subnet: live-web, address: 10.9.1.9}
  - {name: jump, subnet: tools}
";

fn asked(scene: &Analysis, from: &str, to: &str, port: u16) -> Answer {
    let end = |name: &str| find(scene.snapshot(), name).unwrap_or_else(|error| panic!("{error}")).end;
    scene.decide(&Flow { from: end(from), to: end(to), traffic: Traffic::to_port(Protocol::TCP, port) })
}

fn way(scene: &Analysis, from: &str, to: &str, port: u16) -> PathAnswer {
    let asked = Asked { from, to, port: Some(port), protocol: Protocol::TCP, entry: None, node: None };
    scene.path(&asked).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn machines_of_networks_with_the_same_addresses_are_not_mixed() {
    let scene = scene(TWINS);
    for (from, to, port, expected) in [
        ("internet", "vm/web-dev", 22, ALLOWED),
        ("internet", "vm/web-live", 22, DENIED),
        ("vm/jump", "vm/web-dev", 443, ALLOWED),
        ("vm/jump", "vm/web-live", 443, DENIED),
        ("vm/web-dev", "vm/web-live", 443, DENIED),
        ("vm/other", "vm/web-dev", 443, DENIED),
        ("vm/other", "vm/web-live", 443, DENIED),
        // From the hub only one of the two networks is seen.
        ("vm/jump", "10.9.1.4", 443, ALLOWED),
        ("vm/other", "10.9.1.4", 443, DENIED),
        // Whichever is meant.
        ("internet", "10.9.1.4", 443, DENIED),
        ("internet", "10.9.1.4", 22, UNKNOWN),
    ] {
        let answer = asked(&scene, from, to, port);
        assert_eq!(answer.verdict, expected, "{from} to {to}: {}", answer.summary);
        let path = way(&scene, from, to, port);
        assert_eq!(path.verdict.as_str(), expected.as_str(), "{from} to {to}: {}", path.summary);
        // All pairs at once say the same.
        let pair = scene.connectivity().between(answer.flow.from, answer.flow.to);
        let passes = |set: &netpolis_core::connections::ConnectionSet| set.contains(Protocol::TCP, 40_000, port);
        let all = match (passes(pair.allowed), passes(pair.possible)) {
            (true, _) => ALLOWED,
            (false, true) => UNKNOWN,
            (false, false) => DENIED,
        };
        assert_eq!(all, expected, "{from} to {to}");
    }
    let unknown = asked(&scene, "internet", "10.9.1.4", 22);
    assert!(unknown.summary.contains("`vm/web-dev` in network `dev` or `vm/web-live` in network `live`"), "{}", unknown.summary);
    let facts = |a: &Answer| {
        a.checkpoints
            .iter()
            .any(|c| matches!(&c.reason, netpolis_core::verdict::Reason::Unknown(f) if matches!(f.as_slice(), [UnknownFact::Network(_)])))
    };
    assert!(facts(&unknown), "{unknown:#?}");
}

#[test]
fn rows_of_flows_keep_machines_apart_too() {
    let scene = scene(TWINS);
    let mut table = FlowTable::new(scene.connectivity());
    let line = |title: &str| {
        let found = lines(scene.snapshot(), scene.connectivity(), Direction::Ingress).into_iter();
        found.map(|line| TitledLine::new(scene.snapshot(), line)).find(|line| line.title == title).unwrap()
    };
    let id = table.between(&line("jump[VM]"), &line("web-dev[VM]"));
    assert!(!table.get(id).always.is_empty());
    let id = table.between(&line("jump[VM]"), &line("web-live[VM]"));
    assert!(table.get(id).possible.is_empty());
}

#[test]
fn free_addresses_are_those_of_the_own_network() {
    let scene = scene(TWINS);
    let address = |title: &str| scene.snapshot().cloud.interfaces.iter().find(|i| i.title() == title).unwrap().addresses.clone();
    assert_eq!(address("web-dev"), address("web-live"));
}

/// Azure keeps five addresses of every subnet: a /29 has three for machines.
#[test]
fn a_machine_that_does_not_fit_is_an_error_of_its_own() {
    let text = |machines: &str| {
        format!(
            "azure:\n  networks: [{{name: n, addressSpace: 10.0.0.0/24, subnets: [{{name: tiny, prefix: 10.0.0.8/29}}]}}]\n  machines:\n{machines}"
        )
    };
    let three = "  - {name: zeta, subnet: tiny}\n  - {name: b, subnet: tiny, address: 10.0.0.13}\n  - {name: a, subnet: tiny}\n";
    silent(&scene(&text(three)), "AZ180");
    let full = scene(&text(&format!("{three}  - {{name: last, subnet: tiny}}\n")));
    says(&full, "AZ180", "{name: last", "does not fit in subnet `tiny`");
    let error = find(full.snapshot(), "vm/last").unwrap_err().to_string();
    assert!(error.contains("its subnet is full"), "{error}");
    // With addresses of its own the order of names does not matter.
    let answer = asked(&full, "vm/a", "vm/zeta", 80);
    assert_eq!(answer.verdict, ALLOWED);
}

/// A network with a machine of the usual names, guarded by a group that lets in one port.
fn template(port: u16) -> String {
    format!(
        r#"{{"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "contentVersion": "1.0.0.0", "resources": [
      {{"type": "Microsoft.Network/networkSecurityGroups", "name": "web-nsg", "properties": {{"securityRules": [
        {{"name": "in-{port}", "properties": {{"priority": 200, "direction": "Inbound", "access": "Allow", "protocol": "Tcp", "sourceAddressPrefix": "*", "sourcePortRange": "*", "destinationAddressPrefix": "*", "destinationPortRange": "{port}"}}}},
        {{"name": "none", "properties": {{"priority": 300, "direction": "Inbound", "access": "Deny", "protocol": "*", "sourceAddressPrefix": "*", "sourcePortRange": "*", "destinationAddressPrefix": "*", "destinationPortRange": "*"}}}}]}}}},
      {{"type": "Microsoft.Network/virtualNetworks", "name": "net", "properties": {{"addressSpace": {{"addressPrefixes": ["10.9.0.0/16"]}}, "subnets": [
        {{"name": "web", "properties": {{"addressPrefix": "10.9.1.0/24", "networkSecurityGroup": {{"id": "[resourceId('Microsoft.Network/networkSecurityGroups', 'web-nsg')]"}}}}}}]}}}},
      {{"type": "Microsoft.Network/networkInterfaces", "name": "web-nic", "properties": {{"ipConfigurations": [{{"name": "x", "properties": {{"subnet": {{"id": "[resourceId('Microsoft.Network/virtualNetworks/subnets', 'net', 'web')]"}}}}}}]}}}},
      {{"type": "Microsoft.Network/networkInterfaces", "name": "other-nic", "properties": {{"ipConfigurations": [{{"name": "x", "properties": {{"subnet": {{"id": "[resourceId('Microsoft.Network/virtualNetworks/subnets', 'net', 'web')]"}}}}}}]}}}}
    ]}}"#
    )
}

#[test]
fn two_copies_of_one_template_are_two_deployments() {
    let mut scene = Analysis::new(Settings::default());
    scene.set_files(&[("dev.json", &template(8080)), ("prod.json", &template(443))]);
    assert!(scene.problems().iter().all(|p| !p.message.contains("more than once")), "{:#?}", scene.problems());
    for (deployment, port, expected) in [(1, 8080, ALLOWED), (1, 443, DENIED), (2, 8080, DENIED), (2, 443, ALLOWED)] {
        let name = |nic: &str| format!("vm/deployment {deployment}/{nic}");
        assert_eq!(asked(&scene, &name("other-nic"), &name("web-nic"), port).verdict, expected, "deployment {deployment}: {port}");
    }
    let error = find(scene.snapshot(), "vm/web-nic").unwrap_err().to_string();
    assert!(error.contains("deployment 1/web-nic") && error.contains("deployment 2/web-nic"), "{error}");
    assert_eq!(asked(&scene, "vm/deployment 1/other-nic", "vm/deployment 2/web-nic", 443).verdict, DENIED);
}

#[test]
fn commands_mean_what_is_in_their_resource_group() {
    let one = |group: &str, port: u16| {
        format!(
            "az network nsg create -g {group} -n web\naz network nsg rule create -g {group} --nsg-name web -n in --priority 200 --destination-port-ranges {port} --protocol Tcp\naz network nsg rule create -g {group} --nsg-name web -n none --priority 300 --access Deny --destination-port-ranges '*' --protocol '*'\naz network vnet create -g {group} -n net --address-prefixes 10.9.0.0/16 --subnet-name web --subnet-prefixes 10.9.1.0/24 --nsg web\naz network nic create -g {group} -n card --vnet-name net --subnet web\naz network nic create -g {group} -n other --vnet-name net --subnet web\n"
        )
    };
    let scene = scene(&format!("{}{}", one("dev", 8080), one("prod", 443)));
    for (group, port, expected) in [("dev", 8080, ALLOWED), ("dev", 443, DENIED), ("prod", 8080, DENIED), ("prod", 443, ALLOWED)] {
        let name = |nic: &str| format!("vm/{group}/{nic}");
        let answer = asked(&scene, &name("other"), &name("card"), port);
        assert_eq!(answer.verdict, expected, "{group}: {port}: {}", answer.summary);
    }
}

#[test]
fn a_name_that_two_groups_have_is_cannot_tell_without_more() {
    let group = |place: &str, access: &str| {
        format!(
            r#"{{"id": "/subscriptions/s/resourceGroups/{place}/providers/Microsoft.Network/networkSecurityGroups/web", "name": "web", "type": "Microsoft.Network/networkSecurityGroups", "securityRules": [{{"name": "all", "priority": 100, "direction": "Inbound", "access": "{access}", "protocol": "*", "sourceAddressPrefix": "*", "sourcePortRange": "*", "destinationAddressPrefix": "*", "destinationPortRange": "*"}}]}}"#
        )
    };
    let network = r#"{"azure": {"networks": [{"name": "n", "addressSpace": "10.9.0.0/16", "subnets": [{"name": "a", "prefix": "10.9.1.0/24", "nsg": "web"}]}], "machines": [{"name": "one", "subnet": "a"}, {"name": "two", "subnet": "a"}]}}"#;
    let text = format!("[{}, {}]\n---\n{network}", group("dev", "Allow"), group("prod", "Deny"));
    let scene = scene(&text);
    assert_eq!(asked(&scene, "vm/one", "vm/two", 80).verdict, UNKNOWN);
    says(&scene, "AZ181", "\"web\"", "`web` may be `dev/web` or `prod/web`");
}

/// A group's rules about members of application security groups, and machines in them, by resource identifiers as `az … -o json` shows them.
fn members(rule_group: &str, of_one: &str, of_two: &str) -> String {
    let id = |group: &str| match group.split_once('/') {
        Some((place, name)) => {
            format!("/subscriptions/s/resourceGroups/{place}/providers/Microsoft.Network/applicationSecurityGroups/{name}")
        }
        None => group.to_string(),
    };
    let card = |name: &str, address: &str, group: &str| {
        format!(
            r#"{{"id": "/subscriptions/s/resourceGroups/net/providers/Microsoft.Network/networkInterfaces/{name}", "name": "{name}", "type": "Microsoft.Network/networkInterfaces", "ipConfigurations": [{{"name": "c", "privateIPAddress": "{address}", "subnet": {{"id": "/subscriptions/s/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/n/subnets/a"}}, "applicationSecurityGroups": [{{"id": "{}"}}]}}]}}"#,
            id(group)
        )
    };
    format!(
        r#"[{{"id": "/subscriptions/s/resourceGroups/net/providers/Microsoft.Network/networkSecurityGroups/g", "name": "g", "type": "Microsoft.Network/networkSecurityGroups", "securityRules": [{{"name": "members", "priority": 100, "direction": "Inbound", "access": "Allow", "protocol": "Tcp", "sourceApplicationSecurityGroups": [{{"id": "{}"}}], "sourcePortRange": "*", "destinationAddressPrefix": "*", "destinationPortRange": "443"}}, {{"name": "none", "priority": 200, "direction": "Inbound", "access": "Deny", "protocol": "*", "sourceAddressPrefix": "*", "sourcePortRange": "*", "destinationAddressPrefix": "*", "destinationPortRange": "*"}}]}},
        {{"id": "/subscriptions/s/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/n", "name": "n", "type": "Microsoft.Network/virtualNetworks", "addressSpace": {{"addressPrefixes": ["10.9.0.0/16"]}}, "subnets": [{{"name": "a", "addressPrefix": "10.9.1.0/24", "networkSecurityGroup": {{"id": "/subscriptions/s/resourceGroups/net/providers/Microsoft.Network/networkSecurityGroups/g"}}}}]}},
        {}, {}, {}]"#,
        id(rule_group),
        card("one", "10.9.1.10", of_one),
        card("two", "10.9.1.11", of_two),
        card("target", "10.9.1.12", "net/targets"),
    )
}

#[test]
fn application_security_groups_are_their_identifiers() {
    for (rule_group, of_one, of_two, one, two) in [
        ("dev/web", "dev/web", "prod/web", ALLOWED, DENIED),
        ("prod/web", "dev/web", "prod/web", DENIED, ALLOWED),
        ("dev/web", "dev/web", "dev/web", ALLOWED, ALLOWED),
        ("DEV/Web", "dev/web", "prod/web", ALLOWED, DENIED),
        // The name alone may be either; one that is in neither is in neither.
        ("web", "dev/web", "prod/web", UNKNOWN, UNKNOWN),
        ("web", "dev/web", "prod/api", ALLOWED, DENIED),
        ("dev/web", "web", "prod/web", UNKNOWN, DENIED),
    ] {
        let scene = scene(&members(rule_group, of_one, of_two));
        for (name, expected) in [("vm/one", one), ("vm/two", two)] {
            let answer = asked(&scene, name, "vm/target", 443);
            assert_eq!(answer.verdict, expected, "{rule_group}: {name} of {of_one}, {of_two}: {}", answer.summary);
            assert_eq!(asked(&scene, name, "vm/target", 80).verdict, DENIED);
        }
    }
}

#[test]
fn of_groups_of_one_name_that_agree_the_answer_is_certain() {
    let group = |place: &str, port: &str, access: &str| {
        format!(
            r#"{{"id": "/subscriptions/s/resourceGroups/{place}/providers/Microsoft.Network/networkSecurityGroups/web", "name": "web", "type": "Microsoft.Network/networkSecurityGroups", "securityRules": [{{"name": "all", "priority": 100, "direction": "Inbound", "access": "{access}", "protocol": "*", "sourceAddressPrefix": "*", "sourcePortRange": "*", "destinationAddressPrefix": "*", "destinationPortRange": "{port}"}}]}}"#
        )
    };
    let network = r#"{"azure": {"networks": [{"name": "n", "addressSpace": "10.9.0.0/16", "subnets": [{"name": "a", "prefix": "10.9.1.0/24", "nsg": "web"}]}], "machines": [{"name": "one", "subnet": "a"}, {"name": "two", "subnet": "a"}]}}"#;
    let text = format!("[{}, {}]\n---\n{network}", group("dev", "80-90", "Deny"), group("prod", "85-99", "Deny"));
    let scene = scene(&text);
    for (port, expected) in [(80, UNKNOWN), (85, DENIED), (90, DENIED), (95, UNKNOWN), (443, ALLOWED)] {
        let answer = asked(&scene, "vm/one", "vm/two", port);
        assert_eq!(answer.verdict, expected, "{port}: {}", answer.summary);
    }
}

/// The same where commands name the groups of a rule by their identifiers.
#[test]
fn application_security_groups_of_commands_are_their_identifiers() {
    let id = |place: &str| format!("/subscriptions/s/resourceGroups/{place}/providers/Microsoft.Network/applicationSecurityGroups/web");
    let nic = |name: &str, place: &str| {
        format!(
            "az network nic create -g net -n {name} --vnet-name n --subnet a --asgs {}\naz vm create -g net -n {name} --nics {name}\n",
            id(place)
        )
    };
    let text = format!(
        "az network vnet create -g net -n n --address-prefixes 10.9.0.0/16 --subnet-name a --subnet-prefixes 10.9.1.0/24\n\
         az network nsg create -g net -n guard\n\
         az network nsg rule create -g net --nsg-name guard -n web --priority 100 --access Allow --protocol Tcp --destination-port-ranges 443 --source-asgs {}\n\
         az network nsg rule create -g net --nsg-name guard -n rest --priority 200 --access Deny --protocol '*' --destination-port-ranges '*'\n\
         az network vnet subnet update -g net --vnet-name n -n a --network-security-group guard\n{}{}\
         az network nic create -g net -n target --vnet-name n --subnet a\naz vm create -g net -n target --nics target\n",
        id("dev"),
        nic("one", "dev"),
        nic("two", "prod")
    );
    let mut scene = Analysis::new(Settings::default());
    scene.set_files(&[("net.sh", &text)]);
    for (name, expected) in [("vm/one", ALLOWED), ("vm/two", DENIED)] {
        let answer = asked(&scene, name, "vm/target", 443);
        assert_eq!(answer.verdict, expected, "{name}: {}", answer.summary);
    }
}
