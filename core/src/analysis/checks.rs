//! The checks of an analysis.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::Analysis;
use crate::answers::checks::{self, Answers, CheckResult, WantedByChecks};
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

    /// The flows that checks expect to be allowed, as a list of wanted flows.
    pub fn wanted_by_checks(&self) -> WantedByChecks {
        checks::wanted(self)
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

#[cfg(test)]
mod tests {
    use alloc::string::{String, ToString};
    use alloc::vec::Vec;

    use crate::analysis::Analysis;

    #[test]
    fn what_checks_expect_to_be_allowed_is_a_list_of_wanted_flows() {
        let text = "\
{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}}
---
{apiVersion: v1, kind: Pod, metadata: {name: cart, namespace: shop, labels: {app: cart}}}
---
{apiVersion: v1, kind: Pod, metadata: {name: db, namespace: shop, labels: {app: db}}}
---
apiVersion: netpolis.dev/v1
kind: Check
metadata: {name: c}
spec:
  checks:
  - {from: shop/web, to: shop/cart, port: 7070, expect: allowed}
  - {from: internet, to: {namespace: shop, podSelector: {app: web}}, port: 80, expect: allowed}
  - {from: shop/web, to: shop/db, port: 5432, expect: denied}
  - {from: shop/web, to: https://shop.example/, expect: allowed}
  - {from: shop/cart, to: shop/db, expect: allowed}
";
        let mut analysis = Analysis::default();
        analysis.set_files(&[("a.yaml", text)]);
        let wanted = analysis.wanted_by_checks();
        let lines: Vec<String> = wanted.flows.iter().map(ToString::to_string).collect();
        assert_eq!(lines, ["shop/web -> shop/cart TCP 7070", "internet -> shop/web TCP 80", "shop/cart -> shop/db TCP UDP SCTP"]);
        assert_eq!((wanted.left_out, wanted.without_port), (1, 1));
    }
}
