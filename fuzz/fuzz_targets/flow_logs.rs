//! Any bytes, read as a flow log: no panic, and every entry is accounted for.
#![no_main]

use libfuzzer_sys::fuzz_target;
use netpolis_core::analysis::Analysis;
use netpolis_core::answers::flow_logs::Log;
use netpolis_core::settings::Settings;

const SCENE: &str = "
{apiVersion: v1, kind: Pod, metadata: {name: xwing, labels: {org: alliance}}, status: {podIP: 10.244.1.60}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: deathstar}, spec: {selector: {matchLabels: {class: deathstar}}, template: {metadata: {labels: {class: deathstar}}}}}
---
{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: rule1}, spec: {podSelector: {}, ingress: [{ports: [{port: 80}]}]}}
";

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let mut scene = Analysis::new(Settings::default());
    scene.set_files(&[("scene.yaml", SCENE)]);
    let found = scene.flow_logs(&[Log { name: "log", text: &text }]);
    assert_eq!(found.judged() + found.aside() + found.not_matched() + found.not_read(), found.entries());
});
