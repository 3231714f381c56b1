//! Keys: which command they belong to, how they read, and the sheet of all of them.

use super::State;
use super::commands::{COMMANDS, Command};

/// A key that went down.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pressed<'a> {
    /// What it is, as browsers call it.
    pub key: &'a str,
    /// Whether Ctrl, or on a Mac Command, is held.
    pub command: bool,
    /// Whether Shift is held.
    pub shift: bool,
    /// Whether Alt is held.
    pub alt: bool,
    /// Whether somebody types, so that letters are text.
    pub typing: bool,
}

impl Pressed<'_> {
    fn is(&self, keys: &str) -> bool {
        let mut parts: Vec<&str> = keys.split('+').collect();
        let Some(last) = parts.pop().filter(|last| !last.is_empty()) else { return false };
        let held = |name: &str| parts.contains(&name);
        // A sign such as `?` is written with Shift on some keyboards and without on others.
        let shift = self.shift == held("Shift") || last.len() == 1 && !last.as_bytes()[0].is_ascii_alphanumeric();
        self.key.eq_ignore_ascii_case(last) && self.command == held("Mod") && self.alt == held("Alt") && shift
    }
}

/// The command that these keys are for, wherever on the page the keyboard is.
pub fn command_of(pressed: Pressed<'_>, state: &State) -> Option<&'static Command> {
    let meant = |command: &&Command| command.is_of_page() && pressed.is(command.keys) && (!pressed.typing || command.works_while_typing());
    COMMANDS.iter().find(meant).filter(|command| (command.when)(state))
}

/// How keys are called on this machine, one after the other.
pub fn key_words(keys: &str, mac: bool) -> Vec<&str> {
    let word = |key| match (key, mac) {
        ("Mod", true) => "⌘",
        ("Mod", false) => "Ctrl",
        ("Shift", true) => "⇧",
        ("Alt", true) => "⌥",
        (key, _) => key,
    };
    keys.split('+').filter(|key| !key.is_empty()).map(word).collect()
}

/// A part of the sheet of shortcuts.
pub struct Area {
    /// Its title.
    pub title: &'static str,
    /// Keys or gestures, and what they do. Keys are as in [`Command::keys`], several with spaces between them.
    pub rows: Vec<(&'static str, &'static str)>,
}

const GRAPH: &[(&str, &str)] = &[
    ("Tab", "to the graph, and on from it"),
    ("← ↑ → ↓", "from card to card"),
    ("Enter", "looks at a card or asks an arrow’s flow"),
    ("Esc", "back: calls off what is being asked, or shows all again"),
    (
        "drag",
        "from one workload to another: asks that flow. A finger rests on the first for a moment, or draws from the arrow of a selected one",
    ),
    ("double-click", "in a large scene: shows a card alone with its neighbours"),
    ("wheel", "zooms at the pointer; two fingers zoom as well"),
];
const EDITOR: &[(&str, &str)] = &[
    ("Ctrl+Space", "completes kinds, fields, labels and names"),
    ("Mod+/", "makes lines a comment, or text again"),
    ("Mod+D", "selects the next place with the same text"),
    ("Alt+↑ Alt+↓", "moves lines"),
    ("Tab", "indents; after Esc it leaves the editor"),
    ("Mod+click", "on a selector: shows the pods that it selects; on a name: goes to its document"),
    ("Alt+click", "adds a cursor"),
];
const FILES: &[(&str, &str)] =
    &[("← →", "from tab to tab"), ("F2", "on a file’s tab: renames it"), ("Delete", "on a file’s tab: closes it")];
const LISTS: &[(&str, &str)] = &[
    ("Tab", "through the flows of the matrix; Enter asks one"),
    ("↑ ↓", "in menus, and in fields that offer names; Enter takes one, Esc closes"),
    ("← → ↑ ↓", "on a border between panes: moves it; Enter hides the pane"),
];

/// All shortcuts, by the part of the page that they are for.
pub fn sheet() -> [Area; 5] {
    let of = |page: bool| COMMANDS.iter().filter(move |command| !command.keys.is_empty() && command.is_of_page() == page);
    let rows = |page: bool| of(page).map(|command| (command.keys, command.name));
    let area = |title, rows| Area { title, rows };
    [
        area("Page", rows(true).collect()),
        area("Editor", rows(false).chain(EDITOR.iter().copied()).collect()),
        area("Graph", GRAPH.to_vec()),
        area("Tabs", FILES.to_vec()),
        area("Matrix, lists and borders", LISTS.to_vec()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(pressed: Pressed<'_>) -> Option<&'static str> {
        command_of(pressed, &State::start_empty()).map(|command| command.name)
    }

    #[test]
    fn keys_find_their_command() {
        let key = |key| Pressed { key, ..Pressed::default() };
        assert_eq!(name(Pressed { command: true, ..key("k") }), Some("Commands…"));
        assert_eq!(name(Pressed { command: true, typing: true, ..key("K") }), Some("Commands…"));
        assert_eq!(name(key("k")), None);
        assert_eq!(name(Pressed { command: true, shift: true, ..key("k") }), None, "the editor deletes a line with it");
        assert_eq!(name(Pressed { shift: true, ..key("?") }), Some("Keyboard shortcuts"));
        assert_eq!(name(key("?")), Some("Keyboard shortcuts"), "a keyboard that has it without Shift");
        assert_eq!(name(Pressed { typing: true, shift: true, ..key("?") }), None, "it is text");
        assert_eq!(name(Pressed { command: true, ..key("f") }), None, "the browser's own, outside of the editor");
        assert_eq!(name(Pressed { command: true, ..key("z") }), None, "nothing to take back");
        assert_eq!(name(key("")), None);
    }

    #[test]
    fn keys_read_as_on_the_machine() {
        assert_eq!(key_words("Mod+Shift+F", false), ["Ctrl", "Shift", "F"]);
        assert_eq!(key_words("Mod+Alt+F", true), ["⌘", "⌥", "F"]);
        assert_eq!(key_words("", true), [""; 0]);
    }

    #[test]
    fn the_sheet_has_every_command_with_keys_once() {
        let all: Vec<&str> = sheet().iter().flat_map(|area| area.rows.iter().map(|(_, what)| *what)).collect();
        for command in COMMANDS.iter().filter(|command| !command.keys.is_empty()) {
            assert_eq!(all.iter().filter(|what| **what == command.name).count(), 1, "{}", command.name);
        }
    }
}
