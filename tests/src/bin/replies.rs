//! `replies FOLDER...`: what the evaluator replies natively about the inputs in some folders, on standard output.
//!
//! For each request three stretches, each after its length: the name of the input, the request, the reply.

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use netpolis_tests::replies::{ask, inputs, write_part};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("replies: {error}");
            ExitCode::from(2)
        }
    }
}

fn run() -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    for folder in std::env::args().skip(1) {
        for input in inputs(&PathBuf::from(folder))? {
            ask(&input, |request, reply| {
                write_part(&mut out, input.name.as_bytes())?;
                write_part(&mut out, request)?;
                write_part(&mut out, reply)
            })?;
        }
    }
    out.flush()
}
