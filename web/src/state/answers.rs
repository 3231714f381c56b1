//! What the evaluator said about the newest text that it has seen.

use std::rc::Rc;

use super::State;
use netpolis_view::{AnswerView, BoardReply, LitView, PageVerdict, PathAnswers, PathView, Question, SceneView, Sentence, page_verdict};

/// What the evaluator said.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    /// The newest picture; that of the scene before until there is one of the scene shown.
    pub scene: Rc<SceneView>,
    /// The newest picture of the scene shown; empty until there is one.
    pub own_scene: Rc<SceneView>,
    /// Which revision that picture is of.
    pub revision: u32,
    /// Which revision flow and path are about, where they came ahead of its picture.
    ahead: u32,
    /// The newest answer about the flow, or why there is none.
    pub flow: Option<Rc<Result<AnswerView, Sentence>>>,
    /// What the policy board was told, about this picture.
    pub board: Option<Rc<BoardReply>>,
    /// What the path panel was told, about this picture.
    pub path: Option<Rc<PathAnswers>>,
    /// How many checks the files have.
    pub checks: u32,
    /// What answers about flow and way say to the question, as all of the page tells it.
    said: Option<Rc<Result<PageVerdict, Sentence>>>,
    /// What was said last about this scene, which stands until the next answer.
    last: Option<Rc<Result<PageVerdict, Sentence>>>,
}

impl Answers {
    /// Takes what came of an evaluation, but for the way.
    pub(super) fn take(
        &mut self,
        revision: u32,
        scene: Option<Rc<SceneView>>,
        flow: Option<Rc<Result<AnswerView, Sentence>>>,
        board: Option<Rc<BoardReply>>,
    ) {
        // What is the same as before stays the one that it was: it is not drawn again.
        let board = if scene.is_some() { board } else { board.or_else(|| self.board.clone()) };
        if self.board != board {
            self.board = board;
        }
        if let Some(scene) = scene {
            if self.scene != scene {
                self.scene = scene;
            }
            self.own_scene = self.scene.clone();
            self.revision = revision;
        }
        if flow.is_some() && self.flow != flow {
            self.flow = flow;
        }
    }

    /// Everything that was said about another scene is over; its picture stays until the next one.
    pub(super) fn forget(&mut self) {
        self.flow = None;
        self.ahead = 0;
        self.path = None;
        self.last = None;
        self.checks = 0;
        self.own_scene = Rc::default();
    }

    /// Whether what is shown is still the picture of the scene before, as nothing was said about this one.
    pub(super) fn is_of_another_scene(&self) -> bool {
        !Rc::ptr_eq(&self.scene, &self.own_scene)
    }

    /// Whether what is said is about this revision already, whatever the picture is of.
    pub(super) fn is_ahead(&self, revision: u32) -> bool {
        self.ahead == revision
    }

    /// Whether nothing was said yet.
    pub fn is_empty(&self) -> bool {
        self.revision == 0
    }

    /// Whether there is an answer about the flow.
    pub(super) fn is_answered(&self) -> bool {
        matches!(self.flow.as_deref(), Some(Ok(_)))
    }

    /// The page's verdict, or why there is none.
    pub fn outcome(&self) -> Option<&Rc<Result<PageVerdict, Sentence>>> {
        self.said.as_ref()
    }

    /// The page's verdict, or the last one about this scene, which stands until the next: about another question, perhaps.
    pub fn last_outcome(&self) -> Option<&Rc<Result<PageVerdict, Sentence>>> {
        self.said.as_ref().or(self.last.as_ref())
    }

    /// The page's verdict, where the question could be answered.
    pub fn verdict(&self) -> Option<&PageVerdict> {
        self.said.as_deref()?.as_ref().ok()
    }
}

impl State {
    /// Takes the answer of an edited scene, whose picture is on its way: until that comes, ends are where they were.
    pub(super) fn take_ahead(&mut self, revision: u32, answer: Rc<Result<AnswerView, Sentence>>, path: Option<Rc<PathAnswers>>) {
        let before = self.answered().map(|known| (known.from, known.to));
        let answer = Rc::unwrap_or_clone(answer).map(|answer| {
            let (from, to) = before.unwrap_or_default();
            AnswerView { from, to, ..answer }
        });
        let known = self.answers.path.clone().filter(|known| known.asked == self.asking.path);
        let path = path.map(|path| PathAnswers {
            ends: known.as_ref().and_then(|known| known.ends),
            client: known.as_ref().and_then(|known| known.client),
            ..Rc::unwrap_or_clone(path)
        });
        if self.answers.flow.as_deref() != Some(&answer) {
            self.answers.flow = Some(Rc::new(answer));
        }
        self.take_path(path.map(Rc::new));
        self.answers.ahead = revision;
    }

    /// Makes one verdict of what is known.
    pub(super) fn conclude(&mut self) {
        let Answers { flow, path, .. } = &self.answers;
        let said = page_verdict(&self.asking.path.question, flow.as_deref(), path.as_deref(), self.asking.branch);
        // What says the same stays the same one: it is not shown again.
        if self.answers.said.as_deref() != said.as_ref() {
            self.answers.said = said.map(Rc::new).inspect(|said| self.answers.last = Some(said.clone()));
        }
    }

    /// The end that is looked at.
    pub fn selected_end(&self) -> Option<usize> {
        self.answers.scene.find(self.asking.selection.end()?)
    }

    /// The answer about the flow, if that is what is asked.
    pub fn answered(&self) -> Option<&AnswerView> {
        self.answers.flow.as_deref().filter(|_| !self.asking.path.question.is_to_target())?.as_ref().ok()
    }

    /// What was said to the way that is asked for.
    pub fn path_reply(&self) -> Option<&Rc<PathAnswers>> {
        self.answers.path.as_ref().filter(|reply| reply.asked.question == self.asking.path.question)
    }

    /// What is shown of it: the last reply about this scene stands until the next.
    pub fn shown_path(&self) -> Option<&Rc<PathAnswers>> {
        self.path_reply().or(self.answers.path.as_ref()).filter(|_| self.asking.path.is_asked())
    }

    /// The way that is shown, if there is one.
    pub fn path_view(&self) -> Option<&PathView> {
        self.path_reply()?.first.as_ref().ok()
    }

    /// The branch of the way that is shown: an edit may have left fewer of them.
    pub fn shown_branch(&self) -> usize {
        let branches = self.path_view().map_or(0, |view| view.branches.len());
        if self.asking.branch < branches { self.asking.branch } else { 0 }
    }

    /// The ends of what is asked, for the picture and the matrix.
    pub fn flow_ends(&self) -> Option<(usize, usize)> {
        let of_flow = self.answered().and_then(|a| a.from.zip(a.to));
        // While the answer is on its way, ends that are named by their keys are known already.
        let Question { from, to, .. } = &self.asking.flow;
        let named = || {
            let scene = Some(&self.answers.scene).filter(|_| self.answers.flow.is_none() && !self.asking.path.question.is_to_target())?;
            scene.find(from).zip(scene.find(to))
        };
        let told = of_flow.or_else(|| self.path_reply()?.ends).map(|(from, to)| (from as usize, to as usize));
        told.or_else(named)
    }

    /// Lines to light in the editor: those that decide about the way or about the flow, whichever was looked at last.
    pub fn lit(&self) -> &[LitView] {
        let way = self.path_view().filter(|_| self.asking.follows_path && self.layout.shows_path());
        match way {
            Some(way) => way.branches.get(self.shown_branch()).map_or(&[], |branch| &branch.lit),
            None => self.answers.verdict().map_or(&[], |said| &said.lit),
        }
    }
}
