//! Connection lists of netpol-analyzer: one line an ordered pair of ends with a connection.

use std::collections::BTreeSet;
use std::path::Path;

use netpolis::formats::Format;
use netpolis_core::analysis::Analysis;
use netpolis_core::settings::Settings;

use super::{Set, exposure, input};

/// The line that begins the exposure section.
pub(super) const EXPOSURE_TITLE: &str = "Exposure Analysis Result:";
const INGRESS_CONTROLLER: &str = "{ingress-controller} ";

type Lines = BTreeSet<String>;

/// A list, compared as a set of lines.
pub(super) fn list(set: &mut Set, name: &str, folder: &Path) -> Result<(), String> {
    let meta = input::meta(folder)?;
    let scene = input::scene(&input::files(&folder.join("manifests"), &meta)?, Settings::np_guard());
    let expected = lines(&input::text(&folder.join("expected.txt"))?);
    let got = lines(&netpolis::formats::flows(&scene, Format::Txt));
    let difference = comparable(set, name, &meta, expected, got).map_err(|difference| format!("{difference}{}", input::refusals(&scene)));
    set.add(name, difference);
    Ok(())
}

/// Compares what can be: OpenShift's Routes, which are not supported, add to the lines of the ingress controller.
fn comparable(set: &mut Set, name: &str, meta: &input::Meta, expected: Lines, got: Lines) -> Result<(), String> {
    let routes = meta.kinds.contains_key("Route");
    if routes {
        set.remarks.push(format!("{name}: compared without the lines of the ingress controller, as it has OpenShift Routes"));
    }
    let kept = |lines: Lines| -> Lines { lines.into_iter().filter(|l| !routes || !l.starts_with(INGRESS_CONTROLLER)).collect() };
    compare(&kept(expected), &kept(got))
}

fn lines(text: &str) -> Lines {
    text.lines().map(str::trim).filter(|l| !l.is_empty()).map(str::to_owned).collect()
}

fn compare(expected: &Lines, got: &Lines) -> Result<(), String> {
    let (missing, more) = (expected.difference(got), got.difference(expected));
    let count = missing.clone().count() + more.clone().count();
    match (missing.clone().next(), more.clone().next()) {
        (None, None) => Ok(()),
        (missing, more) => {
            let line = |what: &str, line: Option<&String>| line.map_or(String::new(), |l| format!("\n        {what}: {l}"));
            Err(format!("{count} lines differ, first{}{}", line("missing", missing), line("not expected", more)))
        }
    }
}

/// The list with the exposure section.
pub(super) fn exposure(set: &mut Set, name: &str, folder: &Path) -> Result<(), String> {
    let meta = input::meta(folder)?;
    let scene = input::scene(&input::files(&folder.join("manifests"), &meta)?, Settings::np_guard());
    let expected = single_spaced(&input::text(&folder.join("expected.txt"))?);
    let list = netpolis::formats::flows(&scene, Format::Txt);
    let mut got = lines(&list);
    got.extend(exposure::section(&scene, &list));
    let difference = comparable(set, name, &meta, expected, got).map_err(|difference| format!("{difference}{}", input::refusals(&scene)));
    set.add(name, difference);
    Ok(())
}

/// Lines with one space wherever there is space.
fn single_spaced(text: &str) -> Lines {
    lines(text).iter().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

/// The difference of the lists of `dir1/` and `dir2/`.
pub(super) fn difference(set: &mut Set, name: &str, folder: &Path) -> Result<(), String> {
    let meta = input::Meta::default();
    let side = |side: &str| Ok::<Analysis, String>(input::scene(&input::files(&folder.join(side), &meta)?, Settings::np_guard()));
    let (old, new) = (side("dir1")?, side("dir2")?);
    let expected = lines(&input::text(&folder.join("expected.txt"))?);
    let got = lines(&netpolis::diff::txt(&old, &new));
    set.add(name, compare(&expected, &got).map_err(|difference| format!("{difference}{}{}", input::refusals(&old), input::refusals(&new))));
    Ok(())
}
