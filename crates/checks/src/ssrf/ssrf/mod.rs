use std::time::Duration;

use model::{Category, Confidence, Evidence, Finding, NotTested, Rule, Severity, Tag};
use wire::Callback;

use super::fetches;
use crate::shared::{heard, inputs};
use crate::{Check, Cost, Findings, Probe, RunsOn, Touch, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "ssrf",
    aliases: &[],
    title: "The server fetches any address a caller names",
    category: Category::Ssrf,
    severity: Severity::Critical,
    cwe: &[918],
    tags: &[Tag::Injection],
    risk: "Callers reach what only the server reaches: internal services, cloud metadata with credentials, the machine itself.",
    fix: "Fetch only from a fixed list of hosts, over https, without redirects.",
    references: &[
        "https://owasp.org/API-Security/editions/2023/en/0xa7-server-side-request-forgery/",
        "https://cheatsheetseries.owasp.org/cheatsheets/Server_Side_Request_Forgery_Prevention_Cheat_Sheet.html",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost { requests: fetches::MOST as u32 * 2 + heard::REQUESTS, touch: Touch::Reads },
    applies: fetches::takes_a_url,
    on_operation: Some(|probe, found| Box::pin(ask(probe, found))),
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// Names our listener in each parameter, as a URL and then as host and path, and waits for the call.
async fn ask(probe: &Probe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    inputs::reachable(probe)?;
    let (callback, address) = probe.callback().await?;
    for parameter in fetches::parameters(probe.operation).take(fetches::MOST) {
        let bare = address.trim_start_matches("http://");
        for (purpose, base) in [("url", address), ("host", bare)] {
            let word = fetches::word(probe, parameter, purpose);
            let (exchange, call) = fetches::provoke(probe, parameter, &format!("{base}/{word}"), &word).await?;
            let Some(call) = call else { continue };
            // A word that was never sent must not have been called: nobody walks the listener's paths.
            let unsent = fetches::word(probe, parameter, "never sent");
            if callback.call(&unsent, Duration::ZERO).await.is_some() {
                return Err(NotTested::inconclusive(
                    "somebody asks the call-back listener for paths that were never sent",
                ));
            }
            let shown = exchange.text().contains(&Callback::answer(&word));
            let evidence = Evidence::new(&exchange, fetches::told(&call));
            let location = probe.location().parameter(parameter.place.id(), &parameter.name);
            let detail =
                if shown { "What it fetches is shown to the caller." } else { "What it fetches is not shown." };
            found.push(Finding::new(&RULE, Confidence::Confirmed, location, evidence).detail(detail));
            break;
        }
    }
    heard::end(probe, found).await
}
