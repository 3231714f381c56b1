use super::*;
use crate::share::{Shared, decode_kept, encode};
use crate::state::{Action, LayoutAction, Opened, as_list};
use netpolis_view::Evaluator;

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
  - from: [{podSelector: {matchLabels: {app: web}}}]
    ports: [{port: 5432}]
";

fn page() -> Rc<State> {
    Rc::new(State::default()).reduce(Action::FilesGiven(vec![("shop.yaml".into(), SHOP.into())]))
}

fn edited(state: &Rc<State>, from: &str, to: &str) -> Rc<State> {
    let file = state.files.shown().unwrap();
    state.clone().reduce(Action::TextEdited(file.id, file.text.replace(from, to).into()))
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

fn summary(state: &State) -> &str {
    state.shown_list().and_then(|answer| as_list(answer)).map_or("", |list| list.summary.as_str())
}

#[test]
fn what_an_edit_opens_is_told_at_once() {
    let state = answered(page().reduce(CompareAction::Keep.into()));
    assert_eq!((state.shown_tab(), state.layout.list), (Tab::Answers, AnswerList::Compare));
    assert!(summary(&state).starts_with("Nothing differs from the baseline yet."), "{}", summary(&state));
    assert_eq!(state.compared_flows(), None);
    let state = answered(edited(&state, "port: 5432", "port: 5433"));
    assert_eq!(state.compared_flows(), Some((1, "1 flow changed")));
    assert_eq!(summary(&state), "1 flow changed, by 1 edit.");
    let marks = marks_in(&state.answers.scene, state.marks().map(|marks| &**marks));
    let end = |key| state.answers.scene.find(key).unwrap();
    assert_eq!(marks, Marks::from([((end("default/web[Pod]"), end("default/db[Pod]")), FlowChange::Changed)]));
    // The marks of the text before stand until the next ones are there, also where ends have other numbers.
    let more = edited(&state, "---\n", "---\n{apiVersion: v1, kind: Pod, metadata: {name: a}}\n---\n");
    assert!(more.marks().is_some());
    assert_eq!(answered(more).compared_flows().map(|(flows, _)| flows > 1), Some(true));
}

#[test]
fn marks_are_asked_without_the_list_and_nothing_without_a_baseline() {
    let state = answered(page());
    assert!(state.wants_further().is_empty() && state.baseline_texts().is_none());
    let listed =
        state.clone().reduce(LayoutAction::ShowTab(Tab::Answers).into()).reduce(LayoutAction::ShowList(AnswerList::Compare).into());
    assert!(listed.wants_further().is_empty() && listed.list_words().starts_with("Keep the files as they are"));
    let state = answered(state.reduce(CompareAction::Keep.into()).reduce(LayoutAction::ShowTab(Tab::Matrix).into()));
    assert!(matches!(state.wants_further()[..], [FurtherQuestion::Marks(_)]));
    let stopped = state.reduce(CompareAction::Stop.into());
    assert!(stopped.wants_further().is_empty() && stopped.marks().is_none());
}

#[test]
fn each_change_of_the_baseline_is_one_step_back() {
    let kept = page().reduce(CompareAction::Keep.into());
    let state = edited(&kept, "5432", "5433");
    let text =
        |state: &State| (state.files.text_of("shop.yaml").contains("5433"), state.baseline().map(|old| old.files[0].1.contains("5433")));
    assert_eq!(text(&state), (true, Some(false)));
    let back = state.clone().reduce(CompareAction::Back.into());
    assert_eq!(text(&back), (false, Some(false)));
    assert_eq!(text(&back.reduce(Action::Undo)), (true, Some(false)));
    let swapped = state.clone().reduce(CompareAction::Swap.into());
    assert_eq!(text(&swapped), (false, Some(true)));
    assert_eq!(text(&swapped.reduce(Action::Undo)), (true, Some(false)));
    let taken = state.clone().reduce(CompareAction::Keep.into());
    assert_eq!(text(&taken), (true, Some(true)));
    assert_eq!(text(&taken.reduce(Action::Undo)), (true, Some(false)));
    let stopped = state.clone().reduce(CompareAction::Stop.into());
    assert_eq!(text(&stopped), (true, None));
    assert!(stopped.notices.notice.as_ref().unwrap().undo);
    assert_eq!(text(&stopped.reduce(Action::Undo)), (true, Some(false)));
    // A step of the files alone leaves the baseline as it is.
    let closed = kept.reduce(Action::FilesGiven(vec![("more.yaml".into(), "kind: Pod".into())]));
    assert_eq!(text(&closed.reduce(Action::Undo)), (false, Some(false)));
}

#[test]
fn other_assumptions_can_be_compared_and_come_with_the_baseline() {
    let none = Settings { engine: netpolis_core::settings::Engine::None, ..Settings::default() };
    let state = answered(page().reduce(CompareAction::Under("No engine".into(), none.clone()).into()));
    assert_eq!(summary(&state), "1 flow closed and 1 changed, by other assumptions. Nothing new is allowed.");
    let swapped = answered(state.reduce(CompareAction::Swap.into()));
    assert_eq!(swapped.settings, none);
    assert_eq!(summary(&swapped), "1 flow opened and 1 changed, by other assumptions. Everything that was allowed still is.");
}

#[test]
fn the_baseline_is_kept_with_the_scene_and_goes_with_it() {
    let state = edited(&page().reduce(CompareAction::Keep.into()), "5432", "5433");
    assert!(state.place.kept);
    let (shared, unknown) = decode_kept(&encode(&state.shared())).unwrap();
    assert_eq!((shared.baseline.as_deref(), unknown), (state.baseline().map(|old| &**old), None));
    let opened = Rc::new(State::start_opened(Opened { place: state.place.clone(), shared: shared.clone() }));
    assert_eq!(opened.baseline(), state.baseline());
    assert_eq!(Rc::new(State::start_shared(shared)).baseline(), state.baseline(), "a link may hold it, too");
    // Another scene has none, and the way back leads to it again.
    let other = state.clone().reduce(Action::OpenShared(Box::default()));
    assert!(other.baseline().is_none());
    assert_eq!(other.reduce(Action::Undo).baseline(), state.baseline());
    // That it is another is worth storing.
    let plain = edited(&page(), "5432", "5433");
    assert_ne!(plain.content(), plain.clone().reduce(CompareAction::Keep.into()).content());
    assert_eq!(Shared::default().baseline, None);
}

#[test]
fn anything_that_holds_files_can_be_a_baseline() {
    let file = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    let none = Settings { engine: netpolis_core::settings::Engine::None, ..Settings::default() };
    let of_files = |files| baseline_of_files(files, none.clone()).map(|old| (old.name.clone(), old.files.len(), old.settings == none));
    assert_eq!(of_files(vec![file("a.yaml", "kind: Pod"), file("empty.yaml", " ")]), Some(("a.yaml".into(), 1, true)));
    assert_eq!(of_files(vec![file("a.yaml", "kind: Pod"), file("b.yaml", "kind: Pod")]), Some(("2 files".into(), 2, true)));
    assert_eq!(of_files(vec![file("a.yaml", "")]), None);
    let shared = Shared { files: vec![file("a.yaml", "kind: Pod")], ..Shared::default() };
    // A scene comes with what it assumes.
    assert_eq!(of_files(vec![file("Shop.netpolis", &encode(&shared))]), Some(("Shop".into(), 1, false)));
    let of_text = |text: &str| baseline_of_text(text, none.clone()).map(|old| (old.name.clone(), old.files[0].1.clone()));
    assert_eq!(of_text(&format!(" https://example.org/#{}&view=graph\n", encode(&shared))), Ok(("the link".into(), "kind: Pod".into())));
    assert_eq!(of_text("# more\nkind: Pod"), Ok(("pasted.yaml".into(), "# more\nkind: Pod".into())));
    assert!(of_text("https://example.org/#v1.AAAA").unwrap_err().contains("damaged"));
    assert_eq!(of_text(" "), Err("There is no text on the clipboard".into()));
}

#[test]
fn the_text_that_the_editor_compares_with_is_that_of_the_same_file() {
    let kept = page().reduce(CompareAction::Keep.into());
    assert_eq!(kept.original(), None, "not wanted");
    let shown = kept.reduce(LayoutAction::CompareInText(true).into());
    let state = edited(&shown, "port: 5432", "port: 5433");
    assert_eq!(state.original(), Some(SHOP));
    // The only file of each, whatever it is called; a further one is all new.
    let file = state.files.shown().unwrap().id;
    let renamed = state.reduce(Action::RenameFile(file, "other.yaml".into()));
    assert_eq!(renamed.original(), Some(SHOP));
    assert_eq!(renamed.clone().reduce(Action::AddFile).original(), Some(""));
    assert_eq!(renamed.reduce(CompareAction::Stop.into()).original(), None);
}
