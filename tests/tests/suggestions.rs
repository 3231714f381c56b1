//! What is suggested for flows that security groups deny lets them through, in every shape in which a group is written.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::net::{IpAddr, Ipv4Addr};

use netpolis_core::analysis::Analysis;
use netpolis_core::compile::Endpoint;
use netpolis_core::connections::Traffic;
use netpolis_core::diagnostics::Severity;
use netpolis_core::explain::{Answer, Suggestion};
use netpolis_core::model::Protocol;
use netpolis_core::settings::Settings;
use netpolis_core::verdict::traversal::Checkpoint;
use netpolis_core::verdict::{Flow, Verdict};
use netpolis_tests::azure_world::World;

fn scene(text: &str) -> Analysis {
    let mut scene = Analysis::new(Settings::default());
    scene.set_files(&[("text", text)]);
    scene
}

/// What is wrong with the text. A random group may have members in several networks, which Azure would refuse; its rules are plain all the same.
fn errors(scene: &Analysis) -> Vec<String> {
    let all = scene.loaded().diagnostics.iter().chain(&scene.snapshot().diagnostics);
    all.filter(|d| d.severity == Severity::Error && d.code.0 != "AZ034").map(|d| d.message.clone()).collect()
}

fn applied(scene: &Analysis, text: &str, suggestion: &Suggestion) -> String {
    let position = |place| scene.sources().position(place).expect("a place in the text");
    let mut edits: Vec<(usize, usize, &str)> = suggestion
        .edits
        .iter()
        .map(|(place, new)| (position(*place).start as usize, position(*place).end as usize, new.as_str()))
        .collect();
    edits.sort_unstable();
    let mut text = text.to_owned();
    for (start, end, new) in edits.into_iter().rev() {
        text.replace_range(start..end, new);
    }
    text
}

fn ask(scene: &Analysis, from: &str, to: &str, traffic: Traffic) -> Answer {
    let end = |address: &str| Endpoint::Outside(address.parse().expect("an address"));
    scene.decide(&Flow { from: end(from), to: end(to), traffic })
}

/// Applies what is suggested for a packet from outside to the machine; returns the changed text.
fn opened(text: &str, traffic: Traffic) -> String {
    let before = scene(text);
    assert_eq!(errors(&before), [""; 0], "{text}");
    let answer = ask(&before, "203.0.113.7", "10.0.0.4", traffic);
    assert_eq!(answer.verdict, Verdict::Denied, "{}\n{text}", answer.summary);
    let suggestion = answer.suggestion.unwrap_or_else(|| panic!("nothing is suggested: {}\n{text}", answer.summary));
    let changed = applied(&before, text, &suggestion);
    let after = scene(&changed);
    assert_eq!(errors(&after), [""; 0], "{changed}");
    let answer = ask(&after, "203.0.113.7", "10.0.0.4", traffic);
    assert_eq!(answer.verdict, Verdict::Allowed, "{}\n{changed}", answer.summary);
    let other = ask(&after, "203.0.113.8", "10.0.0.4", traffic);
    assert_eq!(other.verdict, Verdict::Denied, "only what was asked for: {}\n{changed}", other.summary);
    changed
}

const NETWORK: &str = "azure:
  networks:
  - {name: n, addressSpace: 10.0.0.0/16, subnets: [{name: s, prefix: 10.0.0.0/24, nsg: g}]}
  machines:
  - {name: m, subnet: s, address: 10.0.0.4}
";

#[test]
fn the_short_form_gets_a_rule_like_its_own() {
    let tcp = Traffic::to_port(Protocol::TCP, 22);
    let flow = format!("{NETWORK}  nsgs:\n  - name: g\n    inbound:\n    - {{priority: 200, name: none, deny: '*'}} # nobody\n");
    let changed = opened(&flow, tcp);
    let line = "    - {priority: 199, name: allow-in-tcp-22-199, allow: tcp 22, from: 203.0.113.7, to: 10.0.0.4}\n    - {priority: 200";
    assert!(changed.contains(line), "{changed}");
    let block = format!("{NETWORK}  nsgs:\n  - name: g\n    inbound:\n      - priority: 200\n        name: none\n        deny: '*'\n");
    let changed = opened(&block, tcp);
    let lines = "      - priority: 199\n        name: allow-in-tcp-22-199\n        allow: tcp 22\n        from: 203.0.113.7\n        to: 10.0.0.4\n      - priority: 200\n";
    assert!(changed.contains(lines), "{changed}");
    // Denied by what every group has: after all rules, with room between.
    let more =
        format!("{NETWORK}  nsgs:\n  - name: g\n    inbound: [{{priority: 205, allow: tcp 80}}, {{priority: 300, allow: tcp 81}}]\n");
    assert!(opened(&more, tcp).contains("inbound: [{priority: 310, name: allow-in-tcp-22-310"));
    for empty in ["", "    inbound: []\n", "    outbound: [{priority: 100, deny: tcp 25}]\n"] {
        let changed = opened(&format!("{NETWORK}  nsgs:\n  - name: g\n{empty}"), tcp);
        assert!(changed.contains("priority: 100, name: allow-in-tcp-22-100"), "{changed}");
    }
    opened(&format!("{NETWORK}  nsgs: [{{name: g}}]\n"), tcp);
    opened(&format!("{NETWORK}  nsgs: [{{name: g, inbound: [{{priority: 4096, deny: udp 53}}]}}]\n"), Traffic::to_port(Protocol::UDP, 53));
    let icmp = Traffic { protocol: Protocol::ICMP, source: None, destination: None };
    opened(&format!("{NETWORK}  nsgs: [{{name: g, inbound: [{{priority: 150, deny: '*'}}]}}]\n"), icmp);
    let json = r#"{"azure": {"networks": [{"name": "n", "addressSpace": "10.0.0.0/16", "subnets": [{"name": "s", "prefix": "10.0.0.0/24", "nsg": "g"}]}],
        "nsgs": [{"name": "g", "inbound": [{"priority": 100, "allow": "tcp 80"}, {"priority": 120, "deny": "*"}]}]}}"#;
    assert!(opened(json, tcp).contains(r#"{"priority": 119, "name": "allow-in-tcp-22-119", "allow": "tcp 22", "from": "203.0.113.7", "#));
}

#[test]
fn objects_of_azure_get_an_object() {
    let tcp = Traffic::to_port(Protocol::TCP, 22);
    let fields = |priority: u16, access: &str| {
        format!(
            r#""priority": {priority}, "direction": "Inbound", "access": "{access}", "protocol": "*", "sourceAddressPrefix": "*", "sourcePortRange": "*", "destinationAddressPrefix": "*", "destinationPortRange": "22""#
        )
    };
    let group = |rules: &str| {
        format!(
            "{NETWORK}---\n{{\n  \"type\": \"Microsoft.Network/networkSecurityGroups\",\n  \"name\": \"g\",\n  \"properties\": {{\n    \"securityRules\": [{rules}]\n  }}\n}}\n"
        )
    };
    let rule = |priority, access| format!(r#"{{"name": "r{priority}", "properties": {{{}}}}}"#, fields(priority, access));
    let changed = opened(&group(&format!("\n      {},\n      {}\n    ", rule(300, "Deny"), rule(310, "Allow"))), tcp);
    assert!(changed.contains("      {\"name\": \"allow-in-tcp-22-299\", \"properties\": {\"priority\": 299"), "{changed}");
    assert!(changed.contains("},\n      {\"name\": \"r300\""), "{changed}");
    opened(&group(&rule(100 + 1, "Deny")), tcp);
    opened(&group(""), tcp);
    opened(&group(" "), tcp);
    // Without any list.
    for properties in ["{}", "{\"flushConnection\": false}"] {
        opened(
            &format!(
                "{NETWORK}---\n{{\"type\": \"Microsoft.Network/networkSecurityGroups\", \"name\": \"g\", \"properties\": {properties}}}\n"
            ),
            tcp,
        );
    }
    // As `az … -o json` prints it.
    let flat = |rules: &str| {
        format!("{NETWORK}---\n{{\"type\": \"Microsoft.Network/networkSecurityGroups\", \"name\": \"g\", \"securityRules\": [{rules}]}}\n")
    };
    let changed = opened(&flat(&format!(r#"{{"name": "no", {}}}"#, fields(200, "Deny"))), tcp);
    assert!(changed.contains(r#"{"name": "allow-in-tcp-22-199", "priority": 199, "direction": "Inbound""#), "{changed}");
    opened(&flat(""), tcp);
    // The same as YAML.
    let yaml = format!(
        "{NETWORK}---\ntype: Microsoft.Network/networkSecurityGroups\nname: g\nproperties:\n  securityRules:\n  - name: no\n    properties: {{{}}}\n",
        fields(200, "Deny")
    );
    opened(&yaml, tcp);
}

#[test]
fn commands_get_a_command() {
    let commands = |rules: &str| {
        format!(
            "az network vnet create -g rg -n n --address-prefixes 10.0.0.0/16
az network nsg create --resource-group rg -n g
az network vnet subnet create -g rg --vnet-name n -n s --address-prefixes 10.0.0.0/24 --network-security-group g
{rules}"
        )
    };
    let tcp = Traffic::to_port(Protocol::TCP, 22);
    let deny = "az network nsg rule create -g rg --nsg-name g -n none \\\n  --priority 200 --access Deny --protocol '*' \\\n  --destination-port-ranges '*'\n";
    let changed = opened(&commands(deny), tcp);
    let line = "az network nsg rule create -g rg --nsg-name g -n allow-in-tcp-22-199 --priority 199 --direction Inbound --access Allow --protocol Tcp --source-address-prefixes 203.0.113.7 --destination-address-prefixes 10.0.0.4 --destination-port-ranges 22\naz network nsg rule create -g rg --nsg-name g -n none";
    assert!(changed.contains(line), "{changed}");
    let changed = opened(&commands(""), tcp);
    assert!(changed.contains("nsg create --resource-group rg -n g\naz network nsg rule create -g rg --nsg-name g"), "{changed}");
}

#[test]
fn all_groups_on_the_way_are_opened() {
    let text = "azure:
  networks:
  - {name: n, addressSpace: 10.0.0.0/16, subnets: [{name: s, prefix: 10.0.0.0/24, nsg: a}]}
  machines:
  - {name: m, subnet: s, address: 10.0.0.4, nsg: b}
  nsgs:
  - {name: a, inbound: [{priority: 100, name: x, deny: '*', from: Internet}]}
  - {name: b, inbound: [{priority: 200, name: x, deny: '*', from: Internet}]}
";
    // There is no priority left before the first.
    let answer = ask(&scene(text), "203.0.113.7", "10.0.0.4", Traffic::to_port(Protocol::TCP, 443));
    assert_eq!((answer.verdict, answer.suggestion), (Verdict::Denied, None));
    let changed = opened(&text.replace("priority: 100", "priority: 110"), Traffic::to_port(Protocol::TCP, 443));
    assert!(changed.contains("priority: 109") && changed.contains("priority: 199"), "{changed}");
}

#[test]
fn suggestions_for_random_networks_hold() {
    let mut held = 0;
    for seed in 0..30 {
        let world = World::new(seed);
        let text = world.text();
        let before = scene(&text);
        let address = |a: u32| Endpoint::Outside(IpAddr::V4(Ipv4Addr::from(a)));
        let mut left = 6;
        for (from, to) in world.addresses().iter().flat_map(|a| world.addresses().into_iter().map(|b| (*a, b))) {
            let flow = Flow { from: address(from), to: address(to), traffic: Traffic::to_port(Protocol::TCP, 80) };
            let answer = before.decide(&flow);
            if left == 0
                || answer.verdict != Verdict::Denied
                || answer.checkpoints.iter().any(|c| matches!(c.checkpoint, Checkpoint::NotPeered(..)))
            {
                continue;
            }
            // Nothing can be put before priority 100.
            let Some(suggestion) = &answer.suggestion else { continue };
            left -= 1;
            held += 1;
            let changed = applied(&before, &text, suggestion);
            let after = scene(&changed);
            assert_eq!(errors(&after), [""; 0], "{changed}");
            let now = after.decide(&flow);
            assert_eq!(now.verdict, Verdict::Allowed, "seed {seed}: {}\n{}\n{changed}", answer.summary, now.summary);
        }
    }
    assert!(held > 60, "too few suggestions: {held}");
}
