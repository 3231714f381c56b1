//! Clipboard, downloads, theme, address and clock.

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

use super::start::root;
use crate::state::Theme;
use crate::words::{shown, t_with};

/// Puts a text on the clipboard, and tells whether that worked.
pub fn copy(text: String, done: impl FnOnce(bool) + 'static) {
    let Some(window) = crate::effects::window() else { return };
    // Without a secure context there is no clipboard.
    let clipboard = js_sys::Reflect::get(&window.navigator(), &"clipboard".into()).ok().filter(|c| !c.is_undefined());
    let Some(clipboard) = clipboard.map(|c| c.unchecked_into::<web_sys::Clipboard>()) else { return done(false) };
    spawn_local(async move { done(JsFuture::from(clipboard.write_text(&text)).await.is_ok()) });
}

/// What is on the clipboard; nothing where the browser does not let a page read there.
pub fn pasted(done: impl FnOnce(Option<String>) + 'static) {
    let clipboard = crate::effects::window().and_then(|w| js_sys::Reflect::get(&w.navigator(), &"clipboard".into()).ok());
    // Some browsers let a page write there only.
    let readable = clipboard.filter(|c| !c.is_undefined() && js_sys::Reflect::has(c, &"readText".into()).unwrap_or_default());
    let Some(clipboard) = readable.map(|c| c.unchecked_into::<web_sys::Clipboard>()) else { return done(None) };
    spawn_local(async move { done(JsFuture::from(clipboard.read_text()).await.ok().and_then(|text| text.as_string())) });
}

/// Hands a text to the person as a file.
pub fn download(name: &str, kind: &str, text: &str) {
    let options = BlobPropertyBag::new();
    options.set_type(kind);
    let parts = js_sys::Array::of1(&text.into());
    if let Ok(blob) = Blob::new_with_str_sequence_and_options(&parts, &options) {
        download_blob(name, &blob);
    }
}

/// Hands data to the person as a file.
pub fn download_blob(name: &str, blob: &Blob) {
    let Ok(url) = Url::create_object_url_with_blob(blob) else { return };
    download_url(name, &url);
    // The browser reads it after this turn.
    gloo::timers::callback::Timeout::new(10_000, move || {
        let _ = Url::revoke_object_url(&url);
    })
    .forget();
}

fn download_url(name: &str, url: &str) {
    let link = crate::effects::window().and_then(|w| w.document()).and_then(|d| d.create_element("a").ok());
    if let Some(link) = link.and_then(|l| l.dyn_into::<HtmlAnchorElement>().ok()) {
        link.set_href(url);
        link.set_download(name);
        link.click();
    }
}

/// Sets the page's theme.
pub fn show_theme(theme: Theme) {
    let Some(root) = root() else { return };
    let _ = match theme {
        Theme::System => root.remove_attribute("data-theme"),
        Theme::Light => root.set_attribute("data-theme", "light"),
        Theme::Dark => root.set_attribute("data-theme", "dark"),
    };
}

/// Whether the page is dark now.
pub fn is_dark(theme: Theme) -> bool {
    match theme {
        Theme::Light => false,
        Theme::Dark => true,
        Theme::System => {
            let query = crate::effects::window().and_then(|w| w.match_media("(prefers-color-scheme: dark)").ok().flatten());
            query.is_some_and(|q| q.matches())
        }
    }
}

/// The width of the window, in CSS pixels.
pub fn window_width() -> u32 {
    crate::effects::window().and_then(|w| w.inner_width().ok()?.as_f64()).unwrap_or_default() as u32
}

/// The page's address without its fragment, and with another file name, if one is given.
pub fn page_address(file: Option<&str>) -> String {
    let address = crate::effects::window().and_then(|w| w.location().href().ok()).unwrap_or_default();
    let address = address.split(['#', '?']).next().unwrap_or_default();
    match file {
        None => address.to_owned(),
        Some(file) => format!("{}{file}", address.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"))),
    }
}

/// The page's address as it is, without its fragment: with the lesson that it names, if it names one.
pub fn whole_address() -> String {
    let address = crate::effects::window().and_then(|w| w.location().href().ok()).unwrap_or_default();
    address.split('#').next().unwrap_or_default().to_owned()
}

/// What stands behind `?` in the page's address, by its name.
pub fn asked(name: &str) -> Option<String> {
    let search = crate::effects::window()?.location().search().ok()?;
    web_sys::UrlSearchParams::new_with_str(&search).ok()?.get(name)
}

/// The same of an embedded page, which may have it in its fragment: pages that differ in nothing else are one to the browser's cache.
pub fn asked_of_frame(name: &str) -> Option<String> {
    let hash = crate::effects::window()?.location().hash().ok()?;
    asked(name).or_else(|| web_sys::UrlSearchParams::new_with_str(hash.trim_start_matches('#')).ok()?.get(name))
}

/// Puts this behind the page's address without its query and fragment, in place of what is there.
fn replace_address(rest: &str) {
    if let Some(history) = crate::effects::window().and_then(|window| window.history().ok()) {
        let state = history.state().unwrap_or_default();
        let _ = history.replace_state_with_url(&state, "", Some(&format!("{}{rest}", page_address(None))));
    }
}

/// Moves what a link names in its fragment, as that of an embedded page does, behind the `?`, where the page itself looks for it and keeps it.
pub fn names_from_fragment() {
    const NAMES: [&str; 2] = ["example", "lesson"];
    let Some(window) = crate::effects::window() else { return };
    let hash = window.location().hash().unwrap_or_default();
    let named = hash.trim_start_matches('#');
    // What stands first: behind a scene it is of that scene.
    if NAMES.iter().any(|name| named.strip_prefix(name).is_some_and(|value| value.starts_with('=')))
        && NAMES.iter().all(|name| asked(name).is_none())
    {
        let search = window.location().search().unwrap_or_default();
        let mark = if search.is_empty() { '?' } else { '&' };
        replace_address(&format!("{search}{mark}{named}"));
    }
}

/// Writes names and values behind the `?` of the page's address, in place of what is there.
pub fn name(named: &[(&'static str, String)]) {
    let Some(window) = crate::effects::window() else { return };
    let Ok(params) = web_sys::UrlSearchParams::new() else { return };
    named.iter().for_each(|(name, value)| params.set(name, value));
    // How the page is presented stays.
    if let Some(present) = asked("present") {
        params.set("present", &present);
    }
    let search: String = params.to_string().into();
    // Folders are read more easily as they are.
    let search = search.replace("%2F", "/");
    let mark = if search.is_empty() { "" } else { "?" };
    let hash = window.location().hash().unwrap_or_default();
    replace_address(&format!("{mark}{search}{hash}"));
}

/// A moment, as short as it can be told.
pub fn moment(ms: f64) -> String {
    if ms <= 0.0 {
        return String::new();
    }
    let moment = js_sys::Date::new(&ms.into());
    let today = js_sys::Date::new_0();
    let options = js_sys::Object::new();
    let set = |name: &str, value: &str| {
        let _ = js_sys::Reflect::set(&options, &name.into(), &value.into());
    };
    let same_year = moment.get_full_year() == today.get_full_year();
    let same_day = same_year && moment.get_month() == today.get_month() && moment.get_date() == today.get_date();
    if !same_day {
        set("day", "numeric");
        set("month", "short");
    }
    if same_year {
        set("hour", "2-digit");
        set("minute", "2-digit");
    } else {
        set("year", "numeric");
    }
    let text = String::from(moment.to_locale_string(shown().locale(), &options));
    if same_day { t_with("today {0}", &[&text]) } else { text }
}
