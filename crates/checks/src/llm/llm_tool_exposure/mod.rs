use std::collections::BTreeSet;
use std::sync::LazyLock;

use model::{Category, Confidence, Evidence, Exchange, Finding, Location, NotTested, Rule, Severity};
use regex::Regex;
use serde_json::Value;

use crate::llm::interview::{self, Interview};
use crate::vocabulary::fields;
use crate::{Check, Detectors, Findings, OperationProbe, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "llm-tool-exposure",
    aliases: &[],
    title: "LLM tool definitions or calls exposed",
    category: Category::Llm,
    severity: Severity::Medium,
    cwe: &[200, 1427],
    tags: &[],
    risk: "Names and parameters of internal functions tell an attacker what to make the model call.",
    fix: "Keep tool calls on the server and return their outcome only; check the user's rights in each tool.",
    references: &["https://genai.owasp.org/llmrisk/llm062025-excessive-agency/"],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: interview::COST,
    detectors: Detectors {
        applies: interview::applies,
        on_operation: Some(|probe, found| Box::pin(probe_operation(probe, found))),
        ..Detectors::NONE
    },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

async fn probe_operation(probe: &OperationProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let interview = interview::hold(probe).await?;
    found.extend(judge(&interview, probe.location()));
    Ok(())
}

/// Calls in the answer itself, though the request offered no tools; or the same functions named to two different questions.
fn judge(interview: &Interview, location: Location) -> Option<Finding> {
    let good = || interview.said.iter().filter(|said| said.exchange.is_success());
    if let Some((said, calls)) = good().map(|said| (said, calls(&said.exchange))).find(|(_, calls)| !calls.is_empty()) {
        let shows = format!("the response contains calls of {}", calls.join(", "));
        return Some(Finding::new(&RULE, Confidence::Confirmed, location, Evidence::new(&said.exchange, shows)));
    }
    let mut earlier: BTreeSet<String> = BTreeSet::new();
    for said in good() {
        let named = functions(&said.reply);
        if let Some(name) = named.iter().find(|name| earlier.contains(*name)) {
            let shows = format!("two different questions bring the function {name}");
            return Some(Finding::new(&RULE, Confidence::Firm, location, Evidence::new(&said.exchange, shows)));
        }
        earlier.extend(named);
    }
    None
}

/// Names under the fields in which model interfaces put calls of tools.
fn calls(exchange: &Exchange) -> Vec<String> {
    const FIELDS: [&str; 6] =
        ["tool_calls", "function_call", "tool_use", "tools_used", "tool_call", "intermediate_steps"];
    let mut names = BTreeSet::new();
    if let Some(json) = exchange.json().as_deref() {
        fields::walk(json, &mut |field| {
            if FIELDS.contains(&field.name) && !fields::is_empty(field.value) {
                collect(field.value, &mut names, 0);
            }
        });
    }
    names.into_iter().collect()
}

fn collect(value: &Value, names: &mut BTreeSet<String>, depth: usize) {
    match value {
        _ if depth > 4 => {}
        Value::String(name) if depth < 2 => {
            names.insert(name.chars().take(60).collect());
        }
        Value::Array(items) => items.iter().take(20).for_each(|item| collect(item, names, depth + 1)),
        Value::Object(object) => {
            if let Some(name) = ["name", "tool"].iter().find_map(|key| object.get(*key)?.as_str()) {
                names.insert(name.chars().take(60).collect());
            }
            object.values().filter(|v| v.is_object()).for_each(|v| collect(v, names, depth + 1));
        }
        _ => {}
    }
}

/// Functions with their parameters, as `lookup_order(order_id)`, in a text that speaks of tools or calls.
fn functions(reply: &str) -> BTreeSet<String> {
    static FUNCTION: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"\b([a-z][a-z0-9]*(?:_[a-z0-9]+)+\([a-z_][a-z0-9_:= ]*(?:, ?[a-z_][a-z0-9_:= ]*)*\))").ok()
    });
    static SPEAKS: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"(?i)\b(?:tools?|functions?|may call|can call|calls?)\b").ok());
    let (Some(function), Some(speaks)) = (FUNCTION.as_ref(), SPEAKS.as_ref()) else { return BTreeSet::new() };
    if !speaks.is_match(reply) {
        return BTreeSet::new();
    }
    function.find_iter(reply).map(|m| m.as_str().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::llm::interview::tests::{replied, said};
    use crate::llm::prompts;

    fn confidence(said: Vec<interview::Said>) -> Option<Confidence> {
        judge(&Interview { said }, Location::host()).map(|finding| finding.confidence)
    }

    #[test]
    fn calls_in_the_answer_are_confirmed() {
        let body = r#"{"choices":[{"message":{"content":null,"tool_calls":[{"id":"c1","function":{"name":"find_order","arguments":"{}"}}]}}]}"#;
        assert_eq!(confidence(vec![said("plain", 200, body)]), Some(Confidence::Confirmed));
        assert_eq!(confidence(vec![said("plain", 200, r#"{"reply":"x","tool_calls":[]}"#)]), None);
    }

    #[test]
    fn functions_have_to_be_named_twice() {
        let told = "You may call lookup_order(order_id).";
        assert_eq!(confidence(vec![replied("plain", told)]), None);
        assert_eq!(
            confidence(vec![replied("tools", told), replied("instructions-above", told)]),
            Some(Confidence::Firm)
        );
        let made_up =
            [replied("tools", "I can call get_weather(city)."), replied("plain", "I can call find_book(title).")];
        assert_eq!(confidence(made_up.to_vec()), None);
    }

    #[test]
    fn the_samples_of_the_table_are_honest() {
        for row in prompts::all().iter().filter(|p| p.kind == prompts::Kind::Tools) {
            assert!(!functions(&row.hit).is_empty() && functions(&row.miss).is_empty(), "{}", row.id);
        }
    }
}
