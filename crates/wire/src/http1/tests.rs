use model::{Method, Request, Scheme};
use proptest::prelude::*;
use tokio::io::AsyncWriteExt;

use super::*;
use crate::Mandate;
use crate::in_flight::InFlight;

type Outcome = Result<(u16, Vec<u8>, Option<Truncation>), Failure>;

/// What the reader makes of these pieces, said by a server one after the other before it closes; and whether the connection could
/// be used again.
fn read(method: Method, pieces: &[&[u8]]) -> (Outcome, bool) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let (ours, mut theirs) = tokio::io::duplex(1 << 20);
        let said = async {
            let mut asked = [0; 4096];
            let _ = theirs.read(&mut asked).await;
            for piece in pieces {
                theirs.write_all(piece).await.ok();
                tokio::task::yield_now().await;
            }
            drop(theirs);
        };
        let origin = model::Origin { scheme: Scheme::Http, host: "localhost".to_owned(), port: 80 };
        let message = Message::of(&Request::new(method, &origin, "/"), &Mandate::default());
        let connection = Http1::new(Box::new(ours), None, None);
        let limits = Limits::default();
        let in_flight = InFlight::new(limits.in_flight_bytes);
        let most = limits.body_bytes;
        let patience = crate::slow::Patience::whole(&limits);
        let allowance = Allowance { bytes: most, document: most, patience, in_flight: &in_flight };
        let ((attempt, back), ()) = tokio::join!(connection.ask(&message, &limits, allowance), said);
        (attempt.result.map(|r| (r.status, r.body().to_vec(), r.truncated)), back.is_some())
    })
}

fn headers() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        Just("Content-Length: 4\r\n".to_owned()),
        Just("Content-Length: 999\r\n".to_owned()),
        Just("Transfer-Encoding: chunked\r\n".to_owned()),
        Just("Content-Encoding: gzip\r\n".to_owned()),
        Just("Connection: close\r\n".to_owned()),
        Just(" folded\r\n".to_owned()),
        "[!-~ ]{0,30}\r\n",
        "[A-Za-z-]{1,12}: [ -~]{0,20}\n",
    ];
    proptest::collection::vec(line, 0..6).prop_map(|lines| lines.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn arbitrary_bytes_are_a_typed_outcome(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let (outcome, again) = read(Method::GET, &[&bytes]);
        prop_assert!(outcome.is_err() && !again);
    }

    #[test]
    fn near_responses_are_a_typed_outcome(status in 0_u16..1_100, headers in headers(), body in proptest::collection::vec(any::<u8>(), 0..80), head: bool) {
        let said = [format!("HTTP/1.1 {status} x\r\n{headers}\r\n").as_bytes(), &body].concat();
        let method = if head { Method::HEAD } else { Method::GET };
        let (outcome, again) = read(method, &[&said]);
        if again {
            prop_assert!(matches!(outcome, Ok((_, _, None | Some(Truncation::Undecodable)))), "{outcome:?}");
        }
    }

    #[test]
    fn pieces_do_not_matter(headers in headers(), chunked: bool, cuts in proptest::collection::vec(0_usize..200, 0..6)) {
        let body = if chunked { "4\r\nWiki\r\n5;x=y\r\npedia\r\n0\r\nT: r\r\n\r\n" } else { "four and more" };
        let said = format!("HTTP/1.1 200 OK\r\n{headers}\r\n{body}").into_bytes();
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(said.len())).collect();
        cuts.extend([0, said.len()]);
        cuts.sort_unstable();
        let pieces: Vec<&[u8]> = cuts.windows(2).map(|w| &said[w[0]..w[1]]).collect();
        prop_assert_eq!(read(Method::GET, &pieces).0, read(Method::GET, &[&said]).0);
    }
}

/// Heads, lengths, chunks and codings, whatever they say; `MIDDLEBRICK_FUZZ_SECONDS` says for how long it is tried.
#[test]
fn mutated_responses_are_a_typed_outcome() {
    const TOKENS: &[&str] = &[
        "\r\n",
        "\n",
        "\r\n\r\n",
        "HTTP/1.1 200 OK\r\n",
        "Content-Length: ",
        "Transfer-Encoding: chunked\r\n",
        "ffffffffffffffff",
        "0\r\n\r\n",
        ";",
        ":",
        "Content-Encoding: gzip\r\n",
        "-1",
        "18446744073709551616",
        "\u{0}",
        " ",
    ];
    let corpus = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/http1");
    fuzz::run(&corpus, TOKENS, |bytes| {
        let _ = read(Method::GET, &[bytes]);
    });
}
