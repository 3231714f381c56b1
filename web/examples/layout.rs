//! Counts of pictures, as docs/layout.md has them: `cargo run -p netpolis-web --example layout [-- FILTER]`.

/// It measures natively.
#[cfg(target_arch = "wasm32")]
fn main() {}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    measure::main();
}

#[cfg(not(target_arch = "wasm32"))]
mod measure {
    use std::rc::Rc;
    use std::time::Instant;

    use netpolis_view::{Evaluator, Status, TrafficView};
    use netpolis_web::examples::{EXAMPLES, Example};
    use netpolis_web::graph::clusters::cluster;
    use netpolis_web::graph::judge::{self, Counts, judge};
    use netpolis_web::graph::layout::Memory;
    use netpolis_web::graph::picture::{Options, Picture, picture};
    use netpolis_web::state::{Action, State};

    pub fn main() {
        let only = std::env::args().nth(1).unwrap_or_default();
        println!(
            "| scene | cards | arrows | crossings | through | away | covered | struck | bends | length | size | scale | letters | ms |"
        );
        println!("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
        let mut all = Counts::default();
        for example in EXAMPLES.iter().filter(|e| e.id.contains(&only)) {
            let state = State::start(0, example);
            let reply = Evaluator::default().reply(state.request());
            let state = Rc::new(state).reduce(Action::evaluated(reply));
            for (tall, name) in [(false, example.id.to_owned()), (true, format!("{} (tall)", example.id))] {
                add(&mut all, row(&name, &state, &[], tall));
            }
        }
        for cards in [10, 30, 60, 200, 500] {
            let name = format!("cluster of {cards}");
            if !name.contains(&only) {
                continue;
            }
            let (text, namespaces) = cluster(cards);
            let text: &'static str = text.leak();
            let files: &'static [(&'static str, &'static str)] = vec![("cluster.yaml", text)].leak();
            let example: &'static Example =
                Box::leak(Box::new(Example { id: "", title: "", summary: "", files, flow: [""; 4], path: None, tab: "" }));
            let state = State::start(0, example);
            let reply = Evaluator::default().reply(state.request());
            let state = Rc::new(state).reduce(Action::evaluated(reply));
            let closed: &[String] = if cards > netpolis_web::graph::picture::MANY_WORKLOADS { &namespaces } else { &[] };
            add(&mut all, row(&name, &state, closed, false));
        }
        let Counts { crossings, through, away, covered, struck, .. } = all;
        println!("| all | | | {crossings} | {through} | {away} | {covered} | {struck} | {:.0} | {:.0} | | | | |", all.bends, all.length);
    }

    fn add(all: &mut Counts, one: Counts) {
        all.crossings += one.crossings;
        all.through += one.through;
        all.away += one.away;
        all.covered += one.covered;
        all.struck += one.struck;
        all.bends += one.bends;
        all.length += one.length;
    }

    fn row(name: &str, state: &State, toggled: &[String], tall: bool) -> Counts {
        let verdict = state.answers.verdict().map(|verdict| {
            let question = &verdict.question;
            (Status::from(verdict.word), TrafficView { protocol: question.protocol.clone(), port: question.port })
        });
        let options = Options {
            flow: state.flow_ends(),
            verdict: verdict.as_ref().map(|(status, traffic)| (*status, traffic)),
            toggled,
            tall,
            ..Options::default()
        };
        let mut best = f64::INFINITY;
        let mut drawn = Picture::default();
        for _ in 0..5 {
            let begin = Instant::now();
            drawn = picture(&state.answers.scene, &options, &Memory::default());
            best = best.min(begin.elapsed().as_secs_f64() * 1000.0);
        }
        if let Ok(folder) = std::env::var("LAYOUT_SVG") {
            let svg = netpolis_web::graph::export::svg(&drawn, &netpolis_web::graph::export::Palette::LIGHT);
            let _ = std::fs::write(format!("{folder}/{}.svg", name.replace(' ', "-")), svg.text);
        }
        let counts = judge(&drawn, if tall { judge::TALL } else { judge::WIDE });
        let Counts { cards, arrows, crossings, through, away, covered, struck, bends, length, size: (w, h), scale, letters } = counts;
        println!(
            "| {name} | {cards} | {arrows} | {crossings} | {through} | {away} | {covered} | {struck} | {bends:.0} | {length:.0} | {w:.0} × {h:.0} | {scale:.2} | {letters:.1} | {best:.1} |"
        );
        counts
    }
}
