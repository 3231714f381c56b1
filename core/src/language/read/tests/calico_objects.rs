//! Calico's other kinds: tiers, sets, host endpoints, profiles and pools. Sources as in [`super::calico`].

use core::net::IpAddr;

use super::calico::{calico, object};
use super::*;
use crate::language::calico::{Calico, DefaultAction, EndpointPort, HostEndpoint, NetworkSet, Profile, Tier, WorkloadEndpoint};
use crate::model::{Cidr, Protocol};
use crate::snapshot::{Encapsulation, IpPool};

pub(super) fn cidr(text: &str) -> Cidr {
    Cidr::parse(text).unwrap()
}

pub(super) fn named(kind: &str, name: &str, spec: &str) -> String {
    object(kind, spec).replace("name: x", &format!("name: {name}"))
}

fn host(spec: &str) -> HostEndpoint {
    match calico(&object("HostEndpoint", spec)) {
        Calico::HostEndpoint(host) => host,
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
    for name in ["knp.default.thing", "ossg.default.thing"] {
        accepted(&named("NetworkPolicy", name, ""));
        accepted(&named("StagedNetworkPolicy", name, ""));
        // A name that Calico gives to policies of Kubernetes, which are in namespaces.
        for kind in ["GlobalNetworkPolicy", "StagedGlobalNetworkPolicy"] {
            let found = findings(&named(kind, name, ""), Severity::Error);
            assert_eq!(found.iter().map(|f| (f.code, &*f.underlined)).collect::<Vec<_>>(), [(codes::INVALID_NAME, name)]);
        }
    }
    for kind in ["NetworkPolicy", "GlobalNetworkPolicy"] {
        for name in ["thing", "th.ing"] {
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
    // validateEndpointPort, and the fields that the schema requires.
    for (port, code, underlined, message) in [
        ("{name: a, protocol: TCP}", codes::HOST_ENDPOINT, "name", "port: Required value: a port needs a number"),
        ("{name: a, port: 80}", codes::CALICO_PROTOCOL, "name", "protocol: Required value: must be TCP, UDP or SCTP"),
        (
            "{name: a, protocol: ICMP, port: 80}",
            codes::CALICO_PROTOCOL,
            "ICMP",
            "protocol: Invalid value: \"ICMP\": protocol does not support ports",
        ),
        (
            "{name: a, protocol: 47, port: 80}",
            codes::CALICO_PROTOCOL,
            "47",
            "protocol: Invalid value: \"47\": protocol does not support ports",
        ),
        (
            "{name: Api, protocol: TCP, port: 80}",
            codes::CALICO_PORT_NAME,
            "Api",
            "name: Invalid value: \"Api\": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)",
        ),
    ] {
        refused(&with(port), code, underlined, &format!("spec.ports[0].{message}"));
    }
    assert_eq!(host("node: n1, interfaceName: eth0, ports: [{name: a, protocol: 6, port: 80}]").ports.len(), 1);
    faulty(
        &with("{name: a, protocol: TCP, port: 80, hostPort: 80}"),
        codes::UNKNOWN_FIELD,
        "hostPort",
        r#"unknown field "spec.ports[0].hostPort""#,
    );
    // validateInterface, validateName; the lists are sets.
    refused(
        &object("HostEndpoint", "node: n1, interfaceName: enp0s31f6-external"),
        codes::HOST_ENDPOINT,
        "enp0s31f6-external",
        r#"spec.interfaceName: Invalid value: "enp0s31f6-external": must be `*`, or at most 15 letters, digits, '-', '_' or '.'"#,
    );
    refused(
        &object("HostEndpoint", "node: N1, interfaceName: eth0"),
        codes::INVALID_NAME,
        "N1",
        "spec.node: Invalid value: \"N1\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must \
         start and end with an alphanumeric character",
    );
    faulty(
        &object("HostEndpoint", "node: n1, interfaceName: eth0, profiles: [a, b, a]"),
        codes::DUPLICATE_VALUE,
        "a",
        r#"spec.profiles[2]: Duplicate value: "a""#,
    );
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
fn ports_of_workload_endpoints() {
    let with = |port: &str| object("WorkloadEndpoint", &format!("ports: [{port}]"));
    let ports = |port: &str| match calico(&with(port)) {
        Calico::WorkloadEndpoint(endpoint) => endpoint.ports,
        other => panic!("{other:?}"),
    };
    // The cases of EndpointPort in validator_test.go.
    let udp = EndpointPort { name: "a-valid-port".into(), protocol: Protocol::UDP, number: 1234 };
    assert_eq!(ports("{name: a-valid-port, protocol: UDP, port: 1234}"), [udp]);
    assert_eq!(ports("{protocol: UDP, port: 1234, hostPort: 2345}"), []);
    let nameless = "{name: '', protocol: UDP, port: 1234, hostPort: 0}";
    refused(&with(nameless), codes::HOST_ENDPOINT, nameless, "spec.ports[0]: Required value: a port needs a name");
    for (port, code, underlined, message) in [
        ("{name: a-valid-port, port: 1234}", codes::CALICO_PROTOCOL, "name", "protocol: Required value: must be TCP, UDP or SCTP"),
        ("{name: a-valid-port, protocol: TCP}", codes::HOST_ENDPOINT, "name", "port: Required value: a port needs a number"),
        (
            "{name: a-valid-port, protocol: 4, port: 1234}",
            codes::CALICO_PROTOCOL,
            "4",
            "protocol: Invalid value: \"4\": protocol does not support ports",
        ),
    ] {
        refused(&with(port), code, underlined, &format!("spec.ports[0].{message}"));
    }
    // validateWorkloadEndpointSpec.
    refused(
        &object("WorkloadEndpoint", "ipNetworks: [10.1.2.0/24]"),
        codes::CALICO_CIDR,
        "10.1.2.0/24",
        "spec.ipNetworks[0]: IP network contains multiple addresses",
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
        Calico::IpPool(pool) => pool.unwrap(),
        other => panic!("{other:?}"),
    };
    for net in ["10.0.0.0/26", "10.0.0.0/10", "fd00::/122"] {
        assert_eq!(
            pool(&format!("cidr: '{net}'")),
            IpPool {
                cidr: cidr(net),
                disabled: false,
                nat_outgoing: false,
                encapsulation: Encapsulation::Never,
                vxlan: false,
                unread: false
            }
        );
    }
    assert_eq!(
        pool("cidr: 10.0.0.0/27, disabled: true, natOutgoing: true"),
        IpPool {
            cidr: cidr("10.0.0.0/27"),
            disabled: true,
            nat_outgoing: true,
            encapsulation: Encapsulation::Never,
            vxlan: false,
            unread: false
        }
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
fn what_pools_are_refused_for() {
    // The CEL rules of IPPoolSpec.
    let pool = |spec: &str| object("IPPool", spec);
    let too_small = "IP pool size is too small for use with Calico IPAM. It must be equal to or greater than the block size.";
    for spec in [
        "cidr: 10.0.0.0/26, blockSize: 0",
        "cidr: 10.0.0.0/28, blockSize: 28",
        "cidr: 10.0.0.0/32, disabled: true",
        "cidr: 'fd00::/122', ipipMode: Never, vxlanMode: Always",
        "cidr: 10.0.0.0/24, allowedUses: [LoadBalancer], nodeSelector: all()",
        "cidr: 10.0.0.0/24, allowedUses: [Workload], namespaceSelector: has(a), nodeSelector: region == \"east\"",
        "cidr: 10.0.0.0/24, assignmentMode: Manual, disableBGPExport: true",
    ] {
        accepted(&pool(spec));
    }
    for (spec, underlined, message) in [
        ("disabled: true", "spec", "spec.cidr: Required value: IPPool CIDR must be specified"),
        ("cidr: 10.0.0.0/27", "10.0.0.0/27", &*format!("spec.cidr: Invalid value: \"10.0.0.0/27\": {too_small}")),
        ("cidr: 10.0.0.0/24, blockSize: 22", "10.0.0.0/24", &format!("spec.cidr: Invalid value: \"10.0.0.0/24\": {too_small}")),
        (
            "cidr: 10.0.0.0/8, blockSize: 19",
            "19",
            "spec.blockSize: Invalid value: 19: blockSize must be between 20 and 32 for IPv4 pools, and between 116 and 128 for IPv6 pools",
        ),
        ("cidr: 169.254.5.0/24", "169.254.5.0/24", "spec.cidr: IPPool CIDR overlaps with IPv4 link local range 169.254.0.0/16"),
        ("cidr: 0.0.0.0/0", "0.0.0.0/0", "spec.cidr: IPPool CIDR overlaps with IPv4 link local range 169.254.0.0/16"),
        ("cidr: 'fe80::/64'", "'fe80::/64'", "spec.cidr: IPPool CIDR overlaps with IPv6 link local range fe80::/10"),
        (
            "cidr: 10.0.0.0/24, ipipMode: Always, vxlanMode: CrossSubnet",
            "CrossSubnet",
            "spec.vxlanMode: Forbidden: ipipMode and vxlanMode cannot both be enabled",
        ),
        ("cidr: 'fd00::/64', ipipMode: Always", "Always", "spec.ipipMode: Forbidden: IPIP is not supported on IPv6 pools"),
        (
            "cidr: 10.0.0.0/24, allowedUses: [LoadBalancer, Workload], nodeSelector: all()",
            "[LoadBalancer, Workload]",
            "spec.allowedUses: Forbidden: LoadBalancer cannot be combined with Workload or Tunnel allowed uses",
        ),
        (
            "cidr: 10.0.0.0/24, allowedUses: [LoadBalancer], vxlanMode: Always",
            "[LoadBalancer]",
            "spec.allowedUses: Forbidden: LoadBalancer IP pool cannot have IPIP or VXLAN enabled",
        ),
        (
            "cidr: 10.0.0.0/24, allowedUses: [LoadBalancer], nodeSelector: has(a)",
            "has(a)",
            "spec.nodeSelector: IP Pool with AllowedUse LoadBalancer must have nodeSelector set to all()",
        ),
        (
            "cidr: 10.0.0.0/24, allowedUses: [Tunnel], namespaceSelector: has(a)",
            "has(a)",
            "spec.namespaceSelector: Forbidden: IP Pool with AllowedUse Tunnel cannot have namespaceSelector",
        ),
    ] {
        refused(&pool(spec), codes::IP_POOL, underlined, message);
    }
    refused(
        &pool("cidr: 10.0.0.0/24, vxlanMode: always"),
        codes::CALICO_VALUE,
        "always",
        r#"spec.vxlanMode: Unsupported value: "always": supported values: "Never", "Always", "CrossSubnet""#,
    );
    refused(
        &pool("cidr: 10.0.0.0/24, nodeSelector: global()"),
        codes::GLOBAL_SELECTOR,
        "global()",
        r#"spec.nodeSelector: Invalid value: "global()": global() can only be used in an EntityRule namespaceSelector"#,
    );
}
