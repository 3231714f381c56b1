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
