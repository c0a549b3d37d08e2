//! From a request to what a scan takes: references resolved, every value checked before anything is sent.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::Path;

use model::{Origin, Selection, Target};
use wire::{Settings, origin_of};

use crate::surroundings::reason;
use crate::{
    Field, RequestError, ScanRequest, SpecSource, Surroundings, identity, ignore_file, imports, near, spec_parts, words,
};

/// What a request came to: the target and how it is reached.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// What is asked.
    pub target: Target,
    /// How the target is reached.
    pub settings: Settings,
}

/// Resolves and checks a request. Nothing is sent.
///
/// # Errors
/// Something in it cannot be used; see [`RequestError`].
pub fn prepare(request: &ScanRequest, surroundings: &dyn Surroundings) -> Result<Prepared, RequestError> {
    let (origin, path) = address(&request.url)?;
    let identities = identity::resolve(&request.identities, request.act_as.as_deref(), surroundings)?;
    patterns(Field::IncludePaths, &request.include_paths)?;
    patterns(Field::ExcludePaths, &request.exclude_paths)?;
    ignore_file::check(&request.ignore)?;
    let Specification { document, parts, url } = specification(request.spec.as_ref(), surroundings)?;
    let (imported, import_notes) = imports::read(&request.imports, &origin, surroundings)?;
    let settings = settings(request, &origin, surroundings)?;
    let target = Target {
        origin,
        path,
        specification: document,
        specification_parts: parts,
        specification_url: url,
        imported,
        import_notes,
        identities,
        consent: request.consent,
        depth: request.depth,
        max_requests: at_least_one(Field::MaxRequests, request.max_requests)?,
        deadline: request.deadline,
        seed: request.seed.unwrap_or_else(|| surroundings.seed()),
        context: request.context,
        selection: selection(request)?,
        include_paths: request.include_paths.clone(),
        exclude_paths: request.exclude_paths.clone(),
        methods: request.methods.clone(),
        places: request.places.clone(),
        ignores: request.ignore.clone(),
        now: surroundings.now(),
        wordlist: request.wordlist.as_deref().map(|path| wordlist(path, surroundings)).transpose()?.unwrap_or_default(),
    };
    Ok(Prepared { target, settings })
}

/// The whole list: a scan tries it on each token that it meets.
fn wordlist(path: &Path, surroundings: &dyn Surroundings) -> Result<Vec<Vec<u8>>, RequestError> {
    let words = words(path, surroundings)?;
    let fault = words.fault();
    let all = words.collect();
    match fault.get() {
        Some(why) => Err(RequestError::File { field: Field::Wordlist, path: path.to_owned(), why: why.clone() }),
        None => Ok(all),
    }
}

/// A pattern that no path can match would keep nothing away, without a word.
fn patterns(field: Field, patterns: &[String]) -> Result<(), RequestError> {
    match patterns.iter().find(|pattern| !pattern.starts_with(['/', '*'])) {
        Some(pattern) => Err(RequestError::Value {
            field,
            why: format!(
                "'{pattern}' matches no path: paths begin with a slash; write it like '/users/*' or '*search*'"
            ),
        }),
        None => Ok(()),
    }
}

/// Splits a URL into origin and path.
fn address(text: &str) -> Result<(Origin, String), RequestError> {
    let wrong = |why: &str| RequestError::Url { given: text.to_owned(), why: why.to_owned() };
    let url = url::Url::parse(text).map_err(|error| match error {
        url::ParseError::RelativeUrlWithoutBase => wrong("the scheme is missing"),
        other => wrong(&other.to_string()),
    })?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(RequestError::UrlWithCredentials);
    }
    let origin = origin_of(&url).ok_or_else(|| wrong("the scheme has to be http or https, with a host"))?;
    let query = url.query().map_or_else(String::new, |q| format!("?{q}"));
    Ok((origin, format!("{}{query}", url.path())))
}

/// What is known of the document that was given.
#[derive(Default)]
struct Specification {
    document: Option<(String, Vec<u8>)>,
    parts: BTreeMap<String, Vec<u8>>,
    url: Option<String>,
}

fn specification(given: Option<&SpecSource>, surroundings: &dyn Surroundings) -> Result<Specification, RequestError> {
    let wrong = |why: String| RequestError::Value { field: Field::Spec, why };
    let (name, bytes) = match given {
        None => return Ok(Specification::default()),
        Some(SpecSource::Url(url)) => {
            url::Url::parse(url).map_err(|error| wrong(format!("'{url}' is not a valid URL: {error}")))?;
            return Ok(Specification { url: Some(url.clone()), ..Specification::default() });
        }
        Some(SpecSource::File(path)) => (path.display().to_string(), read(Field::Spec, path, surroundings)?),
        Some(SpecSource::Text(text)) => ("the given document".to_owned(), text.clone().into_bytes()),
    };
    let document = openapi::parse(&bytes).map_err(|error| wrong(format!("{name}: {error}")))?;
    let parts = match given {
        Some(SpecSource::File(path)) => spec_parts(path, document, &|path| surroundings.read(path)).1,
        _ => BTreeMap::new(),
    };
    Ok(Specification { document: Some((name, bytes)), parts, url: None })
}

fn selection(request: &ScanRequest) -> Result<Selection, RequestError> {
    let rules = |field, names: &[String]| -> Result<Vec<String>, RequestError> {
        let id = |name: &String| near::rule(name).map(|check| check.rule.id.to_owned());
        names.iter().map(|name| id(name).map_err(|why| RequestError::Value { field, why })).collect()
    };
    let categories = request.categories.iter().map(|name| name.parse()).collect::<Result<_, _>>();
    Ok(Selection {
        categories: categories.map_err(|why| RequestError::Value { field: Field::Categories, why })?,
        rules: rules(Field::Rules, &request.rules)?,
        exclude: rules(Field::Exclude, &request.exclude)?,
    })
}

fn settings(request: &ScanRequest, origin: &Origin, surroundings: &dyn Surroundings) -> Result<Settings, RequestError> {
    let mut settings = Settings::polite(origin.is_loopback());
    if let Some(rate) = at_least_one(Field::Rate, request.rate)? {
        settings = settings.at_rate(rate);
    }
    if let Some(concurrency) = request.concurrency {
        if !(1..=256).contains(&concurrency) {
            return Err(RequestError::Value {
                field: Field::Concurrency,
                why: "it has to be from 1 to 256".to_owned(),
            });
        }
        settings.concurrency = concurrency;
    }
    if let Some(timeout) = request.timeout {
        settings.limits = settings.limits.with_timeout(timeout);
    }
    settings.proxy = request.proxy.as_ref().map(|proxy| proxy.line(Field::Proxy, surroundings)).transpose()?;
    settings.insecure = request.insecure;
    settings.cacert = request.cacert.as_deref().map(|path| read(Field::Cacert, path, surroundings)).transpose()?;
    settings.client_cert =
        request.client_cert.as_ref().map(|pem| pem.bytes(Field::ClientCert, surroundings)).transpose()?;
    settings.allow_hosts = request.allow_hosts.iter().map(|text| host(text)).collect::<Result<_, _>>()?;
    settings.resolve = request.resolve.iter().map(|text| pin(text)).collect::<Result<_, _>>()?;
    Ok(settings)
}

fn pin(text: &str) -> Result<(String, u16, IpAddr), RequestError> {
    let wrong = || RequestError::Value {
        field: Field::Resolve,
        why: format!("'{text}' has to be HOST:PORT:ADDRESS, such as api.example.com:443:127.0.0.1"),
    };
    // An IPv6 address as host is in brackets, and has colons of its own.
    let end =
        if text.starts_with('[') { text.find(']').ok_or_else(wrong)? + 1 } else { text.find(':').ok_or_else(wrong)? };
    let (host, rest) = text.split_at(end);
    let (port, address) = rest.strip_prefix(':').and_then(|rest| rest.split_once(':')).ok_or_else(wrong)?;
    let host = in_ascii(host);
    if host.is_empty() {
        return Err(wrong());
    }
    let address = address.trim_matches(['[', ']']).parse().map_err(|_| wrong())?;
    Ok((host, port.parse().map_err(|_| wrong())?, address))
}

/// A further host in scope. What is none would allow nothing, without a word.
fn host(text: &str) -> Result<String, RequestError> {
    if text.is_empty() || text.contains(['/', '@', ' ', '*']) {
        let why = format!("'{text}' is not a valid host; write its name, or HOST:PORT, such as files.example.com");
        return Err(RequestError::Value { field: Field::AllowHosts, why });
    }
    Ok(in_ascii(text))
}

/// A host, with a port or without, as it stands in a URL that was read: names that are not ASCII are written in their ASCII form (RFC 5891), as
/// everything that is compared with them is.
fn in_ascii(text: &str) -> String {
    let is_whole = |host: &str| host.ends_with(']') || !host.contains(':');
    let (host, port) = match text.rsplit_once(':').filter(|(host, _)| is_whole(host)) {
        Some((host, port)) => (host, Some(port)),
        None => (text, None),
    };
    let host = url::Host::parse(host).map_or_else(|_| host.to_ascii_lowercase(), |host| host.to_string());
    let host = host.trim_matches(['[', ']']);
    port.map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

fn at_least_one(field: Field, number: Option<u32>) -> Result<Option<u32>, RequestError> {
    match number {
        Some(0) => Err(RequestError::Value { field, why: "it has to be a whole number from 1 up".to_owned() }),
        other => Ok(other),
    }
}

fn read(field: Field, path: &Path, surroundings: &dyn Surroundings) -> Result<Vec<u8>, RequestError> {
    let fault = |error| RequestError::File { field, path: path.to_owned(), why: reason(&error) };
    surroundings.read(path).map_err(fault)
}
