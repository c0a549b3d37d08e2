use std::path::PathBuf;
use std::time::Duration;

use model::{Consent, Context, Depth, Ignore, Method, Place};
use serde::{Deserialize, Serialize};

use crate::{IdentityRequest, SecretSource, span};

/// An OpenAPI or Swagger document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SpecSource {
    /// A file on this machine.
    File(PathBuf),
    /// A URL that the scan asks for; it has to be in scope.
    Url(String),
    /// The document itself, JSON or YAML.
    Text(String),
}

/// A file of requests that another tool recorded or lists: Postman, HAR, Burp, curl, URLs, `flask routes`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ImportSource {
    /// A file on this machine.
    File(PathBuf),
    /// What is in it.
    Text(String),
}

/// Everything that a scan is asked, as a value that can be written, kept and sent. Identities and consent are said once. Secrets
/// are references, or are masked when it is written.
///
/// What is left out has its default: a read-only standard scan without credentials.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct ScanRequest {
    /// The URL of the API, such as `https://api.example.com`.
    pub url: String,
    /// Its OpenAPI document, when the scan does not have to find it.
    pub spec: Option<SpecSource>,
    /// Files of requests that other tools recorded or list, which become operations beside those that the scan finds.
    pub imports: Vec<ImportSource>,
    /// Who the scan can act as, each by a name of its own.
    pub identities: Vec<IdentityRequest>,
    /// The identity that operations are called with; without it the first.
    pub act_as: Option<String>,
    /// What may be changed at the target.
    pub consent: Consent,
    /// How far to go.
    pub depth: Depth,
    /// What the API is used for; moves the weights of the score.
    pub context: Context,
    /// Only these categories and groups; empty for all.
    pub categories: Vec<String>,
    /// Only these rules, by id or alias; empty for all.
    pub rules: Vec<String>,
    /// Not these rules.
    pub exclude: Vec<String>,
    /// Only operations whose path matches one of these; `*` stands for any characters.
    pub include_paths: Vec<String>,
    /// Nothing is sent to paths that match one of these globs or templates.
    pub exclude_paths: Vec<String>,
    /// Only operations of these methods; empty for all.
    pub methods: Vec<Method>,
    /// Rules named here probe only the operations named with them.
    pub places: Vec<Place>,
    /// Accepted findings.
    pub ignore: Vec<Ignore>,
    /// File of words to guess secrets with besides the embedded ones, one a line.
    pub wordlist: Option<PathBuf>,
    /// Most requests in all, instead of the depth's budget.
    pub max_requests: Option<u32>,
    /// Most requests a second. Without it 10 after a burst of 20, and no limit on loopback.
    pub rate: Option<u32>,
    /// Most requests at once, 1 to 256. Without it 6, and 16 on loopback.
    pub concurrency: Option<usize>,
    /// Longest wait for one response, written like `5s`.
    #[serde(with = "span::optional")]
    pub timeout: Option<Duration>,
    /// Longest time for the whole scan, written like `2m`; what is known by then is reported.
    #[serde(with = "span::optional")]
    pub deadline: Option<Duration>,
    /// HTTP proxy for everything, `http://host:port`. It may hold a password, and so is written masked like a secret.
    pub proxy: Option<SecretSource>,
    /// Trust any certificate: report no fault of it, and send credentials to it.
    pub insecure: bool,
    /// PEM file of a further authority to trust.
    pub cacert: Option<PathBuf>,
    /// PEM text or file with a client certificate and its key.
    pub client_cert: Option<SecretSource>,
    /// Addresses to use instead of resolving, `host:port:address` each.
    pub resolve: Vec<String>,
    /// Further hosts in scope.
    pub allow_hosts: Vec<String>,
    /// Address of this machine that the target can call back, for proofs that it makes requests for its callers.
    pub callback_host: Option<String>,
    /// Same seed and same target behaviour: same report. Without it, one drawn by chance.
    pub seed: Option<u64>,
    /// File that keeps what a scan that may write has created, until it is removed again; `None` keeps none. After a crash
    /// [`crate::cleanup`] removes what is left.
    pub ledger: Option<PathBuf>,
    /// Keep every exchange in the report, not only those that findings cite.
    pub transcript: bool,
}

impl ScanRequest {
    /// A read-only standard scan of this URL without credentials.
    pub fn of(url: impl Into<String>) -> ScanRequest {
        ScanRequest { url: url.into(), ..ScanRequest::default() }
    }
}
