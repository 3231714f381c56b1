//! What is not evaluated is never taken to be absent: flows that it might concern are "cannot tell", the others are as they were.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "tests")]

use netpolis_core::analysis::Analysis;
use netpolis_core::compile::Endpoint;
use netpolis_core::connections::{ConnectionSet, Traffic};
use netpolis_core::explain::Answer;
use netpolis_core::model::Protocol;
use netpolis_core::settings::{Engine, Settings};
use netpolis_core::verdict::{Flow, Verdict};

const PODS: &str = "
{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {team: web}}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: ops, labels: {team: ops}}}
---
{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: [{name: c}]}, status: {podIP: 10.244.1.5}}
---
{apiVersion: v1, kind: Pod, metadata: {name: db, namespace: shop, labels: {app: db}}, spec: {containers: [{name: c}]}, status: {podIP: 10.244.1.6}}
---
{apiVersion: v1, kind: Pod, metadata: {name: scan, namespace: ops, labels: {app: scan}}, spec: {containers: [{name: c}]}, status: {podIP: 10.244.2.7}}
---
";

fn scene(engine: Engine, text: &str) -> Analysis {
    let mut scene = Analysis::new(Settings { engine, ..Settings::default() });
    scene.set_files(&[("pods.yaml", PODS), ("policies.yaml", text)]);
    scene
}

fn end(scene: &Analysis, name: &str) -> Endpoint {
    if let Ok(address) = name.parse() {
        return Endpoint::Outside(address);
    }
    let pod = scene.snapshot().pods().find(|(_, e)| e.name == name).map(|(id, _)| Endpoint::Pod(id));
    pod.unwrap_or_else(|| Endpoint::Node(scene.snapshot().nodes().find(|(_, n)| n.name == name).unwrap().0))
}

/// The answer to a question like `web db 5432`, which all pairs must agree with.
fn ask(scene: &Analysis, question: &str) -> Answer {
    let words: Vec<&str> = question.split(' ').collect();
    let (protocol, port) = match words[2].strip_prefix("udp:") {
        Some(port) => (Protocol::UDP, port),
        None => (Protocol::TCP, words[2]),
    };
    let traffic = Traffic::to_port(protocol, port.parse().unwrap());
    let flow = Flow { from: end(scene, words[0]), to: end(scene, words[1]), traffic };
    let answer = scene.decide(&flow);
    let pair = scene.connectivity().between(flow.from, flow.to);
    let covered = |set: &ConnectionSet| ConnectionSet::of_traffic(traffic).difference(set).is_empty();
    let of_pair = match (covered(pair.allowed), covered(pair.possible)) {
        (true, _) => "allowed",
        (false, true) => "cannot tell",
        (false, false) => "denied",
    };
    assert_eq!(answer.verdict.as_str(), of_pair, "{question}");
    answer
}

#[track_caller]
fn check(text: &str, questions: &[(&str, &str)]) {
    let scene = scene(Engine::Detected, text);
    for (question, verdict) in questions {
        let answer = ask(&scene, question);
        assert_eq!(answer.verdict.as_str(), *verdict, "{question}: {}\n{text}", answer.summary);
    }
}

const UNKNOWN: &str = "cannot tell";

#[test]
fn policies_of_other_engines() {
    check(
        "{apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {name: x, namespace: shop}, spec: {endpointSelector: {matchLabels: {'k8s:app': db}}, ingressDeny: [{}]}}",
        &[("web db 5432", UNKNOWN), ("db web 80", "allowed"), ("scan web 80", "allowed"), ("192.0.2.1 db 80", UNKNOWN)],
    );
    // Egress only, of one namespace by its label.
    check(
        "{apiVersion: cilium.io/v2, kind: CiliumClusterwideNetworkPolicy, metadata: {name: x}, spec: {endpointSelector: {matchLabels: {'k8s:io.cilium.k8s.namespace.labels.team': ops}}, egress: [{toEntities: [world]}]}}",
        &[("scan db 5432", UNKNOWN), ("web scan 80", "allowed"), ("web db 5432", "allowed")],
    );
    // Drops after NetworkPolicies only, and so nothing that one of them allows; drops before them.
    let policy = "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: np, namespace: shop}, spec: {podSelector: {matchLabels: {app: db}}, ingress: [{from: [{podSelector: {}}]}]}}\n---\n";
    let antrea = |tier: &str, action: &str| {
        format!(
            "{policy}{{apiVersion: crd.antrea.io/v1beta1, kind: ClusterNetworkPolicy, metadata: {{name: x}}, spec: {{tier: {tier}, appliedTo: [{{podSelector: {{matchLabels: {{app: db}}}}}}], ingress: [{{action: {action}}}]}}}}"
        )
    };
    check(&antrea("baseline", "Drop"), &[("web db 5432", "allowed"), ("scan db 5432", "denied")]);
    check(&antrea("emergency", "Drop"), &[("web db 5432", UNKNOWN), ("scan db 5432", "denied"), ("web scan 80", "allowed")]);
    check(&antrea("emergency", "Allow"), &[("web db 5432", "allowed"), ("scan db 5432", UNKNOWN)]);
    // Out of the cluster only.
    check(
        "{apiVersion: k8s.ovn.org/v1, kind: EgressFirewall, metadata: {name: default, namespace: shop}, spec: {egress: [{type: Deny, to: {cidrSelector: 0.0.0.0/0}}]}}",
        &[("web 192.0.2.1 443", UNKNOWN), ("web db 5432", "allowed"), ("192.0.2.1 web 80", "allowed"), ("scan 192.0.2.1 443", "allowed")],
    );
}

#[test]
fn policies_of_meshes() {
    let istio = |namespace: &str, spec: &str| {
        format!(
            "{{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {{name: x, namespace: {namespace}}}, spec: {spec}}}"
        )
    };
    check(
        &istio("shop", "{selector: {matchLabels: {app: db}}, action: DENY, rules: [{}]}"),
        &[("web db 5432", UNKNOWN), ("web db udp:53", "allowed"), ("db web 80", "allowed")],
    );
    check(
        &istio("shop", "{action: DENY, rules: [{to: [{operation: {ports: ['8080']}}]}]}"),
        &[("web db 5432", "allowed"), ("web db 8080", UNKNOWN)],
    );
    check(&istio("istio-system", "{action: DENY, rules: [{}]}"), &[("web scan 80", UNKNOWN)]);
    check(&istio("shop", "{action: AUDIT, rules: [{}]}"), &[("web db 5432", "allowed")]);
    check(&istio("shop", "{rules: [{}]}"), &[("web db 5432", "allowed")]);
    check(&istio("shop", "{}"), &[("web db 5432", UNKNOWN)]);
    // A mesh allows nothing that a NetworkPolicy denies, and does not need an engine.
    let denied =
        "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: np, namespace: shop}, spec: {podSelector: {}}}\n---\n";
    check(&format!("{denied}{}", istio("shop", "{rules: [{from: [{}]}]}")), &[("web db 5432", "denied")]);
    let without_engine = scene(Engine::None, &istio("shop", "{}"));
    assert_eq!(ask(&without_engine, "web db 5432").verdict, Verdict::CannotTell);
}

#[test]
fn policies_about_nodes() {
    let nodes = "{apiVersion: v1, kind: Node, metadata: {name: n1, labels: {role: edge}}, status: {addresses: [{type: InternalIP, address: 10.9.0.1}]}}\n---\n\
        {apiVersion: v1, kind: Node, metadata: {name: n2, labels: {role: inner}}, status: {addresses: [{type: InternalIP, address: 10.9.0.2}]}}\n---\n";
    // docs.cilium.io, "Host Policies": `nodeSelector` in place of `endpointSelector`.
    let cilium = "{apiVersion: cilium.io/v2, kind: CiliumClusterwideNetworkPolicy, metadata: {name: x}, spec: {nodeSelector: {matchLabels: {role: edge}}, ";
    // antrea-io/antrea, docs/antrea-node-network-policy.md.
    let antrea = "{apiVersion: crd.antrea.io/v1beta1, kind: ClusterNetworkPolicy, metadata: {name: x}, spec: {priority: 5, \
        appliedTo: [{nodeSelector: {matchLabels: {role: edge}}}], ";
    for (head, to_nodes, from_nodes) in [
        (cilium, "ingress: [{fromEntities: [world]}]}}", "egress: [{}]}}"),
        (antrea, "ingress: [{action: Drop}]}}", "egress: [{action: Drop}]}}"),
    ] {
        let others = [("web n2 80", "allowed"), ("n2 web 80", "allowed"), ("web db 80", "allowed"), ("192.0.2.1 db 80", "allowed")];
        check(&format!("{nodes}{head}{to_nodes}"), &[[("web n1 80", UNKNOWN), ("n1 web 80", "allowed")].as_slice(), &others].concat());
        check(&format!("{nodes}{head}{from_nodes}"), &[[("web n1 80", "allowed"), ("n1 web 80", UNKNOWN)].as_slice(), &others].concat());
    }
}

#[test]
fn policies_for_what_they_name() {
    let service = "{apiVersion: v1, kind: Service, metadata: {name: store, namespace: shop}, spec: {selector: {app: db}, ports: [{port: 80}]}}\n---\n";
    let account = "{apiVersion: v1, kind: Pod, metadata: {name: job, namespace: shop, labels: {app: job}}, spec: {serviceAccountName: robot, \
        containers: [{name: c}]}}\n---\n";
    let intentions = "{apiVersion: consul.hashicorp.com/v1alpha1, kind: ServiceIntentions, metadata: {name: x, namespace: ops}, spec: {destination: \
        {name: store}, sources: [{name: web, action: deny}]}}";
    let others = [("db web 80", "allowed"), ("web scan 80", "allowed"), ("web db udp:53", "allowed")];
    check(&format!("{service}{intentions}"), &[[("web db 80", UNKNOWN)].as_slice(), &others].concat());
    // Whose Service is not in the input, may be anybody.
    check(intentions, &[("web db 80", UNKNOWN), ("db web 80", UNKNOWN), ("web db udp:53", "allowed")]);
    check(&format!("{service}{}", intentions.replace("name: store", "name: '*'")), &[("db web 80", UNKNOWN)]);
    // smi-spec, traffic-access v1alpha3: the destination is a service account, in a namespace, with a port.
    let target = |destination: &str| {
        format!(
            "{account}{{apiVersion: access.smi-spec.io/v1alpha3, kind: TrafficTarget, metadata: {{name: x, namespace: shop}}, spec: {{destination: {destination}, \
             rules: [{{kind: TCPRoute, name: r}}], sources: [{{kind: ServiceAccount, name: web, namespace: shop}}]}}}}"
        )
    };
    check(
        &target("{kind: ServiceAccount, name: robot, namespace: shop, port: 80}"),
        &[("web job 80", UNKNOWN), ("web job 81", "allowed"), ("web db 80", "allowed"), ("job web 80", "allowed")],
    );
    check(&target("{kind: ServiceAccount, name: robot}"), &[("web job 81", UNKNOWN), ("web db 80", "allowed")]);
    check(&target("{kind: ServiceAccount, name: robot, namespace: ops}"), &[("web job 80", "allowed"), ("web db 80", "allowed")]);
    let antrea = |applied: &str| {
        format!(
            "{account}{service}{{apiVersion: crd.antrea.io/v1beta1, kind: ClusterNetworkPolicy, metadata: {{name: x}}, spec: {{priority: 5, appliedTo: [{applied}], ingress: [{{action: Drop}}]}}}}"
        )
    };
    check(&antrea("{serviceAccount: {name: robot, namespace: shop}}"), &[("web job 80", UNKNOWN), ("web db 80", "allowed")]);
    check(&antrea("{service: {name: store, namespace: shop}}"), &[("web db 80", UNKNOWN), ("web job 80", "allowed")]);
}

#[test]
fn policies_that_are_refused() {
    let refused = "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: x, namespace: shop}, spec: {podSelector: {matchLabels: {app: db}}, ingress: [{from: [{}]}]}}";
    check(refused, &[("web db 5432", UNKNOWN), ("scan web 80", "allowed"), ("db web 80", "allowed")]);
    // What another policy allows stays allowed, whatever this one says; what an administrator denies stays denied.
    let allows = "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: np, namespace: shop}, spec: {podSelector: {}, ingress: [{from: [{podSelector: {}}]}]}}";
    check(&format!("{refused}\n---\n{allows}"), &[("web db 5432", "allowed"), ("scan db 5432", UNKNOWN), ("scan web 80", "denied")]);
    let admin = "{apiVersion: policy.networking.k8s.io/v1alpha1, kind: AdminNetworkPolicy, metadata: {name: a}, spec: {priority: 1, subject: {namespaces: {}}, ingress: [{action: Deny, from: [{namespaces: {matchLabels: {team: ops}}}]}]}}";
    check(&format!("{refused}\n---\n{admin}"), &[("web db 5432", UNKNOWN), ("scan db 5432", "denied")]);
    // Of a selector that cannot be read, it may be any pod of the namespace.
    check(
        "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: x, namespace: shop}, spec: {podSelector: {matchLabels: {app: 'a b'}}}}",
        &[("web db 5432", UNKNOWN), ("db web 80", UNKNOWN), ("web scan 80", "allowed")],
    );
    // The cluster keeps the version that was taken.
    let taken = refused.replace("[{from: [{}]}]", "[{from: [{podSelector: {}}]}]");
    check(&format!("{taken}\n---\n{refused}"), &[("web db 5432", "allowed"), ("scan db 5432", "denied")]);
}

#[test]
fn the_reason_names_the_object_and_its_lines() {
    let scene = scene(
        Engine::Detected,
        "apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: closed, namespace: shop}\nspec:\n  endpointSelector: {}\n  ingressDeny: [{}]\n",
    );
    let answer = ask(&scene, "web db 5432");
    assert_eq!(answer.summary, "Cannot tell, because `ingressDeny` of CiliumNetworkPolicy `shop/closed` is not evaluated.");
    let places: Vec<String> = answer.checkpoints.iter().flat_map(|c| &c.places).map(|place| scene.sources().describe(*place)).collect();
    assert_eq!(places, ["policies.yaml:2:7", "policies.yaml:6:3"]);
    let doubts = scene.compiled().ruleset().doubts();
    assert_eq!(doubts.len(), 1);
}

#[test]
fn what_an_engine_does_not_enforce_concerns_nothing() {
    let cilium = "{apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {name: x, namespace: shop}, spec: {endpointSelector: {}, ingress: [{}]}}";
    for (engine, verdict) in [
        (Engine::Detected, UNKNOWN),
        (Engine::Generic, UNKNOWN),
        (Engine::Calico, "allowed"),
        (Engine::AzureNpm, "allowed"),
        (Engine::None, "allowed"),
    ] {
        assert_eq!(ask(&scene(engine, cilium), "web db 5432").verdict.as_str(), verdict, "{engine:?}");
    }
    let misspelt =
        "{apiVersion: projectcalico.org/v3, kind: GlobalNetworkPolcy, metadata: {name: x}, spec: {selector: all(), types: [Ingress]}}";
    for (engine, verdict) in [(Engine::Detected, UNKNOWN), (Engine::Calico, UNKNOWN), (Engine::Generic, "allowed")] {
        assert_eq!(ask(&scene(engine, misspelt), "web db 5432").verdict.as_str(), verdict, "{engine:?}");
    }
}

#[test]
fn objects_without_a_part_in_it_concern_nothing() {
    for object in [
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: x, namespace: shop}}",
        "{apiVersion: monitoring.coreos.com/v1, kind: ServiceMonitor, metadata: {name: x, namespace: shop}, spec: {selector: {}}}",
        "{apiVersion: cilium.io/v2, kind: CiliumNode, metadata: {name: x}}",
        "{apiVersion: example.com/v1, kind: Widget, metadata: {name: x, namespace: shop}}",
        "{apiVersion: kyverno.io/v1, kind: ClusterPolicy, metadata: {name: x}, spec: {rules: []}}",
        "{apiVersion: kyverno.io/v1, kind: ClusterPolicy, metadata: {name: x}, spec: {rules: [{name: a, generate: {apiVersion: v1, kind: ConfigMap, name: c, data: {data: {a: b}}}}]}}",
        "{apiVersion: template.openshift.io/v1, kind: Template, metadata: {name: x}, objects: [{apiVersion: v1, kind: ConfigMap, metadata: {name: c}}]}",
        // What it brought along is in the cluster that this was taken from.
        "{apiVersion: argoproj.io/v1alpha1, kind: Application, metadata: {name: x, namespace: argocd}, spec: {project: default}, status: {sync: {status: Synced}}}",
    ] {
        check(object, &[("web db 5432", "allowed"), ("192.0.2.1 db 80", "allowed"), ("web 192.0.2.1 443", "allowed")]);
    }
}

#[test]
fn documents_that_cannot_be_read() {
    let head = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: closed\n  namespace: shop\nspec:\n  podSelector: {matchLabels: {app: db}}\n";
    // The selector stands before the error; whether more of it would have followed is not known.
    check(&format!("{head}   policyTypes: [Ingress\n"), &[("web db 5432", UNKNOWN), ("db web 80", UNKNOWN), ("scan web 80", "allowed")]);
    // Not even the namespace.
    check("apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: [\n  namespace: shop\n", &[("scan web 80", UNKNOWN)]);
    check(
        "{\"apiVersion\": \"networking.k8s.io/v1\", \"kind\": \"NetworkPolicy\", \"metadata\": {\"namespace\": \"ops\"}",
        &[("web db 5432", "allowed"), ("web scan 80", UNKNOWN)],
    );
    check("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: [\n", &[("web db 5432", "allowed")]);
    check("metadata: {name: x}\nspec:\n  podSelector: {\n", &[("web db 5432", UNKNOWN)]);
    check("just: [text\n", &[("web db 5432", "allowed")]);
    // Of a list, the objects before the error are read; what follows is not.
    let list = "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n- {apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: x}, spec: {podSelector: {}\n";
    check(list, &[("web db 5432", UNKNOWN)]);
}

/// Of a file that cannot be decoded neither kinds nor namespaces are known.
#[test]
fn files_that_cannot_be_decoded() {
    let utf16: Vec<u8> = "kind: NetworkPolicy\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for bytes in [&utf16[..], b"\x1f\x8b\x08\0\xe8\x03\xcb\x48\xcd\xc9\xc9\x57", &[0x92, 0xd7, 0xe4, 0x85]] {
        check(&String::from_utf8_lossy(bytes), &[("web db 5432", UNKNOWN), ("scan web 80", UNKNOWN)]);
    }
    check(
        "# Gr\u{fffd}\u{fffd}e\n# und noch viel mehr, das man lesen kann, damit es ein Text ist\n{apiVersion: v1, kind: ConfigMap, metadata: {name: x}}",
        &[("web db 5432", "allowed")],
    );
}

#[test]
fn templates_and_kustomizations() {
    check(
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: {{ .Values.name }}\n  namespace: ops\nspec:\n  podSelector: {}\n",
        &[("web db 5432", "allowed"), ("web scan 80", UNKNOWN)],
    );
    check(
        "{{- if .Values.policies }}\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: x\n  namespace: {{ .Release.Namespace }}\nspec:\n  podSelector: {matchLabels: {app: db}}\n{{- end }}\n",
        &[("web db 5432", UNKNOWN), ("scan web 80", "allowed")],
    );
    let policy = "---\n{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: np, namespace: shop}, spec: {podSelector: {matchLabels: {app: db}}}}\n";
    let built =
        |fields: &str| format!("apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [policy.yaml]\n{fields}\n");
    check(&(built("namespace: ops") + policy), &[("web scan 80", UNKNOWN), ("web db 5432", UNKNOWN)]);
    check(&(built("patches: [{path: x.yaml}]") + policy), &[("web scan 80", UNKNOWN), ("web db 5432", UNKNOWN)]);
    // Names, images and the like decide about nothing; and without a policy there is nothing to change.
    check(&(built("namePrefix: a-\nimages: []") + policy), &[("web scan 80", "allowed"), ("web db 5432", "denied")]);
    check(&built("namespace: ops"), &[("web scan 80", "allowed")]);
    check("resources: ['https://example.com/base?ref=v1']\n", &[("web scan 80", UNKNOWN)]);
}

#[test]
fn fields_that_a_kind_does_not_have() {
    let policy = |spec: &str| {
        format!("{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: np, namespace: shop}}, spec: {spec}}}")
    };
    // The rule says more than what is read of it, so it allows at most that.
    check(
        &policy("{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{podSelector: {app: web}}]}]}"),
        &[("web db 5432", UNKNOWN), ("scan db 5432", "denied"), ("db web 80", "allowed")],
    );
    check(&policy("{podSelector: {app: db}}"), &[("web db 5432", UNKNOWN), ("scan web 80", UNKNOWN)]);
    let calico = |rule: &str| {
        format!(
            "{{apiVersion: projectcalico.org/v3, kind: NetworkPolicy, metadata: {{name: cp, namespace: shop}}, spec: {{selector: all(), types: [Egress], egress: [{rule}]}}}}"
        )
    };
    check(&calico("{action: Allow, destination: {domains: [api.example.com]}}"), &[("web 192.0.2.1 443", UNKNOWN)]);
    check(
        &calico("{action: Allow, protocol: TCP, destination: {domains: [api.example.com], ports: [443]}}"),
        &[("web 192.0.2.1 443", UNKNOWN), ("web 192.0.2.1 80", "denied")],
    );
    check(&calico("{action: Allow, destination: {nets: [null]}}"), &[("web 192.0.2.1 443", UNKNOWN)]);
    check(&calico("{action: Allow, protocol: TCP, destination: {ports: [null]}}"), &[("web 192.0.2.1 443", UNKNOWN)]);
}

#[test]
fn workloads_of_other_projects() {
    let rollout = "{apiVersion: argoproj.io/v1alpha1, kind: Rollout, metadata: {name: api, namespace: shop}, spec: {strategy: {canary: {}}, template: {metadata: {labels: {app: api}}, spec: {containers: [{name: c}]}}}}";
    let policy = |app: &str| {
        format!(
            "---\n{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: np, namespace: shop}}, spec: {{podSelector: {{matchLabels: {{app: {app}}}}}}}}}\n"
        )
    };
    check(&format!("{rollout}\n{}", policy("api")), &[("web api 80", "denied"), ("web db 80", "allowed")]);
    // Pods that are not read may be those that a policy means.
    let of = |text: &str| {
        let scene = scene(Engine::Detected, text);
        scene.problems().iter().any(|p| p.code.0 == "LINT001")
    };
    let prometheus = "{apiVersion: monitoring.coreos.com/v1, kind: Prometheus, metadata: {name: main, namespace: shop}, spec: {}}\n";
    assert!(of(&policy("prometheus")) && !of(&format!("{prometheus}{}", policy("prometheus"))));
    assert!(!of(&format!("{rollout}\n{}", policy("api"))));
}

#[test]
fn host_endpoints_of_templates() {
    let text = "{apiVersion: v1, kind: Node, metadata: {name: n1, labels: {edge: 'yes'}}, status: {addresses: [{type: InternalIP, address: 192.0.2.11}]}}
---
{apiVersion: v1, kind: Node, metadata: {name: n2}, status: {addresses: [{type: InternalIP, address: 192.0.2.12}]}}
---
{apiVersion: projectcalico.org/v3, kind: KubeControllersConfiguration, metadata: {name: default}, spec: {controllers: {node: {hostEndpoint: {autoCreate: Enabled, createDefaultHostEndpoint: Disabled, templates: [{generateName: edge, interfaceCIDRs: [192.0.2.0/24], labels: {hep: edge}, nodeSelector: has(edge)}]}}}}}
---
{apiVersion: projectcalico.org/v3, kind: GlobalNetworkPolicy, metadata: {name: closed}, spec: {selector: hep == 'edge', types: [Ingress]}}
";
    let scene = scene(Engine::Detected, text);
    assert_eq!(scene.snapshot().host_endpoints.iter().map(|h| h.name.as_str()).collect::<Vec<_>>(), ["n1-edge-auto-hep"]);
    for (name, verdict) in [("n1", Verdict::Denied), ("n2", Verdict::Allowed)] {
        let (node, _) = scene.snapshot().nodes().find(|(_, n)| n.name == name).unwrap();
        let flow = Flow {
            from: Endpoint::Outside("203.0.113.5".parse().unwrap()),
            to: Endpoint::Node(node),
            traffic: Traffic::to_port(Protocol::TCP, 80),
        };
        assert_eq!(scene.decide(&flow).verdict, verdict, "{name}");
    }
}

/// What Calico refuses of its own kinds, and that decides.
#[test]
fn calico_objects_that_are_refused() {
    const NODE: &str =
        "{apiVersion: v1, kind: Node, metadata: {name: n1}, status: {addresses: [{type: InternalIP, address: 192.0.2.11}]}}\n---\n";
    let controllers = |fields: &str| {
        format!(
            "{NODE}{{apiVersion: projectcalico.org/v3, kind: KubeControllersConfiguration, metadata: {{name: default}}, spec: {{controllers: {{node: \
             {{hostEndpoint: {{{fields}}}}}}}}}}}\n"
        )
    };
    check(&controllers("autoCreate: Disabled"), &[("web n1 80", "allowed")]);
    // Whether there are host endpoints is not known.
    check(&controllers("autoCreate: enabled"), &[("web n1 80", UNKNOWN), ("web db 80", "allowed")]);
    check(&controllers("autoCreate: Enabled, templates: [{generateName: a}]"), &[("web n1 80", UNKNOWN), ("web db 80", "allowed")]);
    // Felix does not start with a failsafe port that has no protocol.
    let felix = |port: &str| {
        format!(
            "{NODE}{{apiVersion: projectcalico.org/v3, kind: FelixConfiguration, metadata: {{name: default}}, spec: {{failsafeInboundHostPorts: [{port}]}}}}\n"
        )
    };
    check(&felix("{protocol: tcp, port: 22}"), &[("web n1 80", "allowed")]);
    check(&felix("{port: 22}"), &[("web n1 80", UNKNOWN), ("web db 80", "allowed")]);
    // Some settings are not evaluated for selected nodes; a configuration that Calico does not read does nothing.
    let other = |spec: &str| {
        format!("{NODE}{{apiVersion: projectcalico.org/v3, kind: FelixConfiguration, metadata: {{name: edge}}, spec: {{{spec}}}}}\n")
    };
    check(&other("nodeSelector: all(), bpfEnabled: true"), &[("web n1 80", UNKNOWN), ("web db 80", "allowed")]);
    check(&other("defaultEndpointToHostAction: Drop"), &[("web n1 80", "allowed")]);
    // A port that cannot be read may be the one that a rule names.
    let endpoint = |port: &str| {
        format!(
            "{{apiVersion: projectcalico.org/v3, kind: WorkloadEndpoint, metadata: {{name: api, namespace: shop, labels: {{app: api}}}}, spec: {{pod: api, \
             ipNetworks: [10.244.1.8/32], profiles: [kns.shop], ports: [{port}]}}}}\n---\n{{apiVersion: projectcalico.org/v3, kind: NetworkPolicy, \
             metadata: {{name: np, namespace: shop}}, spec: {{selector: app == 'api', types: [Ingress], ingress: [{{action: Allow, protocol: TCP, \
             destination: {{ports: [http]}}}}]}}}}\n"
        )
    };
    check(&endpoint("{name: http, protocol: TCP, port: 80}"), &[("web api 80", "allowed"), ("web api 81", "denied")]);
    check(&endpoint("{name: http, protocol: ICMP, port: 80}"), &[("web api 80", UNKNOWN)]);
    check(&endpoint("{name: http, protocol: TCP}"), &[("web api 80", UNKNOWN)]);
    check(&endpoint("{protocol: TCP, port: 80, hostPort: 80}"), &[("web api 80", "denied")]);
    let host = |port: &str| {
        format!(
            "{NODE}{{apiVersion: projectcalico.org/v3, kind: HostEndpoint, metadata: {{name: h, labels: {{host: n1}}}}, spec: {{node: n1, interfaceName: '*', \
             expectedIPs: [192.0.2.11], profiles: [projectcalico-default-allow], ports: [{port}]}}}}\n---\n{{apiVersion: projectcalico.org/v3, kind: NetworkPolicy, \
             metadata: {{name: np, namespace: shop}}, spec: {{selector: app == 'web', types: [Egress], egress: [{{action: Allow, protocol: TCP, \
             destination: {{namespaceSelector: global(), selector: host == 'n1', ports: [api]}}}}]}}}}\n"
        )
    };
    check(&host("{name: api, protocol: TCP, port: 80}"), &[("web n1 80", "allowed"), ("web n1 81", "denied")]);
    check(&host("{name: api, protocol: ICMP, port: 80}"), &[("web n1 80", UNKNOWN), ("web db 80", "denied")]);
}

#[test]
fn a_forgotten_namespace_is_told() {
    let policy = "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: closed}, spec: {podSelector: {}}}\n";
    let told = |text: &str| scene(Engine::Detected, text).problems().iter().any(|p| p.code.0 == "LINT100");
    assert!(told(policy));
    assert!(told("{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {selector: {app: web}, ports: [{port: 80}]}}"));
    assert!(told("{apiVersion: projectcalico.org/v3, kind: NetworkSet, metadata: {name: partners}, spec: {nets: [198.51.100.0/24]}}"));
    assert!(!told(
        "{apiVersion: projectcalico.org/v3, kind: GlobalNetworkSet, metadata: {name: partners}, spec: {nets: [198.51.100.0/24]}}"
    ));
    // Where pods leave it out too, all of it goes to one place.
    assert!(!told(&format!("{policy}---\n{{apiVersion: v1, kind: Pod, metadata: {{name: x}}, spec: {{containers: [{{name: c}}]}}}}\n")));
}

/// What is no manifest at all, and speaks of policies: the one that it means may do anything.
#[test]
fn a_text_that_speaks_of_policies_is_not_taken_for_nothing() {
    let table = "NAME   POD-SELECTOR   AGE\nclosed   app=db         3d\n";
    let described = "Name:         closed\nNamespace:    shop\nSpec:\n  PodSelector:     app=db\n  Policy Types: Ingress\n";
    let terraform = "resource \"kubernetes_network_policy\" \"db\" {\n  spec { pod_selector {} }\n}\n";
    let nameless = "spec: {podSelector: {}, policyTypes: [Ingress]}\n";
    for text in [table, described, terraform, nameless] {
        check(text, &[("web db 5432", "cannot tell"), ("scan db 5432", "cannot tell")]);
    }
    let pods = "NAME   READY   STATUS    RESTARTS   AGE\nweb    1/1     Running   0          3d\n";
    for text in [pods, "just a note\n", "replicaCount: 2\nimage: {tag: v1}\n"] {
        check(text, &[("web db 5432", "allowed")]);
    }
}

/// Objects that make policies, or bring them along. Upstream: kyverno/policies, best-practices/add-network-policy; OpenShift documentation, "Using
/// templates"; open-cluster-management-io/api, work/v1; crossplane-contrib/provider-kubernetes; Argo CD and Flux documentation.
#[test]
fn policies_that_other_objects_make_or_carry() {
    let policy = |namespace: &str, more: &str| {
        format!(
            "{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: p, namespace: {namespace}}}, spec: {{podSelector: {{matchLabels: {{app: db}}}}, policyTypes: [Ingress]{more}}}}}"
        )
    };
    let closed = &policy("shop", "");
    for carrier in [
        format!("{{apiVersion: template.openshift.io/v1, kind: Template, metadata: {{name: t}}, objects: [{closed}]}}"),
        format!("{{apiVersion: v1, kind: Template, metadata: {{name: t}}, objects: [{{apiVersion: v1, kind: List, items: [{closed}]}}]}}"),
        format!(
            "{{apiVersion: work.open-cluster-management.io/v1, kind: ManifestWork, metadata: {{name: w, namespace: c1}}, spec: {{workload: {{manifests: [{closed}]}}}}}}"
        ),
        format!(
            "{{apiVersion: kubernetes.crossplane.io/v1alpha2, kind: Object, metadata: {{name: w}}, spec: {{forProvider: {{manifest: {closed}}}}}}}"
        ),
        // Kinds that are not known: whatever they are, a policy is written there.
        format!(
            "{{apiVersion: fluxcd.controlplane.io/v1, kind: ResourceSet, metadata: {{name: w, namespace: a}}, spec: {{resources: [{closed}]}}}}"
        ),
        format!(
            "{{apiVersion: policy.open-cluster-management.io/v1, kind: ConfigurationPolicy, metadata: {{name: w}}, spec: {{object-templates: [{{complianceType: \
             musthave, objectDefinition: {closed}}}]}}}}"
        ),
    ] {
        // As exactly as the policy inside tells.
        check(&carrier, &[("web db 5432", UNKNOWN), ("db web 80", "allowed"), ("web scan 80", "allowed")]);
    }
    let filled = policy("'${NAMESPACE}'", "");
    check(
        &format!("{{apiVersion: template.openshift.io/v1, kind: Template, metadata: {{name: t}}, objects: [{filled}]}}"),
        &[("web db 5432", UNKNOWN), ("web scan 80", "allowed")],
    );
    let kyverno = |generate: &str| {
        format!(
            "{{apiVersion: kyverno.io/v1, kind: ClusterPolicy, metadata: {{name: add}}, spec: {{rules: [{{name: r, match: {{resources: {{kinds: [Namespace]}}}}, {generate}}}]}}}}"
        )
    };
    let data = "data: {spec: {podSelector: {}, policyTypes: [Ingress, Egress]}}";
    let generated = |namespace: &str| {
        format!("generate: {{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, name: d, namespace: {namespace}, {data}}}")
    };
    check(&kyverno(&generated("'{{request.object.metadata.name}}'")), &[("web db 5432", UNKNOWN), ("web scan 80", UNKNOWN)]);
    check(&kyverno(&generated("ops")), &[("web db 5432", "allowed"), ("web scan 80", UNKNOWN)]);
    let cloned =
        "generate: {apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, name: d, namespace: ops, clone: {name: d, namespace: default}}";
    check(&kyverno(cloned), &[("web db 5432", UNKNOWN)]);
    for source in [
        "{apiVersion: argoproj.io/v1alpha1, kind: Application, metadata: {name: x, namespace: argocd}, spec: {project: default, destination: {namespace: shop}}}",
        "{apiVersion: helm.toolkit.fluxcd.io/v2, kind: HelmRelease, metadata: {name: x, namespace: shop}, spec: {chart: {spec: {chart: app}}}}",
        "{apiVersion: kustomize.toolkit.fluxcd.io/v1, kind: Kustomization, metadata: {name: x, namespace: flux-system}, spec: {path: ./deploy}}",
    ] {
        check(source, &[("web db 5432", UNKNOWN), ("web scan 80", UNKNOWN)]);
    }
    for (object, of_shop, of_ops) in [
        ("{apiVersion: fleet.cattle.io/v1alpha1, kind: GitRepo, metadata: {name: x}, spec: {repo: 'https://x/y'}}", UNKNOWN, UNKNOWN),
        ("{apiVersion: kappctrl.k14s.io/v1alpha1, kind: App, metadata: {name: x, namespace: shop}, spec: {fetch: []}}", UNKNOWN, UNKNOWN),
        ("{apiVersion: configsync.gke.io/v1beta1, kind: RepoSync, metadata: {name: x, namespace: shop}, spec: {}}", UNKNOWN, "allowed"),
        (
            "{apiVersion: hnc.x-k8s.io/v1alpha2, kind: HierarchyConfiguration, metadata: {name: hierarchy, namespace: shop}, spec: {parent: dev}}",
            UNKNOWN,
            "allowed",
        ),
        (
            "{apiVersion: capsule.clastix.io/v1beta2, kind: Tenant, metadata: {name: x}, spec: {networkPolicies: {items: [{podSelector: {}}]}}}",
            UNKNOWN,
            UNKNOWN,
        ),
        ("{apiVersion: capsule.clastix.io/v1beta2, kind: Tenant, metadata: {name: x}, spec: {owners: []}}", "allowed", "allowed"),
        (
            "{apiVersion: redhatcop.redhat.io/v1alpha1, kind: NamespaceConfig, metadata: {name: x}, spec: {templates: [{objectTemplate: \"apiVersion: networking.k8s.io/v1\\nkind: NetworkPolicy\\nmetadata: {name: d}\\n\"}]}}",
            UNKNOWN,
            UNKNOWN,
        ),
        ("{apiVersion: example.com/v1, kind: Widget, metadata: {name: x}, spec: {text: 'kind: NetworkPolicy'}}", "allowed", "allowed"),
        (
            "{apiVersion: argoproj.io/v1alpha1, kind: Workflow, metadata: {name: x}, spec: {templates: [{name: a, resource: {action: apply, manifest: \"apiVersion: networking.k8s.io/v1\\nkind: NetworkPolicy\\nmetadata: {name: d}\\n\"}}]}}",
            UNKNOWN,
            UNKNOWN,
        ),
        (
            "{apiVersion: provisioning.cattle.io/v1, kind: Cluster, metadata: {name: x}, spec: {enableNetworkPolicy: true}}",
            UNKNOWN,
            UNKNOWN,
        ),
        (
            "{apiVersion: provisioning.cattle.io/v1, kind: Cluster, metadata: {name: x}, spec: {enableNetworkPolicy: false}}",
            "allowed",
            "allowed",
        ),
        (
            "{apiVersion: multicluster.antrea.io/v1alpha1, kind: ResourceExport, metadata: {name: x}, spec: {kind: AntreaClusterNetworkPolicy, clusterNetworkPolicy: {priority: 1}}}",
            UNKNOWN,
            UNKNOWN,
        ),
        (
            "{apiVersion: multicluster.antrea.io/v1alpha1, kind: ResourceExport, metadata: {name: x}, spec: {kind: Service}}",
            "allowed",
            "allowed",
        ),
        (
            "{apiVersion: operator.openshift.io/v1, kind: Network, metadata: {name: cluster}, spec: {defaultNetwork: {type: OpenShiftSDN, openshiftSDNConfig: {mode: Multitenant}}}}",
            UNKNOWN,
            UNKNOWN,
        ),
        (
            "{apiVersion: operator.openshift.io/v1, kind: Network, metadata: {name: cluster}, spec: {defaultNetwork: {type: OpenShiftSDN, openshiftSDNConfig: {mode: NetworkPolicy}}}}",
            "allowed",
            "allowed",
        ),
        (
            "{apiVersion: network.openshift.io/v1, kind: ClusterNetwork, metadata: {name: default}, pluginName: redhat/openshift-ovs-multitenant}",
            UNKNOWN,
            UNKNOWN,
        ),
        (
            "{apiVersion: cilium.io/v1alpha1, kind: TracingPolicy, metadata: {name: x}, spec: {podSelector: {matchLabels: {app: web}}, kprobes: [{call: tcp_connect, selectors: [{matchActions: [{action: Sigkill}]}]}]}}",
            UNKNOWN,
            "allowed",
        ),
        (
            "{apiVersion: cilium.io/v1alpha1, kind: TracingPolicy, metadata: {name: x}, spec: {kprobes: [{call: tcp_connect, selectors: [{matchActions: [{action: Post}]}]}]}}",
            "allowed",
            "allowed",
        ),
    ] {
        check(object, &[("web db 5432", of_shop), ("192.0.2.1 scan 80", of_ops)]);
    }
}

/// What Amazon's controller and Otterize's operator make policies of. Upstream: aws/aws-network-policy-agent, README; otterize/intents-operator,
/// "Network policies".
#[test]
fn endpoints_and_intents_stand_for_policies() {
    let endpoint = "{apiVersion: networking.k8s.aws/v1alpha1, kind: PolicyEndpoint, metadata: {name: db-x7k2p, namespace: shop}, spec: {podIsolation: [Ingress], podSelector: {matchLabels: {app: db}}, policyRef: {name: db, namespace: shop}}}\n";
    check(endpoint, &[("web db 5432", UNKNOWN), ("db web 80", "allowed"), ("web scan 80", "allowed")]);
    // Of a policy that is there it says no more.
    let policy = "---\n{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: db, namespace: shop}, spec: {podSelector: {matchLabels: {app: db}}, ingress: [{from: [{podSelector: {matchLabels: {app: web}}}]}]}}\n";
    check(&format!("{endpoint}{policy}"), &[("web db 5432", "allowed"), ("scan db 5432", "denied")]);
    let intents = |target: &str| {
        format!(
            "{{apiVersion: k8s.otterize.com/v2beta1, kind: ClientIntents, metadata: {{name: scan, namespace: ops}}, spec: {{workload: {{name: scan, kind: Pod}}, targets: [{target}]}}}}"
        )
    };
    check(&intents("{kubernetes: {name: db.shop, kind: Pod}}"), &[("web db 5432", UNKNOWN), ("web scan 80", UNKNOWN)]);
    check(&intents("{kubernetes: {name: other, kind: Pod}}"), &[("web db 5432", "allowed"), ("web scan 80", UNKNOWN)]);
}

/// A mesh closes what its policies say, and what its configuration says. Upstream: Linkerd, "Authorization policy" and "EgressNetwork"; Istio,
/// `MeshConfig.OutboundTrafficPolicy`; Kuma, "Non-mesh traffic"; Consul, "Mesh configuration entry".
#[test]
fn a_meshs_own_configuration_may_close_it() {
    let outside = ("web 203.0.113.9 443", UNKNOWN);
    for closed in [
        "{apiVersion: policy.linkerd.io/v1alpha1, kind: EgressNetwork, metadata: {name: all, namespace: linkerd-egress}, spec: {trafficPolicy: Deny}}",
        "{apiVersion: kuma.io/v1alpha1, kind: Mesh, metadata: {name: default}, spec: {networking: {outbound: {passthrough: false}}}}",
        "{apiVersion: kuma.io/v1alpha1, kind: MeshPassthrough, metadata: {name: p, namespace: kuma-system}, spec: {default: {passthroughMode: None}}}",
        "{apiVersion: consul.hashicorp.com/v1alpha1, kind: Mesh, metadata: {name: mesh}, spec: {transparentProxy: {meshDestinationsOnly: true}}}",
        "{apiVersion: install.istio.io/v1alpha1, kind: IstioOperator, metadata: {name: i, namespace: istio-system}, spec: {meshConfig: {outboundTrafficPolicy: {mode: REGISTRY_ONLY}}}}",
        "{apiVersion: sailoperator.io/v1, kind: Istio, metadata: {name: default}, spec: {values: {meshConfig: {outboundTrafficPolicy: {mode: REGISTRY_ONLY}}}}}",
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: istio, namespace: istio-system}, data: {mesh: \"outboundTrafficPolicy:\\n  mode: REGISTRY_ONLY\\n\"}}",
    ] {
        check(closed, &[outside, ("203.0.113.9 web 443", "allowed")]);
    }
    for open in [
        "{apiVersion: policy.linkerd.io/v1alpha1, kind: EgressNetwork, metadata: {name: all, namespace: ops}, spec: {trafficPolicy: Deny}}",
        "{apiVersion: kuma.io/v1alpha1, kind: Mesh, metadata: {name: default}, spec: {}}",
        "{apiVersion: kuma.io/v1alpha1, kind: MeshPassthrough, metadata: {name: p, namespace: kuma-system}, spec: {default: {passthroughMode: All}}}",
        "{apiVersion: install.istio.io/v1alpha1, kind: IstioOperator, metadata: {name: i, namespace: istio-system}, spec: {meshConfig: {outboundTrafficPolicy: {mode: ALLOW_ANY}}}}",
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: istio, namespace: shop}, data: {mesh: \"mode: REGISTRY_ONLY\"}}",
    ] {
        check(open, &[("web 203.0.113.9 443", "allowed")]);
    }
    let annotated = |policy: &str| {
        format!(
            "{{apiVersion: v1, kind: Namespace, metadata: {{name: shop, annotations: {{linkerd.io/inject: enabled, config.linkerd.io/default-inbound-policy: {policy}}}}}}}"
        )
    };
    check(&annotated("deny"), &[("scan db 5432", UNKNOWN), ("web scan 80", "allowed"), ("db 203.0.113.9 443", "allowed")]);
    check(&annotated("all-unauthenticated"), &[("scan db 5432", "allowed")]);
}

/// Without a namespace that can be read, a policy may be in any. Upstream: docs/semantics.md, "What is not evaluated".
#[test]
fn a_broken_policy_with_its_metadata_in_one_line() {
    let spec = "spec: {podSelector: {matchLabels: {app: db}}}\n";
    for metadata in ["{name: x, namespace: shop", "{name: x, namespace: shop, annotations: {a: \"\\$HOME\"}}"] {
        let text = format!("apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {metadata}\n{spec}");
        check(&text, &[("web db 5432", UNKNOWN), ("scan db 5432", UNKNOWN)]);
    }
}

/// Pods as manifests have them get labels when they are made. Upstream: Gatekeeper documentation, "Mutation"; Kubernetes documentation, "Mutating Admission
/// Policy"; Kyverno documentation, "Mutate Rules".
#[test]
fn labels_that_admission_adds() {
    let pod = "{apiVersion: v1, kind: Pod, metadata: {name: new, namespace: shop, labels: {app: new}}, spec: {containers: [{name: c}]}}\n---\n{apiVersion: v1, kind: Pod, metadata: {name: own, namespace: shop, labels: {app: own, tier: x}}, spec: {containers: [{name: c}]}}\n---\n";
    let policy = |spec: &str| {
        format!("{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: np, namespace: shop}}, spec: {spec}}}\n---\n")
    };
    let (selects, lets_in) = (
        policy("{podSelector: {matchLabels: {tier: x}}, policyTypes: [Ingress]}"),
        policy("{podSelector: {matchLabels: {app: new}}, ingress: [{from: [{podSelector: {matchLabels: {tier: x}}}]}]}"),
    );
    for object in [
        "{apiVersion: mutations.gatekeeper.sh/v1, kind: AssignMetadata, metadata: {name: a}, spec: {location: metadata.labels.tier, parameters: {assign: {value: x}}}}",
        "{apiVersion: admissionregistration.k8s.io/v1beta1, kind: MutatingAdmissionPolicy, metadata: {name: a}, spec: {mutations: [{patchType: ApplyConfiguration, applyConfiguration: {expression: 'Object{metadata: Object.metadata{labels: {\"tier\":\"x\"}}}'}}]}}",
        "{apiVersion: kyverno.io/v1, kind: ClusterPolicy, metadata: {name: a}, spec: {rules: [{name: r, mutate: {patchStrategicMerge: {metadata: {labels: {tier: x}}}}}]}}",
    ] {
        check(&[pod, &selects, object].concat(), &[("web new 80", UNKNOWN), ("web own 80", "denied")]);
        check(&[pod, &lets_in, object].concat(), &[("web new 80", UNKNOWN), ("own new 80", UNKNOWN), ("web own 80", "allowed")]);
    }
    // Other labels, and other changes.
    for object in [
        "{apiVersion: mutations.gatekeeper.sh/v1, kind: AssignMetadata, metadata: {name: a}, spec: {location: metadata.labels.zone, parameters: {assign: {value: x}}}}",
        "{apiVersion: kyverno.io/v1, kind: ClusterPolicy, metadata: {name: a}, spec: {rules: [{name: r, mutate: {patchStrategicMerge: {spec: {priority: 1}}}}]}}",
    ] {
        check(&[pod, &selects, object].concat(), &[("web new 80", "allowed"), ("web own 80", "denied")]);
    }
    // Pods of a cluster have the labels that they have.
    check(
        &[
            &selects,
            "{apiVersion: mutations.gatekeeper.sh/v1, kind: AssignMetadata, metadata: {name: a}, spec: {location: metadata.labels.tier}}",
        ]
        .concat(),
        &[("web db 80", "allowed")],
    );
}

/// Upstream: Istio documentation, "Ambient and Kubernetes NetworkPolicy": policies see port 15008.
#[test]
fn ports_within_an_ambient_mesh() {
    let mesh = "{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {team: web, istio.io/dataplane-mode: ambient}}}\n---\n";
    let policy = |ports: &str| {
        format!(
            "{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: np, namespace: shop}}, spec: {{podSelector: {{matchLabels: {{app: db}}}}, ingress: \
             [{{from: [{{podSelector: {{matchLabels: {{app: web}}}}}}]{ports}}}]}}}}"
        )
    };
    check(&policy(", ports: [{port: 5432}]"), &[("web db 5432", "allowed"), ("web db 5433", "denied")]);
    check(&[mesh, &policy(", ports: [{port: 5432}]")].concat(), &[("web db 5432", UNKNOWN), ("scan db 5432", "denied")]);
    check(&[mesh, &policy(", ports: [{port: 15008}]")].concat(), &[("web db 5432", UNKNOWN)]);
    check(&[mesh, &policy("")].concat(), &[("web db 5432", "allowed")]);
    check(&[mesh, &policy(", ports: [{port: 53, protocol: UDP}]")].concat(), &[("web db udp:53", "allowed"), ("web db 5432", "denied")]);
}

/// What commands print of policies without their text.
#[test]
fn output_that_names_policies() {
    for output in [
        "networkpolicy.networking.k8s.io/deny-db\n",
        "networkpolicy.networking.k8s.io/deny-db created\nservice/x unchanged\n",
        "NAME      NS\ndeny-db   shop\n",
    ] {
        check(output, &[("web db 80", UNKNOWN)]);
    }
    for output in ["service/x unchanged\n", "NAME   READY   STATUS    RESTARTS   AGE\nweb    1/1     Running   0          3d\n"] {
        check(output, &[("web db 80", "allowed")]);
    }
}

/// What Terraform makes in a cluster. Upstream: hashicorp/terraform-provider-kubernetes, `docs/resources/network_policy_v1.md`;
/// terraform-provider-helm, `docs/resources/release.md`.
#[test]
fn what_terraform_makes_in_a_cluster() {
    let shown = |kind: &str, values: &str| {
        format!(
            r#"{{"format_version": "1.2", "terraform_version": "1.9.0", "planned_values": {{"root_module": {{"resources": [{{"address": "x", "type": "{kind}", "name": "x", "values": {values}}}]}}}}}}"#
        )
    };
    let policy = |selector: &str, more: &str| {
        format!(
            r#"{{"metadata": [{{"name": "deny", "namespace": "shop"}}], "spec": [{{"pod_selector": [{selector}], "policy_types": ["Ingress"]{more}}}]}}"#
        )
    };
    let of_db = policy(r#"{"match_labels": {"app": "db"}}"#, "");
    let expression = r#"{"match_expressions": [{"key": "app", "operator": "In", "values": ["db"]}], "match_labels": null}"#;
    for kind in ["kubernetes_network_policy", "kubernetes_network_policy_v1"] {
        for text in [&of_db, &policy(expression, "")] {
            check(
                &shown(kind, text),
                &[("web db 80", UNKNOWN), ("scan db 80", UNKNOWN), ("db web 80", "allowed"), ("web scan 80", "allowed")],
            );
        }
        check(&shown(kind, &policy("{}", "")), &[("web db 80", UNKNOWN), ("db web 80", UNKNOWN), ("web scan 80", "allowed")]);
    }
    check(&shown("helm_release", r#"{"name": "x", "chart": "y"}"#), &[("web db 80", UNKNOWN), ("web scan 80", UNKNOWN)]);
    let manifest = r#"{"manifest": {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}}}"#;
    check(&shown("kubernetes_manifest", manifest), &[("web db 80", "allowed")]);
    check(&shown("kubernetes_namespace", r#"{"metadata": [{"name": "x"}]}"#), &[("web db 80", "allowed")]);
}

/// What an API server answers with where it is asked for a table. Upstream: apimachinery `pkg/apis/meta/v1/types.go`, `Table`, `TableRow.Object`.
#[test]
fn tables_of_api_servers() {
    let table = |columns: &str, object: &str| {
        format!(
            "{{kind: Table, apiVersion: meta.k8s.io/v1, metadata: {{}}, columnDefinitions: [{{name: Name}}, {{name: {columns}}}], rows: [{{cells: [deny], object: {object}}}]}}"
        )
    };
    let partial = "{kind: PartialObjectMetadata, apiVersion: meta.k8s.io/v1, metadata: {name: deny, namespace: shop}}";
    let whole = "{kind: NetworkPolicy, apiVersion: networking.k8s.io/v1, metadata: {name: deny, namespace: shop}, spec: {podSelector: {matchLabels: {app: db}}}}";
    check(&table("Pod-Selector", partial), &[("web db 80", UNKNOWN), ("scan db 80", UNKNOWN)]);
    check(&table("Pod-Selector", whole), &[("web db 80", "denied"), ("db web 80", "allowed")]);
    check(&table("Status", partial), &[("web db 80", "allowed")]);
}

/// What an admission webhook is asked about is read; of what is deleted, and of what an audit log tells, it is not known whether it is there. Upstream:
/// `k8s.io/api/admission/v1`, AdmissionRequest; `k8s.io/apiserver/pkg/apis/audit/v1`, Event.
#[test]
fn reviews_of_admission_and_entries_of_audit_logs() {
    let policy = "{kind: NetworkPolicy, apiVersion: networking.k8s.io/v1, metadata: {name: deny, namespace: shop}, spec: {podSelector: {matchLabels: {app: db}}, policyTypes: [Ingress]}}";
    let review = |request: &str| format!("{{kind: AdmissionReview, apiVersion: admission.k8s.io/v1, request: {{uid: u, {request}}}}}");
    check(&review(&format!("operation: CREATE, object: {policy}")), &[("web db 80", "denied"), ("db web 80", "allowed")]);
    check(&review(&format!("operation: DELETE, object: null, oldObject: {policy}")), &[("web db 80", UNKNOWN), ("db web 80", "allowed")]);
    check(&review("operation: CREATE, object: {kind: ConfigMap, apiVersion: v1, metadata: {name: x}}"), &[("web db 80", "allowed")]);
    let event = |body: &str| format!("{{kind: Event, apiVersion: audit.k8s.io/v1, verb: create, requestObject: {body}}}");
    check(&event(policy), &[("web db 80", UNKNOWN), ("db web 80", "allowed")]);
    check(&event("{kind: ConfigMap, apiVersion: v1, metadata: {name: x}}"), &[("web db 80", "allowed")]);
}

/// A part of a network set that is not read may hold any address. Upstream: `api/pkg/apis/projectcalico/v3/globalnetworkset.go`: `nets` is a list of text,
/// and there is no other field; domain names are for the commercial editions.
#[test]
fn network_sets_of_which_a_part_is_not_read() {
    let listed = |spec: &str| {
        format!(
            "{{apiVersion: projectcalico.org/v3, kind: GlobalNetworkSet, metadata: {{name: bad, labels: {{who: bad}}}}, spec: {spec}}}\n---\n{{apiVersion: \
             projectcalico.org/v3, kind: GlobalNetworkPolicy, metadata: {{name: g}}, spec: {{selector: all(), types: [Egress], egress: [{{action: Deny, \
             destination: {{selector: who == 'bad'}}}}, {{action: Allow}}]}}}}\n"
        )
    };
    for known in ["{nets: [198.51.100.0/24]}", "{nets: []}", "{nets: null}", "{}"] {
        check(&listed(known), &[("web 203.0.113.5 80", "allowed")]);
    }
    for unread in
        ["{nets: [198.51.100.0/24, null]}", "{nets: [null]}", "{net: [203.0.113.0/24]}", "{allowedEgressDomains: [api.example.com]}"]
    {
        check(&listed(unread), &[("web 203.0.113.5 80", UNKNOWN)]);
    }
    let domains = scene(Engine::Detected, &listed("{allowedEgressDomains: [api.example.com]}"));
    let summary = ask(&domains, "web 203.0.113.5 443").summary;
    assert!(summary.contains("`allowedEgressDomains` of GlobalNetworkSet `bad` is not evaluated: its kind has no such field"), "{summary}");
    assert!(domains.problems().iter().any(|p| p.code.0 == "K8S010" && p.message.contains("spec.allowedEgressDomains")));
}

/// `kubectl apply` refuses a field that a kind does not have, other clients drop it: what one of Calico's settings was meant to say there is not known.
#[test]
fn fields_that_a_setting_of_calico_does_not_have() {
    let tiered = |tier: &str| {
        format!(
            "{{apiVersion: projectcalico.org/v3, kind: Tier, metadata: {{name: sec}}, spec: {tier}}}\n---\n{{apiVersion: projectcalico.org/v3, kind: \
             GlobalNetworkPolicy, metadata: {{name: sec.g}}, spec: {{tier: sec, selector: app == 'db', types: [Ingress]}}}}\n"
        )
    };
    check(&tiered("{order: 5, defaultAction: Pass}"), &[("web db 80", "allowed")]);
    check(&tiered("{order: 5}"), &[("web db 80", "denied")]);
    check(&tiered("{order: 5, defaultaction: Pass}"), &[("web db 80", UNKNOWN), ("web scan 80", "allowed")]);
    check(&tiered("{orders: 5}"), &[("web db 80", UNKNOWN)]);

    const NODE: &str =
        "{apiVersion: v1, kind: Node, metadata: {name: n1}, status: {addresses: [{type: InternalIP, address: 192.0.2.11}]}}\n---\n";
    let host = |fields: &str, profile: &str| {
        format!(
            "{NODE}{{apiVersion: projectcalico.org/v3, kind: HostEndpoint, metadata: {{name: h}}, spec: {{node: n1, interfaceName: eth0, {fields}}}}}\n---\n\
             {{apiVersion: projectcalico.org/v3, kind: Profile, metadata: {{name: x}}, spec: {profile}}}\n"
        )
    };
    let open = "{ingress: [{action: Allow}], egress: [{action: Allow}]}";
    check(&host("profiles: [x]", open), &[("203.0.113.5 n1 80", "allowed")]);
    check(&host("profile: [x]", open), &[("203.0.113.5 n1 80", UNKNOWN), ("web db 80", "allowed")]);
    check(&host("profiles: [x], expectedIPs: [192.0.2.300]", open), &[("203.0.113.5 n1 80", UNKNOWN)]);
    check(&host("profiles: [x], expectedIPs: [null]", open), &[("203.0.113.5 n1 80", UNKNOWN)]);
    // A profile has no types, and nothing else can be meant by them.
    check(
        &host("profiles: [x]", "{types: [Ingress], ingress: [{action: Allow}], egress: [{action: Allow}]}"),
        &[("203.0.113.5 n1 80", "allowed")],
    );
    check(&host("profiles: [x]", "{ingres: [{action: Allow}]}"), &[("203.0.113.5 n1 80", UNKNOWN), ("web db 80", "allowed")]);

    let controllers = |fields: &str| {
        format!(
            "{NODE}{{apiVersion: projectcalico.org/v3, kind: KubeControllersConfiguration, metadata: {{name: default}}, spec: {{controllers: {{node: \
             {fields}}}}}}}\n"
        )
    };
    check(&controllers("{hostEndpoint: {autoCreate: Disabled}}"), &[("web n1 80", "allowed")]);
    check(&controllers("{hostEndpoint: {autocreate: Enabled}}"), &[("web n1 80", UNKNOWN), ("web db 80", "allowed")]);
    check(&controllers("{hostEndpoints: {autoCreate: Enabled}}"), &[("web n1 80", UNKNOWN)]);
    let felix = |name: &str| {
        format!(
            "{NODE}{{apiVersion: projectcalico.org/v3, kind: FelixConfiguration, metadata: {{name: {name}}}, spec: {{defaultEndpointToHostActon: \
             Accept}}}}\n"
        )
    };
    check(&felix("default"), &[("web n1 80", UNKNOWN), ("web db 80", "allowed")]);
    // Calico does not read it.
    check(&felix("other"), &[("web n1 80", "allowed")]);
}
