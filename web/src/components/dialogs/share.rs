//! Link, file and embed code.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::components::icons::{COPY, DOWNLOAD, icon};
use crate::components::progress::share_bar;
use crate::components::{Store, press};
use crate::effects::link::{Making, use_fragment};
use crate::effects::outside;
use crate::scenes::file_name;
use crate::share::{EmbedView, LONG_LINK, embed_code};
use crate::state::{Action, LayoutAction, amount_of};
use crate::words::{t, t_with};

/// The scene to go.
#[component]
pub fn Share() -> Html {
    let Some(store) = use_context::<Store>() else { return Html::default() };
    let view = use_state(EmbedView::default);
    let editable = use_state(|| false);
    let both = use_state(|| true);
    let fragment = match use_fragment(&store, *both) {
        Making::Done(fragment) => fragment,
        Making::Packs(done, of) => return packs(&store, done, of),
    };
    let link = format!("{}#{fragment}", outside::page_address(None));
    let embed = embed_code(&outside::page_address(Some("embed.html")), &fragment, *view, *editable);
    let copy = |text: String, what: &'static str| {
        let store = store.clone();
        Callback::from(move |_: MouseEvent| {
            let store = store.clone();
            outside::copy(text.clone(), move |done| {
                store.dispatch(Action::Notify(
                    if done { what } else { t("The browser did not allow copying: select the text and copy it") }.into(),
                ));
            });
        })
    };
    let save = {
        let (fragment, name) = (fragment.clone(), file_name(&store.title()));
        Callback::from(move |_: MouseEvent| outside::download(&name, "text/plain", &fragment))
    };
    let onview = {
        let view = view.clone();
        Callback::from(move |event: Event| {
            view.set(EmbedView::from_name(&event.target_unchecked_into::<web_sys::HtmlSelectElement>().value()))
        })
    };
    let onedit = {
        let editable = editable.clone();
        Callback::from(move |event: Event| editable.set(event.target_unchecked_into::<HtmlInputElement>().checked()))
    };
    let onboth = {
        let both = both.clone();
        Callback::from(move |event: Event| both.set(event.target_unchecked_into::<HtmlInputElement>().checked()))
    };
    html! {
        <div class="share">
            <p>{ t("The link holds all files, the scene's name, the assumptions, and the flow and the path in question. It goes after the # sign, which browsers never send to a server.") }</p>
            <div class="copy-row"><input readonly=true aria-label={t("link")} value={link.clone()} /><button type="button" class="primary" onclick={copy(link.clone(), t("Link copied"))}>{ icon(COPY) }{ t("Copy link") }</button></div>
            if store.baseline().is_some() {
                <p class="options"><label><input type="checkbox" checked={*both} onchange={onboth} />{ t(" with the baseline, so that it shows what differs") }</label></p>
            }
            <p class={classes!("size", (link.len() > LONG_LINK).then_some("long"))}>
                { t_with("{0} characters.", &[&link.len().to_string()]) }
                if link.len() > LONG_LINK { { t(" Some chat and mail programs cut links this long: send the file instead.") } }
            </p>
            <button type="button" class="pick" onclick={save}>{ icon(DOWNLOAD) }{ t("Save as a file") }</button>
            <h3>{ t("Embed it in a page") }</h3>
            <p class="options">
                <label>{ t("Show ") }<span class="pick select"><select onchange={onview}>
                    // A lesson is no part of a link.
                    { for EmbedView::ALL.iter().filter(|v| **v != EmbedView::Lesson).map(|v| html! { <option value={v.name()} selected={*view == *v}>{ t(v.name()) }</option> }) }
                </select></span></label>
                <label><input type="checkbox" checked={*editable} onchange={onedit} />{ t(" readers may edit the text") }</label>
            </p>
            <div class="copy-row"><textarea readonly=true rows="3" aria-label={t("embed code")} value={embed.clone()} /><button type="button" class="pick" onclick={copy(embed, t("Embed code copied"))}>{ icon(COPY) }{ t("Copy") }</button></div>
        </div>
    }
}

/// How far the link is, while it is made of very much text.
fn packs(store: &Store, done: u32, of: u32) -> Html {
    html! {
        <div class="share">
            <p class="visually-hidden" role="status">{ t("Packing the link") }</p>
            <div class="progress-line">
                { share_bar(t("Packing the link"), f64::from(done) / f64::from(of.max(1))) }
                <p><span aria-hidden="true">{ t("Packing the link") }</span><span class="detail">{ amount_of(done, of) }</span></p>
                <button type="button" class="pick" onclick={press(store, LayoutAction::ShowDialog(None))}>{ t("Cancel") }</button>
            </div>
        </div>
    }
}
