//! Files and folders that the person drops or chooses.

use super::logs;
use crate::state::LESSON;
use crate::words::{key, t, t_with};
use js_sys::{Array, Promise};
use netpolis_core::text::decode;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{DataTransfer, File, FileList, FileSystemDirectoryEntry, FileSystemEntry, FileSystemFileEntry};

/// Files of more bytes are not read.
const LARGEST: f64 = 16.0 * 1024.0 * 1024.0;
/// The same of flow logs, which are read beside the page.
const LARGEST_LOG: f64 = 256.0 * 1024.0 * 1024.0;
/// Most files that are taken from a folder.
const MOST: usize = 500;

/// What was read, and what was left out and why.
#[derive(Debug, Default)]
pub struct Read {
    /// Names and texts.
    pub files: Vec<(String, String)>,
    /// Names with a reason.
    pub left_out: Vec<String>,
    /// Flow logs, which are no text to edit: the files, and what each is.
    pub logs: Vec<(File, &'static str)>,
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
                result.left_out.push(t_with("more than {0} files", &[&MOST.to_string()]));
                break;
            }
            if let Some(file) = file_of(&entry.unchecked_into()).await {
                named.push((path.trim_start_matches('/').to_owned(), file));
            }
        }
    }
    named.sort_by(|a, b| a.0.cmp(&b.0));
    let mut texts = Vec::new();
    for (name, file) in named {
        match if may_be_log(&name) { logs::title(&file).await } else { None } {
            Some(title) if file.size() <= LARGEST_LOG => result.logs.push((file, title)),
            Some(title) => result.left_out.push(t_with("{0} is {1}, larger than 256 MB", &[&name, title])),
            None => texts.push((name, file)),
        }
    }
    let (small, large): (Vec<_>, Vec<_>) = texts.into_iter().partition(|(_, file)| file.size() <= LARGEST);
    result.left_out.extend(large.into_iter().map(|(name, _)| t_with("{0} is larger than 16 MB", &[&name])));
    // All at once: each alone would wait for its turn.
    let reading: Vec<(String, Promise)> = small.into_iter().map(|(name, file)| (name, file.array_buffer())).collect();
    for (name, bytes) in reading {
        match JsFuture::from(bytes).await.map(|buffer| js_sys::Uint8Array::new(&buffer).to_vec()) {
            Ok(bytes) => match text_of(&name, &bytes) {
                Ok(text) => result.files.push((name, text)),
                Err(why) => result.left_out.push(format!("{name} {why}")),
            },
            Err(_) => result.left_out.push(t_with("{0} cannot be read", &[&name])),
        }
    }
    result
}

/// What other programs' files begin with, and what they are.
const SORTS: [(&[u8], &str); 9] = [
    (b"\x89PNG", key("an image")),
    (b"\xff\xd8\xff", key("an image")),
    (b"GIF8", key("an image")),
    (b"RIFF", key("an image or a sound")),
    (b"%PDF", key("a PDF document")),
    (b"PK\x03\x04", key("an archive or an office document")),
    (b"\x1f\x8b", key("an archive")),
    (b"\x7fELF", key("a program")),
    (b"MZ", key("a program")),
];

/// A file's text: UTF-8, or UTF-16 as PowerShell writes it. What is no text is refused, with a word for what it is.
fn text_of(name: &str, bytes: &[u8]) -> Result<String, String> {
    if let [0xff, 0xfe, ..] | [0xfe, 0xff, ..] = bytes {
        return decode(bytes).ok_or_else(|| t("is not a text file").to_owned());
    }
    let refused = |what: &str| Err(t_with("is {0}: Netpolis reads YAML, JSON and scripts with az commands", &[t(what)]));
    let is_text = !bytes.contains(&0);
    match SORTS.iter().find(|(start, _)| bytes.starts_with(start)) {
        // `MZ` may begin a word.
        Some((start, what)) if start.len() > 2 || !is_text || bytes.starts_with(b"\x1f") => return refused(what),
        _ => (),
    }
    // Words in it that are not UTF-8 are shown as such; a file that is no text at all is mostly that.
    let text = String::from_utf8_lossy(bytes);
    let strange = text.chars().take(4096).filter(|c| *c == char::REPLACEMENT_CHARACTER).count();
    if !is_text || strange * 20 > text.chars().take(4096).count() {
        let image = [".ico", ".heic", ".bmp", ".tif", ".tiff", ".avif"].iter().any(|ending| name.to_ascii_lowercase().ends_with(ending));
        return refused(if image { key("an image") } else { key("not a text file") });
    }
    Ok(text.trim_start_matches('\u{feff}').to_owned())
}

/// Whether a file can be a flow log: manifests, scripts and scenes are none.
fn may_be_log(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ![".yaml", ".yml", ".netpolis", ".md", ".sh", ".azcli", ".zip"].iter().any(|ending| name.ends_with(ending))
}

fn is_readable(name: &str) -> bool {
    name == LESSON || [".yaml", ".yml", ".json"].iter().any(|ending| name.to_ascii_lowercase().ends_with(ending))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_text_is_refused_by_what_it_is() {
        let refusal = |name: &str, bytes: &[u8]| text_of(name, bytes).unwrap_err();
        assert_eq!(refusal("a.png", b"\x89PNG\r\n\x1a\n\0"), "is an image: Netpolis reads YAML, JSON and scripts with az commands");
        assert!(refusal("photo.yaml", b"\xff\xd8\xff\xe0").starts_with("is an image"));
        assert!(refusal("notes.docx", b"PK\x03\x04\0").starts_with("is an archive or an office document"));
        assert!(refusal("x.bin", b"a\0b").starts_with("is not a text file"));
        assert!(refusal("x.ico", b"\0\0\x01\0").starts_with("is an image"));
        assert!(refusal("x", &[0x80; 64]).starts_with("is not a text file"));
    }

    #[test]
    fn texts_are_read_in_the_encodings_that_programs_write() {
        assert_eq!(text_of("a.yaml", b"kind: Pod\n"), Ok("kind: Pod\n".into()));
        assert_eq!(text_of("a.yaml", "\u{feff}kind: Pod # Größe".as_bytes()), Ok("kind: Pod # Größe".into()));
        assert_eq!(text_of("a.yaml", b"\xff\xfea\0:\0 \x001\0"), Ok("a: 1".into()));
        assert_eq!(text_of("a.yaml", b"MZ: 1"), Ok("MZ: 1".into()));
        assert_eq!(text_of("a.yaml", b""), Ok(String::new()));
    }
}
