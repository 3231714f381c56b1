//! What `--help` prints: of all commands, or of one.

/// The help of all commands, which is also the list of commands and options.
pub(super) const HELP: &str = include_str!("help.txt");

/// How the line begins that says how a command is used.
const USAGE: &str = "  netpolis ";

/// The names of all commands, in the order of the help.
pub(super) fn commands() -> Vec<&'static str> {
    let mut names: Vec<&str> = HELP.lines().filter_map(command_of).collect();
    names.dedup();
    names
}

/// The long options of all commands and all assumptions, without dashes.
pub(super) fn options() -> impl Iterator<Item = &'static str> {
    let words = HELP.split([' ', '\n', ',']);
    words.filter_map(|word| word.strip_prefix("--")).chain(["help", "version"])
}

/// The help of one command; nothing if there is none of this name.
pub(super) fn of(command: &str) -> Option<String> {
    let mut usage = String::new();
    let mut is_inside = false;
    for line in HELP.lines() {
        is_inside = command_of(line).map_or(is_inside && line.starts_with("      "), |name| name == command);
        if is_inside {
            usage.extend([line, "\n"]);
        }
    }
    if usage.is_empty() {
        return None;
    }
    let paragraph = |start: &str| HELP.split("\n\n").find(|paragraph| paragraph.starts_with(start)).unwrap_or_default();
    let ends = usage.contains("--from A");
    let paths = paragraph("PATH is ").lines().filter(|line| match line.split(' ').next() {
        Some("A") => ends,
        Some("For") => ends && command != "why",
        _ => command != "lesson",
    });
    let paths: String = paths.flat_map(|line| [line, "\n"]).collect();
    let assumptions = if command == "lesson" { "" } else { "assumptions such as --engine: see netpolis --help\n\n" };
    let gap = if paths.is_empty() { "" } else { "\n" };
    Some(format!("usage:\n{usage}\n{paths}{gap}{assumptions}{}\n", paragraph("exit code:").trim_end()))
}

/// The command whose use a line of the help begins to describe.
fn command_of(line: &'static str) -> Option<&'static str> {
    line.strip_prefix(USAGE)?.split(' ').next()
}
