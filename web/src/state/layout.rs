//! What is where on the page: screens, tabs and panes, the window over it, and its colours.

use super::{AnswerList, Pane, Panes};
use crate::share::EmbedView;
use crate::words::Language;

/// The screen of a narrow window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Screen {
    /// The editor.
    Text,
    /// The graph, with the verdict below it.
    #[default]
    Graph,
    /// Question and trace.
    Trace,
    /// The matrix.
    Matrix,
    /// The way of a packet.
    Path,
    /// The policy board.
    Policies,
    /// Problems, and further answers beside them.
    Reports,
    /// The lesson that is played.
    Lesson,
}

impl Screen {
    /// All, from left to right; the first only while a lesson is played.
    pub const ALL: [Screen; 8] =
        [Screen::Lesson, Screen::Text, Screen::Graph, Screen::Trace, Screen::Matrix, Screen::Path, Screen::Policies, Screen::Reports];

    /// The one that shows what a tab of the bottom panel does in a wide window.
    const fn with(tab: Tab) -> Self {
        match tab {
            Tab::Matrix => Screen::Matrix,
            Tab::Path => Screen::Path,
            Tab::Policies | Tab::Rules | Tab::Addresses => Screen::Policies,
            Tab::Answers | Tab::Problems => Screen::Reports,
        }
    }

    /// Its title.
    pub const fn title(self) -> &'static str {
        match self {
            Screen::Text => "Text",
            Screen::Graph => "Graph",
            Screen::Trace => "Trace",
            Screen::Matrix => "Matrix",
            Screen::Path => "Path",
            Screen::Policies => "Policies",
            Screen::Reports => "Reports",
            Screen::Lesson => "Lesson",
        }
    }

    /// What styles call it.
    pub const fn name(self) -> &'static str {
        match self {
            Screen::Text => "text",
            Screen::Graph => "graph",
            Screen::Trace => "trace",
            Screen::Matrix => "matrix",
            Screen::Path => "path",
            Screen::Policies => "policies",
            Screen::Reports => "reports",
            Screen::Lesson => "lesson",
        }
    }
}

/// The tab of the bottom panel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tab {
    /// The matrix.
    #[default]
    Matrix,
    /// The way of a packet.
    Path,
    /// Tiers and policies in order.
    Policies,
    /// Lists of further answers.
    Answers,
    /// Problems.
    Problems,
    /// Effective rules of security groups.
    Rules,
    /// Subnets and address plans.
    Addresses,
}

impl Tab {
    /// All, from left to right; the last two only where there is a network of the cloud.
    pub const ALL: [Tab; 7] = [Tab::Matrix, Tab::Path, Tab::Policies, Tab::Answers, Tab::Problems, Tab::Rules, Tab::Addresses];
    /// Those for which no network of the cloud is needed.
    pub const OF_CLUSTERS: [Tab; 5] = [Tab::Matrix, Tab::Path, Tab::Policies, Tab::Answers, Tab::Problems];

    /// The one beside it among those that are there, so many steps to the right; round from the last to the first.
    pub fn beside(self, steps: isize, tabs: &[Tab]) -> Option<Tab> {
        let index = tabs.iter().position(|tab| *tab == self)? as isize;
        tabs.get((index + steps).rem_euclid(tabs.len() as isize) as usize).copied()
    }

    /// Its title.
    pub const fn title(self) -> &'static str {
        match self {
            Tab::Matrix => "Matrix",
            Tab::Path => "Path",
            Tab::Policies => "Policies",
            Tab::Answers => "Answers",
            Tab::Problems => "Problems",
            Tab::Rules => "Effective rules",
            Tab::Addresses => "Addresses",
        }
    }

    /// The id of its button.
    pub const fn id(self) -> &'static str {
        match self {
            Tab::Matrix => "tab-matrix",
            Tab::Path => "tab-path",
            Tab::Policies => "tab-policies",
            Tab::Answers => "tab-answers",
            Tab::Problems => "tab-problems",
            Tab::Rules => "tab-rules",
            Tab::Addresses => "tab-addresses",
        }
    }
}

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system has it.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// The next one when a person goes through them.
    pub const fn next(self) -> Self {
        match self {
            Theme::System => Theme::Light,
            Theme::Light => Theme::Dark,
            Theme::Dark => Theme::System,
        }
    }

    /// `system`, `light` or `dark`.
    pub const fn name(self) -> &'static str {
        match self {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    /// The theme of that name; the system's for any other word.
    pub fn from_name(name: &str) -> Self {
        match name {
            "light" => Theme::Light,
            "dark" => Theme::Dark,
            _ => Theme::System,
        }
    }
}

/// A window over the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialog {
    /// Scenes that are kept in this browser.
    Scenes,
    /// Link, file and embed code.
    Share,
    /// What the files could be compared with.
    Compare,
    /// Courses and lessons.
    Lessons,
    /// What is assumed where upstream leaves a choice.
    Settings,
    /// What the page is.
    About,
    /// The command palette.
    Palette,
    /// The sheet of shortcuts.
    Keys,
    /// The objects of the files by name.
    Outline,
    /// A search in all files.
    Find,
    /// How a cluster gets onto the page.
    Cluster,
}

/// What is where on the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// Light or dark.
    pub theme: Theme,
    /// Pane sizes.
    pub panes: Panes,
    /// The screen of a narrow window.
    pub screen: Screen,
    /// The tab of the bottom panel.
    pub tab: Tab,
    /// The list that the tab with answers shows.
    pub list: AnswerList,
    /// The window over the page.
    pub dialog: Option<Dialog>,
    /// Whether the editor shows what differs from the baseline.
    pub compares_in_text: bool,
    /// What a page inside another shows.
    pub embed: EmbedView,
    /// The language that is wanted.
    pub language: Language,
    /// The one that the page's sentences are in: the wanted one, as soon as they are there.
    pub words: Language,
}

/// What is where changes.
#[derive(Clone, Copy, Debug)]
pub enum LayoutAction {
    /// Light or dark.
    ChooseTheme(Theme),
    /// A pane gets a size.
    Resize(Pane, u32),
    /// A pane is hidden or shown.
    TogglePane(Pane),
    /// The window has this width.
    WindowWidth(u32),
    /// A screen of the narrow window.
    ShowScreen(Screen),
    /// A tab of the bottom panel.
    ShowTab(Tab),
    /// What a tab of the bottom panel shows comes into sight, in windows of every width.
    ShowPanel(Tab),
    /// A list of answers.
    ShowList(AnswerList),
    /// A list of answers comes into sight.
    ShowAnswers(AnswerList),
    /// Question and trace come into sight.
    ShowQuestion,
    /// A window opens or closes.
    ShowDialog(Option<Dialog>),
    /// The text comes into sight.
    ShowEditor,
    /// The editor shows what differs from the baseline, or no longer.
    CompareInText(bool),
    /// What a page inside another shows.
    Embed(EmbedView),
    /// Another language is wanted.
    Speak(Language),
    /// The page's sentences are in this language now.
    Words(Language),
}

impl LayoutAction {
    /// Whether it opens the panel with the way of a packet.
    pub(super) fn opens_path(&self) -> bool {
        matches!(
            self,
            LayoutAction::ShowScreen(Screen::Path)
                | LayoutAction::ShowTab(Tab::Path)
                | LayoutAction::ShowPanel(Tab::Path)
                | LayoutAction::Embed(EmbedView::Path)
        )
    }
}

impl Layout {
    /// The layout after a change.
    #[must_use]
    pub fn after(mut self, action: &LayoutAction) -> Self {
        match *action {
            LayoutAction::ChooseTheme(theme) => self.theme = theme,
            LayoutAction::Resize(pane, size) => {
                self.panes.set_size(pane, size);
                self.panes.set_hidden(pane, false);
            }
            LayoutAction::TogglePane(pane) => self.panes.set_hidden(pane, !self.panes.is_hidden(pane)),
            LayoutAction::WindowWidth(width) => self.panes = self.panes.in_window(width),
            LayoutAction::ShowScreen(Screen::Path) | LayoutAction::ShowTab(Tab::Path) => {
                self.tab = Tab::Path;
                self.screen = Screen::Path;
                self.panes.bottom_hidden = false;
            }
            LayoutAction::ShowScreen(screen) => self.screen = screen,
            LayoutAction::ShowTab(tab) => {
                self.tab = tab;
                self.panes.bottom_hidden = false;
                // A wide window has tabs and no screens.
                if self.screen == Screen::Path {
                    self.screen = Screen::default();
                }
            }
            LayoutAction::ShowPanel(tab) => {
                self = self.after(&LayoutAction::ShowTab(tab));
                if self.panes.has_screens() {
                    self.screen = Screen::with(tab);
                }
            }
            LayoutAction::Speak(language) => self.language = language,
            // They may have come too late.
            LayoutAction::Words(language) if language == self.language => self.words = language,
            LayoutAction::Words(_) => {}
            LayoutAction::ShowList(list) => self.list = list,
            LayoutAction::ShowAnswers(list) => {
                self.list = list;
                self = self.after(&LayoutAction::ShowPanel(Tab::Answers));
            }
            LayoutAction::ShowQuestion => {
                self.panes.inspector_hidden = false;
                if self.panes.has_screens() {
                    self.screen = Screen::Trace;
                }
            }
            LayoutAction::ShowDialog(dialog) => self.dialog = dialog,
            LayoutAction::CompareInText(on) => {
                self.compares_in_text = on;
                if on {
                    self = self.after(&LayoutAction::ShowEditor);
                }
            }
            LayoutAction::ShowEditor => {
                self.panes.editor_hidden = false;
                self.screen = Screen::Text;
            }
            LayoutAction::Embed(view) => {
                self.embed = view;
                // Path and answers are asked for as they are where a panel shows them.
                self.panes.bottom_hidden = !matches!(view, EmbedView::Path | EmbedView::Checks);
                (self.screen, self.tab) = match view {
                    EmbedView::Path => (Screen::Path, Tab::Path),
                    EmbedView::Checks => (Screen::Reports, Tab::Answers),
                    EmbedView::Lesson => (Screen::Lesson, Tab::Matrix),
                    _ => (Screen::Graph, Tab::Matrix),
                };
                self.list = AnswerList::Checks;
            }
        }
        self
    }

    /// Whether the path panel is shown.
    pub fn shows_path(&self) -> bool {
        self.screen == Screen::Path || self.tab == Tab::Path && !self.panes.bottom_hidden
    }

    /// Whether the policy board is shown.
    pub fn shows_board(&self) -> bool {
        self.screen == Screen::Policies || self.tab == Tab::Policies && !self.panes.bottom_hidden
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panels_come_into_sight_in_every_window() {
        let after = |width, action| {
            let mut layout =
                Layout::default().after(&LayoutAction::TogglePane(Pane::Bottom)).after(&LayoutAction::TogglePane(Pane::Inspector));
            layout.panes = layout.panes.in_window(width);
            let layout = layout.after(&action);
            (layout.screen, layout.tab, layout.panes.bottom_hidden, layout.panes.inspector_hidden)
        };
        assert_eq!(after(1440, LayoutAction::ShowPanel(Tab::Policies)), (Screen::Graph, Tab::Policies, false, true));
        assert_eq!(after(390, LayoutAction::ShowPanel(Tab::Rules)), (Screen::Policies, Tab::Rules, false, true));
        assert_eq!(after(390, LayoutAction::ShowAnswers(AnswerList::Convert)), (Screen::Reports, Tab::Answers, false, true));
        assert_eq!(after(1440, LayoutAction::ShowQuestion), (Screen::Graph, Tab::Matrix, true, false));
        assert_eq!(after(390, LayoutAction::ShowQuestion).0, Screen::Trace);
    }

    #[test]
    fn tabs_go_round_those_that_are_there() {
        assert_eq!(Tab::Matrix.beside(-1, &Tab::OF_CLUSTERS), Some(Tab::Problems));
        assert_eq!(Tab::Problems.beside(1, &Tab::ALL), Some(Tab::Rules));
        assert_eq!(Tab::Rules.beside(1, &Tab::OF_CLUSTERS), None);
    }
}
