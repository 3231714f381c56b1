//! One branch as a line of stations: from left to right, or from top to bottom where the window is narrow.

use yew::prelude::*;

use crate::components::evidence::{ASSUMED, evidence, places};
use crate::components::icons::{PAUSE, PLAY, TRANSLATED, icon};
use crate::components::rich::{SourceLink, in_words, rich, sentence};
use crate::components::signs::{verdict_class, verdict_icon};
use crate::components::{ByAddress, press, use_part};
use crate::state::PacketAction;
use crate::words::t;
use netpolis_view::{AddressView, BranchView, Difference, PathAnswers, PathSide, PathView, Rail, SeenView, StopSign, StopView};

/// Properties of a [`Line`].
#[derive(Clone, PartialEq, Properties)]
pub struct LineProps {
    /// Both sides of the answer.
    pub reply: ByAddress<PathAnswers>,
    /// The branch of this side.
    pub branch: usize,
    /// How its stations differ from those of the other line; empty where there is none.
    pub differences: Vec<Difference>,
    /// Which of two lines it is.
    pub side: PathSide,
}

impl LineProps {
    fn view(&self) -> Option<&PathView> {
        let side = match self.side {
            PathSide::First => Some(&self.reply.first),
            PathSide::Second => self.reply.second.as_ref(),
        };
        side?.as_ref().ok()
    }

    fn branch(&self) -> Option<&BranchView> {
        self.view()?.branches.get(self.branch)
    }

    fn summary(&self) -> &str {
        self.view().map_or("", |view| view.summary.as_str())
    }
}

/// The line of one branch.
#[component]
pub fn Line(props: &LineProps) -> Html {
    let open = use_state(|| None::<usize>);
    let packet = use_part(|state| state.packet);
    let at = packet.as_ref().and_then(|store| store.packet.at);
    let Some(branch) = props.branch() else { return Html::default() };
    let own = packet.filter(|_| props.side == PathSide::First);
    let count = branch.steps.len();
    html! {
        <div class="path-line">
            if let Some(store) = own {
                <button type="button" class="quiet path-play" onclick={press(&store, PacketAction::Play)} title={t("follow a packet along the path")}>{ icon(if store.packet.runs { PAUSE } else { PLAY }) }{ if store.packet.runs { t("Pause") } else { t("Play") } }</button>
            }
            <ol class={classes!("line", at.is_some().then_some("playing"))} aria-label={t("Stations")} style={format!("--count:{count}")}>
                { for branch.stops(props.summary()).into_iter().enumerate().map(|(number, stop)| {
                    let onclick = {
                        let open = open.clone();
                        Callback::from(move |_: MouseEvent| open.set(if *open == Some(number) { None } else { Some(number) }))
                    };
                    let station = Station {
                        number,
                        stop,
                        difference: props.differences.get(number).copied().unwrap_or_default(),
                        open: *open == Some(number),
                        here: at == Some(number),
                        id: format!("path-{}-{number}", if props.side == PathSide::First { "a" } else { "b" }),
                    };
                    html! { <>{ station.draw(onclick) }if station.open { { station.opened() } }</> }
                }) }
            </ol>
        </div>
    }
}

struct Station<'a> {
    stop: StopView<'a>,
    number: usize,
    difference: Difference,
    open: bool,
    /// Whether the packet is there.
    here: bool,
    id: String,
}

impl Station<'_> {
    /// The class and the sign: a verdict, a translation, or the number in the line.
    fn sign(&self) -> (&'static str, Html) {
        match self.stop.sign {
            StopSign::NotReached => ("after", html! { { self.number + 1 } }),
            StopSign::Number => ("allowed", html! { { self.number + 1 } }),
            StopSign::Translated => ("translated", icon(TRANSLATED)),
            StopSign::Verdict(verdict) => (verdict_class(verdict), verdict_icon(verdict)),
        }
    }

    fn draw(&self, onclick: Callback<MouseEvent>) -> Html {
        let step = self.stop.step;
        let (class, sign) = self.sign();
        let rail = match self.stop.rail {
            Rail::End => "end",
            Rail::Maybe => "maybe",
            Rail::On => "on",
            Rail::Off => "off",
        };
        let class = classes!(
            "stop",
            class,
            rail,
            self.open.then_some("open"),
            self.here.then_some("here"),
            self.difference.alone.then_some("alone")
        );
        let title = html! { <>{ in_words(&step.title) }<span class="visually-hidden">{ in_words(self.stop.heard) }if self.difference.alone { { t(", only on this path") } }</span></> };
        html! {
            <li key={self.number} {class} aria-current={self.here.then_some("step")}>
                <div class="rail" aria-hidden="true"><span class="sign">{ sign }</span></div>
                <div class="stop-body">
                    <h3>if self.stop.has_more {
                        <button type="button" {onclick} aria-expanded={self.open.to_string()} aria-controls={self.open.then(|| self.id.clone())}>{ title }</button>
                    } else { { title } }</h3>
                    if step.reached { { self.details() } } else { <p>{ t("not reached") }</p> }
                </div>
            </li>
        }
    }

    fn details(&self) -> Html {
        let step = self.stop.step;
        html! {
            <>
                if let Some(text) = self.stop.text { <p class="stop-text">{ sentence(text) }</p> }
                if let Some(seen) = self.stop.seen { { seen_by(seen) } }
                if self.stop.decides {
                    <p class={classes!("stop-by", verdict_class(step.verdict), self.difference.verdict.then_some("differs"))}>
                        { verdict_icon(step.verdict) }
                        if let Some(by) = &step.by { <span>{ in_words(by) }</span> }
                        if let Some(spot) = &step.spot { <SourceLink spot={spot.clone()} /> }
                    </p>
                }
                if !step.translations.is_empty() {
                    <p class="stop-done">{ for step.translations.iter().map(|word| html! { <span class="done">{ in_words(word) }</span> }) }</p>
                }
                if self.stop.has_addresses {
                    <p class="pair">
                        { address("src", &step.source, self.difference.source) }
                        { address("dst", &step.target, self.difference.target) }
                        if let Some(outer) = &step.outer { <span class="outer"><i>{ t("in") }</i><b>{ outer }</b></span> }
                    </p>
                }
            </>
        }
    }

    /// Everything about this station, below the line.
    fn opened(&self) -> Html {
        let step = self.stop.step;
        html! {
            <li key={format!("{}-open", self.number)} class="stop-open" id={self.id.clone()}>
                <h4>{ in_words(&step.title) }</h4>
                if let Some(station) = &step.station {
                    <p>{ sentence(&station.sentence) }{ " " }{ places(station) }</p>
                    { evidence(station) }
                } else if !step.text.is_empty() {
                    <p>{ sentence(&step.text) }</p>
                }
                if let Some(basis) = &step.basis {
                    <blockquote lang="en"><p>{ format!("“{}”", basis.sentence) }</p><cite>{ &basis.title }</cite></blockquote>
                }
            </li>
        }
    }
}

fn address(word: &'static str, address: &AddressView, differs: bool) -> Html {
    let class = classes!(address.rewritten.then_some("rewritten"), address.made_up.then_some("made-up"), differs.then_some("differs"));
    let hint = address.made_up.then_some(t(ASSUMED));
    html! {
        <span><i>{ in_words(word) }</i>
            if let Some(before) = &address.before { <s><span class="visually-hidden">{ t("was ") }</span>{ before }</s>{ " " } }
            <b {class} title={hint}>if address.before.is_some() { <span class="visually-hidden">{ t("now ") }</span> }if address.made_up { <span aria-hidden="true">{ "~" }</span> }{ &address.text }
                if address.made_up { <span class="visually-hidden">{ t(" (assumed)") }</span> }
                if differs { <span class="visually-hidden">{ t(" (differs)") }</span> }</b>
        </span>
    }
}

fn seen_by(seen: &SeenView) -> Html {
    let plain = |address: &AddressView| html! { <code class={classes!(address.rewritten.then_some("rewritten"), address.made_up.then_some("made-up"))}>{ &address.text }</code> };
    html! {
        <>
            <p class="stop-text">{ t("The application sees ") }{ plain(&seen.address) }
                if let Some(forwarded) = &seen.forwarded { { t(", and in X-Forwarded-For ") }{ plain(forwarded) } }</p>
            if let Some(tls) = &seen.tls { <p class="stop-text">{ rich(tls) }</p> }
        </>
    }
}
