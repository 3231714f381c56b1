//! Calico's configuration: FelixConfiguration and KubeControllersConfiguration. Sources as in [`super::calico`].

use super::calico::{calico, object};
use super::calico_objects::{cidr, named};
use super::*;
use crate::language::calico::{Calico, FailsafePort, FelixConfiguration, KubeControllersConfiguration};
use crate::model::Protocol;
use crate::policy::EndpointToHost;

fn felix(spec: &str) -> FelixConfiguration {
    match calico(&named("FelixConfiguration", "default", spec)) {
        Calico::Felix(felix) => felix,
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
    let port = |protocol, port, net: Option<&str>| (protocol, port, net.map(cidr));
    let plain = |ports: Option<Vec<FailsafePort>>| {
        ports.map(|all| all.into_iter().filter(|p| !p.unread).map(|p| (p.protocol, p.port, p.net)).collect::<Vec<_>>())
    };
    let read = felix(
        "failsafeInboundHostPorts: [{protocol: tcp, port: 22, net: 10.0.0.0/8}, {protocol: TCP, port: 6443, net: 10.1.2.3}], failsafeOutboundHostPorts: [{protocol: UDP, port: 0}]",
    );
    assert_eq!(
        plain(read.failsafe_inbound),
        Some(vec![port(Protocol::TCP, 22, Some("10.0.0.0/8")), port(Protocol::TCP, 6443, Some("10.1.2.3/32"))])
    );
    assert_eq!(plain(read.failsafe_outbound), Some(vec![port(Protocol::UDP, 0, None)]));
    // validateProtoPort, `port` as the schema requires it, and what Felix makes of a protocol that is left out (`PortListParam.Parse` of ":6443").
    let failsafe = |port: &str| object("FelixConfiguration", &format!("failsafeInboundHostPorts: [{port}]"));
    for word in ["jolly-UDP", "ICMP", "UDPLite"] {
        refused(
            &failsafe(&format!("{{protocol: {word}, port: 1}}")),
            codes::CALICO_PROTOCOL,
            word,
            &format!(r#"spec.failsafeInboundHostPorts[0].protocol: Invalid value: "{word}": must be TCP, UDP or SCTP"#),
        );
    }
    refused(
        &failsafe("{port: 6443}"),
        codes::CALICO_PROTOCOL,
        "port",
        "spec.failsafeInboundHostPorts[0].protocol: Required value: must be TCP, UDP or SCTP",
    );
    refused(
        &failsafe("{protocol: TCP}"),
        codes::CALICO_PORT_RANGE,
        "protocol",
        "spec.failsafeInboundHostPorts[0].port: Required value: a failsafe port needs a number",
    );
    refused(
        &failsafe("{protocol: TCP, port: 65536}"),
        codes::OUT_OF_RANGE,
        "65536",
        "spec.failsafeInboundHostPorts[0].port: Invalid value: 65536: must be between 0 and 65535, inclusive",
    );
    let read = felix("bpfEnabled: true, bpfExternalServiceMode: DSR, vxlanPort: 4790, natOutgoingExclusions: IPPoolsAndHostIPs");
    assert_eq!((read.bpf, read.direct_return, read.vxlan_port, read.nat_excludes_hosts), (Some(true), Some(true), Some(4790), Some(true)));
    assert_eq!(felix("bpfExternalServiceMode: Tunnel, natOutgoingExclusions: IPPoolsOnly").direct_return, Some(false));
    // `^(?i)(Tunnel|DSR)?$`, and the enum of the other.
    assert_eq!(felix("bpfExternalServiceMode: dsr").direct_return, Some(true));
    assert_eq!(felix("bpfExternalServiceMode: '', defaultEndpointToHostAction: ''"), FelixConfiguration::default());
    refused(
        &object("FelixConfiguration", "bpfExternalServiceMode: Direct"),
        codes::CALICO_VALUE,
        "Direct",
        r#"spec.bpfExternalServiceMode: Unsupported value: "Direct": supported values: "Tunnel", "DSR""#,
    );
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
fn configurations_that_are_not_used() {
    // `configurationprocessor.go` takes `default` and `node.NAME`, Felix those with a `nodeSelector` besides; kube-controllers ask for `default`.
    for (kind, spec) in [
        ("FelixConfiguration", "bpfEnabled: true, defaultEndpointToHostAction: Accept"),
        ("KubeControllersConfiguration", "controllers: {node: {hostEndpoint: {autoCreate: Enabled}}}"),
    ] {
        let text = named(kind, "other", spec);
        warned(&text, codes::CONFIGURATION_NOT_USED, "other", r#"metadata.name: the configuration "other" has no effect"#);
        match calico(&text) {
            Calico::Felix(felix) => assert_eq!(felix, FelixConfiguration::default()),
            Calico::KubeControllers(controllers) => assert!(!controllers.auto_host_endpoints),
            other => panic!("{other:?}"),
        }
        assert_eq!(findings(&named(kind, "default", spec), Severity::Warning), []);
    }
    assert_eq!(findings(&named("FelixConfiguration", "node.n1", "bpfEnabled: true"), Severity::Warning), []);
    warned(
        &named("FelixConfiguration", "edge", "nodeSelector: has(edge), bpfEnabled: true"),
        codes::CONFIGURATION_NOT_USED,
        "bpfEnabled",
        r#"`bpfEnabled` for selected nodes is not evaluated: flows with nodes are "cannot tell""#,
    );
    accepted(&named("FelixConfiguration", "edge", "nodeSelector: has(edge), defaultEndpointToHostAction: Accept"));
    for name in ["default", "node.n1"] {
        refused(
            &named("FelixConfiguration", name, "nodeSelector: has(edge)"),
            codes::CALICO_VALUE,
            "has(edge)",
            "spec.nodeSelector: Forbidden: nodeSelector must not be set on the 'default' or per-node ('node.*') FelixConfiguration",
        );
    }
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
    accepted(&controllers_text("templates: [{generateName: web, interfacePattern: eth.*, annotations: {a: b}}]"));
}

fn controllers_text(host_endpoint: &str) -> String {
    named("KubeControllersConfiguration", "default", &format!("controllers: {{node: {{hostEndpoint: {{{host_endpoint}}}}}}}"))
}

#[test]
fn what_automatic_host_endpoints_are_refused_for() {
    const TEMPLATES: &str = "spec.controllers.node.hostEndpoint.templates";
    for field in ["autoCreate", "createDefaultHostEndpoint"] {
        for word in ["enabled", "true", "Always"] {
            let message = format!(
                r#"spec.controllers.node.hostEndpoint.{field}: Unsupported value: "{word}": supported values: "Enabled", "Disabled""#
            );
            refused(&controllers_text(&format!("{field}: '{word}'")), codes::CALICO_VALUE, &format!("'{word}'"), &message);
        }
    }
    refused(
        &controllers_text("autocreate: Enabled"),
        codes::UNKNOWN_FIELD,
        "autocreate",
        r#"unknown field "spec.controllers.node.hostEndpoint.autocreate""#,
    );
    for (template, code, underlined, message) in [
        (
            "{interfaceCIDRs: [10.0.0.0/8]}",
            codes::HOST_ENDPOINT,
            "interfaceCIDRs",
            "[0].generateName: Required value: Template name must be specified",
        ),
        ("{generateName: a}", codes::HOST_ENDPOINT, "{generateName: a}", "[0]: InterfaceCIDRs or InterfacePattern must be specified"),
        (
            "{generateName: a, interfaceCIDRs: [x]}",
            codes::CALICO_CIDR,
            "x",
            r#"[0].interfaceCIDRs[0]: Invalid value: "x": invalid CIDR or address"#,
        ),
        (
            "{generateName: a, interfacePattern: e.*}, {generateName: a, interfacePattern: f.*}",
            codes::HOST_ENDPOINT,
            "a",
            "[1].generateName: Template name must be unique",
        ),
    ] {
        refused(&controllers_text(&format!("templates: [{template}]")), code, underlined, &format!("{TEMPLATES}{message}"));
    }
    // Other than in policies, the selector may be as long as one likes.
    let long = "has(a) || ".repeat(110);
    accepted(&controllers_text(&format!("templates: [{{generateName: a, interfacePattern: e.*, nodeSelector: {long}has(a)}}]")));
}
