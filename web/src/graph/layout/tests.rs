use super::*;

fn node(key: &str, home: Home) -> Node {
    Node { key: key.into(), size: (120.0, 50.0), home }
}

fn frame(key: &str) -> Frame {
    Frame { key: key.into(), title_width: 60.0 }
}

/// `frontend -> cart -> db` in one frame, `prometheus`, `debug` in another, the outside above.
fn shop() -> Input {
    Input {
        frames: vec![frame("shop"), frame("monitoring")],
        nodes: vec![
            node("frontend", Home::Frame(0)),
            node("cart", Home::Frame(0)),
            node("db", Home::Frame(0)),
            node("prometheus", Home::Frame(1)),
            node("debug", Home::Frame(1)),
            node("internet", Home::Above),
        ],
        edges: vec![(0, 1), (1, 2), (0, 2), (3, 1), (5, 0)],
        label: (40.0, 18.0),
        tall: false,
    }
}

fn assert_apart(layout: &Placement) {
    for (i, a) in layout.nodes.iter().enumerate() {
        for b in layout.nodes.iter().skip(i + 1) {
            assert!(!a.overlaps(b, 0.0), "{a:?} overlaps {b:?}");
        }
    }
    for (i, a) in layout.frames.iter().enumerate() {
        for b in layout.frames.iter().skip(i + 1) {
            assert!(!a.overlaps(b, 0.0), "{a:?} overlaps {b:?}");
        }
    }
}

fn assert_inside(input: &Input, layout: &Placement) {
    for (node, rect) in input.nodes.iter().zip(&layout.nodes) {
        if let Home::Frame(index) = node.home {
            assert_eq!(layout.frames[index].union(rect), layout.frames[index], "{} is in its frame", node.key);
        } else {
            assert!(layout.frames.iter().all(|frame| !frame.overlaps(rect, 0.0)), "{} is in no frame", node.key);
        }
    }
}

#[test]
fn cards_are_in_their_frames_and_apart() {
    let input = shop();
    let layout = layout(&input, &Memory::default());
    assert_apart(&layout);
    assert_inside(&input, &layout);
    let [frontend, cart, db] = [0, 1, 2].map(|n| layout.nodes[n]);
    // Senders come before receivers, row by row.
    assert!((frontend.y, frontend.x) < (cart.y, cart.x) && (cart.y, cart.x) < (db.y, db.x));
    // Who sends from outside stands before all frames: above, or to the left where lines go from left to right.
    let (pill, frame) = (layout.nodes[5], layout.frames[0]);
    assert!(if layout.memory.sideways { pill.right() < frame.x } else { pill.bottom() < frame.y });
}

#[test]
fn the_same_input_gives_the_same_layout() {
    assert_eq!(layout(&shop(), &Memory::default()), layout(&shop(), &Memory::default()));
}

#[test]
fn an_edit_of_edges_moves_nothing() {
    let first = layout(&shop(), &Memory::default());
    let mut input = shop();
    input.edges = vec![(2, 0), (4, 3)];
    let second = layout(&input, &first.memory);
    assert_eq!(first.nodes, second.nodes);
    assert_eq!(first.frames, second.frames);
}

#[test]
fn what_did_not_change_keeps_its_place() {
    let first = layout(&shop(), &Memory::default());
    let mut input = shop();
    input.nodes.push(node("cache", Home::Frame(1)));
    input.nodes.push(node("office", Home::Above));
    input.frames.push(frame("batch"));
    input.nodes.push(node("job", Home::Frame(2)));
    let second = layout(&input, &first.memory);
    assert_apart(&second);
    assert_inside(&input, &second);
    assert_eq!(first.nodes[..], second.nodes[..6]);
    // And when something goes, the rest stays.
    let mut input = shop();
    input.nodes.remove(1);
    input.edges.clear();
    let third = layout(&input, &first.memory);
    assert_eq!(third.nodes[1], first.nodes[2]);
}

#[test]
fn a_frame_that_grows_pushes_the_others() {
    let first = layout(&shop(), &Memory::default());
    let mut input = shop();
    for i in 0..12 {
        input.nodes.push(node(&format!("worker-{i}"), Home::Frame(0)));
    }
    let second = layout(&input, &first.memory);
    assert_apart(&second);
    assert_inside(&input, &second);
}

#[test]
fn circles_and_many_cards_are_fine() {
    let mut input = Input { frames: vec![frame("ring")], ..Input::default() };
    for i in 0..200 {
        input.nodes.push(node(&format!("n{i}"), Home::Frame(0)));
        input.edges.push((i, (i + 1) % 200));
    }
    let layout = layout(&input, &Memory::default());
    assert_apart(&layout);
    let ratio = layout.bounds.w / layout.bounds.h;
    assert!((0.5..3.0).contains(&ratio), "{ratio}");
}

#[test]
fn nothing_at_all_is_fine() {
    assert_eq!(layout(&Input::default(), &Memory::default()).bounds, Rect::default());
}
