//! Every field of every kind with every wrong type: always an error, never a panic, never silence.

use super::*;

const SAMPLES: [&str; 15] = [
    "{apiVersion: v1, kind: Namespace, metadata: {name: a, labels: {k: v}, annotations: {k: v}}, spec: {finalizers: [x]}}",
    "{apiVersion: v1, kind: ServiceAccount, metadata: {name: a, namespace: ns}}",
    "{apiVersion: v1, kind: Pod, metadata: {name: a, labels: {k: v}, ownerReferences: [{kind: A, name: b, controller: true}]}, \
      spec: {hostNetwork: true, nodeName: node, serviceAccountName: s, serviceAccount: s, containers: [{ports: [{name: a, containerPort: 1, hostPort: 2, hostIP: 10.0.0.1, protocol: TCP}], restartPolicy: Always}], \
      initContainers: [{ports: [{containerPort: 1}]}]}, status: {phase: Running, podIP: 10.0.0.1, podIPs: [{ip: 10.0.0.1}], hostIP: 10.0.0.2}}",
    "{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}, spec: {replicas: 1, selector: {matchLabels: {k: v}, matchExpressions: [{key: k, operator: In, values: [v]}]}, \
      template: {metadata: {labels: {k: v}, annotations: {k: v}}, spec: {containers: [{}]}}}}",
    "{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: a}, spec: {selector: {matchLabels: {k: v}}, template: {metadata: {labels: {k: v}}, spec: {containers: [{}]}}}}",
    "{apiVersion: v1, kind: ReplicationController, metadata: {name: a}, spec: {replicas: 1, selector: {k: v}, template: {metadata: {labels: {k: v}}, spec: {containers: [{}]}}}}",
    "{apiVersion: batch/v1, kind: Job, metadata: {name: a}, spec: {parallelism: 1, suspend: false, template: {spec: {containers: [{}]}}}}",
    "{apiVersion: batch/v1, kind: CronJob, metadata: {name: a}, spec: {suspend: false, jobTemplate: {metadata: {labels: {k: v}}, spec: {template: {spec: {containers: [{}]}}}}}}",
    "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {type: NodePort, clusterIP: 10.0.0.1, clusterIPs: [10.0.0.1], externalName: a.b, selector: {k: v}, ports: [{name: a, protocol: TCP, port: 1, targetPort: 2, nodePort: 30000}]}}",
    "{apiVersion: v1, kind: Node, metadata: {name: a}, spec: {podCIDR: 10.0.0.0/24, podCIDRs: [10.0.0.0/24]}, status: {addresses: [{type: InternalIP, address: 10.0.0.1}]}}",
    "{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: a}, spec: {defaultBackend: {service: {name: a, port: {number: 1}}}, rules: [{http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: a, port: {name: b}}}}]}}]}}",
    "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: a, namespace: ns}, spec: {podSelector: {matchLabels: {k: v}, matchExpressions: [{key: k, operator: In, values: [v]}]}, policyTypes: [Ingress, Egress], \
      ingress: [{from: [{podSelector: {}, namespaceSelector: {}}], ports: [{protocol: TCP, port: 1, endPort: 2}]}], egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}]}]}}",
    "{apiVersion: policy.networking.k8s.io/v1alpha1, kind: AdminNetworkPolicy, metadata: {name: a}, spec: {priority: 1, subject: {pods: {namespaceSelector: {}, podSelector: {}}}, \
      ingress: [{name: first, action: Allow, from: [{namespaces: {}}], ports: [{portNumber: {protocol: TCP, port: 1}}, {portRange: {protocol: TCP, start: 1, end: 2}}, {namedPort: a}]}], egress: [{action: Deny, to: [{networks: [10.0.0.0/8]}, {nodes: {}}]}]}}",
    "{apiVersion: policy.networking.k8s.io/v1alpha1, kind: BaselineAdminNetworkPolicy, metadata: {name: default}, spec: {subject: {namespaces: {}}, egress: [{action: Deny, to: [{networks: [10.0.0.0/8]}, {nodes: {}}]}]}}",
    "{apiVersion: policy.networking.k8s.io/v1alpha2, kind: ClusterNetworkPolicy, metadata: {name: a}, spec: {tier: Admin, priority: 1, subject: {namespaces: {}}, \
      ingress: [{action: Accept, from: [{pods: {namespaceSelector: {}, podSelector: {}}}], protocols: [{tcp: {destinationPort: {number: 1}}}, {udp: {destinationPort: {range: {start: 1, end: 2}}}}, {destinationNamedPort: a}]}], \
      egress: [{action: Accept, to: [{domainNames: [a.b]}]}]}}",
];

/// Fields that are known and deliberately not looked into.
const NOT_READ: [&str; 2] = [".spec.finalizers", ".spec.finalizers[]"];

fn shape(value: &Value) -> &'static str {
    value.describe()
}

/// All nodes below `id`, each with its path.
fn paths(tree: &Tree, id: NodeId, path: &str, to: &mut Vec<(NodeId, String)>) {
    let node = &tree.nodes[id.0 as usize];
    match &node.value {
        Value::Mapping(entries) => {
            for entry in entries {
                let path = format!("{path}.{}", entry.key);
                to.push((entry.value, path.clone()));
                paths(tree, entry.value, &path, to);
            }
        }
        Value::Sequence(items) => {
            for item in items {
                let path = format!("{path}[]");
                to.push((*item, path.clone()));
                paths(tree, *item, &path, to);
            }
        }
        _ => {}
    }
}

#[test]
fn every_field_with_every_type() {
    let mut tried = 0;
    for text in SAMPLES {
        accepted(text);
        let original = tree(text);
        let mut fields = Vec::new();
        paths(&original, original.root.unwrap(), "", &mut fields);
        for (id, path) in fields {
            let was = &original.nodes[id.0 as usize].value;
            let number = NodeId(original.nodes.len() as u32);
            let values = [
                Value::Null,
                Value::Bool(true),
                Value::Int(7),
                Value::Float(7.5),
                Value::String("text".into()),
                Value::Sequence(vec![]),
                Value::Sequence(vec![number]),
                Value::Mapping(vec![]),
                Value::Mapping(vec![Entry { key: "zz".into(), key_span: Span::new(0, 1), value: number }]),
            ];
            for value in values {
                let mut changed = original.clone();
                changed.nodes.push(Node { span: Span::new(0, 1), value: Value::Int(5) });
                changed.nodes[id.0 as usize].value = value.clone();
                let read = read(&changed, text);
                tried += 1;
                // Null is "left out"; the same shape is another valid value, or refused on its own account.
                if shape(&value) == shape(was) || value == Value::Null || NOT_READ.contains(&&*path) {
                    continue;
                }
                let port = path.ends_with(".port") || path.ends_with(".targetPort");
                if port && matches!(value, Value::Int(_) | Value::String(_)) {
                    continue;
                }
                let errors = read.diagnostics.iter().filter(|d| d.severity == Severity::Error).count();
                assert!(errors > 0, "{path} = {value:?} of {text}");
                // Of `kind` itself nothing would be left to refuse.
                let no_ports = path.ends_with("ontainers[].ports") && value == Value::Mapping(vec![]);
                if path != ".kind" && path != ".apiVersion" && !no_ports {
                    assert!(read.resources.iter().all(|r| r.is_refused()), "{path} = {value:?} of {text}");
                }
            }
        }
    }
    assert!(tried > 2500, "{tried}");
}

#[test]
fn every_field_misspelt() {
    for text in SAMPLES {
        let original = tree(text);
        for (i, node) in original.nodes.iter().enumerate() {
            let Value::Mapping(entries) = &node.value else { continue };
            for (n, entry) in entries.iter().enumerate() {
                let mut changed = original.clone();
                let Value::Mapping(entries) = &mut changed.nodes[i].value else { continue };
                entries[n].key = format!("{}zzzz", entry.key).into();
                let read = read(&changed, text);
                // Labels and annotations may have any key.
                // A status is written by the cluster, and may hold anything.
                let status = ["addresses", "phase", "podIP", "podIPs", "hostIP"].contains(&&*entry.key);
                if &*entry.key != "k" && !status {
                    assert!(read.diagnostics.iter().any(|d| d.severity == Severity::Error), "{} of {text}", entry.key);
                }
            }
        }
    }
}
