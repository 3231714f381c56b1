//! What the command palette finds: commands, and everything of the scene that has a name.

use netpolis_core::settings::Engine;
use netpolis_view::{EndKind, RowLink, SourceLocation, engine_words, with_engine};

use super::commands::{COMMANDS, Command};
use super::{Action, FileId, LessonAction, State};
use crate::examples::EXAMPLES;
use crate::words::{key, t};

/// Most items that are listed at once.
pub const MOST: usize = 60;
/// Most items that are remembered as used last.
pub const MOST_RECENT: usize = 6;

/// Where an item leads.
#[derive(Clone, Debug)]
pub enum Go {
    /// A command.
    Command(&'static Command),
    /// A file, by its number.
    File(FileId),
    /// A policy, by its place among those of the scene.
    Policy(usize),
    /// A sender or receiver, likewise.
    End(usize),
    /// A Service or an Ingress, likewise.
    Target(usize),
    /// A namespace, likewise.
    Namespace(usize),
    /// An example, by its place in the gallery.
    Example(usize),
    /// An engine.
    Engine(Engine),
    /// A lesson, by its folder.
    Lesson(String),
    /// A place in the files.
    Place(SourceLocation),
}

/// Something that can be chosen in the palette.
#[derive(Clone, Debug)]
pub struct Item {
    /// What it is called.
    pub title: String,
    /// What it is: `policy`, `example`; empty for commands.
    pub kind: String,
    /// Where it leads.
    pub go: Go,
    /// The words by which it is found, in small letters.
    words: String,
}

impl Item {
    fn new(kind: &str, title: String, also: &str, go: Go) -> Self {
        let words = format!("{title} {kind} {} {also}", t(kind)).to_lowercase();
        Item { title, kind: kind.into(), go, words }
    }

    /// A lesson, by its folder and title.
    pub fn of_lesson(id: String, title: String) -> Self {
        Item::new(key("lesson"), title, "open learn", Go::Lesson(id))
    }

    /// An object of the files.
    pub fn of_object(kind: &str, namespace: &str, name: &str, spot: SourceLocation) -> Self {
        let title = if namespace.is_empty() { name.to_owned() } else { format!("{namespace}/{name}") };
        let words = spot.file.clone();
        Item::new(kind, if title.is_empty() { kind.to_owned() } else { title }, &words, Go::Place(spot))
    }

    /// What it is remembered by.
    pub fn id(&self) -> String {
        match self.go {
            Go::Command(command) => format!("/{}", command.name),
            _ => format!("{}/{}", self.kind, self.title),
        }
    }

    /// Its keys, as in [`Command::keys`].
    pub const fn keys(&self) -> &'static str {
        match self.go {
            Go::Command(command) => command.keys,
            _ => "",
        }
    }

    /// What choosing it does; nothing for commands, which are done by more than an action, and for what is no longer there.
    pub fn action(&self, state: &State) -> Option<Action> {
        let scene = &state.answers.scene;
        let reveal = |spot: &Option<_>| spot.clone().map(Action::Reveal);
        match &self.go {
            Go::Command(_) => None,
            Go::File(id) => Some(Action::ShowFile(*id)),
            Go::Policy(index) => reveal(&scene.policies.get(*index)?.spot),
            Go::End(index) => Some(Action::Follow(RowLink::End(scene.ends.get(*index)?.key.clone()))),
            Go::Target(index) => Some(Action::FollowTo { target: scene.targets.get(*index)?.key.clone(), from: None }),
            Go::Namespace(index) => reveal(&scene.namespaces.get(*index)?.spot),
            Go::Example(index) => Some(Action::OpenExample(*index, EXAMPLES.get(*index)?)),
            Go::Engine(engine) => Some(Action::ChooseSettings(with_engine(&state.settings, *engine))),
            Go::Place(spot) => Some(Action::Reveal(spot.clone())),
            Go::Lesson(id) => Some(Action::Lesson(LessonAction::Open(id.clone(), String::new()))),
        }
    }
}

const fn kind_word(kind: EndKind) -> &'static str {
    match kind {
        EndKind::Workload => key("workload"),
        EndKind::IngressController => key("ingress controller"),
        EndKind::Node => key("node"),
        EndKind::Machine => key("machine"),
        EndKind::Outside => key("outside"),
    }
}

/// Everything that can be chosen now, with what came later than the scene, such as lessons.
pub fn items(state: &State, later: &[Item]) -> Vec<Item> {
    let scene = &state.answers.scene;
    // It is open already.
    let commands = COMMANDS.iter().filter(|command| (command.when)(state) && command.keys != "Mod+K");
    let engines = Engine::ALL.into_iter().filter(|engine| *engine != state.settings.engine);
    let policy = |(index, policy): (usize, &netpolis_view::PolicyView)| {
        policy.spot.as_ref()?;
        Some(Item::new(key("policy"), policy.title.clone(), &format!("go to {}", policy.kind), Go::Policy(index)))
    };
    commands
        .map(|command| Item::new("", t(command.name).into(), &format!("{} {}", command.name, command.also), Go::Command(command)))
        .chain(state.files.iter().map(|file| Item::new(key("file"), file.name.clone(), "go to open", Go::File(file.id))))
        .chain(scene.policies.iter().enumerate().filter_map(policy))
        .chain(
            scene
                .ends
                .iter()
                .enumerate()
                .map(|(index, end)| Item::new(kind_word(end.kind), scene.title(index), &format!("go to {}", end.subtitle), Go::End(index))),
        )
        .chain(
            scene.targets.iter().enumerate().map(|(index, target)| Item::new(key("path"), target.name(), "go to way", Go::Target(index))),
        )
        .chain(
            scene
                .namespaces
                .iter()
                .enumerate()
                .filter(|(_, namespace)| namespace.spot.is_some())
                .map(|(index, namespace)| Item::new(key("namespace"), namespace.name.clone(), "go to", Go::Namespace(index))),
        )
        .chain(
            EXAMPLES.iter().enumerate().map(|(index, example)| Item::new(key("example"), example.title.into(), "open", Go::Example(index))),
        )
        .chain(engines.map(|engine| Item::new(key("engine"), t(engine_words(engine).0).into(), "choose settings", Go::Engine(engine))))
        .chain(later.iter().cloned())
        .collect()
}

/// The items that fit what is typed, best first, by their place in the list. Where nothing is typed: those used last, then the others.
pub fn find(items: &[Item], text: &str, recent: &[String]) -> Vec<usize> {
    let wanted: Vec<String> = text.to_lowercase().split_whitespace().map(Into::into).collect();
    let place = |item: &Item| recent.iter().position(|id| *id == item.id());
    let rank = |(index, item): (usize, &Item)| {
        let fit: i32 = wanted.iter().map(|word| fit(item, word)).sum::<Option<i32>>()?;
        // What was used last comes first among equals; with nothing typed, before everything.
        let recent = place(item).map_or(0, |place| 8 - place as i32);
        // A long name that fits says less than a short one.
        Some((-(fit + recent), if wanted.is_empty() { 0 } else { item.title.len() }, index))
    };
    let mut found: Vec<_> = items.iter().enumerate().filter_map(rank).collect();
    found.sort_unstable();
    found.into_iter().take(MOST).map(|(_, _, index)| index).collect()
}

/// How well a word fits an item; nothing if it does not.
fn fit(item: &Item, word: &str) -> Option<i32> {
    let title = item.words.get(..item.title.len()).unwrap_or(&item.words);
    let begins = |text: &str| text.match_indices(word).any(|(at, _)| !text[..at].ends_with(char::is_alphanumeric));
    if title.starts_with(word) {
        Some(50)
    } else if begins(title) {
        Some(40)
    } else if title.contains(word) {
        Some(25)
    } else if begins(&item.words) {
        Some(20)
    } else if is_subsequence(title, word) {
        Some(5)
    } else {
        None
    }
}

/// Whether the letters of a word come in a text in their order.
fn is_subsequence(text: &str, word: &str) -> bool {
    let mut letters = text.chars();
    word.chars().all(|wanted| letters.any(|letter| letter == wanted))
}

/// What was used last, after something was used.
pub fn used(mut recent: Vec<String>, id: String) -> Vec<String> {
    recent.retain(|other| *other != id);
    recent.insert(0, id);
    recent.truncate(MOST_RECENT);
    recent
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;
    use netpolis_view::Evaluator;

    const SHOP: &str = "
kind: Pod
metadata: {name: db, namespace: shop, labels: {app: db}}
---
kind: Service
metadata: {name: db, namespace: shop}
spec: {selector: {app: db}, ports: [{port: 5432}]}
---
kind: NetworkPolicy
apiVersion: networking.k8s.io/v1
metadata: {name: deny-db, namespace: shop}
spec: {podSelector: {matchLabels: {app: db}}}
";

    fn shop() -> Rc<State> {
        let mut state = State::start_empty();
        state.take_files(vec![("shop.yaml".into(), SHOP.into())]);
        let reply = Evaluator::default().reply(state.request());
        Rc::new(state).reduce(Action::evaluated(reply))
    }

    fn found(items: &[Item], text: &str, recent: &[&str]) -> Vec<String> {
        let recent: Vec<String> = recent.iter().map(|id| (*id).to_owned()).collect();
        find(items, text, &recent).into_iter().filter_map(|index| items.get(index)).map(Item::id).collect()
    }

    #[test]
    fn names_of_the_scene_lead_to_what_they_name() {
        let state = shop();
        let items = items(&state, &[Item::of_lesson("course/first".into(), "The first lesson".into())]);
        let lead = |text: &str| find(&items, text, &[]).first().and_then(|index| items.get(*index)?.action(&state));
        let Some(Action::Reveal(spot)) = lead("go to policy shop/deny-db") else { panic!("its document") };
        assert!(spot.file == "shop.yaml" && (9..=12).contains(&spot.line), "{spot:?}");
        assert!(matches!(lead("workload shop/db"), Some(Action::Follow(RowLink::End(key))) if key.starts_with("shop/db[")));
        assert!(matches!(lead("service db"), Some(Action::FollowTo { target, from: None }) if target == "svc/shop/db"));
        assert!(matches!(lead("shop.yaml"), Some(Action::ShowFile(_))));
        assert!(matches!(lead("first lesson"), Some(Action::Lesson(LessonAction::Open(id, _))) if id == "course/first"));
        assert!(matches!(lead("engine npm"), Some(Action::ChooseSettings(settings)) if settings.engine == Engine::AzureNpm));
        assert!(matches!(lead(&format!("example {}", EXAMPLES[1].title)), Some(Action::OpenExample(1, _))));
    }

    #[test]
    fn the_best_fit_comes_first() {
        let state = shop();
        let items = items(&state, &[]);
        let first = |text: &str| found(&items, text, &[]).into_iter().next().unwrap_or_default();
        assert_eq!(first("matrix"), "/Matrix");
        assert_eq!(first("MATR"), "/Matrix");
        assert_eq!(first("dndb"), "policy/shop/deny-db", "letters in their order");
        assert_eq!(first("dark"), "/Theme: dark");
        assert_eq!(first("translate"), "/Convert", "another word for it");
        assert_eq!(found(&items, "nothing of that kind", &[]), [""; 0]);
    }

    #[test]
    fn what_was_used_last_comes_first() {
        let state = shop();
        let items = items(&state, &[]);
        let recent = ["/Share…", "policy/shop/deny-db", "policy/shop/gone"];
        assert_eq!(found(&items, "", &recent).iter().take(3).collect::<Vec<_>>(), ["/Share…", "policy/shop/deny-db", "/Ask about a flow"]);
        assert!(found(&items, "", &[]).len() <= MOST);
        let list = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
        assert_eq!(used(list(&["a", "b", "c"]), "b".into()), list(&["b", "a", "c"]));
        assert_eq!(used(list(&["1", "2", "3", "4", "5", "6"]), "7".into()), list(&["7", "1", "2", "3", "4", "5"]));
    }
}
