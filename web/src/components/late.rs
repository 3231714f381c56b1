//! What is not seen at first, in a program of its own: panels, windows and the cloud's view. It is fetched once the first picture stands, and whatever of
//! it is wanted before that says that it is on its way.
//!
//! Nothing but [`draw`] names these components, and nothing but [`drawer`] names it: so the splitter of the build (see `web/split.mjs`) finds that only
//! what calls `drawer` needs their code, and moves it out of the first program. Without the feature `split` all is in one program.

use std::cell::Cell;

use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::addresses::Addresses;
use super::answers::Answers;
use super::azure::AzureView;
use super::board::Board;
use super::dialogs::Dialogs;
use super::empty::Empty;
use super::end_panel::EndPanel;
use super::example_list::ExampleList;
use super::graph::Player;
use super::heat_map::{HeatMap, HeatMapProps};
use super::lesson::LessonPane;
use super::path::PathPanel;
use super::policy::PolicyPane;
use super::problems::Problems;
use super::rules::Rules;
use crate::words::t;

/// What can come late.
#[derive(Clone, PartialEq)]
pub enum Part {
    /// The way of a flow.
    Path,
    /// One policy as a drawing.
    Policy,
    /// Policies in their order.
    Board,
    /// Further answers.
    Answers,
    /// Problems of the input.
    Problems,
    /// Effective security rules.
    Rules,
    /// Plans of addresses.
    Addresses,
    /// The cloud's view.
    Azure,
    /// The window that is open.
    Dialogs,
    /// The lesson that is played.
    Lesson,
    /// All pairs of a large scene.
    HeatMap(HeatMapProps),
    /// What there is to know about the selected end.
    End,
    /// What plays the packet.
    Player,
    /// What helps who has nothing on the page yet.
    Empty,
    /// The examples, in the menu.
    Examples,
}

/// Draws any part.
type Draw = fn(&Part) -> Html;

fn draw(part: &Part) -> Html {
    match part {
        Part::Path => html! { <PathPanel /> },
        Part::Policy => html! { <PolicyPane /> },
        Part::Board => html! { <Board /> },
        Part::Answers => html! { <Answers /> },
        Part::Problems => html! { <Problems /> },
        Part::Rules => html! { <Rules /> },
        Part::Addresses => html! { <Addresses /> },
        Part::Azure => html! { <AzureView /> },
        Part::Dialogs => html! { <Dialogs /> },
        Part::Lesson => html! { <LessonPane /> },
        Part::HeatMap(props) => html! { <HeatMap ..props.clone() /> },
        Part::End => html! { <EndPanel /> },
        Part::Player => html! { <Player /> },
        Part::Empty => html! { <Empty /> },
        Part::Examples => html! { <ExampleList /> },
    }
}

/// The second program was not to be had; the console says why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Missing;

#[cfg(feature = "split")]
impl From<wasm_split_helpers::SplitLoaderError> for Missing {
    fn from(_: wasm_split_helpers::SplitLoaderError) -> Self {
        Missing
    }
}

/// The way into the second program.
#[cfg_attr(feature = "split", wasm_split_helpers::wasm_split(late, fallible))]
fn drawer() -> Result<Draw, Missing> {
    Ok(draw)
}

thread_local! {
    static DRAW: Cell<Option<Draw>> = const { Cell::new(None) };
}

/// What draws, if it is there.
fn at_hand() -> Option<Draw> {
    #[cfg(not(feature = "split"))]
    if DRAW.get().is_none() {
        DRAW.set(drawer().ok());
    }
    DRAW.get()
}

/// Fetches what draws; once is enough, however often it is asked for.
async fn fetched() -> Result<(), Missing> {
    #[cfg(feature = "split")]
    DRAW.set(Some(drawer().await?));
    Ok(())
}

/// Fetches what comes late, so that it is there when it is wanted.
pub fn fetch_ahead() {
    // What cannot be fetched now is asked for again by whoever needs it.
    spawn_local(async {
        let _ = fetched().await;
    });
}

/// Properties of a [`Late`].
#[derive(Clone, PartialEq, Properties)]
pub struct LateProps {
    /// What it is.
    pub part: Part,
}

/// A part of the page that may still be on its way.
#[component]
pub fn Late(props: &LateProps) -> Html {
    let missing = use_state(|| false);
    let there = at_hand();
    let fetch = {
        let missing = missing.clone();
        // Either way the state is set, so that this is drawn again.
        Callback::from(move |()| {
            let missing = missing.clone();
            spawn_local(async move { missing.set(fetched().await.is_err()) });
        })
    };
    {
        let (fetch, waits) = (fetch.clone(), there.is_none());
        use_effect_with(waits, move |waits| {
            if *waits {
                fetch.emit(());
            }
        });
    }
    if let Some(draw) = there {
        return draw(&props.part);
    }
    if *missing {
        let again = Callback::from(move |_: MouseEvent| fetch.emit(()));
        return html! {
            <p class="nothing" role="alert">{ t("This part of the page could not be fetched. ") }<button type="button" class="pick" onclick={again}>{ t("Try again") }</button></p>
        };
    }
    html! { <p class="nothing late" role="status">{ t("Loading…") }</p> }
}
