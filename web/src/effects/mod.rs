//! What changes the world outside the page's state: evaluation, storage, clipboard, files.

pub mod address;
pub mod commands;
pub mod embed;
pub mod evaluate;
pub mod explanations;
pub mod files;
pub mod focus;
pub mod keep;
pub mod layout;
pub mod lesson;
pub mod link;
pub mod logs;
pub mod named;
pub mod objects;
pub mod outside;
pub mod packet;
mod packing;
pub mod raster;
pub mod start;
pub mod storage;
pub mod tips;
pub mod words;

/// The window. Nothing where there is no browser: the build draws the page natively, too (see `shell`).
pub(crate) fn window() -> Option<web_sys::Window> {
    if cfg!(target_arch = "wasm32") { web_sys::window() } else { None }
}

/// A number below `limit` that no other call has given, most likely; natively the next one, so that a build comes out the same each time.
pub(crate) fn random(limit: f64) -> u64 {
    static NEXT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
    if cfg!(target_arch = "wasm32") {
        (js_sys::Math::random() * limit) as u64
    } else {
        NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed)
    }
}

/// The clock, in milliseconds since 1970; natively it stands still.
pub(crate) fn now() -> f64 {
    if cfg!(target_arch = "wasm32") { js_sys::Date::now() } else { 0.0 }
}
