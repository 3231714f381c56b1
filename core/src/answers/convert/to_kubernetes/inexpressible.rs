//! What NetworkPolicy has no words for.

use alloc::string::String;
use core::fmt;

use super::conditions::MOST_ALTERNATIVES;

/// Why NetworkPolicy cannot say something. Its `Display` is the sentence, without where it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::answers::convert) enum Inexpressible {
    /// A selector has too many alternatives.
    TooManyAlternatives,
    /// `global()`.
    Global,
    /// A selector looks at a part of a label's value.
    PartOfValue(String),
    /// A key of labels that stands for service accounts.
    ServiceAccounts(String),
    /// A key that no label of Kubernetes can have.
    Key(String),
    /// A value that no label of Kubernetes can have.
    Value(String),
    /// Every end but some pods.
    AllButPods,
    /// Pods without addresses, or addresses without pods.
    LabelsAndAddresses,
    /// Every protocol but some ports.
    AllButPorts,
    /// What a named port leaves of another, or another of it.
    NamedPort,
    /// The rule's own side is restricted, in the field.
    OwnSide(String),
    /// Requests of HTTP are asked for, in the field.
    Requests(String),
    /// What was said of a field before.
    Field(String, String),
}

impl fmt::Display for Inexpressible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Inexpressible::TooManyAlternatives => {
                write!(f, "it comes to more than {MOST_ALTERNATIVES} alternatives, which nobody could read")
            }
            Inexpressible::Global => {
                f.write_str("`global()` means host endpoints and global network sets, and NetworkPolicy only knows pods and addresses")
            }
            Inexpressible::PartOfValue(selector) => {
                write!(f, "`{selector}` looks at a part of a label's value, and Kubernetes compares whole values")
            }
            Inexpressible::ServiceAccounts(key) => write!(f, "`{key}` is about service accounts, and NetworkPolicy does not know them"),
            Inexpressible::Key(key) => write!(f, "`{key}` is no key of a label in Kubernetes"),
            Inexpressible::Value(value) => write!(f, "`{value}` is no value of a label in Kubernetes"),
            Inexpressible::AllButPods => f.write_str("all ends but some pods are meant, and NetworkPolicy can only list those that are"),
            Inexpressible::LabelsAndAddresses => {
                f.write_str("one is about labels and the other about addresses, and NetworkPolicy has no peer for both")
            }
            Inexpressible::AllButPorts => {
                f.write_str("all protocols but some ports are meant, and NetworkPolicy can only list ports: give the Allow rule a protocol")
            }
            Inexpressible::NamedPort => {
                f.write_str("a port by name may be any number, so it cannot be told what is left of one beside the other")
            }
            Inexpressible::OwnSide(field) => write!(f, "`{field}`: a rule of NetworkPolicy is about all pods of its policy"),
            Inexpressible::Requests(field) => write!(f, "`{field}`: NetworkPolicy does not look into requests"),
            Inexpressible::Field(field, text) => write!(f, "`{field}`: {text}"),
        }
    }
}
