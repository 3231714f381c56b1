//! What checks expect of whole paths.

use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;

use super::fields::Fields;
use crate::language::codes;
use crate::language::netpolis::{Bound, PathTest, PodShareTest, ShareTest};
use crate::language::read::fields::{Reader, Slot, quoted};

/// Places and translations of a path, as `through` and `notThrough` name them.
const STAGES: &[&str] = &["load balancer", "node", "gateway", "proxy", "egress", "tunnel", "DNAT", "SNAT"];

impl PathTest {
    /// Whether it expects anything by itself.
    pub(super) fn expects(&self) -> bool {
        let PathTest { via: _, node: _, share, pods, seen, forwarded, tls, through, not_through, healthy } = self;
        share.is_some()
            || !pods.is_empty()
            || seen.is_some()
            || forwarded.is_some()
            || tls.is_some()
            || !through.is_empty()
            || !not_through.is_empty()
            || healthy.is_some()
    }
}

impl<'a> Reader<'a> {
    /// What is expected of the path; nothing if no field speaks of it.
    pub(super) fn path_test(&mut self, fields: &Fields<'a, '_>) -> Option<Box<PathTest>> {
        let asked = self.flag(fields.get("path")).unwrap_or(false);
        let mut test = PathTest {
            via: self.word(fields.get("via"), &["cluster-ip", "node-port", "load-balancer", "external-ip"]).map(Box::from),
            node: self.text(fields.get("node")).map(Box::from),
            share: self.share(fields.get("share")),
            seen: self.text(fields.get("seenAs")).map(Box::from),
            tls: self.word(fields.get("tls"), &["untouched", "ends", "anew"]).map(Box::from),
            ..PathTest::default()
        };
        let kept = fields.get("clientAddress");
        match self.word(kept, &["kept", "lost"]) {
            Some(_) if test.seen.is_some() => self.refuse(kept.at_key().error(codes::FORBIDDEN, "Forbidden: `seenAs` says it already")),
            Some("kept") => test.seen = Some("client".into()),
            Some(_) => test.seen = Some("not the client".into()),
            None => {}
        }
        test.forwarded = self.word(fields.get("forwardedFor"), &["client", "none"]).map(|word| word == "client");
        test.through = self.stages(fields.get("through"));
        test.not_through = self.stages(fields.get("notThrough"));
        if fields.get("healthyNodes").is_set() {
            test.healthy = Some(self.check_texts(fields.get("healthyNodes")));
        }
        let slots: Vec<Slot<'a, '_>> = self.items(fields.get("pods")).collect();
        test.pods = slots.iter().filter_map(|slot| self.pod_share(slot)).collect();
        (asked || test != PathTest::default()).then(|| Box::new(test))
    }

    fn pod_share(&mut self, slot: &Slot<'a, '_>) -> Option<PodShareTest> {
        let [pod, node, each] = self.fields(slot, ["pod", "node", "each"], &[])?;
        if !each.is_set() {
            self.refuse(each.required(codes::REQUIRED, "the share of each of these pods"));
        }
        Some(PodShareTest { pod: self.text(&pod).map(Box::from), node: self.text(&node).map(Box::from), each: self.share(&each)? })
    }

    fn stages(&mut self, slot: &Slot<'a, '_>) -> Vec<Box<str>> {
        let is_list = slot.node.is_some_and(|node| node.as_sequence().is_some());
        let slots: Vec<Slot<'a, '_>> = if is_list { self.items(slot).collect() } else { alloc::vec![*slot] };
        slots.iter().filter_map(|slot| self.word(slot, STAGES)).map(Box::from).collect()
    }

    /// `1/3`, `50 %`, `at least 1/2`.
    fn share(&mut self, slot: &Slot<'a, '_>) -> Option<ShareTest> {
        let node = slot.value()?;
        let written = node.as_str().unwrap_or_else(|| self.slice(node.span()));
        let share = parsed_share(written);
        if share.is_none() {
            let message = format!("Invalid value: {}: not a share", quoted(written));
            self.refuse(slot.error(codes::UNSUPPORTED_VALUE, message).help("write 1/3, 50 %, `at least 1/2` or `at most 1/2`"));
        }
        share
    }
}

fn parsed_share(text: &str) -> Option<ShareTest> {
    let text = text.trim();
    let bounds = [("at least ", Bound::AtLeast), ("at most ", Bound::AtMost)];
    let (bound, text) = bounds.iter().find_map(|(word, bound)| Some((*bound, text.strip_prefix(word)?))).unwrap_or((Bound::Exactly, text));
    let number = |text: &str| text.trim().parse::<u32>().ok();
    let fraction = if let Some((part, whole)) = text.split_once('/') {
        (number(part)?, number(whole)?)
    } else if let Some(percent) = text.strip_suffix('%') {
        (number(percent)?, 100)
    } else {
        (number(text)?, 1)
    };
    (fraction.0 <= fraction.1 && fraction.1 > 0).then_some(ShareTest { bound, fraction })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_fractions() {
        let share = |text| parsed_share(text).map(|share| (share.bound, share.fraction));
        assert_eq!(share("1/3"), Some((Bound::Exactly, (1, 3))));
        assert_eq!(share("at least 50 %"), Some((Bound::AtLeast, (50, 100))));
        assert_eq!(share("at most 1"), Some((Bound::AtMost, (1, 1))));
        assert_eq!(share("0"), Some((Bound::Exactly, (0, 1))));
        for wrong in ["", "2", "1/0", "3/2", "half", "101 %", "-1"] {
            assert_eq!(share(wrong), None, "{wrong}");
        }
    }
}
