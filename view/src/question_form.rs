//! The question as its fields show it.

use super::{AnswerView, EndView, PathQuestion, Question, SceneView};

/// Protocols that can be chosen.
pub const PROTOCOLS: [&str; 5] = ["TCP", "UDP", "SCTP", "ICMP", "ICMPv6"];
/// Most ports of the receiver that are offered.
const MOST_PORTS: usize = 4;
/// Letters from which on the two ends stand in smaller type, and below each other.
const LONG: usize = 12;
const LONGER: usize = 16;

/// Whether a protocol has ports; TCP is meant where none is named.
pub fn has_ports(protocol: &str) -> bool {
    matches!(protocol, "TCP" | "UDP" | "SCTP" | "")
}

/// How much room the two ends of a question take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// They fit beside each other.
    Short,
    /// In smaller type.
    Long,
    /// Not even so.
    Longer,
}

/// The fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuestionForm<'a> {
    /// How the sender reads.
    pub from: String,
    /// How the receiver reads.
    pub to: String,
    /// How much room these take.
    pub fit: Fit,
    /// Whether it goes to a Service or an Ingress, so that it cannot be turned round.
    pub to_target: bool,
    /// The protocol, and all that can be chosen.
    pub protocol: &'a str,
    /// Those that can be chosen.
    pub protocols: Vec<&'a str>,
    /// Whether it has ports.
    pub has_ports: bool,
    /// Whether it says what few ask for: a source port, or a message of ICMP.
    pub special: bool,
    /// The receiver, whose names for ports mean something.
    pub receiver: Option<&'a EndView>,
    /// Ports that the receiver declares, each with what a press on it says and asks.
    pub ports: Vec<(u16, String, Question)>,
}

/// The fields for a question; `answer` is that about its flow.
pub fn question_form<'a>(scene: &'a SceneView, question: &'a PathQuestion, answer: Option<&AnswerView>) -> QuestionForm<'a> {
    let (from, to) = (scene.end_text(&question.from), scene.target_text(&question.to));
    let protocol = if question.protocol.is_empty() { PROTOCOLS[0] } else { question.protocol.as_str() };
    let other = Some(protocol).filter(|protocol| !PROTOCOLS.contains(protocol));
    let receiver = answer.and_then(|answer| scene.ends.get(answer.to? as usize));
    let fit = match from.chars().count().max(to.chars().count()) {
        LONGER.. => Fit::Longer,
        LONG.. => Fit::Long,
        _ => Fit::Short,
    };
    QuestionForm {
        fit,
        from,
        to,
        to_target: question.is_to_target(),
        protocol,
        protocols: PROTOCOLS.into_iter().chain(other).collect(),
        has_ports: has_ports(&question.protocol),
        special: question.source_port.is_some() || question.icmp_type.is_some() || question.icmp_code.is_some(),
        ports: receiver.map(|end| ports(end, &question.flow())).unwrap_or_default(),
        receiver,
    }
}

/// The ports that an end declares, but for the one that is asked for.
fn ports(end: &EndView, asked: &Question) -> Vec<(u16, String, Question)> {
    let others = end.ports.iter().filter(|p| asked.port != Some(p.port) || asked.protocol != p.protocol);
    let offer = |port: &super::PortView| {
        let title = match &port.name {
            Some(name) => format!("{} declares {} {} ({name})", end.title, port.protocol, port.port),
            None => format!("{} declares {} {}", end.title, port.protocol, port.port),
        };
        (port.port, title, Question { protocol: port.protocol.clone(), port: Some(port.port), ..asked.clone() })
    };
    others.take(MOST_PORTS).map(offer).collect()
}

/// A number from 0 to 255 as it is written into a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WrittenByte {
    /// Nothing: any.
    Any,
    /// A number.
    Number(u8),
    /// No such number.
    Wrong,
}

/// Reads a number from 0 to 255.
pub fn written_byte(text: &str) -> WrittenByte {
    match text.trim() {
        "" => WrittenByte::Any,
        text => text.parse().map_or(WrittenByte::Wrong, WrittenByte::Number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{EndKind, PortView};

    #[test]
    fn fields_are_ready_to_be_shown() {
        let port = |protocol: &str, port, name: Option<&str>| PortView { protocol: protocol.into(), port, name: name.map(str::to_owned) };
        let web = EndView {
            key: "web".into(),
            kind: EndKind::Workload,
            title: "web".into(),
            ports: vec![port("TCP", 80, Some("http")), port("UDP", 53, None)],
            ..EndView::default()
        };
        let scene = SceneView { ends: vec![web], ..SceneView::default() };
        let question = PathQuestion {
            from: "a-long-name".into(),
            to: "web".into(),
            protocol: "TCP".into(),
            port: Some(80),
            ..PathQuestion::default()
        };
        let form = question_form(&scene, &question, None);
        assert_eq!((form.from.as_str(), form.to.as_str(), form.fit), ("a-long-name", "web", Fit::Short));
        assert!(form.has_ports && !form.special && !form.to_target && form.ports.is_empty());
        let asked = PathQuestion { from: "a-longer-name".into(), protocol: "47".into(), icmp_type: Some(8), ..question.clone() };
        let form = question_form(&scene, &asked, None);
        assert_eq!((form.fit, form.has_ports, form.special), (Fit::Long, false, true));
        assert_eq!(form.protocols.last(), Some(&"47"), "one that is not in the list is chosen all the same");
        let offers = ports(&scene.ends[0], &question.flow());
        let [(number, title, next)] = offers.as_slice() else { panic!("the one that is asked for is not offered: {offers:?}") };
        assert_eq!((*number, title.as_str(), next.protocol.as_str(), next.port), (53, "web declares UDP 53", "UDP", Some(53)));
    }

    #[test]
    fn what_is_no_byte_is_not_any_byte() {
        assert_eq!(written_byte("  "), WrittenByte::Any);
        assert_eq!(written_byte(" 8 "), WrittenByte::Number(8));
        assert_eq!([written_byte("256"), written_byte("x")], [WrittenByte::Wrong; 2]);
    }
}
