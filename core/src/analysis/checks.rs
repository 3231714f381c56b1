//! The checks of an analysis.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::Analysis;
use crate::answers::checks::{self, Answers, CheckResult};
use crate::compile::Compiled;
use crate::connectivity::Connectivity;
use crate::diagnostics::Diagnostic;
use crate::explain::Answer;
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
