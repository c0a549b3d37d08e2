use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// What `openssl ca` needs: where to keep its books, and a policy that asks for nothing.
const CONFIG: &str = "[ca]\ndefault_ca = own\n[own]\ndatabase = index.txt\nserial = serial\nnew_certs_dir = .\n\
    policy = any\nunique_subject = no\nrand_serial = yes\nemail_in_dn = no\n[any]\ncommonName = supplied\n";

/// How one certificate is to be.
pub(crate) struct Leaf {
    pub(crate) key: &'static str,
    pub(crate) digest: &'static str,
    pub(crate) from: &'static str,
    pub(crate) until: &'static str,
    pub(crate) extensions: &'static str,
    pub(crate) issuer: Issuer,
    /// Whether the server sends the intermediate too.
    pub(crate) complete: bool,
}

/// Who signs it.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Issuer {
    Root,
    Intermediate,
    OldIntermediate,
    Itself,
}

impl Default for Leaf {
    fn default() -> Self {
        Leaf {
            key: "EC",
            digest: "sha256",
            from: "20250101000000Z",
            until: "20450101000000Z",
            extensions: "subjectAltName = DNS:localhost, IP:127.0.0.1",
            issuer: Issuer::Root,
            complete: true,
        }
    }
}

/// A certification authority in a directory of its own that goes with it.
pub(crate) struct Authority {
    directory: TempDir,
}

impl Authority {
    pub(crate) fn new() -> Authority {
        let authority = Authority { directory: tempfile::tempdir().unwrap() };
        for (name, text) in [("ca.cnf", CONFIG), ("index.txt", "")] {
            fs::write(authority.path(name), text).unwrap();
        }
        let ca = || Leaf { extensions: "basicConstraints = critical, CA:true", ..Leaf::default() };
        authority.make("root", &Leaf { issuer: Issuer::Itself, ..ca() });
        authority.make("intermediate", &ca());
        authority.make("old", &Leaf { from: "20200101000000Z", until: "20210101000000Z", ..ca() });
        authority
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn root(&self) -> Vec<u8> {
        fs::read(self.path("root.pem")).unwrap()
    }

    /// Makes a certificate; the file holds the key and the certificate. The intermediate, if it is to be sent, is in `chain.pem`
    /// beside it.
    pub(crate) fn leaf(&self, leaf: &Leaf) -> PathBuf {
        self.make("leaf", leaf);
        let chain = self.path("chain.pem");
        match leaf.issuer {
            Issuer::Intermediate if leaf.complete => fs::copy(self.path("intermediate.pem"), &chain).map(drop),
            Issuer::OldIntermediate => fs::copy(self.path("old.pem"), &chain).map(drop),
            _ if chain.exists() => fs::remove_file(&chain),
            _ => Ok(()),
        }
        .unwrap();
        let bundle = self.path("bundle.pem");
        let parts = ["leaf.key", "leaf.pem"].map(|part| fs::read(self.path(part)).unwrap());
        fs::write(&bundle, parts.concat()).unwrap();
        bundle
    }

    fn make(&self, name: &str, leaf: &Leaf) {
        let (key, request, certificate) = (format!("{name}.key"), format!("{name}.csr"), format!("{name}.pem"));
        match leaf.key.strip_prefix("RSA-") {
            Some(bits) => self.run(&["genrsa", "-out", &key, bits]),
            None => self.run(&["ecparam", "-genkey", "-noout", "-name", "prime256v1", "-out", &key]),
        }
        let subject = format!("/CN=middlebrick test {name}");
        self.run(&["req", "-new", "-config", "ca.cnf", "-key", &key, "-subj", &subject, "-out", &request]);
        fs::write(self.path("extensions"), leaf.extensions).unwrap();
        let signer = match leaf.issuer {
            Issuer::Root => "root",
            Issuer::Intermediate => "intermediate",
            Issuer::OldIntermediate => "old",
            Issuer::Itself => name,
        };
        let signing_key = format!("{signer}.key");
        let mut arguments = vec!["ca", "-batch", "-notext", "-config", "ca.cnf", "-in", &request, "-out", &certificate];
        arguments.extend(["-md", leaf.digest, "-startdate", leaf.from, "-enddate", leaf.until]);
        arguments.extend(["-extfile", "extensions", "-keyfile", &signing_key]);
        let signing_certificate = format!("{signer}.pem");
        if leaf.issuer == Issuer::Itself {
            arguments.push("-selfsign");
        } else {
            arguments.extend(["-cert", &signing_certificate]);
        }
        self.run(&arguments);
    }

    fn run(&self, arguments: &[&str]) {
        run(self.directory.path(), arguments);
    }
}

/// Runs `openssl` in a directory and insists that it succeeds.
pub(crate) fn run(directory: &Path, arguments: &[&str]) {
    let output = Command::new("openssl").args(arguments).current_dir(directory).output().unwrap();
    assert!(output.status.success(), "openssl {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}
