use std::cell::RefCell;
use std::rc::Rc;

use super::*;
use crate::examples::EXAMPLES;
use crate::share;
use netpolis_view::{Ahead, Evaluation, Evaluator, PathQuestion, PathWord, kept_reply, page_verdict};

/// What comes of the state once it is evaluated.
fn evaluated(state: Rc<State>) -> Rc<State> {
    let reply = Evaluator::default().reply(state.request());
    state.reduce(Action::evaluated(reply))
}

fn example(id: &str) -> Rc<State> {
    let (index, example) = EXAMPLES.iter().enumerate().find(|(_, e)| e.id == id).unwrap();
    evaluated(Rc::new(State::start(index, example)))
}

#[test]
fn where_a_service_is_asked_its_way_is_the_verdict_everywhere() {
    let state = example("path-load-balancer");
    let path = state.path_view().unwrap().clone();
    assert!(path.headline.starts_with("Denied") && path.headline.contains("1 of 2 branches"), "{}", path.headline);
    let said = state.answers.verdict().unwrap();
    assert_eq!((&said.headline, said.word, said.by_path), (&path.headline, PathWord::Sometimes, true));
    assert_eq!((said.question.to.as_str(), said.question.port), (path.to.as_str(), Some(443)));
    assert!(said.in_words(false).starts_with(&path.headline), "{}", said.in_words(false));
    // Another branch: its checkpoints, the same verdict.
    let other = state.clone().reduce(Action::ShowBranch(1));
    assert_eq!(other.answers.verdict().unwrap().headline, path.headline);
    assert_ne!(other.answers.verdict().unwrap().stations, said.stations);
    // The picture and the matrix light the ends of what is asked.
    let (from, to) = state.flow_ends().unwrap();
    assert_eq!((state.answers.scene.title(from).as_str(), state.answers.scene.title(to).as_str()), ("203.0.113.0/24", "shop/frontend"));
    // A link opens with the same question and the same verdict, also when the panel is hidden.
    let hidden = state.clone().reduce(LayoutAction::TogglePane(Pane::Bottom).into());
    let opened = evaluated(Rc::new(State::start_shared(hidden.shared())));
    assert_eq!(opened.answers.verdict().unwrap().headline, path.headline);
}

#[test]
fn a_flow_and_its_way_are_one_question() {
    let state = example("three-tier");
    assert_eq!(state.asking.path.question.flow(), state.asking.flow);
    let said = state.answers.verdict().unwrap();
    assert_eq!((said.headline.as_str(), said.word, said.by_path), ("Denied", PathWord::Denied, false));
    assert!(said.suggestion.is_some());
    // The way between two ends asks their flow, too.
    let asked = PathQuestion { port: Some(8080), to: "shop/cart".into(), ..state.asking.path.question.clone() };
    let other = evaluated(state.clone().reduce(Action::AskPath(PathAsked { question: asked, versus: None })));
    assert_eq!((other.asking.flow.to.as_str(), other.asking.flow.port), ("shop/cart", Some(8080)));
    assert_eq!(other.answers.verdict().unwrap().headline, "Allowed");
    // A Service and back: nothing of the one is said about the other.
    let service = state.clone().reduce(Action::Change(PathQuestion { to: "svc/shop/none".into(), ..state.asking.path.question.clone() }));
    assert_eq!(service.answers.verdict(), None, "not asked yet");
    assert!(evaluated(service.clone()).answers.outcome().unwrap().is_err(), "there is no such Service");
    let back = evaluated(service.reduce(Action::Ask(state.asking.flow.clone())));
    assert_eq!(back.answers.verdict(), state.answers.verdict());
}

#[test]
fn a_way_that_ends_otherwise_than_its_flow_is_the_answer() {
    let state = example("three-tier");
    let answer = state.answers.flow.as_deref().cloned().unwrap();
    let mut reply = (**state.path_reply().unwrap()).clone();
    let view = reply.first.as_mut().unwrap();
    view.verdict = PathWord::Sometimes;
    view.headline = "Denied on 1 of 2 branches (50 %)".into();
    let verdict = page_verdict(&state.asking.path.question, Some(&answer), Some(&reply), 0).unwrap().unwrap();
    assert_eq!((verdict.headline.as_str(), verdict.by_path), ("Denied on 1 of 2 branches (50 %)", true));
    // What was said to another question says nothing here.
    let other = PathQuestion { port: Some(1), ..state.asking.path.question.clone() };
    assert!(!page_verdict(&other, Some(&answer), Some(&reply), 0).unwrap().unwrap().by_path);
}

#[test]
fn an_old_answer_never_replaces_a_new_one_and_the_last_one_stands_meanwhile() {
    let state = example("three-tier");
    let mut engine = Evaluator::default();
    let before = engine.reply(state.request());
    let first = state.answers.outcome().cloned().unwrap();
    assert!(state.is_answered() && !state.is_waiting());
    // Another question, and a change of the text, before either is answered.
    let asked = state.clone().reduce(Action::AskBetween { from: "shop/cart".into(), to: "shop/db".into(), traffic: None });
    assert!(asked.is_waiting() && asked.answers.verdict().is_none());
    assert!(Rc::ptr_eq(asked.answers.last_outcome().unwrap(), &first), "the last answer stands");
    let text = asked.files.shown().map(|file| (file.id, file.text.replace("5432", "5433"))).unwrap();
    let edited = asked.clone().reduce(Action::TextEdited(text.0, text.1.into()));
    let same = edited.clone().reduce(Action::evaluated(before));
    assert!(Rc::ptr_eq(&same, &edited), "of an older text");
    // The texts go once, so the scene comes once: also with the answer to a question that is no longer asked.
    let late = engine.reply(edited.request());
    let other = edited.reduce(Action::AskBetween { from: "shop/frontend".into(), to: "shop/db".into(), traffic: None });
    let seen = other.clone().reduce(Action::evaluated(late));
    assert!(!seen.is_behind() && seen.is_waiting(), "the scene is new, the answer is not there");
    assert!(!Rc::ptr_eq(&seen.answers.scene, &state.answers.scene));
    let last = engine.reply(seen.request_without_texts());
    assert!(last.scene.is_none());
    let done = seen.reduce(Action::evaluated(last));
    assert!(done.is_answered() && !done.is_waiting());
    assert_eq!(done.answers.verdict().map(|said| said.question.from.as_str()), Some("shop/frontend[Deployment]"));
}

#[test]
fn the_answer_may_come_ahead_of_the_picture() {
    thread_local!(static SENT: RefCell<Vec<Ahead>> = const { RefCell::new(Vec::new()) });
    let answer = |bytes: &[u8]| SENT.with_borrow_mut(|sent| sent.extend(Ahead::from_bytes(bytes)));
    let mut engine = Evaluator::default().answering(answer);
    let state = example("three-tier");
    engine.reply(state.request());
    assert!(SENT.take().is_empty(), "there is no picture before, in which it could be shown");
    let text = state.files.shown().map(|file| (file.id, file.text.replace("5432", "5433"))).unwrap();
    let edited = state.clone().reduce(Action::TextEdited(text.0, text.1.into()));
    let reply = engine.reply(edited.request());
    let ahead = SENT.take().pop().unwrap();
    let older = edited.clone().reduce(Action::ahead(Ahead { revision: 1, ..ahead.clone() }));
    assert!(Rc::ptr_eq(&older, &edited), "of an older text");
    let said = edited.reduce(Action::ahead(ahead.clone()));
    assert!(said.is_behind() && !said.is_waiting() && !said.is_answered(), "the verdict is there, the picture is not");
    assert!(Rc::ptr_eq(&said.answers.scene, &state.answers.scene));
    assert_eq!(said.flow_ends(), state.flow_ends(), "in the picture of before");
    let done = said.clone().reduce(Action::evaluated(reply));
    assert!(done.is_answered() && !done.is_behind());
    assert!(Rc::ptr_eq(said.answers.outcome().unwrap(), done.answers.outcome().unwrap()), "it is not shown again");
    assert_ne!(done.answers.verdict(), state.answers.verdict());
    let late = done.clone().reduce(Action::ahead(ahead));
    assert!(Rc::ptr_eq(&late, &done), "the picture is there");
    // What was said of the text before says nothing of the next one.
    let again = done.reduce(Action::TextEdited(text.0, "---".into()));
    assert!(again.is_waiting());
}

#[test]
fn an_engine_that_says_the_same_again_changes_no_picture() {
    let state = example("three-tier");
    let again = evaluated(state.clone());
    assert!(Rc::ptr_eq(&state.answers.scene, &again.answers.scene));
}

#[test]
fn every_example_opens_with_the_reply_that_the_build_keeps() {
    for (index, example) in EXAMPLES.iter().enumerate() {
        let kept = kept_reply(&State::start(index, example).request().to_bytes()).unwrap();
        // Opened from the menu of a page that did something else before.
        let opened = Rc::new(State::start_empty()).reduce(Action::OpenExample(index, example));
        let reply = Evaluation::from_kept(&kept, &opened.request()).unwrap_or_else(|| panic!("{}", example.id));
        let state = opened.reduce(Action::evaluated(reply));
        assert!(state.answers.verdict().is_some() && state.is_answered(), "{}", example.id);
    }
}

#[test]
fn every_example_has_embedded_the_verdict_that_it_has_on_the_page() {
    for (index, own) in EXAMPLES.iter().enumerate() {
        let page = example(own.id);
        let said = page.answers.verdict().unwrap_or_else(|| panic!("{}", own.id)).clone();
        // Where the whole path is asked for, it is the answer, with its share.
        if page.asking.path.question.is_to_target() {
            let path = page.path_view().unwrap();
            assert_eq!((&said.headline, said.word, said.by_path), (&path.headline, path.verdict, true), "{}", own.id);
            if path.verdict == PathWord::Sometimes {
                assert!(said.headline.contains('%') || said.headline.contains(" of "), "{}: {}", own.id, said.headline);
            }
        }
        let (shared, _) = share::decode(&share::encode(&page.shared())).unwrap().unwrap();
        for mut embedded in [State::start_shared(shared), State::start(index, own)] {
            for view in share::EmbedView::ALL {
                embedded.files.read_only = true;
                embedded.layout.panes.bottom_hidden = true;
                embedded.layout = embedded.layout.after(&LayoutAction::Embed(view));
                let state = evaluated(Rc::new(embedded.clone()));
                let there = state.answers.verdict().unwrap_or_else(|| panic!("{}", own.id));
                assert_eq!((&there.headline, &there.summary, there.word), (&said.headline, &said.summary, said.word), "{}", own.id);
                assert_eq!(state.asking.path.question, page.asking.path.question, "{} as {}", own.id, view.name());
            }
        }
    }
}
