//! Writes the page as it is before its program runs: `shell FOLDER` makes `page.html` and `embed.html` there, for the build, a picture of every example and
//! lesson in `pictures/`, for dark pages in `pictures/dark/`, and of every lesson a page to be printed in `handouts/`.

/// The build draws natively.
#[cfg(target_arch = "wasm32")]
fn main() {}

#[cfg(not(target_arch = "wasm32"))]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    use netpolis_web::handout::handout;
    use netpolis_web::shell::{Shell, ShellProps, for_every_window, lesson_picture, pictures};
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
    let handouts = std::path::Path::new(&folder).join("handouts");
    let folder = std::path::Path::new(&folder).join("pictures");
    let mut all = pictures();
    for (id, files) in lessons()? {
        let path = handouts.join(format!("{id}.html"));
        std::fs::create_dir_all(path.parent().unwrap_or(&handouts))?;
        std::fs::write(path, handout(&id, files.clone()).map_err(|problems| problems.join("\n"))?)?;
        all.push(lesson_picture(&id, files).ok_or_else(|| format!("lesson {id} cannot be played"))?);
    }
    for picture in all {
        for (folder, text) in [(folder.clone(), &picture.light), (folder.join("dark"), &picture.dark)] {
            let path = folder.join(format!("{}.svg", picture.name));
            std::fs::create_dir_all(path.parent().unwrap_or(&folder))?;
            std::fs::write(path, text)?;
        }
    }
    Ok(())
}

/// A lesson's name, as `policy/dns`, and its files.
#[cfg(not(target_arch = "wasm32"))]
type LessonFiles = (String, Vec<(String, String)>);

/// The lessons beside the page.
#[cfg(not(target_arch = "wasm32"))]
fn lessons() -> std::io::Result<Vec<LessonFiles>> {
    use std::fs::{read_dir, read_to_string};
    use std::path::{Path, PathBuf};

    let within = |folder: &Path| -> std::io::Result<Vec<PathBuf>> {
        let mut paths = read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
        paths.sort();
        Ok(paths)
    };
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut found = Vec::new();
    for course in within(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../www/lessons")))? {
        for lesson in if course.is_dir() { within(&course)? } else { Vec::new() } {
            if lesson.join("lesson.md").is_file() {
                let files = within(&lesson)?.into_iter().filter(|path| path.is_file());
                let texts = files.map(|path| Ok((name(&path), read_to_string(&path)?))).collect::<std::io::Result<Vec<_>>>()?;
                found.push((format!("{}/{}", name(&course), name(&lesson)), texts));
            }
        }
    }
    Ok(found)
}
