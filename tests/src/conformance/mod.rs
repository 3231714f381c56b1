//! Other projects' cases with expected answers.
//!
//! A folder of cases is searched for *sets*: folders whose members are cases, recognised by the files they hold and not by their names, so
//! that any further cases of the same forms can be run. What a case looks like is said in the module of its form.

mod admin;
mod calico_flows;
mod calico_language;
mod calico_static;
mod conversion;
mod disputed;
mod exposure;
mod input;
mod invalid;
mod lists;
mod nca;
mod nsg;
mod table;

pub use disputed::{Disputed, disputed};
pub use table::{fallen, recorded, table};

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use netpolis_core::settings::Settings;

/// What came of one case.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Case {
    /// Its name within its set.
    pub name: String,
    /// The first difference; nothing if it agrees.
    pub difference: Option<String>,
}

/// What came of a set.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Set {
    /// Its cases in order of their names.
    pub cases: Vec<Case>,
    /// Why it does not count yet; nothing if it does.
    pub not_supported: Option<&'static str>,
    /// What one should know about the comparison.
    pub remarks: Vec<String>,
}

impl Set {
    /// How many cases agree.
    pub fn agreed(&self) -> usize {
        self.cases.iter().filter(|case| case.difference.is_none()).count()
    }

    fn add(&mut self, name: impl Into<String>, result: Result<(), String>) {
        self.cases.push(Case { name: name.into(), difference: result.err() });
    }
}

/// Sets by name.
pub type Sets = BTreeMap<String, Set>;

/// The folder with the cases: the one that is asked for, else the usual one; nothing if the usual one is not there.
///
/// # Errors
/// When a folder is asked for that is not there: whoever asks for the cases must not get a run without them.
pub fn data(asked: Option<OsString>, usual: &Path) -> Result<Option<PathBuf>, String> {
    match asked.map(PathBuf::from) {
        Some(folder) if folder.is_dir() => Ok(Some(folder)),
        Some(folder) => Err(format!("no conformance data in `{}`, which was asked for", folder.display())),
        None => Ok(usual.is_dir().then(|| usual.to_owned())),
    }
}

/// Runs every case below a folder.
///
/// # Errors
/// When a file that belongs to a case cannot be read, or there is no case at all.
pub fn run(folder: &Path) -> Result<Sets, String> {
    let mut sets = Sets::new();
    visit(folder, &mut sets)?;
    if sets.is_empty() {
        return Err(format!("there is no conformance case in `{}`", folder.display()));
    }
    Ok(sets)
}

fn visit(folder: &Path, sets: &mut Sets) -> Result<(), String> {
    let set = name_of(folder);
    let mut members = members(folder)?;
    members.sort();
    for member in members {
        if member.is_file() {
            if member.extension().is_some_and(|e| e == "json") {
                admin::run(&member, sets)?;
                calico_flows::run(&member, sets)?;
                calico_language::run(&member, sets)?;
                calico_static::run(&member, sets)?;
                nsg::run(&member, sets)?;
            }
        } else if let Some(form) = Form::of(&member)? {
            form.run(&set, &member, sets)?;
        } else {
            visit(&member, sets)?;
        }
    }
    Ok(())
}

/// The forms of case folders.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Form {
    List,
    Exposure,
    Difference,
    Invalid,
    Matrix,
}

impl Form {
    /// The form of a folder, if it is a case.
    fn of(folder: &Path) -> Result<Option<Form>, String> {
        let (list, json) = (folder.join("expected.txt"), folder.join("expected.json"));
        if json.is_file() {
            let expected: serde_json::Value = input::json(&json)?;
            return Ok(match () {
                () if expected.get("configs").is_some() => Some(Form::Matrix),
                () if expected.get("valid").is_some() => Some(Form::Invalid),
                () => None,
            });
        }
        if !list.is_file() {
            return Ok(None);
        }
        if folder.join("dir1").is_dir() {
            return Ok(Some(Form::Difference));
        }
        Ok(Some(if input::text(&list)?.contains(lists::EXPOSURE_TITLE) { Form::Exposure } else { Form::List }))
    }

    fn run(self, set: &str, folder: &Path, sets: &mut Sets) -> Result<(), String> {
        let name = name_of(folder);
        if self == Form::Matrix {
            return nca::run(set, folder, sets);
        }
        self.convert(set, &name, folder, sets)?;
        let set = sets.entry(set.to_owned()).or_default();
        match self {
            Form::List => lists::list(set, &name, folder),
            Form::Exposure => lists::exposure(set, &name, folder),
            Form::Difference => lists::difference(set, &name, folder),
            Form::Invalid => invalid::run(set, &name, folder),
            Form::Matrix => Ok(()),
        }
    }
}

impl Form {
    /// Converts what the case is about.
    fn convert(self, set: &str, name: &str, folder: &Path, sets: &mut Sets) -> Result<(), String> {
        let meta = input::meta(folder)?;
        let folders: &[&str] = if self == Form::Difference { &["dir1", "dir2"] } else { &["manifests"] };
        for part in folders {
            let case = if folders.len() > 1 { format!("{name}/{part}") } else { name.to_owned() };
            conversion::add(sets, set, &case, &input::files(&folder.join(part), &meta)?, &Settings::np_guard());
        }
        Ok(())
    }
}

/// The name of the set that a file of cases is.
fn set_of(path: &Path) -> String {
    path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn name_of(path: &Path) -> String {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn members(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let unreadable = |e| format!("cannot read the folder `{}`: {e}", folder.display());
    std::fs::read_dir(folder).map_err(unreadable)?.map(|entry| entry.map(|e| e.path()).map_err(unreadable)).collect()
}

/// What is printed about a run, and whether every disagreement is a disputed one.
pub fn report(sets: &Sets, disputed: &[Disputed]) -> (String, bool) {
    let mut lines = Vec::new();
    let mut fine = true;
    for (name, set) in sets {
        lines.push(match set.not_supported {
            Some(why) => format!("{name} {}/{} ({why})", set.agreed(), set.cases.len()),
            None => format!("{name} {}/{}", set.agreed(), set.cases.len()),
        });
        lines.extend(set.remarks.iter().map(|remark| format!("    {remark}")));
        if set.not_supported.is_some() {
            continue;
        }
        for case in &set.cases {
            let dispute = disputed.iter().find(|d| d.set == *name && d.case == case.name);
            match (&case.difference, dispute) {
                (Some(difference), Some(dispute)) => lines.push(format!("    {}: disputed ({}): {difference}", case.name, dispute.reason)),
                (Some(difference), None) => {
                    fine = false;
                    lines.push(format!("    {}: {difference}", case.name));
                }
                (None, Some(_)) => lines.push(format!("    {}: agrees, and is on the list of disputed cases all the same", case.name)),
                (None, None) => {}
            }
        }
    }
    (lines.join("\n"), fine)
}
