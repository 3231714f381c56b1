//! A whole scene in the fragment of a link: its name, files, settings and question, and nothing else.
//!
//! ```text
//! #v1.<base64url of raw deflate, begun with a frozen dictionary>[&view=graph][&edit=1]
//! ```
//!
//! The deflated bytes are a list of entries: a tag byte, a length (base-128, low digits first), and that many bytes of text.
//! Tags that are not known are passed over. Format and dictionary of a version never change: a new one gets a new number,
//! and every old link opens for ever.

mod base64;
mod deflate;

use std::borrow::Cow;
use std::rc::Rc;

use crate::intake::{self, Measure};
use crate::words::{t, t_with};
use netpolis_core::settings::Settings;

use netpolis_view::{PathAsked, PathQuestion, Question, settings_from_text, settings_text};

/// Frequent lines of Kubernetes policies. FROZEN: links of version 1 cannot be read with any other.
const DICTIONARY_V1: &[u8] = include_bytes!("dictionary-v1.txt");

/// Links longer than this are cut by some chat and mail programs.
pub const LONG_LINK: usize = 8_000;

/// Largest scene that a link may unpack to.
const LIMIT: usize = 4 << 20;

/// Texts of more bytes are packed quickly rather than small: they are packed again and again while somebody types.
const LARGE: usize = 256 << 10;
const QUICK: i32 = 2;
const SMALL: i32 = 9;

/// Largest scene that is stored in the browser.
pub const LARGEST_KEPT: usize = 32 << 20;

/// Most characters of a scene's name that are taken from a link.
const LONGEST_NAME: usize = 100;

/// What a link holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shared {
    /// What the scene is called, where it is not called by what is in it.
    pub name: Option<Rc<str>>,
    /// Names and texts.
    pub files: Vec<(String, String)>,
    /// Which file is shown.
    pub active: usize,
    /// What is assumed.
    pub settings: Settings,
    /// What is asked.
    pub question: Question,
    /// The way of a packet that is asked for.
    pub path: PathAsked,
    /// Whether the panel with that way is open.
    pub path_shown: bool,
    /// What the files are compared with.
    pub baseline: Option<Rc<Baseline>>,
}

/// An older version of the files, to compare them with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    /// What it is called.
    pub name: String,
    /// Names and texts.
    pub files: Vec<(String, String)>,
    /// What is assumed.
    pub settings: Settings,
}

/// What the embedded page shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EmbedView {
    /// The graph, with the answer.
    #[default]
    Graph,
    /// The answer alone.
    Trace,
    /// The matrix.
    Matrix,
    /// The whole path of a packet.
    Path,
    /// The cloud's network, with the answer.
    Azure,
    /// What there is to say about the text.
    Problems,
    /// Whether checks hold.
    Checks,
    /// The playground with the lesson that is played.
    Lesson,
}

impl EmbedView {
    /// All, the usual one first.
    pub const ALL: [EmbedView; 8] = [
        EmbedView::Graph,
        EmbedView::Trace,
        EmbedView::Matrix,
        EmbedView::Path,
        EmbedView::Azure,
        EmbedView::Problems,
        EmbedView::Checks,
        EmbedView::Lesson,
    ];

    /// Its word in links.
    pub const fn name(self) -> &'static str {
        match self {
            EmbedView::Graph => "graph",
            EmbedView::Trace => "trace",
            EmbedView::Matrix => "matrix",
            EmbedView::Path => "path",
            EmbedView::Azure => "azure",
            EmbedView::Problems => "problems",
            EmbedView::Checks => "checks",
            EmbedView::Lesson => "lesson",
        }
    }

    /// The view of that word, if there is one.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|view| view.name() == name)
    }

    /// The view of that word; the graph for any other.
    pub fn from_name(name: &str) -> Self {
        Self::named(name).unwrap_or_default()
    }
}

/// What stands in a link besides the scene.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LinkOptions {
    /// What the embedded page shows.
    pub view: EmbedView,
    /// Whether the embedded page's text may be changed.
    pub edit: bool,
}

/// Why a link cannot be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkError {
    /// It was made by a newer page.
    Version,
    /// It assumes or asks something that this page does not know, as a newer one may: the line of it.
    Newer(String),
    /// It is cut off, or changed on its way.
    Damaged,
    /// It holds more than a link may.
    TooLarge,
}

impl LinkError {
    /// For the person who opened it.
    pub fn message(&self) -> String {
        match self {
            LinkError::Version => t("this link was made by a newer version of Netpolis; reload the page to get it").to_owned(),
            LinkError::Newer(line) => {
                t_with("this link says `{0}`, which this version of Netpolis does not know; reload the page to get a newer one", &[line])
            }
            LinkError::Damaged => t("this link is damaged, perhaps cut off; ask for it again, or for the scene as a file").to_owned(),
            LinkError::TooLarge => {
                t_with("this link holds more than {0} MB of text; ask for the scene as a file", &[&(LIMIT >> 20).to_string()])
            }
        }
    }
}

const FILE_NAME: u8 = 1;
const FILE_TEXT: u8 = 2;
const ACTIVE: u8 = 3;
const SETTINGS: u8 = 4;
const FROM: u8 = 5;
const TO: u8 = 6;
const PROTOCOL: u8 = 7;
const PORT: u8 = 8;
/// Only in scenes that ask for a way: `name=value` lines.
const PATH: u8 = 9;
/// The source port, or the type and code of an ICMP message, that the question names.
const SOURCE_PORT: u8 = 10;
const ICMP_TYPE: u8 = 11;
const ICMP_CODE: u8 = 12;
/// A checksum of everything before it: what was changed on its way is told from what was written.
const CHECK: u8 = 13;
/// Only where the files are compared: what the baseline is called, its files, and what it assumes.
const BASELINE: u8 = 14;
const BASELINE_FILE: u8 = 15;
const BASELINE_TEXT: u8 = 16;
const BASELINE_SETTINGS: u8 = 17;
/// Only where the scene has a name of its own.
const NAME: u8 = 18;

/// The fragment for a scene, without its `#`.
pub fn encode(shared: &Shared) -> String {
    let mut link = LinkMaker::new(shared);
    while !link.go_on(usize::MAX) {}
    link.fragment()
}

/// Makes the fragment for a scene a part at a time: of megabytes it takes longer than a page may stand still.
pub struct LinkMaker(deflate::Packer);

impl LinkMaker {
    /// Begins.
    pub fn new(shared: &Shared) -> Self {
        let size = |files: &[(String, String)]| files.iter().map(|(_, text)| text.len()).sum::<usize>();
        let all = size(&shared.files) + shared.baseline.as_ref().map_or(0, |baseline| size(&baseline.files));
        let level = if all > LARGE { QUICK } else { SMALL };
        let mut bytes = entries(shared);
        let check = checksum(&bytes);
        put_entry(&mut bytes, CHECK, &check);
        LinkMaker(deflate::Packer::new(bytes, DICTIONARY_V1, level))
    }

    /// Packs no more than so many bytes, and tells whether it is done.
    pub fn go_on(&mut self, most: usize) -> bool {
        self.0.go_on(most)
    }

    /// How many bytes have been packed, of how many.
    pub fn progress(&self) -> (usize, usize) {
        self.0.progress()
    }

    /// The fragment, once it is done.
    pub fn fragment(&self) -> String {
        format!("v1.{}", base64::encode(self.0.packed()))
    }
}

/// The scene and the options in a fragment, with or without its `#`; nothing if it holds no scene.
///
/// # Errors
/// If there is a scene that cannot be read.
pub fn decode(fragment: &str) -> Result<Option<(Shared, LinkOptions)>, LinkError> {
    let Some((shared, options, unknown)) = decode_within(fragment, LIMIT)? else { return Ok(None) };
    unknown.map_or(Ok(Some((shared, options))), |line| Err(LinkError::Newer(line)))
}

/// A scene that was stored in this browser, with the first line of it that this version does not understand: the rest is better than nothing.
///
/// # Errors
/// If it cannot be read.
pub fn decode_kept(fragment: &str) -> Result<(Shared, Option<String>), LinkError> {
    let (shared, _, unknown) = decode_within(fragment, LARGEST_KEPT)?.ok_or(LinkError::Damaged)?;
    Ok((shared, unknown))
}

type Decoded = (Shared, LinkOptions, Option<String>);

fn decode_within(fragment: &str, limit: usize) -> Result<Option<Decoded>, LinkError> {
    let mut parts = fragment.trim().trim_start_matches('#').split('&');
    let scene = parts.next().unwrap_or_default();
    let mut options = LinkOptions::default();
    for part in parts {
        match part.split_once('=') {
            Some(("view", view)) => options.view = EmbedView::from_name(view),
            Some(("edit", edit)) => options.edit = edit == "1",
            _ => (),
        }
    }
    let Some((version, data)) = scene.split_once('.') else { return Ok(None) };
    match version {
        "v1" => {
            let bytes = base64::decode(data).ok_or(LinkError::Damaged)?;
            let bytes = deflate::unpack(&bytes, DICTIONARY_V1, limit).map_err(|error| match error {
                deflate::UnpackError::Damaged => LinkError::Damaged,
                deflate::UnpackError::TooLarge => LinkError::TooLarge,
            })?;
            let (shared, unknown) = read_entries(&bytes).ok_or(LinkError::Damaged)?;
            Ok(Some((shared, options, unknown)))
        }
        _ if version.strip_prefix('v').is_some_and(|n| n.parse::<u32>().is_ok()) => Err(LinkError::Version),
        _ => Ok(None),
    }
}

/// What puts a scene into another page: `page` is the address of the page to be put there.
pub fn embed_code(page: &str, fragment: &str, view: EmbedView, editable: bool) -> String {
    let edit = if editable { "&edit=1" } else { "" };
    format!(
        "<iframe src=\"{page}#{fragment}&view={}{edit}\" title=\"Netpolis\" sandbox=\"allow-scripts allow-same-origin allow-popups\" width=\"100%\" height=\"420\" style=\"border:0\" loading=\"lazy\"></iframe>",
        view.name()
    )
}

/// FNV-1a, in hexadecimal digits.
fn checksum(bytes: &[u8]) -> String {
    let hash = bytes.iter().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193));
    format!("{hash:08x}")
}

fn put_entry(bytes: &mut Vec<u8>, tag: u8, text: &str) {
    bytes.push(tag);
    let mut length = text.len();
    while length >= 0x80 {
        bytes.push(length as u8 | 0x80);
        length >>= 7;
    }
    bytes.push(length as u8);
    bytes.extend_from_slice(text.as_bytes());
}

/// A text as it is stored and shared: everything that is packed passes here, and what secrets hold does not.
fn without_secrets(text: &str) -> Cow<'_, str> {
    intake::without(text, Measure::Secrets).map_or(Cow::Borrowed(text), |(text, _)| Cow::Owned(text))
}

fn entries(shared: &Shared) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut put = |tag: u8, text: &str| put_entry(&mut bytes, tag, text);
    for (name, text) in &shared.files {
        put(FILE_NAME, name);
        put(FILE_TEXT, &without_secrets(text));
    }
    if shared.active > 0 {
        put(ACTIVE, &shared.active.to_string());
    }
    let settings = settings_text(&shared.settings);
    if !settings.is_empty() {
        put(SETTINGS, &settings);
    }
    put(FROM, &shared.question.from);
    put(TO, &shared.question.to);
    put(PROTOCOL, &shared.question.protocol);
    if let Some(port) = shared.question.port {
        put(PORT, &port.to_string());
    }
    let Question { source_port, icmp_type, icmp_code, .. } = &shared.question;
    let numbers = [(SOURCE_PORT, *source_port), (ICMP_TYPE, icmp_type.map(u16::from)), (ICMP_CODE, icmp_code.map(u16::from))];
    for (tag, number) in numbers {
        if let Some(number) = number {
            put(tag, &number.to_string());
        }
    }
    let path = path_text(&shared.path, shared.path_shown);
    if !path.is_empty() {
        put(PATH, &path);
    }
    if let Some(name) = &shared.name {
        put(NAME, name);
    }
    if let Some(baseline) = &shared.baseline {
        put(BASELINE, &baseline.name);
        for (name, text) in &baseline.files {
            put(BASELINE_FILE, name);
            put(BASELINE_TEXT, &without_secrets(text));
        }
        let settings = settings_text(&baseline.settings);
        if !settings.is_empty() {
            put(BASELINE_SETTINGS, &settings);
        }
    }
    bytes
}

/// The scene, and the first line of its settings and its way that is not understood.
fn read_entries(whole: &[u8]) -> Option<(Shared, Option<String>)> {
    let mut bytes = whole;
    let mut shared = Shared::default();
    let mut unknown: Option<String> = None;
    let mut baseline: Option<Baseline> = None;
    while let Some((&tag, rest)) = bytes.split_first() {
        let before = whole.len() - bytes.len();
        bytes = rest;
        let mut length = 0usize;
        for shift in (0..28).step_by(7) {
            let (&digit, rest) = bytes.split_first()?;
            bytes = rest;
            length |= usize::from(digit & 0x7f) << shift;
            if digit < 0x80 {
                break;
            }
        }
        let (text, rest) = bytes.split_at_checked(length)?;
        bytes = rest;
        let text = core::str::from_utf8(text).ok()?;
        match tag {
            FILE_NAME => shared.files.push((text.to_owned(), String::new())),
            FILE_TEXT => text.clone_into(&mut shared.files.last_mut()?.1),
            ACTIVE => shared.active = text.parse().ok()?,
            SETTINGS => {
                let (settings, line) = settings_from_text(text);
                shared.settings = settings;
                unknown = unknown.or(line);
            }
            FROM => text.clone_into(&mut shared.question.from),
            TO => text.clone_into(&mut shared.question.to),
            PROTOCOL => text.clone_into(&mut shared.question.protocol),
            PORT => shared.question.port = Some(text.parse().ok()?),
            SOURCE_PORT => shared.question.source_port = Some(text.parse().ok()?),
            ICMP_TYPE => shared.question.icmp_type = Some(text.parse().ok()?),
            ICMP_CODE => shared.question.icmp_code = Some(text.parse().ok()?),
            PATH => {
                let (path, shown, line) = path_from_text(text);
                (shared.path, shared.path_shown) = (path, shown);
                unknown = unknown.or(line);
            }
            BASELINE => baseline = Some(Baseline { name: text.to_owned(), ..Baseline::default() }),
            BASELINE_FILE => baseline.as_mut()?.files.push((text.to_owned(), String::new())),
            BASELINE_TEXT => text.clone_into(&mut baseline.as_mut()?.files.last_mut()?.1),
            BASELINE_SETTINGS => {
                let (settings, line) = settings_from_text(text);
                baseline.as_mut()?.settings = settings;
                unknown = unknown.or(line);
            }
            NAME => shared.name = name_of(text),
            CHECK if text != checksum(whole.get(..before)?) => return None,
            _ => (),
        }
    }
    shared.baseline = baseline.map(Rc::new);
    Some((shared, unknown))
}

/// A scene's name in one line and no longer than it can be shown, whoever wrote it.
fn name_of(text: &str) -> Option<Rc<str>> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let name: String = words.join(" ").chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect();
    (!name.is_empty()).then(|| name.into())
}

/// A way that is asked for, as `name=value` lines; empty where none is, and the panel is closed.
fn path_text(asked: &PathAsked, shown: bool) -> String {
    let question = &asked.question;
    let port = question.port.map(|port| port.to_string());
    let number = |number: Option<u16>| number.map(|n| n.to_string());
    let (source_port, icmp_type) = (number(question.source_port), number(question.icmp_type.map(u16::from)));
    let icmp_code = number(question.icmp_code.map(u16::from));
    let lines = [
        ("from", Some(question.from.as_str())),
        ("to", Some(question.to.as_str())),
        ("protocol", Some(question.protocol.as_str())),
        ("port", port.as_deref()),
        ("sourcePort", source_port.as_deref()),
        ("icmpType", icmp_type.as_deref()),
        ("icmpCode", icmp_code.as_deref()),
        ("entry", question.entry.as_deref()),
        ("node", question.node.as_deref()),
        ("versus", asked.versus.as_deref()),
        ("shown", shown.then_some("1")),
    ];
    let lines = lines.iter().filter_map(|(name, value)| Some((name, value.filter(|v| !v.is_empty())?)));
    lines.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("\n")
}

/// The way that [`path_text`] wrote, with the first line that is not understood.
fn path_from_text(text: &str) -> (PathAsked, bool, Option<String>) {
    let mut asked = PathAsked::default();
    let mut shown = false;
    let mut unknown = None;
    let question: &mut PathQuestion = &mut asked.question;
    for (name, value) in text.lines().filter_map(|line| line.split_once('=')) {
        match name {
            "from" => question.from = value.into(),
            "to" => question.to = value.into(),
            "protocol" => question.protocol = value.into(),
            "port" => question.port = value.parse().ok(),
            "sourcePort" => question.source_port = value.parse().ok(),
            "icmpType" => question.icmp_type = value.parse().ok(),
            "icmpCode" => question.icmp_code = value.parse().ok(),
            "entry" => question.entry = Some(value.into()),
            "node" => question.node = Some(value.into()),
            "versus" => asked.versus = Some(value.into()),
            "shown" => shown = value == "1",
            _ => {
                unknown.get_or_insert_with(|| format!("{name}={value}"));
            }
        }
    }
    (asked, shown, unknown)
}

#[cfg(test)]
mod tests;
