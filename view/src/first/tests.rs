use netpolis_core::analysis::Analysis;
use netpolis_core::settings::Settings;

use super::*;
use crate::scene_view;

fn pod(name: &str, port: u16) -> String {
    format!(
        "---\napiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, namespace: shop, labels: {{app: {name}}}}}\nspec: {{containers: [{{name: c, ports: [{{containerPort: {port}}}]}}]}}\n"
    )
}

fn policy(app: &str, from: &str) -> String {
    format!(
        "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: {app}, namespace: shop}}\nspec: {{podSelector: {{matchLabels: {{app: {app}}}}}, ingress: [{{from: [{{podSelector: {{matchLabels: {{app: {from}}}}}}}]}}]}}\n"
    )
}

fn first(text: &str, mentions: &dyn Fn(usize, &str) -> bool) -> Option<(String, String, Option<u16>)> {
    let mut scene = Analysis::new(Settings::default());
    scene.set_files(&[("x.yaml", text)]);
    first_question(&scene_view(&scene), mentions).map(|q| (q.from, q.to, q.port))
}

fn is(from: &str, to: &str, port: u16) -> Option<(String, String, Option<u16>)> {
    Some((format!("shop/{from}[Pod]"), format!("shop/{to}[Pod]"), Some(port)))
}

#[test]
fn a_denied_flow_from_the_outside_to_the_inside_is_the_most_telling() {
    let pods = [pod("backend", 8080), pod("db", 5432), pod("frontend", 3000)].concat();
    // The frontend may not reach the database; what the database may not reach is of no interest.
    let text = pods.clone() + &policy("db", "backend") + &policy("backend", "frontend") + &policy("frontend", "nobody");
    assert_eq!(first(&text, &|_, _| false), is("frontend", "db", 5432));
    // Nothing is denied: what policies allow.
    assert_eq!(first(&(pods + &policy("db", "backend")), &|_, _| false), is("frontend", "db", 5432));
}

#[test]
fn what_names_a_service_is_more_telling_than_a_name() {
    let service = "---\n{apiVersion: v1, kind: Service, metadata: {name: ledger, namespace: shop}, spec: {selector: {app: books}, ports: [{port: 80, targetPort: 9000}]}}\n";
    let text = [pod("books", 9001), pod("zeta", 1), pod("web", 2), pod("db", 5432)].concat() + service + &policy("books", "nobody");
    let mut scene = Analysis::new(Settings::default());
    scene.set_files(&[("x.yaml", &text)]);
    let view = scene_view(&scene);
    let zeta = view.find("shop/zeta[Pod]").unwrap();
    let question = first_question(&view, &|end, name| end == zeta && name == "ledger").unwrap();
    assert_eq!((question.from.as_str(), question.to.as_str(), question.port), ("shop/zeta[Pod]", "shop/books[Pod]", Some(9001)));
}

#[test]
fn one_workload_is_asked_from_the_internet_and_none_nothing() {
    let only = first(&pod("web", 80), &|_, _| false).unwrap();
    assert_eq!((only.1.as_str(), only.2), ("shop/web[Pod]", Some(80)));
    assert_eq!(first("", &|_, _| false), None);
}

#[test]
fn services_are_named_in_addresses_and_values() {
    for text in ["value: http://cart:8080/x", "value: cart", "url: \"cart.shop.svc\"", "redis://user@cart"] {
        assert!(names_service(text, "cart"), "{text}");
    }
    for text in ["name: cart", "app: cart\n", "value: shopping-cart:80", "cartwheel:80", "http://my-cart:80", ""] {
        assert!(!names_service(text, "cart"), "{text}");
    }
}
