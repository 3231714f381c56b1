//! A machine that stands for any of its subnet, where the input gives none: asked by its name it may have any address of the subnet, asked by a number that
//! number decides. Upstream: docs/azure.md 1 and 2.1 ("Network security groups": a rule matches by address).

use crate::{ALLOWED, DENIED, OUTSIDE, UNKNOWN, named, scene, verdict};
use netpolis_core::analysis::Analysis;
use netpolis_core::answers::pointless::{Effect, Part, pointless};
use netpolis_core::endpoints::find;
use netpolis_core::model::Protocol;
use netpolis_core::path::{Asked, PathAnswer};

/// Subnet `s` without machines and subnet `b` with one, each with a group.
fn world(guard_s: &str, guard_b: &str, more: &str) -> Analysis {
    let group = |name: &str, rules: &str| format!("  - {{name: {name}, {rules}}}\n");
    scene(&format!(
        "azure:\n  networks:\n  - name: v\n    addressSpace: 10.0.0.0/16\n    subnets:\n    - {{name: s, prefix: 10.0.0.0/24, nsg: gs}}\n    - {{name: b, prefix: 10.0.1.0/24, nsg: gb}}\n  nsgs:\n{}{}  machines: [{{name: vb, subnet: b, address: 10.0.1.4}}]\n{more}",
        group("gs", guard_s),
        group("gb", guard_b)
    ))
}

const MACHINE: &str = "vm/vm in s";
const FIRST: &str = "10.0.0.4";
const OTHER: &str = "10.0.0.5";
const FAR: &str = "10.0.0.200";

#[test]
fn a_rule_for_some_addresses_of_the_subnet_is_certain_for_each_address() {
    let rules = "inbound: [{priority: 100, name: one, allow: tcp 22, to: 10.0.0.4}, {priority: 110, name: half, allow: tcp 80, to: 10.0.0.0/25}, {priority: 120, name: all, allow: tcp 443, to: 10.0.0.0/24}, {priority: 130, name: elsewhere, allow: tcp 25, to: 10.0.1.0/24}, {priority: 200, name: none, deny: \"*\"}]";
    let scene = world(rules, "inbound: []", "");
    for (to, port, expected) in [
        (MACHINE, 22, UNKNOWN),
        (FIRST, 22, ALLOWED),
        (OTHER, 22, DENIED),
        (MACHINE, 80, UNKNOWN),
        (FIRST, 80, ALLOWED),
        (FAR, 80, DENIED),
        (MACHINE, 443, ALLOWED),
        (FIRST, 443, ALLOWED),
        (FAR, 443, ALLOWED),
        (MACHINE, 25, DENIED),
        (FIRST, 25, DENIED),
        (MACHINE, 8080, DENIED),
    ] {
        named(&scene, "vm/vb", to, port, expected);
    }
    let answer = named(&scene, "vm/vb", MACHINE, 22, UNKNOWN);
    assert!(answer.summary.contains("the address of `vm in s (10.0.0.0/24)`"), "{}", answer.summary);
    // The number means the address, not the machine that stands for any.
    assert_eq!(find(scene.snapshot(), FIRST).unwrap().title, FIRST);
    verdict(&scene, "10.0.1.4", FIRST, 22, ALLOWED);
}

#[test]
fn the_same_holds_on_the_way_out_and_for_the_other_end() {
    let out = "outbound: [{priority: 100, name: one, deny: tcp 443, from: 10.0.0.4}]";
    let into = "inbound: [{priority: 100, name: one, allow: tcp 22, from: 10.0.0.4}, {priority: 110, name: subnet, allow: tcp 80, from: 10.0.0.0/24}, {priority: 200, name: none, deny: \"*\", from: VirtualNetwork}]";
    let scene = world(out, into, "");
    for (from, to, port, expected) in [
        (MACHINE, OUTSIDE, 443, UNKNOWN),
        (FIRST, OUTSIDE, 443, DENIED),
        (OTHER, OUTSIDE, 443, ALLOWED),
        (MACHINE, "vm/vb", 22, UNKNOWN),
        (FIRST, "vm/vb", 22, ALLOWED),
        (OTHER, "vm/vb", 22, DENIED),
        (MACHINE, "vm/vb", 80, ALLOWED),
        (FIRST, "vm/vb", 80, ALLOWED),
        (MACHINE, "vm/vb", 8080, DENIED),
        // What the tag stands for is the whole network.
        ("vm/vb", MACHINE, 8080, ALLOWED),
    ] {
        named(&scene, from, to, port, expected);
    }
}

/// Policies of pods name machines by their addresses, too.
#[test]
fn blocks_of_policies_for_pods_are_no_surer() {
    let pods = "---\napiVersion: v1\nkind: Node\nmetadata: {name: n1}\nstatus: {addresses: [{type: InternalIP, address: 10.0.1.9}]}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop, labels: {app: web}}\nspec: {nodeName: n1, containers: [{name: c, image: i}]}\n---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: shop}\nspec: {podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 10.0.0.4/32}}], ports: [{port: 22}]}, {to: [{ipBlock: {cidr: 10.0.0.0/16, except: [10.0.1.0/24]}}], ports: [{port: 80}]}]}\n";
    let scene = world("inbound: []", "inbound: []", pods);
    for (to, port, expected) in [
        (MACHINE, 22, UNKNOWN),
        (FIRST, 22, ALLOWED),
        (OTHER, 22, DENIED),
        (MACHINE, 80, ALLOWED),
        (FAR, 80, ALLOWED),
        ("vm/vb", 80, DENIED),
        (MACHINE, 8080, DENIED),
    ] {
        named(&scene, "shop/web", to, port, expected);
    }
}

/// "Virtual network traffic routing": the longest prefix counts, for replies as well.
#[test]
fn routes_for_some_addresses_of_the_subnet_are_certain_for_each_address() {
    let tables = |prefix: &str| {
        format!(
            "azure:\n  networks:\n  - name: v\n    addressSpace: 10.0.0.0/16\n    subnets:\n    - {{name: s, prefix: 10.0.0.0/24}}\n    - {{name: b, prefix: 10.0.1.0/24, routes: [{{prefix: {prefix}, to: None}}]}}\n  machines: [{{name: vb, subnet: b, address: 10.0.1.4}}]\n"
        )
    };
    let some = scene(&tables("10.0.0.0/28"));
    for (from, to, expected) in [
        ("vm/vb", MACHINE, UNKNOWN),
        ("vm/vb", FIRST, DENIED),
        ("vm/vb", FAR, ALLOWED),
        // Replies are dropped, and so there is no connection.
        (MACHINE, "vm/vb", UNKNOWN),
        (FIRST, "vm/vb", DENIED),
        (FAR, "vm/vb", ALLOWED),
    ] {
        named(&some, from, to, 443, expected);
    }
    let answer = named(&some, "vm/vb", MACHINE, 443, UNKNOWN);
    assert!(answer.summary.contains("for 10.0.0.0/28 is for some addresses of a subnet"), "{}", answer.summary);
    // The first four addresses are Azure's own: no machine has them. A route for all others is for the machine.
    named(&scene(&tables("10.0.0.0/30")), "vm/vb", MACHINE, 443, ALLOWED);
    named(&scene(&tables("10.0.0.0/24")), "vm/vb", MACHINE, 443, DENIED);
}

/// Two networks may have the same addresses: a machine that is given in the one is not meant by the other's.
#[test]
fn a_machine_of_another_network_has_its_address_alone() {
    let scene = scene(
        "azure:\n  networks:\n  - name: one\n    addressSpace: 10.0.0.0/16\n    subnets: [{name: s, prefix: 10.0.0.0/24, nsg: g}]\n  - name: two\n    addressSpace: 10.0.0.0/16\n    subnets: [{name: t, prefix: 10.0.0.0/24, nsg: g}, {name: u, prefix: 10.0.2.0/24}]\n  nsgs:\n  - {name: g, inbound: [{priority: 100, name: one, allow: tcp 22, to: 10.0.0.4}, {priority: 200, name: none, deny: \"*\"}]}\n  machines: [{name: given, subnet: t, address: 10.0.0.4}, {name: client, subnet: u, address: 10.0.2.4}]\n",
    );
    named(&scene, "vm/client", "vm/given", 22, ALLOWED);
    named(&scene, OUTSIDE, MACHINE, 22, UNKNOWN);
}

/// A path to such an address, and to a Service that leads there, says what its rules say.
#[test]
fn paths_to_an_address_are_decided_by_it() {
    let service = "---\napiVersion: v1\nkind: Node\nmetadata: {name: n1}\nstatus: {addresses: [{type: InternalIP, address: 10.0.1.9}]}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\nspec: {nodeName: n1, containers: [{name: c, image: i}]}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: db, namespace: shop}\nspec: {clusterIP: 10.96.0.9, ports: [{port: 5432}]}\n---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: db-1, namespace: shop, labels: {kubernetes.io/service-name: db}}\naddressType: IPv4\nports: [{port: 5432}]\nendpoints: [{addresses: [ADDRESS]}]\n";
    let rules = "inbound: [{priority: 100, name: one, allow: tcp 5432, to: 10.0.0.4}, {priority: 200, name: none, deny: \"*\"}]";
    let path = |address: &str, to: &str| -> PathAnswer {
        let scene = world(rules, "inbound: []", &service.replace("ADDRESS", address));
        scene.path(&Asked { from: "shop/web", to, port: Some(5432), protocol: Protocol::TCP, entry: None, node: None }).unwrap()
    };
    for (address, to, expected) in [
        (FIRST, "svc/shop/db", ALLOWED),
        (OTHER, "svc/shop/db", DENIED),
        (FIRST, FIRST, ALLOWED),
        (FIRST, OTHER, DENIED),
        (FIRST, MACHINE, UNKNOWN),
    ] {
        let path = path(address, to);
        assert_eq!(path.verdict.as_str(), expected.as_str(), "{to} with {address}: {}", path.summary);
    }
    let path = path(FIRST, MACHINE);
    let mut arriving = path.branches.iter().flat_map(|branch| &branch.hops).map(|hop| hop.arrives.to.address);
    assert!(arriving.all(|address| address.is_none()), "no packet has the address of a machine that stands for any: {path:?}");
}

/// A rule that others cover changes nothing, whichever address a machine of the subnet has.
#[test]
fn what_a_rule_changes_is_certain_too() {
    let rules = "inbound: [{priority: 100, name: half, allow: tcp 22, to: 10.0.0.0/25}, {priority: 110, name: one, allow: tcp 22, to: 10.0.0.4}, {priority: 120, name: two, allow: tcp 22, to: 10.0.0.200}, {priority: 200, name: none, deny: \"*\"}]";
    let scene = world(rules, "inbound: []", "");
    let parts = pointless(scene.compiled(), scene.snapshot());
    let effect = |name: &str| {
        let is_it = |part: &&Part| {
            part.rule.and_then(|rule| scene.compiled().ruleset().rule(rule)).is_some_and(|rule| rule.name.as_deref() == Some(name))
        };
        parts.iter().find(is_it).map(|part| part.effect.clone()).unwrap()
    };
    assert!(matches!(effect("one"), Effect::Shadowed(_)), "{:?}", effect("one"));
    assert!(matches!(effect("half"), Effect::Needed(_)), "{:?}", effect("half"));
    assert!(matches!(effect("two"), Effect::Needed(_)), "{:?}", effect("two"));
}

/// Addresses that a rule names and that nothing in the input has: a machine that the input does not hold may have them.
mod addresses_without_machines {
    use crate::{ALLOWED, DENIED, named, scene};
    use netpolis_core::analysis::Analysis;
    use netpolis_core::answers::diff::{Change, Version, diff};
    use netpolis_core::endpoints::{lines, title};
    use netpolis_core::policy::Direction;

    fn world(rules: &str) -> Analysis {
        scene(&format!(
            "azure:\n  networks:\n  - {{name: a, addressSpace: 10.0.0.0/16, subnets: [{{name: s1, prefix: 10.0.1.0/24, nsg: n1}}, {{name: s2, prefix: 10.0.2.0/24}}]}}\n  nsgs: [{{name: n1, inbound: [{rules}, {{priority: 200, name: d, deny: \"*\"}}]}}]\n  machines: [{{name: vb, subnet: s2, address: 10.0.2.200}}, {{name: va, subnet: s1, address: 10.0.1.4}}]\n"
        ))
    }

    fn sources(scene: &Analysis) -> Vec<String> {
        let lines = lines(scene.snapshot(), scene.connectivity(), Direction::Ingress);
        lines.into_iter().map(|line| title(scene.snapshot(), line)).filter(|title| title.starts_with("10.")).collect()
    }

    fn changes(old: &Analysis, new: &Analysis) -> Vec<(Change, String, String)> {
        let [old, new] = [old, new].map(|scene| Version { snapshot: scene.snapshot(), connectivity: scene.connectivity() });
        let found = diff(old, new);
        found.iter().map(|one| (one.change, one.from.title.clone(), one.to.title.clone())).collect()
    }

    #[test]
    fn are_lines_where_a_rule_names_them() {
        let half = world("{priority: 100, name: x, allow: \"tcp 22\", from: 10.0.2.0/25}");
        // The first four addresses of a subnet are Azure's own.
        assert_eq!(sources(&half), ["10.0.2.4-10.0.2.127[External]"]);
        named(&half, "10.0.2.77", "vm/va", 22, ALLOWED);
        named(&half, "vm/vb", "vm/va", 22, DENIED);
        // What is there stands for the rest, and for what no rule tells from it.
        for rule in ["from: 10.0.2.0/24", "from: 10.0.2.200", "from: 10.0.2.128/25", "from: VirtualNetwork"] {
            let scene = world(&format!("{{priority: 100, name: x, allow: \"tcp 22\", {rule}}}"));
            assert_eq!(sources(&scene), [""; 0], "{rule}");
        }
        let own = world("{priority: 100, name: x, allow: \"tcp 22\", to: 10.0.1.9}");
        assert_eq!(sources(&own), ["10.0.1.9-10.0.1.9[External]"]);
    }

    #[test]
    fn differ_between_two_versions() {
        let rule = |from: &str, ports: &str| world(&format!("{{priority: 100, name: x, allow: \"{ports}\", from: {from}}}"));
        let found = changes(&rule("10.0.2.9", "tcp 443"), &rule("10.0.2.0/25", "tcp 1-65535"));
        let to = || "va[VM]".to_owned();
        let expected = [
            (Change::Changed, "10.0.2.9-10.0.2.9[External]".to_owned(), to()),
            (Change::Added, "10.0.2.10-10.0.2.127[External]".to_owned(), to()),
            (Change::Added, "10.0.2.4-10.0.2.8[External]".to_owned(), to()),
        ];
        assert_eq!(found, expected);
        // Of a rule that is for the machine alone afterwards, the others in its subnet notice.
        let found = changes(&rule("10.0.2.0/24", "tcp 22"), &rule("10.0.2.200", "tcp 22"));
        let expected =
            ["10.0.2.201-10.0.2.254[External]", "10.0.2.4-10.0.2.199[External]"].map(|from| (Change::Removed, from.to_owned(), to()));
        assert_eq!(found, expected);
        assert_eq!(changes(&rule("10.0.2.0/25", "tcp 22"), &rule("10.0.2.0/25", "tcp 22")), []);
    }
}
