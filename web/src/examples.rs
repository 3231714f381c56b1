//! The gallery, built in: nothing is fetched when one is opened.

use crate::words::{key, t};
use netpolis_view::{PathAsked, PathQuestion, Question};

/// A scene to begin with.
#[derive(Debug, PartialEq, Eq)]
pub struct Example {
    /// Stable name, for links.
    pub id: &'static str,
    /// What it is about: one of [`TOPICS`].
    pub topic: &'static str,
    /// Title in the menu.
    pub title: &'static str,
    /// What it shows, in a sentence.
    pub summary: &'static str,
    /// Names and texts.
    pub files: &'static [(&'static str, &'static str)],
    /// The question that it opens with: from, to, protocol, port.
    pub flow: [&'static str; 4],
    /// The way that its path panel opens with: from, to, protocol, port, what it is compared with.
    pub path: Option<[&'static str; 5]>,
    /// The tab that it opens with; empty for the one that is open.
    pub tab: &'static str,
}

impl Example {
    /// The question that it opens with.
    pub fn question(&self) -> Question {
        let [from, to, protocol, port] = self.flow;
        Question { from: from.into(), to: to.into(), protocol: protocol.into(), port: port.parse().ok(), ..Question::default() }
    }

    /// Whether it opens with the panel that shows the way of a packet.
    pub fn opens_path(&self) -> bool {
        self.tab == "path"
    }

    /// The way that its path panel opens with.
    pub fn path_asked(&self) -> Option<PathAsked> {
        let [from, to, protocol, port, versus] = self.path?;
        let question = PathQuestion {
            from: from.into(),
            to: to.into(),
            protocol: protocol.into(),
            port: port.parse().ok(),
            ..PathQuestion::default()
        };
        Some(PathAsked { question, versus: Some(versus).filter(|v| !v.is_empty()).map(Into::into) })
    }
}

/// What examples are about, as the index of examples calls it and as the page does, in the order of the menu.
pub const TOPICS: [(&str, &str); 5] = [
    ("policies", key("Network policies")),
    ("admin", key("Policies of administrators")),
    ("calico", key("Calico")),
    ("azure", key("Azure")),
    ("paths", key("The path of a packet")),
];

/// The examples that have all words of a text in their title, summary or topic, by their place in the gallery; spaces and hyphens do not count.
pub fn find_examples(text: &str) -> Vec<usize> {
    let tight = |text: &str| text.to_lowercase().replace([' ', '-'], "");
    let wanted: Vec<String> = text.split_whitespace().map(tight).collect();
    let has = |example: &Example| {
        let topic = TOPICS.iter().find(|(name, _)| *name == example.topic).map_or("", |(_, title)| title);
        let words = tight(&format!("{} {} {} {topic} {}", example.id, example.title, example.summary, t(topic)));
        wanted.iter().all(|word| words.contains(word))
    };
    EXAMPLES.iter().enumerate().filter(|(_, example)| has(example)).map(|(index, _)| index).collect()
}

/// The example that these files are, if nobody changed them.
pub fn example_of<'a>(files: impl ExactSizeIterator<Item = (&'a str, &'a str)> + Clone) -> Option<usize> {
    EXAMPLES.iter().position(|example| example.files.len() == files.len() && example.files.iter().copied().eq(files.clone()))
}

// Written by `build.rs` from `www/examples/index.json`.
include!(concat!(env!("OUT_DIR"), "/examples.rs"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_are_found_by_words_and_each_has_a_topic() {
        assert_eq!(find_examples(" ").len(), EXAMPLES.len());
        assert!(EXAMPLES.iter().all(|example| TOPICS.iter().any(|(name, _)| *name == example.topic)));
        let found = |text: &str| find_examples(text).into_iter().map(|index| EXAMPLES[index].id).collect::<Vec<_>>();
        assert_eq!(found("boutique"), ["boutique"]);
        assert!(found("LoadBalancer").contains(&"path-load-balancer") && found("load-balancer").contains(&"path-load-balancer"));
        assert!(found("calico tiers").contains(&"calico-tiers") && found("administrators").contains(&"cluster-policy"));
        assert_eq!(found("nothing of that kind"), [""; 0]);
    }
}
