//! Worlds whose policies mostly have words in Kubernetes: rules that allow and deny, in order, about labels, networks and ports.

use super::{
    Entity, Hook, NAMESPACES, NETS, NsSel, PORTS, Policy, Random, Rule, Sel, World, kubernetes_policy, maybe, outer_selector, selector,
};

impl World {
    /// The world of a seed, with few fields in its policies.
    pub fn sayable(seed: u64) -> Self {
        let mut random = Random::new(seed ^ 0x5a79);
        let r = &mut random;
        let mut policies: Vec<Policy> = (0..1 + r.below(3)).map(|number| policy(r, number)).collect();
        policies.extend((0..r.below(2)).map(|number| kubernetes_policy(r, number)));
        // Sets are matched by selectors too, which Kubernetes cannot say: they are there now and then.
        let mut world = World::new(seed, false);
        if !seed.is_multiple_of(4) {
            world.sets.clear();
        }
        World { policies, ..world }
    }
}

fn policy(random: &mut Random, number: usize) -> Policy {
    let global = random.below(5) == 0;
    let name = (*random.pick(&NAMESPACES)).to_owned();
    let mut ingress = (random.below(4) > 0).then(|| rules(random));
    let mut egress = (random.below(3) == 0).then(|| rules(random));
    if egress.is_none() && ingress.is_none() {
        ingress = Some(Vec::new());
    }
    for rule in egress.iter_mut().flatten() {
        std::mem::swap(&mut rule.source, &mut rule.destination);
        rule.destination.ports = std::mem::take(&mut rule.source.ports);
        rule.destination.not_ports = std::mem::take(&mut rule.source.not_ports);
        rule.destination.named_port = std::mem::take(&mut rule.source.named_port);
    }
    Policy {
        namespace: (!global).then(|| *random.pick(&NAMESPACES)),
        name: format!("c{number}"),
        tier: "default",
        order: maybe(random, 2, |r| *r.pick(&[10, 500, 1000, 2000])),
        selector: selector(random, 1),
        namespaces: global.then(|| Sel::Is("projectcalico.org/name".into(), name)),
        accounts: None,
        ingress,
        egress,
        hook: Hook::Normal,
        staged: false,
        kubernetes: false,
    }
}

fn rules(random: &mut Random) -> Vec<Rule> {
    let count = 1 + random.below(4);
    (0..count).map(|_| rule(random)).collect()
}

/// A rule for ingress.
fn rule(random: &mut Random) -> Rule {
    let protocol = *random.pick(&[None, Some(6), Some(6), Some(17)]);
    let source = match random.below(5) {
        0 => Entity::default(),
        1 => {
            let mut net = || loop {
                let net = *random.pick(&NETS);
                if !net.contains("::") {
                    return net;
                }
            };
            let (one, other) = (net(), net());
            Entity { nets: vec![one], not_nets: if one == other { Vec::new() } else { vec![other] }, ..Entity::default() }
        }
        2 => Entity {
            selector: maybe(random, 2, |r| selector(r, 0)),
            namespaces: Some(NsSel::Labels(outer_selector(random))),
            ..Entity::default()
        },
        _ => Entity { selector: Some(selector(random, 1)), not_selector: maybe(random, 6, |r| selector(r, 0)), ..Entity::default() },
    };
    let mut destination = Entity::default();
    if protocol.is_some() {
        destination.ports = maybe(random, 2, |r| vec![*r.pick(&PORTS)]).unwrap_or_default();
        destination.named_port = random.below(8) == 0;
        destination.not_ports = maybe(random, 6, |r| vec![*r.pick(&PORTS)]).unwrap_or_default();
    }
    let action = *random.pick(&["Allow", "Allow", "Allow", "Deny", "Deny", "Log"]);
    Rule { action, ip_version: None, protocol, not_protocol: None, icmp: None, not_icmp: None, source, destination }
}
