//! Policies as they were lowered before an edit, so that those of objects that did not change are the same ones.
//!
//! What an object is lowered to depends on nothing but the object, its document, its number among the policies, and the settings.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::Standing;
use crate::language::Resource;
use crate::language::registry::Language;
use crate::policy::{Policy, PolicyId};
use crate::settings::Assumed;
use crate::text::DocumentId;

/// Policies by the objects that they were lowered from, in the order of the text.
#[derive(Clone, Debug, Default)]
pub(crate) struct KnownPolicies {
    settings: Option<Assumed>,
    policies: Vec<KnownPolicy>,
}

#[derive(Clone, Debug)]
struct KnownPolicy {
    document: DocumentId,
    resource: Arc<Resource>,
    language: &'static dyn Language,
    policy: Arc<Policy>,
    standing: Standing,
}

/// Those of the last time, while the text is gone through again.
pub(super) struct Before {
    policies: Vec<KnownPolicy>,
    /// The first of the document at hand.
    next: usize,
}

impl KnownPolicies {
    /// Begins a list of its own; what comes back is that of the last time.
    pub(super) fn begin(&mut self, settings: &Assumed) -> Before {
        let policies = core::mem::take(&mut self.policies);
        let usable = self.settings.as_ref() == Some(settings);
        if !usable {
            self.settings = Some(settings.clone());
        }
        self.policies.reserve(policies.len());
        Before { policies: if usable { policies } else { Vec::new() }, next: 0 }
    }

    pub(super) fn add(
        &mut self,
        document: DocumentId,
        resource: &Arc<Resource>,
        language: &'static dyn Language,
        policy: &Arc<Policy>,
        standing: Standing,
    ) {
        self.policies.push(KnownPolicy { document, resource: resource.clone(), language, policy: policy.clone(), standing });
    }
}

impl Before {
    /// The policy of an object, if it was lowered as the policy of this number. To be asked in the order of the text.
    pub(super) fn find(
        &mut self,
        document: DocumentId,
        resource: &Arc<Resource>,
        id: PolicyId,
    ) -> Option<(&'static dyn Language, Arc<Policy>, Standing)> {
        while self.policies.get(self.next)?.document < document {
            self.next += 1;
        }
        let of_document = self.policies.get(self.next..)?.iter().take_while(|known| known.document == document);
        let known = of_document.into_iter().find(|known| Arc::ptr_eq(&known.resource, resource) && known.policy.id == id)?;
        Some((known.language, known.policy.clone(), known.standing))
    }
}
