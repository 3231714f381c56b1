//! Writes the page as it is before its program runs: `shell FOLDER` makes `page.html` and `embed.html` there, for the build.

use std::error::Error;
use std::path::Path;

use netpolis_web::shell::{Shell, ShellProps, for_every_window};
use yew::ServerRenderer;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("shell FOLDER")?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    for (name, embedded) in [("page.html", false), ("embed.html", true)] {
        let page = for_every_window(|window| {
            let renderer = ServerRenderer::<Shell>::with_props(move || ShellProps { embedded, window }).hydratable(false);
            runtime.block_on(renderer.render())
        });
        std::fs::write(Path::new(&folder).join(name), page)?;
    }
    Ok(())
}
