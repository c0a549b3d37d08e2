//! The samples of `examples/`, served as their README does.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use model::{Origin, Scheme, Target};

use super::{python, twins};

/// A running sample; it ends when this is dropped.
pub struct Sample {
    child: Child,
    url: url::Url,
}

impl Sample {
    /// With the arguments of `examples/tests/serve.py`.
    pub fn start(arguments: &[&str]) -> Sample {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/tests/serve.py");
        let mut child = Command::new(python())
            .arg(script)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start a sample: {error}; run `cargo xtask setup`"));
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        Sample { child, url: line.trim().parse().unwrap_or_else(|e| panic!("serve.py said {line:?}: {e}")) }
    }

    pub fn target(&self) -> Target {
        let scheme = if self.url.scheme() == "https" { Scheme::Https } else { Scheme::Http };
        let host = self.url.host_str().unwrap().to_owned();
        let origin = Origin { scheme, host, port: self.url.port_or_known_default().unwrap() };
        Target { origin, ..twins::target(0, scheme) }
    }
}

impl Drop for Sample {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}
