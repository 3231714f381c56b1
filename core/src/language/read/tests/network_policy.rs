//! NetworkPolicy: every row of upstream's validation, its defaults, and what empty means against missing.

use super::*;

fn policy(spec: &str) -> String {
    format!("apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: x}}\nspec: {{{spec}}}\n")
}

fn spec_of(text: &str) -> NetworkPolicy {
    match accepted(text).resources.remove(0).kind {
        Kind::NetworkPolicy(policy) => policy,
        other => panic!("{other:?}"),
    }
}

#[test]
fn validation_speaks_as_upstream() {
    const CIDR: &str = "must be a valid CIDR value";
    let label = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
    let key = "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
    let at = |path: &str, rest: &str| format!("spec.{path}: {rest}");
    let cases: Vec<(&str, Code, &str, String)> = vec![
        (
            "ingress: [{ports: [{protocol: tcp}]}]",
            codes::INVALID_PROTOCOL,
            "tcp",
            at("ingress[0].ports[0].protocol", r#"Unsupported value: "tcp": supported values: "SCTP", "TCP", "UDP""#),
        ),
        (
            "egress: [{}, {ports: [{port: 1}, {protocol: ICMP}]}]",
            codes::INVALID_PROTOCOL,
            "ICMP",
            at("egress[1].ports[1].protocol", r#"Unsupported value: "ICMP": supported values: "SCTP", "TCP", "UDP""#),
        ),
        (
            "ingress: [{ports: [{port: 0}]}]",
            codes::OUT_OF_RANGE,
            "0",
            at("ingress[0].ports[0].port", "Invalid value: 0: must be between 1 and 65535, inclusive"),
        ),
        (
            "ingress: [{ports: [{port: 65536}]}]",
            codes::OUT_OF_RANGE,
            "65536",
            at("ingress[0].ports[0].port", "Invalid value: 65536: must be between 1 and 65535, inclusive"),
        ),
        (
            r#"ingress: [{ports: [{port: "80"}]}]"#,
            codes::INVALID_PORT_NAME,
            r#""80""#,
            at("ingress[0].ports[0].port", r#"Invalid value: "80": must contain at least one letter (a-z)"#),
        ),
        (
            "ingress: [{ports: [{port: HTTP}]}]",
            codes::INVALID_PORT_NAME,
            "HTTP",
            at(
                "ingress[0].ports[0].port",
                r#"Invalid value: "HTTP": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)"#,
            ),
        ),
        (
            "ingress: [{ports: [{port: a--b}]}]",
            codes::INVALID_PORT_NAME,
            "a--b",
            at("ingress[0].ports[0].port", r#"Invalid value: "a--b": must not contain consecutive hyphens"#),
        ),
        (
            "ingress: [{ports: [{port: 10, endPort: 1}]}]",
            codes::END_PORT_LESS_THAN_PORT,
            "1",
            at("ingress[0].ports[0].endPort", "Invalid value: 1: must be greater than or equal to `port`"),
        ),
        (
            "ingress: [{ports: [{port: 10, endPort: 65536}]}]",
            codes::OUT_OF_RANGE,
            "65536",
            at("ingress[0].ports[0].endPort", "Invalid value: 65536: must be between 1 and 65535, inclusive"),
        ),
        (
            "ingress: [{ports: [{port: http, endPort: 99}]}]",
            codes::END_PORT_WITH_NAMED_PORT,
            "99",
            at("ingress[0].ports[0].endPort", "Invalid value: 99: may not be specified when `port` is non-numeric"),
        ),
        (
            "ingress: [{ports: [{endPort: 99}]}]",
            codes::END_PORT_WITHOUT_PORT,
            "99",
            at("ingress[0].ports[0].endPort", "Invalid value: 99: may not be specified when `port` is not specified"),
        ),
        ("ingress: [{from: [{}]}]", codes::EMPTY_PEER, "{}", at("ingress[0].from[0]", "Required value: must specify a peer")),
        (
            "egress: [{to: [{podSelector: }]}]",
            codes::EMPTY_PEER,
            "{podSelector: }",
            at("egress[0].to[0]", "Required value: must specify a peer"),
        ),
        (
            "egress: [{to: [{podSelector: {}}, null]}]",
            codes::EMPTY_PEER,
            "null",
            at("egress[0].to[1]", "Required value: must specify a peer"),
        ),
        (
            "ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}, podSelector: {}}]}]",
            codes::IP_BLOCK_WITH_SELECTOR,
            "{ipBlock: {cidr: 10.0.0.0/8}, podSelector: {}}",
            at("ingress[0].from[0]", "Forbidden: may not specify both ipBlock and another peer"),
        ),
        (
            "ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}, namespaceSelector: {}}]}]",
            codes::IP_BLOCK_WITH_SELECTOR,
            "{ipBlock: {cidr: 10.0.0.0/8}, namespaceSelector: {}}",
            at("ingress[0].from[0]", "Forbidden: may not specify both ipBlock and another peer"),
        ),
        ("ingress: [{from: [{ipBlock: {}}]}]", codes::REQUIRED, "ipBlock", at("ingress[0].from[0].ipBlock.cidr", "Required value")),
        ("ingress: [{from: [{ipBlock: {cidr: \"\"}}]}]", codes::REQUIRED, "\"\"", at("ingress[0].from[0].ipBlock.cidr", "Required value")),
        (
            "ingress: [{}, {from: [{podSelector: {}}, {ipBlock: {cidr: x}}]}]",
            codes::INVALID_CIDR,
            "x",
            at("ingress[1].from[1].ipBlock.cidr", &format!(r#"Invalid value: "x": {CIDR}"#)),
        ),
        (
            "egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8, except: [11.0.0.0/16]}}]}]",
            codes::EXCEPT_NOT_WITHIN,
            "11.0.0.0/16",
            at("egress[0].to[0].ipBlock.except[0]", r#"Invalid value: "11.0.0.0/16": must be a strict subset of `cidr`"#),
        ),
        (
            "egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.0.0.0/8]}}]}]",
            codes::EXCEPT_NOT_WITHIN,
            "10.0.0.0/8",
            at("egress[0].to[0].ipBlock.except[0]", r#"Invalid value: "10.0.0.0/8": must be a strict subset of `cidr`"#),
        ),
        (
            "egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0, except: ['2001:db8::/32']}}]}]",
            codes::EXCEPT_NOT_WITHIN,
            "'2001:db8::/32'",
            at("egress[0].to[0].ipBlock.except[0]", r#"Invalid value: "2001:db8::/32": must be a strict subset of `cidr`"#),
        ),
        (
            "policyTypes: [Ingress, Egress, Ingress]",
            codes::TOO_MANY_POLICY_TYPES,
            "[Ingress, Egress, Ingress]",
            at("policyTypes", "Invalid value: may not specify more than two policyTypes"),
        ),
        (
            "policyTypes: [ingress]",
            codes::UNSUPPORTED_VALUE,
            "ingress",
            at("policyTypes[0]", r#"Unsupported value: "ingress": supported values: "Ingress", "Egress""#),
        ),
        (
            "policyTypes: [Egress, null]",
            codes::UNSUPPORTED_VALUE,
            "null",
            at("policyTypes[1]", r#"Unsupported value: "": supported values: "Ingress", "Egress""#),
        ),
        (
            "podSelector: {matchExpressions: [{key: a, operator: In}]}",
            codes::INVALID_SELECTOR,
            "key",
            at("podSelector.matchExpressions[0].values", "Required value: must be specified when `operator` is 'In' or 'NotIn'"),
        ),
        (
            "podSelector: {matchExpressions: [{key: a, operator: NotIn, values: []}]}",
            codes::INVALID_SELECTOR,
            "[]",
            at("podSelector.matchExpressions[0].values", "Required value: must be specified when `operator` is 'In' or 'NotIn'"),
        ),
        (
            "podSelector: {matchExpressions: [{key: a, operator: Exists, values: [b]}]}",
            codes::INVALID_SELECTOR,
            "[b]",
            at("podSelector.matchExpressions[0].values", "Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'"),
        ),
        (
            "podSelector: {matchExpressions: [{key: a, operator: in, values: [b]}]}",
            codes::INVALID_SELECTOR,
            "in",
            at("podSelector.matchExpressions[0].operator", r#"Invalid value: "in": not a valid selector operator"#),
        ),
        (
            "podSelector: {matchExpressions: [{key: a b, operator: Exists}]}",
            codes::INVALID_LABEL,
            "a b",
            at("podSelector.matchExpressions[0].key", &format!(r#"Invalid value: "a b": {key}"#)),
        ),
        (
            "podSelector: {matchLabels: {a b: c}}",
            codes::INVALID_LABEL,
            "a b",
            at("podSelector.matchLabels", &format!(r#"Invalid value: "a b": {key}"#)),
        ),
        (
            "podSelector: {matchLabels: {a: b c}}",
            codes::INVALID_LABEL,
            "b c",
            at("podSelector.matchLabels", &format!(r#"Invalid value: "b c": {label}"#)),
        ),
        (
            "podSelector: {matchExpressions: [{key: a, operator: In, values: [b, -]}]}",
            codes::INVALID_LABEL,
            "-",
            at("podSelector.matchExpressions[0].values[1]", &format!(r#"Invalid value: "-": {label}"#)),
        ),
    ];
    for (spec, at, underlined) in [
        ("egress: [{to: [{ipBlock: {cidr: 10.0.0.5}}]}]", "cidr", "10.0.0.5"),
        ("egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16, 10.2.0.0]}}]}]", "except[1]", "10.2.0.0"),
    ] {
        let message = format!(r#"spec.egress[0].to[0].ipBlock.{at}: Invalid value: "{underlined}": {CIDR}"#);
        faulty(&policy(spec), codes::INVALID_CIDR, underlined, &message);
    }
    for (spec, code, underlined, message) in cases {
        // A plain `-` is no scalar in a flow list.
        let spec = spec.replace("[b, -]", "[b, '-']");
        let underlined = if underlined == "-" { "'-'" } else { underlined };
        refused(&policy(&spec), code, underlined, &message);
    }
}

#[test]
fn names_are_checked() {
    let name = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
    let label = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";
    let with = |metadata: &str| format!("apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {metadata}\nspec: {{}}\n");
    faulty(&with("{name: A}"), codes::INVALID_NAME, "A", &format!(r#"metadata.name: Invalid value: "A": {name}"#));
    faulty(
        &with("{name: a, namespace: a.b}"),
        codes::INVALID_NAME,
        "a.b",
        &format!(r#"metadata.namespace: Invalid value: "a.b": {label}"#),
    );
    refused(&with("{namespace: a}"), codes::REQUIRED, "metadata", "metadata.name: Required value: name or generateName is required");
    let generated = accepted(&with("{generateName: a-}")).resources.remove(0).meta;
    assert!(generated.generated && &*generated.name == "a-0", "{generated:?}");
}

/// One rule in short: `<peers> <ports>`.
fn rule_in_short(rule: &Rule) -> String {
    let selector = |s: &Option<crate::model::LabelSelector>, own: &str| s.as_ref().map_or(own.to_string(), |s| format!("{{{s}}}"));
    let peers = match &rule.peers {
        Peers::Any => "any".to_string(),
        Peers::Of(peers) => peers
            .iter()
            .map(|peer| match &peer.kind {
                PeerKind::Pods { namespaces, pods } => format!("{}/{}", selector(namespaces, "own"), selector(pods, "all")),
                PeerKind::IpBlock { cidr, except } => format!("{cidr}-{except:?}"),
            })
            .collect::<Vec<_>>()
            .join("|"),
    };
    let ports = match &rule.ports {
        Ports::Any => "any".to_string(),
        Ports::Of(ports) => ports
            .iter()
            .map(|port| match &port.kind {
                PortKind::All => format!("{} all", port.protocol),
                PortKind::Range(first, last) => format!("{} {first}-{last}", port.protocol),
                PortKind::Name(name) => format!("{} {name}", port.protocol),
            })
            .collect::<Vec<_>>()
            .join("|"),
    };
    format!("{peers} {ports}")
}

#[test]
fn empty_against_missing() {
    let cases: [(&str, &[&str]); 22] = [
        ("", &[]),
        ("ingress: ", &[]),
        ("ingress: null", &[]),
        ("ingress: []", &[]),
        ("ingress: [{}]", &["any any"]),
        ("ingress: [null]", &["any any"]),
        ("ingress: [{from: []}]", &["any any"]),
        ("ingress: [{from: }]", &["any any"]),
        ("ingress: [{from: [{podSelector: {}}]}]", &["own/{} any"]),
        ("ingress: [{from: [{namespaceSelector: {}}]}]", &["{}/all any"]),
        ("ingress: [{from: [{namespaceSelector: {}, podSelector: {}}]}]", &["{}/{} any"]),
        ("ingress: [{from: [{namespaceSelector: null, podSelector: {}}]}]", &["own/{} any"]),
        ("ingress: [{from: [{namespaceSelector: {matchLabels: {a: b}}}, {podSelector: {}}]}]", &["{a=b}/all|own/{} any"]),
        ("ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/0}}]}]", &["0.0.0.0/0-[] any"]),
        ("ingress: [{ports: []}]", &["any any"]),
        ("ingress: [{ports: null}]", &["any any"]),
        ("ingress: [{ports: [{}]}]", &["any TCP all"]),
        ("ingress: [{ports: [null]}]", &["any TCP all"]),
        ("ingress: [{ports: [{protocol: UDP}]}]", &["any UDP all"]),
        ("ingress: [{ports: [{port: 80}]}]", &["any TCP 80-80"]),
        ("ingress: [{ports: [{port: 80, endPort: 90, protocol: SCTP}]}]", &["any SCTP 80-90"]),
        ("ingress: [{ports: [{port: http}, {port: 53, protocol: UDP}]}]", &["any TCP http|UDP 53-53"]),
    ];
    for (ingress, expected) in cases {
        let read = spec_of(&policy(ingress));
        assert_eq!(read.ingress.iter().map(rule_in_short).collect::<Vec<_>>(), expected, "{ingress}");
        assert!(read.types.ingress && !read.types.egress && read.types.written.is_none(), "{ingress}");
        assert!(read.pod_selector.is_everything(), "{ingress}");
    }
}

#[test]
fn policy_types_are_defaulted_as_upstream() {
    for (spec, ingress, egress) in [
        ("", true, false),
        ("policyTypes: null", true, false),
        ("policyTypes: []", true, false),
        ("egress: []", true, false),
        ("egress: [{}]", true, true),
        ("policyTypes: [], egress: [{}]", true, true),
        ("policyTypes: [Ingress], egress: [{}]", true, false),
        ("policyTypes: [Egress]", false, true),
        ("policyTypes: [Ingress, Ingress]", true, false),
        ("policyTypes: [Egress, Ingress]", true, true),
    ] {
        let types = spec_of(&policy(spec)).types;
        assert_eq!((types.ingress, types.egress), (ingress, egress), "{spec}");
    }
}

#[test]
fn null_selector_is_everything() {
    for spec in
        ["podSelector: ", "podSelector: null", "podSelector: {}", "podSelector: {matchLabels: null}", "podSelector: {matchLabels: {}}"]
    {
        assert!(spec_of(&policy(spec)).pod_selector.is_everything(), "{spec}");
    }
    let selector =
        spec_of(&policy("podSelector: {matchLabels: {b: '1', a: ''}, matchExpressions: [{key: c, operator: NotIn, values: [d, e]}]}"));
    assert_eq!(selector.pod_selector.to_string(), "b=1, a=, c not in {d, e}");
}

#[test]
fn what_works_but_is_hardly_meant() {
    warned(
        &policy("policyTypes: [Egress], ingress: [{}]"),
        codes::RULES_WITHOUT_TYPE,
        "[{}]",
        "spec.ingress: these rules have no effect: policyTypes has no `Ingress`",
    );
    warned(
        &policy("policyTypes: [Ingress], egress: [{}]"),
        codes::RULES_WITHOUT_TYPE,
        "[{}]",
        "spec.egress: these rules have no effect: policyTypes has no `Egress`",
    );
    warned(
        &policy("egress: []"),
        codes::EMPTY_EGRESS_WITHOUT_TYPES,
        "[]",
        "spec.egress: an empty list without policyTypes does not isolate egress: all egress stays allowed",
    );
    warned(
        &policy("egress: [{}]"),
        codes::EGRESS_DENIES_INGRESS,
        "[{}]",
        "spec.egress: without policyTypes this policy also isolates ingress, and allows none",
    );
    warned(
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: x}\nspec:\n  ingress:\n  -\n",
        codes::NULL_ITEM,
        "-",
        "spec.ingress[0]: an empty list item is a rule without conditions: it allows everything",
    );
    warned(
        &policy("ingress: [{from: [{ipBlock: {cidr: 10.0.0.5/24}}]}]"),
        codes::CIDR_HOST_BITS,
        "10.0.0.5/24",
        "spec.ingress[0].from[0].ipBlock.cidr: \"10.0.0.5/24\" has bits set beyond its prefix length; it means `10.0.0.0/24`",
    );
    warned(
        &policy("ingress: [{from: [{ipBlock: {cidr: '::ffff:10.0.0.0/104'}}]}]"),
        codes::CIDR_LEGACY_FORM,
        "'::ffff:10.0.0.0/104'",
        "spec.ingress[0].from[0].ipBlock.cidr: \"::ffff:10.0.0.0/104\" is an IPv4 range written inside IPv6; it is read as `10.0.0.0/8`",
    );
    warned(
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: x}\n",
        codes::MISSING_SPEC,
        "apiVersion",
        "spec: a policy without a spec selects every pod in its namespace and allows no ingress",
    );
    warned(
        &policy("").replace("networking.k8s.io/v1", "extensions/v1beta1"),
        codes::OLD_API_VERSION,
        "extensions/v1beta1",
        "apiVersion: `extensions/v1beta1` of `NetworkPolicy` is no longer served; it is read as `networking.k8s.io/v1`",
    );
    for fine in ["policyTypes: [Egress], egress: []", "ingress: [{from: []}]", "policyTypes: [Ingress, Ingress]"] {
        assert_eq!(findings(&policy(fine), Severity::Warning), [], "{fine}");
    }
}

#[test]
fn fixes_settle_what_they_are_about() {
    for (spec, better) in [
        ("podselector: {}", "podSelector: {}"),
        ("podSelector: {matchlabels: {a: b}}", "podSelector: {matchLabels: {a: b}}"),
        ("'policytypes': [Ingress]", "'policyTypes': [Ingress]"),
        ("ingress: [{ports: [{protocol: tcp}]}]", "ingress: [{ports: [{protocol: TCP}]}]"),
        (r#"ingress: [{ports: [{protocol: "udp"}]}]"#, r#"ingress: [{ports: [{protocol: "UDP"}]}]"#),
        (r#"ingress: [{ports: [{port: "80"}]}]"#, "ingress: [{ports: [{port: 80}]}]"),
        ("policyTypes: [egress]", "policyTypes: [Egress]"),
        ("podSelector: {matchLabels: {a: on}}", r#"podSelector: {matchLabels: {a: "on"}}"#),
        ("podSelector: {matchLabels: {a: 1.0}}", r#"podSelector: {matchLabels: {a: "1.0"}}"#),
        ("podSelector: {matchLabels: {a: 1}}", r#"podSelector: {matchLabels: {a: "1"}}"#),
        ("ingress: [{from: [{ipBlock: {cidr: 10.0.0.5}}]}]", "ingress: [{from: [{ipBlock: {cidr: 10.0.0.5/32}}]}]"),
        ("ingress: [{from: [{ipBlock: {cidr: 10.0.0.5/8}}]}]", "ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]"),
        ("podSelector: {matchExpressions: [{key: a, operator: exists}]}", "podSelector: {matchExpressions: [{key: a, operator: Exists}]}"),
    ] {
        let text = fixed(&policy(spec));
        assert_eq!(text, policy(better));
        accepted(&text);
    }
}

#[test]
fn unknown_fields_are_named_but_do_not_refuse() {
    for (spec, underlined, message) in [
        ("podselector: {}", "podselector", r#"unknown field "spec.podselector""#),
        ("ingress: [{form: []}]", "form", r#"unknown field "spec.ingress[0].form""#),
        ("ingress: [{from: [{podSelector: {}, ports: []}]}]", "ports", r#"unknown field "spec.ingress[0].from[0].ports""#),
        ("ingress: [{to: []}]", "to", r#"unknown field "spec.ingress[0].to""#),
        ("podSelector: {app: web}", "app", r#"unknown field "spec.podSelector.app""#),
    ] {
        let text = policy(spec);
        let expected = Finding { code: codes::UNKNOWN_FIELD, underlined: underlined.into(), message: message.into() };
        assert_eq!(findings(&text, Severity::Error), [expected], "{text}");
        assert!(!read_text(&text).resources[0].refused);
    }
    for (spec, hint) in [
        ("podSelector: {app: web}", "labels go under `matchLabels`"),
        ("ingress: [{from: [{podSelector: {}, ports: []}]}]", "it belongs beside `from` or `to`, not among the peers"),
        ("ingress: [{podSelector: {}}]", "it belongs in an entry of `from` or `to`"),
        ("from: []", "it belongs in a rule under `ingress`"),
    ] {
        let help = read_text(&policy(spec)).diagnostics.remove(0).help.unwrap();
        assert_eq!(help, format!("{hint}; kubectl apply refuses the object; other clients drop the field, and it is not used here"));
    }
    let many: String = (0..30).map(|i| format!("z{i}: 1, ")).collect();
    assert_eq!(findings(&policy(&many), Severity::Error).len(), 21);
}

#[test]
fn scalars_of_the_wrong_type_say_what_they_are() {
    for (spec, underlined, message) in [
        ("podSelector: {matchLabels: {app: on}}", "on", "spec.podSelector.matchLabels.app: expected text, found the boolean true"),
        (
            "podSelector: {matchLabels: {version: 1.0}}",
            "1.0",
            "spec.podSelector.matchLabels.version: expected text, found the number `1.0`",
        ),
        ("ingress: {}", "{}", "spec.ingress: expected a list, found a mapping"),
        ("podSelector: []", "[]", "spec.podSelector: expected a mapping, found a list"),
        ("ingress: [{from: {}}]", "{}", "spec.ingress[0].from: expected a list, found a mapping"),
        ("ingress: [{ports: 80}]", "80", "spec.ingress[0].ports: expected a list, found the number `80`"),
        (
            "ingress: [{ports: [{port: 80.0}]}]",
            "80.0",
            "spec.ingress[0].ports[0].port: expected a port number or name, found the number `80.0`",
        ),
        ("ingress: [{ports: [80]}]", "80", "spec.ingress[0].ports[0]: expected a mapping, found the number `80`"),
        ("podSelector: {matchLabels: [a]}", "[a]", "spec.podSelector.matchLabels: expected a mapping, found a list"),
    ] {
        refused(&policy(spec), codes::WRONG_TYPE, underlined, message);
    }
}
