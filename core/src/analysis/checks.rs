//! The checks of an analysis.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::cell::{OnceCell, RefCell};

use super::{Analysis, Loader};
use crate::answers::checks::{self, Answers, CheckResult};
use crate::compile::Compiled;
use crate::connectivity::Connectivity;
use crate::diagnostics::Diagnostic;
use crate::document::Limits;
use crate::explain::Answer;
use crate::language::lower::KnownPolicies;
use crate::load::Loaded;
use crate::path::Paths;
use crate::settings::Settings;
use crate::snapshot::Snapshot;
use crate::verdict::Flow;

impl Analysis {
    /// Makes the checks of every [`Check`](crate::language::netpolis::Check) among the files, and of test files of netassert, in the order of the text.
    pub fn checks(&self) -> Vec<CheckResult> {
        checks::check(self)
    }

    /// The same files under other settings. They are not read again.
    fn with_settings(&self, settings: Settings) -> Analysis {
        let mut analysis = Analysis {
            languages: self.languages,
            assumed: self.assumed.clone(),
            settings,
            loader: Loader::new(Limits::default()).with_languages(self.languages),
            loaded: self.loaded.clone(),
            engine: None,
            inventory: super::Inventory::default(),
            snapshot: Snapshot::default(),
            known: KnownPolicies::default(),
            compiled: self.compiled.clone(),
            connectivity: OnceCell::new(),
            kept: RefCell::default(),
            paths: OnceCell::new(),
            problems: OnceCell::new(),
        };
        analysis.refresh(true);
        analysis
    }
}

impl Answers for Analysis {
    fn loaded(&self) -> &Loaded {
        self.loaded()
    }

    fn settings(&self) -> &Settings {
        self.settings()
    }

    fn snapshot(&self) -> &Snapshot {
        self.snapshot()
    }

    fn compiled(&self) -> &Compiled {
        self.compiled()
    }

    fn connectivity(&self) -> &Connectivity {
        self.connectivity()
    }

    fn paths(&self) -> &Paths {
        self.paths()
    }

    fn decide(&self, flow: &Flow) -> Answer {
        self.decide(flow)
    }

    fn problems(&self) -> &[Diagnostic] {
        self.problems()
    }

    fn under(&self, settings: Settings) -> Box<dyn Answers> {
        Box::new(self.with_settings(settings))
    }
}
