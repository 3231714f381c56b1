use super::*;

/// What `kubectl get … -A -o yaml` writes, shortened.
const LIST: &str = "\
apiVersion: v1
items:
# the shop
- apiVersion: v1
  data:
    password: c2VjcmV0LXZhbHVl
  kind: Secret
  metadata:
    annotations:
      kubectl.kubernetes.io/last-applied-configuration: |
        {\"apiVersion\":\"v1\",\"data\":{\"password\":\"c2VjcmV0LXZhbHVl\"},\"kind\":\"Secret\"}
    name: db
    namespace: shop
  type: Opaque
- apiVersion: v1
  kind: Pod
  metadata:
    annotations:
      kubectl.kubernetes.io/last-applied-configuration: |
        {\"kind\":\"Pod\"}
      team: shop # kept
    managedFields:
    - apiVersion: v1
      fieldsV1:
        f:metadata: {}
      manager: kubectl
    name: web
    namespace: shop
  spec:
    containers:
    - image: web

      name: web
  status:
    podIP: 10.0.0.1
- apiVersion: v1
  data:
    Corefile: |
      .:53 {
      - apiVersion: x
      kind: Secret
      }
  kind: ConfigMap
  metadata: {name: coredns, namespace: kube-system}
- apiVersion: apps/v1
  kind: Deployment
  metadata:
    name: web
    namespace: shop
  spec:
    replicas: 1
  status:
    replicas: 1
    conditions:
    - type: Available
kind: List
metadata:
  resourceVersion: \"\"
";

fn cluster(text: &str) -> (String, String) {
    let (text, left_out) = without(text, Measure::Cluster).unwrap_or_else(|| (text.into(), LeftOut::default()));
    (text, left_out.words().unwrap_or_default())
}

#[test]
fn of_a_list_of_a_cluster_what_is_read_stays_line_by_line() {
    let (text, words) = cluster(LIST);
    assert_eq!(words, "1 Secret, 1 ConfigMap, managedFields of 1, status of 1, what was last applied of 1");
    let expected = "\
apiVersion: v1
items:
# the shop
- apiVersion: v1
  kind: Pod
  metadata:
    annotations:
      team: shop # kept
    name: web
    namespace: shop
  spec:
    containers:
    - image: web

      name: web
  status:
    podIP: 10.0.0.1
- apiVersion: apps/v1
  kind: Deployment
  metadata:
    name: web
    namespace: shop
  spec:
    replicas: 1
kind: List
metadata:
  resourceVersion: \"\"
";
    assert_eq!(text, expected);
    // The second time there is nothing left.
    assert_eq!(without(&text, Measure::Cluster), None);
    // With the dashes deeper, and with line ends of Windows.
    let deeper = LIST.replace("\n- ", "\n  - ").replace("\n  ", "\n    ").replace("\n    - api", "\n  - api");
    assert!(!cluster(&deeper).0.contains("c2VjcmV0"), "{}", cluster(&deeper).0);
    let windows = cluster(&LIST.replace('\n', "\r\n"));
    assert_eq!(windows, (expected.replace('\n', "\r\n"), words));
}

#[test]
fn secrets_go_in_every_form() {
    let forms = [
        "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData:\n  x: hidden\n",
        "kind: \"Secret\" # mine\nstringData: {x: hidden}\n",
        "\"kind\": \"Secret\"\n\"stringData\":\n  x: hidden\n",
        "{apiVersion: v1, kind: Secret, metadata: {name: a}, stringData: {x: hidden, y: don't}}\n",
        "--- {apiVersion: v1, kind: Secret, metadata: {name: a}, data: {x: hidden}}\n",
        "{\"apiVersion\":\"v1\",\"data\":{\"x\":\"hidden \\\"}\"},\"kind\":\"Secret\",\"metadata\":{\"name\":\"a\",\"annotations\":{\"kubectl.kubernetes.io/last-applied-configuration\":\"hidden\"}}}",
        "{\n  \"items\": [\n    {\n      \"kind\": \"Secret\",\n      \"metadata\": {},\n      \"data\": {\n        \"x\": \"hidden\"\n      }\n    }\n  ],\n  \"kind\": \"List\"\n}\n",
        "{\"kind\":\"SecretList\",\"items\":[{\"data\":{\"x\":\"hidden\"}}]}",
        "kind: SecretList\nitems:\n- data: {x: hidden}\n",
        "items:\n- {kind: Secret, metadata: {name: a}, data: {x: hidden}}\n- {kind: Pod, metadata: {name: b}}\n",
        "kubectl apply -f - <<EOF\napiVersion: v1\nkind: Secret\nmetadata:\n  name: a\nstringData:\n  x: hidden\nEOF\n",
        "# Notes\n\n```yaml\nkind: Secret\ndata:\n  x: hidden\n```\n",
        "kind: Pod\n---\nkind: Secret\ndata:\n  x: hidden\n---\nkind: Node\n",
        "kind: Secret\r\ndata:\r\n  x: hidden\r\n",
        "items:\n  -\n    kind: Secret\n    data:\n      x: hidden\n",
        "items:\n-   kind: Secret\n    data:\n      x: hidden\n-   kind: Pod\n",
    ];
    for text in forms {
        for measure in [Measure::Cluster, Measure::Secrets] {
            let (left, out) = without(text, measure).unwrap_or_else(|| panic!("{text}"));
            assert!(!left.contains("hidden"), "{text}\n→\n{left}");
            assert_eq!(out.words().unwrap().split(',').next(), Some("1 Secret"), "{text}");
        }
    }
}

#[test]
fn all_else_stays_as_it_is() {
    let (script, _) =
        without("az aks create -n a\nkubectl apply -f - <<EOF\nkind: Secret\ndata:\n  x: y\nEOF\necho done\n", Measure::Cluster).unwrap();
    assert_eq!(script, "az aks create -n a\nkubectl apply -f - <<EOF\nkind: Secret\nEOF\necho done\n");
    let (json, words) = cluster(
        "{\"items\": [{\"kind\": \"Secret\", \"metadata\": {\"name\": \"a\"}, \"data\": {\"b\": \"c\"}}, {\"kind\": \"Pod\", \"metadata\": {\"name\": \"p\", \"managedFields\": [{\"a\": 1}]}, \"status\": {\"podIP\": \"10.0.0.1\"}}]}",
    );
    assert_eq!(
        json,
        "{\"items\": [{\"kind\": \"Secret\", \"metadata\": {\"name\": \"a\"}, \"data\": {}}, {\"kind\": \"Pod\", \"metadata\": {\"name\": \"p\", \"managedFields\": []}, \"status\": {\"podIP\": \"10.0.0.1\"}}]}"
    );
    assert_eq!(words, "1 Secret, managedFields of 1");
    for text in [
        "",
        "kind: Pod\nmetadata: {name: secret}\n",
        "# Secret\nkind: Pod\nspec:\n  volumes:\n  - secret: {secretName: Secret}\n",
        "kind: Ingress\nspec: {}\nstatus: {loadBalancer: {}}\n",
        "kind: Issuer\nspec:\n  ref:\n    kind: Secret\n    name: a\n",
        "{\"kind\": \"Issuer\", \"spec\": {\"ref\": {\"kind\": \"Secret\", \"name\": \"a\"}}}",
        "properties:\n  status: managedFields\n",
    ] {
        assert_eq!(without(text, Measure::Cluster), None, "{text}");
    }
    // Of what a person wrote only secrets are cut.
    let own = "kind: ConfigMap\ndata: {a: b}\n---\nkind: Deployment\nstatus: {replicas: 1}\n";
    assert_eq!(without(own, Measure::Secrets), None);
    // A list of nothing else is one of nothing.
    assert_eq!(cluster("items:\n- kind: Secret\n  data: {a: b}\nkind: List\n").0, "items: []\nkind: List\n");
}
