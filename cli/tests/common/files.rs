//! Files for the command to read, that are gone when they are dropped.
#![allow(dead_code, reason = "no test has both")]

use std::fs;
use std::path::PathBuf;

/// A folder of files.
pub struct Folder(PathBuf);

impl Folder {
    /// With these files, by their paths in it and their texts. Two of one test have other names.
    pub fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let path = temporary(name);
        fs::create_dir_all(&path).unwrap();
        for (name, text) in files {
            let path = path.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        Folder(path)
    }

    /// Its path.
    pub fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }

    /// The path of a file in it.
    pub fn file(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// One file.
pub struct File(PathBuf);

impl File {
    /// With this text. Two of one test have other names.
    pub fn new(name: &str, text: &str) -> Self {
        let path = temporary(name);
        fs::write(&path, text).unwrap();
        File(path)
    }

    /// Its path.
    pub fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// A path that no other test has.
fn temporary(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("netpolis-{}-{}-{name}", env!("CARGO_CRATE_NAME"), std::process::id()))
}
