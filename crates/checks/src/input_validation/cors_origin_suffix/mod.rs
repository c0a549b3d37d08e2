use model::{Category, Confidence, Evidence, Finding, NotTested, Rule, Severity, Tag};

use super::cors;
use crate::{Check, Cost, Findings, RunsOn, Survey, Touch, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "cors-origin-suffix",
    aliases: &[],
    title: "Origins that only look like an allowed one are allowed",
    category: Category::InputValidation,
    severity: Severity::High,
    cwe: &[942],
    tags: &[Tag::Misconfiguration],
    risk: "Whoever registers a domain with a fitting name can read the answers of this API.",
    fix: "Compare the whole origin with a fixed list instead of a part or a loose pattern.",
    references: &["https://fetch.spec.whatwg.org/#http-cors-protocol", "https://portswigger.net/web-security/cors"],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost { requests: cors::REQUESTS + 6, touch: Touch::Reads },
    shares: Some(cors::SHARES),
    on_surface: Some(|survey, found| Box::pin(ask(survey, found))),
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// Where a foreign origin is refused: origins built around a trusted one.
async fn ask(survey: &Survey<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let asked = cors::foreign(survey).await?;
    let Some(first) = asked.iter().find(|a| !a.allows_it() && cors::allowed(&a.exchange) != Some("*")) else {
        return Err(NotTested::not_applicable("every origin is allowed"));
    };
    let known = cors::allowed(&first.exchange).filter(|o| o.contains("://"));
    let own = survey.origin().to_string();
    for origin in lookalikes(known.unwrap_or(&own), &survey.canary("name")) {
        let exchange = survey.send(cors::request(survey, first.operation, &origin)).await?;
        if cors::allowed(&exchange) == Some(origin.as_str()) {
            let evidence = Evidence::new(&exchange, format!("Access-Control-Allow-Origin: {origin}"));
            let control = Evidence::new(&first.exchange, format!("{} is not allowed", first.origin));
            found.push(Finding::new(&RULE, Confidence::Confirmed, first.location(), evidence).also(control));
            return Ok(());
        }
    }
    Ok(())
}

/// Origins that pass a check for a beginning, an end, a part, or a pattern whose dots are not escaped.
fn lookalikes(trusted: &str, word: &str) -> Vec<String> {
    let Some((scheme, rest)) = trusted.split_once("://") else { return Vec::new() };
    let host = rest.rsplit_once(':').filter(|(_, p)| p.bytes().all(|b| b.is_ascii_digit())).map_or(rest, |(h, _)| h);
    let mut all = vec![
        format!("{scheme}://{host}.{word}.example"),
        format!("https://{host}.{word}.example"),
        format!("{scheme}://{word}{host}"),
        format!("https://{word}.example/{host}"),
    ];
    if let Some((label, rest)) = host.split_once('.') {
        all.push(format!("{scheme}://{label}x{rest}"));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lookalikes_keep_the_host_and_drop_the_port() {
        let all = lookalikes("https://app.example.com:8443", "w");
        assert!(all.contains(&"https://app.example.com.w.example".to_owned()));
        assert!(all.contains(&"https://wapp.example.com".to_owned()));
        assert!(all.contains(&"https://appxexample.com".to_owned()));
        assert!(lookalikes("null", "w").is_empty());
    }
}
