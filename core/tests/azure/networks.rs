//! Virtual networks.

use super::*;

#[test]
fn a_default_route_makes_everything_the_virtual_network() {
    let text = |to: &str, nsg: &str| {
        format!(
            "azure: {{networks: [{{name: net, addressSpace: 10.0.0.0/16, subnets: [{{name: s, prefix: 10.0.0.0/24, {nsg} routes: [{{prefix: 0.0.0.0/0, to: {to}}}]}}]}}], nsgs: [{{name: g}}]}}"
        )
    };
    let open = scene(&text("VirtualAppliance", "nsg: g,"));
    says(&open, "AZ031", "{name: s", "covers every address");
    // Its rule for `VirtualNetwork` lets in the Internet, but what the appliance does with the replies is not known.
    let answer = verdict(&open, OUTSIDE, INSIDE, 443, UNKNOWN);
    assert!(answer.checkpoints[0].sentence.contains("rule `AllowVnetInBound` of NetworkSecurityGroup `g` allows"), "{answer:?}");
    for (to, nsg) in [("Internet", "nsg: g,"), ("None", "nsg: g,")] {
        let closed = scene(&text(to, nsg));
        silent(&closed, "AZ031");
        verdict(&closed, OUTSIDE, INSIDE, 443, DENIED);
    }
    // Without a group no rule asks what the tag is.
    silent(&scene(&text("VirtualAppliance", "")), "AZ031");
}

/// Words people read: tags by their names, machines without a group, what is left of the world.
#[test]
fn the_words_of_answers() {
    let text = |nsg: &str| {
        scene(&format!(
            "azure: {{networks: [{{name: net, addressSpace: 10.0.0.0/16, subnets: [{{name: s, prefix: 10.0.0.0/24{nsg}}}]}}], nsgs: [{{name: g, inbound: [{{priority: 100, name: web, allow: tcp 443, from: Internet}}, {{priority: 110, name: maybe, allow: tcp 22, from: Storage}}, {{priority: 120, name: grouped, allow: tcp 443, to: 'asg:others'}}]}}], machines: [{{name: a, subnet: s, address: 10.0.0.4}}, {{name: b, subnet: s, address: 10.0.0.5, groups: [others]}}]}}"
        ))
    };
    let guarded = text(", nsg: g");
    // A private address that is in no network here: outside VirtualNetwork and outside Internet.
    let answer = verdict(&guarded, "172.31.0.100", INSIDE, 443, DENIED);
    let failures: Vec<String> = answer
        .checkpoints
        .iter()
        .flat_map(|c| &c.tiers)
        .flat_map(|t| &t.policies)
        .flat_map(|p| &p.rules)
        .filter_map(|r| r.failure.as_ref().map(|f| f.text.clone()))
        .collect();
    assert!(failures.iter().any(|f| f.ends_with("172.31.0.100 is not in Internet")), "{failures:#?}");
    assert!(failures.iter().any(|f| f.ends_with("172.31.0.100 is not in VirtualNetwork")), "{failures:#?}");
    assert!(failures.iter().any(|f| f.ends_with("10.0.0.4 is not in asg:others")), "{failures:#?}");
    // State is of use to what passes only.
    let state = |answer: &Answer| answer.notes.iter().any(|n| n.contains("stateful"));
    assert!(!state(&answer) && !state(&verdict(&guarded, "8.8.8.8", INSIDE, 22, UNKNOWN)));
    assert!(state(&verdict(&guarded, "8.8.8.8", INSIDE, 443, ALLOWED)));
    let open = text("");
    let summary = |from: &str, expected| verdict(&open, from, INSIDE, 443, expected).summary;
    assert_eq!(summary("10.0.0.5", ALLOWED), "Allowed: no security group applies to `b (10.0.0.5)` or `a (10.0.0.4)`.");
    let closed = summary("8.8.8.8", DENIED);
    assert!(closed.starts_with("Denied: `a (10.0.0.4)` has no public address"), "{closed}");
    let titles = |scene: &Analysis| {
        let lines = netpolis_core::endpoints::lines(scene.snapshot(), scene.connectivity(), netpolis_core::policy::Direction::Ingress);
        lines.into_iter().map(|line| netpolis_core::endpoints::title(scene.snapshot(), line)).collect::<Vec<_>>()
    };
    let titles = titles(&open);
    assert!(titles.iter().all(|t| !t.contains("and more")) && titles.contains(&"Everywhere else[External]".to_owned()), "{titles:?}");
}

/// Upstream: Azure documentation, "Virtual network peering", peering status.
#[test]
fn peerings_in_other_states_than_connected_carry_nothing() {
    let text = |one: &str, other: &str| {
        let peering = |to: &str, state: &str| {
            let state = if state.is_empty() { String::new() } else { format!(r#", "peeringState": "{state}""#) };
            format!(
                r#"{{"name": "to-{to}", "remoteVirtualNetwork": {{"id": "/subscriptions/s/resourceGroups/r/providers/Microsoft.Network/virtualNetworks/{to}"}}{state}}}"#
            )
        };
        let network = |name: &str, number: u8, peering: String| {
            format!(
                r#"{{"type": "Microsoft.Network/virtualNetworks", "id": "/subscriptions/s/resourceGroups/r/providers/Microsoft.Network/virtualNetworks/{name}", "name": "{name}",
                "addressSpace": {{"addressPrefixes": ["10.{number}.0.0/16"]}}, "subnets": [{{"name": "s", "addressPrefix": "10.{number}.0.0/24"}}], "virtualNetworkPeerings": [{peering}]}}"#
            )
        };
        scene(&format!("[{}, {}]", network("a", 1, peering("b", one)), network("b", 2, peering("a", other))))
    };
    for (one, other, expected) in [
        ("", "", ALLOWED),
        ("Connected", "Connected", ALLOWED),
        ("connected", "", ALLOWED),
        ("Initiated", "Connected", DENIED),
        ("Connected", "Initiated", DENIED),
        ("Disconnected", "Connected", DENIED),
        ("Connected", "Disconnected", DENIED),
        ("Initiated", "Disconnected", DENIED),
    ] {
        let scene = text(one, other);
        verdict(&scene, "10.1.0.4", "10.2.0.4", 443, expected);
        let answer = verdict(&scene, "10.2.0.4", "10.1.0.4", 443, expected);
        assert!(expected == ALLOWED || answer.summary.contains("are not peered"), "{one}, {other}: {}", answer.summary);
    }
    // A peering that is a resource of its own is read the same.
    let apart = |state: &str| {
        let network = |name: &str, number: u8| {
            format!(
                r#"{{"type": "Microsoft.Network/virtualNetworks", "name": "{name}", "properties": {{"addressSpace": {{"addressPrefixes": ["10.{number}.0.0/16"]}}, "subnets": [{{"name": "s", "properties": {{"addressPrefix": "10.{number}.0.0/24"}}}}]}}}}"#
            )
        };
        let peering = |own: &str, to: &str| {
            format!(
                r#"{{"type": "Microsoft.Network/virtualNetworks/virtualNetworkPeerings", "name": "{own}/to-{to}", "properties": {{"peeringState": "{state}", "remoteVirtualNetwork": {{"id": "/subscriptions/s/resourceGroups/r/providers/Microsoft.Network/virtualNetworks/{to}"}}}}}}"#
            )
        };
        scene(&format!("[{}, {}, {}, {}]", network("a", 1), network("b", 2), peering("a", "b"), peering("b", "a")))
    };
    verdict(&apart("Connected"), "10.1.0.4", "10.2.0.4", 443, ALLOWED);
    verdict(&apart("Initiated"), "10.1.0.4", "10.2.0.4", 443, DENIED);
}

/// A peered network that is not given may have any private address.
#[test]
fn a_peering_with_a_network_that_is_not_given_leaves_private_addresses_open() {
    let text = "
azure:
  networks: [{name: net, addressSpace: 10.0.0.0/16, peerings: [hub], subnets: [{name: a, prefix: 10.0.0.0/24}]}]
  machines: [{name: m1, subnet: a, address: 10.0.0.4}]
";
    let scene = scene(text);
    let answer = verdict(&scene, "10.0.0.4", "10.9.0.4", 443, UNKNOWN);
    assert!(answer.summary.contains("`10.9.0.4` may be in a network that `net` is peered with"), "{}", answer.summary);
    verdict(&scene, "10.9.0.4", "10.0.0.4", 443, UNKNOWN);
    verdict(&scene, "10.0.0.4", OUTSIDE, 443, ALLOWED);
}

/// An interface shows that there is a subnet, but not which group that has.
#[test]
fn interfaces_in_a_network_that_is_not_given_are_kept() {
    let text = "
az network nsg create -g rg -n nb
az network nsg rule create -g rg --nsg-name nb -n r --priority 100 --access Deny --protocol '*' --destination-port-ranges '*'
az network nic create -g rg -n n1 --vnet-name v --subnet a --network-security-group nb --private-ip-address 10.0.0.4
az network nic create -g rg -n n2 --vnet-name v --subnet b --private-ip-address 10.0.1.4
az network nic create -g rg -n n3 --vnet-name v --subnet b
az network nic create -g rg -n n4 --vnet-name w --subnet c
az network nic create -g rg -n n5 --vnet-name v --subnet b --private-ip-address 10.0.0.200
";
    let scene = scene(text);
    // Whatever groups the subnets have, the interface's own stops it.
    let denied = verdict(&scene, "10.0.1.4", "10.0.0.4", 443, DENIED);
    assert!(denied.summary.contains("rule `r` of NetworkSecurityGroup `nb`"), "{}", denied.summary);
    let open = verdict(&scene, "10.0.0.4", "10.0.1.4", 443, UNKNOWN);
    assert!(
        open.summary.contains("subnet `a` is not in the input") || open.summary.contains("subnet `b` is not in the input"),
        "{}",
        open.summary
    );
    let address = |name: &str| scene.snapshot().cloud.interfaces.iter().find(|i| i.name == name).unwrap().addresses[0].to_string();
    assert_eq!((address("n3").as_str(), address("n5").as_str()), ("10.0.1.5", "10.0.0.200"));
    // Nor is it known whether the two networks are peered.
    verdict(&scene, &address("n4"), "10.0.1.4", 443, UNKNOWN);
    assert_eq!(with_code(&scene, "AZ021").len(), 3, "{:#?}", scene.problems());
    // What is given as a whole has no subnet that is not given.
    let whole = self::scene(
        "
az network vnet create -g rg -n v --address-prefixes 10.0.0.0/16 --subnet-name a --subnet-prefixes 10.0.0.0/24
az network nic create -g rg -n n1 --vnet-name v --subnet gone
",
    );
    assert!(whole.snapshot().cloud.interfaces.iter().all(|i| i.name != "n1"));
    says(&whole, "AZ021", "gone", "there is no subnet `gone`");
}

/// What is open is said of machines, too.
#[test]
fn exposure_lists_machines() {
    let text = "
azure:
  networks: [{name: net, addressSpace: 10.0.0.0/16, onPremises: 192.168.0.0/16, subnets: [{name: a, prefix: 10.0.0.0/24, nsg: web}, {name: b, prefix: 10.0.1.0/24}]}]
  nsgs: [{name: web, inbound: [{priority: 100, name: https, allow: tcp 443, from: Internet}]}]
  machines: [{name: open, subnet: a, public: standard}, {name: closed, subnet: b}]
";
    let scene = scene(text);
    let exposure = scene.exposure();
    let of = |name: &str, direction| {
        let machine = exposure.machines.iter().find(|m| scene.snapshot().cloud.interface_title(m.machine) == name).unwrap();
        let rows = exposure.outside_of_machine(machine, direction).iter();
        rows.map(|row| (row.is_public, exposure.set(row.allowed).to_string())).collect::<Vec<_>>()
    };
    let everything = "everything".to_owned();
    let ingress = of("open", netpolis_core::policy::Direction::Ingress);
    assert!(ingress.contains(&(true, "TCP 443".to_owned())) && ingress.contains(&(false, everything.clone())), "{ingress:?}");
    let closed = of("closed", netpolis_core::policy::Direction::Ingress);
    assert!(closed.iter().all(|(is_public, _)| !is_public), "{closed:?}");
    assert!(of("closed", netpolis_core::policy::Direction::Egress).contains(&(true, everything)));
}

/// Azure documentation, "How to configure subnet peering": only the subnets that both sides name reach each other.
#[test]
fn a_peering_may_be_for_some_subnets_only() {
    let script = |options: &str, back: &str| {
        let peering = |own: &str, other: &str, options: &str| {
            format!(
                "az network vnet peering create -g rg -n to-{other} --vnet-name {own} --remote-vnet {other} --allow-vnet-access {options}\n"
            )
        };
        let network = |name: &str, number: u8| {
            format!(
                "az network vnet create -g rg -n {name} --address-prefixes 10.{number}.0.0/16 --subnet-name {name}1 --subnet-prefixes 10.{number}.1.0/24
az network vnet subnet create -g rg --vnet-name {name} -n {name}2 --address-prefixes 10.{number}.2.0/24 --nsg g
az network nic create -g rg -n {name}-one --vnet-name {name} --subnet {name}1
az network nic create -g rg -n {name}-two --vnet-name {name} --subnet {name}2
"
            )
        };
        let group = "az network nsg create -g rg -n g\n";
        let networks = network("hub", 0) + &network("spoke", 1);
        scene(&(group.to_string() + &networks + &peering("hub", "spoke", options) + &peering("spoke", "hub", back)))
    };
    let some = "--peer-complete-vnets false";
    let to_spoke = |own: &str, theirs: &str| format!("{some} --local-subnet-names {own} --remote-subnet-names {theirs}");
    let one = script(&to_spoke("hub1", "spoke1"), &to_spoke("spoke1", "hub1"));
    named(&one, "vm/hub-one", "vm/spoke-one", 443, ALLOWED);
    named(&one, "vm/spoke-one", "vm/hub-one", 443, ALLOWED);
    for (from, to) in
        [("vm/hub-one", "vm/spoke-two"), ("vm/hub-two", "vm/spoke-one"), ("vm/spoke-two", "vm/hub-two"), ("vm/hub-one", "10.1.9.9")]
    {
        let answer = named(&one, from, to, 443, DENIED);
        assert!(answer.summary.contains("only some subnets"), "{}", answer.summary);
    }
    named(&one, "vm/hub-one", "vm/hub-two", 443, ALLOWED);
    // The tag `VirtualNetwork` holds the peered subnets, so the group without rules lets them in.
    let both = script(&to_spoke("hub1 hub2", "spoke2"), &to_spoke("spoke2", "hub1 hub2"));
    named(&both, "vm/hub-one", "vm/spoke-two", 443, ALLOWED);
    named(&both, "vm/spoke-two", "vm/hub-two", 443, ALLOWED);
    named(&both, "vm/spoke-one", "vm/hub-two", 443, DENIED);
    // Of what is not known the answer is not, and whole networks are whole.
    named(
        &script(&format!("{some} --local-subnet-names $S --remote-subnet-names spoke1"), &to_spoke("spoke1", "hub1")),
        "vm/hub-two",
        "vm/spoke-one",
        443,
        UNKNOWN,
    );
    named(&script(&format!("{} --enable-only-ipv6 true", to_spoke("hub1", "spoke1")), some), "vm/hub-one", "vm/spoke-one", 443, UNKNOWN);
    named(&script("--peer-complete-vnets true", "--peer-complete-vnets"), "vm/hub-two", "vm/spoke-two", 443, ALLOWED);
    // Templates say the same.
    let template = |whole: &str| {
        let network = |name: &str, number: u8| {
            format!(
                r#"{{"type": "Microsoft.Network/virtualNetworks", "name": "{name}", "properties": {{"addressSpace": {{"addressPrefixes": ["10.{number}.0.0/16"]}}, "subnets": [{{"name": "s", "properties": {{"addressPrefix": "10.{number}.0.0/24"}}}}, {{"name": "t", "properties": {{"addressPrefix": "10.{number}.1.0/24"}}}}]}}}}"#
            )
        };
        let peering = |own: &str, to: &str| {
            format!(
                r#"{{"type": "Microsoft.Network/virtualNetworks/virtualNetworkPeerings", "name": "{own}/to-{to}", "properties": {{"peerCompleteVnets": {whole}, "localSubnetNames": ["s"], "remoteSubnetNames": ["s"], "remoteVirtualNetwork": {{"id": "/subscriptions/s/resourceGroups/r/providers/Microsoft.Network/virtualNetworks/{to}"}}}}}}"#
            )
        };
        scene(&format!("[{}, {}, {}, {}]", network("a", 1), network("b", 2), peering("a", "b"), peering("b", "a")))
    };
    verdict(&template("false"), "10.1.0.4", "10.2.0.4", 443, ALLOWED);
    verdict(&template("false"), "10.1.0.4", "10.2.1.4", 443, DENIED);
    verdict(&template("true"), "10.1.0.4", "10.2.1.4", 443, ALLOWED);
}

/// hashicorp/terraform#30569 (`RemoteVnetHasNoGateways`): a peering that is to use the other network's gateway is refused while that has none.
#[test]
fn a_peering_uses_no_gateway_that_is_not_there() {
    let script = |more: &str, option: &str| {
        let network = |name: &str, number: u8| {
            format!(
                "az network vnet create -g rg -n {name} --address-prefixes 10.{number}.0.0/16 --subnet-name {name} --subnet-prefixes 10.{number}.1.0/24\naz network nic create -g rg -n {name}-one --vnet-name {name} --subnet {name}\n"
            )
        };
        let peering = |own: &str, other: &str, option: &str| {
            format!(
                "az network vnet peering create -g rg -n to-{other} --vnet-name {own} --remote-vnet {other} --allow-vnet-access {option}\n"
            )
        };
        scene(
            &(network("hub", 0)
                + &network("spoke", 1)
                + more
                + &peering("hub", "spoke", "--allow-gateway-transit")
                + &peering("spoke", "hub", option)),
        )
    };
    let refused = script("", "--use-remote-gateways");
    named(&refused, "vm/spoke-one", "vm/hub-one", 443, DENIED);
    says(&refused, "AZ024", "hub", "`spoke` is to use the gateway of `hub`, which has none");
    named(&script("", ""), "vm/spoke-one", "vm/hub-one", 443, ALLOWED);
    let gateway = "az network vnet subnet create -g rg --vnet-name hub -n GatewaySubnet --address-prefixes 10.0.9.0/27\n";
    named(&script(gateway, "--use-remote-gateways"), "vm/spoke-one", "vm/hub-one", 443, ALLOWED);
}
