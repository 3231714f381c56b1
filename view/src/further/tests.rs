use super::*;
use crate::{Evaluation, Evaluator, Question, Request, VerdictView, answer_to, apply_edits};
use netpolis_core::analysis::Analysis;

const SHOP: &str = "\
{apiVersion: v1, kind: Pod, metadata: {name: web, labels: {app: web}}}
---
{apiVersion: v1, kind: Pod, metadata: {name: db, labels: {app: db}}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db}
spec:
  podSelector: {matchLabels: {app: db}}
  ingress:
  - from: [{podSelector: {matchLabels: {app: wbe}}}]
    ports: [{port: 5432}]
  - from: [{podSelector: {matchLabels: {app: wbe}}}]
    ports: [{port: 5432}]
---
apiVersion: netpolis.dev/v1
kind: Check
metadata: {name: shop}
spec:
  checks:
  - {from: web, to: db, port: 5432, expect: allowed, because: it sells}
  - {from: web, to: db, port: 80, expect: denied}
";

fn analysis(text: &str) -> Analysis {
    let mut analysis = Analysis::default();
    analysis.set_files(&[("shop.yaml", text)]);
    analysis
}

fn asked(deny: bool) -> FurtherQuestion {
    FurtherQuestion::Fix(FixQuestion { from: "web".into(), to: "db".into(), port: Some(5432), deny, ..FixQuestion::default() })
}

fn fixes(text: &str, deny: bool) -> FixListView {
    match further_answer(&analysis(text), None, &asked(deny)) {
        FurtherAnswer::Fix(Ok(fixes)) => fixes,
        other => panic!("{other:?}"),
    }
}

fn list(text: &str, question: &FurtherQuestion) -> ListView {
    match further_answer(&analysis(text), None, question) {
        FurtherAnswer::List(list) => list,
        other => panic!("{other:?}"),
    }
}

fn titles(list: &ListView) -> Vec<(&str, Vec<&str>)> {
    list.groups.iter().map(|group| (group.title.as_str(), group.rows.iter().map(|row| row.title.as_str()).collect())).collect()
}

#[test]
fn a_typing_error_is_the_first_change_and_applying_it_allows_the_flow() {
    let found = fixes(SHOP, false);
    let best = &found.proposals[0];
    assert!(best.exact && best.effect == "Opens this flow, and nothing else" && best.besides.is_empty(), "{best:?}");
    let edits: Vec<crate::Edit> = best.fix.edits.iter().map(crate::Edit::from).collect();
    assert!(edits.iter().any(|edit| edit.insert.contains("web")), "{edits:?}");
    let changed = apply_edits(SHOP, &edits.iter().collect::<Vec<_>>());
    let question = Question { from: "web".into(), to: "db".into(), port: Some(5432), ..Question::default() };
    assert_eq!(answer_to(&analysis(&changed), &question).unwrap().verdict, VerdictView::Allowed);
    // And the reverse stops it again.
    let stop = fixes(&changed, true);
    assert!(stop.deny && stop.proposals[0].effect.starts_with("Stops this flow"), "{:?}", stop.proposals[0]);
    assert!(fixes(&changed, false).notes[0].contains("already"));
}

#[test]
fn a_question_that_means_nothing_is_answered_with_a_sentence() {
    let question = FurtherQuestion::Fix(FixQuestion { from: "nobody".into(), to: "db".into(), ..FixQuestion::default() });
    assert!(matches!(further_answer(&analysis(SHOP), None, &question), FurtherAnswer::Fix(Err(message)) if message.contains("nobody")));
}

#[test]
fn checks_are_told_with_what_was_found_and_what_can_be_asked() {
    let checks = list(SHOP, &FurtherQuestion::Checks);
    assert_eq!((checks.summary.as_str(), checks.good, checks.bad), ("2 checks: 1 failed, 1 passed", 1, 1));
    let rows = &checks.groups[0].rows;
    assert_eq!(
        rows.iter().map(|row| (row.outlook, row.word.as_str())).collect::<Vec<_>>(),
        [(Outlook::Bad, "failed"), (Outlook::Good, "passed")]
    );
    assert_eq!(rows[0].lines[0], "expected: allowed; found: denied");
    assert_eq!(rows[0].lines.last().map(String::as_str), Some("because it sells"));
    assert_eq!(rows[0].spots[0].line, 21);
    assert!(matches!(&rows[0].link, Some(RowLink::Flow(question)) if question.port == Some(5432)));
    let none = list("", &FurtherQuestion::Checks);
    assert!(none.groups.is_empty() && none.summary.starts_with("No checks"));
}

#[test]
fn open_ends_tell_apart_labels_that_somebody_has() {
    let ends = list(SHOP, &FurtherQuestion::OpenEnds);
    let nobody = ends.groups.iter().find(|group| group.title == "Open to labels that nobody has").unwrap();
    assert_eq!(nobody.rows[0].title, "`default/db`: from pods with app=wbe in namespace default");
    assert!(nobody.rows[0].lines[0].starts_with("TCP 5432"), "{:?}", nobody.rows[0]);
    assert_eq!(nobody.rows[0].link, Some(RowLink::End("default/db[Pod]".into())));
    let right = list(&SHOP.replace("wbe", "web"), &FurtherQuestion::OpenEnds);
    assert!(right.groups.iter().all(|group| group.title != "Open to labels that nobody has"), "{:?}", titles(&right));
    assert!(list("", &FurtherQuestion::OpenEnds).groups.is_empty());
}

#[test]
fn what_is_pointless_comes_first_and_what_is_needed_is_proven() {
    let text = SHOP.replace("wbe", "web");
    let parts = list(&text, &FurtherQuestion::Pointless);
    assert_eq!(parts.groups[0].title, "Could be removed");
    assert!(parts.summary.starts_with("2 rules could be removed"), "{}", parts.summary);
    assert_eq!(parts.groups[0].rows.iter().map(|row| row.spots[0].line).collect::<Vec<_>>(), [11, 13]);
    let needed = parts.groups.iter().find(|group| group.folded).unwrap();
    let Some(RowLink::Flow(question)) = &needed.rows[0].link else { panic!("{needed:?}") };
    assert!(answer_to(&analysis(&text), question).is_ok(), "the proof can be asked: {question:?}");
    assert!(list("", &FurtherQuestion::Pointless).summary.starts_with("No policies"));
}

#[test]
fn engines_that_answer_differently_come_first() {
    let engines = list(&SHOP.replace("wbe", "web"), &FurtherQuestion::Engines);
    assert!(engines.groups.iter().any(|group| group.title.ends_with(": in force") && group.count == 0), "{:?}", titles(&engines));
    let none = engines.groups.iter().find(|group| group.title.starts_with("none:")).unwrap();
    assert!(none.count > 0 && none.rows.iter().any(|row| matches!(&row.link, Some(RowLink::Flow(_)))), "{none:?}");
    for row in &none.rows {
        if let Some(RowLink::Flow(question)) = &row.link {
            assert!(answer_to(&analysis(SHOP), question).is_ok(), "{question:?}");
        }
    }
}

#[test]
fn they_travel_with_the_reply() {
    let questions = vec![asked(false), FurtherQuestion::Checks];
    let request = Request {
        revision: 1,
        files: Some(Request::new_files([("shop.yaml".into(), SHOP.into())])),
        settings: String::new(),
        question: Question::default(),
        board: None,
        path: None,
        further: questions.clone(),
        baseline: None,
    };
    let reply = Evaluator::default().reply_bytes(&request.to_bytes()).unwrap();
    let reply = Evaluation::from_bytes(&reply).unwrap();
    assert_eq!(reply.checks, 2);
    assert_eq!(reply.further.iter().map(|(asked, _)| asked.clone()).collect::<Vec<_>>(), questions);
    assert!(reply.further.iter().all(|(_, answer)| *answer != FurtherAnswer::NeedsLarger));
}

/// What a list's first choice stands at.
fn chosen(list: &ListView) -> Vec<&str> {
    list.choices.iter().flat_map(|choice| &choice.options).filter(|option| option.on).map(|option| option.label.as_str()).collect()
}

/// The files after an offer is applied.
fn applied(text: &str, offer: &OfferedText) -> String {
    let fix = offer.fix.as_ref().unwrap();
    let edits: Vec<crate::Edit> = fix.edits.iter().map(crate::Edit::from).collect();
    apply_edits(text, &edits.iter().collect::<Vec<_>>())
}

#[test]
fn policies_are_converted_with_the_proof_and_applied_in_their_place() {
    let text = format!("# Größe 🚀\n{}", SHOP.replace("wbe", "web"));
    let converted = list(&text, &FurtherQuestion::Convert(String::new()));
    assert_eq!(chosen(&converted), ["Calico"], "that is what there is to convert to");
    assert_eq!(
        (converted.summary.as_str(), converted.good, converted.bad),
        ("1 of 1 policy converted. The same flows: no difference", 1, 0)
    );
    let row = &converted.groups[0].rows[0];
    assert_eq!((row.title.as_str(), row.lines[0].as_str()), ("NetworkPolicy `db`", "becomes NetworkPolicy `db` of `projectcalico.org/v3`"));
    assert!(row.text.starts_with("apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\n"), "{}", row.text);
    let offer = &converted.offers[0];
    assert!(offer.diff.starts_with("--- a/shop.yaml\n+++ b/shop.yaml\n@@") && offer.text == row.text, "{}", offer.diff);
    assert!(offer.about.ends_with("and every address outside: no difference"), "{}", offer.about);
    let after = applied(&text, offer);
    assert!(after.starts_with("# Größe 🚀\n{apiVersion: v1, kind: Pod") && after.contains("kind: Check"), "all else stays: {after}");
    // The other way round, of what came out.
    let back = list(&after, &FurtherQuestion::Convert(String::new()));
    assert_eq!(chosen(&back), ["Kubernetes"]);
    let question = Question { from: "web".into(), to: "db".into(), port: Some(5432), ..Question::default() };
    assert_eq!(answer_to(&analysis(&after), &question).unwrap().verdict, VerdictView::Allowed);
}

#[test]
fn what_cannot_be_converted_stays_with_the_reason_and_its_line() {
    let text = "\
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: a, namespace: shop}
spec:
  selector: app == 'a'
  ingress:
  - action: Allow
    source: {serviceAccounts: {names: [x]}}
";
    let kept = list(text, &FurtherQuestion::Convert("kubernetes".into()));
    assert_eq!((kept.summary.as_str(), kept.bad, kept.offers.len()), ("0 of 1 policy converted", 1, 0));
    let row = &kept.groups[0].rows[0];
    assert_eq!((kept.groups[0].title.as_str(), row.outlook, row.spots[0].line), ("Stay as they are", Outlook::Unsure, 8));
    assert!(row.lines[0].starts_with("`spec.ingress[0].source.serviceAccounts`: "), "{:?}", row.lines);
    let none = list("", &FurtherQuestion::Convert("cluster-network-policy".into()));
    assert_eq!(none.summary, "Nothing to convert to ClusterNetworkPolicy: there is no AdminNetworkPolicy or BaselineAdminNetworkPolicy");
    assert_eq!(none.choices[0].options.len(), 3);
}

/// What differs between two texts.
fn compared(before: &str, after: &str) -> (ComparisonMarks, ComparisonView, crate::SceneView) {
    let mut evaluator = Evaluator::default();
    let texts = |text: &str| vec![("shop.yaml".to_owned(), text.to_owned())];
    let reply = evaluator.reply(Request {
        revision: 1,
        files: Some(Request::new_files(texts(after))),
        settings: String::new(),
        question: Question::default(),
        board: None,
        path: None,
        further: vec![FurtherQuestion::Marks(7), FurtherQuestion::Comparison(7)],
        baseline: Some(BaselineTexts { number: 7, files: texts(before), settings: String::new() }),
    });
    let mut answers = reply.further.into_iter().map(|(_, answer)| answer);
    match (answers.next(), answers.next()) {
        (Some(FurtherAnswer::Marks(marks)), Some(FurtherAnswer::Comparison(view))) => (marks, view, reply.scene.unwrap()),
        other => panic!("{other:?}"),
    }
}

fn rows(list: &ListView) -> Vec<(&str, &str, &str)> {
    list.groups
        .iter()
        .flat_map(|group| group.rows.iter().map(move |r| (group.title.as_str(), r)))
        .map(|(group, r)| (group, &*r.title, if r.word.is_empty() { &*r.lines[0] } else { &*r.word }))
        .collect()
}

#[test]
fn flows_that_differ_from_the_baseline_are_told_with_the_edit_that_did_it() {
    let (marks, view, _) = compared(SHOP, &SHOP.replacen("wbe", "web", 1));
    assert_eq!(
        marks,
        ComparisonMarks {
            flows: 1,
            summary: "1 flow opened".into(),
            pairs: vec![("default/web[Pod]".into(), "default/db[Pod]".into(), FlowChange::Opened)]
        }
    );
    assert_eq!(view.list.summary, "1 flow opened, by 1 edit. Everything that was allowed still is.");
    assert_eq!(
        rows(&view.list),
        [
            ("Opened", "`default/web` → `default/db`", "TCP 5432, before nothing"),
            ("Edits", "`NetworkPolicy default/db` (changed)", "changes 1 flow")
        ]
    );
    let row = &view.list.groups[0].rows[0];
    assert_eq!(
        row.lines,
        [
            "by `NetworkPolicy default/db` (changed)",
            "Allowed: TCP 5432 from `default/web` to `default/db`, by ingress rule 1 of NetworkPolicy `default/db`."
        ]
    );
    assert_eq!((row.spots[0].line, row.outlook), (11, Outlook::Added));
    assert_eq!(
        view.markdown,
        "1 flow opened, by 1 edit. Everything that was allowed still is.\n\n\
        | change | from | to | before | after | by | decided by |\n|---|---|---|---|---|---|---|\n\
        | added | default/web[Pod] | default/db[Pod] | No Connections | TCP 5432 | NetworkPolicy default/db (changed, shop.yaml:11:3) | shop.yaml:11:5 (edited) |\n"
    );
    // The link asks for a flow that did open.
    let Some(RowLink::Flow(question)) = &row.link else { panic!("{row:?}") };
    let verdict = |text: &str| answer_to(&analysis(text), question).unwrap().verdict;
    assert_eq!((verdict(SHOP), verdict(&SHOP.replacen("wbe", "web", 1))), (VerdictView::Denied, VerdictView::Allowed));
    // And the other way round it closed.
    let (marks, view, _) = compared(&SHOP.replacen("wbe", "web", 1), SHOP);
    assert_eq!((marks.summary.as_str(), marks.pairs[0].2), ("1 flow closed", FlowChange::Closed));
    assert_eq!(view.list.summary, "1 flow closed, by 1 edit. Nothing new is allowed.");
}

#[test]
fn edits_without_an_effect_are_told_from_those_with_one() {
    let edited = SHOP.replacen("wbe", "web", 1).replacen("5432", "5433", 2);
    let (marks, view, _) = compared(&SHOP.replacen("wbe", "web", 1), &edited);
    assert_eq!(
        (marks.summary.as_str(), rows(&view.list)[0]),
        ("1 flow changed", ("Changed", "`default/web` → `default/db`", "opens TCP 5433, closes TCP 5432"))
    );
    // What stays beside an exchange is said, too; where nothing closes, what was there before.
    let two = SHOP.replacen("wbe", "web", 1).replacen("port: 5432}", "port: 5432}, {port: 80}", 1);
    let word = |before: &str, after: &str| rows(&compared(before, after).1.list)[0].2.to_owned();
    assert_eq!(word(&two, &two.replacen("5432", "5433", 1)), "opens TCP 5433, closes TCP 5432; as before TCP 80");
    assert_eq!(word(&SHOP.replacen("wbe", "web", 1), &two), "TCP 80, 5432, before TCP 5432");
    // Checks are no objects that a verdict depends on.
    let (marks, view, _) = compared(SHOP, &SHOP.replace("{name: shop}", "{name: other}"));
    assert_eq!((marks, view.list.groups.len()), (ComparisonMarks::default(), 0));
    assert!(view.list.summary.starts_with("Nothing differs from the baseline yet."));
    let renamed = SHOP.replace("metadata: {name: db}", "metadata: {name: data}");
    let (marks, view, _) = compared(SHOP, &renamed);
    assert!(marks.pairs.is_empty());
    assert_eq!(view.list.summary, "Every flow is as in the baseline, after 2 edits.");
    assert_eq!(
        rows(&view.list),
        [
            ("Edits", "`NetworkPolicy default/data` (new)", "changes no flow"),
            ("Edits", "`NetworkPolicy default/db` (gone, shop.yaml:5 of the baseline)", "changes no flow")
        ]
    );
    assert!(!view.list.groups[0].folded, "it is all there is");
}

#[test]
fn all_addresses_outside_are_one_end() {
    let without = SHOP.split("---\napiVersion: networking").next().unwrap();
    let (marks, view, scene) = compared(SHOP, without);
    let opened = |from: usize, scene: &crate::SceneView| (scene.key(from), "default/db[Pod]".to_owned(), FlowChange::Opened);
    assert!(marks.pairs.contains(&opened(scene.internet().unwrap(), &scene)), "{marks:?}");
    assert_eq!(rows(&view.list)[0], ("Opened", "`any address outside` → `default/db`", "everything, before nothing"));
    assert_eq!(view.list.summary, "2 flows opened, by 1 edit. Everything that was allowed still is.");
    // A part of them is another end, and is found in the picture.
    let (marks, view, scene) = compared(SHOP, &SHOP.replacen("podSelector: {matchLabels: {app: wbe}}", "ipBlock: {cidr: 192.0.2.0/24}", 1));
    let block = scene.ends.iter().position(|end| end.addresses == ["192.0.2.0/24"]).unwrap();
    assert_eq!(marks.pairs, [opened(block, &scene)]);
    assert_eq!(rows(&view.list)[0].1, "`192.0.2.0/24` → `default/db`");
}

#[test]
fn connections_of_nodes_are_compared_too() {
    let node = "{apiVersion: v1, kind: Node, metadata: {name: n1}, status: {addresses: [{type: InternalIP, address: 10.0.0.1}]}}\n---\n";
    let guarded = |port: u16| {
        format!(
            "{node}{{apiVersion: projectcalico.org/v3, kind: HostEndpoint, metadata: {{name: n1, labels: {{host: n1}}}}, spec: {{node: n1, interfaceName: '*'}}}}\n---\n\
             {{apiVersion: projectcalico.org/v3, kind: GlobalNetworkPolicy, metadata: {{name: hosts}}, spec: {{selector: host == 'n1', types: [Ingress], \
             ingress: [{{action: Allow, protocol: TCP, destination: {{ports: [{port}]}}}}]}}}}\n"
        )
    };
    let (marks, view, _) = compared(&guarded(9100), &guarded(9200));
    assert_eq!(marks.flows, 0);
    assert_eq!(
        view.list.summary,
        "Every flow between workloads and addresses is as in the baseline, after 1 edit. 1 connection of a node differs."
    );
    let nodes = group(&view.list, "Nodes");
    assert_eq!((nodes.rows[0].title.as_str(), nodes.rows[0].outlook), ("`any address outside` → `node/n1`", Outlook::Changed));
    assert_eq!(nodes.rows[0].word, "opens TCP 9200, closes TCP 9100; as before TCP 22, 179, 2379-2380, 5473, 6443, 6666-6667; UDP 68");
    assert!(matches!(&nodes.rows[0].link, Some(RowLink::Flow(question)) if question.to == "node/n1"), "{:?}", nodes.rows[0].link);
    assert!(view.markdown.contains("| changed | 0.0.0.0-255.255.255.255[External] | node/n1 | TCP "), "{}", view.markdown);
    // The same for programs.
    let diff = crate::diff_view(&analysis(&guarded(9100)), &analysis(&guarded(9200)));
    assert_eq!((diff.relation.as_str(), diff.differences.len()), ("overlapping", 0));
    let nodes = diff.nodes.unwrap();
    assert!(nodes.iter().any(|d| d.to == "node/n1" && d.why_now.as_deref().is_some_and(|why| why.starts_with("Denied"))), "{nodes:?}");
    // A policy of pods counts at nodes too, and a scene without nodes has nothing to say.
    let (_, view, _) = compared(SHOP, &SHOP.replacen("wbe", "web", 1));
    assert!(view.list.groups.iter().all(|group| group.title != "Nodes"));
}

#[test]
fn other_assumptions_are_a_difference_too() {
    let mut evaluator = Evaluator::default();
    let files = vec![("shop.yaml".to_owned(), SHOP.to_owned())];
    let reply = evaluator.reply(Request {
        revision: 1,
        files: Some(Request::new_files(files.clone())),
        settings: "engine=none".into(),
        question: Question::default(),
        board: None,
        path: None,
        further: vec![FurtherQuestion::Comparison(1)],
        baseline: Some(BaselineTexts { number: 1, files, settings: String::new() }),
    });
    let FurtherAnswer::Comparison(view) = &reply.further[0].1 else { panic!() };
    assert_eq!(view.list.summary, "2 flows opened, by other assumptions. Everything that was allowed still is.");
    // A baseline that the evaluator does not have is not made up.
    let again = Request { further: vec![FurtherQuestion::Comparison(2)], ..request_again() };
    assert_eq!(evaluator.reply(again).further[0].1, FurtherAnswer::Comparison(ComparisonView::default()));
    let known = Request { further: vec![FurtherQuestion::Comparison(1)], ..request_again() };
    assert_eq!(evaluator.reply(known).further[0].1, reply.further[0].1, "it keeps the baseline");
}

/// Another request about the same files.
fn request_again() -> Request {
    let (settings, question) = ("engine=none".into(), Question::default());
    Request { revision: 1, files: None, settings, question, board: None, path: None, further: Vec::new(), baseline: None }
}

fn group<'a>(list: &'a ListView, title: &str) -> &'a ListGroup {
    list.groups.iter().find(|group| group.title == title).unwrap_or_else(|| panic!("{title}: {:?}", titles(list)))
}

fn ticks(list: &ListView) -> Vec<(&str, bool)> {
    let tick = |row: &'_ ListRow| row.tick.clone().map(|tick| tick.on).unwrap();
    group(list, "Wanted flows").rows.iter().map(|row| (row.title.as_str(), tick(row))).collect()
}

#[test]
fn policies_for_what_checks_want_take_the_place_of_those_that_there_are() {
    let asked = PoliciesAsked::default();
    let found = list(SHOP, &FurtherQuestion::LeastPrivilege(asked.clone()));
    assert_eq!(chosen(&found), ["Checks", "Kubernetes", "as ticked"]);
    assert_eq!(ticks(&found), [("`default/web` → `default/db` TCP 5432", true)], "what is to be denied is not wanted");
    assert_eq!(found.summary, "3 policies for 1 flow: exactly these remain");
    assert_eq!(group(&found, "Policies that these replace").rows[0].title, "NetworkPolicy `default/db`");
    let offer = &found.offers[0];
    let fix = offer.fix.as_ref().unwrap();
    let edits: Vec<crate::Edit> = fix.edits.iter().filter(|edit| edit.at.file == "shop.yaml").map(crate::Edit::from).collect();
    let left = apply_edits(SHOP, &edits.iter().collect::<Vec<_>>());
    assert!(!left.contains("NetworkPolicy") && left.contains("kind: Check") && left.contains("name: web"), "{left}");
    let written = fix.edits.iter().find(|edit| edit.at.file == "least-privilege.yaml").unwrap();
    assert_eq!(written.insert, offer.text);
    // What remains is what was wanted: asked of the files as they are afterwards.
    let mut after = Analysis::default();
    after.set_files(&[("shop.yaml", &left), ("least-privilege.yaml", &offer.text)]);
    let verdict = |port| {
        let question = Question { from: "web".into(), to: "db".into(), port: Some(port), ..Question::default() };
        answer_to(&after, &question).unwrap().verdict
    };
    assert_eq!((verdict(5432), verdict(80)), (VerdictView::Allowed, VerdictView::Denied));
    let back = Question { from: "db".into(), to: "web".into(), port: Some(80), ..Question::default() };
    assert_eq!(answer_to(&after, &back).unwrap().verdict, VerdictView::Denied);
    let calico = list(SHOP, &FurtherQuestion::LeastPrivilege(PoliciesAsked { form: "calico".into(), ..asked }));
    assert!(
        calico.offers[0].text.contains("projectcalico.org/v3") && calico.summary.ends_with("exactly these remain"),
        "{}",
        calico.summary
    );
}

#[test]
fn flows_that_are_allowed_now_can_be_ticked() {
    let text = SHOP.replace("wbe", "web");
    let mut asked = FurtherQuestion::LeastPrivilege(PoliciesAsked { source: Some(WantedFlows::Allowed), ..PoliciesAsked::default() });
    let found = list(&text, &asked);
    let shown = ticks(&found);
    assert!(shown.contains(&("`default/web` → `default/db` TCP 5432", true)), "what a policy limits is ticked: {shown:?}");
    assert!(shown.iter().all(|(title, on)| !on || title.contains("TCP 5432")), "{shown:?}");
    assert!(
        shown.contains(&("`default/db` → `default/web` all connections", false))
            || shown.contains(&("`default/db` → `default/web` TCP UDP SCTP", false)),
        "{shown:?}"
    );
    // None is left.
    let key = |title: &str| {
        let row = group(&found, "Wanted flows").rows.iter().find(|row| row.title == title).unwrap();
        row.tick.as_ref().unwrap().key.clone()
    };
    let only = key("`default/web` → `default/db` TCP 5432");
    assert!(!asked.is_flipped(&only));
    asked.flip(only.clone());
    assert!(asked.is_flipped(&only));
    let none = list(&text, &asked);
    assert_eq!((none.summary.as_str(), none.offers.len()), ("Tick the flows that are wanted.", 0));
    asked.flip(only.clone());
    assert!(!asked.is_flipped(&only));
    assert_eq!(list(&text, &asked), found);
    // Of checks there are none here.
    let empty = list("", &FurtherQuestion::LeastPrivilege(PoliciesAsked { source: Some(WantedFlows::Checks), ..PoliciesAsked::default() }));
    assert!(empty.summary.starts_with("No check expects"), "{}", empty.summary);
}

const LOG: &str = "\
src,dst,port,action
default/web,default/db,5432,allow
default/web,default/db,5432,allow
default/web,default/db,80,deny
default/db,default/web,80,deny
default/web,default/cache,6379,allow
";

fn logged(text: &str, question: &FurtherQuestion) -> ListView {
    let logs = netpolis_core::answers::flow_logs::ReadLogs::new(&[netpolis_core::answers::flow_logs::Log { name: "flows.csv", text: LOG }]);
    match further_answer(&analysis(text), Some((3, &logs)), question) {
        FurtherAnswer::List(list) => list,
        other => panic!("{other:?}"),
    }
}

#[test]
fn flows_of_logs_that_contradict_the_files_come_first_and_become_policies() {
    let found = logged(SHOP, &FurtherQuestion::FlowLogs(Some(3)));
    assert_eq!(
        found.summary,
        "`flows.csv` (flows as comma separated values, 5 entries): of 3 flows: 1 passed and would be denied, 1 was denied and is allowed here"
    );
    let shown: Vec<&str> = found.groups.iter().map(|group| group.title.as_str()).collect();
    assert_eq!(
        shown,
        [
            "Passed in the log, denied by these files",
            "Denied in the log, allowed by these files",
            "Denied in both",
            "Not judged: an end is not in these files",
            "What to do with it"
        ]
    );
    let broken = &found.groups[0].rows[0];
    assert_eq!(
        (broken.title.as_str(), broken.word.as_str(), broken.lines[1].as_str()),
        ("`default/web` → `default/db` TCP 5432", "2 entries", "seen 2 times")
    );
    let Some(RowLink::Flow(question)) = &broken.link else { panic!("{broken:?}") };
    assert_eq!(answer_to(&analysis(SHOP), question).unwrap().verdict, VerdictView::Denied);
    // On to policies for what passed.
    let Some(RowLink::Answer(_, next)) = &found.groups[4].rows[0].link else { panic!() };
    let policies = logged(SHOP, next);
    assert_eq!(chosen(&policies), ["Flow log", "Kubernetes", "as ticked"]);
    assert_eq!(ticks(&policies), [("`default/web` → `default/db` TCP 5432", true)]);
    assert!(policies.summary.ends_with("for 1 flow: exactly these remain"), "{}", policies.summary);
    // Without logs, and with others than those that are asked about.
    for question in [FurtherQuestion::FlowLogs(None), FurtherQuestion::FlowLogs(Some(2))] {
        let none = logged(SHOP, &question);
        assert!(none.groups.is_empty() && none.summary.starts_with("No flow log is open"));
    }
}

#[test]
fn the_evaluator_keeps_logs_while_the_text_changes() {
    let mut evaluator = Evaluator::default();
    evaluator.take_logs(1, &[("flows.csv".into(), LOG.into())]);
    let mut ask = |revision: u32, text: &str| {
        let files = Some(Request::new_files([("shop.yaml".into(), text.into())]));
        let further = vec![FurtherQuestion::FlowLogs(Some(1))];
        let (settings, question) = (String::new(), Question::default());
        let reply = evaluator.reply(Request { revision, files, settings, question, board: None, path: None, further, baseline: None });
        match &reply.further[0].1 {
            FurtherAnswer::List(list) => (list.good, list.bad),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(ask(1, SHOP), (1, 2));
    assert_eq!(ask(2, &SHOP.replace("wbe", "web")), (2, 1));
}
