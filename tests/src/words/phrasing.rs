//! Phrases that do not come back, each with the better wording: what users read is plain English in the field's terms.

/// A phrase in lower case, and what to write instead.
pub const AVOIDED: &[(&str, &str)] = &[
    ("the text give", "not in the input; or say what is missing: \"no node is given\""),
    ("the text does", "the input does not"),
    ("the text say", "the input specifies"),
    ("the text speaks", "the input contains"),
    ("in the text", "in the input; or the file's name"),
    ("of the text", "of the input; or the file's name"),
    ("as the text", "as specified in the input"),
    ("in your text", "in the input"),
    ("made up", "assumed"),
    ("made-up", "assumed"),
    ("not said", "not specified"),
    ("is said to", "name what specifies it, and where"),
    ("has a say", "could change the verdict"),
    ("have a say", "could change the verdict"),
    ("whoever", "endpoints that …; pods that …"),
    ("hangs on", "depends on"),
    ("hang on", "depend on"),
    ("nothing tells apart", "equivalent"),
    ("that no rule tells apart", "equivalent"),
    ("goes without saying", "leave it out, or say it"),
    ("taken for granted", "assumed"),
    ("in so many words", "explicitly"),
    ("for people", "leave it out"),
    ("puts the pod's address in the", "rewrites the destination to the pod (DNAT)"),
    ("gets there", "reaches …"),
    ("get there", "reach …"),
];

/// Phrases of the list that a text uses.
pub fn avoided_in(text: &str) -> Vec<&'static (&'static str, &'static str)> {
    let text = text.to_lowercase();
    AVOIDED.iter().filter(|(phrase, _)| text.contains(phrase)).collect()
}
