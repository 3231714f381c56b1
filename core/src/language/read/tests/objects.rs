//! Lists, kinds, metadata, pods, workloads, Services, Nodes, Ingresses.

use super::*;
use crate::model::Protocol;

fn names(text: &str) -> Vec<String> {
    accepted(text).resources.iter().map(|r| format!("{} {} {}", r.api_version, r.kind_name, r.meta.name)).collect()
}

fn first(text: &str) -> Resource {
    accepted(text).resources.remove(0)
}

#[test]
fn lists_are_flattened() {
    let pod = "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{}]}}";
    let bare = "{metadata: {name: b}, spec: {containers: [{}]}}";
    assert_eq!(names(&format!("{{apiVersion: v1, kind: List, metadata: {{}}, items: [{pod}, {pod}]}}")), ["v1 Pod a", "v1 Pod a"]);
    assert_eq!(names(&format!("{{apiVersion: v1, kind: PodList, items: [{bare}, {pod}]}}")), ["v1 Pod b", "v1 Pod a"]);
    assert_eq!(
        names("{apiVersion: networking.k8s.io/v1, kind: NetworkPolicyList, items: [{metadata: {name: c}, spec: {podSelector: {}}}]}"),
        ["networking.k8s.io/v1 NetworkPolicy c"]
    );
    assert_eq!(
        names(&format!("{{kind: List, items: [{{kind: List, items: [{pod}]}}, {{kind: PodList, apiVersion: v1, items: }}]}}")),
        ["v1 Pod a"]
    );
    assert_eq!(names("{apiVersion: v1, kind: List}"), [] as [&str; 0]);
    let nested = format!("{}{pod}{}", "{kind: List, items: [".repeat(20), "]}".repeat(20));
    assert_eq!(findings(&nested, Severity::Error)[0].code, codes::LISTS_TOO_DEEP);
}

#[test]
fn a_list_at_the_root_is_read_all_the_same() {
    faulty(
        "[{apiVersion: v1, kind: Namespace, metadata: {name: a}}]",
        codes::NOT_AN_OBJECT,
        "[{apiVersion: v1, kind: Namespace, metadata: {name: a}}]",
        "expected a Kubernetes object, found a list of them",
    );
    assert_eq!(findings("[1]", Severity::Error).len(), 2);
}

#[test]
fn documents_that_are_no_objects() {
    for (text, code, underlined) in [
        ("just text", codes::NOT_AN_OBJECT, "just text"),
        ("{apiVersion: v1, kindt: Pod}", codes::MISSING_KIND, "kindt"),
        ("{apiVersion: v1}", codes::MISSING_KIND, "apiVersion"),
        ("{apiVersion: v1, kind: }", codes::MISSING_KIND, "kind"),
        ("{apiVersion: v1, kind: \"\"}", codes::MISSING_KIND, "kind"),
        ("{apiVersion: v1, kind: 5}", codes::WRONG_TYPE, "5"),
        ("{apiVersion: 1, kind: Pod}", codes::WRONG_TYPE, "1"),
    ] {
        let found = findings(text, Severity::Error);
        assert_eq!((found.len(), found[0].code, &*found[0].underlined), (1, code, underlined), "{text}");
        assert!(read_text(text).resources.is_empty(), "{text}");
    }
    assert_eq!(fixed("{apiVersion: v1, kindt: Pod}"), "{apiVersion: v1, kind: Pod}");
    assert!(read_text("").diagnostics.is_empty() && read_text("# nothing\n").diagnostics.is_empty());
}

#[test]
fn kinds_that_do_not_exist_are_read_as_what_was_meant() {
    let policy = |version: &str, kind: &str| format!("apiVersion: {version}\nkind: {kind}\nmetadata: {{name: x}}\nspec: {{}}\n");
    for (version, kind, code, underlined) in [
        ("v1", "NetworkPolicy", codes::WRONG_API_VERSION, "v1"),
        ("networking.k8s.io/v1beta9", "NetworkPolicy", codes::WRONG_API_VERSION, "networking.k8s.io/v1beta9"),
        ("networking.k8s.io/v1", "GlobalNetworkPolicy", codes::WRONG_API_VERSION, "networking.k8s.io/v1"),
        ("projectcalico.org/v4", "NetworkPolicy", codes::WRONG_API_VERSION, "projectcalico.org/v4"),
        ("networking.k8s.io/v1", "Networkpolicy", codes::MISSPELT_KIND, "Networkpolicy"),
        ("projectcalico.org/v3", "GlobalNetworkPolicys", codes::MISSPELT_KIND, "GlobalNetworkPolicys"),
    ] {
        // A policy that there cannot be is not in force as it is written.
        let message = format!("no matches for kind \"{kind}\" in version \"{version}\"");
        refused(&policy(version, kind), code, underlined, &message);
    }
    let text = "apiVersion: apps/v1\nkind: Deploiment\nmetadata: {name: x}\nspec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{}]}}}\n";
    faulty(text, codes::MISSPELT_KIND, "Deploiment", r#"no matches for kind "Deploiment" in version "apps/v1""#);
    assert!(fixed(text).contains("kind: Deployment\n"));
}

#[test]
fn api_versions() {
    faulty(
        "kind: Namespace\nmetadata: {name: x}\n",
        codes::MISSING_API_VERSION,
        "Namespace",
        "apiVersion: Required value: `Namespace` needs its API version",
    );
    for (version, kind) in [("extensions/v1beta1", "Deployment"), ("apps/v1beta2", "StatefulSet"), ("batch/v1beta1", "CronJob")] {
        let template = "template: {metadata: {labels: {a: b}}, spec: {containers: [{}]}}";
        let spec = if kind == "CronJob" { format!("jobTemplate: {{spec: {{{template}}}}}") } else { template.to_string() };
        let text = format!("apiVersion: {version}\nkind: {kind}\nmetadata: {{name: x}}\nspec: {{{spec}}}\n");
        assert_eq!(findings(&text, Severity::Warning)[0].code, codes::OLD_API_VERSION, "{text}");
        accepted(&text);
    }
}

#[test]
fn kinds_that_are_not_read_are_named_once() {
    let list = |kind: &str, version: &str, n: usize| {
        let item = format!("{{apiVersion: {version}, kind: {kind}, metadata: {{name: x}}}}");
        format!("{{apiVersion: v1, kind: List, items: [{}]}}", vec![item; n].join(", "))
    };
    let only = |text: &str, severity| {
        let found = findings(text, severity);
        assert_eq!(found.len(), 1, "{text}");
        assert_eq!(read_text(text).diagnostics.len(), 1);
        found[0].message.clone()
    };
    assert_eq!(
        only(&list("ConfigMap", "v1", 12), Severity::Note),
        "`ConfigMap` of `v1` (12 objects) plays no part in network policy, and is not used"
    );
    assert_eq!(
        only(&list("Widget", "example.com/v1", 1), Severity::Note),
        "`Widget` of `example.com/v1` is an unknown kind, and is not used"
    );
    assert_eq!(
        only(&list("CiliumNetworkPolicy", "cilium.io/v2", 2), Severity::Warning),
        "`CiliumNetworkPolicy` of `cilium.io/v2` (2 objects) is not evaluated, but could change verdicts: where it might, they \
         are \"cannot tell\""
    );
    assert_eq!(
        only(&list("NetworkPolicy", "crd.antrea.io/v1beta1", 1), Severity::Warning),
        "`NetworkPolicy` of `crd.antrea.io/v1beta1` is not evaluated, but could change verdicts: where it might, they are \"cannot tell\""
    );
    assert_eq!(
        only(&list("Prometheus", "monitoring.coreos.com/v1", 1), Severity::Warning),
        "`Prometheus` of `monitoring.coreos.com/v1` creates pods, but is not read: answers leave out its pods"
    );
    assert_eq!(
        only(&list("Route", "route.openshift.io/v1", 1), Severity::Warning),
        "`Route` of `route.openshift.io/v1` routes traffic to pods, but is not read: answers leave it out"
    );
}

#[test]
fn pods() {
    let text = "
apiVersion: v1
kind: Pod
metadata:
  name: p
  namespace: ns
  labels: {b: '2', a: '1'}
  managedFields: [{anything: 1}]
  ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: rs, uid: u, controller: true}]
spec:
  hostNetwork: true
  nodeName: node-1
  serviceAccount: sa
  containers:
  - name: c
    image: i
    ports: [{containerPort: 80, name: http}, {containerPort: 53, protocol: UDP, hostPort: 53}]
  initContainers:
  - {name: once, ports: [{containerPort: 1}]}
  - {name: sidecar, restartPolicy: Always, ports: [{containerPort: 2}]}
status: {phase: Running, podIP: 10.0.0.1, podIPs: [{ip: 10.0.0.1}, {ip: 'fd00::1'}], hostIP: 192.0.2.1, conditions: 5}
";
    let resource = first(text);
    assert_eq!(resource.meta.namespace.as_deref(), Some("ns"));
    let Kind::Pod(pod) = resource.kind else { panic!() };
    assert_eq!(pod.template.labels.iter().collect::<Vec<_>>(), [("a", "1"), ("b", "2")]);
    assert_eq!(pod.template.labels, resource.meta.labels);
    assert!(pod.template.host_network && !pod.terminated);
    assert_eq!((pod.template.node.as_deref(), &*pod.template.service_account), (Some("node-1"), "sa"));
    assert_eq!(pod.owner, Some(Owner { kind: "ReplicaSet".into(), name: "rs".into() }));
    assert_eq!(pod.addresses, ["10.0.0.1".parse::<core::net::IpAddr>().unwrap(), "fd00::1".parse().unwrap()]);
    assert_eq!(pod.host_address, Some("192.0.2.1".parse().unwrap()));
    let ports: Vec<_> = pod.template.ports.iter().map(|p| (p.name.as_deref(), p.number, p.protocol, p.host_port)).collect();
    assert_eq!(ports, [(Some("http"), 80, Protocol::TCP, None), (None, 53, Protocol::UDP, Some(53)), (None, 2, Protocol::TCP, None)]);

    let short = |owners: &str, status: &str| {
        let text = format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: p, ownerReferences: {owners}}}\nspec: {{containers: [{{}}]}}\nstatus: {status}\n"
        );
        match first(&text).kind {
            Kind::Pod(pod) => pod,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(short("[{name: o}]", "{}").owner, Some(Owner { kind: "Pod".into(), name: "o".into() }));
    assert_eq!(short("[{kind: Node, name: o, controller: true}]", "{}").owner, None);
    assert_eq!(short("[{kind: A, name: a}, {kind: B, name: b, controller: true}]", "null").owner.unwrap().kind.as_ref(), "B");
    assert_eq!(short("[{kind: A, name: a}, {kind: B, name: b}]", "null").owner, None);
    assert!(short("[]", "{phase: Succeeded}").terminated && short("[]", "{phase: Failed}").terminated);
    assert_eq!(&*short("[]", "").template.service_account, "default");
}

#[test]
fn pods_that_are_refused() {
    let pod = |containers: &str| format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec: {{containers: {containers}}}\n");
    refused(
        &pod("[{ports: [{containerPort: []}]}]"),
        codes::WRONG_TYPE,
        "[]",
        "spec.containers[0].ports[0].containerPort: expected a whole number, found a list",
    );
    refused(&pod("[{ports: {a: 1}}]"), codes::WRONG_TYPE, "{a: 1}", "spec.containers[0].ports: expected a list, found a mapping");
    faulty(&pod("[{ports: {}}]"), codes::WRONG_TYPE, "{}", "spec.containers[0].ports: expected a list, found a mapping");
    refused(
        &pod("[{ports: [{name: a}]}]"),
        codes::REQUIRED,
        "name",
        "spec.containers[0].ports[0].containerPort: Required value: a number from 1 to 65535",
    );
    refused(
        &pod("[{}, {ports: [{containerPort: 70000}]}]"),
        codes::OUT_OF_RANGE,
        "70000",
        "spec.containers[1].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive",
    );
    refused(
        &pod("[{ports: [{containerPort: 1, name: a}, {containerPort: 2, name: a}]}]"),
        codes::DUPLICATE_VALUE,
        "a",
        r#"spec.containers[0].ports[1].name: Duplicate value: "a""#,
    );
    refused(
        &pod("[{ports: [{containerPort: 1, name: A_}]}]"),
        codes::INVALID_PORT_NAME,
        "A_",
        r#"spec.containers[0].ports[0].name: Invalid value: "A_": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)"#,
    );
    refused(
        &pod("[{ports: [{containerPort: 1, protocol: http}]}]"),
        codes::INVALID_PROTOCOL,
        "http",
        r#"spec.containers[0].ports[0].protocol: Unsupported value: "http": supported values: "SCTP", "TCP", "UDP""#,
    );
    // Two containers may share a name; the API accepts it.
    accepted(&pod("[{ports: [{containerPort: 1, name: a}]}, {ports: [{containerPort: 2, name: a}]}]"));
    warned(&pod("[]"), codes::NO_CONTAINERS, "[]", "spec.containers: a pod needs at least one container; an API server refuses it");
}

#[test]
fn workloads() {
    let template = "template: {metadata: {labels: {a: b}}, spec: {containers: [{ports: [{containerPort: 80}]}]}}";
    let selector = "selector: {matchLabels: {a: b}}";
    let read = |version: &str, kind: &str, spec: &str| {
        let text = format!("apiVersion: {version}\nkind: {kind}\nmetadata: {{name: w, labels: {{own: x}}}}\nspec: {{{spec}}}\n");
        match first(&text).kind {
            Kind::Workload(workload) => workload,
            other => panic!("{other:?}"),
        }
    };
    for kind in ["Deployment", "ReplicaSet", "StatefulSet"] {
        let workload = read("apps/v1", kind, &format!("{selector}, {template}, replicas: 3"));
        assert_eq!((workload.kind.name(), workload.replicas), (kind, Replicas::Count(3)));
        assert_eq!(workload.template.labels.iter().collect::<Vec<_>>(), [("a", "b")]);
        assert_eq!(workload.template.ports[0].number, 80);
        assert_eq!(read("apps/v1", kind, &format!("{selector}, {template}")).replicas, Replicas::Count(1));
        assert_eq!(read("apps/v1", kind, &format!("{selector}, {template}, replicas: 0")).replicas, Replicas::Count(0));
    }
    assert_eq!(read("apps/v1", "DaemonSet", &format!("{selector}, {template}")).replicas, Replicas::PerNode);
    assert_eq!(read("v1", "ReplicationController", &format!("selector: {{a: b}}, {template}, replicas: 2")).replicas, Replicas::Count(2));
    assert_eq!(read("batch/v1", "Job", &format!("{template}, parallelism: 4")).replicas, Replicas::Count(4));
    assert_eq!(read("batch/v1", "Job", &format!("{template}, suspend: true")).replicas, Replicas::Count(0));
    let cron = read("batch/v1", "CronJob", &format!("schedule: '* * * * *', jobTemplate: {{spec: {{{template}}}}}"));
    assert_eq!((cron.kind, cron.replicas), (WorkloadKind::CronJob, Replicas::Count(1)));
    assert_eq!(cron.template.labels.get("a"), Some("b"));
}

#[test]
fn workloads_that_are_refused() {
    let text = |spec: &str| format!("apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: w}}\nspec: {{{spec}}}\n");
    let template = "template: {metadata: {labels: {a: b}}, spec: {containers: [{}]}}";
    faulty(
        &text(&format!("selector: {{matchLabels: {{a: c}}}}, {template}")),
        codes::SELECTOR_NOT_MATCHING_TEMPLATE,
        "a: c",
        "spec.template: Invalid value: `selector` does not match template `labels`",
    );
    refused(&text(template), codes::REQUIRED, "spec", "spec.selector: Required value");
    refused(
        &text(&format!("selector: {{}}, {template}")),
        codes::INVALID_SELECTOR,
        "{}",
        "spec.selector: Invalid value: {}: empty selector is invalid here",
    );
    refused(
        &text(&format!("selector: {{matchLabels: {{a: b}}}}, replicas: -1, {template}")),
        codes::OUT_OF_RANGE,
        "-1",
        "spec.replicas: Invalid value: -1: must be between 0 and 2147483647, inclusive",
    );
    faulty(
        "apiVersion: v1\nkind: ReplicationController\nmetadata: {name: w}\nspec: {selector: {a: c}, template: {metadata: {labels: {a: b}}, spec: {containers: [{}]}}}\n",
        codes::SELECTOR_NOT_MATCHING_TEMPLATE,
        "a",
        "spec.template: Invalid value: `selector` does not match template `labels`",
    );
}

#[test]
fn services() {
    let read = |spec: &str| {
        let text = format!("apiVersion: v1\nkind: Service\nmetadata: {{name: s}}\nspec: {{{spec}}}\n");
        match first(&text).kind {
            Kind::Service(service) => service,
            other => panic!("{other:?}"),
        }
    };
    let service = read(
        "clusterIP: 10.1.0.1, clusterIPs: [10.1.0.1, 'fd01::1'], selector: {a: b}, type: NodePort, \
         ports: [{name: w, port: 80, targetPort: http}, {name: d, port: 53, protocol: UDP, nodePort: 30053}, {name: x, port: 9, targetPort: 99}]",
    );
    assert_eq!(service.cluster_addresses.len(), 2);
    assert_eq!(service.selector.unwrap().get("a"), Some("b"));
    assert_eq!(
        service.ports.iter().map(|p| (p.port, p.target.clone(), p.node_port)).collect::<Vec<_>>(),
        [(80, TargetPort::Name("http".into()), None), (53, TargetPort::Number(53), Some(30053)), (9, TargetPort::Number(99), None)]
    );
    assert!(read("clusterIP: None, selector: {a: b}").headless);
    assert_eq!(read("ports: [{port: 1}], selector: {}").selector, None);
    assert_eq!(read("type: ExternalName, externalName: example.com").external_name.as_deref(), Some("example.com"));

    let text = |spec: &str| format!("apiVersion: v1\nkind: Service\nmetadata: {{name: s}}\nspec: {{{spec}}}\n");
    refused(&text("selector: {a: b}"), codes::REQUIRED, "spec", "spec.ports: Required value: a Service needs at least one port");
    refused(
        &text("ports: [{port: 1}], type: Clusterip"),
        codes::UNSUPPORTED_VALUE,
        "Clusterip",
        r#"spec.type: Unsupported value: "Clusterip": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort""#,
    );
    refused(&text("ports: [{port: 1, name: a}, {port: 2}]"), codes::REQUIRED, "port", "spec.ports[1].name: Required value");
    refused(
        &text("ports: [{port: 1, name: a}, {port: 2, name: a}]"),
        codes::DUPLICATE_VALUE,
        "a",
        r#"spec.ports[1].name: Duplicate value: "a""#,
    );
    refused(
        &text("ports: [{port: 1, name: a}, {port: 1, name: b}]"),
        codes::DUPLICATE_VALUE,
        "1",
        "spec.ports[1].port: Duplicate value: TCP 1",
    );
    refused(
        &text("ports: [{targetPort: 1}]"),
        codes::REQUIRED,
        "targetPort",
        "spec.ports[0].port: Required value: a number from 1 to 65535",
    );
    refused(
        &text("ports: [{port: 1, nodePort: 30000}]"),
        codes::FORBIDDEN,
        "30000",
        "spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'",
    );
}

#[test]
fn nodes_and_ingresses() {
    let node = first(
        "apiVersion: v1\nkind: Node\nmetadata: {name: node}\nspec: {podCIDR: 10.2.0.0/24, podCIDRs: [10.2.0.0/24, 'fd02::/64']}\n\
         status: {addresses: [{type: Hostname, address: node}, {type: ExternalIP, address: 203.0.113.1}, {type: InternalIP, address: 192.0.2.1}]}\n",
    );
    let Kind::Node(node) = node.kind else { panic!() };
    assert_eq!(node.addresses.iter().map(ToString::to_string).collect::<Vec<_>>(), ["192.0.2.1", "203.0.113.1"]);
    assert_eq!(node.pod_cidrs.len(), 2);

    let backends = |version: &str, spec: &str| {
        let text = format!("apiVersion: {version}\nkind: Ingress\nmetadata: {{name: i}}\nspec: {{{spec}}}\n");
        match first(&text).kind {
            Kind::Ingress(ingress) => ingress.backends.into_iter().map(|b| (b.service.to_string(), b.port)).collect::<Vec<_>>(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(
        backends(
            "networking.k8s.io/v1",
            "defaultBackend: {service: {name: d, port: {number: 80}}}, rules: [{host: h}, {http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: s, port: {name: http}}}}]}}]"
        ),
        [("d".to_string(), BackendPort::Number(80)), ("s".to_string(), BackendPort::Name("http".into()))]
    );
    assert_eq!(
        backends(
            "extensions/v1beta1",
            "backend: {serviceName: d, servicePort: 80}, rules: [{http: {paths: [{backend: {serviceName: s, servicePort: http}}]}}]"
        ),
        [("d".to_string(), BackendPort::Number(80)), ("s".to_string(), BackendPort::Name("http".into()))]
    );
    let text = |spec: &str| format!("apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: i}}\nspec: {{{spec}}}\n");
    refused(&text(""), codes::INVALID_BACKEND, "{}", "spec: Invalid value: []: either `defaultBackend` or `rules` must be specified");
    refused(
        &text("defaultBackend: {service: {name: d}}"),
        codes::INVALID_BACKEND,
        "service",
        "spec.defaultBackend.service.port: Required value: port name or number is required",
    );
    refused(
        &text("defaultBackend: {service: {name: d, port: {name: a, number: 1}}}"),
        codes::INVALID_BACKEND,
        "{name: a, number: 1}",
        "spec.defaultBackend.service.port: Invalid value: \"\": cannot set both port name & port number",
    );
}

#[test]
fn namespaces() {
    let text = |metadata: &str| format!("apiVersion: v1\nkind: Namespace\nmetadata: {metadata}\n");
    accepted(&text("{name: a, labels: {kubernetes.io/metadata.name: a}}"));
    warned(
        &text("{name: a, labels: {kubernetes.io/metadata.name: b}}"),
        codes::NAMESPACE_NAME_LABEL,
        "kubernetes.io/metadata.name",
        "metadata.labels: API servers always set `kubernetes.io/metadata.name` to the name `a` (here: \"b\")",
    );
    assert_eq!(
        findings(&text("{name: a, annotations: {net.beta.kubernetes.io/network-policy: '{}'}}"), Severity::Warning)[0].code,
        codes::DEAD_ANNOTATION
    );
    assert_eq!(findings(&text("{name: a.b}"), Severity::Error)[0].code, codes::INVALID_NAME);
    refused(
        &text("{name: a, annotations: {x: true}}"),
        codes::WRONG_TYPE,
        "true",
        "metadata.annotations.x: expected text, found the boolean true",
    );
    warned(&text("{name: a, labels: {x: }}"), codes::EMPTY_LABEL, "x", "metadata.labels.x: no value: it is read as the empty string \"\"");
}

#[test]
fn a_list_keeps_the_good_beside_the_refused() {
    let text = "{kind: List, items: [{apiVersion: v1, kind: Namespace, metadata: {name: 5}}, {apiVersion: v1, kind: Namespace, metadata: {name: b}}]}";
    assert_eq!(read_text(text).resources.iter().map(Resource::is_refused).collect::<Vec<_>>(), [true, false]);
}
