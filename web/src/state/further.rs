//! Further answers: changes that allow or stop the flow in question, and lists such as checks, open ends and converted policies. The engine's larger module has them, which
//! is loaded when one of them is asked for; they are asked after the picture and the answer, which nobody waits for longer because of them.

use std::rc::Rc;

use super::{EngineFault, LayoutAction, Progress, Screen, State, Tab};
use crate::words::{key, t, t_with};
use netpolis_view::{
    FixListView, FixQuestion, FixView, FurtherAnswer, FurtherQuestion, LinesView, ListView, PathWord, PoliciesAsked, PolicyEdit, RowLink,
    RowTick, Sentence,
};

/// A list among the answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AnswerList {
    /// Whether checks hold.
    #[default]
    Checks,
    /// What could reach workloads that the input does not hold.
    OpenEnds,
    /// What could be removed.
    Pointless,
    /// What other engines answer.
    Engines,
    /// The policies in another language.
    Convert,
    /// Policies for wanted flows.
    LeastPrivilege,
    /// The flows of logs, judged.
    FlowLogs,
    /// What differs from the baseline.
    Compare,
}

impl AnswerList {
    /// All, from left to right.
    pub const ALL: [AnswerList; 8] = [
        AnswerList::Checks,
        AnswerList::OpenEnds,
        AnswerList::Pointless,
        AnswerList::Engines,
        AnswerList::Convert,
        AnswerList::LeastPrivilege,
        AnswerList::FlowLogs,
        AnswerList::Compare,
    ];

    /// Its title.
    pub const fn title(self) -> &'static str {
        match self {
            AnswerList::Checks => key("Checks"),
            AnswerList::OpenEnds => key("Open ends"),
            AnswerList::Pointless => key("Pointless"),
            AnswerList::Engines => key("Engines"),
            AnswerList::Convert => key("Convert"),
            AnswerList::LeastPrivilege => key("Least privilege"),
            AnswerList::FlowLogs => key("Flow logs"),
            AnswerList::Compare => key("Compare"),
        }
    }

    /// What it asks before anything is chosen in it; nothing where there is nothing to compare with.
    fn question(self, state: &State) -> Option<FurtherQuestion> {
        Some(match self {
            AnswerList::Checks => FurtherQuestion::Checks,
            AnswerList::OpenEnds => FurtherQuestion::OpenEnds,
            AnswerList::Pointless => FurtherQuestion::Pointless,
            AnswerList::Engines => FurtherQuestion::Engines,
            AnswerList::Convert => FurtherQuestion::Convert(String::new()),
            AnswerList::LeastPrivilege => FurtherQuestion::LeastPrivilege(PoliciesAsked::default()),
            AnswerList::FlowLogs => FurtherQuestion::FlowLogs(state.further.logs),
            AnswerList::Compare => return state.comparison_question(FurtherQuestion::Comparison),
        })
    }

    /// The list that answers a question.
    fn of(asked: &FurtherQuestion, state: &State) -> Option<Self> {
        AnswerList::ALL.into_iter().find(|list| list.question(state).is_some_and(|question| question.is_like(asked)))
    }
}

/// What is said where nothing is compared.
const NO_BASELINE: &str = key(
    "Keep the files as they are, then edit them: each flow that opens, closes or changes is listed here with the edit that did it, and marked in the graph and the matrix.",
);

/// An answer, and to what.
#[derive(Clone, Debug)]
struct Known {
    asked: FurtherQuestion,
    revision: u32,
    answer: Rc<FurtherAnswer>,
}

/// Further answers, as far as they are known.
#[derive(Clone, Debug, Default)]
pub struct Further {
    /// The last one of each kind.
    known: Vec<Known>,
    /// What was chosen in lists: the question of each.
    chosen: Vec<FurtherQuestion>,
    /// The number of the flow logs that are open.
    pub logs: Option<u32>,
    /// Which changes are looked for: such as stop the flow, or such as allow it.
    pub looks_for: Option<Goal>,
    /// The policy that is drawn in place of the board, by its key.
    pub policy: Option<String>,
    /// What is being changed of it.
    pub editing: Option<PolicyEdit>,
}

/// What a change of text is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// Allow what is denied.
    Allow,
    /// Stop what is allowed.
    Stop,
}

/// What is shown of changes that allow or stop the flow in question.
#[derive(Clone, Debug, PartialEq)]
pub enum FixSection {
    /// That they can be looked for.
    Offered(Goal),
    /// That they are looked for.
    Waits(Goal),
    /// Why there are none.
    Failed(Goal, Sentence),
    /// They.
    Found(Goal, Rc<FurtherAnswer>),
}

impl Goal {
    /// The button that looks for such changes.
    pub const fn button(self) -> &'static str {
        match self {
            Goal::Allow => key("Find a fix"),
            Goal::Stop => key("Stop this flow"),
        }
    }

    /// The section with such changes.
    pub const fn title(self) -> &'static str {
        match self {
            Goal::Allow => key("Allow this"),
            Goal::Stop => key("Stop this flow"),
        }
    }
}

impl FixSection {
    /// The changes, if they are there.
    pub fn list(&self) -> Option<&FixListView> {
        match self {
            FixSection::Found(_, answer) => match &**answer {
                FurtherAnswer::Fix(Ok(list)) => Some(list),
                _ => None,
            },
            _ => None,
        }
    }
}

impl Further {
    /// Takes answers about a revision.
    pub(super) fn take(&mut self, revision: u32, answers: &[(FurtherQuestion, Rc<FurtherAnswer>)]) {
        // What is said of a lesson is kept there, and a change of a policy is made once.
        let is_here = |asked: &FurtherQuestion| {
            !matches!(asked, FurtherQuestion::Lesson(..) | FurtherQuestion::Grade(_) | FurtherQuestion::EditPolicy(_))
        };
        for (asked, answer) in answers.iter().filter(|(asked, _)| is_here(asked)) {
            // The same answer stays the one that it was: it is not drawn again.
            let before = self.known.iter().position(|known| known.asked.is_like(asked)).map(|at| self.known.swap_remove(at));
            let same = before.filter(|before| before.answer == *answer).map(|before| before.answer);
            self.known.push(Known { asked: asked.clone(), revision, answer: same.unwrap_or_else(|| answer.clone()) });
        }
    }

    /// What was said about another scene is over.
    pub(super) fn forget(&mut self) {
        // Logs are of no scene.
        *self = Further { logs: self.logs, ..Further::default() };
    }

    /// The newest answer to a question, be it of an older text.
    pub(super) fn of(&self, question: &FurtherQuestion) -> Option<&Rc<FurtherAnswer>> {
        self.known.iter().find(|known| known.asked == *question).map(|known| &known.answer)
    }
}

impl State {
    /// Which further answers the page wants; none before it knows the rest.
    pub fn wants_further(&self) -> Vec<FurtherQuestion> {
        if !self.knows_the_rest() || self.notices.engine.is_some() {
            return Vec::new();
        }
        let list = self.list_question().filter(|_| self.shows_answers());
        // What is told beside the tab's title.
        let checks = self.counts_checks().then_some(FurtherQuestion::Checks).filter(|checks| list.as_ref() != Some(checks));
        let of_lesson = self.lesson.iter().flat_map(|lesson| lesson.asks(self.revision));
        self.wants_fix()
            .map(FurtherQuestion::Fix)
            .into_iter()
            .chain(checks)
            .chain(self.comparison_question(FurtherQuestion::Marks))
            .chain(self.filter_question())
            .chain(self.policy_question())
            .chain(self.further.editing.clone().map(FurtherQuestion::EditPolicy))
            .chain(list)
            .chain(of_lesson)
            .collect()
    }

    /// Those of them that are not known of this text.
    pub fn lacks_further(&self) -> Vec<FurtherQuestion> {
        let known =
            |asked: &FurtherQuestion| self.further.known.iter().any(|known| known.revision == self.revision && known.asked == *asked);
        self.wants_further().into_iter().filter(|asked| !known(asked)).collect()
    }

    fn filter_question(&self) -> Option<FurtherQuestion> {
        let filter = &self.picture.filter;
        (!filter.is_empty()).then(|| FurtherQuestion::Filter((**filter).clone()))
    }

    /// What the filter leaves of the scene, or why it cannot be read; nothing where there is no filter, or not yet an answer about this text.
    pub fn filter_answer(&self) -> Option<&Rc<FurtherAnswer>> {
        let asked = self.filter_question()?;
        // Indices mean nothing in another scene.
        let known = self.further.known.iter().find(|known| known.asked == asked)?;
        (known.revision == self.answers.revision).then_some(&known.answer)
    }

    /// Whether the lists of answers are seen.
    pub fn shows_answers(&self) -> bool {
        if self.layout.panes.has_screens() {
            self.layout.screen == Screen::Reports && self.shown_tab() == Tab::Answers
        } else {
            self.shown_tab() == Tab::Answers && !self.layout.panes.bottom_hidden
        }
    }

    fn counts_checks(&self) -> bool {
        self.answers.checks > 0 && !self.layout.panes.bottom_hidden && !self.layout.panes.has_screens()
    }

    /// How many checks hold and how many do not, if the files have any and that is known.
    pub fn check_counts(&self) -> Option<(u32, u32)> {
        match &**self.further.of(&FurtherQuestion::Checks).filter(|_| self.answers.checks > 0)? {
            FurtherAnswer::List(list) => Some((list.good, list.bad)),
            _ => None,
        }
    }

    /// What the list that is shown asks.
    pub fn list_question(&self) -> Option<FurtherQuestion> {
        let first = self.layout.list.question(self)?;
        Some(self.further.chosen.iter().find(|chosen| chosen.is_like(&first)).cloned().unwrap_or(first))
    }

    /// The last answer to what the list asks, or asked before something else was chosen: that one stands until the next is there.
    fn known_list(&self) -> Option<&Known> {
        let asks = self.layout.list.question(self)?;
        self.further.known.iter().find(|known| known.asked.is_like(&asks))
    }

    /// The list that is shown.
    pub fn shown_list(&self) -> Option<&Rc<FurtherAnswer>> {
        Some(&self.known_list()?.answer)
    }

    /// The revision of the text that the list is about.
    pub fn list_revision(&self) -> u32 {
        self.known_list().map_or(0, |known| known.revision)
    }

    /// Flow logs are open, besides those that were, and are shown judged.
    pub(super) fn take_logs(&mut self, logs: &[(String, &'static str)]) {
        self.further.logs = Some(self.count());
        self.layout = self.layout.after(&LayoutAction::ShowScreen(Screen::Reports)).after(&LayoutAction::ShowTab(Tab::Answers));
        self.layout.list = AnswerList::FlowLogs;
        let logs: Vec<String> = logs.iter().map(|(name, title)| format!("{name}: {title}")).collect();
        self.tell(t_with("{0}. Judged under Answers; not stored, not in links", &[&logs.join("; ")]), false);
    }

    /// Whether a row of the list is ticked, as it is and as it was answered.
    pub fn is_ticked(&self, tick: &RowTick) -> bool {
        let answered = self.known_list().is_some_and(|known| known.asked.is_flipped(&tick.key));
        let asked = self.list_question().is_some_and(|asked| asked.is_flipped(&tick.key));
        tick.on != (answered != asked)
    }

    /// A row of the list is ticked, or no longer.
    pub(super) fn tick(&mut self, key: String) {
        if let Some(mut asked) = self.list_question() {
            asked.flip(key);
            self.ask_list(asked);
        }
    }

    /// A list asks something else, and is shown.
    pub(super) fn ask_list(&mut self, asked: FurtherQuestion) {
        self.layout.list = AnswerList::of(&asked, self).unwrap_or(self.layout.list);
        if let FurtherQuestion::FlowLogs(logs) = asked {
            self.further.logs = logs;
            return;
        }
        self.further.chosen.retain(|chosen| !chosen.is_like(&asked));
        self.further.chosen.push(asked);
    }

    /// What is said while there is no list.
    pub fn list_words(&self) -> &'static str {
        match (self.notices.engine, self.progress) {
            _ if self.layout.list == AnswerList::Compare && self.baseline().is_none() => NO_BASELINE,
            (Some(EngineFault::Further), _) => key("This could not be loaded."),
            (_, Progress::Cancelled { .. }) => key("Not evaluated."),
            _ => key("Looking…"),
        }
    }

    /// What a change would have to do, by the answer that is shown.
    fn goal(&self) -> Option<Goal> {
        let said = self.answers.verdict().filter(|_| !self.files.read_only)?;
        Some(if said.word == PathWord::Allowed { Goal::Stop } else { Goal::Allow })
    }

    fn fix_question(&self, goal: Goal) -> FixQuestion {
        let asked = &self.asking.path.question;
        let (from, to, protocol) = (asked.from.clone(), asked.to.clone(), asked.protocol.clone());
        FixQuestion { from, to, protocol, port: asked.port, deny: goal == Goal::Stop }
    }

    fn wants_fix(&self) -> Option<FixQuestion> {
        let goal = self.goal().filter(|goal| self.further.looks_for == Some(*goal))?;
        Some(self.fix_question(goal))
    }

    /// What is shown of changes; nothing where nothing can be changed.
    pub fn fix_section(&self) -> Option<FixSection> {
        let goal = self.goal()?;
        if self.further.looks_for != Some(goal) {
            return Some(FixSection::Offered(goal));
        }
        let known = self.further.of(&FurtherQuestion::Fix(self.fix_question(goal)));
        Some(match (known, self.notices.engine, self.progress) {
            (Some(answer), ..) => match &**answer {
                FurtherAnswer::Fix(Err(message)) => FixSection::Failed(goal, message.clone()),
                _ => FixSection::Found(goal, answer.clone()),
            },
            (None, Some(_), _) | (None, _, Progress::Cancelled { .. }) => FixSection::Offered(goal),
            (None, None, _) => FixSection::Waits(goal),
        })
    }

    /// Makes a change that was found for the text of a revision. What was changed since stays as it is.
    pub(super) fn apply_fix(&mut self, revision: u32, fix: &FixView) {
        if revision == self.revision {
            self.apply_to_files(&fix.title, &fix.by_file());
        } else {
            self.tell(t("Not applied: the text has changed since this was found").into(), false);
        }
    }

    /// What a change that was found does to lines; nothing once the text is another.
    pub fn lines_of(&self, fix: &FixView) -> Vec<LinesView> {
        if self.fixed_revision() != self.revision {
            return Vec::new();
        }
        fix.edits.iter().map(|edit| edit.lines(self.files.text_of(&edit.at.file))).collect()
    }

    /// The revision that the shown changes were found for.
    pub fn fixed_revision(&self) -> u32 {
        let is_fix = |asked: &FurtherQuestion| matches!(asked, FurtherQuestion::Fix(_));
        self.further.known.iter().find(|known| is_fix(&known.asked)).map_or(0, |known| known.revision)
    }

    /// Goes where a row of a list leads.
    pub(super) fn follow(&mut self, link: RowLink) {
        let narrow = self.layout.panes.has_screens();
        match link {
            RowLink::Flow(question) => self.ask(question),
            RowLink::Path(question) => self.take_question(netpolis_view::PathAsked { question: (&question).into(), versus: None }),
            RowLink::End(key) => self.select(Some(key)),
            RowLink::Answer(_, asked) => return self.ask_list(asked),
        }
        if narrow {
            self.layout.screen = Screen::Trace;
        } else {
            self.layout.panes.inspector_hidden = false;
        }
    }
}

/// A list, if an answer is one.
pub fn as_list(answer: &FurtherAnswer) -> Option<&ListView> {
    match answer {
        FurtherAnswer::List(list) => Some(list),
        FurtherAnswer::Comparison(view) => Some(&view.list),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
