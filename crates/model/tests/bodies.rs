//! The bodies of a scan have one owner, and stay within its cap.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use model::{BodyCache, Response};

/// JSON of about so many bytes, told apart by its number.
fn list(number: usize, bytes: usize) -> Vec<u8> {
    let row = format!(r#"{{"id":{number},"name":"somebody","tags":["a","b"]}}"#);
    let rows = vec![row; bytes / 48];
    format!("[{}]", rows.join(",")).into_bytes()
}

/// Bytes that cannot be packed.
fn noise(seed: u64, bytes: usize) -> Vec<u8> {
    let mut state = seed;
    std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    })
    .take(bytes)
    .collect()
}

fn kept(cache: &Arc<BodyCache>, body: Vec<u8>) -> Response {
    let response = Response::new(200, Vec::new(), body);
    response.keep_in(cache);
    response
}

#[test]
fn all_forms_are_counted_and_given_up() {
    const CAP: usize = 4 << 20;
    let cache = BodyCache::new(CAP);
    let bodies: Vec<Response> = (0..20).map(|n| kept(&cache, list(n, 500_000))).collect();
    assert!(cache.held() <= CAP);
    for round in 0..2 {
        for (number, response) in bodies.iter().enumerate() {
            assert_eq!(response.json().unwrap()[9]["id"], number, "round {round}");
            assert!(response.text().contains("somebody"));
            assert!(*response.body() == *list(number, 500_000));
            // The one that is being read may be beyond it, with a tree of up to 1 MiB.
            assert!(cache.held() <= CAP + (2 << 20), "{}", cache.held());
        }
        assert!(cache.least() < 1 << 20, "packed they take {}", cache.least());
    }
}

#[test]
fn what_somebody_holds_stays() {
    let cache = BodyCache::new(1 << 20);
    let first = kept(&cache, list(1, 800_000));
    let (bytes, text) = (first.body(), first.text());
    let json = first.json().unwrap();
    let others: Vec<Response> = (2..9).map(|n| kept(&cache, list(n, 800_000))).collect();
    assert!(others.iter().all(|other| other.json().is_some()));
    assert!(cache.held() > 800_000, "what is held is counted");
    assert_eq!((bytes.len(), text.len(), &json[3]["id"]), (first.body_len(), 256 << 10, &1.into()));
    drop((bytes, text, json));
    others[0].json();
    assert!(cache.held() < 4 << 20);
}

#[test]
fn what_cannot_be_packed_is_known_to_stay() {
    let cache = BodyCache::new(1 << 20);
    let bodies: Vec<Response> = (0..4).map(|n| kept(&cache, noise(n, 600_000))).collect();
    assert!(cache.least() >= 4 * 600_000);
    assert!(bodies.iter().zip(0..).all(|(response, n)| *response.body() == *noise(n, 600_000)));
    assert!(bodies.iter().all(|response| response.json().is_none()));
}

#[test]
fn what_nobody_needs_any_more_is_reduced_to_its_beginning() {
    let cache = BodyCache::new(4 << 20);
    let bodies = [list(1, 800_000), noise(2, 600_000), list(3, 600)].map(|body| kept(&cache, body));
    let lengths: Vec<usize> = bodies.iter().map(Response::body_len).collect();
    let packed = kept(&cache, list(4, 800_000));
    let others: Vec<Response> = (5..9).map(|n| kept(&cache, list(n, 900_000))).collect();
    assert!(others.iter().all(|other| other.json().is_some()));
    let before = cache.held();
    for response in bodies.iter().chain([&packed]) {
        response.json();
        response.reduce_body();
    }
    assert!(cache.held() < before, "{before} {}", cache.held());
    assert_eq!(bodies.iter().map(Response::body_len).collect::<Vec<_>>(), lengths, "the lengths are known");
    assert!(*bodies[0].body() == list(1, 800_000)[..1024] && bodies[0].json().is_none());
    assert!(*bodies[1].body() == noise(2, 600_000)[..1024]);
    assert!(*bodies[2].body() == *list(3, 600) && bodies[2].json().is_some(), "what is small stays");
    assert!(*packed.body() == list(4, 800_000)[..1024]);
    bodies.iter().chain(&others).for_each(Response::reduce_body);
    assert_eq!(cache.held(), 7 * 1024 + lengths[2], "the beginnings are counted");
}

#[test]
fn many_readers_at_once_read_what_was_there() {
    let cache = BodyCache::new(1 << 20);
    let bodies: Vec<Response> = (0..12).map(|n| kept(&cache, list(n, 200_000))).collect();
    std::thread::scope(|scope| {
        for reader in 0..4 {
            let bodies = &bodies;
            scope.spawn(move || {
                for step in 0..60 {
                    let number = (step * 7 + reader * 5) % bodies.len();
                    assert_eq!(bodies[number].json().unwrap()[0]["id"], number);
                    assert!(bodies[number].text().starts_with(&format!("[{{\"id\":{number},")));
                }
            });
        }
    });
}

#[test]
fn the_beginning_is_text_whatever_the_bytes_are() {
    let text = |body: Vec<u8>| Response::new(200, Vec::new(), body).text().into_owned();
    assert_eq!(text(b"caf\xe9 \xc3\xa9".to_vec()), "caf\u{fffd} \u{e9}");
    let long = text("\u{e9}".repeat(200_000).into_bytes());
    assert_eq!((long.len(), long.ends_with('\u{e9}')), (256 << 10, true));
    let odd = text(format!("x{}", "\u{e9}".repeat(200_000)).into_bytes());
    assert_eq!((odd.len(), odd.ends_with('\u{e9}')), ((256 << 10) - 1, true), "no character is cut");
}
