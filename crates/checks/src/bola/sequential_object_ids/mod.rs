use std::sync::Arc;

use model::{Category, Confidence, Evidence, Exchange, Finding, Location, Rule, Severity};
use serde_json::Value;

use crate::vocabulary::fields::{self, Holds};
use crate::vocabulary::{self, Meaning};
use crate::{Check, Detectors, Findings, ObservedExchange, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "sequential-object-ids",
    aliases: &[],
    title: "Sequential object IDs",
    category: Category::Bola,
    severity: Severity::Info,
    cwe: &[340],
    tags: &[],
    risk: "Anyone who knows one ID can list all others, and learns how many objects there are.",
    fix: "Give such objects random identifiers (UUID version 4), and check the owner all the same.",
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa1-broken-object-level-authorization/"],
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

/// So many objects show how they are numbered.
const FEWEST: usize = 3;

fn on_exchange(observed: &ObservedExchange<'_>, found: &mut Findings) -> bool {
    let path = observed.operation.map_or(observed.exchange.request.path(), |o| o.path.as_str());
    let json = observed.exchange.json();
    let Some(list) = json.as_deref().filter(|_| observed.exchange.is_success()).and_then(fields::the_list) else {
        return false;
    };
    // Of one or two objects nobody can tell how they are numbered.
    if list.len() < FEWEST || !belongs_to_somebody(path, list) {
        return false;
    }
    found.extend(judge(observed.exchange, observed.location(), list));
    true
}

/// Users, or objects that refer to their owner or hold personal fields where such objects are kept.
fn belongs_to_somebody(path: &str, list: &[Value]) -> bool {
    let collection = vocabulary::collection(path);
    let fits = |item: &Value| {
        item.as_object().is_some_and(|o| {
            vocabulary::says(collection, Meaning::Users)
                || !fields::names_of(o, Holds::Personal).is_empty()
                || !fields::names_of(o, Holds::Owner).is_empty()
        })
    };
    vocabulary::says(collection, Meaning::Owned) && !list.is_empty() && list.iter().all(fits)
}

fn judge(exchange: &Arc<Exchange>, location: Location, list: &[Value]) -> Option<Finding> {
    let mut ids: Vec<u64> = list.iter().filter_map(|item| item.get("id").and_then(Value::as_u64)).collect();
    ids.sort_unstable();
    ids.dedup();
    let consecutive = ids.windows(2).all(|pair| pair[1] - pair[0] == 1);
    let (lowest, highest) = (*ids.first()?, *ids.last()?);
    let enough = ids.len() >= FEWEST && ids.len() == list.len();
    (consecutive && enough).then(|| {
        let evidence = Evidence::new(exchange, format!("ids {lowest} to {highest} without a gap"));
        Finding::new(&RULE, Confidence::Firm, location, evidence)
            .detail(format!("ids {lowest} to {highest} without a gap"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    fn found(path: &str, body: &str) -> bool {
        let exchange = samples::exchange(path, 200, body);
        let json = exchange.json().unwrap();
        let list = fields::the_list(&json).unwrap();
        belongs_to_somebody(path, list) && judge(&exchange, Location::host(), list).is_some()
    }

    #[test]
    fn too_few_objects_tell_nothing() {
        let looked = |body: &str| samples::observed(on_exchange, &samples::exchange("/orders", 200, body)).0;
        assert!(!looked(r#"[{"id":1,"user_id":1},{"id":2,"user_id":2}]"#));
        assert!(looked(r#"[{"id":"a","user_id":1},{"id":"b","user_id":2},{"id":"c","user_id":2}]"#));
    }

    #[test]
    fn consecutive_ids_of_owned_objects_are_found() {
        assert!(found("/orders", r#"[{"id":7,"user_id":1},{"id":8,"user_id":2},{"id":9,"user_id":1}]"#));
        assert!(!found("/orders", r#"[{"id":7,"user_id":1},{"id":80,"user_id":2},{"id":91,"user_id":1}]"#));
        assert!(!found("/orders", r#"[{"id":1,"user_id":1},{"id":2,"user_id":2}]"#));
        assert!(!found("/products", r#"[{"id":1,"title":"a"},{"id":2,"title":"b"},{"id":3,"title":"c"}]"#));
        assert!(!found("/users", r#"[{"id":"a1","email":"x"},{"id":"b2","email":"y"},{"id":"c3","email":"z"}]"#));
    }
}
