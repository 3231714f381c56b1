//! Calico's policies and rules: what its API server accepts, with which defaults, and what it refuses.
//!
//! The rules are those of `projectcalico/calico` at 87c15906f2: `libcalico-go/lib/validator/v3/validator.go` (`validateRule`, `validateEntityRule`,
//! `validateNetworkPolicySpec`, …, with the cases of `validator_test.go`) and the schemas in `api/pkg/apis/projectcalico/v3` (limits, words, CEL).

use super::*;
use crate::language::calico::{Calico, CalicoAction, CalicoPolicy, CalicoPolicyKind, CalicoRule, StagedAction};
use crate::model::http::HttpPath;
use crate::model::{Cidr, Protocol};
use crate::policy::PortTerm;

pub(super) fn object(kind: &str, spec: &str) -> String {
    let namespace = match kind {
        "NetworkPolicy" | "StagedNetworkPolicy" | "StagedKubernetesNetworkPolicy" | "NetworkSet" | "WorkloadEndpoint" => {
            ", namespace: shop"
        }
        _ => "",
    };
    format!("{{apiVersion: projectcalico.org/v3, kind: {kind}, metadata: {{name: x{namespace}}}, spec: {{{spec}}}}}\n")
}

/// A rule for ingress, after `action: Allow`.
pub(super) fn ingress(rest: &str) -> String {
    object("NetworkPolicy", &format!("types: [Ingress], ingress: [{{action: Allow, {rest}}}]"))
}

/// A rule for egress, after `action: Allow`.
fn egress(rest: &str) -> String {
    object("NetworkPolicy", &format!("types: [Egress], egress: [{{action: Allow, {rest}}}]"))
}

pub(super) fn global(spec: &str) -> String {
    object("GlobalNetworkPolicy", spec)
}

pub(super) fn calico(text: &str) -> Calico {
    match accepted(text).resources.remove(0).kind {
        Kind::Calico(calico) => *calico,
        other => panic!("{other:?}"),
    }
}

pub(super) fn policy(text: &str) -> CalicoPolicy {
    match calico(text) {
        Calico::Policy(policy) => policy,
        other => panic!("{other:?}"),
    }
}

fn rule(rest: &str) -> CalicoRule {
    policy(&ingress(rest)).ingress.remove(0)
}

fn cidr(text: &str) -> Cidr {
    Cidr::parse(text).unwrap()
}

/// Each with what stands for it in the text, and the rest of the message after the path.
#[track_caller]
pub(super) fn all_refused(of: impl Fn(&str) -> String, cases: &[(&str, Code, &str, &str)]) {
    for (text, code, underlined, message) in cases {
        refused(&of(text), *code, underlined, message);
    }
}

#[test]
fn defaults_of_policies() {
    let plain = policy(&object("NetworkPolicy", ""));
    assert_eq!((plain.kind, &*plain.tier, plain.order.0), (CalicoPolicyKind::Network, "default", None));
    assert_eq!((plain.selector, plain.service_account_selector, plain.namespace_selector), (None, None, None));
    assert_eq!((plain.apply_on_forward, plain.pre_dnat, plain.do_not_track), (false, false, false));
    assert_eq!(plain.staged_action, StagedAction::Set);
    // `defaultPolicyTypesField`: egress alone if only egress has rules, both if both have, else ingress.
    for (spec, ingress, egress) in [
        ("", true, false),
        ("ingress: [{action: Allow}]", true, false),
        ("egress: [{action: Allow}]", false, true),
        ("ingress: [{action: Allow}], egress: [{action: Allow}]", true, true),
        ("types: [Ingress]", true, false),
        ("types: [Egress]", false, true),
        ("types: [Egress, Ingress]", true, true),
        ("types: [Egress], ingress: [{action: Allow}]", false, true),
        ("types: [Ingress, Egress], ingress: [{action: Allow}]", true, true),
    ] {
        for kind in ["NetworkPolicy", "GlobalNetworkPolicy", "StagedNetworkPolicy", "StagedGlobalNetworkPolicy"] {
            let policy = policy(&object(kind, spec));
            assert_eq!((policy.acts_on_ingress, policy.acts_on_egress), (ingress, egress), "{kind}: {spec}");
        }
    }
    for (order, value) in [("10", 10.0), ("-3", -3.0), ("0.5", 0.5), ("1e3", 1000.0)] {
        assert_eq!(policy(&global(&format!("order: {order}"))).order.0, Some(value));
    }
    let kinds = [
        ("NetworkPolicy", CalicoPolicyKind::Network),
        ("GlobalNetworkPolicy", CalicoPolicyKind::Global),
        ("StagedNetworkPolicy", CalicoPolicyKind::StagedNetwork),
        ("StagedGlobalNetworkPolicy", CalicoPolicyKind::StagedGlobal),
    ];
    for (name, kind) in kinds {
        assert_eq!(policy(&object(name, "performanceHints: [AssumeNeededOnEveryNode]")).kind, kind);
    }
}

#[test]
fn policies_as_stored_have_gone_through_no_defaults() {
    let stored =
        "apiVersion: crd.projectcalico.org/v1\nkind: GlobalNetworkPolicy\nmetadata: {name: default.x}\nspec: {egress: [{action: Allow}]}\n";
    let read = policy(stored);
    assert_eq!((&*read.true_name, read.acts_on_ingress, read.acts_on_egress), ("x", true, true));
    warned(
        stored,
        codes::STORED_WITHOUT_TYPES,
        "spec",
        "spec.types: without types a stored policy applies in both directions, because nothing filled in the default",
    );
}

#[test]
fn rules_as_they_are_read() {
    let empty = rule("");
    assert_eq!((empty.action, empty.ip_version, empty.protocol, empty.not_protocol), (CalicoAction::Allow, None, None, None));
    assert_eq!((empty.icmp, empty.not_icmp, empty.http), (None, None, None));
    for (word, action) in
        [("Allow", CalicoAction::Allow), ("Deny", CalicoAction::Deny), ("Log", CalicoAction::Log), ("Pass", CalicoAction::Pass)]
    {
        let read = policy(&object("NetworkPolicy", &format!("ingress: [{{action: {word}}}]")));
        assert_eq!(read.ingress[0].action, action);
    }
    // Names as `numorstring.ProtocolFromString` has them, or a number from 1 to 255, as text too.
    for (written, number) in [
        ("TCP", 6),
        ("UDP", 17),
        ("ICMP", 1),
        ("ICMPv6", 58),
        ("SCTP", 132),
        ("UDPLite", 136),
        ("1", 1),
        ("255", 255),
        ("'1'", 1),
        ("'255'", 255),
    ] {
        assert_eq!(rule(&format!("protocol: {written}")).protocol, Some(Protocol(number)), "{written}");
        assert_eq!(rule(&format!("notProtocol: {written}")).not_protocol, Some(Protocol(number)), "{written}");
    }
    for (fields, kind, code) in [("{}", None, None), ("{type: 0}", Some(0), None), ("{type: 254, code: 255}", Some(254), Some(255))] {
        let icmp = rule(&format!("protocol: ICMP, icmp: {fields}")).icmp.unwrap();
        assert_eq!((icmp.kind, icmp.code), (kind, code));
    }
    assert_eq!(rule("ipVersion: 4, protocol: ICMP").ip_version, Some(4));
    assert_eq!(rule("ipVersion: 6, protocol: ICMPv6").ip_version, Some(6));
    let ports = rule("protocol: TCP, destination: {ports: [80, '81', '90:95', http]}").destination.ports;
    let range = |first, last| PortTerm::Range(first, last);
    assert_eq!(ports, [range(80, 80), range(81, 81), range(90, 95), PortTerm::Named("http".into())]);
    let not_ports = rule("protocol: 17, source: {notPorts: [1, 65535]}").source.not_ports;
    assert_eq!(not_ports, [range(1, 1), range(65535, 65535)]);
    // Names of ports need no protocol, and lists that are empty no protocol with ports.
    assert_eq!(rule("destination: {ports: [http]}, source: {notPorts: [dns]}").protocol, None);
    assert_eq!(rule("protocol: ICMPv6, destination: {ports: [], notPorts: []}").destination.ports, []);
    let nets = rule("source: {nets: [10.0.0.0/8, 10.1.0.0/16], notNets: [10.2.0.0/16]}").source;
    assert_eq!((nets.nets, nets.not_nets), (vec![cidr("10.0.0.0/8"), cidr("10.1.0.0/16")], vec![cidr("10.2.0.0/16")]));
    let http = rule("http: {methods: [GET, PUT], paths: [{exact: /a}, {prefix: /b}]}").http.unwrap();
    assert_eq!(http.methods, ["GET".into(), "PUT".into()]);
    assert_eq!(http.paths, [HttpPath::Exact("/a".into()), HttpPath::Prefix("/b".into())]);
    let accounts = rule("source: {serviceAccounts: {names: [a, b], selector: has(team)}}").source.service_accounts.unwrap();
    assert_eq!((accounts.names.len(), accounts.selector.is_some()), (2, true));
}

#[test]
fn selectors_as_they_are_read() {
    for selector in ["foo == \"bar\"", "has(calico/k8s_ns)", "has(calico/k8s_ns/role)", "has(calico/k8s_NS-.1/role)", "all()"] {
        assert!(rule(&format!("source: {{selector: '{selector}'}}")).source.selector.is_some(), "{selector}");
    }
    // Nothing and an empty text restrict nothing.
    for selector in ["", "''", "' '"] {
        assert!(rule(&format!("source: {{selector: {selector}}}")).source.selector.is_none());
    }
    assert!(rule("source: {namespaceSelector: global()}").source.namespace_selector.is_some());
    // A Service where its kind of rule can name one.
    let service = policy(&egress("destination: {services: {name: db, namespace: data}}")).egress.remove(0).destination.services.unwrap();
    assert_eq!((&*service.name, service.namespace.as_deref()), ("db", Some("data")));
    let service = rule("protocol: TCP, source: {services: {name: db, namespace: data}, ports: [80]}").source.services.unwrap();
    assert_eq!(&*service.name, "db");
    warned(
        &egress("destination: {services: {name: db}}"),
        codes::SERVICE_WITHOUT_NAMESPACE,
        "{name: db}",
        "spec.egress[0].destination.services: without a namespace, this version of Calico never matches the rule; here the \
         policy's namespace is used",
    );
}

#[test]
fn rules_that_are_refused() {
    let action = |rest: &str| object("NetworkPolicy", &format!("ingress: [{rest}]"));
    let actions = r#"supported values: "Allow", "Deny", "Log", "Pass""#;
    all_refused(
        action,
        &[
            (
                "{action: accept}",
                codes::CALICO_VALUE,
                "accept",
                &format!(r#"spec.ingress[0].action: Unsupported value: "accept": {actions}"#),
            ),
            ("{protocol: TCP}", codes::CALICO_VALUE, "protocol", "spec.ingress[0].action: Required value: one of Allow, Deny, Log, Pass"),
            ("{}", codes::CALICO_VALUE, "{}", "spec.ingress[0].action: Required value: one of Allow, Deny, Log, Pass"),
        ],
    );
    for (version, message) in [("0", "0"), ("5", "5")] {
        refused(
            &ingress(&format!("ipVersion: {version}")),
            codes::CALICO_VALUE,
            version,
            &format!("spec.ingress[0].ipVersion: Unsupported value: {message}: supported values: 4, 6"),
        );
    }
    // validateProtocol. `tcp` is taken only by tools that write it as `TCP`.
    for (written, quoted) in [
        ("tcpfoo", "tcpfoo"),
        ("footcp", "footcp"),
        ("tcp", "tcp"),
        ("0", "0"),
        ("256", "256"),
        ("'0'", "'0'"),
        ("'256'", "'256'"),
        ("-1", "-1"),
    ] {
        for field in ["protocol", "notProtocol"] {
            let message = format!(
                r#"spec.ingress[0].{field}: Invalid value: "{quoted}": must be TCP, UDP, ICMP, ICMPv6, SCTP, UDPLite or a number from 1 to 255"#
            );
            refused(&ingress(&format!("{field}: {written}")), codes::CALICO_PROTOCOL, written, &message);
        }
    }
    // ICMPFields: type 0 to 254, code 0 to 255 and not without a type; CEL of Rule: for ICMP and ICMPv6 only, in the right family.
    all_refused(
        ingress,
        &[
            (
                "protocol: ICMP, icmp: {code: 3}",
                codes::ICMP_RANGE,
                "3",
                "spec.ingress[0].icmp.code: ICMP code specified without an ICMP type",
            ),
            (
                "protocol: ICMP, icmp: {type: 255}",
                codes::ICMP_RANGE,
                "255",
                "spec.ingress[0].icmp.type: Invalid value: 255: must be between 0 and 254, inclusive",
            ),
            (
                "protocol: ICMP, icmp: {type: 8, code: 256}",
                codes::ICMP_RANGE,
                "256",
                "spec.ingress[0].icmp.code: Invalid value: 256: must be between 0 and 255, inclusive",
            ),
            (
                "icmp: {type: 8}",
                codes::ICMP_NEEDS_PROTOCOL,
                "{type: 8}",
                "spec.ingress[0].icmp: ICMP fields require protocol ICMP or ICMPv6",
            ),
            (
                "protocol: TCP, icmp: {type: 8}",
                codes::ICMP_NEEDS_PROTOCOL,
                "{type: 8}",
                "spec.ingress[0].icmp: ICMP fields require protocol ICMP or ICMPv6",
            ),
            (
                "ipVersion: 6, protocol: ICMP",
                codes::ICMP_IP_VERSION,
                "ICMP",
                "spec.ingress[0].protocol: protocol ICMP requires ipVersion 4",
            ),
            (
                "ipVersion: 4, protocol: ICMPv6",
                codes::ICMP_IP_VERSION,
                "ICMPv6",
                "spec.ingress[0].protocol: protocol ICMPv6 requires ipVersion 6",
            ),
            (
                "ipVersion: 6, notProtocol: ICMP",
                codes::ICMP_IP_VERSION,
                "ICMP",
                "spec.ingress[0].notProtocol: protocol ICMP requires ipVersion 4",
            ),
        ],
    );
}

#[test]
fn ports_that_are_refused() {
    // validateRule: numbers need TCP, UDP or SCTP; names need no protocol, and not one without ports.
    let need = "rules with a numeric port or range must set protocol to TCP, UDP or SCTP";
    let wrong = "rules that specify ports must set protocol to TCP, UDP or SCTP";
    let side = |side: &str, why: &str| format!("spec.ingress[0].{side}: {why}");
    all_refused(
        ingress,
        &[
            ("destination: {ports: [80]}", codes::PORTS_NEED_PROTOCOL, "{ports: [80]}", &side("destination", need)),
            ("source: {notPorts: [80]}", codes::PORTS_NEED_PROTOCOL, "{notPorts: [80]}", &side("source", need)),
            ("destination: {ports: [http, '1:2']}", codes::PORTS_NEED_PROTOCOL, "{ports: [http, '1:2']}", &side("destination", need)),
            ("protocol: 7, source: {ports: [80]}", codes::PORTS_WRONG_PROTOCOL, "{ports: [80]}", &side("source", wrong)),
            ("protocol: 100, source: {notPorts: [1]}", codes::PORTS_WRONG_PROTOCOL, "{notPorts: [1]}", &side("source", wrong)),
            ("protocol: ICMP, destination: {ports: [http]}", codes::PORTS_WRONG_PROTOCOL, "{ports: [http]}", &side("destination", wrong)),
            ("protocol: UDPLite, destination: {ports: [53]}", codes::PORTS_WRONG_PROTOCOL, "{ports: [53]}", &side("destination", wrong)),
        ],
    );
    // validatePort, numorstring.PortFromString.
    for port in ["0", "'0:5'", "'9:3'", "65536", "'65536'", "':5'", "'5:'", "'1:2:3'", "'a:b'", "-1"] {
        refused(
            &ingress(&format!("protocol: TCP, destination: {{ports: [{port}]}}")),
            codes::CALICO_PORT_RANGE,
            port,
            &format!("spec.ingress[0].destination.ports[0]: Invalid value: {port}: port range invalid, or port number not from 1 to 65535"),
        );
    }
    for (port, name, why) in [
        ("BAD", "BAD", "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)"),
        ("http_x", "http_x", "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)"),
        ("'80-90'", "80-90", "must contain at least one letter (a-z)"),
        ("''", "", "must be no more than 15 characters, and not empty"),
    ] {
        refused(
            &ingress(&format!("protocol: TCP, destination: {{ports: [{port}]}}")),
            codes::CALICO_PORT_NAME,
            port,
            &format!(r#"spec.ingress[0].destination.ports[0]: Invalid value: "{name}": invalid name for named port: {why}"#),
        );
    }
    let written = ingress("protocol: TCP, destination: {ports: ['80-90']}");
    assert_eq!(fixed(&written), written.replace("'80-90'", "\"80:90\""));
}

#[test]
fn networks_that_are_refused() {
    let families = "spec.ingress[0]: rule contains both IPv4 and IPv6 CIDRs";
    let version = "spec.ingress[0]: rule IP version doesn't match CIDR version";
    for (rest, code, message) in [
        ("source: {nets: [10.0.0.0/8]}, destination: {nets: ['fd00::/8']}", codes::MIXED_FAMILIES, families),
        ("source: {nets: ['fd00::/8']}, destination: {nets: [10.0.0.0/8]}", codes::MIXED_FAMILIES, families),
        ("source: {nets: [10.0.0.0/8, 'fd00::/8']}", codes::MIXED_FAMILIES, families),
        ("source: {nets: [10.0.0.0/8], notNets: ['fd00::/64']}", codes::MIXED_FAMILIES, families),
        ("ipVersion: 6, source: {nets: [10.0.0.0/8]}", codes::IP_VERSION_NET, version),
        ("ipVersion: 4, destination: {notNets: ['fd00::/8']}", codes::IP_VERSION_NET, version),
    ] {
        refused(&ingress(rest), code, &format!("{{action: Allow, {rest}}}"), message);
    }
    for (net, text, why) in [
        ("10.0.0.1", "10.0.0.1", "invalid CIDR"),
        ("10.0.0.1/8", "10.0.0.1/8", "invalid CIDR: it has bits beyond its prefix length"),
        ("10.0.0.0/33", "10.0.0.0/33", "invalid CIDR"),
        ("x", "x", "invalid CIDR"),
        ("'fd00::/129'", "fd00::/129", "invalid CIDR"),
    ] {
        let message = format!(r#"spec.ingress[0].source.nets[0]: Invalid value: "{text}": {why}"#);
        refused(&ingress(&format!("source: {{nets: [{net}]}}")), codes::CALICO_CIDR, net, &message);
    }
    for (written, meant) in [("10.0.0.1", "10.0.0.1/32"), ("10.0.0.1/8", "10.0.0.0/8")] {
        let text = ingress(&format!("source: {{nets: [{written}]}}"));
        assert_eq!(fixed(&text), text.replace(written, meant));
    }
    // Everything but everything: "catch-all CIDR in negation creates logical contradiction".
    for (side, nets) in [("source", "[0.0.0.0/0]"), ("destination", "['::/0']"), ("destination", "['0:0::/0']")] {
        refused(
            &ingress(&format!("{side}: {{notNets: {nets}}}")),
            codes::CATCH_ALL_NEGATION,
            nets,
            &format!("spec.ingress[0].{side}.notNets: catch-all CIDR in negation matches no traffic"),
        );
    }
}

#[test]
fn selectors_that_are_refused() {
    let only = "global() can only be used in an EntityRule namespaceSelector";
    for (field, what, path) in [
        ("source: {selector: 'global()'}", "'global()'", "spec.ingress[0].source.selector"),
        ("source: {notSelector: 'global()'}", "'global()'", "spec.ingress[0].source.notSelector"),
    ] {
        refused(&ingress(field), codes::GLOBAL_SELECTOR, what, &format!(r#"{path}: Invalid value: "global()": {only}"#));
    }
    for field in ["selector", "serviceAccountSelector", "namespaceSelector"] {
        let message = format!(r#"spec.{field}: Invalid value: "global()": {only}"#);
        refused(&global(&format!("{field}: 'global()'")), codes::GLOBAL_SELECTOR, "'global()'", &message);
    }
    // Refused too, but what it would mean is plain.
    for selector in ["global() && has(a)", "has(a) || global()"] {
        faulty(
            &ingress(&format!("source: {{namespaceSelector: '{selector}'}}")),
            codes::GLOBAL_SELECTOR,
            &format!("'{selector}'"),
            &format!(
                r#"spec.ingress[0].source.namespaceSelector: Invalid value: "{selector}": global() cannot be combined with other selectors"#
            ),
        );
    }
    // Where the selector goes wrong is what is underlined.
    for (selector, underlined, why) in [
        ("thing=hello &", "=", "expected =="),
        ("has(a", "a", "no closing ')' after the name and its bracket"),
        ("a == \"b", "\"b", "unterminated string"),
    ] {
        let message = format!(r#"spec.ingress[0].source.selector: Invalid value: "{selector}": {why}"#);
        refused(&ingress(&format!("source: {{selector: '{selector}'}}")), codes::SELECTOR, underlined, &message);
    }
    let long = "a".repeat(1025);
    refused(
        &ingress(&format!("source: {{selector: {long}}}")),
        codes::SELECTOR_TOO_LONG,
        &long,
        "spec.ingress[0].source.selector: Too long: may not be longer than 1024",
    );
}

#[test]
fn services_and_requests_that_are_refused() {
    let direction = "Forbidden: services can be named in the source of ingress rules and the destination of egress rules";
    let service = "{name: db, namespace: data}";
    refused(
        &ingress(&format!("destination: {{services: {service}}}")),
        codes::SERVICE_DIRECTION,
        service,
        &format!("spec.ingress[0].destination.services: {direction}"),
    );
    refused(
        &egress(&format!("source: {{services: {service}}}")),
        codes::SERVICE_DIRECTION,
        service,
        &format!("spec.egress[0].source.services: {direction}"),
    );
    for (field, name) in [
        ("selector: has(a)", "selector"),
        ("notSelector: has(a)", "notSelector"),
        ("namespaceSelector: has(a)", "namespaceSelector"),
        ("nets: [10.0.0.0/8]", "nets"),
        ("notNets: [10.0.0.0/8]", "notNets"),
        ("serviceAccounts: {names: [a]}", "serviceAccounts"),
    ] {
        refused(
            &egress(&format!("destination: {{services: {service}, {field}}}")),
            codes::SERVICE_CONFLICT,
            service,
            &format!("spec.egress[0].destination.services: cannot specify {name} and services on the same rule"),
        );
    }
    for ports in ["ports", "notPorts"] {
        refused(
            &egress(&format!("protocol: TCP, destination: {{services: {service}, {ports}: [80]}}")),
            codes::SERVICE_CONFLICT,
            service,
            "spec.egress[0].destination.services: ports and notPorts cannot be specified with services",
        );
    }
    for nameless in ["{namespace: data}", "{name: '', namespace: data}"] {
        refused(
            &egress(&format!("destination: {{services: {nameless}}}")),
            codes::SERVICE_CONFLICT,
            nameless,
            "spec.egress[0].destination.services: Required value: must specify a service name",
        );
    }
    // A policy without a namespace has none to take the Service from.
    refused(
        &global("types: [Ingress], ingress: [{action: Allow, source: {services: {name: db}}}]"),
        codes::SERVICE_CONFLICT,
        "{name: db}",
        "spec.ingress[0].source.services: Required value: must specify a namespace",
    );
    // What is empty restricts nothing and excludes nothing; only `serviceAccounts` excludes by being there.
    let empty = "selector: '', notSelector: '', namespaceSelector: '', nets: [], notNets: [], ports: [], notPorts: []";
    accepted(&egress(&format!("destination: {{services: {service}, {empty}}}")));
    refused(
        &egress(&format!("destination: {{services: {service}, serviceAccounts: {{}}}}")),
        codes::SERVICE_CONFLICT,
        service,
        "spec.egress[0].destination.services: cannot specify serviceAccounts and services on the same rule",
    );
    // validateName.
    refused(
        &egress("destination: {services: {name: My_Db, namespace: data}}"),
        codes::INVALID_NAME,
        "My_Db",
        "spec.egress[0].destination.services.name: Invalid value: \"My_Db\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric \
         characters, '-' or '.', and must start and end with an alphanumeric character",
    );
    assert_eq!(rule("http: {paths: [{exact: '', prefix: /b}]}").http.unwrap().paths, [HttpPath::Prefix("/b".into())]);
    let http = "{methods: [GET]}";
    refused(&egress(&format!("http: {http}")), codes::HTTP_EGRESS, http, "spec.egress[0].http: not allowed in egress rule");
    let allow = "spec.ingress[0].http: only valid on Allow rules with protocol TCP or none";
    refused(&ingress(&format!("protocol: UDP, http: {http}")), codes::HTTP_MATCH, http, allow);
    refused(&object("NetworkPolicy", &format!("ingress: [{{action: Deny, http: {http}}}]")), codes::HTTP_MATCH, http, allow);
    refused(
        &ingress("http: {methods: [GET, PUT, GET]}"),
        codes::HTTP_MATCH,
        "GET",
        r#"spec.ingress[0].http.methods[2]: Duplicate value: "GET""#,
    );
    for path in ["{exact: /a, prefix: /b}", "{}"] {
        let message = "spec.ingress[0].http.paths[0]: Invalid value: must have exactly one of `exact` and `prefix`";
        refused(&ingress(&format!("http: {{paths: [{path}]}}")), codes::HTTP_MATCH, path, message);
    }
    for path in ["a", "/a b", "/a?b", "/a#b", ""] {
        let written = format!("{{prefix: '{path}'}}");
        let message =
            format!(r#"spec.ingress[0].http.paths[0]: Invalid value: "{path}": a path begins with `/` and has no space, `?` or `#`"#);
        refused(&ingress(&format!("http: {{paths: [{written}]}}")), codes::HTTP_MATCH, &written, &message);
    }
}

#[test]
fn numbers_with_a_sign_and_repeated_entries() {
    // Go's ParseUint takes digits only, so that these are names that nothing has.
    refused(
        &ingress("protocol: '+6'"),
        codes::CALICO_PROTOCOL,
        "'+6'",
        r#"spec.ingress[0].protocol: Invalid value: "'+6'": must be TCP, UDP, ICMP, ICMPv6, SCTP, UDPLite or a number from 1 to 255"#,
    );
    refused(
        &ingress("protocol: TCP, destination: {ports: ['+80:90']}"),
        codes::CALICO_PORT_RANGE,
        "'+80:90'",
        "spec.ingress[0].destination.ports[0]: Invalid value: '+80:90': port range invalid, or port number not from 1 to 65535",
    );
    // The lists are sets: API servers refuse what is repeated. It changes nothing, so that the policy is read all the same.
    for (side, path) in [
        ("source: {nets: [10.0.0.0/8, 10.0.0.0/8]}", "source.nets[1]: Duplicate value: \"10.0.0.0/8\""),
        ("source: {notNets: [10.0.0.0/8, 10.0.0.0/8]}", "source.notNets[1]: Duplicate value: \"10.0.0.0/8\""),
        ("destination: {serviceAccounts: {names: [a, a]}}", "destination.serviceAccounts.names[1]: Duplicate value: \"a\""),
    ] {
        let underlined = if side.contains("names") { "a" } else { "10.0.0.0/8" };
        faulty(&ingress(side), codes::DUPLICATE_VALUE, underlined, &format!("spec.ingress[0].{path}"));
    }
}
