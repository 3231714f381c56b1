//! All settings in one table: their names, their values, and what is taken where nothing is said. The command's options, the JavaScript API, links and
//! the page read and write them by it, and its documents are held to it, so a word means the same everywhere.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use super::{
    Dataplane, Engine, HostInput, HostNetwork, Http, IngressBy, IpBlockReach, OtherProtocols, OwnNode, Probes, Routing, Settings, Staged,
    UnlistedController,
};
use crate::facts::Date;
use crate::model::{Cidr, Plugin, TrafficPolicy, names};

/// The word that leaves a choice of a way to the text.
pub const AS_WRITTEN: &str = "as-written";
/// Most nodes whose pods are counted by hand, and most pods of each.
const MOST_NODES: usize = 100;
const MOST_PODS: u32 = 10_000;

/// What a setting is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Group {
    /// What the cluster does where upstream leaves it open: for all questions.
    Assumption,
    /// What decides about the way of packets; as the text says it where it is left out.
    Way,
}

/// One row of the table.
#[derive(Debug)]
#[non_exhaustive]
pub struct Setting {
    /// Its name as an option of the command, without the dashes: `host-input`. In JavaScript and links it is `hostInput`.
    pub name: &'static str,
    /// What it is about.
    pub group: Group,
    /// What it says, for people: the first half of a sentence that a value completes.
    pub title: &'static str,
    /// What it takes.
    pub values: Values,
    /// What is taken where nothing is said.
    pub default: &'static str,
    /// Names that it had, which old links and programs use.
    former: &'static [&'static str],
    set: fn(&mut Settings, &str) -> bool,
    get: fn(&Settings) -> String,
}

/// What a setting takes.
#[derive(Debug)]
pub enum Values {
    /// One of these.
    Words(&'static [Word]),
    /// A text of a form, which is told in words.
    Form(&'static str),
}

/// A value with a name.
#[derive(Debug)]
pub struct Word {
    /// The word.
    pub word: &'static str,
    /// What it means, for people: the second half of the sentence.
    pub title: &'static str,
    /// Words that it had.
    former: &'static [&'static str],
}

/// A name or a value that there is not.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refused(String);

impl core::error::Error for Refused {}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Setting {
    /// Its name in JavaScript and links.
    pub fn camel(&self) -> String {
        let mut name = String::new();
        let mut upper = false;
        for letter in self.name.chars() {
            match (letter, upper) {
                ('-', _) => upper = true,
                (letter, true) => {
                    name.extend(letter.to_uppercase());
                    upper = false;
                }
                (letter, false) => name.push(letter),
            }
        }
        name
    }

    /// What it takes, in words: `unknown, accepts or drops`.
    pub fn choices(&self) -> String {
        match &self.values {
            Values::Form(form) => (*form).to_owned(),
            Values::Words(words) => {
                let words: Vec<&str> = words.iter().map(|w| w.word).collect();
                match words.split_last() {
                    Some((last, [])) => (*last).to_owned(),
                    Some((last, first)) => format!("{} or {last}", first.join(", ")),
                    None => String::new(),
                }
            }
        }
    }

    /// Its value.
    pub fn get(&self, settings: &Settings) -> String {
        (self.get)(settings)
    }

    /// Its value, if that is not the default.
    pub fn chosen(&self, settings: &Settings) -> Option<String> {
        Some(self.get(settings)).filter(|value| value != self.default)
    }

    /// Gives it a value.
    ///
    /// # Errors
    /// If it has no such value.
    pub fn set(&self, settings: &mut Settings, value: &str) -> Result<(), Refused> {
        let value = value.trim();
        let own = match &self.values {
            Values::Words(words) => {
                let is = |w: &&Word| w.word == value || w.former.contains(&value);
                words.iter().find(is).map(|w| w.word)
            }
            Values::Form(_) => Some(value),
        };
        let own = own.or((self.group == Group::Way && value == AS_WRITTEN).then_some(AS_WRITTEN));
        if own.is_some_and(|own| (self.set)(settings, own)) {
            return Ok(());
        }
        Err(Refused(format!("`{value}` is not a value of `{}`: it takes {}", self.camel(), self.choices())))
    }
}

/// The setting with a name, in either spelling, or one that it had.
pub fn find(name: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|s| s.name == name || s.camel() == name).or_else(|| SETTINGS.iter().find(|s| s.former.contains(&name)))
}

/// Gives a setting a value, by its name.
///
/// # Errors
/// If there is no such setting, or no such value of it.
pub fn set(settings: &mut Settings, name: &str, value: &str) -> Result<(), Refused> {
    // `podNetwork` was the name of `plugin` in links and JavaScript.
    let name = if name == "podNetwork" && Plugin::from_name(value.trim()).is_some() { "plugin" } else { name };
    match find(name) {
        Some(setting) => setting.set(settings, value),
        None => {
            let names: Vec<String> = SETTINGS.iter().map(Setting::camel).collect();
            Err(Refused(format!("there is no setting `{name}`; there are {}", names.join(", "))))
        }
    }
}

/// The value of a choice of a way, in JavaScript's spelling; nothing where it is as the text says.
pub fn get_way(routing: &Routing, name: &str) -> Option<String> {
    let settings = Settings { routing: routing.clone(), ..Settings::default() };
    find(name).filter(|s| s.group == Group::Way)?.chosen(&settings)
}

/// Makes a choice of a way; an empty value leaves it to the text.
///
/// # Errors
/// If there is no such choice, or no such value of it.
pub fn set_way(routing: &mut Routing, name: &str, value: &str) -> Result<(), Refused> {
    let mut settings = Settings { routing: core::mem::take(routing), ..Settings::default() };
    let name = if name == "podNetwork" { "plugin" } else { name };
    let done = match find(name).filter(|s| s.group == Group::Way) {
        Some(setting) if value.trim().is_empty() => setting.set(&mut settings, AS_WRITTEN),
        Some(setting) => setting.set(&mut settings, value),
        None => {
            let names: Vec<String> = SETTINGS.iter().filter(|s| s.group == Group::Way).map(Setting::camel).collect();
            Err(Refused(format!("there is no path setting `{name}`; there are {}", names.join(", "))))
        }
    };
    *routing = settings.routing;
    done
}

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
        group: Group::Way,
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
        group: Group::Way,
        title: "Connections from outside go, for all Services, to",
        values: POLICIES,
        default: AS_WRITTEN,
        former: &[],
        set: |s, value| choose(&mut s.routing.external, value, TrafficPolicy::from_name),
        get: |s| chosen(s.routing.external, TrafficPolicy::as_str),
    },
    Setting {
        name: "internal-traffic-policy",
        group: Group::Way,
        title: "Connections to a Service's own address go, for all Services, to",
        values: POLICIES,
        default: AS_WRITTEN,
        former: &[],
        set: |s, value| choose(&mut s.routing.internal, value, TrafficPolicy::from_name),
        get: |s| chosen(s.routing.internal, TrafficPolicy::as_str),
    },
    Setting {
        name: "plugin",
        group: Group::Way,
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
        group: Group::Way,
        title: "Ingresses are served by",
        values: Values::Words(&[word("controller", "pods of the cluster"), word("agic", "an application gateway")]),
        default: AS_WRITTEN,
        former: &[],
        set: |s, value| choose(&mut s.routing.ingress, value, IngressBy::from_name),
        get: |s| chosen(s.routing.ingress, IngressBy::as_str),
    },
    Setting {
        name: "affinity",
        group: Group::Way,
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
        group: Group::Way,
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
        group: Group::Way,
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
        group: Group::Way,
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
        group: Group::Way,
        title: "Nodes without an address have one in",
        values: Values::Form("an address range such as 10.240.0.0/24"),
        default: AS_WRITTEN,
        former: &["nodeNetwork"],
        set: |s, value| choose(&mut s.routing.placement.node_network, value, |text| Cidr::parse(text).ok()),
        get: |s| s.routing.placement.node_network.map_or_else(|| AS_WRITTEN.to_owned(), |range| range.to_string()),
    },
];

/// The rows of a group as lines of a table for the documents: with the option's name, or with that of JavaScript.
pub fn markdown(group: Group, as_option: bool) -> String {
    let mut lines = String::new();
    for setting in SETTINGS.iter().filter(|s| s.group == group) {
        let name = if as_option { format!("--{}", setting.name) } else { setting.camel() };
        let values = match &setting.values {
            Values::Form(form) => (*form).to_owned(),
            Values::Words(words) => words.iter().map(|w| format!("`{}`: {}", w.word, w.title)).collect::<Vec<_>>().join("; "),
        };
        let default = if setting.default == AS_WRITTEN { "as specified in the input" } else { setting.default };
        lines.push_str(&format!("| `{name}` | {} | {values} | {default} |\n", setting.title));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_read_back_as_it_is_written() {
        for setting in SETTINGS {
            let mut settings = Settings::default();
            assert_eq!(setting.get(&settings), setting.default, "{}", setting.name);
            let values: Vec<&str> = match &setting.values {
                Values::Words(words) => words.iter().map(|w| w.word).collect(),
                Values::Form(_) => match setting.name {
                    "http" => alloc::vec!["unknown", "GET /cart"],
                    "namespace" => alloc::vec!["shop"],
                    "replicas" => alloc::vec!["1,9"],
                    "today" => alloc::vec!["2026-09-30"],
                    _ => alloc::vec!["10.1.0.0/16"],
                },
            };
            for value in values {
                setting.set(&mut settings, value).unwrap();
                assert_eq!(setting.get(&settings), value, "{}", setting.name);
                let mut again = Settings::default();
                set(&mut again, &setting.camel(), value).unwrap();
                assert_eq!(again, settings, "{} by its other name", setting.name);
            }
            setting.set(&mut settings, setting.default).unwrap();
            assert_eq!(settings, Settings::default(), "{}", setting.name);
        }
    }

    #[test]
    fn what_there_is_not_is_refused_with_what_there_is() {
        let mut settings = Settings::default();
        let mut refused = |name: &str, value: &str| set(&mut settings, name, value).unwrap_err().to_string();
        assert_eq!(
            refused("engine", "Calico"),
            "`Calico` is not a value of `engine`: it takes detected, generic, calico, \
         azure-npm or none"
        );
        assert_eq!(refused("sourceRanges", "off"), "`off` is not a value of `sourceRanges`: it takes as-written or ignored");
        assert_eq!(
            refused("nodeNetwork", "10.0.0.0/33"),
            "`10.0.0.0/33` is not a value of `nodeRange`: it takes an address range such as 10.240.0.0/24"
        );
        assert_eq!(refused("replicas", "1,x"), "`1,x` is not a value of `replicas`: it takes numbers with commas, such as 1,9");
        assert!(refused("engin", "calico").starts_with("there is no setting `engin`; there are engine, staged, ipBlock"));
        assert_eq!(settings, Settings::default());
    }

    #[test]
    fn words_of_old_links_and_programs_mean_what_they_meant() {
        for (name, old, new) in [
            ("staged", "enforced", "as-if-enforced"),
            ("staged", "asIfEnforced", "as-if-enforced"),
            ("ipBlock", "outside", "outside-only"),
            ("ipBlock", "outsideOnly", "outside-only"),
            ("hostNetwork", "pod", "as-pod"),
            ("ownNode", "ingressAllowed", "ingress-allowed"),
            ("otherProtocols", "rules", "follow-rules"),
            ("affinity", "on", "ClientIP"),
            ("externalTrafficPolicy", "local", "Local"),
            ("nodeNetwork", "10.9.0.0/24", "10.9.0.0/24"),
        ] {
            let mut settings = Settings::default();
            set(&mut settings, name, old).unwrap();
            assert_eq!(find(name).unwrap().get(&settings), new);
        }
        let mut settings = Settings::default();
        set(&mut settings, "podNetwork", "overlay").unwrap();
        assert_eq!(settings.routing.pod_network, Some(Plugin::Overlay));
    }
}
