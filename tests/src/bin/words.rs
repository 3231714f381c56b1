//! `words`: prints every sentence that a user can meet, by where it appears, and the phrases among them that are to be avoided.

use std::path::Path;
use std::process::ExitCode;

use netpolis_tests::words::{Words, avoided_in};

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let words = match Words::collect(&root) {
        Ok(words) => words,
        Err(message) => {
            eprintln!("words: {message}");
            return ExitCode::FAILURE;
        }
    };
    print!("{}", words.page());
    for sentence in words.parts.iter().flat_map(|(_, sentences)| sentences) {
        for (phrase, better) in avoided_in(sentence) {
            eprintln!("avoid “{phrase}” (better: {better}): {sentence}");
        }
    }
    ExitCode::SUCCESS
}
