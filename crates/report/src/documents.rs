use std::collections::BTreeMap;

/// What is written about a rule besides the report itself: its page and the two sides of the remedy.
#[derive(Debug, Clone, Copy, Default)]
pub struct RuleDocument<'a> {
    /// The rule's page, Markdown.
    pub page: &'a str,
    /// Source of a small application that has the weakness; empty when there is none.
    pub vulnerable: &'a str,
    /// Source of the same application with the remedy; empty when there is none.
    pub fixed: &'a str,
}

/// The documents by rule id.
pub type RuleDocuments<'a> = BTreeMap<&'a str, RuleDocument<'a>>;
