//! Everything that the page can be told to do, in one table: the command palette, hints of shortcuts in menus, the keys of the page and the sheet of
//! shortcuts are made from it.

use super::{
    Action, AnswerList, CompareAction, Dialog, EditorWish, FixSection, Goal, LayoutAction, Pane, PictureAction, State, Tab, Theme,
};

use netpolis_view::EndKind;

/// Something that the page can be told to do.
#[derive(Debug)]
pub struct Command {
    /// What it is called, as in menus.
    pub name: &'static str,
    /// Other words by which it is looked for.
    pub also: &'static str,
    /// Its keys, such as `Mod+Shift+F`; empty if it has none. `Mod` is Ctrl, and on a Mac Command.
    pub keys: &'static str,
    /// Whether it can be done now.
    pub when: fn(&State) -> bool,
    /// How it is done.
    pub run: Run,
}

/// How a command is done.
#[derive(Clone, Copy, Debug)]
pub enum Run {
    /// By an action, which depends on how the page is.
    Do(fn(&State) -> Action),
    /// What is where on the page changes.
    Layout(LayoutAction),
    /// The editor does it.
    Edit(EditorWish),
    /// An element is pressed that knows itself what to do.
    Press(&'static str),
    /// A part of the page is shown, and an element of it gets the keyboard.
    Reach(LayoutAction, &'static str),
    /// The browser shows the page alone on the screen, or no longer.
    Fullscreen,
}

const fn always(_: &State) -> bool {
    true
}

fn writable(state: &State) -> bool {
    !state.files.read_only
}

const fn wide(state: &State) -> bool {
    !state.layout.panes.has_screens()
}

fn has_cloud(state: &State) -> bool {
    state.answers.scene.cloud.is_some()
}

fn hides(state: &State, pane: Pane) -> bool {
    wide(state) && state.layout.panes.is_hidden(pane)
}

fn shows(state: &State, pane: Pane) -> bool {
    wide(state) && !state.layout.panes.is_hidden(pane)
}

/// The workload that is looked at, for which a policy can be begun.
fn begins_policy(state: &State) -> Option<usize> {
    state.selected_end().filter(|end| writable(state) && state.answers.scene.is_a(*end, EndKind::Workload))
}

fn begin_policy(state: &State) -> Action {
    let subject = begins_policy(state).map_or_else(String::new, |end| state.answers.scene.key(end));
    Action::BeginPolicy { subject, calico: state.writes_calico() }
}

fn offers_fix(state: &State, goal: Goal) -> bool {
    writable(state) && state.fix_section() == Some(FixSection::Offered(goal))
}

const fn command(name: &'static str, also: &'static str, run: Run) -> Command {
    Command { name, also, keys: "", when: always, run }
}

impl Command {
    const fn on(self, keys: &'static str) -> Self {
        Command { keys, ..self }
    }

    const fn when(self, when: fn(&State) -> bool) -> Self {
        Command { when, ..self }
    }

    /// Whether its keys are heard while somebody types: those that type nothing, and that fields do not need themselves.
    pub fn works_while_typing(&self) -> bool {
        self.keys.len() > 1 && self.keys != UNDO_KEYS
    }

    /// Whether the page hears its keys wherever the keyboard is. Others are the editor's own.
    pub const fn is_of_page(&self) -> bool {
        !matches!(self.run, Run::Edit(wish) if !wish.is_of_page())
    }
}

const fn panel(name: &'static str, also: &'static str, tab: Tab) -> Command {
    command(name, also, Run::Layout(LayoutAction::ShowPanel(tab)))
}

const fn list(name: &'static str, also: &'static str, list: AnswerList) -> Command {
    command(name, also, Run::Layout(LayoutAction::ShowAnswers(list)))
}

const fn dialog(name: &'static str, also: &'static str, dialog: Dialog) -> Command {
    command(name, also, Run::Layout(LayoutAction::ShowDialog(Some(dialog))))
}

const fn pane(name: &'static str, pane: Pane) -> Command {
    command(name, "pane hide show", Run::Layout(LayoutAction::TogglePane(pane)))
}

const fn theme(name: &'static str, theme: Theme) -> Command {
    command(name, "colours dark light mode", Run::Layout(LayoutAction::ChooseTheme(theme)))
}

const fn edit(name: &'static str, also: &'static str, wish: EditorWish) -> Command {
    command(name, also, Run::Edit(wish))
}

const UNDO_KEYS: &str = "Mod+Z";
/// The field of a question that says where from.
const FROM: &str = ".question [role='combobox']";

/// All commands, in the order in which the palette lists them.
pub static COMMANDS: &[Command] = &[
    dialog("Commands…", "palette", Dialog::Palette).on("Mod+K"),
    command("Ask about a flow", "question who can reach", Run::Reach(LayoutAction::ShowQuestion, FROM)),
    command("Find a fix", "allow open denied", Run::Do(|_| Action::LookForFixes(Some(Goal::Allow))))
        .when(|state| offers_fix(state, Goal::Allow)),
    command("Stop this flow", "fix deny close", Run::Do(|_| Action::LookForFixes(Some(Goal::Stop))))
        .when(|state| offers_fix(state, Goal::Stop)),
    panel("Matrix", "all pairs table heat map", Tab::Matrix),
    panel("Path", "way hops packet translations", Tab::Path),
    panel("Policies", "board tiers order", Tab::Policies),
    command("New policy for what is selected", "begin build write isolate", Run::Do(begin_policy))
        .when(|state| begins_policy(state).is_some()),
    panel("Problems", "findings lints warnings errors", Tab::Problems),
    list("Checks", "assertions tests answers", AnswerList::Checks),
    list("Open ends", "exposure answers", AnswerList::OpenEnds),
    list("Pointless", "redundant rules without effect answers", AnswerList::Pointless),
    list("Engines", "differences between engines answers", AnswerList::Engines),
    list("Convert", "translate policies calico kubernetes answers", AnswerList::Convert),
    list("Least privilege", "generate policies for flows answers", AnswerList::LeastPrivilege),
    list("Flow logs", "hubble goldmane observed answers", AnswerList::FlowLogs),
    panel("Effective rules", "security groups nsg", Tab::Rules).when(has_cloud),
    panel("Addresses", "subnets plan", Tab::Addresses).when(has_cloud),
    edit("Go to the next problem", "error warning finding", EditorWish::NextProblem).on("F8"),
    command("Compare from here on", "baseline keep diff", Run::Do(|_| CompareAction::Keep.into())).when(|state| state.baseline().is_none()),
    command("Show what differs", "baseline compare diff", Run::Do(|_| CompareAction::Show.into())).when(|state| state.baseline().is_some()),
    dialog("Compare with…", "baseline file link diff", Dialog::Compare),
    dialog("Share…", "link embed file", Dialog::Share),
    command("Save the picture…", "export svg png image download", Run::Press(".graph-pane .tools.right .menu button")),
    command("Show all", "graph fit zoom reset", Run::Press(".pane [data-tool='show-all']")),
    command("Zoom in", "graph larger", Run::Press(".pane [data-tool='zoom-in']")),
    command("Zoom out", "graph smaller", Run::Press(".pane [data-tool='zoom-out']")),
    command("Always draw denied flows", "graph arrows", Run::Do(|_| PictureAction::ShowDenied(Some(true)).into()))
        .when(|state| state.picture.show_denied != Some(true)),
    command("Never draw denied flows", "graph arrows hide", Run::Do(|_| PictureAction::ShowDenied(Some(false)).into()))
        .when(|state| state.picture.show_denied != Some(false)),
    command("Kubernetes view", "graph cluster", Run::Do(|_| PictureAction::ShowAzure(false).into()))
        .when(|state| has_cloud(state) && state.shows_azure()),
    command("Azure view", "graph cloud network", Run::Do(|_| PictureAction::ShowAzure(true).into()))
        .when(|state| has_cloud(state) && !state.shows_azure()),
    command("New file", "add yaml", Run::Do(|_| Action::AddFile)).when(writable),
    command("Open files…", "load upload yaml", Run::Press(".header input[type='file']")).when(writable),
    dialog("From a cluster…", "kubectl get paste import whole", Dialog::Cluster),
    command("Undo the last change to files", "take back", Run::Do(|_| Action::Undo)).on(UNDO_KEYS).when(State::can_undo),
    edit("Undo in the editor", "take back text", EditorWish::Undo).when(writable),
    edit("Redo in the editor", "text again", EditorWish::Redo).when(writable),
    edit("Find in this file", "search replace text editor", EditorWish::Find).on("Mod+F"),
    dialog("Find in all files…", "search replace text", Dialog::Find).on("Mod+Shift+F"),
    dialog("Objects in the files…", "outline documents symbols go to", Dialog::Outline).on("Mod+Shift+O"),
    edit("Go to definition", "pods of a selector service namespace", EditorWish::Definition).on("F12"),
    edit("Format this file", "indent tidy trailing spaces whitespace json pretty", EditorWish::Format).on("Shift+Alt+F").when(writable),
    command("Show changes line by line", "merge diff baseline compare lines", Run::Layout(LayoutAction::CompareInText(true)))
        .when(|state| state.baseline().is_some() && !state.layout.compares_in_text),
    command("Hide changes line by line", "merge diff baseline compare lines", Run::Layout(LayoutAction::CompareInText(false)))
        .when(|state| state.original().is_some()),
    edit("Go to the next change", "merge diff baseline compare lines", EditorWish::NextChange)
        .on("F7")
        .when(|state| state.original().is_some()),
    edit("Take back the change at the cursor", "revert reject merge diff baseline", EditorWish::TakeBack)
        .when(|state| writable(state) && state.original().is_some()),
    command("New scene", "empty start", Run::Do(|_| Action::StartScene)),
    dialog("Recent scenes…", "history kept open", Dialog::Scenes),
    dialog("Lessons…", "course learn tutorial", Dialog::Lessons),
    dialog("Assumptions…", "settings engine dataplane", Dialog::Settings),
    pane("Show the editor", Pane::Editor).when(|state| hides(state, Pane::Editor)),
    pane("Hide the editor", Pane::Editor).when(|state| shows(state, Pane::Editor)),
    pane("Show question and trace", Pane::Inspector).when(|state| hides(state, Pane::Inspector)),
    pane("Hide question and trace", Pane::Inspector).when(|state| shows(state, Pane::Inspector)),
    pane("Show the bottom panel", Pane::Bottom).when(|state| hides(state, Pane::Bottom)),
    pane("Hide the bottom panel", Pane::Bottom).when(|state| shows(state, Pane::Bottom)),
    command("Full screen", "fullscreen present", Run::Fullscreen),
    theme("Theme: light", Theme::Light).when(|state| state.layout.theme != Theme::Light),
    theme("Theme: dark", Theme::Dark).when(|state| state.layout.theme != Theme::Dark),
    theme("Theme: as the system", Theme::System).when(|state| state.layout.theme != Theme::System),
    dialog("Keyboard shortcuts", "keys sheet help", Dialog::Keys).on("?"),
    dialog("About Netpolis", "help licence", Dialog::About),
];

/// The command of this name.
pub fn named(name: &str) -> Option<&'static Command> {
    COMMANDS.iter().find(|command| command.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_a_name_and_keys_of_its_own() {
        for (index, command) in COMMANDS.iter().enumerate() {
            let later = COMMANDS.iter().skip(index + 1);
            assert!(later.clone().all(|other| other.name != command.name), "{} twice", command.name);
            assert!(command.keys.is_empty() || later.clone().all(|other| other.keys != command.keys), "{} twice", command.keys);
        }
    }

    #[test]
    fn what_can_be_done_depends_on_the_page() {
        let offered = |state: &State, name: &str| named(name).is_some_and(|command| (command.when)(state));
        let mut state = State::start_empty();
        assert!(offered(&state, "Hide the editor") && !offered(&state, "Show the editor"));
        assert!(!offered(&state, "Undo the last change to files") && !offered(&state, "Azure view") && offered(&state, "New file"));
        state.layout = state.layout.after(&LayoutAction::TogglePane(Pane::Editor)).after(&LayoutAction::ChooseTheme(Theme::Dark));
        state.files.read_only = true;
        assert!(!offered(&state, "Hide the editor") && offered(&state, "Show the editor"));
        assert!(!offered(&state, "Theme: dark") && offered(&state, "Theme: light") && !offered(&state, "New file"));
        state.layout.panes = state.layout.panes.in_window(390);
        assert!(!offered(&state, "Show the editor"), "a narrow window has screens");
    }
}
