//! Every lesson that comes with the page is right, and the index names all of them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::path::Path;

use netpolis::lesson::{Action, report};
use netpolis_view::{Evaluator, FurtherAnswer, FurtherQuestion, GradeAsked, LessonReply, LessonView, PartOfStep, Question, Request, Texts};

#[test]
fn lessons_are_right_and_indexed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../www/lessons");
    let path = folder.to_string_lossy().into_owned();
    let (text, is_wrong) = report(std::slice::from_ref(&path), Action::Test).unwrap();
    assert!(!is_wrong, "{text}");
    println!("{}", text.lines().last().unwrap_or_default());
    let (index, _) = report(&[path], Action::Index).unwrap();
    let written = std::fs::read_to_string(folder.join("index.json")).unwrap();
    assert!(written == index, "write it anew: netpolis lesson index www/lessons > www/lessons/index.json");
}

/// A lesson as it is played: asked for until all files beside it are there.
fn played(evaluator: &mut Asker, folder: &Path) -> LessonView {
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let mut files = Vec::new();
    for _ in 0..3 {
        let question = FurtherQuestion::Lesson(read("lesson.md"), files.clone(), "en".into());
        match answered(evaluator, Vec::new(), question) {
            FurtherAnswer::Lesson(LessonReply::Wants(names)) => files.extend(names.into_iter().map(|name| (name.clone(), read(&name)))),
            FurtherAnswer::Lesson(LessonReply::Read(view)) => return *view,
            other => panic!("{}: {other:?}", folder.display()),
        }
    }
    panic!("{}: there is always something to fetch", folder.display());
}

/// An evaluator, with how often it was asked, each time about another text, and under which settings.
#[derive(Default)]
struct Asker(Evaluator, u32, String);

fn answered(asker: &mut Asker, files: Texts, question: FurtherQuestion) -> FurtherAnswer {
    asker.1 += 1;
    let request = Request {
        revision: asker.1,
        files: Some(Request::new_files(files)),
        settings: asker.2.clone(),
        question: Question::default(),
        board: None,
        path: None,
        further: vec![question],
        baseline: None,
    };
    asker.0.reply(request).further.remove(0).1
}

/// Nobody is told why an answer is wrong that they have not given; and who gives one is.
#[test]
fn wrong_answers_are_explained_to_those_who_give_them() {
    let lessons = Path::new(env!("CARGO_MANIFEST_DIR")).join("../www/lessons");
    let mut explained = 0;
    for course in ["azure", "policy"] {
        let mut folders: Vec<_> = std::fs::read_dir(lessons.join(course)).unwrap().map(|entry| entry.unwrap().path()).collect();
        folders.retain(|folder| folder.is_dir());
        folders.sort();
        for folder in folders {
            let mut evaluator = Asker::default();
            let lesson = played(&mut evaluator, &folder);
            evaluator.2.clone_from(&lesson.settings);
            for (number, step) in lesson.steps.iter().enumerate() {
                let mut begun = step.files.clone();
                for (part, task) in step.parts.iter().enumerate() {
                    let PartOfStep::Task(task) = task else { continue };
                    let mut told = |files: &Texts| {
                        let asked = GradeAsked {
                            task: (number as u32, part as u32),
                            checks: task.checks.clone(),
                            wrong: task.wrong.iter().map(|(texts, _)| texts.clone()).collect(),
                            may_edit: task.may_edit.clone(),
                            before: step.files.clone(),
                        };
                        match answered(&mut evaluator, files.clone(), FurtherQuestion::Grade(asked)) {
                            FurtherAnswer::Grade(grade) => grade.wrong,
                            other => panic!("{other:?}"),
                        }
                    };
                    let place = format!("{}, step {}", folder.display(), number + 1);
                    assert_eq!(told(&begun), None, "{place}: before anything is done");
                    for (answer, (texts, _)) in task.wrong.iter().enumerate() {
                        assert_eq!(told(texts), Some(answer), "{place}: wrong answer {}", answer + 1);
                        explained += 1;
                    }
                    begun.clone_from(&task.solution);
                }
            }
        }
    }
    assert!(explained > 30, "{explained}");
}
