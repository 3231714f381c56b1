//! What the environment of Calico's programs sets: it comes before what their configurations in the cluster say.
//!
//! Upstream: `felix/config/config_params.go` (`SourcesInDescendingOrder`, `resolve`) and `param_types.go`; `kube-controllers/pkg/config`.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use super::{FailsafePort, FelixConfiguration};
use crate::document::{FILLER, NodeRef};
use crate::language::plugins::is_calico;
use crate::language::unread::Effect;
use crate::language::{PodTemplate, Program, Variable};
use crate::model::{Cidr, LabelSelector, Protocol};
use crate::policy::EndpointToHost;
use crate::text::Span;

/// What the names of Felix's variables begin with, in upper or lower case.
const FELIX: &str = "felix_";
/// Whether every node gets a host endpoint.
const AUTO_HOST_ENDPOINTS: &str = "AUTO_HOST_ENDPOINTS";
/// A ConfigMap that Calico's own manifests refer to: it has the address of the API server.
const API_SERVER_MAP: &str = "kubernetes-services-endpoint";

/// The variables of a container of Calico's. One without a name stands for those that come from elsewhere.
pub(in crate::language) fn variables(container: NodeRef<'_>, image: &str) -> Vec<Variable> {
    if !image.contains("calico") {
        return Vec::new();
    }
    let list = |name: &str| container.get(name).and_then(NodeRef::as_sequence).into_iter().flatten();
    let from_elsewhere = list("envFrom").filter(|from| {
        let map = from.get("configMapRef").and_then(|map| map.get("name")).and_then(NodeRef::as_str);
        map != Some(API_SERVER_MAP)
    });
    let elsewhere = from_elsewhere.map(|from| Variable { name: Box::default(), value: None, span: from.span() });
    let written = list("env").filter_map(|variable| {
        let name = variable.get("name").and_then(NodeRef::as_str)?;
        let plain = |text: &&str| !text.contains(FILLER) && !text.contains("$(");
        let value = match (variable.get("value"), variable.get("valueFrom")) {
            (None, None) => Some(""),
            (value, _) => value.and_then(NodeRef::as_str).filter(plain),
        };
        let counts = has_prefix(name) || name == AUTO_HOST_ENDPOINTS;
        counts.then(|| Variable { name: name.into(), value: value.map(Box::from), span: variable.span() })
    });
    elsewhere.chain(written).collect()
}

fn has_prefix(name: &str) -> bool {
    name.get(..FELIX.len()).is_some_and(|start| start.eq_ignore_ascii_case(FELIX))
}

/// Whether a container is the agent on Linux nodes.
fn is_agent(program: &Program) -> bool {
    is_calico(program) && !program.image.contains("windows")
}

/// What the agent's container in a pod sets; nothing if there is no such container.
pub(in crate::language) fn felix(template: &PodTemplate) -> Option<FelixConfiguration> {
    template.programs.iter().find(|program| is_agent(program)).map(felix_of)
}

fn felix_of(program: &Program) -> FelixConfiguration {
    let mut felix = FelixConfiguration::default();
    for variable in &program.env {
        let setting = variable.name.get(FELIX.len()..).unwrap_or_default().to_ascii_lowercase();
        let is_read = match &variable.value {
            Some(value) => set(&mut felix, &setting, value, variable.span).is_some(),
            None => !variable.name.is_empty() && !SETTINGS.contains(&setting.as_str()),
        };
        if !is_read {
            felix.unread.push((setting.into(), variable.span));
        }
    }
    felix
}

/// Whether the controllers' container in a pod makes host endpoints; nothing if it does not say, or cannot be read.
pub(in crate::language) fn auto_host_endpoints(template: &PodTemplate) -> Option<bool> {
    let mut variables = template.programs.iter().filter(|program| is_controllers(program)).flat_map(|program| &program.env);
    let value = variables.rfind(|variable| *variable.name == *AUTO_HOST_ENDPOINTS)?.value.as_deref()?;
    Some(value.eq_ignore_ascii_case("enabled"))
}

fn is_controllers(program: &Program) -> bool {
    program.image.contains("kube-controllers")
}

/// What a container leaves open: whatever a variable sets that cannot be read.
pub(in crate::language) fn effects(program: &Program) -> Vec<Effect> {
    let at_nodes = |field: &str, span| Effect { field: field.into(), span, nodes: Some(LabelSelector::default()), ..Effect::default() };
    if is_controllers(program) {
        let unread = program.env.iter().filter(|v| v.value.is_none() && (v.name.is_empty() || *v.name == *AUTO_HOST_ENDPOINTS));
        return unread.map(|variable| at_nodes(&variable.name, variable.span)).collect();
    }
    if !is_agent(program) {
        return Vec::new();
    }
    let name = |span: Span| program.env.iter().find(|v| v.span == span).map_or("", |v| &v.name);
    let one = |(setting, span): &(Box<str>, Span)| {
        // What policies allow goes on to the node's own packet filter, of which nothing is known.
        if setting.ends_with("filterallowaction") {
            return Effect { field: name(*span).into(), span: *span, allows: false, ..Effect::default() };
        }
        at_nodes(name(*span), *span)
    };
    // What decides at nodes themselves is put in doubt there.
    let at_hosts =
        |setting: &str| setting == "defaultendpointtohostaction" || setting.starts_with("failsafe") || setting.starts_with("wireguard");
    felix_of(program).unread.iter().filter(|(setting, _)| !at_hosts(setting)).map(one).collect()
}

/// Settings that change a verdict.
const SETTINGS: [&str; 16] = [
    "allowipippacketsfromworkloads",
    "allowvxlanpacketsfromworkloads",
    "bpfenabled",
    "bpfexternalservicemode",
    "defaultendpointtohostaction",
    "failsafeinboundhostports",
    "failsafeoutboundhostports",
    "iptablesfilterallowaction",
    "natoutgoingaddress",
    "natoutgoingexclusions",
    "nftablesfilterallowaction",
    "vxlanport",
    "wireguardenabled",
    "wireguardenabledv6",
    "wireguardlisteningport",
    "wireguardlisteningportv6",
];

/// Sets one; nothing if the value is none that Felix knows.
fn set(felix: &mut FelixConfiguration, setting: &str, value: &str, span: Span) -> Option<()> {
    let is_none = value.eq_ignore_ascii_case("none");
    let word = |words: [&'static str; 2]| words.into_iter().find(|word| word.eq_ignore_ascii_case(value));
    match setting {
        "defaultendpointtohostaction" => {
            let known = [EndpointToHost::Drop, EndpointToHost::Accept, EndpointToHost::Return];
            felix.endpoint_to_host = Some(known.into_iter().find(|action| action.as_str().eq_ignore_ascii_case(value))?);
        }
        "failsafeinboundhostports" => felix.failsafe_inbound = Some(if is_none { Vec::new() } else { failsafe_ports(value, span)? }),
        "failsafeoutboundhostports" => felix.failsafe_outbound = Some(if is_none { Vec::new() } else { failsafe_ports(value, span)? }),
        "bpfenabled" => felix.bpf = Some(!is_none && flag(value)?),
        "allowvxlanpacketsfromworkloads" => felix.allow_vxlan = Some(!is_none && flag(value)?),
        "allowipippacketsfromworkloads" => felix.allow_ipip = Some(!is_none && flag(value)?),
        "bpfexternalservicemode" => felix.direct_return = Some(word(["tunnel", "dsr"])? == "dsr"),
        "vxlanport" => felix.vxlan_port = Some(value.parse().ok()?),
        "wireguardenabled" | "wireguardenabledv6" | "wireguardlisteningport" | "wireguardlisteningportv6" if !is_none => {
            let family = usize::from(setting.ends_with("v6"));
            if setting.starts_with("wireguardenabled") {
                *felix.wireguard.get_mut(family)? = Some(flag(value)?);
            } else {
                *felix.wireguard_port.get_mut(family)? = Some(value.parse().ok()?);
            }
        }
        "natoutgoingexclusions" => felix.nat_excludes_hosts = Some(word(["IPPoolsOnly", "IPPoolsAndHostIPs"])? == "IPPoolsAndHostIPs"),
        "natoutgoingaddress" if !is_none => felix.nat_address = Some(value.parse().ok()?),
        "iptablesfilterallowaction" | "nftablesfilterallowaction" => {
            word(["accept", "accept"])?;
        }
        _ => {}
    }
    Some(())
}

/// Upstream: `BoolParam.Parse`.
fn flag(value: &str) -> Option<bool> {
    match value.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "y" | "t" => Some(true),
        "false" | "0" | "no" | "n" | "f" => Some(false),
        _ => None,
    }
}

/// Ports as `tcp:10.0.0.0/8:22`, `udp:[fd00::/8]:53`, `tcp:22` or `22`, with commas between. Upstream: `PortListParam.Parse`.
fn failsafe_ports(value: &str, span: Span) -> Option<Vec<FailsafePort>> {
    let mut ports = Vec::new();
    for port in value.split(',').map(str::trim).filter(|port| !port.is_empty()) {
        let (start, net, number) = match (port.split_once('['), port.rsplit_once("]:")) {
            (Some((start, rest)), Some((_, number))) => (start, rest.split(']').next(), number),
            _ => match port.split(':').collect::<Vec<&str>>().as_slice() {
                [number] => ("", None, *number),
                [protocol, number] => (*protocol, None, *number),
                [protocol, net, number] => (*protocol, Some(*net), *number),
                _ => return None,
            },
        };
        let protocol = match start.trim_end_matches(':').to_ascii_lowercase().as_str() {
            "" | "tcp" => Protocol::TCP,
            "udp" => Protocol::UDP,
            _ => return None,
        };
        let net = match net.filter(|net| !net.is_empty()) {
            Some(net) => Some(cidr(net)?),
            None => None,
        };
        ports.push(FailsafePort { span, protocol, port: number.parse().ok()?, net, unread: false });
    }
    Some(ports)
}

/// A network, or one address.
fn cidr(text: &str) -> Option<Cidr> {
    Cidr::parse(text).ok().or_else(|| {
        let length = if text.contains(':') { "/128" } else { "/32" };
        Cidr::parse(&(String::from(text) + length)).ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_read_as_felix_reads_them() {
        let read = |text: &str| {
            let ports = failsafe_ports(text, Span::default())?;
            Some(ports.into_iter().map(|p| (p.protocol, p.port, p.net.map(|net| alloc::format!("{net}")))).collect::<Vec<_>>())
        };
        assert_eq!(read("22, udp:53"), Some(alloc::vec![(Protocol::TCP, 22, None), (Protocol::UDP, 53, None)]));
        assert_eq!(read("tcp:10.0.0.0/8:22"), Some(alloc::vec![(Protocol::TCP, 22, Some("10.0.0.0/8".into()))]));
        assert_eq!(read("tcp:[fd00::/8]:22"), Some(alloc::vec![(Protocol::TCP, 22, Some("fd00::/8".into()))]));
        assert_eq!(read(""), Some(Vec::new()));
        assert_eq!(read("ssh"), None);
        assert_eq!(read("icmp:22"), None);
    }
}
