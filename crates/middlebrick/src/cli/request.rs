//! From arguments to what the engine is asked.

use std::path::{Path, PathBuf};

use engine::{CredentialRequest, HeaderRequest, IdentityRequest, ImportSource, ScanRequest, SecretSource, SpecSource};
use model::{Consent, Ignore, ParameterIn};

use super::arguments::{Active, AuthIn, AuthType, STANDARD_STREAM, ScanOptions, TargetOptions};
use super::fault::Fault;
use super::files;

/// Where accepted findings are looked for when no flag names a file.
const IGNORE_FILE: &str = ".middlebrick-ignore.toml";

/// Where what a scan with `--active` creates is kept when no flag names a file.
const LEDGER: &str = ".middlebrick-ledger.jsonl";

/// The variable that a credential is in when no flag has it.
const AUTH_VALUE: &str = "MIDDLEBRICK_AUTH_VALUE";

/// The request of `scan`.
pub(crate) fn of_scan(options: &ScanOptions) -> Result<ScanRequest, Fault> {
    Ok(ScanRequest {
        url: options.url.clone(),
        depth: options.target.depth.unwrap_or_default(),
        context: options.context,
        categories: options.category.clone(),
        rules: options.rule.clone(),
        exclude: options.exclude.clone(),
        include_paths: options.include.clone(),
        methods: options.method.clone(),
        ignore: ignores(options.ignore_file.as_deref())?,
        transcript: options.transcript,
        ..of_target(&options.target)?
    })
}

/// The part of the request that everything that sends has in common.
pub(crate) fn of_target(options: &TargetOptions) -> Result<ScanRequest, Fault> {
    Ok(ScanRequest {
        spec: options.spec.as_deref().map(specification).transpose()?,
        imports: options.import.iter().map(|path| import(path)).collect::<Result<_, _>>()?,
        identities: identity(options)?.into_iter().collect(),
        consent: match options.active {
            None => Consent::ReadOnly,
            Some(Active::SafeWrites) => Consent::SafeWrites,
            Some(Active::All) => Consent::All,
        },
        exclude_paths: options.exclude_path.clone(),
        wordlist: options.wordlist.clone(),
        max_requests: options.max_requests,
        rate: options.rate,
        concurrency: options.concurrency,
        timeout: options.timeout,
        deadline: options.deadline,
        proxy: options.proxy.as_ref().map(SecretSource::literal),
        insecure: options.insecure,
        cacert: options.cacert.clone(),
        client_cert: options.client_cert.clone().map(SecretSource::File),
        resolve: options.resolve.clone(),
        allow_hosts: options.allow_host.clone(),
        callback_host: options.callback_host.clone(),
        seed: options.seed,
        ledger: options.active.map(|_| options.ledger.clone().unwrap_or_else(|| PathBuf::from(LEDGER))),
        ..ScanRequest::default()
    })
}

/// A file of requests, or what comes in by standard input.
fn import(path: &Path) -> Result<ImportSource, Fault> {
    if path == Path::new(STANDARD_STREAM) {
        return files::read_text("--import", path).map(ImportSource::Text);
    }
    Ok(ImportSource::File(path.to_owned()))
}

/// A document that is named: by its URL, as a file, or as what comes in by standard input.
pub(crate) fn specification(given: &str) -> Result<SpecSource, Fault> {
    if given == STANDARD_STREAM {
        return files::read_text("--spec", Path::new(given)).map(SpecSource::Text);
    }
    if given.starts_with("http://") || given.starts_with("https://") {
        Ok(SpecSource::Url(given.to_owned()))
    } else {
        Ok(SpecSource::File(PathBuf::from(given)))
    }
}

/// The identity that the flags describe; `None` when they describe none.
fn identity(options: &TargetOptions) -> Result<Option<IdentityRequest>, Fault> {
    let headers = options.header.iter().map(|text| header(text)).collect::<Result<Vec<_>, _>>()?;
    let in_environment = |value: &str| std::env::var(AUTH_VALUE).is_ok_and(|v| v == value);
    let credential = match (options.auth_type, options.auth_value.as_deref()) {
        (Some(kind), Some(value)) => {
            let source = match value.strip_prefix('@') {
                Some(STANDARD_STREAM) => {
                    SecretSource::literal(files::read_text("--auth-value", Path::new(STANDARD_STREAM))?.trim_end())
                }
                Some(path) => SecretSource::File(PathBuf::from(path)),
                None if in_environment(value) => SecretSource::Variable(AUTH_VALUE.to_owned()),
                None => SecretSource::literal(value),
            };
            Some(credential(kind, source, options))
        }
        (Some(_), None) => {
            return Err(Fault::new(
                "--auth-type needs the credential: give --auth-value (`@FILE` reads a file) or set MIDDLEBRICK_AUTH_VALUE",
            ));
        }
        (None, Some(value)) if !in_environment(value) => {
            return Err(Fault::new(
                "--auth-value says nothing about how to send it: add --auth-type bearer, basic, api-key or cookie",
            ));
        }
        // A value left in the environment for other runs is not an error.
        (None, _) => None,
    };
    if credential.is_none() && headers.is_empty() {
        return Ok(None);
    }
    Ok(Some(IdentityRequest { name: "default".to_owned(), credential, headers }))
}

fn credential(kind: AuthType, source: SecretSource, options: &TargetOptions) -> CredentialRequest {
    match kind {
        AuthType::Bearer => CredentialRequest::Bearer { token: source },
        AuthType::Basic => CredentialRequest::Basic { pair: source },
        AuthType::Cookie => CredentialRequest::Cookie { cookie: source },
        AuthType::ApiKey => CredentialRequest::ApiKey {
            place: match options.auth_in {
                AuthIn::Header => ParameterIn::Header,
                AuthIn::Query => ParameterIn::Query,
                AuthIn::Cookie => ParameterIn::Cookie,
            },
            name: options.auth_name.clone(),
            key: source,
        },
    }
}

fn header(text: &str) -> Result<HeaderRequest, Fault> {
    // The value may be a credential, so that a message shows the name alone, and not even that where no colon ends it.
    let Some((name, value)) = text.split_once(':') else {
        return Err(Fault::new("--header has to be `Name: value`; it has no colon"));
    };
    Ok(HeaderRequest { name: name.to_owned(), value: SecretSource::literal(value.trim()) })
}

fn ignores(named: Option<&Path>) -> Result<Vec<Ignore>, Fault> {
    let path = match named {
        Some(path) => path,
        None if Path::new(IGNORE_FILE).is_file() => Path::new(IGNORE_FILE),
        None => return Ok(Vec::new()),
    };
    let text = files::read_text("--ignore-file", path)?;
    engine::read_ignores(&text)
        .map_err(|error| Fault::new(format!("--ignore-file: {}: {}", path.display(), error.why())))
}
