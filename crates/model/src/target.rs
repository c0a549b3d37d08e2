use std::collections::BTreeMap;
use std::time::Duration;

use crate::{Consent, Context, Depth, Identity, Ignore, Method, Origin, Place, Rule, Selector};

/// Which rules run.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Only these categories and groups; empty for all.
    pub categories: Vec<Selector>,
    /// Only these rules; empty for all.
    pub rules: Vec<String>,
    /// Not these rules.
    pub exclude: Vec<String>,
}

impl Selection {
    /// Whether the rule is to run.
    pub fn takes(&self, rule: &Rule) -> bool {
        (self.categories.is_empty() || self.categories.iter().any(|s| s.covers(rule)))
            && (self.rules.is_empty() || self.rules.iter().any(|id| rule.is_called(id)))
            && !self.exclude.iter().any(|id| rule.is_called(id))
    }
}

/// What was asked of a scan, without anything about the network.
#[derive(Debug, Clone)]
pub struct Target {
    /// The origin of the URL.
    pub origin: Origin,
    /// The path and query of the URL, `/` when it has none.
    pub path: String,
    /// The text of an OpenAPI document given by the user, and where it came from.
    pub specification: Option<(String, Vec<u8>)>,
    /// The documents that it refers to, by the names that it gives them.
    pub specification_parts: BTreeMap<String, Vec<u8>>,
    /// The URL of an OpenAPI document given by the user.
    pub specification_url: Option<String>,
    /// Requests that another tool recorded or lists.
    pub imported: Vec<ImportedRequest>,
    /// What the reader should know of how they were read.
    pub import_notes: Vec<String>,
    /// Named credentials; the first is the one that operations are called with.
    pub identities: Vec<Identity>,
    /// What may be changed.
    pub consent: Consent,
    /// How far to go.
    pub depth: Depth,
    /// Overrides the depth's budget.
    pub max_requests: Option<u32>,
    /// Overrides the depth's deadline.
    pub deadline: Option<Duration>,
    /// Same seed and same target behaviour: same report.
    pub seed: u64,
    /// What the API is used for; moves score weights.
    pub context: Context,
    /// Which rules run.
    pub selection: Selection,
    /// Only operations whose path matches one of these globs; empty for all.
    pub include_paths: Vec<String>,
    /// Not operations whose path matches one of these globs.
    pub exclude_paths: Vec<String>,
    /// Only operations of these methods; empty for all.
    pub methods: Vec<Method>,
    /// Operations that are to be asked about again, and the rules that probe nothing else.
    pub places: Vec<Place>,
    /// Findings that their owner has accepted.
    pub ignores: Vec<Ignore>,
    /// Unix time in seconds at the start, for judging lifetimes and expiry.
    pub now: i64,
    /// Words to guess secrets with, besides the embedded ones, as the bytes that they are.
    pub wordlist: Vec<Vec<u8>>,
}

/// A request that another tool recorded or lists, to the target's origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedRequest {
    /// The method.
    pub method: Method,
    /// Path and query; `{name}` stands for a value that is left open.
    pub target: String,
    /// Examples of what is left open, by name.
    pub values: Vec<(String, String)>,
    /// The media type of the body.
    pub media_type: Option<String>,
    /// The body, empty for none.
    pub body: Vec<u8>,
    /// What it is called there.
    pub name: String,
}

impl Target {
    /// A read-only standard scan of everything at this origin, without credentials, at the beginning of 1970.
    pub fn of(origin: Origin) -> Target {
        Target {
            origin,
            path: "/".to_owned(),
            specification: None,
            specification_parts: BTreeMap::new(),
            specification_url: None,
            imported: Vec::new(),
            import_notes: Vec::new(),
            identities: Vec::new(),
            consent: Consent::ReadOnly,
            depth: Depth::Standard,
            max_requests: None,
            deadline: None,
            seed: 1,
            context: Context::Public,
            selection: Selection::default(),
            include_paths: Vec::new(),
            exclude_paths: Vec::new(),
            methods: Vec::new(),
            places: Vec::new(),
            ignores: Vec::new(),
            now: 0,
            wordlist: Vec::new(),
        }
    }

    /// The most requests that a scan of so many operations sends, bursts apart: what the user set, or else what the depth and the
    /// consent to state-changing requests allow.
    pub fn budget(&self, operations: usize) -> u32 {
        let (more, most) = (self.active_requests(operations), self.depth.most_requests());
        self.max_requests.unwrap_or_else(|| self.depth.requests(operations).saturating_add(more).min(most))
    }

    /// How many of them consent to state-changing requests adds.
    pub fn active_requests(&self, operations: usize) -> u32 {
        const ACTIVE: u32 = 12;
        let active = if self.consent > Consent::ReadOnly && self.depth > Depth::Quick { ACTIVE } else { 0 };
        u32::try_from(operations).unwrap_or(u32::MAX).saturating_mul(active)
    }

    /// The longest time that a scan of so many operations takes: what the user set, or else what the depth allows, twice that with
    /// consent to state-changing requests, and 30 minutes at most. What was not done by then is not tested.
    pub fn time(&self, operations: usize) -> Duration {
        const MOST: Duration = Duration::from_mins(30);
        let times = if self.consent > Consent::ReadOnly { 2 } else { 1 };
        self.deadline.unwrap_or_else(|| self.depth.deadline(operations).saturating_mul(times).min(MOST))
    }

    /// The directory of the path asked for, without a slash at its end: where an application is mounted that does not have the host
    /// for itself. Empty for the root.
    pub fn directory(&self) -> &str {
        let path = self.path.split(['?', '#']).next().unwrap_or("");
        match path.rsplit_once('/') {
            Some((directory, name)) if name.is_empty() || name.contains('.') => directory,
            // People write the base URL of an API without a slash at its end.
            _ => path,
        }
    }

    /// Whether a rule may probe an operation of this method and path: anything, unless it has places of its own.
    pub fn lets_probe(&self, rule: &Rule, method: &Method, path: &str) -> bool {
        let mut own = self.places.iter().filter(|p| p.rule.as_deref().is_some_and(|id| rule.is_called(id))).peekable();
        own.peek().is_none() || own.any(|place| place.is_at(method, path))
    }

    /// The URL asked for.
    pub fn url(&self) -> String {
        format!("{}{}", self.origin, self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_directory_of_a_base_url_is_itself() {
        let directory = |path: &str| Target { path: path.to_owned(), ..target() }.directory().to_owned();
        for (path, expected) in [
            ("/", ""),
            ("/?x=/y/", ""),
            ("/openapi.json", ""),
            ("/api", "/api"),
            ("/api/", "/api"),
            ("/api/v1/index.html?a=b", "/api/v1"),
        ] {
            assert_eq!(directory(path), expected, "{path}");
        }
    }

    #[test]
    fn the_time_grows_with_the_operations_depth_and_consent_to_half_an_hour() {
        let seconds = |depth, consent, operations| Target { consent, depth, ..target() }.time(operations).as_secs();
        let standard = |operations| seconds(Depth::Standard, Consent::ReadOnly, operations);
        assert_eq!([0, 30, 31, 200, 100_000].map(standard), [45, 45, 46, 215, 1_800]);
        assert_eq!(seconds(Depth::Quick, Consent::ReadOnly, 45), 20);
        assert_eq!(seconds(Depth::Deep, Consent::ReadOnly, 45), 240);
        assert_eq!(seconds(Depth::Standard, Consent::SafeWrites, 45), 120);
        assert_eq!(seconds(Depth::Deep, Consent::All, 300), 1_800);
        let own = Target { deadline: Some(Duration::from_hours(2)), ..target() };
        assert_eq!(own.time(9).as_secs(), 7_200, "what the user set is not capped");
    }

    #[test]
    fn a_rule_with_places_probes_nothing_else() {
        let rule = |id| Rule {
            id,
            aliases: &[],
            title: "",
            category: crate::Category::Ssrf,
            severity: crate::Severity::Low,
            cwe: &[],
            tags: &[],
            risk: "",
            fix: "",
            references: &[],
            page: "",
        };
        let place = |rule: Option<&str>| Place {
            rule: rule.map(str::to_owned),
            method: Method::GET,
            path: "/users/{id}".to_owned(),
        };
        let target = Target { places: vec![place(Some("kept")), place(None)], ..target() };
        let probes = |id, path| target.lets_probe(&rule(id), &Method::GET, path);
        assert!(probes("kept", "/users/{user_id}") && !probes("kept", "/users"));
        assert!(probes("other", "/users"), "a place without a rule keeps none from others");
        assert!(!target.lets_probe(&rule("kept"), &Method::POST, "/users/{id}"));
    }

    fn target() -> Target {
        Target::of(Origin { scheme: crate::Scheme::Http, host: "localhost".to_owned(), port: 80 })
    }
}
