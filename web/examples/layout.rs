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
    use std::time::Instant;

    use netpolis_web::examples::{EXAMPLES, Example};
    use netpolis_web::graph::clusters::cluster;
    use netpolis_web::graph::export::{self, Palette};
    use netpolis_web::graph::judge::{self, Counts, Scene, judge};
    use netpolis_web::graph::picture::{MANY_WORKLOADS, Picture};

    /// Sizes of the made-up clusters.
    const CLUSTERS: [usize; 5] = [10, 30, 60, 200, 500];

    pub fn main() {
        let only = std::env::args().nth(1).unwrap_or_default();
        println!(
            "| scene | cards | arrows | crossings | behind cards | away | covered | struck | bends | length | size | scale | letters | ms |"
        );
        println!("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
        let mut all = Counts::default();
        for example in EXAMPLES.iter().filter(|e| e.id.contains(&only)) {
            let scene = Scene::new(example);
            row(&mut all, example.id, &scene, &[], false);
            row(&mut all, &format!("{} (tall)", example.id), &scene, &[], true);
        }
        for cards in CLUSTERS {
            let name = format!("cluster of {cards}");
            if name.contains(&only) {
                let (text, namespaces) = cluster(cards);
                let files = vec![("cluster.yaml", &*text.leak())].leak();
                let example = Example { id: "", topic: "", title: "", summary: "", files, flow: [""; 4], path: None, tab: "" };
                let toggled: &[String] = if cards > MANY_WORKLOADS { &namespaces } else { &[] };
                row(&mut all, &name, &Scene::new(Box::leak(Box::new(example))), toggled, false);
            }
        }
        let Counts { crossings, through, away, covered, struck, bends, length, .. } = all;
        println!("| all | | | {crossings} | {through} | {away} | {covered} | {struck} | {bends:.0} | {length:.0} | | | | |");
    }

    fn row(all: &mut Counts, name: &str, scene: &Scene, toggled: &[String], tall: bool) {
        let mut best = f64::INFINITY;
        let mut drawn = Picture::default();
        for _ in 0..5 {
            let begin = Instant::now();
            drawn = scene.drawn(toggled, tall);
            best = best.min(begin.elapsed().as_secs_f64() * 1000.0);
        }
        // Where to look at what was counted.
        if let Ok(folder) = std::env::var("LAYOUT_SVG") {
            let svg = export::svg(&drawn, &Palette::LIGHT);
            let _ = std::fs::write(format!("{folder}/{}.svg", name.replace(' ', "-")), svg.text);
        }
        let counts = judge(&drawn, if tall { judge::TALL } else { judge::WIDE });
        let Counts { cards, arrows, crossings, through, away, covered, struck, bends, length, size: (w, h), scale, letters } = counts;
        println!(
            "| {name} | {cards} | {arrows} | {crossings} | {through} | {away} | {covered} | {struck} | {bends:.0} | {length:.0} | {w:.0} × {h:.0} | {scale:.2} | {letters:.1} | {best:.1} |"
        );
        all.crossings += crossings;
        all.through += through;
        all.away += away;
        all.covered += covered;
        all.struck += struck;
        all.bends += bends;
        all.length += length;
    }
}
