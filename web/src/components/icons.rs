//! Icons: outlines on a grid of 24, drawn in the colour of the text.
//!
//! Outlines from Lucide (ISC licence, copyright Lucide Icons and Contributors), joined into one path each.

use yew::prelude::*;

/// An icon's outline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Icon(pub &'static str);

pub const CHECK: Icon = Icon("M20 6 9 17l-5-5");
pub const CROSS: Icon = Icon("M18 6 6 18M6 6l12 12");
pub const QUESTION: Icon = Icon("M9.09 9a3 3 0 0 1 5.83 1c0 2-3 3-3 3M12 17h.01");
pub const PLUS: Icon = Icon("M5 12h14M12 5v14");
pub const MINUS: Icon = Icon("M5 12h14");
pub const SUN: Icon = Icon(
    "M8 12a4 4 0 1 0 8 0a4 4 0 1 0-8 0M12 2v2M12 20v2M4.93 4.93l1.41 1.41M17.66 17.66l1.41 1.41M2 12h2M20 12h2M6.34 17.66l-1.41 1.41M19.07 4.93l-1.41 1.41",
);
pub const MOON: Icon =
    Icon("M20.985 12.486a9 9 0 1 1-9.473-9.472c.405-.022.617.46.402.803a6 6 0 0 0 8.268 8.268c.344-.215.825-.004.803.401");
pub const SYSTEM: Icon = Icon(
    "M12 2v2M14.837 16.385a6 6 0 1 1-7.223-7.222c.624-.147.97.66.715 1.248a4 4 0 0 0 5.26 5.259c.589-.255 1.396.09 1.248.715M16 12a4 4 0 0 0-4-4M19 5l-1.256 1.256M20 12h2",
);
pub const GRIP: Icon = Icon("M9 12h.01M9 5h.01M9 19h.01M15 12h.01M15 5h.01M15 19h.01");
pub const MORE: Icon = Icon("M12 12h.01M19 12h.01M5 12h.01");
pub const COPY: Icon = Icon(
    "M10 8h10a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H10a2 2 0 0 1-2-2V10a2 2 0 0 1 2-2zM4 16c-1.1 0-2-.9-2-2V4c0-1.1.9-2 2-2h10c1.1 0 2 .9 2 2",
);
pub const DOWNLOAD: Icon = Icon("M12 15V3M21 15v4a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2v-4M7 10l5 5 5-5");
pub const WARNING: Icon = Icon("m21.73 18-8-14a2 2 0 0 0-3.48 0l-8 14A2 2 0 0 0 4 21h16a2 2 0 0 0 1.73-3M12 9v4M12 17h.01");
pub const LESSON: Icon = Icon("M2 6s3-2 10 0c7-2 10 0 10 0v13s-3-2-10 0c-7-2-10 0-10 0zM12 6v13");
pub const INFO: Icon = Icon("M2 12a10 10 0 1 0 20 0a10 10 0 1 0-20 0M12 16v-4M12 8h.01");
pub const ERROR: Icon = Icon("M2 12a10 10 0 1 0 20 0a10 10 0 1 0-20 0M15 9l-6 6M9 9l6 6");
pub const CHEVRON: Icon = Icon("m6 9 6 6 6-6");
pub const ARROW: Icon = Icon("M5 12h14M12 5l7 7-7 7");
pub const DOWN: Icon = Icon("M12 5v14M19 12l-7 7-7-7");
pub const LAYERS: Icon = Icon(
    "M12.83 2.18a2 2 0 0 0-1.66 0L2.6 6.08a1 1 0 0 0 0 1.83l8.58 3.91a2 2 0 0 0 1.66 0l8.58-3.9a1 1 0 0 0 0-1.83zM2 12a1 1 0 0 0 .58.91l8.6 3.91a2 2 0 0 0 1.65 0l8.58-3.9A1 1 0 0 0 22 12M2 17a1 1 0 0 0 .58.91l8.6 3.91a2 2 0 0 0 1.65 0l8.58-3.9A1 1 0 0 0 22 17",
);
pub const COMPARE: Icon = Icon("M12 3v18M9 7H3v10h6M15 7h6v10h-6M18 10v4M16 12h4");
pub const SWAP: Icon = Icon("M8 3 4 7l4 4M4 7h16M16 21l4-4-4-4M20 17H4");
pub const UNDO: Icon = Icon("M9 14 4 9l5-5M4 9h10.5a5.5 5.5 0 0 1 5.5 5.5a5.5 5.5 0 0 1-5.5 5.5H11");
pub const FIT: Icon = Icon("M8 3H5a2 2 0 0 0-2 2v3M21 8V5a2 2 0 0 0-2-2h-3M3 16v3a2 2 0 0 0 2 2h3M16 21h3a2 2 0 0 0 2-2v-3");
pub const OPEN: Icon = Icon(
    "M6 22a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2h8a2.4 2.4 0 0 1 1.704.706l3.588 3.588A2.4 2.4 0 0 1 20 8v12a2 2 0 0 1-2 2zM14 2v5a1 1 0 0 0 1 1h5M12 12v6M15 15l-3-3-3 3",
);
pub const CLIPBOARD: Icon = Icon(
    "M9 2h6a1 1 0 0 1 1 1v2a1 1 0 0 1-1 1H9a1 1 0 0 1-1-1V3a1 1 0 0 1 1-1zM16 4h2a2 2 0 0 1 2 2v14a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2h2",
);
pub const TRASH: Icon = Icon("M10 11v6M14 11v6M19 6v14a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2V6M3 6h18M8 6V4a2 2 0 0 1 2-2h4a2 2 0 0 1 2 2v2");
pub const PENCIL: Icon = Icon(
    "M21.174 6.812a1 1 0 0 0-3.986-3.987L3.842 16.174a2 2 0 0 0-.5.83l-1.321 4.352a.5.5 0 0 0 .623.622l4.353-1.32a2 2 0 0 0 .83-.497zM15 5l4 4",
);
pub const HISTORY: Icon = Icon("M3 12a9 9 0 1 0 9-9 9.75 9.75 0 0 0-6.74 2.74L3 8M3 3v5h5M12 7v5l4 2");
pub const SEARCH: Icon = Icon("M3 11a8 8 0 1 0 16 0a8 8 0 1 0-16 0M21 21l-4.34-4.34");
pub const KEYBOARD: Icon = Icon(
    "M4 4h16a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2zM10 8h.01M12 12h.01M14 8h.01M16 12h.01M18 8h.01M6 8h.01M7 16h10M8 12h.01",
);
pub const SLIDERS: Icon = Icon("M10 5H3M12 19H3M14 3v4M16 17v4M21 12h-9M21 19h-5M21 5h-7M8 10v4M8 12H3");
pub const MATRIX: Icon = Icon("M5 3h14a2 2 0 0 1 2 2v14a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2zM3 9h18M3 15h18M9 3v18M15 3v18");
pub const GRAPH: Icon = Icon(
    "M15 5a3 3 0 1 0 6 0a3 3 0 1 0-6 0M3 12a3 3 0 1 0 6 0a3 3 0 1 0-6 0M15 19a3 3 0 1 0 6 0a3 3 0 1 0-6 0M8.59 13.51l6.83 3.98M15.41 6.51l-6.82 3.98",
);
pub const TRACE: Icon =
    Icon("M3 19a3 3 0 1 0 6 0a3 3 0 1 0-6 0M9 19h8.5a3.5 3.5 0 0 0 0-7h-11a3.5 3.5 0 0 1 0-7H15M15 5a3 3 0 1 0 6 0a3 3 0 1 0-6 0");
pub const ROUTE: Icon = Icon("M3 12a3 3 0 1 0 6 0a3 3 0 1 0-6 0M15 12a3 3 0 1 0 6 0a3 3 0 1 0-6 0M9 12h6");
pub const TRANSLATED: Icon = Icon("M16 3l4 4-4 4M20 7H4M8 21l-4-4 4-4M4 17h16");
pub const PLAY: Icon = Icon("M6 4.5v15a1 1 0 0 0 1.5.9l13-7.5a1 1 0 0 0 0-1.8l-13-7.5A1 1 0 0 0 6 4.5z");
pub const PAUSE: Icon = Icon("M6 4h4v16H6zM14 4h4v16h-4z");
pub const FORWARD: Icon = Icon("M6 5v14l10-7zM19 5v14");
pub const BACK: Icon = Icon("M18 5v14L8 12zM5 5v14");
pub const TEXT: Icon = Icon("M21 5H3M15 12H3M17 19H3");
pub const PANEL_LEFT: Icon = Icon("M5 3h14a2 2 0 0 1 2 2v14a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2zM9 3v18");
pub const PANEL_RIGHT: Icon = Icon("M5 3h14a2 2 0 0 1 2 2v14a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2zM15 3v18");
pub const PANEL_BOTTOM: Icon = Icon("M5 3h14a2 2 0 0 1 2 2v14a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2zM3 15h18");
pub const SHIELD: Icon = Icon(
    "M20 13c0 5-3.5 7.5-7.66 8.95a1 1 0 0 1-.67-.01C7.5 20.5 4 18 4 13V6a1 1 0 0 1 1-1c2 0 4.5-1.2 6.24-2.72a1.17 1.17 0 0 1 1.52 0C14.51 3.81 17 5 19 5a1 1 0 0 1 1 1z",
);

/// An icon, hidden from screen readers: what it stands beside says the same in words.
pub fn icon(icon: Icon) -> Html {
    html! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d={icon.0} /></svg>
    }
}

/// The page's sign.
pub fn logo() -> Html {
    html! {
        <svg class="logo-sign" viewBox="0 0 22 22" aria-hidden="true">
            <path class="outline" d="M11 1.5 19.5 6v10L11 20.5 2.5 16V6z" />
            <path class="outline thin" d="M10.2 8.6 7.8 11" />
            <circle class="top" cx="11" cy="7" r="2" />
            <circle class="left" cx="7" cy="12.6" r="2" />
            <circle class="right" cx="15" cy="12.6" r="2" />
        </svg>
    }
}
