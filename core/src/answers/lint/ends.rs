//! What ends or has ended, as of the day that the settings give: what the lints about it share. Upstream: [`crate::facts`], docs/azure.md 4.

use alloc::format;
use alloc::string::String;

use crate::answers::lint::LintInput;
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::facts::{self, Nearness, Subject};
use crate::path::HTTP_ROUTING_CLASS;
use crate::text::Place;

/// Classes of Ingresses whose controller ends; the second is that of the NGINX that the application routing add-on manages.
pub(super) const CLASSES: [(&str, Subject); 2] =
    [(HTTP_ROUTING_CLASS, Subject::HttpRouting), ("webapprouting.kubernetes.azure.com", Subject::AppRoutingNginx)];

/// A fact that is told at a place; `lead` says who is concerned.
pub(super) fn told(input: &LintInput<'_>, code: Code, subject: Subject, place: Place, lead: Option<String>) -> Option<Diagnostic> {
    let today = input.settings.today;
    let fact = facts::about(subject)?;
    // New subscriptions cannot begin with it even before its end; the project ingress-nginx is not Azure's, and its pods run on.
    let severity = match (subject, fact.nearness(today)) {
        (Subject::IngressNginx, _) => Severity::Note,
        (Subject::NpmOnWindows, _) | (_, Nearness::Past | Nearness::Near) => Severity::Warning,
        (_, Nearness::Far) => Severity::Note,
    };
    let sentence = fact.sentence(today);
    let message = match lead {
        Some(lead) => format!("{lead}: {sentence}"),
        None => sentence,
    };
    Some(Diagnostic::at(code, severity, Some(place), message).help(fact.advice()))
}
