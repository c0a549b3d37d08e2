use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One of the twelve areas a scan covers, each scored on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)] // the ids and labels below are the documentation
pub enum Category {
    Authentication,
    Bola,
    Bfla,
    PropertyAuthorization,
    InputValidation,
    RateLimiting,
    DataExposure,
    Encryption,
    Ssrf,
    Inventory,
    UnsafeConsumption,
    Llm,
}

impl Category {
    /// All twelve, in the order of reports.
    pub const ALL: [Category; 12] = [
        Category::Authentication,
        Category::Bola,
        Category::Bfla,
        Category::PropertyAuthorization,
        Category::InputValidation,
        Category::RateLimiting,
        Category::DataExposure,
        Category::Encryption,
        Category::Ssrf,
        Category::Inventory,
        Category::UnsafeConsumption,
        Category::Llm,
    ];

    /// The id used on the command line and in reports, such as `data-exposure`.
    pub const fn id(self) -> &'static str {
        match self {
            Category::Authentication => "authentication",
            Category::Bola => "bola",
            Category::Bfla => "bfla",
            Category::PropertyAuthorization => "property-authorization",
            Category::InputValidation => "input-validation",
            Category::RateLimiting => "rate-limiting",
            Category::DataExposure => "data-exposure",
            Category::Encryption => "encryption",
            Category::Ssrf => "ssrf",
            Category::Inventory => "inventory",
            Category::UnsafeConsumption => "unsafe-consumption",
            Category::Llm => "llm",
        }
    }

    /// The label for people.
    pub const fn label(self) -> &'static str {
        match self {
            Category::Authentication => "Authentication",
            Category::Bola => "BOLA / IDOR",
            Category::Bfla => "BFLA / privilege escalation",
            Category::PropertyAuthorization => "Property authorization",
            Category::InputValidation => "Input validation",
            Category::RateLimiting => "Rate limiting & resource consumption",
            Category::DataExposure => "Data exposure",
            Category::Encryption => "Encryption",
            Category::Ssrf => "SSRF",
            Category::Inventory => "Inventory management",
            Category::UnsafeConsumption => "Unsafe consumption",
            Category::Llm => "LLM / AI security",
        }
    }

    /// The items of the OWASP API Security Top 10 2023 (or the LLM Top 10 2025) it answers to.
    pub const fn owasp(self) -> &'static [&'static str] {
        match self {
            Category::Authentication => &["API2:2023"],
            Category::Bola => &["API1:2023"],
            Category::Bfla => &["API5:2023"],
            Category::PropertyAuthorization => &["API3:2023"],
            Category::InputValidation => &["API8:2023"],
            Category::RateLimiting => &["API4:2023"],
            Category::DataExposure => &["API3:2023", "API8:2023"],
            Category::Encryption => &["API8:2023", "API2:2023"],
            Category::Ssrf => &["API7:2023"],
            Category::Inventory => &["API9:2023"],
            Category::UnsafeConsumption => &["API10:2023"],
            Category::Llm => &["LLM Top 10 2025"],
        }
    }
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}
