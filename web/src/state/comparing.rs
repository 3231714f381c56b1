//! An older version of the files that they are compared with: the baseline. What differs the engine says; here is only what is compared, and which pairs
//! of the picture are marked.

use std::collections::HashMap;
use std::rc::Rc;

use netpolis_core::settings::Settings;

use super::{AnswerList, LayoutAction, Screen, State, Tab};
use crate::scenes::Comparing;
use crate::share::{self, Baseline, Shared};
use crate::words::{t, t_with};
use netpolis_view::{BaselineTexts, ComparisonView, FlowChange, FurtherAnswer, FurtherQuestion, SceneView, settings_text};

/// Which pairs of ends differ, by their indices in a scene.
pub type Marks = HashMap<(usize, usize), FlowChange>;

/// Something about the comparison.
#[derive(Clone, Debug)]
pub enum CompareAction {
    /// The list of differences comes into sight.
    Show,
    /// The files, as they are, are the baseline.
    Keep,
    /// Something else is.
    With(Rc<Baseline>),
    /// The files, under other assumptions, are.
    Under(String, Settings),
    /// Baseline and files change places.
    Swap,
    /// The files are the baseline again.
    Back,
    /// There is none any more.
    Stop,
}

impl State {
    /// What the files are compared with, if they are.
    pub fn baseline(&self) -> Option<&Rc<Baseline>> {
        self.place.comparing.as_ref().map(|comparing| &comparing.baseline)
    }

    /// The same for the engine.
    pub fn baseline_texts(&self) -> Option<BaselineTexts> {
        let Comparing { number, baseline } = self.place.comparing.as_ref()?;
        Some(BaselineTexts { number: *number, files: baseline.files.clone(), settings: settings_text(&baseline.settings) })
    }

    /// The baseline's text of the file that is shown, where the editor is to show what differs from it. A file that the baseline does not have is all new,
    /// unless both have but one.
    pub fn original(&self) -> Option<&str> {
        let baseline = self.baseline().filter(|_| self.layout.compares_in_text)?;
        let shown = self.files.shown()?;
        let same = baseline.files.iter().find(|(name, _)| *name == shown.name);
        let only = || baseline.files.first().filter(|_| baseline.files.len() == 1 && self.files.len() == 1);
        Some(same.or_else(only).map_or("", |(_, text)| text.as_str()))
    }

    pub(super) fn take_baseline(&mut self, baseline: Option<Rc<Baseline>>) {
        let number = self.count();
        self.place.comparing = baseline.map(|baseline| Comparing { number, baseline });
    }

    /// The files as a baseline.
    fn as_baseline(&self, name: String, settings: Settings) -> Rc<Baseline> {
        Rc::new(Baseline { name, files: self.files.texts(), settings })
    }

    pub(super) fn compare(&mut self, action: CompareAction) {
        if !matches!(action, CompareAction::Show) {
            self.keep_place();
        }
        match action {
            CompareAction::Show => (),
            CompareAction::Keep => self.begin_with(self.as_baseline(t_with("{0}, as kept", &[&self.title()]), self.settings.clone())),
            CompareAction::With(baseline) => self.begin_with(baseline),
            CompareAction::Under(name, settings) => self.begin_with(self.as_baseline(name, settings)),
            CompareAction::Swap | CompareAction::Back => {
                let Some(before) = self.baseline().cloned() else { return };
                let other = self.as_baseline(self.title(), self.settings.clone());
                self.remember_baseline();
                let shown = self.files.shown().map(|file| file.name.clone());
                self.files.replace(before.files.iter().map(|(name, text)| (name.as_str(), text.as_str())));
                self.files.show(self.files.iter().position(|file| Some(&file.name) == shown.as_ref()).unwrap_or(0));
                self.settings = before.settings.clone();
                self.revision += 1;
                let swap = matches!(action, CompareAction::Swap);
                if swap {
                    self.take_baseline(Some(other));
                }
                self.tell(if swap { t("Baseline and files changed places") } else { t("The files are the baseline again") }.into(), true);
                return;
            }
            CompareAction::Stop => {
                self.remember_baseline();
                self.take_baseline(None);
                return self.tell(t("Not compared any more").into(), true);
            }
        }
        self.show_comparison();
    }

    fn begin_with(&mut self, baseline: Rc<Baseline>) {
        if self.baseline().is_some() {
            self.remember_baseline();
        }
        self.take_baseline(Some(baseline));
        self.layout.dialog = None;
    }

    /// Brings the list of differences into sight.
    pub(super) fn show_comparison(&mut self) {
        self.layout = self.layout.after(&LayoutAction::ShowTab(Tab::Answers)).after(&LayoutAction::ShowList(AnswerList::Compare));
        if self.layout.panes.has_screens() {
            self.layout.screen = Screen::Reports;
        }
    }

    /// What is asked about the baseline: for the picture, and as a list.
    pub(super) fn comparison_question(&self, question: fn(u32) -> FurtherQuestion) -> Option<FurtherQuestion> {
        self.place.comparing.as_ref().map(|comparing| question(comparing.number))
    }

    /// What differs, for the picture; of an older text until the newest one is compared.
    pub fn marks(&self) -> Option<&Rc<FurtherAnswer>> {
        self.further.of(&self.comparison_question(FurtherQuestion::Marks)?)
    }

    /// How many flows differ, and the same in words; nothing where none do.
    pub fn compared_flows(&self) -> Option<(u32, &str)> {
        match &**self.marks()? {
            FurtherAnswer::Marks(marks) if marks.flows > 0 => Some((marks.flows, &marks.summary)),
            _ => None,
        }
    }

    /// What differs, as a list.
    pub fn comparison(&self) -> Option<&ComparisonView> {
        match &**self.further.of(&self.comparison_question(FurtherQuestion::Comparison)?)? {
            FurtherAnswer::Comparison(view) => Some(view),
            _ => None,
        }
    }
}

/// A baseline of files that were chosen, under these assumptions; of a saved scene, if it is one. Nothing if there are none.
pub fn baseline_of_files(mut files: Vec<(String, String)>, settings: Settings) -> Option<Rc<Baseline>> {
    if let Some((name, saved)) = files.iter().find_map(|(name, text)| Some((name, share::decode_kept(text).ok()?.0))) {
        return Some(baseline_of(name.trim_end_matches(".netpolis").into(), saved));
    }
    files.retain(|(_, text)| !text.trim().is_empty());
    let name = match files.as_slice() {
        [] => return None,
        [(name, _)] => name.clone(),
        files => t_with("{0} files", &[&files.len().to_string()]),
    };
    Some(Rc::new(Baseline { name, files, settings }))
}

/// A baseline of a text that was pasted: a link, or files.
///
/// # Errors
/// If it is a link that cannot be opened, or nothing; with what is to be said.
pub fn baseline_of_text(text: &str, settings: Settings) -> Result<Rc<Baseline>, String> {
    let fragment = text.trim().rsplit_once('#').map(|(_, fragment)| fragment).filter(|fragment| !fragment.contains(char::is_whitespace));
    match fragment.map_or(Ok(None), share::decode) {
        Ok(Some((shared, _))) => Ok(baseline_of(t("the link").into(), shared)),
        Ok(None) => baseline_of_files(vec![("pasted.yaml".into(), text.into())], settings)
            .ok_or_else(|| t("There is no text on the clipboard").into()),
        Err(error) => Err(error.message()),
    }
}

/// A baseline of a scene that is kept, or that a link holds.
pub fn baseline_of(name: String, shared: Shared) -> Rc<Baseline> {
    Rc::new(Baseline { name, files: shared.files, settings: shared.settings })
}

/// Which pairs of a scene differ.
pub fn marks_in(scene: &SceneView, marks: Option<&FurtherAnswer>) -> Marks {
    let Some(FurtherAnswer::Marks(marks)) = marks else { return Marks::default() };
    let ends: HashMap<&str, usize> = scene.ends.iter().enumerate().map(|(index, end)| (end.key.as_str(), index)).collect();
    let pair = |(from, to, change): &(String, String, FlowChange)| Some(((*ends.get(from.as_str())?, *ends.get(to.as_str())?), *change));
    marks.pairs.iter().filter_map(pair).collect()
}

#[cfg(test)]
mod tests;
