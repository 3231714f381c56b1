//! A drawing as pixels, with the page's typefaces: a picture cannot use what the page has loaded, so they travel inside it.

use std::cell::Cell;

use gloo::timers::callback::Timeout;
use js_sys::{Array, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Blob, BlobPropertyBag, CanvasRenderingContext2d, FileReader, HtmlCanvasElement, HtmlImageElement, Response, Url};

use super::outside::download_blob;
use crate::graph::export::Svg;

/// How many pixels stand for one of the drawing.
const DENSITY: f64 = 2.0;
/// Browsers refuse larger canvases.
const LARGEST: f64 = 8000.0;

/// Typefaces as the drawing calls them, with their files.
const FONTS: [(&str, &str); 2] =
    [("Inter", "fonts/inter-latin-wght-normal.woff2"), ("JetBrains Mono", "fonts/jetbrains-mono-latin-wght-normal.woff2")];

/// Pixels that are drawn in one go.
const BAND: f64 = 2e6;

/// How long it takes before it is told, in ms.
const MOMENT: u32 = 1_000;

thread_local!(static JOB: Cell<u32> = const { Cell::new(0) });

/// Whoever makes a PNG file now makes it for nobody.
pub fn cancel() {
    JOB.set(JOB.get() + 1);
}

/// Hands a drawing to the person as a PNG file. `tell` hears that this takes longer than a moment, and that it is over.
pub fn download_png(name: String, svg: Svg, tell: impl Fn(bool) + Clone + 'static) {
    cancel();
    let job = JOB.get();
    spawn_local(async move {
        let begins = tell.clone();
        let moment = Timeout::new(MOMENT, move || begins(true));
        let _ = save(&name, svg, job).await;
        drop(moment);
        if JOB.get() == job {
            tell(false);
        }
    });
}

/// Lets the page go on. Fails if what is made is for nobody.
async fn breathe(job: u32) -> Result<(), JsValue> {
    let turn = Promise::new(&mut |resolve, _| {
        if let Some(window) = crate::effects::window() {
            let _ = window.set_timeout_with_callback(&resolve);
        }
    });
    JsFuture::from(turn).await?;
    if JOB.get() == job { Ok(()) } else { Err(JsValue::NULL) }
}

async fn save(name: &str, svg: Svg, job: u32) -> Result<(), JsValue> {
    let mut faces = String::new();
    for (family, file) in FONTS {
        // Without it the system's typeface does.
        if let Ok(data) = data_url(file).await {
            faces += &format!("@font-face{{font-family:\"{family}\";font-weight:400 700;src:url({data}) format(\"woff2\")}}");
        }
    }
    let text = svg.text.replacen("<defs>", &format!("<defs><style>{faces}</style>"), 1);
    let options = BlobPropertyBag::new();
    options.set_type("image/svg+xml");
    let url = Url::create_object_url_with_blob(&Blob::new_with_str_sequence_and_options(&Array::of1(&text.into()), &options)?)?;
    let drawn = draw(&url, svg.width, svg.height, job).await;
    Url::revoke_object_url(&url)?;
    let canvas = drawn?;
    let blob = JsFuture::from(Promise::new(&mut |resolve, reject| {
        if let Err(error) = canvas.to_blob(&resolve) {
            let _ = reject.call1(&JsValue::NULL, &error);
        }
    }))
    .await?;
    breathe(job).await?;
    download_blob(name, &blob.dyn_into()?);
    Ok(())
}

/// A drawing as pixels, from top to bottom a band at a time: all at once would take long.
async fn draw(url: &str, width: f64, height: f64, job: u32) -> Result<HtmlCanvasElement, JsValue> {
    let image = HtmlImageElement::new()?;
    image.set_src(url);
    JsFuture::from(image.decode()).await?;
    let canvas: HtmlCanvasElement =
        crate::effects::window().and_then(|w| w.document()).ok_or(JsValue::NULL)?.create_element("canvas")?.dyn_into()?;
    let scale = (LARGEST / width.max(height)).min(DENSITY);
    let (width, height) = (width * scale, height * scale);
    canvas.set_width(width as u32);
    canvas.set_height(height as u32);
    let context: CanvasRenderingContext2d = canvas.get_context("2d")?.ok_or(JsValue::NULL)?.dyn_into()?;
    let band = (BAND / width.max(1.0)).floor().max(1.0);
    for index in 0..(height / band).ceil() as u32 {
        breathe(job).await?;
        let top = f64::from(index) * band;
        context.save();
        context.begin_path();
        context.rect(0.0, top, width, band);
        context.clip();
        context.draw_image_with_html_image_element_and_dw_and_dh(&image, 0.0, 0.0, width, height)?;
        context.restore();
    }
    Ok(canvas)
}

/// A file of the site as an address that holds it.
async fn data_url(file: &str) -> Result<String, JsValue> {
    let window = crate::effects::window().ok_or(JsValue::NULL)?;
    let response: Response = JsFuture::from(window.fetch_with_str(file)).await?.dyn_into()?;
    if !response.ok() {
        return Err(JsValue::NULL);
    }
    let blob: Blob = JsFuture::from(response.blob()?).await?.dyn_into()?;
    let reader = FileReader::new()?;
    JsFuture::from(Promise::new(&mut |resolve, _| {
        reader.set_onloadend(Some(&resolve));
        let _ = reader.read_as_data_url(&blob);
    }))
    .await?;
    // Servers that do not know the type call it a stream of bytes.
    let text = reader.result()?.as_string().ok_or(JsValue::NULL)?;
    let data = text.split_once(',').map_or("", |(_, data)| data);
    Ok(format!("data:font/woff2;base64,{data}"))
}
