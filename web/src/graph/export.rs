//! The picture as an SVG file of its own, with its colours written in.

use std::fmt::Write as _;

use super::picture::{Arrow, FrameMark, Mark, MarkKind, Picture};
use super::text_width;
use crate::words::{own_words, t};
use netpolis_view::Status;

/// The page's colours, written out.
#[derive(Clone, Copy, Debug)]
pub struct Palette {
    back: &'static str,
    panel: &'static str,
    ink: &'static str,
    mute: &'static str,
    line: &'static str,
    frame: &'static str,
    allow: &'static str,
    deny: &'static str,
    lit: &'static str,
}

impl Palette {
    /// Dark on light.
    pub const LIGHT: Palette = Palette {
        back: "#f4f6f8",
        panel: "#ffffff",
        ink: "#15202b",
        mute: "#566473",
        line: "#cfd7df",
        frame: "#eef2f6",
        allow: "#0b63ba",
        deny: "#b8420a",
        lit: "#d9a400",
    };
    /// Light on dark.
    pub const DARK: Palette = Palette {
        back: "#0e1318",
        panel: "#141b22",
        ink: "#e4ebf1",
        mute: "#93a1af",
        line: "#33404d",
        frame: "#18212a",
        allow: "#6cb2ff",
        deny: "#ff9a5c",
        lit: "#d9a400",
    };
}

#[cfg(not(target_arch = "wasm32"))]
impl Palette {
    /// The colour behind everything, and that of words beside.
    pub const fn ground(&self) -> (&'static str, &'static str) {
        (self.back, self.mute)
    }

    /// The colour of an answer.
    pub const fn of_status(&self, status: Option<Status>) -> &'static str {
        match status {
            Some(Status::Allowed) => self.allow,
            Some(Status::Denied | Status::Partly) => self.deny,
            _ => self.mute,
        }
    }
}

/// A picture, ready to be saved.
#[derive(Clone, Debug)]
pub struct Svg {
    /// The file's text.
    pub text: String,
    /// Width in pixels.
    pub width: f64,
    /// Height in pixels.
    pub height: f64,
}

const MARGIN: f64 = 32.0;
/// Height of the legend at the foot.
const LEGEND: f64 = 32.0;

/// Draws a picture.
pub fn svg(picture: &Picture, palette: &Palette) -> Svg {
    let bounds = picture.bounds;
    let legend = legend(picture, palette);
    let least = in_a_row(&legend).1.ceil();
    let (width, height) = ((bounds.w + 2.0 * MARGIN).ceil().max(least), (bounds.h + 2.0 * MARGIN).ceil() + LEGEND);
    let mut text = String::new();
    let (x, y) = ((bounds.x - MARGIN).floor(), (bounds.y - MARGIN).floor());
    let _ = write!(
        text,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"{x} {y} {width} {height}\" font-family=\"Inter, system-ui, sans-serif\">\
         <rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"{}\"/><defs>",
        palette.back
    );
    for (id, colour) in [("allow", palette.allow), ("deny", palette.deny), ("unknown", palette.mute)] {
        let _ = write!(
            text,
            "<marker id=\"{id}\" viewBox=\"0 0 8 8\" refX=\"6.5\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" markerUnits=\"userSpaceOnUse\" orient=\"auto-start-reverse\">\
             <path d=\"M0 .6 7.4 4 0 7.4z\" fill=\"{colour}\"/></marker>"
        );
    }
    text.push_str("</defs>");
    for frame in &picture.frames {
        draw_frame(&mut text, frame, palette);
    }
    for arrow in picture.arrows.iter().filter(|a| !a.quiet) {
        draw_arrow(&mut text, arrow, palette);
    }
    for arrow in picture.arrows.iter().filter(|a| !a.quiet) {
        draw_words(&mut text, arrow, picture.lettering, palette);
    }
    for (index, mark) in picture.marks.iter().enumerate() {
        draw_mark(&mut text, mark, picture.has_flow(index) || mark.selected, palette);
    }
    draw_legend(&mut text, &legend, x, y + height - LEGEND, palette);
    text.push_str("</svg>\n");
    Svg { text, width, height }
}

/// A text as it stands in an SVG file.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// One sign of the legend: how it is drawn, how wide it is, and what it means.
struct Entry {
    sign: String,
    width: f64,
    words: &'static str,
}

/// What the signs mean; those on cards only where cards have them.
fn legend(picture: &Picture, palette: &Palette) -> Vec<Entry> {
    let arrow = |colour: &str, head: &str, dash: &str| {
        format!("<path d=\"M0 0H30\" stroke=\"{colour}\" stroke-width=\"1.75\"{dash} marker-end=\"url(#{head})\"/>")
    };
    let shield = format!("<path transform=\"translate(17 -8)\" d=\"{SHIELD_PATH}\" fill=\"{}\"/>", palette.mute);
    let entry = |sign: String, words| Entry { sign, width: 37.0, words };
    let mut entries = vec![
        entry(arrow(palette.allow, "allow", ""), t("allowed")),
        entry(arrow(palette.deny, "deny", " stroke-dasharray=\"5 5\""), t("denied")),
        entry(arrow(palette.mute, "unknown", " stroke-dasharray=\"1.5 4\""), t("cannot tell")),
        entry(shield, t("isolated by a policy")),
    ];
    let on_card = |words: &str, colour: &str, meaning| {
        let sign = format!("<text y=\"4\" font-size=\"12\" font-weight=\"560\" fill=\"{colour}\">{words}</text>");
        Entry { sign, width: text_width(words, 12.0) + 8.0, words: meaning }
    };
    if picture.marks.iter().any(|mark| mark.undrawn.open) {
        entries.push(on_card(t("open to all"), palette.allow, t("no policy limits what comes in")));
    }
    if picture.marks.iter().any(|mark| mark.undrawn.denied > 0) {
        entries.push(on_card(t("denied from n"), palette.deny, t("without an arrow")));
    }
    entries
}

/// The entries in a row, each with its place, and the width of all of them.
fn in_a_row(entries: &[Entry]) -> (Vec<(f64, &Entry)>, f64) {
    let mut at = MARGIN;
    let placed = entries.iter().map(|entry| {
        let place = at;
        at += entry.width + text_width(entry.words, 12.0) + 18.0;
        (place, entry)
    });
    (placed.collect(), at)
}

fn draw_legend(out: &mut String, entries: &[Entry], x: f64, y: f64, palette: &Palette) {
    for (place, Entry { sign, width, words }) in in_a_row(entries).0 {
        let _ = write!(
            out,
            "<g transform=\"translate({} {})\">{sign}<text x=\"{width}\" y=\"4\" font-size=\"12\" fill=\"{}\">{words}</text></g>",
            x + place,
            y + 8.0,
            palette.mute
        );
    }
}

fn draw_frame(out: &mut String, frame: &FrameMark, palette: &Palette) {
    let r = frame.rect;
    let _ = write!(
        out,
        "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"12\" fill=\"{}\" stroke=\"{}\"/>\
         <text x=\"{}\" y=\"{}\" font-size=\"12\" font-weight=\"560\" fill=\"{}\">{}</text>",
        r.x,
        r.y,
        r.w,
        r.h,
        palette.frame,
        palette.line,
        r.x + 18.0,
        r.y + 25.0,
        palette.mute,
        escape(&frame.title)
    );
}

/// Colour, head and dashes of an arrow.
fn pen(status: Status, palette: &Palette) -> (&'static str, &'static str, &'static str) {
    match status {
        Status::Allowed | Status::Partly => (palette.allow, "allow", ""),
        Status::Denied => (palette.deny, "deny", " stroke-dasharray=\"5 5\""),
        Status::CannotTell | Status::LeftOut => (palette.mute, "unknown", " stroke-dasharray=\"1.5 4\""),
    }
}

fn draw_arrow(out: &mut String, arrow: &Arrow, palette: &Palette) {
    let (colour, head, dash) = pen(arrow.status, palette);
    let path = arrow.route.path();
    if arrow.flow {
        let _ = write!(
            out,
            "<path d=\"{path}\" fill=\"none\" stroke=\"{}\" stroke-opacity=\".35\" stroke-width=\"9\" stroke-linecap=\"round\"/>",
            palette.lit
        );
    }
    let start = if arrow.both { format!(" marker-start=\"url(#{head})\"") } else { String::new() };
    let _ = write!(
        out,
        "<path d=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{}\"{dash} marker-end=\"url(#{head})\"{start}><title>{}</title></path>",
        if arrow.flow { 2.5 } else { 1.75 },
        escape(&arrow.title)
    );
}

/// What is written on an arrow.
fn draw_words(out: &mut String, arrow: &Arrow, lettering: f64, palette: &Palette) {
    let (colour, ..) = pen(arrow.status, palette);
    let (x, y) = (arrow.route.label.0.round(), arrow.route.label.1.round());
    let lettering = arrow.lettering(lettering);
    let there = format!("translate({x} {y}) scale({lettering:.3})");
    match arrow.status {
        Status::Denied => {
            let _ = write!(
                out,
                "<g transform=\"{there}\" stroke=\"{colour}\" stroke-width=\"1.5\"><circle r=\"8.5\" fill=\"{}\"/><path d=\"{}\"/></g>",
                palette.back,
                // What closed since the baseline has a minus.
                if arrow.change.is_some() { "M-4 0H4" } else { "M-3-3 3 3M3-3-3 3" }
            );
        }
        Status::CannotTell => {
            let _ = write!(
                out,
                "<g transform=\"{there}\"><circle r=\"8.5\" fill=\"{}\" stroke=\"{colour}\"/><text y=\"4\" text-anchor=\"middle\" font-size=\"11\" fill=\"{colour}\">?</text></g>",
                palette.back
            );
        }
        _ if !arrow.label.is_empty() => {
            let (width, _) = arrow.label_size(1.0);
            let _ = write!(
                out,
                "<g transform=\"{there}\"><rect x=\"{}\" y=\"-9\" width=\"{width}\" height=\"18\" rx=\"4\" fill=\"{}\"/>\
                 <text y=\"4\" text-anchor=\"middle\" font-family=\"JetBrains Mono, ui-monospace, monospace\" font-size=\"11\" fill=\"{colour}\">{}</text></g>",
                -width / 2.0,
                palette.back,
                escape(&arrow.label)
            );
        }
        _ => (),
    }
}

/// How much higher the lines of a card stand that has three.
pub fn lift(mark: &Mark) -> f64 {
    if mark.detail.is_empty() { 0.0 } else { 8.0 }
}

/// How wide a sign at the foot of a card is.
pub fn sign_width(words: &str) -> f64 {
    (text_width(words, 9.5) + 12.0).ceil()
}

/// The signs at the foot of a card, each with its place from the left, its words, and whether something is denied.
pub fn signs(mark: &Mark) -> Vec<(f64, String, bool)> {
    let mut at = 10.0;
    let place = |(words, denied): (String, bool)| {
        let own = at;
        let words = own_words(&words).unwrap_or(words);
        at += sign_width(&words) + 4.0;
        (own, words, denied)
    };
    mark.undrawn.signs().into_iter().map(place).collect()
}

fn draw_mark(out: &mut String, mark: &Mark, lit: bool, palette: &Palette) {
    let r = mark.rect;
    let pill = mark.kind == MarkKind::Pill;
    let (stroke, width) = if lit { (palette.lit, 2.5) } else { (palette.line, 1.25) };
    let left = if pill { 34.0 } else { 16.0 };
    let _ = write!(
        out,
        "<g transform=\"translate({} {})\"><rect width=\"{}\" height=\"{}\" rx=\"{}\" fill=\"{}\" stroke=\"{stroke}\" stroke-width=\"{width}\"/>\
         <text x=\"{left}\" y=\"{}\" font-size=\"13\" font-weight=\"540\" fill=\"{}\">{}</text>\
         <text x=\"{left}\" y=\"{}\" font-size=\"11\" fill=\"{}\">{}</text>",
        r.x,
        r.y,
        r.w,
        r.h,
        if pill { r.h / 2.0 } else { 8.0 },
        palette.panel,
        r.h / 2.0 - 3.0 - lift(mark),
        palette.ink,
        escape(&mark.title),
        r.h / 2.0 + 13.0 - lift(mark),
        palette.mute,
        escape(&mark.subtitle)
    );
    if !mark.detail.is_empty() {
        let (y, colour, detail) = (r.h / 2.0 + 29.0 - lift(mark), palette.mute, escape(&mark.detail));
        let _ = write!(out, "<text x=\"{left}\" y=\"{y}\" font-size=\"11\" fill=\"{colour}\">{detail}</text>");
    }
    if pill {
        let _ =
            write!(out, "<circle cx=\"19\" cy=\"{}\" r=\"5\" fill=\"none\" stroke=\"{}\" stroke-width=\"1.5\"/>", r.h / 2.0, palette.mute);
    }
    if mark.isolation.is_some() {
        let _ = write!(out, "<path transform=\"translate({} 9)\" d=\"{SHIELD_PATH}\" fill=\"{}\"/>", r.w - 26.0, palette.mute);
    }
    for (x, words, denied) in signs(mark) {
        let width = sign_width(&words);
        let colour = if denied { palette.deny } else { palette.allow };
        let _ = write!(
            out,
            "<g transform=\"translate({x} {})\"><rect width=\"{width}\" height=\"14\" rx=\"7\" fill=\"{}\" stroke=\"{colour}\"/>\
             <text x=\"{}\" y=\"10\" text-anchor=\"middle\" font-size=\"9.5\" fill=\"{colour}\">{words}</text></g>",
            mark.rect.h - 7.0,
            palette.back,
            width / 2.0
        );
    }
    if mark.open_by.is_some() {
        let at = (r.w - 27.0, r.h - 22.0);
        let _ = write!(
            out,
            "<path transform=\"translate({} {})\" d=\"{OPEN_PATH}\" fill=\"none\" stroke=\"{}\" stroke-width=\"1.5\"/>",
            at.0, at.1, palette.mute
        );
    }
    out.push_str("</g>");
}

/// The sign of what policies isolate.
pub const SHIELD_PATH: &str = "M7 0l7 2.5v5c0 4-3 6.5-7 8-4-1.5-7-4-7-8v-5z";

/// An arrow through an open door: clients outside come in by a Service or an Ingress.
pub const OPEN_PATH: &str = "M1 7.5h8M6 4l3.5 3.5L6 11M9 1h4.5v13H9";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::Rect;
    use crate::graph::picture::{Isolation, Undrawn};
    use netpolis_view::EndKind;

    #[test]
    fn names_are_written_as_text() {
        let mark = Mark {
            key: "k".into(),
            kind: MarkKind::Card,
            end: None,
            title: "<script>&\"".into(),
            subtitle: String::new(),
            detail: String::new(),
            label: String::new(),
            rect: Rect { x: 10.0, y: 20.0, w: 120.0, h: 50.0 },
            isolation: Some(Isolation::Ingress),
            undrawn: Undrawn::default(),
            open_by: Some(("svc/a/b".into(), "Service a/b".into())),
            sort: EndKind::Workload,
            selected: false,
        };
        let of = |mark: Mark| svg(&Picture { bounds: mark.rect, marks: vec![mark], ..Picture::default() }, &Palette::LIGHT);
        let svg = of(mark.clone());
        assert!(svg.text.contains("&lt;script&gt;&amp;&quot;") && !svg.text.contains("<script"));
        // The legend at the foot wants its own width.
        assert_eq!((svg.width, svg.height), (518.0, 146.0));
        for words in [">allowed<", ">denied<", ">cannot tell<", ">isolated by a policy<"] {
            assert!(svg.text.contains(words), "{words}");
        }
        // What only cards have is explained where a card has it, and widens the legend.
        assert!(!svg.text.contains("without an arrow"));
        let signed = of(Mark { undrawn: Undrawn { open: true, denied: 2 }, ..mark });
        assert!(signed.text.contains(">no policy limits what comes in<") && signed.text.contains(">without an arrow<"));
        assert!(signed.width > svg.width);
    }
}
