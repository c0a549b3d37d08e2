use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A running `openssl s_server` on a free port of the loopback interface; ends with the value.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Server {
    /// Starts a server with the key and certificate of one PEM file, and the chain beside it, and waits until it listens.
    pub(crate) fn start(pem: &Path, arguments: &[&str]) -> Server {
        let chain = Some(pem.with_file_name("chain.pem")).filter(|chain| chain.exists());
        let mut child = Command::new("openssl")
            .args(["s_server", "-accept", "127.0.0.1:0", "-www", "-key"])
            .arg(pem)
            .arg("-cert")
            .arg(pem)
            .args(chain.map(|chain| [OsString::from("-cert_chain"), chain.into()]).into_iter().flatten())
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        let address = loop {
            line.clear();
            assert_ne!(output.read_line(&mut line).unwrap(), 0, "s_server {arguments:?} did not start");
            if let Some(address) = line.strip_prefix("ACCEPT ") {
                break address.trim().parse().unwrap();
            }
        };
        // Kept empty, so that the server never waits for a reader; ends with the server.
        std::thread::spawn(move || output.read_to_end(&mut Vec::new()));
        Server { child, address }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
