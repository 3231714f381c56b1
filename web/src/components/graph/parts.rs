//! Marks and arrows as elements.

use yew::prelude::*;

use crate::components::ByAddress;
use crate::components::signs::{change_class, passing_class, status_class};
use crate::graph::export::{self, SHIELD_PATH};
use crate::graph::picture::{Arrow, Isolation, Mark, MarkKind, Picture};
use crate::graph::route::Route;
use crate::words::{Language, own_words, shown, t, t_with};
use netpolis_view::{EndKind, FlowChange, Status};

/// An arrow of a picture: drawn anew only if something about it is another.
#[derive(Clone, Properties)]
pub(super) struct ArrowProps {
    pub(super) picture: ByAddress<Picture>,
    pub(super) index: usize,
    /// Whether it stays while others are faded.
    pub(super) near: bool,
    /// Its curve, where the picture has none as it waits for the pointer.
    pub(super) route: Option<Route>,
}

impl ArrowProps {
    pub(super) fn arrow(&self) -> Option<&Arrow> {
        self.picture.arrows.get(self.index)
    }
}

impl PartialEq for ArrowProps {
    fn eq(&self, other: &Self) -> bool {
        (self.near, &self.route, self.picture.lettering) == (other.near, &other.route, other.picture.lettering)
            && self.arrow() == other.arrow()
    }
}

/// A mark of a picture: drawn anew only if something about it is another.
#[derive(Clone, Properties)]
pub(super) struct MarkProps {
    pub(super) words: Language,
    pub(super) picture: ByAddress<Picture>,
    pub(super) index: usize,
    /// Whether it stays while others are faded.
    pub(super) near: bool,
    /// Whether the flow in question starts or ends at it.
    pub(super) flow: bool,
    /// Whether the policy that is drawn below selects it.
    pub(super) subject: bool,
    /// Whether Tab comes to it.
    pub(super) tabbable: bool,
    /// What it says of its pods; from far away nothing.
    pub(super) details: Vec<String>,
}

impl MarkProps {
    fn mark(&self) -> Option<&Mark> {
        self.picture.marks.get(self.index)
    }

    /// All but the picture.
    fn own(&self) -> impl PartialEq + use<> {
        (self.words, self.index, self.near, (self.flow, self.subject), self.tabbable, self.details.clone())
    }
}

impl PartialEq for MarkProps {
    fn eq(&self, other: &Self) -> bool {
        self.own() == other.own() && self.mark() == other.mark()
    }
}

#[component]
pub(super) fn ArrowView(props: &ArrowProps) -> Html {
    props.arrow().map(|arrow| edge(arrow, props.route.as_ref().unwrap_or(&arrow.route), props.near)).unwrap_or_default()
}

#[component]
pub(super) fn SaidView(props: &ArrowProps) -> Html {
    let ArrowProps { picture, route, near, .. } = props;
    props.arrow().map(|arrow| said(arrow, route.as_ref().unwrap_or(&arrow.route), picture.lettering, *near)).unwrap_or_default()
}

#[component]
pub(super) fn MarkView(props: &MarkProps) -> Html {
    props.mark().map(|own| mark(own, props)).unwrap_or_default()
}

fn edge(arrow: &Arrow, route: &Route, near: bool) -> Html {
    let kind = passing_class(arrow.status);
    let d = route.path();
    let head = format!("url(#head-{kind})");
    let class = classes!(
        "arrow",
        status_class(arrow.status),
        arrow.quiet.then_some("quiet"),
        arrow.flow.then_some("flow"),
        arrow.open.then_some("open"),
        arrow.change.map(change_class),
        (arrow.weight > 1).then(|| format!("heavy-{}", arrow.weight)),
        near.then_some("near")
    );
    html! {
        <g {class} role="button" tabindex="-1" aria-label={arrow.title.clone()} data-arrow={arrow.key.clone()} data-ask={arrow.ask.as_ref().map(|(from, to)| format!("{from} {to}"))}>
            if arrow.flow { <path class="halo" d={d.clone()} /> }
            if arrow.change.is_some() { <path class="glow" d={d.clone()} /> }
            <path class="hit" d={d.clone()} />
            <path class={classes!("edge", kind)} {d} marker-end={head.clone()} marker-start={arrow.both.then_some(head)} />
            <title>{ &arrow.title }</title>
        </g>
    }
}

/// Whether anything is written on an arrow.
pub(super) fn says_something(arrow: &Arrow) -> bool {
    matches!(arrow.status, Status::Denied | Status::CannotTell) || !arrow.label.is_empty()
}

/// What is written on an arrow that [says something](says_something): above all arrows, so that none runs through it.
fn said(arrow: &Arrow, route: &Route, lettering: f64, near: bool) -> Html {
    let sign = match arrow.status {
        Status::Denied | Status::CannotTell if arrow.change.is_some() => {
            let sign = arrow.change.map(FlowChange::sign);
            html! { <g class="sign since"><circle r="8.5" /><text y="4">{ sign }</text></g> }
        }
        Status::Denied => html! { <g class="sign denied"><circle r="8.5" /><path d="M-3-3 3 3M3-3-3 3" /></g> },
        Status::CannotTell => html! { <g class="sign unknown"><circle r="8.5" /><text y="4">{ "?" }</text></g> },
        _ => {
            let (width, _) = arrow.label_size(1.0);
            html! { <g class="label"><rect x={(-width / 2.0).to_string()} y="-9" width={width.to_string()} height="18" rx="4" /><text y="4">{ &arrow.label }</text></g> }
        }
    };
    let class = classes!("said", arrow.change.map(change_class), near.then_some("near"));
    let lettering = arrow.lettering(lettering);
    let there = format!("translate({} {}) scale({lettering:.3})", route.label.0.round(), route.label.1.round());
    html! { <g {class} aria-hidden="true" data-arrow={arrow.key.clone()} transform={there}>{ sign }<title>{ &arrow.title }</title></g> }
}

/// A line below a mark's title.
fn sub(text: &str, x: f64, y: f64) -> Html {
    let own = own_words(text);
    let lang = own.as_ref().map(|_| shown().tag());
    html! { <text class="sub" {lang} x={x.to_string()} y={y.to_string()}>{ own.as_deref().unwrap_or(text) }</text> }
}

fn mark(mark: &Mark, props: &MarkProps) -> Html {
    let MarkProps { index, near, flow, subject, tabbable, .. } = *props;
    let r = mark.rect;
    let class = classes!(
        "mark",
        match mark.kind {
            MarkKind::Card => "card",
            MarkKind::Group(_) => "group",
            MarkKind::Pill => "pill",
        },
        flow.then_some("flow"),
        subject.then_some("subject"),
        mark.selected.then_some("selected"),
        (!props.details.is_empty()).then_some("near-by"),
        near.then_some("near")
    );
    let label = if subject { t_with("{0}; selected by the policy shown", &[&mark.label]) } else { mark.label.clone() };
    let pill = mark.kind == MarkKind::Pill;
    let closed = (matches!(mark.kind, MarkKind::Group(_)) && props.picture.overview.is_some()).then_some("false");
    let left = if pill { 34.0 } else { 16.0 };
    let lift = export::lift(mark);
    let rx = if pill { r.h / 2.0 } else { 8.0 };
    let sign = match (pill, mark.sort) {
        (true, EndKind::Node) => html! { <path class="pill-sign" d="M14 17h10v4H14zM14 25h10v4H14z" /> },
        (true, EndKind::IngressController) => html! { <path class="pill-sign" d="M14 23h9M20 19l4 4-4 4" /> },
        (true, _) => {
            html! { <path class="pill-sign" d="M13.5 23a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0-11 0M13.5 23h11M19 17.5c-3 3-3 8 0 11c3-3 3-8 0-11" /> }
        }
        _ => Html::default(),
    };
    let shield = mark.isolation.map(|isolation| {
        // Half a shield for one direction: the left half guards what comes in.
        let half = match isolation {
            Isolation::Both => SHIELD_PATH,
            Isolation::Ingress => "M7 0v15.5c-4-1.5-7-4-7-8v-5z",
            Isolation::Egress => "M7 0l7 2.5v5c0 4-3 6.5-7 8z",
        };
        html! {
            <g class="shield-sign" transform={format!("translate({} 9)", r.w - 26.0)}><path class="shield-line" d={SHIELD_PATH} /><path class="shield" d={half} /><title lang={shown().tag()}>{ t(isolation.words()) }</title></g>
        }
    });
    html! {
        <g {class} role="button" tabindex={if tabbable { "0" } else { "-1" }} aria-label={label.clone()} aria-expanded={closed} data-mark={index.to_string()} data-key={mark.key.clone()}
            transform={format!("translate({} {})", r.x, r.y)}>
            if matches!(mark.kind, MarkKind::Group(_)) {
                <rect class="behind" x="5" y="5" width={r.w.to_string()} height={r.h.to_string()} rx="8" />
            }
            if subject { <rect class="subject-ring" x="-5" y="-5" width={(r.w + 10.0).to_string()} height={(r.h + 10.0).to_string()} rx={(rx + 5.0).to_string()} /> }
            <rect class="body" width={r.w.to_string()} height={r.h.to_string()} rx={rx.to_string()} />
            { sign }
            if props.details.is_empty() {
                <text class="title" x={left.to_string()} y={(r.h / 2.0 - 3.0 - lift).to_string()}>{ &mark.title }</text>
                { sub(&mark.subtitle, left, r.h / 2.0 + 13.0 - lift) }
            } else {
                <text class="title" x={left.to_string()} y="15">{ &mark.title }</text>
                { for props.details.iter().enumerate().map(|(line, text)| sub(text, left, (25 + line * 9) as f64)) }
            }
            if !mark.detail.is_empty() { { sub(&mark.detail, left, r.h / 2.0 + 29.0 - lift) } }
            { shield.unwrap_or_default() }
            { for export::signs(mark).into_iter().map(|(x, words, denied)| {
                let width = export::sign_width(&words);
                html! {
                    <g class={classes!("undrawn", if denied { "denied" } else { "open" })} lang={shown().tag()} transform={format!("translate({x} {})", r.h - 7.0)}>
                        <rect width={width.to_string()} height="14" rx="7" /><text x={(width / 2.0).to_string()} y="10">{ words }</text>
                        <title>{ if denied { t("sources that cannot connect, drawn without arrows; select the card to see them") } else { t("open to all sources; select the card to see the arrows") } }</title>
                    </g>
                }
            }) }
            if let Some((target, words)) = &mark.open_by {
                <g class="open-sign" data-follow={target.clone()} transform={format!("translate({} {})", r.w - 27.0, r.h - 22.0)}>
                    <rect class="hit" x="-6" y="-4" width="28" height="23" rx="5" /><path d={export::OPEN_PATH} /><title lang={shown().tag()}>{ t_with("show the path by {0}", &[words]) }</title>
                </g>
            }
            if let (MarkKind::Group(name), true) = (&mark.kind, props.picture.overview.is_some()) {
                <g class="fold open-fold" data-fold={name.clone()} transform={format!("translate({} {})", r.w - 40.0, r.h - 40.0)}>
                    <rect class="hit" width="40" height="40" rx="8" /><path d="M15 20h10M20 15v10" /><title lang={shown().tag()}>{ t("open") }</title>
                </g>
            }
            <title>{ label }</title>
        </g>
    }
}
