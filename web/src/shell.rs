//! The page as it is before its program runs: drawn natively, by the same components, when the site is built.
//!
//! Whoever opens the page sees this while the program is on its way; then the program draws the same in its place.

use std::rc::Rc;

use yew::prelude::*;

use crate::components::page::Content;
use crate::components::{Store, StoreProvider};
use crate::effects::keep::Keeping;
use crate::examples::EXAMPLES;
use crate::graph::export::{Palette, escape, svg};
use crate::graph::layout::Memory;
use crate::graph::picture::{Options, picture};
use crate::graph::text_width;
use crate::state::{Action, LessonAction, State};
use netpolis_view::{Evaluator, Question, Status, Texts, TrafficView};

/// Properties of a [`Shell`].
#[derive(Clone, PartialEq, Properties)]
pub struct ShellProps {
    /// Whether it is to be put into other pages.
    pub embedded: bool,
    /// The width of the window that it is drawn for, in CSS pixels.
    pub window: u32,
}

/// The page with its opening scene.
#[component]
pub fn Shell(props: &ShellProps) -> Html {
    let ShellProps { embedded, window } = *props;
    let store: Store = use_reducer(move || opening(embedded, window));
    let keeper = (!embedded).then(|| Keeping(Rc::default()));
    html! {
        <StoreProvider {store}>
            <Content {keeper} host={None} />
        </StoreProvider>
    }
}

/// What the page opens with where nothing is stored and no link is given.
fn opening(embedded: bool, window: u32) -> State {
    let mut state = EXAMPLES.first().map_or_else(State::start_empty, |example| State::start(0, example));
    state.files.read_only = embedded;
    state.layout.panes.bottom_hidden = embedded;
    state.layout.panes = state.layout.panes.in_window(window);
    let reply = Evaluator::default().reply(state.request());
    Rc::unwrap_or_clone(Rc::new(state).reduce(Action::evaluated(reply)))
}

/// Widths of the windows that a shell is drawn for: a desktop's, and a telephone's held upright.
const WINDOWS: [u32; 2] = [1440, 390];

/// The page for windows of every width, from what `draw` makes for one: the graph is there twice, as telephones have a tall one, and
/// the style sheet shows the right one; panes take their part of whatever window it is.
pub fn for_every_window(draw: impl Fn(u32) -> String) -> String {
    let [wide, tall] = WINDOWS.map(draw);
    let (Some(at), Some(tall)) = (graph(&wide), graph(&tall).and_then(|at| tall.get(at))) else { return wide };
    // Names within the page are unique.
    let tall = tall.replace("head-", "tall-head-").replacen("class=\"graph ", "class=\"graph tall ", 1);
    let (before, after) = wide.split_at(at.end);
    let page = format!("{before}{tall}{after}");
    match (page.find("--editor:"), page.find("--bottom:")) {
        (Some(from), Some(to)) if from < to => format!("{}{}{}", &page[..from], panes(), &page[to..]),
        _ => page,
    }
}

/// Where the graph's element stands.
fn graph(page: &str) -> Option<std::ops::Range<usize>> {
    let canvas = page.find("class=\"canvas\"")?;
    let from = canvas + page.get(canvas..)?.find("<svg")?;
    let to = from + page.get(from..)?.find("</svg>")? + "</svg>".len();
    Some(from..to)
}

/// Widths of editor and inspector in a window of any width, as [`crate::state::Panes::in_window`] has them.
fn panes() -> String {
    use crate::state::Panes;
    let [(editor, least_editor, part_editor), (inspector, least_inspector, part_inspector)] = Panes::shares();
    format!(
        "--editor:clamp({least_editor}px,{part_editor}vw,{editor}px);--inspector:clamp({least_inspector}px,{part_inspector}vw,{inspector}px);"
    )
}

/// Height of a picture's heading.
const HEADING: f64 = 64.0;

/// A picture of a scene with its verdict: what stands in other pages until an embedded one is there, and in the gallery.
#[derive(Clone, Debug)]
pub struct Picture {
    /// The name of its example, or `lessons/COURSE/LESSON`.
    pub name: String,
    /// An SVG drawing for a light page.
    pub light: String,
    /// The same for a dark one.
    pub dark: String,
}

impl Picture {
    fn of(name: &str, title: &str, state: &State) -> Self {
        let draw = |palette| picture_of(state, title, palette);
        Picture { name: name.to_owned(), light: draw(&Palette::LIGHT), dark: draw(&Palette::DARK) }
    }
}

/// A picture of every example.
pub fn pictures() -> Vec<Picture> {
    let all = EXAMPLES.iter().enumerate();
    all.map(|(index, example)| {
        let state = Rc::new(State::start(index, example));
        let reply = Evaluator::default().reply(state.request());
        Picture::of(example.id, example.title, &state.reduce(Action::evaluated(reply)))
    })
    .collect()
}

/// A picture of how a lesson begins, from its files, `lesson.md` among them; nothing if it cannot be played. Needs the answers that only the larger engine
/// has.
pub fn lesson_picture(id: &str, files: Texts) -> Option<Picture> {
    let state = Desk::with_lesson(files).state;
    let title = state.lesson.as_ref()?.view()?.title.clone();
    Some(Picture::of(&format!("lessons/{id}"), &title, &state))
}

/// Most requests that a step of a lesson takes to be answered.
const MOST_REQUESTS: usize = 24;

/// A page with its evaluator, in which a lesson is played.
pub(crate) struct Desk {
    pub(crate) state: Rc<State>,
    evaluator: Evaluator,
}

impl Desk {
    /// A page that has opened the lesson of these files.
    pub(crate) fn with_lesson(files: Texts) -> Self {
        let mut desk = Desk { state: Rc::new(State::start_empty()), evaluator: Evaluator::default() };
        desk.play(LessonAction::Given(Rc::new(files)));
        desk.settle();
        desk
    }

    /// Does something to the lesson.
    pub(crate) fn play(&mut self, action: LessonAction) {
        self.state = self.state.clone().reduce(Action::Lesson(action));
    }

    /// Asks until everything is answered.
    pub(crate) fn settle(&mut self) {
        for _ in 0..MOST_REQUESTS {
            if self.state.is_answered() {
                return;
            }
            let reply = self.evaluator.reply(self.state.request());
            self.state = self.state.clone().reduce(Action::evaluated(reply));
        }
    }
}

/// The graph, below the answer to what is asked.
pub(crate) fn picture_of(state: &State, title: &str, palette: &Palette) -> String {
    let said = state.answers.verdict();
    let traffic = said.map(|said| TrafficView { protocol: said.question.protocol.clone(), port: said.question.port });
    let options =
        Options { flow: state.flow_ends(), verdict: said.map(|said| Status::from(said.word)).zip(traffic.as_ref()), ..Options::default() };
    let graph = svg(&picture(&state.answers.scene, &options, &Memory::default()), palette);
    let (headline, question, word) = said.map_or_else(Default::default, |said| {
        let Question { from, to, protocol, port, .. } = &said.question;
        let port = port.map(|port| format!(" {port}")).unwrap_or_default();
        (said.headline.clone(), format!("{from} → {to}, {protocol}{port}"), Some(said.word))
    });
    let (ground, mute) = palette.ground();
    let colour = palette.of_status(word.map(Status::from));
    let width = graph.width.max(text_width(&headline, 20.0) + 40.0).max(text_width(&question, 13.0) + 40.0);
    let height = graph.height + HEADING;
    let [title, headline, question] = [title, &headline, &question].map(escape);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" font-family=\"Inter, system-ui, sans-serif\">\
         <title>{title}: {headline}, {question}</title><rect width=\"{width}\" height=\"{height}\" fill=\"{ground}\"/>\
         <text x=\"20\" y=\"30\" font-size=\"20\" font-weight=\"620\" fill=\"{colour}\">{headline}</text>\
         <text x=\"20\" y=\"51\" font-size=\"13\" fill=\"{mute}\">{question}</text>{}</svg>\n",
        graph.text.trim_end().replacen("<svg ", &format!("<svg y=\"{HEADING}\" "), 1),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_has_a_picture_with_its_verdict() {
        let pictures = pictures();
        assert_eq!(pictures.len(), EXAMPLES.len());
        for (id, text) in pictures.iter().flat_map(|picture| [(&picture.name, &picture.light), (&picture.name, &picture.dark)]) {
            assert!(text.starts_with("<svg ") && text.matches("<svg").count() == 2 && text.matches("</svg>").count() == 2, "{id}");
            assert!(!text.contains("<script") && !text.contains("href"), "{id} draws on nothing else");
        }
        let of = |id: &str| &pictures.iter().find(|own| own.name == id).expect("a picture").light;
        assert!(of("three-tier").contains(">Denied</text>"));
        assert!(of("path-load-balancer").contains(">Denied for 66.7 % of connections (1 of 2 branches)</text>"));
        assert!(of("path-load-balancer").contains("→ svc/shop/frontend, TCP 443") || of("path-load-balancer").contains("TCP 443"));
    }

    fn drawn(embedded: bool, window: u32) -> String {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let renderer = yew::ServerRenderer::<Shell>::with_props(move || ShellProps { embedded, window }).hydratable(false);
        runtime.block_on(renderer.render())
    }

    #[test]
    fn the_page_is_drawn_without_a_browser() {
        let page = for_every_window(|window| drawn(false, window));
        for part in
            ["class=\"page\"", "class=\"verdict denied\"", "policies.yaml:6", "data-screen=\"graph\"", "class=\"preview\"", "<table"]
        {
            assert!(page.contains(part), "{part} is missing");
        }
        assert_eq!(page.matches("class=\"graph still\"").count(), 1, "one wide graph");
        assert_eq!(page.matches("class=\"graph tall still\"").count(), 1, "one tall graph");
        assert!(page.contains("--editor:clamp(240px,29vw,"), "panes follow the window");
        assert_eq!(page.matches("id=\"head-allowed\"").count(), 1, "an id once");
    }

    #[test]
    fn the_embedded_page_has_graph_and_verdict() {
        let page = for_every_window(|window| drawn(true, window));
        for part in ["class=\"embed\"", "class=\"verdict denied\"", "graph tall still"] {
            assert!(page.contains(part), "{part} is missing");
        }
        assert!(!page.contains("class=\"header\""));
    }
}
