//! What is said about the word under the pointer: what a field means, and what in this scene has a label.

use super::binding::{Context, Part};
use super::completion::KINDS;
use super::selector::{Word, word_at_end};
use super::vocabulary::Vocabulary;
use super::{completion, fields};

/// Most names that are listed.
const MOST: usize = 6;

/// What to say about the word at the end of the context.
pub fn help(context: &Context, words: &Vocabulary) -> Option<String> {
    let in_labels = |path: &str| path.ends_with("matchLabels") || path.ends_with("labels");
    match context.part {
        Part::Key if in_labels(&context.path) => Some(about_key(context, words, &context.word)),
        Part::Key => meaning(context, &context.path, &context.word),
        Part::Value if completion::is_selector(context) => match word_at_end(&context.word)? {
            Word::Key(key) => Some(about_key(context, words, &key)),
            Word::Value(key, value) => Some(about_label(context, words, &key, &value)),
            Word::Meaning(meaning) => Some(meaning.into()),
        },
        Part::Value if in_labels(&context.path) => Some(about_label(context, words, &context.key, &context.word)),
        Part::Value if context.path.is_empty() && context.key == "kind" => {
            let known = KINDS.iter().find(|kind| kind.name == context.word && kind.fits(&context.version));
            known.map(|kind| kind.meaning.to_owned())
        }
        Part::Value => meaning(context, &context.path, &context.key),
    }
}

fn meaning(context: &Context, path: &str, name: &str) -> Option<String> {
    let field = fields::find(context, path, name)?;
    let values: Vec<&str> = field.values().collect();
    Some(if values.is_empty() { field.meaning.to_owned() } else { format!("{}\n{}", field.meaning, values.join(", ")) })
}

fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.collect();
    let more = names.len().saturating_sub(MOST);
    let shown = names.iter().take(MOST).copied().collect::<Vec<_>>().join(", ");
    if more > 0 { format!("{shown} and {more} more") } else { shown }
}

fn about_key(context: &Context, words: &Vocabulary, key: &str) -> String {
    let (labels, noun) = words.labels(context);
    let values = labels.iter().filter(|label| label.key == key);
    if values.clone().next().is_none() {
        return format!("No {noun} of this scene has the label {key}.");
    }
    format!("Values in this scene: {}", listed(values.map(|label| label.value.as_str())))
}

fn about_label(context: &Context, words: &Vocabulary, key: &str, value: &str) -> String {
    let (labels, noun) = words.labels(context);
    match labels.iter().find(|label| label.key == key && label.value == value) {
        Some(label) => format!("{key}={value}: {}", listed(label.on.iter().map(String::as_str))),
        None => format!("No {noun} of this scene has the label {key}={value}."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::editor::vocabulary::Label;

    fn helped(version: &str, kind: &str, path: &str, key: &str, word: &str) -> Option<String> {
        let db = Label { key: "app".into(), value: "db".into(), on: vec!["shop/db".into()] };
        let words = Vocabulary { end_labels: vec![db], ..Vocabulary::default() };
        let part = if key.is_empty() { Part::Key } else { Part::Value };
        let context = Context { version: version.into(), kind: kind.into(), path: path.into(), part, key: key.into(), word: word.into() };
        help(&context, &words)
    }

    #[test]
    fn fields_are_explained_by_their_kind() {
        let kubernetes = helped("networking.k8s.io/v1", "NetworkPolicy", "spec", "", "ingress").unwrap();
        assert!(kubernetes.contains("Without a rule: nothing"), "{kubernetes}");
        let calico = helped("projectcalico.org/v3", "NetworkPolicy", "spec", "", "ingress").unwrap();
        assert!(calico.contains("in order"), "{calico}");
        assert_eq!(helped("projectcalico.org/v3", "NetworkPolicy", "spec", "", "podSelector"), None);
        let action = helped("projectcalico.org/v3", "GlobalNetworkPolicy", "spec.egress[]", "action", "Pass").unwrap();
        assert!(action.contains("next tier"), "{action}");
        assert!(helped("v1", "Service", "spec", "", "selector").is_some_and(|help| help.contains("pods behind")));
    }

    #[test]
    fn labels_are_explained_by_what_has_them() {
        let selector = |word| helped("projectcalico.org/v3", "NetworkPolicy", "spec", "selector", word).unwrap();
        assert_eq!(selector("app"), "Values in this scene: db");
        assert_eq!(selector("app == 'db"), "app=db: shop/db");
        assert_eq!(selector("app == 'cart"), "No endpoint or network set of this scene has the label app=cart.");
        assert!(selector("has").contains("with any value"));
        let labels = helped("networking.k8s.io/v1", "NetworkPolicy", "spec.podSelector.matchLabels", "app", "db").unwrap();
        assert_eq!(labels, "app=db: shop/db");
        assert!(helped("projectcalico.org/v3", "NetworkPolicy", "", "kind", "NetworkPolicy").unwrap().contains("Calico"));
    }
}
