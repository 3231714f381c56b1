//! stub
#[derive(PartialEq, PartialOrd)]
pub struct TierKey<'a> {
    pub name: &'a str,
    pub order: Option<f64>,
    pub exists: bool,
}
#[derive(PartialEq, PartialOrd)]
pub struct PolicyKey<'a> {
    pub order: Option<f64>,
    pub name: &'a str,
    pub namespace: &'a str,
    pub kind: &'a str,
}
impl TierKey<'_> {
    pub fn cmp(&self, other: &Self) -> core::cmp::Ordering {
        self.partial_cmp(other).unwrap_or(core::cmp::Ordering::Equal)
    }
}
impl PolicyKey<'_> {
    pub fn cmp(&self, other: &Self) -> core::cmp::Ordering {
        self.partial_cmp(other).unwrap_or(core::cmp::Ordering::Equal)
    }
}
