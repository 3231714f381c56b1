//! Any bytes, loaded: no panic, and every message points into the text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use netpolis_core::analysis::Analysis;
use netpolis_core::settings::Settings;

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let mut scene = Analysis::new(Settings::default());
    scene.set_files(&[("pasted.yaml", &text)]);
    for problem in scene.problems() {
        assert!(!problem.message.is_empty());
        let places = problem.place.iter().chain(problem.related.iter().map(|r| &r.place));
        let edited = problem.fix.iter().flat_map(|fix| fix.edits.iter().map(|(place, _)| place));
        for place in places.chain(edited) {
            let position = scene.sources().position(*place).expect("every place is in a document");
            assert!(text.is_char_boundary(position.start as usize) && text.is_char_boundary(position.end as usize));
        }
    }
    // What was kept from the first reading must not change the second.
    let before = scene.problems().to_vec();
    scene.set_files(&[("pasted.yaml", &text)]);
    assert_eq!(before, scene.problems());
});
