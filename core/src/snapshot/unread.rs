//! Objects that are not evaluated and may decide where packets go.

use alloc::boxed::Box;

use crate::text::Place;

/// An object that is not evaluated, and may make or change the way of packets to a Service or Ingress.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnreadWay {
    /// Whether it is about an Ingress, not a Service.
    pub is_ingress: bool,
    /// The namespace of the Service or Ingress; any if it is not known.
    pub namespace: Option<Box<str>>,
    /// Its name, in the same way.
    pub name: Option<Box<str>>,
    /// Whether the Service is made by another object, and this one changes the way to it.
    pub changes: bool,
    /// Why it is not known where packets go, as a sentence.
    pub because: Box<str>,
    /// Where it is written.
    pub place: Place,
}

impl UnreadWay {
    /// Whether it may be about the Service or Ingress of this name; of any name where none is given.
    pub(crate) fn may_be(&self, is_ingress: bool, namespace: Option<&str>, name: Option<&str>) -> bool {
        let fits = |own: &Option<Box<str>>, asked: Option<&str>| match (own.as_deref(), asked) {
            (Some(own), Some(asked)) => own == asked,
            _ => true,
        };
        self.is_ingress == is_ingress && fits(&self.namespace, namespace) && fits(&self.name, name)
    }
}

/// A route that is not evaluated, by which requests for a host may be answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnreadRoute {
    /// The host, of which the first part may be a star; any where it names none.
    pub host: Option<Box<str>>,
    /// Why it is not known where requests go, as a sentence.
    pub because: Box<str>,
}

impl UnreadRoute {
    /// Whether it names a host.
    pub(crate) fn names(&self, host: &str) -> bool {
        let is_host = |own: &str| match own.strip_prefix('*') {
            Some(end) => host.len() > end.len() && ends_with(host, end),
            None => own.eq_ignore_ascii_case(host),
        };
        self.host.as_deref().is_some_and(is_host)
    }
}

fn ends_with(host: &str, end: &str) -> bool {
    host.get(host.len().saturating_sub(end.len())..).is_some_and(|own| own.eq_ignore_ascii_case(end))
}
