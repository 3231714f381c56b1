//! Calico's other kinds: tiers, sets, host endpoints, profiles, pools and configuration. Sources as in [`super::calico`].

use core::net::IpAddr;

use super::calico::{calico, object};
use super::*;
use crate::language::calico::{
    Calico, DefaultAction, EndpointPort, FailsafePort, FelixConfiguration, HostEndpoint, KubeControllersConfiguration, NetworkSet, Profile,
    Tier, WorkloadEndpoint,
};
use crate::model::{Cidr, Protocol};
use crate::policy::EndpointToHost;
use crate::snapshot::IpPool;

fn cidr(text: &str) -> Cidr {
    Cidr::parse(text).unwrap()
}

fn named(kind: &str, name: &str, spec: &str) -> String {
    object(kind, spec).replace("name: x", &format!("name: {name}"))
}

fn felix(spec: &str) -> FelixConfiguration {
    match calico(&named("FelixConfiguration", "default", spec)) {
        Calico::Felix(felix) => felix,
        other => panic!("{other:?}"),
    }
}

fn host(spec: &str) -> HostEndpoint {
    match calico(&object("HostEndpoint", spec)) {
        Calico::HostEndpoint(host) => host,
        other => panic!("{other:?}"),
    }
}

fn controllers(host_endpoint: &str) -> KubeControllersConfiguration {
    let spec = format!("controllers: {{node: {{hostEndpoint: {{{host_endpoint}}}}}}}");
    match calico(&named("KubeControllersConfiguration", "default", &spec)) {
        Calico::KubeControllers(configuration) => configuration,
        other => panic!("{other:?}"),
    }
}

#[test]
fn tiers() {
    let tier = |name: &str, spec: &str| match calico(&named("Tier", name, spec)) {
        Calico::Tier(tier) => tier,
        other => panic!("{other:?}"),
    };
    let Tier { order, default_action } = tier("platform", "");
    assert_eq!((order.0, default_action), (None, DefaultAction::Deny));
    let Tier { order, default_action } = tier("platform", "order: 12.5, defaultAction: Pass");
    assert_eq!((order.0, default_action), (Some(12.5), DefaultAction::Pass));
    // The CEL rules of Tier: three tiers are as Calico makes them.
    for (name, order, action) in [("default", "1000000", "Deny"), ("kube-admin", "1000", "Pass"), ("kube-baseline", "10000000", "Pass")] {
        accepted(&named("Tier", name, &format!("order: {order}, defaultAction: {action}")));
        let other = if action == "Pass" { "Deny" } else { "Pass" };
        refused(
            &named("Tier", name, &format!("order: {order}, defaultAction: {other}")),
            codes::TIER,
            other,
            &format!("spec.defaultAction: Invalid value: the default action of the tier `{name}` is fixed"),
        );
        refused(
            &named("Tier", name, &format!("order: 7, defaultAction: {action}")),
            codes::TIER,
            "7",
            &format!("spec.order: Invalid value: the order of the tier `{name}` must be {order}"),
        );
    }
    for word in ["Allow", "deny"] {
        refused(
            &object("Tier", &format!("defaultAction: {word}")),
            codes::TIER,
            word,
            &format!(r#"spec.defaultAction: Unsupported value: "{word}": supported values: "Deny", "Pass""#),
        );
    }
    // validateTier: a label, without a dot.
    faulty(
        &named("Tier", "a.b", "order: 5"),
        codes::INVALID_NAME,
        "a.b",
        r#"metadata.name: Invalid value: "a.b": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character"#,
    );
    accepted(&named("Tier", &"a".repeat(63), "order: 5"));
    let long = "a".repeat(64);
    faulty(
        &named("Tier", &long, "order: 5"),
        codes::INVALID_NAME,
        &long,
        &format!(r#"metadata.name: Invalid value: "{long}": must be no more than 63 characters"#),
    );
}

#[test]
fn names_of_policies() {
    // validateNetworkPolicy, validateGlobalNetworkPolicy: a label, perhaps after its tier's name.
    for kind in ["NetworkPolicy", "GlobalNetworkPolicy"] {
        for name in ["thing", "th.ing", "knp.default.thing"] {
            accepted(&named(kind, name, ""));
        }
        for name in ["t.h.i.ng", "tHiNg", "t~!ng"] {
            let found = findings(&named(kind, name, ""), Severity::Error);
            assert_eq!(found.iter().map(|f| (f.code, &*f.underlined)).collect::<Vec<_>>(), [(codes::INVALID_NAME, name)]);
        }
    }
}

#[test]
fn network_sets() {
    for (kind, global) in [("NetworkSet", false), ("GlobalNetworkSet", true)] {
        // `cidr`: a bare address and bits beyond the length are taken.
        let Calico::NetworkSet(set) = calico(&object(kind, "nets: [10.0.0.0/8, 10.1.2.3, 10.9.9.9/16, 'fd00::1']")) else {
            panic!("{kind}")
        };
        let nets = ["10.0.0.0/8", "10.1.2.3/32", "10.9.0.0/16", "fd00::1/128"].map(cidr);
        assert_eq!(set, NetworkSet { global, nets: nets.to_vec(), unread: false });
        for net in ["10.0.0.0/33", "x"] {
            refused(
                &object(kind, &format!("nets: [{net}]")),
                codes::CALICO_CIDR,
                net,
                &format!(r#"spec.nets[0]: Invalid value: "{net}": invalid CIDR or address"#),
            );
        }
        refused(&object(kind, "nets: 10.0.0.0/8"), codes::WRONG_TYPE, "10.0.0.0/8", "spec.nets: expected a list, found text");
        let labelled = object(kind, "nets: []").replace("name: x", "name: x, labels: {projectcalico.org/namespace: a}");
        refused(
            &labelled,
            codes::RESERVED_LABEL,
            "{projectcalico.org/namespace: a}",
            "metadata.labels: Invalid value: projectcalico.org/namespace: not a valid label name",
        );
    }
}

#[test]
fn host_endpoints() {
    let read = host("node: n1, interfaceName: eth0, profiles: [a, b], ports: [{name: api, protocol: TCP, port: 6443}]");
    assert_eq!((&*read.node, &*read.interface, read.expected_ips.len(), read.profiles.len()), ("n1", "eth0", 0, 2));
    assert_eq!(read.ports, [EndpointPort { name: "api".into(), protocol: Protocol::TCP, number: 6443 }]);
    assert_eq!(&*host("node: n1, interfaceName: '*'").interface, "*");
    let addresses: Vec<IpAddr> = vec!["10.0.0.4".parse().unwrap(), "fd00::4".parse().unwrap()];
    assert_eq!(host("node: n1, expectedIPs: [10.0.0.4, 'fd00::4']").expected_ips, addresses);
    // The CEL rules of HostEndpointSpec.
    refused(
        &object("HostEndpoint", "interfaceName: eth0"),
        codes::HOST_ENDPOINT,
        "spec",
        "spec.node: Required value: node must be specified",
    );
    for spec in ["node: n1", "node: n1, interfaceName: ''", "node: n1, expectedIPs: []"] {
        let message = "spec: no interface name or expected IPs have been specified";
        refused(&object("HostEndpoint", spec), codes::HOST_ENDPOINT, &format!("{{{spec}}}"), message);
    }
    for address in ["x", "10.0.0.0/24"] {
        refused(
            &object("HostEndpoint", &format!("node: n1, interfaceName: eth0, expectedIPs: [{address}]")),
            codes::HOST_ENDPOINT,
            address,
            &format!(r#"spec.expectedIPs[0]: Invalid value: "{address}": must be an IP address, without a mask"#),
        );
    }
    let with = |port: &str| object("HostEndpoint", &format!("node: n1, interfaceName: eth0, ports: [{port}]"));
    for port in ["{protocol: TCP, port: 80}", "{name: '', protocol: TCP, port: 80}"] {
        refused(&with(port), codes::HOST_ENDPOINT, port, "spec.ports[0]: Required value: a port needs a name");
    }
    for number in ["0", "65536"] {
        refused(
            &with(&format!("{{name: a, protocol: TCP, port: {number}}}")),
            codes::OUT_OF_RANGE,
            number,
            &format!("spec.ports[0].port: Invalid value: {number}: must be between 1 and 65535, inclusive"),
        );
    }
}

#[test]
fn workload_endpoints() {
    let spec = "pod: web-1, node: n1, serviceAccountName: web, ipNetworks: [10.1.2.3/32, 10.1.2.4], profiles: [kns.shop], \
                ports: [{name: http, protocol: TCP, port: 8080}]";
    let Calico::WorkloadEndpoint(WorkloadEndpoint { pod, node, service_account, addresses, profiles, ports }) =
        calico(&object("WorkloadEndpoint", spec))
    else {
        panic!()
    };
    assert_eq!((pod.as_deref(), node.as_deref(), service_account.as_deref()), (Some("web-1"), Some("n1"), Some("web")));
    assert_eq!(addresses, ["10.1.2.3", "10.1.2.4"].map(|a| a.parse::<IpAddr>().unwrap()));
    assert_eq!((profiles.unwrap().len(), ports.len()), (1, 1));
    let Calico::WorkloadEndpoint(read) = calico(&object("WorkloadEndpoint", "pod: web-1")) else { panic!() };
    assert_eq!(read.profiles, None);
    refused(
        &object("WorkloadEndpoint", "ipNetworks: [x]"),
        codes::CALICO_CIDR,
        "x",
        r#"spec.ipNetworks[0]: Invalid value: "x": invalid CIDR or address"#,
    );
    refused(
        &object("WorkloadEndpoint", "ports: [{protocol: TCP, port: 80}]"),
        codes::HOST_ENDPOINT,
        "{protocol: TCP, port: 80}",
        "spec.ports[0]: Required value: a port needs a name",
    );
}

#[test]
fn profiles() {
    let value = "v".repeat(63);
    let spec = format!("labelsToApply: {{project.calico.org/my-label: {value}}}, ingress: [{{action: Allow}}], egress: [{{action: Deny}}]");
    let Calico::Profile(Profile { labels, ingress, egress }) = calico(&object("Profile", &spec)) else { panic!() };
    assert_eq!((labels.get("project.calico.org/my-label"), ingress.len(), egress.len()), (Some(&*value), 1, 1));
    refused(
        &object("Profile", "egress: [{action: Allow, destination: {ports: [80]}}]"),
        codes::PORTS_NEED_PROTOCOL,
        "{ports: [80]}",
        "spec.egress[0].destination: rules with a numeric port or range must set protocol to TCP, UDP or SCTP",
    );
    for label in [".mylabel: value".to_string(), "'my!label': value".to_string(), format!("k: {}", "v".repeat(64))] {
        let found = findings(&object("Profile", &format!("labelsToApply: {{{label}}}")), Severity::Error);
        assert_eq!(found.iter().map(|f| f.code).collect::<Vec<_>>(), [codes::INVALID_LABEL], "{label}");
    }
}

#[test]
fn pools() {
    let pool = |spec: &str| match calico(&object("IPPool", spec)) {
        Calico::IpPool(pool) => pool,
        other => panic!("{other:?}"),
    };
    for net in ["10.0.0.0/26", "10.0.0.0/10", "fd00::/122"] {
        assert_eq!(pool(&format!("cidr: '{net}'")), IpPool { cidr: cidr(net), disabled: false, nat_outgoing: false });
    }
    assert_eq!(
        pool("cidr: 10.0.0.0/27, disabled: true, natOutgoing: true"),
        IpPool { cidr: cidr("10.0.0.0/27"), disabled: true, nat_outgoing: true }
    );
    for (net, why) in
        [("10.0.0.1/24", "invalid CIDR: it has bits beyond its prefix length"), ("1.2.3.4/33", "invalid CIDR"), ("x", "invalid CIDR")]
    {
        refused(
            &object("IPPool", &format!("cidr: {net}")),
            codes::CALICO_CIDR,
            net,
            &format!(r#"spec.cidr: Invalid value: "{net}": {why}"#),
        );
    }
}

#[test]
fn felix_configurations() {
    assert_eq!(felix(""), FelixConfiguration::default());
    // `^(?i)(Drop|Accept|Return)?$`
    for (word, action) in [
        ("Drop", EndpointToHost::Drop),
        ("drop", EndpointToHost::Drop),
        ("ACCEPT", EndpointToHost::Accept),
        ("Return", EndpointToHost::Return),
    ] {
        assert_eq!(felix(&format!("defaultEndpointToHostAction: {word}")).endpoint_to_host, Some(action));
    }
    refused(
        &object("FelixConfiguration", "defaultEndpointToHostAction: Reject"),
        codes::CALICO_VALUE,
        "Reject",
        r#"spec.defaultEndpointToHostAction: Unsupported value: "Reject": supported values: "Drop", "Accept", "Return""#,
    );
    // Left out is not none: nothing for Felix's own list, an empty list for no port.
    assert_eq!(felix("failsafeInboundHostPorts: []").failsafe_inbound, Some(vec![]));
    let port = |protocol, port, net: Option<&str>| FailsafePort { protocol, port, net: net.map(cidr) };
    let read = felix(
        "failsafeInboundHostPorts: [{protocol: tcp, port: 22, net: 10.0.0.0/8}, {port: 6443}], failsafeOutboundHostPorts: [{protocol: UDP, port: 53}]",
    );
    assert_eq!(read.failsafe_inbound, Some(vec![port(Protocol::TCP, 22, Some("10.0.0.0/8")), port(Protocol::TCP, 6443, None)]));
    assert_eq!(read.failsafe_outbound, Some(vec![port(Protocol::UDP, 53, None)]));
    // validateProtoPort.
    refused(
        &object("FelixConfiguration", "failsafeInboundHostPorts: [{protocol: jolly-UDP, port: 1}]"),
        codes::CALICO_PROTOCOL,
        "jolly-UDP",
        r#"spec.failsafeInboundHostPorts[0].protocol: Invalid value: "jolly-UDP": must be TCP, UDP or SCTP"#,
    );
    refused(
        &object("FelixConfiguration", "failsafeOutboundHostPorts: [{protocol: tcp, port: 0}]"),
        codes::OUT_OF_RANGE,
        "0",
        "spec.failsafeOutboundHostPorts[0].port: Invalid value: 0: must be between 1 and 65535, inclusive",
    );
    let read = felix("bpfEnabled: true, bpfExternalServiceMode: DSR, vxlanPort: 4790, natOutgoingExclusions: IPPoolsAndHostIPs");
    assert_eq!((read.bpf, read.direct_return, read.vxlan_port, read.nat_excludes_hosts), (Some(true), true, Some(4790), true));
    assert!(!felix("bpfExternalServiceMode: Tunnel, natOutgoingExclusions: IPPoolsOnly").direct_return);
    refused(
        &object("FelixConfiguration", "natOutgoingExclusions: Foo"),
        codes::CALICO_VALUE,
        "Foo",
        r#"spec.natOutgoingExclusions: Unsupported value: "Foo": supported values: "IPPoolsOnly", "IPPoolsAndHostIPs""#,
    );
    let read = felix("allowVXLANPacketsFromWorkloads: true, allowIPIPPacketsFromWorkloads: false");
    assert_eq!((read.allow_vxlan, read.allow_ipip), (Some(true), Some(false)));
    // Of its many other fields nothing is said, but of one that is nearly one of these.
    accepted(&object("FelixConfiguration", "chainInsertMode: Append, logSeverityScreen: Info"));
    faulty(
        &object("FelixConfiguration", "failsafeInboundHostPort: []"),
        codes::UNKNOWN_FIELD,
        "failsafeInboundHostPort",
        r#"unknown field "spec.failsafeInboundHostPort": FelixConfiguration has `failsafeInboundHostPorts`"#,
    );
}

#[test]
fn automatic_host_endpoints() {
    let KubeControllersConfiguration { auto_host_endpoints, create_default, templates } = controllers("autoCreate: Enabled");
    assert_eq!((auto_host_endpoints, create_default, templates.len()), (true, true, 0));
    assert!(!controllers("").auto_host_endpoints);
    assert!(!controllers("autoCreate: Disabled").auto_host_endpoints);
    assert!(!controllers("autoCreate: Enabled, createDefaultHostEndpoint: Disabled").create_default);
    let template =
        "{generateName: web, nodeSelector: has(web), interfaceCIDRs: [10.0.0.0/8], interfacePattern: eth.*, labels: {role: web}}";
    let read = controllers(&format!("autoCreate: Enabled, templates: [{template}]")).templates.remove(0);
    assert_eq!(
        (&*read.name, read.nodes.is_some(), read.cidrs, read.interface.as_deref()),
        ("web", true, vec![cidr("10.0.0.0/8")], Some("eth.*"))
    );
    assert_eq!(read.labels.get("role"), Some("web"));
}
