use super::*;
use crate::examples::Example;
use crate::scenes::Elsewhere;
use netpolis_view::{
    BoardReply, Edit, EndKind, EndView, PathAnswers, PathQuestion, Question, SceneView, SourceLocation, TargetKind, TargetView,
};

static EXAMPLE: Example = Example {
    id: "two",
    topic: "policies",
    title: "Two files",
    summary: "",
    files: &[("pods.yaml", "kind: Pod\n"), ("policies.yaml", "kind: NetworkPolicy\n")],
    flow: ["shop/a", "shop/b", "TCP", "80"],
    path: None,
    tab: "",
};

fn start() -> Rc<State> {
    Rc::new(State::start(0, &EXAMPLE))
}

fn id(state: &State, name: &str) -> FileId {
    state.files.iter().find(|f| f.name == name).unwrap().id
}

fn reply(state: &State) -> Action {
    Action::Evaluated {
        revision: state.revision,
        scene: Some(Rc::new(SceneView { objects: 7, ..SceneView::default() })),
        question: state.asking.flow.clone(),
        answer: Rc::new(Err("nobody".into())),
        board: None,
        path: None,
        further: Vec::new(),
        checks: 0,
    }
}

#[test]
fn opens_on_the_policies_with_a_question() {
    let state = start();
    assert_eq!(state.files.shown().unwrap().name, "policies.yaml");
    assert_eq!(
        state.asking.flow,
        Question { from: "shop/a".into(), to: "shop/b".into(), protocol: "TCP".into(), port: Some(80), ..Question::default() }
    );
    assert!(!state.can_undo());
}

#[test]
fn an_edit_makes_a_new_revision_and_the_same_text_none() {
    let state = start();
    let pods = id(&state, "pods.yaml");
    let edited = state.clone().reduce(Action::TextEdited(pods, "kind: Node\n".into()));
    assert_eq!(edited.revision, state.revision + 1);
    let again = edited.clone().reduce(Action::TextEdited(pods, "kind: Node\n".into()));
    assert!(Rc::ptr_eq(&edited, &again));
}

#[test]
fn stale_answers_are_dropped_and_the_last_picture_stays() {
    let state = start();
    let late = reply(&state);
    let state = state.clone().reduce(reply(&state));
    assert_eq!(state.answers.scene.objects, 7);
    let edited = state.reduce(Action::TextEdited(FileId(1), "kind: [".into()));
    let after = edited.clone().reduce(late);
    assert!(Rc::ptr_eq(&edited, &after));
    assert_eq!(after.answers.scene.objects, 7);
    assert!(after.answers.revision < after.revision);
}

#[test]
fn a_new_question_drops_the_old_answer() {
    let state = start();
    let state = state.clone().reduce(reply(&state));
    let question = Question { port: Some(443), ..state.asking.flow.clone() };
    let late = reply(&state);
    let asked = state.reduce(Action::Ask(question));
    assert!(asked.answers.flow.is_none());
    assert!(Rc::ptr_eq(&asked, &asked.clone().reduce(late)));
}

#[test]
fn asking_shows_the_flow_again() {
    let state = start().reduce(Action::Select(Some("shop/a".into())));
    assert_eq!(state.asking.selection, Selection::Endpoint("shop/a".into()));
    let question = state.asking.flow.clone();
    assert_eq!(state.reduce(Action::Ask(question)).asking.selection, Selection::Flow);
}

#[test]
fn closing_a_file_can_be_undone() {
    let state = start();
    let policies = id(&state, "policies.yaml");
    let closed = state.reduce(Action::CloseFile(policies));
    assert_eq!(closed.files.len(), 1);
    assert_eq!(closed.files.shown().unwrap().name, "pods.yaml");
    assert!(closed.notices.notice.as_ref().unwrap().undo);
    let back = closed.reduce(Action::Undo);
    assert_eq!(back.files.shown().unwrap().name, "policies.yaml");
    assert_eq!(back.files.shown().unwrap().text.as_ref(), "kind: NetworkPolicy\n");
}

#[test]
fn there_is_always_a_file() {
    let mut state = start();
    for _ in 0..3 {
        let active = state.files.active;
        state = state.reduce(Action::CloseFile(active));
        assert!(state.files.shown().is_some());
    }
    assert_eq!(state.files.len(), 1);
    assert!(state.files.iter().all(|f| f.text.is_empty()));
}

#[test]
fn given_files_replace_those_of_the_same_name() {
    let given = vec![("pods.yaml".into(), "kind: List\n".into()), ("new.json".into(), "{}".into())];
    let state = start().reduce(Action::FilesGiven(given));
    let names: Vec<_> = state.files.iter().map(|f| f.name.as_str()).collect();
    assert_eq!(names, ["pods.yaml", "policies.yaml", "new.json"]);
    assert_eq!(state.files.first().unwrap().text.as_ref(), "kind: List\n");
    assert_eq!(state.files.example, None);
    let back = state.reduce(Action::Undo);
    assert_eq!(back.files.len(), 2);
    assert_eq!(back.files.example, Some(0));
}

#[test]
fn names_stay_apart() {
    let state = start();
    let pods = id(&state, "pods.yaml");
    let state = state.reduce(Action::RenameFile(pods, " policies.yaml ".into()));
    assert_eq!(state.files.find(pods).unwrap().name, "policies-2.yaml");
    let same = state.clone().reduce(Action::RenameFile(pods, "  ".into()));
    assert!(Rc::ptr_eq(&state, &same));
}

#[test]
fn edits_go_to_the_file_they_name() {
    let edit = Edit { start: 6, end: 9, insert: "Node".into() };
    let state = start().reduce(Action::ApplyEdits { title: "write Node".into(), edits: vec![("pods.yaml".into(), edit)] });
    assert_eq!(state.files.shown().unwrap().text.as_ref(), "kind: Node\n");
    assert_eq!(state.reduce(Action::Undo).files.find(FileId(1)).unwrap().text.as_ref(), "kind: Pod\n");
}

#[test]
fn panes_keep_within_their_limits() {
    let state = start().reduce(LayoutAction::Resize(Pane::Editor, 5).into());
    assert_eq!(state.layout.panes.editor, 240);
    let state = state.reduce(LayoutAction::TogglePane(Pane::Bottom).into()).reduce(LayoutAction::ShowTab(Tab::Matrix).into());
    assert!(!state.layout.panes.bottom_hidden);
}

#[test]
fn revealing_opens_the_file_and_can_be_repeated() {
    let spot = SourceLocation { file: "pods.yaml".into(), line: 1, column: 1, end_line: 1, start: 0, end: 4 };
    let state = start().reduce(Action::Reveal(spot.clone()));
    assert_eq!(state.files.shown().unwrap().name, "pods.yaml");
    let first = state.files.reveal.clone();
    assert_ne!(state.reduce(Action::Reveal(spot)).files.reveal, first);
}

#[test]
fn a_shared_scene_comes_back_as_it_was() {
    let state = start();
    let state = Rc::new(State::start_shared(state.shared()));
    assert_eq!(state.files.shown().unwrap().name, "policies.yaml");
    assert_eq!(state.shared(), start().shared());
}

#[test]
fn what_is_shown_is_always_of_the_newest_text() {
    let state = start();
    let state = state.clone().reduce(reply(&state));
    let state = state.reduce(Action::TextEdited(FileId(1), "kind: [".into()));
    assert!(state.files.typing && state.answers.revision != state.revision, "the page says that the picture is of the text before");
    let evaluated = Action::Evaluated {
        revision: state.revision,
        scene: Some(Rc::new(SceneView { objects: 6, ..SceneView::default() })),
        question: state.asking.flow.clone(),
        answer: Rc::new(Err("gone".into())),
        board: None,
        path: None,
        further: Vec::new(),
        checks: 0,
    };
    let state = state.reduce(evaluated);
    assert_eq!((state.answers.scene.objects, state.answers.revision), (6, state.revision));
    assert_eq!(*state.answers.flow.clone().unwrap(), Err("gone".into()));
    assert!(!state.reduce(Action::AddFile).files.typing);
}

// --- the way of a packet --------------------------------------------------------------------------

static WITH_PATH: Example =
    Example { id: "path", path: Some(["203.0.113.7", "svc/shop/web", "TCP", "443", "dataplane=ebpf"]), tab: "path", ..EXAMPLE };

fn asked(to: &str) -> PathAsked {
    let question = PathQuestion { from: "203.0.113.7".into(), to: to.into(), protocol: "TCP".into(), ..PathQuestion::default() };
    PathAsked { question, versus: None }
}

fn path_reply(state: &State, path: Option<PathAsked>) -> Action {
    let path = path.map(|asked| {
        Rc::new(PathAnswers { asked, first: Err("no way".into()), second: None, ends: None, client: None, places: Vec::new() })
    });
    match reply(state) {
        Action::Evaluated { revision, scene, question, answer, board, .. } => {
            Action::Evaluated { revision, scene, question, answer, board, path, further: Vec::new(), checks: 0 }
        }
        other => other,
    }
}

#[test]
fn asking_for_a_way_opens_its_panel() {
    let state = start();
    // Of a flow, the way is asked for as well: one question.
    let flow = PathAsked { question: (&state.asking.flow).into(), versus: None };
    assert_eq!((state.wants_path(), state.bottom_pane()), (Some(flow), Pane::Bottom));
    let state = state.reduce(LayoutAction::TogglePane(Pane::Bottom).into()).reduce(Action::AskPath(asked("svc/shop/web")));
    assert_eq!((state.shown_tab(), state.bottom_pane(), state.layout.screen), (Tab::Path, Pane::Path, Screen::Path));
    assert!(!state.layout.panes.bottom_hidden);
    assert_eq!(state.wants_path(), Some(asked("svc/shop/web")));
    // Another tab: it is the question all the same. A wide window has no screens that would hold on to it.
    let elsewhere = state.reduce(LayoutAction::ShowTab(Tab::Matrix).into());
    assert_eq!((elsewhere.wants_path(), elsewhere.layout.screen), (Some(asked("svc/shop/web")), Screen::Graph));
    assert_eq!(elsewhere.asking.path, asked("svc/shop/web"));
}

#[test]
fn answers_to_another_way_are_dropped() {
    let state = start().reduce(Action::AskPath(asked("svc/shop/web")));
    let answered = state.clone().reduce(path_reply(&state, Some(asked("svc/shop/web"))));
    assert!(answered.answers.path.is_some());
    let late = answered.clone().reduce(Action::AskPath(asked("svc/shop/db")));
    let late = late.clone().reduce(path_reply(&late, Some(asked("svc/shop/web"))));
    assert!(late.path_reply().is_none() && late.path_view().is_none(), "what was said to another question is not shown");
}

#[test]
fn a_way_is_undone_shared_and_kept() {
    let state = start().reduce(Action::AskPath(asked("svc/shop/web")));
    let mut settings = state.settings.clone();
    settings.routing.affinity = Some(true);
    let chosen = state.reduce(Action::ChooseSettings(settings.clone())).reduce(Action::AskPath(asked("svc/shop/db")));
    let again = State::start_shared(chosen.shared());
    assert_eq!((&again.asking.path, &again.settings, again.shown_tab()), (&asked("svc/shop/db"), &settings, Tab::Path));
    let back = chosen.reduce(Action::Undo);
    assert_eq!((&back.asking.path, back.settings.routing.affinity), (&asked("svc/shop/web"), None));
}

#[test]
fn an_example_can_open_with_a_way() {
    let state = State::start(0, &WITH_PATH);
    assert_eq!(state.shown_tab(), Tab::Path);
    let question = PathQuestion { port: Some(443), ..asked("svc/shop/web").question };
    assert_eq!(state.asking.path, PathAsked { question, versus: Some("dataplane=ebpf".into()) });
    // One without leaves the panel as it is, with the way of its flow.
    let other = Rc::new(state).reduce(Action::OpenExample(0, &EXAMPLE));
    assert_eq!((other.shown_tab(), other.asking.path.question.flow()), (Tab::Path, other.asking.flow.clone()));
}

#[test]
fn ways_begin_where_clients_are() {
    let end = |key: &str, kind| EndView { key: key.into(), kind, replicas: 1, ..EndView::default() };
    let target = |key: &str, outside, ends: Vec<u32>| TargetView {
        pod_ports: Vec::new(),
        key: key.into(),
        kind: TargetKind::Service,
        title: key.into(),
        subtitle: String::new(),
        outside,
        protocol: "TCP".into(),
        port: Some(80),
        ends,
        spot: None,
    };
    let mut internet = end("198.51.100.9", EndKind::Outside);
    internet.internet = true;
    let scene = SceneView {
        ends: vec![end("shop/b", EndKind::Workload), end("shop/c", EndKind::Workload), internet],
        targets: vec![target("svc/shop/open", true, vec![0]), target("svc/shop/b", false, vec![0])],
        ..SceneView::default()
    };
    let state = start();
    let evaluated = Action::Evaluated {
        revision: state.revision,
        scene: Some(Rc::new(scene)),
        question: state.asking.flow.clone(),
        answer: Rc::new(Err(String::new())),
        board: None,
        path: None,
        further: Vec::new(),
        checks: 0,
    };
    let state = state.reduce(evaluated);
    let follow = |target: &str, from: Option<&str>| {
        let state = state.clone().reduce(Action::FollowTo { target: target.into(), from: from.map(Into::into) });
        (state.asking.path.question.from.clone(), state.asking.path.question.port)
    };
    assert_eq!(follow("svc/shop/open", None), ("198.51.100.9".into(), Some(80)));
    // From inside: not from the pods that stand behind it themselves.
    assert_eq!(follow("svc/shop/b", None), ("shop/c".into(), Some(80)));
    assert_eq!(follow("svc/shop/b", Some("203.0.113.9")), ("203.0.113.9".into(), Some(80)));
    assert_eq!(follow("svc/shop/gone", None), ("shop/a".into(), Some(80)), "nothing else is asked");
    // A question that waits for its destination: the Service is one.
    let followed = |from: Option<&str>| {
        let waiting = state.clone().reduce(Action::AskFrom(Some("shop/c".into())));
        let state = waiting.reduce(Action::FollowTo { target: "svc/shop/open".into(), from: from.map(Into::into) });
        (state.asking.path.question.from.clone(), state.asking.from.clone())
    };
    assert_eq!(followed(None), ("shop/c".into(), None), "from the end that waited, which waits no more");
    assert_eq!(followed(Some("203.0.113.9")), ("203.0.113.9".into(), None), "from the client that is named");
}

// --- scenes that are kept -------------------------------------------------------------------------

fn own() -> Rc<State> {
    let pods = id(&start(), "pods.yaml");
    Rc::new(State::start(0, &EXAMPLE).in_tab("tab")).reduce(Action::TextEdited(pods, "kind: Node\n".into()))
}

#[test]
fn a_scene_is_kept_from_its_first_change_on() {
    let state = Rc::new(State::start(0, &EXAMPLE).in_tab("tab"));
    assert!(!state.place.kept);
    // Looking and asking are no changes.
    let question = Question { port: Some(443), ..state.asking.flow.clone() };
    let asked =
        state.clone().reduce(Action::Ask(question)).reduce(Action::Select(Some("shop/a".into()))).reduce(Action::ShowFile(FileId(1)));
    assert!(!asked.place.kept);
    assert_eq!(asked.content(), state.content());
    let changed = own();
    assert!(changed.place.kept);
    assert_ne!(changed.content(), state.content());
    assert_eq!(changed.place.id, state.place.id);
    // Assumptions belong to a scene as its text does.
    let settings = Settings { engine: netpolis_core::settings::Engine::Calico, ..Settings::default() };
    assert!(state.reduce(Action::ChooseSettings(settings)).place.kept);
}

#[test]
fn a_link_begins_a_scene_of_its_own_and_undo_leads_back() {
    let own = own();
    let opened = own.clone().reduce(Action::OpenShared(Box::default()));
    assert_ne!(opened.place.id, own.place.id);
    assert!(!opened.place.kept);
    assert!(opened.notices.notice.as_ref().unwrap().text.contains("is kept under Recent scenes"));
    let changed = opened.reduce(Action::TextEdited(FileId(3), "kind: Pod\n".into()));
    assert!(changed.place.kept);
    let back = changed.reduce(Action::Undo);
    assert_eq!((&back.place, &back.shared()), (&own.place, &own.shared()));
}

#[test]
fn a_kept_scene_opens_as_it_was() {
    let own = own().reduce(Action::RenameScene(" Mine ".into()));
    let record = own.record(crate::scenes::Clock::default(), 5.0, None);
    assert_eq!((record.name.as_str(), record.named), ("Mine", true));
    let (shared, closed, _) = record.open().unwrap();
    let place = Place { closed: Rc::new(closed), ..own.place.clone() };
    let again = State::start_opened(Opened { place, shared });
    assert_eq!((again.place.clone(), again.title(), again.shared()), (own.place.clone(), "Mine".into(), own.shared()));
    assert!(!again.can_undo() && again.notices.notice.is_none());
}

#[test]
fn a_link_says_what_the_scene_is_called() {
    let named = own().reduce(Action::RenameScene(" Mine ".into()));
    let other = State::start_shared(named.shared());
    assert_eq!((other.title(), other.place.kept), ("Mine".into(), false));
    // An example goes by its title; a scene without a name of its own by what is in it, wherever it is opened.
    let example = State::start(0, &crate::examples::EXAMPLES[0]);
    assert_eq!(State::start_shared(example.shared()).title(), example.title());
    let unnamed = Shared { files: vec![("a.yaml".into(), "kind: Pod\n".into())], ..Shared::default() };
    assert_eq!(State::start_shared(unnamed).shared().name, None);
    // Opened beside another scene, it says so.
    let opened = own().reduce(Action::OpenShared(Box::new(named.shared())));
    assert!(opened.notices.notice.as_ref().is_some_and(|notice| notice.text.contains("Opened “Mine”")), "{:?}", opened.notices.notice);
}

#[test]
fn closed_and_replaced_files_stay_with_their_scene() {
    let state = own();
    let pods = id(&state, "pods.yaml");
    let closed = state.reduce(Action::CloseFile(pods));
    let replaced = closed.reduce(Action::FilesGiven(vec![("policies.yaml".into(), "kind: Tier\n".into())]));
    let names: Vec<_> = replaced.place.closed.iter().map(|file| (file.name.as_str(), &*file.text)).collect();
    assert_eq!(names, [("policies.yaml", "kind: NetworkPolicy\n"), ("pods.yaml", "kind: Node\n")]);
    assert!(replaced.shared().files.iter().all(|(name, _)| name != "pods.yaml"), "a link does not hold them");
    let back = replaced.reduce(Action::ReopenFile(0)).reduce(Action::ReopenFile(0));
    assert_eq!(back.files.iter().map(|f| f.name.as_str()).collect::<Vec<_>>(), ["policies.yaml", "policies-2.yaml", "pods.yaml"]);
    assert!(back.place.closed.is_empty());
    assert_eq!(back.reduce(Action::Undo).place.closed.len(), 1);
}

#[test]
fn a_copy_is_another_scene_for_undo_too() {
    let own = own();
    let first = own.place.id.clone();
    let edit = Edit { start: 6, end: 10, insert: "Pod".into() };
    let edited = own.reduce(Action::ApplyEdits { title: String::new(), edits: vec![("pods.yaml".into(), edit)] });
    let elsewhere = Some(Elsewhere::Copied(first.clone()));
    let copied = edited.reduce(Action::Fork { from: first.clone(), to: "copy".into(), name: "Mine (copy)".into(), elsewhere });
    let back = copied.reduce(Action::Undo);
    assert_eq!((back.place.id.clone(), back.title()), ("copy".into(), "Mine (copy)".into()));
    // What is told of another scene than the shown one is over.
    let late = back.reduce(Action::Fork { from: first, to: "other".into(), name: String::new(), elsewhere: None });
    assert_eq!(late.place.id, "copy".into());
}

#[test]
fn what_is_forgotten_cannot_be_taken_back() {
    let state = own().reduce(Action::OpenExample(0, &EXAMPLE)).reduce(Action::Forget);
    assert!(!state.can_undo() && !state.place.kept);
    assert!(state.files.iter().all(|file| file.text.is_empty()));
}

#[test]
fn another_tabs_version_is_not_undone_over_it() {
    let own = own();
    let other =
        Opened { place: own.place.clone(), shared: Shared { files: vec![("a.yaml".into(), "kind: Pod\n".into())], ..Shared::default() } };
    let shown = own.clone().reduce(Action::OpenKept(Box::new(other)));
    assert_eq!(shown.place.id, own.place.id);
    let back = shown.reduce(Action::Undo);
    assert_eq!(Shared { name: own.shared().name, ..back.shared() }, own.shared());
    assert_ne!(back.place.id, own.place.id);
    assert!(back.place.kept && back.title().ends_with("(copy)"));
}

#[test]
fn a_text_that_is_pasted_over_can_be_brought_back() {
    let long: Rc<str> = "# mine\n".repeat(30).into();
    let state = own().reduce(Action::TextEdited(FileId(1), long.clone()));
    assert_eq!(state.place.closed.len(), 0, "what was there was short");
    let over = state.reduce(Action::TextEdited(FileId(1), "kind: Pod\n".into()));
    assert_eq!(over.place.closed.first().map(|file| file.text.clone()), Some(long));
    assert!(over.reduce(Action::DropClosed(0)).place.closed.is_empty());
}

#[test]
fn a_question_waits_for_its_other_end() {
    let state = start().reduce(Action::AskFrom(Some("a".into())));
    assert_eq!((state.asking.from.as_deref(), state.layout.screen), (Some("a"), Screen::Graph), "where the other end is to be chosen");
    let asked = state.clone().reduce(Action::Select(Some("b".into())));
    assert_eq!((asked.asking.flow.from.as_str(), asked.asking.flow.to.as_str()), ("a", "b"));
    assert_eq!((&asked.asking.selection, asked.asking.from.as_deref()), (&Selection::Flow, None));
    let same = state.clone().reduce(Action::Select(Some("a".into())));
    assert_eq!((same.asking.from.as_deref(), &same.asking.flow), (None, &state.asking.flow), "nothing is asked of itself");
    assert_eq!(state.clone().reduce(Action::OpenExample(0, &EXAMPLE)).asking.from, None, "another scene");
    let left = state.clone().reduce(Action::AskFrom(None));
    assert_eq!((left.asking.from.as_deref(), &left.asking.flow), (None, &state.asking.flow));
}

#[test]
fn the_border_of_a_hidden_pane_brings_it_back() {
    let state = start().reduce(LayoutAction::TogglePane(Pane::Editor).into()).reduce(LayoutAction::Resize(Pane::Editor, 300).into());
    assert!(!state.layout.panes.editor_hidden);
    assert_eq!(state.layout.panes.editor, 300);
}

#[test]
fn another_receiver_is_asked_at_a_port_that_it_has() {
    let target = TargetView {
        pod_ports: Vec::new(),
        key: "svc/shop/web".into(),
        kind: TargetKind::Service,
        title: "shop/web".into(),
        subtitle: String::new(),
        outside: true,
        protocol: "UDP".into(),
        port: Some(53),
        ends: Vec::new(),
        spot: None,
    };
    let mut state = State::clone(&start());
    state.answers.scene = Rc::new(SceneView { targets: vec![target], ..SceneView::default() });
    let (state, from) = (Rc::new(state), start().asking.flow.from.clone());
    let service = state.clone().reduce(Action::AskTo("svc/shop/web".into()));
    let asked = &service.asking.path.question;
    assert_eq!((&asked.from, asked.to.as_str(), asked.protocol.as_str(), asked.port), (&from, "svc/shop/web", "UDP", Some(53)));
    // A Service that is not there (any more), and a host name: the rest of the question stays.
    let host = state.clone().reduce(Action::AskTo("http://shop.example/".into()));
    assert_eq!((host.asking.path.question.to.as_str(), host.asking.path.question.port), ("http://shop.example/", state.asking.flow.port));
    let pod = state.clone().reduce(Action::AskTo("shop/x".into()));
    assert_eq!(
        (&pod.asking.flow.from, pod.asking.flow.to.as_str(), &pod.asking.path.question),
        (&from, "shop/x", &(&pod.asking.flow).into())
    );
}

#[test]
fn only_what_was_said_about_the_move_in_question_is_shown() {
    let wanted = Move { policy: 0, tier: "default".into(), position: 1 };
    let mut state = State::clone(&start().reduce(Action::Think(Some(wanted.clone()))));
    assert!(state.proposal().is_none());
    let reply = |moving| BoardReply { asked: Board { moving }, tally: None, proposal: Some(Err("it is staged".into())) };
    state.answers.board = Some(Rc::new(reply(Some(Move { position: 2, ..wanted.clone() }))));
    assert!(state.proposal().is_none(), "that was another");
    state.answers.board = Some(Rc::new(reply(Some(wanted))));
    assert_eq!(state.proposal(), Some(&Err("it is staged".into())));
}

#[test]
fn a_part_that_stays_as_it_is_draws_nothing_anew() {
    let state = start();
    for action in [
        LayoutAction::ShowDialog(None).into(),
        LayoutAction::ChooseTheme(Theme::System).into(),
        LayoutAction::ShowTab(state.layout.tab).into(),
        PictureAction::ShowDenied(None).into(),
    ] {
        let action: Action = action;
        assert!(Rc::ptr_eq(&state, &state.clone().reduce(action.clone())), "{action:?}");
    }
    let open = state.reduce(PictureAction::ToggleNamespace("shop".into()).into());
    assert_eq!(*open.picture.toggled, ["shop"]);
    assert!(open.reduce(PictureAction::ToggleNamespace("shop".into()).into()).picture.toggled.is_empty());
}

#[test]
fn what_was_shown_alone_is_gone_back_to() {
    let focus = |state: Rc<State>, key: &str| state.reduce(PictureAction::Focus(key.into()).into());
    let pinned = Rc::new(State::default()).reduce(PictureAction::Pin(Some("namespace/shop".into())).into());
    let focused = focus(focus(pinned, "namespace/shop"), "shop/db[Pod]");
    assert_eq!(
        (&focused.picture.focus[..], &focused.picture.pinned),
        (&["namespace/shop".to_owned(), "shop/db[Pod]".to_owned()][..], &None)
    );
    assert!(Rc::ptr_eq(&focused, &focus(focused.clone(), "shop/db[Pod]")), "it is shown");
    let back = focused.reduce(PictureAction::FocusBack(1).into());
    assert_eq!(*back.picture.focus, ["namespace/shop"]);
    assert!(back.reduce(PictureAction::FocusBack(0).into()).picture.focus.is_empty());
}

#[test]
fn a_narrow_window_shows_its_own_tab() {
    let tab = |screen, tab| Rc::new(State { layout: Layout { screen, tab, ..Layout::default() }, ..State::default() }).shown_tab();
    assert_eq!(tab(Screen::Graph, Tab::Problems), Tab::Problems);
    assert_eq!(tab(Screen::Matrix, Tab::Problems), Tab::Matrix);
    assert_eq!(tab(Screen::Graph, Tab::Rules), Tab::Matrix, "there is no network of the cloud");
    let mut azure = State { layout: Layout { tab: Tab::Rules, screen: Screen::Policies, ..Layout::default() }, ..State::default() };
    azure.answers.scene = Rc::new(SceneView { cloud: Some(netpolis_view::CloudView::default()), ..SceneView::default() });
    assert_eq!((azure.shown_tab(), azure.tabs().len()), (Tab::Rules, 7));
}

#[test]
fn what_would_be_lost_is_said_first() {
    let mut notices = Notices::default();
    assert_eq!(notices.alert(), None);
    notices.elsewhere = Some(Elsewhere::Changed);
    assert_eq!(notices.alert(), Some(Alert::Elsewhere(&Elsewhere::Changed)));
    notices.trouble = Some(Trouble::Off);
    assert_eq!(notices.alert(), Some(Alert::Elsewhere(&Elsewhere::Changed)), "of that there is a sentence of its own");
    notices.trouble = Some(Trouble::Full);
    assert_eq!(notices.alert(), Some(Alert::Full));
}

#[test]
fn choices_on_a_path_are_of_the_question_or_of_the_scene() {
    let state = start().reduce(Action::AskPath(asked("svc/shop/web")));
    let choose = |state: &Rc<State>, name: &str, value: Option<&str>| {
        state.clone().reduce(Action::ChooseOnPath { name: name.into(), value: value.map(str::to_owned) })
    };
    let node = choose(&choose(&state, "entry", Some("node-port")), "node", Some("worker-1"));
    assert_eq!(
        (node.asking.path.question.entry.as_deref(), node.asking.path.question.node.as_deref()),
        (Some("node-port"), Some("worker-1"))
    );
    assert_eq!(choose(&node, "entry", None).asking.path.question, state.asking.path.question, "another entry has other nodes");
    let local = choose(&state, "externalTrafficPolicy", Some("Local"));
    assert_eq!(local.settings.routing.external, Some(netpolis_core::language::TrafficPolicy::Local));
    assert!(local.place.kept && local.can_undo() && local.revision > state.revision);
    let wrong = choose(&state, "externalTrafficPolicy", Some("Nowhere"));
    assert!(wrong.notices.notice.is_some() && wrong.settings == state.settings);
}

#[test]
fn a_scene_is_called_by_what_is_in_it_not_by_the_one_before() {
    let mut state = State::start_shared(Shared { files: vec![("own.yaml".into(), "kind: Pod\n".into())], ..Default::default() });
    let azure = SceneView { cloud: Some(netpolis_view::CloudView::default()), ..SceneView::default() };
    let answered = |state: &State, scene: SceneView| match reply(state) {
        Action::Evaluated { revision, question, answer, board, path, .. } => {
            Action::Evaluated { revision, scene: Some(Rc::new(scene)), question, answer, board, path, further: Vec::new(), checks: 0 }
        }
        other => other,
    };
    state.files.example = None;
    let first = Rc::new(state).reduce(Action::TextEdited(FileId(1), "a: b\n".into()));
    let first = first.clone().reduce(answered(&first, azure.clone()));
    let other = first.reduce(Action::OpenShared(Box::new(Shared {
        files: vec![("policies.yaml".into(), "kind: Node\n".into())],
        ..Default::default()
    })));
    assert!(other.answers.scene.cloud.is_some(), "the picture stays until the next one");
    assert_eq!(other.title(), "Untitled");
    let told = other.clone().reduce(answered(&other, azure));
    assert_eq!(told.title(), "Azure network");
}
