//! From arguments to what a scan is asked.

use std::net::IpAddr;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use model::{Consent, Ignore, Origin, Selection, Target};
use serde::Deserialize;
use wire::{Settings, origin_of};

use super::arguments::{Active, ScanOptions};
use super::credentials;
use super::fault::Fault;
use super::files;
use super::rules;

/// Where accepted findings are looked for when no flag names a file.
const IGNORE_FILE: &str = ".middlebrick-ignore.toml";

/// The target and how to reach it.
pub(crate) fn build(options: &ScanOptions) -> Result<(Target, Settings), Fault> {
    let (origin, path) = address(&options.url)?;
    let identity = credentials::identity(
        options.auth_type,
        options.auth_value.as_deref(),
        &options.auth_name,
        options.auth_in,
        &options.header,
    )?;
    let identities: Vec<_> = identity.into_iter().collect();
    let consent = match options.active {
        None => Consent::ReadOnly,
        Some(Active::SafeWrites) => Consent::SafeWrites,
        Some(Active::All) => Consent::All,
    };
    patterns("--include", &options.include)?;
    patterns("--exclude-path", &options.exclude_path)?;
    let (specification, specification_url) = specification(options.spec.as_deref())?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs().cast_signed());
    let seed = options.seed.unwrap_or_else(|| random_seed(now));
    let settings = settings(options, &origin)?;
    let target = Target {
        origin,
        path,
        specification,
        specification_url,
        identities,
        consent,
        depth: options.depth,
        max_requests: options.max_requests,
        deadline: options.deadline,
        seed,
        context: options.context,
        selection: Selection {
            categories: options.category.clone(),
            rules: options.rule.clone(),
            exclude: options.exclude.clone(),
        },
        include_paths: options.include.clone(),
        exclude_paths: options.exclude_path.clone(),
        methods: options.method.clone(),
        ignores: ignores(options.ignore_file.as_deref())?,
        now,
        wordlist: words(options.wordlist.as_deref())?,
    };
    Ok((target, settings))
}

/// A pattern that no path can match would keep nothing away, without a word.
fn patterns(flag: &str, patterns: &[String]) -> Result<(), Fault> {
    match patterns.iter().find(|pattern| !pattern.starts_with(['/', '*'])) {
        Some(pattern) => Err(Fault::new(format!(
            "{flag} '{pattern}' matches no path: paths begin with a slash; write it like '/users/*' or '*search*'"
        ))),
        None => Ok(()),
    }
}

/// Splits a URL into origin and path.
pub(crate) fn address(text: &str) -> Result<(Origin, String), Fault> {
    let wrong = |why: &str| {
        Fault::new(format!("'{text}' is no URL that can be scanned: {why}; write it like https://api.example.com"))
    };
    let url = url::Url::parse(text).map_err(|error| match error {
        url::ParseError::RelativeUrlWithoutBase => wrong("the scheme is missing"),
        other => wrong(&other.to_string()),
    })?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Fault::new(
            "the URL contains credentials; give them with --auth-type basic and MIDDLEBRICK_AUTH_VALUE",
        ));
    }
    let origin = origin_of(&url).ok_or_else(|| wrong("the scheme has to be http or https, with a host"))?;
    let query = url.query().map_or_else(String::new, |q| format!("?{q}"));
    Ok((origin, format!("{}{query}", url.path())))
}

type Specification = (Option<(String, Vec<u8>)>, Option<String>);

fn specification(given: Option<&str>) -> Result<Specification, Fault> {
    let Some(given) = given else { return Ok((None, None)) };
    if given.starts_with("http://") || given.starts_with("https://") {
        url::Url::parse(given).map_err(|error| Fault::new(format!("--spec: '{given}' is no URL: {error}")))?;
        return Ok((None, Some(given.to_owned())));
    }
    let bytes = files::read("--spec", Path::new(given))?;
    openapi::parse(&bytes).map_err(|error| Fault::new(format!("--spec: {given}: {error}")))?;
    Ok((Some((given.to_owned(), bytes)), None))
}

fn settings(options: &ScanOptions, origin: &Origin) -> Result<Settings, Fault> {
    let mut settings = Settings::polite(origin.is_loopback());
    if let Some(rate) = options.rate {
        settings.rate = Some(rate);
    }
    if let Some(concurrency) = options.concurrency {
        settings.concurrency = concurrency;
    }
    if let Some(timeout) = options.timeout {
        settings.limits = settings.limits.with_timeout(timeout);
    }
    settings.proxy.clone_from(&options.proxy);
    settings.insecure = options.insecure;
    settings.cacert = options.cacert.as_deref().map(|path| files::read("--cacert", path)).transpose()?;
    settings.client_cert = options.client_cert.as_deref().map(|path| files::read("--client-cert", path)).transpose()?;
    settings.allow_hosts.clone_from(&options.allow_host);
    settings.resolve = options.resolve.iter().map(|text| pin(text)).collect::<Result<_, _>>()?;
    Ok(settings)
}

fn pin(text: &str) -> Result<(String, u16, IpAddr), Fault> {
    let wrong =
        || Fault::new(format!("--resolve '{text}' has to be HOST:PORT:ADDRESS, such as api.example.com:443:127.0.0.1"));
    let mut parts = text.splitn(3, ':');
    let host = parts.next().filter(|h| !h.is_empty()).ok_or_else(wrong)?;
    let port = parts.next().and_then(|p| p.parse().ok()).ok_or_else(wrong)?;
    let address = parts.next().and_then(|a| a.trim_matches(['[', ']']).parse().ok()).ok_or_else(wrong)?;
    Ok((host.to_ascii_lowercase(), port, address))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IgnoreFile {
    #[serde(default)]
    ignore: Vec<Ignore>,
}

fn ignores(named: Option<&Path>) -> Result<Vec<Ignore>, Fault> {
    let path = match named {
        Some(path) => path,
        None if Path::new(IGNORE_FILE).is_file() => Path::new(IGNORE_FILE),
        None => return Ok(Vec::new()),
    };
    let text = files::read_text("--ignore-file", path)?;
    let fault = |why: String| Fault::new(format!("--ignore-file: {}: {why}", path.display()));
    let file: IgnoreFile = toml::from_str(&text).map_err(|e| fault(e.message().to_owned()))?;
    for entry in &file.ignore {
        rules::find(&entry.rule).map_err(&fault)?;
        if entry.reason.trim().is_empty() {
            return Err(fault(format!("the entry for '{}' gives no reason", entry.rule)));
        }
        let is_date = |d: &String| {
            let form = d.len() == 10
                && d.bytes().enumerate().all(|(at, b)| if at == 4 || at == 7 { b == b'-' } else { b.is_ascii_digit() });
            form && ("01".."13").contains(&&d[5..7]) && ("01".."32").contains(&&d[8..10])
        };
        if entry.expires.as_ref().is_some_and(|d| !is_date(d)) {
            return Err(fault(format!("the entry for '{}' expires on no date; write YYYY-MM-DD", entry.rule)));
        }
    }
    Ok(file.ignore)
}

/// The words of a list, one a line.
pub(crate) fn words(path: Option<&Path>) -> Result<Vec<String>, Fault> {
    let Some(path) = path else { return Ok(Vec::new()) };
    let bytes = files::read("--wordlist", path)?;
    Ok(String::from_utf8_lossy(&bytes)
        .lines()
        .map(|l| l.trim_end_matches('\r'))
        .filter(|l| !l.is_empty())
        .map(str::to_owned)
        .collect())
}

fn random_seed(now: i64) -> u64 {
    use std::hash::{BuildHasher, Hasher};
    // The standard library's own random state is chance enough for canaries; it guards no secret.
    let mut hasher = std::collections::hash_map::RandomState::new().build_hasher();
    hasher.write_i64(now);
    hasher.finish() >> 12 // fits a JSON number that every reader keeps exact
}
