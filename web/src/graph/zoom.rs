//! Zoom that changes what is shown: in an overview, zooming in over a closed namespace opens it, and zooming out closes what was opened so; from
//! nearer still, the cards of an open one say of which pods they consist. What lies at the pointer stays there.

use super::picture::{Mark, MarkKind, Picture};
use super::{Point, Rect, fit_text};
use netpolis_core::text::count;
use netpolis_view::EndView;

/// From this scale on what is zoomed in over opens, and below the other it closes: apart, so that nothing flickers.
const OPENS: f64 = 1.45;
const CLOSES: f64 = 1.28;
/// The same for what cards say of pods.
const TELLS: f64 = 1.9;
const HIDES: f64 = 1.65;
/// How large the letters of that are: they are read from [`HIDES`] on.
pub const SMALL: f64 = 7.0;

/// Beside what is wider than the canvas.
const EDGE: f64 = 12.0;

/// What a zoom does to an overview.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A namespace opens.
    Open(String),
    /// What zooming opened closes.
    Close,
}

/// What comes of a zoom around a point of an overview, from a scale to another.
pub fn step(picture: &Picture, (x, y): Point, before: f64, after: f64) -> Option<Step> {
    picture.overview.as_ref().filter(|overview| !overview.focus)?;
    if after < before {
        return (after < CLOSES).then_some(Step::Close);
    }
    let mark = picture.marks.iter().find(|mark| mark.rect.contains(x, y, 0.0)).filter(|_| after >= OPENS && after > before)?;
    match &mark.kind {
        MarkKind::Group(name) => Some(Step::Open(name.clone())),
        _ => None,
    }
}

/// The open namespace in which a point lies, if its cards say of which pods they consist at this scale.
pub fn told(picture: &Picture, (x, y): Point, scale: f64, already: bool) -> Option<&str> {
    picture.overview.as_ref().filter(|overview| !overview.focus && scale >= if already { HIDES } else { TELLS })?;
    picture.frames.iter().find(|frame| frame.rect.contains(x, y, 0.0)).map(|frame| frame.name.as_str())
}

/// What a card says of its pods, in lines that fit its width.
pub fn details(end: &EndView, width: f64) -> Vec<String> {
    let shown = end.addresses.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
    let more = end.addresses.len().saturating_sub(3);
    let pods = count(end.replicas as usize, "pod");
    let pods = match more {
        _ if shown.is_empty() => pods,
        0 => format!("{pods}: {shown}"),
        more => format!("{pods}: {shown} +{more}"),
    };
    let port = |port: &netpolis_view::PortView| {
        if port.protocol == "TCP" { port.port.to_string() } else { format!("{} {}", port.protocol, port.port) }
    };
    let ports = end.ports.iter().map(port).collect::<Vec<_>>().join(", ");
    let lines = [pods, end.labels.join(", "), if ports.is_empty() { ports } else { format!("declares {ports}") }];
    lines.iter().filter(|line| !line.is_empty()).map(|line| fit_text(line, SMALL, width)).collect()
}

/// What lies at the pointer, so that it stays there when the picture becomes another.
#[derive(Clone, Debug, PartialEq)]
pub struct Anchor {
    /// Where the pointer is on the canvas.
    at: Point,
    /// The card or the frame there, or the nearest card, by its key; and whose namespace it is, if it goes.
    key: String,
    home: Option<String>,
    /// Where the pointer is in it, in shares of its width and height.
    share: Point,
}

impl Anchor {
    /// What lies at a point of the drawing, which is seen at a place of the canvas.
    pub fn new(picture: &Picture, (x, y): Point, at: Point) -> Option<Anchor> {
        let far = |rect: &Rect| (x - x.clamp(rect.x, rect.right())).hypot(y - y.clamp(rect.y, rect.bottom()));
        let frame = picture.frames.iter().find(|frame| frame.rect.contains(x, y, 0.0));
        let home = frame.map(|frame| frame.name.clone());
        let nearest = picture.marks.iter().min_by(|a, b| far(&a.rect).total_cmp(&far(&b.rect)))?;
        let (key, rect) = match frame.filter(|_| far(&nearest.rect) > 0.0) {
            Some(frame) => (frame.name.clone(), frame.rect),
            None => (nearest.key.clone(), nearest.rect),
        };
        let home = home.or_else(|| if let MarkKind::Group(name) = &nearest.kind { Some(name.clone()) } else { None });
        let share = |from: f64, length: f64, at: f64| ((at - from) / length.max(1.0)).clamp(0.0, 1.0);
        Some(Anchor { at, key, home, share: (share(rect.x, rect.w, x), share(rect.y, rect.h, y)) })
    }

    /// Where a picture has to stand for the same to lie at the pointer: what it is, or what it is in by now, or what it was. What has opened, and is
    /// wider than the canvas, leaves nothing of its width empty.
    pub fn place(&self, picture: &Picture, scale: f64, width: f64) -> Option<Point> {
        let home = self.home.as_ref();
        let there = |rect: &Rect| {
            let (x, y) = (rect.x + self.share.0 * rect.w, rect.y + self.share.1 * rect.h);
            (self.at.0 - x * scale, self.at.1 - y * scale)
        };
        if let Some(mark) = picture.marks.iter().find(|mark| mark.key == self.key) {
            return Some(there(&mark.rect));
        }
        if let Some(frame) = picture.frames.iter().find(|frame| Some(&frame.name) == home) {
            let (x, y) = there(&frame.rect);
            let (least, most) = (width - EDGE - frame.rect.right() * scale, EDGE - frame.rect.x * scale);
            return Some((if least < most { x.clamp(least, most) } else { x }, y));
        }
        let is_home = |mark: &&Mark| matches!((&mark.kind, home), (MarkKind::Group(name), Some(home)) if name == home);
        picture.marks.iter().find(is_home).map(|mark| there(&mark.rect))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::picture::{FrameMark, Overview};

    fn rect(x: f64, y: f64, w: f64, h: f64) -> Rect {
        Rect { x, y, w, h }
    }

    fn mark(key: &str, rect: Rect, closed: bool) -> Mark {
        let kind = if closed { MarkKind::Group(key.into()) } else { MarkKind::Card };
        Mark { key: key.into(), kind, rect, ..Mark::default() }
    }

    /// Two namespaces beside each other; and the first of them open, the other where it was.
    fn closed() -> Picture {
        let marks = vec![mark("a", rect(0.0, 0.0, 100.0, 50.0), true), mark("b", rect(120.0, 0.0, 100.0, 50.0), true)];
        Picture { marks, overview: Some(Overview::default()), ..Picture::default() }
    }

    fn open() -> Picture {
        let frames = vec![FrameMark { name: "a".into(), title: "a".into(), count: 1, rect: rect(0.0, 70.0, 220.0, 100.0) }];
        let marks = vec![mark("b", rect(0.0, 0.0, 100.0, 50.0), true), mark("a/w", rect(20.0, 110.0, 80.0, 40.0), false)];
        Picture { marks, frames, ..closed() }
    }

    #[test]
    fn zooming_in_over_a_namespace_opens_it_and_out_closes_what_was_opened_so() {
        let over = (50.0, 25.0);
        assert_eq!(step(&closed(), over, 1.2, 1.5), Some(Step::Open("a".into())));
        assert_eq!(step(&closed(), over, 1.2, 1.4), None, "not near enough");
        assert_eq!(step(&closed(), (110.0, 25.0), 1.2, 1.5), None, "between cards");
        assert_eq!(step(&open(), (30.0, 120.0), 1.5, 1.8), None, "a card that holds no others");
        // Between the two scales nothing opens or closes.
        assert_eq!((step(&open(), over, 1.5, 1.3), step(&open(), over, 1.3, 1.2)), (None, Some(Step::Close)));
        let mut overview = Overview::default();
        overview.focus = true;
        let focus = Picture { overview: Some(overview), ..closed() };
        assert_eq!((step(&focus, over, 1.2, 1.5), step(&Picture::default(), over, 1.5, 1.2)), (None, None));
    }

    #[test]
    fn what_lies_at_the_pointer_stays_there() {
        let at = (300.0, 200.0);
        // A closed namespace becomes a frame: the same share of it, at the same place of the canvas.
        let anchor = Anchor::new(&closed(), (75.0, 25.0), at).unwrap();
        let (x, y) = anchor.place(&open(), 2.0, 800.0).unwrap();
        assert_eq!((x + 0.75 * 220.0 * 2.0, y + (70.0 + 0.5 * 100.0) * 2.0), at);
        // On a narrow canvas it leaves no room empty beside it, and is at the pointer still.
        let anchor = Anchor::new(&closed(), (10.0, 25.0), at).unwrap();
        let (x, _) = anchor.place(&open(), 2.0, 310.0).unwrap();
        assert!(x == 12.0 && x + 440.0 > at.0, "{x}");
        // And back, from a card in it.
        let anchor = Anchor::new(&open(), (60.0, 130.0), at).unwrap();
        let (x, y) = anchor.place(&closed(), 1.0, 800.0).unwrap();
        assert_eq!((x + 0.5 * 100.0, y + 0.5 * 50.0), at, "within the card of its namespace");
        // A neighbour that has moved in the drawing does not on the canvas.
        let anchor = Anchor::new(&open(), (50.0, 25.0), at).unwrap();
        let (x, y) = anchor.place(&closed(), 1.0, 800.0).unwrap();
        assert_eq!((x + 170.0, y + 25.0), at);
    }

    #[test]
    fn cards_tell_of_their_pods_where_their_letters_can_be_read() {
        let within = (30.0, 120.0);
        assert_eq!((told(&open(), within, 1.8, false), told(&open(), within, 1.8, true)), (None, Some("a")));
        assert_eq!(
            (told(&open(), within, 2.0, false), told(&open(), (150.0, 25.0), 2.0, false), told(&open(), within, 1.6, true)),
            (Some("a"), None, None)
        );
        let addresses: Vec<String> = (1..6).map(|n| format!("10.0.0.{n}")).collect();
        let ports = vec![netpolis_view::PortView { protocol: "TCP".into(), port: 8080, name: None }];
        let end = EndView { replicas: 5, addresses, ports, labels: vec!["app=web".into()], ..EndView::default() };
        assert_eq!(details(&end, 400.0), ["5 pods: 10.0.0.1, 10.0.0.2, 10.0.0.3 +2", "app=web", "declares 8080"]);
        assert_eq!(details(&EndView { replicas: 1, ..EndView::default() }, 400.0), ["1 pod"]);
        const { assert!(HIDES * SMALL >= 11.0 && HIDES < TELLS && CLOSES < OPENS) };
    }
}
