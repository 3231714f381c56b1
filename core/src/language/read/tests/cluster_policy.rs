//! The cluster-wide kinds: what their schemas refuse.

use super::*;

fn admin(spec: &str) -> String {
    format!("apiVersion: policy.networking.k8s.io/v1alpha1\nkind: AdminNetworkPolicy\nmetadata: {{name: x}}\nspec: {{{spec}}}\n")
}

fn baseline(spec: &str) -> String {
    format!(
        "apiVersion: policy.networking.k8s.io/v1alpha1\nkind: BaselineAdminNetworkPolicy\nmetadata: {{name: default}}\nspec: {{{spec}}}\n"
    )
}

fn cluster(spec: &str) -> String {
    format!("apiVersion: policy.networking.k8s.io/v1alpha2\nkind: ClusterNetworkPolicy\nmetadata: {{name: x}}\nspec: {{{spec}}}\n")
}

const ADMIN: &str = "priority: 5, subject: {namespaces: {}}";
const BASELINE: &str = "subject: {namespaces: {}}";
const CLUSTER: &str = "tier: Admin, priority: 5, subject: {namespaces: {}}";

fn spec_of(text: &str) -> ClusterPolicy {
    match accepted(text).resources.remove(0).kind {
        Kind::ClusterPolicy(policy) => policy,
        other => panic!("{other:?}"),
    }
}

#[test]
fn refusals() {
    let admin = |rest: &str| admin(&format!("{ADMIN}, {rest}"));
    let baseline = |rest: &str| baseline(&format!("{BASELINE}, {rest}"));
    let cluster = |rest: &str| cluster(&format!("{CLUSTER}, {rest}"));
    let from = "from: [{namespaces: {}}]";
    let to = "to: [{namespaces: {}}]";
    let cases: Vec<(String, Code, &str, &str)> = vec![
        (
            admin("ingress: [{action: Allow}]"),
            codes::MISSING_FROM,
            "action",
            "spec.ingress[0].from: Required value: must name at least one peer",
        ),
        (admin("egress: [{action: Allow}]"), codes::MISSING_TO, "action", "spec.egress[0].to: Required value: must name at least one peer"),
        (
            admin("ingress: [{action: Allow, from: }]"),
            codes::EMPTY_FROM,
            "from",
            "spec.ingress[0].from: Invalid value: must have at least 1 item",
        ),
        (admin("egress: [{action: Allow, to: []}]"), codes::EMPTY_TO, "[]", "spec.egress[0].to: Invalid value: must have at least 1 item"),
        (
            admin("ingress: [{action: Allow, from: [{}]}]"),
            codes::PEER_NOT_ONE_FIELD,
            "{}",
            "spec.ingress[0].from[0]: Invalid value: must have exactly one of `namespaces`, `pods`, and has none",
        ),
        (
            admin("ingress: [{action: Allow, from: [{namespaces: {}, pods: {namespaceSelector: {}, podSelector: {}}}]}]"),
            codes::PEER_NOT_ONE_FIELD,
            "{namespaces: {}, pods: {namespaceSelector: {}, podSelector: {}}}",
            "spec.ingress[0].from[0]: Invalid value: must have exactly one of `namespaces`, `pods`, and has `namespaces` and `pods`",
        ),
        (
            admin(&format!("ingress: [{{action: Accept, {from}}}]")),
            codes::UNKNOWN_ACTION,
            "Accept",
            r#"spec.ingress[0].action: Unsupported value: "Accept": supported values: "Allow", "Deny", "Pass""#,
        ),
        (
            cluster(&format!("ingress: [{{action: Allow, {from}}}]")),
            codes::UNKNOWN_ACTION,
            "Allow",
            r#"spec.ingress[0].action: Unsupported value: "Allow": supported values: "Accept", "Deny", "Pass""#,
        ),
        (
            baseline(&format!("egress: [{{action: Pass, {to}}}]")),
            codes::UNKNOWN_ACTION,
            "Pass",
            r#"spec.egress[0].action: Unsupported value: "Pass": supported values: "Allow", "Deny""#,
        ),
        (
            admin(&format!("ingress: [{{{from}}}]")),
            codes::UNKNOWN_ACTION,
            "from",
            "spec.ingress[0].action: Required value: one of Allow, Deny, Pass",
        ),
        (
            admin(&format!("ingress: [{{action: Deny, {from}, ports: []}}]")),
            codes::EMPTY_PORTS,
            "[]",
            "spec.ingress[0].ports: Invalid value: must have at least 1 item",
        ),
        (
            admin(&format!("ingress: [{{action: Deny, {from}, ports: [{{portNumber: {{port: 1}}, namedPort: a}}]}}]")),
            codes::PORT_NOT_ONE_FIELD,
            "{portNumber: {port: 1}, namedPort: a}",
            "spec.ingress[0].ports[0]: Invalid value: must have exactly one of `portNumber`, `portRange`, `namedPort`, and has `portNumber` and `namedPort`",
        ),
        (
            admin(&format!("ingress: [{{action: Deny, {from}, ports: [{{}}]}}]")),
            codes::PORT_NOT_ONE_FIELD,
            "{}",
            "spec.ingress[0].ports[0]: Invalid value: must have exactly one of `portNumber`, `portRange`, `namedPort`, and has none",
        ),
        (
            admin(&format!("ingress: [{{action: Deny, {from}, ports: [{{portRange: {{start: 9, end: 1}}}}]}}]")),
            codes::RANGE_START_NOT_BEFORE_END,
            "9",
            "spec.ingress[0].ports[0].portRange.start: Invalid value: 9: Start port must be less than Endpoint port",
        ),
        (
            cluster(&format!(
                "ingress: [{{action: Deny, {from}, protocols: [{{tcp: {{destinationPort: {{range: {{start: 9, end: 9}}}}}}}}]}}]"
            )),
            codes::RANGE_START_NOT_BEFORE_END,
            "9",
            "spec.ingress[0].protocols[0].tcp.destinationPort.range.start: Invalid value: 9: Start port must be less than Endpoint port",
        ),
        (
            cluster(&format!("ingress: [{{action: Deny, {from}, protocols: [{{tcp: {{}}}}]}}]")),
            codes::PORT_NOT_ONE_FIELD,
            "{}",
            "spec.ingress[0].protocols[0].tcp: Invalid value: must have at least 1 property: `destinationPort`",
        ),
        (
            cluster(&format!("ingress: [{{action: Deny, {from}, protocols: [{{tcp: {{destinationPort: {{}}}}}}]}}]")),
            codes::PORT_NOT_ONE_FIELD,
            "{}",
            "spec.ingress[0].protocols[0].tcp.destinationPort: Invalid value: must have exactly one of `number`, `range`, and has none",
        ),
        (
            admin(&format!("ingress: [{{action: Deny, {from}, ports: [{{portNumber: {{port: 65536}}}}]}}]")),
            codes::OUT_OF_RANGE,
            "65536",
            "spec.ingress[0].ports[0].portNumber.port: Invalid value: 65536: must be between 1 and 65535, inclusive",
        ),
        (
            admin("egress: [{action: Allow, to: [{networks: ['zc00::/8']}]}]"),
            codes::INVALID_CIDR,
            "'zc00::/8'",
            r#"spec.egress[0].to[0].networks[0]: Invalid value: "zc00::/8": Invalid CIDR format provided"#,
        ),
        (
            cluster("egress: [{action: Accept, to: [{networks: ['::ffff:10.0.0.0/104']}]}]"),
            codes::INVALID_CIDR,
            "'::ffff:10.0.0.0/104'",
            r#"spec.egress[0].to[0].networks[0]: Invalid value: "::ffff:10.0.0.0/104": an IPv4 range inside IPv6 is not supported"#,
        ),
        (
            cluster("egress: [{action: Accept, to: [{networks: [10.0.0.0/8, 10.0.0.0/8]}]}]"),
            codes::DUPLICATE_VALUE,
            "10.0.0.0/8",
            r#"spec.egress[0].to[0].networks[1]: Duplicate value: "10.0.0.0/8""#,
        ),
        (
            cluster("egress: [{action: Accept, to: [{domainNames: [io]}]}]"),
            codes::INVALID_DOMAIN_NAME,
            "io",
            r#"spec.egress[0].to[0].domainNames[0]: Invalid value: "io": must be a domain name of at least two labels, perhaps after `*.`"#,
        ),
        (
            admin("ingress: [{action: Deny, from: [{namespaces: {sameLabels: [a]}}]}]"),
            codes::OLD_NESTED_PEER,
            "sameLabels",
            "spec.ingress[0].from[0].namespaces: `sameLabels`: comparing the labels of two namespaces is from an old version of \
             this kind, and was removed",
        ),
        (
            admin("ingress: [{action: Deny, from: [{namespaces: {namespaceSelector: {}}}]}]"),
            codes::OLD_NESTED_PEER,
            "namespaceSelector",
            "spec.ingress[0].from[0].namespaces: `namespaceSelector`: the nested selector is from an old version of this kind",
        ),
        (
            admin("ingress: [{action: Deny, from: [{pods: {namespaces: {}, podSelector: {}}}]}]"),
            codes::OLD_NESTED_PEER,
            "namespaces",
            "spec.ingress[0].from[0].pods: `namespaces`: the nested form is from an old version of this kind",
        ),
        (
            admin(&format!("ingress: [{{name: {}, action: Deny, {from}}}]", "n".repeat(101))),
            codes::TOO_MANY,
            "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn",
            "spec.ingress[0].name: Too long: may not be longer than 100",
        ),
        (admin("ingress: "), codes::WRONG_TYPE, "ingress", "spec.ingress: expected a list of rules, found nothing"),
    ];
    for (text, code, underlined, message) in cases {
        refused(&text, code, underlined, message);
    }
    let plain: Vec<(String, Code, &str, &str)> = vec![
        (
            cluster("egress: [{action: Accept, to: [{nodes: {}}], protocols: [{destinationNamedPort: http}]}]"),
            codes::NAMED_PORT_FOR_ADDRESSES,
            "{destinationNamedPort: http}",
            "spec.egress[0].protocols[0]: a named port cannot be used with networks, nodes or domainNames: they have no named ports",
        ),
        (
            admin("ingress: [{action: Deny, from: [{pods: {podSelector: {}}}]}]"),
            codes::REQUIRED,
            "pods",
            "spec.ingress[0].from[0].pods.namespaceSelector: Required value",
        ),
        (
            cluster("ingress: [{action: Deny, from: [{pods: {namespaceSelector: {}}}]}]"),
            codes::REQUIRED,
            "pods",
            "spec.ingress[0].from[0].pods.podSelector: Required value",
        ),
    ];
    for (text, code, underlined, message) in plain {
        faulty(&text, code, underlined, message);
    }
}

#[test]
fn refusals_of_the_spec() {
    let none = "must have exactly one of `namespaces` and `pods`";
    refused(&admin("priority: 5"), codes::SUBJECT_NOT_ONE_FIELD, "spec", &format!("spec.subject: Required value: {none}"));
    refused(&admin("priority: 5, subject: "), codes::SUBJECT_NOT_ONE_FIELD, "subject", &format!("spec.subject: Required value: {none}"));
    refused(
        &admin("priority: 5, subject: {}"),
        codes::SUBJECT_NOT_ONE_FIELD,
        "{}",
        "spec.subject: Invalid value: must have exactly one of `namespaces`, `pods`, and has none",
    );
    let both = "{namespaces: {}, pods: {namespaceSelector: {}, podSelector: {}}}";
    refused(
        &admin(&format!("priority: 5, subject: {both}")),
        codes::SUBJECT_NOT_ONE_FIELD,
        both,
        "spec.subject: Invalid value: must have exactly one of `namespaces`, `pods`, and has `namespaces` and `pods`",
    );
    refused(
        &admin(BASELINE),
        codes::INVALID_PRIORITY,
        "spec",
        "spec.priority: Required value: a number from 0 to 1000; the lowest comes first",
    );
    for out in ["-1", "1001"] {
        refused(
            &admin(&format!("priority: {out}, {BASELINE}")),
            codes::INVALID_PRIORITY,
            out,
            &format!("spec.priority: Invalid value: {out}: must be between 0 and 1000, inclusive"),
        );
    }
    refused(&cluster(ADMIN), codes::REQUIRED, "spec", "spec.tier: Required value: Admin or Baseline");
    refused(
        &cluster(&format!("{ADMIN}, tier: admin")),
        codes::UNSUPPORTED_VALUE,
        "admin",
        r#"spec.tier: Unsupported value: "admin": supported values: "Admin", "Baseline""#,
    );
    refused(
        &baseline(BASELINE).replace("name: default", "name: other"),
        codes::BASELINE_NAME,
        "other",
        "metadata.name: Invalid value: \"other\": Only one baseline admin network policy with metadata.name=\"default\" can be created in the cluster",
    );
    let rules = vec!["{action: Deny, from: [{namespaces: {}}]}"; 26].join(", ");
    assert_eq!(
        findings(&cluster(&format!("{CLUSTER}, ingress: [{rules}]")), Severity::Error)[0].message,
        "spec.ingress: Too many: 26: must have at most 25 items"
    );
    accepted(&admin(&format!("{ADMIN}, ingress: [{rules}]")));
}

#[test]
fn everything_a_policy_can_say() {
    let policy = spec_of(&cluster(
        "tier: Baseline, priority: 1000, subject: {pods: {podSelector: {matchLabels: {a: b}}}}, \
         ingress: [{name: first, action: Accept, from: [{namespaces: {}}, {pods: {namespaceSelector: {}, podSelector: {}}}]}], \
         egress: [{action: Pass, to: [{networks: [10.0.0.0/8, '2001:db8::/32']}, {nodes: {}}], protocols: [\
           {tcp: {destinationPort: {number: 80}}}, {udp: {destinationPort: {range: {start: 1, end: 65535}}}}, {sctp: {destinationPort: {number: 9}}}]}, \
           {action: Accept, to: [{domainNames: ['*.example.com', example.com.]}]}, \
           {action: Deny, to: [{namespaces: {}}], protocols: [{destinationNamedPort: http}]}]",
    ));
    assert_eq!((policy.tier, policy.priority), (ClusterTier::Baseline, 1000));
    assert!(matches!(&policy.subject, Subject::Pods { namespaces, pods } if namespaces.is_everything() && pods.to_string() == "a=b"));
    assert_eq!(policy.ingress[0].action, ClusterAction::Allow);
    assert_eq!(policy.ingress[0].peers.len(), 2);
    let Ports::Of(ports) = &policy.egress[0].ports else { panic!() };
    use crate::model::Protocol;
    assert_eq!(
        ports.iter().map(|p| p.kind.clone()).collect::<Vec<_>>(),
        [
            ClusterPortKind::Range(Protocol::TCP, 80, 80),
            ClusterPortKind::Range(Protocol::UDP, 1, 65535),
            ClusterPortKind::Range(Protocol::SCTP, 9, 9)
        ]
    );
    assert!(matches!(&policy.egress[1].peers[0].kind, ClusterPeerKind::DomainNames(names) if names.len() == 2));
    assert!(matches!(&policy.egress[2].ports, Ports::Of(ports) if ports[0].kind == ClusterPortKind::Name("http".into())));
    assert_eq!(policy.egress[1].ports, Ports::Any);
}

#[test]
fn an_unknown_peer_fails_closed() {
    let text = admin(&format!("{ADMIN}, egress: [{{action: Deny, to: [{{serviceAccounts: {{}}}}]}}]"));
    let expected = Finding {
        code: codes::UNKNOWN_PEER,
        underlined: "serviceAccounts".into(),
        message: r#"unknown field "spec.egress[0].to[0].serviceAccounts""#.into(),
    };
    assert_eq!(findings(&text, Severity::Error), [expected]);
    let resource = read_text(&text).resources.remove(0);
    assert!(!resource.refused);
    let Kind::ClusterPolicy(policy) = resource.kind else { panic!() };
    assert_eq!(policy.egress[0].peers[0].kind, ClusterPeerKind::Unknown("serviceAccounts".into()));
    // The experimental field of one kind is unknown in the other.
    let text = baseline(&format!("{BASELINE}, egress: [{{action: Deny, to: [{{domainNames: [a.b]}}]}}]"));
    assert_eq!(findings(&text, Severity::Error)[0].code, codes::UNKNOWN_PEER);
    // And those of egress are unknown in ingress.
    let text = admin(&format!("{ADMIN}, ingress: [{{action: Deny, from: [{{networks: [10.0.0.0/8]}}]}}]"));
    assert_eq!(findings(&text, Severity::Error)[0].code, codes::UNKNOWN_PEER);
}

#[test]
fn actions_of_the_sibling_kind_are_fixed() {
    let text = admin(&format!("{ADMIN}, ingress: [{{action: Accept, from: [{{namespaces: {{}}}}]}}]"));
    assert_eq!(fixed(&text), text.replace("Accept", "Allow"));
    let text = cluster(&format!("{CLUSTER}, ingress: [{{action: \"Allow\", from: [{{namespaces: {{}}}}]}}]"));
    assert_eq!(fixed(&text), text.replace("\"Allow\"", "\"Accept\""));
}

#[test]
fn warnings() {
    let in_namespace = admin(ADMIN).replace("{name: x}", "{name: x, namespace: ns}");
    warned(
        &in_namespace,
        codes::NAMESPACE_NOT_TAKEN,
        "ns",
        "metadata.namespace: this kind of object has no namespace: the field is ignored",
    );
    assert_eq!(read_text(&in_namespace).resources[0].meta.namespace, None);
    warned(
        &admin(&format!(
            "{ADMIN}, ingress: [{{action: Deny, from: [{{namespaces: {{}}}}], ports: [{{portRange: {{start: 9, end: 9}}}}]}}]"
        )),
        codes::RANGE_START_NOT_BEFORE_END,
        "9",
        "spec.ingress[0].ports[0].portRange.start: a range should have its start before its end; this is one port",
    );
    warned(
        &cluster(&format!("{CLUSTER}, egress: [{{action: Deny, to: [{{domainNames: [a.b]}}]}}]")),
        codes::DOMAIN_NAMES_NOT_ALLOWED_BY,
        "[a.b]",
        "spec.egress[0].to[0].domainNames: domain names only work in allow rules",
    );
}
