//! Which scenes leave first when the browser gives no more room.

use super::SceneId;

/// A scene that nobody changed for longer than this may make room for another (90 days).
pub const OLD_MS: f64 = 90.0 * 24.0 * 3600.0 * 1000.0;
/// A scene that was deleted can be brought back for as long as this (30 days).
const DELETED_MS: f64 = 30.0 * 24.0 * 3600.0 * 1000.0;

/// What is known of a stored scene without opening it.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// Its stable name.
    pub id: SceneId,
    /// When it was changed last.
    pub changed: f64,
    /// When it was deleted, if it was.
    pub deleted: Option<f64>,
    /// Characters that it takes.
    pub size: usize,
}

/// What leaves.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Leaving {
    /// Scenes that the person had deleted.
    pub deleted: Vec<SceneId>,
    /// Scenes that were only old, which has to be said.
    pub old: Vec<SceneId>,
}

/// Which scenes leave so that `wanted` more characters have room: deleted ones first, then old ones, the oldest first. Never the one that is
/// being stored, and nothing that somebody worked on lately: of that, the person decides.
pub fn leaving(scenes: &[Kept], stored: &SceneId, wanted: usize, now: f64) -> Leaving {
    let mut room = 0;
    let mut leaving = Leaving::default();
    let mut deleted: Vec<&Kept> = scenes.iter().filter(|s| s.id != *stored && s.deleted.is_some()).collect();
    deleted.sort_by(|a, b| a.deleted.unwrap_or_default().total_cmp(&b.deleted.unwrap_or_default()));
    for scene in deleted {
        if room < wanted {
            room += scene.size;
            leaving.deleted.push(scene.id.clone());
        }
    }
    let mut old: Vec<&Kept> = scenes.iter().filter(|s| s.id != *stored && s.deleted.is_none() && now - s.changed > OLD_MS).collect();
    old.sort_by(|a, b| a.changed.total_cmp(&b.changed));
    for scene in old {
        if room < wanted {
            room += scene.size;
            leaving.old.push(scene.id.clone());
        }
    }
    leaving
}

/// Scenes that were deleted so long ago that they go for good.
pub fn expired(scenes: &[Kept], now: f64) -> Vec<SceneId> {
    scenes.iter().filter(|s| s.deleted.is_some_and(|deleted| now - deleted > DELETED_MS)).map(|s| s.id.clone()).collect()
}
