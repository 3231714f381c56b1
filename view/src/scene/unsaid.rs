//! A scene in which not everything is said yet.

use std::rc::Rc;

use crate::{SceneView, SetView, Status};

impl SceneView {
    /// This scene without what passes between some pairs of ends, which are named as in questions: neither graph nor table may show what a learner is
    /// to predict.
    #[must_use]
    pub fn without(&self, pairs: &[(String, String)]) -> SceneView {
        let named = |(from, to): &(String, String)| Some((self.named(from)?, self.named(to)?));
        let pairs: Vec<(usize, usize)> = pairs.iter().filter_map(named).collect();
        let mut scene = self.clone();
        if pairs.is_empty() {
            return scene;
        }
        // Ends of a class are alike, so those of these pairs get classes of their own.
        let mut whole: Vec<u32> = (0..self.classes).collect();
        for (place, end) in scene.ends.iter_mut().enumerate() {
            if pairs.iter().any(|(from, to)| *from == place || *to == place) {
                whole.push(end.class);
                end.class = whole.len() as u32 - 1;
            }
        }
        let cell = |from: &u32, to: &u32| self.cells.get((from * self.classes + to) as usize).copied().unwrap_or_default();
        scene.cells = Rc::new(whole.iter().flat_map(|from| whole.iter().map(move |to| cell(from, to))).collect());
        scene.classes = whole.len() as u32;
        let unsaid = scene.sets.len() as u16;
        scene.sets.push(SetView { status: Status::LeftOut, short: String::new(), long: "to be predicted".into(), ports: Vec::new() });
        for (from, to) in pairs {
            let class = |end: usize| scene.ends.get(end).map(|end| end.class);
            let Some((from, to)) = class(from).zip(class(to)) else { continue };
            if let Some(cell) = Rc::make_mut(&mut scene.cells).get_mut((from * scene.classes + to) as usize) {
                *cell = unsaid;
            }
        }
        scene
    }

    /// The end of this name, with or without its kind.
    fn named(&self, name: &str) -> Option<usize> {
        if name == "internet" {
            return self.internet();
        }
        let is_named = |key: &str| key == name || key.strip_prefix(name).is_some_and(|kind| kind.starts_with('['));
        self.ends.iter().position(|end| is_named(&end.key))
    }
}

#[cfg(test)]
mod tests {
    use netpolis_core::analysis::Analysis;

    use crate::{Status, scene_view};

    #[test]
    fn nothing_is_said_of_a_pair_and_everything_of_the_others() {
        let pod = |name: &str| format!("{{apiVersion: v1, kind: Pod, metadata: {{name: {name}, namespace: shop}}}}\n---\n");
        let mut analysis = Analysis::default();
        analysis.set_files(&[("x.yaml", &["web", "api", "db"].map(pod).concat())]);
        let scene = scene_view(&analysis);
        let pair = |from: &str, to: &str| (from.to_owned(), to.to_owned());
        let left = scene.without(&[pair("shop/web", "shop/db[Pod]"), pair("shop/none", "shop/db")]);
        let status = |from: &str, to: &str| left.between(left.named(from).unwrap(), left.named(to).unwrap()).status;
        for (from, to, expected) in [
            ("shop/web", "shop/db", Status::LeftOut),
            ("shop/db", "shop/web", Status::Allowed),
            ("shop/web", "shop/api", Status::Allowed),
            ("shop/api", "shop/db", Status::Allowed),
        ] {
            assert_eq!(status(from, to), expected, "{from} to {to}");
        }
        assert_eq!(scene.without(&[pair("shop/none", "shop/db")]), scene);
    }
}
