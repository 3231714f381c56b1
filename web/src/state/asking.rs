//! What is asked: one question, about a flow between two ends or about the whole way to a Service.

use std::rc::Rc;

use netpolis_core::settings::table;

use super::{LayoutAction, Screen, State, Tab};
use netpolis_view::{EndKind, PathAnswers, PathAsked, PathQuestion, Question, TargetView, TrafficView, first_question, names_service};

/// Most ends whose text is looked at for names of Services.
const MOST_READ: usize = 160;

/// What is looked at beside the graph.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Selection {
    /// The flow of the question.
    #[default]
    Flow,
    /// An end, by its key.
    Endpoint(String),
}

impl Selection {
    /// The key of the end that is looked at.
    pub(super) fn end(&self) -> Option<&str> {
        match self {
            Selection::Endpoint(key) => Some(key),
            Selection::Flow => None,
        }
    }
}

/// What is asked and looked at.
#[derive(Clone, Debug, Default)]
pub struct Asking {
    /// The flow that is asked about.
    pub flow: Question,
    /// The way of a packet that is asked for, and what it is compared with: that of the flow, or to a Service.
    pub path: PathAsked,
    /// The branch of the way that was chosen.
    pub branch: usize,
    /// What is looked at.
    pub selection: Selection,
    /// The end from which a question is asked, once the other is chosen.
    pub from: Option<String>,
    /// Whether the way was looked at last, not the flow: its lines are the ones to light.
    pub(super) follows_path: bool,
    /// Whether much text is new, so that the page asks by itself if the question fits it no more.
    pub(super) seeks: bool,
}

impl Asking {
    /// Whether a question would be another, or would be looked at in place of something else.
    pub(super) fn would_change(&self, question: &Question) -> bool {
        self.flow != *question || self.selection != Selection::Flow || self.from.is_some() || self.path.question != question.into()
    }

    pub(super) fn show_branch(&mut self, branch: usize) {
        self.branch = branch;
        self.follows_path = true;
    }

    /// Another scene begins: nothing of the last one is looked at.
    pub(super) fn begin_afresh(&mut self) {
        self.selection = Selection::Flow;
        self.from = None;
        self.branch = 0;
    }

    /// What was asked before is asked again.
    pub(super) fn go_back(&mut self, flow: Question, path: PathAsked) {
        self.flow = flow;
        self.path = path;
        self.branch = 0;
        self.selection = Selection::Flow;
    }
}

impl State {
    pub(super) fn ask(&mut self, question: Question) {
        let asked = PathQuestion::from(&question);
        if asked.is_to_target() {
            return self.take_question(PathAsked { question: asked, versus: None });
        }
        if self.asking.flow != question {
            self.answers.flow = None;
        }
        self.asking.flow = question;
        self.asking.selection = Selection::Flow;
        self.asking.from = None;
        self.asking.follows_path = false;
        // One question: its way is that of the same flow.
        if self.asking.path.question != asked {
            self.asking.branch = 0;
            self.asking.path = PathAsked { question: asked, versus: None };
        }
    }

    pub(super) fn ask_between(&mut self, from: String, to: String, traffic: Option<TrafficView>) {
        self.ask(match traffic {
            Some(TrafficView { protocol, port }) => Question { from, to, protocol, port, ..Question::default() },
            None => self.answers.scene.question(&from, &to, &self.asking.flow),
        });
    }

    /// The same question to another receiver: at a port that it has.
    pub(super) fn ask_to(&mut self, to: String) {
        let asked = self.asking.path.question.clone();
        let question = match self.answers.scene.target(&to) {
            Some(target) => {
                PathQuestion { from: asked.from, to, protocol: target.protocol.clone(), port: target.port, ..PathQuestion::default() }
            }
            None => PathQuestion { to, ..asked },
        };
        if question.is_to_target() {
            self.take_question(PathAsked { question, versus: None });
        } else {
            self.ask_between(question.from, question.to, None);
        }
    }

    /// A question waits for its other end, where that is to be chosen.
    pub(super) fn ask_from(&mut self, from: Option<String>) {
        if from.is_some() {
            self.layout = self.layout.after(&LayoutAction::ShowScreen(Screen::Graph));
        }
        self.asking.from = from;
    }

    /// An end is looked at, or is the one that a question waits for.
    pub(super) fn select(&mut self, key: Option<String>) {
        match (key, self.asking.from.is_some()) {
            (Some(to), true) => {
                // Nothing is asked of itself.
                if let Some(from) = self.asking.from.take().filter(|from| *from != to) {
                    self.ask_between(from, to, None);
                }
            }
            (key, _) => self.asking.selection = key.map_or(Selection::Flow, Selection::Endpoint),
        }
    }

    pub(super) fn change_question(&mut self, question: PathQuestion) {
        if question.is_to_target() {
            self.take_question(PathAsked { question, versus: None });
        } else {
            self.ask(question.flow());
        }
    }

    pub(super) fn ask_path(&mut self, asked: PathAsked) {
        self.take_question(asked);
        self.open_path();
    }

    /// Something of the question, or of what is assumed about the scene, is chosen otherwise.
    pub(super) fn choose_on_path(&mut self, name: &str, value: Option<String>) {
        let mut asked = self.asking.path.clone();
        match name {
            "entry" => (asked.question.entry, asked.question.node) = (value, None),
            "node" => asked.question.node = value,
            _ => {
                let mut settings = self.settings.clone();
                match table::set_path_setting(&mut settings.routing, name, value.as_deref().unwrap_or_default()) {
                    Ok(()) if settings == self.settings => (),
                    Ok(()) => self.choose_settings(settings),
                    Err(error) => self.tell(error.to_string(), false),
                }
                return;
            }
        }
        self.ask_path(asked);
    }

    /// The way to a Service or an Ingress, by its key.
    pub(super) fn follow_to(&mut self, target: &str, from: Option<&str>) {
        // A question that waits for its destination has one now.
        let waiting = self.asking.from.take();
        let from = from.or(waiting.as_deref());
        if let Some(asked) = self.answers.scene.target(target).map(|target| self.way_to(target, from)) {
            self.ask_path(asked);
        }
    }

    /// The way to a Service or an Ingress, from where its clients are likely to be.
    fn way_to(&self, target: &TargetView, from: Option<&str>) -> PathAsked {
        let scene = &self.answers.scene;
        let is_other = |index: &usize| scene.is_a(*index, EndKind::Workload) && !target.ends.contains(&(*index as u32));
        let inside = || scene.find(&self.asking.flow.from).filter(is_other).or_else(|| (0..scene.ends.len()).find(is_other));
        let likely = || if target.outside { scene.internet() } else { inside() };
        let question = PathQuestion {
            from: from.map(str::to_owned).or_else(|| Some(scene.key(likely()?))).unwrap_or_else(|| "internet".to_owned()),
            to: target.key.clone(),
            protocol: target.protocol.clone(),
            port: target.port,
            ..PathQuestion::default()
        };
        PathAsked { question, versus: None }
    }

    /// Asks the most telling flow where nothing is asked, or much text is new and neither end of the question is in it.
    pub(super) fn seek(&mut self) {
        let asked = &self.asking.path.question;
        let is_empty = asked.from.is_empty() || asked.to.is_empty();
        let fits = !is_empty && (self.answers.is_answered() || asked.is_to_target() || !self.asking.seeks);
        if !std::mem::take(&mut self.asking.seeks) && !is_empty || fits {
            return;
        }
        let scene = &self.answers.scene;
        let text = |end: usize| {
            let spot = scene.ends.get(end)?.spot.as_ref()?;
            let text = &self.files.named(&spot.file)?.text;
            // Lines, not offsets: those are of UTF-16.
            let lines = text.lines().skip(spot.line as usize - 1).take((spot.end_line + 1 - spot.line) as usize);
            Some(lines.collect::<Vec<_>>().join("\n"))
        };
        let texts: Vec<Option<String>> = (0..scene.ends.len().min(MOST_READ)).map(text).collect();
        let mentions = |end: usize, service: &str| texts.get(end).and_then(Option::as_deref).is_some_and(|t| names_service(t, service));
        if let Some(question) = first_question(scene, &mentions) {
            self.ask(question);
        }
    }

    /// A question about the whole way. Between two ends it is one about their flow, too.
    pub(super) fn take_question(&mut self, asked: PathAsked) {
        if self.asking.path.question != asked.question {
            self.asking.branch = 0;
        }
        if !asked.question.is_to_target() && self.asking.flow != asked.question.flow() {
            self.answers.flow = None;
            self.asking.flow = asked.question.flow();
        }
        self.asking.path = asked;
        self.asking.selection = Selection::Flow;
        self.asking.from = None;
        self.asking.follows_path = true;
    }

    /// Takes what was said to a way.
    pub(super) fn take_path(&mut self, reply: Option<Rc<PathAnswers>>) {
        match reply.filter(|known| known.asked == self.asking.path) {
            // The same answer stays the one that it was: it is not drawn again.
            Some(reply) if self.answers.path.as_ref() == Some(&reply) => (),
            Some(reply) => self.answers.path = Some(reply),
            // It was not asked for, and is about an older text.
            None if self.wants_path().is_none() => self.answers.path = None,
            None => (),
        }
    }

    /// The way that a scene begins with, if it is shown; else that of its flow. The panel opens where it was open.
    pub(super) fn begin_path(&mut self, path: PathAsked, shown: bool) {
        if shown && path.is_asked() {
            self.take_question(path);
        } else {
            self.asking.path = PathAsked { question: (&self.asking.flow).into(), versus: None };
        }
        if shown {
            self.open_path();
        }
    }

    fn open_path(&mut self) {
        self.layout = self.layout.after(&LayoutAction::ShowTab(Tab::Path));
        self.asking.follows_path = true;
    }
}
