//! Real Flask applications, served by `tests/twins/serve.py`.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use checks::Server;

/// Flask applications, each on a port of its own; they end when this is dropped.
pub struct Flask {
    child: Child,
    ports: BTreeMap<String, u16>,
}

impl Flask {
    /// Applications of `tests/apps` under Werkzeug's development server.
    pub fn start(names: &[&str]) -> Flask {
        let app = |name: &&str| ((*name).to_owned(), tests().join(format!("apps/{name}.py")));
        Flask::serve(Server::Development, &names.iter().map(app).collect())
    }

    /// These scripts, by name.
    pub fn serve(server: Server, scripts: &BTreeMap<String, PathBuf>) -> Flask {
        let name = match server {
            Server::Development => "development",
            Server::Gunicorn => "gunicorn",
            Server::Waitress => "waitress",
        };
        let python = python();
        let mut child = Command::new(&python)
            .arg(tests().join("twins/serve.py"))
            .arg(name)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(if std::env::var_os("TWIN").is_some() { Stdio::inherit() } else { Stdio::null() })
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start {}: {error}; run `cargo xtask setup`", python.display()));
        writeln!(child.stdin.as_mut().unwrap(), "{}", serde_json::to_string(scripts).unwrap()).unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let ports = serde_json::from_str(&line).unwrap_or_else(|e| panic!("serve.py said {line:?}: {e}"));
        Flask { child, ports }
    }

    pub fn port(&self, name: &str) -> u16 {
        self.ports[name]
    }
}

impl Drop for Flask {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

/// The interpreter with Flask: `MIDDLEBRICK_PYTHON`, or the one that `cargo xtask setup` makes at the root.
pub fn python() -> PathBuf {
    std::env::var_os("MIDDLEBRICK_PYTHON").map_or_else(|| tests().join("../../../.venv/bin/python"), PathBuf::from)
}
