//! Writes a lesson as a page to be printed: `handout FOLDER > handout.html`, with a folder that has a `lesson.md`.

/// It draws natively.
#[cfg(target_arch = "wasm32")]
fn main() {}

#[cfg(not(target_arch = "wasm32"))]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).ok_or("handout FOLDER")?;
    println!("{}", netpolis_web::handout::of_folder(std::path::Path::new(&folder))?);
    Ok(())
}
