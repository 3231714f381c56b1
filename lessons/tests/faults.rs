//! What is wrong with a lesson is said, in its line; what is right is not.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use netpolis_lessons::test::{lint, test};
use netpolis_lessons::{Block, Inline, Lesson, Part, View, at_step, file_names, inlines, read, translated};

const POD: &str = "{apiVersion: v1, kind: Pod, metadata: {name: web, labels: {app: web}}, spec: {containers: [{name: c}]}}\n---\n\
    {apiVersion: v1, kind: Pod, metadata: {name: db, labels: {app: db}}, spec: {containers: [{name: c}]}}\n";
const CLOSED: &str = "\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db}
spec:
  podSelector: {matchLabels: {app: db}}
  policyTypes: [Ingress]
";

const LESSON: &str = "\
---
title: A lesson
summary: What it is about.
files: [pods.yaml, policies.yaml]
---

It begins.

## First step

```yaml step
look: {flow: {from: web, to: db, port: 80}, view: matrix, lines: 'pods.yaml:1-3'}
holds:
- {from: web, to: db, port: 80, expect: allowed}
```

Prose with `code`, **weight**, and [a link](https://kubernetes.io/).

- one
- two

```yaml task
say: Close `db`.
edit: policies.yaml
checks:
- {from: web, to: db, expect: denied}
hints: [Write a policy.]
solution: {files: {policies.yaml: closed.yaml}}
wrong:
- edits: [{file: policies.yaml, find: '# None', with: '# Nothing'}]
  because: A comment closes nothing.
```

## Second step

```yaml predict
{from: web, to: db, port: 80, because: It is closed.}
```

```yaml quiz
ask: Is it?
choices:
- {text: Yes, because: It is, right: true}
- {text: No, because: It is}
```
";

fn source(name: &str) -> Option<String> {
    match name {
        "pods.yaml" => Some(POD.into()),
        "policies.yaml" => Some("# None.\n".into()),
        "closed.yaml" => Some(CLOSED.into()),
        _ => None,
    }
}

/// What is wrong with a lesson, as lines.
fn faults(text: &str) -> Vec<String> {
    let (lesson, mut problems) = read(text);
    problems.extend(lint(&lesson, &|name| source(name).is_some()));
    problems.extend(test(&lesson, &source).1);
    problems.iter().map(ToString::to_string).collect()
}

/// The one fault of the lesson with a text in place of another.
fn fault(find: &str, with: &str) -> String {
    assert_eq!(LESSON.matches(find).count(), 1, "{find}");
    let faults = faults(&LESSON.replace(find, with));
    assert_eq!(faults.len(), 1, "{find}: {faults:?}");
    faults[0].clone()
}

fn lesson() -> Lesson {
    let (lesson, problems) = read(LESSON);
    assert_eq!(problems, []);
    lesson
}

#[test]
fn a_lesson_is_read() {
    let lesson = lesson();
    assert_eq!((lesson.title.as_str(), lesson.intro.len()), ("A lesson", 1));
    let titles: Vec<_> = lesson.steps.iter().map(|step| (step.id.as_str(), step.line, step.parts.len())).collect();
    assert_eq!(titles, [("first-step", 9, 2), ("second-step", 34, 2)]);
    assert_eq!(lesson.steps[0].look.view, Some(View::Matrix));
    assert_eq!(lesson.steps[0].look.lines[0].last, 3);
    let Part::Prose(blocks) = &lesson.steps[0].parts[0] else { panic!("{:?}", lesson.steps[0].parts) };
    let Block::Paragraph(line) = &blocks[0] else { panic!("{blocks:?}") };
    assert!(line.contains(&Inline::Code("code".into())) && line.contains(&Inline::Strong(vec![Inline::Text("weight".into())])));
    assert!(matches!(&blocks[1], Block::List(None, items) if items.len() == 2));
    let task = lesson.steps[0].tasks().next().unwrap();
    assert_eq!((task.line, task.say.clone()), (22, inlines("Close `db`.")));
    assert_eq!(file_names(&lesson), ["pods.yaml", "policies.yaml", "closed.yaml"]);
    assert_eq!(faults(LESSON), Vec::<String>::new());
    let (tested, _) = test(&lesson, &source);
    assert_eq!((tested.steps, tested.graded, tested.checks), (2, 1, 2));
}

#[test]
fn a_step_begins_with_the_solutions_before_it() {
    let files = at_step(&lesson(), 1, &source).unwrap();
    assert_eq!(files, [("pods.yaml".to_owned(), POD.to_owned()), ("policies.yaml".to_owned(), CLOSED.to_owned())]);
    assert_eq!(at_step(&lesson(), 0, &source).unwrap()[1].1, "# None.\n");
}

#[test]
fn what_cannot_be_read_is_said_in_its_line() {
    assert_eq!(fault("title: A lesson", "titel: A lesson\ntitle: A lesson").split(';').next(), Some("2: there is no field `titel` here"));
    assert_eq!(
        fault("view: matrix", "view: matrx"),
        "12: there is no view `matrx`; there are kubernetes, azure, matrix, path, problems, addresses"
    );
    assert_eq!(fault("pods.yaml:1-3", "pods.yaml"), "12: `pods.yaml` should be a file and lines of it: `policies.yaml:3-5`");
    assert_eq!(fault("hints: [Write a policy.]\n", ""), "23: the task has no `hints`");
    assert_eq!(fault(", right: true", ""), "41: a quiz has at least two `choices`, and one of them is `right: true`");
    assert_eq!(fault("It begins.", "It <b>begins</b>."), "7: HTML is not shown: write Markdown, and put code between backticks");
    assert_eq!(fault("say: Close `db`.", "say: [Close]"), "23: `say` is a list, and should be text");
    let faults = faults("Nothing.\n");
    assert_eq!(faults.len(), 3, "{faults:?}");
    assert!(faults[0].starts_with("1: the lesson begins with its title"), "{faults:?}");
}

#[test]
fn what_is_not_so_is_said() {
    let said = fault("port: 80, expect: allowed", "port: 80, expect: denied");
    assert!(said.starts_with("14: the step says so, and `web` may not reach"), "{said}");
    let solved = faults(&LESSON.replace("- {from: web, to: db, expect: denied}", "- {exists: db}"));
    assert_eq!(solved, ["22: the task is solved before anything is done", "22: an answer that is said to be wrong solves the task"]);
    assert_eq!(
        fault(
            "with: '# Nothing'",
            "with: '{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: a}, spec: {podSelector: {}}} #'"
        ),
        "22: an answer that is said to be wrong solves the task"
    );
    assert!(
        fault("{files: {policies.yaml: closed.yaml}}", "{edits: [{file: policies.yaml, find: None, with: Nothing}]}")
            .starts_with("26: after the solution")
    );
    assert_eq!(
        fault("find: '# None', with", "find: 'Nobody', with"),
        "22: a wrong answer cannot be given: `policies.yaml` does not have the text `Nobody`"
    );
    assert_eq!(
        fault("edit: policies.yaml", "edit: pods.yaml"),
        "22: the solution edits what may not be edited: line 1 of `policies.yaml` was edited"
    );
    assert_eq!(fault("https://kubernetes.io/", "../nowhere"), "9: the link `../nowhere` leads nowhere");
    assert_eq!(fault("pods.yaml:1-3", "pods.yaml:1-30"), "9: there is no `pods.yaml:1-30`");
    assert!(
        fault("{from: web, to: db, port: 80, because", "{from: wbe, to: db, port: 80, because").starts_with("36: this cannot be asked: ")
    );
    let closed = faults(&LESSON.replace("closed.yaml", "gone.yaml"));
    assert!(closed.contains(&"1: there is no file `gone.yaml` beside the lesson".into()), "{closed:?}");
    // A policy that selects nothing is a warning that nobody asked for.
    assert!(faults(&LESSON.replace("find: '# None', with: '# Nothing'", "find: '# None', with: ''")).is_empty());
}

#[test]
fn a_step_says_which_problems_it_is_meant_to_have() {
    // A policy that selects nothing is a warning.
    let stray =
        "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: a}, spec: {podSelector: {matchLabels: {app: nobody}}}}\n";
    let with = |text: &str| {
        let (lesson, problems) = read(text);
        assert_eq!(problems, []);
        let source = |name: &str| if name == "stray.yaml" { Some(stray.to_owned()) } else { source(name) };
        test(&lesson, &source).1.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let begins =
        |more: &str| LESSON.replace("holds:\n- {from: web", &format!("files: {{stray.yaml: stray.yaml}}\n{more}holds:\n- {{from: web"));
    let not_meant = with(&begins(""));
    assert!(not_meant[0].starts_with("9: the scene has problem LINT001"), "{not_meant:?}");
    // Said of a step, it is meant there, and in no other one.
    let meant = with(&begins("problems: [LINT001]\n"));
    assert_eq!(meant.len(), 1, "{meant:?}");
    assert!(meant[0].starts_with("36: the scene has problem LINT001"), "{meant:?}");
    assert_eq!(
        fault("look: {flow: {from: web", "problems: [LINT001]\nlook: {flow: {from: web"),
        "9: the step's `problems` names LINT001, which its scene does not have: leave it out"
    );
}

#[test]
fn what_holds_after_a_wrong_answer_is_tested() {
    let holds = |check: &str| format!("  because: A comment closes nothing.\n  holds:\n  - {check}\n");
    let open = "{from: web, to: db, port: 80, expect: allowed}";
    assert_eq!(faults(&LESSON.replace("  because: A comment closes nothing.\n", &holds(open))), Vec::<String>::new());
    let said = fault("  because: A comment closes nothing.\n", &holds("{from: web, to: db, port: 80, expect: denied}"));
    assert!(said.starts_with("33: after a wrong answer `web` may not reach"), "{said}");
}

const GERMAN: &str = "\
---
title: Eine Lektion
summary: Worum es geht.
---

Sie beginnt.

## Erster Schritt

Text mit `code`, und [ein Link](#second-step).

- eins

```yaml task
say: Schließe `db`.
hints: [Schreib eine Policy.]
wrong: {because: Ein Kommentar schließt nichts.}
```

## Zweiter Schritt

```yaml predict
because: Sie ist zu.
```

```yaml quiz
ask: Ist sie es?
choices:
- {text: Ja, because: Sie ist es}
- {text: Nein, because: Doch}
```
";

/// What is wrong with the translation with a text in place of another.
fn in_german(find: &str, with: &str) -> Vec<String> {
    assert_eq!(GERMAN.matches(find).count(), 1, "{find}");
    let (lesson, mut problems) = translated(&lesson(), &GERMAN.replace(find, with));
    problems.extend(netpolis_lessons::test::lint_links(&lesson, &|name| source(name).is_some()));
    problems.iter().map(ToString::to_string).collect()
}

#[test]
fn a_translation_has_its_own_prose_and_the_original_s_scene() {
    let original = lesson();
    let (german, problems) = translated(&original, GERMAN);
    assert_eq!(problems, []);
    let titles: Vec<_> = german.steps.iter().map(|step| (step.title.as_str(), step.id.as_str(), step.line)).collect();
    assert_eq!(titles, [("Erster Schritt", "first-step", 8), ("Zweiter Schritt", "second-step", 20)]);
    let (own, task) = (german.steps[0].tasks().next().unwrap(), original.steps[0].tasks().next().unwrap());
    assert_eq!((own.say.clone(), own.line), (inlines("Schließe `db`."), 14));
    assert_eq!((&own.checks, &own.solution, &own.edit), (&task.checks, &task.solution, &task.edit));
    assert_eq!((&own.wrong[0].change, own.wrong[0].because.clone()), (&task.wrong[0].change, inlines("Ein Kommentar schließt nichts.")));
    assert!(matches!(&german.steps[1].parts[1], Part::Quiz(quiz) if quiz.choices[0].right && quiz.choices[0].text == inlines("Ja")));
    assert_eq!((&german.steps[0].holds, &german.steps[0].look), (&original.steps[0].holds, &original.steps[0].look));
    assert_eq!(test(&german, &source), test(&original, &source), "and so it is as right as the original");
}

#[test]
fn what_a_translation_lacks_or_has_otherwise_is_said() {
    assert_eq!(in_german("hints: [Schreib eine Policy.]", "hints: []"), ["14: there are 0 hints here, and 1 in `lesson.md`"]);
    assert_eq!(
        in_german("hints: [Schreib eine Policy.]\n", "hints: [Schreib eine Policy.]\nedit: policies.yaml\n"),
        ["17: there is no field `edit` here; there are say, hints, wrong"]
    );
    assert_eq!(in_german("- {text: Nein, because: Doch}\n", ""), ["26: there are 1 choices here, and 2 in `lesson.md`"]);
    assert_eq!(in_german("```yaml predict\nbecause: Sie ist zu.\n```\n", ""), ["23: here is quiz, where `lesson.md` has predict"]);
    assert_eq!(
        in_german("- {text: Nein, because: Doch}\n```\n", "- {text: Nein, because: Doch}\n```\n\nMehr.\n"),
        ["20: the step has predict, quiz, prose, and in `lesson.md` predict, quiz"]
    );
    assert_eq!(
        in_german("## Zweiter Schritt\n", "```yaml step\n{}\n```\n\n## Zweiter Schritt\n"),
        ["20: what a step begins with is said in `lesson.md`: leave this block out"]
    );
    assert_eq!(
        in_german("## Zweiter Schritt\n", ""),
        ["1: there are 1 steps here, and 2 in `lesson.md`", "8: the step has prose, task, predict, quiz, and in `lesson.md` prose, task"]
    );
    assert_eq!(in_german("title: Eine Lektion\n", "titel: Eine Lektion\n").len(), 3);
    assert_eq!(in_german("#second-step", "#zweiter-schritt"), ["8: the link `#zweiter-schritt` leads nowhere"]);
    assert_eq!(in_german("Ein Kommentar schließt nichts.", "''"), ["17: this is missing here, and `lesson.md` has it"]);
    // What is still the original's text was forgotten.
    let long = LESSON.replace("say: Close `db`.", "say: Close the database to everybody else.");
    let (_, problems) = translated(&read(&long).0, &GERMAN.replace("say: Schließe `db`.", "say: Close the database to everybody else."));
    assert_eq!(problems[0].to_string(), "14: this is as in `lesson.md`: Close the database to everybody else.");
}

#[test]
fn a_lesson_names_the_languages_it_is_written_in() {
    assert_eq!(
        fault("title: A lesson\n", "title: A lesson\nlanguages: [de]\n"),
        "1: there is no file `lesson.de.md` beside the lesson, and `languages` names it"
    );
    let said = faults(&LESSON.replace("title: A lesson\n", "title: A lesson\nlanguages: [German]\n"));
    assert_eq!(said[0], "3: `German` is no tag of another language, such as `de`; `lesson.md` itself is English");
}

/// Whatever a text is, it is read.
#[test]
fn no_text_is_too_strange() {
    for cut in (0..LESSON.len()).filter(|cut| LESSON.is_char_boundary(*cut)) {
        let (lesson, _) = read(&LESSON[..cut]);
        let _ = lint(&lesson, &|_| true);
        let _ = translated(&lesson, GERMAN);
    }
    for text in
        ["", "---", "## \n## \n", "```yaml task", "---\n- a\n---\n## a\n```yaml step\n[1, 2]\n```\n```yaml quiz\n{choices: {a: 1}}\n```"]
    {
        assert!(!read(text).1.is_empty(), "{text}");
    }
}
