use std::sync::Arc;

use model::{Category, Confidence, Evidence, Exchange, Finding, Json, Location, Operation, Rule, Severity};
use serde_json::Value;

use super::pagination;
use crate::vocabulary;
use crate::vocabulary::fields;
use crate::{Check, Detectors, Findings, ObservedExchange, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "unbounded-list",
    aliases: &[],
    title: "Unbounded list: a collection is returned whole",
    category: Category::RateLimiting,
    severity: Severity::Low,
    cwe: &[770],
    tags: &[],
    risk: "Any client makes the server read and send everything with each request, slower with every record.",
    fix: "Return pages, with a size that the server limits.",
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/"],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    detectors: Detectors { on_exchange: Some(on_exchange), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// Lists that are known to end.
const REFERENCE: [&str; 12] = [
    "countries",
    "currencies",
    "languages",
    "timezones",
    "locales",
    "states",
    "units",
    "colors",
    "colours",
    "categories",
    "tags",
    "icons",
];

fn on_exchange(observed: &ObservedExchange<'_>, found: &mut Findings) -> bool {
    let Some(operation) = observed.operation else { return false };
    let json = observed.exchange.json();
    let Some(list) = json.as_deref().filter(|_| observed.exchange.is_success()).and_then(fields::the_list) else {
        return false;
    };
    let more = json.as_ref().map_or(0, Json::left_out);
    found.extend(judge(operation, observed.exchange, (list, more), observed.location()));
    true
}

/// `list`: the items that were kept, and how many more there are.
fn judge(
    operation: &Operation,
    exchange: &Arc<Exchange>,
    (list, more): (&[Value], usize),
    location: Location,
) -> Option<Finding> {
    const FEWEST: usize = 100;
    const MANY: usize = 500;
    let reference = vocabulary::words(&operation.path).any(|word| REFERENCE.contains(&word.as_str()));
    let records = list.iter().all(|item| item.as_object().is_some_and(|o| o.len() > 1));
    let paged = pagination::takes_pages(operation) || pagination::speaks_of_pages(exchange);
    let bounded = operation.responses.iter().filter_map(|r| r.schema.as_ref()).any(|s| s.max_items.is_some());
    let length = list.len() + more;
    // Exactly a round number is a page of that size, though nothing says so.
    let round = length.is_multiple_of(50) && length <= 1_000;
    if length <= FEWEST || !records || reference || paged || bounded || round {
        return None;
    }
    let confidence = if length >= MANY { Confidence::Firm } else { Confidence::Tentative };
    let said = format!("{length} records in one response, and no parameter or link for pages");
    Some(Finding::new(&RULE, confidence, location, Evidence::new(exchange, &said)).detail(said))
}

#[cfg(test)]
mod tests {
    use model::Method;

    use super::*;
    use crate::samples;

    fn found(path: &str, count: usize, rest: &str) -> Option<Confidence> {
        let items: Vec<String> = (0..count).map(|n| format!(r#"{{"id":{n},"title":"t"}}"#)).collect();
        let exchange = samples::exchange(path, 200, &format!(r#"{{"items":[{}]{rest}}}"#, items.join(",")));
        let json = exchange.json().unwrap();
        let list = fields::the_list(&json).unwrap();
        judge(&samples::operation(Method::GET, path), &exchange, (list, 0), Location::host()).map(|f| f.confidence)
    }

    #[test]
    fn long_lists_without_pages_are_found() {
        assert_eq!(found("/books", 731, ""), Some(Confidence::Firm));
        assert_eq!(found("/books", 131, ""), Some(Confidence::Tentative));
    }

    #[test]
    fn pages_short_lists_and_reference_data_are_not() {
        assert_eq!(found("/books", 731, r#","next":"/books?page=2""#), None);
        assert_eq!(found("/books", 30, ""), None);
        assert_eq!(found("/books", 200, ""), None, "a page of 200");
        assert_eq!(found("/countries", 249, ""), None);
    }
}
