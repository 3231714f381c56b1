//! The rows of the table of settings: every one with its names, its values and their words.

use alloc::borrow::ToOwned;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::table::{AS_WRITTEN, Group, Setting, Values, Word};
use super::{
    Dataplane, Engine, HostInput, HostNetwork, Http, IngressBy, IpBlockReach, OtherProtocols, OwnNode, Probes, Staged, UnlistedController,
};
use crate::facts::Date;
use crate::model::{Cidr, Plugin, TrafficPolicy, names};

/// Most nodes whose pods are counted by hand, and most pods of each.
const MOST_NODES: usize = 100;
const MOST_PODS: u32 = 10_000;

const fn word(word: &'static str, title: &'static str) -> Word {
    Word { word, title, former: &[] }
}

const fn renamed(word: &'static str, former: &'static [&'static str], title: &'static str) -> Word {
    Word { word, title, former }
}

/// Sets a choice of a way to what a word means; the word that leaves it to the text is none of them.
fn choose<T>(place: &mut Option<T>, value: &str, of: impl Fn(&str) -> Option<T>) -> bool {
    *place = of(value);
    place.is_some() || value == AS_WRITTEN
}

fn chosen<T>(value: Option<T>, word: impl Fn(T) -> &'static str) -> String {
    value.map_or(AS_WRITTEN, word).to_owned()
}

const POLICIES: Values =
    Values::Words(&[renamed("Cluster", &["cluster"], "any pod, on any node"), renamed("Local", &["local"], "only pods on the same node")]);

/// All of them, in the order to show them.
pub const SETTINGS: &[Setting] = &[
    Setting {
        name: "engine",
        group: Group::Assumption,
        title: "Policies are enforced by",
        values: Values::Words(&[
            word(
                "detected",
                "the engine of the input's cluster, otherwise Calico if the input has any of its resources, \
             otherwise `generic`",
            ),
            word("generic", "an engine that enforces the policies that Kubernetes defines"),
            word("calico", "Calico"),
            word("azure-npm", "Azure's network policy manager, which enforces only NetworkPolicy"),
            word("none", "nobody"),
        ]),
        default: "detected",
        former: &[],
        set: |s, value| Engine::from_name(value).map(|engine| s.engine = engine).is_some(),
        get: |s| s.engine.as_str().to_owned(),
    },
    Setting {
        name: "staged",
        group: Group::Assumption,
        title: "Staged policies of Calico are",
        values: Values::Words(&[
            renamed("not-enforced", &["notEnforced"], "shown but not enforced, as in a cluster"),
            renamed("as-if-enforced", &["asIfEnforced", "enforced"], "evaluated as if they were enforced"),
        ]),
        default: "not-enforced",
        former: &[],
        set: |s, value| {
            s.staged = if value == "as-if-enforced" { Staged::AsIfEnforced } else { Staged::NotEnforced };
            true
        },
        get: |s| if s.staged == Staged::AsIfEnforced { "as-if-enforced" } else { "not-enforced" }.to_owned(),
    },
    Setting {
        name: "ip-block",
        group: Group::Assumption,
        title: "An ipBlock matches",
        values: Values::Words(&[
            renamed("pods-too", &["podsToo"], "any address in it, including those of pods"),
            renamed("outside-only", &["outsideOnly", "outside"], "only addresses outside the cluster"),
        ]),
        default: "pods-too",
        former: &[],
        set: |s, value| {
            s.ip_block = if value == "outside-only" { IpBlockReach::OutsideOnly } else { IpBlockReach::PodsToo };
            true
        },
        get: |s| if s.ip_block == IpBlockReach::OutsideOnly { "outside-only" } else { "pods-too" }.to_owned(),
    },
    Setting {
        name: "host-network",
        group: Group::Assumption,
        title: "A pod with hostNetwork: true counts as",
        values: Values::Words(&[
            renamed("as-node", &["asNode"], "its node: no policy selects it"),
            renamed("as-pod", &["asPod", "pod"], "an ordinary pod"),
        ]),
        default: "as-node",
        former: &[],
        set: |s, value| {
            s.host_network = if value == "as-pod" { HostNetwork::AsPod } else { HostNetwork::AsNode };
            true
        },
        get: |s| if s.host_network == HostNetwork::AsPod { "as-pod" } else { "as-node" }.to_owned(),
    },
    Setting {
        name: "ingress-controller",
        group: Group::Assumption,
        title: "An ingress controller whose pods are not in the input is treated as",
        values: Values::Words(&[
            word("anything", "pods with unknown labels in an unknown namespace: rules that select by these may match"),
            word("unlabelled", "a pod without labels in a namespace without labels"),
        ]),
        default: "anything",
        former: &[],
        set: |s, value| {
            s.unlisted_controller = if value == "unlabelled" { UnlistedController::Unlabelled } else { UnlistedController::Anything };
            true
        },
        get: |s| if s.unlisted_controller == UnlistedController::Unlabelled { "unlabelled" } else { "anything" }.to_owned(),
    },
    Setting {
        name: "own-node",
        group: Group::Assumption,
        title: "A pod's own node",
        values: Values::Words(&[
            renamed("ingress-allowed", &["ingressAllowed"], "always reaches it, as probes need"),
            word("ignored", "is treated like any other address"),
        ]),
        default: "ingress-allowed",
        former: &[],
        set: |s, value| {
            s.own_node = if value == "ignored" { OwnNode::Ignored } else { OwnNode::IngressAllowed };
            true
        },
        get: |s| if s.own_node == OwnNode::Ignored { "ignored" } else { "ingress-allowed" }.to_owned(),
    },
    Setting {
        name: "other-protocols",
        group: Group::Assumption,
        title: "ICMP and other protocols without ports, under NetworkPolicy",
        values: Values::Words(&[
            word("undefined", "cannot be told"),
            renamed("follow-rules", &["followRules", "rules"], "are allowed by rules without ports"),
        ]),
        default: "undefined",
        former: &[],
        set: |s, value| {
            s.other_protocols = if value == "follow-rules" { OtherProtocols::FollowRules } else { OtherProtocols::Undefined };
            true
        },
        get: |s| if s.other_protocols == OtherProtocols::FollowRules { "follow-rules" } else { "undefined" }.to_owned(),
    },
    Setting {
        name: "host-input",
        group: Group::Assumption,
        title: "Packets from pods that Calico leaves to their node (Return)",
        values: Values::Words(&[word("unknown", "may or may not pass"), word("accepts", "pass"), word("drops", "are dropped")]),
        default: "unknown",
        former: &[],
        set: |s, value| {
            s.host_input = match value {
                "accepts" => HostInput::Accepts,
                "drops" => HostInput::Drops,
                _ => HostInput::Unknown,
            };
            true
        },
        get: |s| {
            match s.host_input {
                HostInput::Unknown => "unknown",
                HostInput::Accepts => "accepts",
                HostInput::Drops => "drops",
            }
            .to_owned()
        },
    },
    Setting {
        name: "http",
        group: Group::Assumption,
        title: "http in rules of Calico",
        values: Values::Form("ignored (no application layer), unknown, or a request such as \"GET /cart\""),
        default: "ignored",
        former: &[],
        set: |s, value| Http::from_text(value).map(|http| s.http = http).is_some(),
        get: |s| s.http.to_string(),
    },
    Setting {
        name: "pod-network",
        group: Group::Assumption,
        title: "Pods without an address get one from (unless every node in the input has a `podCIDR`)",
        values: Values::Form("address ranges with commas, such as 10.244.0.0/16"),
        default: "10.244.0.0/16",
        former: &[],
        set: |s, value| {
            let ranges: Option<Vec<Cidr>> = value.split(',').map(|range| Cidr::parse(range.trim()).ok()).collect();
            ranges.map(|ranges| s.pod_networks = ranges).is_some()
        },
        get: |s| s.pod_networks.iter().map(ToString::to_string).collect::<Vec<_>>().join(","),
    },
    Setting {
        name: "namespace",
        group: Group::Assumption,
        title: "Objects without a namespace are in",
        values: Values::Form("the name of a namespace"),
        default: "default",
        former: &[],
        set: |s, value| {
            let fits = names::dns_label(value).is_ok();
            if fits {
                s.default_namespace = value.to_owned();
            }
            fits
        },
        get: |s| s.default_namespace.clone(),
    },
    Setting {
        name: "today",
        group: Group::Assumption,
        title: "`lint` reports what Azure retires as of (no verdict depends on it; the command uses the machine's date)",
        values: Values::Form("a date such as 2026-09-30, or `table` for the date of the table of facts"),
        default: "table",
        former: &[],
        set: |s, value| {
            let today = Date::parse(value);
            let fits = today.is_some() || value == "table";
            if fits {
                s.today = today;
            }
            fits
        },
        get: |s| s.today.map_or_else(|| "table".to_owned(), Date::written),
    },
    Setting {
        name: "dataplane",
        group: Group::Path,
        title: "Addresses of Services are translated by",
        values: Values::Words(&[
            word("iptables", "kube-proxy"),
            word("ebpf", "Calico's eBPF programs"),
            word("ebpf-dsr", "the same, with direct server return"),
        ]),
        default: AS_WRITTEN,
        former: &[],
        set: |s, value| choose(&mut s.routing.dataplane, value, Dataplane::from_name),
        get: |s| chosen(s.routing.dataplane, Dataplane::as_str),
    },
    Setting {
        name: "external-traffic-policy",
        group: Group::Path,
        title: "Connections from outside go, for all Services, to",
        values: POLICIES,
        default: AS_WRITTEN,
        former: &[],
        set: |s, value| choose(&mut s.routing.external, value, TrafficPolicy::from_name),
        get: |s| chosen(s.routing.external, TrafficPolicy::as_str),
    },
    Setting {
        name: "internal-traffic-policy",
        group: Group::Path,
        title: "Connections to a Service's own address go, for all Services, to",
        values: POLICIES,
        default: AS_WRITTEN,
        former: &[],
        set: |s, value| choose(&mut s.routing.internal, value, TrafficPolicy::from_name),
        get: |s| chosen(s.routing.internal, TrafficPolicy::as_str),
    },
    Setting {
        name: "plugin",
        group: Group::Path,
        title: "The cluster's pods have their addresses by",
        values: Values::Words(&[
            word("azure", "Azure CNI, in the nodes' subnet"),
            word("overlay", "Azure CNI overlay"),
            word("kubenet", "kubenet"),
            word("pod-subnet", "Azure CNI, in a subnet of their own"),
            word("none", "a CNI plugin that you install"),
        ]),
        default: AS_WRITTEN,
        former: &[],
        set: |s, value| choose(&mut s.routing.pod_network, value, Plugin::from_name),
        get: |s| chosen(s.routing.pod_network, Plugin::as_str),
    },
    Setting {
        name: "ingress",
        group: Group::Path,
        title: "Ingresses are served by",
        values: Values::Words(&[word("controller", "pods of the cluster"), word("agic", "an application gateway")]),
        default: AS_WRITTEN,
        former: &[],
        set: |s, value| choose(&mut s.routing.ingress, value, IngressBy::from_name),
        get: |s| chosen(s.routing.ingress, IngressBy::as_str),
    },
    Setting {
        name: "affinity",
        group: Group::Path,
        title: "`sessionAffinity` of all Services is",
        values: Values::Words(&[
            renamed("ClientIP", &["on"], "by client: a client keeps its first pod"),
            renamed("None", &["off"], "none"),
        ]),
        default: AS_WRITTEN,
        former: &[],
        set: |s, value| {
            choose(&mut s.routing.affinity, value, |word| match word {
                "ClientIP" => Some(true),
                "None" => Some(false),
                _ => None,
            })
        },
        get: |s| chosen(s.routing.affinity, |keeps| if keeps { "ClientIP" } else { "None" }),
    },
    Setting {
        name: "source-ranges",
        group: Group::Path,
        title: "`loadBalancerSourceRanges`",
        values: Values::Words(&[word(AS_WRITTEN, "count"), word("ignored", "are ignored")]),
        default: AS_WRITTEN,
        former: &[],
        set: |s, value| {
            s.routing.ignore_source_ranges = value == "ignored";
            true
        },
        get: |s| if s.routing.ignore_source_ranges { "ignored" } else { AS_WRITTEN }.to_owned(),
    },
    Setting {
        name: "probes",
        group: Group::Path,
        title: "Health probes of load balancers ask",
        values: Values::Words(&[
            word("pod", "the node port, and so a pod"),
            word("node", "kube-proxy of each node (shared health probes)"),
            word("ignored", "nothing: every node gets connections"),
        ]),
        default: AS_WRITTEN,
        former: &[],
        set: |s, value| choose(&mut s.routing.probes, value, Probes::from_name),
        get: |s| chosen(s.routing.probes, Probes::as_str),
    },
    Setting {
        name: "replicas",
        group: Group::Path,
        title: "Pods on the first, second, … node, for workloads whose pods the input assigns to no node",
        values: Values::Form("numbers with commas, such as 1,9"),
        default: AS_WRITTEN,
        former: &[],
        set: |s, value| {
            // All of them or none: a number that cannot be read must not move the others to other nodes.
            let numbers = value.split([',', ' ']).filter(|n| !n.is_empty());
            let counts: Option<Vec<u32>> = match value {
                AS_WRITTEN => Some(Vec::new()),
                _ => numbers.map(|n| n.parse().ok().filter(|n| *n <= MOST_PODS)).collect(),
            };
            let counts = counts.filter(|c| c.len() <= MOST_NODES && (value == AS_WRITTEN || !c.is_empty()));
            counts.map(|counts| s.routing.placement.per_node = counts).is_some()
        },
        get: |s| match s.routing.placement.per_node.as_slice() {
            [] => AS_WRITTEN.to_owned(),
            counts => counts.iter().map(ToString::to_string).collect::<Vec<_>>().join(","),
        },
    },
    Setting {
        name: "node-range",
        group: Group::Path,
        title: "Nodes without an address have one in",
        values: Values::Form("an address range such as 10.240.0.0/24"),
        default: AS_WRITTEN,
        former: &["nodeNetwork"],
        set: |s, value| choose(&mut s.routing.placement.node_network, value, |text| Cidr::parse(text).ok()),
        get: |s| s.routing.placement.node_network.map_or_else(|| AS_WRITTEN.to_owned(), |range| range.to_string()),
    },
];
