//! What survives a reload: the work in progress, the theme, the panes. Nothing of it leaves the browser.

use crate::state::{Pane, Panes, Theme};

const WORK: &str = "netpolis.work";
const THEME: &str = "netpolis.theme";
const PANES: &str = "netpolis.panes";

fn raw(key: &str) -> Option<String> {
    // A page in a closed iframe has no storage, and asking for it throws.
    web_sys::window()?.local_storage().ok()??.get_item(key).ok()?
}

fn put(key: &str, value: &str) {
    if let Ok(Some(storage)) = web_sys::window().map_or(Ok(None), |w| w.local_storage()) {
        // A full storage only means that a reload begins with older work.
        let _ = storage.set_item(key, value);
    }
}

fn remove(key: &str) {
    if let Ok(Some(storage)) = web_sys::window().map_or(Ok(None), |w| w.local_storage()) {
        let _ = storage.remove_item(key);
    }
}

/// The work in progress, as a link's fragment.
pub fn work() -> Option<String> {
    raw(WORK)
}

/// Keeps the work in progress.
pub fn keep_work(fragment: &str) {
    put(WORK, fragment);
}

/// Forgets everything.
pub fn forget() {
    for key in [WORK, THEME, PANES] {
        remove(key);
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

/// The panes as they were left.
pub fn panes() -> Option<Panes> {
    let text = raw(PANES)?;
    let numbers: Vec<u32> = text.split(' ').filter_map(|n| n.parse().ok()).collect();
    // The last one came later.
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
    })
}

/// Keeps the panes.
pub fn keep_panes(panes: Panes) {
    let hidden = u32::from(panes.editor_hidden) | u32::from(panes.inspector_hidden) << 1 | u32::from(panes.bottom_hidden) << 2;
    put(PANES, &format!("{} {} {} {hidden} {}", panes.editor, panes.inspector, panes.bottom, panes.path));
}
