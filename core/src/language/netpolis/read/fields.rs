//! The fields of a mapping by their names, for forms that share many of them.

use alloc::vec::Vec;

use crate::language::netpolis::Term;
use crate::language::read::fields::Slot;

/// Fields by name.
pub(super) struct Fields<'a, 'p> {
    names: &'static [&'static str],
    slots: Vec<Slot<'a, 'p>>,
    /// What stands for a field that the form does not have.
    missing: Slot<'a, 'p>,
}

impl<'a, 'p> Fields<'a, 'p> {
    pub(super) fn new(names: &'static [&'static str], whole: &'p Slot<'a, '_>, slots: Vec<Slot<'a, 'p>>) -> Self {
        let missing = Slot { path: whole.path.field(""), node: None, at: whole.at, key: whole.key };
        Fields { names, slots, missing }
    }

    /// The field of a name.
    pub(super) fn get(&self, name: &str) -> &Slot<'a, 'p> {
        self.names.iter().position(|known| *known == name).and_then(|at| self.slots.get(at)).unwrap_or(&self.missing)
    }

    /// The fields that are written.
    pub(super) fn written(&self) -> impl Iterator<Item = (&'static str, &Slot<'a, 'p>)> {
        self.names.iter().copied().zip(&self.slots).filter(|(_, slot)| !slot.is_missing())
    }
}

impl<'a, 'p> Slot<'a, 'p> {
    /// The same, pointing at its key.
    pub(super) fn at_key(&self) -> Slot<'a, 'p> {
        Slot { at: self.key, ..*self }
    }
}

/// What a word means as an end.
pub(super) fn of(name: &str) -> Term {
    match name {
        "everything" => Term::Everything,
        "internet" => Term::Internet,
        "outside" => Term::Outside,
        name => Term::Named(name.into()),
    }
}
