//! The twins of the rules: where their scripts are, how they are scanned, and what the reviewed table says of them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use checks::{Check, Twins};
use model::{Confidence, Consent, Depth, Effect, Origin, Report, Scheme, Selection, Target};
use scan::Scan;
use serde::Deserialize;
use wire::Settings;

/// What the table says of one rule's twins.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// The confidence of the finding at the vulnerable twin.
    pub confidence: Confidence,
    /// Where it is found there: method and path, sorted.
    pub at: Vec<String>,
    /// Why the fixed twin has nothing of the kind to be tested.
    pub not_applicable: Option<String>,
}

/// The reviewed table, by rule.
pub static EXPECTED: LazyLock<BTreeMap<String, Expected>> =
    LazyLock::new(|| toml::from_str(include_str!("../twins/expected.toml")).unwrap_or_else(|e| panic!("{e}")));

/// `vulnerable.py` or `fixed.py` of a rule.
pub fn script(check: &Check, twin: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../checks/src")
        .join(check.rule.category.id().replace('-', "_"))
        .join(check.rule.id.replace('-', "_"))
        .join(format!("{twin}.py"))
}

/// The scheme that a rule's twins speak.
pub fn scheme(check: &Check) -> Scheme {
    match check.twins {
        Twins::Flask { vulnerable, .. } if vulnerable.contains("ssl_context") => Scheme::Https,
        _ => Scheme::Http,
    }
}

/// A twin as the target of every rule that may run without consent.
pub fn target(port: u16, scheme: Scheme) -> Target {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let origin = Origin { scheme, host: "127.0.0.1".to_owned(), port };
    // With time enough on a busy machine.
    Target { seed: 7, now: now.cast_signed(), deadline: Some(Duration::from_mins(10)), ..Target::of(origin) }
}

/// A twin as the target of its own rule alone, with the consent and the depth that the rule needs.
pub fn target_of(port: u16, check: &Check) -> Target {
    let needs_consent = check.cost.effect >= Effect::Writes;
    Target {
        consent: if needs_consent { Consent::All } else { Consent::ReadOnly },
        depth: check.schedule.depth.max(Depth::Standard),
        selection: Selection { rules: vec![check.rule.id.to_owned()], ..Selection::default() },
        ..target(port, scheme(check))
    }
}

/// Scans a twin.
pub async fn scan(target: Target) -> Report {
    let settings = super::patient();
    run(target, settings).await
}

/// Scans a target whose certificate this authority vouches for.
pub async fn scan_trusting(target: Target, authority: Vec<u8>) -> Report {
    let settings = Settings { cacert: Some(authority), ..super::patient() };
    run(target, settings).await
}

async fn run(target: Target, settings: Settings) -> Report {
    Box::pin(Scan::new(target, settings, Arc::new(|_| {})).unwrap().run()).await
}
