//! Files, folders and standard input.

use std::fmt;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use netpolis_core::text::decode;

/// A file to be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct File {
    /// Its path as given, or as found below a folder that was given.
    pub name: String,
    /// Its text. Bytes that are no UTF-8 (or UTF-16 that begins with its byte order mark) become U+FFFD, which the core then reports with its line.
    pub text: String,
}

/// What standard input is called.
const STANDARD_INPUT: &str = "standard input";

/// Paths in a sentence.
pub fn names(paths: &[String]) -> String {
    paths.iter().map(|path| if path == "-" { STANDARD_INPUT } else { path }).collect::<Vec<_>>().join(", ")
}

/// Why paths cannot be read.
#[derive(Debug)]
pub enum ReadError {
    /// Standard input fails.
    Input(io::Error),
    /// A file or folder fails.
    Path(PathBuf, io::Error),
    /// A folder has no file of a known kind.
    Empty(PathBuf, &'static [&'static str]),
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReadError::Input(error) => write!(f, "cannot read standard input: {error}"),
            ReadError::Path(path, error) => write!(f, "cannot read {}: {error}", path.display()),
            ReadError::Empty(path, kinds) => {
                let (last, others) = kinds.split_last().map_or(("", &[][..]), |(last, others)| (*last, others));
                let others: Vec<String> = others.iter().map(|kind| format!(".{kind}")).collect();
                write!(f, "there is no {} or .{last} file below {}", others.join(", "), path.display())
            }
        }
    }
}

impl std::error::Error for ReadError {}

/// Reads paths: files, folders with all that is below them, `-` for standard input.
///
/// # Errors
/// When a path cannot be read, or a folder has no file of a known kind.
pub fn read(paths: &[String]) -> Result<Vec<File>, ReadError> {
    read_of_kinds(paths, &["yaml", "yml", "json", "sh", "azcli"])
}

/// Reads logs in the same way.
///
/// # Errors
/// When a path cannot be read, or a folder has no file of a known kind.
pub fn read_logs(paths: &[String]) -> Result<Vec<File>, ReadError> {
    read_of_kinds(paths, &["json", "jsonl", "ndjson", "log", "csv", "tsv", "txt"])
}

fn read_of_kinds(paths: &[String], kinds: &'static [&'static str]) -> Result<Vec<File>, ReadError> {
    let mut files = Vec::new();
    for path in paths {
        if path == "-" {
            let mut bytes = Vec::new();
            io::stdin().read_to_end(&mut bytes).map_err(ReadError::Input)?;
            files.push(File { name: STANDARD_INPUT.into(), text: text(&bytes) });
            continue;
        }
        let path = Path::new(path);
        let found = if path.is_dir() { below(path, kinds)? } else { vec![path.to_path_buf()] };
        if found.is_empty() {
            return Err(ReadError::Empty(path.to_path_buf(), kinds));
        }
        for file in found {
            let bytes = fs::read(&file).map_err(|error| ReadError::Path(file.clone(), error))?;
            files.push(File { name: file.display().to_string(), text: text(&bytes) });
        }
    }
    Ok(files)
}

/// A file's text. What cannot be decoded stays as it is, for the analysis to say so.
pub fn text(bytes: &[u8]) -> String {
    decode(bytes).unwrap_or_else(|| String::from_utf8_lossy(bytes).into_owned())
}

/// All files of a known kind below a folder, in the order of their names. Links are not followed, so no loop can arise.
fn below(folder: &Path, kinds: &[&str]) -> Result<Vec<PathBuf>, ReadError> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let failed = |error: io::Error| ReadError::Path(folder.clone(), error);
        for entry in fs::read_dir(&folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let path = entry.path();
            let kind = entry.file_type().map_err(failed)?;
            let known = path.extension().is_some_and(|e| kinds.iter().any(|known| e.eq_ignore_ascii_case(known)));
            if kind.is_dir() {
                folders.push(path);
            } else if known && path.is_file() {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}
