//! Evaluation, apart from the screen: requests in, replies out, as values or as bytes.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use netpolis_core::analysis::Analysis;
use netpolis_core::answers::checks::check_count;
#[cfg(feature = "answers")]
use netpolis_core::answers::flow_logs::{Log, ReadLogs};
use netpolis_core::facts::Date;
use netpolis_core::path::Paths;
use netpolis_core::settings::{Routing, Settings};
use serde::{Deserialize, Serialize};

use super::answer::Unnumbered;
use super::coverage::coverage_view;
use super::filter::filter_view;
#[cfg(feature = "answers")]
use super::further::comparison_answer;
use super::further::further_answer;
#[cfg(feature = "answers")]
use super::lesson::{WrongAnswers, grade_view};
#[cfg(feature = "answers")]
use super::policy_drawing::{policy_drawing, policy_edit};
use super::scene::{SceneTable, scene_view_after};
use super::{
    Ahead, AnswerView, BaselineTexts, CellChanges, FurtherAnswer, FurtherQuestion, Move, PathAnswers, PathAsked, ProposalView, Question,
    SceneView, Sentence, SourceLocations, Step, TallyView, path_ends, path_reply, proposal_view, settings_from_text, tally_view,
};

/// What is to be evaluated.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Request {
    /// Revision of files and settings.
    pub revision: u32,
    /// Names and texts, if they are not those of the request before. Without a text it is the one that the file of this name had there.
    pub files: Option<Vec<(String, Option<String>)>>,
    /// As in a link.
    pub settings: String,
    /// The question.
    pub question: Question,
    /// What the policy board wants to know, while it is shown.
    pub board: Option<Board>,
    /// The way of a packet that the path panel asks for, while it is shown.
    pub path: Option<PathAsked>,
    /// What else is asked, of which the smaller module says that it needs the larger one.
    pub further: Vec<FurtherQuestion>,
    /// What the files are compared with, where that is asked and it is not the baseline of the requests before.
    pub baseline: Option<BaselineTexts>,
}

/// What the policy board wants to know: how much each policy decides, and what a move would change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Board {
    /// The move that is thought of.
    pub moving: Option<Move>,
}

/// What the policy board is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoardReply {
    /// What was asked.
    pub asked: Board,
    /// How much each policy decides; nothing if there are too many flows.
    pub tally: Option<TallyView>,
    /// What the move would change, or why it cannot be.
    pub proposal: Option<Result<ProposalView, Sentence>>,
}

/// What came of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Evaluation {
    /// Of which revision.
    pub revision: u32,
    /// The scene, if files or settings had changed.
    pub scene: Option<SceneView>,
    /// Where the scene travels without its cells: what differs from those of the scene before it.
    pub cells: Option<CellChanges>,
    /// Of which question.
    pub question: Question,
    /// The answer, or why there is none.
    pub answer: Result<AnswerView, Sentence>,
    /// For the policy board, if it was asked.
    pub board: Option<BoardReply>,
    /// For the path panel, if it was asked.
    pub path: Option<PathAnswers>,
    /// What else was asked, each with its answer.
    pub further: Vec<(FurtherQuestion, FurtherAnswer)>,
    /// How many checks the files have.
    pub checks: u32,
}

/// Keeps a scene between requests.
pub struct Evaluator {
    scene: Analysis,
    view: SceneView,
    /// The table of the scene, for the next one.
    table: SceneTable,
    revision: Option<u32>,
    /// What the second side of a comparison of ways was built with.
    versus: Option<(Routing, Paths)>,
    /// What the files are compared with, with its number.
    #[cfg(feature = "answers")]
    baseline: Option<(u32, Analysis)>,
    /// The flow logs that are open, with their number.
    #[cfg(feature = "answers")]
    logs: Option<(u32, ReadLogs)>,
    /// Scenes of a lesson's wrong answers.
    #[cfg(feature = "answers")]
    wrong_answers: WrongAnswers,
    /// What tells the day, for what ends on a day.
    clock: fn() -> Option<Date>,
    /// Called with what an evaluation is busy with, as each step begins.
    tell: fn(Step),
    /// Gets the answer to the question as soon as it is known, as the bytes of an [`Ahead`].
    answer: fn(&[u8]),
}

impl Default for Evaluator {
    fn default() -> Self {
        Evaluator::new(|| None)
    }
}

impl Evaluator {
    /// One without files. `clock` tells the day where the settings do not.
    pub fn new(clock: fn() -> Option<Date>) -> Self {
        Evaluator {
            scene: Analysis::new(Settings::default()),
            view: SceneView::default(),
            table: SceneTable::default(),
            revision: None,
            versus: None,
            #[cfg(feature = "answers")]
            baseline: None,
            #[cfg(feature = "answers")]
            logs: None,
            #[cfg(feature = "answers")]
            wrong_answers: WrongAnswers::default(),
            clock,
            tell: |_| (),
            answer: |_| (),
        }
    }

    /// This evaluator, and `tell` hears each step as it begins; while text is read, after each document.
    #[must_use]
    pub fn telling(self, tell: fn(Step)) -> Self {
        Evaluator { tell, ..self }
    }

    /// This evaluator, and after an edit `answer` gets the answer to the question before all pairs are computed, as the bytes of an [`Ahead`].
    #[must_use]
    pub fn answering(self, answer: fn(&[u8])) -> Self {
        Evaluator { answer, ..self }
    }

    /// The reply to a request, both as bytes; nothing where the request is of another version of this program, or leaves out a text that this
    /// evaluator does not have. Of an edited scene only the cells travel that changed, as who asks has those of the reply before: see
    /// [`Evaluation::complete`].
    pub fn reply_bytes(&mut self, request: &[u8]) -> Option<Vec<u8>> {
        let request = Request::from_bytes(request).filter(|request| self.has_texts(request))?;
        let before = self.revision.map(|_| self.view.cells.clone());
        let mut reply = self.reply(request);
        if let Some((before, scene)) = before.zip(reply.scene.as_mut()) {
            reply.cells = CellChanges::between(&before, &scene.cells);
            if reply.cells.is_some() {
                scene.cells = Rc::default();
            }
        }
        Some(reply.to_bytes())
    }

    /// Whether it has all texts that a request leaves out.
    fn has_texts(&self, request: &Request) -> bool {
        let known: HashSet<&str> = self.scene.sources().iter().map(|(_, source)| source.name.as_str()).collect();
        request.files.iter().flatten().all(|(name, text)| text.is_some() || known.contains(name.as_str()))
    }

    /// Evaluates.
    pub fn reply(&mut self, request: Request) -> Evaluation {
        let tell = self.tell;
        let is_new = self.revision != Some(request.revision);
        if is_new {
            self.read(&request);
        }
        // First what the person waits for.
        tell(Step::Question);
        let answer = Unnumbered::of(&self.scene, &request.question).map_err(|error| error.to_string());
        let path = request.path.as_ref().map(|asked| {
            tell(Step::Path);
            path_reply(&self.scene, asked.clone(), &mut self.versus)
        });
        let mut fresh = None;
        if is_new {
            if self.revision.is_some() {
                (self.answer)(&self.ahead(&request, &answer, path.as_ref()).to_bytes());
            }
            // The scene has them; they are looked for here to tell so.
            tell(Step::Problems);
            self.scene.problems();
            tell(Step::Pairs);
            self.view = scene_view_after(&self.scene, &mut self.table);
            self.revision = Some(request.revision);
            fresh = Some(self.view.clone());
        }
        let answer = answer.map(|answer| answer.numbered(&self.scene, &self.view));
        let path = path.map(|path| self.with_ends(path));
        let board = request.board.map(|asked| {
            tell(Step::Policies);
            BoardReply {
                tally: tally_view(&self.scene, &self.view),
                proposal: asked.moving.as_ref().map(|wanted| proposal_view(&self.scene, wanted).map_err(|error| error.to_string())),
                asked,
            }
        });
        #[cfg(feature = "answers")]
        self.take_baseline(request.baseline);
        let further = request.further.into_iter().map(|asked| {
            tell(asked.step());
            let answer = self.further_answer(&asked);
            (asked, answer)
        });
        let further = further.collect();
        let checks = check_count(self.scene.loaded()) as u32;
        Evaluation {
            revision: request.revision,
            scene: fresh,
            cells: None,
            question: request.question,
            answer,
            board,
            path,
            further,
            checks,
        }
    }

    /// Takes the texts and settings of a request.
    fn read(&mut self, request: &Request) {
        let tell = self.tell;
        self.versus = None;
        // The page wrote it itself, so all of it is understood.
        let (mut settings, _) = settings_from_text(&request.settings);
        settings.today = settings.today.or_else(self.clock);
        if *self.scene.settings() != settings {
            self.scene.set_settings(settings);
        }
        let Some(files) = &request.files else { return };
        let known: HashMap<String, Arc<str>> =
            self.scene.sources().iter().map(|(_, source)| (source.name.clone(), source.text.clone())).collect();
        let text_of = |name: &String| known.get(name).map_or("", |text| text);
        let files: Vec<(&str, &str)> =
            files.iter().map(|(name, text)| (name.as_str(), text.as_deref().unwrap_or_else(|| text_of(name)))).collect();
        self.scene.set_files_telling(&files, &|done, of| {
            tell(if done < of { Step::Reading { done: done as u32, of: of as u32 } } else { Step::Compiling });
        });
    }

    /// What is known before the picture of an edited scene.
    fn ahead(&self, request: &Request, answer: &Result<Unnumbered, Sentence>, path: Option<&PathAnswers>) -> Ahead {
        Ahead {
            revision: request.revision,
            question: request.question.clone(),
            answer: answer.as_ref().map(|answer| answer.answer().clone()).map_err(Clone::clone),
            path: path.cloned(),
            unread: coverage_view(&self.scene, &SourceLocations::new(self.scene.sources())).count() as u32,
        }
    }

    /// With the numbers that client and target have in the picture.
    fn with_ends(&self, path: PathAnswers) -> PathAnswers {
        let (client, target) = path_ends(&self.scene, &self.view, &path.asked.question);
        PathAnswers { ends: client.zip(target), client, ..path }
    }

    fn further_answer(&mut self, asked: &FurtherQuestion) -> FurtherAnswer {
        #[cfg(feature = "answers")]
        if let FurtherQuestion::Grade(asked) = asked {
            return FurtherAnswer::Grade(grade_view(&self.scene, asked, &mut self.wrong_answers));
        }
        #[cfg(feature = "answers")]
        if let FurtherQuestion::Marks(number) | FurtherQuestion::Comparison(number) = asked
            && let Some((_, baseline)) = self.baseline.as_ref().filter(|(known, _)| known == number)
            && let Some(answer) = comparison_answer(baseline, &self.scene, &self.view, asked)
        {
            return answer;
        }
        if let FurtherQuestion::Filter(asked) = asked {
            return FurtherAnswer::Filter(filter_view(&self.view, asked));
        }
        #[cfg(feature = "answers")]
        match asked {
            FurtherQuestion::Policy(key) => {
                return FurtherAnswer::Policy(policy_drawing(&self.scene, &self.view, key).map(Box::new));
            }
            FurtherQuestion::EditPolicy(edit) => return FurtherAnswer::EditPolicy(policy_edit(&self.scene, &self.view, edit)),
            _ => {}
        }
        #[cfg(feature = "answers")]
        let answer = further_answer(&self.scene, self.logs.as_ref().map(|(number, logs)| (*number, logs)), asked);
        #[cfg(not(feature = "answers"))]
        let answer = further_answer(&self.scene, asked);
        answer
    }

    /// Takes the flow logs of a number, in place of those that it had: names and texts. Their entries are kept, not the texts.
    #[cfg(feature = "answers")]
    pub fn take_logs(&mut self, number: u32, logs: &[(String, String)]) {
        (self.tell)(Step::FlowLogs);
        let logs: Vec<Log<'_>> = logs.iter().map(|(name, text)| Log { name, text }).collect();
        self.logs = Some((number, ReadLogs::new(&logs)));
    }

    /// This module judges no logs: the larger one does.
    #[cfg(not(feature = "answers"))]
    pub fn take_logs(&mut self, _: u32, _: &[(String, String)]) {}

    /// Reads what the files are compared with. It is kept, so that every edit is compared at once.
    #[cfg(feature = "answers")]
    fn take_baseline(&mut self, baseline: Option<BaselineTexts>) {
        let Some(BaselineTexts { number, files, settings }) = baseline else { return };
        let (mut settings, _) = settings_from_text(&settings);
        settings.today = settings.today.or_else(self.clock);
        let mut analysis = Analysis::new(settings);
        analysis.set_files(&files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect::<Vec<_>>());
        self.baseline = Some((number, analysis));
    }
}

impl Request {
    /// Texts with their names as [`Request::files`], all of them new.
    pub fn new_files(texts: impl IntoIterator<Item = (String, String)>) -> Vec<(String, Option<String>)> {
        texts.into_iter().map(|(name, text)| (name, Some(text))).collect()
    }

    /// As bytes, for the engine.
    pub fn to_bytes(&self) -> Vec<u8> {
        // Nothing in it can fail to be written.
        postcard::to_allocvec(self).unwrap_or_default()
    }

    /// From the page's bytes; nothing where they are of another version of this program.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        postcard::from_bytes(bytes).ok()
    }
}

impl Evaluation {
    /// As bytes, for the page.
    pub fn to_bytes(&self) -> Vec<u8> {
        postcard::to_allocvec(self).unwrap_or_default()
    }

    /// With the cells of its scene, where only their changes have travelled; `before` are those of the last reply with a scene, and become
    /// this one's. False where they are of another scene.
    pub fn complete(&mut self, before: &mut Rc<Vec<u16>>) -> bool {
        let Some(scene) = &mut self.scene else { return true };
        if let Some(changes) = self.cells.take() {
            let Some(cells) = changes.apply(before) else { return false };
            scene.cells = cells;
        }
        *before = scene.cells.clone();
        true
    }

    /// From the engine's bytes; nothing where they are of another version of this program.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        postcard::from_bytes(bytes).ok()
    }
}
