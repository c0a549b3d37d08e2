use std::fmt;

use serde::{Deserialize, Serialize};

/// Why something was not looked at. Not tested is not passed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "reason", content = "detail")]
pub enum NotTested {
    /// It needs credentials (`--auth-type`, `--auth-value`).
    NoCredentials,
    /// The credential that was given was refused (`--auth-value`).
    CredentialRefused,
    /// It needs consent to state-changing requests (`--active`).
    NoConsent,
    /// It would change an object that the scan did not create (`--active=all`).
    ForeignObject,
    /// The request budget of this depth did not reach it (`--depth`, `--max-requests`).
    OverBudget,
    /// The target did not answer.
    NoAnswer,
    /// The door is open to everybody, which proves nothing about its lock.
    OpenAnyway,
    /// The target began to refuse or slow the scan.
    Blocked,
    /// The scan was stopped first: Ctrl-C, another signal, or whoever runs it.
    Cut,
    /// The scan's deadline came first: the target was too slow for all of the plan (`--deadline`).
    OutOfTime,
    /// It looks as if it changed state on GET; left alone without consent.
    LooksDestructive,
    /// Operations of the same shape were asked in its place (`--depth deep`).
    Sampled,
    /// Outside the scope of the scan.
    OutOfScope,
    /// Excluded by the user's choice of categories, rules or depth.
    NotSelected,
    /// It needs an OpenAPI document.
    NoSpecification,
    /// What it saw is reported as another rule, which the text names.
    ReportedAs(String),
    /// Nothing of this kind is at the target (the text says what); it does not count against coverage.
    NotApplicable(String),
    /// What was seen does not allow an answer (the text says why).
    Inconclusive(String),
}

impl NotTested {
    /// Nothing of this kind is at the target.
    pub fn not_applicable(what: impl Into<String>) -> NotTested {
        NotTested::NotApplicable(what.into())
    }

    /// What was seen does not allow an answer.
    pub fn inconclusive(why: impl Into<String>) -> NotTested {
        NotTested::Inconclusive(why.into())
    }

    /// Whether the scan is incomplete because of it (exit code 3).
    pub fn cuts_the_scan_short(&self) -> bool {
        matches!(self, NotTested::Cut | NotTested::OutOfTime | NotTested::Blocked)
    }
}

impl fmt::Display for NotTested {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotTested::NoCredentials => f.write_str("needs credentials (--auth-type)"),
            NotTested::CredentialRefused => f.write_str("the credential was refused (--auth-value)"),
            NotTested::NoConsent => f.write_str("needs consent to state-changing requests (--active)"),
            NotTested::ForeignObject => {
                f.write_str("would change an object that the scan did not create (--active=all)")
            }
            NotTested::OverBudget => f.write_str("over the request budget (--depth, --max-requests)"),
            NotTested::NoAnswer => f.write_str("the target did not answer"),
            NotTested::OpenAnyway => f.write_str("open to everyone, so its authentication could not be tested"),
            NotTested::Blocked => f.write_str("the target began to refuse the scan"),
            NotTested::Cut => f.write_str("the scan was stopped before it (Ctrl-C or another signal)"),
            NotTested::OutOfTime => f.write_str("the deadline of the scan came before it (--deadline)"),
            NotTested::LooksDestructive => f.write_str("looks as if it changed state on GET"),
            NotTested::Sampled => f.write_str("operations of the same shape were tested in its place (--depth deep)"),
            NotTested::OutOfScope => f.write_str("outside the scope"),
            NotTested::NotSelected => f.write_str("not selected"),
            NotTested::NoSpecification => f.write_str("needs an OpenAPI document (--spec)"),
            NotTested::ReportedAs(rule) => write!(f, "what it saw is reported as {rule}"),
            NotTested::NotApplicable(what) => write!(f, "does not apply: {what}"),
            NotTested::Inconclusive(why) => write!(f, "inconclusive: {why}"),
        }
    }
}
