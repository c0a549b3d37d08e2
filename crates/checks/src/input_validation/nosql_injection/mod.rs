use std::sync::Arc;

use model::{
    Category, Confidence, Evidence, Exchange, Finding, NotTested, Parameter, ParameterIn, Request, Rule, Severity, Tag,
};

use super::reflection::{self, Marked};
use crate::calling::{self, body, inputs};
use crate::experiments::{payload_refusal, repetition};
use crate::judging::response_fingerprint::ResponseFingerprint;
use crate::{Check, Cost, Detectors, Findings, OperationProbe, RunsOn, Schedule, Twins};

mod login;
mod operator;

use operator::{Way, fingerprint, takes_json};

pub(crate) static RULE: Rule = Rule {
    id: "nosql-injection",
    aliases: &[],
    title: "NoSQL injection in a request parameter",
    category: Category::InputValidation,
    severity: Severity::High,
    cwe: &[943],
    tags: &[Tag::Injection],
    risk: "An attacker bypasses logins and reads other users' data with query operators.",
    fix: "Convert every value to its expected type before it goes into a query.",
    references: &[
        "https://owasp.org/www-project-web-security-testing-guide/latest/4-Web_Application_Security_Testing/07-Input_Validation_Testing/05.6-Testing_for_NoSQL_Injection",
        "https://www.mongodb.com/docs/manual/reference/operator/query/ne/",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(reflection::REQUESTS + 7).more_when_deep(14).proof(repetition::REQUESTS),
    schedule: Schedule::sharing(reflection::SHARES),
    detectors: Detectors {
        applies: |operation, _| {
            operation.method == model::Method::GET && inputs::texts(operation).any(|p| p.place == ParameterIn::Query)
        },
        in_bodies: Some(inputs::body_takes_text),
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

/// Parameters that make a difference, and in a deep scan all: a search that finds neither the ordinary value nor the mark answers alike.
/// Flask knows no brackets, so a scan that is not deep asks it in JSON only.
async fn probe_operation(probe: &OperationProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    if let Some(fields) = calling::login::fields(probe.operation) {
        found.extend(login::prove(probe, fields, &RULE).await?);
        return Ok(());
    }
    let marked = reflection::of(probe).await?;
    if probe.plain()?.status() >= 500 && probe.target.depth < model::Depth::Deep {
        return Err(NotTested::inconclusive("the ordinary call fails, so no data could show"));
    }
    let deep = probe.target.depth == model::Depth::Deep;
    let flask = probe.surface.shows_flask();
    let ways: &[Way] = if takes_json(probe) {
        &[Way::Member]
    } else if deep {
        &[Way::Json, Way::Brackets]
    } else if flask {
        &[Way::Json]
    } else {
        &[Way::Brackets]
    };
    let chosen: Vec<&Parameter> = inputs::texts(probe.operation)
        .filter(|p| {
            matches!(p.place, ParameterIn::Query | ParameterIn::Body)
                && (deep
                    || reflection::makes_a_difference(probe, &marked, p.place, &p.name)
                        && reflection::complained(&marked, p.place, &p.name).is_none())
        })
        .collect();
    if chosen.is_empty() {
        payload_refusal::works(probe.plain()?)?;
        return Err(NotTested::inconclusive("no parameter made a difference that this weakness could explain"));
    }
    for parameter in chosen.into_iter().take(if deep { inputs::MOST } else { 1 }) {
        for way in ways {
            if let Some(finding) = prove(probe, parameter, *way, &marked).await? {
                found.push(finding);
                break;
            }
        }
    }
    payload_refusal::end(probe, found).await
}

/// "Equal to a word that nothing is called" and "not equal to it"; on a difference two operators that do not exist, whose responses have
/// to agree, and both again with other words until chance is no explanation.
async fn prove(
    probe: &OperationProbe<'_>,
    parameter: &Parameter,
    way: Way,
    marked: &[Marked],
) -> Result<Option<Finding>, NotTested> {
    let mut shown: Vec<Arc<Exchange>> = Vec::new();
    let words = [probe.canary("first"), probe.canary("again")];
    for (operator, word) in [("$ne", 0), ("$eq", 0), ("$zz", 0), ("$qq", 0), ("$ne", 1), ("$eq", 1)] {
        let exchange = probe.send(request(probe, parameter, way, operator, &words[word])).await?;
        shown.push(exchange);
        // Whatever is not called so would have to be found, and the mark finds none of it.
        let finds = |e: &Exchange| {
            e.is_success()
                && fingerprint(e, &words[0]).has_content()
                && !reflection::is_as_the_mark(e, parameter.place, &parameter.name, marked)
        };
        if shown.len() == 1 && !finds(&shown[0]) {
            return Ok(None);
        }
        let differ = |a: &Exchange, b: &Exchange| fingerprint(a, &words[0]) != fingerprint(b, &words[0]);
        if shown.len() == 2 && !differ(&shown[0], &shown[1]) {
            return Ok(None);
        }
    }
    let fingerprints: Vec<ResponseFingerprint> =
        shown.iter().zip([0, 0, 0, 0, 1, 1]).map(|(e, word)| fingerprint(e, &words[word])).collect();
    if !holds(&fingerprints) {
        return Ok(None);
    }
    for (number, ne) in repetition::ORDER.into_iter().enumerate() {
        let word = probe.canary(&format!("further {number}"));
        let operator = if ne { "$ne" } else { "$eq" };
        let response = probe.send(request(probe, parameter, way, operator, &word)).await?;
        if fingerprint(&response, &word) != fingerprints[usize::from(!ne)] {
            return Ok(None);
        }
    }
    let location = probe.location().parameter(parameter.place.id(), &parameter.name);
    let says = [
        "`$ne` (not equal) with a random word: the response has data",
        "`$eq` (equal) with the same word: another response",
        "`$zz`, which is not an operator: not the response to `$ne`",
        "`$qq`, which is none either: the response to `$zz`",
        "`$ne` with another random word: the same response as to the first `$ne`",
        "`$eq` with that word: the same response as to the first `$eq`",
    ];
    let mut sides = shown.iter().zip(says).map(|(exchange, says)| Evidence::new(exchange, says));
    let Some(first) = sides.next() else { return Ok(None) };
    Ok(Some(sides.fold(Finding::new(&RULE, Confidence::Confirmed, location, first), Finding::also)))
}

/// `$ne`, `$eq`, `$zz`, `$qq`, `$ne`, `$eq`: only `$ne` finds something, both times the same.
fn holds(fingerprints: &[ResponseFingerprint]) -> bool {
    let [ne, eq, unknown, other_unknown, ne_again, eq_again] = fingerprints else { return false };
    ne.has_content()
        && ne == ne_again
        && eq == eq_again
        && ne != eq
        && ne != unknown
        && unknown == other_unknown
        && eq.status < 500
}

fn request(probe: &OperationProbe<'_>, parameter: &Parameter, way: Way, operator: &str, word: &str) -> Request {
    match way {
        Way::Json => inputs::with(probe, parameter, &format!("{{\"{operator}\":\"{word}\"}}")).altered(
            "query",
            &parameter.name,
            word,
        ),
        Way::Brackets => body::with_operator(inputs::with(probe, parameter, word), &parameter.name, word, operator),
        Way::Member => {
            let value = serde_json::json!({ operator: word });
            probe.request_with_fields(&[(&parameter.name, value)]).altered("body", &parameter.name, word)
        }
    }
}

#[cfg(test)]
mod tests {
    use model::Surface;

    use super::*;
    use crate::canary::canary;
    use crate::samples::{self, exchange};
    use crate::scripted::{Said, Scripted};

    #[test]
    fn an_echo_of_the_operator_is_not_a_difference() {
        let echo =
            |operator: &str| exchange("/", 200, &format!(r#"{{"url":"/?q%5B{operator}%5D=w","q[{operator}]":"w"}}"#));
        assert_eq!(fingerprint(&echo("$ne"), "w"), fingerprint(&echo("$eq"), "w"));
    }

    #[test]
    fn only_a_lone_ne_holds() {
        let fingerprint = |body: &str| ResponseFingerprint::plain(&exchange("/", 200, body));
        let (some, none) = (fingerprint(r#"[{"id":1}]"#), fingerprint("[]"));
        let six = |a: &ResponseFingerprint, b: &ResponseFingerprint, c: &ResponseFingerprint| {
            holds(&[a.clone(), b.clone(), c.clone(), c.clone(), a.clone(), b.clone()])
        };
        assert!(six(&some, &none, &none));
        assert!(!six(&some, &some, &some), "the parameter is ignored");
        assert!(!six(&some, &none, &some), "any unknown operator lifts the filter");
        assert!(!six(&none, &some, &some));
    }

    async fn run(script: impl Fn(&str, usize) -> Said + Send + Sync + 'static) -> Vec<model::Finding> {
        let surface = Surface { specification: None, ..samples::surface(vec![samples::link("named", "owl")]) };
        let script = Scripted::new(move |request, number| {
            script(&percent_encoding::percent_decode_str(&request.target).decode_utf8_lossy(), number)
        });
        script.run(&CHECK, &surface).await.found
    }

    #[tokio::test]
    async fn an_echo_without_its_special_characters_is_no_database() {
        let cleaned = |sent: &str, _| {
            let said: String = sent.chars().filter(|c| c.is_alphanumeric() || *c == ' ').collect();
            Said::html(200, format!("<p>Results for {said}</p>"))
        };
        assert!(run(cleaned).await.is_empty());
    }

    #[tokio::test]
    async fn chance_is_no_database() {
        for seed in 0..40_u64 {
            let chance = move |_: &str, number: usize| {
                let even = canary(seed, &[&number.to_string()]).as_bytes()[0].is_multiple_of(2);
                Said::json(200, if even { r#"[{"id":1}]"# } else { "[]" })
            };
            assert!(run(chance).await.is_empty(), "{seed}");
        }
    }

    #[tokio::test]
    async fn a_database_that_obeys_the_operator_is_found() {
        let obeys = |sent: &str, _| Said::json(200, if sent.contains("[$ne]") { r#"[{"id":1}]"# } else { "[]" });
        assert_eq!(run(obeys).await.len(), 1);
    }
}
