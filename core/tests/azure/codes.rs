//! One case for each code that is said, and one in which it is not.

use super::*;

/// The short form: a group with these rules on subnet `front` 10.0.0.0/24, in which `web` has 10.0.0.4.
fn group(inbound: &str) -> String {
    format!(
        "azure:\n  networks: [{{name: net, addressSpace: 10.0.0.0/16, subnets: [{{name: front, prefix: 10.0.0.0/24, nsg: g}}]}}]\n  nsgs: [{{name: g, inbound: [{inbound}]}}]\n  machines: [{{name: web, subnet: front, address: 10.0.0.4, groups: [members]}}]\n"
    )
}

/// A group as the REST API gives it, with one rule that has these fields beside or instead of the usual ones.
fn arm(fields: &[(&str, &str)]) -> String {
    arm_of(&[fields])
}

fn arm_of(rules: &[&[(&str, &str)]]) -> String {
    let usual = [
        ("name", r#""r""#),
        ("priority", "100"),
        ("direction", r#""Inbound""#),
        ("access", r#""Allow""#),
        ("protocol", r#""Tcp""#),
        ("sourcePortRange", r#""*""#),
        ("destinationPortRange", r#""443""#),
        ("sourceAddressPrefix", r#""*""#),
        ("destinationAddressPrefix", r#""*""#),
    ];
    let rule = |fields: &[(&str, &str)]| {
        let mut all: Vec<(&str, &str)> = usual.iter().filter(|(name, _)| !fields.iter().any(|(f, _)| f == name)).copied().collect();
        all.extend(fields.iter().filter(|(_, value)| !value.is_empty()));
        let (name, properties): (Vec<_>, Vec<_>) = all.into_iter().partition(|(name, _)| *name == "name");
        let print = |list: &[(&str, &str)]| list.iter().map(|(n, v)| format!("\"{n}\": {v}")).collect::<Vec<_>>().join(", ");
        format!("{{{}, \"properties\": {{{}}}}}", print(&name), print(&properties))
    };
    let rules: Vec<String> = rules.iter().map(|fields| rule(fields)).collect();
    format!(
        r#"[{{"type": "Microsoft.Network/networkSecurityGroups", "name": "g", "properties": {{"securityRules": [{}]}}}},
 {{"type": "Microsoft.Network/virtualNetworks", "name": "net", "properties": {{"addressSpace": {{"addressPrefixes": ["10.0.0.0/16"]}},
   "subnets": [{{"name": "s", "properties": {{"addressPrefix": "10.0.0.0/24", "networkSecurityGroup": {{"id": "/x/networkSecurityGroups/g"}}}}}}]}}}}]"#,
        rules.join(", ")
    )
}

#[track_caller]
fn found(text: &str, code: &str, underlined: &str, message: &str) {
    let scene = scene(text);
    let all = with_code(&scene, code);
    let hit = all
        .iter()
        .any(|p| p.message.contains(message) && p.place.is_some_and(|place| scene.sources().slice(place).starts_with(underlined)));
    assert!(hit, "{code} is not said of {underlined}: {:#?}", scene.problems());
}

#[track_caller]
fn not_found(text: &str, code: &str) {
    silent(&scene(text), code);
}

// ---- Rules: docs/azure.md 2.1 -------------------------------------------------------------------------------------------------------------

/// What Azure would refuse and whose meaning is in doubt is left out; the others are evaluated, and the answer says that it is incomplete.
#[test]
fn malformed_rules_leave_the_others_alone() {
    let good: &[(&str, &str)] = &[("name", r#""good""#), ("priority", "200"), ("destinationPortRange", r#""8080""#)];
    for (fields, code, underlined) in [
        (("priority", "70000"), "AZ001", "70000"),
        (("priority", "\"high\""), "AZ001", "\"high\""),
        (("priority", "-1"), "AZ001", "-1"),
        (("destinationPortRange", "\"80-\""), "AZ006", "\"80-\""),
        (("destinationPortRange", "\"70000\""), "AZ006", "\"70000\""),
        (("destinationPortRange", "\"90-80\""), "AZ006", "\"90-80\""),
        (("destinationPortRange", "\"80,443\""), "AZ006", "\"80,443\""),
        (("sourceAddressPrefix", "\"10.0.0.0/33\""), "AZ007", "\"10.0.0.0/33\""),
        (("sourceAddressPrefix", "\"10.0.0\""), "AZ007", "\"10.0.0\""),
        (("direction", "\"Sideways\""), "AZ005", "\"Sideways\""),
        (("access", "\"Permit\""), "AZ005", "\"Permit\""),
        (("protocol", "\"Sctp\""), "AZ005", "\"Sctp\""),
        (("protocol", ""), "AZ013", "{"),
        (("sourceAddressPrefix", ""), "AZ013", "{"),
    ] {
        let text = arm_of(&[&[fields], good]);
        found(&text, code, underlined, "rule `r`");
        let scene = scene(&text);
        assert!(is_incomplete(&verdict(&scene, OUTSIDE, INSIDE, 8080, ALLOWED)), "{fields:?}");
        let denied = verdict(&scene, OUTSIDE, INSIDE, 443, DENIED);
        assert!(denied.notes.iter().any(|n| n.contains("rule `r` of `g` is left out")), "{:?}", denied.notes);
    }
    // Where the meaning is plain the rule is evaluated, and nothing is left out.
    for (fields, code) in [
        (("priority", "0"), "AZ001"),
        (("priority", "5"), "AZ001"),
        (("priority", "4097"), "AZ001"),
        (("sourceAddressPrefix", "\"198.51.100.7/24\""), "AZ014"),
        (("name", "\"-r\""), "AZ004"),
    ] {
        let scene = scene(&arm_of(&[&[fields], good]));
        assert!(!with_code(&scene, code).is_empty(), "{fields:?}: {:#?}", scene.problems());
        assert!(!is_incomplete(&verdict(&scene, OUTSIDE, INSIDE, 443, ALLOWED)));
    }
    let unknown = scene(&arm_of(&[&[("sourceAddressPrefix", "\"Storge\"")], good]));
    says(&unknown, "AZ010", "\"Storge\"", "there is no service tag `Storge`");
    verdict(&unknown, OUTSIDE, INSIDE, 443, UNKNOWN);
    verdict(&unknown, OUTSIDE, INSIDE, 8080, ALLOWED);
}

/// A code, the fields of a rule of which it is said, what is underlined, and the fields of one of which it is not.
type Case<'a> = (&'a str, Fields<'a>, &'a str, Fields<'a>);
type Fields<'a> = &'a [(&'a str, &'a str)];

#[test]
fn what_is_said_of_rules() {
    let long_name = format!("\"{}\"", "a".repeat(81));
    let long_text = format!("\"{}\"", "d".repeat(141));
    let eighty = format!("\"{}\"", "a".repeat(80));
    let just = format!("\"{}\"", "d".repeat(140));
    let cases: &[Case<'_>] = &[
        ("AZ001", &[("priority", "99")], "99", &[("priority", "100")]),
        ("AZ001", &[("priority", "4097")], "4097", &[("priority", "4096")]),
        ("AZ004", &[("name", &long_name)], "\"aaa", &[("name", &eighty)]),
        ("AZ004", &[("name", "\"a b\"")], "\"a b\"", &[("name", "\"a.b-c_\"")]),
        ("AZ004", &[("name", "\"a-\"")], "\"a-\"", &[("name", "\"_a1\"")]),
        ("AZ005", &[("access", "\"Alow\"")], "\"Alow\"", &[("access", "\"ALLOW\"")]),
        ("AZ006", &[("sourcePortRange", "\"a\"")], "\"a\"", &[("sourcePortRange", "\"0-65535\"")]),
        ("AZ007", &[("sourceAddressPrefix", "\"300.1.1.1\"")], "\"300.1.1.1\"", &[("sourceAddressPrefix", "\"2001:db8::/32\"")]),
        (
            "AZ008",
            &[("sourceAddressPrefix", ""), ("sourceAddressPrefixes", "[\"Internet\"]")],
            "\"Internet\"",
            &[("sourceAddressPrefix", "\"Internet\"")],
        ),
        (
            "AZ008",
            &[("sourceAddressPrefix", ""), ("sourceAddressPrefixes", "[\"*\"]")],
            "\"*\"",
            &[("sourceAddressPrefix", ""), ("sourceAddressPrefixes", "[\"10.0.0.0/8\", \"10.1.1.1\"]")],
        ),
        ("AZ009", &[("destinationPortRanges", "[\"80\"]")], "\"443\"", &[("destinationPortRanges", "[]")]),
        ("AZ010", &[("sourceAddressPrefix", "\"CorpNetSaw\"")], "\"CorpNetSaw\"", &[("sourceAddressPrefix", "\"VIRTUALNETWORK\"")]),
        ("AZ013", &[("direction", "")], "{", &[]),
        (
            "AZ014",
            &[("sourceAddressPrefix", "\"50.206.209.68/27\"")],
            "\"50.206.209.68/27\"",
            &[("sourceAddressPrefix", "\"50.206.209.64/27\"")],
        ),
        ("AZ015", &[("description", &long_text)], "\"ddd", &[("description", &just)]),
        (
            "AZ016",
            &[("sourceApplicationSecurityGroups", "[{\"id\": \"/x/applicationSecurityGroups/a\"}]")],
            "\"*\"",
            &[("sourceAddressPrefix", "\"\""), ("sourceApplicationSecurityGroups", "[{\"id\": \"/x/applicationSecurityGroups/a\"}]")],
        ),
        (
            "AZ017",
            &[("sourceAddressPrefix", ""), ("sourceApplicationSecurityGroups", "[{\"id\": \"/a\"}, {\"id\": \"/b\"}]")],
            "\"/b\"",
            &[("sourceAddressPrefix", ""), ("sourceApplicationSecurityGroups", "[{\"id\": \"/a\"}]")],
        ),
        ("AZ018", &[("protocol", "\"Icmp\"")], "\"443\"", &[("protocol", "\"Icmp\""), ("destinationPortRange", "\"*\"")]),
    ];
    for (code, bad, underlined, good) in cases {
        found(&arm(bad), code, underlined, "");
        not_found(&arm(good), code);
    }
}

#[test]
fn what_is_said_of_groups() {
    let twins = |priority: &str, direction: &str| {
        arm_of(&[&[("name", "\"a\"")], &[("name", "\"b\""), ("priority", priority), ("direction", direction)]])
    };
    found(&twins("100", "\"Inbound\""), "AZ002", "{\"name\": \"b\"", "priority 100 is that of `a` already");
    not_found(&twins("100", "\"Outbound\""), "AZ002");
    not_found(&twins("101", "\"Inbound\""), "AZ002");
    let names = |second: &str| arm_of(&[&[("name", "\"a\"")], &[("name", second), ("priority", "101")]]);
    found(&names("\"A\""), "AZ003", "{\"name\": \"A\"", "a rule of this name already");
    not_found(&names("\"b\""), "AZ003");
    // 1,000 rules a group, 4,000 ranges a side.
    let many = |count: u32| {
        let rules: Vec<String> =
            (0..count).map(|i| format!("{{priority: {}, name: r{i}, allow: tcp {}, from: 203.0.113.9}}", 100 + i, 1 + i)).collect();
        group(&rules.join(", "))
    };
    found(&many(1001), "AZ012", "{priority: 1100", "takes 1000 at most");
    not_found(&many(1000), "AZ012");
    let ranges = |count: u32| {
        let list: Vec<String> = (0..count).map(|i| format!("20.{}.{}.0/24", i / 256, i % 256)).collect();
        group(&format!("{{priority: 100, name: r, allow: tcp 443, from: [{}]}}", list.join(", ")))
    };
    found(&ranges(4001), "AZ012", "{priority: 100", "4001 addresses and ranges as source");
    not_found(&ranges(4000), "AZ012");
    let groups = |count: usize| {
        let list: Vec<String> = (0..count).map(|i| format!("{{\"id\": \"/asg{i}\"}}")).collect();
        arm(&[("sourceAddressPrefix", ""), ("sourceApplicationSecurityGroups", &format!("[{}]", list.join(", ")))])
    };
    found(&groups(11), "AZ012", "\"/asg10\"", "at most 10 application security groups");
    not_found(&groups(10), "AZ012");
}

// ---- Networks: docs/azure.md 1 ------------------------------------------------------------------------------------------------------------

fn network(space: &str, subnets: &str, rest: &str) -> String {
    format!("azure: {{networks: [{{name: net, addressSpace: {space}, subnets: [{subnets}]}}]{rest}}}")
}

#[test]
fn what_is_said_of_networks() {
    for (space, bad) in [
        ("224.1.0.0/16", true),
        ("127.0.0.0/16", true),
        ("169.254.1.0/24", true),
        ("168.63.129.0/24", true),
        ("10.0.0.0/8", false),
        // Public ranges are allowed, and stay private.
        ("20.0.0.0/16", false),
    ] {
        let text = network(space, "", "");
        if bad { found(&text, "AZ023", "{name: net", "which no virtual network can have") } else { not_found(&text, "AZ023") }
    }
    for (subnets, message) in [
        ("{name: a, prefix: 10.0.0.0/29}", None),
        ("{name: a, prefix: 10.0.0.0/24}, {name: b, prefix: 10.0.1.0/24}", None),
        ("{name: a, prefix: 10.0.0.0/30}", Some("is too small")),
        ("{name: a, prefix: 10.1.0.0/24}", Some("is not within the address space")),
        ("{name: z, prefix: 10.0.0.0/23}, {name: a, prefix: 10.0.1.0/24}", Some("overlap")),
        ("{name: z, prefix: 10.0.0.0/24}, {name: a, prefix: 10.0.0.0/24}", Some("overlap")),
    ] {
        let text = network("10.0.0.0/16", subnets, "");
        match message {
            Some(message) => found(&text, "AZ022", "{name: a", message),
            None => not_found(&text, "AZ022"),
        }
    }
    not_found(&network("[10.0.0.0/16, 'fd00::/48']", "{name: a, prefix: ['10.0.0.0/24', 'fd00::/64']}", ""), "AZ022");
    found(
        &network("[10.0.0.0/16, 'fd00::/48']", "{name: a, prefix: ['10.0.0.0/24', 'fd00::/72']}", ""),
        "AZ022",
        "{name: a",
        "exactly a /64",
    );
    // Five addresses of every subnet are Azure's.
    for (address, message) in [
        ("10.0.0.0", Some("that Azure reserves")),
        ("10.0.0.1", Some("that Azure reserves")),
        ("10.0.0.3", Some("that Azure reserves")),
        ("10.0.0.4", None),
        ("10.0.0.254", None),
        ("10.0.0.255", Some("that Azure reserves")),
        ("10.0.1.4", Some("is not in subnet")),
    ] {
        let text =
            network("10.0.0.0/16", "{name: a, prefix: 10.0.0.0/24}", &format!(", machines: [{{name: m, subnet: a, address: {address}}}]"));
        match message {
            Some(message) => found(&text, "AZ025", "{name: m", message),
            None => not_found(&text, "AZ025"),
        }
    }
    found(&network("10.0.0.0/16", "{name: a, prefix: 10.0.0.0/24, nsg: gone}", ""), "AZ021", "gone", "`gone` is not in the input");
    not_found(&network("10.0.0.0/16", "{name: a, prefix: 10.0.0.0/24, nsg: g}", ", nsgs: [{name: g}]"), "AZ021");
    found(&network("10.0.0.0/16", "{name: a, prefx: 10.0.0.0/24}", ""), "AZ020", "prefx", "a subnet has no field `prefx`");
    not_found(&network("10.0.0.0/16", "{name: a, prefix: 10.0.0.0/24}", ""), "AZ020");
    let public = |sku: &str| {
        network("10.0.0.0/16", "{name: a, prefix: 10.0.0.0/24}", &format!(", machines: [{{name: m, subnet: a, public: {sku}}}]"))
    };
    let address = |sku: &str| {
        format!(
            r#"[{{"type": "Microsoft.Network/publicIPAddresses", "name": "p", "sku": {{"name": "{sku}"}}}}, {{"type": "Microsoft.Network/virtualNetworks", "name": "net", "properties": {{"addressSpace": {{"addressPrefixes": ["10.0.0.0/16"]}}}}}}]"#
        )
    };
    found(&address("Basic"), "AZ029", "{\"type\"", "retired on 30 September 2025");
    not_found(&address("Standard"), "AZ029");
    not_found(&public("standard"), "AZ029");
    found("{type: Microsoft.Network/networkSecurityGroups, name: g, properties: {securityRules: []}}", "AZ026", "{type", "is assumed");
    not_found(&group(""), "AZ026");
    found(
        "[{type: Microsoft.Storage/storageAccounts, name: s}, {type: Microsoft.Network/virtualNetworks, name: v}]",
        "AZ019",
        "{type: Microsoft.Storage",
        "play no part here",
    );
    not_found(&arm(&[]), "AZ019");
}

/// Both sides or none, no overlap, not passed on.
#[test]
fn peerings() {
    let net = |name: &str, space: &str, peers: &str| {
        let first = space.split('/').next().unwrap();
        format!("{{name: {name}, addressSpace: {space}, peerings: [{peers}], subnets: [{{name: s-{name}, prefix: {first}/24}}]}}")
    };
    let text = |nets: &[String]| format!("azure: {{networks: [{}]}}", nets.join(", "));
    let both = text(&[net("a", "10.1.0.0/16", "b"), net("b", "10.2.0.0/16", "a, c"), net("c", "10.3.0.0/16", "b")]);
    not_found(&both, "AZ024");
    let peered = scene(&both);
    verdict(&peered, "10.1.0.4", "10.2.0.4", 80, ALLOWED);
    verdict(&peered, "10.2.0.4", "10.3.0.4", 80, ALLOWED);
    verdict(&peered, "10.1.0.4", "10.3.0.4", 80, DENIED);
    let one = text(&[net("a", "10.1.0.0/16", "b"), net("b", "10.2.0.0/16", "")]);
    found(&one, "AZ024", "b", "a peering works only if both networks define it");
    verdict(&scene(&one), "10.1.0.4", "10.2.0.4", 80, DENIED);
    let overlapping = text(&[net("a", "10.0.0.0/8", "b"), net("b", "10.2.0.0/16", "a")]);
    found(&overlapping, "AZ024", "", "overlap, so Azure refuses to peer them");
    // Networks may overlap until somebody peers them.
    not_found(&text(&[net("a", "10.0.0.0/8", ""), net("b", "10.2.0.0/16", "")]), "AZ024");
    found(&text(&[net("a", "10.1.0.0/16", "gone")]), "AZ021", "gone", "a peering names virtual network `gone`, which is not in the input");
}

// ---- Clusters: docs/azure.md 3.3, 3.4 -------------------------------------------------------------------------------------------------------

#[test]
fn ranges_of_clusters() {
    let cluster = |fields: &str| {
        format!(
            "azure: {{networks: [{{name: net, addressSpace: 10.0.0.0/16, onPremises: 192.168.0.0/16, peerings: [hub], subnets: [{{name: s, prefix: 10.0.0.0/22}}]}}, {{name: hub, addressSpace: 10.9.0.0/16, peerings: [net]}}], clusters: [{{name: c, subnet: s, policy: none, nodes: 2, {fields}}}]}}"
        )
    };
    for (fields, message) in [
        ("plugin: overlay, serviceRange: 172.16.0.0/16", None),
        ("plugin: overlay, serviceRange: 10.64.0.0/13, podRange: 10.244.0.0/16", None),
        ("plugin: overlay, serviceRange: 176.0.0.0/12", Some("is too large: it must be smaller than a /12")),
        ("plugin: overlay, serviceRange: 10.0.128.0/20", Some("lies within the address space of `net`, though in none of its subnets")),
        ("plugin: overlay, serviceRange: 10.0.0.0/20", Some("overlaps subnet `s` (10.0.0.0/22) of `net`")),
        ("plugin: overlay, serviceRange: 10.9.0.0/20", Some("overlaps a network that is connected to `net`")),
        ("plugin: overlay, serviceRange: 192.168.4.0/24", Some("overlaps a network that is connected to `net`")),
        ("plugin: kubenet, serviceRange: 172.20.0.0/16, podRange: 10.0.0.0/16", Some("the pod range 10.0.0.0/16 overlaps")),
        ("plugin: kubenet, serviceRange: 10.244.0.0/20", Some("overlaps the pod range")),
        (
            "plugin: kubenet, serviceRange: 172.20.0.0/16, podRange: 172.16.0.0/12",
            Some("neither pods nor Services may use addresses of 172.30.0.0/16"),
        ),
        ("plugin: overlay, serviceRange: 172.31.0.0/16", Some("addresses of 172.31.0.0/16")),
        ("plugin: overlay, serviceRange: 192.0.2.0/24", Some("addresses of 192.0.2.0/24")),
        ("plugin: overlay, serviceRange: 169.254.0.0/24", Some("addresses of 169.254.0.0/16")),
    ] {
        match message {
            Some(message) => found(&cluster(fields), "AZ027", "{name: c", message),
            None => not_found(&cluster(fields), "AZ027"),
        }
    }
    // 3.4: a /24 holds 8 nodes of 30 pods, 7 if one is to be added while upgrading.
    let flat = |nodes: u32| {
        format!(
            "azure: {{networks: [{{name: net, addressSpace: 10.0.0.0/16, subnets: [{{name: s, prefix: 10.0.0.0/24}}]}}], clusters: [{{name: c, subnet: s, policy: none, plugin: azure, nodes: {nodes}, maxPods: 30, serviceRange: 172.16.0.0/16}}]}}"
        )
    };
    not_found(&flat(7), "AZ028");
    let severity = |nodes: u32| with_code(&scene(&flat(nodes)), "AZ028").first().map(|p| p.severity);
    assert_eq!(severity(8), Some(netpolis_core::diagnostics::Severity::Warning));
    assert_eq!(severity(9), Some(netpolis_core::diagnostics::Severity::Error));
    found("az aks create -g g -n c --network-plugin azure\n", "AZ045", "az aks create", "nothing enforces them");
    not_found("az aks create -g g -n c --network-plugin azure --network-policy calico\n", "AZ045");
}

// ---- Lints of rules --------------------------------------------------------------------------------------------------------------------

#[test]
fn lints_of_security_groups() {
    let cases: &[(&str, &str, &str, &str, &str)] = &[
        (
            "LINT020",
            "{priority: 100, name: a, allow: tcp 1-100}, {priority: 200, name: b, deny: tcp 80}",
            "{priority: 200",
            "rule `b` is never reached: `a` decides all of its packets first, so other rules with another action decide",
            "{priority: 100, name: a, allow: tcp 1-79}, {priority: 200, name: b, deny: tcp 80}",
        ),
        (
            "LINT020",
            "{priority: 100, name: a, allow: tcp 1-80}, {priority: 110, name: b, allow: tcp 80-100}, {priority: 200, name: c, allow: tcp 70-90}",
            "{priority: 200",
            "rule `c` is never reached: `a`, `b` decide all of its packets first, so it changes nothing",
            "{priority: 100, name: a, allow: tcp 1-80, from: 203.0.113.0/24}, {priority: 110, name: b, allow: tcp 80-100}, {priority: 200, name: c, allow: tcp 70-90}",
        ),
        (
            "LINT021",
            "{priority: 100, name: a, allow: tcp 443, to: 'asg:nobody'}",
            "{priority: 100",
            "matches no packet",
            "{priority: 100, name: a, allow: tcp 443, to: 'asg:members'}",
        ),
        (
            "LINT021",
            "{priority: 100, name: a, allow: tcp 443, to: 20.1.2.3}",
            "{priority: 100",
            "its destination holds no address of what `g` guards",
            "{priority: 100, name: a, allow: tcp 443, to: 10.0.0.4}",
        ),
        (
            "LINT022",
            "{priority: 100, name: a, allow: '*'}",
            "{priority: 100",
            "lets in every protocol and port from anywhere",
            "{priority: 100, name: a, allow: '*', from: VirtualNetwork}",
        ),
        (
            "LINT023",
            "{priority: 100, name: a, allow: tcp 22, from: Internet}",
            "{priority: 100",
            "opens SSH (22) to the whole Internet",
            "{priority: 100, name: a, allow: tcp 22, from: 203.0.113.0/24}",
        ),
        (
            "LINT023",
            "{priority: 100, name: a, allow: 'tcp 3000-4000'}",
            "{priority: 100",
            "opens RDP (3389) to the whole Internet",
            "{priority: 90, name: no, deny: tcp 3389}, {priority: 100, name: a, allow: 'tcp 3000-4000'}",
        ),
        (
            "LINT024",
            "{priority: 4096, name: a, deny: '*'}",
            "{priority: 4096",
            "stops health probes of load balancers",
            "{priority: 4095, name: probes, allow: '*', from: AzureLoadBalancer}, {priority: 4096, name: a, deny: '*'}",
        ),
        (
            "LINT025",
            "{priority: 100, name: a, allow: tcp 443, fromPorts: 443, from: 203.0.113.0/24}",
            "{priority: 100",
            "wants the same port on both ends",
            "{priority: 100, name: a, allow: tcp 443, fromPorts: 1024-65535, from: 203.0.113.0/24}",
        ),
    ];
    for (code, bad, underlined, message, good) in cases {
        found(&group(bad), code, underlined, message);
        not_found(&group(good), code);
    }
    let attached = group("{priority: 100, name: a, allow: tcp 443}");
    not_found(&attached, "LINT026");
    found(&attached.replace(", nsg: g", ""), "LINT026", "{name: g", "is attached to nothing that is given");
}
