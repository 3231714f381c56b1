use std::rc::Rc;

use super::*;
use crate::examples::EXAMPLES;
use crate::state::open_files;
use crate::words::Language;
use netpolis_view::{
    Evaluator, FurtherAnswer, FurtherQuestion, GradeAsked, GradeView, LessonReply, LessonView, PartOfStep, ProseBlock, ProseInline,
    Request, StrayView, settings_text,
};

const LESSON: &str = include_str!("../../../www/lessons/policy/default-deny/lesson.md");
const FILES: [(&str, &str); 5] = [
    ("policies.yaml", include_str!("../../../www/lessons/policy/default-deny/policies.yaml")),
    ("cluster.yaml", include_str!("../../../www/lessons/policy/default-deny/cluster.yaml")),
    ("denied.yaml", include_str!("../../../www/lessons/policy/default-deny/denied.yaml")),
    ("only-db.yaml", include_str!("../../../www/lessons/policy/default-deny/only-db.yaml")),
    ("opened.yaml", include_str!("../../../www/lessons/policy/default-deny/opened.yaml")),
];

/// A page with its evaluator.
struct Desk {
    state: Rc<State>,
    evaluator: Evaluator,
}

impl Desk {
    fn new() -> Self {
        Desk { state: Rc::new(State::start(0, &EXAMPLES[0])), evaluator: Evaluator::default() }
    }

    fn act(&mut self, action: impl Into<Action>) {
        self.state = self.state.clone().reduce(action.into());
    }

    fn play(&mut self, action: LessonAction) {
        self.act(Action::Lesson(action));
    }

    /// Asks until there is nothing to ask.
    fn settle(&mut self) {
        for _ in 0..12 {
            if self.state.is_answered() {
                return;
            }
            let request = Request { settings: settings_text(&self.state.settings), ..self.state.request() };
            let reply = self.evaluator.reply(request);
            self.act(Action::evaluated(reply));
        }
        panic!("there is always something to ask");
    }

    fn open(&mut self, step: &str) {
        self.play(LessonAction::Open("policy/default-deny".into(), step.into()));
        self.play(LessonAction::Came("policy/default-deny".into(), LESSON.into(), Vec::new()));
        self.settle();
        let Phase::Wants(text, _, names) = self.lesson().phase.clone() else { panic!("{:?}", self.lesson().phase) };
        assert_eq!(names, FILES.map(|(name, _)| name));
        self.play(LessonAction::Came(
            "policy/default-deny".into(),
            text,
            FILES.map(|(name, text)| (name.to_owned(), text.to_owned())).to_vec(),
        ));
        self.settle();
    }

    fn lesson(&self) -> &Lesson {
        self.state.lesson.as_ref().unwrap()
    }

    fn view(&self) -> &LessonView {
        self.lesson().view().unwrap()
    }

    fn task(&self) -> PartId {
        self.lesson().tasks_of(self.lesson().step)[0]
    }

    fn grade(&self) -> &GradeView {
        self.lesson().grade(self.task()).unwrap()
    }

    fn write(&mut self, text: &str) {
        self.write_to("policies.yaml", text);
    }

    fn write_to(&mut self, name: &str, text: &str) {
        let id = self.state.files.iter().find(|file| file.name == name).unwrap().id;
        self.act(Action::TextEdited(id, text.into()));
        self.settle();
    }
}

#[test]
fn a_lesson_opens_with_its_scene_and_its_question() {
    let mut desk = Desk::new();
    desk.open("");
    assert_eq!((desk.view().title.as_str(), desk.lesson().step, desk.view().steps.len()), ("Default deny", 0, 3));
    assert_eq!(desk.state.files.iter().map(|file| file.name.as_str()).collect::<Vec<_>>(), ["policies.yaml", "cluster.yaml"]);
    assert_eq!((desk.state.asking.flow.from.as_str(), desk.state.asking.flow.port), ("dev/tool", Some(5432)));
    assert_eq!(desk.state.title(), "Default deny: Everything is open");
    assert_eq!(desk.state.files.shown().unwrap().name, "policies.yaml");
    assert_eq!(desk.lesson().is_step_done(0), None);
    assert!(matches!(&desk.view().intro[0], ProseBlock::Paragraph(line) if line.contains(&ProseInline::Code("web".into()))));
    let predict =
        desk.view().steps[0].parts.iter().find_map(|part| if let PartOfStep::Predict(predict) = part { Some(predict) } else { None });
    assert_eq!(predict.map(|predict| predict.verdict.as_str()), Some("allowed"));
    desk.open("open-one-door");
    assert_eq!(desk.lesson().step, 2);
}

#[test]
fn what_is_to_be_predicted_is_not_shown_before() {
    let mut desk = Desk::new();
    desk.open("");
    assert_eq!(desk.state.to_predict(), [("internet".to_owned(), "shop/db".to_owned())]);
    let part = desk.view().steps[0].parts.iter().position(|part| matches!(part, PartOfStep::Predict(_))).unwrap();
    desk.act(Action::Lesson(LessonAction::Pick((0, part as u32), 1)));
    assert!(desk.state.to_predict().is_empty(), "also after a wrong answer, which is explained");
}

#[test]
fn a_step_has_the_bottom_panel_only_where_it_is_about_it() {
    let mut desk = Desk::new();
    let hidden = |desk: &Desk| (desk.state.layout.panes.bottom_hidden, desk.state.panes_to_keep().bottom_hidden);
    assert_eq!(hidden(&desk), (false, false));
    desk.open("");
    assert_eq!(hidden(&desk), (true, false), "the graph has the room");
    desk.act(Action::Lesson(LessonAction::Close));
    assert_eq!(hidden(&desk), (false, false));
}

#[test]
fn a_task_is_graded_while_one_types() {
    let mut desk = Desk::new();
    desk.open("a-policy-that-allows-nothing");
    let task = desk.task();
    assert!(!desk.grade().passes && desk.grade().wrong.is_none());
    desk.write(FILES[3].1);
    assert_eq!((desk.grade().passes, desk.grade().wrong), (false, Some(0)), "the wrong answer that the lesson explains");
    // The same in other words.
    desk.write(&FILES[3].1.replace("default-deny", "other"));
    assert_eq!(desk.grade().wrong, Some(0));
    desk.write(FILES[2].1);
    assert!(desk.grade().passes && desk.lesson().done.contains(&task));
    assert_eq!(desk.lesson().is_step_done(1), Some(true));
    // What was solved stays so, whatever is typed next.
    desk.write("# Nothing.\n");
    assert!(!desk.grade().passes && desk.lesson().done.contains(&task));
}

#[test]
fn a_task_is_not_done_while_something_else_is_edited() {
    let mut desk = Desk::new();
    desk.open("a-policy-that-allows-nothing");
    desk.write(FILES[2].1);
    assert!(desk.grade().passes && desk.grade().strays.is_empty());
    let edited = FILES[1].1.replacen("name: web", "name: wbe", 1);
    desk.write_to("cluster.yaml", &edited);
    assert!(!desk.grade().passes);
    let line = 1 + FILES[1].1.lines().position(|line| line.contains("name: web")).unwrap();
    assert_eq!(desk.grade().strays, [StrayView::Edited("cluster.yaml".into(), line as u32)]);
    desk.write_to("cluster.yaml", FILES[1].1);
    assert!(desk.grade().passes && desk.grade().strays.is_empty());
}

#[test]
fn a_lesson_comes_with_its_files() {
    let dropped: Vec<(String, String)> = std::iter::once(("mine/lesson.md".to_owned(), LESSON.to_owned()))
        .chain(FILES.map(|(name, text)| (format!("mine/{name}"), text.to_owned())))
        .collect();
    let actions = open_files(dropped, Vec::new());
    let [Action::Lesson(LessonAction::Given(files))] = actions.as_slice() else { panic!("{actions:?}") };
    assert_eq!(files.len(), 6);
    let mut desk = Desk::new();
    desk.act(actions[0].clone());
    desk.settle();
    assert_eq!(desk.view().title, "Default deny");
    desk.write("# Mine.\n");
    // Its link begins it again.
    let link = desk.state.shared();
    assert!(link.files.iter().any(|(name, text)| name == "lesson.md" && text == LESSON));
    let mut other = Desk { state: Rc::new(State::start_shared(link)), evaluator: Evaluator::default() };
    other.settle();
    assert_eq!((other.view().title.as_str(), other.state.files.len()), ("Default deny", 2));
    // Without its files it says what is missing.
    let mut bare = Desk::new();
    bare.play(LessonAction::Given(Rc::new(vec![("lesson.md".into(), LESSON.into())])));
    bare.settle();
    assert!(matches!(&bare.lesson().phase, Phase::Failed(why) if why[0].contains("missing: policies.yaml")), "{:?}", bare.lesson().phase);
}

#[test]
fn hints_come_one_by_one_and_the_solution_can_be_taken_back() {
    let mut desk = Desk::new();
    desk.open("a-policy-that-allows-nothing");
    let task = desk.task();
    for shown in [1, 2, 3, 3] {
        desk.play(LessonAction::Hint(task));
        assert_eq!(desk.lesson().hints(task), shown);
    }
    let before = desk.state.files.text_of("policies.yaml").to_owned();
    desk.play(LessonAction::Show(task));
    desk.settle();
    assert!(desk.grade().passes && desk.state.can_undo());
    desk.act(Action::Undo);
    desk.settle();
    assert_eq!(desk.state.files.text_of("policies.yaml"), before);
    desk.write("# Mine.\n");
    desk.play(LessonAction::Again);
    desk.settle();
    assert_eq!(desk.state.files.text_of("policies.yaml"), before);
    assert!(desk.lesson().hints(task) == 0);
    // Nobody's text is lost.
    desk.act(Action::Undo);
    assert_eq!(desk.state.files.text_of("policies.yaml"), "# Mine.\n");
    desk.play(LessonAction::GoTo(2));
    assert_eq!(desk.state.files.text_of("policies.yaml"), FILES[2].1);
    desk.play(LessonAction::GoTo(9));
    assert_eq!(desk.lesson().step, 2);
}

#[test]
fn a_lesson_is_left_with_its_scene() {
    let mut desk = Desk::new();
    desk.open("");
    desk.act(Action::OpenExample(1, &EXAMPLES[1]));
    assert!(desk.state.lesson.is_none() && desk.state.layout.screen != Screen::Lesson);
    desk.open("");
    let scene = desk.state.files.text_of("cluster.yaml").to_owned();
    desk.play(LessonAction::Close);
    assert!(desk.state.lesson.is_none());
    assert_eq!(desk.state.files.text_of("cluster.yaml"), scene);
}

#[test]
fn undo_leads_back_to_the_scene_before_and_out_of_the_lesson() {
    let mut desk = Desk::new();
    let before = desk.state.files.shown().unwrap().text.clone();
    desk.open("");
    assert!(desk.state.lesson.is_some() && desk.state.can_undo());
    desk.act(Action::Undo);
    assert!(desk.state.lesson.is_none(), "its tasks are not about these files");
    assert_eq!(desk.state.files.shown().unwrap().text, before);
    // A step that is gone to has nothing to take back, and offers nothing.
    desk.open("");
    desk.play(LessonAction::GoTo(1));
    assert!(!desk.state.can_undo() && desk.state.notices.notice.is_none());
}

#[test]
fn what_comes_late_is_of_the_lesson_that_asked() {
    let mut desk = Desk::new();
    desk.play(LessonAction::Open("a/slow".into(), String::new()));
    desk.open("a-policy-that-allows-nothing");
    let (open, task) = (desk.lesson().phase.clone(), desk.task());
    desk.play(LessonAction::Came("a/slow".into(), "Another.\n".into(), Vec::new()));
    desk.play(LessonAction::Failed("a/slow".into(), "lost".into()));
    assert_eq!(desk.lesson().phase, open);
    // A grade of another lesson's task with the same numbers.
    let asked = GradeAsked { task, checks: "others".into(), wrong: Vec::new(), may_edit: Vec::new(), before: Vec::new() };
    let grade = GradeView { checks: Vec::new(), passes: true, wrong: None, strays: Vec::new() };
    let mut state = State::clone(&desk.state);
    state.take_of_lesson(state.revision, &[(FurtherQuestion::Grade(asked), Rc::new(FurtherAnswer::Grade(grade)))]);
    assert!(state.lesson.unwrap().done.is_empty());
}

#[test]
fn what_a_lesson_or_a_fix_writes_is_kept() {
    let mut desk = Desk::new();
    desk.open("a-policy-that-allows-nothing");
    assert!(!desk.state.place.kept);
    let task = desk.task();
    desk.play(LessonAction::Show(task));
    assert!(desk.state.place.kept, "it is written over in no other way");
    desk.open("");
    desk.play(LessonAction::Put("policies.yaml".into(), "# Put.\n".into()));
    assert!(desk.state.place.kept && desk.state.files.text_of("policies.yaml") == "# Put.\n");
}

#[test]
fn a_lesson_goes_on_in_another_language() {
    let id = || "policy/default-deny".to_owned();
    let mut desk = Desk::new();
    desk.open("a-policy-that-allows-nothing");
    let task = desk.task();
    desk.write(FILES[2].1);
    desk.play(LessonAction::Hint(task));
    assert!(desk.grade().passes);
    desk.act(LayoutAction::Speak(Language::German));
    desk.settle();
    let Phase::Wants(text, mut files, names) = desk.lesson().phase.clone() else { panic!("{:?}", desk.lesson().phase) };
    assert_eq!(names, ["lesson.de.md"]);
    let german = include_str!("../../../www/lessons/policy/default-deny/lesson.de.md");
    files.push(("lesson.de.md".into(), german.into()));
    desk.play(LessonAction::Came(id(), text, files));
    desk.settle();
    let step = &desk.view().steps[1];
    assert_eq!((step.title.as_str(), step.id.as_str()), ("Eine Policy, die nichts erlaubt", "a-policy-that-allows-nothing"));
    assert_eq!((desk.view().language.as_str(), desk.view().languages.as_slice()), ("de", &["en".to_owned(), "de".to_owned()][..]));
    let stays = |desk: &Desk| {
        assert_eq!((desk.lesson().step, desk.lesson().hints(task), desk.grade().passes), (1, 1, true));
        assert_eq!(desk.state.files.text_of("policies.yaml"), FILES[2].1);
    };
    stays(&desk);
    desk.act(LayoutAction::Speak(Language::English));
    desk.settle();
    assert_eq!(desk.view().language, "en");
    stays(&desk);
    // A translation that cannot be fetched.
    let mut desk = Desk::new();
    desk.open("");
    desk.act(LayoutAction::Speak(Language::German));
    desk.settle();
    desk.play(LessonAction::Failed(id(), "lost".into()));
    desk.settle();
    assert_eq!(desk.view().language, "en");
    assert!(desk.state.notices.notice.as_ref().is_some_and(|notice| notice.text == "lost"));
}

#[test]
fn what_cannot_be_played_says_so() {
    let mut desk = Desk::new();
    desk.play(LessonAction::Open("a/b".into(), String::new()));
    desk.play(LessonAction::Came("a/b".into(), "Nothing.\n".into(), Vec::new()));
    desk.settle();
    assert!(
        matches!(&desk.lesson().phase, Phase::Failed(problems) if problems[0].starts_with("lesson.md:1: ")),
        "{:?}",
        desk.lesson().phase
    );
    desk.play(LessonAction::Open("a/b".into(), String::new()));
    desk.play(LessonAction::Failed("a/b".into(), "lost".into()));
    assert_eq!(desk.lesson().phase, Phase::Failed(vec!["lost".into()]));
    // An answer about a lesson that is no longer open.
    let late =
        (FurtherQuestion::Lesson("x".into(), Vec::new(), "en".into()), Rc::new(FurtherAnswer::Lesson(LessonReply::Wants(Vec::new()))));
    let mut state = State::clone(&desk.state);
    state.take_of_lesson(state.revision, &[late]);
    assert_eq!(state.lesson.unwrap().phase, Phase::Failed(vec!["lost".into()]));
}

#[test]
fn a_step_without_a_question_asks_what_the_scene_offers() {
    let mut desk = Desk::new();
    desk.settle();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../www/lessons/azure/address-plan");
    let text = std::fs::read_to_string(folder.join("lesson.md")).unwrap();
    desk.play(LessonAction::Open("azure/address-plan".into(), String::new()));
    desk.play(LessonAction::Came("azure/address-plan".into(), text.into(), Vec::new()));
    desk.settle();
    let Phase::Wants(text, _, names) = desk.lesson().phase.clone() else { panic!("{:?}", desk.lesson().phase) };
    let read = |name: &String| (name.clone(), std::fs::read_to_string(folder.join(name)).unwrap());
    desk.play(LessonAction::Came("azure/address-plan".into(), text, names.iter().map(read).collect()));
    desk.settle();
    let asked = &desk.state.asking.flow;
    assert!(asked.from.is_empty() || desk.state.answers.flow.as_ref().is_some_and(|answer| answer.is_ok()), "{asked:?}");
}
