use std::fmt;
use std::path::PathBuf;

/// The part of a request that an error is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Field {
    Spec,
    Import,
    ActAs,
    Credential,
    CredentialName,
    Header,
    Categories,
    Rules,
    Exclude,
    IncludePaths,
    ExcludePaths,
    Wordlist,
    Ignore,
    MaxRequests,
    Rate,
    Concurrency,
    Proxy,
    Cacert,
    ClientCert,
    Resolve,
    AllowHosts,
    Ledger,
}

impl Field {
    /// Its name in a serialised request.
    pub const fn name(self) -> &'static str {
        match self {
            Field::Spec => "spec",
            Field::Import => "imports",
            Field::ActAs => "actAs",
            Field::Credential => "credential",
            Field::CredentialName => "credential.name",
            Field::Header => "headers",
            Field::Categories => "categories",
            Field::Rules => "rules",
            Field::Exclude => "exclude",
            Field::IncludePaths => "includePaths",
            Field::ExcludePaths => "excludePaths",
            Field::Wordlist => "wordlist",
            Field::Ignore => "ignore",
            Field::MaxRequests => "maxRequests",
            Field::Rate => "rate",
            Field::Concurrency => "concurrency",
            Field::Proxy => "proxy",
            Field::Cacert => "cacert",
            Field::ClientCert => "clientCert",
            Field::Resolve => "resolve",
            Field::AllowHosts => "allowHosts",
            Field::Ledger => "ledger",
        }
    }
}

/// Why a request cannot become a scan. Each is one sentence for a person: what is wrong, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestError {
    /// The URL cannot be scanned.
    Url {
        /// As given.
        given: String,
        /// Why not.
        why: String,
    },
    /// The URL carries a user name or a password, which would be written into every report.
    UrlWithCredentials,
    /// A file that the request refers to cannot be read.
    File {
        /// What refers to it.
        field: Field,
        /// The file.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// A value cannot be used.
    Value {
        /// What has it.
        field: Field,
        /// What is wrong, and what would be right.
        why: String,
    },
    /// A credential or a header of an identity cannot be used.
    Identity {
        /// The identity's name.
        identity: String,
        /// The credential or a header.
        field: Field,
        /// What is wrong, and what would be right.
        why: String,
    },
    /// Somebody is named who is not among the identities. Sent as nobody, the scan would take what is open for what is closed.
    UnknownIdentity {
        /// The name.
        named: String,
        /// The names that there are.
        known: Vec<String>,
    },
    /// Two identities have one name.
    SameIdentity {
        /// The name.
        name: String,
    },
    /// The client cannot be set up, such as a certificate that does not parse.
    Client(String),
}

impl RequestError {
    /// What it is about, where that is one part of the request.
    pub fn field(&self) -> Option<Field> {
        match self {
            RequestError::File { field, .. }
            | RequestError::Value { field, .. }
            | RequestError::Identity { field, .. } => Some(*field),
            RequestError::UnknownIdentity { .. } => Some(Field::ActAs),
            _ => None,
        }
    }

    /// What is wrong, without naming the part of the request.
    pub fn why(&self) -> String {
        match self {
            RequestError::Url { given, why } => {
                format!("'{given}' is not a URL that can be scanned: {why}; write it like https://api.example.com")
            }
            RequestError::UrlWithCredentials => {
                "the URL contains credentials, which every report would show; give them as an identity".to_owned()
            }
            RequestError::File { path, why, .. } => format!("cannot read {}: {why}", path.display()),
            RequestError::Value { why, .. } | RequestError::Identity { why, .. } | RequestError::Client(why) => {
                why.clone()
            }
            RequestError::UnknownIdentity { named, known } if known.is_empty() => {
                format!("there is no identity '{named}': the request has none")
            }
            RequestError::UnknownIdentity { named, known } => {
                format!("there is no identity '{named}'; there is {}", known.join(", "))
            }
            RequestError::SameIdentity { name } => format!("two identities are called '{name}'; names tell them apart"),
        }
    }
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let RequestError::Identity { identity, .. } = self {
            write!(f, "identity '{identity}': ")?;
        }
        match self.field() {
            Some(field) => write!(f, "{}: {}", field.name(), self.why()),
            None => f.write_str(&self.why()),
        }
    }
}

impl std::error::Error for RequestError {}
