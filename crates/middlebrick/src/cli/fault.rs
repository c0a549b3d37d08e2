//! What went wrong, for a person: one line that names the argument, what is wrong and what would be right.

use engine::{Field, RequestError};

/// A usage, configuration or credential error: exit code 2.
#[derive(Debug)]
pub(crate) struct Fault {
    message: String,
}

impl Fault {
    pub(crate) fn new(message: impl Into<String>) -> Fault {
        Fault { message: message.into() }
    }

    /// clap's own words on one line, and the command whose help says more.
    pub(crate) fn usage(error: &clap::Error, command: &str) -> Fault {
        let text = error.render().to_string();
        let text = text.strip_prefix("error: ").unwrap_or(&text);
        let line: Vec<&str> = text
            .lines()
            .map(str::trim)
            .take_while(|l| !l.starts_with("Usage:") && !l.starts_with("For more information"))
            .filter(|l| !l.is_empty())
            .collect();
        Fault::new(format!("{}; see `{command} --help`", line.join(" ")))
    }

    pub(crate) fn print(&self) {
        eprintln!("middlebrick: {}", report::plain(&self.message));
    }
}

impl From<RequestError> for Fault {
    /// The engine's words behind the flag that they are about.
    fn from(error: RequestError) -> Fault {
        match (&error, error.field()) {
            (RequestError::UrlWithCredentials, _) => {
                Fault::new("the URL contains credentials; give them with --auth-type basic and MIDDLEBRICK_AUTH_VALUE")
            }
            (_, Some(field)) => Fault::new(format!("{}: {}", flag(field), error.why())),
            (_, None) => Fault::new(error.to_string()),
        }
    }
}

/// The flag of a part of a request.
fn flag(field: Field) -> &'static str {
    match field {
        Field::Spec => "--spec",
        Field::Import => "--import",
        Field::ActAs | Field::Credential => "--auth-value",
        Field::CredentialName => "--auth-name",
        Field::Header => "--header",
        Field::Categories => "--category",
        Field::Rules => "--rule",
        Field::Exclude => "--exclude",
        Field::IncludePaths => "--include",
        Field::ExcludePaths => "--exclude-path",
        Field::Wordlist => "--wordlist",
        Field::Ignore => "--ignore-file",
        Field::MaxRequests => "--max-requests",
        Field::Rate => "--rate",
        Field::Concurrency => "--concurrency",
        Field::Proxy => "--proxy",
        Field::Cacert => "--cacert",
        Field::ClientCert => "--client-cert",
        Field::Resolve => "--resolve",
        Field::AllowHosts => "--allow-host",
        Field::Ledger => "--ledger",
    }
}
