use std::str::FromStr;

use crate::{Category, Rule, Tag};

/// A name that stands for rules of several categories.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// `authorization`: bola, bfla and property-authorization.
    Authorization,
    /// Rules tagged [`Tag::Misconfiguration`].
    Misconfiguration,
    /// Rules tagged [`Tag::Crypto`].
    Crypto,
    /// Rules tagged [`Tag::Injection`].
    Injection,
    /// `owasp-api1` to `owasp-api10`.
    Owasp(u8),
}

/// What `--category` accepts: one category or a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Selector {
    /// One of the twelve.
    Category(Category),
    /// A group name.
    Group(Group),
}

impl Selector {
    /// The names of the groups.
    pub const GROUPS: [&'static str; 14] = [
        "authorization",
        "misconfiguration",
        "crypto",
        "injection",
        "owasp-api1",
        "owasp-api2",
        "owasp-api3",
        "owasp-api4",
        "owasp-api5",
        "owasp-api6",
        "owasp-api7",
        "owasp-api8",
        "owasp-api9",
        "owasp-api10",
    ];

    /// Whether the selector covers this rule.
    pub fn covers(self, rule: &Rule) -> bool {
        match self {
            Selector::Category(category) => rule.category == category,
            Selector::Group(Group::Authorization) => {
                matches!(rule.category, Category::Bola | Category::Bfla | Category::PropertyAuthorization)
            }
            Selector::Group(Group::Misconfiguration) => rule.tags.contains(&Tag::Misconfiguration),
            Selector::Group(Group::Crypto) => rule.tags.contains(&Tag::Crypto),
            Selector::Group(Group::Injection) => rule.tags.contains(&Tag::Injection),
            Selector::Group(Group::Owasp(n)) => {
                let id = format!("API{n}:2023");
                rule.category.owasp().contains(&id.as_str())
            }
        }
    }
}

impl FromStr for Selector {
    type Err = String;

    /// Reads a category id or a group name; the error lists what would be right.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wanted = text.trim().to_ascii_lowercase();
        if let Some(category) = Category::ALL.into_iter().find(|c| c.id() == wanted) {
            return Ok(Selector::Category(category));
        }
        let group = match wanted.as_str() {
            "authorization" => Some(Group::Authorization),
            "misconfiguration" => Some(Group::Misconfiguration),
            "crypto" => Some(Group::Crypto),
            "injection" => Some(Group::Injection),
            other => other
                .strip_prefix("owasp-api")
                .and_then(|n| n.parse::<u8>().ok())
                .filter(|n| (1..=10).contains(n))
                .map(Group::Owasp),
        };
        group.map(Selector::Group).ok_or_else(|| {
            let ids: Vec<&str> = Category::ALL.iter().map(|c| c.id()).collect();
            format!(
                "there is no category '{text}'; categories: {}; groups: authorization, misconfiguration, crypto, injection, owasp-api1 to owasp-api10",
                ids.join(", ")
            )
        })
    }
}
