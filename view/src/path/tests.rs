use netpolis_core::analysis::Analysis;
use netpolis_core::settings::{Dataplane, Routing, Settings};

use super::*;
use crate::{VerdictView, scene_view};

const CLUSTER: &str = include_str!("../../../www/examples/path-load-balancer/cluster.yaml");
const POLICIES: &str = include_str!("../../../www/examples/path-load-balancer/policies.yaml");

fn scene(routing: Routing, files: &[(&str, &str)]) -> Analysis {
    let mut scene = Analysis::new(Settings { routing, ..Settings::default() });
    scene.set_files(files);
    scene
}

fn shop(routing: Routing) -> Analysis {
    scene(routing, &[("policies.yaml", POLICIES), ("cluster.yaml", CLUSTER)])
}

fn question() -> PathQuestion {
    PathQuestion { from: "203.0.113.7".into(), to: "svc/shop/frontend".into(), port: Some(443), ..PathQuestion::default() }
}

fn view(scene: &Analysis, question: &PathQuestion) -> PathView {
    path_view(scene, scene.paths(), &scene.settings().routing, question).unwrap()
}

fn pair(step: &StepView) -> String {
    let of = |address: &AddressView| match &address.before {
        Some(before) => format!("{before} > {}", address.text),
        None => address.text.clone(),
    };
    format!("{} | {}", of(&step.source), of(&step.target))
}

#[test]
fn a_way_reads_from_station_to_station() {
    let scene = shop(Routing::default());
    let view = view(&scene, &question());
    assert_eq!((view.verdict, view.text.as_str()), (PathWord::Sometimes, "sometimes (33.3 %)"));
    assert_eq!(view.headline, "Denied for 66.7 % of connections (1 of 2 branches)");
    let branch = &view.branches[0];
    assert_eq!((branch.share.as_str(), branch.size, branch.alike, branch.verdict), ("66.7 %", 6667, 6, VerdictView::Denied));
    let kinds: Vec<StepKindView> = branch.steps.iter().map(|s| s.kind).collect();
    use StepKindView::{Check, Client, LoadBalancer, Node, Pod};
    assert_eq!(kinds, [Client, LoadBalancer, Node, Node, Check, Pod]);
    // What was there before a translation stays to be seen, and what came of it is told from what the client sent.
    let node = &branch.steps[2];
    assert_eq!(pair(node), "203.0.113.7 > 10.224.0.5 | 20.50.1.9:443 > 10.244.0.1:8443");
    assert_eq!(node.translations, ["DNAT", "SNAT"]);
    assert!(node.source.rewritten && node.target.rewritten && !branch.steps[1].target.rewritten);
    // The address of a pod is assumed, that of a node is not.
    assert!(node.target.made_up && !node.source.made_up);
    assert_eq!(node.basis.as_ref().map(|b| b.title.as_str()), Some("Kubernetes documentation, “Using Source IP”"));
    // The checkpoint can be opened, names what decides, and points at it.
    let check = &branch.steps[4];
    assert_eq!((check.verdict, check.by.as_deref()), (VerdictView::Denied, Some("office-only")));
    assert_eq!(check.spot.as_ref().map(|s| (s.file.as_str(), s.line)), Some(("policies.yaml", 13)));
    let station = check.station.as_ref().unwrap();
    assert_eq!(station.tiers[0].policies[0].title, "NetworkPolicy shop/office-only");
    assert!(station.nearest.as_ref().unwrap().text.contains("10.224.0.5 is not in 203.0.113.0/24"));
    assert_eq!(branch.lit.iter().map(|l| l.spot.line).collect::<Vec<_>>(), [13, 17]);
    // Behind it nothing is reached, and no application sees anything.
    assert!(!branch.steps[5].reached && branch.seen.is_none());
    let seen = view.branches[1].seen.as_ref().unwrap();
    assert_eq!((seen.address.text.as_str(), seen.tls.as_deref()), ("10.224.0.4", Some("TLS passes through to the pod")));
    assert_eq!(
        view.pods.iter().map(|p| (p.each.as_str(), p.node.as_deref())).collect::<Vec<_>>(),
        [("33.3 %", Some("node-a")), ("33.3 %", Some("node-b")), ("33.3 %", Some("node-c"))]
    );
}

#[test]
fn inside_another_packet_the_outer_addresses_are_told() {
    let scene = shop(Routing { dataplane: Some(Dataplane::Ebpf), ..Routing::default() });
    let view = view(&scene, &question());
    assert_eq!((view.verdict, view.headline.as_str()), (PathWord::Allowed, "Allowed on every branch"));
    let node = &view.branches[0].steps[2];
    assert_eq!(
        (node.translations.as_slice(), node.outer.as_deref()),
        (["VXLAN".to_owned()].as_slice(), Some("10.224.0.5 → 10.224.0.4:4789"))
    );
}

#[test]
fn choices_say_what_the_text_says() {
    let of = |routing: Routing| {
        let scene = shop(routing);
        view(&scene, &question()).choices
    };
    let main = |choices: &[ChoiceView]| {
        choices.iter().filter(|c| c.main).map(|c| (c.name.clone(), c.chosen.clone(), c.unset.clone())).collect::<Vec<_>>()
    };
    let entry = |name: &str, chosen: Option<&str>, unset: &str| (name.to_owned(), chosen.map(str::to_owned), unset.to_owned());
    let plain = of(Routing::default());
    assert_eq!(
        main(&plain),
        [entry("externalTrafficPolicy", None, "as in the files: Cluster"), entry("dataplane", None, "as in the files: kube-proxy")]
    );
    let chosen = of(Routing { dataplane: Some(Dataplane::Ebpf), ..Routing::default() });
    assert_eq!(main(&chosen)[1], entry("dataplane", Some("ebpf"), "as in the files: kube-proxy"));
    let rest: Vec<&str> = plain.iter().filter(|c| !c.main).map(|c| c.name.as_str()).collect();
    assert_eq!(rest, ["entry", "affinity", "replicas"]);
    let examples: Vec<&str> = plain.iter().filter(|c| c.options.is_empty()).map(ChoiceView::example).collect();
    assert_eq!(examples, ["1, 9"], "replicas are written by hand");
}

#[test]
fn comparisons_change_one_thing() {
    let scene = shop(Routing::default());
    let mut kept = None;
    let mut ask = |versus: &str| {
        let asked = PathAsked { question: question(), versus: Some(versus.into()) };
        let reply = path_reply(&scene, asked, &mut kept);
        assert_eq!(reply.first.map(|v| v.text), Ok("sometimes (33.3 %)".to_owned()));
        reply.second.unwrap()
    };
    assert_eq!(ask("dataplane=ebpf").map(|v| v.text), Ok("allowed".into()));
    assert_eq!(ask("externalTrafficPolicy=Local").map(|v| v.text), Ok("allowed".into()));
    assert_eq!(ask("entry=node-port").map(|v| v.port), Ok(Some(31443)));
    // A side that means nothing is told, and the other stays.
    assert!(ask("to=ingress/shop/none").is_err_and(|e| e.contains("there is no Ingress")));
    assert!(ask("nonsense").is_err());
    let offered: Vec<String> = view(&scene, &question()).versus.into_iter().map(|v| v.change).collect();
    assert_eq!(offered, ["dataplane=ebpf", "externalTrafficPolicy=Local", "entry=cluster-ip", "entry=node-port"]);
}

#[test]
fn differences_are_told_station_by_station() {
    let scene = shop(Routing::default());
    let asked = PathAsked { question: question(), versus: Some("dataplane=ebpf".into()) };
    let reply = path_reply(&scene, asked, &mut None);
    let (first, second) = (reply.first.unwrap(), reply.second.unwrap().unwrap());
    let [ours, theirs] = differences(&first.branches[0], &second.branches[0]);
    assert_eq!(ours, theirs);
    let told: Vec<(bool, bool, bool)> = ours.iter().map(|d| (d.source, d.target, d.verdict)).collect();
    assert_eq!(
        told,
        [(false, false, false), (false, false, false), (true, true, false), (true, false, false), (true, false, true), (true, false, true),]
    );
    // A way with a station less: the others still go together.
    let [ours, theirs] = differences(&first.branches[0], &first.branches[1]);
    assert_eq!((ours.len(), theirs.len()), (6, 5));
    assert_eq!(ours.iter().map(|d| d.alone).collect::<Vec<_>>(), [false, false, false, true, false, false]);
    assert!(theirs.iter().all(|d| !d.alone));
}

#[test]
fn what_cannot_be_understood_is_a_sentence() {
    let scene = shop(Routing::default());
    let ask = |change: &dyn Fn(&mut PathQuestion)| {
        let mut question = question();
        change(&mut question);
        path_view(&scene, scene.paths(), &Routing::default(), &question).map(|v| v.text).unwrap_err().to_string()
    };
    assert_eq!(ask(&|q| q.to = "svc/shop/none".into()), "there is no Service `none`; there is, for example, `shop/frontend`");
    assert_eq!(ask(&|q| q.from = String::new()), "choose a client and a target");
    assert!(ask(&|q| q.protocol = "XTP".into()).starts_with("`XTP` is not a protocol"));
    assert!(ask(&|q| q.entry = Some("window".into())).starts_with("`window` is not a way to reach a Service"));
    assert!(ask(&|q| (q.entry, q.node) = (Some("node-port".into()), Some("node-z".into()))).contains("no node `node-z`"));
}

#[test]
fn targets_know_what_stands_behind_them() {
    let ingress = "
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop, namespace: shop}
spec: {ingressClassName: nginx, rules: [{host: shop.example, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: frontend, port: {number: 443}}}}]}}]}
---
{apiVersion: v1, kind: Service, metadata: {name: cache, namespace: shop}, spec: {selector: {app: cache}, ports: [{port: 6379}]}}
";
    let scene = scene(Routing::default(), &[("cluster.yaml", CLUSTER), ("ingress.yaml", ingress)]);
    let view = scene_view(&scene);
    let told: Vec<(String, &str, bool, usize)> =
        view.targets.iter().map(|t| (t.name(), t.subtitle.as_str(), t.outside, t.ends.len())).collect();
    assert_eq!(
        told,
        [
            ("Service shop/frontend".to_owned(), "LoadBalancer 443 → 8443", true, 1),
            ("Ingress shop/shop".to_owned(), "nginx: shop.example", true, 1),
            ("Service shop/cache".to_owned(), "ClusterIP 6379", false, 0),
        ]
    );
    assert_eq!(view.ends[view.targets[0].ends[0] as usize].title, "frontend");
}

#[test]
fn what_has_no_address_has_a_name() {
    let text = "
{apiVersion: v1, kind: Pod, metadata: {name: a, namespace: shop, labels: {app: a}}, spec: {containers: [{name: c, image: c}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: b, namespace: shop, labels: {app: b}}, spec: {containers: [{name: c, image: c}]}}
---
{apiVersion: v1, kind: Service, metadata: {name: b, namespace: shop}, spec: {selector: {app: b}, ports: [{port: 80, targetPort: 8080}]}}
";
    let scene = scene(Routing::default(), &[("shop.yaml", text)]);
    let question = PathQuestion { from: "shop/a".into(), to: "svc/shop/b".into(), ..PathQuestion::default() };
    let first = &view(&scene, &question).branches[0].steps[0];
    assert_eq!((first.target.text.as_str(), first.target.made_up), ("the Service's address:80", false));
}

#[test]
fn answers_travel_to_and_from_a_worker() {
    let scene = shop(Routing::default());
    let asked = PathAsked { question: question(), versus: Some("dataplane=ebpf".into()) };
    let bytes = postcard::to_allocvec(&asked).unwrap();
    let reply = path_reply(&scene, postcard::from_bytes(&bytes).unwrap(), &mut None);
    assert_eq!(reply.asked, asked);
    let bytes = postcard::to_allocvec(&reply).unwrap();
    assert_eq!(postcard::from_bytes(&bytes), Ok(reply));
}

#[test]
fn a_packet_is_told_hop_by_hop_until_it_is_stopped() {
    let scene = shop(Routing::default());
    let reply = path_reply(&scene, PathAsked { question: question(), versus: None }, &mut None);
    let (branch, places) = reply.played(0).unwrap();
    let end = |key: &str| HopPlace::End(key.into());
    let frontend = || end("shop/frontend[Deployment]");
    assert_eq!(places, [HopPlace::Client, HopPlace::Between, end("node/node-b"), end("node/node-a"), frontend(), frontend()]);
    assert_eq!((branch.reached(), branch.steps.len()), (5, 6));
    let said = |at: usize| branch.moment(at).map(|moment| moment.sentence()).unwrap_or_default();
    assert!(said(0).starts_with("Hop 1 of 5, ") && said(0).contains("Source 203.0.113.7, destination "), "{}", said(0));
    assert!(said(2).contains("Source 203.0.113.7 becomes 10.224.0.5, destination") && said(2).contains("SNAT"), "{}", said(2));
    assert!(said(4).ends_with("The packet goes no farther.") && said(4).contains("shop/frontend"), "{}", said(4));
    assert_eq!(branch.moment(5), None, "it is not reached");
    let (allowed, _) = reply.played(1).unwrap();
    assert_eq!(allowed.moment(allowed.steps.len() - 1).unwrap().outcome, Some("The packet arrives."));
}

#[test]
fn a_line_has_signs_rails_and_no_word_twice() {
    let scene = shop(Routing::default());
    let view = view(&scene, &question());
    let stops = view.branches[0].stops(&view.summary);
    let signs: Vec<(StopSign, Rail)> = stops.iter().map(|stop| (stop.sign, stop.rail)).collect();
    let denied = StopSign::Verdict(VerdictView::Denied);
    assert_eq!(signs[0], (StopSign::Number, Rail::On));
    assert_eq!(signs[2], (StopSign::Translated, Rail::On));
    assert_eq!(&signs[4..], [(denied, Rail::Off), (StopSign::NotReached, Rail::End)]);
    assert_eq!((stops[0].heard, stops[4].heard, stops[5].heard), ("", ", denied", ", not reached"));
    assert!(stops[4].decides && stops[4].has_more && !stops[5].has_more);
    // What stands above is not said again.
    let sentence = view.branches[0].steps[4].station.as_ref().unwrap().sentence.clone();
    let again = view.branches[0].stops(&format!("Denied: {sentence}"));
    assert_eq!(again[4].text, None);
}

#[test]
fn two_sides_have_names_and_the_branches_that_are_there() {
    let scene = shop(Routing::default());
    let asked = PathAsked { question: question(), versus: Some("dataplane=ebpf".into()) };
    let reply = path_reply(&scene, asked, &mut None);
    let panel = reply.panel(None, [1, 99]).unwrap();
    let second = panel.second.as_ref().unwrap().as_ref().unwrap();
    assert_eq!((panel.first.label, second.label), (Some("kube-proxy"), Some("eBPF")));
    assert_eq!((panel.first.branch, second.branch), (Some(1), Some(0)));
    assert_eq!(panel.first.differences.len(), panel.first.view.branches[1].steps.len());
    let alone = path_reply(&scene, PathAsked { question: question(), versus: None }, &mut None);
    let panel = alone.panel(None, [0, 0]).unwrap();
    assert!(panel.second.is_none() && panel.first.label.is_none() && panel.first.differences.is_empty());
    assert_eq!(panel.first.headline, panel.first.view.headline);
    let failed =
        path_reply(&scene, PathAsked { question: PathQuestion { to: "svc/shop/none".into(), ..question() }, versus: None }, &mut None);
    assert!(failed.panel(None, [0, 0]).is_err());
}
