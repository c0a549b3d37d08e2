use model::{Category, Confidence, Evidence, Finding, NotTested, Rule, Severity, Tag};

use super::fetches;
use crate::calling::inputs;
use crate::experiments::payload_refusal;
use crate::{Check, Cost, Detectors, Findings, OperationProbe, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "ssrf-internal-address",
    aliases: &[],
    title: "SSRF filter bypass: internal addresses in other notations",
    category: Category::Ssrf,
    severity: Severity::High,
    cwe: &[918, 1389],
    tags: &[Tag::Injection],
    risk: "An attacker reaches the internal network past the check that should prevent it.",
    fix: "Resolve the hostname and reject every address that is not global, instead of comparing text.",
    references: &[
        "https://owasp.org/API-Security/editions/2023/en/0xa7-server-side-request-forgery/",
        "https://cheatsheetseries.owasp.org/cheatsheets/Server_Side_Request_Forgery_Prevention_Cheat_Sheet.html",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(9 + payload_refusal::REQUESTS),
    detectors: Detectors {
        applies: fetches::takes_a_url,
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

/// Other ways to write 127.0.0.1 that resolvers understand.
const SPELLINGS: [&str; 6] = ["2130706433", "127.1", "0x7f000001", "0", "[::ffff:127.0.0.1]", "localhost"];

/// What cloud machines tell about themselves, asked for as a listing of names, never for the values.
const METADATA: &str = "http://169.254.169.254/latest/meta-data/";

/// Where the plain address of this machine is refused, the same address in other spellings; on cloud machines the metadata listing.
async fn probe_operation(probe: &OperationProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    inputs::reachable(probe)?;
    let Some(parameter) = fetches::parameters(probe.operation).next() else { return Ok(()) };
    let location = probe.location().parameter(parameter.place.id(), &parameter.name);
    if !probe.origin().is_loopback() {
        let exchange = probe.send(inputs::with(probe, parameter, METADATA)).await?;
        if is_metadata(&exchange) {
            let evidence = Evidence::new(&exchange, "the response is the listing of the cloud machine's metadata");
            found.push(Finding::new(&RULE, Confidence::Confirmed, location, evidence));
        }
        return payload_refusal::end(probe, found).await;
    }
    let (_, address) = probe.callback().await?;
    let port = address.rsplit(':').next().unwrap_or("80");
    let here = format!("http://127.0.0.1:{port}");
    // Where that is the address of our listener, the rule about fetching at all has sent the very request.
    let word = fetches::word(probe, parameter, if address == here { "url" } else { "plain" });
    let value = format!("{here}/{word}");
    let mut sent = vec![fetches::provoke(probe, parameter, &value, word).await?];
    for spelling in SPELLINGS {
        if sent.last().is_some_and(|s| s.call.is_some()) {
            break;
        }
        let word = fetches::word(probe, parameter, spelling);
        let value = format!("http://{spelling}:{port}/{word}");
        sent.push(fetches::provoke(probe, parameter, &value, word).await?);
    }
    let reached = payload_refusal::unless(probe, sent.iter().any(|s| s.call.is_some())).await;
    fetches::wait(probe, &mut sent).await?;
    let Some((plain, spelled)) = sent.split_first() else { return Ok(()) };
    if plain.call.is_some() {
        return Err(NotTested::not_applicable("internal addresses are fetched without any check"));
    }
    let called = spelled.iter().zip(SPELLINGS).find_map(|(s, spelling)| Some((s, spelling, s.call.as_ref()?)));
    if let Some((sent, spelling, call)) = called {
        let evidence = Evidence::new(&sent.exchange, format!("with {spelling} for the host {}", fetches::told(call)));
        let control = Evidence::new(&plain.exchange, "with 127.0.0.1 it did not");
        found.push(Finding::new(&RULE, Confidence::Confirmed, location, evidence).also(control));
    }
    if found.is_empty() { reached } else { Ok(()) }
}

/// Names that the listing of EC2 and those who imitate it always has.
fn is_metadata(exchange: &model::Exchange) -> bool {
    let text = exchange.text();
    let lines = text.lines().map(str::trim);
    lines.filter(|line| ["ami-id", "instance-id", "local-ipv4", "security-groups", "hostname"].contains(line)).count()
        >= 3
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::exchange;

    #[test]
    fn a_listing_is_more_than_a_word() {
        assert!(is_metadata(&exchange("/", 200, "ami-id\nhostname\ninstance-id\nlocal-ipv4")));
        assert!(!is_metadata(&exchange("/", 200, "<p>cannot fetch instance-id</p>")));
    }
}
