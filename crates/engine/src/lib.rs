//! middlebrick as a library: a [`ScanRequest`], which can be written and sent, becomes a running [`Scan`] and a report; gates,
//! comparison, the ignore file and verification work on reports.
//!
//! A small server of one's own, scanned and read:
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use std::io::{BufRead, BufReader, Write};
//! use std::net::TcpListener;
//!
//! use engine::Scan;
//! use model::{Depth, Status};
//!
//! // Whatever it is asked, it gives the same person's password away.
//! let listener = TcpListener::bind("127.0.0.1:0")?;
//! let url = format!("http://{}", listener.local_addr()?);
//! std::thread::spawn(move || {
//!     for mut stream in listener.incoming().flatten() {
//!         let head = BufReader::new(&stream).lines().map_while(Result::ok).take_while(|line| !line.is_empty());
//!         let asked = head.collect::<Vec<_>>();
//!         let body = r#"{"name": "Ada", "password": "correct-horse-7"}"#;
//!         let (kind, length) = ("application/json", body.len());
//!         let head = format!("HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
//!         let is_head = asked.first().is_some_and(|line| line.starts_with("HEAD"));
//!         // Who hangs up early is not this example's business.
//!         let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(if is_head { b"" } else { body.as_bytes() }));
//!     }
//! });
//!
//! let runtime = tokio::runtime::Runtime::new()?;
//! let report = runtime.block_on(Scan::of(&url).depth(Depth::Quick).seed(7).run())?;
//!
//! assert_eq!(report.status, Status::Completed);
//! for finding in &report.findings {
//!     println!("{} {} at {}", finding.severity, finding.title, finding.locations.len());
//!     println!("  {}", finding.reproduce);
//! }
//! assert!(report.findings.iter().any(|finding| finding.id == "password-in-response"));
//! # Ok(())
//! # }
//! ```

mod again;
mod compare;
mod error;
mod gate;
mod identity;
mod ignore_file;
mod imports;
mod ledger;
mod near;
mod parts;
mod prepare;
mod read;
mod request;
mod rescore;
mod running;
mod scheme;
mod secret;
mod span;
mod surroundings;
mod verified;
mod verify;
mod words;

pub use compare::{Change, Comparison, compare, fingerprints};
pub use error::{Field, RequestError};
pub use gate::{Bound, Ending, FailOn, GateVerdict, Gates};
pub use identity::{CredentialRequest, HeaderRequest, IdentityRequest};
pub use ignore_file::read_ignores;
pub use ledger::cleanup;
pub use near::{did_you_mean, rule};
pub use parts::spec_parts;
pub use prepare::{Prepared, prepare};
pub use read::read_report;
pub use request::{ImportSource, ScanRequest, SpecSource};
pub use running::{Scan, ScanBuilder};
pub use scan::Stop;
pub use scheme::{complete as with_scheme, is_bare};
pub use secret::SecretSource;
pub use span::parse_time;
pub use surroundings::{LARGEST_FILE, Surroundings, System, reason};
pub use verified::{Fate, Verified};
pub use verify::{NoSuchFinding, Recheck, Verification};
pub use wire::ledger::Undone;
pub use words::{Words, words};
