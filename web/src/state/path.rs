//! The way of a packet that is asked for: what the panel wants to know, what it was told, and where ways are likely to begin.

use std::rc::Rc;

use super::{Pane, Screen, Selection, State, Tab};
use crate::view_model::{EndKind, LitView, PathAsked, PathQuestion, PathReply, PathView, TargetView, first_question, names_service};

/// Most ends whose text is looked at for names of Services.
const MOST_READ: usize = 160;

impl State {
    /// The way of a packet that is asked for: its verdict is that of the page.
    pub fn wants_path(&self) -> Option<PathAsked> {
        self.path.is_asked().then(|| self.path.clone())
    }

    /// Whether the path panel is shown.
    pub fn shows_path(&self) -> bool {
        self.screen == Screen::Path || self.tab == Tab::Path && !self.panes.bottom_hidden
    }

    /// The pane at the bottom: what it shows has a height of its own.
    pub fn bottom_pane(&self) -> Pane {
        if self.tab == Tab::Path { Pane::Path } else { Pane::Bottom }
    }

    /// What was said to the way that is asked for.
    pub fn path_reply(&self) -> Option<&Rc<PathReply>> {
        self.path_reply.as_ref().filter(|reply| reply.asked.question == self.path.question)
    }

    /// The way that is shown, if there is one.
    pub fn path_view(&self) -> Option<&PathView> {
        self.path_reply()?.first.as_ref().ok()
    }

    /// The ends of what is asked, for the picture and the matrix.
    pub fn flow_ends(&self) -> Option<(usize, usize)> {
        let of_flow = self.answered().and_then(|a| a.from.zip(a.to));
        let (from, to) = of_flow.or_else(|| self.path_reply()?.ends)?;
        Some((from as usize, to as usize))
    }

    /// Lines to light in the editor: those that decide about the way or about the flow, whichever was looked at last.
    pub fn lit(&self) -> &[LitView] {
        let way = self.path_view().filter(|_| self.lights_path && self.shows_path());
        match way {
            Some(way) => way.branches.get(self.branch).or(way.branches.first()).map_or(&[], |branch| &branch.lit),
            None => self.said().map_or(&[], |said| &said.lit),
        }
    }

    /// The way to a Service or an Ingress, from where its clients are likely to be.
    pub fn way_to(&self, target: &TargetView, from: Option<&str>) -> PathAsked {
        let scene = &self.scene;
        let key = |index: usize| scene.ends.get(index).map(|end| end.key.clone());
        let outside = || scene.internet().and_then(key);
        let is_other = |index: &usize| {
            scene.ends.get(*index).is_some_and(|end| end.kind == EndKind::Workload) && !target.ends.contains(&(*index as u32))
        };
        let inside = || {
            let asker = scene.find(&self.question.from).filter(is_other);
            asker.or_else(|| (0..scene.ends.len()).find(is_other)).and_then(key)
        };
        let likely = || if target.outside { outside() } else { inside() };
        let question = PathQuestion {
            from: from.map(str::to_owned).or_else(likely).unwrap_or_else(|| "internet".to_owned()),
            to: target.key.clone(),
            protocol: target.protocol.clone(),
            port: target.port,
            ..PathQuestion::default()
        };
        PathAsked { question, versus: None }
    }

    /// Asks the most telling flow where nothing is asked, or much text is new and neither end of the question is in it.
    pub(super) fn seek(&mut self) {
        let asked = &self.path.question;
        let is_empty = asked.from.is_empty() || asked.to.is_empty();
        let is_answered = matches!(self.answer.as_deref(), Some(Ok(_)));
        let fits = !is_empty && (is_answered || asked.is_to_target() || !self.seeks);
        if !std::mem::take(&mut self.seeks) && !is_empty || fits {
            return;
        }
        let texts = |end: usize| {
            let spot = self.scene.ends.get(end)?.spot.as_ref()?;
            let text = &self.files.iter().find(|f| f.name == spot.file)?.text;
            // Lines, not offsets: those are of UTF-16.
            let lines = text.lines().skip(spot.line as usize - 1).take((spot.end_line + 1 - spot.line) as usize);
            Some(lines.collect::<Vec<_>>().join("\n"))
        };
        let texts: Vec<Option<String>> = (0..self.scene.ends.len().min(MOST_READ)).map(texts).collect();
        let mentions = |end: usize, service: &str| texts.get(end).and_then(Option::as_deref).is_some_and(|t| names_service(t, service));
        if let Some(question) = first_question(&self.scene, &mentions) {
            self.ask(question);
        }
    }

    /// A question about the whole way. Between two ends it is one about their flow, too.
    pub(super) fn take_question(&mut self, asked: PathAsked) {
        if self.path.question != asked.question {
            self.branch = 0;
        }
        if !asked.question.is_to_target() && self.question != asked.question.flow() {
            self.answer = None;
            self.question = asked.question.flow();
        }
        self.path = asked;
        self.selection = Selection::Flow;
        self.asks_from = None;
        self.lights_path = true;
    }

    /// The same question to another receiver: at a port that it has.
    pub(super) fn ask_to(&mut self, to: String) {
        let asked = self.path.question.clone();
        let question = match self.scene.target(&to) {
            Some(target) => {
                PathQuestion { from: asked.from, to, protocol: target.protocol.clone(), port: target.port, ..PathQuestion::default() }
            }
            None => PathQuestion { to, ..asked },
        };
        if question.is_to_target() {
            self.take_question(PathAsked { question, versus: None });
        } else {
            self.ask(self.scene.question(&question.from, &question.to, &self.question));
        }
    }

    /// Takes what came of an evaluation.
    pub(super) fn take_path(&mut self, reply: Option<Rc<PathReply>>) {
        let same = |known: &Rc<PathReply>| known.asked == self.path;
        match reply.filter(same) {
            Some(reply) => self.path_reply = Some(reply),
            // It was not asked for, and is about an older text.
            None if self.wants_path().is_none() => self.path_reply = None,
            None => (),
        }
    }

    /// The way that a scene begins with, if it is shown; else that of its flow. The panel opens where it was open.
    pub(super) fn begin_path(&mut self, path: PathAsked, shown: bool) {
        if shown && path.is_asked() {
            self.take_question(path);
        } else {
            self.path = PathAsked { question: (&self.question).into(), versus: None };
        }
        if shown {
            self.open_path();
        }
    }

    pub(super) fn open_path(&mut self) {
        self.tab = Tab::Path;
        self.screen = Screen::Path;
        self.panes.bottom_hidden = false;
        self.lights_path = true;
    }
}
