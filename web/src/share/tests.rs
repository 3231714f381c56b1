use netpolis_core::language::TrafficPolicy;
use netpolis_core::language::azure::Plugin;
use netpolis_core::model::Cidr;
use netpolis_core::settings::Placement;
use netpolis_core::settings::{Dataplane, Engine, HostInput, Http, IngressBy, OwnNode, Probes, Routing, Staged};

use super::*;

const POLICY: &str = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: db\n  namespace: shop\nspec:\n  podSelector:\n    matchLabels:\n      app: db\n  policyTypes:\n  - Ingress\n  ingress:\n  - from:\n    - podSelector:\n        matchLabels:\n          app: cart\n    ports:\n    - protocol: TCP\n      port: 5432\n";

fn scene() -> Shared {
    Shared {
        files: vec![("cluster.yaml".into(), "# größe 🚀\n".into()), ("policies.yaml".into(), POLICY.into())],
        active: 1,
        settings: Settings { engine: Engine::None, own_node: OwnNode::Ignored, ..Settings::default() },
        question: Question {
            from: "shop/frontend[Deployment]".into(),
            to: "shop/db".into(),
            protocol: "TCP".into(),
            port: Some(5432),
            ..Question::default()
        },
        ..Shared::default()
    }
}

fn with_path() -> Shared {
    let question = PathQuestion {
        from: "203.0.113.7".into(),
        to: "svc/shop/frontend".into(),
        protocol: "TCP".into(),
        port: Some(443),
        entry: Some("node-port".into()),
        node: Some("node-a".into()),
        ..PathQuestion::default()
    };
    Shared { path: PathAsked { question, versus: Some("dataplane=ebpf".into()) }, path_shown: true, ..scene() }
}

#[test]
fn comes_back_whole() {
    let link = encode(&scene());
    assert!(link.starts_with("v1."));
    assert_eq!(decode(&link), Ok(Some((scene(), LinkOptions::default()))));
    assert_eq!(decode(&format!("#{link}&view=matrix&edit=1")), Ok(Some((scene(), LinkOptions { view: EmbedView::Matrix, edit: true }))));
}

#[test]
fn a_link_may_hold_both_sides_of_a_comparison() {
    let files = vec![("policies.yaml".into(), POLICY.replace("5432", "5433")), ("empty.yaml".into(), String::new())];
    let settings = Settings { engine: Engine::None, ..Settings::default() };
    let shared = Shared { baseline: Some(Rc::new(Baseline { name: "Größe, as kept".into(), files, settings })), ..with_path() };
    let link = encode(&shared);
    assert_eq!(decode(&link), Ok(Some((shared.clone(), LinkOptions::default()))));
    assert!(link.len() < encode(&with_path()).len() + 200, "what both have is packed once");
    // Files of both sides do not mix, and a baseline without files is one.
    let empty = Shared { baseline: Some(Rc::default()), ..scene() };
    assert_eq!(decode(&encode(&empty)), Ok(Some((empty, LinkOptions::default()))));
    assert_eq!(decode(&encode(&scene())).unwrap().unwrap().0.baseline, None);
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

/// Made by the first release that knows of paths. It must open for ever, too.
#[test]
fn a_link_with_a_path_opens() {
    let link = include_str!("link-v1-path.txt");
    assert_eq!(decode(link), Ok(Some((with_path(), LinkOptions::default()))));
}

#[test]
fn a_path_is_a_record_of_its_own() {
    assert_eq!(decode(&encode(&with_path())), Ok(Some((with_path(), LinkOptions::default()))));
    // An older page passes over it, and has the rest.
    let mut bytes = entries(&with_path());
    let tag = bytes.iter().rposition(|b| *b == PATH).unwrap();
    bytes[tag] = 99;
    assert_eq!(read_entries(&bytes), Some((scene(), None)));
    // The panel may be open, and nothing asked.
    let open = Shared { path_shown: true, ..scene() };
    assert_eq!(read_entries(&entries(&open)), Some((open, None)));
}

#[test]
fn a_name_of_its_own_goes_along() {
    let named = Shared { name: Some("Größe, three tiers".into()), ..scene() };
    let link = encode(&named);
    assert_eq!(decode(&link), Ok(Some((named.clone(), LinkOptions::default()))));
    assert!(link.len() < encode(&scene()).len() + 40);
    // An older page passes over it, and has the rest.
    let mut bytes = entries(&named);
    let tag = bytes.iter().rposition(|b| *b == NAME).unwrap();
    bytes[tag] = 99;
    assert_eq!(read_entries(&bytes), Some((scene(), None)));
    // Whoever made the link: it is one line, and not endless.
    let of = |name: &str| read_entries(&entries(&Shared { name: Some(name.into()), ..Shared::default() })).unwrap().0.name;
    assert_eq!(of(" two\nlines\u{7} ").as_deref(), Some("two lines"));
    assert_eq!(of(" \n"), None);
    assert_eq!(of(&"ä".repeat(5_000)).unwrap().chars().count(), LONGEST_NAME);
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
fn a_text_that_was_changed_on_its_way_is_damaged() {
    // Deflate alone has no checksum: with one bit of a letter turned, the rest unpacks as if nothing were wrong.
    let mut bytes = entries(&scene());
    let check = checksum(&bytes);
    put_entry(&mut bytes, CHECK, &check);
    assert_eq!(read_entries(&bytes), Some((scene(), None)));
    let letter = bytes.iter().position(|b| *b == b'k').unwrap();
    bytes[letter] ^= 1;
    assert_eq!(read_entries(&bytes), None);
}

#[test]
fn stored_work_of_a_newer_version_opens_as_far_as_it_is_understood() {
    let mut bytes = entries(&scene());
    bytes.extend([SETTINGS, 9]);
    bytes.extend_from_slice(b"wind=east");
    let kept = format!("v1.{}", base64::encode(&deflate::pack(&bytes, DICTIONARY_V1, QUICK)));
    let (shared, unknown) = decode_kept(&kept).unwrap();
    assert_eq!((shared.files, unknown), (scene().files, Some("wind=east".into())));
}

#[test]
fn no_link_unpacks_to_more_than_the_limit() {
    let bomb = vec![b'a'; LIMIT + 1];
    let packed = deflate::pack(&bomb, DICTIONARY_V1, SMALL);
    assert!(packed.len() < 64 << 10);
    assert_eq!(deflate::unpack(&packed, DICTIONARY_V1, LIMIT), Err(deflate::UnpackError::TooLarge));
    let just = deflate::pack(&bomb[..LIMIT], DICTIONARY_V1, SMALL);
    assert_eq!(deflate::unpack(&just, DICTIONARY_V1, LIMIT).map(|b| b.len()), Ok(LIMIT));
    // What is stored here may be larger, and an honest link that is too large is not called damaged.
    let large = Shared { files: vec![("a.yaml".into(), "a".repeat(LIMIT + 1))], ..Shared::default() };
    assert_eq!(decode(&encode(&large)), Err(LinkError::TooLarge));
    assert_eq!(decode_kept(&encode(&large)).map(|(shared, _)| shared), Ok(large));
}

#[test]
fn entries_that_lie_about_their_length_are_damaged() {
    assert_eq!(read_entries(&[FILE_NAME, 0xff, 0xff, 0xff, 0x7f, b'a']), None);
    assert_eq!(read_entries(&[FILE_TEXT, 1, b'a']), None);
    // A tag of the future is passed over.
    assert_eq!(read_entries(&[99, 1, b'a', PORT, 2, b'8', b'0']).unwrap().0.question.port, Some(80));
}

#[test]
fn settings_come_back() {
    let calico = Settings { engine: Engine::Calico, staged: Staged::AsIfEnforced, ..Settings::default() };
    let layered = Settings { http: Http::from_text("GET /a=b").unwrap(), host_input: HostInput::Drops, ..Settings::default() };
    let routing = Routing {
        dataplane: Some(Dataplane::EbpfDsr),
        external: Some(TrafficPolicy::Local),
        internal: Some(TrafficPolicy::Cluster),
        pod_network: Some(Plugin::PodSubnet),
        ingress: Some(IngressBy::Gateway),
        affinity: Some(false),
        ignore_source_ranges: true,
        probes: Some(Probes::Pod),
        placement: Placement { per_node: vec![1, 9], node_network: Cidr::parse("10.240.0.0/24").ok() },
    };
    let routed = Settings { routing, ..Settings::default() };
    assert_eq!(
        settings_text(&routed),
        "dataplane=ebpf-dsr\nexternalTrafficPolicy=Local\ninternalTrafficPolicy=Cluster\nplugin=pod-subnet\ningress=agic\naffinity=None\n\
         sourceRanges=ignored\nprobes=pod\nreplicas=1,9\nnodeRange=10.240.0.0/24"
    );
    // What cannot be read leaves the choice to the text, and is told.
    let unread = settings_from_text("dataplane=magic\nreplicas=1,x\nnodeRange=here\nprobes=?");
    assert_eq!(unread, (Settings::default(), Some("dataplane=magic".into())));
    assert_eq!(settings_from_text("replicas=1, 9").0.routing.placement.per_node, [1, 9]);
    for settings in [Settings::default(), Settings::np_guard(), scene().settings, calico, layered, routed] {
        assert_eq!(settings_from_text(&settings_text(&settings)), (settings, None));
    }
    // Names and words of older links.
    let old = "staged=enforced\nipBlock=outside\nhostNetwork=pod\notherProtocols=rules\npodNetwork=overlay\nnodeNetwork=10.9.0.0/24";
    let (settings, unknown) = settings_from_text(old);
    assert_eq!(
        (settings_text(&settings).as_str(), unknown),
        (
            "staged=as-if-enforced\nipBlock=outside-only\nhostNetwork=as-pod\notherProtocols=follow-rules\nplugin=overlay\nnodeRange=10.9.0.0/24",
            None
        )
    );
}

#[test]
fn a_link_that_assumes_what_this_page_does_not_know_says_so() {
    let link = |tag: u8, text: &str| {
        let mut bytes = entries(&scene());
        bytes.extend([tag, text.len() as u8]);
        bytes.extend_from_slice(text.as_bytes());
        format!("v1.{}", base64::encode(&deflate::pack(&bytes, DICTIONARY_V1, SMALL)))
    };
    for (tag, line) in [(SETTINGS, "engine=magic"), (SETTINGS, "wind=east"), (PATH, "weather=rain")] {
        let error = decode(&link(tag, line)).unwrap_err();
        assert_eq!(error, LinkError::Newer(line.into()));
        assert!(error.message().contains(&format!("says `{line}`")), "{}", error.message());
    }
}

#[test]
fn an_embedded_page_shows_what_its_code_says() {
    let code = embed_code("https://x.example/embed.html", "v1.abc", EmbedView::Matrix, true);
    assert!(code.starts_with("<iframe src=\"https://x.example/embed.html#v1.abc&view=matrix&edit=1\""), "{code}");
    assert!(EmbedView::ALL.into_iter().all(|view| EmbedView::from_name(view.name()) == view));
    assert_eq!(EmbedView::from_name("else"), EmbedView::Graph);
}

#[test]
fn a_link_that_is_made_in_parts_is_the_same_link() {
    let text: String =
        (0..9_000).map(|i| format!("kind: Pod\nmetadata: {{name: pod-{}, namespace: n{}}}\n---\n", i * 7919 % 9000, i % 31)).collect();
    for size in [400, text.len()] {
        let shared = Shared { files: vec![("a.yaml".into(), text[..size].into())], ..Shared::default() };
        let mut link = LinkMaker::new(&shared);
        let (done, of) = link.progress();
        assert_eq!(done, 0);
        let mut parts = 1;
        while !link.go_on(10_000) {
            parts += 1;
            assert_eq!(link.progress().1, of);
        }
        assert_eq!((link.progress(), parts), ((of, of), of.div_ceil(10_000)));
        assert_eq!(link.fragment(), encode(&shared));
    }
}

#[test]
fn what_secrets_hold_is_never_packed() {
    let secret =
        |value: &str| ("s.yaml".to_owned(), format!("kind: Pod\nmetadata: {{name: web}}\n---\nkind: Secret\ndata:\n  password: {value}\n"));
    let baseline = Baseline { name: "old".into(), files: vec![secret("older")], settings: Settings::default() };
    let shared = Shared { files: vec![secret("newer")], baseline: Some(baseline.into()), ..Shared::default() };
    let (read, _) = decode_kept(&encode(&shared)).unwrap();
    let without = "kind: Pod\nmetadata: {name: web}\n---\n";
    assert_eq!((read.files[0].1.as_str(), read.baseline.unwrap().files[0].1.as_str()), (without, without));
}
