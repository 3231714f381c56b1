use super::*;

const POLICY: &str = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: db\n  namespace: shop\nspec:\n  podSelector:\n    matchLabels:\n      app: db\n  policyTypes:\n  - Ingress\n  ingress:\n  - from:\n    - podSelector:\n        matchLabels:\n          app: cart\n    ports:\n    - protocol: TCP\n      port: 5432\n";

fn scene() -> Shared {
    Shared {
        files: vec![("cluster.yaml".into(), "# größe 🚀\n".into()), ("policies.yaml".into(), POLICY.into())],
        active: 1,
        settings: Settings { engine: Engine::None, own_node: OwnNode::Ignored, ..Settings::default() },
        question: Question { from: "shop/frontend[Deployment]".into(), to: "shop/db".into(), protocol: "TCP".into(), port: Some(5432) },
    }
}

#[test]
fn comes_back_whole() {
    let link = encode(&scene());
    assert!(link.starts_with("v1."));
    assert_eq!(decode(&link), Ok(Some((scene(), LinkOptions::default()))));
    assert_eq!(
        decode(&format!("#{link}&view=matrix&edit=1")),
        Ok(Some((scene(), LinkOptions { view: Some("matrix".into()), edit: true })))
    );
}

#[test]
fn a_policy_makes_a_short_link() {
    let shared = Shared { files: vec![("policies.yaml".into(), POLICY.into())], ..Shared::default() };
    assert!(encode(&shared).len() < 200, "{}", encode(&shared).len());
}

/// Made by the first release. It must open for ever.
#[test]
fn a_link_of_version_1_opens() {
    let link = include_str!("link-v1.txt");
    assert_eq!(decode(link), Ok(Some((scene(), LinkOptions::default()))));
}

#[test]
fn the_dictionary_is_frozen() {
    // FNV-1a.
    let hash = DICTIONARY_V1.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    assert_eq!(hash, 0x832b_aeb6_d69e_099c);
}

#[test]
fn what_is_no_scene_is_none() {
    assert_eq!(decode(""), Ok(None));
    assert_eq!(decode("#section"), Ok(None));
    assert_eq!(decode("#a.b"), Ok(None));
}

#[test]
fn damaged_and_newer_links_say_so() {
    let link = encode(&scene());
    assert_eq!(decode(&link[..link.len() / 2]), Err(LinkError::Damaged));
    assert_eq!(decode("v1.%%%"), Err(LinkError::Damaged));
    assert_eq!(decode("v1."), Err(LinkError::Damaged));
    assert_eq!(decode("v2.AAAA"), Err(LinkError::Version));
}

#[test]
fn no_link_unpacks_to_more_than_the_limit() {
    let bomb = vec![b'a'; LIMIT + 1];
    let packed = deflate::pack(&bomb, DICTIONARY_V1);
    assert!(packed.len() < 64 << 10);
    assert_eq!(deflate::unpack(&packed, DICTIONARY_V1, LIMIT), None);
    let just = deflate::pack(&bomb[..LIMIT], DICTIONARY_V1);
    assert_eq!(deflate::unpack(&just, DICTIONARY_V1, LIMIT).map(|b| b.len()), Some(LIMIT));
}

#[test]
fn entries_that_lie_about_their_length_are_damaged() {
    assert_eq!(read_entries(&[FILE_NAME, 0xff, 0xff, 0xff, 0x7f, b'a']), None);
    assert_eq!(read_entries(&[FILE_TEXT, 1, b'a']), None);
    // A tag of the future is passed over.
    assert_eq!(read_entries(&[99, 1, b'a', PORT, 2, b'8', b'0']).unwrap().question.port, Some(80));
}

#[test]
fn settings_come_back() {
    let calico = Settings { engine: Engine::Calico, staged: Staged::AsIfEnforced, ..Settings::default() };
    let layered = Settings { http: Http::from_text("GET /a=b").unwrap(), host_input: HostInput::Drops, ..Settings::default() };
    for settings in [Settings::default(), Settings::np_guard(), scene().settings, calico, layered] {
        assert_eq!(settings_from_text(&settings_text(&settings)), settings);
    }
}
