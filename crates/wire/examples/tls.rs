//! Prints what a server's TLS accepts: `cargo run -p wire --example tls -- HOST:PORT [NAME] [CA.pem]`.

use std::io;
use std::sync::Arc;

use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use wire::tls::{Limits, Roots, client_config, inspect};

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
    let report = inspect(connect, &name, Limits::default()).await;
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
    let (config, verifier) = client_config(&Roots::new(&roots)?, None, &[b"http/1.1"])?;
    match ordinary(config, &name, connect().await).await {
        Ok(stream) => println!("ordinary {:#?}", verifier.facts(stream.get_ref().1)),
        Err(error) => println!("ordinary failed: {error}\nchain {:#?}", report.chain),
    }
    Ok(())
}

async fn ordinary(
    config: Arc<rustls::ClientConfig>,
    name: &str,
    stream: io::Result<TcpStream>,
) -> io::Result<tokio_rustls::client::TlsStream<TcpStream>> {
    let name = ServerName::try_from(name.to_owned()).map_err(io::Error::other)?;
    TlsConnector::from(config).connect(name, stream?).await
}
