//! The embedded page's end of the messages that it exchanges with the page around it.
//!
//! `www/messages.js` speaks with that page: it knows who may talk, checks what comes, and answers. Here is what it needs of the program: orders are
//! taken, and what is shown is told with every change. docs/embedding.md has the messages.

use std::rc::Rc;

use js_sys::{Function, Reflect};
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;
use yew::prelude::*;

use crate::components::Store;
use crate::examples::EXAMPLES;
use crate::share::{self, EmbedView, Shared};
use crate::state::{Action, LayoutAction, Lesson, LessonAction, Phase, Progress, State, Theme, VERDICTS};
use netpolis_view::{PartOfStep, PathQuestion, PathWord, Question, settings_from_text, settings_text};

#[wasm_bindgen]
extern "C" {
    /// What speaks with the page around this one, made by `start.js`.
    #[derive(Clone, Debug, PartialEq)]
    pub type Host;

    /// Hands over what takes orders.
    #[wasm_bindgen(method)]
    fn listen(this: &Host, take: &Function);

    /// What is shown is another.
    #[wasm_bindgen(method)]
    fn tell(this: &Host, news: JsValue);
}

#[derive(Serialize, Deserialize)]
struct File {
    name: String,
    text: String,
}

/// What is shown, and whether it is what was asked for.
#[derive(Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct News {
    /// Whether the answer to the newest question about the newest text is still on its way.
    waits: bool,
    /// Whether it does not come: the engine failed, or the reader cancelled it.
    stuck: bool,
    revision: u32,
    settings: String,
    asked: PathQuestion,
    verdict: Option<VerdictNews>,
    /// Why the question cannot be answered.
    refused: Option<String>,
    view: &'static str,
    lesson: Option<LessonNews>,
}

#[derive(Clone, PartialEq, Serialize)]
struct VerdictNews {
    question: Question,
    verdict: PathWord,
    headline: String,
    summary: String,
}

#[derive(Clone, PartialEq, Serialize)]
struct LessonNews {
    lesson: String,
    title: String,
    /// Why it cannot be played.
    failed: Vec<String>,
    /// The step that is shown, counted from 0.
    step: usize,
    steps: Vec<StepNews>,
}

#[derive(Clone, Default, PartialEq, Serialize)]
struct StepNews {
    id: String,
    title: String,
    tasks: usize,
    solved: usize,
    questions: usize,
    right: usize,
}

fn step_news(lesson: &Lesson) -> Vec<StepNews> {
    let steps = lesson.view().map(|view| view.steps.as_slice()).unwrap_or_default();
    let one = |(number, step): (usize, &netpolis_view::LessonStep)| {
        let mut news = StepNews { id: step.id.clone(), title: step.title.clone(), ..StepNews::default() };
        for (part, own) in step.parts.iter().enumerate() {
            let id = (number as u32, part as u32);
            let picked = lesson.pick(id);
            let right = match own {
                PartOfStep::Prose(_) => continue,
                PartOfStep::Task(_) => {
                    news.tasks += 1;
                    news.solved += usize::from(lesson.done.contains(&id));
                    continue;
                }
                PartOfStep::Quiz(quiz) => picked.and_then(|picked| quiz.choices.get(picked)).is_some_and(|(_, right, _)| *right),
                PartOfStep::Predict(asked) => picked.and_then(|picked| VERDICTS.get(picked)).is_some_and(|word| *word == asked.verdict),
            };
            news.questions += 1;
            news.right += usize::from(right);
        }
        news
    };
    steps.iter().enumerate().map(one).collect()
}

fn lesson_news(lesson: &Lesson) -> LessonNews {
    let failed = if let Phase::Failed(why) = &lesson.phase { why.clone() } else { Vec::new() };
    let title = lesson.view().map(|view| view.title.clone()).unwrap_or_default();
    LessonNews { lesson: lesson.id.clone(), title, failed, step: lesson.step, steps: step_news(lesson) }
}

fn news(state: &State) -> News {
    let opening = state.lesson.as_ref().is_some_and(|lesson| !matches!(lesson.phase, Phase::Open(_) | Phase::Failed(_)));
    News {
        waits: opening || !state.is_answered(),
        stuck: state.notices.engine.is_some() || matches!(state.progress, Progress::Cancelled { .. }),
        revision: state.revision,
        settings: settings_text(&state.settings),
        asked: state.asking.path.question.clone(),
        verdict: state.answers.verdict().map(|said| VerdictNews {
            question: said.question.clone(),
            verdict: said.word,
            headline: said.headline.clone(),
            summary: said.summary.clone(),
        }),
        refused: state.answers.outcome().and_then(|said| said.as_ref().as_ref().err().cloned()),
        view: state.layout.embed.name(),
        lesson: state.lesson.as_ref().map(lesson_news),
    }
}

fn plain(value: &impl Serialize) -> JsValue {
    value.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).unwrap_or_default()
}

/// What an order comes to, or why it is none.
fn order(store: &State, kind: &str, content: JsValue) -> Result<Action, String> {
    let word = || content.as_string().unwrap_or_default();
    let field = |name: &str| Reflect::get(&content, &name.into()).unwrap_or_default();
    let malformed = |error: serde_wasm_bindgen::Error| error.to_string();
    Ok(match kind {
        "load" => {
            let files: Vec<File> = serde_wasm_bindgen::from_value(content).map_err(malformed)?;
            let files = files.into_iter().map(|file| (file.name, file.text)).collect();
            // What was assumed stays so; the question is another scene's.
            Action::OpenShared(Box::new(Shared { files, settings: store.settings.clone(), ..Shared::default() }))
        }
        "link" => match share::decode(word().rsplit('#').next().unwrap_or_default()) {
            Ok(Some((shared, _))) => Action::OpenShared(Box::new(shared)),
            Ok(None) => return Err("this link holds no scene".into()),
            Err(error) => return Err(error.message()),
        },
        "example" => {
            let id = word();
            let index = EXAMPLES.iter().position(|example| example.id == id);
            let found = index.and_then(|index| Some((index, EXAMPLES.get(index)?)));
            let (index, example) = found.ok_or_else(|| format!("there is no example `{id}`"))?;
            Action::OpenExample(index, example)
        }
        "ask" => Action::Change(serde_wasm_bindgen::from_value(content).map_err(malformed)?),
        "settings" => match settings_from_text(&word()) {
            (settings, None) => Action::ChooseSettings(settings),
            (_, Some(line)) => return Err(format!("there is no setting, or no value of one, as in `{line}`")),
        },
        "theme" => LayoutAction::ChooseTheme(Theme::from_name(&word())).into(),
        "view" => LayoutAction::Embed(EmbedView::named(&word()).ok_or_else(|| format!("there is no view `{}`", word()))?).into(),
        "lesson" => {
            let word = |name: &str| field(name).as_string().unwrap_or_default();
            let (id, step) = (word("lesson"), word("step"));
            // Another step of the lesson that is played: what was done stays done.
            let view = store.lesson.as_ref().filter(|lesson| lesson.id == id).and_then(Lesson::view);
            let number = view.and_then(|view| view.steps.iter().position(|own| own.id == step));
            Action::Lesson(number.map_or_else(|| LessonAction::Open(id, step), LessonAction::GoTo))
        }
        _ => return Err(format!("there is no order `{kind}`")),
    })
}

/// Takes orders and tells what is shown, for as long as the page is there. Nothing where there is nobody to tell.
#[hook]
pub fn use_messages(store: &Store, host: Option<&Host>) {
    let latest = use_mut_ref(|| store.clone());
    *latest.borrow_mut() = store.clone();
    {
        let host = host.cloned();
        use_effect_with((), move |()| {
            let take = Closure::<dyn Fn(String, JsValue) -> JsValue>::new(move |kind: String, content: JsValue| {
                // An order may draw the page anew, which writes the newest state.
                let store: Store = latest.borrow().clone();
                match kind.as_str() {
                    "news" => plain(&news(&store)),
                    "files" => plain(&store.files.texts().into_iter().map(|(name, text)| File { name, text }).collect::<Vec<_>>()),
                    kind => match order(&store, kind, content) {
                        Ok(action) => {
                            store.dispatch(action);
                            JsValue::UNDEFINED
                        }
                        Err(why) => why.into(),
                    },
                }
            });
            if let Some(host) = host {
                host.listen(take.into_js_value().unchecked_ref());
            }
        });
    }
    let host = host.cloned();
    use_effect_with(Rc::new(news(store)), move |news| {
        if let Some(host) = host {
            host.tell(plain(&**news));
        }
    });
}
