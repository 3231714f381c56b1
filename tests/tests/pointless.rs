//! Rules and policies that could be removed: what the core says of small random rule sets against trying every packet with and without each.
//!
//! The slow evaluator here is the first-match rule itself, written down once for tiers of any kind; it shares nothing with the core.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::collections::BTreeMap;
use std::fmt::Write as _;

use netpolis_core::analysis::Analysis;
use netpolis_core::answers::pointless::{Effect, Part, Witness, pointless};
use netpolis_core::diagnostics::Severity;
use netpolis_core::policy::Direction;
use netpolis_core::settings::{OtherProtocols, Settings};
use netpolis_core::verdict::{Flow, Verdict};
use netpolis_tests::random::Random;

/// Pods, with their two labels.
const PODS: [(&str, &str, &str); 4] = [("p0", "a", "front"), ("p1", "a", "back"), ("p2", "b", "front"), ("p3", "b", "back")];
/// Addresses outside: in one range, in two, in the third, in none.
const OUTSIDE: [&str; 4] = ["192.0.2.1", "192.0.2.200", "198.51.100.1", "203.0.113.1"];
const RANGES: [(&str, [bool; 4]); 3] = [
    ("192.0.2.0/24", [true, true, false, false]),
    ("192.0.2.128/25", [false, true, false, false]),
    ("198.51.100.0/24", [false, false, true, false]),
];
/// Protocol and port: rules name ports from 80 to 82, and 9 stands for all others.
const CONNECTIONS: [(&str, u16); 8] =
    [("TCP", 80), ("TCP", 81), ("TCP", 82), ("TCP", 9), ("UDP", 80), ("UDP", 81), ("UDP", 82), ("UDP", 9)];

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Action {
    Allow,
    Deny,
    Pass,
}

/// Whom a policy or a rule is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Whom {
    Everybody,
    App(&'static str),
    Tier(&'static str),
    Range(usize),
    Pods,
    /// Nobody has this label.
    Nobody,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum End {
    Pod(usize),
    Outside(usize),
}

impl Whom {
    fn has(self, end: End) -> bool {
        match (self, end) {
            (Whom::Everybody, _) | (Whom::Pods, End::Pod(_)) => true,
            (Whom::App(app), End::Pod(pod)) => PODS[pod].1 == app,
            (Whom::Tier(tier), End::Pod(pod)) => PODS[pod].2 == tier,
            (Whom::Range(range), End::Outside(address)) => RANGES[range].1[address],
            _ => false,
        }
    }

    fn labels(self) -> String {
        match self {
            Whom::App(app) => format!("{{matchLabels: {{app: {app}}}}}"),
            Whom::Tier(tier) => format!("{{matchLabels: {{tier: {tier}}}}}"),
            Whom::Nobody => "{matchLabels: {app: none}}".into(),
            _ => "{}".into(),
        }
    }

    fn selector(self) -> String {
        match self {
            Whom::App(app) => format!("app == '{app}'"),
            Whom::Tier(tier) => format!("tier == '{tier}'"),
            Whom::Nobody => "app == 'none'".into(),
            _ => "all()".into(),
        }
    }
}

#[derive(Clone, Debug)]
struct Rule {
    action: Action,
    peer: Whom,
    /// Nothing for every protocol and port.
    ports: Option<(&'static str, u16, u16)>,
}

impl Rule {
    fn matches(&self, peer: End, connection: (&str, u16)) -> bool {
        let ports = self.ports.is_none_or(|(protocol, first, last)| protocol == connection.0 && (first..=last).contains(&connection.1));
        ports && self.peer.has(peer)
    }
}

#[derive(Clone, Debug)]
struct Policy {
    name: String,
    subject: Whom,
    rules: Vec<Rule>,
}

#[derive(Clone, Debug)]
struct Tier {
    policies: Vec<Policy>,
    /// Whether any rule that allows is enough, whatever the order.
    is_union: bool,
    /// Whether what no rule decides is denied.
    denies: bool,
}

/// A rule, or a whole policy, that is left out: tier, policy, rule.
type Skip = (usize, usize, Option<usize>);

struct World {
    direction: Direction,
    tiers: Vec<Tier>,
}

impl World {
    /// Whether a connection passes, and the rules that it reaches and that match it.
    fn passes(&self, subject: usize, peer: End, connection: (&str, u16), skip: Option<Skip>) -> (bool, Vec<Skip>) {
        let (decided, met) = self.decision(self.tiers.len(), subject, peer, connection, skip);
        (decided.unwrap_or(true), met)
    }

    /// What the first tiers decide.
    fn decision(&self, tiers: usize, subject: usize, peer: End, connection: (&str, u16), skip: Option<Skip>) -> (Option<bool>, Vec<Skip>) {
        let mut met = Vec::new();
        'tiers: for (t, tier) in self.tiers.iter().enumerate().take(tiers) {
            let there = |(p, policy): &(usize, &Policy)| policy.subject.has(End::Pod(subject)) && skip != Some((t, *p, None));
            let policies: Vec<(usize, &Policy)> = tier.policies.iter().enumerate().filter(there).collect();
            if policies.is_empty() {
                continue;
            }
            let mut allowed = false;
            for (p, policy) in policies {
                for (r, rule) in policy.rules.iter().enumerate() {
                    if skip == Some((t, p, Some(r))) || !rule.matches(peer, connection) {
                        continue;
                    }
                    met.push((t, p, Some(r)));
                    match rule.action {
                        Action::Allow if tier.is_union => allowed = true,
                        Action::Allow => return (Some(true), met),
                        Action::Deny => return (Some(false), met),
                        Action::Pass => continue 'tiers,
                    }
                }
            }
            if allowed || tier.denies {
                return (Some(allowed), met);
            }
        }
        (None, met)
    }

    fn packets() -> impl Iterator<Item = (usize, End, (&'static str, u16))> {
        let peers = || (0..PODS.len()).map(End::Pod).chain((0..OUTSIDE.len()).map(End::Outside));
        let pairs = (0..PODS.len()).flat_map(move |subject| peers().map(move |peer| (subject, peer)));
        let others = pairs.filter(|(subject, peer)| *peer != End::Pod(*subject));
        others.flat_map(|(subject, peer)| CONNECTIONS.into_iter().map(move |connection| (subject, peer, connection)))
    }

    /// What trying every packet says of a rule or a policy.
    fn expected(&self, skip: Skip) -> &'static str {
        if World::packets().any(|(s, p, c)| self.passes(s, p, c, None).0 != self.passes(s, p, c, Some(skip)).0) {
            return "needed";
        }
        let (t, p, r) = skip;
        let policy = &self.tiers[t].policies[p];
        let Some(r) = r else {
            // In a tier that denies nothing at its end, a policy without rules is none.
            let acts = self.tiers[t].denies || !policy.rules.is_empty();
            let applies = acts && (0..PODS.len()).any(|pod| policy.subject.has(End::Pod(pod)));
            return if applies { "redundant" } else { "never matches" };
        };
        let is_subject = |subject: usize| policy.subject.has(End::Pod(subject));
        if !World::packets().any(|(s, peer, c)| is_subject(s) && policy.rules[r].matches(peer, c)) {
            return "never matches";
        }
        // Where rules only allow, order means nothing.
        let tier = &self.tiers[t];
        if tier.denies && tier.policies.iter().flat_map(|policy| &policy.rules).all(|rule| rule.action == Action::Allow) {
            let mut matched = World::packets().filter(|(s, peer, c)| is_subject(*s) && policy.rules[r].matches(*peer, *c));
            let reaches = matched.any(|(s, peer, c)| self.decision(t, s, peer, c, None).0.is_none());
            return if reaches { "redundant" } else { "never reached" };
        }
        let reached = World::packets().any(|(s, peer, c)| self.passes(s, peer, c, None).1.contains(&skip));
        if reached { "redundant" } else { "never reached" }
    }
}

/// Makes worlds.
struct Maker(Random);

impl Maker {
    fn whom(&mut self, ranges: bool) -> Whom {
        match self.0.below(if ranges { 9 } else { 7 }) {
            0 => Whom::Nobody,
            1 => {
                if ranges {
                    Whom::Everybody
                } else {
                    Whom::Pods
                }
            }
            2 => Whom::Pods,
            3 | 4 => Whom::App(self.0.pick::<&str>(&["a", "b"])),
            5 | 6 => Whom::Tier(self.0.pick::<&str>(&["front", "back"])),
            _ => Whom::Range(self.0.below(RANGES.len())),
        }
    }

    fn rule(&mut self, actions: &[Action], ranges: bool) -> Rule {
        let first = 80 + self.0.below(3) as u16;
        let last = first + self.0.below(3) as u16;
        let protocol = if self.0.chance(80) { "TCP" } else { "UDP" };
        let ports = self.0.chance(70).then_some((protocol, first, last.min(82)));
        Rule { action: *self.0.pick(actions), peer: self.whom(ranges), ports }
    }

    fn policies(&mut self, name: &str, most: usize, actions: &[Action], ranges: bool) -> Vec<Policy> {
        let count = self.0.below(most + 1);
        let mut policy = |number| {
            let subject = match self.0.below(5) {
                0 | 1 => Whom::Pods,
                2 => Whom::Nobody,
                3 => Whom::App(self.0.pick::<&str>(&["a", "b"])),
                _ => Whom::Tier(self.0.pick::<&str>(&["front", "back"])),
            };
            let rules = (0..self.0.below(4)).map(|_| self.rule(actions, ranges)).collect();
            Policy { name: format!("{name}{number}"), subject, rules }
        };
        (0..count).map(&mut policy).collect()
    }

    fn direction(&mut self) -> Direction {
        if self.0.chance(50) { Direction::Ingress } else { Direction::Egress }
    }
}

const ALL: [Action; 3] = [Action::Allow, Action::Deny, Action::Pass];

fn pods() -> String {
    let mut text = String::new();
    for (number, (name, app, tier)) in PODS.iter().enumerate() {
        let _ = writeln!(
            text,
            "{{apiVersion: v1, kind: Pod, metadata: {{name: {name}, namespace: shop, labels: {{app: {app}, tier: {tier}}}}}, spec: {{containers: [{{name: c}}]}}, status: {{podIP: 10.244.0.{}}}}}\n---",
            number + 10
        );
    }
    text
}

/// `TCP 80-81` as Kubernetes writes it.
fn kubernetes_ports(ports: Option<(&str, u16, u16)>, field: &str) -> String {
    match (ports, field) {
        (None, _) => String::new(),
        (Some((protocol, first, last)), "admin") => {
            format!(", ports: [{{portRange: {{protocol: {protocol}, start: {first}, end: {last}}}}}]")
        }
        (Some((protocol, first, last)), _) => format!(", ports: [{{protocol: {protocol}, port: {first}, endPort: {last}}}]"),
    }
}

/// Admin policies, NetworkPolicies and the baseline.
fn kubernetes(seed: u64) -> (World, String) {
    let mut maker = Maker(Random::new(seed));
    let direction = maker.direction();
    let (side, word) = if direction == Direction::Ingress { ("ingress", "from") } else { ("egress", "to") };
    let admin = maker.policies("admin", 3, &ALL, false);
    let namespaced = maker.policies("np", 4, &[Action::Allow], true);
    let baseline = maker.policies("default", 1, &[Action::Allow, Action::Deny], false);
    let mut text = pods();
    for (policies, kind) in [(&admin, "AdminNetworkPolicy"), (&baseline, "BaselineAdminNetworkPolicy")] {
        for (number, policy) in policies.iter().enumerate() {
            let rule = |rule: &Rule| {
                let peer = format!("{{pods: {{namespaceSelector: {{}}, podSelector: {}}}}}", rule.peer.labels());
                format!("{{action: {:?}, {word}: [{peer}]{}}}", rule.action, kubernetes_ports(rule.ports, "admin"))
            };
            let rules: Vec<String> = policy.rules.iter().map(rule).collect();
            let priority = if kind == "AdminNetworkPolicy" { format!("priority: {number}, ") } else { String::new() };
            let name = if kind == "AdminNetworkPolicy" { policy.name.as_str() } else { "default" };
            let _ = writeln!(
                text,
                "{{apiVersion: policy.networking.k8s.io/v1alpha1, kind: {kind}, metadata: {{name: {name}}}, spec: {{{priority}subject: {{pods: {{namespaceSelector: {{}}, podSelector: {}}}}}, {side}: [{}]}}}}\n---",
                policy.subject.labels(),
                rules.join(", ")
            );
        }
    }
    for policy in &namespaced {
        let rule = |rule: &Rule| {
            let peer = match rule.peer {
                Whom::Everybody => String::new(),
                Whom::Range(range) => format!(", {word}: [{{ipBlock: {{cidr: {}}}}}]", RANGES[range].0),
                peer => format!(", {word}: [{{podSelector: {}}}]", peer.labels()),
            };
            let inner = format!("{peer}{}", kubernetes_ports(rule.ports, ""));
            format!("{{{}}}", inner.trim_start_matches(", "))
        };
        let rules: Vec<String> = policy.rules.iter().map(rule).collect();
        let _ = writeln!(
            text,
            "{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: {}, namespace: shop}}, spec: {{podSelector: {}, policyTypes: [{}], {side}: [{}]}}}}\n---",
            policy.name,
            policy.subject.labels(),
            if direction == Direction::Ingress { "Ingress" } else { "Egress" },
            rules.join(", ")
        );
    }
    let tiers = alloc_tiers([(admin, false, false), (namespaced, true, true), (baseline, false, false)]);
    (World { direction, tiers }, text)
}

fn alloc_tiers<const N: usize>(tiers: [(Vec<Policy>, bool, bool); N]) -> Vec<Tier> {
    tiers.into_iter().map(|(policies, is_union, denies)| Tier { policies, is_union, denies }).collect()
}

/// Two tiers of Calico's.
fn calico(seed: u64) -> (World, String) {
    let mut maker = Maker(Random::new(seed));
    let direction = maker.direction();
    let side = if direction == Direction::Ingress { "ingress" } else { "egress" };
    let first = maker.policies("first.", 3, &ALL, true);
    let last = maker.policies("default.", 3, &ALL, true);
    let mut text = pods();
    text.push_str("{apiVersion: projectcalico.org/v3, kind: Tier, metadata: {name: first}, spec: {order: 10}}\n---\n");
    for (policies, tier) in [(&first, "first"), (&last, "default")] {
        for (number, policy) in policies.iter().enumerate() {
            let rule = |rule: &Rule| {
                let peer = match rule.peer {
                    Whom::Everybody => String::new(),
                    Whom::Range(range) => format!("nets: [{}]", RANGES[range].0),
                    peer => format!("selector: \"{}\"", peer.selector()),
                };
                let (protocol, ports) = match rule.ports {
                    Some((protocol, first, last)) => (format!(", protocol: {protocol}"), format!("ports: ['{first}:{last}']")),
                    None => (String::new(), String::new()),
                };
                let both = [peer.as_str(), ports.as_str()].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
                let ends = if direction == Direction::Ingress {
                    format!(", source: {{{peer}}}, destination: {{{ports}}}")
                } else {
                    format!(", destination: {{{both}}}")
                };
                format!("{{action: {:?}{protocol}{ends}}}", rule.action)
            };
            let rules: Vec<String> = policy.rules.iter().map(rule).collect();
            let _ = writeln!(
                text,
                "{{apiVersion: projectcalico.org/v3, kind: GlobalNetworkPolicy, metadata: {{name: {}}}, spec: {{tier: {tier}, order: {number}, selector: \"{}\", types: [{}], {side}: [{}]}}}}\n---",
                policy.name,
                policy.subject.selector(),
                if direction == Direction::Ingress { "Ingress" } else { "Egress" },
                rules.join(", ")
            );
        }
    }
    (World { direction, tiers: alloc_tiers([(first, false, true), (last, false, true)]) }, text)
}

fn analysis(text: &str) -> Analysis {
    // What rules mean for protocols without ports is settled, so that these are like any other port that no rule names.
    let mut analysis = Analysis::new(Settings { other_protocols: OtherProtocols::FollowRules, ..Settings::default() });
    analysis.set_files(&[("world.yaml", text)]);
    let errors: Vec<_> = analysis.loaded().diagnostics.iter().filter(|d| d.severity == Severity::Error).map(|d| &d.message).collect();
    assert!(errors.is_empty(), "{errors:?}\n{text}");
    analysis
}

fn agree(world: &World, text: &str, counts: &mut BTreeMap<&'static str, usize>) {
    let analysis = analysis(text);
    let parts = pointless(analysis.compiled(), analysis.snapshot());
    let ruleset = analysis.compiled().ruleset();
    for (t, tier) in world.tiers.iter().enumerate() {
        for (p, policy) in tier.policies.iter().enumerate() {
            for r in std::iter::once(None).chain((0..policy.rules.len()).map(Some)) {
                let is_it = |part: &&Part| {
                    let of = ruleset.policy(part.policy).unwrap();
                    // There is one baseline, and it has a name of its own.
                    let name = if policy.name.starts_with("default") && of.kind.starts_with("Baseline") { "default" } else { &policy.name };
                    of.name == *name && part.rule.map(|rule| rule.number() as usize - 1) == r
                };
                let found = parts.iter().find(is_it).unwrap_or_else(|| panic!("{} {r:?} is not judged\n{text}", policy.name));
                let expected = world.expected((t, p, r));
                assert_eq!(
                    found.effect.as_str(),
                    expected,
                    "{} {r:?}: {}\n{text}",
                    policy.name,
                    found.sentence(ruleset, analysis.snapshot())
                );
                *counts.entry(expected).or_default() += 1;
                if let Effect::Needed(witness) = &found.effect {
                    proves(&analysis, world, (t, p, r), witness, text);
                }
            }
        }
    }
}

/// That the packet that is shown is answered as is said, with and without, by the slow evaluator; and as it is by the core's answer to one flow.
fn proves(analysis: &Analysis, world: &World, skip: Skip, witness: &Witness, text: &str) {
    let snapshot = analysis.snapshot();
    let end = |end: netpolis_core::compile::Endpoint| match end.address() {
        // Whatever rules do not tell apart may stand for each other.
        Some(address) => (0..OUTSIDE.len()).map(End::Outside).find(|end| same_ranges(*end, address)).unwrap(),
        None => {
            let name = netpolis_core::explain::end_name(end, snapshot);
            End::Pod(PODS.iter().position(|(pod, ..)| name == format!("shop/{pod}")).unwrap())
        }
    };
    let (from, to) = (end(witness.from), end(witness.to));
    let (subject, peer) = if world.direction == Direction::Ingress { (to, from) } else { (from, to) };
    let End::Pod(subject) = subject else { panic!("the subject of {witness:?} is no pod\n{text}") };
    let port = witness.traffic.destination.unwrap();
    let port = if (80..=82).contains(&port) { port } else { 9 };
    let protocol = witness.traffic.protocol.to_string();
    if !matches!(protocol.as_str(), "TCP" | "UDP") {
        return;
    }
    let verdict = |passes: bool| if passes { Verdict::Allowed } else { Verdict::Denied };
    let connection = (protocol.as_str(), port);
    assert_eq!(witness.with, verdict(world.passes(subject, peer, connection, None).0), "{witness:?}\n{text}");
    assert_eq!(witness.without, verdict(world.passes(subject, peer, connection, Some(skip)).0), "{witness:?}\n{text}");
    let answer = analysis.decide(&Flow { from: witness.from, to: witness.to, traffic: witness.traffic });
    assert_eq!(answer.verdict, witness.with, "{witness:?}\n{text}");
}

fn same_ranges(end: End, address: std::net::IpAddr) -> bool {
    let End::Outside(number) = end else { return false };
    RANGES.iter().all(|(range, holds)| netpolis_core::model::Cidr::parse(range).unwrap().contains(address) == holds[number])
}

fn worlds(make: fn(u64) -> (World, String)) {
    let mut counts = BTreeMap::new();
    for seed in 0..500 {
        let (world, text) = make(seed);
        agree(&world, &text, &mut counts);
    }
    for effect in ["needed", "never matches", "never reached", "redundant"] {
        assert!(counts.get(effect).copied().unwrap_or_default() > 50, "hardly any rule is {effect}: {counts:?}");
    }
}

#[test]
fn unions_and_ordered_rules_of_kubernetes_agree_with_trying_every_packet() {
    worlds(kubernetes);
}

#[test]
fn tiers_of_calico_agree_with_trying_every_packet() {
    worlds(calico);
}

/// Sources of security rules, with those among [`PEERS`] that they name.
const SOURCES: [(&str, [bool; 8]); 6] = [
    ("'*'", [true; 8]),
    // The network has its address of the platform too.
    ("VirtualNetwork", [true, true, false, false, false, false, true, false]),
    ("Internet", [false, false, true, true, true, true, false, false]),
    ("192.0.2.0/24", [false, false, true, true, false, false, false, false]),
    ("192.0.2.128/25", [false, false, false, true, false, false, false, false]),
    ("10.0.0.4", [true, false, false, false, false, false, false, false]),
];
/// Two machines, four addresses outside, where Azure's load balancers ask from, and a private address of another network.
const PEERS: [&str; 8] = ["10.0.0.4", "10.0.0.5", "192.0.2.1", "192.0.2.200", "198.51.100.1", "203.0.113.1", "168.63.129.16", "172.16.0.1"];

struct SecurityRule {
    allows: bool,
    source: usize,
    /// Of the two machines, the first alone.
    to_first: bool,
    ports: Option<(&'static str, u16, u16)>,
}

impl SecurityRule {
    fn matches(&self, subject: usize, peer: usize, connection: (&str, u16)) -> bool {
        let ports = self.ports.is_none_or(|(protocol, first, last)| protocol == connection.0 && (first..=last).contains(&connection.1));
        ports && SOURCES[self.source].1[peer] && (!self.to_first || subject == 0)
    }
}

/// Whether a connection comes through, and the rule of somebody's that decides. The last rules are those that every group has.
fn comes_through(
    rules: &[SecurityRule],
    subject: usize,
    peer: usize,
    connection: (&str, u16),
    skip: Option<usize>,
) -> (bool, Option<usize>) {
    let mut there = rules.iter().enumerate().filter(|(number, _)| Some(*number) != skip);
    match there.find(|(_, rule)| rule.matches(subject, peer, connection)) {
        Some((number, rule)) => (rule.allows, Some(number)),
        None => (matches!(peer, 0 | 1 | 6), None),
    }
}

/// Upstream: "Network security groups", the order of rules and the default rules.
#[test]
fn rules_of_security_groups_agree_with_trying_every_packet() {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for seed in 0..300 {
        let mut random = Random::new(seed);
        let rules: Vec<SecurityRule> = (0..random.below(6))
            .map(|_| {
                let first = 80 + random.below(3) as u16;
                let ports = (if random.chance(80) { "TCP" } else { "UDP" }, first, (first + random.below(3) as u16).min(82));
                SecurityRule {
                    allows: random.chance(50),
                    source: random.below(SOURCES.len()),
                    to_first: random.chance(20),
                    ports: random.chance(70).then_some(ports),
                }
            })
            .collect();
        let mut text = String::from(
            "azure:\n  networks: [{name: net, addressSpace: 10.0.0.0/16, subnets: [{name: s, prefix: 10.0.0.0/24, nsg: g}]}]\n  \
             machines: [{name: one, subnet: s, address: 10.0.0.4}, {name: two, subnet: s, address: 10.0.0.5}]\n  nsgs:\n  - name: g\n    inbound:\n",
        );
        for (number, rule) in rules.iter().enumerate() {
            let traffic = rule.ports.map_or("'*'".into(), |(protocol, first, last)| format!("{} {first}-{last}", protocol.to_lowercase()));
            let _ = writeln!(
                text,
                "    - {{priority: {}, name: r{number}, {}: {traffic}, from: {}{}}}",
                100 + number,
                if rule.allows { "allow" } else { "deny" },
                SOURCES[rule.source].0,
                if rule.to_first { ", to: 10.0.0.4" } else { "" }
            );
        }
        if rules.is_empty() {
            continue;
        }
        let analysis = analysis(&text);
        let parts = pointless(analysis.compiled(), analysis.snapshot());
        let ruleset = analysis.compiled().ruleset();
        let packets = || (0..2).flat_map(|s| (0..PEERS.len()).flat_map(move |p| CONNECTIONS.into_iter().map(move |c| (s, p, c))));
        for (number, rule) in rules.iter().enumerate() {
            let needed =
                packets().any(|(s, p, c)| comes_through(&rules, s, p, c, None).0 != comes_through(&rules, s, p, c, Some(number)).0);
            let reached = packets().any(|(s, p, c)| comes_through(&rules, s, p, c, None).1 == Some(number));
            let matches = packets().any(|(s, p, c)| rule.matches(s, p, c));
            let expected = match (needed, reached, matches) {
                (true, ..) => "needed",
                (_, true, _) => "redundant",
                (_, _, true) => "never reached",
                _ => "never matches",
            };
            let name = format!("r{number}");
            let of = |part: &&Part| part.rule.and_then(|rule| ruleset.rule(rule)?.name.as_deref()) == Some(&*name);
            let found = parts.iter().find(of).unwrap_or_else(|| panic!("{name} is not judged\n{text}"));
            assert_eq!(found.effect.as_str(), expected, "{name}: {}\n{text}", found.sentence(ruleset, analysis.snapshot()));
            *counts.entry(expected).or_default() += 1;
        }
    }
    for effect in ["needed", "never reached", "redundant"] {
        assert!(counts.get(effect).copied().unwrap_or_default() > 50, "hardly any rule is {effect}: {counts:?}");
    }
}
