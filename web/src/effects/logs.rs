//! The files of flow logs that are open. Their bytes go to the engine, and nowhere else: they are not stored, and not in links.

use std::cell::RefCell;

use js_sys::{Array, Uint8Array};
use wasm_bindgen_futures::JsFuture;
use web_sys::File;

/// Of so many bytes it is told what a file is.
const HEAD: i32 = 64 * 1024;

thread_local!(static OPEN: RefCell<Vec<File>> = const { RefCell::new(Vec::new()) });

/// Those that are open now, besides those that were; in the place of one of the same name.
pub fn open(files: Vec<File>) {
    OPEN.with_borrow_mut(|open| {
        open.retain(|known| files.iter().all(|file| file.name() != known.name()));
        open.extend(files);
    });
}

/// None is open any more.
pub fn close() {
    OPEN.take();
}

/// All that are open.
pub fn all() -> Array {
    OPEN.with_borrow(|open| open.iter().collect())
}

/// What a flow log is; nothing for a file of another kind.
pub async fn title(file: &File) -> Option<&'static str> {
    let head = file.slice_with_i32_and_i32(0, HEAD).ok()?;
    let bytes = JsFuture::from(head.array_buffer()).await.ok()?;
    netpolis_view::log_title(&String::from_utf8_lossy(&Uint8Array::new(&bytes).to_vec()))
}
