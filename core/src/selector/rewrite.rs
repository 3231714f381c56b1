//! stub
use super::*;
#[derive(Default)]
pub struct PeerParts<'a> {
    pub selector: Option<&'a Selector>,
    pub not_selector: Option<&'a Selector>,
    pub namespace_selector: Option<&'a Selector>,
    pub account_names: &'a [Box<str>],
    pub account_selector: Option<&'a Selector>,
}
pub fn peer(_parts: &PeerParts<'_>, _policy_namespace: Option<&str>) -> (Option<Selector>, Option<Selector>) {
    (None, None)
}
pub fn namespaced_subject(_namespace: &str, _selector: Option<&Selector>, _accounts: Option<&Selector>) -> Selector {
    Selector::All
}
pub fn global_subject(_selector: Option<&Selector>, _namespaces: Option<&Selector>, _accounts: Option<&Selector>) -> Selector {
    Selector::All
}
