//! TLS inspection against real OpenSSL servers and against servers that mean no good.

// Clippy tells tests by their attribute, and helpers of tests have none.
#![allow(clippy::unwrap_used)]

mod authority;
mod certificates;
mod hostile;
mod obsolete;
mod openssl;
mod versions;

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::net::TcpStream;
use wire::tls::{Limits, Roots, inspect};

/// Inspects a local server, and checks that the report counts its connections right.
fn report_of(address: SocketAddr, name: &str, limits: Limits) -> model::TlsReport {
    let roots = Roots::new(&[]).unwrap();
    let opened = AtomicU32::new(0);
    let connect = || {
        opened.fetch_add(1, Ordering::Relaxed);
        TcpStream::connect(address)
    };
    let report = block_on(inspect(connect, name, &roots, limits)).unwrap();
    assert_eq!(report.handshakes, opened.load(Ordering::Relaxed));
    assert!(report.handshakes <= limits.handshakes);
    report
}

fn block_on<F: Future>(future: F) -> io::Result<F::Output> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(future))
}
