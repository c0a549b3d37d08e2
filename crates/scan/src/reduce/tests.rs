use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::Arc;

use model::{Exchange, Origin, Scheme, Selection, Target};
use wire::Settings;

use crate::Scan;

const LEAK: &str =
    r#"{"users":[{"username":"ann","password_hash":"$2b$12$.BOQWMz..VtSCnvmwKfv7.YOESX7xwRwlm1Qp3My74hfaSBPJxgD6"}],"#;

/// A server with two long documents, of which one tells a hash.
fn server() -> Origin {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            std::thread::spawn(move || {
                let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
                while let Some(line) = lines.next() {
                    while lines.next().is_some_and(|line| !line.is_empty()) {}
                    let long = format!(r#""rows":[{}0]}}"#, "0,".repeat(9_000));
                    let (status, body) = match line.split(' ').nth(1) {
                        Some("/") => (200, r#"{"links":["/rows","/users"]}"#.to_owned()),
                        Some("/rows") => (200, format!("{{{long}")),
                        Some("/users") => (200, format!("{LEAK}{long}")),
                        _ => (404, "{}".to_owned()),
                    };
                    let head = format!("HTTP/1.1 {status} Said\r\nContent-Type: application/json");
                    let _ = write!(stream, "{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
                }
            });
        }
    });
    Origin { scheme: Scheme::Http, host: "127.0.0.1".to_owned(), port }
}

/// The exchanges of the long documents after a scan: path, length as received, length as kept.
async fn kept(whole: bool) -> Vec<(String, usize, usize)> {
    let selection = Selection { rules: vec!["password-hash-in-response".to_owned()], ..Selection::default() };
    let target = Target { selection, ..Target::of(server()) };
    let scan = Scan::new(target, Settings::polite(true), Arc::new(|_| {})).unwrap();
    let scan = if whole { scan.with_whole_transcript() } else { scan };
    let wire = Arc::clone(&scan.wire);
    let report = scan.run().await;
    assert!(!report.findings.is_empty());
    let of = |e: &Arc<Exchange>| (e.request.path().to_owned(), e.body_len(), e.body().len());
    let records = wire.transcript();
    let judged = records.iter().filter(|record| !crate::repeats::is_repeat(&record.key)).map(|r| &r.exchange);
    let mut kept: Vec<_> = judged.filter(|e| e.body_len() > 9_000).map(of).collect();
    kept.sort();
    kept.dedup();
    kept
}

#[tokio::test]
async fn what_no_finding_cites_is_reduced_and_what_one_cites_is_whole() {
    let kept = kept(false).await;
    let [(rows, long, left), (users, longer, whole)] = kept.as_slice() else { panic!("{kept:?}") };
    assert_eq!((rows.as_str(), users.as_str()), ("/rows", "/users"));
    assert!(*left == 1024 && *long > 18_000, "{kept:?}");
    assert_eq!(whole, longer);
}

#[tokio::test]
async fn what_the_report_is_to_show_whole_stays() {
    assert!(kept(true).await.iter().all(|(_, received, left)| received == left));
}
