//! Fenced blocks of Markdown, and such blocks of other markup: Jira, HTML, AsciiDoc, Hugo, forums.

use alloc::vec::Vec;
use core::ops::Range;

use super::lines::{first_line, is_program, looks_like_manifest, ranges_of_lines};

/// A fenced block: with its fences, and what stands between them.
pub(super) struct Fenced {
    pub(super) outer: Range<usize>,
    pub(super) inner: Range<usize>,
    pub(super) indent: usize,
}

/// Languages whose blocks are not read.
const OTHER_LANGUAGES: [&str; 16] =
    ["go", "python", "py", "js", "javascript", "ts", "java", "rust", "sql", "html", "css", "xml", "mermaid", "diff", "dockerfile", "toml"];

/// The mark of a fence that a line begins with, and how often it stands there: backticks or tildes. Upstream: CommonMark, "Fenced code blocks".
fn fence_of(bare: &str) -> Option<(char, usize)> {
    let mark = bare.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let width = bare.chars().take_while(|c| *c == mark).count();
    let info = bare.get(width..).unwrap_or_default();
    (width >= 3 && !(mark == '`' && info.contains('`'))).then_some((mark, width))
}

/// A block of another markup that holds a text as it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Markup {
    /// `{code:yaml}` of Jira and Confluence, which closes with the same word; `{noformat}`.
    Braces(&'static str),
    /// `[code]` of forums.
    Brackets,
    /// `<pre>` and `<code>` of HTML.
    Html,
    /// `{{< highlight yaml >}}` of Hugo.
    Hugo,
    /// `----` of AsciiDoc, below `[source,yaml]`.
    AsciiDoc,
}

/// The block that a line opens, and how much of the line is its mark. `before` is the line before it.
fn markup_of(line: &str, before: &str) -> Option<(Markup, usize)> {
    let bare = line.trim_end();
    let whole = |markup| Some((markup, line.len()));
    for word in ["code", "noformat"] {
        let inner = bare.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).filter(|inner| !inner.contains(['{', '"', ',']));
        if inner.is_some_and(|inner| inner == word || inner.strip_prefix(word).is_some_and(|rest| rest.starts_with(':'))) {
            return whole(Markup::Braces(word));
        }
    }
    if bare == "[code]" || bare.starts_with("[code=") && bare.ends_with(']') {
        return whole(Markup::Brackets);
    }
    if bare.starts_with("{{< highlight") && bare.ends_with(">}}") {
        return whole(Markup::Hugo);
    }
    if bare == "----" && before.starts_with("[source") {
        return whole(Markup::AsciiDoc);
    }
    let mut length = 0;
    while let Some(tag) = ["<pre", "<code", "<div class"].iter().find(|tag| bare.get(length..).is_some_and(|rest| rest.starts_with(**tag)))
    {
        length += bare.get(length + tag.len()..)?.find('>')? + tag.len() + 1;
    }
    (length > 0 && bare.contains("<pre")).then_some((Markup::Html, if length == bare.len() { line.len() } else { length }))
}

impl Markup {
    /// Where in a line the mark begins that closes the block.
    fn closes(self, line: &str) -> Option<usize> {
        let bare = line.trim();
        let at_start = |closes: bool| closes.then_some(0);
        match self {
            Markup::Braces(word) => at_start(bare.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) == Some(word)),
            Markup::Brackets => at_start(bare == "[/code]"),
            Markup::Hugo => at_start(bare.starts_with("{{< /highlight")),
            Markup::AsciiDoc => at_start(bare == "----"),
            Markup::Html => line.find("</code>").into_iter().chain(line.find("</pre>")).min(),
        }
    }
}

/// A fence that opens a block.
struct Opening {
    line: Range<usize>,
    mark: (char, usize),
    indent: usize,
    /// Whether the block's language is one that is read.
    read: bool,
}

/// The fenced blocks of Markdown; nothing if the text is none. Within a manifest only a fence at the start of a line is one.
pub(super) fn fences(text: &str, whole: Range<usize>, starts_as_manifest: bool) -> Option<Vec<Fenced>> {
    let mut blocks = Vec::new();
    let mut open: Option<Opening> = None;
    let (mut any, mut is_comment) = (false, false);
    let first = text.get(whole.clone()).and_then(first_line);
    let mut before = "";
    let mut other: Option<(Markup, Range<usize>)> = None;
    for range in ranges_of_lines(text, whole.clone()) {
        let line = text.get(range.clone()).unwrap_or_default();
        if let Some((markup, head)) = other.take() {
            match markup.closes(line) {
                Some(at) => {
                    blocks.push(Fenced { outer: head.start..range.end, inner: head.end..range.start + at, indent: 0 });
                    before = "";
                }
                None => other = Some((markup, head)),
            }
            continue;
        }
        let begins = if open.is_none() && !is_comment { markup_of(line, before) } else { None };
        before = line;
        if let Some((markup, length)) = begins {
            other = Some((markup, range.start..range.start + length));
            any = true;
            continue;
        }
        let bare = line.trim_start();
        let indent = line.len() - bare.len();
        let fence = fence_of(bare);
        let info = fence.and_then(|(_, width)| bare.get(width..)).unwrap_or_default().trim();
        // What a comment of HTML holds nobody sees. Upstream: CommonMark, "HTML blocks", start condition 2.
        if open.is_none() && (is_comment || bare.starts_with("<!--")) {
            any |= fence.is_some();
            is_comment = !line.contains("-->");
            continue;
        }
        let Some((mark, width)) = fence.filter(|_| indent == 0 || !starts_as_manifest) else { continue };
        any = true;
        match open.take() {
            Some(Opening { line, mark: (opened, wide), indent, read }) if info.is_empty() && mark == opened && width >= wide => {
                let inner = if read { line.end..range.start } else { range.start..range.start };
                blocks.push(Fenced { outer: line.start..range.end, inner, indent });
            }
            Some(still) => open = Some(still),
            None => {
                // The fence after a block whose first one was not pasted with it.
                let stray = blocks.is_empty() && info.is_empty() && first.is_some_and(looks_like_manifest);
                if stray {
                    blocks.push(Fenced { outer: whole.start..range.end, inner: whole.start..range.start, indent: 0 });
                    continue;
                }
                let language = info.split([' ', '{', ',']).next().unwrap_or_default();
                open = Some(Opening { line: range, mark: (mark, width), indent, read: !is_program(language, &OTHER_LANGUAGES) });
            }
        }
    }
    if let Some((_, head)) = other {
        blocks.push(Fenced { outer: head.start..whole.end, inner: head.end..whole.end, indent: 0 });
    }
    if let Some(Opening { line, indent, read: true, .. }) = open {
        blocks.push(Fenced { outer: line.start..whole.end, inner: line.end..whole.end, indent });
    }
    any.then_some(blocks)
}
