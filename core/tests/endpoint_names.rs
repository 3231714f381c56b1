//! What a name means as an end of a flow.
#![allow(missing_docs, reason = "tests")]

use netpolis_core::analysis::Analysis;
use netpolis_core::endpoints::find;
use netpolis_core::settings::Settings;

const TEXT: &str = "
{apiVersion: v1, kind: Node, metadata: {name: one}, status: {addresses: [{type: InternalIP, address: 10.0.0.1}]}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: shop}, spec: {selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}}}}
---
{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: web, namespace: test}, spec: {selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}}}}
---
{apiVersion: v1, kind: Pod, metadata: {name: db-0, namespace: shop, labels: {app: db}, ownerReferences: [{kind: StatefulSet, name: db, controller: true}]}, status: {podIP: 10.244.0.7}}
---
{apiVersion: v1, kind: Pod, metadata: {name: db-1, namespace: shop, labels: {app: db}, ownerReferences: [{kind: StatefulSet, name: db, controller: true}]}, status: {podIP: 10.244.0.8}}
---
{apiVersion: v1, kind: Service, metadata: {name: data, namespace: shop}, spec: {clusterIP: 10.96.0.9, selector: {app: db}, ports: [{port: 80, targetPort: 5432}]}}
";

fn ask(name: &str) -> Result<(String, usize), String> {
    let mut analysis = Analysis::new(Settings::default());
    analysis.set_files(&[("a.yaml", TEXT)]);
    find(analysis.snapshot(), name).map(|found| (found.title, found.all.len())).map_err(|error| error.to_string())
}

#[test]
fn names_mean_ends() {
    for (name, title, ends) in [
        ("shop/web", "shop/web[Deployment]", 1),
        ("test/web", "test/web[StatefulSet]", 1),
        ("web[statefulset]", "test/web[StatefulSet]", 1),
        ("shop/db", "shop/db[StatefulSet]", 2),
        ("db", "shop/db[StatefulSet]", 2),
        ("db-1", "shop/db-1[Pod]", 1),
        ("shop/db-0[Pod]", "shop/db-0[Pod]", 1),
        ("node/one", "node/one", 1),
        ("10.0.0.1", "node/one", 1),
        ("10.244.0.8", "shop/db-1[Pod]", 1),
        (" 192.0.2.1 ", "192.0.2.1", 1),
        ("2001:db8::1", "2001:db8::1", 1),
    ] {
        assert_eq!(ask(name), Ok((title.to_owned(), ends)), "{name}");
    }
}

#[test]
fn names_that_mean_nothing_are_told_with_those_that_do() {
    for (name, error) in [
        ("web", "`web` could be `shop/web[Deployment]` or `test/web[StatefulSet]`; write it in full"),
        ("shop/wep", "there is no pod, workload or node `shop/wep`; did you mean `shop/web[Deployment]` or `test/web[StatefulSet]`?"),
        ("shop/wbe", "there is no pod, workload or node `shop/wbe`; did you mean `shop/web[Deployment]` or `test/web[StatefulSet]`?"),
        ("prod/db", "there is no pod, workload or node `prod/db`; did you mean `shop/db[StatefulSet]`?"),
        ("node/onee", "there is no pod, workload or node `node/onee`; did you mean `node/one`?"),
        (
            "frontend",
            "there is no pod, workload or node `frontend`; there are, for example, `shop/db[StatefulSet]`, `shop/web[Deployment]`, `test/web[StatefulSet]`, `node/one`",
        ),
        (
            "shop/data",
            "`shop/data` is a Service; policies see the pods behind it: ask about `shop/db[StatefulSet]` (its port 80 is port 5432 of the pods)",
        ),
        (
            "svc/shop/data",
            "`svc/shop/data` is a Service; policies see the pods behind it: ask about `shop/db[StatefulSet]` (its port 80 is port 5432 of the pods), or ask for the path to it",
        ),
        (
            "svc/shop/x",
            "`svc/shop/x` is no end of a flow: policies see the pods behind a Service, an Ingress or a URL; ask for the path to it",
        ),
    ] {
        assert_eq!(ask(name), Err(error.to_owned()), "{name}");
    }
    assert!(ask("10.96.0.9").is_err_and(|e| e.starts_with("`10.96.0.9` is the address of Service `shop/data`")));
    let empty = Analysis::new(Settings::default());
    let error = find(empty.snapshot(), "web").map_err(|e| e.to_string());
    assert_eq!(error, Err("there is no pod, workload or node `web`; there are none".to_owned()));
}
