use super::*;
use crate::state::{Action, LayoutAction, Pane};
use netpolis_view::{EditView, Evaluator, ProposedFix, SourceLocation};

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
";
const CHECK: &str = "---\n{apiVersion: netpolis.dev/v1, kind: Check, metadata: {name: c}, spec: {checks: [{from: web, to: db, port: 5432, expect: allowed}]}}\n";

/// The page with a text, asked about a port of `db`.
fn page(text: &str, port: u16) -> Rc<State> {
    let state = Rc::new(State::default()).reduce(Action::FilesGiven(vec![("shop.yaml".into(), text.into())]));
    let question = netpolis_view::Question { from: "web".into(), to: "db".into(), port: Some(port), ..Default::default() };
    answered(state.reduce(Action::Ask(question)))
}

/// As the engine answers: one request, and those that come of its reply.
fn answered(mut state: Rc<State>) -> Rc<State> {
    let mut evaluator = Evaluator::default();
    for _ in 0..4 {
        if state.is_answered() {
            return state;
        }
        state = state.clone().reduce(Action::evaluated(evaluator.reply(state.request())));
    }
    panic!("never answered: {:?}", state.lacks_further());
}

fn list(state: &State) -> FixListView {
    state.fix_section().unwrap().list().cloned().unwrap()
}

#[test]
fn further_answers_are_asked_after_the_rest_and_once() {
    let state = page(SHOP, 5432).reduce(Action::LookForFixes(Some(Goal::Allow)));
    assert!(!state.is_answered() && state.knows_the_rest());
    assert_eq!(state.request_without_texts().further, state.wants_further());
    assert!(matches!(state.fix_section(), Some(FixSection::Waits(Goal::Allow))));
    let edited = state.clone().reduce(Action::TextEdited(state.files.active, format!("{SHOP}# more\n").into()));
    assert!(edited.request().further.is_empty(), "the verdict comes first");
    let state = answered(edited);
    assert!(state.lacks_further().is_empty() && !state.wants_further().is_empty());
    assert_eq!(list(&state).proposals[0].effect, "Opens this flow, and nothing else");
}

#[test]
fn a_change_is_applied_as_one_step_and_only_to_the_text_that_it_was_found_for() {
    let state = answered(page(SHOP, 5432).reduce(Action::LookForFixes(Some(Goal::Allow))));
    let best = list(&state).proposals[0].fix.clone();
    let revision = state.fixed_revision();
    assert_eq!(state.lines_of(&best)[0].added.len(), 1);
    let applied = answered(state.clone().reduce(Action::ApplyFix { revision, fix: best.clone() }));
    assert!(applied.files.text_of("shop.yaml").contains("app: web}}}]"));
    assert_eq!(applied.answers.verdict().map(|said| said.word), Some(PathWord::Allowed));
    assert!(matches!(applied.fix_section(), Some(FixSection::Offered(Goal::Stop))), "what was looked for is there");
    assert_eq!(applied.reduce(Action::Undo).files.text_of("shop.yaml"), SHOP);
    let edited = state.reduce(Action::TextEdited(crate::state::FileId(1), format!("# more\n{SHOP}").into()));
    let refused = edited.clone().reduce(Action::ApplyFix { revision, fix: best.clone() });
    assert_eq!(refused.files.text_of("shop.yaml"), edited.files.text_of("shop.yaml"));
    assert!(refused.notices.notice.as_ref().is_some_and(|notice| notice.text.contains("the text has changed") && !notice.undo));
    assert!(refused.lines_of(&best).is_empty(), "its lines are of another text");
}

#[test]
fn what_is_allowed_can_be_stopped_and_what_is_only_shown_is_not_offered() {
    let text = SHOP.replace("wbe", "web");
    let state = page(&text, 5432);
    assert!(matches!(state.fix_section(), Some(FixSection::Offered(Goal::Stop))));
    let state = answered(state.reduce(Action::LookForFixes(Some(Goal::Stop))));
    assert!(list(&state).deny && list(&state).proposals[0].effect.starts_with("Stops this flow"));
    let mut read_only = (*state).clone();
    read_only.files.read_only = true;
    assert_eq!((read_only.fix_section(), read_only.wants_further()), (None, vec![]));
}

#[test]
fn checks_are_counted_where_they_are_seen() {
    let state = page(&format!("{SHOP}{CHECK}"), 80);
    assert_eq!(state.check_counts(), Some((0, 1)));
    assert_eq!(page(SHOP, 80).check_counts(), None);
    let hidden = state.clone().reduce(LayoutAction::TogglePane(Pane::Bottom).into());
    assert!(hidden.wants_further().is_empty());
    // A narrow window has no room for the count.
    let narrow = state.reduce(LayoutAction::WindowWidth(390).into());
    assert!(narrow.wants_further().is_empty());
    let shown = narrow.reduce(LayoutAction::ShowScreen(Screen::Reports).into()).reduce(LayoutAction::ShowTab(Tab::Answers).into());
    assert_eq!((shown.wants_further(), shown.shown_tab()), (vec![FurtherQuestion::Checks], Tab::Answers));
}

#[test]
fn a_list_is_asked_while_it_is_seen_and_its_rows_lead_on() {
    let state = page(SHOP, 80).reduce(LayoutAction::ShowTab(Tab::Answers).into());
    assert_eq!((state.wants_further(), state.list_words()), (vec![FurtherQuestion::Checks], "Looking…"));
    let state = answered(state.reduce(LayoutAction::ShowList(AnswerList::OpenEnds).into()));
    let ends = state.shown_list().and_then(|answer| as_list(answer)).cloned().unwrap();
    let link = ends.groups[0].rows[0].link.clone().unwrap();
    assert!(state.clone().reduce(Action::Follow(link.clone())).selected_end().is_some(), "{link:?}");
    let question = netpolis_view::Question { from: "db".into(), to: "web".into(), ..Default::default() };
    let flow = state.clone().reduce(Action::Follow(RowLink::Flow(question.clone())));
    assert_eq!((flow.asking.flow.from.as_str(), flow.layout.screen), ("db", Screen::default()));
    let narrow = state.reduce(LayoutAction::WindowWidth(390).into()).reduce(Action::Follow(RowLink::Flow(question)));
    assert_eq!(narrow.layout.screen, Screen::Trace);
}

#[test]
fn without_the_larger_engine_nothing_is_asked_of_it() {
    let state = page(SHOP, 80).reduce(LayoutAction::ShowTab(Tab::Answers).into());
    let state = state.reduce(Action::Engine(Some(EngineFault::Further)));
    assert_eq!((state.wants_further(), state.list_words()), (vec![], "This could not be loaded."));
    assert_eq!(state.reduce(Action::Engine(None)).wants_further(), [FurtherQuestion::Checks]);
}

#[test]
fn another_scene_begins_without_them() {
    let state = answered(page(SHOP, 5432).reduce(Action::LookForFixes(Some(Goal::Allow))));
    let state = answered(state.reduce(LayoutAction::ShowTab(Tab::Answers).into()));
    let other = state.reduce(Action::StartScene);
    assert!(other.shown_list().is_none() && other.further.looks_for.is_none());
}

#[test]
fn the_same_answer_stays_the_same_one() {
    let question = FurtherQuestion::Checks;
    let mut further = Further::default();
    let answer = || Rc::new(FurtherAnswer::List(ListView { good: 1, ..ListView::default() }));
    let first = answer();
    further.take(1, &[(question.clone(), first.clone())]);
    further.take(2, &[(question.clone(), answer())]);
    assert!(Rc::ptr_eq(further.of(&question).unwrap(), &first));
    assert_eq!(further.known[0].revision, 2);
    let at = SourceLocation { file: String::new(), line: 1, column: 1, end_line: 1, start: 0, end: 0 };
    let fix = FixView { title: String::new(), edits: vec![EditView { at, insert: String::new() }] };
    let fixes = FixListView {
        deny: false,
        proposals: vec![ProposedFix { fix, effect: String::new(), exact: true, besides: Vec::new() }],
        notes: Vec::new(),
    };
    let found = FixSection::Found(Goal::Allow, Rc::new(FurtherAnswer::Fix(Ok(fixes))));
    assert_eq!(found.list().map(|list| list.proposals.len()), Some(1));
    assert!(FixSection::Found(Goal::Allow, first).list().is_none());
}

#[test]
fn a_choice_in_a_list_stays_and_its_text_is_applied_as_one_step() {
    let state = page(&SHOP.replace("wbe", "web"), 80).reduce(LayoutAction::ShowTab(Tab::Answers).into());
    let state = answered(state.reduce(LayoutAction::ShowList(AnswerList::Convert).into()));
    let before = state.shown_list().cloned().unwrap();
    let asked = FurtherQuestion::Convert("kubernetes".into());
    let state = state.reduce(Action::AskList(asked.clone()));
    assert_eq!((state.lacks_further(), state.shown_list()), (vec![asked.clone()], Some(&before)), "the last answer stands until the next");
    let state = answered(state);
    assert!(as_list(state.shown_list().unwrap()).unwrap().summary.starts_with("Nothing to convert to Kubernetes"));
    // The choice is kept while another list is shown.
    let state = answered(state.reduce(LayoutAction::ShowList(AnswerList::Checks).into()));
    let state = state.reduce(LayoutAction::ShowList(AnswerList::Convert).into());
    assert!(state.lacks_further().is_empty() && state.wants_further() == [asked]);
    let state = answered(state.reduce(Action::AskList(FurtherQuestion::Convert("calico".into()))));
    let fix = as_list(state.shown_list().unwrap()).unwrap().offers[0].fix.clone().unwrap();
    let revision = state.list_revision();
    let applied = state.clone().reduce(Action::ApplyFix { revision, fix: fix.clone() });
    assert!(applied.files.text_of("shop.yaml").contains("projectcalico.org/v3"));
    assert_eq!(applied.clone().reduce(Action::Undo).files.text_of("shop.yaml"), state.files.text_of("shop.yaml"));
    let again = applied.clone().reduce(Action::ApplyFix { revision, fix });
    assert_eq!(again.files.text_of("shop.yaml"), applied.files.text_of("shop.yaml"), "of another text it is not applied");
}

#[test]
fn what_is_written_may_be_a_file_of_its_own() {
    let state = page(SHOP, 80);
    let edit = netpolis_view::Edit { start: 0, end: 0, insert: "kind: Pod\n".into() };
    let written = state.reduce(Action::ApplyEdits { title: "x".into(), edits: vec![("new.yaml".into(), edit)] });
    assert_eq!((written.files.len(), written.files.text_of("new.yaml"), written.files.text_of("shop.yaml")), (2, "kind: Pod\n", SHOP));
    assert_eq!(written.reduce(Action::Undo).files.len(), 1);
}

#[test]
fn a_row_is_ticked_at_once_and_its_policies_are_a_file_of_their_own() {
    let state = page(&format!("{SHOP}{CHECK}"), 80).reduce(LayoutAction::ShowTab(Tab::Answers).into());
    let state = answered(state.reduce(LayoutAction::ShowList(AnswerList::LeastPrivilege).into()));
    let ticks = |state: &State| -> Vec<RowTick> {
        as_list(state.shown_list().unwrap())
            .unwrap()
            .groups
            .iter()
            .flat_map(|group| &group.rows)
            .filter_map(|row| row.tick.clone())
            .collect()
    };
    let tick = ticks(&state)[0].clone();
    assert!(tick.on && state.is_ticked(&tick));
    let off = state.clone().reduce(Action::Tick(tick.key.clone()));
    assert!(!off.is_ticked(&tick) && off.lacks_further().len() == 1, "before it is answered");
    let off = answered(off);
    assert!(!off.is_ticked(&ticks(&off)[0]) && as_list(off.shown_list().unwrap()).unwrap().offers.is_empty());
    let on = off.reduce(Action::Tick(tick.key));
    assert!(on.is_ticked(&ticks(&on)[0]));
    let on = answered(on);
    let fix = as_list(on.shown_list().unwrap()).unwrap().offers[0].fix.clone().unwrap();
    let applied = answered(on.clone().reduce(Action::ApplyFix { revision: on.list_revision(), fix }));
    assert_eq!(applied.check_counts(), Some((1, 0)), "the check holds now");
    assert!(
        applied.files.text_of("least-privilege.yaml").contains("kind: NetworkPolicy")
            && !applied.files.text_of("shop.yaml").contains("NetworkPolicy")
    );
    assert_eq!(applied.reduce(Action::Undo).files.len(), 1);
}

#[test]
fn a_flow_log_is_no_file_and_is_kept_while_scenes_change() {
    let state = page(SHOP, 80).reduce(Action::LogsGiven(vec![("hubble.jsonl".into(), "flows of Hubble")]));
    assert_eq!((state.files.len(), state.layout.list, state.shown_tab()), (1, AnswerList::FlowLogs, Tab::Answers));
    assert_eq!(
        state.notices.notice.as_ref().map(|n| n.text.as_str()),
        Some("hubble.jsonl: flows of Hubble. Judged under Answers; not stored, not in links")
    );
    let FurtherQuestion::FlowLogs(Some(number)) = state.list_question().unwrap() else { panic!() };
    let more = state.clone().reduce(Action::LogsGiven(vec![("b.csv".into(), "flows as comma separated values")]));
    assert_ne!(more.list_question(), Some(FurtherQuestion::FlowLogs(Some(number))), "they are read again");
    let other = state.clone().reduce(Action::StartScene);
    assert_eq!(other.further.logs, Some(number));
    let closed = state.reduce(Action::AskList(FurtherQuestion::FlowLogs(None)));
    assert_eq!((closed.list_question(), closed.further.logs), (Some(FurtherQuestion::FlowLogs(None)), None));
}

#[test]
fn secrets_of_a_pasted_cluster_are_in_no_state_record_or_link() {
    let cluster = "items:\n- kind: Secret\n  data: {password: hidden}\n- kind: Pod\n  metadata: {name: web}\n- kind: ConfigMap\n  data: {a: hidden}\nkind: List\n";
    let empty = Rc::new(State::start_empty());
    let shown = empty.files.active;
    let pastes = [
        Action::FilesGiven(vec![("cluster.yaml".into(), cluster.into())]),
        empty.paste(cluster.into()),
        Action::TextEdited(shown, cluster.into()),
    ];
    for paste in pastes {
        let state = empty.clone().reduce(paste.clone());
        assert!(state.files.iter().all(|file| !file.text.contains("hidden")), "{paste:?}");
        assert!(state.files.iter().any(|file| file.text.contains("name: web")));
        let said = state.notices.notice.as_ref().unwrap().text.clone();
        assert!(said.contains("1 Secret, 1 ConfigMap"), "{said}");
    }
    // A pasted text is shown anew in the editor.
    let pasted = empty.clone().reduce(Action::TextEdited(shown, cluster.into()));
    assert_ne!(pasted.files.find(shown).unwrap().version, empty.files.find(shown).unwrap().version);
    // What a person types stays theirs, and is not kept: neither the file nor its text once it is closed.
    let typed = "kind: Secret\ndata: {a: hidden}\n";
    let state = empty.reduce(Action::TextEdited(shown, typed.into()));
    assert_eq!(&*state.files.find(shown).unwrap().text, typed);
    let packed = |state: &State| state.record(crate::scenes::Clock::default(), 0.0, None).open().unwrap();
    let (shared, ..) = packed(&state);
    assert!(shared.files.iter().all(|(_, text)| !text.contains("hidden")));
    let (_, closed, _) = packed(&state.reduce(Action::CloseFile(shown)));
    assert!(!closed.is_empty() && closed.iter().all(|file| !file.text.contains("hidden")));
}
