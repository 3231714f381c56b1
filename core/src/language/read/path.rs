//! Where in an object a value stands, written as API servers write it: `spec.ingress[0].from[1].ipBlock.cidr`.

use core::fmt;

/// A path from the root of an object, kept on the stack as a chain: it costs nothing until somebody has to read it.
#[derive(Clone, Copy, Debug)]
pub(in crate::language) struct Path<'p> {
    parent: Option<&'p Path<'p>>,
    step: Step<'p>,
}

#[derive(Clone, Copy, Debug)]
enum Step<'p> {
    Root,
    Field(&'p str),
    Item(usize),
}

impl<'p> Path<'p> {
    /// The object itself.
    pub(in crate::language) const ROOT: Path<'static> = Path { parent: None, step: Step::Root };

    /// A field of this place.
    pub(in crate::language) fn field<'q>(&'q self, name: &'q str) -> Path<'q> {
        Path { parent: Some(self), step: Step::Field(name) }
    }

    /// Whether it is the object itself.
    pub(in crate::language) fn is_root(&self) -> bool {
        matches!(self.step, Step::Root)
    }

    /// Whether it is this field of the object, or a place in it.
    pub(in crate::language) fn is_within(&self, name: &str) -> bool {
        let mut path = self;
        while let Some(parent) = path.parent {
            if matches!(parent.step, Step::Root) {
                return matches!(path.step, Step::Field(field) if field == name);
            }
            path = parent;
        }
        false
    }

    /// An item of the list at this place.
    pub(in crate::language) fn item(&self, index: usize) -> Path<'_> {
        Path { parent: Some(self), step: Step::Item(index) }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Objects nest a dozen levels at most (what lies deeper is never decoded), so this recursion is shallow.
        if let Some(parent) = self.parent {
            parent.fmt(f)?;
        }
        match self.step {
            Step::Root => Ok(()),
            Step::Field(name) if self.parent.is_none_or(|p| matches!(p.step, Step::Root)) => f.write_str(name),
            Step::Field(name) => write!(f, ".{name}"),
            Step::Item(index) => write!(f, "[{index}]"),
        }
    }
}
