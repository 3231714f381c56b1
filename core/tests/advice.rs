//! Advice that solves it: lints about what people get wrong most.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "tests")]

use netpolis_core::analysis::Analysis;
use netpolis_core::settings::{Engine, Settings};

const CLUSTER: &str = "
{apiVersion: v1, kind: Namespace, metadata: {name: kube-system}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: coredns, namespace: kube-system}, spec: {selector: {matchLabels: {k8s-app: kube-dns}}, template: {metadata: {labels: {k8s-app: kube-dns}}, spec: {containers: [{name: c, image: coredns, ports: [{containerPort: 53, protocol: UDP}]}]}}}}
---
{apiVersion: v1, kind: Service, metadata: {name: kube-dns, namespace: kube-system}, spec: {clusterIP: 10.96.0.10, selector: {k8s-app: kube-dns}, ports: [{name: dns, port: 53, protocol: UDP}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: [{name: c, image: x}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: api, namespace: shop, labels: {app: api}}, spec: {containers: [{name: c, image: x, ports: [{name: tls, containerPort: 8443, hostPort: 18443}]}]}}
---
{apiVersion: v1, kind: Service, metadata: {name: api, namespace: shop}, spec: {type: LoadBalancer, clusterIP: 10.96.0.77, selector: {app: api}, ports: [{port: 443, targetPort: tls, nodePort: 30443}]}, status: {loadBalancer: {ingress: [{ip: 198.51.100.7}]}}}
---
{apiVersion: batch/v1, kind: CronJob, metadata: {name: nightly, namespace: shop, labels: {component: cronjob}}, spec: {schedule: '0 3 * * *', jobTemplate: {spec: {template: {spec: {containers: [{name: c, image: x}]}}}}}}
";
const CACHE: &str = "{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: node-local-dns, namespace: kube-system}, spec: {selector: {matchLabels: {k: cache}}, template: {metadata: {labels: {k: cache}}, spec: {hostNetwork: true, containers: [{name: c, image: registry.k8s.io/dns/k8s-dns-node-cache:1.23.1, args: [-localip, '169.254.20.10,10.96.0.10']}]}}}}";

fn problems(texts: &[&str], engine: Engine) -> Vec<(String, String)> {
    let mut scene = Analysis::new(Settings { engine, ..Settings::default() });
    scene.set_files(&[("in.yaml", &texts.join("\n---\n"))]);
    let told = scene.problems().iter().filter(|p| p.code.0.starts_with("LINT"));
    told.map(|p| (p.code.0.to_string(), format!("{} {}", p.message, p.help.as_deref().unwrap_or_default()))).collect()
}

fn egress(rules: &str) -> String {
    format!(
        "{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: p, namespace: shop}}, spec: {{podSelector: {{matchLabels: {{app: web}}}}, policyTypes: [Egress], egress: [{rules}]}}}}"
    )
}

fn ingress(subject: &str, rules: &str) -> String {
    format!(
        "{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: p, namespace: shop}}, spec: {{podSelector: {{matchLabels: {{app: {subject}}}}}, ingress: [{rules}]}}}}"
    )
}

/// The code is found with these words; with no words, it is not found.
#[track_caller]
fn told(text: &str, code: &str, words: &[&str]) {
    told_by(Engine::Generic, text, code, words);
}

#[track_caller]
fn told_by(engine: Engine, text: &str, code: &str, words: &[&str]) {
    let found = problems(&[CLUSTER, text], engine);
    let of_code: Vec<&String> = found.iter().filter(|(c, _)| c == code).map(|(_, text)| text).collect();
    match words {
        [] => assert!(of_code.is_empty(), "{text}: {of_code:?}"),
        words => assert!(of_code.iter().any(|t| words.iter().all(|w| t.contains(w))), "{text}: {found:?}"),
    }
}

const DNS: &str =
    "{to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}}], ports: [{port: 53, protocol: UDP}]}";

#[test]
fn dns_is_the_dns_pods_and_not_any_port_53() {
    for (rule, words) in [
        ("{to: [{podSelector: {}}]}", &["cannot reach any DNS server"][..]),
        ("{to: [{podSelector: {}}], ports: [{port: 53, protocol: UDP}]}", &["not to the DNS pods", "kube-system/coredns"]),
        ("{to: [{ipBlock: {cidr: 10.96.0.10/32}}], ports: [{port: 53, protocol: UDP}]}", &["not to the DNS pods"]),
        ("{to: [{ipBlock: {cidr: 203.0.113.53/32}}], ports: [{port: 53, protocol: UDP}]}", &["not to the DNS pods"]),
        ("{to: [{namespaceSelector: {matchLabels: {name: kube-system}}}], ports: [{port: 53, protocol: UDP}]}", &["not to the DNS pods"]),
        ("{to: [{namespaceSelector: {}, podSelector: {matchLabels: {k8s-app: dns}}}], ports: [{port: 53}]}", &["not to the DNS pods"]),
        ("{ports: [{port: 53}]}", &["DNS open over TCP only"]),
        (DNS, &[]),
        ("{ports: [{port: 53, protocol: UDP}]}", &[]),
        ("{to: [{namespaceSelector: {}}]}", &[]),
    ] {
        told(&egress(rule), "LINT003", words);
    }
    // Rules that deny it, also of policies that isolate nobody.
    for (deny, words) in [
        (
            "{apiVersion: policy.networking.k8s.io/v1alpha1, kind: AdminNetworkPolicy, metadata: {name: a}, spec: {priority: 7, subject: {namespaces: {}}, \
            egress: [{action: Deny, to: [{namespaces: {matchLabels: {kubernetes.io/metadata.name: kube-system}}}]}]}}",
            &["kept from the DNS pods", "denies"][..],
        ),
        (
            "{apiVersion: projectcalico.org/v3, kind: GlobalNetworkPolicy, metadata: {name: g}, spec: {selector: all(), types: [Egress], \
            egress: [{action: Deny, protocol: UDP, destination: {ports: [53]}}, {action: Allow}]}}",
            &["over UDP", "denies"],
        ),
    ] {
        told_by(Engine::Detected, deny, "LINT003", words);
    }
    // Without the DNS pods in the input: what may mean them counts, what cannot does not.
    let alone = "{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: [{name: c}]}}";
    for (rule, cut_off) in [
        ("{to: [{podSelector: {}}]}", true),
        (DNS, false),
        ("{to: [{namespaceSelector: {}}]}", false),
        ("{ports: [{port: 53, protocol: UDP}]}", false),
        ("{ports: [{port: 53}]}", true),
    ] {
        let found = problems(&[alone, &egress(rule)], Engine::Generic);
        assert_eq!(found.iter().any(|(code, _)| code == "LINT003"), cut_off, "{rule}: {found:?}");
    }
}

#[test]
fn a_cache_on_the_node_answers_in_place_of_the_dns_pods() {
    let of = |rule: &str| problems(&[CLUSTER, CACHE, &egress(rule)], Engine::Generic);
    let told = |rule: &str| of(rule).into_iter().find(|(code, _)| code == "LINT221");
    assert!(told(DNS).is_some_and(|(_, text)| text.contains("node-local-dns") && text.contains("169.254.20.10/32")));
    assert_eq!(told(&format!("{DNS}, {{to: [{{ipBlock: {{cidr: 169.254.20.10/32}}}}], ports: [{{port: 53, protocol: UDP}}]}}")), None);
}

#[test]
fn blocks_of_services_match_nothing() {
    for (rule, words) in [
        ("{to: [{ipBlock: {cidr: 10.96.0.77/32}}]}", &["10.96.0.77 is the address of Service `shop/api`", "select its pods"][..]),
        ("{to: [{ipBlock: {cidr: 10.96.0.0/12}}]}", &["and 1 more"]),
        ("{to: [{ipBlock: {cidr: 198.51.100.7/32}}]}", &["198.51.100.7 is the address of Service `shop/api`"]),
        ("{to: [{ipBlock: {cidr: 10.0.0.0/8}}]}", &[]),
        ("{to: [{ipBlock: {cidr: 203.0.113.0/24}}]}", &[]),
    ] {
        told(&egress(&format!("{DNS}, {rule}")), "LINT220", words);
    }
    told(&ingress("api", "{from: [{ipBlock: {cidr: 10.96.0.77/32}}]}"), "LINT220", &["no packet has this source"]);
    let set = |net: &str| {
        format!(
            "{{apiVersion: projectcalico.org/v3, kind: GlobalNetworkSet, metadata: {{name: s, labels: {{to: api}}}}, spec: {{nets: [{net}]}}}}\n---\n\
             {{apiVersion: projectcalico.org/v3, kind: GlobalNetworkPolicy, metadata: {{name: g}}, spec: {{selector: app == 'web', types: [Egress], \
             egress: [{{action: Allow, destination: {{selector: to == 'api'}}}}]}}}}"
        )
    };
    told_by(Engine::Detected, &set("10.96.0.77/32"), "LINT220", &["10.96.0.77 is the address of Service `shop/api`"]);
    told_by(Engine::Detected, &set("203.0.113.7/32"), "LINT220", &[]);
}

#[test]
fn ports_of_services_and_hosts_are_not_those_of_pods() {
    let to_api = |port: u16| egress(&format!("{DNS}, {{to: [{{podSelector: {{matchLabels: {{app: api}}}}}}], ports: [{{port: {port}}}]}}"));
    told(&to_api(443), "LINT012", &["port 443 is the port of Service `api`", "8443 or tls"]);
    told(&to_api(18443), "LINT012", &["port 18443 is the host port of `api`", "8443"]);
    told(&to_api(30443), "LINT012", &["port 30443 is the node port of Service `api`", "8443 or tls"]);
    told(&ingress("api", "{ports: [{port: 30443}]}"), "LINT012", &["node port of Service `api`"]);
    told(&to_api(8443), "LINT012", &[]);
    told(&ingress("api", "{ports: [{port: 443}]}"), "LINT012", &["port 443 is the port of Service `api`"]);
    told(&ingress("api", "{ports: [{port: 18443}]}"), "LINT012", &["host port"]);
    told(&egress(&format!("{DNS}, {{ports: [{{port: 443}}]}}")), "LINT012", &[]);
}

#[test]
fn entries_that_others_make_pointless() {
    for (rule, words) in [
        (
            "{from: [{namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: NotIn, values: [x]}]}}, {namespaceSelector: {}}]}",
            &["`from`"][..],
        ),
        ("{from: [{podSelector: {matchLabels: {app: web}}}, {podSelector: {}}]}", &["`from`"]),
        ("{from: [{ipBlock: {cidr: 10.1.0.0/16}}, {ipBlock: {cidr: 10.0.0.0/8}}]}", &["`from`"]),
        ("{ports: [{port: 80}, {protocol: TCP}]}", &["`ports`"]),
        ("{from: [{podSelector: {matchLabels: {app: web}}}, {podSelector: {matchLabels: {app: api}}}]}", &[]),
        ("{ports: [{port: 80}, {port: 81}]}", &[]),
    ] {
        told(&ingress("api", rule), "LINT224", words);
    }
}

#[test]
fn sides_of_calico_rules_that_are_mixed_up() {
    let policy = |direction: &str, side: &str, selector: &str| {
        format!(
            "{{apiVersion: projectcalico.org/v3, kind: NetworkPolicy, metadata: {{name: p, namespace: shop}}, spec: {{selector: app == 'api', types: [{direction}], {}: [{{action: Allow, {side}: {{selector: app == '{selector}'}}}}]}}}}",
            direction.to_lowercase()
        )
    };
    for (direction, side, selector, told) in [
        ("Ingress", "destination", "web", false),
        ("Ingress", "destination", "api", true),
        ("Ingress", "source", "web", false),
        ("Egress", "source", "api", true),
        ("Egress", "destination", "web", false),
    ] {
        let found = problems(&[CLUSTER, &policy(direction, side, selector)], Engine::Calico);
        assert_eq!(found.iter().any(|(code, _)| code == "LINT223"), told, "{direction} {side} {selector}: {found:?}");
    }
}

#[test]
fn what_the_api_server_calls_must_be_open_to_it() {
    let hooks = [
        "{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingWebhookConfiguration, metadata: {name: checks}, webhooks: [{name: a.example.com, clientConfig: {service: {name: api, namespace: shop}}}]}",
        "{apiVersion: admissionregistration.k8s.io/v1, kind: MutatingWebhookConfiguration, metadata: {name: checks}, webhooks: [{name: a.example.com, clientConfig: {service: {name: api, namespace: shop, port: 443}}}]}",
        "{apiVersion: apiregistration.k8s.io/v1, kind: APIService, metadata: {name: v1.example.com}, spec: {service: {name: api, namespace: shop, port: 443}}}",
        "{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: x.example.com}, spec: {conversion: {strategy: Webhook, webhook: {clientConfig: {service: {name: api, namespace: shop}}}}}}",
    ];
    for hook in hooks {
        for (rule, closed) in [
            ("{from: [{podSelector: {}}]}", true),
            ("{from: [{namespaceSelector: {}}], ports: [{port: 8443}]}", true),
            ("{ports: [{port: 8443}]}", false),
            ("{ports: [{port: 443}]}", true),
            ("{from: [{ipBlock: {cidr: 192.0.2.0/24}}]}", false),
        ] {
            let found = problems(&[CLUSTER, hook, &ingress("api", rule)], Engine::Generic);
            assert_eq!(found.iter().any(|(code, _)| code == "LINT222"), closed, "{hook} {rule}: {found:?}");
        }
    }
}

#[test]
fn a_label_of_the_controller_is_not_one_of_its_pods() {
    told(
        &ingress("api", "{from: [{podSelector: {matchLabels: {component: cronjob}}}]}"),
        "LINT002",
        &["CronJob `nightly` has this label, but its pods do not"],
    );
}

/// Labels of a workload are not those of its pods, whoever selects them.
#[test]
fn selectors_of_calico_for_labels_of_the_workload() {
    let calico = |selector: &str, rules: &str| {
        format!(
            "{{apiVersion: projectcalico.org/v3, kind: NetworkPolicy, metadata: {{name: p, namespace: shop}}, spec: {{selector: {selector}, types: [Ingress], \
             ingress: [{rules}]}}}}"
        )
    };
    let told = |text: &str, code: &str, words: &str| {
        let found = problems(&[CLUSTER, text], Engine::Calico);
        assert!(found.iter().any(|(c, text)| c == code && text.contains(words)), "{text}: {found:?}");
    };
    const OWNER: &str =
        "CronJob `nightly` has this label, but its pods do not: they get the labels of the pod template (`spec.jobTemplate.spec.template";
    told(&calico("component == 'cronjob'", "{action: Allow}"), "LINT001", OWNER);
    told(&calico("app == 'api'", "{action: Allow, source: {selector: component == 'cronjob'}}"), "LINT200", OWNER);
    let elsewhere =
        "{action: Allow, source: {selector: component == 'cronjob', namespaceSelector: projectcalico.org/name == 'kube-system'}}";
    told(&calico("app == 'api'", elsewhere), "LINT200", "nothing has a label `component`");
    told(&calico("app == 'nobody'", "{action: Allow}"), "LINT001", "no pod or host endpoint has the labels");
}
