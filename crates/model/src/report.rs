//! The report, contract v1: what every renderer reads and `--output json` prints. Everything in it has passed redaction.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Category, Confidence, Consent, Context, Depth, Grade, Method, Redacted, Requirement, Round, Severity, Source,
};

/// The program that wrote the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Tool {
    /// `middlebrick`.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// How the scan ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// All planned work was done.
    Completed,
    /// Planned work was cut: the target died or refused, a deadline or Ctrl-C came.
    Incomplete,
    /// The target gave no HTTP answer at all.
    Unreachable,
}

/// How much was looked at.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct Coverage {
    /// Percent of rules times operations that was exercised, weighted, 0-100.
    #[schemars(range(min = 0, max = 100))]
    #[serde(default)]
    pub reach: f64,
    /// Categories with at least one outcome.
    pub categories_assessed: u32,
    /// Categories that apply.
    pub categories_applicable: u32,
    /// Operations that got at least one answer.
    pub operations_reached: u32,
    /// Operations known.
    pub operations: u32,
    /// Operations that answered 2xx.
    pub operations_successful: u32,
    /// Operations that were exercised: answered with success, or refused as APIs do, or with an error of their own.
    #[serde(default)]
    pub operations_tested: u32,
    /// Operations that count for that: what a link or a guess named and is not there is none.
    #[serde(default)]
    pub operations_counted: u32,
    /// Operations that at least one rule asked about and came to an outcome.
    pub operations_probed: u32,
    /// Rules that passed or failed.
    pub rules_tested: u32,
    /// Rules selected.
    pub rules: u32,
}

/// One category's result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct CategoryResult {
    /// 0-100, null when not assessed.
    #[schemars(range(max = 100))]
    pub score: Option<u8>,
    /// Null when not assessed.
    pub grade: Option<Grade>,
    /// Number of findings (distinct rules).
    pub findings: u32,
    /// Rules that apply and were not tested.
    pub not_tested: u32,
    /// Whether anything of its kind is at the target.
    pub applies: bool,
    /// Percent of its rules times operations that was exercised, 0-100.
    #[serde(default)]
    #[schemars(range(min = 0, max = 100))]
    pub reach: f64,
}

/// What a location is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LocationKind {
    /// The whole host, given as `GET /`.
    Host,
    /// An operation of `surface`.
    #[default]
    Operation,
    /// A method and a path that is no operation of `surface`, such as `GET /.env`.
    Path,
    /// A source file.
    Source,
    /// A product or library that the target is built with.
    Component,
}

/// A location of a finding.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct LocationView {
    /// Equal across scans for the same rule, operation and parameter, whatever the parameters of the path are called; for the same file
    /// and symbol, whatever the line; for the same component, whatever its version.
    #[schemars(regex(pattern = "^[0-9a-f]{20}$"))]
    pub fingerprint: String,
    /// What it is. A host, an operation and a path have `method` and `path`, a source file has `file`, a component has `component`.
    #[serde(default)]
    pub kind: LocationKind,
    /// HTTP method; GET for the host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<Method>,
    /// Path template; `/` for the host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<Redacted>,
    /// Parameter, header or cookie.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameter: Option<PartView>,
    /// Source file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<Redacted>,
    /// Function or class in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub symbol: Option<Redacted>,
    /// Line in it, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Product or library.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component: Option<ComponentView>,
    /// How it was established here.
    pub confidence: Confidence,
    /// What is particular to this location; may be empty.
    pub detail: Redacted,
    /// The `curl` command that shows it best.
    pub reproduce: Redacted,
    /// The whole proof: every request that it rests on, controls and repeats included, in the order in which they were sent.
    #[serde(default)]
    pub steps: Vec<StepView>,
}

/// The part of a request that a finding is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields, rename = "Part")]
pub struct PartView {
    /// `path`, `query`, `header`, `cookie` or `body`.
    pub place: String,
    /// Its name there.
    pub name: Redacted,
}

/// A product recognised at the target.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields, rename = "Technology")]
pub struct TechnologyView {
    /// Such as `Flask`, `Werkzeug`, `gunicorn`, `FastAPI`, `nginx`.
    pub name: Redacted,
    /// The version, when it is shown.
    pub version: Option<Redacted>,
    /// What gave it away.
    pub evidence: Redacted,
}

/// A product or library.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ComponentView {
    /// Such as `Werkzeug`.
    pub name: Redacted,
    /// The version; null when it is not known.
    pub version: Option<Redacted>,
}

/// A step of a proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct StepView {
    /// The command to run.
    pub command: Redacted,
    /// What to look for in its output.
    pub look_for: Redacted,
}

/// What a piece of evidence is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EvidenceKind {
    /// An exchange with the target.
    #[default]
    Exchange,
    /// A place in the source.
    Source,
}

/// A piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct EvidenceView {
    /// Index into the finding's locations.
    pub location: u32,
    /// What it is. An exchange has `exchange`, a place in the source has `file` and `line`.
    #[serde(default)]
    pub kind: EvidenceKind,
    /// Number of the exchange in the transcript.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exchange: Option<u32>,
    /// Source file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<Redacted>,
    /// Line in it, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// The telling part, redacted.
    pub excerpt: Redacted,
}

/// One rule's finding with all its locations.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct FindingView {
    /// Rule id.
    pub id: String,
    /// Equal across scans of the same target for the same rule.
    #[schemars(regex(pattern = "^[0-9a-f]{20}$"))]
    pub fingerprint: String,
    /// The rule's severity.
    pub severity: Severity,
    /// The strongest confidence among the locations.
    pub confidence: Confidence,
    /// The rule's category.
    pub category: Category,
    /// What is wrong.
    pub title: Redacted,
    /// What it lets an attacker do, and what was seen.
    pub description: Redacted,
    /// What to do.
    pub remediation: Redacted,
    /// Where.
    pub locations: Vec<LocationView>,
    /// What shows it.
    pub evidence: Vec<EvidenceView>,
    /// The `curl` command that shows the first location best.
    pub reproduce: Redacted,
    /// The whole proof of the first location: every request that it rests on, in the order in which they were sent.
    #[serde(default)]
    pub steps: Vec<StepView>,
    /// CWE ids such as `CWE-79`.
    pub cwe: Vec<String>,
    /// OWASP API or LLM Top 10 ids.
    pub owasp: Vec<String>,
    /// Requirements of standards it bears on.
    pub compliance: Vec<Requirement>,
    /// Further reading.
    pub references: Vec<String>,
}

/// What a rule came to over the whole target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The weakness is there.
    #[serde(alias = "found")]
    Failed,
    /// The weakness is there, and the ignore file silences every location of it.
    Ignored,
    /// It was tested, at least somewhere, and is not there.
    #[serde(alias = "holds")]
    Passed,
    /// It applies and could not be tested anywhere; `notTested` says why.
    NotTested,
    /// Nothing of its kind is at the target.
    NotApplicable,
}

impl Verdict {
    /// The word used in reports.
    pub const fn id(self) -> &'static str {
        match self {
            Verdict::Failed => "failed",
            Verdict::Ignored => "ignored",
            Verdict::Passed => "passed",
            Verdict::NotTested => "not-tested",
            Verdict::NotApplicable => "not-applicable",
        }
    }
}

/// A rule of the scan with what it came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct RuleView {
    /// Rule id.
    pub id: String,
    /// What is wrong where it is found.
    pub title: String,
    /// Its category.
    pub category: Category,
    /// Its severity.
    pub severity: Severity,
    /// What it came to.
    pub verdict: Verdict,
}

/// Something that was not looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct NotTestedView {
    /// Rule id.
    pub rule: String,
    /// The rule's category.
    pub category: Category,
    /// Machine word for the reason, such as `no-consent`.
    pub reason: String,
    /// The reason as a sentence.
    pub detail: Redacted,
    /// The operations it concerns; empty for all.
    pub operations: Vec<Redacted>,
}

/// An operation of the surface with what was seen of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct SurfaceView {
    /// HTTP method.
    pub method: Method,
    /// Path template.
    pub path: Redacted,
    /// How it became known.
    pub source: Source,
    /// Status of the plain request; null when it was not sent or not answered.
    pub status: Option<u16>,
    /// Requests that concerned it.
    pub requests: u32,
    /// Rules that came to an answer about it, found or not, in alphabetical order.
    pub tried: Vec<String>,
    /// Why it was not called, if it was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_tested: Option<Redacted>,
}

/// What a request carried of a check's beyond the operation's own values.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields, rename = "Altered")]
pub struct AlteredView {
    /// `path`, `query`, `header`, `cookie`, `body` or `method`.
    pub place: String,
    /// The parameter, header or cookie; the method's name for `method`.
    pub name: Redacted,
    /// What the check put there, without the target's own value before or behind it.
    pub payload: Redacted,
}

/// A redacted exchange.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct TranscriptEntry {
    /// Its number, from 1, by round, check, operation and step.
    pub number: u32,
    /// The round it was sent in.
    pub round: Round,
    /// HTTP method.
    pub method: Method,
    /// Absolute URL as sent.
    pub url: Redacted,
    /// Request headers, secrets masked.
    pub request_headers: Vec<(Redacted, Redacted)>,
    /// Request body, secrets masked, cut.
    pub request_body: Redacted,
    /// What was altered by a check.
    pub altered: Vec<AlteredView>,
    /// Identity name; null for anonymous.
    pub identity: Option<Redacted>,
    /// Status; null without a response.
    pub status: Option<u16>,
    /// `HTTP/1.1`, `HTTP/2`.
    pub version: Redacted,
    /// Reason phrase.
    pub reason: Redacted,
    /// Response headers, secrets masked.
    pub response_headers: Vec<(Redacted, Redacted)>,
    /// Response body as text, secrets masked, cut.
    pub response_body: Redacted,
    /// Bytes of the response body as received after decoding.
    pub response_bytes: u64,
    /// Why there is no response, or why the body is incomplete.
    pub trouble: Option<Redacted>,
    /// Milliseconds from first byte sent to last byte read.
    pub elapsed_ms: f64,
    /// Unix time in milliseconds when it was sent.
    pub sent_at_ms: i64,
}

/// What one category, or discovery, cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Spent {
    /// Requests that went out for it.
    pub sent: u32,
    /// Requests that it needed and somebody else had sent.
    pub shared: u32,
}

/// What became of a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CredentialState {
    /// It opens what is closed without it, or changes what is answered.
    Accepted,
    /// The target refused it before the scan.
    Refused,
    /// Responses are the same without it.
    NoEffect,
    /// It worked at first and was refused at the end.
    Lost,
    /// It was kept back, since the target could not be trusted with it.
    NotSent,
}

/// A credential that was given, by the name of its identity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct CredentialView {
    /// Name of the identity.
    pub identity: Redacted,
    /// What became of it.
    pub state: CredentialState,
    /// What was seen, as a sentence; empty when it works.
    pub detail: Redacted,
}

impl Report {
    /// What [`Report::schema`] says of this contract.
    pub const SCHEMA: &'static str = "middlebrick/report/v1";
}

/// A whole scan, contract v1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct Report {
    /// `middlebrick/report/v1`.
    #[schemars(extend("const" = "middlebrick/report/v1"))]
    pub schema: String,
    /// Who wrote it.
    pub tool: Tool,
    /// Id of the scan, derived from seed, URL and start.
    pub id: String,
    /// How it ended.
    pub status: Status,
    /// Why it is incomplete or unreachable; null when completed.
    pub status_detail: Option<Redacted>,
    /// What of the request could not be used, so that nothing was scanned: a refused credential, a document that cannot be read.
    #[serde(default)]
    pub fault: Option<Redacted>,
    /// The URL asked for.
    pub url: Redacted,
    /// RFC 3339, UTC.
    #[schemars(extend("format" = "date-time"))]
    pub started_at: String,
    /// RFC 3339, UTC.
    #[schemars(extend("format" = "date-time"))]
    pub completed_at: String,
    /// 0-100; null when the grade is withheld.
    #[schemars(range(max = 100))]
    pub score: Option<u8>,
    /// Null when withheld.
    pub grade: Option<Grade>,
    /// Whether too little was exercised for the grade to be more than a first impression.
    #[serde(default)]
    pub provisional: bool,
    /// Why the grade is withheld or provisional; null otherwise.
    #[serde(default, alias = "gradeWithheld")]
    pub grade_reason: Option<Redacted>,
    /// The best score that the findings permit, whatever else could be tested.
    #[serde(default = "full_score")]
    #[schemars(range(max = 100))]
    pub score_at_most: u8,
    /// The score before a cap lowered it.
    #[schemars(range(max = 100))]
    pub score_before_cap: Option<u8>,
    /// What capped it.
    pub cap: Option<String>,
    /// `score/2`.
    #[schemars(extend("const" = "score/2"))]
    pub score_version: String,
    /// The rule whose fix gains most.
    pub best_next_fix: Option<NextFix>,
    /// How much was looked at.
    pub coverage: Coverage,
    /// The credentials that were given, and whether they work.
    #[serde(default)]
    pub credentials: Vec<CredentialView>,
    /// The twelve categories by id.
    pub categories: BTreeMap<Category, CategoryResult>,
    /// Every rule of the scan with what it came to, in the order of the categories.
    pub rules: Vec<RuleView>,
    /// What was found, the worst first.
    pub findings: Vec<FindingView>,
    /// Findings silenced by the ignore file.
    pub ignored: Vec<IgnoredView>,
    /// What was not looked at.
    pub not_tested: Vec<NotTestedView>,
    /// Every operation known.
    pub surface: Vec<SurfaceView>,
    /// Products recognised.
    pub technologies: Vec<TechnologyView>,
    /// Requests sent.
    pub requests: u32,
    /// The same by category id; `discovery` for finding and calling the operations.
    pub spent: BTreeMap<String, Spent>,
    /// What the reader should know about how the scan went, such as faults of the specification; each a sentence.
    pub notes: Vec<Redacted>,
    /// Wall time in milliseconds.
    pub duration_ms: u64,
    /// The seed; pass it with `--seed` to repeat the scan.
    pub seed: u64,
    /// `quick`, `standard` or `deep`.
    #[schemars(with = "Depth")]
    pub depth: String,
    /// `read-only`, `safe-writes` or `all`.
    #[schemars(with = "Consent")]
    pub consent: String,
    /// `public`, `internal`, `financial` or `medical`.
    #[schemars(with = "Context")]
    pub context: String,
    /// The exchanges that evidence refers to; all of them with `--transcript`.
    pub transcript: Vec<TranscriptEntry>,
}

/// What reports before `score/2` say of the best score: nothing.
const fn full_score() -> u8 {
    100
}

/// The rule whose fix gains most.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct NextFix {
    /// Rule id.
    pub rule: String,
    /// Points the score would gain.
    #[schemars(range(max = 100))]
    pub points: u8,
}

/// A finding's location silenced by the ignore file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct IgnoredView {
    /// Rule id.
    pub rule: String,
    /// Method and path.
    pub location: Redacted,
    /// Fingerprint of the location.
    #[schemars(regex(pattern = "^[0-9a-f]{20}$"))]
    pub fingerprint: String,
    /// The reason given.
    pub reason: Redacted,
    /// Last day it holds, if limited (`YYYY-MM-DD`).
    pub expires: Option<String>,
}
