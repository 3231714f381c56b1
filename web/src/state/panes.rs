//! Panes that can be resized and hidden, and their sizes.

use crate::words::key;

/// A pane that can be resized and hidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pane {
    /// The editor, on the left.
    Editor,
    /// Question and trace, on the right.
    Inspector,
    /// Matrix and problems, below.
    Bottom,
    /// The same place while it shows what wants more room: the way of a packet, a policy as a drawing, a list of answers.
    Path,
}

impl Pane {
    /// What its size is called.
    pub const fn label(self) -> &'static str {
        match self {
            Pane::Editor => key("width of the editor"),
            Pane::Inspector => key("width of question and trace"),
            Pane::Bottom => key("height of matrix and problems"),
            Pane::Path => key("height of path, drawing and answers"),
        }
    }
}

/// Sizes of the panes in CSS pixels, and which are hidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Panes {
    /// Width of the editor.
    pub editor: u32,
    /// Width of question and trace.
    pub inspector: u32,
    /// Height of the bottom panel.
    pub bottom: u32,
    /// Height of the bottom panel while it shows the way of a packet.
    pub path: u32,
    /// Whether the editor is hidden.
    pub editor_hidden: bool,
    /// Whether question and trace are hidden.
    pub inspector_hidden: bool,
    /// Whether the bottom panel is hidden.
    pub bottom_hidden: bool,
    /// The width of the window that the sizes are for; none before it is known.
    pub window: u32,
}

impl Default for Panes {
    fn default() -> Self {
        Panes {
            editor: 420,
            inspector: 340,
            bottom: 224,
            path: 440,
            editor_hidden: false,
            inspector_hidden: false,
            bottom_hidden: false,
            window: 0,
        }
    }
}

impl Panes {
    /// Smallest and largest size of a pane.
    pub const fn limits(pane: Pane) -> (u32, u32) {
        match pane {
            Pane::Editor => (240, 900),
            Pane::Inspector => (280, 640),
            Pane::Bottom | Pane::Path => (96, 640),
        }
    }

    /// Of editor and inspector: the width in a large window, the least one, and the percentage that they take of the window between the two.
    pub fn shares() -> [(u32, u32, u32); 2] {
        let Panes { editor, inspector, .. } = Panes::default();
        [(editor, Panes::limits(Pane::Editor).0, 29), (inspector, Panes::limits(Pane::Inspector).0, 27)]
    }

    /// Widths of editor and inspector that leave most of a window of this width to the graph.
    fn fitting(window: u32) -> [u32; 2] {
        Panes::shares().map(|(most, least, share)| if window == 0 { most } else { (window * share / 100).clamp(least, most) })
    }

    /// The same in a window of another width: widths that the person chose stay, the others follow it.
    #[must_use]
    pub fn in_window(mut self, window: u32) -> Self {
        let (before, after) = (Self::fitting(self.window), Self::fitting(window));
        if self.editor == before[0] {
            self.editor = after[0];
        }
        if self.inspector == before[1] {
            self.inspector = after[1];
        }
        self.window = window;
        self
    }

    /// Whether the window is one of a telephone held upright.
    pub const fn is_narrow(&self) -> bool {
        matches!(self.window, 1..=600)
    }

    /// Whether the window shows one screen at a time, as `layout.css` has it.
    pub const fn has_screens(&self) -> bool {
        matches!(self.window, 1..=900)
    }

    /// The size of a pane.
    pub const fn size(&self, pane: Pane) -> u32 {
        match pane {
            Pane::Editor => self.editor,
            Pane::Inspector => self.inspector,
            Pane::Bottom => self.bottom,
            Pane::Path => self.path,
        }
    }

    /// Whether a pane is hidden.
    pub const fn is_hidden(&self, pane: Pane) -> bool {
        match pane {
            Pane::Editor => self.editor_hidden,
            Pane::Inspector => self.inspector_hidden,
            Pane::Bottom | Pane::Path => self.bottom_hidden,
        }
    }

    pub(super) fn set_size(&mut self, pane: Pane, size: u32) {
        let (low, high) = Self::limits(pane);
        *match pane {
            Pane::Editor => &mut self.editor,
            Pane::Inspector => &mut self.inspector,
            Pane::Bottom => &mut self.bottom,
            Pane::Path => &mut self.path,
        } = size.clamp(low, high);
    }

    pub(super) fn set_hidden(&mut self, pane: Pane, hidden: bool) {
        *match pane {
            Pane::Editor => &mut self.editor_hidden,
            Pane::Inspector => &mut self.inspector_hidden,
            Pane::Bottom | Pane::Path => &mut self.bottom_hidden,
        } = hidden;
    }
}
