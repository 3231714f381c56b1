//! Builds the example gallery (`www/examples/index.json` and the files it names) into the program.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, error, fs};

use serde_json::Value;

/// What the program may use of WebAssembly, as the engine: why not more, its build.rs says.
const FEATURES: &str = include_str!("../engine/features.txt");

fn main() -> Result<(), Box<dyn error::Error>> {
    if env::var("CARGO_CFG_TARGET_ARCH")? == "wasm32" {
        println!("cargo:rustc-link-arg-cdylib=--features={}", FEATURES.trim_end());
        println!("cargo:rustc-link-arg-cdylib=--no-check-features");
        // What the splitter reads to know which code needs which.
        if env::var_os("CARGO_FEATURE_SPLIT").is_some() {
            println!("cargo:rustc-link-arg-cdylib=--emit-relocs");
        }
    }
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../www/examples");
    println!("cargo:rerun-if-changed={}", folder.display());
    let index = folder.join("index.json");
    let examples: Vec<Value> = if index.exists() { serde_json::from_str(&fs::read_to_string(&index)?)? } else { Vec::new() };

    let mut code =
        String::from("/// The gallery, in the order of its menu; the page opens with the first.\npub static EXAMPLES: &[Example] = &[\n");
    for example in &examples {
        let files: Vec<&Value> = example["files"].as_array().into_iter().flatten().collect();
        write!(
            code,
            "    Example {{ id: {}, topic: {}, title: {}, summary: {}, files: &[",
            text(&example["id"]),
            text(&example["topic"]),
            text(&example["title"]),
            text(&example["summary"])
        )?;
        for file in files {
            let path: PathBuf = folder.join(file["path"].as_str().unwrap_or_default()).canonicalize()?;
            write!(code, "({}, include_str!({:?})), ", text(&file["name"]), path.display().to_string())?;
        }
        let flow = &example["flow"];
        let port = flow["port"].as_u64().map(|p| p.to_string()).unwrap_or_default();
        write!(code, "], flow: [{}, {}, {}, {port:?}], ", text(&flow["from"]), text(&flow["to"]), text(&flow["protocol"]))?;
        // The first of the ways that the index asks for is the one that the panel opens with.
        let path = example["paths"].as_array().and_then(|paths| paths.first()).map(|path| {
            let port = path["port"].as_u64().map(|p| p.to_string()).unwrap_or_default();
            let protocol = path["protocol"].as_str().unwrap_or("TCP");
            format!("{:?}", [&path["from"], &path["to"]].map(|v| v.as_str().unwrap_or_default().to_owned()))
                .replace(']', &format!(", {protocol:?}, {port:?}, {}]", text(&path["versus"])))
        });
        writeln!(code, "path: {}, tab: {} }},", path.map_or_else(|| "None".into(), |p| format!("Some({p})")), text(&example["tab"]))?;
    }
    code.push_str("];\n");
    fs::write(Path::new(&env::var("OUT_DIR")?).join("examples.rs"), code)?;
    Ok(())
}

/// A JSON string as a Rust literal.
fn text(value: &Value) -> String {
    format!("{:?}", value.as_str().unwrap_or_default())
}
