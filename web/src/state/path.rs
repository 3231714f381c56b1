//! The way of a packet that is asked for: what the panel wants to know, what it was told, and where ways are likely to begin.

use std::rc::Rc;

use super::{Pane, Screen, State, Tab};
use crate::view_model::{EndKind, LitView, PathAsked, PathQuestion, PathReply, PathView, TargetView};

impl State {
    /// The way of a packet that the path panel asks for; nothing while it is not shown.
    pub fn wants_path(&self) -> Option<PathAsked> {
        (self.shows_path() && self.path.is_asked()).then(|| self.path.clone())
    }

    /// Whether the path panel is shown.
    pub fn shows_path(&self) -> bool {
        self.screen == Screen::Path || self.tab == Tab::Path && !self.panes.bottom_hidden
    }

    /// The pane at the bottom: what it shows has a height of its own.
    pub fn bottom_pane(&self) -> Pane {
        if self.tab == Tab::Path { Pane::Path } else { Pane::Bottom }
    }

    /// The way that is shown, if there is one.
    pub fn path_view(&self) -> Option<&PathView> {
        self.path_reply.as_ref()?.first.as_ref().ok()
    }

    /// Lines to light in the editor: those that decide about the way or about the flow, whichever was looked at last.
    pub fn lit(&self) -> &[LitView] {
        let way = self.path_view().filter(|_| self.lights_path && self.shows_path());
        match way {
            Some(way) => way.branches.get(self.branch).or(way.branches.first()).map_or(&[], |branch| &branch.lit),
            None => self.answered().map_or(&[], |answer| &answer.lit),
        }
    }

    /// The way to a Service or an Ingress, from where its clients are likely to be.
    pub fn way_to(&self, target: &TargetView, from: Option<&str>) -> PathAsked {
        let scene = &self.scene;
        let key = |index: usize| scene.ends.get(index).map(|end| end.key.clone());
        let outside = || scene.ends.iter().position(|end| end.kind == EndKind::Outside && end.title == "Internet").and_then(key);
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

    pub(super) fn ask_path(&mut self, asked: PathAsked) {
        if self.path.question != asked.question {
            self.branch = 0;
        }
        self.path = asked;
        self.open_path();
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

    /// The way that a scene begins with; the panel opens where it was open.
    pub(super) fn begin_path(&mut self, path: PathAsked, shown: bool) {
        self.path = path;
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
