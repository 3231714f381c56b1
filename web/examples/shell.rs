//! Writes the page as it is before its program runs: `shell FOLDER` makes `page.html` and `embed.html` there, for the build, and a picture of every example in
//! `pictures/`.

/// The build draws natively.
#[cfg(target_arch = "wasm32")]
fn main() {}

#[cfg(not(target_arch = "wasm32"))]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    use netpolis_web::shell::{Shell, ShellProps, for_every_window, pictures};
    use yew::ServerRenderer;

    let folder = std::env::args().nth(1).ok_or("shell FOLDER")?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    for (name, embedded) in [("page.html", false), ("embed.html", true)] {
        let page = for_every_window(|window| {
            let renderer = ServerRenderer::<Shell>::with_props(move || ShellProps { embedded, window }).hydratable(false);
            runtime.block_on(renderer.render())
        });
        std::fs::write(std::path::Path::new(&folder).join(name), page)?;
    }
    let folder = std::path::Path::new(&folder).join("pictures");
    std::fs::create_dir_all(&folder)?;
    for (example, text) in pictures() {
        std::fs::write(folder.join(format!("{example}.svg")), text)?;
    }
    Ok(())
}
