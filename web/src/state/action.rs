//! What can happen to the page's state.

use std::rc::Rc;

use netpolis_core::settings::Settings;

use super::{
    CompareAction, EditorWish, EngineFault, FileId, Goal, LayoutAction, LessonAction, Opened, PacketAction, PictureAction, Progress,
    Trouble,
};
use crate::examples::Example;
use crate::scenes::{Elsewhere, SceneId};
use crate::share::Shared;
use netpolis_view::{
    Ahead, AnswerView, BoardReply, Edit, Evaluation, FixView, FurtherAnswer, FurtherQuestion, Move, PathAnswers, PathAsked, PathQuestion,
    PolicyEdit, Question, RowLink, SceneView, Sentence, SourceLocation, TrafficView,
};

/// What happens.
#[derive(Clone, Debug)]
pub enum Action {
    /// The person changed a file's text in the editor.
    TextEdited(FileId, Rc<str>),
    /// A file is shown.
    ShowFile(FileId),
    /// A new, empty file.
    AddFile,
    /// Files came from outside: dropped, or chosen.
    FilesGiven(Vec<(String, String)>),
    /// Flow logs were opened: their names, and what each is.
    LogsGiven(Vec<(String, &'static str)>),
    /// A file gets another name.
    RenameFile(FileId, String),
    /// A file goes.
    CloseFile(FileId),
    /// Changes made for the person: a quick fix, a suggestion.
    ApplyEdits {
        /// What they do.
        title: String,
        /// File name and change.
        edits: Vec<(String, Edit)>,
    },
    /// A change that allows or stops a flow, as it was found for the text of a revision.
    ApplyFix {
        /// Which text.
        revision: u32,
        /// The change.
        fix: FixView,
    },
    /// Changes that do this are looked for; nothing: none are.
    LookForFixes(Option<Goal>),
    /// Something happens to a lesson.
    Lesson(LessonAction),
    /// Something about the comparison with a baseline.
    Compare(CompareAction),
    /// A row of a list of answers is followed.
    Follow(RowLink),
    /// A policy is shown as a drawing, by its key; nothing: the board with all of them.
    ShowPolicy(Option<String>),
    /// The policy that is written at an offset of the file that is shown is drawn, in UTF-16 units.
    DrawAt(u32),
    /// Something is changed in the drawing of a policy: the text gets what the engine makes of it.
    EditPolicy(PolicyEdit),
    /// A policy begins.
    BeginPolicy {
        /// Whom it selects: the key of a workload, or `namespace/NAME`.
        subject: String,
        /// Whether it is one of Calico, not of Kubernetes.
        calico: bool,
    },
    /// A list of answers asks something else.
    AskList(FurtherQuestion),
    /// A row of the list that is shown is ticked, or no longer, by its key.
    Tick(String),
    /// An example replaces everything.
    OpenExample(usize, &'static Example),
    /// A scene from a link replaces everything.
    OpenShared(Box<Shared>),
    /// A scene that was saved as a file of that name replaces everything.
    OpenSaved(String, Box<Shared>),
    /// A scene that is kept here replaces everything.
    OpenKept(Box<Opened>),
    /// An empty scene replaces everything.
    StartScene,
    /// Everything goes, and cannot be taken back.
    Forget,
    /// The scene gets a name.
    RenameScene(String),
    /// What is shown was stored as a scene of its own.
    Fork {
        /// The scene that it was.
        from: SceneId,
        /// The scene that it is.
        to: SceneId,
        /// Its name.
        name: String,
        /// What is to be said.
        elsewhere: Option<Elsewhere>,
    },
    /// Another tab did something to the scene; nothing: that is settled.
    Elsewhere(Option<Elsewhere>),
    /// The scene could not be stored; nothing: it was.
    Trouble(Option<Trouble>),
    /// A closed file comes back.
    ReopenFile(usize),
    /// A closed file goes for good.
    DropClosed(usize),
    /// Other assumptions.
    ChooseSettings(Settings),
    /// A question is asked.
    Ask(Question),
    /// What passes between two ends is asked, by their keys: for this traffic, or for what fits them (see [`SceneView::question`]).
    AskBetween {
        /// The sender.
        from: String,
        /// The receiver.
        to: String,
        /// Protocol and port, where what was chosen names them.
        traffic: Option<TrafficView>,
    },
    /// The question is another: about a flow, or about the way to a Service.
    Change(PathQuestion),
    /// The question goes to another receiver, by its key or as it was written.
    AskTo(String),
    /// A question is asked from an end to the one that is chosen next; nothing: it is not.
    AskFrom(Option<String>),
    /// The way of a packet is asked for, and shown.
    AskPath(PathAsked),
    /// The way to a Service or an Ingress is asked for, by its key.
    FollowTo {
        /// The Service or the Ingress.
        target: String,
        /// The client; where clients are likely to be, if nothing.
        from: Option<String>,
    },
    /// Something is chosen otherwise on the way: of the question, or of what is assumed about the scene. Nothing: as the input has it.
    ChooseOnPath {
        /// What, by its name.
        name: String,
        /// The value, by its word.
        value: Option<String>,
    },
    /// Another branch of the way is shown.
    ShowBranch(usize),
    /// An end is looked at; nothing: the flow again.
    Select(Option<String>),
    /// The answer to the question came ahead of the picture of an edited scene.
    Ahead {
        /// Of which revision.
        revision: u32,
        /// The answer to this question.
        question: Question,
        /// Or why there is none.
        answer: Rc<Result<AnswerView, Sentence>>,
        /// For the path panel, if it was asked.
        path: Option<Rc<PathAnswers>>,
    },
    /// An evaluation is done.
    Evaluated {
        /// Of which revision.
        revision: u32,
        /// The new picture, if files or settings had changed.
        scene: Option<Rc<SceneView>>,
        /// The answer to this question.
        question: Question,
        /// Or why there is none.
        answer: Rc<Result<AnswerView, Sentence>>,
        /// For the policy board, if it was asked.
        board: Option<Rc<BoardReply>>,
        /// For the path panel, if it was asked.
        path: Option<Rc<PathAnswers>>,
        /// What else was asked.
        further: Vec<(FurtherQuestion, Rc<FurtherAnswer>)>,
        /// How many checks the files have.
        checks: u32,
    },
    /// The engine failed; nothing: it is tried again.
    Engine(Option<EngineFault>),
    /// The page waits for the engine, or does not.
    Progress(Progress),
    /// A file is made of the picture, which takes a while; or no longer.
    Saving(bool),
    /// A policy might go elsewhere; nothing: it stays.
    Think(Option<Move>),
    /// Something happens to the packet that goes along the way.
    Packet(PacketAction),
    /// Something about the picture is chosen.
    Picture(PictureAction),
    /// What is where on the page changes.
    Layout(LayoutAction),
    /// A place is shown in the editor.
    Reveal(SourceLocation),
    /// The editor is to do something.
    InEditor(EditorWish),
    /// The person is told something.
    Notify(String),
    /// The notice goes.
    DismissNotice,
    /// The last change of files or settings is taken back.
    Undo,
}

impl Action {
    /// An answer ahead of its picture.
    pub fn ahead(ahead: Ahead) -> Self {
        let Ahead { revision, question, answer, path, .. } = ahead;
        Action::Ahead { revision, question, answer: Rc::new(answer), path: path.map(Rc::new) }
    }

    /// What an evaluation came to.
    pub fn evaluated(reply: Evaluation) -> Self {
        Action::Evaluated {
            revision: reply.revision,
            scene: reply.scene.map(Rc::new),
            question: reply.question,
            answer: Rc::new(reply.answer),
            board: reply.board.map(Rc::new),
            path: reply.path.map(Rc::new),
            further: reply.further.into_iter().map(|(asked, answer)| (asked, Rc::new(answer))).collect(),
            checks: reply.checks,
        }
    }
}

impl From<CompareAction> for Action {
    fn from(action: CompareAction) -> Self {
        Action::Compare(action)
    }
}

impl From<LayoutAction> for Action {
    fn from(action: LayoutAction) -> Self {
        Action::Layout(action)
    }
}

impl From<PacketAction> for Action {
    fn from(action: PacketAction) -> Self {
        Action::Packet(action)
    }
}

impl From<PictureAction> for Action {
    fn from(action: PictureAction) -> Self {
        Action::Picture(action)
    }
}
