//! Made-up clusters for measuring: services that call services behind them, each open to its callers alone.

use std::fmt::Write as _;

/// A cluster of so many workloads as manifests, and the names of its namespaces. The same number gives the same cluster.
pub fn cluster(workloads: usize) -> (String, Vec<String>) {
    let spaces = ((workloads as f64).sqrt() / 1.6).ceil().max(1.0) as usize;
    let mut text = String::new();
    let mut seed = 42u64;
    let mut random = |below: usize| {
        // Knuth's MMIX generator.
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((seed >> 33) as usize) % below.max(1)
    };
    let names: Vec<String> = (0..spaces).map(|n| format!("team-{n}")).collect();
    for name in &names {
        let _ = writeln!(text, "apiVersion: v1\nkind: Namespace\nmetadata: {{name: {name}, labels: {{team: {name}}}}}\n---");
    }
    let space = |service: usize| service % spaces;
    for service in 0..workloads {
        let (name, port) = (format!("service-{service}"), 8000 + random(4) * 80);
        let home = format!("team-{}", space(service));
        let _ = writeln!(
            text,
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}, namespace: {home}}}\nspec: {{replicas: 2, selector: {{matchLabels: {{app: {name}}}}}, \
             template: {{metadata: {{labels: {{app: {name}}}}}, spec: {{containers: [{{name: c, image: i, ports: [{{containerPort: {port}}}]}}]}}}}}}\n---"
        );
        let _ = writeln!(
            text,
            "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: {name}, namespace: {home}}}\nspec:\n  podSelector: {{matchLabels: {{app: {name}}}}}\n  ingress:"
        );
        if service < spaces {
            let _ = writeln!(text, "  - from: [{{ipBlock: {{cidr: 0.0.0.0/0}}}}]\n    ports: [{{port: {port}}}]");
        } else {
            // Of every ten callers seven are of the same namespace, and all stand before the service.
            for _ in 0..=random(3) {
                let rounds = service / spaces;
                let own = random(10) < 7;
                let caller = random(rounds) * spaces + if own { space(service) } else { random(spaces) };
                let _ = writeln!(
                    text,
                    "  - from: [{{podSelector: {{matchLabels: {{app: service-{caller}}}}}, namespaceSelector: {{matchLabels: {{team: team-{}}}}}}}]\n    ports: [{{port: {port}}}]",
                    space(caller)
                );
            }
        }
        let _ = writeln!(text, "---");
    }
    (text, names)
}
