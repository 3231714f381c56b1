//! Files and folders that the person drops or chooses.

use js_sys::{Array, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{DataTransfer, File, FileList, FileSystemDirectoryEntry, FileSystemEntry, FileSystemFileEntry};

/// Files of more bytes are not read.
const LARGEST: f64 = 16.0 * 1024.0 * 1024.0;
/// Most files that are taken from a folder.
const MOST: usize = 500;

/// What was read, and what was left out and why.
#[derive(Debug, Default)]
pub struct Read {
    /// Names and texts.
    pub files: Vec<(String, String)>,
    /// Names with a reason.
    pub left_out: Vec<String>,
}

/// Files that came with a drop, folders included. Must be called within the event.
pub fn entries(transfer: &DataTransfer) -> (Vec<FileSystemEntry>, Vec<File>) {
    let items = transfer.items();
    let mut entries = Vec::new();
    for index in 0..items.length() {
        if let Some(item) = items.get(index)
            && let Ok(Some(entry)) = item.webkit_get_as_entry()
        {
            entries.push(entry);
        }
    }
    let files = transfer.files().map(|list| list_files(&list)).unwrap_or_default();
    if entries.is_empty() { (entries, files) } else { (entries, Vec::new()) }
}

/// The files of a list.
pub fn list_files(list: &FileList) -> Vec<File> {
    (0..list.length()).filter_map(|i| list.get(i)).collect()
}

/// Reads everything, folders to the ground.
pub async fn read(entries: Vec<FileSystemEntry>, mut files: Vec<File>) -> Read {
    let mut result = Read::default();
    let mut named: Vec<(String, File)> = files.drain(..).map(|f| (f.name(), f)).collect();
    let mut open: Vec<(FileSystemEntry, bool)> = entries.into_iter().map(|e| (e, true)).collect();
    while let Some((entry, given)) = open.pop() {
        if entry.is_directory() {
            let name = entry.name();
            // Version control and dependencies hold nothing to read.
            if given || !(name.starts_with('.') || name == "node_modules") {
                open.extend(children(&entry.unchecked_into()).await.into_iter().map(|e| (e, false)));
            }
        } else if given || is_readable(&entry.name()) {
            let path = entry.full_path();
            if named.len() >= MOST {
                result.left_out.push(format!("more than {MOST} files"));
                break;
            }
            if let Some(file) = file_of(&entry.unchecked_into()).await {
                named.push((path.trim_start_matches('/').to_owned(), file));
            }
        }
    }
    named.sort_by(|a, b| a.0.cmp(&b.0));
    let (small, large): (Vec<_>, Vec<_>) = named.into_iter().partition(|(_, file)| file.size() <= LARGEST);
    result.left_out.extend(large.into_iter().map(|(name, _)| format!("{name} is larger than 16 MB")));
    for (name, file) in small {
        match JsFuture::from(file.text()).await.ok().and_then(|t| t.as_string()) {
            Some(text) => result.files.push((name, text)),
            None => result.left_out.push(format!("{name} cannot be read")),
        }
    }
    result
}

fn is_readable(name: &str) -> bool {
    [".yaml", ".yml", ".json"].iter().any(|ending| name.to_ascii_lowercase().ends_with(ending))
}

async fn file_of(entry: &FileSystemFileEntry) -> Option<File> {
    let promise = Promise::new(&mut |resolve, reject| entry.file_with_callback_and_callback(&resolve, &reject));
    JsFuture::from(promise).await.ok()?.dyn_into().ok()
}

async fn children(entry: &FileSystemDirectoryEntry) -> Vec<FileSystemEntry> {
    let reader = entry.create_reader();
    let mut all = Vec::new();
    loop {
        let promise = Promise::new(&mut |resolve, reject| {
            let _ = reader.read_entries_with_callback_and_callback(&resolve, &reject);
        });
        // Some browsers give a hundred at a time, and none at the end.
        let batch: Vec<FileSystemEntry> = match JsFuture::from(promise).await {
            Ok(list) => list.unchecked_into::<Array>().iter().filter_map(|e| e.dyn_into().ok()).collect(),
            Err(_) => break,
        };
        if batch.is_empty() {
            break;
        }
        all.extend(batch);
    }
    all
}
