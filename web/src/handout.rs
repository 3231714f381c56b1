//! A lesson to be printed: all its steps on paper, each with the picture of its scene and room for answers; solutions begin a page of their own.
//!
//! The build makes one of every lesson of the site, and `web/examples/handout.rs` one of any other.

use std::fmt::Write as _;
use std::path::Path;
use std::{fs, io};

use crate::components::lesson::editable_words;
use crate::graph::export::{Palette, escape};
use crate::shell::{Desk, picture_of};
use crate::state::{LessonAction, Phase, VERDICTS};
use netpolis_view::{LessonStep, LessonView, PartOfStep, ProseBlock, ProseInline, RowLink, Texts};

const STYLE: &str = "body{max-width:46rem;margin:2rem auto;padding:0 1rem;font:11pt/1.5 Inter,system-ui,sans-serif;color:#15202b}\
h1{font-size:20pt;margin:0}h2{font-size:14pt;margin:1.6em 0 .4em;break-after:avoid}h3{font-size:11pt;margin:1em 0 .3em;break-after:avoid}\
pre{padding:.6em .8em;border:1px solid #cfd7df;border-radius:4px;white-space:pre-wrap;font-size:8.5pt;line-height:1.4}code{font-size:9.5pt}\
figure{margin:1em 0;break-inside:avoid}figure svg{max-width:100%;height:auto;max-height:110mm;border:1px solid #cfd7df;border-radius:4px}\
.box{margin:1em 0;padding:.2em 1em .6em;border:1px solid #cfd7df;border-left:3px solid #d9a400;break-inside:avoid}ul.choices{list-style:none;padding:0}ul.choices li::before{content:'\\2610\\00a0\\00a0'}\
.solutions{break-before:page}table{border-collapse:collapse}th,td{padding:.2em .8em .2em 0;border-bottom:1px solid #cfd7df;text-align:left;vertical-align:top}\
blockquote{margin:0;padding-left:1em;border-left:3px solid #cfd7df;color:#566473}.note{color:#566473}@page{margin:18mm}@media print{body{margin:0;padding:0;max-width:none}}";

/// The handout of a lesson as a page: `id` is its folder below `lessons/`, `files` all that are there, `lesson.md` among them.
///
/// # Errors
/// What is wrong with the lesson, line by line.
pub fn handout(id: &str, files: Texts) -> Result<String, Vec<String>> {
    let mut desk = Desk::with_lesson(files);
    let phase = desk.state.lesson.as_ref().map(|lesson| lesson.phase.clone());
    let view = match phase {
        Some(Phase::Open(view)) => view,
        Some(Phase::Failed(problems)) => return Err(problems),
        Some(Phase::Wants(_, _, names)) => return Err(vec![format!("files are missing: {}", names.join(", "))]),
        _ => return Err(vec!["the lesson could not be read".into()]),
    };
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{title}</title><style>{STYLE}</style><body><h1>{title}</h1>\
         <p class=\"note\">To be played: <code>?lesson={}</code> behind the address of Netpolis</p>{}",
        escape(id),
        blocks(&view.intro),
        title = escape(&view.title),
    );
    for (number, step) in view.steps.iter().enumerate() {
        desk.play(LessonAction::GoTo(number));
        desk.settle();
        let _ = write!(page, "<h2>{}. {}</h2>", number + 1, escape(&step.title));
        if desk.state.answers.scene.ends.len() > 1 {
            let picture = picture_of(&desk.state, &step.title, &Palette::LIGHT);
            // Every picture has its own arrow heads.
            let _ = write!(
                page,
                "<figure>{}</figure>",
                picture.replace("id=\"", &format!("id=\"p{number}-")).replace("url(#", &format!("url(#p{number}-"))
            );
        }
        step.parts.iter().for_each(|part| page.push_str(&question(step, part)));
    }
    page.push_str(&solutions(&view));
    Ok(page + "</body></html>\n")
}

/// The handout of the lesson in a folder.
///
/// # Errors
/// If a file cannot be read, and what is wrong with the lesson.
pub fn of_folder(folder: &Path) -> io::Result<String> {
    let mut files = Texts::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if let (true, Some(name)) = (path.is_file(), path.file_name().and_then(|name| name.to_str())) {
            files.push((name.to_owned(), fs::read_to_string(&path)?));
        }
    }
    files.sort();
    let parts: Vec<&str> = folder.iter().filter_map(|part| part.to_str()).collect();
    let id = parts.get(parts.len().saturating_sub(2)..).unwrap_or_default().join("/");
    handout(&id, files).map_err(|problems| io::Error::other(problems.join("\n")))
}

/// What there is to read and to do.
fn question(step: &LessonStep, part: &PartOfStep) -> String {
    match part {
        PartOfStep::Prose(prose) => blocks(prose),
        PartOfStep::Task(task) => {
            let editable = task.edit.iter().map(editable_words).collect::<Vec<_>>().join(" and ");
            let edit = if task.edit.is_empty() { String::new() } else { format!("<p class=\"note\">Edit {}.</p>", escape(&editable)) };
            let begins = step.file.as_ref().and_then(|file| step.files.iter().find(|(name, _)| name == file));
            let text = begins.map_or_else(String::new, |(name, text)| file(name, text));
            format!("<div class=\"box\"><h3>Task</h3><p>{}</p>{edit}</div>{text}", line(&task.say))
        }
        PartOfStep::Quiz(quiz) => {
            let choices: String = quiz.choices.iter().map(|(text, ..)| format!("<li>{}</li>", line(text))).collect();
            format!("<div class=\"box\"><h3>{}</h3><ul class=\"choices\">{choices}</ul></div>", line(&quiz.ask))
        }
        PartOfStep::Predict(predict) => {
            let [from, to, what] = predict.asked.each_ref().map(|text| escape(text));
            let is_path = matches!(predict.link, RowLink::Path(_));
            let words = VERDICTS.iter().filter(|word| is_path || **word != "sometimes").map(|word| format!("<li>{word}</li>"));
            let words: String = words.collect();
            format!(
                "<div class=\"box\"><h3>What is the answer to <code>{from}</code> → <code>{to}</code>, {what}?</h3><ul class=\"choices\">{words}</ul></div>"
            )
        }
    }
}

/// What is right, with the files of each task that its solution changes.
fn solutions(view: &LessonView) -> String {
    let mut all = String::new();
    for (number, step) in view.steps.iter().enumerate() {
        let answers: String = step.parts.iter().map(|part| answer(step, part)).collect();
        if !answers.is_empty() {
            let _ = write!(all, "<h3>{}. {}</h3>{answers}", number + 1, escape(&step.title));
        }
    }
    if all.is_empty() { all } else { format!("<section class=\"solutions\"><h2>Solutions</h2>{all}</section>") }
}

fn answer(step: &LessonStep, part: &PartOfStep) -> String {
    match part {
        PartOfStep::Prose(_) => String::new(),
        PartOfStep::Task(task) => {
            let hints: String = task.hints.iter().map(|hint| format!("<li>{}</li>", line(hint))).collect();
            let changed = task.solution.iter().filter(|own| !step.files.contains(own));
            let files: String = changed.map(|(name, text)| file(name, text)).collect();
            format!("<p>{}</p><ul>{hints}</ul>{files}", line(&task.say))
        }
        PartOfStep::Quiz(quiz) => {
            let right = quiz.choices.iter().filter(|(_, right, _)| *right);
            let right: String = right.map(|(text, _, because)| format!("<p><b>{}</b> {}</p>", line(text), line(because))).collect();
            format!("<p>{}</p>{right}", line(&quiz.ask))
        }
        PartOfStep::Predict(predict) => {
            let [from, to, what] = predict.asked.each_ref().map(|text| escape(text));
            format!(
                "<p><code>{from}</code> → <code>{to}</code>, {what}: <b>{}</b>. {}</p>",
                escape(&predict.verdict),
                line(&predict.because)
            )
        }
    }
}

fn file(name: &str, text: &str) -> String {
    format!("<p class=\"note\"><code>{}</code></p><pre>{}</pre>", escape(name), escape(text))
}

fn blocks(all: &[ProseBlock]) -> String {
    all.iter().map(block).collect()
}

fn block(block: &ProseBlock) -> String {
    let items = |items: &[Vec<ProseBlock>]| items.iter().map(|item| format!("<li>{}</li>", blocks(item))).collect::<String>();
    match block {
        ProseBlock::Heading(text) => format!("<h3>{}</h3>", line(text)),
        ProseBlock::Paragraph(text) => format!("<p>{}</p>", line(text)),
        ProseBlock::List(None, all) => format!("<ul>{}</ul>", items(all)),
        ProseBlock::List(Some(first), all) => format!("<ol start=\"{first}\">{}</ol>", items(all)),
        ProseBlock::Quote(inner) => format!("<blockquote>{}</blockquote>", blocks(inner)),
        ProseBlock::Code(name, text) => name.as_ref().map_or_else(|| format!("<pre>{}</pre>", escape(text)), |name| file(name, text)),
        ProseBlock::Table(rows) => {
            let row = |(number, cells): (usize, &Vec<Vec<ProseInline>>)| {
                let tag = if number == 0 { "th" } else { "td" };
                let cells: String = cells.iter().map(|cell| format!("<{tag}>{}</{tag}>", line(cell))).collect();
                format!("<tr>{cells}</tr>")
            };
            format!("<table>{}</table>", rows.iter().enumerate().map(row).collect::<String>())
        }
    }
}

/// On paper a link to another lesson leads nowhere.
fn line(parts: &[ProseInline]) -> String {
    let part = |part: &ProseInline| match part {
        ProseInline::Text(text) => escape(text),
        ProseInline::Code(text) => format!("<code>{}</code>", escape(text)),
        ProseInline::Emphasis(inner) => format!("<em>{}</em>", line(inner)),
        ProseInline::Strong(inner) => format!("<strong>{}</strong>", line(inner)),
        ProseInline::Break => "<br>".into(),
        ProseInline::Link(to, inner) if to.starts_with("https://") => format!("<a href=\"{}\">{}</a>", escape(to), line(inner)),
        ProseInline::Link(_, inner) => line(inner),
    };
    parts.iter().map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LESSON: &str = include_str!("../../www/lessons/policy/default-deny/lesson.md");
    const FILES: [(&str, &str); 5] = [
        ("policies.yaml", include_str!("../../www/lessons/policy/default-deny/policies.yaml")),
        ("cluster.yaml", include_str!("../../www/lessons/policy/default-deny/cluster.yaml")),
        ("denied.yaml", include_str!("../../www/lessons/policy/default-deny/denied.yaml")),
        ("only-db.yaml", include_str!("../../www/lessons/policy/default-deny/only-db.yaml")),
        ("opened.yaml", include_str!("../../www/lessons/policy/default-deny/opened.yaml")),
    ];

    #[test]
    fn a_handout_has_every_step_with_its_picture_and_the_solutions_apart() {
        let mut files = FILES.map(|(name, text)| (name.to_owned(), text.to_owned())).to_vec();
        files.push(("lesson.md".into(), LESSON.into()));
        let page = handout("policy/default-deny", files.clone()).expect("a lesson");
        let (questions, solutions) = page.split_once("class=\"solutions\"").expect("solutions");
        for step in ["1. Everything is open", "2. A policy that allows nothing", "3. Open one door"] {
            assert!(questions.contains(&format!("<h2>{step}</h2>")), "{step}");
        }
        assert_eq!(questions.matches("<figure>").count(), 3);
        // What the steps look at, as the lesson's own checks have it.
        assert!(questions.contains(">Allowed</text>") && questions.contains(">Denied</text>"));
        let opened = "name: api-to-db";
        let of_solution =
            FILES[4].1.lines().find(|line| line.trim_start().starts_with("name:") || line.contains("app: api")).unwrap_or(opened);
        assert!(solutions.contains(&escape(of_solution.trim())), "{of_solution}");
        assert!(solutions.contains("<b>allowed</b>"), "what was to be predicted");
        assert!(!questions.contains("<b>allowed</b>"));
        files.retain(|(name, _)| name != "denied.yaml");
        assert!(handout("policy/default-deny", files).is_err(), "a file is missing");
        assert!(handout("x/y", vec![("lesson.md".into(), "no lesson".into())]).is_err());
    }
}
