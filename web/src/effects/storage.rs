//! What survives a reload: scenes, the theme, the panes. Nothing of it leaves the browser.

use crate::scenes::SceneId;
use crate::state::{Pane, Panes, Theme};
use crate::words::Language;

const WORK: &str = "netpolis.work";
const THEME: &str = "netpolis.theme";
const PANES: &str = "netpolis.panes";
const RECENT: &str = "netpolis.recent";
const LANGUAGE: &str = "netpolis.language";

fn raw(key: &str) -> Option<String> {
    local()?.get_item(key).ok()?
}

fn put(key: &str, value: &str) {
    if let Some(storage) = local() {
        // A full store only means that the next visit begins with the old look.
        let _ = storage.set_item(key, value);
    }
}

fn remove(key: &str) {
    if let Some(storage) = local() {
        let _ = storage.remove_item(key);
    }
}

/// Keys of scenes begin so.
const SCENE: &str = "netpolis.scene.";
/// Keys of what was solved of lessons begin so.
const LESSON: &str = "netpolis.lesson.";
/// What this tab shows; only the tab itself has it.
const TAB: &str = "netpolis.tab";

/// Why something was not stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// There is no store.
    Off,
    /// There is no room.
    Full,
}

fn local() -> Option<web_sys::Storage> {
    // A page in a closed iframe has no storage, and asking for it throws.
    crate::effects::window()?.local_storage().ok()?
}

fn session() -> Option<web_sys::Storage> {
    crate::effects::window()?.session_storage().ok()?
}

/// What was solved of a lesson, as it was stored.
pub fn solved(lesson: &str) -> Option<String> {
    raw(&format!("{LESSON}{lesson}"))
}

/// Stores what was solved of a lesson.
pub fn put_solved(lesson: &str, parts: &str) {
    put(&format!("{LESSON}{lesson}"), parts);
}

/// The work of a version that kept only one scene, as a link's fragment.
pub fn work() -> Option<String> {
    raw(WORK)
}

/// That work is kept elsewhere now.
pub fn drop_work() {
    remove(WORK);
}

/// The key of a scene.
pub fn scene_key(id: &SceneId) -> String {
    format!("{SCENE}{id}")
}

/// A stored scene.
pub fn scene(id: &SceneId) -> Option<String> {
    raw(&scene_key(id))
}

/// All stored scenes.
pub fn scenes() -> Vec<SceneId> {
    let Some(storage) = local() else { return Vec::new() };
    let count = storage.length().unwrap_or(0);
    let keys = (0..count).filter_map(|index| storage.key(index).ok().flatten());
    keys.filter_map(|key| key.strip_prefix(SCENE).map(SceneId::from)).collect()
}

/// Stores a scene.
///
/// # Errors
/// If it could not be stored; what was stored before is still there then.
pub fn put_scene(id: &SceneId, text: &str) -> Result<(), Refused> {
    let storage = local().ok_or(Refused::Off)?;
    storage.set_item(&scene_key(id), text).map_err(|_| {
        // Some browsers have a store in private windows that takes nothing at all.
        const PROBE: &str = "netpolis.probe";
        let takes = storage.set_item(PROBE, "").is_ok();
        let _ = storage.remove_item(PROBE);
        if takes || storage.length().unwrap_or(0) > 0 { Refused::Full } else { Refused::Off }
    })
}

/// Removes a scene.
pub fn remove_scene(id: &SceneId) {
    remove(&scene_key(id));
}

/// What this tab showed before it was loaded again.
pub fn tab() -> Option<String> {
    session()?.get_item(TAB).ok()?
}

/// Remembers what this tab shows.
pub fn keep_tab(text: &str) {
    if let Some(storage) = session() {
        let _ = storage.set_item(TAB, text);
    }
}

/// Forgets everything.
pub fn forget() {
    for id in scenes() {
        remove_scene(&id);
    }
    for key in [WORK, THEME, PANES, RECENT, LANGUAGE] {
        remove(key);
    }
    if let Some(storage) = session() {
        let _ = storage.remove_item(TAB);
    }
}

/// The theme that was chosen.
pub fn theme() -> Theme {
    Theme::from_name(&raw(THEME).unwrap_or_default())
}

/// Keeps the theme.
pub fn keep_theme(theme: Theme) {
    put(THEME, theme.name());
}

/// What was chosen in the command palette, the last first.
pub fn recent() -> Vec<String> {
    raw(RECENT).unwrap_or_default().lines().map(Into::into).collect()
}

/// Keeps that.
pub fn keep_recent(recent: &[String]) {
    put(RECENT, &recent.join("\n"));
}

/// The tag of the language that was chosen.
pub fn language() -> Option<String> {
    raw(LANGUAGE)
}

/// Keeps the language.
pub fn keep_language(language: Language) {
    put(LANGUAGE, language.tag());
}

/// The panes as they were left.
pub fn panes() -> Option<Panes> {
    let text = raw(PANES)?;
    let numbers: Vec<u32> = text.split(' ').filter_map(|n| n.parse().ok()).collect();
    // The last ones came later.
    let &[editor, inspector, bottom, hidden, ref rest @ ..] = numbers.as_slice() else { return None };
    let within = |size: u32, (low, high): (u32, u32)| size.clamp(low, high);
    Some(Panes {
        editor: within(editor, Panes::limits(Pane::Editor)),
        inspector: within(inspector, Panes::limits(Pane::Inspector)),
        bottom: within(bottom, Panes::limits(Pane::Bottom)),
        path: rest.first().map_or(Panes::default().path, |path| within(*path, Panes::limits(Pane::Path))),
        editor_hidden: hidden & 1 != 0,
        inspector_hidden: hidden & 2 != 0,
        bottom_hidden: hidden & 4 != 0,
        window: rest.get(1).copied().unwrap_or_default(),
    })
}

/// Keeps the panes.
pub fn keep_panes(panes: Panes) {
    let hidden = u32::from(panes.editor_hidden) | u32::from(panes.inspector_hidden) << 1 | u32::from(panes.bottom_hidden) << 2;
    put(PANES, &format!("{} {} {} {hidden} {} {}", panes.editor, panes.inspector, panes.bottom, panes.path, panes.window));
}
