//! Calico's policies as a whole: what is refused of their specs, hooks, and staged policies. Sources as in [`super::calico`].

use super::calico::{all_refused, calico, global, ingress, object, policy};
use super::*;
use crate::language::calico::{Calico, StagedAction, StagedKubernetesPolicy};

#[test]
fn policies_that_are_refused() {
    for kind in ["NetworkPolicy", "GlobalNetworkPolicy", "StagedNetworkPolicy", "StagedGlobalNetworkPolicy"] {
        all_refused(
            |spec| object(kind, spec),
            &[
                ("types: [Ingress, Ingress]", codes::CALICO_TYPES, "Ingress", "spec.types[1]: 'Ingress' type specified more than once"),
                ("types: [Egress, Egress]", codes::CALICO_TYPES, "Egress", "spec.types[1]: 'Egress' type specified more than once"),
                (
                    "types: [ingress]",
                    codes::CALICO_TYPES,
                    "ingress",
                    r#"spec.types[0]: Unsupported value: "ingress": supported values: "Ingress", "Egress""#,
                ),
                ("types: Ingress", codes::WRONG_TYPE, "Ingress", "spec.types: expected a list, found text"),
                ("order: first", codes::WRONG_TYPE, "first", "spec.order: expected a number, found text"),
                ("order: .nan", codes::WRONG_TYPE, ".nan", "spec.order: expected a number, found the number `.nan`"),
                (
                    "performanceHints: [x]",
                    codes::HINTS,
                    "x",
                    r#"spec.performanceHints[0]: Unsupported value: "x": supported values: "AssumeNeededOnEveryNode""#,
                ),
                (
                    "performanceHints: [AssumeNeededOnEveryNode, AssumeNeededOnEveryNode]",
                    codes::HINTS,
                    "AssumeNeededOnEveryNode",
                    r#"spec.performanceHints[1]: Duplicate value: "AssumeNeededOnEveryNode""#,
                ),
            ],
        );
    }
    // Limits of the schemas: 1,024 rules, 256 networks, 50 ports, 20 methods.
    let many = |one: &str, count: usize| format!("[{}]", vec![one; count].join(", "));
    for (text, list, message) in [
        (
            object("NetworkPolicy", &format!("ingress: {}", many("{action: Allow}", 1025))),
            many("{action: Allow}", 1025),
            "spec.ingress: Too many: 1025: must have at most 1024 items",
        ),
        (
            ingress(&format!("source: {{nets: {}}}", many("10.0.0.0/8", 257))),
            many("10.0.0.0/8", 257),
            "spec.ingress[0].source.nets: Too many: 257: must have at most 256 items",
        ),
        (
            ingress(&format!("source: {{ports: {}}}", many("http", 51))),
            many("http", 51),
            "spec.ingress[0].source.ports: Too many: 51: must have at most 50 items",
        ),
    ] {
        refused(&text, codes::TOO_MANY, &list, message);
    }
    // What a kind does not have is no part of it, though its siblings do.
    for field in ["namespaceSelector: has(a)", "applyOnForward: true", "preDNAT: true", "doNotTrack: true", "stagedAction: Set"] {
        let name = field.split(':').next().unwrap();
        faulty(&object("NetworkPolicy", field), codes::UNKNOWN_FIELD, name, &format!(r#"unknown field "spec.{name}""#));
    }
}

#[test]
fn hooks_of_global_policies() {
    for spec in [
        "applyOnForward: true",
        "applyOnForward: true, preDNAT: true",
        "applyOnForward: true, doNotTrack: true",
        "preDNAT: false, doNotTrack: false",
        "applyOnForward: true, preDNAT: true, types: [Ingress], ingress: [{action: Deny}]",
    ] {
        accepted(&global(spec));
    }
    let read = policy(&global("applyOnForward: true, preDNAT: true"));
    assert_eq!((read.apply_on_forward, read.pre_dnat, read.do_not_track), (true, true, false));
    let both = "spec.doNotTrack: PreDNAT and DoNotTrack cannot both be true, for a given policy";
    let needs = "ApplyOnForward must be true if either PreDNAT or DoNotTrack is true";
    all_refused(
        global,
        &[
            ("applyOnForward: true, preDNAT: true, doNotTrack: true", codes::HOOK_FLAGS, "true", both),
            ("preDNAT: true", codes::HOOK_FLAGS, "true", &format!("spec.preDNAT: {needs}")),
            ("doNotTrack: true, applyOnForward: false", codes::HOOK_FLAGS, "true", &format!("spec.doNotTrack: {needs}")),
            (
                "preDNAT: true, applyOnForward: true, egress: [{action: Allow}]",
                codes::HOOK_FLAGS,
                "[{action: Allow}]",
                "spec.egress: PreDNAT policy cannot have any egress rules",
            ),
            (
                "preDNAT: true, applyOnForward: true, types: [Ingress, Egress]",
                codes::HOOK_FLAGS,
                "[Ingress, Egress]",
                "spec.types: PreDNAT policy cannot have 'Egress' type",
            ),
        ],
    );
}

#[test]
fn staged_policies() {
    for (written, action) in [
        ("", StagedAction::Set),
        ("stagedAction: Set", StagedAction::Set),
        ("stagedAction: Delete", StagedAction::Delete),
        ("stagedAction: Learn", StagedAction::Learn),
        ("stagedAction: Ignore", StagedAction::Ignore),
    ] {
        assert_eq!(policy(&object("StagedNetworkPolicy", written)).staged_action, action);
        assert_eq!(policy(&object("StagedGlobalNetworkPolicy", written)).staged_action, action);
        let Calico::StagedKubernetes(StagedKubernetesPolicy { staged_action, .. }) =
            calico(&object("StagedKubernetesNetworkPolicy", written))
        else {
            panic!("{written}")
        };
        assert_eq!(staged_action, action);
    }
    for kind in ["StagedNetworkPolicy", "StagedGlobalNetworkPolicy", "StagedKubernetesNetworkPolicy"] {
        refused(
            &object(kind, "stagedAction: Warning"),
            codes::STAGED_ACTION,
            "Warning",
            r#"spec.stagedAction: Unsupported value: "Warning": supported values: "Set", "Delete", "Learn", "Ignore""#,
        );
    }
    for kind in ["StagedNetworkPolicy", "StagedGlobalNetworkPolicy"] {
        accepted(&object(kind, "stagedAction: Delete, tier: x"));
        refused(
            &object(kind, "stagedAction: Delete, selector: has(a)"),
            codes::STAGED_ACTION,
            "Delete",
            "spec.stagedAction: spec fields, except Tier, should all be zero-value if stagedAction is Delete, and `selector` is not",
        );
        // What Go has in a field that is left out says nothing, and `types` are cleared before; an empty list is not one that is left out.
        accepted(&object(kind, "stagedAction: Delete, selector: '', serviceAccountSelector: null, types: [Ingress]"));
        for (spec, field) in
            [("order: 0", "order"), ("ingress: []", "ingress"), ("performanceHints: [AssumeNeededOnEveryNode]", "performanceHints")]
        {
            refused(
                &object(kind, &format!("stagedAction: Delete, selector: '', {spec}")),
                codes::STAGED_ACTION,
                "Delete",
                &format!(
                    "spec.stagedAction: spec fields, except Tier, should all be zero-value if stagedAction is Delete, and `{field}` is not"
                ),
            );
        }
    }
    accepted(&object("StagedGlobalNetworkPolicy", "stagedAction: Delete, doNotTrack: false, applyOnForward: false"));
    // validateStagedKubernetesNetworkPolicy: not even `policyTypes`.
    accepted(&object("StagedKubernetesNetworkPolicy", "stagedAction: Delete, podSelector: {}"));
    for (spec, field) in [
        ("podSelector: {matchLabels: {a: b}}", "podSelector"),
        ("podSelector: {}, policyTypes: [Ingress]", "policyTypes"),
        ("ingress: [{}]", "ingress"),
    ] {
        refused(
            &object("StagedKubernetesNetworkPolicy", &format!("stagedAction: Delete, {spec}")),
            codes::STAGED_ACTION,
            "Delete",
            &format!("spec.stagedAction: spec fields should all be zero-value if stagedAction is Delete, and `{field}` is not"),
        );
    }
}
