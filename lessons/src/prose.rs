//! Markdown as a tree, for whoever shows it. HTML within it is not taken: a lesson may come from a link.

use std::iter::Peekable;
use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, OffsetIter, Options, Parser, Tag, TagEnd};

use crate::lesson::Problem;

/// A paragraph, list or the like.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Block {
    /// A heading below those of steps.
    Heading(Vec<Inline>),
    /// A paragraph.
    Paragraph(Vec<Inline>),
    /// A list; with the number of its first item if it is an ordered one.
    List(Option<u64>, Vec<Vec<Block>>),
    /// What stands out.
    Quote(Vec<Block>),
    /// Code.
    Code(Code),
    /// A table: the cells of its head, then of each row.
    Table(Vec<Vec<Vec<Inline>>>),
}

/// A block of code.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Code {
    /// Its language.
    pub language: String,
    /// The file of the scene that it is offered for.
    pub file: Option<String>,
    /// The code.
    pub text: String,
}

/// A part of a line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Inline {
    /// Text.
    Text(String),
    /// Code.
    Code(String),
    /// Emphasised.
    Emphasis(Vec<Inline>),
    /// Strongly emphasised.
    Strong(Vec<Inline>),
    /// A link: where it leads, and its text.
    Link(String, Vec<Inline>),
    /// The end of a line that is meant to be one.
    Break,
}

/// A piece of a lesson's Markdown, with the line where it begins, from 1.
pub(crate) enum Piece {
    /// What stands between lines of `---` at its top.
    Front(String),
    /// A heading of the second level.
    Step(String),
    /// A block of YAML for the player, by the word behind `yaml`.
    Data(String, String),
    /// Prose.
    Block(Block),
}

/// Words behind `yaml` that make a block of code one for the player.
pub(crate) const DATA: [&str; 4] = ["step", "task", "quiz", "predict"];

struct Prose<'a> {
    text: &'a str,
    events: Peekable<OffsetIter<'a>>,
    problems: &'a mut Vec<Problem>,
}

fn options() -> Options {
    Options::ENABLE_TABLES | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS
}

/// A line of Markdown, as in a field of YAML.
pub fn inlines(text: &str) -> Vec<Inline> {
    let mut problems = Vec::new();
    let mut prose = Prose { text, events: Parser::new_ext(text, options()).into_offset_iter().peekable(), problems: &mut problems };
    let mut found = Vec::new();
    while let Some((event, _)) = prose.events.next() {
        if let Event::Start(Tag::Paragraph) = event {
            if !found.is_empty() {
                found.push(Inline::Break);
            }
            found.extend(prose.inlines());
        }
    }
    found
}

/// The pieces of a lesson, each with its line.
pub(crate) fn pieces(text: &str, problems: &mut Vec<Problem>) -> Vec<(u32, Piece)> {
    let mut prose = Prose { text, events: Parser::new_ext(text, options()).into_offset_iter().peekable(), problems };
    let mut found = Vec::new();
    while let Some((event, range)) = prose.events.next() {
        let line = prose.line(&range);
        found.extend(prose.piece(event, &range).map(|piece| (line, piece)));
    }
    found
}

impl Prose<'_> {
    fn line(&self, range: &Range<usize>) -> u32 {
        let before = self.text.get(..range.start).unwrap_or_default();
        before.matches('\n').count() as u32 + 1
    }

    fn piece(&mut self, event: Event<'_>, range: &Range<usize>) -> Option<Piece> {
        match event {
            Event::Start(Tag::MetadataBlock(_)) => Some(Piece::Front(self.plain())),
            Event::Start(Tag::Heading { level, .. }) if level as u32 == 2 => Some(Piece::Step(self.plain())),
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) if data_of(&info).is_some() => {
                let word = data_of(&info).unwrap_or_default().to_owned();
                Some(Piece::Data(word, self.plain()))
            }
            event => self.block(event, range).map(Piece::Block),
        }
    }

    /// The text up to the end of what has begun.
    fn plain(&mut self) -> String {
        let mut text = String::new();
        let mut depth = 0;
        for (event, _) in self.events.by_ref() {
            match event {
                Event::Start(_) => depth += 1,
                Event::End(_) if depth == 0 => break,
                Event::End(_) => depth -= 1,
                Event::Text(part) | Event::Code(part) => text.push_str(&part),
                Event::SoftBreak | Event::HardBreak => text.push(' '),
                _ => {}
            }
        }
        text
    }

    fn block(&mut self, event: Event<'_>, range: &Range<usize>) -> Option<Block> {
        match event {
            Event::Start(Tag::Heading { .. }) => Some(Block::Heading(self.inlines())),
            Event::Start(Tag::Paragraph) => Some(Block::Paragraph(self.inlines())),
            Event::Start(Tag::BlockQuote(_)) => Some(Block::Quote(self.blocks())),
            Event::Start(Tag::List(first)) => {
                let mut items = Vec::new();
                while let Some((Event::Start(Tag::Item), _)) = self.events.next() {
                    items.push(self.blocks());
                }
                Some(Block::List(first, items))
            }
            Event::Start(Tag::CodeBlock(kind)) => {
                let info = if let CodeBlockKind::Fenced(info) = &kind { info.to_string() } else { String::new() };
                let mut words = info.split_whitespace();
                let (language, file) = (words.next().unwrap_or_default().to_owned(), words.next().map(str::to_owned));
                Some(Block::Code(Code { language, file, text: self.plain() }))
            }
            Event::Start(Tag::Table(_)) => Some(Block::Table(self.rows())),
            Event::Html(_) | Event::InlineHtml(_) => {
                self.html(range);
                None
            }
            Event::Start(_) => {
                // Nothing that these options make; what is in it is passed over.
                self.plain();
                None
            }
            _ => None,
        }
    }

    /// Blocks up to the end of what has begun.
    fn blocks(&mut self) -> Vec<Block> {
        let mut found = Vec::new();
        // The text of an item without blank lines around it stands there without a paragraph.
        let mut loose = Vec::new();
        loop {
            match self.events.peek() {
                None | Some((Event::End(_), _)) => {
                    self.events.next();
                    if !loose.is_empty() {
                        found.push(Block::Paragraph(loose));
                    }
                    return found;
                }
                Some((event, _)) if is_inline(event) => loose.extend(self.inline()),
                Some(_) => {
                    if !loose.is_empty() {
                        found.push(Block::Paragraph(core::mem::take(&mut loose)));
                    }
                    let Some((event, range)) = self.events.next() else { return found };
                    found.extend(self.block(event, &range));
                }
            }
        }
    }

    fn rows(&mut self) -> Vec<Vec<Vec<Inline>>> {
        let mut rows: Vec<Vec<Vec<Inline>>> = Vec::new();
        while let Some((event, _)) = self.events.next() {
            match event {
                Event::Start(Tag::TableHead | Tag::TableRow) => rows.push(Vec::new()),
                Event::Start(Tag::TableCell) => {
                    let cell = self.inlines();
                    if let Some(row) = rows.last_mut() {
                        row.push(cell);
                    }
                }
                Event::End(TagEnd::Table) => break,
                _ => {}
            }
        }
        rows
    }

    /// Parts of a line, up to the end of what has begun.
    fn inlines(&mut self) -> Vec<Inline> {
        let mut found = Vec::new();
        while let Some((event, _)) = self.events.peek() {
            if matches!(event, Event::End(_)) {
                self.events.next();
                return found;
            }
            found.extend(self.inline());
        }
        found
    }

    fn inline(&mut self) -> Option<Inline> {
        let (event, range) = self.events.next()?;
        match event {
            Event::Text(text) => Some(Inline::Text(text.to_string())),
            Event::Code(code) => Some(Inline::Code(code.to_string())),
            Event::SoftBreak => Some(Inline::Text(" ".into())),
            Event::HardBreak => Some(Inline::Break),
            Event::Start(Tag::Emphasis) => Some(Inline::Emphasis(self.inlines())),
            Event::Start(Tag::Strong) => Some(Inline::Strong(self.inlines())),
            Event::Start(Tag::Link { dest_url, .. }) => Some(Inline::Link(dest_url.to_string(), self.inlines())),
            Event::Start(Tag::Image { .. }) => {
                let line = self.line(&range);
                self.problems.push(Problem::new(line, "pictures are not shown: the scene is the picture"));
                self.plain();
                None
            }
            Event::InlineHtml(_) | Event::Html(_) => {
                self.html(&range);
                None
            }
            Event::Start(_) => {
                self.plain();
                None
            }
            _ => None,
        }
    }

    fn html(&mut self, range: &Range<usize>) {
        let problem = Problem::new(self.line(range), "HTML is not shown: write Markdown, and put code between backticks");
        // Of an element both ends are met.
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }
}

fn is_inline(event: &Event<'_>) -> bool {
    matches!(event, Event::Text(_) | Event::Code(_) | Event::SoftBreak | Event::HardBreak | Event::InlineHtml(_))
        || matches!(event, Event::Start(Tag::Emphasis | Tag::Strong | Tag::Link { .. } | Tag::Image { .. }))
}

/// The word behind `yaml` in the line that opens a block of code, if it is one for the player.
fn data_of(info: &str) -> Option<&str> {
    let mut words = info.split_whitespace();
    let word = (words.next() == Some("yaml")).then(|| words.next())??;
    DATA.contains(&word).then_some(word)
}

/// Links of prose, with those in lists, quotes and tables.
pub(crate) fn links(blocks: &[Block], found: &mut Vec<String>) {
    for block in blocks {
        match block {
            Block::Heading(line) | Block::Paragraph(line) => links_of(line, found),
            Block::List(_, items) => items.iter().for_each(|item| links(item, found)),
            Block::Quote(inner) => links(inner, found),
            Block::Table(rows) => rows.iter().flatten().for_each(|cell| links_of(cell, found)),
            Block::Code(_) => {}
        }
    }
}

/// Links of a line.
pub(crate) fn links_of(line: &[Inline], found: &mut Vec<String>) {
    for part in line {
        match part {
            Inline::Link(to, inner) => {
                found.push(to.clone());
                links_of(inner, found);
            }
            Inline::Emphasis(inner) | Inline::Strong(inner) => links_of(inner, found),
            Inline::Text(_) | Inline::Code(_) | Inline::Break => {}
        }
    }
}
