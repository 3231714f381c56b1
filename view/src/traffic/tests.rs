use netpolis_core::analysis::Analysis;
use netpolis_core::settings::Settings;

use super::*;
use crate::scene_view;

const TEXT: &str = "
{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}}
---
{apiVersion: v1, kind: Pod, metadata: {name: tool, namespace: shop, labels: {app: tool}}}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: shop, labels: {app: db}}
spec: {containers: [{name: db, ports: [{name: sql, containerPort: 5432}, {name: http, containerPort: 9187}]}]}
---
{apiVersion: v1, kind: Pod, metadata: {name: cache, namespace: shop, labels: {app: cache}}}
---
apiVersion: v1
kind: Service
metadata: {name: cache, namespace: shop}
spec: {selector: {app: cache}, ports: [{port: 80, targetPort: 6379}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec:
  podSelector: {matchLabels: {app: db}}
  ingress:
  - from: [{podSelector: {matchLabels: {app: web}}}]
    ports: [{port: 9187}, {port: 9090}, {port: 53, protocol: UDP}]
";

fn view() -> SceneView {
    let mut scene = Analysis::new(Settings::default());
    scene.set_files(&[("x.yaml", TEXT)]);
    scene_view(&scene)
}

fn before(protocol: &str, port: Option<u16>) -> Question {
    Question { to: "shop/tool[Pod]".into(), protocol: protocol.into(), port, ..Question::default() }
}

#[test]
fn a_click_asks_a_port_of_what_is_clicked() {
    let view = view();
    let asked = |from: &str, to: &str, before: &Question| {
        let question = view.question(&format!("shop/{from}[Pod]"), &format!("shop/{to}[Pod]"), before);
        (question.protocol, question.port)
    };
    let is = |protocol: &str, port| (protocol.to_owned(), Some(port));
    // Of the ports that pass, the one that the receiver declares; the one that was asked for, if it is among them.
    assert_eq!(asked("web", "db", &before("TCP", Some(80))), is("TCP", 9187));
    assert_eq!(asked("web", "db", &before("TCP", Some(9090))), is("TCP", 9090));
    assert_eq!(asked("web", "db", &before("UDP", Some(53))), is("UDP", 53));
    assert_eq!(asked("web", "db", &before("UDP", Some(9090))), is("TCP", 9187));
    assert_eq!(asked("web", "db", &before("", None)), is("TCP", 9187));
    // Nothing passes, or everything: what the receiver declares, or what a Service sends to it.
    assert_eq!(asked("tool", "db", &before("TCP", Some(80))), is("TCP", 5432));
    assert_eq!(asked("web", "cache", &before("TCP", Some(80))), is("TCP", 6379));
    assert_eq!(asked("web", "tool", &before("TCP", Some(80))), is("TCP", 80));
    // The same receiver again: the port was chosen.
    let chosen = Question { to: "shop/cache[Pod]".into(), ..before("TCP", Some(80)) };
    assert_eq!(asked("tool", "cache", &chosen), is("TCP", 80));
    assert_eq!(asked("tool", "db", &before("ICMP", None)), ("ICMP".to_owned(), None));
}

#[test]
fn a_port_is_a_number_or_a_name() {
    let view = view();
    let db = view.find("shop/db[Pod]").map(|db| view.offers(db)).unwrap();
    let read = |text: &str| written_port(text, &db, "db");
    let named =
        |protocol: &str, port, sentence: &str| WrittenPort::Named { protocol: Some(protocol.into()), port, sentence: sentence.into() };
    assert_eq!(read(" 80 "), WrittenPort::Number(80));
    assert_eq!(read(""), WrittenPort::Any);
    // What the receiver declares goes before what everybody knows.
    assert_eq!(read("http"), named("TCP", 9187, "http is TCP 9187, as db declares it"));
    assert_eq!(written_port("http", &[], "web"), named("TCP", 80, "http is port 80"));
    assert_eq!(read("HTTPS"), named("TCP", 443, "https is port 443"));
    assert_eq!(read("ht"), WrittenPort::Begun);
    assert_eq!(read("8o"), WrittenPort::Wrong("`8o` is not a port: enter a number from 1 to 65535, or `sql`, `http` of db".into()));
    assert_eq!(read("-1"), WrittenPort::Wrong("`-1` is not a port: enter a number from 1 to 65535, or `sql`, `http` of db".into()));
    for text in ["0", "65536", "99999999999"] {
        assert_eq!(read(text), WrittenPort::Wrong(format!("`{text}` is not a port: ports are 1 to 65535")));
    }
}

#[test]
fn what_is_no_port_says_what_the_answer_is_for() {
    let wrong = written_port("99999", &[], "web");
    assert_eq!(
        wrong.note("99999", false, Some(80)).map(|n| (n.text, n.wrong)),
        Some(("`99999` is not a port: ports are 1 to 65535. The answer is for 80.".into(), true))
    );
    let begun = written_port("htt", &[], "web");
    assert_eq!((begun.note("htt", false, None), begun.clone().asked()), (None, None), "it may go on");
    assert!(begun.note("htt", true, None).is_some_and(|n| n.wrong && n.text.ends_with("The answer is for any port.")));
    let named = written_port("https", &[], "web");
    assert_eq!(named.note("https", false, None), Some(PortNote { text: "https is port 443".into(), wrong: false }));
    assert_eq!(named.asked(), Some((Some(443), Some("TCP".into()))));
    assert_eq!([WrittenPort::Any, WrittenPort::Number(8)].map(WrittenPort::asked), [Some((None, None)), Some((Some(8), None))]);
}

#[test]
fn another_target_is_asked_at_its_first_port() {
    let scene = {
        let mut scene = Analysis::new(Settings::default());
        scene.set_files(&[("x.yaml", TEXT)]);
        scene_view(&scene)
    };
    let before =
        PathQuestion { from: "1.2.3.4".into(), protocol: "UDP".into(), port: Some(7), node: Some("n".into()), ..PathQuestion::default() };
    let db = scene.question_to("shop/db[Pod]".into(), &before);
    assert_eq!((db.from.as_str(), db.protocol.as_str(), db.port, db.node), ("1.2.3.4", "TCP", Some(5432), None));
    let nothing = scene.question_to("http://elsewhere/".into(), &before);
    assert_eq!((nothing.protocol.as_str(), nothing.port), ("UDP", None));
}
