//! Netpolis's own documents: checks, which say what is expected of a scene. They are no part of it: no verdict depends on them.
//!
//! ```yaml
//! apiVersion: netpolis.dev/v1
//! kind: Check
//! metadata: {name: shop}
//! spec:
//!   checks:
//!   - {from: shop/web, to: shop/api, port: 8080, expect: allowed}
//!   - {only: [shop/api], mayReach: shop/db, port: 5432}
//! ```
//!
//! docs/checks.md has every field. The test files of netassert are read as checks too.

mod read;
mod types;

pub use types::*;

use alloc::vec::Vec;

use super::Resource;
use super::read::fields::Reader;
use super::read::kinds::{KnownKind, ReadKind, Role};
use super::registry::{Language, RawDocument};
use crate::document::NodeRef;

/// The API version of checks.
pub const API_VERSION: &str = "netpolis.dev/v1";

const KINDS: &[KnownKind] = &[KnownKind::cluster(
    "Check",
    Role::Other,
    &[API_VERSION],
    ReadKind::Spec(|reader, body| super::Kind::Check(alloc::boxed::Box::new(reader.check(&body.spec)))),
)];

/// Netpolis's own documents.
pub(in crate::language) struct NetpolisLanguage;

impl Language for NetpolisLanguage {
    fn name(&self) -> &'static str {
        "Netpolis"
    }

    fn kinds(&self) -> &'static [KnownKind] {
        KINDS
    }

    fn has_group(&self, group: &str) -> bool {
        group == "netpolis.dev"
    }

    fn claims(&self, root: NodeRef<'_>) -> bool {
        read::netassert::is_netassert(root)
    }

    fn read_document<'a>(&self, document: RawDocument<'a>, reader: &mut Reader<'a>, resources: &mut Vec<Resource>) {
        resources.push(reader.netassert(document.root));
    }
}
