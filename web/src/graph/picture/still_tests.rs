//! What is asked, looked at or filtered moves no card: tried over all examples.

use std::rc::Rc;

use super::*;
use crate::examples::EXAMPLES;
use crate::state::{Action, State};
use netpolis_view::{Evaluator, FilterView, SetView};

/// Every card and frame with its place.
fn places(picture: &Picture) -> Vec<(String, Rect)> {
    let marks = picture.marks.iter().map(|mark| (mark.key.clone(), mark.rect));
    marks.chain(picture.frames.iter().map(|frame| (format!("frame {}", frame.name), frame.rect))).collect()
}

fn assert_same(first: &Picture, then: &Picture, why: &str) {
    for (a, b) in places(first).iter().zip(&places(then)) {
        assert_eq!(a, b, "{why}");
    }
    assert_eq!(first.marks.len(), then.marks.len(), "{why}");
}

/// All ends, with other sets of connections.
fn filtered(scene: &SceneView, keeps: impl Fn(&SetView) -> bool) -> SceneView {
    let left_out = || SetView { status: Status::LeftOut, short: String::new(), long: String::new(), ports: Vec::new() };
    let sets = scene.sets.iter().map(|set| if keeps(set) { set.clone() } else { left_out() }).collect();
    scene.filtered(&FilterView { ends: (0..scene.ends.len() as u32).collect(), sets, ..FilterView::default() })
}

#[test]
fn no_question_selection_or_filter_moves_a_card_of_any_example() {
    for example in EXAMPLES {
        let state = State::start(0, example);
        let reply = Evaluator::default().reply(state.request());
        let state = Rc::new(state).reduce(Action::evaluated(reply));
        let scene = &*state.answers.scene;
        for tall in [false, true] {
            let id = example.id;
            let traffic = TrafficView { protocol: "TCP".into(), port: Some(80) };
            let verdict = Some((Status::Denied, &traffic));
            let asked = Options { tall, flow: state.flow_ends(), verdict, ..Options::default() };
            let first = picture(scene, &asked, &Memory::default());
            for selected in 0..scene.ends.len() {
                let why = format!("{id}, {} is selected", scene.key(selected));
                let options = Options { selected: Some(selected), ..asked };
                assert_same(&first, &picture(scene, &options, &first.memory), &why);
                if selected % 8 == 0 {
                    assert_same(&first, &picture(scene, &options, &Memory::default()), &format!("{why} from the beginning"));
                }
                let other = scene.ends.len() - 1 - selected;
                let flow = (selected != other).then_some((selected, other));
                let why = format!("{id}, {} to {} is asked", scene.key(selected), scene.key(other));
                assert_same(&first, &picture(scene, &Options { flow, ..asked }, &first.memory), &why);
            }
            for denied in [Some(true), Some(false)] {
                assert_same(
                    &first,
                    &picture(scene, &Options { denied, ..asked }, &first.memory),
                    &format!("{id}, denied flows {denied:?}"),
                );
            }
            for status in [Status::Allowed, Status::Partly, Status::Denied, Status::CannotTell] {
                let part = filtered(scene, |set| set.status == status);
                assert_same(&first, &picture(&part, &asked, &first.memory), &format!("{id}, only {status:?}"));
            }
        }
    }
}

#[test]
fn nearly_all_arrows_of_a_selected_card_are_in_sight_without_a_move() {
    let (mut tried, mut outside) = (0, Vec::new());
    for example in EXAMPLES {
        let state = State::start(0, example);
        let reply = Evaluator::default().reply(state.request());
        let state = Rc::new(state).reduce(Action::evaluated(reply));
        let scene = &*state.answers.scene;
        for (tall, canvas, margin) in [(false, crate::graph::WIDE, 28.0), (true, crate::graph::TALL, 10.0)] {
            let plain = Options { tall, flow: state.flow_ends(), ..Options::default() };
            let first = picture(scene, &plain, &Memory::default());
            let scale = crate::graph::fitting_scale(canvas, first.bounds);
            for selected in (0..scene.ends.len()).step_by(3) {
                let chosen = picture(scene, &Options { selected: Some(selected), ..plain }, &first.memory).bounds;
                let all = first.bounds;
                let grown = [all.x - chosen.x, all.y - chosen.y, chosen.right() - all.right(), chosen.bottom() - all.bottom()];
                let most = grown.into_iter().fold(0.0, f64::max) * scale;
                tried += 1;
                if most > margin {
                    outside.push(format!("{} {} {tall}: {most:.0}", example.id, scene.key(selected)));
                }
            }
        }
    }
    assert!(outside.len() * 20 < tried, "{} of {tried}: {outside:#?}", outside.len());
}
