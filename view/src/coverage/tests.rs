use netpolis_core::settings::Settings;

use super::*;
use crate::scene_view;

const POD: &str = "{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop}}";

fn coverage(files: &[(&str, &str)]) -> CoverageView {
    let mut scene = Analysis::new(Settings::default());
    scene.set_files(files);
    scene_view(&scene).coverage
}

fn lines(basis: &CoverageView) -> Vec<(String, LeftOutEffect, u32)> {
    let line = |l: &LeftOutView| (format!("{}, which {}", l.title, l.why), l.effect, l.spot.as_ref().map_or(0, |s| s.line));
    basis.left_out.iter().map(line).collect()
}

#[test]
fn everything_that_is_evaluated_needs_no_word() {
    let policy = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a, namespace: shop}\nspec: {podSelector: {}}";
    let found =
        coverage(&[("x.yaml", &format!("{POD}\n---\n{policy}\n---\n{{apiVersion: v1, kind: ConfigMap, metadata: {{name: c}}}}\n"))]);
    assert_eq!((found.sentence(), found.count()), (None, 0));
}

#[test]
fn a_broken_document_is_named_with_its_number_and_line() {
    let broken = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: b, namespace: shop}\nspec:\n  podSelector: {";
    let found = coverage(&[("pods.yaml", POD), ("manifests.yaml", &format!("{POD}\n---\n{broken}\n"))]);
    assert_eq!(found.sentence().unwrap(), "Without manifests.yaml document 2, which cannot be read: line 7");
    assert_eq!(lines(&found), [("manifests.yaml document 2, which cannot be read: line 7".into(), LeftOutEffect::Doubt, 7)]);
    assert_eq!(found.consequence(), "Flows that it may affect are “cannot tell”.");
    let alone = coverage(&[("pods.yaml", POD), ("deployment.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: [\n")]);
    assert_eq!(alone.sentence().unwrap(), "Without deployment.yaml, which cannot be read: line 3");
    assert_eq!((alone.left_out[0].effect, alone.consequence()), (LeftOutEffect::Pods, "Its pods are missing."));
}

#[test]
fn kinds_that_are_not_evaluated_and_refused_objects_are_named_once_each() {
    let text = format!(
        "{POD}
---
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: {{name: closed, namespace: shop}}
spec: {{endpointSelector: {{}}, ingressDeny: [{{}}], ingress: [{{}}]}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: refused, namespace: shop}}
spec: {{podSelector: {{}}, ingress: [{{ports: [{{port: 99999}}]}}]}}
---
{{apiVersion: argoproj.io/v1alpha1, kind: Rollout, metadata: {{name: roll, namespace: shop}}}}
"
    );
    let found = coverage(&[("x.yaml", &text)]);
    let expected = [
        ("CiliumNetworkPolicy shop/closed, which is not evaluated".to_owned(), LeftOutEffect::Doubt, 5),
        ("NetworkPolicy shop/refused, which an API server refuses".to_owned(), LeftOutEffect::Doubt, 10),
        ("Rollout shop/roll, which creates pods, but is not read".to_owned(), LeftOutEffect::Pods, 12),
    ];
    let listed = lines(&found);
    assert_eq!(listed.iter().map(|l| (&l.0, l.1)).collect::<Vec<_>>(), expected.iter().map(|l| (&l.0, l.1)).collect::<Vec<_>>());
    assert_eq!(found.sentence().unwrap(), "Without 3 objects that are not evaluated");
    assert_eq!(found.consequence(), "Flows that they may affect are “cannot tell”; pods that they create are missing.");
}
