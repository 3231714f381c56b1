//! What fingers and the mouse do on the drawing, told apart: press, pan, ask, pinch. Plain computation; `drag` does what comes of it.

use crate::graph::Point;

/// Pixels that the mouse, and a finger, may tremble during a click.
const TREMBLE: f64 = 5.0;
const FINGER_TREMBLE: f64 = 10.0;
/// How long a finger rests on a card until it asks from there, in milliseconds.
pub(super) const HOLD_MS: u32 = 350;
/// The click that ends a drag comes with the pointer's going up, and no later than this (in milliseconds).
const CLICK_MS: f64 = 400.0;

/// A pointer that goes down.
pub(super) struct Press {
    pub(super) id: i32,
    pub(super) touch: bool,
    /// The first finger of those on the screen.
    pub(super) first: bool,
    pub(super) at: Point,
    /// The end that lies there.
    pub(super) on: Option<String>,
    /// Whether it is the sign that a question is drawn from.
    pub(super) sign: bool,
}

/// What is being done.
#[derive(Clone, Debug, Default, PartialEq)]
enum Doing {
    #[default]
    Nothing,
    /// Pressed, and not moved farther than a hand trembles.
    Press {
        from: Point,
        on: Option<String>,
        sign: bool,
    },
    Pan,
    /// A question, from an end towards another.
    Ask(String),
    Pinch,
    /// Called off, while the pointer is still down.
    Over,
}

/// What comes of a movement.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Step {
    Nothing,
    /// The drawing goes along by so much.
    Pan(f64, f64),
    /// It goes along, and is enlarged by a factor around a point.
    Pinch {
        by: Point,
        around: Point,
        factor: f64,
    },
    /// A question from an end has come as far as a point.
    Ask(String, Point),
}

/// What ends when a pointer goes up.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Lift {
    /// Nothing, or a movement that needs no more.
    Nothing,
    /// A finger has tapped. A browser tells of no click where the tap comes soon after a flick.
    Tap,
    /// A question from an end.
    Ask(String),
}

struct Finger {
    id: i32,
    touch: bool,
    at: Point,
}

/// The pointers that are down, and what they do together.
#[derive(Default)]
pub(super) struct Hand {
    fingers: Vec<Finger>,
    doing: Doing,
    /// Whether the pointers have moved since the first went down.
    moved: bool,
    /// When a drag ended: the click that comes with that is not one.
    ended: Option<f64>,
}

fn distance(a: Point, b: Point) -> f64 {
    (a.0 - b.0).hypot(a.1 - b.1)
}

fn middle(a: Point, b: Point) -> Point {
    ((a.0 + b.0) / 2.0, (a.1 + b.1) / 2.0)
}

impl Hand {
    /// A pointer goes down.
    pub(super) fn down(&mut self, press: Press) {
        // Only fingers go together. Whatever was down before the first of them has gone unheard, outside the window perhaps.
        if press.first || !press.touch {
            self.fingers.clear();
        }
        self.ended = None;
        self.fingers.retain(|f| f.id != press.id && f.touch);
        self.fingers.push(Finger { id: press.id, touch: press.touch, at: press.at });
        if self.fingers.len() > 1 {
            self.moved = true;
            self.doing = Doing::Pinch;
        } else {
            self.moved = false;
            self.doing = Doing::Press { from: press.at, on: press.on, sign: press.sign };
        }
    }

    /// A pointer has moved.
    pub(super) fn moved(&mut self, id: i32, to: Point) -> Step {
        let Some(index) = self.fingers.iter().position(|f| f.id == id) else { return Step::Nothing };
        let Some(finger) = self.fingers.get_mut(index) else { return Step::Nothing };
        let (before, touch) = (finger.at, finger.touch);
        finger.at = to;
        match &self.doing {
            Doing::Press { from, on, sign } => {
                let tremble = if touch { FINGER_TREMBLE } else { TREMBLE };
                if distance(*from, to) <= tremble {
                    return Step::Nothing;
                }
                self.moved = true;
                let by = (to.0 - from.0, to.1 - from.1);
                // A finger on a card pans: there may be nothing else to pan with.
                match on.clone().filter(|_| *sign || !touch) {
                    Some(on) => {
                        self.doing = Doing::Ask(on.clone());
                        Step::Ask(on, to)
                    }
                    None => {
                        self.doing = Doing::Pan;
                        Step::Pan(by.0, by.1)
                    }
                }
            }
            Doing::Pan if index == 0 => Step::Pan(to.0 - before.0, to.1 - before.1),
            Doing::Ask(from) if index == 0 => Step::Ask(from.clone(), to),
            Doing::Pinch if index < 2 => {
                let Some(other) = self.fingers.get(1 - index).map(|f| f.at) else { return Step::Nothing };
                let (old, new) = (middle(before, other), middle(to, other));
                let factor = distance(to, other).max(1.0) / distance(before, other).max(1.0);
                Step::Pinch { by: (new.0 - old.0, new.1 - old.1), around: new, factor }
            }
            _ => Step::Nothing,
        }
    }

    /// A finger has rested on an end: a question begins there.
    pub(super) fn rested(&mut self) -> Option<(String, Point)> {
        let Doing::Press { on: Some(on), .. } = &self.doing else { return None };
        let (on, finger) = (on.clone(), self.fingers.first()?);
        let at = finger.at;
        self.moved = true;
        self.doing = Doing::Ask(on.clone());
        Some((on, at))
    }

    /// A pointer goes up, at a moment.
    pub(super) fn up(&mut self, id: i32, time: f64) -> Lift {
        if !self.fingers.iter().any(|f| f.id == id) {
            return Lift::Nothing;
        }
        let lift = match &self.doing {
            Doing::Ask(from) if self.fingers.first().is_some_and(|f| f.id == id) => Lift::Ask(from.clone()),
            Doing::Press { .. } if self.fingers.iter().all(|f| f.touch) => Lift::Tap,
            _ => Lift::Nothing,
        };
        self.lost(id);
        if (self.moved || lift == Lift::Tap) && self.fingers.is_empty() {
            self.ended = Some(time);
        }
        lift
    }

    /// A pointer has gone without going up here: cancelled, or let go of outside the window.
    pub(super) fn lost(&mut self, id: i32) {
        let count = self.fingers.len();
        self.fingers.retain(|f| f.id != id);
        if self.fingers.len() == count {
            return;
        }
        self.doing = match (self.fingers.len(), &self.doing) {
            (0, _) => Doing::Nothing,
            (_, Doing::Over) => Doing::Over,
            // The finger that stays goes on from where it is.
            (1, _) => Doing::Pan,
            _ => Doing::Pinch,
        };
    }

    /// Whatever is being done is called off, until all pointers are up.
    pub(super) fn call_off(&mut self) {
        if !self.fingers.is_empty() {
            self.moved = true;
            self.doing = Doing::Over;
        }
    }

    /// Whether a pointer is down.
    pub(super) fn busy(&self) -> bool {
        !self.fingers.is_empty()
    }

    /// Whether a finger is on an end and has not moved.
    pub(super) fn rests(&self) -> bool {
        matches!(self.doing, Doing::Press { on: Some(_), .. }) && self.fingers.iter().all(|f| f.touch)
    }

    /// Whether the drawing goes along.
    pub(super) fn pans(&self) -> bool {
        matches!(self.doing, Doing::Pan | Doing::Pinch)
    }

    /// Whether a question is being drawn.
    pub(super) fn asks(&self) -> bool {
        matches!(self.doing, Doing::Ask(_))
    }

    /// Whether a click is only the end of a drag. Asked once for each click; one of a key or of a screen reader has no `count`.
    pub(super) fn swallows(&mut self, count: i32, time: f64) -> bool {
        let ended = self.ended.take();
        count != 0 && ended.is_some_and(|end| (time - end).abs() < CLICK_MS)
    }
}
