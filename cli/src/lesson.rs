//! `netpolis lesson`: whether lessons are written well and are right, and the index of them that the page reads.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use netpolis_core::text::count;
use netpolis_lessons::test::{Tested, lint, lint_links, test};
use netpolis_lessons::{GLOSSARY, Glossary, Lesson, Problem, TERM, file_in, glossary, read, translated};
use serde_json::{Value, json};

/// What makes a folder a lesson.
const LESSON: &str = "lesson.md";

/// What makes a folder a course: its title, a sentence about it, and its lessons in order.
const COURSE: &str = "course.json";

/// What is done with lessons.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Action {
    /// Finds what is wrong without a scene.
    Lint,
    /// The same, and whether what they say of their scenes is so.
    Test,
    /// Prints the index of courses and lessons.
    Index,
}

impl Action {
    /// All of them by name.
    pub const ALL: &[(&str, Action)] = &[("lint", Action::Lint), ("test", Action::Test), ("index", Action::Index)];
}

/// Why there is nothing to be done.
#[derive(Debug)]
pub enum NoLessons {
    /// A path cannot be read.
    Unreadable(PathBuf, io::Error),
    /// There is no lesson at or below a path.
    None(PathBuf),
    /// There is no course at or in a folder.
    NoCourse(PathBuf),
    /// A course's own file is none.
    Course(PathBuf, String),
}

impl fmt::Display for NoLessons {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoLessons::Unreadable(path, error) => write!(f, "cannot read {}: {error}", path.display()),
            NoLessons::None(path) => write!(f, "there is no lesson at or below {}: a lesson is a folder with a `{LESSON}`", path.display()),
            NoLessons::NoCourse(path) => {
                let path = path.display();
                write!(f, "there is no course in {path}: give a folder with a `{COURSE}`, or a folder of such folders")
            }
            NoLessons::Course(path, error) => write!(f, "{}: {error}", path.display()),
        }
    }
}

impl std::error::Error for NoLessons {}

/// A lesson where it stands.
struct Found {
    folder: PathBuf,
    lesson: Lesson,
    problems: Vec<Problem>,
    translations: Vec<Translation>,
    /// What terms mean, for lessons of this folder.
    glossary: Glossary,
}

/// A lesson in another language.
struct Translation {
    language: String,
    lesson: Lesson,
    problems: Vec<Problem>,
}

impl Found {
    fn read(folder: &Path) -> Result<Self, NoLessons> {
        let path = folder.join(LESSON);
        let text = fs::read_to_string(&path).map_err(|error| NoLessons::Unreadable(path, error))?;
        let (lesson, problems) = read(&text);
        let mut found = Found {
            folder: folder.to_owned(),
            lesson,
            problems,
            translations: Vec::new(),
            glossary: glossary_for(folder).map(|(_, found, _)| found).unwrap_or_default(),
        };
        for language in found.lesson.languages.clone() {
            // One that is not there is the lesson's own fault.
            if let Some(text) = found.source(&file_in(&language)) {
                let (lesson, problems) = translated(&found.lesson, &text);
                found.translations.push(Translation { language, lesson, problems });
            }
        }
        Ok(found)
    }

    /// What is wrong with the writing, in any language.
    fn lint(&mut self) -> Result<(), NoLessons> {
        self.problems.extend(lint(&self.lesson, &|to| self.leads(to)));
        for name in names_in(&self.folder)? {
            let language = name.strip_prefix("lesson.").and_then(|rest| rest.strip_suffix(".md"));
            if let Some(language) = language.filter(|language| !self.lesson.languages.iter().any(|known| known == language)) {
                let message = format!("`{name}` is beside the lesson, and `languages` does not name `{language}`");
                self.problems.push(Problem::new(1, message));
            }
        }
        let links: Vec<_> = self.translations.iter().map(|own| lint_links(&own.lesson, &|to| self.leads(to))).collect();
        self.translations.iter_mut().zip(links).for_each(|(own, found)| own.problems.extend(found));
        Ok(())
    }

    /// What is wrong with it, each with its file.
    fn faults(&self) -> String {
        let of = |name: &str, problems: &[Problem]| {
            let mut problems: Vec<&Problem> = problems.iter().collect();
            problems.sort_by_key(|problem| problem.line);
            let path = self.folder.join(name);
            problems.iter().map(|problem| format!("{}:{problem}\n", path.display())).collect::<String>()
        };
        let translations = self.translations.iter().map(|own| of(&file_in(&own.language), &own.problems));
        core::iter::once(of(LESSON, &self.problems)).chain(translations).collect()
    }

    /// The text of a file beside it.
    fn source(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.folder.join(name)).ok()
    }

    /// Whether a link leads somewhere: to a file beside it, to another lesson, or to a term of the glossary.
    fn leads(&self, to: &str) -> bool {
        if to.starts_with(TERM) {
            return self.glossary.linked(to).is_some();
        }
        let path = to.split('#').next().unwrap_or(to);
        let path = self.folder.join(path);
        path.is_file() || path.join(LESSON).is_file()
    }
}

/// What is to be said about lessons, and whether something is wrong with them.
///
/// # Errors
/// When there are none.
pub fn report(paths: &[String], action: Action) -> Result<(String, bool), NoLessons> {
    if action == Action::Index {
        return Ok((index(paths)?, false));
    }
    let mut text = String::new();
    let mut is_wrong = false;
    let mut all = Tested::default();
    let mut lessons_read = 0;
    let mut glossaries: Vec<PathBuf> = Vec::new();
    for folder in lessons(paths)? {
        // A glossary is of many lessons, and its faults are told once.
        if let Some((path, _, problems)) = glossary_for(&folder).filter(|(path, ..)| !glossaries.contains(path)) {
            is_wrong |= !problems.is_empty();
            problems.iter().for_each(|problem| text += &format!("{}:{problem}\n", path.display()));
            glossaries.push(path);
        }
        let mut found = Found::read(&folder)?;
        found.lint()?;
        let mut tested = None;
        if action == Action::Test {
            let (made, problems) = test(&found.lesson, &|name| found.source(name));
            found.problems.extend(problems);
            // The scene of a translation is the lesson's own; what its prose offers need not be.
            for own in &mut found.translations {
                let known = &found.problems;
                let (_, problems) = test(&own.lesson, &|name| fs::read_to_string(found.folder.join(name)).ok());
                own.problems.extend(problems.into_iter().filter(|problem| !known.contains(problem)));
            }
            all.steps += made.steps;
            all.graded += made.graded;
            all.checks += made.checks;
            tested = Some(made);
        }
        lessons_read += 1;
        let faults = found.faults();
        is_wrong |= !faults.is_empty();
        text += &faults;
        if let Some(tested) = tested.filter(|_| faults.is_empty()) {
            let languages: String = found.translations.iter().map(|own| format!(", also in {}", own.language)).collect();
            text += &format!("ok {}: {}{languages}\n", folder.display(), counts(&tested));
        }
    }
    if action == Action::Test {
        text += &format!("{}: {}\n", count(lessons_read, "lesson"), counts(&all));
    }
    Ok((text, is_wrong))
}

fn counts(tested: &Tested) -> String {
    format!("{}, {} of them graded, {}", count(tested.steps, "step"), tested.graded, count(tested.checks, "check"))
}

/// The glossary for a lesson's folder: beside the lesson, in its course's folder, or above that; where it stands, and what is wrong with it.
fn glossary_for(folder: &Path) -> Option<(PathBuf, Glossary, Vec<Problem>)> {
    let folder = fs::canonicalize(folder).ok()?;
    let path = folder.ancestors().take(3).map(|above| above.join(GLOSSARY)).find(|path| path.is_file())?;
    let (found, problems) = glossary(&fs::read_to_string(&path).ok()?);
    Some((path, found, problems))
}

/// Folders of lessons at and below paths, in order of their names.
fn lessons(paths: &[String]) -> Result<Vec<PathBuf>, NoLessons> {
    let mut found = Vec::new();
    for path in paths {
        let before = found.len();
        let path = PathBuf::from(path);
        // The file itself is meant as its folder.
        let path =
            if path.file_name().is_some_and(|name| name == LESSON) { path.parent().unwrap_or(Path::new(".")).to_owned() } else { path };
        below(&path, &mut found)?;
        if found.len() == before {
            return Err(NoLessons::None(path));
        }
    }
    Ok(found)
}

fn below(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), NoLessons> {
    if folder.join(LESSON).is_file() {
        found.push(folder.to_owned());
        return Ok(());
    }
    for inner in folders(folder)? {
        below(&inner, found)?;
    }
    Ok(())
}

fn folders(folder: &Path) -> Result<Vec<PathBuf>, NoLessons> {
    Ok(entries(folder)?.into_iter().filter(|path| path.is_dir()).collect())
}

/// Names of files in a folder.
fn names_in(folder: &Path) -> Result<Vec<String>, NoLessons> {
    let name = |path: PathBuf| Some(path.file_name()?.to_str()?.to_owned());
    Ok(entries(folder)?.into_iter().filter(|path| path.is_file()).filter_map(name).collect())
}

/// What is in a folder, in order of names.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, NoLessons> {
    let unreadable = |error| NoLessons::Unreadable(folder.to_owned(), error);
    let entries: Result<Vec<_>, _> = fs::read_dir(folder).map_err(unreadable)?.collect();
    let mut paths: Vec<PathBuf> = entries.map_err(unreadable)?.into_iter().map(|entry| entry.path()).collect();
    paths.sort();
    Ok(paths)
}

/// Courses and their lessons, for whoever lists them without reading each.
fn index(paths: &[String]) -> Result<String, NoLessons> {
    let mut courses = Vec::new();
    for path in paths {
        let path = Path::new(path);
        // The file itself is meant as its folder.
        let path = if path.file_name().is_some_and(|name| name == COURSE) { path.parent().unwrap_or(path) } else { path };
        let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        let before = courses.len();
        if path.join(COURSE).is_file() {
            courses.push(course(path)?);
        } else if path.is_dir() {
            for folder in folders(path)?.into_iter().filter(|folder| folder.join(COURSE).is_file()) {
                courses.push(course(&folder)?);
            }
        }
        if courses.len() == before {
            return Err(NoLessons::NoCourse(path.to_owned()));
        }
    }
    Ok(format!("{:#}\n", Value::Array(courses)))
}

fn course(folder: &Path) -> Result<Value, NoLessons> {
    let path = folder.join(COURSE);
    let wrong = |error: String| NoLessons::Course(path.clone(), error);
    let text = fs::read_to_string(&path).map_err(|error| NoLessons::Unreadable(path.clone(), error))?;
    let own: BTreeMap<String, Value> = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    let field = |name: &str| own.get(name).cloned().ok_or_else(|| wrong(format!("`{name}` is missing")));
    let order = field("lessons")?;
    let order = order.as_array().ok_or_else(|| wrong("`lessons` should be a list of folders".into()))?;
    let listed: Vec<&str> = order.iter().filter_map(Value::as_str).collect();
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let unlisted = folders(folder)?.iter().map(|folder| name(folder)).find(|folder| !listed.contains(&folder.as_str()));
    if let Some(unlisted) = unlisted {
        return Err(wrong(format!("`{unlisted}` is not among its `lessons`")));
    }
    let mut lessons = Vec::new();
    for id in listed {
        let Found { lesson, translations, .. } = Found::read(&folder.join(id))?;
        let tasks = lesson.steps.iter().filter(|step| step.tasks().next().is_some()).count();
        let mut entry = json!({
            "id": id,
            "title": lesson.title,
            "summary": lesson.summary,
            "minutes": lesson.minutes,
            "steps": lesson.steps.len(),
            "tasks": tasks,
            "statements": lesson.statements,
        });
        if !translations.is_empty() {
            let words = |own: &Translation| (own.language.clone(), json!({"title": own.lesson.title, "summary": own.lesson.summary}));
            entry["translations"] = Value::Object(translations.iter().map(words).collect());
        }
        lessons.push(entry);
    }
    // Of `.` too the name is the folder's.
    let whole = fs::canonicalize(folder).map_err(|error| NoLessons::Unreadable(folder.to_owned(), error))?;
    let mut course = json!({"id": name(&whole), "title": field("title")?, "summary": field("summary")?, "lessons": lessons});
    if let Some(translations) = own.get("translations") {
        let is_whole = |words: &Value| ["title", "summary"].iter().all(|field| words.get(field).is_some_and(Value::is_string));
        if !translations.as_object().is_some_and(|all| all.values().all(is_whole)) {
            return Err(wrong("`translations` should have `title` and `summary` for each language".into()));
        }
        course["translations"] = translations.clone();
    }
    Ok(course)
}
