//! One definition of every flag: parsing, help, the manual page, completions, the configuration file and `docs/cli.md` come from it.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{Args, Parser, Subcommand, ValueEnum};
use engine::{Bound, FailOn};
use model::{Context, Depth, Method};
use report::Format;

use super::values::{self, Named};

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

/// Scans an HTTP API as an attacker without credentials sees it: twelve checks in parallel, a score, findings with proof and remedy.
#[derive(Debug, Parser)]
#[command(name = "middlebrick", version, styles = STYLES, max_term_width = 100)]
#[command(after_help = "Scan only what you own or are allowed to test.")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Scan an API and report
    Scan(Box<ScanOptions>),
    /// Read an OpenAPI or Swagger document and list its operations
    Spec(SpecOptions),
    /// List the rules
    Rules(RulesOptions),
    /// Explain a rule and its remedy, or the score (`explain score`)
    Explain(ExplainOptions),
    /// Compare two JSON reports: new, fixed, remaining, score
    Compare(CompareOptions),
    /// Ask again what one finding of a JSON report is about
    Replay(Box<ReplayOptions>),
    /// Ask again everything that a JSON report found: fixed, still there, came back, not tested
    Verify(Box<VerifyOptions>),
    /// Remove what a scan with --active left that was killed
    Cleanup(Box<CleanupOptions>),
    /// Guess the secret of one session cookie or token, offline
    Crack(CrackOptions),
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page of middlebrick or of one command
    Man {
        /// The command, such as `scan`
        command: Option<String>,
    },
}

#[derive(Debug, Clone, Args)]
#[allow(clippy::struct_excessive_bools, clippy::doc_markdown)] // flags are booleans; clap prints the comments as they stand
#[command(
    after_help = "Exit code: 0 completed and every gate holds, 1 a gate fails, 2 wrong usage, configuration or credentials, \
    3 incomplete and no gate fails on what is known."
)]
pub(crate) struct ScanOptions {
    /// The URL of the API, such as `https://api.example.com`; without a scheme HTTPS is tried, then HTTP
    pub(crate) url: String,

    #[command(flatten)]
    pub(crate) target: TargetOptions,

    /// Only operations whose path matches; `*` stands for any characters
    #[arg(long, value_name = "PATTERN", help_heading = "What", alias = "include-path")]
    pub(crate) include: Vec<String>,
    /// Only operations of this method (repeatable)
    #[arg(long, value_name = "METHOD", help_heading = "What", value_parser = METHOD, hide_possible_values = true)]
    pub(crate) method: Vec<Method>,
    /// Only this category or group (repeatable)
    #[arg(long, value_name = "CATEGORY", help_heading = "What", value_parser = CATEGORY, hide_possible_values = true)]
    pub(crate) category: Vec<String>,
    /// Only this rule (repeatable)
    #[arg(long, value_name = "RULE", help_heading = "What", value_parser = RULE, hide_possible_values = true)]
    pub(crate) rule: Vec<String>,
    /// Not this rule (repeatable)
    #[arg(long, value_name = "RULE", help_heading = "What", value_parser = RULE, hide_possible_values = true)]
    pub(crate) exclude: Vec<String>,
    /// What the API is used for: public, internal, financial, medical; moves the score's weights
    #[arg(long, default_value = "public", help_heading = "What", value_parser = CONTEXT, hide_possible_values = true)]
    pub(crate) context: Context,
    /// Show what would be sent, send nothing
    #[arg(long, help_heading = "What")]
    pub(crate) plan: bool,

    /// Report format, or FORMAT=FILE (repeatable), `-` for standard output: summary, table, json, sarif, junit, html,
    /// markdown, har, github, gitlab, gitlab-dast
    #[arg(
        long,
        short,
        value_name = "FORMAT[=FILE]",
        alias = "format",
        default_value = "summary",
        help_heading = "Output",
        value_parser = OUTPUT,
        hide_possible_values = true
    )]
    pub(crate) output: Vec<String>,
    /// Keep every exchange in the report, not only those that findings cite
    #[arg(long, help_heading = "Output")]
    pub(crate) transcript: bool,
    /// Show every finding at length; twice: print a line for each request, too
    #[arg(long, short, help_heading = "Output", action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    /// Write a line for each request to this file, with secrets masked
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(crate) log: Option<PathBuf>,
    /// No progress and no warnings
    #[arg(long, short, help_heading = "Output")]
    pub(crate) quiet: bool,
    /// When to colour the summary: auto is for a terminal that shows colours, and respects NO_COLOR
    #[arg(long, value_enum, value_name = "WHEN", default_value = "auto", help_heading = "Output")]
    pub(crate) color: When,
    /// No colour: the same as --color never
    #[arg(long, help_heading = "Output", conflicts_with = "color")]
    pub(crate) no_color: bool,

    /// Fail (exit 1) below this grade or score
    #[arg(long, value_name = "GRADE|SCORE", alias = "fail-under", help_heading = "Gates")]
    pub(crate) fail_below: Option<Bound>,
    /// The target: fails like --fail-below when alone, warns between the two when given with it
    #[arg(long, value_name = "GRADE|SCORE", help_heading = "Gates")]
    pub(crate) threshold: Option<Bound>,
    /// Fail on a finding of this severity or worse, or below this grade
    #[arg(long, value_name = "SEVERITY|GRADE", help_heading = "Gates")]
    pub(crate) fail_on: Option<FailOn>,
    /// Fail where less than this percent of rules times operations could be tested
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100), help_heading = "Gates")]
    pub(crate) require_coverage: Option<u8>,
    /// An earlier JSON report to compare with
    #[arg(long, value_name = "REPORT", help_heading = "Gates")]
    pub(crate) baseline: Option<PathBuf>,
    /// Gates count only findings that the baseline does not have
    #[arg(long, requires = "baseline", help_heading = "Gates")]
    pub(crate) new_only: bool,
    /// File of accepted findings with reasons and expiry dates [default: .middlebrick-ignore.toml, if there is one]
    #[arg(long, value_name = "FILE", help_heading = "Gates")]
    pub(crate) ignore_file: Option<PathBuf>,
}

/// What is asked, who asks and how far it goes: the same for everything that sends.
#[derive(Debug, Clone, Args)]
#[allow(clippy::doc_markdown)] // clap prints the comments as they stand
pub(crate) struct TargetOptions {
    /// OpenAPI or Swagger document: a file, a URL, or `-` for standard input
    #[arg(long, value_name = "FILE|URL", help_heading = "What")]
    pub(crate) spec: Option<String>,
    /// Requests that another tool recorded or lists (repeatable, `-` for standard input): Postman collection, HAR, Burp export, curl
    /// commands, list of URLs, output of `flask routes`
    #[arg(long, value_name = "FILE", help_heading = "What")]
    pub(crate) import: Vec<PathBuf>,
    /// Send nothing to paths that match; `/users/{id}/close` and `*close*` both do
    #[arg(long, value_name = "PATTERN", help_heading = "What")]
    pub(crate) exclude_path: Vec<String>,
    /// How far to go: quick, standard, deep [default: standard, or that of the report]
    #[arg(long, help_heading = "What", value_parser = DEPTH, hide_possible_values = true)]
    pub(crate) depth: Option<Depth>,
    /// Further words to guess secrets with, one a line
    #[arg(long, value_name = "FILE", help_heading = "What")]
    pub(crate) wordlist: Option<PathBuf>,
    /// Configuration file [default: middlebrick.toml, if there is one]
    #[arg(long, value_name = "FILE", help_heading = "What")]
    pub(crate) config: Option<PathBuf>,

    /// How to authenticate
    #[arg(long, value_enum, value_name = "TYPE", help_heading = "Who")]
    pub(crate) auth_type: Option<AuthType>,
    /// The credential: token, user:password, key or cookie; `@FILE` reads it from a file, `@-` from standard input
    #[arg(long, value_name = "VALUE", env = "MIDDLEBRICK_AUTH_VALUE", hide_env_values = true, help_heading = "Who")]
    pub(crate) auth_value: Option<String>,
    /// Name of the header, query parameter or cookie that carries an API key
    #[arg(long, value_name = "NAME", default_value = "X-API-Key", help_heading = "Who")]
    pub(crate) auth_name: String,
    /// Where an API key goes
    #[arg(long, value_enum, value_name = "PLACE", default_value = "header", help_heading = "Who")]
    pub(crate) auth_in: AuthIn,
    /// A header to send with the credential, `Name: value` (repeatable)
    #[arg(long, short = 'H', value_name = "HEADER", help_heading = "Who")]
    pub(crate) header: Vec<String>,

    /// Consent to requests that may change state: safe-writes creates objects and, without a credential, up to three accounts; changes and removes only
    /// what it created, and names others that cannot exist; all changes and removes the objects of others and settings of which there is one, too
    #[arg(long, value_enum, num_args = 0..=1, require_equals = true, default_missing_value = "safe-writes", help_heading = "How far")]
    pub(crate) active: Option<Active>,
    /// Where a scan with --active keeps what it created, until that is removed [default: .middlebrick-ledger.jsonl]
    #[arg(long, value_name = "FILE", help_heading = "How far")]
    pub(crate) ledger: Option<PathBuf>,
    /// Most requests in all, instead of the depth's budget
    #[arg(long, value_name = "N", help_heading = "How far", allow_negative_numbers = true, value_parser = at_least_one)]
    pub(crate) max_requests: Option<u32>,
    /// Most requests a second [default: 10 after a burst of 20; no limit on loopback]
    #[arg(long, value_name = "N", help_heading = "How far", allow_negative_numbers = true, value_parser = at_least_one)]
    pub(crate) rate: Option<u32>,
    /// Most requests at once, 1 to 256 [default: 6; 16 on loopback]
    #[arg(long, value_name = "N", help_heading = "How far", allow_negative_numbers = true, value_parser = at_once)]
    pub(crate) concurrency: Option<usize>,
    /// Longest wait for one answer, such as 5s
    #[arg(long, value_name = "TIME", help_heading = "How far", allow_hyphen_values = true, value_parser = engine::parse_time)]
    pub(crate) timeout: Option<Duration>,
    /// Longest time for the whole scan, such as 2m; what is known by then is reported [default: 45s and 1s for each operation beyond
    /// 30; a third in quick, four times in deep, twice with --active; 30m at most]
    #[arg(long, value_name = "TIME", help_heading = "How far", allow_hyphen_values = true, value_parser = engine::parse_time)]
    pub(crate) deadline: Option<Duration>,
    /// HTTP proxy for everything, http://host:port
    #[arg(long, value_name = "URL", help_heading = "How far")]
    pub(crate) proxy: Option<String>,
    /// Trust any certificate: report no fault of it, and send credentials to it
    #[arg(long, help_heading = "How far")]
    pub(crate) insecure: bool,
    /// PEM file of a further authority to trust
    #[arg(long, value_name = "FILE", help_heading = "How far")]
    pub(crate) cacert: Option<PathBuf>,
    /// PEM file with a client certificate and its key
    #[arg(long, value_name = "FILE", help_heading = "How far")]
    pub(crate) client_cert: Option<PathBuf>,
    /// Use this address instead of resolving, host:port:address (repeatable)
    #[arg(long, value_name = "HOST:PORT:ADDRESS", help_heading = "How far")]
    pub(crate) resolve: Vec<String>,
    /// A further host in scope (repeatable)
    #[arg(long, value_name = "HOST", help_heading = "How far")]
    pub(crate) allow_host: Vec<String>,
    /// Address of this machine that the target can call back, for SSRF proofs [default: loopback targets only]
    #[arg(long, value_name = "HOST", help_heading = "How far")]
    pub(crate) callback_host: Option<String>,
    /// Seed of everything that looks random; the same seed asks the same
    #[arg(long, value_name = "N", help_heading = "How far", allow_negative_numbers = true, value_parser = seed)]
    pub(crate) seed: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AuthType {
    Bearer,
    Basic,
    ApiKey,
    Cookie,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AuthIn {
    Header,
    Query,
    Cookie,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Active {
    SafeWrites,
    All,
}

#[derive(Debug, Args)]
pub(crate) struct SpecOptions {
    /// The document: a file, a URL, or `-` for standard input
    #[arg(value_name = "FILE|URL")]
    pub(crate) document: String,
    /// `table` or `json`
    #[arg(long, short, value_name = "FORMAT", default_value = "table", alias = "format", value_parser = ["table", "json"])]
    pub(crate) output: String,
}

#[derive(Debug, Args)]
pub(crate) struct RulesOptions {
    /// Only this category or group (repeatable)
    #[arg(long, value_name = "CATEGORY", value_parser = str::parse::<model::Selector>)]
    pub(crate) category: Vec<model::Selector>,
    /// `table` or `json`
    #[arg(long, short, value_name = "FORMAT", default_value = "table", alias = "format", value_parser = ["table", "json"])]
    pub(crate) output: String,
}

#[derive(Debug, Args)]
pub(crate) struct ExplainOptions {
    /// A rule id, or `score`
    #[arg(value_parser = EXPLAINED, hide_possible_values = true)]
    pub(crate) rule: String,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Exit code: 0 compared, and no gate fails, 1 --fail-on-new fails, 2 wrong usage, reports of different targets or of \
    another contract, 3 --fail-on-new cannot be judged, because the later scan saw too little."
)]
pub(crate) struct CompareOptions {
    /// The earlier JSON report
    pub(crate) old: PathBuf,
    /// The later JSON report
    pub(crate) new: PathBuf,
    /// `summary`, `json` or `markdown`
    #[arg(
        long,
        short,
        value_name = "FORMAT",
        default_value = "summary",
        alias = "format",
        value_parser = ["summary", "json", "markdown"]
    )]
    pub(crate) output: String,
    /// Exit 1 when something is new or the score fell
    #[arg(long)]
    pub(crate) fail_on_new: bool,
    /// Compare reports of different URLs, such as those of staging and production
    #[arg(long)]
    pub(crate) any_target: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "Exit code: 0 tested and not there any more, 1 still there, 2 wrong usage or credentials, \
    3 not tested, with the reason.")]
pub(crate) struct ReplayOptions {
    /// A JSON report
    pub(crate) report: PathBuf,
    /// A rule id, or the fingerprint of a finding or of one of its locations
    pub(crate) finding: String,

    #[command(flatten)]
    pub(crate) target: TargetOptions,
    #[command(flatten)]
    pub(crate) show: ShowOptions,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Exit code: 0 all is fixed, 1 something is still there or came back, 2 wrong usage or credentials, \
    3 something could not be tested."
)]
pub(crate) struct VerifyOptions {
    /// A JSON report
    pub(crate) report: PathBuf,
    /// An older JSON report: what it has and REPORT does not may have come back
    #[arg(long, value_name = "OLDER")]
    pub(crate) baseline: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) target: TargetOptions,
    #[command(flatten)]
    pub(crate) show: ShowOptions,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Exit code: 0 all is removed, 1 something is still there, 2 wrong usage or credentials, 3 it is unknown what \
    some requests created."
)]
pub(crate) struct CleanupOptions {
    /// The ledger that the scan kept
    #[arg(value_name = "LEDGER")]
    pub(crate) left: PathBuf,

    #[command(flatten)]
    pub(crate) target: TargetOptions,
}

/// How what was asked again is shown.
#[derive(Debug, Args)]
pub(crate) struct ShowOptions {
    /// `summary` or `json`
    #[arg(
        long,
        short,
        value_name = "FORMAT",
        default_value = "summary",
        alias = "format",
        help_heading = "Output",
        value_parser = ["summary", "json"]
    )]
    pub(crate) output: String,
    /// No progress and no warnings
    #[arg(long, short, help_heading = "Output")]
    pub(crate) quiet: bool,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Exit code: 0 the secret was not found, 1 it was found, 2 the token or an argument cannot be used."
)]
pub(crate) struct CrackOptions {
    /// A signed cookie (Flask, Starlette, Django, Express, Tornado, Bottle), itsdangerous token, remember token or JWT, also as a whole
    /// Cookie, Set-Cookie or Authorization header, all of whose tokens are tried; `-` reads it from standard input
    pub(crate) token: String,
    /// Further words, one a line, in any encoding
    #[arg(long, value_name = "FILE")]
    pub(crate) wordlist: Option<PathBuf>,
    /// A salt to try besides the usual ones (repeatable)
    #[arg(long, value_name = "SALT")]
    pub(crate) salt: Vec<String>,
    /// Threads, 1 to 256 [default: all cores]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = threads)]
    pub(crate) threads: Option<usize>,
    /// Show the secret whole instead of masked
    #[arg(long)]
    pub(crate) reveal: bool,
}

/// In the place of a file: standard input or output.
pub(crate) const STANDARD_STREAM: &str = "-";

const METHOD: Named<Method> = Named::new(method, values::methods);
const CATEGORY: Named<String> = Named::new(category, values::categories);
const RULE: Named<String> = Named::new(rule, values::rules);
const CONTEXT: Named<Context> = Named::new(str::parse, values::contexts);
const DEPTH: Named<Depth> = Named::new(str::parse, values::depths);
// What is wrong with a format is said with the files that cannot be written.
const OUTPUT: Named<String> = Named::new(|text| Ok(text.to_owned()), values::formats);
const EXPLAINED: Named<String> = Named::new(|text| Ok(text.to_owned()), values::explained);

/// `FORMAT` or `FORMAT=FILE`.
pub(crate) fn output(text: &str) -> Result<(Format, Option<PathBuf>), String> {
    match text.split_once('=') {
        Some((_, "")) => Err(format!("'{text}' names no file after '='")),
        Some((format, STANDARD_STREAM)) => Ok((format.parse()?, None)),
        Some((format, file)) => Ok((format.parse()?, Some(PathBuf::from(file)))),
        None => Ok((text.parse()?, None)),
    }
}

fn category(text: &str) -> Result<String, String> {
    text.parse::<model::Selector>().map(|_| text.to_owned())
}

fn rule(text: &str) -> Result<String, String> {
    engine::rule(text).map(|check| check.rule.id.to_owned())
}

/// OpenAPI 3.2 knows one method more than RFC 9110: QUERY.
pub(crate) fn method(text: &str) -> Result<Method, String> {
    let query = Method::new("QUERY");
    let known = || Method::ALL.into_iter().chain([query.clone()]);
    known().find(|method| method.as_str().eq_ignore_ascii_case(text)).ok_or_else(|| {
        let names: Vec<String> = known().map(|method| method.to_string()).collect();
        format!("a method is one of {}", names.join(", "))
    })
}

fn at_least_one(text: &str) -> Result<u32, String> {
    text.parse().ok().filter(|n| *n > 0).ok_or_else(|| "give a whole number from 1 up".to_owned())
}

fn at_once(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|n| (1..=256).contains(n)).ok_or_else(|| "give a number from 1 to 256".to_owned())
}

fn threads(text: &str) -> Result<usize, String> {
    at_once(text).map_err(|why| why + ", or leave the flag out to use all cores")
}

fn seed(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("give a whole number from 0 to {}", u64::MAX))
}
