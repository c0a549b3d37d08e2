//! Prints what a server's TLS accepts: `cargo run -p middlebrick-wire --example tls -- HOST:PORT [NAME] [CA.pem]`.

use tokio::net::TcpStream;
use wire::tls::{Limits, Roots, inspect};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let address = arguments.next().ok_or("usage: tls HOST:PORT [NAME] [CA.pem]")?;
    let name = arguments.next().unwrap_or_else(|| address.rsplit_once(':').map_or("", |(host, _)| host).to_owned());
    let roots = arguments.next().map(std::fs::read).transpose()?.unwrap_or_default();
    let connect = || {
        let address = address.clone();
        async move { TcpStream::connect(address).await }
    };
    let report = inspect(connect, &name, &Roots::new(&roots)?, Limits::default()).await;
    for version in &report.versions {
        println!(
            "{:8} {:?} dh={:?} untested={:?}",
            version.version, version.accepted, version.dh_bits, version.untested
        );
        for suite in &version.suites {
            println!("         {} {:?}", suite.name, suite.classes);
        }
    }
    for failure in &report.failures {
        println!("failure  {}: {}", failure.0, failure.1);
    }
    println!("handshakes {}", report.handshakes);
    println!("faults   {:?}", report.faults);
    println!("{:#?}", report.chain);
    Ok(())
}
