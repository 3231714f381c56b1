//! Prose of a lesson: blocks and lines as elements. No HTML of a lesson ever gets onto the page.

use std::rc::Rc;

use yew::prelude::*;

use super::term::Term;
use crate::components::Dispatch;
use crate::state::{Action, LessonAction};
use crate::words::t_with;
use netpolis_view::{ProseBlock, ProseInline, TermView};

/// Where links of a lesson lead: its own folder, and the ids of its steps.
#[derive(Clone, PartialEq)]
pub(super) struct Links {
    pub dispatch: Dispatch,
    pub lesson: String,
    pub steps: Vec<String>,
    /// Terms that links may explain.
    pub terms: Rc<Vec<TermView>>,
}

impl Links {
    /// The lesson that a link from this one leads to: `../peers` beside it.
    fn lesson(&self, to: &str) -> String {
        let mut parts: Vec<&str> = self.lesson.split('/').collect();
        for part in to.split('/') {
            match part {
                ".." => drop(parts.pop()),
                "." | "" => {}
                part => parts.push(part),
            }
        }
        parts.join("/")
    }
}

/// Blocks, one below the other.
pub(super) fn blocks(all: &[ProseBlock], links: &Links) -> Html {
    all.iter().map(|block| one(block, links)).collect()
}

fn one(block: &ProseBlock, links: &Links) -> Html {
    match block {
        ProseBlock::Heading(text) => html! { <h3>{ line(text, links) }</h3> },
        ProseBlock::Paragraph(text) => html! { <p>{ line(text, links) }</p> },
        ProseBlock::List(None, items) => html! { <ul>{ for items.iter().map(|item| html! { <li>{ blocks(item, links) }</li> }) }</ul> },
        ProseBlock::List(Some(first), items) => {
            html! { <ol start={first.to_string()}>{ for items.iter().map(|item| html! { <li>{ blocks(item, links) }</li> }) }</ol> }
        }
        ProseBlock::Quote(inner) => html! { <blockquote>{ blocks(inner, links) }</blockquote> },
        ProseBlock::Code(file, text) => code(file.as_deref(), text, links),
        ProseBlock::Table(rows) => {
            let cells = |row: &[Vec<ProseInline>], head: bool| -> Html {
                let cell = |cell: &Vec<ProseInline>| {
                    if head {
                        html! { <th scope="col">{ line(cell, links) }</th> }
                    } else {
                        html! { <td>{ line(cell, links) }</td> }
                    }
                };
                html! { <tr>{ for row.iter().map(cell) }</tr> }
            };
            html! {
                <div class="lesson-table" tabindex="0"><table>{ for rows.iter().enumerate().map(|(number, row)| cells(row, number == 0)) }</table></div>
            }
        }
    }
}

fn code(file: Option<&str>, text: &str, links: &Links) -> Html {
    let put = file.map(|file| {
        let (dispatch, action) = (links.dispatch.clone(), LessonAction::Put(file.to_owned(), text.to_owned()));
        let onclick = Callback::from(move |_: MouseEvent| dispatch.dispatch(Action::Lesson(action.clone())));
        html! { <button type="button" class="pick" {onclick}>{ t_with("Put into {0}", &[file]) }</button> }
    });
    html! { <div class="lesson-code"><pre tabindex="0">{ text }</pre>{ put }</div> }
}

/// A line.
pub(super) fn line(parts: &[ProseInline], links: &Links) -> Html {
    let part = |part: &ProseInline| match part {
        ProseInline::Text(text) => html! { { text } },
        ProseInline::Code(text) => html! { <code>{ text }</code> },
        ProseInline::Emphasis(inner) => html! { <em>{ line(inner, links) }</em> },
        ProseInline::Strong(inner) => html! { <strong>{ line(inner, links) }</strong> },
        ProseInline::Break => html! { <br /> },
        ProseInline::Link(to, inner) => link(to, line(inner, links), links),
    };
    parts.iter().map(part).collect()
}

fn link(to: &str, text: Html, links: &Links) -> Html {
    if to.starts_with("https://") {
        return html! { <a href={to.to_owned()} target="_blank" rel="noopener noreferrer">{ text }</a> };
    }
    if to.starts_with("term:") {
        return match links.terms.iter().position(|term| term.link == to) {
            Some(place) => {
                let meaning = links.terms.get(place).map(|term| line(&term.text, links));
                html! { <Term terms={links.terms.clone()} {place} text={meaning.unwrap_or_default()}>{ text }</Term> }
            }
            None => text,
        };
    }
    let action = match to.strip_prefix('#') {
        Some(id) => links.steps.iter().position(|step| step == id).map(LessonAction::GoTo),
        None => {
            Some(LessonAction::Open(links.lesson(to.split('#').next().unwrap_or(to)), to.split('#').nth(1).unwrap_or_default().to_owned()))
        }
    };
    let Some(action) = action else { return text };
    let dispatch = links.dispatch.clone();
    let onclick = Callback::from(move |_: MouseEvent| dispatch.dispatch(Action::Lesson(action.clone())));
    html! { <button type="button" class="spot" {onclick}>{ text }</button> }
}
