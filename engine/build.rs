//! What the engine and the page may use of WebAssembly: `features.txt`, for the linkers of both.

use std::{env, error};

/// Without `reference-types`, which the compiler would add: where the linker says that they are used, wasm-bindgen keeps JavaScript's values in a
/// table that WebKit up to 2.38 (Safari 16.3) compiles wrongly, and the page stops at "Out of bounds table access". Without them it keeps them in
/// an array.
const FEATURES: &str = include_str!("features.txt");

fn main() -> Result<(), Box<dyn error::Error>> {
    println!("cargo:rerun-if-changed=features.txt");
    if env::var("CARGO_CFG_TARGET_ARCH")? == "wasm32" {
        println!("cargo:rustc-link-arg-cdylib=--features={}", FEATURES.trim_end());
        println!("cargo:rustc-link-arg-cdylib=--no-check-features");
    }
    Ok(())
}
